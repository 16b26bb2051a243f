//! `/reindex`: the documents read again, with progress while it runs and a report at its end. Answers go on from
//! the old index meanwhile. The same without anybody asking, where the folder is watched.

use std::sync::Arc;
use std::time::{Duration, Instant};

use minijinja::{Value, context};
use tokio::sync::watch;

use super::admin::{is_operator, note};
use super::bot::{Bot, Trouble};
use super::calls::Call;
use super::message;
use super::outgoing::{Audience, Outgoing};
use super::pages::ago;
use super::renewal::{self, Renewal};
use super::words::Phrase;
use crate::corpus::Refused;
use crate::language::Language;
use crate::live::{LiveError, Reindexed, Underway};
use crate::metrics::{self, Trigger};
use crate::retrieval::IndexError;
use crate::retrieval::sync::{Report, SyncError};
use crate::store::Moment;
use crate::watch as watching;

/// Progress is shown this often at most.
const BETWEEN_EDITS: Duration = Duration::from_secs(2);
/// Discord takes edits for 15 minutes.
const TOKEN_LIVES: Duration = Duration::from_secs(14 * 60);
/// How many names of files each list of a report has.
const NAMES: usize = 10;

/// Who wants it where nobody asked.
const WATCHER: &str = "watching the folder";
/// Between tries while somebody else indexes.
const BETWEEN_TRIES: Duration = Duration::from_secs(1);

/// Brings the index level since the folder changed. What follows from a new index happens; what failed is logged once.
pub async fn keep_level(bot: &Arc<Bot>, trouble: &mut watching::Trouble) {
    let result = loop {
        let (worker, started) = (bot.clone(), Instant::now());
        let work = tokio::task::spawn_blocking(move || {
            let result = worker.live.reindex_unless_held(WATCHER, worker.nanoseconds());
            measure(&worker, Trigger::Watch, started, result.as_ref().map(Option::as_ref));
            result
        });
        match work.await {
            Ok(Err(error)) if is_elsewhere(&error) => tokio::time::sleep(BETWEEN_TRIES).await,
            Ok(result) => break result.map_err(|error| error.to_string()),
            Err(_) => break Err("re-indexing panicked".to_owned()),
        }
    };
    match result {
        Ok(Some(reindexed)) => {
            if trouble.is_over() {
                tracing::info!("the watched folder is read again");
            }
            if reindexed.report.is_written {
                let Reindexed { report, changed } = reindexed;
                let summary = summary(&report, &renewal::renew(bot, changed).await);
                tracing::info!(summary, "the watched folder changed");
                bot.health.reindexed(summary);
            }
        }
        Ok(None) if trouble.is_news("held") => {
            tracing::warn!(
                "the index was rolled back and is held: the watched folder is not read until /reindex"
            );
        }
        Ok(None) => {}
        Err(error) if trouble.is_news(&error) => {
            tracing::error!(error, "the watched folder could not be read; answers come from the old index");
        }
        Err(_) => {}
    }
}

pub async fn reindex(bot: &Arc<Bot>, call: &Call, rebuild: bool) {
    if !is_operator(bot, call).await {
        return;
    }
    if let Some(underway) = bot.live.underway() {
        return call.say(bot, &Outgoing::text(already(bot, call.language, &underway))).await;
    }
    reindex_and_report(bot, call, rebuild, None).await;
}

/// The same after `news`: a file came or went, which the response that was announced tells first. Where the documents
/// cannot be read now, the next run does it.
pub async fn follow(bot: &Arc<Bot>, call: &Call, news: &str) {
    let Some(underway) = bot.live.underway() else {
        return reindex_and_report(bot, call, false, Some(news)).await;
    };
    let text = [news, &already(bot, call.language, &underway), &next_run(bot, call.language)].join("\n");
    let told = bot.delivery.edit_response(&call.token, &Outgoing::text(text)).await;
    call.logged(told);
}

