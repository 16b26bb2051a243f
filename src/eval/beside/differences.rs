//! How far one way of answering lies above another on the same questions, and how sure that is.
//!
//! Questions are drawn again and again, with repetitions, and both ways are measured on the same draw (paired
//! bootstrap, Efron and Tibshirani 1993), as `score.py --compare` does it.

use super::super::Prediction;
use super::super::measures::{Figure, Share, calibration_error, chance_of_order, measure};
use super::super::question_set::Question;
use crate::tune::Seed;

const DRAWS: usize = 1_000;
/// Nobody needs another: the interval hardly depends on it.
const SEED: Seed = Seed(1);

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Difference {
    pub value: f64,
    /// Where it lies with a confidence of 95 %.
    pub low: f64,
    pub high: f64,
}

/// Of the figures that both have, in their order. The two are answers to the same questions, in the same order.
pub fn differences(
    lower: &[(Question, Prediction)],
    upper: &[(Question, Prediction)],
    figures: &[Figure],
) -> Vec<(Figure, Difference)> {
    let [lower, upper] = [lower, upper].map(|answered| Measured::all(answered, figures));
    let all: Vec<usize> = (0..lower.len()).collect();
    let values = gains(&lower, &upper, &all, figures);
    let mut drawn: Vec<Vec<f64>> = vec![Vec::new(); figures.len()];
    for draw in 0..DRAWS {
        let gains = gains(&lower, &upper, &places(draw, lower.len()), figures);
        for (drawn, gain) in drawn.iter_mut().zip(gains) {
            drawn.extend(gain);
        }
    }
    let mut found = Vec::new();
    for ((figure, value), drawn) in figures.iter().zip(values).zip(drawn) {
        if let Some((value, (low, high))) = value.zip(middle(drawn)) {
            found.push((*figure, Difference { value, low, high }));
        }
    }
    found
}

/// As many places of so many as there are, each of them any number of times.
fn places(draw: usize, count: usize) -> Vec<usize> {
    let place = |turn: usize| (SEED.share(&format!("{draw} {turn}")) * count as f64) as usize;
    (0..count).map(place).collect()
}

/// A question as the figures need it.
struct Measured {
    shares: Vec<Share>,
    is_answerable: bool,
    is_declined: bool,
    confidence: f64,
    right40: f64,
}

impl Measured {
    fn all(answered: &[(Question, Prediction)], shown: &[Figure]) -> Vec<Measured> {
        let measured = |(question, prediction): &(Question, Prediction)| {
            let figures = measure(question, prediction);
            let share = |figure: &Figure| figures.get(*figure).unwrap_or_default();
            Measured {
                shares: shown.iter().map(share).collect(),
                is_answerable: question.answerable,
                is_declined: prediction.abstained,
                confidence: prediction.confidence,
                right40: share(&Figure::Right40).num,
            }
        };
        answered.iter().map(measured).collect()
    }
}

/// For each figure how far the one lies above the other over the questions at these places.
fn gains(lower: &[Measured], upper: &[Measured], places: &[usize], figures: &[Figure]) -> Vec<Option<f64>> {
    let [lower, upper] =
        [lower, upper].map(|all| places.iter().map(|place| &all[*place]).collect::<Vec<_>>());
    let gain = |(column, figure): (usize, &Figure)| {
        Some(value(*figure, column, &upper)? - value(*figure, column, &lower)?)
    };
    figures.iter().enumerate().map(gain).collect()
}

fn value(figure: Figure, column: usize, rows: &[&Measured]) -> Option<f64> {
    match figure {
        Figure::AucDecline => {
            let of = |is_answerable: bool| -> Vec<f64> {
                let rows = rows.iter().filter(|row| row.is_answerable == is_answerable);
                rows.map(|row| row.confidence).collect()
            };
            chance_of_order(&of(true), of(false))
        }
        Figure::Ece => {
            let answers = rows.iter().filter(|row| !row.is_declined);
            calibration_error(answers.map(|row| (row.confidence, row.right40)).collect())
        }
        _ => {
            let mut sum = Share::default();
            for row in rows {
                sum.num += row.shares[column].num;
                sum.den += row.shares[column].den;
            }
            sum.value()
        }
    }
}

/// The values between which 95 % of them lie; `None` where there are none.
fn middle(mut values: Vec<f64>) -> Option<(f64, f64)> {
    values.sort_by(f64::total_cmp);
    let last = values.len().checked_sub(1)? as f64;
    Some((values[(last * 0.025) as usize], values[(last * 0.975).ceil() as usize]))
}

#[cfg(test)]
mod tests {
    use super::super::super::measures::summarise;
    use super::super::super::question_set;
    use super::*;

    /// A hundred questions with an answer and twenty without, so many of the first of which are answered rightly
    /// and the surer the righter.
    fn answered(right: usize) -> Vec<(Question, Prediction)> {
        let mut all = Vec::new();
        for id in 0..120 {
            let set = format!(
                "{{\"id\": \"{id}\", \"question\": \"?\", \"answers\": [\"Ada\"], \"doc_ids\": [\"1\"], \"answerable\": {}}}",
                id < 100
            );
            let is_right = id < right;
            let prediction = Prediction {
                answer: if is_right { "Ada" } else { "Bob" }.to_owned(),
                citations: vec!["1".to_owned()],
                confidence: if is_right { 0.9 } else { 0.4 },
                ..Prediction::default()
            };
            all.push((question_set::parse(&set).unwrap().remove(0), prediction));
        }
        all
    }

    #[test]
    fn a_difference_is_that_of_the_figures_and_lies_in_its_interval() {
        let (lower, upper) = (answered(50), answered(70));
        let figures = [Figure::Right40, Figure::F1, Figure::AucDecline, Figure::Ece, Figure::Misled];
        let found = differences(&lower, &upper, &figures);
        let names: Vec<Figure> = found.iter().map(|(figure, _)| *figure).collect();
        assert_eq!(names, figures[..4]);
        let [lower, upper] = [&lower, &upper].map(|answered| summarise(answered).figures);
        for (figure, Difference { value, low, high }) in found {
            let of = |figures: &super::super::super::measures::Figures| figures.get(figure)?.value();
            let expected = of(&upper).unwrap() - of(&lower).unwrap();
            assert!((value - expected).abs() < 1e-9, "{figure:?}");
            assert!(low <= value && value <= high, "{figure:?}");
        }
    }

    #[test]
    fn the_interval_of_a_share_is_as_wide_as_the_theory_says() {
        let (_, gained) = differences(&answered(50), &answered(70), &[Figure::Right40])[0];
        // A gain of 0.2 over 100 questions: plus and minus 1.96 times the root of 0.2 times 0.8 over 100.
        assert!((gained.low - 0.12).abs() < 0.02 && (gained.high - 0.28).abs() < 0.02, "{gained:?}");
    }

    #[test]
    fn a_way_is_no_better_than_itself() {
        let answered = answered(50);
        for (figure, gained) in differences(&answered, &answered, &super::super::FIGURES) {
            assert_eq!((gained.value, gained.low, gained.high), (0.0, 0.0, 0.0), "{figure:?}");
        }
    }
}
