//! What we send: text, rows of buttons, a file. Its JSON is made here and nowhere else, so that nothing that
//! leaves can ping anybody.

use serde_json::{Map, Value, json};

use super::press::Press;

/// A message, a response or an edit, before it is known where it goes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Outgoing {
    /// Markdown; at most 2,000 characters.
    pub content: String,
    /// A row of its own above the others.
    pub select: Option<Select>,
    /// At most five rows of five, with the select.
    pub rows: Vec<Vec<Button>>,
    pub file: Option<File>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Button {
    /// At most 80 characters.
    pub label: String,
    pub press: Press,
    pub style: Style,
}

/// Something to choose one of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Select {
    pub press: Press,
    /// What stands there before anything is chosen; at most 150 characters.
    pub placeholder: String,
    /// 1 to 25.
    pub options: Vec<SelectOption>,
}

/// Discord shows these texts as they are, without Markdown; each has 1 to 100 characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SelectOption {
    pub label: String,
    pub description: String,
    /// What is told of the choice; no two are the same.
    pub value: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// One of several.
    Plain,
    /// Takes something away.
    Danger,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    pub name: String,
    pub bytes: Vec<u8>,
}

/// Who sees the response to an interaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    Everyone,
    OnlyThem,
}

/// Flags of a message that only one person sees.
const EPHEMERAL: u64 = 1 << 6;

const CHANNEL_MESSAGE: u8 = 4;
const DEFERRED_CHANNEL_MESSAGE: u8 = 5;
const DEFERRED_UPDATE: u8 = 6;
const UPDATE: u8 = 7;
const AUTOCOMPLETE_RESULT: u8 = 8;
const MODAL: u8 = 9;

impl Outgoing {
    pub fn text(content: impl Into<String>) -> Outgoing {
        Outgoing { content: content.into(), ..Outgoing::default() }
    }

    pub fn with_row(mut self, row: Vec<Button>) -> Outgoing {
        if !row.is_empty() {
            self.rows.push(row);
        }
        self
    }

    /// As an edit has it: rows that are there no more are taken away.
    pub fn edit(&self) -> Value {
        Value::Object(self.fields())
    }

    /// An edit of what a message says; its buttons and files stay as they are.
    pub fn amendment(content: &str) -> Value {
        json!({ "content": content, "allowed_mentions": { "parse": [] } })
    }

    /// As a new message in a channel. Repeated with the same `nonce` it is there once.
    pub fn message(&self, reply_to: Option<u64>, nonce: &str) -> Value {
        let mut fields = self.fields();
        fields.insert("nonce".to_owned(), json!(nonce));
        fields.insert("enforce_nonce".to_owned(), json!(true));
        if let Some(message) = reply_to {
            let reference = json!({ "message_id": message.to_string(), "fail_if_not_exists": false });
            fields.insert("message_reference".to_owned(), reference);
        }
        Value::Object(fields)
    }

    /// As a follow-up of an interaction.
    pub fn follow_up(&self, audience: Audience) -> Value {
        let mut fields = self.fields();
        fields.insert("flags".to_owned(), json!(flags(audience)));
        Value::Object(fields)
    }

    /// As the first response to an interaction.
    pub fn response(&self, audience: Audience) -> Value {
        json!({ "type": CHANNEL_MESSAGE, "data": self.follow_up(audience) })
    }

    /// As the response to a press that changes the message it stands under.
    pub fn update(&self) -> Value {
        json!({ "type": UPDATE, "data": self.fields() })
    }

    fn fields(&self) -> Map<String, Value> {
        let mut fields = Map::new();
        fields.insert("content".to_owned(), json!(self.content));
        let rows = self.select.iter().map(select_json).chain(self.rows.iter().map(|row| row_json(row)));
        fields.insert("components".to_owned(), rows.collect());
        fields.insert("allowed_mentions".to_owned(), json!({ "parse": [] }));
        fields
    }
}

/// That there will be a response, and who will see it.
pub fn deferred(audience: Audience) -> Value {
    json!({ "type": DEFERRED_CHANNEL_MESSAGE, "data": { "flags": flags(audience) } })
}

