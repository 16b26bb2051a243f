//! Reads a question set: one JSON object a line, in the two forms that a set may have.
//!
//! `question`, `answers` and `doc_ids` is the form of public sets; `q`, `accept` and `sources` is our own,
//! with patterns in place of strings. `turns` stands in place of the question where it needs a conversation.
//! A set that is wrong anywhere is refused whole, with the line: figures over a part of it would mislead.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use regex::{Regex, RegexBuilder};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// One question, and what a right reply to it is.
#[derive(Debug, Clone)]
pub struct Question {
    pub id: String,
    /// What is asked, in order, in one conversation; the reply to the last is scored. Never empty.
    pub turns: Vec<String>,
    pub answerable: bool,
    /// Right answers, any of which will do.
    pub answers: Vec<String>,
    /// Patterns for right answers; where there are any they decide in place of `answers`.
    pub accept: Vec<Regex>,
    /// The documents that hold the answer.
    pub doc_ids: Vec<String>,
    /// `sentence`: the answers are whole sentences, of which a good part is enough.
    pub answer_type: Option<String>,
    /// A kind of question to report on; `yes-no` is scored by its polarity.
    pub kind: Option<String>,
    /// `type`: another kind of question to report on, of our own form.
    pub question_type: Option<String>,
    /// `yes` or `no`: how a right reply opens.
    pub polarity: Option<String>,
    /// Only the ranking is scored, not the reply.
    pub retrieval_only: bool,
    /// The share of `answers` in the reply is a figure too.
    pub all_answers_required: bool,
    /// Wrong answers that documents of the set give.
    pub conflicting_answers: Vec<String>,
    /// The documents that give them.
    pub misinfo_doc_ids: Vec<String>,
    /// How relevant each document is; all of `doc_ids` alike where this is empty.
    pub relevance: BTreeMap<String, f64>,
    /// The fields that we do not know, as they were.
    pub other: Map<String, Value>,
}

/// Why a question set cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("could not read the question set {}: {problem}", path.display())]
pub struct QuestionSetError {
    pub path: PathBuf,
    pub problem: Problem,
}

#[derive(Debug, thiserror::Error)]
pub enum Problem {
    #[error("{0}")]
    Unreadable(io::Error),
    #[error("it holds no question; expected one JSON object a line")]
    Empty,
    #[error("line {line}: {problem}")]
    Line { line: usize, problem: LineProblem },
}

#[derive(Debug, thiserror::Error)]
pub enum LineProblem {
    #[error(
        "not a JSON object ({0}); expected {{\"id\", \"question\", \"answers\", \"doc_ids\", \"answerable\"}}"
    )]
    NotAnObject(String),
    #[error("\"{field}\" has the wrong form: {reason}")]
    WrongForm { field: &'static str, reason: serde_json::Error },
    #[error("\"id\" is missing; expected a text that no other line has")]
    NoId,
    #[error("\"id\" is {id:?}, which line {first} has already; expected a text that no other line has")]
    SameId { id: String, first: usize },
    #[error(
        "nothing is asked; expected \"question\" or \"q\" with a text, or \"turns\" with a list of texts"
    )]
    NothingAsked,
    #[error("\"answerable\" is missing; expected true or false")]
    NotSaidWhetherAnswerable,
    #[error(
        "\"answerable\" is true without an answer; expected texts in \"answers\" or patterns in \"accept\""
    )]
    NoAnswer,
    #[error("\"accept\" holds {pattern:?}, which is not a regular expression: {reason}")]
    BadPattern { pattern: String, reason: String },
}

/// Reads the file of a question set; it holds at least one question, and no id twice.
pub fn read(path: &Path) -> Result<Vec<Question>, QuestionSetError> {
    let questions = fs::read_to_string(path).map_err(Problem::Unreadable).and_then(|text| parse(&text));
    questions.map_err(|problem| QuestionSetError { path: path.to_path_buf(), problem })
}

/// The same for a text. Blank lines are passed over.
pub fn parse(text: &str) -> Result<Vec<Question>, Problem> {
    let mut questions = Vec::new();
    let mut line_of_id = HashMap::new();
    for (index, written) in text.lines().enumerate() {
        if written.trim().is_empty() {
            continue;
        }
        let line = index + 1;
        let question = parse_line(written).map_err(|problem| Problem::Line { line, problem })?;
        if let Some(first) = line_of_id.insert(question.id.clone(), line) {
            return Err(Problem::Line { line, problem: LineProblem::SameId { id: question.id, first } });
        }
        questions.push(question);
    }
    if questions.is_empty() {
        return Err(Problem::Empty);
    }
    Ok(questions)
}

