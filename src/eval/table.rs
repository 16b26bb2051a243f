//! Shows a [`Summary`]: as an aligned table for people, and as JSON for programs.
//!
//! The JSON has the shape of `score.py --json`, so that what reads the one reads the other.

use serde_json::{Map, Value, json};

use super::measures::{Figure, Group, Latency, Share, Summary};

/// Some tables, each with a blank line after it but the last.
pub fn text(summary: &Summary) -> String {
    let mut blocks = vec![figures(summary)];
    for (field, groups) in [("type", &summary.by_type), ("kind", &summary.by_kind)] {
        if !groups.is_empty() {
            blocks.push(by(field, groups));
        }
    }
    if let Some(latency) = summary.latency {
        blocks.push(latency_line(latency));
    }
    if let Some(words) = summary.median_words {
        blocks.push(format!("median words in an answer  {words}\n"));
    }
    blocks.join("\n")
}

/// `{"n", "overall": {FIGURE: {"value", "lo", "hi", "n"}},
/// "by": {"type": {NAME: {"n", "right40", "declined"}}, "kind": …},
/// "latency_ms", "median_words"}`; `lo` and `hi` are `null` where a figure is no proportion.
pub fn json(summary: &Summary) -> Value {
    let mut overall = Map::new();
    for (figure, share) in summary.figures.iter() {
        let (low, high) = interval(figure, share).unzip();
        let value = json!({"value": share.value(), "lo": low, "hi": high, "n": share.den});
        overall.insert(figure.name().to_owned(), value);
    }
    let latency = summary.latency.map(|latency| {
        let Latency { p50, p95, p99, max } = latency;
        json!({"p50": p50, "p95": p95, "p99": p99, "max": max})
    });
    json!({
        "n": summary.questions,
        "overall": overall,
        "by": {"type": by_json(&summary.by_type), "kind": by_json(&summary.by_kind)},
        "latency_ms": latency,
        "median_words": summary.median_words,
    })
}

fn figures(summary: &Summary) -> String {
    let mut rows = vec![["figure", "value", "95 % interval", "over"].map(str::to_owned).to_vec()];
    for (figure, share) in summary.figures.iter() {
        let Some(value) = share.value() else { continue };
        let interval = interval(figure, share).map(|(low, high)| format!("{low:.3} to {high:.3}"));
        rows.push(vec![
            figure.name().to_owned(),
            format!("{value:.3}"),
            interval.unwrap_or_default(),
            format!("{:.0}", share.den),
        ]);
    }
    aligned(&rows)
}

fn by(field: &str, groups: &[Group]) -> String {
    let mut rows = vec![[field, "right40", "declined", "questions"].map(str::to_owned).to_vec()];
    for group in groups {
        rows.push(vec![
            group_name(group).to_owned(),
            group.right40.value().map_or_else(String::new, |value| format!("{value:.3}")),
            group.declined.to_string(),
            group.questions.to_string(),
        ]);
    }
    aligned(&rows)
}

fn by_json(groups: &[Group]) -> Value {
    let mut names = Map::new();
    for group in groups {
        let value =
            json!({"n": group.questions, "right40": group.right40.value(), "declined": group.declined});
        names.insert(group_name(group).to_owned(), value);
    }
    Value::Object(names)
}

/// `score.py` calls the questions that do not say by Python's word for nothing.
fn group_name(group: &Group) -> &str {
    group.name.as_deref().unwrap_or("None")
}

fn latency_line(latency: Latency) -> String {
    let Latency { p50, p95, p99, max } = latency;
    format!("latency in ms  p50 {p50:.2}  p95 {p95:.2}  p99 {p99:.2}  max {max:.2}\n")
}

fn interval(figure: Figure, share: Share) -> Option<(f64, f64)> {
    if figure.is_proportion() { share.interval() } else { None }
}

/// Columns as wide as their widest cell: the first to the left, the others, which hold figures, to the right.
fn aligned(rows: &[Vec<String>]) -> String {
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
    use super::super::measures::summarise;
    use super::super::question_set::{self, Question};
    use super::super::{Prediction, Side};
    use super::*;

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
figure         value   95 % interval  over
right40        1.000  0.207 to 1.000     1
right          1.000  0.207 to 1.000     1
contained      1.000  0.207 to 1.000     1
squad2_em      1.000  0.207 to 1.000     1
squad2_f1      1.000                     1
cite1          1.000  0.207 to 1.000     1
cite_any       1.000  0.207 to 1.000     1
cite_prec      1.000                     1
in_order       1.000  0.207 to 1.000     1
auc_decline    1.000                     2
abst_prec      1.000  0.207 to 1.000     1
abst_rec       1.000  0.207 to 1.000     1
false_abst     0.000  0.000 to 0.793     1
false_dispute  0.000  0.000 to 0.793     1
mrr10          1.000                     1
success1       1.000  0.207 to 1.000     1
success5       1.000  0.207 to 1.000     1
r1             1.000                     1
r5             1.000                     1
r10            1.000                     1
ndcg10         1.000                     1

type  right40  declined  questions
when                  1          1
who     1.000         0          1

latency in ms  p50 2.50  p95 2.50  p99 2.50  max 2.50

median words in an answer  1
";
        assert_eq!(text(&summarise(&asked())), expected);
    }

    #[test]
    fn programs_see_the_shape_of_the_outside_scorer() {
        let json = json(&summarise(&asked()));
        assert_eq!(json["n"], 2);
        assert_eq!(json["overall"]["right40"]["value"], 1.0);
        assert_eq!(json["overall"]["right40"]["hi"], 1.0);
        assert_eq!(json["overall"]["mrr10"], json!({"value": 1.0, "lo": null, "hi": null, "n": 1.0}));
        assert_eq!(json["by"]["type"]["when"], json!({"n": 1, "right40": null, "declined": 1}));
        assert_eq!(json["by"]["kind"], json!({}));
        assert_eq!(json["latency_ms"]["max"], 2.5);
        assert_eq!(json["median_words"], 1.0);
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
