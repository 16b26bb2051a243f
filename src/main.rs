//! The program: arguments to exit code. Everything else is the library's.

use std::process::ExitCode;

use clap::Parser;
use passim::cli::{self, Arguments};

fn main() -> ExitCode {
    cli::main(Arguments::parse())
}
