//! HTML, PDF and DOCX beside text and Markdown: answered out of, cited by their page, shown, verified.

use std::fs;

use serde_json::Value;

use crate::files::{docx, item, paragraph, pdf, table};
use crate::program::Place;

const PAGE: &str = "<!doctype html><html lang='en'><head><title>Boats | Harbour site</title>\
    <meta name='date' content='2026-03-04'><script>var price = 'The skiff costs 1 euro a day.';</script></head><body>\
    <header>Harbour of Oldport</header><nav><ul><li>Home</li><li>The skiff costs 2 euros a day.</li></ul></nav>\
    <main><h1>Boat hire</h1><p>Boats are hired out by the harbour office from April to October.</p>\
    <table><tr><th>Boat</th><th>Price a day</th></tr><tr><td>Skiff</td><td>35 euros</td></tr>\
    <tr><td>Dinghy</td><td>22 euros</td></tr></table></main>\
    <footer>The skiff costs 3 euros a day.</footer></body></html>";

fn report() -> Vec<u8> {
    let footer = |number: u32| format!("Page {number} of 3");
    let footers: Vec<String> = (1..=3).map(footer).collect();
    let head = (60, 800, 9, "Oldport harbour board, annual report");
    pdf(&[
        &[
            head,
            (60, 740, 20, "Annual report of the harbour"),
            (60, 700, 11, "The harbour board met in January and looked back at a quiet year with fewer"),
            (60, 686, 11, "storms than usual, and with more visitors from abroad."),
            (270, 30, 9, &footers[0]),
        ],
        &[
            head,
            (60, 740, 14, "Dredging"),
            (60, 710, 11, "The northern channel was dredged in May. The contractor removed 4,200 cubic me-"),
            (60, 696, 11, "tres of silt, which was brought to the old quarry behind the railway station."),
            (270, 30, 9, &footers[1]),
        ],
        &[
            head,
            (60, 740, 14, "Mooring fees"),
            (60, 710, 11, "Berth"),
            (260, 710, 11, "Fee a month"),
            (60, 694, 11, "North pier"),
            (260, 694, 11, "48 euros"),
            (60, 678, 11, "South pier"),
            (260, 678, 11, "61 euros"),
            (270, 30, 9, &footers[2]),
        ],
    ])
}

fn handbook() -> Vec<u8> {
    docx(&[
        paragraph("TOC1", "Keys ........ 3"),
        paragraph("berschrift1", "Crew handbook"),
        paragraph("H2", "Keys"),
        paragraph("", "Before the first trip every skipper does three things:"),
        item(0, "collects the key at the harbour office"),
        item(1, "against a deposit of 40 euros"),
        item(0, "signs the log book"),
        paragraph("H2", "Radio"),
        table(&[&["Channel", "Used for"], &["16", "distress calls"], &["72", "talk between boats"]]),
        "<w:p><w:del><w:r><w:t>The radio is never used.</w:t></w:r></w:del><w:r><w:t>The radio stays on.</w:t></w:r>\
         </w:p>"
            .to_owned(),
    ]
    .concat())
}

fn place() -> Place {
    let place = Place::empty();
    place.write("boats.html", PAGE.as_bytes());
    place.write("report.pdf", &report());
    place.write("handbook.docx", &handbook());
    place
}

/// The first citation, and that its quote stands where it says in what `show` prints.
#[track_caller]
fn cited(place: &Place, question: &str, answer: &str, source: &str) -> Value {
    let said = place.ask(question);
    assert!(said["answer"].as_str().unwrap().contains(answer), "{said:#}");
    let citation = said["citations"][0].clone();
    assert_eq!(citation["source"], source, "{said:#}");
    let shown = place.run(&["show", source]).out;
    let line = citation["line_start"].as_u64().unwrap().to_string();
    let shown = shown.lines().find_map(|shown| shown.trim_start().strip_prefix(&format!("{line}  ")));
    let first_line = citation["quote"].as_str().unwrap().lines().next().unwrap();
    assert!(shown.is_some_and(|shown| shown.contains(first_line)), "{shown:?} {citation:#}");
    citation
}

#[test]
fn a_row_of_a_page_answers_and_its_menu_does_not() {
    let place = place();
    let citation = cited(&place, "How much does the skiff cost a day?", "35 euros", "boats");
    assert_eq!((&citation["page"], citation["date"].as_str()), (&Value::Null, Some("2026-03-04")));
    assert_eq!(citation["title"], "Boat hire");
    let shown = place.run(&["show", "boats"]).out;
    assert!(!["Home", "costs", "Oldport"].iter().any(|out| shown.contains(out)), "{shown}");
}

