//! The cell of a table row that a question asks for: the row holds what it is about, the header what of it.
//!
//! [`cell`] is what choosing sees of a row; [`asked_for`] is what is told of it. A question may name the row and
//! ask for a cell ("How many seats has the van?"), or name a cell and ask for the row ("Which car has 5 seats?").

use std::ops::Range;

use super::headline::plain;
use super::names;
use super::question::{Asked, Question, Role};
use super::sentences::Sentence;
use super::values::{Value, is_currency_sign};
use crate::corpus::Span;
use crate::corpus::sentences::trimmed;
use crate::words::stem;

/// What a row says of what was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskedCell {
    /// The first cell, those that the question names, and the one asked for with its header in brackets.
    pub told: String,
    /// The cell alone, without markup.
    pub value: String,
    /// Its bytes in the row.
    pub span: Span,
}

impl AskedCell {
    /// Told of a row that was found by what another one has: `named` stands in brackets after its first cell.
    pub fn told_as(&self, named: &[String]) -> String {
        match (named, self.told.split_once(" · ")) {
            ([], _) | (_, None) => self.told.clone(),
            (named, Some((key, rest))) => format!("{key} [{}] · {rest}", named.join("] [")),
        }
    }
}

/// The cell that the question asks for. `None` where the row is not what it names, or no column is sure: the row is
/// told whole then.
pub fn asked_for(question: &Question, row: &Sentence<'_>, header: &Sentence<'_>) -> Option<AskedCell> {
    let is_meant = row.found.iter().any(Option::is_some);
    is_meant.then(|| asked_for_in(question, row, header)).flatten()
}

/// The same for a row that is known to be meant.
pub fn asked_for_in(question: &Question, row: &Sentence<'_>, header: &Sentence<'_>) -> Option<AskedCell> {
    if matches!(question.asked, Asked::YesNo | Asked::Reason | Asked::Quotation) {
        return None;
    }
    let table = Row::new(row, header);
    let column = table.asked_column(question)?;
    let span = table.cells[column];
    let value = plain(&row.text[span.range()]);
    let mut told = Vec::new();
    for (place, cell) in table.cells.iter().enumerate() {
        let text = plain(&row.text[cell.range()]);
        if place == column {
            told.push(table.with_header(place, &text));
        } else if (place == 0 || table.is_named(place)) && !text.is_empty() {
            told.push(text);
        }
    }
    Some(AskedCell { told: told.join(" · "), value, span })
}

/// The cells after the first that the question names.
pub fn named_beside_key(row: &Sentence<'_>) -> Vec<String> {
    let cells = cells(row.text).into_iter().skip(1);
    let named = cells.filter(|cell| presence(row, cell.range()).iter().any(|here| *here > 0.0));
    named.map(|cell| plain(&row.text[cell.range()])).collect()
}

/// The first cell of a row, which says what it is about: where two tables have it, they speak of the same thing.
pub fn key(row: &str) -> &str {
    cells(row).first().map_or("", |cell| &row[cell.range()])
}

/// A row with its header, and where the question's words stand in both.
struct Row<'r, 'a> {
    row: &'r Sentence<'a>,
    header: &'r Sentence<'a>,
    cells: Vec<Span>,
    columns: Vec<Span>,
    /// For each cell and term, how surely it stands there.
    in_cells: Vec<Vec<f64>>,
}

impl<'r, 'a> Row<'r, 'a> {
    fn new(row: &'r Sentence<'a>, header: &'r Sentence<'a>) -> Row<'r, 'a> {
        let cells = cells(row.text);
        let in_cells = cells.iter().map(|cell| presence(row, cell.range())).collect();
        Row { row, header, columns: self::cells(header.text), cells, in_cells }
    }

    /// The column that the header's words name; else the only one with the kind of value that is asked for.
    fn asked_column(&self, question: &Question) -> Option<usize> {
        let fits = |column: &usize| {
            // The first cell says what the row is about: it is asked for only by "which boat".
            let may_be = *column > 0 || self.is_asked_by_which(question);
            may_be && !self.is_empty(*column) && !self.is_about(*column)
        };
        let best = (0..self.cells.len())
            .filter(fits)
            .map(|column| (column, self.named_above(column)))
            .filter(|(_, weight)| *weight > 0.0)
            .fold(None, |best: Option<(usize, f64)>, new| match best {
                Some(best) if best.1 >= new.1 => Some(best),
                _ => Some(new),
            });
        let of_kind: Vec<usize> =
            (0..self.cells.len()).filter(fits).filter(|column| self.is_of_kind(*column, question)).collect();
        match (best, of_kind.as_slice()) {
            // "How much is a day": a header that only shares a word has to hold what is asked for too.
            (Some((column, _)), kinds) if kinds.is_empty() || kinds.contains(&column) => Some(column),
            (None, [column]) => Some(*column),
            _ => None,
        }
    }

