//! What people see: the line, the proof under it, the numbered sources. Terminal, Discord and HTTP draw the
//! same reply, each in its own way.

use std::ops::Range;

use super::template::Templates;
use super::{Answer, Choice, Citation, Finding, Outcome};
use crate::corpus::{Date, superseded};
use crate::language::Language;

/// A reply, ready to be drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// Of the words around those of the sources.
    pub language: Language,
    /// The answer and its sources, or what there is to say instead.
    pub headline: String,
    /// What of the headline was asked for: the bare value, where there is one.
    pub value: Option<String>,
    /// What the headline says side by side, where the sources disagree.
    pub disagreement: Option<Disagreement>,
    /// The sources that the question may be meant for, where it fits several.
    pub choices: Vec<Choice>,
    /// How the question was read, where that is not as it was written, and what the answer had to do without.
    pub notes: Vec<String>,
    /// What stands above the proof, where that has to be explained.
    pub proof_title: Option<String>,
    /// Numbered from 1, in this order.
    pub proof: Vec<Citation>,
    /// How a document gets in, where one seems to be missing.
    pub hint: Option<String>,
}

/// The headline of a dispute in its parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disagreement {
    /// What stands before the sides.
    pub title: String,
    /// At least two, best supported first.
    pub sides: Vec<Side>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Side {
    /// What it says, with its sources and their dates.
    pub line: String,
    /// The bare value in the line, where there is one.
    pub value: Option<String>,
    /// Which of the reply's proof is its own.
    pub proof: Range<usize>,
}

impl Reply {
    /// `how_to_add` is shown where the sources do not say. An answer with less confidence than `closest_below`
    /// is not told as one: what is said leads to the sentence in its proof.
    pub fn of(answer: &Answer, templates: &Templates, how_to_add: Option<&str>, closest_below: f64) -> Reply {
        let mut reply = Reply {
            language: templates.language,
            headline: templates.headline(answer),
            value: None,
            disagreement: None,
            choices: Vec::new(),
            notes: notes(answer, templates),
            proof_title: None,
            proof: Vec::new(),
            hint: None,
        };
        match &answer.outcome {
            Outcome::Found(finding) => {
                reply.proof = finding.citations.clone();
                if answer.confidence < closest_below {
                    reply.headline = templates.closest(&answer.outcome);
                } else {
                    reply.value = finding.value.clone();
                }
            }
            Outcome::Disputed { .. } => {
                let sides = answer.outcome.sides();
                reply.proof = sides.iter().flat_map(|side| side.citations.clone()).collect();
                if answer.confidence < closest_below {
                    reply.headline = templates.closest(&answer.outcome);
                } else {
                    reply.disagreement = Some(Disagreement::of(&sides, templates));
                }
            }
            Outcome::Ambiguous { choices } => reply.choices.clone_from(choices),
            Outcome::Abstained { nearest } => {
                reply.proof = nearest.iter().cloned().collect();
                reply.proof_title = nearest.as_ref().map(|_| templates.nearest());
                reply.hint = how_to_add.map(str::to_owned);
            }
            Outcome::Withdrawn { .. } | Outcome::SmallTalk(_) | Outcome::Empty | Outcome::TooLong => {}
        }
        reply
    }
}

fn notes(answer: &Answer, templates: &Templates) -> Vec<String> {
    let notes = [templates.understood(answer), templates.corrected(answer), templates.degraded(answer)];
    notes.into_iter().flatten().collect()
}

impl Disagreement {
    fn of(findings: &[&Finding], templates: &Templates) -> Disagreement {
        let mut sides = Vec::new();
        let mut start = 0;
        for finding in findings {
            let proof = start..start + finding.citations.len();
            start = proof.end;
            sides.push(Side { line: templates.side(finding), value: finding.value.clone(), proof });
        }
        Disagreement { title: templates.disputed(), sides }
    }
}

/// "Leave policy (superseded)": the title of a source, which says so where the source no longer holds.
pub fn spoken_title(title: &str, is_superseded: bool, language: Language) -> String {
    spoken_source(title, is_superseded && !superseded::title_says_so(title), language)
}

