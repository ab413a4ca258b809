//! Why the service does not serve.

use std::error::Error;
use std::path::PathBuf;
use std::{fmt, io, iter};

use kkp_oidc_core::ca_bundle::CaBundleError;
use kkp_oidc_core::cookie_key::{KeyRingError, ParseCookieKeyError};
use kkp_oidc_core::issuer::IssuerConfigError;
use kkp_oidc_http::server::ServerTlsError;
use kkp_oidc_http::{BuildTlsError, LoadDirectoryError, OpenStoreError, StoreUnavailable};

use crate::exit_status::{ENVIRONMENT, REFUSED};
use crate::traces::ParseOtlpEndpointError;

/// Why `kkp-oidc serve` ends early.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ServeError {
    /// Settings are wrong; all that is known, at once.
    #[error("{}", Lines(.0))]
    Refused(Vec<Refusal>),
    #[error("`{address}` cannot be listened on")]
    Listen {
        flag: &'static str,
        address: String,
        #[source]
        cause: io::Error,
    },
    /// The cluster file, or a file that it names, cannot be read.
    #[error(transparent)]
    ClusterFiles(LoadDirectoryError),
    /// The store of share links cannot be used.
    #[error(transparent)]
    Store(OpenStoreError),
    /// It does not answer.
    #[error(transparent)]
    StoreUnavailable(StoreUnavailable),
    #[error("the service cannot start")]
    Start(#[source] Box<dyn Error + Send + Sync>),
}

/// One thing that is wrong with the settings.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Refusal {
    #[error(transparent)]
    Issuer(IssuerConfigError),
    #[error("oidc-issuer-cookie-hash-key: {}", .0)]
    CookieKey(ParseCookieKeyError),
    #[error("old-cookie-hash-key-file: {}: {error}", path.display())]
    OldCookieKey { path: PathBuf, error: ParseCookieKeyError },
    #[error("old-cookie-hash-key-file: {}", .0)]
    KeyRing(KeyRingError),
    #[error("ca-bundle: {}", .0)]
    CaBundle(CaBundleError),
    #[error("clusters: {}", Chain(.0))]
    Clusters(LoadDirectoryError),
    #[error("ca-bundle: {}", Chain(.0))]
    Tls(BuildTlsError),
    #[error("tls-cert: {}", Chain(.0))]
    ServerTls(ServerTlsError),
    #[error("otlp-endpoint: {}", .0)]
    OtlpEndpoint(ParseOtlpEndpointError),
    #[error(
        "address: other hosts can reach `{address}`, and plain http shows logins to everybody in between, expected \
         --tls-cert and --tls-key; --behind-proxy where TLS is ended in front; or a loopback address, as 127.0.0.1:8080"
    )]
    PlainHttp { address: String },
}

impl ServeError {
    pub(crate) fn exit_status(&self) -> u8 {
        match self {
            Self::Refused(_) => REFUSED,
            Self::Listen { cause, .. } if cause.kind() == io::ErrorKind::InvalidInput => REFUSED,
            Self::Listen { .. }
            | Self::ClusterFiles(_)
            | Self::Store(_)
            | Self::StoreUnavailable(_)
            | Self::Start(_) => ENVIRONMENT,
        }
    }

    pub(crate) fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Refused(refusals) if refusals.iter().any(|refusal| matches!(refusal, Refusal::CookieKey(_))) => {
                Some("`kkp-oidc key --file cookie.key` makes a key; give it with --oidc-issuer-cookie-hash-key-file")
            }
            Self::Listen { flag: "metrics-address", cause, .. } if cause.kind() == io::ErrorKind::InvalidInput => {
                Some("--metrics-address is HOST:PORT, or :PORT for every address")
            }
            Self::Listen { cause, .. } if cause.kind() == io::ErrorKind::InvalidInput => {
                Some("--address is HOST:PORT, or :PORT for every address")
            }
            Self::Listen { flag: "metrics-address", .. } => Some("give another address with --metrics-address"),
            Self::Listen { .. } => Some("give another address with --address"),
            Self::Refused(_) | Self::ClusterFiles(_) | Self::Store(_) | Self::StoreUnavailable(_) | Self::Start(_) => {
                None
            }
        }
    }
}

impl From<BuildTlsError> for ServeError {
    fn from(error: BuildTlsError) -> Self {
        match error {
            error @ (BuildTlsError::NoUsableCertificate | BuildTlsError::Verifier(_)) => {
                Self::Refused(vec![Refusal::Tls(error)])
            }
            error => Self::Start(error.into()),
        }
    }
}

struct Lines<'a>(&'a [Refusal]);

impl fmt::Display for Lines<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, refusal) in self.0.iter().enumerate() {
            let separator = if index == 0 { "" } else { "\n" };
            write!(f, "{separator}{refusal}")?;
        }
        Ok(())
    }
}

/// An error and its causes on one line.
struct Chain<'a>(&'a dyn Error);

impl fmt::Display for Chain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)?;
        iter::successors(self.0.source(), |&cause| cause.source()).try_for_each(|cause| write!(f, ": {cause}"))
    }
}
