//! A small neural reader: a BERT-style model that was trained to point at answers, run on the processor.
//!
//! It gives every piece of a window two numbers: how much speaks for an answer that starts there, and for one that
//! ends there. It points and writes nothing. What a window is, and what the numbers are worth, is left to
//! [`crate::answer`]. How a text falls into pieces stands in [`pieces`], the model in [`model`], which alone knows
//! `rten`, and who reads how much at a time in [`workers`].

use std::fmt;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use sha2::{Digest, Sha256};
use thiserror::Error;

use crate::corpus::Span;
use crate::retrieval::manifest::hex;

mod model;
mod pieces;
mod workers;

use model::{Input, Lane, Logits, Model};
use pieces::{Cut, WordPieces};
use workers::Workers;

const MODEL: &str = "model.onnx";
const TOKENIZER: &str = "tokenizer.json";

/// Of a question so many pieces are read.
const MOST_OF_A_QUESTION: usize = 64;
/// Question, window and the three marks around them are no longer together: what a window has beyond is not read.
const LONGEST_INPUT: usize = 192;
/// `[CLS]` before the question, `[SEP]` after it and after the window.
const MARKS_AROUND: usize = 3;
/// Embeddings are padded at times; one that goes on so far beyond the word pieces belongs to others.
const PADDING: i32 = 512;
/// Bytes of a file that are hashed at a time.
const READ_AT_ONCE: usize = 64 << 10;

/// How much of the machine may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// So many windows are read at the same time, each on one thread: the numbers do not depend on how many.
    pub threads: usize,
    /// So long whoever asks waits at most, with the time in the queue.
    pub patience: Duration,
}

/// A model and its word pieces. Cheap to share; dropping it ends its threads.
pub struct NeuralReader {
    pieces: WordPieces,
    workers: Workers,
    patience: Duration,
    fingerprint: String,
    bytes: u64,
}

/// What the model gives the pieces of one window.
#[derive(Debug, Clone, PartialEq)]
pub struct Marks {
    /// What speaks for no answer in the window, as a start and as an end: the first place, which is no word.
    pub none_start: f32,
    pub none_end: f32,
    /// In their order. What of the window was not read is missing.
    pub pieces: Vec<Piece>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Piece {
    /// Bytes of the window, on character boundaries. Where one character falls into several pieces, all have its span.
    pub span: Span,
    /// What speaks for an answer that starts here.
    pub start: f32,
    /// What speaks for an answer that ends here.
    pub end: f32,
}

/// The windows were not read within the patience.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the reader took too long")]
pub struct Late;

/// Files that are there and cannot be read with.
#[derive(Debug, Error)]
#[error(
    "cannot read with {}: {wrong}; put a whole reader there, remove the folder, or set reader.enabled to false",
    file.display()
)]
pub struct NeuralError {
    file: PathBuf,
    wrong: Wrong,
}

#[derive(Debug)]
enum Wrong {
    Missing,
    Unreadable(io::Error),
    /// What was found, and what it should be.
    Tokenizer(String),
    Model(String),
    /// It is another one than a moment ago.
    Changed,
    /// The two do not belong together.
    Mismatch(String),
    Threads(io::Error),
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Wrong::Missing => write!(f, "it is missing, though the other file of the reader is there"),
            Wrong::Unreadable(reason) => write!(f, "{reason}"),
            Wrong::Tokenizer(reason) => write!(f, "it is no tokenizer of a BERT model: {reason}"),
            Wrong::Model(reason) => {
                write!(f, "it is no BERT model for questions and answers in ONNX format: {reason}")
            }
            Wrong::Changed => write!(f, "it was written to while it was being read; try again"),
            Wrong::Mismatch(reason) => write!(f, "it and {TOKENIZER} do not belong together: {reason}"),
            Wrong::Threads(reason) => write!(f, "no thread could be started for it: {reason}"),
        }
    }
}

impl NeuralReader {
    /// Reads `model.onnx` and `tokenizer.json` of a folder, and tries them; `None` where there is neither.
    pub fn open(folder: &Path, limits: Limits) -> Result<Option<NeuralReader>, NeuralError> {
        let (model_file, tokenizer_file) = (folder.join(MODEL), folder.join(TOKENIZER));
        let (stamp, tokenizer) = match (Stamp::of(&model_file)?, bytes_of(&tokenizer_file)?) {
            (None, None) => return Ok(None),
            (None, Some(_)) => return Err(NeuralError { file: model_file, wrong: Wrong::Missing }),
            (Some(_), None) => return Err(NeuralError { file: tokenizer_file, wrong: Wrong::Missing }),
            (Some(stamp), Some(tokenizer)) => (stamp, tokenizer),
        };
        let bytes = stamp.bytes + tokenizer.len() as u64;
        let fingerprint = fingerprint(&model_file, stamp.bytes, &tokenizer)
            .map_err(|error| unreadable(&model_file, error))?;
        let pieces = WordPieces::parse(&tokenizer)
            .map_err(|reason| NeuralError { file: tokenizer_file, wrong: Wrong::Tokenizer(reason) })?;
        let wrong_model = |wrong| NeuralError { file: model_file.clone(), wrong };
        let model = Model::load(&model_file).map_err(|reason| wrong_model(Wrong::Model(reason)))?;
        // The model is read twice, for its fingerprint and to be loaded: in memory it would be there twice.
        if Stamp::of(&model_file)? != Some(stamp) {
            return Err(wrong_model(Wrong::Changed));
        }
        try_out(&model, &pieces).map_err(wrong_model)?;
        let workers = Workers::start(limits.threads, move |input, lane| model.run(input, lane))
            .map_err(|reason| wrong_model(Wrong::Threads(reason)))?;
        Ok(Some(NeuralReader { pieces, workers, patience: limits.patience, fingerprint, bytes }))
    }

