//! Questions that are made to break something, over documents that are: `cargo bench -- --hostile` does the same at length.

use crate::attack::{self, Trial};
use crate::program::Place;

#[test]
fn hostile_questions_over_hostile_documents_panic_hang_and_misquote_nowhere() {
    let place = Place::empty();
    let trial = Trial { seed: 7, documents: 240, documents_a_folder: 120, questions: 600, threads: 2 };
    let report = attack::run(trial, &place.folder().join("hostile"), |_| {}).unwrap();
    assert!(report.faults.is_empty(), "{:#?}", report.faults);
    assert!(report.documents == 240 && report.questions >= 600);
    // What is too spoilt for any answer would test nothing.
    assert!(report.found > 100 && report.quotes > 200, "{} found, {} quotes", report.found, report.quotes);
    assert!((1..200).contains(&report.refused), "{} documents were refused", report.refused);
}
