//! Buttons and selects under answers. They work as long as their message: what they stand for is in the store.

use std::sync::Arc;

use minijinja::context;
use serenity::all::{
    ActionRowComponent, ComponentInteraction, ComponentInteractionDataKind, MessageFlags, MessageId,
    ModalInteraction,
};

use super::asking::{self, Asked, button};
use super::audience::Spot;
use super::bot::{Bot, Trouble};
use super::calls::Call;
use super::messages::{note_reply, switch};
use super::outgoing::{self, Audience, Outgoing};
use super::press::{Act, Press};
use super::second_thoughts::delete_all;
use super::words::Phrase;
use super::{about, checking, interactions, listings, message, watching, withdrawing};
use crate::Answerer;
use crate::corpus::Span;
use crate::keeping::{gap, normalised};
use crate::store::{self, Asking, AskingId, Gap, Outcome, Receipt, Switch, Vote};

pub async fn pressed(bot: &Arc<Bot>, call: &Call, press: Press, component: &ComponentInteraction) {
    if changes_its_message(&press) && !is_for_one(component) {
        return call.refuse(bot, &Trouble::TooOld).await;
    }
    match press {
        Press::Page { of, page } => listings::turn(bot, call, of, page).await,
        Press::Resolve(group) => listings::resolve(bot, call, group).await,
        Press::Csv(table) => listings::csv(bot, call, table).await,
        Press::ShareCheck(id) => checking::share(bot, call, id).await,
        Press::DeleteMyData => about::delete_my_data(bot, call).await,
        Press::On(act, id) => {
            let Some(audience) = interactions::audience(bot, call).await else { return };
            match find(bot, call, id).await {
                Ok(found) => on(bot, call, act, found, component, audience).await,
                Err(trouble) => call.refuse(bot, &trouble).await,
            }
        }
    }
}

/// Whether the message under which it is pressed becomes another one. Such buttons stand only where one person
/// sees them: with a forged id, what all see could be replaced by what one may.
fn changes_its_message(press: &Press) -> bool {
    matches!(press, Press::Page { .. } | Press::Resolve(_) | Press::DeleteMyData | Press::On(Act::Remove, _))
}

fn is_for_one(component: &ComponentInteraction) -> bool {
    component.message.flags.is_some_and(|flags| flags.contains(MessageFlags::EPHEMERAL))
}

/// The text that somebody put into a form.
pub fn text_of(modal: &ModalInteraction) -> String {
    let inputs = modal.data.components.iter().flat_map(|row| &row.components);
    let mut texts = inputs.filter_map(|component| match component {
        ActionRowComponent::InputText(input) => input.value.clone(),
        _ => None,
    });
    texts.next().unwrap_or_default()
}

/// The asking behind a button.
struct Found {
    asking: Asking,
    /// Whether whoever presses asked it.
    is_theirs: bool,
}

/// The asking behind a button, if whoever presses may see it.
async fn find(bot: &Arc<Bot>, call: &Call, id: AskingId) -> Result<Found, Trouble> {
    let (user, guild) = (call.asker.user, call.spot.place().guild);
    bot.look_up(move |bot| {
        let asking = bot.memory.find(|store| store.asking(&id))?.ok_or(Trouble::TooOld)?;
        let person = bot.memory.look(|store| Ok(store.person(store::UserId(user.get()))))?;
        let is_here = asking.place.is_some_and(|place| place.guild == guild);
        let is_theirs = asking.person == Some(person);
        if !is_here || asking.is_private && !is_theirs {
            return Err(Trouble::NotYours);
        }
        Ok(Found { asking, is_theirs })
    })
    .await
}

async fn on(
    bot: &Arc<Bot>,
    call: &Call,
    act: Act,
    Found { asking, is_theirs }: Found,
    component: &ComponentInteraction,
    audience: Audience,
) {
    match act {
        Act::AskOn | Act::NextQuestion => interactions::open_form(bot, call, asking.id).await,
        Act::SayWhy | Act::Remark => ask_for_remark(bot, call, asking.id).await,
        Act::Withdraw | Act::WithdrawalReason => withdrawing::ask_for_reason(bot, call, asking).await,
        Act::Reinstate => withdrawing::reinstate(bot, call, asking).await,
        Act::TellMe => watching::watch(bot, call, asking).await,
        Act::Passage => passage(bot, call, asking).await,
        Act::Helpful => vote(bot, call, asking, Vote::Helpful).await,
        Act::NotHelpful => vote(bot, call, asking, Vote::NotHelpful).await,
        Act::More => more(bot, call, &asking, is_theirs).await,
        Act::OtherSources => listings::others(bot, call, asking).await,
        Act::Why => about::why(bot, call, asking).await,
        Act::Verify => about::verify(bot, call, asking).await,
        Act::Share => share(bot, call, asking).await,
        Act::Remove => remove(bot, call, asking, is_theirs).await,
        Act::Note => note(bot, call, asking, is_theirs).await,
        Act::Choose => choose(bot, call, asking, is_theirs, component, audience).await,
    }
}

