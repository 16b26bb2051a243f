//! An answer as `--json` prints it, for scripts.

use serde::Serialize;

use super::reply::Reply;
use super::{Answer, Choice, Citation, Correction, Degraded, Finding, OtherLanguage, Outcome};

/// Its shape is a promise.
#[derive(Debug, Serialize)]
pub struct Json<'a> {
    question: &'a str,
    understood_as: Option<&'a str>,
    pub status: &'static str,
    pub answer: &'a str,
    pub value: Option<&'a str>,
    reply: &'a str,
    pub confidence: f64,
    pub support: f64,
    pub citations: &'a [Citation],
    pub disagreements: Vec<Disagreement<'a>>,
    choices: &'a [Choice],
    corrections: &'a [Correction],
    missing: &'a [String],
    /// Where the question is in a language that no source is in.
    other_language: Option<&'a OtherLanguage>,
    nearest: Option<&'a Citation>,
    /// Why somebody who may took the answer back.
    withdrawn: Option<&'a str>,
    pub ranked_sources: &'a [String],
    /// What the answer had to do without, and so may differ from the next to the same question.
    #[serde(skip_serializing_if = "Option::is_none")]
    degraded: Option<Degraded>,
    receipt: &'a str,
    took_ms: f64,
}

impl<'a> Json<'a> {
    pub fn of(answer: &'a Answer, reply: &'a Reply, took_ms: f64) -> Json<'a> {
        let mut json = Json {
            question: &answer.question,
            understood_as: answer.understood_as.as_deref(),
            status: "abstained",
            answer: "",
            value: None,
            reply: &reply.headline,
            confidence: answer.confidence,
            support: answer.support,
            citations: &[],
            disagreements: Vec::new(),
            choices: &[],
            corrections: &answer.corrections,
            missing: &answer.missing,
            other_language: answer.other_language.as_ref(),
            nearest: None,
            withdrawn: None,
            ranked_sources: &answer.ranked_sources,
            degraded: answer.degraded,
            receipt: &answer.receipt,
            took_ms: (took_ms * 1e3).round() / 1e3,
        };
        match &answer.outcome {
            Outcome::Found(finding) => json.tell("answered", finding),
            Outcome::Disputed { best, others } => {
                json.tell("disputed", best);
                json.disagreements = others.iter().map(Disagreement::of).collect();
            }
            Outcome::Ambiguous { choices } => {
                json.status = "ambiguous";
                json.choices = choices;
            }
            Outcome::Abstained { nearest } => json.nearest = nearest.as_ref(),
            Outcome::Withdrawn { reason } => json.withdrawn = Some(reason),
            Outcome::SmallTalk(_) => json.status = "smalltalk",
            Outcome::Empty | Outcome::TooLong => {}
        }
        json
    }

    fn tell(&mut self, status: &'static str, finding: &'a Finding) {
        self.status = status;
        self.answer = &finding.answer;
        self.value = finding.value.as_deref();
        self.citations = &finding.citations;
    }
}

/// What other sources say instead.
#[derive(Debug, Serialize)]
pub struct Disagreement<'a> {
    pub answer: &'a str,
    value: Option<&'a str>,
    pub citations: &'a [Citation],
}

impl<'a> Disagreement<'a> {
    fn of(finding: &'a Finding) -> Disagreement<'a> {
        Disagreement {
            answer: &finding.answer,
            value: finding.value.as_deref(),
            citations: &finding.citations,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::samples;
    use super::super::template::Templates;
    use super::*;
    use crate::language::Language;

    fn json(outcome: Outcome) -> Value {
        let templates =
            Templates::parse(include_str!("../../config/replies.toml"), "replies.toml", Language::English);
        let answer = samples::answer(outcome);
        let reply = Reply::of(&answer, &templates.unwrap(), None, 0.5);
        serde_json::to_value(Json::of(&answer, &reply, 0.1)).unwrap()
    }

    #[test]
    fn a_dispute_is_the_best_supported_answer_with_the_others_beside_it() {
        let json = json(samples::disputed());
        assert_eq!(
            (&json["status"], &json["answer"], &json["value"]),
            (&json!("disputed"), &json!("30 days are due"), &json!("30 days"))
        );
        assert_eq!(
            (&json["citations"][0]["source"], &json["citations"][1]["source"]),
            (&json!("101"), &json!("6"))
        );
        let [other] = json["disagreements"].as_array().unwrap().as_slice() else { panic!("{json:#}") };
        assert_eq!((&other["answer"], &other["value"]), (&json!("28 days"), &json!("28 days")));
        assert_eq!(other["citations"][0]["source"], "105");
        assert_eq!(other["citations"][0]["date"], "2026-02-03");
        assert!(json["reply"].as_str().unwrap().starts_with("The sources disagree: 30 days"), "{json:#}");
        assert_eq!(json["choices"], json!([]));
    }

    #[test]
    fn a_question_that_fits_several_subjects_names_them_and_answers_nothing() {
        let json = json(samples::ambiguous(&[("1", "Ghent"), ("2", "Leipzig")]));
        assert_eq!(
            (&json["status"], &json["answer"], &json["value"]),
            (&json!("ambiguous"), &json!(""), &Value::Null)
        );
        assert_eq!((&json["citations"], &json["disagreements"]), (&json!([]), &json!([])));
        let expected = json!([{ "source": "1", "title": "Ghent" }, { "source": "2", "title": "Leipzig" }]);
        assert_eq!(json["choices"], expected);
        assert_eq!(json["reply"], "That fits several documents. Which one is meant?");
    }
}
