//! Who must not see what: strangers, other guilds, members without rights.

use passim::local_discord::permissions::{MANAGE_GUILD, Overwrite, SEND_MESSAGES, Whom};
use passim::local_discord::{Choice, Failure, Fault, Id, Moment, Person, Shown};
use serde_json::{Value, json};

use super::scene::{NAME, SOON, Scene};

/// Words that are in the documents, their titles, the questions of others or the settings only.
const SECRETS: [&str; 12] = [
    "ghent",
    "moreau",
    "15 years",
    "4,200",
    "canteen",
    "lunch",
    "soup",
    "apprentices",
    "lease.md",
    "helicopter",
    "operators = ",
    "proxy",
];

const UNKNOWN: &str = "Where is the helicopter parked?";

/// Everything that the bot sent somebody there, with the choices that they were offered.
fn everything_sent(person: &Person, channels: &[Id], choices: &[Choice]) -> String {
    let mut all = String::new();
    for channel in channels {
        for shown in person.sees(*channel).messages.iter().filter(|shown| shown.author == NAME) {
            // A picture has content, embeds, labels and what is selected; ids and files are not in it.
            all.push_str(&shown.to_string());
            let ids = shown.buttons.iter().filter_map(|button| button.custom_id.as_deref());
            ids.for_each(|id| all.push_str(id));
            shown.files.iter().for_each(|file| all.push_str(&String::from_utf8_lossy(&file.bytes)));
        }
    }
    for choice in choices {
        all.push_str(&format!("\n{} = {}", choice.name, choice.value));
    }
    all
}

#[track_caller]
fn assert_free_of(sent: &str, secrets: &[&str]) {
    let lower = sent.to_lowercase();
    for secret in secrets {
        assert!(!lower.contains(&secret.to_lowercase()), "“{secret}” reached them:\n{sent}");
    }
}

