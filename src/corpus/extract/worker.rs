//! A process that takes files apart: what starts it and asks it, and what it does.
//!
//! Files go in and texts come out over its standard input and output, each with its length before it. It ends when
//! its input does, so that none outlives the program that started it.

use std::io::{self, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread;
use std::time::Duration;

use super::{Extracted, LARGEST_TEXT, NoExtract, STACK, guarded, stopped, too_slow};
use crate::corpus::Format;

/// The argument that makes a program a worker.
pub const ARGUMENT: &str = "extract";

/// After so many bytes of files a worker is replaced: memory that was given back is in pieces by then.
const LONGEST_SERVICE: usize = 64 << 20;
/// A longer answer is none.
const LONGEST_ANSWER: u64 = 2 * LARGEST_TEXT as u64;
/// How often a worker looks whether somebody still waits for it.
const BETWEEN_LOOKS: Duration = Duration::from_millis(200);

type Answer = Result<Extracted, String>;

/// A process that was started. It is stopped when this is dropped.
#[derive(Debug)]
pub struct Worker {
    child: Child,
    files: Sender<(Format, Vec<u8>)>,
    answers: Receiver<io::Result<Answer>>,
    /// Bytes of the files so far.
    served: usize,
    is_dead: bool,
}

impl Worker {
    pub fn start(program: &Path) -> io::Result<Worker> {
        let mut command = Command::new(program);
        command.arg(ARGUMENT).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        // It needs nothing of the environment, least of all the secrets in it.
        #[cfg(unix)]
        command.env_clear();
        let mut child = command.spawn()?;
        let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(io::ErrorKind::BrokenPipe.into());
        };
        let (files, waiting) = mpsc::channel();
        let (told, answers) = mpsc::channel();
        thread::spawn(move || exchange(&waiting, &told, input, output));
        Ok(Worker { child, files, answers, served: 0, is_dead: false })
    }

    /// What the file says. One that takes longer than `limit`, or ends the worker, is refused.
    pub fn extract(
        &mut self,
        format: Format,
        bytes: Vec<u8>,
        limit: Duration,
    ) -> Result<Extracted, NoExtract> {
        self.served += bytes.len();
        if self.files.send((format, bytes)).is_err() {
            return Err(self.died());
        }
        match self.answers.recv_timeout(limit) {
            Ok(Ok(answer)) => answer.map_err(NoExtract::lasting),
            Ok(Err(_)) | Err(RecvTimeoutError::Disconnected) => Err(self.died()),
            Err(RecvTimeoutError::Timeout) => {
                self.stop();
                Err(NoExtract::lasting(too_slow(limit)))
            }
        }
    }

    /// Whether it can read another file.
    pub fn is_fit(&self) -> bool {
        !self.is_dead && self.served < LONGEST_SERVICE
    }

    /// Why it ended: it says so itself where it ran out of memory or of stack.
    fn died(&mut self) -> NoExtract {
        self.stop();
        let mut said = String::new();
        if let Some(errors) = self.child.stderr.take() {
            let _ = errors.take(4_096).read_to_string(&mut said);
        }
        NoExtract::lasting(match () {
            () if said.contains("memory allocation") => {
                "could not be read: reading it takes more memory than is allowed".to_owned()
            }
            () if said.contains("overflowed its stack") => {
                "could not be read: its parts are nested too deeply, or in a circle".to_owned()
            }
            () => stopped(),
        })
    }

    fn stop(&mut self) {
        self.is_dead = true;
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Hands files over and takes answers, until either side has gone.
fn exchange(
    waiting: &Receiver<(Format, Vec<u8>)>,
    told: &Sender<io::Result<Answer>>,
    mut input: ChildStdin,
    mut output: ChildStdout,
) {
    while let Ok((format, bytes)) = waiting.recv() {
        let sent = write_file(&mut input, format, &bytes);
        drop(bytes);
        let answer = sent.and_then(|()| read_answer(&mut output));
        let is_over = answer.is_err();
        if told.send(answer).is_err() || is_over {
            return;
        }
    }
}

/// Reads files from `input` and tells what they say on `output`, until there are no more, or nobody waits for the
/// answer: `is_abandoned` is asked while a file is read.
pub fn serve(
    mut input: impl Read,
    mut output: impl Write,
    is_abandoned: impl Fn() -> bool,
) -> io::Result<()> {
    while let Some((format, bytes)) = read_file(&mut input)? {
        let (sender, receiver) = mpsc::channel();
        thread::Builder::new().stack_size(STACK).spawn(move || sender.send(guarded(format, bytes)))?;
        let answer = loop {
            match receiver.recv_timeout(BETWEEN_LOOKS) {
                Ok(answer) => break answer,
                Err(RecvTimeoutError::Disconnected) => break Err(stopped()),
                Err(RecvTimeoutError::Timeout) if is_abandoned() => return Ok(()),
                Err(RecvTimeoutError::Timeout) => {}
            }
        };
        write_answer(&mut output, &answer)?;
    }
    Ok(())
}

fn write_file(output: &mut impl Write, format: Format, bytes: &[u8]) -> io::Result<()> {
    output.write_all(&[code(format)])?;
    output.write_all(&(bytes.len() as u64).to_le_bytes())?;
    output.write_all(bytes)?;
    output.flush()
}

/// `None` at the end of the input.
fn read_file(input: &mut impl Read) -> io::Result<Option<(Format, Vec<u8>)>> {
    let mut first = [0];
    if input.read(&mut first)? == 0 {
        return Ok(None);
    }
    let format = format(first[0]).ok_or(io::ErrorKind::InvalidData)?;
    Ok(Some((format, read_sized(input, u64::MAX)?)))
}

fn write_answer(output: &mut impl Write, answer: &Answer) -> io::Result<()> {
    let bytes = postcard::to_allocvec(answer).map_err(io::Error::other)?;
    output.write_all(&(bytes.len() as u64).to_le_bytes())?;
    output.write_all(&bytes)?;
    output.flush()
}

fn read_answer(input: &mut impl Read) -> io::Result<Answer> {
    let bytes = read_sized(input, LONGEST_ANSWER)?;
    postcard::from_bytes(&bytes).map_err(io::Error::other)
}

/// Bytes with their number before them; memory is taken as they come.
fn read_sized(input: &mut impl Read, limit: u64) -> io::Result<Vec<u8>> {
    let mut length = [0; 8];
    input.read_exact(&mut length)?;
    let length = u64::from_le_bytes(length);
    let mut bytes = Vec::new();
    if length > limit || input.take(length).read_to_end(&mut bytes)? as u64 != length {
        return Err(io::ErrorKind::InvalidData.into());
    }
    Ok(bytes)
}

fn code(format: Format) -> u8 {
    match format {
        Format::Text => b't',
        Format::Markdown => b'm',
        Format::Html => b'h',
        Format::Pdf => b'p',
        Format::Docx => b'd',
    }
}

fn format(code: u8) -> Option<Format> {
    let formats = [Format::Text, Format::Markdown, Format::Html, Format::Pdf, Format::Docx];
    formats.into_iter().find(|format| self::code(*format) == code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(feature = "html")]
    fn files_go_in_and_texts_come_out_in_their_order() {
        let mut input = Vec::new();
        for page in ["<p>One</p>", "none", "<p>Two</p>"] {
            write_file(&mut input, Format::Html, page.as_bytes()).unwrap();
        }
        let mut output = Vec::new();
        serve(&input[..], &mut output, || false).unwrap();
        let mut output = &output[..];
        let mut said = || read_answer(&mut output).unwrap().map(|extracted| extracted.text);
        assert_eq!(said().unwrap(), "One\n");
        assert!(said().unwrap_err().starts_with("is no HTML"));
        assert_eq!(said().unwrap(), "Two\n");
    }

    #[test]
    fn an_answer_that_is_longer_than_any_text_is_none() {
        let mut answer = (LONGEST_ANSWER + 1).to_le_bytes().to_vec();
        answer.extend(b"and so on");
        assert!(read_answer(&mut &answer[..]).is_err());
        let cut = 9_u64.to_le_bytes();
        assert!(read_answer(&mut &cut[..]).is_err());
    }
}
