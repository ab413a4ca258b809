//! What is only shown at a terminal, which is a pseudo-terminal of `script` from util-linux.

use std::fs;
use std::io::{Read as _, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use crate::program::{assert_ends, bundle, fixture, folder};

/// Run a shell line in which `$kkp` is the program at a terminal, where somebody types; what the terminal shows.
fn at_terminal(folder: &Path, line: &str, typed: &[&str]) -> (Option<i32>, String) {
    let mut child = Command::new("script")
        .args(["--quiet", "--return", "--command", line, "/dev/null"])
        .env("kkp", env!("CARGO_BIN_EXE_kkp-oidc"))
        .env("SHELL", "/bin/sh")
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let (mut keyboard, mut screen) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
    let mut shown = Vec::new();
    for answer in typed {
        // A question ends with a blank. The echo is off just after it.
        let mut byte = [0];
        while !shown.ends_with(b": ") && screen.read(&mut byte).unwrap() > 0 {
            shown.push(byte[0]);
        }
        sleep(Duration::from_millis(500));
        let _ = writeln!(keyboard, "{answer}");
        // What ends the line of the question.
        screen.read_exact(&mut byte).unwrap();
        shown.push(byte[0]);
    }
    screen.read_to_end(&mut shown).unwrap();
    drop(keyboard);
    (child.wait().unwrap().code(), String::from_utf8(shown).unwrap().replace("\r\n", "\n"))
}

/// A shell command that passes root.pem on in two pieces, with so many seconds between.
fn slow(seconds: &str) -> String {
    format!("(head -c 100 root.pem; sleep {seconds}; tail -c +101 root.pem)")
}

#[test]
fn long_reading_shows_how_far_it_is_and_takes_it_back() {
    let folder = folder(&["root.pem"]);
    let line = format!("{} | $kkp ca bundle - -o out.pem --at 2026-01-01", slow("2"));
    let shown = "\rread 0.0 MiB\u{1b}[K\r\u{1b}[Kwrote out.pem: 1 certificate\n";
    assert_eq!(at_terminal(folder.path(), &line, &[]), (Some(0), shown.to_owned()));

    // stdout has the bundle alone, and with --output json the report alone.
    let line = format!("{} | $kkp ca bundle - --at 2026-01-01 >out", slow("2"));
    let shown = "\rread 0.0 MiB\u{1b}[K\r\u{1b}[K1 certificate\n";
    assert_eq!(at_terminal(folder.path(), &line, &[]), (Some(0), shown.to_owned()));
    assert_eq!(fs::read(folder.path().join("out")).unwrap(), fs::read(fixture("root.pem")).unwrap());
    let line = format!("{} | $kkp ca bundle - --at 2026-01-01 --output json >out", slow("2"));
    assert_eq!(at_terminal(folder.path(), &line, &[]), (Some(0), "\rread 0.0 MiB\u{1b}[K\r\u{1b}[K".to_owned()));
    let report: serde_json::Value = serde_json::from_slice(&fs::read(folder.path().join("out")).unwrap()).unwrap();
    assert_eq!(report["certificates"].as_array().unwrap().len(), 1);
}

#[test]
fn short_reading_shows_nothing_and_neither_does_long_without_a_terminal() {
    let folder = folder(&["root.pem"]);
    let line = format!("{} | $kkp ca bundle - -o out.pem --at 2026-01-01", slow("0"));
    assert_eq!(at_terminal(folder.path(), &line, &[]), (Some(0), "wrote out.pem: 1 certificate\n".to_owned()));

    let line = format!("{} | $kkp ca bundle - -o out.pem --at 2026-01-01 2>err", slow("2"));
    assert_eq!(at_terminal(folder.path(), &line, &[]), (Some(0), String::new()));
    let stderr = fs::read_to_string(folder.path().join("err")).unwrap();
    assert_eq!(stderr, "out.pem is unchanged: 1 certificate\n");
}

#[test]
fn passwords_are_asked_for_and_not_shown() {
    let name = "trust-openssl3.p12";
    let folder = folder(&[name]);
    let line = format!("$kkp ca bundle {name} -o out.pem --order input --at 2026-01-01");
    let question = format!("Password of {name}: \n");
    let shown = format!("{question}{question}wrote out.pem: 2 certificates\n");
    assert_eq!(at_terminal(folder.path(), &line, &["hunter2", "changeit"]), (Some(0), shown));

    let line = "$kkp ca bundle out.pem -o new.p12 --format pkcs12 --at 2026-01-01";
    let questions = "New password of new.p12: \nThe same again: \n";
    let differ = format!("{questions}error: the two passwords differ\n");
    assert_eq!(at_terminal(folder.path(), line, &["one", "other"]), (Some(2), differ));
    let wrote = format!("{questions}wrote new.p12: 2 certificates\n");
    assert_eq!(at_terminal(folder.path(), line, &["secret", "secret"]), (Some(0), wrote));

    fs::write(folder.path().join("password"), "secret").unwrap();
    let arguments = ["new.p12", "--password-file", "password", "-o", "again.pem", "--at", "2026-01-01"];
    assert_ends(&bundle(folder.path(), &arguments, b""), 0, "", "wrote again.pem: 2 certificates\n");
}
