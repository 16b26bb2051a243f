//! `/passim-admin add` and `remove`: a file comes into the corpus, or a source goes into its trash, and the documents
//! are read again. What may come in, and where it lies then, is for [`crate::inbox`] to say.

use std::sync::Arc;
use std::time::Duration;

use minijinja::{Value, context};
use reqwest::{Url, redirect};
use serenity::all::Attachment;
use thiserror::Error;

use super::admin::{is_operator, note};
use super::asking::source_id;
use super::bot::{Bot, Trouble};
use super::calls::Call;
use super::interactions::Options;
use super::outgoing::{self, Audience};
use super::reindex;
use super::words::Phrase;
use crate::corpus::Description;
use crate::inbox::{InboxError, Incoming};
use crate::language::Language;
use crate::live;

/// Where Discord keeps what people attach.
const HOSTS: [&str; 2] = ["cdn.discordapp.com", "media.discordapp.net"];
/// So long may an attachment take to come.
const LONGEST_FETCH: Duration = Duration::from_secs(60);
/// As the setting counts them.
const MB: u64 = 1 << 20;

/// A document that came in or went out: for the audit log, and for who wanted it.
struct Done {
    details: String,
    news: String,
}

/// One that did not: for the audit log, and for who wanted it.
struct Declined {
    reason: String,
    trouble: Trouble,
}

pub async fn add(bot: &Arc<Bot>, call: &Call, options: &Options<'_>) {
    if !is_operator(bot, call).await {
        return;
    }
    let Some(attachment) = options.file("file") else {
        return call.refuse(bot, &Trouble::TooOld).await;
    };
    if is_announced(bot, call).await {
        let outcome = taken_in(bot, call.language, attachment, options.truth("replace")).await;
        finish(bot, call, "add", &attachment.filename, outcome).await;
    }
}

pub async fn remove(bot: &Arc<Bot>, call: &Call, options: &Options<'_>) {
    if !is_operator(bot, call).await {
        return;
    }
    let name = options.text("source").unwrap_or_default();
    if is_announced(bot, call).await {
        let outcome = taken_out(bot, call.language, name.clone()).await;
        finish(bot, call, "remove", &name, outcome).await;
    }
}

/// Fetching takes longer than Discord waits.
async fn is_announced(bot: &Bot, call: &Call) -> bool {
    let announced = call.send(bot, &outgoing::deferred(Audience::OnlyThem)).await;
    call.logged(announced).is_some()
}

async fn finish(
    bot: &Arc<Bot>,
    call: &Call,
    what: &'static str,
    name: &str,
    outcome: Result<Done, Declined>,
) {
    match outcome {
        Ok(Done { details, news }) => {
            note(bot, call, what, details);
            reindex::follow(bot, call, &news).await;
        }
        Err(Declined { reason, trouble }) => {
            note(bot, call, what, format!("{name}, refused: {reason}"));
            let outgoing = bot.explain(call.language, &trouble);
            call.logged(bot.delivery.edit_response(&call.token, &outgoing).await);
        }
    }
}

async fn taken_in(
    bot: &Arc<Bot>,
    language: Language,
    attachment: &Attachment,
    replace: bool,
) -> Result<Done, Declined> {
    let settings = bot.settings();
    let bounds = Bounds {
        size: settings.corpus.max_file_bytes(),
        time: LONGEST_FETCH,
        stand_in: settings.discord.proxy.as_deref(),
    };
    let _turn = bot.fetching.lock().await;
    let bytes = fetch(&attachment.url, u64::from(attachment.size), bounds)
        .await
        .map_err(|error| error.declined(bot, language, &attachment.filename))?;
    let name = attachment.filename.clone();
    let size = bytes.len();
    let work = bot.look_up(move |bot| {
        let reader = &live::reader(&bot.settings(), &bot.corpus);
        let incoming = Incoming { name: &name, bytes: &bytes, reader, replace };
        Ok(bot.inbox.add(incoming, bot.live.everything().index().sources(), bot.nanoseconds()))
    });
    let added = work.await.map_err(failed)?.map_err(|error| declined(bot, language, error))?;
    let path = &added.description.path;
    let mut details = format!("{path}, {size} bytes, sha256 {}", added.sha256);
    if let Some(replaced) = &added.replaced {
        details.push_str(&format!(", the version before is {replaced}"));
    }
    let values = context! {
        source => added.description.id, title => added.description.title, path => path,
        passages => added.passages, kept => added.replaced,
    };
    Ok(Done { details, news: bot.say(language, Phrase::DocumentAdded, values) })
}

