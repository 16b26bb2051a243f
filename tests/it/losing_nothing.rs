//! Re-indexing that never loses: whatever kills it, fills the disk or takes the folder away, what is there afterwards is
//! the old index or the new one, whole.

#![expect(clippy::print_stderr, reason = "figures and what could not be tested are for whoever looks")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use passim::Answerer;
use passim::answer::Outcome;
use passim::live::{Live, sync_options};
use passim::retrieval::{Index, folder_of, integrity, sync};
use passim::settings::{self, Settings, UserFolders};
use serde_json::{Value, json};

use crate::generator::Random;
use crate::program::{Place, Run};

const SEED: u64 = 7;
const CODE: &str = "What is the gate code?";
const PIER: &str = "How long is the pier?";

fn settings(place: &Place, data: &Path) -> Settings {
    settings::load(&settings::Sources {
        current_dir: place.folder(),
        user: UserFolders::default(),
        environment: &[],
        config_files: &[],
        corpus: Some(place.corpus()),
        data: Some(data),
    })
    .unwrap()
}

fn index_folder(place: &Place) -> PathBuf {
    folder_of(place.corpus(), &place.data())
}

fn current(folder: &Path) -> String {
    fs::read_to_string(folder.join("CURRENT")).unwrap()
}

fn names(folder: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(folder).unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

/// What an index is made of, and what it says.
#[derive(Debug, PartialEq)]
struct State {
    sources: Vec<(String, String, usize)>,
    refused: Vec<String>,
    answers: Vec<String>,
}

/// Nothing where there is no index. What is there has to be whole.
fn state(place: &Place, data: &Path) -> Option<State> {
    let folder = folder_of(place.corpus(), data);
    let index = Index::open(&folder).unwrap();
    if let Some(checked) = integrity::check(&folder) {
        checked.unwrap();
    }
    let index = index?;
    let sources = index.sources().iter();
    let sources =
        sources.map(|source| (source.description.path.clone(), source.sha256.clone(), source.passages));
    let (sources, refused) =
        (sources.collect(), index.refused().iter().map(|file| file.path.clone()).collect());
    let answerer = Answerer::new(index, &settings(place, data), None).unwrap();
    let answers = [CODE, PIER].map(|question| said(&answerer, question));
    Some(State { sources, refused, answers: answers.to_vec() })
}

/// The answer with its quotes.
fn said(answerer: &Answerer, question: &str) -> String {
    match answerer.ask(question, &[]).unwrap().outcome {
        Outcome::Found(finding) => {
            let quotes = finding.citations.iter().map(|citation| citation.quote.as_str());
            format!("{} <- {}", finding.answer, quotes.collect::<Vec<&str>>().join(" | "))
        }
        other => format!("{other:?}"),
    }
}

/// In the folder of the index lies what belongs there, and in each generation the files that it names.
#[track_caller]
fn nothing_is_left_over(folder: &Path) {
    let current: u64 = current(folder).trim().strip_prefix("gen-").unwrap().parse().unwrap();
    let mut generations = Vec::new();
    for name in names(folder) {
        match name.strip_prefix("gen-").map(|number| number.parse::<u64>().expect("a whole generation")) {
            Some(number) => generations.push(number),
            None => {
                assert!(
                    ["CURRENT", "LOCK", "SEEN", "extracted"].contains(&name.as_str()),
                    "{name} is left over"
                );
            }
        }
    }
    generations.sort_unstable();
    assert!(generations.len() <= 2 && generations.last() == Some(&current), "{generations:?}");
    for number in generations {
        only_what_it_names(&folder.join(format!("gen-{number}")));
    }
}

#[track_caller]
fn only_what_it_names(generation: &Path) {
    let meta: Value = serde_json::from_slice(&fs::read(generation.join("meta.json")).unwrap()).unwrap();
    let payload: Value = serde_json::from_str(meta["payload"].as_str().unwrap()).unwrap();
    let manifest = payload["manifest"].as_str().unwrap();
    let segments: BTreeMap<String, &Value> = meta["segments"]
        .as_array()
        .unwrap()
        .iter()
        .map(|segment| (segment["segment_id"].as_str().unwrap().replace('-', ""), &segment["deletes"]))
        .collect();
    for name in names(generation) {
        if name == manifest || name == "meta.json" || name == "VERIFIED" || name.starts_with(".tantivy-") {
            continue;
        }
        if name == ".managed.json" {
            continue;
        }
        let (segment, rest) = name.split_once('.').unwrap_or((&name, ""));
        let deletes = segments.get(segment).unwrap_or_else(|| panic!("{name} is of no segment"));
        let is_named = match rest.strip_suffix(".del") {
            Some(opstamp) => deletes["opstamp"].as_u64() == opstamp.parse().ok(),
            None => !rest.ends_with("temp"),
        };
        assert!(is_named, "{name} is left over");
    }
}

/// Changes of every kind.
struct Mischief {
    random: Random,
    made: u64,
}

impl Mischief {
    /// Changes some files, and gives the command that is to be killed.
    fn change(&mut self, place: &Place) -> &'static [&'static str] {
        for _ in 0..self.random.between(1, 3) {
            self.change_one(place);
        }
        match self.random.below(8) {
            0 => &["index", "--rebuild"],
            1 => &["index", "--rollback"],
            _ => &["index"],
        }
    }

    fn change_one(&mut self, place: &Place) {
        self.made += 1;
        let number = self.made;
        let present: Vec<String> = names(place.corpus()).into_iter().collect();
        let some = present[self.random.below(present.len() as u64) as usize].clone();
        let path = place.corpus().join(&some);
        match self.random.below(7) {
            0 | 1 => place.write(&format!("{number:04}.md"), text(number, 20).as_bytes()),
            2 => place.write(&some, text(number, self.random.between(1, 30)).as_bytes()),
            3 if present.len() > 4 => fs::remove_file(path).unwrap(),
            4 => fs::rename(path, place.corpus().join(format!("{number:04}-{some}"))).unwrap(),
            5 => place.write(&some, b"\x00\x01 no text any more"),
            _ => place.write("0000.md", format!("The gate code is {number}.\n").as_bytes()),
        }
    }
}

