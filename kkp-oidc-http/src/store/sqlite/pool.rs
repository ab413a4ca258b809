//! Connections that are lent to one call each, and the time that a call has.

use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex};

use rusqlite::Connection;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tracing::Instrument as _;

use super::super::StoreUnavailable;
use super::SqliteStore;
use super::failure::Failure;
use super::open::StoreFile;
use crate::trace;

/// A few connections to one database.
#[derive(Debug)]
pub(super) struct Pool {
    source: Source,
    /// One for each connection that may be lent; closed with the store. First come, first served.
    permits: Arc<Semaphore>,
    idle: Mutex<Vec<Connection>>,
}

/// Where connections come from when none is idle.
#[derive(Debug)]
pub(super) enum Source {
    /// They are opened.
    File { file: Arc<StoreFile>, writes: bool },
    /// Nowhere: the data go with the one that there is.
    Memory,
}

impl Pool {
    pub(super) fn new(size: usize, source: Source, idle: Vec<Connection>) -> Self {
        Self { source, permits: Arc::new(Semaphore::new(size)), idle: Mutex::new(idle) }
    }

    pub(super) fn close(&self) {
        self.permits.close();
        // What is poisoned is lent to nobody and goes with the pool.
        if let Ok(mut idle) = self.idle.lock() {
            idle.clear();
        }
    }

    /// A connection to a file that is still the one under its path.
    fn lend(self: Arc<Self>, permit: OwnedSemaphorePermit) -> Result<Lent, Failure> {
        if let Source::File { file, .. } = &self.source {
            file.require_same()?;
        }
        let idle = self.idle.lock().map_err(|_| Failure::Panicked)?.pop();
        let connection = match (idle, &self.source) {
            (Some(connection), _) => connection,
            (None, Source::File { file, writes }) => file.connect(*writes)?,
            (None, Source::Memory) => return Err(Failure::Lost),
        };
        Ok(Lent { connection: Some(connection), pool: self, _permit: permit })
    }

    fn unavailable(&self, failure: &Failure) -> StoreUnavailable {
        StoreUnavailable::new(match &self.source {
            Source::File { file, .. } => failure.reason(file.path().display()),
            Source::Memory => failure.reason("in memory"),
        })
    }
}

/// A connection that goes back where it came from, even if the call panics.
struct Lent {
    /// There until it is dropped.
    connection: Option<Connection>,
    pool: Arc<Pool>,
    /// Given back after the connection: fields are dropped after `drop` has run.
    _permit: OwnedSemaphorePermit,
}

impl Drop for Lent {
    fn drop(&mut self) {
        // One that is still within a transaction could not be rolled back: no more is done with it.
        if let Some(connection) = self.connection.take().filter(Connection::is_autocommit)
            && !self.pool.permits.is_closed()
            && let Ok(mut idle) = self.pool.idle.lock()
        {
            idle.push(connection);
        }
    }
}

/// Whoever waits for a call: until the work is about to be committed they may leave, and then nothing is done; from then on
/// it is done, and they are to hear of it.
#[derive(Clone)]
pub(super) struct Caller(Arc<AtomicU8>);

/// Somebody waits, and nothing is done yet.
const WAITING: u8 = 0;
/// It is being committed.
const COMMITTING: u8 = 1;
/// Nobody waits any more.
const GONE: u8 = 2;

impl Caller {
    /// From now on it is done: whoever waits goes on waiting. Too late if nobody does.
    pub(super) fn begin_commit(&self) -> Result<(), Failure> {
        if self.becomes(COMMITTING) { Ok(()) } else { Err(Failure::TooLate) }
    }

    /// Leave, unless it is being committed; says whether nothing is done.
    fn leave(&self) -> bool {
        self.becomes(GONE)
    }

    fn becomes(&self, state: u8) -> bool {
        self.0.compare_exchange(WAITING, state, Ordering::AcqRel, Ordering::Acquire).is_ok()
    }
}

/// Leaves when it is dropped.
struct Waiting(Caller);

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.leave();
    }
}

