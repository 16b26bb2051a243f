//! The local Discord, driven by a plain serenity bot: it has to look like Discord to a library that was written
//! for the real one.

mod bot;
mod limits;
mod load;
mod messages;
pub mod plain;
pub mod twilight;

use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;
use std::time::Duration;

use flate2::Compression;
use flate2::write::ZlibEncoder;
use passim::local_discord::permissions::{
    MANAGE_MESSAGES, MANAGE_THREADS, Overwrite, SEND_MESSAGES, VIEW_CHANNEL, Whom,
};
use passim::local_discord::{
    Failure, Fault, Id, LocalDiscord, MESSAGE_CONTENT, Moment, Person, Ping, Recorded, Screen, Shown,
    json_lines,
};
use serde_json::{Value, json};
use serenity::all::{GatewayIntents, ReactionType, RoleId};

use bot::{Running, TOKEN};

/// Long for a machine that does much else; nothing waits this long unless it fails.
const SOON: Duration = Duration::from_secs(20);

fn unprivileged() -> GatewayIntents {
    GatewayIntents::non_privileged()
}

/// A guild with Ann, its owner, Bob, the bot, and one channel.
struct Scene {
    discord: LocalDiscord,
    bot: Id,
    ann: Person,
    bob: Person,
    guild: Id,
    general: Id,
}

impl Scene {
    async fn new() -> Scene {
        let discord = LocalDiscord::start().await.unwrap();
        discord.stop_the_clock();
        let bot = discord.bot("probe", TOKEN, MESSAGE_CONTENT);
        let (ann, bob) = (discord.person("ann"), discord.person("bob"));
        let guild = discord.guild("Team", &ann);
        let general = discord.channel(guild, "general");
        discord.join(guild, bob.id());
        discord.join(guild, bot);
        Scene { discord, bot, ann, bob, guild, general }
    }

    /// The bot, connected, and its commands registered.
    async fn connected(intents: GatewayIntents) -> (Scene, Running) {
        let scene = Scene::new().await;
        let running = scene.connect(intents).await;
        (scene, running)
    }

    async fn connect(&self, intents: GatewayIntents) -> Running {
        let running = Running::start(&self.discord.origin(), TOKEN, intents).await;
        let is_registration = |request: &Recorded| request.method == "PUT" && request.status == 200;
        assert!(
            self.discord.request_when(SOON, is_registration).await.is_some(),
            "{:?}",
            self.discord.requests()
        );
        assert!(self.discord.requests().iter().any(|request| request.path == "/api/v10/gateway"));
        running
    }

    fn mention(&self, text: &str) -> String {
        format!("<@{}> {text}", self.bot)
    }

    /// How requests whose path ends so were answered.
    fn statuses(&self, end: &str) -> Vec<u16> {
        let requests = self.discord.requests();
        requests.iter().filter(|request| request.path.ends_with(end)).map(|request| request.status).collect()
    }
}

impl Drop for Scene {
    /// Whatever a test sent and Discord took is read by an implementation that is neither serenity's nor ours.
    fn drop(&mut self) {
        if std::thread::panicking() {
            return;
        }
        let taken: Vec<Recorded> =
            self.discord.requests().into_iter().filter(|request| request.status < 300).collect();
        record(&taken);
    }
}

/// Requests that Discord took, read by an implementation that is neither serenity's nor ours, and kept where somebody
/// wants them.
pub fn record(taken: &[Recorded]) {
    taken.iter().for_each(twilight::read);
    if let Some(file) = std::env::var_os("LOCAL_DISCORD_RECORD") {
        append(file.as_ref(), &json_lines(taken).unwrap());
    }
}

/// For a check by hand against Discord's own description of its API: the requests of all tests, in one file.
fn append(file: &Path, lines: &str) {
    let mut file = OpenOptions::new().create(true).append(true).open(file).unwrap();
    file.write_all(lines.as_bytes()).unwrap();
}

