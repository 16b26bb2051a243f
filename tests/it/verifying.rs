//! Old answers against sources that were edited since: every edit of a quote is found for what it is, and none of
//! what stands around it is taken for one.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::Duration;

use encoding_rs::WINDOWS_1252;
use passim::Answerer;
use passim::answer::followup::Conversation;
use passim::corpus::lines::lines;
use passim::corpus::read::Reader;
use passim::corpus::{Encoding, Span};
use passim::keeping;
use passim::proof::{Checked, Proof, Proofs, Reason, Sources, Standing, Summary};
use passim::retrieval::Index;
use passim::settings::{self, UserFolders};
use passim::store::{Asking, AskingId, Claims, Moment, Outcome, Receipt, Store, Surface};
use serde_json::{Value, json};

use crate::generator::{self, Random};
use crate::program::{Place, Run};

const SEED: u64 = 7;
const EDITS: usize = 1_000;
const PASSAGES: usize = 13 * 30;
const LARGEST: u64 = 1 << 20;

fn answerer(place: &Place) -> Answerer {
    assert_eq!(place.run(&["index"]).code, 0);
    let folder = fs::read_dir(place.data().join("corpora")).unwrap().next().unwrap().unwrap().path();
    let settings = settings::load(&settings::Sources {
        current_dir: place.folder(),
        user: UserFolders::default(),
        environment: &[],
        config_files: &[],
        corpus: Some(place.corpus()),
        data: Some(&place.data()),
    });
    Answerer::new(Index::open(&folder).unwrap().expect("an index"), &settings.unwrap(), None).unwrap()
}

fn asked(answerer: &Answerer, question: &str) -> Receipt {
    let answer = answerer.ask(question, &[]).unwrap();
    keeping::receipt(&answer, answerer.index(), Moment(1))
}

/// Keeps receipts as an edge does.
fn keep(place: &Place, receipts: &[Receipt]) {
    let store = Store::open(&place.data(), Duration::from_secs(10)).unwrap();
    for receipt in receipts {
        let asking = Asking {
            id: AskingId::random().unwrap(),
            surface: Surface::Terminal,
            place: None,
            person: None,
            question: receipt.question.clone(),
            understood_as: None,
            sources: Vec::new(),
            receipt: Some(receipt.id.clone()),
            outcome: Outcome::Found,
            confidence: 0.9,
            at: receipt.at,
            asked_in: None,
            reply: None,
            further: Vec::new(),
            is_private: false,
        };
        store.keep_asking(&asking, Some(receipt), None).unwrap();
    }
}

/// Documents with a line each that Windows-1252 writes in other bytes, and what was answered out of them.
struct Answered {
    place: Place,
    texts: BTreeMap<String, String>,
    claims: Vec<Claims>,
}

impl Answered {
    fn new() -> Answered {
        let place = Place::empty();
        let (mut texts, mut questions) = (BTreeMap::new(), Vec::new());
        for (number, document) in generator::generate(SEED, PASSAGES).enumerate() {
            let text = format!("{}\n\nDie Gebühr für {number} Körbe.\n", document.text);
            place.write(&document.name, text.as_bytes());
            texts.insert(document.name, text);
            questions.extend(document.questions);
        }
        let answerer = answerer(&place);
        let answered = questions.iter().map(|question| asked(&answerer, &question.text));
        let claims: Vec<Claims> = answered.map(Claims::from).filter(|claims| !claims.is_declined()).collect();
        assert!(claims.len() >= 100, "{}", claims.len());
        Answered { place, texts, claims }
    }

    fn prove(&self, claims: Vec<Claims>) -> Vec<Proof> {
        Sources::open(self.place.corpus(), Reader::new(LARGEST, None)).unwrap().prove(claims).unwrap()
    }

    fn citing(&self, path: &str) -> Vec<Claims> {
        let cites = |claims: &&Claims| claims.citations.iter().any(|cited| cited.path == path);
        self.claims.iter().filter(cites).cloned().collect()
    }

    fn restore(&self) {
        fs::remove_dir_all(self.place.corpus()).unwrap();
        for (path, text) in &self.texts {
            self.place.write(path, text.as_bytes());
        }
    }

