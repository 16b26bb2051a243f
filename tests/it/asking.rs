//! Asking a question: the line, the proof, the promise of `--json`.

use std::fs;

use serde_json::Value;

use crate::program::{Place, Run, repository};

#[track_caller]
fn check(files: &str, question: &str, reply: &str) {
    let answer = Place::new(files).ask(question);
    assert_eq!(answer["reply"], reply, "{answer:#}");
}

#[test]
fn the_question_of_the_readme_is_answered_with_its_source() {
    let run = Place::over("seeds").run(&["ask", "How many years of guarantees were agreed?"]);
    assert_eq!(run.code, 0, "{}", run.err);
    assert_eq!(run.out.lines().next(), Some("15 years agreed, per source 004"));
    assert!(run.out.contains("but that 15 years had been agreed."), "{}", run.out);
    assert!(run.out.contains("[1] 004 · "), "{}", run.out);
    assert_eq!(run.err, "");
}

#[test]
fn an_answer_below_the_settings_is_shown_as_the_closest_statement() {
    let place = Place::over("seeds");
    let ask = |arguments: &[&str]| {
        let mut command = place.command(&["ask", "How many years of guarantees were agreed?"]);
        Run::of(command.args(arguments).env("PASSIM_ANSWER__CLOSEST_BELOW", "1"))
    };
    let run = ask(&[]);
    assert_eq!(run.out.lines().next(), Some("Closest statement, to be checked, per source 004:"));
    assert!(run.out.contains("but that 15 years had been agreed."), "{}", run.out);
    // Scripts decide by the confidence themselves.
    let json = ask(&["--json"]).json();
    assert_eq!(json["reply"], "Closest statement, to be checked, per source 004:");
    assert_eq!((&json["answer"], &json["value"]), (&"15 years agreed".into(), &"15 years".into()));
}

#[test]
fn a_measure_that_was_agreed_is_told_without_its_auxiliary() {
    check(
        "-- 7-lease.txt\nThe tenant had hoped for a notice period of ten weeks, but six weeks had been granted.\n",
        "How many weeks of notice were granted?",
        "six weeks granted, per source 7",
    );
    check(
        "-- 12.txt\nThe board said that it had requested 900 dollars a seat, but that 400 dollars had been approved.\n",
        "How many dollars were approved?",
        "400 dollars approved, per source 12",
    );
}

#[test]
fn people_keep_the_auxiliary_since_they_could_act_themselves() {
    check(
        "-- 3.txt\nIn March, 12 workers were attacked.\n",
        "How many workers were attacked?",
        "In March, 12 workers were attacked, per source 3",
    );
}

#[test]
fn a_hedge_a_condition_and_a_negation_stay_in_the_line() {
    for (sentence, question, kept) in [
        ("The migration may take 3 days.", "How long does the migration take?", "may"),
        ("The refund is 40 euros unless the ticket was used.", "How much is the refund?", "unless"),
        ("The office will not open before 9 May 2025.", "When will the office open?", "not"),
        ("Up to 20 guests are allowed.", "How many guests are allowed?", "Up to"),
    ] {
        let answer = Place::new(&format!("-- 1.txt\n{sentence}\n")).ask(question);
        let line = answer["answer"].as_str().unwrap();
        assert!(line.contains(kept), "{question}: {line:?} lost {kept:?}");
    }
}

#[test]
fn values_are_taken_out_by_what_is_asked() {
    let files = "\
-- 5-minutes.md
# Minutes of the harbour council

The council met in Port Ellery on 3 March 2024.
The meeting was chaired by Nora Quill, the mayor of Port Ellery.
The new pier costs $4.2 million and will be built by Brack Marine Ltd.
The old pier was closed in November 2019.
";
    let place = Place::new(files);
    for (question, value) in [
        ("When did the council meet?", "3 March 2024"),
        ("Where did the council meet?", "Port Ellery"),
        ("Who chaired the meeting?", "Nora Quill"),
        ("How much does the new pier cost?", "$4.2 million"),
        ("Which company will build the new pier?", "Brack Marine Ltd"),
        ("When was the old pier closed?", "November 2019"),
    ] {
        assert_eq!(place.ask(question)["value"], value, "{question}");
    }
}

#[test]
fn sources_that_say_the_same_are_all_cited() {
    let answer = Place::new(
        "-- 1.txt\nThe consortium has 35 members from nine countries.\n-- 2.txt\nAll thirty members of the club came.\n\
         -- 3.txt\nToday the consortium counts 35 members in all.\n",
    )
    .ask("How many members does the consortium have?");
    assert_eq!(answer["value"], "35 members", "{answer:#}");
    assert!(answer["reply"].as_str().unwrap().ends_with(", per sources 1 and 3"), "{answer:#}");
}

