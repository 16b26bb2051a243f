//! A value that only those who ask for it by name get to see.

use std::fmt;

use serde::{Serialize, Serializer};

/// What is printed in place of a secret.
pub(super) const HIDDEN: &str = "<hidden>";

/// A secret. However it is printed or serialised, its value stays out: no log line, error or dump holds it.
///
/// It is not comparable either, since `assert_eq!` and `==` invite printing and leak timing.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    pub(super) fn new(value: String) -> Self {
        Self(value)
    }

    /// The value itself, for the one place that sends it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(HIDDEN)
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(HIDDEN)
    }
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(HIDDEN)
    }
}
