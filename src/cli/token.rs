//! What a Discord bot's token looks like: all that can be said about one without asking Discord.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// Whether the text has the shape of a bot's token. The error says what is wrong, as it follows "the token",
/// and holds nothing of it.
pub(super) fn shape(token: &str) -> Result<(), &'static str> {
    let is_quoted = token.starts_with(['"', '\'', '`']) || token.ends_with(['"', '\'', '`']);
    let lower = token.trim().to_lowercase();
    let parts: Vec<&str> = token.split('.').collect();
    if is_quoted {
        return Err("has quotation marks around it");
    }
    if lower.starts_with("bot ") || lower.starts_with("bearer ") {
        return Err("starts with a word such as “Bot”, which is not part of it");
    }
    if token.trim() != token {
        return Err("has white space before or after it");
    }
    if lower.starts_with("http://") || lower.starts_with("https://") {
        return Err("is a web address");
    }
    if lower.starts_with("mfa.") {
        return Err("is the token of a person's account, not of a bot");
    }
    if !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err("is a number, as the application's id is");
    }
    if token.len() == 64 && token.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err("looks like the application's public key");
    }
    if token.len() == 32 && parts.len() == 1 {
        return Err("looks like the application's client secret");
    }
    if token.contains(char::is_whitespace) {
        return Err("has white space in it");
    }
    if parts.len() != 3 || !parts.iter().all(|part| is_base64url(part)) {
        return Err("does not consist of three parts of letters, digits, - and _ with dots between them");
    }
    if !is_number(parts[0]) {
        return Err("does not begin with the id of a bot");
    }
    Ok(())
}

/// The application that a bot's token names: it begins with the bot's id, which is the application's too.
pub(super) fn application(token: &str) -> Option<u64> {
    shape(token).ok()?;
    let digits = URL_SAFE_NO_PAD.decode(token.split('.').next()?).ok()?;
    std::str::from_utf8(&digits).ok()?.parse().ok()
}

fn is_base64url(part: &str) -> bool {
    !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}

/// Whether the part is a number in base64url.
fn is_number(part: &str) -> bool {
    let digits = URL_SAFE_NO_PAD.decode(part).unwrap_or_default();
    !digits.is_empty() && digits.iter().all(u8::is_ascii_digit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(token: &str, wrong: &str) {
        let said = shape(token).expect_err("a wrong shape");
        assert!(said.contains(wrong), "{said}");
    }

    #[test]
    fn three_parts_that_begin_with_an_id_are_a_token() {
        assert_eq!(shape("MTIzNDU2Nzg5.not-a-real_token.abcdefghijkl"), Ok(()));
    }

    #[test]
    fn a_token_names_its_application() {
        assert_eq!(application("MTIzNDU2Nzg5.not-a-real_token.abcdefghijkl"), Some(123_456_789));
        assert_eq!(application("Bot MTIzNDU2Nzg5.a.b"), None);
    }

    #[test]
    fn what_people_paste_instead_of_a_token_is_named() {
        check("\"MTIzNDU2Nzg5.a.b\"", "quotation marks");
        check("Bot MTIzNDU2Nzg5.a.b", "“Bot”");
        check("MTIzNDU2Nzg5.a.b\n", "white space before or after");
        check("MTIzNDU2 Nzg5.a.b", "white space in it");
        check("mfa.abcdef", "person");
        check("123456789012345678", "id");
        check(&"0a".repeat(32), "public key");
        check(&"aB".repeat(16), "client secret");
        check("https://discord.com/api/webhooks/1/a", "web address");
        check("MTIzNDU2Nzg5.a", "three parts");
        check("MTIzNDU2Nzg5..b", "three parts");
        check("bm90IGFuIGlk.a.b", "id of a bot");
        check("", "three parts");
    }
}
