//! A folder written in strings, settings loaded from it, what they then are.

use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;

use proptest::prelude::*;
use tempfile::TempDir;

use super::*;

/// A temporary folder, called `/` in expectations, where the program was started in `place` and the user's
/// folders are `user/config` and `user/data`.
struct Setup {
    root: TempDir,
    environment: Vec<(OsString, OsString)>,
    config_files: Vec<PathBuf>,
    corpus: Option<PathBuf>,
    data: Option<PathBuf>,
    has_user: bool,
}

impl Setup {
    fn new(files: &[(&str, &str)]) -> Self {
        let root = TempDir::new().unwrap();
        fs::create_dir(root.path().join("place")).unwrap();
        for (path, text) in files {
            let path = root.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        Self { root, environment: vec![], config_files: vec![], corpus: None, data: None, has_user: true }
    }

    /// A project folder as people have it: `config/default.toml` is there, and `local.toml` has this text.
    fn with_local(text: &str) -> Self {
        Self::new(&[("place/config/default.toml", ""), ("place/config/local.toml", text)])
    }

    fn variable(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.into(), value.into()));
        self
    }

    fn config_file(mut self, file: &str) -> Self {
        self.config_files.push(file.into());
        self
    }

    fn corpus(mut self, folder: &str) -> Self {
        self.corpus = Some(folder.into());
        self
    }

    fn data(mut self, folder: &str) -> Self {
        self.data = Some(folder.into());
        self
    }

    fn without_user(mut self) -> Self {
        self.has_user = false;
        self
    }

    fn load(&self) -> Result<Settings, SettingsError> {
        let folder = |name: &str| self.has_user.then(|| self.root.path().join(name));
        load(&Sources {
            current_dir: &self.root.path().join("place"),
            user: UserFolders { config: folder("user/config"), data: folder("user/data") },
            environment: &self.environment,
            config_files: &self.config_files,
            corpus: self.corpus.as_deref(),
            data: self.data.as_deref(),
        })
    }

    fn settings(&self) -> Settings {
        self.load().unwrap_or_else(|error| panic!("{error}"))
    }

    /// Path and text without the place of the temporary folder.
    fn seen(&self, text: impl ToString) -> String {
        text.to_string().replace(self.root.path().to_str().unwrap(), "")
    }

    #[track_caller]
    fn check(&self, key: &str, value: &str, origin: &str) {
        let settings = self.settings();
        let in_force = settings.origins().iter().find(|in_force| in_force.key == key).unwrap();
        assert_eq!(self.seen(&in_force.value), value);
        assert_eq!(self.seen(&in_force.origin), origin);
    }

    #[track_caller]
    fn check_error(&self, expected: &str) {
        match self.load() {
            Ok(settings) => panic!("nothing is wrong: {settings:?}"),
            Err(error) => assert_eq!(self.seen(error), expected),
        }
    }
}

#[test]
fn the_compiled_in_settings_are_complete_and_valid() {
    let settings = Setup::new(&[]).settings();
    assert_eq!(settings.corpus.max_file_bytes(), 33_554_432);
    assert_eq!(settings.corpus.how_to_add, None);
    assert_eq!((settings.index.threads, settings.index.memory_mb), (2, 20));
    assert_eq!((settings.answer.threshold, settings.answer.passages), (0.44, 12));
    assert_eq!(settings.answer.closest_below, 0.3);
    assert!(settings.answer.spelling);
    let ReaderSettings { enabled, windows, threads, patience_seconds, .. } = settings.reader;
    assert_eq!((enabled, windows, threads, patience_seconds), (true, 2, 1, 2));
    assert_eq!(settings.sources.link, None);
    assert!(settings.discord.token.is_none());
    assert!(settings.discord.guilds.is_empty() && settings.discord.operators.is_empty());
    assert_eq!((settings.discord.language, settings.discord.proxy), (Language::English, None));
    assert_eq!((settings.discord.watchdog_seconds, settings.discord.drain_seconds), (120, 10));
    assert!(!settings.discord.add_files);
    assert_eq!((settings.discord.announce_stale, settings.discord.announce_stale_days), (false, 30));
    assert!(settings.channels.allow.is_empty() && settings.channels.deny.is_empty());
    let LimitSettings { person_per_minute, channel_per_minute, guild_per_minute, waiting } = settings.limits;
    assert_eq!((person_per_minute, channel_per_minute, guild_per_minute, waiting), (10, 30, 120, 64));
    let RetentionSettings { questions_days, conversation_minutes, audit_days, guild_days } =
        settings.retention;
    assert_eq!((questions_days, conversation_minutes, audit_days, guild_days), (90, 60, 365, 30));
    assert_eq!(settings.operations.listen, Some("127.0.0.1:9464".parse().unwrap()));
    assert_eq!(settings.log.filter.to_string(), "passim=info,warn");
}

#[test]
fn every_key_of_default_toml_is_read_and_has_its_comment() {
    let text = include_str!("../../config/default.toml");
    let mut keys = Vec::new();
    let (mut table, mut line_before) = ("", "");
    for line in text.lines() {
        if let Some(name) = line.strip_prefix('[') {
            table = name.trim_end_matches(']');
        } else if let Some((name, _)) = line.split_once(" = ").filter(|_| !line.starts_with('#')) {
            assert!(line_before.starts_with("# "), "{name} has no comment");
            keys.push(if table.is_empty() { name.to_owned() } else { format!("{table}.{name}") });
        }
        line_before = line;
    }
    let settings = Setup::new(&[]).settings();
    let read: Vec<&String> = settings.origins().iter().map(|in_force| &in_force.key).collect();
    assert_eq!(read, keys.iter().collect::<Vec<_>>());
}

