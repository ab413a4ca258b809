//! The store that comes with the service: one SQLite file.

mod failure;
mod listing;
mod open;
mod pool;
mod records;
mod schema;
mod shares;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use kkp_oidc_core::UnixTime;
use kkp_oidc_core::authorization::FlowId;
use kkp_oidc_core::share::{Redemption, Share, ShareId, StoredShare};
use rusqlite::{Connection, Transaction};

use self::failure::Failure;
pub use self::listing::ListedShare;
pub use self::open::OpenStoreError;
use self::pool::{Pool, Source};
use super::{
    Created, OwnedShares, Record, RecordKey, RecordKind, Redeemed, Revoked, ShareStore, StoreUnavailable, Stored,
};

/// Keeps everything in one SQLite file, which several processes of one host may share.
///
/// One connection writes, so that the writers of a process queue up fairly instead of racing for the file's lock, and
/// [`READERS`](Self::READERS) read beside it. All work on them is done on tokio's threads for what blocks. What is written
/// is on disk (`synchronous=FULL`) before it is acknowledged. Clones are the same store.
#[derive(Clone, Debug)]
pub struct SqliteStore {
    writer: Arc<Pool>,
    readers: Arc<Pool>,
}

impl SqliteStore {
    /// How many calls read at the same time; more wait.
    pub const READERS: usize = 3;
    /// How long one step waits for other processes that hold the file's lock.
    pub const BUSY_LIMIT: Duration = Duration::from_secs(2);
    /// How long a call may take altogether, [`BUSY_LIMIT`](Self::BUSY_LIMIT) and the queue of its own process included, until
    /// what it does is being flushed to the disk.
    pub const CALL_LIMIT: Duration = Duration::from_secs(4);
    /// The version of the schema that this program writes, and the newest that it opens.
    pub const SCHEMA_VERSION: i64 = schema::VERSION;

    /// Open the file, or make it with mode 0600; its folder has to be there. An older schema is brought up to date.
    ///
    /// Blocks, for as long as other processes hold the file's lock and at most a few times [`Self::BUSY_LIMIT`].
    ///
    /// # Errors
    ///
    /// - [`OpenStoreError`] with path, reason and remedy. A file that is refused for its schema is left as it was.
    pub fn open(path: impl Into<PathBuf>) -> Result<Self, OpenStoreError> {
        let (file, connection) = open::open(path.into())?;
        let file = Arc::new(file);
        let writer = Pool::new(1, Source::File { file: Arc::clone(&file), writes: true }, vec![connection]);
        let readers = Pool::new(Self::READERS, Source::File { file, writes: false }, Vec::new());
        Ok(Self { writer: Arc::new(writer), readers: Arc::new(readers) })
    }

    /// A store that is gone with its last clone, for tests and demonstrations.
    ///
    /// # Errors
    ///
    /// - [`OpenStoreError::Open`] if SQLite gets no memory.
    pub fn in_memory() -> Result<Self, OpenStoreError> {
        // The memory belongs to the connection, so there is one for everything.
        let pool = Arc::new(Pool::new(1, Source::Memory, vec![open::in_memory()?]));
        Ok(Self { writer: Arc::clone(&pool), readers: pool })
    }

    /// Answer nothing from now on, and let go of the file once the calls under way have ended.
    pub fn close(&self) {
        self.writer.close();
        self.readers.close();
    }

    /// Shares of all owners or of one, in the order in which they were made, at most [`MAX_LISTED`](crate::MAX_LISTED): those after the number of the
    /// last one of the list before, or after 0.
    ///
    /// # Errors
    ///
    /// - [`StoreUnavailable`] if the store cannot answer.
    pub async fn list(&self, owner: Option<&str>, after: i64) -> Result<Vec<ListedShare>, StoreUnavailable> {
        let owner = owner.map(str::to_owned);
        self.read("list", move |connection| listing::list(connection, owner.as_deref(), after)).await
    }

    fn read<'a, T, F>(&'a self, operation: &'static str, work: F) -> Stored<'a, T>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, Failure> + Send + 'static,
    {
        Box::pin(pool::call(&self.readers, operation, move |connection, _| work(connection)))
    }

