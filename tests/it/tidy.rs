//! House facts that a machine can see: which module knows which library, and what stands where.

use std::fs;
use std::path::{Path, PathBuf};

use crate::program::repository;

/// Every source file, with its path below `src`.
fn sources() -> Vec<(String, String)> {
    let mut found = Vec::new();
    collect(&repository().join("src"), &mut found);
    assert!(found.len() > 20);
    let src = repository().join("src");
    found
        .into_iter()
        .map(|path| {
            let name = path.strip_prefix(&src).unwrap().to_string_lossy().replace('\\', "/");
            (name, fs::read_to_string(path).unwrap())
        })
        .collect()
}

fn collect(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap().flatten() {
        if entry.path().is_dir() { collect(&entry.path(), found) } else { found.push(entry.path()) }
    }
}

/// The library is named in code of these modules only (a path and all below it).
#[track_caller]
fn only(library: &str, modules: &[&str]) {
    for (name, text) in sources() {
        let is_allowed = modules.iter().any(|module| name.starts_with(module));
        let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
        // In `hessboost::config::` that word is a module of another library.
        let starts_path = |line: &str, at: usize| {
            !line[..at].ends_with(|before: char| before.is_alphanumeric() || matches!(before, '_' | ':'))
        };
        let path = format!("{library}::");
        let uses =
            code.into_iter().any(|line| line.match_indices(&path).any(|(at, _)| starts_path(line, at)));
        assert!(is_allowed || !uses, "src/{name} knows {library}; only {modules:?} may");
    }
}

#[test]
fn only_retrieval_knows_tantivy() {
    only("tantivy", &["retrieval"]);
}

#[test]
fn only_the_watch_knows_notify() {
    only("notify", &["watch.rs"]);
}

#[test]
fn only_the_neural_reader_knows_how_models_are_run() {
    only("rten", &["neural/model.rs"]);
}

#[test]
fn only_the_store_knows_rusqlite() {
    only("rusqlite", &["store"]);
}

#[test]
fn only_the_discord_edge_knows_serenity() {
    only("serenity", &["discord"]);
    only("governor", &["discord"]);
    only("reqwest", &["discord"]);
}

#[test]
fn only_the_edges_know_clap_and_the_terminal() {
    only("clap", &["cli", "main.rs"]);
    only("indicatif", &["cli"]);
    only("anstream", &["cli"]);
}

#[test]
fn only_three_modules_serve_and_the_local_discord_does_not_know_the_bots_library() {
    only("axum", &["local_discord", "operations.rs", "playground"]);
    only("tokio_tungstenite", &["local_discord"]);
    only("futures_util", &["local_discord", "playground"]);
    let commands = ["cli/serve.rs", "cli/local_discord.rs", "cli/playground.rs", "cli/team.rs"];
    only("tokio", &[&["local_discord", "discord", "operations.rs", "playground"], &commands[..]].concat());
    // A crate of its own: the compiler sees to the rest.
    let manifest = fs::read_to_string(repository().join("src/local_discord/Cargo.toml")).unwrap();
    let dependencies = manifest.split("[dependencies]").nth(1).unwrap();
    assert!(!dependencies.contains("serenity") && !dependencies.contains("../"), "{dependencies}");
}

#[test]
fn only_metrics_know_prometheus_and_the_core_knows_no_metrics() {
    only("prometheus", &["metrics"]);
    for (name, text) in sources() {
        let is_core = ["corpus", "words", "retrieval", "answer/", "answer.rs", "answerer"];
        let is_core = is_core.iter().any(|module| name.starts_with(module));
        assert!(!is_core || !text.contains("crate::metrics"), "src/{name} measures");
    }
}

#[test]
fn discord_answers_each_reader_by_what_they_may_read() {
    // Where operators see all, where only counts are shown, or nothing.
    let everything = [
        "discord/bot.rs",
        "discord/admin.rs",
        "discord/documents.rs",
        "discord/observing.rs",
        "discord/renewal.rs",
    ];
    let as_an_operator = ["discord/watching.rs"];
    for (name, text) in sources().iter().filter(|(name, _)| name.starts_with("discord")) {
        let may = |modules: &[&str]| modules.contains(&name.as_str());
        assert!(!text.contains(".everything()") || may(&everything), "src/{name} answers out of everything");
        assert!(!text.contains("is_operator: true") || may(&as_an_operator), "src/{name} makes an operator");
        assert!(
            !text.contains(".for_reader(") || name == "discord/bot.rs",
            "src/{name} makes its own answerer"
        );
        let looks_itself = ["Index::open", "Answerer::new"].iter().any(|way| text.contains(way));
        assert!(!looks_itself, "src/{name} opens an index of its own");
    }
}

#[test]
fn only_settings_know_the_config_crate_and_the_user_folders() {
    // In `cli.rs` that word is the command of the name.
    only("config", &["settings", "cli.rs"]);
    only("dirs", &["settings"]);
}

#[test]
fn the_core_knows_no_clock_no_environment_no_network_and_no_edge() {
    let core = ["corpus", "words", "retrieval", "answer/", "answer.rs"];
    for (name, text) in sources() {
        if !core.iter().any(|module| name.starts_with(module)) {
            continue;
        }
        let code = text.split("#[cfg(test)]").next().unwrap();
        for foreign in [
            "std::env",
            "SystemTime",
            "Instant::now",
            "std::net",
            "tokio",
            "serenity",
            "crate::cli",
            "crate::settings",
            "crate::store",
        ] {
            assert!(!code.contains(foreign), "src/{name} knows {foreign}");
        }
    }
}

#[test]
fn only_tuning_knows_how_models_are_fitted() {
    only("hessboost", &["tune"]);
    only("rayon", &["tune"]);
}

#[test]
fn only_one_module_of_the_core_reads_documents() {
    for (name, text) in sources() {
        let is_core =
            ["corpus", "words", "answer/", "answer.rs"].iter().any(|module| name.starts_with(module));
        let code = text.split("#[cfg(test)]").next().unwrap();
        // It is there for tests only, and writes what they read.
        let is_core = is_core && name != "answer/samples.rs";
        let is_reading = name == "corpus/read.rs" || name.starts_with("corpus/read/");
        assert!(!is_core || is_reading || !code.contains("fs::"), "src/{name} opens files");
    }
}

#[test]
fn the_architecture_names_every_module_and_is_short() {
    let page = fs::read_to_string(repository().join("ARCHITECTURE.md")).unwrap();
    let words = page.split_whitespace().count();
    assert!(words < 1_000, "ARCHITECTURE.md has {words} words");
    for entry in fs::read_dir(repository().join("src")).unwrap().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let module = name.trim_end_matches(".rs");
        assert!(page.contains(module), "ARCHITECTURE.md does not name {module}");
    }
}
