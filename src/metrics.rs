//! What is counted and timed while the bot serves, in the text format of Prometheus.
//!
//! Whoever does something says that it happened; names, labels and buckets are here and nowhere else. Every label has
//! a fixed set of values, each an enum here: no text of people, no ids. All of them are printed from the start, so that
//! a first failure is an increase. Nothing is global: who measures is handed a [`Metrics`]. The only module that knows
//! the `prometheus` crate.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use prometheus::{
    Histogram, HistogramOpts, HistogramVec, IntCounter, IntCounterVec, IntGauge, IntGaugeVec, Opts, Registry,
    TextEncoder,
};
use strum::{EnumIter, IntoEnumIterator, IntoStaticStr};

use crate::store::Surface;

mod process;

/// Of a stage of an answer: from a tenth of a millisecond to the end of anybody's patience.
const STAGE_BUCKETS: [f64; 15] =
    [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 3.0, 10.0];
/// Of a re-index, which may take minutes.
const REINDEX_BUCKETS: [f64; 9] = [0.05, 0.2, 1.0, 5.0, 15.0, 60.0, 300.0, 900.0, 3600.0];

/// What came of a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumIter, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Outcome {
    Answered,
    Disputed,
    Ambiguous,
    Abstained,
    Withdrawn,
    SmallTalk,
    /// Nothing was asked, or far too much.
    NotAQuestion,
    /// A source was named that there is not.
    NoSuchSource,
    /// Not answered: see [`Refusal`].
    Refused,
    /// A failure of ours.
    Failed,
}

/// Why somebody was told to come back later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumIter, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Refusal {
    /// As many wait as may.
    Busy,
    PersonLimit,
    ChannelLimit,
    GuildLimit,
    /// The program is about to end.
    Stopping,
}

/// What an answer's time goes into, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumIter, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Stage {
    /// Until a thread is free.
    Wait,
    Understand,
    Retrieve,
    /// Sentences, with what the neural reader says.
    Choose,
    /// The line, and what other sources say.
    Answer,
    /// Written to the store.
    Keep,
    Draw,
    /// From an interaction to the response that Discord took first.
    Acknowledge,
    /// The requests that carry an answer.
    Send,
}

/// What a request to Discord is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumIter, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Route {
    Response,
    EditResponse,
    FollowUp,
    Message,
    EditMessage,
    DeleteMessage,
    ReadMessage,
    Reaction,
    DirectChannel,
    Member,
    Other,
}

/// Why a request to Discord was not done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumIter, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum RestError {
    /// A permission is missing.
    Forbidden,
    /// What it is about is not there any more.
    Gone,
    /// Too late, or a second time.
    Late,
    /// Otherwise refused: 4xx.
    Refused,
    /// Discord's own failure: 5xx.
    Server,
    Unreachable,
}

/// How a session with Discord's gateway began.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumIter, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Session {
    New,
    Resumed,
}

/// Who wanted the documents to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumIter, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Trigger {
    Operator,
    Watch,
}

/// What came of reading them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumIter, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Reindex {
    Changed,
    Unchanged,
    /// Somebody else reads them, or an operator went back to the index before.
    Skipped,
    Failed,
}

/// What a store did that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumIter, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum StoreWork {
    Read,
    Write,
}

/// How things are at the moment of looking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    pub generation: u64,
    pub documents: usize,
    pub passages: usize,
    pub refused: usize,
    /// Since the newest document was read; `None` where there is none.
    pub age: Option<Duration>,
    /// Since the folder was last compared with the index.
    pub checked: Duration,
    pub is_connected: bool,
    pub under_way: usize,
    pub has_reader: bool,
    /// What has to be well, by name, and whether it is.
    pub ready: Vec<(&'static str, bool)>,
}

/// Where it is switched off, nothing is measured.
pub struct Metrics(Option<Box<Families>>);

struct Families {
    registry: Registry,
    questions: IntCounterVec,
    refusals: IntCounterVec,
    failures: IntCounter,
    degraded: IntCounter,
    stages: [Histogram; 9],
    answer_seconds: HistogramVec,
    rest_requests: IntCounterVec,
    rest_errors: IntCounterVec,
    rest_limited: IntCounterVec,
    sessions: IntCounterVec,
    reindexes: IntCounterVec,
    reindex_seconds: HistogramVec,
    reindex_documents: IntCounterVec,
    store_errors: IntCounterVec,
    reloads: IntCounterVec,
    state: Gauges,
}

struct Gauges {
    generation: IntGauge,
    documents: IntGauge,
    passages: IntGauge,
    refused: IntGauge,
    age: IntGauge,
    checked: IntGauge,
    connected: IntGauge,
    under_way: IntGauge,
    reader: IntGauge,
    ready: IntGaugeVec,
    memory: IntGauge,
}

