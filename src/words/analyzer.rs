//! How words of one language become terms: its stemmer, and its function words.
//!
//! Stemmers are Snowball's, function words those of NLTK (which has them from Snowball), for the languages that tantivy
//! knows; English has a list of its own, and irregular verbs. Both work on folded words, so that accents, which people
//! leave out in a chat, make no difference.

use std::borrow::Cow;
use std::sync::LazyLock;

use frostem::{Algorithm, Stemmer};
use rustc_hash::FxHashSet;
use whatlang::{Detector, Lang, Script};

use super::{Word, english_stem, fold, is_english_function_word, words};

/// How the words of a language are taken apart. What is in another language is taken apart as English is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[repr(u8)]
pub enum Analyzer {
    #[default]
    English,
    Arabic,
    Danish,
    Dutch,
    Finnish,
    French,
    German,
    Greek,
    Hungarian,
    Italian,
    Norwegian,
    Portuguese,
    Romanian,
    Russian,
    Spanish,
    Swedish,
    Tamil,
    Turkish,
}

impl Analyzer {
    pub const ALL: [Analyzer; 18] = [
        Analyzer::English,
        Analyzer::Arabic,
        Analyzer::Danish,
        Analyzer::Dutch,
        Analyzer::Finnish,
        Analyzer::French,
        Analyzer::German,
        Analyzer::Greek,
        Analyzer::Hungarian,
        Analyzer::Italian,
        Analyzer::Norwegian,
        Analyzer::Portuguese,
        Analyzer::Romanian,
        Analyzer::Russian,
        Analyzer::Spanish,
        Analyzer::Swedish,
        Analyzer::Tamil,
        Analyzer::Turkish,
    ];

    /// For a document whose language has this code (ISO 639-1, a region after it or not); English where none is known.
    pub fn of(code: Option<&str>) -> Analyzer {
        let primary = primary_code(code.unwrap_or_default());
        Analyzer::ALL.into_iter().find(|analyzer| analyzer.code() == primary).unwrap_or_default()
    }

    /// ISO 639-1.
    pub fn code(self) -> &'static str {
        match self {
            Analyzer::English => "en",
            Analyzer::Arabic => "ar",
            Analyzer::Danish => "da",
            Analyzer::Dutch => "nl",
            Analyzer::Finnish => "fi",
            Analyzer::French => "fr",
            Analyzer::German => "de",
            Analyzer::Greek => "el",
            Analyzer::Hungarian => "hu",
            Analyzer::Italian => "it",
            Analyzer::Norwegian => "no",
            Analyzer::Portuguese => "pt",
            Analyzer::Romanian => "ro",
            Analyzer::Russian => "ru",
            Analyzer::Spanish => "es",
            Analyzer::Swedish => "sv",
            Analyzer::Tamil => "ta",
            Analyzer::Turkish => "tr",
        }
    }

    /// The stem of a folded word; numbers and words with digits stay whole.
    pub fn stem(self, folded: &str) -> Cow<'_, str> {
        if folded.bytes().any(|b| b.is_ascii_digit()) {
            return Cow::Borrowed(folded);
        }
        match self.algorithm() {
            None => english_stem(folded),
            Some(algorithm) => Stemmer::new(algorithm).stem(folded),
        }
    }

    /// None for English, which is more than a stemmer.
    fn algorithm(self) -> Option<Algorithm> {
        Some(match self {
            Analyzer::English => return None,
            Analyzer::Arabic => Algorithm::Arabic,
            Analyzer::Danish => Algorithm::Danish,
            Analyzer::Dutch => Algorithm::Dutch,
            Analyzer::Finnish => Algorithm::Finnish,
            Analyzer::French => Algorithm::French,
            Analyzer::German => Algorithm::German,
            Analyzer::Greek => Algorithm::Greek,
            Analyzer::Hungarian => Algorithm::Hungarian,
            Analyzer::Italian => Algorithm::Italian,
            Analyzer::Norwegian => Algorithm::Norwegian,
            Analyzer::Portuguese => Algorithm::Portuguese,
            Analyzer::Romanian => Algorithm::Romanian,
            Analyzer::Russian => Algorithm::Russian,
            Analyzer::Spanish => Algorithm::Spanish,
            Analyzer::Swedish => Algorithm::Swedish,
            Analyzer::Tamil => Algorithm::Tamil,
            Analyzer::Turkish => Algorithm::Turkish,
        })
    }

    /// Whether a folded word shapes sentences of this language, and never finds anything.
    pub fn is_function_word(self, folded: &str) -> bool {
        match self {
            Analyzer::English => is_english_function_word(folded),
            other => FUNCTION_WORDS[other as usize].contains(folded),
        }
    }

    /// How many of the words shape sentences of this language.
    fn count(self, words: &[Word]) -> usize {
        // English knows fewer by heart: its own list leaves out what may be asked for.
        words.iter().filter(|word| FUNCTION_WORDS[self as usize].contains(word.folded.as_str())).count()
    }
}

