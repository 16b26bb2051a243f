//! The words around an answer: templates of `replies.toml`, or of that of another language, parsed and tried
//! once, filled many times.

use minijinja::{Environment, UndefinedBehavior, context};
use serde::Deserialize;
use thiserror::Error;

use super::polarity::Polarity;
use super::question::SmallTalk;
use super::{Answer, Finding, LONGEST_QUESTION, Outcome};
use crate::language::Language;

/// All the templates of one language, known to fill without an error.
#[derive(Debug)]
pub struct Templates {
    pub language: Language,
    file: String,
    environment: Environment<'static>,
    /// Words that a template may put into an answer.
    pub fixed_words: Vec<String>,
}

#[derive(Debug, Error)]
#[error("{file}: {reason}")]
pub struct TemplateError {
    pub file: String,
    pub reason: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    fixed_words: Vec<String>,
    reply: ReplyTemplates,
    smalltalk: SmallTalkTemplates,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ReplyTemplates {
    answered: String,
    yes: String,
    no: String,
    not_settled: String,
    closest: String,
    abstained: String,
    corrected: String,
    understood: String,
    nearest: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SmallTalkTemplates {
    greeting: String,
    thanks: String,
    farewell: String,
    help: String,
    empty: String,
    too_long: String,
}

impl Templates {
    /// Reads the text of a file of replies, and fills every template once; `file` names it in errors.
    pub fn parse(text: &str, file: &str, language: Language) -> Result<Templates, TemplateError> {
        let error = |reason: String| TemplateError { file: file.to_owned(), reason };
        let parsed: File = toml::from_str(text).map_err(|reason| error(reason.to_string()))?;
        let mut environment = Environment::new();
        // A misspelt value is an error at the start, not a gap in a reply.
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.add_filter("listed", listed);
        environment.add_filter("quoted", move |values: Vec<String>| quoted(values, language));
        let ReplyTemplates {
            answered,
            yes,
            no,
            not_settled,
            closest,
            abstained,
            corrected,
            understood,
            nearest,
        } = parsed.reply;
        let SmallTalkTemplates { greeting, thanks, farewell, help, empty, too_long } = parsed.smalltalk;
        let named = [
            ("answered", answered),
            ("yes", yes),
            ("no", no),
            ("not_settled", not_settled),
            ("closest", closest),
            ("abstained", abstained),
            ("corrected", corrected),
            ("understood", understood),
            ("nearest", nearest),
            ("greeting", greeting),
            ("thanks", thanks),
            ("farewell", farewell),
            ("help", help),
            ("empty", empty),
            ("too_long", too_long),
        ];
        let names: Vec<&str> = named.iter().map(|(name, _)| *name).collect();
        for (name, source) in named {
            environment
                .add_template_owned(name, source)
                .map_err(|reason| error(format!("the template '{name}': {reason}")))?;
        }
        let file = file.to_owned();
        let templates = Templates { language, file, environment, fixed_words: parsed.fixed_words };
        templates
            .try_all(&names)
            .map_err(|(name, reason)| error(format!("the template '{name}': {reason}")))?;
        Ok(templates)
    }

    fn try_all<'n>(&self, names: &[&'n str]) -> Result<(), (&'n str, minijinja::Error)> {
        let sample = context! {
            answer => "15 years",
            sources => ["004", "002"],
            missing => ["colour"],
            corrections => [context! { from => "yeers", to => "years" }],
            limit => LONGEST_QUESTION,
            question => "How many years were agreed?",
        };
        for name in names {
            self.environment
                .get_template(name)
                .and_then(|template| template.render(&sample))
                .map_err(|reason| (*name, reason))?;
        }
        Ok(())
    }

    /// The line as people see it.
    pub fn headline(&self, answer: &Answer) -> String {
        match &answer.outcome {
            Outcome::Found(finding) => {
                let (answer, sources) = (self.opened(finding), sources(finding));
                self.fill("answered", context! { answer, sources })
            }
            Outcome::Abstained { .. } => {
                self.fill("abstained", context! { missing => answer.missing.clone() })
            }
            Outcome::SmallTalk(SmallTalk::Greeting) => self.fill("greeting", context! {}),
            Outcome::SmallTalk(SmallTalk::Thanks) => self.fill("thanks", context! {}),
            Outcome::SmallTalk(SmallTalk::Farewell) => self.fill("farewell", context! {}),
            Outcome::SmallTalk(SmallTalk::Help) => self.fill("help", context! {}),
            Outcome::Empty => self.fill("empty", context! {}),
            Outcome::TooLong => self.fill("too_long", context! { limit => LONGEST_QUESTION }),
        }
    }

    /// The line, after its yes or no where it has one.
    fn opened(&self, finding: &Finding) -> String {
        let name = match finding.polarity {
            None => return finding.answer.clone(),
            Some(Polarity::Yes) => "yes",
            Some(Polarity::No) => "no",
            Some(Polarity::NotSettled) => "not_settled",
        };
        self.fill(name, context! { answer => finding.line() })
    }

    /// What stands above the proof of an answer that is too uncertain to be told as one.
    pub fn closest(&self, finding: &Finding) -> String {
        self.fill("closest", context! { sources => sources(finding) })
    }