#[test]
fn each_layer_wins_over_the_one_below() {
    let threads = |number: u8| format!("[index]\nthreads = {number}");
    let (three, four, five, six) = (threads(3), threads(4), threads(5), threads(6));
    let mut files = vec![("place/config/default.toml", "")];
    let key = "index.threads";
    Setup::new(&files).check(key, "2", "compiled in");

    files[0].1 = &three;
    Setup::new(&files).check(key, "3", "/place/config/default.toml");

    files.push(("place/config/local.toml", &four));
    Setup::new(&files).check(key, "4", "/place/config/local.toml");

    files.extend([("place/one.toml", five.as_str()), ("place/two.toml", six.as_str())]);
    let setup = Setup::new(&files).config_file("one.toml").config_file("two.toml");
    setup.check(key, "6", "/place/two.toml");

    let setup = setup.variable("PASSIM_INDEX__THREADS", "7");
    setup.check(key, "7", "PASSIM_INDEX__THREADS");
    assert_eq!(setup.settings().index.threads, 7);
}

#[test]
fn a_layer_leaves_alone_what_it_does_not_name() {
    let setup = Setup::with_local("[index]\nthreads = 3").variable("PASSIM_INDEX__MEMORY_MB", "15");
    setup.check("index.threads", "3", "/place/config/local.toml");
    setup.check("index.memory_mb", "15", "PASSIM_INDEX__MEMORY_MB");
    setup.check("answer.passages", "12", "compiled in");
}

#[test]
fn the_command_line_wins_over_everything() {
    let setup = Setup::with_local("[corpus]\npath = 'a'\n[data]\npath = 'b'")
        .variable("PASSIM_CORPUS__PATH", "c")
        .variable("PASSIM_DATA__PATH", "d");
    setup.check("corpus.path", "/place/c", "PASSIM_CORPUS__PATH");
    setup.check("data.path", "/place/d", "PASSIM_DATA__PATH");

    let setup = setup.corpus("e").data("./f");
    setup.check("corpus.path", "/place/e", "command line");
    setup.check("data.path", "/place/f", "command line");
}

#[test]
fn the_folder_of_the_reader_is_that_of_the_configuration_folder_unless_it_is_named() {
    let key = "reader.folder";
    Setup::new(&[]).check(key, "/user/config/passim/reader", "compiled in");
    Setup::new(&[]).without_user().check(key, "", "compiled in");
    Setup::with_local("").check(key, "/place/config/reader", "compiled in");
    let local = "/place/config/local.toml";
    Setup::with_local("[reader]\nfolder = 'models/small'").check(key, "/place/models/small", local);
    Setup::with_local("[reader]\nfolder = '/models/small'").check(key, "/models/small", local);
    for (key, value, must_be) in [
        ("windows", 9, "a whole number from 1 to 8"),
        ("threads", 0, "a whole number from 1 to 64"),
        ("patience_seconds", 61, "a whole number from 1 to 60"),
    ] {
        let error = format!("reader.{key} in {local} is {value}; it must be {must_be}");
        Setup::with_local(&format!("[reader]\n{key} = {value}")).check_error(&error);
    }
}

#[test]
fn the_configuration_folder_is_the_named_one_then_that_of_the_project_then_that_of_the_user() {
    let threads = |number: u8| format!("[index]\nthreads = {number}");
    let (user, project, named) = (threads(3), threads(4), threads(5));
    let mut files = vec![("user/config/passim/local.toml", user.as_str())];
    let key = "index.threads";
    let config_dir = |setup: &Setup| setup.seen(setup.settings().config_dir.unwrap().display());

    let setup = Setup::new(&files);
    setup.check(key, "3", "/user/config/passim/local.toml");
    assert_eq!(config_dir(&setup), "/user/config/passim");

    files.push(("place/config/default.toml", &project));
    let setup = Setup::new(&files);
    setup.check(key, "4", "/place/config/default.toml");
    assert_eq!(config_dir(&setup), "/place/config");

    files.push(("place/named/local.toml", &named));
    let setup = Setup::new(&files).variable("PASSIM_CONFIG_DIR", "./named");
    setup.check(key, "5", "/place/named/local.toml");
    assert_eq!(config_dir(&setup), "/place/named");
}

#[test]
fn a_folder_config_without_default_toml_is_somebody_elses() {
    let setup = Setup::new(&[("place/config/local.toml", "[webpack]\nport = 1")]);
    assert_eq!(setup.seen(setup.settings().config_dir.unwrap().display()), "/user/config/passim");
}

#[test]
fn a_lone_binary_has_no_configuration_folder() {
    assert_eq!(Setup::new(&[]).without_user().settings().config_dir, None);
}

#[test]
fn a_named_configuration_folder_must_exist() {
    let setup = Setup::new(&[("place/file", "")]);
    let setup = setup.variable("PASSIM_CONFIG_DIR", "nowhere");
    setup.check_error("PASSIM_CONFIG_DIR names /place/nowhere, which is not a folder");
    let setup = Setup::new(&[("place/file", "")]).variable("PASSIM_CONFIG_DIR", "file");
    setup.check_error("PASSIM_CONFIG_DIR names /place/file, which is not a folder");
}

#[test]
fn paths_in_a_configuration_folder_start_above_it() {
    let setup = Setup::with_local("[corpus]\npath = 'docs'\n[data]\npath = './kept'");
    setup.check("corpus.path", "/place/docs", "/place/config/local.toml");
    setup.check("data.path", "/place/kept", "/place/config/local.toml");

    let files = [("srv/config/local.toml", "[corpus]\npath = 'docs'")];
    let setup = Setup::new(&files).variable("PASSIM_CONFIG_DIR", "../srv/config");
    setup.check("corpus.path", "/place/../srv/docs", "/place/../srv/config/local.toml");
}

