//! Whether a file is what its name says: its first bytes tell.

use crate::corpus::Format;

/// What is wrong with a file that is something else than its ending says; reads on from its name.
pub fn contradiction(format: Format, bytes: &[u8]) -> Option<String> {
    if bytes.is_empty() {
        return Some("is empty".to_owned());
    }
    let kind = Kind::of(bytes);
    match (format, kind) {
        (Format::Pdf, Kind::Pdf) | (Format::Docx, Kind::Zip) => None,
        (Format::Text | Format::Markdown | Format::Html, Kind::Other) => None,
        (Format::Docx, Kind::OldOffice { is_encrypted: true }) => {
            Some("is encrypted and opens only with a password; save it without one".to_owned())
        }
        (Format::Docx, Kind::OldOffice { .. }) => {
            Some("is an old Word file inside (.doc); save it as .docx".to_owned())
        }
        (format, Kind::Other) => Some(format!("is no {}, though its name says so", name(format))),
        (format, Kind::Pdf) => Some(format!("is PDF inside, and no {}; rename it", name(format))),
        (format, kind) => Some(format!("is {} inside, and no {}", kind.name(), name(format))),
    }
}

/// As people call it.
pub fn name(format: Format) -> &'static str {
    match format {
        Format::Text => "text",
        Format::Markdown => "Markdown",
        Format::Html => "HTML",
        Format::Pdf => "PDF",
        Format::Docx => "DOCX",
    }
}

/// What the first bytes tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Pdf,
    Zip,
    OldOffice {
        is_encrypted: bool,
    },
    Rtf,
    Image,
    /// Text, for all that is known.
    Other,
}

impl Kind {
    fn of(bytes: &[u8]) -> Kind {
        /// What stands before the head of a PDF is left out by all who read them.
        const HEAD: usize = 1_024;
        match bytes {
            [b'P', b'K', 3 | 5, 4 | 6, ..] => Kind::Zip,
            [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1, ..] => {
                let name: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
                Kind::OldOffice { is_encrypted: memchr::memmem::find(bytes, &name).is_some() }
            }
            [b'{', b'\\', b'r', b't', b'f', ..] => Kind::Rtf,
            [0x89, b'P', b'N', b'G', ..] | [0xff, 0xd8, 0xff, ..] | [b'G', b'I', b'F', b'8', ..] => {
                Kind::Image
            }
            [b'%', b'P', b'D', b'F', b'-', ..] => Kind::Pdf,
            _ => {
                let head = &bytes[..bytes.len().min(HEAD)];
                let is_pdf = memchr::memmem::find(head, b"\n%PDF-").is_some() && bytes.contains(&0);
                if is_pdf { Kind::Pdf } else { Kind::Other }
            }
        }
    }

    fn name(self) -> &'static str {
        match self {
            Kind::Pdf => "PDF",
            Kind::Zip => "a ZIP archive (as DOCX is)",
            Kind::OldOffice { .. } => "an old Office file",
            Kind::Rtf => "RTF",
            Kind::Image => "an image",
            Kind::Other => "something else",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(format: Format, bytes: &[u8], expected: Option<&str>) {
        assert_eq!(contradiction(format, bytes).as_deref(), expected);
    }

    #[test]
    fn a_file_is_what_its_first_bytes_say() {
        check(Format::Pdf, b"%PDF-1.4", None);
        check(Format::Pdf, b"junk\n%PDF-1.4\n\0", None);
        check(Format::Docx, b"PK\x03\x04", None);
        check(Format::Text, "Straße".as_bytes(), None);
        check(Format::Pdf, b"", Some("is empty"));
        check(Format::Pdf, b"Text", Some("is no PDF, though its name says so"));
        check(Format::Docx, b"<html>", Some("is no DOCX, though its name says so"));
        check(Format::Text, b"%PDF-1.4", Some("is PDF inside, and no text; rename it"));
        check(Format::Html, b"PK\x03\x04", Some("is a ZIP archive (as DOCX is) inside, and no HTML"));
        check(Format::Pdf, b"\x89PNG", Some("is an image inside, and no PDF"));
        let old = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 Word";
        check(Format::Docx, old, Some("is an old Word file inside (.doc); save it as .docx"));
        let encrypted = [&old[..], b"E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k\0a\0g\0e\0"].concat();
        let reason = "is encrypted and opens only with a password; save it without one";
        check(Format::Docx, &encrypted, Some(reason));
    }
}
