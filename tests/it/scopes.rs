//! Who may read what, as the core keeps it: an answerer for a reader is to be the same, to the last bit of every
//! score, as one over a corpus that holds only what this reader may read.
//!
//! That other one is asked through a view too, which there shows everything: a plain search may add up the parts of
//! a score in an order that hangs on what else lies in the index, so that its last bit is not always the same. Where
//! it is, what the plain one says is the same too.
//!
//! Two tenants and what both may read, made by the generator, with words that stand nowhere else. The whole index is
//! grown in steps, so that it has several segments and passages that are deleted but not merged away.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use passim::Answerer;
use passim::answer::followup::Conversation;
use passim::language::Language;
use passim::live::sync_options;
use passim::retrieval::{Index, sync};
use passim::scopes::Reader;
use passim::settings::{self, Settings, UserFolders};

use crate::generator::{self, Random};
use crate::program::Place;

const SEED: u64 = 7;

const RULES: &str = r#"
[[scopes]]
sources = ["north/**"]
guilds = ["1"]

[[scopes]]
sources = ["south/", "!south/public/**"]
roles = [7]

[[scopes]]
sources = ["salaries.md", "the-plan"]
channels = [3]
users = [5]

[[scopes]]
sources = ["nobody/*"]
"#;

/// Rules by which there are views, which show everything.
const OF_NOTHING: &str = "[[scopes]]\nsources = [\"there-is-none/**\"]\n";

