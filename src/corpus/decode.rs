//! From bytes to text: UTF-8, UTF-16 and Windows-1252, told apart by the bytes alone.
//!
//! UTF-8 stays as it is, byte for byte, a byte-order mark included. The others are decoded once, and that is
//! said: what is cited then is the text that `show` prints, not the bytes of the file.

use encoding_rs::{UTF_16BE, UTF_16LE, WINDOWS_1252};
use serde::{Deserialize, Serialize};

/// How bytes became text. A byte-order mark of UTF-8 stays in the text and counts; of UTF-16 it does not.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Encoding {
    #[default]
    #[serde(rename = "utf-8")]
    Utf8,
    #[serde(rename = "utf-8-bom")]
    Utf8WithMark,
    #[serde(rename = "utf-16le")]
    Utf16Le,
    #[serde(rename = "utf-16be")]
    Utf16Be,
    #[serde(rename = "windows-1252")]
    Windows1252,
}

impl Encoding {
    /// As people call it.
    pub fn name(self) -> &'static str {
        match self {
            Encoding::Utf8 => "UTF-8",
            Encoding::Utf8WithMark => "UTF-8 with a byte-order mark",
            Encoding::Utf16Le => "UTF-16 (little-endian)",
            Encoding::Utf16Be => "UTF-16 (big-endian)",
            Encoding::Windows1252 => "Windows-1252",
        }
    }
}

/// A text, and what its owner should know about how it was read.
#[derive(Debug, PartialEq, Eq)]
pub struct Decoded {
    pub text: String,
    pub encoding: Encoding,
    pub problem: Option<String>,
}

/// The text of a file; the error is why it is none.
pub fn decode(bytes: Vec<u8>) -> Result<Decoded, String> {
    if let Some(encoding) = utf16(&bytes) {
        let decoder = if encoding == Encoding::Utf16Le { UTF_16LE } else { UTF_16BE };
        let (text, had_errors) = decoder.decode_with_bom_removal(&bytes);
        if had_errors || text.contains('\0') {
            return Err("is a binary file".to_owned());
        }
        return Ok(said(text.into_owned(), encoding, "UTF-16"));
    }
    if bytes.contains(&0) {
        return Err("is a binary file".to_owned());
    }
    let error = match String::from_utf8(bytes) {
        Ok(text) => {
            let encoding = if text.starts_with('\u{feff}') { Encoding::Utf8WithMark } else { Encoding::Utf8 };
            return Ok(Decoded { text, encoding, problem: None });
        }
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
    Ok(said(text.into_owned(), Encoding::Windows1252, "Windows-1252"))
}

fn said(text: String, encoding: Encoding, name: &str) -> Decoded {
    let problem =
        format!("is {name} and was read as that; save it as UTF-8, so that citations count its own bytes");
    Decoded { text, encoding, problem: Some(problem) }
}

/// How much is looked at to find UTF-16 without a byte-order mark.
const SAMPLE: usize = 4 * 1024;

/// UTF-16 has a byte-order mark, or a zero in nearly every second byte, as western text has.
fn utf16(bytes: &[u8]) -> Option<Encoding> {
    match bytes {
        [0xff, 0xfe, ..] => return Some(Encoding::Utf16Le),
        [0xfe, 0xff, ..] => return Some(Encoding::Utf16Be),
        _ => {}
    }
    let sample = &bytes[..bytes.len().min(SAMPLE) & !1];
    let zeros = |first: usize| sample.iter().skip(first).step_by(2).filter(|byte| **byte == 0).count();
    let (even, odd, pairs) = (zeros(0), zeros(1), sample.len() / 2);
    let nearly_all = |count: usize| pairs >= 4 && count * 10 >= pairs * 9;
    match () {
        () if nearly_all(odd) && even == 0 => Some(Encoding::Utf16Le),
        () if nearly_all(even) && odd == 0 => Some(Encoding::Utf16Be),
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
        let encoding = Encoding::Utf8WithMark;
        assert_eq!(decoded, Decoded { text: "\u{feff}Grüße\r\n".to_owned(), encoding, problem: None });
        assert_eq!(decode(b"plain".to_vec()).unwrap().encoding, Encoding::Utf8);
    }

    #[test]
    fn utf16_is_known_by_its_mark_or_its_zeros() {
        let little: Vec<u8> = "Grüße an alle".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = "Grüße an alle".encode_utf16().flat_map(u16::to_be_bytes).collect();
        for (bytes, encoding) in [(&little, Encoding::Utf16Le), (&big, Encoding::Utf16Be)] {
            let decoded = decode(bytes.clone()).unwrap();
            assert_eq!((decoded.text.as_str(), decoded.encoding), ("Grüße an alle", encoding));
        }
        assert_eq!(text(&[&[0xff, 0xfe], &little[..]].concat()), "Grüße an alle");
        let problem = decode([&[0xfe, 0xff], &big[..]].concat()).unwrap().problem.unwrap();
        assert!(problem.starts_with("is UTF-16"), "{problem}");
    }

    #[test]
    fn windows_1252_is_recognised_and_said() {
        let decoded = decode(b"caf\xe9 \x93quoted\x94 for 5 \x80".to_vec()).unwrap();
        assert_eq!(
            (decoded.text.as_str(), decoded.encoding),
            ("café “quoted” for 5 €", Encoding::Windows1252)
        );
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