impl Metrics {
    pub fn new(version: &str) -> Metrics {
        let families = Families::new(version);
        // Names and labels are constants of this file, and a test makes one.
        Metrics(Some(Box::new(families.expect("metrics of constant names"))))
    }

    /// For programs that nobody looks at.
    pub fn off() -> Metrics {
        Metrics(None)
    }

    pub fn question(&self, surface: Surface, outcome: Outcome) {
        self.tell(|all| all.questions.with_label_values(&[name(surface), name(outcome)]).inc());
    }

    pub fn refusal(&self, why: Refusal) {
        self.tell(|all| all.refusals.with_label_values(&[name(why)]).inc());
    }

    /// Somebody was shown an id that the log has, too.
    pub fn failure(&self) {
        self.tell(|all| all.failures.inc());
    }

    /// An answer had to do without the neural reader.
    pub fn degraded(&self) {
        self.tell(|all| all.degraded.inc());
    }

    pub fn stage(&self, stage: Stage, took: Duration) {
        self.tell(|all| all.stages[stage as usize].observe(took.as_secs_f64()));
    }

    /// From the event that asks to the last request that answers.
    pub fn answered(&self, surface: Surface, took: Duration) {
        self.tell(|all| all.answer_seconds.with_label_values(&[name(surface)]).observe(took.as_secs_f64()));
    }

    /// Times stages that follow each other.
    pub fn stopwatch(&self) -> Stopwatch<'_> {
        Stopwatch { metrics: self, since: Mutex::new(Instant::now()) }
    }

    pub fn rest_request(&self, route: Route) {
        self.tell(|all| all.rest_requests.with_label_values(&[name(route)]).inc());
    }

    pub fn rest_error(&self, route: Route, error: RestError) {
        self.tell(|all| all.rest_errors.with_label_values(&[name(route), name(error)]).inc());
    }

    /// A request waits for Discord's limits, or ran into one.
    pub fn rest_limited(&self, route: Route) {
        self.tell(|all| all.rest_limited.with_label_values(&[name(route)]).inc());
    }

    pub fn session(&self, session: Session) {
        self.tell(|all| all.sessions.with_label_values(&[name(session)]).inc());
    }

    pub fn reindex(&self, trigger: Trigger, result: Reindex, took: Duration) {
        self.tell(|all| {
            all.reindexes.with_label_values(&[name(trigger), name(result)]).inc();
            all.reindex_seconds.with_label_values(&[name(trigger)]).observe(took.as_secs_f64());
        });
    }

    /// What a re-index found, each with how many documents.
    pub fn reindexed_documents(&self, counts: [(&'static str, usize); 4]) {
        self.tell(|all| {
            for (change, count) in counts {
                all.reindex_documents.with_label_values(&[change]).inc_by(count as u64);
            }
        });
    }

    pub fn store_error(&self, work: StoreWork) {
        self.tell(|all| all.store_errors.with_label_values(&[name(work)]).inc());
    }

    /// Settings and templates were read again, or could not be.
    pub fn reload(&self, is_done: bool) {
        let result = if is_done { "done" } else { "refused" };
        self.tell(|all| all.reloads.with_label_values(&[result]).inc());
    }

    pub fn state(&self, state: &State) {
        self.tell(|all| all.state.set(state));
    }

    /// Everything, as Prometheus reads it.
    pub fn text(&self) -> String {
        let Some(all) = &self.0 else { return String::new() };
        if let Some(bytes) = process::resident_bytes() {
            all.state.memory.set(whole(bytes));
        }
        // Writing numbers to a string does not fail.
        TextEncoder::new().encode_to_string(&all.registry.gather()).unwrap_or_default()
    }

    fn tell(&self, what: impl FnOnce(&Families)) {
        if let Some(all) = &self.0 {
            what(all);
        }
    }
}

/// Runs from one stage to the next.
pub struct Stopwatch<'m> {
    metrics: &'m Metrics,
    since: Mutex<Instant>,
}

impl Stopwatch<'_> {
    /// This stage is over, and the next one begins.
    pub fn passed(&self, stage: Stage) {
        let took = self.lap();
        self.metrics.stage(stage, took);
    }

    /// How long it was since the last one, for a stage that comes in two parts.
    pub fn lap(&self) -> Duration {
        let mut since = self.since.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        now.duration_since(std::mem::replace(&mut since, now))
    }
}

