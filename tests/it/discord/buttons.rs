//! Buttons under answers, pressed at once, after a restart, late, twice, and by whom they are not for.

use std::fs;
use std::time::Duration;

use passim::answer::receipt::sha256;
use passim::local_discord::{Id, Person, Shown};
use passim::store::{
    Asking, AskingId, ChannelId, Cited, GuildId, Moment, Outcome, Place, Receipt, Store, Surface, UserId,
};
use serde_json::json;

use super::scene::{CANTEEN, LEASE, SOON, Scene, now};

const HOW_LONG: &str = "How long does the lease run?";

async fn lease(scene: &Scene) -> Shown {
    scene.ask(&scene.bob, scene.general, HOW_LONG).await
}

/// Asks by command, so that only bob sees it.
async fn in_private(scene: &Scene, question: &str) -> Shown {
    let options = [("question", json!(question)), ("private", json!(true))];
    let asked = scene.bob.invoke(scene.general, "ask", &options).unwrap();
    let answer = scene.response(&scene.bob, scene.general, asked).await;
    assert!(answer.is_ephemeral, "{answer}");
    answer
}

/// Opens the menu of an answer.
async fn more(scene: &Scene, person: &Person, channel: Id, answer: Id) -> Shown {
    let menu = scene.press(person, channel, answer, "More").await;
    assert!(menu.is_ephemeral && menu.content == "What else about this answer?", "{menu}");
    menu
}

fn labels(shown: &Shown) -> Vec<&str> {
    shown.buttons.iter().map(|button| button.label.as_str()).collect()
}

