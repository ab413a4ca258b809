//! The real programs, run as an operator runs them: what they print, and how they end.
//!
//! Only loopback, only ports that are free, no environment but what a test sets.

// Signals, and file modes.
#![cfg(unix)]
#![expect(clippy::unwrap_used, clippy::panic, reason = "a helper that fails is a test that fails")]

mod audit;
mod describe;
mod key;
mod process;
mod rbac;
mod shell_lines;

#[cfg(feature = "serve")]
mod doctor;
#[cfg(feature = "serve")]
mod example_serve;
#[cfg(feature = "serve")]
mod http;
#[cfg(feature = "serve")]
mod links;
#[cfg(feature = "serve")]
mod serve_operations;
#[cfg(feature = "serve")]
mod serve_refusals;
#[cfg(feature = "serve")]
mod serve_runs;
#[cfg(feature = "serve")]
mod serve_shares;
#[cfg(feature = "serve")]
mod serve_tls;
#[cfg(feature = "serve")]
mod serve_traces;
#[cfg(feature = "serve")]
mod shipped_binary;
