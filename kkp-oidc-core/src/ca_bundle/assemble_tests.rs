//! Limits, at their edges, with small numbers.

use std::ops::ControlFlow;

use super::*;
use crate::ca_bundle::Order;

const ROOT: &[u8] = include_bytes!("../../../tests/fixtures/ca-bundle/root.pem");
const INTERMEDIATE: &[u8] = include_bytes!("../../../tests/fixtures/ca-bundle/intermediate.pem");
const LEAF: &[u8] = include_bytes!("../../../tests/fixtures/ca-bundle/leaf.pem");

fn assembler(change: impl FnOnce(&mut Limits)) -> Assembler {
    let mut policy = Policy::new(UnixTime::from_secs(2_240_600_000)).allow_leaf();
    change(&mut policy.limits);
    Assembler::new(policy)
}

/// How many certificates are kept, and the reasons of the findings.
fn result(assembler: Assembler) -> (usize, Vec<String>) {
    let assembled = assembler.finish(Order::Input);
    (assembled.len(), assembled.findings().iter().map(|finding| finding.fault.to_string()).collect())
}

#[test]
fn sections_are_read_up_to_the_limit() {
    let len = ROOT.len() - 1;
    for (limit, expected) in [
        (len - 1, (1, vec![format!("the section that begins here has more than {} bytes", len - 1)])),
        (len, (2, vec![])),
        (len + 1, (2, vec![])),
    ] {
        let mut assembler = assembler(|limits| limits.section_len = limit);
        assembler.add("both", &[ROOT, &shorter()].concat());
        assert_eq!(result(assembler), expected, "{limit}");
    }
}

/// A certificate that is a few bytes shorter than the root.
fn shorter() -> Vec<u8> {
    include_bytes!("../../../tests/fixtures/ca-bundle/future.pem").to_vec()
}

#[test]
fn text_is_skipped_up_to_the_limit() {
    for (extra, expected) in [(0, ControlFlow::Continue(())), (1, ControlFlow::Break(()))] {
        let mut assembler = assembler(|limits| limits.gap_len = 100_000);
        let mut input = assembler.open("junk");
        // Ten bytes may be the beginning of a marker.
        assert_eq!(input.feed(&vec![b'x'; 100_010 + extra]), expected);
        assert_eq!(input.feed(ROOT), expected);
        input.close();
        let expected = if extra == 0 {
            (1, vec![])
        } else {
            (0, vec!["more than 100000 bytes without a PEM section; the rest was not read".to_owned()])
        };
        assert_eq!(result(assembler), expected);
    }
}

#[test]
fn a_line_without_end_is_skipped_and_the_next_section_is_read() {
    let mut assembler = assembler(|limits| limits.section_len = 10_000);
    let mut input = assembler.open("line");
    let _ = input.feed(b"-----BEGIN CERTIFICATE-----\n");
    for _ in 0..1000 {
        assert_eq!(input.feed(&[b'A'; 1000]), ControlFlow::Continue(()));
    }
    let _ = input.feed(b"\n");
    let _ = input.feed(ROOT);
    input.close();
    assert_eq!(result(assembler), (1, vec!["the section that begins here has more than 10000 bytes".to_owned()]));
}

#[test]
fn distinct_certificates_are_taken_up_to_the_limit() {
    for (limit, expected) in [
        (2, (2, vec!["more than 2 distinct certificates; the rest was not read".to_owned()])),
        (3, (3, vec!["the same certificate as at all:1 (section 1)".to_owned()])),
    ] {
        let mut assembler = assembler(|limits| limits.certificates = limit);
        assembler.add("all", &[ROOT, INTERMEDIATE, LEAF, ROOT].concat());
        assert_eq!(result(assembler), expected);
    }
}

#[test]
fn findings_are_kept_up_to_the_limit_and_counted_beyond() {
    for (times, kept) in [(4, 3), (5, 4), (6, 4)] {
        let mut assembler = assembler(|limits| limits.findings = 4);
        assembler.add("root", &ROOT.repeat(times));
        let assembled = assembler.finish(Order::Input);
        assert_eq!((assembled.findings().len(), assembled.counts()["duplicate"]), (kept, times - 1));
    }
}

#[test]
fn binary_input_is_read_up_to_the_limit() {
    let der = pem::parse(ROOT).unwrap().into_contents();
    for (limit, expected) in [
        (der.len() - 1, (0, vec![format!("the section that begins here has more than {} bytes", der.len() - 1)])),
        (der.len(), (1, vec![])),
    ] {
        let mut assembler = assembler(|limits| limits.binary_len = limit);
        assembler.add("der", &der);
        assert_eq!(result(assembler), expected);
    }
}

/// The length is judged before the content, which is one octet string here.
#[test]
fn a_certificate_has_a_mebibyte_at_most() {
    let header = |tag: u8, len: usize| [&[tag, 0x83], len.to_be_bytes().last_chunk::<3>().unwrap().as_slice()].concat();
    for (len, expected) in [
        (MAX_CERTIFICATE_LEN - 1, "unparsable"),
        (MAX_CERTIFICATE_LEN, "unparsable"),
        (MAX_CERTIFICATE_LEN + 1, "too-long"),
    ] {
        let mut der = [header(0x30, len - 5), header(0x04, len - 10)].concat();
        der.resize(len, 0);
        let mut assembler = assembler(|_| {});
        assembler.add("long", output::pem_section(&der).as_bytes());
        let assembled = assembler.finish(Order::Input);
        let codes: Vec<_> = assembled.findings().iter().map(|finding| finding.fault.code()).collect();
        assert_eq!((assembled.len(), codes), (0, vec![expected]), "{len}");
    }
}

#[test]
fn junk_in_junk_ends_and_says_so() {
    for (junk, reasons) in [
        ("", vec!["no certificate in this input"]),
        ("\0\0\0", vec!["no certificate in this input"]),
        ("-----BEGIN ", vec!["the BEGIN marker does not end with five dashes"]),
        ("-----BEGIN -----BEGIN -----", vec!["the section that begins here does not end"]),
        ("-----BEGIN X-----\n-----END X-----", vec!["the section is `X`, not a certificate"]),
        ("-----END X-----", vec!["no certificate in this input"]),
        ("{\"kind\":", vec!["the manifest is not valid YAML"]),
        ("0\u{1}\u{2}", vec!["it is not DER"]),
    ] {
        let mut assembler = assembler(|_| {});
        assembler.add("junk", junk.as_bytes());
        assert_eq!(result(assembler), (0, reasons.into_iter().map(str::to_owned).collect()), "{junk:?}");
    }
}
