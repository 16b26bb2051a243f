//! The Discord edge: what happens there becomes questions, and answers become messages.
//!
//! One question, from top to bottom: [`gateway`] hands events on; [`messages`] and [`interactions`] find out who
//! wants what, and whether they may ([`audience`], [`limits`]); [`asking`] answers; [`message`] draws the reply,
//! [`outgoing`] makes the request of it, and [`delivery`] sends it. Only this module knows serenity.

mod about;
mod admin;
mod asking;
mod audience;
mod bot;
mod calls;
mod checking;
pub mod commands;
mod completing;
mod delivery;
mod documents;
mod gateway;
mod guilds;
mod health;
mod interactions;
mod limits;
mod listings;
pub mod markdown;
pub mod memory;
pub mod message;
mod messages;
mod observing;
mod outgoing;
mod pages;
pub mod permissions;
pub mod press;
mod presses;
pub mod registration;
mod reindex;
pub mod reloading;
mod renewal;
mod second_thoughts;
pub mod serve;
mod stale;
mod tables;
mod watching;
mod withdrawing;
pub mod words;
mod work;
