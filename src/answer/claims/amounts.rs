//! Numbers, dates and times of day with what they count, so that one in a claim and one in a source can be told to
//! be the same, another of the same kind, or none of each other's business.

use crate::answer::lexicon::Lexicon;
use crate::answer::polarity::quantities::{self, quantities};
use crate::corpus::date::{self, Mention};
use crate::words::{Word, is_function_word, numbers};

use std::ops::Range;

#[derive(Debug, Clone, PartialEq)]
pub struct Amount {
    pub what: What,
    /// Stems of what is counted or measured; one name for each unit of measure.
    pub units: Vec<String>,
    /// The places of its words.
    pub places: Range<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum What {
    Number(f64),
    /// In percent.
    Share(f64),
    /// "third", "16th".
    Rank(f64),
    Date(Parts),
    /// Minutes after midnight.
    Clock(f64),
}

/// A date as far as it is written: year, month, day, weekday from 1.
pub type Parts = [Option<i16>; 4];

/// How an amount of a source stands to one of a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    Same,
    /// Of the same kind, so that it stands in the place of the other.
    Other,
    Unrelated,
}

/// All of a text, in order.
pub fn amounts(text: &str, words: &[Word], stems: &[&str]) -> Vec<Amount> {
    let reader = Reader { text, words, stems };
    let mut found: Vec<Amount> =
        date::mentions(text).iter().filter_map(|mention| reader.date(mention)).collect();
    let clocks = (0..words.len()).filter_map(|place| reader.clock(place));
    for amount in clocks.collect::<Vec<Amount>>() {
        push_where_free(&mut found, amount);
    }
    for quantity in quantities(text, words) {
        if let Some(amount) = reader.quantity(&quantity) {
            push_where_free(&mut found, amount);
        }
    }
    for place in 0..words.len() {
        if let Some(amount) = reader.single(place) {
            push_where_free(&mut found, amount);
        }
    }
    found.sort_by_key(|amount| amount.places.start);
    found
}

fn push_where_free(found: &mut Vec<Amount>, amount: Amount) {
    let is_free =
        |other: &Amount| other.places.end <= amount.places.start || amount.places.end <= other.places.start;
    if found.iter().all(is_free) {
        found.push(amount);
    }
}

struct Reader<'a> {
    text: &'a str,
    words: &'a [Word],
    stems: &'a [&'a str],
}

