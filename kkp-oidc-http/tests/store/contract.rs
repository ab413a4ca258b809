//! What every store has to do, in steps that each use shares of their own.

use kkp_oidc_core::share::{ShareState, UseLimit};
use kkp_oidc_http::{
    Created, ENDED_SHARES_KEPT_SECS, MAX_LISTED, MAX_LIVE_SHARES, OwnedShares, Record, RecordKey, RecordKind, Redeemed,
    Revoked, ShareStore,
};

use crate::samples::{EXPIRES, MADE, by, flow, handover, id, share, stored};

/// Put an empty store through the whole contract.
pub(crate) async fn all(store: &dyn ShareStore) {
    shares_are_found_as_they_were_made(store).await;
    every_answer_to_a_use(store).await;
    every_answer_to_a_revocation(store).await;
    owners_see_their_newest_shares(store).await;
    uses_are_listed_newest_first(store).await;
    records_are_given_out_until_they_end(store).await;
    what_ended_is_swept(store).await;
}

async fn shares_are_found_as_they_were_made(store: &dyn ShareStore) {
    let made = share(1, UseLimit::Unlimited);
    assert_eq!(store.find(made.id).await, Ok(None));
    assert_eq!(store.create(made.clone()).await, Ok(Created::Kept));
    assert_eq!(store.find(made.id).await, Ok(Some(stored(&made, 0, None))));
    assert_eq!(store.redemptions(made.id).await, Ok(vec![]));
    assert_eq!(store.redemptions(id(2)).await, Ok(vec![]));

    let mut another = share(1, UseLimit::ONCE);
    another.owner = "thief@example.com".to_owned();
    let reason = store.create(another).await.unwrap_err().reason;
    assert!(reason.ends_with(&format!("share {} is there already", made.id)), "{reason}");
    assert_eq!(store.find(made.id).await, Ok(Some(stored(&made, 0, None))));
}

async fn every_answer_to_a_use(store: &dyn ShareStore) {
    let kept = async |number| {
        let Record { kind, key, .. } = handover(number);
        store.get(kind, key, MADE).await.unwrap()
    };
    assert_eq!(store.redeem(id(10), flow(1), by("a", MADE), handover(1)).await, Ok(Redeemed::Unknown));
    assert_eq!(kept(1).await, None);

    let twice = share(10, UseLimit::Times(2));
    store.create(twice.clone()).await.unwrap();
    let counted = |uses| Ok(Redeemed::Counted(Box::new(stored(&twice, uses, None))));
    assert_eq!(store.redeem(twice.id, flow(1), by("a", MADE), handover(1)).await, counted(1));
    assert_eq!(kept(1).await.as_deref(), Some("of flow 1"));
    let other = Record { sealed: "of somebody else".to_owned(), ..handover(1) };
    assert_eq!(store.redeem(twice.id, flow(1), by("b", MADE), other).await, Ok(Redeemed::FlowUsed));
    assert_eq!(kept(1).await.as_deref(), Some("of flow 1"));
    assert_eq!(store.redeem(twice.id, flow(2), by("a", EXPIRES.plus_secs(-1)), handover(2)).await, counted(2));
    assert_eq!(
        store.redeem(twice.id, flow(3), by("a", MADE), handover(3)).await,
        Ok(Redeemed::Refused(ShareState::UsedUp))
    );
    // A flow that was used is told so, whatever became of the share.
    assert_eq!(store.redeem(twice.id, flow(2), by("a", EXPIRES), handover(2)).await, Ok(Redeemed::FlowUsed));
    assert_eq!(
        store.redeem(twice.id, flow(3), by("a", EXPIRES), handover(3)).await,
        Ok(Redeemed::Refused(ShareState::Expired))
    );
    // What is not counted is not kept.
    assert_eq!((kept(2).await.as_deref(), kept(3).await), (Some("of flow 2"), None));
    assert_eq!(store.find(twice.id).await, Ok(Some(stored(&twice, 2, None))));
    assert_eq!(store.redemptions(twice.id).await, Ok(vec![by("a", EXPIRES.plus_secs(-1)), by("a", MADE)]));

    // The same flow may use another share.
    let unlimited = share(11, UseLimit::Unlimited);
    store.create(unlimited.clone()).await.unwrap();
    let counted = Redeemed::Counted(Box::new(stored(&unlimited, 1, None)));
    assert_eq!(store.redeem(unlimited.id, flow(1), by("a", MADE), handover(1)).await, Ok(counted));
    let expired = Ok(Redeemed::Refused(ShareState::Expired));
    assert_eq!(store.redeem(unlimited.id, flow(4), by("a", EXPIRES), handover(4)).await, expired);
}

