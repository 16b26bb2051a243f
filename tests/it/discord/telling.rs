//! What people say about answers, who waits for one, and who is told what by a re-index.

use std::fs;

use passim::local_discord::{Id, Person, Shown};
use passim::store::{Scope, Store};
use serde_json::json;

use super::scene::{LEASE, NAME, SOON, Scene, WIDE_LIMITS};

const PARROT: &str = "Who feeds the parrot?";

fn store(scene: &Scene) -> Store {
    Store::open(&scene.data(), SOON).unwrap()
}

/// What the bot told somebody by direct message that has this in it.
fn told(scene: &Scene, person: &Person, text: &str) -> usize {
    let messages = person.sees(person.direct_channel(scene.bot)).messages;
    messages.iter().filter(|shown| shown.author == NAME && shown.content.contains(text)).count()
}

async fn wait_for(scene: &Scene, person: &Person, answer: Id) {
    let noted = scene.press(person, scene.general, answer, "Tell me").await;
    assert!(noted.is_ephemeral && noted.content.contains("I will tell you"), "{noted}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_wants_to_be_told_is_told_once_when_the_sources_say_it() {
    let mut scene = Scene::new().await;
    let declined = scene.ask(&scene.bob, scene.general, PARROT).await;
    wait_for(&scene, &scene.bob, declined.id).await;
    wait_for(&scene, &scene.bob, declined.id).await;
    // Whoever sees the answer may wait too; carl is gone before it comes.
    wait_for(&scene, &scene.carl, declined.id).await;
    scene.write("other.md", "# Cats\n\nCats sleep in the attic.\n");
    scene.read_again().await;
    assert_eq!((told(&scene, &scene.bob, "parrot"), store(&scene).watches(9).unwrap().len()), (0, 2));

    scene.restart().await;
    scene.discord.remove(scene.guild, scene.carl.id());
    scene.write("parrot.md", "# The parrot\n\nThe parrot is fed by Jonas Berg every morning.\n");
    scene.read_again().await;
    let direct = scene.bob.direct_channel(scene.bot);
    let news = scene.says(&scene.bob, direct, "You wanted to be told").await;
    assert!(news.content.contains("“Who feeds the parrot?” now."), "{news}");
    assert!(news.content.contains("Jonas Berg"), "{news}");
    assert!(store(&scene).watches(9).unwrap().is_empty());
    assert!(store(&scene).unanswered(Scope::All, false, 9, 0).unwrap().is_empty(), "it is not open any more");
    scene.write("other.md", "# Dogs\n\nDogs sleep in the yard.\n");
    scene.read_again().await;
    assert_eq!(told(&scene, &scene.bob, "You wanted to be told"), 1);
    assert_eq!(told(&scene, &scene.carl, "You wanted to be told"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_says_what_is_answered_now_and_who_was_told() {
    let scene = Scene::new().await;
    let declined = scene.ask(&scene.bob, scene.general, PARROT).await;
    wait_for(&scene, &scene.bob, declined.id).await;
    scene.write("parrot.md", "# The parrot\n\nThe parrot is fed by Jonas Berg every morning.\n");
    scene.read_again().await;
    let report = scene.tells(&scene.ann, scene.general, "Open questions that are answered now: 1").await;
    assert!(report.content.contains("People told by direct message: 1"), "{report}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_another_process_indexed_is_told_of_too() {
    let scene = Scene::new().await;
    let declined = scene.ask(&scene.bob, scene.general, PARROT).await;
    wait_for(&scene, &scene.bob, declined.id).await;
    scene.write("parrot.md", "# The parrot\n\nThe parrot is fed by Jonas Berg every morning.\n");
    scene.index_elsewhere();
    let direct = scene.bob.direct_channel(scene.bot);
    scene.says(&scene.bob, direct, "You wanted to be told").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wish_to_be_told_goes_with_the_rest_of_somebodys_data() {
    let scene = Scene::new().await;
    let declined = scene.ask(&scene.bob, scene.general, PARROT).await;
    wait_for(&scene, &scene.bob, declined.id).await;
    scene.bob.invoke(scene.general, "passim privacy", &[]).unwrap();
    let privacy = scene.tells(&scene.bob, scene.general, "What I store").await;
    assert!(privacy.content.contains("Tell me"), "{privacy}");
    scene.press_changes(&scene.bob, scene.general, privacy.id, "Delete my data").await;
    assert!(store(&scene).watches(9).unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_did_not_help_is_listed_with_a_remark_until_that_is_taken_back() {
    let scene = Scene::with_settings(WIDE_LIMITS).await;
    let answer = scene.ask(&scene.bob, scene.general, "How long does the lease run?").await;
    let thanks = scene.press(&scene.bob, scene.general, answer.id, "Not helpful").await;
    let opened = scene.bob.press(thanks.id, "Say why").unwrap();
    scene.bob.gets_form(opened, SOON).await.unwrap();
    scene.bob.submit(opened, &[("text", "It was *renewed*\nin May.")]).unwrap();
    scene.tells(&scene.bob, scene.general, "without your name").await;

    scene.ann.invoke(scene.general, "passim-admin unanswered", &[]).unwrap();
    let list = scene.tells(&scene.ann, scene.general, "Questions that the sources do not answer").await;
    let line = "1. How long does the lease run? · 1× by 1 person, 1 of them with an answer that did not help";
    assert!(list.content.contains(line) && list.content.contains("closest: lease, line 3"), "{list}");
    scene.ann.invoke(scene.general, "passim-admin feedback", &[]).unwrap();
    let list = scene.tells(&scene.ann, scene.general, "What people thought of answers").await;
    assert!(list.content.contains("source lease · helpful 0, not helpful 1"), "{list}");
    assert!(list.content.contains("“It was \\*renewed\\* in May.”"), "{list}");
    assert!(list.content.contains("**lease**: helpful 0, not helpful 1"), "by source: {list}");

    scene.press(&scene.bob, scene.general, answer.id, "Helpful").await;
    assert!(store(&scene).unanswered(Scope::All, false, 9, 0).unwrap().is_empty());
    assert!(store(&scene).feedback(Scope::All, 9, 0).unwrap()[0].notes.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn golden_questions_that_are_answered_otherwise_are_in_the_report() {
    let mut scene = Scene::quiet().await;
    let file = scene.folder.path().join("golden.jsonl");
    let questions = [
        json!({ "id": "1", "question": "How long does the lease run?", "answers": ["15 years"], "answerable": true }),
        json!({ "id": "2", "question": "When does the canteen open?", "answers": ["11:30"], "answerable": true }),
    ];
    fs::write(&file, questions.map(|line| line.to_string()).join("\n")).unwrap();
    scene.add_settings(&format!("[index]\ngolden = {:?}\n", file.to_str().unwrap()));
    scene.start().await;
    scene.read_again().await;
    scene.tells(&scene.ann, scene.general, "Golden questions: 2 asked, 0 answered otherwise").await;
    scene.write("lease.md", &LEASE.replace("15 years", "20 years"));
    scene.read_again().await;
    let report =
        scene.tells(&scene.ann, scene.general, "Golden questions: 2 asked, 1 answered otherwise").await;
    let lines: Vec<&str> = report.content.lines().map(str::trim).collect();
    let place = lines.iter().position(|line| *line == "- How long does the lease run?").unwrap();
    assert!(lines[place + 1].starts_with("before: ") && lines[place + 1].contains("15 years"), "{report}");
    assert!(lines[place + 2].starts_with("now: ") && lines[place + 2].contains("20 years"), "{report}");
    fs::write(&file, "no set").unwrap();
    scene.write("lease.md", LEASE);
    scene.read_again().await;
    let is_told = |shown: &Shown| shown.content.contains("The golden questions could not be asked: ");
    scene.ann.finds(scene.general, SOON, "why not", is_told).await.unwrap();
}
