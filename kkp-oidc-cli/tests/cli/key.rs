//! `kkp-oidc key`

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use crate::process::{Ended, kkp_oidc, run};

#[track_caller]
fn require_key(key: &str) {
    let hexadecimal = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    assert!(key.len() == 64 && key.bytes().all(hexadecimal), "{} characters", key.len());
}

#[test]
fn prints_a_key_and_nothing_else_and_another_one_each_time() {
    let [first, second] = [(); 2].map(|()| {
        let Ended { code, stdout, stderr } = run(&mut kkp_oidc(["key"]));
        assert_eq!((code, stderr.as_str()), (Some(0), ""));
        let key = stdout.strip_suffix('\n').unwrap().to_owned();
        require_key(&key);
        key
    });
    assert!(first != second, "the same key twice");
}

#[test]
fn json_is_one_object_on_one_line() {
    let Ended { code, stdout, stderr } = run(&mut kkp_oidc(["key", "--output", "json"]));
    assert_eq!((code, stderr.as_str()), (Some(0), ""));
    let key = stdout.strip_prefix(r#"{"cookie_key":""#).and_then(|rest| rest.strip_suffix("\"}\n"));
    require_key(key.unwrap());
}

#[test]
fn a_key_file_is_for_its_owner_only_and_holds_the_key_and_a_newline() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cookie.key");
    let ended = run(kkp_oidc(["key", "--file"]).arg(&path));
    assert_eq!(ended, Ended::new(0, "", &format!("wrote a cookie key to {}\n", path.display())));
    require_key(fs::read_to_string(&path).unwrap().strip_suffix('\n').unwrap());
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o7777, 0o600);
}

#[test]
fn a_file_that_exists_stays_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cookie.key");
    fs::write(&path, "mine").unwrap();
    let ended = run(kkp_oidc(["key", "--file"]).arg(&path));
    let expected = format!(
        "error: {} cannot be created\n  caused by: File exists (os error 17)\n\n\
         hint: nothing is overwritten; choose another name, or remove the file first\n",
        path.display()
    );
    assert_eq!(ended, Ended::new(3, "", &expected));
    assert_eq!(fs::read_to_string(&path).unwrap(), "mine");
}

#[test]
fn a_folder_that_does_not_exist_is_not_made() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("none").join("cookie.key");
    let ended = run(kkp_oidc(["key", "--file"]).arg(&path));
    let expected =
        format!("error: {} cannot be created\n  caused by: No such file or directory (os error 2)\n", path.display());
    assert_eq!(ended, Ended::new(3, "", &expected));
}

#[test]
fn wrong_usage_is_told_from_trouble() {
    let usage = "\n\nUsage: kkp-oidc key [OPTIONS]\n\nFor more information, try '--help'.\n";
    let ended = run(&mut kkp_oidc(["key", "--length", "64"]));
    assert_eq!(ended, Ended::new(2, "", &format!("error: unexpected argument '--length' found{usage}")));
}

#[test]
fn the_program_says_what_it_is() {
    let Ended { code, stdout, stderr } = run(&mut kkp_oidc(["--version"]));
    assert_eq!((code, stderr.as_str()), (Some(0), ""));
    assert_eq!(stdout, concat!("kkp-oidc ", env!("CARGO_PKG_VERSION"), "\n"));
    let help = run(&mut kkp_oidc(["--help"]));
    assert_eq!((help.code, help.stderr.as_str()), (Some(0), ""));
    let first = help.stdout.lines().next();
    assert_eq!(first, Some("Share Kubernetes clusters through an OpenID Connect provider"));
}