    /// What was corrected in the question; `None` where nothing was.
    pub fn corrected(&self, answer: &Answer) -> Option<String> {
        let corrections: Vec<minijinja::Value> = answer
            .corrections
            .iter()
            .map(|correction| context! { from => correction.from.clone(), to => correction.to.clone() })
            .collect();
        (!corrections.is_empty()).then(|| self.fill("corrected", context! { corrections }))
    }

    /// What a follow-up was understood as; `None` where it was whole.
    pub fn understood(&self, answer: &Answer) -> Option<String> {
        let question = answer.understood_as.clone()?;
        Some(self.fill("understood", context! { question }))
    }

    /// What stands above the closest passage.
    pub fn nearest(&self) -> String {
        self.fill("nearest", context! {})
    }

    fn fill(&self, name: &str, values: minijinja::Value) -> String {
        // Each template was filled once with values of these types, so that what fails here is a template that
        // depends on the words themselves, say by dividing by them.
        match self.environment.get_template(name).and_then(|template| template.render(values)) {
            Ok(text) => text,
            Err(error) => {
                tracing::error!(template = name, %error, "a template could not be filled");
                format!("The template “{name}” of {} could not be filled.", self.file)
            }
        }
    }
}

/// The ids of the sources behind an answer, best first, each once.
fn sources(finding: &Finding) -> Vec<String> {
    let mut sources: Vec<String> = Vec::new();
    for citation in &finding.citations {
        if !sources.contains(&citation.source) {
            sources.push(citation.source.clone());
        }
    }
    sources
}

/// "a", "a and b", "a, b and c".
fn listed(values: Vec<String>, word: &str) -> String {
    match values.split_last() {
        None => String::new(),
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} {word} {last}", others.join(", ")),
    }
}

fn quoted(values: Vec<String>, language: Language) -> Vec<String> {
    let (open, close) = match language {
        Language::English => ('“', '”'),
        Language::German => ('„', '“'),
    };
    values.into_iter().map(|value| format!("{open}{value}{close}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHIPPED: &str = include_str!("../../config/replies.toml");
    const GERMAN: &str = include_str!("../../config/replies.de.toml");

    fn abstained(question: &str, missing: &[&str]) -> Answer {
        Answer {
            question: question.to_owned(),
            understood_as: None,
            outcome: Outcome::Abstained { nearest: None },
            confidence: 0.0,
            corrections: Vec::new(),
            missing: missing.iter().map(|word| (*word).to_owned()).collect(),
            ranked_sources: Vec::new(),
            receipt: String::new(),
        }
    }

    #[test]
    fn every_shipped_file_parses_and_has_the_same_keys() {
        let keys = |text: &str| {
            let tables: toml::Table = text.parse().unwrap();
            let inner =
                |value: &toml::Value| value.as_table().map(|table| table.keys().cloned().collect::<Vec<_>>());
            tables.iter().map(|(name, value)| (name.clone(), inner(value))).collect::<Vec<_>>()
        };
        Templates::parse(SHIPPED, "replies.toml", Language::English).unwrap();
        Templates::parse(GERMAN, "replies.de.toml", Language::German).unwrap();
        assert_eq!(keys(SHIPPED), keys(GERMAN));
    }

    #[test]
    fn german_has_its_own_words_and_quotation_marks() {
        let templates = Templates::parse(GERMAN, "replies.de.toml", Language::German).unwrap();
        let says = |missing: &[&str]| templates.headline(&abstained("?", missing));
        assert_eq!(says(&[]), "Das sagen die Quellen nicht.");
        assert_eq!(says(&["Zaun"]), "Das sagen die Quellen nicht: „Zaun“ kommt in ihnen nicht vor.");
        assert_eq!(
            says(&["Zaun", "Tor"]),
            "Das sagen die Quellen nicht: „Zaun“ und „Tor“ kommen in ihnen nicht vor."
        );
    }

    #[test]
    fn lists_are_spoken() {
        let list = |values: &[&str]| listed(values.iter().map(|value| (*value).to_owned()).collect(), "and");
        assert_eq!(list(&["002"]), "002");
        assert_eq!(list(&["002", "004"]), "002 and 004");
        assert_eq!(list(&["000", "002", "004"]), "000, 002 and 004");
    }

    #[test]
    fn a_template_with_an_unknown_value_is_an_error_that_names_file_and_template() {
        let broken = SHIPPED.replace("{{ limit }}", "{{ limits }}");
        let error = Templates::parse(&broken, "replies.toml", Language::English).unwrap_err().to_string();
        assert!(error.starts_with("replies.toml: the template 'too_long': "), "{error}");
    }

    #[test]
    fn a_key_that_is_missing_or_unknown_is_an_error() {
        let missing = SHIPPED.replace("farewell =", "goodbye =");
        let error = Templates::parse(&missing, "replies.toml", Language::English).unwrap_err().to_string();
        assert!(error.contains("goodbye"), "{error}");
    }

    #[test]
    fn words_of_people_are_not_templates() {
        let templates = Templates::parse(SHIPPED, "replies.toml", Language::English).unwrap();
        let answer = abstained("{{ 1 }}", &["{{ 7 * 7 }}"]);
        assert!(templates.headline(&answer).contains("“{{ 7 * 7 }}”"));
    }
}
