//! The store as its callers use it. What needs a process of its own is in `tests/it/store.rs`.

use std::fs;
use std::thread;

use tempfile::TempDir;

use super::*;
use crate::corpus::{Encoding, Neighbours};

const PATIENCE: Duration = Duration::from_secs(10);
const GUILD: GuildId = GuildId(1);
const OTHER_GUILD: GuildId = GuildId(2);
const HERE: Place = Place { guild: Some(GUILD), channel: ChannelId(10), thread: None };

/// A store in a folder of its own, gone when the test ends.
struct Opened {
    store: Store,
    folder: TempDir,
}

fn opened() -> Opened {
    let folder = tempfile::tempdir().unwrap();
    Opened { store: open(&folder), folder }
}

fn open(folder: &TempDir) -> Store {
    Store::open(folder.path(), PATIENCE).unwrap()
}

fn error_of(folder: &TempDir) -> StoreError {
    Store::open(folder.path(), Duration::from_millis(50)).unwrap_err()
}

/// Another program's connection to the same file.
fn foreign(folder: &TempDir) -> Connection {
    Connection::open(folder.path().join("passim.db")).unwrap()
}

impl Opened {
    fn ann(&self) -> Person {
        self.store.person(UserId(100))
    }

    fn ben(&self) -> Person {
        self.store.person(UserId(200))
    }

    fn ask(&self, person: Person, place: Place, question: &str, at: i64) -> AskingId {
        self.ask_for(Outcome::Found, person, place, question, at)
    }

    fn ask_for(&self, outcome: Outcome, person: Person, place: Place, question: &str, at: i64) -> AskingId {
        let asking = Asking { outcome, place: Some(place), person: Some(person), ..asking(question, at) };
        let receipt = receipt(question, at);
        self.store
            .keep_asking(
                &Asking { receipt: Some(receipt.id.clone()), ..asking.clone() },
                Some(&receipt),
                None,
            )
            .unwrap();
        asking.id
    }

    fn remember(&self, place: &Place, person: Person, question: &str, at: i64) {
        let work = |connection: &Transaction| {
            conversations::remember(connection, place, person, question, Moment(at))
        };
        self.store.write("remember a question", work).unwrap();
    }

    fn rows(&self, table: &str) -> u32 {
        let sql = format!("SELECT count(*) FROM {table}");
        self.store.connection().query_row(&sql, [], |row| row.get(0)).unwrap()
    }
}

fn asking(question: &str, at: i64) -> Asking {
    Asking {
        id: AskingId::random().unwrap(),
        surface: Surface::Terminal,
        place: None,
        person: None,
        question: question.to_owned(),
        understood_as: None,
        sources: Vec::new(),
        receipt: None,
        outcome: Outcome::Found,
        confidence: 0.5,
        at: Moment(at),
        asked_in: None,
        reply: None,
        further: Vec::new(),
        is_private: false,
    }
}

fn receipt(question: &str, at: i64) -> Receipt {
    Receipt {
        id: format!("receipt of {question}"),
        question: question.to_owned(),
        fingerprint: "index".to_owned(),
        corpus: None,
        answer: "15 years".to_owned(),
        citations: vec![Cited {
            path: "a.md".to_owned(),
            source: "a".to_owned(),
            byte_start: 3,
            byte_end: 11,
            lines: Some((2, 3)),
            sha256: "00ff".to_owned(),
            quote: "15 years".to_owned(),
            encoding: Some(Encoding::Utf16Be),
            neighbours: Some(Neighbours { before: 0, after: u32::MAX }),
        }],
        confidence: Some(0.5),
        version: Some("0.1.0".to_owned()),
        explanation: Some("{}".to_owned()),
        at: Moment(at),
    }
}

// Opening.

#[test]
fn what_was_kept_is_there_when_it_is_opened_again() {
    let Opened { store, folder } = opened();
    let kept = asking("how long?", 1);
    store.keep_asking(&kept, None, None).unwrap();
    drop(store);
    assert_eq!(open(&folder).asking(&kept.id).unwrap(), Some(kept));
}

#[test]
fn a_new_database_has_the_newest_version_and_writes_ahead() {
    let Opened { store, .. } = opened();
    let connection = store.connection();
    assert_eq!(migrations::version(&connection).unwrap() as usize, migrations::MIGRATIONS.len());
    let pragma = |name: &str| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0)).unwrap();
    let mode: String = connection.pragma_query_value(None, "journal_mode", |row| row.get(0)).unwrap();
    assert_eq!(mode, "wal");
    assert_eq!([pragma("synchronous"), pragma("foreign_keys"), pragma("secure_delete")], [1, 1, 1]);
}

#[test]
fn a_database_of_version_1_opens_with_what_it_holds() {
    let folder = tempfile::tempdir().unwrap();
    let mut old = foreign(&folder);
    migrations::migrate(&mut old, &migrations::MIGRATIONS[..1]).unwrap();
    let old_asking = "INSERT INTO askings (id, surface, question, outcome, confidence, at, reply, is_private) \
                      VALUES ('0123456789abcdef', 'mention', 'how long?', 'found', 0.5, 1, 7, 0)";
    old.execute(old_asking, []).unwrap();
    drop(old);
    let store = open(&folder);
    let id = AskingId::parse("0123456789abcdef").unwrap();
    let kept = Asking { id, surface: Surface::Mention, reply: Some(MessageId(7)), ..asking("how long?", 1) };
    assert_eq!(store.asking(&kept.id).unwrap().as_ref(), Some(&kept));
    assert!(store.set_reply(&kept.id, MessageId(7), &[MessageId(8)]).unwrap());
    assert_eq!(store.asking_answered_by(MessageId(8)).unwrap().unwrap().id, kept.id);
}

#[test]
fn an_empty_file_becomes_a_database() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("passim.db"), "").unwrap();
    Store::open(folder.path(), Duration::MAX).unwrap().keep_asking(&asking("how?", 1), None, None).unwrap();
}

#[cfg(unix)]
#[test]
fn a_new_database_is_for_its_owner_only() {
    use std::os::unix::fs::PermissionsExt;

    let Opened { store, folder } = opened();
    store.keep_asking(&asking("how?", 1), None, None).unwrap();
    let entries = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap());
    let mut modes: Vec<_> = entries
        .map(|entry| (entry.file_name(), entry.metadata().unwrap().permissions().mode() & 0o777))
        .collect();
    modes.sort();
    let expected = ["passim.db", "passim.db-shm", "passim.db-wal", "person.key"];
    assert_eq!(modes, expected.map(|name| (name.into(), 0o600)), "and nothing else is left there");
}

