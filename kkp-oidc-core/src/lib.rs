//! Pure library for sharing Kubernetes clusters through OpenID Connect.
//!
//! Text and bytes in, values and text out: nothing here does I/O, reads a clock, draws randomness or keeps global
//! state. The time is a parameter ([`UnixTime`]), and so are random bytes, so every flow can be replayed in a test.

#![warn(clippy::as_conversions)]

pub mod apiserver;
pub mod audit;
pub mod authorization;
pub mod ca_bundle;
pub mod ca_check;
mod civil_time;
pub mod cookie_key;
pub mod diagnostics;
pub mod directory;
pub mod doctor;
pub mod email;
pub mod feature_gates;
mod go;
pub mod id_token;
pub mod ids;
mod invisible;
pub mod issuer;
mod json_object;
pub mod kkp;
pub mod kubeconfig;
mod nearest;
mod random_id;
pub mod rbac;
mod sealed;
pub mod secret;
pub mod secure_cookie;
mod server_address;
pub mod session;
pub mod share;
pub mod shared_kubeconfig;
pub mod shell;
mod unix_time;
pub mod yaml;

pub use civil_time::{ParseTimeSpanError, ParseUnixTimeError, TimeSpan};
pub use unix_time::UnixTime;
