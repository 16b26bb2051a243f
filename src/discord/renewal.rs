//! What follows from a new index: earlier answers that no longer hold are known, questions that are answered now are
//! no longer open, who waits is told, and the golden questions are asked again.

use std::sync::Arc;

use minijinja::{Value, context};

use super::bot::{Bot, Trouble};
use super::stale::{self, Consequences};
use super::tables::line;
use super::watching::{self, Answered};
use super::words::Phrase;
use crate::golden;
use crate::language::Language;

/// How many golden questions a report shows.
const GOLDEN: usize = 10;

/// What came of it.
#[derive(Debug, Clone, Default)]
pub struct Renewal {
    pub stale: Consequences,
    answered: Answered,
    /// Nothing where no golden questions are named, or why they could not be asked.
    golden: Option<Result<golden::Asked, String>>,
}

/// Does all of it, after these sources have changed.
pub async fn renew(bot: &Arc<Bot>, changed: Vec<String>) -> Renewal {
    let stale = stale::look_after(bot, changed).await;
    let golden = bot.look_up(ask_golden).await.ok().flatten();
    let answered = watching::ask_again(bot).await;
    let renewal = Renewal { stale, answered, golden };
    renewal.log();
    renewal
}

fn ask_golden(bot: &Bot) -> Result<Option<Result<golden::Asked, String>>, Trouble> {
    let settings = bot.settings();
    let Some(file) = &settings.index.golden else { return Ok(None) };
    let (answerer, now) = (bot.live.everything(), bot.now());
    let asked = bot.memory.with(|store| Ok(golden::ask(file, &answerer, store, now)))?;
    Ok(Some(asked.map_err(|error| error.to_string())))
}

impl Renewal {
    fn log(&self) {
        if self.stale.stale > 0 {
            tracing::info!(answers = self.stale.stale, "earlier answers do not hold any more");
        }
        let Answered { groups, told } = self.answered;
        if groups + told > 0 {
            tracing::info!(groups, told, "the new index answers questions that were open");
        }
        match &self.golden {
            Some(Ok(asked)) if !asked.changed.is_empty() => {
                tracing::warn!(changed = asked.changed.len(), "golden questions are answered otherwise now");
            }
            Some(Err(error)) => tracing::error!(error, "the golden questions could not be asked"),
            _ => {}
        }
    }

    /// What a report says about it.
    pub fn told(&self, bot: &Bot, language: Language) -> Vec<String> {
        let renewed = Some(self.renewed(bot, language)).filter(|text| !text.is_empty());
        stale::told(bot, language, &self.stale).into_iter().chain(renewed).collect()
    }

    fn renewed(&self, bot: &Bot, language: Language) -> String {
        let golden = self.golden.as_ref().map(|asked| match asked {
            Ok(asked) => golden_values(asked),
            Err(reason) => context! { reason },
        });
        let Answered { groups, told } = self.answered;
        bot.say(language, Phrase::Renewed, context! { answered => groups, told, golden }).trim().to_owned()
    }
}

fn golden_values(asked: &golden::Asked) -> Value {
    let changed = asked.changed.iter().take(GOLDEN);
    let changed: Vec<Value> = changed
        .map(|one| context! { question => line(&one.question), old => line(&one.old), new => line(&one.new) })
        .collect();
    context! {
        questions => asked.questions,
        count => asked.changed.len(),
        changed,
        more => asked.changed.len().saturating_sub(GOLDEN),
    }
}
