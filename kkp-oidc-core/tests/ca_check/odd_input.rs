//! What a server must not be able to do: end the program, or be taken for somebody.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kkp_oidc_core::UnixTime;
use kkp_oidc_core::ca_check::{Client, Outcome, check, explain};
use proptest::prelude::*;

use crate::cases::{NOW, certificates};

/// The texts of the refusals, in the order of `Client::ALL`; `ok` for an acceptance.
fn said(bundle: &[Vec<u8>], chain: &[Vec<u8>]) -> Vec<String> {
    let verdicts = check(bundle, chain, None, UnixTime::from_secs(NOW));
    let said = verdicts.iter().map(|verdict| match &verdict.outcome {
        Outcome::Refused { reason, .. } => reason.to_string(),
        _ => "ok".to_owned(),
    });
    said.collect()
}

#[test]
fn nothing_and_what_is_no_certificate_is_refused() {
    let root = certificates("root");
    assert_eq!(said(&root, &[]), ["the server sends no certificate"; 3]);
    for junk in [&b""[..], b"\0", b"\x30\x00", b"junk"] {
        let unreadable = "certificate 0 that the server sends cannot be read";
        assert_eq!(said(&root, &[junk.to_vec()]), [unreadable; 3]);
    }
    let with_junk = [certificates("direct"), vec![b"junk".to_vec()]].concat();
    let unreadable = "certificate 1 that the server sends cannot be read";
    assert_eq!(said(&root, &with_junk), [unreadable, unreadable, "ok"], "rustls reads only what it needs");
    let mut longer = certificates("direct");
    longer[0].push(0);
    assert_eq!(said(&root, &longer), ["certificate 0 that the server sends cannot be read"; 3]);
}

#[test]
fn an_empty_bundle_trusts_nobody() {
    assert_eq!(said(&[], &certificates("leaf int")).iter().filter(|said| *said == "ok").count(), 0);
    assert_eq!(said(&[b"junk".to_vec()], &certificates("leaf int")).iter().filter(|said| *said == "ok").count(), 0);
}

#[test]
fn many_certificates_of_one_name_do_not_take_long() {
    let bundle: Vec<_> = (0..40).flat_map(|_| certificates("twin-c int impostor int-again")).collect();
    let chain: Vec<_> = certificates("under-twin-d").into_iter().chain(bundle.iter().cloned()).collect();
    let verdicts = check(&bundle, &chain, None, UnixTime::from_secs(NOW));
    assert_eq!(verdicts.iter().filter(|verdict| verdict.is_accepted()).count(), 0);
    assert_eq!(explain(&bundle, UnixTime::from_secs(NOW)).entries.len(), 4);
}

#[test]
fn names_have_nothing_that_is_not_seen() {
    let pem = include_str!("../../../tests/fixtures/ca-bundle/root.pem");
    let base64: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
    let mut root = STANDARD.decode(base64).unwrap_or_default();
    let said = |root: &[u8]| {
        let entries = explain(&[root.to_vec()], UnixTime::from_secs(NOW)).entries;
        entries.into_iter().map(|entry| entry.certificate.subject).collect::<Vec<_>>()
    };
    assert_eq!(said(&root), ["O=Example, CN=Example Root"]);
    let places: Vec<usize> = (0..root.len()).filter(|&at| root[at..].starts_with(b"Example Root")).collect();
    for hidden in ["\u{200b}", "\u{feff}"] {
        for &at in &places {
            root[at + 3..at + 6].copy_from_slice(hidden.as_bytes());
        }
        assert_eq!(said(&root), ["O=Example, CN=Exa\u{fffd}e Root"]);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, rng_seed: proptest::test_runner::RngSeed::Fixed(1), failure_persistence: None, ..ProptestConfig::default() })]

    /// One byte of a sound chain changed: nobody accepts another certificate than the one that was signed.
    #[test]
    fn a_changed_certificate_is_never_accepted(place in any::<prop::sample::Index>(), with in 1_u8..) {
        let mut chain = certificates("leaf int");
        let place = place.index(chain[0].len());
        chain[0][place] ^= with;
        let verdicts = check(&certificates("root"), &chain, None, UnixTime::from_secs(NOW));
        for verdict in verdicts {
            // ECDSA's signature is the one part whose encoding is not covered by the signature.
            prop_assert!(!verdict.is_accepted(), "{:?} at {place}", verdict.client);
        }
    }

    #[test]
    fn nothing_ends_the_program(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let list = [bytes];
        prop_assert_eq!(check(&list, &list, None, UnixTime::from_secs(NOW)).len(), Client::ALL.len());
        let _ = explain(&list, UnixTime::from_secs(NOW));
    }
}
