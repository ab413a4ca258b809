//! Forms of output, exit codes, and where files come from.

use std::fs;

use crate::program::{data, folder_with, run};

const SWAPPED: &str = "gate-spelling.yaml";

#[test]
fn people_get_the_findings_and_a_count() {
    let (code, stdout, stderr) = run(&data(), &["check", "redirect-path.yaml", "--at", "2026-06-15"], b"");
    let expected = "\
error[redirect-path]: `kubermatic.auth.issuerRedirectURL` does not end in /api/v1/kubeconfig
 --> redirect-path.yaml:6:24
  |
6 |     issuerRedirectURL: https://kkp.example.com/api/v1/kubeconfig/
  |                        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  = help: write https://kkp.example.com/api/v1/kubeconfig

";
    assert_eq!((code, stdout.as_str(), stderr.as_str()), (1, expected, "1 error in 1 file\n"));
    let ended = run(&data(), &["check", "good/values-2.12.yaml"], b"");
    assert_eq!(ended, (0, String::new(), "nothing to mend in 1 file\n".to_owned()));
    let (code, _, stderr) = run(&data(), &["check", SWAPPED], b"");
    assert_eq!((code, stderr.as_str()), (1, "2 errors in 1 file; --fix mends 2\n"));
    // Notes alone are no failure.
    let (code, _, stderr) = run(&data(), &["check", "gate-unknown.yaml"], b"");
    assert_eq!((code, stderr.as_str()), (0, "1 note in 1 file\n"));
}

#[test]
fn programs_get_json() {
    let (code, stdout, stderr) = run(&data(), &["check", "client-secret-differs", "--output", "json"], b"");
    let json: serde_json::Value = serde_json::from_str(&stdout).unwrap();
    let expected = serde_json::json!([{
        "code": "client-secret-differs",
        "severity": "error",
        "message": "Dex has another secret for this client than KKP",
        "file": "client-secret-differs/dex.yaml",
        "line": 7,
        "column": 13,
        "help": "give both the same secret, without blanks or line ends around it",
        "related": [
            { "file": "client-secret-differs/values.yaml", "line": 8, "column": 25, "message": "KKP's secret" },
        ],
        "fixable": false,
    }]);
    assert_eq!((code, json, stderr), (1, expected, String::new()));
    let ended = run(&data(), &["check", "good/values-2.12.yaml", "--output", "json"], b"");
    assert_eq!(ended, (0, "[]\n".to_owned(), String::new()));
}

#[test]
fn code_review_tools_get_sarif() {
    let text = fs::read_to_string(data().join("issuer-not-https.yaml")).unwrap();
    let (_keep, file) = folder_with("my values.yaml", &text);
    let (code, stdout, stderr) = run(file.parent().unwrap(), &["check", "my values.yaml", "--sarif"], b"");
    let json: serde_json::Value = serde_json::from_str(&stdout).unwrap();
    let expected = serde_json::json!({
        "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "kkp-oidc",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": [{
                    "id": "issuer-not-https",
                    "shortDescription": { "text": "The issuer has no https" },
                    "fullDescription": { "text": "OpenID Connect Discovery 1.0 section 3 demands https; \
                        kube-apiserver refuses any other issuer and does not start. Tokens and the client secret would \
                        travel in the clear." },
                    "defaultConfiguration": { "level": "error" },
                }],
            } },
            "columnKind": "unicodeCodePoints",
            "results": [{
                "ruleId": "issuer-not-https",
                "level": "error",
                "message": { "text": "`kubermatic.auth.tokenIssuer` begins with `http`, expected `https`. Help: serve \
                    the provider over https, and name it so in its own configuration." },
                "locations": [{ "physicalLocation": {
                    "artifactLocation": { "uri": "my%20values.yaml" },
                    "region": { "startLine": 4, "startColumn": 18 },
                } }],
            }],
        }],
    });
    assert_eq!((code, json, stderr), (1, expected, String::new()));
}

#[test]
fn the_version_decides_which_rules_apply() {
    let share_key = |version: &[&str]| {
        let arguments = [&["check", "share-key-ignored.yaml", "--output", "json"], version].concat();
        run(&data(), &arguments, b"").1.matches("share-key-ignored\"").count()
    };
    assert_eq!(share_key(&[]), 0);
    assert_eq!(share_key(&["--kkp-version", "2.22"]), 0);
    assert_eq!(share_key(&["--kkp-version", "v2.23.4"]), 1);
    let (code, stdout, stderr) = run(&data(), &["check", "gate-shape.yaml", "--kkp-version", "2.99"], b"");
    let expected = "error: invalid value '2.99' for '--kkp-version <VERSION>': not a version of KKP from 2.12 to 2.31, \
                    such as 2.13 or v2.28.1\n\nFor more information, try '--help'.\n";
    assert_eq!((code, stdout.as_str(), stderr.as_str()), (2, "", expected));
}

#[test]
fn wrong_usage_and_file_trouble_have_their_own_codes() {
    for arguments in [&["check"][..], &["check", "a", "--nonsense"], &["check", "a", "--sarif", "--output", "json"]] {
        assert_eq!(run(&data(), arguments, b"").0, 2, "{arguments:?}");
    }
    let ended = run(&data(), &["check", "good/values-2.12.yaml", "nowhere.yaml"], b"");
    let stderr = "error: nowhere.yaml cannot be read\n  caused by: No such file or directory (os error 2)\n";
    assert_eq!(ended, (3, String::new(), stderr.to_owned()));
}

#[test]
fn stdin_is_a_file_like_any_other() {
    let text = fs::read(data().join("redirect-path.yaml")).unwrap();
    let (code, stdout, stderr) = run(&data(), &["check", "-"], &text);
    assert_eq!(stdout.lines().nth(1), Some(" --> (stdin):6:24"));
    assert_eq!((code, stderr.as_str()), (1, "1 error in 1 file\n"));
    let (code, _, stderr) = run(&data(), &["check", "-", "--fix"], &fs::read(data().join(SWAPPED)).unwrap());
    assert_eq!((code, stderr.as_str()), (1, "2 errors in 1 file; --fix mends 2\n"));
}

#[test]
fn a_file_that_is_named_twice_counts_once() {
    let (_keep, file) = folder_with("values.yaml", &fs::read_to_string(data().join("good/values-2.12.yaml")).unwrap());
    let folder = file.parent().unwrap();
    fs::write(folder.join("README.md"), "# What this is\n\tnot YAML: [\n").unwrap();
    let ended = run(folder, &["check", ".", "values.yaml", "./values.yaml"], b"");
    assert_eq!(ended, (0, String::new(), "nothing to mend in 1 file\n".to_owned()));
}