/// A file, and what one must have to read it.
struct File {
    path: String,
    text: String,
    needs: Needs,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Needs {
    Nothing,
    North,
    South,
    Salaries,
    Operator,
}

/// The readers there are, each with what they have.
fn readers() -> Vec<(Reader, Vec<Needs>)> {
    let nobody = Reader::default;
    vec![
        (nobody(), vec![]),
        (Reader { guilds: vec![2, 1], ..nobody() }, vec![Needs::North]),
        (Reader { roles: vec![7], user: Some(8), ..nobody() }, vec![Needs::South]),
        (Reader { user: Some(5), ..nobody() }, vec![Needs::Salaries]),
        (
            Reader { guilds: vec![1], roles: vec![6, 7], channels: vec![4, 3], ..nobody() },
            vec![Needs::North, Needs::South, Needs::Salaries],
        ),
    ]
}

/// A word of letters that stands in one document only, but for one letter the same as those of other tenants.
fn canary(tenant: char, number: usize) -> String {
    let mut word = format!("quor{tenant}");
    let mut rest = number;
    for _ in 0..4 {
        word.push(char::from(b'a' + (rest % 20) as u8));
        rest /= 20;
    }
    word + "ix"
}

/// The documents of both tenants, and of all: the same facts told otherwise, canaries, words in other forms.
fn files(passages: usize) -> Vec<File> {
    let mut files = Vec::new();
    for (number, document) in generator::generate(SEED, passages).enumerate() {
        let (folder, needs, tenant) = match number % 4 {
            0 | 1 => ("common", Needs::Nothing, 'c'),
            2 => ("north", Needs::North, 'n'),
            _ if number % 8 == 7 => ("south/public", Needs::Nothing, 'p'),
            _ => ("south", Needs::South, 's'),
        };
        let canary = canary(tenant, number);
        let close = format!(
            "\nThe {canary} ledger was sealed by Keeper{canary} in 19{:02}. It lists {number} {canary}s.\n",
            number % 100
        );
        if number % 4 == 0 {
            // What others say against it may be read by others only.
            for (folder, needs, shift) in [("north", Needs::North, 3), ("south", Needs::South, 5)] {
                let changed = |c: char| match c.to_digit(10) {
                    Some(digit) => char::from(b'0' + ((digit + shift) % 10) as u8),
                    None => c,
                };
                let body = document.text.rsplit("---\n").next().unwrap_or_default();
                let text: String = body.chars().map(changed).collect();
                files.push(File { path: format!("{folder}/{shift}{number:07}-again.md"), text, needs });
            }
        }
        let path = format!("{folder}/{}", document.name);
        files.push(File { path, text: document.text + &close, needs });
    }
    for (path, text, needs) in [
        (
            "salaries.md",
            "# Salaries\n\nThe director earns 94,000 euros. Keelhaulings are unpaid.\n",
            Needs::Salaries,
        ),
        (
            "common/plan.md",
            "---\nid: the-plan\n---\n# The plan\n\nThe plan costs 12 barrels.\n",
            Needs::Salaries,
        ),
        (
            "common/wages.md",
            "# Wages\n\nThe director earns 81,000 euros. A keelhauling is a punishment.\n",
            Needs::Nothing,
        ),
        ("nobody/secret.md", "# Secret\n\nThe vault opens at 04:17 for the director.\n", Needs::Operator),
        ("common/picture.png", "\u{1}\u{2}", Needs::Nothing),
        ("north/photo.png", "\u{1}\u{2}", Needs::North),
        ("salaries.md.bak/photo.png", "\u{1}\u{2}", Needs::Nothing),
    ] {
        files.push(File { path: path.to_owned(), text: text.to_owned(), needs });
    }
    files
}

fn write(file: &File, text: &str, corpus: &Path) {
    let path = corpus.join(&file.path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

fn settings(place: &Place, rules: &str) -> Settings {
    let config = place.folder().join("rules.toml");
    fs::write(&config, rules).unwrap();
    settings::load(&settings::Sources {
        current_dir: place.folder(),
        user: UserFolders::default(),
        environment: &[],
        config_files: &[config],
        corpus: Some(place.corpus()),
        data: Some(&place.data()),
    })
    .unwrap()
}

fn index(place: &Place, settings: &Settings) -> Index {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_nanos() as i128;
    let options = sync_options(settings, false);
    sync::sync(&place.data(), place.corpus(), options, now, &mut |_| {}).unwrap().0
}

/// The whole corpus, indexed in three steps: half of it, some of that otherwise, and some that goes again.
fn whole(files: &[File]) -> (Place, Arc<Answerer>) {
    let place = Place::empty();
    let settings = settings(&place, RULES);
    for (number, file) in files.iter().enumerate().filter(|(number, _)| number % 2 == 0) {
        let before =
            if number % 6 == 0 { "# Before\n\nThe oldquorn ledger was empty.\n" } else { &file.text };
        write(file, before, place.corpus());
    }
    for number in 0..5 {
        place.write(&format!("north/gone-{number}.md"), b"# Gone\n\nThe oldquorn vessel sank in 1911.\n");
        place.write(&format!("common/gone-{number}.md"), b"# Gone\n\nThe oldquorn vessel sank in 1912.\n");
    }
    index(&place, &settings);
    for number in 0..5 {
        fs::remove_file(place.corpus().join(format!("north/gone-{number}.md"))).unwrap();
        fs::remove_file(place.corpus().join(format!("common/gone-{number}.md"))).unwrap();
    }
    for third in 0..3 {
        for (number, file) in files.iter().enumerate() {
            if number % 2 == 0 && third == 0 || number % 3 == third {
                write(file, &file.text, place.corpus());
            }
        }
        index(&place, &settings);
    }
    let answerer = Answerer::new(index(&place, &settings), &settings, None).unwrap();
    (place, Arc::new(answerer))
}

/// A corpus of what may be read by those who have this, and nothing else.
fn only(files: &[File], has: &[Needs], rules: &str) -> (Place, Arc<Answerer>) {
    let place = Place::empty();
    for file in files {
        if file.needs == Needs::Nothing || has.contains(&file.needs) {
            write(file, &file.text, place.corpus());
        }
    }
    let settings = settings(&place, rules);
    let answerer = Answerer::new(index(&place, &settings), &settings, None).unwrap();
    (place, Arc::new(answerer))
}

/// What people may send: questions, words, claims and half of it misspelt, out of everything that is hidden or not.
struct Requests {
    questions: Vec<String>,
    sentences: Vec<String>,
    words: Vec<String>,
    ids: Vec<String>,
    paths: Vec<String>,
}

impl Requests {
    fn of(files: &[File], passages: usize, whole: &Answerer) -> Requests {
        let mut questions: Vec<String> = generator::generate(SEED, passages)
            .flat_map(|document| document.questions.into_iter().map(|question| question.text))
            .collect();
        for asked in
            ["How much does the director earn?", "When does the vault open?", "What does the plan cost?"]
        {
            questions.extend([asked.to_owned(), asked.to_owned(), asked.to_owned()]);
        }
        let texts = || files.iter().map(|file| file.text.as_str());
        let words: BTreeSet<String> =
            texts().flat_map(|text| text.split_whitespace().map(str::to_owned)).collect();
        let sentences = texts().flat_map(|text| text.split_inclusive(". ").map(str::to_owned)).collect();
        let sources = whole.index().sources().iter();
        Requests {
            questions,
            sentences,
            words: words.into_iter().collect(),
            ids: sources.map(|source| source.description.id.clone()).collect(),
            paths: files.iter().map(|file| file.path.clone()).collect(),
        }
    }

    fn one<'a>(&self, from: &'a [String], random: &mut Random) -> &'a str {
        &from[random.below(from.len() as u64) as usize]
    }

    fn make(&self, random: &mut Random) -> Request {
        let sources = match random.below(6) {
            0 => vec![self.one(&self.ids, random).to_owned()],
            1 => (0..4).map(|_| self.one(&self.ids, random).to_owned()).collect(),
            _ => Vec::new(),
        };
        let text = match random.below(8) {
            0..3 => self.one(&self.questions, random).to_owned(),
            3 => self.one(&self.sentences, random).to_owned(),
            4 => format!("What is {}?", self.one(&self.words, random)),
            5 => format!(
                "How many {} did {} seal?",
                self.one(&self.words, random),
                self.one(&self.words, random)
            ),
            _ => {
                let words = (0..random.between(1, 6)).map(|_| self.one(&self.words, random));
                words.collect::<Vec<&str>>().join(" ")
            }
        };
        let text = if random.one_in(3) { misspelt(&text, random) } else { text };
        let limit = random.between(1, 30) as usize;
        let path = self.one(&self.paths, random).to_owned();
        match random.below(12) {
            0..4 => Request::Ask(text, sources),
            4 => Request::Follow(text, self.one(&self.questions, random).to_owned()),
            5 => Request::Why(text, sources),
            6..9 => Request::Search(text, sources, limit),
            9 => Request::Check(text, sources),
            10 => Request::Passages(path),
            _ => Request::Word(self.one(&self.words, random).to_lowercase()),
        }
    }
}

#[derive(Debug)]
enum Request {
    Ask(String, Vec<String>),
    Follow(String, String),
    Why(String, Vec<String>),
    Search(String, Vec<String>, usize),
    Check(String, Vec<String>),
    Passages(String),
    Word(String),
}

fn misspelt(text: &str, random: &mut Random) -> String {
    let mut characters: Vec<char> = text.chars().collect();
    if characters.len() > 2 {
        let place = random.between(1, characters.len() as u64 - 2) as usize;
        match random.below(3) {
            0 => drop(characters.remove(place)),
            1 => characters.swap(place, place + 1),
            _ => characters[place] = 'e',
        }
    }
    characters.into_iter().collect()
}

impl Request {
    /// All that comes back, but for receipts: they are hashes over the index.
    fn answered(&self, answerer: &Answerer) -> String {
        match self {
            Request::Ask(text, sources) => {
                let mut conversation = Conversation::default();
                asked(answerer, &mut conversation, text, sources)
            }
            Request::Follow(text, before) => {
                let mut conversation = Conversation::default();
                let first = asked(answerer, &mut conversation, before, &[]);
                first + &asked(answerer, &mut conversation, &format!("And {text}"), &[])
            }
            Request::Why(text, sources) => match answerer.explain(text, sources) {
                Ok(explanation) => serde_json::to_string(&explanation).unwrap(),
                Err(error) => error.to_string(),
            },
            Request::Search(text, sources, limit) => match answerer.look_up(text, sources, *limit) {
                Ok(found) => found
                    .iter()
                    .map(|found| {
                        let id = &found.hit.source.description;
                        format!(
                            "{:?} {:?} {id:?} {:?}\n",
                            found.hit.score, found.highlights, found.hit.passage
                        )
                    })
                    .collect(),
                Err(error) => error.to_string(),
            },
            Request::Check(text, sources) => match answerer.check(text, sources) {
                Ok(review) => {
                    format!("{review:?} {:?}", answerer.check_replies(&review, Language::English))
                }
                Err(error) => error.to_string(),
            },
            Request::Passages(path) => {
                let passages = answerer.index().passages_of(path).unwrap();
                let around = passages
                    .first()
                    .map(|first| answerer.around(path, first.passage.span, &first.text).unwrap());
                format!("{passages:?} {around:?}")
            }
            Request::Word(word) => {
                let index = answerer.index();
                let stem = passim::words::stem(word);
                format!("{} {}", index.passages_with(&stem).unwrap(), index.passages())
            }
        }
    }

