//! How the lists for owners are wanted: how long, and in which form.

use std::io::{self, Write};

use clap::Args;
use serde::Serialize;

use super::{Failure, print_json};

#[derive(Debug, Args)]
pub(super) struct Listed {
    /// How many of them
    #[arg(long, default_value_t = 100, value_name = "N")]
    pub(super) limit: u32,
    /// Print them as JSON
    #[arg(long)]
    json: bool,
    /// Print them as a table for spreadsheets
    #[arg(long, conflicts_with = "json")]
    csv: bool,
}

impl Listed {
    /// Prints the list for programs, where that is wanted; whether it was.
    pub(super) fn printed<J: Serialize>(
        &self,
        json: impl FnOnce() -> J,
        table: impl FnOnce() -> csv::Result<Vec<u8>>,
    ) -> Result<bool, Failure> {
        if self.csv {
            io::stdout().write_all(&table()?)?;
        } else if self.json {
            print_json(&json())?;
        }
        Ok(self.csv || self.json)
    }
}
