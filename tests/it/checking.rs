//! Checking claims: the verdict, the quotes under it, what differs, the promise of `--json`.

use std::io::Write;
use std::process::Stdio;

use serde_json::{Value, json};

use crate::program::{Place, Run};

const FILES: &str = "-- 004-lease.md\n# The lease\n\nThe lease of the office in Ghent runs for 15 years. It was signed by \
                     Ada Moreau on 6 January 2026.\n\nDogs are not allowed in the office.\n\
                     -- 005-letter.md\n# A letter\n\nThe lease of the warehouse runs for 8 years.\n";

fn check(arguments: &[&str]) -> Run {
    let run = Place::new(FILES).run(&[&["check"], arguments].concat());
    assert_eq!((run.code, run.err.as_str()), (0, ""), "{run:?}");
    run
}

fn checked(arguments: &[&str]) -> Value {
    check(&[&["--json", "--"], arguments].concat()).json()
}

#[test]
fn a_verdict_comes_with_its_quote_and_what_differs() {
    let run = check(&["The lease of the office in Ghent runs for 20 years."]);
    assert_eq!(
        run.out,
        "Contradicted: “The lease of the office in Ghent runs for 20 years.”, per source 004\n\
         The claim says 20 years, source 004 says 15 years.\n\n  \
         > The lease of the office in Ghent runs for 15 years.\n  \
         [1] 004 · The lease · 004-lease.md, line 3\n"
    );
    let run =
        check(&["The", "lease", "of", "the", "office", "in", "Ghent", "runs", "for", "fifteen", "years."]);
    assert!(
        run.out.starts_with(
            "Supported: “The lease of the office in Ghent runs for fifteen years.”, per source 004\n"
        ),
        "{}",
        run.out
    );
    let run = check(&["Dogs are allowed in the office."]);
    assert!(run.out.contains("\nSource 004 says the opposite.\n"), "{}", run.out);
    let run = check(&["The canteen serves pancakes."]);
    let said = "Not in the sources: “The canteen serves pancakes.” Nothing in them mentions “canteen”";
    assert!(run.out.starts_with(said), "{}", run.out);
}

#[test]
fn each_sentence_has_a_verdict_of_its_own() {
    let run = check(&[
        "Ada Moreau signed the lease on 6 January 2026. The lease of the warehouse runs for 9 years.",
    ]);
    let verdicts: Vec<&str> =
        run.out.lines().filter_map(|line| line.split_once(": “").map(|it| it.0)).collect();
    assert_eq!(verdicts, ["Supported", "Contradicted"], "{}", run.out);
    let run = check(&[&"Dogs are not allowed in the office. ".repeat(12)]);
    assert!(run.out.ends_with("2 more sentences were not checked: it is 10 at a time.\n"), "{}", run.out);
}

#[test]
fn the_json_has_verdict_probability_quotes_and_what_differs() {
    let json = checked(&["The lease of the office in Ghent runs for 20 years."]);
    let claim = &json["claims"][0];
    assert_eq!(claim["verdict"], "contradicted", "{json:#}");
    assert_eq!(claim["differs"], json!({ "kind": "number", "claimed": "20 years", "found": "15 years" }));
    let quote = &claim["citations"][0];
    assert_eq!((&quote["source"], &quote["line_start"]), (&json!("004"), &json!(3)));
    assert_eq!(quote["quote"], "The lease of the office in Ghent runs for 15 years.");
    assert!((0.5..=1.0).contains(&claim["probability"].as_f64().unwrap()));
    assert!(json["took_ms"].as_f64().unwrap() > 0.0);

    let json = checked(&["The canteen serves pancakes."]);
    let claim = &json["claims"][0];
    assert_eq!((&claim["verdict"], &claim["citations"]), (&json!("not_in_sources"), &json!([])), "{json:#}");
    assert_eq!((&claim["differs"], &claim["missing"][0]), (&Value::Null, &json!("canteen")));
}

#[test]
fn what_claims_nothing_is_no_failure() {
    assert!(check(&["How long does the lease run?"]).out.starts_with("That is a question, not a claim."));
    assert!(check(&["--", "…"]).out.starts_with("There is nothing to check in that."));
    assert_eq!(checked(&["How long does the lease run?"])["no_claim"], "question");
}

#[test]
fn a_claim_is_read_from_standard_input_and_held_against_named_sources() {
    let place = Place::new(FILES);
    let piped = |arguments: &[&str], text: &[u8]| {
        let mut command = place.command(&[&["check", "--json"], arguments, &["-"]].concat());
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(text).unwrap();
        let output = child.wait_with_output().unwrap();
        serde_json::from_slice::<Value>(&output.stdout).unwrap()
    };
    let text = "The lease of the office in Ghent runs for 15 years.\n";
    assert_eq!(piped(&[], text.as_bytes())["claims"][0]["verdict"], "supported");
    let elsewhere = piped(&["--source", "005"], text.as_bytes());
    assert_ne!(elsewhere["claims"][0]["verdict"], "supported", "{elsewhere:#}");
    assert_eq!(piped(&[], "a ".repeat(9_000).as_bytes())["no_claim"], "too_long");
    assert!(piped(&[], b"\xff\xfe lease \x00")["claims"].is_array());
}

#[test]
fn what_cannot_be_used_is_told() {
    let place = Place::new(FILES);
    place.run(&["check", "--source", "999", "The lease runs."]).failed(1, "there is no source '999'");
    place.run(&["check"]).failed(2, "<TEXT>");
    place.run(&["check", "--set", "nowhere.jsonl"]).failed(1, "cannot read nowhere.jsonl");
    place.write("bad.jsonl", b"{\"id\": 1}\n");
    let bad = place.corpus().join("bad.jsonl");
    place.run(&["check", "--set", bad.to_str().unwrap()]).failed(1, "line 1 of");
}

#[test]
fn a_set_of_claims_is_measured() {
    let place = Place::new(FILES);
    let line = |id: &str, claim: &str, corpus: &str, verdict: &str, changed: Value| {
        let sources = if verdict == "not_in_sources" { json!([]) } else { json!(["004"]) };
        json!({ "id": id, "claim": claim, "corpus": corpus, "verdict": verdict, "changed": changed, "sources": sources })
    };
    let lines = [
        line("a", "The lease of the office in Ghent runs for 15 years.", "ours", "supported", Value::Null),
        line(
            "b",
            "The lease of the office in Ghent runs for 20 years.",
            "ours",
            "contradicted",
            json!("number"),
        ),
        line("c", "The canteen serves pancakes.", "ours", "supported", Value::Null),
        line("d", "Dogs are allowed in the office.", "theirs", "contradicted", json!("negation")),
    ];
    let file = place.folder().join("set.jsonl");
    std::fs::write(&file, lines.map(|line| line.to_string()).join("\n")).unwrap();
    let figures = place.run(&["check", "--json", "--only", "ours", "--set", file.to_str().unwrap()]).json();
    assert_eq!(figures["all"], json!({ "right": 2, "of": 3 }), "{figures:#}");
    assert_eq!(figures["by_verdict"]["supported"], json!({ "right": 1, "of": 2 }));
    assert_eq!(figures["by_change"], json!({ "number": { "right": 1, "of": 1 } }));
    assert_eq!((&figures["wrong"], &figures["contradicted_called_supported"]), (&json!(["c"]), &json!(0)));
    let table = place.run(&["check", "--set", file.to_str().unwrap()]).out;
    assert!(table.starts_with("right                              3 of    4\n"), "{table}");
    assert!(table.contains("contradicted, called supported     0\n"), "{table}");
}