fn text(number: u64, paragraphs: u64) -> String {
    let mut text = format!("The pier is {number} metres long.\n\n");
    for paragraph in 0..paragraphs {
        text.push_str(&format!("Boat {number} was moored at berth {paragraph} by the harbour master.\n\n"));
    }
    text
}

fn kill_in_the_middle(rounds: u64) {
    let place = Place::new("-- 0000.md\nThe gate code is 4711.\n");
    for number in 1..=8 {
        place.write(&format!("{number:04}-first.md"), text(number, 20).as_bytes());
    }
    assert_eq!(place.run(&["index"]).code, 0);
    let mut mischief = Mischief { random: Random::stream(SEED, 1), made: 100 };
    let (mut slowest, mut ended_old, mut ended_new, mut killed) = (Duration::ZERO, 0, 0, 0);
    let copy = place.folder().join("copy");
    for round in 0..rounds {
        let old = state(&place, &place.data());
        let command = mischief.change(&place);
        copy_folder(&place.data(), &copy);
        let (new, took) = completed(&place, &copy, command);
        let mut child = place.command(command).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let share = mischief.random.below(1_100) as f64 / 1_000.0;
        thread::sleep(took.mul_f64(share));
        child.kill().unwrap();
        killed += u32::from(child.wait().unwrap().code().is_none());
        let begun = Instant::now();
        Index::open(&index_folder(&place)).unwrap().expect("an index");
        slowest = slowest.max(begun.elapsed());
        let after = state(&place, &place.data());
        let shown = format!("round {round}, {command:?} killed after {share} of {took:?}");
        assert!(after == old || after == new, "{shown}: {after:#?}\nis neither\n{old:#?}\nnor\n{new:#?}");
        if after == new {
            ended_new += 1
        } else {
            ended_old += 1
        }
        let next = place.run(&["index"]);
        assert_eq!(next.code, 0, "{shown}: {next:?}");
        nothing_is_left_over(&index_folder(&place));
    }
    eprintln!(
        "{rounds} rounds, {killed} killed: {ended_old} times the old index, {ended_new} times the new one; \
         the slowest opening took {slowest:?}"
    );
    if !cfg!(debug_assertions) {
        assert!(slowest < Duration::from_millis(100), "an index took {slowest:?} to open");
    }
}

