//! Dates as people write them: a line that is a date, and the dates inside running text.
//!
//! English and German, one pass over the words, no patterns that could run away. What is ambiguous is left
//! out: `6/1/2026` has a year and nothing more, a lone `may` is a verb. What a date means for a question is
//! decided elsewhere.

pub use jiff::civil::{Date, Weekday};

use super::Span;

/// A date found in a text, as far as it was written out: `January 2026` has no day, `Tuesday` only a weekday.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mention {
    pub span: Span,
    /// For a decade (`1990s`), its first year.
    pub year: Option<i16>,
    pub month: Option<i8>,
    pub day: Option<i8>,
    pub weekday: Option<Weekday>,
}

impl Mention {
    /// The day it names, where it names one that exists.
    pub fn date(&self) -> Option<Date> {
        Date::new(self.year?, self.month?, self.day?).ok()
    }
}

/// The date that a line consists of, give or take a label before it (`Published on`) and a time after it.
pub fn standing_alone(line: &str) -> Option<Date> {
    let line = without_label(line.trim().trim_matches(['*', '_', '#', '>', '|', ' ', '\t']));
    if line.len() > 80 {
        return None;
    }
    let mention = *mentions(line).first()?;
    let nothing_before = mention.span.start == 0;
    if nothing_before && is_time(&line[mention.span.end..]) { mention.date() } else { None }
}

/// Every date written in a text, each as long as it can be, in order and without overlap.
pub fn mentions(text: &str) -> Vec<Mention> {
    let tokens = tokens(text);
    let reader = Reader { text, tokens: &tokens };
    let mut found = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        match reader.mention(at) {
            Some((mention, next)) => {
                found.push(mention);
                at = next;
            }
            None => at += 1,
        }
    }
    found
}

/// What people put before a date on a line of its own. Longer labels come before those they begin with.
const LABELS: [&str; 16] = [
    "last updated",
    "last modified",
    "date of publication",
    "published",
    "posted",
    "updated",
    "modified",
    "created",
    "dated",
    "date",
    "datum",
    "stand",
    "veröffentlicht",
    "erstellt",
    "aktualisiert",
    "vom",
];

fn without_label(line: &str) -> &str {
    let mut rest = line;
    for label in LABELS {
        if let Some(after) = strip_prefix_ignoring_case(rest, label) {
            rest = after.trim_start_matches([':', '*', '_', ' ', '\t']);
            break;
        }
    }
    for preposition in ["on ", "am ", "the ", "vom "] {
        rest = strip_prefix_ignoring_case(rest, preposition).unwrap_or(rest);
    }
    rest.trim_start()
}

fn strip_prefix_ignoring_case<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let head = text.get(..prefix.len())?;
    head.eq_ignore_ascii_case(prefix).then(|| &text[prefix.len()..])
}

/// Whether what follows a date is nothing, or a time of day: `, 10:32 GMT`.
fn is_time(rest: &str) -> bool {
    rest.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).all(|word| {
        let letters = word.trim_start_matches(|c: char| c.is_ascii_digit());
        let digits = word.len() - letters.len();
        let unit = ["", "am", "pm", "h", "z", "utc", "gmt", "cet", "cest", "est", "uhr", "at", "um"];
        let iso = word.strip_prefix('T').is_some_and(|hour| hour.bytes().all(|b| b.is_ascii_digit()));
        iso || digits <= 6 && unit.iter().any(|unit| letters.eq_ignore_ascii_case(unit))
    })
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// A run of ASCII digits, with its value where it has at most four.
    Number(Option<i16>),
    Word,
    Mark(char),
}

/// A word, a number or a single other character; white space is what lies between tokens.
#[derive(Debug, Clone, Copy)]
struct Token {
    start: usize,
    end: usize,
    kind: Kind,
}

