//! The proof of an answer: what was asked and sent, the answer as scripts get it, how it was chosen, and the cited
//! files with the quoted bytes marked.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::{Query, State};
use serde::Deserialize;
use serde_json::{Value, json};

use super::Playground;
use super::refusal::Refusal;
use crate::answer::json::Json as AnswerJson;
use crate::corpus::read;
use crate::language::Language;
use crate::live;
use crate::local_discord::Id;
use crate::store::{Asking, Cited, MessageId, Receipt, Store};

/// How long the bot may be writing.
const PATIENCE: Duration = Duration::from_secs(1);
const NOTHING_KEPT: &str = "This message is no answer out of the sources: there is nothing to prove.";
const ANOTHER_INDEX: &str = "The documents have changed since, or were others for whoever asked: asked again, the same \
                             question has another answer. What was told then is under Sources.";

#[derive(Deserialize)]
pub struct Wanted {
    person: Id,
    message: Id,
}

pub async fn proof(
    State(playground): State<Arc<Playground>>,
    Query(wanted): Query<Wanted>,
) -> Result<Json<Value>, Refusal> {
    let (_, message) = playground.person(wanted.person)?.looks_at(wanted.message)?;
    let sent = playground.discord.requests_about(wanted.message);
    let at = playground.clone();
    let proved = tokio::task::spawn_blocking(move || Proved::of(&at, message.id)).await;
    let proved = proved.map_err(Refusal::failed)??;
    let asked = message.reply_to.or(proved.asked_in);
    let asked = asked.and_then(|asked| playground.discord.event_of(asked));
    let asked = asked.or_else(|| playground.discord.interaction_behind(wanted.message));
    Ok(Json(json!({
        "asked": asked, "sent": sent, "answer": proved.answer, "why": proved.why, "citations": proved.citations,
        "note": proved.note,
    })))
}

/// What the store and the sources know of an answer.
#[derive(Default)]
struct Proved {
    asked_in: Option<Id>,
    answer: Value,
    why: Value,
    citations: Vec<Value>,
    note: Option<&'static str>,
}

impl Proved {
    fn of(playground: &Playground, message: Id) -> Result<Proved, Refusal> {
        let store = Store::open_unchecked(&playground.data, PATIENCE).map_err(Refusal::failed)?;
        let asking = store.asking_answered_by(MessageId(message)).map_err(Refusal::failed)?;
        let Some(asking) = asking else {
            return Ok(Proved { note: Some(NOTHING_KEPT), ..Proved::default() });
        };
        let asked_in = asking.asked_in.map(|id| id.0);
        let receipt = asking.receipt.as_deref().map(|id| store.receipt(id)).transpose();
        let Some(receipt) = receipt.map_err(Refusal::failed)?.flatten() else {
            return Ok(Proved { asked_in, note: Some(NOTHING_KEPT), ..Proved::default() });
        };
        let citations = cited(playground, &receipt);
        let proved = Proved { asked_in, citations, ..Proved::default() };
        again(playground, &asking, &receipt, proved)
    }
}

/// The same question on the same documents has the same answer: it is asked again, and told where it is the same.
fn again(
    playground: &Playground,
    asking: &Asking,
    receipt: &Receipt,
    proved: Proved,
) -> Result<Proved, Refusal> {
    let answerer = playground.live.everything();
    let answer = answerer.ask(asking.whole_question(), &asking.sources).map_err(Refusal::failed)?;
    if answer.receipt != receipt.id {
        return Ok(Proved { note: Some(ANOTHER_INDEX), ..proved });
    }
    let reply = answerer.reply(&answer, Language::English);
    let why = answerer.explain(asking.whole_question(), &asking.sources).map_err(Refusal::failed)?;
    let json = |value: Result<Value, serde_json::Error>| value.map_err(Refusal::failed);
    Ok(Proved {
        answer: json(serde_json::to_value(AnswerJson::of(&answer, &reply, 0.0)))?,
        why: json(serde_json::to_value(why))?,
        ..proved
    })
}

fn cited(playground: &Playground, receipt: &Receipt) -> Vec<Value> {
    let reader = live::reader(&playground.settings, &playground.corpus);
    let answerer = playground.live.everything();
    let mut texts: HashMap<&str, Result<String, String>> = HashMap::new();
    let citations = receipt.citations.iter().enumerate();
    let drawn = citations.map(|(number, cited)| {
        let text = texts.entry(&cited.path).or_insert_with(|| {
            let read = read::text_of(&playground.corpus, &cited.path, &reader);
            read.map(|text| text.text).map_err(|no_text| no_text.to_string())
        });
        let title = answerer.index().source(&cited.source).map(|source| source.description.title.as_str());
        citation(number + 1, cited, title, text)
    });
    drawn.collect()
}

/// The file in three parts, the quote in the middle; all of it before where the quote is not there any more.
fn citation(number: usize, cited: &Cited, title: Option<&str>, text: &Result<String, String>) -> Value {
    let Cited { path, source, byte_start, byte_end, lines, quote, .. } = cited;
    let whole = text.as_deref().unwrap_or_default();
    let holds = whole.get(*byte_start..*byte_end) == Some(quote);
    let (start, end) = if holds { (*byte_start, *byte_end) } else { (whole.len(), whole.len()) };
    json!({
        "number": number, "id": source, "title": title, "path": path, "byte_start": byte_start,
        "byte_end": byte_end, "line_start": lines.map(|lines| lines.0), "line_end": lines.map(|lines| lines.1),
        "quote": quote, "holds": holds, "unreadable": text.as_ref().err(), "first_line": 1,
        "before": &whole[..start], "marked": &whole[start..end], "after": &whole[end..],
    })
}