/// That the message under which somebody pressed will be changed.
pub fn deferred_update() -> Value {
    json!({ "type": DEFERRED_UPDATE })
}

/// What somebody may go on typing: name and value, 1 to 100 characters each, at most 25.
pub fn completions(choices: &[(String, String)]) -> Value {
    let choices: Vec<Value> =
        choices.iter().map(|(name, value)| json!({ "name": name, "value": value })).collect();
    json!({ "type": AUTOCOMPLETE_RESULT, "data": { "choices": choices } })
}

/// A form with one field for a text, called `text`.
pub fn form(submit: &Press, title: &str, label: &str, longest: usize) -> Value {
    const PARAGRAPH: u8 = 2;
    let input = json!({
        "type": 4, "custom_id": "text", "style": PARAGRAPH, "label": label,
        "min_length": 1, "max_length": longest, "required": true,
    });
    json!({
        "type": MODAL,
        "data": {
            "custom_id": submit.custom_id(),
            "title": title,
            "components": [{ "type": 1, "components": [input] }],
        },
    })
}

fn flags(audience: Audience) -> u64 {
    match audience {
        Audience::Everyone => 0,
        Audience::OnlyThem => EPHEMERAL,
    }
}

fn select_json(select: &Select) -> Value {
    let options: Vec<Value> = select
        .options
        .iter()
        .map(|option| {
            json!({ "label": option.label, "value": option.value, "description": option.description })
        })
        .collect();
    let custom_id = select.press.custom_id();
    let select = json!({
        "type": 3, "custom_id": custom_id, "placeholder": select.placeholder, "options": options,
        "min_values": 1, "max_values": 1,
    });
    json!({ "type": 1, "components": [select] })
}

fn row_json(row: &[Button]) -> Value {
    let buttons: Vec<Value> = row
        .iter()
        .map(|button| {
            let style = match button.style {
                Style::Plain => 2,
                Style::Danger => 4,
            };
            json!({ "type": 2, "style": style, "label": button.label, "custom_id": button.press.custom_id() })
        })
        .collect();
    json!({ "type": 1, "components": buttons })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_leaves_pings_nobody() {
        let outgoing = Outgoing::text("@everyone");
        for body in [
            outgoing.edit(),
            outgoing.message(Some(1), "a"),
            outgoing.follow_up(Audience::Everyone),
            outgoing.response(Audience::OnlyThem)["data"].clone(),
            outgoing.update()["data"].clone(),
        ] {
            assert_eq!(body["allowed_mentions"], json!({ "parse": [] }), "{body}");
        }
    }

    #[test]
    fn a_message_is_sent_once_and_outlives_what_it_answers() {
        let body = Outgoing::text("yes").message(Some(7), "abc");
        assert_eq!((&body["nonce"], &body["enforce_nonce"]), (&json!("abc"), &json!(true)));
        assert_eq!(body["message_reference"], json!({ "message_id": "7", "fail_if_not_exists": false }));
    }

    #[test]
    fn a_select_has_a_row_of_its_own_above_the_buttons() {
        let press = Press::DeleteMyData;
        let option = SelectOption {
            label: "The lease".to_owned(),
            description: "004".to_owned(),
            value: "a".to_owned(),
        };
        let select = Select { press: press.clone(), placeholder: "Which?".to_owned(), options: vec![option] };
        let button = Button { label: "More".to_owned(), press, style: Style::Plain };
        let outgoing = Outgoing { select: Some(select), ..Outgoing::text("Which?") }.with_row(vec![button]);
        let rows = outgoing.edit()["components"].clone();
        assert_eq!(
            rows[0]["components"],
            json!([{
                "type": 3, "custom_id": "1:delete-my-data", "placeholder": "Which?",
                "min_values": 1, "max_values": 1,
                "options": [{ "label": "The lease", "value": "a", "description": "004" }],
            }])
        );
        assert_eq!((&rows[1]["components"][0]["type"], rows.as_array().unwrap().len()), (&json!(2), 2));
    }

    #[test]
    fn an_edit_takes_away_the_buttons_that_are_there_no_more() {
        assert_eq!(Outgoing::text("yes").edit()["components"], json!([]));
    }
}
