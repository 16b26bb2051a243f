//! `passim extract`: the process that takes HTML, PDF and DOCX files apart. It is started by passim itself, and
//! limits what it may use before it reads anything.

use std::io::{self, Read};

use clap::Args;

use super::Failure;
use crate::corpus::extract::worker;

/// Memory that a file may take to be read, in bytes.
#[cfg(unix)]
const MOST_MEMORY: u64 = 450 << 20;

#[derive(Debug, Args)]
pub struct Extract {}

pub(super) fn run(_command: &Extract) -> Result<(), Failure> {
    limit()?;
    // Bugs that bad files bring to light are told in the answer, not on standard error.
    std::panic::set_hook(Box::new(|_| {}));
    worker::serve(unbuffered(), io::stdout().lock(), is_abandoned)?;
    // A thread may still be busy with a file that nobody waits for.
    std::process::exit(0)
}

/// A file is read in one go: buffering would only hold it twice.
fn unbuffered() -> impl Read {
    io::stdin().lock()
}

/// No more memory than this, no file written, no core left behind.
#[cfg(unix)]
fn limit() -> io::Result<()> {
    use rustix::process::{Resource, Rlimit, setrlimit};
    for (resource, most) in [(Resource::Data, MOST_MEMORY), (Resource::Fsize, 0), (Resource::Core, 0)] {
        setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) })?;
    }
    Ok(())
}

/// Only the time is limited here, by whoever waits.
#[cfg(not(unix))]
fn limit() -> io::Result<()> {
    Ok(())
}

/// Whether the other end of standard input is gone, and with it whoever waits for an answer.
#[cfg(unix)]
fn is_abandoned() -> bool {
    use rustix::event::{PollFd, PollFlags, poll};
    let input = io::stdin();
    let mut watched = [PollFd::new(&input, PollFlags::empty())];
    let now = rustix::event::Timespec { tv_sec: 0, tv_nsec: 0 };
    let looked = poll(&mut watched, Some(&now));
    looked.is_ok() && watched[0].revents().intersects(PollFlags::HUP | PollFlags::ERR)
}

#[cfg(not(unix))]
fn is_abandoned() -> bool {
    false
}
