//! What holds of every answer, whatever was asked of whatever documents.

use std::collections::HashMap;

use anyhow::{Context, ensure};
use passim::answer::receipt::sha256;
use passim::answer::reply::Reply;
use passim::answer::{Answer, Citation, Outcome};
use passim::cli::draw;
use passim::corpus::{Description, Document, Encoding, Format};
use passim::discord::message::{LONGEST, contents, length};
use passim::eval::measures::stands_in_order;
use passim::local_discord::{Drawn, Rendered};

/// The documents as they were read, by their paths.
#[derive(Default)]
pub struct Sources(HashMap<String, Source>);

struct Source {
    text: String,
    /// The file, where its text is its bytes.
    bytes: Option<Vec<u8>>,
}

impl Sources {
    pub fn add(&mut self, document: Document, bytes: Vec<u8>) {
        let Description { path, format, encoding, .. } = document.description;
        let is_text = matches!(format, Format::Text | Format::Markdown);
        let bytes = Some(bytes).filter(|_| is_text && encoding == Encoding::Utf8);
        self.0.insert(path, Source { text: document.text, bytes });
    }

    pub fn texts(&self) -> impl Iterator<Item = &str> {
        let mut paths: Vec<&String> = self.0.keys().collect();
        paths.sort();
        paths.into_iter().map(|path| self.0[path].text.as_str())
    }
}

/// How many quotes were looked at.
pub fn of(answer: &Answer, reply: &Reply, sources: &Sources) -> anyhow::Result<usize> {
    let mut quotes = 0;
    for citation in citations(&answer.outcome) {
        stands_in_its_source(citation, sources)?;
        quotes += 1;
    }
    for finding in answer.outcome.sides() {
        let told: Vec<&str> = finding.citations.iter().map(|citation| citation.quote.as_str()).collect();
        ensure!(!told.is_empty(), "{:?} has no citation", finding.answer);
        let is_in_order = stands_in_order(&finding.answer, &told.join(" "));
        ensure!(is_in_order, "the words of {:?} do not stand in {told:?}, in this order", finding.answer);
    }
    ensure!(!reply.headline.trim().is_empty(), "nothing is said");
    of_reply(reply, sources)?;
    Ok(quotes)
}

fn citations(outcome: &Outcome) -> Vec<&Citation> {
    match outcome {
        Outcome::Abstained { nearest } => nearest.iter().collect(),
        outcome => outcome.sides().into_iter().flat_map(|side| &side.citations).collect(),
    }
}

/// What people get to see of it.
pub fn of_reply(reply: &Reply, sources: &Sources) -> anyhow::Result<()> {
    for citation in &reply.proof {
        stands_in_its_source(citation, sources)?;
    }
    steers_no_terminal(&draw::reply(reply))?;
    fits_into_discord(&contents(reply))
}

fn stands_in_its_source(citation: &Citation, sources: &Sources) -> anyhow::Result<()> {
    let Citation { path, quote, byte_start, byte_end, .. } = citation;
    let source = sources.0.get(path).with_context(|| format!("there is no {path:?}"))?;
    let there = source.text.get(*byte_start..*byte_end);
    ensure!(there == Some(quote), "{path:?} has {there:?} at {byte_start}..{byte_end}, not {quote:?}");
    if let Some(bytes) = &source.bytes {
        let there = bytes.get(*byte_start..*byte_end);
        ensure!(there == Some(quote.as_bytes()), "{path:?} has other bytes at {byte_start}..{byte_end}");
    }
    ensure!(citation.sha256 == sha256(quote), "the hash of {quote:?} is another");
    let characters = quote.chars().count();
    let fits = |[start, end]: &[usize; 2]| start <= end && *end <= characters;
    ensure!(citation.highlights.iter().all(fits), "highlights outside of {quote:?}");
    Ok(())
}

/// The only sequences are those that begin and end bold, dim and green.
fn steers_no_terminal(text: &str) -> anyhow::Result<()> {
    // The longest first: it begins with another one.
    let own = [draw::MARKED, draw::BOLD, draw::DIM];
    let own: Vec<String> =
        own.iter().flat_map(|style| [style.render().to_string(), style.render_reset().to_string()]).collect();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if let Some(sequence) = own.iter().find(|sequence| rest.starts_with(sequence.as_str())) {
            rest = &rest[sequence.len()..];
            continue;
        }
        ensure!(!c.is_control() || matches!(c, '\n' | '\t'), "{c:?} reaches the terminal in {text:?}");
        let turns = matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200b}'..='\u{200f}');
        ensure!(!turns, "{c:?} reaches the terminal in {text:?}");
        rest = &rest[c.len_utf8()..];
    }
    Ok(())
}

/// Messages within their limits, that mention nobody and hide nothing.
pub fn fits_into_discord(contents: &[String]) -> anyhow::Result<()> {
    ensure!(!contents.is_empty(), "no message");
    for content in contents {
        ensure!(
            !content.trim().is_empty() && length(content) <= LONGEST,
            "{} characters in {content:?}",
            length(content)
        );
        let drawn = Rendered::of(content).drawn;
        let foreign = drawn
            .iter()
            .find(|drawn| !matches!(drawn, Drawn::Bold(_) | Drawn::Quote | Drawn::Address(_) | Drawn::Item));
        ensure!(foreign.is_none(), "{foreign:?} is drawn of {content:?}");
    }
    Ok(())
}
