//! The commands of the manual, run on the files of examples/: what they print is what the manual shows.
//!
//! Every block of README.md and docs/operators.md that is marked `console` is run, in the order of the page, in a copy of
//! examples/. A line that begins with `$ ` is a command, a `\` at its end continues it, and what follows is what it prints
//! to stdout and stderr. `KKP_OIDC_RECORD=1` writes the pages anew with what is printed.

#![expect(clippy::unwrap_used, reason = "test helpers: failing is their job")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Commands that other tests run: examples, the end-to-end test, the service.
const RUN_ELSEWHERE: [&str; 5] = ["cargo run ", "cargo test ", "cargo install ", "kkp-oidc serve ", "git clone "];

#[test]
fn the_readme_shows_what_is_printed() {
    assert_shows("README.md");
}

#[test]
fn the_manual_for_operators_shows_what_is_printed() {
    assert_shows("docs/operators.md");
}

#[track_caller]
fn assert_shows(page: &str) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let folder = tempfile::tempdir().unwrap();
    copy(&root.join("examples"), folder.path());
    let written = fs::read_to_string(root.join(page)).unwrap();
    let shown = run_again(&written, folder.path());
    if std::env::var_os("KKP_OIDC_RECORD").is_some() {
        fs::write(root.join(page), shown).unwrap();
    } else {
        assert_eq!(shown, written, "{page}");
    }
}

/// A page in which what commands print is replaced by what they print now.
fn run_again(page: &str, folder: &Path) -> String {
    let mut shown = String::new();
    let mut lines = page.lines().peekable();
    while let Some(line) = lines.next() {
        shown.push_str(line);
        shown.push('\n');
        if line != "```console" {
            continue;
        }
        while let Some(line) = lines.next_if(|line| *line != "```") {
            let first = line.strip_prefix("$ ").unwrap_or_else(|| unreachable!("no command: {line}"));
            let mut command = first.to_owned();
            while command.ends_with('\\') {
                command.push('\n');
                command.push_str(lines.next().unwrap());
            }
            shown.push_str(&format!("$ {command}\n"));
            let printed: Vec<&str> =
                std::iter::from_fn(|| lines.next_if(|line| *line != "```" && !line.starts_with("$ "))).collect();
            if RUN_ELSEWHERE.iter().any(|begin| command.starts_with(begin)) {
                printed.iter().for_each(|line| shown.push_str(&format!("{line}\n")));
            } else {
                shown.push_str(&run(&command, folder));
            }
        }
    }
    shown
}

/// What a command prints. Blank lines at its end are no part of a page.
fn run(command: &str, folder: &Path) -> String {
    let binary = PathBuf::from(env!("CARGO_BIN_EXE_kkp-oidc"));
    let mut path = vec![binary.parent().unwrap().to_owned()];
    path.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap()));
    let mut shell = Command::new("sh");
    shell.args(["-c", &format!("exec 2>&1\n{command}")]).current_dir(folder);
    let output = shell.env("PATH", std::env::join_paths(path).unwrap()).env("LC_ALL", "C.UTF-8").output().unwrap();
    let printed = String::from_utf8(output.stdout).unwrap();
    let printed = printed.trim_end_matches('\n');
    if printed.is_empty() { String::new() } else { format!("{printed}\n") }
}

fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            fs::create_dir(&target).unwrap();
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}