    /// A file, one of its citations that is the only one with these words, and the claims that it is of.
    fn target(&self, random: &mut Random) -> (&Claims, usize, &str) {
        loop {
            let claims = &self.claims[random.below(self.claims.len() as u64) as usize];
            let number = random.below(claims.citations.len() as u64) as usize;
            let cited = &claims.citations[number];
            let is_once =
                self.texts.values().map(|text| text.matches(&cited.quote).count()).sum::<usize>() == 1;
            if is_once {
                return (claims, number, &self.texts[&cited.path]);
            }
        }
    }
}

/// The lines that are not all white space, and which of them a span touches.
fn written_lines(text: &str) -> Vec<Span> {
    lines(text).filter(|line| !text[line.range()].trim().is_empty()).collect()
}

fn touched(lines: &[Span], span: Span) -> Vec<usize> {
    (0..lines.len()).filter(|line| lines[*line].start < span.end && span.start < lines[*line].end).collect()
}

fn utf16(text: &str, mark: [u8; 2], bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    mark.into_iter().chain(text.encode_utf16().flat_map(bytes)).collect()
}

#[derive(Debug, Clone, Copy)]
enum Planted {
    ByteChanged,
    LineMoved,
    LineInAnotherFile,
    Renamed,
    Deleted,
    Ignored,
    Utf16Le,
    Utf16Be,
    Windows1252,
    MarkAdded,
}

const PLANTED: [Planted; 10] = [
    Planted::ByteChanged,
    Planted::LineMoved,
    Planted::LineInAnotherFile,
    Planted::Renamed,
    Planted::Deleted,
    Planted::Ignored,
    Planted::Utf16Le,
    Planted::Utf16Be,
    Planted::Windows1252,
    Planted::MarkAdded,
];

/// Edits the file of a citation; what has to be found out, or nothing where such an edit cannot be made here.
fn plant(
    edit: Planted,
    answered: &Answered,
    cited: &passim::store::Cited,
    random: &mut Random,
) -> Option<Expected> {
    let (place, path, text) = (&answered.place, cited.path.as_str(), answered.texts[&cited.path].as_str());
    let (span, file) = (Span::new(cited.byte_start, cited.byte_end), place.corpus().join(path));
    let reencoded =
        |encoding| Some((Standing::Moved, Some(path.to_owned()), Some(Reason::OtherEncoding(encoding))));
    match edit {
        Planted::ByteChanged => {
            let places: Vec<usize> = cited
                .quote
                .char_indices()
                .filter(|(_, c)| c.is_ascii_alphanumeric())
                .map(|(at, _)| at)
                .collect();
            let at = span.start + places[random.below(places.len() as u64) as usize];
            let letter = if text[at..].starts_with('q') { "x" } else { "q" };
            place.write(path, format!("{}{letter}{}", &text[..at], &text[at + 1..]).as_bytes());
            Some((Standing::Changed, Some(path.to_owned()), None))
        }
        Planted::LineMoved => {
            let lines = written_lines(text);
            let own = touched(&lines, span);
            let (first, last) = (own[0], own[own.len() - 1]);
            let others: Vec<&str> = lines
                .iter()
                .enumerate()
                .filter(|(line, _)| *line < first || *line > last)
                .map(|(_, line)| &text[line.range()])
                .collect();
            let moved = &text[lines[first].start..lines[last].end];
            let neighbour =
                |line: Option<usize>| line.and_then(|line| others.get(line)).copied().unwrap_or_default();
            let to = random.below(others.len() as u64 + 1) as usize;
            let stays = neighbour(to.checked_sub(1)) == neighbour(first.checked_sub(1))
                || neighbour(Some(to)) == neighbour(Some(first));
            if stays || to == 0 {
                return None;
            }
            let edited = [&others[..to], &[moved], &others[to..]].concat().join("\n\n");
            let old_line = cited.lines.unwrap().0;
            let new_line = edited[..edited.find(&cited.quote)?].matches('\n').count() + 1;
            place.write(path, edited.as_bytes());
            // By chance its line may have the number that it had.
            (old_line != new_line).then_some((
                Standing::Moved,
                Some(path.to_owned()),
                Some(Reason::OtherLines),
            ))
        }
        Planted::LineInAnotherFile => {
            let (other, other_text) = answered.texts.iter().find(|(other, _)| *other != path)?;
            place.write(path, format!("{}{}", &text[..span.start], &text[span.end..]).as_bytes());
            place.write(other, format!("{other_text}\n{}\n", cited.quote).as_bytes());
            Some((Standing::Moved, Some(other.clone()), Some(Reason::OtherFile)))
        }
        Planted::Renamed => {
            fs::create_dir_all(place.corpus().join("archive")).unwrap();
            fs::rename(file, place.corpus().join("archive/kept.md")).unwrap();
            Some((Standing::Moved, Some("archive/kept.md".to_owned()), Some(Reason::OtherFile)))
        }
        Planted::Deleted => {
            fs::remove_file(file).unwrap();
            Some((Standing::Gone, None, None))
        }
        Planted::Ignored => {
            place.write(".passimignore", format!("/{path}\n").as_bytes());
            let reason = "is hidden, or a .passimignore names it".to_owned();
            Some((Standing::Gone, None, Some(Reason::NoSource(reason))))
        }
        Planted::Utf16Le => {
            place.write(path, &utf16(text, [0xff, 0xfe], u16::to_le_bytes));
            reencoded(Encoding::Utf16Le)
        }
        Planted::Utf16Be => {
            place.write(path, &utf16(text, [0xfe, 0xff], u16::to_be_bytes));
            reencoded(Encoding::Utf16Be)
        }
        Planted::Windows1252 => {
            place.write(path, &WINDOWS_1252.encode(text).0);
            reencoded(Encoding::Windows1252)
        }
        Planted::MarkAdded => {
            place.write(path, format!("\u{feff}{text}").as_bytes());
            reencoded(Encoding::Utf8WithMark)
        }
    }
}

