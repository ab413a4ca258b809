//! What is said of a bundle.

use kkp_oidc_core::UnixTime;
use kkp_oidc_core::ca_check::explain;

use crate::cases::{NOW, certificates};

/// The entries, one a line: indented by depth, role, places, subject, missing issuer, why it does nothing.
fn lines(names: &str) -> Vec<String> {
    let explanation = explain(&certificates(names), UnixTime::from_secs(NOW));
    let line = |entry: &kkp_oidc_core::ca_check::Entry| {
        let missing = entry.missing_issuer.as_ref().map_or(String::new(), |issuer| format!(" ?{}", issuer.subject));
        let idle: String = entry.idle.iter().map(|idle| format!(" !{}", idle.name())).collect();
        let subject = entry.certificate.subject.rsplit("CN=").next().unwrap_or_default();
        format!("{}{} {:?} {subject}{missing}{idle}", "-".repeat(entry.depth), entry.role.name(), entry.places)
    };
    explanation.entries.iter().map(line).collect()
}

#[test]
fn chains_go_from_the_root_down() {
    assert_eq!(
        lines("deep lower root upper int"),
        [
            "root [3] Root",
            "-intermediate [4] Upper",
            "--intermediate [2] Lower",
            "---leaf [1] www.example.com !not a CA",
            "-intermediate [5] Intermediate",
        ]
    );
}

#[test]
fn cross_signed_certificates_have_two_ways_up() {
    assert_eq!(
        lines("new-root-cross-long old-root new-root new-int new-leaf"),
        [
            "root [2] Old Root !expired",
            "-cross-signed [1] New Root",
            "root [3] New Root",
            "-intermediate [4] New Intermediate",
            "--leaf [5] www.example.com !not a CA",
        ],
        "the root that is valid comes before the cross-signed one"
    );
    assert_eq!(
        lines("new-int-cross new-root new-int"),
        [
            "root [2] New Root",
            "-cross-signed [3] New Intermediate",
            "cross-signed [1] New Intermediate ?O=Test, CN=Old Root !expired"
        ],
        "the seed page's bundle, with its intermediate in both forms"
    );
}

#[test]
fn what_is_missing_and_what_does_nothing_is_said() {
    assert_eq!(
        lines("int leaf root-future int root-expired root-v1"),
        [
            "root [3] Future Root !not yet valid",
            "root [5] Expired Root !expired",
            "root [6] Version 1 Root",
            "intermediate [1, 4] Intermediate ?O=Test, CN=Root !there more than once",
            "-leaf [2] www.example.com !not a CA",
        ]
    );
    assert_eq!(lines("self-signed"), ["leaf [1] www.example.com !not a CA"]);
}

#[test]
fn a_name_is_not_enough_to_stand_below() {
    assert_eq!(
        lines("twin-a twin-b under-twin-b"),
        ["root [1] Twin Root", "root [2] Twin Root", "-leaf [3] www.example.com !not a CA"]
    );
    assert_eq!(
        lines("twin-c under-twin-d").last().map(String::as_str),
        Some("leaf [2] www.example.com ?O=Test, CN=Twin Root Without Key Identifier !not a CA")
    );
}

#[test]
fn json_has_everything() {
    let mut bundle = certificates("int");
    bundle.insert(0, vec![0x30, 0x00]);
    let explanation = explain(&bundle, UnixTime::from_secs(NOW));
    let entry = &explanation.entries[0];
    let key_id = entry.missing_issuer.as_ref().and_then(|issuer| issuer.key_id.clone());
    let expected = serde_json::json!({
        "certificates": 2,
        "unreadable": [1],
        "entries": [{
            "subject": "O=Test, CN=Intermediate",
            "sha256": entry.certificate.sha256,
            "depth": 0,
            "places": [2],
            "role": "intermediate",
            "missing_issuer": { "subject": "O=Test, CN=Root", "key_id": key_id },
            "not_before": "2025-01-01T00:00:00Z",
            "not_after": "2030-12-31T23:59:59Z",
        }],
    });
    assert_eq!(serde_json::to_value(&explanation).unwrap(), expected);
    assert_eq!(key_id.map(|id| id.len()), Some(40));
}
