//! Shows a [`Report`]: as an aligned table for people, and as JSON for programs.
//!
//! The JSON has the shape of `score.py --json`, so that what reads the one reads the other.

use serde_json::{Map, Value, json};

use super::calibration::{AtThreshold, Bin};
use super::measures::{Figure, Group, Latency, Share, Summary};
use super::report::{Report, YesNo};

/// Some tables, each with a blank line after it but the last.
pub fn text(report: &Report) -> String {
    let summary = &report.summary;
    let mut blocks = vec![figures(summary, &report.baseline)];
    for (field, groups) in
        [("type", &summary.by_type), ("kind", &summary.by_kind), ("asked for", &report.by_asked)]
    {
        if !groups.is_empty() {
            blocks.push(by(field, groups));
        }
    }
    if let Some(yes_no) = report.yes_no {
        blocks.push(yes_no_line(yes_no));
    }
    if !report.reliability.is_empty() {
        blocks.push(reliability(&report.reliability));
    }
    blocks.push(curve(&report.curve));
    if let Some(latency) = summary.latency {
        blocks.push(latency_line(latency));
    }
    if let Some(words) = summary.median_words {
        blocks.push(format!("median words in an answer  {words}\n"));
    }
    blocks.join("\n")
}

/// `{"n", "overall": {FIGURE: {"value", "lo", "hi", "n"}},
/// "baseline": {FIGURE: {"value", "lo", "hi", "n"}},
/// "by": {"type": {NAME: {"n", "right40", "f1", "declined"}}, "kind": …, "asked": …},
/// "yes_no": {"balanced_accuracy", "answered", "n"},
/// "reliability": [{"confidence", "right40", "n"}],
/// "curve": [{"threshold", "right40", "wrongly_declined", "rightly_declined"}],
/// "latency_ms", "median_words"}`; `lo` and `hi` are `null` where a figure is no proportion.
pub fn json(report: &Report) -> Value {
    let summary = &report.summary;
    let latency = summary.latency.map(|latency| {
        let Latency { p50, p95, p99, max } = latency;
        json!({"p50": p50, "p95": p95, "p99": p99, "max": max})
    });
    let yes_no = report.yes_no.map(|yes_no| {
        let answered = yes_no.answered;
        json!({
            "balanced_accuracy": yes_no.balanced_accuracy,
            "answered": answered.value(),
            "n": answered.den,
        })
    });
    let bin = |bin: &Bin| json!({"confidence": bin.confidence, "right40": bin.right40, "n": bin.answers});
    let point = |at: &AtThreshold| {
        json!({
            "threshold": at.threshold,
            "right40": at.right40.value(),
            "wrongly_declined": at.wrongly_declined.value(),
            "rightly_declined": at.rightly_declined.value(),
        })
    };
    json!({
        "n": summary.questions,
        "overall": figures_json(summary),
        "baseline": figures_json(&report.baseline),
        "by": {
            "type": by_json(&summary.by_type),
            "kind": by_json(&summary.by_kind),
            "asked": by_json(&report.by_asked),
        },
        "yes_no": yes_no,
        "reliability": report.reliability.iter().map(bin).collect::<Vec<Value>>(),
        "curve": report.curve.iter().map(point).collect::<Vec<Value>>(),
        "latency_ms": latency,
        "median_words": summary.median_words,
    })
}

pub(super) fn figures_json(summary: &Summary) -> Value {
    let mut figures = Map::new();
    for (figure, share) in summary.figures.iter() {
        let (low, high) = interval(figure, share).unzip();
        let value = json!({"value": share.value(), "lo": low, "hi": high, "n": share.den});
        figures.insert(figure.name().to_owned(), value);
    }
    Value::Object(figures)
}

/// The interval is that of our value.
fn figures(summary: &Summary, baseline: &Summary) -> String {
    let header = ["figure", "value", "baseline", "95 % interval", "over"];
    let mut rows = vec![header.map(str::to_owned).to_vec()];
    for (figure, share) in summary.figures.iter() {
        let Some(value) = share.value() else { continue };
        let interval = interval(figure, share).map(|(low, high)| format!("{low:.3} to {high:.3}"));
        rows.push(vec![
            figure.name().to_owned(),
            format!("{value:.3}"),
            value_cell(baseline.figures.get(figure).unwrap_or_default()),
            interval.unwrap_or_default(),
            format!("{:.0}", share.den),
        ]);
    }
    aligned(&rows)
}

