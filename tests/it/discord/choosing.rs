//! A question that fits several documents: its asker chooses one, and the answer takes the place of the choice.

use std::time::Duration;

use passim::answer::receipt::sha256;
use passim::local_discord::{Id, Person, Shown};
use passim::store::{
    Asking, AskingId, ChannelId, GuildId, MessageId, Moment, Outcome, Place, Store, Surface, UserId,
};
use serde_json::{Value, json};

use super::scene::{NAME, SOON, Scene, TOKEN, now};
use crate::local_discord::plain;

const QUESTION: &str = "How much is the rent of the flat?";
const CHOOSE: &str = "Choose a document";
const GONE: &str = "This is too old, or was deleted";
const NOT_YOURS: &str = "This belongs to somebody else";

/// Two leases, each with a rent of its own, and the bot.
async fn two_leases() -> Scene {
    let mut scene = Scene::quiet().await;
    scene.write("ghent.md", "# Flat in Ghent\n\nThe rent of the flat is 900 euros a month.\n");
    scene.write("leipzig.md", "# Flat in Leipzig\n\nThe rent of the flat is 700 euros a month.\n");
    scene.start().await;
    scene
}

/// What is left behind where a question is answered by asking back.
struct AskedBack {
    question: Option<Id>,
    /// The message with the select.
    message: Id,
    custom_id: String,
}

fn message_with_select(custom_id: &str) -> Value {
    let option =
        |source: &str, title: &str| json!({ "label": title, "value": sha256(source), "description": source });
    json!({
        "content": "That fits several documents. Which one is meant?",
        "allowed_mentions": { "parse": [] },
        "components": [{ "type": 1, "components": [{
            "type": 3, "custom_id": custom_id, "placeholder": CHOOSE,
            "options": [option("ghent", "Flat in Ghent"), option("leipzig", "Flat in Leipzig")],
        }] }],
    })
}

/// Asks in a channel, and puts there by hand what the bot sends and keeps where it asks back. A question that the
/// sources make ambiguous by themselves needs none of this: tests of one belong here, and begin with `Scene::ask`.
async fn asked_back(scene: &Scene, person: &Person, channel: Id) -> AskedBack {
    let question = person.say(channel, QUESTION).unwrap();
    let id = AskingId::random().unwrap();
    let custom_id = format!("1:choose:{id}");
    let path = format!("/channels/{channel}/messages");
    let sent =
        plain::request(&scene.discord.origin(), TOKEN, "POST", &path, &message_with_select(&custom_id)).await;
    let message: Id = sent.body["id"].as_str().unwrap().parse().unwrap();
    let guild = (scene.general == channel).then_some(scene.guild);
    keep(scene, person, id, Kept { guild, channel, question: Some(question), reply: Some(message) });
    AskedBack { question: Some(question), message, custom_id }
}

/// The same where only the asker sees it.
async fn asked_back_in_private(scene: &Scene, person: &Person) -> AskedBack {
    let options = [("question", json!(QUESTION)), ("private", json!(true))];
    let asked = person.invoke(scene.general, "ask", &options).unwrap();
    let message = scene.response(person, scene.general, asked).await.id;
    let id = AskingId::random().unwrap();
    let custom_id = format!("1:choose:{id}");
    let path = format!("/webhooks/{}/token-of-{asked}/messages/@original", scene.bot);
    let changed =
        plain::request(&scene.discord.origin(), TOKEN, "PATCH", &path, &message_with_select(&custom_id))
            .await;
    assert_eq!(changed.status, 200, "{}", changed.body);
    let guild = Some(scene.guild);
    keep(scene, person, id, Kept { guild, channel: scene.general, question: None, reply: None });
    AskedBack { question: None, message, custom_id }
}

struct Kept {
    guild: Option<Id>,
    channel: Id,
    question: Option<Id>,
    reply: Option<Id>,
}

fn keep(scene: &Scene, person: &Person, id: AskingId, kept: Kept) {
    let store = Store::open(&scene.data(), Duration::from_secs(10)).unwrap();
    let asking = Asking {
        id,
        surface: if kept.question.is_some() { Surface::Mention } else { Surface::Command },
        place: Some(Place { guild: kept.guild.map(GuildId), channel: ChannelId(kept.channel), thread: None }),
        person: Some(store.person(UserId(person.id()))),
        question: QUESTION.to_owned(),
        understood_as: None,
        sources: Vec::new(),
        receipt: None,
        outcome: Outcome::Ambiguous,
        confidence: 0.9,
        at: Moment((now() / 1_000_000) as i64),
        asked_in: kept.question.map(MessageId),
        reply: kept.reply.map(MessageId),
        further: Vec::new(),
        is_private: kept.reply.is_none() || kept.guild.is_none(),
    };
    store.keep_asking(&asking, None, Some(QUESTION)).unwrap();
}

