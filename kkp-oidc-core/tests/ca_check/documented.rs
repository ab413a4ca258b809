//! docs/ca-check.md lists where the clients disagree: all cases, and no others.

#![expect(clippy::unwrap_used, clippy::disallowed_methods, reason = "tests read files, and end at a bad one")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::cases::{cases, recorded};
use crate::verdicts::rustls_accepts;

/// What stands in backticks in the first column of the table below a heading.
fn named(heading: &str) -> BTreeSet<String> {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/ca-check.md");
    let page = fs::read_to_string(page).unwrap();
    let section = page.split("\n## ").find(|section| section.starts_with(heading)).unwrap();
    let cells = section.lines().filter_map(|line| line.strip_prefix("| `")?.split(" | ").next());
    cells.flat_map(|cell| cell.split(['`', ' '])).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

#[test]
fn every_disagreement_is_explained() {
    let recorded = recorded();
    let (mut openssl_and_rustls, mut go_alone) = (BTreeSet::new(), BTreeSet::new());
    for case in cases() {
        let [openssl, go] = recorded[&case.name].each_ref().map(|said| said == "ok");
        let rustls = rustls_accepts(&case);
        if openssl != rustls {
            openssl_and_rustls.insert(case.name);
        } else if go != rustls {
            go_alone.insert(case.name);
        }
    }
    assert_eq!(named("Where OpenSSL and rustls disagree"), openssl_and_rustls);
    assert_eq!(named("Where Go stands alone"), go_alone);
}