#[test]
fn many_may_open_a_new_folder_at_once() {
    for _ in 0..5 {
        let folder = tempfile::tempdir().unwrap();
        let people: Vec<Person> = thread::scope(|scope| {
            let open = || open(&folder).person(UserId(1));
            let threads: Vec<_> = (0..6).map(|_| scope.spawn(open)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert!(people.iter().all(|person| *person == people[0]), "two keys were drawn");
    }
}

#[test]
fn two_processes_may_write_at_once() {
    let Opened { store, folder } = opened();
    let other = open(&folder);
    let write =
        |store: &Store| (0..40).for_each(|at| store.keep_asking(&asking("how?", at), None, None).unwrap());
    thread::scope(|scope| {
        for store in [&store, &store, &other, &other] {
            scope.spawn(move || write(store));
        }
    });
    assert_eq!(Opened { store, folder }.rows("askings"), 160);
}

/// What is there of it, by file.
fn files(folder: &TempDir) -> Vec<(String, Vec<u8>)> {
    let read = |name: &str| Some((name.to_owned(), fs::read(folder.path().join(name)).ok()?));
    ["passim.db", "passim.db-wal"].into_iter().filter_map(read).collect()
}

#[test]
fn a_newer_database_is_refused_and_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    foreign(&folder).pragma_update(None, "user_version", 99).unwrap();
    let before = files(&folder);
    let error = error_of(&folder);
    let newest = migrations::MIGRATIONS.len();
    let StoreError::Newer { version: 99, known, .. } = error else { panic!("{error}") };
    assert_eq!(known as usize, newest);
    assert_eq!(files(&folder), before);
}

/// Its version may be in the log only, which the next to open it for writing would settle.
#[test]
fn a_newer_database_that_was_killed_is_refused_and_left_as_it_is() {
    let Opened { store, folder } = opened();
    drop(store);
    let newer = foreign(&folder);
    newer.pragma_update(None, "user_version", 99).unwrap();
    let killed = tempfile::tempdir().unwrap();
    for (name, bytes) in files(&folder) {
        fs::write(killed.path().join(name), bytes).unwrap();
    }
    let before = files(&killed);
    assert_eq!(before.len(), 2);
    let error = error_of(&killed);
    assert!(matches!(error, StoreError::Newer { version: 99, .. }), "{error}");
    assert_eq!(files(&killed), before);
}

#[track_caller]
fn is_damaged(folder: &TempDir) {
    let error = error_of(folder);
    assert!(matches!(error, StoreError::Damaged { .. }), "{error}");
    assert!(error.to_string().contains("move it away"), "{error}");
}

#[test]
fn a_file_that_is_no_database_is_damaged() {
    for content in ["no database".to_owned(), "no database at all, and a long one\n".repeat(500)] {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("passim.db"), content).unwrap();
        is_damaged(&folder);
    }
}

#[test]
fn a_database_with_a_spoilt_page_is_damaged() {
    let Opened { store, folder } = opened();
    for at in 0..200 {
        store.keep_asking(&asking(&"how long? ".repeat(20), at), None, None).unwrap();
    }
    drop(store);
    let file = folder.path().join("passim.db");
    let sound = fs::read(&file).unwrap();
    let mut spoilt = sound.clone();
    let half = sound.len() / 2 / 4096 * 4096;
    spoilt[half..half + 4096].fill(0xff);
    fs::write(&file, spoilt).unwrap();
    is_damaged(&folder);
    fs::write(&file, &sound[..half]).unwrap();
    is_damaged(&folder);
    fs::write(&file, sound).unwrap();
    open(&folder);
}

#[test]
fn text_that_is_no_utf8_is_damage_and_no_panic() {
    let opened = opened();
    let id = opened.ask(opened.ann(), HERE, "how long?", 1);
    let spoil = "UPDATE askings SET question = CAST(x'ff41' AS TEXT)";
    foreign(&opened.folder).execute(spoil, []).unwrap();
    let error = opened.store.asking(&id).unwrap_err();
    assert!(matches!(error, StoreError::Damaged { attempted: "look up a question", .. }), "{error}");
}

#[test]
fn words_that_we_never_wrote_are_damage() {
    let opened = opened();
    let id = opened.ask(opened.ann(), HERE, "how long?", 1);
    for spoil in ["surface = 'telepathy'", "person = x'00'", "outcome = 'maybe'"] {
        foreign(&opened.folder).execute(&format!("UPDATE askings SET {spoil}"), []).unwrap();
        let error = opened.store.asking(&id).unwrap_err();
        assert!(matches!(error, StoreError::Damaged { .. }), "{spoil}: {error}");
    }
}

#[test]
fn whoever_holds_the_lock_is_waited_for_and_then_complained_about() {
    let folder = tempfile::tempdir().unwrap();
    let other = foreign(&folder);
    other.execute_batch("CREATE TABLE a (b); BEGIN EXCLUSIVE").unwrap();
    let error = error_of(&folder);
    assert!(matches!(error, StoreError::Locked { attempted: "open the store", .. }), "{error}");
}

#[test]
fn a_write_beside_a_long_one_fails_and_reading_goes_on() {
    let Opened { store, folder } = opened();
    drop(store);
    let store = Store::open(folder.path(), Duration::from_millis(50)).unwrap();
    let other = foreign(&folder);
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let kept = asking("how?", 1);
    let error = store.keep_asking(&kept, None, None).unwrap_err();
    assert!(matches!(error, StoreError::Locked { attempted: "keep a question", .. }), "{error}");
    assert_eq!(store.asking(&kept.id).unwrap(), None);
    other.execute_batch("ROLLBACK").unwrap();
    store.keep_asking(&kept, None, None).unwrap();
}

#[test]
fn a_full_disk_is_said_to_be_so_and_what_was_kept_stays() {
    let opened = opened();
    let id = opened.ask(opened.ann(), HERE, "how?", 1);
    opened.store.connection().pragma_update(None, "max_page_count", 1).unwrap();
    let error = opened.store.keep_asking(&asking(&"how? ".repeat(10_000), 2), None, None).unwrap_err();
    assert!(matches!(error, StoreError::Full { .. }), "{error}");
    assert!(opened.store.asking(&id).unwrap().is_some());
}

#[test]
fn a_thread_that_panics_in_the_middle_of_a_write_undoes_it_and_lets_the_others_go_on() {
    let opened = opened();
    opened.ask(opened.ann(), HERE, "how?", 1);
    let store = &opened.store;
    thread::scope(|scope| {
        let panics = || {
            store.write("delete all and panic", |transaction| -> rusqlite::Result<()> {
                transaction.execute("DELETE FROM askings", [])?;
                panic!("on purpose")
            })
        };
        scope.spawn(panics).join().unwrap_err();
    });
    assert_eq!(opened.rows("askings"), 1);
    opened.ask(opened.ann(), HERE, "how?", 2);
}

#[test]
fn a_folder_that_cannot_be_made_is_said_to_be_so() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("file"), "").unwrap();
    let error = Store::open(&folder.path().join("file/data"), PATIENCE).unwrap_err();
    assert!(matches!(error, StoreError::CannotCreate { .. }), "{error}");
}

#[test]
fn another_key_or_none_is_refused_rather_than_finding_nobody() {
    let Opened { store, folder } = opened();
    drop(store);
    let file = folder.path().join("person.key");
    let key = fs::read(&file).unwrap();
    fs::remove_file(&file).unwrap();
    let error = error_of(&folder).to_string();
    assert!(error.contains("it is not there; restore the key"), "{error}");
    assert!(!file.exists());
    fs::write(&file, [7; 32]).unwrap();
    let error = error_of(&folder);
    assert!(matches!(error, StoreError::Key { .. }), "{error}");
    fs::write(&file, key).unwrap();
    open(&folder);
}

#[test]
fn a_copied_database_holds_neither_ids_of_askers_nor_the_key() {
    let opened = opened();
    let user = UserId(0x1122_3344_5566_7788);
    let person = opened.store.person(user);
    opened.ask(person, HERE, "how long?", 1);
    opened.remember(&HERE, person, "how long?", 1);
    let key = fs::read(opened.folder.path().join("person.key")).unwrap();
    for (name, bytes) in files(&opened.folder) {
        for secret in [&key[..], &user.0.to_be_bytes(), &user.0.to_le_bytes(), user.0.to_string().as_bytes()]
        {
            let found = bytes.windows(secret.len()).any(|window| window == secret);
            assert!(!found, "{name} holds {secret:?}");
        }
    }
}

