//! What a button, a select or a form carries: all that is needed to act on it after any number of restarts.
//!
//! Ids are public, and anybody can send any: whoever acts on one checks who pressed and what the store knows.

use std::str::FromStr;

use strum::{EnumString, IntoStaticStr};

use crate::store::{AskingId, ListingId, UnansweredId};

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Press {
    /// Something about an answer.
    On(Act, AskingId),
    /// A page of something listed, from 0.
    Page { of: ListingId, page: u16 },
    /// Checks a claim again, for all to see.
    ShareCheck(ListingId),
    /// Marks a group of unanswered questions as dealt with.
    Resolve(UnansweredId),
    /// A table as a file.
    Csv(Table),
    /// Deletes what is stored of whoever presses it.
    DeleteMyData,
}

/// What can be done about an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumString, IntoStaticStr, strum::EnumIter)]
#[strum(serialize_all = "kebab-case")]
pub enum Act {
    /// The quote with what stands around it.
    Passage,
    /// Opens the form for the next question.
    AskOn,
    /// The form, filled in.
    NextQuestion,
    Helpful,
    NotHelpful,
    /// The menu of what else can be done.
    More,
    OtherSources,
    Why,
    /// Whether the sources still say it.
    Verify,
    Share,
    Remove,
    /// Notes a private question that was not answered for the owners.
    Note,
    /// Puts the question to the source that is chosen of those it fits.
    Choose,
    /// Whoever presses is told once the sources answer the question.
    TellMe,
    /// Opens the form for a remark beside a vote.
    SayWhy,
    /// That form, filled in.
    Remark,
    /// Opens the form for the reason why the answer is withdrawn.
    Withdraw,
    /// That form, filled in.
    WithdrawalReason,
    /// Answers again what was withdrawn.
    Reinstate,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumString, IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub enum Table {
    Unanswered,
    Feedback,
}

/// Where ids of another kind are introduced, this is raised: older buttons are then known as such.
const VERSION: &str = "1";

impl Press {
    /// At most 100 characters, which is what Discord keeps.
    pub fn custom_id(&self) -> String {
        let what = match self {
            Press::On(act, id) => format!("{}:{id}", <&str>::from(act)),
            Press::Page { of, page } => format!("page:{of}:{page}"),
            Press::ShareCheck(id) => format!("share-check:{id}"),
            Press::Resolve(UnansweredId(id)) => format!("resolve:{id}"),
            Press::Csv(table) => format!("csv:{}", <&str>::from(table)),
            Press::DeleteMyData => "delete-my-data".to_owned(),
        };
        format!("{VERSION}:{what}")
    }

    /// `None` for what no button of this version carries.
    pub fn parse(custom_id: &str) -> Option<Press> {
        let parts: Vec<&str> = custom_id.split(':').collect();
        let press = match parts[..] {
            [_, "page", of, page] => Press::Page { of: ListingId::parse(of)?, page: page.parse().ok()? },
            [_, "share-check", id] => Press::ShareCheck(ListingId::parse(id)?),
            [_, "resolve", id] => Press::Resolve(UnansweredId(id.parse().ok()?)),
            [_, "csv", table] => Press::Csv(Table::from_str(table).ok()?),
            [_, "delete-my-data"] => Press::DeleteMyData,
            [_, act, id] => Press::On(Act::from_str(act).ok()?, AskingId::parse(id)?),
            _ => return None,
        };
        // Only as we write it: another version, "+1" and "01" are nobody's.
        (press.custom_id() == custom_id).then_some(press)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use strum::IntoEnumIterator;

    use super::*;

    fn id() -> AskingId {
        AskingId::random().unwrap()
    }

    #[test]
    fn what_is_carried_comes_back() {
        let others = [
            Press::Page { of: ListingId::random().unwrap(), page: u16::MAX },
            Press::ShareCheck(ListingId::random().unwrap()),
            Press::Resolve(UnansweredId(i64::MIN)),
            Press::Csv(Table::Unanswered),
            Press::Csv(Table::Feedback),
            Press::DeleteMyData,
        ];
        for press in Act::iter().map(|act| Press::On(act, id())).chain(others) {
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
            "1:resolve:01",
            "1:csv:everything",
        ] {
            assert_eq!(Press::parse(custom_id), None, "{custom_id}");
        }
    }

    proptest! {
        #[test]
        fn only_what_we_write_is_read(
            custom_id in r"(1:)?(page|more|resolve|\PC{0,5}):[a-z0-9]{0,17}(:[0-9+]{0,6})?",
        ) {
            if let Some(press) = Press::parse(&custom_id) {
                prop_assert_eq!(press.custom_id(), custom_id);
            }
        }
    }
}
