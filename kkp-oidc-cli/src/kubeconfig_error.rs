//! How a command about kubeconfigs fails.

use std::path::PathBuf;

use kkp_oidc_core::ca_bundle::CaBundleError;
use kkp_oidc_core::kubeconfig::RenderKubeconfigError;
use kkp_oidc_core::kubeconfig::file::{MergeKubeconfigsError, ReadKubeconfigError};
use kkp_oidc_core::yaml::{ParseYamlError, YamlFault};

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
    pub(crate) fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Merge(MergeKubeconfigsError::UnknownFields { .. }) => {
                Some("kubectl ignores these fields; mend or remove them, then merge again")
            }
            Self::Read { cause: ReadKubeconfigError::Yaml(ParseYamlError::Refused { fault, .. }), .. } => match fault {
                YamlFault::WrongType { expected } if expected == "a string" => {
                    Some("quote it: without quotes YAML takes it for something else than text")
                }
                _ => None,
            },
            Self::NotASecret { .. } => Some("give a file with the secret on one line, and nothing else"),
            _ => None,
        }
    }
}
