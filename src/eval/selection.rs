//! Which questions of a set are asked: those about documents of one part, or so many drawn by chance.

use super::question_set::Question;
use crate::tune::{Part, Seed};

/// The questions about documents that `passim tune` with this seed learned nothing from.
pub fn held_back(questions: Vec<Question>, seed: Seed) -> Vec<Question> {
    questions.into_iter().filter(|question| seed.part_of(question) == Part::HeldBack).collect()
}

/// At most so many, in their order. Which ones depends on the seed and their ids only, and more of them hold the
/// fewer.
pub fn sample(questions: Vec<Question>, most: usize, seed: Seed) -> Vec<Question> {
    let mut drawn: Vec<(f64, usize, Question)> = Vec::with_capacity(questions.len());
    for (place, question) in questions.into_iter().enumerate() {
        drawn.push((seed.share(&format!("sample {}", question.id)), place, question));
    }
    drawn.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    drawn.truncate(most);
    drawn.sort_by_key(|(_, place, _)| *place);
    drawn.into_iter().map(|(_, _, question)| question).collect()
}

#[cfg(test)]
mod tests {
    use super::super::question_set;
    use super::*;

    /// A hundred questions about fifty documents.
    fn questions() -> Vec<Question> {
        let line = |id: usize| {
            let document = format!("d{}", id / 2);
            format!(
                "{{\"id\": \"q{id}\", \"q\": \"?\", \"accept\": [\"x\"], \"sources\": [\"{document}\"], \"answerable\": true}}"
            )
        };
        let set = (0..100).map(line).collect::<Vec<_>>().join("\n");
        question_set::parse(&set).unwrap()
    }

    fn ids(questions: Vec<Question>) -> Vec<String> {
        questions.into_iter().map(|question| question.id).collect()
    }

    #[test]
    fn a_larger_sample_holds_the_smaller_and_both_keep_the_order() {
        let (few, more) = (ids(sample(questions(), 10, Seed(1))), ids(sample(questions(), 30, Seed(1))));
        assert_eq!((few.len(), more.len()), (10, 30));
        assert!(few.iter().all(|id| more.contains(id)));
        let places: Vec<usize> = more.iter().map(|id| id[1..].parse().unwrap()).collect();
        assert!(places.is_sorted());
        assert_ne!(few, ids(sample(questions(), 10, Seed(2))));
        assert_eq!(ids(sample(questions(), 1_000, Seed(1))).len(), 100);
    }

    #[test]
    fn questions_about_one_document_are_held_back_together() {
        let held_back = held_back(questions(), Seed(7));
        assert!((10..40).contains(&held_back.len()), "{}", held_back.len());
        for pair in held_back.chunks(2) {
            assert_eq!(pair[0].doc_ids, pair[1].doc_ids);
        }
        assert!(held_back.iter().all(|question| Seed(7).part(&question.doc_ids[0]) == Part::HeldBack));
    }
}
