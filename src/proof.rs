//! Receipts against the sources as they are today, for every edge: what holds, what moved, what changed, what is
//! gone. It needs the folder and the store, and no index.
//!
//! Each citation is looked for in its own file first. Only the words that are not there any more are looked for
//! in the other files, those of many receipts in one go. Receipts come from the store by source, so that a text is
//! read once for all that rest on it, and neither all receipts nor all texts are ever held.
//!
//! A receipt holds if all of its citations do. Where the sources did not say, nothing was claimed: such a receipt
//! always holds, and what came closest is looked after all the same.

use std::collections::{BTreeSet, HashMap, HashSet, VecDeque};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use aho_corasick::{AhoCorasick, MatchKind};
use serde::Serialize;
use similar::{Algorithm, DiffOp, capture_diff_slices};
use thiserror::Error;

use crate::answer::receipt::sha256;
use crate::answer::verify::{Place, Today, Verdict, verify};
use crate::corpus::format::pages::page_at;
use crate::corpus::read::{self, Listing, NoText, ReadError, Reader};
use crate::corpus::{Encoding, Format, Refused, Span};
use crate::retrieval::{Index, Source, name_of};
use crate::store::{After, Cited, Claims, Moment, Store, StoreError, Which};

/// How many receipts are taken out of the store at a time.
const PAGE: usize = 512;
/// Texts of so many bytes are kept for the next receipts.
const KEPT_TEXTS: usize = 64 << 20;
/// Quotes of so many bytes are looked for in the other files in one go.
const SEARCHED_AT_ONCE: usize = 1 << 20;

/// What became of a citation, or of a receipt; the worst comes last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Standing {
    /// The same words stand there, or only other parts were changed.
    Holds,
    /// The same words stand elsewhere, or in other bytes.
    Moved,
    /// The words stand nowhere any more.
    Changed,
    /// Neither the words nor the source are there any more.
    Gone,
}

/// Why a citation does not hold, where its standing leaves that open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    OtherLines,
    OtherFile,
    OtherEncoding(Encoding),
    /// What was kept is not what was answered from.
    Forged,
    /// The file is there and is no source; what is wrong with it reads on from "it ".
    NoSource(String),
}

impl std::fmt::Display for Reason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Reason::OtherLines => write!(f, "it stands between other lines"),
            Reason::OtherFile => write!(f, "it stands in another file"),
            Reason::OtherEncoding(encoding) => {
                write!(f, "its file is {} now, so that its bytes are others", encoding.name())
            }
            Reason::Forged => write!(f, "the quote that was kept does not have the hash that was kept"),
            Reason::NoSource(reason) => write!(f, "it {reason}"),
        }
    }
}

impl Serialize for Reason {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Where the words stand today; of changed ones, what comes closest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Now {
    pub path: String,
    /// From 1.
    pub line: usize,
    /// From 1, where the source has pages.
    pub page: Option<u32>,
    pub byte_start: usize,
    pub byte_end: usize,
    pub text: String,
}

/// A citation, held against the sources.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    pub cited: Cited,
    pub standing: Standing,
    pub now: Option<Now>,
    pub reason: Option<Reason>,
}

/// A receipt, held against the sources.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    pub receipt: String,
    pub question: String,
    pub answer: String,
    pub at: Moment,
    pub is_declined: bool,
    pub citations: Vec<Checked>,
}

impl Proof {
    pub fn standing(&self) -> Standing {
        let worst = self.citations.iter().map(|citation| citation.standing).max();
        worst.filter(|_| !self.is_declined).unwrap_or(Standing::Holds)
    }
}

/// How many receipts there are of each standing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    pub receipts: usize,
    pub holds: usize,
    pub changed: usize,
    pub moved: usize,
    pub gone: usize,
}

