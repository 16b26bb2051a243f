//! Looking things up by command: passages, sources, how an answer was chosen and whether it holds, help.

use std::fs;

use passim::local_discord::{Choice, Drawn, Id, Person, Shown};
use serde_json::{Value, json};

use super::scene::{LEASE, SOON, Scene};

const HOW_LONG: &str = "How long does the lease run?";

async fn invoke(scene: &Scene, person: &Person, command: &str, options: &[(&str, Value)]) -> Shown {
    let invoked = person.invoke(scene.general, command, options).unwrap();
    let response = scene.response(person, scene.general, invoked).await;
    assert!(response.is_ephemeral, "{response}");
    response
}

async fn bob(scene: &Scene, command: &str, options: &[(&str, Value)]) -> Shown {
    invoke(scene, &scene.bob, command, options).await
}

/// Every page of a listing, from the one that is shown.
async fn leaf_through(scene: &Scene, first: Shown) -> Vec<Shown> {
    let mut pages = vec![first];
    while let Some(last) = pages.last().filter(|page| page.button("Next").is_some()) {
        let next = scene.press_changes(&scene.bob, scene.general, last.id, "Next").await;
        pages.push(next);
    }
    let fits = |page: &Shown| page.content.encode_utf16().count() <= 2_000;
    assert!(pages.iter().all(fits));
    pages
}

async fn choices(scene: &Scene, command: &str, options: &[(&str, Value)], focused: &str) -> Vec<Choice> {
    let typed = scene.bob.autocomplete(scene.general, command, options, focused).unwrap();
    let choices = scene.bob.gets_choices(typed, SOON).await.unwrap();
    assert!(choices.len() <= 25, "{}", choices.len());
    let fits = |text: &str| (1..=100).contains(&text.encode_utf16().count());
    assert!(
        choices.iter().all(|choice| fits(&choice.name) && fits(choice.value.as_str().unwrap())),
        "{choices:?}"
    );
    choices
}

fn names(choices: &[Choice]) -> Vec<&str> {
    choices.iter().map(|choice| choice.name.as_str()).collect()
}