#[tokio::test]
async fn what_a_bot_pinged_is_kept_though_it_is_gone() {
    let (scene, _bot) = Scene::connected(unprivileged()).await;
    scene.bob.say(scene.general, &format!("<@{}>", scene.ann.id())).unwrap();
    scene.ann.say(scene.general, &scene.mention(&format!("quiet <@{}>", scene.bob.id()))).unwrap();
    let is_there = |message: &Shown| message.author == "probe";
    scene.bob.finds(scene.general, SOON, "a reply that pings nobody", is_there).await.unwrap();
    assert!(scene.discord.pinged_anybody().is_empty());
    scene.ann.say(scene.general, &scene.mention("echo hello")).unwrap();
    let is_there = |message: &Shown| message.content == "hello";
    let reply = scene.bob.finds(scene.general, SOON, "a reply", is_there).await.unwrap();
    let moderator = scene.discord.person("moderator");
    scene.discord.join(scene.guild, moderator.id());
    let role = scene.discord.role(scene.guild, "moderators", MANAGE_MESSAGES, false);
    scene.discord.give_role(scene.guild, role, moderator.id());
    moderator.delete(reply.id).unwrap();
    let pings: Vec<_> = scene.discord.pinged_anybody().into_iter().map(|m| (m.content, m.pinged)).collect();
    assert_eq!(pings, [("hello".to_owned(), vec!["ann".to_owned()])]);
}

#[tokio::test]
async fn a_mention_gets_a_reply() {
    let (scene, _bot) = Scene::connected(unprivileged()).await;
    scene.ann.say(scene.general, &scene.mention("echo hello")).unwrap();
    let reply = scene.bob.finds(scene.general, SOON, "a reply", |m| m.author == "probe").await.unwrap();
    assert_eq!(reply.content, "hello");
    assert_eq!(reply.pinged, ["ann"]);
}

#[tokio::test]
async fn allowed_mentions_decide_who_is_pinged() {
    let (scene, _bot) = Scene::connected(unprivileged()).await;
    let everyone = format!("quiet <@{}> @everyone", scene.bob.id());
    scene.ann.say(scene.general, &scene.mention(&everyone)).unwrap();
    let reply = scene.bob.finds(scene.general, SOON, "a reply", |m| m.author == "probe").await.unwrap();
    assert_eq!(reply.pinged, Vec::<String>::new());
    assert!(reply.content.contains("@everyone"));
}

#[tokio::test]
async fn a_slash_command_thinks_and_then_answers() {
    let (scene, bot) = Scene::connected(unprivileged()).await;
    scene.ann.invoke(scene.general, "ask", &[("question", json!("how long?"))]).unwrap();
    scene.bob.finds(scene.general, SOON, "thinking", |m| m.is_thinking).await.unwrap();
    bot.go_on();
    let answer = scene.bob.finds(scene.general, SOON, "an answer", |m| !m.is_thinking).await.unwrap();
    assert_eq!(answer.content, "You asked: how long?");
    assert!(!answer.is_edited && !answer.is_ephemeral);
}

#[tokio::test]
async fn an_ephemeral_answer_is_seen_by_its_person_only() {
    let (scene, _bot) = Scene::connected(unprivileged()).await;
    scene.ann.invoke(scene.general, "secret", &[]).unwrap();
    let secret = scene.ann.finds(scene.general, SOON, "a secret", |m| !m.is_thinking).await.unwrap();
    assert_eq!(secret.content, "for you");
    assert!(secret.is_ephemeral);
    assert!(scene.bob.sees(scene.general).messages.is_empty());
}

#[tokio::test]
async fn a_button_changes_its_message() {
    let (scene, _bot) = Scene::connected(unprivileged()).await;
    scene.ann.say(scene.general, &scene.mention("buttons")).unwrap();
    let with_buttons =
        scene.bob.finds(scene.general, SOON, "buttons", |m| !m.buttons.is_empty()).await.unwrap();
    scene.bob.press(with_buttons.id, "Press").unwrap();
    let pressed = scene.ann.finds(scene.general, SOON, "the change", |m| m.is_edited).await.unwrap();
    assert_eq!(pressed.content, "pressed by bob");
    assert!(scene.bob.press(pressed.id, "Press").unwrap_err().to_string().contains("disabled"));
}

#[tokio::test]
async fn a_select_offers_what_can_be_chosen() {
    let (scene, _bot) = Scene::connected(unprivileged()).await;
    scene.ann.say(scene.general, &scene.mention("buttons")).unwrap();
    let shown = scene.ann.finds(scene.general, SOON, "a select", |m| !m.selects.is_empty()).await.unwrap();
    scene.ann.choose(shown.id, "Which?", &["nothing like it"]).unwrap_err();
    scene.ann.choose(shown.id, "Which?", &["b"]).unwrap();
    scene.ann.finds(scene.general, SOON, "the choice", |m| m.content == "chose b").await.unwrap();
}

