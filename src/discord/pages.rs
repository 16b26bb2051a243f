//! Pages of what is listed: each entry is on exactly one, and each page is one message.

use std::ops::Range;
use std::sync::Arc;

use minijinja::{Value, context};
use serde::{Deserialize, Serialize};

use super::bot::{Bot, Trouble};
use super::message;
use super::outgoing::{Button, Style};
use super::press::{Press, Table};
use super::tables;
use super::words::Phrase;
use crate::Answerer;
use crate::answer::reply::{spoken_date, spoken_title};
use crate::corpus::read::{self, NoText};
use crate::health::{Dated, Health};
use crate::keeping::missing;
use crate::language::Language;
use crate::live;
use crate::store::{Feedback, Gap, GuildId, Moment, Scope, Unanswered};

/// How many passages are found, and how many are on a page.
const PASSAGES: usize = 24;
const PASSAGES_A_PAGE: usize = 3;
const SOURCES_A_PAGE: usize = 15;
/// As many as there are buttons in a row.
const QUESTIONS_A_PAGE: usize = 5;
/// More than anybody leafs through; the file has all.
const QUESTIONS: u32 = 1_000;
/// So many sources are listed by what was said about their answers, and so many remarks with an answer.
const SOURCES_OF_FEEDBACK: u32 = 5;
const REMARKS: usize = 3;
/// So many unknown words of a question are listed.
const MISSING: usize = 8;

/// What somebody leafs through.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Listed {
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
pub struct Page {
    pub content: String,
    pub is_last: bool,
    pub rows: Vec<Vec<Button>>,
}

/// Whom a page is made for, and out of what: of sources that they may not read no page says anything.
pub struct View {
    pub language: Language,
    pub guild: Option<GuildId>,
    pub answerer: Arc<Answerer>,
    /// Whether that is all there is.
    pub is_whole: bool,
}

pub fn page(bot: &Bot, view: &View, listed: &Listed, number: u16) -> Result<Page, Trouble> {
    let number = usize::from(number);
    match listed {
        Listed::Search { query: words, sources } => {
            let (among, query) = (Among { sources, except: &[] }, message::brief(words));
            let title = bot.say(view.language, Phrase::SearchTitle, context! { query => &query });
            let none = bot.say(view.language, Phrase::SearchNothing, context! { query });
            passages_page(view, words, &among, (title, none), number)
        }
        Listed::Others { question, except } => {
            let title = bot.say(view.language, Phrase::OthersTitle, context! {});
            let none = bot.say(view.language, Phrase::OthersNothing, context! {});
            passages_page(view, question, &Among { sources: &[], except }, (title, none), number)
        }
        Listed::Source { id, line } => {
            source_page(bot, view, id, &source_pages(bot, view, id, *line)?, number)
        }
        Listed::Sources => Ok(sources_page(bot, view, number)),
        Listed::Unanswered => unanswered_page(bot, view, number),
        Listed::Feedback => feedback_page(bot, view, number),
    }
}

/// Which sources count.
struct Among<'a> {
    /// All where it is empty.
    sources: &'a [String],
    except: &'a [String],
}

