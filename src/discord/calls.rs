//! An interaction: who called, from where, and how they are answered in time whatever the work takes.

use std::sync::Arc;
use std::time::{Duration, Instant};

use minijinja::context;
use serde_json::Value;
use serenity::all::{
    ChannelId, CommandInteraction, ComponentInteraction, GuildId, InteractionId, Member, MessageId,
    ModalInteraction, PartialChannel, Permissions, User,
};

use super::audience::{Asker, Membership, Spot};
use super::bot::{Bot, Trouble};
use super::delivery::Undelivered;
use super::outgoing::{self, Audience, Outgoing};
use super::words::Phrase;
use crate::language::Language;
use crate::metrics::Stage;
use crate::scopes::Reader;

/// Work that takes longer is announced first: Discord waits three seconds, people less.
const PATIENCE: Duration = Duration::from_millis(200);

#[derive(Debug, Clone)]
pub struct Call {
    pub id: InteractionId,
    pub token: String,
    pub spot: Spot,
    pub asker: Asker,
    /// What Discord lets us do here.
    pub own_permissions: Permissions,
    /// Of the person's client; nothing where it is none of ours.
    pub locale: Option<Language>,
    pub language: Language,
    /// When we heard of it.
    pub since: Instant,
    /// The guilds that the person belongs to: this one, or, in direct messages, all that are served.
    guilds: Vec<GuildId>,
}

impl Call {
    pub fn of_command(bot: &Bot, call: &CommandInteraction) -> Call {
        let member = call.member.as_deref();
        let place = (call.guild_id, call.channel_id, call.channel.as_ref());
        Call::new(
            bot,
            (call.id, &call.token),
            place,
            (&call.user, member),
            call.app_permissions,
            &call.locale,
        )
    }

    pub fn of_component(bot: &Bot, call: &ComponentInteraction) -> Call {
        let member = call.member.as_ref();
        let place = (call.guild_id, call.channel_id, call.channel.as_ref());
        Call::new(
            bot,
            (call.id, &call.token),
            place,
            (&call.user, member),
            call.app_permissions,
            &call.locale,
        )
    }

    pub fn of_modal(bot: &Bot, call: &ModalInteraction) -> Call {
        let member = call.member.as_ref();
        let place = (call.guild_id, call.channel_id, call.channel.as_ref());
        Call::new(
            bot,
            (call.id, &call.token),
            place,
            (&call.user, member),
            call.app_permissions,
            &call.locale,
        )
    }

    fn new(
        bot: &Bot,
        (id, token): (InteractionId, &str),
        (guild, channel, partial): (Option<GuildId>, ChannelId, Option<&PartialChannel>),
        (user, member): (&User, Option<&Member>),
        own_permissions: Option<Permissions>,
        locale: &str,
    ) -> Call {
        let thread = partial.filter(|partial| partial.thread_metadata.is_some());
        let spot = Spot { guild, channel, parent: thread.and_then(|thread| thread.parent_id) };
        let asker = Asker {
            user: user.id,
            name: user.display_name().to_owned(),
            roles: member.map(|member| member.roles.clone()).unwrap_or_default(),
            permissions: member.and_then(|member| member.permissions).unwrap_or_default(),
        };
        let locale = Language::of_locale(locale);
        Call {
            id,
            token: token.to_owned(),
            spot,
            asker,
            own_permissions: own_permissions.unwrap_or_default(),
            locale,
            language: locale.unwrap_or(bot.settings().discord.language),
            since: Instant::now(),
            guilds: guild.into_iter().collect(),
        }
    }

    /// Whether the person is served here; in direct messages their roles are looked up for it.
    pub async fn admit(&mut self, bot: &Bot) -> Membership {
        match self.spot.guild {
            Some(guild) if bot.audience.serves(guild) => {
                Membership::Member { guilds: vec![guild], roles: self.asker.roles.clone() }
            }
            Some(_) => Membership::Stranger,
            None => {
                let membership = bot.audience.membership(&bot.delivery, self.asker.user).await;
                if let Membership::Member { guilds, roles } = &membership {
                    self.guilds.clone_from(guilds);
                    self.asker.roles.clone_from(roles);
                }
                membership
            }
        }
    }

