//! Sources that differ: both are told, the older as superseded where it says so, and none wins in silence.

use serde_json::Value;

use crate::program::Place;

/// Two policies about one thing: the older says of itself that it is superseded, the newer says so of the older.
const LOANS: &str = "\
-- 005-loans.md
---
title: Tool loans
date: 2021-03-01
superseded_by: 007
---

## Lending

The deposit for a drill is 40 euros.
The depot stands on the quay.
-- 007-loans.md
---
title: Tool loans
date: 2024-06-10
---

This policy supersedes policy 005.

## Lending

The deposit for a drill is 60 euros.
";

#[test]
fn a_superseded_source_is_told_beside_the_newer_one_and_named_as_such() {
    let place = Place::new(LOANS);
    let question = "How much is the deposit for a drill?";
    let answer = place.ask(question);
    assert_eq!(answer["status"], "disputed", "{answer:#}");
    let sides = sides(&answer);
    assert!(sides.contains(&("005".to_owned(), "40 euros".to_owned(), true)), "{sides:?}");
    assert!(sides.contains(&("007".to_owned(), "60 euros".to_owned(), false)), "{sides:?}");
    let reply = answer["reply"].as_str().unwrap();
    assert!(reply.contains("40 euros, per source 005 (superseded) of 1 March 2021"), "{reply}");
    assert!(reply.contains("60 euros, per source 007 of 10 June 2024"), "{reply}");

    let shown = place.run(&["ask", question]).out;
    assert!(
        shown.contains("] 005 · Tool loans (superseded) · 005-loans.md, line 9 · 1 March 2021"),
        "{shown}"
    );
    assert!(shown.contains("] 007 · Tool loans · 007-loans.md, line 10 · 10 June 2024"), "{shown}");
}

#[test]
fn an_answer_out_of_a_superseded_source_alone_says_so() {
    let place = Place::new(LOANS);
    let answer = place.ask("Where does the depot stand?");
    assert_eq!(answer["citations"][0]["superseded"], true, "{answer:#}");
    assert!(answer["reply"].as_str().unwrap().ends_with(", per source 005 (superseded)"), "{answer:#}");
}

#[test]
fn superseded_sources_are_listed_as_such() {
    let place = Place::new(LOANS);
    let sources = place.run(&["sources", "--json"]).json();
    assert_eq!((&sources[0]["superseded"], &sources[1]["superseded"]), (&true.into(), &false.into()));
    let listed = place.run(&["sources"]).out;
    assert!(
        listed.contains("005  Tool loans (superseded)\n") && listed.contains("007  Tool loans\n"),
        "{listed}"
    );
    let found = place.run(&["search", "drill"]).out;
    assert!(
        found.contains("005 · Tool loans (superseded) ") && found.contains("007 · Tool loans "),
        "{found}"
    );
}

/// Each side of an answer by its first citation: source, value, whether it is superseded.
fn sides(answer: &Value) -> Vec<(String, String, bool)> {
    let others = answer["disagreements"].as_array().unwrap();
    [answer]
        .into_iter()
        .chain(others)
        .map(|side| {
            let citation = &side["citations"][0];
            let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            (text(&citation["source"]), text(&side["value"]), citation["superseded"].as_bool().unwrap())
        })
        .collect()
}
