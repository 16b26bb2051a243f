//! A gateway that breaks, requests that fail, too much at once, and the end: everybody is answered once, or told.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use passim::discord::serve::ServeError;
use passim::local_discord::{Failure, Fault, Id, Moment, Person, Screen, Shown};
use serde_json::json;

use crate::local_discord::zlib;

use super::scene::{NAME, SOON, Scene, WIDE_LIMITS};

const LEASE: &str = "How long does the lease run?";
const ANSWER: &str = "**15 years**, per source **lease** [1]";
const LUNCH: &str = "How much is lunch?";
const STOPPING: &str = "I am about to restart. Please ask again in a minute.";

fn ask(person: &Person, channel: Id, question: &str, private: bool) -> Id {
    let options = [("question", json!(question)), ("private", json!(private))];
    person.invoke(channel, "ask", &options).unwrap()
}

/// The messages of the bot that somebody sees, with this text.
fn count(person: &Person, channel: Id, text: &str) -> usize {
    let is_meant = |shown: &&Shown| shown.author == NAME && shown.content.contains(text);
    person.sees(channel).messages.iter().filter(is_meant).count()
}

/// Waits until there are so many of them, and sees that there are no more when the bot has done something else.
async fn exactly(scene: &Scene, person: &Person, channel: Id, text: &str, number: usize) {
    let has_come = |_: &Screen| count(person, channel, text) >= number;
    person.sees_when(channel, SOON, text, has_come).await.unwrap();
    let last = ask(&scene.ann, scene.random, LUNCH, true);
    scene.tells(&scene.ann, scene.random, "6 euros").await;
    assert_eq!(count(person, channel, text), number, "{last}: {}", person.sees(channel));
}

/// How many messages of the bot answer each of these.
fn replies(person: &Person, channel: Id, to: &[Id]) -> BTreeMap<Id, usize> {
    let mut found: BTreeMap<Id, usize> = to.iter().map(|id| (*id, 0)).collect();
    for shown in person.sees(channel).messages {
        if let Some(count) = shown.reply_to.and_then(|id| found.get_mut(&id)) {
            *count += 1;
        }
    }
    found
}

fn fault(method: &'static str, path: &'static str, failure: Failure, moment: Moment) -> Fault {
    Fault { method, path, times: 1, failure, moment }
}

