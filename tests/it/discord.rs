//! The bot in the local Discord: what people do there, and what they see.

mod asking;
mod follow_ups;
mod ignored;
mod languages;
mod long_answers;
mod scene;
mod second_thoughts;
