//! The bot in the local Discord: what people do there, and what they see.

mod administering;
mod asking;
mod buttons;
mod checking;
mod choosing;
mod crowd;
mod documents;
mod failures;
mod follow_ups;
mod ignored;
mod languages;
mod long_answers;
mod looking_up;
mod manners;
mod operating;
mod outsiders;
mod payloads;
mod reading;
mod reindexing;
mod resilience;
mod scene;
mod scopes;
mod second_thoughts;
mod stale;
mod telling;
mod withdrawing;
