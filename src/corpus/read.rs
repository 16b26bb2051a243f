//! Reading the folder: the only place that opens the team's documents.
//!
//! [`list`] walks it and says of every file that it may be read or why it is refused; [`read`] opens one, and
//! [`text_of`] one that is known by its name. A bad file is a [`Refused`] with its name and its reason, and stops
//! nothing. Whether it is what its name says, [`content`] tells; what is no text becomes one in
//! [`extract`](super::extract), and [`kept`] has it for the next time. What the text then means is left to
//! [`format`](super::format).

use std::collections::{HashMap, HashSet};
use std::fs::{self, FileType};
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::UNIX_EPOCH;

use ignore::WalkBuilder;
use sha2::{Digest, Sha256};
use thiserror::Error;

use super::decode::{Decoded, decode};
use super::extract::{self, Extracted, Extractor};
use super::{Document, Encoding, Format, Refused, describe};

mod content;
mod kept;

use kept::Kept;

/// A file of the corpus that may be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    pub path: PathBuf,
    /// Relative to the corpus folder, with `/` between its parts.
    pub name: String,
    /// Bytes.
    pub size: u64,
    /// Nanoseconds since 1970; 0 where the file system does not say.
    pub modified: u64,
}

/// Every file of the folder, in one of two lists, each ordered by name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Listing {
    pub files: Vec<File>,
    pub refused: Vec<Refused>,
}

/// Why there is no corpus at all.
#[derive(Debug, Error)]
pub enum ReadError {
    #[error(
        "cannot read the corpus {folder}: {reason}; name a folder of documents with --corpus DIR or corpus.path"
    )]
    Folder { folder: String, reason: String },
    #[error(
        "the corpus {folder} has no files; if documents should be there, look whether the folder is mounted"
    )]
    Empty { folder: String },
}

/// Why a source that was read once has no text now. Reads on from what was attempted: "cannot show ".
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NoText {
    #[error("{path}: it is not there any more")]
    NotThere { path: String },
    #[error("{}: it {}", .0.path, .0.reason)]
    Refused(Refused),
    /// As where a folder is not mounted: that says nothing about its files.
    #[error("{path}: it cannot be opened: the corpus is missing or empty")]
    NoCorpus { path: String },
}

/// The files of `folder` and its subfolders. Hidden files are left out, and so is what a `.passimignore` names.
/// Links are followed, since mounted folders are often made of them.
pub fn list(folder: &Path) -> Result<Listing, ReadError> {
    let shown = folder.display().to_string();
    let no_folder = |reason: String| ReadError::Folder { folder: shown.clone(), reason };
    let metadata = fs::metadata(folder).map_err(|error| no_folder(spoken(&error)))?;
    if !metadata.is_dir() {
        return Err(no_folder("it is a file, not a folder".to_owned()));
    }
    fs::read_dir(folder).map_err(|error| no_folder(spoken(&error)))?;
    if let Some(reason) = bar(folder, folder, &mut HashMap::new()) {
        return Err(no_folder(format!("it {reason}")));
    }

    let mut listing = Listing::default();
    let barred = Arc::new(Mutex::new(Vec::new()));
    for entry in walk(folder, &barred) {
        match entry {
            Ok(entry) => add_entry(folder, &entry, &mut listing),
            Err(error) => add_error(folder, &error, &mut listing),
        }
    }
    for (path, reason) in barred.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
        let path = relative(folder, &path).unwrap_or_else(|shown| shown);
        listing.refused.push(Refused { path: if path.is_empty() { ".".to_owned() } else { path }, reason });
    }
    listing.files.sort_by(|a, b| a.name.cmp(&b.name));
    listing.refused.sort_by(|a, b| a.path.cmp(&b.path));
    if listing.files.is_empty() && listing.refused.is_empty() {
        return Err(ReadError::Empty { folder: shown });
    }
    Ok(listing)
}

/// Folders that are not entered, with the reason.
type Barred = Arc<Mutex<Vec<(PathBuf, String)>>>;

