//! What can be replaced while the service runs: keys, client secret, whose certificates the provider may have.

use std::sync::Arc;

use kkp_oidc_core::audit::ActorNames;
use kkp_oidc_core::authorization::{FlowCookies, StateKey};
use kkp_oidc_core::cookie_key::KeyRing;
use kkp_oidc_core::issuer::IssuerConfig;

use crate::environment::Clock;
use crate::metrics::Metrics;
use crate::oidc::{BuildTlsError, IdpCa, OidcClient, Trust};
use crate::share_links::{Sharing, SharingConfig};

/// What requests begin with from some moment on. Whatever is derived from the key ring belongs here.
pub(crate) struct Present {
    pub(crate) oidc: Arc<OidcClient>,
    pub(crate) cookies: FlowCookies,
    pub(crate) state_key: StateKey,
    pub(crate) sharing: Option<Sharing>,
    /// How the audit log calls people.
    pub(crate) actor_names: ActorNames,
}

impl Present {
    pub(crate) fn new(
        oidc: Arc<OidcClient>,
        keys: &KeyRing,
        actor_names: ActorNames,
        sharing: Option<SharingConfig>,
    ) -> Self {
        let security = oidc.config().cookie_security();
        Self {
            cookies: FlowCookies::new(keys, security),
            state_key: StateKey::new(keys),
            sharing: sharing.map(|config| Sharing::new(config, keys, security)),
            actor_names,
            oidc,
        }
    }

    pub(crate) fn with_keys(&self, keys: &KeyRing, actor_names: ActorNames) -> Self {
        let sharing = self.sharing.as_ref().map(|sharing| sharing.config().clone());
        Self::new(Arc::clone(&self.oidc), keys, actor_names, sharing)
    }

    pub(crate) fn with_oidc(&self, oidc: OidcClient) -> Self {
        Self {
            oidc: Arc::new(oidc),
            cookies: self.cookies.clone(),
            state_key: self.state_key.clone(),
            sharing: self.sharing.clone(),
            actor_names: self.actor_names.clone(),
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