    /// Whether the scores of a plain search are those of the view to the last bit; else they may be a bit off, no more.
    fn adds_up_alike(&self, view: &Answerer, plain: &Answerer) -> bool {
        let (text, sources, limit) = match self {
            Request::Ask(text, sources) | Request::Why(text, sources) => (text.trim(), sources, 12),
            Request::Search(text, sources, limit) => (text.as_str(), sources, *limit),
            // They search for something else too.
            Request::Follow(..) | Request::Check(..) => return false,
            Request::Passages(_) | Request::Word(_) => return true,
        };
        let scored = [view, plain].map(|answerer| scores(answerer, text, sources, limit));
        assert_eq!(scored[0].len(), scored[1].len(), "{self:?}");
        // Of equals at the cut a plain search takes those that were indexed first.
        let least = scored[1].values().copied().fold(f32::INFINITY, f32::min);
        let mut is_alike = true;
        for (place, score) in &scored[0] {
            let other = scored[1].get(place).copied();
            assert!(
                (score - other.unwrap_or(least)).abs() <= score.abs() * 1e-6,
                "{self:?} finds {place:?}: {score} and {other:?}, the least {least}"
            );
            is_alike &= Some(*score) == other;
        }
        is_alike
    }

    fn says(&self, word: &str) -> bool {
        format!("{self:?}").to_lowercase().contains(word)
    }
}

fn asked(answerer: &Answerer, conversation: &mut Conversation, text: &str, sources: &[String]) -> String {
    match answerer.ask_traced(conversation, text, sources) {
        Ok((mut answer, trace)) => {
            answer.receipt.clear();
            let replies = [Language::English, Language::German].map(|spoken| answerer.reply(&answer, spoken));
            format!("{answer:?} {trace:?} {replies:?}")
        }
        Err(error) => error.to_string(),
    }
}

/// What is listed.
fn listed(answerer: &Answerer) -> String {
    let index = answerer.index();
    let sources = index.sources().iter();
    let sources: Vec<_> =
        sources.map(|source| (&source.description, source.bytes, &source.sha256, source.passages)).collect();
    format!("{sources:#?} {:#?} {}", index.refused(), index.passages())
}

/// Asks so many random requests of each reader's view and of a corpus that holds only what they may read.
fn compare(passages: usize, requests: usize) {
    let files = files(passages);
    let (_place, whole) = whole(&files);
    let pool = Requests::of(&files, passages, &whole);
    let readers = readers();
    for (number, (reader, has)) in readers.iter().enumerate() {
        let view = whole.for_reader(reader).unwrap();
        let (_alone, plain) = only(&files, has, OF_NOTHING);
        let alone = plain.for_reader(&Reader::default()).unwrap();
        for other in [&alone, &plain] {
            assert_eq!(listed(&view), listed(other), "{reader:?}");
        }
        let hidden: Vec<String> = canaries(&files, |needs| needs != Needs::Nothing && !has.contains(&needs));
        let each = requests / readers.len();
        let (next, compared) = (AtomicUsize::new(0), AtomicUsize::new(0));
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    loop {
                        let at = next.fetch_add(1, Ordering::Relaxed);
                        if at >= each {
                            break;
                        }
                        let random = &mut Random::stream(SEED + number as u64, at as u64);
                        let is_compared = check(&pool.make(random), &view, [&alone, &plain], &hidden);
                        compared.fetch_add(usize::from(is_compared), Ordering::Relaxed);
                    }
                });
            }
        });
        let compared = compared.into_inner();
        assert!(
            compared * 2 > each,
            "only {compared} of {each} requests were compared with the plain corpus"
        );
    }
}

