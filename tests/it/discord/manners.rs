//! Hostile people and hostile documents: what they wrote shows as they wrote it, and does nothing else.

use passim::local_discord::permissions::MENTION_EVERYONE;
use passim::local_discord::{Drawn, Shown};
use serde_json::json;

use super::scene::{SOON, Scene};

const TITLE: &str = "||Ferry|| **tariff** @everyone [x](https://evil.example)";
const SECOND: &str = "The ferry tariff was agreed by [the council](https://evil.example/x) at <t:0:R> and \u{202e}reversed\u{202c} \
     zero\u{200b}width <:smile:1> </ask:1> https://evil.example/y\\.";
const REST: &str = "# The ferry is not a heading\n-# The ferry is not small print\n> The ferry is not a quotation\n>>> The ferry \
     is not a long one\n- The ferry is no item\n1. The ferry is no number\n```The ferry is no fence```\n\\*The ferry\\* _is_ \
     escaped\\\n  ## The ferry\u{2028}# is below\n* * *\n~~~ ferry ~~~";

/// A scene with a bot that could ping all, and a document that wants it to.
async fn hostile() -> (Scene, String) {
    let mut scene = Scene::quiet().await;
    let loud = scene.discord.role(scene.guild, "loud", MENTION_EVERYONE, true);
    scene.discord.give_role(scene.guild, loud, scene.bot);
    scene.discord.give_role(scene.guild, loud, scene.carl.id());
    let first = format!(
        "The ferry tariff costs 77 crowns, say @everyone and @here and <@{0}> and <@!{0}> and <@&{loud}> in **bold** and \
         __under__ and ~~struck~~ and ||spoiler|| and `code`.",
        scene.carl.id()
    );
    scene.write("ferry.txt", &format!("{TITLE}\n\n{first}\n\n{SECOND}\n\n{REST}\n"));
    scene.start().await;
    (scene, first)
}

/// The text as people may read it: without what nobody sees.
fn visible(text: &str) -> String {
    let is_hidden =
        |c: char| matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}');
    text.chars().filter(|c| !is_hidden(*c)).map(|c| if c == '\u{2028}' { '\n' } else { c }).collect()
}

/// Nothing is drawn but what the bot draws itself.
#[track_caller]
fn assert_harmless(shown: &Shown) {
    assert_eq!(visible(&shown.content), shown.content, "something hidden is in {shown}");
    for drawn in shown.rendered().drawn {
        let is_ours = match &drawn {
            Drawn::Bold(_) | Drawn::Quote | Drawn::Small | Drawn::Item | Drawn::Code(_) => true,
            Drawn::Timestamp(time) => time.ends_with(":R>") && time != "<t:0:R>",
            Drawn::Mention(mention) => mention.starts_with("</") && mention != "</ask:1>",
            _ => false,
        };
        assert!(is_ours, "{drawn:?} in {shown}");
    }
}