/// A language's code without its region, lower case; one for the two written forms of Norwegian.
pub fn primary_code(code: &str) -> String {
    let primary = code.split(['-', '_']).next().unwrap_or_default().trim().to_ascii_lowercase();
    if matches!(primary.as_str(), "nb" | "nn") { "no".to_owned() } else { primary }
}

/// By the number of the analyzer.
static FUNCTION_WORDS: LazyLock<Vec<FxHashSet<String>>> = LazyLock::new(|| {
    let list = |analyzer: &Analyzer| stop_words::lookup(analyzer.code()).unwrap_or_default();
    Analyzer::ALL.iter().map(|analyzer| list(analyzer).iter().map(|word| fold(word)).collect()).collect()
});

/// So many function words make a language certain.
const ENOUGH: usize = 2;

/// Which of these analyzers a text is for: the one that most function words speak for, the first of equals.
pub fn likeliest(text: &str, among: &[Analyzer]) -> Analyzer {
    let words = words(text);
    let mut best = (0, among.first().copied().unwrap_or_default());
    for analyzer in among {
        let count = analyzer.count(&words);
        if count > best.0 {
            best = (count, *analyzer);
        }
    }
    best.1
}

/// The language that a text is certainly in, as ISO 639-1: by its letters, or by function words that no other
/// language has more of. It tells languages of short texts, where a detector by groups of letters cannot; that one
/// decides among those that have as many.
pub fn certain_language(text: &str) -> Option<&'static str> {
    match whatlang::detect_script(text)? {
        Script::Latin => by_function_words(text),
        Script::Cyrillic => by_function_words(text).or_else(|| detected(text)),
        _ => detected(text),
    }
}

fn by_function_words(text: &str) -> Option<&'static str> {
    let words = words(text);
    let mut counts: Vec<(usize, Analyzer)> =
        Analyzer::ALL.into_iter().map(|analyzer| (analyzer.count(&words), analyzer)).collect();
    counts.sort_by_key(|(count, _)| std::cmp::Reverse(*count));
    let most = counts[0].0;
    let best: Vec<&str> =
        counts.iter().take_while(|(count, _)| *count == most).map(|(_, analyzer)| analyzer.code()).collect();
    match best[..] {
        _ if most < ENOUGH => None,
        [only] => Some(only),
        _ => {
            let is_among = |language: &Lang| {
                code_of(*language).is_some_and(|code| best.contains(&Analyzer::of(Some(code)).code()))
            };
            let among = Lang::all().iter().copied().filter(is_among).collect();
            code_of(Detector::with_allowlist(among).detect(text)?.lang())
        }
    }
}

fn detected(text: &str) -> Option<&'static str> {
    let detected = whatlang::detect(text)?;
    // Some writing is one language's alone.
    let is_certain = detected.is_reliable() || detected.script().langs().len() == 1;
    is_certain.then(|| code_of(detected.lang())).flatten()
}

