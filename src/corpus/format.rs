//! One file a format: what is a heading, a paragraph, a list, a table, a code block in it.

pub mod markdown;
pub mod text;