#[test]
fn paths_in_any_other_file_start_beside_it() {
    let text = "[corpus]\npath = 'docs'";
    let setup = Setup::new(&[("else/mine.toml", text)]).config_file("../else/mine.toml");
    setup.check("corpus.path", "/place/../else/docs", "/place/../else/mine.toml");

    let setup = Setup::new(&[("user/config/passim/local.toml", text)]);
    setup.check("corpus.path", "/user/config/passim/docs", "/user/config/passim/local.toml");
}

#[test]
fn an_absolute_path_is_taken_as_it_is() {
    let setup = Setup::with_local("[corpus]\npath = '/srv/docs'");
    setup.check("corpus.path", "/srv/docs", "/place/config/local.toml");
    let setup = setup.variable("PASSIM_CORPUS__PATH", "/srv/other").data("/srv/data");
    setup.check("corpus.path", "/srv/other", "PASSIM_CORPUS__PATH");
    setup.check("data.path", "/srv/data", "command line");
}

#[test]
fn a_project_has_its_corpus_and_its_data_beside_config() {
    let setup = Setup::with_local("");
    setup.check("corpus.path", "/place/seeds", "compiled in");
    setup.check("data.path", "/place/.passim", "compiled in");
    assert_eq!(setup.seen(setup.settings().corpus_dir().unwrap().display()), "/place/seeds");
    assert_eq!(setup.seen(setup.settings().data_dir().unwrap().display()), "/place/.passim");
}

#[test]
fn a_named_folder_config_makes_a_project_too() {
    let setup = Setup::new(&[("srv/config/local.toml", "")]);
    let config_dir = setup.root.path().join("srv/config");
    let setup = setup.variable("PASSIM_CONFIG_DIR", config_dir.to_str().unwrap());
    setup.check("corpus.path", "/srv/seeds", "compiled in");
    setup.check("data.path", "/srv/.passim", "compiled in");
}

#[test]
fn elsewhere_data_goes_to_the_user_and_a_corpus_has_to_be_named() {
    let setup = Setup::new(&[]);
    setup.check("corpus.path", "", "compiled in");
    setup.check("data.path", "/user/data/passim", "compiled in");
    let error = setup.settings().corpus_dir().unwrap_err();
    let expected = "no corpus is set: name a folder with --corpus DIR, PASSIM_CORPUS__PATH or corpus.path in \
                    /user/config/passim/local.toml";
    assert_eq!(setup.seen(error), expected);
}

#[test]
fn without_any_folder_the_errors_still_say_what_to_do() {
    let settings = Setup::new(&[]).without_user().settings();
    assert_eq!(
        settings.corpus_dir().unwrap_err().to_string(),
        "no corpus is set: name a folder with --corpus DIR, PASSIM_CORPUS__PATH or corpus.path in a file given \
         with --config"
    );
    assert_eq!(
        settings.data_dir().unwrap_err().to_string(),
        "no data folder is known: name one with --data DIR, PASSIM_DATA__PATH or data.path in a file given with \
         --config"
    );
}

#[cfg(unix)]
#[test]
fn a_folder_on_the_command_line_need_not_be_utf8() {
    use std::os::unix::ffi::OsStringExt;
    let mut setup = Setup::new(&[]);
    let folder = PathBuf::from(OsString::from_vec(b"/srv/d\xf6cs".to_vec()));
    setup.corpus = Some(folder.clone());
    assert_eq!(setup.settings().corpus.path, Some(folder));
}

#[test]
fn variables_are_read_as_their_key_wants_them() {
    let settings = Setup::new(&[])
        .variable("PASSIM_ANSWER__SPELLING", "false")
        .variable("PASSIM_ANSWER__THRESHOLD", "0.25")
        .variable("PASSIM_CORPUS__MAX_FILE_MB", "64")
        .variable("PASSIM_CORPUS__HOW_TO_ADD", "true")
        .variable("PASSIM_CORPUS__PATH", "/007")
        .variable("PASSIM_DISCORD__TOKEN", "0012")
        .variable("PASSIM_LOG__FILTER", "debug")
        .settings();
    assert!(!settings.answer.spelling);
    assert_eq!(settings.answer.threshold, 0.25);
    assert_eq!(settings.corpus.max_file_mb, 64);
    assert_eq!(settings.corpus.how_to_add.as_deref(), Some("true"));
    assert_eq!(settings.corpus.path, Some(PathBuf::from("/007")));
    assert_eq!(settings.discord.token.unwrap().expose(), "0012");
    assert_eq!(settings.log.filter.to_string(), "debug");
}

#[test]
fn the_usual_name_of_the_token_is_understood_and_our_own_wins() {
    let setup = Setup::with_local("[discord]\ntoken = 'from a file'").variable("DISCORD_TOKEN", "usual");
    setup.check("discord.token", "<hidden>", "DISCORD_TOKEN");
    assert_eq!(setup.settings().discord.token.unwrap().expose(), "usual");

    let mut setup = setup.variable("PASSIM_DISCORD__TOKEN", "ours");
    assert_eq!(setup.settings().discord.token.unwrap().expose(), "ours");
    setup.environment.reverse();
    setup.check("discord.token", "<hidden>", "PASSIM_DISCORD__TOKEN");
    assert_eq!(setup.settings().discord.token.unwrap().expose(), "ours");
}

