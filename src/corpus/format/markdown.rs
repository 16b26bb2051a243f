//! Markdown (CommonMark with tables, strikethrough, footnotes and task lists): its blocks as passages.
//!
//! Spans point into the source, so that marks of emphasis and links stay in a quote as they are written. HTML
//! blocks are left out: a comment must not be quoted.

use std::ops::Range;

use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use crate::corpus::passages::Collector;
use crate::corpus::{Passage, Span};

pub fn passages(text: &str) -> Vec<Passage> {
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_TASKLISTS;
    let mut walk = Walk::over(text);
    for (event, range) in Parser::new_ext(text, options).into_offset_iter() {
        walk.event(event, range);
    }
    walk.collector.finish()
}

/// What is open while the events of a document come by.
struct Walk<'t> {
    collector: Collector<'t>,
    heading: Option<(usize, String)>,
    /// Where the words of the open heading stand.
    heading_text: Option<Span>,
    /// Bytes of hard line breaks in the open paragraph.
    breaks: Vec<usize>,
    /// How many lists are open.
    lists: usize,
    items: Vec<Span>,
    /// The item that text is added to; a nested list closes it.
    item: Option<Span>,
    header: Option<Span>,
    code: Option<Span>,
    in_html: bool,
}

impl<'t> Walk<'t> {
    fn over(text: &'t str) -> Self {
        Self {
            collector: Collector::new(text),
            heading: None,
            heading_text: None,
            breaks: Vec::new(),
            lists: 0,
            items: Vec::new(),
            item: None,
            header: None,
            code: None,
            in_html: false,
        }
    }

    fn event(&mut self, event: Event<'_>, range: Range<usize>) {
        let span = Span::new(range.start, range.end);
        match event {
            Event::Start(tag) => self.start(&tag, span),
            Event::End(tag) => self.end(tag, span),
            Event::Text(text) | Event::Code(text) => self.text(&text, span),
            Event::SoftBreak => self.text(" ", span),
            Event::HardBreak => self.breaks.push(span.end),
            Event::InlineHtml(html) if html.starts_with("<!--") => {
                self.close_item();
                self.breaks.extend([span.start, span.end]);
            }
            _ => {}
        }
    }

    fn start(&mut self, tag: &Tag<'_>, span: Span) {
        match tag {
            Tag::Heading { level, .. } => self.heading = Some((depth(*level), String::new())),
            Tag::Paragraph => self.breaks.clear(),
            Tag::List(_) => {
                self.close_item();
                self.lists += 1;
            }
            Tag::Item => self.close_item(),
            Tag::Table(_) => self.header = None,
            Tag::CodeBlock(_) => self.code = Some(Span::new(span.end, span.end)),
            Tag::HtmlBlock => self.in_html = true,
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd, span: Span) {
        match tag {
            TagEnd::Heading(_) => {
                if let Some((level, heading)) = self.heading.take() {
                    self.collector.heading(level, &heading, self.heading_text.take().unwrap_or(span));
                }
            }
            TagEnd::Paragraph if self.lists == 0 => self.collector.paragraph(span, &self.breaks),
            TagEnd::Item => self.close_item(),
            TagEnd::List(_) => {
                self.close_item();
                self.lists -= 1;
                if self.lists == 0 {
                    self.collector.list(&std::mem::take(&mut self.items));
                }
            }
            TagEnd::TableHead => self.header = Some(span),
            TagEnd::TableRow if self.lists == 0 => self.collector.row(span, self.header),
            TagEnd::CodeBlock => self.end_code(),
            TagEnd::HtmlBlock => self.in_html = false,
            // The marks around words in an item belong to it.
            TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough | TagEnd::Link | TagEnd::Image
                if self.lists > 0 && self.heading.is_none() =>
            {
                self.extend_item(span);
            }
            _ => {}
        }
    }

    fn text(&mut self, text: &str, span: Span) {
        if self.in_html {
            return;
        }
        if let Some((_, heading)) = &mut self.heading {
            heading.push_str(text);
            let start = self.heading_text.map_or(span.start, |so_far| so_far.start);
            self.heading_text = Some(Span::new(start, span.end));
        }
        if let Some(code) = &mut self.code {
            *code = if code.is_empty() { span } else { Span::new(code.start.min(span.start), span.end) };
        } else if self.lists > 0 {
            self.extend_item(span);
        }
    }

    fn extend_item(&mut self, span: Span) {
        let start = self.item.map_or(span.start, |item| item.start.min(span.start));
        self.item = Some(Span::new(start, span.end));
    }

    fn close_item(&mut self) {
        self.items.extend(self.item.take());
    }

    fn end_code(&mut self) {
        let Some(code) = self.code.take().filter(|code| !code.is_empty()) else { return };
        if self.lists > 0 {
            self.close_item();
            self.items.push(code);
        } else {
            self.collector.code(code);
        }
    }
}

fn depth(level: HeadingLevel) -> usize {
    level as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corpus::PassageKind;

    /// Headings, kind, context in braces, then sentences parted by bars.
    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let shown: Vec<String> = passages(text)
            .iter()
            .map(|passage| {
                let sentences: Vec<&str> = passage.sentences.iter().map(|span| &text[span.range()]).collect();
                let context =
                    passage.context.map_or(String::new(), |span| format!(" {{{}}}", &text[span.range()]));
                let kind = match passage.kind {
                    PassageKind::Paragraph => "p",
                    PassageKind::List => "list",
                    PassageKind::TableRow => "row",
                    PassageKind::Code => "code",
                };
                format!("[{}] {kind}{context}: {}", passage.headings.join(" > "), sentences.join(" | "))
            })
            .collect();
        assert_eq!(shown, expected);
    }

