//! How good the answers are: question sets asked by `passim eval`, as a page of Markdown.
//!
//! The sets of this repository, and of those that the command line names what tuning held back. Each is answered by a plain search (the best
//! passage's best sentence), by words alone, and with the neural reader where there is one in `config/reader`.

use std::fs;
use std::io::{Write, stderr};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, ensure};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::machine::Facts;
use crate::page::made;

/// A question set with its documents.
struct Set {
    name: String,
    file: PathBuf,
    /// Where they are not in the folder `docs` beside it.
    corpus: Option<PathBuf>,
    /// Tuning has learned from it: only what it held back is asked.
    is_learned_from: bool,
}

/// Figures of `passim eval`, and what they say.
const FIGURES: [(&str, &str); 6] = [
    ("right40", "answered right, in at most 40 words, citing a source that says so"),
    ("abst_rec", "declined where the documents do not say"),
    ("false_abst", "declined although they do"),
    ("cite1", "the first source cited is a right one"),
    ("success5", "a right source is among the first five"),
    ("in_order", "words of the answer that stand in the quote, in its order"),
];

/// `sample` questions of each set at most.
pub fn page(
    sets: &[PathBuf],
    sample: Option<usize>,
    data: &Path,
    command: &str,
    facts: &Facts,
) -> anyhow::Result<String> {
    let mut page = format!(
        "# Quality\n\n\
         How good the answers are, measured with `passim eval` over question sets whose answers are known. The plain\n\
         search is the best sentence of the best passage, without anything that passim adds. In brackets stand 95 %\n\
         intervals: with other questions of the same kind the share would lie between these.\n\n{}| reader | {} |\n",
        made(command, facts),
        reader()?
    );
    for set in own().into_iter().chain(named(sets)?) {
        writeln!(stderr(), "asking {}", set.name)?;
        page.push_str(&section(&set, sample, data)?);
    }
    Ok(page)
}

impl Set {
    /// What of the set is not asked, in words.
    fn left_out(&self) -> &'static str {
        if self.is_learned_from { ", about documents that passim has not learned from" } else { "" }
    }
}

fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn own() -> Vec<Set> {
    let set = |name: &str, file: &str, corpus: Option<&str>| Set {
        name: name.to_owned(),
        file: repository().join(file),
        corpus: corpus.map(|corpus| repository().join(corpus)),
        is_learned_from: false,
    };
    vec![
        set("The documents that ship", "tests/questions/seeds.jsonl", Some("seeds")),
        set("A team's handbook", "tests/handbook/questions.jsonl", None),
        set("Conversations about that handbook", "tests/handbook/dialogues.jsonl", None),
    ]
}

/// Files, or folders with a `questions.jsonl`; each is called as its folder or its file.
fn named(paths: &[PathBuf]) -> anyhow::Result<Vec<Set>> {
    let set = |path: &PathBuf| {
        let file = if path.is_dir() { path.join("questions.jsonl") } else { path.clone() };
        ensure!(
            file.is_file(),
            "there is no question set {}; name a folder with questions.jsonl, or a file",
            file.display()
        );
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        Ok(Set { name, file, corpus: None, is_learned_from: true })
    };
    paths.iter().map(set).collect()
}

/// Which model reads, by its hash.
fn reader() -> anyhow::Result<String> {
    let model = repository().join("config/reader/model.onnx");
    if !model.exists() {
        return Ok("none: words alone choose".to_owned());
    }
    let bytes = fs::read(&model)?;
    let hash: String = Sha256::digest(&bytes).iter().take(6).map(|byte| format!("{byte:02x}")).collect();
    Ok(format!("{:.1} MB, sha256 {hash}…", bytes.len() as f64 / 1e6))
}

fn section(set: &Set, sample: Option<usize>, data: &Path) -> anyhow::Result<String> {
    let alone = eval(set, sample, data, &["--chooser", "lexical"])?;
    let beside = eval(set, sample, data, &["--beside"])?;
    let has_reader = beside["overall"]["both"].is_object();
    let mut columns = vec![("plain search", &alone["baseline"]), ("words alone", &alone["overall"])];
    if has_reader {
        columns.push(("reader alone", &beside["overall"]["reader"]));
        columns.push(("words and reader", &beside["overall"]["both"]));
    }
    let names: Vec<&str> = columns.iter().map(|(name, _)| *name).collect();
    let mut text = format!("\n## {}\n\n{} questions{}.\n\n", set.name, alone["n"], set.left_out());
    text.push_str(&format!("| share | {} |\n| --- |{}\n", names.join(" | "), " --- |".repeat(names.len())));
    for (figure, about) in FIGURES {
        if columns.iter().all(|(_, figures)| figures[figure]["value"].is_null()) {
            continue;
        }
        let cells: Vec<String> = columns.iter().map(|(_, figures)| with_interval(&figures[figure])).collect();
        text.push_str(&format!("| {about} | {} |\n", cells.join(" | ")));
    }
    if let Some(gained) = beside["gained"]["right40"].as_object() {
        let share = |name: &str| gained.get(name).and_then(Value::as_f64).unwrap_or(f64::NAN);
        let (value, low, high) = (share("value"), share("lo"), share("hi"));
        text.push_str(&format!(
            "\nThe reader adds {value:+.3} ({low:+.3} to {high:+.3}) to what is answered right.\n"
        ));
    }
    let ways = if has_reader { &["lexical", "reader", "both"][..] } else { &["lexical"] };
    let times: Vec<String> = ways.iter().map(|way| time(way, &beside["latency_ms"][way])).collect();
    text.push_str(&format!("\nOne answer, median and 99th percentile: {}.\n", times.join("; ")));
    Ok(text)
}

fn with_interval(figure: &Value) -> String {
    let Some(value) = figure["value"].as_f64() else { return String::new() };
    match (figure["lo"].as_f64(), figure["hi"].as_f64()) {
        (Some(low), Some(high)) => format!("{value:.2} ({low:.2} to {high:.2})"),
        _ => format!("{value:.2}"),
    }
}

fn time(way: &str, latency: &Value) -> String {
    let name = match way {
        "lexical" => "words alone",
        "reader" => "reader alone",
        _ => "words and reader",
    };
    let milliseconds = |name: &str| latency[name].as_f64().unwrap_or(f64::NAN);
    format!("{name} {:.1} and {:.1} ms", milliseconds("p50"), milliseconds("p99"))
}

/// With the configuration folder of this repository, and an index of its own.
fn eval(set: &Set, sample: Option<usize>, data: &Path, how: &[&str]) -> anyhow::Result<Value> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_passim"));
    command.env_clear().current_dir(repository()).arg("--data").arg(data);
    if let Some(corpus) = &set.corpus {
        command.arg("--corpus").arg(corpus);
    }
    command.arg("eval").arg(&set.file).arg("--json").args(how);
    if set.is_learned_from {
        command.args(["--part", "held-back"]);
    }
    if let Some(sample) = sample {
        command.arg("--sample").arg(sample.to_string());
    }
    let output = command.stderr(Stdio::inherit()).output()?;
    ensure!(output.status.success(), "passim eval over {} failed: {}", set.file.display(), output.status);
    serde_json::from_slice(&output.stdout)
        .with_context(|| format!("passim eval over {} printed no figures", set.name))
}
