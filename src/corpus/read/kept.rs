//! What was extracted from files, kept beside the index, so that looking a citation up takes no file apart.
//!
//! Each text lies under the hash of its file's bytes, with the version of what extracted it; above it stands its
//! own hash, so that a damaged one is extracted anew. Refusals are kept too: a file that took ten seconds to be
//! refused is not tried again before it changes.

use std::collections::HashSet;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::corpus::extract::{Extracted, VERSION};

/// The texts of one index.
#[derive(Debug)]
pub struct Kept {
    folder: PathBuf,
    /// Names that were asked for or written.
    used: Mutex<HashSet<String>>,
}

/// The first line of a kept text.
#[derive(Debug, Serialize, Deserialize)]
struct Head {
    /// Of what follows, in hexadecimal.
    sha256: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    problems: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    refused: Option<String>,
}

impl Kept {
    pub fn in_folder(folder: PathBuf) -> Kept {
        Kept { folder, used: Mutex::default() }
    }

    /// What is kept of a file with these bytes, or why it was refused.
    pub fn get(&self, sha256: &[u8; 32]) -> Option<Result<Extracted, String>> {
        let name = name(sha256);
        let kept = fs::read(self.folder.join(&name)).ok()?;
        let kept = String::from_utf8(kept).ok()?;
        let (head, text) = kept.split_once('\n')?;
        let head: Head = serde_json::from_str(head).ok()?;
        if head.sha256 != hash(text) {
            return None;
        }
        self.note(name);
        Some(match head.refused {
            Some(reason) => Err(reason),
            None => Ok(Extracted { text: text.to_owned(), problems: head.problems }),
        })
    }

    /// Written beside, flushed, renamed: never half of it is there.
    pub fn put(&self, sha256: &[u8; 32], extracted: Result<&Extracted, &str>) -> io::Result<()> {
        let (text, head) = match extracted {
            Ok(Extracted { text, problems }) => (text.as_str(), (problems.clone(), None)),
            Err(reason) => ("", (Vec::new(), Some(reason.to_owned()))),
        };
        let head = Head { sha256: hash(text), problems: head.0, refused: head.1 };
        fs::create_dir_all(&self.folder)?;
        let mut file = tempfile::NamedTempFile::new_in(&self.folder)?;
        writeln!(file, "{}", serde_json::to_string(&head)?)?;
        file.write_all(text.as_bytes())?;
        file.as_file().sync_all()?;
        let name = name(sha256);
        file.persist(self.folder.join(&name))?;
        self.note(name);
        Ok(())
    }

    /// Removes what no source needs any more: neither one that was read since this was opened, nor one of those
    /// whose hashes `needed` gives, which is asked only where there is something to remove.
    pub fn remove_orphans(&self, needed: impl FnOnce() -> HashSet<String>) {
        let Ok(entries) = fs::read_dir(&self.folder) else { return };
        let used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        let mut unused: Vec<PathBuf> = Vec::new();
        for entry in entries.flatten() {
            if !used.contains(entry.file_name().to_string_lossy().as_ref()) {
                unused.push(entry.path());
            }
        }
        if unused.is_empty() {
            return;
        }
        let needed: HashSet<String> = needed().into_iter().map(|sha256| name_of(&sha256)).collect();
        for path in unused {
            let is_needed =
                path.file_name().is_some_and(|name| needed.contains(name.to_string_lossy().as_ref()));
            if !is_needed {
                // Left for the next run where it cannot be removed.
                let _ = fs::remove_file(path);
            }
        }
    }

    fn note(&self, name: String) {
        self.used.lock().unwrap_or_else(PoisonError::into_inner).insert(name);
    }
}

/// Where texts are kept, in the folder of an index.
pub fn folder(index: &Path) -> PathBuf {
    index.join("extracted")
}

fn name(sha256: &[u8; 32]) -> String {
    name_of(&sha256.iter().map(|byte| format!("{byte:02x}")).collect::<String>())
}

fn name_of(sha256: &str) -> String {
    format!("{sha256}-{VERSION}")
}

fn hash(text: &str) -> String {
    Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_and_refusals_are_found_again_and_damage_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let kept = Kept::in_folder(folder.path().join("extracted"));
        let extracted = Extracted { text: "Line\n\u{c}\n".to_owned(), problems: vec!["part".to_owned()] };
        assert_eq!(kept.get(&[1; 32]), None);
        kept.put(&[1; 32], Ok(&extracted)).unwrap();
        kept.put(&[2; 32], Err("is cut off")).unwrap();
        assert_eq!(kept.get(&[1; 32]), Some(Ok(extracted)));
        assert_eq!(kept.get(&[2; 32]), Some(Err("is cut off".to_owned())));
        let path = folder.path().join("extracted").join(name(&[1; 32]));
        fs::write(&path, fs::read_to_string(&path).unwrap().replace("Line", "Lime")).unwrap();
        assert_eq!(kept.get(&[1; 32]), None);
    }

    #[test]
    fn what_nothing_needs_is_removed() {
        let folder = tempfile::tempdir().unwrap();
        let before = Kept::in_folder(folder.path().to_owned());
        for number in 1..=3 {
            before.put(&[number; 32], Err("is cut off")).unwrap();
        }
        let kept = Kept::in_folder(folder.path().to_owned());
        kept.get(&[1; 32]).unwrap().unwrap_err();
        kept.remove_orphans(|| HashSet::from(["02".repeat(32)]));
        let left = [1, 2, 3].map(|number| kept.get(&[number; 32]).is_some());
        assert_eq!(left, [true, true, false]);
    }
}
