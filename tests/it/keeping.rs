//! What the terminal keeps of what it is asked, and what owners get out of it.

use std::fs;
use std::io::Write;
use std::process::Stdio;
use std::time::Duration;

use passim::store::{
    Asking, AskingId, ChannelId, GuildId, Moment, Outcome, Place as Spot, Scope, Store, Surface, UserId,
    Vote, Wanted,
};
use rusqlite::Connection;
use serde_json::{Value, json};

use crate::program::{Place, Run};

const LEASE: &str = "-- lease.md\n# The lease\n\nThe lease of the office in Ghent runs for 15 years.\n";
const HOW_LONG: &str = "How long does the lease run?";
const PARROT: &str = "Who feeds the parrot?";

fn store(place: &Place) -> Store {
    Store::open(&place.data(), Duration::from_secs(10)).unwrap()
}

fn receipt(answer: &Value) -> &str {
    answer["receipt"].as_str().unwrap()
}

#[test]
fn what_is_asked_is_kept_with_its_receipt_and_names_nobody() {
    let place = Place::new(LEASE);
    let answer = place.ask(HOW_LONG);
    place.ask(HOW_LONG);
    let mut chat = place.command(&["chat"]);
    let mut chat = chat.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
    chat.stdin.take().unwrap().write_all(b"Who feeds the parrot?\n/quit\n").unwrap();
    assert!(chat.wait().unwrap().success());
    let kept = store(&place).receipt(receipt(&answer)).unwrap().unwrap();
    assert_eq!((kept.question.as_str(), kept.citations.len()), (HOW_LONG, 1));
    assert_eq!(kept.confidence, answer["confidence"].as_f64());
    let opened = Connection::open(place.data().join("passim.db")).unwrap();
    let counted =
        "SELECT count(*) FILTER (WHERE surface = 'terminal'), count(person), count(guild) FROM askings";
    let counts: (u32, u32, u32) =
        opened.query_row(counted, [], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).unwrap();
    assert_eq!(counts, (3, 0, 0));
    assert_eq!(place.run(&["verify", receipt(&answer)]).code, 0);
}

#[test]
fn an_answer_comes_whatever_is_the_matter_with_the_store() {
    let place = Place::new(LEASE);
    place.ask(HOW_LONG);
    let other = Connection::open(place.data().join("passim.db")).unwrap();
    other.execute_batch("BEGIN EXCLUSIVE").unwrap();
    let locked = place.run(&["ask", HOW_LONG]);
    assert_eq!(locked.code, 0);
    assert!(locked.out.starts_with("15 years, per source lease\n"), "{}", locked.out);
    assert!(
        locked.err.contains("another process has kept") && locked.err.contains("is not kept"),
        "{}",
        locked.err
    );
    other.execute_batch("ROLLBACK").unwrap();
    drop(other);
    for name in ["passim.db", "passim.db-wal", "passim.db-shm"] {
        let _ = fs::write(
            place.data().join(name),
            "this is no database at all, whatever its name says".repeat(9),
        );
    }
    let damaged = place.run(&["ask", HOW_LONG]);
    assert_eq!((damaged.code, damaged.out), (0, locked.out));
    assert!(damaged.err.contains("is damaged") && damaged.err.contains("is not kept"), "{}", damaged.err);
    for command in ["unanswered", "feedback", "audit"] {
        place.run(&[command]).failed(1, "is damaged");
    }
}

#[test]
fn what_the_sources_do_not_say_is_listed_most_asked_first() {
    let place = Place::new(LEASE);
    assert!(place.run(&["unanswered"]).out.starts_with("No question is open"));
    for question in ["=Is there a xylophone?", PARROT, "who is feeding the parrot"] {
        place.ask(question);
    }
    let groups = place.run(&["unanswered", "--json"]).json();
    assert_eq!(groups.as_array().unwrap().len(), 2);
    assert_eq!(
        (&groups[0]["question"], &groups[0]["asked"]),
        (&json!("who is feeding the parrot"), &json!(2))
    );
    assert!(groups[0]["missing"].as_array().unwrap().contains(&json!("parrot")), "{groups:#}");
    assert_eq!((&groups[0]["not_helpful"], &groups[0]["resolved"]), (&json!(0), &json!(false)));
    let text = place.run(&["unanswered"]).out;
    assert!(text.contains("2× who is feeding the parrot") && text.contains("in no source: "), "{text}");
    let csv = place.run(&["unanswered", "--csv"]).out;
    assert!(
        csv.starts_with("question,asked,people,") && csv.contains("\n'=Is there a xylophone?,1,0,1,"),
        "{csv}"
    );
    assert_eq!(place.run(&["unanswered", "--csv", "--json"]).code, 2);
}

