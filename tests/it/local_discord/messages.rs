//! Messages that are not simply written and read: roles, forwards, notices, webhooks, threads.

use passim::local_discord::permissions::{Overwrite, SEND_MESSAGES, Whom};
use passim::local_discord::{MESSAGE_CONTENT, Ping};
use serde_json::{Value, json};

use super::bot::TOKEN;
use super::plain::{self, Answer, Listener};
use super::{Scene, unprivileged};

impl Scene {
    async fn listen(&self, more_intents: u64) -> Listener {
        Listener::connect(&self.discord.origin(), TOKEN, unprivileged().bits() | more_intents).await
    }

    async fn asks(&self, method: &str, path: &str, body: &Value) -> Answer {
        plain::request(&self.discord.origin(), TOKEN, method, path, body).await
    }
}

#[tokio::test]
async fn a_bot_has_a_role_of_its_own_that_is_named_without_a_ping() {
    let scene = Scene::new().await;
    let role = scene.discord.managed_role(scene.guild, scene.bot).to_string();
    let mut bot = scene.listen(0).await;
    let guild = bot.next("GUILD_CREATE").await;
    let listed = scene.asks("GET", &format!("/guilds/{}/roles", scene.guild), &Value::Null).await;
    for roles in [&guild["roles"], &listed.body] {
        let own = roles.as_array().unwrap().iter().find(|one| one["id"] == *role).unwrap();
        assert_eq!(
            (&own["name"], &own["managed"], &own["mentionable"]),
            (&json!("probe"), &json!(true), &json!(false))
        );
        assert_eq!(own["tags"], json!({ "bot_id": scene.bot.to_string() }));
    }
    assert_eq!(guild["members"][0]["roles"], json!([role]));
    scene.bob.say(scene.general, &format!("<@&{role}>")).unwrap();
    let heard = bot.next("MESSAGE_CREATE").await;
    assert_eq!((&heard["mention_roles"], &heard["mentions"]), (&json!([role]), &json!([])));
    assert_eq!(heard["content"], "", "only a mention of the bot itself shows the text");
    assert_eq!(scene.ann.sees(scene.general).messages[0].pinged, Vec::<String>::new());
}

#[tokio::test]
async fn a_bots_own_role_goes_with_it() {
    let scene = Scene::new().await;
    scene.discord.remove(scene.guild, scene.bot);
    assert_eq!(scene.discord.managed_role(scene.guild, scene.bot), 0);
    scene.discord.join(scene.guild, scene.bot);
    assert_ne!(scene.discord.managed_role(scene.guild, scene.bot), 0);
}

#[tokio::test]
async fn who_may_write_may_type() {
    let scene = Scene::new().await;
    let path = format!("/channels/{}/typing", scene.general);
    assert_eq!(scene.asks("POST", &path, &Value::Null).await.status, 204);
    scene
        .discord
        .overwrite(scene.general, Overwrite { whom: Whom::Member(scene.bot), deny: SEND_MESSAGES, allow: 0 });
    assert_eq!(scene.asks("POST", &path, &Value::Null).await.code(), (403, 50013));
    assert_eq!(scene.asks("POST", "/channels/1/typing", &Value::Null).await.code(), (404, 10003));
}

#[tokio::test]
async fn a_forward_shows_another_message_and_names_nobody() {
    let scene = Scene::new().await;
    let (mut bot, mut reader) = (scene.listen(0).await, scene.listen(MESSAGE_CONTENT).await);
    let elsewhere = scene.discord.channel(scene.guild, "elsewhere");
    let original = scene.ann.say(scene.general, &scene.mention("how long?")).unwrap();
    bot.next("MESSAGE_CREATE").await;
    reader.next("MESSAGE_CREATE").await;
    scene.bob.forward(original, elsewhere).unwrap();
    let (hidden, shown) = (bot.next("MESSAGE_CREATE").await, reader.next("MESSAGE_CREATE").await);
    assert_eq!((&shown["type"], &shown["content"], &shown["mentions"]), (&json!(0), &json!(""), &json!([])));
    assert_eq!(shown["message_reference"]["type"], 1);
    assert_eq!(shown["message_reference"]["message_id"], original.to_string());
    let snapshot = &shown["message_snapshots"][0]["message"];
    assert_eq!(
        (&snapshot["content"], &snapshot["author"]),
        (&json!(scene.mention("how long?")), &Value::Null)
    );
    assert_eq!(hidden["message_snapshots"][0]["message"]["content"], "");
    let seen = scene.ann.sees(elsewhere).messages.remove(0);
    assert_eq!((seen.forwarded, seen.pinged), (Some(scene.mention("how long?")), vec![]));
    assert!(scene.bob.edit(seen.id, "mine").is_err());
}

