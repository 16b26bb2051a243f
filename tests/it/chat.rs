//! The conversation in a terminal, driven through a pipe.

use std::io::Write;
use std::process::Stdio;

use crate::program::Place;

fn chat(place: &Place, lines: &str) -> String {
    let mut child = place
        .command(&["chat"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(lines.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn a_follow_up_takes_what_it_leaves_out_and_that_is_shown() {
    let place = Place::new(
        "-- 1.txt\nThe canteen in Ghent opens at 8:30.\n\nThe canteen in Leipzig opens at 9:15.\n",
    );
    let said = chat(&place, "When does the canteen in Ghent open?\nand in Leipzig?\n");
    assert!(said.contains("Understood as: When does the canteen in Leipzig open?"), "{said}");
    assert!(said.contains("9:15, per source 1"), "{said}");
    assert!(!said.contains('\u{1b}'), "no colour in a pipe: {said}");
}

#[test]
fn commands_show_help_sources_and_reasons_and_mistakes_stop_nothing() {
    let place = Place::new("-- 4.txt\nThe gate code is 4711.\n");
    let said = chat(
        &place,
        "/why\n/frobnicate\n/source\n/source 9\nWhat is the gate code?\n/why\n/source 4:1\n/help\n/quit\nnot read\n",
    );
    for expected in [
        "nothing was asked yet",
        "there is no command '/frobnicate'; /help lists them",
        "name a source",
        "there is no source '9'",
        "The gate code is 4711, per source 4",
        "Confidence",
        "1  The gate code is 4711.",
        "how the last answer was chosen",
    ] {
        assert!(said.contains(expected), "{expected:?} is not in {said}");
    }
    assert!(!said.contains("not read"));
}

#[test]
fn a_document_that_changes_meanwhile_is_answered_from_as_it_is_now() {
    let place = Place::new("-- 4.txt\nThe gate code is 4711.\n");
    let mut child = place.command(&["chat"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    let mut output = std::io::BufReader::new(child.stdout.take().unwrap());
    let mut read_until = |wanted: &str| {
        let mut line = String::new();
        while !line.contains(wanted) {
            line.clear();
            assert!(std::io::BufRead::read_line(&mut output, &mut line).unwrap() > 0, "no '{wanted}'");
        }
        line
    };
    writeln!(input, "What is the gate code?").unwrap();
    assert!(read_until("per source").contains("4711"));
    place.write("4.txt", b"The gate code is 4712.\n");
    writeln!(input, "/passage").unwrap();
    assert!(read_until("ask again").contains("4.txt has changed since"));
    writeln!(input, "What is the gate code?").unwrap();
    assert!(read_until("per source").contains("4712"));
    drop(input);
    child.wait().unwrap();
}

#[test]
fn a_passage_shows_what_stands_around_the_quote() {
    let place = Place::new(
        "-- 4.md\n# The lease\n\nIt was signed in Ghent.\n\nIt runs for 15 years. Nobody objected.\n\nThe rent is low.\n\n# Boats\n\nThey are blue.\n",
    );
    let said =
        chat(&place, "/passage\nFor how many years does it run?\n/passage\nwhat is a xylophone\n/passage\n");
    assert!(said.starts_with("nothing was quoted yet"), "{said}");
    let around = "The lease\n    3  It was signed in Ghent.\n    5  It runs for 15 years. Nobody objected.\n    7  The rent is low.\n";
    assert!(said.contains(around), "{said}");
    assert!(!said.contains("They are blue"), "{said}");
}

#[test]
fn an_answer_is_verified_and_a_claim_is_checked_in_a_chat() {
    let place =
        Place::new("-- lease.md\n# The lease\n\nThe lease of the office in Ghent runs for 15 years.\n");
    let out = chat(
        &place,
        "/verify\n/check\nHow long does the lease run?\n/verify\n/verify nonsense\n/check The lease runs for 20 years.\n/check -\n",
    );
    assert!(out.starts_with("nothing was asked yet"), "{out}");
    assert!(out.contains("say what is claimed"), "{out}");
    assert!(out.contains("holds"), "{out}");
    assert!(out.contains("'nonsense' is no receipt"), "{out}");
    assert!(out.contains("Contradicted"), "{out}");
    assert!(out.ends_with("\n") && !out.contains("panicked"), "{out}");
}
