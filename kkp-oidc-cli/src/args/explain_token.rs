//! `kkp-oidc explain-token`

use std::path::PathBuf;

use clap::Args;
use kkp_oidc_core::UnixTime;
use kkp_oidc_core::apiserver::{RequiredClaim, SigningAlgorithms};

pub(crate) const HELP: &str = "\
Without --authentication-config and --oidc-issuer-url nothing is judged, the token is only shown. Nothing is sent anywhere.
A token has at most 64 KiB, a configuration or a key set at most 1 MiB.

Each --oidc-NAME is kube-apiserver's flag of that name, and may be written --NAME.

Examples:
  kkp-oidc explain-token id_token
  kubectl config view --raw -o jsonpath='{.users[0].user.auth-provider.config.id-token}' |
    kkp-oidc explain-token --issuer-url https://kkp.example.com/dex --client-id kubermaticIssuer \\
      --username-claim email --groups-claim groups --groups-prefix oidc:
  kkp-oidc explain-token id_token --authentication-config authentication-configuration.yaml --jwks keys.json

Exit status: 0 accepted or only shown, 1 refused or undecided, 2 wrong usage, 3 file trouble.";

/// What kube-apiserver makes of a token.
#[derive(Args, Debug)]
#[command(group = clap::ArgGroup::new("configuration").args(["authentication_config", "oidc_issuer_url"]))]
pub(crate) struct ExplainTokenArgs {
    /// File with the ID token; `-` for stdin.
    #[arg(value_name = "FILE", default_value = "-")]
    pub(crate) token: PathBuf,
    /// The file of kube-apiserver's flag of that name.
    #[arg(long, value_name = "FILE")]
    pub(crate) authentication_config: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) flags: FlagArgs,
    /// File with the provider's keys, as it gives them out at its `jwks_uri`; without it no signature is checked.
    #[arg(long, value_name = "FILE", requires = "configuration")]
    pub(crate) jwks: Option<PathBuf>,
    /// Judge at another time than now: RFC 3339, or a day such as 2020-06-01.
    #[arg(long, value_name = "TIME")]
    pub(crate) at: Option<UnixTime>,
}

/// kube-apiserver's `--oidc-*` flags.
#[derive(Args, Debug)]
pub(crate) struct FlagArgs {
    /// The issuer, as in the token's `iss`.
    #[arg(
        id = "oidc_issuer_url",
        long = "oidc-issuer-url",
        alias = "issuer-url",
        value_name = "URL",
        conflicts_with = "authentication_config",
        requires = "oidc_client_id"
    )]
    pub(crate) issuer_url: Option<String>,
    /// What must be in the token's `aud`.
    #[arg(
        id = "oidc_client_id",
        long = "oidc-client-id",
        alias = "client-id",
        value_name = "ID",
        requires = "oidc_issuer_url"
    )]
    pub(crate) client_id: Option<String>,
    /// The claim that becomes the name.
    #[arg(
        long = "oidc-username-claim",
        alias = "username-claim",
        value_name = "CLAIM",
        default_value = "sub",
        requires = "oidc_issuer_url"
    )]
    pub(crate) username_claim: String,
    /// What stands before the name; `-` for nothing; by default `ISSUER#`, for `email` nothing.
    #[arg(
        long = "oidc-username-prefix",
        alias = "username-prefix",
        value_name = "PREFIX",
        default_value = "",
        hide_default_value = true,
        allow_hyphen_values = true,
        requires = "oidc_issuer_url"
    )]
    pub(crate) username_prefix: String,
    /// The claim that has the groups.
    #[arg(
        long = "oidc-groups-claim",
        alias = "groups-claim",
        value_name = "CLAIM",
        default_value = "",
        hide_default_value = true,
        requires = "oidc_issuer_url"
    )]
    pub(crate) groups_claim: String,
    /// What stands before each group.
    #[arg(
        long = "oidc-groups-prefix",
        alias = "groups-prefix",
        value_name = "PREFIX",
        default_value = "",
        hide_default_value = true,
        requires = "oidc_issuer_url"
    )]
    pub(crate) groups_prefix: String,
    /// A claim that must have this text; may be given several times.
    #[arg(
        long = "oidc-required-claim",
        alias = "required-claim",
        value_name = "CLAIM=VALUE",
        requires = "oidc_issuer_url"
    )]
    pub(crate) required_claim: Vec<RequiredClaim>,
    /// The CA bundle; it is looked at, nobody is asked.
    #[arg(long = "oidc-ca-file", alias = "ca-file", value_name = "FILE", requires = "oidc_issuer_url")]
    pub(crate) ca_file: Option<PathBuf>,
    /// Accepted signature algorithms.
    #[arg(
        long = "oidc-signing-algs",
        alias = "signing-algs",
        value_name = "ALGS",
        default_value = "RS256",
        requires = "oidc_issuer_url"
    )]
    pub(crate) signing_algs: SigningAlgorithms,
}
