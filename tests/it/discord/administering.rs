//! Switching channels, and looking how the bot is: who may, and what everybody sees then.

use std::time::Duration;

use passim::local_discord::permissions::{
    ADD_REACTIONS, ATTACH_FILES, MANAGE_CHANNELS, MANAGE_GUILD, Overwrite, SEND_MESSAGES, Whom,
};
use passim::local_discord::{Id, Person, Ping, Shown};
use passim::store::{By, GuildId, Moment, Store, UserId};
use serde_json::json;

use super::scene::{NAME, SOON, Scene, WIDE_LIMITS};

const OFF: &str = "Answers are switched off in this channel.";
const LEASE: &str = "How long does the lease run?";

fn switch(person: &Person, channel: Id, answers: &str) {
    person.invoke(channel, "passim channel", &[("answers", json!(answers))]).unwrap();
}

async fn switched(scene: &Scene, channel: Id, answers: &str, text: &str) {
    switch(&scene.ann, channel, answers);
    scene.tells(&scene.ann, channel, text).await;
}

async fn switched_off(scene: &Scene, channel: Id) {
    switched(scene, channel, "off", "From now on I do not answer in this channel and its threads.").await;
}

fn ask(person: &Person, channel: Id) -> Id {
    person.invoke(channel, "ask", &[("question", json!(LEASE))]).unwrap()
}

fn store(scene: &Scene) -> Store {
    Store::open(&scene.data(), SOON).unwrap()
}

