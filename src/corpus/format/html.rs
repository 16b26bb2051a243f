//! HTML: the main text of a page as Markdown.
//!
//! What a page shows beside its text is left out: navigation, page headers and footers, scripts, what is hidden. A
//! tokenizer reads it and one list holds the open elements: however deep they are nested, nothing recurs.

use std::collections::HashMap;

use encoding_rs::Encoding;
use html5gum::Tokenizer;
use html5gum::emitters::default::{DefaultEmitter, StartTag, Token};

use super::blocks::{Blocks, Table, one_line};
use crate::corpus::date;
use crate::corpus::decode::decode;
use crate::corpus::extract::Extracted;

/// What is written in them is no text of the page.
const NO_TEXT: [&str; 25] = [
    "script", "style", "template", "noscript", "nav", "svg", "math", "canvas", "iframe", "object", "embed",
    "video", "audio", "picture", "map", "button", "select", "datalist", "textarea", "dialog", "menu",
    "frameset", "applet", "noembed", "noframes",
];
/// Elements that never have an end tag.
const VOID: [&str; 14] = [
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track",
    "wbr",
];
/// What starts and ends a block; other elements stand within a line.
const BLOCKS: [&str; 36] = [
    "address",
    "article",
    "aside",
    "blockquote",
    "body",
    "caption",
    "center",
    "dd",
    "details",
    "div",
    "dl",
    "dt",
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hr",
    "html",
    "legend",
    "li",
    "main",
    "ol",
    "p",
    "pre",
    "section",
    "summary",
    "ul",
    "hgroup",
];
/// Roles of what stands around the text.
const OTHER_ROLES: [&str; 9] = [
    "navigation",
    "banner",
    "contentinfo",
    "search",
    "menu",
    "menubar",
    "dialog",
    "alertdialog",
    "complementary",
];
/// Where a page says its own date.
const DATES: [&str; 6] =
    ["date", "dcterms.date", "dc.date", "article:published_time", "article:modified_time", "last-modified"];
/// Tables with more cells are cut off: nobody reads on.
const MOST_CELLS: usize = 2_000_000;

/// The main text of a page: of `main`, else of its articles, else of all of it.
pub fn extract(bytes: Vec<u8>) -> Result<Extracted, String> {
    let page = decoded(bytes)?;
    if !has_tags(&page) {
        return Err("is no HTML: there is no tag in it; save it as text (.txt)".to_owned());
    }
    for scope in [Scope::Main, Scope::Article, Scope::Page] {
        let mut walk = Walk::over(scope);
        for token in tokens(&page) {
            walk.token(token);
            if walk.blocks.is_too_much() {
                return Err(crate::corpus::extract::too_much_text());
            }
        }
        walk.end_all();
        if !walk.blocks.is_empty() {
            return Ok(Extracted { text: walk.finish(), problems: Vec::new() });
        }
    }
    Err("has no text: a page that a script fills has to be saved as it is shown".to_owned())
}

/// The characters of a page: by its byte-order mark, by the charset it names, else as any text.
fn decoded(bytes: Vec<u8>) -> Result<String, String> {
    let has_mark = Encoding::for_bom(&bytes).is_some();
    let named = charset(&bytes[..bytes.len().min(1_024)]).filter(|_| !has_mark && !bytes.contains(&0));
    if let Some(encoding) = named
        && let Some(text) = encoding.decode_without_bom_handling_and_without_replacement(&bytes)
    {
        return Ok(text.into_owned());
    }
    Ok(decode(bytes)?.text)
}

/// As it is named in a `meta` tag, or in the XML declaration.
fn charset(start: &[u8]) -> Option<&'static Encoding> {
    let start = String::from_utf8_lossy(start).to_lowercase();
    let named = ["charset=", "encoding="].into_iter().find_map(|key| {
        let (_, after) = start.split_once(key)?;
        let name = after.trim_start_matches(['"', '\'', ' ']);
        Encoding::for_label(name.split(['"', '\'', ' ', '>', ';', '/', '?']).next()?.as_bytes())
    })?;
    // A page that says so in plain letters is not UTF-16.
    let is_utf16 = named == encoding_rs::UTF_16LE || named == encoding_rs::UTF_16BE;
    Some(if is_utf16 { encoding_rs::UTF_8 } else { named })
}

fn has_tags(page: &str) -> bool {
    let mut tags = page.match_indices('<').map(|(at, _)| page[at + 1..].chars().next());
    tags.any(|next| next.is_some_and(|next| next.is_ascii_alphabetic() || next == '!'))
}

