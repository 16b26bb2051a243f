//! PDF: the text of each page, put together from the places where its letters are drawn.
//!
//! A PDF knows letters and places, not words or lines. Letters at one height are a line, lines that fill their
//! column are a paragraph, lines with gaps at the same places are the rows of a table. What stands at the head or
//! the foot of many pages is left out, and so are bare page numbers.

use std::collections::{HashMap, HashSet};
use std::panic::{AssertUnwindSafe, catch_unwind};

use pdf_extract::{Document, MediaBox, Object, OutputDev, OutputError, Transform, output_doc_page};

use super::pages::PAGE_BREAK;
use crate::corpus::extract::{Extracted, LARGEST_TEXT, too_much_text};

/// No document that somebody asks about has more.
const MOST_PAGES: usize = 20_000;
/// Letters of one page; more are drawn by no text.
const MOST_LETTERS: usize = 1_000_000;
/// A gap between letters of so many times their size is a space, and one between cells is wider.
const SPACE: f64 = 0.17;
const GAP: f64 = 1.0;
/// A gap as wide as this parts cells even where no other line has one.
const WIDE_GAP: f64 = 3.0;
/// Lines in letters so many times as large as the others are headings.
const LARGER: f64 = 1.12;
/// Lines whose height differs by less than this, of the size of their letters, are one.
const SAME_LINE: f64 = 0.45;

/// The text of a PDF, page by page.
pub fn extract(bytes: &[u8]) -> Result<Extracted, String> {
    let document = load(bytes)?;
    let count = document.get_pages().len();
    if count == 0 {
        return Err("is damaged: it has no pages".to_owned());
    }
    if count > MOST_PAGES {
        return Err(format!("has {count} pages, and at most {MOST_PAGES} are read"));
    }
    let (mut pages, mut broken, mut size) = (Vec::new(), Vec::new(), 0);
    for number in 1..=count as u32 {
        let (page, is_whole) = read_page(&document, number);
        size += page.iter().map(|line| line.text().len()).sum::<usize>();
        if size > LARGEST_TEXT {
            return Err(too_much_text());
        }
        if !is_whole {
            broken.push(number.to_string());
        }
        pages.push(page);
    }
    without_running_lines(&mut pages);
    let text = written(&pages);
    if !text.contains(char::is_alphanumeric) {
        return Err(without_text(&document, broken.len() == count));
    }
    if is_unreadable(&text) {
        let reason =
            "has letters without a meaning: its fonts do not say what they stand for; run OCR over it";
        return Err(reason.to_owned());
    }
    Ok(Extracted { text, problems: incomplete(&broken) })
}

fn load(bytes: &[u8]) -> Result<Document, String> {
    let needs_password = || "is encrypted and opens only with a password; save it without one".to_owned();
    let mut document = Document::load_mem(bytes).map_err(|error| {
        let is_encrypted = matches!(
            error,
            pdf_extract::Error::InvalidPassword
                | pdf_extract::Error::Decryption(_)
                | pdf_extract::Error::UnsupportedSecurityHandler(_)
        );
        match () {
            () if is_encrypted => needs_password(),
            () if !ends(bytes) => "is cut off: its end is missing; copy it anew".to_owned(),
            () => "is damaged: its parts cannot be found; save it anew".to_owned(),
        }
    })?;
    if document.is_encrypted() && document.decrypt("").is_err() {
        return Err(needs_password());
    }
    Ok(document)
}

/// Whether the mark of the end stands near the end.
fn ends(bytes: &[u8]) -> bool {
    let end = &bytes[bytes.len().saturating_sub(2_048)..];
    end.windows(5).any(|window| window == b"%%EOF")
}

fn without_text(document: &Document, is_broken: bool) -> String {
    let is_image = |object: &Object| {
        let dictionary = object.as_stream().map(|stream| &stream.dict);
        dictionary.is_ok_and(|dictionary| {
            dictionary.get(b"Subtype").is_ok_and(|kind| kind == &Object::Name(b"Image".to_vec()))
        })
    };
    match () {
        () if is_broken => "is damaged: none of its pages can be read; save it anew".to_owned(),
        () if document.objects.values().any(is_image) => {
            "has no text: it is scanned; run OCR over it".to_owned()
        }
        () => "has no text".to_owned(),
    }
}

