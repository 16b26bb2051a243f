//! Chance that is the same each time: what decides which document is learned from, and which examples are taken.

use crate::eval::question_set::Question;

/// What all chance follows from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seed(pub u64);

impl Seed {
    /// A number from 0 to below 1 that depends on the seed and the text only (FNV-1a, then the finaliser of
    /// SplitMix64).
    pub fn share(self, text: &str) -> f64 {
        let mut hash = 0xcbf2_9ce4_8422_2325_u64 ^ self.0;
        for byte in text.bytes() {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
        hash = (hash ^ (hash >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        hash = (hash ^ (hash >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((hash ^ (hash >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// The part that a document's questions belong to.
    pub fn part(self, document: &str) -> Part {
        match self.share(document) {
            share if share < 0.375 => Part::First,
            share if share < 0.75 => Part::Second,
            _ => Part::HeldBack,
        }
    }

    /// The part of the question's document; one without a document is parted by itself.
    pub fn part_of(self, question: &Question) -> Part {
        self.part(question.doc_ids.first().unwrap_or(&question.id))
    }
}

/// What a question is used for. Choosing and extracting are learned from the first two parts. Confidence is
/// learned from both too, each as it is answered by what was learned from the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Three eighths of the documents.
    First,
    /// Three eighths.
    Second,
    /// A quarter: only the figures come from them.
    HeldBack,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_are_parted_in_the_shares_that_are_promised() {
        let parts: Vec<Part> = (0..4000).map(|n| Seed(7).part(&format!("d{n}"))).collect();
        let share = |part: Part| parts.iter().filter(|other| **other == part).count() as f64 / 4000.0;
        assert!((share(Part::First) - 0.375).abs() < 0.03);
        assert!((share(Part::Second) - 0.375).abs() < 0.03);
        assert_eq!(Seed(7).part("d1"), Seed(7).part("d1"));
        assert_ne!(Seed(7).share("d1"), Seed(8).share("d1"));
    }
}
