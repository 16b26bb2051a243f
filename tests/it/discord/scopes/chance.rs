//! Random requests on every surface, by everybody: nobody ever sees a word that is not theirs to read.
//!
//! What is looked at is both what people see at the end of each round, and every request that the bot makes: what
//! was edited away again was seen by somebody, too.

use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use passim::local_discord::{Id, Person, Ping, Recorded, Shown};
use serde_json::{Value, json};

use super::tenants::{ALL, Alone, Tenants, words_in};
use crate::discord::scene::{NAME, SOON};
use crate::generator::random::Random;

/// In this build, which is slow.
const REQUESTS: usize = 400;
/// So many make a round: then everything that anybody sees is looked at.
const ROUND: usize = 100;

#[tokio::test(flavor = "multi_thread")]
async fn nobody_sees_a_word_that_is_not_theirs_whatever_anybody_does() {
    all_sorts_of_things(1, REQUESTS).await;
}

/// As many as an hour allows in an optimised build: `cargo test --release --test it -- --ignored whatever_anybody`.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes an hour"]
#[expect(clippy::print_stdout, reason = "whoever waits an hour wants to know how far it is")]
async fn nobody_sees_a_word_that_is_not_theirs_whatever_anybody_does_for_an_hour() {
    let started = std::time::Instant::now();
    let (mut seed, mut requests) = (2, 0);
    while started.elapsed() < Duration::from_secs(55 * 60) {
        all_sorts_of_things(seed, 2_000).await;
        (seed, requests) = (seed + 1, requests + 2_000);
        println!("{requests} requests, no leak, after {:?}", started.elapsed());
    }
}

async fn all_sorts_of_things(seed: u64, requests: usize) {
    let tenants = Tenants::with_settings("").await;
    let mut crowd = Crowd::new(&tenants, seed);
    for number in 0..requests {
        crowd.act().await;
        if number % ROUND == ROUND - 1 {
            crowd.look().await;
        }
    }
    crowd.look().await;
    let least = requests / 100;
    let seldom: Vec<&&str> =
        crowd.done.iter().filter(|(_, count)| **count < least).map(|(name, _)| name).collect();
    assert!(seldom.is_empty(), "hardly ever done: {seldom:?} of {:?}", crowd.done);
    let seen: BTreeSet<Alone> = crowd.seen;
    assert_eq!(seen, ALL.into(), "who may read something sees it");
}

struct Crowd<'a> {
    tenants: &'a Tenants,
    chance: Random,
    /// Who called, and where: an interaction's answer may be for them only.
    called: HashMap<Id, (Person, Id)>,
    /// How many requests of the bot were looked at.
    looked_at: usize,
    /// How often what was done.
    done: HashMap<&'static str, usize>,
    /// Words that somebody saw who may.
    seen: BTreeSet<Alone>,
    /// Questions that can be edited.
    questions: Vec<(Person, Id)>,
    receipts: Vec<String>,
    versions: usize,
}

const QUESTIONS: [&str; 12] = [
    "Who keeps the key of the boathouse?",
    "Who lights the lamp of the lighthouse?",
    "When was the lighthouse built?",
    "And who lends it on Mondays?",
    "Who lends the key, and when?",
    "What do twins share?",
    "How much does lunch cost?",
    "How long does the lease run?",
    "Is the lamp of the lighthouse lit every evening?",
    "Which lighthouses are there?",
    "Who feeds the parrot of the lighthouse?",
    "And the rent?",
];
const CLAIMS: [&str; 4] = [
    "The lamp of the lighthouse is lit every evening.",
    "The key of the boathouse is kept by nobody.",
    "The lighthouse was built in 1912.",
    "Lunch costs 6 euros. The lease runs for 20 years.",
];
const TYPED: [&str; 9] = ["", "key", "lighthouse", "boat", "o", "other", "board/", "den", "The lamp of"];

