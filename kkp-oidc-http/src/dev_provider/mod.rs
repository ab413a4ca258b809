//! A small OpenID Provider for development and tests. **Never use it in production: nobody needs a password.**
//!
//! It listens on loopback only and knows the users and clients it was started with. Towards clients it is strict, so
//! that a sloppy one fails: PKCE with S256 is required, redirect URIs match byte for byte, a code works once, refresh
//! tokens rotate, and each client may authenticate itself in one way only. For tests of a client it can misbehave on
//! demand, see [`Fault`].
//!
//! Endpoints below the issuer: `/.well-known/openid-configuration`, `/keys`, `/auth`, `/token`, where the configuration
//! says so `/revoke` and `/logout`, and the target `/login` of its own login form (fields `request_id`, and `user` with an
//! e-mail or `deny` with any value).
//!
//! ```no_run
//! use std::sync::Arc;
//!
//! use kkp_oidc_http::dev_provider::{DevProvider, DevProviderConfig};
//! use kkp_oidc_http::{SystemClock, SystemEntropy};
//!
//! # async fn start() -> Result<(), Box<dyn std::error::Error>> {
//! let config = DevProviderConfig::new(Arc::new(SystemClock), Arc::new(SystemEntropy));
//! let client = config.clients[0].clone();
//! let provider = DevProvider::bind(config, "127.0.0.1:5556".parse()?).await?;
//! provider.register_redirect_uri(&client.client_id, "http://127.0.0.1:8080/callback")?;
//! assert_eq!(provider.issuer(), "http://127.0.0.1:5556/dex");
//! # Ok(())
//! # }
//! ```

mod authorize;
mod client_auth;
mod config;
mod discovery;
mod fault;
mod grants;
mod id_token;
mod keys;
mod login;
mod logout;
mod oauth_error;
mod pages;
mod params;
mod provider;
mod request;
mod token;
mod token_store;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use std::{fmt, io};

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

pub use self::config::{ClientAuthMethod, DevClient, DevProviderConfig, DevUser, RegisterRedirectUriError};
pub use self::fault::{Fault, HOSTILE_DESCRIPTION, HUGE_LEN};
pub use self::keys::{OldKeys, SigningAlgorithm};
pub use self::provider::RequestCounts;

use self::config::require_redirect_uri;
use self::provider::Provider;

/// Longest request body in bytes.
const MAX_BODY_LEN: usize = 64 * 1024;
/// How long [`DevProvider::shutdown`] waits for requests that are being answered.
const SHUTDOWN_GRACE: Duration = Duration::from_secs(2);

/// A running development provider. It ends when it is dropped.
pub struct DevProvider {
    provider: Arc<Provider>,
    local_addr: SocketAddr,
    /// Dropping it tells the server to end.
    stop: oneshot::Sender<()>,
    server: JoinHandle<()>,
}

impl DevProvider {
    /// Listen on `addr`, which must be a loopback address, and serve. Port 0 takes a free port.
    ///
    /// Has to be called within a tokio runtime. Making an RSA key takes some 100 ms.
    ///
    /// # Errors
    ///
    /// - [`DevProviderError::NotLoopback`] if others could reach `addr`.
    /// - [`DevProviderError::IssuerPath`] if the path of the issuer has another shape than it may.
    /// - [`DevProviderError::RedirectUri`] if a configured redirect URI is none.
    /// - [`DevProviderError::Listen`] if the operating system does not let us listen on `addr`.
    pub async fn bind(config: DevProviderConfig, addr: SocketAddr) -> Result<Self, DevProviderError> {
        if !addr.ip().is_loopback() {
            return Err(DevProviderError::NotLoopback { addr });
        }
        if !is_issuer_path(&config.issuer_path) {
            return Err(DevProviderError::IssuerPath { path: config.issuer_path });
        }
        let uris =
            |client: &DevClient| [client.redirect_uris.clone(), client.post_logout_redirect_uris.clone()].concat();
        for redirect_uri in &config.clients.iter().flat_map(uris).collect::<Vec<_>>() {
            require_redirect_uri(redirect_uri)?;
        }
        let listen = |source| DevProviderError::Listen { addr, source };
        let listener = TcpListener::bind(addr).await.map_err(listen)?;
        let local_addr = listener.local_addr().map_err(listen)?;
        let issuer = format!("http://{local_addr}{}", config.issuer_path);
        let provider = Arc::new(Provider::new(config, issuer));
        let (stop, stopped) = oneshot::channel();
        let server = axum::serve(listener, router(Arc::clone(&provider))).with_graceful_shutdown(async {
            // Also when the sender was dropped.
            let _ = stopped.await;
        });
        let server = tokio::spawn(async {
            if let Err(error) = server.await {
                tracing::error!(error = &error as &dyn std::error::Error, "development provider ended");
            }
        });
        Ok(Self { provider, local_addr, stop, server })
    }