// Askings and receipts.

#[test]
fn an_asking_comes_back_as_it_was() {
    let Opened { store, .. } = &opened();
    let receipt = receipt("how long did they agree?", 5);
    let full = Asking {
        place: Some(Place { thread: Some(ThreadId(u64::MAX)), ..HERE }),
        person: Some(store.person(UserId(9))),
        understood_as: Some("how long did they agree?".to_owned()),
        sources: vec!["004".to_owned(), "'; --".to_owned()],
        receipt: Some(receipt.id.clone()),
        confidence: 0.123_456,
        asked_in: Some(MessageId(7)),
        is_private: true,
        ..asking("and how long?", 5)
    };
    store.keep_asking(&full, Some(&receipt), None).unwrap();
    assert_eq!(store.asking(&full.id).unwrap().as_ref(), Some(&full));
    assert_eq!(store.asking_in(MessageId(7)).unwrap().as_ref(), Some(&full));
    assert_eq!(store.receipt(&receipt.id).unwrap(), Some(receipt));

    assert_eq!(store.asking_answered_by(MessageId(8)).unwrap(), None);
    assert!(store.set_reply(&full.id, MessageId(8), &[]).unwrap());
    let answered = Asking { reply: Some(MessageId(8)), ..full };
    assert_eq!(store.asking_answered_by(MessageId(8)).unwrap(), Some(answered));
    assert!(!store.set_reply(&AskingId::random().unwrap(), MessageId(8), &[]).unwrap());
}

#[test]
fn an_answer_is_found_by_each_of_its_messages_as_long_as_they_are_its() {
    let Opened { store, .. } = &opened();
    let messages = [MessageId(9), MessageId(u64::MAX), MessageId(8)];
    let kept = Asking { reply: Some(MessageId(7)), further: messages.to_vec(), ..asking("list them all", 5) };
    store.keep_asking(&kept, None, None).unwrap();
    let answered_by = |message| store.asking_answered_by(message).unwrap();
    for message in [MessageId(7)].into_iter().chain(messages) {
        assert_eq!(answered_by(message).as_ref(), Some(&kept), "{message:?}");
    }
    assert!(store.set_reply(&kept.id, MessageId(7), &messages[..1]).unwrap());
    assert_eq!(answered_by(messages[0]).unwrap().further, messages[..1]);
    assert_eq!(answered_by(messages[1]), None);
    let gone = AskingId::random().unwrap();
    assert!(!store.set_reply(&gone, MessageId(7), &messages).unwrap());
    assert_eq!(answered_by(messages[1]), None);
}

#[test]
fn a_message_that_was_edited_answers_what_was_asked_last() {
    let Opened { store, .. } = &opened();
    let before = Asking { asked_in: Some(MessageId(1)), ..asking("list some", 5) };
    let after = Asking { asked_in: Some(MessageId(1)), ..asking("list them all", 6) };
    for asking in [&before, &after] {
        store.keep_asking(asking, None, None).unwrap();
        store.set_reply(&asking.id, MessageId(7), &[MessageId(8)]).unwrap();
    }
    for message in [MessageId(7), MessageId(8)] {
        assert_eq!(store.asking_answered_by(message).unwrap().unwrap().id, after.id);
    }
}

#[test]
fn what_a_message_answers_is_looked_up_without_going_through_all_askings() {
    let Opened { store, .. } = &opened();
    let sql = format!("EXPLAIN QUERY PLAN {}", askings::select_one(askings::ANSWERED_BY));
    let connection = store.connection();
    let mut statement = connection.prepare(&sql).unwrap();
    let steps: Vec<String> =
        statement.query_map([1], |row| row.get("detail")).unwrap().collect::<Result<_, _>>().unwrap();
    assert!(!steps.iter().any(|step| step.starts_with("SCAN")), "{steps:?}");
    assert!(steps.iter().any(|step| step.contains("askings_by_reply")), "{steps:?}");
}

#[test]
fn the_conversation_goes_on_with_what_was_asked_or_with_neither() {
    let opened = opened();
    let (store, ann) = (&opened.store, opened.ann());
    let asked = Asking { place: Some(HERE), person: Some(ann), ..asking("and how long?", 5) };
    store.keep_asking(&asked, None, Some("how long did they agree?")).unwrap();
    store.keep_asking(&asking("in the terminal?", 6), None, Some("in the terminal?")).unwrap();
    let without_receipt =
        Asking { id: AskingId::random().unwrap(), receipt: Some("unknown".to_owned()), ..asked.clone() };
    store.keep_asking(&without_receipt, None, Some("without its receipt?")).unwrap_err();
    store.keep_asking(&asked, None, Some("the same asking twice?")).unwrap();
    let questions = |since| store.conversation(&HERE, ann, 10, Moment(since)).unwrap();
    assert_eq!(questions(5), ["how long did they agree?"]);
    assert!(questions(6).is_empty());
    assert_eq!(opened.rows("turns"), 1);
}

#[test]
fn what_is_kept_twice_is_kept_once() {
    let opened = opened();
    let kept = Asking { place: Some(HERE), person: Some(opened.ann()), ..asking("how long?", 1) };
    for _ in 0..2 {
        opened.store.keep_asking(&kept, None, Some("how long?")).unwrap();
    }
    assert_eq!((opened.rows("askings"), opened.rows("turns")), (1, 1));
}

#[test]
fn every_surface_and_every_outcome_is_kept() {
    let Opened { store, .. } = &opened();
    let surfaces = [
        Surface::Mention,
        Surface::Command,
        Surface::Reply,
        Surface::Menu,
        Surface::DirectMessage,
        Surface::Modal,
        Surface::Terminal,
    ];
    let outcomes = [
        Outcome::Found,
        Outcome::Disputed,
        Outcome::Ambiguous,
        Outcome::Abstained,
        Outcome::SmallTalk,
        Outcome::NotAQuestion,
        Outcome::Failed,
    ];
    for surface in surfaces {
        for outcome in outcomes {
            let kept = Asking { surface, outcome, ..asking("how?", 1) };
            store.keep_asking(&kept, None, None).unwrap();
            assert_eq!(store.asking(&kept.id).unwrap(), Some(kept));
        }
    }
}

#[test]
fn any_text_comes_back_as_it_was() {
    let opened = opened();
    let long = "ü".repeat(100_000);
    for text in
        ["", "\0", "a\0b", "'; DROP TABLE askings; --", "\u{202e}\u{feff}\u{10ffff}", "%_?1:id", &long]
    {
        let id = opened.ask(opened.ann(), HERE, text, 1);
        let kept = opened.store.asking(&id).unwrap().unwrap();
        assert_eq!(kept.question, text);
        assert_eq!(opened.store.receipt(&kept.receipt.unwrap()).unwrap().unwrap().question, text);
        opened.remember(&HERE, opened.ann(), text, 1);
        assert_eq!(opened.store.conversation(&HERE, opened.ann(), 1, Moment(0)).unwrap(), [text]);
        assert!(opened.store.note_unanswered(&id, Some(GUILD), text, &lacking(text)).unwrap());
    }
    assert_eq!(opened.store.unanswered(Scope::Guild(GUILD), false, 100, 0).unwrap().len(), 7);
}