fn parse_line(written: &str) -> Result<Question, LineProblem> {
    let mut fields: Map<String, Value> = serde_json::from_str(written).map_err(not_an_object)?;
    let fields = &mut fields;
    let question = Question {
        id: take(fields, "id")?.ok_or(LineProblem::NoId)?,
        turns: take_turns(fields)?,
        answerable: take(fields, "answerable")?.ok_or(LineProblem::NotSaidWhetherAnswerable)?,
        answers: take(fields, "answers")?.unwrap_or_default(),
        accept: take_patterns(fields)?,
        doc_ids: take_either(fields, "doc_ids", "sources")?.unwrap_or_default(),
        answer_type: take(fields, "answer_type")?,
        kind: take(fields, "kind")?,
        question_type: take(fields, "type")?,
        polarity: take(fields, "polarity")?.filter(|polarity: &String| !polarity.is_empty()),
        retrieval_only: take(fields, "retrieval_only")?.unwrap_or_default(),
        all_answers_required: take(fields, "all_answers_required")?.unwrap_or_default(),
        conflicting_answers: take(fields, "conflicting_answers")?.unwrap_or_default(),
        misinfo_doc_ids: take(fields, "misinfo_doc_ids")?.unwrap_or_default(),
        relevance: take(fields, "relevance")?.unwrap_or_default(),
        other: std::mem::take(fields),
    };
    let can_be_scored =
        !question.answers.is_empty() || !question.accept.is_empty() || question.polarity.is_some();
    if question.answerable && !question.retrieval_only && !can_be_scored {
        return Err(LineProblem::NoAnswer);
    }
    Ok(question)
}

/// A line is parsed by itself, so the "line 1" that the parser would report is not the line of the file.
fn not_an_object(error: serde_json::Error) -> LineProblem {
    LineProblem::NotAnObject(error.to_string().replace(" at line 1 column ", " at column "))
}

/// Takes a field out of the line, so that what is left in the end is what we do not know. `null` is a field
/// that is not there. (A derived `Deserialize` would do this too, but its errors would not name the field.)
fn take<T: DeserializeOwned>(
    fields: &mut Map<String, Value>,
    field: &'static str,
) -> Result<Option<T>, LineProblem> {
    match fields.remove(field) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => {
            serde_json::from_value(value).map(Some).map_err(|reason| LineProblem::WrongForm { field, reason })
        }
    }
}

/// The field of the one form or of the other; the public form's where a line has both.
fn take_either<T: DeserializeOwned>(
    fields: &mut Map<String, Value>,
    public: &'static str,
    our_own: &'static str,
) -> Result<Option<T>, LineProblem> {
    let (public, our_own) = (take(fields, public)?, take(fields, our_own)?);
    Ok(public.or(our_own))
}

/// What is asked: `turns` where there are any, since a question that has them means nothing alone.
fn take_turns(fields: &mut Map<String, Value>) -> Result<Vec<String>, LineProblem> {
    let alone: Option<String> = take_either(fields, "question", "q")?;
    let mut turns: Vec<String> = take(fields, "turns")?.unwrap_or_default();
    if turns.is_empty() {
        turns.extend(alone);
    }
    let nothing_asked = turns.is_empty() || turns.iter().any(|turn| turn.trim().is_empty());
    if nothing_asked { Err(LineProblem::NothingAsked) } else { Ok(turns) }
}

/// Patterns are written for Python's `re.search` with `re.I`; what they use of it means the same here.
fn take_patterns(fields: &mut Map<String, Value>) -> Result<Vec<Regex>, LineProblem> {
    let patterns: Vec<String> = take(fields, "accept")?.unwrap_or_default();
    let mut compiled = Vec::new();
    for pattern in patterns {
        match RegexBuilder::new(&pattern).case_insensitive(true).build() {
            Ok(regex) => compiled.push(regex),
            Err(error) => return Err(LineProblem::BadPattern { pattern, reason: reason(&error) }),
        }
    }
    Ok(compiled)
}

