//! PKCS#12: stores made by OpenSSL and Java as inputs, and trust stores as the output.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use crate::program::{assert_ends, bundle, fixture, folder};

const AT: [&str; 2] = ["--at", "2026-01-01"];

/// Run it on copies of these, with `changeit` in the file `password`.
fn run(folder: &Path, arguments: &[&str]) -> Output {
    fs::write(folder.join("password"), "changeit\nnot this\n").unwrap();
    bundle(folder, &[arguments, &AT].concat(), b"")
}

fn both() -> String {
    ["root.pem", "intermediate.pem"].map(|name| fs::read_to_string(fixture(name)).unwrap()).concat()
}

fn refused(name: &str, why: &str) -> String {
    format!(
        "refused[pkcs12]: {why}\n  --> {name}\n  = help: give its password with --password-file, or its certificates as PEM: \
         `openssl pkcs12 -in FILE -nokeys -out PEM`, with -legacy if it is old\n\nnothing was written\n"
    )
}

fn private_key(name: &str) -> String {
    format!(
        "error[private-key]: there is a private key in it, so nothing is written\n  --> {name}\n  \
         = help: take it out, and replace the key: whoever reads the bundle could have copied it\n\n\
         nothing was written\n"
    )
}

#[test]
fn stores_of_openssl_and_java_old_and_new_give_their_certificates() {
    let names = ["openssl3", "openssl1", "3des", "rc2-128", "sha512", "no-mac", "java", "java-old"];
    for name in names.map(|name| format!("trust-{name}.p12")) {
        let folder = folder(&[&name]);
        let output = run(folder.path(), &[&name, "--password-file", "password", "--order", "input"]);
        assert_ends(&output, 0, &both(), "2 certificates\n");
    }
}

#[test]
fn a_store_is_found_out_by_its_content_and_its_certificates_are_judged() {
    let folder = folder(&[]);
    fs::copy(fixture("trust-openssl3.p12"), folder.path().join("ca.pem")).unwrap();
    let output = run(folder.path(), &["ca.pem", "--password-file", "password", "--order", "input"]);
    assert_ends(&output, 0, &both(), "2 certificates\n");

    let arguments = ["ca.pem", "--password-file", "password", "--at", "2050-06-01", "-o", "out.pem"];
    let output = bundle(folder.path(), &arguments, b"");
    let (code, stderr) = (output.status.code(), String::from_utf8(output.stderr).unwrap());
    assert_eq!((code, stderr.lines().last()), (Some(1), Some("nothing was written")));
    assert_eq!(stderr.matches("refused[expired]").count(), 2);
}

#[test]
fn without_a_password_nothing_is_asked() {
    let root = fs::read_to_string(fixture("root.pem")).unwrap();
    assert_ends(&run(folder(&["trust.p12"]).path(), &["trust.p12"]), 0, &root, "1 certificate\n");
    let plain = "trust-plain.p12";
    assert_ends(&run(folder(&[plain]).path(), &[plain, "--order", "input"]), 0, &both(), "2 certificates\n");
}

#[test]
fn a_password_is_read_as_utf_8_and_without_the_end_of_its_line() {
    let name = "trust-utf8.p12";
    let folder = folder(&[name]);
    for text in ["pässwörd", "pässwörd\n", "pässwörd\r\nmore"] {
        fs::write(folder.path().join("its"), text).unwrap();
        let output = run(folder.path(), &[name, "--password-file", "its", "--order", "input"]);
        assert_ends(&output, 0, &both(), "2 certificates\n");
    }
}

#[test]
fn a_store_that_does_not_open_is_refused_and_says_what_to_do() {
    let name = "trust-openssl3.p12";
    let folder = folder(&[name, "trust-no-mac.p12", "trust-slow.p12", "root.pem"]);
    let unknown = refused(name, "it is PKCS#12 with a password that is not known");
    assert_ends(&run(folder.path(), &[name]), 1, "", &unknown);

    fs::write(folder.path().join("wrong"), "hunter2").unwrap();
    for name in [name, "trust-no-mac.p12"] {
        let wrong = refused(name, "it is PKCS#12 with another password than the one that was given");
        assert_ends(&run(folder.path(), &[name, "--password-file", "wrong"]), 1, "", &wrong);
    }
    let slow = refused("trust-slow.p12", "its iteration counts are so high that opening it would take very long");
    assert_ends(&run(folder.path(), &["trust-slow.p12", "--password-file", "password"]), 1, "", &slow);

    // The rest is written all the same.
    let root = fs::read_to_string(fixture("root.pem")).unwrap();
    let output = run(folder.path(), &[name, "root.pem"]);
    assert_eq!((output.status.code(), String::from_utf8(output.stdout).unwrap()), (Some(1), root));
}

