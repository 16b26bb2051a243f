//! The Discord edge: how answers look there.

pub mod commands;
pub mod markdown;
pub mod message;
pub mod press;