/// What an asking was answered with, whoever may read that: nothing of it is for showing.
pub fn kept_receipt(bot: &Bot, asking: &Asking) -> Result<Receipt, Trouble> {
    let id = asking.receipt.clone().ok_or(Trouble::TooOld)?;
    bot.memory.find(|store| store.receipt(&id))?.ok_or(Trouble::TooOld)
}

/// What an asking was answered with. Who may not read all that it cites hears of it as of one that is gone.
pub fn readable_receipt(bot: &Bot, asking: &Asking, answerer: &Answerer) -> Result<Receipt, Trouble> {
    let receipt = kept_receipt(bot, asking)?;
    if is_readable(&receipt, answerer) { Ok(receipt) } else { Err(Trouble::TooOld) }
}

/// Whether all that a receipt cites may be read, also where it is gone by now.
pub fn is_readable(receipt: &Receipt, answerer: &Answerer) -> bool {
    receipt.citations.iter().all(|cited| answerer.may_read_source(&cited.source, &cited.path))
}

async fn passage(bot: &Arc<Bot>, call: &Call, asking: Asking) {
    let (language, reader) = (call.language, call.reader(bot, Audience::OnlyThem));
    let work = bot.look_up(move |bot| {
        let answerer = bot.reading(&reader)?;
        let receipt = readable_receipt(bot, &asking, &answerer)?;
        let cited = receipt.citations.first().ok_or(Trouble::TooOld)?;
        let span = Span::new(cited.byte_start, cited.byte_end);
        let around = answerer
            .around(&cited.path, span, &cited.quote)
            .map_err(|error| Trouble::failed("a passage could not be read", &error))?;
        let Some(around) = around else {
            let mut sources = answerer.index().sources().iter();
            let is_there = sources.any(|source| source.description.path == cited.path);
            let phrase = if is_there { Phrase::SourceChanged } else { Phrase::SourceGone };
            let text = bot.say(language, phrase, context! { source => message::brief(&cited.source) });
            return Err(Trouble::Said(text));
        };
        Ok(message::surroundings(&cited.source, &around).into_iter().map(Outgoing::text).collect())
    });
    call.respond(bot, Audience::OnlyThem, work).await;
}

async fn vote(bot: &Arc<Bot>, call: &Call, asking: Asking, vote: Vote) {
    let (user, language) = (call.asker.user, call.language);
    let work = bot.look_up(move |bot| {
        let lacks = (vote == Vote::NotHelpful).then(|| lacking(bot, &asking)).flatten();
        let is_kept = bot.memory.with(|store| {
            let person = store.person(store::UserId(user.get()));
            let is_kept = store.vote(&asking.id, person, vote, bot.now())?;
            if let Some((guild, normalised, gap)) = &lacks {
                store.note_unanswered(&asking.id, Some(*guild), normalised, gap)?;
            }
            Ok(is_kept)
        })?;
        let phrase = match (is_kept, vote) {
            (false, _) => return Err(Trouble::TooOld),
            (true, Vote::Helpful) => Phrase::VotedHelpful,
            (true, Vote::NotHelpful) => Phrase::VotedNotHelpful,
        };
        let row = vec![button(bot, language, Act::SayWhy, &asking.id)];
        Ok(vec![Outgoing::text(bot.say(language, phrase, context! {})).with_row(row)])
    });
    call.respond(bot, Audience::OnlyThem, work).await;
}

/// What an answer that did not help is listed under, among what the sources lack for all who read it. Private
/// questions are not.
fn lacking(bot: &Bot, asking: &Asking) -> Option<(store::GuildId, String, Gap)> {
    let place = asking.place.filter(|_| !asking.is_private)?;
    let guild = place.guild?;
    let answerer = bot.reading(&Spot::of(&place).readers()).ok()?;
    let answer = answerer.ask(asking.whole_question(), &asking.sources).ok()?;
    Some((guild, normalised(asking.whole_question()), gap(&answer)))
}

/// The most characters of a remark.
const LONGEST_REMARK: usize = 500;

/// The form for a remark beside a vote.
async fn ask_for_remark(bot: &Arc<Bot>, call: &Call, about: AskingId) {
    let title = bot.say(call.language, Phrase::RemarkFormTitle, context! {});
    let label = bot.say(call.language, Phrase::RemarkFormLabel, context! {});
    let form = outgoing::form(&Press::On(Act::Remark, about), &title, &label, LONGEST_REMARK);
    let sent = call.send(bot, &form).await;
    call.logged(sent);
}