impl<'a> Crowd<'a> {
    fn new(tenants: &'a Tenants, seed: u64) -> Crowd<'a> {
        let chance = Random::stream(seed, 7);
        let (called, looked_at, done, seen) = Default::default();
        let (questions, receipts, versions) = Default::default();
        Crowd { tenants, chance, called, looked_at, done, seen, questions, receipts, versions }
    }

    fn one_of<T: Clone>(&mut self, things: &[T]) -> Option<T> {
        (!things.is_empty()).then(|| things[self.chance.below(things.len() as u64) as usize].clone())
    }

    /// A question, some of them with a word that is somebody's, as one mistypes it.
    fn question(&mut self) -> String {
        let question = self.chance.pick(&QUESTIONS);
        match self.chance.below(3) {
            0 => {
                let whose = self.one_of(&ALL).unwrap().misspelt();
                format!("{} of {whose}?", question.trim_end_matches('?'))
            }
            _ => question.to_owned(),
        }
    }

    fn source(&mut self) -> String {
        let ids = [ALL.map(Alone::source).as_slice(), &["twin", "lease", "canteen"]].concat();
        self.one_of(&ids).unwrap().to_owned()
    }

    async fn act(&mut self) {
        let people: Vec<Person> = self.tenants.people().map(Person::clone).into();
        let person = self.one_of(&people).unwrap();
        let channel = self.one_of(&self.tenants.channels(&person)).unwrap();
        match self.chance.below(20) {
            0..3 => self.mention(person, channel).await,
            3 => self.reply(person, channel).await,
            4..6 => self.ask(person, channel).await,
            6 => self.look_up(person, channel).await,
            7 => self.complete(person, channel).await,
            8 => self.about(person, channel).await,
            9 => self.verify(person, channel).await,
            10..14 => self.press(person, channel).await,
            14 => self.forge(person, channel).await,
            15 => self.choose(person, channel).await,
            16 => self.menu(person, channel).await,
            17 => self.edit().await,
            18 => self.moderate().await,
            _ if self.chance.one_in(3) => self.read_again().await,
            _ => self.withdraw().await,
        }
    }

    fn count(&mut self, what: &'static str) {
        *self.done.entry(what).or_default() += 1;
    }

    /// Waits until an interaction is answered, with all that follows when it was only announced.
    async fn answered(&mut self, what: &'static str, person: &Person, channel: Id, interaction: Id) {
        self.count(what);
        self.called.insert(interaction, (person.clone(), channel));
        let discord = &self.tenants.scene.discord;
        let callback = format!("/interactions/{interaction}/");
        let answer = discord.request_when(SOON, |request| request.path.contains(&callback)).await;
        let answer = answer.unwrap_or_else(|| panic!("{what} was not answered"));
        if matches!(answer.body["type"].as_u64(), Some(5 | 6)) {
            let token = format!("token-of-{interaction}");
            let follows =
                |request: &Recorded| request.path.contains("/webhooks/") && request.path.contains(&token);
            assert!(discord.request_when(SOON, follows).await.is_some(), "{what} was not completed");
        }
    }

    async fn mention(&mut self, person: Person, channel: Id) {
        let text = self.question();
        let Ok(message) = person.say(channel, &self.tenants.scene.mention(&text)) else { return };
        self.count("mention");
        self.tenants.scene.reply_to(&person, channel, message).await;
        self.questions.push((person, message));
    }

    async fn reply(&mut self, person: Person, channel: Id) {
        // Without its privileged intent the bot reads only replies to messages of its own that are no responses.
        let all = person.sees(channel).messages;
        let is_answer = |shown: &&Shown| {
            let to = all.iter().find(|other| Some(other.id) == shown.reply_to);
            shown.author == NAME && !shown.is_ephemeral && to.is_some_and(|to| to.author != NAME)
        };
        let answers: Vec<Id> = all.iter().filter(is_answer).map(|shown| shown.id).collect();
        let Some(to) = self.one_of(&answers) else { return };
        let text = self.question();
        let Ok(message) = person.reply(to, &text, Ping::Yes) else { return };
        self.count("reply");
        self.tenants.scene.reply_to(&person, channel, message).await;
    }

    async fn ask(&mut self, person: Person, channel: Id) {
        let mut options = vec![("question", json!(self.question()))];
        if self.chance.one_in(2) {
            options.push(("source", json!(self.source())));
        }
        if self.chance.one_in(2) {
            options.push(("private", json!(true)));
        }
        self.invoke("ask", "ask", person, channel, &options).await;
    }

    async fn look_up(&mut self, person: Person, channel: Id) {
        if self.chance.one_in(2) {
            let mut options = vec![("query", json!(self.question()))];
            if self.chance.one_in(2) {
                options.push(("source", json!(self.source())));
            }
            return self.invoke("search", "search", person, channel, &options).await;
        }
        let options = [("id", json!(self.source())), ("line", json!(self.chance.between(1, 9)))];
        self.invoke("source", "source", person, channel, &options).await;
    }

    async fn invoke(
        &mut self,
        what: &'static str,
        command: &str,
        person: Person,
        channel: Id,
        options: &[(&str, Value)],
    ) {
        let Ok(invoked) = person.invoke(channel, command, options) else { return };
        self.answered(what, &person, channel, invoked).await;
    }

    async fn complete(&mut self, person: Person, channel: Id) {
        let fields = [("ask", "source"), ("source", "id"), ("search", "source"), ("search", "query")];
        let (command, option) = self.one_of(&fields).unwrap();
        let typed = match self.chance.one_in(3) {
            true => self.one_of(&ALL).unwrap().misspelt(),
            false => self.chance.pick(&TYPED),
        };
        let Ok(typed) = person.autocomplete(channel, command, &[(option, json!(typed))], option) else {
            return;
        };
        self.answered("completion", &person, channel, typed).await;
    }

    async fn about(&mut self, person: Person, channel: Id) {
        let command = self.chance.pick(&["passim sources", "passim why", "passim help"]);
        self.invoke("about", command, person, channel, &[]).await;
    }

    async fn verify(&mut self, person: Person, channel: Id) {
        let answer = match self.chance.below(3) {
            0 => None,
            1 => self.one_of(&self.receipts.clone()),
            _ => {
                let all = self.everything();
                let found = self.one_of(&all);
                let guild = if channel == self.tenants.harbour {
                    self.tenants.other
                } else {
                    self.tenants.scene.guild
                };
                found.map(|(_, channel, shown)| super::link(guild, channel, shown.id))
            }
        };
        let options: Vec<(&str, Value)> = answer.iter().map(|answer| ("answer", json!(answer))).collect();
        self.invoke("verify", "passim verify", person, channel, &options).await;
    }

    /// What the bot said that somebody sees in a channel.
    fn shown(&self, person: &Person, channel: Id) -> Vec<Shown> {
        let messages = person.sees(channel).messages;
        messages.into_iter().filter(|shown| shown.author == NAME && !shown.is_thinking).collect()
    }

    /// What the bot said to anybody.
    fn everything(&self) -> Vec<(Person, Id, Shown)> {
        let mut all = Vec::new();
        for person in self.tenants.people() {
            for channel in self.tenants.channels(person) {
                all.extend(
                    self.shown(person, channel).into_iter().map(|shown| (person.clone(), channel, shown)),
                );
            }
        }
        all
    }

    async fn press(&mut self, person: Person, channel: Id) {
        let buttons: Vec<(Id, String)> = self
            .shown(&person, channel)
            .into_iter()
            .flat_map(|shown| {
                let labels = shown.buttons.into_iter().filter_map(|button| button.custom_id);
                labels.map(move |custom_id| (shown.id, custom_id)).collect::<Vec<_>>()
            })
            .filter(|(_, custom_id)| !custom_id.contains("delete-my-data") && !custom_id.contains(":remove:"))
            .collect();
        let Some((message, button)) = self.one_of(&buttons) else { return };
        let Ok(pressed) = person.press(message, &button) else { return };
        self.answered("press", &person, channel, pressed).await;
        let Ok(form) = person.gets_form(pressed, Duration::ZERO).await else { return };
        let text = if form.custom_id.contains("next-question") {
            self.question()
        } else {
            "It is wrong.".to_owned()
        };
        let Ok(sent) = person.submit(pressed, &[("text", &text)]) else { return };
        self.answered("form", &person, channel, sent).await;
    }

    /// A button of anybody's, anywhere, sent by somebody else from where they are.
    async fn forge(&mut self, person: Person, channel: Id) {
        let Some(here) = self.one_of(&self.shown(&person, channel)) else { return };
        let all = self.everything();
        let buttons: Vec<String> = all
            .into_iter()
            .flat_map(|(_, _, shown)| shown.buttons)
            .filter_map(|button| button.custom_id)
            .collect();
        let Some(button) = self.one_of(&buttons) else { return };
        if button.contains("delete-my-data") {
            return;
        }
        let Ok(pressed) = person.press_forged(here.id, &button) else { return };
        self.answered("forged press", &person, channel, pressed).await;
    }

    /// A select, where there is one; else a question that several of theirs fit.
    async fn choose(&mut self, person: Person, channel: Id) {
        let shown = self.shown(&person, channel);
        let selects: Vec<(Id, String, String)> = shown
            .into_iter()
            .flat_map(|shown| {
                let id = shown.id;
                let all = shown.selects.into_iter();
                all.flat_map(move |select| {
                    let custom_id = select.custom_id.clone();
                    select.options.into_iter().map(move |(_, value)| (id, custom_id.clone(), value))
                })
                .collect::<Vec<_>>()
            })
            .collect();
        let Some((message, select, value)) = self.one_of(&selects) else {
            let options = [("question", json!("Which lighthouse was built in 1911?"))];
            return self.invoke("choice", "ask", person, channel, &options).await;
        };
        let Ok(chosen) = person.choose(message, &select, &[value.as_str()]) else { return };
        self.answered("choice", &person, channel, chosen).await;
    }

    async fn menu(&mut self, person: Person, channel: Id) {
        let claim =
            if self.chance.one_in(2) { self.chance.pick(&CLAIMS).to_owned() } else { self.question() };
        let name = self.chance.pick(&["Ask the sources about this", "Check against the sources"]);
        // What is neither a mention nor a direct message is answered by nobody.
        let channel = if person.direct_channel(self.tenants.scene.bot) == channel {
            self.tenants.channels(&person)[1]
        } else {
            channel
        };
        let Ok(message) = person.say(channel, &claim) else { return };
        let Ok(used) = person.use_menu(message, name) else { return };
        self.answered("menu", &person, channel, used).await;
    }

    async fn edit(&mut self) {
        let Some((person, message)) = self.one_of(&self.questions.clone()) else { return };
        let text = self.tenants.scene.mention(&self.question());
        if person.edit(message, &text).is_ok() {
            self.count("edit");
        }
    }

    async fn moderate(&mut self) {
        let scene = &self.tenants.scene;
        let (ann, gus, dora) = (scene.ann.clone(), self.tenants.gus.clone(), self.tenants.dora.clone());
        let places = [
            (ann, scene.general),
            (gus.clone(), scene.general),
            (gus, scene.random),
            (dora, self.tenants.harbour),
        ];
        let (person, channel) = self.one_of(&places).unwrap();
        let command = self.chance.pick(&["unanswered", "feedback", "status"]);
        self.invoke("moderation", &format!("passim-admin {command}"), person, channel, &[]).await;
    }

    /// Some source is another, and all is read again.
    async fn read_again(&mut self) {
        self.versions += 1;
        let alone = self.one_of(&ALL).unwrap();
        let (name, word) = (alone.source(), alone.word());
        let version = self.versions;
        let text = format!(
            "# Keys\n\nThe key of the boathouse is kept by {word} Meyer since {version}. The parrot of the lighthouse is \
             fed by {word} Brandt.\n"
        );
        self.tenants.scene.write(&format!("{name}.md"), &text);
        self.tenants.scene.read_again().await;
        self.count("re-index");
    }

    /// An answer is taken back, for a reason that says what it was.
    async fn withdraw(&mut self) {
        let (gus, scene) = (self.tenants.gus.clone(), &self.tenants.scene);
        let channel = self.one_of(&[scene.general, scene.random]).unwrap();
        let answers = self.shown(&gus, channel).into_iter().filter(|shown| !shown.is_ephemeral);
        // What is being edited may be another answer by the time that it is withdrawn.
        let is_editable = |to: Option<Id>| self.questions.iter().any(|(_, message)| Some(*message) == to);
        let answers =
            answers.filter(|shown| shown.button("Passage").is_some() && !is_editable(shown.reply_to));
        let answers: Vec<Shown> = answers.collect();
        let Some(answer) = self.one_of(&answers) else { return };
        let Ok(used) = gus.use_menu(answer.id, "Withdraw this answer") else { return };
        self.answered("withdrawal", &gus, channel, used).await;
        // Of what is cited: a correction beside it may name a word of other sources.
        let quoted: String = answer.content.lines().filter(|line| line.starts_with("> ")).collect();
        let words: Vec<&str> = words_in(&quoted).into_iter().map(Alone::word).collect();
        let reason = format!("It is not {} any more.", words.join(" or "));
        let Ok(sent) = gus.submit(used, &[("text", &reason)]) else { return };
        self.answered("withdrawal", &gus, channel, sent).await;
    }

    /// Everything that anybody sees, and every request since the last time.
    async fn look(&mut self) {
        // What comes below an answer, or after an edit, may be under way.
        tokio::time::sleep(Duration::from_millis(500)).await;
        self.tenants.assert_closed();
        for (_, _, shown) in self.everything() {
            self.seen.extend(words_in(&shown.content));
            let receipt = shown.content.split("Receipt: ").nth(1).map(|rest| rest.trim().to_owned());
            self.receipts.extend(receipt);
        }
        let requests = self.tenants.scene.discord.requests_after(self.looked_at);
        self.looked_at += requests.len();
        for request in requests {
            let leaked: Vec<Alone> =
                words_in(&request.body.to_string()).difference(&self.readable(&request)).copied().collect();
            assert!(leaked.is_empty(), "{leaked:?} in {} {}: {}", request.method, request.path, request.body);
        }
    }

    /// What those may read, at most, whom a request reaches.
    fn readable(&self, request: &Recorded) -> BTreeSet<Alone> {
        let steps: Vec<&str> = request.path.split('/').collect();
        let number = |step: &str| step.parse::<Id>().ok();
        let after = |name: &str| {
            steps.iter().position(|step| *step == name).and_then(|at| steps.get(at + 1)).copied()
        };
        if let Some(channel) = after("channels").and_then(number) {
            let direct = self
                .tenants
                .people()
                .into_iter()
                .find(|person| person.direct_channel(self.tenants.scene.bot) == channel);
            return match direct {
                Some(person) => self.tenants.alone_in(person, channel),
                None => self.tenants.all_in(channel),
            };
        }
        let token = steps.iter().find_map(|step| step.strip_prefix("token-of-"));
        let interaction = token.or(after("interactions")).and_then(number);
        match interaction.and_then(|id| self.called.get(&id)) {
            Some((person, channel)) => self.tenants.alone_in(person, *channel),
            // ann wants the documents read again.
            None if interaction.is_some() => ALL.into(),
            None => BTreeSet::new(),
        }
    }
}