async fn every_answer_to_a_revocation(store: &dyn ShareStore) {
    assert_eq!(store.revoke(id(20), MADE).await, Ok(Revoked::Unknown));

    let revoked = share(20, UseLimit::Unlimited);
    store.create(revoked.clone()).await.unwrap();
    store.redeem(revoked.id, flow(1), by("a", MADE), handover(1)).await.unwrap();
    assert_eq!(store.revoke(revoked.id, MADE.plus_secs(5)).await, Ok(Revoked::Now));
    assert_eq!(store.revoke(revoked.id, MADE.plus_secs(9)).await, Ok(Revoked::Before(MADE.plus_secs(5))));
    let refused = Ok(Redeemed::Refused(ShareState::Revoked));
    assert_eq!(store.redeem(revoked.id, flow(2), by("a", MADE.plus_secs(6)), handover(2)).await, refused);
    // A use that was judged before, by a clock that is behind, comes too late as well.
    assert_eq!(store.redeem(revoked.id, flow(2), by("a", MADE), handover(2)).await, refused);
    assert_eq!(store.redeem(revoked.id, flow(2), by("a", EXPIRES), handover(2)).await, refused);
    assert_eq!(store.find(revoked.id).await, Ok(Some(stored(&revoked, 1, Some(MADE.plus_secs(5))))));
}

async fn owners_see_their_newest_shares(store: &dyn ShareStore) {
    let mut made = Vec::new();
    for number in 0..=MAX_LISTED as u64 {
        let mut one = share(10_000 + number, UseLimit::ONCE);
        one.owner = if number % 2 == 0 { "ÄGON@Example.com" } else { "ägon@example.com" }.to_owned();
        // Pairs of the same second, the oldest pair last.
        one.created_at = MADE.plus_secs(i64::try_from(number / 2).unwrap());
        if number == MAX_LIVE_SHARES as u64 {
            // By then so many can be used that only the end of one makes room.
            assert_eq!(store.create(one.clone()).await, Ok(Created::TooMany));
            assert_eq!(store.find(one.id).await, Ok(None));
            store.revoke(id(10_000), one.created_at).await.unwrap();
        }
        assert_eq!(store.create(one.clone()).await, Ok(Created::Kept));
        made.push(stored(&one, 0, None));
    }
    made.reverse();
    made.pop();
    assert_eq!(made.len(), MAX_LISTED);
    assert_eq!(store.owned_by("Ägon@EXAMPLE.com", MADE).await, Ok(OwnedShares { readable: made, unreadable: vec![] }));
    assert_eq!(store.owned_by("gon@example.com", MADE).await, Ok(OwnedShares::default()));
    assert_eq!(store.owned_by("%", MADE).await, Ok(OwnedShares::default()));
}

async fn uses_are_listed_newest_first(store: &dyn ShareStore) {
    let popular = share(30, UseLimit::Unlimited);
    store.create(popular.clone()).await.unwrap();
    let mut uses = Vec::new();
    for number in 0..=MAX_LISTED as u64 {
        let one = by(&format!("{number}@example.com"), MADE.plus_secs(i64::try_from(number / 2).unwrap()));
        store.redeem(popular.id, flow(number), one.clone(), handover(number)).await.unwrap();
        uses.push(one);
    }
    let count = u32::try_from(uses.len()).unwrap();
    uses.reverse();
    uses.pop();
    assert_eq!(uses.len(), MAX_LISTED);
    assert_eq!(store.redemptions(popular.id).await, Ok(uses));
    // All count, listed or not.
    assert_eq!(store.find(popular.id).await, Ok(Some(stored(&popular, count, None))));
}

