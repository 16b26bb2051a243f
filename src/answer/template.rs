//! The words around an answer: templates of `replies.toml`, or of that of another language, parsed and tried
//! once, filled many times.

use minijinja::{Environment, UndefinedBehavior, Value, context};
use serde::Deserialize;
use thiserror::Error;

use super::polarity::Polarity;
use super::question::SmallTalk;
use super::reply::{spoken_date, spoken_source};
use super::{Answer, Citation, Degraded, Finding, LONGEST_QUESTION, Outcome};
use crate::language::Language;

/// Instructions to fill one template, some tens of milliseconds: what loops for longer is refused at the start.
pub const MOST_STEPS: u64 = 1_000_000;

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
    claim: ClaimTemplates,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ReplyTemplates {
    answered: String,
    yes: String,
    no: String,
    not_settled: String,
    closest: String,
    disputed: String,
    side: String,
    closest_disputed: String,
    ambiguous: String,
    abstained: String,
    withdrawn: String,
    corrected: String,
    understood: String,
    nearest: String,
    degraded: String,
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

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClaimTemplates {
    supported: String,
    contradicted: String,
    not_in_sources: String,
    differs: String,
    opposite: String,
    disputed: String,
    left_out: String,
    question: String,
    empty: String,
    too_long: String,
}

impl ClaimTemplates {
    /// Each with its name, by which it is filled.
    fn named(self) -> [(&'static str, String); 10] {
        [
            ("claim_supported", self.supported),
            ("claim_contradicted", self.contradicted),
            ("claim_not_in_sources", self.not_in_sources),
            ("claim_differs", self.differs),
            ("claim_opposite", self.opposite),
            ("claim_disputed", self.disputed),
            ("claim_left_out", self.left_out),
            ("claim_question", self.question),
            ("claim_empty", self.empty),
            ("claim_too_long", self.too_long),
        ]
    }
}

impl Templates {
    /// Reads the text of a file of replies, and fills every template once; `file` names it in errors.
    pub fn parse(text: &str, file: &str, language: Language) -> Result<Templates, TemplateError> {
        let error = |reason: String| TemplateError { file: file.to_owned(), reason };
        let parsed: File = toml::from_str(text).map_err(|reason| error(reason.to_string()))?;
        let mut environment = Environment::new();
        // A misspelt value is an error at the start, not a gap in a reply.
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_fuel(Some(MOST_STEPS));
        environment.add_filter("listed", listed);
        environment.add_filter("dated", dated);
        environment.add_filter("quoted", move |values: Vec<String>| quoted(values, language));
        let ReplyTemplates {
            answered,
            yes,
            no,
            not_settled,
            closest,
            disputed,
            side,
            closest_disputed,
            ambiguous,
            abstained,
            withdrawn,
            corrected,
            understood,
            nearest,
            degraded,
        } = parsed.reply;
        let SmallTalkTemplates { greeting, thanks, farewell, help, empty, too_long } = parsed.smalltalk;
        let named = [
            ("answered", answered),
            ("yes", yes),
            ("no", no),
            ("not_settled", not_settled),
            ("closest", closest),
            ("disputed", disputed),
            ("closest_disputed", closest_disputed),
            ("ambiguous", ambiguous),
            ("abstained", abstained),
            ("withdrawn", withdrawn),
            ("corrected", corrected),
            ("understood", understood),
            ("nearest", nearest),
            ("degraded", degraded),
            ("greeting", greeting),
            ("thanks", thanks),
            ("farewell", farewell),
            ("help", help),
            ("empty", empty),
            ("too_long", too_long),
        ];
        let named: Vec<(&str, String)> = named.into_iter().chain(parsed.claim.named()).collect();
        let names: Vec<&str> = named.iter().map(|(name, _)| *name).collect();
        // What this one is given as sources has dates.
        let dated_names = ["side"];
        for (name, source) in named.into_iter().chain([("side", side)]) {
            environment
                .add_template_owned(name, source)
                .map_err(|reason| error(format!("the template '{name}': {reason}")))?;
        }
        let file = file.to_owned();
        let templates = Templates { language, file, environment, fixed_words: parsed.fixed_words };
        templates
            .try_all(&names, &sample(vec![Value::from("004"), Value::from("002")]))
            .and_then(|()| templates.try_all(&dated_names, &sample(dated_samples())))
            .map_err(|(name, reason)| error(format!("the template '{name}': {reason}")))?;
        Ok(templates)
    }

    fn try_all<'n>(&self, names: &[&'n str], sample: &Value) -> Result<(), (&'n str, minijinja::Error)> {
        for name in names {
            self.environment
                .get_template(name)
                .and_then(|template| template.render(sample))
                .map_err(|reason| (*name, reason))?;
        }
        Ok(())
    }

    /// The line as people see it.
    pub fn headline(&self, answer: &Answer) -> String {
        match &answer.outcome {
            Outcome::Found(finding) => {
                let (answer, sources) = (self.opened(finding), self.named(sources([finding])));
                self.fill("answered", context! { answer, sources })
            }
            Outcome::Disputed { .. } => {
                let sides: Vec<String> =
                    answer.outcome.sides().into_iter().map(|side| self.side(side)).collect();
                format!("{} {}", self.disputed(), sides.join("; "))
            }
            Outcome::Ambiguous { .. } => self.fill("ambiguous", context! {}),
            Outcome::Abstained { .. } => self.fill("abstained", self.missing(answer)),
            Outcome::Withdrawn { reason } => self.fill("withdrawn", context! { reason }),
            Outcome::SmallTalk(SmallTalk::Greeting) => self.fill("greeting", context! {}),
            Outcome::SmallTalk(SmallTalk::Thanks) => self.fill("thanks", context! {}),
            Outcome::SmallTalk(SmallTalk::Farewell) => self.fill("farewell", context! {}),
            Outcome::SmallTalk(SmallTalk::Help) => self.fill("help", context! {}),
            Outcome::Empty => self.fill("empty", context! {}),
            Outcome::TooLong => self.fill("too_long", context! { limit => LONGEST_QUESTION }),
        }
    }

    /// What is missing where the sources do not say: words, or the language of the question.
    fn missing(&self, answer: &Answer) -> Value {
        let name = |code: &String| self.language.name_of(code).to_owned();
        let other = answer.other_language.as_ref();
        let asked_in = other.map(|other| name(&other.question));
        let written_in: Vec<String> =
            other.map_or(Vec::new(), |other| other.sources.iter().map(name).collect());
        context! { missing => answer.missing.clone(), asked_in, written_in }
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

    /// What stands before the sides, where the sources disagree.
    pub fn disputed(&self) -> String {
        self.fill("disputed", context! {})
    }

    /// What one side says, with its sources and their dates.
    pub fn side(&self, side: &Finding) -> String {
        let cited = sources([side]);
        let dates = cited.iter().map(|citation| citation.date.map(|date| spoken_date(date, self.language)));
        let dates: Vec<Option<String>> = dates.collect();
        let named = self.named(cited).into_iter().zip(dates);
        let sources: Vec<Value> = named.map(|(id, date)| context! { id, date }).collect();
        self.fill("side", context! { answer => side.answer.clone(), sources })
    }

    /// What stands above the proof of an answer that is too uncertain to be told as one.
    pub fn closest(&self, outcome: &Outcome) -> String {
        let name = if matches!(outcome, Outcome::Disputed { .. }) { "closest_disputed" } else { "closest" };
        self.fill(name, context! { sources => self.named(sources(outcome.sides())) })
    }

    /// What was corrected in the question; `None` where nothing was.
    pub fn corrected(&self, answer: &Answer) -> Option<String> {
        let corrections: Vec<Value> = answer
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

    /// What the answer had to do without; `None` where that is nothing.
    pub fn degraded(&self, answer: &Answer) -> Option<String> {
        answer.degraded.map(|Degraded::Reader| self.fill("degraded", context! {}))
    }

    /// What stands above the closest passage.
    pub fn nearest(&self) -> String {
        self.fill("nearest", context! {})
    }

    /// Sources by their ids, those that no longer hold marked as such.
    fn named(&self, sources: Vec<&Citation>) -> Vec<String> {
        let named = |source: &Citation| spoken_source(&source.source, source.is_superseded, self.language);
        sources.into_iter().map(named).collect()
    }

    /// One of the templates with these values in it.
    pub(super) fn fill(&self, name: &str, values: Value) -> String {
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

/// The sources behind what was found, best first, each with its first citation.
fn sources<'a>(findings: impl IntoIterator<Item = &'a Finding>) -> Vec<&'a Citation> {
    let mut sources: Vec<&Citation> = Vec::new();
    for citation in findings.into_iter().flat_map(|finding| &finding.citations) {
        if sources.iter().all(|known| known.source != citation.source) {
            sources.push(citation);
        }
    }
    sources
}

/// Values of the types that templates are filled with.
fn sample(sources: Vec<Value>) -> Value {
    context! {
        answer => "15 years",
        sources,
        missing => ["colour"],
        asked_in => "French",
        written_in => ["English", "German"],
        reason => "the lease was renewed",
        corrections => [context! { from => "yeers", to => "years" }],
        limit => LONGEST_QUESTION,
        question => "How many years were agreed?",
        claim => "Fifteen years were agreed.",
        claimed => "15 years",
        found => "50 years",
        source => "004",
        number => 1,
    }
}

fn dated_samples() -> Vec<Value> {
    vec![context! { id => "004", date => "6 January 2026" }, context! { id => "002", date => () }]
}

/// Sources by their ids, with their dates where they have one: "101 of 6 January 2026", "105".
fn dated(sources: Vec<Value>, word: &str) -> Result<Vec<String>, minijinja::Error> {
    let named = |source: Value| {
        let (id, date) = (source.get_attr("id")?, source.get_attr("date")?);
        Ok(if date.is_none() { id.to_string() } else { format!("{id} {word} {date}") })
    };
    sources.into_iter().map(named).collect()
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
    use proptest::prelude::*;

    use super::super::samples;
    use super::*;

    const SHIPPED: &str = include_str!("../../config/replies.toml");
    const GERMAN: &str = include_str!("../../config/replies.de.toml");

    fn abstained(question: &str, missing: &[&str]) -> Answer {
        Answer {
            question: question.to_owned(),
            missing: missing.iter().map(|word| (*word).to_owned()).collect(),
            ..samples::answer(Outcome::Abstained { nearest: None })
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

    proptest! {
        #[test]
        fn a_template_of_any_text_is_refused_with_its_file_or_fills_every_reply(
            key in prop::sample::select(vec!["answered", "yes", "disputed", "side", "abstained", "corrected", "nearest", "empty"]),
            text in r#"([a-zà-ü€🎉 ]|\{\{|\}\}|\{%|%\}|\{#|#\}| (answer|missing|sources|limit|reason|nobody)|\|(listed|dated|quoted|upper|length|e|join)|\("and"\)| (if|for|in|else|endif|endfor|set|raw|range|not) |[0-9.\[\]+*/-]){0,40}"#,
        ) {
            let mut file: toml::Table = SHIPPED.parse().unwrap();
            let table = if key == "empty" { "smalltalk" } else { "reply" };
            file[table].as_table_mut().unwrap().insert(key.to_owned(), text.into());
            match Templates::parse(&file.to_string(), "mine.toml", Language::English) {
                Err(error) => prop_assert!(error.to_string().starts_with("mine.toml: "), "{error}"),
                Ok(templates) => {
                    let outcomes = [samples::disputed(), Outcome::Empty, Outcome::Abstained { nearest: None }];
                    for outcome in outcomes {
                        templates.headline(&samples::answer(outcome));
                    }
                    templates.nearest();
                    templates.corrected(&abstained("?", &["a"]));
                }
            }
        }

        #[test]
        fn a_file_of_any_text_is_refused_with_its_name(text in r#"([\[\]="{}#.,\n]|[a-z_]{1,9}|\PC){0,60}"#) {
            let error = Templates::parse(&text, "mine.toml", Language::German).unwrap_err();
            prop_assert!(error.to_string().starts_with("mine.toml: "));
        }
    }

    #[test]
    fn a_template_that_would_not_end_is_refused() {
        let mut file: toml::Table = SHIPPED.parse().unwrap();
        let endless = "{% for a in range(90000) %}{% for b in range(90000) %}.{% endfor %}{% endfor %}";
        file["smalltalk"].as_table_mut().unwrap().insert("thanks".to_owned(), endless.into());
        let error = Templates::parse(&file.to_string(), "mine.toml", Language::English).unwrap_err();
        assert!(error.to_string().starts_with("mine.toml: the template 'thanks': "), "{error}");
        assert!(error.to_string().contains("fuel"), "{error}");
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
    fn sides_are_told_with_their_sources_and_dates() {
        let says = |text: &str, language| {
            let templates = Templates::parse(text, "replies", language).unwrap();
            templates.headline(&samples::answer(samples::disputed()))
        };
        assert_eq!(
            says(SHIPPED, Language::English),
            "The sources disagree: 30 days are due, per sources 101 of 6 January 2026 and 6; \
             28 days, per source 105 of 3 February 2026"
        );
        assert_eq!(
            says(GERMAN, Language::German),
            "Die Quellen widersprechen sich: 30 days are due, laut den Quellen 101 vom 6. Januar 2026 und 6; \
             28 days, laut Quelle 105 vom 3. Februar 2026"
        );
    }

    #[test]
    fn a_superseded_source_is_named_as_such_in_every_line_that_names_it() {
        let says = |text: &str, language, outcome| {
            Templates::parse(text, "replies", language).unwrap().headline(&samples::answer(outcome))
        };
        let Outcome::Disputed { best, mut others } = samples::disputed() else { panic!() };
        others[0].citations[0].is_superseded = true;
        let other = Outcome::Found(others[0].clone());
        let alone = says(SHIPPED, Language::English, other.clone());
        assert_eq!(alone, "28 days, per source 105 (superseded)");
        assert_eq!(says(GERMAN, Language::German, other), "28 days, laut Quelle 105 (überholt)");
        let both = says(SHIPPED, Language::English, Outcome::Disputed { best, others });
        assert!(both.ends_with("; 28 days, per source 105 (superseded) of 3 February 2026"), "{both}");
    }

    #[test]
    fn whoever_is_not_understood_is_asked_back() {
        let says = |text: &str, language| {
            let templates = Templates::parse(text, "replies", language).unwrap();
            templates.headline(&samples::answer(samples::ambiguous(&[("1", "Ghent"), ("2", "Leipzig")])))
        };
        assert_eq!(says(SHIPPED, Language::English), "That fits several documents. Which one is meant?");
        assert_eq!(says(GERMAN, Language::German), "Das passt zu mehreren Dokumenten. Welches ist gemeint?");
    }

    #[test]
    fn a_template_of_a_side_knows_ids_and_dates() {
        let broken = SHIPPED.replace("sources|dated('of')|listed('and')", "sources[0].title");
        let error = Templates::parse(&broken, "replies.toml", Language::English).unwrap_err().to_string();
        assert!(error.starts_with("replies.toml: the template 'side': "), "{error}");
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
