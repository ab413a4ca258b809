//! Shares and their uses in the file.

use kkp_oidc_core::UnixTime;
use kkp_oidc_core::authorization::FlowId;
use kkp_oidc_core::email;
use kkp_oidc_core::share::{Redemption, Share, ShareId, ShareState, StoredShare};
use rusqlite::{Connection, ErrorCode, OptionalExtension as _, Row, Transaction, params};

use super::super::{
    Created, ENDED_SHARES_KEPT_SECS, MAX_KEPT_SHARES, MAX_LISTED, MAX_LIVE_SHARES, OwnedShares, Record, Redeemed,
    Revoked,
};
use super::SWEPT_AT_ONCE;
use super::failure::Failure;
use super::records::{self, limit};

pub(super) fn create(transaction: &Transaction<'_>, share: &Share) -> Result<Created, Failure> {
    let (owner, created_at) = (email::folded(&share.owner), share.created_at.as_secs());
    let count = "SELECT count(*) FILTER (WHERE ends_at > ?2), count(*) FROM shares WHERE owner = ?1";
    let (live, kept) = transaction
        .prepare_cached(count)?
        .query_row(params![owner, created_at], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?)))?;
    if live >= limit(MAX_LIVE_SHARES) || kept >= limit(MAX_KEPT_SHARES) {
        return Ok(Created::TooMany);
    }
    let insert = "INSERT INTO shares (id, owner, created_at, ends_at, document) VALUES (?1, ?2, ?3, ?4, ?5)";
    let inserted = transaction.prepare_cached(insert)?.execute(params![
        share.id.as_bytes(),
        owner,
        created_at,
        share.expires_at.as_secs(),
        share.to_json(),
    ]);
    match inserted {
        Ok(_) => Ok(Created::Kept),
        Err(error) if error.sqlite_error_code() == Some(ErrorCode::ConstraintViolation) => {
            Err(Failure::Duplicate { id: share.id })
        }
        Err(error) => Err(error.into()),
    }
}

pub(super) fn find(connection: &Connection, id: ShareId) -> Result<Option<StoredShare>, Failure> {
    connection
        .prepare_cached("SELECT id, document, uses, revoked_at FROM shares WHERE id = ?1")?
        .query_row([id.as_bytes()], FoundShare::of)
        .optional()?
        .map(|found| found.read().ok_or(Failure::Unreadable { id }))
        .transpose()
}

pub(super) fn owned_by(connection: &Connection, owner: &str, now: UnixTime) -> Result<OwnedShares, Failure> {
    // Documents are read of those alone that are listed.
    let newest =
        "SELECT id, document, uses, revoked_at FROM shares WHERE number IN (SELECT number FROM shares WHERE owner = ?1
        ORDER BY ends_at > ?3 DESC, created_at DESC, number DESC LIMIT ?2) ORDER BY created_at DESC, number DESC";
    let mut statement = connection.prepare_cached(newest)?;
    let mut owned = OwnedShares::default();
    for found in statement.query_map(params![email::folded(owner), limit(MAX_LISTED), now.as_secs()], FoundShare::of)? {
        let found = found?;
        let (id, revoked) = (found.id, found.revoked_at.is_some());
        match found.read() {
            Some(stored) => owned.readable.push(stored),
            None if revoked => {}
            None => owned.unreadable.push(id),
        }
    }
    Ok(owned)
}

/// Does not read the document.
pub(super) fn owner(connection: &Connection, id: ShareId) -> rusqlite::Result<Option<String>> {
    let owner = "SELECT owner FROM shares WHERE id = ?1";
    connection.prepare_cached(owner)?.query_row([id.as_bytes()], |row| row.get(0)).optional()
}

pub(super) fn redemptions(connection: &Connection, id: ShareId) -> Result<Vec<Redemption>, Failure> {
    let newest = "SELECT email, at FROM redemptions WHERE share = (SELECT number FROM shares WHERE id = ?1)
        ORDER BY at DESC, number DESC LIMIT ?2";
    let of = |row: &Row<'_>| Ok(Redemption { email: row.get(0)?, at: UnixTime::from_secs(row.get(1)?) });
    let mut statement = connection.prepare_cached(newest)?;
    let found = statement.query_map(params![id.as_bytes(), limit(MAX_LISTED)], of)?.collect::<Result<_, _>>()?;
    Ok(found)
}