#[test]
fn the_last_asking_is_of_that_person_in_that_place() {
    let opened = opened();
    let elsewhere = Place { channel: ChannelId(11), ..HERE };
    opened.ask(opened.ann(), HERE, "first?", 1);
    let last = opened.ask(opened.ann(), HERE, "second?", 1);
    opened.ask(opened.ann(), elsewhere, "elsewhere?", 2);
    opened.ask(opened.ben(), HERE, "by another?", 2);
    assert_eq!(opened.store.last_asking(&HERE, opened.ann()).unwrap().unwrap().id, last);
    let thread = Place { thread: Some(ThreadId(1)), ..HERE };
    assert_eq!(opened.store.last_asking(&thread, opened.ann()).unwrap(), None);
}

#[test]
fn the_same_receipt_twice_is_the_first() {
    let opened = opened();
    opened.ask(opened.ann(), HERE, "how long?", 1);
    opened.ask(opened.ben(), HERE, "how long?", 2);
    let kept = opened.store.receipt("receipt of how long?").unwrap().unwrap();
    assert_eq!(kept, receipt("how long?", 1));
    assert_eq!((opened.rows("receipts"), opened.rows("citations")), (1, 1));
}

#[test]
fn a_receipt_of_version_2_keeps_its_citations_and_what_it_did_not_know_stays_unknown() {
    let folder = tempfile::tempdir().unwrap();
    let mut old = foreign(&folder);
    migrations::migrate(&mut old, &migrations::MIGRATIONS[..2]).unwrap();
    let citations = r#"[{"path": "a.md", "source": "a", "byte_start": 3, "byte_end": 11, "sha256": "00ff", "quote": "15 years"},
                        {"path": "ä.md", "source": "ä", "byte_start": 0, "byte_end": 1, "sha256": "01", "quote": "\"\u00e9"}]"#;
    let sql = "INSERT INTO receipts (id, question, fingerprint, answer, citations, at) VALUES (?1, 'q', 'f', 'a', ?2, 9)";
    old.execute(sql, ["two", citations]).unwrap();
    old.execute(sql, ["none", "[]"]).unwrap();
    drop(old);
    let store = open(&folder);
    let two = store.receipt("two").unwrap().unwrap();
    let unknown =
        Cited { lines: None, encoding: None, neighbours: None, ..receipt("q", 9).citations.remove(0) };
    assert_eq!(two.citations[0], unknown);
    assert_eq!((two.citations[1].source.as_str(), two.citations[1].quote.as_str()), ("ä", "\"é"));
    assert_eq!((two.confidence, two.version, two.explanation), (None, None, None));
    assert_eq!(store.receipt("none").unwrap().unwrap().citations, []);
}

/// The receipts that are gone through, `most` at a time.
fn gone_through(store: &Store, which: Which<'_>, most: usize) -> Vec<Claims> {
    let (mut all, mut after) = (Vec::new(), After::default());
    loop {
        let (page, next) = store.claims(which, &after, most).unwrap();
        assert!(page.len() <= most);
        if page.is_empty() {
            return all;
        }
        all.extend(page);
        after = next;
    }
}

#[test]
fn receipts_are_gone_through_by_source_however_many_at_a_time() {
    let Opened { store, .. } = opened();
    let cited = |path: &str| Cited { path: path.to_owned(), ..receipt("q", 1).citations.remove(0) };
    for (question, paths) in
        [("1", &["b", "a"][..]), ("2", &["a", "b", "a"]), ("3", &["b"]), ("4", &[]), ("5", &[])]
    {
        let citations = paths.iter().map(|path| cited(path)).collect();
        let kept = Receipt { id: question.to_owned(), citations, ..receipt(question, 1) };
        store.keep_asking(&asking(question, 1), Some(&kept), None).unwrap();
    }
    let ids = |which, most| -> Vec<(String, usize)> {
        let claims = gone_through(&store, which, most).into_iter();
        claims.map(|claims| (claims.receipt, claims.citations.len())).collect()
    };
    let expected = |ids: &[(&str, usize)]| -> Vec<(String, usize)> {
        ids.iter().map(|(id, citations)| ((*id).to_owned(), *citations)).collect()
    };
    for most in 1..=7 {
        assert_eq!(
            ids(Which::All, most),
            expected(&[("4", 0), ("5", 0), ("2", 3), ("1", 2), ("3", 1)]),
            "{most}"
        );
        assert_eq!(ids(Which::Citing("a"), most), expected(&[("1", 2), ("2", 3)]), "{most}");
        assert_eq!(ids(Which::Citing("c"), most), [], "{most}");
    }
    let whole = store.receipt("2").unwrap().unwrap();
    assert_eq!(gone_through(&store, Which::Citing("a"), 9)[1], Claims::from(whole));
}

#[test]
fn an_asking_is_not_kept_without_the_receipt_it_names() {
    let opened = opened();
    let unproven = Asking { receipt: Some("nowhere".to_owned()), ..asking("how?", 1) };
    let error = opened.store.keep_asking(&unproven, None, None).unwrap_err();
    assert!(matches!(error, StoreError::Failed { .. }), "{error}");
    let invented = Asking { confidence: f64::NAN, ..asking("how?", 1) };
    opened.store.keep_asking(&invented, Some(&receipt("how?", 1)), None).unwrap_err();
    assert_eq!((opened.rows("askings"), opened.rows("receipts")), (0, 0));
}

#[test]
fn public_answers_are_those_that_others_see_and_that_no_note_stands_under() {
    let opened = opened();
    let receipt = receipt("how long?", 1);
    let kept = |reply: u64, at: i64, change: fn(&mut Asking)| {
        let place = Some(Place { thread: Some(ThreadId(3)), ..HERE });
        let mut asking = Asking {
            place,
            receipt: Some(receipt.id.clone()),
            reply: Some(MessageId(reply)),
            ..asking("how long?", at)
        };
        change(&mut asking);
        opened.store.keep_asking(&asking, Some(&receipt), None).unwrap();
        asking.id
    };
    kept(1, 9, |_| {});
    let first = kept(2, 10, |_| {});
    let last = kept(3, 11, |asking| asking.further = vec![MessageId(4), MessageId(5)]);
    kept(6, 12, |asking| asking.is_private = true);
    kept(7, 12, |asking| asking.place = Some(Place { guild: None, ..HERE }));
    kept(8, 12, |asking| asking.place = None);
    kept(9, 12, |asking| asking.reply = None);
    // Edited to answer something else.
    kept(10, 12, |_| {});
    kept(10, 13, |asking| asking.receipt = None);
    let receipts = ["none".to_owned(), receipt.id.clone()];
    let public = || -> Vec<(AskingId, MessageId)> {
        let answers = opened.store.public_answers(&receipts, Moment(10)).unwrap();
        answers.into_iter().map(|answer| (answer.asking, answer.message)).collect()
    };
    assert_eq!(public(), [(last.clone(), MessageId(5)), (first.clone(), MessageId(2))]);
    for _ in 0..2 {
        opened.store.note_stale(&last, Moment(20)).unwrap();
        assert_eq!(public(), [(first.clone(), MessageId(2))]);
    }
    opened.store.note_stale(&AskingId::random().unwrap(), Moment(20)).unwrap();
}

// Conversations.

