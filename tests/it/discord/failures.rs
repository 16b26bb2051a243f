//! What fails beside the bot: its store, its permissions, threads and messages that go away meanwhile.

use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use passim::local_discord::permissions::{
    ADD_REACTIONS, ATTACH_FILES, Overwrite, READ_MESSAGE_HISTORY, SEND_MESSAGES, SEND_MESSAGES_IN_THREADS,
    Whom,
};
use passim::local_discord::{Failure, Fault, Id, Moment, Shown};
use rusqlite::Connection;
use serde_json::json;
use serenity::all::HttpBuilder;

use super::scene::{NAME, SOON, Scene, TOKEN, WIDE_LIMITS};

const LEASE: &str = "How long does the lease run?";
const CORRECT: &str = "**15 years**, per source **lease** [1]";

fn database(scene: &Scene) -> PathBuf {
    scene.data().join("passim.db")
}

fn deny(scene: &Scene, channel: Id, permissions: u64) {
    let whom = Whom::Member(scene.bot);
    scene.discord.overwrite(channel, Overwrite { whom, deny: permissions, allow: 0 });
}

/// Answers come without buttons, and the status says why.
async fn is_forgetful(scene: &Scene, reason: &str) {
    let answer = scene.ask(&scene.bob, scene.random, LEASE).await;
    assert!(answer.content.starts_with(CORRECT) && answer.buttons.is_empty(), "{answer}");
    scene.bob.invoke(scene.random, "ask", &[("question", json!(LEASE)), ("private", json!(true))]).unwrap();
    let answer = scene.tells(&scene.bob, scene.random, CORRECT).await;
    assert!(answer.buttons.is_empty(), "{answer}");
    scene.ann.invoke(scene.random, "passim-admin status", &[]).unwrap();
    let status = scene.tells(&scene.ann, scene.random, "Memory: ").await;
    assert!(status.content.contains(reason), "{status}");
}

/// Answers have buttons again after a while.
async fn recovers(scene: &Scene) {
    let started = Instant::now();
    loop {
        let answer = scene.ask(&scene.bob, scene.general, LEASE).await;
        if !answer.buttons.is_empty() {
            break;
        }
        assert!(started.elapsed() < SOON, "{answer}");
    }
    status_says(scene, scene.general, "Memory: works").await;
}

/// What is queued is written a moment after the store works again, and the status says so then.
async fn status_says(scene: &Scene, channel: Id, text: &str) {
    let started = Instant::now();
    loop {
        let asked = scene.ann.invoke(channel, "passim-admin status", &[]).unwrap();
        let status = scene.response(&scene.ann, channel, asked).await;
        if status.content.contains(text) {
            break;
        }
        assert!(started.elapsed() < SOON, "{status}");
    }
}

