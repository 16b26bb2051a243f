//! From a question to an answer that is taken out of the sources.
//!
//! understand ([`question`], [`terms`]) → search → choose sentences ([`sentences`]; where there is a neural reader it
//! reads the best of them, [`windows`], [`marked`]) → take the short answer out ([`values`], [`names`], [`clauses`]) → say it in a line ([`headline`]) → who else says so
//! ([`agreement`]) → decide ([`confidence`]). Each is a function from one type to the next. What people see is
//! made of the result by [`reply`], with the words of [`template`].

use serde::Serialize;
use thiserror::Error;

use crate::corpus::{Date, Description, Encoding, Neighbours, PassageKind, Span};
use crate::neural::NeuralReader;
use crate::retrieval::{Hit, Index, IndexError};
use crate::words::{Analyzer, certain_language, likeliest, primary_code};

pub mod agreement;
pub mod associations;
pub mod canonical;
pub mod claims;
pub mod clauses;
pub mod confidence;
pub mod entries;
pub mod explain;
pub mod features;
pub mod followup;
pub mod headline;
pub mod json;
pub mod lexicon;
pub mod lists;
pub mod lookup;
pub mod marked;
pub mod model;
pub mod names;
pub mod pairs;
pub mod polarity;
pub mod question;
pub mod receipt;
pub mod reply;
pub mod restated;
#[cfg(test)]
pub mod samples;
pub mod sentences;
pub mod spans;
pub mod spelling;
pub mod surroundings;
pub mod tables;
pub mod telling;
pub mod template;
pub mod terms;
pub mod trace;
pub mod trimming;
pub mod values;
pub mod verify;
pub mod weights;
pub mod windows;

use agreement::Compared;
use confidence::Signs;
use headline::Cited;
use lexicon::Lexicon;
use marked::Marked;
use model::Trees;
use polarity::{Polarity, Verdict};
use question::{Asked, Question, SmallTalk};
use sentences::{Candidate, Wanted};
use spans::Scoring;
pub use spelling::Correction;
use telling::Telling;
use terms::WeightedTerm;
use values::Value;
use weights::Weights;

/// A question is a sentence or two: more is pasted text, and is refused with a word of help.
pub const LONGEST_QUESTION: usize = 2_000;

/// More rows of one document with the same first cell are not looked at.
const MOST_ROWS_ALIKE: usize = 8;

/// What decides how questions are answered, beside the index.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Options {
    /// Where it is less likely than this that they answer at all, the sources "do not say": 0 to 1.
    pub threshold: f64,
    /// How many passages are searched for sentences.
    pub passages: usize,
    /// Whether misspelt words are read as words of the corpus.
    pub spelling: bool,
    /// How many windows the neural reader reads, where there is one.
    pub windows: usize,
    pub chooser: Chooser,
}

/// By what the answering sentence is chosen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Chooser {
    /// By its words.
    Lexical,
    /// By what the neural reader finds in it.
    Reader,
    /// By both; without a reader by its words.
    #[default]
    Both,
}

/// What an answer had to do without.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Degraded {
    /// The neural reader took too long.
    Reader,
}

/// What somebody said, and whether there is anything to look up.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// At least one citation; the first is the one that the answer was taken from.
    Found(Finding),
    /// The sources disagree. None of the sides is right because it is newer, or said more often.
    Disputed {
        /// The side with most to support it.
        best: Finding,
        /// Never empty; each says something else, and has citations of its own.
        others: Vec<Finding>,
    },
    /// The question fits several subjects, so that it has to be said which one is meant.
    Ambiguous {
        /// At least two.
        choices: Vec<Choice>,
    },
    /// The sources do not say.
    Abstained {
        /// The passage that comes closest.
        nearest: Option<Citation>,
    },
    /// Somebody who may took the answer back: none is given, whatever the sources say.
    Withdrawn {
        /// In their words.
        reason: String,
    },
    /// Not a question to the sources.
    SmallTalk(SmallTalk),
    /// Nothing was asked.
    Empty,
    /// Longer than [`LONGEST_QUESTION`].
    TooLong,
}