/// The message of the choice, once it holds this text.
async fn becomes(person: &Person, channel: Id, message: Id, text: &str) -> Shown {
    let is_meant = |shown: &Shown| shown.id == message && shown.content.contains(text);
    person.finds(channel, SOON, text, is_meant).await.unwrap_or_else(|error| panic!("{error}"))
}

fn is_still_a_choice(scene: &Scene, message: Id) {
    let seen = scene.bob.sees(scene.general);
    let shown = seen.messages.iter().find(|shown| shown.id == message).unwrap();
    assert!(shown.content.starts_with("That fits") && !shown.is_edited, "{seen}");
    assert_eq!(shown.selects.len(), 1, "{seen}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_answer_out_of_the_chosen_source_takes_the_place_of_the_choice() {
    let mut scene = two_leases().await;
    let asked = asked_back(&scene, &scene.bob, scene.general).await;
    scene.restart().await;
    scene.bob.choose(asked.message, CHOOSE, &[&sha256("leipzig")]).unwrap();
    let answer = becomes(&scene.carl, scene.general, asked.message, "700 euros").await;
    assert!(answer.content.contains("per source **leipzig** [1]"), "{answer}");
    assert!(answer.selects.is_empty() && !answer.is_ephemeral, "{answer}");
    assert_eq!(scene.said(&scene.carl, scene.general).len(), 1);
    let passage = scene.press(&scene.carl, scene.general, answer.id, "Passage").await;
    assert!(passage.content.starts_with("**leipzig › Flat in Leipzig**"), "{passage}");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_whoever_asked_chooses() {
    let scene = two_leases().await;
    let asked = asked_back(&scene, &scene.bob, scene.general).await;
    let pressed = scene.carl.choose(asked.message, CHOOSE, &[&sha256("ghent")]).unwrap();
    let refused = scene.response(&scene.carl, scene.general, pressed).await;
    assert!(refused.is_ephemeral && refused.content.starts_with(NOT_YOURS), "{refused}");
    is_still_a_choice(&scene, asked.message);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_not_offered_is_not_chosen_and_no_other_message_is_replaced() {
    let scene = two_leases().await;
    let asked = asked_back(&scene, &scene.bob, scene.general).await;
    let other = scene.ask(&scene.carl, scene.general, "How much is lunch?").await;
    let ghent = sha256("ghent");
    for (message, values) in [(other.id, vec![ghent.as_str()]), (asked.message, vec!["ghent"])] {
        let pressed = scene.bob.choose_forged(message, &asked.custom_id, &values).unwrap();
        let refused = scene.response(&scene.bob, scene.general, pressed).await;
        assert!(refused.is_ephemeral && refused.content.starts_with(GONE), "{refused}");
    }
    let refused = scene.forge(&scene.bob, scene.general, asked.message, &asked.custom_id).await;
    assert!(refused.is_ephemeral && refused.content.starts_with(GONE), "{refused}");
    is_still_a_choice(&scene, asked.message);
    let seen = scene.bob.sees(scene.general);
    assert!(seen.messages.iter().any(|shown| shown.id == other.id && shown.content == other.content));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_choice_that_was_made_is_not_made_again() {
    let scene = two_leases().await;
    let asked = asked_back(&scene, &scene.bob, scene.general).await;
    scene.bob.choose(asked.message, CHOOSE, &[&sha256("ghent")]).unwrap();
    becomes(&scene.bob, scene.general, asked.message, "900 euros").await;
    let late = scene.bob.choose_forged(asked.message, &asked.custom_id, &[&sha256("leipzig")]).unwrap();
    let refused = scene.response(&scene.bob, scene.general, late).await;
    assert!(refused.is_ephemeral && refused.content.starts_with(GONE), "{refused}");
    becomes(&scene.bob, scene.general, asked.message, "900 euros").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_that_is_not_there_any_more_cannot_be_chosen() {
    let scene = two_leases().await;
    let asked = asked_back(&scene, &scene.bob, scene.general).await;
    std::fs::remove_file(scene.corpus().join("ghent.md")).unwrap();
    scene.read_again().await;
    let pressed = scene.bob.choose(asked.message, CHOOSE, &[&sha256("ghent")]).unwrap();
    let refused = scene.response(&scene.bob, scene.general, pressed).await;
    assert!(refused.is_ephemeral && refused.content.starts_with(GONE), "{refused}");
    is_still_a_choice(&scene, asked.message);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_only_one_person_sees_is_chosen_and_answered_for_them_alone() {
    let scene = two_leases().await;
    let asked = asked_back_in_private(&scene, &scene.bob).await;
    scene.bob.choose(asked.message, CHOOSE, &[&sha256("ghent")]).unwrap();
    let answer = becomes(&scene.bob, scene.general, asked.message, "900 euros").await;
    assert!(answer.is_ephemeral && answer.content.contains("**ghent**"), "{answer}");
    assert!(answer.button("Share").is_some(), "{answer}");
    assert!(scene.carl.sees(scene.general).messages.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_chosen_in_a_direct_message_is_answered_there() {
    let scene = two_leases().await;
    let direct = scene.bob.direct_channel(scene.bot);
    let asked = asked_back(&scene, &scene.bob, direct).await;
    scene.bob.choose(asked.message, CHOOSE, &[&sha256("leipzig")]).unwrap();
    let answer = becomes(&scene.bob, direct, asked.message, "700 euros").await;
    assert!(answer.selects.is_empty(), "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn where_answers_for_all_were_switched_off_since_the_choice_is_answered_for_its_asker_alone() {
    let scene = two_leases().await;
    let asked = asked_back(&scene, &scene.bob, scene.general).await;
    let switch = async |switch: &str| {
        let options = [("answers", json!(switch))];
        let set = scene.ann.invoke(scene.general, "passim channel", &options).unwrap();
        scene.response(&scene.ann, scene.general, set).await
    };
    switch("private").await;
    let pressed = scene.bob.choose(asked.message, CHOOSE, &[&sha256("ghent")]).unwrap();
    let answer = scene.response(&scene.bob, scene.general, pressed).await;
    assert!(answer.is_ephemeral && answer.content.contains("900 euros"), "{answer}");
    is_still_a_choice(&scene, asked.message);
    switch("off").await;
    let pressed = scene.bob.choose(asked.message, CHOOSE, &[&sha256("ghent")]).unwrap();
    let refused = scene.response(&scene.bob, scene.general, pressed).await;
    assert!(refused.is_ephemeral && refused.content.starts_with("Answers are switched off"), "{refused}");
    is_still_a_choice(&scene, asked.message);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_answer_goes_with_its_question_and_with_an_edit_of_it() {
    let scene = two_leases().await;
    let asked = asked_back(&scene, &scene.bob, scene.general).await;
    scene.bob.choose(asked.message, CHOOSE, &[&sha256("leipzig")]).unwrap();
    becomes(&scene.bob, scene.general, asked.message, "700 euros").await;
    let question = asked.question.unwrap();
    // What was chosen was chosen for the other question.
    scene.bob.edit(question, &scene.mention("How much is lunch?")).unwrap();
    becomes(&scene.bob, scene.general, asked.message, "6 euros").await;
    scene.bob.delete(question).unwrap();
    let is_empty =
        |screen: &passim::local_discord::Screen| screen.messages.iter().all(|shown| shown.author != NAME);
    scene.bob.sees_when(scene.general, SOON, "nothing of the bot", is_empty).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_answer_to_a_choice_speaks_the_language_of_whoever_chooses() {
    let scene = two_leases().await;
    let asked = asked_back(&scene, &scene.bob, scene.general).await;
    scene.bob.speaks("de");
    scene.bob.choose(asked.message, CHOOSE, &[&sha256("leipzig")]).unwrap();
    let answer = becomes(&scene.bob, scene.general, asked.message, "700 euros").await;
    assert!(answer.content.contains("laut Quelle **leipzig**"), "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_choice_counts_as_a_question() {
    let mut scene = Scene::quiet().await;
    scene.write("ghent.md", "# Flat in Ghent\n\nThe rent of the flat is 900 euros a month.\n");
    scene.write("leipzig.md", "# Flat in Leipzig\n\nThe rent of the flat is 700 euros a month.\n");
    scene.add_settings("[limits]\nperson_per_minute = 1\n");
    scene.start().await;
    scene.ask(&scene.bob, scene.general, "How much is lunch?").await;
    let asked = asked_back(&scene, &scene.bob, scene.general).await;
    let pressed = scene.bob.choose(asked.message, CHOOSE, &[&sha256("ghent")]).unwrap();
    let refused = scene.response(&scene.bob, scene.general, pressed).await;
    assert!(refused.is_ephemeral && refused.content.starts_with("That was a lot"), "{refused}");
    is_still_a_choice(&scene, asked.message);
}
