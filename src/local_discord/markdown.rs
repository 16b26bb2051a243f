//! What Discord's client makes of a message: blocks and what is drawn inside of a line. It is written from the
//! outside, by what the client does, and knows nothing of how a bot escapes.

use std::fmt;
use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::world::Id;

#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Block {
    Paragraph(Vec<Inline>),
    /// With its level, 1 to 3.
    Heading(u8, Vec<Inline>),
    Small(Vec<Inline>),
    Quote(Vec<Block>),
    List(Vec<Item>),
    Code {
        language: String,
        text: String,
    },
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Item {
    /// Of an ordered list.
    pub number: Option<u64>,
    pub blocks: Vec<Block>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Inline {
    Text(String),
    /// The end of a line.
    Break,
    Bold(Vec<Inline>),
    Italic(Vec<Inline>),
    Underlined(Vec<Inline>),
    Struck(Vec<Inline>),
    Spoiler(Vec<Inline>),
    Code(String),
    /// A text that hides where it leads.
    MaskedLink {
        url: String,
        inside: Vec<Inline>,
    },
    /// An address that can be clicked.
    Address(String),
    Mention(Mention),
    Timestamp {
        seconds: i64,
        style: Option<char>,
    },
    /// A custom one, by its name.
    Emoji(String),
}

/// Whom or what a message names so that Discord draws more than text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Mention {
    Account(Id),
    Role(Id),
    Channel(Id),
    Command { name: String, id: Id },
    Everyone,
    Here,
}

impl fmt::Display for Mention {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Mention::Account(id) => write!(f, "<@{id}>"),
            Mention::Role(id) => write!(f, "<@&{id}>"),
            Mention::Channel(id) => write!(f, "<#{id}>"),
            Mention::Command { name, id } => write!(f, "</{name}:{id}>"),
            Mention::Everyone => f.write_str("@everyone"),
            Mention::Here => f.write_str("@here"),
        }
    }
}

/// The blocks of a message, in order.
pub fn blocks(content: &str) -> Vec<Block> {
    let mut found = Vec::new();
    let mut rest = content;
    while let Some(fence) = FENCE.captures(rest) {
        let (before, after) = (&rest[..fence.get_match().start()], &rest[fence.get_match().end()..]);
        lines(before.strip_suffix('\n').unwrap_or(before), &mut found);
        let language = fence.name("language").map_or("", |language| language.as_str()).to_owned();
        found.push(Block::Code { language, text: fence["text"].trim_matches('\n').to_owned() });
        rest = after.strip_prefix('\n').unwrap_or(after);
    }
    lines(rest, &mut found);
    found
}

/// Blocks of one line or several; there is none in an empty text.
fn lines(text: &str, found: &mut Vec<Block>) {
    if text.is_empty() {
        return;
    }
    let mut at = 0;
    for line in text.split('\n') {
        // All that follows is quoted, its line ends too.
        if let Some(quoted) = text[at..].strip_prefix(">>> ") {
            found.push(Block::Quote(blocks(quoted)));
            return;
        }
        at += line.len() + 1;
        add(line_alone(line.trim_end_matches('\r')), found);
    }
}

/// A block of one line.
fn line_alone(line: &str) -> Block {
    if let Some(quoted) = line.strip_prefix("> ") {
        return Block::Quote(vec![line_alone(quoted)]);
    }
    if let Some(opening) = ITEM.captures(line) {
        let number = opening.name("number").and_then(|number| number.as_str().parse().ok());
        let blocks = vec![line_alone(&line[opening.get_match().end()..])];
        return Block::List(vec![Item { number, blocks }]);
    }
    if let Some(opening) = HEADING.captures(line) {
        let level = u8::try_from(opening["level"].len()).unwrap_or(u8::MAX);
        return Block::Heading(level, inline(&line[opening.get_match().end()..]));
    }
    if let Some(opening) = SMALL.find(line) {
        return Block::Small(inline(&line[opening.end()..]));
    }
    Block::Paragraph(inline(line))
}

/// Lines of one kind that follow each other are one block.
fn add(block: Block, found: &mut Vec<Block>) {
    match (found.last_mut(), block) {
        (Some(Block::Paragraph(text)), Block::Paragraph(line)) => {
            text.push(Inline::Break);
            text.extend(line);
        }
        (Some(Block::Quote(quoted)), Block::Quote(more)) => more.into_iter().for_each(|one| add(one, quoted)),
        (Some(Block::List(items)), Block::List(more))
            if items.last().map(|item| item.number.is_some())
                == more.first().map(|item| item.number.is_some()) =>
        {
            items.extend(more);
        }
        (_, block) => found.push(block),
    }
}

/// What is drawn of the text of a line.
pub fn inline(text: &str) -> Vec<Inline> {
    let mut found = Vec::new();
    let (mut rest, mut before) = (text, None);
    while let Some(first) = rest.chars().next() {
        let length = if let Some(escaped) = ESCAPE.captures(rest) {
            add_text(&escaped[1], &mut found);
            escaped[0].len()
        } else if let Some((length, drawn)) = drawn(rest, before) {
            found.push(drawn);
            length
        } else {
            add_text(&rest[..first.len_utf8()], &mut found);
            first.len_utf8()
        };
        before = rest[..length].chars().next_back();
        rest = &rest[length..];
    }
    found
}