async fn taken_out(bot: &Arc<Bot>, language: Language, name: String) -> Result<Done, Declined> {
    let work = bot.look_up(move |bot| {
        let answerer = bot.live.everything();
        let id = source_id(&answerer, &name)?;
        let index = answerer.index();
        let source = index.source(&id).ok_or(Trouble::NoSuchSource(name))?;
        let description = source.description.clone();
        let removed = bot.inbox.remove(&description.path, index.sources(), bot.nanoseconds());
        Ok(removed.map(|kept| (description, kept)))
    });
    let removed = work.await.map_err(failed)?;
    let (description, kept) = removed.map_err(|error| declined(bot, language, error))?;
    let Description { id, title, path, .. } = description;
    let details = format!("{path} is {kept}");
    let reindex = Value::from_safe_string(bot.command_mention("reindex"));
    let values = context! { source => id, title, path, kept, reindex };
    Ok(Done { details, news: bot.say(language, Phrase::DocumentRemoved, values) })
}

fn failed(trouble: Trouble) -> Declined {
    let reason = match &trouble {
        Trouble::NoSuchSource(_) => "there is no such source".to_owned(),
        trouble => format!("{trouble:?}"),
    };
    Declined { reason, trouble }
}

fn declined(bot: &Bot, language: Language, error: InboxError) -> Declined {
    let reason = error.to_string();
    let say = |phrase, values| bot.say(language, phrase, values);
    let text = match error {
        InboxError::Name { name } => say(Phrase::DocumentName, context! { name }),
        InboxError::Unreadable(refused) => {
            say(Phrase::DocumentUnreadable, context! { name => refused.path, reason => refused.reason })
        }
        InboxError::SameBytes { id, path } => say(Phrase::DocumentSameBytes, context! { source => id, path }),
        InboxError::SameId { id, path } => say(Phrase::DocumentSameId, context! { source => id, path }),
        InboxError::SameName { path } => say(Phrase::DocumentSameName, context! { path }),
        InboxError::LeftOut { path } => say(Phrase::DocumentLeftOut, context! { path }),
        InboxError::BehindLink { path } => say(Phrase::DocumentBehindLink, context! { path }),
        InboxError::Gone { path } => say(Phrase::DocumentGone, context! { path }),
        InboxError::Last { path } => say(Phrase::DocumentLast, context! { path }),
        InboxError::OwnTrash => say(Phrase::DocumentOwnTrash, context! {}),
        InboxError::Corpus(error) => say(Phrase::ReindexFailed, context! { reason => error.to_string() }),
        InboxError::Write { path, reason } => {
            tracing::error!(path, %reason, "the corpus could not be written");
            say(Phrase::DocumentNotWritten, context! { path, reason => reason.to_string() })
        }
    };
    Declined { reason, trouble: Trouble::Said(text) }
}

/// What is fetched at most, and from whom.
#[derive(Debug, Clone, Copy)]
struct Bounds<'a> {
    /// Bytes.
    size: u64,
    time: Duration,
    /// The origin that stands for Discord in the settings: its files are there too.
    stand_in: Option<&'a str>,
}

/// Why an attachment did not come.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
enum FetchError {
    #[error("it lies on '{host}', which is not Discord's")]
    Foreign { host: String },
    #[error("it has {size} bytes, and {most} are read at most")]
    TooLarge { size: u64, most: u64 },
    #[error("Discord announced {announced} bytes and sent others")]
    OtherSize { announced: u64 },
    #[error("it did not come within {} s", .limit.as_secs())]
    TooSlow { limit: Duration },
    #[error("{reason}")]
    NotFetched { reason: String },
}

