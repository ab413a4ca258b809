//! From what is written on the command line, in files and in the environment to a configuration.

use std::ffi::OsString;
use std::path::Path;

use kkp_oidc_core::ca_bundle::CaBundle;
use kkp_oidc_core::cookie_key::CookieKey;
use kkp_oidc_core::feature_gates::FeatureGates;
use kkp_oidc_core::issuer::{CookieSecurity, EmailPolicy, IssuerConfig, IssuerSettings, OfflineAccess, OfflinePrompt};
use kkp_oidc_core::kubeconfig::Preferences;
use kkp_oidc_core::secret::{SecretBytes, SecretString};
use kkp_oidc_http::{FileDirectory, ForwardedHeader, IdpCa, LoadDirectoryError, ServiceConfig, Trust};

use crate::args::{ForwardedHeaderArg, IdpCaArg, PromptArg, ServeArgs};
use crate::error::CliError;
use crate::io;
use crate::serve_error::{Refusal, ServeError};

const CLIENT_SECRET_VARIABLE: &str = "KKP_OIDC_ISSUER_CLIENT_SECRET";
const COOKIE_KEY_VARIABLE: &str = "KKP_OIDC_ISSUER_COOKIE_HASH_KEY";

/// What stands outside of the command line, read and not yet judged.
pub(super) struct Inputs {
    client_secret: Secret,
    cookie_key: Secret,
    ca_bundle: Option<Vec<u8>>,
    directory: Result<FileDirectory, LoadDirectoryError>,
}

/// A secret, and whether a line end at its end belongs to it.
enum Secret {
    Verbatim(SecretBytes),
    File(SecretBytes),
}

impl Inputs {
    /// Read every file, and the environment where neither flag nor file gives a secret.
    pub(super) fn read(args: &ServeArgs) -> Result<Self, CliError> {
        let client_secret = Secret::read(
            args.oidc_issuer_client_secret.as_ref(),
            args.oidc_issuer_client_secret_file.as_deref(),
            CLIENT_SECRET_VARIABLE,
        )?;
        let cookie_key = Secret::read(
            args.oidc_issuer_cookie_hash_key.as_ref(),
            args.oidc_issuer_cookie_hash_key_file.as_deref(),
            COOKIE_KEY_VARIABLE,
        )?;
        let ca_bundle = args.ca_bundle.as_deref().map(io::read).transpose()?;
        let directory = match FileDirectory::open(&args.clusters) {
            Err(error @ LoadDirectoryError::Read { .. }) => return Err(ServeError::ClusterFiles(error).into()),
            other => other,
        };
        Ok(Self { client_secret, cookie_key, ca_bundle, directory })
    }
}

impl Secret {
    fn read(flag: Option<&SecretString>, file: Option<&Path>, variable: &str) -> Result<Self, CliError> {
        Ok(match (flag, file) {
            (Some(secret), _) => Self::Verbatim(secret.expose_secret().as_bytes().into()),
            (None, Some(path)) => Self::File(io::read(path)?.into()),
            (None, None) => {
                let value = std::env::var_os(variable).map(OsString::into_encoded_bytes);
                Self::Verbatim(value.unwrap_or_default().into())
            }
        })
    }
}

/// Judge everything, and say of everything wrong at once.
pub(super) fn judge(args: ServeArgs, inputs: Inputs) -> Result<(ServiceConfig, FileDirectory), ServeError> {
    let cookie_key = match &inputs.cookie_key {
        Secret::Verbatim(key) => CookieKey::try_from(key.expose_secret()),
        Secret::File(contents) => CookieKey::from_file_contents(contents.expose_secret()),
    };
    let trust = match (&args.ca_bundle, inputs.ca_bundle) {
        (Some(path), Some(pem)) => CaBundle::from_pem(&pem, &path.display().to_string()).map(Trust::Bundle),
        _ => Ok(Trust::System),
    };
    let issuer = IssuerConfig::try_from(issuer_settings(&args, &inputs.client_secret));
    let (issuer, cookie_key, trust, directory) = match (issuer, cookie_key, trust, inputs.directory) {
        (Ok(issuer), Ok(cookie_key), Ok(trust), Ok(directory)) => (issuer, cookie_key, trust, directory),
        (issuer, cookie_key, trust, directory) => {
            let refusals = [
                issuer.err().map(Refusal::Issuer),
                cookie_key.err().map(Refusal::CookieKey),
                trust.err().map(Refusal::CaBundle),
                directory.err().map(Refusal::Clusters),
            ];
            return Err(ServeError::Refused(refusals.into_iter().flatten().collect()));
        }
    };
    let mut gates = FeatureGates::new();
    for occurrence in args.feature_gates {
        gates.merge(occurrence);
    }
    let mut config = ServiceConfig::new(issuer, cookie_key, gates);
    config.trust = trust;
    config.dangerous_skip_tls_verify = args.oidc_skip_tls_verify;
    config.idp_ca = match args.kubeconfig_idp_ca {
        IdpCaArg::Auto => IdpCa::Auto,
        IdpCaArg::Always => IdpCa::Always,
        IdpCaArg::Never => IdpCa::Never,
    };
    config.preferences = if args.kubeconfig_preferences { Preferences::EmptyMap } else { Preferences::Omit };
    config.operations.proxies.trusted = args.trusted_proxies;
    config.operations.proxies.header = match args.forwarded_header {
        ForwardedHeaderArg::XForwardedFor => ForwardedHeader::XForwardedFor,
        ForwardedHeaderArg::Forwarded => ForwardedHeader::Forwarded,
    };
    let limits = &mut config.operations.rate_limits;
    (limits.pages, limits.flows, limits.links) = (args.rate_limit_pages, args.rate_limit_flows, args.rate_limit_links);
    Ok((config, directory))
}

fn issuer_settings(args: &ServeArgs, client_secret: &Secret) -> IssuerSettings {
    IssuerSettings {
        issuer_url: args.oidc_url.clone(),
        client_id: args.oidc_issuer_client_id.clone(),
        client_secret: Some(client_secret_text(client_secret)),
        redirect_uri: args.oidc_issuer_redirect_uri.clone(),
        cookie_security: if args.oidc_issuer_cookie_secure_mode {
            CookieSecurity::Secure
        } else {
            CookieSecurity::Plain
        },
        offline_access: if args.oidc_issuer_offline_access_as_scope {
            OfflineAccess::Scope
        } else {
            OfflineAccess::AccessType
        },
        offline_prompt: match args.oidc_prompt {
            PromptArg::Consent => OfflinePrompt::Consent,
            PromptArg::None => OfflinePrompt::None,
        },
        email_policy: if args.require_email_verified {
            EmailPolicy::RequireVerified
        } else {
            EmailPolicy::RefuseUnverified
        },
    }
}

/// The secret's text. What is not UTF-8 becomes U+FFFD, which no client secret may hold: it is refused by its place.
fn client_secret_text(secret: &Secret) -> SecretString {
    match secret {
        Secret::Verbatim(secret) => String::from_utf8_lossy(secret.expose_secret()).as_ref().into(),
        Secret::File(contents) => {
            let text = String::from_utf8_lossy(contents.expose_secret());
            text.strip_suffix('\n').map_or(&*text, |line| line.strip_suffix('\r').unwrap_or(line)).into()
        }
    }
}