#[track_caller]
fn assert_shows(shown: &Shown, text: &str) {
    assert_harmless(shown);
    let rendered = shown.rendered().text;
    assert!(rendered.contains(&visible(text)), "{text}\nis not in\n{rendered}\nas of {shown}");
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_show_hostile_text_as_it_is() {
    let (scene, first) = hostile().await;
    let answer = scene.ask(&scene.bob, scene.general, "How much does the ferry tariff cost?").await;
    assert_shows(&answer, &first);
    assert_shows(&answer, TITLE);
    let passage = scene.press(&scene.bob, scene.general, answer.id, "Passage").await;
    assert_shows(&passage, &first);
    let menu = scene.press(&scene.bob, scene.general, answer.id, "More").await;
    let why = scene.press(&scene.bob, scene.general, menu.id, "Why").await;
    assert_shows(&why, &first);
    assert_shows(&why, "How much does the ferry tariff cost?");
    let verified = scene.press(&scene.bob, scene.general, menu.id, "Verify").await;
    assert_shows(&verified, &first);
    let others = scene.press(&scene.bob, scene.general, menu.id, "Other sources").await;
    assert_harmless(&others);
}

#[tokio::test(flavor = "multi_thread")]
async fn changed_text_is_shown_as_it_is_too() {
    let (scene, first) = hostile().await;
    let answer = scene.ask(&scene.bob, scene.general, "How much does the ferry tariff cost?").await;
    let changed = first.replace("77", "88");
    scene.write("ferry.txt", &format!("{TITLE}\n\n{changed}\n\n{SECOND}\n"));
    let menu = scene.press(&scene.bob, scene.general, answer.id, "More").await;
    let verified = scene.press(&scene.bob, scene.general, menu.id, "Verify").await;
    assert_shows(&verified, &first);
    assert_shows(&verified, &changed);
}

#[tokio::test(flavor = "multi_thread")]
async fn lookups_show_hostile_text_as_it_is() {
    let (scene, first) = hostile().await;
    let lookups = [
        ("search", vec![("query", json!("crowns"))], first.as_str()),
        ("search", vec![("query", json!("council"))], "https://evil.example/y\\."),
        (
            "search",
            vec![("query", json!("council"))],
            "](https://evil.example/x) at <t:0:R> and reversed zerowidth",
        ),
        ("search", vec![("query", json!("heading ferry"))], "# The ferry is not a heading"),
        (
            "search",
            vec![("query", json!("# <@1> **zeppelin** \u{202e}<t:0:R>"))],
            "“# <@1> **zeppelin** <t:0:R>”",
        ),
        ("passim sources", vec![], TITLE),
        ("source", vec![("id", json!("# @everyone \u{200b}||x||"))], "“# @everyone ||x||”"),
        (
            "passim verify",
            vec![("answer", json!("[x](https://evil.example)"))],
            "“[x](https://evil.example)”",
        ),
    ];
    for (command, options, expected) in lookups {
        let asked = scene.bob.invoke(scene.general, command, &options).unwrap();
        let shown = scene.response(&scene.bob, scene.general, asked).await;
        assert_shows(&shown, expected);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_page_shows_every_line_as_it_is() {
    let (scene, first) = hostile().await;
    let asked = scene.bob.invoke(scene.general, "source", &[("id", json!("ferry"))]).unwrap();
    let mut page = scene.response(&scene.bob, scene.general, asked).await;
    let mut shown = String::new();
    loop {
        assert_harmless(&page);
        shown.push_str(&page.rendered().text);
        shown.push('\n');
        if page.button("Next").is_none() {
            break;
        }
        page = scene.press_changes(&scene.bob, scene.general, page.id, "Next").await;
    }
    let text = format!("{TITLE}\n\n{first}\n\n{SECOND}\n\n{REST}");
    for (number, line) in (1..).zip(text.lines()) {
        assert!(
            shown.contains(&format!("{number} {}\n", visible(line))),
            "{number} {line}\nis not in\n{shown}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn completions_hide_nothing() {
    let mut scene = Scene::quiet().await;
    let hidden = "\u{202e}The\u{200b} ferry\u{2066} tariff of the council\u{2069}";
    scene.write("ferry.md", &format!("# {hidden}\n\n{hidden} is high.\n"));
    scene.start().await;
    for (command, option, typed) in [
        ("search", "query", "council"),
        ("search", "query", "ferry"),
        ("source", "id", "fer"),
        ("source", "id", "tariff"),
    ] {
        let asked =
            scene.bob.autocomplete(scene.general, command, &[(option, json!(typed))], option).unwrap();
        let choices = scene.bob.gets_choices(asked, SOON).await.unwrap();
        assert!(!choices.is_empty());
        for choice in choices {
            assert_eq!(visible(&choice.name), choice.name);
            assert!(!choice.name.chars().any(char::is_control), "{choice:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_questions_show_as_they_are() {
    let (scene, _) = hostile().await;
    let question = format!(
        "# Zeppelin hangar moorings @everyone <@{}> [x](https://evil.example) ||y|| **z** `c` <t:0:R> \u{202e}rtl\u{202c} -# why?",
        scene.carl.id()
    );
    let asked = scene.bob.invoke(scene.general, "ask", &[("question", json!(question))]).unwrap();
    let answer = scene.response(&scene.carl, scene.general, asked).await;
    assert_shows(&answer, &format!("Question: {question}"));
    scene.press(&scene.carl, scene.general, answer.id, "Not helpful").await;
    for command in ["passim-admin unanswered", "passim-admin feedback"] {
        let asked = scene.ann.invoke(scene.general, command, &[]).unwrap();
        assert_shows(&scene.response(&scene.ann, scene.general, asked).await, &question);
    }
    let why = scene.bob.invoke(scene.general, "passim why", &[]).unwrap();
    assert_shows(&scene.response(&scene.bob, scene.general, why).await, &question);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hostile_question_by_mention_or_message_forges_nothing() {
    let (scene, _) = hostile().await;
    let question =
        "[x](https://evil.example) ||who|| **flies** the zeppelin @everyone\n> quoted\n```fenced```?";
    let answer = scene.ask(&scene.bob, scene.general, question).await;
    assert_harmless(&answer);
    let said = scene.bob.say(scene.random, question).unwrap();
    let menu = scene.bob.use_menu(said, "Ask the sources about this").unwrap();
    let private = scene.response(&scene.bob, scene.random, menu).await;
    assert_harmless(&private);
    let shared = scene.press(&scene.bob, scene.random, private.id, "Share").await;
    assert!(!shared.is_ephemeral);
    assert_harmless(&shared);
    let listed = scene.ann.invoke(scene.general, "passim-admin unanswered", &[]).unwrap();
    assert_harmless(&scene.response(&scene.ann, scene.general, listed).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn unanswered_questions_that_need_much_room_are_all_listed() {
    let scene = Scene::with_settings("[limits]\nperson_per_minute = 100\n").await;
    for number in 1..=7 {
        let question = format!("Who flew zeppelin{number}x {}?", "_*a*_ ".repeat(200));
        let asked = scene.bob.invoke(scene.general, "ask", &[("question", json!(question))]).unwrap();
        scene.response(&scene.bob, scene.general, asked).await;
    }
    let asked = scene.ann.invoke(scene.general, "passim-admin unanswered", &[]).unwrap();
    let mut page = scene.response(&scene.ann, scene.general, asked).await;
    let mut all = page.content.clone();
    let mut resolve = page.buttons.clone();
    while page.button("Next").is_some() {
        page = scene.press_changes(&scene.ann, scene.general, page.id, "Next").await;
        all.push_str(&page.content);
        resolve.extend(page.buttons.clone());
    }
    for number in 1..=7 {
        assert_eq!(all.matches(&format!("Who flew zeppelin{number}x")).count(), 1, "{all}");
        let label = format!("Resolved {number}");
        assert_eq!(resolve.iter().filter(|button| button.label == label).count(), 1, "{label}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn tables_hold_questions_as_they_are_and_no_formulas() {
    let scene = Scene::new().await;
    let questions =
        ["=cmd|'/c calc'!A1 zeppelin", "@everyone, \"blimps\" <t:0:R>", "+1 airship", "-1 balloon"];
    for question in questions {
        let asked = scene.bob.invoke(scene.general, "ask", &[("question", json!(question))]).unwrap();
        let answer = scene.response(&scene.bob, scene.general, asked).await;
        scene.press(&scene.bob, scene.general, answer.id, "Helpful").await;
    }
    for command in ["passim-admin unanswered", "passim-admin feedback"] {
        let asked = scene.ann.invoke(scene.general, command, &[]).unwrap();
        let listed = scene.response(&scene.ann, scene.general, asked).await;
        let file = scene.press(&scene.ann, scene.general, listed.id, "As CSV").await;
        assert!(file.is_ephemeral && file.files.len() == 1, "{file}");
        let text = String::from_utf8(file.files[0].bytes.clone()).unwrap();
        let mut table = csv::Reader::from_reader(text.strip_prefix('\u{feff}').unwrap().as_bytes());
        let rows: Vec<csv::StringRecord> = table.records().map(Result::unwrap).collect();
        for question in questions {
            let cell = format!("'{question}");
            assert_eq!(rows.iter().filter(|row| row[0] == cell).count(), 1, "{cell} in {rows:?}");
        }
    }
}
