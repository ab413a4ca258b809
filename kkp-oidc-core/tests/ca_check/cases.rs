//! Reading tests/fixtures/chains, which its README.md describes.

#![expect(clippy::unwrap_used, clippy::disallowed_methods, reason = "tests read files, and end at a bad one")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use kkp_oidc_core::UnixTime;
use kkp_oidc_core::ca_bundle::CaBundle;
use kkp_oidc_core::ca_check::{ServerName, Verdict, check};

/// 2026-06-15T00:00:00Z
pub(crate) const NOW: i64 = 1_781_481_600;

/// A line of cases.txt.
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) server_name: Option<ServerName>,
    pub(crate) bundle: Vec<Vec<u8>>,
    pub(crate) chain: Vec<Vec<u8>>,
    pub(crate) now: UnixTime,
}

impl Case {
    pub(crate) fn verdicts(&self) -> Vec<Verdict> {
        check(&self.bundle, &self.chain, self.server_name.as_ref(), self.now)
    }
}

/// Directory with other cases and verdicts, to compare more than what is committed.
const DIRECTORY: &str = "KKP_OIDC_CHAINS";

pub(crate) fn directory() -> PathBuf {
    let committed = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures/chains");
    std::env::var_os(DIRECTORY).map_or_else(committed, PathBuf::from)
}

/// The certificate of that name, DER.
pub(crate) fn certificate(name: &str) -> Vec<u8> {
    let path = directory().join("certs").join(name).with_extension("pem");
    CaBundle::from_pem(&fs::read(path).unwrap(), name).unwrap().certificates()[0].clone()
}

pub(crate) fn certificates(names: &str) -> Vec<Vec<u8>> {
    names.split_whitespace().map(certificate).collect()
}

pub(crate) fn cases() -> Vec<Case> {
    let text = fs::read_to_string(directory().join("cases.txt")).unwrap();
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    let read = |line: &str| {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        Case {
            name: cells[0].to_owned(),
            server_name: (cells[1] != "-").then(|| cells[1].parse().unwrap()),
            bundle: certificates(cells[2]),
            chain: certificates(cells[3]),
            now: UnixTime::from_secs(cells.get(4).map_or(NOW, |secs| secs.parse().unwrap())),
        }
    };
    lines.map(read).collect()
}

/// What OpenSSL and Go said, by case: `ok`, or their error.
pub(crate) fn recorded() -> BTreeMap<String, [String; 2]> {
    let text = fs::read_to_string(directory().join("verdicts.txt")).unwrap();
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    let read = |line: &str| {
        let mut cells = line.splitn(3, " | ").map(str::to_owned);
        (cells.next().unwrap(), [cells.next().unwrap(), cells.next().unwrap()])
    };
    lines.map(read).collect()
}

/// Compare with a committed file, or write it if KKP_OIDC_RECORD is set.
#[track_caller]
pub(crate) fn assert_recorded(file: &str, text: &str) {
    let path = directory().join(file);
    if std::env::var_os("KKP_OIDC_RECORD").is_some() {
        fs::write(&path, text).unwrap();
    }
    let recorded = fs::read_to_string(path).unwrap_or_default();
    for (ours, theirs) in text.lines().zip(recorded.lines()) {
        assert_eq!(ours, theirs, "{file}");
    }
    assert_eq!(text, recorded, "{file}");
}
