//! `kkp-oidc ca bundle`: what it prints, what it writes, how it ends.

#![expect(clippy::unwrap_used, reason = "test helpers: failing is their job")]

mod bundle;
mod hostile;
mod pkcs12;
mod program;
#[cfg(unix)]
mod streamed;
#[cfg(target_os = "linux")]
mod terminal;
