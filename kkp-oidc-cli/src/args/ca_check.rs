//! `kkp-oidc ca check`

use std::path::PathBuf;

use clap::Args;
use kkp_oidc_core::UnixTime;
use kkp_oidc_core::ca_check::{ServerAddress, ServerName};

pub(crate) const HELP: &str = "\
Clients differ. Go (kubectl, kubelogin, Dex, KKP) and rustls (kkp-oidc) take any certificate of the bundle for an anchor,
OpenSSL (curl, Python, nginx) only one that is signed by itself; Go and OpenSSL refuse an anchor that has ended, rustls
does not look. Revocation is not checked.

With --server, a TLS handshake is made and nothing else is sent, for at most 5 seconds; which certificates the server has
is taken from there, whoever answers.

Examples:
  kkp-oidc ca check caBundle.pem --server kkp.example.com:443
  kkp-oidc ca check caBundle.pem --chain server.pem --name kkp.example.com --at 2027-01-01

Exit status: 0 all accept, 1 some refuse, 2 wrong usage, 3 file or network trouble.";

/// Who accepts a server.
#[derive(Args, Debug)]
#[command(group = clap::ArgGroup::new("sent").required(true).args(["server", "chain"]))]
pub(crate) struct CheckArgs {
    /// File with all that the client trusts: PEM, DER, PKCS#7 or a Kubernetes manifest; `-` for stdin.
    #[arg(value_name = "BUNDLE")]
    pub(crate) bundle: PathBuf,
    /// Ask this server for its certificates.
    #[arg(long, value_name = "HOST:PORT")]
    pub(crate) server: Option<ServerAddress>,
    /// File with the certificates that a server sends, its own first.
    #[arg(long, value_name = "FILE")]
    pub(crate) chain: Option<PathBuf>,
    /// The DNS name or IP address that the client asks for; by default the host of --server, none with --chain.
    #[arg(long, value_name = "NAME")]
    pub(crate) name: Option<ServerName>,
    /// Judge at another time than now: RFC 3339, or a day such as 2020-06-01.
    #[arg(long, value_name = "TIME")]
    pub(crate) at: Option<UnixTime>,
}