#[test]
fn an_empty_variable_counts_as_not_set() {
    let setup = Setup::with_local("[index]\nthreads = 3")
        .variable("PASSIM_CONFIG_DIR", "")
        .variable("PASSIM_INDEX__THREADS", "")
        .variable("DISCORD_TOKEN", "usual")
        .variable("PASSIM_DISCORD__TOKEN", "");
    setup.check("index.threads", "3", "/place/config/local.toml");
    setup.check("discord.token", "<hidden>", "DISCORD_TOKEN");
}

#[test]
fn other_variables_are_nobodys_business() {
    Setup::new(&[]).variable("PATH", "/bin").variable("PASSIMIST", "1").variable("TOKEN", "x").settings();
}

#[test]
fn an_unknown_variable_is_an_error_with_the_nearest_name() {
    let setup = Setup::new(&[]).variable("PASSIM_CORPUS_PATH", "x");
    setup.check_error("unknown environment variable PASSIM_CORPUS_PATH; did you mean PASSIM_CORPUS__PATH?");
    let setup = Setup::new(&[]).variable("PASSIM_PORT", "tcp://10.0.0.1:80");
    setup.check_error("unknown environment variable PASSIM_PORT");
}

#[cfg(unix)]
#[test]
fn a_variable_of_ours_that_is_not_utf8_is_an_error() {
    use std::os::unix::ffi::OsStringExt;
    let mut setup = Setup::new(&[]);
    let not_utf8 = OsString::from_vec(vec![0xf6]);
    setup.environment = vec![("PASSIM_CORPUS__PATH".into(), not_utf8.clone()), ("OTHER".into(), not_utf8)];
    setup.check_error("the environment variable PASSIM_CORPUS__PATH is not valid UTF-8");
}

#[test]
fn an_unknown_key_is_an_error_with_the_nearest_key() {
    let setup = Setup::with_local("[corpus]\npth = 'x'");
    setup.check_error("unknown key corpus.pth in /place/config/local.toml; did you mean corpus.path?");
    let setup = Setup::with_local("[corpsu]\npath = 'x'");
    setup.check_error("unknown key corpsu.path in /place/config/local.toml; did you mean corpus.path?");
    let setup = Setup::with_local("[Answer]\npassages = 3");
    setup.check_error(
        "unknown key Answer.passages in /place/config/local.toml; did you mean answer.passages?",
    );
}

#[test]
fn a_key_in_the_wrong_table_is_shown_the_right_one() {
    let setup = Setup::with_local("max_file_mb = 3");
    setup
        .check_error("unknown key max_file_mb in /place/config/local.toml; did you mean corpus.max_file_mb?");
    let setup = Setup::with_local("[index]\npassages = 3");
    setup
        .check_error("unknown key index.passages in /place/config/local.toml; did you mean answer.passages?");
}

#[test]
fn a_key_like_no_other_is_an_error_without_a_guess() {
    Setup::with_local("[webpack]\nport = 1")
        .check_error("unknown key webpack.port in /place/config/local.toml");
    Setup::with_local("[webpack]").check_error("unknown key webpack in /place/config/local.toml");
    Setup::with_local("[corpus]\n[data]").settings();
}

#[test]
fn a_value_in_the_place_of_a_table_is_an_error() {
    let setup = Setup::with_local("corpus = 'seeds'");
    setup.check_error("corpus in /place/config/local.toml must be a table, as in [corpus]");
    let setup = Setup::with_local("[[corpus]]\npath = 'seeds'");
    setup.check_error("corpus in /place/config/local.toml must be a table, as in [corpus]");
}

#[test]
fn a_value_of_the_wrong_type_is_an_error_that_says_what_is_allowed() {
    let check = |table: &str, line: &str, expected: &str| {
        Setup::with_local(&format!("[{table}]\n{line}")).check_error(expected);
    };
    let threads = "a whole number from 1 to 64";
    for (value, shown) in
        [("'two'", "\"two\""), ("'2'", "\"2\""), ("2.0", "2.0"), ("true", "true"), ("[1]", "a list")]
    {
        let expected = format!("index.threads in /place/config/local.toml is {shown}; it must be {threads}");
        check("index", &format!("threads = {value}"), &expected);
    }
    check(
        "answer",
        "spelling = 1",
        "answer.spelling in /place/config/local.toml is 1; it must be true or false",
    );
    check(
        "answer",
        "threshold = '0.5'",
        "answer.threshold in /place/config/local.toml is \"0.5\"; it must be a number from 0 to 1",
    );
    check(
        "corpus",
        "path = 3",
        "corpus.path in /place/config/local.toml is 3; it must be a text in quotation marks",
    );
    check(
        "corpus.path",
        "folder = 'x'",
        "corpus.path in /place/config/local.toml is a table; it must be a text in quotation marks",
    );
}