    /// Whether "which" or "what" is followed by the header of the first column.
    fn is_asked_by_which(&self, question: &Question) -> bool {
        let Some(header) = self.columns.first() else { return false };
        let above = words_in(self.header, *header);
        let asked = crate::words::words(&question.text);
        let which = asked.iter().position(|word| matches!(word.folded.as_str(), "which" | "what" | "welche"));
        let nouns = which.map_or(&[][..], |at| &asked[at + 1..asked.len().min(at + 3)]);
        nouns.iter().any(|noun| above.clone().any(|place| *self.header.stems[place] == *stem(&noun.folded)))
    }

    /// The weight of the question's words in the header of a column that no cell of the row has.
    fn named_above(&self, column: usize) -> f64 {
        let Some(header) = self.columns.get(column) else { return 0.0 };
        let above = presence(self.header, header.range());
        let in_row = presence(self.row, 0..self.row.text.len());
        let new = above.iter().zip(&in_row).map(|(above, here)| (above - here).max(0.0));
        self.row.terms.iter().zip(new).map(|(term, new)| term.weight * new).sum()
    }

    fn is_empty(&self, cell: usize) -> bool {
        !self.text(cell).contains(char::is_alphanumeric)
    }

    fn is_named(&self, cell: usize) -> bool {
        self.in_cells[cell].iter().any(|here| *here > 0.0)
    }

    /// Whether the question says most of the cell itself: then it is no news.
    fn is_about(&self, cell: usize) -> bool {
        let words = words_in(self.row, self.cells[cell]);
        let asked = words.clone().filter(|place| {
            self.row.found[*place]
                .is_some_and(|(term, _)| !matches!(self.row.terms[term].term.role, Role::Focus | Role::Kind))
        });
        asked.count() * 2 > words.len()
    }

    fn text(&self, cell: usize) -> &'a str {
        &self.row.text[self.cells[cell].range()]
    }

    fn is_of_kind(&self, column: usize, question: &Question) -> bool {
        let text = self.text(column).trim_matches(['*', '`']);
        let has_digit = text.contains(|c: char| c.is_ascii_digit());
        let starts_with_digit = text.starts_with(|c: char| c.is_ascii_digit());
        match question.asked {
            Asked::Amount => has_digit && is_money(text),
            Asked::Percentage => has_digit && (text.contains('%') || text.contains("per cent")),
            Asked::Count | Asked::Measure => starts_with_digit && !is_money(text) && !self.is_time(column),
            Asked::Duration => has_digit && text.contains(char::is_alphabetic) && !is_money(text),
            Asked::Date => self.is_time(column),
            Asked::Person => is_person(text) && !self.is_time(column),
            _ => false,
        }
    }

    /// "17:30", "Monday", "3 May".
    fn is_time(&self, column: usize) -> bool {
        let mut words = words_in(self.row, self.cells[column]);
        has_clock(self.text(column)) || words.any(|place| names::is_calendar(self.row, place))
    }

    /// The header's words are not those of the row: they stand in brackets, as what a reader has to know.
    fn with_header(&self, column: usize, cell: &str) -> String {
        let header = self.columns.get(column).map(|span| plain(&self.header.text[span.range()]));
        match header.filter(|header| column > 0 && header.contains(char::is_alphanumeric)) {
            Some(header) => format!("[{header}] {cell}"),
            None => cell.to_owned(),
        }
    }
}

fn is_money(text: &str) -> bool {
    text.contains(is_currency_sign)
        || text.split_whitespace().any(|word| matches!(word, "EUR" | "USD" | "GBP" | "CHF" | "free"))
}

/// "17:30".
fn has_clock(text: &str) -> bool {
    text.split_whitespace().filter_map(|word| word.split_once(':')).any(|(hour, rest)| {
        let is_hour = (1..=2).contains(&hour.len()) && hour.bytes().all(|c| c.is_ascii_digit());
        is_hour && rest.starts_with(|c: char| c.is_ascii_digit())
    })
}

/// Two to four capitalised words and nothing else: no list of names is needed where a column holds nothing else.
fn is_person(text: &str) -> bool {
    let words: Vec<&str> = text.split_whitespace().collect();
    (2..=4).contains(&words.len())
        && words.iter().all(|word| {
            word.starts_with(char::is_uppercase)
                && word.chars().all(|c| c.is_alphabetic() || "-.'’".contains(c))
        })
}