    /// Do the work as one transaction, which holds the file's lock from its first moment.
    fn write<'a, T, F>(&'a self, operation: &'static str, work: F) -> Stored<'a, T>
    where
        T: Send + 'static,
        F: FnOnce(&Transaction<'_>) -> Result<T, Failure> + Send + 'static,
    {
        Box::pin(pool::call(&self.writer, operation, move |connection, caller| {
            let transaction = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
            let done = work(&transaction)?;
            // Whoever was told that the store is unavailable, or has left, is to find nothing done; and the other way round.
            caller.begin_commit()?;
            transaction.commit()?;
            Ok(done)
        }))
    }

    /// Remove rows in small transactions, between which others get their turn, until none is left.
    async fn remove_all(&self, remove: fn(&Transaction<'_>, UnixTime) -> Removal, now: UnixTime) -> Swept {
        while self.write("sweep", move |transaction| Ok(remove(transaction, now)?)).await? >= SWEPT_AT_ONCE {}
        Ok(())
    }
}

/// How many rows went.
type Removal = rusqlite::Result<usize>;
type Swept = Result<(), StoreUnavailable>;

/// Most rows that one transaction of a sweep removes.
const SWEPT_AT_ONCE: usize = 1000;

impl ShareStore for SqliteStore {
    fn create(&self, share: Share) -> Stored<'_, Created> {
        self.write("create", move |transaction| shares::create(transaction, &share))
    }

    fn find(&self, id: ShareId) -> Stored<'_, Option<StoredShare>> {
        self.read("find", move |connection| shares::find(connection, id))
    }

    fn owned_by<'a>(&'a self, owner: &'a str, now: UnixTime) -> Stored<'a, OwnedShares> {
        let owner = owner.to_owned();
        self.read("owned_by", move |connection| shares::owned_by(connection, &owner, now))
    }

    fn owner(&self, id: ShareId) -> Stored<'_, Option<String>> {
        self.read("owner", move |connection| Ok(shares::owner(connection, id)?))
    }

    fn redemptions(&self, id: ShareId) -> Stored<'_, Vec<Redemption>> {
        self.read("redemptions", move |connection| shares::redemptions(connection, id))
    }

    fn redeem(&self, id: ShareId, flow: FlowId, redemption: Redemption, handover: Record) -> Stored<'_, Redeemed> {
        self.write("redeem", move |transaction| shares::redeem(transaction, id, flow, &redemption, &handover))
    }

    fn revoke(&self, id: ShareId, at: UnixTime) -> Stored<'_, Revoked> {
        self.write("revoke", move |transaction| shares::revoke(transaction, id, at))
    }

    fn put(&self, record: Record) -> Stored<'_, ()> {
        self.write("put", move |transaction| Ok(records::put(transaction, &record)?))
    }

    fn replace(&self, record: Record) -> Stored<'_, bool> {
        self.write("replace", move |transaction| Ok(records::replace(transaction, &record)?))
    }

    fn get(&self, kind: RecordKind, key: RecordKey, now: UnixTime) -> Stored<'_, Option<String>> {
        self.read("get", move |connection| Ok(records::get(connection, kind, key, now)?))
    }

    fn remove(&self, kind: RecordKind, key: RecordKey) -> Stored<'_, ()> {
        self.write("remove", move |transaction| Ok(records::remove(transaction, kind, key)?))
    }

    fn sweep(&self, now: UnixTime) -> Stored<'_, ()> {
        Box::pin(async move {
            self.remove_all(records::remove_ended, now).await?;
            self.remove_all(shares::remove_old_redemptions, now).await?;
            self.remove_all(shares::remove_old, now).await
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_nobody_waits_for_any_more_is_not_committed() {
        let store = SqliteStore::in_memory().unwrap();
        let count =
            || store.read("test", |connection| Ok(connection.query_row(COUNT, [], |row| row.get::<_, i64>(0))?));
        for (leave, expected) in [(true, 0), (false, 1)] {
            let (begin, began) = tokio::sync::oneshot::channel();
            let (go_on, gone_on) = std::sync::mpsc::channel::<()>();
            let mut write = store.write("test", move |transaction| {
                transaction.execute(INSERT, [])?;
                let _ = begin.send(());
                let _ = gone_on.recv();
                Ok(())
            });
            tokio::select! {
                done = &mut write => panic!("{done:?}"),
                began = began => began.unwrap(),
            }
            if leave {
                drop(write);
                drop(go_on);
            } else {
                drop(go_on);
                assert_eq!(write.await, Ok(()));
            }
            assert_eq!(count().await, Ok(expected));
        }
    }

    const INSERT: &str =
        "INSERT INTO records (kind, key, sealed, ends_at) VALUES ('session', zeroblob(32), 'sealed', 9)";
    const COUNT: &str = "SELECT count(*) FROM records";
}
