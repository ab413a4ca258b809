//! How a command about kubeconfigs fails.

use std::path::PathBuf;

use kkp_oidc_core::ca_bundle::CaBundleError;
use kkp_oidc_core::kubeconfig::RenderKubeconfigError;
use kkp_oidc_core::kubeconfig::file::{MergeKubeconfigsError, ReadKubeconfigError};

use crate::exit_status::{ENVIRONMENT, REFUSED};

/// Why a kubeconfig is not read, merged or written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum KubeconfigError {
    #[error("{} is not read", path.display())]
    Read {
        path: PathBuf,
        #[source]
        cause: ReadKubeconfigError,
    },
    #[error(transparent)]
    Merge(#[from] MergeKubeconfigsError),
    #[error("the kubeconfig cannot be written")]
    Unwritable(#[source] RenderKubeconfigError),
    #[error("there is no context `{}` in the merged file", name.escape_debug())]
    NoContext { name: String },
    #[error(transparent)]
    CaBundle(CaBundleError),
    #[error("{} is not one line of text", path.display())]
    NotASecret { path: PathBuf },
}

impl KubeconfigError {
    pub(crate) const fn exit_status(&self) -> u8 {
        match self {
            Self::Merge(_) | Self::Unwritable(_) | Self::NoContext { .. } => REFUSED,
            Self::Read { .. } | Self::CaBundle(_) | Self::NotASecret { .. } => ENVIRONMENT,
        }
    }

    pub(crate) const fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Merge(MergeKubeconfigsError::UnknownFields { .. }) => {
                Some("kubectl ignores these fields; mend or remove them, then merge again")
            }
            _ => None,
        }
    }
}
