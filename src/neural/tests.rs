use super::*;

use std::path::PathBuf;

use proptest::prelude::*;
use tempfile::TempDir;

const PATIENT: Limits = Limits { threads: 1, patience: Duration::from_secs(60) };

/// The reader that ships.
fn shipped() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("config/reader")
}

fn reader() -> NeuralReader {
    NeuralReader::open(&shipped(), PATIENT).unwrap().expect("the reader ships with the repository")
}

#[test]
fn it_points_at_the_answer() {
    let reader = reader();
    let said = "The boat house was built in 1962. Its key is kept by Ann Bell, who lives next door.";
    let other = "The lease of the meadow runs for fifteen years.";
    let read = reader.read("who keeps the key of the boat house", &[said, other]).unwrap();
    let best = |number: fn(&Piece) -> f32| {
        *read[0].pieces.iter().max_by(|a, b| number(a).total_cmp(&number(b))).unwrap()
    };
    let (start, end) = (best(|piece| piece.start), best(|piece| piece.end));
    assert_eq!(&said[start.span.start..end.span.end], "Ann Bell");
    assert!(start.start + end.end > read[0].none_start + read[0].none_end);
    let most = read[1].pieces.iter().map(|piece| piece.start + piece.end).fold(f32::MIN, f32::max);
    assert!(most < read[1].none_start + read[1].none_end, "the other window does not say: {most}");
}

#[test]
fn the_numbers_are_the_same_with_one_thread_and_with_four_and_when_opened_again() {
    let windows: Vec<String> =
        (1..=9).map(|number| format!("Berth {number} costs {number}0 euros.")).collect();
    let windows: Vec<&str> = windows.iter().map(String::as_str).collect();
    let read = |threads| {
        let reader = NeuralReader::open(&shipped(), Limits { threads, ..PATIENT }).unwrap().unwrap();
        reader.read("What does berth 4 cost?", &windows).unwrap()
    };
    let one = read(1);
    assert_eq!(one, read(4));
    assert_eq!(one, read(1));
}

#[test]
fn a_question_and_a_window_are_read_as_far_as_they_fit() {
    let reader = reader();
    let window = "boat ".repeat(400);
    assert_eq!(reader.pieces(&window), 400);
    for (question, expected) in [("", 189), ("Who?", 187), (&*"who ".repeat(90), 125)] {
        let read = reader.read(question, &[&window, ""]).unwrap();
        assert_eq!(read[0].pieces.len(), expected, "{question}");
        assert!(read[1].pieces.is_empty());
    }
    assert_eq!(reader.read("Who?", &[]).unwrap(), []);
}

#[test]
fn any_question_can_be_asked() {
    let reader = reader();
    let emoji = "🚤".repeat(2_000);
    for question in ["", "\0", "\u{301}\u{200d}", "[CLS] [SEP] [MASK]", "船はどこですか", &emoji] {
        let read = reader.read(question, &["Ann keeps the key.", &emoji, "\0"]).unwrap();
        assert_eq!(
            read.iter().map(|marks| marks.pieces.len()).collect::<Vec<_>>(),
            [5, 1, 0],
            "{question:?}"
        );
    }
}

#[test]
fn who_is_not_patient_is_told_that_it_is_late() {
    let limits = Limits { threads: 1, patience: Duration::from_nanos(1) };
    let reader = NeuralReader::open(&shipped(), limits).unwrap().unwrap();
    assert_eq!(reader.read("Who keeps the key?", &["Ann keeps the key."]), Err(Late));
}

