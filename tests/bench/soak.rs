//! The bot for a long time: people ask without a pause while the gateway is cut, requests fail, documents are read
//! again, and the process is ended, asked or not.
//!
//! The first half of the questions goes to one process, whose memory is watched; the second half to as many processes as
//! there are restarts. What was asked in the moment of a kill is asked again, as people would.

use std::fs;
use std::io::{Write, stderr};
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use anyhow::ensure;
use futures_util::future::try_join_all;
use passim::local_discord::{Failure, Fault, Id, Moment, Shown};
use passim::store::{AskingId, Store};
use tokio::runtime::Runtime;
use tokio_util::sync::CancellationToken;

use crate::burst::{
    CHANNELS, Ending, LIMIT, PEOPLE, QUESTIONS, SURFACES, Scene, Surface, ask, first_answers,
};
use crate::machine::own_memory_of;
use crate::measure::{median, percentile};
use crate::place::{Place, copy_documents};
use crate::plan::{Plan, Soak};
use crate::processes::milliseconds;
use crate::table::{Measured, Row};

mod errors;

/// Rounds of the process that lives long.
const LONG_ROUNDS: usize = 25;
/// Between two cuts of the gateway.
const CUTS: Duration = Duration::from_secs(1);
/// One request fails for so many questions: more in a row would beat any number of tries.
const QUESTIONS_A_FAILURE: usize = 20;
/// A second answer would come within this time.
const LATE: Duration = Duration::from_millis(300);
/// A form would open within this time.
const FORM: Duration = Duration::from_secs(3);
/// The memory of fewer questions says nothing.
const ENOUGH: usize = 20_000;
/// So many of the questions that were lost are told while it goes on.
const MOST_TOLD: usize = 5;
const STOPPING: &str = "I am about to restart";
const UNSURE: &str = "I could not find out whether you belong";
/// As the goal has it.
const MOST_GROWTH: f64 = 0.1;

pub fn rows(plan: &Plan, place: &Place) -> anyhow::Result<Measured> {
    let folder = place.folder().join("soak");
    let begun = Instant::now();
    let outcome = Runtime::new()?.block_on(soak(plan.soak, &folder))?;
    outcome.judged(plan.soak)?;
    Ok(outcome.drawn(begun.elapsed()))
}

/// What became of all questions.
#[derive(Default)]
struct Tally {
    asked: usize,
    /// Told that the bot is about to restart.
    told: usize,
    /// Told by the reaction that a channel gets where it was told in words within the same minute.
    signed: usize,
    /// Told that Discord did not say whether they belong to the team.
    unsure: usize,
    /// Under way when the bot was killed, and asked again.
    asked_again: usize,
    lost: Vec<String>,
    twice: Vec<String>,
    /// Milliseconds until each was answered.
    took: Vec<f64>,
    /// By which the answers are known to the store.
    kept: Vec<AskingId>,
}

#[derive(Default)]
struct Outcome {
    tally: Tally,
    restarts: usize,
    reindexings: usize,
    cuts: usize,
    failures: usize,
    /// The bot's own memory in MB after each round of the long process, and at the end of each of the others.
    long: Vec<f64>,
    short: Vec<f64>,
    errors: errors::Lines,
    /// Of all answers that are in the store.
    receipts: usize,
}