#[tokio::test]
async fn a_modal_is_filled_in_and_sent_once() {
    let (scene, _bot) = Scene::connected(unprivileged()).await;
    scene.ann.say(scene.general, &scene.mention("buttons")).unwrap();
    let shown = scene.ann.finds(scene.general, SOON, "buttons", |m| !m.buttons.is_empty()).await.unwrap();
    let opened = scene.ann.press(shown.id, "form").unwrap();
    let form = scene.ann.gets_form(opened, SOON).await.unwrap();
    assert_eq!(form.title, "Ask on");
    scene.ann.submit(opened, &[("q", "")]).unwrap_err();
    scene.ann.submit(opened, &[("q", "and then?")]).unwrap();
    let answer = |m: &Shown| m.content == "submitted: and then?";
    scene.ann.finds(scene.general, SOON, "the answer", answer).await.unwrap();
    scene.ann.submit(opened, &[("q", "again")]).unwrap_err();
}

#[tokio::test]
async fn an_option_is_completed() {
    let (scene, _bot) = Scene::connected(unprivileged()).await;
    let typed =
        scene.ann.autocomplete(scene.general, "ask", &[("question", json!("ho"))], "question").unwrap();
    let choices = scene.ann.gets_choices(typed, SOON).await.unwrap();
    assert_eq!(choices[0].name, "ho?");
}

#[tokio::test]
async fn a_message_menu_carries_the_message() {
    let (scene, _bot) = Scene::connected(unprivileged()).await;
    let message = scene.bob.say(scene.general, "the trial takes 14 days").unwrap();
    scene.ann.use_menu(message, "Quote this").unwrap();
    let quote = scene.ann.finds(scene.general, SOON, "a quote", |m| m.is_ephemeral).await.unwrap();
    assert_eq!(quote.content, "> the trial takes 14 days");
}

#[tokio::test]
async fn after_a_cut_the_session_resumes_and_what_was_missed_is_replayed() {
    let (scene, _bot) = Scene::connected(unprivileged()).await;
    scene.discord.cut();
    scene.ann.say(scene.general, &scene.mention("echo missed")).unwrap();
    scene.ann.finds(scene.general, SOON, "the reply", |m| m.content == "missed").await.unwrap();
    assert_eq!(scene.discord.sessions(), 1);
}

#[tokio::test]
async fn reconnecting_on_request_resumes_too() {
    let (scene, bot) = Scene::connected(unprivileged()).await;
    scene.discord.ask_to_reconnect();
    bot.was_resumed().await;
    scene.ann.say(scene.general, &scene.mention("echo again")).unwrap();
    scene.ann.finds(scene.general, SOON, "the reply", |m| m.content == "again").await.unwrap();
    assert_eq!(scene.discord.sessions(), 1);
}

#[tokio::test]
async fn a_session_that_is_forgotten_begins_anew() {
    let (scene, bot) = Scene::connected(unprivileged()).await;
    scene.discord.forget_sessions();
    scene.discord.close(4000);
    bot.was_ready_times(2).await;
    scene.ann.say(scene.general, &scene.mention("echo anew")).unwrap();
    scene.ann.finds(scene.general, SOON, "the reply", |m| m.content == "anew").await.unwrap();
}

