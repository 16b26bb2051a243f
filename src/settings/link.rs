//! The link to a cited place: a template parsed once, filled for each citation.

use std::fmt::Write;

/// A link with gaps for a document's path, a line and a source id, such as `https://host/{path}#L{line}`.
///
/// It is http or https and its host is written out, so that no document can say where a link leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkTemplate {
    parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    Path,
    Line,
    Source,
}

impl LinkTemplate {
    /// The error says what the setting must be: it completes "it must be …".
    pub(super) fn parse(template: &str) -> Result<Self, &'static str> {
        let after_scheme = template
            .strip_prefix("https://")
            .or_else(|| template.strip_prefix("http://"))
            .ok_or("empty or a link that starts with http:// or https://")?;
        let host = after_scheme.split(['/', '?', '#']).next().unwrap_or_default();
        if host.is_empty() || host.contains(['{', '}']) {
            return Err("a link with a host and no placeholder before the first / after it");
        }
        if template.contains(ends_a_link) {
            return Err("a link without spaces, quotation marks and angle brackets");
        }
        let parts = parts(template).ok_or("a link with no placeholders but {path}, {line} and {source}")?;
        Ok(Self { parts })
    }

    /// The link to one line. The values are percent-encoded; the slashes of the path stay.
    pub fn fill(&self, path: &str, line: usize, source: &str) -> String {
        let mut link = String::new();
        for part in &self.parts {
            match part {
                Part::Text(text) => link.push_str(text),
                Part::Path => push_encoded(&mut link, path, "/"),
                Part::Line => link.push_str(&line.to_string()),
                Part::Source => push_encoded(&mut link, source, ""),
            }
        }
        link
    }
}

fn ends_a_link(character: char) -> bool {
    character.is_whitespace() || character.is_control() || matches!(character, '<' | '>' | '"')
}

fn parts(template: &str) -> Option<Vec<Part>> {
    let mut parts = Vec::new();
    let mut rest = template;
    while let Some(brace) = rest.find(['{', '}']) {
        let (text, gap) = rest.split_at(brace);
        let (part, after) = placeholder(gap)?;
        parts.push(Part::Text(text.to_owned()));
        parts.push(part);
        rest = after;
    }
    parts.push(Part::Text(rest.to_owned()));
    Some(parts)
}

fn placeholder(text: &str) -> Option<(Part, &str)> {
    for (name, part) in [("{path}", Part::Path), ("{line}", Part::Line), ("{source}", Part::Source)] {
        if let Some(rest) = text.strip_prefix(name) {
            return Some((part, rest));
        }
    }
    None
}

/// Encodes all but the characters that RFC 3986 calls unreserved, and those of `kept`.
fn push_encoded(link: &mut String, value: &str, kept: &str) {
    for byte in value.bytes() {
        let character = char::from(byte);
        if character.is_ascii_alphanumeric() || "-._~".contains(character) || kept.contains(character) {
            link.push(character);
        } else {
            write!(link, "%{byte:02X}").expect("writing into a string does not fail");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(template: &str, expected: &str) {
        let link = LinkTemplate::parse(template).map(|link| link.fill("häuser/a b.md", 12, "rules/4"));
        assert_eq!(link.as_deref().unwrap_or_else(|must_be| must_be), expected, "{template}");
    }

    #[test]
    fn a_template_is_filled_with_percent_encoded_values() {
        check("https://git.example.org/{path}#L{line}", "https://git.example.org/h%C3%A4user/a%20b.md#L12");
        check("http://localhost:8080/?id={source}&l={line}", "http://localhost:8080/?id=rules%2F4&l=12");
        check("https://example.org", "https://example.org");
    }

    #[test]
    fn a_link_is_http_or_https() {
        let must_be = "empty or a link that starts with http:// or https://";
        check("javascript:alert({line})", must_be);
        check("ftp://example.org/{path}", must_be);
        check("{path}", must_be);
    }

    #[test]
    fn a_document_cannot_name_the_host() {
        let must_be = "a link with a host and no placeholder before the first / after it";
        check("https://", must_be);
        check("https:///{path}", must_be);
        check("https://{path}", must_be);
        check("https://example.org{path}", must_be);
    }

    #[test]
    fn only_the_three_placeholders_are_known() {
        let must_be = "a link with no placeholders but {path}, {line} and {source}";
        check("https://example.org/{title}", must_be);
        check("https://example.org/{path", must_be);
        check("https://example.org/path}", must_be);
        check("https://example.org/{}", must_be);
    }

    #[test]
    fn nothing_in_a_template_ends_the_link_early() {
        let must_be = "a link without spaces, quotation marks and angle brackets";
        check("https://example.org/{path} {line}", must_be);
        check("https://example.org/<{path}>", must_be);
    }
}