impl FetchError {
    fn declined(self, bot: &Bot, language: Language, name: &str) -> Declined {
        let reason = self.to_string();
        let say = |phrase, values| bot.say(language, phrase, values);
        let text = match self {
            FetchError::Foreign { host } => say(Phrase::DocumentForeign, context! { host }),
            FetchError::TooLarge { size, most } => {
                let values = context! { name, size => size.div_ceil(MB), most => most / MB };
                say(Phrase::DocumentTooLarge, values)
            }
            FetchError::OtherSize { announced } => say(Phrase::DocumentOtherSize, context! { announced }),
            FetchError::TooSlow { limit } => {
                say(Phrase::DocumentTooSlow, context! { seconds => limit.as_secs().to_string() })
            }
            FetchError::NotFetched { reason } => say(Phrase::DocumentNotFetched, context! { reason }),
        };
        Declined { reason, trouble: Trouble::Said(text) }
    }
}

/// The bytes of an attachment: as many as Discord announced, from where Discord keeps them.
async fn fetch(address: &str, announced: u64, bounds: Bounds<'_>) -> Result<Vec<u8>, FetchError> {
    if announced > bounds.size {
        return Err(FetchError::TooLarge { size: announced, most: bounds.size });
    }
    let address = checked(address, bounds.stand_in)?;
    let fetched = tokio::time::timeout(bounds.time, received(address, announced)).await;
    fetched.unwrap_or(Err(FetchError::TooSlow { limit: bounds.time }))
}

/// An address of Discord's own, or of what stands for it.
fn checked(address: &str, stand_in: Option<&str>) -> Result<Url, FetchError> {
    let Ok(url) = Url::parse(address) else {
        return Err(FetchError::Foreign { host: String::new() });
    };
    let is_bare = url.username().is_empty() && url.password().is_none();
    let is_discords = url.scheme() == "https"
        && url.port().is_none()
        && url.host_str().is_some_and(|host| HOSTS.contains(&host));
    let is_stand_ins = stand_in
        .and_then(|origin| Url::parse(origin).ok())
        .is_some_and(|origin| origin.origin() == url.origin());
    if is_bare && (is_discords || is_stand_ins) {
        return Ok(url);
    }
    Err(FetchError::Foreign { host: url.host_str().unwrap_or_default().to_owned() })
}

/// No more than was announced, wherever the other side would go on to, and however long it would go on.
async fn received(address: Url, announced: u64) -> Result<Vec<u8>, FetchError> {
    let client =
        reqwest::Client::builder().redirect(redirect::Policy::none()).build().map_err(not_fetched)?;
    let mut response = client.get(address).send().await.map_err(not_fetched)?;
    if response.status() != reqwest::StatusCode::OK {
        return Err(FetchError::NotFetched { reason: format!("Discord answered {}", response.status()) });
    }
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(not_fetched)? {
        if (bytes.len() + chunk.len()) as u64 > announced {
            return Err(FetchError::OtherSize { announced });
        }
        bytes.extend_from_slice(&chunk);
    }
    if bytes.len() as u64 != announced {
        return Err(FetchError::OtherSize { announced });
    }
    Ok(bytes)
}

