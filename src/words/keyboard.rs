//! Where the letters lie on a keyboard, and what slips of the finger come of it.

/// The letters whose keys touch this one's on a QWERTY keyboard, where a row stands half a key to the right of the
/// one above it; none for other letters.
pub fn touching(letter: char) -> Vec<char> {
    const ROWS: [&[u8]; 3] = [b"qwertyuiop", b"asdfghjkl", b"zxcvbnm"];
    let place = |row: &[u8]| row.iter().position(|key| char::from(*key) == letter);
    let Some((row, at)) = ROWS.iter().enumerate().find_map(|(row, keys)| Some((row, place(keys)?))) else {
        return Vec::new();
    };
    let key = |row: Option<usize>, at: Option<usize>| ROWS.get(row?)?.get(at?).map(|key| char::from(*key));
    let (above, below) = (row.checked_sub(1), Some(row + 1));
    let (left, right) = (at.checked_sub(1), Some(at + 1));
    let around = [
        key(above, Some(at)),
        key(above, right),
        key(Some(row), left),
        key(Some(row), right),
        key(below, left),
        key(below, Some(at)),
    ];
    around.into_iter().flatten().collect()
}

/// Whether `typed` may be a slip of the finger for `meant`, which it differs from by one change: two letters swapped, one
/// left out, one struck twice, or the key beside it struck.
pub fn is_slip(typed: &str, meant: &str) -> bool {
    let (typed, meant): (Vec<char>, Vec<char>) = (typed.chars().collect(), meant.chars().collect());
    let differs = typed.iter().zip(&meant).position(|(typed, meant)| typed != meant);
    let place = differs.unwrap_or(typed.len().min(meant.len()));
    let after =
        |letters: &[char], skipped: usize| letters.get(place + skipped..).unwrap_or_default().to_vec();
    match typed.len() as i64 - meant.len() as i64 {
        -1 => after(&typed, 0) == after(&meant, 1),
        1 => place > 0 && typed[place] == typed[place - 1] && after(&typed, 1) == after(&meant, 0),
        0 if differs.is_none() => false,
        0 if after(&typed, 1) == after(&meant, 1) => touching(meant[place]).contains(&typed[place]),
        0 => {
            let is_swapped =
                typed.get(place + 1) == Some(&meant[place]) && meant.get(place + 1) == Some(&typed[place]);
            is_swapped && after(&typed, 2) == after(&meant, 2)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_touch_those_beside_above_and_below() {
        for (letter, expected) in
            [('g', "tyfhvb"), ('q', "wa"), ('p', "ol"), ('z', "asx"), ('m', "jkn"), ('ß', "")]
        {
            assert_eq!(touching(letter).into_iter().collect::<String>(), expected, "{letter}");
        }
    }

    #[test]
    fn slips_of_the_finger_are_told_from_other_words() {
        for (typed, meant) in [
            ("ferrry", "ferry"),
            ("fery", "ferry"),
            ("frery", "ferry"),
            ("ferru", "ferry"),
            ("whcih", "which"),
            ("yera", "year"),
            ("ferr", "ferry"),
        ] {
            assert!(is_slip(typed, meant), "{typed}");
        }
        for (typed, meant) in
            [("ferry", "ferry"), ("berry", "ferry"), ("ferrys", "ferry"), ("fry", "ferry"), ("", "")]
        {
            assert!(!is_slip(typed, meant), "{typed}");
        }
    }
}
