//! Reading vector files and keeping count.

#![expect(clippy::unwrap_used, clippy::panic, clippy::print_stdout, reason = "test helpers: failing is their job")]

use std::path::PathBuf;
//! Reading vector files.

#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::panic,
    reason = "tests read files, and end at a bad one"
)]

use std::path::{Path, PathBuf};
use std::{env, fs};

use serde::de::DeserializeOwned;

/// All vectors of `file`, one JSON object a line.
#[expect(clippy::disallowed_methods, reason = "tests read their own data, and one variable that says where it is")]
pub(crate) fn read_vectors<T: DeserializeOwned>(file: &str) -> Vec<T> {
    let folder = match env::var_os("KKP_OIDC_VECTORS") {
        Some(folder) => PathBuf::from(folder),
        None => PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data"),
    };
    let path = folder.join(file);
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Prints how many vectors were checked, and fails if that was none.
pub(crate) fn report(file: &str, checked: usize, left_out: usize) {
    println!("{file}: {checked} checked, {left_out} left out");
    assert!(checked > 0, "{file}: no vector was checked");
/// Directory that replaces `tests/data`.
const DIRECTORY: &str = "KKP_OIDC_VECTORS";

/// The lines of a JSONL file.
pub(crate) fn read<T: DeserializeOwned>(file: &str) -> Vec<T> {
    let committed = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    let path = env::var_os(DIRECTORY).map_or(committed, PathBuf::from).join(file);
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let lines = text.lines().enumerate().filter(|(_, line)| !line.is_empty());
    lines
        .map(|(index, line)| serde_json::from_str(line).unwrap_or_else(|error| panic!("{file}:{}: {error}", index + 1)))
        .collect()
}

/// How many lines of a file a test looked at.
#[derive(Default)]
pub(crate) struct Count {
    pub(crate) checked: usize,
    pub(crate) left_out: usize,
}

impl Count {
    /// Say so, and fail if there was none.
    #[track_caller]
    #[expect(clippy::print_stdout, reason = "shown with --nocapture, for acceptance")]
    pub(crate) fn report(&self, file: &str) {
        println!("{file}: {} checked, {} left out", self.checked, self.left_out);
        assert!(self.checked > 0, "{file}: no line was checked");
    }
}

/// Bytes written in hexadecimal.
pub(crate) fn unhex(text: &str) -> Vec<u8> {
    assert!(text.len().is_multiple_of(2), "{text}");
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}
