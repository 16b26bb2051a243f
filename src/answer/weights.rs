//! What was learned: the models behind choosing, extracting and confidence, in one file that `passim tune` writes.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::agreement::SideFeatures;
use super::associations::Associations;
use super::confidence::{self, WordSigns};
use super::features::Features;
use super::marked::ReadFeatures;
use super::model::{ModelError, Trees, WrittenTrees};
use super::spans::{self, SpanFeatures};

/// The file as it is written.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrittenWeights {
    /// How the figures came about, for people.
    pub about: Vec<String>,
    /// Stems of questions, each with the stems of sentences that answer for it: "die: death 0.31 kill 0.13".
    pub associations: Vec<String>,
    /// How much a sentence looks like the one with the answer, beside the others that were found.
    pub sentences: WrittenTrees,
    /// How much a run of words looks like the answer, beside the others of its sentence.
    pub spans: WrittenTrees,
    /// Log-odds that the answer is right.
    pub confidence: WrittenTrees,
    /// Log-odds that the sources answer the question at all.
    pub support: WrittenTrees,
    /// Log-odds that another source's sentence is the other side of a disagreement.
    pub sides: WrittenTrees,
    /// The same where the neural reader has read the best passages; without these it is not asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reader: Option<WrittenReaderWeights>,
}

/// What decides over words and reader together.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrittenReaderWeights {
    /// The fingerprint of the reader that this was learned with; another one deserves other weights.
    pub learned_with: String,
    /// How the figures came about, for people.
    pub about: Vec<String>,
    /// How much a sentence looks like the one with the answer, beside the others that were found.
    pub sentences: WrittenTrees,
    /// How much a run of words looks like the answer, beside the others of its sentence.
    pub spans: WrittenTrees,
    /// Log-odds that the answer is right.
    pub confidence: WrittenTrees,
    /// Log-odds that the sources answer the question at all.
    pub support: WrittenTrees,
}

/// The models, ready to be used.
#[derive(Debug, Clone, Default)]
pub struct Weights {
    pub associations: Associations,
    pub sentences: Trees,
    pub spans: Trees,
    pub confidence: Trees,
    pub support: Trees,
    pub sides: Trees,
    pub reader: Option<ReaderWeights>,
}

/// The models over words and reader together.
#[derive(Debug, Clone, Default)]
pub struct ReaderWeights {
    pub learned_with: String,
    pub sentences: Trees,
    pub spans: Trees,
    pub confidence: Trees,
    pub support: Trees,
}

#[derive(Debug, Error)]
#[error("{file}: {reason}; 'passim tune' writes it anew")]
pub struct WeightsError {
    pub file: String,
    pub reason: String,
}

impl Weights {
    /// Reads the text of a weights file; `file` names it in errors.
    pub fn parse(text: &str, file: &str) -> Result<Weights, WeightsError> {
        let error = |reason: String| WeightsError { file: file.to_owned(), reason };
        let written: WrittenWeights = toml::from_str(text).map_err(|reason| error(reason.to_string()))?;
        Weights::read(&written).map_err(error)
    }

    /// What was learned, by a file's content; an error names the part that is wrong.
    pub fn read(written: &WrittenWeights) -> Result<Weights, String> {
        let part = |name, trees, names| {
            Trees::read(trees, names).map_err(|reason: ModelError| format!("[{name}]: {reason}"))
        };
        Ok(Weights {
            associations: Associations::read(&written.associations)
                .map_err(|reason| format!("associations: {reason}"))?,
            sentences: part("sentences", &written.sentences, Features::NAMES)?,
            spans: part("spans", &written.spans, SpanFeatures::NAMES)?,
            confidence: part("confidence", &written.confidence, WordSigns::NAMES)?,
            support: part("support", &written.support, WordSigns::NAMES)?,
            sides: part("sides", &written.sides, SideFeatures::NAMES)?,
            reader: written.reader.as_ref().map(ReaderWeights::read).transpose()?,
        })
    }
}

impl ReaderWeights {
    fn read(written: &WrittenReaderWeights) -> Result<ReaderWeights, String> {
        let part = |name, trees, names: &[&str]| {
            Trees::read(trees, names).map_err(|reason: ModelError| format!("[reader.{name}]: {reason}"))
        };
        Ok(ReaderWeights {
            learned_with: written.learned_with.clone(),
            sentences: part("sentences", &written.sentences, ReadFeatures::NAMES)?,
            spans: part("spans", &written.spans, &spans::read_names())?,
            confidence: part("confidence", &written.confidence, &confidence::read_names())?,
            support: part("support", &written.support, &confidence::read_names())?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHIPPED: &str = include_str!("../../config/weights.toml");

    #[test]
    fn what_is_wrong_with_a_file_names_its_part() {
        let wrong = |from: &str, to: &str| {
            Weights::parse(&SHIPPED.replacen(from, to, 1), "weights.toml").unwrap_err().to_string()
        };
        let cases = [
            ("coverage_near<", "colour<", "asks for the feature 'colour'"),
            ("[sentences]", "[phrases]", "phrases"),
            ("[reader.spans]", "[reader.runs]", "runs"),
        ];
        for (from, to, expected) in cases {
            let error = wrong(from, to);
            assert!(error.contains("weights.toml") && error.contains(expected), "{error}");
            assert!(error.contains("passim tune"), "{error}");
        }
    }

    #[test]
    fn without_a_part_for_the_reader_it_is_not_asked() {
        let mut written: WrittenWeights = toml::from_str(SHIPPED).unwrap();
        assert!(Weights::read(&written).unwrap().reader.is_some());
        written.reader = None;
        let text = toml::to_string_pretty(&written).unwrap();
        assert!(Weights::parse(&text, "weights.toml").unwrap().reader.is_none());
    }
}
