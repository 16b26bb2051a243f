//! What the index was made of: every file that was read or refused, with its fingerprint, and their words.
//!
//! It lies beside the segments as `sources-N.json`; the commit payload names it and carries its hash, so that
//! a commit switches segments and manifest together, and a reader never sees one without the other.

use std::path::Path;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::schema::rules;
use super::vocabulary::Vocabulary;
use crate::corpus::{Description, Refused};

/// One file that is in the index.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    #[serde(flatten)]
    pub description: Description,
    /// The file's length.
    pub bytes: u64,
    /// The file's modification time: nanoseconds since 1970.
    pub modified: i128,
    /// Of the file's bytes, in hexadecimal.
    pub sha256: String,
    /// How many passages it has.
    pub passages: usize,
    /// When it was read: nanoseconds since 1970.
    pub indexed_at: i128,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Ordered by path.
    pub sources: Vec<Source>,
    /// Ordered by path.
    pub refused: Vec<Refused>,
    /// See [`Manifest::seal`].
    pub fingerprint: String,
    pub vocabulary: Vocabulary,
}

/// What a commit says about itself.
#[derive(Debug, Serialize, Deserialize)]
struct Payload {
    /// See [`rules`].
    rules: String,
    manifest: String,
    sha256: String,
}

impl Manifest {
    /// The manifest that a commit's payload names: `None` where another version of passim wrote it.
    pub fn load(directory: &Path, payload: Option<&str>) -> Result<Option<Manifest>, String> {
        let Some(payload) = payload.and_then(|payload| serde_json::from_str::<Payload>(payload).ok()) else {
            return Ok(None);
        };
        if payload.rules != rules() {
            return Ok(None);
        }
        let bytes = std::fs::read(directory.join(&payload.manifest))
            .map_err(|error| format!("{}: {error}", payload.manifest))?;
        if hex(&Sha256::digest(&bytes)) != payload.sha256 {
            return Err(format!("{} is not what was written", payload.manifest));
        }
        serde_json::from_slice(&bytes).map(Some).map_err(|error| format!("{}: {error}", payload.manifest))
    }

    /// Writes it as `sources-{number}.json` and returns the payload for the commit that belongs to it.
    pub fn store(&self, directory: &Path, number: u64) -> std::io::Result<String> {
        let name = format!("sources-{number}.json");
        let bytes = serde_json::to_vec(self)?;
        super::generation::write_durably(&directory.join(&name), &bytes)?;
        let sha256 = hex(&Sha256::digest(&bytes));
        let payload = Payload { rules: rules(), manifest: name, sha256 };
        Ok(serde_json::to_string(&payload)?)
    }

    /// Orders the lists and takes the hash over what was read and the rules it was read by.
    pub fn seal(&mut self) {
        self.sources.sort_by(|a, b| a.description.path.cmp(&b.description.path));
        self.refused.sort_by(|a, b| a.path.cmp(&b.path));
        let mut hash = Sha256::new();
        hash.update(rules() + "\n");
        for source in &self.sources {
            hash.update(format!("{} {} {}\n", source.sha256, source.description.id, source.description.path));
        }
        self.fingerprint = hex(&hash.finalize());
    }

    pub fn by_path(&self, path: &str) -> Option<&Source> {
        Some(&self.sources[self.place_of(path)?])
    }

    /// Where among the sources the file is.
    pub fn place_of(&self, path: &str) -> Option<usize> {
        self.sources.binary_search_by(|source| source.description.path.as_str().cmp(path)).ok()
    }
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
