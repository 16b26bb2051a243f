//! A reply as the content of Discord messages: the answer first, then the proof, in as many messages as it takes.

use std::ops::Range;

use super::markdown::{escaped, escaped_line, quoted, with_bold};
use crate::answer::lookup::Found;
use crate::answer::reply::{
    Disagreement, Reply, spoken_date, spoken_lines, spoken_page, spoken_place, spoken_title,
};
use crate::answer::surroundings::Surroundings;
use crate::answer::{Choice, Citation};
use crate::corpus::format::pages::PAGE_BREAK;
use crate::corpus::lines;
use crate::language::Language;

/// The most characters of one message. Counted in UTF-16, which is never less than what Discord counts.
pub const LONGEST: usize = 2_000;
/// A longer address is left out: it says nothing that title and line do not.
const LONGEST_ADDRESS: usize = 500;

/// The contents of the messages that a reply fills, in order; at least one.
pub fn contents(reply: &Reply) -> Vec<String> {
    let mut paragraphs = Vec::new();
    match &reply.disagreement {
        None => headline(reply, &mut paragraphs),
        Some(disagreement) => sides(disagreement, reply, &mut paragraphs),
    }
    paragraphs.extend(reply.choices.iter().take(MOST_CHOICES).map(choice));
    for text in reply.notes.iter().chain(&reply.proof_title) {
        plain(text, &[], &mut paragraphs);
    }
    for (number, citation) in reply.proof.iter().enumerate() {
        divided(&citation.quote, &citation.highlights, &quoted, &mut paragraphs);
        paragraphs.push(place(citation, number + 1, reply.language));
    }
    if let Some(hint) = &reply.hint {
        plain(hint, &[], &mut paragraphs);
    }
    joined(paragraphs)
}

/// So many sources can be chosen from: those that a select holds.
pub const MOST_CHOICES: usize = 25;

fn headline(reply: &Reply, paragraphs: &mut Vec<String>) {
    let ids = if reply.proof_title.is_none() { &reply.proof[..] } else { &[] };
    plain(
        &reply.headline,
        &in_bold(&reply.headline, reply.value.as_deref(), ids, reply.language),
        paragraphs,
    );
    // A line that ends in a colon leads to its proof by itself.
    if reply.proof_title.is_none() && !reply.headline.ends_with(':') {
        push_numbers(1..reply.proof.len() + 1, paragraphs);
    }
}

/// Each side on a line of its own, with its sources, their dates, and the numbers of its proof.
fn sides(disagreement: &Disagreement, reply: &Reply, paragraphs: &mut Vec<String>) {
    plain(&disagreement.title, &[], paragraphs);
    for side in &disagreement.sides {
        let proof = &reply.proof[side.proof.clone()];
        plain(&side.line, &in_bold(&side.line, side.value.as_deref(), proof, reply.language), paragraphs);
        push_numbers(side.proof.start + 1..side.proof.end + 1, paragraphs);
    }
}

/// At the end of the last paragraph, or below it where they do not fit.
fn push_numbers(numbers: Range<usize>, paragraphs: &mut Vec<String>) {
    let numbers: Vec<String> = numbers.map(|number| format!("[{number}]")).collect();
    let numbers = numbers.join(" ");
    if numbers.is_empty() {
        return;
    }
    match paragraphs.last_mut() {
        Some(last) if length(last) + 1 + length(&numbers) <= LONGEST => {
            last.push(' ');
            last.push_str(&numbers);
        }
        _ => paragraphs.push(numbers),
    }
}

/// A source to choose, as an item of a list.
fn choice(choice: &Choice) -> String {
    format!(
        "- **{}** · {}",
        escaped_line(&brief(&choice.source)),
        escaped_line(&shortened(&choice.title, LONGEST_NAME))
    )
}

/// Adds a paragraph at the end of the last message, or in one of its own where it does not fit.
pub fn append(contents: &mut Vec<String>, paragraph: &str) {
    let mut parts = std::mem::take(contents);
    parts.push(paragraph.to_owned());
    *contents = joined(parts);
}