#[test]
fn a_number_out_of_its_range_is_an_error_that_names_the_range() {
    let check = |name: &str, value: &str, must_be: &str| {
        let key = name.to_lowercase().replace("__", ".");
        let setup = Setup::new(&[]).variable(&format!("PASSIM_{name}"), value);
        setup.check_error(&format!("{key} from PASSIM_{name} is {value:?}; it must be {must_be}"));
    };
    check("CORPUS__MAX_FILE_MB", "0", "a whole number from 1 to 1024");
    check("CORPUS__MAX_FILE_MB", "1025", "a whole number from 1 to 1024");
    check("INDEX__THREADS", "65", "a whole number from 1 to 64");
    check("INDEX__THREADS", "-1", "a whole number from 1 to 64");
    check("INDEX__THREADS", "99999999999999999999", "a whole number from 1 to 64");
    check("INDEX__MEMORY_MB", "14", "a whole number from 15 to 4096");
    check("INDEX__MEMORY_MB", "4097", "a whole number from 15 to 4096");
    check("ANSWER__PASSAGES", "0", "a whole number from 1 to 200");
    check("ANSWER__PASSAGES", "201", "a whole number from 1 to 200");
    check("ANSWER__THRESHOLD", "1.01", "a number from 0 to 1");
    check("ANSWER__THRESHOLD", "-0.1", "a number from 0 to 1");
    check("ANSWER__THRESHOLD", "NaN", "a number from 0 to 1");
    check("ANSWER__CLOSEST_BELOW", "55", "a number from 0 to 1");
    check("ANSWER__SPELLING", "yes", "true or false");
    check("DISCORD__WATCHDOG_SECONDS", "9", "a whole number from 10 to 3600");
    check("DISCORD__DRAIN_SECONDS", "301", "a whole number from 1 to 300");
    check("LIMITS__PERSON_PER_MINUTE", "0", "a whole number from 1 to 100000");
    check("LIMITS__CHANNEL_PER_MINUTE", "100001", "a whole number from 1 to 100000");
    check("LIMITS__GUILD_PER_MINUTE", "0", "a whole number from 1 to 100000");
    check("LIMITS__WAITING", "10001", "a whole number from 1 to 10000");
    check("RETENTION__QUESTIONS_DAYS", "0", "a whole number from 1 to 36500");
    check("RETENTION__CONVERSATION_MINUTES", "10081", "a whole number from 1 to 10080");
    check("RETENTION__AUDIT_DAYS", "36501", "a whole number from 1 to 36500");
    check("RETENTION__GUILD_DAYS", "-1", "a whole number from 0 to 36500");
}

#[test]
fn a_list_of_ids_is_written_as_texts_or_numbers() {
    let setup = Setup::with_local("[discord]\nguilds = ['81384788765712384', 7]\noperators = [ ]");
    assert_eq!(setup.settings().discord.guilds, [81_384_788_765_712_384, 7]);
    assert!(setup.settings().discord.operators.is_empty());
    setup.check("discord.guilds", "81384788765712384, 7", "/place/config/local.toml");
    setup.check("discord.operators", "", "/place/config/local.toml");
    setup.check("channels.allow", "", "compiled in");
}

#[test]
fn a_list_of_ids_in_a_variable_has_commas_or_spaces_between() {
    for ids in ["1,2", "1 2", " 1, 2\n", "1,,2,"] {
        let setup = Setup::with_local("[channels]\nallow = [3]").variable("PASSIM_CHANNELS__ALLOW", ids);
        assert_eq!(setup.settings().channels.allow, [1, 2], "{ids:?}");
        setup.check("channels.allow", "1, 2", "PASSIM_CHANNELS__ALLOW");
    }
    let cleared = Setup::with_local("[channels]\nallow = [3]").variable("PASSIM_CHANNELS__ALLOW", " ");
    assert!(cleared.settings().channels.allow.is_empty());
}

#[test]
fn a_later_list_replaces_the_earlier_one() {
    let files = [
        ("place/config/default.toml", "[channels]\ndeny = [1, 2]"),
        ("place/config/local.toml", "[channels]\ndeny = [3]"),
    ];
    assert_eq!(Setup::new(&files).settings().channels.deny, [3]);
}

#[test]
fn what_is_no_id_is_shown_with_what_an_id_is() {
    let must_be = "it must be a list of Discord ids, each of digits, as in [\"81384788765712384\"]";
    let check = |value: &str, shown: &str| {
        Setup::with_local(&format!("[discord]\nguilds = {value}"))
            .check_error(&format!("discord.guilds in /place/config/local.toml is {shown}; {must_be}"));
    };
    check("['1', 'team']", "a list with \"team\"");
    check("['0']", "a list with \"0\"");
    check("['+7']", "a list with \"+7\"");
    check("['']", "a list with \"\"");
    check("['1,2']", "a list with \"1,2\"");
    check("['18446744073709551616']", "a list with \"18446744073709551616\"");
    check("['000000000000000000001']", "a list with \"000000000000000000001\"");
    check("[-1]", "a list with -1");
    check("[1.5]", "a list with 1.5");
    check("[[1]]", "a list with a list");
    check("'1'", "\"1\"");
    check("1", "1");
    check("{ id = 1 }", "a table");

    Setup::new(&[])
        .variable("PASSIM_DISCORD__GUILDS", "1,team")
        .check_error(&format!("discord.guilds from PASSIM_DISCORD__GUILDS is \"1,team\"; {must_be}"));
    let largest = Setup::new(&[]).variable("PASSIM_DISCORD__GUILDS", "18446744073709551615");
    assert_eq!(largest.settings().discord.guilds, [u64::MAX]);
}

#[test]
fn a_list_under_an_unknown_key_is_an_error_too() {
    Setup::with_local("[discord]\nguild = ['1']")
        .check_error("unknown key discord.guild in /place/config/local.toml; did you mean discord.guilds?");
    Setup::with_local("guilds = ['1']")
        .check_error("unknown key guilds in /place/config/local.toml; did you mean discord.guilds?");
    Setup::with_local("channels = ['1']")
        .check_error("channels in /place/config/local.toml must be a table, as in [channels]");
    Setup::new(&[]).variable("PASSIM_DISCORD__GUILD", "1").check_error(
        "unknown environment variable PASSIM_DISCORD__GUILD; did you mean PASSIM_DISCORD__GUILDS?",
    );
}

