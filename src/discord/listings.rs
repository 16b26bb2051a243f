//! What is listed and leafed through: passages, sources, unanswered questions, feedback. Only for whoever called.
//!
//! What somebody leafs through is in the store, so that its buttons work after a restart. Where that cannot be
//! kept, the first page is all there is.

use std::ops::Range;
use std::sync::Arc;

use minijinja::{Value, context};
use serde::{Deserialize, Serialize};
use serenity::all::Permissions;

use super::admin::note;
use super::asking::source_id;
use super::bot::{Bot, Trouble};
use super::calls::Call;
use super::interactions::{self, Options};
use super::message;
use super::outgoing::{Audience, Button, File, Outgoing, Style};
use super::press::{Press, Table};
use super::presses::{receipt, whole};
use super::tables;
use super::words::Phrase;
use crate::Answerer;
use crate::corpus::read::{self, NoText};
use crate::language::Language;
use crate::store::{self, Asking, GuildId, Listing, ListingId, Moment, Unanswered, UnansweredId};

/// How many passages are found, and how many are on a page.
const PASSAGES: usize = 24;
const PASSAGES_A_PAGE: usize = 3;
const SOURCES_A_PAGE: usize = 15;
/// As many as there are buttons in a row.
const QUESTIONS_A_PAGE: usize = 5;
/// More than anybody leafs through; the file has all.
const QUESTIONS: u32 = 1_000;
/// So many unknown words of a question are listed.
const MISSING: usize = 8;

/// What somebody leafs through.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Listed {
    /// Passages for some words, in all sources or in those with these ids.
    Search {
        query: String,
        sources: Vec<String>,
    },
    /// Passages for a question, in other sources than these.
    Others {
        question: String,
        except: Vec<String>,
    },
    /// The text of a source; one page begins with a line.
    Source {
        id: String,
        #[serde(default)]
        line: usize,
    },
    /// All that was read.
    Sources,
    Unanswered,
    Feedback,
}

/// One page.
struct Page {
    content: String,
    is_last: bool,
    rows: Vec<Vec<Button>>,
}

/// What all pages are made for.
struct Reader {
    language: Language,
    guild: Option<GuildId>,
}

pub async fn search(bot: &Arc<Bot>, call: &Call, options: &Options<'_>) {
    if !interactions::is_within_limits(bot, call).await {
        return;
    }
    let query = options.text("query").unwrap_or_default();
    let source = options.text("source");
    open(bot, call, move |bot| {
        let answerer = bot.live.answerer();
        let sources = source.map(|name| source_id(&answerer, &name)).transpose()?;
        Ok((Listed::Search { query, sources: sources.into_iter().collect() }, 0))
    })
    .await;
}

pub async fn source(bot: &Arc<Bot>, call: &Call, options: &Options<'_>) {
    let name = options.text("id").unwrap_or_default();
    let line = options.number("line").and_then(|line| usize::try_from(line).ok()).unwrap_or(1);
    let language = call.language;
    open(bot, call, move |bot| {
        let id = source_id(&bot.live.answerer(), &name)?;
        let pages = source_pages(bot, language, &id, line)?;
        let lines = pages.last().map_or(0, |page| page.last);
        if line > lines {
            let source = message::brief(&id);
            let text = bot.say(language, Phrase::NoSuchLine, context! { source, line, lines });
            return Err(Trouble::Said(text));
        }
        let page = pages.iter().position(|page| page.last >= line).unwrap_or(0);
        Ok((Listed::Source { id, line }, u16::try_from(page).unwrap_or(u16::MAX)))
    })
    .await;
}

pub async fn sources(bot: &Arc<Bot>, call: &Call) {
    open(bot, call, |_| Ok((Listed::Sources, 0))).await;
}

/// What other sources say about a question.
pub async fn others(bot: &Arc<Bot>, call: &Call, asking: Asking) {
    open(bot, call, move |bot| {
        let cited = receipt(bot, &asking)?.citations;
        let except = cited.into_iter().map(|cited| cited.source).collect();
        Ok((Listed::Others { question: whole(&asking).to_owned(), except }, 0))
    })
    .await;
}

pub async fn unanswered(bot: &Arc<Bot>, call: &Call) {
    if is_moderator(bot, call).await {
        note(bot, call, "unanswered", String::new()).await;
        open(bot, call, |_| Ok((Listed::Unanswered, 0))).await;
    }
}