/// A quotation as paragraphs, some character ranges of it in bold.
pub fn quotation(text: &str, ranges: &[[usize; 2]]) -> Vec<String> {
    let mut paragraphs = Vec::new();
    divided(text, ranges, &quoted, &mut paragraphs);
    paragraphs
}

/// What stands around a quote, with the quote in bold.
pub fn surroundings(source: &str, around: &Surroundings) -> Vec<String> {
    let headings = around.headings.iter().map(|heading| escaped_line(heading));
    let above: Vec<String> = [escaped_line(&brief(source))].into_iter().chain(headings).collect();
    let mut paragraphs = vec![format!("**{}**", above.join(" › "))];
    for passage in &around.passages {
        paragraphs.extend(quotation(&passage.text, passage.quote.as_slice()));
        // Discord joins quotations that follow each other without a gap.
        paragraphs.push(String::new());
    }
    paragraphs.pop();
    joined(paragraphs)
}

/// A passage that was found, with what stands around its first words.
pub fn hit(found: &Found<'_>, url: Option<&str>, language: Language) -> String {
    let description = &found.hit.source.description;
    let line = spoken_place(found.hit.passage.page, found.hit.passage.line, language);
    let mut parts = vec![
        format!("**{}**", escaped_line(&brief(&description.id))),
        escaped_line(&spoken_title(&description.title, description.is_superseded, language)),
        line,
    ];
    parts.extend(description.date.map(|date| spoken_date(date, language)));
    parts.extend(url.and_then(address));
    let (text, ranges) = excerpt(&found.hit.passage.text, &found.highlights);
    format!("{}\n{}", parts.join(" · "), quoted(&text, &ranges))
}

/// So many characters of a name: the path of a file that is its source's id can be longer than a message.
const LONGEST_NAME: usize = 100;

/// A name on one line, or the beginning of one that is too long to show.
pub fn brief(name: &str) -> String {
    shortened(name, LONGEST_NAME)
}

/// The text on one line, or as many characters of it.
pub fn shortened(text: &str, longest: usize) -> String {
    let line = text.split_whitespace().collect::<Vec<&str>>().join(" ");
    match line.char_indices().nth(longest) {
        None => line,
        Some((end, _)) => format!("{}…", &line[..end]),
    }
}

/// A text with its line numbers, by pages: each with the number of its last line. A page begins with `first`,
/// from 1.
pub fn numbered_pages(text: &str, first: usize, language: Language) -> Vec<(usize, String)> {
    let mut pages: Vec<(usize, String)> = Vec::new();
    let mut source_page = 1;
    for (place, line) in lines::lines(text).enumerate() {
        let line = &text[line.range()];
        let drawn = if line.trim_matches(' ') == PAGE_BREAK.to_string() {
            source_page += 1;
            vec![format!("`{}` *{}*", place + 1, spoken_page(source_page, language))]
        } else {
            numbered(place + 1, line)
        };
        for (part, drawn) in drawn.into_iter().enumerate() {
            let begins = place + 1 == first && part == 0;
            match pages.last_mut() {
                Some((last, page)) if !begins && length(page) + 1 + length(&drawn) <= LONGEST_PAGE => {
                    *last = place + 1;
                    page.push('\n');
                    page.push_str(&drawn);
                }
                _ => pages.push((place + 1, drawn)),
            }
        }
    }
    pages
}

/// What a page has room for beside its title.
const LONGEST_PAGE: usize = 1_500;

/// A line with its number; more than one where it is longer than a page.
fn numbered(number: usize, line: &str) -> Vec<String> {
    let drawn = format!("`{number}` {}", escaped(line));
    if length(&drawn) <= LONGEST_PAGE {
        return vec![drawn];
    }
    let middle = line.floor_char_boundary(line.len() / 2);
    let at = line[..middle].rfind(char::is_whitespace).filter(|at| *at > 0).unwrap_or(middle);
    [&line[..at], &line[at..]].into_iter().flat_map(|part| numbered(number, part)).collect()
}

/// As Discord counts, or more.
pub fn length(text: &str) -> usize {
    text.encode_utf16().count()
}

/// So many characters of a passage are shown.
const EXCERPT: usize = 350;