async fn soak(soak: Soak, folder: &Path) -> anyhow::Result<Outcome> {
    let corpus = folder.join("corpus");
    copy_documents(&Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds"), &corpus)?;
    write_number(&corpus, 0)?;
    let mut scene = Scene::start_over(&corpus, folder).await?;
    if cfg!(debug_assertions) {
        // Not optimised and beside much else, the bot may need longer than the three seconds that an interaction waits.
        scene.discord.stop_the_clock();
    }
    let mut outcome = Outcome::default();
    let half = soak.questions / 2;
    for number in 0..LONG_ROUNDS {
        let is_reindexed = is_one_of(number, LONG_ROUNDS, soak.reindexings / 2);
        let round = Round { questions: half / LONG_ROUNDS, is_reindexed, ending: None };
        run(&mut scene, round, &mut outcome).await?;
        outcome.long.push(own_memory_of(scene.bot_process.id()));
        tell(&outcome)?;
    }
    for restart in 0..soak.restarts {
        let ending = if restart % 3 == 2 { Ending::Killed } else { Ending::Asked };
        let is_reindexed = is_one_of(restart, soak.restarts, soak.reindexings - soak.reindexings / 2);
        // Half of them come before the end.
        let round = Round { questions: 2 * half / soak.restarts, is_reindexed, ending: Some(ending) };
        run(&mut scene, round, &mut outcome).await?;
        tell(&outcome)?;
    }
    scene.tell_to_end(Ending::Asked)?;
    scene.is_gone().await?;
    outcome.errors = errors::Lines::of(&scene.errors()?);
    is_intact(&scene, folder, &mut outcome)?;
    Ok(outcome)
}

/// Whether place `number` of `all` is one of so many that are spread evenly.
fn is_one_of(number: usize, all: usize, some: usize) -> bool {
    (number + 1) * some / all > number * some / all
}

fn tell(outcome: &Outcome) -> anyhow::Result<()> {
    let Outcome { tally, restarts, .. } = outcome;
    let (lost, twice) = (tally.lost.len(), tally.twice.len());
    writeln!(
        stderr(),
        "{} questions, {restarts} restarts, {lost} lost, {twice} answered twice",
        tally.asked
    )?;
    for question in tally.lost.iter().chain(&tally.twice).rev().take(MOST_TOLD) {
        writeln!(stderr(), "- {question}")?;
    }
    Ok(())
}

#[derive(Clone, Copy)]
struct Round {
    questions: usize,
    is_reindexed: bool,
    /// After half of the questions; `None` where the process goes on.
    ending: Option<Ending>,
}

async fn run(scene: &mut Scene, round: Round, outcome: &mut Outcome) -> anyhow::Result<()> {
    ensure!(scene.discord.is_connected(scene.bot, LIMIT).await, "the bot does not come back after a cut");
    scene.discord.forget_the_past();
    let answers = first_answers(scene).await?;
    let each = round.questions.div_ceil(PEOPLE).max(1);
    let crowd = Crowd { scene, answers, each, ..Crowd::over(scene) };
    let number = outcome.reindexings + 1;
    let all = async {
        let reindexed = async { if round.is_reindexed { crowd.reindexes(number).await } else { Ok(()) } };
        tokio::try_join!(crowd.asks(), reindexed, crowd.ends(round.ending))
    };
    let mut disturbed = Disturbed::default();
    tokio::select! {
        done = all => { done?; }
        () = disturbed.go_on(&crowd) => {}
    }
    let Crowd { asked, took, memory, .. } = crowd;
    outcome.cuts += disturbed.cuts;
    outcome.failures += disturbed.failures;
    outcome.reindexings += usize::from(round.is_reindexed);
    outcome.tally.took.extend(inner(took));
    outcome.short.extend(inner(memory));
    if round.ending.is_some() {
        scene.is_gone().await?;
    } else {
        tokio::time::sleep(LATE).await;
    }
    let unanswered = outcome.tally.judge(scene, &inner(asked));
    if round.ending.is_some() {
        scene.begin().await?;
        outcome.restarts += 1;
    }
    if round.ending != Some(Ending::Killed) {
        outcome.tally.lost.extend(unanswered.iter().map(Question::named));
        return Ok(());
    }
    outcome.tally.asked_again += unanswered.len();
    again(scene, unanswered, &mut outcome.tally).await
}

/// What was under way in a process that was killed.
async fn again(scene: &Scene, cut_off: Vec<Question>, tally: &mut Tally) -> anyhow::Result<()> {
    let mut asked = Vec::new();
    for question in cut_off {
        let channel = scene.channels[question.turn % CHANNELS];
        let person = &scene.people[question.turn % PEOPLE];
        let one = ask(scene, Surface::Mention, person, channel, question.text, None).await?;
        scene.discord.answers_when(one.id, LIMIT).await;
        asked.push(Question { id: one.id, surface: Surface::Mention, ..question });
    }
    let unanswered = tally.judge(scene, &asked);
    tally.lost.extend(unanswered.iter().map(Question::named));
    Ok(())
}

/// A question that somebody asked.
#[derive(Clone, Copy)]
struct Question {
    id: Id,
    turn: usize,
    surface: Surface,
    text: &'static str,
}

impl Question {
    fn named(&self) -> String {
        format!("{:?} by {:?}", self.text, self.surface)
    }

    fn has_reaction(&self, scene: &Scene) -> bool {
        let seen = scene.people[self.turn % PEOPLE].looks_at(self.id);
        seen.is_ok_and(|(_, message)| !message.reactions.is_empty())
    }
}

impl Tally {
    /// Counts what became of each; those without an answer come back.
    fn judge(&mut self, scene: &Scene, asked: &[Question]) -> Vec<Question> {
        let mut unanswered = Vec::new();
        for question in asked {
            self.asked += 1;
            match scene.discord.answers_to(question.id).as_slice() {
                [] if question.has_reaction(scene) => self.signed += 1,
                [] => unanswered.push(*question),
                [answer] => {
                    self.told += usize::from(answer.content.starts_with(STOPPING));
                    self.unsure += usize::from(answer.content.starts_with(UNSURE));
                    self.kept.extend(known_as(answer));
                }
                answers => self.twice.push(format!("{}: {answers:?}", question.named())),
            }
        }
        unanswered
    }
}

/// How the store knows an answer: its buttons carry that.
fn known_as(answer: &Shown) -> Option<AskingId> {
    let mut ids = answer.buttons.iter().filter_map(|button| button.custom_id.as_deref());
    ids.find_map(|id| AskingId::parse(id.split(':').nth(2)?))
}

/// Those who ask, and how far they are.
struct Crowd<'a> {
    scene: &'a Scene,
    /// One in each channel, to go on from.
    answers: Vec<Id>,
    /// So many questions each of them asks.
    each: usize,
    /// Nobody asks any more.
    is_over: CancellationToken,
    /// Nobody waits any more.
    is_gone: CancellationToken,
    asked: Mutex<Vec<Question>>,
    took: Mutex<Vec<f64>>,
    /// Of the bot, before its end; MB.
    memory: Mutex<Option<f64>>,
}

