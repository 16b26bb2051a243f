//! `passim chat`: the conversation of the Discord channel, in a terminal.
//!
//! Each line is a question or a /command. The index is brought level before every question, so that a document
//! that changes meanwhile is answered from as it is now. In a pipe there is no prompt and no colour.

use std::io::{IsTerminal, Write};
use std::ops::ControlFlow;
use std::sync::Arc;

use clap::Args;
use rustyline::completion::Pair;

use super::draw::{self, BOLD, DIM, printable};
use super::keep::Keeper;
use super::verify::{self, Verify};
use super::{Failure, check, lines, open, show, why};
use crate::Answerer;
use crate::answer::followup::Conversation;
use crate::answer::reply::spoken_title;
use crate::answer::trace::Trace;
use crate::answer::{Answer, Choice, Citation, Outcome};
use crate::corpus::Span;
use crate::language::Language;
use crate::neural::NeuralReader;
use crate::settings::Settings;

#[derive(Debug, Args)]
pub struct Chat {}

const COMMANDS: &[(&str, &str)] = &[
    ("/help", "what can be typed here"),
    ("/passage", "what stands around the last quote"),
    ("/why", "how the last answer was chosen"),
    ("/verify [RECEIPT]", "whether the last answer, or an old one, still holds"),
    ("/check TEXT", "whether the sources say what somebody claims"),
    ("/source ID[:LINE]", "the text of a source"),
    ("/sources", "every document with its id"),
    ("/quit", "leave; so does Ctrl-D"),
];

pub(super) fn run(_command: &Chat, settings: &Settings) -> Result<(), Failure> {
    let neural = settings.reader.open()?;
    let answerer = open::answerer_with(neural.clone(), settings)?;
    let mut chat = Session {
        settings,
        neural,
        keeper: Keeper::open(settings)?,
        conversation: Conversation::default(),
        last: None,
        choices: Vec::new(),
        cited: None,
    };
    if !std::io::stdin().is_terminal() {
        return lines::from_pipe(&mut chat);
    }
    writeln!(anstream::stdout(), "Ask something about the documents. {DIM}/help lists the commands.{DIM:#}")?;
    let sources = titles(&answerer);
    let history = settings.data_dir().ok().map(|folder| folder.join("chat_history"));
    lines::from_terminal(&mut chat, Box::new(move |line| completed(line, &sources)), history.as_deref())
}

/// What a chat remembers.
struct Session<'s> {
    settings: &'s Settings,
    /// Loaded once for all questions.
    neural: Option<Arc<NeuralReader>>,
    keeper: Keeper<'s>,
    conversation: Conversation,
    last: Option<Last>,
    /// What the last answer offered to choose from, until something else is asked.
    choices: Vec<Choice>,
    /// The first citation of its answer.
    cited: Option<Citation>,
}

/// The last question.
#[derive(Clone)]
struct Last {
    /// As it was understood.
    question: String,
    /// Ids of the sources that it was put to; none is all of them.
    sources: Vec<String>,
    receipt: String,
}

impl lines::Session for Session<'_> {
    fn prompt(&self) -> String {
        "> ".to_owned()
    }

    fn line(&mut self, line: &str) -> Result<ControlFlow<()>, Failure> {
        let line = line.trim();
        let (command, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        let done = match command {
            "" => Ok(()),
            "/quit" | "/exit" => return Ok(ControlFlow::Break(())),
            "/help" => help(),
            "/passage" => self.passage(),
            "/why" => self.why(rest.trim()),
            "/verify" => self.verify(rest.trim()),
            "/check" => self.check(rest.trim()),
            "/source" => self.source(rest.trim()),
            "/sources" => self.sources(),
            command if command.starts_with('/') => {
                Err(Failure::Wrong(anyhow::anyhow!("there is no command '{command}'; /help lists them")))
            }
            _ => match chosen(line, &self.choices) {
                Some(Ok(source)) => self.ask_again(source),
                Some(Err(mistake)) => Err(Failure::Wrong(anyhow::anyhow!(mistake))),
                None => self.ask(line),
            },
        };
        match done {
            Ok(()) => {}
            Err(failure) if failure.is_broken_pipe() => return Ok(ControlFlow::Break(())),
            Err(failure) => writeln!(anstream::stdout(), "{}", printable(&failure.to_string()))?,
        }
        Ok(ControlFlow::Continue(()))
    }
}

