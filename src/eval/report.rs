//! All that is told of a run: our figures, those of the baseline, and what lies behind them.

use super::Prediction;
use super::calibration::{self, AtThreshold, Bin};
use super::measures::{Group, Share, Summary, groups_named, polarity, summarise};
use super::question_set::Question;

/// A question set, answered.
#[derive(Debug, Clone, Default)]
pub struct Run {
    pub answered: Vec<(Question, Prediction)>,
    /// For each question what it asks for, as it was understood: "person", "yes_no".
    pub asked: Vec<String>,
    /// The same questions, answered by the [`super::baseline`].
    pub baseline: Vec<(Question, Prediction)>,
}

/// What [`super::table`] shows.
#[derive(Debug, Clone)]
pub struct Report {
    pub summary: Summary,
    pub baseline: Summary,
    /// By what was asked for; empty where `type` or `kind` of the set tell its questions apart.
    pub by_asked: Vec<Group>,
    /// `None` where the set has no question of yes or no.
    pub yes_no: Option<YesNo>,
    pub reliability: Vec<Bin>,
    pub curve: Vec<AtThreshold>,
}

/// How questions of yes or no were answered.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct YesNo {
    /// Those that were answered with yes or no.
    pub answered: Share,
    /// The mean of the share of yes that were found and the share of no, over those answered so; `None` where
    /// the set or the answers have only one of the two.
    pub balanced_accuracy: Option<f64>,
}

pub fn of(run: &Run) -> Report {
    let summary = summarise(&run.answered);
    let told_apart = summary.by_type.len() > 1 || summary.by_kind.len() > 1;
    let by_asked = if told_apart { Vec::new() } else { groups_named(&run.answered, &run.asked) };
    Report {
        baseline: summarise(&run.baseline),
        by_asked,
        yes_no: yes_no(&run.answered),
        reliability: calibration::reliability(&run.answered),
        curve: calibration::curve(&run.answered),
        summary,
    }
}

fn yes_no(answered: &[(Question, Prediction)]) -> Option<YesNo> {
    let mut said_so = Share::default();
    let mut recall = [Share::default(); 2];
    for (question, prediction) in answered {
        let Some(gold) = gold_polarity(question) else { continue };
        said_so.den += 1.0;
        let said = if prediction.abstained { None } else { polarity(&prediction.answer) };
        if let Some(said) = said {
            said_so.num += 1.0;
            let side = &mut recall[usize::from(gold == "no")];
            side.den += 1.0;
            side.num += if said == gold { 1.0 } else { 0.0 };
        }
    }
    let balanced_accuracy = recall[0].value().zip(recall[1].value()).map(|(yes, no)| (yes + no) / 2.0);
    (said_so.den > 0.0).then_some(YesNo { answered: said_so, balanced_accuracy })
}

/// How a right reply opens, where the question is one of yes or no and has an answer.
fn gold_polarity(question: &Question) -> Option<&str> {
    if !question.answerable {
        return None;
    }
    if let Some(polarity) = &question.polarity {
        return Some(polarity);
    }
    let is_yes_no = question.kind.as_deref() == Some("yes-no");
    is_yes_no.then(|| question.answers.iter().find_map(|gold| polarity(gold))).flatten()
}

#[cfg(test)]
mod tests {
    use super::super::question_set;
    use super::*;

    fn run(set: &str, answers: &[&str], asked: &[&str]) -> Run {
        let reply = |answer: &&str| Prediction {
            answer: (*answer).to_owned(),
            abstained: answer.is_empty(),
            ..Prediction::default()
        };
        let answered: Vec<_> =
            question_set::parse(set).unwrap().into_iter().zip(answers.iter().map(reply)).collect();
        let asked = asked.iter().map(|asked| (*asked).to_owned()).collect();
        Run { baseline: answered.clone(), answered, asked }
    }

    #[test]
    fn yes_and_no_count_alike_however_many_there_are_of_each() {
        let set = r#"
            {"id": "1", "question": "?", "answers": ["Yes"], "kind": "yes-no", "answerable": true}
            {"id": "2", "question": "?", "answers": ["yes, so"], "kind": "yes-no", "answerable": true}
            {"id": "3", "q": "?", "accept": ["x"], "polarity": "no", "answerable": true}
            {"id": "4", "q": "?", "accept": ["x"], "polarity": "no", "answerable": true}
            {"id": "5", "question": "?", "answers": ["Bob"], "answerable": true}
        "#;
        let report = of(&run(set, &["Yes: a", "No: b", "No: c", "", "Bob"], &["yes_no"; 5]));
        let yes_no = report.yes_no.unwrap();
        assert_eq!((yes_no.answered.num, yes_no.answered.den), (3.0, 4.0));
        assert_eq!(yes_no.balanced_accuracy, Some(0.75));
    }

    #[test]
    fn one_side_alone_cannot_be_balanced() {
        let set = r#"{"id": "1", "q": "?", "accept": ["x"], "polarity": "no", "answerable": true}"#;
        assert_eq!(of(&run(set, &["No: c"], &["yes_no"])).yes_no.unwrap().balanced_accuracy, None);
        let other = r#"{"id": "1", "q": "?", "accept": ["x"], "answerable": true}"#;
        assert_eq!(of(&run(other, &["x"], &["open"])).yes_no, None);
    }

    #[test]
    fn questions_of_one_kind_are_told_apart_by_what_they_ask_for() {
        let set = r#"
            {"id": "1", "question": "?", "answers": ["Ada"], "doc_ids": [], "answerable": true, "kind": "span"}
            {"id": "2", "question": "?", "answers": ["5"], "doc_ids": [], "answerable": true, "kind": "span"}
            {"id": "3", "question": "?", "answers": ["6 men"], "doc_ids": [], "answerable": true, "kind": "span"}
        "#;
        let groups = of(&run(set, &["Ada", "5", "6 women"], &["person", "count", "count"])).by_asked;
        let found: Vec<_> = groups
            .iter()
            .map(|group| (group.name.as_deref().unwrap(), group.questions, group.f1.value()))
            .collect();
        assert_eq!(found, [("count", 2, Some(0.75)), ("person", 1, Some(1.0))]);
    }

    #[test]
    fn a_set_that_tells_its_questions_apart_is_grouped_its_own_way() {
        let set = r#"
            {"id": "1", "question": "?", "answers": ["Ada"], "answerable": true, "type": "who"}
            {"id": "2", "question": "?", "answers": ["5"], "answerable": true, "type": "number"}
        "#;
        let report = of(&run(set, &["Ada", "5"], &["person", "count"]));
        assert!(report.by_asked.is_empty());
        assert_eq!(report.summary.by_type.len(), 2);
    }
}