fn tokens(text: &str) -> Vec<Token> {
    let mut tokens: Vec<Token> = Vec::with_capacity(text.len() / 5);
    for (start, c) in text.char_indices() {
        let end = start + c.len_utf8();
        let kind = match c {
            '0'..='9' => Kind::Number(Some(0)),
            _ if c.is_alphabetic() => Kind::Word,
            _ if c.is_whitespace() => continue,
            _ => Kind::Mark(c),
        };
        match tokens.last_mut() {
            Some(last) if last.end == start && same_run(last.kind, kind) => last.end = end,
            _ => tokens.push(Token { start, end, kind }),
        }
    }
    for token in &mut tokens {
        if let Kind::Number(value) = &mut token.kind {
            *value = text[token.start..token.end].parse().ok().filter(|_| token.end - token.start <= 4);
        }
    }
    tokens
}

fn same_run(last: Kind, next: Kind) -> bool {
    matches!((last, next), (Kind::Word, Kind::Word) | (Kind::Number(_), Kind::Number(_)))
}

/// Reads mentions from tokens. Every method looks at a bounded number of tokens from `at` on, and those that
/// find something also give the token after it.
struct Reader<'a> {
    text: &'a str,
    tokens: &'a [Token],
}

/// Parts of a date, and the token after them.
#[derive(Default, Clone, Copy)]
struct Parts {
    year: Option<i16>,
    month: Option<i8>,
    day: Option<i8>,
    next: usize,
}