impl Crowd<'_> {
    fn over(scene: &Scene) -> Crowd<'_> {
        Crowd {
            scene,
            answers: Vec::new(),
            each: 0,
            is_over: CancellationToken::new(),
            is_gone: CancellationToken::new(),
            asked: Mutex::default(),
            took: Mutex::default(),
            memory: Mutex::default(),
        }
    }

    async fn asks(&self) -> anyhow::Result<()> {
        try_join_all((0..PEOPLE).map(|person| self.one_asks(person))).await?;
        Ok(())
    }

    /// Asks the next question as soon as the one before is answered.
    async fn one_asks(&self, person: usize) -> anyhow::Result<()> {
        for turn in person..person + self.each {
            if self.is_over.is_cancelled() {
                return Ok(());
            }
            let (surface, text) = (SURFACES[turn % SURFACES.len()], QUESTIONS[turn % QUESTIONS.len()]);
            let (channel, answer) = (self.scene.channels[turn % CHANNELS], self.answers[turn % CHANNELS]);
            let asking = ask(self.scene, surface, &self.scene.people[person], channel, text, Some(answer));
            let one = tokio::select! {
                one = asking => one?,
                () = self.opens_nothing() => return Ok(()),
            };
            lock(&self.asked).push(Question { id: one.id, turn, surface, text });
            tokio::select! {
                answers = self.scene.discord.answers_when(one.id, LIMIT) => {
                    if !answers.is_empty() {
                        lock(&self.took).push(milliseconds(one.at.elapsed()));
                    }
                }
                () = self.is_gone.cancelled() => return Ok(()),
            }
        }
        Ok(())
    }

    /// When a form will not open any more: the bot says so in its place, or is gone. Nothing was asked then.
    async fn opens_nothing(&self) {
        self.is_over.cancelled().await;
        tokio::time::sleep(FORM).await;
    }

    /// Reads the documents again after one changed, and waits until the operator hears of it.
    async fn reindexes(&self, number: usize) -> anyhow::Result<()> {
        write_number(&self.scene.corpus, number)?;
        let (operator, channel) = (&self.scene.people[0], self.scene.channels[0]);
        let wished = operator.invoke(channel, "reindex", &[])?;
        let is_done = |shown: &Shown| shown.id > wished && shown.content.contains("**Done**");
        let done = operator.finds(channel, LIMIT, "a re-index", is_done);
        tokio::select! {
            done = done => { done.map_err(|error| anyhow::anyhow!("{error}"))?; }
            () = self.is_gone.cancelled() => {}
        }
        Ok(())
    }

    /// Ends the bot when half of the questions are asked; who waits then is answered, unless it is killed.
    async fn ends(&self, how: Option<Ending>) -> anyhow::Result<()> {
        let Some(how) = how else { return Ok(()) };
        while lock(&self.asked).len() < self.each * PEOPLE / 2 {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        *lock(&self.memory) = Some(own_memory_of(self.scene.bot_process.id()));
        self.is_over.cancel();
        self.scene.tell_to_end(how)?;
        if how == Ending::Killed {
            tokio::time::sleep(Duration::from_millis(50)).await;
            self.is_gone.cancel();
        }
        Ok(())
    }
}

