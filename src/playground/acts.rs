//! What people do on the page, done by the person whom they are there.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::Playground;
use super::refusal::Refusal;
use crate::local_discord::{Form, Id, Person, Ping};

/// As long as an application has to respond.
const PATIENCE: Duration = Duration::from_secs(3);

type Done = Result<Json<Value>, Refusal>;
/// Who waits for the response to an interaction, and to which.
type Asked<'a> = Result<(&'a Person, Id), Refusal>;
type At = State<Arc<Playground>>;

/// Does what the path says.
pub async fn act(State(playground): At, Path(act): Path<String>, body: Bytes) -> Done {
    let (playground, body) = (&*playground, &*body);
    let (person, interaction) = match act.as_str() {
        "say" => return say(playground, body),
        "edit" => return edit(playground, body),
        "delete" => return delete(playground, body),
        "react" => return react(playground, body),
        "thread" => return thread(playground, body),
        "complete" => return complete(playground, body).await,
        "invoke" => invoke(playground, body)?,
        "menu" => menu(playground, body)?,
        "press" => press(playground, body)?,
        "choose" => choose(playground, body)?,
        "submit" => submit(playground, body)?,
        _ => return Err(Refusal::unknown("there is nothing of this name to do")),
    };
    responded(person, interaction).await
}

/// Ids come as text.
#[derive(Clone, Copy, Deserialize)]
#[serde(try_from = "String")]
struct Given(Id);

impl TryFrom<String> for Given {
    type Error = std::num::ParseIntError;

    fn try_from(text: String) -> Result<Given, Self::Error> {
        text.parse().map(Given)
    }
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Refusal> {
    serde_json::from_slice(body).map_err(|error| Refusal::wrong(format!("cannot read the request: {error}")))
}

fn nothing_to_say() -> Done {
    Ok(Json(json!({})))
}

#[derive(Deserialize)]
struct Say {
    person: Given,
    channel: Given,
    text: String,
    reply_to: Option<Given>,
    #[serde(default)]
    ping: bool,
}

fn say(playground: &Playground, body: &[u8]) -> Done {
    let said: Say = read(body)?;
    let person = playground.person(said.person.0)?;
    is_message(&said.text)?;
    let text = playground.discord.with_mentions(&said.text);
    let ping = if said.ping { Ping::Yes } else { Ping::No };
    let id = match said.reply_to {
        Some(message) => person.reply(message.0, &text, ping)?,
        None => person.say(said.channel.0, &text)?,
    };
    Ok(Json(json!({ "id": id.to_string() })))
}

/// As long as Discord takes messages of people.
fn is_message(text: &str) -> Result<(), Refusal> {
    const LONGEST: usize = 2000;
    match text.chars().count() {
        _ if text.trim().is_empty() => Err(Refusal::wrong("an empty message cannot be sent")),
        count if count > LONGEST => {
            Err(Refusal::wrong(format!("a message has at most 2,000 characters, and this one has {count}")))
        }
        _ => Ok(()),
    }
}

#[derive(Deserialize)]
struct Edit {
    person: Given,
    message: Given,
    text: String,
}

fn edit(playground: &Playground, body: &[u8]) -> Done {
    let edit: Edit = read(body)?;
    is_message(&edit.text)?;
    let text = playground.discord.with_mentions(&edit.text);
    playground.person(edit.person.0)?.edit(edit.message.0, &text)?;
    nothing_to_say()
}

#[derive(Deserialize)]
struct Delete {
    person: Given,
    message: Given,
}

fn delete(playground: &Playground, body: &[u8]) -> Done {
    let delete: Delete = read(body)?;
    playground.person(delete.person.0)?.delete(delete.message.0)?;
    nothing_to_say()
}

#[derive(Deserialize)]
struct React {
    person: Given,
    message: Given,
    emoji: String,
}

fn react(playground: &Playground, body: &[u8]) -> Done {
    let react: React = read(body)?;
    playground.person(react.person.0)?.react(react.message.0, &react.emoji)?;
    nothing_to_say()
}

#[derive(Deserialize)]
struct Thread {
    person: Given,
    channel: Given,
    name: String,
}

fn thread(playground: &Playground, body: &[u8]) -> Done {
    let thread: Thread = read(body)?;
    let id = playground.person(thread.person.0)?.open_thread(thread.channel.0, &thread.name)?;
    Ok(Json(json!({ "id": id.to_string() })))
}

#[derive(Deserialize)]
struct Invoke {
    person: Given,
    channel: Given,
    command: String,
    #[serde(default)]
    options: BTreeMap<String, Value>,
    /// The option in which somebody types.
    focused: Option<String>,
}

impl Invoke {
    fn options(&self) -> Vec<(&str, Value)> {
        self.options.iter().map(|(name, value)| (name.as_str(), value.clone())).collect()
    }
}

fn invoke<'a>(playground: &'a Playground, body: &[u8]) -> Asked<'a> {
    let invoke: Invoke = read(body)?;
    let person = playground.person(invoke.person.0)?;
    let interaction = person.invoke(invoke.channel.0, &invoke.command, &invoke.options())?;
    Ok((person, interaction))
}

