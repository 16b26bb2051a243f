//! Many people at once: the stand-in has to be quick enough that a load test measures the bot, not it.

use std::collections::BTreeSet;

use passim::local_discord::{Id, LocalDiscord, MESSAGE_CONTENT, Person, Recorded, Screen, Shown};
use serde_json::{Value, json};
use tokio::task::JoinHandle;

use super::bot::TOKEN;
use super::plain::{self, Listener};
use super::{SOON, unprivileged};

const PEOPLE: usize = 50;
const CHANNELS: usize = 20;

/// A guild with many people and channels.
struct Crowd {
    discord: LocalDiscord,
    bot: Id,
    people: Vec<Person>,
    channels: Vec<Id>,
}

impl Crowd {
    async fn new() -> Crowd {
        let discord = LocalDiscord::start().await.unwrap();
        let people: Vec<Person> = (0..PEOPLE).map(|n| discord.person(&format!("person {n}"))).collect();
        let guild = discord.guild("Crowd", &people[0]);
        let channels = (0..CHANNELS).map(|n| discord.channel(guild, &format!("channel {n}"))).collect();
        let bot = discord.bot("probe", TOKEN, MESSAGE_CONTENT);
        for id in people.iter().map(Person::id).chain([bot]) {
            discord.join(guild, id);
        }
        Crowd { discord, bot, people, channels }
    }

    async fn listen(&self) -> Listener {
        Listener::connect(&self.discord.origin(), TOKEN, unprivileged().bits()).await
    }

    async fn register_ask(&self) {
        let path = format!("/applications/{}/commands", self.bot);
        let command = json!({ "name": "ask", "description": "Ask" });
        plain::request(&self.discord.origin(), TOKEN, "POST", &path, &command).await;
    }

    /// Somebody else in another channel each time.
    fn nth(&self, n: usize) -> (&Person, Id) {
        (&self.people[n % PEOPLE], self.channels[n % CHANNELS])
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_messages_of_fifty_people_all_arrive() {
    let crowd = Crowd::new().await;
    let mut bot = crowd.listen().await;
    let said: BTreeSet<String> = (0..1000).map(|n| format!("<@{}> question {n}", crowd.bot)).collect();
    for (n, text) in said.iter().enumerate() {
        let (person, channel) = crowd.nth(n);
        person.say(channel, text).unwrap();
    }
    let hear = async {
        let mut heard = BTreeSet::new();
        for _ in 0..1000 {
            heard.insert(bot.next("MESSAGE_CREATE").await["content"].as_str().unwrap().to_owned());
        }
        heard
    };
    assert_eq!(tokio::time::timeout(SOON, hear).await.unwrap(), said);
    let seen: usize = crowd.channels.iter().map(|one| crowd.people[0].sees(*one).messages.len()).sum();
    assert_eq!(seen, 1000);
}

/// Answers every interaction with its own id.
async fn answer_all(mut bot: Listener, origin: String) {
    loop {
        let interaction = bot.next("INTERACTION_CREATE").await;
        let text = |field: &str| interaction[field].as_str().unwrap().to_owned();
        let path = format!("/interactions/{}/{}/callback", text("id"), text("token"));
        let body = json!({ "type": 4, "data": { "content": text("id") } });
        assert_eq!(plain::request(&origin, TOKEN, "POST", &path, &body).await.status, 204);
    }
}

/// Invokes a command again and again, and waits for each answer.
async fn ask_twenty_times(person: Person, channel: Id) {
    for _ in 0..20 {
        let asked = person.invoke(channel, "ask", &[]).unwrap().to_string();
        let is_there = |message: &Shown| message.content == asked;
        person.finds(channel, SOON, "the answer", is_there).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_interactions_are_answered_while_fifty_people_wait() {
    let crowd = Crowd::new().await;
    crowd.register_ask().await;
    let answering = tokio::spawn(answer_all(crowd.listen().await, crowd.discord.origin()));
    let asking: Vec<JoinHandle<()>> = (0..PEOPLE)
        .map(|n| crowd.nth(n))
        .map(|(person, channel)| tokio::spawn(ask_twenty_times(person.clone(), channel)))
        .collect();
    for one in asking {
        one.await.unwrap();
    }
    answering.abort();
    let is_callback = |request: &&Recorded| request.path.ends_with("/callback");
    assert_eq!(crowd.discord.requests().iter().filter(is_callback).count(), 1000);
}

#[tokio::test]
async fn a_condition_may_look_at_the_rest_of_the_world() {
    let crowd = Crowd::new().await;
    let (person, channel) = crowd.nth(0);
    let (other, elsewhere) = crowd.nth(1);
    person.say(channel, "here").unwrap();
    other.say(elsewhere, "there").unwrap();
    let is_there = |_: &Shown| other.sees(elsewhere).messages.len() == 1;
    person.finds(channel, SOON, "both", is_there).await.unwrap();
    plain::request(&crowd.discord.origin(), TOKEN, "GET", "/users/@me", &Value::Null).await;
    let is_only_one = |_: &Recorded| crowd.discord.requests().len() == 1;
    assert!(crowd.discord.request_when(SOON, is_only_one).await.is_some());
}

/// Without a change that could wake anybody.
#[tokio::test]
async fn what_comes_by_time_alone_is_seen_too() {
    let crowd = Crowd::new().await;
    crowd.register_ask().await;
    let (person, channel) = crowd.nth(0);
    person.invoke(channel, "ask", &[]).unwrap();
    let has_failed = |screen: &Screen| !screen.failures.is_empty();
    person.sees_when(channel, SOON, "a failure", has_failed).await.unwrap();
}