#[test]
fn a_conversation_is_of_one_person_in_one_guild_channel_and_thread() {
    let opened = opened();
    let (ann, ben) = (opened.ann(), opened.ben());
    let places = [
        HERE,
        Place { guild: Some(OTHER_GUILD), ..HERE },
        Place { guild: None, ..HERE },
        Place { channel: ChannelId(11), ..HERE },
        Place { thread: Some(ThreadId(10)), ..HERE },
        Place { thread: Some(ThreadId(11)), ..HERE },
    ];
    let said = |place: Place, person| format!("{place:?} {person:?}");
    for place in places {
        for person in [ann, ben] {
            opened.remember(&place, person, &said(place, person), 1);
        }
    }
    for place in places {
        for person in [ann, ben] {
            let found = opened.store.conversation(&place, person, 10, Moment(0)).unwrap();
            assert_eq!(found, [said(place, person)]);
        }
    }
}

#[test]
fn a_conversation_is_bounded_expires_and_reads_oldest_first() {
    let opened = opened();
    let ann = opened.ann();
    let questions = |limit, since| opened.store.conversation(&HERE, ann, limit, Moment(since)).unwrap();
    for at in 1..=20 {
        opened.remember(&HERE, ann, &at.to_string(), at);
    }
    assert_eq!(opened.rows("turns"), LONGEST_CONVERSATION);
    assert_eq!(questions(3, 0), ["18", "19", "20"]);
    assert_eq!(questions(3, 19), ["19", "20"]);
    assert!(questions(3, 21).is_empty());
    opened.remember(&HERE, opened.ben(), "by another", 0);
    assert_eq!(questions(100, 0).len(), LONGEST_CONVERSATION as usize);
}

// Votes.

#[test]
fn a_vote_counts_once_and_can_be_changed() {
    let opened = opened();
    let id = opened.ask(opened.ann(), HERE, "how long?", 1);
    let vote = |person, vote, at| assert!(opened.store.vote(&id, person, vote, Moment(at)).unwrap());
    vote(opened.ann(), Vote::Helpful, 2);
    vote(opened.ann(), Vote::Helpful, 3);
    assert_eq!(opened.store.votes(&id).unwrap(), Votes { helpful: 1, not_helpful: 0 });
    vote(opened.ben(), Vote::Helpful, 4);
    vote(opened.ann(), Vote::NotHelpful, 5);
    assert_eq!(opened.store.votes(&id).unwrap(), Votes { helpful: 1, not_helpful: 1 });
}

#[test]
fn a_vote_on_what_is_gone_is_no_failure() {
    let opened = opened();
    let gone = AskingId::random().unwrap();
    assert!(!opened.store.vote(&gone, opened.ann(), Vote::Helpful, Moment(1)).unwrap());
    assert_eq!(opened.store.votes(&gone).unwrap(), Votes::default());
}

#[test]
fn feedback_is_of_one_guild_newest_first_and_never_of_private_questions() {
    let opened = opened();
    let elsewhere = Place { guild: Some(OTHER_GUILD), ..HERE };
    let first = opened.ask(opened.ann(), HERE, "first?", 1);
    let second = opened.ask(opened.ann(), HERE, "second?", 2);
    let foreign = opened.ask(opened.ann(), elsewhere, "elsewhere?", 3);
    let private = Asking { place: Some(HERE), is_private: true, ..asking("private?", 4) };
    let unanswered = Asking { place: Some(HERE), ..asking("third?", 4) };
    opened.store.keep_asking(&private, None, None).unwrap();
    opened.store.keep_asking(&unanswered, None, None).unwrap();
    opened.ask(opened.ann(), HERE, "without a vote?", 5);
    let voted_on = [&unanswered.id, &second, &foreign, &private.id, &first];
    for (at, id) in voted_on.into_iter().enumerate() {
        opened.store.vote(id, opened.ben(), Vote::NotHelpful, Moment(at as i64)).unwrap();
    }
    let votes = Votes { helpful: 0, not_helpful: 1 };
    let feedback = |asking, question: &str, answer: Option<&str>, at| Feedback {
        asking,
        question: question.to_owned(),
        answer: answer.map(str::to_owned),
        sources: answer.map(|_| "a".to_owned()).into_iter().collect(),
        rests_on: answer.map(|_| ("a".to_owned(), "a.md".to_owned())).into_iter().collect(),
        votes,
        notes: Vec::new(),
        at: Moment(at),
    };
    let expected = [
        feedback(first, "first?", Some("15 years"), 4),
        feedback(second, "second?", Some("15 years"), 1),
        feedback(unanswered.id, "third?", None, 0),
    ];
    assert_eq!(opened.store.feedback(Scope::Guild(GUILD), 10, 0).unwrap(), expected);
    assert_eq!(opened.store.feedback(Scope::Guild(GUILD), 1, 0).unwrap(), expected[..1]);
    assert_eq!(opened.store.feedback(Scope::Guild(GUILD), 2, 1).unwrap(), expected[1..]);
    assert!(opened.store.feedback(Scope::Guild(GUILD), 10, 3).unwrap().is_empty());
}

// Unanswered questions.

impl Opened {
    fn ask_in_vain(&self, person: Person, guild: GuildId, question: &str, at: i64) -> AskingId {
        let place = Place { guild: Some(guild), ..HERE };
        let id = self.ask_for(Outcome::Abstained, person, place, question, at);
        let normalised = question.to_lowercase();
        assert!(self.store.note_unanswered(&id, Some(guild), &normalised, &lacking("beer")).unwrap());
        id
    }

    /// Question and count of each group.
    fn unanswered(&self, guild: GuildId) -> Vec<(String, u32)> {
        let groups = self.store.unanswered(Scope::Guild(guild), false, 10, 0).unwrap();
        groups.into_iter().map(|group| (group.question, group.count)).collect()
    }
}

#[test]
fn questions_that_ask_the_same_are_one_group_most_asked_first() {
    let opened = opened();
    opened.ask_in_vain(opened.ann(), GUILD, "Who brews?", 1);
    opened.ask_in_vain(opened.ann(), GUILD, "Where is beer?", 2);
    opened.ask_in_vain(opened.ben(), GUILD, "where is BEER?", 4);
    opened.ask_in_vain(opened.ann(), GUILD, "WHERE is beer?", 3);
    opened.ask_in_vain(opened.ann(), OTHER_GUILD, "Where is beer?", 5);
    let groups = opened.store.unanswered(Scope::Guild(GUILD), false, 10, 0).unwrap();
    let expected = Unanswered {
        id: groups[0].id,
        question: "where is BEER?".to_owned(),
        gap: lacking("beer"),
        count: 3,
        disliked: 0,
        people: 2,
        guilds: 1,
        first: Moment(2),
        last: Moment(4),
        is_resolved: false,
    };
    assert_eq!(groups[0], expected);
    assert_eq!(opened.unanswered(GUILD)[1..], [("Who brews?".to_owned(), 1)]);
    assert_eq!(opened.unanswered(OTHER_GUILD), [("Where is beer?".to_owned(), 1)]);
    assert_eq!(opened.store.unanswered(Scope::Guild(GUILD), false, 1, 0).unwrap(), groups[..1]);
    assert_eq!(opened.store.unanswered(Scope::Guild(GUILD), false, 10, 1).unwrap(), groups[1..]);
    assert_eq!(opened.store.unanswered_count(GUILD).unwrap(), 2);
    assert_eq!(opened.store.unanswered_count(OTHER_GUILD).unwrap(), 1);
}