/// The standing, where the words are now, and why.
type Expected = (Standing, Option<String>, Option<Reason>);

fn found(checked: &Checked) -> Expected {
    (checked.standing, checked.now.as_ref().map(|now| now.path.clone()), checked.reason.clone())
}

#[test]
fn every_planted_edit_is_found_for_what_it_is() {
    let answered = Answered::new();
    let random = &mut Random::stream(SEED, 1);
    let mut planted = 0;
    for edit in PLANTED.into_iter().cycle() {
        if planted == EDITS {
            break;
        }
        let (claims, number, _) = answered.target(random);
        let cited = &claims.citations[number];
        if let Some(expected) = plant(edit, &answered, cited, random) {
            planted += 1;
            let proof = answered.prove(vec![claims.clone()]).remove(0);
            let checked = &proof.citations[number];
            assert_eq!(found(checked), expected, "{edit:?} of {:?} in {}", cited.quote, cited.path);
            assert!(proof.standing() >= expected.0);
            let now = checked.now.as_ref().map(|now| now.text.as_str());
            let is_same = now == Some(&cited.quote);
            assert_eq!(
                is_same,
                checked.standing == Standing::Moved,
                "{edit:?} of {:?}: {now:?}",
                cited.quote
            );
        }
        answered.restore();
    }
}

/// Edits what nobody cited; the file whose receipts to look at.
fn edit_elsewhere(answered: &Answered, random: &mut Random) -> String {
    let (place, texts) = (&answered.place, &answered.texts);
    let (claims, number, text) = answered.target(random);
    let path = &claims.citations[number].path;
    let lines = written_lines(text);
    let cited = answered.citing(path).into_iter().flat_map(|claims| claims.citations);
    let mut cited_lines: Vec<usize> = cited
        .filter(|cited| cited.path == *path)
        .flat_map(|cited| touched(&lines, Span::new(cited.byte_start, cited.byte_end)))
        .collect();
    cited_lines.sort_unstable();
    let free: Vec<Span> = (0..lines.len())
        .filter(|line| cited_lines.binary_search(line).is_err())
        .map(|line| lines[line])
        .collect();
    let line = free[random.below(free.len() as u64) as usize];
    let (other, other_text) =
        texts.iter().find(|(other, _)| answered.citing(other).is_empty() || *other != path).unwrap();
    let edited = match random.below(9) {
        0 => format!("{}Something else.{}", &text[..line.start], &text[line.end..]),
        1 => format!("{}A new line.\n\nAnother one.\n{}", &text[..line.start], &text[line.start..]),
        2 => format!("{}\nA new line.{}", &text[..line.end], &text[line.end..]),
        3 => format!("{}{}", &text[..line.start], &text[line.end..]),
        4 => format!("{text}\nOne more line.\n"),
        5 => format!("A first line.\n\n{text}"),
        6 => {
            // In the line of a quote, and outside of it.
            let quote = claims.citations[number].byte_start;
            let start = text[..quote].rfind('\n').map_or(0, |at| at + 1);
            let is_inside = answered
                .citing(path)
                .iter()
                .flat_map(|claims| &claims.citations)
                .any(|cited| cited.path == *path && cited.byte_start < start && start < cited.byte_end);
            if is_inside { text.to_owned() } else { format!("{}As said: {}", &text[..start], &text[start..]) }
        }
        7 => {
            place.write("new/added.md", b"# New\n\nNothing was cited from here.\n");
            text.to_owned()
        }
        _ => {
            place.write("new/renamed.txt", other_text.as_bytes());
            text.to_owned()
        }
    };
    place.write(path, edited.as_bytes());
    if random.one_in(2) && answered.citing(other).is_empty() {
        fs::remove_file(place.corpus().join(other)).unwrap();
    }
    path.clone()
}