impl Reader<'_> {
    fn mention(&self, at: usize) -> Option<(Mention, usize)> {
        let (weekday, parts) = match self.weekday(at) {
            Some(found) => found,
            None => (None, self.calendar_date(at).or_else(|| self.month_or_year(at))?),
        };
        let span = Span::new(self.tokens[at].start, self.tokens[parts.next - 1].end);
        Some((Mention { span, year: parts.year, month: parts.month, day: parts.day, weekday }, parts.next))
    }

    /// `Tuesday`, `Tue 6th Jan, 2026`, `Tuesday the 6th`. An abbreviation is a word of its own (`sun`, `sat`)
    /// unless a day follows.
    fn weekday(&self, at: usize) -> Option<(Option<Weekday>, Parts)> {
        let (weekday, written_out) = weekday_named(self.word(at)?)?;
        let mut next = at + 1;
        for skipped in [".", ",", "the", "den", "dem"] {
            if self.is(next, skipped) {
                next += 1;
            }
        }
        let dated = self.calendar_date(next).filter(|parts| parts.day.is_some());
        let parts = dated.or_else(|| self.ordinal_day(next)).or_else(|| {
            (written_out && self.stands_free(at)).then(|| Parts { next: at + 1, ..Parts::default() })
        })?;
        Some((Some(weekday), parts))
    }

    /// A day with its month, with or without the year, in words or in figures.
    fn calendar_date(&self, at: usize) -> Option<Parts> {
        self.figures(at).or_else(|| self.day_first(at)).or_else(|| self.month_first(at))
    }

    /// `6 January 2026`, `6th of Jan.`, `6. Januar`, `6–8 January`: a range keeps its month but has no one day.
    fn day_first(&self, at: usize) -> Option<Parts> {
        if !self.opens(at) {
            return None;
        }
        let (mut day, mut next) = self.day(at)?;
        if self.is_dash(next)
            && let Some((_, after)) = self.day(next + 1)
        {
            day = None;
            next = after;
        }
        for skipped in [".", "of"] {
            if self.is(next, skipped) {
                next += 1;
            }
        }
        let month = month_named(self.word(next)?)?;
        let (year, after) = self.year_after(next + 1, true);
        let lower_case_verb = month.also_a_verb && !self.is_capitalised(next) && year.is_none();
        if lower_case_verb {
            return None;
        }
        Some(Parts { year, month: Some(month.number), day, next: after })
    }

    /// `January 6`, `January 6th, 2026`, `Jan. 6–8, 2026`.
    fn month_first(&self, at: usize) -> Option<Parts> {
        let month = month_named(self.word(at)?)?;
        let day_at = if self.is(at + 1, ".") { at + 2 } else { at + 1 };
        let (mut day, mut next) = self.day(day_at).filter(|&(_, next)| self.closes(next))?;
        if self.is_dash(next)
            && let Some((_, after)) = self.day(next + 1)
        {
            day = None;
            next = after;
        }
        let (year, after) = self.year_after(next, true);
        let lower_case_verb = month.also_a_verb && !self.is_capitalised(at) && year.is_none();
        if lower_case_verb || !self.stands_free(at) {
            return None;
        }
        Some(Parts { year, month: Some(month.number), day, next: after })
    }

    /// `January 2026`, `since November`, `2014`, `the 1990s`.
    fn month_or_year(&self, at: usize) -> Option<Parts> {
        let Some(word) = self.word(at) else {
            return self.year_month(at).or_else(|| self.decade(at)).or_else(|| self.lone_year(at));
        };
        let month = month_named(word).filter(|_| self.stands_free(at))?;
        let (year, next) = self.year_after(at + 1, false);
        let after_preposition = self.follows_time_preposition(at);
        let capitalised = self.is_capitalised(at);
        let sure = match (year.is_some(), month.also_a_verb) {
            (true, true) => capitalised || after_preposition,
            (true, false) => true,
            (false, true) => capitalised && after_preposition,
            (false, false) if month.abbreviated => capitalised && after_preposition,
            (false, false) => capitalised || after_preposition,
        };
        sure.then_some(Parts { year, month: Some(month.number), day: None, next })
    }

    /// `2026-01-06`, `2026/01/06`, `06.01.2026`, `13/1/2026`. In `6/1/2026` day and month could be either.
    fn figures(&self, at: usize) -> Option<Parts> {
        let separator = match self.tokens.get(at + 1)?.kind {
            Kind::Mark(c @ ('-' | '.' | '/')) => c,
            _ => return None,
        };
        let same_separator = self.tokens.get(at + 3)?.kind == Kind::Mark(separator);
        let unbroken = (at..at + 4).all(|i| self.is_attached(i));
        if !same_separator || !unbroken || !self.opens(at) {
            return None;
        }
        let (first, second, third) = (self.number(at)?, self.number(at + 2)?, self.number(at + 4)?);
        let year_first = self.digits(at) == 4 && self.digits(at + 2) == 2 && self.digits(at + 4) == 2;
        let year_last = self.digits(at + 4) == 4 && self.digits(at) <= 2 && self.digits(at + 2) <= 2;
        let (year, month, day) = match separator {
            '-' | '/' if year_first => (first, Some(second), Some(third)),
            '.' | '-' if year_last => (third, Some(second), Some(first)),
            '/' if year_last && second > 12 => (third, Some(first), Some(second)),
            '/' if year_last && (first > 12 || first == second) => (third, Some(second), Some(first)),
            '/' if year_last => (third, None, None),
            _ => return None,
        };
        let possible = is_year(year)
            && month.is_none_or(|month| (1..=12).contains(&month))
            && day.is_none_or(|day| (1..=31).contains(&day));
        let closed = self.closes(at + 5) || self.is_attached(at + 4) && self.starts_iso_time(at + 5);
        let narrow = |number: Option<i16>| number.and_then(|number| i8::try_from(number).ok());
        (possible && closed).then_some(Parts {
            year: Some(year),
            month: narrow(month),
            day: narrow(day),
            next: at + 5,
        })
    }

    /// `2026-01`: a year and a month, since ranges such as `2010-12` do not begin with a nought.
    fn year_month(&self, at: usize) -> Option<Parts> {
        let attached = self.is_attached(at) && self.is_attached(at + 1);
        let month = self.number(at + 2).filter(|month| (1..=9).contains(month))?;
        let written_so = self.is(at + 1, "-") && self.digits(at) == 4 && self.digits(at + 2) == 2;
        let year = self.number(at).filter(|&year| is_year(year))?;
        (attached && written_so && self.opens(at) && self.closes(at + 3)).then_some(Parts {
            year: Some(year),
            month: i8::try_from(month).ok(),
            day: None,
            next: at + 3,
        })
    }

    /// `1990s`, `1990’s`, `1990er`.
    fn decade(&self, at: usize) -> Option<Parts> {
        let year = self.number(at).filter(|&year| is_year(year) && year % 10 == 0)?;
        if self.digits(at) != 4 || !self.opens(at) || !self.is_attached(at) {
            return None;
        }
        let apostrophe = self.is(at + 1, "'") || self.is(at + 1, "’");
        let ending = if apostrophe && self.is_attached(at + 1) { at + 2 } else { at + 1 };
        let closed = self.word(ending).is_some_and(|word| matches!(word, "s" | "er" | "ern"));
        closed.then_some(Parts { year: Some(year), next: ending + 1, ..Parts::default() })
    }

    /// A bare year, unless it counts something (`2014 MB`) or names something (`RFC 2026`).
    fn lone_year(&self, at: usize) -> Option<Parts> {
        let (year, next) = self.year(at)?;
        let counts = self.word(next).is_some_and(is_unit) && !self.is_attached(at);
        let names = at > 0 && self.word(at - 1).is_some_and(is_code_word);
        (!counts && !names).then_some(Parts { year: Some(year), next, ..Parts::default() })
    }

    /// The year after a day or a month, if there is one, and the token after it all.
    fn year_after(&self, at: usize, comma: bool) -> (Option<i16>, usize) {
        let mut year_at = at;
        for skipped in [".", ",", "of"] {
            let allowed = skipped != "," || comma || self.number(year_at + 1).is_some_and(is_year);
            if allowed && self.is(year_at, skipped) {
                year_at += 1;
            }
        }
        let unit_follows = self.word(year_at + 1).is_some_and(is_unit) && !self.is_attached(year_at);
        match self.year(year_at) {
            Some((year, next)) if !unit_follows => (Some(year), next),
            _ => (None, at),
        }
    }

    fn year(&self, at: usize) -> Option<(i16, usize)> {
        let year = self.number(at).filter(|&year| is_year(year))?;
        let bounded = self.digits(at) == 4 && self.opens(at) && self.closes(at + 1);
        (bounded && !self.is_part_of_a_code(at)).then_some((year, at + 1))
    }

    /// A day of a month, and the token after it and its `st`, `nd`, `rd` or `th`.
    fn day(&self, at: usize) -> Option<(Option<i8>, usize)> {
        let day = self.number(at).filter(|day| (1..=31).contains(day) && self.digits(at) <= 2)?;
        let ordinal = self.is_attached(at) && self.is_ordinal_ending(at + 1);
        let glued = self.is_attached(at) && self.word(at + 1).is_some() && !ordinal;
        let next = if ordinal { at + 2 } else { at + 1 };
        (!glued).then_some((i8::try_from(day).ok(), next))
    }

    /// `6th` without a month, which only a weekday before it makes a date.
    fn ordinal_day(&self, at: usize) -> Option<Parts> {
        let (day, next) = self.day(at).filter(|&(_, next)| next == at + 2)?;
        Some(Parts { day, next, ..Parts::default() })
    }

    fn is_ordinal_ending(&self, at: usize) -> bool {
        self.word(at).is_some_and(|word| matches!(word, "st" | "nd" | "rd" | "th"))
    }

    fn token_text(&self, at: usize) -> Option<&str> {
        self.tokens.get(at).map(|token| &self.text[token.start..token.end])
    }

    fn word(&self, at: usize) -> Option<&str> {
        self.token_text(at).filter(|_| self.tokens[at].kind == Kind::Word)
    }

    fn number(&self, at: usize) -> Option<i16> {
        match self.tokens.get(at)?.kind {
            Kind::Number(value) => value,
            _ => None,
        }
    }

    fn digits(&self, at: usize) -> usize {
        self.token_text(at).map_or(0, str::len)
    }

    fn is(&self, at: usize, wanted: &str) -> bool {
        self.token_text(at).is_some_and(|text| text.eq_ignore_ascii_case(wanted))
    }

    fn is_dash(&self, at: usize) -> bool {
        self.is(at, "-") || self.is(at, "–")
    }

    fn is_capitalised(&self, at: usize) -> bool {
        self.word(at).is_some_and(|word| word.starts_with(char::is_uppercase))
    }

    /// Whether the next token follows without white space.
    fn is_attached(&self, at: usize) -> bool {
        match (self.tokens.get(at), self.tokens.get(at + 1)) {
            (Some(token), Some(next)) => token.end == next.start,
            _ => false,
        }
    }

    /// Whether a number begins here, rather than going on from a letter, a currency or another number.
    fn opens(&self, at: usize) -> bool {
        if at == 0 || !self.is_attached(at - 1) {
            return true;
        }
        let before = self.tokens[at - 1].kind;
        match before {
            Kind::Word | Kind::Number(_) => false,
            Kind::Mark(c) => {
                let joins = matches!(c, '.' | ',' | ':' | '/' | '+') && at > 1 && self.is_attached(at - 2);
                let currency = matches!(c, '$' | '€' | '£' | '¥' | '#' | '_' | '§' | '=' | '@' | '\\');
                let after_number = at > 1 && matches!(self.tokens[at - 2].kind, Kind::Number(_));
                !(currency || joins && after_number)
            }
        }
    }

    /// Whether a number ends before this token: no letter, percent sign or decimals follow it directly.
    fn closes(&self, at: usize) -> bool {
        if !self.is_attached(at.wrapping_sub(1)) {
            return true;
        }
        match self.tokens[at].kind {
            Kind::Word | Kind::Number(_) => false,
            Kind::Mark('%' | '€' | '$' | '£' | '°' | '_' | '=' | '@' | '\\') => false,
            Kind::Mark('.' | ',' | ':') => {
                !(self.is_attached(at) && matches!(self.tokens[at + 1].kind, Kind::Number(_)))
            }
            Kind::Mark(_) => true,
        }
    }

    /// `CVE-2014-0160`, `555-2014`, `GPT-2014`: a number joined by hyphens to something that is no year.
    fn is_part_of_a_code(&self, at: usize) -> bool {
        let joined_before = at > 1 && self.is_dash(at - 1) && self.is_attached(at - 1);
        if joined_before && self.is_attached(at - 2) {
            let year_before = self.number(at - 2).is_some_and(is_year);
            let prefix = self.word(at - 2).is_some_and(|word| word.starts_with(char::is_lowercase));
            if !year_before && !prefix {
                return true;
            }
        }
        let joined_after = self.is_dash(at + 1) && self.is_attached(at) && self.is_attached(at + 1);
        let Some(after) = self.tokens.get(at + 2).filter(|_| joined_after) else { return false };
        let short_year = self.digits(at + 2) == 2 && self.closes(at + 3);
        matches!(after.kind, Kind::Number(_)) && !short_year && !self.number(at + 2).is_some_and(is_year)
    }

    /// Whether a word is a word by itself, not the end of `non-March` or `@may` or the start of `May-Britt`.
    fn stands_free(&self, at: usize) -> bool {
        let marked = |mark: usize| matches!(self.tokens[mark].kind, Kind::Mark('@' | '#' | '_' | '/' | '.'));
        let glued_before = at > 0 && self.is_attached(at - 1) && (marked(at - 1) || !self.opens(at));
        let hyphen = self.is(at + 1, "-") && self.is_attached(at) && self.is_attached(at + 1);
        let name_after =
            hyphen && self.is_capitalised(at + 2) && month_named(self.word(at + 2).unwrap_or("")).is_none();
        let glued_after =
            self.is_attached(at) && matches!(self.tokens[at + 1].kind, Kind::Number(_) | Kind::Mark('_'));
        !glued_before && !glued_after && !name_after
    }

    fn follows_time_preposition(&self, at: usize) -> bool {
        const PREPOSITIONS: [&str; 25] = [
            "in", "since", "until", "till", "by", "of", "last", "next", "during", "early", "late", "mid",
            "this", "from", "before", "after", "through", "im", "seit", "bis", "ab", "anfang", "mitte",
            "ende", "vor",
        ];
        let hyphen = at > 1 && self.is_dash(at - 1);
        let before = if hyphen { at.checked_sub(2) } else { at.checked_sub(1) };
        before.is_some_and(|before| PREPOSITIONS.iter().any(|word| self.is(before, word)))
    }

    fn starts_iso_time(&self, at: usize) -> bool {
        self.is(at, "T") && self.is_attached(at) && self.number(at + 1).is_some()
    }
}

