//! What the file holds, and how an older one comes to hold it.

use rusqlite::{Connection, TransactionBehavior};

use super::SqliteStore;

/// One step for each version, from an empty file on. They are added to and never changed.
const STEPS: [&str; 1] = [VERSION_1];

/// The version that all steps together make.
pub(super) const VERSION: i64 = 1;

/// `PRAGMA application_id` of our files: "kkpo".
const APPLICATION_ID: i64 = 0x6b6b_706f;

/// Documents are what `Share::to_json` writes; the columns beside them are what is looked for, and what changes.
/// `owner` is in lower case; `ends_at` is when the share expires or was taken back, whichever is first.
const VERSION_1: &str = "
CREATE TABLE shares (
  number INTEGER PRIMARY KEY,
  id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
  owner TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  ends_at INTEGER NOT NULL,
  revoked_at INTEGER,
  uses INTEGER NOT NULL DEFAULT 0 CHECK (uses >= 0),
  document TEXT NOT NULL
) STRICT;
CREATE INDEX shares_of_owner ON shares (owner, created_at);
CREATE INDEX shares_by_end ON shares (ends_at);
CREATE TABLE redemptions (
  number INTEGER PRIMARY KEY,
  share INTEGER NOT NULL REFERENCES shares (number),
  flow BLOB NOT NULL CHECK (length(flow) = 16),
  email TEXT NOT NULL,
  at INTEGER NOT NULL,
  UNIQUE (share, flow)
) STRICT;
CREATE INDEX redemptions_of_share ON redemptions (share, at);
CREATE TABLE records (
  kind TEXT NOT NULL,
  key BLOB NOT NULL CHECK (length(key) = 32),
  sealed TEXT NOT NULL,
  ends_at INTEGER NOT NULL,
  PRIMARY KEY (kind, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX records_by_end ON records (ends_at);
";

/// What a connection has to be told each time. None of it is stored in the file.
pub(super) fn configure(connection: &Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(SqliteStore::BUSY_LIMIT)?;
    connection.execute_batch(
        "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON;",
    )
}

/// What a file says that it is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Content {
    /// Ours, of a version that can be brought up to date, 0 if there is nothing in it yet.
    Ours,
    /// Ours, of a newer version.
    Newer(i64),
    /// Another program's.
    Foreign,
}

/// Look what the file is, and change nothing.
pub(super) fn content(connection: &Connection) -> rusqlite::Result<Content> {
    let read = "SELECT user_version, application_id, (SELECT count(*) FROM sqlite_schema)
        FROM pragma_user_version, pragma_application_id";
    let (version, application, tables) = connection
        .query_row(read, [], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?, row.get::<_, i64>(2)?)))?;
    Ok(match (version, application, tables) {
        (0, 0, 0) | (1..=VERSION, APPLICATION_ID, _) => Content::Ours,
        (newer, APPLICATION_ID, _) if newer > VERSION => Content::Newer(newer),
        _ => Content::Foreign,
    })
}

/// Bring the file up to date, in one transaction.
pub(super) fn migrate(connection: &mut Connection) -> rusqlite::Result<()> {
    apply(connection, &STEPS)
}

fn apply(connection: &mut Connection, steps: &[&str]) -> rusqlite::Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Within the transaction: another process may have been faster.
    let version: i64 = transaction.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let (mut reached, done) = (version, usize::try_from(version).unwrap_or(usize::MAX));
    for step in steps.iter().skip(done) {
        transaction.execute_batch(step)?;
        reached += 1;
    }
    if reached > version {
        transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
        transaction.pragma_update(None, "user_version", reached)?;
    }
    transaction.commit()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(connection: &Connection) -> i64 {
        connection.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap()
    }

    /// The end of a process does not tell a flush from none; only a power cut would.
    #[test]
    fn connections_flush_and_check() {
        let connection = Connection::open_in_memory().unwrap();
        configure(&connection).unwrap();
        let pragma = |name| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0)).unwrap();
        let names = ["synchronous", "foreign_keys", "trusted_schema", "cell_size_check", "busy_timeout"];
        assert_eq!(names.map(pragma), [2, 1, 0, 1, 2000]);
    }

    #[test]
    fn the_version_is_the_number_of_steps() {
        assert_eq!(usize::try_from(VERSION), Ok(STEPS.len()));
    }

    #[test]
    fn an_older_file_gets_the_steps_that_it_lacks_or_none_of_them() {
        let mut connection = Connection::open_in_memory().unwrap();
        apply(&mut connection, &["CREATE TABLE a (x INTEGER) STRICT; INSERT INTO a VALUES (1)"]).unwrap();
        assert_eq!(version(&connection), 1);

        let broken = ["never run", "ALTER TABLE a ADD COLUMN y INTEGER DEFAULT 5", "CREATE TABLE a (z INTEGER)"];
        let error = apply(&mut connection, &broken).unwrap_err();
        assert_eq!(error.to_string(), "table a already exists in CREATE TABLE a (z INTEGER) at offset 13");
        assert_eq!(version(&connection), 1);
        connection.prepare("SELECT y FROM a").unwrap_err();

        apply(&mut connection, &broken[..2]).unwrap();
        assert_eq!(version(&connection), 2);
        assert_eq!(connection.query_row("SELECT x + y FROM a", [], |row| row.get(0)), Ok(6));
        apply(&mut connection, &broken[..2]).unwrap();
        assert_eq!(version(&connection), 2);
    }
}
