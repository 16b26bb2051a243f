//! What `passim sources` says of the corpus as a whole.

use serde_json::json;

use crate::program::Place;

const CORPUS: &str = "-- 001-old.md
---
date: 2020-03-01
status: superseded
---
# Fees of old

The fee was 5 euros in all of the years before the reform, and it was paid at the desk of the office.
-- 002-new.md
---
date: 2025-06-30
---
# Fees

The fee is 7 euros from the first of July on, and it is paid at the desk of the office.
-- copy.md
---
id: copy
---
# Fees

The fee is 7 euros from the first of July on, and it is paid at the desk of the office.
-- heading.md
---
title: Nothing yet
---
---
-- table.xlsx
PK
";

#[test]
fn what_is_twice_old_or_empty_is_said_in_words() {
    let place = Place::new(CORPUS);
    let said = place.run(&["sources"]).out;
    for line in [
        "has the same text as copy; one of them is enough",
        "has the same text as 002; one of them is enough",
        "4 documents with ",
        "; 1 file not read.",
        "Dates: 1 March 2020 (001) to 30 June 2025 (002); 2 without one.",
        "Superseded: 001.",
        "The same text: 002, copy.",
        "Languages: English (3), not known (1).",
    ] {
        assert!(said.contains(line), "{line}\n{said}");
    }
}

#[test]
fn problems_are_in_the_list_for_scripts_too() {
    let place = Place::new(CORPUS);
    let sources = place.run(&["sources", "--json"]).json();
    let problems = |path: &str| {
        let all = sources.as_array().unwrap();
        all.iter().find(|source| source["path"] == path).unwrap()["problems"].clone()
    };
    assert_eq!(problems("copy.md"), json!(["has the same text as 002; one of them is enough"]));
    assert_eq!(problems("heading.md"), json!(["nothing in it can be quoted"]));
    assert_eq!(problems("001-old.md"), json!([]));
}