/// The part of a text around the first marked range, cut at white space, with the ranges that lie in it.
fn excerpt(text: &str, ranges: &[(usize, usize)]) -> (String, Vec<[usize; 2]>) {
    let chars: Vec<char> = text.chars().collect();
    let first = ranges.first().map_or(0, |(start, _)| *start);
    let space = |from: usize, to: usize| (from..to).find(|place| chars[*place].is_whitespace());
    let start = match first.checked_sub(EXCERPT / 3) {
        None | Some(0) => 0,
        Some(early) => space(early, first).map_or(early, |space| space + 1),
    };
    let end = match start + EXCERPT {
        late if late >= chars.len() => chars.len(),
        late => (first.max(start)..late).rev().find(|place| chars[*place].is_whitespace()).unwrap_or(late),
    };
    let (before, after) = (if start > 0 { "…" } else { "" }, if end < chars.len() { "…" } else { "" });
    let kept: String = chars[start..end].iter().collect();
    let shift = before.chars().count();
    let inside = ranges.iter().filter(|(from, to)| *from >= start && *to <= end);
    let ranges = inside.map(|(from, to)| [from - start + shift, to - start + shift]).collect();
    (format!("{before}{kept}{after}"), ranges)
}

/// Character ranges of a line that tells what was found: the value, and the ids of the sources behind it.
fn in_bold(line: &str, value: Option<&str>, proof: &[Citation], language: Language) -> Vec<[usize; 2]> {
    let mut found: Vec<(usize, usize)> = Vec::new();
    let value = value.and_then(|value| Some((line.find(value)?, value.len())));
    found.extend(value.map(|(at, length)| (at, at + length)));
    // The day of a date is no id.
    let without_dates =
        proof.iter().filter_map(|citation| citation.date).fold(line.to_owned(), |line, date| {
            let date = spoken_date(date, language);
            line.replace(&date, &" ".repeat(date.len()))
        });
    found.extend(proof.iter().filter_map(|citation| last_alone(&without_dates, &citation.source)));
    found.sort_unstable();
    let characters = |byte: usize| line[..byte].chars().count();
    let mut ranges: Vec<[usize; 2]> = Vec::new();
    for (start, end) in found {
        let [start, end] = [characters(start), characters(end)];
        if ranges.last().is_none_or(|[_, before]| *before <= start) {
            ranges.push([start, end]);
        }
    }
    ranges
}

/// The last place where `id` stands as a word of its own, in bytes.
fn last_alone(text: &str, id: &str) -> Option<(usize, usize)> {
    let is_alone = |&(start, _): &(usize, &str)| {
        let before = text[..start].chars().next_back();
        let after = text[start + id.len()..].chars().next();
        ![before, after].into_iter().flatten().any(char::is_alphanumeric)
    };
    text.rmatch_indices(id).find(is_alone).map(|(start, _)| (start, start + id.len()))
}

/// Where a citation stands: number, id, title, lines, date, address.
fn place(citation: &Citation, number: usize, language: Language) -> String {
    let mut parts = vec![
        escaped_line(&brief(&citation.source)),
        escaped_line(&spoken_title(&citation.title, citation.is_superseded, language)),
        spoken_lines(citation, language),
    ];
    parts.extend(citation.date.map(|date| spoken_date(date, language)));
    parts.extend(citation.url.as_deref().and_then(address));
    format!("[{number}] {}", parts.join(" · "))
}

/// An address that is shown, leads where it says, and draws no preview.
fn address(url: &str) -> Option<String> {
    let is_whole = |c: char| !c.is_whitespace() && !c.is_control() && !matches!(c, '<' | '>');
    (url.len() <= LONGEST_ADDRESS && url.chars().all(is_whole)).then(|| format!("<{url}>"))
}

fn plain(text: &str, bold: &[[usize; 2]], paragraphs: &mut Vec<String>) {
    divided(text, bold, &with_bold, paragraphs);
}

