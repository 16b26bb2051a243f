//! `passim local-discord`: the bot in a Discord on this machine, talked to in a terminal. No account, no network.
//!
//! Only in builds with the feature `local-discord`.

use std::io::{IsTerminal, Write};
use std::ops::ControlFlow;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, anyhow};
use clap::Args;
use serde_json::{Value, json};
use tokio::runtime::Handle;
use tokio::sync::mpsc;

use super::draw::{BOLD, DIM};
use super::team::{BOT, Team};
use super::{Failure, lines, serve};
use crate::discord::commands;
use crate::discord::serve::Wish;
use crate::local_discord::{Id, Person, Ping, Shown};
use crate::settings::Sources;

/// How a file to be attached is told from other values of options.
const FILE: &str = "file on this machine";
/// How long an answer is waited for, and how long it may go on changing.
const PATIENCE: Duration = Duration::from_secs(5);
const SETTLED: Duration = Duration::from_millis(150);

const HELP: &str = "\
Text is a message: mention the bot as @passim. A line that starts with / is a command: /ask How long is the lease?
or with its options by name: /ask question:How long? source:004 private:true
  a file is attached by its path: /passim-admin add file:notes/lease.md (where discord.add_files is true)
  .reply TEXT      reply to the newest message of the bot, with a ping
  .press LABEL     press a button, of the newest message that has it
  .choose TITLE    choose from a list, of the newest message that offers it
  .send TEXT       send the form that is open
  .menu [ENTRY]    Apps, in the menu of a message: ask or check what a person wrote last, withdraw the last answer
  .type /COMMAND   what Discord completes while you type that
  .in CHANNEL      go to general, random, thread, or dm
  .as NAME         be ann (owner and operator), bob (member), or eve (not in the server)
  .delete          delete your newest message
  .look            show the channel again
  .quit            leave; so does Ctrl-D. Tab completes these words";

#[derive(Debug, Args)]
pub struct LocalDiscord {
    /// Start no bot: say how another process connects, and wait for it
    #[arg(long)]
    alone: bool,
}

pub(super) fn run(command: &LocalDiscord, sources: &Sources) -> Result<(), Failure> {
    let runtime = serve::runtime()?;
    let mut session = Session::new(runtime.handle().clone(), runtime.block_on(Team::new())?);
    let (stop, wishes) = mpsc::channel(1);
    if command.alone {
        tell_how_to_connect(&session.team)?;
    } else {
        let bot = session.team.bot_over(sources, "local-discord")?;
        runtime.spawn(bot.serve(wishes));
    }
    if !runtime.block_on(session.team.discord.is_connected(session.team.bot, Duration::from_secs(600))) {
        return Err(anyhow!("no bot has connected").into());
    }
    writeln!(
        anstream::stdout(),
        "You are {BOLD}ann{BOLD:#}, in #general. {DIM}.help says what can be typed{DIM:#}"
    )?;
    let result = if std::io::stdin().is_terminal() {
        let words = || HELP.lines().map(str::trim_start);
        lines::from_terminal(
            &mut session,
            Box::new(move |line| (0, lines::beginning(line, '.', words()))),
            None,
        )
    } else {
        lines::from_pipe(&mut session)
    };
    // It has a moment to finish what it does.
    let _ = stop.try_send(Wish::Stop);
    runtime.shutdown_timeout(SETTLED);
    result
}

fn tell_how_to_connect(team: &Team) -> Result<(), Failure> {
    let mut out = anstream::stdout().lock();
    writeln!(out, "Waiting for a bot. Start it in another terminal:")?;
    for (name, value) in team.variables() {
        write!(out, "{name}={value} ")?;
    }
    writeln!(out, "passim serve")?;
    Ok(())
}

/// Who is at the terminal, and where.
struct Session {
    runtime: Handle,
    team: Team,
    /// Of the team's people.
    person: usize,
    channel: Id,
    /// The interaction that opened the form which is open.
    form: Option<Id>,
    /// What was shown of each message.
    shown: Vec<(Id, String)>,
}

