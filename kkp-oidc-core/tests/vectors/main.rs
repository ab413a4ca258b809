//! Golden vectors made by the original programs; `tests/data/README.md` says which.
//!
//! `KKP_OIDC_VECTORS=DIR` reads the whole files in DIR instead of the committed samples.

mod kubeconfig;
mod support;
