//! The provider's metadata ([OpenID Connect Discovery 1.0 section 4]): fetched once, kept, refreshed.
//!
//! [OpenID Connect Discovery 1.0 section 4]: https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderConfig

use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwapOption;
use kkp_oidc_core::UnixTime;
use kkp_oidc_core::id_token::Algorithm;
use kkp_oidc_core::issuer::{EndpointUrl, IssuerUrl};
use serde::Deserialize;
use tokio::sync::Mutex;

use super::error::ProviderError;
use super::fetch::HttpClient;
use crate::environment::Clock;

/// How old metadata may be before it is fetched again, in seconds. If that fails, the old one stays in use.
const MAX_AGE_SECS: i64 = 3600;

/// Shortest and longest time between two attempts while the provider has never answered.
const BACK_OFF: (Duration, Duration) = (Duration::from_millis(500), Duration::from_secs(30));

/// How long a failed attempt stands before a request may cause another one, in seconds.
const RETRY_AFTER_SECS: i64 = 1;

/// The same where there is old metadata to go on with.
const REFRESH_AFTER_SECS: i64 = 60;

/// The most time that a request spends on replacing old metadata.
const REFRESH_TIMEOUT: Duration = Duration::from_secs(1);

/// What a provider says of itself.
#[derive(Debug)]
pub(crate) struct ProviderMetadata {
    pub(crate) authorization_endpoint: EndpointUrl,
    pub(crate) token_endpoint: EndpointUrl,
    pub(crate) jwks_uri: EndpointUrl,
    /// How the client may authenticate at the token endpoint.
    pub(crate) client_authentication: ClientAuthentication,
    /// RFC 9207: every authorization response carries `iss`.
    pub(crate) promises_issuer_parameter: bool,
    algorithms: Vec<Algorithm>,
}

/// RFC 6749 section 2.3.1.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum ClientAuthentication {
    /// `client_secret_basic`
    Basic,
    /// `client_secret_post`
    Post,
}

#[derive(Deserialize)]
struct Document {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
    id_token_signing_alg_values_supported: Option<Vec<String>>,
    token_endpoint_auth_methods_supported: Option<Vec<String>>,
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
}

impl ProviderMetadata {
    fn parse(body: &[u8], issuer: &IssuerUrl) -> Result<Self, ProviderError> {
        let malformed = |what| ProviderError::Malformed { what };
        let document = serde_json::from_slice::<Document>(body).map_err(|_| malformed("discovery document"))?;
        // Byte for byte, OpenID Connect Discovery 1.0 section 4.3.
        if document.issuer != issuer.as_str() {
            return Err(ProviderError::IssuerMismatch);
        }
        // KKP takes RS256 where nothing is said, spec section 4.11.
        let algorithms = document.id_token_signing_alg_values_supported.unwrap_or_else(|| vec!["RS256".to_owned()]);
        // Section 3: `client_secret_basic` is the default. Where both are there it is what RFC 6749 demands of servers.
        let post_only = document.token_endpoint_auth_methods_supported.is_some_and(|methods| {
            let has = |name: &str| methods.iter().any(|method| method == name);
            has("client_secret_post") && !has("client_secret_basic")
        });
        Ok(Self {
            authorization_endpoint: document
                .authorization_endpoint
                .parse()
                .map_err(|_| malformed("authorization_endpoint"))?,
            token_endpoint: document.token_endpoint.parse().map_err(|_| malformed("token_endpoint"))?,
            jwks_uri: document.jwks_uri.parse().map_err(|_| malformed("jwks_uri"))?,
            client_authentication: if post_only { ClientAuthentication::Post } else { ClientAuthentication::Basic },
            promises_issuer_parameter: document.authorization_response_iss_parameter_supported,
            algorithms: algorithms.iter().filter_map(|name| name.parse().ok()).collect(),
        })
    }

    /// Whether the provider announces this algorithm for ID tokens.
    pub(crate) fn signs_with(&self, algorithm: Algorithm) -> bool {
        self.algorithms.contains(&algorithm)
    }
}