impl lines::Session for Session {
    fn prompt(&self) -> String {
        let channel = self.team.channels.iter().find(|(_, id)| *id == self.channel);
        format!("{} in {}> ", self.team.people[self.person].0, channel.map_or("dm", |(name, _)| name))
    }

    fn line(&mut self, line: &str) -> Result<ControlFlow<()>, Failure> {
        let runtime = self.runtime.clone();
        runtime.block_on(self.obey(line))
    }
}

impl Session {
    fn new(runtime: Handle, team: Team) -> Session {
        let channel = team.general();
        Session { runtime, team, person: 0, channel, form: None, shown: Vec::new() }
    }

    fn me(&self) -> &Person {
        &self.team.people[self.person].1
    }

    /// Does what a line says; what cannot be done is said, and the session goes on.
    async fn obey(&mut self, line: &str) -> Result<ControlFlow<()>, Failure> {
        let line = line.trim();
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        let rest = rest.trim();
        let done = match word {
            "" => return Ok(ControlFlow::Continue(())),
            ".quit" => return Ok(ControlFlow::Break(())),
            ".help" => {
                writeln!(anstream::stdout(), "{HELP}")?;
                return Ok(ControlFlow::Continue(()));
            }
            ".as" => self.become_somebody(rest),
            ".in" => self.go(rest),
            ".look" => {
                self.shown.clear();
                Ok(())
            }
            ".type" => self.complete(rest).await,
            _ => self.act(word, rest, line).await,
        };
        match done {
            Ok(()) => self.show().await?,
            Err(reason) => writeln!(anstream::stdout(), "{reason:#}")?,
        }
        Ok(ControlFlow::Continue(()))
    }

    fn become_somebody(&mut self, name: &str) -> anyhow::Result<()> {
        let person = self.team.people.iter().position(|(known, _)| *known == name);
        self.person =
            person.ok_or_else(|| anyhow!("nobody is called '{name}'; there are ann, bob and eve"))?;
        self.shown.clear();
        Ok(())
    }

    fn go(&mut self, name: &str) -> anyhow::Result<()> {
        let known = self.team.channels.iter().find(|(known, _)| *known == name).map(|(_, id)| *id);
        self.channel = match known {
            Some(channel) => channel,
            None if name == "dm" => self.me().direct_channel(self.team.bot),
            None => {
                return Err(anyhow!(
                    "there is no channel '{name}'; there are general, random, thread and dm"
                ));
            }
        };
        self.shown.clear();
        Ok(())
    }

    /// Chooses an entry by its first word: on what a person wrote last, or on the last answer.
    fn use_menu(&self, named: &str) -> anyhow::Result<()> {
        let entry = match named {
            "" | "ask" => commands::ASK_ABOUT_THIS,
            "check" => commands::CHECK_AGAINST,
            "withdraw" => commands::WITHDRAW_THIS,
            _ => {
                return Err(anyhow!("there is no entry '{named}': .menu ask, .menu check or .menu withdraw"));
            }
        };
        let is_of_bot = entry == commands::WITHDRAW_THIS;
        let message = self.newest(|message| (message.author == BOT) == is_of_bot && !message.is_ephemeral)?;
        self.me().use_menu(message, entry)?;
        Ok(())
    }

