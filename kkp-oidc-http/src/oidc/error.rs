//! How a login at the provider fails.

use crate::metrics::Exchange;
use std::error::Error as _;
use std::iter;
use std::sync::Arc;

use kkp_oidc_core::authorization::ProviderErrorCode;
use kkp_oidc_core::id_token::{ClaimsError, ParseIdTokenError};
use kkp_oidc_core::issuer::ParseMetadataError;
use reqwest::StatusCode;

/// Why a code does not give a login.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OidcError {
    #[error("provider failed")]
    Provider(#[from] ProviderError),
    #[error("provider refused the code: {}", shown(error))]
    CodeRefused { error: Option<ProviderErrorCode> },
    #[error("provider refused this client: {}", shown(error))]
    ClientRefused { error: Option<ProviderErrorCode> },
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

/// Whether the connection was closed before anything came.
fn is_without_answer(error: &reqwest::Error) -> bool {
    let causes = iter::successors(error.source(), |&cause| cause.source());
    causes.filter_map(|cause| cause.downcast_ref::<hyper::Error>()).any(hyper::Error::is_incomplete_message)
}

/// The error code, as far as it is one.
pub(crate) fn shown(error: &Option<ProviderErrorCode>) -> &str {
    error.as_ref().map_or("without a well-formed error code", ProviderErrorCode::as_str)
}

/// The provider failed, or could not be reached.
#[derive(Clone, Debug, thiserror::Error)]
pub(crate) enum ProviderError {
    /// No connection: refused, not within 3 s, no such host, TLS not accepted, closed without an answer.
    #[error("the identity provider cannot be reached")]
    Unreachable(#[source] Arc<reqwest::Error>),
    /// It says that it is out of service (HTTP 503, or 502 of a proxy).
    #[error("the identity provider is out of service")]
    OutOfService,
    /// It was not asked, because too many requests to it are under way.
    #[error("too many requests to the identity provider are under way")]
    Busy,
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
    /// What came was no HTTP, or broke off.
    #[error("the identity provider's answer is not HTTP, or breaks off")]
    BrokenOff(#[source] Arc<reqwest::Error>),
    /// An answer that is not what the standard says; `what` names the document or field.
    #[error("the identity provider's {what} is not what the standard says")]
    Malformed {
        /// Name of the document or field.
        what: &'static str,
    },
    /// The metadata is not usable.
    #[error("the identity provider's metadata cannot be used")]
    Metadata(#[from] ParseMetadataError),
}

impl ProviderError {
    pub(super) const fn from_status(status: StatusCode) -> Self {
        match status {
            // The last two come from a proxy in front of it.
            StatusCode::SERVICE_UNAVAILABLE | StatusCode::BAD_GATEWAY => Self::OutOfService,
            StatusCode::GATEWAY_TIMEOUT => Self::TimedOut,
            status => Self::Status { status: status.as_u16() },
        }
    }

    /// URLs can carry secrets in their query: they are taken off.
    pub(super) fn from_reqwest(error: reqwest::Error) -> Self {
        let error = error.without_url();
        if error.is_connect() || is_without_answer(&error) {
            Self::Unreachable(Arc::new(error))
        } else if error.is_timeout() {
            Self::TimedOut
        } else {
            Self::BrokenOff(Arc::new(error))
        }
    }
}

impl From<&ProviderError> for Exchange {
    fn from(error: &ProviderError) -> Self {
        Self::Failed(match error {
            ProviderError::Unreachable(_) => "unreachable",
            ProviderError::OutOfService => "out_of_service",
            ProviderError::Busy => "busy",
            ProviderError::TimedOut => "timeout",
            ProviderError::TooLarge => "too_large",
            ProviderError::Status { .. } => "status",
            ProviderError::BrokenOff(_) => "broken_off",
            ProviderError::Malformed { .. } | ProviderError::Metadata(_) => "malformed",
        })
    }
}