/// Whatever somebody can try there without rights, each answered by the sentence.
async fn try_everything(scene: &Scene, person: &Person, channel: Id, expected: &str) -> Vec<Choice> {
    let commands: [(&str, Vec<(&str, Value)>); 10] = [
        ("ask", vec![("question", json!("How long does it run?"))]),
        ("ask", vec![("question", json!("What is it?")), ("private", json!(true))]),
        ("search", vec![("query", json!("office"))]),
        ("source", vec![("id", json!("lease"))]),
        ("passim sources", vec![]),
        ("passim why", vec![]),
        ("passim verify", vec![]),
        ("passim verify", vec![("answer", json!("0123456789abcdef"))]),
        ("passim help", vec![]),
        ("passim privacy", vec![]),
    ];
    for (command, options) in commands {
        let invoked = person.invoke(channel, command, &options).unwrap();
        let said = scene.response(person, channel, invoked).await;
        assert!(said.is_ephemeral && said.content.starts_with(expected), "/{command}: {said}");
    }
    let said = person.say(channel, "How long does it run?").unwrap();
    let menu = person.use_menu(said, "Ask the sources about this").unwrap();
    assert!(scene.response(person, channel, menu).await.content.starts_with(expected));
    let mut offered = Vec::new();
    for (command, option, typed) in
        [("search", "query", "euros"), ("source", "id", ""), ("source", "id", "l"), ("ask", "source", "")]
    {
        let asked = person.autocomplete(channel, command, &[(option, json!(typed))], option).unwrap();
        offered.extend(person.gets_choices(asked, SOON).await.unwrap());
    }
    offered
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guild_that_is_not_served_is_told_once_and_left() {
    let scene = Scene::new().await;
    scene.ask(&scene.bob, scene.general, UNKNOWN).await;
    let dan = scene.discord.person("dan");
    let other = scene.discord.guild("Others", &dan);
    let (closed, open) = (scene.discord.channel(other, "closed"), scene.discord.channel(other, "open"));
    let deny = Overwrite { whom: Whom::Role(other), deny: SEND_MESSAGES, allow: 0 };
    scene.discord.overwrite(closed, deny);
    scene.discord.join(other, scene.bot);
    scene.says(&dan, open, "I answer only in the servers that whoever runs me has named").await;
    let left = scene.discord.request_when(SOON, |request| {
        request.method == "DELETE" && request.path.ends_with(&format!("/guilds/{other}"))
    });
    assert!(left.await.is_some(), "the bot stays");
    assert!(dan.sees(closed).messages.is_empty());
    assert_eq!(dan.sees(open).messages.len(), 1);
    assert_free_of(&everything_sent(&dan, &[open, closed], &[]), &SECRETS);
    assert!(dan.invoke(open, "ask", &[("question", json!("x"))]).is_err());
    // Those who are served are still served.
    scene.ask(&scene.bob, scene.general, "How long does the lease run?").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_guilds_in_the_settings_nobody_is_served_and_the_bot_stays() {
    let mut scene = Scene::quiet().await;
    scene.set_settings(&format!("[discord]\noperators = [\"{}\"]\n", scene.ann.id()));
    scene.start().await;
    let expected = "I answer only in the servers that whoever runs me has named";
    let offered = try_everything(&scene, &scene.bob, scene.general, expected).await;
    assert!(offered.is_empty(), "{offered:?}");
    for command in ["reindex", "passim-admin status", "passim-admin check", "passim-admin unanswered"] {
        let invoked = scene.ann.invoke(scene.general, command, &[]).unwrap();
        let said = scene.response(&scene.ann, scene.general, invoked).await;
        assert!(said.content.starts_with(expected), "/{command}: {said}");
    }
    let mentioned = scene.ask(&scene.bob, scene.random, "How long does the lease run?").await;
    assert!(mentioned.content.starts_with(expected), "{mentioned}");
    let direct = scene.bob.direct_channel(scene.bot);
    scene.bob.say(direct, "How long does the lease run?").unwrap();
    scene.says(&scene.bob, direct, "I answer only members of the team’s server").await;
    for person in [&scene.ann, &scene.bob] {
        assert_free_of(&everything_sent(person, &[scene.general, scene.random, direct], &[]), &SECRETS);
    }
    assert!(scene.requests("DELETE", "/users/@me/guilds").is_empty());
}

/// Somebody who shares a guild with the bot, which Discord wants for direct messages, but none that is served.
fn stranger(scene: &Scene) -> (Person, Id) {
    scene.discord.fail(Fault {
        method: "DELETE",
        path: "/users/@me/guilds/*",
        times: 100,
        failure: Failure::Status(500),
        moment: Moment::BeforeEffect,
    });
    let dan = scene.discord.person("dan");
    let other = scene.discord.guild("Others", &dan);
    scene.discord.join(other, scene.bot);
    (dan, scene.discord.channel(other, "lobby"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guild_that_cannot_be_left_is_not_served_either() {
    let scene = Scene::new().await;
    let (dan, lobby) = stranger(&scene);
    let expected = "I answer only in the servers that whoever runs me has named";
    let offered = try_everything(&scene, &dan, lobby, expected).await;
    assert!(offered.is_empty(), "{offered:?}");
    for command in ["reindex", "passim-admin status", "passim-admin unanswered", "passim-admin feedback"] {
        let invoked = dan.invoke(lobby, command, &[]).unwrap();
        assert!(scene.response(&dan, lobby, invoked).await.content.starts_with(expected));
    }
    let mentioned = scene.ask(&dan, lobby, "How long does the lease run?").await;
    assert!(mentioned.content.starts_with(expected), "{mentioned}");
    assert_free_of(&everything_sent(&dan, &[lobby], &[]), &SECRETS);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_learns_nothing_by_direct_message() {
    let scene = Scene::new().await;
    let answer = scene.ask(&scene.bob, scene.general, "How long does the lease run?").await;
    scene.ask(&scene.bob, scene.general, UNKNOWN).await;
    let (dan, _) = stranger(&scene);
    let direct = dan.direct_channel(scene.bot);
    let expected = "I answer only members of the team’s server";
    let offered = try_everything(&scene, &dan, direct, expected).await;
    assert!(offered.is_empty(), "{offered:?}");
    dan.say(direct, "How long does the lease run?").unwrap();
    let told = dan.finds(direct, SOON, "a refusal", |shown| shown.reply_to.is_some() && !shown.is_ephemeral);
    let told = told.await.unwrap();
    assert!(told.content.starts_with(expected), "{told}");
    // Somebody may have given them the ids of buttons.
    for button in &answer.buttons {
        let refused = scene.forge(&dan, direct, told.id, button.custom_id.as_deref().unwrap()).await;
        assert!(refused.content.starts_with(expected), "{refused}");
    }
    assert_free_of(&everything_sent(&dan, &[direct, scene.general, scene.random], &offered), &SECRETS);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_left_the_guild_is_a_stranger() {
    let scene = Scene::new().await;
    scene.discord.remove(scene.guild, scene.carl.id());
    let direct = scene.carl.direct_channel(scene.bot);
    let asked =
        scene.carl.invoke(direct, "ask", &[("question", json!("How long does the lease run?"))]).unwrap();
    let refused = scene.response(&scene.carl, direct, asked).await;
    assert!(refused.content.starts_with("I answer only members of the team’s server"), "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_cannot_be_looked_up_is_told_to_try_again() {
    let mut scene = Scene::quiet().await;
    let second = scene.discord.guild("Second", &scene.ann);
    scene.discord.join(second, scene.bot);
    scene.set_settings(&format!("[discord]\nguilds = [\"{}\", \"{second}\"]\n", scene.guild));
    scene.start().await;
    let direct = scene.bob.direct_channel(scene.bot);
    // Four attempts for each guild, three times.
    scene.discord.fail(Fault {
        method: "GET",
        path: "/guilds/*/members/*",
        times: 24,
        failure: Failure::Status(500),
        moment: Moment::BeforeEffect,
    });
    let expected = "I could not find out whether you belong to the team. Please try again in a minute.";
    let asked =
        scene.bob.invoke(direct, "ask", &[("question", json!("How long does the lease run?"))]).unwrap();
    let told = scene.response(&scene.bob, direct, asked).await;
    assert_eq!(told.content, expected);
    let typed = scene.bob.autocomplete(direct, "source", &[("id", json!("l"))], "id").unwrap();
    assert!(scene.bob.gets_choices(typed, SOON).await.unwrap().is_empty());
    scene.bob.say(direct, "How long does the lease run?").unwrap();
    let told =
        scene.bob.finds(direct, SOON, "a refusal", |shown| shown.reply_to.is_some() && !shown.is_ephemeral);
    assert_eq!(told.await.unwrap().content, expected);
    assert_free_of(&everything_sent(&scene.bob, &[direct], &[]), &SECRETS);
    assert!(scene.bob.sees(direct).failures.is_empty(), "{}", scene.bob.sees(direct));
    // It was not held against them.
    scene.bob.say(direct, "How long does the lease run?").unwrap();
    scene.says(&scene.bob, direct, "15 years").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn members_without_rights_do_not_administrate() {
    let scene = Scene::new().await;
    scene.ask(&scene.bob, scene.general, UNKNOWN).await;
    for command in [
        "reindex",
        "passim-admin status",
        "passim-admin check",
        "passim-admin unanswered",
        "passim-admin feedback",
    ] {
        assert!(scene.carl.invoke(scene.general, command, &[]).is_err(), "/{command} is shown to carl");
    }
    let set = scene.carl.invoke(scene.general, "passim channel", &[("answers", json!("off"))]).unwrap();
    let refused = scene.response(&scene.carl, scene.general, set).await;
    assert!(
        refused.is_ephemeral && refused.content.starts_with("This is for those who manage this channel"),
        "{refused}"
    );
    scene.ask(&scene.bob, scene.general, "How long does the lease run?").await;

    let help = scene.carl.invoke(scene.random, "passim help", &[]).unwrap();
    let help = scene.response(&scene.carl, scene.random, help).await;
    for forged in ["1:csv:unanswered", "1:csv:feedback", "1:resolve:1"] {
        let refused = scene.forge(&scene.carl, scene.random, help.id, forged).await;
        assert!(refused.is_ephemeral && refused.files.is_empty(), "{refused}");
        assert!(refused.content.starts_with("This is for those who manage this server"), "{refused}");
    }
    assert_free_of(&everything_sent(&scene.carl, &[scene.random], &[]), &SECRETS);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_moderator_who_is_no_operator_is_told_the_cure() {
    let scene = Scene::new().await;
    let moderators = scene.discord.role(scene.guild, "moderators", MANAGE_GUILD, false);
    scene.discord.give_role(scene.guild, moderators, scene.carl.id());
    for command in ["reindex", "passim-admin status", "passim-admin check"] {
        let invoked = scene.carl.invoke(scene.general, command, &[]).unwrap();
        let refused = scene.response(&scene.carl, scene.general, invoked).await;
        assert!(refused.is_ephemeral, "{refused}");
        assert!(
            refused
                .content
                .contains("ask whoever runs me to add your role or your id to `discord.operators`"),
            "{refused}"
        );
    }
    let invoked = scene.carl.invoke(scene.general, "passim-admin unanswered", &[]).unwrap();
    assert!(
        scene.response(&scene.carl, scene.general, invoked).await.content.starts_with("No question is open")
    );
    assert_free_of(&everything_sent(&scene.carl, &[scene.general], &[]), &SECRETS);
}

/// Two guilds that are served; in the first bob asks something and votes, in the second eve is the owner.
async fn two_guilds() -> (Scene, Person, Id, Shown) {
    let mut scene = Scene::quiet().await;
    let eve = scene.discord.person("eve");
    let second = scene.discord.guild("Second", &eve);
    let lobby = scene.discord.channel(second, "lobby");
    scene.discord.join(second, scene.bot);
    let guilds = format!("guilds = [\"{}\", \"{second}\"]", scene.guild);
    scene.set_settings(&format!("[discord]\n{guilds}\noperators = [\"{}\"]\n", scene.ann.id()));
    scene.start().await;
    let answer = scene.ask(&scene.bob, scene.general, UNKNOWN).await;
    scene.press(&scene.bob, scene.general, answer.id, "Not helpful").await;
    (scene, eve, lobby, answer)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_moderator_of_another_guild_sees_nothing_of_this_one() {
    let (scene, eve, lobby, answer) = two_guilds().await;
    let mut last = None;
    for (command, expected) in [
        ("passim-admin unanswered", "No question is open here"),
        ("passim-admin feedback", "Nobody has said yet"),
        ("passim why", "You have asked nothing here"),
        ("passim verify", "You have asked nothing here"),
    ] {
        let invoked = eve.invoke(lobby, command, &[]).unwrap();
        let said = scene.response(&eve, lobby, invoked).await;
        assert!(said.content.starts_with(expected), "/{command}: {said}");
        last = Some(said);
    }
    let message = last.unwrap().id;
    let link = format!("https://discord.com/channels/{}/{}/{}", scene.guild, scene.general, answer.id);
    let verify = eve.invoke(lobby, "passim verify", &[("answer", json!(link))]).unwrap();
    let refused = scene.response(&eve, lobby, verify).await;
    assert!(refused.content.starts_with("I know no answer under"), "{refused}");
    for table in ["1:csv:unanswered", "1:csv:feedback"] {
        let empty = scene.forge(&eve, lobby, message, table).await;
        let rows = String::from_utf8(empty.files[0].bytes.clone()).unwrap();
        assert_eq!(rows.trim_end().lines().count(), 1, "{rows}");
    }
    let resolved = scene.forge(&eve, lobby, message, "1:resolve:1").await;
    assert!(resolved.content.starts_with("This is too old"), "{resolved}");
    for button in &answer.buttons {
        let refused = scene.forge(&eve, lobby, message, button.custom_id.as_deref().unwrap()).await;
        assert!(refused.content.starts_with("This belongs to somebody else"), "{refused}");
    }
    assert_free_of(&everything_sent(&eve, &[lobby, scene.general], &[]), &["helicopter", "bob"]);
    let still = scene.ann.invoke(scene.general, "passim-admin unanswered", &[]).unwrap();
    let still = scene.response(&scene.ann, scene.general, still).await;
    assert!(still.content.contains(UNKNOWN), "{still}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_of_another_served_guild_shares_the_sources_but_not_the_questions() {
    let (scene, eve, lobby, _) = two_guilds().await;
    let answer = scene.ask(&eve, lobby, "and how long does the lease run?").await;
    assert!(answer.content.contains("15 years"), "{answer}");
    assert_free_of(&everything_sent(&eve, &[lobby], &[]), &["helicopter", "parked"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_asked_in_private_is_not_taken_up_where_all_see_it() {
    let scene = Scene::new().await;
    let private = async |question: &str| {
        let options = [("question", json!(question)), ("private", json!(true))];
        let asked = scene.bob.invoke(scene.general, "ask", &options).unwrap();
        scene.response(&scene.bob, scene.general, asked).await
    };
    private("How long does the lease run?").await;
    let public = scene.ask(&scene.bob, scene.general, "and in Brussels?").await;
    assert!(!public.is_ephemeral);
    assert_free_of(&everything_sent(&scene.carl, &[scene.general], &[]), &["lease", "how long"]);
    // In private the thread is not lost.
    private("How long does the lease run?").await;
    let followed = private("and who signed it?").await;
    assert!(followed.content.contains("Ada Moreau"), "{followed}");
}
