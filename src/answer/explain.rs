//! How an answer was chosen: every number that led to it, adding up to its score, and which rule put the others
//! aside.

use serde::Serialize;

use super::features::Features;
use super::marked::ReadFeatures;
use super::model::Trees;
use super::polarity::{self, Polarity, Verdict};
use super::question::{Asked, Question, Role};
use super::sentences::Candidate;
use super::spans::{self, Scoring};
use super::spelling::Correction;
use super::weights::Weights;
use super::{AnswerError, Chooser, Conclusion, Engine, Reading};
use crate::retrieval::Hit;

/// How many sentences are shown.
const SHOWN: usize = 10;

#[derive(Debug, Serialize)]
pub struct Explanation {
    pub question: String,
    /// The kind of answer that was asked for.
    pub asked: Asked,
    pub terms: Vec<ExplainedTerm>,
    pub corrections: Vec<Correction>,
    /// How many passages were searched for sentences.
    pub passages: usize,
    /// The best sentences, best first.
    pub candidates: Vec<ExplainedCandidate>,
    pub confidence: ExplainedConfidence,
    /// How a yes or no question is answered; `None` for any other.
    pub polarity: Option<ExplainedPolarity>,
}

#[derive(Debug, Serialize)]
pub struct ExplainedTerm {
    pub word: String,
    pub role: Role,
    /// Stems that count as the word, best first, with how much each proves.
    pub forms: Vec<(String, f64)>,
    pub weight: f64,
    pub is_known: bool,
}

#[derive(Debug, Serialize)]
pub struct ExplainedCandidate {
    pub source: String,
    pub path: String,
    pub line: usize,
    /// From 1, where the source has pages.
    pub page: Option<u32>,
    pub sentence: String,
    /// Log-odds that it holds the answer, by its words.
    pub score: f64,
    /// The score before any feature was seen.
    pub intercept: f64,
    /// Their contributions and the intercept add up to the score.
    pub features: Vec<Contribution>,
    /// What the neural reader makes of it, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub read: Option<ExplainedRead>,
    /// What the sentence offers as a short answer, best first.
    pub values: Vec<ExplainedValue>,
    /// Why it is not the answer; `None` for the one that is.
    pub rejected: Option<String>,
}

/// A sentence after the reader has read the best of them.
#[derive(Debug, Serialize)]
pub struct ExplainedRead {
    /// Log-odds that it holds the answer, by its words (the feature `score`) and by the reader.
    pub score: f64,
    pub intercept: f64,
    /// Their contributions and the intercept add up to the score.
    pub features: Vec<Contribution>,
}

#[derive(Debug, Serialize)]
pub struct ExplainedValue {
    pub text: String,
    /// How likely it is right, if the sentence is: 0 to 1.
    pub probability: f64,
}

#[derive(Debug, Clone, Copy, Serialize)]
pub struct Contribution {
    pub name: &'static str,
    pub value: f64,
    /// What it changed, in log-odds.
    pub contribution: f64,
}

#[derive(Debug, Serialize)]
pub struct ExplainedConfidence {
    /// The logistic function of the sum of intercept and contributions.
    pub value: f64,
    pub intercept: f64,
    pub signs: Vec<Contribution>,
    /// How likely the sources answer the question at all, which decides whether it is answered.
    pub support: f64,
    pub support_intercept: f64,
    pub support_signs: Vec<Contribution>,
    /// `answer.threshold`.
    pub threshold: f64,
    /// Why the question was declined, if it was.
    pub declined: Option<String>,
}

#[derive(Debug, Serialize)]
pub struct ExplainedPolarity {
    pub polarity: Polarity,
    /// How likely the answer is yes: the logistic function of the sum of intercept and contributions.
    pub probability: f64,
    pub intercept: f64,
    pub evidence: Vec<Contribution>,
}

