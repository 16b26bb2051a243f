use std::sync::Arc;

use super::*;
use crate::live::sync_options;
use crate::retrieval::{folder_of, sync};
use crate::settings::{self, UserFolders};

/// 2026-11-21, 22:50:07 UTC.
const NOW: i128 = 1_795_301_407_000_000_000;
const LIMIT: u64 = 1_000;

const LEASE: &str = "# The lease\n\nThe lease runs for 15 years.\n";
const NEW_LEASE: &str = "# The lease\n\nThe lease runs for 20 years.\n";
const BOAT: &str = "# The boat\n\nThe boat costs 900 euros.\n";

/// A corpus with an index over it.
struct Setup {
    folder: tempfile::TempDir,
    inbox: Inbox,
    sources: Vec<Source>,
}

impl Setup {
    fn new(files: &[(&str, &str)]) -> Setup {
        let folder = tempfile::tempdir().unwrap();
        let corpus = folder.path().join("corpus");
        for (name, text) in files {
            fs::create_dir_all(corpus.join(name).parent().unwrap()).unwrap();
            fs::write(corpus.join(name), text).unwrap();
        }
        let mut setup = Setup { inbox: Inbox::new(&corpus), folder, sources: Vec::new() };
        setup.index();
        setup
    }

    fn index(&mut self) {
        let data = self.folder.path().join("data");
        let settings = settings::load(&settings::Sources {
            current_dir: self.folder.path(),
            user: UserFolders::default(),
            environment: &[],
            config_files: &[],
            corpus: Some(&self.inbox.corpus),
            data: Some(&data),
        })
        .unwrap();
        let folder = folder_of(&self.inbox.corpus, &data);
        let options = sync_options(&settings, false);
        let (index, _) = sync::sync(&folder, &self.inbox.corpus, options, NOW, &mut |_| {}).unwrap();
        self.sources = index.sources().to_vec();
    }

    fn add(&self, name: &str, text: &str) -> Result<Added, InboxError> {
        let reader = &Reader::new(LIMIT, None);
        self.inbox.add(Incoming { name, bytes: text.as_bytes(), reader, replace: false }, &self.sources, NOW)
    }

    fn replace(&self, name: &str, text: &str) -> Result<Added, InboxError> {
        let reader = &Reader::new(LIMIT, None);
        self.inbox.add(Incoming { name, bytes: text.as_bytes(), reader, replace: true }, &self.sources, NOW)
    }

    fn remove(&self, path: &str) -> Result<String, InboxError> {
        self.inbox.remove(path, &self.sources, NOW)
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.inbox.corpus.join(path)).unwrap()
    }

    /// Everything below the corpus, hidden or not.
    fn tree(&self) -> Vec<String> {
        let mut found = Vec::new();
        collect(&self.inbox.corpus, "", &mut found);
        found.sort();
        found
    }

    /// What is a source, by path.
    fn listed(&self) -> Vec<String> {
        read::list(&self.inbox.corpus).unwrap().files.into_iter().map(|file| file.name).collect()
    }

    /// The error of what is refused, which leaves everything as it was.
    #[track_caller]
    fn refused<T: std::fmt::Debug>(&self, act: impl Fn(&Setup) -> Result<T, InboxError>) -> String {
        let before = self.tree();
        let error = act(self).unwrap_err().to_string();
        assert_eq!(self.tree(), before, "{error}");
        error
    }
}

fn collect(folder: &Path, below: &str, found: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap().flatten() {
        let path = format!("{below}{}", entry.file_name().to_string_lossy());
        if entry.file_type().unwrap().is_dir() {
            collect(&entry.path(), &format!("{path}/"), found);
            found.push(format!("{path}/"));
        } else {
            found.push(path);
        }
    }
}

#[test]
fn a_file_comes_into_the_inbox_and_is_described() {
    let setup = Setup::new(&[("lease.md", LEASE)]);
    let added = setup.add("../004-Boat.MD", BOAT).unwrap();
    let description = &added.description;
    assert_eq!((description.id.as_str(), description.path.as_str()), ("004", "inbox/004-Boat.md"));
    assert_eq!((description.title.as_str(), added.passages, added.replaced), ("The boat", 1, None));
    assert_eq!(setup.read("inbox/004-Boat.md"), BOAT);
    assert_eq!(setup.tree(), ["inbox/", "inbox/004-Boat.md", "lease.md"]);
}

