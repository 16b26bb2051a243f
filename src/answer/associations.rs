//! Words of sentences that answer for words of questions: "death" where a question says "die".
//!
//! Learned from questions and the sentences that answer them; [`crate::tune`] says how. Stems on both sides.

use rustc_hash::FxHashMap;

/// For a stem of sentences, the stems of questions that it answers for, each with how surely (0 to 1).
#[derive(Debug, Clone, Default)]
pub struct Associations(FxHashMap<Box<str>, Vec<(Box<str>, f32)>>);

impl Associations {
    /// Reads lines of the form "die: death 0.31 kill 0.13"; the line that is not one is the error.
    pub fn read(lines: &[String]) -> Result<Associations, String> {
        let mut associations = Associations::default();
        for line in lines {
            let wrong = || format!("'{line}' is not of the form 'die: death 0.31 kill 0.13'");
            let (asked, answers) = line.split_once(": ").ok_or_else(wrong)?;
            let mut parts = answers.split(' ');
            while let Some(stem) = parts.next() {
                let strength = parts.next().and_then(|strength| strength.parse().ok()).ok_or_else(wrong)?;
                associations.0.entry(stem.into()).or_default().push((asked.into(), strength));
            }
        }
        Ok(associations)
    }

    /// What a stem of a sentence answers for.
    pub fn of(&self, stem: &str) -> impl Iterator<Item = (&str, f64)> {
        let found = self.0.get(stem).map_or(&[][..], Vec::as_slice);
        found.iter().map(|(asked, strength)| (asked.as_ref(), f64::from(*strength)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_by_the_stem_of_the_sentence() {
        let lines = ["die: death 0.31 kill 0.13".to_owned(), "end: death 0.05".to_owned()];
        let associations = Associations::read(&lines).unwrap();
        let found: Vec<(&str, f64)> = associations.of("death").collect();
        assert_eq!((found[0].0, found[1].0, found.len()), ("die", "end", 2));
        assert!((found[0].1 - 0.31).abs() < 1e-6);
        assert_eq!(associations.of("life").count(), 0);
    }

    #[test]
    fn a_line_of_another_form_is_told() {
        for line in ["die death", "die: death", "die: death x"] {
            assert!(Associations::read(&[line.to_owned()]).unwrap_err().contains(line));
        }
    }
}
