//! What Discord refuses by form: lengths, counts, patterns. Each function reads a JSON body and names every
//! field that is not as it must be.
//!
//! It judges the body alone; what exists and who may do what is [`super::rest`]'s.

mod commands;
mod components;
mod messages;

use serde_json::Value;

use super::refusal::{FormFault, Refusal};

pub use commands::{command, command_type, commands};
pub use components::modal;
pub use messages::{Carrier, EPHEMERAL, message};

/// Collects what is wrong with a body.
#[derive(Default)]
struct Form {
    faults: Vec<FormFault>,
}

impl Form {
    fn wrong(&mut self, path: impl Into<String>, code: &'static str, message: impl Into<String>) {
        self.faults.push(FormFault { path: path.into(), code, message: message.into() });
    }

    fn finish(self) -> Result<(), Refusal> {
        if self.faults.is_empty() { Ok(()) } else { Err(Refusal::form(&self.faults)) }
    }

    /// A text that has to be there, of `least` to `most` characters.
    fn text(&mut self, path: impl Into<String>, value: &Value, least: usize, most: usize) {
        match value.as_str() {
            Some(text) => self.length(path, text, least, most),
            None if value.is_null() => self.wrong(path, "BASE_TYPE_REQUIRED", "This field is required"),
            None => self.wrong(path, "STRING_TYPE_CONVERT", "Could not interpret value as string."),
        }
    }

    /// A text that may be missing, or null.
    fn optional_text(&mut self, path: impl Into<String>, value: &Value, least: usize, most: usize) {
        if !value.is_null() {
            self.text(path, value, least, most);
        }
    }

    fn length(&mut self, path: impl Into<String>, text: &str, least: usize, most: usize) {
        let length = text.chars().count();
        if length > most {
            self.wrong(path, "BASE_TYPE_MAX_LENGTH", format!("Must be {most} or fewer in length."));
        } else if length < least {
            let message = format!("Must be between {least} and {most} in length.");
            self.wrong(path, "BASE_TYPE_BAD_LENGTH", message);
        }
    }

    /// A whole number that may be missing.
    fn optional_number(&mut self, path: impl Into<String>, value: &Value, least: i64, most: i64) {
        let is_fine =
            value.is_null() || value.as_i64().is_some_and(|number| (least..=most).contains(&number));
        if !is_fine {
            let message = format!("int value should be between {least} and {most}.");
            self.wrong(path, "NUMBER_TYPE_RANGE", message);
        }
    }

    /// A list that may be missing: its elements, when there are no more than `most`.
    fn list<'v>(&mut self, path: &str, value: &'v Value, most: usize) -> &'v [Value] {
        match value {
            Value::Null => &[],
            Value::Array(elements) if elements.len() <= most => elements,
            Value::Array(_) => {
                self.wrong(path, "BASE_TYPE_MAX_LENGTH", format!("Must be {most} or fewer in length."));
                &[]
            }
            _ => {
                self.wrong(path, "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType");
                &[]
            }
        }
    }
}

/// At most 25 choices, each with a name and a value of 1 to 100 characters.
pub fn choices(data: &Value) -> Result<(), Refusal> {
    let mut form = Form::default();
    if !data["choices"].is_array() {
        form.wrong("data.choices", "BASE_TYPE_REQUIRED", "This field is required");
    }
    check_choices(&mut form, "data.choices", &data["choices"]);
    form.finish()
}

