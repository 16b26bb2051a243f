//! What one person sees of a channel: in order, with what is for them only, and as text for whoever reads why a
//! test failed.

use std::fmt;

use serde_json::Value;

use super::markdown::Rendered;
use super::permissions::VIEW_CHANNEL;
use super::world::{Id, InteractionKind, Kind, Message, World};

#[derive(Clone, PartialEq, Debug)]
pub struct Screen {
    pub channel: String,
    pub viewer: String,
    pub messages: Vec<Shown>,
    /// What the person tried and Discord says has failed: the application did not respond.
    pub failures: Vec<String>,
    /// The names of those who are typing.
    pub typing: Vec<String>,
}

#[derive(Clone, PartialEq, Debug)]
pub struct Shown {
    pub id: Id,
    pub author: String,
    pub author_id: Id,
    /// As Discord writes times.
    pub written: String,
    /// Of the answer to a command: who used it, and its name.
    pub used: Option<(String, String)>,
    pub content: String,
    pub embeds: Vec<Value>,
    /// The rows of buttons and selects as they came.
    pub rows: Vec<Value>,
    pub buttons: Vec<Button>,
    pub selects: Vec<Select>,
    pub files: Vec<Attached>,
    /// Each emoji with the names of those who reacted.
    pub reactions: Vec<(String, Vec<String>)>,
    pub reply_to: Option<Id>,
    pub is_ephemeral: bool,
    pub is_thinking: bool,
    pub is_edited: bool,
    /// The text that a forward shows.
    pub forwarded: Option<String>,
    /// What Discord itself says of the author; nobody wrote anything then.
    pub notice: Option<&'static str>,
    /// The names of everybody who got a notification.
    pub pinged: Vec<String>,
}

#[derive(Clone, PartialEq, Debug)]
pub struct Button {
    pub label: String,
    /// None for links.
    pub custom_id: Option<String>,
    pub url: Option<String>,
    pub is_disabled: bool,
}

#[derive(Clone, PartialEq, Debug)]
pub struct Select {
    pub custom_id: String,
    pub placeholder: String,
    /// Label and value.
    pub options: Vec<(String, String)>,
    pub is_disabled: bool,
}

#[derive(Clone, PartialEq, Debug)]
pub struct Attached {
    pub name: String,
    pub bytes: Vec<u8>,
}

impl Screen {
    /// Nothing, where the person may not look.
    pub fn of(world: &World, viewer: Id, channel: Id) -> Screen {
        let found = world.channels.get(&channel).filter(|_| world.may(viewer, channel, VIEW_CHANNEL));
        let is_visible = |message: &&Message| message.only_for.is_none_or(|only| only == viewer);
        let messages = found.into_iter().flat_map(|channel| channel.messages.values());
        Screen {
            channel: found.map_or("a channel out of sight", |channel| &channel.name).to_owned(),
            viewer: world.name_of(viewer).to_owned(),
            messages: messages.filter(is_visible).map(|message| Shown::of(world, message)).collect(),
            failures: failures(world, viewer, channel),
            typing: world.typing_in(channel).map(|account| world.name_of(account).to_owned()).collect(),
        }
    }

    /// The newest message of that author.
    pub fn last_by(&self, author: &str) -> Option<&Shown> {
        self.messages.iter().rev().find(|message| message.author == author)
    }
}

fn failures(world: &World, viewer: Id, channel: Id) -> Vec<String> {
    let theirs = world.interactions.values().filter(|one| one.by == viewer && one.channel == channel);
    let failed = theirs.filter(|one| one.response.is_none() && world.is_too_late(one));
    failed.map(|one| format!("{}: the application did not respond", one.called)).collect()
}

impl Shown {
    pub(super) fn of(world: &World, message: &Message) -> Shown {
        let names = |ids: &std::collections::BTreeSet<Id>| -> Vec<String> {
            ids.iter().map(|id| world.name_of(*id).to_owned()).collect()
        };
        let components: Vec<&Value> = components(message).collect();
        let attached =
            |file: &super::world::File| Attached { name: file.name.clone(), bytes: file.bytes.clone() };
        Shown {
            id: message.id,
            author: world.name_of(message.author).to_owned(),
            author_id: message.author,
            written: message.written.clone(),
            used: used(world, message),
            content: message.body.content.clone(),
            embeds: message.body.embeds.clone(),
            rows: message.body.components.clone(),
            buttons: components.iter().filter_map(|component| button(component)).collect(),
            selects: components.iter().filter_map(|component| select(component)).collect(),
            files: message.body.files.iter().map(attached).collect(),
            reactions: message.reactions.iter().map(|(emoji, by)| (emoji.clone(), names(by))).collect(),
            reply_to: message.reply_to,
            is_ephemeral: message.only_for.is_some(),
            is_thinking: message.is_thinking,
            is_edited: message.edited.is_some(),
            forwarded: forwarded(message),
            notice: notice(message),
            pinged: names(&message.pinged),
        }
    }

