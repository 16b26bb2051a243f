//! Receipts and hashes: what ties an answer to the words it was taken from.

use sha2::{Digest, Sha256};

use super::{Citation, Finding, Outcome};
use crate::retrieval::manifest::hex;

/// Crockford's base 32 in lower case: no letter is taken for a digit.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
const LENGTH: usize = 16;

/// 16 base-32 characters of a hash over the question, the state of the index and the answer.
pub fn of(question: &str, fingerprint: &str, outcome: &Outcome) -> String {
    let mut hash = Sha256::new();
    let mut add = |part: &str| {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    };
    add(question);
    add(fingerprint);
    match outcome {
        Outcome::Found(finding) => {
            add("found");
            add_finding(finding, &mut add);
        }
        Outcome::Disputed { best, others } => {
            add("disputed");
            for side in [best].into_iter().chain(others) {
                // Where a side ends is part of what is said.
                add("side");
                add_finding(side, &mut add);
            }
        }
        Outcome::Ambiguous { choices } => {
            add("ambiguous");
            for choice in choices {
                add(&choice.source);
                add(&choice.title);
            }
        }
        Outcome::Abstained { nearest } => {
            add("abstained");
            nearest.iter().for_each(|citation| add(&place(citation)));
        }
        Outcome::Withdrawn { reason } => {
            add("withdrawn");
            add(reason);
        }
        Outcome::SmallTalk(_) => add("smalltalk"),
        Outcome::Empty | Outcome::TooLong => add("not a question"),
    }
    base32(&hash.finalize())
}

fn add_finding(finding: &Finding, add: &mut impl FnMut(&str)) {
    add(&finding.answer);
    finding.citations.iter().for_each(|citation| add(&place(citation)));
}

/// Of a text, in hexadecimal.
pub fn sha256(text: &str) -> String {
    hex(&Sha256::digest(text))
}

fn place(citation: &Citation) -> String {
    format!("{} {} {} {}", citation.source, citation.byte_start, citation.byte_end, citation.sha256)
}

/// Whether a text has the form of a receipt.
pub fn is_base32(text: &str) -> bool {
    text.len() == LENGTH && text.bytes().all(|character| ALPHABET.contains(&character))
}

/// Five bits a character, of the first ten bytes.
pub fn base32(bytes: &[u8]) -> String {
    let bit = |at: usize| bytes[at / 8] >> (7 - at % 8) & 1;
    (0..LENGTH)
        .map(|character| (0..5).fold(0, |value, at| value << 1 | bit(character * 5 + at)))
        .map(|value| ALPHABET[usize::from(value)] as char)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::samples::{ambiguous, finding};
    use super::*;

    #[test]
    fn a_receipt_depends_on_question_index_and_answer() {
        let abstained = Outcome::Abstained { nearest: None };
        let receipt = of("how long?", "index", &abstained);
        assert!(is_base32(&receipt));
        assert_eq!(receipt, of("how long?", "index", &abstained));
        assert_ne!(receipt, of("how long", "index", &abstained));
        assert_ne!(receipt, of("how long?", "other", &abstained));
        assert_ne!(receipt, of("how long?", "index", &Outcome::Empty));
    }

    #[test]
    fn a_receipt_depends_on_every_side_and_on_every_choice() {
        let of = |outcome: &Outcome| of("how long?", "index", outcome);
        let side = |answer: &str, source: &str| finding(answer, answer, source, None);
        let disputed = |others: Vec<Finding>| Outcome::Disputed { best: side("30 days", "101"), others };
        let receipt = of(&disputed(vec![side("28 days", "105")]));
        assert!(is_base32(&receipt));
        for other in [
            Outcome::Found(side("30 days", "101")),
            disputed(vec![side("29 days", "105")]),
            disputed(vec![side("28 days", "106")]),
            disputed(vec![side("28 days", "105"), side("26 days", "107")]),
        ] {
            assert_ne!(receipt, of(&other), "{other:?}");
        }
        let receipt = of(&ambiguous(&[("1", "Ghent"), ("2", "Leipzig")]));
        assert_ne!(receipt, of(&ambiguous(&[("1", "Ghent"), ("3", "Leipzig")])));
        assert_ne!(receipt, of(&ambiguous(&[("2", "Leipzig"), ("1", "Ghent")])));
    }

    #[test]
    fn characters_come_from_all_bits_in_order() {
        assert_eq!(base32(&[0; 10]), "0000000000000000");
        assert_eq!(base32(&[0xff; 10]), "zzzzzzzzzzzzzzzz");
        assert_eq!(&base32(&[0b0000_1000, 0b1000_0000, 0, 0, 0, 0, 0, 0, 0, 0])[..2], "12");
    }
}
