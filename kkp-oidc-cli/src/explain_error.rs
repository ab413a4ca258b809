//! Why a token cannot be explained.

use std::path::{Path, PathBuf};

use kkp_oidc_core::apiserver::{ParseAuthenticationConfigurationError, ParseJwkSetError, ParseTokenError};

/// Why an input is refused.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ExplainError {
    #[error("standard input can be only one of token, configuration, CA file and key set")]
    StdinTwice,
    #[error("{} is no token that can be explained", shown(path))]
    Token {
        path: PathBuf,
        #[source]
        cause: ParseTokenError,
    },
    #[error("{} is no AuthenticationConfiguration", shown(path))]
    Configuration {
        path: PathBuf,
        #[source]
        cause: ParseAuthenticationConfigurationError,
    },
    #[error("kube-apiserver refuses the configuration\n{}", .0.join("\n"))]
    Findings(Vec<String>),
    #[error("{} is no key set", shown(path))]
    Keys {
        path: PathBuf,
        #[source]
        cause: ParseJwkSetError,
    },
    #[error("{} is not UTF-8", shown(path))]
    CaFile { path: PathBuf },
}

impl ExplainError {
    pub(crate) const fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Token { cause: ParseTokenError::Parts { count: 5 }, .. } => {
                Some("five parts are an encrypted token; kube-apiserver cannot read these")
            }
            Self::Token { cause: ParseTokenError::Parts { .. }, .. } => {
                Some("give the ID token, three parts with dots between them; access tokens need not be of this form")
            }
            _ => None,
        }
    }
}

fn shown(path: &Path) -> String {
    if path == Path::new("-") { "(stdin)".to_owned() } else { path.display().to_string() }
}
