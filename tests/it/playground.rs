//! `passim playground` as a process, by the requests of its page. The page itself is tested in a browser.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use flate2::read::GzDecoder;
use reqwest::header::{CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HOST, ORIGIN};
use reqwest::{Client, RequestBuilder, Response, StatusCode};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use crate::program::Place;

/// Long for a machine that does much else; nothing waits this long unless it fails.
const SOON: Duration = Duration::from_secs(30);
const LEASE: &str = "-- 004-lease.md\n# Lease\n\nBefore.\n\nThe lease runs for 15 years.\n\nAfter.\n";
const QUESTION: &str = "@passim How long does the lease run?";

struct Playground {
    process: Child,
    address: String,
    client: Client,
    /// Ids of who is there, and of the channel they are in.
    ann: String,
    bob: String,
    general: String,
}

impl Playground {
    async fn over(place: &Place) -> Playground {
        let mut command = place.command(&["playground", "--port", "0"]);
        let mut process = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let out = process.stdout.take().unwrap();
        let first = tokio::task::spawn_blocking(move || {
            BufReader::new(out).lines().map_while(Result::ok).find(|line| line.starts_with("http://"))
        });
        let line = tokio::time::timeout(SOON, first).await.unwrap().unwrap().unwrap();
        let address = line.split(' ').next().unwrap().trim_end_matches('/').to_owned();
        let client = Client::builder().no_proxy().build().unwrap();
        let none = String::new;
        let mut playground =
            Playground { process, address, client, ann: none(), bob: none(), general: none() };
        let place = playground.get("/api/place").await;
        let id = |value: &Value| value["id"].as_str().unwrap().to_owned();
        playground.ann = id(&place["people"][0]);
        playground.bob = id(&place["people"][1]);
        playground.general = id(&place["channels"][0]);
        playground
    }

    async fn get(&self, path: &str) -> Value {
        json_of(self.client.get(self.address.clone() + path).send().await.unwrap()).await
    }

    fn request(&self, path: &str, body: Value) -> RequestBuilder {
        let post = self.client.post(self.address.clone() + path);
        post.header(CONTENT_TYPE, "application/json").body(body.to_string())
    }

    async fn send(&self, path: &str, body: Value) -> Response {
        self.request(path, body).send().await.unwrap()
    }

    async fn post(&self, path: &str, body: Value) -> Value {
        let response = self.send(path, body).await;
        let status = response.status();
        let answer = json_of(response).await;
        assert_eq!(status, StatusCode::OK, "{path}: {answer}");
        answer
    }

    /// What somebody is told first who looks at the channel.
    async fn sees(&self, person: &str) -> Vec<Value> {
        let path = format!("{}/api/watch?person={person}&channel={}", self.address, self.general);
        let mut events = self.client.get(path).send().await.unwrap();
        let mut told = String::new();
        while !told.contains("\n\n") {
            told += &String::from_utf8_lossy(&events.chunk().await.unwrap().unwrap());
        }
        let data = told.lines().find_map(|line| line.strip_prefix("data: ")).unwrap();
        let told: Value = serde_json::from_str(data).unwrap();
        assert_eq!(told["whole"], true);
        told["messages"].as_array().unwrap().clone()
    }