impl Reader<'_> {
    fn date(&self, mention: &Mention) -> Option<Amount> {
        let inside = |place: &usize| mention.span.contains(self.words[*place].span);
        let first = (0..self.words.len()).find(inside)?;
        let last = (0..self.words.len()).rev().find(inside)?;
        let is_year_alone = mention.month.is_none() && mention.day.is_none() && mention.weekday.is_none();
        if is_year_alone && !self.is_year(first) {
            return None;
        }
        let weekday = mention.weekday.map(|weekday| i16::from(weekday.to_monday_one_offset()));
        let what =
            What::Date([mention.year, mention.month.map(i16::from), mention.day.map(i16::from), weekday]);
        Some(Amount { what, units: Vec::new(), places: first..last + 1 })
    }

    /// "in 2014", "2014," but not "2014 sensors".
    fn is_year(&self, place: usize) -> bool {
        const BEFORE: &[&str] = &[
            "in", "since", "by", "of", "until", "from", "before", "after", "early", "late", "mid", "year",
            "and", "to", "seit", "im", "jahr", "bis", "ab", "von", "nach", "vor", "for", "during",
        ];
        let is_after = place > 0 && BEFORE.contains(&self.words[place - 1].folded.as_str());
        let is_money = self.text[..self.words[place].span.start].trim_end().ends_with(['€', '$', '£']);
        !is_money && (is_after || self.next_content(place + 1).is_none())
    }

    /// "21:30", "4 a.m.", "12 Uhr".
    fn clock(&self, place: usize) -> Option<Amount> {
        let hour: f64 = self.words[place].folded.parse().ok().filter(|hour| *hour <= 24.0)?;
        let after = &self.text[self.words[place].span.end..];
        let next = self.words.get(place + 1);
        if let Some(minutes) = next.filter(|next| after.starts_with(':') && next.span.len() == 2) {
            let minutes: f64 = minutes.folded.parse().ok()?;
            let what = What::Clock(hour * 60.0 + minutes);
            return Some(Amount { what, units: Vec::new(), places: place..place + 2 });
        }
        let shift = match next?.folded.as_str() {
            "am" | "uhr" | "oclock" => 0.0,
            "pm" if hour < 12.0 => 12.0,
            "pm" => 0.0,
            _ => return None,
        };
        let what = What::Clock((hour + shift) * 60.0);
        Some(Amount { what, units: Vec::new(), places: place..place + 2 })
    }

    fn quantity(&self, quantity: &quantities::Quantity) -> Option<Amount> {
        use quantities::Kind;
        let place = quantity.place;
        if self.is_part_of_code(place) {
            return None;
        }
        let places = place..self.end_of_number(place);
        Some(match quantity.kind {
            Kind::Number | Kind::Year => self.number(quantity.value, places),
            Kind::Percentage => Amount { what: What::Share(quantity.value), units: Vec::new(), places },
            Kind::Rank => Amount { what: What::Rank(quantity.value), units: Vec::new(), places },
            Kind::Month => {
                let what = What::Date([None, Some(quantity.value as i16 + 1), None, None]);
                Amount { what, units: Vec::new(), places }
            }
            Kind::Weekday => {
                let what = What::Date([None, None, None, Some(quantity.value as i16 + 1)]);
                Amount { what, units: Vec::new(), places }
            }
        })
    }

    /// "one" and "a" before a unit of time: "kept for a year". Elsewhere both say nothing about how many.
    fn single(&self, place: usize) -> Option<Amount> {
        let is_one = matches!(self.words[place].folded.as_str(), "one" | "eine" | "einem" | "einen" | "ein");
        let is_article = matches!(self.words[place].folded.as_str(), "a" | "an");
        let is_span = place > 0
            && matches!(self.words[place - 1].folded.as_str(), "for" | "within" | "after" | "lasts" | "last");
        let unit = self.stems.get(place + 1).and_then(|stem| duration(stem));
        let counts = is_one || is_article && is_span;
        let before = place.checked_sub(1).map_or("", |before| self.words[before].folded.as_str());
        if !counts || unit.is_none() || matches!(before, "no" | "than") {
            return None;
        }
        Some(self.number(1.0, place..place + 1))
    }

    fn number(&self, value: f64, places: Range<usize>) -> Amount {
        let units = self.units(&places);
        // The name of a measure is part of the amount: "€20" has no word for it.
        let is_measure = self.next_content(places.end).is_some_and(|stem| is_hard(measure(stem)));
        let places = places.start..places.end + usize::from(is_measure);
        let scale = units.iter().find_map(|unit| duration(unit));
        match scale {
            Some((name, factor)) => {
                Amount { what: What::Number(value * factor), units: vec![name.to_owned()], places }
            }
            None => Amount { what: What::Number(value), units, places },
        }
    }

    /// What is counted: a sign of money, else the words that follow at once, else the one before.
    fn units(&self, places: &Range<usize>) -> Vec<String> {
        const MOST: usize = 3;
        let before = self.text[..self.words[places.start].span.start].trim_end();
        let sign = before.chars().next_back().and_then(|sign| match sign {
            '€' => Some("eur"),
            '$' => Some("usd"),
            '£' => Some("gbp"),
            _ => None,
        });
        let after = self.text[self.words[places.end - 1].span.end..].trim_start();
        let sign = sign.or_else(|| after.starts_with('€').then_some("eur"));
        let previous = places.start.checked_sub(1).map(|place| measure(self.stems[place]));
        if let Some(money) = sign.or(previous.filter(|previous| is_money(previous))) {
            return vec![money.to_owned()];
        }
        let mut units = Vec::new();
        let mut place = places.end;
        while let Some(stem) = self.next_content(place).filter(|_| units.len() < MOST) {
            units.push(measure(stem).to_owned());
            place += 1;
        }
        if let Some(hard) = units.iter().find(|unit| is_hard(unit)) {
            return vec![hard.clone()];
        }
        if units.is_empty() {
            let near = (places.start.saturating_sub(2)..places.start).rev();
            let content = near.map(|place| self.stems[place]).find(|stem| !is_function_word(stem));
            units.extend(content.map(|stem| measure(stem).to_owned()));
        }
        units
    }

    /// The stem of the content word at a place, where nothing but a space or a hyphen parts it from the one before.
    fn next_content(&self, place: usize) -> Option<&str> {
        let word = self.words.get(place)?;
        let gap = &self.text[self.words[place - 1].span.end..word.span.start];
        let follows = matches!(gap, " " | "-" | "\n" | "\u{a0}" | "\u{202f}" | "‑");
        let counts = follows && !is_function_word(&word.folded) && !word.is_number();
        counts.then_some(self.stems[place])
    }

    fn end_of_number(&self, place: usize) -> usize {
        let folded = |place: usize| self.words.get(place).map_or("", |word| word.folded.as_str());
        let mut end = place + 1;
        if numbers::tens(folded(place)).is_some()
            && numbers::below_twenty(folded(end)).is_some_and(|n| n < 10.0)
        {
            end += 1;
        }
        if numbers::magnitude(folded(end)).is_some() {
            end += 1;
        }
        end
    }

    /// "E-2210", "CK-7".
    fn is_part_of_code(&self, place: usize) -> bool {
        let before = &self.text[..self.words[place].span.start];
        let is_joined = before
            .strip_suffix(['-', '_', '/', '#', '.'])
            .is_some_and(|before| before.ends_with(|c: char| c.is_alphanumeric()) || before.is_empty());
        is_joined && self.words[place].is_number()
    }
}

