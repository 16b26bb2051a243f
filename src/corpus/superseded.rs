//! Whether a document says of itself that it no longer holds: that it is superseded, withdrawn, archived.
//!
//! It is told by the front matter, the title and the opening lines, in English and German. A document that says
//! so of *another* one ("This policy replaces the one of 2021") is the newer of the two. Where it is not plain
//! which one is meant, the document holds: a wrong mark is worse than none.

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::lines::lines;
use super::{Format, date};
use crate::words::{cut, fold};

/// What a document says of itself is looked for on so many lines with text.
const OPENING_LINES: usize = 10;
/// And in so many bytes.
const OPENING_BYTES: usize = 1_500;
/// A longer line is prose, and no title or label: words.
const LONGEST_LABEL: usize = 15;
/// "This leave policy of the council": so many words at most, up to the noun.
const LONGEST_SUBJECT: usize = 6;

/// The keys of front matter that say it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Keys {
    status: Said,
    #[serde(alias = "obsolete", alias = "withdrawn", alias = "archived")]
    superseded: Said,
    #[serde(
        alias = "superseded-by",
        alias = "supersededBy",
        alias = "replaced_by",
        alias = "replaced-by",
        alias = "ersetzt_durch",
        alias = "ersetzt-durch"
    )]
    superseded_by: Said,
}

/// The value of a key, whatever it is made of.
#[derive(Debug, Default, Deserialize)]
#[serde(untagged)]
enum Said {
    #[default]
    Nothing,
    Truth(bool),
    Text(String),
    Several(Vec<IgnoredAny>),
    Other(IgnoredAny),
}

impl Keys {
    fn say_so(&self) -> bool {
        let is_status = matches!(&self.status, Said::Text(status) if is_status(&tokens(status)));
        let is_so = match &self.superseded {
            Said::Truth(truth) => *truth,
            Said::Text(text) => is_confirmed(&tokens(text)),
            _ => false,
        };
        let is_replaced = match &self.superseded_by {
            Said::Text(text) => names_something(&tokens(text)),
            Said::Several(documents) => !documents.is_empty(),
            // The number of a document.
            Said::Other(_) => true,
            Said::Nothing | Said::Truth(_) => false,
        };
        is_status || is_so || is_replaced
    }
}

/// Whether a document with these keys, this title and this text says that it no longer holds.
pub fn says_so(keys: &Keys, title: &str, body: &str, format: Format) -> bool {
    keys.say_so() || title_says_so(title) || opening_says_so(body, format)
}

/// Whether a title has it as a label: "Leave policy (superseded)", "ARCHIVED: Leave policy". It may be about
/// archived things as well: "Archived mail".
pub fn title_says_so(title: &str) -> bool {
    let tokens = tokens(title);
    if tokens.len() > LONGEST_LABEL {
        return false;
    }
    let before_the_rest = marker(&tokens)
        .is_some_and(|length| length < tokens.len() && tokens[length - 1].ends_with(SEPARATORS));
    before_the_rest
        || (0..tokens.len()).any(|place| {
            let in_brackets = tokens[place].before.contains(['(', '[']);
            let set_off = place > 0 && tokens[place - 1].ends_with(SEPARATORS);
            (in_brackets || set_off || place > 0 && tokens[place - 1].ends_with(&[',']))
                && is_label(&tokens[place..=end_of_bracket(&tokens, place)])
        })
}

