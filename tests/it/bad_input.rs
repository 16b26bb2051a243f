//! What people and folders do wrong: said clearly, nothing lost, nothing else stopped.

use std::fs::{self, File};

use serde_json::Value;

use crate::program::{Place, Run};

/// The reason why a file was not read, and that the others were.
#[track_caller]
fn refused(place: &Place, path: &str, reason: &str) {
    let sources = place.run(&["sources", "--json"]).json();
    let entry = sources.as_array().unwrap().iter().find(|entry| entry["path"] == path);
    let problems =
        entry.unwrap_or_else(|| panic!("{path} is not listed in {sources:#}"))["problems"].to_string();
    assert!(problems.contains(reason), "{problems} does not say {reason:?}");
    assert_eq!(place.ask("What is the gate code?")["answer"], "The gate code is 4711");
}

const GATE: &str = "-- 1.txt\nThe gate code is 4711.\n";

#[test]
fn a_corpus_that_is_not_there_or_empty_is_an_error_that_says_what_to_do() {
    let place = Place::new(GATE);
    let missing = place.folder().join("missing");
    let mut command = place.command(&[]);
    let run = Run::of(command.arg("--corpus").arg(&missing).args(["ask", "What?"]));
    assert_ne!(run.code, 0);
    Place::empty().run(&["ask", "What is the gate code?"]).failed(1, "corpus");
}

#[test]
fn binary_files_and_other_formats_are_refused_by_name() {
    let place = Place::new(GATE);
    place.write("picture.txt", b"\x89PNG\x00\x00\x00");
    place.write("table.xlsx", b"PK");
    place.write("koi8.txt", b"\xf0\xd2\xc9\xd7\xc5\xd4 \xcd\xc9\xd2");
    place.write("empty.md", b"  \n");
    place.write("program.txt", b"\x7fELF\x00\x00\x00");
    refused(&place, "picture.txt", "is an image inside, and no text");
    refused(&place, "program.txt", "binary");
    refused(&place, "table.xlsx", "xlsx");
    refused(&place, "koi8.txt", "is neither UTF-8");
    refused(&place, "empty.md", "empty");
}

#[test]
fn a_file_of_200_mb_is_refused_without_reading_it() {
    let place = Place::new(GATE);
    // A sparse file: it has the length, and takes no room.
    File::create(place.corpus().join("large.txt")).unwrap().set_len(200 << 20).unwrap();
    refused(&place, "large.txt", "200");
}

#[test]
fn the_second_of_two_files_with_one_id_is_refused_by_name() {
    let place = Place::new("-- 1.txt\nThe gate code is 4711.\n-- 1-again.txt\nThe gate code is 4712.\n");
    let sources = place.run(&["sources", "--json"]).json();
    let problems = sources.as_array().unwrap().iter().find(|entry| entry["source"].is_null()).unwrap();
    assert_eq!(problems["path"], "1.txt");
    assert!(
        problems["problems"][0].as_str().unwrap().contains("which 1-again.txt has already"),
        "{problems}"
    );
}

#[cfg(unix)]
#[test]
fn links_to_themselves_pipes_and_names_that_are_not_utf8_are_refused_by_name() {
    use std::os::unix::ffi::OsStrExt;
    let place = Place::new(GATE);
    std::os::unix::fs::symlink("loop.txt", place.corpus().join("loop.txt")).unwrap();
    std::os::unix::fs::symlink("..", place.corpus().join("up")).unwrap();
    std::os::unix::fs::symlink("nowhere.txt", place.corpus().join("dangling.txt")).unwrap();
    assert!(
        std::process::Command::new("mkfifo").arg(place.corpus().join("pipe.txt")).status().unwrap().success()
    );
    fs::write(place.corpus().join(std::ffi::OsStr::from_bytes(b"caf\xe9.txt")), "text").unwrap();
    refused(&place, "loop.txt", "");
    refused(&place, "dangling.txt", "");
    refused(&place, "pipe.txt", "");
    refused(&place, "caf\u{fffd}.txt", "UTF-8");
}