/// The text as one paragraph, or as several where it is too long for a message.
fn divided(
    text: &str,
    ranges: &[[usize; 2]],
    draw: &dyn Fn(&str, &[[usize; 2]]) -> String,
    paragraphs: &mut Vec<String>,
) {
    let drawn = draw(text, ranges);
    // What follows a headline on its line are the numbers of its proof.
    if drawn.encode_utf16().count() <= LONGEST - 100 {
        if !drawn.is_empty() {
            paragraphs.push(drawn);
        }
        return;
    }
    let middle = text.floor_char_boundary(text.len() / 2);
    let at =
        text[..middle].rfind('\n').or_else(|| text[..middle].rfind(char::is_whitespace)).unwrap_or(middle);
    let at = if at == 0 { middle } else { at };
    let characters = text[..at].chars().count();
    let before: Vec<[usize; 2]> =
        ranges.iter().map(|[from, to]| [*from.min(&characters), *to.min(&characters)]).collect();
    let after: Vec<[usize; 2]> = ranges
        .iter()
        .map(|[from, to]| [from.saturating_sub(characters), to.saturating_sub(characters)])
        .collect();
    divided(&text[..at], &before, draw, paragraphs);
    divided(&text[at..], &after, draw, paragraphs);
}

/// Paragraphs, as many in a message as fit.
pub fn joined(paragraphs: Vec<String>) -> Vec<String> {
    let mut messages: Vec<String> = Vec::new();
    for paragraph in paragraphs {
        match messages.last_mut() {
            Some(last) if length(last) + 1 + length(&paragraph) <= LONGEST => {
                last.push('\n');
                last.push_str(&paragraph);
            }
            _ => messages.push(paragraph),
        }
    }
    messages
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::answer::template::Templates;
    use crate::answer::{Outcome, samples};

    fn citation(source: &str, quote: &str, highlights: &[[usize; 2]]) -> Citation {
        Citation {
            title: "The *lease*".to_owned(),
            date: "2026-01-06".parse().ok(),
            url: Some("https://example.org/a_b#L3".to_owned()),
            highlights: highlights.to_vec(),
            ..samples::citation(source, quote)
        }
    }

    /// As people see it.
    fn drawn(outcome: Outcome, language: Language) -> Vec<String> {
        let text = match language {
            Language::English => include_str!("../../config/replies.toml"),
            Language::German => include_str!("../../config/replies.de.toml"),
        };
        let templates = Templates::parse(text, "replies", language).unwrap();
        contents(&Reply::of(&samples::answer(outcome), &templates, None, 0.5))
    }

    fn reply(headline: &str, value: Option<&str>, proof: Vec<Citation>) -> Reply {
        Reply {
            language: Language::English,
            headline: headline.to_owned(),
            value: value.map(str::to_owned),
            disagreement: None,
            choices: Vec::new(),
            notes: Vec::new(),
            proof_title: None,
            proof,
            hint: None,
        }
    }

    #[test]
    fn an_answer_comes_first_and_its_proof_after_it() {
        let proof = vec![citation("004", "He said that 15 years had been agreed.", &[[13, 21]])];
        assert_eq!(
            contents(&reply("15 years agreed, per source 004", Some("15 years"), proof)),
            ["**15 years** agreed, per source **004** [1]\n\
              > He said that **15 years** had been agreed.\n\
              [1] 004 · The \\*lease\\* · line 3 · 6 January 2026 · <https://example.org/a_b#L3>"]
        );
    }

    #[test]
    fn a_superseded_source_is_named_as_such_beside_its_proof() {
        let mut cited = citation("004", "He said that 15 years had been agreed.", &[[13, 21]]);
        cited.is_superseded = true;
        let drawn =
            contents(&reply("15 years agreed, per source 004 (superseded)", Some("15 years"), vec![cited]));
        let lines: Vec<&str> = drawn[0].lines().collect();
        assert_eq!(lines[0], "**15 years** agreed, per source **004** \\(superseded\\) [1]");
        assert!(lines[2].starts_with("[1] 004 · The \\*lease\\* \\(superseded\\) · line 3"), "{drawn:?}");
    }

    #[test]
    fn the_words_around_a_proof_are_those_of_the_reply() {
        let proof = vec![citation("004", "Near.", &[])];
        let german =
            Reply { language: Language::German, ..reply("Am nächsten kommt Quelle 004:", None, proof) };
        assert_eq!(
            contents(&german),
            ["Am nächsten kommt Quelle **004**\\:\n\
              > Near.\n\
              [1] 004 · The \\*lease\\* · Zeile 3 · 6. Januar 2026 · <https://example.org/a_b#L3>"]
        );
    }

    #[test]
    fn a_value_in_the_middle_of_its_line_is_marked() {
        let proof = vec![citation("garage", "The garage holds 12 cars.", &[])];
        let contents =
            contents(&reply("The garage holds 12 cars, per source garage", Some("12 cars"), proof));
        assert!(
            contents[0].starts_with("The garage holds **12 cars**, per source **garage** [1]\n"),
            "{contents:?}"
        );
    }

    #[test]
    fn an_id_that_is_part_of_the_value_is_not_marked_in_it() {
        let proof = vec![citation("4", "There were 4 of 44.", &[])];
        let contents = contents(&reply("4 of 44, per source 4", None, proof));
        assert!(contents[0].starts_with("4 of 44, per source **4** [1]\n"), "{contents:?}");
    }

    #[test]
    fn sources_that_disagree_stand_beside_each_other_each_with_its_date_and_proof() {
        assert_eq!(
            drawn(samples::disputed(), Language::English),
            ["The sources disagree\\:\n\
              **30 days** are due, per sources **101** of 6 January 2026 and **6** [1] [2]\n\
              **28 days**, per source **105** of 3 February 2026 [3]\n\
              > Notice: 30 days are due.\n\
              [1] 101 · The lease · line 3 · 6 January 2026\n\
              > Thirty days are due.\n\
              [2] 6 · The lease · line 3\n\
              > Notice: 28 days.\n\
              [3] 105 · The lease · line 3 · 3 February 2026"
                .replace("Notice:", "Notice\\:")]
        );
        let german = drawn(samples::disputed(), Language::German).concat();
        assert!(
            german.starts_with(
                "Die Quellen widersprechen sich\\:\n\
                 **30 days** are due, laut den Quellen **101** vom 6. Januar 2026 und **6** [1] [2]\n"
            ),
            "{german}"
        );
    }

    #[test]
    fn a_dispute_with_many_long_sides_fits_and_loses_no_side() {
        let side = |number: usize| {
            let (value, source) = (format!("{number} days"), format!("s{number}"));
            samples::finding(
                &format!("{value}{}", " and nights".repeat(60)),
                &value,
                &source,
                Some("2026-01-06"),
            )
        };
        let others = (2..40).map(side).collect();
        let messages = drawn(Outcome::Disputed { best: side(1), others }, Language::English);
        assert!(messages.iter().all(|message| length(message) <= LONGEST));
        let whole = messages.join("\n");
        for number in 1..40 {
            assert!(
                whole.contains(&format!("per source **s{number}** of 6 January 2026 [{number}]")),
                "{number}"
            );
            assert!(whole.contains(&format!("\n[{number}] s{number} · ")), "{number}");
        }
    }

    #[test]
    fn the_numbers_of_very_much_proof_fit() {
        let long = reply(&"word ".repeat(379), None, vec![citation("1", "Near.", &[]); 60]);
        let messages = contents(&long);
        assert!(messages.iter().all(|message| length(message) <= LONGEST));
        assert!(messages.concat().contains(" [59] [60]"), "{messages:?}");
    }

    #[test]
    fn a_question_that_fits_several_subjects_is_asked_back_with_their_titles() {
        let choices = [("004", "The *lease*\n# of @everyone"), ("bern/5", "Travel")];
        assert_eq!(
            drawn(samples::ambiguous(&choices), Language::English),
            ["That fits several documents. Which one is meant?\n\
              - **004** · The \\*lease\\* # of \\@everyone\n\
              - **bern/5** · Travel"]
        );
        let german = drawn(samples::ambiguous(&choices), Language::German).concat();
        assert!(german.starts_with("Das passt zu mehreren Dokumenten. Welches ist gemeint?\n- "), "{german}");
    }

    #[test]
    fn more_subjects_than_can_be_chosen_are_not_listed() {
        let long = "é".repeat(90);
        let choices: Vec<(&str, &str)> = vec![(long.as_str(), long.as_str()); 40];
        let messages = drawn(samples::ambiguous(&choices), Language::English);
        assert!(messages.iter().all(|message| length(message) <= LONGEST));
        assert_eq!(messages.join("\n").matches("\n- ").count(), MOST_CHOICES);
    }

    #[test]
    fn what_comes_closest_is_no_proof_of_the_line() {
        let nearest = Reply {
            proof_title: Some("The closest passage:".to_owned()),
            hint: Some("Put files into #docs".to_owned()),
            ..reply("The sources do not say.", None, vec![citation("004", "Near.", &[])])
        };
        let contents = contents(&nearest);
        assert!(contents[0].starts_with("The sources do not say.\nThe closest passage\\:\n> Near.\n[1] 004"));
        assert!(contents[0].ends_with("Put files into #docs"));
    }

    #[test]
    fn an_address_that_could_be_something_else_is_left_out() {
        assert_eq!(address("https://example.org/>**x**"), None);
        assert_eq!(address("https://example.org/ a"), None);
        assert_eq!(address(&format!("https://example.org/{}", "a".repeat(600))), None);
    }

    #[test]
    fn an_excerpt_starts_near_what_was_found() {
        let text = format!("{}the lease ends{}", "before ".repeat(100), " after".repeat(100));
        let (shown, ranges) = excerpt(&text, &[(704, 709)]);
        let chars: Vec<char> = shown.chars().collect();
        assert_eq!(chars[ranges[0][0]..ranges[0][1]].iter().collect::<String>(), "lease");
        assert!(
            shown.starts_with("…before") && shown.ends_with("after…") && chars.len() <= EXCERPT + 2,
            "{shown}"
        );
        assert_eq!(excerpt("short", &[(0, 5)]), ("short".to_owned(), vec![[0, 5]]));
        assert_eq!(excerpt("", &[]), (String::new(), vec![]));
    }

    proptest! {
        #[test]
        fn an_excerpt_keeps_its_marks_on_their_words(text in r"[a-zé \n]{0,900}", at in 0_usize..900, length in 1_usize..30) {
            let chars: Vec<char> = text.chars().collect();
            let (start, end) = (at.min(chars.len()), (at + length).min(chars.len()));
            let ranges: Vec<(usize, usize)> = (start < end).then_some((start, end)).into_iter().collect();
            let (shown, marked) = excerpt(&text, &ranges);
            let shown: Vec<char> = shown.chars().collect();
            prop_assert!(shown.len() <= EXCERPT + 2);
            for [from, to] in marked {
                prop_assert_eq!(&shown[from..to], &chars[start..end]);
            }
        }

        #[test]
        fn pages_with_numbers_fit_and_hold_all_lines(text in r"([a-z* ]{0,400}\n){0,60}[a-z* ]{0,9}") {
            let pages = numbered_pages(&text, 1, Language::English);
            prop_assert!(pages.iter().all(|(_, page)| length(page) <= LONGEST_PAGE));
            prop_assert_eq!(pages.last().map_or(0, |(last, _)| *last), lines::lines(&text).count());
            let letters = |text: &str| text.chars().filter(char::is_ascii_lowercase).count();
            let shown: usize = pages.iter().map(|(_, page)| letters(page)).sum();
            prop_assert_eq!(shown, letters(&text));
        }

        #[test]
        fn every_message_fits_and_nothing_is_lost(words in proptest::collection::vec(r"[a-z*_😀]{1,30}", 1..200)) {
            let text = words.join(" ");
            let contents = contents(&reply(&text, None, vec![citation("1", &text, &[[0, text.chars().count()]])]));
            let kept = |text: &str| text.chars().filter(|c| c.is_alphabetic() && c.is_ascii_lowercase()).count();
            let place = kept("The lease line anuary httpsexampleorgab");
            prop_assert!(contents.iter().all(|content| (1..=LONGEST).contains(&content.encode_utf16().count())));
            prop_assert_eq!(contents.iter().map(|content| kept(content)).sum::<usize>(), 2 * kept(&text) + place);
        }
    }
}
