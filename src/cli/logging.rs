//! The log: one line an event on standard error, for people or as JSON.
//!
//! Whatever an event holds, it stays one line, and the token is nowhere in it. Which events there are is said by
//! `log.filter`, also while the program runs ([`Log::follow`]).

use std::borrow::Cow;
use std::io::{self, Write};

use memchr::memmem;
use tracing_subscriber::{EnvFilter, fmt};

use crate::settings::{LogFormat, Settings};

/// What stands where the token would.
const HIDDEN: &[u8] = b"[token]";

/// The running log.
pub(super) struct Log(Box<dyn Fn(EnvFilter) + Send + Sync>);

/// Starts the log of this process.
pub(super) fn start(settings: &Settings) -> Log {
    let token = settings.discord.token.as_ref().map(|token| token.expose().to_owned());
    let lines = move || Lines { out: io::stderr(), token: token.clone().unwrap_or_default() };
    let log = fmt().with_env_filter(settings.log.filter.clone()).with_writer(lines).with_ansi(false);
    // Changing the filter fails where the log has ended, and then nobody reads it.
    match settings.log.format {
        LogFormat::Human => {
            let log = log.with_filter_reloading();
            let filter = log.reload_handle();
            log.init();
            Log(Box::new(move |new| filter.reload(new).unwrap_or_default()))
        }
        LogFormat::Json => {
            let log = log.json().flatten_event(true).with_filter_reloading();
            let filter = log.reload_handle();
            log.init();
            Log(Box::new(move |new| filter.reload(new).unwrap_or_default()))
        }
    }
}

impl Log {
    /// From now on the log has the events that these settings want.
    pub(super) fn follow(&self, settings: &Settings) {
        (self.0)(settings.log.filter.clone());
    }
}

/// What panics is an event too. What it says may hold what people asked or what stands in documents, so that it is
/// told only where questions are.
pub(super) fn log_panics(settings: &Settings) {
    let may_tell = settings.log.questions;
    std::panic::set_hook(Box::new(move |panic| {
        let at = panic.location().map(ToString::to_string);
        let reason = panic.payload_as_str().filter(|_| may_tell);
        tracing::error!(at, reason, "something panicked");
    }));
}

/// Writes each event as one line.
struct Lines<W> {
    out: W,
    /// Empty where there is none.
    token: String,
}

impl<W: Write> Write for Lines<W> {
    /// An event comes whole, with the end of its line.
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        self.out.write_all(&line(event, self.token.as_bytes()))?;
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

fn line<'e>(event: &'e [u8], token: &[u8]) -> Cow<'e, [u8]> {
    let text = event.strip_suffix(b"\n").unwrap_or(event);
    let has_token = !token.is_empty() && memmem::find(text, token).is_some();
    if !has_token && memchr::memchr2(b'\n', b'\r', text).is_none() {
        return Cow::Borrowed(event);
    }
    let mut line = Vec::with_capacity(event.len());
    let mut rest = text;
    while let Some(first) = rest.first() {
        if has_token && rest.starts_with(token) {
            line.extend(HIDDEN);
            rest = &rest[token.len()..];
            continue;
        }
        match first {
            b'\n' => line.extend(b"\\n"),
            b'\r' => line.extend(b"\\r"),
            other => line.push(*other),
        }
        rest = &rest[1..];
    }
    line.push(b'\n');
    Cow::Owned(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_one_line_without_the_token() {
        let check = |event: &str, expected: &str| {
            let mut lines = Lines { out: Vec::new(), token: "abc.def".to_owned() };
            lines.write_all(event.as_bytes()).unwrap();
            assert_eq!(String::from_utf8(lines.out).unwrap(), expected);
        };
        check("all is well\n", "all is well\n");
        check("two\r\nlines\n", "two\\r\\nlines\n");
        check("Bot abc.def, abc.de\n", "Bot [token], abc.de\n");
        check("no end\nabc.def", "no end\\n[token]\n");
    }

    #[test]
    fn without_a_token_nothing_is_hidden() {
        assert_eq!(line(b"a\nb\n", b""), &b"a\\nb\n"[..]);
    }
}