    #[test]
    fn paragraphs_stand_under_their_headings() {
        check(
            "# A *new* pier\n\nOne. Two.\n\n## Costs\n\nThree\nlines.\n\n## Dates\n\nFour.\n",
            &[
                "[A new pier] p: One. | Two.",
                "[A new pier > Costs] p: Three\nlines.",
                "[A new pier > Dates] p: Four.",
            ],
        );
    }

    #[test]
    fn a_list_keeps_its_lead_in_and_each_item_is_a_sentence() {
        check(
            "You need:\n\n- a **drone**\n- [a sensor](https://example.org)\n  - that sees\n- `code`\n\nDone.\n",
            &[
                "[] list: You need: | a **drone** | [a sensor](https://example.org) | that sees | `code`",
                "[] p: Done.",
            ],
        );
    }

    #[test]
    fn a_table_row_keeps_its_header() {
        check(
            "| plan | price |\n|---|---|\n| small | 5 € |\n| large | 9 € |\n",
            &["[] row {| plan | price |}: | small | 5 € |", "[] row {| plan | price |}: | large | 9 € |"],
        );
    }

    #[test]
    fn a_code_block_keeps_the_sentence_before_it() {
        check(
            "First stop it. Then restart the service:\n\n```sh\nsystemctl restart pier\n```\n",
            &["[] p: First stop it.", "[] code: Then restart the service: | systemctl restart pier"],
        );
    }

    #[test]
    fn comments_are_not_quoted() {
        check("<!-- secret -->\n\nText.\n", &["[] p: Text."]);
        check("Text <!-- secret --> goes on.\n", &["[] p: Text | goes on."]);
        check("- one <!-- secret --> item\n", &["[] list: one | item"]);
    }

    #[test]
    fn a_heading_with_nothing_under_it_is_text() {
        check("# Title\n\n## Lost\n\n## Found\n\nText.\n", &["[Title] p: Lost", "[Title > Found] p: Text."]);
    }

    #[test]
    fn keys_values_and_hard_breaks_stand_line_by_line() {
        check("Port: 8080\nHost: pier\n", &["[] p: Port: 8080 | Host: pier"]);
        check("One line  \nanother line\n", &["[] p: One line | another line"]);
    }

    #[test]
    fn quoted_paragraphs_and_footnotes_are_paragraphs() {
        check(
            "> Quoted text.\n\nText[^1].\n\n[^1]: A note.\n",
            &["[] p: Quoted text.", "[] p: Text[^1].", "[] p: A note."],
        );
    }
}
