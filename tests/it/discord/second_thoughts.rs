//! Questions that are edited or deleted, before and after their answer.

use passim::local_discord::{Failure, Fault, Id, Moment, Ping, Recorded, Screen, Shown};

use super::scene::{NAME, SOON, Scene, now};

const LEASE_QUESTION: &str = "How long does the lease run?";
const LUNCH_QUESTION: &str = "How much is lunch?";

fn in_six_minutes() -> i128 {
    now() + 6 * 60 * 1_000_000_000
}

/// The reply, once it says this.
async fn says_then(scene: &Scene, reply: Id, text: &str) -> Shown {
    let is_meant = |shown: &Shown| shown.id == reply && shown.content.contains(text);
    scene.bob.finds(scene.general, SOON, text, is_meant).await.unwrap()
}

/// Until the bot's messages in a channel are so many.
async fn count_becomes(scene: &Scene, channel: Id, count: usize) {
    let is_there =
        |screen: &Screen| screen.messages.iter().filter(|shown| shown.author == NAME).count() == count;
    scene.bob.sees_when(channel, SOON, "messages of the bot", is_there).await.unwrap();
}

/// Until everything so far is heard, which a later question shows, and done: a bot that ends finishes what it has
/// begun.
async fn finish(scene: &mut Scene) {
    let question = scene.carl.say(scene.general, &scene.mention("When does the canteen open?")).unwrap();
    let answer = scene.reply_to(&scene.carl, scene.general, question).await;
    scene.stop().await;
    scene.ann.delete(answer.id).unwrap();
}

/// The bot's next messages come late: Discord says twice that there are too many, and it tries again.
fn slow_down(scene: &Scene) {
    scene.discord.fail(Fault {
        method: "POST",
        path: "/channels/*/messages",
        times: 2,
        failure: Failure::RateLimited { retry_after: 0.2 },
        moment: Moment::BeforeEffect,
    });
}

