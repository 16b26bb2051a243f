//! `passim completions`: what a shell has to know to complete our commands.

use std::io::{Write, stdout};

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use super::{Arguments, Failure};

#[derive(Debug, Args)]
pub struct Completions {
    /// The shell that reads them
    #[arg(value_name = "SHELL")]
    shell: Shell,
}

pub(super) fn run(command: &Completions) -> Result<(), Failure> {
    // Into memory first: the generator panics where its reader has gone.
    let mut script = Vec::new();
    clap_complete::generate(command.shell, &mut Arguments::command(), "passim", &mut script);
    stdout().write_all(&script)?;
    Ok(())
}