/// What waits for it is said by the status.
async fn is_locked(scene: &Scene) {
    status_says(scene, scene.random, "locked").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_locked_store_holds_up_no_answer_and_loses_none() {
    let scene = Scene::with_settings(WIDE_LIMITS).await;
    scene.discord.message_bucket(10_000, Duration::from_secs(1));
    let old = scene.ask(&scene.bob, scene.general, LEASE).await;
    let other = Connection::open(database(&scene)).unwrap();
    other.execute_batch("BEGIN EXCLUSIVE").unwrap();
    let new = scene.ask(&scene.carl, scene.random, LEASE).await;
    assert!(new.content.starts_with(CORRECT) && !new.buttons.is_empty(), "{new}");
    is_locked(&scene).await;
    // Looking up works; what would have to be written down is not acknowledged.
    let passage = scene.press(&scene.bob, scene.general, old.id, "Passage").await;
    assert!(passage.content.contains("15 years"), "{passage}");
    scene.bob.press(old.id, "Helpful").unwrap();
    scene.tells(&scene.bob, scene.general, "My memory does not work at the moment").await;
    scene.ann.invoke(scene.general, "passim channel", &[("answers", json!("off"))]).unwrap();
    scene.tells(&scene.ann, scene.general, "My memory does not work at the moment").await;
    other.execute_batch("ROLLBACK").unwrap();
    recovers(&scene).await;
    // What was answered meanwhile is kept.
    let voted = scene.press(&scene.bob, scene.random, new.id, "Helpful").await;
    assert!(voted.content.contains("Noted as helpful"), "{voted}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_switched_channel_stays_so_while_the_store_is_locked() {
    let scene = Scene::with_settings(WIDE_LIMITS).await;
    scene.ann.invoke(scene.general, "passim channel", &[("answers", json!("off"))]).unwrap();
    scene.tells(&scene.ann, scene.general, "From now on I do not answer").await;
    let other = Connection::open(database(&scene)).unwrap();
    other.execute_batch("BEGIN EXCLUSIVE").unwrap();
    scene.ask(&scene.bob, scene.random, LEASE).await;
    is_locked(&scene).await;
    let reply = scene.ask(&scene.bob, scene.general, LEASE).await;
    assert!(reply.content.starts_with("Answers are switched off"), "{reply}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_store_costs_buttons_and_comes_back_when_it_is_put_away() {
    let mut scene = Scene::quiet().await;
    scene.add_settings(WIDE_LIMITS);
    fs::create_dir_all(scene.data()).unwrap();
    fs::write(database(&scene), "this is no database, and it is long enough to be read as one".repeat(20))
        .unwrap();
    scene.start().await;
    scene.discord.message_bucket(10_000, Duration::from_secs(1));
    is_forgetful(&scene, "passim.db").await;
    fs::rename(database(&scene), scene.data().join("passim.db.damaged")).unwrap();
    recovers(&scene).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_of_a_newer_version_is_left_alone() {
    let mut scene = Scene::quiet().await;
    fs::create_dir_all(scene.data()).unwrap();
    let newer = Connection::open(database(&scene)).unwrap();
    newer.pragma_update(None, "user_version", 9_999).unwrap();
    drop(newer);
    scene.start().await;
    is_forgetful(&scene, "9999").await;
    let newer = Connection::open(database(&scene)).unwrap();
    let version: u32 = newer.query_row("PRAGMA user_version", [], |row| row.get(0)).unwrap();
    assert_eq!(version, 9_999);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_leave_to_write_who_asked_is_told_by_direct_message() {
    let scene = Scene::new().await;
    deny(&scene, scene.general, SEND_MESSAGES);
    scene.bob.say(scene.general, &scene.mention(LEASE)).unwrap();
    let direct = scene.bob.direct_channel(scene.bot);
    let told = scene.says(&scene.bob, direct, "I could not answer you in").await;
    let expected = format!("in <#{}>: I lack the permission Send Messages there.", scene.general);
    assert!(told.content.contains(&expected), "{told}");
    // Commands work.
    scene.bob.invoke(scene.general, "ask", &[("question", json!(LEASE))]).unwrap();
    scene.says(&scene.carl, scene.general, CORRECT).await;
    // In a thread it is another permission.
    deny(&scene, scene.random, SEND_MESSAGES_IN_THREADS);
    let thread = scene.discord.thread(scene.random, "talk");
    scene.bob.say(thread, &scene.mention(LEASE)).unwrap();
    scene.says(&scene.bob, direct, "I lack the permission Send Messages in Threads there.").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_leave_to_react_thanks_are_passed_over_and_all_goes_on() {
    let scene = Scene::with_settings("[limits]\nperson_per_minute = 1\n").await;
    deny(&scene, scene.general, ADD_REACTIONS);
    let thanks = scene.carl.say(scene.general, &scene.mention("Thank you!")).unwrap();
    let answer = scene.ask(&scene.bob, scene.general, LEASE).await;
    assert!(answer.content.starts_with(CORRECT), "{answer}");
    // Too many: no reaction, but still the sentence.
    let notice = scene.ask(&scene.bob, scene.general, LEASE).await;
    assert!(notice.content.starts_with("That was a lot of questions."), "{notice}");
    let screen = scene.carl.sees(scene.general);
    assert!(screen.messages.iter().all(|shown| shown.reactions.is_empty()), "{screen}");
    assert!(screen.messages.iter().all(|shown| shown.reply_to != Some(thanks)), "{screen}");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_leave_to_attach_files_a_table_is_refused_by_that_name() {
    let scene = Scene::new().await;
    scene.ask(&scene.bob, scene.general, "Who feeds the parrot?").await;
    scene.ann.invoke(scene.general, "passim-admin unanswered", &[]).unwrap();
    let list = scene.tells(&scene.ann, scene.general, "(1 in all)").await;
    deny(&scene, scene.general, ATTACH_FILES);
    scene.ann.press(list.id, "As CSV").unwrap();
    scene.tells(&scene.ann, scene.general, "I may not send files here (Attach Files)").await;
}

/// What `need_read_history` promises.
#[tokio::test(flavor = "multi_thread")]
async fn without_leave_to_read_the_history_an_answer_stands_below_the_question() {
    let mut scene = Scene::new().await;
    // Discord refuses the reply, and takes the message.
    scene.has_closed_threads = true;
    deny(&scene, scene.general, READ_MESSAGE_HISTORY);
    scene.bob.say(scene.general, &scene.mention(LEASE)).unwrap();
    let answer = scene.says(&scene.carl, scene.general, CORRECT).await;
    assert!(answer.reply_to.is_none() && !answer.buttons.is_empty(), "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thread_that_is_locked_before_the_answer_comes_is_named_by_direct_message() {
    let mut scene = Scene::with_settings(WIDE_LIMITS).await;
    scene.has_closed_threads = true;
    scene.discord.message_bucket(10_000, Duration::from_secs(1));
    let (locked, archived) =
        (scene.discord.thread(scene.general, "a"), scene.discord.thread(scene.general, "b"));
    scene.occupy(scene.random, 100);
    for thread in [locked, archived] {
        scene.bob.say(thread, &scene.mention(LEASE)).unwrap();
    }
    scene.discord.lock(locked);
    scene.discord.archive(archived, true);
    let direct = scene.bob.direct_channel(scene.bot);
    for thread in [locked, archived] {
        let told = format!("I could not answer you in <#{thread}>: the thread is archived or locked.");
        scene.says(&scene.bob, direct, &told).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thread_that_is_archived_before_the_answer_comes_is_opened_by_it() {
    let scene = Scene::with_settings(WIDE_LIMITS).await;
    scene.discord.message_bucket(10_000, Duration::from_secs(1));
    let thread = scene.discord.thread(scene.general, "a");
    scene.occupy(scene.random, 100);
    let question = scene.bob.say(thread, &scene.mention(LEASE)).unwrap();
    scene.discord.archive(thread, false);
    let answer = scene.reply_to(&scene.bob, thread, question).await;
    assert!(answer.content.starts_with(CORRECT), "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_that_is_deleted_before_its_answer_gets_none() {
    let scene = Scene::with_settings(WIDE_LIMITS).await;
    scene.discord.message_bucket(10_000, Duration::from_secs(1));
    let others = scene.occupy(scene.random, 100);
    let question = scene.bob.say(scene.general, &scene.mention(LEASE)).unwrap();
    scene.bob.delete(question).unwrap();
    let last = scene.bob.say(scene.general, &scene.mention("How much is lunch?")).unwrap();
    scene.reply_to(&scene.bob, scene.general, last).await;
    for message in others {
        scene.reply_to(&scene.carl, scene.random, message).await;
    }
    let screen = scene.bob.sees(scene.general);
    assert_eq!(screen.messages.iter().filter(|shown| shown.author == NAME).count(), 1, "{screen}");
}

/// A command of another version, for this guild only.
async fn register_old(scene: &Scene) {
    let http = HttpBuilder::new(TOKEN).proxy(scene.discord.origin()).ratelimiter_disabled(true).build();
    http.set_application_id(scene.bot.into());
    let old = json!([{ "name": "oracle", "description": "Of an older version", "type": 1 }]);
    http.create_guild_commands(scene.guild.into(), &old).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn commands_of_another_version_are_taken_away_at_start_and_explained_until_then() {
    let mut scene = Scene::new().await;
    register_old(&scene).await;
    scene.bob.invoke(scene.general, "oracle", &[]).unwrap();
    scene.tells(&scene.bob, scene.general, "This command is from another version of me.").await;
    scene.restart().await;
    assert!(scene.bob.invoke(scene.general, "oracle", &[]).is_err());
    scene.bob.invoke(scene.general, "ask", &[("question", json!(LEASE))]).unwrap();
    scene.says(&scene.bob, scene.general, CORRECT).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_closed_their_direct_messages_costs_nobody_else_an_answer() {
    let scene = Scene::new().await;
    deny(&scene, scene.general, SEND_MESSAGES);
    let fault = Fault {
        method: "POST",
        path: "/users/@me/channels",
        times: 1,
        failure: Failure::Status(403),
        moment: Moment::BeforeEffect,
    };
    scene.discord.fail(fault);
    scene.bob.say(scene.general, &scene.mention(LEASE)).unwrap();
    let answer = scene.ask(&scene.carl, scene.random, LEASE).await;
    assert!(answer.content.starts_with(CORRECT), "{answer}");
    let nothing = |shown: &&Shown| shown.author == NAME;
    assert_eq!(scene.bob.sees(scene.general).messages.iter().filter(nothing).count(), 0);
}

/// The bot and the terminal ask and write beside each other; nobody hears of it.
async fn two_processes_write(time: Duration) {
    let scene = Scene::with_settings(WIDE_LIMITS).await;
    scene.discord.message_bucket(100_000, Duration::from_secs(1));
    let started = Instant::now();
    let (corpus, data) = (scene.corpus(), scene.data());
    let terminal = std::thread::spawn(move || {
        let mut runs = 0;
        while started.elapsed() < time || runs < 2 {
            let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_passim"));
            command.arg("--corpus").arg(&corpus).arg("--data").arg(&data).args(["ask", LEASE]);
            let output = command.env("PASSIM_CONFIG_DIR", &data).output().unwrap();
            assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
            runs += 1;
        }
        runs
    });
    let mut asked = 0;
    while started.elapsed() < time || asked < 2 {
        let answer = scene.ask(&scene.bob, scene.general, LEASE).await;
        assert!(!answer.buttons.is_empty(), "{answer}");
        let voted = scene.press(&scene.bob, scene.general, answer.id, "Helpful").await;
        assert!(voted.content.contains("Noted as helpful"), "{voted}");
        asked += 1;
    }
    let runs = tokio::task::spawn_blocking(move || terminal.join().unwrap()).await.unwrap();
    let kept = Connection::open(database(&scene)).unwrap();
    let count: u32 = kept.query_row("SELECT count(*) FROM askings", [], |row| row.get(0)).unwrap();
    assert_eq!(count, asked + runs);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_processes_write_beside_each_other_and_nobody_hears_of_it() {
    two_processes_write(Duration::from_secs(3)).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes a minute; the same for three seconds always runs"]
async fn two_processes_write_for_a_minute_at_full_size() {
    two_processes_write(Duration::from_secs(60)).await;
}
