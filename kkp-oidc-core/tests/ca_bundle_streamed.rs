//! Certificates that are passed on while inputs are read are the same, and said to be the same, as those that are kept.

#![expect(clippy::unwrap_used, clippy::disallowed_methods, reason = "tests read files, and end at a bad one")]

use std::convert::Infallible;
use std::fs;
use std::path::PathBuf;

use kkp_oidc_core::ca_bundle::{Assembled, Assembler, Format, Input, Order, Policy};
use proptest::prelude::*;

/// All kinds of inputs, good and bad.
const FILES: [&str; 16] = [
    "root.pem",
    "root.der",
    "both.p7b",
    "bom.pem",
    "cr-only.pem",
    "crlf.pem",
    "configmap.yaml",
    "duplicates.pem",
    "expired.pem",
    "glued.pem",
    "intermediate.pem",
    "leaf-with-key.pem",
    "text.pem",
    "trusted.pem",
    "unparsable.pem",
    "values.yaml",
];

fn file(name: &str) -> Vec<u8> {
    fs::read(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures/ca-bundle").join(name)).unwrap()
}

fn policy() -> Policy {
    Policy::new("2026-01-01".parse().unwrap())
}

/// Everything that is said about a bundle.
fn said(assembled: &Assembled) -> (usize, bool, bool, Vec<String>, String) {
    let findings = assembled.findings().iter().map(ToString::to_string).collect();
    let counts = format!("{:?}, {:?}", assembled.counts(), assembled.worst());
    (assembled.len(), assembled.is_empty(), assembled.is_writable(), findings, counts)
}

/// Feed `bytes` in pieces of these sizes, over and over.
fn feed(mut input: Input<'_>, bytes: &[u8], sizes: &[usize], mut after: impl FnMut(&mut Input<'_>)) {
    let (mut rest, mut sizes) = (bytes, sizes.iter().cycle());
    while !rest.is_empty() {
        let (piece, left) = rest.split_at(rest.len().min(*sizes.next().unwrap()));
        let _ = input.feed(piece);
        after(&mut input);
        rest = left;
    }
    input.close();
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn passing_on_changes_nothing_but_what_is_kept(
        names in proptest::collection::vec(prop::sample::select(&FILES[..]), 1..8),
        // Short, about a section, about what is copied at once, and more than what tells the kind of an input.
        sizes in proptest::collection::vec(prop_oneof![1_usize..100, 500_usize..2500, 60_000_usize..80_000], 1..5),
        joined in any::<bool>(),
        gap in prop_oneof![Just(0_usize), Just(70_000)],
    ) {
        let mut inputs: Vec<Vec<u8>> = names.iter().map(|name| file(name)).collect();
        if joined {
            inputs = vec![inputs.join(&vec![b' '; gap][..])];
        }
        let (mut whole, mut streamed) = (Assembler::new(policy()), Assembler::new(policy()));
        let mut text = Vec::new();
        for input in &inputs {
            whole.add("input", input);
            let mut sink = |pem: &[u8]| {
                text.extend_from_slice(pem);
                Ok::<(), Infallible>(())
            };
            feed(streamed.open("input"), input, &sizes, |input| { let Ok(()) = input.take_pem(&mut sink); });
            let Ok(()) = streamed.take_pem(&mut sink);
        }
        let (whole, streamed) = (whole.finish(Order::Input), streamed.finish(Order::Input));
        prop_assert_eq!(said(&streamed), said(&whole));
        prop_assert_eq!(String::from_utf8(text).unwrap(), whole.render(&Format::Pem).unwrap().to_text());
        prop_assert_eq!(streamed.certificates().count(), 0);
    }
}