/// What went wrong on purpose.
#[derive(Default)]
struct Disturbed {
    cuts: usize,
    failures: usize,
}

impl Disturbed {
    /// For ever.
    async fn go_on(&mut self, crowd: &Crowd<'_>) {
        let discord = &crowd.scene.discord;
        let mut last_cut = Instant::now();
        loop {
            tokio::time::sleep(Duration::from_millis(10)).await;
            if lock(&crowd.asked).len() / QUESTIONS_A_FAILURE > self.failures {
                let way = self.failures / REQUESTS.len() % WAYS_TO_FAIL.len();
                let (failure, moment) = WAYS_TO_FAIL[way];
                let is_look_up = self.failures.is_multiple_of(FAILURES_A_LOOK_UP);
                let (method, path) =
                    if is_look_up { LOOK_UP } else { REQUESTS[self.failures % REQUESTS.len()] };
                discord.fail(Fault { method, path, times: 1, failure, moment });
                self.failures += 1;
            }
            if last_cut.elapsed() >= CUTS {
                discord.cut();
                self.cuts += 1;
                last_cut = Instant::now();
            }
        }
    }
}

const WAYS_TO_FAIL: [(Failure, Moment); 4] = [
    (Failure::RateLimited { retry_after: 0.1 }, Moment::BeforeEffect),
    (Failure::Status(500), Moment::BeforeEffect),
    (Failure::Status(503), Moment::BeforeEffect),
    (Failure::Status(502), Moment::AfterEffect),
];

const REQUESTS: [(&str, &str); 2] =
    [("POST", "/interactions/*/*/callback"), ("POST", "/channels/*/messages")];
/// Who belongs to the team is asked for once a minute and person: more failures would heap up, and who is told twice
/// in a minute that it is not known gets a reaction only.
const LOOK_UP: (&str, &str) = ("GET", "/guilds/*/members/*");
const FAILURES_A_LOOK_UP: usize = 100;

/// In a document that no question is about.
fn write_number(corpus: &Path, number: usize) -> anyhow::Result<()> {
    fs::write(corpus.join("gate-code.md"), format!("# Gate\n\nThe gate code is {number}.\n"))?;
    Ok(())
}

/// The store has all that people were told it has, each old answer holds, and index and store are whole.
fn is_intact(scene: &Scene, folder: &Path, outcome: &mut Outcome) -> anyhow::Result<()> {
    let store = Store::open(&folder.join("data"), Duration::from_secs(10))?;
    for id in &outcome.tally.kept {
        ensure!(store.asking(id)?.is_some(), "the store does not know the answer {id}, which somebody got");
    }
    drop(store);
    let verified: serde_json::Value = serde_json::from_str(&printed(scene, &["verify", "--all", "--json"])?)?;
    outcome.receipts = verified["summary"]["receipts"].as_u64().unwrap_or_default() as usize;
    printed(scene, &["doctor"])?;
    let report: serde_json::Value = serde_json::from_str(&printed(scene, &["index", "--json"])?)?;
    let is_level = report["refused"].as_array().is_some_and(Vec::is_empty) && report["documents"] == 6;
    ensure!(is_level, "the index is not what the folder is: {report}");
    Ok(())
}