fn opening_says_so(body: &str, format: Format) -> bool {
    let mut prose: Vec<Token> = Vec::new();
    let mut section = Section::Title;
    let mut begins_block = true;
    let mut seen = 0;
    let body = cut(body, OPENING_BYTES);
    for line in lines(body).map(|line| body[line.range()].trim()) {
        if line.is_empty() {
            end_sentence(&mut prose);
            begins_block = true;
            continue;
        }
        seen += 1;
        if seen > OPENING_LINES {
            break;
        }
        let words = tokens(line);
        if format.is_markdown() && is_heading(line) {
            end_sentence(&mut prose);
            let says_so = is_status_line(&words) || sentences_say_so(&words);
            if says_so || section == Section::Title && title_says_so(line) {
                return true;
            }
            section = match section {
                Section::Title => Section::Opening,
                _ if words.len() == 1 && words[0].is_one_of(STATUS_KEYS) => Section::Status,
                _ => Section::Other,
            };
            begins_block = true;
            continue;
        }
        let says_so = match section {
            Section::Other => false,
            Section::Status => is_status(&words),
            Section::Title | Section::Opening if is_item(line) => {
                is_status_line(&words) || is_replaced_by_line(&words)
            }
            Section::Title | Section::Opening => {
                is_status_line(&words) || begins_block && words.len() <= LONGEST_LABEL && is_label(&words)
            }
        };
        if says_so {
            return true;
        }
        // A line after one of these is no continuation of it.
        begins_block =
            line.ends_with(['.', ':', '!', '*']) || words.iter().take(3).any(|word| word.ends_with(&[':']));
        if matches!(section, Section::Title | Section::Opening) && !is_item(line) {
            prose.extend(words);
        }
    }
    sentences_say_so(&prose)
}

/// Where in a document a line stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Section {
    /// Before or in the first heading.
    Title,
    /// Below the first heading.
    Opening,
    /// Below a heading "Status", as in records of decisions.
    Status,
    /// Below another heading: about a part of the document only.
    Other,
}

fn is_heading(line: &str) -> bool {
    let text = line.trim_start_matches('#');
    text.len() < line.len() && text.starts_with(' ')
}

/// An item of a list or a row of a table: it may name another document.
fn is_item(line: &str) -> bool {
    let is_numbered = || line.split_once(['.', ')']).is_some_and(|(number, _)| number.parse::<u32>().is_ok());
    line.starts_with(['|', '•'])
        || ["- ", "* ", "+ "].iter().any(|sign| line.starts_with(sign))
        || is_numbered()
}

/// "Status: superseded by 007", "| Document status | withdrawn |".
fn is_status_line(tokens: &[Token]) -> bool {
    let Some(key) = tokens.iter().take(3).position(|token| token.ends_with(&[':', '|'])) else {
        return false;
    };
    tokens[key].is_one_of(STATUS_KEYS) && is_status(&tokens[key + 1..])
}

/// "Superseded by: 007", "| Replaced by | 007 |".
fn is_replaced_by_line(tokens: &[Token]) -> bool {
    tokens.get(1).is_some_and(|token| token.is_one_of(BY) && token.ends_with(&[':', '|'])) && is_label(tokens)
}

/// "superseded", "accepted, superseded by 012", "replaced".
fn is_status(tokens: &[Token]) -> bool {
    let is_bare = tokens.len() == 1 && tokens[0].is_one_of(STATUS_WORDS);
    is_bare
        || (0..tokens.len()).any(|place| {
            let is_own = place == 0 || !tokens[place - 1].after.is_empty();
            is_own && is_label(&tokens[place..=end_of_bracket(tokens, place)])
        })
}

/// A marker that stands for itself or with when and by what: "Superseded", "No longer valid since 1 March 2024".
fn is_label(tokens: &[Token]) -> bool {
    let from = tokens.iter().take_while(|token| token.is_one_of(CALLS)).count();
    let tokens = &tokens[from..];
    marker(tokens).is_some_and(|length| is_followed_well(&tokens[length - 1], &tokens[length..]))
        && tokens
            .windows(2)
            .all(|pair| !pair[0].ends_with(&[',']) || goes_on(&pair[1..]) || confirms(&pair[1]))
}

