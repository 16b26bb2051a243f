//! `passim forget`: deletes everything that is stored of a person.

use std::io::Write;

use clap::Args;

use super::{Failure, keep, now};
use crate::settings::Settings;
use crate::store::{By, Deed, Moment, UserId};

#[derive(Debug, Args)]
pub struct Forget {
    /// The person's Discord id, a number; a mention such as <@123> is understood too
    #[arg(value_name = "USER", value_parser = user)]
    user: UserId,
}

/// Ids of Discord are never 0.
fn user(text: &str) -> Result<UserId, String> {
    let digits = text.trim_start_matches("<@").trim_start_matches('!').trim_end_matches('>');
    match digits.parse() {
        Ok(id) if id > 0 && !digits.starts_with('+') => Ok(UserId(id)),
        _ => Err(
            "a Discord id is a number such as 81384788765712384; in Discord, switch on Developer Mode and \
                  copy it from the person's menu"
                .to_owned(),
        ),
    }
}

pub(super) fn run(command: &Forget, settings: &Settings) -> Result<(), Failure> {
    let store = keep::store(settings)?;
    let removed = store.forget(store.person(command.user))?;
    // Who was forgotten must not stand anywhere.
    let details = format!("{} questions, {} votes", removed.askings, removed.votes);
    let (by, what, at) = (By::Terminal, "forget".to_owned(), Moment::of_nanoseconds(now()));
    store.audit(&Deed { by, guild: None, what, details, at })?;
    writeln!(
        anstream::stdout(),
        "Deleted: {} questions with what was answered, {} votes, {} wishes to be told. What admins did stays in the \
         audit log.",
        removed.askings,
        removed.votes,
        removed.watches
    )?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_is_named_by_their_id_or_a_mention() {
        for text in ["123", "<@123>", "<@!123>"] {
            assert_eq!(user(text), Ok(UserId(123)), "{text}");
        }
        for text in ["", "0", "-1", "+1", "ann", "<@&1>", "99999999999999999999"] {
            assert!(user(text).is_err(), "{text}");
        }
    }
}