#[test]
fn the_language_of_replies_is_one_that_there_is() {
    let german = Setup::with_local("[discord]\nlanguage = 'de'");
    assert_eq!(german.settings().discord.language, Language::German);
    german.check("discord.language", "de", "/place/config/local.toml");
    Setup::with_local("[discord]\nlanguage = 'fr'")
        .check_error("discord.language in /place/config/local.toml is \"fr\"; it must be \"en\" or \"de\"");
}

#[test]
fn a_proxy_is_an_origin_without_a_path() {
    let setup = |proxy: &str| Setup::new(&[]).variable("PASSIM_DISCORD__PROXY", proxy);
    for proxy in ["http://127.0.0.1:3000", "https://proxy", "http://[::1]:3000", "http://http-proxy.lan:80"] {
        assert_eq!(setup(proxy).settings().discord.proxy.as_deref(), Some(proxy));
    }
    let with_slash = setup("http://proxy:3000/").settings();
    assert_eq!(with_slash.discord.proxy.as_deref(), Some("http://proxy:3000"));
    for wrong in [
        "proxy:3000",
        "ftp://proxy",
        "http://",
        "http:///",
        "http://proxy/api",
        "http://proxy//",
        "http://proxy?x",
        "http://a b",
        "http://me@proxy",
        "http://proxy:",
        "http://proxy:0",
        "http://proxy:99999",
        "http://[::1",
        "http://::1",
    ] {
        setup(wrong).check_error(&format!(
            "discord.proxy from PASSIM_DISCORD__PROXY is {wrong:?}; it must be empty or an origin such as \
             http://127.0.0.1:3000, with no path after it"
        ));
    }
}

#[test]
fn the_ends_of_a_range_belong_to_it() {
    let settings =
        Setup::with_local("[answer]\nthreshold = 1\npassages = 200\n[index]\nthreads = 1").settings();
    assert_eq!((settings.answer.threshold, settings.answer.passages, settings.index.threads), (1.0, 200, 1));
}

#[test]
fn a_link_is_checked_when_it_is_read() {
    let setup = Setup::with_local("[sources]\nlink = 'https://git.example.org/{path}#L{line}'");
    let link = setup.settings().sources.link.unwrap();
    assert_eq!(link.fill("a b.md", 3, "004"), "https://git.example.org/a%20b.md#L3");
    Setup::with_local("[sources]\nlink = 'javascript:{path}'").check_error(
        "sources.link in /place/config/local.toml is \"javascript:{path}\"; it must be empty or a link that \
         starts with http:// or https://",
    );
}

#[test]
fn where_health_and_metrics_are_served_is_an_address_or_nothing() {
    let listen = |text: &str| {
        Setup::with_local(&format!("[operations]\nlisten = '{text}'")).settings().operations.listen
    };
    assert_eq!([listen(""), listen("off")], [None, None]);
    assert_eq!(listen("[::1]:80"), Some("[::1]:80".parse().unwrap()));
    for wrong in ["9464", "localhost:9464", "127.0.0.1"] {
        Setup::with_local(&format!("[operations]\nlisten = '{wrong}'")).check_error(&format!(
            "operations.listen in /place/config/local.toml is \"{wrong}\"; it must be an address with a port, such \
             as 127.0.0.1:9464 or 0.0.0.0:9464, or off"
        ));
    }
}

#[test]
fn a_log_is_for_people_or_for_programs() {
    let format = |text: &str| Setup::with_local(&format!("[log]\nformat = '{text}'"));
    assert_eq!(Setup::new(&[]).settings().log.format, LogFormat::Human);
    assert_eq!(format("json").settings().log.format, LogFormat::Json);
    format("xml")
        .check_error("log.format in /place/config/local.toml is \"xml\"; it must be \"human\" or \"json\"");
}

#[test]
fn a_log_filter_is_checked_when_it_is_read() {
    Setup::with_local("[log]\nfilter = 'passim=loud'").check_error(
        "log.filter in /place/config/local.toml is \"passim=loud\"; it must be a filter such as warn or \
         warn,passim=debug",
    );
}

#[test]
fn a_file_that_is_not_toml_is_an_error_with_the_line() {
    Setup::with_local("[index]\nthreads = 3\nthreads = 4").check_error(
        "cannot read the settings file /place/config/local.toml: not valid TOML at line 3: duplicate key",
    );
    Setup::with_local("[index]\nthreads = 99999999999999999999").check_error(
        "cannot read the settings file /place/config/local.toml: not valid TOML: number too large to fit in \
         target type",
    );
}

#[test]
fn a_byte_order_mark_is_no_part_of_a_settings_file() {
    Setup::with_local("\u{feff}[index]\nthreads = 3").check("index.threads", "3", "/place/config/local.toml");
}

#[cfg(unix)]
#[test]
fn a_file_that_cannot_be_read_is_an_error() {
    let missing = Setup::new(&[]).config_file("none.toml");
    missing.check_error(
        "cannot read the settings file /place/none.toml: No such file or directory (os error 2)",
    );
    let folder = Setup::new(&[("place/config/default.toml", ""), ("place/config/local.toml/file", "")]);
    folder
        .check_error("cannot read the settings file /place/config/local.toml: Is a directory (os error 21)");
}

