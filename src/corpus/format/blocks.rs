//! Markdown, written block by block: headings, paragraphs, items, tables, code.
//!
//! Words stay as they are, without marks of emphasis, so that a quote reads well; only what would be taken for
//! something else (a tag, a rule, a fence) is escaped.

use crate::corpus::extract::LARGEST_TEXT;

/// Deeper items are written at this depth.
const DEEPEST_LIST: usize = 6;
/// Wider rows than anybody reads are cut, so that spans of thousands of columns cost nothing.
const WIDEST_ROW: usize = 200;

/// The Markdown so far.
#[derive(Debug, Default)]
pub struct Blocks {
    text: String,
    /// How deep the item just written stands, where the last block was one.
    item: Option<usize>,
}

/// A table as it is collected, row by row.
#[derive(Debug, Default)]
pub struct Table {
    rows: Vec<Vec<String>>,
    /// For each column: how many more rows the cell above reaches down, and its text.
    reaching: Vec<(usize, String)>,
    /// Whether the first row says of itself that it is the header.
    pub has_header: bool,
    /// Whether every row starts with a cell that names it.
    pub has_keys: bool,
}

impl Blocks {
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// Whether there is more text than is read.
    pub fn is_too_much(&self) -> bool {
        self.text.len() > LARGEST_TEXT
    }

    pub fn finish(self) -> String {
        self.text
    }

    /// Level 1 is the outermost.
    pub fn heading(&mut self, level: usize, text: &str) {
        let text = one_line(text);
        if !text.is_empty() {
            self.block(&format!("{} {text}", "#".repeat(level.clamp(1, 6))));
        }
    }

    /// Line breaks in the text were written on purpose.
    pub fn paragraph(&mut self, text: &str) {
        let lines: Vec<String> = text.lines().map(one_line).filter(|line| !line.is_empty()).collect();
        if !lines.is_empty() {
            let lines: Vec<String> = lines.iter().map(|line| escaped(line)).collect();
            self.block(&lines.join("  \n"));
        }
    }

    /// Depth 0 is the outermost list. `number` is that of a numbered item.
    pub fn item(&mut self, depth: usize, number: Option<usize>, text: &str) {
        let text = one_line(text);
        if text.is_empty() {
            return;
        }
        // An item that stands deeper than its list would be code.
        let deepest = self.item.map_or(0, |before| before + 1);
        let depth = depth.min(deepest).min(DEEPEST_LIST);
        let mark = number.map_or("-".to_owned(), |number| format!("{}.", number.clamp(1, 999_999)));
        if self.item.is_none() {
            self.part();
        }
        self.text.push_str(&format!("{}{mark} {}\n", "    ".repeat(depth), escaped(&text)));
        self.item = Some(depth);
    }

    /// Lines as they are.
    pub fn code(&mut self, text: &str) {
        let text = text.trim_matches(['\n', '\r']).trim_end();
        if text.trim().is_empty() {
            return;
        }
        let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
        let fence = "`".repeat(longest.max(2) + 1);
        self.block(&format!("{fence}\n{text}\n{fence}"));
    }

    /// A table of one column is no table, and one with a key in each row is a list of keys and values.
    pub fn table(&mut self, table: Table) {
        let rows: Vec<Vec<String>> =
            table.rows.into_iter().filter(|row| row.iter().any(|cell| !cell.is_empty())).collect();
        let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
        match columns {
            0 => {}
            1 => rows.iter().flatten().for_each(|cell| self.paragraph(cell)),
            2 if table.has_keys && !table.has_header => {
                let lines: Vec<String> = rows.iter().map(|row| key_and_value(row)).collect();
                self.paragraph(&lines.join("\n"));
            }
            columns => self.rows(&rows, columns),
        }
    }

