//! A session that is held line by line: from a pipe without prompt and colour, in a terminal with both, where lines are
//! edited, completed and remembered.

use std::io::BufRead;
use std::ops::ControlFlow;
use std::path::Path;

use anyhow::Context;
use rustyline::completion::{Completer, Pair};
use rustyline::error::ReadlineError;
use rustyline::highlight::Highlighter;
use rustyline::hint::Hinter;
use rustyline::history::FileHistory;
use rustyline::validate::Validator;
use rustyline::{Editor, Helper};

use super::Failure;

pub(super) trait Session {
    /// What stands before the line that is typed.
    fn prompt(&self) -> String;

    /// Answers a line. What is wrong with it is said, and the session goes on; an error ends it.
    fn line(&mut self, line: &str) -> Result<ControlFlow<()>, Failure>;
}

/// Where the last word of a line starts, and what can stand there.
pub(super) type Complete = Box<dyn Fn(&str) -> (usize, Vec<Pair>)>;

/// Those that begin as this line does, where it starts with the `sign` of commands. Of each the first word counts.
pub(super) fn beginning<'w>(line: &str, sign: char, words: impl Iterator<Item = &'w str>) -> Vec<Pair> {
    let names = words.filter_map(|word| word.split(' ').next());
    let fitting = names.filter(|name| line.starts_with(sign) && name.starts_with(line));
    fitting.map(|name| Pair { display: name.to_owned(), replacement: name.to_owned() }).collect()
}

pub(super) fn from_pipe(session: &mut dyn Session) -> Result<(), Failure> {
    for line in std::io::stdin().lock().lines() {
        if session.line(&line.context("cannot read from standard input")?)?.is_break() {
            break;
        }
    }
    Ok(())
}

/// What was typed is kept in the file of the `history`, where there is one.
pub(super) fn from_terminal(
    session: &mut dyn Session,
    complete: Complete,
    history: Option<&Path>,
) -> Result<(), Failure> {
    let mut editor: Editor<Completions, FileHistory> = Editor::new()?;
    editor.set_helper(Some(Completions(complete)));
    // There is none the first time.
    let _ = history.map(|file| editor.load_history(file));
    loop {
        match editor.readline(&session.prompt()) {
            Ok(line) => {
                editor.add_history_entry(line.as_str())?;
                if session.line(&line)?.is_break() {
                    break;
                }
            }
            // Ctrl-C drops the line that was begun, Ctrl-D leaves.
            Err(ReadlineError::Interrupted) => {}
            Err(ReadlineError::Eof) => break,
            Err(error) => return Err(error.into()),
        }
    }
    if let Some(file) = history
        && let Err(error) = editor.save_history(file)
    {
        tracing::warn!(%error, file = %file.display(), "the history of this session is not kept");
    }
    Ok(())
}

struct Completions(Complete);

impl Completer for Completions {
    type Candidate = Pair;

    fn complete(
        &self,
        line: &str,
        position: usize,
        _context: &rustyline::Context<'_>,
    ) -> rustyline::Result<(usize, Vec<Pair>)> {
        Ok((self.0)(&line[..position]))
    }
}

impl Hinter for Completions {
    type Hint = String;
}

impl Highlighter for Completions {}
impl Validator for Completions {}
impl Helper for Completions {}