    /// The newest message of the bot as this person sees it, once it is as wanted.
    async fn bot_says(&self, person: &str, is_meant: impl Fn(&Value) -> bool) -> Value {
        let started = Instant::now();
        loop {
            let messages = self.sees(person).await;
            let last = messages.iter().rfind(|message| message["author"]["is_bot"] == true);
            if let Some(message) = last.filter(|message| message["is_thinking"] == false && is_meant(message))
            {
                return message.clone();
            }
            assert!(started.elapsed() < SOON, "{messages:#?}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    async fn asks(&self, person: &str, text: &str) -> Value {
        let body = json!({ "person": person, "channel": self.general, "text": text });
        let asked = self.post("/api/say", body).await["id"].clone();
        self.bot_says(person, |message| message["reply_to"]["id"] == asked).await
    }
}

async fn json_of(response: Response) -> Value {
    let text = response.text().await.unwrap();
    serde_json::from_str(&text).unwrap_or_else(|_| panic!("{text}"))
}

impl Drop for Playground {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[tokio::test]
async fn a_question_is_answered_and_the_quoted_bytes_are_marked_in_the_file() {
    let place = Place::new(LEASE);
    let playground = Playground::over(&place).await;
    let answer = playground.asks(&playground.bob, QUESTION).await;
    let source = answer["source"].as_str().unwrap();
    assert!(source.starts_with("The lease runs for **15 years**"), "{source}");
    assert_eq!(answer["blocks"][0]["inline"][1]["kind"], "bold", "{answer:#}");
    assert_eq!(answer["blocks"][1]["kind"], "quote", "{answer:#}");
    assert_eq!(answer["rows"][0][0]["label"], "Passage");
    assert_eq!(answer["reply_to"]["author"], "bob");
    assert_eq!(answer["reply_to"]["excerpt"], QUESTION);

    let id = answer["id"].as_str().unwrap();
    let proof = playground.get(&format!("/api/proof?person={}&message={id}", playground.bob)).await;
    let cited = &proof["citations"][0];
    assert_eq!((&cited["holds"], &cited["marked"]), (&json!(true), &json!("The lease runs for 15 years.")));
    let whole: String = ["before", "marked", "after"].map(|part| cited[part].as_str().unwrap()).concat();
    assert_eq!(whole.as_bytes(), std::fs::read(place.corpus().join("004-lease.md")).unwrap());
    assert_eq!(proof["answer"]["value"], "15 years", "{proof:#}");
    assert_eq!(proof["why"]["question"], "How long does the lease run?");
    assert_eq!(proof["asked"]["t"], "MESSAGE_CREATE", "{proof:#}");
    assert_eq!(proof["asked"]["d"]["id"], answer["reply_to"]["id"]);
    assert_eq!(proof["sent"][0]["body"]["content"], answer["source"]);
    assert_eq!(proof["note"], Value::Null);
}

#[tokio::test]
async fn a_proof_says_where_the_words_are_not_there_any_more() {
    let place = Place::new(LEASE);
    let playground = Playground::over(&place).await;
    let answer = playground.asks(&playground.ann, QUESTION).await;
    place.write("004-lease.md", b"# Lease\n\nThe lease runs for 20 years.\n");
    let reindex = json!({ "person": playground.ann, "channel": playground.general, "command": "reindex" });
    playground.post("/api/invoke", reindex).await;
    playground
        .bot_says(&playground.ann, |message| message["source"].as_str().unwrap().contains("Changed 1"))
        .await;
    let id = answer["id"].as_str().unwrap();
    let proof = playground.get(&format!("/api/proof?person={}&message={id}", playground.ann)).await;
    let cited = &proof["citations"][0];
    assert_eq!((&cited["holds"], &cited["marked"]), (&json!(false), &json!("")));
    assert_eq!(cited["quote"], "The lease runs for 15 years.");
    assert!(proof["note"].as_str().unwrap().starts_with("The documents have changed since"), "{proof:#}");
    assert_eq!(proof["answer"], Value::Null);
}

#[tokio::test]
async fn people_see_and_can_do_what_discord_would_let_them() {
    let place = Place::new(LEASE);
    let playground = Playground::over(&place).await;
    let shown_to = async |person: &str| {
        let shown =
            playground.get(&format!("/api/commands?person={person}&channel={}", playground.general)).await;
        let name = |command: &Value| command["name"].as_str().unwrap().to_owned();
        shown["commands"].as_array().unwrap().iter().map(name).collect::<Vec<String>>()
    };
    assert!(shown_to(&playground.ann).await.contains(&"reindex".to_owned()));
    let for_bob = shown_to(&playground.bob).await;
    assert!(
        for_bob.contains(&"passim why".to_owned()) && !for_bob.contains(&"reindex".to_owned()),
        "{for_bob:?}"
    );

    let reindex = json!({ "person": playground.bob, "channel": playground.general, "command": "reindex" });
    let refused = playground.send("/api/invoke", reindex).await;
    assert_eq!(refused.status(), StatusCode::CONFLICT);
    let why = json_of(refused).await;
    assert_eq!(why["error"], "bob cannot reindex: the permission for it is missing");

    let search = json!({
        "person": playground.bob, "channel": playground.general, "command": "search", "options": { "query": "lease" },
    });
    playground.post("/api/invoke", search).await;
    let found = playground.bot_says(&playground.bob, |message| message["used"]["name"] == "/search").await;
    assert_eq!(found["is_ephemeral"], true);
    let id = found["id"].as_str().unwrap();
    assert!(playground.sees(&playground.ann).await.iter().all(|message| message["id"] != id));
    let path = format!("{}/api/proof?person={}&message={id}", playground.address, playground.ann);
    assert_eq!(playground.client.get(path).send().await.unwrap().status(), StatusCode::CONFLICT);
}

#[tokio::test]
async fn typing_completes_and_a_button_opens_a_form() {
    let place = Place::new(LEASE);
    let playground = Playground::over(&place).await;
    let typed = json!({
        "person": playground.bob, "channel": playground.general, "command": "search", "options": { "query": "leas" },
        "focused": "query",
    });
    let choices = playground.post("/api/complete", typed).await;
    assert!(choices["choices"][0]["name"].as_str().unwrap().contains("Lease"), "{choices}");

    let answer = playground.asks(&playground.bob, QUESTION).await;
    let ask_on = &answer["rows"][0][1];
    assert_eq!(ask_on["label"], "Ask on");
    let press =
        json!({ "person": playground.bob, "message": answer["id"], "custom_id": ask_on["custom_id"] });
    let opened = playground.post("/api/press", press).await;
    let name = opened["form"]["inputs"][0]["custom_id"].as_str().unwrap_or_else(|| panic!("{opened}"));
    let fields = json!({ name: "How long does the lease run?" });
    let submit = json!({ "person": playground.bob, "interaction": opened["interaction"], "fields": fields });
    playground.post("/api/submit", submit.clone()).await;
    playground.bot_says(&playground.bob, |message| message["id"] != answer["id"]).await;
    assert_eq!(playground.send("/api/submit", submit).await.status(), StatusCode::CONFLICT);
}

#[tokio::test]
async fn what_the_page_would_not_send_is_refused_and_stops_nothing() {
    let place = Place::new(LEASE);
    let playground = Playground::over(&place).await;
    for (path, body, status) in [
        ("/api/say", json!({}), 400),
        ("/api/say", json!({ "person": "x", "channel": "1", "text": "a" }), 400),
        ("/api/say", json!({ "person": "1", "channel": "1", "text": "a" }), 404),
        ("/api/say", json!({ "person": playground.bob, "channel": "1", "text": "a" }), 409),
        ("/api/say", json!({ "person": playground.bob, "channel": playground.general, "text": " " }), 400),
        (
            "/api/say",
            json!({ "person": playground.bob, "channel": playground.general, "text": "a".repeat(2001) }),
            400,
        ),
        ("/api/press", json!({ "person": playground.bob, "message": "1", "custom_id": "x" }), 409),
        ("/api/submit", json!({ "person": playground.bob, "interaction": "1", "fields": {} }), 409),
    ] {
        let response = playground.send(path, body.clone()).await;
        assert_eq!(response.status(), status, "{path} {body}");
        let why = json_of(response).await;
        assert!(!why["error"].as_str().unwrap().is_empty(), "{path} {body}");
    }
    assert!(playground.sees(&playground.bob).await.is_empty());
}

#[tokio::test]
async fn other_sites_and_other_names_are_refused_and_every_answer_has_the_policy() {
    let folder = Place::new(LEASE);
    let playground = Playground::over(&folder).await;
    let page = playground.client.get(&playground.address).send().await.unwrap();
    let policy = page.headers()[CONTENT_SECURITY_POLICY].to_str().unwrap();
    assert!(policy.starts_with("default-src 'none'; script-src 'self'"), "{policy}");
    assert_eq!(page.headers()[CONTENT_ENCODING], "gzip");
    let mut text = String::new();
    GzDecoder::new(&*page.bytes().await.unwrap()).read_to_string(&mut text).unwrap();
    assert!(text.contains("passim playground"), "{text}");

    let place = playground.address.clone() + "/api/place";
    let rebound = playground.client.get(&place).header(HOST, "evil.example").send().await.unwrap();
    assert_eq!(rebound.status(), StatusCode::FORBIDDEN);
    assert!(rebound.headers().contains_key(CONTENT_SECURITY_POLICY));
    let say = json!({ "person": playground.bob, "channel": playground.general, "text": "a" });
    let foreign = playground.request("/api/say", say);
    let foreign = foreign.header(ORIGIN, "https://evil.example").send().await.unwrap();
    assert_eq!(foreign.status(), StatusCode::FORBIDDEN);
    assert!(playground.sees(&playground.bob).await.is_empty());
}

#[tokio::test]
async fn it_ends_when_it_is_told_to_while_somebody_looks_on() {
    let place = Place::new(LEASE);
    let mut playground = Playground::over(&place).await;
    let path =
        format!("{}/api/watch?person={}&channel={}", playground.address, playground.ann, playground.general);
    let _looking_on = playground.client.get(path).send().await.unwrap();
    let id = Pid::from_child(&playground.process);
    kill_process(id, Signal::TERM).unwrap();
    let started = Instant::now();
    loop {
        if let Some(status) = playground.process.try_wait().unwrap() {
            assert_eq!(status.code(), Some(0));
            return;
        }
        assert!(started.elapsed() < SOON, "it goes on");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[test]
fn an_address_that_others_reach_has_to_be_meant() {
    let run = Place::new(LEASE).run(&["playground", "--port", "0", "--address", "0.0.0.0"]);
    assert_eq!(run.code, 2, "{run:?}");
    assert!(run.err.contains("asks nobody for a password") && run.err.contains("--exposed"), "{}", run.err);
}

#[test]
fn a_port_that_is_taken_is_told_with_the_way_out() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let run = Place::new(LEASE).run(&["playground", "--port", &port]);
    assert_eq!(run.code, 1, "{run:?}");
    assert!(run.err.contains("cannot show the playground on") && run.err.contains("--port"), "{}", run.err);
}