fn tokens(page: &str) -> impl Iterator<Item = Token> {
    let mut emitter = DefaultEmitter::default();
    emitter.naively_switch_states(true);
    Tokenizer::new_with_emitter(page, emitter).flatten()
}

/// Which part of a page is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scope {
    Main,
    Article,
    Page,
}

#[derive(Debug)]
struct Walk {
    scope: Scope,
    blocks: Blocks,
    /// Names of the open elements.
    open: Vec<Open>,
    /// How many of each are open, so that an end tag without its element is known at once.
    counts: HashMap<String, usize>,
    /// How many of the open elements are read, and how many are not.
    inside: usize,
    skipped: usize,
    /// The words of the open block.
    line: String,
    /// Of each open list: the number of the last item, where they are numbered.
    lists: Vec<Option<usize>>,
    tables: Vec<OpenTable>,
    /// The words of a `dt` that its `dd` belongs to.
    term: String,
    /// Whether a mark of an item still waits for its words.
    is_item: bool,
    page: Page,
}

/// What a page says about itself.
#[derive(Debug, Default)]
struct Page {
    title: String,
    date: Option<String>,
    language: Option<String>,
    has_heading: bool,
}

#[derive(Debug)]
struct Open {
    name: String,
    is_skipped: bool,
    is_inside: bool,
}

#[derive(Debug, Default)]
struct OpenTable {
    table: Table,
    /// Columns and rows of the open cell.
    cell: Option<(usize, usize)>,
    /// Cells of the row so far, and how many of them name what they head.
    cells: usize,
    heads: usize,
    rows: usize,
    /// Whether another table stands in it: then it only lays out the page.
    is_layout: bool,
}

impl Walk {
    fn over(scope: Scope) -> Walk {
        Walk {
            scope,
            blocks: Blocks::default(),
            open: Vec::new(),
            counts: HashMap::new(),
            inside: 0,
            skipped: 0,
            line: String::new(),
            lists: Vec::new(),
            tables: Vec::new(),
            term: String::new(),
            is_item: false,
            page: Page::default(),
        }
    }

    /// The text, under what the page says about itself.
    fn finish(self) -> String {
        let Page { title, date, language, has_heading } = self.page;
        let title = Some(one_line(&title)).filter(|title| !title.is_empty() && !has_heading);
        let mut text = String::new();
        for (key, value) in [("title", title), ("date", date), ("language", language)] {
            if let Some(value) = value {
                text.push_str(&format!("{key}: {}\n", serde_json::Value::from(value)));
            }
        }
        let body = self.blocks.finish();
        if text.is_empty() { body } else { format!("---\n{text}---\n\n{body}") }
    }

    fn token(&mut self, token: Token) {
        match token {
            Token::StartTag(tag) => self.start(&tag),
            Token::EndTag(tag) => self.end(&String::from_utf8_lossy(&tag.name)),
            Token::String(text) => self.text(&String::from_utf8_lossy(&text)),
            Token::Comment(_) | Token::Doctype(_) | Token::Error(_) => {}
        }
    }

    fn is_read(&self) -> bool {
        self.skipped == 0 && (self.scope == Scope::Page || self.inside > 0)
    }

    fn is_open(&self, name: &str) -> bool {
        self.counts.get(name).is_some_and(|count| *count > 0)
    }

    fn text(&mut self, text: &str) {
        if self.is_open("title") && self.is_open("head") {
            return self.page.title.push_str(text);
        }
        if self.is_read() && !self.is_open("head") {
            self.line.push_str(text);
        }
    }

    fn start(&mut self, tag: &StartTag<()>) {
        let name = String::from_utf8_lossy(&tag.name).into_owned();
        self.note(&name, tag);
        self.close_implied(&name);
        if self.is_read() {
            self.start_read(&name, tag);
        }
        let is_empty = VOID.contains(&name.as_str()) || (tag.self_closing && !is_html_element(&name));
        if is_empty {
            return;
        }
        let is_skipped = self.is_left_out(&name, tag);
        let is_inside = match self.scope {
            Scope::Main => name == "main" || attribute(tag, "role") == "main",
            Scope::Article => name == "article",
            Scope::Page => false,
        };
        self.skipped += usize::from(is_skipped);
        self.inside += usize::from(is_inside);
        *self.counts.entry(name.clone()).or_default() += 1;
        self.open.push(Open { name, is_skipped, is_inside });
    }

