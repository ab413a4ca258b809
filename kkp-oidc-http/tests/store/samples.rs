//! Shares, flows and times that tests are made of.

use kkp_oidc_core::UnixTime;
use kkp_oidc_core::authorization::{FlowId, UserEntry};
use kkp_oidc_core::share::{Audience, AudienceList, Redemption, Share, ShareId, StoredShare, UseLimit};
use kkp_oidc_http::{Record, RecordKey, RecordKind};

/// When samples are made.
pub(crate) const MADE: UnixTime = UnixTime::from_secs(1_800_000_000);
/// How long they live.
pub(crate) const LIFETIME: i64 = 3600;
pub(crate) const EXPIRES: UnixTime = MADE.plus_secs(LIFETIME);

/// 16 bytes that no other number has.
pub(crate) fn bytes(number: u64) -> [u8; 16] {
    let mut bytes = [0x5a; 16];
    bytes[..8].copy_from_slice(&number.to_be_bytes());
    bytes
}

pub(crate) fn id(number: u64) -> ShareId {
    ShareId::from_bytes(bytes(number))
}

pub(crate) fn flow(number: u64) -> FlowId {
    FlowId::from_bytes(bytes(number))
}

/// A share of everything that a share can have.
pub(crate) fn share(number: u64, uses: UseLimit) -> Share {
    let audience = AudienceList::parse("Ann@example.com", "example.org", "a, b").unwrap();
    Share {
        id: id(number),
        project_id: "project".parse().unwrap(),
        cluster_id: "cluster".parse().unwrap(),
        owner: format!("Owner.{number}@Example.com"),
        owner_groups: vec!["owners".to_owned(), "a, b".to_owned()],
        created_at: MADE,
        expires_at: EXPIRES,
        audience: Audience::Only(audience),
        uses,
        user_entry: UserEntry::from_name("kubelogin").unwrap(),
        role: Some("view".parse().unwrap()),
        note: Some("für Łukasz ✓".parse().unwrap()),
    }
}

pub(crate) fn stored(share: &Share, uses: u32, revoked_at: Option<UnixTime>) -> StoredShare {
    StoredShare { share: share.clone(), uses, revoked_at }
}

pub(crate) fn by(email: &str, at: UnixTime) -> Redemption {
    Redemption { email: email.to_owned(), at }
}

/// What this flow hands over.
pub(crate) fn handover(flow_number: u64) -> Record {
    let (kind, key) = (RecordKind::Handover, RecordKey::from(flow(flow_number)));
    Record { kind, key, sealed: format!("of flow {flow_number}"), ends_at: EXPIRES.plus_secs(600) }
}
