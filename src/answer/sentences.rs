//! Choosing sentences: every sentence of the passages that were found, with the features that speak for it.
//!
//! The score of a sentence is what the learned trees make of its [`Features`], beside the others that were found.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use rustc_hash::FxHashMap;

use super::associations::Associations;
use super::features::{self, Features, Presence};
use super::lexicon::Lexicon;
use super::marked::{Read, ReadFeatures};
use super::model::Trees;
use super::question::Question;
use super::tables;
use super::terms::{Form, WeightedTerm};
use super::values::{self, Value};
use crate::corpus::{PassageKind, Span};
use crate::retrieval::Hit;
use crate::words::{Analyzer, Word, kept_stem, words};

/// What is looked for in sentences: the forms of all terms, by the stem that each starts with.
pub struct Wanted<'a> {
    terms: &'a [WeightedTerm],
    lexicon: &'a Lexicon,
    by_first_stem: FxHashMap<&'a str, Vec<(usize, &'a Form)>>,
    associations: &'a Associations,
    /// By analyzer. Most words of a text are few words over and over: each is looked up once a question.
    known: RefCell<[FxHashMap<String, Rc<Known<'a>>>; Analyzer::ALL.len()]>,
}

/// A word of sentences, looked up.
struct Known<'a> {
    stem: Rc<str>,
    /// The forms of terms that start with it.
    forms: Vec<(usize, &'a Form)>,
    /// The terms that it answers for, and how surely.
    answers: Vec<(usize, f64)>,
}

impl<'a> Wanted<'a> {
    pub fn new(
        terms: &'a [WeightedTerm],
        lexicon: &'a Lexicon,
        associations: &'a Associations,
    ) -> Wanted<'a> {
        let mut by_first_stem: FxHashMap<&str, Vec<(usize, &Form)>> = FxHashMap::default();
        for (number, term) in terms.iter().enumerate() {
            for form in &term.forms {
                by_first_stem.entry(&form.stems[0]).or_default().push((number, form));
            }
        }
        Wanted { terms, lexicon, by_first_stem, associations, known: RefCell::default() }
    }

    fn know(&self, folded: &str, analyzer: Analyzer) -> Rc<Known<'a>> {
        let known = &mut self.known.borrow_mut()[analyzer as usize];
        if let Some(word) = known.get(folded) {
            return Rc::clone(word);
        }
        let stem = kept_stem(folded, analyzer);
        let mut forms = self.by_first_stem.get(&*stem).cloned().unwrap_or_default();
        forms.retain(|(term, form)| form.stems.len() > 1 || !self.is_another_word(folded, analyzer, *term));
        let mut answers = Vec::new();
        for (asked, strength) in self.associations.of(&stem) {
            let terms = self.terms.iter().enumerate().filter(|(_, term)| term.term.stem == asked);
            answers.extend(terms.map(|(number, _)| (number, strength)));
        }
        let word = Rc::new(Known { stem, forms, answers });
        known.insert(folded.to_owned(), Rc::clone(&word));
        word
    }

    /// A function word that shares its stem with a word of the question: "will" is not "willing".
    fn is_another_word(&self, folded: &str, analyzer: Analyzer, term: usize) -> bool {
        self.terms[term].term.word != folded && analyzer.is_function_word(folded)
    }
}