/// "004 (superseded)": a source by its id, marked where it no longer holds.
pub fn spoken_source(id: &str, is_superseded: bool, language: Language) -> String {
    match language {
        _ if !is_superseded => id.to_owned(),
        Language::English => format!("{id} (superseded)"),
        Language::German => format!("{id} (überholt)"),
    }
}

/// "line 3", "lines 3-5", "p. 12": where in its file a citation stands.
pub fn spoken_lines(citation: &Citation, language: Language) -> String {
    let (start, end) = (citation.line_start, citation.line_end);
    if let Some(page) = citation.page {
        return spoken_page(page, language);
    }
    match language {
        _ if start == end => spoken_line(start, language),
        Language::English => format!("lines {start}-{end}"),
        Language::German => format!("Zeilen {start}–{end}"),
    }
}

/// "p. 12" where the source has pages, else "line 3".
pub fn spoken_place(page: Option<u32>, line: usize, language: Language) -> String {
    page.map_or_else(|| spoken_line(line, language), |page| spoken_page(page, language))
}

/// "p. 12".
pub fn spoken_page(page: u32, language: Language) -> String {
    match language {
        Language::English => format!("p. {page}"),
        Language::German => format!("S. {page}"),
    }
}

/// "line 3".
pub fn spoken_line(line: usize, language: Language) -> String {
    match language {
        Language::English => format!("line {line}"),
        Language::German => format!("Zeile {line}"),
    }
}

/// "6 January 2026".
pub fn spoken_date(date: Date, language: Language) -> String {
    let (day, month, year) = (date.day(), date.month() as usize - 1, date.year());
    match language {
        Language::English => format!("{day} {} {year}", ENGLISH_MONTHS[month]),
        Language::German => format!("{day}. {} {year}", GERMAN_MONTHS[month]),
    }
}

const ENGLISH_MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

const GERMAN_MONTHS: [&str; 12] = [
    "Januar",
    "Februar",
    "März",
    "April",
    "Mai",
    "Juni",
    "Juli",
    "August",
    "September",
    "Oktober",
    "November",
    "Dezember",
];

#[cfg(test)]
mod tests {
    use super::super::polarity::Polarity;
    use super::super::{Finding, samples};
    use super::*;

    fn citation(source: &str, line_end: usize) -> Citation {
        Citation { line_end, ..samples::citation(source, "") }
    }

    fn reply_to(outcome: Outcome, confidence: f64, language: Language) -> Reply {
        let text = match language {
            Language::English => include_str!("../../config/replies.toml"),
            Language::German => include_str!("../../config/replies.de.toml"),
        };
        let answer = Answer { confidence, ..samples::answer(outcome) };
        Reply::of(&answer, &Templates::parse(text, "replies", language).unwrap(), None, 0.55)
    }

    /// "15 years agreed" out of two sources, as somebody of this language sees it.
    fn reply(confidence: f64, language: Language) -> Reply {
        let finding = finding("15 years agreed", None);
        reply_to(Outcome::Found(finding), confidence, language)
    }

    fn finding(said: &str, polarity: Option<Polarity>) -> Finding {
        Finding {
            answer: said.to_owned(),
            value: Some("15 years".to_owned()),
            polarity,
            citations: vec![citation("002", 3), citation("004", 3), citation("002", 4)],
        }
    }

    #[test]
    fn an_answer_is_told_in_the_language_of_whoever_asks() {
        let english = reply(0.55, Language::English);
        assert_eq!(english.headline, "15 years agreed, per sources 002 and 004");
        assert_eq!((english.value.as_deref(), english.language), (Some("15 years"), Language::English));
        let german = reply(0.55, Language::German);
        assert_eq!(german.headline, "15 years agreed, laut den Quellen 002 und 004");
        assert_eq!((german.value.as_deref(), german.language), (Some("15 years"), Language::German));
    }

    #[test]
    fn yes_and_no_are_said_in_the_language_of_whoever_asks() {
        let headline = |language, said, polarity| {
            reply_to(Outcome::Found(finding(said, Some(polarity))), 0.9, language).headline
        };
        let said = "No: no boats";
        let english = headline(Language::English, said, Polarity::No);
        assert_eq!(english, "No: no boats, per sources 002 and 004");
        let german = headline(Language::German, said, Polarity::No);
        assert_eq!(german, "Nein: no boats, laut den Quellen 002 und 004");
        let unsettled = headline(Language::German, "Not settled: boats", Polarity::NotSettled);
        assert_eq!(unsettled, "Nicht entschieden: boats, laut den Quellen 002 und 004");
    }

