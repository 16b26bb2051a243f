//! Documents of our own making, as many as are wanted, with questions whose answers are known: for tests and
//! measurements at sizes that nobody writes by hand.
//!
//! Everything follows from a seed and a size; no clock, no environment. Documents come one at a time, so that a
//! million passages need no more memory than ten. The words are invented ([`vocabulary`]), the grammar is
//! English ([`sentences`]), and what can be asked for stands in [`facts`]. [`bad_questions`], [`hostile_documents`] and
//! an [`Asker`] are the opposite: what nobody should be able to break anything with.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;
use std::time::{Duration, SystemTime};

mod bad_questions;
mod facts;
mod hostile_documents;
mod hostile_questions;
pub mod random;
mod sentences;
mod vocabulary;

pub use bad_questions::bad_questions;
use facts::{Fact, facts};
pub use hostile_documents::hostile_documents;
pub use hostile_questions::Asker;
pub use random::Random;
use sentences::Speaker;
use vocabulary::{Vocabulary, organisation};

/// As many passages as a document of two pages has.
pub const PASSAGES_A_DOCUMENT: usize = 13;
/// Table rows that one document in two has.
const ROWS: usize = 3;
/// Paragraphs grow until they have so many bytes: beside short rows they are longer, so that a passage has
/// 600 bytes on average in both formats.
const SHORTEST_PARAGRAPH: usize = 560;
const SHORTEST_BESIDE_ROWS: usize = 720;

/// Streams of a seed; document `n` has the stream `n`.
const VOCABULARY: u64 = u64::MAX;
const BAD_QUESTIONS: u64 = u64::MAX - 1;
/// Not streams but other seeds: these have a stream for each document and each conversation.
const HOSTILE_DOCUMENTS: u64 = 0x5eed_d0c5;
const HOSTILE_QUESTIONS: u64 = 0x5eed_a5c5;

pub struct Document {
    /// Relative to the corpus; its digits are the document's id.
    pub name: String,
    pub text: String,
    pub questions: Vec<Question>,
}

/// A question that one document answers.
pub struct Question {
    pub text: String,
    /// As it stands in the document.
    pub answer: String,
    /// The document's id.
    pub source: String,
    /// What is asked for: count, person, date, place or amount.
    pub kind: &'static str,
}

impl Question {
    /// As a line of a question set for `passim eval`.
    pub fn line(&self) -> String {
        serde_json::json!({
            "id": format!("{}-{}", self.source, self.kind),
            "question": self.text,
            "answers": [self.answer],
            "doc_ids": [self.source],
            "type": self.kind,
            "answerable": true,
        })
        .to_string()
    }
}

/// The documents of `seed`, with so many passages in all.
pub fn generate(seed: u64, passages: usize) -> impl Iterator<Item = Document> {
    let vocabulary = Vocabulary::new(&mut Random::stream(seed, VOCABULARY));
    let documents = passages.div_ceil(PASSAGES_A_DOCUMENT);
    (0..documents).map(move |number| {
        let left = passages - number * PASSAGES_A_DOCUMENT;
        document(seed, number as u64, documents as u64, left.min(PASSAGES_A_DOCUMENT), &vocabulary)
    })
}

/// What was written into a folder.
#[derive(Default)]
pub struct Written {
    pub documents: usize,
    pub bytes: u64,
    pub questions: Vec<Question>,
}

/// Writes documents into a folder. Each file says that it was changed at the same moment, long ago, since a
/// file that has just been changed is hashed again before each answer.
pub fn write(documents: impl Iterator<Item = Document>, folder: &Path) -> io::Result<Written> {
    let mut written = Written::default();
    for document in documents {
        let path = folder.join(&document.name);
        fs::create_dir_all(path.parent().unwrap_or(folder))?;
        let mut file = File::create(path)?;
        file.write_all(document.text.as_bytes())?;
        file.set_modified(SystemTime::UNIX_EPOCH + LONG_AGO)?;
        written.documents += 1;
        written.bytes += document.text.len() as u64;
        written.questions.extend(document.questions);
    }
    Ok(written)
}

/// September 2001.
const LONG_AGO: Duration = Duration::from_secs(1_000_000_000);