fn check_choices(form: &mut Form, path: &str, choices: &Value) {
    for (n, choice) in form.list(path, choices, 25).iter().enumerate() {
        form.text(format!("{path}.{n}.name"), &choice["name"], 1, 100);
        if !choice["value"].is_number() {
            form.text(format!("{path}.{n}.value"), &choice["value"], 1, 100);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// The paths of the fields that are found wrong.
    #[track_caller]
    fn check(outcome: Result<(), Refusal>, expected: &[&str]) {
        let errors = outcome.err().map_or(Value::Null, |refusal| refusal.body["errors"].clone());
        for path in expected {
            let pointer = format!("/{}/_errors", path.replace('.', "/"));
            assert!(errors.pointer(&pointer).is_some(), "{path} is not in {errors}");
        }
        let found = errors.to_string().matches("_errors").count();
        assert_eq!(found, expected.len(), "{errors}");
    }

    fn message_in_a_channel(body: &Value) -> Result<(), Refusal> {
        message(body, "", Carrier::Channel)
    }

    fn button(custom_id: &str) -> Value {
        json!({ "type": 2, "style": 2, "label": "Press", "custom_id": custom_id })
    }

    fn row(components: &[Value]) -> Value {
        json!({ "type": 1, "components": components })
    }

    #[test]
    fn content_has_two_thousand_characters_not_bytes() {
        check(message_in_a_channel(&json!({ "content": "ö".repeat(2000) })), &[]);
        check(message_in_a_channel(&json!({ "content": "ö".repeat(2001) })), &["content"]);
    }

    #[test]
    fn ephemeral_is_for_interactions_only() {
        let body = json!({ "content": "a", "flags": 64 });
        check(message_in_a_channel(&body), &["flags"]);
        check(message(&body, "data.", Carrier::Interaction), &[]);
    }

    #[test]
    fn five_rows_of_five_buttons_with_ids_of_their_own() {
        let full: Vec<Value> = (0..5)
            .map(|row_number| {
                let buttons: Vec<Value> = (0..5).map(|n| button(&format!("{row_number}.{n}"))).collect();
                row(&buttons)
            })
            .collect();
        check(message_in_a_channel(&json!({ "components": full })), &[]);
        let six = vec![row(&[button("a")]); 6];
        check(message_in_a_channel(&json!({ "components": six })), &["components"]);
        let twice = [row(&[button("a"), button("a")])];
        let path = "components.0.components.1.custom_id";
        check(message_in_a_channel(&json!({ "components": twice })), &[path]);
        let long = [row(&[button(&"a".repeat(101))])];
        let path = "components.0.components.0.custom_id";
        check(message_in_a_channel(&json!({ "components": long })), &[path]);
    }

    #[test]
    fn a_select_has_at_most_25_options_and_a_row_of_its_own() {
        let options = |n: usize| -> Vec<Value> {
            (0..n).map(|n| json!({ "label": "x", "value": n.to_string() })).collect()
        };
        let select = |n| json!({ "type": 3, "custom_id": "s", "options": options(n) });
        check(message_in_a_channel(&json!({ "components": [row(&[select(25)])] })), &[]);
        let path = "components.0.components.0.options";
        check(message_in_a_channel(&json!({ "components": [row(&[select(26)])] })), &[path]);
        let mixed = [row(&[select(1), button("b")])];
        check(message_in_a_channel(&json!({ "components": mixed })), &["components.0.components"]);
    }

    #[test]
    fn allowed_mentions_do_not_say_a_thing_twice() {
        let body = |allowed: Value| json!({ "content": "a", "allowed_mentions": allowed });
        check(message_in_a_channel(&body(json!({ "parse": [] }))), &[]);
        check(message_in_a_channel(&body(json!({ "parse": ["all"] }))), &["allowed_mentions.parse.0"]);
        let both = json!({ "parse": ["users"], "users": ["1"] });
        check(message_in_a_channel(&body(both)), &["allowed_mentions"]);
    }

    #[test]
    fn a_nonce_has_25_characters() {
        check(message_in_a_channel(&json!({ "content": "a", "nonce": "n".repeat(25) })), &[]);
        check(message_in_a_channel(&json!({ "content": "a", "nonce": "n".repeat(26) })), &["nonce"]);
    }

    #[test]
    fn embeds_have_six_thousand_characters_in_all() {
        let embed = json!({ "description": "d".repeat(4096) });
        check(message_in_a_channel(&json!({ "embeds": [embed] })), &[]);
        check(message_in_a_channel(&json!({ "embeds": [embed, embed] })), &["embeds"]);
    }

    #[test]
    fn a_modal_has_a_title_and_text_inputs() {
        let input = json!({ "type": 4, "custom_id": "q", "style": 1, "label": "Question" });
        let form =
            |title: &str| json!({ "title": title, "custom_id": "m", "components": [row(slice(&input))] });
        check(modal(&form("Ask on")), &[]);
        check(modal(&form(&"t".repeat(46))), &["data.title"]);
        check(modal(&json!({ "title": "t", "custom_id": "m" })), &["data.components"]);
    }

    fn slice(value: &Value) -> &[Value] {
        std::slice::from_ref(value)
    }

    #[test]
    fn choices_are_at_most_25_and_never_empty() {
        let choice = json!({ "name": "n", "value": "v" });
        check(choices(&json!({ "choices": vec![choice.clone(); 25] })), &[]);
        check(choices(&json!({ "choices": vec![choice; 26] })), &["data.choices"]);
        let empty = json!({ "name": "n", "value": "" });
        check(choices(&json!({ "choices": [empty] })), &["data.choices.0.value"]);
    }

    #[test]
    fn commands_are_named_and_described() {
        let named = |name: &str| json!({ "name": name, "description": "d" });
        check(command(&named("ask")), &[]);
        check(command(&named("Ask")), &["name"]);
        check(command(&named("ask us")), &["name"]);
        check(command(&json!({ "name": "ask" })), &["description"]);
        check(command(&json!({ "type": 3, "name": "Ask the sources about this" })), &[]);
        check(commands(&json!([named("ask"), named("ask")])), &["1.name"]);
    }

    #[test]
    fn a_command_has_8000_characters_over_all_options() {
        let choice = json!({ "name": "n".repeat(100), "value": "v".repeat(100) });
        let option = |n: usize| json!({ "type": 3, "name": format!("o{n}"), "description": "d", "choices": vec![choice.clone(); 25] });
        let body = json!({ "name": "ask", "description": "d", "options": [option(1), option(2)] });
        check(command(&body), &["name"]);
    }
}