#[cfg(unix)]
#[test]
fn a_file_without_read_permission_is_refused_by_name() {
    use std::os::unix::fs::PermissionsExt;
    use std::os::unix::process::CommandExt;
    let place = Place::new(GATE);
    place.write("secret.txt", b"The gate code is 0000.\n");
    fs::set_permissions(place.corpus().join("secret.txt"), fs::Permissions::from_mode(0o000)).unwrap();
    let mut command = place.command(&["index", "--json"]);
    let is_root = File::open(place.corpus().join("secret.txt")).is_ok();
    if is_root {
        // Root reads everything: the program is run as nobody, from a copy that nobody may run.
        let program = place.folder().join("passim");
        fs::copy(env!("CARGO_BIN_EXE_passim"), &program).unwrap();
        fs::set_permissions(place.folder(), fs::Permissions::from_mode(0o777)).unwrap();
        command = std::process::Command::new(program);
        command.env("HOME", place.folder()).env_remove("XDG_CONFIG_HOME");
        command.uid(65_534).gid(65_534).current_dir(place.folder());
        command.arg("--corpus").arg(place.corpus()).arg("--data").arg(place.data()).args(["index", "--json"]);
    }
    let report = Run::of(&mut command).json();
    assert_eq!(report["added"], serde_json::json!(["1.txt"]));
    assert_eq!(report["refused"][0]["path"], "secret.txt");
    assert!(
        report["refused"][0]["reason"].as_str().unwrap().to_lowercase().contains("permission"),
        "{report}"
    );
}

#[test]
fn no_question_is_an_error_or_a_hang() {
    let place = Place::over("seeds");
    let questions = [
        String::new(),
        " \t ".to_owned(),
        "?".to_owned(),
        "🎉🎉".to_owned(),
        "the of and".to_owned(),
        "x".repeat(6_000),
        "how many ".repeat(700),
        "(".repeat(5_000),
        "((((title:x AND NOT \"y\")~3)^2 OR [a TO z]".to_owned(),
        "error: *:* ?foo* -guarantees +agreed".to_owned(),
        "'; DROP TABLE passages; --".to_owned(),
        "how\u{1}many\u{202e}years\u{200b}".to_owned(),
        "Сколько лет гарантий было согласовано?".to_owned(),
        "保証は何年ですか".to_owned(),
    ];
    for question in &questions {
        let shown: String = question.chars().take(40).collect();
        let run = place.run(&["ask", "--json", "--", question]);
        assert_eq!(run.code, 0, "{shown:?}: {}", run.err);
        let answer: Value = serde_json::from_str(&run.out).unwrap();
        assert!(!answer["reply"].as_str().unwrap().is_empty(), "{shown:?}");
        assert_eq!(place.run(&["search", "--", question]).code, 0, "{shown:?}");
    }
}

#[test]
fn a_question_that_is_too_long_is_told_so() {
    let answer = Place::over("seeds").ask(&"how many years ".repeat(400));
    assert_eq!(answer["status"], "abstained");
    assert!(answer["reply"].as_str().unwrap().contains("2000 characters"), "{answer:#}");
}

#[test]
fn a_wrong_command_line_ends_with_2() {
    let place = Place::new(GATE);
    for arguments in
        [&["ask"][..], &["frobnicate"], &["search", "--limit", "0", "x"], &["ask", "--colour", "x"]]
    {
        assert_eq!(place.run(arguments).code, 2, "{arguments:?}");
    }
}

#[test]
fn a_wrong_question_set_names_the_file_and_the_line() {
    let place = Place::new(GATE);
    let set = place.folder().join("set.jsonl");
    fs::write(&set, "{\"id\": \"1\", \"question\": \"What?\", \"answerable\": false}\nnot json\n").unwrap();
    let run = place.run(&["eval", set.to_str().unwrap()]);
    run.failed(1, "set.jsonl");
    assert!(run.err.contains('2'), "{}", run.err);
}
