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

#[test]
fn sources_that_differ_are_all_told_with_their_dates_and_the_newest_does_not_win() {
    let place = Place::new(
        "-- 11.md\n# Depot hours\n\n3 March 2024\n\nThe depot opens at 8 o'clock on Saturdays.\n\
         -- 12.md\n# Notes for volunteers\n\n5 March 2025\n\nThe depot opens at 9 o'clock on Saturdays.\n",
    );
    let question = "When does the depot open on Saturdays?";
    let answer = place.ask(question);
    assert_eq!(answer["status"], "disputed", "{answer:#}");
    let mut dates: Vec<(String, String)> = [&answer]
        .into_iter()
        .chain(answer["disagreements"].as_array().unwrap())
        .map(|side| {
            let citations = side["citations"].as_array().unwrap();
            assert_eq!(citations.len(), 1, "{answer:#}");
            (citations[0]["date"].as_str().unwrap().to_owned(), side["answer"].as_str().unwrap().to_owned())
        })
        .collect();
    dates.sort();
    let says = |hour: &str| format!("The depot opens at {hour} o'clock on Saturdays");
    assert_eq!(dates, [("2024-03-03".to_owned(), says("8")), ("2025-03-05".to_owned(), says("9"))]);

    let shown = place.run(&["ask", question]).out;
    let line = shown.lines().next().unwrap();
    assert!(line.starts_with("The sources disagree: "), "{line}");
    assert!(line.contains("at 8 o'clock on Saturdays, per source 11 of 3 March 2024"), "{line}");
    assert!(line.contains("at 9 o'clock on Saturdays, per source 12 of 5 March 2025"), "{line}");
    for proof in ["> The depot opens at 8 o'clock", "> The depot opens at 9 o'clock", "[1] ", "[2] "] {
        assert!(shown.contains(proof), "{shown}");
    }
}

#[test]
fn the_side_that_more_sources_take_comes_first_and_cites_them_all() {
    let answer = Place::new(
        "-- 11.md\n# Night at the harbour\n\nThe fire in the harbour destroyed 14 boats on Sunday.\n\
         -- 12.md\n# Council statement\n\nThe fire in the harbour destroyed 17 boats, the council said.\n\
         -- 13.md\n# Morning after\n\nFourteen boats were destroyed by the fire in the harbour.\n",
    )
    .ask("How many boats did the fire in the harbour destroy?");
    assert_eq!(answer["status"], "disputed", "{answer:#}");
    let cited = |side: &Value| -> Vec<String> {
        let citations = side["citations"].as_array().unwrap().iter();
        let mut ids: Vec<String> = citations.map(|citation| citation["source"].to_string()).collect();
        ids.sort();
        ids
    };
    assert_eq!(cited(&answer), ["\"11\"", "\"13\""], "{answer:#}");
    assert_eq!(cited(&answer["disagreements"][0]), ["\"12\""], "{answer:#}");
}

#[test]
fn a_question_that_fits_two_leases_asks_back_and_the_chosen_one_answers() {
    let place = Place::new(
        "-- 21.md\n# Lease of Elm Street 4\n\nThe rent is 900 euros a month.\nThe notice period is three months.\n\
         -- 22.md\n# Lease of Oak Road 9\n\nThe rent is 750 euros a month.\nThe notice period is six weeks.\n",
    );
    for question in ["What is the rent?", "How much is the rent?", "What is the notice period?"] {
        let answer = place.ask(question);
        assert_eq!((&answer["status"], &answer["answer"]), (&"ambiguous".into(), &"".into()), "{answer:#}");
        assert_eq!(answer["citations"], Value::Array(Vec::new()), "{answer:#}");
        let mut choices = answer["choices"].as_array().unwrap().clone();
        choices.sort_by_key(|choice| choice["source"].to_string());
        let expected = serde_json::json!([
            { "source": "21", "title": "Lease of Elm Street 4" }, { "source": "22", "title": "Lease of Oak Road 9" }
        ]);
        assert_eq!(Value::Array(choices), expected, "{question}");
        let shown = place.run(&["ask", question]).out;
        assert!(shown.starts_with("That fits several documents. Which one is meant?"), "{shown}");
        for shows in ["Lease of Elm Street 4  21", "Lease of Oak Road 9  22", "Ask again with --source"] {
            assert!(shown.contains(shows), "{shown}");
        }
    }
    for (source, rent) in [("21", "900 euros"), ("22", "750 euros")] {
        let chosen = place.run(&["ask", "--json", "--source", source, "What is the rent?"]).json();
        assert_eq!(
            (&chosen["status"], &chosen["citations"][0]["source"]),
            (&"answered".into(), &source.into())
        );
        assert!(chosen["answer"].as_str().unwrap().contains(rent), "{chosen:#}");
    }
    let named = place.ask("What is the rent of Oak Road 9?");
    assert_eq!((&named["status"], &named["citations"][0]["source"]), (&"answered".into(), &"22".into()));
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