fn passages_page(
    view: &View,
    words: &str,
    among: &Among<'_>,
    (title, none): (String, String),
    number: usize,
) -> Result<Page, Trouble> {
    let found = view
        .answerer
        .look_up(words, among.sources, PASSAGES)
        .map_err(|error| Trouble::unanswered("passages could not be looked up", error))?;
    let counted = found.iter().filter(|found| !among.except.contains(&found.hit.source.description.id));
    let drawn: Vec<String> = counted
        .map(|found| message::hit(found, url(&view.answerer, found).as_deref(), view.language))
        .collect();
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
pub struct SourcePage {
    pub last: usize,
    pub content: String,
}

/// One of the pages of a source.
pub fn source_page(
    bot: &Bot,
    view: &View,
    id: &str,
    pages: &[SourcePage],
    number: usize,
) -> Result<Page, Trouble> {
    let title = view.answerer.index().source(id).map(|source| {
        let description = &source.description;
        spoken_title(&description.title, description.is_superseded, view.language)
    });
    // The source may have become shorter.
    let number = number.min(pages.len().saturating_sub(1));
    let page = pages.get(number).ok_or(Trouble::TooOld)?;
    let values = context! {
        source => message::brief(id), title => title.unwrap_or_default(), page => number + 1, pages => pages.len(),
    };
    let above = bot.say(view.language, Phrase::SourceTitle, values);
    let content = format!("{above}\n{}", page.content);
    Ok(Page { content, is_last: number + 1 == pages.len(), rows: Vec::new() })
}

/// The pages of a source, one of which begins with a line.
pub fn source_pages(bot: &Bot, view: &View, id: &str, line: usize) -> Result<Vec<SourcePage>, Trouble> {
    let source = view.answerer.index().source(id).ok_or_else(|| Trouble::NoSuchSource(id.to_owned()))?;
    let reader = live::reader(&bot.settings(), &bot.corpus);
    let text = read::text_of(&bot.corpus, &source.description.path, &reader).map_err(|error| {
        let source = message::brief(id);
        let gone = || Trouble::Said(bot.say(view.language, Phrase::SourceGone, context! { source }));
        if matches!(error, NoText::NotThere { .. }) {
            gone()
        } else {
            Trouble::failed("a source could not be read", &error)
        }
    })?;
    let pages = message::numbered_pages(&text.text, line, view.language);
    Ok(pages.into_iter().map(|(last, content)| SourcePage { last, content }).collect())
}

fn sources_page(bot: &Bot, view: &View, number: usize) -> Page {
    let index = view.answerer.index();
    let health = Health::of(index);
    let newest = index.sources().iter().map(|source| source.indexed_at).max();
    let title = bot.say(
        view.language,
        Phrase::SourcesTitle,
        context! {
            documents => health.documents,
            passages => health.passages,
            read => newest.map(|at| ago(Moment::of_nanoseconds(at))),
        },
    );
    let title = format!("{title}\n{}", health_line(bot, view.language, &health));
    let read = index.sources().iter().map(|source| {
        let description = &source.description;
        let values = context! {
            source => message::brief(&description.id),
            title => spoken_title(&description.title, description.is_superseded, view.language),
            date => description.date.map(|date| spoken_date(date, view.language)),
            problems => health.problems(source).map(|text| tables::line(&text)).collect::<Vec<_>>(),
        };
        bot.say(view.language, Phrase::SourceLine, values)
    });
    let refused = index.refused().iter().map(|file| {
        bot.say(
            view.language,
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

/// What was read, as a whole.
fn health_line(bot: &Bot, language: Language, health: &Health) -> String {
    let languages = health.languages.iter().map(|(code, count)| match code {
        Some(code) => format!("{} {count}", message::brief(language.name_of(code))),
        None => format!("? {count}"),
    });
    let spoken = |dated: &Option<Dated>| dated.as_ref().map(|dated| spoken_date(dated.date, language));
    let values = context! {
        languages => languages.collect::<Vec<String>>(),
        oldest => spoken(&health.oldest),
        newest => spoken(&health.newest),
        undated => health.undated,
        superseded => health.superseded.len(),
        twice => health.duplicates.len(),
        not_read => health.refused,
    };
    bot.say(language, Phrase::SourcesHealth, values)
}

fn unanswered_page(bot: &Bot, view: &View, number: usize) -> Result<Page, Trouble> {
    let guild = view.guild.ok_or(Trouble::NotYours)?;
    let (groups, total) = bot.memory.look(|store| {
        Ok((
            store.unanswered(Scope::Guild(guild), false, QUESTIONS, 0)?,
            store.unanswered_count(guild)? as usize,
        ))
    })?;
    let title = bot.say(view.language, Phrase::UnansweredTitle, context! { total });
    // One more than can be on the pages up to this one: each is held against the sources anew.
    let counted = groups.into_iter().take((number + 1) * QUESTIONS_A_PAGE + 1);
    let groups: Vec<Unanswered> = counted.map(|group| as_read(group, view)).collect();
    let drawn: Vec<String> =
        (1..).zip(&groups).map(|(number, group)| group_line(bot, view, number, group)).collect();
    let Some(leaf) = leaf(&title, &drawn, QUESTIONS_A_PAGE, number) else {
        let content = bot.say(view.language, Phrase::UnansweredNothing, context! {});
        return Ok(Page { content, is_last: true, rows: Vec::new() });
    };
    let resolve = leaf.range.map(|place| {
        let label = bot.say(view.language, Phrase::ButtonResolved, context! { number => place + 1 });
        Button { label, press: Press::Resolve(groups[place].id), style: Style::Plain }
    });
    let rows = vec![resolve.collect(), vec![csv_button(bot, view.language, Table::Unanswered)]];
    Ok(Page { content: leaf.content, is_last: leaf.is_last, rows })
}

/// A group as somebody may see it: which words are missing, and what comes closest, is theirs to know as far as they
/// may read the sources themselves, whoever asked.
pub fn as_read(group: Unanswered, view: &View) -> Unanswered {
    if view.is_whole {
        return group;
    }
    let answerer = &view.answerer;
    let nearest =
        group.gap.nearest.filter(|nearest| answerer.may_read_source(&nearest.source, &nearest.path));
    let gap = Gap { missing: missing(&group.question, answerer), nearest };
    Unanswered { gap, ..group }
}

fn group_line(bot: &Bot, view: &View, number: usize, group: &Unanswered) -> String {
    // A long question of unknown words names the first of them.
    let missing: Vec<String> =
        group.gap.missing.iter().take(MISSING).map(|word| message::brief(word)).collect();
    let values = context! {
        number,
        question => tables::line(&group.question),
        count => group.count,
        people => group.people,
        disliked => group.disliked,
        missing,
        nearest => group.gap.nearest.as_ref().map(|nearest| message::brief(&nearest.source)),
        line => group.gap.nearest.as_ref().map(|nearest| nearest.line),
        last => ago(group.last),
    };
    bot.say(view.language, Phrase::UnansweredLine, values)
}

fn feedback_page(bot: &Bot, view: &View, number: usize) -> Result<Page, Trouble> {
    let guild = view.guild.ok_or(Trouble::NotYours)?;
    let scope = Scope::Guild(guild);
    let may_read = |source: &str, path: &str| view.answerer.may_read_source(source, path);
    let (given, sources) = bot.memory.look(|store| {
        let sources = store.feedback_by_source(scope, SOURCES_OF_FEEDBACK, &may_read)?;
        Ok((store.feedback(scope, QUESTIONS, 0)?, sources))
    })?;
    let given: Vec<Feedback> =
        given.into_iter().filter(|feedback| is_read(feedback, &view.answerer)).collect();
    let mut drawn = Vec::new();
    for feedback in &given {
        let values = context! {
            question => tables::line(&feedback.question),
            answer => feedback.answer.as_deref().map(tables::line).unwrap_or_default(),
            cited => feedback.sources.iter().map(|source| message::brief(source)).collect::<Vec<_>>(),
            remarks => feedback.notes.iter().take(REMARKS).map(|note| tables::line(note)).collect::<Vec<_>>(),
            helpful => feedback.votes.helpful,
            not_helpful => feedback.votes.not_helpful,
            at => ago(feedback.at),
        };
        drawn.push(bot.say(view.language, Phrase::FeedbackLine, values));
    }
    let by_source: Vec<Value> = sources
        .iter()
        .map(|source| {
            let (helpful, not_helpful) = (source.votes.helpful, source.votes.not_helpful);
            context! { source => message::brief(&source.source), helpful, not_helpful }
        })
        .collect();
    let title = bot.say(view.language, Phrase::FeedbackTitle, context! { by_source });
    let Some(leaf) = leaf(&title, &drawn, QUESTIONS_A_PAGE, number) else {
        let content = bot.say(view.language, Phrase::FeedbackNothing, context! {});
        return Ok(Page { content, is_last: true, rows: Vec::new() });
    };
    let rows = vec![vec![csv_button(bot, view.language, Table::Feedback)]];
    Ok(Page { content: leaf.content, is_last: leaf.is_last, rows })
}

/// Whether somebody may see what was said about an answer: people quote what they speak of.
pub fn is_read(feedback: &Feedback, answerer: &Answerer) -> bool {
    feedback.rests_on.iter().all(|(source, path)| answerer.may_read_source(source, path))
}

fn csv_button(bot: &Bot, language: Language, table: Table) -> Button {
    let label = bot.say(language, Phrase::ButtonCsv, context! {});
    Button { label, press: Press::Csv(table), style: Style::Plain }
}

/// A moment as Discord shows it in everybody's own language: "3 hours ago".
pub fn ago(moment: Moment) -> Value {
    Value::from_safe_string(format!("<t:{}:R>", moment.0.div_euclid(1_000)))
}
