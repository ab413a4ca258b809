//! All shares, for those who run the service.

use kkp_oidc_core::email;
use kkp_oidc_core::share::{ShareId, StoredShare};
use rusqlite::{Connection, params};

use super::super::MAX_LISTED;
use super::failure::Failure;
use super::records::limit;
use super::shares::FoundShare;

/// One share of a store.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct ListedShare {
    /// Where it stands in the list: greater for those that were made later.
    pub number: i64,
    /// Names it.
    pub id: ShareId,
    /// Address of whoever made it, in lower case.
    pub owner: String,
    /// Whether it was taken back.
    pub is_revoked: bool,
    /// The share; `None` if it cannot be read.
    pub stored: Option<StoredShare>,
}

pub(super) fn list(connection: &Connection, owner: Option<&str>, after: i64) -> Result<Vec<ListedShare>, Failure> {
    let page = "SELECT id, document, uses, revoked_at, number, owner FROM shares
        WHERE number > ?1 AND (?2 IS NULL OR owner = ?2) ORDER BY number LIMIT ?3";
    let mut statement = connection.prepare_cached(page)?;
    let of = |row: &rusqlite::Row<'_>| {
        let (found, number, owner) = (FoundShare::of(row)?, row.get(4)?, row.get(5)?);
        let (id, is_revoked) = (found.id, found.revoked_at.is_some());
        Ok(ListedShare { number, id, owner, is_revoked, stored: found.read() })
    };
    let found = statement.query_map(params![after, owner.map(email::folded), limit(MAX_LISTED)], of)?;
    Ok(found.collect::<Result<_, _>>()?)
}
