//! Exchanging what can be exchanged while the service runs, and what each request gets of it.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::FromRef;
use kkp_oidc_core::cookie_key::KeyRing;
use kkp_oidc_core::issuer::ClientSecret;

use super::AppState;
use crate::oidc::{BuildTlsError, Trust};
use crate::present::Present;

/// How long the provider may take to be discovered with new certificates before they count in any case.
const WARM_UP: Duration = Duration::from_secs(7);

/// The router's own state: out of it, each request gets an [`AppState`] of the present.
#[derive(Clone)]
pub(crate) struct Live(AppState);

impl Live {
    pub(crate) const fn new(state: AppState) -> Self {
        Self(state)
    }
}

impl FromRef<Live> for AppState {
    fn from_ref(live: &Live) -> Self {
        live.0.of_now()
    }
}

impl AppState {
    /// The same service, with what new requests get.
    pub(crate) fn of_now(&self) -> Self {
        Self(Arc::clone(&self.0), self.0.present.load_full())
    }

    /// From now on sign with the current one of `keys`, and verify with any. Requests under way end with what they began
    /// with. A login under way goes on if the key that it began with is in the ring.
    pub fn replace_cookie_keys(&self, keys: &KeyRing) {
        let names = self.operations().audit.names(keys);
        self.replace(|present| present.with_keys(keys, names.clone()));
    }

    /// From now on use this client secret, for the provider and in kubeconfigs.
    pub fn replace_client_secret(&self, client_secret: &ClientSecret) {
        self.replace(|present| present.with_oidc(present.oidc.with_client_secret(client_secret.clone())));
    }

    /// From now on let only these be the provider's certificates. What was learnt from the provider under the old ones is
    /// asked for again, before the new ones count, so that nobody waits for it.
    ///
    /// # Errors
    ///
    /// - [`BuildTlsError`] if TLS cannot be set up with them; then the old ones stay.
    pub async fn replace_trust(&self, trust: &Trust) -> Result<(), BuildTlsError> {
        let client = |issuer| self.0.provider.client(issuer, trust, Arc::clone(&self.0.clock));
        let client = Arc::new(client(self.of_now().oidc().config().clone())?);
        match tokio::time::timeout(WARM_UP, client.metadata()).await {
            Ok(Ok(_)) => {}
            Ok(Err(error)) => {
                let error = &error as &(dyn std::error::Error + 'static);
                tracing::warn!(error, "the provider does not answer under the new CA bundle");
            }
            Err(_) => tracing::warn!("the provider does not answer in time under the new CA bundle"),
        }
        self.replace(|present| {
            // Meanwhile the secret may have been replaced.
            let secret = present.oidc.config().client_secret();
            present.with_oidc(client.with_client_secret(secret.clone()))
        });
        Ok(())
    }

    /// `make` may be called more than once, if another replacement comes in between.
    fn replace(&self, make: impl Fn(&Present) -> Present) {
        self.0.present.rcu(|present| make(present));
        self.0.replaced.notify_waiters();
    }
}