const FAILURES: [(Failure, Moment); 4] = [
    (Failure::RateLimited { retry_after: 0.1 }, Moment::BeforeEffect),
    (Failure::Status(500), Moment::BeforeEffect),
    (Failure::Status(503), Moment::BeforeEffect),
    (Failure::Status(502), Moment::AfterEffect),
];

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_that_is_cut_in_the_middle_of_anything_loses_and_doubles_nothing() {
    let scene = Scene::new().await;
    // However long a busy machine takes to resume, nobody is too late.
    scene.discord.stop_the_clock();
    let old = scene.ask(&scene.bob, scene.general, LEASE).await;
    let (bob, general) = (&scene.bob, scene.general);
    for is_before in [true, false] {
        let cut = |now: bool| {
            if now == is_before {
                scene.discord.cut()
            }
        };
        let rounds = if is_before { 1 } else { 2 };
        cut(true);
        let question = bob.say(general, &scene.mention("When does the canteen open?")).unwrap();
        cut(false);
        scene.reply_to(bob, general, question).await;

        cut(true);
        ask(bob, general, "Who signed the lease?", false);
        cut(false);
        exactly(&scene, &scene.carl, general, "Ada Moreau", rounds).await;

        cut(true);
        let typed = bob.autocomplete(general, "source", &[("id", json!("le"))], "id").unwrap();
        cut(false);
        assert_eq!(bob.gets_choices(typed, SOON).await.unwrap()[0].value, "lease");

        cut(true);
        bob.press(old.id, "Helpful").unwrap();
        cut(false);
        exactly(&scene, bob, general, "Noted as helpful", rounds).await;

        let pressed = bob.press(old.id, "Ask on").unwrap();
        bob.gets_form(pressed, SOON).await.unwrap();
        cut(true);
        bob.submit(pressed, &[("text", "Is soup free for apprentices?")]).unwrap();
        cut(false);
        exactly(&scene, &scene.carl, general, "Question: Is soup free", rounds).await;

        let note = scene.carl.say(general, "How much is the rent a month?").unwrap();
        cut(true);
        bob.use_menu(note, "Ask the sources about this").unwrap();
        cut(false);
        exactly(&scene, bob, general, "4,200 euros", rounds).await;
        assert_eq!(replies(bob, general, &[question])[&question], 1);
    }
    assert_eq!(scene.discord.sessions(), 1, "it is resumed, not begun anew");
    let screen = bob.sees(general);
    assert!(screen.failures.is_empty(), "{screen}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_is_to_be_resumed_is_and_hears_what_it_missed() {
    let scene = Scene::new().await;
    scene.ask(&scene.bob, scene.general, LEASE).await;
    scene.discord.ask_to_reconnect();
    let missed = scene.bob.say(scene.general, &scene.mention(LUNCH)).unwrap();
    scene.reply_to(&scene.bob, scene.general, missed).await;
    scene.discord.invalidate_sessions(true);
    let missed = scene.bob.say(scene.general, &scene.mention("Who signed the lease?")).unwrap();
    scene.reply_to(&scene.bob, scene.general, missed).await;
    assert_eq!(scene.discord.sessions(), 1);
    assert_eq!(count(&scene.bob, scene.general, ""), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_is_over_is_begun_anew() {
    let scene = Scene::new().await;
    let old = scene.ask(&scene.bob, scene.general, LEASE).await;
    scene.discord.invalidate_sessions(false);
    assert!(scene.discord.is_connected(scene.bot, SOON).await);
    let answer = scene.ask(&scene.bob, scene.general, LUNCH).await;
    assert!(answer.content.contains("6 euros"), "{answer}");
    scene.bob.press(old.id, "Passage").unwrap();
    scene.tells(&scene.bob, scene.general, "lease of the office").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_packed_ready_is_read() {
    let mut scene = Scene::quiet().await;
    scene.discord.compress_ready(zlib);
    scene.start().await;
    let answer = scene.ask(&scene.bob, scene.general, LEASE).await;
    assert!(answer.content.starts_with(ANSWER), "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_died_without_a_word_is_noticed_by_its_heartbeats() {
    let mut scene = Scene::quiet().await;
    scene.discord.heartbeat_interval(Duration::from_millis(500));
    scene.start().await;
    scene.ask(&scene.bob, scene.general, LEASE).await;
    scene.discord.acknowledge_heartbeats(false);
    scene.discord.forget_sessions();
    assert!(scene.discord.is_connected(scene.bot, SOON).await, "it waits for ever");
    scene.discord.acknowledge_heartbeats(true);
    let answer = scene.ask(&scene.bob, scene.general, LUNCH).await;
    assert!(answer.content.contains("6 euros"), "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_response_that_fails_is_repeated_and_comes_once() {
    let mut scene = Scene::with_settings(WIDE_LIMITS).await;
    // A response that is repeated after it had its effect is refused; that is how the bot knows.
    scene.has_closed_threads = true;
    scene.discord.stop_the_clock();
    for (number, (failure, moment)) in FAILURES.into_iter().enumerate() {
        scene.discord.fail(fault("POST", "/interactions/*/*/callback", failure, moment));
        ask(&scene.bob, scene.general, LEASE, number % 2 == 1);
        exactly(&scene, &scene.bob, scene.general, ANSWER, number + 1).await;
    }
    let typing = |text: &str| scene.bob.autocomplete(scene.general, "source", &[("id", json!(text))], "id");
    for (failure, moment) in FAILURES {
        scene.discord.fail(fault("POST", "/interactions/*/*/callback", failure, moment));
        assert_eq!(scene.bob.gets_choices(typing("le").unwrap(), SOON).await.unwrap().len(), 1);
    }
    let screen = scene.bob.sees(scene.general);
    assert!(screen.failures.is_empty(), "{screen}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_response_that_was_announced_is_put_in_its_place_once() {
    let scene = Scene::with_settings(WIDE_LIMITS).await;
    scene.discord.stop_the_clock();
    scene.discord.message_bucket(10_000, Duration::from_secs(1));
    for (failure, moment) in FAILURES {
        scene.discord.fail(fault("PATCH", "/webhooks/*/*/messages/@original", failure, moment));
    }
    scene.occupy(scene.random, 100);
    ask(&scene.bob, scene.general, LEASE, false);
    scene.bob.finds(scene.general, SOON, "…", |shown| shown.is_thinking).await.unwrap();
    exactly(&scene, &scene.bob, scene.general, ANSWER, 1).await;
    assert_eq!(count(&scene.bob, scene.general, ""), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mention_is_answered_when_discord_takes_messages_again() {
    let scene = Scene::new().await;
    let failing = fault("POST", "/channels/*/messages", Failure::Status(500), Moment::BeforeEffect);
    scene.discord.fail(Fault { times: 5, ..failing });
    let answer = scene.ask(&scene.bob, scene.general, LEASE).await;
    assert!(answer.content.starts_with(ANSWER), "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_fails_is_repeated_and_comes_once() {
    let scene = Scene::with_settings(WIDE_LIMITS).await;
    scene.discord.message_bucket(1_000, Duration::from_secs(1));
    for (failure, moment) in FAILURES {
        scene.discord.fail(fault("POST", "/channels/*/messages", failure, moment));
        let question = scene.bob.say(scene.general, &scene.mention(LEASE)).unwrap();
        let answer = scene.reply_to(&scene.bob, scene.general, question).await;
        assert!(answer.content.starts_with(ANSWER) && !answer.buttons.is_empty(), "{answer}");
        // What answers it is known, however it was sent.
        scene.discord.fail(fault("PATCH", "/channels/*/messages/*", failure, moment));
        scene.bob.edit(question, &scene.mention(LUNCH)).unwrap();
        let is_changed = |shown: &Shown| shown.id == answer.id && shown.content.contains("6 euros");
        scene.bob.finds(scene.general, SOON, "the new answer", is_changed).await.unwrap();
        assert_eq!(replies(&scene.bob, scene.general, &[question])[&question], 1);
        scene.discord.fail(fault("DELETE", "/channels/*/messages/*", failure, moment));
        scene.bob.delete(question).unwrap();
        let is_gone = |screen: &Screen| screen.messages.iter().all(|shown| shown.id != answer.id);
        scene.bob.sees_when(scene.general, SOON, "no answer", is_gone).await.unwrap();
        scene.discord.fail(fault("PUT", "/channels/*/messages/*/reactions/*/@me", failure, moment));
        let thanks = scene.bob.say(scene.general, &scene.mention("Thank you!")).unwrap();
        let is_seen = |shown: &Shown| shown.id == thanks && !shown.reactions.is_empty();
        scene.bob.finds(scene.general, SOON, "a reaction", is_seen).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn more_answers_than_a_channel_takes_at_once_come_when_it_takes_them() {
    let scene = Scene::with_settings(WIDE_LIMITS).await;
    let text = scene.mention(LEASE);
    let questions: Vec<Id> = (0..8).map(|_| scene.bob.say(scene.general, &text).unwrap()).collect();
    for question in &questions {
        scene.reply_to(&scene.bob, scene.general, *question).await;
    }
    assert!(replies(&scene.bob, scene.general, &questions).values().all(|count| *count == 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_belongs_to_the_team_is_asked_again_where_that_fails() {
    for (failure, moment) in FAILURES {
        let scene = Scene::new().await;
        scene.discord.fail(fault("GET", "/guilds/*/members/*", failure, moment));
        let direct = scene.bob.direct_channel(scene.bot);
        scene.bob.say(direct, LEASE).unwrap();
        scene.says(&scene.bob, direct, ANSWER).await;
    }
    let scene = Scene::new().await;
    let (failure, moment) = (Failure::Status(503), Moment::BeforeEffect);
    scene.discord.fail(Fault { times: 8, ..fault("GET", "/guilds/*/members/*", failure, moment) });
    let direct = scene.bob.direct_channel(scene.bot);
    ask(&scene.bob, direct, LEASE, false);
    scene.says(&scene.bob, direct, "I could not find out whether you belong to the team.").await;
    let message = scene.bob.say(direct, LEASE).unwrap();
    let told = scene.reply_to(&scene.bob, direct, message).await;
    assert!(told.content.starts_with("I could not find out"), "{told}");
    scene.bob.say(direct, LEASE).unwrap();
    scene.says(&scene.bob, direct, ANSWER).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_in_several_messages_comes_once_whatever_fails() {
    let scene = Scene::new().await;
    for number in 10..20 {
        let name = format!("{}-{number}.md", "long-name-of-a-file-".repeat(10));
        std::fs::write(scene.corpus().join(name), b"\xff\xfe\xff").unwrap();
    }
    scene.discord.fail(fault(
        "PATCH",
        "/webhooks/*/*/messages/@original",
        Failure::Status(502),
        Moment::AfterEffect,
    ));
    scene.discord.fail(fault("POST", "/webhooks/*/*", Failure::Status(502), Moment::AfterEffect));
    scene.discord.fail(fault("POST", "/users/@me/channels", Failure::Status(502), Moment::AfterEffect));
    scene.ann.invoke(scene.general, "reindex", &[]).unwrap();
    let direct = scene.ann.direct_channel(scene.bot);
    for place in [direct, scene.general] {
        exactly(&scene, &scene.ann, place, "**Done**", 1).await;
        exactly(&scene, &scene.ann, place, "Unchanged: 2.", 1).await;
        assert_eq!(count(&scene.ann, place, ""), 2, "{}", scene.ann.sees(place));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_start_survives_requests_that_fail_once() {
    let ways = [
        ("GET", "/oauth2/applications/@me"),
        ("GET", "/applications/*/commands"),
        ("PUT", "/applications/*/commands"),
        ("GET", "/applications/*/guilds/*/commands"),
        ("GET", "/gateway"),
    ];
    let mut scene = Scene::quiet().await;
    for (number, (failure, moment)) in FAILURES.into_iter().enumerate() {
        for (method, path) in ways {
            scene.discord.fail(fault(method, path, failure, moment));
        }
        scene.start().await;
        ask(&scene.bob, scene.general, LEASE, false);
        exactly(&scene, &scene.carl, scene.general, ANSWER, number + 1).await;
        scene.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interaction_that_is_answered_too_late_is_lost_alone() {
    let scene = Scene::new().await;
    scene.discord.stop_the_clock();
    ask(&scene.bob, scene.general, LEASE, false);
    scene.discord.advance(Duration::from_secs(4));
    let has_failed = |screen: &Screen| !screen.failures.is_empty();
    let screen = scene.bob.sees_when(scene.general, SOON, "a failure", has_failed).await.unwrap();
    assert_eq!(screen.failures, ["/ask: the application did not respond"]);
    ask(&scene.bob, scene.general, LUNCH, false);
    exactly(&scene, &scene.bob, scene.general, "6 euros", 1).await;
    assert_eq!(count(&scene.bob, scene.general, ""), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_takes_its_time_is_announced_to_those_who_will_see_it() {
    let scene = Scene::with_settings(WIDE_LIMITS).await;
    scene.discord.message_bucket(10_000, Duration::from_secs(1));
    scene.occupy(scene.random, 150);
    let asked = Instant::now();
    ask(&scene.bob, scene.general, LEASE, false);
    let is_announced = |shown: &Shown| shown.is_thinking && !shown.is_ephemeral;
    let announced = scene.carl.finds(scene.general, SOON, "that it comes", is_announced).await.unwrap();
    assert!(asked.elapsed() < Duration::from_millis(1_500), "{:?}", asked.elapsed());
    ask(&scene.bob, scene.general, LUNCH, true);
    let is_announced = |shown: &Shown| shown.is_thinking && shown.is_ephemeral;
    let secret = scene.bob.finds(scene.general, SOON, "that it comes", is_announced).await.unwrap();
    let is_answered = |shown: &Shown| shown.id == announced.id && shown.content.starts_with(ANSWER);
    scene.carl.finds(scene.general, SOON, "the answer", is_answered).await.unwrap();
    let is_answered = |shown: &Shown| shown.id == secret.id && shown.content.contains("6 euros");
    let answer = scene.bob.finds(scene.general, SOON, "the answer", is_answered).await.unwrap();
    assert!(answer.is_ephemeral);
    assert_eq!(count(&scene.carl, scene.general, ""), 1);
    assert_eq!(count(&scene.bob, scene.general, ""), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_end_lets_answers_under_way_come_and_takes_no_new_questions() {
    let mut scene = Scene::with_settings(&format!("drain_seconds = 60\n{WIDE_LIMITS}")).await;
    scene.discord.message_bucket(10_000, Duration::from_secs(1));
    let others = scene.occupy(scene.random, 200);
    ask(&scene.bob, scene.general, LEASE, false);
    scene.bob.finds(scene.general, SOON, "…", |shown| shown.is_thinking).await.unwrap();
    scene.ask_to_stop().await;
    // It hears of the wish in its own time.
    let started = Instant::now();
    while count(&scene.carl, scene.general, STOPPING) == 0 {
        assert!(started.elapsed() < SOON, "{}", scene.carl.sees(scene.general));
        ask(&scene.carl, scene.general, LUNCH, true);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let late = scene.ask(&scene.carl, scene.general, LUNCH).await;
    assert_eq!(late.content, STOPPING);
    scene.outcome().await.unwrap();
    assert!(!scene.discord.is_connected(scene.bot, Duration::ZERO).await);
    assert_eq!(count(&scene.bob, scene.general, ANSWER), 1);
    // What had come was accepted and answered, or has the sign that it was not; nothing is silent or double.
    let signed = |id: &Id| {
        let screen = scene.carl.sees(scene.random);
        screen.messages.iter().any(|shown| shown.id == *id && !shown.reactions.is_empty())
    };
    for (question, count) in replies(&scene.carl, scene.random, &others) {
        assert!(count == 1 || count == 0 && signed(&question), "{count} to {question}");
    }
    let screen = scene.carl.sees(scene.general);
    assert!(screen.failures.is_empty() && !screen.messages.iter().any(|shown| shown.is_thinking), "{screen}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_end_waits_for_a_connection_that_was_just_lost() {
    let mut scene = Scene::new().await;
    scene.ask_to_stop().await;
    // Longer than it would wait for what is on its way over a connection that stands.
    for _ in 0..5 {
        tokio::time::sleep(Duration::from_millis(100)).await;
        scene.discord.cut();
    }
    let asked = scene.bob.say(scene.general, &scene.mention(LEASE)).unwrap();
    scene.outcome().await.unwrap();
    let told = scene.discord.answers_to(asked);
    assert!(told.iter().any(|shown| shown.content == STOPPING), "{}", scene.bob.sees(scene.general));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_end_waits_as_long_as_the_settings_say_and_no_longer() {
    let mut scene = Scene::with_settings(&format!("drain_seconds = 1\n{WIDE_LIMITS}")).await;
    scene.discord.message_bucket(10_000, Duration::from_secs(1));
    let others = scene.occupy(scene.random, 900);
    scene.reply_to(&scene.carl, scene.random, others[0]).await;
    scene.ask_to_stop().await;
    scene.outcome().await.unwrap();
    let answered = replies(&scene.carl, scene.random, &others).values().filter(|count| **count > 0).count();
    assert!(answered < others.len(), "all were answered in time, so this showed nothing");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_wishes_the_end_twice_has_it_at_once() {
    let mut scene = Scene::with_settings(&format!("drain_seconds = 300\n{WIDE_LIMITS}")).await;
    scene.discord.message_bucket(10_000, Duration::from_secs(1));
    let others = scene.occupy(scene.random, 900);
    scene.reply_to(&scene.carl, scene.random, others[0]).await;
    scene.ask_to_stop().await;
    scene.ask_to_stop().await;
    scene.outcome().await.unwrap();
    assert!(replies(&scene.carl, scene.random, &others).values().any(|count| *count == 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn closing_codes_that_are_final_end_it_with_what_to_do() {
    let codes = [
        (4004, "copy the bot's token again from the developer portal"),
        (4013, "this is a fault of this version of passim"),
        (4014, "look under Bot, Privileged Gateway Intents, in the developer portal"),
    ];
    for (code, cure) in codes {
        let mut scene = Scene::new().await;
        scene.ask(&scene.bob, scene.general, LEASE).await;
        scene.discord.close(code);
        let error = scene.outcome().await.unwrap_err();
        let is_meant = match code {
            4004 => matches!(error, ServeError::WrongToken),
            4013 => matches!(error, ServeError::WrongIntents),
            _ => matches!(error, ServeError::ForbiddenIntents),
        };
        let said = error.to_string();
        assert!(is_meant && said.contains(cure) && said.contains(&code.to_string()), "{said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_that_comes_back_in_time_is_as_if_nothing_had_been() {
    let scene = Scene::new().await;
    let old = scene.ask(&scene.bob, scene.general, LEASE).await;
    scene.discord.shut_gateway(true);
    let missed = scene.bob.say(scene.general, &scene.mention(LUNCH)).unwrap();
    tokio::time::sleep(Duration::from_millis(500)).await;
    scene.discord.shut_gateway(false);
    assert!(scene.discord.is_connected(scene.bot, SOON).await);
    let answer = scene.ask(&scene.bob, scene.general, LUNCH).await;
    assert!(answer.content.contains("6 euros"), "{answer}");
    scene.bob.press(old.id, "Passage").unwrap();
    scene.tells(&scene.bob, scene.general, "lease of the office").await;
    assert!(replies(&scene.bob, scene.general, &[missed])[&missed] <= 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_that_stays_away_ends_it_with_the_reason() {
    let mut scene = Scene::with_settings("watchdog_seconds = 10\n").await;
    scene.ask(&scene.bob, scene.general, LEASE).await;
    scene.discord.shut_gateway(true);
    let error = scene.outcome().await.unwrap_err();
    assert!(matches!(error, ServeError::Hopeless(_)), "{error}");
    assert!(error.to_string().contains("gateway has not been connected for 1"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_token_ends_the_start_with_what_to_do() {
    let mut scene = Scene::quiet().await;
    let (failure, moment) = (Failure::Status(401), Moment::BeforeEffect);
    scene.discord.fail(fault("GET", "/oauth2/applications/@me", failure, moment));
    scene.launch();
    let said = scene.outcome().await.unwrap_err().to_string();
    assert_eq!(said, "Discord refuses the token (401): copy the bot's token again from the developer portal");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_discord_that_cannot_be_reached_ends_the_start_with_the_reason() {
    let mut scene = Scene::quiet().await;
    scene.set_settings("[discord] # nobody listens there\nproxy = \"http://127.0.0.1:9\"\n");
    scene.launch();
    let error = scene.outcome().await.unwrap_err();
    assert!(error.to_string().starts_with("cannot connect to Discord: "), "{error}");
    let mut scene = Scene::quiet().await;
    let (failure, moment) = (Failure::Status(503), Moment::BeforeEffect);
    scene.discord.fail(Fault { times: 99, ..fault("GET", "/gateway", failure, moment) });
    scene.launch();
    let error = scene.outcome().await.unwrap_err();
    assert!(
        error.to_string().starts_with("cannot connect to Discord: ") && error.to_string().contains("503"),
        "{error}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asks_too_often_is_told_by_command_in_private_and_by_mention_with_a_sign() {
    let scene = Scene::with_settings("[limits]\nperson_per_minute = 2\n").await;
    for _ in 0..2 {
        scene.ask(&scene.bob, scene.general, LEASE).await;
    }
    ask(&scene.bob, scene.general, LEASE, false);
    let told = scene.tells(&scene.bob, scene.general, "That was a lot of questions.").await;
    assert!(told.content.ends_with(" seconds."), "{told}");
    scene.bob.invoke(scene.general, "search", &[("query", json!("lease"))]).unwrap();
    let both = |_: &Screen| count(&scene.bob, scene.general, "That was a lot of questions.") == 2;
    scene.bob.sees_when(scene.general, SOON, "two notices", both).await.unwrap();
    let messages = [(); 3].map(|()| scene.bob.say(scene.general, &scene.mention(LEASE)).unwrap());
    let all_signed = |screen: &Screen| {
        let signed = |id: &Id| {
            let is_signed =
                |shown: &&Shown| shown.id == *id && shown.reactions.iter().any(|(sign, _)| sign == "⏳");
            screen.messages.iter().find(is_signed).is_some()
        };
        messages.iter().all(signed)
    };
    scene.carl.sees_when(scene.general, SOON, "three signs", all_signed).await.unwrap();
    // One sentence a minute, and only for them: somebody else is answered.
    scene.ask(&scene.carl, scene.general, LEASE).await;
    assert_eq!(count(&scene.carl, scene.general, "That was a lot of questions."), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_channel_and_a_guild_have_limits_of_their_own() {
    let scene = Scene::with_settings("[limits]\nchannel_per_minute = 1\nguild_per_minute = 2\n").await;
    scene.ask(&scene.bob, scene.general, LEASE).await;
    ask(&scene.carl, scene.general, LEASE, false);
    scene.tells(&scene.carl, scene.general, "There were a lot of questions in this channel.").await;
    scene.ask(&scene.bob, scene.random, LEASE).await;
    let third = scene.discord.channel(scene.guild, "third");
    ask(&scene.carl, third, LEASE, false);
    scene.tells(&scene.carl, third, "There were a lot of questions in this server.").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_at_once_each_is_answered_or_told_that_there_are_too_many() {
    let limits = WIDE_LIMITS.replace("waiting = 1000", "waiting = 1");
    let scene = Scene::with_settings(&limits).await;
    scene.discord.stop_the_clock();
    scene.discord.message_bucket(10_000, Duration::from_secs(1));
    let questions = scene.occupy(scene.random, 100);
    for _ in 0..20 {
        ask(&scene.bob, scene.general, LEASE, true);
    }
    for question in &questions {
        scene.reply_to(&scene.carl, scene.random, *question).await;
    }
    let all = |_: &Screen| {
        let busy = count(&scene.bob, scene.general, "Too many questions are waiting right now.");
        busy + count(&scene.bob, scene.general, ANSWER) == 20
    };
    scene.bob.sees_when(scene.general, SOON, "twenty answers", all).await.unwrap();
    let after = scene.ask(&scene.carl, scene.random, LUNCH).await;
    assert!(after.content.contains("6 euros"), "{after}");
    assert!(replies(&scene.carl, scene.random, &questions).values().all(|count| *count == 1));
    let busy = count(&scene.carl, scene.random, "Too many questions are waiting right now.");
    assert!(busy > 0 && busy < questions.len(), "{busy}");
    assert_eq!(count(&scene.bob, scene.general, ""), 20);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_that_is_killed_and_started_again_knows_its_buttons() {
    let mut scene = Scene::new().await;
    let old = scene.ask(&scene.bob, scene.general, LEASE).await;
    scene.kill().await;
    scene.start().await;
    scene.bob.press(old.id, "Passage").unwrap();
    scene.tells(&scene.bob, scene.general, "lease of the office").await;
    scene.bob.press(old.id, "Helpful").unwrap();
    scene.tells(&scene.bob, scene.general, "Noted as helpful").await;
}