async fn reindex_and_report(bot: &Arc<Bot>, call: &Call, rebuild: bool, news: Option<&str>) {
    let started = Instant::now();
    let result = match run(bot, call, rebuild, started, news).await {
        Ok(Reindexed { report, changed }) => Ok((report, renewal::renew(bot, changed).await)),
        Err(trouble) => Err(trouble),
    };
    let took = started.elapsed();
    let (summary, messages) = told(bot, call.language, result, took, news);
    tracing::info!(summary, rebuild, seconds = took.as_secs_f64(), "the documents were read again");
    bot.health.reindexed(summary.clone());
    note(bot, call, if rebuild { "reindex rebuild" } else { "reindex" }, summary);
    report(bot, call, &messages, took).await;
}

/// Runs it, and shows how far it is.
async fn run(
    bot: &Arc<Bot>,
    call: &Call,
    rebuild: bool,
    started: Instant,
    news: Option<&str>,
) -> Result<Reindexed, Trouble> {
    let (tell, progress) = watch::channel(None);
    let (worker, by, language) = (bot.clone(), call.asker.name.clone(), call.language);
    let mut work = tokio::task::spawn_blocking(move || {
        let mut watch = |underway: &Underway| {
            tell.send_replace(Some(underway.clone()));
        };
        let result = worker.live.reindex(&by, rebuild, worker.nanoseconds(), &mut watch);
        measure(&worker, Trigger::Operator, started, result.as_ref().map(Some));
        result.map_err(|error| trouble(&worker, language, error))
    });
    // Said when it has its turn: whoever wants it now hears who was first.
    let begun = bot.say(call.language, Phrase::ReindexBegun, context! {});
    match news {
        None => call.say(bot, &Outgoing::text(begun)).await,
        Some(_) => show(bot, call, news, begun).await,
    }
    let mut shown = None;
    loop {
        tokio::select! {
            result = &mut work => {
                return result.unwrap_or_else(|_| Err(Trouble::panicked()));
            }
            () = tokio::time::sleep(BETWEEN_EDITS) => {
                let now = progress.borrow().clone();
                if now != shown && started.elapsed() < TOKEN_LIVES {
                    if let Some(underway) = &now {
                        show(bot, call, news, progress_text(bot, call.language, underway)).await;
                    }
                    shown = now;
                }
            }
        }
    }
}

/// Whether the documents are being read by somebody else.
fn is_elsewhere(error: &LiveError) -> bool {
    matches!(error, LiveError::Underway(_) | LiveError::Sync(SyncError::Index(IndexError::Busy { .. })))
}

/// Notes what came of it; `None` where an operator went back to the index before.
fn measure(bot: &Bot, trigger: Trigger, started: Instant, result: Result<Option<&Reindexed>, &LiveError>) {
    let what = match result {
        Ok(Some(Reindexed { report, .. })) => {
            bot.health.checked(Instant::now());
            bot.metrics.reindexed_documents([
                ("added", report.added.len()),
                ("changed", report.changed.len()),
                ("removed", report.removed.len()),
                ("refused", report.refused.len()),
            ]);
            if report.is_written { metrics::Reindex::Changed } else { metrics::Reindex::Unchanged }
        }
        Ok(None) => metrics::Reindex::Skipped,
        Err(error) if is_elsewhere(error) => metrics::Reindex::Skipped,
        Err(_) => metrics::Reindex::Failed,
    };
    bot.metrics.reindex(trigger, what, started.elapsed());
}

fn progress_text(bot: &Bot, language: Language, underway: &Underway) -> String {
    let values = context! {
        done => underway.done, total => underway.total, is_writing => underway.is_writing,
    };
    bot.say(language, Phrase::ReindexProgress, values)
}

async fn show(bot: &Bot, call: &Call, news: Option<&str>, text: String) {
    let outgoing = Outgoing::text(news.into_iter().chain([text.as_str()]).collect::<Vec<&str>>().join("\n"));
    // The next one may come through.
    if let Err(error) = bot.delivery.edit_response(&call.token, &outgoing).await {
        tracing::debug!(%error, "progress could not be shown");
    }
}

