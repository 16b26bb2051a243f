//! Shows ways of answering beside each other: as aligned tables for people, and as JSON for programs.

use serde_json::{Map, Value, json};

use super::super::measures::{Figure, Group, Latency, Share};
use super::super::table::{aligned, figures_json, interval, value_cell};
use super::{Beside, Column, FIGURES, name};

/// How the times were taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timing {
    /// So many questions were asked one after the other.
    pub questions: usize,
    /// What the machine could do at once while they were.
    pub machine_threads: usize,
    /// So many windows the reader read at once.
    pub reader_threads: usize,
}

/// Three tables, each with a blank line after it but the last.
pub fn text(beside: &Beside, timing: Timing) -> String {
    let mut blocks = vec![figures(beside), by_asking(beside)];
    if beside.columns.iter().any(|column| column.latency.is_some()) {
        blocks.push(latencies(beside, timing));
    }
    blocks.join("\n")
}

/// `{"n", "overall": {WAY: {FIGURE: {"value", "lo", "hi", "n"}}},
/// "gained": {FIGURE: {"value", "lo", "hi"}},
/// "by": {"asking_word": {NAME: {"n", WAY: {"right40", "f1", "declined"}}}},
/// "latency_ms": {WAY: {"p50", "p95", "p99", "max"}, "n", "machine_threads", "reader_threads"}}`; a way is `lexical`, `reader` or `both`.
pub fn json(beside: &Beside, timing: Timing) -> Value {
    let columns = &beside.columns;
    let by_way = |of: &dyn Fn(&Column) -> Value| -> Map<String, Value> {
        columns.iter().map(|column| (name(column.chooser).to_owned(), of(column))).collect()
    };
    let mut latency = by_way(&|column| latency_json(column.latency));
    latency.insert("n".into(), timing.questions.into());
    latency.insert("machine_threads".into(), timing.machine_threads.into());
    latency.insert("reader_threads".into(), timing.reader_threads.into());
    let gained: Map<String, Value> = beside
        .gained
        .iter()
        .map(|(figure, gained)| {
            (figure.name().to_owned(), json!({"value": gained.value, "lo": gained.low, "hi": gained.high}))
        })
        .collect();
    let by_asking: Map<String, Value> = beside
        .by_asking
        .iter()
        .map(|(word, groups)| (word.name().to_owned(), groups_json(groups, columns)))
        .collect();
    json!({
        "n": beside.questions,
        "overall": by_way(&|column| figures_json(&column.summary)),
        "gained": gained,
        "by": {"asking_word": by_asking},
        "latency_ms": latency,
    })
}

fn latency_json(latency: Option<Latency>) -> Value {
    latency.map_or(
        Value::Null,
        |Latency { p50, p95, p99, max }| json!({"p50": p50, "p95": p95, "p99": p99, "max": max}),
    )
}

fn groups_json(groups: &[Group], columns: &[Column]) -> Value {
    let mut fields = Map::new();
    fields.insert("n".into(), groups.first().map_or(0, |group| group.questions).into());
    for (group, column) in groups.iter().zip(columns) {
        let value = json!({
            "right40": group.right40.value(),
            "f1": group.f1.value(),
            "declined": group.declined,
        });
        fields.insert(name(column.chooser).to_owned(), value);
    }
    Value::Object(fields)
}

/// Each figure with its interval, where it has one, and what the last way gained over the first.
fn figures(beside: &Beside) -> String {
    let mut header = row("figure", beside, |column| name(column.chooser).to_owned());
    if let [first, .., last] = beside.columns.as_slice() {
        header.push(format!("{} - {}", name(last.chooser), name(first.chooser)));
    }
    header.push("over".to_owned());
    let mut rows = vec![header];
    for figure in FIGURES {
        let share = |column: &Column| column.summary.figures.get(figure).unwrap_or_default();
        if beside.columns.iter().all(|column| share(column).value().is_none()) {
            continue;
        }
        let mut row = row(figure.name(), beside, |column| with_interval(figure, share(column)));
        if beside.columns.len() > 1 {
            row.push(gained_cell(beside, figure));
        }
        row.push(format!("{:.0}", share(&beside.columns[0]).den));
        rows.push(row);
    }
    aligned(&rows)
}

fn row(first: &str, beside: &Beside, cell: impl Fn(&Column) -> String) -> Vec<String> {
    std::iter::once(first.to_owned()).chain(beside.columns.iter().map(cell)).collect()
}

fn with_interval(figure: Figure, share: Share) -> String {
    match interval(figure, share) {
        Some((low, high)) => format!("{} ({low:.3} to {high:.3})", value_cell(share)),
        // As wide as an interval, so that the values stand below each other.
        None => format!("{}{:17}", value_cell(share), ""),
    }
}

fn gained_cell(beside: &Beside, figure: Figure) -> String {
    let gained = beside.gained.iter().find(|(other, _)| *other == figure);
    gained.map_or_else(String::new, |(_, gained)| {
        format!("{:+.3} ({:+.3} to {:+.3})", gained.value, gained.low, gained.high)
    })
}

type OfGroup = fn(&Group) -> Share;

