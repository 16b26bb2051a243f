//! What the bot says around answers: the phrases of `discord.toml`, in each language that replies come in.
//!
//! The templates are minijinja and may hold Markdown; what is filled in is escaped, so that it shows as it is.

use std::collections::BTreeMap;
use std::path::Path;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::ValueKind;
use minijinja::{AutoEscape, Environment, Output, State, UndefinedBehavior, Value, context};
use strum::{EnumIter, IntoEnumIterator, IntoStaticStr};
use thiserror::Error;

use super::markdown::escaped;
use crate::answer::template::MOST_STEPS;
use crate::language::Language;
use crate::settings;

const ENGLISH: &str = include_str!("../../config/discord.toml");
const GERMAN: &str = include_str!("../../config/discord.de.toml");

/// Something that the bot can say; each is a key of the files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumIter, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Phrase {
    Busy,
    Stopping,
    NoSuchSource,
    TooOld,
    NotYours,
    NoMemory,
    Failed,
    UnknownCommand,
    NotServed,
    Stranger,
    MembershipUnknown,
    Leaving,
    ChannelOff,
    ChannelPrivate,
    SwitchedMeanwhile,
    RoleMentioned,
    TooManyByPerson,
    TooManyInChannel,
    TooManyInGuild,
    MissingPermission,
    MayNotWrite,
    ThreadClosed,
    Question,
    ButtonPassage,
    ButtonAskOn,
    ButtonHelpful,
    ButtonNotHelpful,
    ButtonMore,
    ButtonShare,
    ButtonNote,
    ButtonOtherSources,
    ButtonWhy,
    ButtonVerify,
    ButtonRemove,
    ButtonPrevious,
    ButtonNext,
    ButtonCsv,
    ButtonDeleteMyData,
    ButtonResolved,
    ButtonTellMe,
    ButtonSayWhy,
    ButtonWithdraw,
    ButtonReinstate,
    ChoosePlaceholder,
    ChoicesMore,
    MoreTitle,
    FormTitle,
    FormLabel,
    VotedHelpful,
    VotedNotHelpful,
    RemarkFormTitle,
    RemarkFormLabel,
    RemarkKept,
    WillTell,
    NowAnswered,
    WithdrawFormTitle,
    WithdrawFormLabel,
    NotAnAnswer,
    NothingToWithdraw,
    Withdrawn,
    WithdrawnBy,
    Reinstated,
    Removed,
    Noted,
    ShareNotHere,
    ShareNotRead,
    SourceChanged,
    SourceGone,
    WhyWords,
    WhySentence,
    WhyConfidence,
    NothingAsked,
    VerifyHolds,
    VerifyHoldsNow,
    VerifyMoved,
    VerifyElsewhere,
    VerifyReencoded,
    VerifyForged,
    VerifyChanged,
    VerifyNow,
    VerifyNowNothing,
    VerifyGone,
    VerifyNoSource,
    VerifyNothing,
    VerifyReceipt,
    NoSuchReceipt,
    SearchTitle,
    SearchNothing,
    OthersTitle,
    OthersNothing,
    SourceTitle,
    NoSuchLine,
    SourcesTitle,
    SourcesHealth,
    SourceLine,
    RefusedLine,
    Help,
    Privacy,
    DataDeleted,
    NotOperator,
    NotModerator,
    NotChannelManager,
    ChannelNowOn,
    ChannelNowOff,
    ChannelNowPrivate,
    ChannelSettingsWin,
    Status,
    CheckFine,
    CheckMissing,
    NeedViewChannels,
    NeedSendMessages,
    NeedSendInThreads,
    NeedAttachFiles,
    NeedAddReactions,
    NeedReadHistory,
    UnansweredTitle,
    UnansweredLine,
    UnansweredNothing,
    FeedbackTitle,
    FeedbackLine,
    FeedbackNothing,
    CsvReady,
    ReindexBegun,
    ReindexProgress,
    ReindexWatching,
    ReindexUnderway,
    ReindexElsewhere,
    ReindexFailed,
    ReindexDone,
    DocumentAdded,
    DocumentRemoved,
    DocumentNextRun,
    DocumentName,
    DocumentUnreadable,
    DocumentTooLarge,
    DocumentForeign,
    DocumentOtherSize,
    DocumentTooSlow,
    DocumentNotFetched,
    DocumentSameBytes,
    DocumentSameId,
    DocumentSameName,
    DocumentLeftOut,
    DocumentBehindLink,
    DocumentGone,
    DocumentLast,
    DocumentOwnTrash,
    DocumentNotWritten,
    Renewed,
    ReindexStale,
    StaleNote,
}