#[test]
fn a_damaged_reader_is_refused_with_the_reason() {
    let (model, tokenizer) =
        (fs::read(shipped().join(MODEL)).unwrap(), fs::read(shipped().join(TOKENIZER)).unwrap());
    let text = String::from_utf8(tokenizer.clone()).unwrap();
    let random: Vec<u8> = (0..40_000_u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    let more = text.replacen("\"[PAD]\":", "\"berthholder\": 99999, \"[PAD]\":", 1);
    assert_ne!(more, text);
    for (what, model, tokenizer, reason) in [
        ("half a model", model[..model.len() / 2].to_vec(), &tokenizer, "no BERT model"),
        ("another half", model[model.len() / 2..].to_vec(), &tokenizer, "no BERT model"),
        ("nothing", Vec::new(), &tokenizer, "no BERT model"),
        ("random bytes", random.clone(), &tokenizer, "no BERT model"),
        ("the tokenizer", tokenizer.clone(), &tokenizer, "no BERT model"),
        ("a random tokenizer", model.clone(), &random, "no tokenizer"),
        ("more word pieces", model.clone(), &more.into_bytes(), "word piece 99999 is unknown to the model"),
    ] {
        let error = refused(&model, tokenizer);
        assert!(error.contains(reason) && error.contains("reader.enabled"), "{what}: {error}");
    }
}

#[test]
fn both_files_or_neither() {
    let folder = TempDir::new().unwrap();
    let open = |folder: &Path| NeuralReader::open(folder, PATIENT).map(|reader| reader.is_some());
    assert!(!open(folder.path()).unwrap());
    assert!(!open(&folder.path().join("nowhere")).unwrap());
    fs::write(folder.path().join(TOKENIZER), "{}").unwrap();
    let error = open(folder.path()).unwrap_err().to_string();
    assert!(error.contains("model.onnx") && error.contains("missing"), "{error}");
    assert!(!open(&folder.path().join(TOKENIZER)).unwrap(), "a file is no folder");
    fs::rename(folder.path().join(TOKENIZER), folder.path().join(MODEL)).unwrap();
    let error = open(folder.path()).unwrap_err().to_string();
    assert!(error.contains("tokenizer.json") && error.contains("missing"), "{error}");
}

#[test]
fn a_model_may_name_starts_and_ends_apart_and_need_no_types() {
    let model = onnx(&["input_ids", "attention_mask"], &["start_logits", "end_logits"], &[0.5; 5]);
    let reader = opened(&model, &five_pieces()).unwrap().unwrap();
    let read = reader.read("boat", &["boat boats"]).unwrap();
    assert_eq!(read[0].none_start + read[0].none_end, 1.5);
    let pieces: Vec<(f32, f32)> = read[0].pieces.iter().map(|piece| (piece.start, piece.end)).collect();
    assert_eq!(pieces, [(0.5, 1.0), (0.5, 1.0)]);
}

#[test]
fn a_model_of_another_kind_is_refused_with_what_it_is() {
    let (usual, apart) = (["input_ids", "attention_mask"], ["start_logits", "end_logits"]);
    for (what, model, reason) in [
        ("no mask", onnx(&["input_ids"], &apart, &[0.5; 5]), "no input 'attention_mask'"),
        ("another input", onnx(&["input_ids", "pixels"], &apart, &[0.5; 5]), "an input 'pixels'"),
        ("one number a token", onnx(&usual, &["logits", "end_logits"], &[0.5; 5]), "no BERT model"),
        ("other outputs", onnx(&usual, &["mood", "weather"], &[0.5; 5]), "neither an output 'logits'"),
        ("no numbers", onnx(&usual, &apart, &[f32::NAN; 5]), "are no numbers"),
        ("fewer word pieces", onnx(&usual, &apart, &[0.5; 4]), "word piece 4 is unknown to the model"),
        ("many more", onnx(&usual, &apart, &[0.5; 5_000]), "word pieces far beyond the last there, 4"),
    ] {
        let error = refused(&model, &five_pieces());
        assert!(error.contains(reason), "{what}: {error}");
    }
}

#[test]
fn the_fingerprint_is_of_both_files() {
    let model =
        |number| onnx(&["input_ids", "attention_mask"], &["start_logits", "end_logits"], &[number; 5]);
    let of =
        |model: &[u8], tokenizer: &[u8]| opened(model, tokenizer).unwrap().unwrap().fingerprint().to_owned();
    let mut tokenizer = five_pieces();
    let first = of(&model(0.5), &tokenizer);
    assert_eq!(first, of(&model(0.5), &tokenizer));
    assert_ne!(first, of(&model(0.6), &tokenizer));
    tokenizer.push(b' ');
    assert_ne!(first, of(&model(0.5), &tokenizer));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_span_of_any_window_can_be_cut_out(question in any::<String>(), window in any::<String>()) {
        let model = onnx(&["input_ids", "attention_mask"], &["start_logits", "end_logits"], &[0.5; 5]);
        let reader = opened(&model, &five_pieces()).unwrap().unwrap();
        let read = reader.read(&question, &[&window]).unwrap();
        for piece in &read[0].pieces {
            prop_assert!(window.get(piece.span.range()).is_some_and(|part| !part.is_empty()));
        }
    }
}

fn opened(model: &[u8], tokenizer: &[u8]) -> Result<Option<NeuralReader>, NeuralError> {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join(MODEL), model).unwrap();
    fs::write(folder.path().join(TOKENIZER), tokenizer).unwrap();
    NeuralReader::open(folder.path(), PATIENT)
}