pub fn zlib(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[tokio::test]
async fn ready_can_come_packed() {
    let scene = Scene::new().await;
    scene.discord.compress_ready(zlib);
    let bot = scene.connect(unprivileged()).await;
    bot.was_ready_times(1).await;
}

#[tokio::test]
async fn a_wrong_token_is_refused() {
    let scene = Scene::new().await;
    let outcome = bot::outcome(&scene.discord.origin(), "wrong.wrong.wrong", unprivileged()).await;
    assert!(outcome.contains("InvalidAuthentication"), "{outcome}");
}

#[tokio::test]
async fn an_intent_that_was_not_granted_is_refused() {
    let scene = Scene::new().await;
    let intents = unprivileged() | GatewayIntents::GUILD_MEMBERS;
    let outcome = bot::outcome(&scene.discord.origin(), TOKEN, intents).await;
    assert!(outcome.contains("DisallowedGatewayIntents"), "{outcome}");
}

#[tokio::test]
async fn without_the_intent_only_what_is_addressed_to_the_bot_has_content() {
    let (scene, bot) = Scene::connected(unprivileged()).await;
    scene.ann.say(scene.general, "not for the bot").unwrap();
    scene.ann.say(scene.general, &scene.mention("nothing")).unwrap();
    scene.ann.say(scene.ann.direct_channel(scene.bot), "nothing direct").unwrap();
    assert_eq!(bot.heard(3).await, ["", &scene.mention("nothing"), "nothing direct"]);
}

#[tokio::test]
async fn with_the_intent_everything_has_content() {
    let (scene, bot) = Scene::connected(unprivileged() | GatewayIntents::MESSAGE_CONTENT).await;
    scene.ann.say(scene.general, "not for the bot").unwrap();
    assert_eq!(bot.heard(1).await, ["not for the bot"]);
}

#[tokio::test]
async fn a_reply_with_ping_is_read_unless_it_answers_a_commands_answer() {
    let (scene, bot) = Scene::connected(unprivileged()).await;
    scene.ann.say(scene.general, &scene.mention("echo hello")).unwrap();
    let hello = scene.ann.finds(scene.general, SOON, "a reply", |m| m.content == "hello").await.unwrap();
    scene.ann.reply(hello.id, "with ping", Ping::Yes).unwrap();
    scene.ann.reply(hello.id, "without", Ping::No).unwrap();
    scene.ann.invoke(scene.general, "ask", &[("question", json!("x"))]).unwrap();
    bot.go_on();
    let said = |m: &Shown| m.content == "You asked: x";
    let answer = scene.ann.finds(scene.general, SOON, "an answer", said).await.unwrap();
    scene.ann.reply(answer.id, "to a command's answer", Ping::Yes).unwrap();
    assert_eq!(bot.heard(4).await[1..], ["with ping", "", ""]);
}

#[tokio::test]
async fn a_late_response_meets_an_unknown_interaction() {
    let (scene, bot) = Scene::connected(unprivileged()).await;
    scene.ann.invoke(scene.general, "late", &[]).unwrap();
    bot.was_asked("late").await;
    scene.discord.advance(Duration::from_secs(4));
    bot.go_on();
    assert_eq!(bot.error().await, (404, 10062));
    assert_eq!(scene.ann.sees(scene.general).failures, ["/late: the application did not respond"]);
}

#[tokio::test]
async fn a_second_response_is_refused() {
    let (scene, bot) = Scene::connected(unprivileged()).await;
    scene.ann.invoke(scene.general, "twice", &[]).unwrap();
    assert_eq!(bot.error().await, (400, 40060));
}

#[tokio::test]
async fn a_token_is_void_after_fifteen_minutes() {
    let (scene, bot) = Scene::connected(unprivileged()).await;
    scene.ann.invoke(scene.general, "ask", &[("question", json!("x"))]).unwrap();
    scene.ann.finds(scene.general, SOON, "thinking", |m| m.is_thinking).await.unwrap();
    scene.discord.advance(Duration::from_secs(15 * 60 + 1));
    bot.go_on();
    assert_eq!(bot.error().await, (401, 50027));
}

#[tokio::test]
async fn the_sixth_message_in_a_channel_is_rate_limited() {
    let (scene, bot) = Scene::connected(unprivileged()).await;
    for n in 0..6 {
        scene.ann.say(scene.general, &scene.mention(&format!("echo {n}"))).unwrap();
    }
    assert_eq!(bot.error().await.0, 429);
    let mut statuses = scene.statuses("/messages");
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 200, 200, 200, 200, 429]);
}

#[tokio::test]
async fn a_request_can_fail_after_it_had_its_effect() {
    let (scene, bot) = Scene::connected(unprivileged()).await;
    scene.discord.fail(Fault {
        method: "POST",
        path: "/channels/*/messages",
        times: 1,
        failure: Failure::Status(502),
        moment: Moment::AfterEffect,
    });
    scene.ann.say(scene.general, &scene.mention("echo there")).unwrap();
    assert_eq!(bot.error().await.0, 502);
    assert!(scene.ann.sees(scene.general).messages.iter().any(|message| message.content == "there"));
}

