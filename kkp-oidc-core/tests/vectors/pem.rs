//! pem.jsonl: which certificates Go, OpenSSL and rustls find in odd PEM files. There is no sample of it in `tests/data`,
//! since it holds other projects' files: these tests look at nothing unless `KKP_OIDC_VECTORS` is set.

#![expect(clippy::unwrap_used, reason = "test helpers: failing is their job")]

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kkp_oidc_core::ca_bundle::{Assembler, Order, Policy};
use serde::Deserialize;

use crate::support::{self, Count};

#[derive(Deserialize)]
struct Vector {
    name: String,
    pem_base64: String,
    go: Go,
    openssl: OpenSsl,
    rustls_pki_types: Rustls,
}

#[derive(Deserialize)]
struct Go {
    certs: Vec<String>,
}

#[derive(Deserialize)]
struct OpenSsl {
    certs: Vec<String>,
}

#[derive(Deserialize)]
struct Rustls {
    ders: Vec<String>,
}

/// What we find: the first 16 digits of the fingerprints, and the codes of the findings.
fn found(vector: &Vector) -> (Vec<String>, Vec<&'static str>) {
    let mut assembler = Assembler::new(Policy::unjudged());
    assembler.add(&vector.name, &STANDARD.decode(&vector.pem_base64).unwrap());
    let assembled = assembler.finish(Order::Input);
    let found = assembled.certificates().map(|one| one.fingerprint().to_string()[..16].to_owned()).collect();
    (found, assembled.findings().iter().map(|finding| finding.fault.code()).collect())
}

/// Files in which we find more than OpenSSL does, by the reason.
const MORE_THAN_OPENSSL: [(&str, &[&str]); 6] = [
    (
        "one bad section does not spoil the others",
        &[
            "gen-bad-char.pem",
            "gen-base64url.pem",
            "gen-double-space-begin.pem",
            "gen-empty-body-no-line.pem",
            "gen-empty-body.pem",
            "gen-mismatched-end.pem",
            "gen-nul-in-body.pem",
            "gen-quoted-printable.pem",
            "gen-truncated-body.pem",
            "gen-truncated-der.pem",
            "gen-ten-begins.pem",
            "gen-begin-twice.pem",
        ],
    ),
    (
        "markers count wherever they stand in a line",
        &[
            "gen-begin-6-dashes.pem",
            "gen-end-6-dashes.pem",
            "gen-end-begin-same-line.pem",
            "gen-indented-2.pem",
            "gen-indented-tab.pem",
            "gen-json-escaped.pem",
            "gen-line-sep.pem",
            "gen-literal-backslash-n.pem",
            "gen-nbsp-indent.pem",
            "gen-text-after-end-on-line.pem",
            "gen-text-before-begin-on-line.pem",
            "gen-yaml-block.pem",
            "gen-binary-junk-before.pem",
        ],
    ),
    (
        "blanks, line breaks and padding mean nothing in base64",
        &[
            "gen-blank-line-before-end.pem",
            "gen-blank-line-in-body.pem",
            "gen-cr-only.pem",
            "gen-extra-padding.pem",
            "gen-form-feed.pem",
            "gen-no-padding.pem",
            "gen-trailing-spaces.pem",
            "openssl-cert-blankline.pem",
            "openssl-cert-extrapad.pem",
            "openssl-cert-misalignedpad.pem",
        ],
    ),
    (
        "a certificate is whole without its END marker",
        &["gen-end-4-dashes.pem", "gen-no-end-at-eof.pem", "gen-no-end.pem"],
    ),
    ("headers are skipped", &["gen-headers-no-blank.pem", "gen-headers-proc-type.pem"]),
    ("DER and PKCS#7 are read, too", &["gen-der.pem", "gen-pkcs7-label.pem"]),
];

/// Files in which rustls-pki-types finds DER that is no certificate: it does not read it.
const NO_CERTIFICATES: [&str; 5] = [
    "gen-empty-body-no-line.pem",
    "gen-empty-body.pem",
    "gen-trailing-der.pem",
    "gen-truncated-body.pem",
    "gen-truncated-der.pem",
];

#[test]
fn no_certificate_is_missed_that_an_original_finds() {
    if !support::replaced() {
        return;
    }
    let mut count = Count::default();
    let mut more: BTreeSet<String> = BTreeSet::new();
    for vector in support::read::<Vector>("pem.jsonl") {
        let (ours, codes) = found(&vector);
        let rustls = if NO_CERTIFICATES.contains(&vector.name.as_str()) { &[] } else { &*vector.rustls_pki_types.ders };
        for (who, theirs) in [("openssl", &*vector.openssl.certs), ("go", &*vector.go.certs), ("rustls", rustls)] {
            let missed: Vec<_> = theirs.iter().filter(|one| !ours.contains(one)).collect();
            assert_eq!(missed, Vec::<&String>::new(), "{}: {who}, {codes:?}", vector.name);
        }
        if ours.len() > vector.openssl.certs.iter().collect::<BTreeSet<_>>().len() {
            more.insert(vector.name);
        }
        count.checked += 1;
    }
    let known = MORE_THAN_OPENSSL.iter().flat_map(|(_, names)| names.iter().map(|name| (*name).to_owned()));
    assert_eq!(more, known.collect::<BTreeSet<_>>());
    for (reason, names) in MORE_THAN_OPENSSL {
        println!("more than OpenSSL in {} files: {reason}", names.len());
    }
    count.report("pem.jsonl");
}
