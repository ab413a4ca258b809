//! kube-apiserver's settings and decisions, held against kube-apiserver's own code.

#![expect(clippy::unwrap_used, reason = "test helpers: failing is their job")]

mod decisions;
mod documents;
mod flags;
mod hostile;