    /// Whether a folder has one, be it whole or damaged.
    pub fn is_in(folder: &Path) -> bool {
        folder.join(MODEL).exists() || folder.join(TOKENIZER).exists()
    }

    /// How many word pieces a text has.
    pub fn pieces(&self, text: &str) -> usize {
        self.pieces.cut(text, usize::MAX).len()
    }

    /// What it makes of each window for the question, in their order. Late where they were not all read within the
    /// patience.
    pub fn read(&self, question: &str, windows: &[&str]) -> Result<Vec<Marks>, Late> {
        let deadline = Instant::now() + self.patience;
        let question = self.pieces.cut(question, MOST_OF_A_QUESTION);
        let of_window = LONGEST_INPUT - MARKS_AROUND - question.len();
        let windows: Vec<Vec<Cut>> =
            windows.iter().map(|window| self.pieces.cut(window, of_window)).collect();
        let inputs = windows.iter().map(|window| input(&self.pieces, &question, window)).collect();
        let read = self.workers.read(inputs, deadline)?;
        let of_question = question.len() + 2;
        Ok(windows.iter().zip(&read).map(|(window, logits)| marks(window, of_question, logits)).collect())
    }

    /// SHA-256 over model and tokenizer, in hexadecimal: another one may give other answers.
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    /// Of both files.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }
}

fn bytes_of(file: &Path) -> Result<Option<Vec<u8>>, NeuralError> {
    match fs::read(file) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if is_missing(&error) => Ok(None),
        Err(error) => Err(unreadable(file, error)),
    }
}

fn unreadable(file: &Path, error: io::Error) -> NeuralError {
    NeuralError { file: file.to_owned(), wrong: Wrong::Unreadable(error) }
}

/// A file that keeps its own is still the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stamp {
    bytes: u64,
    modified: Option<SystemTime>,
}

impl Stamp {
    /// None where there is no such file.
    fn of(file: &Path) -> Result<Option<Stamp>, NeuralError> {
        match fs::metadata(file) {
            Ok(found) => Ok(Some(Stamp { bytes: found.len(), modified: found.modified().ok() })),
            Err(error) if is_missing(&error) => Ok(None),
            Err(error) => Err(unreadable(file, error)),
        }
    }
}

/// Where the folder is a file, there is no file in it either.
fn is_missing(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

/// Over both, each behind its length.
fn fingerprint(model: &Path, bytes: u64, tokenizer: &[u8]) -> io::Result<String> {
    let mut hash = Sha256::new();
    hash.update(bytes.to_le_bytes());
    let mut model = BufReader::with_capacity(READ_AT_ONCE, File::open(model)?);
    loop {
        let part = model.fill_buf()?;
        if part.is_empty() {
            break;
        }
        hash.update(part);
        let read = part.len();
        model.consume(read);
    }
    hash.update((tokenizer.len() as u64).to_le_bytes());
    hash.update(tokenizer);
    Ok(hex(&hash.finalize()))
}

/// `[CLS] question [SEP] window [SEP]`.
fn input(pieces: &WordPieces, question: &[Cut], window: &[Cut]) -> Input {
    let mut ids = Vec::with_capacity(question.len() + window.len() + MARKS_AROUND);
    ids.push(pieces.first);
    ids.extend(question.iter().map(|piece| piece.id));
    ids.push(pieces.separator);
    let second = ids.len();
    ids.extend(window.iter().map(|piece| piece.id));
    ids.push(pieces.separator);
    Input { ids, second }
}

/// The window begins at place `from`.
fn marks(window: &[Cut], from: usize, logits: &Logits) -> Marks {
    let piece = |(at, cut): (usize, &Cut)| Piece {
        span: cut.span,
        start: logits.starts[from + at],
        end: logits.ends[from + at],
    };
    Marks {
        none_start: logits.starts[0],
        none_end: logits.ends[0],
        pieces: window.iter().enumerate().map(piece).collect(),
    }
}

/// Tries the last of the word pieces, one that there should not be, and a window as long as any: what does not fit
/// together shows now, not when somebody asks.
fn try_out(model: &Model, pieces: &WordPieces) -> Result<(), Wrong> {
    let lane = Lane::new();
    let read = |id: i32| model.run(&Input { ids: vec![pieces.first, id], second: 1 }, &lane);
    read(pieces.separator).map_err(Wrong::Model)?;
    if let Err(reason) = read(pieces.largest) {
        let reason = format!("its word piece {} is unknown to the model ({reason})", pieces.largest);
        return Err(Wrong::Mismatch(reason));
    }
    if read(pieces.largest.saturating_add(PADDING)).is_ok() {
        let reason = format!("the model knows word pieces far beyond the last there, {}", pieces.largest);
        return Err(Wrong::Mismatch(reason));
    }
    let question = pieces.cut("Who keeps the key of the boat house?", MOST_OF_A_QUESTION);
    let statement = pieces.cut("Ann keeps the key of the boat house.", MOST_OF_A_QUESTION);
    let of_window = LONGEST_INPUT - MARKS_AROUND - question.len();
    let window: Vec<Cut> = statement.into_iter().cycle().take(of_window).collect();
    model.run(&input(pieces, &question, &window), &lane).map_err(Wrong::Model)?;
    Ok(())
}

#[cfg(test)]
mod tests;
