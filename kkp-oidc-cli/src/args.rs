//! What can be written on the command line. Value parsers are core's.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
#[cfg(feature = "serve")]
use kkp_oidc_core::feature_gates::{FeatureGates, parse_go_bool};
#[cfg(feature = "serve")]
use kkp_oidc_core::secret::SecretString;

/// Share Kubernetes clusters through an OpenID Connect provider.
#[derive(Debug, Parser)]
#[command(name = "kkp-oidc", version, about, propagate_version = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
    /// How results are written to stdout.
    #[arg(long, global = true, value_enum, default_value_t = Output::Human)]
    pub(crate) output: Output,
}

/// How results are written.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum Output {
    /// For people.
    Human,
    /// For programs: one JSON object a line.
    Json,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Serve the share endpoint.
    #[cfg(feature = "serve")]
    #[command(after_help = SERVE_HELP)]
    Serve(Box<ServeArgs>),
    /// Print a fresh cookie key: 32 random bytes as 64 hexadecimal characters.
    Key(KeyArgs),
}

/// A fresh cookie key.
#[derive(Args, Debug)]
pub(crate) struct KeyArgs {
    /// Write the key to this new file, mode 0600, instead of to stdout.
    #[arg(long, short, value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
}

#[cfg(feature = "serve")]
const SERVE_HELP: &str = "\
Flags have the names that kubermatic-api has; Go's spelling with one dash is accepted. Flags of kubermatic-api that mean
nothing here are accepted too, and named once in the log.

Secrets need not stand on the command line: give them by file, or in the environment as
  KKP_OIDC_ISSUER_CLIENT_SECRET       like --oidc-issuer-client-secret
  KKP_OIDC_ISSUER_COOKIE_HASH_KEY     like --oidc-issuer-cookie-hash-key

Exit status: 0 ended as told, 1 configuration refused, 2 wrong usage, 3 file or network trouble.";

/// Where the service listens, whom it trusts and what it shares.
#[cfg(feature = "serve")]
#[derive(Args, Debug)]
pub(crate) struct ServeArgs {
    /// Where to listen: HOST:PORT, or :PORT for every address.
    #[arg(long, default_value = ":8080", value_name = "ADDRESS")]
    pub(crate) address: String,
    /// YAML file with users, projects and clusters; read again when it changes.
    #[arg(long, env = "KKP_OIDC_CLUSTERS", value_name = "FILE")]
    pub(crate) clusters: PathBuf,
    /// Feature gates, `A=true,B=false`; repeated flags add up. `OIDCKubeCfgEndpoint=true` switches sharing on.
    #[arg(long, value_name = "GATES")]
    pub(crate) feature_gates: Vec<FeatureGates>,

