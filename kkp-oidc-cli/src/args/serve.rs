//! `kkp-oidc serve`: KKP's flags, and some of our own.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use kkp_oidc_core::feature_gates::FeatureGates;
use kkp_oidc_core::secret::SecretString;
use kkp_oidc_http::{RateLimit, RateLimits, TrustedProxies};

use super::go_bool::go_bool;
use super::secret::secret;
use super::sharing::SharingArgs;
use super::traces::TracesArgs;
use super::transport::TransportArgs;

/// Stated, because clap would repeat every flag that was given whenever one is wrong.
pub(super) const USAGE: &str = "kkp-oidc serve [OPTIONS] --clusters <FILE>";

/// Stands below the flags. One line per paragraph: clap wraps them to the terminal.
pub(super) const AFTER_HELP: &str = "\
Flags are named as in kubermatic-api, and Go's spelling with one dash is accepted. Flags of kubermatic-api without \
meaning here are accepted too, and named once in the log.

Secrets need not stand on the command line, where everybody on this machine can read them. Give them by file, or in \
the environment:
  KKP_OIDC_ISSUER_CLIENT_SECRET    for --oidc-issuer-client-secret
  KKP_OIDC_ISSUER_COOKIE_HASH_KEY  for --oidc-issuer-cookie-hash-key

Exit status: 0 ended as told, 1 settings refused, 2 wrong usage, 3 file or network trouble.";

const PROVIDER: &str = "OpenID Provider";
const COOKIES: &str = "Login cookies";
const KUBECONFIGS: &str = "Kubeconfigs";
const OPERATIONS: &str = "Operations";
const LOG: &str = "Log";

/// Where the service listens, whom it trusts and what it shares.
#[derive(Args, Debug)]
pub(crate) struct ServeArgs {
    /// Where to listen: HOST:PORT, or :PORT for every address. Other addresses than loopback need --tls-cert or
    /// --behind-proxy.
    #[arg(long, default_value = ":8080", value_name = "ADDRESS")]
    pub(crate) address: String,
    /// YAML file with users, projects and clusters; read again when it changes.
    #[arg(long, env = "KKP_OIDC_CLUSTERS", hide_env_values = true, value_name = "FILE")]
    pub(crate) clusters: PathBuf,
    /// Feature gates, `A=true,B=false`; repeated flags add up. `OIDCKubeCfgEndpoint=true` switches sharing on.
    #[arg(long, value_name = "GATES")]
    pub(crate) feature_gates: Vec<FeatureGates>,
    /// Links in the form of KKP's dashboard, which never end: answer them, with a warning in the log, or not at all.
    #[arg(long, value_enum, default_value_t = KkpLinksArg::Allow, value_name = "WHAT")]
    pub(crate) kkp_links: KkpLinksArg,
    #[command(flatten)]
    pub(crate) transport: TransportArgs,
    #[command(flatten)]
    pub(crate) sharing: SharingArgs,

