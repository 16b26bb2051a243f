//! How fast and how small passim is, beside plain tantivy over the same passages: `cargo bench`.
//!
//! Documents are generated into a temporary folder first, which is not timed. Every figure is of a process of
//! its own ([`steps`]), so that memory is of that step alone; passim and tantivy take turns, so that a busy
//! machine slows both. Ratios are of turns that were side by side, and are what to look at on a shared machine.
//!
//! `--quick` measures little documents shortly: to see that the benchmark works. Its figures mean nothing.

#![expect(clippy::print_stdout, reason = "the table is what a benchmark is for")]

use std::fs;
use std::path::{Path, PathBuf};

use clap::{Arg, ArgAction, ArgMatches, CommandFactory, FromArgMatches, Parser};

#[path = "../hostile/mod.rs"]
mod attack;
#[path = "../burst/mod.rs"]
mod burst;
mod discord;
mod engines;
#[path = "../it/files.rs"]
mod files;
#[path = "../generator/mod.rs"]
mod generator;
mod growth;
mod hostile;
mod keeping;
mod machine;
mod measure;
mod operations;
mod page;
mod place;
mod plain_tantivy;
mod plan;
mod processes;
mod quality;
mod receipts;
mod reindexing;
mod soak;
mod steps;
mod table;

use page::Section;
use place::Place;
use plan::{Amounts, Plan};
use steps::StepArguments;
use table::Measured;

/// Something that can be measured by itself, with the option of its name.
struct Part {
    name: &'static str,
    about: &'static str,
    /// Whether it is measured where nothing is named.
    is_usual: bool,
    measure: fn(&Plan, &Place) -> anyhow::Result<Measured>,
}

/// In the order in which they are measured.
const PARTS: &[Part] = &[
    Part {
        name: "engines",
        about: "Reading, starting and answering, beside plain tantivy",
        is_usual: true,
        measure: engines::measure,
    },
    Part {
        name: "keeping",
        about: "What it costs an answer that it is kept",
        is_usual: true,
        measure: keeping::rows,
    },
    Part { name: "verify", about: "Verifying receipts", is_usual: true, measure: receipts::rows },
    Part {
        name: "reindexing",
        about: "Bringing an index over 10,000 files level",
        is_usual: true,
        measure: reindexing::rows,
    },
    Part { name: "discord", about: "The bot in the local Discord", is_usual: true, measure: discord::rows },
    Part {
        name: "operations",
        about: "What health, metrics and log cost an answer",
        is_usual: true,
        measure: operations::rows,
    },
    Part {
        name: "growth",
        about: "From a thousand passages to a million",
        is_usual: false,
        measure: growth::rows,
    },
    Part {
        name: "hostile",
        about: "Hostile questions over hostile documents; fails where one panics, hangs or quotes wrongly",
        is_usual: false,
        measure: hostile::rows,
    },
    Part {
        name: "soak",
        about: "The bot for a long time, with restarts and failures; fails where a question is lost",
        is_usual: false,
        measure: soak::rows,
    },
];

#[derive(Debug, Parser)]
struct Arguments {
    /// Write what is measured into this file, as a page of Markdown: all usual parts and growth where none is named
    #[arg(long, value_name = "FILE")]
    page: Option<PathBuf>,
    /// Write how good the answers are into this file, as a page of Markdown; nothing else is measured
    #[arg(long, value_name = "FILE")]
    quality: Option<PathBuf>,
    /// A question set beside those of this repository, for --quality: a folder with questions.jsonl and docs, or a
    /// file; may be given more than once
    #[arg(long, value_name = "PATH", requires = "quality")]
    set: Vec<PathBuf>,
    /// At most so many questions of each set, for --quality
    #[arg(long, value_name = "N", requires = "quality")]
    sample: Option<usize>,
    #[command(flatten)]
    amounts: Amounts,
    /// Cargo says this when it runs benchmarks; without it, it runs tests, and those are quick
    #[arg(long, hide = true)]
    bench: bool,
    #[command(flatten)]
    step: StepArguments,
}

/// As in the program.
#[cfg(not(target_env = "msvc"))]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> anyhow::Result<()> {
    let options = PARTS.iter().map(|part| {
        let help = format!("Only: {}", part.about);
        Arg::new(part.name).long(part.name).help(help).action(ArgAction::SetTrue)
    });
    let matches = Arguments::command().args(options).get_matches();
    let arguments = Arguments::from_arg_matches(&matches)?;
    if let Some(step) = arguments.step.step {
        let figures = steps::run(step, &arguments.step)?;
        println!("{}", serde_json::to_string(&figures)?);
        return Ok(());
    }
    let plan = Plan::of(&arguments.amounts, arguments.bench);
    let (folder, facts) = (tempfile::tempdir()?, machine::facts());
    for file in [&arguments.page, &arguments.quality].into_iter().flatten() {
        // A page that cannot be written is known before the first figure, not after the last.
        fs::create_dir_all(file.parent().unwrap_or(Path::new(".")))?;
        fs::OpenOptions::new().create(true).append(true).open(file)?;
    }
    if let Some(file) = &arguments.quality {
        let (sets, sample) = (&arguments.set, arguments.sample);
        let page = quality::page(sets, sample, folder.path(), &command_line(), &facts)?;
        return Ok(fs::write(file, page)?);
    }
    print!("{}", machine::header(&facts));
    let parts = named(&matches, arguments.page.is_some());
    let sections = measured(&parts, &plan, &Place::in_folder(folder.path()))?;
    print!("\n{}", table::drawn(sections.iter().flat_map(|section| &section.measured.rows)));
    for section in sections.iter().filter(|section| !section.measured.note.is_empty()) {
        println!("\n{}", section.measured.note);
    }
    if let Some(file) = &arguments.page {
        fs::write(file, page::benchmarks(&sections, &command_line(), &facts))?;
    }
    Ok(())
}

/// What to type to measure the same again; Cargo adds its own word to it. Where things lie on this machine is nobody
/// else's concern.
fn command_line() -> String {
    let written = |argument: String| match Path::new(&argument).file_name() {
        Some(name) if argument.starts_with('/') => format!("path/to/{}", name.to_string_lossy()),
        _ => argument,
    };
    let arguments = std::env::args().skip(1).filter(|argument| argument != "--bench");
    format!("cargo bench -- {}", arguments.map(written).collect::<Vec<String>>().join(" "))
}

/// The parts that the command line names, or the usual ones; a page has how passim grows as well.
fn named(matches: &ArgMatches, is_page: bool) -> Vec<&'static Part> {
    let named: Vec<&Part> = PARTS.iter().filter(|part| matches.get_flag(part.name)).collect();
    let is_usual = |part: &&Part| part.is_usual || is_page && part.name == "growth";
    if named.is_empty() { PARTS.iter().filter(is_usual).collect() } else { named }
}

fn measured(parts: &[&'static Part], plan: &Plan, place: &Place) -> anyhow::Result<Vec<Section>> {
    let section =
        |part: &&'static Part| Ok(Section { title: part.about, measured: (part.measure)(plan, place)? });
    parts.iter().map(section).collect()
}