impl Session<'_> {
    /// Over the documents as they are now.
    fn answerer(&self) -> Result<Answerer, Failure> {
        open::answerer_with(self.neural.clone(), self.settings)
    }

    fn ask(&mut self, question: &str) -> Result<(), Failure> {
        let answerer = self.answerer()?;
        let asked = answerer.ask_traced(&mut self.conversation, question, &[])?;
        self.show(&answerer, asked, Vec::new())
    }

    /// Puts the last question to one of the sources that it fits.
    fn ask_again(&mut self, source: String) -> Result<(), Failure> {
        let Some(last) = self.last.clone() else { return Ok(()) };
        let answerer = self.answerer()?;
        let sources = vec![source];
        let asked = answerer.ask_traced(&mut Conversation::default(), &last.question, &sources)?;
        self.show(&answerer, asked, sources)
    }

    fn show(
        &mut self,
        answerer: &Answerer,
        (answer, trace): (Answer, Option<Trace>),
        sources: Vec<String>,
    ) -> Result<(), Failure> {
        let answer = self.keeper.unless_withdrawn(answer, answerer)?;
        self.keeper.keep(&answer, trace.as_ref(), answerer, &sources);
        self.cited = answer.first_citation().cloned();
        let (question, receipt) = (answer.whole_question().to_owned(), answer.receipt.clone());
        self.last = Some(Last { question, sources, receipt });
        self.choices = match &answer.outcome {
            Outcome::Ambiguous { choices } => choices.clone(),
            _ => Vec::new(),
        };
        let mut out = anstream::stdout().lock();
        write!(out, "{}", draw::reply(&answerer.reply(&answer, Language::English)))?;
        if !self.choices.is_empty() {
            writeln!(out, "\nType its number or its title, or ask something else.")?;
        }
        writeln!(out)?;
        Ok(())
    }

    fn passage(&self) -> Result<(), Failure> {
        let Some(citation) = &self.cited else {
            return Err(Failure::Wrong(anyhow::anyhow!("nothing was quoted yet: ask something first")));
        };
        let span = Span::new(citation.byte_start, citation.byte_end);
        let answerer = open::without_reader(self.settings)?;
        let Some(surroundings) = answerer.around(&citation.path, span, &citation.quote)? else {
            return Err(Failure::Wrong(anyhow::anyhow!(
                "{} has changed since, and does not say this there any more: ask again",
                citation.path
            )));
        };
        writeln!(anstream::stdout(), "{}", draw::surroundings(&surroundings))?;
        Ok(())
    }

    fn why(&self, question: &str) -> Result<(), Failure> {
        let (question, sources) = match &self.last {
            _ if !question.is_empty() => (question, &[][..]),
            Some(last) => (last.question.as_str(), &last.sources[..]),
            None => return Err(nothing_asked()),
        };
        let explanation = self.answerer()?.explain(question, sources)?;
        writeln!(anstream::stdout(), "{}", why::text(&explanation)?)?;
        Ok(())
    }

    fn verify(&self, receipt: &str) -> Result<(), Failure> {
        let receipt = match &self.last {
            _ if !receipt.is_empty() => receipt,
            Some(last) => &last.receipt,
            None => return Err(nothing_asked()),
        };
        verify::run(&Verify::of(receipt), self.settings)
    }

    fn check(&self, claim: &str) -> Result<(), Failure> {
        if claim.is_empty() {
            return Err(Failure::Wrong(anyhow::anyhow!(
                "say what is claimed: /check The lease runs for 15 years"
            )));
        }
        check::say(claim, self.settings)
    }

    fn source(&self, place: &str) -> Result<(), Failure> {
        if place.is_empty() {
            return Err(Failure::Wrong(anyhow::anyhow!("name a source: /source ID or /source ID:LINE")));
        }
        show::show(place, self.settings)
    }

    fn sources(&self) -> Result<(), Failure> {
        let answerer = open::without_reader(self.settings)?;
        let mut out = anstream::stdout().lock();
        for source in answerer.index().sources() {
            let description = &source.description;
            let title = spoken_title(&description.title, description.is_superseded, Language::English);
            writeln!(out, "{BOLD}{}{BOLD:#}  {}", printable(&description.id), printable(&title))?;
        }
        Ok(())
    }
}