async fn complete(playground: &Playground, body: &[u8]) -> Done {
    let invoke: Invoke = read(body)?;
    let person = playground.person(invoke.person.0)?;
    let focused = invoke.focused.as_deref().unwrap_or_default();
    let typed = person.autocomplete(invoke.channel.0, &invoke.command, &invoke.options(), focused)?;
    let choices = person.gets_choices(typed, PATIENCE).await?;
    let choices: Vec<Value> =
        choices.into_iter().map(|choice| json!({ "name": choice.name, "value": choice.value })).collect();
    Ok(Json(json!({ "choices": choices })))
}

#[derive(Deserialize)]
struct Menu {
    person: Given,
    message: Given,
    entry: String,
}

fn menu<'a>(playground: &'a Playground, body: &[u8]) -> Asked<'a> {
    let menu: Menu = read(body)?;
    let person = playground.person(menu.person.0)?;
    Ok((person, person.use_menu(menu.message.0, &menu.entry)?))
}

#[derive(Deserialize)]
struct Press {
    person: Given,
    message: Given,
    custom_id: String,
}

fn press<'a>(playground: &'a Playground, body: &[u8]) -> Asked<'a> {
    let press: Press = read(body)?;
    let person = playground.person(press.person.0)?;
    Ok((person, person.press(press.message.0, &press.custom_id)?))
}

#[derive(Deserialize)]
struct Choose {
    person: Given,
    message: Given,
    custom_id: String,
    values: Vec<String>,
}

fn choose<'a>(playground: &'a Playground, body: &[u8]) -> Asked<'a> {
    let choose: Choose = read(body)?;
    let person = playground.person(choose.person.0)?;
    let values: Vec<&str> = choose.values.iter().map(String::as_str).collect();
    Ok((person, person.choose(choose.message.0, &choose.custom_id, &values)?))
}

#[derive(Deserialize)]
struct Submit {
    person: Given,
    interaction: Given,
    fields: BTreeMap<String, String>,
}

fn submit<'a>(playground: &'a Playground, body: &[u8]) -> Asked<'a> {
    let submit: Submit = read(body)?;
    let person = playground.person(submit.person.0)?;
    let fields: Vec<(&str, &str)> =
        submit.fields.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    Ok((person, person.submit(submit.interaction.0, &fields)?))
}

/// Waits until the bot has responded, and tells of the form where it did with one. What else it did is seen in the
/// channel, and so is that it did nothing.
async fn responded(person: &Person, interaction: Id) -> Done {
    person.gets_response(interaction, PATIENCE).await;
    let form = person.gets_form(interaction, Duration::ZERO).await.ok();
    Ok(Json(json!({ "interaction": interaction.to_string(), "form": form.as_ref().map(drawn) })))
}

fn drawn(form: &Form) -> Value {
    const PARAGRAPH: u64 = 2;
    let inputs = form.inputs.iter().map(|input| {
        json!({
            "custom_id": input["custom_id"], "label": input["label"], "is_long": input["style"] == PARAGRAPH,
            "is_required": input["required"] != false, "placeholder": input["placeholder"],
            "value": input["value"], "least": input["min_length"].as_u64().unwrap_or(0),
            "most": input["max_length"].as_u64().unwrap_or(4000),
        })
    });
    json!({ "title": form.title, "inputs": inputs.collect::<Vec<Value>>() })
}

#[derive(Deserialize)]
pub struct Attached {
    person: Id,
    name: String,
}

pub async fn attach(State(playground): At, Query(file): Query<Attached>, bytes: Bytes) -> Done {
    let id = playground.person(file.person)?.attach(&file.name, &bytes)?;
    Ok(Json(json!({ "id": id.to_string() })))
}
