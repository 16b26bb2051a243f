//! How often words stand in passages of any text. A small collection says little about that: where all documents
//! speak of guarantees, "guarantee" is in every passage, and is still what a question about guarantees is about.
//!
//! Learned from the passages of a large collection; [`crate::tune`] says how.

use rustc_hash::FxHashMap;

/// For a stem, the share of passages that have it, 0 to 1.
#[derive(Debug, Clone, Default)]
pub struct Frequencies(FxHashMap<Box<str>, f32>);

/// What is known beforehand counts like so many passages.
const PASSAGES_BEFOREHAND: f64 = 1_000.0;
/// The share of passages with a word that is not listed.
const UNLISTED: f64 = 0.0003;
/// Rarer words are not listed.
pub const LEAST_LISTED: f64 = 0.0008;

impl Frequencies {
    /// Reads entries of the form "last 0.0213"; the one that is none is the error.
    pub fn read(lines: &[String]) -> Result<Frequencies, String> {
        let entry = |line: &String| {
            let parsed = line.split_once(' ').and_then(|(stem, share)| Some((stem, share.parse().ok()?)));
            let (stem, share): (&str, f32) =
                parsed.ok_or_else(|| format!("'{line}' is not of the form 'last 0.0213'"))?;
            Ok((stem.into(), share))
        };
        lines.iter().map(entry).collect::<Result<_, _>>().map(Frequencies)
    }

    /// How rare a word is: the Robertson–Spärck Jones inverse document frequency, over the passages of the
    /// collection and what is known beforehand together (the pseudo-counts of a Dirichlet prior). `with` of `all`
    /// passages of the collection have it. Where nothing was learned, over the collection alone.
    pub fn rarity(&self, stem: &str, with: u64, all: u64) -> f64 {
        if self.0.is_empty() {
            return rarity(with as f64, all as f64);
        }
        let share = self.0.get(stem).map_or(UNLISTED, |share| f64::from(*share));
        rarity(with as f64 + PASSAGES_BEFOREHAND * share, all as f64 + PASSAGES_BEFOREHAND)
    }
}

/// The inverse frequency of what stands in `with` of `all` passages, natural logarithm.
pub fn rarity(with: f64, all: f64) -> f64 {
    (1.0 + (all - with + 0.5).max(0.0) / (with + 0.5)).ln()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_that_a_small_collection_is_about_is_rarer_than_a_common_one() {
        let lines = ["last 0.02".to_owned(), "guarante 0.001".to_owned()];
        let frequencies = Frequencies::read(&lines).unwrap();
        assert!(frequencies.rarity("lesse", 30, 100) > frequencies.rarity("last", 30, 100));
        assert!(frequencies.rarity("guarante", 20, 100) > frequencies.rarity("last", 20, 100));
        // A large collection speaks for itself.
        let own = rarity(9_000.0, 100_000.0);
        assert!((frequencies.rarity("guarante", 9_000, 100_000) - own).abs() < 0.02);
        assert_eq!(Frequencies::default().rarity("guarante", 20, 100), rarity(20.0, 100.0));
    }

    #[test]
    fn what_is_everywhere_still_weighs_something() {
        assert!(rarity(1.0, 100.0) > rarity(50.0, 100.0));
        assert!(rarity(100.0, 100.0) > 0.0 && rarity(0.0, 0.0) >= 0.0);
    }

    #[test]
    fn a_line_of_another_form_is_told() {
        for line in ["last", "last x"] {
            assert!(Frequencies::read(&[line.to_owned()]).unwrap_err().contains(line));
        }
    }
}
