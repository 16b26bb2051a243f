//! The bot: what all of its events share.

use std::collections::{HashMap, VecDeque};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use arc_swap::ArcSwap;
use minijinja::Value;
use serenity::all::{CommandId, Http, MessageId};
use tokio::sync::OwnedMutexGuard;
use tokio_util::task::TaskTracker;

use super::audience::Audience;
use super::delivery::Delivery;
use super::health::Health;
use super::limits::Limits;
use super::memory::Memory;
use super::outgoing::Outgoing;
use super::words::{Phrase, Words, WordsError};
use super::work::{NotDone, Work};
use crate::Answerer;
use crate::answer::AnswerError;
use crate::inbox::Inbox;
use crate::language::Language;
use crate::live::Live;
use crate::metrics::{Metrics, Refusal};
use crate::scopes::Reader;
use crate::settings::Settings;
use crate::store::Moment;

/// How many deleted messages are remembered, for answers that are under way to them.
const DELETED: usize = 1_000;

pub struct Bot {
    pub live: Arc<Live>,
    pub memory: Memory,
    settings: ArcSwap<Settings>,
    /// The folder with the documents.
    pub corpus: PathBuf,
    /// How documents get into that folder, and out of it.
    pub inbox: Inbox,
    pub delivery: Delivery,
    pub audience: Audience,
    pub limits: Limits,
    pub work: Work,
    words: ArcSwap<Words>,
    pub health: Health,
    pub metrics: Arc<Metrics>,
    /// Everything under way that somebody waits for.
    pub tracker: TaskTracker,
    /// Nanoseconds since 1970.
    clock: fn() -> i128,
    is_stopping: AtomicBool,
    /// Held while those who wait are told something.
    pub telling: tokio::sync::Mutex<()>,
    /// Held while a document comes in: however many are attached, one at a time is in memory.
    pub fetching: tokio::sync::Mutex<()>,
    deleted: Mutex<VecDeque<MessageId>>,
    /// Messages that something is done about at the moment.
    turns: Mutex<HashMap<MessageId, Arc<tokio::sync::Mutex<()>>>>,
    commands: Mutex<HashMap<String, CommandId>>,
}

/// Why somebody does not get what they wanted, each a sentence to them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// As many wait as may.
    Busy,
    /// The program is about to end.
    Stopping,
    /// No source is called so.
    NoSuchSource(String),
    /// What the button stands for is not there any more.
    TooOld,
    /// It is somebody else's.
    NotYours,
    /// The store, which this needs, does not work.
    NoMemory,
    /// Something that is only said.
    Said(String),
    /// A failure of ours; the log has it under this id.
    Failed(String),
}

impl Bot {
    pub fn new(
        live: Arc<Live>,
        corpus: PathBuf,
        data: &std::path::Path,
        settings: Settings,
        http: Arc<Http>,
        metrics: Arc<Metrics>,
        clock: fn() -> i128,
    ) -> Result<Bot, WordsError> {
        Ok(Bot {
            live,
            memory: Memory::measured(data, metrics.clone()),
            inbox: Inbox::new(&corpus),
            corpus,
            delivery: Delivery::new(http, metrics.clone()),
            audience: Audience::new(&settings),
            limits: Limits::new(&settings.limits),
            work: Work::new(settings.limits.waiting),
            words: ArcSwap::from_pointee(Words::load(settings.config_dir.as_deref())?),
            health: Health::new(Instant::now()),
            metrics,
            tracker: TaskTracker::new(),
            settings: ArcSwap::from_pointee(settings),
            clock,
            is_stopping: AtomicBool::new(false),
            telling: tokio::sync::Mutex::default(),
            fetching: tokio::sync::Mutex::default(),
            deleted: Mutex::default(),
            turns: Mutex::default(),
            commands: Mutex::default(),
        })
    }

    /// Those in force at the moment.
    pub fn settings(&self) -> Arc<Settings> {
        self.settings.load_full()
    }

    /// Other settings and words are in force from now on.
    pub fn follow(&self, settings: &Settings, words: Words) {
        self.audience.follow(settings);
        self.limits.follow(&settings.limits);
        self.words.store(Arc::new(words));
        self.settings.store(Arc::new(settings.clone()));
    }

    pub fn now(&self) -> Moment {
        Moment::of_nanoseconds(self.nanoseconds())
    }

    pub fn nanoseconds(&self) -> i128 {
        (self.clock)()
    }

    pub fn say(&self, language: Language, phrase: Phrase, values: Value) -> String {
        self.words.load().say(language, phrase, values)
    }

    /// What answers a reader, as if there were no sources but those that they may read: the only way from here to
    /// what the sources say.
    pub fn reading(&self, reader: &Reader) -> Result<Arc<Answerer>, Trouble> {
        self.live
            .everything()
            .for_reader(reader)
            .map_err(|error| Trouble::failed("what somebody may read could not be found out", &error))
    }

