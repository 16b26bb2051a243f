//! Whether an index is what was written.
//!
//! tantivy keeps a checksum in every segment file; comparing them reads everything. So it is done once for each
//! state of the directory: `VERIFIED` holds the size and time of every file as they were when all was well, and
//! a directory that still looks so is trusted. What no checksum covers (`meta.json`) has to agree with what it
//! describes: the fields, the manifest, the number of passages.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::time::UNIX_EPOCH;

use super::generation::write_durably;
use super::manifest::Manifest;
use super::{generation, schema};

const VERIFIED: &str = "VERIFIED";

/// Reads all of the current index in `folder` and compares it with its checksums. `None` where there is no index,
/// else what is wrong with it, if anything.
pub fn check(folder: &Path) -> Option<Result<(), String>> {
    match generation::current(folder) {
        Ok(None) => None,
        Ok(Some(directory)) => Some(check_directory(&directory)),
        Err(error) => Some(Err(error.to_string())),
    }
}

/// The same for one generation, unless it looks as it did when it was last found whole.
pub(super) fn check_if_changed(directory: &Path) -> Result<(), String> {
    if is_as_recorded(directory) {
        return Ok(());
    }
    check_directory(directory)?;
    record(directory);
    Ok(())
}

/// Whether it looks as it did when it was last found whole.
pub(super) fn is_as_recorded(directory: &Path) -> bool {
    state(directory).is_ok_and(|state| Some(state) == recorded(directory))
}

/// The same for a directory that is being answered from: not so where nothing is written down, or another process has
/// taken it away meanwhile.
pub(super) fn looks_as_recorded(directory: &Path) -> bool {
    match (state(directory), recorded(directory)) {
        (Ok(state), Some(recorded)) => state == recorded,
        _ => true,
    }
}

/// Remembers the directory as it is now: whole. A folder that cannot be written is checked again next time.
pub(super) fn record(directory: &Path) {
    let written = state(directory)
        .and_then(|state| write_durably(&directory.join(VERIFIED), &serde_json::to_vec(&state)?));
    if let Err(error) = written {
        tracing::debug!(%error, "cannot remember that the index is whole");
    }
}

/// Reads all of one generation, and compares it with its checksums.
pub(super) fn check_directory(directory: &Path) -> Result<(), String> {
    // Damaged bytes can make tantivy stop in the middle of reading them: that is an answer too.
    match catch_unwind(AssertUnwindSafe(|| compare(directory))) {
        Ok(result) => result,
        Err(_) => Err("reading it fails in the middle of a file".to_owned()),
    }
}

fn compare(directory: &Path) -> Result<(), String> {
    let index = tantivy::Index::open_in_dir(directory).map_err(|error| error.to_string())?;
    let damaged = index.validate_checksum().map_err(|error| error.to_string())?;
    if let Some(file) = damaged.iter().min() {
        return Err(format!("{} is not what was written", file.display()));
    }
    let meta = index.load_metas().map_err(|error| error.to_string())?;
    // Another version is no damage: whoever opens it sees that it has to be built anew.
    let Some(manifest) = Manifest::load(directory, meta.payload.as_deref())? else { return Ok(()) };
    if index.schema() != schema::schema() {
        return Err("meta.json is not what was written".to_owned());
    }
    let listed: usize = manifest.sources.iter().map(|source| source.passages).sum();
    let held: u64 = meta.segments.iter().map(|segment| u64::from(segment.num_docs())).sum();
    if listed as u64 != held {
        return Err(format!("it holds {held} passages, and lists {listed}"));
    }
    Ok(())
}

/// Size and modification time, in nanoseconds since 1970, of each file that belongs to the index.
type State = BTreeMap<String, (u64, u64)>;

fn state(directory: &Path) -> io::Result<State> {
    let mut state = State::new();
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let is_aside =
            name == VERIFIED || name.ends_with(".lock") || name.ends_with(".new") || name == ".managed.json";
        if is_aside {
            continue;
        }
        let metadata = entry.metadata()?;
        let since = metadata.modified()?.duration_since(UNIX_EPOCH).unwrap_or_default();
        state.insert(name, (metadata.len(), since.as_nanos() as u64));
    }
    Ok(state)
}

fn recorded(directory: &Path) -> Option<State> {
    serde_json::from_slice(&fs::read(directory.join(VERIFIED)).ok()?).ok()
}