/// An asking of somebody in Discord, as the bot keeps it.
fn ask_as(store: &Store, user: u64, question: &str, receipt: &str) -> AskingId {
    let place = Spot { guild: Some(GuildId(1)), channel: ChannelId(2), thread: None };
    let asking = Asking {
        id: AskingId::random().unwrap(),
        surface: Surface::Mention,
        place: Some(place),
        person: Some(store.person(UserId(user))),
        question: question.to_owned(),
        understood_as: None,
        sources: Vec::new(),
        receipt: Some(receipt.to_owned()),
        outcome: Outcome::Found,
        confidence: 0.5,
        at: Moment(now_ms()),
        asked_in: None,
        reply: None,
        further: Vec::new(),
        is_private: false,
    };
    store.keep_asking(&asking, None, None).unwrap();
    asking.id
}

fn now_ms() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}

#[test]
fn feedback_is_listed_by_answer_and_by_source() {
    let place = Place::new(LEASE);
    assert_eq!(place.run(&["feedback"]).out, "Nobody has said yet whether an answer helped.\n");
    let answer = place.ask(HOW_LONG);
    let store = store(&place);
    let id = ask_as(&store, 7, HOW_LONG, receipt(&answer));
    store.vote(&id, store.person(UserId(7)), Vote::NotHelpful, Moment(now_ms())).unwrap();
    store.note_on_vote(&id, store.person(UserId(7)), "-renewed\u{1b}[31m in May").unwrap();
    let given = place.run(&["feedback", "--json"]).json();
    assert_eq!(given[0]["sources"], json!(["lease"]));
    assert_eq!((&given[0]["helpful"], &given[0]["not_helpful"]), (&json!(0), &json!(1)));
    let text = place.run(&["feedback"]).out;
    assert!(text.contains("helpful 0, not helpful 1") && !text.contains('\u{1b}'), "{text}");
    assert!(place.run(&["feedback", "--csv"]).out.contains(",lease,0,1,'-renewed"));
    let by_source = place.run(&["feedback", "--by-source", "--json"]).json();
    assert_eq!(by_source, json!([{ "source": "lease", "answers": 1, "helpful": 0, "not_helpful": 1 }]));
    assert_eq!(place.run(&["feedback", "--by-source"]).out, "lease  helpful 0, not helpful 1, 1 answers\n");
    assert!(place.run(&["feedback", "--by-source", "--csv"]).out.ends_with("\nlease,1,0,1\n"));
}

#[test]
fn a_withdrawn_answer_is_declined_with_the_reason_until_the_source_says_something_else() {
    let place = Place::new(LEASE);
    let answer = place.ask(HOW_LONG);
    let id = receipt(&answer);
    let run = place.run(&["withdraw", id, "it", "was", "renewed"]);
    assert_eq!((run.code, run.err.as_str()), (0, ""), "{run:?}");
    for question in [HOW_LONG, "how long is the lease running?"] {
        let declined = place.ask(question);
        assert_eq!((&declined["status"], &declined["answer"]), (&json!("abstained"), &json!("")));
        assert_eq!((&declined["withdrawn"], &declined["citations"]), (&json!("it was renewed"), &json!([])));
        assert_ne!(declined["receipt"], answer["receipt"]);
        assert_eq!(declined["reply"], "The answer to this was withdrawn: it was renewed");
    }
    assert!(place.run(&["withdraw", "--list"]).out.contains("it was renewed"));
    assert!(place.run(&["unanswered"]).out.starts_with("No question is open"), "the sources lack nothing");
    // Something else changes, then what it rested on.
    let text = LEASE.split_once('\n').unwrap().1;
    place.write("lease.md", format!("{text}\nThe rent is 900 euros.\n").as_bytes());
    assert_eq!(place.ask(HOW_LONG)["withdrawn"], "it was renewed");
    place.write("lease.md", text.replace("15", "20").as_bytes());
    assert_eq!(place.ask(HOW_LONG)["value"], "20 years");
    assert_eq!(place.run(&["withdraw", "--list"]).out, "No answer is withdrawn.\n");
}

#[test]
fn a_withdrawal_can_be_lifted_and_its_mistakes_are_named() {
    let place = Place::new(LEASE);
    let answer = place.ask(HOW_LONG);
    let id = receipt(&answer);
    assert_eq!(place.run(&["withdraw", id, "wrong"]).code, 0);
    assert_eq!(place.run(&["withdraw", "--lift", id]).code, 0);
    assert_eq!(place.ask(HOW_LONG)["value"], "15 years");
    place.run(&["withdraw", "--lift", id]).failed(1, "it is not withdrawn");
    place
        .run(&["withdraw", "0000000000000000", "wrong"])
        .failed(1, "no answer with this receipt is kept here");
    place.run(&["withdraw", "nonsense", "wrong"]).failed(2, "16 characters");
    place.run(&["withdraw", id, " "]).failed(2, "say why");
    let declined = place.ask(PARROT);
    place.run(&["withdraw", receipt(&declined), "wrong"]).failed(1, "answered nothing");
    let audit = place.run(&["audit", "--json"]).json();
    let seen: Vec<(&Value, &Value)> =
        audit.as_array().unwrap().iter().map(|line| (&line["what"], &line["by"])).collect();
    let terminal = json!("terminal");
    assert_eq!(seen, [(&json!("lift withdrawal"), &terminal), (&json!("withdraw"), &terminal)]);
    let text = place.run(&["audit", "--limit", "1"]).out;
    assert!(text.contains(&format!("terminal  lift withdrawal  receipt {id}")), "{text}");
}

