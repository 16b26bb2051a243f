//! Settings as the program sees them; each rule has its own test beside the code.

use std::fs;

use crate::program::{Place, Run};

#[test]
fn an_unknown_key_ends_with_2_and_names_file_and_key() {
    let place = Place::new("-- 1.txt\nText.\n");
    let file = place.folder().join("mine.toml");
    fs::write(&file, "[corpus]\npaht = \"x\"\n").unwrap();
    let run = place.run(&["--config", file.to_str().unwrap(), "sources"]);
    run.failed(2, "mine.toml");
    assert!(run.err.contains("corpus.paht") && run.err.contains("corpus.path"), "{}", run.err);
}

#[test]
fn a_token_is_never_printed() {
    let place = Place::new("-- 1.txt\nText.\n");
    let token = "MTIzNDU2Nzg5.not-a-real-token.abcdefghijkl";
    for level in ["trace", "nonsense=level=x"] {
        let mut command = place.command(&["sources"]);
        let run = Run::of(command.env("DISCORD_TOKEN", token).env("PASSIM_LOG__FILTER", level));
        assert!(!run.out.contains(token) && !run.err.contains(token), "{run:?}");
    }
}

#[test]
fn replies_and_synonyms_of_the_configuration_folder_win_and_are_checked() {
    let place = Place::new("-- 1.txt\nThe gate code is 4711.\n");
    let folder = place.folder().join("settings");
    fs::create_dir(&folder).unwrap();
    let shipped = include_str!("../../config/replies.toml");
    fs::write(folder.join("replies.toml"), shipped.replace(", per {{", " -- see {{")).unwrap();
    fs::write(folder.join("synonyms.toml"), "same = [['gate', 'door']]").unwrap();
    let ask = |question: &str| Run::of(place.command(&["ask", question]).env("PASSIM_CONFIG_DIR", &folder));
    assert!(ask("What is the door code?").out.starts_with("The gate code is 4711 -- see source 1"));
    fs::write(folder.join("replies.toml"), "[reply]").unwrap();
    ask("What is the door code?").failed(2, "replies.toml");
    fs::write(folder.join("replies.toml"), shipped).unwrap();
    fs::write(folder.join("replies.de.toml"), "[reply]").unwrap();
    ask("What is the door code?").failed(2, "replies.de.toml");
}

#[test]
fn a_place_links_to_the_address_of_the_settings() {
    let place = Place::new("-- a b.txt\n\nThe gate code is 4711.\n");
    let mut command = place.command(&["ask", "--json", "What is the gate code?"]);
    let run = Run::of(command.env("PASSIM_SOURCES__LINK", "https://git.example.org/{path}#L{line}"));
    assert_eq!(run.json()["citations"][0]["url"], "https://git.example.org/a%20b.txt#L2");
}