fn walk(folder: &Path, barred: &Barred) -> ignore::Walk {
    let barred = Arc::clone(barred);
    let entered = Mutex::new(HashMap::new());
    let root = folder.to_owned();
    let may_enter = move |entry: &ignore::DirEntry| {
        if !entry.path().is_dir() {
            return true;
        }
        let mut entered = entered.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(reason) = bar(&root, entry.path(), &mut entered) else { return true };
        barred.lock().unwrap_or_else(PoisonError::into_inner).push((entry.path().to_owned(), reason));
        false
    };
    WalkBuilder::new(folder)
        .standard_filters(false)
        .hidden(true)
        .parents(false)
        .follow_links(true)
        .add_custom_ignore_filename(".passimignore")
        .sort_by_file_name(Ord::cmp)
        .filter_entry(may_enter)
        .build()
}

/// Why a folder is not entered: a link leads to one that is read already (links to links could multiply without
/// end), or its `.passimignore` is something that reading might never finish.
fn bar(root: &Path, folder: &Path, entered: &mut HashMap<PathBuf, PathBuf>) -> Option<String> {
    let ignore_file = fs::metadata(folder.join(".passimignore"));
    if ignore_file.is_ok_and(|metadata| !metadata.is_file()) {
        return Some("has a .passimignore that is not a file".to_owned());
    }
    let whole = folder.canonicalize().ok()?;
    if let Some(first) = entered.get(&whole) {
        let first = relative(root, first).unwrap_or_else(|shown| shown);
        let first = if first.is_empty() { "the corpus itself".to_owned() } else { first };
        return Some(format!("is another way to {first}, which is read already"));
    }
    entered.insert(whole, folder.to_owned());
    None
}

fn add_entry(folder: &Path, entry: &ignore::DirEntry, listing: &mut Listing) {
    if entry.depth() == 0 || entry.file_type().is_some_and(|kind| kind.is_dir()) {
        return;
    }
    let name = match relative(folder, entry.path()) {
        Ok(name) => name,
        Err(shown) => {
            let reason = "has a name that is not UTF-8; rename it".to_owned();
            return listing.refused.push(Refused { path: shown, reason });
        }
    };
    // Asked again with links followed: a pipe or a device is never opened, since reading it might not end.
    match fs::metadata(entry.path()) {
        Ok(metadata) if metadata.is_file() => listing.files.push(File {
            path: entry.path().to_owned(),
            name,
            size: metadata.len(),
            modified: nanoseconds(&metadata),
        }),
        Ok(metadata) => {
            listing.refused.push(Refused { path: name, reason: special(metadata.file_type()).to_owned() })
        }
        Err(error) => listing
            .refused
            .push(Refused { path: name, reason: format!("cannot be opened: {}", spoken(&error)) }),
    }
}

/// What the walk could not enter or follow.
fn add_error(folder: &Path, error: &ignore::Error, listing: &mut Listing) {
    let (path, reason) = taken_apart(error);
    let path = path.unwrap_or(folder);
    let is_hidden = path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
    if is_hidden && path != folder {
        return;
    }
    let path = relative(folder, path).unwrap_or_else(|shown| shown);
    listing.refused.push(Refused { path: if path.is_empty() { ".".to_owned() } else { path }, reason });
}

fn taken_apart(error: &ignore::Error) -> (Option<&Path>, String) {
    match error {
        ignore::Error::WithPath { path, err } => (Some(path), taken_apart(err).1),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => taken_apart(err),
        ignore::Error::Loop { child, .. } => {
            (Some(child), "is a link to a folder that it lies in".to_owned())
        }
        ignore::Error::Io(error) => (None, format!("cannot be opened: {}", spoken(error))),
        error => (None, error.to_string()),
    }
}

/// The path below the folder with `/` between its parts; the error is how it can be shown where it is not UTF-8.
fn relative(folder: &Path, path: &Path) -> Result<String, String> {
    let below = path.strip_prefix(folder).unwrap_or(path);
    let parts: Option<Vec<&str>> = below.iter().map(|part| part.to_str()).collect();
    match parts {
        Some(parts) => Ok(parts.join("/")),
        None => Err(below.to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/")),
    }
}

fn special(kind: FileType) -> &'static str {
    if kind.is_dir() { "is a folder" } else { "is not a file but a pipe, a socket or a device" }
}

fn nanoseconds(metadata: &fs::Metadata) -> u64 {
    let since = metadata.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    since.and_then(|since| u64::try_from(since.as_nanos()).ok()).unwrap_or(0)
}