/// All phrases in all languages, known to fill without an error.
pub struct Words {
    english: Environment<'static>,
    german: Environment<'static>,
}

#[derive(Debug, Error)]
#[error("{file}: {reason}")]
pub struct WordsError {
    file: String,
    reason: String,
}

impl Words {
    /// Reads `discord.toml` and `discord.de.toml` of the configuration folder, or the compiled-in ones.
    pub fn load(config_dir: Option<&Path>) -> Result<Words, WordsError> {
        let read = |name: &str, compiled_in: &str| match settings::own_file(config_dir, name) {
            None => parse(compiled_in, &format!("the compiled-in {name}")),
            Some(path) => {
                let file = path.display().to_string();
                let text = std::fs::read_to_string(&path)
                    .map_err(|reason| WordsError { file: file.clone(), reason: reason.to_string() })?;
                parse(&text, &file)
            }
        };
        Ok(Words { english: read("discord.toml", ENGLISH)?, german: read("discord.de.toml", GERMAN)? })
    }

    /// The phrase, with these values in it.
    pub fn say(&self, language: Language, phrase: Phrase, values: Value) -> String {
        let environment = match language {
            Language::English => &self.english,
            Language::German => &self.german,
        };
        // Each was filled once with values of these types.
        match fill(environment, phrase, values) {
            Ok(text) => text,
            Err(error) => {
                let name: &str = phrase.into();
                tracing::error!(phrase = name, %error, "a phrase could not be filled");
                format!("The phrase “{name}” of discord.toml could not be filled.")
            }
        }
    }
}

fn fill(
    environment: &Environment<'static>,
    phrase: Phrase,
    values: Value,
) -> Result<String, minijinja::Error> {
    environment.get_template(phrase.into())?.render(values)
}

fn parse(text: &str, file: &str) -> Result<Environment<'static>, WordsError> {
    let error = |reason: String| WordsError { file: file.to_owned(), reason };
    let mut phrases: BTreeMap<String, String> =
        toml::from_str(text).map_err(|reason| error(reason.to_string()))?;
    let mut environment = Environment::new();
    // A misspelt value is an error at the start, not a gap in what people read.
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_fuel(Some(MOST_STEPS));
    // Lines that hold nothing but a condition leave no empty line.
    let syntax = SyntaxConfig::builder().trim_blocks(true).build();
    environment.set_syntax(syntax.map_err(|reason| error(reason.to_string()))?);
    environment.set_auto_escape_callback(|_| AutoEscape::Custom("markdown".into()));
    environment.set_formatter(write_escaped);
    for phrase in Phrase::iter() {
        let name: &'static str = phrase.into();
        let template =
            phrases.remove(name).ok_or_else(|| error(format!("the phrase '{name}' is missing")))?;
        environment
            .add_template_owned(name, template)
            .and_then(|()| fill(&environment, phrase, sample()))
            .map_err(|reason| error(format!("the phrase '{name}': {reason:#}")))?;
    }
    match phrases.keys().next() {
        None => Ok(environment),
        Some(unknown) => Err(error(format!("there is no phrase '{unknown}'"))),
    }
}

