//! `doctor`: each mistake is found, said, and told how to mend; nothing is changed.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, SystemTime};

use passim::retrieval::generation::Lock;
use serde_json::Value;

use crate::program::{Place, Run};

const TOKEN: &str = "MTIzNDU2Nzg5.not-a-real-token.abcdefghijkl";

fn place() -> Place {
    Place::new("-- 1.txt\nThe gate code is 4711.\n")
}

/// What `doctor --json` says of one check.
#[derive(Debug)]
struct Found {
    status: String,
    text: String,
    exit: i32,
}

impl Found {
    #[track_caller]
    fn of(command: &mut Command, check: &str) -> Found {
        let run = Run::of(command);
        assert!(!run.err.contains("panicked"), "{}", run.err);
        let reports: Vec<Value> = serde_json::from_str(&run.out).unwrap_or_else(|_| panic!("{run:?}"));
        let of_this = |report: &&Value| report["check"] == check;
        let report = reports.iter().find(of_this).unwrap_or_else(|| panic!("no {check} in {}", run.out));
        let status = report["status"].as_str().unwrap().to_owned();
        assert_eq!(report["cure"].is_null(), status == "ok", "{report}");
        let failed = reports.iter().any(|report| report["status"] == "fail");
        assert_eq!(run.code, i32::from(failed), "{run:?}");
        Found { status, text: format!("{} {}", report["message"], report["cure"]), exit: run.code }
    }

    #[track_caller]
    fn is(&self, status: &str, said: &str) {
        assert_eq!(self.status, status, "{self:?}");
        assert!(self.text.contains(said), "{self:?} does not say {said:?}");
    }
}

/// What is found about a place as it is.
#[track_caller]
fn found(place: &Place, check: &str) -> Found {
    Found::of(&mut place.command(&["doctor", "--json"]), check)
}

/// The same with one variable more.
#[track_caller]
fn found_with(place: &Place, variables: &[(&str, &str)], check: &str) -> Found {
    Found::of(place.command(&["doctor", "--json"]).envs(variables.iter().copied()), check)
}

/// The same with settings files.
#[track_caller]
fn found_in(files: &[(&str, &str)], check: &str) -> Found {
    let place = place();
    let folder = place.settings(files);
    Found::of(place.command(&["doctor", "--json"]).env("PASSIM_CONFIG_DIR", folder), check)
}

#[test]
fn nothing_is_wrong_with_a_plain_folder() {
    let place = place();
    for indexed in [false, true] {
        if indexed {
            place.run(&["index"]);
        }
        let run = place.run(&["doctor"]);
        assert_eq!((run.code, run.err.as_str()), (0, ""), "{run:?}");
        let lines: Vec<&str> = run.out.lines().collect();
        assert!(lines[..29].iter().all(|line| line.starts_with("ok  ")), "{}", run.out);
        assert_eq!(lines[30], "29 checks: 0 with a warning, 0 failed.");
    }
}

#[test]
fn nothing_is_built_and_nothing_is_changed() {
    let place = place();
    place.run(&["doctor"]);
    assert!(!place.data().exists());
    place.ask("What is the gate code?");
    let before = contents(place.folder());
    place.run(&["doctor"]);
    assert!(before == contents(place.folder()));
    place.write("1.txt", b"The gate code is 4712.\n");
    damage(&place, "sources-");
    let before = contents(place.folder());
    place.run(&["doctor"]);
    assert!(before == contents(place.folder()));
}

#[test]
fn broken_settings_are_one_failed_check_and_the_rest_goes_on() {
    let place = place();
    let folder = place.settings(&[("local.toml", "[answer]\ntreshold = 0.4\npassages = 0\n")]);
    let mut command = place.command(&["doctor"]);
    let run = Run::of(command.env("PASSIM_CONFIG_DIR", folder));
    assert_eq!(run.code, 1);
    assert_eq!(run.err, "passim: a check failed\n");
    let line = run.out.lines().find(|line| line.starts_with("fail")).unwrap();
    for said in ["settings", "answer.treshold", "answer.threshold", "answer.passages"] {
        assert!(line.contains(said), "{line}");
    }
    assert!(run.out.contains("ok    synonyms") && !run.out.contains("corpus  "), "{}", run.out);
}

