//! Requests to the provider: bounded in time and size, never redirected, never retried.

use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{ACCEPT, HeaderMap};
use reqwest::{Client, RequestBuilder, StatusCode, redirect};

use super::tls::BuildTlsError;

/// The most time that connecting to the provider may take, TLS included.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);

/// The most time that one request may take, body included.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(7);

/// The largest answer that is read, in bytes.
pub(crate) const MAX_BODY_LEN: usize = 1024 * 1024;

/// An HTTP client for one provider.
pub(crate) struct HttpClient(Client);

/// What came back, whole.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl HttpClient {
    pub(crate) fn new(tls: rustls::ClientConfig, is_loopback: bool) -> Result<Self, BuildTlsError> {
        let mut builder = Client::builder()
            .tls_backend_preconfigured(tls)
            .redirect(redirect::Policy::none())
            .retry(reqwest::retry::never())
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(REQUEST_TIMEOUT)
            .referer(false)
            .user_agent(concat!("kkp-oidc/", env!("CARGO_PKG_VERSION")));
        if is_loopback {
            builder = builder.no_proxy();
        }
        builder.build().map(Self).map_err(BuildTlsError::Client)
    }

    /// GET a JSON document.
    pub(crate) async fn get(&self, url: &str) -> Result<Answer, ProviderError> {
        let answer = send(self.0.get(url).header(ACCEPT, "application/json")).await?;
        match answer.status {
            StatusCode::OK => Ok(answer),
            status => Err(ProviderError::from_status(status)),
        }
    }

    /// POST a form; the answer may have any status.
    pub(crate) async fn post_form<'a>(
        &self,
        url: &str,
        form: &[(&'a str, &'a str)],
        basic: Option<(String, String)>,
    ) -> Result<Answer, ProviderError> {
        let mut request = self.0.post(url).header(ACCEPT, "application/json").form(form);
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

/// The provider failed, or could not be reached.
#[derive(Clone, Debug, thiserror::Error)]
pub(crate) enum ProviderError {
    /// No connection: refused, no such host, TLS not accepted.
    #[error("the identity provider cannot be reached")]
    Unreachable(#[source] Arc<reqwest::Error>),
    /// It says that it is out of service (HTTP 503).
    #[error("the identity provider is out of service")]
    OutOfService,
    /// No answer in time.
    #[error("the identity provider does not answer in time")]
    TimedOut,
    /// An answer larger than [`MAX_BODY_LEN`].
    #[error("the identity provider's answer is larger than 1 MiB")]
    TooLarge,
    /// A status that does not belong there, redirects included.
    #[error("the identity provider answers with status {status}")]
    Status {
        /// The HTTP status.
        status: u16,
    },
    /// The connection broke in the middle of the answer.
    #[error("the identity provider's answer breaks off")]
    BrokenOff(#[source] Arc<reqwest::Error>),
    /// An answer that is not what the standard says; `what` names the document or field.
    #[error("the identity provider's {what} is not what the standard says")]
    Malformed {
        /// Name of the document or field.
        what: &'static str,
    },
    /// The metadata names another issuer.
    #[error("the identity provider calls itself by another issuer than the configured one")]
    IssuerMismatch,
}

impl ProviderError {
    pub(super) const fn from_status(status: StatusCode) -> Self {
        match status {
            StatusCode::SERVICE_UNAVAILABLE => Self::OutOfService,
            status => Self::Status { status: status.as_u16() },
        }
    }

    /// URLs can carry secrets in their query: they are taken off.
    fn from_reqwest(error: reqwest::Error) -> Self {
        let error = error.without_url();
        if error.is_timeout() {
            Self::TimedOut
        } else if error.is_connect() || error.is_request() {
            Self::Unreachable(Arc::new(error))
        } else {
            Self::BrokenOff(Arc::new(error))
        }
    }
}