fn is_year(number: i16) -> bool {
    (1000..=2099).contains(&number)
}

struct Month {
    number: i8,
    abbreviated: bool,
    /// `may`, `march` and `mar` are words of their own.
    also_a_verb: bool,
}

/// Whether a word, folded or not, is the name of a month written out, in English or German.
pub fn is_month(word: &str) -> bool {
    word == "marz" || month_named(word).is_some_and(|month| !month.abbreviated)
}

fn month_named(word: &str) -> Option<Month> {
    let number = match lower_case(word)?.as_str() {
        "january" | "januar" | "jänner" | "jan" => 1,
        "february" | "februar" | "feb" => 2,
        "march" | "märz" | "maerz" | "mar" | "mär" => 3,
        "april" | "apr" => 4,
        "may" | "mai" => 5,
        "june" | "juni" | "jun" => 6,
        "july" | "juli" | "jul" => 7,
        "august" | "aug" => 8,
        "september" | "sept" | "sep" => 9,
        "october" | "oktober" | "oct" | "okt" => 10,
        "november" | "nov" => 11,
        "december" | "dezember" | "dec" | "dez" => 12,
        _ => return None,
    };
    let abbreviated = word.chars().count() <= 3 && number != 5 || number == 9 && word.len() == 4;
    let also_a_verb = ["may", "march", "mar"].iter().any(|verb| word.eq_ignore_ascii_case(verb));
    Some(Month { number, abbreviated, also_a_verb })
}