pub async fn feedback(bot: &Arc<Bot>, call: &Call) {
    if is_moderator(bot, call).await {
        note(bot, call, "feedback", String::new()).await;
        open(bot, call, |_| Ok((Listed::Feedback, 0))).await;
    }
}

/// Whether somebody may see what a guild asked: those who manage it, and operators. If not, they are told.
async fn is_moderator(bot: &Arc<Bot>, call: &Call) -> bool {
    let manages = call.asker.permissions.contains(Permissions::MANAGE_GUILD);
    let may = call.spot.guild.is_some() && (manages || bot.audience.is_operator(&call.asker));
    if !may {
        let text = bot.say(call.language, Phrase::NotModerator, context! {});
        call.say(bot, &Outgoing::text(text)).await;
    }
    may
}

async fn open(
    bot: &Arc<Bot>,
    call: &Call,
    listed: impl FnOnce(&Bot) -> Result<(Listed, u16), Trouble> + Send + 'static,
) {
    let reader = Reader { language: call.language, guild: call.spot.place().guild };
    let user = store::UserId(call.asker.user.get());
    let work = bot.work(move |bot| {
        let (listed, number) = listed(bot)?;
        let page = page(bot, &reader, &listed, number)?;
        let id = if page.is_last && number == 0 { None } else { keep(bot, user, &listed) };
        Ok(vec![drawn(bot, reader.language, page, number, id.as_ref())])
    });
    call.respond(bot, Audience::OnlyThem, work).await;
}

fn keep(bot: &Bot, user: store::UserId, listed: &Listed) -> Option<ListingId> {
    let content = serde_json::to_string(listed).ok()?;
    let kept = bot.memory.with(|store| {
        let id = ListingId::random()?;
        let person = store.person(user);
        store.keep_listing(&Listing { id: id.clone(), person, content, at: bot.now() })?;
        Ok(id)
    });
    kept.ok()
}

/// Shows another page in the place of this one.
pub async fn turn(bot: &Arc<Bot>, call: &Call, of: ListingId, number: u16) {
    let user = store::UserId(call.asker.user.get());
    let found = bot
        .look_up(move |bot| {
            let (listing, person) = bot.memory.look(|store| Ok((store.listing(&of)?, store.person(user))))?;
            let listing = listing.ok_or(Trouble::TooOld)?;
            if listing.person != person {
                return Err(Trouble::NotYours);
            }
            let listed = serde_json::from_str(&listing.content).map_err(|_| Trouble::TooOld)?;
            Ok((listing.id, listed))
        })
        .await;
    let (id, listed) = match found {
        Ok(found) => found,
        Err(trouble) => return call.refuse(bot, &trouble).await,
    };
    let may = match listed {
        Listed::Unanswered | Listed::Feedback => is_moderator(bot, call).await,
        _ => interactions::audience(bot, call).await.is_some(),
    };
    if may {
        show(bot, call, Some(id), listed, number).await;
    }
}

async fn show(bot: &Arc<Bot>, call: &Call, id: Option<ListingId>, listed: Listed, number: u16) {
    let reader = Reader { language: call.language, guild: call.spot.place().guild };
    let work = bot.work(move |bot| {
        let page = page(bot, &reader, &listed, number)?;
        Ok(drawn(bot, reader.language, page, number, id.as_ref()))
    });
    call.update(bot, work).await;
}

fn drawn(bot: &Bot, language: Language, page: Page, number: u16, id: Option<&ListingId>) -> Outgoing {
    let mut rows = page.rows;
    let mut leaf = Vec::new();
    if let Some(id) = id {
        let mut button = |phrase, page| {
            let press = Press::Page { of: id.clone(), page };
            leaf.push(Button { label: bot.say(language, phrase, context! {}), press, style: Style::Plain });
        };
        if let Some(before) = number.checked_sub(1) {
            button(Phrase::ButtonPrevious, before);
        }
        if let Some(after) = number.checked_add(1).filter(|_| !page.is_last) {
            button(Phrase::ButtonNext, after);
        }
    }
    if !leaf.is_empty() {
        rows.push(leaf);
    }
    Outgoing { content: page.content, rows, file: None }
}

