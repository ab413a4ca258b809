//! The OIDC client: discovery, keys, code exchange; signatures by `jsonwebtoken`, claims by core.

mod answer;
mod ca;
mod discovery;
mod error;
mod exchange;
mod fetch;
mod jwks;
mod logout;
mod outbound;
mod plain;
mod tls;

use std::sync::Arc;
use std::time::Duration;

use kkp_oidc_core::authorization::Nonce;
use kkp_oidc_core::ca_bundle::CaBundle;
use kkp_oidc_core::id_token::{IdTokenPolicy, Identity, UnverifiedIdToken};
use kkp_oidc_core::issuer::{ClientSecret, IssuerConfig, ProviderMetadata};
use kkp_oidc_core::secret::SecretString;

pub use self::ca::IdpCa;
use self::discovery::Discovery;
pub(crate) use self::error::{OidcError, ProviderError, shown};
pub(crate) use self::exchange::TokenRequest;
use self::fetch::HttpClient;
use self::jwks::KeyStore;
use self::outbound::Outbound;
pub(crate) use self::plain::PlainClient;
pub use self::tls::BuildTlsError;
use self::tls::ObservedChains;
use crate::environment::Clock;
use crate::metrics::Metrics;

/// The most time that one callback may spend before a use is counted: waiting for the provider, all requests together, for the
/// directory, and for the store, which says whether the link is good.
pub const CALLBACK_BUDGET: Duration = Duration::from_secs(8);

/// One provider, and the client registered there.
pub(crate) struct OidcClient {
    config: IssuerConfig,
    http: Arc<HttpClient>,
    discovery: Arc<Discovery>,
    keys: Arc<KeyStore>,
    ca: Arc<ca::IssuerCa>,
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
    pub(crate) access_token: Option<SecretString>,
}

impl OidcClient {
    pub(crate) fn new(
        config: IssuerConfig,
        trust: &Trust,
        dangerous_skip_tls_verify: bool,
        idp_ca: IdpCa,
        clock: Arc<dyn Clock>,
        metrics: Metrics,
    ) -> Result<Self, BuildTlsError> {
        let chains = Arc::new(ObservedChains::default());
        let http =
            plain::client(&config, trust, dangerous_skip_tls_verify, Arc::clone(&chains), Outbound::new(metrics))?;
        let bundle = match trust {
            Trust::System => None,
            Trust::Bundle(bundle) => Some(bundle.clone()),
        };
        let ca = ca::IssuerCa::new(idp_ca, bundle, chains);
        let (http, ca) = (Arc::new(http), Arc::new(ca));
        Ok(Self { discovery: Arc::default(), keys: Arc::default(), config, http, ca, clock })
    }

    /// The same client, which shares everything that was learnt, with another secret.
    pub(crate) fn with_client_secret(&self, secret: ClientSecret) -> Self {
        Self {
            config: self.config.clone().with_client_secret(secret),
            http: Arc::clone(&self.http),
            discovery: Arc::clone(&self.discovery),
            keys: Arc::clone(&self.keys),
            ca: Arc::clone(&self.ca),
            clock: Arc::clone(&self.clock),
        }
    }

    pub(crate) const fn config(&self) -> &IssuerConfig {
        &self.config
    }

    /// The provider's metadata, discovered now if it is not known yet.
    pub(crate) async fn metadata(&self) -> Result<Arc<ProviderMetadata>, ProviderError> {
        self.discovery.metadata(&self.http, self.config.issuer(), &*self.clock).await
    }

    /// Whether the provider was ever discovered.
    pub(crate) fn is_discovered(&self) -> bool {
        self.discovery.is_known()
    }

    /// How long ago the provider gave out the keys that are known, in seconds.
    pub(crate) fn keys_age_secs(&self) -> Option<i64> {
        self.keys.age_secs(self.clock.now())
    }

    /// Keep trying until the provider's metadata is known.
    pub(crate) async fn discover_with_back_off(&self) {
        self.discovery.retry(&self.http, self.config.issuer(), &*self.clock).await;
    }

    /// Exchange the code once, and verify what comes for it.
    pub(crate) async fn login(
        &self,
        metadata: &ProviderMetadata,
        request: TokenRequest<'_>,
        nonce: &Nonce,
    ) -> Result<Login, OidcError> {
        let response = exchange::exchange(&self.http, metadata, &self.config, request).await?;
        let id_token = response.id_token.ok_or(OidcError::NoIdToken)?;
        let token = UnverifiedIdToken::parse(id_token)?;
        if !metadata.announces_algorithm(token.algorithm().name()) {
            return Err(OidcError::AlgorithmNotAnnounced);
        }
        let keys = self.keys.for_token(&self.http, metadata, &token, &*self.clock).await?;
        let token = token.verify_signature(|parts| jwks::verify(&keys, parts))?;
        let policy = IdTokenPolicy {
            issuer: self.config.issuer(),
            client_id: self.config.client_id(),
            nonce,
            access_token: response.access_token.as_ref(),
            email_policy: self.config.email_policy(),
        };
        let identity = token.require(&policy, self.clock.now())?;
        Ok(Login { identity, refresh_token: response.refresh_token, access_token: response.access_token })
    }

    /// Revoke a token, where the provider can; says whether it did.
    pub(crate) async fn revoke(&self, token: &SecretString) -> Result<bool, ProviderError> {
        let metadata = self.metadata().await?;
        logout::revoke(&self.http, &metadata, &self.config, token).await
    }

    /// The certificates, as PEM, that whoever uses the kubeconfig needs to reach the provider; `None` if the
    /// system's suffice or no bundle is configured.
    pub(crate) fn idp_certificate_authority(&self, metadata: &ProviderMetadata) -> Option<String> {
        self.ca.for_provider(self.config.issuer(), metadata, self.clock.now())
    }
}
