//! Messages that are not simply written and read: roles, forwards, notices, webhooks, threads.

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
