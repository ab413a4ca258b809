//! The development provider, driven over loopback as a client would.
#![cfg(feature = "dev-provider")]
#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

mod authorization;
mod faults;
mod flow;
mod lab;
mod login;
mod logout;
mod startup;
mod token;