#[test]
fn a_pdf_is_cited_by_its_page() {
    let place = place();
    let citation = cited(&place, "How much silt did the contractor remove?", "4,200 cubic metres", "report");
    assert_eq!(citation["page"], 2);
    let citation = cited(&place, "What is the fee for the south pier?", "61 euros", "report");
    assert_eq!(citation["page"], 3);
    let reply = place.run(&["ask", "How much silt did the contractor remove?"]).out;
    assert!(reply.contains("report.pdf, p. 2"), "{reply}");
    let found = place.run(&["search", "silt"]).out;
    assert!(found.contains("report.pdf, p. 2"), "{found}");
    let why = place.run(&["why", "How much silt did the contractor remove?"]).out;
    assert!(why.contains("report.pdf p. 2"), "{why}");
    let shown = place.run(&["show", "report"]).out;
    assert!(
        shown.contains("p. 3\n") && !shown.contains("of 3") && !shown.contains("annual report"),
        "{shown}"
    );
}

#[test]
fn headings_lists_and_tables_of_a_word_document_stay_such() {
    let place = place();
    let citation = cited(&place, "What is channel 16 used for?", "distress calls", "handbook");
    assert_eq!(citation["heading"], serde_json::json!(["Crew handbook", "Radio"]));
    cited(&place, "How much is the deposit for the key?", "40 euros", "handbook");
    let shown = place.run(&["show", "handbook"]).out;
    for line in
        ["# Crew handbook", "## Keys", "1. collects the key", "    - against a deposit", "| 72 | talk"]
    {
        assert!(shown.contains(line), "{line}: {shown}");
    }
    assert!(!shown.contains("never used") && !shown.contains("....."), "{shown}");
}

#[test]
fn sources_say_their_format() {
    let sources = place().run(&["sources", "--json"]).json();
    let formats: Vec<(&str, &str)> = sources
        .as_array()
        .unwrap()
        .iter()
        .map(|source| (source["path"].as_str().unwrap(), source["format"].as_str().unwrap()))
        .collect();
    assert_eq!(formats, [("boats.html", "html"), ("handbook.docx", "docx"), ("report.pdf", "pdf")]);
}

#[test]
fn what_was_extracted_is_kept_and_verified_and_goes_with_its_file() {
    let place = place();
    let question = "How much silt did the contractor remove?";
    let receipt = place.ask(question)["receipt"].as_str().unwrap().to_owned();
    let kept = || {
        let corpora = fs::read_dir(place.data().join("corpora")).unwrap().flatten();
        let folders = corpora.map(|entry| entry.path().join("extracted"));
        folders
            .flat_map(|folder| fs::read_dir(folder).unwrap().flatten())
            .map(|entry| entry.path())
            .collect::<Vec<_>>()
    };
    let before = kept();
    assert_eq!(before.len(), 3, "{before:?}");

    let verified = place.run(&["verify", &receipt]);
    assert_eq!(verified.code, 0, "{verified:?}");
    assert!(verified.out.contains("p. 2"), "{}", verified.out);

    // Saved again, with other bytes and the same words.
    place.write("report.pdf", &[report(), b"%again\n".to_vec()].concat());
    assert_eq!(place.run(&["verify", &receipt]).code, 0);
    assert_eq!(kept(), before, "verifying keeps nothing");

    place.write("report.pdf", &report_with(b"4,200", b"4,300"));
    let verified = place.run(&["verify", &receipt]);
    assert_eq!(verified.code, 3, "{verified:?}");
    assert!(verified.out.contains("closest on p. 2") && verified.out.contains("{+300+}"), "{}", verified.out);

    fs::remove_file(place.corpus().join("boats.html")).unwrap();
    for _ in 0..2 {
        place.run(&["index", "--rebuild", "--json"]).json();
    }
    assert_eq!(kept().len(), 2, "what no generation names is gone");
}

/// The report with other bytes of the same number.
fn report_with(from: &[u8], to: &[u8]) -> Vec<u8> {
    let mut bytes = report();
    let at = bytes.windows(from.len()).position(|window| window == from).unwrap();
    bytes[at..at + from.len()].copy_from_slice(to);
    bytes
}

#[test]
fn a_kept_text_that_was_damaged_is_extracted_anew() {
    let place = place();
    cited(&place, "How much silt did the contractor remove?", "4,200 cubic metres", "report");
    let corpus = fs::read_dir(place.data().join("corpora")).unwrap().flatten().next().unwrap().path();
    for entry in fs::read_dir(corpus.join("extracted")).unwrap().flatten() {
        let kept = fs::read_to_string(entry.path()).unwrap();
        fs::write(entry.path(), kept.replace("silt", "gold")).unwrap();
    }
    let shown = place.run(&["show", "report"]).out;
    assert!(shown.contains("silt") && !shown.contains("gold"), "{shown}");
}
