//! A real store behind a door: calls are counted, and it can be out of reach.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use kkp_oidc_core::UnixTime;
use kkp_oidc_core::authorization::FlowId;
use kkp_oidc_core::share::{Redemption, Share, ShareId, StoredShare};
use kkp_oidc_http::{
    Created, OwnedShares, Record, RecordKey, RecordKind, Redeemed, Revoked, ShareStore, SqliteStore, StoreUnavailable,
    Stored,
};
use tokio::sync::oneshot;

#[derive(Clone)]
pub(crate) struct WatchedStore(Arc<Inner>);

struct Inner {
    store: SqliteStore,
    is_out: AtomicBool,
    calls: AtomicU64,
    pause: Mutex<Option<Pause>>,
}

/// The call that waits, whom it tells so, and what it waits for.
type Pause = (&'static str, oneshot::Sender<()>, oneshot::Receiver<()>);

impl WatchedStore {
    pub(crate) fn new(store: SqliteStore) -> Self {
        Self(Arc::new(Inner {
            store,
            is_out: AtomicBool::new(false),
            calls: AtomicU64::new(0),
            pause: Mutex::default(),
        }))
    }

    /// How often it was asked for anything.
    pub(crate) fn calls(&self) -> u64 {
        self.0.calls.load(Ordering::SeqCst)
    }

    pub(crate) fn go_out(&self) {
        self.0.is_out.store(true, Ordering::SeqCst);
    }

    pub(crate) fn come_back(&self) {
        self.0.is_out.store(false, Ordering::SeqCst);
    }

    /// Keep the next call of this name waiting: the first one tells that it waits, the second one lets it go on.
    pub(crate) fn pause(&self, call: &'static str) -> (oneshot::Receiver<()>, oneshot::Sender<()>) {
        let ((waits, told), (go_on, let_go)) = (oneshot::channel(), oneshot::channel());
        *self.0.pause.lock().unwrap() = Some((call, waits, let_go));
        (told, go_on)
    }

    /// The store itself, past the door.
    pub(crate) fn inside(&self) -> &SqliteStore {
        &self.0.store
    }

    fn ask<'a, T: Send + 'a>(&'a self, call: impl FnOnce(&'a SqliteStore) -> Stored<'a, T>) -> Stored<'a, T> {
        self.0.calls.fetch_add(1, Ordering::SeqCst);
        match self.0.is_out.load(Ordering::SeqCst) {
            true => Box::pin(std::future::ready(Err(StoreUnavailable::new("the store is out")))),
            false => call(&self.0.store),
        }
    }

    /// The same for a call that can be made to wait.
    fn pausable<'a, T: Send + 'a>(
        &'a self,
        name: &str,
        call: impl FnOnce(&'a SqliteStore) -> Stored<'a, T> + Send + 'a,
    ) -> Stored<'a, T> {
        let pause = self.0.pause.lock().unwrap().take_if(|(paused, ..)| *paused == name);
        Box::pin(async move {
            if let Some((_, waits, let_go)) = pause {
                waits.send(()).unwrap();
                let_go.await.unwrap();
            }
            self.ask(call).await
        })
    }
}

impl ShareStore for WatchedStore {
    fn create(&self, share: Share) -> Stored<'_, Created> {
        self.pausable("create", |store| store.create(share))
    }

    fn find(&self, id: ShareId) -> Stored<'_, Option<StoredShare>> {
        self.pausable("find", move |store| store.find(id))
    }

    fn owned_by<'a>(&'a self, owner: &'a str, now: UnixTime) -> Stored<'a, OwnedShares> {
        self.ask(|store| store.owned_by(owner, now))
    }

    fn owner(&self, id: ShareId) -> Stored<'_, Option<String>> {
        self.ask(|store| store.owner(id))
    }

    fn redemptions(&self, id: ShareId) -> Stored<'_, Vec<Redemption>> {
        self.ask(|store| store.redemptions(id))
    }

    fn redeem(&self, id: ShareId, flow: FlowId, redemption: Redemption, handover: Record) -> Stored<'_, Redeemed> {
        self.pausable("redeem", move |store| store.redeem(id, flow, redemption, handover))
    }

    fn revoke(&self, id: ShareId, at: UnixTime) -> Stored<'_, Revoked> {
        self.pausable("revoke", move |store| store.revoke(id, at))
    }

    fn put(&self, record: Record) -> Stored<'_, ()> {
        self.ask(|store| store.put(record))
    }

    fn replace(&self, record: Record) -> Stored<'_, bool> {
        self.pausable("replace", |store| store.replace(record))
    }

    fn get(&self, kind: RecordKind, key: RecordKey, now: UnixTime) -> Stored<'_, Option<String>> {
        self.ask(|store| store.get(kind, key, now))
    }

    fn remove(&self, kind: RecordKind, key: RecordKey) -> Stored<'_, ()> {
        self.pausable("remove", move |store| store.remove(kind, key))
    }

    fn sweep(&self, now: UnixTime) -> Stored<'_, ()> {
        self.ask(|store| store.sweep(now))
    }
}
