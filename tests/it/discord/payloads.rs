//! Whatever the gateway delivers: real events that changed on their way, values of options and custom ids that nobody
//! could choose, and frames that are none. The bot goes on.

use passim::local_discord::Id;
use serde_json::{Value, json};

use crate::burst::{Ending, LIMIT, PEOPLE, Pace, QUESTIONS, Scene, Surface, ask, burst};
use crate::generator::Random;

/// So often each event of the template is changed.
const CHANGES: usize = 12;
/// What takes the place of something.
const OTHERS: [&str; 14] = [
    "null",
    "0",
    "-1",
    "1e300",
    "true",
    "\"\"",
    "\"x\"",
    "[]",
    "{}",
    "[[]]",
    "{\"id\": \"1\"}",
    "\"999999999999999999999999\"",
    "\"\\u0000\\u202e@everyone\"",
    "18446744073709551615",
];

/// The value with one thing in it changed: left out, or something else in its place.
fn changed(value: &Value, random: &mut Random) -> Value {
    let paths = paths(value);
    let path = &paths[random.below(paths.len() as u64) as usize];
    let (mut value, other) = (value.clone(), serde_json::from_str(random.pick(&OTHERS)).unwrap());
    let parent = path.rsplit_once('/').map_or("", |(parent, _)| parent);
    let name = path.rsplit('/').next().unwrap_or_default();
    match value.pointer_mut(parent) {
        Some(Value::Object(fields)) if random.one_in(3) => drop(fields.remove(name)),
        Some(Value::Array(list)) if random.one_in(3) => list.clear(),
        _ => *value.pointer_mut(path).unwrap() = other,
    }
    value
}

/// Where something stands, as JSON pointers.
fn paths(value: &Value) -> Vec<String> {
    let inside: Vec<(String, &Value)> = match value {
        Value::Object(fields) => {
            fields.iter().map(|(name, value)| (name.replace('~', "~0").replace('/', "~1"), value)).collect()
        }
        Value::Array(list) => {
            list.iter().enumerate().map(|(place, value)| (place.to_string(), value)).collect()
        }
        _ => Vec::new(),
    };
    let mut all = Vec::new();
    for (name, value) in inside {
        all.push(format!("/{name}"));
        all.extend(paths(value).into_iter().map(|path| format!("/{name}{path}")));
    }
    all
}

/// One mention is answered, once.
async fn is_well(scene: &Scene, turn: usize) {
    let (person, channel) = (&scene.people[turn % PEOPLE], scene.channels[turn % 20]);
    let asked = ask(scene, Surface::Mention, person, channel, QUESTIONS[0], None).await.unwrap();
    let answers = scene.discord.answers_when(asked.id, LIMIT).await;
    assert_eq!(answers.len(), 1, "{}", scene.errors().unwrap());
}

/// Ids that were not used yet, as Discord gives them: a message of an id that is known is nothing new.
fn with_new_id(event: &mut Value, id: Id) {
    if event.get("id").is_some_and(Value::is_string) {
        event["id"] = json!(id.to_string());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_the_gateway_delivers_the_bot_neither_panics_nor_stops() {
    let folder = tempfile::tempdir().unwrap();
    let mut scene = Scene::start(folder.path()).await.unwrap();
    // However long a busy machine takes, nobody is too late.
    scene.discord.stop_the_clock();
    // One event of each kind: messages, commands, buttons, forms, menus.
    burst(&scene, 1, Pace::AllAtOnce).await.unwrap();
    let typed =
        scene.people[0].autocomplete(scene.channels[0], "source", &[("id", json!("0"))], "id").unwrap();
    scene.people[0].gets_choices(typed, LIMIT).await.unwrap();
    let mut events = scene.discord.events();
    events.retain(|event| event["t"] != "READY" && event["t"] != "RESUMED");
    let step = (events.len() / 60).max(1);
    let random = &mut Random::stream(3, 0);
    let mut delivered = 0;
    for (number, event) in events.iter().step_by(step).enumerate() {
        for change in 0..CHANGES {
            let mut payload = changed(&event["d"], random);
            with_new_id(&mut payload, 1_500_000_000_000_000_000 + (number * CHANGES + change) as Id);
            scene.discord.deliver(event["t"].as_str().unwrap(), &payload);
            delivered += 1;
        }
        if number % 20 == 0 {
            is_well(&scene, number).await;
        }
    }
    assert!(delivered > 300, "only {delivered} events");
    for name in ["MESSAGE_CREATE", "INTERACTION_CREATE", "GUILD_CREATE", "NOBODY_KNOWS_THIS", ""] {
        OTHERS.iter().for_each(|other| scene.discord.deliver(name, &serde_json::from_str(other).unwrap()));
    }
    is_well(&scene, 1).await;
    for frame in [
        json!({}),
        json!([]),
        json!({ "op": 99, "d": null }),
        json!({ "op": "0" }),
        json!({ "op": 0 }),
        json!(null),
    ] {
        scene.discord.deliver_frame(frame);
    }
    is_well(&scene, 2).await;
    assert!(scene.discord.pinged_anybody().is_empty());
    scene.tell_to_end(Ending::Asked).unwrap();
    scene.is_gone().await.unwrap();
    let errors = scene.errors().unwrap();
    assert!(!errors.contains("panicked"), "{errors}");
}

#[tokio::test(flavor = "multi_thread")]
async fn values_of_options_and_custom_ids_that_nobody_could_choose_are_answered() {
    let folder = tempfile::tempdir().unwrap();
    let scene = Scene::start(folder.path()).await.unwrap();
    scene.discord.stop_the_clock();
    let (ann, channel) = (&scene.people[0], scene.channels[0]);
    let mut bad = crate::generator::bad_questions(5);
    let answer = ask(&scene, Surface::Mention, ann, channel, QUESTIONS[0], None).await.unwrap();
    let answer = scene.discord.answers_when(answer.id, LIMIT).await.remove(0);
    let own = answer.buttons[0].custom_id.clone().unwrap();
    let mut asked = Vec::new();
    for number in 0..40 {
        // As long as Discord lets a value be.
        let longest = if number % 4 == 0 { 1_900 } else { 90 };
        let text: String = bad.next().unwrap().chars().filter(|c| *c != '\0').take(longest).collect();
        let text = if text.trim().is_empty() { "?".to_owned() } else { text };
        let (command, option) =
            [("ask", "question"), ("search", "query"), ("source", "id"), ("ask", "source")][number % 4];
        let mut options = vec![(option, json!(text))];
        if option == "source" {
            options.push(("question", json!(QUESTIONS[0])));
        }
        asked.push(ann.invoke(channel, command, &options).unwrap());
        let custom_id: String =
            format!("{}{text}", &own[..own.len() * (number % 3) / 2]).chars().take(100).collect();
        asked.push(ann.press_forged(answer.id, &custom_id).unwrap());
    }
    for id in asked {
        let answers = scene.discord.answers_when(id, LIMIT).await;
        assert!(!answers.is_empty(), "{id} is not answered: {}", scene.errors().unwrap());
    }
    assert!(!scene.errors().unwrap().contains("panicked"));
    assert!(scene.discord.pinged_anybody().is_empty());
}
