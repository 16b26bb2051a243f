//! Sending: each request is repeated where that helps and can do no harm, and what went wrong is sorted by what
//! can be done about it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use serde_json::Value;
use serenity::all::{
    ChannelId, CreateAttachment, GuildId, Http, HttpError, InteractionId, LightMethod, Member, Message,
    MessageId, Multipart, MultipartUpload, ReactionType, Request, Route, UserId,
};
use thiserror::Error;

use super::outgoing::{Audience, File, Outgoing};
use crate::metrics::{Metrics, RestError, Route as Purpose};

/// Pauses before a request is sent again.
const PAUSES: [Duration; 5] = [
    Duration::from_millis(150),
    Duration::from_millis(500),
    Duration::from_millis(1_200),
    Duration::from_millis(2_500),
    Duration::from_millis(3_500),
];
/// So many of them for what fails; together they stay below the three seconds that an interaction waits. The
/// others are for messages, which nobody asks for again, and for limits: a channel that takes no more messages takes
/// them again after five seconds.
const PAUSES_AFTER_FAILURES: usize = 3;

/// Why something could not be sent.
#[derive(Debug, Error)]
pub enum Undelivered {
    #[error("a permission is missing here")]
    Forbidden,
    /// Channel, message or member.
    #[error("it is not there any more")]
    Gone,
    #[error("the interaction is over: it was answered too late")]
    Expired,
    #[error("the interaction was answered before")]
    Answered,
    #[error("the thread is archived or locked")]
    Archived,
    #[error("nothing can be replied to without the permission to read the history")]
    NoHistory,
    #[error("direct messages are closed")]
    Closed,
    #[error("Discord refused the request: {status}, code {code}, {message}")]
    Refused { status: u16, code: isize, message: String },
    #[error("Discord could not be reached: {0}")]
    Unreachable(String),
}

/// Whether a request may be sent again after a failure that leaves open whether it had its effect.
#[derive(Clone, Copy)]
enum Repeat {
    Always,
    /// Always, and for longer than an interaction waits.
    Longer,
    /// Only where Discord said that it had none.
    IfWithoutEffect,
}

/// Everything that we do in Discord.
pub struct Delivery {
    http: Arc<Http>,
    metrics: Arc<Metrics>,
}

impl Delivery {
    pub fn new(http: Arc<Http>, metrics: Arc<Metrics>) -> Delivery {
        Delivery { http, metrics }
    }

    pub fn http(&self) -> &Http {
        &self.http
    }

    /// The first response to an interaction. Discord takes one: a second one that only repeats the first is as
    /// good as it. Gives the message that it became, where it is one and that is known.
    pub async fn respond(
        &self,
        id: InteractionId,
        token: &str,
        body: &Value,
        file: Option<&File>,
    ) -> Result<Option<MessageId>, Undelivered> {
        let mut is_repeated = false;
        let sent = self.repeated(Purpose::Response, Repeat::Always, || {
            let was_sent = std::mem::replace(&mut is_repeated, true);
            async move {
                match self.http.fire::<Value>(response(id, token, body, file)).await.map_err(sorted) {
                    Ok(answer) => Ok(message_of(&answer)),
                    Err(Undelivered::Answered) if was_sent => Ok(None),
                    Err(error) => Err(error),
                }
            }
        });
        sent.await
    }

    /// Changes the first response to an interaction.
    pub async fn edit_response(&self, token: &str, outgoing: &Outgoing) -> Result<MessageId, Undelivered> {
        let body = outgoing.edit();
        let message = self.repeated(Purpose::EditResponse, Repeat::Always, || async {
            let files = attachments(outgoing.file.as_ref());
            self.http.edit_original_interaction_response(token, &body, files).await.map_err(sorted)
        });
        Ok(message.await?.id)
    }

    /// The message that the first response to an interaction has become.
    pub async fn original(&self, token: &str) -> Result<MessageId, Undelivered> {
        let message = self.repeated(Purpose::ReadMessage, Repeat::Always, || async {
            self.http.get_original_interaction_response(token).await.map_err(sorted)
        });
        Ok(message.await?.id)
    }