/// Keeps what somebody put into that form.
pub async fn remark(bot: &Arc<Bot>, call: &Call, about: AskingId, text: String) {
    let (user, language) = (store::UserId(call.asker.user.get()), call.language);
    let work = bot.look_up(move |bot| {
        let remark = message::shortened(&text, LONGEST_REMARK);
        let is_kept = bot.memory.with(|store| store.note_on_vote(&about, store.person(user), &remark))?;
        if !is_kept {
            return Err(Trouble::TooOld);
        }
        Ok(vec![Outgoing::text(bot.say(language, Phrase::RemarkKept, context! {}))])
    });
    call.respond(bot, Audience::OnlyThem, work).await;
}

/// What else there is to do with an answer.
async fn more(bot: &Arc<Bot>, call: &Call, asking: &Asking, is_theirs: bool) {
    let mut acts = vec![Act::OtherSources, Act::Why, Act::Verify];
    if asking.is_private && call.spot.guild.is_some() {
        acts.push(Act::Share);
    }
    if is_theirs && !asking.is_private {
        acts.push(Act::Remove);
    }
    if listings::moderates(bot, call) && !asking.is_private {
        acts.push(Act::Withdraw);
    }
    let row: Vec<_> = acts.into_iter().map(|act| button(bot, call.language, act, &asking.id)).collect();
    let text = bot.say(call.language, Phrase::MoreTitle, context! {});
    call.say(bot, &Outgoing::text(text).with_row(row)).await;
}

/// Answers a private question again, for all in the channel.
async fn share(bot: &Arc<Bot>, call: &Call, asking: Asking) {
    if call.spot.guild.is_none() || switch(bot, call.spot).await != Switch::On {
        return call.tell(bot, Phrase::ShareNotHere).await;
    }
    match is_for_all_here(bot, call, asking.clone()).await {
        Ok(true) => {}
        Ok(false) => return call.tell(bot, Phrase::ShareNotRead).await,
        Err(trouble) => return call.refuse(bot, &trouble).await,
    }
    let audience = Audience::Everyone;
    let asked = Asked {
        is_whole: true,
        sources: asking.sources.clone(),
        ..interactions::asked(bot, call, asking.whole_question().to_owned(), asking.surface, audience)
    };
    interactions::answer(bot, call, asked, audience).await;
}

/// Whether all who read here may read what somebody was told in private, and the sources that they restricted their
/// question to.
async fn is_for_all_here(bot: &Arc<Bot>, call: &Call, asking: Asking) -> Result<bool, Trouble> {
    let readers = call.reader(bot, Audience::Everyone);
    bot.look_up(move |bot| {
        let answerer = bot.reading(&readers)?;
        let has_sources = asking.sources.iter().all(|id| answerer.index().source(id).is_some());
        // Of what was declined nothing is shared but that it was, out of what all here may read.
        let is_told = !matches!(asking.outcome, Outcome::Found | Outcome::Disputed)
            || is_readable(&kept_receipt(bot, &asking)?, &answerer);
        Ok(has_sources && is_told)
    })
    .await
}

/// Puts a question that fits several subjects to the one that was chosen; the answer takes the place of the choice.
async fn choose(
    bot: &Arc<Bot>,
    call: &Call,
    asking: Asking,
    is_theirs: bool,
    component: &ComponentInteraction,
    audience: Audience,
) {
    if !is_theirs {
        return call.refuse(bot, &Trouble::NotYours).await;
    }
    let chosen = match &component.data.kind {
        // With a forged id, another message would be replaced.
        ComponentInteractionDataKind::StringSelect { values } if holds_select(component) => values.first(),
        _ => None,
    };
    let Some(chosen) = chosen.filter(|_| asking.outcome == Outcome::Ambiguous).cloned() else {
        return call.refuse(bot, &Trouble::TooOld).await;
    };
    let is_for_one = is_for_one(component);
    // Where answers for all were switched off since, theirs stands below, and what all see stays.
    let is_below = audience == Audience::OnlyThem && !is_for_one;
    let audience = if is_for_one { Audience::OnlyThem } else { audience };
    let reader = call.reader(bot, audience);
    let source = bot.look_up(move |bot| {
        let answerer = bot.reading(&reader)?;
        asking::chosen_source(&answerer, &chosen).ok_or(Trouble::TooOld)
    });
    let source = match source.await {
        Ok(source) => source,
        Err(trouble) => return call.refuse(bot, &trouble).await,
    };
    let asked = Asked {
        is_whole: true,
        sources: vec![source],
        ..interactions::asked(bot, call, asking.whole_question().to_owned(), asking.surface, audience)
    };
    if is_below {
        return interactions::answer(bot, call, asked, audience).await;
    }
    let asked_in = asking.asked_in.map(|message| MessageId::new(message.0));
    let asked = Asked { asked_in, is_private: asking.is_private, ..asked };
    answer_in_place(bot, call, asked, audience, &asking, component.message.id).await;
}

