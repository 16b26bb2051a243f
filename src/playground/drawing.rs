//! What the page draws, as JSON: messages, what is inside of them, commands. Ids are text, since a number of that size
//! is none in a browser.

use serde_json::{Value, json};

use super::Playground;
use crate::local_discord::{Block, Inline, Item, Mention, Person, Screen, Shown, blocks, inline};

const SUBCOMMAND: u64 = 1;
const SELECT: u64 = 3;
/// Of the message that a reply answers.
const EXCERPT: usize = 80;

/// A message as this person sees it on that screen.
pub fn message(playground: &Playground, viewer: &Person, screen: &Screen, shown: &Shown) -> Value {
    let drawing = Drawing { playground, viewer };
    let rights = viewer.rights(shown.id);
    let is_bot = shown.author_id == playground.bot.id;
    let files = shown.files.iter().enumerate().map(|(number, file)| {
        let url = format!("/api/file?person={}&message={}&number={number}", viewer.id(), shown.id);
        json!({ "name": file.name, "bytes": file.bytes.len(), "url": url })
    });
    let reactions = shown
        .reactions
        .iter()
        .map(|(emoji, by)| json!({ "emoji": emoji, "by": by, "is_yours": by.contains(&screen.viewer) }));
    json!({
        "id": shown.id.to_string(),
        "author": { "id": shown.author_id.to_string(), "name": shown.author, "is_bot": is_bot },
        "written": shown.written,
        "is_own": shown.author_id == viewer.id(),
        "is_ephemeral": shown.is_ephemeral,
        "is_thinking": shown.is_thinking,
        "is_edited": shown.is_edited,
        "pings_you": shown.pinged.contains(&screen.viewer),
        "used": shown.used.as_ref().map(|(by, name)| json!({ "by": by, "name": name })),
        "reply_to": shown.reply_to.map(|id| drawing.replied_to(screen, id)),
        "notice": shown.notice,
        "forwarded": shown.forwarded.as_ref().map(|text| drawing.blocks(&blocks(text))),
        "blocks": drawing.blocks(&blocks(&shown.content)),
        "embeds": shown.embeds,
        "rows": shown.rows.iter().map(row).collect::<Vec<Value>>(),
        "files": files.collect::<Vec<Value>>(),
        "reactions": reactions.collect::<Vec<Value>>(),
        "can": { "edit": rights.edit, "delete": rights.delete, "reply": rights.reply, "react": rights.react },
        "has_proof": is_bot && !shown.is_thinking,
        "source": shown.content,
    })
}

struct Drawing<'a> {
    playground: &'a Playground,
    viewer: &'a Person,
}

