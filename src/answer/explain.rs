//! How an answer was chosen: every number that led to it, adding up to its score, and which rule put the others
//! aside.

use serde::Serialize;

use super::confidence;
use super::headline;
use super::lexicon::Lexicon;
use super::polarity::{self, Polarity};
use super::question::{Asked, Question, Role};
use super::sentences::{self, Candidate};
use super::terms::{self, Correction};
use super::values;
use super::{AnswerError, Options, check_sources};
use crate::retrieval::{Hit, Index};

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
    pub sentence: String,
    pub score: f64,
    /// Their contributions add up to the score.
    pub features: Vec<Contribution>,
    /// What the sentence offers as a short answer, best first.
    pub values: Vec<ExplainedValue>,
    /// Why it is not the answer; `None` for the one that is.
    pub rejected: Option<String>,
}

#[derive(Debug, Serialize)]
pub struct ExplainedValue {
    pub text: String,
    /// How well it fits the kind that is asked for, by itself.
    pub fit: f64,
    /// `fit`, and how close it stands to the words of the question.
    pub score: f64,
    pub rejected: Option<String>,
}

#[derive(Debug, Clone, Copy, Serialize)]
pub struct Contribution {
    pub name: &'static str,
    pub value: f64,
    pub weight: f64,
    /// `value` times `weight`.
    pub contribution: f64,
}

#[derive(Debug, Serialize)]
pub struct ExplainedConfidence {
    /// The logistic function of the sum of intercept and contributions.
    pub value: f64,
    pub intercept: f64,
    pub signs: Vec<Contribution>,
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
pub fn explain(
    text: &str,
    sources: &[String],
    index: &Index,
    lexicon: &Lexicon,
    options: Options,
) -> Result<Explanation, AnswerError> {
    check_sources(sources, index)?;
    let question = Question::parse(text.trim(), lexicon);
    let (terms, corrections) = terms::weigh(&question, index, options.spelling)?;
    let hits = index.search(&terms::query(&terms, sources), options.passages)?;
    let candidates = sentences::choose(&question, &terms, &hits, lexicon);
    let (confidence, signs) = confidence::weigh(&question, &terms, &candidates);
    let explained_terms = terms.iter().map(|term| ExplainedTerm {
        word: term.term.word.clone(),
        role: term.term.role,
        forms: term.forms.iter().map(|form| (form.stems.join(" "), form.quality)).collect(),
        weight: term.weight,
        is_known: term.is_known,
    });
    let declined = match candidates.first() {
        None => Some("no passage has a word of the question".to_owned()),
        Some(_) if confidence < options.threshold => {
            Some(format!("the confidence {confidence:.2} is below answer.threshold {:.2}", options.threshold))
        }
        Some(_) => None,
    };
    Ok(Explanation {
        question: question.text.clone(),
        asked: question.asked,
        terms: explained_terms.collect(),
        corrections,
        passages: hits.len(),
        candidates: explained_candidates(&question, &candidates, &hits),
        confidence: ExplainedConfidence {
            value: confidence,
            intercept: confidence::INTERCEPT,
            signs: contributions(&signs.each()),
            threshold: options.threshold,
            declined,
        },
        polarity: explained_polarity(&question, &candidates, &hits),
    })
}

fn explained_polarity(
    question: &Question,
    candidates: &[Candidate<'_>],
    hits: &[Hit<'_>],
) -> Option<ExplainedPolarity> {
    let verdict = polarity::judge(question, candidates, hits)?;
    Some(ExplainedPolarity {
        polarity: verdict.polarity,
        probability: verdict.probability,
        intercept: polarity::INTERCEPT,
        evidence: contributions(&verdict.evidence.each()),
    })
}

fn explained_candidates(
    question: &Question,
    candidates: &[Candidate<'_>],
    hits: &[Hit<'_>],
) -> Vec<ExplainedCandidate> {
    let best = candidates.first().map_or(0.0, |candidate| candidate.score);
    let explained = candidates.iter().take(SHOWN).enumerate().map(|(rank, candidate)| {
        let hit = &hits[candidate.hit];
        let behind = best - candidate.score;
        ExplainedCandidate {
            source: hit.source.description.id.clone(),
            path: hit.passage.path.clone(),
            line: hit.passage.line_at(candidate.span.start),
            sentence: candidate.sentence.text.to_owned(),
            score: candidate.score,
            features: contributions(&candidate.features.each()),
            values: explained_values(question, candidate),
            rejected: (rank > 0).then(|| format!("scores {behind:.2} less than the best")),
        }
    });
    explained.collect()
}

fn explained_values(question: &Question, candidate: &Candidate<'_>) -> Vec<ExplainedValue> {
    let least = headline::least_score(question.asked);
    let ranked = values::ranked(question, &candidate.sentence).into_iter().enumerate();
    let explained = ranked.map(|(rank, value)| ExplainedValue {
        text: candidate.sentence.text[value.span.range()].to_owned(),
        fit: value.fit,
        score: value.score,
        rejected: match () {
            () if rank > 0 => Some("another value of the sentence scores better".to_owned()),
            () if value.score < least => {
                Some(format!("scores less than {least:.2}: the sentence is told instead"))
            }
            () => None,
        },
    });
    explained.collect()
}

fn contributions(each: &[(&'static str, f64, f64)]) -> Vec<Contribution> {
    let contribution = |(name, value, weight): &(&'static str, f64, f64)| Contribution {
        name,
        value: *value,
        weight: *weight,
        contribution: value * weight,
    };
    each.iter().map(contribution).collect()
}
