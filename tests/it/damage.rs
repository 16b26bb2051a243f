//! A damaged index: said, built anew, never served wrongly.

use std::fs;
use std::path::PathBuf;

use crate::program::{Place, Run};

const CORPUS: &str =
    "-- 1.txt\nThe gate code is 4711.\n\nThe kiosk opens at noon.\n-- 2.txt\nThe pier is 40 metres long.\n";

/// The files of the current generation, apart from locks.
fn files(place: &Place) -> Vec<PathBuf> {
    let index = fs::read_dir(place.data().join("corpora")).unwrap().next().unwrap().unwrap().path();
    let current = fs::read_to_string(index.join("CURRENT")).unwrap();
    let mut files: Vec<PathBuf> =
        fs::read_dir(index.join(current.trim())).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| !file.to_string_lossy().ends_with(".lock") && !file.ends_with("VERIFIED"));
    files.sort();
    files.push(index.join("CURRENT"));
    files
}

/// After this was done to a file, the answer is right all the same, and nothing panicked.
#[track_caller]
fn harm(what: &str, do_harm: impl Fn(&PathBuf)) {
    let place = Place::new(CORPUS);
    place.run(&["index"]);
    let kinds = files(&place).len();
    assert!(kinds > 8, "only {kinds} files");
    for kind in 0..kinds {
        place.run(&["index", "--rebuild"]);
        let file = files(&place)[kind].clone();
        do_harm(&file);
        let run: Run = place.run(&["ask", "How long is the pier?"]);
        let shown = format!("{what} {}: {run:?}", file.display());
        assert_eq!(run.code, 0, "{shown}");
        assert!(run.out.contains("40 metres"), "{shown}");
        assert!(!run.err.contains("panicked"), "{shown}");
        let is_said = run.err.contains("the index was built anew");
        let matters = !file.ends_with(".managed.json") && !file.ends_with("CURRENT");
        assert!(is_said || !matters, "{shown}");
        assert_eq!(place.run(&["ask", "What is the gate code?"]).err, "", "{shown}");
    }
}

#[test]
fn a_flipped_bit_in_any_file_is_found() {
    for (number, share) in [(1, 2), (1, 5), (4, 5)] {
        harm("flipped a bit of", |file| {
            let mut bytes = fs::read(file).unwrap();
            let place = bytes.len() * number / share;
            bytes[place] ^= 0x10;
            fs::write(file, bytes).unwrap();
        });
    }
}

#[test]
fn a_file_that_was_cut_short_is_found() {
    harm("cut", |file| {
        let bytes = fs::read(file).unwrap();
        fs::write(file, &bytes[..bytes.len() / 2]).unwrap();
    });
    harm("emptied", |file| fs::write(file, "").unwrap());
}

#[test]
fn a_file_that_is_missing_is_found() {
    harm("removed", |file| fs::remove_file(file).unwrap());
}

#[test]
fn an_index_of_an_older_format_is_built_anew() {
    harm("aged", |file| {
        if file.ends_with("meta.json") {
            let meta = fs::read_to_string(file).unwrap();
            fs::write(file, meta.replace("\\\"rules\\\"", "\\\"schema\\\"")).unwrap();
        } else {
            fs::remove_file(file).unwrap();
        }
    });
}

#[cfg(unix)]
#[test]
fn a_read_only_data_folder_answers_from_the_index_as_it_is() {
    use std::os::unix::fs::PermissionsExt;
    use std::os::unix::process::CommandExt;
    let place = Place::new(CORPUS);
    place.run(&["index"]);
    place.write("3.txt", b"The crane lifts 9 tons.\n");
    let all = |path: PathBuf| {
        let is_dir = path.is_dir();
        fs::set_permissions(&path, fs::Permissions::from_mode(if is_dir { 0o555 } else { 0o444 })).unwrap();
    };
    let index = fs::read_dir(place.data().join("corpora")).unwrap().next().unwrap().unwrap().path();
    files(&place).into_iter().for_each(all);
    for folder in [index.join("gen-1"), index.clone()] {
        all(folder);
    }
    all(index.join("LOCK"));
    let program = place.folder().join("passim");
    fs::copy(env!("CARGO_BIN_EXE_passim"), &program).unwrap();
    fs::set_permissions(place.folder(), fs::Permissions::from_mode(0o755)).unwrap();
    let mut command = std::process::Command::new(program);
    command.env("HOME", place.folder()).env_remove("XDG_CONFIG_HOME").current_dir(place.folder());
    if fs::File::create(index.join("LOCK")).is_ok() {
        // Root writes everywhere: the program is run as nobody.
        command.uid(65_534).gid(65_534);
    }
    command
        .arg("--corpus")
        .arg(place.corpus())
        .arg("--data")
        .arg(place.data())
        .args(["ask", "How long is the pier?"]);
    let run = Run::of(&mut command);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.out.contains("40 metres"), "{run:?}");
    assert!(run.err.contains("answered from the index as it was before"), "{run:?}");
    // So that the folder can be removed.
    for folder in [index.clone(), index.join("gen-1")] {
        fs::set_permissions(folder, fs::Permissions::from_mode(0o755)).unwrap();
    }
}
