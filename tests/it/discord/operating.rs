//! Health and metrics of a bot at work.

use std::collections::BTreeMap;
use std::fs;
use std::time::{Duration, Instant};

use passim::local_discord::{Failure, Fault, Moment, Ping};
use passim::retrieval::folder_of;
use regex::Regex;
use rusqlite::Connection;
use serde_json::{Value, json};

use super::scene::{SOON, Scene, WIDE_LIMITS};
use crate::http::{comes_to_be, get, look, metrics, readiness};
use crate::program::repository;

const LEASE: &str = "How long does the lease run?";
const UNKNOWN: &str = "Who painted the Mona Lisa?";

async fn looked_at(settings: &str) -> Scene {
    let mut scene = Scene::quiet().await;
    scene.add_settings(settings);
    scene.start_looked_at().await;
    comes_to_be(scene.operations(), "gateway", true).await;
    scene
}

async fn measured(scene: &Scene) -> BTreeMap<String, f64> {
    let address = scene.operations();
    look(move || metrics(address)).await
}

/// Waits until a number is as wanted.
async fn comes_to(scene: &Scene, name: &str, wanted: f64) {
    let started = Instant::now();
    loop {
        let measured = measured(scene).await;
        if measured.get(name) == Some(&wanted) {
            return;
        }
        assert!(started.elapsed() < SOON, "{name} is {:?}: {measured:#?}", measured.get(name));
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn readiness_turns_red_while_the_gateway_is_gone_and_green_when_it_is_back() {
    let scene = looked_at("").await;
    let address = scene.operations();
    let (status, checks) = look(move || readiness(address)).await;
    assert_eq!(status, 200, "{checks:?}");
    assert_eq!(checks["index"], (true, "generation 1: 2 documents, 2 passages".to_owned()));
    assert_eq!(checks["store"], (true, "works".to_owned()));
    scene.discord.shut_gateway(true);
    let reason = comes_to_be(address, "gateway", false).await;
    assert!(reason.starts_with("not connected to Discord for "), "{reason}");
    let (status, checks) = look(move || readiness(address)).await;
    assert!(status == 503 && checks["index"].0 && checks["store"].0, "{checks:?}");
    assert_eq!(measured(&scene).await["passim_ready{check=\"gateway\"}"], 0.0);
    // Alive all the while.
    assert_eq!(look(move || get(address, "/healthz").0).await, 200);
    scene.discord.shut_gateway(false);
    comes_to_be(address, "gateway", true).await;
    assert_eq!(look(move || readiness(address).0).await, 200);
    assert_eq!(measured(&scene).await["passim_gateway_connected"], 1.0);
}

#[tokio::test(flavor = "multi_thread")]
async fn readiness_turns_red_while_the_store_cannot_be_written() {
    let scene = looked_at("").await;
    let address = scene.operations();
    let other = Connection::open(scene.data().join("passim.db")).unwrap();
    other.execute_batch("BEGIN EXCLUSIVE").unwrap();
    assert_eq!(comes_to_be(address, "store", false).await, "locked by another process");
    other.execute_batch("ROLLBACK").unwrap();
    comes_to_be(address, "store", true).await;
    // Locked is no error; a table that is gone is.
    assert_eq!(measured(&scene).await["passim_store_errors_total{work=\"write\"}"], 0.0);
    other.execute_batch("ALTER TABLE askings RENAME TO gone").unwrap();
    scene.ask(&scene.bob, scene.general, LEASE).await;
    let reason = comes_to_be(address, "store", false).await;
    assert!(reason.contains("askings"), "{reason}");
    assert!(measured(&scene).await["passim_store_errors_total{work=\"write\"}"] >= 1.0);
    other.execute_batch("ALTER TABLE gone RENAME TO askings").unwrap();
    comes_to_be(address, "store", true).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn readiness_turns_red_where_the_index_is_not_what_was_checked() {
    let scene = looked_at("").await;
    let address = scene.operations();
    let folder = folder_of(&scene.corpus(), &scene.data());
    fs::write(folder.join("gen-1").join("meta.json"), "{").unwrap();
    let reason = comes_to_be(address, "index", false).await;
    assert!(reason.contains("its files are not what was checked"), "{reason}");
}

#[tokio::test(flavor = "multi_thread")]
async fn readiness_turns_red_while_answers_under_way_are_finished() {
    let mut scene = looked_at(&format!("drain_seconds = 60\n{WIDE_LIMITS}")).await;
    scene.discord.message_bucket(10_000, Duration::from_secs(1));
    let address = scene.operations();
    scene.occupy(scene.random, 200);
    scene.ask_to_stop().await;
    let reason = comes_to_be(address, "gateway", false).await;
    assert_eq!(reason, "ending: no more questions are taken");
    assert_eq!(look(move || get(address, "/healthz").0).await, 200);
    scene.outcome().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn questions_are_counted_by_how_they_came_and_what_came_of_them() {
    let scene = looked_at(WIDE_LIMITS).await;
    scene.discord.message_bucket(10_000, Duration::from_secs(1));
    let answer = scene.ask(&scene.bob, scene.general, LEASE).await;
    scene.ask(&scene.bob, scene.general, UNKNOWN).await;
    let reply = scene.bob.reply(answer.id, "and who signed it?", Ping::Yes).unwrap();
    scene.reply_to(&scene.bob, scene.general, reply).await;
    scene.bob.invoke(scene.general, "ask", &[("question", json!(LEASE)), ("private", json!(true))]).unwrap();
    scene.tells(&scene.bob, scene.general, "15 years").await;
    let direct = scene.bob.direct_channel(scene.bot);
    scene.bob.say(direct, UNKNOWN).unwrap();
    scene.says(&scene.bob, direct, "do not say").await;
    let question = |surface: &str, outcome: &str| {
        format!("passim_questions_total{{outcome=\"{outcome}\",surface=\"{surface}\"}}")
    };
    for (surface, outcome) in [
        ("mention", "answered"),
        ("mention", "abstained"),
        ("reply", "answered"),
        ("command", "answered"),
        ("direct_message", "abstained"),
    ] {
        comes_to(&scene, &question(surface, outcome), 1.0).await;
    }
    comes_to(&scene, "passim_answer_seconds_count{surface=\"mention\"}", 2.0).await;
    let measured = measured(&scene).await;
    let all: f64 = measured
        .iter()
        .filter(|(name, _)| name.starts_with("passim_questions_total{"))
        .map(|(_, number)| number)
        .sum();
    assert_eq!(all, 5.0);
    for stage in ["wait", "understand", "retrieve", "choose", "answer", "keep", "draw", "send"] {
        assert_eq!(measured[&format!("passim_stage_seconds_count{{stage=\"{stage}\"}}")], 5.0, "{stage}");
    }
    assert_eq!(measured["passim_stage_seconds_count{stage=\"acknowledge\"}"], 1.0);
    let seconds = |name: &str| measured[&format!("passim_{name}")];
    let stages = ["wait", "understand", "retrieve", "choose", "answer", "keep", "draw", "send"];
    let parts: f64 =
        stages.iter().map(|stage| seconds(&format!("stage_seconds_sum{{stage=\"{stage}\"}}"))).sum();
    let surfaces = ["mention", "reply", "command", "direct_message"];
    let whole: f64 =
        surfaces.iter().map(|surface| seconds(&format!("answer_seconds_sum{{surface=\"{surface}\"}}"))).sum();
    assert!(parts > 0.0 && parts <= whole, "{parts} of {whole}");
    assert_eq!(measured["passim_index_documents"], 2.0);
    assert_eq!(measured["passim_gateway_sessions_total{session=\"new\"}"], 1.0);
    assert_eq!(measured["passim_rest_requests_total{route=\"member\"}"], 1.0);
}

#[tokio::test(flavor = "multi_thread")]
async fn refusals_failures_of_discord_and_reconnections_are_counted() {
    let scene = looked_at("[limits]\nperson_per_minute = 2\n").await;
    let failures = [
        ("passim_rest_errors_total{error=\"server\",route=\"message\"}", Failure::Status(503)),
        ("passim_rest_limited_total{route=\"message\"}", Failure::RateLimited { retry_after: 0.1 }),
    ];
    for (name, failure) in failures {
        let moment = Moment::BeforeEffect;
        scene.discord.fail(Fault { method: "POST", path: "/channels/*/messages", times: 1, failure, moment });
        scene.ask(&scene.bob, scene.general, LEASE).await;
        comes_to(&scene, name, 1.0).await;
    }
    comes_to(&scene, "passim_rest_requests_total{route=\"message\"}", 4.0).await;
    scene.bob.say(scene.general, &scene.mention(LEASE)).unwrap();
    comes_to(&scene, "passim_refusals_total{reason=\"person_limit\"}", 1.0).await;
    comes_to(&scene, "passim_questions_total{outcome=\"refused\",surface=\"mention\"}", 1.0).await;
    scene.discord.cut();
    comes_to(&scene, "passim_gateway_sessions_total{session=\"resumed\"}", 1.0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn questions_that_find_no_room_are_counted_as_busy() {
    let scene = looked_at(&WIDE_LIMITS.replace("waiting = 1000", "waiting = 1")).await;
    scene.discord.message_bucket(10_000, Duration::from_secs(1));
    for question in scene.occupy(scene.random, 60) {
        scene.reply_to(&scene.carl, scene.random, question).await;
    }
    let measured = measured(&scene).await;
    let busy = measured["passim_refusals_total{reason=\"busy\"}"];
    assert!(busy > 0.0 && busy < 60.0, "{busy}");
    assert_eq!(measured["passim_questions_total{outcome=\"refused\",surface=\"mention\"}"], busy);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_re_index_shows_with_what_it_found() {
    let scene = looked_at("").await;
    scene.write("garage.md", "# The garage\n\nThe garage holds 12 cars.\n");
    scene.read_again().await;
    let found = measured(&scene).await;
    assert_eq!(found["passim_reindexes_total{result=\"changed\",trigger=\"operator\"}"], 1.0);
    assert_eq!(found["passim_reindex_documents_total{change=\"added\"}"], 1.0);
    assert_eq!(found["passim_reindex_seconds_count{trigger=\"operator\"}"], 1.0);
    assert_eq!((found["passim_index_documents"], found["passim_index_generation"]), (3.0, 2.0));
    assert!(found["passim_index_age_seconds"] < SOON.as_secs_f64());
    fs::rename(scene.corpus(), scene.folder.path().join("away")).unwrap();
    scene.ann.invoke(scene.general, "reindex", &[]).unwrap();
    comes_to(&scene, "passim_reindexes_total{result=\"failed\",trigger=\"operator\"}", 1.0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_is_measured_names_people_or_what_they_asked() {
    let scene = looked_at("").await;
    scene.ask(&scene.bob, scene.general, LEASE).await;
    let address = scene.operations();
    let pages = look(move || ["/healthz", "/readyz", "/metrics"].map(|path| get(address, path).1)).await;
    let ids = [scene.bob.id(), scene.guild, scene.general, scene.bot].map(|id| id.to_string());
    for page in pages {
        for secret in ["lease", "bob", "Team"].into_iter().chain(ids.iter().map(String::as_str)) {
            assert!(!page.contains(secret), "{secret}: {page}");
        }
    }
}

/// What dashboard and alert rules look for, each as they write it.
fn expressions() -> Vec<String> {
    let read = |name: &str| fs::read_to_string(repository().join("deploy").join(name)).unwrap();
    let dashboard: Value = serde_json::from_str(&read("grafana-dashboard.json")).unwrap();
    let alerts: Value = serde_saphyr::from_str(&read("alerts.yml")).unwrap();
    let targets =
        dashboard["panels"].as_array().unwrap().iter().flat_map(|panel| panel["targets"].as_array());
    let rules = alerts["groups"].as_array().unwrap().iter().flat_map(|group| group["rules"].as_array());
    for rule in rules.clone().flatten() {
        for part in ["summary", "description"] {
            assert!(rule["annotations"][part].is_string(), "{rule}");
        }
    }
    let all = targets.flatten().chain(rules.flatten());
    all.map(|one| one["expr"].as_str().unwrap_or_else(|| panic!("{one}")).to_owned()).collect()
}

/// What of an expression no line that is printed has.
fn unknown(expression: &str, printed: &[String]) -> Vec<String> {
    let selector = Regex::new(r"\b((?:passim|process)_\w+)(?:\{([^}]*)\})?").unwrap();
    let matcher = Regex::new(r#"(\w+)=~?"([^"]*)""#).unwrap();
    let by = Regex::new(r"by \(([^)]*)\)").unwrap();
    let has =
        |start: &str, part: &str| printed.iter().any(|line| line.starts_with(start) && line.contains(part));
    let mut unknown = Vec::new();
    let mut name = String::new();
    for found in selector.captures_iter(expression) {
        name = found[1].to_owned();
        if !printed.iter().any(|line| line.split(['{', ' ']).next() == Some(&name)) {
            unknown.push(name.clone());
        }
        let labels = found.get(2).map_or("", |labels| labels.as_str());
        for label in matcher.captures_iter(labels).filter(|label| &label[1] != "instance") {
            let values = label[2].split('|').map(|value| format!("{}=\"{value}\"", &label[1]));
            unknown.extend(values.filter(|value| !has(&name, value)));
        }
    }
    let labels = by
        .captures_iter(expression)
        .flat_map(|found| found[1].split(", ").map(|label| format!("{label}=\"")).collect::<Vec<String>>());
    unknown.extend(labels.filter(|label| !has(&name, label)));
    unknown
}

#[tokio::test(flavor = "multi_thread")]
async fn dashboard_and_alerts_look_for_what_is_printed_and_the_page_names_all_of_it() {
    let scene = looked_at("").await;
    let printed: Vec<String> = measured(&scene).await.into_keys().collect();
    let expressions = expressions();
    assert!(expressions.len() > 30, "{expressions:?}");
    for expression in expressions {
        let unknown = unknown(&expression, &printed);
        assert!(unknown.is_empty(), "{expression} looks for {unknown:?}, which is not printed");
    }
    assert_eq!(
        unknown("sum by (lane) (rate(passim_under_weigh[5m]))", &printed),
        ["passim_under_weigh", "lane=\""]
    );
    assert_eq!(unknown("passim_ready{check=\"moon\"}", &printed), ["check=\"moon\""]);
    let page = fs::read_to_string(repository().join("deploy").join("METRICS.md")).unwrap();
    let address = scene.operations();
    let text = look(move || get(address, "/metrics").1).await;
    let families: Vec<&str> =
        text.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.split(' ').next()).collect();
    for family in &families {
        assert!(page.contains(&format!("`{family}`")), "METRICS.md does not name {family}");
    }
    let named = Regex::new(r"`((?:passim|process)_\w+)`").unwrap();
    for found in named.captures_iter(&page) {
        assert!(families.contains(&&found[1]), "METRICS.md names {}, which is not printed", &found[1]);
    }
}