#[test]
fn what_the_sources_do_not_say_is_declined_with_the_missing_words() {
    let answer = Place::new("-- 1.txt\nThe office opens at nine.\n").ask("Who painted the Mona Lisa?");
    assert_eq!(answer["status"], "abstained");
    assert_eq!(answer["answer"], "");
    assert_eq!(answer["citations"], Value::Array(Vec::new()));
    assert_eq!(answer["missing"], serde_json::json!(["painted", "mona", "lisa"]));
    assert_eq!(
        answer["reply"],
        "The sources do not say: nothing in them mentions “painted”, “mona” or “lisa”."
    );
}

#[test]
fn a_declined_question_shows_the_closest_passage() {
    let answer = Place::new("-- 1.txt\nThe office in Ghent opens at nine.\n")
        .ask("How many desks does the Ghent office have?");
    assert_eq!(answer["status"], "abstained", "{answer:#}");
    assert_eq!(answer["nearest"]["quote"], "The office in Ghent opens at nine.");
}

#[test]
fn misspelt_words_are_read_as_words_of_the_corpus_and_that_is_said() {
    let place = Place::new("-- 1.txt\nThe coalition consists of 35 states.\n");
    let answer = place.ask("how many states are in the coaltion");
    assert_eq!(answer["value"], "35 states");
    assert_eq!(answer["corrections"], serde_json::json!([{ "from": "coaltion", "to": "coalition" }]));
    let run = place.run(&["ask", "how many states are in the coaltion"]);
    assert!(run.out.contains("Read “coaltion” as “coalition”."), "{}", run.out);
}

#[test]
fn small_talk_gets_a_kind_line_and_no_citation() {
    let answer = Place::over("seeds").ask("thanks!");
    assert_eq!(answer["status"], "smalltalk");
    assert_eq!(answer["reply"], "You are welcome.");
    assert_eq!(answer["citations"], Value::Array(Vec::new()));
}

#[test]
fn a_question_can_be_put_to_one_source() {
    let place = Place::new("-- 1-a.txt\nThe rent is 900 euros.\n-- 2-b.txt\nThe rent is 700 euros.\n");
    let answer = place.run(&["ask", "--json", "--source", "2", "How much is the rent?"]).json();
    assert_eq!(answer["citations"][0]["source"], "2", "{answer:#}");
    assert_eq!(answer["value"], "700 euros");
    place
        .run(&["ask", "--source", "9", "How much?"])
        .failed(1, "there is no source '9'; 'passim sources' lists them");
}

#[test]
fn the_same_question_gives_the_same_bytes_in_every_process() {
    let place = Place::over("seeds");
    let without_time = |mut answer: Value| {
        answer.as_object_mut().unwrap().remove("took_ms");
        answer.to_string()
    };
    let first = without_time(place.ask("Who is Helen McEntee?"));
    place.run(&["index", "--rebuild"]);
    assert_eq!(without_time(place.ask("Who is Helen McEntee?")), first);
    assert_eq!(without_time(Place::over("seeds").ask("Who is Helen McEntee?")), first);
}

#[test]
fn every_quote_is_a_slice_of_its_file_and_every_answer_stands_in_its_quotes() {
    let place = Place::over("seeds");
    let out = place.folder().join("predictions.jsonl");
    let questions = repository().join("tests/questions/seeds.jsonl");
    place.run(&["eval", questions.to_str().unwrap(), "--pred", out.to_str().unwrap()]);
    let mut answered = 0;
    for line in fs::read_to_string(questions).unwrap().lines() {
        let question: Value = serde_json::from_str(line).unwrap();
        let answer = place.ask(question["q"].as_str().unwrap());
        for citation in answer["citations"].as_array().unwrap().iter().chain([&answer["nearest"]]) {
            if citation.is_null() {
                continue;
            }
            let file = fs::read(repository().join("seeds").join(citation["path"].as_str().unwrap())).unwrap();
            let bytes = citation["byte_start"].as_u64().unwrap() as usize
                ..citation["byte_end"].as_u64().unwrap() as usize;
            let quote = citation["quote"].as_str().unwrap();
            assert_eq!(&file[bytes.clone()], quote.as_bytes(), "{question}");
            let line = file[..bytes.start].iter().filter(|byte| **byte == b'\n').count() + 1;
            assert_eq!(citation["line_start"], line, "{question}");
        }
        answered += usize::from(answer["status"] == "answered");
    }
    assert!(answered > 60, "only {answered} were answered");
}

#[test]
fn other_encodings_are_read_said_and_cited_as_show_prints_them() {
    let place = Place::new("-- 1.txt\nNothing here.\n");
    place.write("2.txt", b"Caf\xe9 list.\r\n\r\nThe caf\xe9 opens at 9 o'clock.\r\n");
    let utf16: Vec<u8> =
        "\u{feff}The kiosk opens at 7 o'clock.\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    place.write("3.txt", &utf16);
    let answer = place.ask("When does the café open?");
    let citation = &answer["citations"][0];
    assert_eq!(citation["quote"], "The café opens at 9 o'clock.", "{answer:#}");
    assert_eq!(citation["line_start"], 3);
    assert_eq!(place.run(&["show", "2:3"]).out, "3  The café opens at 9 o'clock.\n");
    assert_eq!(
        place.ask("When does the kiosk open?")["citations"][0]["quote"],
        "The kiosk opens at 7 o'clock."
    );
    let sources = place.run(&["sources", "--json"]).json().to_string();
    assert!(
        sources.contains("is Windows-1252 and was read as that") && sources.contains("is UTF-16"),
        "{sources}"
    );
}

