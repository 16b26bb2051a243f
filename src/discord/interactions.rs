//! Interactions: who may, and what happens then. Each command, menu entry, button and form is sent on from here.

use std::sync::Arc;

use minijinja::context;
use serenity::all::{
    Attachment, CommandInteraction, ComponentInteraction, Interaction, ModalInteraction, ResolvedTarget,
    ResolvedValue,
};

use super::asking::{self, Answered, Asked};
use super::audience::Membership;
use super::bot::{Bot, Trouble};
use super::calls::Call;
use super::commands::{ASK_ABOUT_THIS, CHECK_AGAINST, WITHDRAW_THIS};
use super::messages::{note_reply, question_in, refusal, switch, too_many_text};
use super::outgoing::{self, Audience, Outgoing};
use super::press::{Act, Press};
use super::words::Phrase;
use super::{about, admin, checking, completing, documents, listings, presses, reindex, withdrawing};
use crate::metrics::{Outcome, Refusal};
use crate::store::{AskingId, Surface, Switch};

pub async fn created(bot: &Arc<Bot>, interaction: Interaction) {
    match interaction {
        Interaction::Autocomplete(typed) => completing::complete(bot, &typed).await,
        Interaction::Command(command) => commanded(bot, command).await,
        Interaction::Component(component) => pressed(bot, component).await,
        Interaction::Modal(modal) => submitted(bot, modal).await,
        _ => {}
    }
}

/// The options of a command, with those of its subcommand.
pub struct Options<'a> {
    pub subcommand: &'a str,
    values: Vec<(&'a str, ResolvedValue<'a>)>,
}

impl<'a> Options<'a> {
    fn of(command: &'a CommandInteraction) -> Options<'a> {
        let mut options = Options { subcommand: "", values: Vec::new() };
        for option in command.data.options() {
            match option.value {
                ResolvedValue::SubCommand(inner) => {
                    options.subcommand = option.name;
                    options.values.extend(inner.into_iter().map(|option| (option.name, option.value)));
                }
                value => options.values.push((option.name, value)),
            }
        }
        options
    }

    pub fn text(&self, name: &str) -> Option<String> {
        self.values.iter().find_map(|(known, value)| match value {
            ResolvedValue::String(text) if *known == name => Some((*text).to_owned()),
            _ => None,
        })
    }

    pub fn number(&self, name: &str) -> Option<i64> {
        self.values.iter().find_map(|(known, value)| match value {
            ResolvedValue::Integer(number) if *known == name => Some(*number),
            _ => None,
        })
    }

    pub fn file(&self, name: &str) -> Option<&'a Attachment> {
        self.values.iter().find_map(|(known, value)| match value {
            ResolvedValue::Attachment(file) if *known == name => Some(*file),
            _ => None,
        })
    }

    pub fn truth(&self, name: &str) -> bool {
        self.values
            .iter()
            .any(|(known, value)| *known == name && matches!(value, ResolvedValue::Boolean(true)))
    }
}

