//! The file: how it is made, and which are refused.

use std::path::Path;

use kkp_oidc_core::share::UseLimit;
use kkp_oidc_http::{OpenStoreError, ShareStore as _, SqliteStore};
use rusqlite::Connection;

use crate::samples::{share, stored};

/// The error and its causes, one a line, with the folder left out.
fn refusal(path: &Path) -> String {
    let error = SqliteStore::open(path).unwrap_err();
    let causes = std::iter::successors(Some(&error as &dyn std::error::Error), |error| error.source());
    let text = causes.map(ToString::to_string).collect::<Vec<_>>().join("\n");
    text.replace(path.parent().unwrap().to_str().unwrap(), "")
}

#[tokio::test]
async fn what_was_kept_is_there_when_the_file_is_opened_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("shares.db");
    let made = share(1, UseLimit::ONCE);
    SqliteStore::open(&path).unwrap().create(made.clone()).await.unwrap();
    assert_eq!(SqliteStore::open(&path).unwrap().find(made.id).await, Ok(Some(stored(&made, 0, None))));

    let raw = Connection::open(&path).unwrap();
    let pragma =
        |name: &str| raw.pragma_query_value(None, name, |row| row.get::<_, rusqlite::types::Value>(0)).unwrap();
    assert_eq!(pragma("journal_mode"), "wal".to_owned().into());
    assert_eq!(pragma("user_version"), SqliteStore::SCHEMA_VERSION.into());
    assert_eq!(pragma("application_id"), 0x6b6b_706f_i64.into());
}

#[tokio::test]
async fn a_backup_of_an_open_store_is_a_store() {
    let folder = tempfile::tempdir().unwrap();
    let (path, copy) = (folder.path().join("shares.db"), folder.path().join("copy.db"));
    let store = SqliteStore::open(&path).unwrap();
    let made = share(1, UseLimit::ONCE);
    store.create(made.clone()).await.unwrap();
    Connection::open(&path).unwrap().execute("VACUUM INTO ?1", [copy.to_str().unwrap()]).unwrap();
    assert_eq!(SqliteStore::open(&copy).unwrap().find(made.id).await, Ok(Some(stored(&made, 0, None))));
}

#[cfg(unix)]
#[tokio::test]
async fn files_are_for_nobody_else() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(folder.path().join("shares.db")).unwrap();
    store.create(share(1, UseLimit::ONCE)).await.unwrap();
    let mut files: Vec<_> = std::fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| {
            let entry = entry.unwrap();
            let mode = entry.metadata().unwrap().permissions().mode() & 0o777;
            format!("{} {mode:o}", entry.file_name().to_str().unwrap())
        })
        .collect();
    files.sort();
    assert_eq!(files, ["shares.db 600", "shares.db-shm 600", "shares.db-wal 600"]);
}

#[test]
fn a_folder_is_not_made() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(
        refusal(&folder.path().join("none").join("shares.db")),
        "share store /shares.db cannot be made; its folder has to exist and be writable for this service\n\
         No such file or directory (os error 2)"
    );
}

#[test]
fn what_is_no_database_is_refused_and_left_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("shares.db");
    let text = "not a database, but long enough to be taken for one\n".repeat(100);
    std::fs::write(&path, &text).unwrap();
    assert_eq!(
        refusal(&path),
        "share store /shares.db cannot be opened; check that the service may write it, stop what holds its lock, or restore \
         a backup\nfile is not a database (SQLite's code 26)"
    );
    assert_eq!(std::fs::read_to_string(&path).unwrap(), text);

    let path = folder.path().join("shares");
    std::fs::create_dir(&path).unwrap();
    assert_eq!(refusal(&path).lines().last(), Some("unable to open database file: /shares (SQLite's code 14)"));
}

#[test]
fn the_database_of_another_program_is_refused_and_left_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("other.db");
    for prepare in [
        "CREATE TABLE a (x)",
        "PRAGMA user_version = 1",
        "PRAGMA application_id = 7; PRAGMA user_version = 1",
        "PRAGMA application_id = 0x6b6b706f; PRAGMA user_version = -1",
    ] {
        let _ = std::fs::remove_file(&path);
        Connection::open(&path).unwrap().execute_batch(prepare).unwrap();
        let before = std::fs::read(&path).unwrap();
        assert_eq!(
            refusal(&path),
            "share store /other.db is the database of another program; name another file",
            "{prepare}"
        );
        assert_eq!(std::fs::read(&path).unwrap(), before, "{prepare}");
    }
}

#[tokio::test]
async fn a_file_of_a_newer_schema_is_refused_and_left_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("shares.db");
    SqliteStore::open(&path).unwrap().create(share(1, UseLimit::ONCE)).await.unwrap();
    let newer = SqliteStore::SCHEMA_VERSION + 1;
    Connection::open(&path).unwrap().pragma_update(None, "user_version", newer).unwrap();
    let before = std::fs::read(&path).unwrap();
    assert_eq!(
        refusal(&path),
        "share store /shares.db has schema version 2, this program knows up to 1; run the newer program again, or restore a \
         backup from before it"
    );
    assert!(matches!(SqliteStore::open(&path), Err(OpenStoreError::Newer { version, .. }) if version == newer));
    assert_eq!(std::fs::read(&path).unwrap(), before);
}

/// Names that SQLite would take for something else than files.
#[tokio::test]
async fn a_path_is_a_file_whatever_its_name() {
    let folder = tempfile::tempdir().unwrap();
    for name in [":memory:", "file:shares.db?mode=memory", "shares%20?.db", "ü ✓.db"] {
        let path = folder.path().join(name);
        let made = share(1, UseLimit::ONCE);
        SqliteStore::open(&path).unwrap().create(made.clone()).await.unwrap();
        assert_eq!(SqliteStore::open(&path).unwrap().find(made.id).await, Ok(Some(stored(&made, 0, None))), "{name}");
        assert!(path.is_file(), "{name}");
    }
}
