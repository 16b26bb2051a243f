//! From files that are no text to text: HTML, PDF and DOCX, in a process of their own.
//!
//! Such files come from anywhere, and the libraries that read them may loop, eat all memory or overflow their stack.
//! [`worker`] is this program once more: it reads one file after the other under limits, and is stopped when one
//! takes too long. Where no program is named, as in tests, a thread has to do. How each format is read stands in
//! [`format`](super::format).

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::Format;
#[cfg(feature = "docx")]
use super::format::docx;
#[cfg(feature = "html")]
use super::format::html;
#[cfg(feature = "pdf")]
use super::format::pdf;

pub mod worker;

use worker::Worker;

/// Raised when the same file becomes another text, or is refused for another reason.
pub const VERSION: u32 = 1;

/// More text than this in one file is refused; bytes.
pub const LARGEST_TEXT: usize = 32 << 20;
/// How long one file may take.
const LONGEST: Duration = Duration::from_secs(10);
/// Of the thread that a file is read in; parsers recur a little.
const STACK: usize = 16 << 20;

/// What a file says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extracted {
    pub text: String,
    /// What could not be read of it, each a sentence for its owner.
    pub problems: Vec<String>,
}

/// Why a file has no text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoExtract {
    pub reason: String,
    /// Whether the file is to blame: then another try would end like this one.
    pub is_lasting: bool,
}

impl NoExtract {
    fn lasting(reason: String) -> NoExtract {
        NoExtract { reason, is_lasting: true }
    }
}

/// Whether files of this format have to be taken apart before they are text.
pub fn is_needed(format: Format) -> bool {
    match format {
        Format::Text | Format::Markdown => false,
        Format::Html | Format::Pdf | Format::Docx => true,
    }
}

/// Takes files apart, each under limits.
#[derive(Debug, Default)]
pub struct Extractor {
    /// What is started; `None` is a thread.
    program: Option<PathBuf>,
    idle: Mutex<Vec<Worker>>,
}

impl Extractor {
    /// `program` is this program: it is started with the argument `extract`.
    pub fn new(program: Option<&Path>) -> Extractor {
        Extractor { program: program.map(Path::to_owned), idle: Mutex::default() }
    }

    pub fn extract(&self, format: Format, bytes: Vec<u8>) -> Result<Extracted, NoExtract> {
        let Some(program) = &self.program else { return in_thread(format, bytes) };
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut worker = match idle {
            Some(worker) => worker,
            None => Worker::start(program).map_err(|error| NoExtract {
                reason: format!("could not be read: no process could be started for it ({})", error.kind()),
                is_lasting: false,
            })?,
        };
        let answer = worker.extract(format, bytes, LONGEST);
        if worker.is_fit() {
            self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(worker);
        }
        answer
    }
}

/// Reads a file in this process and this thread, whatever comes of it.
pub fn extract(format: Format, bytes: Vec<u8>) -> Result<Extracted, String> {
    match format {
        #[cfg(feature = "html")]
        Format::Html => html::extract(bytes),
        #[cfg(feature = "pdf")]
        Format::Pdf => pdf::extract(&bytes),
        #[cfg(feature = "docx")]
        Format::Docx => docx::extract(&bytes),
        _ => Err(format!("is no file that is taken apart ({} bytes)", bytes.len())),
    }
}

/// What is said of a file with more text than is read.
pub fn too_much_text() -> String {
    format!("has more than {} MB of text; divide it", LARGEST_TEXT >> 20)
}

/// Without a process of its own: a panic is caught and an endless loop left alone, but nothing limits the memory.
fn in_thread(format: Format, bytes: Vec<u8>) -> Result<Extracted, NoExtract> {
    let (sender, receiver) = mpsc::channel();
    let started = thread::Builder::new().stack_size(STACK).spawn(move || {
        // Nobody may be waiting any more.
        let _ = sender.send(guarded(format, bytes));
    });
    if started.is_err() {
        let reason = "could not be read: no thread could be started for it".to_owned();
        return Err(NoExtract { reason, is_lasting: false });
    }
    match receiver.recv_timeout(LONGEST) {
        Ok(answer) => answer.map_err(NoExtract::lasting),
        Err(RecvTimeoutError::Timeout) => Err(NoExtract::lasting(too_slow(LONGEST))),
        Err(RecvTimeoutError::Disconnected) => Err(NoExtract::lasting(stopped())),
    }
}

/// A panic is a bug in what reads the format, and a reason for people.
fn guarded(format: Format, bytes: Vec<u8>) -> Result<Extracted, String> {
    catch_unwind(AssertUnwindSafe(|| extract(format, bytes))).unwrap_or_else(|_| Err(stopped()))
}

fn stopped() -> String {
    "could not be read: it is damaged in a way that stopped the reader; save it anew".to_owned()
}

fn too_slow(limit: Duration) -> String {
    format!("could not be read: reading it took more than {} seconds", limit.as_secs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(feature = "html")]
    fn a_thread_reads_where_no_program_is_named() {
        let extractor = Extractor::new(None);
        let extracted = extractor.extract(Format::Html, b"<h1>Lease</h1>".to_vec()).unwrap();
        assert_eq!(extracted.text, "# Lease\n");
        let refused = extractor.extract(Format::Html, b"Lease".to_vec()).unwrap_err();
        assert!(refused.is_lasting && refused.reason.starts_with("is no HTML"), "{refused:?}");
    }

    #[test]
    fn a_program_that_cannot_be_started_is_not_the_fault_of_the_file() {
        let extractor = Extractor::new(Some(Path::new("no/such/program")));
        let refused = extractor.extract(Format::Html, b"<p>Text".to_vec()).unwrap_err();
        assert!(!refused.is_lasting && refused.reason.contains("no process could be started"), "{refused:?}");
    }
}
