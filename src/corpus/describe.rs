//! What a document says about itself: id, title, date, address, language; and which part of it is the body.

use serde::Deserialize;

use super::date::{self, Date};
use super::lines::lines;
use super::{Description, Document, Encoding, Format, Span, superseded};
use crate::words::{certain_language, code_of};

/// Titles are cut here, at a word.
const LONGEST_TITLE: usize = 80;
/// A date that stands alone is looked for on so many lines with text.
const DATE_LINES: usize = 10;
/// Longer ids help nobody.
const LONGEST_ID: usize = 80;

/// The language is told by so many bytes: a dozen lines.
const LANGUAGE_SAMPLE: usize = 1_024;

/// What a file's front matter may say; other keys are somebody else's.
#[derive(Debug, Default, Deserialize)]
struct FrontMatter {
    id: Option<String>,
    title: Option<String>,
    date: Option<String>,
    publisher: Option<String>,
    url: Option<String>,
    language: Option<String>,
    #[serde(flatten)]
    standing: superseded::Keys,
}

/// The document that `text` is, under the name of its file relative to the corpus, with what is already known to
/// be wrong with it. Of which bytes it was made is for whoever read them to say.
pub fn document(name: &str, format: Format, text: String, mut problems: Vec<String>) -> Document {
    let (front_matter, body) = front_matter(&text, &mut problems);
    let inside = &text[body.range()];
    let date = match &front_matter.date {
        Some(written) => dated(written, &mut problems),
        None => written_lines(inside).take(DATE_LINES).find_map(date::standing_alone),
    };
    let url = front_matter.url.filter(|url| {
        let is_web = url.starts_with("https://") || url.starts_with("http://");
        if !is_web {
            problems.push(format!("front matter: the url '{url}' is neither http nor https"));
        }
        is_web
    });
    let title =
        front_matter.title.filter(|title| !title.trim().is_empty()).unwrap_or_else(|| title(inside, format));
    let description = Description {
        id: id(front_matter.id, name, &mut problems),
        path: name.to_owned(),
        title: cut(&title),
        date,
        is_superseded: superseded::says_so(&front_matter.standing, &title, inside, format),
        publisher: front_matter.publisher,
        url,
        format,
        encoding: Encoding::default(),
        language: front_matter.language.or_else(|| language(inside)),
        problems,
    };
    Document { description, body, text }
}

/// The front matter between two lines `---` at the very start, and what follows it. One that cannot be read is
/// a problem, and its file has the rest.
fn front_matter(text: &str, problems: &mut Vec<String>) -> (FrontMatter, Span) {
    let start = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let none = (FrontMatter::default(), Span::new(start, text.len()));
    let Some((yaml, after)) = between_rules(&text[start..]) else { return none };
    let body = Span::new(start + after, text.len());
    if yaml.trim().is_empty() {
        return (FrontMatter::default(), body);
    }
    match serde_saphyr::from_str(yaml) {
        Ok(front_matter) => (front_matter, body),
        Err(error) => {
            // The first line of the message; what follows is a drawing of the place.
            let message = error.to_string();
            let message = message.lines().next().unwrap_or_default().trim_start_matches("error: ");
            let reason = message.split_once(": ").map_or(message, |(_, reason)| reason);
            let line = error.location().map_or(1, |location| location.line()) + 1;
            problems.push(format!("front matter, line {line}: {reason}; none of it is used"));
            (FrontMatter::default(), body)
        }
    }
}

/// The text between a first line `---` and the next such line (or `...`), and where the text after that starts.
fn between_rules(text: &str) -> Option<(&str, usize)> {
    let mut lines = lines(text).peekable();
    lines.next().filter(|line| text[line.range()].trim_end() == "---")?;
    let start = lines.peek()?.start;
    while let Some(line) = lines.next() {
        if matches!(text[line.range()].trim_end(), "---" | "...") {
            return Some((&text[start..line.start], lines.peek().map_or(text.len(), |next| next.start)));
        }
    }
    None
}

fn dated(written: &str, problems: &mut Vec<String>) -> Option<Date> {
    let day = written.split_once('T').map_or(written, |(day, _)| day);
    let date = date::standing_alone(day);
    if date.is_none() {
        problems.push(format!("front matter: '{written}' is no full date; write it as 2026-01-31"));
    }
    date
}

