//! The language of the words around an answer: the client's, else the question's, else the setting's.

use passim::local_discord::Shown;
use serde_json::json;

use super::scene::{NAME, SOON, Scene};

const ENGLISH: [&str; 5] = ["Passage", "Ask on", "Helpful", "Not helpful", "More"];
const GERMAN: [&str; 5] = ["Textstelle", "Weiterfragen", "Hilfreich", "Nicht hilfreich", "Mehr"];
/// Too few words to tell.
const UNCERTAIN: &str = "lunch euros";

fn labels(shown: &Shown) -> Vec<&str> {
    shown.buttons.iter().map(|button| button.label.as_str()).collect()
}

/// Asks by command, and gives the answer.
async fn commanded(scene: &Scene, question: &str) -> Shown {
    scene.bob.invoke(scene.general, "ask", &[("question", json!(question))]).unwrap();
    let is_meant = |shown: &Shown| shown.author == NAME && shown.content.ends_with(question);
    let found = scene.bob.finds(scene.general, SOON, question, is_meant).await.unwrap();
    scene.ann.delete(found.id).unwrap();
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn a_german_question_is_answered_with_german_words_around() {
    let scene = Scene::new().await;
    let answer = scene.ask(&scene.bob, scene.general, "Was kostet der Lunch?").await;
    assert_eq!(labels(&answer)[..5], GERMAN, "{answer}");
    assert!(answer.content.contains("· Zeile 3"), "{answer}");
    let english = scene.ask(&scene.bob, scene.general, "How much is lunch?").await;
    assert_eq!(labels(&english), ENGLISH, "{english}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_is_answered_in_the_language_of_the_client() {
    let scene = Scene::new().await;
    scene.bob.speaks("de");
    let answer = commanded(&scene, "How much is lunch?").await;
    assert!(answer.content.starts_with("Lunch costs **6 euros**, laut Quelle **canteen** [1]"), "{answer}");
    assert!(answer.content.ends_with("-# Frage: How much is lunch?"), "{answer}");
    assert_eq!(labels(&answer), GERMAN);

    scene.bob.speaks("en-GB");
    let answer = commanded(&scene, "Was kostet der Lunch?").await;
    assert!(answer.content.ends_with("-# Question: Was kostet der Lunch?"), "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn presses_are_answered_in_the_language_of_whoever_presses() {
    let scene = Scene::new().await;
    let answer = scene.ask(&scene.bob, scene.general, "How much is lunch?").await;
    scene.carl.speaks("de");
    scene.carl.press(answer.id, "Helpful").unwrap();
    let thanks = scene.says(&scene.carl, scene.general, "Danke.").await;
    assert!(thanks.is_ephemeral);
    let pressed = scene.carl.press(answer.id, "Ask on").unwrap();
    assert_eq!(scene.carl.gets_form(pressed, SOON).await.unwrap().title, "Weiterfragen");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_in_another_language_leaves_it_to_the_question() {
    let scene = Scene::new().await;
    scene.bob.speaks("fr");
    assert_eq!(labels(&commanded(&scene, "How much is lunch?").await), ENGLISH);
    assert_eq!(labels(&commanded(&scene, "Was kostet der Lunch?").await)[..5], GERMAN);
    assert_eq!(labels(&commanded(&scene, UNCERTAIN).await)[..5], ENGLISH);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_setting_falls_in_where_nothing_tells() {
    let mut scene = Scene::quiet().await;
    scene.add_settings("language = \"de\"\n");
    scene.start().await;
    let answer = scene.ask(&scene.bob, scene.general, UNCERTAIN).await;
    assert_eq!(labels(&answer)[..5], GERMAN, "{answer}");
    let empty = scene.ask(&scene.bob, scene.general, "").await;
    assert!(empty.content.starts_with("Frag mich etwas zu den Dokumenten"), "{empty}");
    scene.bob.speaks("fr");
    let answer = commanded(&scene, UNCERTAIN).await;
    assert_eq!(labels(&answer)[..5], GERMAN, "{answer}");
    let answer = scene.ask(&scene.bob, scene.general, "How much is lunch?").await;
    assert_eq!(labels(&answer), ENGLISH, "{answer}");
}
