//! `passim eval`: the figures of a question set beside those of a plain search.

use std::fs;

use serde_json::Value;

use crate::program::{Place, Run, repository};

const CORPUS: &str = "\
-- 1-boats.txt
The boats are kept in the shed. A boat costs 12 euros an hour.

The pier is closed in winter.
-- 2-rooms.txt
The attic room costs 40 euros a night. Breakfast is not included.
";

const QUESTIONS: &str = r#"
{"id": "1", "q": "How much does a boat cost?", "accept": ["12 euros"], "sources": ["1"], "answerable": true}
{"id": "2", "q": "Where are the boats kept?", "accept": ["shed"], "sources": ["1"], "answerable": true}
{"id": "3", "turns": ["How much does a boat cost?", "and the attic room?"], "accept": ["40 euros"], "sources": ["2"], "answerable": true}
{"id": "4", "q": "Is the pier closed in winter?", "accept": ["pier"], "sources": ["1"], "answerable": true, "polarity": "yes"}
{"id": "5", "q": "Who sells umbrellas?", "sources": [], "answerable": false}
"#;

fn evaluate(place: &Place, arguments: &[&str]) -> (Value, String) {
    let (set, out) = (place.folder().join("set.jsonl"), place.folder().join("out.jsonl"));
    fs::write(&set, QUESTIONS).unwrap();
    let mut all = vec!["eval", "--json", set.to_str().unwrap(), "--pred", out.to_str().unwrap()];
    all.extend(arguments);
    (place.run(&all).json(), fs::read_to_string(out).unwrap())
}

