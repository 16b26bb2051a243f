//! Earlier answers after a re-index: counted in the report and, where the settings want it, a note under those that
//! everybody sees.

use std::fs;
use std::time::Duration;

use passim::local_discord::{Failure, Fault, Id, Moment, Person, Shown};
use passim::store::{MessageId, Store};
use serde_json::json;

use super::scene::{CANTEEN, LEASE, SOON, Scene, WIDE_LIMITS, now};

const HOW_LONG: &str = "How long does the lease run?";
const HOW_MUCH: &str = "How much is lunch?";
const KANTINE: &str = "# Die Kantine\n\nDie Suppe kostet in der Kantine 3 Euro.\n";
const ANNOUNCE: &str = "announce_stale = true\n";
const NOTE: &str = "\n-# Source **lease** has changed since this answer: check it with </passim verify:";

/// The documents are read again; the report.
async fn read_again(scene: &Scene) -> String {
    let wished = scene.ann.invoke(scene.general, "reindex", &[]).unwrap();
    let is_done = |shown: &Shown| shown.id > wished && shown.content.contains("**Done**");
    let done = scene.ann.finds(scene.general, SOON, "a re-index", is_done).await;
    done.unwrap_or_else(|error| panic!("{error}")).content
}

fn seen(person: &Person, channel: Id, message: Id) -> Shown {
    let messages = person.sees(channel).messages;
    messages.into_iter().find(|shown| shown.id == message).unwrap()
}

fn labels(shown: &Shown) -> Vec<String> {
    shown.buttons.iter().map(|button| button.label.clone()).collect()
}

