//! Noticing that a folder changes, for `index --watch` and for `serve`.
//!
//! Events of the operating system come first, and are waited for until they pause: an editor saves in several steps, a
//! copy takes its time. Events get lost, come from no network folder and not from behind linked folders, so that at an
//! interval it is looked all the same. A folder that vanishes, or is mounted anew, is noticed without an event.
//!
//! What there is to do then is left to whoever follows, and so is finding out what changed: a change here is a reason
//! to look, no more. Everything is synchronous: [`follow`] runs on a thread of its caller.

use std::fs;
use std::path::Path;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use notify::event::{AccessKind, AccessMode};
use notify::{Config, Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};

/// So long nothing may happen before a change counts as over.
const QUIET: Duration = Duration::from_millis(300);
/// Where something happens all the time, it is looked after so long.
const LONGEST: Duration = Duration::from_secs(3);
/// How often it is looked whether the folder is still the same, and whether to end.
const TICK: Duration = Duration::from_millis(200);

/// Why to look into the folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// Something was written, or the folder itself came or went; the first reason of all.
    Changed,
    /// It is time.
    Interval,
    /// It cannot be watched, and why; only the interval is left. Said once, and followed by [`Reason::Changed`].
    Unwatchable(String),
}

/// Tells `look` whenever there is a reason to look into `folder`, and at least every `interval`, until `is_over`.
/// While `look` is busy, changes gather.
pub fn follow(folder: &Path, interval: Duration, is_over: &dyn Fn() -> bool, look: &mut dyn FnMut(Reason)) {
    let mut watched = Watched::begin(folder);
    let mut told = watched.tell_why_not(None, look);
    look(Reason::Changed);
    let mut looked = Instant::now();
    while !is_over() {
        let is_due = looked.elapsed() >= interval;
        let is_another = identity(folder) != watched.identity;
        if is_another || (is_due && watched.why_not.is_some()) {
            watched = Watched::begin(folder);
            told = watched.tell_why_not(told, look);
        }
        let reason = if is_another || watched.has_changed() {
            Reason::Changed
        } else if is_due {
            Reason::Interval
        } else {
            continue;
        };
        look(reason);
        looked = Instant::now();
    }
}

/// A folder with the operating system's eye on it.
struct Watched {
    identity: Option<Identity>,
    changes: Receiver<()>,
    /// Held for its drop, which ends the watching.
    _watcher: Option<RecommendedWatcher>,
    why_not: Option<String>,
}

impl Watched {
    fn begin(folder: &Path) -> Watched {
        // One change that nobody has looked at says as much as many.
        let (tell, changes) = mpsc::sync_channel(1);
        let identity = identity(folder);
        let whole = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
        let root = whole.clone();
        let handler = move |event: notify::Result<Event>| {
            if event.map_or(true, |event| matters(&event, &root)) {
                let _ = tell.try_send(());
            }
        };
        // Links to links could multiply without end, and notify would enter all.
        let config = Config::default().with_follow_symlinks(false);
        let watcher = RecommendedWatcher::new(handler, config).and_then(|mut watcher| {
            watcher.watch(&whole, RecursiveMode::Recursive)?;
            Ok(watcher)
        });
        match watcher {
            Ok(watcher) => Watched { identity, changes, _watcher: Some(watcher), why_not: None },
            Err(error) => Watched { identity, changes, _watcher: None, why_not: Some(error.to_string()) },
        }
    }

    /// Says why it cannot be watched, unless that was `told` already or there is no folder.
    fn tell_why_not(&self, told: Option<String>, look: &mut dyn FnMut(Reason)) -> Option<String> {
        let why_not = self.why_not.clone().filter(|_| self.identity.is_some());
        if let Some(why_not) = why_not.as_ref().filter(|why_not| Some(*why_not) != told.as_ref()) {
            look(Reason::Unwatchable(why_not.clone()));
        }
        why_not.or(told)
    }

    /// Waits a moment for a change, and then until it is over.
    fn has_changed(&self) -> bool {
        match self.changes.recv_timeout(TICK) {
            Ok(()) => {}
            Err(RecvTimeoutError::Timeout) => return false,
            Err(RecvTimeoutError::Disconnected) => {
                std::thread::sleep(TICK);
                return false;
            }
        }
        let begun = Instant::now();
        while begun.elapsed() < LONGEST && self.changes.recv_timeout(QUIET).is_ok() {}
        true
    }
}

/// Whether an event is about something that is read. Reading itself makes events too.
fn matters(event: &Event, root: &Path) -> bool {
    let is_written = match event.kind {
        EventKind::Access(AccessKind::Close(AccessMode::Write)) => true,
        EventKind::Access(_) => false,
        _ => true,
    };
    let is_about_nothing_hidden = || event.paths.iter().any(|path| !is_hidden(path, root));
    is_written && (event.need_rescan() || event.paths.is_empty() || is_about_nothing_hidden())
}

