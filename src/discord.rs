//! The Discord edge: how answers look there.

pub mod markdown;
pub mod message;