/// What the operating system says, without its number.
fn spoken(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "it does not exist".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        // The text of an error that was passed on may hold paths of this machine: its kind says enough.
        kind => kind.to_string(),
    }
}

/// How files are read: what only the edges can know.
#[derive(Debug, Default)]
pub struct Reader {
    /// Larger files are refused; bytes.
    largest_file: u64,
    extractor: Extractor,
    kept: Option<Kept>,
    /// Whether what is extracted is kept as well.
    keeps: bool,
    /// Whether what was refused before is tried once more.
    is_anew: bool,
}

impl Reader {
    /// `program` is this program, which takes files apart in a process of its own; without it, a thread does.
    pub fn new(largest_file: u64, program: Option<&Path>) -> Reader {
        let extractor = Extractor::new(program);
        Reader { largest_file, extractor, kept: None, keeps: false, is_anew: false }
    }

    /// With the texts that were kept beside the index in `folder`.
    pub fn beside(self, folder: &Path) -> Reader {
        Reader { kept: Some(Kept::in_folder(kept::folder(folder))), ..self }
    }

    /// What is extracted from now on is kept there too: for whoever writes the index.
    pub fn keeping(self) -> Reader {
        Reader { keeps: true, ..self }
    }

    /// What was refused before is tried once more.
    pub fn anew(self, is_anew: bool) -> Reader {
        Reader { is_anew, ..self }
    }

    /// Keeps the text of no file any more but of those that were read since, and of those with these hashes (of a
    /// file's bytes, in hexadecimal), which are asked for only where there is something to remove.
    pub fn remove_orphans(&self, needed: impl FnOnce() -> HashSet<String>) {
        if let Some(kept) = &self.kept {
            kept.remove_orphans(needed);
        }
    }

    /// The text of a file's bytes, with what is wrong with it although it could be read.
    fn text(&self, format: Format, bytes: Vec<u8>, sha256: &[u8; 32]) -> Result<Decoded, String> {
        if let Some(reason) = content::contradiction(format, &bytes) {
            return Err(reason);
        }
        if !extract::is_needed(format) {
            return written(bytes);
        }
        let extracted = self.extracted(format, bytes, sha256)?;
        let problem = Some(extracted.problems.join("; ")).filter(|problems| !problems.is_empty());
        Ok(Decoded { text: extracted.text, encoding: Encoding::Utf8, problem })
    }

    fn extracted(&self, format: Format, bytes: Vec<u8>, sha256: &[u8; 32]) -> Result<Extracted, String> {
        let kept = self.kept.as_ref().and_then(|kept| kept.get(sha256));
        if let Some(kept) = kept.filter(|kept| kept.is_ok() || !self.is_anew) {
            return kept;
        }
        let extracted = self.extractor.extract(format, bytes);
        let is_lasting = extracted.as_ref().err().is_none_or(|refused| refused.is_lasting);
        let extracted = extracted.map_err(|refused| refused.reason);
        if let Some(kept) = self.kept.as_ref().filter(|_| self.keeps && is_lasting) {
            // What cannot be kept is extracted again the next time.
            let _ = kept.put(sha256, extracted.as_ref().map_err(String::as_str));
        }
        extracted
    }
}

/// Reads one file: the document, and the SHA-256 of the file's bytes.
pub fn read(file: &File, reader: &Reader) -> Result<(Document, [u8; 32]), Refused> {
    let refused = |reason: String| Refused { path: file.name.clone(), reason };
    let format = format_of(&file.name).map_err(refused)?;
    let bytes = bytes(file, reader.largest_file).map_err(refused)?;
    let sha256 = Sha256::digest(&bytes).into();
    let Decoded { text, encoding, problem } = reader.text(format, bytes, &sha256).map_err(refused)?;
    let mut document = describe::document(&file.name, format, text, problem.into_iter().collect());
    document.description.encoding = encoding;
    Ok((document, sha256))
}

/// What a source says today, and what its bytes are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    pub text: String,
    pub encoding: Encoding,
}