    /// Something that the bot hears of.
    async fn act(&mut self, word: &str, rest: &str, line: &str) -> anyhow::Result<()> {
        let before = self.picture();
        match word {
            ".reply" => {
                let answer = self.newest(|message| message.author == BOT && !message.is_ephemeral)?;
                self.me().reply(answer, &self.team.discord.with_mentions(rest), Ping::Yes)?;
            }
            ".press" => {
                let message = self.newest(|message| message.button(rest).is_some())?;
                let pressed = self.me().press(message, rest)?;
                if let Ok(form) = self.me().gets_form(pressed, SETTLED).await {
                    writeln!(anstream::stdout(), "A form opens: {}. Fill it in with .send TEXT", form.title)?;
                    self.form = Some(pressed);
                    return Ok(());
                }
            }
            ".choose" => {
                let messages = self.me().sees(self.channel).messages;
                let mut found =
                    messages.iter().rev().filter_map(|message| Some((message.id, offered(message, rest)?)));
                let (message, (select, value)) =
                    found.next().ok_or_else(|| anyhow!("'{rest}' is in no list here"))?;
                self.me().choose(message, select, &[value])?;
            }
            ".send" => {
                let form = self.form.take().ok_or_else(|| anyhow!("no form is open"))?;
                self.me().submit(form, &[("text", rest)])?;
            }
            ".menu" => self.use_menu(rest)?,
            ".delete" => {
                let name = self.team.people[self.person].0;
                self.me().delete(self.newest(|message| message.author == name)?)?;
            }
            command if command.starts_with('/') => {
                let (command, options) = parsed(line)?;
                let mut given: Vec<(&str, Value)> = Vec::new();
                for (name, value) in &options {
                    given.push((name, self.attached(value)?));
                }
                let options = given;
                self.me().invoke(self.channel, &command, &options)?;
            }
            command if command.starts_with('.') => {
                return Err(anyhow!("there is no '{command}'; .help says what can be typed"));
            }
            _ => {
                let said = self.team.discord.with_mentions(line);
                self.me().say(self.channel, &said)?;
                let is_to_bot = said.contains(&format!("<@{}>", self.team.bot));
                if !is_to_bot && self.team.channels.iter().any(|(_, id)| *id == self.channel) {
                    return Ok(());
                }
            }
        }
        self.wait(&before).await;
        Ok(())
    }

    /// The value of an option: a file of this machine is uploaded first.
    fn attached(&self, value: &Value) -> anyhow::Result<Value> {
        let Some(path) = value[FILE].as_str() else { return Ok(value.clone()) };
        let bytes = std::fs::read(path).with_context(|| format!("cannot attach {path}"))?;
        let name = Path::new(path).file_name().unwrap_or_default().to_string_lossy();
        Ok(json!(self.me().attach(&name, &bytes)?.to_string()))
    }

    /// Waits until the bot did something, and a little longer.
    async fn wait(&self, before: &str) {
        let by_bot = |screen: &crate::local_discord::Screen| {
            let is_done = !screen.messages.iter().any(|message| message.is_thinking);
            is_done && picture(&screen.messages) != before
        };
        // Where nothing comes, that is what there is to see.
        let _ = self.me().sees_when(self.channel, PATIENCE, "an answer", by_bot).await;
        tokio::time::sleep(SETTLED).await;
    }

    /// What the bot has to do with, as text.
    fn picture(&self) -> String {
        picture(&self.me().sees(self.channel).messages)
    }

    fn newest(&self, is_meant: impl Fn(&Shown) -> bool) -> anyhow::Result<Id> {
        let messages = self.me().sees(self.channel).messages;
        let found = messages.iter().rev().find(|message| is_meant(message));
        found.map(|message| message.id).ok_or_else(|| anyhow!("there is no such message here"))
    }

    async fn complete(&self, line: &str) -> anyhow::Result<()> {
        let (command, options) = parsed(line)?;
        let (focused, _) =
            options.last().ok_or_else(|| anyhow!("type an option, as in .type /search leas"))?;
        let all: Vec<(&str, Value)> =
            options.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
        let typed = self.me().autocomplete(self.channel, &command, &all, focused)?;
        let choices = self.me().gets_choices(typed, PATIENCE).await.map_err(|error| anyhow!("{error}"))?;
        for choice in choices {
            writeln!(anstream::stdout(), "  {} {DIM}{}{DIM:#}", choice.name, choice.value)?;
        }
        Ok(())
    }

    /// Shows what is new or changed.
    async fn show(&mut self) -> Result<(), Failure> {
        let screen = self.me().sees(self.channel);
        let mut out = anstream::stdout().lock();
        for message in &screen.messages {
            let text = unescaped(&message.to_string());
            match self.shown.iter_mut().find(|(id, _)| *id == message.id) {
                Some((_, known)) if *known == text => continue,
                Some((_, known)) => known.clone_from(&text),
                None => self.shown.push((message.id, text.clone())),
            }
            write!(out, "{text}")?;
        }
        for failure in &screen.failures {
            writeln!(out, "(!) {failure}")?;
        }
        Ok(())
    }
}