    /// Issuer URL of the OpenID Provider, such as `https://kkp.example.com/dex`.
    #[arg(long, default_value = "", hide_default_value = true, value_name = "URL", help_heading = PROVIDER)]
    pub(crate) oidc_url: String,
    /// Client id registered at the provider.
    #[arg(long, default_value = "", hide_default_value = true, value_name = "ID", help_heading = PROVIDER)]
    pub(crate) oidc_issuer_client_id: String,
    /// Client secret; better in a file or in the environment, see below.
    #[arg(long, value_name = "SECRET", value_parser = secret, conflicts_with = "oidc_issuer_client_secret_file",
          help_heading = PROVIDER)]
    pub(crate) oidc_issuer_client_secret: Option<SecretString>,
    /// File with the client secret; one newline at its end is not part of the secret.
    #[arg(long, value_name = "FILE", help_heading = PROVIDER)]
    pub(crate) oidc_issuer_client_secret_file: Option<PathBuf>,
    /// Where the provider sends the browser back to: the address of this service as browsers see it, and
    /// /api/v1/kubeconfig.
    #[arg(long, default_value = "", hide_default_value = true, value_name = "URL", help_heading = PROVIDER)]
    pub(crate) oidc_issuer_redirect_uri: String,
    /// Ask for refresh tokens with the scope offline_access; `false`: with access_type=offline.
    #[arg(long, num_args = 0..=1, require_equals = true, default_value = "true", default_missing_value = "true",
          value_parser = go_bool, value_name = "BOOL", help_heading = PROVIDER)]
    pub(crate) oidc_issuer_offline_access_as_scope: bool,
    /// What the provider is told to prompt for when a refresh token is asked for.
    #[arg(long, value_enum, default_value_t = PromptArg::Consent, value_name = "PROMPT", help_heading = PROVIDER)]
    pub(crate) oidc_prompt: PromptArg,
    /// Refuse e-mail addresses unless the provider says that they are verified.
    #[arg(long, num_args = 0..=1, require_equals = true, default_value = "false", default_missing_value = "true",
          value_parser = go_bool, value_name = "BOOL", help_heading = PROVIDER)]
    pub(crate) require_email_verified: bool,
    /// PEM file with the CA certificates to trust for the provider, instead of the system's.
    #[arg(long, alias = "oidc-ca-file", value_name = "FILE", help_heading = PROVIDER)]
    pub(crate) ca_bundle: Option<PathBuf>,
    /// Do not verify the provider's certificate. Anybody in between can then log in as anybody.
    #[arg(long, num_args = 0..=1, require_equals = true, default_value = "false", default_missing_value = "true",
          value_parser = go_bool, value_name = "BOOL", help_heading = PROVIDER)]
    pub(crate) oidc_skip_tls_verify: bool,

    /// Key of the login cookies, 32 or 64 bytes, used as they are; better in a file or in the environment, see below.
    /// `kkp-oidc key` makes one.
    #[arg(long, value_name = "KEY", value_parser = secret, conflicts_with = "oidc_issuer_cookie_hash_key_file",
          help_heading = COOKIES)]
    pub(crate) oidc_issuer_cookie_hash_key: Option<SecretString>,
    /// File with the key; one newline at its end is not part of the key.
    #[arg(long, value_name = "FILE", help_heading = COOKIES)]
    pub(crate) oidc_issuer_cookie_hash_key_file: Option<PathBuf>,
    /// File with a key that signed until it was exchanged: what it signed still counts. Up to 4 of them.
    #[arg(long, value_name = "FILE", help_heading = COOKIES)]
    pub(crate) old_cookie_hash_key_file: Vec<PathBuf>,
    /// Cookies need https. `false` is for http on loopback.
    #[arg(long, num_args = 0..=1, require_equals = true, default_value = "true", default_missing_value = "true",
          value_parser = go_bool, value_name = "BOOL", help_heading = COOKIES)]
    pub(crate) oidc_issuer_cookie_secure_mode: bool,

    /// When kubeconfigs carry the CA certificate of the issuer.
    #[arg(long, value_enum, default_value_t = IdpCaArg::Auto, value_name = "WHEN", help_heading = KUBECONFIGS)]
    pub(crate) kubeconfig_idp_ca: IdpCaArg,
    /// Write the line `preferences: {}` into kubeconfigs, as KKP up to 2.29 did.
    #[arg(long, num_args = 0..=1, require_equals = true, default_value = "false", default_missing_value = "true",
          value_parser = go_bool, value_name = "BOOL", help_heading = KUBECONFIGS)]
    pub(crate) kubeconfig_preferences: bool,

    /// Where Prometheus finds /metrics: HOST:PORT, or :PORT for every address. A listener of its own, off unless given;
    /// keep strangers away from it.
    #[arg(long, value_name = "ADDRESS", help_heading = OPERATIONS)]
    pub(crate) metrics_address: Option<String>,
    /// File that decisions are appended to, one line of JSON for each; `-` is stdout. See docs/audit.md.
    #[arg(long, value_name = "FILE", help_heading = OPERATIONS)]
    pub(crate) audit_log: Option<PathBuf>,
    /// Call people by pseudonyms in the audit log; `kkp-oidc audit pseudonym` says whose is whose.
    #[arg(long, num_args = 0..=1, require_equals = true, default_value = "false", default_missing_value = "true",
          value_parser = go_bool, value_name = "BOOL", help_heading = OPERATIONS)]
    pub(crate) audit_pseudonyms: bool,
    #[command(flatten)]
    pub(crate) traces: TracesArgs,
    /// Proxies that say for whom they ask, as networks: `10.0.0.0/8,fd00::/8`. Nobody else is believed.
    #[arg(long, default_value = "", hide_default_value = true, value_name = "CIDRS", help_heading = OPERATIONS)]
    pub(crate) trusted_proxies: TrustedProxies,
    /// The header in which they say it. No other is read.
    #[arg(long, value_enum, default_value_t = ForwardedHeaderArg::XForwardedFor, value_name = "HEADER",
          help_heading = OPERATIONS)]
    pub(crate) forwarded_header: ForwardedHeaderArg,
    /// Requests of one client, probes apart: how many a minute in the long run, and how many at once; or `off`.
    #[arg(long, default_value_t = RateLimits::default().pages, value_name = "LIMIT", help_heading = OPERATIONS)]
    pub(crate) rate_limit_pages: RateLimit,
    /// Logins that one client begins.
    #[arg(long, default_value_t = RateLimits::default().flows, value_name = "LIMIT", help_heading = OPERATIONS)]
    pub(crate) rate_limit_flows: RateLimit,
    /// Requests for one share link, by whomever.
    #[arg(long, default_value_t = RateLimits::default().links, value_name = "LIMIT", help_heading = OPERATIONS)]
    pub(crate) rate_limit_links: RateLimit,

    /// Log more: what helps to find out why a login does not work.
    #[arg(long, num_args = 0..=1, require_equals = true, default_value = "false", default_missing_value = "true",
          value_parser = go_bool, value_name = "BOOL", help_heading = LOG)]
    pub(crate) log_debug: bool,
    /// How the log is written to stderr.
    #[arg(long, value_enum, ignore_case = true, default_value_t = LogFormat::Console, value_name = "FORMAT",
          help_heading = LOG)]
    pub(crate) log_format: LogFormat,
}

/// `--kkp-links`
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum KkpLinksArg {
    /// Answer them.
    Allow,
    /// Answer them, and say so in the log.
    Warn,
    /// Answer 410: ask for a new link.
    Deny,
}

/// `--oidc-prompt`
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum PromptArg {
    /// prompt=consent, without which some providers give no refresh token.
    Consent,
    /// No prompt, as KKP does it.
    None,
}

/// `--forwarded-header`
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum ForwardedHeaderArg {
    /// Addresses with commas between them.
    XForwardedFor,
    /// As RFC 7239 has it.
    Forwarded,
}

/// `--kubeconfig-idp-ca`
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum IdpCaArg {
    /// If --ca-bundle is given and the system's certificates do not suffice.
    Auto,
    /// Whenever --ca-bundle is given.
    Always,
    /// Never, as KKP does it.
    Never,
}

/// `--log-format`
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum LogFormat {
    /// Lines for people.
    Console,
    /// One JSON object a line.
    Json,
}
