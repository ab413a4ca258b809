//! The files of tests/data/findings: inputs, and beside each a `.txt` with the command and what it prints.

#![expect(clippy::unwrap_used, clippy::disallowed_methods, reason = "test helpers read files, and end at a bad one")]

use std::fs;
use std::path::{Path, PathBuf};

use kkp_oidc_core::ca_bundle::{Assembler, Order, Policy};
use kkp_oidc_core::diagnostics::{Finding, Source, to_json, to_sarif, to_text};
use kkp_oidc_core::kkp::{CheckOptions, Installation, check};

/// A command with what it prints.
pub(crate) struct Case {
    /// The name of its snapshot without `.txt`: a code, and after a `.` what it is about. Good ones begin with `good/`.
    pub(crate) name: String,
    /// The snapshot: its first line is the command.
    pub(crate) snapshot: PathBuf,
    /// What comes after `$ kkp-oidc check`.
    pub(crate) arguments: Vec<String>,
    /// The lines after it.
    pub(crate) printed: String,
}

pub(crate) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/data/findings")
}

/// Every case, by name.
pub(crate) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for prefix in ["", "good/"] {
        for entry in fs::read_dir(folder().join(prefix)).unwrap() {
            let snapshot = entry.unwrap().path();
            let name = snapshot.file_name().unwrap().to_str().unwrap();
            let Some(name) = name.strip_suffix(".txt").map(|name| format!("{prefix}{name}")) else { continue };
            let text = fs::read_to_string(&snapshot).unwrap();
            let (command, printed) = text.split_once('\n').unwrap();
            let arguments = command.strip_prefix("$ kkp-oidc check ").unwrap().split(' ').map(str::to_owned).collect();
            cases.push(Case { name, arguments, printed: printed.to_owned(), snapshot });
        }
    }
    cases.sort_by(|left, right| left.name.cmp(&right.name));
    cases
}

impl Case {
    /// Do what the command does.
    pub(crate) fn check(&self) -> (Vec<Finding>, Vec<Source>) {
        let mut files = Vec::new();
        let (mut at, mut version, mut issuer_chain) = (None, None, Vec::new());
        let mut arguments = self.arguments.iter();
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--at" => at = Some(arguments.next().unwrap().parse().unwrap()),
                "--kkp-version" => version = Some(arguments.next().unwrap().parse().unwrap()),
                "--issuer-chain" => issuer_chain = certificates(&folder().join(arguments.next().unwrap())),
                file => files.extend(named_files(file)),
            }
        }
        let (installation, sources) = Installation::read(files);
        let options = CheckOptions { now: at.unwrap(), version, issuer_chain };
        (check(&installation, &options), sources)
    }
}

fn named_files(name: &str) -> Vec<(String, Vec<u8>)> {
    let path = folder().join(name);
    if !path.is_dir() {
        return vec![(name.to_owned(), fs::read(path).unwrap())];
    }
    let is_checked = |name: &String| name.ends_with(".yaml");
    let names = fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.filter(is_checked).collect();
    names.sort();
    names.into_iter().map(|file| (format!("{name}/{file}"), fs::read(path.join(file)).unwrap())).collect()
}

fn certificates(file: &Path) -> Vec<Vec<u8>> {
    let mut assembler = Assembler::new(Policy::unjudged());
    let mut input = assembler.open("chain");
    let _ = input.feed(&fs::read(file).unwrap());
    input.close();
    assembler.finish(Order::Input).certificates().map(|one| one.der().to_vec()).collect()
}

/// Findings as the command prints them.
pub(crate) fn human(findings: &[Finding], sources: &[Source]) -> String {
    findings.iter().map(|finding| to_text(finding, sources) + "\n").collect()
}

/// Findings in every way in which they are printed.
pub(crate) fn renderings(findings: &[Finding], sources: &[Source]) -> [String; 3] {
    [human(findings, sources), to_json(findings, sources), to_sarif(findings, sources, "0.0.0")]
}
