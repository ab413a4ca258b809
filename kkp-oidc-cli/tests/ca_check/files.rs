//! With files only.

#![expect(clippy::unwrap_used, reason = "test helpers: failing is their job")]

use std::fs;

use crate::program::{ca, ca_with_locale, fingerprint, folder, join};

const AT: [&str; 2] = ["--at", "2026-06-15"];

#[test]
fn all_accept() {
    let (_keep, folder) = folder();
    join(&folder, "ca.pem", "root");
    join(&folder, "chain.pem", "leaf int");
    let ended = ca(&folder, &["check", "ca.pem", "--chain", "chain.pem", "--name", "www.example.com", AT[0], AT[1]]);
    let stdout = "\
✓ Go accepts it: it leads to `O=Test, CN=Root`
✓ OpenSSL accepts it: it leads to `O=Test, CN=Root`
✓ rustls accepts it: it leads to `O=Test, CN=Root`
";
    assert_eq!(ended, (0, stdout.to_owned(), String::new()));
}

#[test]
fn clients_differ_over_the_seed_page_s_bundle() {
    let (_keep, folder) = folder();
    join(&folder, "caBundle.pem", "new-root new-int-cross");
    join(&folder, "chain.pem", "new-leaf new-int");
    let cross = fingerprint(&folder, "new-int-cross");
    let (code, stdout, stderr) =
        ca_with_locale(&folder, &["check", "caBundle.pem", "--chain", "chain.pem", AT[0], AT[1]], "C");
    let (before, rest) = stdout.split_once(" with key ").unwrap();
    let (key_id, rest) = rest.split_at(40);
    assert!(key_id.bytes().all(|byte| byte.is_ascii_hexdigit()));
    assert_eq!(
        before,
        "ok Go accepts it: it leads to `O=Test, CN=New Root`\n\
         NO OpenSSL refuses it: no root: `O=Test, CN=New Intermediate` is in the bundle, but its issuer `O=Test, CN=Old Root`"
    );
    assert_eq!(
        rest,
        format!(
            " is not; take `O=Test, CN=New Intermediate` out of the bundle, SHA-256 {cross}\n\
             ok rustls accepts it: it leads to `O=Test, CN=New Intermediate`\n\
             The name was not checked: give it with --name.\n"
        )
    );
    assert_eq!((code, stderr), (1, String::new()));
}

#[test]
fn json_has_the_certificate_to_add() {
    let (_keep, folder) = folder();
    join(&folder, "ca.pem", "other");
    join(&folder, "chain.pem", "leaf int root");
    let name = ["--name", "www.example.com", "--output", "json"];
    let (code, stdout, stderr) = ca(&folder, &[&["check", "ca.pem", "--chain", "chain.pem"][..], &AT, &name].concat());
    let json: serde_json::Value = serde_json::from_str(&stdout).unwrap();
    let root = serde_json::json!({ "subject": "O=Test, CN=Root", "sha256": fingerprint(&folder, "root") });
    let pem = fs::read_to_string(folder.join("one.pem")).unwrap();
    let verdict = |client: &str| {
        serde_json::json!({
            "client": client,
            "outcome": "refused",
            "reason": { "reason": "not_in_bundle", "certificate": root },
            "remedy": { "action": "add", "certificate": root, "pem": pem },
        })
    };
    let expected = serde_json::json!({
        "name": "www.example.com",
        "at": "2026-06-15T00:00:00Z",
        "verdicts": [verdict("go"), verdict("openssl"), verdict("rustls")],
    });
    assert_eq!((code, json, stderr), (1, expected, String::new()));
}