#[test]
fn no_edit_of_what_was_not_cited_makes_a_receipt_fail() {
    let answered = Answered::new();
    let random = &mut Random::stream(SEED, 2);
    for _ in 0..EDITS {
        let path = edit_elsewhere(&answered, random);
        for proof in answered.prove(answered.citing(&path)) {
            let bad = proof
                .citations
                .iter()
                .find(|checked| checked.cited.path == path && checked.standing != Standing::Holds);
            assert_eq!(bad, None, "{} after an edit elsewhere in {path}", proof.receipt);
        }
        answered.restore();
    }
}

#[test]
fn all_receipts_of_a_store_are_verified_in_batches_with_what_is_lost_looked_for_once() {
    let answered = Answered::new();
    let answerer = answerer(&answered.place);
    let mut receipts: Vec<Receipt> =
        answered.claims.iter().map(|claims| asked(&answerer, &claims.question)).collect();
    // More than a page, with ids of their own.
    let copies: Vec<Receipt> = (0..6)
        .flat_map(|copy| {
            receipts
                .iter()
                .map(move |receipt| Receipt { id: format!("{copy}{}", &receipt.id[1..]), ..receipt.clone() })
        })
        .collect();
    receipts = copies;
    receipts.sort_by(|a, b| a.id.cmp(&b.id));
    receipts.dedup_by(|a, b| a.id == b.id);
    keep(&answered.place, &receipts);
    let store = Store::open(&answered.place.data(), Duration::from_secs(10)).unwrap();
    let summed = || {
        let mut summary = Summary::default();
        let mut ids = Vec::new();
        let mut proofs = Proofs::of_all(
            &store,
            Sources::open(answered.place.corpus(), Reader::new(LARGEST, None)).unwrap(),
        );
        while let Some(batch) = proofs.next_batch().unwrap() {
            batch.iter().for_each(|proof| summary.count(proof));
            ids.extend(batch.into_iter().map(|proof| proof.receipt));
        }
        ids.sort_unstable();
        (summary, ids)
    };
    let (summary, ids) = summed();
    assert_eq!((summary.receipts, summary.holds), (receipts.len(), receipts.len()));
    assert!(ids.iter().eq(receipts.iter().map(|receipt| &receipt.id)));
    let path = &receipts[0].citations[0].path;
    fs::remove_file(answered.place.corpus().join(path)).unwrap();
    let (summary, ids) = summed();
    assert_eq!(ids.len(), receipts.len());
    let resting = receipts.iter().filter(|receipt| receipt.citations.iter().any(|cited| cited.path == *path));
    assert_eq!(summary.gone + summary.moved, resting.count());
}

// The command.

const LEASE: &str =
    "# The lease\n\nThe lease of the office in Ghent runs for 15 years.\n\nIt was signed in May.\n";
const CANTEEN: &str = "# The canteen\n\nLunch in the canteen costs 7 euros.\n";

/// Two answers that were kept: of the lease and of the canteen.
fn kept() -> (Place, [String; 2]) {
    let place = Place::empty();
    place.write("lease.md", LEASE.as_bytes());
    place.write("canteen.md", CANTEEN.as_bytes());
    let answerer = answerer(&place);
    let receipts = ["How long does the lease run?", "How much does lunch cost?"]
        .map(|question| asked(&answerer, question));
    keep(&place, &receipts);
    let ids = receipts.map(|receipt| receipt.id);
    (place, ids)
}