/// Whether the message under which somebody chose has a select with this id, as Discord knows it.
fn holds_select(component: &ComponentInteraction) -> bool {
    let mut held = component.message.components.iter().flat_map(|row| &row.components);
    held.any(|held| match held {
        ActionRowComponent::SelectMenu(menu) => menu.custom_id.as_ref() == Some(&component.data.custom_id),
        _ => false,
    })
}

/// Answers where `before` was answered: in the last message of that, the others are deleted.
async fn answer_in_place(
    bot: &Arc<Bot>,
    call: &Call,
    asked: Asked,
    audience: Audience,
    before: &Asking,
    place: MessageId,
) {
    if !interactions::is_within_limits(bot, call).await {
        return;
    }
    let question = asked.asked_in;
    let (mut asking, mut turn) = (None, None);
    let work = async {
        if let Some(question) = question {
            // This waits for an edit of the question, and the next one waits for this.
            turn = Some(bot.turn(question).await);
        }
        if !is_answered_there(bot, before.id.clone(), place).await? {
            return Err(Trouble::TooOld);
        }
        let answered = interactions::answered(bot, call, asked, audience).await?;
        asking = answered.asking;
        Ok(answered.messages)
    };
    let Some(further) = call.replace(bot, audience, work).await else { return };
    if audience == Audience::OnlyThem {
        return;
    }
    let old = before.reply.iter().chain(&before.further).map(|message| MessageId::new(message.0));
    let old: Vec<MessageId> = old.filter(|message| *message != place).collect();
    delete_all(bot, call.spot.channel, &old).await;
    let sent = [vec![place], further].concat();
    note_reply(bot, asking, sent.clone());
    if question.is_some_and(|question| bot.is_deleted(question)) {
        delete_all(bot, call.spot.channel, &sent).await;
    }
}

/// Whether a message is still about an asking; where that was not noted, it is taken to be.
async fn is_answered_there(bot: &Arc<Bot>, asking: AskingId, place: MessageId) -> Result<bool, Trouble> {
    let message = store::MessageId(place.get());
    bot.look_up(move |bot| {
        let newest = bot.memory.look(|store| store.asking_answered_by(message))?;
        Ok(newest.is_none_or(|newest| newest.id == asking))
    })
    .await
}

/// Takes an answer away, at the wish of whoever asked.
async fn remove(bot: &Arc<Bot>, call: &Call, asking: Asking, is_theirs: bool) {
    let work = async {
        if !is_theirs {
            return Err(Trouble::NotYours);
        }
        let Some(reply) = asking.reply else { return Err(Trouble::TooOld) };
        for message in [reply].iter().chain(&asking.further) {
            bot.delivery
                .delete(call.spot.channel, MessageId::new(message.0))
                .await
                .map_err(|error| Trouble::failed("an answer could not be removed", &error))?;
        }
        Ok(Outgoing::text(bot.say(call.language, Phrase::Removed, context! {})))
    };
    call.update(bot, work).await;
}

/// Tells the owners of a question that was asked in private, since the asker wants that.
async fn note(bot: &Arc<Bot>, call: &Call, asking: Asking, is_theirs: bool) {
    let language = call.language;
    let Some(guild) = call.home().map(|guild| store::GuildId(guild.get())) else {
        return call.refuse(bot, &Trouble::TooOld).await;
    };
    let reader = call.reader(bot, Audience::OnlyThem);
    let work = bot.look_up(move |bot| {
        if !is_theirs || asking.outcome != Outcome::Abstained {
            return Err(Trouble::NotYours);
        }
        let answer = bot
            .reading(&reader)?
            .ask(asking.whole_question(), &asking.sources)
            .map_err(|error| Trouble::unanswered("a question could not be answered", error))?;
        let (normalised, gap) = (normalised(asking.whole_question()), gap(&answer));
        let is_noted =
            bot.memory.with(|store| store.note_unanswered(&asking.id, Some(guild), &normalised, &gap))?;
        if !is_noted {
            return Err(Trouble::TooOld);
        }
        Ok(vec![Outgoing::text(bot.say(language, Phrase::Noted, context! {}))])
    });
    call.respond(bot, Audience::OnlyThem, work).await;
}
