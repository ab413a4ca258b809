//! All shares of a store, list by list.

use kkp_oidc_core::share::UseLimit;
use kkp_oidc_http::{
    Created, ENDED_SHARES_KEPT_SECS, MAX_KEPT_SHARES, MAX_LISTED, OwnedShares, ShareStore as _, SqliteStore,
};

use crate::samples::{MADE, id, share};

#[tokio::test]
async fn shares_are_listed_as_they_were_made_a_few_at_a_time() {
    let store = SqliteStore::in_memory().unwrap();
    let last = MAX_LISTED as u64 + 1;
    for number in 1..=last {
        let mut share = share(number, UseLimit::ONCE);
        share.owner = if number % 2 == 0 { "Even@example.com".to_owned() } else { "odd@example.com".to_owned() };
        store.create(share).await.unwrap();
    }
    let first = store.list(None, 0).await.unwrap();
    assert_eq!(first.iter().map(|listed| listed.id).collect::<Vec<_>>(), (1..last).map(id).collect::<Vec<_>>());
    let rest = store.list(None, first.last().unwrap().number).await.unwrap();
    let [one] = &rest[..] else { panic!("{} of one", rest.len()) };
    assert_eq!((one.id, one.owner.as_str(), one.is_revoked), (id(last), "odd@example.com", false));
    assert_eq!(one.stored.as_ref().map(|stored| (stored.share.id, stored.uses)), Some((id(last), 0)));
    assert_eq!(store.list(None, one.number).await, Ok(vec![]));

    let even = store.list(Some("EVEN@example.com"), 0).await.unwrap();
    assert_eq!(even.len(), MAX_LISTED / 2);
    assert!(even.iter().all(|listed| listed.owner == "even@example.com"));
    assert_eq!(store.list(Some("%"), 0).await, Ok(vec![]));
}

#[tokio::test]
async fn an_owner_has_so_many_shares_and_no_more_ended_ones_included() {
    let store = SqliteStore::in_memory().unwrap();
    let of_owner = |number: u64| {
        let mut share = share(number, UseLimit::ONCE);
        share.owner = "busy@example.com".to_owned();
        // Each has ended when the next one is made.
        share.created_at = MADE.plus_secs(i64::try_from(number).unwrap());
        share.expires_at = share.created_at.plus_secs(1);
        share
    };
    let all = MAX_KEPT_SHARES as u64;
    for number in 0..all {
        assert_eq!(store.create(of_owner(number)).await, Ok(Created::Kept), "{number}");
    }
    assert_eq!(store.create(of_owner(all)).await, Ok(Created::TooMany));
    // Somebody else has room, and so has the owner once the old ones are swept.
    assert_eq!(store.create(share(all + 1, UseLimit::ONCE)).await, Ok(Created::Kept));
    store.sweep(MADE.plus_secs(ENDED_SHARES_KEPT_SECS + 2)).await.unwrap();
    assert_eq!(store.create(of_owner(all)).await, Ok(Created::Kept));
}

#[tokio::test]
async fn what_can_still_be_used_is_listed_however_much_was_made_since() {
    let store = SqliteStore::in_memory().unwrap();
    let mut old = share(1, UseLimit::ONCE);
    old.owner = "busy@example.com".to_owned();
    old.expires_at = MADE.plus_secs(30 * 86_400);
    store.create(old.clone()).await.unwrap();
    let last = MAX_LISTED as u64 + 1;
    for number in 2..=last {
        let mut ended = share(number, UseLimit::ONCE);
        ended.owner.clone_from(&old.owner);
        ended.created_at = MADE.plus_secs(i64::try_from(number).unwrap());
        ended.expires_at = ended.created_at.plus_secs(1);
        store.create(ended).await.unwrap();
    }
    let ids = |owned: OwnedShares| owned.readable.into_iter().map(|stored| stored.share.id).collect::<Vec<_>>();
    let now = MADE.plus_secs(86_400);
    // Newest first all the same; what makes room for it is the oldest of those that have ended.
    let newest = (3..=last).rev().chain([1]).map(id).collect::<Vec<_>>();
    assert_eq!(ids(store.owned_by("busy@example.com", now).await.unwrap()), newest);
    let all_ended = (2..=last).rev().map(id).collect::<Vec<_>>();
    assert_eq!(ids(store.owned_by("busy@example.com", old.expires_at).await.unwrap()), all_ended);
}