/// The last line of the error: those above it draw the pattern with a mark under it, which takes four lines.
fn reason(error: &regex::Error) -> String {
    let text = error.to_string();
    let last = text.lines().last().unwrap_or_default();
    last.trim_start_matches("error: ").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEASE: &str =
        r#"{"id": "1", "question": "How long?", "answers": ["two years"], "answerable": true}"#;

    fn only(line: &str) -> Question {
        let mut questions = parse(line).unwrap();
        assert_eq!(questions.len(), 1);
        questions.remove(0)
    }

    fn problem(text: &str) -> String {
        parse(text).unwrap_err().to_string()
    }

    #[test]
    fn both_forms_are_read() {
        let public = only(
            r#"{"id": "1", "question": "Who?", "answers": ["Ada"], "doc_ids": ["004"], "answerable": true}"#,
        );
        assert_eq!(public.turns, ["Who?"]);
        assert_eq!(public.answers, ["Ada"]);
        assert_eq!(public.doc_ids, ["004"]);
        let own = only(
            r#"{"id": "1", "q": "Who?", "accept": ["\\bada\\b"], "sources": ["004"], "answerable": true}"#,
        );
        assert_eq!(own.turns, ["Who?"]);
        assert!(own.accept[0].is_match("It was Ada."), "patterns do not mind case");
        assert_eq!(own.doc_ids, ["004"]);
    }

    #[test]
    fn turns_stand_in_place_of_the_question() {
        let question = only(r#"{"id": "1", "turns": ["Who is Ada?", "And her son?"], "answerable": false}"#);
        assert_eq!(question.turns, ["Who is Ada?", "And her son?"]);
    }

    #[test]
    fn fields_that_we_do_not_know_are_kept() {
        let question =
            only(r#"{"id": "1", "q": "Who?", "answerable": false, "type": "who", "topic": ["X"]}"#);
        assert_eq!(question.question_type.as_deref(), Some("who"));
        assert_eq!(Value::Object(question.other), serde_json::json!({"topic": ["X"]}));
    }

    #[test]
    fn a_question_about_ranking_alone_needs_no_answer() {
        let line =
            r#"{"id": "1", "q": "?", "answerable": true, "retrieval_only": true, "relevance": {"004": 2}}"#;
        assert_eq!(only(line).relevance["004"], 2.0);
    }

    #[test]
    fn blank_lines_are_passed_over_but_counted() {
        assert_eq!(parse(&format!("\n{LEASE}\r\n  \n")).unwrap().len(), 1);
        assert!(problem(&format!("\n{LEASE}\n\n{{")).starts_with("line 4: "));
    }

    #[test]
    fn what_is_wrong_is_said_with_what_is_expected() {
        let cases = [
            ("", "it holds no question; expected one JSON object a line"),
            (
                "{\"id\": ",
                "line 1: not a JSON object (EOF while parsing a value at column 7); expected {\"id\", ",
            ),
            (
                "[1]",
                "line 1: not a JSON object (invalid type: sequence, expected a map at column 0); expected {",
            ),
            ("{\"q\": \"Who?\"}", "line 1: \"id\" is missing; expected a text that no other line has"),
            (
                "{\"id\": 7}",
                "line 1: \"id\" has the wrong form: invalid type: integer `7`, expected a string",
            ),
            (
                "{\"id\": \"1\", \"answerable\": true}",
                "line 1: nothing is asked; expected \"question\" or \"q\" ",
            ),
            (
                "{\"id\": \"1\", \"turns\": [\" \"]}",
                "line 1: nothing is asked; expected \"question\" or \"q\" ",
            ),
            ("{\"id\": \"1\", \"q\": \"Who?\"}", "line 1: \"answerable\" is missing; expected true or false"),
            (
                "{\"id\": \"1\", \"q\": \"Who?\", \"answerable\": true}",
                "line 1: \"answerable\" is true without an answer; expected texts in ",
            ),
            (
                "{\"id\": \"1\", \"q\": \"Who?\", \"answerable\": true, \"accept\": [\"a(b\"]}",
                "line 1: \"accept\" holds \"a(b\", which is not a regular expression: unclosed group",
            ),
        ];
        for (text, expected) in cases {
            let problem = problem(text);
            assert!(problem.starts_with(expected), "{problem}\ndoes not begin with\n{expected}");
        }
    }

    #[test]
    fn an_id_that_occurs_twice_is_refused_with_both_lines() {
        let expected =
            "line 3: \"id\" is \"1\", which line 1 has already; expected a text that no other line has";
        assert_eq!(problem(&format!("{LEASE}\n\n{LEASE}")), expected);
    }

    #[test]
    fn an_error_names_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("set.jsonl");
        let missing = read(&path).unwrap_err().to_string();
        assert!(
            missing.starts_with(&format!("could not read the question set {}: ", path.display())),
            "{missing}"
        );
        fs::write(&path, "{").unwrap();
        let broken = read(&path).unwrap_err().to_string();
        assert!(broken.contains("set.jsonl: line 1: not a JSON object"), "{broken}");
        fs::write(&path, LEASE).unwrap();
        assert_eq!(read(&path).unwrap().len(), 1);
    }
}