/// Whether most of the text is replacement characters or such as fonts make up for themselves.
fn is_unreadable(text: &str) -> bool {
    let is_odd =
        |c: &char| matches!(c, '\u{fffd}' | '\u{e000}'..='\u{f8ff}' | '\u{0}'..='\u{8}' | '\u{e}'..='\u{1f}');
    let (mut odd, mut all) = (0, 0);
    for c in text.chars().filter(|c| !c.is_whitespace()) {
        all += 1;
        odd += usize::from(is_odd(&c));
    }
    odd * 3 > all
}

fn incomplete(broken: &[String]) -> Vec<String> {
    match broken {
        [] => Vec::new(),
        [page] => vec![format!("page {page} could be read in part only")],
        pages if pages.len() > 10 => vec![format!("{} pages could be read in part only", pages.len())],
        pages => vec![format!("pages {} could be read in part only", pages.join(", "))],
    }
}

/// The lines of a page, and whether it was read to its end. What a page draws in a way that the library does not
/// know ends it early, and what came before stays.
fn read_page(document: &Document, number: u32) -> (Vec<Line>, bool) {
    let mut letters = Letters::default();
    let read = catch_unwind(AssertUnwindSafe(|| output_doc_page(document, &mut letters, number)));
    (lines(letters.upright()), matches!(read, Ok(Ok(()))))
}

/// What is drawn on a page.
#[derive(Debug, Default)]
struct Letters(Vec<Letter>);

/// A letter as it is drawn, in points, from the lower left.
#[derive(Debug, Clone)]
struct Letter {
    x: f64,
    y: f64,
    /// Where it ends.
    end: f64,
    size: f64,
    /// Quarter turns; `None` where it stands askew, as watermarks do.
    turns: Option<u8>,
    text: String,
}

impl OutputDev for Letters {
    fn begin_page(
        &mut self,
        _: u32,
        _: &MediaBox,
        _: Option<(f64, f64, f64, f64)>,
    ) -> Result<(), OutputError> {
        Ok(())
    }

    fn end_page(&mut self) -> Result<(), OutputError> {
        Ok(())
    }

    fn output_character(
        &mut self,
        place: &Transform,
        width: f64,
        _spacing: f64,
        font_size: f64,
        text: &str,
    ) -> Result<(), OutputError> {
        if self.0.len() >= MOST_LETTERS {
            return Err(OutputError::FormatError(std::fmt::Error));
        }
        let across = (place.m11.powi(2) + place.m12.powi(2)).sqrt();
        let up = (place.m21.powi(2) + place.m22.powi(2)).sqrt();
        let turns = match (place.m11 / across, place.m12 / across) {
            (cosine, _) if cosine > 0.95 => Some(0),
            (_, sine) if sine > 0.95 => Some(1),
            (cosine, _) if cosine < -0.95 => Some(2),
            (_, sine) if sine < -0.95 => Some(3),
            _ => None,
        };
        let (x, y) = match turns {
            Some(1) => (place.m32, -place.m31),
            Some(2) => (-place.m31, -place.m32),
            Some(3) => (-place.m32, place.m31),
            _ => (place.m31, place.m32),
        };
        let end = x + width * font_size.abs() * across;
        let size = font_size.abs() * up;
        if [x, y, end, size].iter().all(|number| number.is_finite()) && size > 0.0 {
            self.0.push(Letter { x, y, end, size, turns, text: readable(text) });
        }
        Ok(())
    }

    fn begin_word(&mut self) -> Result<(), OutputError> {
        Ok(())
    }

    fn end_word(&mut self) -> Result<(), OutputError> {
        Ok(())
    }

    fn end_line(&mut self) -> Result<(), OutputError> {
        Ok(())
    }
}

