//! Whether the confidence means what it says, and what another threshold would change.

use super::Prediction;
use super::measures::{Figure, Share, measure};
use super::question_set::Question;

/// Calibration over fewer answers than this would be noise.
pub const FEWEST_ANSWERS: usize = 20;

const BINS: usize = 10;

/// A tenth of the answers given, by their confidence.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bin {
    pub answers: usize,
    /// The mean.
    pub confidence: f64,
    /// The share that was right in a line.
    pub right40: f64,
}

/// What a run would come to if answers with less support than a threshold were declined.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AtThreshold {
    pub threshold: f64,
    /// Over the answerable questions.
    pub right40: Share,
    /// The answerable questions that would be declined.
    pub wrongly_declined: Share,
    /// The unanswerable questions that would be declined.
    pub rightly_declined: Share,
}

/// Ten bins of as many answers each, least sure first; none where there are too few answers. Among equal
/// confidences the wrong answers come first, so that the bins are the same whatever the order.
pub fn reliability(answered: &[(Question, Prediction)]) -> Vec<Bin> {
    let given = answered.iter().filter(|(_, prediction)| !prediction.abstained);
    let answers: Vec<(f64, f64)> = given
        .map(|(question, prediction)| (prediction.confidence, right40(question, prediction).num))
        .collect();
    bins(answers)
}

/// The bins of (confidence, 1 where right).
pub fn bins(mut answers: Vec<(f64, f64)>) -> Vec<Bin> {
    let count = answers.len();
    if count < FEWEST_ANSWERS {
        return Vec::new();
    }
    answers.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    let mut bins = Vec::with_capacity(BINS);
    for bin in 0..BINS {
        let bin = &answers[bin * count / BINS..(bin + 1) * count / BINS];
        let size = bin.len() as f64;
        bins.push(Bin {
            answers: bin.len(),
            confidence: bin.iter().map(|(confidence, _)| confidence).sum::<f64>() / size,
            right40: bin.iter().map(|(_, right)| right).sum::<f64>() / size,
        });
    }
    bins
}

/// At 0.1, 0.2 … 0.9. What the run declined stays declined, since no answer to it is known: below the threshold
/// of the run the curve is flat, and a run with the threshold 0 shows all of it.
pub fn curve(answered: &[(Question, Prediction)]) -> Vec<AtThreshold> {
    let rows: Vec<(&Question, &Prediction, Share)> = answered
        .iter()
        .filter(|(question, _)| !question.retrieval_only)
        .map(|(question, prediction)| (question, prediction, right40(question, prediction)))
        .collect();
    (1..10).map(|tenth| at_threshold(&rows, f64::from(tenth) / 10.0)).collect()
}

fn at_threshold(rows: &[(&Question, &Prediction, Share)], threshold: f64) -> AtThreshold {
    let mut at = AtThreshold {
        threshold,
        right40: Share::default(),
        wrongly_declined: Share::default(),
        rightly_declined: Share::default(),
    };
    for (question, prediction, right) in rows {
        let is_declined = prediction.abstained || prediction.support < threshold;
        let declined = if is_declined { 1.0 } else { 0.0 };
        if question.answerable {
            at.right40.num += right.num * (1.0 - declined);
            at.right40.den += right.den;
            at.wrongly_declined.num += declined;
            at.wrongly_declined.den += 1.0;
        } else {
            at.rightly_declined.num += declined;
            at.rightly_declined.den += 1.0;
        }
    }
    at
}

fn right40(question: &Question, prediction: &Prediction) -> Share {
    measure(question, prediction).get(Figure::Right40).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::super::question_set;
    use super::*;

    /// Answerable questions, the answers to which are right from a confidence (and support) on, and one that has
    /// no answer.
    fn answered(confidences: &[f64], right_from: f64) -> Vec<(Question, Prediction)> {
        let mut set = String::new();
        for id in 0..confidences.len() {
            set += &format!(
                "{{\"id\": \"{id}\", \"q\": \"?\", \"accept\": [\"ada\"], \"sources\": [\"1\"], \"answerable\": true}}\n"
            );
        }
        set += "{\"id\": \"none\", \"q\": \"?\", \"answerable\": false}\n";
        let reply = |confidence: f64| Prediction {
            answer: if confidence >= right_from { "Ada" } else { "Bob" }.to_owned(),
            citations: vec!["1".to_owned()],
            confidence,
            support: confidence,
            ..Prediction::default()
        };
        let replies = confidences.iter().map(|confidence| reply(*confidence)).chain([reply(0.25)]);
        question_set::parse(&set).unwrap().into_iter().zip(replies).collect()
    }

    #[test]
    fn every_bin_has_as_many_answers_and_says_how_many_were_right() {
        let confidences: Vec<f64> = (0..39).map(|n| f64::from(n) / 40.0).collect();
        let bins = reliability(&answered(&confidences, 0.5));
        assert_eq!(bins.len(), 10);
        assert!(bins.iter().all(|bin| bin.answers == 4));
        assert!(bins.windows(2).all(|pair| pair[0].confidence <= pair[1].confidence));
        assert_eq!((bins[0].right40, bins[9].right40), (0.0, 1.0));
    }

    #[test]
    fn few_answers_say_nothing_about_calibration() {
        assert_eq!(reliability(&answered(&[0.5; 18], 0.0)), []);
    }

    #[test]
    fn a_higher_threshold_declines_more_both_ways() {
        let curve = curve(&answered(&[0.15, 0.35, 0.75, 0.85], 0.5));
        let at = |tenth: usize| {
            let at = curve[tenth - 1];
            (at.right40.num, at.wrongly_declined.num, at.rightly_declined.num)
        };
        assert_eq!(at(1), (2.0, 0.0, 0.0));
        assert_eq!(at(3), (2.0, 1.0, 1.0));
        assert_eq!(at(8), (1.0, 3.0, 1.0));
        assert_eq!(at(9), (0.0, 4.0, 1.0));
        assert_eq!((curve[0].right40.den, curve[0].rightly_declined.den), (4.0, 1.0));
    }

    #[test]
    fn what_was_declined_stays_so_below_the_threshold_of_the_run() {
        let mut answered = answered(&[0.15], 0.0);
        answered[0].1.abstained = true;
        assert_eq!(curve(&answered)[0].wrongly_declined.num, 1.0);
    }
}
