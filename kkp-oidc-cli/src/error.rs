//! How a command fails: what happened, each cause once, what to do, and an exit status by who can mend it.

use std::error::Error;
use std::fmt::{self, Write as _};
use std::io;
use std::iter;
use std::path::PathBuf;
use std::process::ExitCode;

#[cfg(feature = "serve")]
use kkp_oidc_core::cookie_key::ParseCookieKeyError;
#[cfg(feature = "serve")]
use kkp_oidc_core::issuer::IssuerConfigError;

/// Why a command ends early.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CliError {
    /// Settings are wrong; all that is known, at once.
    #[cfg(feature = "serve")]
    #[error("{}", Lines(.0))]
    Refused(Vec<Refusal>),
    #[error("{} cannot be {doing}", path.display())]
    File {
        path: PathBuf,
        doing: &'static str,
        #[source]
        cause: io::Error,
    },
    #[error("stdout cannot be written")]
    Stdout(#[source] io::Error),
    #[cfg(feature = "serve")]
    #[error("{address} cannot be listened on")]
    Listen {
        address: String,
        #[source]
        cause: io::Error,
    },
    #[cfg(feature = "serve")]
    #[error("the service cannot start")]
    Start(#[source] Box<dyn Error + Send + Sync>),
}

/// One thing that is wrong with the settings.
#[derive(Debug, thiserror::Error)]
#[cfg(feature = "serve")]
pub(crate) enum Refusal {
    #[error(transparent)]
    Issuer(IssuerConfigError),
    #[error("oidc-issuer-cookie-hash-key: {}", .0)]
    CookieKey(ParseCookieKeyError),
    #[error("ca-bundle: {}", .0)]
    CaBundle(kkp_oidc_core::ca_bundle::CaBundleError),
    #[error("clusters: {}", Chain(.0))]
    Clusters(kkp_oidc_http::LoadDirectoryError),
}

impl CliError {
    /// Write the error to stderr, and say how the process shall end.
    pub(crate) fn report(&self) -> ExitCode {
        let mut text = String::new();
        // Writing to a `String` does not fail.
        let _ = self.write_report(&mut text);
        #[expect(clippy::print_stderr, reason = "the one place where a command says why it failed")]
        {
            eprint!("{text}");
        }
        match self {
            #[cfg(feature = "serve")]
            Self::Refused(_) => ExitCode::from(1),
            _ => ExitCode::from(3),
        }
    }

    fn write_report(&self, out: &mut String) -> fmt::Result {
        for line in self.to_string().lines() {
            writeln!(out, "error: {line}")?;
        }
        for cause in iter::successors(self.source(), |&cause| cause.source()) {
            writeln!(out, "  caused by: {cause}")?;
        }
        match self.hint() {
            Some(hint) => writeln!(out, "\nhint: {hint}"),
            None => Ok(()),
        }
    }

    fn hint(&self) -> Option<&'static str> {
        match self {
            #[cfg(feature = "serve")]
            Self::Refused(refusals) if refusals.iter().any(|refusal| matches!(refusal, Refusal::CookieKey(_))) => {
                Some("`kkp-oidc key --file cookie.key` makes a key; give it with --oidc-issuer-cookie-hash-key-file")
            }
            #[cfg(feature = "serve")]
            Self::Listen { .. } => Some("give another address with --address"),
            _ => None,
        }
    }
}

#[cfg(feature = "serve")]
struct Lines<'a>(&'a [Refusal]);

#[cfg(feature = "serve")]
impl fmt::Display for Lines<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, refusal) in self.0.iter().enumerate() {
            let separator = if index == 0 { "" } else { "\n" };
            write!(f, "{separator}{refusal}")?;
        }
        Ok(())
    }
}

/// An error and its causes on one line.
#[cfg(feature = "serve")]
struct Chain<'a>(&'a dyn Error);

#[cfg(feature = "serve")]
impl fmt::Display for Chain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)?;
        iter::successors(self.0.source(), |&cause| cause.source()).try_for_each(|cause| write!(f, ": {cause}"))
    }
}
