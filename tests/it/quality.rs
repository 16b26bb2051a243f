//! The floors under the quality of answers: they only ever rise.

use serde_json::Value;

use crate::program::{Place, Run, repository};

#[track_caller]
fn figures(corpus: &str, questions: &str) -> Value {
    let file = repository().join(questions);
    Place::over(corpus).run(&["eval", "--json", file.to_str().unwrap()]).json()
}

/// With the reader that ships.
#[track_caller]
fn figures_with_reader(corpus: &str, questions: &str) -> Value {
    let file = repository().join(questions);
    let place = Place::over(corpus);
    let mut command = place.command(&["eval", "--json", file.to_str().unwrap()]);
    command
        .env("PASSIM_READER__ENABLED", "true")
        .env("PASSIM_READER__FOLDER", repository().join("config/reader"))
        .env("PASSIM_READER__THREADS", "2");
    Run::of(&mut command).json()
}

#[track_caller]
fn at_least(figures: &Value, name: &str, floor: f64) {
    let value =
        figures["overall"][name]["value"].as_f64().unwrap_or_else(|| panic!("no {name} in {figures:#}"));
    assert!(value >= floor, "{name} is {value:.3}, its floor {floor}");
}

#[test]
fn the_seeds_questions_stay_above_their_floors() {
    let figures = figures("seeds", "tests/questions/seeds.jsonl");
    at_least(&figures, "right40", 0.77);
    at_least(&figures, "abst_rec", 0.78);
    at_least(&figures, "in_order", 1.0);
}

#[test]
fn the_handbook_questions_stay_above_their_floors() {
    let alone = figures("tests/handbook/docs", "tests/handbook/questions.jsonl");
    at_least(&alone, "right40", 0.67);
    at_least(&alone, "abst_rec", 0.55);
    at_least(&alone, "in_order", 1.0);
    let dialogues = figures("tests/handbook/docs", "tests/handbook/dialogues.jsonl");
    at_least(&dialogues, "right40", 0.8);
    at_least(&dialogues, "in_order", 1.0);
}

#[test]
fn with_the_reader_more_is_answered_right() {
    let seeds = figures_with_reader("seeds", "tests/questions/seeds.jsonl");
    at_least(&seeds, "right40", 0.83);
    at_least(&seeds, "abst_rec", 0.75);
    at_least(&seeds, "in_order", 1.0);
    let handbook = figures_with_reader("tests/handbook/docs", "tests/handbook/questions.jsonl");
    at_least(&handbook, "right40", 0.78);
    at_least(&handbook, "abst_rec", 0.66);
    at_least(&handbook, "in_order", 1.0);
}

/// Verdicts over the claims of `tests/questions/claims.jsonl` that are about these documents.
fn verdicts(corpus: &str, only: &str) -> Value {
    let file = repository().join("tests/questions/claims.jsonl");
    let figures =
        Place::over(corpus).run(&["check", "--json", "--only", only, "--set", file.to_str().unwrap()]);
    figures.json()
}

#[test]
fn claims_are_judged_rightly_and_hardly_any_contradicted_one_is_called_supported() {
    let sets = [verdicts("tests/handbook/docs", "handbook"), verdicts("seeds", "seeds")];
    let sum = |path: &str| sets.iter().map(|set| set.pointer(path).unwrap().as_u64().unwrap()).sum::<u64>();
    assert_eq!(sum("/all/of"), 100);
    assert!(sum("/all/right") >= 86, "{sets:#?}");
    assert!(sum("/contradicted_called_supported") <= 2, "{sets:#?}");
    // Whoever is told a verdict can look at the document that gives it.
    assert!(sum("/cited/right") * 20 >= sum("/cited/of") * 19, "{sets:#?}");
}