fn trouble(bot: &Bot, language: Language, error: LiveError) -> Trouble {
    match &error {
        LiveError::Underway(underway) => Trouble::Said(already(bot, language, underway)),
        LiveError::Sync(SyncError::Index(IndexError::Busy { .. })) => {
            Trouble::Said(bot.say(language, Phrase::ReindexElsewhere, context! {}))
        }
        // Operators may know where their folder lies, and have to.
        _ => {
            tracing::error!(%error, "re-indexing failed");
            let reason = error.to_string();
            Trouble::Said(bot.say(language, Phrase::ReindexFailed, context! { reason }))
        }
    }
}

fn already(bot: &Bot, language: Language, underway: &Underway) -> String {
    let by = match underway.by.as_str() {
        WATCHER => bot.say(language, Phrase::ReindexWatching, context! {}),
        person => person.to_owned(),
    };
    let values = context! {
        by,
        since => ago(Moment::of_nanoseconds(underway.since)),
        done => underway.done,
        total => underway.total,
    };
    bot.say(language, Phrase::ReindexUnderway, values)
}

fn next_run(bot: &Bot, language: Language) -> String {
    let reindex = Value::from_safe_string(bot.command_mention("reindex"));
    bot.say(language, Phrase::DocumentNextRun, context! { reindex })
}

/// A line for the log, and what people read.
fn told(
    bot: &Bot,
    language: Language,
    result: Result<(Report, Renewal), Trouble>,
    took: Duration,
    news: Option<&str>,
) -> (String, Vec<Outgoing>) {
    let mut lines: Vec<String> = news.into_iter().flat_map(str::lines).map(str::to_owned).collect();
    let summary = match result {
        Ok((report, renewal)) => {
            lines.extend(drawn(bot, language, &report, &renewal, took));
            summary(&report, &renewal)
        }
        Err(trouble) => {
            lines.push(bot.explain(language, &trouble).content);
            lines.extend(news.map(|_| next_run(bot, language)));
            "failed".to_owned()
        }
    };
    (summary, message::joined(lines).into_iter().map(Outgoing::text).collect())
}

/// A line for the log and the status.
fn summary(report: &Report, renewal: &Renewal) -> String {
    let mut summary = format!(
        "{} added, {} changed, {} removed, {} refused",
        report.added.len(),
        report.changed.len(),
        report.removed.len(),
        report.refused.len()
    );
    if renewal.stale.stale > 0 {
        summary.push_str(&format!(", {} stale", renewal.stale.stale));
    }
    summary
}

fn drawn(bot: &Bot, language: Language, report: &Report, renewal: &Renewal, took: Duration) -> Vec<String> {
    let values = context! {
        documents => report.documents,
        passages => report.passages,
        added => names(&report.added),
        changed => names(&report.changed),
        removed => names(&report.removed),
        refused => names(&report.refused.iter().map(refusal).collect::<Vec<String>>()),
        unchanged => report.unchanged,
        rebuilt => report.rebuilt,
        seconds => format!("{:.1}", took.as_secs_f64()),
    };
    let text = bot.say(language, Phrase::ReindexDone, values);
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    lines.extend(renewal.told(bot, language).iter().flat_map(|text| text.lines()).map(str::to_owned));
    lines
}

fn refusal(refused: &Refused) -> String {
    format!("{}: {}", refused.path, refused.reason)
}

/// How many there are, the first of them, and how many more.
fn names(all: &[String]) -> Value {
    let first: Vec<String> = all.iter().take(NAMES).cloned().collect();
    context! { count => all.len(), first, more => all.len().saturating_sub(NAMES) }
}

/// The report goes where it was asked for, as long as that is possible, and by direct message.
async fn report(bot: &Bot, call: &Call, messages: &[Outgoing], took: Duration) {
    let Some((first, further)) = messages.split_first() else { return };
    if took < TOKEN_LIVES {
        match bot.delivery.edit_response(&call.token, first).await {
            Ok(_) => {
                for outgoing in further {
                    let sent = bot.delivery.follow_up(&call.token, outgoing, Audience::OnlyThem).await;
                    call.logged(sent);
                }
            }
            Err(error) => tracing::warn!(%error, "a report could not be shown"),
        }
    }
    for outgoing in messages {
        if let Err(error) = bot.delivery.tell(call.asker.user, outgoing).await {
            tracing::info!(%error, "a report could not be sent by direct message");
            break;
        }
    }
}
