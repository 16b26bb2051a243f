//! `passim verify`: whether old answers still hold.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use anyhow::anyhow;
use clap::Args;
use serde::Serialize;

use super::draw::{BOLD, DIM, printable};
use super::{Failure, keep, open};
use crate::answer::receipt::is_base32;
use crate::answer::reply::spoken_place;
use crate::language::Language;
use crate::live;
use crate::proof::{Checked, Now, Part, Proof, Proofs, Reason, Sources, Standing, Summary, difference};
use crate::settings::Settings;
use crate::store::{Claims, Store};
use crate::tables::written;

const REMOVED: Style = AnsiColor::Red.on_default().strikethrough();
const ADDED: Style = AnsiColor::Green.on_default();

#[derive(Debug, Args)]
pub struct Verify {
    /// The receipts of answers, as 'ask --json' prints them and Discord's Why shows them
    #[arg(value_name = "RECEIPT", required_unless_present = "all", conflicts_with = "all")]
    receipts: Vec<String>,
    /// Verify every answer that was kept
    #[arg(long)]
    all: bool,
    /// Print the verdicts as JSON
    #[arg(long)]
    json: bool,
}

impl Verify {
    /// Of one answer, for people.
    pub(super) fn of(receipt: &str) -> Verify {
        Verify { receipts: vec![receipt.to_owned()], all: false, json: false }
    }
}

pub(super) fn run(command: &Verify, settings: &Settings) -> Result<(), Failure> {
    let ids =
        command.receipts.iter().map(|name| receipt_id(name)).collect::<Result<Vec<String>, Failure>>()?;
    let sources = Sources::open(settings.corpus_dir()?, live::reader(settings, settings.corpus_dir()?))?;
    let store = keep::store_if_any(settings)?;
    let mut out = Out::new(command.json, !command.all)?;
    let unknown = match (&store, command.all) {
        (None, _) => ids,
        (Some(store), true) => {
            let mut proofs = Proofs::of_all(store, sources);
            while let Some(batch) = proofs.next_batch()? {
                out.show(&batch)?;
            }
            if proofs.others() > 0 {
                let others = answers(proofs.others());
                open::note(&format!("{others} of other folders left out; name the folder with --corpus"));
            }
            Vec::new()
        }
        (Some(store), false) => {
            let (claims, unknown) = look_up(store, ids)?;
            let mut sources = sources;
            out.show(&sources.prove(claims)?)?;
            unknown
        }
    };
    let summary = out.end()?;
    if !unknown.is_empty() {
        let unknown = unknown.join(", ");
        return Err(anyhow!(
            "no answer is kept under {unknown}; receipts are kept with what was asked, and go when that does"
        )
        .into());
    }
    match summary.receipts - summary.holds {
        0 => Ok(()),
        stale => {
            let all = answers(summary.receipts);
            Err(Failure::Stale(anyhow!(
                "{stale} of {all} {} not hold any more",
                if stale == 1 { "does" } else { "do" }
            )))
        }
    }
}

/// A receipt as it is kept, of what somebody typed.
pub(super) fn receipt_id(typed: &str) -> Result<String, Failure> {
    let id = typed.trim().to_lowercase();
    if is_base32(&id) {
        return Ok(id);
    }
    Err(Failure::Wrong(anyhow!(
        "'{}' is no receipt: one has 16 characters, digits and letters without i, l, o and u",
        printable(typed)
    )))
}

/// The receipts that are there, and the ids of the others.
fn look_up(store: &Store, ids: Vec<String>) -> Result<(Vec<Claims>, Vec<String>), Failure> {
    let (mut claims, mut unknown) = (Vec::new(), Vec::new());
    for id in ids {
        match store.receipt(&id)? {
            Some(receipt) => claims.push(Claims::from(receipt)),
            None => unknown.push(id),
        }
    }
    Ok((claims, unknown))
}

fn answers(count: usize) -> String {
    if count == 1 { "1 answer".to_owned() } else { format!("{count} answers") }
}

/// Where the verdicts go, one after the other.
enum Out {
    Json {
        out: io::BufWriter<io::StdoutLock<'static>>,
        summary: Summary,
    },
    Text {
        out: io::BufWriter<anstream::AutoStream<io::StdoutLock<'static>>>,
        is_each_shown: bool,
        summary: Summary,
    },
}