/// What the command makes of a copy of the data when nothing kills it, and how long that takes.
fn completed(place: &Place, data: &Path, command: &[&str]) -> (Option<State>, Duration) {
    let mut copied = place.bare();
    copied.arg("--corpus").arg(place.corpus()).arg("--data").arg(data).args(command);
    let begun = Instant::now();
    let run = Run::of(&mut copied);
    let took = begun.elapsed();
    let has_none_before = run.code == 1 && run.err.contains("no generation before");
    assert!(run.code == 0 || has_none_before, "{run:?}");
    (state(place, data), took)
}

fn copy_folder(from: &Path, to: &Path) {
    let _ = fs::remove_dir_all(to);
    let copied = Command::new("cp").arg("-a").arg(from).arg(to).status().unwrap();
    assert!(copied.success());
}

#[test]
fn a_run_that_is_killed_at_any_moment_leaves_the_old_index_or_the_new_one() {
    kill_in_the_middle(20);
}

#[test]
#[ignore = "takes minutes in a debug build: `cargo test --release -- --ignored at_full_size`"]
fn three_hundred_runs_that_are_killed_lose_nothing_at_full_size() {
    kill_in_the_middle(300);
}

#[test]
fn the_generation_before_keeps_its_bytes_while_the_next_one_is_written() {
    let place = Place::new("-- 1.md\nThe gate code is 4711.\n-- 2.md\nThe pier is 40 metres long.\n");
    place.run(&["index"]);
    let before = index_folder(&place).join(current(&index_folder(&place)));
    let bytes = || -> BTreeMap<String, Vec<u8>> {
        let named = |name: String| (fs::read(before.join(&name)).unwrap(), name);
        let read = names(&before).into_iter().filter(|name| !name.ends_with(".lock")).map(named);
        read.map(|(bytes, name)| (name, bytes)).collect()
    };
    let as_written = bytes();
    place.write("1.md", b"The gate code is 4712.\n");
    place.write("3.md", text(3, 50).as_bytes());
    fs::remove_file(place.corpus().join("2.md")).unwrap();
    assert_eq!(place.run(&["index"]).code, 0);
    assert_ne!(index_folder(&place).join(current(&index_folder(&place))), before);
    assert_eq!(bytes(), as_written);
}

#[test]
fn a_run_that_finds_nothing_changed_writes_no_index() {
    let place = Place::new("-- 1.md\nThe gate code is 4711.\n-- 2.bin\nno text\n");
    place.run(&["index"]);
    place.write("1.md", b"The gate code is 4711.\n");
    for _ in 0..2 {
        let report = place.run(&["index", "--json"]).json();
        assert_eq!((&report["unchanged"], &report["documents"]), (&json!(1), &json!(1)), "{report}");
        assert_eq!(report["refused"][0]["path"], "2.bin");
        assert_eq!(current(&index_folder(&place)), "gen-1");
        nothing_is_left_over(&index_folder(&place));
    }
}

#[test]
fn the_index_before_can_be_gone_back_to_until_the_next_run() {
    let place = Place::new("-- 1.md\nThe gate code is 4711.\n");
    place.run(&["index", "--rollback"]).failed(1, "there is none; 'passim index' makes one");
    place.run(&["index"]);
    place.run(&["index", "--rollback"]).failed(1, "there is no generation before gen-1");
    place.write("1.md", b"The gate code is 4712.\n");
    assert_eq!(place.ask(CODE)["answer"], "The gate code is 4712");
    let back = place.run(&["index", "--rollback", "--json"]).json();
    assert_eq!((&back["generation"], &back["from"]), (&json!("gen-1"), &json!("gen-2")), "{back}");
    assert_eq!((&back["documents"], &back["passages"]), (&json!(1), &json!(1)), "{back}");

    place.write("1.md", b"The gate code is 4713.\n");
    let run = place.run(&["ask", CODE]);
    assert!(run.out.starts_with("The gate code is 4711"), "{run:?}");
    assert!(run.err.contains("rolled back to gen-1") && run.err.contains("'passim index'"), "{run:?}");
    assert!(place.run(&["sources"]).err.contains("rolled back to gen-1"));
    assert!(place.run(&["doctor"]).out.contains("rolled back to gen-1"));
    place.run(&["index", "--rollback"]).failed(1, "it was rolled back already");

    let report = place.run(&["index", "--json"]).json();
    assert_eq!(report["changed"], json!(["1.md"]));
    let run = place.run(&["ask", CODE]);
    assert!(run.out.starts_with("The gate code is 4713") && run.err.is_empty(), "{run:?}");
    nothing_is_left_over(&index_folder(&place));
}