    fn rows(&mut self, rows: &[Vec<String>], columns: usize) {
        let line = |row: &[String]| {
            let cells = (0..columns).map(|column| row.get(column).map_or("", String::as_str));
            format!("| {} |", cells.map(|cell| cell.replace('|', "\\|")).collect::<Vec<String>>().join(" | "))
        };
        let mut lines = vec![line(&rows[0]), format!("|{}", "---|".repeat(columns))];
        lines.extend(rows[1..].iter().map(|row| line(row)));
        if rows.len() == 1 {
            // Markdown has no table without a header: one row by itself is a paragraph.
            return self.paragraph(&rows[0].join(", "));
        }
        self.block(&lines.join("\n"));
    }

    fn block(&mut self, block: &str) {
        self.part();
        self.item = None;
        self.text.push_str(block);
        self.text.push('\n');
    }

    /// A blank line after what was written before.
    fn part(&mut self) {
        if !self.text.is_empty() {
            self.text.push('\n');
        }
    }
}

impl Table {
    pub fn row(&mut self) {
        self.take_reaching();
        self.rows.push(Vec::new());
    }

    /// A cell over `columns` columns and `rows` rows; what it says counts in each row.
    pub fn cell(&mut self, text: &str, columns: usize, rows: usize) {
        if self.rows.is_empty() {
            self.rows.push(Vec::new());
        }
        self.take_reaching();
        let text = one_line(text);
        let Some(row) = self.rows.last_mut() else { return };
        for place in 0..columns.clamp(1, WIDEST_ROW) {
            let column = row.len();
            if column >= WIDEST_ROW {
                return;
            }
            let said = if place == 0 { text.as_str() } else { "" };
            row.push(said.to_owned());
            if rows > 1 {
                self.reaching.resize(self.reaching.len().max(column + 1), (0, String::new()));
                self.reaching[column] = (rows - 1, said.to_owned());
            }
        }
    }

    /// The same words as in the cell above: it was merged with this one.
    pub fn cell_as_above(&mut self, columns: usize) {
        let column = self.rows.last().map_or(0, Vec::len);
        let above = self.rows.iter().rev().nth(1).and_then(|row| row.get(column)).cloned();
        self.cell(&above.unwrap_or_default(), columns, 1);
    }

    /// How many cells there are; what limits the memory that a table takes.
    pub fn cells(&self) -> usize {
        self.rows.iter().map(Vec::len).sum()
    }

    /// The texts of all cells: what is left of a table that only lays out a page.
    pub fn into_texts(self) -> impl Iterator<Item = String> {
        self.rows.into_iter().flatten()
    }

    /// Cells of rows above that reach down to where the next cell would stand.
    fn take_reaching(&mut self) {
        let Some(row) = self.rows.last_mut() else { return };
        while let Some((left, text)) = self.reaching.get_mut(row.len()).filter(|(left, _)| *left > 0) {
            *left -= 1;
            row.push(text.clone());
        }
    }
}

fn key_and_value(row: &[String]) -> String {
    let key = row.first().map_or("", String::as_str).trim_end_matches(':');
    let value = row.get(1).map_or("", String::as_str);
    if key.is_empty() || value.is_empty() { format!("{key}{value}") } else { format!("{key}: {value}") }
}

/// Words parted by single spaces.
pub fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<&str>>().join(" ")
}

/// A line that Markdown would take for something else, or leave out, with a backslash before it.
fn escaped(line: &str) -> String {
    let is_rule =
        line.len() >= 3 && line.bytes().all(|byte| matches!(byte, b'-' | b'=' | b'*' | b'_' | b' '));
    let is_fence = line.starts_with("```") || line.starts_with("~~~");
    let is_reference = line.starts_with('[') && line.contains("]:");
    let is_heading = line.trim_start_matches('#').starts_with(' ') && line.starts_with('#');
    let starts_badly = is_rule || is_fence || is_reference || is_heading || line.starts_with(['<', '|']);
    let line = line.replace("<!--", "\\<!--");
    if starts_badly && !line.starts_with('\\') { format!("\\{line}") } else { line }
}