/// The present text of a source, by the path that it was read under. Whether it is still one is for the index or
/// for [`list`] to say: what a `.passimignore` names by now is read here too.
pub fn text_of(corpus: &Path, name: &str, reader: &Reader) -> Result<Text, NoText> {
    let refused = |reason: String| NoText::Refused(Refused { path: name.to_owned(), reason });
    if !leads_inside(name) {
        return Err(refused("is no path of a source in the corpus".to_owned()));
    }
    let path = corpus.join(name);
    let metadata = match fs::metadata(&path) {
        Ok(metadata) if metadata.is_file() => metadata,
        Ok(metadata) => return Err(refused(special(metadata.file_type()).to_owned())),
        Err(error) if !is_missing(&error) => {
            return Err(refused(format!("cannot be opened: {}", spoken(&error))));
        }
        Err(_) if holds_nothing(corpus) => {
            return Err(NoText::NoCorpus { path: name.to_owned() });
        }
        Err(_) => return Err(NoText::NotThere { path: name.to_owned() }),
    };
    let modified = nanoseconds(&metadata);
    let file = File { path, name: name.to_owned(), size: metadata.len(), modified };
    let format = format_of(name).map_err(refused)?;
    let bytes = bytes(&file, reader.largest_file).map_err(refused)?;
    let sha256 = Sha256::digest(&bytes).into();
    let Decoded { text, encoding, .. } = reader.text(format, bytes, &sha256).map_err(refused)?;
    Ok(Text { text, encoding })
}

/// The text that bytes stand for; the error is why there is none to read.
fn written(bytes: Vec<u8>) -> Result<Decoded, String> {
    let decoded = decode(bytes)?;
    if decoded.text.trim_start_matches('\u{feff}').trim().is_empty() {
        return Err("is empty".to_owned());
    }
    Ok(decoded)
}

/// Whether a name is one that [`list`] could have given: below the corpus, and not hidden.
fn leads_inside(name: &str) -> bool {
    let is_plain = |part| matches!(part, Component::Normal(_));
    let is_hidden = name.split('/').any(|part| part.starts_with('.'));
    !name.is_empty() && !is_hidden && Path::new(name).components().all(is_plain)
}

fn is_missing(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

fn holds_nothing(folder: &Path) -> bool {
    !fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some())
}

/// What the name of a file says about its format; the error is why it is not read.
pub fn format_of(name: &str) -> Result<Format, String> {
    let file_name = name.rsplit('/').next().unwrap_or(name);
    let ending = Path::new(file_name).extension().map(|ending| ending.to_string_lossy().to_lowercase());
    match ending.as_deref() {
        None | Some("txt" | "text") => Ok(Format::Text),
        Some("md" | "markdown") => Ok(Format::Markdown),
        Some("html" | "htm" | "xhtml") => built_in(Format::Html, cfg!(feature = "html")),
        Some("pdf") => built_in(Format::Pdf, cfg!(feature = "pdf")),
        Some("docx") => built_in(Format::Docx, cfg!(feature = "docx")),
        Some("doc") => Err("is an old Word file (.doc); save it as .docx".to_owned()),
        Some(ending) => Err(format!(
            "is a .{ending} file; text (.txt), Markdown (.md), HTML (.html), PDF (.pdf) and DOCX (.docx) are read"
        )),
    }
}

fn built_in(format: Format, is_built_in: bool) -> Result<Format, String> {
    let name = content::name(format);
    is_built_in.then_some(format).ok_or_else(|| {
        let feature = name.to_lowercase();
        format!(
            "is {name}, which this build of passim does not read (it was built without the cargo feature {feature})"
        )
    })
}

fn bytes(file: &File, limit: u64) -> Result<Vec<u8>, String> {
    if file.size > limit {
        return Err(too_large(file.size, limit));
    }
    let failed = |error: io::Error| format!("cannot be read: {}", spoken(&error));
    let file = fs::File::open(&file.path).map_err(failed)?;
    let mut bytes = Vec::new();
    // The file may have grown since it was listed.
    file.take(limit + 1).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() as u64 > limit {
        return Err(too_large(bytes.len() as u64, limit));
    }
    Ok(bytes)
}