/// What [`answer`](super::answer) does with the same question, step by step.
pub fn explain(text: &str, sources: &[String], engine: Engine<'_>) -> Result<Explanation, AnswerError> {
    let reading = engine.read(text.trim(), sources, engine.options.passages)?;
    let chosen = engine.choose(&reading);
    let conclusion = engine.conclude(&reading, &chosen);
    let threshold = engine.options.threshold;
    let confidence = conclusion.as_ref().map_or(0.0, |conclusion| conclusion.confidence);
    let verdict = conclusion.as_ref().and_then(|conclusion| conclusion.verdict);
    let polarity = verdict.as_ref().map(explained_polarity);
    let support = conclusion.as_ref().map_or(0.0, |conclusion| conclusion.support);
    let [(intercept, signs), (support_intercept, support_signs)] = match &conclusion {
        Some(Conclusion { signs, .. }) => {
            engine.models(signs).map(|model| contributions(&signs.names(), &signs.values(), model))
        }
        None => Default::default(),
    };
    let Reading { question, terms, corrections, hits } = &reading;
    let explained_terms = terms.iter().map(|term| ExplainedTerm {
        word: term.term.word.clone(),
        role: term.term.role,
        forms: term.forms.iter().map(|form| (form.stems.join(" "), form.quality)).collect(),
        weight: term.weight,
        is_known: term.is_known,
    });
    let declined = declined(conclusion.as_ref(), threshold);
    Ok(Explanation {
        question: text.trim().to_owned(),
        asked: question.asked,
        terms: explained_terms.collect(),
        corrections: corrections.clone(),
        passages: hits.len(),
        candidates: explained_candidates(question, &chosen.candidates, hits, engine),
        confidence: ExplainedConfidence {
            value: confidence,
            intercept,
            signs,
            support,
            support_intercept,
            support_signs,
            threshold,
            declined,
        },
        polarity,
    })
}

/// Why nothing is answered, if so; there is no conclusion where no sentence was found.
pub(super) fn declined(conclusion: Option<&Conclusion>, threshold: f64) -> Option<String> {
    let Some(Conclusion { support, is_unmentioned, .. }) = conclusion else {
        return Some("no passage has a word of the question".to_owned());
    };
    if *is_unmentioned {
        return Some("what is counted is in no source".to_owned());
    }
    (*support < threshold)
        .then(|| format!("the support {support:.2} is below answer.threshold {threshold:.2}"))
}

fn explained_polarity(verdict: &Verdict) -> ExplainedPolarity {
    let part = |(name, value, weight): (&'static str, f64, f64)| Contribution {
        name,
        value,
        contribution: value * weight,
    };
    ExplainedPolarity {
        polarity: verdict.polarity,
        probability: verdict.probability,
        intercept: polarity::INTERCEPT,
        evidence: verdict.evidence.each().into_iter().map(part).collect(),
    }
}

fn explained_candidates(
    question: &Question,
    candidates: &[Candidate<'_>],
    hits: &[Hit<'_>],
    engine: Engine<'_>,
) -> Vec<ExplainedCandidate> {
    let best = candidates.first().map_or(0.0, Candidate::log_odds);
    let explained = candidates.iter().take(SHOWN).enumerate().map(|(rank, candidate)| {
        let hit = &hits[candidate.hit];
        let behind = best - candidate.log_odds();
        let (intercept, features) =
            contributions(Features::NAMES, &candidate.features.values(), &engine.weights.sentences);
        ExplainedCandidate {
            source: hit.source.description.id.clone(),
            path: hit.passage.path.clone(),
            line: hit.passage.line_at(candidate.span.start),
            page: hit.passage.page_at(candidate.span.start),
            sentence: candidate.sentence.text.to_owned(),
            score: candidate.score,
            intercept,
            features,
            read: explained_read(candidate, engine),
            values: explained_values(question, candidate, engine.weights),
            rejected: (rank > 0).then(|| format!("scores {behind:.2} less than the best")),
        }
    });
    explained.collect()
}

fn explained_read(candidate: &Candidate<'_>, engine: Engine<'_>) -> Option<ExplainedRead> {
    let (read, values) = (candidate.read.as_ref()?, candidate.read.as_ref()?.features.values());
    let (intercept, features) = match (engine.options.chooser, &engine.weights.reader) {
        (Chooser::Both, Some(weights)) => contributions(ReadFeatures::NAMES, &values, &weights.sentences),
        _ => {
            let margin = read.features.margin;
            (0.0, vec![Contribution { name: "margin", value: margin, contribution: margin }])
        }
    };
    Some(ExplainedRead { score: read.score, intercept, features })
}

fn explained_values(
    question: &Question,
    candidate: &Candidate<'_>,
    weights: &Weights,
) -> Vec<ExplainedValue> {
    let ranked = spans::ranked(question, &candidate.sentence, Scoring::of(candidate, weights));
    let explained = ranked.into_iter().map(|short| ExplainedValue {
        text: candidate.sentence.text[short.value.span.range()].to_owned(),
        probability: short.probability,
    });
    explained.collect()
}

/// What was there before, and what each feature that matters changed.
fn contributions(names: &[&'static str], values: &[f32], model: &Trees) -> (f64, Vec<Contribution>) {
    let (before, brought) = model.contributions(values);
    let parts = names.iter().zip(values).zip(brought).map(|((name, value), brought)| Contribution {
        name,
        value: f64::from(*value),
        contribution: brought,
    });
    (before, parts.filter(|part| part.contribution != 0.0).collect())
}
