//! Keeping the index level with the folder, whatever happens meanwhile.

use std::fs;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use passim::retrieval::Index;

use crate::program::Place;

#[test]
fn what_was_added_changed_and_removed_is_reported() {
    let place = Place::new("-- a.txt\nThe first text.\n-- b.txt\nThe second text.\n");
    let report = place.run(&["index", "--json"]).json();
    assert_eq!(report["added"], serde_json::json!(["a.txt", "b.txt"]));
    place.write("a.txt", b"The first text, changed.\n");
    place.write("c.txt", b"The third text.\n");
    fs::remove_file(place.corpus().join("b.txt")).unwrap();
    let report = place.run(&["index", "--json"]).json();
    assert_eq!(report["added"], serde_json::json!(["c.txt"]));
    assert_eq!(report["changed"], serde_json::json!(["a.txt"]));
    assert_eq!(report["removed"], serde_json::json!(["b.txt"]));
    assert_eq!(report["documents"], 2);
    let report = place.run(&["index", "--json"]).json();
    assert_eq!(report["unchanged"], 2);
    assert_eq!(report["rebuilt"], false);
}

#[test]
fn asking_sees_what_changed_since() {
    let place = Place::new("-- 1.txt\nThe gate code is 4711.\n");
    assert_eq!(place.ask("What is the gate code?")["answer"], "The gate code is 4711");
    place.write("1.txt", b"The gate code is 4712.\n");
    assert_eq!(place.ask("What is the gate code?")["answer"], "The gate code is 4712");
}

#[test]
fn a_vanished_or_emptied_folder_loses_nothing() {
    let place = Place::new("-- 1.txt\nThe gate code is 4711.\n");
    place.run(&["index"]);
    let aside = place.folder().join("aside");
    fs::rename(place.corpus(), &aside).unwrap();
    place.run(&["ask", "What is the gate code?"]).failed(1, "cannot read the corpus");
    fs::create_dir(place.corpus()).unwrap();
    place.run(&["index"]).failed(1, "");
    fs::remove_dir(place.corpus()).unwrap();
    fs::rename(&aside, place.corpus()).unwrap();
    let report = place.run(&["index", "--json"]).json();
    assert_eq!(report["unchanged"], 1, "{report}");
}

#[test]
fn a_file_that_cannot_be_read_any_more_keeps_its_passages_and_is_reported() {
    let place = Place::new("-- 1.txt\nThe gate code is 4711.\n-- 2.txt\nSomething else.\n");
    place.run(&["index"]);
    place.write("1.txt", b"\x00\x01\x02 binary now");
    let report = place.run(&["index", "--json"]).json();
    assert_eq!(report["refused"][0]["path"], "1.txt", "{report}");
    assert_eq!(place.ask("What is the gate code?")["answer"], "The gate code is 4711");
}

#[test]
fn an_index_of_another_version_or_a_damaged_one_is_built_anew() {
    let place = Place::new("-- 1.txt\nThe gate code is 4711.\n");
    place.run(&["index"]);
    for entry in walk(place.data()) {
        let name = entry.file_name().unwrap().to_string_lossy().into_owned();
        if name.starts_with("sources-") {
            fs::write(&entry, "{}").unwrap();
        }
    }
    let answer = place.ask("What is the gate code?");
    assert_eq!(answer["answer"], "The gate code is 4711");
}

#[test]
fn a_second_indexer_is_refused_and_asking_goes_on() {
    let place = Place::new("-- 1.txt\nThe gate code is 4711.\n");
    place.run(&["index"]);
    let index = index_folder(&place);
    let lock = passim::retrieval::generation::Lock::take(&index).unwrap();
    place.run(&["index"]).failed(4, "another process is indexing");
    let run = place.run(&["ask", "What is the gate code?"]);
    assert_eq!(run.code, 0);
    assert!(run.err.contains("answered from the index as it was"), "{}", run.err);
    assert!(run.out.starts_with("The gate code is 4711"), "{}", run.out);
    drop(lock);
    assert_eq!(place.run(&["index"]).code, 0);
}

/// Ctrl-C is a signal that ends the process like any other: the index before it stays whole, at any moment.
#[cfg(unix)]
#[test]
fn an_interrupted_run_leaves_the_old_index_whole() {
    let place = Place::new("-- 0000.txt\nThe gate code is 4711.\n");
    place.run(&["index"]);
    let text = "The quick harbour master of Port Ellery counted the boats once more.\n\n".repeat(300);
    for number in 1..=150 {
        place.write(&format!("{number:04}.txt"), text.as_bytes());
    }
    for milliseconds in [0, 20, 60, 150, 300, 600] {
        let mut child =
            place.command(&["index"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(milliseconds));
        let _ = std::process::Command::new("kill").arg("-INT").arg(child.id().to_string()).status();
        child.wait().unwrap();
        let index = Index::open(&index_folder(&place)).unwrap().expect("an index");
        let whole: usize = index.sources().iter().map(|source| source.passages).sum();
        assert_eq!(index.passages(), whole as u64, "after {milliseconds} ms");
        assert!([1, 151].contains(&index.sources().len()), "half of the run is visible");
    }
    assert_eq!(place.ask("What is the gate code?")["answer"], "The gate code is 4711");
}

fn index_folder(place: &Place) -> PathBuf {
    let mut folders = fs::read_dir(place.data().join("corpora")).unwrap();
    folders.next().unwrap().unwrap().path()
}

fn walk(folder: PathBuf) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap().flatten() {
        if entry.path().is_dir() { files.extend(walk(entry.path())) } else { files.push(entry.path()) }
    }
    files
}