#[test]
fn whoever_is_forgotten_leaves_nothing_and_the_audit_log_does_not_say_who() {
    let place = Place::new(LEASE);
    let answer = place.ask(HOW_LONG);
    let store = store(&place);
    let id = ask_as(&store, 81_384_788, HOW_LONG, receipt(&answer));
    store.vote(&id, store.person(UserId(81_384_788)), Vote::Helpful, Moment(1)).unwrap();
    let sources = [];
    let wanted = Wanted {
        user: UserId(81_384_788),
        guild: GuildId(1),
        question: PARROT,
        normalised: "feed parrot",
        sources: &sources,
        language: "en",
    };
    store.watch(&wanted, Moment(now_ms())).unwrap();
    let other = ask_as(&store, 9, HOW_LONG, receipt(&answer));
    let run = place.run(&["forget", "<@81384788>"]);
    assert!(run.out.starts_with("Deleted: 1 questions with what was answered, 1 votes, 1 wishes"), "{run:?}");
    assert!(store.asking(&id).unwrap().is_none() && store.asking(&other).unwrap().is_some());
    assert!(store.watches(9).unwrap().is_empty());
    assert!(!place.run(&["audit"]).out.contains("81384788"));
    let again = place.run(&["forget", "81384788"]);
    assert!(again.out.starts_with("Deleted: 0 questions"), "{again:?}");
    place.run(&["forget", "ann"]).failed(2, "a Discord id is a number");
}

#[test]
fn old_questions_go_by_their_age() {
    let place = Place::new(LEASE);
    let answer = place.ask(HOW_LONG);
    let opened = Connection::open(place.data().join("passim.db")).unwrap();
    let age = |table: &str| {
        let day_ms = 24 * 60 * 60 * 1_000_i64;
        opened.execute(&format!("UPDATE {table} SET at = at - {}", 91 * day_ms), []).unwrap();
    };
    age("askings");
    opened.execute("DELETE FROM meta WHERE name = 'cleaned'", []).unwrap();
    drop(opened);
    place.ask(PARROT);
    assert!(store(&place).receipt(receipt(&answer)).unwrap().is_none());
    assert_eq!(store(&place).unanswered(Scope::All, false, 9, 0).unwrap().len(), 1);
}

#[test]
fn an_index_run_says_which_golden_questions_are_answered_otherwise() {
    let place = Place::new(LEASE);
    let line = json!({ "id": "1", "question": HOW_LONG, "answers": ["15 years"], "answerable": true });
    fs::write(place.folder().join("golden.jsonl"), format!("{line}\n")).unwrap();
    let index = |arguments: &[&str]| {
        let arguments = [&["index"], arguments].concat();
        Run::of(place.command(&arguments).env("PASSIM_INDEX__GOLDEN", "golden.jsonl"))
    };
    let first = index(&[]);
    assert!(first.out.contains("Golden questions: 1 asked, 0 answered otherwise than before"), "{first:?}");
    place.write("lease.md", LEASE.replace("15", "20").split_once('\n').unwrap().1.as_bytes());
    let changed = index(&["--json"]).json();
    let golden = &changed["golden"];
    assert_eq!((&golden["questions"], &golden["new"]), (&json!(1), &json!(0)));
    assert_eq!(golden["changed"][0]["question"], HOW_LONG);
    assert!(golden["changed"][0]["old"].as_str().unwrap().contains("15 years"), "{golden}");
    assert!(golden["changed"][0]["new"].as_str().unwrap().contains("20 years"), "{golden}");
    fs::remove_file(place.folder().join("golden.jsonl")).unwrap();
    let missing = index(&[]);
    assert_eq!(missing.code, 0, "the index is made: {missing:?}");
    assert!(missing.err.contains("could not read the question set"), "{missing:?}");
}

#[test]
fn answers_of_another_folder_are_left_alone_by_verifying_all() {
    let place = Place::new(LEASE);
    place.ask(HOW_LONG);
    let other = Place::new("-- boat.md\n# The boat\n\nThe boat was built in 1987 by the harbour board.\n");
    let mut command = other.bare();
    command.arg("--corpus").arg(other.corpus()).arg("--data").arg(place.data());
    let asked = Run::of(command.args(["ask", "--json", "When was the boat built?"])).json();
    assert_eq!(asked["value"], "1987");
    let all = place.run(&["verify", "--all"]);
    assert_eq!((all.code, all.out.as_str()), (0, "1 receipt: 1 hold\n"), "{all:?}");
    assert!(all.err.contains("1 answer of other folders left out"), "{all:?}");
    // Named, it is held against this folder.
    assert_eq!(place.run(&["verify", receipt(&asked)]).code, 3);
}