#[test]
fn a_key_in_a_store_stops_everything_even_without_the_password() {
    for name in ["trust-key.p12", "trust-plain-key.p12", "trust-java-secret.p12"] {
        let folder = folder(&[name, "root.pem"]);
        let expected = private_key(name);
        for arguments in [vec![name, "root.pem"], vec![name, "root.pem", "--password-file", "password"]] {
            assert_ends(&run(folder.path(), &arguments), 1, "", &expected);
        }
    }
}

#[test]
fn damaged_stores_are_refused_wherever_the_damage_is() {
    let whole = fs::read(fixture("trust-openssl3.p12")).unwrap();
    let folder = folder(&[]);
    for position in (0..whole.len()).step_by(37) {
        let mut damaged = whole.clone();
        damaged[position] ^= 0x41;
        fs::write(folder.path().join("damaged"), damaged).unwrap();
        let output = run(folder.path(), &["damaged", "--password-file", "password"]);
        assert_eq!((output.status.code(), output.stdout.len()), (Some(1), 0), "at {position}");
    }
}

#[test]
fn password_files_never_show_in_errors() {
    let folder = folder(&["trust-openssl3.p12"]);
    for (contents, cause) in [
        (b"hunter2\xff".to_vec(), "its first line is not UTF-8"),
        (b"hunter2".repeat(1000), "its first line has more than 4096 bytes"),
    ] {
        fs::write(folder.path().join("bad"), contents).unwrap();
        let output = run(folder.path(), &["trust-openssl3.p12", "--password-file", "bad"]);
        assert_ends(&output, 3, "", &format!("error: bad cannot be read\n  caused by: {cause}\n"));
    }
}

#[test]
fn a_trust_store_is_written_read_back_and_left_alone_if_it_has_the_same_certificates() {
    let folder = folder(&["root.pem", "intermediate.pem"]);
    let inputs = ["root.pem", "intermediate.pem", "--order", "input", "--password-file", "password"];
    let write = [&inputs[..], &["--format", "pkcs12", "-o", "trust.p12"]].concat();
    assert_ends(&run(folder.path(), &write), 0, "", "wrote trust.p12: 2 certificates\n");
    let read = ["trust.p12", "--password-file", "password", "--order", "input"];
    assert_ends(&run(folder.path(), &read), 0, &both(), "2 certificates\n");

    let before = fs::read(folder.path().join("trust.p12")).unwrap();
    assert_ends(&run(folder.path(), &write), 0, "", "trust.p12 is unchanged: 2 certificates\n");
    assert_eq!(fs::read(folder.path().join("trust.p12")).unwrap(), before);

    let fewer = ["root.pem", "--password-file", "password", "--format", "pkcs12", "-o", "trust.p12", "--check"];
    let output = run(folder.path(), &fewer);
    let gone = crate::program::fingerprint("intermediate.pem");
    let diff = format!("--- trust.p12\n+++ trust.p12\n-{gone} O=Example, CN=Example Intermediate\n");
    assert_ends(&output, 1, &diff, "trust.p12 would change: 1 certificate\n");
}

#[test]
fn a_trust_store_needs_a_file_and_a_password() {
    let folder = folder(&["root.pem"]);
    let output = run(folder.path(), &["root.pem", "--format", "pkcs12", "-o", "trust.p12"]);
    assert_ends(
        &output,
        2,
        "",
        "error: trust.p12 is to have a password, and nobody can be asked for it\n\n\
         hint: name a file whose first line is the password with --password-file\n",
    );
    assert_eq!(run(folder.path(), &["root.pem", "--format", "pkcs12"]).status.code(), Some(2));
}

#[test]
#[ignore = "needs openssl; .ci/run runs it"]
fn openssl_reads_the_trust_store() {
    let folder = folder(&["root.pem", "intermediate.pem"]);
    for (password, name) in [("changeit", "a.p12"), ("", "b.p12"), ("pässwörd", "c.p12")] {
        fs::write(folder.path().join("its"), password).unwrap();
        let inputs = ["root.pem", "intermediate.pem", "--order", "input", "--password-file", "its"];
        let output = run(folder.path(), &[&inputs[..], &["--format", "pkcs12", "-o", name]].concat());
        assert_ends(&output, 0, "", &format!("wrote {name}: 2 certificates\n"));
        let theirs = Command::new("openssl")
            .args(["pkcs12", "-nokeys", "-in", name, "-passin", &format!("pass:{password}")])
            .env("LC_ALL", "C.UTF-8")
            .current_dir(folder.path())
            .output()
            .unwrap();
        let text = String::from_utf8(theirs.stdout).unwrap();
        let trusted = text.matches("2.16.840.1.113894.746875.1.1").count();
        let mut pem = String::new();
        let mut inside = false;
        for line in text.lines() {
            inside |= line.starts_with("-----BEGIN");
            if inside {
                pem.push_str(line);
                pem.push('\n');
            }
            inside &= !line.starts_with("-----END");
        }
        assert_eq!((pem, trusted), (both(), 2), "{password}");
    }
}
