//! Where everything of one run lies: parent and children find it by name.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;
use passim::corpus::read;

pub struct Place(PathBuf);

impl Place {
    pub fn in_folder(folder: &Path) -> Place {
        Place(folder.to_owned())
    }

    pub fn folder(&self) -> &Path {
        &self.0
    }

    pub fn corpus(&self) -> PathBuf {
        self.0.join("corpus")
    }

    /// passim's data folder, filled by the program itself.
    pub fn data(&self) -> PathBuf {
        self.0.join("data")
    }

    /// The index in it; there is one corpus.
    pub fn index(&self) -> anyhow::Result<PathBuf> {
        let mut folders = fs::read_dir(self.data().join("corpora"))?;
        Ok(folders.next().context("passim has indexed nothing")??.path())
    }

    /// An index of passim that is timed and thrown away.
    pub fn fresh_index(&self) -> PathBuf {
        self.0.join("fresh")
    }

    /// The index of plain tantivy: the last one that was timed is the one that is searched.
    pub fn plain_index(&self) -> PathBuf {
        self.0.join("plain")
    }

    pub fn questions(&self) -> PathBuf {
        self.0.join("questions.jsonl")
    }

    /// Where the passages of each document are.
    pub fn passages(&self) -> PathBuf {
        self.0.join("passages.json")
    }
}

/// The bytes of all files of a folder.
pub fn size_of(folder: &Path) -> std::io::Result<u64> {
    let mut bytes = 0;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        bytes += if entry.file_type()?.is_dir() { size_of(&entry.path())? } else { entry.metadata()?.len() };
    }
    Ok(bytes)
}

/// All documents of a corpus, in another one.
pub fn copy_documents(from: &Path, to: &Path) -> anyhow::Result<()> {
    for file in read::list(from)?.files {
        let copied = to.join(&file.name);
        fs::create_dir_all(copied.parent().unwrap_or(to))?;
        fs::copy(&file.path, copied)?;
    }
    Ok(())
}