    /// Takes the first response to an interaction back.
    pub async fn delete_response(&self, token: &str) -> Result<(), Undelivered> {
        let deleted = self.repeated(Purpose::DeleteMessage, Repeat::Always, || async {
            self.http.delete_original_interaction_response(token).await.map_err(sorted)
        });
        match deleted.await {
            Err(Undelivered::Gone) => Ok(()),
            result => result,
        }
    }

    /// A further message after the first response. Discord knows no nonce here, so that it is not repeated
    /// where it may be there already.
    pub async fn follow_up(
        &self,
        token: &str,
        outgoing: &Outgoing,
        audience: Audience,
    ) -> Result<MessageId, Undelivered> {
        let body = outgoing.follow_up(audience);
        let message = self.repeated(Purpose::FollowUp, Repeat::IfWithoutEffect, || async {
            let files = attachments(outgoing.file.as_ref());
            self.http.create_followup_message(token, &body, files).await.map_err(sorted)
        });
        Ok(message.await?.id)
    }

    /// A message in a channel, once, however often it takes to send it. Where nothing can be replied to, it
    /// stands below the others.
    pub async fn post(
        &self,
        channel: ChannelId,
        outgoing: &Outgoing,
        reply_to: Option<MessageId>,
    ) -> Result<MessageId, Undelivered> {
        match self.post_as_it_is(channel, outgoing, reply_to).await {
            Err(Undelivered::NoHistory) => self.post_as_it_is(channel, outgoing, None).await,
            result => result,
        }
    }

    async fn post_as_it_is(
        &self,
        channel: ChannelId,
        outgoing: &Outgoing,
        reply_to: Option<MessageId>,
    ) -> Result<MessageId, Undelivered> {
        let body = outgoing.message(reply_to.map(MessageId::get), &nonce());
        let message = self.repeated(Purpose::Message, Repeat::Longer, || async {
            let files = attachments(outgoing.file.as_ref());
            self.http.send_message(channel, files, &body).await.map_err(sorted)
        });
        Ok(message.await?.id)
    }

    pub async fn edit(
        &self,
        channel: ChannelId,
        message: MessageId,
        outgoing: &Outgoing,
    ) -> Result<(), Undelivered> {
        let body = outgoing.edit();
        let edited = self.repeated(Purpose::EditMessage, Repeat::Always, || async {
            self.http.edit_message(channel, message, &body, Vec::new()).await.map_err(sorted)
        });
        edited.await.map(|_: Message| ())
    }

    /// Changes what a message says, and nothing else of it.
    pub async fn amend(
        &self,
        channel: ChannelId,
        message: MessageId,
        content: &str,
    ) -> Result<(), Undelivered> {
        let body = Outgoing::amendment(content);
        let edited = self.repeated(Purpose::EditMessage, Repeat::Always, || async {
            self.http.edit_message(channel, message, &body, Vec::new()).await.map_err(sorted)
        });
        edited.await.map(|_: Message| ())
    }

    /// What a message says at the moment.
    pub async fn content(&self, channel: ChannelId, message: MessageId) -> Result<String, Undelivered> {
        let found = self.repeated(Purpose::ReadMessage, Repeat::Always, || async {
            self.http.get_message(channel, message).await.map_err(sorted)
        });
        Ok(found.await?.content)
    }

    /// Whether a thread is archived; other channels never are.
    pub async fn is_archived(&self, channel: ChannelId) -> Result<bool, Undelivered> {
        let found = self.repeated(Purpose::Other, Repeat::Always, || async {
            self.http.get_channel(channel).await.map_err(sorted)
        });
        let thread = found.await?.guild().and_then(|channel| channel.thread_metadata);
        Ok(thread.is_some_and(|thread| thread.archived))
    }

    /// Fine, too, where it is gone already.
    pub async fn delete(&self, channel: ChannelId, message: MessageId) -> Result<(), Undelivered> {
        let deleted = self.repeated(Purpose::DeleteMessage, Repeat::Always, || async {
            self.http.delete_message(channel, message, None).await.map_err(sorted)
        });
        match deleted.await {
            Err(Undelivered::Gone) => Ok(()),
            result => result,
        }
    }

    pub async fn react(
        &self,
        channel: ChannelId,
        message: MessageId,
        emoji: &str,
    ) -> Result<(), Undelivered> {
        let emoji = ReactionType::Unicode(emoji.to_owned());
        self.repeated(Purpose::Reaction, Repeat::Always, || async {
            self.http.create_reaction(channel, message, &emoji).await.map_err(sorted)
        })
        .await
    }