/// The first attempt to answer is made, and failed.
async fn is_under_way(scene: &Scene) {
    let is_meant = |request: &Recorded| request.status == 429;
    scene.discord.request_when(SOON, is_meant).await.expect("nothing is sent");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edited_question_is_answered_anew_in_place() {
    let scene = Scene::new().await;
    let question = scene.bob.say(scene.general, &scene.mention(LEASE_QUESTION)).unwrap();
    let answer = scene.reply_to(&scene.bob, scene.general, question).await;
    assert!(answer.content.contains("15 years"), "{answer}");

    scene.bob.edit(question, &scene.mention(LUNCH_QUESTION)).unwrap();
    let anew = says_then(&scene, answer.id, "**6 euros**").await;
    assert!(anew.is_edited && anew.buttons.len() == 5, "{anew}");
    // Its buttons are those of the new answer.
    scene.bob.press(anew.id, "Passage").unwrap();
    let passage = scene.says(&scene.bob, scene.general, "Soup is free").await;
    assert!(passage.is_ephemeral, "{passage}");
    assert_eq!(scene.said(&scene.carl, scene.general).len(), 1);

    scene.bob.edit(question, &scene.mention(LEASE_QUESTION)).unwrap();
    says_then(&scene, answer.id, "**15 years**").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_direct_message_that_is_edited_is_answered_anew_in_place() {
    let scene = Scene::new().await;
    let direct = scene.bob.direct_channel(scene.bot);
    let question = scene.bob.say(direct, LEASE_QUESTION).unwrap();
    let answer = scene.reply_to(&scene.bob, direct, question).await;
    scene.bob.edit(question, LUNCH_QUESTION).unwrap();
    let is_anew = |shown: &Shown| shown.id == answer.id && shown.content.contains("6 euros");
    scene.bob.finds(direct, SOON, "the new answer", is_anew).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_that_asks_the_same_changes_nothing() {
    let mut scene = Scene::new().await;
    let (bot, carl) = (scene.bot, scene.carl.id());
    let question = scene.bob.say(scene.general, &format!("<@{bot}> Did <@{carl}> sign the lease?")).unwrap();
    let answer = scene.reply_to(&scene.bob, scene.general, question).await;
    scene.bob.edit(question, &format!("Did <@!{carl}> sign the lease? <@!{bot}>")).unwrap();
    scene.bob.edit(question, &format!("<@{bot}> Did <@{carl}> sign the lease?\n> never mind")).unwrap();
    finish(&mut scene).await;
    let after = scene.said(&scene.bob, scene.general);
    assert!(after.len() == 1 && after[0].id == answer.id && !after[0].is_edited, "{}", after[0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_question_that_is_edited_keeps_its_answer() {
    let mut scene = Scene::new().await;
    let question = scene.bob.say(scene.general, &scene.mention(LEASE_QUESTION)).unwrap();
    let answer = scene.reply_to(&scene.bob, scene.general, question).await;
    scene.stop().await;
    scene.clock = in_six_minutes;
    scene.start().await;
    scene.bob.edit(question, &scene.mention(LUNCH_QUESTION)).unwrap();
    finish(&mut scene).await;
    let after = scene.said(&scene.bob, scene.general);
    assert_eq!((after[0].id, &after[0].content, after.len()), (answer.id, &answer.content, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_is_edited_into_one_while_it_is_answered() {
    let scene = Scene::new().await;
    slow_down(&scene);
    let question = scene.bob.say(scene.general, &scene.mention(LEASE_QUESTION)).unwrap();
    is_under_way(&scene).await;
    scene.bob.edit(question, &scene.mention(LUNCH_QUESTION)).unwrap();
    let answer = scene.says(&scene.bob, scene.general, "6 euros").await;
    assert_eq!(answer.reply_to, Some(question), "{answer}");
    assert_eq!(scene.said(&scene.bob, scene.general).len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn chatter_that_is_edited_into_a_question_is_answered() {
    let scene = Scene::new().await;
    let message = scene.bob.say(scene.general, &scene.mention("hello")).unwrap();
    let has_sign = |shown: &Shown| shown.id == message && !shown.reactions.is_empty();
    scene.bob.finds(scene.general, SOON, "a sign", has_sign).await.unwrap();
    scene.bob.edit(message, &scene.mention("hi")).unwrap();
    scene.bob.edit(message, &scene.mention(LUNCH_QUESTION)).unwrap();
    let answer = scene.reply_to(&scene.bob, scene.general, message).await;
    assert!(answer.content.contains("6 euros"), "{answer}");
    assert_eq!(scene.said(&scene.bob, scene.general).len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_follow_up_that_is_edited_goes_on_from_the_question_before_it() {
    let scene = Scene::new().await;
    scene.ask(&scene.bob, scene.general, "When was the lease signed?").await;
    let question = scene.bob.say(scene.general, &scene.mention("How much is lunch?")).unwrap();
    let answer = scene.reply_to(&scene.bob, scene.general, question).await;
    scene.bob.edit(question, &scene.mention("and who signed it?")).unwrap();
    let anew = says_then(&scene, answer.id, "Understood as").await;
    assert!(anew.content.contains("who signed the lease"), "{anew}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reply_that_is_edited_goes_on_from_what_it_replies_to() {
    let scene = Scene::new().await;
    let first = scene.ask(&scene.bob, scene.general, "When was the lease signed?").await;
    let question = scene.carl.reply(first.id, "How much is lunch?", Ping::Yes).unwrap();
    let answer = scene.reply_to(&scene.carl, scene.general, question).await;
    scene.carl.edit(question, "and who signed it?").unwrap();
    let anew = says_then(&scene, answer.id, "Understood as").await;
    assert!(anew.content.contains("who signed the lease"), "{anew}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_left_the_team_is_not_answered_by_an_edit_either() {
    let mut scene = Scene::new().await;
    let direct = scene.bob.direct_channel(scene.bot);
    let question = scene.bob.say(direct, LEASE_QUESTION).unwrap();
    let answer = scene.reply_to(&scene.bob, direct, question).await;
    scene.discord.remove(scene.guild, scene.bob.id());
    // A new process knows nobody yet.
    scene.restart().await;
    scene.bob.edit(question, LUNCH_QUESTION).unwrap();
    finish(&mut scene).await;
    assert_eq!(scene.said(&scene.bob, direct)[0].content, answer.content);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_question_takes_its_answer_along() {
    let scene = Scene::new().await;
    for channel in [scene.general, scene.bob.direct_channel(scene.bot)] {
        let question = scene.bob.say(channel, &scene.mention(LEASE_QUESTION)).unwrap();
        scene.reply_to(&scene.bob, channel, question).await;
        scene.bob.delete(question).unwrap();
        count_becomes(&scene, channel, 0).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_question_takes_along_the_answer_to_its_edit() {
    let scene = Scene::new().await;
    let question = scene.bob.say(scene.general, &scene.mention(LEASE_QUESTION)).unwrap();
    let answer = scene.reply_to(&scene.bob, scene.general, question).await;
    scene.bob.edit(question, &scene.mention(LUNCH_QUESTION)).unwrap();
    says_then(&scene, answer.id, "6 euros").await;
    scene.ann.delete(question).unwrap();
    count_becomes(&scene, scene.general, 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_that_was_deleted_before_its_answer_gets_none() {
    let scene = Scene::new().await;
    slow_down(&scene);
    let question = scene.bob.say(scene.general, &scene.mention(LEASE_QUESTION)).unwrap();
    is_under_way(&scene).await;
    scene.bob.delete(question).unwrap();
    let is_deletion = |request: &Recorded| request.method == "DELETE";
    scene.discord.request_when(SOON, is_deletion).await.expect("the answer stays");
    assert!(scene.said(&scene.carl, scene.general).is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_answer_does_not_come_back_by_an_edit() {
    let mut scene = Scene::new().await;
    let question = scene.bob.say(scene.general, &scene.mention(LEASE_QUESTION)).unwrap();
    let answer = scene.reply_to(&scene.bob, scene.general, question).await;
    scene.ann.delete(answer.id).unwrap();
    scene.bob.edit(question, &scene.mention(LUNCH_QUESTION)).unwrap();
    finish(&mut scene).await;
    assert!(scene.said(&scene.bob, scene.general).is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_that_comes_too_often_gets_a_sign() {
    let scene = Scene::with_settings("[limits]\nperson_per_minute = 1\n").await;
    let question = scene.bob.say(scene.general, &scene.mention(LEASE_QUESTION)).unwrap();
    let answer = scene.reply_to(&scene.bob, scene.general, question).await;
    scene.bob.edit(question, &scene.mention(LUNCH_QUESTION)).unwrap();
    let has_sign =
        |shown: &Shown| shown.id == question && shown.reactions[..] == [("⏳".into(), vec![NAME.into()])];
    scene.bob.finds(scene.general, SOON, "a sign", has_sign).await.unwrap();
    assert_eq!(scene.said(&scene.bob, scene.general)[0].content, answer.content);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_in_a_thread_that_is_edited_into_one_without_an_answer_says_so_in_place() {
    let scene = Scene::new().await;
    let thread = scene.discord.thread(scene.general, "a thread");
    let question = scene.bob.say(thread, &scene.mention(LEASE_QUESTION)).unwrap();
    let answer = scene.reply_to(&scene.bob, thread, question).await;
    scene.bob.edit(question, &scene.mention("Who feeds the zebras?")).unwrap();
    let is_anew = |shown: &Shown| shown.id == answer.id && shown.content.contains("zebras");
    let anew = scene.bob.finds(thread, SOON, "the new answer", is_anew).await.unwrap();
    assert!(anew.button("Passage").is_none() && anew.button("More").is_some(), "{anew}");
    scene.ann.delete(question).unwrap();
    count_becomes(&scene, thread, 0).await;
}
