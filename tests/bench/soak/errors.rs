//! What the bot says on standard error while things go wrong on purpose. Every line has to have a reason that is known.

use std::collections::BTreeMap;

/// What such a line is about, and words that are in it.
const EXPLAINED: &[(&str, &str)] = &[
    (
        "a response to what the stand-in has forgotten since",
        "the interaction is over: it was answered too late",
    ),
    (
        "a question about a member failed, on purpose: they were told to ask again",
        "cannot ask Discord for a member",
    ),
    ("the gateway was cut, on purpose, before its last word", "Received an error awaiting close frame"),
];

#[derive(Default)]
pub struct Lines {
    /// How many lines there are about each.
    pub explained: BTreeMap<&'static str, usize>,
    pub unexplained: Vec<String>,
}

impl Lines {
    pub fn of(text: &str) -> Lines {
        let mut lines = Lines::default();
        for line in text.lines().filter(|line| !line.trim().is_empty()) {
            match EXPLAINED.iter().find(|(_, words)| line.contains(words)) {
                Some((about, _)) => *lines.explained.entry(about).or_default() += 1,
                None => lines.unexplained.push(line.to_owned()),
            }
        }
        lines
    }

    pub fn drawn(&self) -> String {
        let lines = self.explained.iter().map(|(about, count)| format!("{count:>8}  {about}\n"));
        lines.collect()
    }
}
