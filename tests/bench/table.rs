//! The figures as people read them: smallest, median and largest of the rounds, and the ratio to plain tantivy.

use crate::measure::{median, sorted};
use crate::steps::Figures;

/// What was measured, and what else there is to say of it.
#[derive(Default)]
pub struct Measured {
    pub rows: Vec<Row>,
    pub note: String,
}

impl From<Vec<Row>> for Measured {
    fn from(rows: Vec<Row>) -> Measured {
        Measured { rows, note: String::new() }
    }
}

/// One figure, of passim and of plain tantivy, round by round.
pub struct Row {
    name: String,
    unit: &'static str,
    decimals: usize,
    passim: Vec<f64>,
    tantivy: Vec<f64>,
}

impl Row {
    pub fn new(name: &str, unit: &'static str, decimals: usize) -> Row {
        Row { name: name.to_owned(), unit, decimals, passim: Vec::new(), tantivy: Vec::new() }
    }

    /// Of the figure with this key.
    pub fn of(name: &str, unit: &'static str, key: &str, decimals: usize, turns: &[[Figures; 2]]) -> Row {
        let mut row = Row::new(name, unit, decimals);
        for [passim, tantivy] in turns {
            row.add(passim.figure(key), tantivy.figure(key));
        }
        row
    }

    /// Of what only passim does.
    pub fn alone(name: &str, unit: &'static str, decimals: usize, passim: Vec<f64>) -> Row {
        Row { passim, ..Row::new(name, unit, decimals) }
    }

    pub fn add(&mut self, passim: f64, tantivy: f64) {
        self.passim.push(passim);
        self.tantivy.push(tantivy);
    }

    /// Of what only passim does.
    pub fn add_alone(&mut self, passim: f64) {
        self.passim.push(passim);
    }

    /// The median of the rounds' ratios, since the two of a round were measured side by side.
    fn ratio(&self) -> Option<f64> {
        let pairs = self.passim.iter().zip(&self.tantivy);
        let ratios: Vec<f64> = pairs.map(|(passim, tantivy)| passim / tantivy).collect();
        (!ratios.is_empty()).then(|| median(&ratios)).filter(|ratio| ratio.is_finite())
    }

    /// As a row of a Markdown table.
    pub fn markdown(&self) -> String {
        let cell = |values: &[f64]| {
            let sorted = sorted(values);
            let (Some(least), Some(most)) = (sorted.first(), sorted.last()) else { return String::new() };
            let decimals = self.decimals;
            let middle = format!("{:.decimals$}", median(values));
            let is_one = sorted.len() == 1;
            if is_one { middle } else { format!("{middle} ({least:.decimals$} to {most:.decimals$})") }
        };
        let ratio = self.ratio().map_or(String::new(), |ratio| format!("{ratio:.2}"));
        let (passim, tantivy) = (cell(&self.passim), cell(&self.tantivy));
        format!("| {} | {} | {passim} | {tantivy} | {ratio} |\n", self.name, self.unit)
    }

    fn drawn(&self) -> String {
        let ratio = self.ratio().map_or("-".to_owned(), |ratio| format!("{ratio:.2}"));
        let passim = drawn_range(&self.passim, self.decimals);
        let tantivy = drawn_range(&self.tantivy, self.decimals);
        format!("{:<34} {:<5} {passim}   {tantivy}   {ratio:>6}\n", self.name, self.unit)
    }
}

pub fn drawn<'a>(rows: impl Iterator<Item = &'a Row>) -> String {
    let mut text = format!("{:<34} {:<5} {:^29}   {:^29}   passim/\n", "", "", "passim", "plain tantivy");
    let columns = format!("{:>9} {:>9} {:>9}", "min", "median", "max");
    text.push_str(&format!("{:<34} {:<5} {columns}   {columns}   tantivy\n", "", ""));
    rows.for_each(|row| text.push_str(&row.drawn()));
    text
}

fn drawn_range(values: &[f64], decimals: usize) -> String {
    let sorted = sorted(values);
    let (Some(least), Some(most)) = (sorted.first(), sorted.last()) else {
        return format!("{:>9} {:>9} {:>9}", "-", "-", "-");
    };
    format!("{least:>9.decimals$} {:>9.decimals$} {most:>9.decimals$}", median(values))
}
