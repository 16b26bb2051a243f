//! Buttons, selects and modals in action rows. Components V2 and labels are not modelled, and refused.

use std::collections::BTreeSet;

use serde_json::Value;

use super::super::refusal::Refusal;
use super::Form;

const ROW: u64 = 1;
const BUTTON: u64 = 2;
const TEXT_SELECT: u64 = 3;
const TEXT_INPUT: u64 = 4;
/// Of users, roles, both, channels.
const OTHER_SELECTS: [u64; 4] = [5, 6, 7, 8];
const LINK_STYLE: i64 = 5;

/// At most five action rows; every `custom_id` stands once.
pub(super) fn rows(form: &mut Form, path: &str, rows: &Value) {
    let mut ids = BTreeSet::new();
    for (n, row) in form.list(path, rows, 5).iter().enumerate() {
        if row["type"] != ROW {
            form.wrong(
                format!("{path}.{n}.type"),
                "UNION_TYPE_CHOICES",
                "Value of field \"type\" must be 1.",
            );
            continue;
        }
        let inside = format!("{path}.{n}.components");
        for (m, component) in alone_or_five_buttons(form, &inside, &row["components"]).iter().enumerate() {
            let at = format!("{inside}.{m}");
            match component["type"].as_u64() {
                Some(BUTTON) => button(form, &at, component, &mut ids),
                _ => select(form, &at, component, &mut ids),
            }
        }
    }
}

fn alone_or_five_buttons<'v>(form: &mut Form, path: &str, components: &'v Value) -> &'v [Value] {
    let found = form.list(path, components, 5);
    let are_buttons = found.iter().all(|component| component["type"] == BUTTON);
    if components.as_array().is_none_or(Vec::is_empty) {
        form.wrong(path, "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 5 in length.");
    } else if found.len() > 1 && !are_buttons {
        form.wrong(path, "COMPONENT_LAYOUT_WIDTH_EXCEEDED", "The layout is wider than a row");
        return &[];
    }
    found
}

fn button(form: &mut Form, at: &str, button: &Value, ids: &mut BTreeSet<String>) {
    let style = button["style"].as_i64().unwrap_or(0);
    if !(1..=LINK_STYLE).contains(&style) {
        form.wrong(format!("{at}.style"), "BASE_TYPE_CHOICES", "Value must be one of {1, 2, 3, 4, 5}.");
    }
    form.optional_text(format!("{at}.label"), &button["label"], 0, 80);
    let has_label = button["label"].as_str().is_some_and(|label| !label.is_empty());
    if !has_label && button["emoji"].is_null() {
        let message = "One of either 'label' or 'emoji' must be specified";
        form.wrong(at, "BUTTON_COMPONENT_MISSING_LABEL_OR_EMOJI", message);
    }
    if style != LINK_STYLE {
        return custom_id(form, at, button, ids);
    }
    form.text(format!("{at}.url"), &button["url"], 1, 512);
    if !button["custom_id"].is_null() {
        let message = "A link button has no custom id";
        form.wrong(format!("{at}.custom_id"), "BUTTON_COMPONENT_CUSTOM_ID_URL", message);
    }
}

fn select(form: &mut Form, at: &str, select: &Value, ids: &mut BTreeSet<String>) {
    let kind = select["type"].as_u64().unwrap_or(0);
    if kind != TEXT_SELECT && !OTHER_SELECTS.contains(&kind) {
        let message = "Value of field \"type\" must be one of (2, 3, 5, 6, 7, 8).";
        return form.wrong(format!("{at}.type"), "UNION_TYPE_CHOICES", message);
    }
    custom_id(form, at, select, ids);
    form.optional_text(format!("{at}.placeholder"), &select["placeholder"], 0, 150);
    form.optional_number(format!("{at}.min_values"), &select["min_values"], 0, 25);
    form.optional_number(format!("{at}.max_values"), &select["max_values"], 1, 25);
    if kind == TEXT_SELECT {
        options(form, &format!("{at}.options"), &select["options"]);
    }
}

fn options(form: &mut Form, path: &str, options: &Value) {
    if options.as_array().is_none_or(Vec::is_empty) {
        form.wrong(path, "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 25 in length.");
    }
    let mut values = BTreeSet::new();
    for (n, option) in form.list(path, options, 25).iter().enumerate() {
        form.text(format!("{path}.{n}.label"), &option["label"], 1, 100);
        form.text(format!("{path}.{n}.value"), &option["value"], 1, 100);
        form.optional_text(format!("{path}.{n}.description"), &option["description"], 0, 100);
        if option["value"].as_str().is_some_and(|value| !values.insert(value)) {
            let message = "The specified option value is already used";
            form.wrong(format!("{path}.{n}.value"), "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED", message);
        }
    }
}

fn custom_id(form: &mut Form, at: &str, component: &Value, ids: &mut BTreeSet<String>) {
    let path = format!("{at}.custom_id");
    form.text(path.as_str(), &component["custom_id"], 1, 100);
    if component["custom_id"].as_str().is_some_and(|id| !ids.insert(id.to_owned())) {
        form.wrong(path, "COMPONENT_CUSTOM_ID_DUPLICATED", "Component custom id cannot be duplicated");
    }
}

/// A title, and one to five rows with a text input each. `data` is the callback's.
pub fn modal(data: &Value) -> Result<(), Refusal> {
    let mut form = Form::default();
    form.text("data.title", &data["title"], 1, 45);
    form.text("data.custom_id", &data["custom_id"], 1, 100);
    if data["components"].as_array().is_none_or(Vec::is_empty) {
        form.wrong("data.components", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 5 in length.");
    }
    let mut ids = BTreeSet::new();
    for (n, row) in form.list("data.components", &data["components"], 5).iter().enumerate() {
        let at = format!("data.components.{n}");
        let inputs = row["components"].as_array().map_or(&[][..], Vec::as_slice);
        match inputs {
            [input] if row["type"] == ROW && input["type"] == TEXT_INPUT => {
                text_input(&mut form, &format!("{at}.components.0"), input, &mut ids);
            }
            _ => form.wrong(at, "UNION_TYPE_CHOICES", "Here a row holds one text input"),
        }
    }
    form.finish()
}

fn text_input(form: &mut Form, at: &str, input: &Value, ids: &mut BTreeSet<String>) {
    custom_id(form, at, input, ids);
    form.text(format!("{at}.label"), &input["label"], 1, 45);
    form.optional_text(format!("{at}.placeholder"), &input["placeholder"], 0, 100);
    form.optional_text(format!("{at}.value"), &input["value"], 0, 4000);
    form.optional_number(format!("{at}.min_length"), &input["min_length"], 0, 4000);
    form.optional_number(format!("{at}.max_length"), &input["max_length"], 1, 4000);
    if input["style"] != 1 && input["style"] != 2 {
        form.wrong(format!("{at}.style"), "BASE_TYPE_CHOICES", "Value must be one of {1, 2}.");
    }
}
