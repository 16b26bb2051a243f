//! `/passim-admin add` and `/passim-admin remove`: documents come in from Discord, and go out.

use std::fs;
use std::time::{Duration, Instant};

use passim::discord::registration;
use passim::local_discord::permissions::MANAGE_GUILD;
use passim::local_discord::{Id, Person, Shown};
use passim::settings::{self, UserFolders};
use passim::store::{By, GuildId, Store, UserId};
use serde_json::{Value, json};

use super::scene::{SOON, Scene, TOKEN};

const ADD_FILES: &str = "add_files = true\n";
const GARAGE: &str = "# The garage\n\nThe garage holds 12 cars.\n";
const CARS: &str = "How many cars does the garage hold?";
const NEW_LEASE: &str = "# The lease\n\nThe lease of the office in Ghent runs for 20 years.\n";

async fn scene() -> Scene {
    Scene::with_settings(ADD_FILES).await
}

/// Attaches a file to the command, which ends in a response of its own.
async fn add(scene: &Scene, name: &str, bytes: &[u8], replace: bool) -> Shown {
    let file = scene.ann.attach(name, bytes).unwrap();
    invoke_add(scene, file, replace).await
}

async fn invoke_add(scene: &Scene, file: Id, replace: bool) -> Shown {
    let options = [("file", json!(file.to_string())), ("replace", json!(replace))];
    let wished = scene.ann.invoke(scene.general, "passim-admin add", &options).unwrap();
    ended(scene, &scene.ann, wished).await
}

async fn remove(scene: &Scene, source: &str) -> Shown {
    let options = [("source", json!(source))];
    let wished = scene.ann.invoke(scene.general, "passim-admin remove", &options).unwrap();
    ended(scene, &scene.ann, wished).await
}

/// The response as it is once nothing more comes.
async fn ended(scene: &Scene, person: &Person, wished: Id) -> Shown {
    let is_ended = |shown: &Shown| {
        let is_under_way =
            ["Reading the documents", "files read.", "files are read; writing", "Ich lese die"];
        shown.id > wished
            && shown.is_ephemeral
            && !shown.is_thinking
            && !is_under_way.iter().any(|text| shown.content.contains(text))
    };
    person.finds(scene.general, SOON, "the end of a command", is_ended).await.unwrap()
}

/// Says no, and leaves the corpus as it was.
async fn refuses(scene: &Scene, name: &str, bytes: &[u8], replace: bool, text: &str) {
    let before = tree(scene);
    let refused = add(scene, name, bytes, replace).await;
    assert!(refused.content.contains(text), "{text}: {refused}");
    assert_eq!(tree(scene), before, "{refused}");
}

/// The paths of all files and folders in the corpus, hidden or not.
fn tree(scene: &Scene) -> Vec<String> {
    let corpus = scene.corpus();
    let mut folders = vec![corpus.clone()];
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap().flatten() {
            if entry.path().is_dir() {
                folders.push(entry.path());
            }
            found.push(entry.path().strip_prefix(&corpus).unwrap().to_string_lossy().into_owned());
        }
    }
    found.sort();
    found
}

fn trashed(scene: &Scene) -> Vec<String> {
    tree(scene).into_iter().filter(|path| path.starts_with("trash/") && path.ends_with(".md")).collect()
}