    /// What the page says about itself, wherever it stands.
    fn note(&mut self, name: &str, tag: &StartTag<()>) {
        let page = &mut self.page;
        let is_full_date = |written: &str| {
            let day = written.split_once('T').map_or(written, |(day, _)| day).trim();
            date::standing_alone(day).map(|date| date.to_string())
        };
        match name {
            "html" if page.language.is_none() => {
                let language = attribute(tag, "lang").to_lowercase();
                let code = language.split(['-', '_']).next().unwrap_or_default();
                let is_code = code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_lowercase());
                page.language = is_code.then(|| code.to_owned());
            }
            "meta" if page.date.is_none() => {
                let key = [attribute(tag, "name"), attribute(tag, "property")].concat().to_lowercase();
                page.date =
                    is_full_date(&attribute(tag, "content")).filter(|_| DATES.contains(&key.as_str()));
            }
            "time" if page.date.is_none() && self.skipped == 0 => {
                page.date = is_full_date(&attribute(tag, "datetime"));
            }
            _ => {}
        }
    }

    /// End tags that may be left out: what follows ends them.
    fn close_implied(&mut self, name: &str) {
        let (ended, within): (&[&str], &[&str]) = match name {
            "li" => (&["li"], &["ul", "ol", "menu"]),
            "dt" | "dd" => (&["dt", "dd"], &["dl"]),
            "tr" => (&["tr", "td", "th"], &["table"]),
            "td" | "th" => (&["td", "th"], &["table"]),
            "thead" | "tbody" | "tfoot" => (&["thead", "tbody", "tfoot", "tr", "td", "th"], &["table"]),
            "body" => (&["head"], &[]),
            _ if BLOCKS.contains(&name) || name == "table" => (&["p"], &["table", "td", "div", "li"]),
            _ => return,
        };
        if !ended.iter().any(|name| self.is_open(name)) {
            return;
        }
        // The outermost that this starts anew, not beyond the list or the table that it stands in.
        let mut place = None;
        for (at, open) in self.open.iter().enumerate().rev().take(64) {
            if within.contains(&open.name.as_str()) {
                break;
            }
            if ended.contains(&open.name.as_str()) {
                place = Some(at);
            }
        }
        if let Some(place) = place {
            self.close_down_to(place);
        }
    }

    fn end(&mut self, name: &str) {
        if name == "br" || (name == "p" && !self.is_open("p")) {
            return self.end_block();
        }
        if !self.is_open(name) {
            return;
        }
        if let Some(place) = self.open.iter().rposition(|open| open.name == name) {
            self.close_down_to(place);
        }
    }

    /// The page ends, whatever is still open.
    fn end_all(&mut self) {
        self.close_down_to(0);
        self.end_block();
    }

    fn close_down_to(&mut self, place: usize) {
        while self.open.len() > place {
            let was_read = self.is_read();
            let Some(open) = self.open.pop() else { return };
            if was_read {
                self.end_read(&open.name);
            }
            self.skipped -= usize::from(open.is_skipped);
            self.inside -= usize::from(open.is_inside);
            if let Some(count) = self.counts.get_mut(&open.name) {
                *count -= 1;
            }
        }
    }

    /// What is no part of the text: what is never shown, or stands around it on every page.
    fn is_left_out(&self, name: &str, tag: &StartTag<()>) -> bool {
        let is_in_content = ["main", "article", "section"].into_iter().any(|name| self.is_open(name));
        let style: String = attribute(tag, "style").to_lowercase().split_whitespace().collect();
        let is_hidden = has_attribute(tag, "hidden")
            || attribute(tag, "aria-hidden") == "true"
            || style.contains("display:none")
            || style.contains("visibility:hidden");
        let role = attribute(tag, "role").to_lowercase();
        NO_TEXT.contains(&name)
            || is_hidden
            || OTHER_ROLES.contains(&role.as_str())
            || (matches!(name, "header" | "footer" | "aside") && !is_in_content)
    }

    fn start_read(&mut self, name: &str, tag: &StartTag<()>) {
        match name {
            "br" => self.line.push(if self.is_open("pre") { '\n' } else { '\u{b}' }),
            "ul" | "menu" => {
                self.end_block();
                self.lists.push(None);
            }
            "ol" => {
                self.end_block();
                let start = attribute(tag, "start").trim().parse::<usize>().unwrap_or(1);
                self.lists.push(Some(start.saturating_sub(1)));
            }
            "li" => {
                self.end_block();
                if let Some(Some(number)) = self.lists.last_mut() {
                    *number = number.saturating_add(1);
                }
                self.is_item = true;
            }
            "table" => self.start_table(),
            "tr" => {
                self.end_block();
                if let Some(open) = self.tables.last_mut().filter(|open| !open.is_layout) {
                    open.table.row();
                    (open.cells, open.heads) = (0, 0);
                }
            }
            "td" | "th" => self.start_cell(name, tag),
            "dt" => {
                self.end_block();
                self.term.clear();
            }
            _ if BLOCKS.contains(&name) => self.end_block(),
            _ => {}
        }
    }

    fn end_read(&mut self, name: &str) {
        match name {
            "ul" | "ol" | "menu" => {
                self.end_block();
                self.lists.pop();
            }
            "table" => self.end_table(),
            "td" | "th" => self.end_cell(),
            "tr" => self.end_row(),
            "dt" => self.term = one_line(&std::mem::take(&mut self.line)),
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" if !self.is_in_cell() => {
                let heading = std::mem::take(&mut self.line);
                let level = usize::from(name.as_bytes()[1] - b'0');
                self.page.has_heading |= level == 1 && !heading.trim().is_empty();
                self.blocks.heading(level, &heading);
                self.is_item = false;
            }
            "pre" if !self.is_in_cell() => {
                self.blocks.code(&std::mem::take(&mut self.line).replace('\u{b}', "\n"))
            }
            _ if BLOCKS.contains(&name) => self.end_block(),
            _ => {}
        }
    }

    fn is_in_cell(&self) -> bool {
        self.tables.last().is_some_and(|open| open.cell.is_some() && !open.is_layout)
    }

    /// The words so far are a paragraph, an item or what explains a term; within a cell they go on.
    fn end_block(&mut self) {
        if self.is_in_cell() {
            return self.line.push(' ');
        }
        if self.is_open("pre") && self.is_read() {
            return;
        }
        let words = std::mem::take(&mut self.line);
        let words = words.split('\u{b}').map(one_line).collect::<Vec<String>>().join("\n");
        let words = words.trim();
        if words.is_empty() {
            return;
        }
        if !self.term.is_empty() {
            let term = std::mem::take(&mut self.term);
            let words = format!("{}: {}", term.trim_end_matches(':'), one_line(words));
            return self.blocks.paragraph(&words);
        }
        match self.lists.len() {
            0 => self.blocks.paragraph(words),
            depth if std::mem::take(&mut self.is_item) => {
                self.blocks.item(depth - 1, self.lists[depth - 1], words);
            }
            // Another paragraph of the same item.
            depth => self.blocks.item(depth, None, words),
        }
    }

    fn start_table(&mut self) {
        if self.is_in_cell() {
            self.end_cell();
        }
        self.end_block();
        if let Some(outer) = self.tables.last_mut().filter(|outer| !outer.is_layout) {
            outer.is_layout = true;
            for text in std::mem::take(&mut outer.table).into_texts() {
                self.blocks.paragraph(&text);
            }
        }
        let mut open = OpenTable::default();
        open.table.has_keys = true;
        self.tables.push(open);
    }

    fn start_cell(&mut self, name: &str, tag: &StartTag<()>) {
        self.end_block();
        let Some(open) = self.tables.last_mut().filter(|open| !open.is_layout) else { return };
        let spanned = |name| attribute(tag, name).trim().parse::<usize>().unwrap_or(1).clamp(1, 1_000);
        open.cell = Some((spanned("colspan"), spanned("rowspan")));
        open.cells += 1;
        open.heads += usize::from(name == "th");
        if open.cells == 1 {
            open.table.has_keys &= name == "th";
        }
    }

    fn end_cell(&mut self) {
        let Some(open) = self.tables.last_mut().filter(|open| !open.is_layout) else {
            return self.end_block();
        };
        let Some((columns, rows)) = open.cell.take() else { return };
        let words = std::mem::take(&mut self.line);
        if open.table.cells() < MOST_CELLS {
            open.table.cell(&words, columns, rows);
        }
    }

    fn end_row(&mut self) {
        self.end_block();
        let Some(open) = self.tables.last_mut() else { return };
        if open.rows == 0 {
            open.table.has_header = open.cells > 1 && open.heads == open.cells;
        }
        open.rows += usize::from(open.cells > 0);
    }

    fn end_table(&mut self) {
        self.end_cell();
        let Some(open) = self.tables.pop() else { return };
        if !open.is_layout {
            self.blocks.table(open.table);
        }
    }
}