    /// The guild that the person belongs to: this one, or, in direct messages, the first that is served.
    pub fn home(&self) -> Option<GuildId> {
        self.guilds.first().copied()
    }

    /// Who reads what is said here: all in the channel, who may read what it may, or this person only.
    pub fn reader(&self, bot: &Bot, audience: Audience) -> Reader {
        if audience == Audience::Everyone && self.spot.guild.is_some() {
            return self.spot.readers();
        }
        bot.audience.reader(&self.spot, &self.guilds, self.asker.user, &self.asker.roles)
    }

    /// Answers with what the work gives, and announces an answer that takes its time. Gives the messages that
    /// were sent.
    pub async fn respond(
        &self,
        bot: &Arc<Bot>,
        audience: Audience,
        work: impl Future<Output = Result<Vec<Outgoing>, Trouble>>,
    ) -> Option<Sent> {
        let mut work = std::pin::pin!(work);
        let result = tokio::select! {
            result = &mut work => timed(bot, self.answer(bot, audience, result)).await,
            () = tokio::time::sleep(PATIENCE) => {
                match self.send(bot, &outgoing::deferred(audience)).await {
                    Ok(()) => {
                        let result = work.await;
                        timed(bot, self.complete(bot, audience, result)).await
                    }
                    Err(error) => Err(error),
                }
            }
        };
        self.logged(result)
    }

    /// An immediate response.
    async fn answer(
        &self,
        bot: &Bot,
        audience: Audience,
        result: Result<Vec<Outgoing>, Trouble>,
    ) -> Result<Sent, Undelivered> {
        let (audience, messages) = match result {
            Ok(messages) => (audience, messages),
            // What went wrong concerns nobody else.
            Err(trouble) => (Audience::OnlyThem, vec![bot.explain(self.language, &trouble)]),
        };
        let Some((first, further)) = messages.split_first() else { return Ok(Sent::default()) };
        let body = first.response(audience);
        let first = bot.delivery.respond(self.id, &self.token, &body, first.file.as_ref()).await?;
        bot.metrics.stage(Stage::Acknowledge, self.since.elapsed());
        Ok(Sent { first, further: self.follow_up(bot, audience, further).await })
    }

    /// The response that was announced.
    async fn complete(
        &self,
        bot: &Bot,
        audience: Audience,
        result: Result<Vec<Outgoing>, Trouble>,
    ) -> Result<Sent, Undelivered> {
        let messages = match result {
            Ok(messages) => messages,
            Err(trouble) => {
                let outgoing = bot.explain(self.language, &trouble);
                return self.complete_with_trouble(bot, audience, &outgoing).await;
            }
        };
        let Some((first, further)) = messages.split_first() else { return Ok(Sent::default()) };
        let first = bot.delivery.edit_response(&self.token, first).await?;
        Ok(Sent { first: Some(first), further: self.follow_up(bot, audience, further).await })
    }

    /// What went wrong concerns nobody else. An announced response stays for all, whatever it becomes, so that it
    /// makes room for one of its own.
    async fn complete_with_trouble(
        &self,
        bot: &Bot,
        audience: Audience,
        outgoing: &Outgoing,
    ) -> Result<Sent, Undelivered> {
        if audience == Audience::Everyone {
            bot.delivery.delete_response(&self.token).await?;
            bot.delivery.follow_up(&self.token, outgoing, Audience::OnlyThem).await?;
        } else {
            bot.delivery.edit_response(&self.token, outgoing).await?;
        }
        Ok(Sent::default())
    }

    async fn follow_up(&self, bot: &Bot, audience: Audience, messages: &[Outgoing]) -> Vec<MessageId> {
        let mut sent = Vec::new();
        for outgoing in messages {
            match bot.delivery.follow_up(&self.token, outgoing, audience).await {
                Ok(id) => sent.push(id),
                Err(error) => tracing::warn!(%error, "a part of a response could not be sent"),
            }
        }
        sent
    }