    /// What Discord's client makes of the text.
    pub fn rendered(&self) -> Rendered {
        Rendered::of(&self.content)
    }

    /// By its label, or by its custom id.
    pub fn button(&self, named: &str) -> Option<&Button> {
        self.buttons.iter().find(|button| button.label == named || button.custom_id.as_deref() == Some(named))
    }
}

fn forwarded(message: &Message) -> Option<String> {
    match &message.kind {
        Kind::Forward { snapshot, .. } => snapshot["content"].as_str().map(str::to_owned),
        _ => None,
    }
}

fn used(world: &World, message: &Message) -> Option<(String, String)> {
    let answered = world.interactions.get(&message.answers?)?;
    let is_command = answered.kind == InteractionKind::Command;
    is_command.then(|| (world.name_of(answered.by).to_owned(), answered.called.clone()))
}

fn notice(message: &Message) -> Option<&'static str> {
    match message.kind {
        Kind::PinNotice { .. } => Some("pinned a message to this channel"),
        Kind::JoinNotice => Some("is here"),
        Kind::Written | Kind::Forward { .. } => None,
    }
}

/// Everything inside the rows of a message.
fn components(message: &Message) -> impl Iterator<Item = &Value> {
    message.body.components.iter().filter_map(|row| row["components"].as_array()).flatten()
}

fn button(component: &Value) -> Option<Button> {
    if component["type"] != 2 {
        return None;
    }
    let emoji = component["emoji"]["name"].as_str();
    Some(Button {
        label: component["label"].as_str().or(emoji).unwrap_or_default().to_owned(),
        custom_id: component["custom_id"].as_str().map(str::to_owned),
        url: component["url"].as_str().map(str::to_owned),
        is_disabled: component["disabled"] == true,
    })
}

fn select(component: &Value) -> Option<Select> {
    if component["type"] != 3 {
        return None;
    }
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let options = component["options"].as_array().into_iter().flatten();
    Some(Select {
        custom_id: text(&component["custom_id"]),
        placeholder: text(&component["placeholder"]),
        options: options.map(|option| (text(&option["label"]), text(&option["value"]))).collect(),
        is_disabled: component["disabled"] == true,
    })
}

impl fmt::Display for Screen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "── {} as {} sees it ──", self.channel, self.viewer)?;
        for message in &self.messages {
            write!(f, "{message}")?;
        }
        for failure in &self.failures {
            writeln!(f, "(!) {failure}")?;
        }
        if self.messages.is_empty() && self.failures.is_empty() {
            writeln!(f, "(nothing)")?;
        }
        Ok(())
    }
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.author)?;
        let marks = [
            (self.reply_to.is_some(), "reply"),
            (self.is_ephemeral, "only you can see this"),
            (self.is_edited, "edited"),
        ];
        for (_, mark) in marks.iter().filter(|(holds, _)| *holds) {
            write!(f, " ({mark})")?;
        }
        if !self.pinged.is_empty() {
            write!(f, " pings {}", self.pinged.join(", "))?;
        }
        writeln!(f)?;
        let content = if self.is_thinking { "… is thinking" } else { &self.content };
        for line in content.lines() {
            writeln!(f, "    {line}")?;
        }
        if let Some(text) = &self.forwarded {
            writeln!(f, "    forwarded: {text}")?;
        }
        if let Some(notice) = self.notice {
            writeln!(f, "    {notice}")?;
        }
        for embed in &self.embeds {
            writeln!(f, "    ▌ {embed}")?;
        }
        for file in &self.files {
            writeln!(f, "    file {} ({} bytes)", file.name, file.bytes.len())?;
        }
        for button in &self.buttons {
            write!(f, "    [{}]{}", button.label, if button.is_disabled { " (disabled)" } else { "" })?;
        }
        if !self.buttons.is_empty() {
            writeln!(f)?;
        }
        for select in &self.selects {
            let labels: Vec<&str> = select.options.iter().map(|(label, _)| label.as_str()).collect();
            writeln!(f, "    {} ▾ {}", select.placeholder, labels.join(" | "))?;
        }
        for (emoji, by) in &self.reactions {
            writeln!(f, "    {emoji} {}", by.join(", "))?;
        }
        Ok(())
    }
}
