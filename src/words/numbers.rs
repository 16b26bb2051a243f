//! Numbers that are written as words.

/// What one word says, from zero to nineteen and the tens to ninety; folded.
pub fn number_word(folded: &str) -> Option<f64> {
    below_twenty(folded).or_else(|| tens(folded))
}

/// "zero" to "nineteen".
pub fn below_twenty(folded: &str) -> Option<f64> {
    NUMBERS.iter().position(|number| *number == folded).map(|number| number as f64)
}

/// "twenty", "thirty" and so on to "ninety".
pub fn tens(folded: &str) -> Option<f64> {
    TENS.iter().position(|tens| *tens == folded).map(|tens| (tens * 10 + 20) as f64)
}

/// What a number before this word is multiplied by.
pub fn magnitude(folded: &str) -> Option<f64> {
    match folded {
        "hundred" => Some(1e2),
        "thousand" => Some(1e3),
        "million" => Some(1e6),
        "billion" => Some(1e9),
        _ => None,
    }
}

#[rustfmt::skip]
const NUMBERS: &[&str] = &[
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
];
const TENS: &[&str] = &["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn number_words_say_numbers() {
        let numbers = ["zero", "one", "nineteen", "twenty", "ninety", "half", "twenty-one"];
        let expected = [Some(0.0), Some(1.0), Some(19.0), Some(20.0), Some(90.0), None, None];
        assert_eq!(numbers.map(number_word), expected);
        assert_eq!((magnitude("million"), magnitude("millions")), (Some(1e6), None));
    }
}