impl Outcome {
    /// What is answered: one finding, or one for each side where the sources disagree, best supported first.
    pub fn sides(&self) -> Vec<&Finding> {
        match self {
            Outcome::Found(finding) => vec![finding],
            Outcome::Disputed { best, others } => [best].into_iter().chain(others).collect(),
            _ => Vec::new(),
        }
    }

    /// Whether the sources were looked into.
    pub fn is_about_sources(&self) -> bool {
        !matches!(self, Outcome::SmallTalk(_) | Outcome::Empty | Outcome::TooLong)
    }
}

/// A source that a question may be meant for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Choice {
    pub source: String,
    pub title: String,
}

/// An answer with its proof.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// The line without its sources.
    pub answer: String,
    /// The bare span, where the question asks for one.
    pub value: Option<String>,
    /// How the answer to a yes or no question opens.
    pub polarity: Option<Polarity>,
    /// Never empty; further ones say the same as the first.
    pub citations: Vec<Citation>,
}

impl Finding {
    /// A yes or no question is answered with one of these words before the line, and has no value.
    fn opened_by(self, polarity: Option<Polarity>) -> Finding {
        let Some(said) = polarity else { return self };
        // "Yes, if you are in the boat" needs no second yes.
        let opens_so =
            self.answer.strip_prefix(said.opening()).is_some_and(|rest| rest.starts_with([',', '.', ':']));
        if opens_so && said != Polarity::NotSettled {
            return Finding { value: None, polarity, ..self };
        }
        Finding { answer: format!("{}: {}", said.opening(), self.answer), value: None, polarity, ..self }
    }

    /// The words of the source alone: the answer without its yes or no.
    pub fn line(&self) -> &str {
        let opening = self.polarity.map(|polarity| polarity.opening()).unwrap_or_default();
        self.answer
            .strip_prefix(opening)
            .map_or(self.answer.as_str(), |rest| rest.trim_start_matches([':', ',', '.', ' ']))
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    pub question: String,
    /// The whole question that a follow-up stood for.
    pub understood_as: Option<String>,
    pub outcome: Outcome,
    /// How likely the best candidate is right: 0 to 1.
    pub confidence: f64,
    /// How likely the sources answer the question at all, which decides whether it is answered: 0 to 1.
    pub support: f64,
    pub corrections: Vec<Correction>,
    /// Words of the question that occur nowhere in the sources, as they were asked.
    pub missing: Vec<String>,
    /// Where the question is in a language that no source is in.
    pub other_language: Option<OtherLanguage>,
    /// Ids, best first, each once.
    pub ranked_sources: Vec<String>,
    /// Such an answer may differ from the next one to the same question.
    pub degraded: Option<Degraded>,
    /// 16 base-32 characters: a hash of question, state of the index and answer.
    pub receipt: String,
}

impl Answer {
    /// The question that was answered: what a follow-up stood for, else the question itself.
    pub fn whole_question(&self) -> &str {
        self.understood_as.as_deref().unwrap_or(&self.question)
    }

    /// The same without what was answered, since that was taken back. `fingerprint` is of the index.
    pub fn withdrawn(self, reason: String, fingerprint: &str) -> Answer {
        let outcome = Outcome::Withdrawn { reason };
        let receipt = receipt::of(self.whole_question(), fingerprint, &outcome);
        Answer { outcome, receipt, missing: Vec::new(), ..self }
    }
}

/// A question in one language, and sources in others; ISO 639-1.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OtherLanguage {
    pub question: String,
    /// Ordered; never empty.
    pub sources: Vec<String>,
}

impl OtherLanguage {
    /// None where a source is in the question's language, or where it is not certain which that is.
    fn of(question: &str, index: &Index) -> Option<OtherLanguage> {
        let (language, sources) = (certain_language(question)?, index.languages());
        if sources.is_empty() || sources.iter().any(|known| primary_code(known) == primary_code(language)) {
            return None;
        }
        // A language of the sources that as many words speak for is the likelier one.
        let own = Analyzer::of(Some(language));
        let among: Vec<Analyzer> = index.analyzers().iter().copied().chain([own]).collect();
        if own != Analyzer::default() && likeliest(question, &among) != own {
            return None;
        }
        Some(OtherLanguage { question: language.to_owned(), sources: sources.to_vec() })
    }
}

