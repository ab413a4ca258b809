//! Golden vectors made by the original programs; `tests/data/README.md` says which.
//!
//! `KKP_OIDC_VECTORS=DIR` reads the whole files in DIR instead of the committed samples.

mod kubeconfig;
//! What the originals wrote and accepted, line by line. `tests/data/README.md` says who made the files.
//!
//! The samples in `tests/data` run by default; with `KKP_OIDC_VECTORS=<directory>` the files there run instead.

mod securecookie;
mod support;
