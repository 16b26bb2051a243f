//! What a button or a form carries: all that is needed to act on it after any number of restarts.
//!
//! Ids are public, and anybody can send any: whoever acts on one checks who pressed and what the store knows.

use crate::store::AskingId;

/// Something to do that an answer's button, select or form stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Press {
    /// The quote with what stands around it.
    Passage(AskingId),
    /// Opens the form for the next question.
    AskOn(AskingId),
    /// The form, filled in.
    NextQuestion(AskingId),
    Helpful(AskingId),
    NotHelpful(AskingId),
    /// The menu of what else can be done with an answer.
    More(AskingId),
    OtherSources(AskingId),
    Why(AskingId),
    Share(AskingId),
    Remove(AskingId),
    /// Notes a private question that was not answered for the owners.
    Note(AskingId),
    /// A page of something listed, from 0.
    Page {
        of: AskingId,
        page: u16,
    },
    /// Deletes what is stored of whoever presses it.
    DeleteMyData,
}

/// Where ids of another kind are introduced, this is raised: older buttons are then known as such.
const VERSION: &str = "1";

impl Press {
    /// At most 100 characters, which is what Discord keeps.
    pub fn custom_id(&self) -> String {
        let asking = |word: &str, id: &AskingId| format!("{VERSION}:{word}:{id}");
        match self {
            Press::Passage(id) => asking("passage", id),
            Press::AskOn(id) => asking("ask-on", id),
            Press::NextQuestion(id) => asking("next", id),
            Press::Helpful(id) => asking("helpful", id),
            Press::NotHelpful(id) => asking("not-helpful", id),
            Press::More(id) => asking("more", id),
            Press::OtherSources(id) => asking("others", id),
            Press::Why(id) => asking("why", id),
            Press::Share(id) => asking("share", id),
            Press::Remove(id) => asking("remove", id),
            Press::Note(id) => asking("note", id),
            Press::Page { of, page } => format!("{VERSION}:page:{of}:{page}"),
            Press::DeleteMyData => format!("{VERSION}:delete-my-data"),
        }
    }

    /// `None` for what no button of this version carries.
    pub fn parse(custom_id: &str) -> Option<Press> {
        let mut parts = custom_id.split(':');
        if parts.next()? != VERSION {
            return None;
        }
        let word = parts.next()?;
        let (id, page) = (parts.next(), parts.next());
        if parts.next().is_some() {
            return None;
        }
        if word == "delete-my-data" {
            return id.is_none().then_some(Press::DeleteMyData);
        }
        let id = AskingId::parse(id?)?;
        if word == "page" {
            // Only as it is written: "+1" and "01" are nobody's.
            let number: u16 = page?.parse().ok()?;
            return (page? == number.to_string()).then_some(Press::Page { of: id, page: number });
        }
        if page.is_some() {
            return None;
        }
        Some(match word {
            "passage" => Press::Passage(id),
            "ask-on" => Press::AskOn(id),
            "next" => Press::NextQuestion(id),
            "helpful" => Press::Helpful(id),
            "not-helpful" => Press::NotHelpful(id),
            "more" => Press::More(id),
            "others" => Press::OtherSources(id),
            "why" => Press::Why(id),
            "share" => Press::Share(id),
            "remove" => Press::Remove(id),
            "note" => Press::Note(id),
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn id() -> AskingId {
        AskingId::random().unwrap()
    }

    #[test]
    fn what_is_carried_comes_back() {
        let all = [
            Press::Passage(id()),
            Press::AskOn(id()),
            Press::NextQuestion(id()),
            Press::Helpful(id()),
            Press::NotHelpful(id()),
            Press::More(id()),
            Press::OtherSources(id()),
            Press::Why(id()),
            Press::Share(id()),
            Press::Remove(id()),
            Press::Note(id()),
            Press::Page { of: id(), page: u16::MAX },
            Press::DeleteMyData,
        ];
        for press in all {
            let custom_id = press.custom_id();
            assert!(custom_id.len() <= 100, "{custom_id}");
            assert_eq!(Press::parse(&custom_id), Some(press));
        }
    }

    #[test]
    fn what_is_forged_or_foreign_is_nothing() {
        let id = id();
        for custom_id in [
            "",
            "1",
            "1:passage",
            "1:passage:short",
            &format!("0:passage:{id}"),
            &format!("1:passage:{id}:1"),
            &format!("1:page:{id}:+1"),
            &format!("1:page:{id}:65536"),
            &format!("1:delete-my-data:{id}"),
            &format!("1:unknown:{id}"),
        ] {
            assert_eq!(Press::parse(custom_id), None, "{custom_id}");
        }
    }

    proptest! {
        #[test]
        fn only_what_we_write_is_read(custom_id in r"(1:)?(page|more|\PC{0,5}):[a-z0-9]{0,17}(:[0-9+]{0,6})?") {
            if let Some(press) = Press::parse(&custom_id) {
                prop_assert_eq!(press.custom_id(), custom_id);
            }
        }
    }
}
