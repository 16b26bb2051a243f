//! The bot in the local Discord: what people do there, and what they see.

mod asking;
mod buttons;
mod looking_up;
mod manners;
mod outsiders;
mod scene;
