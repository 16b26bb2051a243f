//! The bot with a neural reader: its work is bounded, and nobody waits for it longer than is right.

use std::time::Duration;

use passim::local_discord::Id;
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
    // Discord lets a bot say five things at once in a channel.
    let channels = (0..10).map(|number| scene.discord.channel(scene.guild, &format!("channel-{number}")));
    let channels: Vec<Id> = channels.flat_map(|channel| [channel; 5]).collect();
    let ask = |channel: &Id| scene.carl.say(*channel, &scene.mention(QUESTION)).unwrap();
    let questions: Vec<Id> = channels.iter().map(ask).collect();
    scene.bob.invoke(scene.general, "passim help", &[]).unwrap();
    scene.tells(&scene.bob, scene.general, "I answer out of the team").await;
    for (channel, question) in channels.into_iter().zip(questions) {
        let answer = scene.reply_to(&scene.carl, channel, question).await;
        assert!(answer.content.contains("15 years") && !answer.content.contains("too long"), "{answer}");
    }
}
