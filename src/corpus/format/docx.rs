//! DOCX: the text of a Word document as Markdown, with its headings, lists and tables.
//!
//! A DOCX file is a ZIP archive of XML. Only the parts that hold text are unpacked, up to a limit, and they are
//! read as a stream: entities are not expanded, and nothing recurs however deep elements are nested.

use std::collections::HashMap;
use std::io::{Cursor, Read};

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use zip::ZipArchive;

use super::blocks::{Blocks, Table, one_line};
use crate::corpus::extract::{Extracted, too_much_text};

/// All parts together may unpack to so many bytes.
const LARGEST_UNPACKED: u64 = 64 << 20;
/// Styles are based on others, which must not go round in circles.
const LONGEST_STYLE_CHAIN: usize = 16;
/// Deeper elements than any word processor writes.
const DEEPEST: usize = 2_000;

type Archive<'b> = ZipArchive<Cursor<&'b [u8]>>;

/// The text of a Word document.
pub fn extract(bytes: &[u8]) -> Result<Extracted, String> {
    let mut archive = ZipArchive::new(Cursor::new(bytes))
        .map_err(|_| "is damaged or cut off: its list of contents cannot be read; copy it anew".to_owned())?;
    let mut parts = Parts { left: LARGEST_UNPACKED };
    let main = main_part(&mut archive, &mut parts)?;
    let folder = main.rsplit_once('/').map_or(String::new(), |(folder, _)| format!("{folder}/"));
    let Some(document) = parts.read(&mut archive, &main)? else {
        return Err("is a ZIP archive without a Word document in it".to_owned());
    };
    let styles = parts.read(&mut archive, &format!("{folder}styles.xml"))?.unwrap_or_default();
    let numbering = parts.read(&mut archive, &format!("{folder}numbering.xml"))?.unwrap_or_default();
    let notes = parts.read(&mut archive, &format!("{folder}footnotes.xml"))?.unwrap_or_default();

    let styles = Styles::read(&styles)?;
    let numbering = Numbering::read(&numbering)?;
    let mut walk = Walk::over(&styles, &numbering);
    walk.read(&document)?;
    walk.read(&notes)?;
    if walk.blocks.is_empty() {
        return Err("has no text".to_owned());
    }
    Ok(Extracted { text: walk.blocks.finish(), problems: Vec::new() })
}

/// What may still be unpacked.
struct Parts {
    left: u64,
}

impl Parts {
    /// A part as text; `None` where there is none.
    fn read(&mut self, archive: &mut Archive<'_>, name: &str) -> Result<Option<String>, String> {
        let too_large =
            || format!("unpacks to more than {} MB, which no document does", LARGEST_UNPACKED >> 20);
        let Some(place) = archive.index_for_name(name) else { return Ok(None) };
        let broken = |_| format!("is damaged: its part {name} cannot be unpacked; copy it anew");
        let part = archive.by_index(place).map_err(|error| match error {
            zip::result::ZipError::UnsupportedArchive(_) => {
                format!("is packed in a way that Word does not write (its part {name})")
            }
            _ => format!("is damaged: its part {name} cannot be unpacked; copy it anew"),
        })?;
        if part.size() > self.left {
            return Err(too_large());
        }
        let mut bytes = Vec::new();
        // The size that an archive states need not be the true one.
        part.take(self.left + 1).read_to_end(&mut bytes).map_err(broken)?;
        if bytes.len() as u64 > self.left {
            return Err(too_large());
        }
        self.left -= bytes.len() as u64;
        let text = crate::corpus::decode::decode(bytes)
            .map_err(|_| format!("is damaged: its part {name} is no text; copy it anew"))?;
        Ok(Some(text.text))
    }
}

