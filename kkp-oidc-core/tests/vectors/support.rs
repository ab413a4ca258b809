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

/// Directory that replaces `tests/data`.
const DIRECTORY: &str = "KKP_OIDC_VECTORS";

/// Whether another directory replaces `tests/data`.
pub(crate) fn replaced() -> bool {
    env::var_os(DIRECTORY).is_some()
}

/// The lines of a JSONL file.
pub(crate) fn read<T: DeserializeOwned>(file: &str) -> Vec<T> {
    lines(&env::var_os(DIRECTORY).map_or_else(committed, PathBuf::from), file)
}

/// The lines of a JSONL file that is in `tests/data` as a whole.
pub(crate) fn read_committed<T: DeserializeOwned>(file: &str) -> Vec<T> {
    lines(&committed(), file)
}

fn committed() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data")
}

fn lines<T: DeserializeOwned>(directory: &Path, file: &str) -> Vec<T> {
    let path = directory.join(file);
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
