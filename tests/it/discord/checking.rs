//! Checking somebody's message against the sources: by its menu, alone, and shared.

use passim::local_discord::{Id, Person, Shown};
use serde_json::json;

use super::scene::{NAME, SOON, Scene};

const CHECK: &str = "Check against the sources";
const WRONG: &str = "I heard the lease of the office in Ghent runs for 20 years.";

/// What somebody is told about a message.
async fn check(scene: &Scene, person: &Person, channel: Id, message: Id) -> Shown {
    let used = person.use_menu(message, CHECK).unwrap();
    let told = scene.response(person, channel, used).await;
    assert!(told.is_ephemeral, "{told}");
    told
}

async fn check_text(scene: &Scene, text: &str) -> Shown {
    let said = scene.carl.say(scene.general, text).unwrap();
    check(scene, &scene.bob, scene.general, said).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_is_checked_for_whoever_chose_it_and_can_be_shared_after_a_restart() {
    let mut scene = Scene::new().await;
    let told = check_text(&scene, "The lease of the office in Ghent runs for 20 years.").await;
    assert_eq!(
        told.content,
        "Contradicted\\: “The lease of the office in Ghent runs for 20 years.”, per source **lease** [1]\n\
         The claim says 20 years, source lease says 15 years.\n\
         > The **lease** of the **office** in **Ghent runs** for 15 **years**.\n\
         [1] lease · The lease · line 3"
    );
    assert!(scene.said(&scene.carl, scene.general).is_empty());

    scene.restart().await;
    scene.bob.press(told.id, "Share").unwrap();
    let shared = scene.says(&scene.carl, scene.general, "Contradicted").await;
    assert!(!shared.is_ephemeral && shared.buttons.is_empty(), "{shared}");
    assert_eq!(shared.content, told.content);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_three_verdicts_and_what_is_no_claim_are_told() {
    let scene = Scene::new().await;
    for (text, said) in [
        ("Lunch costs 6 euros.", r"Supported\: “Lunch costs 6 euros.”, per source **canteen** [1]"),
        (WRONG, r"Contradicted\: “I heard the lease"),
        (
            "The canteen has a piano.",
            r"Not in the sources\: “The canteen has a piano.” Nothing in them mentions “piano”.",
        ),
    ] {
        let told = check_text(&scene, text).await;
        assert!(told.content.starts_with(said), "{told}");
        assert!(told.button("Share").is_some(), "{told}");
    }
    for (text, said) in [
        ("How much is lunch?", "That is a question, not a claim."),
        ("thanks", "There is nothing to check in that."),
    ] {
        let told = check_text(&scene, text).await;
        assert!(told.content.starts_with(said) && told.buttons.is_empty(), "{told}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_sentence_is_told_and_markup_is_no_part_of_it() {
    let scene = Scene::new().await;
    let text = format!("Lunch costs 6 euros. Lunch costs 9 euros. <#{}>", scene.random);
    let told = check_text(&scene, &text).await;
    let verdicts: Vec<&str> =
        told.content.lines().filter_map(|line| line.split_once(r"\: “").map(|it| it.0)).collect();
    assert_eq!(verdicts, ["Supported", "Contradicted"], "{told}");
    assert!(!told.content.contains("<#"), "{told}");
    // What people write shows as they wrote it, and pings nobody.
    let told = check_text(&scene, "**Lunch** costs 6 euros, @everyone [free](https://example.org)").await;
    assert!(told.content.contains(r"\*\*Lunch\*\*"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn germans_are_told_in_german() {
    let scene = Scene::new().await;
    scene.bob.speaks("de");
    let told = check_text(&scene, "The lease of the office in Ghent runs for 20 years.").await;
    assert!(
        told.content.starts_with(
            r"Widerlegt\: „The lease of the office in Ghent runs for 20 years.“, laut Quelle **lease** [1]"
        ),
        "{told}"
    );
    assert!(told.content.contains("\nDie Behauptung sagt 20 years, Quelle lease sagt 15 years.\n"), "{told}");
    assert!(told.button("Teilen").is_some(), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_is_shared_only_by_whoever_made_it_and_where_answers_are_for_all() {
    let scene = Scene::new().await;
    let told = check_text(&scene, "Lunch costs 6 euros.").await;
    let button = told.button("Share").unwrap().custom_id.clone().unwrap();
    let other = check(
        &scene,
        &scene.carl,
        scene.general,
        scene.carl.say(scene.general, "Lunch costs 9 euros.").unwrap(),
    )
    .await;
    let forged = scene.forge(&scene.carl, scene.general, other.id, &button).await;
    assert!(forged.is_ephemeral && forged.content.starts_with("This belongs to somebody else"), "{forged}");

    scene.ann.invoke(scene.general, "passim channel", &[("answers", json!("private"))]).unwrap();
    scene.tells(&scene.ann, scene.general, "only the asker sees").await;
    let refused = scene.press(&scene.bob, scene.general, told.id, "Share").await;
    assert!(refused.is_ephemeral && refused.content.starts_with("This cannot be shared here"), "{refused}");

    scene.ann.invoke(scene.general, "passim channel", &[("answers", json!("off"))]).unwrap();
    scene.tells(&scene.ann, scene.general, "From now on I do not answer").await;
    let off = check_text(&scene, "Lunch costs 6 euros.").await;
    assert!(off.content.starts_with("Answers are switched off in this channel."), "{off}");
    let all = scene.said(&scene.carl, scene.general);
    assert!(all.iter().all(|shown| shown.author == NAME && shown.is_ephemeral), "{all:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn long_texts_become_messages_that_fit_and_the_button_is_under_the_last() {
    let scene = Scene::new().await;
    let said = scene
        .carl
        .say(scene.general, &"The lease of the office in Ghent runs for 20 years. ".repeat(30))
        .unwrap();
    scene.bob.use_menu(said, CHECK).unwrap();
    let is_last = |shown: &Shown| shown.is_ephemeral && shown.button("Share").is_some();
    let last = scene.bob.finds(scene.general, SOON, "the last message", is_last).await.unwrap();
    assert!(last.content.ends_with(r"20 more sentences were not checked\: it is 10 at a time."), "{last}");
    let all = scene.said(&scene.bob, scene.general);
    assert!(all.iter().all(|shown| shown.content.encode_utf16().count() <= 2_000));
}
