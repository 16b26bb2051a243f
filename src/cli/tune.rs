//! `passim tune`: the weights of answering, learned from question sets.

use std::collections::HashMap;
use std::io::{Write, stderr};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;
use clap::Args;

use super::{Failure, open};
use crate::Answerer;
use crate::answer::weights::WrittenWeights;
use crate::eval::question_set;
use crate::neural::NeuralReader;
use crate::settings::{ReaderSettings, Settings};
use crate::tune::{Course, Seed, Set};

#[derive(Debug, Args)]
pub struct Tune {
    /// Question sets: one JSON object a line. Their documents are the folders `docs` beside them
    #[arg(value_name = "FILE.jsonl", required = true)]
    sets: Vec<PathBuf>,
    /// Where the weights are written
    #[arg(long, value_name = "FILE", default_value = "config/weights.toml")]
    out: PathBuf,
    /// Learn only what decides over words and the neural reader together, beside the other weights as they are. The
    /// sets must not be those that the reader was trained on
    #[arg(long)]
    reader: bool,
    /// What all chance follows from
    #[arg(long, default_value_t = 7)]
    seed: u64,
    /// Draw at most so many questions of a set
    #[arg(long, value_name = "N", default_value_t = 20_000)]
    most: usize,
}

pub(super) fn run(command: &Tune, settings: &Settings) -> Result<(), Failure> {
    let neural = if command.reader { Some(patient_reader(settings)?) } else { None };
    let sets: Result<Vec<Set>, Failure> =
        command.sets.iter().map(|path| set(path, settings, neural.clone())).collect();
    let course = Course { sets: &sets?, seed: Seed(command.seed), most_questions: command.most };
    let mut say = |line: String| {
        // Standard error may be closed: then there is nobody to tell.
        let _ = writeln!(stderr(), "passim: {line}");
    };
    let weights = if command.reader {
        let words = written(&command.out)?;
        let reader = course.run_reader(&words, &mut say)?;
        reader.about.iter().for_each(|line| say(line.clone()));
        WrittenWeights { reader: Some(reader), ..words }
    } else {
        let weights = course.run(&mut say)?;
        weights.about.iter().for_each(|line| say(line.clone()));
        say("what decides with the reader has to be learned again: --reader".to_owned());
        weights
    };
    let text = toml::to_string_pretty(&weights).context("the weights cannot be written as TOML")?;
    std::fs::write(&command.out, text).with_context(|| format!("cannot write {}", command.out.display()))?;
    Ok(())
}

/// A reader that is waited for as long as it takes: what it was late for would be learned as having none.
fn patient_reader(settings: &Settings) -> Result<Arc<NeuralReader>, Failure> {
    let patient = ReaderSettings { patience_seconds: 3_600, ..settings.reader.clone() };
    Ok(patient
        .open()?
        .context("there is no neural reader to learn with: reader.folder has none, or it is off")?)
}

/// The weights as they are, to be added to.
fn written(path: &Path) -> Result<WrittenWeights, Failure> {
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let reason = || format!("cannot add what is learned with the reader to {}", path.display());
    Ok(toml::from_str(&text).with_context(reason)?)
}

fn set(path: &Path, settings: &Settings, neural: Option<Arc<NeuralReader>>) -> Result<Set, Failure> {
    let questions = question_set::read(path)?;
    let folder = path.parent().unwrap_or(Path::new("."));
    let docs = folder.join("docs");
    let answerer = Answerer::unlearned(open::index(&docs, settings)?, settings, neural)?;
    let mut texts = HashMap::new();
    for source in answerer.index().sources() {
        let file = docs.join(&source.description.path);
        let text =
            std::fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
        texts.insert(source.description.id.clone(), text);
    }
    let name = folder.file_name().map_or_else(|| "set".into(), |name| name.to_string_lossy()).into_owned();
    Ok(Set { name, questions, answerer, texts })
}