/// ISO 639-1 of a detected language, for those that documents are told in.
pub fn code_of(language: Lang) -> Option<&'static str> {
    Some(match language {
        Lang::Eng => "en",
        Lang::Deu => "de",
        Lang::Fra => "fr",
        Lang::Spa => "es",
        Lang::Ita => "it",
        Lang::Por => "pt",
        Lang::Nld => "nl",
        Lang::Dan => "da",
        Lang::Swe => "sv",
        Lang::Nob => "nb",
        Lang::Fin => "fi",
        Lang::Pol => "pl",
        Lang::Ces => "cs",
        Lang::Hun => "hu",
        Lang::Ron => "ro",
        Lang::Ell => "el",
        Lang::Tur => "tr",
        Lang::Rus => "ru",
        Lang::Ukr => "uk",
        Lang::Ara => "ar",
        Lang::Tam => "ta",
        Lang::Cmn => "zh",
        Lang::Jpn => "ja",
        Lang::Kor => "ko",
        Lang::Heb => "he",
        Lang::Hin => "hi",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_language_has_a_stemmer_and_function_words() {
        for (number, analyzer) in Analyzer::ALL.into_iter().enumerate() {
            assert_eq!(analyzer as usize, number);
            assert_eq!(Analyzer::of(Some(analyzer.code())), analyzer);
            assert!(FUNCTION_WORDS[number].len() > 40, "{analyzer:?}: {}", FUNCTION_WORDS[number].len());
        }
        assert_eq!(Analyzer::of(Some("de-AT")), Analyzer::German);
        assert_eq!(Analyzer::of(Some("nb")), Analyzer::Norwegian);
        assert_eq!(Analyzer::of(Some("xx")), Analyzer::English);
        assert_eq!(Analyzer::of(None), Analyzer::English);
    }

    #[test]
    fn forms_of_a_word_have_one_stem() {
        let forms = [
            (Analyzer::German, "Verträge", "Vertrag"),
            (Analyzer::German, "Mieten", "Miete"),
            (Analyzer::French, "réunions", "réunion"),
            (Analyzer::Spanish, "contratos", "contrato"),
            (Analyzer::Italian, "riunioni", "riunione"),
            (Analyzer::Russian, "новый", "новая"),
            (Analyzer::Dutch, "vergaderingen", "vergadering"),
            (Analyzer::Swedish, "avtalen", "avtal"),
            (Analyzer::Finnish, "sopimuksen", "sopimukset"),
            (Analyzer::Turkish, "kitaplar", "kitap"),
        ];
        for (analyzer, one, other) in forms {
            assert_eq!(analyzer.stem(&fold(one)), analyzer.stem(&fold(other)), "{one}, {other}");
        }
        assert_eq!(Analyzer::German.stem("v2s"), "v2s");
    }

    #[test]
    fn the_language_of_a_short_question_is_told_by_its_function_words() {
        let questions = [
            ("How many years of guarantees were agreed?", Some("en")),
            ("Wie lange läuft der Mietvertrag für das Büro?", Some("de")),
            ("Combien d'années de garantie ont été convenues dans le contrat ?", Some("fr")),
            ("¿Cuánto cuesta el alquiler de la oficina?", Some("es")),
            ("Quando si tiene la riunione del consiglio, e chi la presiede?", Some("it")),
            ("Когда и где состоится собрание совета?", Some("ru")),
            ("会議はいつですか", Some("ja")),
            ("Πότε είναι η συνεδρίαση του συμβουλίου;", Some("el")),
            ("PROD-API port", None),
            ("lease", None),
            ("", None),
        ];
        for (question, language) in questions {
            assert_eq!(certain_language(question), language, "{question}");
        }
    }

    #[test]
    fn a_text_is_for_the_analyzer_that_most_of_its_words_speak_for() {
        let both = [Analyzer::English, Analyzer::German];
        assert_eq!(likeliest("How long does the lease run?", &both), Analyzer::English);
        assert_eq!(likeliest("Wie lange läuft der Mietvertrag?", &both), Analyzer::German);
        assert_eq!(likeliest("Mietvertrag", &both), Analyzer::English);
        assert_eq!(likeliest("Mietvertrag", &both[1..]), Analyzer::German);
        assert_eq!(likeliest("Mietvertrag", &[]), Analyzer::English);
    }
}