/// Whether what follows a marker belongs to it: when, by what, or the end. "Archived by 007" does, "archived mail"
/// and "Archived: 3 projects" do not.
fn is_followed_well(last: &Token, rest: &[Token]) -> bool {
    let Some(next) = rest.first() else { return !last.is_one_of(BY) };
    if last.is_one_of(BY) {
        return names_something(rest);
    }
    if last.ends_with(&[':', '|']) {
        return is_confirmed(rest);
    }
    if next.is_one_of(BY) {
        return names_something(&rest[1..]);
    }
    !last.after.is_empty() || goes_on(rest)
}

/// When it was, or a further clause.
fn goes_on(rest: &[Token]) -> bool {
    let Some(next) = rest.first() else { return true };
    let is_time =
        |token: &Token| token.folded.starts_with(|c: char| c.is_ascii_digit()) || token.is_one_of(MONTHS);
    match next.folded.as_str() {
        "in" | "on" | "am" | "im" | "from" => rest.get(1).is_some_and(is_time),
        word => is_time(next) || is_one_of(FOLLOWERS, word) || is_one_of(BY, word),
    }
}

/// What stands after "Superseded:" says yes, when, or what to use.
fn is_confirmed(tokens: &[Token]) -> bool {
    let written: Vec<&str> = tokens.iter().map(|token| token.written.as_str()).collect();
    let is_date = date::standing_alone(written.join(" ").trim_matches(['*', '|', ' ', '_'])).is_some();
    is_date
        || tokens.first().is_some_and(|first| {
            if first.is_one_of(BY) { names_something(&tokens[1..]) } else { confirms(first) }
        })
}

fn confirms(token: &Token) -> bool {
    token.is_one_of(CONFIRMATIONS)
}

fn names_something(tokens: &[Token]) -> bool {
    tokens.first().is_some_and(|token| !token.is_one_of(NOTHING))
}

/// Whether a sentence says it of the document that it stands in: "This policy has been superseded."
fn sentences_say_so(tokens: &[Token]) -> bool {
    tokens.split_inclusive(Token::ends_sentence).any(|sentence| {
        (0..sentence.len())
            .take_while(|place| *place == 0 || !sentence[place - 1].is_one_of(CONDITIONS))
            .map(|place| &sentence[place..])
            .any(|rest| is_english_statement(rest) || is_german_statement(rest) || is_copy(rest))
    })
}

/// "This leave policy has now been replaced by …", "These rules no longer apply."
fn is_english_statement(tokens: &[Token]) -> bool {
    let Some(subject) = subject(tokens, "this these", is_english_document) else { return false };
    let rest = &tokens[subject..];
    let is_said = |at: usize, length: usize| is_followed_well(&rest[at + length - 1], &rest[at + length..]);
    if let Some(length) = longest(rest, &["no longer applies", "no longer apply"]) {
        return is_said(0, length);
    }
    let Some(verb) = longest(rest, &["is", "are", "was", "were", "has", "have"]) else {
        return false;
    };
    let adverbs = rest[verb..].iter().take_while(|token| token.after.is_empty() && token.is_one_of(ADVERBS));
    let at = verb + adverbs.count();
    marker(&rest[at..]).is_some_and(|length| is_said(at, length))
}

/// "Diese Richtlinie wurde am 1. März 2024 durch Richtlinie 007 ersetzt."
fn is_german_statement(tokens: &[Token]) -> bool {
    let Some(subject) = subject(tokens, "diese dieser dieses", is_german_document) else { return false };
    let rest = &tokens[subject..];
    if longest(rest, &["gilt nicht mehr", "gelten nicht mehr"])
        .is_some_and(|length| is_followed_well(&rest[length - 1], &rest[length..]))
    {
        return true;
    }
    let auxiliaries = &["ist", "sind", "wurde", "wurden", "gilt als", "gelten als"];
    let Some(verb) = longest(rest, auxiliaries) else { return false };
    let mut has_agent = false;
    for (place, token) in rest.iter().enumerate().skip(verb) {
        let word = token.folded.as_str();
        let is_participle = has_agent && is_one_of(GERMAN_PARTICIPLES, word);
        if is_participle
            || marker(&rest[place..])
                .is_some_and(|length| is_followed_well(&rest[place + length - 1], &rest[place + length..]))
        {
            return true;
        }
        has_agent |= is_one_of(BY, word);
        let is_number = word.starts_with(|c: char| c.is_ascii_digit());
        let is_between = has_agent || is_number || is_one_of(MONTHS, word) || is_one_of(GERMAN_BETWEEN, word);
        if !is_between || word == "nicht" || token.ends_with(&[',', ';']) {
            return false;
        }
    }
    false
}