fn id(declared: Option<String>, name: &str, problems: &mut Vec<String>) -> String {
    if let Some(declared) = declared {
        let declared = declared.trim();
        let is_usable = !declared.is_empty()
            && declared.chars().count() <= LONGEST_ID
            && !declared.chars().any(char::is_control);
        if is_usable {
            return declared.to_owned();
        }
        problems.push(format!("front matter: an id has 1 to {LONGEST_ID} characters on one line"));
    }
    usual_id(name)
}

/// The id of a file that declares none: the digits that its name starts with, else its path without the ending.
pub fn usual_id(name: &str) -> String {
    let file_name = name.rsplit('/').next().unwrap_or(name);
    let digits = file_name.bytes().take_while(u8::is_ascii_digit).count();
    if digits > 0 {
        return file_name[..digits].to_owned();
    }
    match name.rsplit_once('.') {
        Some((stem, ending)) if !stem.is_empty() && !ending.contains('/') => stem.to_owned(),
        _ => name.to_owned(),
    }
}

/// The first heading, else the first line with text.
fn title(body: &str, format: Format) -> String {
    let lines = || written_lines(body);
    let heading = lines().find_map(|line| {
        let text = line.trim_start_matches('#');
        let level = line.len() - text.len();
        ((1..=6).contains(&level) && text.starts_with(' ')).then(|| text.trim().trim_end_matches('#').trim())
    });
    let heading = heading.filter(|heading| format.is_markdown() && !heading.is_empty());
    heading.or_else(|| lines().next()).unwrap_or_default().to_owned()
}

/// The lines of a text that have something on them, without the white space around it.
fn written_lines(text: &str) -> impl Iterator<Item = &str> {
    lines(text).map(|line| text[line.range()].trim()).filter(|line| !line.is_empty())
}

/// One line, at most 80 characters, cut at a word.
fn cut(title: &str) -> String {
    let title = title.split_whitespace().collect::<Vec<&str>>().join(" ");
    let Some((end, _)) = title.char_indices().nth(LONGEST_TITLE) else { return title };
    let (last, _) = title.char_indices().nth(LONGEST_TITLE - 1).unwrap_or((end, ' '));
    let kept = title[..last].rfind(' ').unwrap_or(last);
    format!("{}…", title[..kept].trim_end_matches([',', ';', ':', '-', '–', '—', ' ']))
}

/// ISO 639-1, where the text is long and plain enough to be sure.
fn language(body: &str) -> Option<String> {
    let sample = crate::words::cut(body, LANGUAGE_SAMPLE);
    if is_plain_english(sample) {
        return Some("en".to_owned());
    }
    let detected = whatlang::detect(sample).filter(whatlang::Info::is_reliable);
    // A few lines have too few groups of letters.
    let code = detected.and_then(|found| code_of(found.lang())).or_else(|| certain_language(sample));
    code.map(str::to_owned)
}