/// Ligatures as the letters that they are made of; a form feed would look like the end of the page.
fn readable(text: &str) -> String {
    let mut written = String::new();
    for c in text.chars() {
        match c {
            'ﬀ' => written.push_str("ff"),
            'ﬁ' => written.push_str("fi"),
            'ﬂ' => written.push_str("fl"),
            'ﬃ' => written.push_str("ffi"),
            'ﬄ' => written.push_str("ffl"),
            'ﬅ' | 'ﬆ' => written.push_str("st"),
            c if c.is_whitespace() || c.is_control() => written.push(' '),
            c => written.push(c),
        }
    }
    written
}

impl Letters {
    /// The letters that stand as most do: the others are a watermark, or the name of an axis.
    fn upright(self) -> Vec<Letter> {
        let mut counts = [0_usize; 4];
        for turns in self.0.iter().filter_map(|letter| letter.turns) {
            counts[usize::from(turns)] += 1;
        }
        let most = (0..4).max_by_key(|turns| (counts[*turns], 4 - turns)).unwrap_or(0);
        self.0.into_iter().filter(|letter| letter.turns == Some(most as u8)).collect()
    }
}

/// Letters at one height, from left to right.
#[derive(Debug, Clone)]
struct Line {
    cells: Vec<Cell>,
    y: f64,
    size: f64,
}

/// What stands between two wide gaps.
#[derive(Debug, Clone)]
struct Cell {
    text: String,
    start: f64,
    end: f64,
}

impl Line {
    fn text(&self) -> String {
        let cells: Vec<&str> = self.cells.iter().map(|cell| cell.text.trim()).collect();
        cells.join(" ").trim().to_owned()
    }

    fn start(&self) -> f64 {
        self.cells.first().map_or(0.0, |cell| cell.start)
    }

    fn end(&self) -> f64 {
        self.cells.last().map_or(0.0, |cell| cell.end)
    }
}

/// The lines of a page in the order in which they are drawn, which is that in which they are read.
fn lines(letters: Vec<Letter>) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    for letter in letters {
        match lines.last_mut().filter(|line| goes_on(line, &letter)) {
            Some(line) => append(line, letter),
            None if letter.text.trim().is_empty() => {}
            None => {
                let Letter { x, y, end, size, text, .. } = letter;
                lines.push(Line { cells: vec![Cell { text, start: x, end }], y, size });
            }
        }
    }
    lines.retain(|line| !line.text().is_empty());
    without_lone_gaps(&mut lines);
    lines
}

/// A justified line may have wide spaces: only with a line next to it that has a cell at the same place are they
/// gaps of a table.
fn without_lone_gaps(lines: &mut [Line]) {
    let has_partner: Vec<bool> = (0..lines.len())
        .map(|place| {
            let neighbours = [place.checked_sub(1), Some(place + 1)];
            let mut neighbours = neighbours.into_iter().flatten().filter_map(|place| lines.get(place));
            neighbours.any(|other| are_aligned(&lines[place], other))
        })
        .collect();
    for (line, has_partner) in lines.iter_mut().zip(has_partner) {
        let mut gaps = line.cells.windows(2).map(|pair| pair[1].start - pair[0].end);
        if has_partner || gaps.any(|gap| gap > line.size * WIDE_GAP) {
            continue;
        }
        let (text, start, end) = (line.text(), line.start(), line.end());
        line.cells = vec![Cell { text, start, end }];
    }
}

/// Whether a cell after the first starts, or ends, where one of the other line does.
fn are_aligned(line: &Line, other: &Line) -> bool {
    line.cells.iter().skip(1).any(|cell| {
        let mut others = other.cells.iter().skip(1);
        others.any(|other| (cell.start - other.start).abs() < 6.0 || (cell.end - other.end).abs() < 6.0)
    })
}

fn goes_on(line: &Line, letter: &Letter) -> bool {
    let size = line.size.max(letter.size);
    (line.y - letter.y).abs() < size * SAME_LINE && letter.x > line.end() - size
}

