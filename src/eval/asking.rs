//! The kinds of question that people know by their asking word, and that other measurements report on.

use crate::answer::lexicon::is_auxiliary;
use crate::words::words;

/// In the order in which they are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum AskingWord {
    When,
    Who,
    Where,
    HowMany,
    HowMuch,
    What,
    Which,
    Why,
    How,
    YesNo,
    Other,
}

impl AskingWord {
    /// The first one of a question, wherever it stands; a question that opens with "is", "did" or "can" asks for yes
    /// or no.
    pub fn of(question: &str) -> AskingWord {
        let words = words(question);
        if words.first().is_some_and(|word| is_auxiliary(&word.folded)) {
            return AskingWord::YesNo;
        }
        let next = |place: usize| words.get(place + 1).map_or("", |word| word.folded.as_str());
        let asking = words.iter().enumerate().find_map(|(place, word)| asking(&word.folded, next(place)));
        asking.unwrap_or(AskingWord::Other)
    }

    pub fn name(self) -> &'static str {
        match self {
            AskingWord::When => "when",
            AskingWord::Who => "who",
            AskingWord::Where => "where",
            AskingWord::HowMany => "how many",
            AskingWord::HowMuch => "how long, old, much",
            AskingWord::What => "what",
            AskingWord::Which => "which",
            AskingWord::Why => "why",
            AskingWord::How => "how",
            AskingWord::YesNo => "yes or no",
            AskingWord::Other => "other",
        }
    }
}

fn asking(word: &str, next: &str) -> Option<AskingWord> {
    Some(match word {
        "when" | "whens" => AskingWord::When,
        "who" | "whos" | "whom" | "whose" => AskingWord::Who,
        "where" | "wheres" => AskingWord::Where,
        "what" | "whats" => AskingWord::What,
        "which" => AskingWord::Which,
        "why" | "whys" => AskingWord::Why,
        "how" if next == "many" => AskingWord::HowMany,
        "how" if is_measurable(next) => AskingWord::HowMuch,
        "how" | "hows" => AskingWord::How,
        _ => return None,
    })
}

fn is_measurable(word: &str) -> bool {
    matches!(
        word,
        "long"
            | "old"
            | "much"
            | "far"
            | "big"
            | "large"
            | "high"
            | "tall"
            | "deep"
            | "wide"
            | "heavy"
            | "fast"
            | "often"
            | "soon"
            | "late"
            | "early"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_is_known_by_its_first_asking_word() {
        for (question, expected) in [
            ("When was it built?", AskingWord::When),
            ("To whom was it sold, and when?", AskingWord::Who),
            ("whos paying", AskingWord::Who),
            ("Who's paying?", AskingWord::Who),
            ("Where is it?", AskingWord::Where),
            ("For how many years?", AskingWord::HowMany),
            ("how long r the breaks", AskingWord::HowMuch),
            ("How does one leave?", AskingWord::How),
            ("In what year was it?", AskingWord::What),
            ("Which of them?", AskingWord::Which),
            ("Why?", AskingWord::Why),
            ("Is it closed when it rains?", AskingWord::YesNo),
            ("attic room price", AskingWord::Other),
            ("", AskingWord::Other),
        ] {
            assert_eq!(AskingWord::of(question), expected, "{question}");
        }
    }
}
