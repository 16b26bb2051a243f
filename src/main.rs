//! The program: arguments to exit code. Everything else is the library's.

use std::process::ExitCode;

use clap::Parser;
use mimalloc::MiMalloc;
use passim::cli::{self, Arguments};

/// The system's keeps what each of many threads once had: a bot that runs for weeks would grow for weeks.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    cli::main(Arguments::parse())
}
