//! Certificates one after the other, DER, as a bundle and as what a server sends.
#![no_main]

use kkp_oidc_core::UnixTime;
use kkp_oidc_core::ca_check::{Outcome, check, explain};
use libfuzzer_sys::fuzz_target;

/// 2026-06-15T00:00:00Z: the seeds are valid then.
const NOW: UnixTime = UnixTime::from_secs(1_781_481_600);

/// Cut where the lengths say; what is left over is one more. Nothing left over is none: clients refuse a server that sends
/// what they cannot read, and would look at nothing else.
fn split(mut bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut certificates = Vec::new();
    while let [0x30, 0x82, high, low, ..] = bytes {
        let len = usize::from(u16::from_be_bytes([*high, *low])) + 4;
        let Some((certificate, rest)) = bytes.split_at_checked(len) else { break };
        certificates.push(certificate.to_vec());
        bytes = rest;
    }
    if !bytes.is_empty() || certificates.is_empty() {
        certificates.push(bytes.to_vec());
    }
    certificates
}

fuzz_target!(|bytes: &[u8]| {
    let certificates = split(bytes);
    let name = "www.example.com".parse().unwrap();
    for bundle in [&certificates[..], &certificates[certificates.len() - 1..], &certificates[certificates.len() / 2..]] {
        for verdict in check(bundle, &certificates, Some(&name), NOW) {
            if let Outcome::Refused { reason, remedy, .. } = &verdict.outcome {
                let text = format!("{reason} {}", remedy.as_ref().map(ToString::to_string).unwrap_or_default());
                assert!(!text.contains(char::is_control), "{text:?}");
            }
            serde_json::to_string(&verdict).unwrap();
        }
    }
    let explanation = explain(&certificates, NOW);
    let places = explanation.entries.iter().map(|entry| entry.places.len()).sum::<usize>();
    assert_eq!(places + explanation.unreadable.len(), certificates.len());
});
