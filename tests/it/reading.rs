//! The neural reader as people meet it: there, switched off, not there, damaged, or too slow.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use passim::Answerer;
use passim::answer::Degraded;
use passim::language::Language;
use passim::live::sync_options;
use passim::neural::{Limits, NeuralReader};
use passim::retrieval::{folder_of, sync};
use passim::settings::{self, UserFolders};
use serde_json::Value;

use crate::program::{Place, Run, repository};

const TOKEN: &str = "MTIzNDU2Nzg5MDEyMzQ1Njc4.Gabcde.0123456789abcdefghijklmnopqrstuvwxyz";

const HARBOUR: &str = "-- harbour.md
# The harbour

The boat house was built in 1962. Its key is kept by Ann Bell, who lives next door.

-- lease.md
# The lease

The lease of the meadow runs for fifteen years. The rent is 4,200 euros a year.
";

const QUESTIONS: [&str; 4] = [
    "Who keeps the key of the boat house?",
    "when was the boat house built",
    "How long does the lease of the meadow run?",
    "Who painted the ceiling?",
];

/// The reader that ships with the repository.
pub fn shipped() -> PathBuf {
    repository().join("config/reader")
}

/// One that is too slow for everything.
pub fn too_slow() -> Arc<NeuralReader> {
    opened(Limits { threads: 1, patience: Duration::from_nanos(1) })
}

pub fn opened(limits: Limits) -> Arc<NeuralReader> {
    Arc::new(NeuralReader::open(&shipped(), limits).unwrap().expect("the reader ships with the repository"))
}

fn reading(place: &Place, folder: &Path, arguments: &[&str]) -> Command {
    let mut command = place.command(arguments);
    // A machine that builds and tests something else meanwhile is slow at times.
    command
        .env("PASSIM_READER__ENABLED", "true")
        .env("PASSIM_READER__FOLDER", folder)
        .env("PASSIM_READER__PATIENCE_SECONDS", "60");
    command
}

/// What `ask --json` prints, but for the time that it took.
fn asked(command: &mut Command) -> Value {
    let mut json = Run::of(command).json();
    json.as_object_mut().unwrap().remove("took_ms").unwrap();
    json
}

#[test]
fn the_same_question_gives_the_same_bytes_with_one_thread_and_with_four() {
    let place = Place::new(HARBOUR);
    for question in QUESTIONS {
        let ask = |threads: &str| {
            let mut command = reading(&place, &shipped(), &["ask", "--json", "--", question]);
            asked(command.env("PASSIM_READER__THREADS", threads))
        };
        let one = ask("1");
        assert_eq!(one, ask("4"));
        assert_eq!(one, ask("1"));
        assert!(one.get("degraded").is_none(), "{one:#}");
    }
}

#[test]
fn without_a_reader_answers_are_the_same_whether_it_is_switched_off_or_not_there() {
    let place = Place::new(HARBOUR);
    let nowhere = place.folder().join("nowhere");
    for question in QUESTIONS {
        let arguments = ["ask", "--json", "--", question];
        let off = asked(&mut place.command(&arguments));
        assert_eq!(off, asked(&mut reading(&place, &nowhere, &arguments)));
        assert_eq!(
            off,
            asked(reading(&place, &shipped(), &arguments).env("PASSIM_READER__ENABLED", "false"))
        );
        assert!(off.get("degraded").is_none(), "{off:#}");
    }
}

/// A folder with a model that lacks its second half.
fn damaged(place: &Place) -> PathBuf {
    let folder = place.folder().join("damaged");
    fs::create_dir(&folder).unwrap();
    let model = fs::read(shipped().join("model.onnx")).unwrap();
    fs::write(folder.join("model.onnx"), &model[..model.len() / 2]).unwrap();
    fs::copy(shipped().join("tokenizer.json"), folder.join("tokenizer.json")).unwrap();
    folder
}

