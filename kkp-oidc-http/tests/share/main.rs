//! The share endpoint as a whole: the router without a socket, the development provider on loopback, a small browser.
#![cfg(feature = "dev-provider")]
#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

#[cfg(unix)]
mod audit;
#[path = "../rig/browser.rs"]
mod browser;
mod callback;
mod dashboard;
mod demo;
mod happy_path;
mod headers;
mod health;
mod keys;
mod kkp_rows;
mod many_flows;
mod metrics;
mod pages;
mod provider_faults;
mod rate_limits;
mod raw_provider;
mod refused_before_login;
mod reload;
#[cfg(feature = "server")]
mod server_tls;
#[cfg(feature = "server")]
mod shutdown;
mod tls;
mod tls_provider;
#[path = "../rig/world.rs"]
mod world;
