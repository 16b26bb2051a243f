//! What is kept of the name that somebody gave a file: what every system can store and every person can read.

use unicode_normalization::UnicodeNormalization;

/// Bytes: far below what file systems take, so that a date can stand before it.
const LONGEST: usize = 120;
/// Bytes of an ending; what has a longer one is no format that anybody reads.
const LONGEST_ENDING: usize = 16;

/// No name begins or ends with these.
const AROUND: [char; 3] = ['.', ' ', '-'];

/// The last part of a path with only letters, digits, spaces and `-_.` of it, its ending in lower case, at most 120
/// bytes; `None` where that leaves no letter or digit before the ending.
pub fn safe_name(given: &str) -> Option<String> {
    let last = given.rsplit(['/', '\\']).next().unwrap_or(given);
    // Composed letters: else an accent would be a character of its own, and fall out.
    let kept: String = last.nfc().filter(|c| is_kept(*c)).collect();
    let kept = kept.trim_end_matches(AROUND);
    let (stem, ending) = match kept.rsplit_once('.') {
        Some((stem, ending)) if ending.len() <= LONGEST_ENDING => (stem, format!(".{}", lower(ending))),
        _ => (kept, String::new()),
    };
    let stem = stem.trim_start_matches(AROUND);
    // One is for the mark of a name that is reserved, which a cut can make of another.
    let room = LONGEST - 1 - ending.len();
    let stem = stem[..stem.floor_char_boundary(room)].trim_end_matches(AROUND);
    if !stem.chars().any(char::is_alphanumeric) {
        return None;
    }
    let mark = if is_reserved(stem) { "_" } else { "" };
    Some(format!("{mark}{stem}{ending}"))
}

fn is_kept(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | ' ')
}

fn lower(ending: &str) -> String {
    ending.trim().chars().map(|c| c.to_ascii_lowercase()).collect()
}

/// Devices on Windows, whatever ending follows.
fn is_reserved(stem: &str) -> bool {
    let first = stem.split('.').next().unwrap_or(stem).trim_end().to_uppercase();
    let is_port = |kind: &str| {
        let number = first.strip_prefix(kind).map(|rest| rest.chars().collect::<Vec<char>>());
        matches!(number.as_deref(), Some(['0'..='9' | '¹' | '²' | '³']))
    };
    matches!(first.as_str(), "CON" | "PRN" | "AUX" | "NUL") || is_port("COM") || is_port("LPT")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(given: &str, kept: &str) {
        assert_eq!(safe_name(given).as_deref(), Some(kept), "{given:?}");
    }

    #[test]
    fn ordinary_names_stay_as_they_are() {
        for name in
            ["lease.md", "004-lease.md", "The lease 2026.txt", "Über uns.md", "日本語.md", "notes", "v1.2.md"]
        {
            check(name, name);
        }
    }

    #[test]
    fn only_the_last_part_of_a_path_is_kept() {
        check("../../etc/passwd", "passwd");
        check("..\\..\\windows\\win.ini", "win.ini");
        check("C:\\lease.md", "lease.md");
        check("/lease.md", "lease.md");
    }

    #[test]
    fn nothing_is_hidden_reversed_or_unprintable() {
        check(".hidden.md", "hidden.md");
        check("lease\u{202e}dm.exe.md", "leasedm.exe.md");
        check("le\u{0}as\ne\u{200b}\u{2066}.md", "lease.md");
        check("-rf *.md", "rf.md");
        check("<@1> $(x) `y`.md", "1 x y.md");
    }

    #[test]
    fn letters_with_accents_are_composed() {
        check("Gru\u{308}n.md", "Grün.md");
    }

    #[test]
    fn endings_are_in_lower_case() {
        check("LEASE.MD", "LEASE.md");
        check("lease.Md ", "lease.md");
    }

    #[test]
    fn names_of_windows_devices_get_a_mark() {
        check("CON.md", "_CON.md");
        check("nul", "_nul");
        check("com1.tar.md", "_com1.tar.md");
        check("LPT².md", "_LPT².md");
        check("contract.md", "contract.md");
    }

    #[test]
    fn long_names_are_cut_between_characters_and_keep_their_ending() {
        let kept = safe_name(&format!("{}.md", "ö".repeat(300))).unwrap();
        assert_eq!(kept, format!("{}.md", "ö".repeat(58)));
        check(&format!("CON{}x.md", " ".repeat(200)), "_CON.md");
        assert_eq!(safe_name(&"a".repeat(300)).unwrap(), "a".repeat(LONGEST - 1));
        assert_eq!(safe_name(&format!("a.{}", "b".repeat(300))).unwrap().len(), LONGEST - 1);
    }

    #[test]
    fn a_name_of_which_nothing_is_left_is_none() {
        for name in ["", ".", "..", "...", " ", "/", "a/", "\u{202e}", "***.md", "-- .md", "___.md", ".md"] {
            assert_eq!(safe_name(name), None, "{name:?}");
        }
    }

    proptest! {
        #[test]
        fn whatever_is_given_one_plain_file_name_comes_out(
            given in prop_oneof![any::<String>(), "[.\\\\/ _CONcon1-9\u{202a}-\u{202e}\u{0}-\u{1f}mdöü]{0,200}"]
        ) {
            let Some(name) = safe_name(&given) else { return Ok(()) };
            prop_assert!((1..=LONGEST).contains(&name.len()), "{:?}", name);
            prop_assert!(name.chars().all(is_kept), "{:?}", name);
            prop_assert!(!name.starts_with(['.', ' ', '-']) && !name.ends_with(['.', ' ']), "{:?}", name);
            prop_assert!(!is_reserved(&name), "{:?}", name);
            prop_assert_eq!(std::path::Path::new(&name).components().count(), 1);
            prop_assert_eq!(safe_name(&name), Some(name));
        }
    }
}
