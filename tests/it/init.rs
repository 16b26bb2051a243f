//! The commands that are run before anything else works.

use std::path::PathBuf;

use crate::program::{Place, Run};

const TOKEN: &str = "MTIzNDU2Nzg5.not-a-real-token.abcdefghijkl";

fn local(place: &Place) -> PathBuf {
    place.folder().join("settings").join("local.toml")
}

fn place() -> Place {
    Place::new("-- 1.txt\nThe gate code is 4711.\n")
}

#[test]
fn config_says_where_each_setting_came_from_and_hides_the_token() {
    let place = place();
    let folder =
        place.settings(&[("local.toml", "[answer]\nthreshold = 0.4\n"), ("synonyms.toml", "same = []")]);
    let config = |arguments: &[&str]| {
        let mut command = place.command(arguments);
        Run::of(command.env("PASSIM_CONFIG_DIR", &folder).env("DISCORD_TOKEN", TOKEN))
    };
    let json = config(&["config", "--json"]).json();
    let origin = |key: &str| {
        let settings = json["settings"].as_array().unwrap();
        let setting = settings.iter().find(|setting| setting["key"] == key).unwrap();
        (setting["value"].as_str().unwrap().to_owned(), setting["origin"].as_str().unwrap().to_owned())
    };
    assert_eq!(origin("answer.threshold"), ("0.4".to_owned(), local(&place).display().to_string()));
    assert_eq!(origin("discord.token"), ("<hidden>".to_owned(), "DISCORD_TOKEN".to_owned()));
    assert_eq!(origin("corpus.path").1, "command line");
    assert_eq!(json["synonyms"], folder.join("synonyms.toml").to_str().unwrap());
    assert!(json["replies"].is_null());
    let table = config(&["config"]);
    assert!(table.out.contains("compiled in") && !table.out.contains(TOKEN), "{}", table.out);
    let column = |key: &str| {
        let line = table.out.lines().find(|line| line.starts_with(key)).unwrap();
        line.find("compiled in").unwrap()
    };
    assert_eq!(column("answer.passages"), column("corpus.max_file_mb"));
}

#[test]
fn config_ends_with_2_where_the_settings_are_wrong() {
    let place = place();
    let folder = place.settings(&[("local.toml", "[answer]\nthreshold = 'high'\n")]);
    Run::of(place.command(&["config"]).env("PASSIM_CONFIG_DIR", folder)).failed(2, "answer.threshold");
}

#[test]
fn completions_come_for_every_shell_whatever_the_settings_are() {
    let place = place();
    let folder = place.settings(&[("local.toml", "nonsense = 1\n")]);
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let mut command = place.command(&["completions", shell]);
        let run = Run::of(command.env("PASSIM_CONFIG_DIR", &folder));
        assert_eq!((run.code, run.err.as_str()), (0, ""), "{shell}");
        assert!(run.out.contains("passim") && run.out.contains("config"), "{shell}");
    }
    place.run(&["completions", "tcsh"]).failed(2, "tcsh");
}