#[test]
fn an_asking_that_is_noted_twice_counts_once() {
    let opened = opened();
    let id = opened.ask_in_vain(opened.ann(), GUILD, "who brews?", 1);
    assert!(opened.store.note_unanswered(&id, Some(GUILD), "who brews?", &Gap::default()).unwrap());
    assert!(opened.store.note_unanswered(&id, Some(GUILD), "something else", &Gap::default()).unwrap());
    assert_eq!(opened.unanswered(GUILD), [("who brews?".to_owned(), 1)]);
    assert_eq!(opened.rows("unanswered"), 1);
    let gone = AskingId::random().unwrap();
    assert!(!opened.store.note_unanswered(&gone, Some(GUILD), "another", &Gap::default()).unwrap());
    assert_eq!(opened.rows("unanswered"), 1);
}

#[test]
fn a_resolved_group_is_hidden_until_somebody_asks_in_vain_again() {
    let opened = opened();
    opened.ask_in_vain(opened.ann(), GUILD, "who brews?", 1);
    let group = opened.store.unanswered(Scope::Guild(GUILD), false, 1, 0).unwrap()[0].id;
    assert!(!opened.store.set_resolved(OTHER_GUILD, group, true).unwrap(), "it is another guild's");
    assert!(opened.store.set_resolved(GUILD, group, true).unwrap());
    assert!(opened.unanswered(GUILD).is_empty());
    assert_eq!(opened.store.unanswered_count(GUILD).unwrap(), 0);
    assert!(opened.store.unanswered(Scope::Guild(GUILD), true, 10, 0).unwrap()[0].is_resolved);
    opened.ask_in_vain(opened.ben(), GUILD, "who brews?", 2);
    assert_eq!(opened.unanswered(GUILD), [("who brews?".to_owned(), 2)]);
    assert!(opened.store.set_resolved(GUILD, group, true).unwrap());
    assert!(opened.store.set_resolved(GUILD, group, false).unwrap());
    assert_eq!(opened.unanswered(GUILD).len(), 1);
}

#[test]
fn over_all_guilds_and_the_terminal_those_that_ask_the_same_are_one() {
    let opened = opened();
    opened.ask_in_vain(opened.ann(), GUILD, "Who brews?", 1);
    opened.ask_in_vain(opened.ben(), OTHER_GUILD, "who brews?", 3);
    let terminal = Asking { outcome: Outcome::Abstained, ..asking("WHO brews?", 2) };
    opened.store.keep_asking(&terminal, None, None).unwrap();
    assert!(opened.store.note_unanswered(&terminal.id, None, "who brews?", &Gap::default()).unwrap());
    let [group] = &opened.store.unanswered(Scope::All, false, 10, 0).unwrap()[..] else { panic!() };
    assert_eq!((group.question.as_str(), &group.gap), ("who brews?", &lacking("beer")));
    assert_eq!((group.count, group.people, group.guilds, group.disliked), (3, 2, 3, 0));
    assert_eq!((group.first, group.last), (Moment(1), Moment(3)));
    let declined = opened.store.declined_groups(10).unwrap();
    assert_eq!(declined.len(), 3);
    let places: Vec<_> =
        declined.iter().map(|group| (group.guild, group.place.and_then(|place| place.guild))).collect();
    for guild in [None, Some(GUILD), Some(OTHER_GUILD)] {
        assert!(places.contains(&(guild, guild)), "{places:?}");
    }
    let ids: Vec<UnansweredId> = declined.iter().map(|group| group.id).collect();
    opened.store.resolve_all(&ids).unwrap();
    assert!(opened.store.unanswered(Scope::All, false, 10, 0).unwrap().is_empty());
    assert!(opened.store.declined_groups(10).unwrap().is_empty());
}

#[test]
fn an_answer_that_did_not_help_is_listed_until_nobody_says_so_any_more() {
    let opened = opened();
    let id = opened.ask(opened.ann(), HERE, "how long?", 1);
    let vote = |person, vote| opened.store.vote(&id, person, vote, Moment(2)).unwrap();
    vote(opened.ann(), Vote::NotHelpful);
    vote(opened.ben(), Vote::NotHelpful);
    assert!(opened.store.note_unanswered(&id, Some(GUILD), "long", &Gap::default()).unwrap());
    let group = &opened.store.unanswered(Scope::Guild(GUILD), false, 10, 0).unwrap()[0];
    assert_eq!((group.count, group.disliked, group.people), (1, 1, 1));
    // There is an answer: nothing is to be found out by asking again.
    assert!(opened.store.declined_groups(10).unwrap().is_empty());
    vote(opened.ann(), Vote::Helpful);
    assert_eq!(opened.unanswered(GUILD).len(), 1);
    vote(opened.ben(), Vote::Helpful);
    assert!(opened.unanswered(GUILD).is_empty());
}

#[test]
fn what_is_said_beside_a_vote_goes_with_it() {
    let opened = opened();
    let id = opened.ask(opened.ann(), HERE, "how long?", 1);
    let note = |person, text| opened.store.note_on_vote(&id, person, text).unwrap();
    assert!(!note(opened.ann(), "nobody voted"));
    opened.store.vote(&id, opened.ann(), Vote::NotHelpful, Moment(1)).unwrap();
    opened.store.vote(&id, opened.ben(), Vote::NotHelpful, Moment(2)).unwrap();
    assert!(note(opened.ben(), "too old") && note(opened.ann(), "first") && note(opened.ann(), "wrong year"));
    let notes = || opened.store.feedback(Scope::All, 10, 0).unwrap()[0].notes.clone();
    assert_eq!(notes(), ["wrong year", "too old"]);
    opened.store.vote(&id, opened.ann(), Vote::Helpful, Moment(3)).unwrap();
    assert_eq!(notes(), ["too old"]);
}

#[test]
fn the_source_that_disappoints_most_comes_first() {
    let opened = opened();
    for (question, source, votes) in
        [("a?", "good", [true, true]), ("b?", "bad", [false, false]), ("c?", "mixed", [true, false])]
    {
        let asking = Asking { place: Some(HERE), ..asking(question, 1) };
        let mut receipt = receipt(question, 1);
        receipt.citations[0].source = source.to_owned();
        let asking = Asking { receipt: Some(receipt.id.clone()), ..asking };
        opened.store.keep_asking(&asking, Some(&receipt), None).unwrap();
        for (person, helpful) in [opened.ann(), opened.ben()].into_iter().zip(votes) {
            let vote = if helpful { Vote::Helpful } else { Vote::NotHelpful };
            opened.store.vote(&asking.id, person, vote, Moment(1)).unwrap();
        }
    }
    let by_source = opened.store.feedback_by_source(Scope::Guild(GUILD), 10, &|_, _| true).unwrap();
    let seen: Vec<_> = by_source
        .iter()
        .map(|source| {
            (source.source.as_str(), source.answers, source.votes.helpful, source.votes.not_helpful)
        })
        .collect();
    assert_eq!(seen, [("bad", 1, 0, 2), ("mixed", 1, 1, 1), ("good", 1, 2, 0)]);
    assert!(opened.store.feedback_by_source(Scope::Guild(OTHER_GUILD), 10, &|_, _| true).unwrap().is_empty());
    // Who counts only some gets as many of these.
    let counts = |source: &str, path: &str| source != "bad" && path == "a.md";
    let counted = opened.store.feedback_by_source(Scope::Guild(GUILD), 1, &counts).unwrap();
    assert_eq!(counted.iter().map(|source| source.source.as_str()).collect::<Vec<_>>(), ["mixed"]);
}

fn lacking(word: &str) -> Gap {
    let nearest = Nearest { source: "a".to_owned(), path: "a.md".to_owned(), line: 3 };
    Gap { missing: vec![word.to_owned()], nearest: Some(nearest) }
}