fn receipt_in(why: &Shown) -> String {
    why.content.split("Receipt: ").nth(1).unwrap().trim().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn search_shows_passages_with_their_place_and_the_words_marked() {
    let scene = Scene::new().await;
    let found = bob(&scene, "search", &[("query", json!("lunch"))]).await;
    assert!(
        found.content.starts_with("Passages for “lunch”:\n**canteen** · The canteen · line 3\n> "),
        "{found}"
    );
    assert!(found.content.contains("**Lunch** costs 6 euros."), "{found}");
    assert!(!found.content.contains("lease") && found.buttons.is_empty(), "{found}");
    assert!(scene.carl.sees(scene.general).messages.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn search_puts_the_best_first_and_leafs_through_the_others() {
    let mut scene = Scene::quiet().await;
    for number in 1..=9 {
        scene.write(
            &format!("note{number}.md"),
            &format!("# Note {number}\n\nSomebody saw a heron, and much else besides, in month {number}.\n"),
        );
    }
    scene.write("heron.md", "# The heron\n\nThe heron eats fish.\n");
    scene.start().await;
    let first = bob(&scene, "search", &[("query", json!("heron"))]).await;
    assert!(first.content.contains("“heron”:\n**heron** · The heron"), "{first}");
    scene.restart().await;
    let pages = leaf_through(&scene, first).await;
    assert!(pages.len() > 1);
    let all: String = pages.iter().map(|page| page.content.as_str()).collect();
    for number in 1..=9 {
        assert_eq!(all.matches(&format!("**note{number}**")).count(), 1, "{all}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn search_loses_no_passage_that_needs_much_room() {
    let mut scene = Scene::quiet().await;
    let address = format!("https://example.org/{}", "a".repeat(470));
    for number in 1..=7 {
        let text = "The gull_*[x]*_ (**x**) ".repeat(40);
        scene.write(
            &format!("gull{number}.txt"),
            &format!("---\nurl: {address}\n---\n{text}of number {number}.\n"),
        );
    }
    scene.start().await;
    let pages = leaf_through(&scene, bob(&scene, "search", &[("query", json!("gull"))]).await).await;
    let all: String = pages.iter().map(|page| page.content.as_str()).collect();
    for number in 1..=7 {
        assert_eq!(all.matches(&format!("**gull{number}**")).count(), 1, "{number} of {all}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn search_can_be_restricted_to_a_source() {
    let scene = Scene::new().await;
    for name in ["canteen", "The canteen", "the CANTEEN"] {
        let found = bob(&scene, "search", &[("query", json!("euros")), ("source", json!(name))]).await;
        assert!(found.content.contains("**canteen**") && !found.content.contains("**lease**"), "{found}");
    }
    let unknown = bob(&scene, "search", &[("query", json!("euros")), ("source", json!("nowhere"))]).await;
    assert!(unknown.content.starts_with("There is no source “nowhere”."), "{unknown}");
}

#[tokio::test(flavor = "multi_thread")]
async fn search_that_finds_nothing_says_so() {
    let scene = Scene::new().await;
    let nothing = bob(&scene, "search", &[("query", json!("zeppelin **x**"))]).await;
    assert!(nothing.content.starts_with(r"No passage has words of “zeppelin \*\*x\*\*”."), "{nothing}");
    for empty in [" ", "?!", "\u{200b}"] {
        let nothing = bob(&scene, "search", &[("query", json!(empty))]).await;
        assert!(nothing.content.starts_with("No passage has words of"), "{nothing}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn search_speaks_german_to_germans() {
    let mut scene = Scene::quiet().await;
    scene.write(
        "kantine.md",
        "# Die Kantine\n\nDas Mittagessen in der Kantine kostet 7 Euro. Die Suppe ist kostenlos.\n",
    );
    scene.start().await;
    scene.bob.speaks("de");
    let found = bob(&scene, "search", &[("query", json!("Mittagessen"))]).await;
    assert!(found.content.contains("**kantine** · Die Kantine · Zeile 3\n"), "{found}");
    assert!(found.content.contains("**Mittagessen**") && !found.content.contains("Passages"), "{found}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_query_is_completed_by_titles_and_words_that_find_the_passage() {
    let scene = Scene::new().await;
    let found = choices(&scene, "search", &[("query", json!("lunch"))], "query").await;
    assert!(names(&found)[0].starts_with("The canteen · Lunch costs 6 euros."), "{found:?}");
    for begun in ["lu", "lunc", "what costs lun"] {
        let typed = choices(&scene, "search", &[("query", json!(begun))], "query").await;
        assert_eq!(names(&typed).first(), names(&found).first(), "{begun}: {typed:?}");
    }
    let again = bob(&scene, "search", &[("query", found[0].value.clone())]).await;
    assert!(again.content.contains("**canteen**"), "{again}");
    let elsewhere = [("query", json!("euros")), ("source", json!("lease"))];
    let elsewhere = choices(&scene, "search", &elsewhere, "query").await;
    assert!(
        !elsewhere.is_empty() && names(&elsewhere).iter().all(|name| name.starts_with("The lease")),
        "{elsewhere:?}"
    );
    for nothing in ["", "l", "zeppelin", "zepp", "lun "] {
        assert!(choices(&scene, "search", &[("query", json!(nothing))], "query").await.is_empty());
    }
    let nowhere = [("query", json!("euros")), ("source", json!("nowhere"))];
    assert!(choices(&scene, "search", &nowhere, "query").await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_query_over_many_long_passages_is_completed_within_limits() {
    let mut scene = Scene::quiet().await;
    for number in 1..=40 {
        let text = format!("# {}\n\nAn otter {} 😀😀 {number}.\n", "Title ".repeat(30), "swims ".repeat(40));
        scene.write(&format!("otter{number}.md"), &text);
    }
    scene.start().await;
    let found = choices(&scene, "search", &[("query", json!("otter"))], "query").await;
    assert!(found.iter().all(|choice| choice.name.contains('…')), "{found:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_is_completed_by_its_id_and_its_title() {
    let mut scene = Scene::quiet().await;
    scene.write("apartment.md", "# Notes about the canteen flat\n\nIt is let.\n");
    for number in 1..=40 {
        scene.write(&format!("minutes/of-meeting-{number}.md"), "# Minutes\n\nNobody came.\n");
    }
    scene.start().await;
    let source = |typed: &str| vec![("id", json!(typed))];
    let found = choices(&scene, "source", &source("can"), "id").await;
    assert_eq!(names(&found), ["canteen · The canteen", "apartment · Notes about the canteen flat"]);
    assert_eq!(found[0].value, json!("canteen"));
    assert_eq!(choices(&scene, "source", &source(""), "id").await.len(), 25);
    assert_eq!(names(&choices(&scene, "source", &source("LEA"), "id").await), ["lease · The lease"]);
    assert!(choices(&scene, "source", &source("zeppelin"), "id").await.is_empty());
    let options = [("question", json!(HOW_LONG)), ("source", json!("leas"))];
    assert_eq!(names(&choices(&scene, "ask", &options, "source").await), ["lease · The lease"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_whose_id_is_too_long_to_complete_is_found_by_its_title() {
    let mut scene = Scene::quiet().await;
    let folders =
        ["_".repeat(200), "*".repeat(200), "_".repeat(200), "_".repeat(200), "_".repeat(200)].join("/");
    scene.write(&format!("{folders}/heron.md"), "# The heron\n\nThe heron eats 3 fish a day.\n");
    scene.start().await;
    let found = choices(&scene, "source", &[("id", json!("heron"))], "id").await;
    assert_eq!(found[0].value, json!("The heron"));
    let shown = bob(&scene, "source", &[("id", found[0].value.clone())]).await;
    assert!(shown.content.contains("· The heron · page 1 of 1"), "{shown}");
    let search = bob(&scene, "search", &[("query", json!("heron"))]).await;
    assert!(search.content.contains("The **heron** eats 3 fish a day."), "{search}");
    let sources = bob(&scene, "passim sources", &[]).await;
    assert!(sources.content.contains("The heron"), "{sources}");
    let answer = scene.ask(&scene.bob, scene.general, "What does the heron eat?").await;
    // The headline names the source, so that the proof and the buttons are in another message.
    let is_last = |shown: &Shown| shown.id >= answer.id && shown.button("Passage").is_some();
    let answer = scene.bob.finds(scene.general, SOON, "the buttons", is_last).await.unwrap();
    assert!(answer.content.contains("3 fish a day"), "{answer}");
    for button in ["Passage", "More"] {
        scene.press(&scene.bob, scene.general, answer.id, button).await;
    }
    let verified = bob(&scene, "passim verify", &[]).await;
    assert!(verified.content.contains("still says it"), "{verified}");
}

/// The lines of all pages: their numbers, and their text as people read it.
fn lines_of(pages: &[Shown]) -> Vec<(usize, String)> {
    let mut lines: Vec<(usize, String)> = Vec::new();
    for page in pages {
        for line in page.rendered().text.split('\n').skip(1) {
            let (number, text) = line.split_once(' ').unwrap();
            let number = number.parse().unwrap();
            match lines.last_mut() {
                Some((last, before)) if *last == number => before.push_str(text),
                _ => lines.push((number, text.to_owned())),
            }
        }
    }
    lines
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_source_is_shown_once_over_all_pages() {
    let mut scene = Scene::quiet().await;
    let lines: Vec<String> = (1..=10_000).map(|number| format!("n {number}")).collect();
    scene.write("long.txt", &lines.join("\n"));
    scene.start().await;
    let first = bob(&scene, "source", &[("id", json!("long"))]).await;
    assert!(first.content.starts_with("**long** · n 1 · page 1 of "), "{first}");
    let pages = leaf_through(&scene, first).await;
    let shown = lines_of(&pages);
    assert_eq!(shown.len(), 10_000);
    assert!(
        shown
            .iter()
            .zip(1..)
            .all(|((number, text), place)| *number == place && *text == format!("n {place}"))
    );
    let last = pages.last().unwrap();
    assert!(last.content.contains(&format!("page {0} of {0}", pages.len())), "{last}");
}

#[tokio::test(flavor = "multi_thread")]
async fn long_lines_are_shown_whole() {
    let mut scene = Scene::quiet().await;
    let lines = [
        "words ".repeat(833),
        "x".repeat(5_000),
        "😀*".repeat(2_500),
        String::new(),
        format!("a {}", "_".repeat(5_000)),
        "the end".to_owned(),
    ];
    scene.write("wide.txt", &lines.join("\n"));
    scene.start().await;
    let pages = leaf_through(&scene, bob(&scene, "source", &[("id", json!("wide"))]).await).await;
    let shown = lines_of(&pages);
    let expected: Vec<(usize, String)> = (1..).zip(lines).collect();
    assert_eq!(shown, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_begins_with_the_wanted_line() {
    let mut scene = Scene::quiet().await;
    let lines: Vec<String> = (1..=300).map(|number| format!("This is line {number}.")).collect();
    scene.write("long.txt", &lines.join("\n"));
    scene.start().await;
    let at = |line: u32| vec![("id", json!("long")), ("line", json!(line))];
    let first = bob(&scene, "source", &at(150)).await;
    assert_eq!(first.content.lines().nth(1), Some("`150` This is line 150."), "{first}");
    let pages = leaf_through(&scene, first).await;
    assert_eq!(lines_of(&pages).last().unwrap().0, 300);
    let mut page = pages.last().unwrap().clone();
    scene.restart().await;
    let mut back = vec![page.clone()];
    while page.button("Previous").is_some() {
        page = scene.press_changes(&scene.bob, scene.general, page.id, "Previous").await;
        back.insert(0, page.clone());
    }
    let numbers: Vec<usize> = lines_of(&back).into_iter().map(|(number, _)| number).collect();
    assert_eq!(numbers, (1..=300).collect::<Vec<usize>>());
    let last = bob(&scene, "source", &at(300)).await;
    assert_eq!(last.content.lines().nth(1), Some("`300` This is line 300."), "{last}");
    let beyond = bob(&scene, "source", &at(301)).await;
    assert_eq!(beyond.content, "Source long has 300 lines, so there is no line 301.");
    let unknown = bob(&scene, "source", &[("id", json!("long.txt.exe"))]).await;
    assert!(unknown.content.starts_with("There is no source “long.txt.exe”."), "{unknown}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_that_became_shorter_or_was_removed_is_still_leafed_through_kindly() {
    let mut scene = Scene::quiet().await;
    let lines: Vec<String> = (1..=300).map(|number| format!("This is line {number}.")).collect();
    scene.write("long.txt", &lines.join("\n"));
    scene.start().await;
    let first = bob(&scene, "source", &[("id", json!("long"))]).await;
    scene.write("long.txt", "Short now.");
    let next = scene.press_changes(&scene.bob, scene.general, first.id, "Next").await;
    assert!(next.content.ends_with("page 1 of 1\n`1` Short now."), "{next}");
    let second = bob(&scene, "source", &[("id", json!("lease"))]).await;
    assert!(second.content.contains("15 years"), "{second}");
    fs::remove_file(scene.corpus().join("lease.md")).unwrap();
    let gone = bob(&scene, "source", &[("id", json!("lease"))]).await;
    assert_eq!(gone.content, "Source lease is not there any more.");
}

#[tokio::test(flavor = "multi_thread")]
async fn sources_lists_what_was_read_with_its_problems_and_what_was_not() {
    let mut scene = Scene::quiet().await;
    scene.write("memo.md", "---\ndate: soon\n---\n# A memo\n\nIt is short.\n");
    scene.write("dated.md", "---\ndate: 2026-01-31\n---\n# Dated\n\nIt is short.\n");
    scene.write("plan.pdf", "A plan");
    scene.write("empty.md", " ");
    scene
        .write("url.md", &format!("---\nurl: ftp://{}\n---\n# Address\n\nIt is short.\n", "x".repeat(4_000)));
    scene.start().await;
    let listed = bob(&scene, "passim sources", &[]).await;
    let has = |text: &str| assert!(listed.content.contains(text), "{text} is not in {listed}");
    has("I have read **5** documents with ");
    has("; the newest <t:");
    has("**canteen** The canteen\n");
    has("**dated** Dated · 31 January 2026\n");
    has(r"**memo** A memo · front matter\: 'soon' is no full date; write it as 2026-01-31");
    has("Not read: plan.pdf: is no PDF, though its name says so");
    has(
        "Languages: English 5. Dates: 31 January 2026 to 31 January 2026, 4 without one. Files that could not be read: 2.",
    );
    has("Not read: empty.md: is empty");
    has("**url** Address · front matter");
}

#[tokio::test(flavor = "multi_thread")]
async fn sources_is_leafed_through_by_whoever_called_even_after_a_restart() {
    let mut scene = Scene::quiet().await;
    for number in 1..=50 {
        let title = "Minutes_of_*the*_meeting ".repeat(3);
        scene.write(
            &format!("minutes{number}x.md"),
            &format!("---\ndate: soon\n---\n# {title}\n\nNobody came.\n"),
        );
    }
    scene.start().await;
    let first = bob(&scene, "passim sources", &[]).await;
    scene.restart().await;
    let pages = leaf_through(&scene, first).await;
    let all: String = pages.iter().map(|page| page.content.as_str()).collect();
    for number in 1..=50 {
        assert_eq!(all.matches(&format!("**minutes{number}x**")).count(), 1, "{number}");
    }
    assert!(scene.carl.sees(scene.general).messages.is_empty());
    let theirs = pages[0].button("Next").unwrap().custom_id.clone().unwrap();
    let refused = scene.forge(&scene.carl, scene.general, pages[0].id, &theirs).await;
    assert!(
        refused.is_ephemeral && refused.content.starts_with("This belongs to somebody else"),
        "{refused}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn why_and_verify_are_about_the_last_answer_here() {
    let mut scene = Scene::new().await;
    for command in ["passim why", "passim verify"] {
        let nothing = bob(&scene, command, &[]).await;
        assert!(nothing.content.starts_with("You have asked nothing here lately"), "{nothing}");
    }
    scene.ask(&scene.bob, scene.general, HOW_LONG).await;
    scene.ask(&scene.carl, scene.general, "How much is lunch?").await;
    scene.ask(&scene.bob, scene.random, "When does the canteen open?").await;
    scene.restart().await;
    let why = bob(&scene, "passim why", &[]).await;
    assert!(why.content.starts_with(&format!("**How the answer to “{HOW_LONG}” was chosen**")), "{why}");
    let verified = bob(&scene, "passim verify", &[]).await;
    assert!(verified.content.starts_with("Source **lease** still says it"), "{verified}");
}

#[tokio::test(flavor = "multi_thread")]
async fn verify_takes_a_receipt_or_a_link() {
    let mut scene = Scene::new().await;
    let mention = scene.ask(&scene.bob, scene.general, HOW_LONG).await;
    let why = bob(&scene, "passim why", &[]).await;
    let asked = scene.bob.invoke(scene.random, "ask", &[("question", json!("How much is lunch?"))]).unwrap();
    let slash = scene.response(&scene.bob, scene.random, asked).await;
    // A press tells, at the latest, which message the answer is.
    scene.restart().await;
    let verify = async |answer: String| {
        invoke(&scene, &scene.carl, "passim verify", &[("answer", json!(answer))]).await
    };
    let link = |host: &str, channel: Id, message: Id| {
        format!("https://{host}/channels/{}/{channel}/{message}", scene.guild)
    };
    for name in [
        receipt_in(&why),
        format!(" {} ", receipt_in(&why)),
        link("discord.com", scene.general, mention.id),
        link("ptb.discord.com", scene.general, mention.id),
    ] {
        let verified = verify(name).await;
        assert!(verified.content.starts_with("Source **lease** still says it"), "{verified}");
    }
    let verified = verify(link("discord.com", scene.random, slash.id)).await;
    assert!(verified.content.starts_with("Source **canteen** still says it"), "{verified}");
    for unknown in [
        "0123456789abcdef".to_owned(),
        "**x** <@1>".to_owned(),
        link("evil.example", scene.general, mention.id),
        link("discord.com", scene.general, scene.general),
        format!("https://discord.com/channels/{}/1/99999999999999999999", scene.guild),
    ] {
        let refused = verify(unknown.clone()).await;
        assert!(refused.content.starts_with("I know no answer under “"), "{refused}");
        assert!(refused.rendered().text.contains(&unknown), "{refused}");
    }
    scene.write("lease.md", &LEASE.replace("15 years", "20 years"));
    let changed = verify(receipt_in(&why)).await;
    assert!(changed.content.contains("has **changed**. It said:\n> The lease"), "{changed}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_verifies_what_somebody_asked_in_private() {
    let scene = Scene::new().await;
    let direct = scene.bob.direct_channel(scene.bot);
    scene.bob.say(direct, HOW_LONG).unwrap();
    let private = scene.says(&scene.bob, direct, "15 years").await;
    let carls = scene.carl.direct_channel(scene.bot);
    let link = format!("https://discord.com/channels/@me/{direct}/{}", private.id);
    for (person, channel, expected) in [
        (&scene.bob, direct, "Source **lease** still says it"),
        (&scene.carl, carls, "I know no answer under"),
    ] {
        let verify = person.invoke(channel, "passim verify", &[("answer", json!(link))]).unwrap();
        let said = scene.response(person, channel, verify).await;
        assert!(said.content.starts_with(expected), "{said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn help_names_commands_that_can_be_clicked() {
    let scene = Scene::new().await;
    let help = bob(&scene, "passim help", &[]).await;
    let drawn = help.rendered().drawn;
    let clickable = drawn.iter().filter_map(|drawn| match drawn {
        Drawn::Mention(mention) => mention.strip_prefix("</")?.split_once(':'),
        _ => None,
    });
    let (names, ids): (Vec<&str>, Vec<&str>) = clickable.unzip();
    let expected =
        ["ask", "search", "source", "passim sources", "passim why", "passim verify", "passim privacy"];
    assert_eq!(names, expected, "{help}");
    assert!(ids.iter().all(|id| id.trim_end_matches('>').parse::<u64>().is_ok()), "{help}");
    // Subcommands have the id of their command, and different commands different ones.
    assert!(ids[3] == ids[4] && ids[0] != ids[1], "{help}");
    assert!(help.content.contains("Ask the sources about this"), "{help}");
}

#[tokio::test(flavor = "multi_thread")]
async fn privacy_says_what_is_stored_and_deletes_it() {
    let scene = Scene::new().await;
    let privacy = bob(&scene, "passim privacy", &[]).await;
    assert!(privacy.content.starts_with("**What I store**\n- Your questions"), "{privacy}");
    assert!(privacy.button("Delete my data").is_some(), "{privacy}");
}