fn verified(place: &Place, arguments: &[&str], code: i32) -> Run {
    let run = place.run(&[&["verify"], arguments].concat());
    assert_eq!(run.code, code, "{run:?}");
    run
}

/// Standard output as JSON, whatever the exit code.
fn json(run: &Run) -> Value {
    serde_json::from_str(&run.out).unwrap()
}

#[test]
fn what_holds_is_a_line_each_where_it_was_asked_for_and_a_count_for_all() {
    let (place, [lease, canteen]) = kept();
    let run = verified(&place, &[&lease, &canteen.to_uppercase()], 0);
    assert_eq!(run.out.lines().count(), 2);
    assert!(run.out.starts_with(&format!("{lease}  holds  15 years  lease, line 3\n")), "{}", run.out);
    assert_eq!(run.err, "");
    assert_eq!(verified(&place, &["--all"], 0).out, "2 receipts: 2 hold\n");
    place.write("lease.md", format!("Kept since May.\n\n{LEASE}").as_bytes());
    let run = verified(&place, &[&lease], 0);
    assert!(run.out.contains("lease, line 3, now in line 5"), "{}", run.out);
    assert!(!place.folder().join("data/corpora/none").exists());
}

#[test]
fn what_does_not_hold_is_shown_beside_what_stands_there_today() {
    let (place, [lease, canteen]) = kept();
    place.write("lease.md", LEASE.replace("15 years", "20 years\u{1b}[2J").as_bytes());
    fs::remove_file(place.corpus().join("canteen.md")).unwrap();
    let run = verified(&place, &["--all"], 3);
    assert!(run.out.contains("2 receipts: 1 changed, 1 source gone\n"), "{}", run.out);
    assert!(run.out.contains("lease, lease.md, line 3: changed, closest in line 3\n"), "{}", run.out);
    assert!(run.out.contains("runs for [-15-] years.\n"), "{}", run.out);
    assert!(run.out.contains("runs for {+20+} years{+\u{fffd}[2J+}.\n"), "{}", run.out);
    assert!(run.out.contains(&format!("{canteen}  source gone")), "{}", run.out);
    assert_eq!(run.err, "passim: 2 of 2 answers do not hold any more\n");
    place.write("lease.md", LEASE.as_bytes());
    assert_eq!(verified(&place, &[&lease], 0).err, "");
    place.write("menu.md", CANTEEN.as_bytes());
    let moved = verified(&place, &[&canteen], 3).out;
    assert!(
        moved.contains("canteen, canteen.md, line 3: moved to menu.md, line 3: it stands in another file"),
        "{moved}"
    );
}

#[test]
fn the_json_is_what_was_promised() {
    let (place, [lease, canteen]) = kept();
    place.write("lease.md", LEASE.replace("15 years", "20 years").as_bytes());
    let run = verified(&place, &["--all", "--json"], 3);
    let told = json(&run);
    let expected = json!({ "receipts": 2, "holds": 1, "changed": 1, "moved": 0, "gone": 0 });
    assert_eq!(told["summary"], expected);
    let by_id = |id: &str| {
        let receipts = told["receipts"].as_array().unwrap();
        receipts.iter().find(|receipt| receipt["receipt"] == id).unwrap().clone()
    };
    let changed = by_id(&lease);
    assert_eq!(
        (&changed["verdict"], &changed["at"]),
        (&json!("changed"), &json!("1970-01-01T00:00:00.001Z"))
    );
    let citation = &changed["citations"][0];
    assert_eq!(citation["now"]["text"], "The lease of the office in Ghent runs for 20 years.");
    assert_eq!(
        (&citation["line_start"], &citation["now"]["line"], &citation["reason"]),
        (&json!(3), &json!(3), &Value::Null)
    );
    assert_eq!(citation["difference"][1], json!({ "kind": "removed", "text": "15" }));
    let held = by_id(&canteen);
    assert_eq!(held["verdict"], "holds");
    let citation = &held["citations"][0];
    assert_eq!(
        citation["now"],
        json!({
            "path": "canteen.md", "line": 3, "byte_start": citation["byte_start"],
            "byte_end": citation["byte_end"], "page": null, "text": citation["quote"],
        })
    );
    let one = json(&verified(&place, &[&canteen, "--json"], 0));
    assert_eq!((&one["receipts"][0], &one["summary"]["receipts"]), (&held, &json!(1)));
}