#[test]
fn a_damaged_reader_ends_with_2_where_it_would_read_and_nowhere_else() {
    let place = Place::new(HARBOUR);
    let folder = damaged(&place);
    let run = |arguments: &[&str]| Run::of(reading(&place, &folder, arguments).env("DISCORD_TOKEN", TOKEN));
    for arguments in
        [&["ask", "Who keeps the key?"][..], &["why", "Who keeps the key?"], &["chat"], &["serve"]]
    {
        let run = run(arguments);
        run.failed(2, "model.onnx");
        assert!(run.err.contains("reader.enabled"), "{}", run.err);
    }
    for arguments in [
        &["index"][..],
        &["sources"],
        &["search", "key"],
        &["show", "lease"],
        &["check", "The lease runs for fifteen years."],
        &["config"],
    ] {
        assert_eq!(run(arguments).code, 0, "{arguments:?}");
    }
}

#[test]
fn the_doctor_says_what_is_with_the_reader() {
    let place = Place::new(HARBOUR);
    let report = |command: &mut Command| {
        let run = Run::of(command);
        let reports: Vec<Value> = serde_json::from_str(&run.out).unwrap();
        reports.into_iter().find(|report| report["check"] == "reader").unwrap()
    };
    let (nowhere, damaged) = (place.folder().join("nowhere"), damaged(&place));
    let doctor = |folder: &Path| reading(&place, folder, &["doctor", "--json"]);
    for (mut command, status, said) in [
        (doctor(&shipped()), "ok", "read a window in"),
        (doctor(&nowhere), "warn", "by words alone"),
        (doctor(&damaged), "fail", "model.onnx"),
        (place.command(&["doctor", "--json"]), "ok", "switched off"),
    ] {
        let report = report(&mut command);
        assert_eq!(report["status"], status, "{report}");
        assert!(report["message"].as_str().unwrap().contains(said), "{report}");
    }
}

#[test]
fn the_configuration_says_where_the_reader_is_or_that_there_is_none() {
    let place = Place::new(HARBOUR);
    let nowhere = place.folder().join("nowhere");
    let config = |folder: &Path| Run::of(&mut reading(&place, folder, &["config", "--json"])).json();
    assert_eq!(config(&shipped())["reader"], shipped().to_str().unwrap());
    assert!(config(&nowhere)["reader"].is_null());
    assert!(place.run(&["config", "--json"]).json()["reader"].is_null());
    assert!(place.run(&["config"]).out.contains("switched off: answers are chosen by words alone"));
}

#[test]
fn an_answer_that_the_reader_is_too_slow_for_is_the_one_by_words_and_says_so() {
    let place = Place::new(HARBOUR);
    let settings = settings::load(&settings::Sources {
        current_dir: place.folder(),
        user: UserFolders::default(),
        environment: &[],
        config_files: &[],
        corpus: Some(place.corpus()),
        data: Some(&place.data()),
    })
    .unwrap();
    let folder = folder_of(place.corpus(), &place.data());
    let answerer = |neural| {
        let options = sync_options(&settings, false);
        let (index, _) = sync::sync(&folder, place.corpus(), options, 0, &mut |_| {}).unwrap();
        Answerer::new(index, &settings, neural).unwrap()
    };
    let (by_words, slow) = (answerer(None), answerer(Some(too_slow())));
    let question = QUESTIONS[0];
    let (expected, answer) = (by_words.ask(question, &[]).unwrap(), slow.ask(question, &[]).unwrap());
    assert_eq!((answer.degraded, expected.degraded), (Some(Degraded::Reader), None));
    assert_eq!(answer.outcome, expected.outcome);
    let notes = |language| slow.reply(&answer, language).notes;
    assert_eq!(notes(Language::English), ["Answered by the words alone: the reader took too long."]);
    assert_eq!(notes(Language::German).len(), 1);
    assert!(by_words.reply(&expected, Language::English).notes.is_empty());
    assert_eq!(slow.ask("Hello!", &[]).unwrap().degraded, None, "there was nothing to read");
}
