//! Learning the weights: question sets in, one file of weights out.
//!
//! Features are computed by the code that answers. Questions are parted by the documents that they are about:
//! choosing and extracting are fitted on two parts. Confidence is fitted on what the one part's models answer to
//! the other's questions, since choosing looks better than it is on what it was fitted on. A third part, which
//! nothing saw, gives the figures. The same sets and the same seed give the same file.

use std::collections::HashMap;

use anyhow::Result;

use crate::answer::agreement::{self, SideFeatures};
use crate::answer::canonical::Comparison;
use crate::answer::confidence::Signs;
use crate::answer::features::Features;
use crate::answer::sentences::Candidate;
use crate::answer::spans::{self, SpanFeatures};
use crate::answer::weights::{Weights, WrittenWeights};
use crate::answer::{Conclusion, Engine, Reading, headline, values};
use crate::answerer::Answerer;
use crate::corpus::Span;
use crate::eval::Prediction;
use crate::eval::measures::{self, Figure};
use crate::eval::question_set::Question;
use crate::retrieval::Hit;

mod associations;
mod draw;
mod fit;

use associations::Pair;
pub use draw::{Part, Seed};
use fit::{OneWay, Rows, Shape};

/// A question set with what answers it.
pub struct Set {
    pub name: String,
    pub questions: Vec<Question>,
    pub answerer: Answerer,
    /// The text of each document, by its id.
    pub texts: HashMap<String, String>,
}

impl Set {
    /// The paragraph that a question is about, where the set tells: blocks of lines between blank ones, of which
    /// the first is the title.
    fn paragraph(&self, question: &Question) -> Option<Span> {
        let number = question.other.get("para")?.as_u64()? as usize + 1;
        let text = self.texts.get(question.doc_ids.first()?)?;
        let mut at = 0;
        for (place, block) in text.split("\n\n").enumerate() {
            if place == number {
                return Some(Span::new(at, at + block.len()));
            }
            at += block.len() + 2;
        }
        None
    }

    /// The sentence that answers a question, where the set tells.
    fn answering<'s>(&'s self, question: &'s Question) -> Option<&'s str> {
        if question.answer_type.as_deref() == Some("sentence") {
            return question.answers.first().map(String::as_str);
        }
        let paragraph = self.paragraph(question)?;
        let text = &self.texts.get(question.doc_ids.first()?)?[paragraph.range()];
        let gold = question.answers.first()?;
        let sentences = crate::corpus::sentences::sentences(text).into_iter().map(|span| &text[span.range()]);
        sentences.into_iter().find(|sentence| sentence.contains(gold.as_str()))
    }
}

/// The sets, the seed, and how much of each set is used.
pub struct Course<'a> {
    pub sets: &'a [Set],
    pub seed: Seed,
    /// Of larger sets so many answerable questions are drawn.
    pub most_questions: usize,
}

const SENTENCES: Shape = Shape { trees: 140, rate: 0.14, leaves: 28, leaf_weight: 20.0 };
const SPANS: Shape = Shape { trees: 140, rate: 0.14, leaves: 28, leaf_weight: 20.0 };
const SIDES: Shape = Shape { trees: 60, rate: 0.1, leaves: 8, leaf_weight: 10.0 };
const CONFIDENCE: Shape = Shape { trees: 120, rate: 0.06, leaves: 8, leaf_weight: 25.0 };

/// More of the question never makes a sentence worse.
const OF_SENTENCES: OneWay = OneWay {
    speaks_for: &[
        "coverage",
        "beside",
        "above",
        "around",
        "title",
        "passage_coverage",
        "exact",
        "resembling",
        "associated",
        "bigrams",
        "ordered",
        "predicate",
        "predicate_near",
        "names",
        "value",
        "passage",
        "behind",
        "behind_near",
        "answers_question",
    ],
    speaks_against: &[
        "heaviest_missing",
        "heaviest_missing_beside",
        "heaviest_missing_near",
        "numbers_missing",
        "focus_missing",
        "no_value",
        "asks",
        "is_title",
    ],
};
const OF_SIGNS: OneWay = OneWay {
    speaks_for: &[
        "score",
        "lead",
        "span",
        "coverage",
        "coverage_near",
        "coverage_around",
        "words",
        "value",
        "cue",
        "passage",
        "bigrams",
        "associated",
        "exact",
    ],
    speaks_against: &[
        "missing",
        "heaviest_missing",
        "missing_beside",
        "focus_missing",
        "names_missing",
        "predicate_missing",
        "numbers_missing",
        "no_value",
        "unquoted",
        "corrected",
    ],
};
const OF_SIDES: OneWay = OneWay {
    speaks_for: &[
        "score",
        "covered",
        "covered_behind",
        "coverage_behind",
        "names",
        "predicate",
        "short",
        "alike",
        "title",
    ],
    speaks_against: &["numbers_missing", "heaviest_missing"],
};

