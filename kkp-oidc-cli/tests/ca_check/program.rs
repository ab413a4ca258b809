//! Running the program.

#![expect(clippy::unwrap_used, reason = "test helpers: failing is their job")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Exit code, stdout, stderr.
pub(crate) type Ended = (i32, String, String);

/// Run `kkp-oidc ca …` where the terminal shows UTF-8.
pub(crate) fn ca(folder: &Path, arguments: &[&str]) -> Ended {
    ca_with_locale(folder, arguments, "C.UTF-8")
}

pub(crate) fn ca_with_locale(folder: &Path, arguments: &[&str], locale: &str) -> Ended {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kkp-oidc"));
    let output = command.arg("ca").args(arguments).current_dir(folder).env("LC_ALL", locale).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

/// Join certificates of tests/fixtures/chains to a file.
pub(crate) fn join(folder: &Path, file: &str, names: &str) {
    let certificates = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures/chains/certs");
    let certificate = |name: &str| fs::read(certificates.join(name).with_extension("pem")).unwrap();
    let text: Vec<u8> = names.split_whitespace().flat_map(certificate).collect();
    fs::write(folder.join(file), text).unwrap();
}

/// SHA-256 of a certificate's DER, as `ca explain` has it: the values change whenever the fixtures are made again.
pub(crate) fn fingerprint(folder: &Path, name: &str) -> String {
    join(folder, "one.pem", name);
    let (_, stdout, _) = ca(folder, &["explain", "one.pem", "--at", "2026-06-15", "--output", "json"]);
    let json: serde_json::Value = serde_json::from_str(&stdout).unwrap();
    json["entries"][0]["sha256"].as_str().unwrap().to_owned()
}

pub(crate) fn folder() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_owned();
    (folder, path)
}
