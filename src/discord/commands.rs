//! The commands as Discord registers them, and whether those that are registered are these.

use serde::Serialize;
use serde_json::{Map, Value};

/// Bits of Discord's permissions that a command is shown for.
const MANAGE_GUILD: u64 = 1 << 5;

/// A top-level command. Fields are named and shaped as Discord's API has them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Command {
    #[serde(rename = "type")]
    kind: u8,
    pub name: &'static str,
    /// Empty for menu entries.
    description: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    options: Vec<CommandOption>,
    /// Whom Discord shows it to; everybody where it is `None`. We check again. Discord answers with the number in
    /// a string.
    default_member_permissions: Option<u64>,
    /// Installed to guilds only.
    integration_types: [u8; 1],
    /// Guilds, and direct messages with the bot.
    contexts: &'static [u8],
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct CommandOption {
    #[serde(rename = "type")]
    kind: u8,
    name: &'static str,
    description: &'static str,
    #[serde(skip_serializing_if = "is_false")]
    required: bool,
    #[serde(skip_serializing_if = "is_false")]
    autocomplete: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    min_value: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_length: Option<u16>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    choices: Vec<Choice>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    options: Vec<CommandOption>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Choice {
    name: &'static str,
    value: &'static str,
}

fn is_false(value: &bool) -> bool {
    !value
}

const CHAT_INPUT: u8 = 1;
const MESSAGE: u8 = 3;

const SUB_COMMAND: u8 = 1;
const STRING: u8 = 3;
const INTEGER: u8 = 4;
const BOOLEAN: u8 = 5;
const ATTACHMENT: u8 = 11;

const ANYWHERE: &[u8] = &[0, 1];
const IN_GUILDS: &[u8] = &[0];

/// The menu entries on a message.
pub const WITHDRAW_THIS: &str = "Withdraw this answer";
pub const ASK_ABOUT_THIS: &str = "Ask the sources about this";
/// The one that takes the message as a claim.
pub const CHECK_AGAINST: &str = "Check against the sources";

/// Every command that there is; those that change the corpus where `discord.add_files` allows it.
pub fn all(adds_files: bool) -> Vec<Command> {
    vec![
        chat("ask", "Ask the sources a question")
            .with(text("question", "What you want to know", QUESTION_LENGTH).required())
            .with(source())
            .with(option(BOOLEAN, "private", "Whether only you see the answer")),
        chat("search", "Look up passages in the sources")
            .with(text("query", "Words to look for", QUERY_LENGTH).required().completed())
            .with(source()),
        chat("source", "Read a source")
            .with(text("id", "Its id or title", QUERY_LENGTH).required().completed())
            .with(at_least_one(option(INTEGER, "line", "The line to begin with"))),
        chat("passim", "About the sources, and how they are asked")
            .with(option(SUB_COMMAND, "sources", "What has been read, and how fresh it is"))
            .with(option(SUB_COMMAND, "why", "How your last answer was chosen"))
            .with(verify())
            .with(option(SUB_COMMAND, "help", "How to ask"))
            .with(option(SUB_COMMAND, "privacy", "What is stored about you, and how to delete it"))
            .with(channel()),
        chat("reindex", "Read the documents again")
            .with(option(BOOLEAN, "rebuild", "Whether everything is read anew, changed or not"))
            .for_admins(),
        admin(adds_files),
        command(MESSAGE, ASK_ABOUT_THIS, ""),
        command(MESSAGE, CHECK_AGAINST, ""),
        command(MESSAGE, WITHDRAW_THIS, "").for_admins(),
    ]
}

/// Each command and subcommand as people type it, with what it does; menu entries as they are called.
pub fn described(adds_files: bool) -> Vec<(String, &'static str)> {
    let mut described = Vec::new();
    for command in all(adds_files) {
        let subcommands = command.options.iter().filter(|option| option.kind == SUB_COMMAND);
        let with_name: Vec<_> = subcommands
            .map(|option| (format!("/{} {}", command.name, option.name), option.description))
            .collect();
        match (command.kind, with_name.is_empty()) {
            (CHAT_INPUT, true) => described.push((format!("/{}", command.name), command.description)),
            (CHAT_INPUT, false) => described.extend(with_name),
            _ => described.push((command.name.to_owned(), "In the menu of a message")),
        }
    }
    described
}

/// Long enough for any question, short enough for Discord.
const QUESTION_LENGTH: u16 = 2_000;
const QUERY_LENGTH: u16 = 200;

fn admin(adds_files: bool) -> Command {
    let admin = chat("passim-admin", "For those who look after the bot")
        .with(option(SUB_COMMAND, "status", "Documents, index, latency, gateway"))
        .with(option(SUB_COMMAND, "check", "The permissions that are missing in this channel"))
        .with(option(SUB_COMMAND, "unanswered", "Questions that the sources did not answer"))
        .with(option(SUB_COMMAND, "feedback", "What people thought of the answers"))
        .for_admins();
    if adds_files { admin.with(add_document()).with(remove_document()) } else { admin }
}

fn add_document() -> CommandOption {
    let mut add = option(SUB_COMMAND, "add", "Put a document into the folder, and read it");
    add.options.push(option(ATTACHMENT, "file", "The document").required());
    add.options.push(option(BOOLEAN, "replace", "Whether it may replace a source with its id or name"));
    add
}

fn remove_document() -> CommandOption {
    let mut remove = option(SUB_COMMAND, "remove", "Move a source into the trash folder");
    remove.options.push(text("source", "Its id or title", QUERY_LENGTH).required().completed());
    remove
}

fn source() -> CommandOption {
    text("source", "Ask this source only: its id or title", QUERY_LENGTH).completed()
}

fn verify() -> CommandOption {
    let mut verify = option(
        SUB_COMMAND,
        "verify",
        "Whether an answer still holds: your last one, unless you name another",
    );
    verify.options.push(text("answer", "Its receipt, or a link to it", QUERY_LENGTH));
    verify
}

fn channel() -> CommandOption {
    let mut how =
        option(STRING, "answers", "on: for all to see; private: only the asker sees them; off: none");
    how.required = true;
    how.choices = ["on", "private", "off"].map(|word| Choice { name: word, value: word }).to_vec();
    let mut channel = option(SUB_COMMAND, "channel", "Whether this channel gets answers");
    channel.options.push(how);
    channel
}

fn chat(name: &'static str, description: &'static str) -> Command {
    command(CHAT_INPUT, name, description)
}

fn command(kind: u8, name: &'static str, description: &'static str) -> Command {
    Command {
        kind,
        name,
        description,
        options: Vec::new(),
        default_member_permissions: None,
        integration_types: [0],
        contexts: ANYWHERE,
    }
}

impl Command {
    fn with(mut self, option: CommandOption) -> Command {
        self.options.push(option);
        self
    }

    fn for_admins(mut self) -> Command {
        self.default_member_permissions = Some(MANAGE_GUILD);
        self.contexts = IN_GUILDS;
        self
    }
}

fn option(kind: u8, name: &'static str, description: &'static str) -> CommandOption {
    CommandOption {
        kind,
        name,
        description,
        required: false,
        autocomplete: false,
        min_value: None,
        max_length: None,
        choices: Vec::new(),
        options: Vec::new(),
    }
}

fn text(name: &'static str, description: &'static str, max_length: u16) -> CommandOption {
    CommandOption { max_length: Some(max_length), ..option(STRING, name, description) }
}

fn at_least_one(option: CommandOption) -> CommandOption {
    CommandOption { min_value: Some(1), ..option }
}

impl CommandOption {
    fn required(self) -> CommandOption {
        CommandOption { required: true, ..self }
    }

    /// Choices are asked of us while somebody types.
    fn completed(self) -> CommandOption {
        CommandOption { autocomplete: true, ..self }
    }
}

/// Whether the commands that Discord has registered are these: registering is limited, so that only what differs
/// is written.
pub fn are_registered(registered: &[Value], adds_files: bool) -> bool {
    let ours = all(adds_files).into_iter().filter_map(|command| serde_json::to_value(command).ok());
    let mut ours: Vec<Value> = ours.map(|command| essence(&command)).collect();
    let mut theirs: Vec<Value> = registered.iter().map(essence).collect();
    let by_name = |command: &Value| (command["type"].to_string(), command["name"].to_string());
    ours.sort_by_key(by_name);
    theirs.sort_by_key(by_name);
    ours == theirs
}

/// What we say of a command: without ids and versions, and without what is left at Discord's default.
fn essence(command: &Value) -> Value {
    const OURS: [&str; 13] = [
        "type",
        "name",
        "description",
        "options",
        "default_member_permissions",
        "integration_types",
        "contexts",
        "required",
        "autocomplete",
        "min_value",
        "max_length",
        "choices",
        "value",
    ];
    match command {
        Value::Object(fields) => {
            let said =
                fields.iter().filter(|(name, value)| OURS.contains(&name.as_str()) && !is_default(value));
            Value::Object(
                said.map(|(name, value)| (name.clone(), part(name, value))).collect::<Map<String, Value>>(),
            )
        }
        Value::Array(list) => Value::Array(list.iter().map(essence).collect()),
        other => other.clone(),
    }
}

fn part(name: &str, value: &Value) -> Value {
    match value {
        // The one number that comes back as text.
        Value::String(number) if name == "default_member_permissions" => {
            number.parse::<u64>().map_or(Value::Null, Value::from)
        }
        value => essence(value),
    }
}

fn is_default(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::Array(list) => list.is_empty(),
        Value::String(text) => text.is_empty(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// What Discord accepts, by its documentation.
    fn check(option: &CommandOption) {
        let is_name_character = |c: char| c.is_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_');
        assert!((1..=32).contains(&option.name.len()) && option.name.chars().all(is_name_character));
        assert!((1..=100).contains(&option.description.chars().count()), "{}", option.description);
        assert!(option.options.len() <= 25 && option.choices.len() <= 25);
        assert!(option.max_length.is_none_or(|length| (1..=6_000).contains(&length)));
        let first_optional = option.options.iter().position(|option| !option.required);
        let last_required = option.options.iter().rposition(|option| option.required);
        assert!(first_optional.is_none() || last_required < first_optional, "{}", option.name);
        option.options.iter().for_each(check);
    }

    #[test]
    fn commands_are_as_discord_accepts_them() {
        for command in all(true) {
            if command.kind == CHAT_INPUT {
                let options = command.options.clone();
                check(&CommandOption { options, ..option(SUB_COMMAND, command.name, command.description) });
            } else {
                assert!(command.description.is_empty() && (1..=32).contains(&command.name.len()));
            }
            assert!(serde_json::to_string(&command).unwrap().len() < 8_000);
        }
    }

    #[test]
    fn what_differs_is_registered_and_what_does_not_is_not() {
        let mut registered: Vec<Value> = all(false)
            .into_iter()
            .map(|command| {
                let mut value = serde_json::to_value(command).unwrap();
                value["id"] = json!("9000");
                value["version"] = json!("1");
                let permissions = value["default_member_permissions"].as_u64();
                value["default_member_permissions"] = json!(permissions.map(|number| number.to_string()));
                value["nsfw"] = json!(false);
                value["name_localizations"] = json!(null);
                value
            })
            .collect();
        registered.reverse();
        assert!(are_registered(&registered, false));
        assert!(!are_registered(&registered, true), "two subcommands more");
        registered[0]["default_member_permissions"] = json!("0");
        assert!(!are_registered(&registered, false));
        assert!(!are_registered(&registered[1..], false));
        assert!(!are_registered(&[], false));
    }
}
