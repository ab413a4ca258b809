//! All shares of a store, list by list.

use kkp_oidc_core::share::UseLimit;
use kkp_oidc_http::{MAX_LISTED, ShareStore as _, SqliteStore};

use crate::samples::{id, share};

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
