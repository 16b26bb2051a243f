//! `passim serve`, `commands` and `local-discord`, as processes.

use std::io::Write;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use passim::local_discord::{Id, LocalDiscord, Person};
use serde_json::{Value, json};

use crate::program::{Place, Run};

pub const TOKEN: &str = "MTIzNDU2Nzg5MDEyMzQ1Njc4.Gabcde.0123456789abcdefghijklmnopqrstuvwxyz";
/// Long for a machine that does much else; nothing waits this long unless it fails.
const SOON: Duration = Duration::from_secs(30);

fn place() -> Place {
    Place::new("-- lease.md\nThe lease runs for 15 years.\n")
}

pub struct Scene {
    pub place: Place,
    pub discord: LocalDiscord,
    pub bot: Id,
    pub ann: Person,
    pub guild: Id,
    pub general: Id,
}

impl Scene {
    pub async fn new() -> Scene {
        let discord = LocalDiscord::start().await.unwrap();
        let bot = discord.bot("passim", TOKEN, 0);
        let ann = discord.person("ann");
        let guild = discord.guild("Team", &ann);
        let general = discord.channel(guild, "general");
        discord.join(guild, bot);
        Scene { place: place(), discord, bot, ann, guild, general }
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.place.command(arguments);
        command.env("PASSIM_DISCORD__PROXY", self.discord.origin()).env("DISCORD_TOKEN", TOKEN);
        command.env("PASSIM_DISCORD__GUILDS", self.guild.to_string());
        command
    }

    pub async fn served(&self) -> Child {
        self.served_with(&[]).await
    }

    pub async fn served_with(&self, variables: &[(&str, &str)]) -> Child {
        let mut command = self.command(&["serve"]);
        let child = command.envs(variables.iter().copied()).stderr(Stdio::piped()).spawn().unwrap();
        assert!(self.discord.is_connected(self.bot, SOON).await, "the bot did not connect");
        child
    }

    async fn run(&self, arguments: &[&str]) -> Run {
        let mut command = self.command(arguments);
        tokio::task::spawn_blocking(move || Run::of(&mut command)).await.unwrap()
    }

    pub async fn answered(&self) {
        let question = format!("<@{}> How long does the lease run?", self.bot);
        let asked = self.ann.say(self.general, &question).unwrap();
        let is_answer = |shown: &passim::local_discord::Shown| shown.reply_to == Some(asked);
        let answer = self.ann.finds(self.general, SOON, "an answer", is_answer).await.unwrap();
        assert!(answer.content.contains("15 years"), "{answer}");
    }
}

