//! `/reindex`, and what another process wrote.

use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use passim::local_discord::permissions::MANAGE_GUILD;
use passim::local_discord::{Person, Shown};
use passim::retrieval::sync::{self, SyncError};
use passim::retrieval::{IndexError, folder_of};
use passim::store::{By, Store, UserId};
use serde_json::{Value, json};

use super::scene::{SOON, Scene, WIDE_LIMITS};

const LEASE: &str = "How long does the lease run?";

fn reindex(scene: &Scene, person: &Person, options: &[(&str, Value)]) {
    person.invoke(scene.general, "reindex", options).unwrap();
}

/// Where the index lies.
fn index(scene: &Scene) -> PathBuf {
    folder_of(&scene.corpus(), &scene.data())
}

/// Goes back to the index before; the bot may have answered out of the new one while it is still at work on it.
async fn roll_back(scene: &Scene) {
    let deadline = Instant::now() + SOON;
    loop {
        match sync::roll_back(&index(scene), super::scene::now()) {
            Err(SyncError::Index(IndexError::Busy { .. })) if Instant::now() < deadline => {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            ended => return drop(ended.unwrap()),
        }
    }
}

/// The report as it is shown, once it is there also as a direct message.
async fn report(scene: &Scene) -> String {
    let shown = scene.tells(&scene.ann, scene.general, "**Done** in ").await;
    let direct = scene.ann.direct_channel(scene.bot);
    let is_same = |told: &Shown| told.content == shown.content;
    scene.ann.finds(direct, SOON, "the report by direct message", is_same).await.unwrap();
    shown.content
}

fn write_many(scene: &Scene, number: usize) {
    for file in 0..number {
        let text = format!("# Shelf {file}\n\nShelf {file} holds {} boxes of paper.\n", file * 3);
        scene.write(&format!("shelf-{file}.md"), &text);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_report_names_what_was_added_changed_removed_and_refused() {
    let scene = Scene::new().await;
    scene.write("garage.md", "# The garage\n\nThe garage holds 12 cars.\n");
    scene.write("canteen.md", "# The canteen\n\nLunch costs 7 euros.\n");
    fs::remove_file(scene.corpus().join("lease.md")).unwrap();
    fs::write(scene.corpus().join("torn.md"), b"\xff\xfe\xff").unwrap();
    reindex(&scene, &scene.ann, &[]);
    let report = report(&scene).await;
    for line in
        ["Added 1: garage.md", "Changed 1: canteen.md", "Removed 1: lease.md", "Refused 1:\n- torn.md\\: "]
    {
        assert!(report.contains(line), "{line}: {report}");
    }
    assert!(report.contains(": 2 documents with 2 passages."), "{report}");
    let answer = scene.ask(&scene.bob, scene.general, "How many cars does the garage hold?").await;
    assert!(answer.content.contains("**12 cars**, per source **garage**"), "{answer}");
    let answer = scene.ask(&scene.bob, scene.general, "How much is lunch?").await;
    assert!(answer.content.contains("7 euros"), "{answer}");
    let store = Store::open(&scene.data(), SOON).unwrap();
    let deeds = store.audit_log(Some(passim::store::GuildId(scene.guild)), 9).unwrap();
    let [deed] = &deeds[..] else { panic!("{deeds:?}") };
    assert_eq!((deed.by, deed.what.as_str()), (By::User(UserId(scene.ann.id())), "reindex"));
    assert_eq!(deed.details, "1 added, 1 changed, 1 removed, 1 refused");
}

#[tokio::test(flavor = "multi_thread")]
async fn where_nothing_changed_the_report_says_so_and_rebuild_reads_all_anew() {
    let scene = Scene::new().await;
    reindex(&scene, &scene.ann, &[]);
    let first = report(&scene).await;
    assert!(first.contains("2 documents with 2 passages.") && first.ends_with("Unchanged: 2."), "{first}");
    reindex(&scene, &scene.ann, &[("rebuild", json!(true))]);
    let anew = scene.tells(&scene.ann, scene.general, "all read anew").await;
    assert!(anew.content.contains("2 documents with 2 passages, all read anew."), "{anew}");
    let answer = scene.ask(&scene.bob, scene.general, LEASE).await;
    assert!(answer.content.contains("15 years"), "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_is_missing_is_named_and_answers_go_on() {
    let scene = Scene::new().await;
    let away = scene.folder.path().join("away");
    fs::rename(scene.corpus(), &away).unwrap();
    reindex(&scene, &scene.ann, &[]);
    let failed = scene.tells(&scene.ann, scene.general, "The documents could not be read: ").await;
    assert!(failed.content.contains("corpus"), "{failed}");
    assert!(failed.content.ends_with("Answers still come from the old index."), "{failed}");
    let answer = scene.ask(&scene.bob, scene.general, LEASE).await;
    assert!(answer.content.contains("15 years"), "{answer}");
    fs::rename(&away, scene.corpus()).unwrap();
    reindex(&scene, &scene.ann, &[]);
    let report = report(&scene).await;
    assert!(report.ends_with("Unchanged: 2."), "{report}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_folder_is_taken_for_one_that_is_not_mounted() {
    let scene = Scene::new().await;
    for name in ["lease.md", "canteen.md"] {
        fs::remove_file(scene.corpus().join(name)).unwrap();
    }
    reindex(&scene, &scene.ann, &[]);
    scene.tells(&scene.ann, scene.general, "look whether the folder is mounted").await;
    let answer = scene.ask(&scene.bob, scene.general, LEASE).await;
    assert!(answer.content.contains("15 years"), "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_run_shows_how_far_it_is_refuses_a_second_one_and_holds_up_no_answer() {
    let mut scene = Scene::quiet().await;
    let crew = scene.discord.role(scene.guild, "crew", MANAGE_GUILD, false);
    scene.discord.give_role(scene.guild, crew, scene.carl.id());
    let (guild, ann) = (scene.guild, scene.ann.id());
    scene.set_settings(&format!("[discord]\nguilds = [\"{guild}\"]\noperators = [\"{ann}\", \"{crew}\"]\n"));
    scene.add_settings(WIDE_LIMITS);
    scene.start().await;
    scene.discord.message_bucket(1_000, Duration::from_secs(1));
    write_many(&scene, 2_500);
    reindex(&scene, &scene.ann, &[]);
    let begun = scene.tells(&scene.ann, scene.general, "Reading the documents again.").await;
    reindex(&scene, &scene.carl, &[]);
    let refused = scene.tells(&scene.carl, scene.general, "ann started this already, <t:").await;
    assert!(refused.content.contains("files are read"), "{refused}");
    // Whoever asks all the while is answered from the old index, then from the new one.
    let mut edits: Vec<(Instant, String)> = Vec::new();
    let mut answers = 0;
    loop {
        let answer = scene.ask(&scene.bob, scene.random, LEASE).await;
        assert!(answer.content.contains("15 years"), "{answer}");
        answers += 1;
        let shown = scene.ann.sees(scene.general);
        let now = shown.messages.iter().find(|shown| shown.id == begun.id).unwrap().content.clone();
        if edits.last().is_none_or(|(_, before)| *before != now) {
            edits.push((Instant::now(), now));
        }
        if edits.last().unwrap().1.starts_with("**Done**") {
            break;
        }
    }
    assert!(answers > 1);
    let progress: Vec<&String> =
        edits.iter().map(|(_, text)| text).filter(|text| text.contains("2500")).collect();
    assert!(!progress.is_empty(), "{edits:?}");
    let begun = edits[0].0;
    let steps = edits.len() as u32 - 2;
    let last = edits[edits.len() - 2].0;
    assert!(last.duration_since(begun) >= Duration::from_millis(1_900) * steps, "{edits:?}");
    let answer = scene.ask(&scene.bob, scene.random, "How many boxes does shelf 70 hold?").await;
    assert!(answer.content.contains("210 boxes"), "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn while_another_process_indexes_the_operator_hears_so() {
    let scene = Scene::new().await;
    let lock = fs::OpenOptions::new().write(true).open(index(&scene).join("LOCK")).unwrap();
    lock.try_lock().unwrap();
    reindex(&scene, &scene.ann, &[]);
    scene.tells(&scene.ann, scene.general, "Another process reads the documents at the moment").await;
    drop(lock);
    reindex(&scene, &scene.ann, &[]);
    report(&scene).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_another_process_wrote_is_taken_over_without_a_restart() {
    let scene = Scene::with_settings(WIDE_LIMITS).await;
    scene.discord.message_bucket(1_000, Duration::from_secs(1));
    scene.write("garage.md", "# The garage\n\nThe garage holds 12 cars.\n");
    scene.index_elsewhere();
    let started = Instant::now();
    loop {
        let answer = scene.ask(&scene.bob, scene.general, "How many cars does the garage hold?").await;
        if answer.content.contains("12 cars") {
            break;
        }
        assert!(started.elapsed() < Duration::from_secs(10), "{answer}");
    }
    let answer = scene.ask(&scene.bob, scene.general, LEASE).await;
    assert!(answer.content.contains("15 years"), "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn in_direct_messages_discord_does_not_offer_it() {
    let scene = Scene::new().await;
    let direct = scene.ann.direct_channel(scene.bot);
    assert!(scene.ann.invoke(direct, "reindex", &[]).is_err());
    assert!(scene.ann.invoke(direct, "passim-admin status", &[]).is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_that_cannot_come_by_direct_message_is_shown_nevertheless() {
    let scene = Scene::new().await;
    scene.discord.fail(passim::local_discord::Fault {
        method: "POST",
        path: "/users/@me/channels",
        times: 10,
        failure: passim::local_discord::Failure::Status(403),
        moment: passim::local_discord::Moment::BeforeEffect,
    });
    reindex(&scene, &scene.ann, &[]);
    scene.tells(&scene.ann, scene.general, "**Done** in ").await;
    let answer = scene.ask(&scene.bob, scene.general, LEASE).await;
    assert!(answer.content.contains("15 years"), "{answer}");
}

/// Asks until the answer has this in it.
async fn comes_to_say(scene: &Scene, said: &str) {
    let deadline = Instant::now() + SOON;
    loop {
        let answer = scene.ask(&scene.bob, scene.general, LEASE).await;
        if answer.content.contains(said) {
            return;
        }
        assert!(Instant::now() < deadline, "{answer}");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_watched_folder_is_read_without_anybody_asking() {
    let scene = Scene::with_settings(&format!("{WIDE_LIMITS}[corpus]\nwatch = true\n")).await;
    comes_to_say(&scene, "15 years").await;
    scene.write("lease.md", "# The lease\n\nThe lease of the office in Ghent runs for 12 years.\n");
    comes_to_say(&scene, "12 years").await;
    // What follows from a new index is done first.
    let summary = "Last re-index: 0 added, 1 changed, 0 removed, 0 refused";
    let deadline = Instant::now() + SOON;
    loop {
        let asked = scene.ann.invoke(scene.general, "passim-admin status", &[]).unwrap();
        let status = scene.response(&scene.ann, scene.general, asked).await;
        if status.content.contains(summary) {
            break;
        }
        assert!(Instant::now() < deadline, "{status}");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_watched_folder_leaves_an_index_that_was_gone_back_to_until_somebody_asks() {
    let scene = Scene::with_settings(&format!("{WIDE_LIMITS}[corpus]\nwatch = true\n")).await;
    scene.write("lease.md", "# The lease\n\nThe lease of the office in Ghent runs for 12 years.\n");
    comes_to_say(&scene, "12 years").await;
    roll_back(&scene).await;
    scene.write("garage.md", "# The garage\n\nThe garage holds 12 cars.\n");
    comes_to_say(&scene, "15 years").await;
    // Long enough for the change to be noticed, and left alone.
    tokio::time::sleep(Duration::from_secs(2)).await;
    comes_to_say(&scene, "15 years").await;
    scene.ann.invoke(scene.general, "passim-admin status", &[]).unwrap();
    scene.tells(&scene.ann, scene.general, "Rolled back").await;
    scene.read_again().await;
    comes_to_say(&scene, "12 years").await;
}