#[cfg(unix)]
#[test]
fn others_may_read_what_came_in_as_any_new_file() {
    use std::os::unix::fs::PermissionsExt;
    let setup = Setup::new(&[("lease.md", LEASE)]);
    setup.add("boat.md", BOAT).unwrap();
    let mode = |path: &str| fs::metadata(setup.inbox.corpus.join(path)).unwrap().permissions().mode();
    assert_eq!(mode("inbox/boat.md"), mode("lease.md"));
}

#[test]
fn what_cannot_be_read_is_refused_with_the_reason() {
    let setup = Setup::new(&[("lease.md", LEASE)]);
    let cases = [
        ("empty.md", " \n", "cannot add inbox/empty.md: it is empty"),
        ("a.exe", "MZ", "cannot add inbox/a.exe: it is a .exe file"),
        ("binary.md", "\0\u{1}", "cannot add inbox/binary.md: it is a binary file"),
        ("...", BOAT, "cannot add '...': no letter or digit stands"),
    ];
    for (name, text, reason) in cases {
        let error = setup.refused(|setup| setup.add(name, text));
        assert!(error.starts_with(reason), "{error}");
    }
    let large = "word ".repeat(300);
    let error = setup.refused(|setup| setup.add("large.md", &large));
    assert!(error.contains("corpus.max_file_mb"), "{error}");
}

#[test]
fn the_same_bytes_are_refused_always_and_the_source_is_named() {
    let setup = Setup::new(&[("old/004.md", LEASE)]);
    for act in [Setup::add, Setup::replace] {
        let error = setup.refused(|setup| act(setup, "other.md", LEASE));
        assert_eq!(error, "cannot add the file: source 004 (old/004.md) has the same bytes already");
    }
}

#[test]
fn the_same_id_is_refused_unless_it_is_to_be_replaced_and_then_the_path_stays() {
    let setup = Setup::new(&[("contracts/004-lease.md", LEASE), ("boat.md", BOAT)]);
    let error = setup.refused(|setup| setup.add("004-new.md", NEW_LEASE));
    assert!(error.contains("source 004 (contracts/004-lease.md) has its id already"), "{error}");
    let added = setup.replace("004-new.md", NEW_LEASE).unwrap();
    assert_eq!(added.description.path, "contracts/004-lease.md");
    let kept = "trash/2026-11-21T22-50-07Z-contracts-004-lease.md";
    assert_eq!(added.replaced.as_deref(), Some(kept));
    assert_eq!((setup.read(kept), setup.read("contracts/004-lease.md")), (LEASE.into(), NEW_LEASE.into()));
    assert_eq!(setup.listed(), ["boat.md", "contracts/004-lease.md"]);
}

#[test]
fn a_new_version_that_would_be_another_source_there_lies_in_the_inbox() {
    let setup = Setup::new(&[("lease.md", &format!("---\nid: 004\n---\n{LEASE}")), ("boat.md", BOAT)]);
    let added = setup.replace("004.md", NEW_LEASE).unwrap();
    assert_eq!((added.description.id.as_str(), added.description.path.as_str()), ("004", "inbox/004.md"));
    assert_eq!(setup.listed(), ["boat.md", "inbox/004.md"]);
    assert!(setup.read(&added.replaced.unwrap()).contains("15 years"));
}

#[test]
fn the_same_name_is_refused_unless_it_is_to_be_replaced() {
    let setup = Setup::new(&[("inbox/new.md", &format!("---\nid: x\n---\n{LEASE}")), ("boat.md", BOAT)]);
    let error = setup.refused(|setup| setup.add("new.md", NEW_LEASE));
    assert!(error.contains("inbox/new.md is there already"), "{error}");
    let added = setup.replace("new.md", NEW_LEASE).unwrap();
    assert_eq!(added.replaced.as_deref(), Some("trash/2026-11-21T22-50-07Z-inbox-new.md"));
    assert_eq!(setup.read("inbox/new.md"), NEW_LEASE);
}

