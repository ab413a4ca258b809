//! How a login at the provider fails.

use std::sync::Arc;

use kkp_oidc_core::authorization::ProviderErrorCode;
use kkp_oidc_core::id_token::{ClaimsError, ParseIdTokenError};
use reqwest::StatusCode;

/// Why a code does not give a login.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OidcError {
    #[error("provider failed")]
    Provider(#[from] ProviderError),
    #[error("provider refused the code")]
    CodeRefused { error: Option<ProviderErrorCode> },
    #[error("token response has no ID token")]
    NoIdToken,
    #[error("ID token cannot be read")]
    IdToken(#[from] ParseIdTokenError),
    #[error("ID token's algorithm is not one that the provider announces")]
    AlgorithmNotAnnounced,
    #[error("ID token is signed by a key that the provider does not publish")]
    UnknownKey,
    #[error("ID token's signature does not hold")]
    BadSignature,
    #[error("ID token's claims refused")]
    Claims(#[from] ClaimsError),
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
    /// An answer larger than 1 MiB.
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
    pub(super) fn from_reqwest(error: reqwest::Error) -> Self {
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
