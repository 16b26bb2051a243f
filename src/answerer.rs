//! One index with everything that answers out of it: what the terminal, evaluation and Discord ask.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use thiserror::Error;

use crate::answer::claims::{self, Checked, Review};
use crate::answer::explain::{self, Explanation};
use crate::answer::followup::Conversation;
use crate::answer::lexicon::{Lexicon, LexiconError};
use crate::answer::lookup::{self, Found};
use crate::answer::reply::Reply;
use crate::answer::surroundings::{self, Surroundings};
use crate::answer::template::{TemplateError, Templates};
use crate::answer::trace::Trace;
use crate::answer::weights::{Weights, WeightsError};
use crate::answer::{
    self, Answer, AnswerError, Chooser, Citation, Engine, Milestone, Options, Outcome, Steps,
};
use crate::corpus::Span;
use crate::language::Language;
use crate::neural::NeuralReader;
use crate::retrieval::{Index, IndexError};
use crate::scopes::{Admitted, Reader, Scopes};
use crate::settings::{self, LinkTemplate, Settings};

const REPLIES: &str = include_str!("../config/replies.toml");
const GERMAN_REPLIES: &str = include_str!("../config/replies.de.toml");
const WEIGHTS: &str = include_str!("../config/weights.toml");
const SYNONYMS: &str = include_str!("../config/synonyms.toml");

/// So many groups of readers are kept an answerer for; the one that was asked for longest ago goes first.
const MOST_VIEWS: usize = 32;

/// Answers questions out of one state of the index. Cheap to share: asking changes nothing.
pub struct Answerer {
    index: Arc<Index>,
    ways: Arc<Ways>,
    chooser: Chooser,
    /// What whoever it answers was admitted to; nothing where it answers out of everything.
    admitted: Vec<Admitted>,
    /// What answers those who may not read everything, the last one asked for at the end.
    views: Mutex<Vec<(Admitted, Arc<Answerer>)>>,
}

/// How questions are answered, whatever they are answered out of.
struct Ways {
    lexicon: Lexicon,
    weights: Weights,
    english: Templates,
    german: Templates,
    neural: Option<Arc<NeuralReader>>,
    options: Options,
    closest_below: f64,
    link: Option<LinkTemplate>,
    how_to_add: Option<String>,
    scopes: Scopes,
}