/// A place in a source: enough to open it, and to check it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Citation {
    pub source: String,
    pub title: String,
    pub date: Option<Date>,
    /// Whether the source says of itself that it no longer holds.
    #[serde(rename = "superseded")]
    pub is_superseded: bool,
    pub path: String,
    pub url: Option<String>,
    pub heading: Vec<String>,
    /// From 1, of the first word; `None` where the document has no pages.
    pub page: Option<u32>,
    pub line_start: usize,
    pub line_end: usize,
    pub byte_start: usize,
    pub byte_end: usize,
    /// Exactly the document's text from `byte_start` to `byte_end`.
    pub quote: String,
    /// Character ranges inside `quote` that the answer was taken from.
    pub highlights: Vec<[usize; 2]>,
    /// Of the quote, in hexadecimal.
    pub sha256: String,
    /// How the file's bytes became the text that the quote is of.
    pub encoding: Encoding,
    /// The lines around the quote, by which its place is known again.
    #[serde(skip)]
    pub neighbours: Neighbours,
}

#[derive(Debug, Error)]
pub enum AnswerError {
    #[error(transparent)]
    Index(#[from] IndexError),
    #[error("there is no source '{id}'; 'passim sources' lists them")]
    NoSuchSource { id: String },
}

/// All that decides how questions are answered.
#[derive(Clone, Copy)]
pub struct Engine<'a> {
    pub index: &'a Index,
    pub lexicon: &'a Lexicon,
    pub weights: &'a Weights,
    pub neural: Option<&'a NeuralReader>,
    pub options: Options,
    /// Hears how far an answer is: whoever has a clock can tell what took how long.
    pub told: Option<&'a (dyn Fn(Milestone) + Sync)>,
}

/// How far an answer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Milestone {
    Understood,
    /// The passages are there.
    Retrieved,
    /// The sentences are in their order, the neural reader's word heard.
    Chosen,
}

/// The sentences that were found.
pub struct Chosen<'r> {
    /// Best first.
    pub candidates: Vec<Candidate<'r>>,
    /// What the neural reader made of the best of them.
    pub marked: Option<Marked>,
    pub degraded: Option<Degraded>,
}

/// A question as it was understood, and what was found for it.
pub struct Reading<'a> {
    pub question: Question,
    pub terms: Vec<WeightedTerm>,
    pub corrections: Vec<Correction>,
    pub hits: Vec<Hit<'a>>,
}

impl<'a> Engine<'a> {
    fn tell(&self, milestone: Milestone) {
        if let Some(told) = self.told {
            told(milestone);
        }
    }

