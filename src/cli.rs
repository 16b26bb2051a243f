//! The command line: arguments, settings, logging, one file a command, exit codes.
//!
//! Results go to standard output, everything else to standard error.

use std::ffi::OsString;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use crate::answerer::AnswererError;
use crate::neural::NeuralError;
use crate::settings::{self, Settings, SettingsError, UserFolders};

mod ask;
mod audit;
mod backup;
mod chat;
mod check;
mod commands;
mod completions;
mod config;
mod doctor;
pub mod draw;
mod eval;
mod extract;
mod feedback;
mod forget;
mod index;
mod init;
mod keep;
mod lines;
mod listed;
#[cfg(feature = "local-discord")]
mod local_discord;
mod logging;
mod open;
#[cfg(feature = "local-discord")]
mod playground;
mod ready;
mod restore;
mod search;
mod serve;
mod show;
mod sources;
#[cfg(feature = "local-discord")]
mod team;
mod token;
mod tune;
mod unanswered;
mod verify;
mod why;
mod withdraw;

/// Answers questions out of a folder of documents, in one line, with the proof under it.
#[derive(Debug, Parser)]
#[command(name = "passim", version, arg_required_else_help = true)]
pub struct Arguments {
    #[command(flatten)]
    common: Common,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Clone, Args)]
struct Common {
    /// A settings file beside the usual ones; may be given more than once, later ones win
    #[arg(long, global = true, value_name = "FILE")]
    config: Vec<PathBuf>,
    /// The folder with the documents
    #[arg(long, global = true, value_name = "DIR")]
    corpus: Option<PathBuf>,
    /// The folder for the index
    #[arg(long, global = true, value_name = "DIR")]
    data: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Answer a question, with the sentence it stands in
    Ask(ask::Ask),
    /// Ask one question after the other, follow-ups included
    Chat(chat::Chat),
    /// Check a claim against the sources: supported, contradicted, or not in them
    Check(check::Check),
    /// Say how the answer to a question is chosen, number by number
    Why(why::Why),
    /// Say whether old answers still hold, by the sources as they are today
    Verify(verify::Verify),
    /// List the passages that fit some words, best first
    Search(search::Search),
    /// List the documents, and what is wrong with any of them
    Sources(sources::Sources),
    /// Print a source with line numbers
    Show(show::Show),
    /// Bring the index level with the documents, and say what changed
    Index(index::Index),
    /// Ask a whole question set, and measure the answers
    Eval(eval::Eval),
    /// List what the sources lack: questions that were declined, or whose answer did not help
    Unanswered(unanswered::UnansweredQuestions),
    /// Say what people thought of answers, newest first or by source
    Feedback(feedback::Feedback),
    /// Take an answer back, until the sources say something else
    Withdraw(withdraw::Withdraw),
    /// Delete everything that is stored of a person
    Forget(forget::Forget),
    /// Print which admin did what
    Audit(audit::Audit),
    /// Copy what people asked and what was answered, while passim goes on
    Backup(backup::Backup),
    /// Put such a copy into an empty data folder
    Restore(restore::Restore),
    /// Answer in Discord, until Ctrl-C or SIGTERM
    Serve(serve::Serve),
    /// Ask the bot that runs on this machine whether it is ready
    Ready(ready::Ready),
    /// Print the slash commands of the Discord bot, or register them
    Commands(commands::Commands),
    /// Try the bot in a browser, in a Discord on this machine, without an account
    #[cfg(feature = "local-discord")]
    Playground(playground::Playground),
    /// The same in the terminal
    #[cfg(feature = "local-discord")]
    LocalDiscord(local_discord::LocalDiscord),
    /// Ask for the folder and the Discord token, and write them into the settings
    Init(init::Init),
    /// Check that everything is in place, and say what to do where it is not
    Doctor(doctor::Doctor),
    /// Print the settings in force, and where each came from
    Config(config::Config),
    /// Print the completions for a shell
    Completions(completions::Completions),
    /// Turn files into text, for the process that started this one
    #[command(hide = true)]
    Extract(extract::Extract),
    /// Learn the weights of answering from question sets, and write their file
    #[command(hide = true)]
    Tune(tune::Tune),
}

/// Why a command could not do what it was asked, by exit code.
#[derive(Debug)]
pub(crate) enum Failure {
    /// 1: it failed.
    Failed(anyhow::Error),
    /// 2: the command line or the configuration is wrong.
    Wrong(anyhow::Error),
    /// 3: an old answer no longer holds.
    Stale(anyhow::Error),
    /// 4: another process indexes.
    Busy(anyhow::Error),
}

impl<E: Into<anyhow::Error>> From<E> for Failure {
    fn from(error: E) -> Self {
        let error = error.into();
        let is_wrong =
            error.is::<SettingsError>() || error.is::<AnswererError>() || error.is::<NeuralError>();
        if is_wrong {
            return Failure::Wrong(error);
        }
        Failure::Failed(error)
    }
}