/// Values of the types that phrases are filled with.
fn sample() -> Value {
    context! {
        name => "text", id => "id", command => "text", mention => "text", channel => "text",
        permissions => ["text"], question => "text", number => 1, source => "text", line => 1, score => "1",
        words => [context! { word => "text", weight => "1", is_known => false }], passages => 1,
        encoding => "text", confidence => "1", support => "1", threshold => "1", receipt => "text", reason => "text", query => "text",
        title => "text", page => 1, pages => 1, lines => 1, documents => 1, read => "text", date => "text",
        problems => ["text"], languages => ["text"], oldest => "text", newest => "text", undated => 1, superseded => 1,
        twice => 1, not_read => 1, path => "text", menu => "text", check => "text", ask => "text", search => "text",
        sources => "text", why => "text", verify => "text", privacy => "text", days => 1, minutes => 1,
        audit_days => 1, questions => 1, votes => 1, version => "text", refused => list(), added => list(),
        changed => list(), removed => list(), reindex => "text", held => "text",
        latency => context! { answers => 1, p50 => "1", p99 => "1" }, is_connected => true, since => "text",
        store => "text", total => 1, count => 1, missing => ["text"], last => "text", answer => "text",
        helpful => 1, not_helpful => 1, at => "text", done => 1, is_writing => false, by => "text",
        people => 1, disliked => 1, nearest => "text", cited => ["text"], remarks => ["text"],
        by_source => [context! { source => "text", helpful => 1, not_helpful => 1 }],
        unchanged => 1, rebuilt => false, seconds => "1", answered => 1, told => 1,
        golden => context! {
            questions => 1, count => 1, more => 1,
            changed => [context! { question => "text", old => "text", new => "text" }],
        },
        kept => "text", host => "text", size => 1, most => 1, announced => 1,
        stale => 1, is_announced => true, noted => 1, archived => 1, hidden => 1,
        gone => 1, full => 1, failed => 1, left => 1,
    }
}

fn list() -> Value {
    context! { count => 1, first => ["text"], more => 1 }
}

/// Text shows as it is written; what is marked as safe is Markdown of ours.
fn write_escaped(out: &mut Output, _: &mut State, value: &Value) -> Result<(), minijinja::Error> {
    if value.kind() == ValueKind::String && !value.is_safe() {
        let text = escaped(value.as_str().unwrap_or_default());
        return out.write_str(&text).map_err(|_| minijinja::ErrorKind::WriteFailure.into());
    }
    write!(out, "{value}").map_err(|_| minijinja::ErrorKind::WriteFailure.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words() -> Words {
        Words::load(None).unwrap()
    }

    #[test]
    fn everything_is_said_in_both_languages() {
        let words = words();
        for phrase in Phrase::iter() {
            let [english, german] = Language::ALL.map(|language| words.say(language, phrase, sample()));
            assert!(!english.trim().is_empty() && !german.trim().is_empty(), "{phrase:?}");
            assert!(english.chars().count() < 1_900, "{phrase:?}");
        }
    }

    #[test]
    fn labels_fit_and_hold_no_markdown() {
        let words = words();
        for phrase in Phrase::iter() {
            let name: &str = phrase.into();
            let longest = match name {
                name if name.ends_with("form_title") || name.ends_with("form_label") => 45,
                "choose_placeholder" => 150,
                name if name.starts_with("button_") => 80,
                _ => continue,
            };
            for language in Language::ALL {
                let label = words.say(language, phrase, sample());
                assert!(label.chars().count() <= longest && !label.contains(['\\', '*', '`']), "{label}");
            }
        }
    }

    #[test]
    fn what_is_filled_in_shows_as_it_is_and_our_markdown_works() {
        let said = words().say(Language::English, Phrase::NoSuchSource, context! { name => "**x** <@1>" });
        assert!(said.contains(r"“\*\*x\*\* \<\@1\>”"), "{said}");
        let mention = Value::from_safe_string("</ask:1>".to_owned());
        let said = words().say(Language::English, Phrase::ChannelPrivate, context! { command => mention });
        assert!(said.contains("</ask:1>"), "{said}");
    }

    #[test]
    fn a_file_with_a_missing_or_unknown_phrase_is_named() {
        let missing = ENGLISH.replace("busy =", "bussy =");
        let error = parse(&missing, "discord.toml").map(|_| ()).unwrap_err().to_string();
        assert_eq!(error, "discord.toml: the phrase 'busy' is missing");
        let unknown = format!("more_words = \"x\"\n{ENGLISH}");
        let error = parse(&unknown, "discord.toml").map(|_| ()).unwrap_err().to_string();
        assert_eq!(error, "discord.toml: there is no phrase 'more_words'");
        let broken = ENGLISH.replace("{{ score }}", "{{ skore }}");
        let error = parse(&broken, "discord.toml").map(|_| ()).unwrap_err().to_string();
        assert!(error.starts_with("discord.toml: the phrase 'why_sentence': "), "{error}");
    }
}