#[test]
fn settings_that_cannot_be_parsed_are_named() {
    let found = found_in(&[("local.toml", "[discord]\ntoken = t0psecret\n")], "settings");
    found.is("fail", "not valid TOML at line 2");
    assert!(!found.text.contains("t0psecret"));
}

#[test]
fn an_unknown_variable_is_found_with_the_one_that_was_meant() {
    let place = place();
    found_with(&place, &[("PASSIM_CORPUS_PATH", "x")], "environment").is("fail", "PASSIM_CORPUS__PATH");
    found_with(&place, &[("passim_log__filter", "warn")], "environment").is("warn", "capital letters");
}

#[test]
fn a_configuration_folder_that_is_missing_or_not_read_is_found() {
    let place = place();
    let missing = place.folder().join("none");
    let missing = [("PASSIM_CONFIG_DIR", missing.to_str().unwrap())];
    found_with(&place, &missing, "configuration").is("fail", "not a folder");
    let bare = || {
        let mut command = place.bare();
        command.args(["doctor", "--json"]);
        command
    };
    Found::of(&mut bare(), "configuration").is("warn", "passim init");
    Found::of(&mut bare(), "corpus").is("fail", "no corpus is set");
    fs::create_dir(place.folder().join("config")).unwrap();
    fs::write(place.folder().join("config/local.toml"), "").unwrap();
    found(&place, "configuration").is("warn", "a local.toml that is not read");
}

#[cfg(unix)]
#[test]
fn a_token_in_a_file_that_all_can_read_is_found() {
    use std::os::unix::fs::PermissionsExt;
    let place = place();
    let folder = place.settings(&[("local.toml", &format!("[discord]\ntoken = \"{TOKEN}\"\n"))]);
    let check = |mode: u32| {
        let file = folder.join("local.toml");
        fs::set_permissions(file, fs::Permissions::from_mode(mode)).unwrap();
        Found::of(place.command(&["doctor", "--json"]).env("PASSIM_CONFIG_DIR", &folder), "secrecy")
    };
    check(0o644).is("warn", "chmod 600");
    check(0o600).is("ok", "");
}

#[test]
fn replies_and_synonyms_that_cannot_be_used_are_found() {
    found_in(&[("replies.toml", "[reply]\n")], "replies").is("fail", "replies.toml");
    found_in(&[("replies.de.toml", "[reply]\n")], "replies-de").is("fail", "replies.de.toml");
    found_in(&[("synonyms.toml", "same = 1\n")], "synonyms").is("fail", "synonyms.toml");
}

#[test]
fn settings_that_are_allowed_but_hardly_meant_are_warned_of() {
    let place = place();
    found_with(&place, &[("PASSIM_ANSWER__THRESHOLD", "0.1")], "threshold").is("warn", "wrong");
    found_with(&place, &[("PASSIM_ANSWER__THRESHOLD", "0.95")], "threshold").is("warn", "hardly");
    found_with(&place, &[("PASSIM_INDEX__THREADS", "64")], "threads").is("warn", "index.threads is 64");
    found_with(&place, &[("PASSIM_SOURCES__LINK", "https://x.org/")], "link").is("warn", "{path}");
    found_with(&place, &[("PASSIM_SOURCES__LINK", "https://x.org/{path}")], "link").is("ok", "");
}

#[test]
fn a_corpus_that_is_missing_a_file_or_empty_fails() {
    let place = place();
    fs::rename(place.corpus(), place.folder().join("moved")).unwrap();
    found(&place, "corpus").is("fail", "it does not exist");
    fs::write(place.corpus(), "").unwrap();
    found(&place, "corpus").is("fail", "it is a file, not a folder");
    found(&Place::empty(), "corpus").is("fail", "has no files");
}

#[test]
fn a_passimignore_that_hides_everything_is_found() {
    let place = place();
    place.write(".passimignore", b"*\n");
    found(&place, "corpus").is("fail", ".passimignore");
}

#[test]
fn refused_files_are_counted_with_the_commonest_reasons() {
    let place = place();
    found(&place, "refused").is("ok", "");
    for name in ["a.pdf", "b.pdf", "c.pdf"] {
        place.write(name, b"a plan");
    }
    place.write("d.txt", b"\xf0\xd2\xc9\xd7\xc5\xd4");
    place.write("e.txt", b"\xcd\xc9\xd2\xd7");
    place.write("f.txt", b"\x00");
    place.write("g.txt", b"");
    found(&place, "refused")
        .is("warn", "7 files not read: is no PDF (3), is neither UTF-8 (2), is a binary file (1)");
    fs::remove_file(place.corpus().join("1.txt")).unwrap();
    found(&place, "documents").is("fail", "none of 7 files can be read");
}