pub(super) fn value_cell(share: Share) -> String {
    share.value().map_or_else(String::new, |value| format!("{value:.3}"))
}

fn by(field: &str, groups: &[Group]) -> String {
    let mut rows = vec![[field, "right40", "f1", "declined", "questions"].map(str::to_owned).to_vec()];
    for group in groups {
        rows.push(vec![
            group_name(group).to_owned(),
            value_cell(group.right40),
            value_cell(group.f1),
            group.declined.to_string(),
            group.questions.to_string(),
        ]);
    }
    aligned(&rows)
}

fn by_json(groups: &[Group]) -> Value {
    let mut names = Map::new();
    for group in groups {
        let value = json!({
            "n": group.questions,
            "right40": group.right40.value(),
            "f1": group.f1.value(),
            "declined": group.declined,
        });
        names.insert(group_name(group).to_owned(), value);
    }
    Value::Object(names)
}

fn yes_no_line(yes_no: YesNo) -> String {
    let accuracy = yes_no.balanced_accuracy.map_or_else(|| "-".to_owned(), |value| format!("{value:.3}"));
    let answered = value_cell(yes_no.answered);
    format!(
        "yes or no  balanced accuracy {accuracy}  answered so {answered}  over {:.0}\n",
        yes_no.answered.den
    )
}

fn reliability(bins: &[Bin]) -> String {
    let mut rows = vec![["confidence", "right40", "answers"].map(str::to_owned).to_vec()];
    for bin in bins {
        rows.push(vec![
            format!("{:.3}", bin.confidence),
            format!("{:.3}", bin.right40),
            bin.answers.to_string(),
        ]);
    }
    aligned(&rows)
}

fn curve(points: &[AtThreshold]) -> String {
    let header = ["threshold", "right40", "wrongly declined", "rightly declined"];
    let mut rows = vec![header.map(str::to_owned).to_vec()];
    for at in points {
        rows.push(vec![
            format!("{:.1}", at.threshold),
            value_cell(at.right40),
            value_cell(at.wrongly_declined),
            value_cell(at.rightly_declined),
        ]);
    }
    aligned(&rows)
}

/// `score.py` calls the questions that do not say by Python's word for nothing.
fn group_name(group: &Group) -> &str {
    group.name.as_deref().unwrap_or("None")
}

fn latency_line(latency: Latency) -> String {
    let Latency { p50, p95, p99, max } = latency;
    format!("latency in ms  p50 {p50:.2}  p95 {p95:.2}  p99 {p99:.2}  max {max:.2}\n")
}

pub(super) fn interval(figure: Figure, share: Share) -> Option<(f64, f64)> {
    if figure.is_proportion() { share.interval() } else { None }
}