impl Families {
    fn new(version: &str) -> prometheus::Result<Families> {
        let registry = Registry::new();
        let maker = Maker(&registry);
        let families = Families {
            questions: maker.counters(
                "passim_questions_total",
                "Questions by how they came in and what came of them",
                &["surface", "outcome"],
            )?,
            refusals: maker.counters(
                "passim_refusals_total",
                "What was not done since too much was asked, or the program ends",
                &["reason"],
            )?,
            failures: maker.counter(
                "passim_failures_total",
                "Failures that people were shown an id of; the log has it, too",
            )?,
            degraded: maker.counter(
                "passim_reader_degraded_total",
                "Answers that were given without the neural reader, which was late or failed",
            )?,
            stages: maker.stages()?,
            answer_seconds: maker.histograms(
                "passim_answer_seconds",
                "From the event that asks to the last request that answers",
                &["surface"],
                &STAGE_BUCKETS,
            )?,
            rest_requests: maker.counters(
                "passim_rest_requests_total",
                "Requests to Discord, repetitions too",
                &["route"],
            )?,
            rest_errors: maker.counters(
                "passim_rest_errors_total",
                "Requests that Discord did not do; most are repeated",
                &["route", "error"],
            )?,
            rest_limited: maker.counters(
                "passim_rest_limited_total",
                "Requests that had to wait for Discord's limits",
                &["route"],
            )?,
            sessions: maker.counters(
                "passim_gateway_sessions_total",
                "Connections to Discord's gateway: begun anew, or resumed",
                &["session"],
            )?,
            reindexes: maker.counters(
                "passim_reindexes_total",
                "Times that the documents were read again",
                &["trigger", "result"],
            )?,
            reindex_seconds: maker.histograms(
                "passim_reindex_seconds",
                "How long reading the documents again took",
                &["trigger"],
                &REINDEX_BUCKETS,
            )?,
            reindex_documents: maker.counters(
                "passim_reindex_documents_total",
                "What reading the documents again found",
                &["change"],
            )?,
            store_errors: maker.counters(
                "passim_store_errors_total",
                "Work of the store that failed; what is locked for a moment does not count",
                &["work"],
            )?,
            reloads: maker.counters(
                "passim_reloads_total",
                "Times that settings and templates were read again; refused where something was wrong with them",
                &["result"],
            )?,
            state: Gauges::new(&maker)?,
            registry: registry.clone(),
        };
        maker.constants(version)?;
        families.name_all();
        Ok(families)
    }

    /// So that each is there from the start, with nothing counted.
    fn name_all(&self) {
        for surface in Surface::iter().filter(|surface| *surface != Surface::Terminal) {
            self.answer_seconds.with_label_values(&[name(surface)]);
            for outcome in Outcome::iter() {
                self.questions.with_label_values(&[name(surface), name(outcome)]);
            }
        }
        for route in Route::iter() {
            self.rest_requests.with_label_values(&[name(route)]);
            self.rest_limited.with_label_values(&[name(route)]);
            for error in RestError::iter() {
                self.rest_errors.with_label_values(&[name(route), name(error)]);
            }
        }
        for trigger in Trigger::iter() {
            self.reindex_seconds.with_label_values(&[name(trigger)]);
            for result in Reindex::iter() {
                self.reindexes.with_label_values(&[name(trigger), name(result)]);
            }
        }
        Refusal::iter().for_each(|why| drop(self.refusals.with_label_values(&[name(why)])));
        Session::iter().for_each(|session| drop(self.sessions.with_label_values(&[name(session)])));
        StoreWork::iter().for_each(|work| drop(self.store_errors.with_label_values(&[name(work)])));
        ["done", "refused"].iter().for_each(|result| drop(self.reloads.with_label_values(&[result])));
        for change in ["added", "changed", "removed", "refused"] {
            self.reindex_documents.with_label_values(&[change]);
        }
    }
}

impl Gauges {
    fn new(maker: &Maker<'_>) -> prometheus::Result<Gauges> {
        Ok(Gauges {
            generation: maker.gauge("passim_index_generation", "The generation that answers come from")?,
            documents: maker.gauge("passim_index_documents", "Documents in the index")?,
            passages: maker.gauge("passim_index_passages", "Passages in the index")?,
            refused: maker.gauge("passim_index_refused_files", "Files that could not be read")?,
            age: maker.gauge("passim_index_age_seconds", "Since the newest document was read")?,
            checked: maker.gauge(
                "passim_index_checked_age_seconds",
                "Since the folder was last compared with the index",
            )?,
            connected: maker.gauge("passim_gateway_connected", "Whether Discord's gateway is connected")?,
            under_way: maker.gauge("passim_under_way", "Events of Discord that are being worked on")?,
            reader: maker.gauge("passim_reader_loaded", "Whether there is a neural reader")?,
            ready: maker.gauges("passim_ready", "What /readyz says, by what it looks at", &["check"])?,
            memory: maker.gauge("process_resident_memory_bytes", "Memory that the program holds")?,
        })
    }