/// What the program prints, which is to succeed.
fn printed(scene: &Scene, arguments: &[&str]) -> anyhow::Result<String> {
    let output = scene.program().args(arguments).output()?;
    let [out, err] = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    ensure!(output.status.success(), "passim {arguments:?} ended with {}:\n{out}{err}", output.status);
    Ok(out)
}

impl Outcome {
    /// Tells all that went wrong, not only the first of it.
    fn judged(&self, soak: Soak) -> anyhow::Result<()> {
        let Tally { lost, twice, .. } = &self.tally;
        let unexplained = &self.errors.unexplained;
        let mut wrong = Vec::new();
        if !lost.is_empty() {
            wrong.push(format!("{} questions were lost: {:?}", lost.len(), first(lost)));
        }
        if !twice.is_empty() {
            wrong.push(format!("{} questions were answered twice: {:?}", twice.len(), first(twice)));
        }
        if !unexplained.is_empty() {
            wrong.push(format!("{} lines on standard error: {:#?}", unexplained.len(), first(unexplained)));
        }
        for (of, memory) in [("one process", &self.long), ("the processes", &self.short)] {
            let growth = growth(memory).unwrap_or(0.0);
            if soak.questions >= ENOUGH && growth >= MOST_GROWTH {
                wrong.push(format!("the memory of {of} grew by {:.0} %: {memory:.1?}", 100.0 * growth));
            }
        }
        ensure!(wrong.is_empty(), "{}", wrong.join("\n"));
        Ok(())
    }

    fn drawn(&self, took: Duration) -> Measured {
        let Tally { asked, told, signed, unsure, asked_again, lost, twice, took: times, .. } = &self.tally;
        let count = |name: &str, count: usize| Row::alone(name, "count", 0, vec![count as f64]);
        let time = |name: &str, share: f64| Row::alone(name, "ms", 1, vec![percentile(times, share)]);
        let percent = |name: &str, memory: &[f64]| {
            Row::alone(name, "%", 1, growth(memory).map(|growth| 100.0 * growth).into_iter().collect())
        };
        let rows = vec![
            count("soak: questions", *asked),
            count("- lost", lost.len()),
            count("- answered twice", twice.len()),
            count("- told of a restart", *told),
            count("- told so by a reaction", *signed),
            count("- told to ask again, as Discord failed", *unsure),
            count("- cut off by a kill, asked again", *asked_again),
            time("- answered, p50", 0.5),
            time("- answered, p99", 0.99),
            count("restarts", self.restarts),
            count("re-indexings", self.reindexings),
            count("gateway cuts", self.cuts),
            count("requests that failed", self.failures),
            count("lines on standard error, explained", self.errors.explained.values().sum()),
            count("- not explained", self.errors.unexplained.len()),
            count("receipts, all of which hold", self.receipts),
            Row::alone("own memory, one process", "MB", 1, self.long.clone()),
            percent("- growth", &self.long),
            Row::alone("own memory, each before its end", "MB", 1, self.short.clone()),
            percent("- growth", &self.short),
            Row::alone("took", "min", 1, vec![took.as_secs_f64() / 60.0]),
        ];
        Measured { rows, note: format!("Lines on standard error:\n{}", self.errors.drawn()) }
    }
}

fn first(all: &[String]) -> &[String] {
    &all[..all.len().min(10)]
}

/// From the second fifth, when everything is warm, to the last; of each the median. Fewer than five say nothing.
fn growth(memory: &[f64]) -> Option<f64> {
    let fifth = memory.len() / 5;
    if fifth == 0 {
        return None;
    }
    let (warm, end) = (median(&memory[fifth..2 * fifth]), median(&memory[memory.len() - fifth..]));
    Some((end - warm) / warm)
}

fn lock<T>(what: &Mutex<T>) -> MutexGuard<'_, T> {
    what.lock().unwrap_or_else(PoisonError::into_inner)
}

fn inner<T>(what: Mutex<T>) -> T {
    what.into_inner().unwrap_or_else(PoisonError::into_inner)
}
