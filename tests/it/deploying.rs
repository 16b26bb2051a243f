//! What stands in `deploy/` and in the pages for people is what the program takes: variables, settings, command lines.

use std::collections::BTreeSet;
use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::thread::{self, JoinHandle};

use clap::Parser;
use clap::error::ErrorKind;
use passim::cli::Arguments;
use regex::Regex;
use serde_json::Value;

use crate::program::{Place, Run, repository};

fn read(path: &str) -> String {
    fs::read_to_string(repository().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Everything in `deploy/` and the README, with its path.
fn texts() -> Vec<(String, String)> {
    let mut found = vec!["README.md".to_owned()];
    collect(&repository().join("deploy"), &mut found);
    assert!(found.len() > 10);
    found.into_iter().map(|path| (path.clone(), read(&path))).collect()
}

fn collect(folder: &Path, found: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, found);
        } else if entry.file_name() != ".env" && path.extension().is_none_or(|kind| kind != "png") {
            found.push(path.strip_prefix(repository()).unwrap().to_string_lossy().into_owned());
        }
    }
}

/// Every key that there is, as `corpus.path`.
fn keys() -> BTreeSet<String> {
    let defaults: toml::Table = read("config/default.toml").parse().unwrap();
    let mut keys = BTreeSet::new();
    for (name, value) in defaults {
        match value {
            toml::Value::Table(table) => keys.extend(table.keys().map(|key| format!("{name}.{key}"))),
            _ => drop(keys.insert(name)),
        }
    }
    keys
}

#[test]
fn every_variable_is_one_that_settings_accept() {
    let mut known: BTreeSet<String> = BTreeSet::from(["PASSIM_CONFIG_DIR".to_owned()]);
    known.extend(keys().iter().map(|key| format!("PASSIM_{}", key.to_uppercase().replace('.', "__"))));
    // What Kubernetes would inject, and what is refused therefore.
    known.insert("PASSIM_PORT".to_owned());
    let variable = Regex::new(r"PASSIM_[A-Z_]+").unwrap();
    let mut seen = 0;
    for (path, text) in texts() {
        for name in variable.find_iter(&text).map(|found| found.as_str()).filter(|name| *name != "PASSIM_") {
            assert!(known.contains(name), "{path} names {name}, which no setting has");
            seen += 1;
        }
    }
    assert!(seen > 10);
}

#[test]
fn every_setting_that_is_named_is_there() {
    let keys = keys();
    let tables: BTreeSet<&str> = keys.iter().filter_map(|key| key.split('.').next()).collect();
    let named = Regex::new(r"`([a-z]+)\.([a-z_]+)( = [^`]*)?`").unwrap();
    let files = ["toml", "md", "yaml", "json", "example", "service", "env", "db", "key", "onnx"];
    let mut seen = 0;
    for (path, text) in texts() {
        for found in named.captures_iter(&text).filter(|found| tables.contains(&found[1])) {
            let key = format!("{}.{}", &found[1], &found[2]);
            if !files.contains(&&found[2]) {
                assert!(keys.contains(&key), "{path} names `{key}`, which is no setting");
                seen += 1;
            }
        }
    }
    assert!(seen > 10);
}

/// Whether the program takes these arguments, where a placeholder may stand for a value, and a name alone for a command.
#[track_caller]
fn takes(place: &str, arguments: &[&str]) {
    let Err(error) = Arguments::try_parse_from([&["passim"], arguments].concat()) else { return };
    let is_placeholder = matches!(
        error.kind(),
        ErrorKind::ValueValidation
            | ErrorKind::InvalidValue
            | ErrorKind::DisplayVersion
            | ErrorKind::DisplayHelp
    );
    let is_name = arguments[1..].iter().all(|argument| argument.starts_with("--"))
        && error.kind() == ErrorKind::MissingRequiredArgument;
    assert!(is_placeholder || is_name, "{place}: passim does not take {arguments:?}: {error}");
}