impl Summary {
    pub fn count(&mut self, proof: &Proof) {
        self.receipts += 1;
        match proof.standing() {
            Standing::Holds => self.holds += 1,
            Standing::Moved => self.moved += 1,
            Standing::Changed => self.changed += 1,
            Standing::Gone => self.gone += 1,
        }
    }
}

#[derive(Debug, Error)]
pub enum ProofError {
    #[error(transparent)]
    Corpus(#[from] ReadError),
    /// It went missing in the middle.
    #[error("cannot read the corpus: {0}; look whether the folder is mounted")]
    Missing(NoText),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("cannot look for so many quotes at once: {0}; verify fewer receipts")]
    Search(#[from] aho_corasick::BuildError),
}

/// The sources as they are today, each read when it is asked for.
pub struct Sources {
    corpus: PathBuf,
    /// What tells the folder from others.
    name: String,
    reader: Reader,
    listing: Listing,
    texts: HashMap<String, Rc<Text>>,
    /// Bytes of `texts`.
    kept: usize,
}

/// A source, or why there is none: a file that is gone has no reason.
type Text = Result<Today, Option<String>>;

impl Sources {
    /// A folder that is missing or empty is an error: that says nothing about the answers.
    pub fn open(corpus: &Path, reader: Reader) -> Result<Sources, ReadError> {
        let listing = read::list(corpus)?;
        let (name, texts) = (name_of(corpus), HashMap::new());
        Ok(Sources { corpus: corpus.to_owned(), name, reader, listing, texts, kept: 0 })
    }

    /// The same without the files that somebody may not read: nothing is found in them.
    pub fn only(mut self, may_read: impl Fn(&str) -> bool) -> Sources {
        self.listing.files.retain(|file| may_read(&file.name));
        self.listing.refused.retain(|refused| may_read(&refused.path));
        self
    }

    /// Holds receipts against the sources, in their order.
    pub fn prove(&mut self, claims: Vec<Claims>) -> Result<Vec<Proof>, ProofError> {
        let mut proofs =
            claims.into_iter().map(|claims| self.check(claims)).collect::<Result<Vec<_>, _>>()?;
        self.look_elsewhere(&mut proofs)?;
        Ok(proofs)
    }

    /// Each citation in its own file.
    fn check(&mut self, claims: Claims) -> Result<Proof, ProofError> {
        let is_declined = claims.is_declined();
        let Claims { receipt, question, answer, citations, at, .. } = claims;
        let citations = citations.into_iter().map(|cited| self.check_one(cited));
        let citations = citations.collect::<Result<Vec<Checked>, ProofError>>()?;
        Ok(Proof { receipt, question, answer, at, is_declined, citations })
    }

    fn check_one(&mut self, cited: Cited) -> Result<Checked, ProofError> {
        let text = self.text(&cited.path)?;
        let today = match &*text {
            Ok(today) => today,
            Err(_) if sha256(&cited.quote) != cited.sha256 => {
                let (standing, reason) = (Standing::Changed, Some(Reason::Forged));
                return Ok(Checked { cited, standing, now: None, reason });
            }
            Err(reason) => {
                let reason = reason.clone().map(Reason::NoSource);
                return Ok(Checked { cited, standing: Standing::Gone, now: None, reason });
            }
        };
        let (standing, place, reason) = match verify(&(&cited).into(), today) {
            Verdict::Holds(place) => (Standing::Holds, Some(place), None),
            Verdict::Moved(place) => (Standing::Moved, Some(place), Some(Reason::OtherLines)),
            Verdict::Reencoded(place) => {
                (Standing::Moved, Some(place), Some(Reason::OtherEncoding(today.encoding)))
            }
            Verdict::Changed(place) => (Standing::Changed, place, None),
            Verdict::Forged(place) => (Standing::Changed, place, Some(Reason::Forged)),
        };
        let now = place.map(|place| now(&cited.path, today, place));
        Ok(Checked { cited, standing, now, reason })
    }