#[test]
fn every_problem_is_reported_at_once() {
    let setup = Setup::with_local("colour = 1\n[corpus]\npth = 'x'\n[index]\nthreads = 0")
        .config_file("none.toml")
        .variable("PASSIM_SPEED", "1")
        .variable("PASSIM_ANSWER__SPELLING", "maybe");
    let error = setup.load().unwrap_err();
    let problems: Vec<String> = error.problems().iter().map(|problem| setup.seen(problem)).collect();
    assert_eq!(problems.len(), 6);
    assert_eq!(problems[0], "unknown key colour in /place/config/local.toml");
    assert!(problems[1].starts_with("unknown key corpus.pth"), "{}", problems[1]);
    assert!(problems[2].starts_with("cannot read the settings file /place/none.toml"), "{}", problems[2]);
    assert_eq!(problems[3], "unknown environment variable PASSIM_SPEED");
    assert!(problems[4].starts_with("index.threads"), "{}", problems[4]);
    assert!(problems[5].starts_with("answer.spelling"), "{}", problems[5]);
    assert_eq!(setup.seen(error), problems.join("\n"));
}

#[test]
fn a_wrong_value_that_a_later_layer_replaces_does_no_harm() {
    let setup = Setup::with_local("[index]\nthreads = 0").variable("PASSIM_INDEX__THREADS", "4");
    setup.check("index.threads", "4", "PASSIM_INDEX__THREADS");
}

#[test]
fn a_token_is_never_printed() {
    let setup = Setup::new(&[]).variable("DISCORD_TOKEN", "t0psecret");
    let settings = setup.settings();
    let token = settings.discord.token.clone().unwrap();
    assert_eq!(token.expose(), "t0psecret");
    assert_eq!(format!("{token} {token:?} {token:#?}"), "<hidden> <hidden> <hidden>");
    assert_eq!(serde_json::to_string(&token).unwrap(), "\"<hidden>\"");
    assert!(!format!("{settings:?}{:?}", settings.origins()).contains("t0psecret"));
    setup.check("discord.token", "<hidden>", "DISCORD_TOKEN");
    Setup::new(&[]).check("discord.token", "", "compiled in");
}

#[test]
fn a_token_is_not_printed_by_errors_either() {
    let not_a_text = "discord.token in /place/config/local.toml must be a text in quotation marks";
    Setup::with_local("[discord]\ntoken = 1234567").check_error(not_a_text);
    Setup::with_local("[discord]\ntoken = ['t0psecret']").check_error(not_a_text);
    Setup::with_local("[discord.token]\nvalue = 't0psecret'").check_error(not_a_text);
    let setup = Setup::with_local("discord = 't0psecret'");
    setup.check_error("discord in /place/config/local.toml must be a table, as in [discord]");
    let setup = Setup::with_local("token = 't0psecret'");
    setup.check_error("unknown key token in /place/config/local.toml; did you mean discord.token?");

    for line in ["token = t0psecret", "token = 't0psecret", "token = \"t0psecret\\q\"", "token 't0psecret'"] {
        let error = Setup::with_local(&format!("[discord]\n{line}")).load().unwrap_err();
        assert!(!format!("{error} {error:?}").contains("t0psecret"), "{error:?}");
        assert!(error.to_string().contains("not valid TOML at line 2: "), "{error}");
    }
}

#[test]
fn rules_about_sources_are_tables_each_with_a_line_of_its_own() {
    let setup = Setup::with_local(
        "[[scopes]]\nsources = [\"hr/**\", \"salaries.md\"]\nguilds = [1]\nroles = [\"2\", 3]\n\
         [[scopes]]\nsources = [\"board/\"]\n",
    );
    setup.check("scopes[1]", "hr/**, salaries.md for guilds 1; roles 2, 3", "/place/config/local.toml");
    setup.check("scopes[2]", "board/ for operators only", "/place/config/local.toml");
    let settings = setup.settings();
    assert_eq!(settings.scopes.rules()[0].roles, [2, 3]);
    assert!(settings.scopes.rules()[1].admits_nobody());
    Setup::new(&[]).check("scopes", "", "compiled in");
}

#[test]
fn the_rules_of_a_later_file_replace_those_before() {
    let setup = Setup::with_local("[[scopes]]\nsources = [\"a\"]\n[[scopes]]\nsources = [\"b\"]\n");
    fs::write(setup.root.path().join("place/later.toml"), "[[scopes]]\nsources = [\"c\"]\n").unwrap();
    let setup = setup.config_file("later.toml");
    assert_eq!(setup.settings().scopes.rules().len(), 1);
    setup.check("scopes[1]", "c for operators only", "/place/later.toml");
}

#[test]
fn rules_about_sources_that_cannot_be_meant_are_refused() {
    let local = "/place/config/local.toml";
    let must_be = "it must be a list of paths in the corpus or of ids, as in [\"hr/**\", \"salaries.md\"]";
    let ids = "it must be a list of Discord ids, each of digits, as in [\"81384788765712384\"]";
    for (rule, expected) in [
        ("", format!("scopes[1].sources in {local} is no list; {must_be}")),
        ("sources = []", format!("scopes[1].sources in {local} is no list; {must_be}")),
        ("sources = \"hr\"", format!("scopes[1].sources in {local} is \"hr\"; {must_be}")),
        ("sources = [4]", format!("scopes[1].sources in {local} is a list with 4; {must_be}")),
        (
            "sources = [\"a\", \"/\"]",
            format!("scopes[1].sources in {local} is a list with \"/\", which names nothing; {must_be}"),
        ),
        (
            "sources = [\"#a\"]",
            format!("scopes[1].sources in {local} is a list with \"#a\", which names nothing; {must_be}"),
        ),
        (
            "sources = [\"hr[\"]",
            format!(
                "scopes[1].sources in {local} is a list with \"hr[\", which is no pattern: unclosed character \
                 class; missing ']'; {must_be}"
            ),
        ),
        (
            "sources = [\"a\"]\nroles = [\"x\"]",
            format!("scopes[1].roles in {local} is a list with \"x\"; {ids}"),
        ),
        ("sources = [\"a\"]\nusers = 5", format!("scopes[1].users in {local} is 5; {ids}")),
        (
            "sources = [\"a\"]\nguild = [5]",
            format!("unknown key scopes[1].guild in {local}; did you mean scopes[1].guilds?"),
        ),
        ("sources = [\"a\"]\nelephants = [5]", format!("unknown key scopes[1].elephants in {local}")),
    ] {
        Setup::with_local(&format!("[[scopes]]\n{rule}\n")).check_error(&expected);
    }
    let tables = "it must be tables [[scopes]] in a settings file";
    Setup::with_local("[scopes]\nsources = [\"a\"]\n")
        .check_error(&format!("scopes in {local} is a table; {tables}"));
    Setup::new(&[])
        .variable("PASSIM_SCOPES", "hr")
        .check_error(&format!("scopes from PASSIM_SCOPES is \"hr\"; {tables}"));
    Setup::with_local("scopes = [\"a\"]\n")
        .check_error(&format!("scopes[1] in {local} is \"a\"; it must be a table, as in [[scopes]]"));
}

