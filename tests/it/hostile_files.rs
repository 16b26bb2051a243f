//! Files that are broken, or made to break what reads them: each is refused by name or read, in time and in memory,
//! and everything else in the folder is served.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use flate2::Compression;
use flate2::write::ZlibEncoder;
use passim::corpus::Format;
use passim::corpus::extract::Extractor;
use passim::corpus::read::{self, Reader};
use proptest::prelude::*;

use crate::files::{Pdf, document, docx, docx_of, paragraph, pdf, pdf_of, table, zip};
use crate::program::Place;

/// What a file may take: ten seconds, then the refusal. A debug build beside other tests hashes and hands over slowly as
/// well.
const LONGEST: Duration = Duration::from_millis(if cfg!(debug_assertions) { 30_000 } else { 10_500 });
/// Kilobytes of memory that the program and each process that it starts may take.
const MOST_MEMORY: u64 = 500 << 10;
/// As the settings have it; bytes.
const LARGEST_FILE: u64 = 32 << 20;

/// What has to become of a file.
enum Fate {
    /// Refused for a reason that says this.
    Refused(&'static str),
    /// Read, with this in its text.
    Read(&'static str),
    /// It may be read, or refused for any reason: it depends on how fast the machine is, or on how much is mended.
    Either,
}

use Fate::{Either, Read, Refused};

/// The folder: each file with its content and its fate.
fn files() -> Vec<(&'static str, Vec<u8>, Fate)> {
    let page = |body: &str| format!("<html><body>{body}</body></html>").into_bytes();
    let good_pdf =
        pdf(&[&[(60, 700, 12, "The ferry leaves at noon."), (60, 680, 12, "It returns at four.")]]);
    let good_docx = docx(&paragraph("", "The ferry leaves at noon."));
    let half = |bytes: &[u8]| bytes[..bytes.len() / 2].to_vec();
    vec![
        // Empty, cut off, or something else than the name says.
        ("empty.pdf", Vec::new(), Refused("is empty")),
        ("empty.docx", Vec::new(), Refused("is empty")),
        ("empty.html", Vec::new(), Refused("is empty")),
        ("cut.pdf", half(&good_pdf), Refused("is cut off")),
        ("cut.docx", half(&good_docx), Refused("is damaged or cut off")),
        ("cut.html", b"<p>The mast is made of spruce.<table><tr><td".to_vec(), Read("spruce")),
        ("text.pdf", b"The ferry leaves at noon.".to_vec(), Refused("is no PDF, though its name says so")),
        ("page.docx", page("<p>Text</p>"), Refused("is no DOCX, though its name says so")),
        ("plain.html", b"The ferry leaves at noon.".to_vec(), Refused("is no HTML: there is no tag in it")),
        ("report.txt", good_pdf.clone(), Refused("is PDF inside, and no text")),
        ("letter.md", good_docx.clone(), Refused("is a ZIP archive (as DOCX is) inside, and no Markdown")),
        ("photo.pdf", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec(), Refused("is an image inside, and no PDF")),
        ("old.docx", old_office(""), Refused("is an old Word file inside (.doc)")),
        ("locked.docx", old_office("EncryptedPackage"), Refused("opens only with a password")),
        ("old.doc", old_office(""), Refused("is an old Word file (.doc)")),
        ("sheet.docx", zip(&[("xl/workbook.xml", b"<workbook/>")]), Refused("without a Word document in it")),
        ("locked.pdf", locked_pdf(), Refused("is encrypted and opens only with a password")),
        ("scan.pdf", scanned_pdf(), Refused("has no text: it is scanned; run OCR over it")),
        ("blank.pdf", pdf(&[&[]]), Refused("has no text")),
        ("script.html", page("<script>write('Text')</script>"), Refused("has no text")),
        // Encodings.
        ("zeros.html", page("<p>Te\0xt</p>"), Refused("is a binary file")),
        ("zeros.txt", b"Te\0xt".to_vec(), Refused("is a binary file")),
        ("mixed.txt", b"Gr\xc3\xbc\xdfe \x81\xff\xfe".to_vec(), Refused("is neither UTF-8")),
        ("mixed.html", mixed_page(), Read("harbour master")),
        // Bombs.
        ("bomb.docx", docx_of(&vec![b' '; 200 << 20]), Refused("unpacks to more than 64 MB")),
        ("lying.docx", lying_docx(), Refused("is damaged: its part word/document.xml")),
        ("laughs.docx", laughing_docx(), Refused("has no text")),
        ("russian.docx", nested_zip(), Refused("without a Word document in it")),
        ("overlapping.docx", overlapping_docx(), Either),
        ("long.docx", docx(&paragraph("", "All work and no play. ").repeat(20_000)), Either),
        ("bomb.pdf", flate_bomb(), Refused("")),
        (
            "attribute.html",
            page(&format!("<p title='{}'>The anchor weighs a ton.", "x".repeat(4 << 20))),
            Either,
        ),
        ("large.html", at_the_limit(), Either),
        (
            "larger.html",
            vec![b' '; LARGEST_FILE as usize + 1],
            Refused("has 33 MB, and at most 32 MB are read"),
        ),
        // Depth and circles.
        ("deep.docx", docx(&"<w:x>".repeat(100_000)), Refused("is nested more than 2000 deep")),
        ("deep.html", page(&format!("{}The hull is red.", "<div>".repeat(100_000))), Read("hull")),
        (
            "tables.html",
            page(&format!("<p>The keel is lead.{}", "<table><tr><td>".repeat(50_000))),
            Read("keel"),
        ),
        ("spans.html", page(&format!("<p>The sail is blue.<table>{}", wide_rows())), Read("sail")),
        ("tree.pdf", circular_tree(), Refused("is damaged")),
        ("circle.pdf", circular_references(), Refused("")),
        ("objects.pdf", circular_object_stream(), Refused("")),
        ("form.pdf", circular_form(), Refused("could not be read")),
        ("arrays.pdf", pdf_with(&[b"[".repeat(200_000), b"]".repeat(200_000)].concat()), Either),
        ("huge.pdf", huge_box(), Either),
        ("operators.pdf", pdf_of(&[b"q ".repeat(3_000_000)]), Either),
    ]
}

fn old_office(name: &str) -> Vec<u8> {
    let name: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
    [b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", &vec![0; 1_024][..], &name, &[0; 512]].concat()
}

fn mixed_page() -> Vec<u8> {
    let page = "<meta charset='utf-8'><p>The harbour master is Zo";
    [page.as_bytes(), b"\xeb.</p>"].concat()
}

/// Encrypted with a password that nobody has.
fn locked_pdf() -> Vec<u8> {
    let mut pdf = Pdf::default();
    pdf.object(b"<< /Type /Catalog /Pages 2 0 R >>");
    pdf.object(b"<< /Type /Pages /Count 0 /Kids [] >>");
    let key = "<".to_owned() + &"5a".repeat(32) + ">";
    let how = format!("<< /Filter /Standard /V 2 /R 3 /Length 128 /P -44 /O {key} /U {key} >>");
    pdf.object(how.as_bytes());
    let id = "<00112233445566778899aabbccddeeff>";
    pdf.finish(&format!("/Encrypt 3 0 R /ID [{id} {id}]"))
}

/// A page with nothing but an image on it.
fn scanned_pdf() -> Vec<u8> {
    let mut pdf = Pdf::default();
    pdf.object(b"<< /Type /Catalog /Pages 2 0 R >>");
    pdf.object(b"<< /Type /Pages /Count 1 /Kids [3 0 R] >>");
    pdf.object(
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /XObject << /I 5 0 R >> >> \
          /Contents 4 0 R >>",
    );
    pdf.stream("", b"q 595 0 0 842 0 0 cm /I Do Q");
    pdf.stream(
        "/Type /XObject /Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceGray /BitsPerComponent 8",
        b"x",
    );
    pdf.finish("")
}

/// States a size that is far too small.
fn lying_docx() -> Vec<u8> {
    let mut bytes = docx_of(&vec![b' '; 100 << 20]);
    let true_size = (100_u32 << 20).to_le_bytes();
    for at in 0..bytes.len() - 4 {
        if bytes[at..at + 4] == true_size {
            bytes[at..at + 4].copy_from_slice(&1_000_u32.to_le_bytes());
        }
    }
    bytes
}

/// Each entity stands for ten of the one before.
fn laughing_docx() -> Vec<u8> {
    let entities: String = (1..10)
        .map(|level| format!("<!ENTITY l{level} \"{}\">", format!("&l{};", level - 1).repeat(10)))
        .collect();
    let text = document(&paragraph("", "&l9;"));
    let declared = format!("?><!DOCTYPE d [<!ENTITY l0 \"ha\">{entities}]>");
    docx_of(text.replacen("?>", &declared, 1).as_bytes())
}

fn nested_zip() -> Vec<u8> {
    let mut bytes = zip(&[("zeros", &vec![0; 10 << 20])]);
    for _ in 0..10 {
        bytes = zip(&[("one.zip", &bytes), ("two.zip", &bytes)]);
    }
    bytes
}

/// Many entries that share one compressed stream: the list of contents is repeated under other names.
fn overlapping_docx() -> Vec<u8> {
    let bytes = zip(&[("word/document.xml", document(&paragraph("", &"Water ".repeat(100_000))).as_bytes())]);
    let list = find(&bytes, b"PK\x01\x02");
    let end = find(&bytes, b"PK\x05\x06");
    let mut made = bytes[..list].to_vec();
    let count = 3_000_u16;
    for number in 0..count {
        let mut entry = bytes[list..end].to_vec();
        if number > 0 {
            let name = find(&entry, b"document");
            entry[name..name + 8].copy_from_slice(format!("{number:08}").as_bytes());
        }
        made.extend(entry);
    }
    let size = (made.len() - list) as u32;
    let mut last = bytes[end..].to_vec();
    last[8..10].copy_from_slice(&count.to_le_bytes());
    last[10..12].copy_from_slice(&count.to_le_bytes());
    last[12..16].copy_from_slice(&size.to_le_bytes());
    made.extend(last);
    made
}

fn find(bytes: &[u8], wanted: &[u8]) -> usize {
    bytes.windows(wanted.len()).position(|window| window == wanted).expect("it is there")
}

/// A page whose content unpacks to a gigabyte.
fn flate_bomb() -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    let spaces = vec![b' '; 1 << 20];
    for _ in 0..1_024 {
        encoder.write_all(&spaces).unwrap();
    }
    let packed = encoder.finish().unwrap();
    let mut pdf = Pdf::default();
    pdf.object(b"<< /Type /Catalog /Pages 2 0 R >>");
    pdf.object(b"<< /Type /Pages /Count 1 /Kids [3 0 R] >>");
    pdf.object(b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R >>");
    pdf.stream("/Filter /FlateDecode", &packed);
    pdf.finish("")
}

/// A page of as many bytes as are read.
fn at_the_limit() -> Vec<u8> {
    let mut page = b"<p>The rudder is oak.</p>".to_vec();
    page.resize(LARGEST_FILE as usize, b' ');
    page
}

fn wide_rows() -> String {
    "<tr>".to_owned() + &"<td colspan=1000 rowspan=1000>x".repeat(2_000)
}

fn circular_tree() -> Vec<u8> {
    let mut pdf = Pdf::default();
    pdf.object(b"<< /Type /Catalog /Pages 2 0 R >>");
    pdf.object(b"<< /Type /Pages /Count 1 /Kids [2 0 R 3 0 R] >>");
    pdf.object(b"<< /Type /Pages /Parent 2 0 R /Count 1 /Kids [2 0 R 3 0 R] >>");
    pdf.finish("")
}

/// What is drawn, how long that is, and the size of the page each refer to themselves.
fn circular_references() -> Vec<u8> {
    let mut pdf = Pdf::default();
    pdf.object(b"<< /Type /Catalog /Pages 2 0 R >>");
    pdf.object(b"<< /Type /Pages /Count 1 /Kids [3 0 R] /Parent 3 0 R >>");
    pdf.object(b"<< /Type /Page /Parent 2 0 R /Contents 4 0 R >>");
    pdf.object(b"5 0 R");
    pdf.object(b"4 0 R");
    pdf.object(b"<< /Length 6 0 R >>\nstream\nBT ET\nendstream");
    pdf.finish("")
}

fn circular_object_stream() -> Vec<u8> {
    let mut pdf = Pdf::default();
    pdf.object(b"<< /Type /Catalog /Pages 2 0 R >>");
    pdf.stream(
        "/Type /ObjStm /N 2 /First 8 /Extends 2 0 R",
        b"2 0 3 4 << /Type /Pages /Kids [2 0 R] >> 2 0 R",
    );
    pdf.finish("")
}

/// A drawing that draws itself.
fn circular_form() -> Vec<u8> {
    let mut pdf = Pdf::default();
    pdf.object(b"<< /Type /Catalog /Pages 2 0 R >>");
    pdf.object(b"<< /Type /Pages /Count 1 /Kids [3 0 R] >>");
    pdf.object(
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /XObject << /F 5 0 R >> >> \
          /Contents 4 0 R >>",
    );
    pdf.stream("", b"/F Do");
    pdf.stream(
        "/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /F 5 0 R >> >>",
        b"/F Do /F Do",
    );
    pdf.finish("")
}

/// A document with one more object.
fn pdf_with(object: &[u8]) -> Vec<u8> {
    let mut pdf = Pdf::default();
    pdf.object(b"<< /Type /Catalog /Pages 2 0 R >>");
    pdf.object(b"<< /Type /Pages /Count 1 /Kids [3 0 R] >>");
    pdf.object(b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Annots 4 0 R >>");
    pdf.object(object);
    pdf.finish("")
}

fn huge_box() -> Vec<u8> {
    let text = "The gangway is steel.";
    let bytes = pdf(&[&[(60, 700, 12, text)]]);
    let at = find(&bytes, b"595 842");
    [&bytes[..at], b"9e307 -9", &bytes[at + 7..]].concat()
}

const GOOD: [(&str, &[u8]); 2] = [
    ("boats.md", b"# Boats\n\nThe skiff costs 35 euros a day.\n"),
    ("crew.html", b"<h1>Crew</h1><table><tr><th>Role<th>Name<tr><td>Purser<td>Ada Lund</table>"),
];

#[test]
fn hostile_files_are_refused_by_name_in_time_and_in_memory_and_the_others_are_served() {
    let place = Place::empty();
    let files = files();
    assert!(files.len() >= 40);
    for (name, content, _) in &files {
        place.write(&format!("hostile/{name}"), content);
    }
    for (name, content) in GOOD {
        place.write(name, content);
    }
    let times = times(place.corpus());

    let mut indexing = place.command(&["index", "--json"]);
    let child = indexing.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let (report, watched) = watched(child);
    let refused: BTreeMap<&str, &str> = report["refused"]
        .as_array()
        .unwrap()
        .iter()
        .map(|refused| (refused["path"].as_str().unwrap(), refused["reason"].as_str().unwrap()))
        .collect();
    let mut wrong = Vec::new();
    for (name, _, fate) in &files {
        let path = format!("hostile/{name}");
        let reason = refused.get(path.as_str());
        let is_as_expected = match fate {
            Refused(said) => reason.is_some_and(|reason| reason.contains(said)),
            Read(_) => reason.is_none(),
            Either => true,
        };
        if !is_as_expected || times[&path] > LONGEST {
            wrong.push(format!("{name}: {reason:?} after {:?}", times[&path]));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(watched.memory > 0 && watched.memory < MOST_MEMORY, "{watched:?}");
    for process in &watched.started {
        assert!(!Path::new(&format!("/proc/{process}")).exists(), "{process} is still there");
    }

    assert!(place.ask("How much does the skiff cost?")["answer"].as_str().unwrap().contains("35 euros"));
    assert!(place.ask("Who is the purser?")["answer"].as_str().unwrap().contains("Ada Lund"));
    for (name, _, fate) in &files {
        if let Read(said) = fate {
            let shown = place.run(&["show", &format!("hostile/{}", name.rsplit_once('.').unwrap().0)]);
            assert!(shown.out.contains(said), "{name}: {shown:?}");
        }
    }
}

/// How long it takes to read each file by itself.
fn times(corpus: &Path) -> BTreeMap<String, Duration> {
    let mut times = BTreeMap::new();
    for file in read::list(corpus).unwrap().files {
        let reader = Reader::new(LARGEST_FILE, Some(program()));
        let started = Instant::now();
        let _ = read::read(&file, &reader);
        times.insert(file.name, started.elapsed());
    }
    times
}

fn program() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_passim"))
}

/// What was seen of a process while it ran.
#[derive(Debug, Default)]
struct Watched {
    /// The most that it or a process that it started took; kilobytes.
    memory: u64,
    /// The processes that it started.
    started: Vec<u32>,
}

/// What the program prints, and what was seen of it.
fn watched(mut child: Child) -> (serde_json::Value, Watched) {
    let mut watched = Watched::default();
    let mut output = child.stdout.take().unwrap();
    let reading = std::thread::spawn(move || serde_json::from_reader(&mut output));
    while child.try_wait().unwrap().is_none() {
        for process in [child.id()].into_iter().chain(started_by(child.id())) {
            watched.memory = watched.memory.max(peak_memory(process).unwrap_or(0));
            if process != child.id() && !watched.started.contains(&process) {
                watched.started.push(process);
            }
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    (reading.join().unwrap().unwrap(), watched)
}

fn started_by(parent: u32) -> Vec<u32> {
    let folder = format!("/proc/{parent}/task");
    let threads = fs::read_dir(folder).into_iter().flatten().flatten();
    let children = threads.filter_map(|thread| fs::read_to_string(thread.path().join("children")).ok());
    children
        .flat_map(|line| line.split_whitespace().filter_map(|id| id.parse().ok()).collect::<Vec<u32>>())
        .collect()
}

/// Kilobytes; `None` where the process is gone.
fn peak_memory(process: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().trim_end_matches(" kB").parse().ok()
}

#[test]
fn a_file_that_was_refused_is_not_tried_again_before_it_changes() {
    let place = Place::empty();
    place.write("form.pdf", &circular_form());
    place.write("boats.md", GOOD[0].1);
    let index = |arguments: &[&str]| {
        let mut indexing = place.command(arguments);
        let (report, watched) =
            watched(indexing.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap());
        (report["refused"].clone(), watched.started.len())
    };
    let (refused, started) = index(&["index", "--json"]);
    assert_eq!(started, 1, "{refused}");
    assert_eq!(index(&["index", "--json"]), (refused.clone(), 0));
    assert_eq!(index(&["index", "--json", "--rebuild"]), (refused, 1), "who asks for it gets another try");
}

#[test]
fn no_process_outlives_the_program_that_started_it() {
    let place = Place::empty();
    place.write("slow.pdf", &pdf_of(&[b"q ".repeat(10_000_000)]));
    let mut child = place.command(&["index"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let deadline = Instant::now() + Duration::from_secs(9);
    let worker = loop {
        assert!(Instant::now() < deadline, "no process was started");
        if let Some(worker) = started_by(child.id()).first() {
            break *worker;
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    // While it reads.
    std::thread::sleep(Duration::from_millis(500));
    child.kill().unwrap();
    child.wait().unwrap();
    let folder = PathBuf::from(format!("/proc/{worker}"));
    let is_gone = || !fs::read_to_string(folder.join("cmdline")).is_ok_and(|line| line.contains("extract"));
    let deadline = Instant::now() + Duration::from_secs(5);
    while !is_gone() {
        assert!(Instant::now() < deadline, "process {worker} goes on");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Good files, to be spoilt.
fn good_files() -> Vec<(Format, Vec<u8>)> {
    let body = [paragraph("berschrift1", "Ferry"), table(&[&["Day", "Time"], &["Monday", "noon"]])].concat();
    let page =
        "<html><body><nav>Menu</nav><h1>Ferry</h1><table><tr><th>Day<th>Time<tr><td>Monday<td>noon</table>";
    vec![
        (Format::Html, page.as_bytes().to_vec()),
        (Format::Docx, docx(&body)),
        (
            Format::Pdf,
            pdf(&[&[(60, 700, 12, "The ferry leaves at noon.")], &[(60, 700, 12, "It returns at four.")]]),
        ),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, max_shrink_iters: 200, ..ProptestConfig::default() })]

    #[test]
    fn spoilt_files_and_any_bytes_are_read_or_refused_with_a_reason(
        places in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
        cut in any::<prop::sample::Index>(), is_cut in any::<bool>(), any_bytes in prop::collection::vec(any::<u8>(), 0..300),
    ) {
        let extractor = Extractor::new(Some(program()));
        for (format, mut bytes) in good_files() {
            for (place, byte) in &places {
                let place = place.index(bytes.len());
                bytes[place] = *byte;
            }
            if is_cut {
                bytes.truncate(cut.index(bytes.len()));
            }
            for bytes in [bytes, any_bytes.clone()] {
                match extractor.extract(format, bytes) {
                    Ok(extracted) => prop_assert!(!extracted.text.trim().is_empty()),
                    Err(refused) => prop_assert!(refused.is_lasting && !refused.reason.is_empty(), "{refused:?}"),
                }
            }
        }
    }
}
