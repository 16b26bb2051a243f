//! `passim ready`: asks the bot that runs on this machine how it is. For health checks: an image without a shell has
//! nothing else that could ask.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use anyhow::{Context, anyhow};
use clap::Args;

use super::Failure;
use super::draw::printable;
use crate::settings::Settings;

/// How long connecting, asking and each part of the answer may take.
const PATIENCE: Duration = Duration::from_secs(3);
/// More than the reasons of everything that can be wrong.
const LONGEST_ANSWER: u64 = 64 << 10;

#[derive(Debug, Args)]
pub struct Ready {
    /// Where it listens, if that is not what `operations.listen` says
    #[arg(long, value_name = "ADDRESS")]
    at: Option<SocketAddr>,
    /// Ask only whether it is running, and not whether it can answer
    #[arg(long)]
    alive: bool,
}

pub(super) fn run(command: &Ready, settings: &Settings) -> Result<(), Failure> {
    let address = command.at.or(settings.operations.listen).context(
        "cannot ask whether passim is ready: operations.listen is empty, so that it listens nowhere; set it to an address \
         such as 127.0.0.1:9464",
    )?;
    let path = if command.alive { "/healthz" } else { "/readyz" };
    // As text: a connection that breaks off is no reader of ours that has seen enough.
    let (status, said) = asked(address, path).map_err(|error| {
        anyhow!(
            "cannot ask http://{address}{path}; look whether 'passim serve' is running and listens there: {error:#}"
        )
    })?;
    let said = printable(said.trim());
    if status != 200 {
        return Err(anyhow!("passim at {address} is not ready ({status}): {said}").into());
    }
    writeln!(anstream::stdout(), "{said}")?;
    Ok(())
}

/// The status and the body that come back: one request needs no library for HTTP.
fn asked(address: SocketAddr, path: &str) -> anyhow::Result<(u16, String)> {
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes())?;
    let mut answer = Vec::new();
    stream.take(LONGEST_ANSWER).read_to_end(&mut answer)?;
    let answer = String::from_utf8_lossy(&answer);
    parsed(&answer).context("what answers there does not speak HTTP/1.1")
}

fn parsed(answer: &str) -> Option<(u16, String)> {
    let (head, body) = answer.split_once("\r\n\r\n")?;
    let status = head.strip_prefix("HTTP/1.1 ")?.get(..3)?.parse().ok()?;
    Some((status, body.to_owned()))
}
