//! What all endpoints share.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::config::{DevClient, DevProviderConfig, DevUser};
use super::fault::{Fault, Faults};
use super::grants::Grants;
use super::keys::{KeyRing, SigningAlgorithm};
use crate::{Clock, Entropy};

pub(super) struct Provider {
    pub(super) issuer: String,
    pub(super) issuer_path: String,
    pub(super) users: Vec<DevUser>,
    pub(super) id_token_lifetime_secs: u32,
    pub(super) algorithm: SigningAlgorithm,
    pub(super) offline_access_needs_consent: bool,
    pub(super) revocation_endpoint: bool,
    pub(super) end_session_endpoint: bool,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) entropy: Arc<dyn Entropy>,
    pub(super) counters: Counters,
    clients: Mutex<Vec<DevClient>>,
    grants: Mutex<Grants>,
    keys: Mutex<KeyRing>,
    fault: Mutex<Option<Fault>>,
}

impl Provider {
    pub(super) fn new(config: DevProviderConfig, issuer: String) -> Self {
        Self {
            issuer,
            issuer_path: config.issuer_path,
            users: config.users,
            id_token_lifetime_secs: config.id_token_lifetime_secs,
            algorithm: config.algorithm,
            offline_access_needs_consent: config.offline_access_needs_consent,
            revocation_endpoint: config.revocation_endpoint,
            end_session_endpoint: config.end_session_endpoint,
            clock: config.clock,
            entropy: config.entropy,
            counters: Counters::default(),
            clients: Mutex::new(config.clients),
            grants: Mutex::new(Grants::new()),
            keys: Mutex::new(KeyRing::new(config.algorithm)),
            fault: Mutex::new(None),
        }
    }

    pub(super) fn client(&self, client_id: &str) -> Option<DevClient> {
        self.clients().iter().find(|client| client.client_id == client_id).cloned()
    }

    pub(super) fn clients(&self) -> MutexGuard<'_, Vec<DevClient>> {
        lock(&self.clients)
    }

    pub(super) fn grants(&self) -> MutexGuard<'_, Grants> {
        lock(&self.grants)
    }

    pub(super) fn keys(&self) -> MutexGuard<'_, KeyRing> {
        lock(&self.keys)
    }

    /// The fault that is on now.
    pub(super) fn fault(&self) -> Faults {
        Faults(*lock(&self.fault))
    }

    pub(super) fn set_fault(&self, fault: Option<Fault>) {
        *lock(&self.fault) = fault;
    }

    /// The `iss` parameter of an authorization response.
    pub(super) fn callback_issuer(&self) -> Option<String> {
        self.fault().callback_issuer(&self.issuer)
    }
}

/// A panic elsewhere leaves nothing half written that would be worse than the panic itself.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// How many requests each endpoint has had since the provider started, refused ones included.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "tests compare the whole value")]
pub struct RequestCounts {
    /// The authorization endpoint, without the login form.
    pub authorization: u64,
    /// The discovery document.
    pub discovery: u64,
    /// The end-session endpoint.
    pub end_session: u64,
    /// The JWK Set.
    pub jwks: u64,
    /// The revocation endpoint.
    pub revocation: u64,
    /// The token endpoint.
    pub token: u64,
}

#[derive(Default)]
pub(super) struct Counters {
    authorization: AtomicU64,
    discovery: AtomicU64,
    end_session: AtomicU64,
    jwks: AtomicU64,
    revocation: AtomicU64,
    token: AtomicU64,
}

impl Counters {
    pub(super) fn authorization(&self) {
        self.authorization.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn discovery(&self) {
        self.discovery.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn end_session(&self) {
        self.end_session.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn revocation(&self) {
        self.revocation.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn jwks(&self) {
        self.jwks.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn token(&self) {
        self.token.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn snapshot(&self) -> RequestCounts {
        RequestCounts {
            authorization: self.authorization.load(Ordering::Relaxed),
            discovery: self.discovery.load(Ordering::Relaxed),
            end_session: self.end_session.load(Ordering::Relaxed),
            jwks: self.jwks.load(Ordering::Relaxed),
            revocation: self.revocation.load(Ordering::Relaxed),
            token: self.token.load(Ordering::Relaxed),
        }
    }
}