/// Which term each word is: the surest form wins, phrases mark all their words.
fn find(known: &[Rc<Known<'_>>]) -> Vec<Option<(usize, f64)>> {
    let mut found: Vec<Option<(usize, f64)>> = vec![None; known.len()];
    for (place, word) in known.iter().enumerate() {
        for (term, form) in &word.forms {
            if !starts_with(&known[place..], &form.stems) {
                continue;
            }
            for word in &mut found[place..place + form.stems.len()] {
                if word.is_none_or(|(_, quality)| quality < form.quality) {
                    *word = Some((*term, form.quality));
                }
            }
        }
    }
    found
}

fn starts_with(words: &[Rc<Known<'_>>], form: &[String]) -> bool {
    words.len() >= form.len() && words.iter().zip(form).all(|(word, wanted)| *word.stem == **wanted)
}

/// A sentence with its words, and which of them the question has.
pub struct Sentence<'a> {
    pub text: &'a str,
    /// What its words were taken apart by.
    pub analyzer: Analyzer,
    pub words: Vec<Word>,
    pub stems: Vec<Rc<str>>,
    /// For each word: the term of the question that it is, and how surely (0 to 1).
    pub found: Vec<Option<(usize, f64)>>,
    /// For each term, how surely another word here answers for it (0 to 1).
    pub associated: Vec<f64>,
    pub terms: &'a [WeightedTerm],
    pub lexicon: &'a Lexicon,
}

impl<'a> Sentence<'a> {
    /// A text out of a source of this language.
    pub fn new<'w: 'a>(text: &'a str, analyzer: Analyzer, wanted: &Wanted<'w>) -> Sentence<'a> {
        let words = words(text);
        let known: Vec<Rc<Known<'w>>> =
            words.iter().map(|word| wanted.know(&word.folded, analyzer)).collect();
        let found = find(&known);
        let mut associated = vec![0.0_f64; wanted.terms.len()];
        for (term, strength) in known.iter().flat_map(|word| &word.answers) {
            associated[*term] = associated[*term].max(*strength);
        }
        let stems: Vec<Rc<str>> = known.iter().map(|word| Rc::clone(&word.stem)).collect();
        Sentence {
            text,
            analyzer,
            words,
            stems,
            found,
            associated,
            terms: wanted.terms,
            lexicon: wanted.lexicon,
        }
    }

    /// What stands between the word at `place` and the one before it.
    pub fn gap_before(&self, place: usize) -> &'a str {
        let start = if place == 0 { 0 } else { self.words[place - 1].span.end };
        self.words.get(place).map_or("", |word| &self.text[start..word.span.start])
    }

    /// For each term, how surely it stands here.
    fn presence(&self) -> Vec<f64> {
        let mut presence = vec![0.0_f64; self.terms.len()];
        for (term, quality) in self.found.iter().flatten() {
            presence[*term] = presence[*term].max(*quality);
        }
        presence
    }
}

/// A sentence that may be the answer.
pub struct Candidate<'a> {
    /// Its place in the hits.
    pub hit: usize,
    /// The file that it stands in.
    pub document: &'a str,
    /// In the document.
    pub span: Span,
    pub sentence: Sentence<'a>,
    pub value: Option<Value>,
    pub features: Features,
    /// Log-odds that it holds the answer, by its words.
    pub score: f64,
    /// What the neural reader makes of it, where there is one.
    pub read: Option<Read>,
}

impl Candidate<'_> {
    /// That it holds the answer, by all that is known.
    pub fn log_odds(&self) -> f64 {
        self.read.as_ref().map_or(self.score, |read| read.score)
    }
}

/// Scores the candidates and puts them in order, best first; equals in the order of the hits.
pub fn rank(candidates: &mut [Candidate<'_>], model: &Trees) {
    for candidate in candidates.iter_mut() {
        candidate.score = model.score(&candidate.features.values());
    }
    candidates.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.hit.cmp(&b.hit)).then(a.span.cmp(&b.span)));
}

/// Scores them again by what the reader made of them, and puts them in that order; equals stay in theirs.
pub fn rank_again(candidates: &mut [Candidate<'_>], score: impl Fn(&ReadFeatures) -> f64) {
    for read in candidates.iter_mut().filter_map(|candidate| candidate.read.as_mut()) {
        read.score = score(&read.features);
    }
    candidates.sort_by(|a, b| b.log_odds().total_cmp(&a.log_odds()));
}

/// Every sentence of the hits with its features, in the order of the hits, without a score.
pub fn collect<'a>(
    question: &Question,
    terms: &'a [WeightedTerm],
    hits: &'a [Hit<'a>],
    lexicon: &'a Lexicon,
    associations: &'a Associations,
) -> Vec<Candidate<'a>> {
    let wanted = Wanted::new(terms, lexicon, associations);
    let mut headings = HeadingWords::default();
    let passages: Vec<PassageWords<'a>> =
        hits.iter().map(|hit| PassageWords::of(hit, &wanted, &mut headings)).collect();
    let mut candidates = Vec::new();
    for (place, passage) in passages.into_iter().enumerate() {
        candidates.extend(passage.candidates(question, place, hits));
    }
    spread_over_document(&mut candidates, hits);
    compare(&mut candidates);
    candidates
}