/// Whether it was compared with the plain corpus too.
#[track_caller]
fn check(request: &Request, view: &Answerer, [alone, plain]: [&Answerer; 2], hidden: &[String]) -> bool {
    let answered = request.answered(view);
    same(request, &answered, "alone", &request.answered(alone));
    let is_comparable = request.adds_up_alike(view, plain);
    if is_comparable {
        same(request, &answered, "plain", &request.answered(plain));
    }
    let answered = answered.to_lowercase();
    for word in hidden {
        assert!(!answered.contains(word.as_str()) || request.says(word), "{request:?} tells {word}");
    }
    is_comparable
}

#[track_caller]
fn same(request: &Request, answered: &str, name: &str, expected: &str) {
    if answered == expected {
        return;
    }
    let differs = answered.bytes().zip(expected.bytes()).position(|(a, b)| a != b).unwrap_or(0);
    let part = |text: &str| {
        let (from, to) = (differs.saturating_sub(300), differs + 200);
        text[text.floor_char_boundary(from)..text.floor_char_boundary(to.min(text.len()))].to_owned()
    };
    panic!("{request:?}\n\nview: …{}…\n\n{name}: …{}…", part(answered), part(expected));
}

/// The scores of what is found, by place.
fn scores(
    answerer: &Answerer,
    text: &str,
    sources: &[String],
    limit: usize,
) -> BTreeMap<(String, usize), f32> {
    let found = answerer.look_up(text, sources, limit).unwrap_or_default().into_iter();
    let scored = found.map(|found| {
        let passage = found.hit.passage;
        ((passage.path, passage.passage.span.start), found.hit.score)
    });
    scored.collect()
}

