//! What is listed and leafed through: passages, sources, unanswered questions, feedback. Only for whoever called.
//!
//! What somebody leafs through is in the store, so that its buttons work after a restart. Where that cannot be
//! kept, the first page is all there is.

use std::sync::Arc;

use minijinja::context;
use serde::Serialize;
use serenity::all::Permissions;

use super::admin::note;
use super::asking::source_id;
use super::bot::{Bot, Trouble};
use super::calls::Call;
use super::interactions::{self, Options};
use super::message;
use super::outgoing::{Audience, Button, File, Outgoing, Style};
use super::pages::{Listed, Page, View, page, source_page, source_pages};
use super::press::{Press, Table};
use super::presses::readable_receipt;
use super::tables;
use super::words::Phrase;
use crate::language::Language;
use crate::scopes::Reader;
use crate::store::{self, Asking, GuildId, Listing, ListingId, UnansweredId};

pub async fn search(bot: &Arc<Bot>, call: &Call, options: &Options<'_>) {
    if !interactions::is_within_limits(bot, call).await {
        return;
    }
    let query = options.text("query").unwrap_or_default();
    let source = options.text("source");
    open(bot, call, move |bot, view| {
        let sources = source.map(|name| source_id(&view.answerer, &name)).transpose()?;
        from_the_first(bot, view, Listed::Search { query, sources: sources.into_iter().collect() })
    })
    .await;
}

pub async fn source(bot: &Arc<Bot>, call: &Call, options: &Options<'_>) {
    let name = options.text("id").unwrap_or_default();
    let line = options.number("line").and_then(|line| usize::try_from(line).ok()).unwrap_or(1);
    open(bot, call, move |bot, view| {
        let id = source_id(&view.answerer, &name)?;
        let pages = source_pages(bot, view, &id, line)?;
        let lines = pages.last().map_or(0, |page| page.last);
        if line > lines {
            let source = message::brief(&id);
            let text = bot.say(view.language, Phrase::NoSuchLine, context! { source, line, lines });
            return Err(Trouble::Said(text));
        }
        let number = pages.iter().position(|page| page.last >= line).unwrap_or(0);
        let number = u16::try_from(number).unwrap_or(u16::MAX);
        let page = source_page(bot, view, &id, &pages, usize::from(number))?;
        Ok(Begun { listed: Listed::Source { id, line }, number, page })
    })
    .await;
}

pub async fn sources(bot: &Arc<Bot>, call: &Call) {
    open(bot, call, |bot, view| from_the_first(bot, view, Listed::Sources)).await;
}

/// What other sources say about a question.
pub async fn others(bot: &Arc<Bot>, call: &Call, asking: Asking) {
    open(bot, call, move |bot, view| {
        let cited = readable_receipt(bot, &asking, &view.answerer)?.citations;
        let except = cited.into_iter().map(|cited| cited.source).collect();
        let question = asking.whole_question().to_owned();
        from_the_first(bot, view, Listed::Others { question, except })
    })
    .await;
}

pub async fn unanswered(bot: &Arc<Bot>, call: &Call) {
    if is_moderator(bot, call).await {
        note(bot, call, "unanswered", String::new());
        open(bot, call, |bot, view| from_the_first(bot, view, Listed::Unanswered)).await;
    }
}

pub async fn feedback(bot: &Arc<Bot>, call: &Call) {
    if is_moderator(bot, call).await {
        note(bot, call, "feedback", String::new());
        open(bot, call, |bot, view| from_the_first(bot, view, Listed::Feedback)).await;
    }
}

/// Whether somebody may see what a guild asked: those who manage it, and operators. If not, they are told.
pub async fn is_moderator(bot: &Arc<Bot>, call: &Call) -> bool {
    let may = moderates(bot, call);
    if !may {
        call.tell(bot, Phrase::NotModerator).await;
    }
    may
}

/// The same without a word about it.
pub fn moderates(bot: &Bot, call: &Call) -> bool {
    let manages = call.asker.permissions.contains(Permissions::MANAGE_GUILD);
    call.spot.guild.is_some() && (manages || bot.audience.is_operator(&call.asker))
}

/// Something listed, with the page that is shown first.
struct Begun {
    listed: Listed,
    number: u16,
    page: Page,
}

fn from_the_first(bot: &Bot, view: &View, listed: Listed) -> Result<Begun, Trouble> {
    let page = page(bot, view, &listed, 0)?;
    Ok(Begun { listed, number: 0, page })
}

async fn open(
    bot: &Arc<Bot>,
    call: &Call,
    begin: impl FnOnce(&Bot, &View) -> Result<Begun, Trouble> + Send + 'static,
) {
    let viewer = Viewer::of(bot, call);
    let user = store::UserId(call.asker.user.get());
    let work = bot.work(move |bot| {
        let view = viewer.view(bot)?;
        let Begun { listed, number, page } = begin(bot, &view)?;
        let id = if page.is_last && number == 0 { None } else { keep(bot, user, &listed) };
        Ok(vec![drawn(bot, view.language, page, number, id.as_ref())])
    });
    call.respond(bot, Audience::OnlyThem, work).await;
}

/// Whoever leafs through something.
struct Viewer {
    language: Language,
    guild: Option<GuildId>,
    reader: Reader,
}

impl Viewer {
    fn of(bot: &Bot, call: &Call) -> Viewer {
        let reader = call.reader(bot, Audience::OnlyThem);
        Viewer { language: call.language, guild: call.spot.place().guild, reader }
    }

    /// Their view of the sources as they are now: what they may read is found out for each page.
    fn view(&self, bot: &Bot) -> Result<View, Trouble> {
        let answerer = bot.reading(&self.reader)?;
        let is_whole = bot.is_everything(&answerer);
        Ok(View { language: self.language, guild: self.guild, answerer, is_whole })
    }
}

/// Keeps something that somebody has before them, for its buttons; `None` where that fails.
pub fn keep(bot: &Bot, user: store::UserId, listed: &impl Serialize) -> Option<ListingId> {
    let content = serde_json::to_string(listed).ok()?;
    let kept = bot.memory.with(|store| {
        let id = ListingId::random()?;
        let person = store.person(user);
        store.keep_listing(&Listing { id: id.clone(), person, content: content.clone(), at: bot.now() })?;
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
    let viewer = Viewer::of(bot, call);
    let work = bot.work(move |bot| {
        let view = viewer.view(bot)?;
        let page = page(bot, &view, &listed, number)?;
        Ok(drawn(bot, view.language, page, number, id.as_ref()))
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
    Outgoing { rows, ..Outgoing::text(page.content) }
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
                    store.audit(&store::Deed { by: store::By::User(user), guild, what, details, at })?;
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
    let (viewer, language) = (Viewer::of(bot, call), call.language);
    if !call.own_permissions.contains(Permissions::ATTACH_FILES) {
        return call.tell(bot, Phrase::NeedAttachFiles).await;
    }
    note(bot, call, "csv", <&str>::from(table).to_owned());
    let work = bot.work(move |bot| {
        let view = viewer.view(bot)?;
        let (name, bytes) = match table {
            Table::Unanswered => ("unanswered.csv", tables::unanswered(bot, &view)?),
            Table::Feedback => ("feedback.csv", tables::feedback(bot, &view)?),
        };
        let file = Some(File { name: name.to_owned(), bytes });
        let content = bot.say(language, Phrase::CsvReady, context! {});
        Ok(vec![Outgoing { content, file, ..Outgoing::default() }])
    });
    call.respond(bot, Audience::OnlyThem, work).await;
}
