//! How the corpus is, in counts: what was read and what was not, what is there twice, how old it is, in which languages.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::corpus::{Date, Format};
use crate::retrieval::{Index, Source};

/// What whoever looks after the documents may want to mend. Sources by their ids, ordered by path.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Health {
    pub documents: usize,
    pub passages: usize,
    /// Files that could not be read.
    pub refused: usize,
    /// How many documents of each format, the most frequent first.
    pub formats: Vec<(Format, usize)>,
    /// ISO 639-1 with how many documents, the most frequent first; none where the language is not known.
    pub languages: Vec<(Option<String>, usize)>,
    pub oldest: Option<Dated>,
    pub newest: Option<Dated>,
    pub undated: usize,
    /// Those that say of themselves that they no longer hold.
    pub superseded: Vec<String>,
    /// Those that were read, and nothing was found in them that could be quoted.
    pub without_passages: Vec<String>,
    /// Those with the same text, each list at least two.
    pub duplicates: Vec<Vec<String>>,
}

/// A document and its date.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Dated {
    pub source: String,
    pub date: Date,
}

impl Health {
    pub fn of(index: &Index) -> Health {
        let sources = index.sources();
        let ids = |wanted: &dyn Fn(&Source) -> bool| -> Vec<String> {
            sources.iter().filter(|source| wanted(source)).map(id).collect()
        };
        let dated = || sources.iter().filter_map(dated);
        Health {
            documents: sources.len(),
            passages: sources.iter().map(|source| source.passages).sum(),
            refused: index.refused().len(),
            formats: counted(sources.iter().map(|source| source.description.format)),
            languages: counted(sources.iter().map(|source| source.description.language.clone())),
            // The first of equals, whichever end it is.
            oldest: dated().min_by_key(|dated| dated.date),
            newest: dated().rev().max_by_key(|dated| dated.date),
            undated: sources.len() - dated().count(),
            superseded: ids(&|source| source.description.is_superseded),
            without_passages: ids(&|source| source.passages == 0),
            duplicates: duplicates(sources),
        }
    }

    /// What is wrong with a document that was read, each a sentence for its owner.
    pub fn problems<'a>(&'a self, source: &'a Source) -> impl Iterator<Item = String> + 'a {
        let id = &source.description.id;
        let empty = self.without_passages.contains(id).then(|| "nothing in it can be quoted".to_owned());
        let same = self.duplicates.iter().find(|same| same.contains(id)).map(|same| {
            let others: Vec<&str> = same.iter().filter(|other| *other != id).map(String::as_str).collect();
            format!("has the same text as {}; one of them is enough", others.join(", "))
        });
        source.description.problems.iter().cloned().chain(empty).chain(same)
    }
}

fn id(source: &Source) -> String {
    source.description.id.clone()
}

fn dated(source: &Source) -> Option<Dated> {
    Some(Dated { source: id(source), date: source.description.date? })
}

/// Each with how often it is there, the most frequent first, equals in their order.
fn counted<T: Ord>(all: impl Iterator<Item = T>) -> Vec<(T, usize)> {
    let mut counts: BTreeMap<T, usize> = BTreeMap::new();
    for one in all {
        *counts.entry(one).or_default() += 1;
    }
    let mut counts: Vec<(T, usize)> = counts.into_iter().collect();
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    counts
}

fn duplicates(sources: &[Source]) -> Vec<Vec<String>> {
    let mut by_text: BTreeMap<&str, Vec<&Source>> = BTreeMap::new();
    for source in sources {
        by_text.entry(&source.text_sha256).or_default().push(source);
    }
    let mut same: Vec<Vec<&Source>> = by_text.into_values().filter(|same| same.len() > 1).collect();
    same.sort_by_key(|same| &same[0].description.path);
    same.into_iter().map(|same| same.into_iter().map(id).collect()).collect()
}