#[test]
fn what_cannot_be_verified_is_told_from_what_does_not_hold() {
    let (place, [lease, _]) = kept();
    for wrong in [&["verify", "nonsense"][..], &["verify"], &["verify", "--all", lease.as_str()]] {
        assert_eq!(place.run(wrong).code, 2, "{wrong:?}");
    }
    place.run(&["verify", "il0u"]).failed(2, "'il0u' is no receipt");
    let unknown = "0000000000000000";
    let run = verified(&place, &[unknown, &lease], 1);
    assert!(run.out.starts_with(&format!("{lease}  holds")), "{}", run.out);
    assert!(run.err.contains(&format!("no answer is kept under {unknown}")), "{}", run.err);
    for missing in [true, false] {
        if missing {
            fs::rename(place.corpus(), place.folder().join("away")).unwrap()
        } else {
            fs::create_dir(place.corpus()).unwrap()
        }
        place.run(&["verify", "--all"]).failed(1, "corpus");
    }
}

#[test]
fn where_nothing_was_kept_there_is_nothing_to_verify() {
    let place = Place::new("-- a.md\nThe lease runs for 15 years.\n");
    assert_eq!(verified(&place, &["--all"], 0).out, "0 receipts\n");
    let empty = json(&verified(&place, &["--all", "--json"], 0));
    assert_eq!((&empty["receipts"], &empty["summary"]["receipts"]), (&json!([]), &json!(0)));
    place.run(&["verify", "0000000000000000"]).failed(1, "no answer is kept under");
    assert!(!place.data().exists() || !Path::new(&place.data()).join("passim.db").exists());
}

// After a re-index.

#[test]
fn a_re_index_names_the_earlier_answers_that_do_not_hold_any_more() {
    let (place, [lease, canteen]) = kept();
    assert_eq!(place.run(&["index", "--json"]).json()["stale"], json!([]));
    place.write("lease.md", format!("New.\n\n{LEASE}").as_bytes());
    place.write("canteen.md", CANTEEN.replace("7 euros", "8 euros").as_bytes());
    let run = place.run(&["index"]);
    let said = format!("\n1 earlier answer no longer holds: passim verify {canteen}\n");
    assert!(run.code == 0 && run.out.ends_with(&said), "{run:?}");
    fs::remove_file(place.corpus().join("lease.md")).unwrap();
    let report = place.run(&["index", "--json"]).json();
    assert_eq!((&report["removed"], &report["stale"]), (&json!(["lease.md"]), &json!([lease])));
    // A file that can be read no more keeps its passages, and proves nothing.
    place.write("canteen.md", b"\0");
    let report = place.run(&["index", "--json"]).json();
    assert_eq!((&report["changed"], &report["stale"]), (&json!([]), &json!([canteen])));
    // Where the old index is not there any more, it is not known what changed.
    fs::remove_dir_all(place.data().join("corpora")).unwrap();
    place.write("lease.md", LEASE.as_bytes());
    assert_eq!(place.run(&["index", "--json"]).json()["stale"], json!([canteen]));
}

#[test]
fn a_store_that_cannot_be_read_does_not_disturb_a_re_index() {
    let (place, _) = kept();
    for name in ["passim.db-wal", "passim.db-shm"] {
        let _ = fs::remove_file(place.data().join(name));
    }
    fs::write(place.data().join("passim.db"), "no database").unwrap();
    place.write("lease.md", b"Changed.\n");
    let run = place.run(&["index"]);
    assert!(run.code == 0 && run.out.contains("1 changed"), "{run:?}");
    assert!(run.err.starts_with("passim: whether earlier answers still hold could not be seen: "), "{run:?}");
    place.run(&["verify", "--all"]).failed(1, "is damaged");
}

// How an answer was chosen, told from what was kept.

/// Keeps an answer with how it was chosen; its receipt.
fn kept_traced(place: &Place, question: &str) -> Receipt {
    let answerer = answerer(place);
    let (answer, trace) = answerer.ask_traced(&mut Conversation::default(), question, &[]).unwrap();
    assert_eq!(answer, answerer.ask(question, &[]).unwrap());
    let receipt = keeping::receipt(&answer, answerer.index(), Moment(1_700_000_000_000));
    let receipt = keeping::explained(receipt, trace.as_ref());
    keep(place, std::slice::from_ref(&receipt));
    receipt
}