/// What stands in other passages of the same document counts a little, where nearer places lack it.
fn spread_over_document(candidates: &mut [Candidate<'_>], hits: &[Hit<'_>]) {
    let Some(terms) = candidates.first().map(|candidate| candidate.sentence.terms) else { return };
    let mut by_document: HashMap<&str, Vec<f64>> = HashMap::new();
    for candidate in candidates.iter() {
        let presence =
            by_document.entry(&hits[candidate.hit].passage.path).or_insert_with(|| vec![0.0; terms.len()]);
        for (all, here) in presence.iter_mut().zip(candidate.sentence.presence()) {
            *all = all.max(here);
        }
    }
    let first = &hits[..hits.len().min(10)];
    for candidate in candidates {
        let path = hits[candidate.hit].passage.path.as_str();
        let all = features::share(&by_document[path], terms);
        let features = &mut candidate.features;
        features.around = (all - features.near()).max(features.around).max(0.0);
        let of_document = first.iter().filter(|hit| hit.passage.path == path).count();
        features.document = of_document as f64 / first.len() as f64;
    }
}

/// How far each candidate stays behind the best covered one.
fn compare(candidates: &mut [Candidate<'_>]) {
    let most = |of: &dyn Fn(&Features) -> f64| {
        candidates.iter().map(|candidate| of(&candidate.features)).fold(0.0, f64::max)
    };
    let (most_here, most_near) = (most(&|features| features.coverage), most(&Features::near));
    for candidate in candidates {
        candidate.features.behind = candidate.features.coverage - most_here;
        candidate.features.behind_near = candidate.features.near() - most_near;
    }
}

/// Titles and headings stand over many passages: each is taken apart once a question.
#[derive(Default)]
struct HeadingWords<'a>(HashMap<(&'a str, Analyzer), Vec<f64>>);

impl<'a> HeadingWords<'a> {
    fn presence(&mut self, text: &'a str, analyzer: Analyzer, wanted: &Wanted<'a>) -> &[f64] {
        self.0.entry((text, analyzer)).or_insert_with(|| Sentence::new(text, analyzer, wanted).presence())
    }
}

/// A passage, its sentences taken apart.
struct PassageWords<'a> {
    hit: &'a Hit<'a>,
    sentences: Vec<(Span, Sentence<'a>)>,
    /// How surely each term stands in title, headings or table header.
    above: Vec<f64>,
    /// The header of a table row.
    header: Option<Sentence<'a>>,
}