    /// The issuer, for instance `http://127.0.0.1:5556/dex`.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.provider.issuer
    }

    /// The address listened on, with the port really taken.
    #[must_use]
    pub const fn local_addr(&self) -> SocketAddr {
        self.local_addr
    }

    /// Allow `client_id` to be answered at `redirect_uri`, which is compared byte for byte.
    ///
    /// # Errors
    ///
    /// - [`RegisterRedirectUriError::NotAbsolute`], [`RegisterRedirectUriError::HasFragment`] if it is no redirect URI.
    /// - [`RegisterRedirectUriError::UnknownClient`] if there is no such client.
    pub fn register_redirect_uri(&self, client_id: &str, redirect_uri: &str) -> Result<(), RegisterRedirectUriError> {
        require_redirect_uri(redirect_uri)?;
        let mut clients = self.provider.clients();
        let Some(client) = clients.iter_mut().find(|client| client.client_id == client_id) else {
            return Err(RegisterRedirectUriError::UnknownClient { client_id: client_id.to_owned() });
        };
        client.redirect_uris.push(redirect_uri.to_owned());
        Ok(())
    }

    /// Misbehave from now on. The fault replaces the one that was on.
    pub fn set_fault(&self, fault: Fault) {
        self.provider.set_fault(Some(fault));
    }

    /// Behave again.
    pub fn clear_fault(&self) {
        self.provider.set_fault(None);
    }

    /// Sign with a new key from now on. At most seven old keys stay published.
    pub fn rotate_keys(&self, old_keys: OldKeys) {
        self.provider.keys().rotate(old_keys);
    }

    /// How many requests there were.
    #[must_use]
    pub fn requests(&self) -> RequestCounts {
        self.provider.counters.snapshot()
    }

    /// How many access and refresh tokens are good: given out, and neither used up nor revoked.
    #[must_use]
    pub fn live_tokens(&self) -> usize {
        self.provider.grants().live_tokens()
    }

    /// End, and wait until the port is free; at most two seconds for requests that are being answered.
    pub async fn shutdown(self) {
        let Self { stop, mut server, .. } = self;
        drop(stop);
        if tokio::time::timeout(SHUTDOWN_GRACE, &mut server).await.is_err() {
            server.abort();
        }
    }
}

impl fmt::Debug for DevProvider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DevProvider").field("issuer", &self.provider.issuer).finish_non_exhaustive()
    }
}

fn router(provider: Arc<Provider>) -> Router {
    let endpoints = Router::new()
        .route("/.well-known/openid-configuration", get(discovery::discovery))
        .route("/keys", get(discovery::jwks))
        .route("/auth", get(authorize::authorize))
        .route("/login", post(login::login))
        .route("/logout", get(logout::end_session).post(logout::end_session))
        .route("/revoke", post(logout::revoke))
        .route("/style.css", get(pages::style))
        .route("/token", post(token::token));
    let router = match provider.issuer_path.as_str() {
        "" => endpoints,
        path => Router::new().nest(path, endpoints),
    };
    router.layer(DefaultBodyLimit::max(MAX_BODY_LEN)).with_state(provider)
}

fn is_issuer_path(path: &str) -> bool {
    let is_segment = |segment: &str| {
        !segment.is_empty() && segment.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
    };
    path.is_empty() || path.strip_prefix('/').is_some_and(|segments| segments.split('/').all(is_segment))
}

/// Why a development provider did not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DevProviderError {
    /// The address is not on loopback: others could log in as anybody.
    #[error("development provider refuses to listen on `{addr}`, which is not a loopback address")]
    NotLoopback {
        /// The address asked for.
        addr: SocketAddr,
    },
    /// The path of the issuer is neither empty nor made of `/` and segments of letters, digits, `-`, `_`, `.`.
    #[error("issuer path `{path}` must be empty or like `/dex`, without a slash at the end")]
    IssuerPath {
        /// The path given.
        path: String,
    },
    /// A configured redirect URI is none.
    #[error("a client of the development provider has a bad redirect URI")]
    RedirectUri {
        /// What is wrong with it.
        #[from]
        source: RegisterRedirectUriError,
    },
    /// The operating system does not let us listen.
    #[error("cannot listen on `{addr}`")]
    Listen {
        /// The address asked for.
        addr: SocketAddr,
        /// What it said.
        source: io::Error,
    },
}