/// Do the work with a connection of the pool, on a thread for what blocks, within [`SqliteStore::CALL_LIMIT`]; what is being
/// committed by then is waited for, so that nobody hears that it was not done.
pub(super) async fn call<T, F>(pool: &Arc<Pool>, operation: &'static str, work: F) -> Result<T, StoreUnavailable>
where
    T: Send + 'static,
    F: FnOnce(&mut Connection, &Caller) -> Result<T, Failure> + Send + 'static,
{
    let span = trace::of_store(operation);
    let answer = within_limit(pool, work).instrument(span.clone()).await;
    answer.inspect_err(|_| trace::store_failed(&span)).map_err(|failure| pool.unavailable(&failure))
}

async fn within_limit<T, F>(pool: &Arc<Pool>, work: F) -> Result<T, Failure>
where
    T: Send + 'static,
    F: FnOnce(&mut Connection, &Caller) -> Result<T, Failure> + Send + 'static,
{
    let waiting = Waiting(Caller(Arc::new(AtomicU8::new(WAITING))));
    let answer = async {
        let permit = Arc::clone(&pool.permits).acquire_owned().await.map_err(|_| Failure::Closed)?;
        let (pool, caller) = (Arc::clone(pool), waiting.0.clone());
        let work = move || {
            let mut lent = pool.lend(permit)?;
            let connection = lent.connection.as_mut().ok_or(Failure::Lost)?;
            work(connection, &caller)
        };
        tokio::task::spawn_blocking(work).await.map_err(|_| Failure::Panicked)?
    };
    tokio::pin!(answer);
    match tokio::time::timeout(SqliteStore::CALL_LIMIT, &mut answer).await {
        Ok(answer) => answer,
        Err(_) if waiting.0.leave() => Err(Failure::TooLate),
        Err(_) => answer.await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::sqlite::open;

    fn memory() -> Arc<Pool> {
        Arc::new(Pool::new(1, Source::Memory, vec![open::in_memory().unwrap()]))
    }

    const fn fine(_: &mut Connection, _: &Caller) -> Result<u8, Failure> {
        Ok(7)
    }

    #[tokio::test]
    async fn a_panic_is_an_error_and_the_next_call_is_answered() {
        let pool = memory();
        let panicked = call(&pool, "test", |connection, _| -> Result<u8, Failure> {
            let _open = connection.transaction()?;
            panic!("as a test");
        });
        assert_eq!(panicked.await, Err(StoreUnavailable::new("share store in memory: a call panicked")));
        assert_eq!(call(&pool, "test", fine).await, Ok(7));
    }

    #[tokio::test]
    async fn a_connection_that_is_left_within_a_transaction_is_lent_to_nobody() {
        let pool = memory();
        let left = call(&pool, "test", |connection, _| Ok(connection.execute_batch("BEGIN")?));
        assert_eq!(left.await, Ok(()));
        let lost = "share store in memory: the only connection was lost; restart the service";
        assert_eq!(call(&pool, "test", fine).await, Err(StoreUnavailable::new(lost)));
    }

    #[tokio::test]
    async fn a_poisoned_lock_is_an_error() {
        let pool = memory();
        let poisoner = Arc::clone(&pool);
        let poisoned = std::thread::spawn(move || {
            let _idle = poisoner.idle.lock().unwrap();
            panic!("as a test");
        });
        poisoned.join().unwrap_err();
        assert_eq!(
            call(&pool, "test", fine).await,
            Err(StoreUnavailable::new("share store in memory: a call panicked"))
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_call_that_takes_too_long_is_an_error_and_may_do_nothing_any_more() {
        let pool = memory();
        let (begin, began) = tokio::sync::oneshot::channel();
        let (go_on, gone_on) = std::sync::mpsc::channel::<()>();
        let (tell, told) = std::sync::mpsc::channel();
        let slow = call(&pool, "test", move |_, caller| {
            let _ = begin.send(());
            let _ = gone_on.recv();
            let _ = tell.send(caller.begin_commit().is_ok());
            Ok(0)
        });
        let clock = async {
            assert_eq!(began.await, Ok(()));
            tokio::time::advance(SqliteStore::CALL_LIMIT).await;
        };
        let late =
            "share store in memory: no answer within 4 s; look for a slow disk, or a program that holds the lock";
        assert_eq!(tokio::join!(slow, clock).0, Err(StoreUnavailable::new(late)));
        drop(go_on);
        assert_eq!(told.recv(), Ok(false));
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_being_committed_is_waited_for() {
        let pool = memory();
        let (begin, began) = tokio::sync::oneshot::channel();
        let (go_on, gone_on) = std::sync::mpsc::channel::<()>();
        let slow = call(&pool, "test", move |_, caller| {
            caller.begin_commit()?;
            let _ = begin.send(());
            let _ = gone_on.recv();
            Ok(7)
        });
        let clock = async {
            assert_eq!(began.await, Ok(()));
            tokio::time::advance(SqliteStore::CALL_LIMIT * 2).await;
            drop(go_on);
        };
        assert_eq!(tokio::join!(slow, clock).0, Ok(7));
    }
}
