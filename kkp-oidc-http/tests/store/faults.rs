//! A store that cannot answer refuses, and has done nothing.

use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::time::{Duration, Instant};

use kkp_oidc_core::share::UseLimit;
use kkp_oidc_http::{
    OwnedShares, Record, RecordKey, RecordKind, Redeemed, Revoked, ShareStore, SqliteStore, StoreUnavailable,
};
use rusqlite::Connection;

use crate::samples::{EXPIRES, MADE, by, flow, handover, id, share, stored};

fn because<T>(path: &Path, reason: &str) -> Result<T, StoreUnavailable> {
    Err(StoreUnavailable::new(format!("share store {}: {reason}", path.display())))
}

/// A folder with a store of one share of three uses.
async fn with_one_share() -> (tempfile::TempDir, std::path::PathBuf, SqliteStore) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("shares.db");
    let store = SqliteStore::open(&path).unwrap();
    store.create(share(1, UseLimit::Times(3))).await.unwrap();
    (folder, path, store)
}

/// Ask everything of a store that has to say no to all of it, for the same reason.
async fn refuses_everything(store: &dyn ShareStore, path: &Path, reason: &str) {
    let (kind, key) = (RecordKind::Session, RecordKey::from_bytes([1; 32]));
    let record = Record { kind, key, sealed: "sealed".to_owned(), ends_at: EXPIRES };
    assert_eq!(store.create(share(2, UseLimit::ONCE)).await, because(path, reason));
    assert_eq!(store.find(id(1)).await, because(path, reason));
    assert_eq!(store.owned_by("owner.1@example.com", MADE).await, because(path, reason));
    assert_eq!(store.owner(id(1)).await, because(path, reason));
    assert_eq!(store.redemptions(id(1)).await, because(path, reason));
    assert_eq!(store.redeem(id(1), flow(1), by("a", MADE), handover(1)).await, because(path, reason));
    assert_eq!(store.revoke(id(1), MADE).await, because(path, reason));
    assert_eq!(store.put(record).await, because(path, reason));
    assert_eq!(store.get(kind, key, MADE).await, because(path, reason));
    assert_eq!(store.remove(kind, key).await, because(path, reason));
    assert_eq!(store.sweep(MADE).await, because(path, reason));
}

#[tokio::test]
async fn a_closed_store_answers_nothing_and_lets_go_of_its_file() {
    let (folder, path, store) = with_one_share().await;
    assert_eq!(store.find(id(2)).await, Ok(None));
    store.close();
    refuses_everything(&store, &path, "the store was closed").await;
    // The last connection takes the files beside it along.
    let files: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(files, [path]);
}

#[tokio::test]
async fn a_file_that_was_removed_or_replaced_is_not_written_any_more() {
    let moved = "the file was removed or replaced while the service ran; restart the service";
    let (folder, path, store) = with_one_share().await;
    let aside = folder.path().join("aside");
    std::fs::rename(&path, &aside).unwrap();
    refuses_everything(&store, &path, moved).await;
    std::fs::copy(&aside, &path).unwrap();
    refuses_everything(&store, &path, moved).await;
    std::fs::rename(&aside, &path).unwrap();
    assert_eq!(store.find(id(1)).await, Ok(Some(stored(&share(1, UseLimit::Times(3)), 0, None))));
}

#[tokio::test]
async fn a_damaged_file_refuses_its_links() {
    let (_folder, path, store) = with_one_share().await;
    drop(store);
    // All but the page that holds the schema.
    let len = std::fs::metadata(&path).unwrap().len();
    let file = std::fs::OpenOptions::new().write(true).open(&path).unwrap();
    file.write_all_at(&vec![0xff; usize::try_from(len).unwrap() - 4096], 4096).unwrap();

    let store = SqliteStore::open(&path).unwrap();
    let damaged = "database disk image is malformed (SQLite's code 11)";
    assert_eq!(store.find(id(1)).await, because(&path, damaged));
    assert_eq!(store.redeem(id(1), flow(1), by("a", MADE), handover(1)).await, because(&path, damaged));
}

#[tokio::test]
async fn a_share_that_cannot_be_read_is_refused_by_name_and_can_be_taken_back() {
    let (_folder, path, store) = with_one_share().await;
    let another = share(2, UseLimit::Times(3));
    for document in [String::new(), "{}".to_owned(), another.to_json()] {
        let raw = Connection::open(&path).unwrap();
        raw.execute("UPDATE shares SET document = ?1", [&document]).unwrap();
        let reason = format!(
            "share {} cannot be read, expected a document of version 1 of this share; restore it from a backup",
            id(1)
        );
        assert_eq!(store.find(id(1)).await, because(&path, &reason), "{document}");
        let listed = OwnedShares { readable: vec![], unreadable: vec![id(1)] };
        assert_eq!(store.owned_by("owner.1@example.com", MADE).await, Ok(listed), "{document}");
        assert_eq!(
            store.redeem(id(1), flow(1), by("a", MADE), handover(1)).await,
            because(&path, &reason),
            "{document}"
        );
        assert_eq!(store.redemptions(id(1)).await, Ok(vec![]), "{document}");
        assert_eq!(store.owner(id(1)).await, Ok(Some("owner.1@example.com".to_owned())), "{document}");
    }
    assert_eq!(store.revoke(id(1), MADE).await, Ok(Revoked::Now));
    // There is nothing left to be done about it.
    assert_eq!(store.owned_by("owner.1@example.com", MADE).await, Ok(OwnedShares::default()));
}

#[tokio::test]
async fn a_lock_that_another_program_holds_is_waited_for_and_then_given_up() {
    let (_folder, path, store) = with_one_share().await;
    let raw = Connection::open(&path).unwrap();
    raw.execute_batch("BEGIN IMMEDIATE").unwrap();
    let began = Instant::now();
    let uses = [1, 2, 3].map(|number| store.redeem(id(1), flow(number), by("a", MADE), handover(number)));
    // While they wait, others read.
    let (reader, [one, two, three]) = (store.find(id(1)), uses);
    let (found, one, two, three) = tokio::join!(reader, one, two, three);
    let waited = began.elapsed();
    assert_eq!(found, Ok(Some(stored(&share(1, UseLimit::Times(3)), 0, None))));
    let locked = because(&path, "database is locked (SQLite's code 5)");
    let late = because(&path, "no answer within 4 s; look for a slow disk, or a program that holds the lock");
    assert_eq!(one, locked);
    // The second one gets the connection when the first one gives up, and its own time ends about then.
    assert!(two == locked || two == late, "{two:?}");
    assert_eq!(three, late);
    assert!(waited >= SqliteStore::BUSY_LIMIT && waited < SqliteStore::CALL_LIMIT * 2, "{waited:?}");

    // What was given up is not done later on.
    raw.execute_batch("ROLLBACK").unwrap();
    tokio::time::sleep(Duration::from_millis(300)).await;
    let counted = Redeemed::Counted(Box::new(stored(&share(1, UseLimit::Times(3)), 1, None)));
    assert_eq!(store.redeem(id(1), flow(9), by("a", MADE), handover(9)).await, Ok(counted));
    assert_eq!(store.redemptions(id(1)).await, Ok(vec![by("a", MADE)]));
}