    /// Understands `text` and finds the best `limit` passages for it, in all sources or in those with these ids.
    pub fn read(&self, text: &str, sources: &[String], limit: usize) -> Result<Reading<'a>, AnswerError> {
        if let Some(id) = sources.iter().find(|id| self.index.source(id).is_none()) {
            return Err(AnswerError::NoSuchSource { id: id.clone() });
        }
        let (question, terms, corrections) = self.understand(text)?;
        self.tell(Milestone::Understood);
        let mut hits = self.index.search(&terms::query(&terms, sources), limit)?;
        self.add_rows_alike(&question, &mut hits)?;
        self.tell(Milestone::Retrieved);
        Ok(Reading { question, terms, corrections, hits })
    }

    /// A question with its terms weighed, its misspelt words read as they were meant.
    fn understand(&self, text: &str) -> Result<(Question, Vec<WeightedTerm>, Vec<Correction>), AnswerError> {
        let parse = |text: &str| Question::parse_for(text, self.lexicon, self.index.analyzers());
        if !self.options.spelling {
            let question = parse(text);
            let terms = terms::weigh(&question, self.index)?;
            return Ok((question, terms, Vec::new()));
        }
        let mut corrections = spelling::of_asking(text, self.index)?;
        let asked = spelling::respelt(text, &corrections);
        let question = parse(&asked);
        let terms = terms::weigh(&question, self.index)?;
        let of_terms = spelling::of_terms(&terms, &question.analyzers, self.index)?;
        if of_terms.is_empty() {
            return Ok((question, terms, corrections));
        }
        // "How many yaers": only as it was meant does it say what it asks for.
        let question = parse(&spelling::respelt(&asked, &of_terms));
        let terms = terms::weigh(&question, self.index)?;
        corrections.extend(of_terms);
        Ok((question, terms, corrections))
    }

    /// Where the best passage is a table row, what is asked of it may stand in another table of its document, in a
    /// row that has nothing of the question but the same first cell.
    fn add_rows_alike(&self, question: &Question, hits: &mut Vec<Hit<'a>>) -> Result<(), AnswerError> {
        let is_row = |hit: &&Hit<'_>| hit.passage.passage.kind == PassageKind::TableRow;
        let Some(row) = hits.first().filter(is_row).filter(|_| asks_for_value(question.asked)) else {
            return Ok(());
        };
        let key = tables::key(&row.passage.text).to_owned();
        let (path, id, score) =
            (row.passage.path.clone(), row.source.description.id.clone(), hits[hits.len() - 1].score);
        let key_asked = Question::parse_for(&key, self.lexicon, self.index.analyzers());
        let terms = terms::weigh(&key_asked, self.index)?;
        for hit in self.index.search(&terms::query(&terms, &[id]), MOST_ROWS_ALIKE)? {
            let span = hit.passage.passage.span;
            let is_known =
                hits.iter().any(|known| known.passage.path == path && known.passage.passage.span == span);
            if is_row(&&hit) && tables::key(&hit.passage.text) == key && !is_known {
                hits.push(Hit { score, ..hit });
            }
        }
        Ok(())
    }

    /// Every sentence that was found, best first.
    pub fn choose<'r>(&'r self, reading: &'r Reading<'a>) -> Chosen<'r> {
        let mut candidates = self.collect(reading);
        sentences::rank(&mut candidates, &self.weights.sentences);
        let mut chosen = Chosen { candidates, marked: None, degraded: None };
        match self.mark(reading, &chosen.candidates) {
            Some(Ok(marked)) => {
                marked::reread(&reading.question, &mut chosen.candidates, &marked);
                self.rank_again(&mut chosen.candidates);
                chosen.marked = Some(marked);
            }
            Some(Err(degraded)) => chosen.degraded = Some(degraded),
            None => {}
        }
        chosen
    }

    /// Whether there is a neural reader whose word counts.
    pub fn reads(&self) -> bool {
        self.neural.is_some() && self.weights.reader.is_some() && self.options.chooser != Chooser::Lexical
    }

    /// What the neural reader makes of the best candidates; `None` where it is not asked: it knows English, and points
    /// at words, which neither a yes nor a no is.
    pub fn mark(
        &self,
        reading: &Reading<'_>,
        candidates: &[Candidate<'_>],
    ) -> Option<Result<Marked, Degraded>> {
        let neural = self.neural.filter(|_| self.reads())?;
        let Reading { question, hits, .. } = reading;
        let is_english = certain_language(&question.text).is_none_or(|language| language == "en");
        if candidates.is_empty() || question.asked == Asked::YesNo || !is_english {
            return None;
        }
        let windows = windows::lay_out(candidates, hits, self.options.windows, |text| neural.pieces(text));
        let texts: Vec<&str> = windows.iter().map(|window| window.text.as_str()).collect();
        let marks = neural.read(&question.text, &texts);
        Some(marks.map(|marks| Marked::new(&windows, &marks)).map_err(|_late| Degraded::Reader))
    }

    fn rank_again(&self, candidates: &mut [Candidate<'_>]) {
        match (self.options.chooser, &self.weights.reader) {
            (Chooser::Both, Some(weights)) => {
                sentences::rank_again(candidates, |features| weights.sentences.score(&features.values()))
            }
            _ => sentences::rank_again(candidates, |features| features.margin),
        }
    }

    /// Every sentence that was found with its features, without a score.
    pub fn collect<'r>(&'r self, reading: &'r Reading<'a>) -> Vec<Candidate<'r>> {
        sentences::collect(
            &reading.question,
            &reading.terms,
            &reading.hits,
            self.lexicon,
            &self.weights.associations,
        )
    }

    fn wanted<'r>(&'r self, reading: &'r Reading<'_>) -> Wanted<'r> {
        Wanted::new(&reading.terms, self.lexicon, &self.weights.associations)
    }

    fn telling<'r>(
        &'r self,
        reading: &'r Reading<'_>,
        candidates: &'r [Candidate<'r>],
        marked: Option<&'r Marked>,
        wanted: &'r Wanted<'r>,
    ) -> Telling<'r> {
        let Reading { question, hits, .. } = reading;
        Telling { question, candidates, hits, wanted, weights: self.weights, marked }
    }

    /// What the best of the candidates says, in a line, and how sure that is.
    pub fn conclude(&self, reading: &Reading<'_>, chosen: &Chosen<'_>) -> Option<Conclusion> {
        let candidates = &chosen.candidates[..];
        let best = candidates.first()?;
        let question = &reading.question;
        let wanted = self.wanted(reading);
        let telling = self.telling(reading, candidates, chosen.marked.as_ref(), &wanted);
        let alone = telling.alone();
        let signs = Signs {
            by_words: confidence::signs(question, &reading.terms, &reading.corrections, candidates, &alone),
            read: chosen.marked.as_ref().and_then(|_| {
                let by_words = spans::best(question, &best.sentence, Scoring::with(None, self.weights));
                confidence::read_signs(candidates, &alone, by_words.as_ref())
            }),
        };
        let [right, supported] = self.models(&signs);
        let values = signs.values();
        Some(Conclusion {
            confidence: confidence::weigh(&values, right),
            support: confidence::weigh(&values, supported),
            is_unmentioned: confidence::is_unmentioned(question, &reading.terms),
            verdict: polarity::judge(question, candidates, &reading.hits),
            line: telling.line(alone),
            signs,
        })
    }

    /// What weighs such signs: for whether the answer is right, and for whether the sources answer at all.
    pub fn models(&self, signs: &Signs) -> [&'a Trees; 2] {
        match (&signs.read, &self.weights.reader) {
            (Some(_), Some(reader)) => [&reader.confidence, &reader.support],
            _ => [&self.weights.confidence, &self.weights.support],
        }
    }
}

