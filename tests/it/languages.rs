//! Documents and questions in several languages.

use serde_json::{Value, json};

use crate::program::Place;

const GERMAN: &str = "-- miete.md
# Mietverträge der Gemeinde

Der Mietvertrag für das Bootshaus wurde für zwölf Jahre abgeschlossen. Die Verträge der Vereine werden jährlich geprüft.

Das Bootshaus kostet 900 Euro im Monat. Die Hausmeisterin heißt Frau Brandt, und sie wohnt nebenan.
";
const ENGLISH: &str = "-- pier.md
# The pier

The pier was closed in 2024 because of the storm. It is opened again when the council has seen the report of the engineers.

The harbour master is Joan Pratt, and she has the keys of the pier and of the boat house.
";
const FRENCH: &str = "-- salle.md
# La salle des fêtes

La salle des fêtes est ouverte aux associations de la commune. Les réservations se font à la mairie, auprès de Madame Petit.

Le ménage de la salle est fait par les associations, et les clés sont rendues le lendemain.
";

fn sources(place: &Place) -> Value {
    place.run(&["sources", "--json"]).json()
}

#[track_caller]
fn cites(place: &Place, question: &str, path: &str, words: &str) {
    let answer = place.ask(question);
    assert_eq!(answer["citations"][0]["path"], path, "{question}: {answer}");
    let quote = answer["citations"][0]["quote"].as_str().unwrap();
    assert!(quote.contains(words), "{question}: {quote}");
    assert_eq!(answer["other_language"], Value::Null, "{question}");
}

#[test]
fn the_language_of_each_document_is_recognised() {
    let place = Place::new(&[GERMAN, ENGLISH, FRENCH].concat());
    let sources = sources(&place);
    let languages: Vec<&Value> =
        sources.as_array().unwrap().iter().map(|source| &source["language"]).collect();
    assert_eq!(json!(languages), json!(["de", "en", "fr"]), "{sources}");
}

#[test]
fn words_are_found_in_the_forms_of_their_language() {
    let place = Place::new(&[GERMAN, ENGLISH, FRENCH].concat());
    cites(&place, "Welcher Vertrag der Vereine wird geprüft?", "miete.md", "Verträge der Vereine");
    cites(&place, "Wie heißt die Hausmeisterin?", "miete.md", "Brandt");
    cites(&place, "Who has the key of the pier?", "pier.md", "Joan Pratt");
    cites(&place, "Les réservations se font auprès de qui ?", "salle.md", "mairie");
}

#[test]
fn a_german_question_of_number_price_or_time_gets_its_value() {
    let place = Place::new(&[GERMAN, ENGLISH].concat());
    let answer = place.ask("Was kostet das Bootshaus im Monat?");
    assert_eq!(answer["value"], "900 Euro", "{answer}");
    let answer = place.ask("Für wie viele Jahre wurde der Mietvertrag abgeschlossen?");
    assert!(answer["answer"].as_str().unwrap().contains("zwölf Jahre"), "{answer}");
}

#[test]
fn a_name_is_found_in_sources_of_another_language() {
    let place = Place::new(&[GERMAN, ENGLISH].concat());
    cites(&place, "Wer ist Joan Pratt?", "pier.md", "Joan Pratt");
}

#[test]
fn a_question_in_a_language_that_no_source_has_is_told_so() {
    let place = Place::new(&[GERMAN, ENGLISH].concat());
    let answer = place.ask("Combien coûte la location de la salle pour une association ?");
    assert_eq!(answer["status"], "abstained", "{answer}");
    assert_eq!(answer["other_language"], json!({ "question": "fr", "sources": ["de", "en"] }));
    assert_eq!(
        answer["reply"],
        "The sources do not say: they are in German and English, and this seems to be French."
    );
    // Of a few words nobody can tell the language; nor is one missing that a source has.
    for question in
        ["Kaffeemaschine?", "Wo steht die Kaffeemaschine für die Gäste?", "Where is the coffee machine?"]
    {
        assert_eq!(place.ask(question)["other_language"], Value::Null, "{question}");
    }
}

#[test]
fn a_misspelt_word_is_corrected_within_its_language() {
    let place = Place::new(GERMAN);
    let answer = place.ask("Wie heißt die Hausmeistrin?");
    assert_eq!(answer["corrections"], json!([{ "from": "hausmeistrin", "to": "hausmeisterin" }]), "{answer}");
    assert!(answer["answer"].as_str().unwrap().contains("Brandt"), "{answer}");
}

#[test]
fn text_of_a_source_is_as_it_was_whatever_its_language() {
    let place = Place::new(GERMAN);
    let hits = place.run(&["search", "--json", "Verträge"]).json();
    let passage = hits["hits"][0]["passage"].as_str().unwrap();
    assert!(passage.starts_with("Der Mietvertrag") && passage.contains("Verträge"), "{passage}");
    place.ask("Wie heißt die Hausmeisterin?");
    let verified = place.run(&["verify", "--all"]);
    assert!(verified.code == 0 && verified.out.contains("1 hold"), "{verified:?}");
}
