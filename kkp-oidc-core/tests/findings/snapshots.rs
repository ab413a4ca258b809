//! Every kind of finding has a case, and good files have none. `KKP_OIDC_RECORD=1` writes the snapshots anew.

#![expect(clippy::disallowed_methods, reason = "tests read and write files")]

use std::collections::BTreeSet;
use std::fs;

use kkp_oidc_core::UnixTime;
use kkp_oidc_core::diagnostics::Code;
use kkp_oidc_core::kkp::{CheckOptions, Installation, MAX_FINDINGS, check};

use crate::cases::{cases, human, renderings};

/// Parts of the secrets in the files; nothing that is printed may have one.
const SECRETS: [&str; 6] = [
    "sEcReT",
    // The base64 of one.
    "c0VjUmVU",
    "9f3c1e7ab45d",
    "0123456789abcdef",
    "BEGIN PRIVATE KEY",
    // Certificates are no secret, but base64 of private keys begins so.
    "MIIEv",
];

#[test]
fn every_case_prints_its_snapshot() {
    let record = std::env::var_os("KKP_OIDC_RECORD").is_some();
    for case in cases() {
        let (findings, sources) = case.check();
        let printed = human(&findings, &sources);
        if record {
            fs::write(&case.snapshot, format!("$ kkp-oidc check {}\n{printed}", case.arguments.join(" "))).unwrap();
        } else {
            assert_eq!(printed, case.printed, "{}", case.name);
        }
    }
}

#[test]
fn every_code_has_a_case_that_yields_it() {
    let mut codes: BTreeSet<Code> = Code::ALL.iter().copied().collect();
    // It takes a thousand findings: see below.
    codes.remove(&Code::FindingsLeftOut);
    for case in cases() {
        let (code, _) = case.name.split_once('.').unwrap_or((&case.name, ""));
        let Ok(code) = code.parse::<Code>() else { continue };
        let (findings, _) = case.check();
        assert!(findings.iter().any(|finding| finding.code == code), "{} does not yield {code}", case.name);
        codes.remove(&code);
    }
    assert_eq!(codes, BTreeSet::new(), "codes without a case");
}

#[test]
fn good_files_have_no_findings() {
    let good: Vec<_> = cases().into_iter().filter(|case| case.name.starts_with("good/")).collect();
    assert!(good.len() > 10);
    for case in good {
        assert_eq!(case.check().0, [], "{}", case.name);
    }
}

#[test]
fn every_finding_has_a_way_out() {
    for case in cases() {
        for finding in case.check().0 {
            assert!(!finding.message.is_empty() && !finding.help.is_empty(), "{}: {finding:?}", case.name);
            for text in [&finding.message, &finding.help] {
                assert!(!text.ends_with('.') && !text.contains('\n'), "{}: {text}", case.name);
            }
        }
    }
}

#[test]
fn no_secret_is_printed() {
    for case in cases() {
        let (findings, sources) = case.check();
        for text in renderings(&findings, &sources).iter().chain([&format!("{findings:?} {sources:?}")]) {
            for secret in SECRETS {
                assert!(!text.contains(secret), "{} prints {secret}: {text}", case.name);
            }
        }
    }
}

#[test]
fn more_than_a_thousand_findings_are_left_out() {
    let gates: String = (0..=MAX_FINDINGS).map(|number| format!("Gate{number}=true,")).collect();
    let file = format!("kubermatic:\n  api:\n    featureGates: {gates}\n").into_bytes();
    let (installation, _) = Installation::read([("values.yaml".to_owned(), file)]);
    let options = CheckOptions { now: UnixTime::from_secs(0), version: None, issuer_chain: Vec::new() };
    let findings = check(&installation, &options);
    assert_eq!(findings.len(), MAX_FINDINGS + 1);
    assert_eq!(findings.last().map(|finding| finding.code), Some(Code::FindingsLeftOut));
}
