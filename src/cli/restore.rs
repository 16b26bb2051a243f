//! `passim restore`: puts a backup into a data folder where nothing was kept.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::anyhow;
use clap::Args;

use super::Failure;
use super::backup::PATIENCE;
use crate::settings::Settings;
use crate::store::{Backup, BackupError, backups};

#[derive(Debug, Args)]
pub struct Restore {
    /// The backup: a folder that 'passim backup' made
    #[arg(value_name = "BACKUP")]
    from: PathBuf,
}

pub(super) fn run(command: &Restore, settings: &Settings) -> Result<(), Failure> {
    let data = settings.data_dir()?;
    let backup =
        Backup::restore(&command.from, data, PATIENCE).map_err(|error| named(error, &command.from))?;
    let made = jiff::Timestamp::from_millisecond(backup.at).unwrap_or_default();
    writeln!(
        anstream::stdout(),
        "Restored {} questions with all that belongs to them, as they were on {}, into {}. The next command reads the \
         documents.",
        backup.questions,
        made.strftime("%Y-%m-%d at %H:%M UTC"),
        data.display()
    )?;
    Ok(())
}

/// Whoever names the folder with all backups means one of them.
fn named(error: BackupError, folder: &Path) -> anyhow::Error {
    match (&error, backups(folder).last()) {
        (BackupError::NoBackup { .. }, Some(newest)) => {
            anyhow!(
                "{} holds backups; name one of them: the newest is {}",
                folder.display(),
                newest.display()
            )
        }
        _ => error.into(),
    }
}