/// "This is an archived version", "Dies ist eine veraltete Fassung".
fn is_copy(tokens: &[Token]) -> bool {
    let [this, is, article, kind, rest @ ..] = tokens else { return false };
    let opens = matches!(
        (this.folded.as_str(), is.folded.as_str(), article.folded.as_str()),
        ("this", "is", "a" | "an" | "the") | ("dies" | "das", "ist", "ein" | "eine" | "die")
    );
    let is_document = |token: &Token| is_english_document(&token.folded) || is_german_document(&token.folded);
    opens && kind.is_one_of(OLD_KINDS) && rest.iter().take(2).any(is_document)
}

/// How many words the subject has that opens with one of these words and ends with a document.
fn subject(tokens: &[Token], opens: &str, is_document: fn(&str) -> bool) -> Option<usize> {
    tokens.first().filter(|first| first.is_one_of(opens))?;
    for (place, pair) in tokens.windows(2).enumerate().take(LONGEST_SUBJECT).skip(1) {
        let [noun, next] = pair else { break };
        if noun.is_one_of(ARTICLES) || !noun.after.is_empty() {
            return None;
        }
        if next.is_one_of(VERBS) {
            return is_document(&noun.folded).then_some(place + 1);
        }
    }
    None
}

fn is_english_document(word: &str) -> bool {
    is_one_of(ENGLISH_DOCUMENTS, word)
        || word.strip_suffix('s').is_some_and(|word| is_one_of(ENGLISH_DOCUMENTS, word))
}

/// German nouns are written together: "Urlaubsrichtlinie".
fn is_german_document(word: &str) -> bool {
    GERMAN_DOCUMENTS.split(' ').any(|noun| word.ends_with(noun))
}

/// How many words the marker has that these words begin with.
fn marker(tokens: &[Token]) -> Option<usize> {
    longest(tokens, MARKERS)
}

/// How many words the longest of the phrases has that these words begin with.
fn longest(tokens: &[Token], phrases: &[&str]) -> Option<usize> {
    let length = |phrase: &&str| {
        let words: Vec<&str> = phrase.split(' ').collect();
        let tokens = tokens.get(..words.len())?;
        let is_whole = tokens.iter().rev().skip(1).all(|token| token.after.is_empty());
        let is_same = tokens.iter().map(|token| token.folded.as_str()).eq(words.iter().copied());
        (is_whole && is_same).then_some(words.len())
    };
    phrases.iter().filter_map(length).max()
}

/// The last word of the brackets that `place` stands in, or the last of all.
fn end_of_bracket(tokens: &[Token], place: usize) -> usize {
    let closes = tokens[place..].iter().position(|token| token.ends_with(&[')', ']']));
    closes.map_or(tokens.len() - 1, |length| place + length)
}

/// A word with the signs around it.
#[derive(Debug, Clone)]
struct Token {
    before: String,
    folded: String,
    after: String,
    written: String,
}

impl Token {
    fn ends_with(&self, signs: &[char]) -> bool {
        self.after.contains(signs)
    }

    fn is_one_of(&self, list: &str) -> bool {
        is_one_of(list, &self.folded)
    }

    /// The point of an ordinal ("1. März") ends none.
    fn ends_sentence(&self) -> bool {
        self.ends_with(&['.', '!', '?', '|']) && !self.folded.bytes().all(|byte| byte.is_ascii_digit())
    }
}

