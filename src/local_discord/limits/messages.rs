//! Messages, wherever they are carried: content, embeds, mentions, nonce, flags.

use serde_json::Value;

use super::super::refusal::Refusal;
use super::{Form, components};

/// How a message comes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Carrier {
    Channel,
    Interaction,
}

pub const EPHEMERAL: u64 = 1 << 6;
const SUPPRESS_EMBEDS: u64 = 1 << 2;
const SUPPRESS_NOTIFICATIONS: u64 = 1 << 12;
const COMPONENTS_V2: u64 = 1 << 15;

/// `prefix` is where in the request the message stands: empty, or `data.` in a callback.
pub fn message(body: &Value, prefix: &str, carrier: Carrier) -> Result<(), Refusal> {
    let mut form = Form::default();
    let at = |field: &str| format!("{prefix}{field}");
    form.optional_text(at("content"), &body["content"], 0, 2000);
    embeds(&mut form, &at("embeds"), &body["embeds"]);
    components::rows(&mut form, &at("components"), &body["components"]);
    allowed_mentions(&mut form, &at("allowed_mentions"), &body["allowed_mentions"]);
    flags(&mut form, &at("flags"), &body["flags"], carrier);
    nonce(&mut form, &at("nonce"), body);
    form.finish()
}

fn embeds(form: &mut Form, path: &str, embeds: &Value) {
    let mut characters = 0;
    for (n, embed) in form.list(path, embeds, 10).iter().enumerate() {
        let at = |field: &str| format!("{path}.{n}.{field}");
        form.optional_text(at("title"), &embed["title"], 0, 256);
        form.optional_text(at("description"), &embed["description"], 0, 4096);
        form.optional_text(at("footer.text"), &embed["footer"]["text"], 0, 2048);
        form.optional_text(at("author.name"), &embed["author"]["name"], 0, 256);
        for (m, field) in form.list(&at("fields"), &embed["fields"], 25).iter().enumerate() {
            form.text(at(&format!("fields.{m}.name")), &field["name"], 1, 256);
            form.text(at(&format!("fields.{m}.value")), &field["value"], 1, 1024);
        }
        characters += embed_characters(embed);
    }
    if characters > 6000 {
        form.wrong(path, "MAX_EMBED_SIZE_EXCEEDED", "Embed size exceeds maximum size of 6000");
    }
}

fn embed_characters(embed: &Value) -> usize {
    let length = |value: &Value| value.as_str().map_or(0, |text| text.chars().count());
    let fields = embed["fields"].as_array().into_iter().flatten();
    length(&embed["title"])
        + length(&embed["description"])
        + length(&embed["footer"]["text"])
        + length(&embed["author"]["name"])
        + fields.map(|field| length(&field["name"]) + length(&field["value"])).sum::<usize>()
}

fn allowed_mentions(form: &mut Form, path: &str, allowed: &Value) {
    if allowed.is_null() {
        return;
    }
    if !allowed.is_object() {
        return form.wrong(path, "DICT_TYPE_CONVERT", "Only dictionaries may be used in a DictType");
    }
    let parse = form.list(&format!("{path}.parse"), &allowed["parse"], 3);
    for (n, kind) in parse.iter().enumerate() {
        if !["users", "roles", "everyone"].iter().any(|known| kind == known) {
            let message = "Value must be one of {'users', 'everyone', 'roles'}.";
            form.wrong(format!("{path}.parse.{n}"), "BASE_TYPE_CHOICES", message);
        }
    }
    for kind in ["users", "roles"] {
        let listed = form.list(&format!("{path}.{kind}"), &allowed[kind], 100);
        if !listed.is_empty() && parse.iter().any(|parsed| parsed == kind) {
            let message = format!("parse:[\"{kind}\"] and {kind}: [ids...] are mutually exclusive.");
            form.wrong(path, "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE", message);
        }
    }
}

fn flags(form: &mut Form, path: &str, flags: &Value, carrier: Carrier) {
    let allowed = match carrier {
        Carrier::Channel => SUPPRESS_EMBEDS | SUPPRESS_NOTIFICATIONS,
        Carrier::Interaction => SUPPRESS_EMBEDS | SUPPRESS_NOTIFICATIONS | EPHEMERAL,
    };
    match flags.as_u64() {
        Some(bits) if bits & COMPONENTS_V2 != 0 => {
            form.wrong(path, "NOT_MODELLED", "The local Discord does not model Components V2");
        }
        Some(bits) if bits & !allowed != 0 => {
            form.wrong(path, "MESSAGE_FLAGS_INVALID", format!("Flags {} cannot be set", bits & !allowed));
        }
        Some(_) => {}
        None if flags.is_null() => {}
        None => form.wrong(path, "NUMBER_TYPE_COERCE", "Value is not an int."),
    }
}

fn nonce(form: &mut Form, path: &str, body: &Value) {
    if !body["nonce"].is_i64() {
        form.optional_text(path, &body["nonce"], 0, 25);
    }
}
