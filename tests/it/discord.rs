//! The bot in the local Discord: what people do there, and what they see.

mod administering;
mod asking;
mod failures;
mod reindexing;
mod resilience;
mod scene;
