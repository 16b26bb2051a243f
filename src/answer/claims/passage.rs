//! A passage as it is set beside a claim: what says something by itself, and what stands over it.

use super::amounts::Amount;
use crate::answer::lexicon::{is_demonstrative, stands_for_another};
use crate::answer::sentences::{Sentence, Wanted, asks};
use crate::answer::telling::answering;
use crate::corpus::passages::is_key_value;
use crate::corpus::{PassageKind, Span};
use crate::retrieval::Hit;
use crate::words::is_function_word;

/// A passage, cut into what can be set beside a claim, and what stands over it.
pub struct Passage<'a> {
    pub spans: Vec<Span>,
    pub sentences: Vec<Sentence<'a>>,
    /// For each sentence and term, how surely the term stands there.
    pub presence: Vec<Vec<f64>>,
    /// The same for title, headings, the header of a table and the lead-in of a list.
    pub above: Vec<f64>,
    /// The same for passages of the document just before this one.
    pub before: Vec<f64>,
    pub header: Option<Sentence<'a>>,
}

impl<'a> Passage<'a> {
    pub fn of(hit: &'a Hit<'a>, wanted: &Wanted<'a>) -> Passage<'a> {
        let passage = &hit.passage.passage;
        let analyzer = hit.source.description.analyzer();
        let spans = units(hit);
        let sentences: Vec<Sentence<'a>> =
            spans.iter().map(|span| Sentence::new(hit.passage.slice(*span), analyzer, wanted)).collect();
        let presence: Vec<Vec<f64>> = sentences.iter().map(presence).collect();
        let context = hit.passage.context_text.as_ref().map(|(text, _)| text.as_str());
        let over = [hit.source.description.title.as_str()].into_iter();
        let over = over.chain(passage.headings.iter().map(String::as_str)).chain(context);
        let mut above = vec![0.0_f64; presence.first().map_or(0, Vec::len)];
        for text in over {
            add(&mut above, &self::presence(&Sentence::new(text, analyzer, wanted)));
        }
        if passage.kind == PassageKind::List
            && let Some(lead_in) = presence.first()
        {
            add(&mut above, lead_in);
        }
        let is_row = passage.kind == PassageKind::TableRow;
        let header = context.filter(|_| is_row).map(|text| Sentence::new(text, analyzer, wanted));
        let before = vec![0.0; above.len()];
        Passage { spans, sentences, presence, above, before, header }
    }
}

/// Passages that stand close before another one of their document say what that goes on about.
pub fn look_back(passages: &mut [Passage<'_>], hits: &[Hit<'_>]) {
    /// Bytes.
    const CLOSE: usize = 400;
    for place in 0..hits.len() {
        let own = &hits[place].passage;
        for other in 0..hits.len() {
            let theirs = &hits[other].passage;
            let gap = own.passage.span.start.checked_sub(theirs.passage.span.end);
            if own.path == theirs.path && gap.is_some_and(|gap| gap < CLOSE) {
                let there: Vec<Vec<f64>> = passages[other].presence.clone();
                there.iter().for_each(|presence| add(&mut passages[place].before, presence));
            }
        }
    }
}

/// The stretches of a passage that say something by themselves: its sentences, each line of a list of keys and values,
/// and a question with its answer.
fn units(hit: &Hit<'_>) -> Vec<Span> {
    let sentences = &hit.passage.passage.sentences;
    let mut units = Vec::with_capacity(sentences.len());
    for (place, span) in sentences.iter().enumerate() {
        let text = hit.passage.slice(*span);
        let keyed = text.lines().filter(|line| is_key_value(line.trim())).count();
        if keyed > 1 {
            let mut start = span.start;
            for line in text.split_inclusive('\n') {
                units.extend(trimmed_in(hit, Span::new(start, start + line.len())));
                start += line.len();
            }
            continue;
        }
        let answer = answering(&hit.passage, place).filter(|_| asks(text));
        units.push(answer.map_or(*span, |answer| Span::new(span.start, sentences[answer].end)));
    }
    units
}

fn trimmed_in(hit: &Hit<'_>, span: Span) -> Option<Span> {
    let text = hit.passage.slice(span);
    let start = span.start + (text.len() - text.trim_start().len());
    let text = text.trim();
    (!text.is_empty()).then(|| Span::new(start, start + text.len()))
}

fn add(all: &mut [f64], more: &[f64]) {
    all.iter_mut().zip(more).for_each(|(all, more)| *all = all.max(*more));
}

/// For each term, how surely it stands in a sentence.
fn presence(sentence: &Sentence<'_>) -> Vec<f64> {
    let mut presence = vec![0.0_f64; sentence.terms.len()];
    for (term, quality) in sentence.found.iter().flatten() {
        presence[*term] = presence[*term].max(*quality);
    }
    presence
}

/// What a bare number of a table counts stands over it.
pub fn name_by_header(amount: &mut Amount, row: &Sentence<'_>, header: &Sentence<'_>) {
    if amount.is_measured() {
        return;
    }
    let own = column(row, amount.places.start);
    let over = (0..header.words.len()).filter(|place| column(header, *place) == own);
    let over = over.filter(|place| !is_function_word(&header.words[*place].folded));
    amount.units = over.map(|place| header.stems[place].to_string()).collect();
}

/// In which column of its row a word stands.
pub fn column(row: &Sentence<'_>, place: usize) -> usize {
    row.text[..row.words[place].span.start].matches('|').count()
}

/// Whether a sentence is about what the one before it named: "They have to be used by March".
pub fn goes_on(sentence: &Sentence<'_>) -> bool {
    let mut first = sentence.words.iter().take(2).map(|word| word.folded.as_str());
    first.any(|word| {
        stands_for_another(word) || is_demonstrative(word) || matches!(word, "its" | "their" | "his" | "her")
    })
}
