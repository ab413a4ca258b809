//! Requests to the provider: bounded in time and size, never redirected, never retried.

use std::time::Duration;

use reqwest::header::ACCEPT;
use reqwest::{Client, RequestBuilder, StatusCode, redirect};

use super::answer::Answer;
use super::error::ProviderError;
use super::outbound::Outbound;
use super::tls::BuildTlsError;

/// The most time that connecting to the provider may take, TLS included.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);

/// The most time that one request may take, body included.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(7);

/// The largest answer that is read, in bytes.
pub(crate) const MAX_BODY_LEN: usize = 1024 * 1024;

/// An HTTP client for one provider.
pub(crate) struct HttpClient {
    client: Client,
    outbound: Outbound,
}

/// Whether the environment's proxy variables count.
#[derive(Clone, Copy, Eq, PartialEq)]
pub(crate) enum Proxy {
    FromEnvironment,
    None,
}

impl HttpClient {
    pub(super) fn new(tls: rustls::ClientConfig, proxy: Proxy, outbound: Outbound) -> Result<Self, BuildTlsError> {
        let mut builder = Client::builder()
            .tls_backend_preconfigured(tls)
            .redirect(redirect::Policy::none())
            .retry(reqwest::retry::never())
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(REQUEST_TIMEOUT)
            .referer(false)
            .user_agent(concat!("kkp-oidc/", env!("CARGO_PKG_VERSION")));
        if proxy == Proxy::None {
            builder = builder.no_proxy();
        }
        builder.build().map(|client| Self { client, outbound }).map_err(BuildTlsError::Client)
    }

    /// Where requests go through that the service makes.
    pub(super) const fn outbound(&self) -> &Outbound {
        &self.outbound
    }

    /// GET a JSON document.
    pub(crate) async fn get(&self, url: &str) -> Result<Answer, ProviderError> {
        let answer = send(self.client.get(url).header(ACCEPT, "application/json")).await?;
        match answer.status {
            StatusCode::OK => Ok(answer),
            status => Err(ProviderError::from_status(status)),
        }
    }

    /// GET what a browser would; the answer may have any status.
    pub(crate) async fn get_any(&self, url: &str) -> Result<Answer, ProviderError> {
        send(self.client.get(url).header(ACCEPT, "text/html")).await
    }

    /// POST a form; the answer may have any status.
    pub(crate) async fn post_form<'a>(
        &self,
        url: &str,
        form: &[(&'a str, &'a str)],
        basic: Option<(String, String)>,
    ) -> Result<Answer, ProviderError> {
        let mut request = self.client.post(url).header(ACCEPT, "application/json").form(form);
        if let Some((user, password)) = basic {
            request = request.basic_auth(user, Some(password));
        }
        send(request).await
    }
}

async fn send(request: RequestBuilder) -> Result<Answer, ProviderError> {
    let mut response = request.send().await.map_err(ProviderError::from_reqwest)?;
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(ProviderError::from_reqwest)? {
        if body.len() + chunk.len() > MAX_BODY_LEN {
            return Err(ProviderError::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Answer { status: response.status(), headers: std::mem::take(response.headers_mut()), body })
}
