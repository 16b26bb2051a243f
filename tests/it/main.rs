//! The whole program, run as people run it: over folders written in strings, in a temporary place.

#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

mod asking;
#[path = "../hostile/mod.rs"]
mod attack;
mod backups;
mod bad_input;
#[path = "../burst/mod.rs"]
mod burst;
mod chat;
mod checking;
mod damage;
mod deploying;
mod disagreeing;
mod discord;
mod doctor;
mod evaluating;
mod files;
mod formats;
#[path = "../generator/mod.rs"]
mod generator;
mod health;
mod hostile_files;
mod hostile_questions;
mod http;
mod index;
mod init;
mod keeping;
mod languages;
mod local_discord;
mod losing_nothing;
mod operating;
mod playground;
mod program;
mod quality;
mod reading;
mod scale;
mod scopes;
mod serving;
mod settings;
mod store;
mod tidy;
mod verifying;
mod watching_a_folder;
