//! `--order input -o FILE`: certificates go to the file as they are found, and everything else is as ever.

use std::fs;
#[cfg(target_os = "linux")]
use std::os::unix::fs::symlink;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};

use crate::program::{bundle, folder};

/// All kinds of inputs, with what is refused and what occurs twice.
const INPUTS: [&str; 9] = [
    "text.pem",
    "duplicates.pem",
    "both.p7b",
    "configmap.yaml",
    "root.der",
    "expired.pem",
    "glued.pem",
    "values.yaml",
    "unparsable.pem",
];

#[test]
fn what_is_written_and_said_is_the_same_as_to_stdout() {
    let folder = folder(&INPUTS);
    let mut arguments = vec!["--order", "input", "--at", "2026-11-01"];
    arguments.extend(INPUTS);
    let whole = bundle(folder.path(), &arguments, b"");
    arguments.extend(["-o", "out.pem"]);
    let streamed = bundle(folder.path(), &arguments, b"");
    assert!(!whole.stdout.is_empty());
    assert_eq!(fs::read(folder.path().join("out.pem")).unwrap(), whole.stdout);
    assert_eq!((streamed.status, streamed.stdout), (whole.status, Vec::new()));
    let (streamed, whole) = (String::from_utf8(streamed.stderr).unwrap(), String::from_utf8(whole.stderr).unwrap());
    assert_eq!(streamed.replace("wrote out.pem: ", ""), whole);
}

#[test]
fn a_key_behind_a_hundred_certificates_leaves_nothing_behind() {
    let folder = folder(&["text.pem", "leaf-with-key.pem"]);
    fs::write(folder.path().join("out.pem"), "old").unwrap();
    let output = bundle(
        folder.path(),
        &["--order", "input", "--at", "2026-11-01", "text.pem", "leaf-with-key.pem", "-o", "out.pem"],
        b"",
    );
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(fs::read(folder.path().join("out.pem")).unwrap(), b"old");
    let mut left: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    left.sort();
    assert_eq!(left, ["leaf-with-key.pem", "out.pem", "text.pem"]);
}

#[test]
fn an_unchanged_file_is_not_touched_and_a_changed_one_keeps_its_mode() {
    let folder = folder(&["text.pem", "intermediate.pem"]);
    let path = folder.path().join("out.pem");
    let run = |inputs: &[&str]| {
        let mut arguments = vec!["--order", "input", "--at", "2026-11-01", "-o", "out.pem"];
        arguments.extend(inputs);
        let output = bundle(folder.path(), &arguments, b"");
        assert_eq!(output.status.code(), Some(0));
        String::from_utf8(output.stderr).unwrap()
    };
    assert!(run(&["text.pem"]).starts_with("wrote out.pem: "));
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    let before = fs::metadata(&path).unwrap();
    assert!(run(&["text.pem"]).starts_with("out.pem is unchanged: "));
    let after = fs::metadata(&path).unwrap();
    assert_eq!((after.ino(), after.mtime_nsec()), (before.ino(), before.mtime_nsec()));
    run(&["text.pem", "intermediate.pem"]);
    let replaced = fs::metadata(&path).unwrap();
    assert_ne!(replaced.ino(), before.ino());
    assert_eq!(replaced.permissions().mode() & 0o777, 0o640);
}

#[cfg(target_os = "linux")]
#[test]
fn links_stay_and_pipes_are_written_to() {
    for order in ["input", "sha256"] {
        let folder = folder(&["text.pem"]);
        let arguments = |out| vec!["--order", order, "--at", "2026-11-01", "text.pem", "-o", out];
        // A link whose target is not there yet: the target is made.
        symlink("target.pem", folder.path().join("dangling.pem")).unwrap();
        assert_eq!(bundle(folder.path(), &arguments("dangling.pem"), b"").status.code(), Some(0), "{order}");
        assert!(folder.path().join("dangling.pem").is_symlink());
        let written = fs::read(folder.path().join("target.pem")).unwrap();
        assert!(!written.is_empty());
        // A link to a pipe has no target with a path.
        symlink("/proc/self/fd/1", folder.path().join("stdout.pem")).unwrap();
        let output = bundle(folder.path(), &arguments("stdout.pem"), b"");
        assert_eq!((output.status.code(), output.stdout), (Some(0), written), "{order}");
        assert!(folder.path().join("stdout.pem").is_symlink());
        // A circle of links.
        symlink("b.pem", folder.path().join("a.pem")).unwrap();
        symlink("a.pem", folder.path().join("b.pem")).unwrap();
        assert_eq!(bundle(folder.path(), &arguments("a.pem"), b"").status.code(), Some(3), "{order}");
    }
}