/// The metadata, as far as it is known.
#[derive(Default)]
pub(super) struct Discovery {
    known: ArcSwapOption<Known>,
    /// Held while fetching, so that many requests make one fetch.
    fetching: Mutex<Option<Failure>>,
}

/// How the last attempt ended, if it failed.
struct Failure {
    at: UnixTime,
    error: ProviderError,
}

impl Failure {
    const fn is_within(&self, secs: i64, now: UnixTime) -> bool {
        now.secs_since(self.at) < secs
    }
}

struct Known {
    metadata: Arc<ProviderMetadata>,
    fetched_at: UnixTime,
}

impl Discovery {
    /// The metadata; fetched now if there is none yet, or if it is old.
    ///
    /// Metadata that was known once stays in use while the provider is out, so that an outage does not spread to
    /// requests that do not need the provider.
    pub(super) async fn metadata(
        &self,
        http: &HttpClient,
        issuer: &IssuerUrl,
        now: UnixTime,
    ) -> Result<Arc<ProviderMetadata>, ProviderError> {
        if let Some(known) = self.known.load_full() {
            if now.secs_since(known.fetched_at) > MAX_AGE_SECS {
                self.refresh(http, issuer, now).await;
            }
            let known = self.known.load_full().unwrap_or(known);
            return Ok(Arc::clone(&known.metadata));
        }
        let mut last_failure = self.fetching.lock().await;
        // Whoever held the lock may have fetched it, or failed, a moment ago.
        if let Some(known) = self.known.load_full() {
            return Ok(Arc::clone(&known.metadata));
        }
        if let Some(failure) = last_failure.as_ref().filter(|failure| failure.is_within(RETRY_AFTER_SECS, now)) {
            return Err(failure.error.clone());
        }
        self.fetch(http, issuer, now, &mut last_failure).await
    }

    /// Replace known metadata. One request at a time tries, and not for long; the others go on with what is known.
    async fn refresh(&self, http: &HttpClient, issuer: &IssuerUrl, now: UnixTime) {
        let Ok(mut last_failure) = self.fetching.try_lock() else { return };
        if last_failure.as_ref().is_some_and(|failure| failure.is_within(REFRESH_AFTER_SECS, now)) {
            return;
        }
        let fetch = self.fetch(http, issuer, now, &mut last_failure);
        let error = match tokio::time::timeout(REFRESH_TIMEOUT, fetch).await {
            Ok(Ok(_)) => return,
            Ok(Err(error)) => error,
            Err(_) => ProviderError::TimedOut,
        };
        tracing::warn!(error = &error as &dyn std::error::Error, "refreshing the provider's metadata failed");
        *last_failure = Some(Failure { at: now, error });
    }

    /// Try until the provider has answered once, with longer and longer pauses.
    pub(super) async fn retry(&self, http: &HttpClient, issuer: &IssuerUrl, clock: &dyn Clock) {
        let (mut pause, longest) = BACK_OFF;
        while let Err(error) = self.metadata(http, issuer, clock.now()).await {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                retry_in_ms = pause.as_millis(),
                "provider discovery failed"
            );
            tokio::time::sleep(pause).await;
            pause = longest.min(pause * 2);
        }
        tracing::info!(issuer = issuer.as_str(), "provider discovered");
    }

    async fn fetch(
        &self,
        http: &HttpClient,
        issuer: &IssuerUrl,
        now: UnixTime,
        last_failure: &mut Option<Failure>,
    ) -> Result<Arc<ProviderMetadata>, ProviderError> {
        let result = match http.get(&issuer.discovery_url()).await {
            Ok(answer) => ProviderMetadata::parse(&answer.body, issuer),
            Err(error) => Err(error),
        };
        match result {
            Ok(metadata) => {
                let metadata = Arc::new(metadata);
                *last_failure = None;
                self.known.store(Some(Arc::new(Known { metadata: Arc::clone(&metadata), fetched_at: now })));
                Ok(metadata)
            }
            Err(error) => {
                *last_failure = Some(Failure { at: now, error: error.clone() });
                Err(error)
            }
        }
    }
}