// Who waits, and what was withdrawn.

fn wanted(user: UserId, guild: GuildId, question: &str) -> Wanted<'_> {
    Wanted { user, guild, question, normalised: question, sources: &[], language: "en" }
}

#[test]
fn who_wants_to_be_told_is_known_by_name_until_they_are() {
    let opened = opened();
    let question = "who brews?";
    for at in [1, 3] {
        opened.store.watch(&wanted(UserId(100), GUILD, question), Moment(at)).unwrap();
    }
    opened.store.watch(&wanted(UserId(200), GUILD, question), Moment(2)).unwrap();
    let waiting = opened.store.watches(10).unwrap();
    let seen: Vec<_> = waiting.iter().map(|watch| (watch.user, watch.at)).collect();
    assert_eq!(seen, [(UserId(200), Moment(2)), (UserId(100), Moment(3))]);
    assert!(opened.store.end_watch(waiting[0].id).unwrap());
    assert!(!opened.store.end_watch(waiting[0].id).unwrap());
    assert_eq!(opened.store.watches(10).unwrap(), waiting[1..]);
}

fn withdrawal(guild: Option<GuildId>, reason: &str, at: i64) -> Withdrawal {
    let receipt = receipt("how long?", 1);
    Withdrawal::of(&receipt, guild, reason.to_owned(), By::User(UserId(100)), Moment(at))
}

#[test]
fn a_withdrawal_holds_in_its_guild_before_one_for_all_and_can_be_lifted() {
    let Opened { store, .. } = &opened();
    let reason = |guild| store.withdrawal(guild, "long").unwrap().map(|found| found.reason);
    store.withdraw(&withdrawal(None, "for all", 1), "long").unwrap();
    store.withdraw(&withdrawal(Some(GUILD), "first", 2), "long").unwrap();
    store.withdraw(&withdrawal(Some(GUILD), "newest", 3), "long").unwrap();
    assert_eq!(reason(Some(GUILD)).as_deref(), Some("newest"));
    assert_eq!(reason(Some(OTHER_GUILD)).as_deref(), Some("for all"));
    assert_eq!(reason(None).as_deref(), Some("for all"));
    assert_eq!(store.withdrawal(Some(GUILD), "short").unwrap(), None);
    assert_eq!(
        store.withdrawals().unwrap(),
        [withdrawal(Some(GUILD), "newest", 3), withdrawal(None, "for all", 1)]
    );
    let receipt = receipt("how long?", 1).id;
    assert_eq!(store.lift_withdrawal(&receipt, Some(GUILD)).unwrap(), 1);
    assert_eq!(reason(Some(GUILD)).as_deref(), Some("for all"));
    assert_eq!(store.lift_withdrawal(&receipt, None).unwrap(), 1);
    assert_eq!(store.lift_withdrawal(&receipt, None).unwrap(), 0);
}

#[test]
fn golden_replies_are_those_of_the_last_time_in_their_corpus() {
    let Opened { store, .. } = &opened();
    let reply = |question: &str, reply: &str| GoldenReply {
        question: question.to_owned(),
        reply: reply.to_owned(),
        receipt: "0".to_owned(),
    };
    let old = [reply("b?", "1"), reply("a?", "2")];
    store.keep_golden("seeds", &old, Moment(1)).unwrap();
    store.keep_golden("other", &old[..1], Moment(1)).unwrap();
    assert_eq!(store.golden("seeds").unwrap(), [reply("a?", "2"), reply("b?", "1")]);
    store.keep_golden("seeds", &[reply("c?", "3")], Moment(2)).unwrap();
    assert_eq!(store.golden("seeds").unwrap(), [reply("c?", "3")]);
    assert_eq!(store.golden("other").unwrap(), old[..1]);
}

// Listings.

#[test]
fn a_listing_comes_back_as_it_was_after_a_restart() {
    let opened = opened();
    let listing = listing(opened.ann(), 5);
    opened.store.keep_listing(&listing).unwrap();
    let Opened { store, folder } = opened;
    drop(store);
    let store = open(&folder);
    assert_eq!(store.listing(&listing.id).unwrap(), Some(listing));
    assert_eq!(store.listing(&ListingId::random().unwrap()).unwrap(), None);
}

fn listing(person: Person, at: i64) -> Listing {
    Listing {
        id: ListingId::random().unwrap(),
        person,
        content: "{\"page\": \"ü\"}".to_owned(),
        at: Moment(at),
    }
}

// Channels and the audit log.

#[test]
fn a_channel_is_on_until_somebody_turns_it() {
    let Opened { store, .. } = &opened();
    let channel = ChannelId(10);
    assert_eq!(store.channel(GUILD, channel).unwrap(), Switch::On);
    for (at, switch) in [Switch::Off, Switch::Private, Switch::On].into_iter().enumerate() {
        let set = ChannelSwitch { channel, switch, set_by: UserId(u64::MAX), at: Moment(at as i64) };
        store.set_channel(GUILD, &set).unwrap();
        assert_eq!(store.channel(GUILD, channel).unwrap(), switch);
        assert_eq!(store.channels(GUILD).unwrap(), [set]);
    }
    let off = ChannelSwitch { channel, switch: Switch::Off, set_by: UserId(1), at: Moment(9) };
    store.set_channel(OTHER_GUILD, &off).unwrap();
    assert_eq!(store.channel(GUILD, channel).unwrap(), Switch::On);
    assert_eq!(store.channel(OTHER_GUILD, ChannelId(11)).unwrap(), Switch::On);
}

#[test]
fn the_audit_log_is_of_one_guild_newest_first() {
    let Opened { store, .. } = &opened();
    let deed = |guild, what: &str, at| Deed {
        by: By::User(UserId(100)),
        guild,
        what: what.to_owned(),
        details: "3 added".to_owned(),
        at: Moment(at),
    };
    let deeds =
        [deed(Some(GUILD), "reindex", 2), deed(Some(GUILD), "channel off", 2), deed(None, "reindex", 3)];
    deeds.iter().for_each(|deed| store.audit(deed).unwrap());
    assert_eq!(store.audit_log(Some(GUILD), 10).unwrap(), [deeds[1].clone(), deeds[0].clone()]);
    assert_eq!(store.audit_log(Some(GUILD), 1).unwrap(), [deeds[1].clone()]);
    assert_eq!(store.audit_log(None, 10).unwrap(), [deeds[2].clone()]);
}

#[test]
fn the_audit_log_is_written_at_its_end_only() {
    let opened = opened();
    let (what, details) = ("withdraw".to_owned(), String::new());
    let deed = Deed { by: By::Terminal, guild: None, what, details, at: Moment(1) };
    opened.store.audit(&deed).unwrap();
    assert_eq!(opened.store.whole_audit_log(10).unwrap(), [deed]);
    let error = foreign(&opened.folder).execute("UPDATE audit SET what = 'nothing'", []).unwrap_err();
    assert!(error.to_string().contains("append only"), "{error}");
}

#[test]
fn old_data_is_looked_for_once_a_day() {
    let opened = busy();
    let retention = |at| Retention {
        askings: Moment(at),
        conversations: Moment(at),
        audit: Moment(at),
        left_guilds: Moment(0),
    };
    let day = 24 * 60 * 60 * 1_000;
    opened.store.clean_daily(&retention(0), Moment(day)).unwrap();
    opened.store.clean_daily(&retention(100), Moment(2 * day - 1)).unwrap();
    assert_eq!(opened.rows("askings"), 8);
    opened.store.clean_daily(&retention(100), Moment(2 * day)).unwrap();
    assert_eq!(opened.rows("askings"), 0);
}