/// The id of the source that a line chooses, by number, title or id; what is wrong with a line that means to choose;
/// `None` for a line that asks something else.
fn chosen(line: &str, choices: &[Choice]) -> Option<Result<String, String>> {
    if choices.is_empty() {
        return None;
    }
    // "004" is an id, "4" a number.
    let numbered = (1..).zip(choices).find(|(number, _)| line == number.to_string());
    let named =
        numbered.map(|(_, choice)| choice).or_else(|| choices.iter().find(|choice| choice.source == line));
    if let Some(choice) = named {
        return Some(Ok(choice.source.clone()));
    }
    let title = |text: &str| text.split_whitespace().collect::<Vec<&str>>().join(" ").to_lowercase();
    let titled: Vec<&Choice> = choices.iter().filter(|choice| title(&choice.title) == title(line)).collect();
    match titled[..] {
        [choice] => Some(Ok(choice.source.clone())),
        [] if !line.bytes().all(|byte| byte.is_ascii_digit()) => None,
        [] => Some(Err(format!("there are {} to choose from: type 1 to {0}", choices.len()))),
        _ => Some(Err("several have this title: type the number".to_owned())),
    }
}

fn nothing_asked() -> Failure {
    Failure::Wrong(anyhow::anyhow!("nothing was asked yet: ask something first"))
}

fn help() -> Result<(), Failure> {
    let mut out = anstream::stdout().lock();
    writeln!(
        out,
        "Ask in your own words. “And who agreed?” takes what it leaves out from the question before."
    )?;
    for (command, what) in COMMANDS {
        writeln!(out, "  {BOLD}{command:<18}{BOLD:#} {what}")?;
    }
    Ok(())
}

/// Id and title of every source.
fn titles(answerer: &Answerer) -> Vec<(String, String)> {
    let named =
        |source: &crate::retrieval::Source| (source.description.id.clone(), source.description.title.clone());
    answerer.index().sources().iter().map(named).collect()
}

/// Completes commands, and after /source the ids of sources, by id or by title.
fn completed(line: &str, sources: &[(String, String)]) -> (usize, Vec<Pair>) {
    if let Some(typed) = line.strip_prefix("/source ") {
        let wanted = typed.to_lowercase();
        let fits = |(id, title): &&(String, String)| {
            id.to_lowercase().starts_with(&wanted) || title.to_lowercase().contains(&wanted)
        };
        let pair = |(id, title): &(String, String)| Pair {
            display: format!("{} · {}", printable(id), printable(title)),
            replacement: id.clone(),
        };
        return (line.len() - typed.len(), sources.iter().filter(fits).map(pair).collect());
    }
    (0, lines::beginning(line, '/', COMMANDS.iter().map(|(command, _)| *command)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn completed(line: &str) -> Vec<String> {
        let sources =
            vec![("004".to_owned(), "The lease".to_owned()), ("017".to_owned(), "Travel".to_owned())];
        super::completed(line, &sources).1.into_iter().map(|pair| pair.replacement).collect()
    }

    #[test]
    fn a_choice_is_made_by_number_title_or_id() {
        let choice =
            |source: &str, title: &str| Choice { source: source.to_owned(), title: title.to_owned() };
        let choices = [
            choice("004", "Lease of the  office"),
            choice("1", "Lease of the barn"),
            choice("7", "Twin"),
            choice("8", "Twin"),
        ];
        let chosen = |line: &str| chosen(line, &choices);
        for (line, source) in [
            ("1", "004"),
            ("2", "1"),
            ("004", "004"),
            ("8", "8"),
            ("lease of the Office", "004"),
            ("Lease of the barn", "1"),
        ] {
            assert_eq!(chosen(line), Some(Ok(source.to_owned())), "{line}");
        }
        assert_eq!(chosen("9"), Some(Err("there are 4 to choose from: type 1 to 4".to_owned())));
        assert_eq!(chosen("twin"), Some(Err("several have this title: type the number".to_owned())));
        assert_eq!(chosen("How long does the lease run?"), None);
        assert_eq!(super::chosen("1", &[]), None);
    }

    #[test]
    fn commands_and_sources_are_completed() {
        assert_eq!(completed("/wh"), ["/why"]);
        assert_eq!(completed("/source"), ["/source", "/sources"]);
        assert_eq!(completed("/source 0"), ["004", "017"]);
        assert_eq!(completed("/source lea"), ["004"]);
        assert_eq!(completed("How long"), Vec::<String>::new());
    }
}
