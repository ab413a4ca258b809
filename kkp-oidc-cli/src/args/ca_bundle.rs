//! `kkp-oidc ca bundle`

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use kkp_oidc_core::ca_bundle::{self, Order};
use kkp_oidc_core::{TimeSpan, UnixTime};

pub(crate) const HELP: &str = "\
Inputs are PEM with anything around it, DER, PKCS#7, PKCS#12 and Kubernetes manifests; what each is, is found out.
Certificates that occur twice are written once. Refused, each with its reason: expired, not yet valid, not a CA, signed by another key
with MD5 or SHA-1, an RSA key under 2048 bits, and what cannot be read. If there is a private key in an input, nothing is
written.

Example, in place of `cat isrgrootx1.pem.txt lets-encrypt-x3-cross-signed.pem.txt > caBundle.pem`:
  kkp-oidc ca bundle isrgrootx1.pem.txt lets-encrypt-x3-cross-signed.pem.txt -o caBundle.pem

Exit status: 0 everything is in the bundle, 1 something was refused or left out (or, with --check, the file would change),
2 wrong usage, 3 file trouble.";

/// A CA bundle out of many inputs.
#[derive(Args, Debug)]
#[command(group = clap::ArgGroup::new("source").required(true).multiple(true).args(["inputs", "system"]))]
pub(crate) struct BundleArgs {
    /// Files, folders (their files by name, without hidden ones and subfolders), or `-` for stdin.
    #[arg(value_name = "INPUT")]
    pub(crate) inputs: Vec<PathBuf>,
    /// Begin with the certificates that this system trusts: SSL_CERT_FILE, or where the distribution has them.
    #[arg(long)]
    pub(crate) system: bool,
    /// Write to this file instead of to stdout. Its mode stays; if nothing changes, it is not touched.
    #[arg(long, short = 'o', value_name = "FILE", required_if_eq("format", "pkcs12"))]
    pub(crate) out: Option<PathBuf>,
    /// What is written.
    #[arg(long, value_enum, default_value_t = Format::Pem)]
    pub(crate) format: Format,
    /// Write subject, issuer, validity and fingerprint before each certificate; with --format pem.
    #[arg(long)]
    pub(crate) comments: bool,
    /// The password of PKCS#12 is the first line of this file, for inputs and output. Otherwise inputs are tried without
    /// one, and then a terminal is asked.
    #[arg(long, value_name = "FILE")]
    pub(crate) password_file: Option<PathBuf>,
    /// Name of the Kubernetes object: by default ca-bundle, for a Secret dex-ca.
    #[arg(long, value_name = "NAME")]
    pub(crate) name: Option<ca_bundle::ObjectName>,
    /// Namespace of the Kubernetes object.
    #[arg(long, value_name = "NAME", default_value = "kubermatic")]
    pub(crate) namespace: ca_bundle::ObjectName,
    /// Which certificate comes first.
    #[arg(long, value_enum, default_value_t = OrderArg::Chain)]
    pub(crate) order: OrderArg,
    /// Take certificates that may not issue others, too.
    #[arg(long)]
    pub(crate) allow_leaf: bool,
    /// Judge at another time than now: RFC 3339, or a day such as 2020-06-01.
    #[arg(long, value_name = "TIME")]
    pub(crate) at: Option<UnixTime>,
    /// Warn of certificates that end within this time, such as 30d.
    #[arg(long, value_name = "TIME")]
    pub(crate) expires_within: Option<TimeSpan>,
    /// Write nothing; print what would change in the file, and exit with 1 if something would.
    #[arg(long, requires = "out")]
    pub(crate) check: bool,
}

/// `--format`
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum Format {
    /// PEM.
    Pem,
    /// A ConfigMap with the key ca-bundle.pem, as KKP reads it since 2.17.
    Configmap,
    /// A Secret with the key caBundle.pem, as KKP read it up to 2.16.
    Secret,
    /// A ClusterTrustBundle (certificates.k8s.io/v1beta1).
    ClusterTrustBundle,
    /// kubermatic.auth.caBundle of KKP's values.yaml: base64 of the PEM.
    Values,
    /// A PKCS#12 trust store for Java and OpenSSL, with a password (see --password-file).
    Pkcs12,
    /// All certificates and findings.
    Json,
}

/// `--order`
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum OrderArg {
    /// Each certificate before those that may have issued it, otherwise as in the inputs.
    Chain,
    /// As in the inputs.
    Input,
    /// By SHA-256 of the DER: the same certificates give the same file.
    Sha256,
}

impl From<OrderArg> for Order {
    fn from(order: OrderArg) -> Self {
        match order {
            OrderArg::Chain => Self::Chain,
            OrderArg::Input => Self::Input,
            OrderArg::Sha256 => Self::Sha256,
        }
    }
}