async fn commanded(bot: &Arc<Bot>, command: CommandInteraction) {
    let mut call = Call::of_command(bot, &command);
    if !is_admitted(bot, &mut call).await {
        return;
    }
    let options = Options::of(&command);
    let name = (command.data.name.as_str(), options.subcommand);
    let adds_files = bot.settings().discord.add_files;
    // These concern the bot, not the sources: they work wherever it is.
    match name {
        ("passim", "help") => return about::help(bot, &call).await,
        ("passim", "privacy") => return about::privacy(bot, &call).await,
        ("passim", "channel") => return admin::channel(bot, &call, &options).await,
        ("reindex", _) => return reindex::reindex(bot, &call, options.truth("rebuild")).await,
        (WITHDRAW_THIS, _) => return withdrawing::withdraw_message(bot, &call, &command).await,
        ("passim-admin", "status") => return admin::status(bot, &call).await,
        ("passim-admin", "check") => return admin::check(bot, &call).await,
        ("passim-admin", "unanswered") => return listings::unanswered(bot, &call).await,
        ("passim-admin", "feedback") => return listings::feedback(bot, &call).await,
        ("passim-admin", "add") if adds_files => return documents::add(bot, &call, &options).await,
        ("passim-admin", "remove") if adds_files => return documents::remove(bot, &call, &options).await,
        _ => {}
    }
    let Some(audience) = audience(bot, &call).await else { return };
    match name {
        ("ask", _) => ask(bot, &call, &options, audience).await,
        (ASK_ABOUT_THIS, _) => ask_about(bot, &call, &command).await,
        (CHECK_AGAINST, _) => checking::check(bot, &call, &command).await,
        ("search", _) => listings::search(bot, &call, &options).await,
        ("source", _) => listings::source(bot, &call, &options).await,
        ("passim", "sources") => listings::sources(bot, &call).await,
        ("passim", "why") => about::why_last(bot, &call).await,
        ("passim", "verify") => about::verify_named(bot, &call, options.text("answer")).await,
        _ => {
            call.tell(bot, Phrase::UnknownCommand).await;
        }
    }
}

async fn pressed(bot: &Arc<Bot>, component: ComponentInteraction) {
    let mut call = Call::of_component(bot, &component);
    if !is_admitted(bot, &mut call).await {
        return;
    }
    let Some(press) = Press::parse(&component.data.custom_id) else {
        return call.refuse(bot, &Trouble::TooOld).await;
    };
    presses::pressed(bot, &call, press, &component).await;
}

async fn submitted(bot: &Arc<Bot>, modal: ModalInteraction) {
    let mut call = Call::of_modal(bot, &modal);
    if !is_admitted(bot, &mut call).await {
        return;
    }
    let Some(Press::On(act, about)) = Press::parse(&modal.data.custom_id) else {
        return call.refuse(bot, &Trouble::TooOld).await;
    };
    let text = presses::text_of(&modal);
    match act {
        Act::NextQuestion => {
            let Some(audience) = audience(bot, &call).await else { return };
            next_question(bot, &call, about, text, audience).await;
        }
        Act::Remark => presses::remark(bot, &call, about, text).await,
        Act::WithdrawalReason => withdrawing::withdraw(bot, &call, about, text).await,
        _ => call.refuse(bot, &Trouble::TooOld).await,
    }
}

/// Whether the person is served here; if not, they are told.
async fn is_admitted(bot: &Arc<Bot>, call: &mut Call) -> bool {
    let phrase = match call.admit(bot).await {
        Membership::Member { .. } if bot.is_stopping() => {
            bot.metrics.refusal(Refusal::Stopping);
            Phrase::Stopping
        }
        Membership::Member { .. } => return true,
        Membership::Stranger if call.spot.guild.is_some() => Phrase::NotServed,
        Membership::Stranger => Phrase::Stranger,
        Membership::Unknown => Phrase::MembershipUnknown,
    };
    call.tell(bot, phrase).await;
    false
}

/// Who sees answers here; `None`, and a word about it, where nobody does.
pub async fn audience(bot: &Arc<Bot>, call: &Call) -> Option<Audience> {
    match switch(bot, call.spot).await {
        Switch::On => Some(Audience::Everyone),
        Switch::Private => Some(Audience::OnlyThem),
        Switch::Off => {
            call.tell(bot, Phrase::ChannelOff).await;
            None
        }
    }
}

/// Counts a question; says so where there were too many.
pub async fn is_within_limits(bot: &Arc<Bot>, call: &Call) -> bool {
    match bot.limits.count(call.asker.user, call.spot.channel, call.spot.guild) {
        Ok(()) => true,
        Err(too_many) => {
            bot.metrics.refusal(refusal(too_many.who));
            let text = too_many_text(bot, call.language, too_many);
            call.say(bot, &Outgoing::text(text)).await;
            false
        }
    }
}