/// The words of a line; signs that stand alone belong to the word before them.
fn tokens(line: &str) -> Vec<Token> {
    let mut tokens: Vec<Token> = Vec::new();
    let mut loose = String::new();
    for written in line.split_whitespace() {
        let word = written.trim_matches(|c: char| !c.is_alphanumeric());
        if word.is_empty() {
            match tokens.last_mut() {
                Some(last) => last.after.push_str(written),
                None => loose.push_str(written),
            }
            continue;
        }
        let start = written.len() - written.trim_start_matches(|c: char| !c.is_alphanumeric()).len();
        let without_emphasis = |signs: &str| signs.replace(['*', '_', '`', '"', '“', '”', '„'], "");
        tokens.push(Token {
            before: std::mem::take(&mut loose) + &without_emphasis(&written[..start]),
            folded: fold(word),
            after: without_emphasis(&written[start + word.len()..]),
            written: written.to_owned(),
        });
    }
    tokens
}

fn end_sentence(tokens: &mut [Token]) {
    if let Some(last) = tokens.last_mut() {
        last.after.push('.');
    }
}

/// Whether `list`, words with a space between them, has this one.
fn is_one_of(list: &str, word: &str) -> bool {
    list.split(' ').any(|listed| listed == word)
}

/// What sets a label off from a title.
const SEPARATORS: &[char] = &[':', '–', '—', '-', '|', '·', ']', ')'];

/// What says it, folded.
const MARKERS: &[&str] = &[
    "superseded",
    "obsolete",
    "withdrawn",
    "archived",
    "outdated",
    "rescinded",
    "out of date",
    "out of force",
    "no longer valid",
    "no longer in force",
    "no longer in effect",
    "no longer current",
    "no longer applicable",
    "replaced by",
    "replaced with",
    "veraltet",
    "uberholt",
    "ungultig",
    "archiviert",
    "zuruckgezogen",
    "aufgehoben",
    "abgelost",
    "ausser kraft",
    "nicht mehr gultig",
    "nicht mehr aktuell",
    "nicht mehr in kraft",
    "ersetzt durch",
];

/// As the value of a status these say it too.
const STATUS_WORDS: &str = "replaced deprecated ersetzt";
const STATUS_KEYS: &str = "status validity gultigkeit";
const BY: &str = "by with durch von";
const NOTHING: &str = "none nothing nobody na n/a no null tbd keine keines nichts";

/// What may stand before a label.
const CALLS: &str = "\
    note warning important attention caution notice achtung hinweis wichtig now nun inzwischen";

/// What goes on after a marker.
const FOLLOWERS: &str = "\
    and as effective see since use ab bitte getreten mit please seit siehe und vom worden zum";

/// What "Superseded:" may lead to.
const CONFIRMATIONS: &str = "\
    as do it now please refer replaced see since superseded this true use yes bitte diese dieser dieses \
    ersetzt ja seit siehe";

/// A sentence with one of these before its subject does not say that it is so.
const CONDITIONS: &str = "\
    after before if once should unless until when whenever whether bevor bis falls nachdem ob sobald solange \
    sofern wenn";

/// With one of these another noun begins: "With this policy the one of 2021 is withdrawn".
const ARTICLES: &str = "the a an which that der die das den";
const VERBS: &str = "is are was were has have no ist sind wurde wurden gilt gelten";

const ADVERBS: &str = "already also been formally fully hereby long now officially since therefore";

const GERMAN_BETWEEN: &str = "\
    ab am bereits daher damit dem der des hiermit im inzwischen jahr jetzt langst mit nun seit vom wirkung \
    zum";

const GERMAN_PARTICIPLES: &str = "abgelost aufgehoben ersetzt";

const OLD_KINDS: &str = "\
    archived obsolete outdated superseded withdrawn archivierte uberholte ungultige veraltete archiviertes \
    uberholtes ungultiges veraltetes";

