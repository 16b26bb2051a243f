//! Examples to learn from: what the engine finds for a question of a set, and what of it is right.

use anyhow::Result;

use super::Set;
use super::draw::Seed;
use super::fit::Rows;
use crate::answer::agreement;
use crate::answer::canonical::Comparison;
use crate::answer::marked::MarkedSentence;
use crate::answer::sentences::Candidate;
use crate::answer::spans;
use crate::answer::{Conclusion, Engine, Reading, headline, values};
use crate::eval::Prediction;
use crate::eval::measures::{self, Figure};
use crate::eval::question_set::Question;
use crate::retrieval::Hit;

/// Of each question's wrong sentences the best covered, and some others.
const NEAR_MISSES: usize = 20;
const OTHERS: f64 = 0.15;

/// What the engine finds, without what holds the answer where that is cut out.
fn read<'e>(
    question: &Question,
    scope: &[String],
    engine: Engine<'e>,
    cut: Option<&Cut<'_>>,
) -> Result<Reading<'e>> {
    let mut reading = engine.read(&question.turns[0], scope, engine.options.passages)?;
    if let Some(cut) = cut {
        reading.hits.retain(|hit| !cut.holds_answer(hit));
    }
    Ok(reading)
}

/// Which sentences hold the answer.
pub(super) fn sentence_rows(
    set: &Set,
    question: &Question,
    scope: &[String],
    engine: Engine<'_>,
    cut: Option<&Cut<'_>>,
    seed: Seed,
) -> Result<Rows> {
    // Of these the set knows the polarity, not the sentence.
    if question.kind.as_deref() == Some("yes-no") {
        return Ok(Rows::default());
    }
    let reading = read(question, scope, engine, cut)?;
    let candidates = engine.collect(&reading);
    let has_answer = question.answerable && cut.is_none();
    let is_right = |candidate: &Candidate<'_>| has_answer && holds_answer(set, question, &reading, candidate);
    let labels: Vec<bool> = candidates.iter().map(is_right).collect();
    if candidates.is_empty() || has_answer && !labels.contains(&true) {
        return Ok(Rows::default());
    }
    let wrong = near_misses(&candidates, &labels);
    let is_drawn = |place: &usize| seed.share(&format!("{} {place}", question.id)) < OTHERS;
    let others = wrong.iter().skip(NEAR_MISSES).filter(|place| is_drawn(place));
    let right = (0..candidates.len()).filter(|place| labels[*place]);
    let listed: Vec<usize> = wrong.iter().take(NEAR_MISSES).chain(others).copied().chain(right).collect();
    let features: Vec<_> = listed.iter().map(|place| candidates[*place].features.values()).collect();
    let rows = features.iter().zip(&listed);
    Ok(Rows::list(rows.map(|(features, place)| (&features[..], f64::from(u8::from(labels[*place]))))))
}