fn append(line: &mut Line, letter: Letter) {
    let gap = letter.x - line.end();
    line.size = line.size.max(letter.size);
    let Some(cell) = line.cells.last_mut() else { return };
    // After the mark of an item the gap is its indent.
    let is_wide = gap > letter.size * GAP && !is_item_mark(cell.text.trim());
    if is_wide && !cell.text.trim().is_empty() && !letter.text.trim().is_empty() {
        line.cells.push(Cell { text: letter.text, start: letter.x, end: letter.end });
        return;
    }
    if gap > letter.size * SPACE && !cell.text.ends_with(' ') && !letter.text.starts_with(' ') {
        cell.text.push(' ');
    }
    // A drawn space at the end of a cell does not bring the next one nearer.
    if !letter.text.trim().is_empty() {
        cell.end = cell.end.max(letter.end);
    } else if cell.text.ends_with(' ') {
        return;
    }
    cell.text.push_str(&letter.text);
}

/// Takes out what stands at the head or the foot of at least half of the pages, and bare page numbers.
fn without_running_lines(pages: &mut [Vec<Line>]) {
    /// So many lines at either end of a page may be such.
    const ENDS: usize = 3;
    let mut met: HashMap<String, usize> = HashMap::new();
    for page in pages.iter() {
        let ends: HashSet<String> = end_places(page, ENDS).map(|place| running(&page[place])).collect();
        for key in ends {
            *met.entry(key).or_default() += 1;
        }
    }
    let needed = pages.len().div_ceil(2).max(2);
    for page in pages.iter_mut() {
        let is_running: Vec<usize> = end_places(page, ENDS)
            .filter(|place| {
                let line = &page[*place];
                let is_last = *place == 0 || *place + 1 == page.len();
                met.get(&running(line)).is_some_and(|count| *count >= needed)
                    || (is_last && is_page_number(&line.text()))
            })
            .collect();
        let mut place = 0;
        page.retain(|_| {
            place += 1;
            !is_running.contains(&(place - 1))
        });
    }
}

/// The places of the uppermost and the lowest lines of a page.
fn end_places(page: &[Line], count: usize) -> impl Iterator<Item = usize> + use<> {
    let mut places: Vec<usize> = (0..page.len()).collect();
    places.sort_by(|a, b| page[*b].y.total_cmp(&page[*a].y).then(a.cmp(b)));
    let last = places.len().saturating_sub(count).max(count);
    let ends: Vec<usize> = places.iter().take(count).chain(places.iter().skip(last)).copied().collect();
    ends.into_iter()
}

/// What a line has in common with its like on other pages: its words without numbers, and its height.
fn running(line: &Line) -> String {
    let words: String = line.text().chars().map(|c| if c.is_numeric() { '#' } else { c }).collect();
    let mut words = words.replace("##", "#");
    while words.contains("##") {
        words = words.replace("##", "#");
    }
    format!("{:.0} {words}", line.y / 4.0)
}

/// "3", "- 3 -", "Page 3 of 9", "3 / 9", "Seite 3 von 9".
fn is_page_number(line: &str) -> bool {
    let words: Vec<String> = line
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect();
    let is_number = |word: &str| word.len() <= 4 && word.bytes().all(|byte| byte.is_ascii_digit());
    let is_word =
        |word: &str| matches!(word, "page" | "p" | "seite" | "s" | "of" | "von" | "pagina" | "sur" | "de");
    let numbers = words.iter().filter(|word| is_number(word)).count();
    (1..=2).contains(&numbers) && words.iter().all(|word| is_number(word) || is_word(word))
}

/// The pages as text.
fn written(pages: &[Vec<Line>]) -> String {
    let words = unbroken_words(pages);
    let body = body_size(pages);
    let margins = margins(pages);
    let mut text = String::new();
    for (number, page) in pages.iter().enumerate() {
        if number > 0 {
            text.push_str(&format!("{PAGE_BREAK}\n"));
        }
        for block in blocks(page, body) {
            match table(block) {
                Some(rows) => text.push_str(&rows),
                None => text.push_str(&paragraphs(block, body, &margins, &words)),
            }
            text.push('\n');
        }
    }
    text
}

/// Words that stand within a line: what a hyphen at the end of one stands for is looked up among them.
fn unbroken_words(pages: &[Vec<Line>]) -> HashSet<String> {
    let mut words = HashSet::new();
    for line in pages.iter().flatten() {
        for word in line.text().split_whitespace() {
            let word = word.trim_matches(|c: char| !c.is_alphanumeric());
            if word.contains('-') {
                words.insert(word.to_lowercase());
            }
        }
    }
    words
}