/// Another value for each key that is read once.
const OTHERWISE: &str = "[corpus]\npath = 'x'\nwatch = true\nrescan_minutes = 9\n[data]\npath = 'd'\n[reader]\nenabled = \
                         false\nfolder = 'r'\nthreads = 3\npatience_seconds = 9\n[discord]\ntoken = 'a.b.c'\nproxy = \
                         'http://127.0.0.1:1'\nadd_files = true\n[limits]\nwaiting = 9\n[operations]\nlisten = \
                         'off'\n[log]\nformat = 'json'\n";

#[test]
fn what_needs_a_start_stays_as_it_was_when_settings_are_read_again_and_is_named() {
    let setup = Setup::with_local("");
    let local = |text: &str| {
        fs::write(setup.root.path().join("place/config/local.toml"), text).unwrap();
        setup.settings()
    };
    let before = setup.settings();
    let again = before.followed_by(local(OTHERWISE));
    assert_eq!(again.at_next_start, reloading::AT_START);
    assert_eq!(again.changed, Vec::<String>::new());
    assert_eq!(format!("{:?}", again.settings), format!("{before:?}"));
    // As long as they differ they are named; a token is told from another one that is hidden, too.
    let with_token = local(OTHERWISE);
    let other = local(&OTHERWISE.replace("a.b.c", "a.b.d"));
    assert_eq!(again.settings.followed_by(with_token.clone()).at_next_start, reloading::AT_START);
    assert_eq!(with_token.followed_by(other).at_next_start, ["discord.token"]);
}

#[test]
fn what_can_change_is_in_force_when_settings_are_read_again() {
    let setup = Setup::with_local("[[scopes]]\nsources = ['a']\n");
    let before = setup.settings();
    let text = "[[scopes]]\nsources = ['b']\n[[scopes]]\nsources = ['a']\n[limits]\nperson_per_minute = 3\n";
    fs::write(setup.root.path().join("place/config/local.toml"), text).unwrap();
    let again = before.followed_by(setup.settings());
    assert_eq!(
        (again.changed, again.at_next_start),
        (vec!["scopes".to_owned(), "limits.person_per_minute".to_owned()], vec![])
    );
    assert_eq!((again.settings.scopes.rules().len(), again.settings.limits.person_per_minute), (2, 3));
}

/// Every key that there is.
fn keys() -> Vec<String> {
    let defaults: toml::Table = include_str!("../../config/default.toml").parse().unwrap();
    let inner = |(table, value): (&String, &toml::Value)| {
        let table = table.clone();
        value.as_table().map(|keys| keys.keys().map(|key| format!("{table}.{key}")).collect::<Vec<_>>())
    };
    defaults.iter().filter_map(inner).flatten().collect()
}

/// Something of any type, as TOML writes it.
fn anything() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<i64>().prop_map(|number| number.to_string()),
        any::<f64>().prop_map(|number| toml::Value::Float(number).to_string()),
        any::<bool>().prop_map(|truth| truth.to_string()),
        any::<String>().prop_map(|text| toml::Value::String(text).to_string()),
        prop::collection::vec(any::<u32>(), 0..4).prop_map(|numbers| format!("{numbers:?}")),
        prop::sample::select(vec![
            "{}",
            "[[]]",
            "{ a = { b = [] } }",
            "1979-05-27",
            "inf",
            "nan",
            "\"\"",
            "[\"\"]"
        ])
        .prop_map(str::to_owned),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    #[test]
    fn a_key_of_any_value_is_taken_or_refused_by_name(key in prop::sample::select(keys()), value in anything()) {
        let setup = Setup::with_local(&format!("{key} = {value}\n"));
        if let Err(error) = setup.load() {
            prop_assert!(error.to_string().contains(&key), "{key} = {value}: {error}");
        }
    }

    #[test]
    fn a_file_of_any_text_is_taken_or_refused_by_name(text in r#"([\[\]="{}#.,\n-]|[a-z_]{1,9}|[0-9]{1,4}|\PC){0,40}"#) {
        if let Err(error) = Setup::with_local(&text).load() {
            prop_assert!(error.to_string().contains("local.toml"), "{text:?}: {error}");
        }
    }

    #[test]
    fn a_variable_of_any_value_is_taken_or_refused_by_name(key in prop::sample::select(keys()), value in r"[^\x00]{0,20}") {
        let name = format!("PASSIM_{}", key.replace('.', "__").to_uppercase());
        if let Err(error) = Setup::with_local("").variable(&name, &value).load() {
            let said = error.to_string();
            prop_assert!(said.contains(&name) || said.contains(&key), "{name}={value:?}: {said}");
        }
    }
}