/// The places of the wrong sentences, those that look most like right ones first.
fn near_misses(candidates: &[Candidate<'_>], labels: &[bool]) -> Vec<usize> {
    let near = |place: &usize| {
        let features = &candidates[*place].features;
        features.behind_near + features.behind + features.passage + features.value
    };
    let mut wrong: Vec<usize> = (0..candidates.len()).filter(|place| !labels[*place]).collect();
    wrong.sort_by(|a, b| near(b).total_cmp(&near(a)));
    wrong
}

/// Whether a sentence holds the answer of the set: in the very paragraph, at the very place, where the set tells.
fn holds_answer(set: &Set, question: &Question, reading: &Reading<'_>, candidate: &Candidate<'_>) -> bool {
    let description = &reading.hits[candidate.hit].source.description;
    if !question.doc_ids.contains(&description.id) {
        return false;
    }
    if let Some(paragraph) = set.paragraph(question)
        && !paragraph.range().contains(&candidate.span.start)
    {
        return false;
    }
    let text = headline::plain(candidate.sentence.text);
    let prediction = Prediction {
        quote: candidate.sentence.text.to_owned(),
        citations: vec![description.id.clone()],
        answer: text,
        ..Prediction::default()
    };
    // A sentence does not open with yes or no: its words tell.
    match &question.polarity {
        Some(_) => {
            let question = Question { polarity: None, ..question.clone() };
            is_reached(&question, &prediction, Figure::Right)
        }
        None => is_reached(question, &prediction, Figure::Right),
    }
}

fn is_reached(question: &Question, prediction: &Prediction, figure: Figure) -> bool {
    measures::measure(question, prediction).get(figure).is_some_and(|share| share.num > 0.5)
}

impl Conclusion {
    /// Whether what is told is right.
    pub(super) fn is_right(&self, question: &Question, told: &Prediction) -> bool {
        question.answerable && is_reached(question, told, Figure::Right40)
    }

    /// What is told, as it is scored.
    pub(super) fn told(&self, reading: &Reading<'_>, best: &Candidate<'_>) -> Prediction {
        let line = &self.line.text;
        Prediction {
            answer: match self.verdict {
                Some(verdict) => format!("{}: {line}", verdict.polarity.opening()),
                None => line.clone(),
            },
            quote: best.sentence.text.to_owned(),
            citations: vec![reading.hits[best.hit].source.description.id.clone()],
            ..Prediction::default()
        }
    }
}

/// Which runs of words of a right sentence are the answer.
pub(super) fn span_rows(set: &Set, question: &Question, engine: Engine<'_>) -> Result<Rows> {
    let is_sentence = question.answer_type.as_deref() == Some("sentence");
    if !question.answerable || is_sentence || question.kind.as_deref() == Some("yes-no") {
        return Ok(Rows::default());
    }
    let reading = engine.read(&question.turns[0], &[], engine.options.passages)?;
    if !spans::may_be_short(reading.question.asked) {
        return Ok(Rows::default());
    }
    let candidates = engine.collect(&reading);
    let labels: Vec<bool> =
        candidates.iter().map(|candidate| holds_answer(set, question, &reading, candidate)).collect();
    let is_cell =
        |candidate: &Candidate<'_>| candidate.value.as_ref().is_some_and(|value| value.key.is_some());
    let right =
        (0..candidates.len()).find(|place| labels[*place]).filter(|place| !is_cell(&candidates[*place]));
    let Some(right) = right else { return Ok(Rows::default()) };
    let sentence = &candidates[right].sentence;
    let found = values::ranked(&reading.question, sentence);
    let runs = spans::collect(&reading.question, sentence, &found);
    let told = |run: &spans::Run| {
        let span = values::with_sign(run.words.clone(), 0.0, sentence).span;
        headline::plain(&sentence.text[span.range()])
    };
    let fits: Vec<f64> = runs.iter().map(|run| fit_of(question, &told(run))).collect();
    if fits.iter().all(|fit| *fit < 0.5) {
        return Ok(Rows::default());
    }
    let listed = |runs: &[spans::Run], fits: Vec<f64>| {
        let features: Vec<_> = runs.iter().map(|run| run.features.values()).collect();
        Rows::list(features.iter().map(|features| &features[..]).zip(fits))
    };
    let mut rows = listed(&runs, fits);
    // In a sentence that only looks right no run is.
    let wrong = near_misses(&candidates, &labels).into_iter().find(|place| !is_cell(&candidates[*place]));
    if let Some(wrong) = wrong {
        let sentence = &candidates[wrong].sentence;
        let runs = spans::collect(&reading.question, sentence, &values::ranked(&reading.question, sentence));
        rows.append(listed(&runs, vec![0.0; runs.len()]));
    }
    Ok(rows)
}

/// Which sentences hold the answer, and which runs of words of them are it, where the neural reader has read.
pub(super) fn read_rows(
    set: &Set,
    question: &Question,
    scope: &[String],
    engine: Engine<'_>,
) -> Result<(Rows, Rows)> {
    let nothing = (Rows::default(), Rows::default());
    if !question.answerable || question.kind.as_deref() == Some("yes-no") {
        return Ok(nothing);
    }
    let reading = engine.read(&question.turns[0], scope, engine.options.passages)?;
    let candidates = engine.choose(&reading).candidates;
    let labels: Vec<bool> =
        candidates.iter().map(|candidate| holds_answer(set, question, &reading, candidate)).collect();
    let read = candidates.iter().zip(&labels).enumerate().filter_map(|(place, (candidate, is_right))| {
        let read = candidate.read.as_ref()?;
        let is_listed = *is_right || read.marks.is_some() || place < UNREAD;
        is_listed.then(|| (read.features.values(), f64::from(u8::from(*is_right))))
    });
    let read: Vec<_> = read.collect();
    if !labels.contains(&true) || read.is_empty() {
        return Ok(nothing);
    }
    let sentences = Rows::list(read.iter().map(|(features, label)| (&features[..], *label)));
    let is_short = question.answer_type.as_deref() != Some("sentence");
    if !is_short || !spans::may_be_marked(reading.question.asked) {
        return Ok((sentences, Rows::default()));
    }
    let mut by_margin: Vec<usize> =
        (0..candidates.len()).filter(|place| marks(&candidates[*place]).is_some()).collect();
    let margin =
        |place: &usize| candidates[*place].read.as_ref().map_or(f64::MIN, |read| read.features.margin);
    by_margin.sort_by(|a, b| margin(b).total_cmp(&margin(a)));
    let mut spans = Rows::default();
    for is_right in [true, false] {
        let Some(place) = by_margin.iter().find(|place| labels[**place] == is_right) else { continue };
        let fit = |told: &str| if is_right { fit_of(question, told) } else { 0.0 };
        spans.append(run_rows(&reading, &candidates[*place], engine, fit));
    }
    Ok((sentences, spans))
}

/// So many sentences that the reader was not given are learned from, too.
const UNREAD: usize = 10;

fn marks<'c>(candidate: &'c Candidate<'_>) -> Option<&'c MarkedSentence> {
    candidate.read.as_ref()?.marks.as_ref()
}

/// The runs of words of a sentence that the reader has read, with how well each is the answer.
fn run_rows(
    reading: &Reading<'_>,
    candidate: &Candidate<'_>,
    engine: Engine<'_>,
    fit: impl Fn(&str) -> f64,
) -> Rows {
    let Some(marks) = marks(candidate) else { return Rows::default() };
    let (question, sentence) = (&reading.question, &candidate.sentence);
    let found = values::ranked(question, sentence);
    let runs = spans::collect_read(question, sentence, &found, marks, &engine.weights.spans);
    let told = |run: &spans::ReadRun| {
        let span = values::with_sign(run.words.clone(), 0.0, sentence).span;
        headline::plain(&sentence.text[span.range()])
    };
    let fits: Vec<f64> = runs.iter().map(|run| fit(&told(run))).collect();
    Rows::list(runs.iter().map(|run| &run.values[..]).zip(fits))
}

/// How well a short answer is the one of the set: 1 for the same words, less for words too many or too few.
fn fit_of(question: &Question, told: &str) -> f64 {
    if !question.accept.is_empty() {
        let Some(found) = question.accept.iter().find_map(|pattern| pattern.find(told)) else { return 0.0 };
        let extra = told.split_whitespace().count()
            - found.as_str().split_whitespace().count().min(told.split_whitespace().count());
        return 1.0 / (1.0 + extra as f64 * 0.5);
    }
    let f1 = question.answers.iter().map(|gold| measures::token_f1(told, gold)).fold(0.0, f64::max);
    f1 * f1
}

/// Which sentences of other sources are other sides: those that give another answer of the set, right or wrong,
/// where the set knows of a disagreement, and none elsewhere.
pub(super) fn side_rows(set: &Set, question: &Question, engine: Engine<'_>) -> Result<Rows> {
    let mut rows = Rows::default();
    let is_disputed = question.other.get("disputed").is_some_and(|value| value == true);
    let has_conflict = !question.conflicting_answers.is_empty();
    let reading = engine.read(&question.turns[0], &[], engine.options.passages)?;
    let chosen = engine.choose(&reading);
    let Some(Conclusion { line, .. }) = engine.conclude(&reading, &chosen) else { return Ok(rows) };
    let candidates = &chosen.candidates[..];
    let Some(short) = line.short else { return Ok(rows) };
    let short = (short, line.probability);
    let chosen = headline::plain(candidates[0].sentence.text);
    let given = |text: &str| -> Vec<&String> {
        let answers = question.answers.iter().chain(&question.conflicting_answers);
        answers.filter(|answer| measures::holds(text, answer)).collect()
    };
    let given_by_chosen = given(&chosen);
    for other in agreement::others(&reading.question, &short, candidates, &reading.hits, engine.weights) {
        if other.comparison != Comparison::Different {
            continue;
        }
        let text = headline::plain(other.candidate.sentence.text);
        let is_side = match () {
            () if has_conflict => given(&text).iter().any(|answer| !given_by_chosen.contains(answer)),
            () if is_disputed => holds_answer(set, question, &reading, other.candidate),
            () => false,
        };
        rows.append(Rows::list([(&other.features.values()[..], f64::from(u8::from(is_side)))]));
    }
    Ok(rows)
}

/// What is told, with whether it is right and whether the sources answer at all: neither, where the answer was cut
/// out.
#[derive(Default)]
pub(super) struct Judged {
    pub right: Rows,
    pub supported: Rows,
}

pub(super) fn judged(
    question: &Question,
    scope: &[String],
    engine: Engine<'_>,
    cut: Option<&Cut<'_>>,
) -> Result<Judged> {
    let reading = read(question, scope, engine, cut)?;
    let chosen = engine.choose(&reading);
    let Some(conclusion) = engine.conclude(&reading, &chosen) else { return Ok(Judged::default()) };
    // The reader is not asked everything; what it has not read is judged by words alone.
    if engine.reads() && conclusion.signs.read.is_none() {
        return Ok(Judged::default());
    }
    let told = conclusion.told(&reading, &chosen.candidates[0]);
    let signs = conclusion.signs.values();
    let row = |is_so: bool| Rows::list([(&signs[..], f64::from(u8::from(is_so)))]);
    Ok(Judged {
        right: row(cut.is_none() && conclusion.is_right(question, &told)),
        supported: row(cut.is_none() && question.answerable),
    })
}

/// A question whose answer is taken out of what was found: a near miss, as where a topic is covered and the
/// detail that is asked for is not.
pub(super) struct Cut<'q>(pub &'q Question);

impl Cut<'_> {
    fn holds_answer(&self, hit: &Hit<'_>) -> bool {
        let citation = vec![hit.source.description.id.clone()];
        let answer = headline::plain(&hit.passage.text);
        let prediction =
            Prediction { quote: answer.clone(), citations: citation, answer, ..Prediction::default() };
        is_reached(self.0, &prediction, Figure::Contained)
    }
}
