//! outsiders