// Removal.

/// Ann and Ben in two guilds, with something in every table.
fn busy() -> Opened {
    let opened = opened();
    for person in [opened.ann(), opened.ben()] {
        for guild in [GUILD, OTHER_GUILD] {
            let place = Place { guild: Some(guild), ..HERE };
            let own = format!("{person:?} in {guild:?}?");
            opened.ask_in_vain(person, guild, &own, 10);
            let shared = opened.ask_in_vain(person, guild, "Who brews?", 20);
            opened.remember(&place, person, &own, 20);
            opened.store.keep_listing(&listing(person, 20)).unwrap();
            opened.store.set_reply(&shared, MessageId(1), &[MessageId(2)]).unwrap();
            opened.store.note_stale(&shared, Moment(22)).unwrap();
            opened.store.vote(&shared, opened.ann(), Vote::Helpful, Moment(21)).unwrap();
            opened.store.vote(&shared, opened.ben(), Vote::Helpful, Moment(21)).unwrap();
        }
    }
    for guild in [GUILD, OTHER_GUILD] {
        let user = UserId(100);
        let off = ChannelSwitch { channel: ChannelId(10), switch: Switch::Off, set_by: user, at: Moment(5) };
        opened.store.set_channel(guild, &off).unwrap();
        for user in [100, 200].map(UserId) {
            let question = format!("who brews in {}?", guild.0);
            opened.store.watch(&wanted(user, guild, &question), Moment(10)).unwrap();
        }
        opened.store.withdraw(&withdrawal(Some(guild), "it was renewed", 10), "brew").unwrap();
        let (what, details) = ("channel off".to_owned(), String::new());
        opened
            .store
            .audit(&Deed { by: By::User(user), guild: Some(guild), what, details, at: Moment(5) })
            .unwrap();
    }
    opened
}

impl Opened {
    fn all_rows(&self) -> Removed {
        let rows = |table| self.rows(table) as usize;
        Removed {
            askings: rows("askings"),
            receipts: rows("receipts"),
            turns: rows("turns"),
            listings: rows("listings"),
            votes: rows("votes"),
            unanswered: rows("unanswered"),
            watches: rows("watches"),
            withdrawals: rows("withdrawals"),
            channels: rows("channels"),
            deeds: rows("audit"),
        }
    }
}

#[test]
fn forgetting_a_person_leaves_nothing_of_theirs_and_all_of_the_others() {
    let opened = busy();
    let before = opened.all_rows();
    let removed = opened.store.forget(opened.ann()).unwrap();
    let expected = Removed {
        askings: 4,
        receipts: 2,
        turns: 2,
        listings: 2,
        votes: 6,
        unanswered: 2,
        watches: 2,
        withdrawals: 0,
        channels: 0,
        deeds: 0,
    };
    assert_eq!(removed, expected);
    let left = Removed {
        askings: 4,
        receipts: 3,
        turns: 2,
        listings: 2,
        votes: 2,
        unanswered: 4,
        watches: 2,
        withdrawals: 2,
        channels: 2,
        deeds: 2,
    };
    assert_eq!(opened.all_rows(), left);
    assert_eq!(before.votes, 8);
    assert_eq!(opened.store.forget(opened.ann()).unwrap(), Removed::default());
    assert_eq!(opened.store.asking_answered_by(MessageId(2)).unwrap().unwrap().person, Some(opened.ben()));
    assert_eq!(opened.unanswered(GUILD)[0], ("Who brews?".to_owned(), 1));
    opened.store.forget(opened.ben()).unwrap();
    let left = ["further_messages", "citations", "stale_notes"].map(|table| opened.rows(table));
    assert_eq!(left, [0, 0, 0]);
}

#[test]
fn what_a_forgotten_person_wrote_is_in_none_of_the_files() {
    let opened = busy();
    let secret = b"a very particular question";
    let text = String::from_utf8_lossy(secret);
    opened.ask_in_vain(opened.ann(), GUILD, &text, 30);
    opened.remember(&HERE, opened.ann(), &text, 30);
    let is_there = || {
        let holds = |bytes: &[u8]| bytes.windows(secret.len()).any(|window| window == secret);
        files(&opened.folder).iter().any(|(_, bytes)| holds(bytes))
    };
    assert!(is_there());
    opened.store.forget(opened.ann()).unwrap();
    assert!(!is_there());
}

#[test]
fn forgetting_a_guild_leaves_the_other_guilds() {
    let opened = busy();
    let removed = opened.store.forget_guild(GUILD).unwrap();
    let half = Removed {
        askings: 4,
        receipts: 2,
        turns: 2,
        // They are a person's, and go with the conversations.
        listings: 0,
        votes: 4,
        unanswered: 3,
        watches: 2,
        withdrawals: 1,
        channels: 1,
        deeds: 1,
    };
    assert_eq!(removed, half);
    assert_eq!(opened.all_rows(), Removed { receipts: 3, listings: 4, ..half });
    assert!(opened.unanswered(GUILD).is_empty());
    assert_eq!(opened.unanswered(OTHER_GUILD).len(), 3);
    assert_eq!(opened.store.channel(GUILD, ChannelId(10)).unwrap(), Switch::On);
    assert_eq!(opened.store.forget_guild(GUILD).unwrap(), Removed::default());
}

#[test]
fn what_is_too_old_goes_and_the_rest_stays() {
    let opened = busy();
    let nothing = Retention {
        askings: Moment(10),
        conversations: Moment(20),
        audit: Moment(5),
        left_guilds: Moment(0),
    };
    assert_eq!(opened.store.prune(&nothing).unwrap(), Removed::default());
    let old = Retention {
        askings: Moment(11),
        conversations: Moment(21),
        audit: Moment(6),
        left_guilds: Moment(0),
    };
    let removed = opened.store.prune(&old).unwrap();
    let expected = Removed {
        askings: 4,
        receipts: 4,
        turns: 4,
        listings: 4,
        votes: 0,
        unanswered: 4,
        watches: 4,
        withdrawals: 0,
        channels: 0,
        deeds: 2,
    };
    assert_eq!(removed, expected);
    assert_eq!(opened.store.prune(&Retention { askings: Moment(21), ..old }).unwrap().votes, 8);
    assert_eq!(opened.all_rows(), Removed { channels: 2, withdrawals: 2, ..Removed::default() });
}

#[test]
fn a_guild_that_was_left_is_known_until_it_is_back_or_forgotten() {
    let opened = busy();
    let store = &opened.store;
    assert_eq!(store.known_guilds().unwrap(), [GUILD, OTHER_GUILD]);
    store.note_left(OTHER_GUILD, Moment(10)).unwrap();
    store.note_left(GUILD, Moment(20)).unwrap();
    store.note_left(GUILD, Moment(90)).unwrap();
    assert_eq!(store.left_before(Moment(20)).unwrap(), [OTHER_GUILD]);
    assert_eq!(store.left_before(Moment(21)).unwrap(), [OTHER_GUILD, GUILD]);
    store.note_back(OTHER_GUILD).unwrap();
    assert_eq!(store.left_before(Moment(100)).unwrap(), [GUILD]);
    store.forget_guild(GUILD).unwrap();
    assert!(store.left_before(Moment(100)).unwrap().is_empty());
    assert_eq!(store.known_guilds().unwrap(), [OTHER_GUILD]);
}
