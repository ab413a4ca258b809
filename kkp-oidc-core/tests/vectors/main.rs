//! What the originals wrote and accepted, line by line. `tests/data/README.md` says who made the files.
//!
//! The samples in `tests/data` run by default; with `KKP_OIDC_VECTORS=<directory>` the files there run instead.

mod kubeconfig;
mod kubeconfig_file;
mod pem;
mod securecookie;
mod support;