#[test]
fn a_rollback_ends_where_the_documents_are_as_they_were() {
    let place = Place::new("-- 1.md\nThe gate code is 4711.\n");
    place.run(&["index"]);
    place.write("1.md", b"The gate code is 4712.\n");
    place.run(&["index"]);
    assert_eq!(place.run(&["index", "--rollback"]).code, 0);
    place.write("1.md", b"The gate code is 4711.\n");
    assert_eq!(place.run(&["index", "--json"]).json()["unchanged"], 1);
    assert_eq!(place.run(&["ask", CODE]).err, "");
}

#[test]
fn a_damaged_index_is_not_gone_back_to() {
    let place = Place::new("-- 1.md\nThe gate code is 4711.\n");
    place.run(&["index"]);
    place.write("1.md", b"The gate code is 4712.\n");
    place.run(&["index"]);
    let before = index_folder(&place).join("gen-1");
    let manifest = names(&before).into_iter().find(|name| name.starts_with("sources-")).unwrap();
    fs::write(before.join(manifest), "{}").unwrap();
    place.run(&["index", "--rollback"]).failed(1, "the generation before, gen-1, is damaged");
    assert_eq!(place.ask(CODE)["answer"], "The gate code is 4712");
}

#[test]
fn a_folder_with_nothing_readable_left_is_an_error_unless_a_rebuild_is_asked_for() {
    let place = Place::new("-- 1.md\nThe gate code is 4711.\n-- 2.md\nThe pier is 40 metres long.\n");
    place.run(&["index"]);
    for name in ["1.md", "2.md"] {
        fs::remove_file(place.corpus().join(name)).unwrap();
    }
    place.write("stray.bin", b"\x00\x01");
    place.run(&["index"]).failed(1, "none of the 2 documents of the index can be read any more");
    place.run(&["index"]).failed(1, "'passim index --rebuild' if they are meant to be gone");
    nothing_is_left_over(&index_folder(&place));
    place.write("1.md", b"The gate code is 4711.\n");
    let report = place.run(&["index", "--json"]).json();
    assert_eq!((&report["removed"], &report["unchanged"]), (&json!(["2.md"]), &json!(1)));
    fs::remove_file(place.corpus().join("1.md")).unwrap();
    assert_eq!(place.run(&["index", "--rebuild", "--json"]).json()["documents"], 0);
    assert_eq!(place.run(&["index", "--rollback", "--json"]).json()["documents"], 1);
}

#[cfg(unix)]
#[test]
fn a_subfolder_that_cannot_be_listed_keeps_what_it_had() {
    let place = Place::new("-- 1.md\nThe gate code is 4711.\n-- sub/2.md\nThe pier is 40 metres long.\n");
    place.run(&["index"]);
    fs::remove_dir_all(place.corpus().join("sub")).unwrap();
    std::os::unix::fs::symlink("sub", place.corpus().join("sub")).unwrap();
    place.write("3.md", b"Something else.\n");
    let report = place.run(&["index", "--json"]).json();
    assert_eq!((&report["removed"], &report["documents"]), (&json!([]), &json!(3)), "{report}");
    assert_eq!(report["refused"][0]["path"], "sub");
    assert_eq!(place.ask(PIER)["value"], "40 metres long");
}

/// A small file system of its own; nothing where this user may not mount one.
#[cfg(target_os = "linux")]
struct Mounted(PathBuf);

#[cfg(target_os = "linux")]
impl Mounted {
    fn new(folder: PathBuf, kilobytes: u32) -> Option<Mounted> {
        fs::create_dir_all(&folder).unwrap();
        let mut command = Command::new("mount");
        command.args(["-t", "tmpfs", "-o", &format!("size={kilobytes}k"), "tmpfs"]).arg(&folder);
        let is_mounted = command.stderr(Stdio::null()).status().is_ok_and(|status| status.success());
        if !is_mounted {
            eprintln!("nothing may be mounted here: tested without");
        }
        is_mounted.then_some(Mounted(folder))
    }