#[derive(Debug, Error)]
pub enum AnswererError {
    #[error(transparent)]
    Lexicon(#[from] LexiconError),
    #[error(transparent)]
    Weights(#[from] WeightsError),
    #[error(transparent)]
    Templates(#[from] TemplateError),
    #[error(transparent)]
    Index(#[from] IndexError),
    #[error("cannot read {path}: {reason}")]
    File { path: String, reason: std::io::Error },
}

impl Answerer {
    /// Reads `replies.toml`, `replies.de.toml`, `synonyms.toml` and `weights.toml` of the configuration folder, or the
    /// compiled-in ones. The neural reader is opened once ([`settings::ReaderSettings::open`]), and shared by all.
    pub fn new(
        index: Index,
        settings: &Settings,
        neural: Option<Arc<NeuralReader>>,
    ) -> Result<Answerer, AnswererError> {
        Answerer::weighing(weights(settings)?, index, settings, neural)
    }

    /// The same without what was learned, for learning it anew: the old weights need not be readable.
    pub fn unlearned(
        index: Index,
        settings: &Settings,
        neural: Option<Arc<NeuralReader>>,
    ) -> Result<Answerer, AnswererError> {
        Answerer::weighing(Weights::default(), index, settings, neural)
    }

    /// The same index, answered from with other settings and with templates and synonyms that are read again.
    pub fn following(&self, settings: &Settings) -> Result<Answerer, AnswererError> {
        let ways = Ways::new(weights(settings)?, settings, self.ways.neural.clone())?;
        Ok(Answerer::answering(self.index.clone(), ways))
    }

    fn weighing(
        weights: Weights,
        index: Index,
        settings: &Settings,
        neural: Option<Arc<NeuralReader>>,
    ) -> Result<Answerer, AnswererError> {
        Ok(Answerer::answering(Arc::new(index), Ways::new(weights, settings, neural)?))
    }

    fn answering(index: Arc<Index>, ways: Ways) -> Answerer {
        let chooser = ways.options.chooser;
        Answerer { index, ways: Arc::new(ways), chooser, admitted: Vec::new(), views: Mutex::default() }
    }

    /// The same with another chooser, to set them beside each other.
    pub fn choosing_by(self, chooser: Chooser) -> Answerer {
        Answerer { chooser, views: Mutex::default(), ..self }
    }

    /// What answers a reader: out of the sources that they may read, as if there were no others. The same one as
    /// long as this state of the index is in force; this very one where nothing is kept from them.
    pub fn for_reader(self: &Arc<Self>, reader: &Reader) -> Result<Arc<Answerer>, AnswererError> {
        let admitted = self.ways.scopes.admitted(reader);
        if admitted == Admitted::ToEverything || self.admitted.contains(&admitted) {
            return Ok(self.clone());
        }
        // Held while one is made: whoever wants the same waits for it.
        let mut views = self.views.lock().unwrap_or_else(PoisonError::into_inner);
        let known = views.iter().position(|(of, _)| *of == admitted);
        let view = match known {
            Some(place) => views.remove(place).1,
            None => Arc::new(self.narrowed(&admitted)?),
        };
        if views.len() == MOST_VIEWS {
            views.remove(0);
        }
        views.push((admitted, view.clone()));
        Ok(view)
    }

    fn narrowed(&self, admitted: &Admitted) -> Result<Answerer, AnswererError> {
        let scopes = &self.ways.scopes;
        let index = self.index.narrowed(
            |id, path| scopes.may_read(admitted, id, path),
            |path| scopes.may_read_file(admitted, path),
        )?;
        let admitted = self.admitted.iter().chain([admitted]).cloned().collect();
        let (index, ways, views) = (Arc::new(index), self.ways.clone(), Mutex::default());
        Ok(Answerer { index, ways, chooser: self.chooser, admitted, views })
    }

    /// Whether a source, by its path, is among what this one reads, or would be: it may be refused, or gone from
    /// the index. Of one that is gone only the path is known, not the id that it declared; see
    /// [`Answerer::may_read_source`].
    pub fn may_read(&self, path: &str) -> bool {
        let may_read_file = |admitted| self.ways.scopes.may_read_file(admitted, path);
        !self.index.hides(path) && (self.index.has_source_at(path) || self.admitted.iter().all(may_read_file))
    }

    /// The same for a source that somebody remembers by id and path, as a citation does.
    pub fn may_read_source(&self, id: &str, path: &str) -> bool {
        let may_read = |admitted| self.ways.scopes.may_read(admitted, id, path);
        self.may_read(path) && self.admitted.iter().all(may_read)
    }

    pub fn index(&self) -> &Index {
        &self.index
    }

    pub fn lexicon(&self) -> &Lexicon {
        &self.ways.lexicon
    }

    /// What answers, piece by piece.
    pub fn engine(&self) -> Engine<'_> {
        Engine {
            index: &self.index,
            lexicon: &self.ways.lexicon,
            weights: &self.ways.weights,
            neural: self.ways.neural.as_deref(),
            options: Options { chooser: self.chooser, ..self.ways.options },
            told: None,
        }
    }

    /// Answers out of all sources, or out of those with the given ids.
    pub fn ask(&self, question: &str, sources: &[String]) -> Result<Answer, AnswerError> {
        Ok(self.ask_seen(question, sources, self.engine(), |_| ())?.0)
    }

    fn ask_seen<T>(
        &self,
        question: &str,
        sources: &[String],
        engine: Engine<'_>,
        see: impl FnOnce(&Steps<'_, '_>) -> T,
    ) -> Result<(Answer, Option<T>), AnswerError> {
        let (mut answer, seen) = answer::answer_seen(question, sources, engine, see)?;
        match &mut answer.outcome {
            Outcome::Found(finding) => finding.citations.iter_mut().for_each(|citation| self.link(citation)),
            Outcome::Disputed { best, others } => {
                let sides = [best].into_iter().chain(others);
                sides.flat_map(|side| &mut side.citations).for_each(|citation| self.link(citation));
            }
            Outcome::Abstained { nearest } => nearest.iter_mut().for_each(|citation| self.link(citation)),
            Outcome::Ambiguous { .. }
            | Outcome::Withdrawn { .. }
            | Outcome::SmallTalk(_)
            | Outcome::Empty
            | Outcome::TooLong => {}
        }
        Ok((answer, seen))
    }

    /// Answers what somebody asks in a conversation: a question that leaves something out takes it from the one
    /// before.
    pub fn ask_in(
        &self,
        conversation: &mut Conversation,
        question: &str,
        sources: &[String],
    ) -> Result<Answer, AnswerError> {
        Ok(self.ask_in_seen(conversation, question, sources, self.engine(), |_| ())?.0)
    }

    /// The same, with how the answer was chosen: for those who keep its receipt. There is no trace where the sources
    /// were not looked into.
    pub fn ask_traced(
        &self,
        conversation: &mut Conversation,
        question: &str,
        sources: &[String],
    ) -> Result<(Answer, Option<Trace>), AnswerError> {
        self.ask_in_seen(conversation, question, sources, self.engine(), Trace::of)
    }

    /// The same, telling how far it is.
    pub fn ask_told(
        &self,
        conversation: &mut Conversation,
        question: &str,
        sources: &[String],
        told: &(dyn Fn(Milestone) + Sync),
    ) -> Result<(Answer, Option<Trace>), AnswerError> {
        let engine = Engine { told: Some(told), ..self.engine() };
        self.ask_in_seen(conversation, question, sources, engine, Trace::of)
    }

    fn ask_in_seen<T>(
        &self,
        conversation: &mut Conversation,
        question: &str,
        sources: &[String],
        engine: Engine<'_>,
        see: impl FnOnce(&Steps<'_, '_>) -> T,
    ) -> Result<(Answer, Option<T>), AnswerError> {
        let understood_as = conversation.understand(question.trim(), &self.ways.lexicon);
        let whole = understood_as.as_deref().unwrap_or(question);
        let (mut answer, seen) = self.ask_seen(whole, sources, engine, see)?;
        if answer.outcome.is_about_sources() {
            conversation.remember(whole);
        }
        answer.question = question.trim().to_owned();
        answer.understood_as = understood_as;
        Ok((answer, seen))
    }

    /// Whether the sources say what a text claims.
    pub fn check(&self, text: &str, sources: &[String]) -> Result<Review, AnswerError> {
        let mut review = claims::check(text, sources, self.engine())?;
        if let Review::Checked { claims, .. } = &mut review {
            let quotes = claims.iter_mut().flat_map(Checked::quotes_mut);
            quotes.for_each(|citation| self.link(citation));
        }
        Ok(review)
    }

    /// A check as people see it, a reply for each claim.
    pub fn check_replies(&self, review: &Review, language: Language) -> Vec<Reply> {
        claims::reply::replies(review, self.templates(language))
    }

    /// How the answer to the same question is chosen.
    pub fn explain(&self, question: &str, sources: &[String]) -> Result<Explanation, AnswerError> {
        explain::explain(question, sources, self.engine())
    }

    /// What stands around a quote; `None` where the source does not hold it there any more.
    pub fn around(&self, path: &str, span: Span, quote: &str) -> Result<Option<Surroundings>, AnswerError> {
        surroundings::around(path, span, quote, &self.index)
    }

    /// The best `limit` passages for some words.
    pub fn look_up(
        &self,
        query: &str,
        sources: &[String],
        limit: usize,
    ) -> Result<Vec<Found<'_>>, AnswerError> {
        lookup::look_up(query, sources, limit, self.engine())
    }

    /// The same while somebody types: the last word may be the beginning of one.
    pub fn look_up_begun(
        &self,
        typed: &str,
        sources: &[String],
        limit: usize,
    ) -> Result<Vec<Found<'_>>, AnswerError> {
        self.look_up(&lookup::gone_on(typed, &self.index)?, sources, limit)
    }

    /// The answer as people see it. The language is that of the words around it: what the sources say stays in
    /// theirs.
    pub fn reply(&self, answer: &Answer, language: Language) -> Reply {
        Reply::of(answer, self.templates(language), self.ways.how_to_add.as_deref(), self.ways.closest_below)
    }

    fn templates(&self, language: Language) -> &Templates {
        match language {
            Language::English => &self.ways.english,
            Language::German => &self.ways.german,
        }
    }

    /// The address of a place in a source: its own, else made of the setting `sources.link`.
    pub fn url(&self, own: Option<&str>, path: &str, line: usize, source: &str) -> Option<String> {
        own.map(str::to_owned).or_else(|| self.ways.link.as_ref().map(|link| link.fill(path, line, source)))
    }

    fn link(&self, citation: &mut Citation) {
        let url = self.url(citation.url.as_deref(), &citation.path, citation.line_start, &citation.source);
        citation.url = url;
    }
}

impl Ways {
    fn new(
        weights: Weights,
        settings: &Settings,
        neural: Option<Arc<NeuralReader>>,
    ) -> Result<Ways, AnswererError> {
        let folder = settings.config_dir.as_deref();
        let (synonyms, synonyms_file) = file_or(folder, "synonyms.toml", SYNONYMS)?;
        let (english, english_file) = file_or(folder, "replies.toml", REPLIES)?;
        let (german, german_file) = file_or(folder, "replies.de.toml", GERMAN_REPLIES)?;
        Ok(Ways {
            lexicon: Lexicon::parse(&synonyms, &synonyms_file)?,
            weights,
            english: Templates::parse(&english, &english_file, Language::English)?,
            german: Templates::parse(&german, &german_file, Language::German)?,
            neural,
            options: Options {
                threshold: settings.answer.threshold,
                passages: settings.answer.passages,
                spelling: settings.answer.spelling,
                windows: settings.reader.windows,
                chooser: Chooser::default(),
            },
            closest_below: settings.answer.closest_below,
            link: settings.sources.link.clone(),
            how_to_add: settings.corpus.how_to_add.clone(),
            scopes: settings.scopes.clone(),
        })
    }
}

/// What was learned: `weights.toml` of the configuration folder, or the compiled-in one.
pub fn weights(settings: &Settings) -> Result<Weights, AnswererError> {
    let (text, file) = file_or(settings.config_dir.as_deref(), "weights.toml", WEIGHTS)?;
    Ok(Weights::parse(&text, &file)?)
}

fn file_or(folder: Option<&Path>, name: &str, compiled_in: &str) -> Result<(String, String), AnswererError> {
    let Some(path) = settings::own_file(folder, name) else {
        return Ok((compiled_in.to_owned(), format!("the compiled-in {name}")));
    };
    match std::fs::read_to_string(&path) {
        Ok(text) => Ok((text, path.display().to_string())),
        Err(reason) => Err(AnswererError::File { path: path.display().to_string(), reason }),
    }
}