fn change_lease(scene: &Scene, years: u32) {
    scene.write("lease.md", &LEASE.replace("15 years", &format!("{years} years")));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_report_counts_the_answers_that_do_not_hold_any_more() {
    let scene = Scene::new().await;
    let answer = scene.ask(&scene.bob, scene.general, HOW_LONG).await;
    scene.ask(&scene.bob, scene.general, HOW_MUCH).await;
    assert!(!read_again(&scene).await.contains("Earlier answers"));
    scene.write("lease.md", &format!("{LEASE}\nMore was agreed in May.\n"));
    assert!(!read_again(&scene).await.contains("Earlier answers"));
    change_lease(&scene, 20);
    let report = read_again(&scene).await;
    assert!(report.contains("Earlier answers that do not hold any more: 1 (</passim verify:"), "{report}");
    assert!(!report.contains("Notes"), "{report}");
    assert_eq!(seen(&scene.bob, scene.general, answer.id).content, answer.content);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_note_stands_once_under_a_public_answer_that_keeps_its_words_and_its_buttons() {
    let scene = Scene::with_settings(ANNOUNCE).await;
    let [first, second] = [
        scene.ask(&scene.bob, scene.general, HOW_LONG).await,
        scene.ask(&scene.carl, scene.random, HOW_LONG).await,
    ];
    let held = scene.ask(&scene.bob, scene.general, HOW_MUCH).await;
    let options = [("question", json!(HOW_LONG)), ("private", json!(true))];
    let asked = scene.bob.invoke(scene.general, "ask", &options).unwrap();
    let private = scene.response(&scene.bob, scene.general, asked).await;
    let direct = scene.bob.direct_channel(scene.bot);
    scene.bob.say(direct, HOW_LONG).unwrap();
    let told = scene.says(&scene.bob, direct, "15 years").await;
    change_lease(&scene, 20);
    let report = read_again(&scene).await;
    assert!(report.contains("any more: 1 (") && report.ends_with("Notes under public ones: 2."), "{report}");
    for (answer, channel) in [(&first, scene.general), (&second, scene.random)] {
        let noted = seen(&scene.bob, channel, answer.id);
        assert!(noted.content.starts_with(&format!("{}{NOTE}", answer.content)), "{noted}");
        assert_eq!(labels(&noted), labels(answer));
    }
    for (answer, channel) in [(&held, scene.general), (&private, scene.general), (&told, direct)] {
        assert_eq!(seen(&scene.bob, channel, answer.id).content, answer.content);
    }
    change_lease(&scene, 21);
    let report = read_again(&scene).await;
    assert!(report.ends_with("Notes under public ones: 0."), "{report}");
    assert_eq!(seen(&scene.bob, scene.general, first.id).content.matches("-# Source").count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_get_a_note_is_counted_and_left_alone() {
    let scene = Scene::with_settings(&format!("{ANNOUNCE}{WIDE_LIMITS}")).await;
    scene.discord.message_bucket(1_000, Duration::from_secs(1));
    let (open, archived) =
        (scene.discord.thread(scene.general, "open"), scene.discord.thread(scene.general, "archived"));
    let in_open = scene.ask(&scene.bob, open, HOW_LONG).await;
    let in_archived = scene.ask(&scene.bob, archived, HOW_LONG).await;
    let deleted = scene.ask(&scene.bob, scene.random, HOW_LONG).await;
    let refused = scene.ask(&scene.bob, scene.general, HOW_LONG).await;
    scene.ann.delete(deleted.id).unwrap();
    scene.discord.archive(archived, false);
    let path = format!("/channels/{}/messages/{}", scene.general, refused.id);
    scene.discord.fail(Fault {
        method: "GET",
        path: Box::leak(path.into_boxed_str()),
        times: 9,
        failure: Failure::Status(403),
        moment: Moment::BeforeEffect,
    });
    fs::remove_file(scene.corpus().join("lease.md")).unwrap();
    let report = read_again(&scene).await;
    let expected = "Notes under public ones: 1; in archived threads 1; gone 1; failed 1.";
    assert!(report.ends_with(expected), "{report}");
    assert!(seen(&scene.bob, open, in_open.id).content.contains(NOTE));
    assert_eq!(seen(&scene.bob, archived, in_archived.id).content, in_archived.content);
    let touched = scene.requests("PATCH", &format!("/channels/{archived}/messages/"));
    assert!(touched.is_empty(), "{touched:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn at_most_twenty_notes_are_written_at_a_time_the_newest_first() {
    let scene = Scene::with_settings(&format!("{ANNOUNCE}{WIDE_LIMITS}")).await;
    scene.discord.message_bucket(1_000, Duration::from_secs(1));
    let mut answers = Vec::new();
    for _ in 0..22 {
        answers.push(scene.ask(&scene.bob, scene.general, HOW_LONG).await);
    }
    change_lease(&scene, 20);
    let report = read_again(&scene).await;
    assert!(report.ends_with("Notes under public ones: 20; too many 2."), "{report}");
    let noted =
        answers.iter().map(|answer| seen(&scene.bob, scene.general, answer.id).content.contains(NOTE));
    assert!(noted.eq((0..22).map(|number| number >= 2)));
    change_lease(&scene, 21);
    let report = read_again(&scene).await;
    assert!(report.ends_with("Notes under public ones: 2."), "{report}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_is_too_old_gets_no_note_and_a_german_one_a_german_note() {
    let mut scene = Scene::quiet().await;
    scene.add_settings(&format!("{ANNOUNCE}announce_stale_days = 2\n"));
    scene.write("kantine.md", KANTINE);
    scene.start().await;
    let old = scene.ask(&scene.bob, scene.general, HOW_LONG).await;
    scene.stop().await;
    scene.clock = || now() + 3 * 24 * 3_600 * 1_000_000_000;
    scene.start().await;
    let german = scene.ask(&scene.bob, scene.general, "Was kostet die Suppe in der Kantine?").await;
    assert!(german.content.contains("laut Quelle **kantine** [1]"), "{german}");
    change_lease(&scene, 20);
    scene.write("kantine.md", &KANTINE.replace("3 Euro", "4 Euro"));
    let report = read_again(&scene).await;
    assert!(report.ends_with("Notes under public ones: 1."), "{report}");
    assert_eq!(seen(&scene.bob, scene.general, old.id).content, old.content);
    let noted = seen(&scene.bob, scene.general, german.id).content;
    assert!(
        noted.contains("\n-# Quelle **kantine** hat sich seit dieser Antwort geändert: mit </passim"),
        "{noted}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_another_process_read_anew_gets_its_notes_too() {
    let scene = Scene::with_settings(ANNOUNCE).await;
    let answer = scene.ask(&scene.bob, scene.general, HOW_LONG).await;
    change_lease(&scene, 20);
    scene.index_elsewhere();
    let is_noted = |shown: &Shown| shown.id == answer.id && shown.content.contains(NOTE);
    let noted = scene.bob.finds(scene.general, SOON, "a note", is_noted).await;
    noted.unwrap_or_else(|error| panic!("{error}"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_fails_disturbs_no_re_index() {
    let mut scene = Scene::with_settings(ANNOUNCE).await;
    scene.ask(&scene.bob, scene.general, HOW_LONG).await;
    scene.stop().await;
    for name in ["passim.db-wal", "passim.db-shm"] {
        let _ = fs::remove_file(scene.data().join(name));
    }
    fs::write(scene.data().join("passim.db"), "no database").unwrap();
    scene.start().await;
    scene.write("canteen.md", &CANTEEN.replace("6 euros", "7 euros"));
    let report = read_again(&scene).await;
    assert!(report.contains("Changed 1: canteen.md") && !report.contains("Earlier answers"), "{report}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_is_kept_with_how_it_was_chosen() {
    let scene = Scene::new().await;
    let answer = scene.ask(&scene.bob, scene.general, HOW_LONG).await;
    let store = Store::open(&scene.data(), SOON).unwrap();
    // Which message answers is known a moment after it can be seen.
    let started = std::time::Instant::now();
    let asking = loop {
        match store.asking_answered_by(MessageId(answer.id)).unwrap() {
            Some(asking) => break asking,
            None => assert!(started.elapsed() < SOON, "nobody notes which message answers"),
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    let receipt = store.receipt(&asking.receipt.unwrap()).unwrap().unwrap();
    let trace = passim::keeping::trace(&receipt).unwrap();
    assert!(trace.candidates[0].sentence.contains("15 years"), "{trace:?}");
    assert_eq!(receipt.confidence, Some(asking.confidence));
}