/// The cell under the column that the question names, in a row that holds another word of the question.
pub fn cell(row: &Sentence<'_>, header: &Sentence<'_>) -> Option<Value> {
    let (cells, columns) = (cells(row.text), cells(header.text));
    let in_row = presence(row, 0..row.text.len());
    let mut best: Option<(usize, f64)> = None;
    for (place, column) in columns.iter().enumerate() {
        let named = presence(header, column.range());
        let new: f64 = row
            .terms
            .iter()
            .zip(&named)
            .zip(&in_row)
            .map(|((term, named), in_row)| term.weight * (named - in_row).max(0.0))
            .sum();
        if new > 0.0 && best.is_none_or(|(_, most)| new > most) {
            best = Some((place, new));
        }
    }
    let (place, _) = best?;
    let span = *cells.get(place)?;
    let about: f64 = cells
        .iter()
        .filter(|cell| **cell != span)
        .map(|cell| presence(row, cell.range()).iter().sum::<f64>())
        .sum();
    if place == 0 || span.is_empty() || about == 0.0 {
        return None;
    }
    let all: f64 = row.terms.iter().map(|term| term.weight).sum();
    let named = presence(header, columns[place].range());
    let held = row
        .terms
        .iter()
        .zip(in_row.iter().zip(&named))
        .map(|(term, (row, header))| term.weight * row.max(*header));
    let score = 0.3 + 0.7 * held.sum::<f64>() / all.max(f64::MIN_POSITIVE);
    let words = words_in(row, span);
    let key = cells[0];
    Some(Value { whole: words.clone(), words, span, with_role: span, fit: 1.0, score, key: Some(key) })
}

/// The cells of a row of a Markdown table, without the white space around them.
fn cells(row: &str) -> Vec<Span> {
    let inside = row.trim().trim_start_matches('|').trim_end_matches('|');
    let mut start = inside.as_ptr() as usize - row.as_ptr() as usize;
    inside
        .split('|')
        .map(|cell| {
            let span = Span::new(start, start + cell.len());
            start = span.end + 1;
            trimmed(row, span).unwrap_or(Span::new(span.start, span.start))
        })
        .collect()
}

/// For each term, how surely it stands in the bytes.
fn presence(sentence: &Sentence<'_>, bytes: Range<usize>) -> Vec<f64> {
    let mut presence = vec![0.0_f64; sentence.terms.len()];
    for (word, found) in sentence.words.iter().zip(&sentence.found) {
        if let Some((term, quality)) = found
            && bytes.contains(&word.span.start)
        {
            presence[*term] = presence[*term].max(*quality);
        }
    }
    presence
}

fn words_in(sentence: &Sentence<'_>, span: Span) -> Range<usize> {
    let start =
        sentence.words.iter().position(|word| word.span.start >= span.start).unwrap_or(sentence.words.len());
    let count = sentence.words[start..].iter().take_while(|word| word.span.end <= span.end).count();
    start..start + count
}

#[cfg(test)]
mod tests {
    use super::super::samples::sentences_for;
    use super::*;

    const HEADER: &str = "| Boat | Skipper | Berths | Per day | Per week | Leaves |";
    const ROW: &str = "| **Petrel** | Ada Lund | 6 | €80 | €410 | 07:30 |";

    #[track_caller]
    fn check(question: &str, told: Option<&str>) {
        let found = sentences_for(question, &[ROW, HEADER], |question, sentences| {
            asked_for(question, &sentences[0], &sentences[1])
        });
        assert_eq!(found.map(|cell| cell.told).as_deref(), told, "{question}");
    }

    #[test]
    fn a_column_is_found_by_the_words_of_its_header() {
        check("How many berths does the Petrel have?", Some("Petrel · [Berths] 6"));
        check("What does the Petrel cost per day?", Some("Petrel · [Per day] €80"));
        check("How much is the Petrel for a week?", Some("Petrel · [Per week] €410"));
        check("Who is the skipper of the Petrel?", Some("Petrel · [Skipper] Ada Lund"));
    }

    #[test]
    fn a_column_is_found_by_the_only_value_of_the_kind_asked_for() {
        check("Who sails the Petrel?", Some("Petrel · [Skipper] Ada Lund"));
        check("When does the Petrel sail?", Some("Petrel · [Leaves] 07:30"));
    }

    #[test]
    fn a_row_is_found_by_any_of_its_cells() {
        check("Which boat does Ada Lund sail?", Some("Petrel · Ada Lund"));
        check("Which boat leaves at 07:30?", Some("Petrel · 07:30"));
    }

    #[test]
    fn where_no_column_is_sure_the_row_is_told_whole() {
        check("How much is the Petrel?", None);
        check("Is the Petrel dear?", None);
        check("What about the Petrel?", None);
        check("Who sails the Cormorant?", None);
    }

    #[test]
    fn cells_are_what_stands_between_bars() {
        let row = "| United Kingdom | €170 | |";
        let found: Vec<&str> = cells(row).into_iter().map(|cell| &row[cell.range()]).collect();
        assert_eq!(found, ["United Kingdom", "€170", ""]);
    }
}
