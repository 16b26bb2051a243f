//! Requests as twilight reads them: an implementation that is neither serenity's nor ours.

use passim::local_discord::Recorded;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use twilight_model::application::command::Command;
use twilight_model::channel::message::{AllowedMentions, Component, Embed};
use twilight_model::http::interaction::InteractionResponse;
use twilight_validate::{command, message};

/// Reads the body of a request that carries a message, a response or commands, and checks its limits.
#[track_caller]
pub fn read(request: &Recorded) {
    let path = request.path.as_str();
    if request.body.is_null() {
        return;
    }
    if path.ends_with("/callback") {
        let response: InteractionResponse = model(request, &request.body);
        let carries_message = matches!(response.kind as u8, 4 | 7);
        if carries_message {
            check_message(request, &request.body["data"]);
        }
    } else if path.contains("/messages") || path.contains("/webhooks/") {
        check_message(request, &request.body);
    } else if path.ends_with("/commands") {
        let bodies = request.body.as_array().cloned().unwrap_or(vec![request.body.clone()]);
        bodies.into_iter().for_each(|body| check_command(request, body));
    }
}

#[track_caller]
fn check_message(request: &Recorded, body: &Value) {
    message::content(body["content"].as_str().unwrap_or_default()).unwrap();
    let list =
        |field: &str| Some(&body[field]).filter(|value| !value.is_null()).cloned().unwrap_or(json!([]));
    let components: Vec<Component> = model(request, &list("components"));
    message::components(&components, false).unwrap();
    let embeds: Vec<Embed> = model(request, &list("embeds"));
    message::embeds(&embeds).unwrap();
    if !body["allowed_mentions"].is_null() {
        let _: AllowedMentions = model(request, &body["allowed_mentions"]);
    }
}

#[track_caller]
fn check_command(request: &Recorded, mut body: Value) {
    // What only an answer has.
    body["version"] = json!("1");
    if body["type"].is_null() {
        body["type"] = json!(1);
    }
    if body["description"].is_null() {
        body["description"] = json!("");
    }
    command::command(&model::<Command>(request, &body)).unwrap();
}

#[track_caller]
fn model<T: DeserializeOwned>(request: &Recorded, value: &Value) -> T {
    serde_json::from_value(value.clone())
        .unwrap_or_else(|error| panic!("{} {}: {error} in {value}", request.method, request.path))
}