/// Columns as wide as their widest cell: the first to the left, the others, which hold figures, to the right.
pub(super) fn aligned(rows: &[Vec<String>]) -> String {
    let mut widths: Vec<usize> = Vec::new();
    for row in rows {
        for (column, cell) in row.iter().enumerate() {
            let width = cell.chars().count();
            match widths.get_mut(column) {
                Some(widest) => *widest = width.max(*widest),
                None => widths.push(width),
            }
        }
    }
    let mut text = String::new();
    for row in rows {
        for (column, (cell, &width)) in row.iter().zip(&widths).enumerate() {
            let padded = if column == 0 { format!("{cell:<width$}") } else { format!("  {cell:>width$}") };
            text.push_str(&padded);
        }
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::super::question_set::{self, Question};
    use super::super::report::{self, Run};
    use super::super::{Prediction, Side};
    use super::*;

    fn report() -> Report {
        let answered = asked();
        let mut baseline = answered.clone();
        baseline[0].1.answer = "Bob".into();
        report::of(&Run { answered, asked: vec!["person".into(), "date".into()], baseline })
    }

    fn asked() -> Vec<(Question, Prediction)> {
        let set = r#"
            {"id": "1", "q": "?", "accept": ["ada"], "sources": ["4"], "answerable": true, "type": "who"}
            {"id": "2", "q": "?", "answerable": false, "type": "when"}
        "#;
        let right = Prediction {
            id: "1".into(),
            answer: "Ada".into(),
            quote: "It was Ada.".into(),
            citations: vec!["004".into()],
            confidence: 0.75,
            support: 0.75,
            latency_ms: 2.5,
            ..Prediction::default()
        };
        let declined =
            Prediction { id: "2".into(), abstained: true, latency_ms: 0.5, ..Prediction::default() };
        question_set::parse(set).unwrap().into_iter().zip([right, declined]).collect()
    }

    #[test]
    fn people_see_aligned_columns() {
        let expected = "\
figure         value  baseline   95 % interval  over
right40        1.000     0.000  0.207 to 1.000     1
right          1.000     0.000  0.207 to 1.000     1
contained      1.000     0.000  0.207 to 1.000     1
squad2_em      1.000     1.000  0.207 to 1.000     1
squad2_f1      1.000     1.000                     1
cite1          1.000     1.000  0.207 to 1.000     1
cite_any       1.000     1.000  0.207 to 1.000     1
cite_prec      1.000     1.000                     1
in_order       1.000     0.000  0.207 to 1.000     1
auc_decline    1.000     1.000                     2
abst_prec      1.000     1.000  0.207 to 1.000     1
abst_rec       1.000     1.000  0.207 to 1.000     1
false_abst     0.000     0.000  0.000 to 0.793     1
false_dispute  0.000     0.000  0.000 to 0.793     1
mrr10          1.000     1.000                     1
success1       1.000     1.000  0.207 to 1.000     1
success5       1.000     1.000  0.207 to 1.000     1
r1             1.000     1.000                     1
r5             1.000     1.000                     1
r10            1.000     1.000                     1
ndcg10         1.000     1.000                     1

type  right40  f1  declined  questions
when                      1          1
who     1.000             0          1

threshold  right40  wrongly declined  rightly declined
0.1          1.000             0.000             1.000
0.2          1.000             0.000             1.000
0.3          1.000             0.000             1.000
0.4          1.000             0.000             1.000
0.5          1.000             0.000             1.000
0.6          1.000             0.000             1.000
0.7          1.000             0.000             1.000
0.8          0.000             1.000             1.000
0.9          0.000             1.000             1.000

latency in ms  p50 2.50  p95 2.50  p99 2.50  max 2.50

median words in an answer  1
";
        assert_eq!(text(&report()), expected);
    }

    #[test]
    fn programs_see_the_shape_of_the_outside_scorer() {
        let json = json(&report());
        assert_eq!(json["n"], 2);
        assert_eq!(json["overall"]["right40"]["value"], 1.0);
        assert_eq!(json["overall"]["right40"]["hi"], 1.0);
        assert_eq!(json["overall"]["mrr10"], json!({"value": 1.0, "lo": null, "hi": null, "n": 1.0}));
        assert_eq!(json["by"]["type"]["when"], json!({"n": 1, "right40": null, "f1": null, "declined": 1}));
        assert_eq!(json["by"]["kind"], json!({}));
        assert_eq!(json["latency_ms"]["max"], 2.5);
        assert_eq!(json["median_words"], 1.0);
        assert_eq!(json["baseline"]["right40"]["value"], 0.0);
        assert_eq!(json["by"]["asked"], json!({}));
        assert_eq!(json["yes_no"], Value::Null);
        assert_eq!(json["reliability"], json!([]));
        assert_eq!(
            json["curve"][7],
            json!({"threshold": 0.8, "right40": 0.0, "wrongly_declined": 1.0, "rightly_declined": 1.0})
        );
    }

    #[test]
    fn a_prediction_is_written_in_the_form_that_is_promised() {
        let side = Side { answer: "Bob".into(), citations: vec!["002".into()] };
        let prediction = Prediction { disagreements: vec![side], ..Prediction::default() };
        let expected = concat!(
            r#"{"id":"","answer":"","value":null,"quote":"","quotes":[],"citations":[],"status":"","#,
            r#""disagreements":[{"answer":"Bob","citations":["002"]}],"abstained":false,"confidence":0.0,"support":0.0,"#,
            r#""ranked_docs":[],"latency_ms":0.0}"#
        );
        assert_eq!(serde_json::to_string(&prediction).unwrap(), expected);
    }
}
