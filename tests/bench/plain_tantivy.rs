//! What tantivy does by itself with the same passages: what passim's own work is measured against.
//!
//! One text field with tantivy's English analyser, positions and the stored text, as its documentation shows.
//! It is told where passages start and end, and so is spared the work of cutting: that is passim's to pay for.

use std::fs;
use std::path::PathBuf;

use passim::corpus::read::Reader;
use passim::corpus::{passages, read};
use tantivy::collector::TopDocs;
use tantivy::query::{BooleanQuery, Occur, Query, TermQuery};
use tantivy::schema::{Field, IndexRecordOption, Schema, TEXT, TextFieldIndexing, Value};
use tantivy::{Index, ReloadPolicy, Searcher, TantivyDocument, Term, doc};

use crate::place::Place;

/// A search shows ten passages.
const LIMIT: usize = 10;
const LARGEST_FILE: u64 = 1 << 30;

/// A file, and the bytes from and to which each passage goes.
type Cut = (PathBuf, Vec<(usize, usize)>);

/// Notes where passim cuts the documents; how many passages there are.
pub fn note_passages(place: &Place) -> anyhow::Result<usize> {
    let mut cuts: Vec<Cut> = Vec::new();
    for file in read::list(&place.corpus())?.files {
        let (document, _) = read::read(&file, &Reader::new(LARGEST_FILE, None))
            .map_err(|refused| anyhow::anyhow!("{}", refused.reason))?;
        let passages = passages::passages(&document);
        cuts.push((
            file.path,
            passages.iter().map(|passage| (passage.span.start, passage.span.end)).collect(),
        ));
    }
    fs::write(place.passages(), serde_json::to_vec(&cuts)?)?;
    Ok(cuts.iter().map(|(_, spans)| spans.len()).sum())
}

pub fn noted_passages(place: &Place) -> anyhow::Result<Vec<Cut>> {
    Ok(serde_json::from_slice(&fs::read(place.passages())?)?)
}

/// Reads the files and indexes their passages, with one commit.
pub fn index(place: &Place, cuts: &[Cut], threads: usize, memory_per_thread: usize) -> anyhow::Result<()> {
    let indexing = TextFieldIndexing::default()
        .set_tokenizer("en_stem")
        .set_index_option(IndexRecordOption::WithFreqsAndPositions);
    let mut schema = Schema::builder();
    let text = schema.add_text_field("text", TEXT.set_indexing_options(indexing).set_stored());
    let index = Index::create_in_dir(place.plain_index(), schema.build())?;
    let mut writer = index.writer_with_num_threads(threads, threads * memory_per_thread)?;
    for (path, spans) in cuts {
        let document = fs::read_to_string(path)?;
        for (start, end) in spans {
            writer.add_document(doc!(text => &document[*start..*end]))?;
        }
    }
    writer.commit()?;
    writer.wait_merging_threads()?;
    Ok(())
}

pub struct PlainTantivy {
    searcher: Searcher,
    text: Field,
}

impl PlainTantivy {
    pub fn open(place: &Place) -> anyhow::Result<PlainTantivy> {
        let index = Index::open_in_dir(place.plain_index())?;
        let text = index.schema().get_field("text")?;
        let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
        Ok(PlainTantivy { searcher: reader.searcher(), text })
    }

    /// The best passages for any of the question's words.
    pub fn search(&self, question: &str) -> anyhow::Result<Vec<String>> {
        let mut analyser = self.searcher.index().tokenizer_for_field(self.text)?;
        let mut words: Vec<(Occur, Box<dyn Query>)> = Vec::new();
        analyser.token_stream(question).process(&mut |token| {
            let term = Term::from_field_text(self.text, &token.text);
            words.push((Occur::Should, Box::new(TermQuery::new(term, IndexRecordOption::WithFreqs))));
        });
        let best =
            self.searcher.search(&BooleanQuery::new(words), &TopDocs::with_limit(LIMIT).order_by_score())?;
        let mut found = Vec::with_capacity(best.len());
        for (_, address) in best {
            let document: TantivyDocument = self.searcher.doc(address)?;
            found.extend(document.get_first(self.text).and_then(|value| value.as_str()).map(str::to_owned));
        }
        Ok(found)
    }
}
