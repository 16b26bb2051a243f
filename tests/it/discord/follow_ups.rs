//! Follow-ups: what a question takes from the one before it, and from whose.

use passim::local_discord::Ping;
use serde_json::json;

use super::scene::{Scene, now};

const FIRST: &str = "When was the lease signed?";
const NEXT: &str = "and who signed it?";
/// The reply to `NEXT` says how it was understood, if it was.
const UNDERSTOOD: &str = "Understood as\\: who signed the lease";

fn in_ten_minutes() -> i128 {
    now() + 10 * 60 * 1_000_000_000
}

fn in_two_hours() -> i128 {
    now() + 2 * 60 * 60 * 1_000_000_000
}

#[tokio::test(flavor = "multi_thread")]
async fn a_follow_up_is_understood_from_the_question_before_and_says_so() {
    let scene = Scene::new().await;
    scene.ask(&scene.bob, scene.general, FIRST).await;
    let next = scene.ask(&scene.bob, scene.general, NEXT).await;
    assert!(next.content.starts_with("**Ada Moreau**"), "{next}");
    assert!(next.content.contains(UNDERSTOOD), "{next}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_carried_from_channel_to_channel() {
    let scene = Scene::new().await;
    let bob = &scene.bob;
    let thread = scene.discord.thread(scene.general, "a thread");
    let direct = bob.direct_channel(scene.bot);
    scene.ask(bob, scene.general, FIRST).await;
    for channel in [scene.random, thread] {
        let next = scene.ask(bob, channel, NEXT).await;
        assert!(!next.content.contains("Understood"), "{next}");
    }
    let question = bob.say(direct, NEXT).unwrap();
    let next = scene.reply_to(bob, direct, question).await;
    assert!(!next.content.contains("Understood"), "{next}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thread_has_a_conversation_of_its_own() {
    let scene = Scene::new().await;
    let thread = scene.discord.thread(scene.general, "a thread");
    scene.ask(&scene.bob, thread, FIRST).await;
    let outside = scene.ask(&scene.bob, scene.general, NEXT).await;
    assert!(!outside.content.contains("Understood"), "{outside}");
    let inside = scene.ask(&scene.bob, thread, NEXT).await;
    assert!(inside.content.contains(UNDERSTOOD), "{inside}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_goes_on_from_what_somebody_else_asked() {
    let scene = Scene::new().await;
    scene.ask(&scene.bob, scene.general, FIRST).await;
    let next = scene.ask(&scene.carl, scene.general, NEXT).await;
    assert!(!next.content.contains("Understood"), "{next}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reply_with_ping_goes_on_from_the_answer_whoever_asked() {
    let scene = Scene::new().await;
    let answer = scene.ask(&scene.bob, scene.general, FIRST).await;
    scene.ask(&scene.carl, scene.general, "How much is lunch?").await;
    let question = scene.carl.reply(answer.id, NEXT, Ping::Yes).unwrap();
    let next = scene.reply_to(&scene.carl, scene.general, question).await;
    assert!(next.content.contains(UNDERSTOOD), "{next}");
    // It goes on along the chain.
    let question = scene.bob.reply(next.id, "when?", Ping::Yes).unwrap();
    let last = scene.reply_to(&scene.bob, scene.general, question).await;
    assert!(last.content.contains("Understood as\\: when"), "{last}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mention_in_reply_to_the_answer_of_a_command_goes_on_from_it() {
    let scene = Scene::new().await;
    scene.bob.invoke(scene.general, "ask", &[("question", json!(FIRST))]).unwrap();
    let answer = scene.says(&scene.carl, scene.general, "6 January 2026").await;
    // A ping does not reach the bot here, so that it could not read what is said.
    scene.carl.reply(answer.id, NEXT, Ping::Yes).unwrap();
    let question = scene.carl.reply(answer.id, &scene.mention(NEXT), Ping::Yes).unwrap();
    let next = scene.reply_to(&scene.carl, scene.general, question).await;
    assert!(next.content.contains(UNDERSTOOD), "{next}");
    assert_eq!(scene.said(&scene.carl, scene.general).len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn commands_and_mentions_in_a_channel_are_one_conversation() {
    let scene = Scene::new().await;
    scene.ask(&scene.bob, scene.general, FIRST).await;
    scene.bob.invoke(scene.general, "ask", &[("question", json!(NEXT))]).unwrap();
    let next = scene.says(&scene.bob, scene.general, UNDERSTOOD).await;
    assert!(next.content.starts_with("**Ada Moreau**"), "{next}");
    assert!(next.content.ends_with("-# Question: and who signed it?"), "{next}");
}

#[tokio::test(flavor = "multi_thread")]
async fn chatter_in_between_changes_nothing() {
    let scene = Scene::new().await;
    scene.ask(&scene.bob, scene.general, FIRST).await;
    scene.bob.say(scene.general, &scene.mention("thanks")).unwrap();
    scene.ask(&scene.bob, scene.general, "").await;
    let next = scene.ask(&scene.bob, scene.general, NEXT).await;
    assert!(next.content.contains(UNDERSTOOD), "{next}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_conversation_outlives_a_restart_but_not_its_time() {
    let mut scene = Scene::new().await;
    scene.ask(&scene.bob, scene.general, FIRST).await;
    scene.restart().await;
    let next = scene.ask(&scene.bob, scene.general, NEXT).await;
    assert!(next.content.contains(UNDERSTOOD), "{next}");

    scene.stop().await;
    scene.clock = in_two_hours;
    scene.start().await;
    let late = scene.ask(&scene.bob, scene.general, NEXT).await;
    assert!(!late.content.contains("Understood"), "{late}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reply_goes_on_from_its_answer_however_old_that_is() {
    let mut scene = Scene::new().await;
    let answer = scene.ask(&scene.bob, scene.general, FIRST).await;
    scene.stop().await;
    scene.clock = in_two_hours;
    scene.start().await;
    let question = scene.bob.reply(answer.id, NEXT, Ping::Yes).unwrap();
    let next = scene.reply_to(&scene.bob, scene.general, question).await;
    assert!(next.content.contains(UNDERSTOOD), "{next}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_settings_say_how_long_a_conversation_lasts() {
    let mut scene = Scene::with_settings("[retention]\nconversation_minutes = 5\n").await;
    scene.ask(&scene.bob, scene.general, FIRST).await;
    scene.stop().await;
    scene.clock = in_ten_minutes;
    scene.start().await;
    let late = scene.ask(&scene.bob, scene.general, NEXT).await;
    assert!(!late.content.contains("Understood"), "{late}");
}
