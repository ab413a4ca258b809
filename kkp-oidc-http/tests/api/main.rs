//! The JSON API of share links, with a store in memory, and sessions that began at the development provider.
#![cfg(feature = "dev-provider")]
#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

// What other tests have too.
#[expect(dead_code, reason = "these tests need only a part of it")]
#[path = "../rig/browser.rs"]
mod browser;
#[path = "../rig/interrupted.rs"]
mod interrupted;
#[expect(dead_code, reason = "these tests need only a part of it")]
#[path = "../rig/world.rs"]
mod world;

mod bodies;
mod client;
mod links;
mod methods;
mod nested;
mod offers;
#[cfg(feature = "openapi")]
mod openapi;
mod session;