fn by_asking(beside: &Beside) -> String {
    let figures: [(&str, OfGroup); 2] = [("right40", |group| group.right40), ("f1", |group| group.f1)];
    let is_known = |share: OfGroup| {
        beside.by_asking.iter().flat_map(|(_, groups)| groups).any(|group| share(group).value().is_some())
    };
    let figures: Vec<_> = figures.into_iter().filter(|(_, share)| is_known(*share)).collect();
    let mut header = vec!["asking word".to_owned()];
    for (figure, _) in &figures {
        header.extend(beside.columns.iter().map(|column| format!("{figure} {}", name(column.chooser))));
    }
    header.push("questions".to_owned());
    let mut rows = vec![header];
    for (word, groups) in &beside.by_asking {
        let mut row = vec![word.name().to_owned()];
        for (_, share) in &figures {
            row.extend(groups.iter().map(|group| value_cell(share(group))));
        }
        row.push(groups.first().map_or(0, |group| group.questions).to_string());
        rows.push(row);
    }
    aligned(&rows)
}

fn latencies(beside: &Beside, timing: Timing) -> String {
    let cell = |of: &dyn Fn(Latency) -> f64, column: &Column| {
        column.latency.map_or_else(String::new, |latency| format!("{:.2}", of(latency)))
    };
    let rows = [
        row("latency in ms", beside, |column| name(column.chooser).to_owned()),
        row("p50", beside, |column| cell(&|latency| latency.p50, column)),
        row("p99", beside, |column| cell(&|latency| latency.p99, column)),
    ];
    let Timing { questions, machine_threads, reader_threads } = timing;
    let reader = match beside.columns.as_slice() {
        [_, _, ..] => format!(", {reader_threads} of them for the reader"),
        _ => String::new(),
    };
    format!(
        "{}of single answers, one after the other: {questions} questions, on a machine of {machine_threads} threads{reader}\n",
        aligned(&rows),
    )
}

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::*;

    const TIMING: Timing = Timing { questions: 3, machine_threads: 2, reader_threads: 1 };

    #[test]
    fn people_see_a_column_for_each_way() {
        let expected = "\
figure                      lexical                  reader                    both             both - lexical  over
right40      0.000 (0.000 to 0.793)  1.000 (0.207 to 1.000)  1.000 (0.207 to 1.000)  +1.000 (+1.000 to +1.000)     1
right        0.000 (0.000 to 0.793)  1.000 (0.207 to 1.000)  1.000 (0.207 to 1.000)  +1.000 (+1.000 to +1.000)     1
f1           0.000                   1.000                   1.000                   +1.000 (+1.000 to +1.000)     1
em           0.000 (0.000 to 0.793)  1.000 (0.207 to 1.000)  1.000 (0.207 to 1.000)  +1.000 (+1.000 to +1.000)     1
abst_rec     1.000 (0.207 to 1.000)  1.000 (0.207 to 1.000)  1.000 (0.207 to 1.000)  +0.000 (+0.000 to +0.000)     1
false_abst   0.000 (0.000 to 0.793)  0.000 (0.000 to 0.793)  0.000 (0.000 to 0.793)  +0.000 (+0.000 to +0.000)     1
auc_decline  0.000                   1.000                   1.000                   +1.000 (+1.000 to +1.000)     2

asking word  right40 lexical  right40 reader  right40 both  f1 lexical  f1 reader  f1 both  questions
who                    0.000           1.000         1.000       0.000      1.000    1.000          1
how many                                                                                            1

latency in ms  lexical  reader  both
p50               2.50    2.50  2.50
p99               4.00    4.00  4.00
of single answers, one after the other: 3 questions, on a machine of 2 threads, 1 of them for the reader
";
        assert_eq!(text(&samples::beside(), TIMING), expected);
    }

    #[test]
    fn what_a_set_does_not_tell_has_no_column() {
        let mut beside = samples::beside();
        for group in beside.by_asking.iter_mut().flat_map(|(_, groups)| groups) {
            group.f1 = Share::default();
        }
        let text = text(&beside, TIMING);
        assert!(text.contains("right40 both  questions\n"), "{text}");
    }

    #[test]
    fn a_way_that_is_alone_stands_beside_nothing() {
        let mut beside = samples::beside();
        beside.columns.truncate(1);
        beside.gained.clear();
        beside.by_asking.iter_mut().for_each(|(_, groups)| groups.truncate(1));
        let expected = "\
figure                      lexical  over
right40      0.000 (0.000 to 0.793)     1
right        0.000 (0.000 to 0.793)     1
f1           0.000                      1
em           0.000 (0.000 to 0.793)     1
abst_rec     1.000 (0.207 to 1.000)     1
false_abst   0.000 (0.000 to 0.793)     1
auc_decline  0.000                      2

asking word  right40 lexical  f1 lexical  questions
who                    0.000       0.000          1
how many                                          1

latency in ms  lexical
p50               2.50
p99               4.00
of single answers, one after the other: 3 questions, on a machine of 2 threads
";
        assert_eq!(text(&beside, TIMING), expected);
    }

    #[test]
    fn programs_see_the_figures_under_the_name_of_each_way() {
        let json = json(&samples::beside(), TIMING);
        assert_eq!(json["n"], 2);
        assert_eq!(json["overall"]["lexical"]["right40"]["value"], 0.0);
        assert_eq!(json["overall"]["both"]["right40"]["value"], 1.0);
        assert_eq!(json["gained"]["right40"]["value"], 1.0);
        assert_eq!(
            json["by"]["asking_word"]["who"]["reader"],
            json!({"right40": 1.0, "f1": 1.0, "declined": 0})
        );
        assert_eq!(json["by"]["asking_word"]["how many"]["n"], 1);
        assert_eq!(json["latency_ms"]["reader"]["p50"], 2.5);
        assert_eq!(
            (&json["latency_ms"]["n"], &json["latency_ms"]["machine_threads"]),
            (&3.into(), &2.into())
        );
    }
}