    fn remount(&self, how: &str) {
        let mut command = Command::new("mount");
        command.args(["-o", &format!("remount,{how}")]).arg(&self.0);
        assert!(command.status().unwrap().success());
    }
}

#[cfg(target_os = "linux")]
impl Drop for Mounted {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_leaves_the_old_index_or_the_new_one() {
    let place = Place::new("-- 0000.md\nThe gate code is 1.\n-- 0001.md\nThe pier is 40 metres long.\n");
    let Some(_mounted) = Mounted::new(place.data(), 2_048) else { return };
    assert_eq!(place.run(&["index"]).code, 0);
    let filler = place.data().join("filler");
    let mut failures = 0;
    for kilobytes in [0, 4, 8, 16, 24, 32, 48, 64, 96, 128, 160, 192, 256, 384, 512] {
        place.write("0000.md", format!("The gate code is {kilobytes}.\n").as_bytes());
        place.write("0002.md", text(kilobytes, 400).as_bytes());
        let old = state(&place, &place.data()).unwrap();
        fill(&filler, kilobytes);
        let run = place.run(&["index"]);
        let after = state(&place, &place.data()).unwrap();
        if run.code == 0 {
            assert!(after.answers[0].contains(&format!("is {kilobytes}")), "{after:?}");
        } else {
            failures += 1;
            assert!(run.code == 1 && run.err.contains("cannot write"), "{run:?}");
            assert_eq!(after, old, "with room for {kilobytes} KB");
            let asked = place.run(&["ask", CODE]);
            assert!(asked.code == 0 && asked.err.contains("from the index as it was before"), "{asked:?}");
        }
        fs::remove_file(&filler).unwrap();
        assert_eq!(place.run(&["index"]).code, 0);
        nothing_is_left_over(&index_folder(&place));
    }
    assert!(failures > 3, "the disk was full {failures} times only");
}

/// Leaves room for so much.
#[cfg(target_os = "linux")]
fn fill(filler: &Path, kilobytes: u64) {
    use std::io::Write;
    let mut file = fs::File::create(filler).unwrap();
    while file.write_all(&[0; 4_096]).is_ok() {}
    let length = file.metadata().unwrap().len();
    file.set_len(length.saturating_sub(kilobytes * 1_024)).unwrap();
}

/// Also where nothing may be mounted: no file of the program may become longer than this.
#[cfg(unix)]
#[test]
fn files_that_cannot_be_written_to_their_end_leave_the_old_index() {
    let place = Place::new("-- 0000.md\nThe gate code is 1.\n-- 0001.md\nThe pier is 40 metres long.\n");
    assert_eq!(place.run(&["index"]).code, 0);
    let mut failures = 0;
    for blocks in [0, 1, 2, 4, 8, 16, 32, 64] {
        place.write("0000.md", format!("The gate code is {blocks}.\n").as_bytes());
        place.write("0002.md", text(blocks, 200).as_bytes());
        let old = state(&place, &place.data()).unwrap();
        let program = place.command(&["index"]);
        let mut limited = Command::new("sh");
        limited.args(["-c", &format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$@\""), "sh"]);
        limited.arg(program.get_program()).args(program.get_args()).current_dir(place.folder());
        let run = Run::of(&mut limited);
        let after = state(&place, &place.data()).unwrap();
        if run.code == 0 {
            assert_ne!(after, old);
        } else {
            failures += 1;
            assert!(run.code == 1 && !run.err.contains("panicked"), "{run:?}");
            assert_eq!(after, old, "with files of {blocks} blocks");
        }
        assert_eq!(place.run(&["index"]).code, 0);
        nothing_is_left_over(&index_folder(&place));
    }
    assert!(failures > 2, "only {failures} runs failed");
}

