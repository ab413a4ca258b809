//! axum adapter of kkp-oidc: the share endpoint, its OpenID Connect client and its pages.
//!
//! [`router`] is all that an embedding service needs to answer requests. Two tasks belong beside it: [`AppState::discover`]
//! gets to know the provider before the first request, [`FileDirectory::watch`] takes changes of the cluster file.
//!
//! ```no_run
//! use std::sync::Arc;
//!
//! use kkp_oidc_core::cookie_key::CookieKey;
//! use kkp_oidc_core::issuer::{IssuerConfig, IssuerSettings};
//! use kkp_oidc_http::{AppState, FileDirectory, ServiceConfig, SystemClock, SystemEntropy};
//!
//! # async fn app() -> Result<axum::Router, Box<dyn std::error::Error>> {
//! let issuer = IssuerConfig::try_from(IssuerSettings {
//!     issuer_url: "https://kkp.example.com/dex".into(),
//!     client_id: "kubermaticIssuer".into(),
//!     client_secret: Some(std::env::var("CLIENT_SECRET")?.into()),
//!     redirect_uri: "https://kkp.example.com/api/v1/kubeconfig".into(),
//!     ..IssuerSettings::default()
//! })?;
//! let cookie_key = CookieKey::from_file_contents(&std::fs::read("cookie.key")?)?;
//! let config = ServiceConfig::new(issuer, cookie_key, "OIDCKubeCfgEndpoint=true".parse()?);
//! let directory = Arc::new(FileDirectory::open("clusters.yaml")?);
//! let state = AppState::new(config, directory.clone(), Arc::new(SystemClock), Arc::new(SystemEntropy))?;
//!
//! tokio::spawn(directory.watch());
//! let discovery = state.clone();
//! tokio::spawn(async move { discovery.discover().await });
//! Ok(axum::Router::new().merge(kkp_oidc_http::router(state)))
//! # }
//! ```
//!
//! With the feature `server`, `server::serve` puts that on a listener, with time limits and a graceful end.

mod accept;
mod audit;
mod body;
mod client_address;
mod cookies;
#[cfg(feature = "dev-provider")]
pub mod demo;
#[cfg(feature = "dev-provider")]
pub mod dev_provider;
mod directory;
mod doctor;
mod environment;
mod error;
mod kkp_links;
mod limits;
mod metrics;
mod oidc;
mod operations;
mod pages;
mod present;
mod reload;
mod routes;
#[cfg(feature = "server")]
pub mod server;
mod share_links;
mod sharing;
mod state;
mod store;
mod system;
mod trace;
mod unfinished;
mod used_flows;

pub use audit::{AuditActors, AuditConfig, AuditSink, FileAuditSink, StdoutAuditSink};
pub use client_address::{ClientAddress, ForwardedHeader, ParseTrustedProxiesError, Proxies, TrustedProxies};
pub use directory::{
    Authorization, ClusterDirectory, DirectoryHealth, DirectoryUnavailable, FileDirectory, KubeconfigProblem,
    LoadDirectoryError, OwnedCluster, Shareable,
};
pub use doctor::probe_provider;
pub use environment::{Clock, Entropy};
pub use kkp_links::KkpLinks;
pub use limits::{ParseRateLimitError, RateLimit, RateLimits};
pub use metrics::metrics_router;
pub use oidc::{BuildTlsError, CALLBACK_BUDGET, IdpCa, Trust};
pub use operations::OperationsConfig;
#[cfg(feature = "dev-provider")]
pub use pages::gallery;
pub use reload::{FileContents, FileWatch, Reload, ReloadOutcome, Reloads, StaleFile, Taken, WatchedFiles};
pub use routes::{router, site};
pub use share_links::{PostLogout, SharingConfig};
pub use state::{AppState, ServiceConfig};
pub use store::{
    Created, ENDED_SHARES_KEPT_SECS, ListedShare, MAX_KEPT_SHARES, MAX_LISTED, MAX_LIVE_SHARES, OpenStoreError,
    OwnedShares, Record, RecordKey, RecordKind, Redeemed, Revoked, ShareStore, SqliteStore, StoreUnavailable, Stored,
};
pub use system::{SystemClock, SystemEntropy};
pub use trace::{TRACE_TARGET, TraceJoiner};
