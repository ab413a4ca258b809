//! The share store: what every [`kkp_oidc_http::ShareStore`] has to do, and what the one on SQLite does with its file.
#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

mod at_once;
mod child;
mod contract;
mod faults;
mod file;
mod kill;
mod listing;
mod no_room;
mod samples;

use kkp_oidc_http::SqliteStore;

#[tokio::test]
async fn a_file_keeps_the_contract() {
    let folder = tempfile::tempdir().unwrap();
    contract::all(&SqliteStore::open(folder.path().join("shares.db")).unwrap()).await;
}

#[tokio::test]
async fn memory_keeps_the_contract() {
    contract::all(&SqliteStore::in_memory().unwrap()).await;
}