/// The line that the best candidate gives, and how likely it is right.
#[derive(Debug, Clone, PartialEq)]
pub struct Conclusion {
    pub line: headline::Line,
    /// Whether it says yes or no to a question that can be answered so.
    pub verdict: Option<Verdict>,
    pub signs: Signs,
    /// How likely the line is right: 0 to 1.
    pub confidence: f64,
    /// How likely the sources answer the question at all: 0 to 1.
    pub support: f64,
    /// A number is asked of something that no source mentions.
    pub is_unmentioned: bool,
}

impl Conclusion {
    /// Whether the sources do not say, as far as this goes.
    fn is_declined(&self, threshold: f64) -> bool {
        self.is_unmentioned || self.support < threshold
    }
}

/// What an answer is made of, on its way.
pub struct Steps<'s, 'a> {
    pub reading: &'s Reading<'a>,
    pub candidates: &'s [Candidate<'s>],
    /// `None` where no sentence was found.
    pub conclusion: Option<&'s Conclusion>,
    pub engine: Engine<'a>,
}

/// Answers `text` out of all sources, or out of those with these ids only.
pub fn answer(text: &str, sources: &[String], engine: Engine<'_>) -> Result<Answer, AnswerError> {
    Ok(answer_seen(text, sources, engine, |_| ())?.0)
}