/// With what lies behind it, and without the address, by which anybody could fetch the file.
fn not_fetched(error: reqwest::Error) -> FetchError {
    let error = error.without_url();
    let mut reason = error.to_string();
    let mut cause = std::error::Error::source(&error);
    while let Some(error) = cause {
        reason.push_str(&format!(": {error}"));
        cause = error.source();
    }
    FetchError::NotFetched { reason }
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpListener;
    use std::thread;

    use super::*;

    /// A server that gives this to whoever comes first, and then `last` for a second; its origin.
    fn server(answer: &'static str, last: Duration) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = [0; 4_096];
            let _ = stream.read(&mut request);
            let _ = stream.write_all(answer.as_bytes());
            thread::sleep(last);
        });
        origin
    }

    async fn fetched(answer: &'static str, announced: u64, last: Duration) -> Result<Vec<u8>, FetchError> {
        let origin = server(answer, last);
        let bounds = Bounds { size: 1_000, time: Duration::from_secs(5), stand_in: Some(&origin) };
        fetch(&format!("{origin}/a.md?ex=1"), announced, bounds).await
    }

    const NONE: Duration = Duration::ZERO;

    #[tokio::test]
    async fn as_many_bytes_as_were_announced_come() {
        let answer = "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nlease";
        assert_eq!(fetched(answer, 5, NONE).await.unwrap(), b"lease");
        for announced in [4, 6] {
            assert_eq!(fetched(answer, announced, NONE).await, Err(FetchError::OtherSize { announced }));
        }
    }

    #[tokio::test]
    async fn what_never_ends_is_left_after_what_was_announced() {
        let answer = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nlease\r\n5\r\nlease\r\n";
        let endless = fetched(answer, 7, Duration::from_secs(60)).await;
        assert_eq!(endless, Err(FetchError::OtherSize { announced: 7 }));
    }

    #[tokio::test]
    async fn a_redirect_is_not_followed_and_an_error_is_told() {
        let moved = "HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n";
        let reason = "Discord answered 302 Found".to_owned();
        assert_eq!(fetched(moved, 5, NONE).await, Err(FetchError::NotFetched { reason }));
        let cut = fetched("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nle", 5, NONE).await;
        assert!(matches!(cut, Err(FetchError::NotFetched { .. })), "{cut:?}");
    }

    #[tokio::test]
    async fn who_takes_too_long_is_left() {
        let origin = server("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nle", Duration::from_secs(60));
        let time = Duration::from_millis(300);
        let bounds = Bounds { size: 1_000, time, stand_in: Some(&origin) };
        let slow = fetch(&format!("{origin}/a.md"), 5, bounds).await;
        assert_eq!(slow, Err(FetchError::TooSlow { limit: time }));
    }

    #[tokio::test]
    async fn what_is_announced_as_too_large_is_not_asked_for() {
        let bounds = Bounds { size: 1_000, time: Duration::from_secs(5), stand_in: None };
        let large = fetch("https://cdn.discordapp.com/a.md", 1_001, bounds).await;
        assert_eq!(large, Err(FetchError::TooLarge { size: 1_001, most: 1_000 }));
    }

    #[test]
    fn only_discords_own_hosts_and_what_stands_for_it_are_asked() {
        let stand_in = Some("http://127.0.0.1:3000");
        for address in [
            "https://cdn.discordapp.com/ephemeral-attachments/1/2/a.md?ex=1&hm=2",
            "https://media.discordapp.net/attachments/1/2/a.md",
            "https://CDN.discordapp.com:443/a.md",
            "http://127.0.0.1:3000/a.md",
        ] {
            assert!(checked(address, stand_in).is_ok(), "{address}");
        }
        for address in [
            "http://cdn.discordapp.com/a.md",
            "https://cdn.discordapp.com:8443/a.md",
            "https://cdn.discordapp.com.example.org/a.md",
            "https://cdn.discordapp.com./a.md",
            "https://example.org/cdn.discordapp.com",
            "https://cdn.discordapp.com@example.org/a.md",
            "https://user:word@cdn.discordapp.com/a.md",
            "http://127.0.0.1:3001/a.md",
            "http://localhost:3000/a.md",
            "http://x@127.0.0.1:3000/a.md",
            "file:///etc/passwd",
            "ftp://cdn.discordapp.com/a.md",
            "nothing",
            "",
        ] {
            assert!(matches!(checked(address, stand_in), Err(FetchError::Foreign { .. })), "{address}");
            assert!(checked(address, None).is_err(), "{address}");
        }
        assert!(checked("http://127.0.0.1:3000/a.md", None).is_err());
    }
}
