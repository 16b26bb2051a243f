//! `index --watch`: the index follows the folder, whatever happens to it.

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use passim::retrieval::folder_of;
use passim::retrieval::generation::Lock;
use serde_json::{Value, json};

use crate::program::Place;

/// Long for a machine that does much else; nothing waits this long unless it fails.
const SOON: Duration = Duration::from_secs(60);
/// Longer than it takes to notice a change; what is not there by then does not come.
const A_WHILE: Duration = Duration::from_secs(3);

/// The program at work, with its lines as they come.
struct Watching {
    child: Child,
    reports: Receiver<String>,
    notes: Receiver<String>,
}

impl Watching {
    /// Started, with its first report.
    fn start(place: &Place) -> (Watching, Value) {
        let watching = Watching::start_without_report(place);
        let first = watching.report();
        (watching, first)
    }

    fn start_without_report(place: &Place) -> Watching {
        let mut command = place.command(&["index", "--watch", "--json"]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let (reports, notes) = (lines(child.stdout.take().unwrap()), lines(child.stderr.take().unwrap()));
        let watching = Watching { child, reports, notes };
        watching.notes("watching ");
        watching
    }

    #[track_caller]
    fn report(&self) -> Value {
        let line = self.reports.recv_timeout(SOON).expect("a report");
        serde_json::from_str(&line).expect("a line of JSON")
    }

    #[track_caller]
    fn is_quiet(&self) {
        if let Ok(line) = self.reports.recv_timeout(A_WHILE) {
            panic!("nobody expects {line}");
        }
    }

    /// Waits for a line on standard error with this in it.
    #[track_caller]
    fn notes(&self, text: &str) {
        while let Ok(line) = self.notes.recv_timeout(SOON) {
            if line.contains(text) {
                return;
            }
        }
        panic!("nobody says {text:?}");
    }

    /// Ended as somebody at a terminal does; gives the exit code.
    fn interrupt(mut self) -> Option<i32> {
        let sent = Command::new("kill").arg("-INT").arg(self.child.id().to_string()).status().unwrap();
        assert!(sent.success());
        self.child.wait().unwrap().code()
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn lines(stream: impl std::io::Read + Send + 'static) -> Receiver<String> {
    let (tell, lines) = channel();
    thread::spawn(move || {
        for line in BufReader::new(stream).lines().map_while(Result::ok) {
            let _ = tell.send(line);
        }
    });
    lines
}

fn place() -> Place {
    Place::new("-- 1.md\nThe gate code is 4711.\n")
}

#[cfg(unix)]
#[test]
fn what_changes_is_read_at_once_and_ctrl_c_ends_it() {
    let place = place();
    let (watching, first) = Watching::start(&place);
    assert_eq!(first["added"], json!(["1.md"]));
    place.write("2.md", b"The pier is 40 metres long.\n");
    assert_eq!(watching.report()["added"], json!(["2.md"]));
    place.write("sub/3.md", b"The crane lifts 9 tons.\n");
    assert_eq!(watching.report()["added"], json!(["sub/3.md"]));
    place.write("sub/3.md", b"The crane lifts 12 tons.\n");
    assert_eq!(watching.report()["changed"], json!(["sub/3.md"]));
    fs::rename(place.corpus().join("2.md"), place.corpus().join("4.md")).unwrap();
    let report = watching.report();
    assert_eq!((&report["added"], &report["removed"]), (&json!(["4.md"]), &json!(["2.md"])));
    fs::remove_file(place.corpus().join("4.md")).unwrap();
    assert_eq!(watching.report()["removed"], json!(["4.md"]));
    assert_eq!(watching.interrupt(), Some(0));
}

#[test]
fn many_writes_at_once_are_one_run() {
    let place = place();
    let (watching, _) = Watching::start(&place);
    for number in 0..50 {
        place.write(&format!("shelf-{number}.md"), format!("Shelf {number} holds paper.\n").as_bytes());
    }
    assert_eq!(watching.report()["added"].as_array().unwrap().len(), 50);
}

#[test]
fn hidden_and_ignored_files_and_touches_make_no_report() {
    let place = place();
    place.write(".passimignore", b"drafts/\n");
    let (watching, _) = Watching::start(&place);
    place.write(".hidden.md", b"hidden\n");
    place.write(".git/index.md", b"hidden\n");
    place.write("drafts/a.md", b"ignored\n");
    place.write("1.md", b"The gate code is 4711.\n");
    watching.is_quiet();
    place.write(".passimignore", b"");
    assert_eq!(watching.report()["added"], json!(["drafts/a.md"]));
}

#[test]
fn a_folder_that_vanishes_is_reported_once_and_followed_again_when_it_is_back() {
    let place = place();
    let (watching, _) = Watching::start(&place);
    let aside = place.folder().join("aside");
    fs::rename(place.corpus(), &aside).unwrap();
    watching.notes("cannot read the corpus");
    watching.is_quiet();
    let corpus = place.corpus().to_owned();
    fs::create_dir(&corpus).unwrap();
    watching.notes("has no files");
    fs::write(corpus.join("stray.bin"), b"\x00").unwrap();
    watching.notes("can be read any more");
    fs::remove_dir_all(&corpus).unwrap();
    watching.notes("cannot read the corpus");
    fs::write(aside.join("2.md"), "The pier is 40 metres long.\n").unwrap();
    fs::rename(&aside, &corpus).unwrap();
    watching.notes("read again");
    let report = watching.report();
    assert_eq!((&report["added"], &report["removed"]), (&json!(["2.md"]), &json!([])), "{report}");
    place.write("3.md", b"The crane lifts 9 tons.\n");
    assert_eq!(watching.report()["added"], json!(["3.md"]));
    assert!(watching.notes.try_recv().is_err(), "each trouble is said once");
}

#[test]
fn while_another_process_indexes_it_waits() {
    let place = place();
    let (watching, _) = Watching::start(&place);
    let lock = Lock::take(&folder_of(place.corpus(), &place.data())).unwrap();
    place.write("2.md", b"The pier is 40 metres long.\n");
    watching.is_quiet();
    drop(lock);
    assert_eq!(watching.report()["added"], json!(["2.md"]));
}

#[test]
fn an_index_that_was_gone_back_to_stays() {
    let place = place();
    let (watching, _) = Watching::start(&place);
    place.write("1.md", b"The gate code is 4712.\n");
    assert_eq!(watching.report()["changed"], json!(["1.md"]));
    assert_eq!(place.run(&["index", "--rollback"]).code, 0);
    place.write("2.md", b"The pier is 40 metres long.\n");
    watching.notes("rolled back to gen-1");
    watching.is_quiet();
    let report = place.run(&["index", "--json"]).json();
    assert_eq!((&report["added"], &report["changed"]), (&json!(["2.md"]), &json!(["1.md"])));
    place.write("3.md", b"The crane lifts 9 tons.\n");
    assert_eq!(watching.report()["added"], json!(["3.md"]));
}