/// The predictions of a run, one a line.
fn predictions(place: &Place, arguments: &[&str]) -> Vec<Value> {
    evaluate(place, arguments).1.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn ids(predictions: &[Value]) -> Vec<&str> {
    predictions.iter().map(|line| line["id"].as_str().unwrap()).collect()
}

#[test]
fn the_baseline_says_the_best_sentence_of_the_best_passage_and_never_declines() {
    let (figures, _) = evaluate(&Place::new(CORPUS), &[]);
    let baseline = &figures["baseline"];
    assert_eq!(baseline["false_abst"]["value"], 0.0, "{baseline:#}");
    assert_eq!(baseline["abst_rec"]["value"], 0.0);
    // "How much does a boat cost?" and "Where are the boats kept?": its sentence holds the answer; to say yes it
    // does not know how, and of what "and the attic room?" asks it knows nothing.
    assert_eq!(baseline["in_order"]["value"], 1.0);
    assert!(baseline["right40"]["value"].as_f64().unwrap() >= 0.5, "{baseline:#}");
    assert!(baseline["right40"]["value"].as_f64().unwrap() < 1.0, "{baseline:#}");
}

#[test]
fn questions_are_told_apart_by_what_they_ask_for_as_they_were_understood() {
    let (figures, _) = evaluate(&Place::new(CORPUS), &[]);
    let asked = &figures["by"]["asked"];
    assert_eq!(asked["amount"]["n"], 2, "{asked:#}");
    assert_eq!((&asked["place"]["n"], &asked["person"]["n"]), (&1.into(), &1.into()));
    assert_eq!(figures["yes_no"]["n"], 1.0);
    assert_eq!(figures["curve"].as_array().unwrap().len(), 9);
}

#[test]
fn any_number_of_threads_gives_the_same_predictions_in_the_order_of_the_set() {
    let place = Place::new(CORPUS);
    let [one, four] = ["1", "4"].map(|threads| timeless(&place, &["--threads", threads]));
    assert_eq!(one, four);
    assert_eq!(ids(&one), ["1", "2", "3", "4", "5"]);
}

/// The predictions without the times, which differ from run to run.
fn timeless(place: &Place, arguments: &[&str]) -> Vec<Value> {
    let mut lines = predictions(place, arguments);
    for line in &mut lines {
        line.as_object_mut().unwrap().remove("latency_ms");
    }
    lines
}

#[test]
fn questions_in_lower_case_are_answered_all_the_same() {
    let (figures, _) = evaluate(&Place::new(CORPUS), &["--as", "lower"]);
    assert_eq!(figures["n"], 5);
    assert!(figures["overall"]["right40"]["value"].as_f64().unwrap() >= 0.5, "{figures:#}");
}

#[test]
fn the_same_seed_makes_the_same_typing_errors() {
    let place = Place::new(CORPUS);
    let mistyped = |seed: &str| timeless(&place, &["--as", "typos", "--seed", seed]);
    let first = mistyped("1");
    assert_eq!(ids(&first), ["1", "2", "3", "4", "5"]);
    assert_eq!(mistyped("1"), first);
    assert!(["2", "3", "4"].iter().any(|seed| mistyped(seed) != first));
}

#[test]
fn a_sample_is_the_same_each_time_and_keeps_the_order() {
    let place = Place::new(CORPUS);
    let drawn = predictions(&place, &["--sample", "3"]);
    let places: Vec<usize> = ids(&drawn).iter().map(|id| id.parse().unwrap()).collect();
    assert!(places.len() == 3 && places.is_sorted(), "{places:?}");
    assert_eq!(ids(&predictions(&place, &["--sample", "3"])), ids(&drawn));
    assert_eq!(ids(&predictions(&place, &["--sample", "99"])), ["1", "2", "3", "4", "5"]);
}

#[test]
fn only_questions_about_documents_that_are_held_back_are_asked() {
    let place = Place::new(CORPUS);
    let held_back = |seed: &str| predictions(&place, &["--part", "held-back", "--tune-seed", seed]);
    assert_eq!(ids(&held_back("7")), ["1", "2", "4"]);
    assert_eq!(ids(&held_back("4")), ["3"]);
    let set = place.folder().join("set.jsonl");
    let nothing = place.run(&["eval", set.to_str().unwrap(), "--part", "held-back", "--tune-seed", "0"]);
    nothing.failed(1, "tuning with the seed 0 holds back");
}

#[test]
fn without_a_reader_words_alone_stand_beside_nothing_and_that_is_said() {
    let place = Place::new(CORPUS);
    let set = place.folder().join("set.jsonl");
    fs::write(&set, QUESTIONS).unwrap();
    let run = place.run(&["eval", "--beside", set.to_str().unwrap()]);
    assert_eq!(run.code, 0, "{}", run.err);
    assert!(run.err.contains("there is no reader"), "{}", run.err);
    assert!(run.out.starts_with("figure "), "{}", run.out);
    for said in ["lexical", "asking word", "how long, old, much", "yes or no", "p99"] {
        assert!(run.out.contains(said), "{said} is not in\n{}", run.out);
    }
    let asked_alone = place.run(&["eval", "--chooser", "reader", set.to_str().unwrap()]);
    asked_alone.failed(2, "there is no reader");
}

#[test]
fn beside_each_other_figures_are_those_of_a_run_alone() {
    let place = Place::new(CORPUS);
    let (beside, written) = evaluate(&place, &["--beside"]);
    let (alone, expected) = evaluate(&place, &["--chooser", "lexical"]);
    assert_eq!(beside["n"], 5);
    for figure in ["right40", "right", "abst_rec", "false_abst", "auc_decline"] {
        assert_eq!(beside["overall"]["lexical"][figure], alone["overall"][figure], "{figure}");
    }
    assert_eq!(beside["by"]["asking_word"]["where"]["n"], 1);
    assert!(beside["latency_ms"]["lexical"]["p99"].as_f64().unwrap() > 0.0, "{beside:#}");
    assert_eq!(beside["latency_ms"]["n"], 5);
    assert_eq!(written.lines().count(), expected.lines().count());
}

/// Weights that know of the reader, whatever has been learned: where it reads, nothing is sure enough to be told.
const READER_WEIGHTS: &str = "
learned_with = \"nothing\"
about = []
sentences = { base = 0.0, trees = [] }
spans = { base = 0.0, trees = [] }
confidence = { base = 0.0, trees = [] }
support = { base = -5.0, trees = [] }
";

#[test]
fn words_reader_and_both_stand_beside_each_other() {
    let place = Place::new(CORPUS);
    let shipped = fs::read_to_string(repository().join("config/weights.toml")).unwrap();
    let mut weights: toml::Table = shipped.parse().unwrap();
    weights.insert("reader".into(), READER_WEIGHTS.parse::<toml::Table>().unwrap().into());
    let settings = place.settings(&[("weights.toml", &weights.to_string())]);
    let set = place.folder().join("set.jsonl");
    fs::write(&set, QUESTIONS).unwrap();
    let mut command = place.command(&["eval", "--json", "--beside", set.to_str().unwrap()]);
    command
        .env("PASSIM_CONFIG_DIR", settings)
        .env("PASSIM_READER__ENABLED", "true")
        .env("PASSIM_READER__FOLDER", repository().join("config/reader"));
    let figures = Run::of(&mut command).json();
    for way in ["lexical", "reader", "both"] {
        assert!(figures["overall"][way]["right40"]["value"].is_f64(), "{way}: {figures:#}");
        assert!(figures["by"]["asking_word"]["where"][way]["right40"].is_f64(), "{way}: {figures:#}");
    }
    assert_eq!(figures["overall"]["lexical"]["false_abst"]["value"], 0.0, "{figures:#}");
    assert!(figures["overall"]["reader"]["false_abst"]["value"].as_f64().unwrap() > 0.5, "{figures:#}");
    assert!(figures["gained"]["right40"]["value"].as_f64().unwrap() < 0.0, "{figures:#}");
    let took = |way: &str| figures["latency_ms"][way]["p50"].as_f64().unwrap();
    assert!(took("lexical") < took("reader"), "{figures:#}");
}
