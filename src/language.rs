//! The languages that passim speaks around the words of the sources. What the sources say stays in theirs.

use whatlang::Lang;

/// A language of replies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Language {
    #[default]
    English,
    German,
}

impl Language {
    pub const ALL: [Language; 2] = [Language::English, Language::German];

    /// ISO 639-1.
    pub fn code(self) -> &'static str {
        match self {
            Language::English => "en",
            Language::German => "de",
        }
    }

    /// The language with this code.
    pub fn parse(code: &str) -> Option<Language> {
        Language::ALL.into_iter().find(|language| language.code() == code)
    }

    /// The name of the language with this code, in this one; the code where its name is not known.
    pub fn name_of(self, code: &str) -> &str {
        let primary = code.split(['-', '_']).next().unwrap_or(code);
        match NAMES.iter().find(|(known, ..)| *known == primary) {
            Some((_, english, _)) if self == Language::English => english,
            Some((.., german)) => german,
            None => code,
        }
    }

    /// The language of somebody's settings, such as `en-GB` or `de`; nothing where it is none of ours.
    pub fn of_locale(locale: &str) -> Option<Language> {
        Language::parse(locale.split('-').next()?)
    }

    /// The language that somebody wrote, where it is certain.
    pub fn of_text(text: &str) -> Option<Language> {
        let words: Vec<String> = words_of(text);
        if words.len() < FEWEST_WORDS {
            return None;
        }
        // The detector compares groups of letters, of which a question has too few.
        let count = |own: &[&str]| words.iter().filter(|word| own.contains(&word.as_str())).count();
        match (count(ENGLISH_WORDS), count(GERMAN_WORDS)) {
            (english, german) if english > german && english >= ENOUGH => Some(Language::English),
            (english, german) if german > english && german >= ENOUGH => Some(Language::German),
            _ => detected(text),
        }
    }
}

/// With fewer words than this, names and loan words are too large a part of a text.
const FEWEST_WORDS: usize = 3;

/// So many words of one language make it certain.
const ENOUGH: usize = 2;

/// Words that questions are made of. Left out is what other languages have as often: "of", "we" and "had" are
/// Dutch, "to" is Polish, "for" Danish, "die" English and Dutch. "was" counts for both and so decides nothing.
const ENGLISH_WORDS: &[&str] = &[
    "what", "who", "whom", "whose", "when", "where", "why", "which", "how", "the", "is", "was", "are",
    "were", "been", "did", "does", "has", "have", "can", "could", "should", "would", "will", "must", "many",
    "much", "long", "there", "this", "that", "these", "those", "they", "their", "he", "she", "it", "you",
    "your", "my", "our", "and", "or", "not", "with", "from", "about", "any", "said", "say", "says",
];
const GERMAN_WORDS: &[&str] = &[
    "was", "wer", "wen", "wem", "wessen", "wie", "wo", "wann", "warum", "wieso", "woher", "wohin", "welche",
    "welcher", "welches", "welchen", "welchem", "wieviel", "wieviele", "viel", "viele", "lange", "der",
    "das", "dem", "ein", "eine", "einen", "einem", "einer", "ist", "sind", "waren", "wird", "werden",
    "wurde", "wurden", "hat", "haben", "hatte", "kann", "können", "darf", "dürfen", "muss", "müssen", "soll",
    "sollen", "gibt", "kostet", "ich", "wir", "ihr", "mein", "meine", "meinen", "unser", "unsere", "und",
    "oder", "nicht", "kein", "keine", "mit", "von", "vom", "für", "über", "auf", "aus", "bei", "beim",
    "nach", "zu", "zum", "zur", "im", "sagt",
];

/// Codes (ISO 639-1) with their names in English and in German, in order.
#[rustfmt::skip]
const NAMES: &[(&str, &str, &str)] = &[
    ("ar", "Arabic", "Arabisch"),
    ("cs", "Czech", "Tschechisch"),
    ("da", "Danish", "Dänisch"),
    ("de", "German", "Deutsch"),
    ("el", "Greek", "Griechisch"),
    ("en", "English", "Englisch"),
    ("es", "Spanish", "Spanisch"),
    ("fi", "Finnish", "Finnisch"),
    ("fr", "French", "Französisch"),
    ("he", "Hebrew", "Hebräisch"),
    ("hi", "Hindi", "Hindi"),
    ("hu", "Hungarian", "Ungarisch"),
    ("it", "Italian", "Italienisch"),
    ("ja", "Japanese", "Japanisch"),
    ("ko", "Korean", "Koreanisch"),
    ("nb", "Norwegian", "Norwegisch"),
    ("nl", "Dutch", "Niederländisch"),
    ("nn", "Norwegian", "Norwegisch"),
    ("no", "Norwegian", "Norwegisch"),
    ("pl", "Polish", "Polnisch"),
    ("pt", "Portuguese", "Portugiesisch"),
    ("ro", "Romanian", "Rumänisch"),
    ("ru", "Russian", "Russisch"),
    ("sv", "Swedish", "Schwedisch"),
    ("ta", "Tamil", "Tamil"),
    ("tr", "Turkish", "Türkisch"),
    ("uk", "Ukrainian", "Ukrainisch"),
    ("zh", "Chinese", "Chinesisch"),
];

