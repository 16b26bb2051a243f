//! What Discord's client makes of a message: its text as people read it, and everything in it that is more than
//! text. It is written from the outside, by what the client does, and knows nothing of how a bot escapes.

use std::sync::LazyLock;

use regex::Regex;

/// A message as it is shown.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Rendered {
    /// Without the signs that drew something, and with what they stood around.
    pub text: String,
    pub drawn: Vec<Drawn>,
}

/// Something that is more than its text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Drawn {
    Bold(String),
    Italic(String),
    Underlined(String),
    Struck(String),
    Spoiler(String),
    Code(String),
    Fence,
    Quote,
    Heading,
    Small,
    Item,
    /// A text that hides where it leads.
    MaskedLink(String),
    /// An address that can be clicked.
    Address(String),
    /// Of a person, a role, a channel, a command, all.
    Mention(String),
    Timestamp(String),
    Emoji(String),
}

impl Rendered {
    pub fn of(content: &str) -> Rendered {
        let mut rendered = Rendered::default();
        if let Some(fence) = FENCE.find(content) {
            let before = Rendered::of(&content[..fence.start()]);
            let after = Rendered::of(&content[fence.end()..]);
            let inside = fence.as_str().trim_matches('`');
            rendered.text = format!("{}{inside}{}", before.text, after.text);
            rendered.drawn = [before.drawn, vec![Drawn::Fence], after.drawn].concat();
            return rendered;
        }
        for (number, line) in content.split('\n').enumerate() {
            if number > 0 {
                rendered.text.push('\n');
            }
            let line = rendered.opened(line);
            rendered.draw(line);
        }
        rendered
    }

    /// Takes what a line opens with.
    fn opened<'l>(&mut self, line: &'l str) -> &'l str {
        let quoted = line.strip_prefix("> ").or_else(|| line.strip_prefix(">>> "));
        if quoted.is_some() {
            self.drawn.push(Drawn::Quote);
        }
        let line = quoted.unwrap_or(line);
        for (opening, drawn) in [(&ITEM, Drawn::Item), (&HEADING, Drawn::Heading), (&SMALL, Drawn::Small)] {
            if let Some(found) = opening.find(line) {
                self.drawn.push(drawn);
                // An item may hold a heading.
                return self.opened(&line[found.end()..]);
            }
        }
        line
    }

    fn draw(&mut self, mut rest: &str) {
        while let Some(first) = rest.chars().next() {
            if let Some(escaped) = ESCAPE.captures(rest) {
                self.text.push_str(&escaped[1]);
                rest = &rest[escaped[0].len()..];
                continue;
            }
            let mut found = SPANS.iter().filter_map(|(pattern, make)| Some((pattern.captures(rest)?, make)));
            if let Some((found, make)) = found.next() {
                let inside = found.get(1).map(|inside| inside.as_str());
                let drawn = make(inside.unwrap_or(&found[0]).to_owned());
                // Inside of these nothing else is drawn.
                let is_plain = matches!(drawn, Drawn::Code(_) | Drawn::Address(_));
                match inside.filter(|_| !is_plain) {
                    Some(inside) => self.draw(inside),
                    None => self.text.push_str(inside.unwrap_or(&found[0])),
                }
                self.drawn.push(drawn);
                rest = &rest[found[0].len()..];
                continue;
            }
            self.text.push(first);
            rest = &rest[first.len_utf8()..];
        }
    }
}

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a constant pattern")
}

static FENCE: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?s)```.+?```"));
static HEADING: LazyLock<Regex> = LazyLock::new(|| pattern(r"^ *#{1,3} +"));
static SMALL: LazyLock<Regex> = LazyLock::new(|| pattern(r"^ *-# +"));
static ITEM: LazyLock<Regex> = LazyLock::new(|| pattern(r"^ *(?:[-*+]|\d+[.)]) +"));
static ESCAPE: LazyLock<Regex> = LazyLock::new(|| pattern(r"^\\([^0-9A-Za-z\s])"));

type Make = fn(String) -> Drawn;

/// What is drawn inside a line, in the order in which the client looks for it.
static SPANS: LazyLock<Vec<(Regex, Make)>> = LazyLock::new(|| {
    let all: [(&str, Make); 13] = [
        (r"^<(?:@[!&]?\d+|#\d+|/[^:>\n]+:\d+)>", Drawn::Mention),
        (r"^<t:-?\d+(?::[a-zA-Z])?>", Drawn::Timestamp),
        (r"^<a?:\w+:\d+>", Drawn::Emoji),
        (r"^<(https?://[^\s>]+)>", Drawn::Address),
        (r"^(https?://[^\s<]+)", Drawn::Address),
        (r"^@(?:everyone|here)", Drawn::Mention),
        (r"^\[((?:\\.|[^\]\\])+)\]\(<?https?://[^)]+\)", Drawn::MaskedLink),
        (r"^`+([^`]+)`+", Drawn::Code),
        (r"^\*\*((?:\\.|[^\\])+?)\*\*", Drawn::Bold),
        (r"^__((?:\\.|[^\\])+?)__", Drawn::Underlined),
        (r"^~~((?:\\.|[^\\])+?)~~", Drawn::Struck),
        (r"^\|\|((?:\\.|[^\\])+?)\|\|", Drawn::Spoiler),
        (r"^[*_]((?:\\.|[^\\*_\s])(?:\\.|[^\\*_])*?)[*_]", Drawn::Italic),
    ];
    all.into_iter().map(|(text, make)| (pattern(text), make)).collect()
});

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(content: &str, text: &str, drawn: &[Drawn]) {
        let rendered = Rendered::of(content);
        assert_eq!((rendered.text.as_str(), rendered.drawn.as_slice()), (text, drawn));
    }

    #[test]
    fn what_is_written_is_drawn() {
        let s = str::to_owned;
        check(
            "**bold** *it* __u__",
            "bold it u",
            &[Drawn::Bold(s("bold")), Drawn::Italic(s("it")), Drawn::Underlined(s("u"))],
        );
        check("> # big", "big", &[Drawn::Quote, Drawn::Heading]);
        check(
            "||x|| `y` ~~z~~",
            "x y z",
            &[Drawn::Spoiler(s("x")), Drawn::Code(s("y")), Drawn::Struck(s("z"))],
        );
        check("[x](https://evil.example)", "x", &[Drawn::MaskedLink(s("x"))]);
        check(
            "a <https://a.example/b_c>",
            "a https://a.example/b_c",
            &[Drawn::Address(s("https://a.example/b_c"))],
        );
        check("```\nx```y", "\nxy", &[Drawn::Fence]);
    }

    #[test]
    fn what_is_escaped_is_text() {
        check(r"\*\*no\*\* \<\@1\> \@everyone", "**no** <@1> @everyone", &[]);
        check(r"\[x\](https\://evil.example)", "[x](https://evil.example)", &[]);
        check(r"\# no", "# no", &[]);
        check(r"C:\dir", r"C:\dir", &[]);
    }

    #[test]
    fn mentions_and_times_are_more_than_text() {
        let drawn = |content| Rendered::of(content).drawn.len();
        for content in [
            "<@1>",
            "<@&1>",
            "<#1>",
            "</ask:1>",
            "</passim why:1>",
            "<t:0:R>",
            "<:a:1>",
            "@everyone",
            "@here",
        ] {
            assert_eq!(drawn(content), 1, "{content}");
        }
    }
}