/// The size that most letters have.
fn body_size(pages: &[Vec<Line>]) -> f64 {
    let mut counts: HashMap<i64, usize> = HashMap::new();
    for line in pages.iter().flatten() {
        *counts.entry((line.size * 2.0).round() as i64).or_default() += line.text().len();
    }
    let most = counts.into_iter().max_by_key(|(size, count)| (*count, *size));
    most.map_or(10.0, |(size, _)| size as f64 / 2.0)
}

/// How far lines reach that start at a place (in units of ten points).
type Margins = HashMap<i64, f64>;

fn margins(pages: &[Vec<Line>]) -> Margins {
    let mut margins = Margins::new();
    for line in pages.iter().flatten().filter(|line| line.cells.len() == 1) {
        let margin = margins.entry(column(line)).or_insert(0.0);
        *margin = margin.max(line.end());
    }
    margins
}

fn column(line: &Line) -> i64 {
    (line.start() / 10.0).round() as i64
}

/// Runs of lines that stand as close to each other as the lines of the page do, in letters of one size.
fn blocks(page: &[Line], body: f64) -> Vec<&[Line]> {
    let mut gaps: Vec<f64> = page
        .windows(2)
        .filter(|pair| (pair[0].size - pair[1].size).abs() < 1.0)
        .map(|pair| (pair[0].y - pair[1].y) / pair[1].size)
        .filter(|gap| *gap > 0.5 && *gap < 3.0)
        .collect();
    gaps.sort_by(f64::total_cmp);
    // The closest that is usual: headings and paragraphs stand further apart.
    let usual = gaps.get(gaps.len() / 4).copied().unwrap_or(1.2);
    let mut blocks = Vec::new();
    let mut start = 0;
    for place in 1..page.len() {
        let (above, below) = (&page[place - 1], &page[place]);
        let gap = (above.y - below.y) / below.size.max(body * 0.5);
        let is_other_size = (above.size - below.size).abs() > above.size.max(below.size) * 0.12;
        let are_cells = above.cells.len() > 1 && below.cells.len() > 1;
        let is_far = gap > if are_cells { usual.max(1.2) * 2.2 } else { usual * 1.3 };
        if gap < 0.0 || is_far || is_other_size || (above.cells.len() > 1) != (below.cells.len() > 1) {
            blocks.push(&page[start..place]);
            start = place;
        }
    }
    blocks.push(&page[start..]);
    blocks.retain(|block| !block.is_empty());
    blocks
}

/// Lines with gaps at the same places, as rows between bars.
fn table(block: &[Line]) -> Option<String> {
    let columns = block.first()?.cells.len();
    if block.len() < 2 || columns < 2 {
        return None;
    }
    let starts: Vec<(f64, f64)> = block[0].cells.iter().map(|cell| (cell.start, cell.end)).collect();
    // Cells start where those above do, end where they end, or stand under the middle.
    let column_of = |cell: &Cell| {
        starts.iter().position(|(start, end)| {
            (cell.start - start).abs() < 6.0
                || (cell.end - end).abs() < 6.0
                || (cell.start < *end && *start < cell.end)
        })
    };
    let mut rows = String::new();
    for line in block {
        let mut row = vec![String::new(); columns];
        for cell in &line.cells {
            let column = column_of(cell)?;
            if !row[column].is_empty() {
                row[column].push(' ');
            }
            row[column].push_str(&cell.text.trim().replace('|', "¦"));
        }
        rows.push_str(&format!("| {} |\n", row.join(" | ")));
    }
    Some(rows)
}

