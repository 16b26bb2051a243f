//! A team in a local Discord with the real bot among it: what there is to try without an account.

use std::ffi::OsString;
use std::io::Write;
use std::sync::Arc;

use anyhow::Context;
use tokio::sync::mpsc;

use super::{Failure, logging, serve};
use crate::discord::reloading::Reload;
use crate::discord::serve::{Served, Wish, serve as serve_discord};
use crate::live::Live;
use crate::local_discord::{Id, LocalDiscord, Person};
use crate::metrics::Metrics;
use crate::operations::Operations;
use crate::settings::{self, Settings, Sources};

pub(super) const BOT: &str = "passim";
pub(super) const GUILD: &str = "Team";
/// Of the shape that Discord's have.
const TOKEN: &str = "MTAwMDAwMDAwMDAwMDAwMDAw.GlocaL.only-for-the-local-discord-on-this-machine";

pub(super) struct Team {
    pub(super) discord: LocalDiscord,
    pub(super) bot: Id,
    pub(super) guild: Id,
    pub(super) channels: Vec<(&'static str, Id)>,
    /// The first owns the guild, and operates the bot; the last is not in the guild.
    pub(super) people: Vec<(&'static str, Person)>,
}

impl Team {
    pub(super) async fn new() -> Result<Team, Failure> {
        let discord = LocalDiscord::start().await.context("cannot listen on this machine")?;
        let bot = discord.bot(BOT, TOKEN, 0);
        let people: Vec<(&str, Person)> =
            ["ann", "bob", "eve"].map(|name| (name, discord.person(name))).to_vec();
        let guild = discord.guild(GUILD, &people[0].1);
        let general = discord.channel(guild, "general");
        let random = discord.channel(guild, "random");
        let thread = discord.thread(general, "thread");
        discord.join(guild, people[1].1.id());
        discord.join(guild, bot);
        let channels = vec![("general", general), ("random", random), ("thread", thread)];
        Ok(Team { discord, bot, guild, channels, people })
    }

    pub(super) fn general(&self) -> Id {
        self.channels[0].1
    }

    /// Variables that lead a bot to this Discord.
    pub(super) fn variables(&self) -> [(&'static str, String); 4] {
        [
            ("PASSIM_DISCORD__PROXY", self.discord.origin()),
            ("PASSIM_DISCORD__GUILDS", self.guild.to_string()),
            ("PASSIM_DISCORD__OPERATORS", self.people[0].1.id().to_string()),
            ("DISCORD_TOKEN", TOKEN.to_owned()),
        ]
    }

    /// The bot with these settings, its documents read, ready to be served. What is tried is kept in a folder of its own
    /// below the data folder, apart from what people really asked.
    pub(super) fn bot_over(&self, sources: &Sources, folder: &str) -> Result<Bot, Failure> {
        let mut environment: Vec<(OsString, OsString)> =
            sources.environment.iter().filter(|(name, _)| name != "PASSIM_DISCORD__TOKEN").cloned().collect();
        environment.extend(self.variables().map(|(name, value)| (name.into(), value.into())));
        let with = |data| Sources { environment: &environment, data, user: sources.user.clone(), ..*sources };
        let usual = settings::load(&with(sources.data))?;
        let data = usual.data_dir()?.join(folder);
        let mut settings = settings::load(&with(Some(&data)))?;
        settings.program = super::this_program();
        logging::start(&settings);
        // Nobody looks at it from outside, and the port may be another bot's.
        let operations = Arc::new(Operations::new(Metrics::off()));
        // Nobody sends it a signal either.
        let as_it_is = settings.clone();
        let reload = Reload { read: Box::new(move || Ok(as_it_is.clone())), follow: Box::new(|_| {}) };
        let served = serve::served(&settings, operations, reload)?;
        Ok(Bot { live: served.live.clone(), settings, served })
    }
}

pub(super) struct Bot {
    pub(super) live: Arc<Live>,
    pub(super) settings: Settings,
    served: Served,
}

impl Bot {
    /// Until it is told to stop; why it ended otherwise is said.
    pub(super) async fn serve(self, wishes: mpsc::Receiver<Wish>) {
        if let Err(error) = serve_discord(self.served, wishes).await {
            let _ = writeln!(anstream::stderr(), "passim: the bot ended: {error}");
        }
    }
}
