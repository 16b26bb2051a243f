//! `passim serve` as those who run it see it: its log, its port, its signals.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::{SocketAddr, TcpListener};
use std::process::Child;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::http::{get, look, readiness};
use crate::program::Run;
use crate::serving::{Scene, TOKEN, ended, signal};

const SOON: Duration = Duration::from_secs(30);
/// Some port that is free.
const FREE: (&str, &str) = ("PASSIM_OPERATIONS__LISTEN", "127.0.0.1:0");

/// What a process has logged so far.
#[derive(Clone)]
struct Log(Arc<Mutex<String>>);

impl Log {
    /// Reads along until the process ends.
    fn of(child: &mut Child) -> Log {
        let log = Log(Arc::default());
        let (lines, stderr) = (log.0.clone(), child.stderr.take().unwrap());
        std::thread::spawn(move || {
            for line in BufReader::new(stderr).lines().map_while(Result::ok) {
                let mut lines = lines.lock().unwrap();
                lines.push_str(&line);
                lines.push('\n');
            }
        });
        log
    }

    fn text(&self) -> String {
        self.0.lock().unwrap().clone()
    }

    /// Waits for a line with this in it, and gives it.
    async fn says(&self, text: &str) -> String {
        self.says_again(text, 1).await
    }

    /// The same for the line that has it so many times in.
    async fn says_again(&self, text: &str, times: usize) -> String {
        let started = Instant::now();
        loop {
            let log = self.text();
            if let Some(line) = log.lines().filter(|line| line.contains(text)).nth(times - 1) {
                return line.to_owned();
            }
            assert!(started.elapsed() < SOON, "nothing says {text:?}: {log}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

/// Where health and metrics are, as the log says.
async fn address(log: &Log) -> SocketAddr {
    let line = log.says("health and metrics are served").await;
    line.rsplit_once("address=").unwrap().1.trim().parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn it_tells_how_it_is_from_its_start_to_its_end() {
    let scene = Scene::new().await;
    let mut child = scene.served_with(&[FREE]).await;
    let log = Log::of(&mut child);
    let address = address(&log).await;
    scene.answered().await;
    assert_eq!(look(move || get(address, "/healthz")).await.0, 200);
    let (status, checks) = look(move || readiness(address)).await;
    assert_eq!(status, 200, "{checks:?}");
    let metrics = look(move || get(address, "/metrics").1).await;
    let version = env!("CARGO_PKG_VERSION");
    assert!(metrics.contains(&format!("passim_build_info{{version=\"{version}\"}} 1")), "{metrics}");
    assert!(metrics.contains("process_resident_memory_bytes "), "{metrics}");
    assert_eq!(look(move || get(address, "/")).await.0, 404);
    signal(&child, "TERM");
    assert_eq!(ended(child).await.0, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_port_that_is_taken_is_told_before_anything_else_with_the_setting() {
    let scene = Scene::new().await;
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let mut command = scene.command(&["serve"]);
    command.env("PASSIM_OPERATIONS__LISTEN", address.to_string());
    let run = look(move || Run::of(&mut command)).await;
    run.failed(1, &format!("cannot listen on {address} for health and metrics: Address already in use"));
    assert!(run.err.contains("name another address in operations.listen"), "{}", run.err);
    assert!(!scene.place.data().exists(), "the documents were read first");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_whole_session_leaves_neither_token_nor_questions_in_the_log() {
    for (format, filter) in [("human", "warn,passim=info"), ("json", "warn,passim=trace")] {
        let scene = Scene::new().await;
        let variables = [FREE, ("PASSIM_LOG__FORMAT", format), ("PASSIM_LOG__FILTER", filter)];
        let child = scene.served_with(&variables).await;
        scene.answered().await;
        let unknown = format!("<@{}> Who painted the Mona Lisa?", scene.bot);
        let asked = scene.ann.say(scene.general, &unknown).unwrap();
        let is_answer = |shown: &passim::local_discord::Shown| shown.reply_to == Some(asked);
        scene.ann.finds(scene.general, SOON, "an answer", is_answer).await.unwrap();
        scene.ann.invoke(scene.general, "search", &[("query", json!("painted lease"))]).unwrap();
        signal(&child, "HUP");
        signal(&child, "TERM");
        let (code, log) = ended(child).await;
        assert_eq!(code, Some(0), "{log}");
        assert!(log.matches("abstained").count() == 1 && log.contains("ending; answers under way"), "{log}");
        let lower = log.to_lowercase();
        for word in [TOKEN, "How long", "lease run", "painted", "mona", "lisa", "15 years"] {
            assert!(!lower.contains(&word.to_lowercase()), "{word}: {log}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_for_programs_has_one_object_a_line() {
    let scene = Scene::new().await;
    let child = scene.served_with(&[FREE, ("PASSIM_LOG__FORMAT", "json")]).await;
    scene.answered().await;
    signal(&child, "TERM");
    let (_, log) = ended(child).await;
    let events: Vec<Value> =
        log.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("{line}"))).collect();
    for event in &events {
        for key in ["timestamp", "level", "target", "message"] {
            assert!(event[key].is_string(), "{key}: {event}");
        }
    }
    let answered = events.iter().find(|event| event["message"] == "answered").unwrap();
    assert_eq!((&answered["surface"], &answered["outcome"]), (&json!("mention"), &json!("answered")));
    assert!(answered["milliseconds"].as_f64().is_some_and(|took| took > 0.0), "{answered}");
    assert!(answered["question"].is_null(), "{answered}");
}

/// With settings and templates of its own, which can be written anew.
async fn configured(scene: &Scene, local: &str, more: &[(&str, &str)]) -> (Child, Log) {
    let folder = scene.place.settings(&[("local.toml", local)]);
    let mut variables = vec![("PASSIM_CONFIG_DIR", folder.to_str().unwrap())];
    variables.extend(more);
    let mut child = scene.served_with(&variables).await;
    let log = Log::of(&mut child);
    (child, log)
}

/// What the bot says to a question in the channel.
async fn says(scene: &Scene, question: &str) -> String {
    let asked = scene.ann.say(scene.general, &format!("<@{}> {question}", scene.bot)).unwrap();
    let is_answer = |shown: &passim::local_discord::Shown| shown.reply_to == Some(asked);
    scene.ann.finds(scene.general, SOON, "an answer", is_answer).await.unwrap().content
}

const READ_AGAIN: &str = "settings, replies and synonyms were read again, and are in force";
const KEPT: &str = "settings, replies and synonyms could not be read again: the old ones stay";

#[tokio::test(flavor = "multi_thread")]
async fn a_hang_up_reads_settings_replies_and_synonyms_again() {
    let scene = Scene::new().await;
    scene.place.write("code.md", b"The gate code is 4711.\n");
    let (child, log) = configured(&scene, "[limits]\nperson_per_minute = 1000\n", &[FREE]).await;
    let address = address(&log).await;
    let before = says(&scene, "What is the gate code?").await;
    assert!(before.contains("4711") && before.contains("per source"), "{before}");
    let shipped = include_str!("../../config/replies.toml").replace(", per {{", " -- see {{");
    scene.place.settings(&[
        ("local.toml", "[limits]\nperson_per_minute = 3\nwaiting = 7\n[log]\nquestions = true\n"),
        ("replies.toml", &shipped),
        ("synonyms.toml", "same = [['gate', 'barrier']]\n"),
    ]);
    signal(&child, "HUP");
    let line = log.says(READ_AGAIN).await;
    assert!(line.contains("limits.person_per_minute, log.questions"), "{line}");
    let line = log.says("need a restart").await;
    assert!(line.contains("limits.waiting") && !line.contains("log.questions"), "{line}");
    let after = says(&scene, "What is the barrier code?").await;
    assert!(after.contains("4711") && after.contains("-- see source"), "{after}");
    log.says("What is the barrier code?").await;
    for _ in 0..2 {
        says(&scene, "What is the gate code?").await;
    }
    let too_many = says(&scene, "What is the gate code?").await;
    assert!(too_many.starts_with("That was a lot of questions."), "{too_many}");
    let metrics = look(move || get(address, "/metrics").1).await;
    assert!(metrics.contains("passim_reloads_total{result=\"done\"} 1"), "{metrics}");
    signal(&child, "TERM");
    assert_eq!(ended(child).await.0, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hang_up_with_a_bad_file_keeps_what_was_there_and_says_why() {
    let scene = Scene::new().await;
    let (child, log) = configured(&scene, "", &[]).await;
    let question = "How long does the lease run?";
    let discord = include_str!("../../config/discord.toml");
    let bad: [(&str, &str, &str); 4] = [
        ("local.toml", "[limits]\nperson_per_minute = 0\nwaitin = 3\n", "limits.waitin"),
        ("replies.toml", "[reply]", "replies.toml"),
        ("discord.toml", &discord.replace("busy =", "bussy ="), "the phrase 'busy' is missing"),
        ("synonyms.toml", "same = 3", "synonyms.toml"),
    ];
    for (number, (name, text, reason)) in bad.into_iter().enumerate() {
        // With a limit that would refuse the next question, if any of it were taken over.
        let limit = ("local.toml", "[channels]\ndeny = [\"1\"]\n[limits]\nperson_per_minute = 1\n");
        scene.place.settings(&[limit, (name, text)]);
        signal(&child, "HUP");
        let line = log.says_again(KEPT, number + 1).await;
        assert!(line.contains(reason), "{reason}: {line}");
        let answer = says(&scene, question).await;
        assert!(answer.contains("15 years"), "{answer}");
        fs::remove_file(scene.place.folder().join("settings").join(name)).unwrap();
    }
    assert!(!log.text().contains(READ_AGAIN), "{}", log.text());
    scene.place.settings(&[("local.toml", "[limits]\nperson_per_minute = 1\n")]);
    signal(&child, "HUP");
    log.says(READ_AGAIN).await;
    says(&scene, question).await;
    let too_many = says(&scene, question).await;
    assert!(too_many.starts_with("That was a lot of questions."), "{too_many}");
    signal(&child, "TERM");
    assert_eq!(ended(child).await.0, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hang_up_changes_who_may_read_what() {
    let scene = Scene::new().await;
    let (child, log) = configured(&scene, "", &[]).await;
    let question = "How long does the lease run?";
    assert!(says(&scene, question).await.contains("15 years"));
    let local = "[[scopes]]\nsources = [\"lease.md\"]\nroles = [\"1\"]\n";
    scene.place.settings(&[("local.toml", local)]);
    signal(&child, "HUP");
    let line = log.says(READ_AGAIN).await;
    assert!(line.contains("changed=\"scopes\""), "{line}");
    let answer = says(&scene, question).await;
    assert!(!answer.contains("15"), "{answer}");
    signal(&child, "TERM");
    assert_eq!(ended(child).await.0, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hang_up_changes_what_is_logged() {
    let scene = Scene::new().await;
    let (child, log) = configured(&scene, "[log]\nfilter = 'error'\n", &[]).await;
    says(&scene, "How long does the lease run?").await;
    assert_eq!(log.text(), "");
    scene.place.settings(&[("local.toml", "[log]\nfilter = 'info'\n")]);
    signal(&child, "HUP");
    log.says(READ_AGAIN).await;
    says(&scene, "How long does the lease run?").await;
    log.says("answered").await;
    signal(&child, "TERM");
    assert_eq!(ended(child).await.0, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failure_stands_in_the_log_under_the_id_that_people_are_shown() {
    let scene = Scene::new().await;
    let mut child = scene.served().await;
    let log = Log::of(&mut child);
    scene.answered().await;
    fs::rename(scene.place.corpus(), scene.place.folder().join("away")).unwrap();
    let asked = scene.ann.invoke(scene.general, "passim verify", &[]).unwrap();
    let is_told =
        |shown: &passim::local_discord::Shown| shown.id > asked && shown.content.contains("this id: ");
    let told = scene.ann.finds(scene.general, SOON, "an id", is_told).await.unwrap();
    let id = told.content.rsplit_once("this id: ").unwrap().1.trim();
    let line = log.says("a receipt could not be verified").await;
    assert!(id.len() == 8 && line.contains(id) && line.contains("ERROR"), "{id}: {line}");
    signal(&child, "TERM");
    assert_eq!(ended(child).await.0, Some(0));
}
