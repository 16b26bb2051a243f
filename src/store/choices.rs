//! Closed sets, kept as words: whoever opens the database with another tool can read it.

use rusqlite::types::{FromSqlError, FromSqlResult, ToSqlOutput, ValueRef};

/// The word for a choice, out of the list of all of them.
pub fn to_word<T: PartialEq>(
    words: &[(T, &'static str)],
    choice: &T,
) -> rusqlite::Result<ToSqlOutput<'static>> {
    let found = words.iter().find(|(listed, _)| listed == choice);
    let (_, word) = found.ok_or_else(|| rusqlite::Error::ToSqlConversionFailure("no word for it".into()))?;
    Ok((*word).into())
}

/// The choice that a word stands for. None of our words is an error: we never wrote it.
pub fn from_word<T: Copy>(words: &[(T, &'static str)], value: ValueRef<'_>) -> FromSqlResult<T> {
    let text = value.as_str()?;
    let found = words.iter().find(|(_, word)| *word == text);
    found
        .map(|(choice, _)| *choice)
        .ok_or_else(|| FromSqlError::Other(format!("unknown word '{text}'").into()))
}
