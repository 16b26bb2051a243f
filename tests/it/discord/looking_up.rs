//! looking_up