    /// A direct message.
    pub async fn tell(&self, user: UserId, outgoing: &Outgoing) -> Result<(), Undelivered> {
        let recipient = serde_json::json!({ "recipient_id": user.to_string() });
        let channel = self.repeated(Purpose::DirectChannel, Repeat::Always, || async {
            self.http.create_private_channel(&recipient).await.map_err(sorted)
        });
        self.post(channel.await?.id, outgoing, None).await?;
        Ok(())
    }

    /// Who somebody is in a guild; `Gone` for people who are not in it.
    pub async fn member(&self, guild: GuildId, user: UserId) -> Result<Member, Undelivered> {
        self.repeated(Purpose::Member, Repeat::Always, || async {
            self.http.get_member(guild, user).await.map_err(sorted)
        })
        .await
    }

    pub async fn leave(&self, guild: GuildId) -> Result<(), Undelivered> {
        self.repeated(Purpose::Other, Repeat::Always, || async {
            self.http.leave_guild(guild).await.map_err(sorted)
        })
        .await
    }

    /// Sends, and notes what came of each attempt.
    async fn repeated<T, F: Future<Output = Result<T, Undelivered>>>(
        &self,
        purpose: Purpose,
        repeat: Repeat,
        mut attempt: impl FnMut() -> F,
    ) -> Result<T, Undelivered> {
        let noted = || {
            // A request is a large thing: on the heap it does not make everything that waits for it large, too.
            let attempt = Box::pin(attempt());
            async move {
                self.metrics.rest_request(purpose);
                let result = attempt.await;
                if let Err(error) = &result {
                    self.note(purpose, error);
                }
                result
            }
        };
        repeated(repeat, noted).await
    }

    fn note(&self, purpose: Purpose, error: &Undelivered) {
        let kind = match error {
            Undelivered::Refused { status: 429, .. } => return self.metrics.rest_limited(purpose),
            Undelivered::Refused { status, .. } if *status >= 500 => RestError::Server,
            Undelivered::Refused { .. } | Undelivered::Archived | Undelivered::NoHistory => {
                RestError::Refused
            }
            Undelivered::Forbidden | Undelivered::Closed => RestError::Forbidden,
            Undelivered::Gone => RestError::Gone,
            Undelivered::Expired | Undelivered::Answered => RestError::Late,
            Undelivered::Unreachable(_) => RestError::Unreachable,
        };
        self.metrics.rest_error(purpose, kind);
    }
}

/// serenity's own way does not ask which message the response has become.
fn response<'a>(id: InteractionId, token: &'a str, body: &Value, file: Option<&File>) -> Request<'a> {
    let route = Route::InteractionResponse { interaction_id: id, token };
    let request =
        Request::new(route, LightMethod::Post).params(Some(vec![("with_response", "true".to_owned())]));
    if file.is_none() {
        return request.body(Some(body.to_string().into_bytes()));
    }
    let upload = MultipartUpload::Attachments(attachments(file));
    request.multipart(Some(Multipart { upload, payload_json: Some(body.to_string()), fields: Vec::new() }))
}

fn message_of(answer: &Value) -> Option<MessageId> {
    let id = answer["resource"]["message"]["id"].as_str()?.parse::<u64>().ok()?;
    (id > 0).then(|| MessageId::new(id))
}

/// What changes nothing, or nothing that it did not change the first time, again until it goes through.
pub async fn persistently<T, F: Future<Output = serenity::Result<T>>>(
    mut attempt: impl FnMut() -> F,
) -> Result<T, Undelivered> {
    repeated(Repeat::Always, || {
        let attempt = attempt();
        async { attempt.await.map_err(sorted) }
    })
    .await
}

async fn repeated<T, F: Future<Output = Result<T, Undelivered>>>(
    repeat: Repeat,
    mut attempt: impl FnMut() -> F,
) -> Result<T, Undelivered> {
    for (number, pause) in PAUSES.into_iter().enumerate() {
        match attempt().await {
            Err(error) if error.may_pass(repeat, number) => tokio::time::sleep(pause).await,
            result => return result,
        }
    }
    attempt().await
}