/// The caller's transaction holds the lock, so that nothing changes between judging and counting.
pub(super) fn redeem(
    transaction: &Transaction<'_>,
    id: ShareId,
    flow: FlowId,
    redemption: &Redemption,
    handover: &Record,
) -> Result<Redeemed, Failure> {
    let Some(mut stored) = find(transaction, id)? else {
        return Ok(Redeemed::Unknown);
    };
    let used = "SELECT 1 FROM redemptions WHERE share = (SELECT number FROM shares WHERE id = ?1) AND flow = ?2";
    if transaction.prepare_cached(used)?.exists(params![id.as_bytes(), flow.as_bytes()])? {
        return Ok(Redeemed::FlowUsed);
    }
    match stored.state(redemption.at) {
        ShareState::Good => {}
        state => return Ok(Redeemed::Refused(state)),
    }
    let use_it = "INSERT INTO redemptions (share, flow, email, at) SELECT number, ?2, ?3, ?4 FROM shares WHERE id = ?1";
    let at = redemption.at.as_secs();
    transaction.prepare_cached(use_it)?.execute(params![id.as_bytes(), flow.as_bytes(), redemption.email, at])?;
    stored.uses = transaction
        .prepare_cached("UPDATE shares SET uses = uses + 1 WHERE id = ?1 RETURNING uses")?
        .query_row([id.as_bytes()], |row| row.get(0))?;
    records::put(transaction, handover)?;
    Ok(Redeemed::Counted(Box::new(stored)))
}

/// Does not read the document: what cannot be read can still be taken back.
pub(super) fn revoke(transaction: &Transaction<'_>, id: ShareId, at: UnixTime) -> Result<Revoked, Failure> {
    let before = transaction
        .prepare_cached("SELECT revoked_at FROM shares WHERE id = ?1")?
        .query_row([id.as_bytes()], |row| row.get::<_, Option<i64>>(0))
        .optional()?;
    match before {
        None => Ok(Revoked::Unknown),
        Some(Some(before)) => Ok(Revoked::Before(UnixTime::from_secs(before))),
        Some(None) => {
            transaction
                .prepare_cached("UPDATE shares SET revoked_at = ?2, ends_at = min(ends_at, ?2) WHERE id = ?1")?
                .execute(params![id.as_bytes(), at.as_secs()])?;
            Ok(Revoked::Now)
        }
    }
}

/// Remove some of the uses of shares that ended long ago.
pub(super) fn remove_old_redemptions(transaction: &Transaction<'_>, now: UnixTime) -> rusqlite::Result<usize> {
    let old = "DELETE FROM redemptions WHERE number IN (
        SELECT redemptions.number FROM shares JOIN redemptions ON redemptions.share = shares.number
        WHERE shares.ends_at < ?1 LIMIT ?2)";
    transaction.prepare_cached(old)?.execute(params![kept_since(now), limit(SWEPT_AT_ONCE)])
}

/// Remove some of the shares that ended long ago and have no uses.
pub(super) fn remove_old(transaction: &Transaction<'_>, now: UnixTime) -> rusqlite::Result<usize> {
    let old = "DELETE FROM shares WHERE number IN (SELECT number FROM shares WHERE ends_at < ?1
        AND NOT EXISTS (SELECT 1 FROM redemptions WHERE share = shares.number) LIMIT ?2)";
    transaction.prepare_cached(old)?.execute(params![kept_since(now), limit(SWEPT_AT_ONCE)])
}

const fn kept_since(now: UnixTime) -> i64 {
    now.plus_secs(-ENDED_SHARES_KEPT_SECS).as_secs()
}

/// A row of `shares`, of which the document was not read yet.
pub(super) struct FoundShare {
    pub(super) id: ShareId,
    document: String,
    uses: u32,
    pub(super) revoked_at: Option<i64>,
}

impl FoundShare {
    /// Of id, document, uses and time of revocation, the first four columns.
    pub(super) fn of(row: &Row<'_>) -> rusqlite::Result<Self> {
        let id = ShareId::from_bytes(row.get(0)?);
        Ok(Self { id, document: row.get(1)?, uses: row.get(2)?, revoked_at: row.get(3)? })
    }

    /// `None` if the document is not one of this share.
    pub(super) fn read(self) -> Option<StoredShare> {
        let share = Share::from_json(&self.document).ok().filter(|share| share.id == self.id)?;
        Some(StoredShare { share, uses: self.uses, revoked_at: self.revoked_at.map(UnixTime::from_secs) })
    }
}
