//! The bot with a neural reader: its work is bounded, and nobody waits for it longer than is right.

use std::time::Duration;

use passim::neural::Limits;

use super::scene::{Scene, WIDE_LIMITS};
use crate::reading::{opened, too_slow};

const QUESTION: &str = "How long does the lease of the office run?";

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_comes_without_a_reader_that_is_too_slow_and_says_so() {
    let mut scene = Scene::quiet().await;
    scene.neural = Some(too_slow());
    scene.start().await;
    let answer = scene.ask(&scene.bob, scene.general, QUESTION).await;
    assert!(answer.content.contains("15 years"), "{answer}");
    assert!(answer.content.contains("the reader took too long"), "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_who_ask_at_once_are_all_answered_and_others_go_on_meanwhile() {
    let mut scene = Scene::quiet().await;
    scene.add_settings(WIDE_LIMITS);
    scene.neural = Some(opened(Limits { threads: 1, patience: Duration::from_secs(60) }));
    scene.start().await;
    let ask = |_| scene.carl.say(scene.random, &scene.mention(QUESTION)).unwrap();
    let questions: Vec<_> = (0..50).map(ask).collect();
    scene.bob.invoke(scene.general, "passim help", &[]).unwrap();
    let help = scene.says(&scene.bob, scene.general, "/ask").await;
    assert!(help.is_ephemeral, "{help}");
    for question in questions {
        let answer = scene.reply_to(&scene.carl, scene.random, question).await;
        assert!(answer.content.contains("15 years") && !answer.content.contains("too long"), "{answer}");
    }
}