/// The command lines of the program in a line that somebody would type.
fn command_lines(line: &str) -> Vec<Vec<&str>> {
    const PROGRAMS: [&str; 4] =
        ["passim", "/usr/bin/passim", "/usr/local/bin/passim", "target/release/passim"];
    let words: Vec<&str> = line.split_whitespace().collect();
    let mut found = Vec::new();
    for (at, word) in words.iter().enumerate() {
        // `--tag passim` names something else.
        let is_value = at > 0 && words[at - 1].starts_with('-') && words[at - 1] != "--";
        let rest = &words[at + 1..];
        let end = rest.iter().position(|word| ["|", ">", "&&", "#", "2>&1", "&"].contains(word));
        let rest = &rest[..end.unwrap_or(rest.len())];
        let is_command = rest.first().is_some_and(|first| {
            let is_option = ["--config", "--corpus", "--data"].contains(first);
            (first.starts_with(|c: char| c.is_ascii_lowercase()) && *first != "passim") || is_option
        });
        if PROGRAMS.contains(word) && !is_value && is_command {
            found.push(rest.to_vec());
        }
    }
    found
}

#[test]
fn every_command_line_on_a_page_is_one_that_the_program_takes() {
    let inline = Regex::new(r"`(passim [^`]+)`").unwrap();
    let mut seen = 0;
    for (path, text) in texts().into_iter().filter(|(path, _)| path.ends_with(".md")) {
        let mut lines: Vec<String> = inline.captures_iter(&text).map(|found| found[1].to_owned()).collect();
        let blocks = text.split("\n```").skip(1).step_by(2);
        lines
            .extend(blocks.filter(|block| block.starts_with("sh\n")).flat_map(str::lines).map(str::to_owned));
        for line in lines {
            // What is optional is taken as well.
            let line = line.replace(['[', ']', '…', ';'], "");
            for arguments in command_lines(&line) {
                takes(&format!("{path}: {line}"), &arguments);
                seen += 1;
            }
        }
    }
    assert!(seen > 40, "{seen}");
}

/// The instructions of the Dockerfile, continued lines joined.
fn instructions() -> Vec<(String, String)> {
    let text = read("deploy/Dockerfile");
    let lines = text.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    let joined = lines.collect::<Vec<_>>().join("\n").replace("\\\n", " ");
    let split = |line: &str| {
        let (name, rest) = line.split_once(' ').unwrap();
        (name.to_owned(), rest.trim().to_owned())
    };
    joined.lines().map(split).collect()
}

/// What the final stage of the image says last of something.
fn of_image(name: &str) -> String {
    let all = instructions();
    let last_from = all.iter().rposition(|(name, _)| name == "FROM").unwrap();
    let found = all[last_from..].iter().rev().find(|(found, _)| found == name);
    found.unwrap_or_else(|| panic!("no {name} in the final stage")).1.clone()
}

fn words_of(json: &str) -> Vec<String> {
    serde_json::from_str(json).unwrap_or_else(|error| panic!("{json}: {error}"))
}

#[track_caller]
fn takes_command(place: &str, command: &[String]) {
    assert_eq!(command[0], "/usr/bin/passim", "{place}");
    let arguments: Vec<&str> = command[1..].iter().map(String::as_str).collect();
    takes(place, &arguments);
}

#[test]
fn the_image_starts_the_program_as_nobody_in_particular() {
    let known = [
        "FROM",
        "WORKDIR",
        "COPY",
        "RUN",
        "ENV",
        "USER",
        "VOLUME",
        "STOPSIGNAL",
        "HEALTHCHECK",
        "ENTRYPOINT",
        "CMD",
    ];
    for (name, _) in instructions() {
        assert!(known.contains(&name.as_str()), "{name} is no instruction");
    }
    let user = of_image("USER");
    assert!(user.split(':').all(|id| id.parse::<u32>().is_ok_and(|id| id > 0)), "{user}");
    assert_eq!(of_image("STOPSIGNAL"), "SIGTERM");
    let command = [words_of(&of_image("ENTRYPOINT")), words_of(&of_image("CMD"))].concat();
    takes_command("CMD", &command);
    assert_eq!(command[1], "serve");
    let health = of_image("HEALTHCHECK");
    takes_command("HEALTHCHECK", &words_of(&health[health.find('[').unwrap()..]));
}