fn add_text(text: &str, found: &mut Vec<Inline>) {
    match found.last_mut() {
        Some(Inline::Text(before)) => before.push_str(text),
        _ => found.push(Inline::Text(text.to_owned())),
    }
}

/// What the start of `rest` draws, with its length there. `before` is the character before it.
fn drawn(rest: &str, before: Option<char>) -> Option<(usize, Inline)> {
    SPANS.iter().find_map(|(pattern, make)| {
        let found = pattern.captures(rest)?;
        // The underscores of a name as programs have it draw nothing.
        let is_of_word = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
        let after = rest[found[0].len()..].chars().next();
        let is_inside_word = is_of_word(before) || is_of_word(after);
        if rest.starts_with('_') && !rest.starts_with("__") && is_inside_word {
            return None;
        }
        Some((found[0].len(), make(&found)))
    })
}

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a constant pattern")
}

static FENCE: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?s)```(?:(?<language>[A-Za-z0-9_+.#-]+)\n)?(?<text>.+?)```"));
static HEADING: LazyLock<Regex> = LazyLock::new(|| pattern(r"^ *(?<level>#{1,3}) +"));
static SMALL: LazyLock<Regex> = LazyLock::new(|| pattern(r"^ *-# +"));
static ITEM: LazyLock<Regex> = LazyLock::new(|| pattern(r"^ *(?:[-*+]|(?<number>\d+)[.)]) +"));
static ESCAPE: LazyLock<Regex> = LazyLock::new(|| pattern(r"^\\([^0-9A-Za-z\s])"));

fn id(found: &Captures<'_>) -> Id {
    found["id"].parse().unwrap_or_default()
}

type Make = fn(&Captures<'_>) -> Inline;

/// What is drawn inside a line, in the order in which the client looks for it.
static SPANS: LazyLock<Vec<(Regex, Make)>> = LazyLock::new(|| {
    let all: [(&str, Make); 17] = [
        (r"^<@!?(?<id>\d+)>", |found| Inline::Mention(Mention::Account(id(found)))),
        (r"^<@&(?<id>\d+)>", |found| Inline::Mention(Mention::Role(id(found)))),
        (r"^<#(?<id>\d+)>", |found| Inline::Mention(Mention::Channel(id(found)))),
        (r"^</([^:>\n]+):(?<id>\d+)>", |found| {
            Inline::Mention(Mention::Command { name: found[1].to_owned(), id: id(found) })
        }),
        (r"^<t:(-?\d+)(?::([a-zA-Z]))?>", |found| Inline::Timestamp {
            seconds: found[1].parse().unwrap_or_default(),
            style: found.get(2).and_then(|style| style.as_str().chars().next()),
        }),
        (r"^<a?:(\w+):\d+>", |found| Inline::Emoji(found[1].to_owned())),
        (r"^<(https?://[^\s>]+)>", |found| Inline::Address(found[1].to_owned())),
        (r"^(https?://[^\s<]+)", |found| Inline::Address(found[1].to_owned())),
        (r"^@everyone", |_| Inline::Mention(Mention::Everyone)),
        (r"^@here", |_| Inline::Mention(Mention::Here)),
        (r"^\[((?:\\.|[^\]\\])+)\]\(<?(https?://[^)>]+)>?\)", |found| Inline::MaskedLink {
            url: found[2].to_owned(),
            inside: inline(&found[1]),
        }),
        (r"^`+([^`]+)`+", |found| Inline::Code(found[1].to_owned())),
        (r"^\*\*((?:\\.|[^\\])+?)\*\*", |found| Inline::Bold(inline(&found[1]))),
        (r"^__((?:\\.|[^\\])+?)__", |found| Inline::Underlined(inline(&found[1]))),
        (r"^~~((?:\\.|[^\\])+?)~~", |found| Inline::Struck(inline(&found[1]))),
        (r"^\|\|((?:\\.|[^\\])+?)\|\|", |found| Inline::Spoiler(inline(&found[1]))),
        (r"^[*_]((?:\\.|[^\\*_\s])(?:\\.|[^\\*_])*?)[*_]", |found| Inline::Italic(inline(&found[1]))),
    ];
    all.into_iter().map(|(text, make)| (pattern(text), make)).collect()
});

/// A message as text, for whoever asks what of it is more than that.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Rendered {
    /// Without the signs that drew something, and with what they stood around.
    pub text: String,
    pub drawn: Vec<Drawn>,
}

/// Something that is more than its text, with the text inside of it.
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
    MaskedLink(String),
    Address(String),
    /// Of a person, a role, a channel, a command, all: as it is written.
    Mention(String),
    /// As it is written.
    Timestamp(String),
    Emoji(String),
}

impl Rendered {
    pub fn of(content: &str) -> Rendered {
        let mut rendered = Rendered::default();
        rendered.draw_blocks(&blocks(content));
        rendered
    }

