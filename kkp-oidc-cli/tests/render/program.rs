//! Running the program.

#![expect(clippy::unwrap_used, reason = "test helpers: failing is their job")]

use std::path::Path;
use std::process::Command;

/// Exit code, stdout, stderr.
pub(crate) type Ended = (i32, String, String);

/// Run `kkp-oidc` in a folder.
pub(crate) fn run(folder: &Path, arguments: &[&str]) -> Ended {
    let output = Command::new(env!("CARGO_BIN_EXE_kkp-oidc")).args(arguments).current_dir(folder).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

/// Stdout of a command that ends well and has nothing to say.
#[track_caller]
pub(crate) fn printed(folder: &Path, arguments: &[&str]) -> String {
    let (code, stdout, stderr) = run(folder, arguments);
    assert_eq!((code, stderr.as_str()), (0, ""), "{arguments:?}");
    stdout
}
