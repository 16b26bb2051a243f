//! Files that are no text, written by hand, so that tests have them without carrying them.

use std::io::{Cursor, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// A PDF with these pages, each of lines at their places: points from the left and from the bottom, size, words.
pub fn pdf(pages: &[&[(u32, u32, u32, &str)]]) -> Vec<u8> {
    let contents: Vec<Vec<u8>> = pages.iter().map(|lines| content(lines)).collect();
    pdf_of(&contents)
}

/// The commands that draw lines of words.
fn content(lines: &[(u32, u32, u32, &str)]) -> Vec<u8> {
    let mut content = b"BT\n".to_vec();
    for (x, y, size, words) in lines {
        content.extend(format!("/F1 {size} Tf 1 0 0 1 {x} {y} Tm (").into_bytes());
        for c in words.chars() {
            match c {
                '(' | ')' | '\\' => content.extend([b'\\', c as u8]),
                '€' => content.push(0x80),
                '•' => content.push(0x95),
                // Latin letters are at their own place in WinAnsi.
                c => content.push(u8::try_from(u32::from(c)).expect("a letter of WinAnsi")),
            }
        }
        content.extend(b") Tj\n");
    }
    content.extend(b"ET\n");
    content
}

/// A PDF with pages that are drawn by these commands.
pub fn pdf_of(contents: &[Vec<u8>]) -> Vec<u8> {
    let mut pdf = Pdf::default();
    let kids: Vec<String> = (0..contents.len()).map(|page| format!("{} 0 R", 4 + 2 * page)).collect();
    pdf.object(b"<< /Type /Catalog /Pages 2 0 R >>");
    let tree = format!("<< /Type /Pages /Count {} /Kids [{}] >>", contents.len(), kids.join(" "));
    pdf.object(tree.as_bytes());
    pdf.object(b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>");
    for (page, content) in contents.iter().enumerate() {
        let drawn = 5 + 2 * page;
        let page = format!(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> >> \
             /Contents {drawn} 0 R >>"
        );
        pdf.object(page.as_bytes());
        pdf.stream("", content);
    }
    pdf.finish("")
}

/// A PDF, object by object; the first is the catalogue.
#[derive(Debug, Default)]
pub struct Pdf {
    bytes: Vec<u8>,
    offsets: Vec<usize>,
}

impl Pdf {
    /// The next object; the first has the number 1.
    pub fn object(&mut self, body: &[u8]) {
        if self.bytes.is_empty() {
            self.bytes.extend(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n");
        }
        self.offsets.push(self.bytes.len());
        self.bytes.extend(format!("{} 0 obj\n", self.offsets.len()).into_bytes());
        self.bytes.extend(body);
        self.bytes.extend(b"\nendobj\n");
    }

    pub fn stream(&mut self, keys: &str, content: &[u8]) {
        let head = format!("<< {keys} /Length {} >>\nstream\n", content.len());
        self.object(&[head.as_bytes(), content, b"\nendstream"].concat());
    }

    pub fn finish(mut self, keys: &str) -> Vec<u8> {
        let start = self.bytes.len();
        let count = self.offsets.len() + 1;
        self.bytes.extend(format!("xref\n0 {count}\n0000000000 65535 f \n").into_bytes());
        for offset in &self.offsets {
            self.bytes.extend(format!("{offset:010} 00000 n \n").into_bytes());
        }
        let trailer = format!("trailer\n<< /Size {count} /Root 1 0 R {keys} >>\nstartxref\n{start}\n%%EOF\n");
        self.bytes.extend(trailer.into_bytes());
        self.bytes
    }
}

/// A Word document with this body, in the XML of Word.
pub fn docx(body: &str) -> Vec<u8> {
    docx_of(document(body).as_bytes())
}

/// The main part of a Word document.
pub fn document(body: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><w:document xmlns:w=\"{WORD}\"><w:body>{body}</w:body></w:document>"
    )
}

const WORD: &str = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";

/// A Word document whose main part is this, whatever it is.
pub fn docx_of(document: &[u8]) -> Vec<u8> {
    let styles = format!(
        "<w:styles xmlns:w=\"{WORD}\"><w:style w:styleId=\"berschrift1\"><w:name w:val=\"heading 1\"/></w:style>\
         <w:style w:styleId=\"H2\"><w:name w:val=\"Own\"/><w:basedOn w:val=\"Base2\"/></w:style>\
         <w:style w:styleId=\"Base2\"><w:name w:val=\"heading 2\"/></w:style>\
         <w:style w:styleId=\"TOC1\"><w:name w:val=\"toc 1\"/></w:style></w:styles>"
    );
    let numbering = format!(
        "<w:numbering xmlns:w=\"{WORD}\"><w:abstractNum w:abstractNumId=\"7\"><w:lvl w:ilvl=\"0\"><w:start \
         w:val=\"1\"/><w:numFmt w:val=\"decimal\"/></w:lvl><w:lvl w:ilvl=\"1\"><w:numFmt w:val=\"bullet\"/></w:lvl>\
         </w:abstractNum><w:num w:numId=\"3\"><w:abstractNumId w:val=\"7\"/></w:num></w:numbering>"
    );
    zip(&[
        ("[Content_Types].xml", b"<Types/>"),
        ("word/document.xml", document),
        ("word/styles.xml", styles.as_bytes()),
        ("word/numbering.xml", numbering.as_bytes()),
    ])
}

pub fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    for (name, content) in files {
        archive.start_file(*name, options).expect("a file in the archive");
        archive.write_all(content).expect("its content");
    }
    archive.finish().expect("an archive").into_inner()
}

/// A paragraph of Word, of this style where it has one.
pub fn paragraph(style: &str, words: &str) -> String {
    let style = if style.is_empty() { String::new() } else { format!("<w:pStyle w:val=\"{style}\"/>") };
    format!("<w:p><w:pPr>{style}</w:pPr><w:r><w:t xml:space=\"preserve\">{words}</w:t></w:r></w:p>")
}

/// An item of a list of Word.
pub fn item(level: usize, words: &str) -> String {
    format!(
        "<w:p><w:pPr><w:numPr><w:ilvl w:val=\"{level}\"/><w:numId w:val=\"3\"/></w:numPr></w:pPr>\
         <w:r><w:t>{words}</w:t></w:r></w:p>"
    )
}

/// A table of Word.
pub fn table(rows: &[&[&str]]) -> String {
    let mut table = "<w:tbl>".to_owned();
    for row in rows {
        let cells: Vec<String> =
            row.iter().map(|cell| format!("<w:tc>{}</w:tc>", paragraph("", cell))).collect();
        table.push_str(&format!("<w:tr>{}</w:tr>", cells.concat()));
    }
    table + "</w:tbl>"
}