    /// Changes the message under which somebody pressed.
    pub async fn update(&self, bot: &Arc<Bot>, work: impl Future<Output = Result<Outgoing, Trouble>>) {
        let mut work = std::pin::pin!(work);
        let result = tokio::select! {
            result = &mut work => match result {
                Ok(outgoing) => self.send(bot, &outgoing.update()).await,
                Err(trouble) => {
                    let outgoing = bot.explain(self.language, &trouble);
                    self.send(bot, &outgoing.response(Audience::OnlyThem)).await
                }
            },
            () = tokio::time::sleep(PATIENCE) => {
                match self.send(bot, &outgoing::deferred_update()).await {
                    Ok(()) => {
                        let outgoing = work.await.unwrap_or_else(|trouble| bot.explain(self.language, &trouble));
                        bot.delivery.edit_response(&self.token, &outgoing).await.map(|_| ())
                    }
                    Err(error) => Err(error),
                }
            }
        };
        self.logged(result);
    }

    /// Puts what the work gives in the place of the message under which somebody pressed, and what does not fit
    /// into it below. Gives the messages below; `None` where the message stays as it is.
    pub async fn replace(
        &self,
        bot: &Arc<Bot>,
        audience: Audience,
        work: impl Future<Output = Result<Vec<Outgoing>, Trouble>>,
    ) -> Option<Vec<MessageId>> {
        let mut work = std::pin::pin!(work);
        let mut is_announced = false;
        let result = tokio::select! {
            result = &mut work => result,
            () = tokio::time::sleep(PATIENCE) => {
                let announced = self.send(bot, &outgoing::deferred_update()).await;
                self.logged(announced)?;
                is_announced = true;
                work.await
            }
        };
        let messages = match result {
            Ok(messages) => messages,
            Err(trouble) => {
                self.apologise(bot, &trouble, is_announced).await;
                return None;
            }
        };
        let (first, further) = messages.split_first()?;
        let put = if is_announced {
            bot.delivery.edit_response(&self.token, first).await.map(|_| ())
        } else {
            self.send(bot, &first.update()).await
        };
        self.logged(put)?;
        Some(self.follow_up(bot, audience, further).await)
    }

    /// What went wrong concerns nobody else, and leaves the message under which somebody pressed as it is.
    async fn apologise(&self, bot: &Bot, trouble: &Trouble, is_announced: bool) {
        let outgoing = bot.explain(self.language, trouble);
        let told = if is_announced {
            bot.delivery.follow_up(&self.token, &outgoing, Audience::OnlyThem).await.map(|_| ())
        } else {
            self.send(bot, &outgoing.response(Audience::OnlyThem)).await
        };
        self.logged(told);
    }

    /// Says something that is there at once, to this person only.
    pub async fn say(&self, bot: &Arc<Bot>, outgoing: &Outgoing) {
        let result = self.send(bot, &outgoing.response(Audience::OnlyThem)).await;
        self.logged(result);
    }

    /// Says a phrase, to this person only.
    pub async fn tell(&self, bot: &Arc<Bot>, phrase: Phrase) {
        self.say(bot, &Outgoing::text(bot.say(self.language, phrase, context! {}))).await;
    }

    pub async fn refuse(&self, bot: &Arc<Bot>, trouble: &Trouble) {
        self.say(bot, &bot.explain(self.language, trouble)).await;
    }

    pub async fn send(&self, bot: &Bot, body: &Value) -> Result<(), Undelivered> {
        bot.delivery.respond(self.id, &self.token, body, None).await?;
        bot.metrics.stage(Stage::Acknowledge, self.since.elapsed());
        Ok(())
    }

    pub fn logged<T>(&self, result: Result<T, Undelivered>) -> Option<T> {
        result
            .inspect_err(|error| {
                tracing::warn!(%error, interaction = self.id.get(), "a response could not be sent");
            })
            .ok()
    }
}

/// Sends a reply, and notes how long that took.
async fn timed<T>(bot: &Bot, sending: impl Future<Output = T>) -> T {
    let started = Instant::now();
    let sent = sending.await;
    bot.metrics.stage(Stage::Send, started.elapsed());
    sent
}

/// The messages of a response.
#[derive(Debug, Clone, Default)]
pub struct Sent {
    /// Not known where Discord did not say.
    pub first: Option<MessageId>,
    pub further: Vec<MessageId>,
}
