//! The store among processes: one that is killed, and one that may not write.

use std::collections::HashMap;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use passim::store::{Asking, AskingId, Moment, Outcome, Store, StoreError, Surface, UserId, Vote, Votes};
use rusqlite::Connection;

use crate::generator::Random;

const PATIENCE: Duration = Duration::from_secs(10);

/// Tells the processes that these tests start, which are themselves, where the store is.
const FOLDER: &str = "STORE_FOLDER";

/// This test in a process of its own.
fn itself(test: &str, folder: &Path) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", test]).env(FOLDER, folder).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

fn asking(at: i64) -> Asking {
    Asking {
        id: AskingId::random().unwrap(),
        surface: Surface::Terminal,
        place: None,
        person: None,
        question: "how long? ".repeat(50),
        understood_as: None,
        sources: Vec::new(),
        receipt: None,
        outcome: Outcome::Found,
        confidence: 1.0,
        at: Moment(at),
        asked_in: None,
        reply: None,
        further: Vec::new(),
        is_private: false,
    }
}

/// What was in the middle of being written when the process died may be there or not; all that was acknowledged
/// must be, and as it was acknowledged last.
#[test]
fn a_process_that_is_killed_while_it_writes_loses_nothing_it_acknowledged() {
    if let Some(folder) = std::env::var_os(FOLDER) {
        write_until_killed(Path::new(&folder));
    }
    kill_often(12, "store::a_process_that_is_killed_while_it_writes_loses_nothing_it_acknowledged");
}

#[test]
#[ignore = "takes two minutes; the same with fewer rounds always runs"]
fn a_process_that_is_killed_200_times_loses_nothing_at_full_size() {
    kill_often(200, "store::a_process_that_is_killed_while_it_writes_loses_nothing_it_acknowledged");
}

fn kill_often(rounds: u64, test: &str) {
    let folder = tempfile::tempdir().unwrap();
    let mut random = Random::stream(1, rounds);
    let mut acknowledged = Acknowledged::default();
    for round in 0..rounds {
        let mut process = itself(test, folder.path()).stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap());
        // Under load: it has begun to write.
        while !acknowledged.note_next(&mut lines) {}
        thread::sleep(Duration::from_micros(random.below(40_000)));
        process.kill().unwrap();
        process.wait().unwrap();
        while acknowledged.note_next(&mut lines) {}
        let found = Connection::open(folder.path().join("passim.db"))
            .unwrap()
            .query_row("PRAGMA integrity_check", [], |row| row.get::<_, String>(0))
            .unwrap();
        assert_eq!(found, "ok", "round {round}");
        acknowledged.are_kept(&Store::open(folder.path(), PATIENCE).unwrap());
    }
    assert!(acknowledged.votes.len() as u64 > rounds, "there was no load");
}

/// What processes said that they had written.
#[derive(Default)]
struct Acknowledged {
    askings: Vec<AskingId>,
    /// The last vote on an asking: each has one person who votes.
    votes: HashMap<AskingId, Vote>,
}

impl Acknowledged {
    /// Reads a line, if there is one. The last one may have been cut off: then nobody was told.
    fn note_next(&mut self, lines: &mut impl BufRead) -> bool {
        let mut line = String::new();
        lines.read_line(&mut line).unwrap();
        let parts: Vec<&str> = line.split_whitespace().collect();
        match parts[..] {
            ["asked", id] if line.ends_with('\n') => self.askings.extend(AskingId::parse(id)),
            ["voted", id, vote] if line.ends_with('\n') => {
                let vote = if vote == "helpful" { Vote::Helpful } else { Vote::NotHelpful };
                self.votes.insert(AskingId::parse(id).unwrap(), vote);
            }
            _ => {}
        }
        !line.is_empty()
    }

    fn are_kept(&self, store: &Store) {
        for id in &self.askings {
            assert!(store.asking(id).unwrap().is_some(), "{id} of {} is lost", self.askings.len());
        }
        for (id, vote) in &self.votes {
            let kept = store.votes(id).unwrap();
            match vote {
                // Nobody changes it after that.
                Vote::Helpful => assert_eq!(kept, Votes { helpful: 1, not_helpful: 0 }, "{id}"),
                // The next one may have been written, and nobody was told.
                Vote::NotHelpful => assert_eq!(kept.helpful + kept.not_helpful, 1, "{id}"),
            }
        }
    }
}

/// Several threads ask and vote, as the bot's do; each says what it has written.
fn write_until_killed(folder: &Path) -> ! {
    let store = Store::open(folder, PATIENCE).unwrap();
    thread::scope(|scope| {
        for user in 1..=3 {
            let store = &store;
            scope.spawn(move || ask_and_vote(store, user));
        }
    });
    unreachable!("nobody lives that long")
}

fn ask_and_vote(store: &Store, user: u64) {
    let say = |line: String| {
        let mut out = std::io::stdout().lock();
        out.write_all(line.as_bytes()).and_then(|()| out.flush()).unwrap();
    };
    for at in 0.. {
        let asking = asking(at);
        store.keep_asking(&asking, None, None).unwrap();
        say(format!("\nasked {}\n", asking.id));
        for (vote, word) in [(Vote::NotHelpful, "not-helpful"), (Vote::Helpful, "helpful")] {
            store.vote(&asking.id, store.person(UserId(user)), vote, Moment(at)).unwrap();
            say(format!("\nvoted {} {word}\n", asking.id));
        }
    }
}

/// How the process says that it found what it should: a code that no test harness ends with.
#[cfg(unix)]
const AS_EXPECTED: i32 = 42;

/// Root may write anywhere, so that root's test is done by a process of nobody's.
#[cfg(unix)]
#[test]
fn a_store_that_may_not_be_written_says_so_and_is_left_alone() {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    use std::os::unix::process::CommandExt;

    if let Some(folder) = std::env::var_os(FOLDER) {
        let error = Store::open(Path::new(&folder), PATIENCE).unwrap_err();
        let is_expected = matches!(error, StoreError::ReadOnly { .. });
        std::process::exit(if is_expected { AS_EXPECTED } else { 1 });
    }
    let folder = tempfile::tempdir().unwrap();
    drop(Store::open(folder.path(), PATIENCE).unwrap());
    let mode = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    let file = folder.path().join("passim.db");
    // Readable or not, in a folder that is writable or not.
    for (folder_mode, file_mode) in [(0o555, 0o444), (0o777, 0o444), (0o777, 0o000)] {
        mode(folder.path(), folder_mode);
        mode(&file, file_mode);
        let mut command =
            itself("store::a_store_that_may_not_be_written_says_so_and_is_left_alone", folder.path());
        if fs::metadata(folder.path()).unwrap().uid() == 0 {
            command.uid(65_534);
        }
        // Nobody may be kept from the folder that this program lies in.
        let Ok(mut process) = command.spawn() else { break };
        let code = process.wait().unwrap().code();
        assert_eq!(code, Some(AS_EXPECTED), "folder {folder_mode:o}, file {file_mode:o}");
    }
    mode(folder.path(), 0o755);
    mode(&file, 0o644);
    Store::open(folder.path(), PATIENCE).unwrap();
}