/// The audit log once it has so many entries: what Discord is told does not wait for it.
async fn audit_of(scene: &Scene, entries: usize) -> Vec<(String, String)> {
    let begun = Instant::now();
    loop {
        let audit = audit(scene);
        if audit.len() >= entries || begun.elapsed() > SOON {
            return audit;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// What the audit log says, newest first.
fn audit(scene: &Scene) -> Vec<(String, String)> {
    let deeds = Store::open(&scene.data(), SOON).unwrap().audit_log(Some(GuildId(scene.guild)), 20).unwrap();
    assert!(deeds.iter().all(|deed| deed.by == By::User(UserId(scene.ann.id()))));
    deeds.into_iter().map(|deed| (deed.what, deed.details)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_that_is_attached_is_answered_from_and_the_report_follows() {
    let scene = scene().await;
    let added = add(&scene, "garage.md", GARAGE.as_bytes(), false).await;
    assert!(
        added
            .content
            .starts_with("**Added** source **inbox/garage** · The garage: 1 passage, as inbox/garage.md."),
        "{added}"
    );
    assert!(
        added.content.contains("**Done** in ") && added.content.contains("Added 1: inbox/garage.md"),
        "{added}"
    );
    let direct = scene.ann.direct_channel(scene.bot);
    let is_same = |told: &Shown| told.content == added.content;
    scene.ann.finds(direct, SOON, "the report by direct message", is_same).await.unwrap();
    let answer = scene.ask(&scene.bob, scene.general, CARS).await;
    assert!(answer.content.contains("**12 cars**, per source **inbox/garage**"), "{answer}");
    assert_eq!(tree(&scene), ["canteen.md", "inbox", "inbox/garage.md", "lease.md"]);
    let deeds = audit_of(&scene, 2).await;
    assert_eq!(deeds[0], ("reindex".to_owned(), "1 added, 0 changed, 0 removed, 0 refused".to_owned()));
    assert_eq!(deeds[1].0, "add");
    assert!(deeds[1].1.starts_with("inbox/garage.md, 40 bytes, sha256 "), "{deeds:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_bytes_are_refused_always_and_the_same_id_unless_it_is_replaced() {
    let scene = scene().await;
    let lease = fs::read(scene.corpus().join("lease.md")).unwrap();
    for replace in [false, true] {
        refuses(&scene, "other.md", &lease, replace, "source **lease** (lease.md) is this very file").await;
    }
    let new = format!("---\nid: lease\n---\n{NEW_LEASE}");
    refuses(&scene, "new.md", new.as_bytes(), false, "source **lease** (lease.md) has this id already").await;
    let replaced = add(&scene, "new.md", new.as_bytes(), true).await;
    let [kept] = &trashed(&scene)[..] else { panic!("{:?}", tree(&scene)) };
    assert!(replaced.content.contains("as lease.md. The version before it lies in trash/"), "{replaced}");
    assert!(kept.ends_with("Z-lease.md") && replaced.content.contains("Changed 1: lease.md"), "{replaced}");
    assert_eq!(fs::read(scene.corpus().join(kept)).unwrap(), lease);
    let answer = scene.ask(&scene.bob, scene.general, "How long does the lease run?").await;
    assert!(answer.content.contains("20 years") && !answer.content.contains("15 years"), "{answer}");
    let deeds = audit_of(&scene, 3).await;
    assert!(deeds[1].1.ends_with(&format!("the version before is {kept}")), "{deeds:?}");
    assert!(deeds[2].1.starts_with("new.md, refused: cannot add the file: source lease"), "{deeds:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_name_is_refused_unless_it_is_replaced() {
    let scene = scene().await;
    scene.write("inbox/garage.md", &format!("---\nid: old\n---\n{GARAGE}"));
    scene.read_again().await;
    refuses(&scene, "garage.md", GARAGE.as_bytes(), false, "inbox/garage.md is there already").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_too_large_or_cannot_be_read_is_refused_with_the_reason() {
    let mut scene = Scene::quiet().await;
    scene.add_settings(&format!("{ADD_FILES}[corpus]\nmax_file_mb = 1\n"));
    scene.start().await;
    let large = "word ".repeat(300_000);
    refuses(&scene, "large.md", large.as_bytes(), false, "large.md has 2 MB, and at most 1 MB are read")
        .await;
    refuses(&scene, "setup.exe", b"MZ", false, "inbox/setup.exe is a .exe file").await;
    refuses(&scene, "fake.md", b"\x00\x01\x02", false, "inbox/fake.md is a binary file").await;
    refuses(&scene, "empty.md", b"  \n", false, "inbox/empty.md is empty").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_not_as_discord_announced_it_is_refused() {
    let scene = scene().await;
    for size in [5, 5_000] {
        let file = scene.ann.attach("garage.md", GARAGE.as_bytes()).unwrap();
        scene.discord.announce_size(file, size);
        let refused = invoke_add(&scene, file, false).await;
        let text = format!("Not added: Discord announced {size} bytes and sent others.");
        assert!(refused.content.starts_with(&text), "{refused}");
    }
    assert_eq!(tree(&scene), ["canteen.md", "lease.md"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_lies_elsewhere_is_not_fetched() {
    let scene = scene().await;
    let server = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    server.set_nonblocking(true).unwrap();
    let elsewhere = format!("http://{}/garage.md", server.local_addr().unwrap());
    for address in [&elsewhere, "https://cdn.discordapp.com.example.org/garage.md", "file:///etc/passwd"] {
        let file = scene.ann.attach("garage.md", GARAGE.as_bytes()).unwrap();
        scene.discord.announce_address(file, address);
        let refused = invoke_add(&scene, file, false).await;
        assert!(refused.content.contains("and I fetch files from Discord only."), "{refused}");
    }
    assert!(server.accept().is_err(), "somebody came");
    let file = scene.ann.attach("garage.md", GARAGE.as_bytes()).unwrap();
    scene.discord.announce_address(file, &format!("{}/ephemeral-attachments/1/2/x", scene.discord.origin()));
    let refused = invoke_add(&scene, file, false).await;
    assert!(refused.content.contains("Discord answered 404 Not Found"), "{refused}");
    assert_eq!(tree(&scene), ["canteen.md", "lease.md"]);
    let (what, details) = &audit_of(&scene, 4).await[3];
    assert_eq!(what, "add");
    assert_eq!(details, "garage.md, refused: it lies on '127.0.0.1', which is not Discord's");
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_names_become_plain_ones_in_the_inbox() {
    let scene = scene().await;
    let long = format!("{}.md", "ö".repeat(300));
    let cut = format!("{}.md", "ö".repeat(58));
    let cases = [
        ("../../etc/passwd", "passwd"),
        ("CON.md", "_CON.md"),
        (".hidden.md", "hidden.md"),
        ("lease\u{202e}dm.md", "leasedm.md"),
        ("<@1> **x**.MD", "1 x.md"),
        (&long, &cut),
    ];
    for (number, (name, kept)) in cases.iter().enumerate() {
        let text = format!("# Shelf {number}\n\nShelf {number} holds {number}4 boxes.\n");
        let added = add(&scene, name, text.as_bytes(), false).await;
        assert!(added.content.starts_with("**Added** source "), "{name}: {added}");
        assert_eq!(fs::read_to_string(scene.corpus().join("inbox").join(kept)).unwrap(), text, "{name}");
    }
    assert_eq!(fs::read_dir(scene.corpus().join("inbox")).unwrap().count(), cases.len());
    for name in ["...", "", "\u{202e}", "***.md"] {
        refuses(&scene, name, GARAGE.as_bytes(), false, "A file cannot be called").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_operators_may_and_others_hear_what_would_make_them_one() {
    let scene = scene().await;
    let crew = scene.discord.role(scene.guild, "crew", MANAGE_GUILD, false);
    scene.discord.give_role(scene.guild, crew, scene.carl.id());
    let file = scene.carl.attach("garage.md", GARAGE.as_bytes()).unwrap();
    let wishes: [(&str, (&str, Value)); 2] = [
        ("passim-admin add", ("file", json!(file.to_string()))),
        ("passim-admin remove", ("source", json!("lease"))),
    ];
    for (command, option) in wishes {
        let wished = scene.carl.invoke(scene.general, command, &[option]).unwrap();
        let refused = ended(&scene, &scene.carl, wished).await;
        assert!(refused.content.contains("`discord.operators`"), "{refused}");
    }
    assert!(scene.bob.invoke(scene.general, "passim-admin remove", &[("source", json!("lease"))]).is_err());
    let direct = scene.ann.direct_channel(scene.bot);
    assert!(scene.ann.invoke(direct, "passim-admin remove", &[("source", json!("lease"))]).is_err());
    assert_eq!(tree(&scene), ["canteen.md", "lease.md"]);
    assert!(audit(&scene).is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn where_it_is_not_switched_on_it_is_neither_offered_nor_done() {
    let scene = Scene::new().await;
    let file = scene.ann.attach("garage.md", GARAGE.as_bytes()).unwrap();
    let wishes: [(&str, (&str, Value)); 2] = [
        ("passim-admin add", ("file", json!(file.to_string()))),
        ("passim-admin remove", ("source", json!("lease"))),
    ];
    for (command, option) in wishes.clone() {
        let error = scene.ann.invoke(scene.general, command, &[option]).unwrap_err().to_string();
        assert!(error.contains("it has no subcommand"), "{error}");
    }
    register_all(&scene).await;
    for (command, option) in wishes {
        let wished = scene.ann.invoke(scene.general, command, &[option]).unwrap();
        let refused = ended(&scene, &scene.ann, wished).await;
        assert!(refused.content.contains("This command is from another version"), "{refused}");
    }
    assert_eq!(tree(&scene), ["canteen.md", "lease.md"]);
}

/// Registers the commands as a bot does where it is switched on.
async fn register_all(scene: &Scene) {
    let variables = [("DISCORD_TOKEN", TOKEN.to_owned()), ("PASSIM_DISCORD__PROXY", scene.discord.origin())];
    let environment = variables.map(|(name, value)| (name.into(), value.into()));
    let mut settings = settings::load(&settings::Sources {
        current_dir: scene.folder.path(),
        user: UserFolders::default(),
        environment: &environment,
        config_files: &[],
        corpus: None,
        data: None,
    })
    .unwrap();
    settings.discord.add_files = true;
    let http = passim::discord::serve::http(&settings).unwrap();
    registration::application(&http).await.unwrap();
    assert!(registration::register(&http, &settings.discord).await.unwrap().is_new);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_removed_source_is_answered_from_no_more_and_comes_back_out_of_the_trash() {
    let scene = scene().await;
    let typed =
        scene.ann.autocomplete(scene.general, "passim-admin remove", &[("source", json!("can"))], "source");
    let choices = scene.ann.gets_choices(typed.unwrap(), SOON).await.unwrap();
    assert_eq!(choices[0].value, json!("canteen"));
    let removed = remove(&scene, "canteen").await;
    let [kept] = &trashed(&scene)[..] else { panic!("{:?}", tree(&scene)) };
    assert!(
        removed
            .content
            .starts_with("**Removed** source **canteen** · The canteen: canteen.md lies in trash/"),
        "{removed}"
    );
    assert!(removed.content.contains("move it back there and use </reindex:"), "{removed}");
    assert!(removed.content.contains("Removed 1: canteen.md"), "{removed}");
    let answer = scene.ask(&scene.bob, scene.general, "How much is lunch?").await;
    assert!(!answer.content.contains("6 euros"), "{answer}");
    assert_eq!(audit_of(&scene, 2).await[1], ("remove".to_owned(), format!("canteen.md is {kept}")));
    fs::rename(scene.corpus().join(kept), scene.corpus().join("canteen.md")).unwrap();
    scene.read_again().await;
    let answer = scene.ask(&scene.bob, scene.general, "How much is lunch?").await;
    assert!(answer.content.contains("6 euros"), "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_source_an_unknown_one_and_a_trash_of_the_corpus_itself_stay() {
    let scene = scene().await;
    let unknown = remove(&scene, "nothing").await;
    assert!(unknown.content.contains("nothing"), "{unknown}");
    scene.write("trash/old.md", "# Old\n\nThe old rate was 3 euros.\n");
    let before = tree(&scene);
    let refused = remove(&scene, "The canteen").await;
    assert!(refused.content.contains("have a folder trash of their own"), "{refused}");
    assert_eq!(tree(&scene), before);
    fs::remove_dir_all(scene.corpus().join("trash")).unwrap();
    remove(&scene, "The canteen").await;
    let refused = remove(&scene, "lease").await;
    assert!(refused.content.starts_with("lease.md is the last source"), "{refused}");
    let answer = scene.ask(&scene.bob, scene.general, "How long does the lease run?").await;
    assert!(answer.content.contains("15 years"), "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_while_documents_are_read_elsewhere_is_in_place_and_read_by_the_next_run() {
    let scene = scene().await;
    let index = passim::retrieval::folder_of(&scene.corpus(), &scene.data());
    let lock = fs::OpenOptions::new().write(true).open(index.join("LOCK")).unwrap();
    lock.try_lock().unwrap();
    let added = add(&scene, "garage.md", GARAGE.as_bytes(), false).await;
    assert!(added.content.starts_with("**Added** source **inbox/garage**"), "{added}");
    assert!(added.content.contains("Another process reads the documents at the moment"), "{added}");
    assert!(added.content.contains("the next </reindex:"), "{added}");
    drop(lock);
    scene.read_again().await;
    let answer = scene.ask(&scene.bob, scene.general, CARS).await;
    assert!(answer.content.contains("12 cars"), "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_files_that_come_at_once_each_is_in_its_place() {
    let scene = scene().await;
    let wished: Vec<Id> = (0..4)
        .map(|number| {
            let text = format!("# Shelf {number}\n\nShelf {number} holds {number}4 boxes.\n");
            let file = scene.ann.attach(&format!("shelf-{number}.md"), text.as_bytes()).unwrap();
            let options = [("file", json!(file.to_string()))];
            scene.ann.invoke(scene.general, "passim-admin add", &options).unwrap()
        })
        .collect();
    let all_told = |screen: &passim::local_discord::Screen| {
        let is_told = |shown: &&Shown| {
            let is_done =
                ["**Done** in", "the next </reindex:"].iter().any(|text| shown.content.contains(text));
            shown.id > wished[0] && shown.content.starts_with("**Added**") && is_done
        };
        screen.messages.iter().filter(is_told).count() == wished.len()
    };
    scene.ann.sees_when(scene.general, SOON, "four reports", all_told).await.unwrap();
    let inbox: Vec<String> = tree(&scene).into_iter().filter(|path| path.starts_with("inbox/")).collect();
    assert_eq!(inbox, (0..4).map(|number| format!("inbox/shelf-{number}.md")).collect::<Vec<String>>());
    scene.read_again().await;
    for number in 1..4 {
        let question = format!("How many boxes does shelf {number} hold?");
        let answer = scene.ask(&scene.bob, scene.general, &question).await;
        assert!(answer.content.contains(&format!("{number}4 boxes")), "{answer}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_speaks_german_is_told_in_german() {
    let scene = scene().await;
    scene.ann.speaks("de");
    let added = add(&scene, "garage.md", GARAGE.as_bytes(), false).await;
    assert!(
        added.content.starts_with("**Hinzugefügt**: Quelle **inbox/garage** · The garage, 1 Passage"),
        "{added}"
    );
    refuses(&scene, "again.md", GARAGE.as_bytes(), true, "ist genau diese Datei, Byte für Byte").await;
    let removed = remove(&scene, "inbox/garage").await;
    assert!(removed.content.starts_with("**Entfernt**: Quelle **inbox/garage**"), "{removed}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_attaches_the_file_of_somebody_else_or_one_that_discord_does_not_take() {
    let scene = scene().await;
    let file = scene.carl.attach("garage.md", GARAGE.as_bytes()).unwrap();
    let options = [("file", json!(file.to_string()))];
    let error = scene.ann.invoke(scene.general, "passim-admin add", &options).unwrap_err().to_string();
    assert!(error.contains("they have attached no file"), "{error}");
    let error = scene.ann.invoke(scene.general, "passim-admin add", &[]).unwrap_err().to_string();
    assert!(error.contains("is required"), "{error}");
    assert!(scene.ann.attach("large.md", &vec![b'a'; (10 << 20) + 1]).is_err());
}