#[test]
fn what_is_wrong_with_documents_is_found() {
    let place = place();
    place.write("1-again.txt", b"The gate code is 4712.\n");
    found(&place, "ids").is("warn", "1-again.txt and 1.txt both have the id '1'");
    place.write("2.md", b"---\ndate: 2098-01-01\n---\nText.\n");
    found(&place, "dates").is("warn", "1 document dated in the future, such as 2.md");
    place.write("3.md", b"---\ndate: soon\n---\nText.\n");
    found(&place, "problems").is("warn", "3.md");
}

#[test]
fn a_file_from_the_future_means_a_wrong_clock() {
    let place = place();
    found(&place, "clock").is("ok", "UTC");
    let file = File::options().write(true).open(place.corpus().join("1.txt")).unwrap();
    file.set_modified(SystemTime::now() + Duration::from_secs(86_400)).unwrap();
    found(&place, "clock").is("warn", "1.txt");
}

#[test]
fn a_data_folder_that_cannot_be_one_fails() {
    let place = place();
    fs::write(place.data(), "").unwrap();
    found(&place, "data").is("fail", "is a file");
    let below = place.data().join("deeper");
    let mut command = place.bare();
    command.arg("--corpus").arg(place.corpus()).arg("--data").arg(below).args(["doctor", "--json"]);
    Found::of(&mut command, "data").is("fail", "is a file");
}

#[test]
fn documents_and_data_that_lie_in_each_other_are_found() {
    let place = place();
    let with_data = |data: PathBuf| {
        let mut command = place.bare();
        command.arg("--corpus").arg(place.corpus()).arg("--data").arg(data).args(["doctor", "--json"]);
        Found::of(&mut command, "overlap")
    };
    with_data(place.corpus().join("data")).is("warn", "among the documents");
    with_data(place.corpus().join(".passim")).is("ok", "");
    with_data(place.folder().to_owned()).is("warn", "in the data folder");
}

#[test]
fn a_damaged_index_is_found() {
    let place = place();
    found(&place, "index").is("ok", "not there yet");
    place.run(&["index"]);
    found(&place, "index").is("ok", "1 document");
    damage(&place, "sources-");
    let damaged = found(&place, "index");
    damaged.is("fail", "'passim index --rebuild' makes it anew");
    assert_eq!(damaged.exit, 1);
    place.run(&["index"]);
    found(&place, "index").is("ok", "1 document");
}

#[test]
fn a_flipped_bit_is_found_where_size_and_time_are_as_before() {
    let place = place();
    place.run(&["index"]);
    let is_segment = |file: &&PathBuf| file.extension().is_some_and(|ending| ending == "store");
    let index = files(&index_folder(&place));
    let file = index.iter().find(is_segment).unwrap();
    let time = file.metadata().unwrap().modified().unwrap();
    let mut bytes = fs::read(file).unwrap();
    bytes[3] ^= 0x10;
    fs::write(file, bytes).unwrap();
    File::options().write(true).open(file).unwrap().set_modified(time).unwrap();
    found(&place, "index").is("fail", "is not what was written");
    place.run(&["index", "--rebuild"]);
    found(&place, "index").is("ok", "1 document");
}

#[test]
fn an_index_of_another_version_is_found() {
    let place = place();
    place.run(&["index"]);
    for file in files(&place.data()) {
        if file.ends_with("meta.json") {
            let text = fs::read_to_string(&file).unwrap();
            let (before, after) = text.split_once("rules\\\":\\\"").unwrap();
            fs::write(&file, format!("{before}rules\\\":\\\"x{}", &after[1..])).unwrap();
        }
    }
    found(&place, "index").is("warn", "another version");
}

#[test]
fn another_process_that_indexes_is_found() {
    let place = place();
    place.run(&["index"]);
    found(&place, "lock").is("ok", "");
    let lock = Lock::take(&index_folder(&place)).unwrap();
    found(&place, "lock").is("warn", "another process");
    drop(lock);
}

#[test]
fn an_index_far_larger_than_its_documents_is_found() {
    let place = place();
    place.run(&["index"]);
    // A sparse file: it has the length, and takes no room.
    File::create(index_folder(&place).join("left-over")).unwrap().set_len(200 << 20).unwrap();
    found(&place, "index-size").is("warn", "--rebuild");
}