impl Failure {
    /// The exit code, and what is said.
    fn parts(&self) -> (u8, &anyhow::Error) {
        match self {
            Failure::Failed(error) => (1, error),
            Failure::Wrong(error) => (2, error),
            Failure::Stale(error) => (3, error),
            Failure::Busy(error) => (4, error),
        }
    }

    /// Whoever read our output has seen enough: `passim sources | head` is no failure.
    fn is_broken_pipe(&self) -> bool {
        let mut kinds =
            self.parts().1.chain().filter_map(|cause| cause.downcast_ref::<io::Error>()).map(io::Error::kind);
        kinds.any(|kind| kind == io::ErrorKind::BrokenPipe)
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:#}", self.parts().1)
    }
}

/// Runs the command, and turns what came of it into an exit code.
pub fn main(arguments: Arguments) -> ExitCode {
    match run(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) if failure.is_broken_pipe() => ExitCode::SUCCESS,
        Err(failure) => {
            // Standard error may be closed: then there is nobody to tell.
            let _ = writeln!(io::stderr(), "passim: {failure}");
            ExitCode::from(failure.parts().0)
        }
    }
}

fn run(arguments: Arguments) -> Result<(), Failure> {
    let Arguments { common, command } = arguments;
    if let Command::Extract(command) = &command {
        return extract::run(command);
    }
    let world = World::of_this_process()?;
    // Read where they are needed: what mends the settings has to run without them.
    let settings = || -> Result<Settings, Failure> {
        let settings = world.settings(&common)?;
        logging::start(&settings);
        Ok(settings)
    };
    match command {
        Command::Ask(command) => ask::run(&command, &settings()?),
        Command::Chat(command) => chat::run(&command, &settings()?),
        Command::Check(command) => check::run(&command, &settings()?),
        Command::Why(command) => why::run(&command, &settings()?),
        Command::Verify(command) => verify::run(&command, &settings()?),
        Command::Search(command) => search::run(&command, &settings()?),
        Command::Sources(command) => sources::run(&command, &settings()?),
        Command::Show(command) => show::run(&command, &settings()?),
        Command::Index(command) => index::run(&command, &settings()?),
        Command::Eval(command) => eval::run(&command, &settings()?, common.corpus.is_some()),
        Command::Unanswered(command) => unanswered::run(&command, &settings()?),
        Command::Feedback(command) => feedback::run(&command, &settings()?),
        Command::Withdraw(command) => withdraw::run(&command, &settings()?),
        Command::Forget(command) => forget::run(&command, &settings()?),
        Command::Audit(command) => audit::run(&command, &settings()?),
        Command::Backup(command) => backup::run(&command, &settings()?),
        Command::Restore(command) => restore::run(&command, &settings()?),
        Command::Ready(command) => ready::run(&command, &settings()?),
        Command::Commands(command) => commands::run(&command, &settings()?),
        #[cfg(feature = "local-discord")]
        Command::Playground(command) => playground::run(&command, &world.sources(&common)),
        #[cfg(feature = "local-discord")]
        Command::LocalDiscord(command) => local_discord::run(&command, &world.sources(&common)),
        Command::Init(command) => init::run(&command, &world.sources(&common)),
        Command::Doctor(command) => doctor::run(&command, &world.sources(&common)),
        Command::Config(command) => config::run(&command, &settings()?),
        Command::Completions(command) => completions::run(&command),
        Command::Serve(command) => serve::run(&command, world, common),
        Command::Extract(command) => extract::run(&command),
        Command::Tune(command) => tune::run(&command, &settings()?),
    }
}

/// What this process was started in.
struct World {
    current_dir: PathBuf,
    environment: Vec<(OsString, OsString)>,
}

impl World {
    fn of_this_process() -> io::Result<World> {
        Ok(World { current_dir: std::env::current_dir()?, environment: std::env::vars_os().collect() })
    }

    fn settings(&self, common: &Common) -> Result<Settings, SettingsError> {
        let mut settings = settings::load(&self.sources(common))?;
        settings.program = this_program();
        Ok(settings)
    }

    fn sources<'a>(&'a self, common: &'a Common) -> settings::Sources<'a> {
        settings::Sources {
            current_dir: &self.current_dir,
            user: UserFolders::of_this_user(),
            environment: &self.environment,
            config_files: &common.config,
            corpus: common.corpus.as_deref(),
            data: common.data.as_deref(),
        }
    }
}

/// This very program, as it can be started once more.
fn this_program() -> Option<PathBuf> {
    // This one is still there after the file was replaced by a newer version.
    let running = PathBuf::from("/proc/self/exe");
    if running.exists() { Some(running) } else { std::env::current_exe().ok() }
}

/// Nanoseconds since 1970; 0 where the clock says it is earlier.
fn now() -> i128 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    since.as_nanos() as i128
}

fn print_json(value: &impl serde::Serialize) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    serde_json::to_writer_pretty(&mut out, value).map_err(io::Error::from)?;
    writeln!(out)?;
    Ok(())
}