/// The words that stand only in documents for which this holds.
fn canaries(files: &[File], is_meant: impl Fn(Needs) -> bool) -> Vec<String> {
    let words = |file: &File| -> BTreeSet<String> {
        let words = file.text.split(|c: char| !c.is_alphabetic()).map(str::to_lowercase);
        words.filter(|word| word.starts_with("quor") || word.starts_with("keelhauling")).collect()
    };
    let (mut meant, mut others) = (BTreeSet::new(), BTreeSet::new());
    for file in files {
        let to = if is_meant(file.needs) { &mut meant } else { &mut others };
        to.extend(words(file));
    }
    meant.retain(|word| !others.iter().any(|other| other.contains(word.as_str())));
    meant.into_iter().collect()
}

#[test]
fn a_view_answers_like_a_corpus_of_what_may_be_read() {
    compare(250, 500);
}

#[test]
#[ignore = "takes long: 100,000 requests"]
fn scopes_at_full_size() {
    compare(400, 60_000);
    compare(3_000, 40_000);
    compare(24_000, 5_000);
}

#[test]
fn one_view_is_made_for_all_who_may_read_the_same() {
    let (_place, whole) = whole(&files(40));
    let view = |reader: &Reader| whole.for_reader(reader).unwrap();
    let operator = Reader { is_operator: true, ..Reader::default() };
    assert!(Arc::ptr_eq(&view(&operator), &whole));
    let north = Reader { guilds: vec![1], ..Reader::default() };
    let other = Reader { guilds: vec![1, 9], roles: vec![2], user: Some(4), ..Reader::default() };
    assert!(Arc::ptr_eq(&view(&north), &view(&other)));
    assert!(!Arc::ptr_eq(&view(&north), &view(&Reader::default())));
    // A view of a view shows what both may read.
    let both = view(&north).for_reader(&Reader { roles: vec![7], ..Reader::default() }).unwrap();
    assert_eq!(listed(&both), listed(&view(&Reader::default())));
    assert!(!both.may_read("north/gone-1.md") && both.may_read("common/gone-1.md"));
    // Operators are admitted to what they have in hand, no more.
    assert!(Arc::ptr_eq(&both.for_reader(&operator).unwrap(), &both));
}

