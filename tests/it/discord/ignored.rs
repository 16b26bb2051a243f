//! What is no question, and what gets a sign or a hint at most.

use passim::local_discord::{Ping, Shown};
use serde_json::json;
use serenity::all::{ChannelId, HttpBuilder};

use super::scene::{SOON, Scene};

const QUESTION: &str = "How long does the lease run?";

/// A question that is answered: whatever was asked before it would be answered too, since a bot that ends
/// finishes what it has begun.
async fn last_question_is_the_only_one(mut scene: Scene) {
    scene.ask(&scene.ann, scene.general, "How much is lunch?").await;
    scene.stop().await;
    let said = scene.said(&scene.ann, scene.general);
    assert_eq!(said.len(), 1, "{}", scene.ann.sees(scene.general));
    let direct = scene.bob.direct_channel(scene.bot);
    assert!(scene.said(&scene.bob, direct).is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_wrote_to_the_bot_is_no_question() {
    let scene = Scene::new().await;
    let (bob, general) = (scene.bob.clone(), scene.general);
    bob.say(general, QUESTION).unwrap();
    let from_carl = scene.carl.say(general, QUESTION).unwrap();
    bob.reply(from_carl, QUESTION, Ping::Yes).unwrap();
    scene.ann.say(general, &format!("@everyone @here {QUESTION}")).unwrap();
    bob.say(general, &format!("<@{}> {QUESTION}", scene.carl.id())).unwrap();
    bob.say(general, &format!("passim, {QUESTION}")).unwrap();
    last_question_is_the_only_one(scene).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mention_that_is_quoted_or_code_is_no_question() {
    let scene = Scene::new().await;
    let mention = scene.mention(QUESTION);
    for text in [
        format!("> {mention}"),
        format!("> {mention}\nthat is how to ask"),
        format!("look at this\n  > {mention}"),
        format!(">>> he wrote\n{mention}"),
        format!("`{mention}`"),
        format!("``{mention}``"),
        format!("```\n{mention}\n```"),
        format!("```md\nso:\n{mention}\n``` is how to ask"),
    ] {
        scene.bob.say(scene.general, &text).unwrap();
    }
    last_question_is_the_only_one(scene).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forward_is_no_question() {
    let scene = Scene::new().await;
    let question = scene.bob.say(scene.random, &scene.mention(QUESTION)).unwrap();
    scene.reply_to(&scene.bob, scene.random, question).await;
    scene.bob.forward(question, scene.general).unwrap();
    let direct = scene.bob.direct_channel(scene.bot);
    scene.bob.forward(question, direct).unwrap();
    last_question_is_the_only_one(scene).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn programs_and_discord_itself_ask_nothing() {
    let scene = Scene::new().await;
    let other = scene.discord.bot("other", "other.token.secret", 0);
    scene.discord.join(scene.guild, other);
    let http = HttpBuilder::new("other.token.secret").proxy(scene.discord.origin());
    let http = http.ratelimiter_disabled(true).build();
    let body = json!({ "content": scene.mention(QUESTION) });
    // The other bot means to ping.
    http.send_message(ChannelId::new(scene.general), Vec::new(), &body).await.unwrap();
    scene.discord.webhook_says(scene.general, "ci", &scene.mention(QUESTION));
    scene.discord.join_notice(scene.general, &scene.carl);
    scene.discord.pin_notice(scene.general, &scene.ann);
    last_question_is_the_only_one(scene).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reply_without_ping_is_no_question() {
    let mut scene = Scene::new().await;
    let answer = scene.ask(&scene.bob, scene.general, "How much is lunch?").await;
    scene.bob.reply(answer.id, "that is a lot", Ping::No).unwrap();
    scene.bob.reply(answer.id, QUESTION, Ping::No).unwrap();
    scene.ask(&scene.bob, scene.general, "How much is lunch?").await;
    scene.stop().await;
    assert_eq!(scene.said(&scene.bob, scene.general).len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn chatter_gets_a_sign_at_most() {
    let mut scene = Scene::new().await;
    let answer = scene.ask(&scene.bob, scene.general, "How much is lunch?").await;
    let thanks = scene.bob.reply(answer.id, "thanks!", Ping::Yes).unwrap();
    let hello = scene.bob.say(scene.general, &scene.mention("hello")).unwrap();
    let bye = scene.bob.say(scene.general, &scene.mention("Good night.")).unwrap();
    for (message, sign) in [(thanks, "👍"), (hello, "👋"), (bye, "👋")] {
        let has_sign =
            |shown: &Shown| shown.id == message && shown.reactions == [(sign.into(), vec!["passim".into()])];
        scene.bob.finds(scene.general, SOON, sign, has_sign).await.unwrap();
    }
    scene.ask(&scene.bob, scene.general, "When does the canteen open?").await;
    scene.stop().await;
    assert_eq!(scene.said(&scene.bob, scene.general).len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mention_of_the_bots_role_gets_a_hint() {
    let scene = Scene::new().await;
    let role = scene.discord.managed_role(scene.guild, scene.bot);
    let message = scene.bob.say(scene.general, &format!("<@&{role}> {QUESTION}")).unwrap();
    let hint = scene.reply_to(&scene.bob, scene.general, message).await;
    let expected = format!(
        "You mentioned my role: then I do not get to read your question. Mention me instead: <@{}>",
        scene.bot
    );
    assert_eq!((hint.content, hint.pinged), (expected, Vec::new()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mention_of_another_role_gets_nothing() {
    let scene = Scene::new().await;
    let role = scene.discord.role(scene.guild, "lawyers", 0, true);
    scene.discord.give_role(scene.guild, role, scene.bot);
    scene.bob.say(scene.general, &format!("<@&{role}> {QUESTION}")).unwrap();
    last_question_is_the_only_one(scene).await;
}
