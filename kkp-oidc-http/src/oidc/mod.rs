//! The OIDC client: discovery, keys, code exchange; signatures by `jsonwebtoken`, claims by core.

mod ca;
mod discovery;
mod error;
mod exchange;
mod fetch;
mod jwks;
mod tls;

use std::sync::Arc;
use std::time::Duration;

use kkp_oidc_core::authorization::Nonce;
use kkp_oidc_core::ca_bundle::CaBundle;
use kkp_oidc_core::id_token::{IdTokenPolicy, Identity, UnverifiedIdToken};
use kkp_oidc_core::issuer::IssuerConfig;
use kkp_oidc_core::secret::SecretString;

pub use self::ca::IdpCa;
use self::discovery::Discovery;
pub(crate) use self::discovery::ProviderMetadata;
pub(crate) use self::error::{OidcError, ProviderError};
pub(crate) use self::exchange::TokenRequest;
use self::fetch::HttpClient;
use self::jwks::KeyStore;
pub use self::tls::BuildTlsError;
use self::tls::{ObservedChains, TlsTrust};
use crate::environment::Clock;

/// The most time that one callback may spend waiting for the provider, all requests together.
pub const CALLBACK_BUDGET: Duration = Duration::from_secs(8);

/// One provider, and the client registered there.
pub(crate) struct OidcClient {
    config: IssuerConfig,
    http: HttpClient,
    discovery: Discovery,
    keys: KeyStore,
    ca: ca::IssuerCa,
    clock: Arc<dyn Clock>,
}

/// Whose certificates the client trusts.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub enum Trust {
    /// The operating system's.
    #[default]
    System,
    /// Those of this bundle, and no others. KKP: flag `ca-bundle`, spec section 9.
    Bundle(CaBundle),
}

/// What a completed login gives.
pub(crate) struct Login {
    pub(crate) identity: Identity,
    pub(crate) refresh_token: Option<SecretString>,
}

impl OidcClient {
    pub(crate) fn new(
        config: IssuerConfig,
        trust: &Trust,
        dangerous_skip_tls_verify: bool,
        idp_ca: IdpCa,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, BuildTlsError> {
        let chains = Arc::new(ObservedChains::default());
        let tls = TlsTrust::new(trust, dangerous_skip_tls_verify)?;
        let http = HttpClient::new(tls.client_config(Arc::clone(&chains))?, config.issuer().is_loopback())?;
        let bundle = match trust {
            Trust::System => None,
            Trust::Bundle(bundle) => Some(bundle.clone()),
        };
        let ca = ca::IssuerCa::new(idp_ca, bundle, chains);
        Ok(Self { discovery: Discovery::default(), keys: KeyStore::default(), config, http, ca, clock })
    }

    pub(crate) const fn config(&self) -> &IssuerConfig {
        &self.config
    }

    /// The provider's metadata, discovered now if it is not known yet.
    pub(crate) async fn metadata(&self) -> Result<Arc<ProviderMetadata>, ProviderError> {
        self.discovery.metadata(&self.http, self.config.issuer(), self.clock.now()).await
    }

    /// Keep trying until the provider's metadata is known.
    pub(crate) async fn discover_with_back_off(&self) {
        self.discovery.retry(&self.http, self.config.issuer(), self.clock.as_ref()).await;
    }

    /// Exchange the code once, and verify what comes for it.
    pub(crate) async fn login(&self, request: TokenRequest<'_>, nonce: &Nonce) -> Result<Login, OidcError> {
        let metadata = self.metadata().await?;
        let response = exchange::exchange(&self.http, &metadata, &self.config, request).await?;
        let id_token = response.id_token.ok_or(OidcError::NoIdToken)?;
        let token = UnverifiedIdToken::parse(id_token)?;
        if !metadata.signs_with(token.algorithm()) {
            return Err(OidcError::AlgorithmNotAnnounced);
        }
        let keys = self.keys.for_token(&self.http, &metadata, &token, self.clock.now()).await?;
        let token = token.verify_signature(|parts| jwks::verify(&keys, parts))?;
        let policy = IdTokenPolicy {
            issuer: self.config.issuer(),
            client_id: self.config.client_id(),
            nonce,
            access_token: response.access_token.as_ref(),
            email_policy: self.config.email_policy(),
        };
        let identity = token.require(&policy, self.clock.now())?;
        Ok(Login { identity, refresh_token: response.refresh_token })
    }

    /// The certificates, as PEM, that whoever uses the kubeconfig needs to reach the provider; `None` if the
    /// system's suffice or no bundle is configured.
    pub(crate) async fn idp_certificate_authority(&self) -> Option<String> {
        let metadata = self.metadata().await.ok()?;
        self.ca.for_provider(self.config.issuer(), &metadata, self.clock.now())
    }
}
