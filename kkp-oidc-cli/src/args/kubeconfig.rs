//! `kkp-oidc kubeconfig`

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use kkp_oidc_core::UnixTime;
use kkp_oidc_core::issuer::{ClientId, IssuerUrl};
use kkp_oidc_core::kubeconfig::ServerAddress;

const RENDER_HELP: &str = "\
Secrets come from files, or from stdin with `-`, never from the command line; one line end at their end is dropped.

Examples:
  kkp-oidc kubeconfig render --mode kubelogin-pkce --cluster abc --user bob@example.com \\
    --server https://abc.example.com:6443 --ca ca.pem --issuer https://dex.example.com/dex --client-id kubelogin

Exit status: 0 written, 1 refused, 2 wrong usage, 3 file trouble.";

const MERGE_HELP: &str = "\
What the first file (with --into, the target) says stays. An entry that is there already counts once; one whose name stands
for something else becomes `user@cluster`, contexts follow, and stderr says so. Paths stay right: relative ones of files
in other folders become absolute. A file with fields that kubectl does not know is refused: they would be lost.

A file that exists is copied to FILE.bak-TIME, mode 0600, and then replaced at once, under kubectl's own lock. Comments are
lost, as with every `kubectl config` command; the copy has them.

Examples:
  kkp-oidc kubeconfig merge kubeconfig-abc --into ~/.kube/config
  kkp-oidc kubeconfig merge one.yaml two.yaml -o both.yaml --use-context prod

Exit status: 0 merged, 1 refused, 2 wrong usage, 3 file trouble.";

const INSPECT_HELP: &str = "\
Nothing is run and no server is asked. Secrets are never shown, nor arguments that look like one.

Exit status: 0 nothing speaks against it, 1 findings or no kubeconfig, 2 wrong usage, 3 file trouble.";

#[derive(Debug, Subcommand)]
pub(crate) enum KubeconfigCommand {
    /// Write a kubeconfig for one user of one cluster.
    #[command(after_help = RENDER_HELP)]
    Render(Box<RenderArgs>),
    /// Merge kubeconfigs into one, nothing lost.
    #[command(after_help = MERGE_HELP)]
    Merge(MergeArgs),
    /// Say what a kubeconfig would do: which servers, whom they are trusted for, which programs run, which secrets are inside.
    #[command(after_help = INSPECT_HELP)]
    Inspect(InspectArgs),
}

/// A new kubeconfig.
#[derive(Args, Debug)]
pub(crate) struct RenderArgs {
    /// How the user proves who it is.
    #[arg(long, value_enum)]
    pub(crate) mode: Mode,
    /// The URL of the API server, or its host and port; without a name or a password.
    #[arg(long, value_name = "URL")]
    pub(crate) server: ServerAddress,
    /// File with the certificates that the API server's is checked against, as PEM; without it, the system's count.
    #[arg(long, value_name = "FILE")]
    pub(crate) ca: Option<PathBuf>,
    /// The name of cluster and context.
    #[arg(long, value_name = "NAME")]
    pub(crate) cluster: String,
    /// The name of the user.
    #[arg(long, value_name = "NAME")]
    pub(crate) user: String,
    /// The issuer, exactly as it stands in ID tokens.
    #[arg(long, value_name = "URL")]
    pub(crate) issuer: IssuerUrl,
    /// The OAuth client.
    #[arg(long, value_name = "ID")]
    pub(crate) client_id: ClientId,
    /// File with the certificates that the issuer's is checked against, as PEM.
    #[arg(long, value_name = "FILE")]
    pub(crate) issuer_ca: Option<PathBuf>,
    /// File with the secret of the OAuth client; without it, the empty one is written.
    #[arg(long, value_name = "FILE")]
    pub(crate) client_secret_file: Option<PathBuf>,
    /// File with the ID token, for auth-provider.
    #[arg(long, value_name = "FILE", required_if_eq("mode", "auth-provider"))]
    pub(crate) id_token_file: Option<PathBuf>,
    /// File with the refresh token, for auth-provider.
    #[arg(long, value_name = "FILE", required_if_eq("mode", "auth-provider"))]
    pub(crate) refresh_token_file: Option<PathBuf>,
    /// Write to this new file, mode 0600, instead of to stdout.
    #[arg(long, short = 'o', value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
}

/// `--mode`
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum Mode {
    /// client-go's auth provider, with tokens in the file, as KKP writes it.
    AuthProvider,
    /// kubelogin with the client's secret in the file, as KKP writes it.
    Kubelogin,
    /// kubelogin for a public client, with PKCE: no secret in the file.
    KubeloginPkce,
}

/// Several kubeconfigs in one.
#[derive(Args, Debug)]
pub(crate) struct MergeArgs {
    /// Kubeconfigs, as YAML or JSON; `-` for stdin.
    #[arg(value_name = "FILE", required = true)]
    pub(crate) files: Vec<PathBuf>,
    /// Write to this file instead of to stdout.
    #[arg(long, short = 'o', value_name = "FILE", conflicts_with = "into")]
    pub(crate) out: Option<PathBuf>,
    /// Merge into this file, which need not exist.
    #[arg(long, value_name = "FILE")]
    pub(crate) into: Option<PathBuf>,
    /// Make this context the current one; by default the first that a file names stays it.
    #[arg(long, value_name = "NAME")]
    pub(crate) use_context: Option<String>,
}

/// What kubeconfigs would do.
#[derive(Args, Debug)]
pub(crate) struct InspectArgs {
    /// Kubeconfigs, as YAML or JSON; `-` for stdin.
    #[arg(value_name = "FILE", required = true)]
    pub(crate) files: Vec<PathBuf>,
    /// Judge at another time than now: RFC 3339, or a day such as 2020-06-01.
    #[arg(long, value_name = "TIME")]
    pub(crate) at: Option<UnixTime>,
}
