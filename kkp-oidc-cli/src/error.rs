//! How a command fails: what happened, each cause once, what to do, and an exit status by who can mend it.

use std::error::Error;
use std::fmt::{self, Write as _};
use std::io;
use std::iter;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use kkp_oidc_core::cookie_key::ParseCookieKeyError;
use kkp_oidc_core::kkp::RenderError;
use kkp_oidc_core::kkp::migrate::MigrateError;
use kkp_oidc_core::rbac::NoSubjectError;
use kkp_oidc_core::shell::QuoteError;

use crate::exit_status::{ENVIRONMENT, REFUSED, USAGE};
use crate::explain_error::ExplainError;
use crate::kubeconfig_error::KubeconfigError;
#[cfg(feature = "serve")]
use crate::serve_error::ServeError;

/// Why a server's certificates cannot be had.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ProbeError {
    #[error("there is no answer within {} seconds", .0.as_secs())]
    TooSlow(Duration),
    #[error("there is no connection")]
    Connect(#[source] io::Error),
    #[error("the TLS handshake ended before the server named itself")]
    Handshake(#[source] io::Error),
    #[error("the name cannot be asked for in a TLS handshake")]
    Name,
    #[error("TLS cannot be set up")]
    Tls(#[source] rustls::Error),
}

/// Why a command ends early.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CliError {
    #[error("{} cannot be {doing}", path.display())]
    File {
        path: PathBuf,
        doing: &'static str,
        #[source]
        cause: io::Error,
    },
    #[error("this system's CA certificates were not found where distributions have them")]
    NoSystemStore,
    #[error("{} has no certificate that can be read", path.display())]
    NoCertificate { path: PathBuf },
    #[error("{} is to have a password, and nobody can be asked for it", path.display())]
    NoPassword { path: PathBuf },
    #[error("the two passwords differ")]
    PasswordsDiffer,
    #[error("the password cannot be read from the terminal")]
    Prompt(#[source] io::Error),
    #[error("the PKCS#12 file cannot be made")]
    Pkcs12(#[source] p12_keystore::error::Error),
    #[error("{address} gives no certificate")]
    Server {
        address: String,
        #[source]
        cause: ProbeError,
    },
    #[error("{} holds no cookie key", path.display())]
    CookieKey {
        path: PathBuf,
        #[source]
        cause: ParseCookieKeyError,
    },
    #[error("nobody gets the role")]
    NoSubject(#[from] NoSubjectError),
    #[error(transparent)]
    Render(#[from] RenderError),
    #[error("the command cannot be written for this shell")]
    Quote(#[from] QuoteError),
    #[error("stdout cannot be written")]
    Stdout(#[source] io::Error),
    #[error(transparent)]
    Explain(#[from] ExplainError),
    #[error("{} is locked by another program", path.display())]
    Locked { path: PathBuf },
    #[error(transparent)]
    Kubeconfig(#[from] KubeconfigError),
    #[error(transparent)]
    Migrate(MigrateError),
    #[cfg(feature = "serve")]
    #[error(transparent)]
    Serve(#[from] ServeError),
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
        ExitCode::from(match self {
            Self::File { .. }
            | Self::Stdout(_)
            | Self::Locked { .. }
            | Self::NoSystemStore
            | Self::NoCertificate { .. }
            | Self::Prompt(_)
            | Self::Pkcs12(_)
            | Self::Server { .. } => ENVIRONMENT,
            Self::Explain(ExplainError::StdinTwice) => USAGE,
            Self::Explain(_)
            | Self::CookieKey { .. }
            | Self::Kubeconfig(_)
            | Self::Migrate(_)
            | Self::NoSubject(_)
            | Self::Render(_)
            | Self::Quote(_) => REFUSED,
            Self::NoPassword { .. } | Self::PasswordsDiffer => USAGE,
            #[cfg(feature = "serve")]
            Self::Serve(error) => error.exit_status(),
        })
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
            Self::File { cause, .. } if cause.kind() == io::ErrorKind::AlreadyExists => {
                Some("nothing is overwritten; choose another name, or remove the file first")
            }
            Self::Explain(error) => error.hint(),
            Self::NoSubject(_) => Some("name somebody with --user or --group"),
            Self::Render(RenderError::NotFound { .. }) => Some("name one with --cluster or --seed"),
            Self::Render(RenderError::WrongVersion { .. }) => Some("give another --kkp-version"),
            Self::Render(RenderError::Quote(_)) => Some("take `--output json`, which needs no quotes"),
            Self::Render(RenderError::NoConfiguration | RenderError::SeveralConfigurations { .. })
            | Self::Migrate(_) => Some("give the files of one installation; `kkp-oidc check` says what is in them"),
            Self::Render(_) => None,
            Self::Quote(_) => Some("take the manifest, with --format manifest, or another --shell"),
            Self::File { .. }
            | Self::Stdout(_)
            | Self::Server { .. }
            | Self::PasswordsDiffer
            | Self::Prompt(_)
            | Self::Pkcs12(_) => None,
            Self::CookieKey { .. } => Some("give the file that `serve --oidc-issuer-cookie-hash-key-file` is given"),
            Self::NoPassword { .. } => Some("name a file whose first line is the password with --password-file"),
            Self::Kubeconfig(error) => error.hint(),
            Self::Locked { .. } => Some("wait for it; if there is none, remove the file with `.lock` at its end"),
            #[cfg(feature = "serve")]
            Self::Serve(error) => error.hint(),
            Self::NoCertificate { .. } => {
                Some("give PEM with `-----BEGIN CERTIFICATE-----`, DER, PKCS#7 or a manifest")
            }
            Self::NoSystemStore => Some("name the file with SSL_CERT_FILE, or give it as an input"),
        }
    }
}
