//! Every way to ask, and what becomes of a question that the sources do not answer.

use passim::local_discord::{Ping, Shown};
use serde_json::json;

use super::scene::{SOON, Scene};

const LEASE_ANSWER: &str = "**15 years**, per source **lease** [1]\n> ";
const BUTTONS: [&str; 5] = ["Passage", "Ask on", "Helpful", "Not helpful", "More"];

fn labels(shown: &Shown) -> Vec<&str> {
    shown.buttons.iter().map(|button| button.label.as_str()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mention_is_answered_with_its_proof() {
    let scene = Scene::new().await;
    let answer = scene.ask(&scene.bob, scene.general, "How long does the lease run?").await;
    assert!(answer.content.starts_with(LEASE_ANSWER), "{answer}");
    assert!(answer.content.contains("\n[1] lease · The lease · line 3"), "{answer}");
    assert_eq!(labels(&answer), BUTTONS);
    assert!(answer.pinged.is_empty() && !answer.is_ephemeral, "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mention_may_stand_anywhere() {
    let scene = Scene::new().await;
    let bot = scene.bot;
    for text in [
        format!("<@!{bot}> How long does the lease run?"),
        format!("How long does the lease run, <@{bot}>?"),
        format!("How long <@!{bot}> does the lease run?"),
        format!("> he said something\nHow long does the lease run? <@{bot}>"),
        format!("@everyone <@{bot}> How long does the lease run?"),
    ] {
        let question = scene.bob.say(scene.general, &text).unwrap();
        let answer = scene.reply_to(&scene.bob, scene.general, question).await;
        assert!(answer.content.starts_with(LEASE_ANSWER), "{text}: {answer}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mention_under_somebodys_message_is_a_question_too() {
    let scene = Scene::new().await;
    let rumour = scene.carl.say(scene.general, "I heard something about the lease.").unwrap();
    let text = scene.mention("How long does the lease run?");
    let question = scene.bob.reply(rumour, &text, Ping::Yes).unwrap();
    let answer = scene.reply_to(&scene.bob, scene.general, question).await;
    assert!(answer.content.starts_with(LEASE_ANSWER), "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_direct_message_of_a_member_is_a_question() {
    let scene = Scene::new().await;
    let direct = scene.bob.direct_channel(scene.bot);
    let question = scene.bob.say(direct, "How long does the lease run?").unwrap();
    let answer = scene.reply_to(&scene.bob, direct, question).await;
    assert!(answer.content.starts_with(LEASE_ANSWER), "{answer}");
    assert_eq!(labels(&answer), BUTTONS);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_in_a_thread_is_answered_there() {
    let scene = Scene::new().await;
    let thread = scene.discord.thread(scene.general, "about the lease");
    let answer = scene.ask(&scene.bob, thread, "How long does the lease run?").await;
    assert!(answer.content.starts_with(LEASE_ANSWER), "{answer}");
    assert!(scene.said(&scene.bob, scene.general).is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slash_command_is_answered_for_all_with_the_question() {
    let scene = Scene::new().await;
    scene.bob.invoke(scene.general, "ask", &[("question", json!("How much is lunch?"))]).unwrap();
    let answer = scene.says(&scene.carl, scene.general, "6 euros").await;
    assert!(answer.content.ends_with("-# Question: How much is lunch?"), "{answer}");
    assert!(!answer.is_ephemeral);
}

#[tokio::test(flavor = "multi_thread")]
async fn commands_are_answered_in_threads_and_in_direct_messages() {
    let scene = Scene::new().await;
    let thread = scene.discord.thread(scene.general, "a thread");
    let direct = scene.bob.direct_channel(scene.bot);
    for channel in [thread, direct] {
        scene.bob.invoke(channel, "ask", &[("question", json!("How much is lunch?"))]).unwrap();
        let answer = scene.says(&scene.bob, channel, "6 euros").await;
        assert_eq!((labels(&answer), answer.is_ephemeral), (BUTTONS.to_vec(), false), "{answer}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_in_an_answer_shows_as_it_is_and_is_cut_where_it_is_long() {
    let scene = Scene::new().await;
    let text = format!("How much is **lunch**, @everyone?{}", " Lunch?".repeat(80));
    scene.bob.invoke(scene.general, "ask", &[("question", json!(text))]).unwrap();
    let answer = scene.says(&scene.carl, scene.general, "-# Question").await;
    let (_, question) = answer.content.rsplit_once("-# Question: ").unwrap();
    assert!(question.starts_with(r"How much is \*\*lunch\*\*, \@everyone? Lunch?"), "{answer}");
    assert!(question.ends_with('…') && question.chars().count() < 330, "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_source_is_asked_by_its_id_or_its_title() {
    let scene = Scene::new().await;
    for source in ["lease", "The lease", "the LEASE "] {
        let options = [("question", json!("How long does it run?")), ("source", json!(source))];
        scene.bob.invoke(scene.general, "ask", &options).unwrap();
        let answer = scene.says(&scene.bob, scene.general, "15 years").await;
        assert!(answer.content.contains("[1] lease · The lease"), "{source}: {answer}");
        scene.ann.delete(answer.id).unwrap();
    }
    let options = [("question", json!("How long does the lease run?")), ("source", json!("canteen"))];
    scene.bob.invoke(scene.general, "ask", &options).unwrap();
    let answer = scene.says(&scene.bob, scene.general, "The sources do not say").await;
    assert!(!answer.content.contains("15 years"), "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_that_is_not_there_is_named_to_the_asker_only() {
    let scene = Scene::new().await;
    let options = [("question", json!("How long?")), ("source", json!("@everyone"))];
    scene.bob.invoke(scene.general, "ask", &options).unwrap();
    let refusal = scene.says(&scene.bob, scene.general, "There is no source").await;
    assert!(refusal.content.starts_with(r"There is no source “\@everyone”."), "{refusal}");
    assert!(refusal.is_ephemeral && refusal.buttons.is_empty(), "{refusal}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_private_question_is_answered_to_the_asker_until_they_share_it() {
    let scene = Scene::new().await;
    let options = [("question", json!("How much is lunch?")), ("private", json!(true))];
    scene.bob.invoke(scene.general, "ask", &options).unwrap();
    let answer = scene.says(&scene.bob, scene.general, "6 euros").await;
    assert!(answer.is_ephemeral && !answer.content.contains("Question"), "{answer}");
    assert_eq!(labels(&answer), [&BUTTONS[..], &["Share"]].concat());
    assert!(scene.said(&scene.carl, scene.general).is_empty());

    scene.bob.press(answer.id, "Share").unwrap();
    let shared = scene.says(&scene.carl, scene.general, "6 euros").await;
    assert!(shared.content.ends_with("-# Question: How much is lunch?"), "{shared}");
    assert_eq!((shared.is_ephemeral, labels(&shared)), (false, BUTTONS.to_vec()));
}

#[tokio::test(flavor = "multi_thread")]
async fn somebodys_message_is_asked_by_its_menu_and_can_be_shared() {
    let scene = Scene::new().await;
    let said = scene.carl.say(scene.general, "How long does the lease run?").unwrap();
    scene.bob.use_menu(said, "Ask the sources about this").unwrap();
    let answer = scene.says(&scene.bob, scene.general, "15 years").await;
    assert!(answer.is_ephemeral && answer.content.starts_with(LEASE_ANSWER), "{answer}");
    assert!(answer.button("Share").is_some(), "{answer}");
    assert!(scene.said(&scene.carl, scene.general).is_empty());

    scene.bob.press(answer.id, "Share").unwrap();
    let shared = scene.says(&scene.carl, scene.general, "15 years").await;
    assert!(shared.content.ends_with("-# Question: How long does the lease run?"), "{shared}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_asked_by_its_menu_is_read_without_discords_markup() {
    let scene = Scene::new().await;
    let text = format!("<@{}> How long does the lease run? <#{}>", scene.bot, scene.random);
    let said = scene.carl.say(scene.general, &text).unwrap();
    let forwarded = scene.carl.forward(said, scene.random).unwrap();
    let quoted = scene.carl.say(scene.random, "> How much is lunch?").unwrap();
    for (message, channel, expected) in [
        (said, scene.general, LEASE_ANSWER),
        (forwarded, scene.random, LEASE_ANSWER),
        (quoted, scene.random, "Lunch costs **6 euros**"),
    ] {
        scene.bob.use_menu(message, "Ask the sources about this").unwrap();
        let is_meant = |shown: &Shown| shown.is_ephemeral && shown.content.starts_with(expected);
        scene.bob.finds(channel, SOON, expected, is_meant).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_form_under_an_answer_asks_on_from_it() {
    let scene = Scene::new().await;
    let answer = scene.ask(&scene.bob, scene.general, "When was the lease signed?").await;
    let pressed = scene.carl.press(answer.id, "Ask on").unwrap();
    let form = scene.carl.gets_form(pressed, SOON).await.unwrap();
    assert_eq!((form.title.as_str(), form.inputs.len()), ("Ask on", 1));
    scene.carl.submit(pressed, &[("text", "and who signed it?")]).unwrap();
    let next = scene.says(&scene.bob, scene.general, "Understood as\\: who signed the lease").await;
    assert!(next.content.starts_with("**Ada Moreau**"), "{next}");
    assert!(next.content.ends_with("-# Question: and who signed it?"), "{next}");
    assert!(!next.is_ephemeral);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asks_on_from_a_private_answer_stays_private() {
    let scene = Scene::new().await;
    let options = [("question", json!("How much is lunch?")), ("private", json!(true))];
    scene.bob.invoke(scene.general, "ask", &options).unwrap();
    let answer = scene.says(&scene.bob, scene.general, "6 euros").await;
    let pressed = scene.bob.press(answer.id, "Ask on").unwrap();
    scene.bob.gets_form(pressed, SOON).await.unwrap();
    scene.bob.submit(pressed, &[("text", "How long does the lease run?")]).unwrap();
    let next = scene.says(&scene.bob, scene.general, "15 years").await;
    assert!(next.is_ephemeral, "{next}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mention_without_a_question_gets_a_word_of_help() {
    let scene = Scene::new().await;
    for text in ["", "?!", "<#1400000000000000000>"] {
        let reply = scene.ask(&scene.bob, scene.general, text).await;
        assert!(reply.content.starts_with("Ask me something about the documents"), "{text}: {reply}");
        assert!(reply.buttons.is_empty());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asks_for_help_gets_it_with_commands_that_can_be_clicked() {
    let scene = Scene::new().await;
    let reply = scene.ask(&scene.bob, scene.general, "help").await;
    assert!(reply.content.contains("</ask:") && reply.content.contains("</passim sources:"), "{reply}");
}

#[tokio::test(flavor = "multi_thread")]
async fn where_the_sources_do_not_say_the_reply_says_what_is_missing_and_what_comes_closest() {
    let scene = Scene::with_settings("[corpus]\nhow_to_add = \"Put it into #documents, @everyone.\"\n").await;
    let reply = scene.ask(&scene.bob, scene.general, "Who feeds the zebras of the office?").await;
    let first = "The sources do not say\\: nothing in them mentions “feeds” or “zebras”.";
    assert!(reply.content.starts_with(first), "{reply}");
    assert!(
        reply.content.contains("The closest passage, which may be about something else\\:\n> "),
        "{reply}"
    );
    assert!(reply.content.contains("\n[1] lease · The lease"), "{reply}");
    assert!(reply.content.ends_with("\nPut it into #documents, \\@everyone."), "{reply}");
    assert_eq!(labels(&reply)[..5], BUTTONS);
    assert_eq!(labels(&reply)[5..], ["Tell me"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unanswered_question_is_noted_for_moderators_unless_it_was_private() {
    let scene = Scene::new().await;
    scene.ask(&scene.bob, scene.general, "Who feeds the zebras?").await;
    let options = [("question", json!("Who feeds the giraffes?")), ("private", json!(true))];
    scene.bob.invoke(scene.general, "ask", &options).unwrap();
    let private = scene.says(&scene.bob, scene.general, "giraffes").await;
    assert!(labels(&private).ends_with(&["Share", "Note it", "Tell me"]), "{private}");
    let direct = scene.bob.direct_channel(scene.bot);
    let question = scene.bob.say(direct, "Who feeds the lions?").unwrap();
    let direct = scene.reply_to(&scene.bob, direct, question).await;
    assert!(labels(&direct).ends_with(&["More", "Note it", "Tell me"]), "{direct}");

    scene.ann.invoke(scene.general, "passim-admin unanswered", &[]).unwrap();
    let list = scene.says(&scene.ann, scene.general, "zebras").await;
    assert!(!list.content.contains("giraffes") && !list.content.contains("lions"), "{list}");
}