#[test]
fn the_image_is_built_out_of_what_is_there() {
    let mut kept = BTreeSet::new();
    for line in read("deploy/Dockerfile.dockerignore").lines() {
        let Some(path) = line.strip_prefix('!') else { continue };
        assert!(repository().join(path).exists(), "{path} is not there");
        kept.insert(path.to_owned());
    }
    // What the compiler needs, and what the image holds.
    for needed in [".cargo", "Cargo.toml", "Cargo.lock", "src", "config", "LICENSE-MIT", "LICENSE-APACHE"] {
        assert!(kept.contains(needed), "{needed} is left out of the image's build");
    }
    let outside = Regex::new(r#"include_(?:str|bytes)!\("((?:\.\./)+)([a-z]+)/"#).unwrap();
    let mut sources = Vec::new();
    collect(&repository().join("src"), &mut sources);
    for path in sources {
        for found in outside.captures_iter(&read(&path)) {
            let depth = found[1].matches("../").count();
            let leaves_src = depth == path.matches('/').count();
            assert!(!leaves_src || kept.contains(&found[2]), "{path} includes {}", &found[2]);
        }
    }
}

/// The documents of a YAML file.
fn yaml(path: &str) -> Vec<Value> {
    serde_saphyr::from_multiple(&read(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// A variable that the image sets.
fn image_variable(name: &str) -> String {
    let set = of_image("ENV");
    let value = set.split_whitespace().find_map(|set| set.strip_prefix(name)?.strip_prefix('='));
    value.unwrap_or_else(|| panic!("the image does not set {name}")).to_owned()
}

#[test]
fn compose_needs_a_token_and_a_folder_and_gives_nothing_more_than_that() {
    let compose = &yaml("deploy/compose.yaml")[0];
    let service = &compose["services"]["passim"];
    let dockerfile = service["build"]["dockerfile"].as_str().unwrap();
    assert!(repository().join(dockerfile).is_file());
    assert_eq!(service["build"]["context"], "..");
    let volume = |target: &str| {
        let all = service["volumes"].as_array().unwrap();
        all.iter().find(|volume| volume["target"] == target).unwrap_or_else(|| panic!("nothing at {target}"))
    };
    assert_eq!(volume(&image_variable("PASSIM_CORPUS__PATH"))["read_only"], true);
    let data = volume(&image_variable("PASSIM_DATA__PATH"))["source"].as_str().unwrap();
    assert!(compose["volumes"].as_object().unwrap().contains_key(data));
    assert_eq!(service["read_only"], true);
    assert_eq!(service["cap_drop"][0], "ALL");
    assert_eq!(service["security_opt"][0], "no-new-privileges:true");
    assert!(service["ports"].is_null(), "it needs no open port");
    let required = Regex::new(r"\$\{([A-Z_]+):\?").unwrap();
    let text = read("deploy/compose.yaml");
    let required: BTreeSet<&str> =
        required.captures_iter(&text).map(|found| found.get(1).unwrap().as_str()).collect();
    assert_eq!(required, BTreeSet::from(["DISCORD_TOKEN", "DOCUMENTS"]));
    let example = read("deploy/compose.env");
    let used = Regex::new(r"\$\{([A-Z_]+):").unwrap();
    for name in used.captures_iter(&text) {
        assert!(example.contains(&format!("\n{}=", &name[1])), "compose.env does not name {}", &name[1]);
    }
}

#[test]
fn the_service_is_hardened_and_starts_from_a_token_and_a_folder() {
    let unit = read("deploy/systemd/passim.service");
    let mut section = "";
    let mut found: Vec<(&str, &str)> = Vec::new();
    for line in unit.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        match line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            Some(name) => section = name,
            None if section == "Service" => found.push(line.split_once('=').unwrap()),
            None => assert!(line.contains('='), "{line}"),
        }
    }
    let has =
        |name: &str| found.iter().find(|(found, _)| *found == name).unwrap_or_else(|| panic!("no {name}")).1;
    for (name, command) in found.iter().filter(|(name, _)| name.starts_with("Exec")) {
        let lines = command_lines(command);
        assert!(command.starts_with("/bin/kill ") || lines.len() == 1, "{name}={command}");
        lines.iter().for_each(|arguments| takes(command, arguments));
    }
    assert_eq!((has("User"), has("Restart"), has("RestartPreventExitStatus")), ("passim", "on-failure", "2"));
    assert_eq!(
        (has("ProtectSystem"), has("CapabilityBoundingSet"), has("NoNewPrivileges")),
        ("strict", "", "yes")
    );
    let drain: u64 = {
        let defaults: toml::Table = read("config/default.toml").parse().unwrap();
        defaults["discord"]["drain_seconds"].as_integer().unwrap().try_into().unwrap()
    };
    let stop: u64 = has("TimeoutStopSec").parse().unwrap();
    assert!(stop >= drain + 10, "it is killed before it has drained");
    let variables = read("deploy/systemd/passim.env");
    let folder = format!("PASSIM_DATA__PATH=/var/lib/{}\n", has("StateDirectory"));
    assert!(variables.contains(&folder), "{folder}");
    let empty: Vec<&str> = variables.lines().filter(|line| line.ends_with('=')).collect();
    assert_eq!(empty[..2], ["DISCORD_TOKEN=", "PASSIM_CORPUS__PATH="]);
}

fn manifests() -> Vec<Value> {
    let folder = repository().join("deploy/kubernetes");
    let mut files: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let all =
        files.iter().map(|file| file.strip_prefix(repository()).unwrap().to_string_lossy().into_owned());
    all.flat_map(|path| yaml(&path)).collect()
}

#[track_caller]
fn manifest(kind: &str, name: &str) -> Value {
    let found =
        manifests().into_iter().find(|found| found["kind"] == kind && found["metadata"]["name"] == name);
    found.unwrap_or_else(|| panic!("no {kind} {name}"))
}

#[test]
fn the_manifests_fit_each_other_the_image_and_the_program() {
    for found in manifests() {
        assert!(found["apiVersion"].is_string() && found["metadata"]["name"].is_string(), "{found}");
        let is_in_namespace = found["kind"] == "Namespace" || found["metadata"]["namespace"] == "passim";
        assert!(is_in_namespace, "{found}");
    }
    let deployment = manifest("Deployment", "passim");
    let (spec, labels) = (&deployment["spec"], &deployment["spec"]["template"]["metadata"]["labels"]);
    assert_eq!(spec["selector"]["matchLabels"], *labels);
    assert_eq!(manifest("NetworkPolicy", "passim")["spec"]["podSelector"]["matchLabels"], *labels);
    assert_eq!((&spec["replicas"], &spec["strategy"]["type"]), (&Value::from(1), &Value::from("Recreate")));
    let pod = &spec["template"]["spec"];
    assert_eq!(pod["enableServiceLinks"], false);
    assert_eq!(pod["securityContext"]["runAsNonRoot"], true);
    let ids = format!("{}:{}", pod["securityContext"]["runAsUser"], pod["securityContext"]["runAsGroup"]);
    assert_eq!(ids, of_image("USER"));
    let container = &pod["containers"][0];
    assert_eq!(container["securityContext"]["readOnlyRootFilesystem"], true);
    assert_eq!(container["securityContext"]["capabilities"]["drop"][0], "ALL");
    assert!(container["resources"]["limits"]["memory"].is_string());
    for probe in ["startupProbe", "readinessProbe", "livenessProbe"] {
        let command: Vec<String> =
            serde_json::from_value(container[probe]["exec"]["command"].clone()).unwrap();
        takes_command(probe, &command);
    }
    for variable in ["PASSIM_CORPUS__PATH", "PASSIM_DATA__PATH", "PASSIM_CONFIG_DIR"] {
        let path = image_variable(variable);
        let mounts = container["volumeMounts"].as_array().unwrap();
        let mount = mounts.iter().find(|mount| mount["mountPath"] == path.as_str());
        let mount = mount.unwrap_or_else(|| panic!("nothing is mounted at {path}"));
        let volumes = pod["volumes"].as_array().unwrap();
        let volume = volumes.iter().find(|volume| volume["name"] == mount["name"]).unwrap();
        match volume["persistentVolumeClaim"]["claimName"].as_str() {
            Some(claim) => drop(manifest("PersistentVolumeClaim", claim)),
            None => drop(manifest("ConfigMap", volume["configMap"]["name"].as_str().unwrap())),
        }
    }
    let reference = &container["env"][0]["valueFrom"]["secretKeyRef"];
    let secret = manifest("Secret", reference["name"].as_str().unwrap());
    assert!(secret["stringData"].get(reference["key"].as_str().unwrap()).is_some());
}

#[test]
fn the_settings_in_the_manifests_are_accepted() {
    let settings = manifest("ConfigMap", "passim");
    let place = Place::new("-- 1.txt\nThe gate code is 4711.\n");
    let folder = place.settings(&[("local.toml", settings["data"]["local.toml"].as_str().unwrap())]);
    let run = Run::of(place.command(&["config"]).env("PASSIM_CONFIG_DIR", folder));
    assert_eq!((run.code, run.err.as_str()), (0, ""), "{run:?}");
}

/// Answers one request with this, and says what was asked.
fn answers(reply: &'static str) -> (String, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let answering = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut asked = vec![0; 1_000];
        let length = stream.read(&mut asked).unwrap();
        stream.write_all(reply.as_bytes()).unwrap();
        String::from_utf8_lossy(&asked[..length]).into_owned()
    });
    (address, answering)
}