fn refused(model: &[u8], tokenizer: &[u8]) -> String {
    opened(model, tokenizer).map(|_| ()).unwrap_err().to_string()
}

fn five_pieces() -> Vec<u8> {
    let vocab = r###"{"[UNK]": 0, "[CLS]": 1, "[SEP]": 2, "boat": 3, "boats": 4}"###;
    let rest = r#""normalizer": {"type": "BertNormalizer"}, "pre_tokenizer": {"type": "BertPreTokenizer"}"#;
    format!(r#"{{"model": {{"type": "WordPiece", "vocab": {vocab}}}, {rest}}}"#).into_bytes()
}

/// A model in ONNX format: its first output is the number in the table for each token, its second the last input.
fn onnx(inputs: &[&str], outputs: &[&str; 2], table: &[f32]) -> Vec<u8> {
    let last = inputs.last().unwrap();
    let look_up = [text(1, "table"), text(1, "input_ids"), text(2, outputs[0]), text(4, "Gather")].concat();
    let to_float = [text(1, "to"), number(3, 1), number(20, 2)].concat();
    let cast = [text(1, last), text(2, outputs[1]), text(4, "Cast"), bytes(5, &to_float)].concat();
    let numbers: Vec<u8> = table.iter().flat_map(|number| number.to_le_bytes()).collect();
    let table = [number(1, table.len() as u64), number(2, 1), text(8, "table"), bytes(9, &numbers)].concat();
    let mut graph = [bytes(1, &look_up), bytes(1, &cast), text(2, "test"), bytes(5, &table)].concat();
    inputs.iter().for_each(|name| graph.extend(bytes(11, &value(name, 7))));
    outputs.iter().for_each(|name| graph.extend(bytes(12, &value(name, 1))));
    let operators = [text(1, ""), number(2, 17)].concat();
    [number(1, 8), bytes(7, &graph), bytes(8, &operators)].concat()
}

/// A tensor of batch × tokens, with the type of its elements as ONNX counts them.
fn value(name: &str, element: u64) -> Vec<u8> {
    let shape = [bytes(1, &text(2, "batch")), bytes(1, &text(2, "tokens"))].concat();
    let tensor = [number(1, element), bytes(2, &shape)].concat();
    [text(1, name), bytes(2, &bytes(1, &tensor))].concat()
}

/// A field of a message in the format of Protocol Buffers.
fn bytes(field: u64, content: &[u8]) -> Vec<u8> {
    [varint(field << 3 | 2), varint(content.len() as u64), content.to_vec()].concat()
}

fn text(field: u64, content: &str) -> Vec<u8> {
    bytes(field, content.as_bytes())
}

fn number(field: u64, content: u64) -> Vec<u8> {
    [varint(field << 3), varint(content)].concat()
}

fn varint(mut number: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
    bytes
}
