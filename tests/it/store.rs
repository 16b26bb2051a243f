//! The store among processes: one that is killed, and one that may not write.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use passim::store::{Asking, AskingId, Moment, Outcome, Store, StoreError, Surface};

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

/// The asking in the middle of which the process dies may be there or not; all before it must be.
#[test]
fn a_process_that_is_killed_while_it_writes_loses_nothing_it_acknowledged() {
    if let Some(folder) = std::env::var_os(FOLDER) {
        write_until_killed(Path::new(&folder));
    }
    let folder = tempfile::tempdir().unwrap();
    let mut acknowledged = 0;
    for round in 1..=6 {
        let test = "store::a_process_that_is_killed_while_it_writes_loses_nothing_it_acknowledged";
        let mut process = itself(test, folder.path()).spawn().unwrap();
        // Killed at another point of its work each time.
        wait_for(&mut process, folder.path(), acknowledged + round * 7);
        process.kill().unwrap();
        process.wait().unwrap();
        let ids = acknowledgements(folder.path());
        let store = Store::open(folder.path(), PATIENCE).unwrap();
        for id in &ids {
            assert!(store.asking(id).unwrap().is_some(), "{id} of {} is lost", ids.len());
        }
        acknowledged = ids.len();
    }
}

fn write_until_killed(folder: &Path) -> ! {
    let store = Store::open(folder, PATIENCE).unwrap();
    for at in 0.. {
        let asking = asking(at);
        store.keep_asking(&asking, None, None).unwrap();
        fs::write(folder.join(format!("{}.kept", asking.id)), "").unwrap();
    }
    unreachable!("nobody lives that long")
}

fn acknowledgements(folder: &Path) -> Vec<AskingId> {
    let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
    names.filter_map(|name| AskingId::parse(name.to_str()?.strip_suffix(".kept")?)).collect()
}

fn wait_for(process: &mut Child, folder: &Path, count: usize) {
    let started = Instant::now();
    while acknowledgements(folder).len() < count {
        assert!(process.try_wait().unwrap().is_none(), "the process ended by itself");
        assert!(started.elapsed() < Duration::from_secs(60), "the process is too slow");
        thread::sleep(Duration::from_millis(5));
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