async fn records_are_given_out_until_they_end(store: &dyn ShareStore) {
    let (session, handover) = (RecordKind::Session, RecordKind::Handover);
    let key = RecordKey::from_bytes([9; 32]);
    let record = |kind, sealed: &str| Record { kind, key, sealed: sealed.to_owned(), ends_at: EXPIRES };
    let text = |text: &str| Ok(Some(text.to_owned()));

    assert_eq!(store.get(session, key, MADE).await, Ok(None));
    assert_eq!(store.remove(session, key).await, Ok(()));
    assert_eq!(store.put(record(session, "one")).await, Ok(()));
    assert_eq!(store.get(handover, key, MADE).await, Ok(None));
    assert_eq!(store.put(record(handover, "other")).await, Ok(()));
    assert_eq!(store.put(record(session, "two")).await, Ok(()));
    assert_eq!(store.get(session, key, EXPIRES).await, text("two"));
    assert_eq!(store.get(session, key, EXPIRES.plus_secs(1)).await, Ok(None));
    assert_eq!(store.remove(session, key).await, Ok(()));
    assert_eq!(store.get(session, key, MADE).await, Ok(None));
    // What was removed does not come back.
    assert_eq!(store.replace(record(session, "three")).await, Ok(false));
    assert_eq!(store.get(session, key, MADE).await, Ok(None));
    assert_eq!(store.get(handover, key, EXPIRES).await, text("other"));
    assert_eq!(store.replace(record(handover, "another")).await, Ok(true));
    assert_eq!(store.get(handover, key, EXPIRES).await, text("another"));
    assert_eq!(store.replace(record(handover, "other")).await, Ok(true));

    assert_eq!(store.sweep(EXPIRES).await, Ok(()));
    assert_eq!(store.get(handover, key, EXPIRES).await, text("other"));
    assert_eq!(store.sweep(EXPIRES.plus_secs(1)).await, Ok(()));
    assert_eq!(store.get(handover, key, MADE).await, Ok(None));
}

async fn what_ended_is_swept(store: &dyn ShareStore) {
    let [expired, revoked, late] = [40, 41, 42].map(|number| share(number, UseLimit::Unlimited));
    for one in [&expired, &revoked, &late] {
        store.create(one.clone()).await.unwrap();
        store.redeem(one.id, flow(1), by("a", MADE), handover(1)).await.unwrap();
    }
    // Taken back before its end, and after it.
    store.revoke(revoked.id, EXPIRES.plus_secs(-10)).await.unwrap();
    store.revoke(late.id, EXPIRES.plus_secs(10)).await.unwrap();

    let last = EXPIRES.plus_secs(ENDED_SHARES_KEPT_SECS);
    assert_eq!(store.sweep(last.plus_secs(-10)).await, Ok(()));
    assert_eq!(store.find(revoked.id).await, Ok(Some(stored(&revoked, 1, Some(EXPIRES.plus_secs(-10))))));
    assert_eq!(store.sweep(last.plus_secs(-9)).await, Ok(()));
    assert_eq!(store.find(revoked.id).await, Ok(None));
    assert_eq!(store.redemptions(revoked.id).await, Ok(vec![]));

    assert_eq!(store.sweep(last).await, Ok(()));
    assert_eq!(store.find(expired.id).await, Ok(Some(stored(&expired, 1, None))));
    assert_eq!(store.find(late.id).await, Ok(Some(stored(&late, 1, Some(EXPIRES.plus_secs(10))))));
    assert_eq!(store.sweep(last.plus_secs(1)).await, Ok(()));
    assert_eq!(store.find(expired.id).await, Ok(None));
    assert_eq!(store.find(late.id).await, Ok(None));
    assert_eq!(store.redeem(expired.id, flow(2), by("a", MADE), handover(2)).await, Ok(Redeemed::Unknown));
    // With all that the other steps have left: more than one transaction's worth.
    assert_eq!(store.owned_by("ägon@example.com", MADE).await, Ok(OwnedShares::default()));
    assert_eq!(store.redemptions(id(30)).await, Ok(vec![]));
}