/// The same, with what `see` makes of the steps that led to the answer; nothing where the sources were not looked
/// into.
pub fn answer_seen<T>(
    text: &str,
    sources: &[String],
    engine: Engine<'_>,
    see: impl FnOnce(&Steps<'_, '_>) -> T,
) -> Result<(Answer, Option<T>), AnswerError> {
    let index = engine.index;
    let text = text.trim();
    if let Some(outcome) = without_looking(text) {
        return Ok((finish(text, outcome, [0.0; 2], Details::default(), index), None));
    }
    let reading = engine.read(text, sources, engine.options.passages)?;
    let chosen = engine.choose(&reading);
    engine.tell(Milestone::Chosen);
    let candidates = &chosen.candidates[..];
    let details = Details {
        missing: words_nowhere(&reading.terms),
        other_language: OtherLanguage::of(text, index),
        ranked_sources: ranked_sources(&reading.hits, candidates),
        corrections: reading.corrections.clone(),
        degraded: chosen.degraded,
    };
    let conclusion = engine.conclude(&reading, &chosen);
    let seen = see(&Steps { reading: &reading, candidates, conclusion: conclusion.as_ref(), engine });
    let Some(conclusion) = conclusion else {
        let outcome = Outcome::Abstained { nearest: None };
        return Ok((finish(text, outcome, [0.0; 2], details, index), Some(seen)));
    };
    let probabilities = [conclusion.confidence, conclusion.support];
    let outcome = if conclusion.is_declined(engine.options.threshold) {
        let best = &candidates[0];
        Outcome::Abstained { nearest: Some(cite(&reading.hits[best.hit], best.span, &[])) }
    } else {
        compared(conclusion, &reading, &chosen, engine)
    };
    Ok((finish(text, outcome, probabilities, details, index), Some(seen)))
}

/// What the best candidate says, beside what other sources say.
fn compared(
    conclusion: Conclusion,
    reading: &Reading<'_>,
    chosen: &Chosen<'_>,
    engine: Engine<'_>,
) -> Outcome {
    let (question, hits, candidates) = (&reading.question, &reading.hits, &chosen.candidates[..]);
    let Conclusion { line, verdict, .. } = conclusion;
    // Reasons that are worded otherwise are no other reasons.
    let short = line.short.clone().filter(|_| spans::may_be_short(question.asked));
    let short = short.map(|short| (short, line.probability));
    let others = agreement::compare(question, short.as_ref(), candidates, hits, engine.weights);
    if let Some(choices) = subjects(&reading.terms, candidates, &others, hits) {
        return Outcome::Ambiguous { choices };
    }
    let line = match &others.instead_of {
        Some(words) => headline::around(&candidates[0].sentence, words),
        None => line,
    };
    let is_version = others.instead_of.is_some();
    let mut sides: Vec<Finding> =
        others.sides.iter().map(|side| side_of(side, is_version, reading, chosen, engine)).collect();
    let mut best = finding(line, candidates, hits).opened_by(verdict.map(|verdict| verdict.polarity));
    best.citations
        .extend(others.same.iter().map(|(other, span)| cite(&hits[other.hit], other.span, &[*span])));
    if sides.is_empty() {
        return Outcome::Found(best);
    }
    if sides[0].citations.len() > best.citations.len() {
        std::mem::swap(&mut sides[0], &mut best);
    }
    Outcome::Disputed { best, others: sides }
}