/// Of each question's wrong sentences the best covered, and some others.
const NEAR_MISSES: usize = 20;
const OTHERS: f64 = 0.08;
/// How many questions of other documents are asked, for each question of a set.
const STRANGERS: f64 = 0.5;
/// A set weighs by its size to this power: between 0, all sets alike, and 1, all questions alike.
const EVENNESS: f64 = 0.25;
/// So many questions are asked of a few documents only.
const SMALL: f64 = 0.35;
const FEW_DOCUMENTS: usize = 8;
/// Of so many questions the answer is taken away, to see what an unanswerable one looks like.
const CUT: f64 = 0.25;

impl Course<'_> {
    /// Fits all models, one after the other; `say` hears how it goes.
    pub fn run(&self, say: &mut dyn FnMut(String)) -> Result<WrittenWeights> {
        let associated = WrittenWeights { associations: self.associations(), ..WrittenWeights::default() };
        say(format!("associations: of {} words", associated.associations.len()));
        let mut confidence = Rows::default();
        let mut support = Rows::default();
        let mut sides = Rows::default();
        for (from, asked) in [(Part::First, Part::Second), (Part::Second, Part::First)] {
            let learned = read(&self.choosing(&associated, &[from], say)?)?;
            confidence.append(self.gather(asked, &learned, 0.15, &|set, question, engine| {
                self.confidence_rows(set, question, engine, Conclusion::is_right)
            })?);
            confidence.append(self.strangers(asked, &learned, 0.3)?);
            support.append(self.gather(asked, &learned, 0.1, &|set, question, engine| {
                self.confidence_rows(set, question, engine, |_, question, _| question.answerable)
            })?);
            support.append(self.strangers(asked, &learned, 1.0)?);
            sides.append(self.gather(asked, &learned, EVENNESS, &side_rows)?);
        }
        let mut weights = self.choosing(&associated, &[Part::First, Part::Second], say)?;
        say(format!("confidence: {} rows, support: {}", confidence.len(), support.len()));
        weights.confidence = fit::fit(&confidence, Signs::NAMES, OF_SIGNS, CONFIDENCE, self.seed.0)?;
        weights.support = fit::fit(&support, Signs::NAMES, OF_SIGNS, CONFIDENCE, self.seed.0)?;
        say(format!("sides: {} rows, {} of them sides", sides.len(), sides.right()));
        weights.sides = fit::fit(&sides, SideFeatures::NAMES, OF_SIDES, SIDES, self.seed.0)?;
        weights.about = self.report(&read(&weights)?)?;
        Ok(weights)
    }

    /// The documents that a question is asked of: all, or a few, so that small collections are learned too.
    fn scope(&self, set: &Set, question: &Question) -> Vec<String> {
        let sources = set.answerer.index().sources();
        let is_small = self.seed.share(&format!("scope {}", question.id)) < SMALL;
        if !is_small || sources.len() <= 2 * FEW_DOCUMENTS {
            return Vec::new();
        }
        let mut scope: Vec<String> = question.doc_ids.clone();
        for place in 0..FEW_DOCUMENTS {
            let drawn = self.seed.share(&format!("scope {} {place}", question.id)) * sources.len() as f64;
            let id = &sources[drawn as usize].description.id;
            if !scope.contains(id) {
                scope.push(id.clone());
            }
        }
        scope
    }

    /// The models that choose and extract, learned from these parts.
    fn choosing(
        &self,
        associated: &WrittenWeights,
        parts: &[Part],
        say: &mut dyn FnMut(String),
    ) -> Result<WrittenWeights> {
        let mut weights = associated.clone();
        let nothing = read(associated)?;
        let mut rows = Rows::default();
        for part in parts {
            rows.append(self.gather(*part, &nothing, EVENNESS, &|set, question, engine| {
                sentence_rows(set, question, &self.scope(set, question), engine, self.seed)
            })?);
        }
        say(format!("sentences: {} rows", rows.len()));
        weights.sentences = fit::fit(&rows, Features::NAMES, OF_SENTENCES, SENTENCES, self.seed.0)?;
        let mut rows = Rows::default();
        for part in parts {
            rows.append(self.gather(*part, &nothing, 0.8, &span_rows)?);
        }
        say(format!("spans: {} rows", rows.len()));
        weights.spans = fit::fit(&rows, SpanFeatures::NAMES, OneWay::default(), SPANS, self.seed.0)?;
        Ok(weights)
    }

    /// What the sentences that answer the questions of all sets say in other words.
    fn associations(&self) -> Vec<String> {
        let mut documents = HashMap::new();
        let mut pairs = Vec::new();
        for set in self.sets {
            for question in &set.questions {
                let Some(document) = question.doc_ids.first() else { continue };
                if self.seed.part(document) == Part::HeldBack || question.turns.len() > 1 {
                    continue;
                }
                let next = documents.len();
                let number = *documents.entry((&set.name, document)).or_insert(next);
                if let Some(sentence) = set.answering(question) {
                    pairs.push(Pair::of(number, &question.turns[0], sentence));
                }
            }
        }
        associations::learn(&pairs)
    }

    /// Questions of the first set, asked of the other sets' documents: nothing there answers them.
    fn strangers(&self, part: Part, weights: &Weights, weight: f64) -> Result<Rows> {
        let mut rows = Rows::default();
        let Some((first, others)) = self.sets.split_first() else { return Ok(rows) };
        for set in others {
            let engine = Engine { weights, ..set.answerer.engine() };
            let share = STRANGERS * self.drawn(set, part).len() as f64 / first.questions.len() as f64;
            let is_drawn = |question: &&Question| {
                self.seed.share(&format!("{} {}", set.name, question.id)) < share && question.turns.len() == 1
            };
            let mut own = Rows::default();
            for question in first.questions.iter().filter(is_drawn) {
                let stranger = Question { answerable: false, doc_ids: Vec::new(), ..question.clone() };
                own.append(confidence_row(
                    &stranger,
                    &self.scope(set, &stranger),
                    engine,
                    None,
                    |_, _, _| false,
                )?);
            }
            let each = (own.len().max(1) as f64).powf(EVENNESS - 1.0);
            rows.append(own.weighted(each * weight));
        }
        Ok(rows)
    }

    /// The questions of a set that are used, with their part: by their first document, else by their id.
    fn drawn<'s>(&self, set: &'s Set, part: Part) -> Vec<&'s Question> {
        let share = self.most_questions as f64 / set.questions.len() as f64;
        let is_drawn = |question: &&Question| {
            let document = question.doc_ids.first().unwrap_or(&question.id);
            self.seed.part(document) == part
                && (!question.answerable || self.seed.share(&format!("drawn {}", question.id)) < share)
                && question.turns.len() == 1
        };
        set.questions.iter().filter(is_drawn).collect()
    }

    /// The rows of all drawn questions, in their order; a set weighs by its size to the power of `evenness`.
    fn gather(
        &self,
        part: Part,
        weights: &Weights,
        evenness: f64,
        rows_of: &(dyn Fn(&Set, &Question, Engine<'_>) -> Result<Rows> + Sync),
    ) -> Result<Rows> {
        let mut all = Rows::default();
        for set in self.sets {
            let drawn = self.drawn(set, part);
            let engine = Engine { weights, ..set.answerer.engine() };
            let threads = std::thread::available_parallelism().map_or(1, usize::from);
            let chunk = drawn.len().div_ceil(threads).max(1);
            let parts: Vec<Result<Rows>> = std::thread::scope(|scope| {
                let handles: Vec<_> = drawn
                    .chunks(chunk)
                    .map(|questions| {
                        scope.spawn(move || {
                            let mut rows = Rows::default();
                            for question in questions {
                                rows.append(rows_of(set, question, engine)?);
                            }
                            Ok(rows)
                        })
                    })
                    .collect();
                handles
                    .into_iter()
                    .map(|handle| handle.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
                    .collect()
            });
            let weight = (drawn.len().max(1) as f64).powf(evenness - 1.0);
            for rows in parts {
                all.append(rows?.weighted(weight));
            }
        }
        Ok(all)
    }

    fn confidence_rows(
        &self,
        set: &Set,
        question: &Question,
        engine: Engine<'_>,
        label: fn(&Conclusion, &Question, &Prediction) -> bool,
    ) -> Result<Rows> {
        let scope = self.scope(set, question);
        let mut rows = confidence_row(question, &scope, engine, None, label)?;
        if question.answerable && self.seed.share(&format!("cut {}", question.id)) < CUT {
            rows.append(confidence_row(question, &scope, engine, Some(&Cut(question)), label)?);
        }
        Ok(rows)
    }

    /// The figures on the documents that nothing was fitted on.
    fn report(&self, weights: &Weights) -> Result<Vec<String>> {
        let mut lines =
            vec![format!("seed {}, at most {} questions of a set", self.seed.0, self.most_questions)];
        for set in self.sets {
            let engine = Engine { weights, ..set.answerer.engine() };
            let (mut right, mut answerable) = (0, 0);
            let mut all = Vec::new();
            for question in self.drawn(set, Part::HeldBack) {
                let reading = engine.read(&question.turns[0], &[], engine.options.passages)?;
                let candidates = engine.choose(&reading);
                let confidence = match engine.conclude(&reading, &candidates) {
                    Some(conclusion) => {
                        let told = conclusion.told(&reading, &candidates[0]);
                        right += usize::from(conclusion.is_right(question, &told));
                        conclusion.support
                    }
                    None => 0.0,
                };
                answerable += usize::from(question.answerable);
                all.push((confidence, question.answerable));
            }
            let auc = chance_of_order(&all);
            lines.push(format!(
                "{}: {} questions, {} held back; right {:.3} of {answerable} answerable, telling those that are not apart {}",
                set.name,
                set.questions.len(),
                all.len(),
                right as f64 / answerable.max(1) as f64,
                auc.map_or("-".to_owned(), |auc| format!("{auc:.3}")),
            ));
        }
        Ok(lines)
    }
}

/// The chance that an answerable question has the higher confidence.
fn chance_of_order(all: &[(f64, bool)]) -> Option<f64> {
    let of = |answerable: bool| all.iter().filter(move |(_, is)| *is == answerable).map(|(value, _)| *value);
    let pairs = of(true).count() * of(false).count();
    let wins: f64 = of(true)
        .map(|a| {
            of(false)
                .map(|b| {
                    if a > b {
                        1.0
                    } else if a == b {
                        0.5
                    } else {
                        0.0
                    }
                })
                .sum::<f64>()
        })
        .sum();
    (pairs > 0).then(|| wins / pairs as f64)
}

fn read(weights: &WrittenWeights) -> Result<Weights> {
    Weights::read(weights).map_err(|reason| anyhow::anyhow!(reason))
}

/// Which sentences hold the answer.
fn sentence_rows(
    set: &Set,
    question: &Question,
    scope: &[String],
    engine: Engine<'_>,
    seed: Seed,
) -> Result<Rows> {
    let mut rows = Rows::default();
    // Of these the set knows the polarity, not the sentence.
    if !question.answerable || question.kind.as_deref() == Some("yes-no") {
        return Ok(rows);
    }
    let reading = engine.read(&question.turns[0], scope, engine.options.passages)?;
    let candidates = engine.collect(&reading);
    let labels: Vec<bool> =
        candidates.iter().map(|candidate| holds_answer(set, question, &reading, candidate)).collect();
    if !labels.contains(&true) {
        return Ok(rows);
    }
    let near = |place: &usize| {
        let features = &candidates[*place].features;
        features.behind_near + features.behind + features.passage + features.value
    };
    let mut wrong: Vec<usize> = (0..candidates.len()).filter(|place| !labels[*place]).collect();
    wrong.sort_by(|a, b| near(b).total_cmp(&near(a)));
    for (rank, place) in wrong.into_iter().enumerate() {
        if rank < NEAR_MISSES {
            rows.push(&candidates[place].features.values(), 0.0, 1.0);
        } else if seed.share(&format!("{} {place}", question.id)) < OTHERS {
            rows.push(&candidates[place].features.values(), 0.0, 1.0 / OTHERS);
        }
    }
    for place in (0..candidates.len()).filter(|place| labels[*place]) {
        rows.push(&candidates[place].features.values(), 1.0, 1.0);
    }
    Ok(rows)
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
    fn is_right(&self, question: &Question, told: &Prediction) -> bool {
        question.answerable && is_reached(question, told, Figure::Right40)
    }

    /// What is told, as it is scored.
    fn told(&self, reading: &Reading<'_>, best: &Candidate<'_>) -> Prediction {
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
fn span_rows(set: &Set, question: &Question, engine: Engine<'_>) -> Result<Rows> {
    let mut rows = Rows::default();
    let is_sentence = question.answer_type.as_deref() == Some("sentence");
    if !question.answerable || is_sentence || question.kind.as_deref() == Some("yes-no") {
        return Ok(rows);
    }
    let reading = engine.read(&question.turns[0], &[], engine.options.passages)?;
    if !spans::may_be_short(reading.question.asked) {
        return Ok(rows);
    }
    let candidates = engine.collect(&reading);
    let right = candidates.iter().find(|candidate| holds_answer(set, question, &reading, candidate));
    let Some(candidate) =
        right.filter(|candidate| candidate.value.as_ref().is_none_or(|value| value.key.is_none()))
    else {
        return Ok(rows);
    };
    let sentence = &candidate.sentence;
    let found = values::ranked(&reading.question, sentence);
    let runs = spans::collect(&reading.question, sentence, &found);
    let told = |run: &spans::Run| {
        let span = values::with_sign(run.words.clone(), 0.0, sentence).span;
        headline::plain(&sentence.text[span.range()])
    };
    let fits: Vec<f64> = runs.iter().map(|run| fit_of(question, &told(run))).collect();
    if fits.iter().all(|fit| *fit < 0.5) {
        return Ok(rows);
    }
    for (run, fit) in runs.iter().zip(fits) {
        rows.push(&run.features.values(), fit, 1.0);
    }
    Ok(rows)
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
fn side_rows(set: &Set, question: &Question, engine: Engine<'_>) -> Result<Rows> {
    let mut rows = Rows::default();
    let is_disputed = question.other.get("disputed").is_some_and(|value| value == true);
    let has_conflict = !question.conflicting_answers.is_empty();
    let reading = engine.read(&question.turns[0], &[], engine.options.passages)?;
    let candidates = engine.choose(&reading);
    let Some(Conclusion { line, .. }) = engine.conclude(&reading, &candidates) else { return Ok(rows) };
    let Some(short) = line.short else { return Ok(rows) };
    let short = (short, line.probability);
    let chosen = headline::plain(candidates[0].sentence.text);
    let given = |text: &str| -> Vec<&String> {
        let answers = question.answers.iter().chain(&question.conflicting_answers);
        answers.filter(|answer| measures::holds(text, answer)).collect()
    };
    let given_by_chosen = given(&chosen);
    for other in agreement::others(&reading.question, &short, &candidates, &reading.hits, engine.weights) {
        if other.comparison != Comparison::Different {
            continue;
        }
        let text = headline::plain(other.candidate.sentence.text);
        let is_side = match () {
            () if has_conflict => given(&text).iter().any(|answer| !given_by_chosen.contains(answer)),
            () if is_disputed => holds_answer(set, question, &reading, other.candidate),
            () => false,
        };
        rows.push(&other.features.values(), f64::from(u8::from(is_side)), 1.0);
    }
    Ok(rows)
}

/// What is told, and whether it is as `label` says; never, where the answer was cut out.
fn confidence_row(
    question: &Question,
    scope: &[String],
    engine: Engine<'_>,
    cut: Option<&Cut<'_>>,
    label: fn(&Conclusion, &Question, &Prediction) -> bool,
) -> Result<Rows> {
    let mut rows = Rows::default();
    let mut reading = engine.read(&question.turns[0], scope, engine.options.passages)?;
    if let Some(cut) = cut {
        reading.hits.retain(|hit| !cut.holds_answer(hit));
    }
    let candidates = engine.choose(&reading);
    if let Some(conclusion) = engine.conclude(&reading, &candidates) {
        let is_so = cut.is_none() && label(&conclusion, question, &conclusion.told(&reading, &candidates[0]));
        rows.push(&conclusion.signs.values(), f64::from(u8::from(is_so)), 1.0);
    }
    Ok(rows)
}

/// A question whose answer is taken out of what was found: a near miss, as where a topic is covered and the
/// detail that is asked for is not.
struct Cut<'q>(&'q Question);

impl Cut<'_> {
    fn holds_answer(&self, hit: &Hit<'_>) -> bool {
        let citation = vec![hit.source.description.id.clone()];
        let answer = headline::plain(&hit.passage.text);
        let prediction =
            Prediction { quote: answer.clone(), citations: citation, answer, ..Prediction::default() };
        is_reached(self.0, &prediction, Figure::Contained)
    }
}