/// The weekday a word names, and whether it is written out. Abbreviations count only with a capital.
fn weekday_named(word: &str) -> Option<(Weekday, bool)> {
    use Weekday::*;
    let abbreviated = match word {
        "Mon" => Some(Monday),
        "Tue" | "Tues" | "Di" => Some(Tuesday),
        "Wed" | "Weds" | "Mi" => Some(Wednesday),
        "Thu" | "Thur" | "Thurs" => Some(Thursday),
        "Fri" | "Fr" => Some(Friday),
        "Sat" | "Sa" => Some(Saturday),
        "Sun" => Some(Sunday),
        _ => None,
    };
    if let Some(weekday) = abbreviated {
        return Some((weekday, false));
    }
    let weekday = match lower_case(word)?.as_str() {
        "monday" | "mondays" | "montag" => Monday,
        "tuesday" | "tuesdays" | "dienstag" => Tuesday,
        "wednesday" | "wednesdays" | "mittwoch" => Wednesday,
        "thursday" | "thursdays" | "donnerstag" => Thursday,
        "friday" | "fridays" | "freitag" => Friday,
        "saturday" | "saturdays" | "samstag" | "sonnabend" => Saturday,
        "sunday" | "sundays" | "sonntag" => Sunday,
        _ => return None,
    };
    Some((weekday, true))
}

