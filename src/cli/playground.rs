//! `passim playground`: the real bot in a local Discord, seen in a browser. No account, no token, no network.

use std::io::Write;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, anyhow};
use clap::Args;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{mpsc, oneshot};

use super::draw::{BOLD, DIM};
use super::team::{BOT, GUILD, Team};
use super::{Failure, serve};
use crate::discord::serve::Wish;
use crate::playground::{self, Named, Player, Reach};
use crate::settings::Sources;

/// How long the bot may need until it is in the local Discord, and until it has finished what it does.
const PATIENCE: Duration = Duration::from_secs(60);

/// That the local Discord takes from the bot in a channel.
const MESSAGES_A_SECOND: usize = 50;

#[derive(Debug, Args)]
pub struct Playground {
    /// The port of the page; 0 takes a free one
    #[arg(long, value_name = "N", default_value_t = 8464)]
    port: u16,
    /// Listen on this address instead of 127.0.0.1
    #[arg(long, value_name = "IP", default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    address: IpAddr,
    /// Allow an address that others can reach: whoever opens the page reads all documents and can do what an operator
    /// can
    #[arg(long)]
    exposed: bool,
}

pub(super) fn run(command: &Playground, sources: &Sources) -> Result<(), Failure> {
    let reach = reach(command)?;
    let runtime = serve::runtime()?;
    let address = SocketAddr::new(command.address, command.port);
    // First, since a port that is taken is told before documents are read.
    let listener = runtime.block_on(TcpListener::bind(address)).with_context(|| {
        format!("cannot show the playground on {address}; name another port with --port, or 0 for a free one")
    })?;
    let team = runtime.block_on(Team::new())?;
    // Somebody who tries it out asks faster than people do, and would wait for Discord's limit.
    team.discord.message_bucket(MESSAGES_A_SECOND, Duration::from_secs(1));
    let bot = team.bot_over(sources, "playground")?;
    let (live, settings) = (bot.live.clone(), bot.settings.clone());
    let (corpus, data) = (settings.corpus_dir()?.to_owned(), settings.data_dir()?.to_owned());
    let (stop, wishes) = mpsc::channel(1);
    let serving = runtime.spawn(bot.serve(wishes));
    if !runtime.block_on(team.discord.is_connected(team.bot, PATIENCE)) {
        return Err(anyhow!("the bot did not come into the local Discord").into());
    }
    let bot = Named { id: team.bot, name: BOT.to_owned() };
    let guild = Named { id: team.guild, name: GUILD.to_owned() };
    let people = players(&team);
    let playground =
        playground::Playground { discord: team.discord, guild, bot, people, live, settings, corpus, data };
    let playground = Arc::new(playground);
    let outcome = runtime.block_on(async {
        let (ended, end) = oneshot::channel::<()>();
        tell(&listener, reach)?;
        tokio::spawn(async move {
            let _ = signalled().await;
            let _ = ended.send(());
        });
        let stopped = async { drop(end.await) };
        playground::serve(listener, playground.clone(), reach, stopped)
            .await
            .context("the page is not served any more")?;
        // Answers under way are finished, and kept.
        let _ = stop.send(Wish::Stop).await;
        let _ = tokio::time::timeout(PATIENCE, serving).await;
        // Until then the bot needs its Discord.
        drop(playground);
        Ok::<(), anyhow::Error>(())
    });
    runtime.shutdown_background();
    Ok(outcome?)
}

/// Who is in the guild: its owner, who operates the bot, and a member.
fn players(team: &Team) -> Vec<Player> {
    let roles = ["operator", "member"];
    let people = team.people.iter().zip(roles);
    people
        .map(|((name, person), role)| Player {
            name: (*name).to_owned(),
            role: role.to_owned(),
            person: person.clone(),
        })
        .collect()
}

/// Others are let in only where somebody said so, twice.
fn reach(command: &Playground) -> Result<Reach, Failure> {
    match (command.address.is_loopback(), command.exposed) {
        (true, _) => Ok(Reach::Loopback),
        (false, true) => Ok(Reach::Anywhere),
        (false, false) => Err(Failure::Wrong(anyhow!(
            "the playground asks nobody for a password, and {} can be reached from elsewhere: whoever opens it reads \
             all documents and can do what an operator can; add --exposed where that is meant",
            command.address
        ))),
    }
}

/// Returns when somebody wants the program to end.
async fn signalled() -> anyhow::Result<()> {
    let mut terminated = signal(SignalKind::terminate()).context("cannot listen for signals")?;
    let mut interrupted = signal(SignalKind::interrupt()).context("cannot listen for signals")?;
    tokio::select! {
        _ = terminated.recv() => {}
        _ = interrupted.recv() => {}
    }
    Ok(())
}

fn tell(listener: &TcpListener, reach: Reach) -> anyhow::Result<()> {
    let address = listener.local_addr()?;
    if reach == Reach::Anywhere {
        writeln!(
            anstream::stderr(),
            "passim: warning: {address} can be reached from elsewhere, and the playground asks nobody for a \
             password: whoever opens it reads all documents and can do what an operator can"
        )?;
    }
    writeln!(
        anstream::stdout(),
        "{BOLD}http://{address}/{BOLD:#}  {DIM}open it in a browser; Ctrl-C ends it{DIM:#}"
    )?;
    Ok(())
}