    fn text(&mut self, path: &str) -> Result<Rc<Text>, ProofError> {
        if let Some(text) = self.texts.get(path) {
            return Ok(text.clone());
        }
        let text = Rc::new(self.read(path)?);
        let bytes = text.as_ref().as_ref().map_or(0, |today| today.text.len());
        if self.kept + bytes > KEPT_TEXTS {
            self.texts.clear();
            self.kept = 0;
        }
        self.kept += bytes;
        self.texts.insert(path.to_owned(), text.clone());
        Ok(text)
    }

    fn read(&self, path: &str) -> Result<Text, ProofError> {
        let refused = self.listing.refused.iter().find(|refused| refused.path == path);
        if let Some(refused) = refused {
            return Ok(Err(Some(refused.reason.clone())));
        }
        let is_listed = self.listing.files.binary_search_by(|file| file.name.as_str().cmp(path)).is_ok();
        match read::text_of(&self.corpus, path, &self.reader) {
            Ok(text) if is_listed => Ok(Ok(text.into())),
            Ok(_) => Ok(Err(Some("is hidden, or a .passimignore names it".to_owned()))),
            Err(NoText::NotThere { .. }) => Ok(Err(None)),
            Err(NoText::Refused(refused)) => Ok(Err(Some(refused.reason))),
            Err(missing @ NoText::NoCorpus { .. }) => Err(ProofError::Missing(missing)),
        }
    }

    /// What does not stand in its own file any more is looked for in all of them.
    fn look_elsewhere(&self, proofs: &mut [Proof]) -> Result<(), ProofError> {
        let found = {
            let lost = proofs.iter().flat_map(|proof| &proof.citations).filter(|checked| is_lost(checked));
            let mut quotes: Vec<&str> = lost.map(|checked| checked.cited.quote.as_str()).collect();
            quotes.sort_unstable();
            quotes.dedup();
            self.find(&quotes)?
        };
        for checked in proofs.iter_mut().flat_map(|proof| &mut proof.citations) {
            if let (true, Some(now)) = (is_lost(checked), found.get(&checked.cited.quote)) {
                checked.standing = Standing::Moved;
                checked.now = Some(now.clone());
                checked.reason = Some(Reason::OtherFile);
            }
        }
        Ok(())
    }

    /// The first place of each quote that stands in any file; each file is read once.
    fn find(&self, quotes: &[&str]) -> Result<HashMap<String, Now>, ProofError> {
        let mut found = HashMap::new();
        let mut left = quotes.iter().filter(|quote| !quote.trim().is_empty()).count();
        if left == 0 {
            return Ok(found);
        }
        let search = AhoCorasick::builder().match_kind(MatchKind::Standard).build(quotes)?;
        for file in &self.listing.files {
            let Ok(today) = self.read(&file.name)? else { continue };
            for at in search.find_overlapping_iter(&today.text) {
                let quote = quotes[at.pattern().as_usize()];
                if quote.trim().is_empty() || found.contains_key(quote) {
                    continue;
                }
                let place = today.place(Span::new(at.start(), at.end()));
                found.insert(quote.to_owned(), now(&file.name, &today, place));
                left -= 1;
            }
            if left == 0 {
                break;
            }
        }
        Ok(found)
    }
}

/// Whether the words of a citation may stand in another file. Those that are not what was answered from prove
/// nothing anywhere.
fn is_lost(checked: &Checked) -> bool {
    checked.standing >= Standing::Changed && checked.reason != Some(Reason::Forged)
}

fn now(path: &str, today: &Today, place: Place) -> Now {
    Now {
        path: path.to_owned(),
        line: place.line,
        page: has_pages(path).then(|| page_at(&today.text, place.span.start)),
        byte_start: place.span.start,
        byte_end: place.span.end,
        text: today.text[place.span.range()].to_owned(),
    }
}

fn has_pages(path: &str) -> bool {
    read::format_of(path) == Ok(Format::Pdf)
}

/// Receipts of the store held against the sources, batch after batch.
pub struct Proofs<'a> {
    store: &'a Store,
    sources: Sources,
    /// The sources whose receipts are still to come; `None` is all receipts.
    paths: VecDeque<Option<String>>,
    after: After,
    /// Receipts that were met with one source already, where there are several.
    met: HashSet<String>,
    /// How many were left out, since they are of other folders.
    others: usize,
    /// With words that have to be looked for elsewhere.
    pending: Vec<Proof>,
    /// Bytes of those words.
    pending_bytes: usize,
}