/// Lower case, for words that could be names of months and days: those of other lengths cost nothing.
fn lower_case(word: &str) -> Option<String> {
    (2..=10).contains(&word.len()).then(|| word.to_lowercase())
}

/// What a number before it counts, so that `2014 MB` is no year.
fn is_unit(word: &str) -> bool {
    const UNITS: [&str; 66] = [
        "b", "kb", "mb", "gb", "tb", "kib", "mib", "gib", "bytes", "bits", "px", "dpi", "fps", "rpm", "mm",
        "cm", "m", "km", "kmh", "mph", "ft", "mi", "feet", "miles", "metres", "meters", "acres", "hectares",
        "mg", "g", "kg", "lb", "lbs", "tons", "tonnes", "ml", "l", "litres", "liters", "w", "kw", "mw",
        "kwh", "v", "hz", "mhz", "ghz", "ms", "s", "min", "seconds", "minutes", "hours", "days", "weeks",
        "months", "years", "percent", "points", "pages", "usd", "eur", "euros", "euro", "dollars", "pounds",
    ];
    const AMOUNTS: [&str; 3] = ["million", "billion", "thousand"];
    word.len() <= 8 && UNITS.iter().chain(&AMOUNTS).any(|unit| word.eq_ignore_ascii_case(unit))
}