    fn draw_blocks(&mut self, blocks: &[Block]) {
        for (number, block) in blocks.iter().enumerate() {
            if number > 0 {
                self.text.push('\n');
            }
            self.draw_block(block);
        }
    }

    fn draw_block(&mut self, block: &Block) {
        match block {
            Block::Paragraph(text) => self.draw(text),
            Block::Heading(_, text) => {
                self.drawn.push(Drawn::Heading);
                self.draw(text);
            }
            Block::Small(text) => {
                self.drawn.push(Drawn::Small);
                self.draw(text);
            }
            Block::Quote(quoted) => {
                self.drawn.push(Drawn::Quote);
                self.draw_blocks(quoted);
            }
            Block::List(items) => {
                for (number, item) in items.iter().enumerate() {
                    if number > 0 {
                        self.text.push('\n');
                    }
                    self.drawn.push(Drawn::Item);
                    self.draw_blocks(&item.blocks);
                }
            }
            Block::Code { text, .. } => {
                self.drawn.push(Drawn::Fence);
                self.text.push_str(text);
            }
        }
    }

    fn draw(&mut self, text: &[Inline]) {
        for inline in text {
            let drawn = match inline {
                Inline::Text(text) => {
                    self.text.push_str(text);
                    continue;
                }
                Inline::Break => {
                    self.text.push('\n');
                    continue;
                }
                Inline::Bold(inside) => Drawn::Bold(self.draw_inside(inside)),
                Inline::Italic(inside) => Drawn::Italic(self.draw_inside(inside)),
                Inline::Underlined(inside) => Drawn::Underlined(self.draw_inside(inside)),
                Inline::Struck(inside) => Drawn::Struck(self.draw_inside(inside)),
                Inline::Spoiler(inside) => Drawn::Spoiler(self.draw_inside(inside)),
                Inline::MaskedLink { inside, .. } => Drawn::MaskedLink(self.draw_inside(inside)),
                Inline::Code(text) => Drawn::Code(self.say(text)),
                Inline::Address(address) => Drawn::Address(self.say(address)),
                Inline::Mention(mention) => Drawn::Mention(self.say(&mention.to_string())),
                Inline::Timestamp { seconds, style } => {
                    let style = style.map(|style| format!(":{style}")).unwrap_or_default();
                    Drawn::Timestamp(self.say(&format!("<t:{seconds}{style}>")))
                }
                Inline::Emoji(name) => Drawn::Emoji(self.say(&format!(":{name}:"))),
            };
            self.drawn.push(drawn);
        }
    }

    fn draw_inside(&mut self, inside: &[Inline]) -> String {
        let start = self.text.len();
        self.draw(inside);
        self.text[start..].to_owned()
    }

    fn say(&mut self, text: &str) -> String {
        self.text.push_str(text);
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(content: &str, text: &str, drawn: &[Drawn]) {
        let rendered = Rendered::of(content);
        assert_eq!((rendered.text.as_str(), rendered.drawn.as_slice()), (text, drawn));
    }

    fn text(text: &str) -> Vec<Inline> {
        vec![Inline::Text(text.to_owned())]
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
        check("```\nx```y", "x\ny", &[Drawn::Fence]);
    }

    #[test]
    fn what_is_escaped_is_text() {
        check(r"\*\*no\*\* \<\@1\> \@everyone", "**no** <@1> @everyone", &[]);
        check(r"\[x\](https\://evil.example)", "[x](https://evil.example)", &[]);
        check(r"\# no", "# no", &[]);
        check(r"C:\dir", r"C:\dir", &[]);
    }

    #[test]
    fn underscores_inside_of_words_are_text() {
        check("a snake_case_name", "a snake_case_name", &[]);
        check("_this_ is", "this is", &[Drawn::Italic("this".to_owned())]);
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

    #[test]
    fn lines_of_a_kind_are_one_block() {
        let quote = |inside| Block::Quote(vec![Block::Paragraph(inside)]);
        let both = vec![Inline::Text("b".into()), Inline::Break, Inline::Text("c".into())];
        let expected = [Block::Paragraph(text("a")), quote(both.clone()), Block::Paragraph(text("d"))];
        assert_eq!(blocks("a\n> b\n> c\nd"), expected);
        assert_eq!(blocks("a\n>>> b\nc"), [Block::Paragraph(text("a")), quote(both)]);
        let item = |number, inside| Item { number, blocks: vec![Block::Paragraph(inside)] };
        let ordered = Block::List(vec![item(Some(3), text("x")), item(Some(4), text("y"))]);
        assert_eq!(blocks("- z\n3. x\n4. y"), [Block::List(vec![item(None, text("z"))]), ordered]);
    }

    #[test]
    fn a_fence_is_told_as_it_is() {
        let code = |language: &str, text: &str| Block::Code { language: language.into(), text: text.into() };
        assert_eq!(blocks("```rs\nlet **a**;\n```"), [code("rs", "let **a**;")]);
        assert_eq!(
            blocks("a\n```b```\nc"),
            [Block::Paragraph(text("a")), code("", "b"), Block::Paragraph(text("c"))]
        );
    }
}