impl<'a> PassageWords<'a> {
    fn of(hit: &'a Hit<'a>, wanted: &Wanted<'a>, headings: &mut HeadingWords<'a>) -> PassageWords<'a> {
        let analyzer = hit.source.description.analyzer();
        let sentences = hit
            .passage
            .passage
            .sentences
            .iter()
            .map(|span| (*span, Sentence::new(hit.passage.slice(*span), analyzer, wanted)))
            .collect();
        let mut above = vec![0.0_f64; wanted.terms.len()];
        let context = hit.passage.context_text.as_ref().map(|(text, _)| text);
        for text in
            [&hit.source.description.title].into_iter().chain(&hit.passage.passage.headings).chain(context)
        {
            for (all, here) in above.iter_mut().zip(headings.presence(text, analyzer, wanted)) {
                *all = all.max(*here);
            }
        }
        let header = context.map(|text| Sentence::new(text, analyzer, wanted));
        let header = header.filter(|_| hit.passage.passage.kind == PassageKind::TableRow);
        PassageWords { hit, sentences, above, header }
    }

    fn candidates(self, question: &Question, place: usize, hits: &[Hit<'_>]) -> Vec<Candidate<'a>> {
        let best_hit = hits.first().map_or(1.0, |hit| hit.score.max(f32::MIN_POSITIVE));
        let presence: Vec<Vec<f64>> =
            self.sentences.iter().map(|(_, sentence)| sentence.presence()).collect();
        let lead_in = matches!(self.hit.passage.passage.kind, PassageKind::List | PassageKind::Code);
        let kind_of_passage = match self.hit.passage.passage.kind {
            PassageKind::Paragraph => 0.0,
            PassageKind::List => 1.0,
            PassageKind::TableRow => 2.0,
            PassageKind::Code => 3.0,
        };
        let passage_coverage = match self.sentences.first() {
            Some((_, sentence)) => features::share(&any_of(&presence), sentence.terms),
            None => 0.0,
        };
        let coverages: Vec<(bool, f64)> = self
            .sentences
            .iter()
            .zip(&presence)
            .map(|((_, sentence), here)| (asks(sentence.text), features::share(here, sentence.terms)))
            .collect();
        let header = self.header;
        let count = self.sentences.len();
        let mut candidates = Vec::with_capacity(count);
        for (number, (span, sentence)) in self.sentences.into_iter().enumerate() {
            let beside = beside(&presence, number, lead_in);
            // The first one stays: it is the closest passage where only a heading has the words.
            let says_nothing = presence[number].iter().chain(&beside).all(|here| *here == 0.0);
            if says_nothing && number > 0 {
                continue;
            }
            let answers_question = match number.checked_sub(1).and_then(|before| coverages.get(before)) {
                Some((true, coverage)) => *coverage,
                _ => 0.0,
            };
            let cell = header.as_ref().and_then(|header| tables::cell(&sentence, header));
            let value = cell.or_else(|| values::best(question, &sentence));
            let mut features = Features {
                passage: f64::from(self.hit.score / best_hit),
                rank: place as f64,
                early: 1.0 / (1.0 + span.start as f64 / 2000.0),
                place: number as f64,
                kind: kind_of_passage,
                sentences: count as f64,
                answers_question,
                is_title: f64::from(u8::from(is_title(sentence.text, &self.hit.source.description.title))),
                passage_coverage,
                ..Features::default()
            };
            let near = Presence { here: &presence[number], beside: &beside, above: &self.above };
            features::shares(&mut features, &sentence, &near);
            features::closeness(&mut features, &sentence);
            features::kind(&mut features, question, &sentence, value.as_ref());
            candidates.push(Candidate {
                hit: place,
                document: &self.hit.passage.path,
                span,
                sentence,
                value,
                features,
                score: 0.0,
                read: None,
            });
        }
        candidates
    }
}

/// Whether a sentence asks by itself, as in a list of questions and answers.
pub fn asks(text: &str) -> bool {
    let text = text.trim_matches(|c: char| c.is_whitespace() || matches!(c, '*' | '_' | '#'));
    text.ends_with('?') || text.starts_with("Q:") || text.starts_with("Q.") || text.starts_with("F:")
}

/// Whether a sentence only says what its document is called.
fn is_title(text: &str, title: &str) -> bool {
    let text = text.trim_matches(|c: char| !c.is_alphanumeric());
    !text.is_empty() && title.to_lowercase().contains(&text.to_lowercase())
}

/// How surely each term stands in any of the sentences.
fn any_of(presence: &[Vec<f64>]) -> Vec<f64> {
    let mut any = presence[0].clone();
    for here in &presence[1..] {
        any.iter_mut().zip(here).for_each(|(any, here)| *any = any.max(*here));
    }
    any
}

/// What stands in the sentence before, less so in the one after, and in a list's lead-in.
fn beside(presence: &[Vec<f64>], number: usize, lead_in: bool) -> Vec<f64> {
    let mut beside = vec![0.0_f64; presence[number].len()];
    let mut add = |other: Option<&Vec<f64>>, factor: f64| {
        for (all, here) in beside.iter_mut().zip(other.into_iter().flatten()) {
            *all = all.max(*here * factor);
        }
    };
    add(number.checked_sub(1).and_then(|before| presence.get(before)), 1.0);
    add(presence.get(number + 1), 0.6);
    add(lead_in.then(|| &presence[0]), 1.0);
    beside
}
