//! Learning the weights: question sets in, one file of weights out.
//!
//! Features are computed by the code that answers. Questions are parted by the documents that they are about:
//! choosing and extracting are fitted on two parts. Confidence is fitted on what the one part's models answer to
//! the other's questions, since choosing looks better than it is on what it was fitted on. A third part, which
//! nothing saw, gives the figures. The same sets and the same seed give the same file.

use std::collections::HashMap;

use anyhow::Result;
use rayon::prelude::*;

use crate::answer::Engine;
use crate::answer::agreement::SideFeatures;
use crate::answer::confidence::{self, WordSigns};
use crate::answer::features::Features;
use crate::answer::marked::ReadFeatures;
use crate::answer::spans::{self, SpanFeatures};
use crate::answer::weights::{Weights, WrittenReaderWeights, WrittenWeights};
use crate::answerer::Answerer;
use crate::corpus::Span;
use crate::eval::question_set::Question;

mod associations;
mod draw;
mod examples;
mod fit;
mod recipe;

use associations::Pair;
pub use draw::{Part, Seed};
use examples::{Cut, Judged};
use fit::Rows;

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

/// How many questions of other documents are asked, for each question of a set.
const STRANGERS: f64 = 0.5;
/// So many questions are asked of a few documents only.
const SMALL: f64 = 0.35;
const FEW_DOCUMENTS: usize = 8;
/// Of so many questions the answer is taken away, to see what an unanswerable one looks like.
const CUT: f64 = 0.25;

/// What is fitted on; the third part gives the figures.
const PARTS: [Part; 2] = [Part::First, Part::Second];

/// A set weighs by its size to this power: between 0, all sets alike, and 1, all questions alike.
struct Evenness;

impl Evenness {
    const SENTENCES: f64 = 0.4;
    /// Short answers are much alike everywhere.
    const SPANS: f64 = 0.8;
    const SIDES: f64 = 0.25;
    const STRANGERS: f64 = 0.25;
    const CONFIDENCE: f64 = 0.4;
    const SUPPORT: f64 = 0.1;
}

/// Confidence is of what is told, and few of these questions are answered at all: they count less for it.
const CUT_WRONG: f64 = 0.5;
const STRANGE_WRONG: f64 = 0.1;
const STRANGE_UNSUPPORTED: f64 = 1.0;
/// The sets ask more that nothing answers than people do, and the reader tells it well enough to allow for that.
const READ_UNSUPPORTED: f64 = 0.5;

