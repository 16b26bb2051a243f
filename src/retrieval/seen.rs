//! What later runs found out about files that did not change: that a file with another time, or with one that was too
//! young to trust, was read again and is the same. Without it such files would be read in every run.
//!
//! It lies beside the generations as `SEEN` and only saves work: an index never depends on it, and where it is missing,
//! damaged or of another index the files are read again.

use std::collections::HashMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::generation::write_durably;
use super::manifest::{Manifest, Source};

const FILE: &str = "SEEN";

/// By path.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Seen(HashMap<String, Sight>);

/// One reading of a file. Times are nanoseconds since 1970.
#[derive(Debug, Serialize, Deserialize)]
struct Sight {
    sha256: String,
    modified: i128,
    read_at: i128,
}

impl Seen {
    pub fn load(folder: &Path) -> Seen {
        let bytes = std::fs::read(folder.join(FILE)).unwrap_or_default();
        serde_json::from_slice(&bytes).unwrap_or_default()
    }

    /// The file's modification time when it was last read and had the content that is indexed, and when that was.
    pub fn of(&self, source: &Source) -> Option<(i128, i128)> {
        let sight = self.0.get(&source.description.path)?;
        (sight.sha256 == source.sha256).then_some((sight.modified, sight.read_at))
    }

    /// Takes down what a run that changed nothing has read; whether there was any.
    pub fn remember(&mut self, sources: &[Source], manifest: &Manifest) -> bool {
        let mut is_new = false;
        for source in sources {
            let indexed = manifest.by_path(&source.description.path);
            if indexed.is_some_and(|indexed| indexed.indexed_at < source.indexed_at) {
                let Source { sha256, modified, indexed_at: read_at, .. } = source.clone();
                let sight = Sight { sha256, modified, read_at };
                let older = self.0.insert(source.description.path.clone(), sight);
                is_new |= older.is_none_or(|older| older.read_at != read_at);
            }
        }
        is_new
    }

    /// Where it cannot be written, the files are read again next time.
    pub fn store(&self, folder: &Path) {
        let written = serde_json::to_vec(self).map_err(std::io::Error::from);
        if let Err(error) = written.and_then(|bytes| write_durably(&folder.join(FILE), &bytes)) {
            tracing::debug!(%error, "files that did not change will be read again");
        }
    }

    /// What is in the index is newer.
    pub fn forget(folder: &Path) {
        let _ = std::fs::remove_file(folder.join(FILE));
    }
}