/// A unit of time in its smallest fellow, and how many of them it is.
fn duration(stem: &str) -> Option<(&'static str, f64)> {
    Some(match stem {
        "second" | "sec" | "sekund" | "sekunden" => ("second", 1.0),
        "minut" | "min" | "minuten" => ("second", 60.0),
        "hour" | "stund" | "stunden" | "stunde" => ("second", 3600.0),
        "day" | "tag" | "tage" | "tagen" => ("day", 1.0),
        "week" | "woch" | "woche" | "wochen" => ("day", 7.0),
        "month" | "monat" | "monaten" => ("month", 1.0),
        "year" | "jahr" | "jahren" => ("month", 12.0),
        _ => return None,
    })
}

/// One name for each unit of measure.
fn measure(stem: &str) -> &str {
    match stem {
        "euro" | "eur" => "eur",
        "dollar" | "usd" => "usd",
        "pound" | "gbp" => "gbp",
        "cent" => "cent",
        "kilometr" | "kilomet" | "km" => "km",
        "metr" | "meter" | "m" => "m",
        "kilogram" | "kilo" | "kg" => "kg",
        "gramm" | "gram" | "g" => "g",
        "degre" | "c" | "grad" => "degre",
        other => other,
    }
}

pub fn is_money(unit: &str) -> bool {
    matches!(unit, "eur" | "usd" | "gbp" | "cent")
}

/// Units that nothing else stands for: what is measured in them is not counted in others.
fn is_hard(unit: &str) -> bool {
    is_money(unit)
        || duration(unit).is_some()
        || matches!(
            unit,
            "km" | "m" | "kg" | "g" | "degre" | "mb" | "gb" | "tb" | "kib" | "mm" | "cm" | "km2"
        )
}

impl Amount {
    /// How one of a source stands to this one of a claim.
    pub fn standing(&self, other: &Amount, lexicon: &Lexicon) -> Standing {
        let (ours, theirs) = match (self.what, other.what) {
            (What::Date(ours), What::Date(theirs)) => return dates(ours, theirs),
            (What::Number(ours), What::Number(theirs)) => (ours, theirs),
            (What::Share(ours), What::Share(theirs))
            | (What::Rank(ours), What::Rank(theirs))
            | (What::Clock(ours), What::Clock(theirs)) => return same_or_other(ours, theirs),
            _ => return Standing::Unrelated,
        };
        let hard = |units: &[String]| units.iter().any(|unit| is_hard(unit));
        let share =
            self.units.iter().any(|unit| other.units.iter().any(|other| mean_same(unit, other, lexicon)));
        let (ours_hard, theirs_hard) = (hard(&self.units), hard(&other.units));
        if !share && ours_hard && theirs_hard {
            return Standing::Unrelated;
        }
        if (ours - theirs).abs() < 1e-9 {
            return Standing::Same;
        }
        let is_bare = self.units.is_empty() || other.units.is_empty();
        if share || is_bare && !ours_hard && !theirs_hard { Standing::Other } else { Standing::Unrelated }
    }
}

impl Amount {
    /// Whether it has a unit of measure.
    pub fn is_measured(&self) -> bool {
        self.units.iter().any(|unit| is_hard(unit))
    }

    /// How many parts of two dates can be compared; 0 for all else.
    pub fn shared_parts(&self, other: &Amount) -> usize {
        match (self.what, other.what) {
            (What::Date(ours), What::Date(theirs)) => {
                ours.iter().zip(theirs).filter(|(ours, theirs)| ours.is_some() && theirs.is_some()).count()
            }
            _ => 0,
        }
    }
}

fn mean_same(ours: &str, theirs: &str, lexicon: &Lexicon) -> bool {
    ours == theirs || lexicon.same(&[ours.to_owned()]).iter().any(|same| same.len() == 1 && same[0] == theirs)
}

fn same_or_other(ours: f64, theirs: f64) -> Standing {
    if (ours - theirs).abs() < 1e-9 { Standing::Same } else { Standing::Other }
}

fn dates(ours: Parts, theirs: Parts) -> Standing {
    let mut both = ours.iter().zip(theirs).filter_map(|(ours, theirs)| ours.zip(theirs)).peekable();
    if both.peek().is_none() {
        return Standing::Unrelated;
    }
    if both.all(|(ours, theirs)| ours == theirs) { Standing::Same } else { Standing::Other }
}