#[tokio::test]
async fn without_the_permission_nothing_is_posted() {
    let (scene, bot) = Scene::connected(unprivileged()).await;
    scene
        .discord
        .overwrite(scene.general, Overwrite { whom: Whom::Member(scene.bot), deny: SEND_MESSAGES, allow: 0 });
    scene.ann.say(scene.general, &scene.mention("echo hello")).unwrap();
    assert_eq!(bot.error().await, (403, 50013));
}

#[tokio::test]
async fn a_channel_out_of_sight_has_no_messages_for_the_bot() {
    let (scene, bot) = Scene::connected(unprivileged()).await;
    let hidden = scene.discord.channel(scene.guild, "hidden");
    let deny = Overwrite { whom: Whom::Role(scene.guild), deny: VIEW_CHANNEL, allow: 0 };
    scene.discord.overwrite(hidden, deny);
    scene.ann.say(hidden, &scene.mention("echo hello")).unwrap();
    assert!(scene.bob.say(hidden, "may I?").is_err());
    scene.ann.say(scene.general, &scene.mention("nothing")).unwrap();
    assert_eq!(bot.heard(1).await, [scene.mention("nothing")]);
}

#[tokio::test]
async fn what_is_over_a_limit_is_refused_with_the_path_of_its_field() {
    let (scene, _bot) = Scene::connected(unprivileged()).await;
    let http = bot::http(&scene.discord.origin(), TOKEN);
    let body = json!({ "content": "x".repeat(2001) });
    let refused = http.send_message(scene.general.into(), Vec::new(), &body).await.unwrap_err();
    assert_eq!(bot::code(&refused), (400, 50035));
    assert!(format!("{refused:?}").contains("\"content\""), "{refused:?}");
    let empty = http.send_message(scene.general.into(), Vec::new(), &json!({ "content": "" })).await;
    assert_eq!(bot::code(&empty.unwrap_err()), (400, 50006));
}

#[tokio::test]
async fn the_same_nonce_posts_once() {
    let (scene, _bot) = Scene::connected(unprivileged()).await;
    let http = bot::http(&scene.discord.origin(), TOKEN);
    let body = json!({ "content": "once", "nonce": "n1", "enforce_nonce": true });
    let first = http.send_message(scene.general.into(), Vec::new(), &body).await.unwrap();
    let second = http.send_message(scene.general.into(), Vec::new(), &body).await.unwrap();
    assert_eq!(first.id, second.id);
    assert_eq!(scene.ann.sees(scene.general).messages.len(), 1);
}

#[tokio::test]
async fn files_are_carried() {
    let (scene, _bot) = Scene::connected(unprivileged()).await;
    scene.ann.say(scene.general, &scene.mention("file")).unwrap();
    let with_file = scene.ann.finds(scene.general, SOON, "a file", |m| !m.files.is_empty()).await.unwrap();
    let file = &with_file.files[0];
    assert_eq!((file.name.as_str(), file.bytes.as_slice()), ("list.csv", b"a,b".as_slice()));
}

#[tokio::test]
async fn a_message_in_an_archived_thread_is_deleted_but_not_edited() {
    let (scene, _bot) = Scene::connected(unprivileged()).await;
    let thread = scene.discord.thread(scene.general, "details");
    let http = bot::http(&scene.discord.origin(), TOKEN);
    let sent = http.send_message(thread.into(), Vec::new(), &json!({ "content": "a" })).await.unwrap();
    scene.discord.archive(thread, false);
    let edited = http.edit_message(thread.into(), sent.id, &json!({ "content": "b" }), Vec::new()).await;
    assert_eq!(bot::code(&edited.unwrap_err()), (400, 50083));
    http.delete_message(thread.into(), sent.id, None).await.unwrap();
    assert!(scene.ann.sees(thread).messages.is_empty());
}