/// Lines that go on in the next are joined; each paragraph, item, or line that ends on purpose is a line.
fn paragraphs(block: &[Line], body: f64, margins: &Margins, words: &HashSet<String>) -> String {
    let margin = block.iter().map(Line::end).fold(0.0, f64::max);
    let left = block.iter().map(Line::start).fold(f64::MAX, f64::min);
    let is_full = |line: &Line| line.end() - left > (margin - left) * 0.8;
    let full = block[..block.len() - 1].iter().filter(|line| is_full(line)).count();
    let is_prose = block.len() > 2 && full * 10 >= (block.len() - 1) * 6;

    let are_headings = block.iter().all(|line| line.size > body * LARGER);
    let mut text = String::new();
    for (place, line) in block.iter().enumerate() {
        let written = line.text();
        let above = place.checked_sub(1).map(|above| &block[above]);
        match above {
            Some(above) => {
                let reach =
                    if is_prose { margin } else { margins.get(&column(above)).copied().unwrap_or(margin) };
                if joins(above, &written, line, reach) {
                    join(&mut text, &written, words);
                } else {
                    text.push_str(if are_headings { "\n\n" } else { "\n" });
                    text.push_str(&written);
                }
            }
            None => text.push_str(&written),
        }
    }
    text.push('\n');
    text
}

/// Whether a line goes on in the next: the first word of that would not have fitted, or it is no beginning.
fn joins(above: &Line, next: &str, below: &Line, margin: f64) -> bool {
    if starts_item(next) {
        return false;
    }
    let upper = above.text();
    if next.starts_with(char::is_lowercase) || upper.ends_with([',', '-', '\u{ad}']) {
        return true;
    }
    // A line in the middle above one at the left: a title.
    if (above.start() - below.start()).abs() > above.size * 4.0 {
        return false;
    }
    let letters = next.chars().count().max(1) as f64;
    let first_word = next.split_whitespace().next().map_or(0, |word| word.chars().count()) as f64;
    let width = (below.end() - below.start()) / letters * (first_word + 1.0);
    above.end() + width > margin
}

/// "• ", "- ", "1. ", "a) ".
fn starts_item(line: &str) -> bool {
    let mark = line.split_whitespace().next().unwrap_or_default();
    is_item_mark(mark) && line.len() > mark.len()
}

fn is_item_mark(mark: &str) -> bool {
    let is_bullet = matches!(mark, "•" | "-" | "–" | "*" | "◦" | "▪" | "●" | "○" | "■");
    let is_number = mark.len() <= 4
        && mark.ends_with(['.', ')'])
        && mark.trim_end_matches(['.', ')']).bytes().all(|byte| byte.is_ascii_alphanumeric())
        && (mark.starts_with(|c: char| c.is_ascii_digit()) || mark.len() == 2);
    is_bullet || is_number
}