#[test]
fn what_came_after_the_index_was_made_counts_too() {
    let setup = Setup::new(&[("lease.md", LEASE)]);
    setup.add("004-boat.md", BOAT).unwrap();
    let error = setup.refused(|setup| setup.add("other.md", BOAT));
    assert!(error.contains("source 004 (inbox/004-boat.md) has the same bytes"), "{error}");
    let error = setup.refused(|setup| setup.add("004-x.md", NEW_LEASE));
    assert!(error.contains("source 004 (inbox/004-boat.md) has its id"), "{error}");
}

#[test]
fn of_many_that_add_the_same_at_once_one_does() {
    let setup = Arc::new(Setup::new(&[("lease.md", LEASE)]));
    let added: usize = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8)
            .map(|number| {
                let setup = setup.clone();
                scope.spawn(move || usize::from(setup.add(&format!("boat {number}.md"), BOAT).is_ok()))
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    });
    assert_eq!((added, setup.listed().len()), (1, 2));
}

#[test]
fn what_a_killed_process_left_behind_goes_and_what_another_one_writes_stays() {
    let setup =
        Setup::new(&[("lease.md", LEASE), ("inbox/.incoming-old", "half"), ("inbox/.incoming-new", "h")]);
    let held = File::open(setup.inbox.corpus.join("inbox/.incoming-new")).unwrap();
    held.try_lock().unwrap();
    assert_eq!(setup.listed(), ["lease.md"]);
    setup.add("boat.md", BOAT).unwrap();
    assert_eq!(setup.tree(), ["inbox/", "inbox/.incoming-new", "inbox/boat.md", "lease.md"]);
}

#[test]
fn what_a_passimignore_leaves_out_is_not_taken_in() {
    let setup = Setup::new(&[("lease.md", LEASE), (".passimignore", "draft*\n")]);
    let error = setup.refused(|setup| setup.add("draft.md", BOAT));
    assert!(error.starts_with("cannot add inbox/draft.md: a .passimignore"), "{error}");
    setup.add("boat.md", BOAT).unwrap();
}

#[test]
fn a_removed_source_lies_in_the_trash_and_comes_back_when_it_is_moved() {
    let mut setup = Setup::new(&[("a/lease.md", LEASE), ("boat.md", BOAT)]);
    let kept = setup.remove("a/lease.md").unwrap();
    assert_eq!(kept, "trash/2026-11-21T22-50-07Z-a-lease.md");
    assert_eq!(setup.tree(), ["a/", "boat.md", "trash/", "trash/.passimignore", &kept]);
    assert_eq!(setup.listed(), ["boat.md"]);
    fs::rename(setup.inbox.corpus.join(&kept), setup.inbox.corpus.join("a/lease.md")).unwrap();
    setup.index();
    assert_eq!(setup.listed(), ["a/lease.md", "boat.md"]);
}

#[test]
fn nothing_in_the_trash_is_overwritten() {
    let setup = Setup::new(&[("a/x.md", LEASE), ("a-x.md", NEW_LEASE), ("boat.md", BOAT)]);
    assert_eq!(setup.remove("a/x.md").unwrap(), "trash/2026-11-21T22-50-07Z-a-x.md");
    assert_eq!(setup.remove("a-x.md").unwrap(), "trash/2026-11-21T22-50-07Z-2-a-x.md");
    assert_eq!(setup.read("trash/2026-11-21T22-50-07Z-a-x.md"), LEASE);
    assert_eq!(setup.read("trash/2026-11-21T22-50-07Z-2-a-x.md"), NEW_LEASE);
}

#[test]
fn a_path_longer_than_any_name_keeps_its_end() {
    let path = format!("{}/{}/lease.md", "ö".repeat(100), "b".repeat(200));
    let setup = Setup::new(&[(&path, LEASE), ("boat.md", BOAT)]);
    let kept = setup.remove(&path).unwrap();
    assert!(kept.len() < 220 && kept.ends_with("bbb-lease.md"), "{kept}");
}

#[test]
fn the_last_source_stays() {
    let setup = Setup::new(&[("lease.md", LEASE), ("torn.md", "\0")]);
    let error = setup.refused(|setup| setup.remove("lease.md"));
    assert_eq!(error, "cannot remove lease.md: no other source is left then; add another one first");
}

