//! `passim eval`: the figures of a question set beside those of a plain search.

use std::fs;

use serde_json::Value;

use crate::program::Place;

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
    let without_time = |predictions: &str| -> Vec<Value> {
        let mut lines: Vec<Value> =
            predictions.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        for line in &mut lines {
            line.as_object_mut().unwrap().remove("latency_ms");
        }
        lines
    };
    let one = without_time(&evaluate(&place, &["--threads", "1"]).1);
    let four = without_time(&evaluate(&place, &["--threads", "4"]).1);
    assert_eq!(one, four);
    let ids: Vec<&str> = one.iter().map(|line| line["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["1", "2", "3", "4", "5"]);
}
