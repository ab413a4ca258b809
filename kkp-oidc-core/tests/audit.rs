//! The audit log's lines: those that `docs/audit.md` shows, and hostile ones.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use kkp_oidc_core::UnixTime;
use kkp_oidc_core::audit::{ActorNames, AuditEvent, Decision, PseudonymKey, SCHEMA};
use kkp_oidc_core::authorization::FlowId;
use kkp_oidc_core::cookie_key::CookieKey;

const PAGE: &str = include_str!("../../docs/audit.md");
const NOW: UnixTime = UnixTime::from_secs(1_796_126_400);
const FLOW: FlowId = FlowId::from_bytes([0x11; 16]);
const SHARE: [u8; 16] = [0x22; 16];

fn pseudonyms() -> PseudonymKey {
    PseudonymKey::new(&"e1f5ac4f8cc8b33a4b0d6c7f5b1c9d27".parse::<CookieKey>().unwrap())
}

/// One event of each kind, as the page shows them.
fn examples() -> Vec<String> {
    let (cluster, project) = ("lab7x9k2mp".parse().unwrap(), "lab".parse().unwrap());
    let (owner, recipient) = ("owner@example.com", "anna@example.com");
    let event = |decision| AuditEvent::new(decision, NOW).client(Some("2001:db8::7".parse().unwrap()));
    let about = |decision| event(decision).cluster(&cluster).project(&project);
    let mut lines: Vec<_> = [
        about(Decision::FlowBegun).flow(FLOW),
        about(Decision::KubeconfigGiven).flow(FLOW).actor(recipient),
        about(Decision::LoginRefused { reason: "access_denied" }).flow(FLOW),
        about(Decision::LoginRefused { reason: "share_not_found" }),
        about(Decision::ShareLinkMade).share(SHARE).actor(owner),
        about(Decision::ShareLinkRedeemed).share(SHARE).flow(FLOW).actor(recipient),
        event(Decision::ShareLinkRefused { reason: "share_not_for_you" }).share(SHARE).flow(FLOW).actor(recipient),
        about(Decision::ShareLinkRevoked).share(SHARE).actor(owner),
        event(Decision::SessionBegun).flow(FLOW).actor(owner),
        event(Decision::SessionEnded).actor(owner),
        AuditEvent::new(Decision::SessionExpired, NOW).actor(owner),
    ]
    .map(|event| event.to_line(&ActorNames::Plain))
    .into();
    let pseudonymous = about(Decision::KubeconfigGiven).flow(FLOW).actor(recipient);
    lines.push(pseudonymous.to_line(&ActorNames::Pseudonyms(pseudonyms())));
    lines
}

#[test]
fn the_page_shows_a_line_of_every_event() {
    let shown: Vec<_> = PAGE.lines().filter(|line| line.starts_with(r#"{"schema""#)).collect();
    assert_eq!(shown, examples(), "\n{}", examples().join("\n"));
    let named: Vec<_> = PAGE.lines().filter_map(|line| line.strip_prefix("| `")?.split_once("` |")).collect();
    for line in examples() {
        let event = line.split_once(r#""event":""#).unwrap().1.split_once('"').unwrap().0;
        assert_eq!(named.iter().filter(|(name, _)| *name == event).count(), 1, "{event}");
    }
    assert!(PAGE.contains(SCHEMA));
}

#[test]
fn pseudonyms_are_hmac_sha256_under_a_key_of_their_own() {
    // By Python's hmac: HKDF-SHA256 of the cookie key with the label, then HMAC-SHA256 of the address.
    for (email, expected) in [
        ("anna@example.com", "p:buVHPZTExKNMQjl1FOkIopLwEB5Kgw52-Ept3JQZw6Q"),
        ("Anna@EXAMPLE.com", "p:buVHPZTExKNMQjl1FOkIopLwEB5Kgw52-Ept3JQZw6Q"),
        ("bob@example.com", "p:VQMcM1V0BAVRY-KMbFyIgmfyR25QQF6R5OtgcHmMTWw"),
        ("JÜRGEN@example.com", "p:HnYAW81IoYbpBrDuPqC6Clzo5OkLtof3u3c5wYFAu04"),
    ] {
        assert_eq!(pseudonyms().pseudonym(email), expected, "{email}");
    }
    assert_eq!(format!("{:?}", ActorNames::Pseudonyms(pseudonyms())), "Pseudonyms(PseudonymKey(..))");
}

#[test]
fn whatever_an_address_holds_the_event_stays_one_line_and_one_object() {
    let hostile = "a\"},\n{\"\u{1b}[2J\u{85}\u{2028}\u{202e}\u{feff}\u{e0041}\\@\u{e4}.example";
    let line = AuditEvent::new(Decision::SessionEnded, NOW).actor(hostile).to_line(&ActorNames::Plain);
    let expected =
        r#"{"schema":"kkp-oidc.audit/v1","time":"2026-12-01T12:00:00Z","event":"session_ended","outcome":"ok","#
            .to_owned()
            + r#""reason":null,"flow":null,"share":null,"#
            + "\"actor\":\"a\\\"},\\n{\\\"\\u001b[2J\\u0085\\u2028\\u202e\\ufeff\\udb40\\udc41\\\\@\u{e4}.example\","
            + r#""cluster":null,"project":null,"client":null}"#;
    assert_eq!(line, expected);
    let read: serde_json::Value = serde_json::from_str(&line).unwrap();
    assert_eq!(read["actor"], hostile);
}
