//! From bytes to text: UTF-8, UTF-16 and Windows-1252, told apart by the bytes alone.
//!
//! UTF-8 stays as it is, byte for byte, a byte-order mark included. The others are decoded once, and that is
//! said: what is cited then is the text that `show` prints, not the bytes of the file.

use encoding_rs::{Encoding, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// A text, and what its owner should know about how it was read.
#[derive(Debug, PartialEq, Eq)]
pub struct Decoded {
    pub text: String,
    pub problem: Option<String>,
}

/// The text of a file; the error is why it is none.
pub fn decode(bytes: Vec<u8>) -> Result<Decoded, String> {
    if let Some(encoding) = utf16(&bytes) {
        let (text, had_errors) = encoding.decode_with_bom_removal(&bytes);
        if had_errors || text.contains('\0') {
            return Err("is a binary file".to_owned());
        }
        return Ok(said(text.into_owned(), "UTF-16"));
    }
    if bytes.contains(&0) {
        return Err("is a binary file".to_owned());
    }
    let error = match String::from_utf8(bytes) {
        Ok(text) => return Ok(Decoded { text, problem: None }),
        Err(error) => error,
    };
    let place = error.utf8_error().valid_up_to() + 1;
    let bytes = error.into_bytes();
    if !looks_like_windows_1252(&bytes) {
        return Err(format!(
            "is neither UTF-8 (see byte {place}) nor UTF-16 nor Windows-1252; save it as UTF-8"
        ));
    }
    let (text, _) = WINDOWS_1252.decode_without_bom_handling(&bytes);
    Ok(said(text.into_owned(), "Windows-1252"))
}

fn said(text: String, encoding: &str) -> Decoded {
    let problem = format!(
        "is {encoding} and was read as that; save it as UTF-8, so that citations count its own bytes"
    );
    Decoded { text, problem: Some(problem) }
}

/// How much is looked at to find UTF-16 without a byte-order mark.
const SAMPLE: usize = 4 * 1024;

/// UTF-16 has a byte-order mark, or a zero in nearly every second byte, as western text has.
fn utf16(bytes: &[u8]) -> Option<&'static Encoding> {
    match bytes {
        [0xff, 0xfe, ..] => return Some(UTF_16LE),
        [0xfe, 0xff, ..] => return Some(UTF_16BE),
        _ => {}
    }
    let sample = &bytes[..bytes.len().min(SAMPLE) & !1];
    let zeros = |first: usize| sample.iter().skip(first).step_by(2).filter(|byte| **byte == 0).count();
    let (even, odd, pairs) = (zeros(0), zeros(1), sample.len() / 2);
    let nearly_all = |count: usize| pairs >= 4 && count * 10 >= pairs * 9;
    match () {
        () if nearly_all(odd) && even == 0 => Some(UTF_16LE),
        () if nearly_all(even) && odd == 0 => Some(UTF_16BE),
        () => None,
    }
}

/// Western text: no control characters and no bytes that Windows-1252 leaves open, and accented letters and
/// typographic signs among many plain ones. Cyrillic and Greek code pages have more high bytes than that.
fn looks_like_windows_1252(bytes: &[u8]) -> bool {
    let is_control = |byte: &u8| *byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r' | 0x0c);
    let is_open = |byte: &u8| matches!(byte, 0x81 | 0x8d | 0x8f | 0x90 | 0x9d);
    let high = bytes.iter().filter(|byte| **byte >= 0x80).count();
    let letters = bytes.iter().filter(|byte| byte.is_ascii_alphabetic()).count();
    !bytes.iter().any(|byte| is_control(byte) || is_open(byte)) && high * 2 <= letters
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(bytes: &[u8]) -> String {
        decode(bytes.to_vec()).unwrap().text
    }

    #[test]
    fn utf8_stays_byte_for_byte() {
        let decoded = decode("\u{feff}Grüße\r\n".as_bytes().to_vec()).unwrap();
        assert_eq!(decoded, Decoded { text: "\u{feff}Grüße\r\n".to_owned(), problem: None });
    }

    #[test]
    fn utf16_is_known_by_its_mark_or_its_zeros() {
        let little: Vec<u8> = "Grüße an alle".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = "Grüße an alle".encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(text(&little), "Grüße an alle");
        assert_eq!(text(&big), "Grüße an alle");
        assert_eq!(text(&[&[0xff, 0xfe], &little[..]].concat()), "Grüße an alle");
        let problem = decode([&[0xfe, 0xff], &big[..]].concat()).unwrap().problem.unwrap();
        assert!(problem.starts_with("is UTF-16"), "{problem}");
    }

    #[test]
    fn windows_1252_is_recognised_and_said() {
        let decoded = decode(b"caf\xe9 \x93quoted\x94 for 5 \x80".to_vec()).unwrap();
        assert_eq!(decoded.text, "café “quoted” for 5 €");
        assert!(decoded.problem.unwrap().starts_with("is Windows-1252"));
    }

    #[test]
    fn what_is_no_text_is_refused() {
        assert_eq!(decode(b"\x89PNG\x00\x00".to_vec()).unwrap_err(), "is a binary file");
        assert_eq!(decode(b"\xff\xfe\x00".to_vec()).unwrap_err(), "is a binary file");
        // Cyrillic in KOI8-R.
        let error = decode(b"\xf0\xd2\xc9\xd7\xc5\xd4 \xcd\xc9\xd2".to_vec()).unwrap_err();
        assert!(error.starts_with("is neither UTF-8 (see byte 1)"), "{error}");
    }
}