const ENGLISH_DOCUMENTS: &str = "\
    agreement announcement article charter circular contract copy decision directive document draft edition \
    faq file form guidance guide guideline handbook instruction lease letter list manual memo minutes note \
    notice offer order page paper plan playbook policy policies procedure proposal readme record regulation \
    release report revision rule runbook schedule specification standard statute table tariff template term \
    text version wiki";

const GERMAN_DOCUMENTS: &str = "\
    anleitung anordnung anweisung ausgabe bericht beschluss datei dokument entwurf fassung formular handbuch \
    konzept leitfaden liste merkblatt mitteilung ordnung plan protokoll regel regeln regelung regelungen \
    richtlinie richtlinien satzung schreiben seite tarif text vereinbarung verfugung version vertrag vorlage \
    vorschrift";

const MONTHS: &str = "\
    january february march april may june july august september october november december januar februar \
    marz mai juni juli oktober dezember";

#[cfg(test)]
mod tests {
    use super::super::describe;
    use super::*;

    fn is_superseded(text: &str) -> bool {
        describe::document("005.md", Format::Markdown, text.to_owned(), Vec::new()).description.is_superseded
    }

    #[test]
    fn a_document_that_says_so_of_itself_is_superseded() {
        for text in [
            // Front matter.
            "---\nstatus: superseded\n---\nTools are lent for a week.",
            "---\nstatus: Withdrawn (see 007)\n---\nTools are lent for a week.",
            "---\nstatus: replaced\n---\nTools are lent for a week.",
            "---\nstatus: außer Kraft\n---\nWerkzeug wird eine Woche verliehen.",
            "---\nsuperseded_by: 007\n---\nTools are lent for a week.",
            "---\nreplaced-by: [007, 008]\n---\nTools are lent for a week.",
            "---\nsuperseded: true\n---\nTools are lent for a week.",
            "---\narchived: 2024-03-01\n---\nTools are lent for a week.",
            "---\ntitle: Tool loans (obsolete)\n---\nTools are lent for a week.",
            // Titles.
            "# Tool loans (superseded)\n\nTools are lent for a week.",
            "# Tool loans (2019, superseded by 007)\n\nTools are lent for a week.",
            "# [ARCHIVED] Tool loans\n",
            "# Superseded: Tool loans\n",
            "# Tool loans – no longer in force\n",
            "# Leihordnung (außer Kraft seit 1. März 2024)\n",
            // Labels.
            "# Tool loans\n\n**Status:** superseded by [007](007.md)\n",
            "# Tool loans\n\n- Owner: Depot\n- Status: withdrawn\n",
            "# Tool loans\n\n| Owner | Depot |\n|---|---|\n| Status | obsolete |\n",
            "# Tool loans\n\nOwner: Depot\nSuperseded by: 007\n",
            "# Tool loans\n\n> **Superseded.** See 007.\n",
            "# Tool loans\n\nNo longer valid since 1 March 2024.\n",
            "# Tool loans\n\nSUPERSEDED: use the loans handbook.\n",
            "# 12. Lend tools by the week\n\nDate: 2021-03-01\n\n## Status\n\nAccepted\n\nSuperseded by [14](14.md)\n",
            "# Leihordnung\n\nErsetzt durch die Leihordnung von 2024\n",
            "# Leihordnung\n\nVeraltet, siehe 007.\n",
            // Sentences.
            "# Tool loans\n\nThis policy has been superseded by policy 007.\n\nTools are lent for a week.",
            "# Tool loans\n\nPlease note: these lending rules were replaced by\nnew ones on 1 March 2024.",
            "# Tool loans\n\nSince 1 March 2024, this page is obsolete.",
            "# Tool loans\n\nThis version is no longer in force.",
            "# Tool loans\n\nThese rules no longer apply.",
            "# Tool loans\n\nThis is an archived copy of the policy.",
            "# Leihordnung\n\nDiese Ordnung wurde am 1. März 2024 durch die Ordnung 007 ersetzt.",
            "# Leihordnung\n\nDieses Dokument ist veraltet.",
            "# Leihordnung\n\nDiese Regelung ist seit dem 1. März 2024 außer Kraft.",
            "# Leihordnung\n\nDiese Ausleihregeln gelten nicht mehr.",
        ] {
            assert!(is_superseded(text), "{text}");
        }
    }