/// What a request is for, by the address that serenity's limiter names.
pub fn purpose_of(method: LightMethod, address: &str) -> Purpose {
    let path = address.split_once("/api/").map_or(address, |(_, path)| path);
    let steps: Vec<&str> = path.split('/').skip(1).collect();
    match (steps.as_slice(), method) {
        (["interactions", ..], _) => Purpose::Response,
        (["webhooks", _, _], _) => Purpose::FollowUp,
        (["webhooks", ..], _) => Purpose::EditResponse,
        (["channels", _, "messages", _, "reactions", ..], _) => Purpose::Reaction,
        (["channels", _, "messages", ..], LightMethod::Post) => Purpose::Message,
        (["channels", _, "messages", ..], LightMethod::Patch) => Purpose::EditMessage,
        (["channels", _, "messages", ..], LightMethod::Delete) => Purpose::DeleteMessage,
        (["channels", _, "messages", ..], _) => Purpose::ReadMessage,
        (["users", _, "channels"], _) => Purpose::DirectChannel,
        (["guilds", _, "members", ..], _) => Purpose::Member,
        _ => Purpose::Other,
    }
}

impl Undelivered {
    /// Whether it may go through the next time, and do no harm, after so many repetitions.
    fn may_pass(&self, repeat: Repeat, repetitions: usize) -> bool {
        let is_failure = match self {
            // Discord counted the request and did nothing else with it.
            Undelivered::Refused { status: 429, .. } => return true,
            Undelivered::Refused { status, .. } => *status >= 500,
            Undelivered::Unreachable(_) => true,
            _ => false,
        };
        let most = match repeat {
            Repeat::Always => PAUSES_AFTER_FAILURES,
            Repeat::Longer => PAUSES.len(),
            Repeat::IfWithoutEffect => 0,
        };
        is_failure && repetitions < most
    }
}

/// Its causes by Discord's codes. The address is left out: it may hold the token of an interaction.
fn sorted(error: serenity::Error) -> Undelivered {
    let serenity::Error::Http(HttpError::UnsuccessfulRequest(response)) = error else {
        return Undelivered::Unreachable(without_address(error));
    };
    let status = response.status_code.as_u16();
    match (response.error.code, status) {
        (10_003 | 10_007 | 10_008 | 10_013, _) => Undelivered::Gone,
        (10_015 | 10_062 | 50_027, _) => Undelivered::Expired,
        (40_060, _) => Undelivered::Answered,
        (50_083 | 160_005, _) => Undelivered::Archived,
        (160_002, _) => Undelivered::NoHistory,
        (50_007, _) => Undelivered::Closed,
        (50_001 | 50_013, _) | (_, 403) => Undelivered::Forbidden,
        (code, status) => Undelivered::Refused { status, code, message: response.error.message },
    }
}

fn without_address(error: serenity::Error) -> String {
    match error {
        serenity::Error::Http(HttpError::Request(error)) => error.without_url().to_string(),
        error => error.to_string(),
    }
}

fn attachments(file: Option<&File>) -> Vec<CreateAttachment> {
    file.map(|file| CreateAttachment::bytes(file.bytes.clone(), file.name.clone())).into_iter().collect()
}

/// What tells one message from all others, in 24 hexadecimal digits; Discord takes up to 25 characters.
fn nonce() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let mut bytes = [0; 8];
    // Without randomness it still tells the messages of this process apart.
    let _ = getrandom::fill(&mut bytes);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    format!("{:016x}{count:08x}", u64::from_le_bytes(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limited_request_is_told_by_what_it_is_for() {
        let check = |method, path: &str, expected| {
            let address = format!("https://discord.com/api/v10{path}");
            assert_eq!(purpose_of(method, &address), expected, "{path}");
        };
        check(LightMethod::Post, "/channels/1/messages", Purpose::Message);
        check(LightMethod::Patch, "/channels/1/messages/2", Purpose::EditMessage);
        check(LightMethod::Put, "/channels/1/messages/2/reactions/x/@me", Purpose::Reaction);
        check(LightMethod::Post, "/interactions/1/token/callback", Purpose::Response);
        check(LightMethod::Post, "/webhooks/1/token", Purpose::FollowUp);
        check(LightMethod::Patch, "/webhooks/1/token/messages/@original", Purpose::EditResponse);
        check(LightMethod::Get, "/guilds/1/members/2", Purpose::Member);
        check(LightMethod::Get, "/gateway", Purpose::Other);
    }
}