fn words_of(text: &str) -> Vec<String> {
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect()
}

fn detected(text: &str) -> Option<Language> {
    match whatlang::detect(text).filter(whatlang::Info::is_reliable)?.lang() {
        Lang::Eng => Some(Language::English),
        Lang::Deu => Some(Language::German),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_is_found_by_its_code() {
        for language in Language::ALL {
            assert_eq!(Language::parse(language.code()), Some(language));
        }
        assert_eq!(Language::parse("DE"), None);
        assert_eq!(Language::parse(""), None);
    }

    #[test]
    fn a_locale_speaks_one_of_our_languages_or_none() {
        assert_eq!(Language::of_locale("de"), Some(Language::German));
        assert_eq!(Language::of_locale("en-US"), Some(Language::English));
        assert_eq!(Language::of_locale("en-GB"), Some(Language::English));
        assert_eq!(Language::of_locale("es-ES"), None);
        assert_eq!(Language::of_locale("da"), None);
        assert_eq!(Language::of_locale(""), None);
    }

    #[test]
    fn languages_have_names_in_each_language() {
        assert!(NAMES.is_sorted());
        assert_eq!(Language::English.name_of("fr"), "French");
        assert_eq!(Language::German.name_of("fr-CA"), "Französisch");
        assert_eq!(Language::German.name_of("tlh"), "tlh");
    }

    #[track_caller]
    fn check(texts: &[&str], language: Option<Language>) {
        for text in texts {
            assert_eq!(Language::of_text(text), language, "{text}");
        }
    }

    #[test]
    fn a_short_question_is_recognised() {
        let english = [
            "How many years of guarantees were agreed?",
            "Who agreed to it?",
            "What is GDPR?",
            "When was the pier closed?",
            "WHAT'S THE DOOR CODE",
            "where did the council meet",
            "who chairs the board",
            "how much does parking cost",
            "Is there a canteen in the building?",
            "can I bring my dog",
            "Which countries will send troops?",
            "What did Herr Müller say in Berlin?",
            "who wrote \"Die Leiden des jungen Werther\" and when was it?",
        ];
        check(&english, Some(Language::English));
        let german = [
            "Wie viele Jahre wurden vereinbart?",
            "Wer hat zugestimmt?",
            "Was ist passim?",
            "Was kostet der neue Steg?",
            "WO TAGT DER RAT AM MONTAG?",
            "wie lautet der code der tür",
            "darf ich meinen Hund mitbringen",
            "Gibt es eine Kantine im Haus?",
            "wie lange dauert die probezeit",
            "Wann wird das Meeting in der Zentrale sein?",
            "Was sagt der Artikel über „The Coalition“?",
        ];
        check(&german, Some(Language::German));
    }

    #[test]
    fn a_longer_text_needs_no_such_words() {
        check(
            &[
                "Verträge regelmäßig geprüft, Kündigungsfristen eingehalten, Mieterhöhungen rechtzeitig angekündigt",
            ],
            Some(Language::German),
        );
    }

    #[test]
    fn what_is_not_certain_is_no_language() {
        check(&["", "?", "ok", "Docker compose volumes", "Selenskyj Trump Putin Macron", "die Tür"], None);
    }

    #[test]
    fn another_language_is_none_of_ours() {
        let others = [
            "Combien d'années ont été convenues?",
            "¿Cuántos años se acordaron?",
            "Quanti anni sono stati concordati?",
            "Hoeveel jaar is er overeengekomen?",
            "Wat is de code van de deur?",
            "Wie is de baas hier?",
            "Hvor mange år blev aftalt, og hvem sagde det?",
            "Hur många år kom man överens om?",
            "Ile lat uzgodniono i kto to powiedział?",
            "Сколько лет было согласовано?",
            "何年の保証が合意されましたか",
        ];
        check(&others, None);
    }
}
