//! `passim backup`: copies what cannot be made again, while the bot goes on.

use std::io::Write;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::{Failure, now};
use crate::settings::Settings;
use crate::store::{self, Moment, thin_out};

/// How long is waited while another process has the store for itself.
pub(super) const PATIENCE: Duration = Duration::from_secs(30);

#[derive(Debug, Args)]
pub struct Backup {
    /// The folder that gets the backup, as a folder named by the time
    #[arg(value_name = "FOLDER")]
    into: PathBuf,
    /// Remove the oldest backups in that folder afterwards, but so many
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    keep: Option<u16>,
}

pub(super) fn run(command: &Backup, settings: &Settings) -> Result<(), Failure> {
    let at = Moment::of_nanoseconds(now());
    let (folder, backup) = store::Backup::make(settings.data_dir()?, &command.into, at, PATIENCE)?;
    let mut out = anstream::stdout();
    writeln!(
        out,
        "Backed up {} questions with all that belongs to them into {}.",
        backup.questions,
        folder.display()
    )?;
    writeln!(
        out,
        "Not in it: the documents, the settings, and the index, which is made of the documents again."
    )?;
    if let Some(keep) = command.keep {
        let removed = thin_out(&folder, usize::from(keep))?;
        writeln!(out, "Removed {removed} older ones.")?;
    }
    Ok(())
}