fn page(bot: &Bot, reader: &Reader, listed: &Listed, number: u16) -> Result<Page, Trouble> {
    let number = usize::from(number);
    match listed {
        Listed::Search { query: words, sources } => {
            let (among, query) = (Among { sources, except: &[] }, message::brief(words));
            let title = bot.say(reader.language, Phrase::SearchTitle, context! { query => &query });
            let none = bot.say(reader.language, Phrase::SearchNothing, context! { query });
            passages_page(bot, reader, words, &among, (title, none), number)
        }
        Listed::Others { question, except } => {
            let title = bot.say(reader.language, Phrase::OthersTitle, context! {});
            let none = bot.say(reader.language, Phrase::OthersNothing, context! {});
            passages_page(bot, reader, question, &Among { sources: &[], except }, (title, none), number)
        }
        Listed::Source { id, line } => source_page(bot, reader, (id, *line), number),
        Listed::Sources => Ok(sources_page(bot, reader, number)),
        Listed::Unanswered => unanswered_page(bot, reader, number),
        Listed::Feedback => feedback_page(bot, reader, number),
    }
}

/// Which sources count.
struct Among<'a> {
    /// All where it is empty.
    sources: &'a [String],
    except: &'a [String],
}

fn passages_page(
    bot: &Bot,
    reader: &Reader,
    words: &str,
    among: &Among<'_>,
    (title, none): (String, String),
    number: usize,
) -> Result<Page, Trouble> {
    let answerer = bot.live.answerer();
    let found = answerer
        .look_up(words, among.sources, PASSAGES)
        .map_err(|error| Trouble::unanswered("passages could not be looked up", error))?;
    let counted = found.iter().filter(|found| !among.except.contains(&found.hit.source.description.id));
    let drawn: Vec<String> =
        counted.map(|found| message::hit(found, url(&answerer, found).as_deref(), reader.language)).collect();
    Ok(match leaf(&title, &drawn, PASSAGES_A_PAGE, number) {
        Some(leaf) => Page { content: leaf.content, is_last: leaf.is_last, rows: Vec::new() },
        None => Page { content: none, is_last: true, rows: Vec::new() },
    })
}

fn url(answerer: &Answerer, found: &crate::answer::lookup::Found<'_>) -> Option<String> {
    let description = &found.hit.source.description;
    answerer.url(description.url.as_deref(), &description.path, found.hit.passage.line, &description.id)
}

/// Some of many paragraphs, below a title.
struct Leaf {
    /// Which of them.
    range: Range<usize>,
    content: String,
    is_last: bool,
}

/// A page of paragraphs: no more than `most`, and no more than one message takes. Each is on one page.
fn leaf(title: &str, paragraphs: &[String], most: usize, number: usize) -> Option<Leaf> {
    let mut range = 0..0;
    for _ in 0..=number {
        let end = end_of_leaf(title, paragraphs, range.end, most);
        range = range.end..end;
    }
    if range.is_empty() {
        return None;
    }
    let lines: Vec<&str> =
        [title].into_iter().chain(paragraphs[range.clone()].iter().map(String::as_str)).collect();
    Some(Leaf { content: lines.join("\n"), is_last: range.end == paragraphs.len(), range })
}

fn end_of_leaf(title: &str, paragraphs: &[String], start: usize, most: usize) -> usize {
    let (mut end, mut length) = (start, message::length(title));
    while end < paragraphs.len() && end < start + most {
        length += 1 + message::length(&paragraphs[end]);
        // One that fits nowhere must not hold up the others.
        if length > message::LONGEST && end > start {
            break;
        }
        end += 1;
    }
    end
}

/// A stretch of a source: its last line, and its lines as Markdown.
struct SourcePage {
    last: usize,
    content: String,
}

fn source_page(
    bot: &Bot,
    reader: &Reader,
    (id, line): (&str, usize),
    number: usize,
) -> Result<Page, Trouble> {
    let pages = source_pages(bot, reader.language, id, line)?;
    let title = bot.live.answerer().index().source(id).map(|source| source.description.title.clone());
    // The source may have become shorter.
    let number = number.min(pages.len().saturating_sub(1));
    let page = pages.get(number).ok_or(Trouble::TooOld)?;
    let values = context! {
        source => message::brief(id), title => title.unwrap_or_default(), page => number + 1, pages => pages.len(),
    };
    let above = bot.say(reader.language, Phrase::SourceTitle, values);
    let content = format!("{above}\n{}", page.content);
    Ok(Page { content, is_last: number + 1 == pages.len(), rows: Vec::new() })
}

