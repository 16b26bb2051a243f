//! Answers and questions that do not fit into a message.

use std::time::Duration;

use passim::local_discord::{Id, Screen, Shown};

use super::scene::{NAME, SOON, Scene};

/// What is read of a sentence has about a thousand characters; each of these sources says the same in one.
const SOURCES: [&str; 4] = ["attic", "barn", "cellar", "depot"];
const ITEMS: usize = 33;
const QUESTION: &str = "How many lamps does the inventory list?";

fn item(source: &str, number: usize) -> String {
    format!("{source}_crate{number:02}_of_*papers*")
}

fn inventory(source: &str) -> String {
    let items: Vec<String> = (0..ITEMS).map(|number| item(source, number)).collect();
    format!("# The {source}\n\nThe inventory lists 42 lamps beside {}.\n", items.join(", "))
}

fn write_inventories(scene: &Scene) {
    for source in SOURCES {
        scene.write(&format!("{source}.md"), &inventory(source));
    }
}

/// Discord lets a bot send so many at once here.
async fn scene() -> Scene {
    let scene = Scene::quiet().await;
    scene.discord.message_bucket(1_000, Duration::from_secs(1));
    scene
}

/// All messages of an answer: the last one has the buttons.
async fn whole(scene: &Scene, channel: Id) -> Vec<Shown> {
    let is_whole = |screen: &Screen| screen.last_by(NAME).is_some_and(|last| !last.buttons.is_empty());
    scene.bob.sees_when(channel, SOON, "the end of the answer", is_whole).await.unwrap();
    scene.said(&scene.bob, channel)
}

/// What people read: without the marks of quotations, bold and escapes.
fn text_of(messages: &[Shown]) -> String {
    let all: Vec<&str> = messages.iter().map(|message| message.content.as_str()).collect();
    all.join("\n").replace("**", "").replace("\n> ", " ").replace('\\', "")
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_does_not_fit_goes_on_in_further_messages() {
    let mut scene = scene().await;
    write_inventories(&scene);
    scene.start().await;
    let question = scene.bob.say(scene.general, &scene.mention(QUESTION)).unwrap();
    let messages = whole(&scene, scene.general).await;
    assert!(messages.len() > 2);
    let (last, others) = messages.split_last().unwrap();
    assert!(others.iter().all(|message| message.buttons.is_empty()));
    assert_eq!(last.buttons.len(), 5);
    assert!(messages.iter().all(|message| message.content.encode_utf16().count() <= 2_000));
    assert_eq!(messages[0].reply_to, Some(question));
    assert!(messages[1..].iter().all(|message| message.reply_to.is_none()));
    assert!(messages[0].content.starts_with("**42 lamps**, per sources"), "{}", messages[0]);
    let read = text_of(&messages);
    for source in SOURCES {
        for item in (0..ITEMS).map(|number| item(source, number)) {
            assert_eq!(read.matches(&item).count(), 1, "{item} in {read}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn all_parts_of_an_answer_go_with_their_question() {
    let mut scene = scene().await;
    write_inventories(&scene);
    scene.start().await;
    let question = scene.bob.say(scene.general, &scene.mention(QUESTION)).unwrap();
    whole(&scene, scene.general).await;
    scene.bob.delete(question).unwrap();
    let is_empty = |screen: &Screen| screen.last_by(NAME).is_none();
    scene.bob.sees_when(scene.general, SOON, "nothing", is_empty).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_takes_away_the_parts_that_are_needed_no_more_and_brings_those_that_are() {
    let mut scene = scene().await;
    write_inventories(&scene);
    scene.start().await;
    let question = scene.bob.say(scene.general, &scene.mention("How much is lunch?")).unwrap();
    let short = scene.reply_to(&scene.bob, scene.general, question).await;
    assert_eq!(short.buttons.len(), 5);

    scene.bob.edit(question, &scene.mention(QUESTION)).unwrap();
    let is_long = |screen: &Screen| {
        let said: Vec<&Shown> = screen.messages.iter().filter(|shown| shown.author == NAME).collect();
        said.len() > 2 && said.last().is_some_and(|last| !last.buttons.is_empty())
    };
    scene.bob.sees_when(scene.general, SOON, "the long answer", is_long).await.unwrap();
    let long = scene.said(&scene.bob, scene.general);
    assert_eq!((long[0].id, long[0].buttons.len()), (short.id, 0));
    assert!(SOURCES.iter().all(|source| text_of(&long).contains(&item(source, ITEMS - 1))));

    scene.bob.edit(question, &scene.mention("How much is lunch?")).unwrap();
    let is_short = |screen: &Screen| {
        let said: Vec<&Shown> = screen.messages.iter().filter(|shown| shown.author == NAME).collect();
        said.len() == 1 && said[0].content == short.content && said[0].buttons.len() == 5
    };
    scene.bob.sees_when(scene.general, SOON, "the short answer", is_short).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sentence_of_many_thousand_characters_is_answered_from() {
    let mut scene = scene().await;
    let items: Vec<String> = (0..400).map(|number| item("old", number)).collect();
    let text = format!("# Keys\n\nThe vault was opened on 3 May 2024, and holds {}.\n", items.join(", "));
    assert!(text.len() > 9_000);
    scene.write("keys.md", &text);
    scene.start().await;
    for question in ["When was the vault opened?", "What does the vault hold?"] {
        scene.bob.say(scene.general, &scene.mention(question)).unwrap();
    }
    let is_whole = |screen: &Screen| {
        screen.messages.iter().filter(|shown| shown.author == NAME && !shown.buttons.is_empty()).count() == 2
    };
    scene.bob.sees_when(scene.general, SOON, "two answers", is_whole).await.unwrap();
    let messages = scene.said(&scene.bob, scene.general);
    assert!(messages.iter().all(|message| message.content.encode_utf16().count() <= 2_000));
    assert!(text_of(&messages).contains("3 May 2024"), "{messages:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_word_that_is_longer_than_any_message_is_shown_in_parts() {
    let mut scene = scene().await;
    let word = "ab_*".repeat(2_500);
    scene.write("code.md", &format!("# Codes\n\nThe code word of the vault is {word}.\n"));
    scene.start().await;
    let answer = scene.ask(&scene.bob, scene.general, "What is the code word of the vault?").await;
    assert!(answer.content.contains("[1] code · Codes · line 3"), "{answer}");
    scene.bob.press(answer.id, "Passage").unwrap();
    let is_shown = |shown: &Shown| shown.is_ephemeral && shown.content.contains(r"ab\_\*ab\_\*");
    let passage = scene.bob.finds(scene.general, SOON, "the word", is_shown).await.unwrap();
    assert!(passage.content.encode_utf16().count() <= 2_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_that_is_too_long_is_told_so() {
    let scene = Scene::new().await;
    let direct = scene.bob.direct_channel(scene.bot);
    let text = "How long does the lease run? ".repeat(207);
    assert!(text.len() > 6_000);
    let question = scene.bob.say(direct, &text).unwrap();
    let reply = scene.reply_to(&scene.bob, direct, question).await;
    assert_eq!(
        reply.content,
        "That is longer than a question can be \\(2000 characters\\). Ask for one thing, in a sentence or two."
    );
    assert!(reply.buttons.is_empty());
}
