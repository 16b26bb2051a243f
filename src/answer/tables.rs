//! The cell of a table row that a question asks for: the row holds what it is about, the header what of it.

use std::ops::Range;

use super::sentences::Sentence;
use super::values::Value;
use crate::corpus::Span;
use crate::corpus::sentences::trimmed;

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
    use super::*;

    #[test]
    fn cells_are_what_stands_between_bars() {
        let row = "| United Kingdom | €170 | |";
        let found: Vec<&str> = cells(row).into_iter().map(|cell| &row[cell.range()]).collect();
        assert_eq!(found, ["United Kingdom", "€170", ""]);
    }
}