/// Elements of HTML are not ended by a slash in their start tag; those of SVG and MathML are.
fn is_html_element(name: &str) -> bool {
    BLOCKS.contains(&name)
        || NO_TEXT.contains(&name)
        || matches!(
            name,
            "span" | "a" | "b" | "i" | "em" | "strong" | "table" | "tr" | "td" | "th" | "title" | "head"
        )
}

fn attribute(tag: &StartTag<()>, name: &str) -> String {
    tag.attributes
        .get(name.as_bytes())
        .map_or_else(String::new, |value| String::from_utf8_lossy(value).into_owned())
}

fn has_attribute(tag: &StartTag<()>, name: &str) -> bool {
    tag.attributes.contains_key(name.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(page: &str, expected: &str) {
        assert_eq!(extract(page.as_bytes().to_vec()).unwrap().text, expected);
    }

    #[test]
    fn what_stands_around_the_text_is_left_out() {
        check(
            "<html><head><title>T</title><style>p {}</style></head><body><header>Site</header><nav><a>Home</a></nav>\
             <h1>Lease</h1><p>It runs for <b>15</b> years.</p><p hidden>No</p><div style='display: none'>No</div>\
             <script>var no = '<p>No</p>';</script><aside>Ads</aside><footer>Imprint</footer></body></html>",
            "# Lease\n\nIt runs for 15 years.\n",
        );
    }

    #[test]
    fn main_is_read_alone_else_the_articles() {
        check("<p>Menu</p><main><p>Text</p></main><p>More</p>", "Text\n");
        check(
            "<p>Menu</p><article><header><h1>A</h1></header>One</article><article>Two</article>",
            "# A\n\nOne\n\nTwo\n",
        );
        check("<main></main><p>Text</p>", "Text\n");
    }

    #[test]
    fn lists_tables_and_code_stay_such() {
        check(
            "<p>You need:<ul><li>a drone<li>a sensor<ol><li>that sees</ol></ul><table><tr><th>plan<th>price\
             <tr><td rowspan=2>small<td>5 | 6<tr><td>7</table><pre>a\n  b</pre>",
            "You need:\n\n- a drone\n- a sensor\n    1. that sees\n\n| plan | price |\n|---|---|\n| small | 5 \\| 6 |\n\
             | small | 7 |\n\n```\na\n  b\n```\n",
        );
    }

    #[test]
    fn keys_and_terms_stay_with_what_they_name() {
        check("<table><tr><th>Port<td>80<tr><th>Host:<td>a</table>", "Port: 80  \nHost: a\n");
        check("<dl><dt>Quorum<dd>Seven members</dl>", "Quorum: Seven members\n");
    }

    #[test]
    fn a_table_that_lays_out_a_page_is_no_table() {
        check(
            "<table><tr><td>Left<td><table><tr><td>a<td>b<tr><td>1<td>2</table>Right</table>",
            "Left\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\nRight\n",
        );
    }

    #[test]
    fn what_a_page_says_of_itself_is_its_front_matter() {
        check(
            "<html lang='de-CH'><head><title>Der \"Vertrag\"</title><meta name=date content='2026-01-31T10:00Z'></head>\
             <p>Text",
            "---\ntitle: \"Der \\\"Vertrag\\\"\"\ndate: \"2026-01-31\"\nlanguage: \"de\"\n---\n\nText\n",
        );
    }

    #[test]
    fn characters_are_those_that_the_page_names() {
        let page = b"<meta charset='iso-8859-1'><p>Stra\xdfe".to_vec();
        assert_eq!(extract(page).unwrap().text, "Straße\n");
        let page: Vec<u8> = "\u{feff}<p>Straße".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(extract(page).unwrap().text, "Straße\n");
    }

    #[test]
    fn what_markdown_would_leave_out_is_escaped() {
        check("<p>&lt;b&gt; is a tag<p>---<p>[a]: b<p># 5", "\\<b> is a tag\n\n\\---\n\n\\[a]: b\n\n\\# 5\n");
    }

    #[test]
    fn deep_nesting_is_read_in_time() {
        let page = format!("{}Text{}", "<div>".repeat(20_000), "</div>".repeat(20_000));
        check(&page, "Text\n");
        let page = format!("{}Text{}", "<b>".repeat(20_000), "</i>".repeat(20_000));
        check(&page, "Text\n");
        let page = format!("<p>x{}Text", "<table><tr><td>".repeat(5_000));
        check(&page, "x\n\nText\n");
    }

    #[test]
    fn what_is_no_page_says_so() {
        let reason = |page: &str| extract(page.as_bytes().to_vec()).unwrap_err();
        assert!(reason("Text").starts_with("is no HTML"));
        assert!(reason("<html><body><script>a()</script></body>").starts_with("has no text"));
    }
}
