//! Reading vector files and keeping count.

#![expect(clippy::unwrap_used, clippy::panic, clippy::print_stdout, reason = "test helpers: failing is their job")]

use std::path::PathBuf;
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
}
