//! One question set answered in several ways, beside each other: by words alone, by the reader alone, and by both.

use super::Prediction;
use super::asking::AskingWord;
use super::measures::{Figure, Group, Latency, Summary, groups_named, summarise};
use super::question_set::Question;
use crate::answer::Chooser;

pub mod differences;
pub mod table;

use differences::{Difference, differences};

/// What is shown of each way, in this order.
pub const FIGURES: [Figure; 8] = [
    Figure::Right40,
    Figure::Right,
    Figure::F1,
    Figure::Em,
    Figure::AbstRec,
    Figure::FalseAbst,
    Figure::Ece,
    Figure::AucDecline,
];

/// A question set, answered in one way.
#[derive(Debug, Clone)]
pub struct Way {
    pub chooser: Chooser,
    pub answered: Vec<(Question, Prediction)>,
    /// Of single answers, one after the other.
    pub latency: Option<Latency>,
}

/// What [`table`] shows.
#[derive(Debug, Clone)]
pub struct Beside {
    pub questions: usize,
    pub columns: Vec<Column>,
    /// How far the last column lies above the first; empty where there is one column only.
    pub gained: Vec<(Figure, Difference)>,
    /// As many groups in each as there are columns, in the order of the columns.
    pub by_asking: Vec<(AskingWord, Vec<Group>)>,
}

/// The figures of one way.
#[derive(Debug, Clone)]
pub struct Column {
    pub chooser: Chooser,
    pub summary: Summary,
    pub latency: Option<Latency>,
}

/// Each way has answers to the same questions, in the same order. `asking` is of these questions as they were
/// written, whichever version was asked.
pub fn of(ways: &[Way], asking: &[AskingWord]) -> Beside {
    let column =
        |way: &Way| Column { chooser: way.chooser, summary: summarise(&way.answered), latency: way.latency };
    let gained = match ways {
        [first, .., last] => differences(&first.answered, &last.answered, &FIGURES),
        _ => Vec::new(),
    };
    Beside {
        questions: asking.len(),
        columns: ways.iter().map(column).collect(),
        gained,
        by_asking: by_asking(ways, asking),
    }
}

fn by_asking(ways: &[Way], asking: &[AskingWord]) -> Vec<(AskingWord, Vec<Group>)> {
    let names: Vec<String> = asking.iter().map(|word| word.name().to_owned()).collect();
    let ways: Vec<Vec<Group>> = ways.iter().map(|way| groups_named(&way.answered, &names)).collect();
    let mut words = asking.to_vec();
    words.sort_unstable();
    words.dedup();
    let named = |groups: &Vec<Group>, word: AskingWord| {
        groups.iter().find(|group| group.name.as_deref() == Some(word.name())).cloned()
    };
    words.into_iter().map(|word| (word, ways.iter().filter_map(|way| named(way, word)).collect())).collect()
}

/// As options and columns call it.
pub fn name(chooser: Chooser) -> &'static str {
    match chooser {
        Chooser::Lexical => "lexical",
        Chooser::Reader => "reader",
        Chooser::Both => "both",
    }
}

#[cfg(test)]
pub(super) mod samples {
    use super::super::measures;
    use super::super::question_set;
    use super::*;

    /// Three ways over one question with an answer, which only the first gets wrong, and one that is declined.
    pub fn beside() -> Beside {
        let asking = [AskingWord::Who, AskingWord::HowMany];
        let ways = [
            way(Chooser::Lexical, "Bob", 0.4),
            way(Chooser::Reader, "Ada", 0.9),
            way(Chooser::Both, "Ada", 0.8),
        ];
        of(&ways, &asking)
    }

    pub fn way(chooser: Chooser, answer: &str, confidence: f64) -> Way {
        let set = r#"
            {"id": "1", "question": "Who paid?", "answers": ["Ada"], "doc_ids": ["4"], "answerable": true}
            {"id": "2", "question": "How many?", "answerable": false}
        "#;
        let said = Prediction {
            id: "1".into(),
            answer: answer.into(),
            citations: vec!["004".into()],
            confidence,
            ..Prediction::default()
        };
        let declined =
            Prediction { id: "2".into(), abstained: true, confidence: 0.5, ..Prediction::default() };
        let answered = question_set::parse(set).unwrap().into_iter().zip([said, declined]).collect();
        Way { chooser, answered, latency: measures::latency(vec![1.0, 2.5, 4.0]) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_stand_in_the_order_of_asking_words_with_one_for_each_way() {
        let beside = samples::beside();
        let found: Vec<_> = beside
            .by_asking
            .iter()
            .map(|(word, groups)| {
                (*word, groups.iter().map(|group| group.right40.value()).collect::<Vec<_>>())
            })
            .collect();
        assert_eq!(
            found,
            [(AskingWord::Who, vec![Some(0.0), Some(1.0), Some(1.0)]), (AskingWord::HowMany, vec![None; 3])]
        );
    }

    #[test]
    fn one_way_alone_gains_nothing() {
        let alone = [samples::way(Chooser::Lexical, "Bob", 0.4)];
        assert_eq!(of(&alone, &[AskingWord::Who, AskingWord::HowMany]).gained, []);
        assert_eq!(samples::beside().gained[0].1.value, 1.0);
    }
}