/// What a number after it names, so that `RFC 2026` is no year.
fn is_code_word(word: &str) -> bool {
    const CODE_WORDS: [&str; 24] = [
        "rfc",
        "iso",
        "din",
        "en",
        "port",
        "ports",
        "room",
        "page",
        "pages",
        "pp",
        "no",
        "nr",
        "line",
        "lines",
        "code",
        "error",
        "ticket",
        "issue",
        "section",
        "route",
        "highway",
        "flight",
        "extension",
        "id",
    ];
    word.len() <= 9 && CODE_WORDS.iter().any(|code| word.eq_ignore_ascii_case(code))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The mentions of a text as `quote=year-month-day weekday`, with `?` for what is not said.
    fn found(text: &str) -> Vec<String> {
        let part = |number: Option<String>| number.unwrap_or_else(|| "?".into());
        let describe = |mention: &Mention| {
            let quote = &text[mention.span.range()];
            let year = part(mention.year.map(|year| year.to_string()));
            let month = part(mention.month.map(|month| month.to_string()));
            let day = part(mention.day.map(|day| day.to_string()));
            let weekday = mention.weekday.map(|weekday| format!(" {weekday:?}")).unwrap_or_default();
            format!("{quote}={year}-{month}-{day}{weekday}")
        };
        mentions(text).iter().map(describe).collect()
    }

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        assert_eq!(found(text), expected, "in {text:?}");
    }

    #[test]
    fn full_dates_are_found_in_every_common_order() {
        check("It was 6 January 2026.", &["6 January 2026=2026-1-6"]);
        check("on January 6, 2026, they met", &["January 6, 2026=2026-1-6"]);
        check("on January 6th 2026", &["January 6th 2026=2026-1-6"]);
        check("the 6th of January 2026", &["6th of January 2026=2026-1-6"]);
        check("Tue 6th Jan, 2026", &["Tue 6th Jan, 2026=2026-1-6 Tuesday"]);
        check("Tuesday, January 6th 2026", &["Tuesday, January 6th 2026=2026-1-6 Tuesday"]);
        check("am Dienstag, den 6. Januar 2026, um", &["Dienstag, den 6. Januar 2026=2026-1-6 Tuesday"]);
        check("vom 1. März 2025", &["1. März 2025=2025-3-1"]);
        check("2026-01-06 and 06.01.2026", &["2026-01-06=2026-1-6", "06.01.2026=2026-1-6"]);
        check("at 2026-01-06T10:32:00Z", &["2026-01-06=2026-1-6"]);
    }

    #[test]
    fn partial_dates_keep_what_they_say() {
        check("January 6 and 6th Jan.", &["January 6=?-1-6", "6th Jan=?-1-6"]);
        check("a meeting on Tuesday with", &["Tuesday=?-?-? Tuesday"]);
        check("Tuesday, 6 January", &["Tuesday, 6 January=?-1-6 Tuesday"]);
        check("Tuesday the 6th", &["Tuesday the 6th=?-?-6 Tuesday"]);
        check("in January 2026", &["January 2026=2026-1-?"]);
        check("accelerated since November but", &["November=?-11-?"]);
        check("since november", &["november=?-11-?"]);
        check("early 2022", &["2022=2022-?-?"]);
        check("in 2014 and again in 2022.", &["2014=2014-?-?", "2022=2022-?-?"]);
        check("the 1990s", &["1990s=1990-?-?"]);
        check("2026-01 report", &["2026-01=2026-1-?"]);
        check("6–8 January 2026", &["6–8 January 2026=2026-1-?"]);
        check("the mid-2014 talks of 2014–18", &["2014=2014-?-?", "2014=2014-?-?"]);
    }

    #[test]
    fn slashes_are_sure_only_where_one_number_cannot_be_a_month() {
        check("13/1/2026", &["13/1/2026=2026-1-13"]);
        check("1/13/2026", &["1/13/2026=2026-1-13"]);
        check("6/1/2026", &["6/1/2026=2026-?-?"]);
    }

    #[test]
    fn months_and_days_that_are_words_need_a_sign() {
        check("They may march on. May I? March!", &[]);
        check("the 6 may be late", &[]);
        check(
            "in May, since March, May 6, 6 May, May 2026",
            &["May=?-5-?", "March=?-3-?", "May 6=?-5-6", "6 May=?-5-6", "May 2026=2026-5-?"],
        );
        check("The sun sat on Mon. It is Sun and Jan said", &[]);
        check("Theresa May-Smith of May-Britt", &[]);
        check("in may 2026", &["may 2026=2026-5-?"]);
    }

    #[test]
    fn a_number_is_a_year_only_by_itself() {
        for text in [
            "2014 MB",
            "20140",
            "v2014",
            "2,014",
            "$2014",
            "€2014",
            "2014%",
            "2014.5",
            "12014",
            "#2014",
            "RFC 2026",
            "CVE-2014-0160",
            "555-2014",
            "3.2014",
            "2014px",
            "0999",
            "2100",
            "port 1080",
            "2014-0160",
            "a2014b",
            "10:2014",
        ] {
            check(text, &[]);
        }
        check("(2014)", &["2014=2014-?-?"]);
        check("“2014”.", &["2014=2014-?-?"]);
        check("2014, 2015.", &["2014=2014-?-?", "2015=2015-?-?"]);
    }

    #[test]
    fn a_line_that_is_a_date_is_one() {
        let day = Some(Date::constant(2026, 1, 6));
        for line in [
            "Tue 6th Jan, 2026",
            "6 January 2026",
            "January 6, 2026",
            "2026-01-06",
            "06.01.2026",
            "6. Januar 2026",
            "Tuesday, January 6th 2026",
            "Date: 2026-01-06",
            "Published 6 January 2026",
            "**Date:** 2026-01-06",
            "Last updated: 6 January 2026",
            "Published on January 6, 2026.",
            "*6 January 2026*",
            "  2026-01-06  ",
            "6 January 2026, 10:32 GMT",
            "2026-01-06T10:32:00Z",
            "Dienstag, 6. Januar 2026",
        ] {
            assert_eq!(standing_alone(line), day, "{line}");
        }
    }

    #[test]
    fn a_line_that_only_holds_a_date_is_not_one() {
        for line in [
            "",
            "January 2026",
            "6/1/2026",
            "Tuesday",
            "They met on 6 January 2026",
            "6 January 2026 was cold",
            "30 February 2026",
            "2026-01-06 and 2026-01-07",
            "2026",
            "6 January 2026 in Paris",
            "6 January 2026 𑃳noon1",
        ] {
            assert_eq!(standing_alone(line), None, "{line}");
        }
        assert_eq!(standing_alone("13/1/2026"), Some(Date::constant(2026, 1, 13)));
    }

    #[test]
    fn a_long_hostile_text_is_read_in_one_pass() {
        for piece in ["6.", "2026-", "January ", "Tue, ", "1/", "6 - ", "é6", "May of ", "\u{301}"] {
            mentions(&piece.repeat(200_000 / piece.len()));
        }
    }

    proptest::proptest! {
        #[test]
        fn mentions_are_in_order_and_on_character_boundaries(text in r"([0-9]{1,4}|[-./, ’–]|Jan|May|Tue|of|th|s|é|\PC){0,40}") {
            let mut end = 0;
            for mention in mentions(&text) {
                assert!(mention.span.start >= end && !mention.span.is_empty());
                assert!(text.get(mention.span.range()).is_some());
                end = mention.span.end;
            }
            standing_alone(&text);
        }
    }
}