#[tokio::test]
async fn discords_own_notices_have_a_person_as_author_and_no_text() {
    let scene = Scene::new().await;
    let mut bot = scene.listen(0).await;
    let message = scene.ann.say(scene.general, "to be pinned").unwrap();
    scene.discord.pin_notice(scene.general, &scene.ann);
    scene.discord.join_notice(scene.general, &scene.bob);
    bot.next("MESSAGE_CREATE").await;
    let (pin, join) = (bot.next("MESSAGE_CREATE").await, bot.next("MESSAGE_CREATE").await);
    assert_eq!((&pin["type"], &join["type"]), (&json!(6), &json!(7)));
    assert_eq!((&pin["author"]["username"], &join["author"]["username"]), (&json!("ann"), &json!("bob")));
    assert_eq!((&pin["author"]["bot"], &pin["content"]), (&json!(false), &json!("")));
    assert_eq!(pin["message_reference"]["message_id"], message.to_string());
    assert!(scene.ann.sees(scene.general).to_string().contains("bob\n    is here"));
}

#[tokio::test]
async fn a_webhook_writes_as_a_bot_that_is_no_member() {
    let scene = Scene::new().await;
    let mut bot = scene.listen(0).await;
    scene.discord.webhook_says(scene.general, "News", "not for the bot");
    let first = bot.next("MESSAGE_CREATE").await;
    assert_eq!((&first["author"]["bot"], &first["author"]["username"]), (&json!(true), &json!("News")));
    assert_eq!((&first["webhook_id"], &first["member"]), (&first["author"]["id"], &Value::Null));
    assert_eq!(first["content"], "");
    scene.discord.webhook_says(scene.general, "News", &scene.mention("how long?"));
    let second = bot.next("MESSAGE_CREATE").await;
    assert_eq!(second["content"], scene.mention("how long?"));
    assert_eq!(second["webhook_id"], first["webhook_id"]);
}

#[tokio::test]
async fn a_message_that_is_answered_is_read_only_when_it_is_addressed_to_the_bot_too() {
    let scene = Scene::new().await;
    let mut bot = scene.listen(0).await;
    let claim = scene.ann.say(scene.general, "the trial takes 14 days").unwrap();
    scene.bob.reply(claim, &scene.mention("is that so?"), Ping::No).unwrap();
    bot.next("MESSAGE_CREATE").await;
    let question = bot.next("MESSAGE_CREATE").await;
    assert_eq!(question["content"], scene.mention("is that so?"));
    assert_eq!(question["referenced_message"]["id"], claim.to_string());
    assert_eq!(question["referenced_message"]["content"], "");
}

#[tokio::test]
async fn an_archived_thread_is_opened_by_a_message_and_by_nothing_else() {
    let scene = Scene::new().await;
    let thread = scene.discord.thread(scene.general, "details");
    let (channel, messages) = (format!("/channels/{thread}"), format!("/channels/{thread}/messages"));
    let sent = scene.asks("POST", &messages, &json!({ "content": "a" })).await;
    let sent = format!("{messages}/{}", sent.body["id"].as_str().unwrap());
    scene.discord.archive(thread, false);
    let reacted = scene.asks("PUT", &format!("{sent}/reactions/%F0%9F%91%8D/@me"), &Value::Null).await;
    let edited = scene.asks("PATCH", &sent, &json!({ "content": "b" })).await;
    assert_eq!([reacted.code(), edited.code()], [(400, 50083); 2]);
    let is_archived =
        async || scene.asks("GET", &channel, &Value::Null).await.body["thread_metadata"]["archived"].clone();
    assert_eq!(is_archived().await, true);
    assert_eq!(scene.asks("POST", &messages, &json!({ "content": "c" })).await.status, 200);
    assert_eq!(is_archived().await, false);
    assert_eq!(scene.asks("PATCH", &sent, &json!({ "content": "b" })).await.status, 200);
}

#[tokio::test]
async fn a_reply_to_what_is_gone_is_refused_unless_it_may_stand_alone() {
    let scene = Scene::new().await;
    let question = scene.ann.say(scene.general, "how long?").unwrap();
    scene.ann.delete(question).unwrap();
    let reply = async |may_fail: bool| {
        let reference = json!({ "message_id": question.to_string(), "fail_if_not_exists": may_fail });
        let body = json!({ "content": "15 years", "message_reference": reference });
        scene.asks("POST", &format!("/channels/{}/messages", scene.general), &body).await
    };
    let refused = reply(true).await;
    assert_eq!(refused.code(), (400, 50035));
    let fault = &refused.body["errors"]["message_reference"]["_errors"][0];
    assert_eq!(fault["code"], "REPLIES_UNKNOWN_MESSAGE");
    let alone = reply(false).await;
    assert_eq!((alone.status, &alone.body["type"]), (200, &json!(0)));
    assert_eq!(alone.body["message_reference"], Value::Null);
}
