//! The commands that are run before anything else works: `init`, `config`, `completions`.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::program::{Place, Run};

const TOKEN: &str = "MTIzNDU2Nzg5.not-a-real-token.abcdefghijkl";

/// `init` with these answers from a pipe; it writes into `settings/local.toml`.
fn init(place: &Place, options: &[&str], answers: &str) -> Run {
    let mut command = place.bare();
    command.arg("init").args(options).env("PASSIM_CONFIG_DIR", place.folder().join("settings"));
    answered(&mut command, answers)
}

fn answered(command: &mut Command, answers: &str) -> Run {
    let child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = child.spawn().unwrap();
    // Whoever has failed already reads no more.
    let _ = child.stdin.take().unwrap().write_all(answers.as_bytes());
    let output = child.wait_with_output().unwrap();
    Run {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

fn local(place: &Place) -> PathBuf {
    place.folder().join("settings").join("local.toml")
}

/// It failed, said this, and left no file behind.
#[track_caller]
fn nothing_written(place: &Place, run: &Run, said: &str) {
    run.failed(1, said);
    let folder = place.folder().join("settings");
    assert!(!folder.exists() || fs::read_dir(folder).unwrap().next().is_none());
}

fn place() -> Place {
    Place::new("-- 1.txt\nThe gate code is 4711.\n")
}

#[test]
fn what_init_writes_is_what_is_asked_from_then_on() {
    let place = place();
    let run = init(&place, &[], &format!("{}\n{TOKEN}\n", place.corpus().display()));
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.out.contains("local.toml") && run.out.contains("passim doctor"), "{}", run.out);
    assert!(!run.out.contains(TOKEN) && !run.err.contains(TOKEN));
    let mut ask = place.bare();
    ask.arg("--data").arg(place.data()).args(["ask", "What is the gate code?"]);
    let run = Run::of(ask.env("PASSIM_CONFIG_DIR", place.folder().join("settings")));
    assert!(run.out.starts_with("The gate code is 4711"), "{run:?}");
}

#[cfg(unix)]
#[test]
fn only_the_owner_can_read_what_init_writes() {
    use std::os::unix::fs::PermissionsExt;
    let place = place();
    init(&place, &[], "corpus\n\n");
    assert_eq!(fs::metadata(local(&place)).unwrap().permissions().mode() & 0o777, 0o600);
    fs::set_permissions(local(&place), fs::Permissions::from_mode(0o644)).unwrap();
    init(&place, &["--force"], "corpus\n\n");
    assert_eq!(fs::metadata(local(&place)).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(fs::read_dir(place.folder().join("settings")).unwrap().count(), 1);
}

#[test]
fn a_relative_folder_is_written_down_whole_and_no_token_is_no_key() {
    let place = place();
    assert_eq!(init(&place, &[], "'./corpus'\n\n").code, 0);
    let text = fs::read_to_string(local(&place)).unwrap();
    assert!(
        Path::new(place.corpus()).is_absolute() && text.contains(place.corpus().to_str().unwrap()),
        "{text}"
    );
    assert!(!text.contains("token") && !text.contains("/./"), "{text}");
}

#[test]
fn input_that_ends_early_writes_nothing() {
    for answers in ["", "corpus\n"] {
        let place = place();
        let run = init(&place, &[], answers);
        nothing_written(&place, &run, "the input ended before");
        assert!(run.err.contains("nothing was written"), "{}", run.err);
    }
}

#[test]
fn a_folder_without_documents_is_not_taken() {
    let place = place();
    place.write("pictures/a.png", b"\x89PNG");
    fs::create_dir(place.corpus().join("empty")).unwrap();
    for (folder, said) in [
        ("missing", "it does not exist"),
        ("corpus/1.txt", "it is a file"),
        ("corpus/empty", "has no files"),
        ("corpus/pictures", "can be read: a.png is a .png file"),
    ] {
        nothing_written(&place, &init(&place, &[], &format!("{folder}\n\n")), said);
    }
}

#[test]
fn a_token_of_the_wrong_shape_is_not_taken_and_not_printed() {
    for (token, said) in [
        ("Bot MTIzNDU2Nzg5.t0psecret.abc", "“Bot”"),
        ("\"MTIzNDU2Nzg5.t0psecret.abc\"", "quotation marks"),
        ("t0psecrett0psecrett0psecrett0pse", "client secret"),
        ("t0psecret.t0psecret.t0psecret", "id of a bot"),
    ] {
        let place = place();
        let run = init(&place, &[], &format!("corpus\n{token}\n"));
        nothing_written(&place, &run, said);
        assert!(!run.err.contains("t0psecret"), "{}", run.err);
    }
}

#[test]
fn a_file_that_is_there_stays_as_it_is_without_force() {
    let place = place();
    place.settings(&[("local.toml", "# mine\n")]);
    init(&place, &[], "corpus\n\n").failed(1, "'passim init --force'");
    assert_eq!(fs::read_to_string(local(&place)).unwrap(), "# mine\n");
}

#[test]
fn force_changes_the_two_keys_and_keeps_the_rest() {
    let place = place();
    let before = format!(
        "# mine\n[answer]\nthreshold = 0.4 # bold\n\n[corpus]\npath = \"/old\" # moved\nmax_file_mb = 8\n\n[discord]\ntoken = \"{TOKEN}\"\n"
    );
    place.settings(&[("local.toml", &before)]);
    assert_eq!(init(&place, &["--force"], "corpus\n\n").code, 0);
    let after = fs::read_to_string(local(&place)).unwrap();
    assert_eq!(after, before.replace("/old", place.corpus().to_str().unwrap()));
    // An empty line keeps the folder as well.
    assert_eq!(init(&place, &["--force"], &format!("\n{TOKEN}-2\n")).code, 0);
    assert_eq!(fs::read_to_string(local(&place)).unwrap(), after.replace(TOKEN, &format!("{TOKEN}-2")));
}

#[test]
fn force_does_not_touch_a_file_that_it_cannot_read() {
    for (text, said) in [
        ("[corpus]\ntoken = t0psecret\n", "not valid TOML at line 2"),
        ("corpus = 't0psecret'\n", "corpus in local.toml is no table"),
    ] {
        let place = place();
        place.settings(&[("local.toml", text)]);
        let run = init(&place, &["--force"], "corpus\n\n");
        run.failed(1, said);
        assert!(!run.err.contains("t0psecret"), "{}", run.err);
        assert_eq!(fs::read_to_string(local(&place)).unwrap(), text);
    }
}

#[test]
fn a_folder_on_the_command_line_is_not_asked_for() {
    let place = place();
    let mut command = place.command(&["init"]);
    let run = answered(command.env("PASSIM_CONFIG_DIR", place.folder().join("settings")), "\n");
    assert_eq!(run.code, 0, "{run:?}");
    assert!(fs::read_to_string(local(&place)).unwrap().contains(place.corpus().to_str().unwrap()));
}

/// Ctrl-C is a signal: it comes between the two answers here.
#[cfg(unix)]
#[test]
fn an_interrupted_init_leaves_nothing() {
    let place = place();
    let mut command = place.bare();
    command.arg("init").env("PASSIM_CONFIG_DIR", place.folder().join("settings"));
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(b"corpus\n").unwrap();
    Command::new("kill").arg("-INT").arg(child.id().to_string()).status().unwrap();
    // Where whoever runs the tests ignores the signal, so does the program: then it ends with its input.
    drop(stdin);
    assert!(!child.wait().unwrap().success());
    assert!(!place.folder().join("settings").exists());
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
    assert!(json["replies"].is_null() && json["replies_de"].is_null());
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
        assert!(run.out.contains("passim") && run.out.contains("doctor"), "{shell}");
    }
    place.run(&["completions", "tcsh"]).failed(2, "tcsh");
}
