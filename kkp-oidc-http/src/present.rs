//! What can be replaced while the service runs: keys, client secret, whose certificates the provider may have.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::FromRef;
use kkp_oidc_core::authorization::{FlowCookies, StateKey};
use kkp_oidc_core::cookie_key::KeyRing;
use kkp_oidc_core::issuer::{ClientSecret, IssuerConfig};

use crate::environment::Clock;
use crate::metrics::Metrics;
use crate::oidc::{BuildTlsError, IdpCa, OidcClient, Trust};
use crate::sharing::{Sharing, SharingConfig};
use crate::state::AppState;

/// How long the provider may take to be discovered with new certificates before they count in any case.
const WARM_UP: Duration = Duration::from_secs(7);

/// What requests begin with from some moment on. Whatever is derived from the key ring belongs here.
pub(crate) struct Present {
    pub(crate) oidc: Arc<OidcClient>,
    pub(crate) cookies: FlowCookies,
    pub(crate) state_key: StateKey,
    pub(crate) sharing: Option<Sharing>,
}

impl Present {
    pub(crate) fn new(oidc: Arc<OidcClient>, keys: &KeyRing, sharing: Option<SharingConfig>) -> Self {
        let security = oidc.config().cookie_security();
        Self {
            cookies: FlowCookies::new(keys, security),
            state_key: StateKey::new(keys),
            sharing: sharing.map(|config| Sharing::new(config, keys, security)),
            oidc,
        }
    }

    fn with_keys(&self, keys: &KeyRing) -> Self {
        Self::new(Arc::clone(&self.oidc), keys, self.sharing.as_ref().map(|sharing| sharing.config().clone()))
    }

    fn with_oidc(&self, oidc: OidcClient) -> Self {
        Self {
            oidc: Arc::new(oidc),
            cookies: self.cookies.clone(),
            state_key: self.state_key.clone(),
            sharing: self.sharing.clone(),
        }
    }
}

/// What a client for the provider is made of, and stays.
pub(crate) struct ProviderSettings {
    pub(crate) dangerous_skip_tls_verify: bool,
    pub(crate) idp_ca: IdpCa,
    pub(crate) metrics: Metrics,
}

impl ProviderSettings {
    pub(crate) fn client(
        &self,
        issuer: IssuerConfig,
        trust: &Trust,
        clock: Arc<dyn Clock>,
    ) -> Result<OidcClient, BuildTlsError> {
        OidcClient::new(issuer, trust, self.dangerous_skip_tls_verify, self.idp_ca, clock, self.metrics.clone())
    }
}

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
        self.replace(|present| present.with_keys(keys));
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
