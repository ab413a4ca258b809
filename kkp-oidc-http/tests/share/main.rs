//! The share endpoint as a whole: the router without a socket, the development provider on loopback, a small browser.
#![cfg(feature = "dev-provider")]
#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

mod browser;
mod callback;
mod demo;
mod happy_path;
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
#[cfg(feature = "server")]
mod shutdown;
mod tls;
mod tls_provider;
mod world;
