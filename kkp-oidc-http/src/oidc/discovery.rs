//! The provider's metadata ([OpenID Connect Discovery 1.0 section 4]): fetched once, kept, refreshed.
//!
//! [OpenID Connect Discovery 1.0 section 4]: https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderConfig

use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwapOption;
use kkp_oidc_core::UnixTime;
use kkp_oidc_core::issuer::{IssuerUrl, ProviderMetadata};
use tokio::sync::Mutex;

use super::error::ProviderError;
use super::fetch::HttpClient;
use crate::environment::Clock;
use crate::metrics::Endpoint;

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
    /// Whether it ended less than so many seconds ago. A clock that was set back makes it old.
    fn is_within(&self, secs: i64, now: UnixTime) -> bool {
        (0..secs).contains(&now.secs_since(self.at))
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
    /// requests that do not need the provider. While it was never known, requests wait for one fetch together and share
    /// how it ended.
    pub(super) async fn metadata(
        &self,
        http: &HttpClient,
        issuer: &IssuerUrl,
        clock: &dyn Clock,
    ) -> Result<Arc<ProviderMetadata>, ProviderError> {
        if let Some(known) = self.known.load_full() {
            if clock.now().secs_since(known.fetched_at) > MAX_AGE_SECS {
                self.refresh(http, issuer, clock).await;
            }
            let known = self.known.load_full().unwrap_or(known);
            return Ok(Arc::clone(&known.metadata));
        }
        let mut last_failure = self.fetching.lock().await;
        // Whoever held the lock may have fetched it, or failed, a moment ago.
        if let Some(known) = self.known.load_full() {
            return Ok(Arc::clone(&known.metadata));
        }
        if let Some(failure) = last_failure.as_ref().filter(|failure| failure.is_within(RETRY_AFTER_SECS, clock.now()))
        {
            return Err(failure.error.clone());
        }
        self.fetch(http, issuer, clock, &mut last_failure).await
    }

    /// Whether the metadata was ever known.
    pub(super) fn is_known(&self) -> bool {
        self.known.load().is_some()
    }

    /// Replace known metadata. One request at a time tries, and not for long; the others go on with what is known.
    async fn refresh(&self, http: &HttpClient, issuer: &IssuerUrl, clock: &dyn Clock) {
        let Ok(mut last_failure) = self.fetching.try_lock() else { return };
        if last_failure.as_ref().is_some_and(|failure| failure.is_within(REFRESH_AFTER_SECS, clock.now())) {
            return;
        }
        let fetch = self.fetch(http, issuer, clock, &mut last_failure);
        let error = match tokio::time::timeout(REFRESH_TIMEOUT, fetch).await {
            Ok(Ok(_)) => return,
            Ok(Err(error)) => error,
            Err(_) => ProviderError::TimedOut,
        };
        tracing::warn!(error = &error as &dyn std::error::Error, "refreshing the provider's metadata failed");
        *last_failure = Some(Failure { at: clock.now(), error });
    }

    /// Try until the provider has answered once, with longer and longer pauses.
    pub(super) async fn retry(&self, http: &HttpClient, issuer: &IssuerUrl, clock: &dyn Clock) {
        let (mut pause, longest) = BACK_OFF;
        while let Err(error) = self.metadata(http, issuer, clock).await {
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
        clock: &dyn Clock,
        last_failure: &mut Option<Failure>,
    ) -> Result<Arc<ProviderMetadata>, ProviderError> {
        // Until it has ended it counts as failed, so that whoever gives up waiting makes nobody ask again at once.
        *last_failure = Some(Failure { at: clock.now(), error: ProviderError::TimedOut });
        let result = match http.outbound().ask(Endpoint::Discovery, http.get(&issuer.discovery_url())).await {
            Ok(answer) => ProviderMetadata::parse(&answer.body, issuer).map_err(ProviderError::from),
            Err(error) => Err(error),
        };
        match result {
            Ok(metadata) => {
                let metadata = Arc::new(metadata);
                *last_failure = None;
                let known = Known { metadata: Arc::clone(&metadata), fetched_at: clock.now() };
                self.known.store(Some(Arc::new(known)));
                Ok(metadata)
            }
            Err(error) => {
                *last_failure = Some(Failure { at: clock.now(), error: error.clone() });
                Err(error)
            }
        }
    }
}
