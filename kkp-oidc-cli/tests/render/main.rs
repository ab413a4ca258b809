//! `kkp-oidc render`: what it prints, what it writes, how it ends.

mod output;
mod program;
mod seed_page;