fn custom_id(shown: &Shown, label: &str) -> String {
    shown.button(label).unwrap().custom_id.clone().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_passage_is_the_quote_with_what_stands_around_it() {
    let mut scene = Scene::new().await;
    let answer = lease(&scene).await;
    scene.restart().await;
    let passage = scene.press(&scene.carl, scene.general, answer.id, "Passage").await;
    assert!(passage.is_ephemeral, "{passage}");
    assert_eq!(
        passage.content,
        "**lease › The lease**\n> **The lease of the office in Ghent runs for 15 years.** It was signed by Ada Moreau on \
         6 January 2026. The rent is 4,200 euros a month."
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_passage_that_moved_is_shown_and_one_that_changed_or_was_removed_is_not() {
    let scene = Scene::new().await;
    let answer = lease(&scene).await;
    let press = || scene.press(&scene.bob, scene.general, answer.id, "Passage");
    scene.write("lease.md", &LEASE.replace("15", "20"));
    scene.read_again().await;
    let changed = press().await;
    assert!(changed.is_ephemeral);
    assert!(changed.content.starts_with("Source lease has changed since"), "{changed}");
    scene.write("lease.md", &LEASE.replace("# The lease\n", "# The lease\n\nSigned.\n"));
    scene.read_again().await;
    let moved = press().await;
    assert!(moved.content.contains("> **The lease of the office in Ghent runs for 15 years.**"), "{moved}");
    fs::remove_file(scene.corpus().join("lease.md")).unwrap();
    scene.read_again().await;
    assert_eq!(press().await.content, "Source lease is not there any more.");
}

#[tokio::test(flavor = "multi_thread")]
async fn verify_says_what_became_of_the_words() {
    let mut scene = Scene::new().await;
    let answer = lease(&scene).await;
    let menu = more(&scene, &scene.bob, scene.general, answer.id).await;
    scene.restart().await;
    let press = async |scene: &Scene| scene.press(&scene.bob, scene.general, menu.id, "Verify").await;
    let holds = press(&scene).await;
    assert!(
        holds.content.starts_with("Source **lease** still says it, in the same place:\n> The lease"),
        "{holds}"
    );
    assert!(holds.is_ephemeral && holds.content.contains("\nReceipt: "), "{holds}");

    scene.write("lease.md", &LEASE.replace("# The lease\n", "# The lease\n\nSigned.\n"));
    let moved = press(&scene).await;
    assert!(moved.content.starts_with("Source **lease** still says it, now in line 5:"), "{moved}");

    scene.write("lease.md", &LEASE.replace("15 years", "20 years"));
    let changed = press(&scene).await;
    let expected = "Source **lease** has **changed**. It said:\n> The lease of the office in Ghent runs for 15 years.\n\
                    What comes closest there today:\n> The lease of the office in Ghent runs for 20 years.";
    assert!(changed.content.starts_with(expected), "{changed}");

    fs::remove_file(scene.corpus().join("lease.md")).unwrap();
    let gone = press(&scene).await;
    assert!(gone.content.starts_with("Source **lease** is **gone**. It said:\n> The lease"), "{gone}");
}

/// What the bot keeps of an answer in which sources disagree, put there by hand. A dispute that the sources hold
/// by themselves needs none of this: tests of one begin with `Scene::ask`.
fn keep_dispute(scene: &Scene, quotes: [(&str, &str); 2]) -> AskingId {
    let store = Store::open(&scene.data(), Duration::from_secs(10)).unwrap();
    let cited = |(source, quote): (&str, &str)| {
        let start = fs::read_to_string(scene.corpus().join(format!("{source}.md"))).unwrap().find(quote);
        let byte_start = start.unwrap();
        Cited {
            path: format!("{source}.md"),
            source: source.to_owned(),
            byte_start,
            byte_end: byte_start + quote.len(),
            lines: None,
            sha256: sha256(quote),
            quote: quote.to_owned(),
            encoding: None,
            neighbours: None,
        }
    };
    let (id, at) = (AskingId::random().unwrap(), Moment((now() / 1_000_000) as i64));
    let receipt = Receipt {
        id: "0123456789abcdef".to_owned(),
        question: HOW_LONG.to_owned(),
        fingerprint: "index".to_owned(),
        corpus: None,
        answer: "15 years; 12 years".to_owned(),
        citations: quotes.map(cited).to_vec(),
        confidence: None,
        version: None,
        explanation: None,
        at,
    };
    let asking = Asking {
        id: id.clone(),
        surface: Surface::Mention,
        place: Some(Place {
            guild: Some(GuildId(scene.guild)),
            channel: ChannelId(scene.general),
            thread: None,
        }),
        person: Some(store.person(UserId(scene.bob.id()))),
        question: HOW_LONG.to_owned(),
        understood_as: None,
        sources: Vec::new(),
        receipt: Some(receipt.id.clone()),
        outcome: Outcome::Disputed,
        confidence: 0.9,
        at,
        asked_in: None,
        reply: None,
        further: Vec::new(),
        is_private: false,
    };
    store.keep_asking(&asking, Some(&receipt), Some(HOW_LONG)).unwrap();
    id
}

#[tokio::test(flavor = "multi_thread")]
async fn verify_looks_after_every_side_of_a_dispute() {
    let mut scene = Scene::quiet().await;
    scene.write("letter.md", "# A letter\n\nThe lease of the office in Ghent runs for 12 years.\n");
    scene.start().await;
    let answer = lease(&scene).await;
    let sides = [
        ("lease", "The lease of the office in Ghent runs for 15 years."),
        ("letter", "The lease of the office in Ghent runs for 12 years."),
    ];
    let id = keep_dispute(&scene, sides);
    scene.write("letter.md", "# A letter\n\nThe lease of the office in Ghent runs for 11 years.\n");
    let verified = scene.forge(&scene.carl, scene.general, answer.id, &format!("1:verify:{id}")).await;
    assert!(verified.content.starts_with("Source **lease** still says it, in the same place:"), "{verified}");
    assert!(verified.content.contains("Source **letter** has **changed**. It said:"), "{verified}");
    assert!(verified.content.contains("> The lease of the office in Ghent runs for 11 years."), "{verified}");
    let passage = scene.forge(&scene.carl, scene.general, answer.id, &format!("1:passage:{id}")).await;
    assert!(passage.content.contains("15 years"), "{passage}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_withdrawn_is_gone_and_not_read_out() {
    let scene = Scene::new().await;
    let answer = lease(&scene).await;
    let menu = more(&scene, &scene.bob, scene.general, answer.id).await;
    scene.write("lease.md", &LEASE.replace("15 years", "99 years"));
    scene.write(".passimignore", "lease.md\n");
    scene.read_again().await;
    let gone = scene.press(&scene.bob, scene.general, menu.id, "Verify").await;
    assert!(gone.content.starts_with("Source **lease** is **gone**: its file is hidden, or a "), "{gone}");
    assert!(!gone.content.contains("99"), "{gone}");
    let passage = scene.press(&scene.bob, scene.general, answer.id, "Passage").await;
    assert_eq!(passage.content, "Source lease is not there any more.");
    let read = scene.bob.invoke(scene.general, "source", &[("id", json!("lease"))]).unwrap();
    let read = scene.response(&scene.bob, scene.general, read).await;
    assert!(read.content.starts_with("There is no source “lease”."), "{read}");
}

#[tokio::test(flavor = "multi_thread")]
async fn ask_on_opens_a_form_and_takes_up_the_question() {
    let mut scene = Scene::new().await;
    let answer = lease(&scene).await;
    scene.restart().await;
    let pressed = scene.bob.press(answer.id, "Ask on").unwrap();
    let form = scene.bob.gets_form(pressed, SOON).await.unwrap();
    assert_eq!(
        (form.title.as_str(), form.inputs[0]["label"].as_str()),
        ("Ask on", Some("Your next question"))
    );
    scene.restart().await;
    let sent = scene.bob.submit(pressed, &[("text", "and who signed it?")]).unwrap();
    let next = scene.response(&scene.bob, scene.general, sent).await;
    assert!(!next.is_ephemeral, "{next}");
    assert!(next.content.contains("Ada Moreau"), "{next}");
    assert!(next.content.ends_with("-# Question: and who signed it?"), "{next}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_goes_on_from_a_private_answer_stays_private() {
    let mut scene = Scene::new().await;
    let answer = in_private(&scene, HOW_LONG).await;
    scene.restart().await;
    let pressed = scene.bob.press(answer.id, "Ask on").unwrap();
    scene.bob.gets_form(pressed, SOON).await.unwrap();
    let sent = scene.bob.submit(pressed, &[("text", "and who signed it?")]).unwrap();
    let next = scene.response(&scene.bob, scene.general, sent).await;
    assert!(next.is_ephemeral && next.content.contains("Ada Moreau"), "{next}");
    assert!(scene.carl.sees(scene.general).messages.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_vote_counts_once_and_can_be_changed() {
    let mut scene = Scene::new().await;
    let answer = lease(&scene).await;
    scene.restart().await;
    for label in ["Helpful", "Helpful", "Not helpful"] {
        let thanks = scene.press(&scene.bob, scene.general, answer.id, label).await;
        assert!(thanks.is_ephemeral, "{thanks}");
        assert!(
            thanks.content.starts_with(&format!("Thank you. Noted as {}", label.to_lowercase())),
            "{thanks}"
        );
        scene.restart().await;
    }
    scene.press(&scene.carl, scene.general, answer.id, "Helpful").await;
    let feedback = scene.ann.invoke(scene.general, "passim-admin feedback", &[]).unwrap();
    let feedback = scene.response(&scene.ann, scene.general, feedback).await;
    assert!(feedback.content.contains(&format!("{HOW_LONG} → ")), "{feedback}");
    assert!(feedback.content.contains("helpful 1, not helpful 1"), "{feedback}");
}

#[tokio::test(flavor = "multi_thread")]
async fn more_offers_what_whoever_presses_it_can_do() {
    let scene = Scene::new().await;
    let answer = lease(&scene).await;
    let asker = more(&scene, &scene.bob, scene.general, answer.id).await;
    assert_eq!(labels(&asker), ["Other sources", "Why", "Verify", "Remove"]);
    let other = more(&scene, &scene.carl, scene.general, answer.id).await;
    assert_eq!(labels(&other), ["Other sources", "Why", "Verify"]);
    let private = in_private(&scene, HOW_LONG).await;
    let private = more(&scene, &scene.bob, scene.general, private.id).await;
    assert_eq!(labels(&private), ["Other sources", "Why", "Verify", "Share"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn other_sources_leave_out_those_that_were_cited() {
    let mut scene = Scene::quiet().await;
    scene
        .write("letter.md", "# A letter\n\nThe landlord wrote that the lease in Ghent can be ended early.\n");
    scene.start().await;
    let answer = lease(&scene).await;
    let menu = more(&scene, &scene.bob, scene.general, answer.id).await;
    scene.restart().await;
    let others = scene.press(&scene.bob, scene.general, menu.id, "Other sources").await;
    assert!(others.is_ephemeral, "{others}");
    assert!(
        others.content.starts_with("What other sources say about it:\n**letter** · A letter · line"),
        "{others}"
    );
    assert!(!others.content.contains("15 years"), "{others}");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_other_source_is_a_sentence() {
    let scene = Scene::new().await;
    let answer = scene.ask(&scene.bob, scene.general, "Who signed the lease?").await;
    let menu = more(&scene, &scene.bob, scene.general, answer.id).await;
    let others = scene.press(&scene.bob, scene.general, menu.id, "Other sources").await;
    assert_eq!(others.content, "No other source says anything about it.");
}

#[tokio::test(flavor = "multi_thread")]
async fn why_shows_how_an_answer_was_chosen() {
    let mut scene = Scene::new().await;
    let answer = lease(&scene).await;
    let menu = more(&scene, &scene.bob, scene.general, answer.id).await;
    scene.restart().await;
    let why = scene.press(&scene.bob, scene.general, menu.id, "Why").await;
    assert!(why.is_ephemeral, "{why}");
    assert!(why.content.starts_with(&format!("**How the answer to “{HOW_LONG}” was chosen**\n")), "{why}");
    assert!(why.content.contains("1. source **lease**, line 3, score "), "{why}");
    assert!(why.content.contains("> The lease of the office in Ghent runs for 15 years."), "{why}");
    assert!(why.content.contains("Confidence ") && why.content.contains("Receipt: "), "{why}");
}

#[tokio::test(flavor = "multi_thread")]
async fn why_of_an_answer_whose_only_source_is_gone_is_a_kind_sentence() {
    let scene = Scene::new().await;
    let options = [("question", json!(HOW_LONG)), ("source", json!("lease"))];
    let asked = scene.bob.invoke(scene.general, "ask", &options).unwrap();
    let answer = scene.response(&scene.bob, scene.general, asked).await;
    let menu = more(&scene, &scene.bob, scene.general, answer.id).await;
    fs::remove_file(scene.corpus().join("lease.md")).unwrap();
    scene.read_again().await;
    let why = scene.press(&scene.bob, scene.general, menu.id, "Why").await;
    assert!(why.is_ephemeral && why.content.starts_with("There is no source “lease”."), "{why}");
}

#[tokio::test(flavor = "multi_thread")]
async fn why_of_the_longest_question_fits() {
    let scene = Scene::new().await;
    let question = format!("How long does the lease {} run?", "_*x*_ ".repeat(300));
    let answer = scene.ask(&scene.bob, scene.general, &question).await;
    let menu = more(&scene, &scene.bob, scene.general, answer.id).await;
    let why = scene.press(&scene.bob, scene.general, menu.id, "Why").await;
    assert!(why.content.starts_with("**How the answer to “How long does the lease"), "{why}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_asker_removes_an_answer_with_all_its_parts() {
    let mut scene = Scene::quiet().await;
    for part in 1..=3 {
        let sentence = format!("The barn holds 40 bales beside {}.", "a very long rope, ".repeat(60));
        scene.write(&format!("barn{part}.md"), &format!("# Barn {part}\n\n{sentence}\n"));
    }
    scene.start().await;
    let asked = scene.bob.say(scene.general, &scene.mention("How many bales does the barn hold?")).unwrap();
    let first = scene.reply_to(&scene.bob, scene.general, asked).await;
    let whole = scene
        .bob
        .sees_when(scene.general, SOON, "the last part", |screen| {
            screen.last_by("passim").is_some_and(|last| !last.buttons.is_empty())
        })
        .await
        .unwrap();
    let last = whole.last_by("passim").unwrap().clone();
    assert_ne!(first.id, last.id, "it was to be of several parts:\n{whole}");
    let menu = more(&scene, &scene.bob, scene.general, last.id).await;
    scene.restart().await;
    let removed = scene.press_changes(&scene.bob, scene.general, menu.id, "Remove").await;
    assert_eq!(removed.content, "The answer is removed.");
    assert!(removed.buttons.is_empty(), "{removed}");
    let left = scene.carl.sees(scene.general);
    assert_eq!(left.messages.iter().map(|message| message.id).collect::<Vec<Id>>(), [asked], "{left}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_to_a_command_is_removed_too() {
    let mut scene = Scene::new().await;
    let asked = scene.bob.invoke(scene.general, "ask", &[("question", json!(HOW_LONG))]).unwrap();
    let answer = scene.response(&scene.bob, scene.general, asked).await;
    scene.restart().await;
    let [one, two] = [
        more(&scene, &scene.bob, scene.general, answer.id).await,
        more(&scene, &scene.bob, scene.general, answer.id).await,
    ];
    for menu in [one, two] {
        let removed = scene.press_changes(&scene.bob, scene.general, menu.id, "Remove").await;
        assert_eq!(removed.content, "The answer is removed.");
    }
    assert!(scene.carl.sees(scene.general).messages.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_else_removes_an_answer() {
    let scene = Scene::new().await;
    let answer = lease(&scene).await;
    let remove = custom_id(&more(&scene, &scene.bob, scene.general, answer.id).await, "Remove");
    let theirs = more(&scene, &scene.carl, scene.general, answer.id).await;
    let refused = scene.forge(&scene.carl, scene.general, theirs.id, &remove).await;
    assert!(refused.is_ephemeral, "{refused}");
    assert!(refused.content.starts_with("This belongs to somebody else"), "{refused}");
    let kept = scene.carl.sees(scene.general);
    assert!(kept.messages.iter().any(|message| message.id == answer.id), "{kept}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_private_answer_is_shared_by_answering_anew_for_all() {
    let mut scene = Scene::new().await;
    let private = in_private(&scene, HOW_LONG).await;
    assert!(scene.carl.sees(scene.general).messages.is_empty());
    scene.write("lease.md", &LEASE.replace("15", "20"));
    scene.restart().await;
    let shared = scene.press(&scene.bob, scene.general, private.id, "Share").await;
    assert!(!shared.is_ephemeral, "{shared}");
    assert!(shared.content.starts_with("**20 years**"), "{shared}");
    assert!(shared.content.ends_with(&format!("-# Question: {HOW_LONG}")), "{shared}");
    assert_eq!(labels(&shared), ["Passage", "Ask on", "Helpful", "Not helpful", "More"]);
    let seen = scene.carl.sees(scene.general);
    assert_eq!(seen.messages.len(), 1, "{seen}");
    // What all see, others can use.
    assert!(scene.press(&scene.carl, scene.general, shared.id, "Passage").await.content.contains("20 years"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_private_answer_is_not_shared_where_answers_are_not_for_all() {
    let mut scene = Scene::new().await;
    let private = in_private(&scene, HOW_LONG).await;
    let menu = more(&scene, &scene.bob, scene.general, private.id).await;
    for (switch, expected) in [
        ("private", "This cannot be shared here: answers for all are switched off in this channel."),
        ("off", "Answers are switched off in this channel."),
    ] {
        let set = scene.ann.invoke(scene.general, "passim channel", &[("answers", json!(switch))]).unwrap();
        scene.response(&scene.ann, scene.general, set).await;
        scene.restart().await;
        for message in [private.id, menu.id] {
            let refused = scene.press(&scene.bob, scene.general, message, "Share").await;
            assert!(refused.is_ephemeral && refused.content.starts_with(expected), "{refused}");
        }
    }
    assert!(scene.carl.sees(scene.general).messages.is_empty());
}

async fn unanswered(scene: &Scene) -> Shown {
    let asked = scene.ann.invoke(scene.general, "passim-admin unanswered", &[]).unwrap();
    scene.response(&scene.ann, scene.general, asked).await
}

const UNKNOWN: &str = "Where is the helicopter parked?";

#[tokio::test(flavor = "multi_thread")]
async fn a_private_question_is_noted_only_when_the_asker_wants_it() {
    let mut scene = Scene::new().await;
    let private = in_private(&scene, UNKNOWN).await;
    assert!(labels(&private).contains(&"Note it"), "{private}");
    assert!(unanswered(&scene).await.content.starts_with("No question is open here"));
    scene.restart().await;
    for _ in 0..2 {
        let noted = scene.press(&scene.bob, scene.general, private.id, "Note it").await;
        assert!(noted.is_ephemeral && noted.content.starts_with("Noted, with its words"), "{noted}");
    }
    let listed = unanswered(&scene).await;
    assert!(listed.content.contains(&format!("1. {UNKNOWN} · 1×")), "{listed}");
    assert!(listed.content.contains("in no source: helicopter"), "{listed}");
    assert!(!listed.content.contains("bob"), "{listed}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_by_direct_message_is_noted_for_the_guild_of_the_asker() {
    let mut scene = Scene::new().await;
    let direct = scene.bob.direct_channel(scene.bot);
    scene.bob.say(direct, UNKNOWN).unwrap();
    let private = scene
        .bob
        .finds(direct, SOON, "an answer", |shown| {
            shown.author == "passim" && shown.button("Note it").is_some()
        })
        .await
        .unwrap();
    assert!(unanswered(&scene).await.content.starts_with("No question is open here"));
    scene.restart().await;
    let noted = scene.press(&scene.bob, direct, private.id, "Note it").await;
    assert!(noted.content.starts_with("Noted, with its words"), "{noted}");
    assert!(unanswered(&scene).await.content.contains(UNKNOWN));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_answered_or_asked_by_others_is_not_noted() {
    let scene = Scene::new().await;
    let answer = lease(&scene).await;
    let note = custom_id(&answer, "Passage").replace("passage", "note");
    for person in [&scene.bob, &scene.carl] {
        let refused = scene.forge(person, scene.general, answer.id, &note).await;
        assert!(
            refused.is_ephemeral && refused.content.starts_with("This belongs to somebody else"),
            "{refused}"
        );
    }
    assert!(unanswered(&scene).await.content.starts_with("No question is open here"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_private_answer_is_nobody_elses_to_press() {
    let scene = Scene::new().await;
    let private = in_private(&scene, UNKNOWN).await;
    let public = lease(&scene).await;
    let menu = more(&scene, &scene.bob, scene.general, private.id).await;
    let buttons = private.buttons.iter().chain(&menu.buttons);
    for button in buttons {
        let forged = button.custom_id.as_deref().unwrap();
        for message in [private.id, public.id] {
            let refused = scene.forge(&scene.carl, scene.general, message, forged).await;
            assert!(refused.is_ephemeral, "{refused}");
            assert!(
                refused.content.starts_with("This belongs to somebody else"),
                "{}: {refused}",
                button.label
            );
            assert!(refused.buttons.is_empty());
        }
    }
    assert!(unanswered(&scene).await.content.starts_with("No question is open here"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_malformed_gets_a_kind_sentence_and_changes_nothing() {
    let scene = Scene::new().await;
    let answer = lease(&scene).await;
    let passage = custom_id(&answer, "Passage");
    let id = passage.rsplit(':').next().unwrap();
    let forged = [
        "".to_owned(),
        "x".repeat(100),
        "1:passage".to_owned(),
        "1:passage:".to_owned(),
        format!("2:passage:{id}"),
        format!("1:vanish:{id}"),
        format!("1:passage:{}", id.to_uppercase()),
        format!("1:passage:{}", "0".repeat(id.len())),
        format!("1:page:{id}:0"),
        format!("1:page:{id}:-1"),
        "1:resolve:abc".to_owned(),
        "1:csv:everything".to_owned(),
        "1:passage:' OR 1=1 --".to_owned(),
        "\u{202e}<@1>".to_owned(),
        // These stand only in what one person sees.
        format!("1:remove:{id}"),
        "1:delete-my-data".to_owned(),
    ];
    for custom_id in forged {
        let refused = scene.forge(&scene.bob, scene.general, answer.id, &custom_id).await;
        assert!(refused.is_ephemeral, "{custom_id}: {refused}");
        assert!(refused.content.starts_with("This is too old, or was deleted"), "{custom_id}: {refused}");
    }
    let now = scene.carl.sees(scene.general);
    let now = now.messages.iter().find(|message| message.id == answer.id).unwrap();
    assert_eq!((&now.content, now.is_edited), (&answer.content, false));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_person_leafs_through_does_not_replace_what_all_see() {
    let mut scene = Scene::quiet().await;
    scene.write("long.md", &"A line of a long text.\n".repeat(400));
    scene.start().await;
    let answer = lease(&scene).await;
    let asked = scene.bob.invoke(scene.general, "source", &[("id", json!("long"))]).unwrap();
    let pages = scene.response(&scene.bob, scene.general, asked).await;
    let next = custom_id(&pages, "Next");
    let refused = scene.forge(&scene.bob, scene.general, answer.id, &next).await;
    assert!(refused.is_ephemeral && refused.content.starts_with("This is too old"), "{refused}");
    let refused = scene.forge(&scene.carl, scene.general, pages.id, &next).await;
    assert!(
        refused.is_ephemeral && refused.content.starts_with("This belongs to somebody else"),
        "{refused}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_deleted_is_known_no_more() {
    let mut scene = Scene::new().await;
    let answer = lease(&scene).await;
    let menu = more(&scene, &scene.bob, scene.general, answer.id).await;
    let private = in_private(&scene, UNKNOWN).await;
    scene.press(&scene.carl, scene.general, answer.id, "Helpful").await;
    let asked = scene.bob.invoke(scene.general, "passim privacy", &[]).unwrap();
    let privacy = scene.response(&scene.bob, scene.general, asked).await;
    assert!(privacy.is_ephemeral && labels(&privacy) == ["Delete my data"], "{privacy}");
    scene.restart().await;
    let deleted = scene.press_changes(&scene.bob, scene.general, privacy.id, "Delete my data").await;
    assert_eq!(deleted.content, "Deleted: 2 questions with what was answered, and 1 vote.");
    assert!(deleted.buttons.is_empty(), "{deleted}");
    for (message, buttons) in [
        (&answer, vec!["Passage", "Helpful", "Not helpful", "More"]),
        (&menu, vec!["Other sources", "Why", "Verify", "Remove"]),
        (&private, vec!["Share", "Note it"]),
    ] {
        for button in buttons {
            let said = scene.press(&scene.bob, scene.general, message.id, button).await;
            assert!(said.content.starts_with("This is too old, or was deleted"), "{button}: {said}");
            assert!(said.is_ephemeral);
        }
    }
    let why = scene.bob.invoke(scene.general, "passim why", &[]).unwrap();
    let why = scene.response(&scene.bob, scene.general, why).await;
    assert!(why.content.starts_with("You have asked nothing here lately"), "{why}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_late_form_is_answered_without_what_went_before() {
    let scene = Scene::new().await;
    let answer = lease(&scene).await;
    let pressed = scene.bob.press(answer.id, "Ask on").unwrap();
    scene.bob.gets_form(pressed, SOON).await.unwrap();
    let asked = scene.bob.invoke(scene.general, "passim privacy", &[]).unwrap();
    let privacy = scene.response(&scene.bob, scene.general, asked).await;
    scene.press_changes(&scene.bob, scene.general, privacy.id, "Delete my data").await;
    let sent = scene.bob.submit(pressed, &[("text", "How much is lunch?")]).unwrap();
    let next = scene.response(&scene.bob, scene.general, sent).await;
    assert!(next.content.contains("6 euros"), "{next}");
}

#[tokio::test(flavor = "multi_thread")]
async fn buttons_speak_the_language_of_whoever_presses_them() {
    let scene = Scene::new().await;
    let answer = lease(&scene).await;
    scene.carl.speaks("de");
    let thanks = scene.press(&scene.carl, scene.general, answer.id, "Helpful").await;
    assert!(thanks.content.starts_with("Danke"), "{thanks}");
    let menu = scene.press(&scene.carl, scene.general, answer.id, "More").await;
    assert!(labels(&menu).contains(&"Warum"), "{menu}");
}

#[tokio::test(flavor = "multi_thread")]
async fn previous_and_next_work_after_a_restart() {
    let mut scene = Scene::quiet().await;
    let lines: Vec<String> = (1..=200).map(|line| format!("This is line number {line} of it.")).collect();
    scene.write("long.md", &lines.join("\n"));
    scene.write("canteen.md", CANTEEN);
    scene.start().await;
    let asked = scene.bob.invoke(scene.general, "source", &[("id", json!("long"))]).unwrap();
    let first = scene.response(&scene.bob, scene.general, asked).await;
    assert_eq!(labels(&first), ["Next"]);
    scene.restart().await;
    let second = scene.press_changes(&scene.bob, scene.general, first.id, "Next").await;
    assert!(second.content.contains("page 2 of "), "{second}");
    assert_eq!(labels(&second), ["Previous", "Next"]);
    scene.restart().await;
    let back = scene.press_changes(&scene.bob, scene.general, first.id, "Previous").await;
    assert_eq!(back.content, first.content);
}