impl Out {
    /// `is_each_shown`: also what holds has a line.
    fn new(is_json: bool, is_each_shown: bool) -> Result<Out, Failure> {
        let summary = Summary::default();
        if !is_json {
            let out = io::BufWriter::new(anstream::stdout().lock());
            return Ok(Out::Text { out, is_each_shown, summary });
        }
        let mut out = io::BufWriter::new(io::stdout().lock());
        write!(out, "{{\"receipts\":[")?;
        Ok(Out::Json { out, summary })
    }

    fn show(&mut self, proofs: &[Proof]) -> Result<(), Failure> {
        for proof in proofs {
            match self {
                Out::Json { out, summary } => {
                    let separator = if summary.receipts == 0 { "\n" } else { ",\n" };
                    write!(out, "{separator}")?;
                    serde_json::to_writer(&mut *out, &Json::of(proof)).map_err(io::Error::from)?;
                    summary.count(proof);
                }
                Out::Text { out, is_each_shown, summary } => {
                    summary.count(proof);
                    if *is_each_shown || proof.standing() != Standing::Holds {
                        out.write_all(text(proof).as_bytes())?;
                    }
                }
            }
        }
        Ok(())
    }

    fn end(self) -> Result<Summary, Failure> {
        match self {
            Out::Json { mut out, summary } => {
                let told = serde_json::to_string(&summary)?;
                writeln!(out, "\n],\"summary\":{told}}}")?;
                out.flush()?;
                Ok(summary)
            }
            Out::Text { mut out, is_each_shown, summary } => {
                if !is_each_shown {
                    writeln!(out, "{}", summed_up(&summary))?;
                }
                out.flush()?;
                Ok(summary)
            }
        }
    }
}

/// "12 receipts: 10 hold, 1 changed, 1 source gone".
fn summed_up(summary: &Summary) -> String {
    let receipts =
        if summary.receipts == 1 { "1 receipt".to_owned() } else { format!("{} receipts", summary.receipts) };
    let counted = [
        (summary.holds, "hold"),
        (summary.changed, "changed"),
        (summary.moved, "moved"),
        (summary.gone, "source gone"),
    ];
    let told = counted.iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}"));
    let told: Vec<String> = told.collect();
    if told.is_empty() { receipts } else { format!("{receipts}: {}", told.join(", ")) }
}

/// One line for what holds, and all there is to know about what does not.
fn text(proof: &Proof) -> String {
    let standing = proof.standing();
    let answer = if proof.is_declined { "the sources did not say" } else { &proof.answer };
    let head = format!("{BOLD}{}{BOLD:#}  {}", printable(&proof.receipt), word(standing));
    let is_quiet = proof.citations.iter().all(|checked| checked.standing == Standing::Holds);
    if standing == Standing::Holds && is_quiet {
        let places: Vec<String> = proof.citations.iter().map(held_in).collect();
        let places = if places.is_empty() { "cites nothing".to_owned() } else { places.join("; ") };
        return format!("{head}  {}  {DIM}{}{DIM:#}\n", line(answer), printable(&places));
    }
    let mut text = format!("{head}  {}\n  {}\n", line(&proof.question), line(answer));
    for (number, checked) in proof.citations.iter().enumerate() {
        text.push_str(&citation(number + 1, checked));
    }
    text
}

fn word(standing: Standing) -> &'static str {
    match standing {
        Standing::Holds => "holds",
        Standing::Moved => "moved",
        Standing::Changed => "changed",
        Standing::Gone => "source gone",
    }
}

/// "004, line 31", and the line of today where that is another one.
fn held_in(checked: &Checked) -> String {
    let source = &checked.cited.source;
    match (&checked.now, checked.cited.lines) {
        (Some(Now { page: Some(page), .. }), _) => format!("{source}, p. {page}"),
        (Some(now), Some((line, _))) if now.line != line => {
            format!("{source}, line {line}, now in line {}", now.line)
        }
        (Some(now), _) => format!("{source}, line {}", now.line),
        (None, _) => source.clone(),
    }
}

/// "in line 31", "on p. 12".
fn today(now: &Now) -> String {
    now.page.map_or_else(|| format!("in line {}", now.line), |page| format!("on p. {page}"))
}

