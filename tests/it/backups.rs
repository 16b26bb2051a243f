//! `passim backup` and `passim restore`: while others write, killed in the middle, damaged, into folders in use.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::thread;
use std::time::Duration;

use passim::store::{Moment, Store, UserId};
use rusqlite::Connection;
use serde_json::Value;

use crate::generator::Random;
use crate::program::{Place, Run};

const PATIENCE: Duration = Duration::from_secs(10);

fn place() -> Place {
    Place::new("-- lease.md\nThe lease runs for 15 years. The rent is 4,200 euros.\n")
}

/// Where a place's backups go.
fn backups(place: &Place) -> PathBuf {
    place.folder().join("backups")
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut names: Vec<String> =
        entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// Makes a backup, whose folder is the answer.
#[track_caller]
fn backed_up(place: &Place) -> PathBuf {
    let run = place.run(&["backup", backups(place).to_str().unwrap()]);
    assert_eq!(run.code, 0, "{run:?}");
    backups(place).join(names(&backups(place)).pop().unwrap())
}

/// Restores it into a data folder of this name.
fn restored(place: &Place, backup: &Path, data: &str) -> Run {
    let mut command = place.bare();
    command.args(["restore", backup.to_str().unwrap(), "--data"]).arg(place.folder().join(data));
    Run::of(command.env("PASSIM_CORPUS__PATH", place.corpus()))
}

/// What a data folder says, over the same documents.
fn in_data(place: &Place, data: &str, arguments: &[&str]) -> Run {
    let mut command = place.bare();
    command.args(arguments).arg("--corpus").arg(place.corpus()).arg("--data").arg(place.folder().join(data));
    Run::of(&mut command)
}

#[test]
fn what_was_asked_is_there_after_a_restore_and_receipts_verify() {
    let place = place();
    let receipt = place.ask("How long does the lease run?")["receipt"].as_str().unwrap().to_owned();
    place.ask("Who painted the ceiling?");
    let person = Store::open(&place.data(), PATIENCE).unwrap().person(UserId(7));
    let backup = backed_up(&place);
    assert_eq!(names(&backup), ["backup.json", "passim.db", "person.key"]);
    let run = restored(&place, &backup, "new");
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.out.starts_with("Restored 2 questions"), "{}", run.out);
    let verified = in_data(&place, "new", &["verify", "--json", &receipt]).json();
    assert_eq!(verified["receipts"][0]["verdict"], "holds", "{verified}");
    let unanswered = in_data(&place, "new", &["unanswered", "--json"]).json();
    assert!(unanswered.to_string().contains("Who painted the ceiling?"), "{unanswered}");
    assert_eq!(Store::open(&place.folder().join("new"), PATIENCE).unwrap().person(UserId(7)), person);
    assert_eq!(
        names(&place.folder().join("new")).iter().filter(|name| name.contains("unfinished")).count(),
        0
    );
}

#[cfg(unix)]
#[test]
fn a_backup_is_for_its_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let place = place();
    place.ask("How long does the lease run?");
    let backup = backed_up(&place);
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&backup), 0o700);
    assert_eq!([mode(&backup.join("passim.db")), mode(&backup.join("person.key"))], [0o600; 2]);
}

#[test]
fn what_was_deleted_is_in_no_later_backup() {
    let place = place();
    place.ask("Where is the aardvark kept?");
    let holds = |backup: &Path| {
        let bytes = fs::read(backup.join("passim.db")).unwrap();
        bytes.windows(8).any(|window| window == b"aardvark")
    };
    assert!(holds(&backed_up(&place)));
    let store = Store::open(&place.data(), PATIENCE).unwrap();
    store.clean(&passim::store::Retention { askings: Moment(i64::MAX), ..everything_stays() }).unwrap();
    drop(store);
    thread::sleep(Duration::from_secs(1));
    assert!(!holds(&backed_up(&place)));
}

fn everything_stays() -> passim::store::Retention {
    let (askings, conversations, audit, left_guilds) = (Moment(0), Moment(0), Moment(0), Moment(0));
    passim::store::Retention { askings, conversations, audit, left_guilds }
}

/// A program that is asked one question after the other, until this is dropped.
struct Load(Vec<Child>);