/// What the sources of one side say, in the line of the first of them.
fn side_of(
    side: &[(&Candidate<'_>, Value)],
    is_version: bool,
    reading: &Reading<'_>,
    chosen: &Chosen<'_>,
    engine: Engine<'_>,
) -> Finding {
    let hits = &reading.hits;
    let (first, value) = &side[0];
    let line = if is_version {
        headline::around(&first.sentence, &value.words)
    } else {
        let wanted = engine.wanted(reading);
        engine.telling(reading, std::slice::from_ref(first), chosen.marked.as_ref(), &wanted).alone()
    };
    let mut citations = vec![cite(&hits[first.hit], first.span, &[line.span])];
    citations
        .extend(side[1..].iter().map(|(other, value)| cite(&hits[other.hit], other.span, &[value.span])));
    Finding { answer: line.text, value: line.value, polarity: None, citations }
}

/// The documents that a question fits alike, where it names none of what tells them apart.
fn subjects(
    terms: &[WeightedTerm],
    candidates: &[Candidate<'_>],
    others: &Compared<'_, '_>,
    hits: &[Hit<'_>],
) -> Option<Vec<Choice>> {
    if terms.iter().any(|term| term.term.is_name) {
        return None;
    }
    let of = |candidate: &Candidate<'_>| &hits[candidate.hit].source.description;
    let first = of(&candidates[0]);
    let sides = others.sides.iter().map(|side| of(side[0].0));
    let is_parallel = |other: &&Description| agreement::are_parallel(&first.title, &other.title);
    let others: Vec<&Description> = sides.filter(is_parallel).collect();
    let choice = |description: &Description| Choice {
        source: description.id.clone(),
        title: description.title.clone(),
    };
    (!others.is_empty()).then(|| [first].into_iter().chain(others).map(choice).collect())
}

fn words_nowhere(terms: &[WeightedTerm]) -> Vec<String> {
    terms.iter().filter(|term| !term.is_known).map(|term| term.term.word.clone()).collect()
}

#[derive(Default)]
struct Details {
    corrections: Vec<Correction>,
    missing: Vec<String>,
    other_language: Option<OtherLanguage>,
    ranked_sources: Vec<String>,
    degraded: Option<Degraded>,
}

fn finish(
    text: &str,
    outcome: Outcome,
    [confidence, support]: [f64; 2],
    details: Details,
    index: &Index,
) -> Answer {
    let receipt = receipt::of(text, index.fingerprint(), &outcome);
    Answer {
        question: text.to_owned(),
        understood_as: None,
        outcome,
        confidence: six_decimals(confidence),
        support: six_decimals(support),
        corrections: details.corrections,
        missing: details.missing,
        other_language: details.other_language,
        ranked_sources: details.ranked_sources,
        degraded: details.degraded,
        receipt,
    }
}

/// Two decimals would hide the order of close probabilities; more than six are noise.
fn six_decimals(probability: f64) -> f64 {
    (probability * 1e6).round() / 1e6
}

/// What needs no look into the sources.
fn without_looking(text: &str) -> Option<Outcome> {
    if text.chars().nth(LONGEST_QUESTION).is_some() {
        return Some(Outcome::TooLong);
    }
    if !text.contains(char::is_alphanumeric) {
        return Some(Outcome::Empty);
    }
    question::small_talk(text).map(Outcome::SmallTalk)
}

/// The order of the chosen sentences, then of the passages that none was chosen from.
fn ranked_sources(hits: &[Hit<'_>], candidates: &[Candidate<'_>]) -> Vec<String> {
    let mut ranked: Vec<String> = Vec::new();
    for hit in candidates.iter().map(|candidate| candidate.hit).chain(0..hits.len()) {
        let id = &hits[hit].source.description.id;
        if !ranked.contains(id) {
            ranked.push(id.clone());
        }
    }
    ranked
}

fn finding(line: headline::Line, candidates: &[Candidate<'_>], hits: &[Hit<'_>]) -> Finding {
    let best = &candidates[0];
    let cited = line.cited.unwrap_or(Cited { hit: best.hit, span: best.span });
    let citations = vec![cite(&hits[cited.hit], cited.span, &[line.span])];
    Finding { answer: line.text, value: line.value, polarity: None, citations }
}

/// A citation of `span` in the passage; `highlights` are byte spans within the sentence.
fn cite(hit: &Hit<'_>, span: Span, highlights: &[Span]) -> Citation {
    let quote = hit.passage.slice(span);
    let characters = |byte: usize| quote[..byte].chars().count();
    let description = &hit.source.description;
    Citation {
        source: description.id.clone(),
        title: description.title.clone(),
        date: description.date,
        is_superseded: description.is_superseded,
        path: description.path.clone(),
        url: description.url.clone(),
        heading: hit.passage.passage.headings.clone(),
        page: hit.passage.page_at(span.start),
        line_start: hit.passage.line_at(span.start),
        line_end: hit.passage.line_at(span.end),
        byte_start: span.start,
        byte_end: span.end,
        highlights: highlights.iter().map(|span| [characters(span.start), characters(span.end)]).collect(),
        sha256: receipt::sha256(quote),
        quote: quote.to_owned(),
        encoding: description.encoding,
        neighbours: hit.passage.neighbours(span),
    }
}

/// Whether the answer to such a question is a short span rather than a statement.
pub fn asks_for_value(asked: Asked) -> bool {
    matches!(
        asked,
        Asked::Count
            | Asked::Duration
            | Asked::Amount
            | Asked::Percentage
            | Asked::Measure
            | Asked::Date
            | Asked::Person
            | Asked::Place
            | Asked::Organisation
    )
}
