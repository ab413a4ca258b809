//! How browsers reach the service: by TLS of its own, or by somebody else's.

use std::path::PathBuf;

use clap::Args;

use super::go_bool::go_bool;

const TLS: &str = "TLS";

/// Which certificate is shown, and who else may end TLS.
#[derive(Args, Debug)]
pub(crate) struct TransportArgs {
    /// PEM file with the certificate to serve https with, and those that lead to its CA; read again when it changes.
    #[arg(long, requires = "tls_key", value_name = "FILE", help_heading = TLS)]
    pub(crate) tls_cert: Option<PathBuf>,
    /// PEM file with the certificate's private key; read again when it changes.
    #[arg(long, requires = "tls_cert", value_name = "FILE", help_heading = TLS)]
    pub(crate) tls_key: Option<PathBuf>,
    /// Serve plain http to other hosts: TLS is ended in front of this service, and nobody else reaches it. Without it,
    /// plain http is served on loopback only.
    #[arg(long, num_args = 0..=1, require_equals = true, default_value = "false", default_missing_value = "true",
          value_parser = go_bool, value_name = "BOOL", help_heading = TLS)]
    pub(crate) behind_proxy: bool,
}