    fn set(&self, state: &State) {
        self.generation.set(whole(state.generation));
        self.documents.set(whole(state.documents as u64));
        self.passages.set(whole(state.passages as u64));
        self.refused.set(whole(state.refused as u64));
        self.age.set(whole(state.age.unwrap_or_default().as_secs()));
        self.checked.set(whole(state.checked.as_secs()));
        self.connected.set(i64::from(state.is_connected));
        self.under_way.set(whole(state.under_way as u64));
        self.reader.set(i64::from(state.has_reader));
        for (check, is_ready) in &state.ready {
            self.ready.with_label_values(&[*check]).set(i64::from(*is_ready));
        }
    }
}

/// As it is printed.
fn name(label: impl Into<&'static str>) -> &'static str {
    label.into()
}

fn whole(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// Makes families, and registers them.
struct Maker<'r>(&'r Registry);

impl Maker<'_> {
    fn counter(&self, name: &str, help: &str) -> prometheus::Result<IntCounter> {
        self.registered(IntCounter::new(name, help)?)
    }

    fn counters(&self, name: &str, help: &str, labels: &[&str]) -> prometheus::Result<IntCounterVec> {
        self.registered(IntCounterVec::new(Opts::new(name, help), labels)?)
    }

    fn gauge(&self, name: &str, help: &str) -> prometheus::Result<IntGauge> {
        self.registered(IntGauge::new(name, help)?)
    }

    fn gauges(&self, name: &str, help: &str, labels: &[&str]) -> prometheus::Result<IntGaugeVec> {
        self.registered(IntGaugeVec::new(Opts::new(name, help), labels)?)
    }

    fn histograms(
        &self,
        name: &str,
        help: &str,
        labels: &[&str],
        buckets: &[f64],
    ) -> prometheus::Result<HistogramVec> {
        let options = HistogramOpts::new(name, help).buckets(buckets.to_vec());
        self.registered(HistogramVec::new(options, labels)?)
    }

    /// One for each stage, in their order: looked up by place, since every answer passes all of them.
    fn stages(&self) -> prometheus::Result<[Histogram; 9]> {
        let family = "passim_stage_seconds";
        let stages =
            self.histograms(family, "What the time of an answer goes into", &["stage"], &STAGE_BUCKETS)?;
        let mut places = Stage::iter();
        Ok([(); 9].map(|()| {
            let stage = places.next().map_or("none", name);
            stages.with_label_values(&[stage])
        }))
    }

    fn constants(&self, version: &str) -> prometheus::Result<()> {
        let build = self.gauges("passim_build_info", "The version that runs; always 1", &["version"])?;
        build.with_label_values(&[version]).set(1);
        let started =
            self.gauge("process_start_time_seconds", "When the program started, in seconds since 1970")?;
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        started.set(whole(since.as_secs()));
        Ok(())
    }

    fn registered<T: prometheus::core::Collector + Clone + 'static>(
        &self,
        family: T,
    ) -> prometheus::Result<T> {
        self.0.register(Box::new(family.clone()))?;
        Ok(family)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_is_there_from_the_start_and_counts() {
        let metrics = Metrics::new("1.2.3");
        let text = metrics.text();
        for line in [
            "passim_build_info{version=\"1.2.3\"} 1",
            "passim_questions_total{outcome=\"small_talk\",surface=\"direct_message\"} 0",
            "passim_rest_errors_total{error=\"server\",route=\"edit_response\"} 0",
            "passim_stage_seconds_count{stage=\"send\"} 0",
            "passim_store_errors_total{work=\"write\"} 0",
        ] {
            assert!(text.lines().any(|printed| printed == line), "{line}: {text}");
        }
        assert!(!text.contains("none") && !text.contains("terminal"), "{text}");
        metrics.question(Surface::DirectMessage, Outcome::SmallTalk);
        metrics.stage(Stage::Send, Duration::from_millis(30));
        let text = metrics.text();
        for line in [
            "passim_questions_total{outcome=\"small_talk\",surface=\"direct_message\"} 1",
            "passim_stage_seconds_bucket{stage=\"send\",le=\"0.025\"} 0",
            "passim_stage_seconds_bucket{stage=\"send\",le=\"0.05\"} 1",
        ] {
            assert!(text.lines().any(|printed| printed == line), "{line}: {text}");
        }
    }

    #[test]
    fn each_stage_has_its_own_place() {
        let metrics = Metrics::new("1");
        for (number, stage) in Stage::iter().enumerate() {
            (0..=number).for_each(|_| metrics.stage(stage, Duration::ZERO));
        }
        let text = metrics.text();
        for (number, stage) in Stage::iter().enumerate() {
            let name: &str = stage.into();
            let line = format!("passim_stage_seconds_count{{stage=\"{name}\"}} {}", number + 1);
            assert!(text.contains(&line), "{line}: {text}");
        }
    }

    #[test]
    fn what_is_off_prints_nothing() {
        let metrics = Metrics::off();
        metrics.question(Surface::Mention, Outcome::Answered);
        metrics.stopwatch().passed(Stage::Wait);
        assert_eq!(metrics.text(), "");
    }
}