/// Writes on: a hyphen at the end goes where the word has none elsewhere.
fn join(text: &mut String, next: &str, words: &HashSet<String>) {
    let is_broken = text.ends_with('\u{ad}')
        || (text.ends_with('-')
            && text.trim_end_matches('-').ends_with(char::is_alphabetic)
            && next.starts_with(char::is_lowercase));
    if !is_broken {
        if !text.ends_with('-') {
            text.push(' ');
        }
        return text.push_str(next);
    }
    let is_letter = |c: char| c.is_alphanumeric() || c == '-';
    let start = text
        .rfind(|c: char| !is_letter(c) && c != '\u{ad}')
        .map_or(0, |at| at + text[at..].chars().next().map_or(1, char::len_utf8));
    let rest: String = next.chars().take_while(|c| is_letter(*c)).collect();
    let with_hyphen = format!("{}{rest}", &text[start..]).to_lowercase();
    if !words.contains(&with_hyphen) || text.ends_with('\u{ad}') {
        text.pop();
    }
    text.push_str(next);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lines of letters of ten points, each at its place and half as wide as high.
    fn page(lines_at: &[(f64, f64, &str)]) -> Vec<Line> {
        let mut letters = Vec::new();
        for (x, y, text) in lines_at {
            for (place, c) in text.chars().enumerate() {
                let x = x + place as f64 * 5.0;
                letters.push(Letter {
                    x,
                    y: *y,
                    end: x + 5.0,
                    size: 10.0,
                    turns: Some(0),
                    text: c.to_string(),
                });
            }
        }
        lines(letters)
    }

    #[track_caller]
    fn check(lines_at: &[(f64, f64, &str)], expected: &str) {
        assert_eq!(written(&[page(lines_at)]), expected);
    }

    #[test]
    fn lines_that_fill_their_column_are_one_paragraph() {
        check(
            &[
                (50.0, 700.0, "The lease of the house at the canal was agreed in"),
                (50.0, 688.0, "Ghent and runs for fifteen years. It can be pro-"),
                (50.0, 676.0, "longed once."),
                (50.0, 640.0, "Another paragraph."),
            ],
            "The lease of the house at the canal was agreed in Ghent and runs for fifteen years. It can be prolonged \
             once.\n\nAnother paragraph.\n\n",
        );
    }

    #[test]
    fn short_lines_and_items_stay_lines() {
        check(
            &[
                (50.0, 700.0, "Port: 8080"),
                (50.0, 688.0, "Host: pier"),
                (50.0, 640.0, "A line that is much longer than those above, so that they end early"),
            ],
            "Port: 8080\nHost: pier\n\nA line that is much longer than those above, so that they end early\n\n",
        );
        check(
            &[(50.0, 700.0, "• one drone"), (50.0, 688.0, "• two sensors")],
            "• one drone\n• two sensors\n\n",
        );
    }

    #[test]
    fn the_indent_of_an_item_is_no_gap_of_a_table() {
        check(
            &[
                (50.0, 700.0, "•"),
                (70.0, 700.0, "one drone"),
                (50.0, 688.0, "•"),
                (70.0, 688.0, "two sensors"),
            ],
            "• one drone\n• two sensors\n\n",
        );
    }

    #[test]
    fn a_wide_space_in_a_justified_line_is_no_gap_of_a_table() {
        check(
            &[
                (50.0, 700.0, "The lease of the house at the canal"),
                (240.0, 700.0, "was agreed in"),
                (50.0, 688.0, "Ghent and runs for fifteen years."),
            ],
            "The lease of the house at the canal was agreed in Ghent and runs for fifteen years.\n\n",
        );
    }

    #[test]
    fn gaps_at_the_same_places_make_a_table() {
        check(
            &[
                (50.0, 700.0, "plan"),
                (150.0, 700.0, "price"),
                (50.0, 686.0, "small"),
                (150.0, 686.0, "5 euros"),
                (50.0, 672.0, "large"),
                (150.0, 672.0, "9 euros"),
            ],
            "| plan | price |\n| small | 5 euros |\n| large | 9 euros |\n\n",
        );
    }

    #[test]
    fn what_stands_on_every_page_is_left_out() {
        let mut pages: Vec<Vec<Line>> = (1..=3)
            .map(|number| {
                page(&[
                    (50.0, 780.0, &format!("House rules, version {number}")),
                    (50.0, 700.0, &format!("Text of page {}.", ["one", "two", "three"][number - 1])),
                    (300.0, 20.0, &format!("Page {number} of 3")),
                ])
            })
            .collect();
        without_running_lines(&mut pages);
        let expected = "Text of page one.\n\n\u{c}\nText of page two.\n\n\u{c}\nText of page three.\n\n";
        assert_eq!(written(&pages), expected);
    }

    #[test]
    fn a_hyphen_stays_where_the_word_has_one_elsewhere() {
        let words = HashSet::from(["well-known".to_owned()]);
        let joined = |before: &str, next: &str| {
            let mut text = before.to_owned();
            join(&mut text, next, &words);
            text
        };
        assert_eq!(joined("a well-", "known fact"), "a well-known fact");
        assert_eq!(joined("it is pro-", "longed"), "it is prolonged");
        assert_eq!(joined("it is pro\u{ad}", "longed"), "it is prolonged");
        assert_eq!(joined("the 2026-", "27 season"), "the 2026-27 season");
        assert_eq!(joined("é-", "é"), "éé");
    }

    #[test]
    fn page_numbers_are_known() {
        assert!(["3", "- 3 -", "Page 3 of 9", "3 / 9", "Seite 3 von 9"].into_iter().all(is_page_number));
        assert!(!["Rule 3", "2026 3 4", "", "3 years"].into_iter().any(is_page_number));
    }
}
