//! What Discord counts: messages in a channel, and commands in a day.

use std::time::Duration;

use passim::local_discord::{Failure, Fault, Moment};
use serde_json::{Value, json};

use super::bot::TOKEN;
use super::{Scene, plain};

impl Scene {
    async fn post(&self, text: &str) -> plain::Answer {
        let path = format!("/channels/{}/messages", self.general);
        plain::request(&self.discord.origin(), TOKEN, "POST", &path, &json!({ "content": text })).await
    }
}

#[tokio::test]
async fn a_load_test_can_lift_the_limit_of_a_channel() {
    let scene = Scene::new().await;
    scene.discord.message_bucket(20, Duration::from_secs(1));
    for n in 0..20 {
        assert_eq!(scene.post(&n.to_string()).await.status, 200);
    }
    assert_eq!(scene.post("one too many").await.status, 429);
    scene.discord.advance(Duration::from_secs(1));
    assert_eq!(scene.post("in the next second").await.status, 200);
}

#[tokio::test]
async fn every_answer_to_a_message_tells_how_the_bucket_stands() {
    let scene = Scene::new().await;
    let first = scene.post("first").await;
    assert_eq!(first.header("x-ratelimit-limit"), Some("5"));
    assert_eq!(first.header("x-ratelimit-remaining"), Some("4"));
    assert_eq!(first.header("x-ratelimit-reset-after"), Some("5.000"));
    assert_eq!(first.header("x-ratelimit-scope"), None);
    let reset: f64 = first.header("x-ratelimit-reset").unwrap().parse().unwrap();
    assert!(reset > 1_700_000_000.0, "{reset}");
    scene.discord.advance(Duration::from_millis(1500));
    let second = scene.post("second").await;
    assert_eq!(second.header("x-ratelimit-reset-after"), Some("3.500"));
    assert_eq!(second.header("x-ratelimit-bucket"), first.header("x-ratelimit-bucket"));
    let unchanged = scene.post("").await;
    assert_eq!((unchanged.status, unchanged.header("x-ratelimit-remaining")), (400, Some("3")));
}

#[tokio::test]
async fn a_limited_message_is_told_how_long_to_wait() {
    let scene = Scene::new().await;
    for n in 0..5 {
        scene.post(&n.to_string()).await;
    }
    scene.discord.advance(Duration::from_millis(2600));
    let limited = scene.post("one too many").await;
    assert_eq!((limited.status, &limited.body["retry_after"]), (429, &json!(2.4)));
    let told = ["retry-after", "x-ratelimit-remaining", "x-ratelimit-reset-after", "x-ratelimit-scope"];
    assert_eq!(told.map(|name| limited.header(name).unwrap()), ["3", "0", "2.400", "user"]);
}

#[tokio::test]
async fn a_request_that_a_test_limits_says_so_in_its_headers_too() {
    let scene = Scene::new().await;
    scene.discord.fail(Fault {
        method: "GET",
        path: "/users/@me",
        times: 1,
        failure: Failure::RateLimited { retry_after: 0.5 },
        moment: Moment::BeforeEffect,
    });
    let limited = plain::request(&scene.discord.origin(), TOKEN, "GET", "/users/@me", &Value::Null).await;
    assert_eq!((limited.status, limited.header("retry-after")), (429, Some("1")));
    let again = plain::request(&scene.discord.origin(), TOKEN, "GET", "/users/@me", &Value::Null).await;
    assert_eq!((again.status, again.header("x-ratelimit-limit")), (200, None));
}

#[tokio::test]
async fn an_application_creates_200_commands_a_day() {
    let scene = Scene::new().await;
    let create = async |names: std::ops::Range<u32>| {
        let command = |n| json!({ "name": format!("command-{n}"), "description": "Does something" });
        let commands: Value = names.map(command).collect();
        let path = format!("/applications/{}/commands", scene.bot);
        plain::request(&scene.discord.origin(), TOKEN, "PUT", &path, &commands).await
    };
    assert_eq!(create(0..100).await.status, 200);
    assert_eq!(create(0..100).await.status, 200, "nothing of it is new");
    assert_eq!(create(100..199).await.status, 200);
    assert_eq!(create(199..201).await.code(), (400, 30034));
    assert_eq!(create(199..200).await.status, 200);
    assert_eq!(create(200..201).await.code(), (400, 30034));
    scene.discord.advance(Duration::from_secs(24 * 60 * 60));
    assert_eq!(create(200..201).await.status, 200);
}
