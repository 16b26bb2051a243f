//! The bot in the local Discord: what people do there, and what they see.

mod asking;
mod scene;