#[test]
fn a_trash_folder_of_the_corpus_itself_is_left_alone() {
    for (name, text) in [("trash/old.md", BOAT), ("trash/.passimignore", "*.bak\n"), ("trash", BOAT)] {
        let setup = Setup::new(&[("lease.md", LEASE), ("car.md", "A car."), (name, text)]);
        let error = setup.refused(|setup| setup.remove("lease.md"));
        assert!(error.starts_with("cannot use trash/ of the corpus"), "{name}: {error}");
        let error =
            setup.refused(|setup| setup.replace("x.md", &format!("---\nid: lease\n---\n{NEW_LEASE}")));
        assert!(error.starts_with("cannot use trash/ of the corpus"), "{name}: {error}");
    }
    // One that was being made when somebody was killed holds nothing.
    let setup = Setup::new(&[("lease.md", LEASE), ("boat.md", BOAT), ("trash/.passimignore.new", "")]);
    setup.remove("lease.md").unwrap();
    assert_eq!(setup.listed(), ["boat.md"]);
}

#[test]
fn a_file_that_is_gone_or_outside_is_not_moved() {
    let setup = Setup::new(&[("lease.md", LEASE), ("boat.md", BOAT)]);
    fs::write(setup.folder.path().join("outside.md"), LEASE).unwrap();
    for path in ["none.md", "../outside.md", "/etc/hostname", "", ".", "lease.md/x"] {
        let error = setup.refused(|setup| setup.remove(path));
        assert!(error.contains("is no file of the corpus any more"), "{path}: {error}");
    }
}

#[cfg(unix)]
#[test]
fn links_are_not_followed() {
    use std::os::unix::fs::symlink;
    let setup = Setup::new(&[("lease.md", LEASE), ("boat.md", BOAT)]);
    let outside = setup.folder.path().join("outside");
    fs::create_dir(&outside).unwrap();
    fs::write(outside.join("car.md"), "A car costs 700 euros.").unwrap();
    let corpus = &setup.inbox.corpus;
    symlink(outside.join("car.md"), corpus.join("car.md")).unwrap();
    symlink(&outside, corpus.join("linked")).unwrap();
    for path in ["car.md", "linked/car.md"] {
        let error = setup.refused(|setup| setup.remove(path));
        assert!(error.contains("is a link or lies behind one"), "{error}");
    }
    let error = setup.refused(|setup| setup.replace("x.md", "---\nid: car\n---\nA car costs 800 euros."));
    assert!(error.contains("is a link or lies behind one"), "{error}");
    symlink(&outside, corpus.join("inbox")).unwrap();
    let error = setup.refused(|setup| setup.add("new.md", "New."));
    assert!(error.contains("inbox: it is a link or lies behind one"), "{error}");
    assert_eq!(fs::read_dir(&outside).unwrap().count(), 1);
}

#[test]
fn a_corpus_that_is_not_there_is_not_made() {
    let setup = Setup::new(&[("lease.md", LEASE)]);
    fs::remove_file(setup.inbox.corpus.join("lease.md")).unwrap();
    let error = setup.refused(|setup| setup.add("boat.md", BOAT));
    assert!(error.contains("look whether the folder is mounted"), "{error}");
}

/// Where nobody can be kept from writing, as root cannot, there is nothing to see.
#[cfg(unix)]
#[test]
fn a_corpus_that_cannot_be_written_is_said_to_be() {
    use std::os::unix::fs::PermissionsExt;
    let setup = Setup::new(&[("lease.md", LEASE), ("boat.md", BOAT)]);
    let corpus = &setup.inbox.corpus;
    fs::set_permissions(corpus, fs::Permissions::from_mode(0o555)).unwrap();
    if fs::write(corpus.join("probe"), "x").is_err() {
        let error = setup.refused(|setup| setup.add("car.md", "A car."));
        assert!(error.starts_with("cannot write inbox in the corpus: "), "{error}");
        let error = setup.refused(|setup| setup.remove("lease.md"));
        assert!(error.starts_with("cannot write trash in the corpus: "), "{error}");
    }
    fs::set_permissions(corpus, fs::Permissions::from_mode(0o755)).unwrap();
}