#[test]
fn ready_says_what_the_bot_says_of_itself() {
    let place = Place::empty();
    let (address, asked) = answers("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nready\n");
    let run = place.run(&["ready", "--at", &address]);
    assert_eq!((run.code, run.out.as_str()), (0, "ready\n"), "{run:?}");
    assert!(asked.join().unwrap().starts_with("GET /readyz HTTP/1.1\r\n"));
    let (address, asked) =
        answers("HTTP/1.1 503 Service Unavailable\r\n\r\ngateway: not connected for 12 s\u{1b}[2J\n");
    let run = place.run(&["ready", "--alive", "--at", &address]);
    run.failed(1, "is not ready (503): gateway: not connected for 12 s");
    assert!(!run.err.contains('\u{1b}'), "{run:?}");
    assert!(asked.join().unwrap().starts_with("GET /healthz HTTP/1.1\r\n"));
    let (address, _asked) = answers("220 mail.example.org ESMTP\r\n");
    place.run(&["ready", "--at", &address]).failed(1, "what answers there does not speak HTTP/1.1");
    // Somebody who hangs up is no bot that is well.
    let (address, _asked) = answers("");
    place.run(&["ready", "--at", &address]).failed(1, "what answers there does not speak HTTP/1.1");
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    place.run(&["ready", "--at", &nobody]).failed(1, "look whether 'passim serve' is running");
}

/// The tables of the page, made of the comments in `default.toml`.
fn settings_tables() -> String {
    let (mut page, mut table, mut comment) = (String::new(), String::new(), Vec::new());
    for line in read("config/default.toml").lines() {
        if let Some(name) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            table = name.to_owned();
            page += &format!("\n## {table}\n\n| key | default | what it is |\n| --- | --- | --- |\n");
            comment.clear();
        } else if let Some(text) = line.strip_prefix('#') {
            comment.push(text.trim().replace('|', "\\|"));
        } else if let Some((key, value)) = line.split_once(" = ").filter(|_| !table.is_empty()) {
            page += &format!("| `{table}.{key}` | `{value}` | {} |\n", comment.join(" "));
            comment.clear();
        } else {
            comment.clear();
        }
    }
    page
}

#[test]
fn the_page_of_settings_has_every_one_as_it_is() {
    let (page, tables) = (read("deploy/docs/settings.md"), settings_tables());
    for key in keys().iter().filter(|key| key.contains('.')) {
        assert!(tables.contains(&format!("| `{key}` |")), "the tables leave {key} out");
    }
    assert!(page.ends_with(&tables), "the tables in deploy/docs/settings.md should be:\n{tables}");
}