#[test]
fn what_does_not_count_in_a_bundle_is_said() {
    let (_keep, folder) = folder();
    join(&folder, "ca.pem", "root");
    let mut text = fs::read_to_string(folder.join("ca.pem")).unwrap();
    text.push_str("-----BEGIN PRIVATE KEY-----\nAQID\n-----END PRIVATE KEY-----\n");
    fs::write(folder.join("ca.pem"), text).unwrap();
    join(&folder, "chain.pem", "direct");
    let (code, _, stderr) = ca(&folder, &["check", "ca.pem", "--chain", "chain.pem", AT[0], AT[1]]);
    let warning =
        format!("warning: ca.pem:{} (section 2): a private key; take it out, and replace it\n", line_of(&folder, 2));
    assert_eq!((code, stderr), (0, warning));
}

#[test]
fn trouble_with_files_and_words_has_its_own_codes() {
    let (_keep, folder) = folder();
    join(&folder, "ca.pem", "root");
    fs::write(folder.join("empty.pem"), "hello\n").unwrap();
    let ended = ca(&folder, &["check", "empty.pem", "--chain", "ca.pem"]);
    let stderr = "error: empty.pem has no certificate that can be read\n\n\
                  hint: give PEM with `-----BEGIN CERTIFICATE-----`, DER, PKCS#7 or a manifest\n";
    assert_eq!(ended, (3, String::new(), stderr.to_owned()));
    let ended = ca(&folder, &["explain", "nowhere.pem"]);
    let stderr = "error: nowhere.pem cannot be read\n  caused by: No such file or directory (os error 2)\n";
    assert_eq!(ended, (3, String::new(), stderr.to_owned()));
    for wrong in [
        &["check", "ca.pem"][..],
        &["check", "ca.pem", "--chain", "ca.pem", "--server", "a.example:443"],
        &["check", "ca.pem", "--server", "a.example"],
        &["check", "ca.pem", "--chain", "ca.pem", "--name", "https://a.example"],
        &["check", "ca.pem", "--chain", "ca.pem", "--at", "yesterday"],
        &["explain"],
    ] {
        assert_eq!(ca(&folder, wrong).0, 2, "{wrong:?}");
    }
}

#[test]
fn a_bundle_is_explained_from_the_roots_down() {
    let (_keep, folder) = folder();
    join(&folder, "ca.pem", "lower int root int root-expired");
    let hash = |name: &str| fingerprint(&folder, name);
    let (code, stdout, stderr) = ca(&folder, &["explain", "ca.pem", AT[0], AT[1]]);
    let (tree, missing) = stdout.split_once("with the key identifier ").unwrap();
    assert_eq!(
        tree,
        format!(
            "\
root: O=Test, CN=Root
  ends 2035-12-31T23:59:59Z
  SHA-256 {}
  at ca.pem:{} (section 3)
└ intermediate: O=Test, CN=Intermediate
    ends 2030-12-31T23:59:59Z
    SHA-256 {}
    at ca.pem:{} (section 2)
root: O=Test, CN=Expired Root
  ends 2026-01-01T00:00:00Z
  SHA-256 {}
  at ca.pem:{} (section 5)
  does nothing: expired
intermediate: O=Test, CN=Lower
  ends 2030-12-31T23:59:59Z
  SHA-256 {}
  at ca.pem:1 (section 1)
  missing: its issuer O=Test, CN=Upper ",
            hash("root"),
            line_of(&folder, 3),
            hash("int"),
            line_of(&folder, 2),
            hash("root-expired"),
            line_of(&folder, 5),
            hash("lower"),
        )
    );
    let duplicate = format!(
        "does nothing: ca.pem:{} (section 4): the same certificate as at ca.pem:{} (section 2)\n",
        line_of(&folder, 4),
        line_of(&folder, 2)
    );
    assert_eq!(missing.split_at(41).1, duplicate);
    assert_eq!((code, stderr), (0, String::new()));
}

/// The line on which a section of ca.pem begins.
fn line_of(folder: &std::path::Path, section: usize) -> usize {
    let text = fs::read_to_string(folder.join("ca.pem")).unwrap();
    let begins = text.lines().enumerate().filter(|(_, line)| line.starts_with("-----BEGIN"));
    begins.map(|(index, _)| index + 1).nth(section - 1).unwrap()
}