/// Hidden files are not read, but for the one that says what else is not. `..data` is how mounted settings are
/// exchanged all at once.
fn is_hidden(path: &Path, root: &Path) -> bool {
    let below = path.strip_prefix(root).unwrap_or(path);
    below.iter().any(|part| {
        let part = part.as_encoded_bytes();
        part.starts_with(b".") && !part.starts_with(b"..") && part != b".passimignore"
    })
}

/// What tells a folder from another one of its name.
#[cfg(unix)]
type Identity = (u64, u64);

#[cfg(unix)]
fn identity(folder: &Path) -> Option<Identity> {
    use std::os::unix::fs::MetadataExt;
    let metadata = fs::metadata(folder).ok()?;
    Some((metadata.dev(), metadata.ino()))
}

#[cfg(not(unix))]
type Identity = std::time::SystemTime;

#[cfg(not(unix))]
fn identity(folder: &Path) -> Option<Identity> {
    fs::metadata(folder).ok()?.created().ok()
}

/// What went wrong last, so that it is said once and not at every look.
#[derive(Debug, Default)]
pub struct Trouble(Option<String>);

impl Trouble {
    /// Whether this is not what was said last.
    pub fn is_news(&mut self, what: &str) -> bool {
        let is_news = self.0.as_deref() != Some(what);
        self.0 = Some(what.to_owned());
        is_news
    }

    /// That all is well; whether it was not.
    pub fn is_over(&mut self) -> bool {
        self.0.take().is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(kind: EventKind, path: &str) -> Event {
        Event::new(kind).add_path(Path::new("/corpus").join(path))
    }

    #[test]
    fn only_what_can_change_an_index_matters() {
        use notify::event::{CreateKind, ModifyKind};
        let root = Path::new("/corpus");
        let modified = EventKind::Modify(ModifyKind::Any);
        let read = EventKind::Access(AccessKind::Open(AccessMode::Any));
        let written = EventKind::Access(AccessKind::Close(AccessMode::Write));
        for (kind, path, expected) in [
            (modified, "a.md", true),
            (written, "sub/a.md", true),
            (EventKind::Create(CreateKind::Folder), "sub", true),
            (read, "a.md", false),
            (modified, ".git/index", false),
            (modified, "sub/.a.md.swp", false),
            (modified, "sub/.passimignore", true),
            (EventKind::Create(CreateKind::Any), "..data", true),
        ] {
            assert_eq!(matters(&event(kind, path), root), expected, "{kind:?} {path}");
        }
        // Events got lost.
        assert!(matters(&Event::new(EventKind::Other).set_flag(notify::event::Flag::Rescan), root));
    }

    #[test]
    fn a_trouble_is_said_once() {
        let mut trouble = Trouble::default();
        assert!(!trouble.is_over());
        assert!(trouble.is_news("gone"));
        assert!(!trouble.is_news("gone"));
        assert!(trouble.is_news("full"));
        assert!(trouble.is_over());
        assert!(trouble.is_news("full"));
    }

    /// What is told until there are so many reasons, while `change` is run after each of them.
    fn reasons(folder: &Path, many: usize, mut change: impl FnMut(usize)) -> Vec<Reason> {
        let reasons = std::cell::RefCell::new(Vec::new());
        let begun = Instant::now();
        let is_over = || reasons.borrow().len() >= many || begun.elapsed() > Duration::from_secs(60);
        follow(folder, Duration::from_secs(3_600), &is_over, &mut |reason| {
            reasons.borrow_mut().push(reason);
            change(reasons.borrow().len());
        });
        reasons.into_inner()
    }

    #[test]
    fn writing_moving_and_removing_are_noticed_and_so_is_a_folder_that_comes_back() {
        let place = tempfile::tempdir().unwrap();
        let (folder, aside) = (place.path().join("corpus"), place.path().join("aside"));
        fs::create_dir(&folder).unwrap();
        let told = reasons(&folder, 6, |step| match step {
            1 => fs::write(folder.join("a.md"), "a").unwrap(),
            2 => fs::rename(folder.join("a.md"), folder.join("b.md")).unwrap(),
            3 => fs::remove_file(folder.join("b.md")).unwrap(),
            4 => fs::rename(&folder, &aside).unwrap(),
            5 => fs::rename(&aside, &folder).unwrap(),
            _ => {}
        });
        assert_eq!(told, vec![Reason::Changed; 6]);
    }

    #[test]
    fn without_events_it_is_looked_at_the_interval() {
        let folder = tempfile::tempdir().unwrap();
        let told = std::cell::RefCell::new(Vec::new());
        follow(folder.path(), Duration::from_millis(1), &|| told.borrow().len() >= 3, &mut |reason| {
            told.borrow_mut().push(reason);
        });
        let told = told.into_inner();
        assert_eq!(told, [Reason::Changed, Reason::Interval, Reason::Interval]);
    }
}
