//! passim over more documents than anybody would write for a test, and questions that nobody should ask.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;

use passim::Answerer;
use passim::language::Language;
use passim::retrieval::Index;
use passim::settings::{self, UserFolders};
use sha2::{Digest, Sha256};

use crate::generator::{self, Question};
use crate::program::Place;

const SEED: u64 = 1;

/// A corpus of so many passages, indexed, with what can be asked of it.
fn generated(passages: usize) -> (Place, Vec<Question>) {
    let place = Place::empty();
    let written = generator::write(generator::generate(SEED, passages), place.corpus()).unwrap();
    assert_eq!(place.run(&["index"]).code, 0);
    (place, written.questions)
}

/// What answers in the process of the test.
fn answerer(place: &Place) -> Answerer {
    answerer_of(&place.data())
}

fn answerer_of(data: &Path) -> Answerer {
    let settings = settings::load(&settings::Sources {
        current_dir: data,
        user: UserFolders::default(),
        environment: &[],
        config_files: &[],
        corpus: Some(data),
        data: Some(data),
    });
    let index = Index::open(&index_folder(data)).unwrap().expect("an index");
    Answerer::new(index, &settings.unwrap(), None).unwrap()
}

fn index_folder(data: &Path) -> PathBuf {
    fs::read_dir(data.join("corpora")).unwrap().next().unwrap().unwrap().path()
}

fn hash(seed: u64, passages: usize) -> String {
    let mut hash = Sha256::new();
    for document in generator::generate(seed, passages) {
        hash.update(document.name);
        hash.update(document.text);
        document.questions.iter().for_each(|question| hash.update(question.line()));
    }
    generator::bad_questions(seed).take(100).for_each(|question| hash.update(question));
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Figures of two runs, two machines or two versions are of the same documents.
#[test]
fn a_seed_always_makes_the_same_documents() {
    assert_eq!(hash(SEED, 300), hash(SEED, 300));
    assert_ne!(hash(SEED, 300), hash(SEED + 1, 300));
    assert_eq!(hash(SEED, 300), "59f29533cd04e52dd8d39df664ecd2dfc9aa8dc3e0f2729062e5541658ade01a");
}

#[test]
fn as_many_passages_are_made_as_were_asked_for() {
    let place = Place::empty();
    let written = generator::write(generator::generate(SEED, 1_300), place.corpus()).unwrap();
    let report = place.run(&["index", "--json"]).json();
    assert_eq!(report["passages"], 1_300, "{report}");
    assert_eq!(report["documents"], written.documents);
    assert_eq!(report["refused"], serde_json::json!([]));
    let bytes_a_passage = written.bytes / 1_300;
    assert!((570..=630).contains(&bytes_a_passage), "a passage has {bytes_a_passage} bytes");
}

/// The share of questions with known answers that are answered right, citing the document.
fn right(passages: usize, every: usize) -> f64 {
    let (place, questions) = generated(passages);
    let lines: Vec<String> = questions.iter().step_by(every).map(Question::line).collect();
    let set = place.folder().join("known.jsonl");
    fs::write(&set, lines.join("\n")).unwrap();
    let figures = place.run(&["eval", "--json", set.to_str().unwrap()]).json();
    figures["overall"]["right40"]["value"].as_f64().unwrap_or_else(|| panic!("no figure in {figures:#}"))
}

#[test]
fn known_questions_over_2000_passages_are_answered() {
    let right = right(2_000, 2);
    assert!(right >= 0.99, "{right:.3} are answered right");
}

#[test]
fn one_question_has_one_answer_on_eight_threads_and_in_two_processes() {
    let (place, questions) = generated(300);
    let answerer = answerer(&place);
    for question in questions.iter().step_by(9) {
        let answers = answers(&answerer, &question.text, 40);
        assert_eq!(answers.len(), 1, "{answers:?}");
        let process = printed(&place, &question.text);
        assert_eq!(process, printed(&place, &question.text));
        let receipt = answerer.ask(&question.text, &[]).unwrap().receipt;
        assert!(process.contains(&receipt), "{receipt} is not in {process}");
    }
}

/// Tell the processes that the next test starts, which are itself, where the index is and what to ask.
const DATA: &str = "SCALE_DATA";
const QUESTION: &str = "SCALE_QUESTION";

#[test]
#[ignore = "takes minutes in a debug build: `cargo test --release -- --ignored at_full_size`"]
fn ten_thousand_askings_have_one_answer_at_full_size() {
    if let (Some(data), Ok(question)) = (std::env::var_os(DATA), std::env::var(QUESTION)) {
        let data = Path::new(&data);
        let answers = answers(&answerer_of(data), &question, 10_000);
        assert_eq!(answers.len(), 1, "one process gave {answers:?}");
        fs::write(data.join(std::process::id().to_string()), Vec::from_iter(answers).concat()).unwrap();
        return;
    }
    let (place, questions) = generated(39_000);
    let ask = || {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--exact", "scale::ten_thousand_askings_have_one_answer_at_full_size", "--ignored"]);
        command.env(DATA, place.data()).env(QUESTION, &questions[0].text).stdout(Stdio::null());
        command.spawn().unwrap()
    };
    let said = [ask(), ask()].map(|mut process| {
        assert!(process.wait().unwrap().success());
        fs::read_to_string(place.data().join(process.id().to_string())).unwrap()
    });
    assert_eq!(said[0], said[1]);
}

/// What is said to the question when it is asked so many times on eight threads: each way once.
fn answers(answerer: &Answerer, question: &str, times: usize) -> BTreeSet<String> {
    let asked = || {
        let mut answers = BTreeSet::new();
        for _ in 0..times.div_ceil(8) {
            let answer = answerer.ask(question, &[]).unwrap();
            answers.insert(format!("{answer:?} {:?}", answerer.reply(&answer, Language::English)));
        }
        answers
    };
    thread::scope(|scope| {
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(asked)).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    })
}

#[test]
fn two_indexes_of_the_same_documents_give_the_same_answers() {
    let (place, questions) = generated(300);
    let (other, _) = generated(300);
    for question in questions.iter().step_by(17) {
        assert_eq!(printed(&place, &question.text), printed(&other, &question.text));
    }
}

/// What a process prints, to the byte, without the time it took.
fn printed(place: &Place, question: &str) -> String {
    let run = place.run(&["ask", "--json", "--", question]);
    assert_eq!(run.code, 0, "{}", run.err);
    run.out.lines().filter(|line| !line.contains("\"took_ms\"")).collect::<Vec<&str>>().join("\n")
}

/// Asks bad questions, each guarded by itself, so that a failure names its question.
fn no_panic(passages: usize, questions: usize) {
    let (place, _) = generated(passages);
    let answerer = answerer(&place);
    for question in generator::bad_questions(SEED).take(questions) {
        let asked = std::panic::AssertUnwindSafe(|| {
            let answer = answerer.ask(&question, &[]).unwrap();
            assert!(!answerer.reply(&answer, Language::English).headline.is_empty());
            answerer.look_up(&question, &[], 10).unwrap();
        });
        assert!(std::panic::catch_unwind(asked).is_ok(), "a panic at {question:?}");
    }
}

#[test]
fn no_bad_question_panics() {
    no_panic(130, 280);
}

#[test]
#[ignore = "takes minutes in a debug build: `cargo test --release -- --ignored at_full_size`"]
fn bad_and_known_questions_at_full_size() {
    no_panic(39_000, 100_000);
    let right = right(39_000, 20);
    assert!(right >= 0.95, "{right:.3} are answered right");
}