#[tokio::test]
async fn members_and_roles_are_looked_up() {
    let (scene, _bot) = Scene::connected(unprivileged()).await;
    let role = scene.discord.role(scene.guild, "editors", 0, false);
    scene.discord.give_role(scene.guild, role, scene.bob.id());
    let http = bot::http(&scene.discord.origin(), TOKEN);
    let bob = http.get_member(scene.guild.into(), scene.bob.id().into()).await.unwrap();
    assert_eq!(bob.roles, [RoleId::new(role)]);
    let stranger = scene.discord.person("stranger");
    let unknown = http.get_member(scene.guild.into(), stranger.id().into()).await.unwrap_err();
    assert_eq!(bot::code(&unknown), (404, 10007));
}

#[tokio::test]
async fn a_removal_is_told_from_an_outage() {
    let (scene, bot) = Scene::connected(unprivileged()).await;
    bot.guild_event("there").await;
    scene.discord.outage(scene.guild);
    bot.guild_event("unavailable").await;
    scene.discord.recovery(scene.guild);
    bot.guild_event("there").await;
    scene.discord.remove(scene.guild, scene.bot);
    bot.guild_event("removed").await;
}

#[tokio::test]
async fn a_command_is_shown_to_whom_it_is_for() {
    let (scene, _bot) = Scene::connected(unprivileged()).await;
    scene.ann.invoke(scene.general, "admin", &[]).unwrap();
    assert!(scene.bob.invoke(scene.general, "admin", &[]).is_err());
    assert!(scene.bob.invoke(scene.general, "ask", &[]).unwrap_err().to_string().contains("required"));
}

#[tokio::test]
async fn what_does_not_come_is_told_with_a_picture() {
    let scene = Scene::new().await;
    scene.ann.say(scene.general, "hello").unwrap();
    let missing = scene.ann.finds(scene.general, Duration::ZERO, "an answer", |m| m.author == "probe").await;
    let told = missing.unwrap_err().to_string();
    assert!(told.contains("an answer did not come") && told.contains("ann\n    hello"), "{told}");
}

#[tokio::test]
async fn what_is_not_modelled_is_not_there() {
    let scene = Scene::new().await;
    let http = bot::http(&scene.discord.origin(), TOKEN);
    let refused = http.get_bans(scene.guild.into(), None, None).await.unwrap_err();
    assert_eq!(bot::code(&refused), (404, 0));
}

#[tokio::test]
async fn requests_are_recorded_as_lines() {
    let (scene, _bot) = Scene::connected(unprivileged()).await;
    let lines = json_lines(&scene.discord.requests()).unwrap();
    let first: Value = serde_json::from_str(lines.lines().next().unwrap()).unwrap();
    assert_eq!(first["path"], "/api/v10/gateway");
    assert_eq!(first["status"], 200);
}

#[tokio::test]
async fn follow_ups_are_edited_and_the_first_response_deleted() {
    let (scene, _bot) = Scene::connected(unprivileged()).await;
    scene.ann.invoke(scene.general, "more", &[]).unwrap();
    let is_done = |screen: &Screen| screen.messages.len() == 1 && screen.messages[0].content == "third";
    let screen = scene.ann.sees_when(scene.general, SOON, "the follow-up alone", is_done).await.unwrap();
    assert!(screen.messages[0].is_ephemeral && screen.messages[0].is_edited);
}

#[tokio::test]
async fn the_bot_hears_of_edits_deletions_and_reactions() {
    let (scene, bot) = Scene::connected(unprivileged()).await;
    let message = scene.ann.say(scene.general, &scene.mention("nothing")).unwrap();
    scene.ann.edit(message, &scene.mention("no thing")).unwrap();
    assert_eq!(bot.changed().await, Some(scene.mention("no thing")));
    scene.bob.react(message, "👍").unwrap();
    assert_eq!(bot.reaction().await, "👍");
    assert!(scene.bob.delete(message).is_err());
    scene.ann.delete(message).unwrap();
    assert_eq!(bot.changed().await, None);
}

#[tokio::test]
async fn the_bot_reacts_and_takes_it_back() {
    let (scene, _bot) = Scene::connected(unprivileged()).await;
    let message = scene.ann.say(scene.general, "thanks").unwrap();
    let http = bot::http(&scene.discord.origin(), TOKEN);
    let thumb = ReactionType::Unicode("👍".into());
    http.create_reaction(scene.general.into(), message.into(), &thumb).await.unwrap();
    let shown = scene.ann.sees(scene.general).messages.remove(0);
    assert_eq!(shown.reactions, [("👍".to_owned(), vec!["probe".to_owned()])]);
    http.delete_reaction_me(scene.general.into(), message.into(), &thumb).await.unwrap();
    assert!(scene.ann.sees(scene.general).messages[0].reactions.is_empty());
}

