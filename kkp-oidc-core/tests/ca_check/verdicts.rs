//! Each verdict against the client's own.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use kkp_oidc_core::ca_check::{Client, Outcome, Reason};
use rustls::RootCertStore;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier as _;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};

use crate::cases::{Case, assert_recorded, cases, certificate, recorded};

/// We do not say what OpenSSL says of a signature that aws-lc-rs has no algorithm for: docs/ca-check.md.
fn is_beyond_us(case: &Case, client: Client) -> bool {
    client == Client::OpenSsl && case.chain.contains(&certificate("pss-salt"))
}

/// rustls's verifier is content, and the handshake then fails: no algorithm of rustls's takes such a key.
fn handshake_fails(case: &Case) -> bool {
    case.chain[0] == certificate("leaf-rsa-1024")
}

/// rustls's own verifier. Without a name to ask for it cannot be called: then with the first one of the certificate.
pub(crate) fn rustls_accepts(case: &Case) -> bool {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(case.bundle.iter().map(|der| CertificateDer::from(der.as_slice())));
    let provider = Arc::new(aws_lc_rs::default_provider());
    let Ok(verifier) = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider).build() else {
        return false;
    };
    let name = case.server_name.as_ref().map_or("www.example.com", |name| name.as_str());
    let Ok(name) = ServerName::try_from(name.to_owned()) else {
        return false;
    };
    let chain: Vec<_> = case.chain.iter().map(|der| CertificateDer::from(der.as_slice())).collect();
    let now = UnixTime::since_unix_epoch(Duration::from_secs(case.now.as_secs().unsigned_abs()));
    let verified = verifier.verify_server_cert(&chain[0], &chain[1..], &name, &[], now);
    verified.is_ok() && !handshake_fails(case)
}

#[test]
fn every_verdict_is_the_client_s_own() {
    let (cases, recorded) = (cases(), recorded());
    assert_eq!(recorded.len(), cases.len(), "run tests/fixtures/chains/record.sh");
    let mut differing = Vec::new();
    let mut compared = 0;
    for case in &cases {
        let [openssl, go] = &recorded[&case.name];
        for verdict in case.verdicts() {
            let accepted = match verdict.client {
                Client::Go => go == "ok",
                Client::OpenSsl => openssl == "ok",
                _ => rustls_accepts(case),
            };
            compared += 1;
            if verdict.is_accepted() != accepted && !is_beyond_us(case, verdict.client) {
                differing.push(format!("{}: {} {:?}", case.name, verdict.client.name(), verdict.outcome));
            }
        }
    }
    assert_eq!(differing, Vec::<String>::new());
    assert_eq!(compared, 3 * cases.len());
}

#[test]
fn every_reason_is_the_client_s_own() {
    let recorded = recorded();
    let mut differing = Vec::new();
    for case in cases() {
        let said = &recorded[&case.name];
        for verdict in case.verdicts() {
            let Outcome::Refused { reason, .. } = &verdict.outcome else { continue };
            let (said, expected) = match verdict.client {
                Client::OpenSsl => (&said[0], openssl_errors(reason)),
                Client::Go => (&said[1], go_errors(reason)),
                _ => continue,
            };
            if !is_beyond_us(&case, verdict.client) && !expected.iter().any(|expected| said.contains(expected)) {
                differing.push(format!("{} {}: we {reason}; {said}", case.name, verdict.client.name()));
            }
        }
    }
    assert_eq!(differing, Vec::<String>::new());
}

/// OpenSSL's error numbers, as `openssl verify` prints them.
fn openssl_errors(reason: &Reason) -> &'static [&'static str] {
    match reason {
        Reason::UnknownIssuer { .. } => &["20 at"],
        Reason::NotInBundle { .. } => &["18 at", "19 at"],
        Reason::NoRoot { .. } => &["2 at depth"],
        Reason::Expired { .. } => &["10 at"],
        Reason::NotYetValid { .. } => &["9 at"],
        Reason::WrongName { .. } | Reason::CommonNameOnly { .. } => &["62 at", "64 at"],
        Reason::NotACa { .. } => &["79 at"],
        Reason::PathTooLong { .. } => &["25 at"],
        Reason::WrongUsage { .. } => &["26 at"],
        Reason::ForbiddenName { .. } => &["47 at", "48 at"],
        Reason::UnknownCriticalExtension { .. } => &["34 at"],
        Reason::WeakKey { .. } => &["66 at", "67 at"],
        Reason::WeakSignature { .. } => &["68 at"],
        Reason::BadSignature { .. } => &["7 at depth"],
        _ => &[],
    }
}

/// Words of Go's errors.
fn go_errors(reason: &Reason) -> &'static [&'static str] {
    match reason {
        Reason::UnknownIssuer { .. } | Reason::NotInBundle { .. } => &["unknown authority"],
        Reason::Expired { .. } => &["is after"],
        Reason::NotYetValid { .. } => &["is before"],
        Reason::WrongName { .. } => &["certificate is valid for", "not valid for any names", "any IP SANs"],
        Reason::CommonNameOnly { .. } => &["legacy Common Name"],
        Reason::NotACa { .. } => &["parent certificate cannot sign"],
        Reason::PathTooLong { .. } => &["too many intermediates"],
        Reason::WrongUsage { .. } => &["incompatible key usage"],
        Reason::ForbiddenName { .. } => &["is not permitted by any constraint", "is excluded by constraint"],
        Reason::UnknownCriticalExtension { .. } => &["unhandled critical extension"],
        Reason::WeakSignature { .. } => &["insecure algorithm"],
        Reason::BadSignature { .. } => &["verification failure"],
        // Go passes over what it cannot read in a bundle.
        Reason::UnsupportedSignature { .. } => &["algorithm unimplemented", "unknown authority"],
        _ => &[],
    }
}

#[test]
fn reasons_and_remedies_are_as_recorded() {
    let mut text = String::new();
    for case in cases() {
        for verdict in case.verdicts() {
            let client = verdict.client.name();
            match verdict.outcome {
                Outcome::Accepted { path, .. } => {
                    let path: Vec<_> = path.iter().map(|certificate| certificate.subject.as_str()).collect();
                    writeln!(text, "{} | {client} | ok | {}", case.name, path.join(" < ")).unwrap();
                }
                Outcome::Refused { reason, remedy, .. } => {
                    let remedy = remedy.map_or_else(String::new, |remedy| remedy.to_string());
                    // Keys and fingerprints change whenever the certificates are made again.
                    let (reason, remedy) = (without_hex(&reason.to_string()), without_hex(&remedy));
                    writeln!(text, "{} | {client} | {reason} | {remedy}", case.name).unwrap();
                }
                _ => unreachable!("no other outcome"),
            }
        }
    }
    assert_recorded("answers.txt", &text);
}

/// Words of 40 or more hexadecimal digits as `HEX`.
pub(crate) fn without_hex(text: &str) -> String {
    let is_hex = |word: &str| word.len() >= 40 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
    let words = text.split(' ').map(|word| match word.trim_end_matches([',', ';']) {
        bare if is_hex(bare) => word.replace(bare, "HEX"),
        _ => word.to_owned(),
    });
    words.collect::<Vec<_>>().join(" ")
}