fn leased() -> Place {
    let place = Place::empty();
    place.write("lease.md", LEASE.as_bytes());
    place.write("canteen.md", CANTEEN.as_bytes());
    place
}

#[test]
fn an_answer_is_replayed_as_it_was_chosen_then() {
    let place = leased();
    let receipt = kept_traced(&place, "How long does the lease run?");
    let replay = || place.run(&["why", "--receipt", &receipt.id]);
    let then = replay();
    assert_eq!((then.code, then.err.as_str()), (0, ""));
    for part in [
        "2023-11-14T22:13:20Z, passim ",
        "\nHow long does the lease run?\n15 years",
        "  1. ",
        "lease, lease.md line 3\n     The lease of the office in Ghent runs for 15 years.\n     mostly  ",
        "\nThe index and passim are the same today: ",
    ] {
        assert!(then.out.contains(part), "{part:?} is not in\n{}", then.out);
    }
    place.write("lease.md", LEASE.replace("15 years", "20 years").as_bytes());
    let later = replay();
    assert!(later.out.contains("runs for 15 years.") && !later.out.contains("20 years"), "{}", later.out);
    assert!(later.out.ends_with(
        "The index is another one today: the sources or the rules of reading them have changed.\n"
    ));
    fs::remove_dir_all(place.corpus()).unwrap();
    let without = replay();
    assert!(
        without.code == 0 && without.err.contains("could not be seen: cannot read the corpus"),
        "{without:?}"
    );
    assert!(then.out.starts_with(&without.out), "{}", without.out);
}

#[test]
fn what_is_kept_of_a_choice_is_what_why_explains_in_full() {
    let place = leased();
    for question in [
        "How long does the lease run?",
        "Was the lease signed in May?",
        "How many boats are there?",
        "Who signed?",
    ] {
        let receipt = kept_traced(&place, question);
        let replayed = place.run(&["why", "--receipt", &receipt.id, "--json"]).json();
        assert_eq!((&replayed["is_same_index"], &replayed["is_same_version"]), (&json!(true), &json!(true)));
        assert_eq!(
            (&replayed["question"], &replayed["at"]),
            (&json!(question), &json!("2023-11-14T22:13:20Z"))
        );
        let (trace, explained) = (&replayed["trace"], &place.run(&["why", "--json", question]).json());
        for same in ["asked", "corrections", "passages"] {
            assert_eq!(trace[same], explained[same], "{question}");
        }
        let near = |a: &Value, b: &Value| (a.as_f64().unwrap() - b.as_f64().unwrap()).abs() < 1e-3;
        assert!(near(&trace["confidence"], &explained["confidence"]["value"]), "{question}");
        assert!(near(&trace["support"], &explained["confidence"]["support"]), "{question}");
        assert_eq!(trace["declined"], explained["confidence"]["declined"], "{question}");
        assert_eq!(trace["polarity"][0], explained["polarity"]["polarity"], "{question}");
        let (kept, all) =
            (trace["candidates"].as_array().unwrap(), explained["candidates"].as_array().unwrap());
        assert_eq!(kept.len(), all.len().min(3));
        for (kept, one) in kept.iter().zip(all) {
            assert!(near(&kept["score"], &one["score"]) && kept["sentence"] == one["sentence"], "{question}");
            let most = one["features"].as_array().unwrap().iter().max_by(|a, b| {
                let size = |part: &Value| part["contribution"].as_f64().unwrap().abs();
                size(a).total_cmp(&size(b))
            });
            assert_eq!(kept["contributions"][0][0], most.unwrap()["name"], "{question}");
        }
    }
}

#[test]
fn what_cannot_be_replayed_is_said() {
    let place = leased();
    place
        .run(&["why", "--receipt", "0000000000000000"])
        .failed(1, "no answer is kept under 0000000000000000");
    place.run(&["why", "--receipt", "nonsense"]).failed(2, "'nonsense' is no receipt");
    assert_eq!(place.run(&["why", "--receipt", "0000000000000000", "How long?"]).code, 2);
    assert_eq!(place.run(&["why"]).code, 2);
    let answerer = answerer(&place);
    let old = Receipt { version: None, confidence: None, ..asked(&answerer, "How long does the lease run?") };
    keep(&place, std::slice::from_ref(&old));
    let run = place.run(&["why", "--receipt", &old.id]);
    assert!(run.code == 0 && run.out.contains("How it was chosen was not kept: an older version"), "{run:?}");
}
