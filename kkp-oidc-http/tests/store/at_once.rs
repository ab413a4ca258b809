//! Many uses at the same moment, through two stores on one file.

use std::sync::Arc;

use kkp_oidc_core::share::{ShareState, UseLimit};
use kkp_oidc_http::{Redeemed, Revoked, ShareStore as _, SqliteStore, StoreUnavailable};

use crate::samples::{MADE, by, flow, handover, share, stored};

fn two_stores(folder: &tempfile::TempDir) -> [Arc<SqliteStore>; 2] {
    [(); 2].map(|()| Arc::new(SqliteStore::open(folder.path().join("shares.db")).unwrap()))
}

/// Use the share `number` in each of the flows, all at once, every other one through the other store.
async fn redeem_at_once(
    stores: &[Arc<SqliteStore>; 2],
    number: u64,
    flows: [u64; 8],
) -> Vec<Result<Redeemed, StoreUnavailable>> {
    let start = Arc::new(tokio::sync::Barrier::new(flows.len()));
    let uses = flows.into_iter().enumerate().map(|(index, used)| {
        let (store, start) = (Arc::clone(&stores[index % 2]), Arc::clone(&start));
        tokio::spawn(async move {
            start.wait().await;
            store.redeem(crate::samples::id(number), flow(used), by("a", MADE), handover(used)).await
        })
    });
    let uses: Vec<_> = uses.collect();
    let mut answers = Vec::new();
    for answer in uses {
        answers.push(answer.await.unwrap());
    }
    answers
}

fn how_many(answers: &[Result<Redeemed, StoreUnavailable>], which: &Redeemed) -> usize {
    answers.iter().filter(|answer| answer.as_ref() == Ok(which)).count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_limit_holds_for_uses_at_the_same_moment() {
    let folder = tempfile::tempdir().unwrap();
    let stores = two_stores(&folder);
    for number in 0..10 {
        let three = share(number, UseLimit::Times(3));
        stores[0].create(three.clone()).await.unwrap();
        let answers = redeem_at_once(&stores, number, [1, 2, 3, 4, 5, 6, 7, 8]).await;
        for uses in 1..=3 {
            assert_eq!(how_many(&answers, &Redeemed::Counted(Box::new(stored(&three, uses, None)))), 1, "{answers:?}");
        }
        assert_eq!(how_many(&answers, &Redeemed::Refused(ShareState::UsedUp)), 5, "{answers:?}");
        assert_eq!(stores[1].find(three.id).await, Ok(Some(stored(&three, 3, None))));
        assert_eq!(stores[1].redemptions(three.id).await.unwrap().len(), 3);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_flow_counts_once_whoever_hears_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let stores = two_stores(&folder);
    let unlimited = share(1, UseLimit::Unlimited);
    stores[0].create(unlimited.clone()).await.unwrap();
    let answers = redeem_at_once(&stores, 1, [7; 8]).await;
    assert_eq!(how_many(&answers, &Redeemed::Counted(Box::new(stored(&unlimited, 1, None)))), 1, "{answers:?}");
    assert_eq!(how_many(&answers, &Redeemed::FlowUsed), 7, "{answers:?}");
    assert_eq!(stores[1].find(unlimited.id).await, Ok(Some(stored(&unlimited, 1, None))));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_was_taken_back_through_one_store_is_refused_by_the_other() {
    let folder = tempfile::tempdir().unwrap();
    let stores = two_stores(&folder);
    let unlimited = share(1, UseLimit::Unlimited);
    stores[0].create(unlimited.clone()).await.unwrap();
    let counted = Redeemed::Counted(Box::new(stored(&unlimited, 1, None)));
    assert_eq!(stores[1].redeem(unlimited.id, flow(1), by("a", MADE), handover(1)).await, Ok(counted));
    assert_eq!(stores[0].revoke(unlimited.id, MADE).await, Ok(Revoked::Now));
    let answers = redeem_at_once(&stores, 1, [2, 3, 4, 5, 6, 7, 8, 9]).await;
    assert_eq!(how_many(&answers, &Redeemed::Refused(ShareState::Revoked)), 8, "{answers:?}");
    assert_eq!(stores[1].revoke(unlimited.id, MADE.plus_secs(1)).await, Ok(Revoked::Before(MADE)));
}

#[test]
fn a_new_file_is_made_once_by_all_who_open_it_at_the_same_moment() {
    let folder = tempfile::tempdir().unwrap();
    let start = std::sync::Barrier::new(8);
    std::thread::scope(|scope| {
        let open = || {
            start.wait();
            SqliteStore::open(folder.path().join("shares.db")).map(drop)
        };
        let opened: Vec<_> = (0..8).map(|_| scope.spawn(open)).collect();
        for one in opened {
            one.join().unwrap().unwrap();
        }
    });
}