/// The id of a select that offers something by this title, and what it says of the choice.
fn offered<'m>(message: &'m Shown, title: &str) -> Option<(&'m str, &'m str)> {
    message.selects.iter().find_map(|select| {
        let (_, value) = select.options.iter().find(|(label, _)| label == title)?;
        Some((select.custom_id.as_str(), value.as_str()))
    })
}

fn picture(messages: &[Shown]) -> String {
    let relevant = messages.iter().filter(|message| message.author == BOT || !message.reactions.is_empty());
    relevant.map(Shown::to_string).collect()
}

/// Without the backslashes that Discord does not show; what is bold there stays marked.
fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let escapes = c == '\\' && chars.peek().is_some_and(char::is_ascii_punctuation);
        out.extend(if escapes { chars.next() } else { Some(c) });
    }
    out
}

/// The words of a command, and its options: by name, or all the text as the first one.
fn parsed(line: &str) -> anyhow::Result<(String, Vec<(String, Value)>)> {
    let words: Vec<&str> = line.trim_start_matches('/').split(' ').filter(|word| !word.is_empty()).collect();
    let all = serde_json::to_value(commands::all(true))?;
    let top =
        all.as_array().into_iter().flatten().find(|command| command["name"] == *words.first().unwrap_or(&""));
    let top = top.ok_or_else(|| anyhow!("there is no such command; 'passim commands' lists them"))?;
    let subcommand = top["options"]
        .as_array()
        .into_iter()
        .flatten()
        .find(|option| option["type"] == 1 && words.get(1).is_some_and(|word| option["name"] == *word));
    let (name, options, rest) = match subcommand {
        Some(subcommand) => (words[..2].join(" "), &subcommand["options"], &words[2..]),
        None => (words[0].to_owned(), &top["options"], &words[1..]),
    };
    let known: Vec<&Value> = options.as_array().into_iter().flatten().collect();
    let mut values: Vec<(&Value, String)> = Vec::new();
    for word in rest {
        let named = word.split_once(':').and_then(|(name, value)| {
            known.iter().find(|option| option["name"] == name).map(|option| (*option, value))
        });
        match (named, values.last_mut()) {
            (Some((option, value)), _) => values.push((option, value.to_owned())),
            (None, Some((_, value))) => *value = format!("{value} {word}"),
            (None, None) => {
                let first = known.first().ok_or_else(|| anyhow!("/{name} takes no options"))?;
                values.push((first, (*word).to_owned()));
            }
        }
    }
    let values = values.into_iter().map(|(option, text)| {
        let value = match option["type"].as_u64() {
            Some(4) => json!(text.parse::<i64>().unwrap_or_default()),
            Some(5) => json!(text == "true"),
            Some(11) => json!({ FILE: text }),
            _ => json!(text),
        };
        (option["name"].as_str().unwrap_or_default().to_owned(), value)
    });
    Ok((name, values.collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_takes_its_text_or_options_by_name() {
        let (name, options) = parsed("/ask How long is it?").unwrap();
        assert_eq!(
            (name.as_str(), options),
            ("ask", vec![("question".to_owned(), json!("How long is it?"))])
        );
        let (name, options) = parsed("/passim channel answers:off").unwrap();
        assert_eq!((name.as_str(), options), ("passim channel", vec![("answers".to_owned(), json!("off"))]));
        let (_, options) = parsed("/source id:a b line:3").unwrap();
        assert_eq!(options, [("id".to_owned(), json!("a b")), ("line".to_owned(), json!(3))]);
        let (_, options) = parsed("/passim-admin add file:a b.md replace:true").unwrap();
        let file = json!({ FILE: "a b.md" });
        assert_eq!(options, [("file".to_owned(), file), ("replace".to_owned(), json!(true))]);
        assert!(parsed("/nothing").is_err());
    }
}