fn document(seed: u64, number: u64, documents: u64, passages: usize, vocabulary: &Vocabulary) -> Document {
    let random = &mut Random::stream(seed, number);
    let subject = organisation(number);
    let others = (0..4).map(|_| organisation(random.below(documents))).filter(|other| *other != subject);
    let mut others: Vec<String> = others.collect();
    others.push("Royal Society".to_owned());
    let speaker = Speaker::new(vocabulary, others, random);
    let facts = facts(&subject, &speaker, random);
    let is_markdown = number % 4 != 3;
    let has_table = is_markdown && number % 4 != 1 && passages == PASSAGES_A_DOCUMENT;

    let mut page = Page { speaker: &speaker, random, text: String::new(), is_markdown };
    page.front_matter(number, &subject);
    page.title(&subject);
    let list = usize::from(passages > 2);
    let rows = if has_table { ROWS } else { 0 };
    let shortest = if has_table { SHORTEST_BESIDE_ROWS } else { SHORTEST_PARAGRAPH };
    page.paragraphs(passages - list - rows, shortest, &facts);
    if list > 0 {
        page.list();
    }
    if has_table {
        page.table();
    }

    let source = format!("{number:06}");
    let slug = subject.to_lowercase().replace(' ', "-");
    let ending = if is_markdown { "md" } else { "txt" };
    Document {
        name: format!("{:03}/{source}-{slug}.{ending}", number / 1_000),
        text: page.text,
        questions: facts.into_iter().map(|fact| question(fact, &source)).collect(),
    }
}

fn question(fact: Fact, source: &str) -> Question {
    Question { text: fact.question, answer: fact.answer, source: source.to_owned(), kind: fact.kind }
}

/// A document as it is being written.
struct Page<'a> {
    speaker: &'a Speaker<'a>,
    random: &'a mut Random,
    text: String,
    is_markdown: bool,
}

impl Page<'_> {
    /// One document in eight has some.
    fn front_matter(&mut self, number: u64, subject: &str) {
        if self.is_markdown && number.is_multiple_of(8) {
            let year = self.random.between(1990, 2025);
            self.text.push_str(&format!(
                "---\nid: \"{number:06}\"\ntitle: The {subject}\ndate: {year}-03-04\n---\n"
            ));
        }
    }

    fn title(&mut self, subject: &str) {
        let mark = if self.is_markdown { "# " } else { "" };
        self.text.push_str(&format!("{mark}The {subject}\n\n"));
    }

    /// The facts are spread over the paragraphs, a heading stands over every third.
    fn paragraphs(&mut self, count: usize, shortest: usize, facts: &[Fact]) {
        for place in 0..count {
            if place > 0 && place % 3 == 0 {
                self.heading();
            }
            let here = facts.iter().enumerate().filter(|(fact, _)| fact * count / facts.len() == place);
            let mut sentences: Vec<String> = here.map(|(_, fact)| fact.statement.clone()).collect();
            while sentences.iter().map(|sentence| sentence.len() + 1).sum::<usize>() < shortest {
                sentences.push(self.speaker.sentence(self.random));
            }
            self.random.shuffle(&mut sentences);
            self.text.push_str(&sentences.join(" "));
            self.text.push_str("\n\n");
        }
    }

    fn heading(&mut self) {
        let mark = if self.is_markdown { "## " } else { "" };
        let heading = self.speaker.heading(self.random);
        self.text.push_str(&format!("{mark}{heading}\n\n"));
    }

    /// With the heading it stands under, so that no paragraph before it is taken for its lead-in.
    fn list(&mut self) {
        self.heading();
        for _ in 0..self.random.between(6, 9) {
            let item = self.speaker.item(self.random);
            self.text.push_str(&format!("- {item}\n"));
        }
        self.text.push('\n');
    }

    fn table(&mut self) {
        self.heading();
        let header = self.speaker.filled("| {noun} | {noun} | {place} | {unit} |", self.random);
        self.text.push_str(&format!("{header}\n|---|---|---|---|\n"));
        for _ in 0..ROWS {
            let row = self.speaker.filled("| {adj} {noun} | {person} | {money} | {number} |", self.random);
            self.text.push_str(&format!("{row}\n"));
        }
    }
}