/// Where nothing may be mounted, `damage` tests the same by permissions.
#[cfg(target_os = "linux")]
#[test]
fn a_read_only_disk_is_answered_from_and_nothing_is_lost() {
    let place = Place::new("-- 0000.md\nThe gate code is 1.\n");
    let Some(mounted) = Mounted::new(place.data(), 4_096) else { return };
    place.run(&["index"]);
    place.write("0000.md", b"The gate code is 2.\n");
    place.run(&["index"]);
    place.write("0000.md", b"The gate code is 3.\n");
    mounted.remount("ro");
    let run = place.run(&["ask", CODE]);
    assert!(run.code == 0 && run.out.starts_with("The gate code is 2"), "{run:?}");
    assert!(run.err.contains("from the index as it was before"), "{run:?}");
    place.run(&["index"]).failed(1, "cannot open");
    place.run(&["index", "--rebuild"]).failed(1, "cannot open");
    place.run(&["index", "--rollback"]).failed(1, "cannot open");
    mounted.remount("rw");
    assert_eq!(place.ask(CODE)["answer"], "The gate code is 3");
    nothing_is_left_over(&index_folder(&place));
}

/// Every document says the same number, so that an answer out of two states would show.
fn write_number(place: &Place, number: u64) {
    place.write("code.md", format!("The gate code is {number}.\n").as_bytes());
    place.write("gate.md", format!("# Gate\n\nThe gate code is {number} for visitors.\n").as_bytes());
}

/// Asks all the time, while the number goes up; `open` gives what answers at that moment.
fn asked_under_load(
    place: &Place,
    open: impl Fn() -> std::sync::Arc<Answerer> + Sync,
    mut reindex: impl FnMut(),
) {
    // How far runs have begun, and how far they are done.
    let (begun, done) = (AtomicU64::new(1_000), AtomicU64::new(1_000));
    let is_over = AtomicBool::new(false);
    let ask = || {
        let mut answers = 0;
        while !is_over.load(Ordering::SeqCst) {
            let least = done.load(Ordering::SeqCst);
            let answer = said(&open(), CODE);
            let most = begun.load(Ordering::SeqCst);
            let numbers: BTreeSet<u64> = answer
                .split(|c: char| !c.is_ascii_digit())
                .filter_map(|digits| digits.parse().ok())
                .collect();
            let [number] = numbers.iter().copied().collect::<Vec<u64>>()[..] else {
                panic!("out of two states: {answer}")
            };
            assert!((least..=most).contains(&number), "{answer}, between {least} and {most}");
            answers += 1;
        }
        answers
    };
    let answers: u64 = thread::scope(|scope| {
        let askers: Vec<_> = (0..2).map(|_| scope.spawn(ask)).collect();
        for number in 1_001..=1_050 {
            write_number(place, number);
            begun.store(number, Ordering::SeqCst);
            reindex();
            done.store(number, Ordering::SeqCst);
        }
        is_over.store(true, Ordering::SeqCst);
        askers.into_iter().map(|asker| asker.join().unwrap()).sum()
    });
    eprintln!("{answers} answers during 50 re-indexings");
    assert!(answers >= 50, "only {answers} answers");
}

const NOW: i128 = 1_700_000_000_000_000_000;

#[test]
fn fifty_reindexings_of_a_running_program_fail_no_question_and_mix_no_answer() {
    let place = Place::empty();
    write_number(&place, 1_000);
    let settings = settings(&place, &place.data());
    let (index, _) =
        sync::sync(&index_folder(&place), place.corpus(), sync_options(&settings, false), NOW, &mut |_| {})
            .unwrap();
    let live = Live::new(index, place.corpus(), &place.data(), settings, None).unwrap();
    asked_under_load(
        &place,
        || live.everything(),
        || {
            live.reindex("ann", false, NOW, &mut |_| {}).unwrap();
        },
    );
}

#[test]
fn fifty_reindexings_of_another_process_fail_no_opening_and_mix_no_answer() {
    let place = Place::empty();
    write_number(&place, 1_000);
    assert_eq!(place.run(&["index"]).code, 0);
    let settings = settings(&place, &place.data());
    let open = || {
        let index = Index::open(&index_folder(&place)).unwrap().unwrap();
        std::sync::Arc::new(Answerer::new(index, &settings, None).unwrap())
    };
    asked_under_load(&place, open, || assert_eq!(place.run(&["index"]).code, 0));
    nothing_is_left_over(&index_folder(&place));
}
