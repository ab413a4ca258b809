//! What owners and recipients do with share links: the router without a socket, the development provider on loopback, people
//! with browsers, a store whose calls are counted.
#![cfg(feature = "dev-provider")]
#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

mod addresses;
#[path = "../rig/browser.rs"]
#[expect(dead_code, reason = "shared with the tests of KKP's links")]
mod browser;
mod canary;
mod clusters;
mod dialog;
mod directory;
#[cfg(feature = "server")]
mod ending;
mod house;
#[path = "../rig/interrupted.rs"]
mod interrupted;
mod kinds;
mod login;
mod logout;
mod noted;
mod offer;
mod own_links;
mod person;
mod redeem;
mod refused;
mod replicas;
mod sessions;
mod store_out;
mod tokens;
mod uses;
mod watched_store;
#[path = "../rig/world.rs"]
#[expect(dead_code, reason = "shared with the tests of KKP's links")]
mod world;