    #[test]
    fn a_document_that_speaks_of_another_one_holds() {
        for text in [
            "---\nstatus: in force\nsupersedes: 005\n---\nTools are lent for a week.",
            "---\nsuperseded: false\nsuperseded_by: none\n---\nTools are lent for a week.",
            "---\nsuperseded_by:\n---\nTools are lent for a week.",
            "# Tool loans (replaces the policy of 2021)\n",
            "# Archived mail\n",
            "The album has new takes, made last year in the same hall, beside the old ones (archived) of its first edition.\n",
            "# Withdrawn consent: what to do\n",
            "# Superseded policies\n\n- Tool loans 2019 (superseded)\n- Tool loans 2021 (withdrawn)\n",
            "# Tool loans\n\nThis policy supersedes the 2021 version.\n",
            "# Tool loans\n\nThis policy replaces policy 005, which is no longer valid.\n",
            "# Tool loans\n\nThe policy of 2021 has been superseded by this one.\n",
            "# Tool loans\n\nThis policy is reviewed each year. The 2021 version is obsolete.\n",
            "# Tool loans\n\nWith this policy the 2021 version is withdrawn.\n",
            "# Tool loans\n\nSupersedes: 005\n",
            "# Tool loans\n\nSuperseded by: none\n",
            "# Tool loans\n\nStatus: in force\n",
            "# Tool loans\n\n| Superseded by | – |\n",
            "# Tool loans\n\nThis policy is not superseded.\n",
            "# Tool loans\n\nThis policy may be withdrawn at any time.\n",
            "# Tool loans\n\nIf this policy is superseded, tell the depot.\n",
            "# Tool loans\n\nThis policy is no longer valid for drills.\n",
            "# Tool loans\n\nThis pump was replaced by a newer one.\n",
            "# Tool loans\n\nThis record is archived in the vault.\n",
            "# Tool loans\n\nThe old drill was\nwithdrawn in 2019 and sold.\n",
            "# Mark I\n\nSuperseded by the Mark II in 1942, the Mark I was sold.\n",
            "# Projects\n\n## Archived\n\n- Pier\n",
            "# Systems\n\n## Atlas\n\nStatus: archived\n",
            "# Leihordnung\n\nDiese Ordnung ersetzt die Fassung von 2021.\n",
            "# Leihordnung\n\nDiese Ordnung ist neu, die Fassung von 2021 ist außer Kraft.\n",
            "# Leihordnung\n\nMit dieser Ordnung tritt die Fassung von 2021 außer Kraft.\n",
            "# Leihordnung\n\nDiese Ordnung ist nicht veraltet.\n",
            "# Leihordnung\n\nWenn diese Ordnung außer Kraft ist, gilt die alte.\n",
        ] {
            assert!(!is_superseded(text), "{text}");
        }
    }

    #[test]
    fn what_is_said_below_the_opening_lines_is_about_something_else() {
        let lines = "A line of the policy.\n\n".repeat(OPENING_LINES);
        assert!(is_superseded("# Tools\n\nThis policy is withdrawn."));
        assert!(!is_superseded(&format!("# Tools\n\n{lines}This policy is withdrawn.")));
    }

    #[test]
    fn front_matter_of_any_shape_keeps_its_other_keys() {
        let text = "---\ntitle: Tools\nstatus: [draft, 3]\nsuperseded_by: []\narchived: 7\n---\nText.";
        let description =
            describe::document("5.md", Format::Markdown, text.to_owned(), Vec::new()).description;
        assert_eq!((description.title.as_str(), description.problems.len()), ("Tools", 0));
        assert!(!description.is_superseded);
    }
}