    /// Issuer of the OpenID Provider, such as https://kkp.example.com/dex.
    #[arg(long, default_value = "", value_name = "URL")]
    pub(crate) oidc_url: String,
    /// PEM file with the only CA certificates that the provider may have; without it the system's count.
    #[arg(long, alias = "oidc-ca-file", value_name = "FILE")]
    pub(crate) ca_bundle: Option<PathBuf>,
    /// Do not verify the provider's certificate. Anybody in between can then log in as anybody.
    #[arg(long, num_args = 0..=1, require_equals = true, default_value = "false", default_missing_value = "true",
          value_parser = go_bool, value_name = "BOOL")]
    pub(crate) oidc_skip_tls_verify: bool,
    /// Client id registered at the provider.
    #[arg(long, default_value = "", value_name = "ID")]
    pub(crate) oidc_issuer_client_id: String,
    /// Client secret. Everybody on this machine can read it here; better give it by file or environment.
    #[arg(long, value_name = "SECRET", value_parser = secret, conflicts_with = "oidc_issuer_client_secret_file")]
    pub(crate) oidc_issuer_client_secret: Option<SecretString>,
    /// File with the client secret; one newline at the end is not part of it.
    #[arg(long, value_name = "FILE")]
    pub(crate) oidc_issuer_client_secret_file: Option<PathBuf>,
    /// Where the provider sends the browser back to; ends in /api/v1/kubeconfig. Links begin with what stands before.
    #[arg(long, default_value = "", value_name = "URL")]
    pub(crate) oidc_issuer_redirect_uri: String,
    /// Key of the login cookies: 32 or 64 bytes, used as they are. `kkp-oidc key` makes one.
    #[arg(long, value_name = "KEY", value_parser = secret, conflicts_with = "oidc_issuer_cookie_hash_key_file")]
    pub(crate) oidc_issuer_cookie_hash_key: Option<SecretString>,
    /// File with the key; one newline at the end is not part of it.
    #[arg(long, value_name = "FILE")]
    pub(crate) oidc_issuer_cookie_hash_key_file: Option<PathBuf>,
    /// Cookies need https. `false` is for http on loopback.
    #[arg(long, num_args = 0..=1, require_equals = true, default_value = "true", default_missing_value = "true",
          value_parser = go_bool, value_name = "BOOL")]
    pub(crate) oidc_issuer_cookie_secure_mode: bool,
    /// Ask for refresh tokens with the scope offline_access; `false`: with access_type=offline.
    #[arg(long, num_args = 0..=1, require_equals = true, default_value = "true", default_missing_value = "true",
          value_parser = go_bool, value_name = "BOOL")]
    pub(crate) oidc_issuer_offline_access_as_scope: bool,
    /// The prompt that goes with a request for refresh tokens.
    #[arg(long, value_enum, default_value_t = PromptArg::Consent)]
    pub(crate) oidc_prompt: PromptArg,
    /// Refuse e-mail addresses about which the provider does not say that they are verified.
    #[arg(long)]
    pub(crate) require_email_verified: bool,
    /// When the issuer's CA goes into kubeconfigs: if the system's do not suffice, whenever --ca-bundle is given, never.
    #[arg(long, value_enum, default_value_t = IdpCaArg::Auto)]
    pub(crate) kubeconfig_idp_ca: IdpCaArg,
    /// Write the line `preferences: {}` into kubeconfigs, as KKP up to 2.29 did.
    #[arg(long)]
    pub(crate) kubeconfig_preferences: bool,

    /// Log what is only of interest when something is wrong.
    #[arg(long, num_args = 0..=1, require_equals = true, default_value = "false", default_missing_value = "true",
          value_parser = go_bool, value_name = "BOOL")]
    pub(crate) log_debug: bool,
    /// How the log is written to stderr.
    #[arg(long, value_enum, ignore_case = true, default_value_t = LogFormat::Console)]
    pub(crate) log_format: LogFormat,
}

/// `--oidc-prompt`
#[cfg(feature = "serve")]
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum PromptArg {
    /// prompt=consent, which some providers need to give a refresh token.
    Consent,
    /// No prompt, as KKP does it.
    None,
}

/// `--kubeconfig-idp-ca`
#[cfg(feature = "serve")]
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum IdpCaArg {
    /// If the system's certificates do not suffice.
    Auto,
    /// Whenever --ca-bundle is given.
    Always,
    /// Never, as KKP does it.
    Never,
}

/// `--log-format`
#[cfg(feature = "serve")]
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum LogFormat {
    /// Lines for people.
    Console,
    /// One JSON object a line.
    Json,
}

#[cfg(feature = "serve")]
fn go_bool(text: &str) -> Result<bool, &'static str> {
    parse_go_bool(text).ok_or("expected true or false (or 1, t, T, TRUE, True, 0, f, F, FALSE, False)")
}

#[cfg(feature = "serve")]
#[expect(clippy::unnecessary_wraps, reason = "the shape of a value parser")]
fn secret(text: &str) -> Result<SecretString, std::convert::Infallible> {
    Ok(text.into())
}
