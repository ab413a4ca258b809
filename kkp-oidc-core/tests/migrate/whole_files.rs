//! Whole files. `KKP_OIDC_RECORD=1` writes them anew.

#![expect(clippy::disallowed_methods, reason = "tests read and write files")]

use std::fs;
use std::path::{Path, PathBuf};

use kkp_oidc_core::UnixTime;
use kkp_oidc_core::diagnostics::Severity;
use kkp_oidc_core::kkp::migrate::Target;
use kkp_oidc_core::kkp::{CheckOptions, Version, check};

use crate::{migrated, read, to, version};

const VERSIONS: [&str; 4] = ["2.16", "2.22", "2.28", "2.31"];

fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/data/migrate").join(name)
}

#[track_caller]
fn assert_is(name: &str, (text, notes): &(String, Vec<String>)) {
    let notes: String = notes.iter().map(|note| format!("{note}\n")).collect();
    for (ending, now) in [("yaml", text), ("notes.txt", &notes)] {
        let path = data(&format!("{name}.{ending}"));
        if std::env::var_os("KKP_OIDC_RECORD").is_some() {
            fs::write(path, now).unwrap_or_default();
        } else {
            assert_eq!(now, &fs::read_to_string(&path).unwrap_or_default(), "{name}.{ending}");
        }
    }
    for secret in ["sEcReT", "LS0tLS"] {
        assert!(!notes.contains(secret), "{name}: a note has a secret");
    }
}

#[track_caller]
fn assert_has_no_error(text: &str, version: Version, name: &str) {
    let (installation, _) = read(text);
    let now = UnixTime::from_secs(1_780_000_000);
    let findings = check(&installation, &CheckOptions { now, version: Some(version), issuer_chain: Vec::new() });
    let bad: Vec<_> = findings.iter().filter(|finding| finding.severity() > Severity::Note).collect();
    assert!(bad.is_empty(), "{name}: {bad:?}");
}

#[test]
fn each_version_gets_what_it_reads_and_the_way_back_is_known() {
    let values = fs::read_to_string(data("values.yaml")).unwrap();
    for number in VERSIONS {
        let there = migrated(&values, to(number));
        assert_is(&format!("to-{number}"), &there);
        assert_has_no_error(&there.0, version(number), number);
        let back = migrated(&there.0, Target::Values);
        assert_is(&format!("back-from-{number}"), &back);
        assert_has_no_error(&back.0, version("2.13"), number);
    }
}

#[test]
fn what_an_operator_filled_in_is_written_down_on_the_way_back() {
    for name in ["defaults-2.16", "defaults-2.31"] {
        let source = fs::read_to_string(data(&format!("{name}.source.yaml"))).unwrap();
        let back = migrated(&source, Target::Values);
        assert_is(name, &back);
        assert_has_no_error(&back.0, version("2.13"), name);
    }
}