impl Drawing<'_> {
    fn replied_to(&self, screen: &Screen, id: u64) -> Value {
        let found = screen.messages.iter().find(|message| message.id == id);
        let excerpt = found.map(|found| {
            let first = found.content.lines().next().unwrap_or_default();
            self.plain(&inline(first)).chars().take(EXCERPT).collect::<String>()
        });
        json!({ "id": id.to_string(), "author": found.map(|found| &found.author), "excerpt": excerpt })
    }

    /// Without anything that is drawn.
    fn plain(&self, text: &[Inline]) -> String {
        text.iter()
            .map(|inline| match inline {
                Inline::Text(text) | Inline::Code(text) | Inline::Address(text) => text.clone(),
                Inline::Break => " ".to_owned(),
                Inline::Bold(inside)
                | Inline::Italic(inside)
                | Inline::Underlined(inside)
                | Inline::Struck(inside)
                | Inline::MaskedLink { inside, .. } => self.plain(inside),
                Inline::Spoiler(_) => "…".to_owned(),
                Inline::Mention(mention) => self.playground.discord.shown_as(mention),
                Inline::Timestamp { .. } => String::new(),
                Inline::Emoji(name) => format!(":{name}:"),
            })
            .collect()
    }

    fn blocks(&self, blocks: &[Block]) -> Vec<Value> {
        blocks.iter().map(|block| self.block(block)).collect()
    }

    fn block(&self, block: &Block) -> Value {
        match block {
            Block::Paragraph(text) => json!({ "kind": "paragraph", "inline": self.inline(text) }),
            Block::Heading(level, text) => {
                json!({ "kind": "heading", "level": level, "inline": self.inline(text) })
            }
            Block::Small(text) => json!({ "kind": "small", "inline": self.inline(text) }),
            Block::Quote(quoted) => json!({ "kind": "quote", "blocks": self.blocks(quoted) }),
            Block::List(items) => json!({
                "kind": "list", "start": items.first().and_then(|item| item.number),
                "items": items.iter().map(|Item { blocks, .. }| self.blocks(blocks)).collect::<Vec<_>>(),
            }),
            Block::Code { language, text } => json!({ "kind": "code", "language": language, "text": text }),
        }
    }

    fn inline(&self, text: &[Inline]) -> Vec<Value> {
        text.iter().map(|inline| self.drawn(inline)).collect()
    }

    fn drawn(&self, inline: &Inline) -> Value {
        let around = |kind: &str, inside: &[Inline]| json!({ "kind": kind, "inline": self.inline(inside) });
        match inline {
            Inline::Text(text) => json!({ "kind": "text", "text": text }),
            Inline::Break => json!({ "kind": "break" }),
            Inline::Bold(inside) => around("bold", inside),
            Inline::Italic(inside) => around("italic", inside),
            Inline::Underlined(inside) => around("underlined", inside),
            Inline::Struck(inside) => around("struck", inside),
            Inline::Spoiler(inside) => around("spoiler", inside),
            Inline::Code(text) => json!({ "kind": "code", "text": text }),
            Inline::MaskedLink { url, inside } => {
                json!({ "kind": "link", "url": url, "inline": self.inline(inside) })
            }
            Inline::Address(url) => {
                json!({ "kind": "link", "url": url, "inline": [{ "kind": "text", "text": url }] })
            }
            Inline::Mention(mention) => self.mention(mention),
            Inline::Timestamp { seconds, style } => {
                json!({ "kind": "time", "seconds": seconds, "style": style })
            }
            Inline::Emoji(name) => json!({ "kind": "emoji", "text": format!(":{name}:") }),
        }
    }

    fn mention(&self, mention: &Mention) -> Value {
        let (of, id) = match mention {
            Mention::Account(id) => ("user", Some(id)),
            Mention::Role(id) => ("role", Some(id)),
            Mention::Channel(id) => ("channel", Some(id)),
            Mention::Command { id, .. } => ("command", Some(id)),
            Mention::Everyone | Mention::Here => ("everyone", None),
        };
        json!({
            "kind": "mention", "of": of, "text": self.playground.discord.shown_as(mention),
            "id": id.map(u64::to_string), "is_you": *mention == Mention::Account(self.viewer.id()),
        })
    }
}

/// A row of components as Discord has it, in words.
fn row(row: &Value) -> Value {
    const STYLES: [&str; 6] = ["secondary", "primary", "secondary", "success", "danger", "link"];
    let components = row["components"].as_array().into_iter().flatten();
    let drawn = components.map(|component| {
        if component["type"] == SELECT {
            let options = component["options"].as_array().into_iter().flatten().map(|option| {
                json!({
                    "label": option["label"], "value": option["value"], "description": option["description"],
                    "is_default": option["default"] == true,
                })
            });
            return json!({
                "kind": "select", "custom_id": component["custom_id"], "placeholder": component["placeholder"],
                "options": options.collect::<Vec<Value>>(), "is_disabled": component["disabled"] == true,
                "least": component["min_values"].as_u64().unwrap_or(1),
                "most": component["max_values"].as_u64().unwrap_or(1),
            });
        }
        let style = component["style"].as_u64().and_then(|style| STYLES.get(style as usize));
        json!({
            "kind": "button", "label": component["label"], "emoji": component["emoji"]["name"],
            "style": style.unwrap_or(&STYLES[0]), "custom_id": component["custom_id"], "url": component["url"],
            "is_disabled": component["disabled"] == true,
        })
    });
    drawn.collect()
}

/// A command as it was registered, as one entry or as one for each of its subcommands.
pub fn command(command: &Value, before: &str) -> Vec<Value> {
    let name = format!("{before}{}", command["name"].as_str().unwrap_or_default());
    let options: Vec<&Value> = command["options"].as_array().into_iter().flatten().collect();
    if options.iter().any(|option| option["type"] == SUBCOMMAND) {
        let before = format!("{name} ");
        return options.into_iter().flat_map(|option| self::command(option, &before)).collect();
    }
    let options: Vec<Value> = options.into_iter().map(option).collect();
    vec![json!({ "name": name, "description": command["description"], "options": options })]
}

fn option(option: &Value) -> Value {
    let kind = match option["type"].as_u64() {
        Some(4) => "integer",
        Some(5) => "boolean",
        Some(10) => "number",
        Some(11) => "file",
        _ => "text",
    };
    let or = |one: &str, other: &str| option[one].as_f64().or(option[other].as_f64());
    json!({
        "name": option["name"], "description": option["description"], "kind": kind,
        "is_required": option["required"] == true, "completes": option["autocomplete"] == true,
        "choices": option["choices"].as_array().cloned().unwrap_or_default(),
        "least": or("min_length", "min_value"), "most": or("max_length", "max_value"),
    })
}
