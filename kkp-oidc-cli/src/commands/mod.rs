//! One file a command: read, call core, write.

pub(crate) mod audit;
pub(crate) mod ca;
pub(crate) mod check;
pub(crate) mod completions;
pub(crate) mod doctor;
pub(crate) mod explain;
pub(crate) mod explain_token;
mod installation;
pub(crate) mod key;
pub(crate) mod kubeconfig;
#[cfg(feature = "serve")]
pub(crate) mod links;
pub(crate) mod man;
pub(crate) mod migrate;
pub(crate) mod rbac;
pub(crate) mod render;
#[cfg(feature = "serve")]
pub(crate) mod serve;