impl Course<'_> {
    /// Fits all models, one after the other; `say` hears how it goes.
    pub fn run(&self, say: &mut dyn FnMut(String)) -> Result<WrittenWeights> {
        // What was learned from a part looks better on it than it is: each part is learned from with the
        // associations of the other, and judged by the models of the other.
        let associations = PARTS.map(|part| self.associations(&[part]));
        let mut choosing = Vec::new();
        for (part, others) in PARTS.into_iter().zip(associations.iter().rev()) {
            choosing.push(self.choosing_rows(part, &read(others)?)?);
        }
        let (mut judging, mut sides) = (Judging::default(), Rows::default());
        for (from, asked) in [(0, Part::Second), (1, Part::First)] {
            let learned = self.choosing(associations[from].clone(), choosing[from].clone(), say)?;
            let learned = read(&learned)?;
            judging.append(self.judging_rows(asked, &learned)?);
            sides.append(self.side_rows(asked, &learned)?);
        }
        let mut all = Choosing::default();
        choosing.into_iter().for_each(|part| all.append(part));
        let mut weights = self.choosing(self.associations(&PARTS), all, say)?;
        let Judging { right, supported } = judging;
        say(format!("confidence and support: {} rows", right.len()));
        weights.confidence = fit::fit(&right, WordSigns::NAMES, recipe::SIGNS, self.seed.0)?;
        weights.support = fit::fit(&supported, WordSigns::NAMES, recipe::SIGNS, self.seed.0)?;
        say(format!("sides: {} rows, {} of them sides", sides.len(), sides.right()));
        weights.sides = fit::fit(&sides, SideFeatures::NAMES, recipe::SIDES, self.seed.0)?;
        weights.about = self.report(&read(&weights)?)?;
        Ok(weights)
    }

    /// Fits what decides over words and the neural reader together, beside weights that were learned from words. The
    /// sets must be others than those that the reader was trained on: there it looks better than it is.
    pub fn run_reader(
        &self,
        words: &WrittenWeights,
        say: &mut dyn FnMut(String),
    ) -> Result<WrittenReaderWeights> {
        let beside =
            |reader: WrittenReaderWeights| read(&WrittenWeights { reader: Some(reader), ..words.clone() });
        let nothing = beside(WrittenReaderWeights::default())?;
        let mut choosing = Vec::new();
        for part in PARTS {
            choosing.push(self.read_rows(part, &nothing)?);
        }
        let mut judging = Judging::default();
        for (from, asked) in [(0, Part::Second), (1, Part::First)] {
            let learned = beside(self.reading(&choosing[from], say)?)?;
            judging.append(self.judging_rows(asked, &learned)?);
        }
        let mut all = Choosing::default();
        choosing.into_iter().for_each(|part| all.append(part));
        let mut weights = self.reading(&all, say)?;
        let neural = self.sets.first().and_then(|set| set.answerer.engine().neural);
        weights.learned_with = neural.map_or(String::new(), |neural| neural.fingerprint().to_owned());
        let (names, Judging { right, supported }) = (confidence::read_names(), judging);
        say(format!("confidence and support: {} rows", right.len()));
        weights.confidence = fit::fit(&right, &names, recipe::READ_SIGNS, self.seed.0)?;
        let supported = supported.with_wrong_ones_weighing(READ_UNSUPPORTED);
        weights.support = fit::fit(&supported, &names, recipe::READ_SIGNS, self.seed.0)?;
        weights.about = self.report(&beside(weights.clone())?)?;
        Ok(weights)
    }

    /// What a part of the documents teaches about choosing and extracting with the reader.
    fn read_rows(&self, part: Part, nothing: &Weights) -> Result<Choosing> {
        let mut rows = Choosing::default();
        let of = |set: &Set, question: &Question, engine: Engine<'_>| {
            examples::read_rows(set, question, &self.scope(set, question), engine)
        };
        for ((sentences, spans), weight) in self.gather(part, nothing, &of)? {
            rows.sentences.append(sentences.weighted(weight.by(Evenness::SENTENCES)));
            rows.spans.append(spans.weighted(weight.by(Evenness::SPANS)));
        }
        Ok(rows)
    }

    /// The models that choose and extract with the reader.
    fn reading(&self, rows: &Choosing, say: &mut dyn FnMut(String)) -> Result<WrittenReaderWeights> {
        say(format!("read sentences: {} rows, spans: {}", rows.sentences.len(), rows.spans.len()));
        let sentences = fit::fit(&rows.sentences, ReadFeatures::NAMES, recipe::READ_SENTENCES, self.seed.0)?;
        let spans = fit::fit(&rows.spans, &spans::read_names(), recipe::READ_SPANS, self.seed.0)?;
        Ok(WrittenReaderWeights { sentences, spans, ..WrittenReaderWeights::default() })
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

    /// What a part of the documents teaches about choosing and extracting.
    fn choosing_rows(&self, part: Part, nothing: &Weights) -> Result<Choosing> {
        let mut rows = Choosing::default();
        for (own, weight) in self.gather(part, nothing, &|set, question, engine| {
            let scope = self.scope(set, question);
            let mut rows = examples::sentence_rows(set, question, &scope, engine, None, self.seed)?;
            if self.is_cut(question) {
                let cut = Cut(question);
                rows.append(examples::sentence_rows(set, question, &scope, engine, Some(&cut), self.seed)?);
            }
            Ok(rows)
        })? {
            rows.sentences.append(own.weighted(weight.by(Evenness::SENTENCES)));
        }
        for (own, weight) in self.gather(part, nothing, &examples::span_rows)? {
            rows.spans.append(own.weighted(weight.by(Evenness::SPANS)));
        }
        Ok(rows)
    }

    /// The models that choose and extract, beside the associations that the rows were made with.
    fn choosing(
        &self,
        associated: WrittenWeights,
        rows: Choosing,
        say: &mut dyn FnMut(String),
    ) -> Result<WrittenWeights> {
        say(format!(
            "associations: of {} words, sentences: {} rows, spans: {}",
            associated.associations.len(),
            rows.sentences.len(),
            rows.spans.len()
        ));
        let sentences = fit::fit(&rows.sentences, Features::NAMES, recipe::SENTENCES, self.seed.0)?;
        let spans = fit::fit(&rows.spans, SpanFeatures::NAMES, recipe::SPANS, self.seed.0)?;
        Ok(WrittenWeights { sentences, spans, ..associated })
    }

    /// What the questions of a part teach about what these weights tell.
    fn judging_rows(&self, part: Part, weights: &Weights) -> Result<Judging> {
        let mut rows = Judging::default();
        let judged =
            |set: &Set, question: &Question, engine: Engine<'_>| self.judged_rows(set, question, engine);
        for (own, weight) in self.gather(part, weights, &judged)? {
            rows.right.append(own.right.weighted(weight.by(Evenness::CONFIDENCE)));
            rows.supported.append(own.supported.weighted(weight.by(Evenness::SUPPORT)));
        }
        for (stranger, weight) in self.strangers(part, weights)? {
            let weight = weight.by(Evenness::STRANGERS);
            rows.right.append(stranger.right.weighted(weight * STRANGE_WRONG));
            rows.supported.append(stranger.supported.weighted(weight * STRANGE_UNSUPPORTED));
        }
        Ok(rows)
    }

    /// What the questions of a part teach about the other sides of disagreements.
    fn side_rows(&self, part: Part, weights: &Weights) -> Result<Rows> {
        let mut rows = Rows::default();
        for (own, weight) in self.gather(part, weights, &examples::side_rows)? {
            rows.append(own.weighted(weight.by(Evenness::SIDES)));
        }
        Ok(rows)
    }

    /// What the sentences that answer the questions of all sets say in other words.
    fn associations(&self, parts: &[Part]) -> WrittenWeights {
        let mut documents = HashMap::new();
        let mut pairs = Vec::new();
        for set in self.sets {
            for question in &set.questions {
                let Some(document) = question.doc_ids.first() else { continue };
                if !parts.contains(&self.seed.part(document)) || question.turns.len() > 1 {
                    continue;
                }
                let next = documents.len();
                let number = *documents.entry((&set.name, document)).or_insert(next);
                if let Some(sentence) = set.answering(question) {
                    pairs.push(Pair::of(number, &question.turns[0], sentence));
                }
            }
        }
        WrittenWeights { associations: associations::learn(&pairs), ..WrittenWeights::default() }
    }

    /// Questions of the first set, asked of the other sets' documents: nothing there answers them.
    fn strangers(&self, part: Part, weights: &Weights) -> Result<Vec<(Judged, SetSize)>> {
        let mut all = Vec::new();
        let Some((first, others)) = self.sets.split_first() else { return Ok(all) };
        for set in others {
            let engine = Engine { weights, ..set.answerer.engine() };
            let share = STRANGERS * self.drawn(set, part).len() as f64 / first.questions.len() as f64;
            let is_drawn = |question: &&Question| {
                self.seed.share(&format!("{} {}", set.name, question.id)) < share && question.turns.len() == 1
            };
            let drawn: Vec<&Question> = first.questions.iter().filter(is_drawn).collect();
            for question in &drawn {
                let stranger = Question { answerable: false, doc_ids: Vec::new(), ..(*question).clone() };
                let judged = examples::judged(&stranger, &self.scope(set, &stranger), engine, None)?;
                all.push((judged, SetSize(drawn.len())));
            }
        }
        Ok(all)
    }

    /// The questions of a set that are used, with their part: by their first document, else by their id.
    fn drawn<'s>(&self, set: &'s Set, part: Part) -> Vec<&'s Question> {
        let share = self.most_questions as f64 / set.questions.len() as f64;
        let is_drawn = |question: &&Question| {
            self.seed.part_of(question) == part
                && (!question.answerable || self.seed.share(&format!("drawn {}", question.id)) < share)
                && question.turns.len() == 1
        };
        set.questions.iter().filter(is_drawn).collect()
    }

    /// What `of` makes of all drawn questions, in their order, each with the size of its set.
    fn gather<T: Send>(
        &self,
        part: Part,
        weights: &Weights,
        of: &(dyn Fn(&Set, &Question, Engine<'_>) -> Result<T> + Sync),
    ) -> Result<Vec<(T, SetSize)>> {
        let mut all = Vec::new();
        for set in self.sets {
            let drawn = self.drawn(set, part);
            let engine = Engine { weights, ..set.answerer.engine() };
            let made: Result<Vec<T>> = drawn.par_iter().map(|question| of(set, question, engine)).collect();
            all.extend(made?.into_iter().map(|made| (made, SetSize(drawn.len()))));
        }
        Ok(all)
    }

    fn is_cut(&self, question: &Question) -> bool {
        question.answerable && self.seed.share(&format!("cut {}", question.id)) < CUT
    }

    fn judged_rows(&self, set: &Set, question: &Question, engine: Engine<'_>) -> Result<Judged> {
        let scope = self.scope(set, question);
        let mut judged = examples::judged(question, &scope, engine, None)?;
        if self.is_cut(question) {
            let cut = examples::judged(question, &scope, engine, Some(&Cut(question)))?;
            judged.right.append(cut.right.weighted(CUT_WRONG));
            judged.supported.append(cut.supported);
        }
        Ok(judged)
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
                let chosen = engine.choose(&reading);
                let confidence = match engine.conclude(&reading, &chosen) {
                    Some(conclusion) => {
                        let told = conclusion.told(&reading, &chosen.candidates[0]);
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

/// How many questions of a set were drawn.
#[derive(Clone, Copy)]
struct SetSize(usize);

impl SetSize {
    /// What each of the set's questions weighs, so that the set weighs by its size to the power of `evenness`.
    fn by(self, evenness: f64) -> f64 {
        (self.0.max(1) as f64).powf(evenness - 1.0)
    }
}

/// Examples of the models that choose and extract.
#[derive(Clone, Default)]
struct Choosing {
    sentences: Rows,
    spans: Rows,
}

impl Choosing {
    fn append(&mut self, other: Choosing) {
        self.sentences.append(other.sentences);
        self.spans.append(other.spans);
    }
}

/// Examples of the models that judge what is told.
#[derive(Default)]
struct Judging {
    right: Rows,
    supported: Rows,
}

impl Judging {
    fn append(&mut self, other: Judging) {
        self.right.append(other.right);
        self.supported.append(other.supported);
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
