//! `kkp-oidc kubeconfig`: what it prints, what it writes and how it ends.

mod inspect;
mod merge;
mod program;
mod render;
