//! The one place that knows how to start the program.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

/// The folder of this repository.
pub fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A corpus and a data folder of its own, gone when the test ends.
pub struct Place {
    folder: TempDir,
    corpus: PathBuf,
}

impl Place {
    /// Files as a text: each starts with a line `-- path`, its content follows.
    pub fn new(files: &str) -> Place {
        let place = Place::empty();
        let mut path = None;
        let mut content = String::new();
        for line in files.lines().chain(["-- "]) {
            let Some(next) = line.strip_prefix("-- ") else {
                content.push_str(line);
                content.push('\n');
                continue;
            };
            if let Some(path) = path.replace(next.to_owned()) {
                place.write(&path, content.as_bytes());
            }
            content.clear();
        }
        place
    }

    /// A corpus folder without a file.
    pub fn empty() -> Place {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let corpus = folder.path().join("corpus");
        fs::create_dir(&corpus).expect("a corpus folder");
        Place { folder, corpus }
    }

    /// Over the documents of the repository.
    pub fn over(corpus: &str) -> Place {
        Place { corpus: repository().join(corpus), ..Place::empty() }
    }

    pub fn corpus(&self) -> &Path {
        &self.corpus
    }

    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub fn write(&self, path: &str, content: &[u8]) {
        let file = self.corpus.join(path);
        fs::create_dir_all(file.parent().expect("a file lies in a folder")).expect("a folder");
        fs::write(file, content).expect("a file");
    }

    /// The program with these arguments, over this corpus, away from the user's own settings.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.bare();
        command.arg("--corpus").arg(&self.corpus).arg("--data").arg(self.data()).args(arguments);
        command
    }

    /// The program without an argument: it knows no corpus, and nothing of the user's own settings. The neural reader
    /// is off, which would have to be loaded each time, and nothing listens on a port: tests of them switch them on.
    pub fn bare(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_passim"));
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("PASSIM_") || name == "DISCORD_TOKEN" {
                command.env_remove(name);
            }
        }
        command
            .current_dir(self.folder.path())
            .env("XDG_CONFIG_HOME", self.folder.path().join("no-settings"))
            .env("PASSIM_READER__ENABLED", "false")
            .env("PASSIM_OPERATIONS__LISTEN", "off");
        command
    }

    /// Settings of its own; the program finds them with PASSIM_CONFIG_DIR.
    pub fn settings(&self, files: &[(&str, &str)]) -> PathBuf {
        let folder = self.folder.path().join("settings");
        fs::create_dir_all(&folder).expect("a folder");
        for (name, text) in files {
            fs::write(folder.join(name), text).expect("a file");
        }
        folder
    }

    pub fn run(&self, arguments: &[&str]) -> Run {
        Run::of(&mut self.command(arguments))
    }

    /// What `ask --json` prints.
    pub fn ask(&self, question: &str) -> Value {
        self.run(&["ask", "--json", "--", question]).json()
    }
}

/// How a run of the program ended.
#[derive(Debug)]
pub struct Run {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Run {
    pub fn of(command: &mut Command) -> Run {
        let Output { status, stdout, stderr } = command.output().expect("the program starts");
        Run {
            code: status.code().unwrap_or(-1),
            out: String::from_utf8(stdout).expect("UTF-8 on standard output"),
            err: String::from_utf8(stderr).expect("UTF-8 on standard error"),
        }
    }

    #[track_caller]
    pub fn json(&self) -> Value {
        assert_eq!(self.code, 0, "{}", self.err);
        serde_json::from_str(&self.out).expect("JSON on standard output")
    }

    /// The run failed with this code and said this.
    #[track_caller]
    pub fn failed(&self, code: i32, said: &str) {
        assert_eq!(self.code, code, "{self:?}");
        assert!(self.err.contains(said), "{:?} does not say {said:?}", self.err);
        assert_eq!(self.out, "");
        assert!(!self.err.contains("panicked"), "{}", self.err);
    }
}