async fn ask(bot: &Arc<Bot>, call: &Call, options: &Options<'_>, audience: Audience) {
    let text = options.text("question").unwrap_or_default();
    let audience = if options.truth("private") { Audience::OnlyThem } else { audience };
    let asked = Asked {
        sources: options.text("source").into_iter().collect(),
        ..asked(bot, call, text, Surface::Command, audience)
    };
    answer(bot, call, asked, audience).await;
}

/// The message that somebody chose is the question.
async fn ask_about(bot: &Arc<Bot>, call: &Call, command: &CommandInteraction) {
    let text = match command.data.target() {
        Some(ResolvedTarget::Message(message)) => question_in(message, command.application_id.get()),
        _ => String::new(),
    };
    let audience = Audience::OnlyThem;
    answer(bot, call, asked(bot, call, text, Surface::Menu, audience), audience).await;
}

async fn next_question(bot: &Arc<Bot>, call: &Call, follows: AskingId, text: String, audience: Audience) {
    // Who goes on from a private answer stays private.
    let followed = follows.clone();
    let is_private = bot
        .look_up(move |bot| Ok(bot.memory.find(|store| store.asking(&followed))?))
        .await
        .is_ok_and(|asking| asking.is_some_and(|asking| asking.is_private));
    let audience = if is_private { Audience::OnlyThem } else { audience };
    let asked = Asked { follows: Some(follows), ..asked(bot, call, text, Surface::Modal, audience) };
    answer(bot, call, asked, audience).await;
}

/// A question of whoever calls, in their words.
pub fn asked(bot: &Bot, call: &Call, text: String, surface: Surface, audience: Audience) -> Asked {
    Asked {
        text,
        surface,
        spot: call.spot,
        user: call.asker.user,
        reader: call.reader(bot, audience),
        asked_in: None,
        follows: None,
        is_whole: false,
        sources: Vec::new(),
        is_private: audience == Audience::OnlyThem || call.spot.guild.is_none(),
        language: call.locale,
    }
}

/// Answers a question where it was asked.
pub async fn answer(bot: &Arc<Bot>, call: &Call, asked: Asked, audience: Audience) {
    let surface = asked.surface;
    if !is_within_limits(bot, call).await {
        return bot.metrics.question(surface, Outcome::Refused);
    }
    let mut asking = None;
    let work = async {
        let answered = answered(bot, call, asked, audience).await?;
        asking = answered.asking;
        Ok(answered.messages)
    };
    let sent = call.respond(bot, audience, work).await;
    bot.metrics.answered(surface, call.since.elapsed());
    let (Some(sent), Some(asking), Audience::Everyone) = (sent, asking, audience) else { return };
    // Which message it is tells later what a reply or a link means.
    let first = match sent.first {
        Some(first) => Some(first),
        // Where only a second attempt came through.
        None => bot.delivery.original(&call.token).await.ok(),
    };
    if let Some(first) = first {
        note_reply(bot, Some(asking), [vec![first], sent.further].concat());
    }
}

/// What may be said to a question where it was asked, and to whom.
pub async fn answered(
    bot: &Arc<Bot>,
    call: &Call,
    asked: Asked,
    audience: Audience,
) -> Result<Answered, Trouble> {
    let answered = asking::answer(bot, asked).await?;
    // Somebody may have switched the channel meanwhile.
    let now = switch(bot, call.spot).await;
    if now == Switch::Off || now == Switch::Private && audience == Audience::Everyone {
        let text = bot.say(call.language, Phrase::SwitchedMeanwhile, context! {});
        return Err(Trouble::Said(text));
    }
    Ok(answered)
}

/// The form for the next question.
pub async fn open_form(bot: &Arc<Bot>, call: &Call, about: AskingId) {
    let title = bot.say(call.language, Phrase::FormTitle, context! {});
    let label = bot.say(call.language, Phrase::FormLabel, context! {});
    let longest = crate::answer::LONGEST_QUESTION;
    let form = outgoing::form(&Press::On(Act::NextQuestion, about), &title, &label, longest);
    let result = call.send(bot, &form).await;
    call.logged(result);
}