impl<'a> Proofs<'a> {
    pub fn of_all(store: &'a Store, sources: Sources) -> Proofs<'a> {
        Proofs::over(store, sources, [None].into())
    }

    /// Of the receipts that cite at least one of these sources.
    pub fn citing(store: &'a Store, sources: Sources, paths: Vec<String>) -> Proofs<'a> {
        Proofs::over(store, sources, paths.into_iter().map(Some).collect())
    }

    fn over(store: &'a Store, sources: Sources, paths: VecDeque<Option<String>>) -> Proofs<'a> {
        let (after, met, pending) = Default::default();
        Proofs { store, sources, paths, after, met, others: 0, pending, pending_bytes: 0 }
    }

    /// How many receipts were left out so far: what is known to be of another folder says nothing about this one.
    pub fn others(&self) -> usize {
        self.others
    }

    /// The next ones, by source; `None` after the last. A batch may be empty.
    pub fn next_batch(&mut self) -> Result<Option<Vec<Proof>>, ProofError> {
        let Some(path) = self.paths.front().cloned() else {
            let last = self.settle()?;
            return Ok(Some(last).filter(|last| !last.is_empty()));
        };
        let which = path.as_deref().map_or(Which::All, Which::Citing);
        let (claims, after) = self.store.claims(which, &self.after, PAGE)?;
        self.after = after;
        if claims.is_empty() {
            self.paths.pop_front();
            self.after = After::default();
        }
        let mut settled = Vec::new();
        for claims in claims {
            if path.is_some() && !self.met.insert(claims.receipt.clone()) {
                continue;
            }
            if claims.corpus.as_ref().is_some_and(|corpus| *corpus != self.sources.name) {
                self.others += 1;
                continue;
            }
            let proof = self.sources.check(claims)?;
            let lost: usize = proof.citations.iter().filter(|checked| is_lost(checked)).map(bytes).sum();
            if lost == 0 {
                settled.push(proof);
            } else {
                self.pending.push(proof);
                self.pending_bytes += lost;
            }
        }
        if self.pending_bytes > SEARCHED_AT_ONCE {
            settled.extend(self.settle()?);
        }
        Ok(Some(settled))
    }

    fn settle(&mut self) -> Result<Vec<Proof>, ProofError> {
        self.pending_bytes = 0;
        let mut pending = std::mem::take(&mut self.pending);
        self.sources.look_elsewhere(&mut pending)?;
        Ok(pending)
    }
}

/// An answer that does not hold any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stale {
    pub receipt: String,
    /// Ids of the sources that do not say any more what they said, each once.
    pub sources: Vec<String>,
}

/// The paths of sources that have other bytes in the second index than in the first, are none any more, or cannot
/// be read: what rests on others holds as before.
pub fn changed_sources(before: &Index, after: &Index) -> Vec<String> {
    let sha256 = |source: &Source| (source.description.path.clone(), source.sha256.clone());
    let now: HashMap<String, String> = after.sources().iter().map(sha256).collect();
    let is_other = |source: &&Source| now.get(&source.description.path) != Some(&source.sha256);
    let changed = before.sources().iter().filter(is_other).map(|source| source.description.path.clone());
    let is_new = |refused: &&Refused| !before.refused().contains(refused);
    let refused = after.refused().iter().filter(is_new).map(|refused| refused.path.clone());
    let changed: BTreeSet<String> = changed.chain(refused).collect();
    changed.into_iter().collect()
}

/// The answers that do not hold any more, of those that rest on these sources.
pub fn stale(store: &Store, sources: Sources, paths: Vec<String>) -> Result<Vec<Stale>, ProofError> {
    stale_of(Proofs::citing(store, sources, paths))
}

/// Of all answers: where it is not known what changed.
pub fn all_stale(store: &Store, sources: Sources) -> Result<Vec<Stale>, ProofError> {
    stale_of(Proofs::of_all(store, sources))
}

fn stale_of(mut proofs: Proofs<'_>) -> Result<Vec<Stale>, ProofError> {
    let mut found = Vec::new();
    while let Some(batch) = proofs.next_batch()? {
        let stale = batch.into_iter().filter(|proof| proof.standing() != Standing::Holds);
        found.extend(stale.map(|proof| {
            let bad = proof.citations.into_iter().filter(|checked| checked.standing != Standing::Holds);
            let mut sources: Vec<String> = bad.map(|checked| checked.cited.source).collect();
            sources.sort();
            sources.dedup();
            Stale { receipt: proof.receipt, sources }
        }));
    }
    found.sort_by(|a, b| a.receipt.cmp(&b.receipt));
    Ok(found)
}

/// Never 0, so that a receipt with lost words is told from one without.
fn bytes(checked: &Checked) -> usize {
    checked.cited.quote.len().max(1)
}

/// A stretch of a difference between two texts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", content = "text", rename_all = "lowercase")]
pub enum Part {
    Same(String),
    Removed(String),
    Added(String),
}

/// What was changed between two texts, word by word; their parts in order make up both.
pub fn difference(old: &str, new: &str) -> Vec<Part> {
    let (old, new) = (tokens(old), tokens(new));
    let mut parts = Vec::new();
    for operation in capture_diff_slices(Algorithm::Myers, &old, &new) {
        match operation {
            DiffOp::Equal { old_index, len, .. } => {
                parts.push(Part::Same(old[old_index..old_index + len].concat()));
            }
            DiffOp::Delete { old_index, old_len, .. } => {
                parts.push(Part::Removed(old[old_index..old_index + old_len].concat()));
            }
            DiffOp::Insert { new_index, new_len, .. } => {
                parts.push(Part::Added(new[new_index..new_index + new_len].concat()));
            }
            DiffOp::Replace { old_index, old_len, new_index, new_len } => {
                parts.push(Part::Removed(old[old_index..old_index + old_len].concat()));
                parts.push(Part::Added(new[new_index..new_index + new_len].concat()));
            }
        }
    }
    parts
}

/// Words and numbers, and each other character by itself.
fn tokens(text: &str) -> Vec<&str> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let word = rest.find(|c: char| !c.is_alphanumeric()).unwrap_or(rest.len());
        let (token, after) = rest.split_at(word.max(first.len_utf8()));
        tokens.push(token);
        rest = after;
    }
    tokens
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_difference_marks_words_and_leaves_out_nothing() {
        let (old, new) = ("It runs for 15 years.", "It runs on, for 20 years.");
        let parts = difference(old, new);
        let marked = |part: &Part| match part {
            Part::Same(text) => text.clone(),
            Part::Removed(text) => format!("[-{text}-]"),
            Part::Added(text) => format!("{{+{text}+}}"),
        };
        let drawn: String = parts.iter().map(marked).collect();
        assert_eq!(drawn, "It runs {+on, +}for [-15-]{+20+} years.");
        assert_eq!(difference("", ""), []);
    }