/// How a process ended, with what it logged.
pub async fn ended(child: Child) -> (Option<i32>, String) {
    let output = tokio::task::spawn_blocking(move || child.wait_with_output()).await.unwrap().unwrap();
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

pub fn signal(child: &Child, name: &str) {
    let sent = Command::new("kill").arg(format!("-{name}")).arg(child.id().to_string()).status().unwrap();
    assert!(sent.success());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signal_ends_the_bot_well() {
    for name in ["TERM", "INT"] {
        let scene = Scene::new().await;
        let child = scene.served().await;
        scene.answered().await;
        signal(&child, name);
        let (code, log) = ended(child).await;
        assert_eq!(code, Some(0), "{log}");
        assert!(log.contains("ending; answers under way are finished first"), "{log}");
        // Neither the token nor what people asked.
        assert!(!log.contains(TOKEN) && !log.contains("lease"), "{log}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn questions_are_logged_where_the_settings_say_so() {
    let scene = Scene::new().await;
    let child = scene.served_with(&[("PASSIM_LOG__QUESTIONS", "true")]).await;
    scene.answered().await;
    signal(&child, "TERM");
    let (_, log) = ended(child).await;
    assert!(log.contains("How long does the lease run?") && log.contains("answered"), "{log}");
    assert!(!log.contains(TOKEN) && !log.contains("15 years"), "{log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_bot_leaves_everything_for_the_next_one() {
    let scene = Scene::new().await;
    let child = scene.served().await;
    scene.answered().await;
    signal(&child, "KILL");
    ended(child).await;
    let child = scene.served().await;
    let passage = scene.ann.sees(scene.general).last_by("passim").unwrap().id;
    scene.ann.press(passage, "Passage").unwrap();
    let is_passage = |shown: &passim::local_discord::Shown| shown.is_ephemeral && !shown.is_thinking;
    let shown = scene.ann.finds(scene.general, SOON, "the passage", is_passage).await.unwrap();
    assert!(shown.content.contains("> **The lease runs for 15 years.**"), "{shown}");
    signal(&child, "TERM");
    ended(child).await;
}

#[test]
fn without_a_token_or_with_a_malformed_one_it_says_so_at_once() {
    let place = place();
    place
        .run(&["serve"])
        .failed(2, "no Discord token is set: put it into DISCORD_TOKEN, or run 'passim init'");
    let mut malformed = place.command(&["serve"]);
    let run = Run::of(malformed.env("DISCORD_TOKEN", "Bot abc"));
    run.failed(
        2,
        "the Discord token starts with a word such as “Bot”, which is not part of it: copy it again",
    );
    place.run(&["commands", "--sync"]).failed(2, "no Discord token is set");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_discord_refuses_ends_it_with_what_to_do() {
    let scene = Scene::new().await;
    let other = "OTIzNDU2Nzg5MDEyMzQ1Njc4.Gabcde.0123456789abcdefghijklmnopqrstuvwxyz";
    let mut command = scene.command(&["serve"]);
    command.env("DISCORD_TOKEN", other);
    let run = tokio::task::spawn_blocking(move || Run::of(&mut command)).await.unwrap();
    run.failed(2, "Discord refuses the token (401): copy the bot's token again from the developer portal");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_discord_that_is_not_there_is_named() {
    let scene = Scene::new().await;
    let mut command = scene.command(&["serve"]);
    // Nothing listens on the discard port.
    command.env("PASSIM_DISCORD__PROXY", "http://127.0.0.1:9");
    let run = tokio::task::spawn_blocking(move || Run::of(&mut command)).await.unwrap();
    run.failed(1, "cannot connect to Discord: ");
}

#[tokio::test(flavor = "multi_thread")]
async fn commands_are_registered_where_they_differ() {
    let scene = Scene::new().await;
    let first = scene.run(&["commands", "--sync"]).await;
    assert_eq!((first.code, first.out.as_str()), (0, "Registered 9 commands.\n"), "{}", first.err);
    let again = scene.run(&["commands", "--sync"]).await;
    assert_eq!((again.code, again.out.as_str()), (0, "All 9 commands are registered as they are.\n"));
    let writes = scene.discord.requests().iter().filter(|request| request.method == "PUT").count();
    assert_eq!(writes, 1);
}

#[test]
fn commands_are_printed_for_people_and_as_discord_gets_them() {
    let place = place();
    let text = place.run(&["commands"]);
    assert!(text.out.contains("/ask                       Ask the sources a question\n"), "{}", text.out);
    assert!(text.out.contains("/passim-admin unanswered"), "{}", text.out);
    let json = place.run(&["commands", "--json"]).json();
    let names: Vec<&Value> = json.as_array().unwrap().iter().map(|command| &command["name"]).collect();
    let expected = [
        "ask",
        "search",
        "source",
        "passim",
        "reindex",
        "passim-admin",
        "Ask the sources about this",
        "Check against the sources",
        "Withdraw this answer",
    ];
    assert_eq!(names, expected.map(|name| json!(name)).iter().collect::<Vec<_>>());
    assert_eq!(json[4]["default_member_permissions"], 32);
}

#[test]
fn the_local_discord_can_be_tried_in_a_pipe() {
    use std::io::Write;
    let place = place();
    let mut command = place.command(&["local-discord"]);
    let piped = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = piped.spawn().unwrap();
    let lines = "@passim How long does the lease run?\n.press Passage\n.press Ask on\n.send and who signed it?\n\
                 /nothing\n.quit\n";
    child.stdin.take().unwrap().write_all(lines.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{err}");
    for said in ["**15 years**", "only you can see this", "A form opens: Ask on", "there is no such command"]
    {
        assert!(out.contains(said), "{said}: {out}\n{err}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bot_that_serves_no_server_says_which_it_is_in_and_how_to_name_one() {
    let scene = Scene::new().await;
    let mut command = scene.command(&["serve"]);
    let child = command.env("PASSIM_DISCORD__GUILDS", "").stderr(Stdio::piped()).spawn().unwrap();
    assert!(scene.discord.is_connected(scene.bot, SOON).await);
    // Whoever asks hears of it: by then the log has it, too.
    scene.ann.invoke(scene.general, "passim help", &[]).unwrap();
    let is_refusal =
        |shown: &passim::local_discord::Shown| shown.content.starts_with("I answer only in the servers");
    scene.ann.finds(scene.general, SOON, "a refusal", is_refusal).await.unwrap();
    signal(&child, "TERM");
    let (code, log) = ended(child).await;
    assert_eq!(code, Some(0), "{log}");
    let said = format!(
        "this server is not served yet: add its id to discord.guilds in the settings, or to PASSIM_DISCORD__GUILDS, and start again guild={} name=\"Team\"",
        scene.guild
    );
    assert!(log.contains(&said), "{log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn doctor_says_whose_token_it_is_and_who_else_can_install_the_bot() {
    let scene = Scene::new().await;
    let finding = async |check: &str| {
        let run = scene.run(&["doctor", "--json"]).await;
        let reports = run.json();
        let found = reports.as_array().unwrap().iter().find(|report| report["check"] == check).unwrap();
        (found["status"].as_str().unwrap().to_owned(), found["message"].as_str().unwrap().to_owned())
    };
    let (status, message) = finding("application").await;
    assert_eq!((status.as_str(), message.contains("the application passim")), ("ok", true), "{message}");
    scene.discord.allow_user_installs(scene.bot);
    assert_eq!(finding("application").await.0, "warn");
    scene.discord.make_public(scene.bot);
    let (status, message) = finding("application").await;
    assert!(status == "warn" && message.starts_with("anybody can add the application passim"), "{message}");
    assert_eq!(finding("servers").await, ("ok".to_owned(), "Discord servers that are served: 1".to_owned()));
    assert_eq!(finding("operators").await.0, "warn");
}

/// What `init` says at its end: the names of the permissions, and the bits that its link asks for.
fn invited(place: &Place) -> (Vec<String>, u64) {
    let mut command = place.bare();
    command.arg("init").env("PASSIM_CONFIG_DIR", place.folder().join("invited"));
    let child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = child.spawn().unwrap();
    write!(child.stdin.take().unwrap(), "{}\n{TOKEN}\n", place.corpus().display()).unwrap();
    let said = String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap();
    let names =
        said.split("and for nothing else: ").nth(1).and_then(|rest| rest.split(".\n").next()).unwrap();
    let link = said.lines().find(|line| line.contains("https://discord.com/oauth2/authorize?")).unwrap();
    assert!(link.contains("client_id=123456789012345678&scope=bot+applications.commands&"), "{link}");
    let bits = link.split("permissions=").nth(1).unwrap().parse().unwrap();
    (names.split(", ").map(str::to_owned).collect(), bits)
}

impl Scene {
    /// What `doctor` says of the permissions.
    async fn permissions(&self) -> Value {
        let run = self.run(&["doctor", "--json"]).await;
        let found: Vec<Value> = serde_json::from_str(&run.out).unwrap_or_else(|_| panic!("{run:?}"));
        found.into_iter().find(|found| found["check"] == "permissions").unwrap_or_else(|| panic!("{run:?}"))
    }

    /// What `/passim-admin check` answers in a channel.
    async fn checked(&self, channel: Id) -> String {
        let before = self.ann.sees(channel).messages.len();
        self.ann.invoke(channel, "passim-admin check", &[]).unwrap();
        let is_new = |screen: &passim::local_discord::Screen| {
            screen.messages.len() > before && screen.messages.iter().all(|shown| !shown.is_thinking)
        };
        let screen = self.ann.sees_when(channel, SOON, "the check", is_new).await.unwrap();
        screen.messages.last().unwrap().content.clone()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_invitation_doctor_and_the_check_in_discord_go_by_one_list() {
    let scene = Scene::new().await;
    let (names, bits) = invited(&scene.place);
    assert_eq!(names.len(), bits.count_ones() as usize, "{names:?}");
    let readme = std::fs::read_to_string(crate::program::repository().join("README.md")).unwrap();
    let readme: Vec<&str> = readme.split_whitespace().collect();
    assert!(
        readme.join(" ").contains(&names.join(", ")),
        "the README names other permissions than {names:?}"
    );

    let operator = scene.ann.id().to_string();
    let child = scene.served_with(&[("PASSIM_DISCORD__OPERATORS", &operator)]).await;
    // Nothing is allowed to everybody, nor to the bot.
    scene.discord.permit(scene.guild, scene.guild, 0);
    let found = scene.permissions().await;
    let lacks = format!("the bot lacks in the server {}: {}", scene.guild, names.join(", "));
    assert_eq!((&found["status"], &found["message"]), (&json!("warn"), &json!(lacks)));
    assert!(found["cure"].as_str().unwrap().contains(&format!("permissions={bits} as somebody")), "{found}");
    let checked = scene.checked(scene.general).await;
    let named: Vec<&str> =
        checked.lines().filter_map(|line| line.strip_prefix("- **")?.split("**").next()).collect();
    assert_eq!(named, names, "{checked}");

    // What the link gives is enough for both.
    scene.discord.permit(scene.guild, scene.discord.managed_role(scene.guild, scene.bot), bits);
    let found = scene.permissions().await;
    assert_eq!(found["status"], "ok", "{found}");
    let checked = scene.checked(scene.general).await;
    assert!(checked.contains("I have every permission here that I need."), "{checked}");
    signal(&child, "TERM");
    ended(child).await;

    scene.discord.remove(scene.guild, scene.bot);
    let found = scene.permissions().await;
    assert_eq!(found["message"], format!("the bot is not in the server {}", scene.guild));
}