/// Whether at least every twenty-fifth word is "the", and there are enough words to say so. No other language has
/// it, and most English has it: the detector, which compares with dozens of languages, is spared.
fn is_plain_english(sample: &str) -> bool {
    let (mut words, mut articles) = (0, 0);
    for word in sample.split_ascii_whitespace() {
        words += 1;
        articles += usize::from(word.eq_ignore_ascii_case("the"));
    }
    words >= 50 && articles * 25 >= words
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn describe(name: &str, text: &str) -> Description {
        document(name, Format::Markdown, text.to_owned(), Vec::new()).description
    }

    proptest! {
        #[test]
        fn front_matter_of_any_kind_leaves_a_document_with_an_id_a_body_and_its_reasons(
            open in prop::sample::select(vec!["---\n", "\u{feff}---\n", "--- \r\n", "+++\n", "---", "\n---\n"]),
            lines in prop::collection::vec(
                r#"(id|title|date|url|publisher|language|superseded|superseded_by|a|<<|\?|-)?:? ?(["'&*|>!\[\]{}%@`#-]|[a-z0-9:/.]{0,12}|\\[en0]|\PC|\t){0,8}"#,
                0..8,
            ),
            close in prop::sample::select(vec!["---\n", "...\n", "\n---\n---\n", "", "--\n"]),
            body in r"(\PC|\n){0,40}",
        ) {
            let text = format!("{open}{}\n{close}{body}", lines.join("\n"));
            let document = document("how/to.md", Format::Markdown, text.clone(), Vec::new());
            let Description { id, title, url, problems, .. } = document.description;
            prop_assert!(!id.is_empty() && id.chars().count() <= LONGEST_ID && !id.chars().any(char::is_control));
            prop_assert!(title.chars().count() <= LONGEST_TITLE);
            prop_assert!(url.is_none_or(|url| url.starts_with("http")));
            prop_assert!(problems.iter().all(|problem| problem.starts_with("front matter") && !problem.contains('\n')));
            prop_assert!(text.get(document.body.range()).is_some() && document.body.end == text.len());
        }
    }

    #[test]
    fn an_id_is_declared_or_the_digits_of_the_name_or_the_path() {
        assert_eq!(describe("a/004-lease.md", "---\nid: 017\n---\nText").id, "017");
        assert_eq!(describe("a/004-lease.md", "---\nid: \"x y\"\n---\nText").id, "x y");
        assert_eq!(describe("a/004-lease.md", "Text").id, "004");
        assert_eq!(describe("004_9ab3.txt", "Text").id, "004");
        assert_eq!(describe("004.txt", "Text").id, "004");
        assert_eq!(describe("how/to.md", "Text").id, "how/to");
        assert_eq!(describe("v1.2/readme", "Text").id, "v1.2/readme");
    }

    #[test]
    fn a_title_is_declared_or_the_first_heading_or_the_first_line() {
        assert_eq!(describe("a.md", "---\ntitle: The lease\n---\n# Other").title, "The lease");
        assert_eq!(describe("a.md", "Intro\n\n## The *lease* ##\n").title, "The *lease*");
        assert_eq!(describe("a.md", "\n\nFirst line\nsecond").title, "First line");
        assert_eq!(describe("a.md", "#hashtag first").title, "#hashtag first");
    }

    #[test]
    fn a_long_title_is_cut_at_a_word() {
        let title = describe("a.md", &"word ".repeat(30)).title;
        assert!(title.chars().count() <= LONGEST_TITLE && title.ends_with("word…"), "{title}");
        assert_eq!(describe("a.md", &"ö".repeat(100)).title.chars().count(), LONGEST_TITLE);
    }

    #[test]
    fn a_date_is_declared_or_stands_alone_near_the_top() {
        let date = |text: &str| describe("a.md", text).date.map(|date| date.to_string());
        assert_eq!(date("---\ndate: 2024-02-29\n---\nText"), Some("2024-02-29".to_owned()));
        assert_eq!(date("---\ndate: 2024-02-29T10:00:00Z\n---\nText"), Some("2024-02-29".to_owned()));
        assert_eq!(date("# Title\n\nTue 6th Jan, 2026\n\nText"), Some("2026-01-06".to_owned()));
        assert_eq!(date("In January 2026 it rained."), None);
    }

    #[test]
    fn a_language_is_told_where_there_is_enough_text() {
        let language = |text: &str| describe("a.md", &text.repeat(8)).language;
        assert_eq!(language("The envoys met the minister on the day before. "), Some("en".to_owned()));
        assert_eq!(language("Envoys of many countries were seen there every day. "), Some("en".to_owned()));
        assert_eq!(
            language(
                "Die Gesandten trafen den Minister am Tag zuvor, weil niemand wusste, ob er bleiben würde. "
            ),
            Some("de".to_owned())
        );
        assert_eq!(describe("a.md", "OK").language, None);
    }

    #[test]
    fn what_is_wrong_in_front_matter_is_a_problem_and_the_body_stays() {
        let document =
            document("7.md", Format::Markdown, "---\ntitle: a: b\n---\nText\n".to_owned(), Vec::new());
        assert_eq!(&document.text[document.body.range()], "Text\n");
        assert_eq!(
            document.description.problems,
            ["front matter, line 2: mapping values are not allowed in this context; none of it is used"]
        );
        let problems = describe("7.md", "---\ndate: soon\nurl: ftp://x\n---\nText").problems;
        assert_eq!(problems.len(), 2, "{problems:?}");
    }

    #[test]
    fn a_rule_that_closes_nothing_is_text() {
        let document = document("7.md", Format::Markdown, "\u{feff}---\nText\n".to_owned(), Vec::new());
        assert_eq!(&document.text[document.body.range()], "---\nText\n");
    }
}