#[tokio::test]
async fn a_direct_message_reaches_who_shares_a_guild_only() {
    let (scene, _bot) = Scene::connected(unprivileged()).await;
    let http = bot::http(&scene.discord.origin(), TOKEN);
    let write_to = async |person: &Person| {
        let opened = http.create_private_channel(&json!({ "recipient_id": person.id().to_string() })).await;
        http.send_message(opened.unwrap().id, Vec::new(), &json!({ "content": "hello" })).await
    };
    write_to(&scene.bob).await.unwrap();
    let direct = scene.bob.sees(scene.bob.direct_channel(scene.bot));
    assert_eq!(direct.last_by("probe").unwrap().content, "hello");
    let stranger = scene.discord.person("stranger");
    assert_eq!(bot::code(&write_to(&stranger).await.unwrap_err()), (403, 50007));
}

#[tokio::test]
async fn commands_of_a_guild_are_registered_changed_and_removed() {
    let (scene, _bot) = Scene::connected(unprivileged()).await;
    let http = bot::http(&scene.discord.origin(), TOKEN);
    let guild = scene.guild.into();
    http.set_application_id(scene.bot.into());
    let body = json!({ "name": "here", "description": "Only here" });
    let created = http.create_guild_command(guild, &body).await.unwrap();
    scene.bob.invoke(scene.general, "here", &[]).unwrap();
    let changed = http
        .edit_guild_command(guild, created.id, &json!({ "name": "extra", "description": "Still here" }))
        .await;
    assert_eq!(changed.unwrap().description, "Still here");
    http.delete_guild_command(guild, created.id).await.unwrap();
    assert!(http.get_guild_commands(guild).await.unwrap().is_empty());
    scene.bob.invoke(scene.general, "here", &[]).unwrap_err();
}

#[tokio::test]
async fn a_session_that_is_declared_invalid_begins_anew() {
    let (scene, bot) = Scene::connected(unprivileged()).await;
    scene.discord.invalidate_sessions(false);
    bot.was_ready_times(2).await;
}

#[tokio::test]
async fn a_client_whose_heartbeats_are_not_acknowledged_begins_anew() {
    let scene = Scene::new().await;
    scene.discord.heartbeat_interval(Duration::from_millis(50));
    scene.discord.acknowledge_heartbeats(false);
    let bot = scene.connect(unprivileged()).await;
    // serenity does not resume here, it identifies anew.
    bot.was_ready_times(2).await;
}

#[tokio::test]
async fn roles_are_pinged_by_who_may() {
    let scene = Scene::new().await;
    let [open, closed] =
        [true, false].map(|is_mentionable| scene.discord.role(scene.guild, "editors", 0, is_mentionable));
    for role in [open, closed] {
        scene.discord.give_role(scene.guild, role, scene.ann.id());
    }
    scene.bob.say(scene.general, &format!("<@&{open}>")).unwrap();
    scene.bob.say(scene.general, &format!("<@&{closed}> @everyone")).unwrap();
    let pinged: Vec<Vec<String>> =
        scene.ann.sees(scene.general).messages.into_iter().map(|message| message.pinged).collect();
    assert_eq!(pinged, [vec!["ann".to_owned()], vec![]]);
}

#[tokio::test]
async fn a_locked_thread_takes_messages_of_moderators_only() {
    let (scene, _bot) = Scene::connected(unprivileged()).await;
    let thread = scene.discord.thread(scene.general, "details");
    scene.discord.archive(thread, true);
    let http = bot::http(&scene.discord.origin(), TOKEN);
    let refused = http.send_message(thread.into(), Vec::new(), &json!({ "content": "a" })).await;
    assert_eq!(bot::code(&refused.unwrap_err()), (400, 50083));
    assert!(scene.bob.say(thread, "a").is_err());
    let open = scene.discord.thread(scene.general, "more details");
    scene.discord.lock(open);
    let refused = http.send_message(open.into(), Vec::new(), &json!({ "content": "a" })).await;
    assert_eq!(bot::code(&refused.unwrap_err()), (400, 160_005));
    let moderators = scene.discord.role(scene.guild, "moderators", MANAGE_THREADS, false);
    scene.discord.give_role(scene.guild, moderators, scene.bot);
    for thread in [thread, open] {
        http.send_message(thread.into(), Vec::new(), &json!({ "content": "a" })).await.unwrap();
    }
}