/// Where the text stands: the package says so.
fn main_part(archive: &mut Archive<'_>, parts: &mut Parts) -> Result<String, String> {
    let usual = "word/document.xml";
    let Some(relations) = parts.read(archive, "_rels/.rels")? else { return Ok(usual.to_owned()) };
    let mut named = None;
    each(&relations, |event| {
        if let Event::Start(tag) | Event::Empty(tag) = event
            && value(tag, "Type").ends_with("/officeDocument")
        {
            named = Some(value(tag, "Target").trim_start_matches('/').to_owned());
        }
        Ok(())
    })?;
    Ok(named.filter(|named| archive.index_for_name(named).is_some()).unwrap_or_else(|| usual.to_owned()))
}

/// Hands over what an XML text is made of, in its order.
fn each(xml: &str, mut handle: impl FnMut(&Event<'_>) -> Result<(), String>) -> Result<(), String> {
    let mut reader = Reader::from_str(xml);
    reader.config_mut().allow_dangling_amp = true;
    let mut depth = 0_usize;
    loop {
        match reader.read_event() {
            Ok(Event::Eof) if depth > 0 => return Err("is damaged: it ends within its text".to_owned()),
            Ok(Event::Eof) => return Ok(()),
            Ok(event) => {
                match event {
                    Event::Start(_) => depth += 1,
                    Event::End(_) => depth = depth.saturating_sub(1),
                    _ => {}
                }
                if depth > DEEPEST {
                    return Err(format!("is nested more than {DEEPEST} deep, which no document is"));
                }
                handle(&event)?;
            }
            Err(_) => {
                return Err(format!("is damaged: its XML breaks off at byte {}", reader.error_position()));
            }
        }
    }
}

/// The value of an attribute by its name without prefix; empty where it has none.
fn value(tag: &BytesStart<'_>, name: &str) -> String {
    let mut attributes = tag.attributes();
    let found = attributes
        .with_checks(false)
        .flatten()
        .find(|attribute| attribute.key.local_name().into_inner() == name);
    let found = found.and_then(|attribute| {
        attribute.normalized_value(quick_xml::XmlVersion::Implicit1_0).ok().map(|value| value.into_owned())
    });
    found.unwrap_or_default()
}

/// Whether a switch such as `<w:b/>` is on: it is unless it says otherwise.
fn is_on(tag: &BytesStart<'_>) -> bool {
    !matches!(value(tag, "val").as_str(), "0" | "false" | "off" | "none")
}

/// What paragraphs of a style are.
#[derive(Debug, Clone, Default)]
struct Style {
    based_on: Option<String>,
    name: String,
    /// 0 is the outermost heading.
    outline: Option<usize>,
    numbered: Option<(String, usize)>,
}

#[derive(Debug, Default)]
struct Styles(HashMap<String, Style>);

/// What a paragraph is by its style.
#[derive(Debug, Clone, Default)]
struct Kind {
    /// From 1.
    heading: Option<usize>,
    is_title: bool,
    numbered: Option<(String, usize)>,
    /// A line of a table of contents says only what stands elsewhere.
    is_contents: bool,
}

impl Styles {
    fn read(xml: &str) -> Result<Styles, String> {
        let mut styles = HashMap::new();
        let mut open: Option<(String, Style)> = None;
        each(xml, |event| {
            match event {
                Event::Start(tag) | Event::Empty(tag) => match (tag.local_name().into_inner(), &mut open) {
                    ("style", _) => open = Some((value(tag, "styleId"), Style::default())),
                    ("name", Some((_, style))) => style.name = value(tag, "val").to_lowercase(),
                    ("basedOn", Some((_, style))) => style.based_on = Some(value(tag, "val")),
                    ("outlineLvl", Some((_, style))) => style.outline = value(tag, "val").parse().ok(),
                    ("numId", Some((_, style))) => {
                        let level = style.numbered.as_ref().map_or(0, |(_, level)| *level);
                        style.numbered = Some((value(tag, "val"), level));
                    }
                    ("ilvl", Some((_, style))) => {
                        let level = value(tag, "val").parse().unwrap_or(0);
                        let list = style.numbered.take().map_or(String::new(), |(list, _)| list);
                        style.numbered = Some((list, level));
                    }
                    _ => {}
                },
                Event::End(tag) if tag.local_name().into_inner() == "style" => {
                    styles.extend(open.take());
                }
                _ => {}
            }
            Ok(())
        })?;
        Ok(Styles(styles))
    }

    fn kind(&self, id: &str) -> Kind {
        let mut kind = Kind::default();
        let mut next = Some(id.to_owned());
        for _ in 0..LONGEST_STYLE_CHAIN {
            let Some(style) = next.as_ref().and_then(|id| self.0.get(id)) else { break };
            let named = style.name.strip_prefix("heading ").and_then(|level| level.parse().ok());
            kind.is_title |= style.name == "title";
            let named = named.or((style.name == "title").then_some(1));
            let outline = style.outline.filter(|level| *level < 9).map(|level| level + 1);
            kind.heading = kind.heading.or(named).or(outline);
            kind.numbered =
                kind.numbered.or_else(|| style.numbered.clone().filter(|(list, _)| !list.is_empty()));
            kind.is_contents |= style.name.starts_with("toc ");
            next.clone_from(&style.based_on);
        }
        if kind.heading.is_none() && self.0.is_empty() {
            // Without a list of styles their usual names say it.
            let level = id.strip_prefix("Heading").and_then(|level| level.parse().ok());
            kind.heading = level.or((id == "Title").then_some(1));
        }
        kind
    }
}

/// Which lists are numbered: by list, then by level.
#[derive(Debug, Default)]
struct Numbering {
    /// Of a list: the abstract one that it follows.
    lists: HashMap<String, String>,
    /// Of an abstract list and its level: whether it has numbers, and the first of them.
    levels: HashMap<(String, usize), (bool, usize)>,
}

impl Numbering {
    fn read(xml: &str) -> Result<Numbering, String> {
        let mut numbering = Numbering::default();
        let (mut of, mut level, mut list) = (String::new(), 0, String::new());
        each(xml, |event| {
            let (Event::Start(tag) | Event::Empty(tag)) = event else { return Ok(()) };
            let number = || value(tag, "val").parse().unwrap_or(1);
            match tag.local_name().into_inner() {
                "abstractNum" => of = value(tag, "abstractNumId"),
                "lvl" => level = value(tag, "ilvl").parse().unwrap_or(0),
                "numFmt" => {
                    let has_numbers = !matches!(value(tag, "val").as_str(), "bullet" | "none");
                    numbering.levels.entry((of.clone(), level)).or_insert((false, 1)).0 = has_numbers;
                }
                "start" => numbering.levels.entry((of.clone(), level)).or_insert((false, 1)).1 = number(),
                "num" => list = value(tag, "numId"),
                "abstractNumId" => {
                    numbering.lists.insert(list.clone(), value(tag, "val"));
                }
                _ => {}
            }
            Ok(())
        })?;
        Ok(numbering)
    }

    /// The first number of such items, where they have numbers.
    fn first(&self, list: &str, level: usize) -> Option<usize> {
        let followed = self.lists.get(list)?;
        let (has_numbers, first) = self.levels.get(&(followed.clone(), level))?;
        has_numbers.then_some(*first)
    }
}

/// A paragraph as it is collected.
#[derive(Debug, Default)]
struct Paragraph {
    text: String,
    kind: Kind,
    /// Of its own list: which, and how deep.
    list: Option<String>,
    level: Option<usize>,
}

#[derive(Debug, Default)]
struct OpenTable {
    table: Table,
    /// The words of the open cell, where there is one.
    cell: Option<Cell>,
}

#[derive(Debug, Default)]
struct Cell {
    text: String,
    columns: usize,
    is_as_above: bool,
}

struct Walk<'s> {
    styles: &'s Styles,
    numbering: &'s Numbering,
    blocks: Blocks,
    /// A text box is a paragraph within one.
    paragraphs: Vec<Paragraph>,
    tables: Vec<OpenTable>,
    /// How many of the open elements hold text that is not read.
    skipped: usize,
    /// Whether the words of the open run are hidden.
    is_hidden: bool,
    is_text: bool,
    /// The last number of each list and level.
    counted: HashMap<(String, usize), usize>,
    has_title: bool,
}