    #[test]
    fn an_uncertain_answer_is_the_closest_statement_and_has_no_value() {
        let english = reply(0.549, Language::English);
        assert_eq!(english.headline, "Closest statement, to be checked, per sources 002 and 004:");
        assert_eq!((english.value, english.proof.len()), (None, 3));
        let german = reply(0.549, Language::German);
        assert_eq!(
            german.headline,
            "Am nächsten kommt diese Aussage aus den Quellen 002 und 004, bitte prüfe sie:"
        );
    }

    #[test]
    fn sides_stand_beside_each_other_with_their_own_proof() {
        let reply = reply_to(samples::disputed(), 0.55, Language::English);
        let Disagreement { title, sides } = reply.disagreement.unwrap();
        assert_eq!(title, "The sources disagree:");
        assert_eq!(reply.headline, format!("{title} {}; {}", sides[0].line, sides[1].line));
        assert_eq!(sides[1].line, "28 days, per source 105 of 3 February 2026");
        let values: Vec<&str> = sides.iter().filter_map(|side| side.value.as_deref()).collect();
        assert_eq!((values, reply.value), (vec!["30 days", "28 days"], None));
        let sources = |side: &Side| -> Vec<&str> {
            reply.proof[side.proof.clone()].iter().map(|citation| citation.source.as_str()).collect()
        };
        assert_eq!((sources(&sides[0]), sources(&sides[1])), (vec!["101", "6"], vec!["105"]));
    }

    #[test]
    fn an_uncertain_dispute_still_says_that_it_is_one() {
        let reply = reply_to(samples::disputed(), 0.549, Language::English);
        let expected =
            "Closest statements, which disagree and are to be checked, per sources 101, 6 and 105:";
        assert_eq!((reply.headline.as_str(), reply.proof.len()), (expected, 3));
        assert_eq!(reply.disagreement, None);
        let german = reply_to(samples::disputed(), 0.549, Language::German);
        let expected = "Am nächsten kommen diese Aussagen aus den Quellen 101, 6 und 105, die sich \
                        widersprechen, bitte prüfe sie:";
        assert_eq!(german.headline, expected);
    }

    #[test]
    fn a_question_that_fits_several_subjects_offers_them_and_proves_nothing() {
        let reply = reply_to(samples::ambiguous(&[("1", "Ghent"), ("2", "Leipzig")]), 0.1, Language::English);
        let titles: Vec<&str> = reply.choices.iter().map(|choice| choice.title.as_str()).collect();
        assert_eq!((titles, reply.proof.len()), (vec!["Ghent", "Leipzig"], 0));
        assert_eq!((reply.hint, reply.proof_title), (None, None));
    }

    #[test]
    fn a_source_that_no_longer_holds_is_named_as_such_once() {
        let title = |title, language| spoken_title(title, true, language);
        assert_eq!(title("Tool loans", Language::English), "Tool loans (superseded)");
        assert_eq!(title("Leihordnung", Language::German), "Leihordnung (überholt)");
        assert_eq!(title("Tool loans (withdrawn)", Language::English), "Tool loans (withdrawn)");
        assert_eq!(spoken_title("Tool loans", false, Language::English), "Tool loans");
    }

    #[test]
    fn dates_and_lines_are_spoken_in_each_language() {
        let date: Date = "2026-03-06".parse().unwrap();
        assert_eq!(spoken_date(date, Language::English), "6 March 2026");
        assert_eq!(spoken_date(date, Language::German), "6. März 2026");
        assert_eq!(spoken_lines(&citation("1", 3), Language::English), "line 3");
        assert_eq!(spoken_lines(&citation("1", 3), Language::German), "Zeile 3");
        assert_eq!(spoken_lines(&citation("1", 5), Language::English), "lines 3-5");
        assert_eq!(spoken_lines(&citation("1", 5), Language::German), "Zeilen 3–5");
        let paged = Citation { page: Some(12), ..citation("1", 5) };
        assert_eq!(spoken_lines(&paged, Language::English), "p. 12");
        assert_eq!(spoken_lines(&paged, Language::German), "S. 12");
    }
}