/// The pages of a source, one of which begins with a line.
fn source_pages(bot: &Bot, language: Language, id: &str, line: usize) -> Result<Vec<SourcePage>, Trouble> {
    let answerer = bot.live.answerer();
    let source = answerer.index().source(id).ok_or_else(|| Trouble::NoSuchSource(id.to_owned()))?;
    let largest = bot.settings.corpus.max_file_bytes();
    let text = read::text_of(&bot.corpus, &source.description.path, largest).map_err(|error| {
        let source = message::brief(id);
        let gone = || Trouble::Said(bot.say(language, Phrase::SourceGone, context! { source }));
        if matches!(error, NoText::NotThere { .. }) {
            gone()
        } else {
            Trouble::failed("a source could not be read", &error)
        }
    })?;
    let pages = message::numbered_pages(&text, line);
    Ok(pages.into_iter().map(|(last, content)| SourcePage { last, content }).collect())
}

fn sources_page(bot: &Bot, reader: &Reader, number: usize) -> Page {
    let answerer = bot.live.answerer();
    let index = answerer.index();
    let newest = index.sources().iter().map(|source| source.indexed_at).max();
    let title = bot.say(
        reader.language,
        Phrase::SourcesTitle,
        context! {
            documents => index.sources().len(),
            passages => index.sources().iter().map(|source| source.passages).sum::<usize>(),
            read => newest.map(|at| ago(Moment((at / 1_000_000) as i64))),
        },
    );
    let read = index.sources().iter().map(|source| {
        let description = &source.description;
        let values = context! {
            source => message::brief(&description.id),
            title => description.title.clone(),
            date => description.date.map(|date| crate::answer::reply::spoken_date(date, reader.language)),
            problems => description.problems.iter().map(|text| tables::line(text)).collect::<Vec<_>>(),
        };
        bot.say(reader.language, Phrase::SourceLine, values)
    });
    let refused = index.refused().iter().map(|file| {
        bot.say(
            reader.language,
            Phrase::RefusedLine,
            context! { path => tables::line(&file.path), reason => tables::line(&file.reason) },
        )
    });
    let lines: Vec<String> = read.chain(refused).collect();
    match leaf(&title, &lines, SOURCES_A_PAGE, number) {
        Some(leaf) => Page { content: leaf.content, is_last: leaf.is_last, rows: Vec::new() },
        None => Page { content: title, is_last: true, rows: Vec::new() },
    }
}

fn unanswered_page(bot: &Bot, reader: &Reader, number: usize) -> Result<Page, Trouble> {
    let guild = reader.guild.ok_or(Trouble::NotYours)?;
    let (groups, total) = bot.memory.look(|store| {
        Ok((store.unanswered(guild, false, QUESTIONS, 0)?, store.unanswered_count(guild)? as usize))
    })?;
    let title = bot.say(reader.language, Phrase::UnansweredTitle, context! { total });
    let drawn: Vec<String> =
        (1..).zip(&groups).map(|(number, group)| group_line(bot, reader, number, group)).collect();
    let Some(leaf) = leaf(&title, &drawn, QUESTIONS_A_PAGE, number) else {
        let content = bot.say(reader.language, Phrase::UnansweredNothing, context! {});
        return Ok(Page { content, is_last: true, rows: Vec::new() });
    };
    let resolve = leaf.range.map(|place| {
        let label = bot.say(reader.language, Phrase::ButtonResolved, context! { number => place + 1 });
        Button { label, press: Press::Resolve(groups[place].id), style: Style::Plain }
    });
    let rows = vec![resolve.collect(), vec![csv_button(bot, reader.language, Table::Unanswered)]];
    Ok(Page { content: leaf.content, is_last: leaf.is_last, rows })
}

fn group_line(bot: &Bot, reader: &Reader, number: usize, group: &Unanswered) -> String {
    // A long question of unknown words names the first of them.
    let missing: Vec<String> = group.missing.iter().take(MISSING).map(|word| message::brief(word)).collect();
    let values = context! {
        number, question => tables::line(&group.question), count => group.count, missing, last => ago(group.last),
    };
    bot.say(reader.language, Phrase::UnansweredLine, values)
}

