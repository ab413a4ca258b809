//! What must be remembered for longer than a request: share links, who used them, sessions.

mod sqlite;

use std::pin::Pin;

use kkp_oidc_core::UnixTime;
use kkp_oidc_core::authorization::FlowId;
use kkp_oidc_core::share::{Redemption, Share, ShareId, ShareState, StoredShare};

pub use self::sqlite::{ListedShare, OpenStoreError, SqliteStore};

/// Most shares that [`ShareStore::owned_by`] lists, and most uses that [`ShareStore::redemptions`] lists: the newest.
pub const MAX_LISTED: usize = 500;

/// Most shares of one owner that have neither expired nor been taken back: all of them are listed.
pub const MAX_LIVE_SHARES: usize = MAX_LISTED;

/// Most shares of one owner that are kept, the ended ones included.
pub const MAX_KEPT_SHARES: usize = 10_000;

/// How long [`ShareStore::sweep`] leaves a share after its end, in seconds: 90 days.
pub const ENDED_SHARES_KEPT_SECS: i64 = 90 * 86_400;

/// Keeps shares, their uses, and sealed records.
///
/// What is acknowledged is durable: it survives the end of the process at any moment. Several processes may use one store.
/// Whoever gets an error refuses what was asked for: closed, never open. An answer comes within a limit of the store's own, or
/// once what is being made durable just then is so; the service waits for it. An error says that nothing was done, and nothing
/// is done later, but for [`ShareStore::sweep`], which is done in steps.
pub trait ShareStore: Send + Sync + 'static {
    /// Keep a new share, unless its owner has [`MAX_LIVE_SHARES`] that have not ended at `share.created_at`, or
    /// [`MAX_KEPT_SHARES`] altogether. An id that is there already is an error.
    fn create(&self, share: Share) -> Stored<'_, Created>;

    /// The share with this id, in whatever state.
    fn find(&self, id: ShareId) -> Stored<'_, Option<StoredShare>>;

    /// The shares that this owner made, newest first, at most [`MAX_LISTED`]: those that have not ended `now`, and of the others the
    /// newest. Addresses are compared without regard to case.
    fn owned_by<'a>(&'a self, owner: &'a str, now: UnixTime) -> Stored<'a, OwnedShares>;

    /// The address of the share's owner, in whatever case, also of a share that cannot be read otherwise.
    fn owner(&self, id: ShareId) -> Stored<'_, Option<String>>;

    /// Who used the share, newest first, at most [`MAX_LISTED`].
    fn redemptions(&self, id: ShareId) -> Stored<'_, Vec<Redemption>>;

    /// Use the share once, at `redemption.at`, in the flow `flow`: judged, counted, and `handover` kept, in one step, so that
    /// no two uses together exceed its limit, no flow uses it twice, and what is counted can be fetched. What is not counted
    /// is not kept.
    fn redeem(&self, id: ShareId, flow: FlowId, redemption: Redemption, handover: Record) -> Stored<'_, Redeemed>;

    /// Take the share back. The first time counts.
    fn revoke(&self, id: ShareId, at: UnixTime) -> Stored<'_, Revoked>;

    /// Keep a record under its kind and key, in the place of one that is there.
    fn put(&self, record: Record) -> Stored<'_, ()>;

    /// Keep a record in the place of the one under its kind and key. `false` if there is none: then nothing is kept, so that
    /// what was removed stays so.
    fn replace(&self, record: Record) -> Stored<'_, bool>;

    /// The record of this kind and key, unless its end is before `now`.
    fn get(&self, kind: RecordKind, key: RecordKey, now: UnixTime) -> Stored<'_, Option<String>>;

    /// Remove the record, if it is there.
    fn remove(&self, kind: RecordKind, key: RecordKey) -> Stored<'_, ()>;

    /// Remove what nobody can use any more: records that ended before `now`, and, with their uses, shares that expired or were
    /// taken back more than [`ENDED_SHARES_KEPT_SECS`] before: until then their owners see them.
    fn sweep(&self, now: UnixTime) -> Stored<'_, ()>;
}

/// What a [`ShareStore`] will have answered.
pub type Stored<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreUnavailable>> + Send + 'a>>;

/// The shares that somebody made.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "a plain record that stores fill by name")]
pub struct OwnedShares {
    /// Those that can be read, newest first.
    pub readable: Vec<StoredShare>,
    /// Those that cannot, and were not taken back: one of them hides none of the others.
    pub unreadable: Vec<ShareId>,
}

/// What became of a new share.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "every outcome has to be answered")]
pub enum Created {
    /// It is kept.
    Kept,
    /// Its owner has too many.
    TooMany,
}

/// What became of an attempt to use a share.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "every outcome has to be answered")]
pub enum Redeemed {
    /// It was counted; the share as it is afterwards.
    Counted(Box<StoredShare>),
    /// Its state forbids it; never [`ShareState::Good`].
    Refused(ShareState),
    /// The flow has used it before.
    FlowUsed,
    /// There is no such share.
    Unknown,
}

/// What became of an attempt to take a share back.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "every outcome has to be answered")]
pub enum Revoked {
    /// It is of no use from now on.
    Now,
    /// It was taken back before, then.
    Before(UnixTime),
    /// There is no such share.
    Unknown,
}

/// What a record is of.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "stores have to know all of them")]
pub enum RecordKind {
    /// Somebody who is logged in.
    Session,
    /// A kubeconfig that waits to be fetched.
    Handover,
}

/// Under what a record is kept: 32 bytes, of which the first 16 suffice for a [`FlowId`].
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct RecordKey([u8; 32]);

impl RecordKey {
    /// The key with these bytes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl From<FlowId> for RecordKey {
    fn from(id: FlowId) -> Self {
        let mut bytes = [0; 32];
        bytes[..16].copy_from_slice(id.as_bytes());
        Self(bytes)
    }
}

/// Sealed text that a store keeps and cannot read.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "a plain record that callers fill by name")]
pub struct Record {
    /// What it is of.
    pub kind: RecordKind,
    /// Under what it is kept.
    pub key: RecordKey,
    /// The text.
    pub sealed: String,
    /// The last second in which it is given out.
    pub ends_at: UnixTime,
}

/// The store cannot answer now; `reason` is for the log.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{reason}")]
#[non_exhaustive]
pub struct StoreUnavailable {
    /// Why not.
    pub reason: String,
}

impl StoreUnavailable {
    /// The store cannot answer, because of `reason`.
    #[must_use]
    pub fn new(reason: impl Into<String>) -> Self {
        Self { reason: reason.into() }
    }
}
