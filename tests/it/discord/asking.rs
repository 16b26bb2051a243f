//! Every way to ask.

use serde_json::json;

use super::scene::Scene;

#[tokio::test(flavor = "multi_thread")]
async fn a_mention_is_answered_with_its_proof() {
    let scene = Scene::new().await;
    let answer = scene.ask(&scene.bob, scene.general, "How long does the lease run?").await;
    assert!(answer.content.starts_with("**15 years**, per source **lease** [1]\n> "), "{answer}");
    let labels: Vec<&str> = answer.buttons.iter().map(|button| button.label.as_str()).collect();
    assert_eq!(labels, ["Passage", "Ask on", "Helpful", "Not helpful", "More"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slash_command_is_answered_for_all_with_the_question() {
    let scene = Scene::new().await;
    scene.bob.invoke(scene.general, "ask", &[("question", json!("How much is lunch?"))]).unwrap();
    let answer = scene.says(&scene.carl, scene.general, "6 euros").await;
    assert!(answer.content.ends_with("-# Question: How much is lunch?"), "{answer}");
    assert!(!answer.is_ephemeral);
}
