//! Sealed records in the file.

use kkp_oidc_core::UnixTime;
use rusqlite::{Connection, OptionalExtension as _, Transaction, params};

use super::super::{Record, RecordKey, RecordKind};
use super::SWEPT_AT_ONCE;

const fn name(kind: RecordKind) -> &'static str {
    match kind {
        RecordKind::Session => "session",
        RecordKind::Handover => "handover",
    }
}

pub(super) fn put(transaction: &Transaction<'_>, record: &Record) -> rusqlite::Result<()> {
    transaction
        .prepare_cached("INSERT OR REPLACE INTO records (kind, key, sealed, ends_at) VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![name(record.kind), record.key.as_bytes(), record.sealed, record.ends_at.as_secs()])?;
    Ok(())
}

/// Whether there was one to replace.
pub(super) fn replace(transaction: &Transaction<'_>, record: &Record) -> rusqlite::Result<bool> {
    let replaced = transaction
        .prepare_cached("UPDATE records SET sealed = ?3, ends_at = ?4 WHERE kind = ?1 AND key = ?2")?
        .execute(params![name(record.kind), record.key.as_bytes(), record.sealed, record.ends_at.as_secs()])?;
    Ok(replaced > 0)
}

pub(super) fn get(
    connection: &Connection,
    kind: RecordKind,
    key: RecordKey,
    now: UnixTime,
) -> rusqlite::Result<Option<String>> {
    connection
        .prepare_cached("SELECT sealed FROM records WHERE kind = ?1 AND key = ?2 AND ends_at >= ?3")?
        .query_row(params![name(kind), key.as_bytes(), now.as_secs()], |row| row.get(0))
        .optional()
}

pub(super) fn remove(transaction: &Transaction<'_>, kind: RecordKind, key: RecordKey) -> rusqlite::Result<()> {
    transaction
        .prepare_cached("DELETE FROM records WHERE kind = ?1 AND key = ?2")?
        .execute(params![name(kind), key.as_bytes()])?;
    Ok(())
}

/// Remove some of the records that ended before `now`.
pub(super) fn remove_ended(transaction: &Transaction<'_>, now: UnixTime) -> rusqlite::Result<usize> {
    let ended = "DELETE FROM records WHERE (kind, key) IN (SELECT kind, key FROM records WHERE ends_at < ?1 LIMIT ?2)";
    transaction.prepare_cached(ended)?.execute(params![now.as_secs(), limit(SWEPT_AT_ONCE)])
}

/// A number of rows as SQLite has it.
pub(super) fn limit(rows: usize) -> i64 {
    i64::try_from(rows).unwrap_or(i64::MAX)
}