#[test]
fn a_lead_in_is_told_with_what_follows_it() {
    check(
        "-- 1.md\nThe warranty does not cover:\n\n- batteries\n- damage by lightning.\n",
        "What is not covered by the warranty?",
        "The warranty does not cover: batteries; damage by lightning, per source 1",
    );
    check(
        "-- 2.md\nTo restart the ingest service, run:\n\n```sh\nsystemctl restart ingest\n```\n",
        "How do I restart the ingest service?",
        "To restart the ingest service, run: systemctl restart ingest, per source 2",
    );
}

#[test]
fn a_table_cell_is_told_with_the_first_of_its_row_and_its_header() {
    let table = "-- 1.md\n| Country | Hotel | Meals per day |\n|---|---|---|\n| Belgium | €140 | €45 |\n| United Kingdom | €170 | €52 |\n";
    check(
        table,
        "How much are meals per day in the United Kingdom?",
        "United Kingdom · [Meals per day] €52, per source 1",
    );
    check(table, "How much is a hotel in Belgium?", "Belgium · [Hotel] €140, per source 1");
}

#[test]
fn why_shows_numbers_that_add_up_to_the_score() {
    let place = Place::over("seeds");
    let why = place.run(&["why", "--json", "How many years of guarantees were agreed?"]).json();
    let best = &why["candidates"][0];
    for candidate in why["candidates"].as_array().unwrap() {
        let parts = candidate["features"].as_array().unwrap().iter();
        let sum: f64 = parts.map(|part| part["contribution"].as_f64().unwrap()).sum();
        let sum = sum + candidate["intercept"].as_f64().unwrap();
        assert!((sum - candidate["score"].as_f64().unwrap()).abs() < 1e-9, "{candidate:#}");
    }
    assert_eq!(best["source"], "004");
    assert_eq!(best["values"][0]["text"], "15 years");
    let probability = |place: usize| best["values"][place]["probability"].as_f64().unwrap();
    assert!(probability(0) >= probability(1) && best["rejected"].is_null(), "{best:#}");
    let decision = &why["confidence"];
    for (value, intercept, signs) in
        [("value", "intercept", "signs"), ("support", "support_intercept", "support_signs")]
    {
        let parts = decision[signs].as_array().unwrap().iter();
        let logit = decision[intercept].as_f64().unwrap()
            + parts.map(|sign| sign["contribution"].as_f64().unwrap()).sum::<f64>();
        let shown = decision[value].as_f64().unwrap();
        assert!((shown - 1.0 / (1.0 + (-logit).exp())).abs() < 1e-9, "{value}: {shown}");
    }
    let text = place.run(&["why", "Who painted the Mona Lisa?"]).out;
    assert!(text.contains("in no source") && text.contains("Declined: "), "{text}");
}

#[test]
fn found_passages_mark_the_words_that_were_looked_for() {
    let place =
        Place::new("-- 1.txt\nThe pier is old.\n\nThe mayor likes the old pier.\n-- 2.txt\nNothing here.\n");
    let found = place.run(&["search", "--json", "--limit", "1", "mayor's pier"]).json();
    let hit = &found["hits"][0];
    assert_eq!(hit["passage"], "The mayor likes the old pier.");
    assert_eq!(hit["highlights"], serde_json::json!([[4, 9], [24, 28]]));
    assert_eq!(hit["line_start"], 3);
    assert_eq!(found["hits"].as_array().unwrap().len(), 1);
}

#[test]
fn a_source_is_shown_with_its_line_numbers() {
    let place = Place::new("-- 4.txt\none\ntwo\nthree\n");
    assert_eq!(place.run(&["show", "4"]).out, "1  one\n2  two\n3  three\n");
    assert_eq!(place.run(&["show", "4:2-3"]).out, "2  two\n3  three\n");
    place.run(&["show", "4:9"]).failed(1, "cannot show line 9 of 4: it has 3 lines");
    place.run(&["show", "4:b"]).failed(2, "'b' is no line");
    place.run(&["show", "5"]).failed(1, "there is no source '5'");
}

#[test]
fn a_line_ends_without_the_sign_that_its_sentence_ends_with() {
    for end in [".", ",", ";"] {
        let place = Place::new(&format!(
            "-- market.md\nThe stalls move into the old harbour hall whenever it rains{end}\n"
        ));
        let answer = place.ask("What moves into the old harbour hall whenever it rains?");
        assert_eq!(answer["answer"], "The stalls move into the old harbour hall whenever it rains", "{end}");
    }
}
