//! passim answers questions out of a folder of documents, in one line, with the proof under it. Every word of
//! an answer is taken from a source; nothing is generated.
//!
//! The modules, in reading order: [`corpus`] is what we read, [`words`] how a text falls into words,
//! [`retrieval`] finds passages, [`answer`] takes the answer out of them. They are synchronous, and know
//! neither network nor clock nor environment. [`settings`] is what an operator may choose, [`language`] what
//! passim speaks, [`scopes`] who may read what, [`neural`] a model that
//! points at answers, [`store`] what is remembered between questions, [`inbox`] how documents
//! come in and go out, [`proof`] whether that still holds, [`eval`] measures question sets, [`discord`]
//! and [`cli`] are what people use, `local_discord` is a stand-in for Discord, and `playground` shows it in a browser. [`Answerer`]
//! ties the core together for all edges, and [`live`] keeps it up to date where a program goes on running; [`watch`] notices when that is due.

pub mod corpus;
pub mod words;

pub mod retrieval;

pub mod answer;

mod answerer;
pub mod cli;
pub mod discord;
pub mod eval;
pub mod golden;
pub mod health;
pub mod inbox;
pub mod keeping;
pub mod language;
pub mod live;
pub mod metrics;
pub mod neural;
pub mod operations;
#[cfg(feature = "local-discord")]
pub mod playground;
pub mod proof;
pub mod scopes;
pub mod settings;
pub mod store;
pub mod tables;
pub mod tune;
pub mod watch;

pub use answerer::{Answerer, AnswererError, weights};
#[cfg(feature = "local-discord")]
pub use passim_local_discord as local_discord;