impl<'s> Walk<'s> {
    fn over(styles: &'s Styles, numbering: &'s Numbering) -> Walk<'s> {
        Walk {
            styles,
            numbering,
            blocks: Blocks::default(),
            paragraphs: Vec::new(),
            tables: Vec::new(),
            skipped: 0,
            is_hidden: false,
            is_text: false,
            counted: HashMap::new(),
            has_title: false,
        }
    }

    fn read(&mut self, xml: &str) -> Result<(), String> {
        each(xml, |event| {
            match event {
                Event::Start(tag) => self.start(tag),
                Event::Empty(tag) => {
                    self.start(tag);
                    self.end(tag.local_name().into_inner());
                }
                Event::End(tag) => self.end(tag.local_name().into_inner()),
                Event::Text(text) => self.text(&text.xml_content(quick_xml::XmlVersion::Implicit1_0)),
                Event::CData(text) => self.text(&text.xml_content(quick_xml::XmlVersion::Implicit1_0)),
                Event::GeneralRef(reference) => {
                    let written = quick_xml::escape::resolve_predefined_entity(reference);
                    let character = reference.resolve_char_ref().ok().flatten();
                    self.text(
                        &character.map(String::from).or(written.map(str::to_owned)).unwrap_or_default(),
                    );
                }
                _ => {}
            }
            if self.blocks.is_too_much() { Err(too_much_text()) } else { Ok(()) }
        })
    }

    fn text(&mut self, text: &str) {
        if self.is_text && !self.is_hidden && self.skipped == 0 {
            self.push(text);
        }
    }

    fn push(&mut self, text: &str) {
        if let Some(paragraph) = self.paragraphs.last_mut().filter(|_| self.skipped == 0) {
            paragraph.text.push_str(text);
        }
    }

    fn start(&mut self, tag: &BytesStart<'_>) {
        let name = tag.local_name().into_inner();
        if is_not_read(name) {
            self.skipped += 1;
        }
        if self.skipped > 0 {
            return;
        }
        match name {
            "p" => self.paragraphs.push(Paragraph::default()),
            "r" => self.is_hidden = false,
            "vanish" => self.is_hidden = is_on(tag),
            "t" => self.is_text = true,
            "tab" => self.push("\t"),
            "br" if value(tag, "type") != "page" => self.push("\n"),
            "cr" => self.push("\n"),
            "noBreakHyphen" => self.push("-"),
            "tbl" => self.tables.push(OpenTable::default()),
            "tr" => self.with_table(|open| open.table.row()),
            "tc" => self.with_table(|open| open.cell = Some(Cell { columns: 1, ..Cell::default() })),
            "gridSpan" => {
                let columns = value(tag, "val").parse().unwrap_or(1);
                self.with_cell(|cell| cell.columns = columns);
            }
            "vMerge" => {
                let goes_on = value(tag, "val") != "restart";
                self.with_cell(|cell| cell.is_as_above = goes_on);
            }
            _ => self.property(name, tag),
        }
    }

    /// What a paragraph says of itself.
    fn property(&mut self, name: &str, tag: &BytesStart<'_>) {
        let Some(paragraph) = self.paragraphs.last_mut() else { return };
        match name {
            "pStyle" => paragraph.kind = self.styles.kind(&value(tag, "val")),
            "outlineLvl" => {
                let level: Option<usize> = value(tag, "val").parse().ok();
                paragraph.kind.heading = level.filter(|level| *level < 9).map(|level| level + 1);
            }
            "numId" => paragraph.list = Some(value(tag, "val")),
            "ilvl" => paragraph.level = value(tag, "val").parse().ok(),
            _ => {}
        }
    }

    fn with_table(&mut self, change: impl FnOnce(&mut OpenTable)) {
        if let Some(open) = self.tables.last_mut() {
            change(open);
        }
    }

    fn with_cell(&mut self, change: impl FnOnce(&mut Cell)) {
        if let Some(cell) = self.tables.last_mut().and_then(|open| open.cell.as_mut()) {
            change(cell);
        }
    }

    fn end(&mut self, name: &str) {
        if is_not_read(name) {
            self.skipped = self.skipped.saturating_sub(1);
            return;
        }
        if self.skipped > 0 {
            return;
        }
        match name {
            "t" => self.is_text = false,
            "r" => self.is_hidden = false,
            "p" => self.end_paragraph(),
            "tc" => self.with_table(end_cell),
            "tbl" => self.end_table(),
            _ => {}
        }
    }

    fn end_paragraph(&mut self) {
        let Some(paragraph) = self.paragraphs.pop() else { return };
        if paragraph.text.trim().is_empty() || paragraph.kind.is_contents {
            return;
        }
        if let Some(cell) = self.tables.iter_mut().rev().find_map(|open| open.cell.as_mut()) {
            cell.text.push_str(&paragraph.text);
            return cell.text.push(' ');
        }
        if let Some(level) = paragraph.kind.heading {
            // Under a title the outermost headings stand one deeper.
            let level = level + usize::from(self.has_title);
            self.has_title |= paragraph.kind.is_title;
            return self.blocks.heading(level, &paragraph.text);
        }
        match self.numbered(&paragraph) {
            Some((list, level)) => {
                let number = self.count(&list, level);
                self.blocks.item(level, number, &paragraph.text);
            }
            None => self.blocks.paragraph(&paragraph.text),
        }
    }

    /// The list of a paragraph and its depth in it; list "0" takes a paragraph out of the list of its style.
    fn numbered(&self, paragraph: &Paragraph) -> Option<(String, usize)> {
        let (list, level) = match (&paragraph.list, &paragraph.kind.numbered) {
            (Some(list), _) => (list.clone(), 0),
            (None, Some((list, level))) => (list.clone(), *level),
            (None, None) => return None,
        };
        (list != "0").then(|| (list, paragraph.level.unwrap_or(level)))
    }

    /// The number of the next item, where such items have numbers. Deeper ones start anew.
    fn count(&mut self, list: &str, level: usize) -> Option<usize> {
        self.counted.retain(|(counted, depth), _| counted != list || *depth <= level);
        let first = self.numbering.first(list, level)?;
        let number = self.counted.entry((list.to_owned(), level)).or_insert(first.saturating_sub(1));
        *number = number.saturating_add(1);
        Some(*number)
    }

    /// A table within a cell says what the cell says.
    fn end_table(&mut self) {
        let Some(mut open) = self.tables.pop() else { return };
        end_cell(&mut open);
        match self.tables.iter_mut().rev().find_map(|open| open.cell.as_mut()) {
            Some(cell) => cell.text.extend(open.table.into_texts().map(|text| text + " ")),
            None => self.blocks.table(open.table),
        }
    }
}

fn end_cell(open: &mut OpenTable) {
    let Some(cell) = open.cell.take() else { return };
    match cell.is_as_above {
        true => open.table.cell_as_above(cell.columns),
        false => open.table.cell(&one_line(&cell.text), cell.columns, 1),
    }
}

/// What was deleted or moved away, what stands for something newer programs show better, and field codes.
fn is_not_read(name: &str) -> bool {
    matches!(name, "del" | "moveFrom" | "Fallback" | "instrText" | "delText" | "delInstrText")
}