impl Load {
    fn on(place: &Place) -> Load {
        let mut chat = place.command(&["chat"]);
        let quiet = chat.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        Load(vec![quiet.spawn().unwrap()])
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        for child in &mut self.0 {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

#[test]
fn a_backup_beside_one_who_writes_and_one_who_indexes_is_one_moment_whole() {
    let place = place();
    place.ask("How long does the lease run?");
    let mut load = Load::on(&place);
    let mut questions = load.0[0].stdin.take().unwrap();
    let writer = thread::spawn(move || {
        use std::io::Write;
        let mut asked = 0;
        while asked < 2_000 && writeln!(questions, "What is the rent of lease {asked}?").is_ok() {
            asked += 1;
        }
    });
    let mut last = 0;
    for round in 0..4 {
        place.write(
            &format!("more-{round}.md"),
            format!("The fee of round {round} is {round} euros.\n").as_bytes(),
        );
        let indexing =
            place.command(&["index", "--rebuild"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        let backup = backed_up(&place);
        indexing.unwrap().wait().unwrap();
        let database = Connection::open(backup.join("passim.db")).unwrap();
        let one = |sql: &str| database.query_row(sql, [], |row| row.get::<_, String>(0)).unwrap();
        assert_eq!(one("PRAGMA integrity_check"), "ok");
        assert_eq!(one("SELECT count(*) || '' FROM pragma_foreign_key_check"), "0");
        let asked: u64 = one("SELECT count(*) || '' FROM askings").parse().unwrap();
        let list: Value = serde_json::from_slice(&fs::read(backup.join("backup.json")).unwrap()).unwrap();
        assert_eq!(list["questions"], asked);
        assert!(asked >= last, "what was acknowledged before is in a later backup: {asked} after {last}");
        last = asked;
        drop(database);
        let run = restored(&place, &backup, &format!("new-{round}"));
        assert_eq!(run.code, 0, "{run:?}");
        thread::sleep(Duration::from_millis(1_000));
    }
    assert!(last > 1, "nobody wrote");
    drop(load);
    writer.join().unwrap();
}

#[test]
fn a_backup_or_restore_that_is_killed_leaves_nothing_that_passes_for_one() {
    let place = place();
    place.ask("How long does the lease run?");
    // Large enough that the process is killed in the middle.
    let database = Connection::open(place.data().join("passim.db")).unwrap();
    database.execute_batch("CREATE TABLE ballast (text TEXT); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 40000) INSERT INTO ballast SELECT hex(randomblob(200)) FROM n;").unwrap();
    drop(database);
    let whole = backed_up(&place);
    let mut random = Random::stream(9, 1);
    let mut killed = 0;
    for round in 0..12 {
        let into = place.folder().join("killed");
        let arguments: Vec<String> = match round % 2 {
            0 => vec!["backup".into(), into.display().to_string()],
            _ => vec!["restore".into(), whole.display().to_string()],
        };
        let mut command = place.bare();
        command.args(&arguments).arg("--data").stdout(Stdio::null()).stderr(Stdio::null());
        let data = if round % 2 == 0 { place.data() } else { place.folder().join("restored") };
        let mut process = command.arg(&data).spawn().unwrap();
        thread::sleep(Duration::from_micros(5_000 + random.below(120_000)));
        let _ = process.kill();
        killed += usize::from(!process.wait().unwrap().success());
        for name in names(&into).iter().filter(|name| !name.ends_with(".unfinished")) {
            assert_eq!(restored(&place, &into.join(name), &format!("from-{round}-{name}")).code, 0);
        }
        if !data.join("passim.db").exists() {
            // What came so far stands in no one's way.
            let again = restored(&place, &whole, "restored");
            assert_eq!(again.code, 0, "{again:?}");
        }
        let _ = fs::remove_dir_all(place.folder().join("restored"));
    }
    assert!(killed > 0, "no process was killed in the middle");
    let run = place.run(&["backup", place.folder().join("killed").to_str().unwrap()]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(!names(&place.folder().join("killed")).iter().any(|name| name.ends_with(".unfinished")));
}

#[test]
fn nothing_that_is_there_is_overwritten() {
    let place = place();
    place.ask("How long does the lease run?");
    let backup = backed_up(&place);
    let before = fs::read(place.data().join("passim.db")).unwrap();
    restored(&place, &backup, "data")
        .failed(1, "passim.db is there, and nothing is overwritten; stop passim");
    assert_eq!(fs::read(place.data().join("passim.db")).unwrap(), before);
    for (name, data) in [("passim.db-wal", "left"), ("person.key", "other")] {
        fs::create_dir(place.folder().join(data)).unwrap();
        fs::write(place.folder().join(data).join(name), [7; 32]).unwrap();
        restored(&place, &backup, data).failed(1, &format!("{name} is there"));
        assert_eq!(names(&place.folder().join(data)), [name]);
    }
}

#[test]
fn a_damaged_backup_is_refused_with_the_reason() {
    let place = place();
    place.ask("How long does the lease run?");
    let whole = backed_up(&place);
    let refused = |change: &dyn Fn(&Path), said: &str| {
        let copy = place.folder().join("copy");
        let _ = fs::remove_dir_all(&copy);
        fs::create_dir(&copy).unwrap();
        for name in names(&whole) {
            fs::copy(whole.join(&name), copy.join(&name)).unwrap();
        }
        change(&copy);
        restored(&place, &copy, "new").failed(1, said);
        assert_eq!(names(&place.folder().join("new")), [""; 0]);
    };
    let flip = |file: &str, at: usize| {
        let file = file.to_owned();
        move |copy: &Path| {
            let mut bytes = fs::read(copy.join(&file)).unwrap();
            bytes[at] ^= 1;
            fs::write(copy.join(&file), bytes).unwrap();
        }
    };
    refused(&flip("passim.db", 5_000), "passim.db is not as it was written: its SHA-256 is another one");
    refused(&flip("person.key", 3), "person.key is not as it was written");
    refused(&|copy| fs::remove_file(copy.join("person.key")).unwrap(), "person.key: No such file");
    refused(&|copy| fs::remove_file(copy.join("backup.json")).unwrap(), "it has no backup.json");
    refused(&|copy| fs::write(copy.join("backup.json"), "{").unwrap(), "its backup.json is damaged");
    let renamed = |from: &'static str, to: &'static str| {
        move |copy: &Path| {
            let list = fs::read_to_string(copy.join("backup.json")).unwrap();
            fs::write(copy.join("backup.json"), list.replace(from, to)).unwrap();
        }
    };
    refused(&renamed("\"format\": 1", "\"format\": 2"), "it is of a newer passim");
    refused(&renamed("person.key", "../person.key"), "does not name passim.db and person.key");
}

#[test]
fn mistakes_are_told_with_what_to_do() {
    let place = place();
    let into = backups(&place).display().to_string();
    place.run(&["backup", &into]).failed(1, "nothing was ever kept there; name the data folder of the bot");
    place.ask("How long does the lease run?");
    let newest = backed_up(&place);
    let run = restored(&place, &backups(&place), "new");
    run.failed(1, &format!("holds backups; name one of them: the newest is {}", newest.display()));
    restored(&place, place.corpus(), "new").failed(1, "it has no backup.json, so it is no backup");
}

#[test]
fn so_many_backups_are_kept_and_nothing_else_is_touched() {
    let place = place();
    place.ask("How long does the lease run?");
    let into = backups(&place);
    for name in ["passim-20200101-000000Z", "passim-29990101-000000Z"] {
        fs::create_dir_all(into.join(name)).unwrap();
        fs::write(into.join(name).join("backup.json"), "{}").unwrap();
    }
    fs::create_dir(into.join("passim-mine")).unwrap();
    fs::create_dir(into.join("passim-20190101-000000Z")).unwrap();
    let run = place.run(&["backup", into.to_str().unwrap(), "--keep", "2"]);
    assert!(run.code == 0 && run.out.contains("Removed 1 older"), "{run:?}");
    let left = names(&into);
    assert_eq!(left.len(), 4, "{left:?}");
    assert!(!left.contains(&"passim-20200101-000000Z".to_owned()), "{left:?}");
    // The clock was wrong once: what was made just now stays.
    thread::sleep(Duration::from_secs(1));
    let run = place.run(&["backup", into.to_str().unwrap(), "--keep", "1"]);
    assert!(run.code == 0 && run.out.contains("Removed 2 older"), "{run:?}");
    let made = run.out.split("into ").nth(1).and_then(|rest| rest.split(".\n").next()).unwrap();
    assert!(Path::new(made).join("backup.json").is_file(), "{run:?}");
    assert_eq!(names(&into).len(), 3);
    place.run(&["backup", into.to_str().unwrap(), "--keep", "0"]).failed(2, "--keep");
}
