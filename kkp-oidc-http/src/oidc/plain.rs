//! Single requests to a provider, of which nothing is remembered.

use std::sync::Arc;

use kkp_oidc_core::issuer::{IssuerConfig, ProviderMetadata};

use super::Trust;
use super::answer::Answer;
use super::error::ProviderError;
use super::exchange::{self, TokenRequest};
use super::fetch::{HttpClient, Proxy};
use super::outbound::Outbound;
use super::tls::{BuildTlsError, ObservedChains, TlsTrust};
use crate::metrics::Metrics;
use crate::system::SystemClock;

/// A client for one provider.
pub(crate) struct PlainClient(HttpClient);

impl PlainClient {
    pub(crate) fn new(config: &IssuerConfig, trust: &Trust) -> Result<Self, BuildTlsError> {
        // Its requests are told one by one, and measured by nobody.
        let outbound = Outbound::new(Metrics::new(Arc::new(SystemClock)));
        client(config, trust, false, Arc::default(), outbound).map(Self)
    }

    /// GET a JSON document.
    pub(crate) async fn get(&self, url: &str) -> Result<Answer, ProviderError> {
        self.0.get(url).await
    }

    /// GET what a browser would; the answer may have any status.
    pub(crate) async fn get_any(&self, url: &str) -> Result<Answer, ProviderError> {
        self.0.get_any(url).await
    }

    /// Present a code; the answer may have any status.
    pub(crate) async fn token(
        &self,
        metadata: &ProviderMetadata,
        config: &IssuerConfig,
        request: TokenRequest<'_>,
    ) -> Result<Answer, ProviderError> {
        exchange::send(&self.0, metadata, config, request).await
    }
}

/// The HTTP client for a provider, which notes the certificates that it sees.
pub(super) fn client(
    config: &IssuerConfig,
    trust: &Trust,
    dangerous_skip_tls_verify: bool,
    chains: Arc<ObservedChains>,
    outbound: Outbound,
) -> Result<HttpClient, BuildTlsError> {
    let proxy = if config.issuer().is_loopback() { Proxy::None } else { Proxy::FromEnvironment };
    let tls = match TlsTrust::new(trust, dangerous_skip_tls_verify) {
        Err(BuildTlsError::SystemRoots(_)) if !config.issuer().is_https() => TlsTrust::nobody(),
        tls => tls?,
    };
    HttpClient::new(tls.client_config(chains)?, proxy, outbound)
}