#[test]
fn without_rules_everybody_has_the_same_answerer() {
    let (_place, answerer) = only(&files(40), &[], "");
    assert!(Arc::ptr_eq(&answerer.for_reader(&Reader::default()).unwrap(), &answerer));
    assert!(answerer.may_read("anything/at/all.md"));
}

#[test]
fn what_may_be_read_is_known_of_sources_present_refused_and_gone() {
    let (_place, whole) = whole(&files(40));
    let nobody = whole.for_reader(&Reader::default()).unwrap();
    let north = whole.for_reader(&Reader { guilds: vec![1], ..Reader::default() }).unwrap();
    for (path, by_nobody, by_north) in [
        ("common/wages.md", true, true),
        ("north/photo.png", false, true),
        ("north/gone-2.md", false, true),
        ("north/never.md", false, true),
        ("common/gone-2.md", true, true),
        ("south/never.md", false, false),
        ("south/public/never.md", true, true),
        ("archive/salaries.md", false, false),
        ("nobody/secret.md", false, false),
        // It is named by the id that it declares.
        ("common/plan.md", false, false),
        ("the-plan.md", false, false),
    ] {
        assert_eq!((nobody.may_read(path), north.may_read(path)), (by_nobody, by_north), "{path}");
        assert!(whole.may_read(path));
    }
    assert!(!nobody.may_read_source("the-plan", "gone/elsewhere.md"));
    assert!(nobody.may_read_source("gone", "gone/elsewhere.md"));
}

#[test]
#[ignore = "measures: run it alone"]
#[expect(clippy::print_stdout, reason = "the figures are what it is for")]
fn how_long_views_take() {
    // Each document in six pieces: as many sources as a large team has.
    let mut pieces = Vec::new();
    for File { path, text, needs } in files(14_000) {
        let paragraphs: Vec<&str> = text.split("\n\n").collect();
        for (number, piece) in paragraphs.chunks(paragraphs.len().div_ceil(6)).enumerate() {
            let (folder, name) = path.split_once('/').unwrap_or(("", &path));
            let path = format!("{folder}/piece-{number}/{}", name.replace('/', "-p"));
            pieces.push(File {
                path,
                text: format!("---\nid: p{}\n---\n{}", pieces.len(), piece.join("\n\n")),
                needs,
            });
        }
    }
    let place = Place::empty();
    let settings = settings(&place, RULES);
    pieces.iter().for_each(|file| write(file, &file.text, place.corpus()));
    let whole = Arc::new(Answerer::new(index(&place, &settings), &settings, None).unwrap());
    println!("{} sources, {} passages", whole.index().sources().len(), whole.index().passages());
    for (name, reader) in [
        ("the first view", Reader { guilds: vec![1], ..Reader::default() }),
        ("another one", Reader::default()),
        ("a third one", Reader { roles: vec![7], ..Reader::default() }),
    ] {
        let start = Instant::now();
        whole.for_reader(&reader).unwrap();
        println!("{name}: {:?}", start.elapsed());
    }
    let view = whole.for_reader(&Reader { guilds: vec![1], ..Reader::default() }).unwrap();
    let pool = Requests::of(&pieces, 14_000, &whole);
    for round in 0..3 {
        for (name, answerer) in [("whole", &whole), ("view", &view)] {
            let (mut searching, mut answering) = (Duration::ZERO, Duration::ZERO);
            for at in 0..100 {
                let question = pool.one(&pool.questions, &mut Random::stream(SEED, at));
                let start = Instant::now();
                answerer.look_up(question, &[], 12).unwrap();
                searching += start.elapsed();
                answerer.ask(question, &[]).unwrap();
                answering += start.elapsed();
            }
            println!(
                "round {round}, {name}: {:?} a search, {:?} with its answer",
                searching / 100,
                answering / 100
            );
        }
    }
}