#[tokio::test]
async fn a_request_can_be_limited_before_it_has_an_effect() {
    let scene = Scene::new().await;
    scene.discord.fail(Fault {
        method: "POST",
        path: "/channels/*/messages",
        times: 1,
        failure: Failure::RateLimited { retry_after: 0.5 },
        moment: Moment::BeforeEffect,
    });
    let http = bot::http(&scene.discord.origin(), TOKEN);
    let body = json!({ "content": "hello" });
    let limited = http.send_message(scene.general.into(), Vec::new(), &body).await.unwrap_err();
    assert_eq!(bot::code(&limited).0, 429);
    assert!(scene.ann.sees(scene.general).messages.is_empty());
    http.send_message(scene.general.into(), Vec::new(), &body).await.unwrap();
}

#[tokio::test]
async fn a_wrong_token_may_nothing() {
    let scene = Scene::new().await;
    let http = bot::http(&scene.discord.origin(), "wrong");
    assert_eq!(bot::code(&http.get_current_user().await.unwrap_err()).0, 401);
}

#[tokio::test]
async fn what_is_not_there_is_named_by_its_code() {
    let scene = Scene::new().await;
    let http = bot::http(&scene.discord.origin(), TOKEN);
    let nowhere = http.get_channel(1.into()).await.unwrap_err();
    assert_eq!(bot::code(&nowhere), (404, 10003));
    let nothing = http.get_message(scene.general.into(), 1.into()).await.unwrap_err();
    assert_eq!(bot::code(&nothing), (404, 10008));
}

#[tokio::test]
async fn a_callback_tells_what_it_brought_about_when_it_is_asked_to() {
    let (scene, bot) = Scene::connected(unprivileged()).await;
    let mut listener = plain::Listener::connect(&scene.discord.origin(), TOKEN, 0).await;
    let mut answer_with = async |interaction: Id, query: &str| {
        let token = listener.next("INTERACTION_CREATE").await["token"].as_str().unwrap().to_owned();
        let path = format!("/interactions/{interaction}/{token}/callback{query}");
        let body = json!({ "type": 4, "data": { "content": "here", "flags": 64 } });
        plain::request(&scene.discord.origin(), TOKEN, "POST", &path, &body).await
    };
    let first = scene.ann.invoke(scene.general, "late", &[]).unwrap();
    let told = answer_with(first, "?with_response=true").await;
    assert_eq!((told.status, &told.body["resource"]["type"]), (200, &json!(4)));
    assert_eq!(told.body["resource"]["message"]["content"], "here");
    let interaction = &told.body["interaction"];
    assert_eq!(interaction["id"], first.to_string());
    assert_eq!(interaction["response_message_id"], told.body["resource"]["message"]["id"]);
    assert_eq!(interaction["response_message_ephemeral"], true);
    let second = scene.ann.invoke(scene.general, "late", &[]).unwrap();
    let untold = answer_with(second, "").await;
    assert_eq!((untold.status, &untold.body), (204, &Value::Null));
    bot.was_asked("late").await;
}

#[tokio::test]
async fn an_application_says_who_can_install_it_and_which_intents_it_was_granted() {
    let scene = Scene::new().await;
    let told = async |path: &str| {
        let answer = plain::request(&scene.discord.origin(), TOKEN, "GET", path, &Value::Null).await;
        ["bot_public", "integration_types_config", "flags"].map(|field| answer.body[field].clone())
    };
    let private = [json!(false), json!({ "0": {} }), json!(1 << 19)];
    assert_eq!(told("/applications/@me").await, private);
    assert_eq!(told("/oauth2/applications/@me").await, private);
    scene.discord.make_public(scene.bot);
    scene.discord.allow_user_installs(scene.bot);
    let open = [json!(true), json!({ "0": {}, "1": {} }), json!(1 << 19)];
    assert_eq!(told("/applications/@me").await, open);
}
