//! Answers that a moderator takes back.

use passim::local_discord::permissions::MANAGE_GUILD;
use passim::local_discord::{Id, Person, Shown};
use passim::store::{By, GuildId, Store, UserId};
use serde_json::json;

use super::scene::{LEASE, SOON, Scene};

const HOW_LONG: &str = "How long does the lease run?";
const REASON: &str = "The *new* lease of May is not in the folder yet.";

/// carl manages the server.
async fn scene() -> Scene {
    let scene = Scene::new().await;
    let moderators = scene.discord.role(scene.guild, "moderators", MANAGE_GUILD, false);
    scene.discord.give_role(scene.guild, moderators, scene.carl.id());
    scene
}

async fn withdraw(scene: &Scene, person: &Person, answer: Id) -> Shown {
    let opened = person.use_menu(answer, "Withdraw this answer").unwrap();
    give_reason(scene, person, opened).await
}

async fn give_reason(scene: &Scene, person: &Person, opened: Id) -> Shown {
    let form = person.gets_form(opened, SOON).await.unwrap();
    assert_eq!(form.title, "Withdraw this answer");
    person.submit(opened, &[("text", REASON)]).unwrap();
    scene.tells(person, scene.general, "Withdrawn. Whoever asks the same").await
}

fn store(scene: &Scene) -> Store {
    Store::open(&scene.data(), SOON).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_withdrawn_answer_becomes_its_reason_and_the_question_is_declined_until_the_source_changes() {
    let mut scene = scene().await;
    let answer = scene.ask(&scene.bob, scene.general, HOW_LONG).await;
    withdraw(&scene, &scene.carl, answer.id).await;
    let expected =
        format!("Withdrawn by <@{}>: The \\*new\\* lease of May is not in the folder yet.", scene.carl.id());
    let is_replaced = |shown: &Shown| shown.id == answer.id && shown.content == expected;
    let replaced = scene.bob.finds(scene.general, SOON, "the reason", is_replaced).await.unwrap();
    assert!(replaced.buttons.is_empty(), "{replaced}");

    scene.restart().await;
    for question in [HOW_LONG, "how long is the lease running"] {
        let declined = scene.ask(&scene.bob, scene.general, question).await;
        let said = "The answer to this was withdrawn\\: The \\*new\\* lease of May is not in the folder yet.";
        assert!(declined.content.starts_with(said), "{declined}");
        assert!(!declined.content.contains("15 years"), "{declined}");
    }
    let direct = scene.bob.direct_channel(scene.bot);
    let question = scene.bob.say(direct, HOW_LONG).unwrap();
    let declined = scene.reply_to(&scene.bob, direct, question).await;
    assert!(declined.content.contains("was withdrawn"), "{declined}");
    let deeds = store(&scene).audit_log(Some(GuildId(scene.guild)), 1).unwrap();
    assert_eq!((deeds[0].by, deeds[0].what.as_str()), (By::User(UserId(scene.carl.id())), "withdraw"));

    // What it did not rest on may change.
    scene.write("lease.md", &LEASE.replace("4,200", "4,300"));
    scene.read_again().await;
    let declined = scene.ask(&scene.bob, scene.general, HOW_LONG).await;
    assert!(declined.content.contains("was withdrawn"), "{declined}");
    scene.write("lease.md", &LEASE.replace("15 years", "20 years"));
    scene.read_again().await;
    let answer = scene.ask(&scene.bob, scene.general, HOW_LONG).await;
    assert!(answer.content.contains("**20 years**"), "{answer}");
    assert!(store(&scene).withdrawals().unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn only_moderators_withdraw_and_only_answers() {
    let scene = scene().await;
    let answer = scene.ask(&scene.bob, scene.general, HOW_LONG).await;
    // Discord does not even show it to others, but anybody can forge a button.
    assert!(scene.bob.use_menu(answer.id, "Withdraw this answer").is_err());
    let forged = answer.button("More").unwrap().custom_id.clone().unwrap().replace("more", "withdraw");
    let refused = scene.forge(&scene.bob, scene.general, answer.id, &forged).await;
    assert!(refused.content.contains("you need Discord’s permission Manage Server"), "{refused}");
    let declined = scene.ask(&scene.bob, scene.general, "Who feeds the parrot?").await;
    scene.carl.use_menu(declined.id, "Withdraw this answer").unwrap();
    scene.tells(&scene.carl, scene.general, "there is nothing to withdraw").await;
    let said = scene.bob.say(scene.general, "nothing to you").unwrap();
    scene.carl.use_menu(said, "Withdraw this answer").unwrap();
    scene.tells(&scene.carl, scene.general, "That is none of my answers here").await;
    assert!(store(&scene).withdrawals().unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_withdrawal_is_offered_in_the_menu_of_an_answer_and_can_be_taken_back() {
    let scene = scene().await;
    let options = [("question", json!(HOW_LONG))];
    let asked = scene.bob.invoke(scene.general, "ask", &options).unwrap();
    let answer = scene.response(&scene.bob, scene.general, asked).await;
    let menu = scene.press(&scene.bob, scene.general, answer.id, "More").await;
    assert!(menu.button("Withdraw").is_none(), "{menu}");
    let menu = scene.press(&scene.carl, scene.general, answer.id, "More").await;
    let opened = scene.carl.press(menu.id, "Withdraw").unwrap();
    let done = give_reason(&scene, &scene.carl, opened).await;
    let declined = scene.ask(&scene.bob, scene.general, HOW_LONG).await;
    assert!(declined.content.contains("was withdrawn"), "{declined}");
    scene.press(&scene.carl, scene.general, done.id, "Answer it again").await;
    scene.tells(&scene.carl, scene.general, "answered again as the sources say").await;
    let answer = scene.ask(&scene.bob, scene.general, HOW_LONG).await;
    assert!(answer.content.contains("**15 years**"), "{answer}");
    let late = scene.press(&scene.carl, scene.general, done.id, "Answer it again").await;
    assert!(late.content.starts_with("This is too old"), "{late}");
}
