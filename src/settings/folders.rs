//! Where settings and data lie, and where a relative path starts.

use std::path::{Path, PathBuf};

use super::Sources;
use super::error::Problem;

/// The folders that the operating system keeps for a user: `~/.config` and `~/.local/share` on Linux.
#[derive(Debug, Clone, Default)]
pub struct UserFolders {
    pub config: Option<PathBuf>,
    pub data: Option<PathBuf>,
}

impl UserFolders {
    /// Those of the user that runs this process. For `main`; tests bring their own.
    pub fn of_this_user() -> Self {
        // The local folder, because an index is large and cheap to build again: it should not roam.
        Self { config: dirs::config_dir(), data: dirs::data_local_dir() }
    }
}

/// The configuration folder. Only one that was asked for by name has to exist.
pub(super) fn config_dir(sources: &Sources) -> Result<Option<PathBuf>, Problem> {
    match named_config_dir(sources) {
        Some(folder) if !folder.is_dir() => Err(Problem::NoConfigDir { folder }),
        _ => Ok(config_dir_to_be(sources)),
    }
}

/// The same, whether it exists or not.
pub(super) fn config_dir_to_be(sources: &Sources) -> Option<PathBuf> {
    if let Some(named) = named_config_dir(sources) {
        return Some(named);
    }
    let here = sources.current_dir.join("config");
    if here.join("default.toml").is_file() {
        return Some(here);
    }
    sources.user.config.as_ref().map(|folder| folder.join("passim"))
}

fn named_config_dir(sources: &Sources) -> Option<PathBuf> {
    let (_, value) = sources.environment.iter().find(|(name, _)| name == "PASSIM_CONFIG_DIR")?;
    (!value.is_empty()).then(|| joined(sources.current_dir, Path::new(value)))
}

/// Where index and receipts lie unless somebody says otherwise.
pub(super) fn usual_data_dir(config_dir: Option<&Path>, sources: &Sources) -> Option<PathBuf> {
    if let Some(project) = config_dir.and_then(above_config) {
        return Some(project.join(".passim"));
    }
    sources.user.data.as_ref().map(|folder| folder.join("passim"))
}

/// Where the relative paths of a settings file start.
pub(super) fn base_of(file: &Path) -> &Path {
    let folder = file.parent().unwrap_or(file);
    above_config(folder).unwrap_or(folder)
}

/// The folder that a folder named `config` configures; nothing for folders with other names.
pub(super) fn above_config(folder: &Path) -> Option<&Path> {
    let is_config = folder.file_name()? == "config";
    if is_config { folder.parent() } else { None }
}

/// `path` as seen from `base`, without the `.` that people begin paths with.
pub(super) fn joined(base: &Path, path: &Path) -> PathBuf {
    base.join(path).components().collect()
}