fn citation(number: usize, checked: &Checked) -> String {
    let Checked { cited, standing, now, reason } = checked;
    // Of an old quote only the line was kept, which says nothing to whoever looks at pages.
    let has_pages = now.as_ref().is_some_and(|now| now.page.is_some());
    let line =
        cited.lines.filter(|_| !has_pages).map(|(line, _)| format!(", line {line}")).unwrap_or_default();
    let place = printable(&format!("{}, {}{line}", cited.source, cited.path));
    let today = match (standing, now) {
        (Standing::Holds, Some(now)) => format!(", {}", today(now)),
        (Standing::Changed, Some(now)) => format!(", closest {}", today(now)),
        (Standing::Moved, Some(now)) => {
            format!(" to {}, {}", printable(&now.path), spoken_place(now.page, now.line, Language::English))
        }
        _ => String::new(),
    };
    let reason =
        reason.as_ref().map(|reason| format!(": {}", printable(&reason.to_string()))).unwrap_or_default();
    let mut text = format!("  [{number}] {place}: {}{today}{reason}\n", word(*standing));
    match (standing, now) {
        (Standing::Holds, _) => {}
        (Standing::Changed, Some(now)) => {
            let parts = difference(&cited.quote, &now.text);
            text.push_str(&labelled("then", &side(&parts, true)));
            text.push_str(&labelled("now", &side(&parts, false)));
        }
        (_, _) => {
            text.push_str(&labelled("then", &printable(&cited.quote)));
            if *standing == Standing::Changed {
                text.push_str(&labelled("now", "nothing that comes close to it"));
            }
        }
    }
    text
}

/// One side of a difference, with what is only on this side marked.
fn side(parts: &[Part], is_old: bool) -> String {
    let mut out = String::new();
    for part in parts {
        match part {
            Part::Same(text) => out.push_str(&printable(text)),
            Part::Removed(text) if is_old => {
                out.push_str(&format!("{REMOVED}[-{}-]{REMOVED:#}", printable(text)))
            }
            Part::Added(text) if !is_old => {
                out.push_str(&format!("{ADDED}{{+{}+}}{ADDED:#}", printable(text)))
            }
            Part::Removed(_) | Part::Added(_) => {}
        }
    }
    out
}

/// Each line of a text with a margin, the first with its label.
fn labelled(label: &str, text: &str) -> String {
    let lines = text.lines().enumerate();
    lines
        .map(|(number, line)| format!("      {:<4}  {line}\n", if number == 0 { label } else { "" }))
        .collect()
}

/// On one line.
fn line(text: &str) -> String {
    printable(&text.split_whitespace().collect::<Vec<&str>>().join(" "))
}

/// A receipt as `--json` prints it: the promise to scripts.
#[derive(Serialize)]
struct Json<'a> {
    receipt: &'a str,
    question: &'a str,
    answer: &'a str,
    at: String,
    verdict: Standing,
    citations: Vec<JsonCitation<'a>>,
}

#[derive(Serialize)]
struct JsonCitation<'a> {
    source: &'a str,
    path: &'a str,
    line_start: Option<usize>,
    line_end: Option<usize>,
    byte_start: usize,
    byte_end: usize,
    sha256: &'a str,
    quote: &'a str,
    verdict: Standing,
    now: Option<&'a Now>,
    reason: Option<&'a Reason>,
    /// Of a changed quote, with what comes closest to it today.
    difference: Option<Vec<Part>>,
}

impl<'a> Json<'a> {
    fn of(proof: &'a Proof) -> Json<'a> {
        Json {
            receipt: &proof.receipt,
            question: &proof.question,
            answer: &proof.answer,
            at: written(proof.at),
            verdict: proof.standing(),
            citations: proof.citations.iter().map(JsonCitation::of).collect(),
        }
    }
}

impl<'a> JsonCitation<'a> {
    fn of(checked: &'a Checked) -> JsonCitation<'a> {
        let Checked { cited, standing, now, reason } = checked;
        let changed = now.as_ref().filter(|_| *standing == Standing::Changed);
        JsonCitation {
            source: &cited.source,
            path: &cited.path,
            line_start: cited.lines.map(|(first, _)| first),
            line_end: cited.lines.map(|(_, last)| last),
            byte_start: cited.byte_start,
            byte_end: cited.byte_end,
            sha256: &cited.sha256,
            quote: &cited.quote,
            verdict: *standing,
            now: now.as_ref(),
            reason: reason.as_ref(),
            difference: changed.map(|now| difference(&cited.quote, &now.text)),
        }
    }
}