#[test]
fn a_token_of_the_wrong_shape_is_found_and_not_printed() {
    let place = place();
    found(&place, "token").is("ok", "none is set");
    found_with(&place, &[("DISCORD_TOKEN", TOKEN)], "token").is("ok", "DISCORD_TOKEN");
    found_with(&place, &[("BOT_TOKEN", TOKEN)], "token").is("warn", "BOT_TOKEN is");
    for (token, said) in [
        ("MTIzNDU2Nzg5.t0psecret.abc\n", "white space"),
        ("Bot MTIzNDU2Nzg5.t0psecret.abc", "“Bot”"),
        ("'MTIzNDU2Nzg5.t0psecret.abc'", "quotation marks"),
        ("mfa.t0psecret", "person"),
        ("t0psecrett0psecrett0psecrett0pse", "client secret"),
        ("t0psecret", "three parts"),
    ] {
        let found = found_with(&place, &[("DISCORD_TOKEN", token)], "token");
        found.is("fail", said);
        assert!(!found.text.contains("t0psecret"));
    }
}

#[test]
fn two_different_tokens_are_found() {
    let place = place();
    let variables = [("DISCORD_TOKEN", TOKEN), ("PASSIM_DISCORD__TOKEN", TOKEN)];
    found_with(&place, &variables, "two-tokens").is("ok", "");
    let variables = [("DISCORD_TOKEN", "MTIz.a.b"), ("PASSIM_DISCORD__TOKEN", TOKEN)];
    found_with(&place, &variables, "two-tokens").is("warn", "the second is used");
}

/// Overwrites what has this in its name.
fn damage(place: &Place, name: &str) {
    for file in files(&place.data()) {
        if file.file_name().is_some_and(|known| known.to_string_lossy().contains(name)) {
            fs::write(file, "{}").unwrap();
        }
    }
}

fn index_folder(place: &Place) -> PathBuf {
    let mut folders = fs::read_dir(place.data().join("corpora")).unwrap();
    folders.next().unwrap().unwrap().path()
}

/// But for what readers of a database share in memory, which only lies in a file.
fn contents(folder: &Path) -> BTreeMap<PathBuf, (Vec<u8>, SystemTime)> {
    let content = |file: &Path| (fs::read(file).unwrap(), file.metadata().unwrap().modified().unwrap());
    let is_kept = |file: &PathBuf| !file.ends_with("passim.db-shm");
    files(folder).into_iter().filter(is_kept).map(|file| (file.clone(), content(&file))).collect()
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap().flatten() {
        if entry.path().is_dir() { found.extend(files(&entry.path())) } else { found.push(entry.path()) }
    }
    found
}

#[test]
fn a_damaged_store_and_golden_questions_that_cannot_be_read_are_found() {
    let place = Place::new("-- a.md\nThe lease runs for 15 years.\n");
    found(&place, "store").is("ok", "not there yet");
    place.ask("How long does the lease run?");
    found(&place, "store").is("ok", "whole, with 1 question");
    fs::write(place.data().join("passim.db"), "this is no database, whatever it is called".repeat(99))
        .unwrap();
    found(&place, "store").is("fail", "is damaged");
    let golden = place.folder().join("golden.jsonl");
    fs::write(&golden, "{}\n").unwrap();
    let named = [("PASSIM_INDEX__GOLDEN", golden.to_str().unwrap())];
    found_with(&place, &named, "golden").is("fail", "is missing; expected a text that no other line has");
}

#[test]
fn rules_about_nothing_or_for_nobody_are_found() {
    let rule = |text: &str| format!("[[scopes]]\n{text}\n");
    for (text, status, said) in [
        ("sources = [\"1.txt\"]\nusers = [5]", "ok", "1 rule"),
        ("sources = [\"1\", \"*.txt\"]\nroles = [5]", "ok", "1 rule"),
        ("sources = [\"*.txt\", \"hr/**\"]\nroles = [5]", "warn", "scopes[1] names 'hr/**'"),
        ("sources = [\"1.txt\"]", "warn", "scopes[1] admits nobody"),
    ] {
        found_in(&[("default.toml", ""), ("local.toml", &rule(text))], "scopes").is(status, said);
    }
    found(&place(), "scopes").is("ok", "no rules");
}
