//! Ignored tests of this binary as processes of their own, which can be killed and confined.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Names the store's file to a child.
const FILE: &str = "KKP_OIDC_TEST_STORE_FILE";
/// Tells children apart.
const NUMBER: &str = "KKP_OIDC_TEST_STORE_CHILD";

/// This begins what a child says; the test runner prints on the same stdout.
const SAYS: &str = "child says: ";

/// Arguments and environment with which `program`, a copy of this binary, runs `test` alone.
pub(crate) fn run(program: &mut Command, test: &str, file: &Path, number: u64) {
    program.args(["--exact", test, "--ignored", "--nocapture", "--test-threads=1"]);
    program.env(FILE, file).env(NUMBER, number.to_string());
}

/// In a child: the store's file and the child's number. `None` if somebody runs all ignored tests.
pub(crate) fn task() -> Option<(PathBuf, u64)> {
    Some((std::env::var_os(FILE)?.into(), std::env::var(NUMBER).ok()?.parse().unwrap()))
}

/// In a child: say one line to the parent, at once.
pub(crate) fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "\n{SAYS}{line}").unwrap();
    out.flush().unwrap();
}

/// In the parent: what a line of a child's stdout says, if it is whole and the child's own.
pub(crate) fn said(line: &str) -> Option<&str> {
    line.strip_suffix('\n')?.strip_prefix(SAYS)
}
