//! The program: arguments to exit code. Everything else is the library's.

use std::process::ExitCode;

use clap::Parser;
use passim::cli::{self, Arguments};

/// The system's allocator keeps what each of many threads once had, and grows with every re-index.
#[cfg(not(target_env = "msvc"))]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    cli::main(Arguments::parse())
}
