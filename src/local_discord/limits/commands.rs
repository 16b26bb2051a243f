//! Commands as they are registered: names, descriptions, options, and how many there may be.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::super::refusal::Refusal;
use super::{Form, check_choices};

const SLASH: u64 = 1;
const MENUS: [u64; 2] = [2, 3];
const SUBCOMMANDS: [u64; 2] = [1, 2];

/// One command.
pub fn command(body: &Value) -> Result<(), Refusal> {
    let mut form = Form::default();
    check_command(&mut form, "", body);
    form.finish()
}

/// All commands of a scope, as PUT takes them.
pub fn commands(body: &Value) -> Result<(), Refusal> {
    let mut form = Form::default();
    let mut names = BTreeSet::new();
    let mut counts: BTreeMap<u64, usize> = BTreeMap::new();
    for (n, command) in body.as_array().into_iter().flatten().enumerate() {
        check_command(&mut form, &format!("{n}."), command);
        *counts.entry(command_type(command)).or_default() += 1;
        if !names.insert((command_type(command), command["name"].to_string())) {
            let message = "Application command names must be unique";
            form.wrong(format!("{n}.name"), "APPLICATION_COMMANDS_DUPLICATE_NAME", message);
        }
    }
    for (kind, count) in counts {
        let most = if kind == SLASH { 100 } else { 15 };
        if count > most {
            let message = format!("{count} commands of type {kind}, at most {most}");
            form.wrong("commands", "BASE_TYPE_MAX_LENGTH", message);
        }
    }
    form.finish()
}

/// What is not said is a slash command.
pub fn command_type(command: &Value) -> u64 {
    command["type"].as_u64().unwrap_or(SLASH)
}

fn check_command(form: &mut Form, at: &str, command: &Value) {
    match command_type(command) {
        SLASH => {
            name(form, &format!("{at}name"), &command["name"]);
            form.text(format!("{at}description"), &command["description"], 1, 100);
            options(form, &format!("{at}options"), &command["options"]);
        }
        menu if MENUS.contains(&menu) => {
            form.text(format!("{at}name"), &command["name"], 1, 32);
            form.optional_text(format!("{at}description"), &command["description"], 0, 0);
            form.list(&format!("{at}options"), &command["options"], 0);
        }
        _ => form.wrong(format!("{at}type"), "BASE_TYPE_CHOICES", "Value must be one of {1, 2, 3}."),
    }
    if characters(command) > 8000 {
        let message = "Command exceeds maximum size (8000)";
        form.wrong(format!("{at}name"), "APPLICATION_COMMAND_TOO_LARGE", message);
    }
}

fn options(form: &mut Form, path: &str, listed: &Value) {
    let (mut names, mut optional_came) = (BTreeSet::new(), false);
    for (n, option) in form.list(path, listed, 25).iter().enumerate() {
        let at = |field: &str| format!("{path}.{n}.{field}");
        name(form, &at("name"), &option["name"]);
        form.text(at("description"), &option["description"], 1, 100);
        form.optional_number(at("type"), &option["type"], 1, 11);
        check_choices(form, &at("choices"), &option["choices"]);
        form.optional_number(at("min_length"), &option["min_length"], 0, 6000);
        form.optional_number(at("max_length"), &option["max_length"], 1, 6000);
        if !names.insert(option["name"].to_string()) {
            let message = "Option names must be unique";
            form.wrong(at("name"), "APPLICATION_COMMAND_OPTIONS_NAME_NOT_UNIQUE", message);
        }
        if option["type"].as_u64().is_some_and(|kind| SUBCOMMANDS.contains(&kind)) {
            options(form, &at("options"), &option["options"]);
            continue;
        }
        let is_required = option["required"] == true;
        if is_required && optional_came {
            let message = "Required options must be placed before non-required options";
            form.wrong(at("required"), "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", message);
        }
        optional_came |= !is_required;
        if option["autocomplete"] == true && option["choices"].as_array().is_some_and(|some| !some.is_empty())
        {
            let message = "Autocomplete and choices exclude each other";
            form.wrong(at("autocomplete"), "APPLICATION_COMMAND_OPTIONS_AUTOCOMPLETE_CHOICES", message);
        }
    }
}

/// `^[-_'\p{L}\p{N}\p{sc=Deva}\p{sc=Thai}]{1,32}$`, lower case where there is one.
fn name(form: &mut Form, path: &str, name: &Value) {
    form.text(path, name, 1, 32);
    let text = name.as_str().unwrap_or_default();
    let is_allowed = |c: char| {
        c.is_alphanumeric() || "-_'".contains(c) || matches!(c, '\u{900}'..='\u{97f}' | '\u{e00}'..='\u{e7f}')
    };
    if !text.chars().all(is_allowed) || text != text.to_lowercase() {
        form.wrong(path, "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid");
    }
}

/// Names, descriptions and the values of choices, over all options.
fn characters(part: &Value) -> usize {
    let length = |value: &Value| value.as_str().map_or(0, |text| text.chars().count());
    let list = |field: &str| part[field].as_array().into_iter().flatten();
    length(&part["name"])
        + length(&part["description"])
        + list("choices").map(|choice| length(&choice["name"]) + length(&choice["value"])).sum::<usize>()
        + list("options").map(characters).sum::<usize>()
}
