//! `kkp-oidc ca check` and `kkp-oidc ca explain`: what they print and how they end.

mod files;
mod program;
mod server;