    fn claims(receipt: &str, quotes: &[(&str, &str)]) -> Claims {
        let cited = |(path, quote): &(&str, &str)| Cited {
            path: (*path).to_owned(),
            source: "a".to_owned(),
            byte_start: 0,
            byte_end: quote.len(),
            lines: None,
            sha256: sha256(quote),
            quote: (*quote).to_owned(),
            encoding: None,
            neighbours: None,
        };
        let citations = quotes.iter().map(cited).collect();
        let (question, answer) = ("How?".to_owned(), "So.".to_owned());
        Claims { receipt: receipt.to_owned(), corpus: None, question, answer, citations, at: Moment(1) }
    }

    #[test]
    fn a_receipt_is_as_bad_as_its_worst_citation_and_a_declined_one_holds() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("a.txt"), "It runs.").unwrap();
        fs::write(folder.path().join("b.txt"), "Elsewhere now.").unwrap();
        let mut sources = Sources::open(folder.path(), Reader::new(1 << 20, None)).unwrap();
        let standing = |sources: &mut Sources, quotes: &[(&str, &str)]| {
            sources.prove(vec![claims("1", quotes)]).unwrap()[0].standing()
        };
        let (held, moved) = (("a.txt", "It runs."), ("none.txt", "Elsewhere now."));
        let (changed, gone) = (("a.txt", "It ran."), ("none.txt", "Nowhere."));
        assert_eq!(standing(&mut sources, &[held]), Standing::Holds);
        assert_eq!(standing(&mut sources, &[moved, held]), Standing::Moved);
        assert_eq!(standing(&mut sources, &[held, changed, moved]), Standing::Changed);
        assert_eq!(standing(&mut sources, &[gone, changed, held]), Standing::Gone);
        assert_eq!(standing(&mut sources, &[]), Standing::Holds);
        let declined = Claims { answer: String::new(), ..claims("1", &[gone]) };
        let proof = sources.prove(vec![declined]).unwrap().remove(0);
        assert_eq!((proof.standing(), proof.citations[0].standing), (Standing::Holds, Standing::Gone));
    }

    #[test]
    fn a_quote_that_was_tampered_with_is_changed_wherever_it_stands() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("a.txt"), "It runs.").unwrap();
        let mut sources = Sources::open(folder.path(), Reader::new(1 << 20, None)).unwrap();
        for path in ["a.txt", "none.txt"] {
            let mut tampered = claims("1", &[(path, "It ran.")]);
            tampered.citations[0].quote = "It runs.".to_owned();
            let proof = sources.prove(vec![tampered]).unwrap().remove(0);
            let checked = &proof.citations[0];
            assert_eq!(
                (checked.standing, &checked.reason),
                (Standing::Changed, &Some(Reason::Forged)),
                "{path}"
            );
        }
    }

    #[test]
    fn a_file_that_is_no_source_any_more_says_why() {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in [
            ("kept.txt", "Kept."),
            (".hidden.txt", "H."),
            ("draft.txt", "D."),
            (".passimignore", "draft.txt\n"),
            ("b.txt", "\0"),
        ] {
            fs::write(folder.path().join(name), text).unwrap();
        }
        let mut sources = Sources::open(folder.path(), Reader::new(1 << 20, None)).unwrap();
        for (path, reason) in [
            ("draft.txt", Some("it is hidden, or a .passimignore names it")),
            (".hidden.txt", Some("it is no path of a source in the corpus")),
            ("b.txt", Some("it is a binary file")),
            ("none.txt", None),
        ] {
            let proof = sources.prove(vec![claims("1", &[(path, "Nowhere.")])]).unwrap().remove(0);
            let checked = &proof.citations[0];
            assert_eq!(checked.standing, Standing::Gone, "{path}");
            assert_eq!(checked.reason.as_ref().map(Reason::to_string).as_deref(), reason, "{path}");
        }
    }

    #[test]
    fn a_corpus_that_goes_missing_in_the_middle_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("a.txt"), "It runs.").unwrap();
        let mut sources = Sources::open(folder.path(), Reader::new(1 << 20, None)).unwrap();
        fs::remove_file(folder.path().join("a.txt")).unwrap();
        let error = sources.prove(vec![claims("1", &[("a.txt", "It runs.")])]).unwrap_err();
        assert!(matches!(error, ProofError::Missing(_)), "{error}");
    }
}
