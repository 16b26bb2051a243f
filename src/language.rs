//! The languages that passim speaks around the words of the sources. What the sources say stays in theirs.

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

    /// The language of somebody's settings, such as `en-GB` or `de`; nothing where it is none of ours.
    pub fn of_locale(locale: &str) -> Option<Language> {
        Language::parse(locale.split('-').next()?)
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
}