fn feedback_page(bot: &Bot, reader: &Reader, number: usize) -> Result<Page, Trouble> {
    let guild = reader.guild.ok_or(Trouble::NotYours)?;
    let given = bot.memory.look(|store| store.feedback(guild, QUESTIONS, 0))?;
    let mut drawn = Vec::new();
    for feedback in &given {
        let values = context! {
            question => tables::line(&feedback.question),
            answer => feedback.answer.as_deref().map(tables::line).unwrap_or_default(),
            helpful => feedback.votes.helpful,
            not_helpful => feedback.votes.not_helpful,
            at => ago(feedback.at),
        };
        drawn.push(bot.say(reader.language, Phrase::FeedbackLine, values));
    }
    let title = bot.say(reader.language, Phrase::FeedbackTitle, context! {});
    let Some(leaf) = leaf(&title, &drawn, QUESTIONS_A_PAGE, number) else {
        let content = bot.say(reader.language, Phrase::FeedbackNothing, context! {});
        return Ok(Page { content, is_last: true, rows: Vec::new() });
    };
    let rows = vec![vec![csv_button(bot, reader.language, Table::Feedback)]];
    Ok(Page { content: leaf.content, is_last: leaf.is_last, rows })
}

fn csv_button(bot: &Bot, language: Language, table: Table) -> Button {
    let label = bot.say(language, Phrase::ButtonCsv, context! {});
    Button { label, press: Press::Csv(table), style: Style::Plain }
}

/// A moment as Discord shows it in everybody's own language: "3 hours ago".
pub fn ago(moment: Moment) -> Value {
    Value::from_safe_string(format!("<t:{}:R>", moment.0.div_euclid(1_000)))
}

/// Marks a group as dealt with, and shows the others.
pub async fn resolve(bot: &Arc<Bot>, call: &Call, group: UnansweredId) {
    if !is_moderator(bot, call).await {
        return;
    }
    let (guild, user) = (call.spot.place().guild, store::UserId(call.asker.user.get()));
    let resolved = bot
        .look_up(move |bot| {
            let guild = guild.ok_or(Trouble::NotYours)?;
            let is_known = bot.memory.with(|store| {
                let is_known = store.set_resolved(guild, group, true)?;
                if is_known {
                    let details = format!("group {}", group.0);
                    let (guild, what, at) = (Some(guild), "resolve".to_owned(), bot.now());
                    store.audit(&store::Deed { user, guild, what, details, at })?;
                }
                Ok(is_known)
            })?;
            if is_known { Ok(()) } else { Err(Trouble::TooOld) }
        })
        .await;
    match resolved {
        Ok(()) => {
            let listed = Listed::Unanswered;
            let again = listed.clone();
            let id = bot.look_up(move |bot| Ok(keep(bot, user, &again))).await.ok().flatten();
            show(bot, call, id, listed, 0).await;
        }
        Err(trouble) => call.refuse(bot, &trouble).await,
    }
}

/// Everything of a table as a file.
pub async fn csv(bot: &Arc<Bot>, call: &Call, table: Table) {
    if !is_moderator(bot, call).await {
        return;
    }
    let (guild, language) = (call.spot.place().guild, call.language);
    if !call.own_permissions.contains(Permissions::ATTACH_FILES) {
        let text = bot.say(language, Phrase::NeedAttachFiles, context! {});
        return call.say(bot, &Outgoing::text(text)).await;
    }
    note(bot, call, "csv", <&str>::from(table).to_owned()).await;
    let work = bot.work(move |bot| {
        let guild = guild.ok_or(Trouble::NotYours)?;
        let (name, bytes) = match table {
            Table::Unanswered => ("unanswered.csv", tables::unanswered(bot, guild)?),
            Table::Feedback => ("feedback.csv", tables::feedback(bot, guild)?),
        };
        let file = Some(File { name: name.to_owned(), bytes });
        let content = bot.say(language, Phrase::CsvReady, context! {});
        Ok(vec![Outgoing { content, file, ..Outgoing::default() }])
    });
    call.respond(bot, Audience::OnlyThem, work).await;
}