    /// Whether an answerer leaves nothing out.
    pub fn is_everything(&self, answerer: &Arc<Answerer>) -> bool {
        Arc::ptr_eq(answerer, &self.live.everything())
    }

    /// Computes something, or waits for the disk, within the bounds of all work.
    pub async fn work<T: Send + 'static>(
        self: &Arc<Bot>,
        work: impl FnOnce(&Bot) -> Result<T, Trouble> + Send + 'static,
    ) -> Result<T, Trouble> {
        let bot = self.clone();
        match self.work.run(move || work(&bot)).await {
            Ok(result) => result,
            Err(NotDone::Busy) => {
                self.metrics.refusal(Refusal::Busy);
                Err(Trouble::Busy)
            }
            Err(NotDone::Panicked) => Err(Trouble::panicked()),
        }
    }

    /// The same for what a person does not wait for long: it is done even where answers pile up.
    pub async fn look_up<T: Send + 'static>(
        self: &Arc<Bot>,
        work: impl FnOnce(&Bot) -> Result<T, Trouble> + Send + 'static,
    ) -> Result<T, Trouble> {
        let bot = self.clone();
        tokio::task::spawn_blocking(move || work(&bot)).await.unwrap_or_else(|_| Err(Trouble::panicked()))
    }

    /// What is said of a trouble.
    pub fn explain(&self, language: Language, trouble: &Trouble) -> Outgoing {
        use minijinja::context;
        if let Trouble::Failed(_) = trouble {
            self.metrics.failure();
        }
        let say = |phrase, values| self.say(language, phrase, values);
        Outgoing::text(match trouble {
            Trouble::Busy => say(Phrase::Busy, context! {}),
            Trouble::Stopping => say(Phrase::Stopping, context! {}),
            Trouble::NoSuchSource(name) => say(Phrase::NoSuchSource, context! { name }),
            Trouble::TooOld => say(Phrase::TooOld, context! {}),
            Trouble::NotYours => say(Phrase::NotYours, context! {}),
            Trouble::NoMemory => say(Phrase::NoMemory, context! {}),
            Trouble::Said(text) => text.clone(),
            Trouble::Failed(id) => say(Phrase::Failed, context! { id }),
        })
    }

    /// From now on no question is accepted.
    pub fn stop(&self) {
        self.is_stopping.store(true, Ordering::Relaxed);
    }

    pub fn is_stopping(&self) -> bool {
        self.is_stopping.load(Ordering::Relaxed)
    }

    pub fn note_deleted(&self, message: MessageId) {
        let mut deleted = self.deleted.lock().unwrap_or_else(PoisonError::into_inner);
        if deleted.len() == DELETED {
            deleted.pop_front();
        }
        deleted.push_back(message);
    }

    /// Whether a message was deleted a short while ago.
    pub fn is_deleted(&self, message: MessageId) -> bool {
        self.deleted.lock().unwrap_or_else(PoisonError::into_inner).contains(&message)
    }

    /// Waits until nothing is done about a message any more; while what it gives lives, nobody else does.
    pub async fn turn(&self, message: MessageId) -> OwnedMutexGuard<()> {
        let turn = {
            let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
            turns.retain(|_, turn| Arc::strong_count(turn) > 1);
            turns.entry(message).or_default().clone()
        };
        turn.lock_owned().await
    }

    pub fn note_commands(&self, commands: HashMap<String, CommandId>) {
        *self.commands.lock().unwrap_or_else(PoisonError::into_inner) = commands;
    }

    /// A command that can be clicked, such as `</ask:1234>`; its bare name where its id is not known.
    pub fn command_mention(&self, name: &str) -> String {
        let top = name.split(' ').next().unwrap_or(name);
        let commands = self.commands.lock().unwrap_or_else(PoisonError::into_inner);
        commands.get(top).map_or(format!("`/{name}`"), |id| format!("</{name}:{id}>"))
    }
}

impl Trouble {
    /// A failure of ours: the log gets its cause, and people the id that it stands under there.
    pub fn failed(what: &str, cause: &dyn std::fmt::Display) -> Trouble {
        let mut bytes = [0; 4];
        // An id that is all zeros still finds the line.
        let _ = getrandom::fill(&mut bytes);
        let id = format!("{:08x}", u32::from_le_bytes(bytes));
        tracing::error!(id, cause = %cause, "{what}");
        Trouble::Failed(id)
    }

    /// What a panic says may hold what people asked: the log has where it was, just before this.
    pub fn panicked() -> Trouble {
        Trouble::failed("something panicked", &"see the event before this one")
    }

    /// Of what was asked of the sources: that one of them is gone is no failure of ours.
    pub fn unanswered(what: &str, error: AnswerError) -> Trouble {
        match error {
            AnswerError::NoSuchSource { id } => Trouble::NoSuchSource(id),
            error => Trouble::failed(what, &error),
        }
    }
}

impl From<super::memory::Forgetful> for Trouble {
    fn from(_: super::memory::Forgetful) -> Trouble {
        Trouble::NoMemory
    }
}