/// How many messages of the bot with this text somebody sees.
fn count(person: &Person, channel: Id, text: &str) -> usize {
    let is_meant = |shown: &&Shown| shown.author == NAME && shown.content.contains(text);
    person.sees(channel).messages.iter().filter(is_meant).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn only_who_manages_channels_switches_one_and_the_audit_log_says_who() {
    let scene = Scene::new().await;
    switch(&scene.bob, scene.general, "off");
    let refused = scene.tells(&scene.bob, scene.general, "Manage Channels").await;
    assert!(refused.content.starts_with("This is for those who manage this channel"), "{refused}");
    let keeper = scene.discord.role(scene.guild, "keeper", MANAGE_CHANNELS, false);
    scene.discord.give_role(scene.guild, keeper, scene.carl.id());
    switch(&scene.carl, scene.general, "off");
    scene.tells(&scene.carl, scene.general, "From now on I do not answer in this channel").await;
    let deeds = store(&scene).audit_log(Some(GuildId(scene.guild)), 10).unwrap();
    let [deed] = &deeds[..] else { panic!("{deeds:?}") };
    assert_eq!((deed.by, deed.what.as_str()), (By::User(UserId(scene.carl.id())), "channel"));
    assert_eq!(deed.details, format!("{} off", scene.general));
}

#[tokio::test(flavor = "multi_thread")]
async fn in_a_direct_message_there_is_no_channel_to_switch() {
    let scene = Scene::new().await;
    let direct = scene.ann.direct_channel(scene.bot);
    switch(&scene.ann, direct, "off");
    scene.says(&scene.ann, direct, "This is for those who manage this channel").await;
    scene.ask(&scene.ann, direct, LEASE).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_channel_that_is_off_hears_so_once_a_minute() {
    let scene = Scene::new().await;
    switched_off(&scene, scene.general).await;
    let first = scene.ask(&scene.bob, scene.general, LEASE).await;
    assert!(first.content.starts_with(OFF) && first.buttons.is_empty(), "{first}");
    scene.carl.say(scene.general, &scene.mention(LEASE)).unwrap();
    // Another channel is on, and by its answer the second question was heard.
    let answer = scene.ask(&scene.carl, scene.random, LEASE).await;
    assert!(answer.content.contains("15 years"), "{answer}");
    assert_eq!(count(&scene.carl, scene.general, ""), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn off_holds_for_commands_menus_completion_old_buttons_and_threads() {
    let scene = Scene::new().await;
    let old = scene.ask(&scene.bob, scene.general, LEASE).await;
    scene.bob.invoke(scene.general, "search", &[("query", json!("office lease soup lunch"))]).unwrap();
    scene.tells(&scene.bob, scene.general, "Passages for").await;
    let thread = scene.discord.thread(scene.general, "about the lease");
    switched_off(&scene, scene.general).await;
    type Way<'a> = (&'a str, Box<dyn Fn() -> Id + 'a>);
    let (bob, general) = (&scene.bob, scene.general);
    let ways: [Way; 6] = [
        ("ask", Box::new(|| ask(bob, general))),
        ("search", Box::new(|| bob.invoke(general, "search", &[("query", json!("lease"))]).unwrap())),
        ("source", Box::new(|| bob.invoke(general, "source", &[("id", json!("lease"))]).unwrap())),
        ("menu", Box::new(|| bob.use_menu(old.id, "Ask the sources about this").unwrap())),
        ("button", Box::new(|| bob.press(old.id, "Passage").unwrap())),
        ("form", Box::new(|| bob.press(old.id, "Ask on").unwrap())),
    ];
    for (number, (name, try_it)) in ways.iter().enumerate() {
        try_it();
        let told = |screen: &passim::local_discord::Screen| {
            let is_told = |shown: &&Shown| shown.is_ephemeral && shown.content.starts_with(OFF);
            screen.messages.iter().filter(is_told).count() == number + 1
        };
        bob.sees_when(general, SOON, name, told).await.unwrap();
    }
    let typed = bob.autocomplete(general, "source", &[("id", json!("le"))], "id").unwrap();
    assert!(bob.gets_choices(typed, SOON).await.unwrap().is_empty());
    let in_thread = scene.ask(bob, thread, LEASE).await;
    assert!(in_thread.content.starts_with(OFF), "{in_thread}");
    ask(bob, thread);
    scene.tells(bob, thread, OFF).await;
    let replied = bob.reply(old.id, "And the rent?", Ping::Yes).unwrap();
    let replied = scene.reply_to(bob, general, replied).await;
    assert!(replied.content.starts_with(OFF), "{replied}");
    // What concerns the bot, not the sources, goes on.
    bob.invoke(general, "passim help", &[]).unwrap();
    scene.tells(bob, general, "I answer out of the team").await;
    switched(&scene, general, "on", "From now on everybody sees what I answer").await;
    let again = scene.ask(bob, thread, LEASE).await;
    assert!(again.content.contains("15 years"), "{again}");
}

#[tokio::test(flavor = "multi_thread")]
async fn in_a_private_channel_only_the_asker_sees_answers() {
    let scene = Scene::new().await;
    let old = scene.ask(&scene.bob, scene.general, LEASE).await;
    switched(&scene, scene.general, "private", "From now on only the asker sees what I answer").await;
    let pointer = scene.ask(&scene.bob, scene.general, LEASE).await;
    let is_pointer = pointer.content.starts_with("In this channel only you see what I answer: use </ask:");
    assert!(is_pointer && pointer.buttons.is_empty(), "{pointer}");
    ask(&scene.bob, scene.general);
    let answer = scene.tells(&scene.bob, scene.general, "15 years").await;
    scene.bob.press(answer.id, "Share").unwrap();
    scene.tells(&scene.bob, scene.general, "This cannot be shared here").await;
    let pressed = scene.carl.press(old.id, "Ask on").unwrap();
    scene.carl.gets_form(pressed, SOON).await.unwrap();
    scene.carl.submit(pressed, &[("text", "How much is lunch?")]).unwrap();
    scene.tells(&scene.carl, scene.general, "6 euros").await;
    // Ann sees the old answer, the pointer, and what she was told herself.
    assert_eq!(count(&scene.ann, scene.general, ""), 3, "{}", scene.ann.sees(scene.general));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_switch_outlives_a_restart() {
    let mut scene = Scene::new().await;
    switched_off(&scene, scene.general).await;
    scene.restart().await;
    let reply = scene.ask(&scene.bob, scene.general, LEASE).await;
    assert!(reply.content.starts_with(OFF), "{reply}");
    switched(&scene, scene.general, "on", "From now on everybody sees").await;
    scene.restart().await;
    let reply = scene.ask(&scene.bob, scene.general, LEASE).await;
    assert!(reply.content.contains("15 years"), "{reply}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_settings_win_over_a_switch() {
    let mut scene = Scene::quiet().await;
    let channels = format!("[channels]\nallow = [\"{}\"]\n", scene.random);
    scene.add_settings(&channels);
    scene.start().await;
    let reply = scene.ask(&scene.bob, scene.general, LEASE).await;
    assert!(reply.content.starts_with(OFF), "{reply}");
    switched(&scene, scene.general, "on", "`channels.allow`, `channels.deny`").await;
    ask(&scene.bob, scene.general);
    scene.tells(&scene.bob, scene.general, OFF).await;
    let reply = scene.ask(&scene.bob, scene.random, LEASE).await;
    assert!(reply.content.contains("15 years"), "{reply}");
    // What the settings allow can still be switched off.
    switched_off(&scene, scene.random).await;
    ask(&scene.bob, scene.random);
    scene.tells(&scene.bob, scene.random, OFF).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_channel_that_the_settings_deny_is_off_with_its_threads() {
    let mut scene = Scene::quiet().await;
    let thread = scene.discord.thread(scene.general, "talk");
    let channels = format!("[channels]\nallow = [\"{0}\"]\ndeny = [\"{0}\"]\n", scene.general);
    scene.add_settings(&channels);
    scene.start().await;
    for channel in [scene.general, thread] {
        let reply = scene.ask(&scene.bob, channel, LEASE).await;
        assert!(reply.content.starts_with(OFF), "{reply}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_is_under_way_when_its_channel_is_switched_off_is_not_given() {
    let scene = Scene::with_settings(WIDE_LIMITS).await;
    scene.discord.message_bucket(10_000, Duration::from_secs(1));
    let private = scene.discord.channel(scene.guild, "third");
    let others = scene.occupy(scene.random, 150);
    let question = scene.bob.say(scene.general, &scene.mention(LEASE)).unwrap();
    ask(&scene.bob, scene.general);
    ask(&scene.bob, private);
    let is_announced = |shown: &Shown| shown.is_thinking;
    scene.bob.finds(private, SOON, "that an answer comes", is_announced).await.unwrap();
    switched_off(&scene, scene.general).await;
    switched(&scene, private, "private", "From now on only the asker").await;
    let meanwhile = "Answers were switched off in this channel while I was looking.";
    let reply = scene.reply_to(&scene.bob, scene.general, question).await;
    assert!(reply.content.starts_with(meanwhile), "{reply}");
    for channel in [scene.general, private] {
        let told = |shown: &Shown| shown.reply_to.is_none() && shown.content.starts_with(meanwhile);
        scene.bob.finds(channel, SOON, "the answer to the command", told).await.unwrap();
        assert_eq!(count(&scene.bob, channel, "15 years"), 0);
    }
    // Nobody else's answer is lost by it.
    for message in others {
        scene.reply_to(&scene.carl, scene.random, message).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn operators_see_how_the_bot_is() {
    let scene = Scene::new().await;
    let status = |person: &Person| person.invoke(scene.general, "passim-admin status", &[]);
    status(&scene.ann).unwrap();
    let before = scene.tells(&scene.ann, scene.general, "**passim ").await;
    for line in [
        "Documents: 2 with 2 passages, 0 not read; newest read <t:",
        "Last re-index: none since the start",
        "Answers: none since the start",
        "Gateway: connected since <t:",
        "Memory: works",
    ] {
        assert!(before.content.contains(line), "{line}: {before}");
    }
    scene.ask(&scene.bob, scene.general, LEASE).await;
    scene.ann.invoke(scene.general, "reindex", &[]).unwrap();
    scene.tells(&scene.ann, scene.general, "**Done**").await;
    let direct = scene.ann.direct_channel(scene.bot);
    scene.says(&scene.ann, direct, "**Done**").await;
    status(&scene.ann).unwrap();
    let after = scene.tells(&scene.ann, scene.general, "Answers: the last 1 took").await;
    assert!(after.content.contains("Last re-index: 0 added, 0 changed, 0 removed, 0 refused"), "{after}");
    // Discord does not even show it to others.
    assert!(status(&scene.bob).is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_no_operator_hears_what_would_make_them_one() {
    let mut scene = Scene::quiet().await;
    let staff = scene.discord.role(scene.guild, "staff", MANAGE_GUILD, false);
    let crew = scene.discord.role(scene.guild, "crew", MANAGE_GUILD, false);
    scene.discord.give_role(scene.guild, staff, scene.bob.id());
    scene.discord.give_role(scene.guild, crew, scene.carl.id());
    scene.set_settings(&format!("[discord]\nguilds = [\"{}\"]\noperators = [\"{crew}\"]\n", scene.guild));
    scene.start().await;
    for command in ["passim-admin status", "passim-admin check", "reindex"] {
        scene.bob.invoke(scene.general, command, &[]).unwrap();
    }
    let refusal = "ask whoever runs me to add your role or your id to `discord.operators`";
    let all = |screen: &passim::local_discord::Screen| {
        screen.messages.iter().filter(|shown| shown.is_ephemeral && shown.content.contains(refusal)).count()
            == 3
    };
    scene.bob.sees_when(scene.general, SOON, "three refusals", all).await.unwrap();
    // A role makes operators, too.
    scene.carl.invoke(scene.general, "passim-admin status", &[]).unwrap();
    scene.tells(&scene.carl, scene.general, "**passim ").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_names_each_missing_permission_with_what_fails_without_it() {
    let scene = Scene::new().await;
    scene.ann.invoke(scene.general, "passim-admin check", &[]).unwrap();
    scene.tells(&scene.ann, scene.general, "I have every permission here that I need.").await;
    let deny = ADD_REACTIONS | ATTACH_FILES | SEND_MESSAGES;
    scene.discord.overwrite(scene.random, Overwrite { whom: Whom::Member(scene.bot), deny, allow: 0 });
    scene.ann.invoke(scene.random, "passim-admin check", &[]).unwrap();
    let found = scene.tells(&scene.ann, scene.random, "These permissions are missing here:").await;
    let lines: Vec<&str> = found.content.lines().skip(1).collect();
    assert_eq!(
        lines,
        [
            "- **Send Messages**: I cannot answer mentions and replies; commands work.",
            "- **Attach Files**: I may not send files here (Attach Files), so there are no CSV files.",
            "- **Add Reactions**: I cannot react to thanks, or to who asks too often.",
        ],
        "{found}"
    );
}

async fn asks(scene: &Scene, person: &Person, question: &str) {
    let reply = scene.ask(person, scene.general, question).await;
    assert!(reply.content.contains("do not say"), "{reply}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_sources_do_not_say_is_listed_for_moderators_most_asked_first() {
    let mut scene = Scene::with_settings(WIDE_LIMITS).await;
    scene.discord.message_bucket(1_000, Duration::from_secs(1));
    asks(&scene, &scene.bob, "=1+1 where is the xylophone?").await;
    asks(&scene, &scene.bob, "Who feeds the parrot?").await;
    asks(&scene, &scene.carl, "Who is feeding the parrot?").await;
    let options = [("question", json!("Who hid the treasure?")), ("private", json!(true))];
    scene.bob.invoke(scene.general, "ask", &options).unwrap();
    scene.tells(&scene.bob, scene.general, "do not say").await;
    let moderators = scene.discord.role(scene.guild, "moderators", MANAGE_GUILD, false);
    scene.discord.give_role(scene.guild, moderators, scene.carl.id());

    scene.carl.invoke(scene.general, "passim-admin unanswered", &[]).unwrap();
    let list = scene.tells(&scene.carl, scene.general, "Questions that the sources do not answer").await;
    let lines: Vec<&str> = list.content.lines().filter(|line| !line.is_empty()).collect();
    assert!(lines[0].ends_with("\\(2 in all\\):") || lines[0].ends_with("(2 in all):"), "{list}");
    assert!(lines[1].starts_with("1. Who is feeding the parrot? · 2× by 2 people, last <t:"), "{list}");
    assert!(lines[1].contains("in no source: ") && lines[1].contains("parrot"), "{list}");
    assert!(lines[2].starts_with("2. =1+1 where is the xylophone? · 1×"), "{list}");
    assert_eq!(lines.len(), 3, "what was asked in private is nobody's business: {list}");

    scene.restart().await;
    scene.carl.press(list.id, "As CSV").unwrap();
    let table = scene.tells(&scene.carl, scene.general, "Here is the table.").await;
    let [file] = &table.files[..] else { panic!("{table}") };
    let text = String::from_utf8(file.bytes.clone()).unwrap();
    assert_eq!(file.name, "unanswered.csv");
    let head = "\u{feff}question,asked,people,servers,did not help,words in no source,nearest source,nearest line,\
                first,last,resolved\n";
    assert!(text.starts_with(head), "{text}");
    assert!(text.contains("\nWho is feeding the parrot?,2,2,1,0,"), "{text}");
    assert!(text.contains("\n'=1+1 where is the xylophone?,1,1,1,0,"), "{text}");

    scene.carl.press(list.id, "Resolved 1").unwrap();
    let is_shorter = |shown: &Shown| shown.id == list.id && shown.content.contains("(1 in all)");
    let shorter = scene.carl.finds(scene.general, SOON, "a shorter list", is_shorter).await.unwrap();
    assert!(!shorter.content.contains("parrot"), "{shorter}");
    let deeds = store(&scene).audit_log(Some(GuildId(scene.guild)), 1).unwrap();
    assert_eq!((deeds[0].by, deeds[0].what.as_str()), (By::User(UserId(scene.carl.id())), "resolve"));
    scene.carl.press(list.id, "Resolved 1").unwrap();
    let is_empty = |shown: &Shown| shown.id == list.id && shown.content.contains("No question is open here");
    scene.carl.finds(scene.general, SOON, "an empty list", is_empty).await.unwrap();
    // Whoever still gets no answer opens it again.
    asks(&scene, &scene.bob, "Who feeds the parrot?").await;
    scene.carl.invoke(scene.general, "passim-admin unanswered", &[]).unwrap();
    scene.tells(&scene.carl, scene.general, "1. Who feeds the parrot? · 3×").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_list_is_leafed_through_also_after_a_restart() {
    let mut scene = Scene::with_settings(WIDE_LIMITS).await;
    scene.discord.message_bucket(1_000, Duration::from_secs(1));
    for animal in ["aardvark", "badger", "cheetah", "dolphin", "elephant", "flamingo", "giraffe"] {
        asks(&scene, &scene.bob, &format!("Who feeds the {animal}?")).await;
    }
    scene.ann.invoke(scene.general, "passim-admin unanswered", &[]).unwrap();
    let list = scene.tells(&scene.ann, scene.general, "(7 in all)").await;
    assert!(list.content.contains("1. Who feeds the giraffe?"), "{list}");
    assert!(list.button("Previous").is_none() && list.button("Resolved 5").is_some(), "{list}");
    scene.restart().await;
    scene.ann.press(list.id, "Next").unwrap();
    let is_second = |shown: &Shown| shown.id == list.id && shown.content.contains("7. Who feeds");
    let second = scene.ann.finds(scene.general, SOON, "the second page", is_second).await.unwrap();
    assert!(!second.content.contains("5. Who feeds"), "{second}");
    assert!(second.button("Next").is_none() && second.button("Resolved 7").is_some(), "{second}");
    scene.ann.press(list.id, "Previous").unwrap();
    let is_first = |shown: &Shown| shown.id == list.id && shown.content.contains("5. Who feeds");
    scene.ann.finds(scene.general, SOON, "the first page", is_first).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_people_thought_of_answers_is_listed_for_moderators() {
    let scene = Scene::new().await;
    scene.ann.invoke(scene.general, "passim-admin feedback", &[]).unwrap();
    scene.tells(&scene.ann, scene.general, "Nobody has said yet whether an answer helped.").await;
    let answer = scene.ask(&scene.bob, scene.general, LEASE).await;
    scene.bob.press(answer.id, "Helpful").unwrap();
    scene.tells(&scene.bob, scene.general, "Noted as helpful").await;
    scene.carl.press(answer.id, "Not helpful").unwrap();
    scene.tells(&scene.carl, scene.general, "Noted as not helpful").await;
    scene.ann.invoke(scene.general, "passim-admin feedback", &[]).unwrap();
    let list = scene.tells(&scene.ann, scene.general, "What people thought of answers").await;
    assert!(list.content.contains(LEASE) && list.content.contains("helpful 1, not helpful 1"), "{list}");
    scene.ann.press(list.id, "As CSV").unwrap();
    let table = scene.tells(&scene.ann, scene.general, "Here is the table.").await;
    let text = String::from_utf8(table.files[0].bytes.clone()).unwrap();
    assert!(text.starts_with("\u{feff}question,answer,sources,helpful,not helpful,remarks,last\n"), "{text}");
    assert!(text.contains(LEASE) && text.contains(",1,1,"), "{text}");
}

/// Whether anything is kept of the guild.
fn is_kept(scene: &Scene) -> bool {
    store(scene).known_guilds().unwrap().contains(&GuildId(scene.guild))
}

fn has_left(scene: &Scene) -> bool {
    store(scene).left_before(Moment(i64::MAX)).unwrap().contains(&GuildId(scene.guild))
}

/// Waits for what the bot notes without saying anything.
async fn becomes(what: &str, is_so: impl Fn() -> bool) {
    let started = std::time::Instant::now();
    while !is_so() {
        assert!(started.elapsed() < SOON, "{what} does not become so");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_kept_of_a_guild_that_removed_the_bot_goes_when_its_time_is_over() {
    let mut scene = Scene::with_settings("[retention]\nguild_days = 0\n").await;
    scene.ask(&scene.bob, scene.general, LEASE).await;
    scene.discord.remove(scene.guild, scene.bot);
    becomes("left", || has_left(&scene)).await;
    assert!(is_kept(&scene));
    scene.restart().await;
    becomes("forgotten", || !is_kept(&scene)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guild_that_comes_back_in_time_keeps_everything() {
    let mut scene = Scene::new().await;
    let answer = scene.ask(&scene.bob, scene.general, LEASE).await;
    scene.stop().await;
    // Nobody is told: the bot finds it when it is back.
    scene.discord.remove(scene.guild, scene.bot);
    scene.start().await;
    becomes("left", || has_left(&scene)).await;
    scene.discord.join(scene.guild, scene.bot);
    becomes("back", || !has_left(&scene)).await;
    scene.bob.press(answer.id, "Passage").unwrap();
    scene.tells(&scene.bob, scene.general, "lease of the office").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_outage_of_a_guild_deletes_nothing() {
    let mut scene = Scene::with_settings("[retention]\nguild_days = 0\n").await;
    let answer = scene.ask(&scene.bob, scene.general, LEASE).await;
    scene.discord.outage(scene.guild);
    scene.restart().await;
    scene.discord.recovery(scene.guild);
    scene.bob.press(answer.id, "Passage").unwrap();
    scene.tells(&scene.bob, scene.general, "lease of the office").await;
    assert!(is_kept(&scene) && !has_left(&scene));
}