/// Sizes in megabytes of 1,048,576 bytes, as the setting counts them.
fn too_large(size: u64, limit: u64) -> String {
    const MB: u64 = 1 << 20;
    format!("has {} MB, and at most {} MB are read (corpus.max_file_mb)", size.div_ceil(MB), limit / MB)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: u64 = 1 << 20;

    fn reader() -> Reader {
        Reader::new(LIMIT, None)
    }

    fn folder(files: &[(&str, &[u8])]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, content) in files {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, content).unwrap();
        }
        folder
    }

    fn names(folder: &Path) -> Vec<String> {
        list(folder).unwrap().files.into_iter().map(|file| file.name).collect()
    }

    #[track_caller]
    fn refused(name: &str, content: &[u8], reason: &str) {
        let folder = folder(&[(name, content)]);
        let listing = list(folder.path()).unwrap();
        assert_eq!(read(&listing.files[0], &reader()).unwrap_err().reason, reason);
    }

    #[test]
    fn files_are_listed_by_name_with_those_of_subfolders() {
        let folder =
            folder(&[("b.txt", b"b"), ("a/c.md", b"c"), (".hidden.txt", b"h"), (".git/x.txt", b"x")]);
        assert_eq!(names(folder.path()), ["a/c.md", "b.txt"]);
    }

    #[test]
    fn passimignore_is_obeyed_and_gitignore_is_not() {
        let folder = folder(&[
            (".passimignore", b"drafts/\n*.bak.txt\n"),
            (".gitignore", b"kept.txt\n"),
            ("kept.txt", b"k"),
            ("old.bak.txt", b"o"),
            ("drafts/d.txt", b"d"),
        ]);
        assert_eq!(names(folder.path()), ["kept.txt"]);
    }

    #[test]
    fn a_folder_that_is_missing_a_file_or_empty_is_an_error() {
        let folder = folder(&[("a.txt", b"a")]);
        let error = list(&folder.path().join("none")).unwrap_err().to_string();
        assert!(error.contains("it does not exist; name a folder"), "{error}");
        let error = list(&folder.path().join("a.txt")).unwrap_err().to_string();
        assert!(error.contains("it is a file, not a folder"), "{error}");
        fs::remove_file(folder.path().join("a.txt")).unwrap();
        assert!(matches!(list(folder.path()), Err(ReadError::Empty { .. })));
    }

    #[test]
    fn a_text_is_read_as_it_is() {
        let folder = folder(&[("1.txt", "\u{feff}Grüße\r\n".as_bytes())]);
        let (document, sha256) = read(&list(folder.path()).unwrap().files[0], &reader()).unwrap();
        assert_eq!(document.text, "\u{feff}Grüße\r\n");
        assert_eq!(sha256, <[u8; 32]>::from(Sha256::digest("\u{feff}Grüße\r\n")));
    }

    #[test]
    fn what_is_no_text_is_refused_with_the_reason() {
        refused("a.txt", b"\x00\x01", "is a binary file");
        refused("a.txt", b" \n", "is empty");
        refused("a.doc", b"Text", "is an old Word file (.doc); save it as .docx");
        refused(
            "a.xlsx",
            b"PK",
            "is a .xlsx file; text (.txt), Markdown (.md), HTML (.html), PDF (.pdf) and DOCX (.docx) are read",
        );
        refused("a.txt", b"%PDF-1.7", "is PDF inside, and no text; rename it");
        let large = vec![b'a'; LIMIT as usize + 1];
        refused("a.txt", &large, "has 2 MB, and at most 1 MB are read (corpus.max_file_mb)");
    }

    #[test]
    fn a_text_is_read_by_the_name_that_it_was_listed_under() {
        let folder = folder(&[("sub/a.md", "Grüße\r\n".as_bytes())]);
        assert_eq!(names(folder.path()), ["sub/a.md"]);
        let text = text_of(folder.path(), "sub/a.md", &reader()).unwrap();
        assert_eq!((text.text.as_str(), text.encoding), ("Grüße\r\n", Encoding::Utf8));
    }

    #[test]
    fn what_is_not_there_any_more_is_told_from_what_cannot_be_read() {
        let folder = folder(&[("a.md", b"a"), ("large.md", b"large"), ("empty.md", b" ")]);
        for name in ["b.md", "none/a.md", "a.md/a.md"] {
            let expected = NoText::NotThere { path: name.to_owned() };
            assert_eq!(text_of(folder.path(), name, &reader()), Err(expected));
        }
        let reason = |corpus: &Path, name, limit| match text_of(corpus, name, &Reader::new(limit, None)) {
            Err(NoText::Refused(refused)) => refused.reason,
            other => panic!("{name}: {other:?}"),
        };
        assert!(reason(folder.path(), "large.md", 3).starts_with("has 1 MB"));
        assert_eq!(reason(folder.path(), "empty.md", LIMIT), "is empty");
        let unmounted = tempfile::tempdir().unwrap();
        for corpus in [unmounted.path(), &unmounted.path().join("none")] {
            let expected = NoText::NoCorpus { path: "a.md".to_owned() };
            assert_eq!(text_of(corpus, "a.md", &reader()), Err(expected));
        }
    }

    #[test]
    fn a_name_that_leads_out_of_the_corpus_or_to_what_is_hidden_is_refused() {
        let folder = folder(&[("corpus/a.md", b"a"), ("corpus/.env", b"secret"), ("b.md", b"b")]);
        let corpus = folder.path().join("corpus");
        let absolute = folder.path().join("b.md").display().to_string();
        let names = ["../b.md", "a/../../b.md", "a/../a.md", "..", ".", "", "/", ".env", "./a.md", &absolute];
        for name in names {
            let reason = "is no path of a source in the corpus".to_owned();
            let expected = NoText::Refused(Refused { path: name.to_owned(), reason });
            assert_eq!(text_of(&corpus, name, &reader()), Err(expected));
        }
        assert!(matches!(text_of(&corpus, "a\0b.md", &reader()), Err(NoText::Refused(_))));
    }

    #[cfg(unix)]
    #[test]
    fn a_source_that_became_a_pipe_is_not_opened() {
        let folder = folder(&[("a.md", b"a")]);
        let made = std::process::Command::new("mkfifo").arg(folder.path().join("b.md")).status();
        assert!(made.unwrap().success());
        let no_text = text_of(folder.path(), "b.md", &reader()).unwrap_err().to_string();
        assert_eq!(no_text, "b.md: it is not a file but a pipe, a socket or a device");
    }

    #[cfg(unix)]
    #[test]
    fn links_are_followed_and_loops_are_refused() {
        use std::os::unix::fs::symlink;
        let folder = folder(&[("real/a.txt", b"a")]);
        symlink("real/a.txt", folder.path().join("b.txt")).unwrap();
        symlink("self.txt", folder.path().join("self.txt")).unwrap();
        symlink("..", folder.path().join("real/up")).unwrap();
        symlink("none.txt", folder.path().join("dangling.txt")).unwrap();
        let listing = list(folder.path()).unwrap();
        assert_eq!(listing.files.iter().map(|file| &file.name).collect::<Vec<_>>(), ["b.txt", "real/a.txt"]);
        let refused: Vec<&str> = listing.refused.iter().map(|file| file.path.as_str()).collect();
        assert_eq!(refused, ["dangling.txt", "real/up", "self.txt"]);
        assert!(listing.refused.iter().all(|file| !file.reason.contains('/')), "{:?}", listing.refused);
    }

    #[cfg(unix)]
    #[test]
    fn links_that_multiply_are_followed_once() {
        let folder = folder(&[("00/a.txt", b"a")]);
        for level in 1..30 {
            let above = folder.path().join(format!("{level:02}"));
            fs::create_dir(&above).unwrap();
            for name in ["one", "two"] {
                std::os::unix::fs::symlink(format!("../{:02}", level - 1), above.join(name)).unwrap();
            }
        }
        let listing = list(folder.path()).unwrap();
        assert_eq!(listing.files.len(), 1);
        assert!(listing.refused.iter().any(|file| file.reason.contains("is another way to 00")));
    }

    #[cfg(unix)]
    #[test]
    fn a_passimignore_that_is_a_pipe_is_not_opened() {
        let folder = folder(&[("a.txt", b"a"), ("sub/b.txt", b"b")]);
        let made = std::process::Command::new("mkfifo").arg(folder.path().join("sub/.passimignore")).status();
        assert!(made.unwrap().success());
        let listing = list(folder.path()).unwrap();
        assert_eq!(listing.files.len(), 1);
        assert_eq!(listing.refused[0].reason, "has a .passimignore that is not a file");
    }
}
