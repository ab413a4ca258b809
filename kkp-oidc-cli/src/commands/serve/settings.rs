//! From what is written on the command line, in files and in the environment to a configuration.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use kkp_oidc_core::ca_bundle::CaBundle;
use kkp_oidc_core::cookie_key::{CookieKey, KeyRing};
use kkp_oidc_core::feature_gates::FeatureGates;
use kkp_oidc_core::issuer::{CookieSecurity, EmailPolicy, IssuerConfig, IssuerSettings, OfflineAccess, OfflinePrompt};
use kkp_oidc_core::kubeconfig::Preferences;
use kkp_oidc_core::secret::{SecretBytes, SecretString};
use kkp_oidc_http::server::ServerTls;
use kkp_oidc_http::{
    AuditActors, AuditSink, FileAuditSink, FileDirectory, ForwardedHeader, IdpCa, KkpLinks, LoadDirectoryError,
    PostLogout, ServiceConfig, SharingConfig, SqliteStore, StdoutAuditSink, Trust,
};

use super::transport::{self, TlsFiles};
use crate::args::{ForwardedHeaderArg, IdpCaArg, KkpLinksArg, PromptArg, ServeArgs, SharingArgs};
use crate::error::CliError;
use crate::io;
use crate::serve_error::{Refusal, ServeError};

const CLIENT_SECRET_VARIABLE: &str = "KKP_OIDC_ISSUER_CLIENT_SECRET";
const COOKIE_KEY_VARIABLE: &str = "KKP_OIDC_ISSUER_COOKIE_HASH_KEY";

/// What stands outside of the command line, read and not yet judged.
pub(super) struct Inputs {
    pub(super) client_secret: Secret,
    pub(super) cookie_key: Secret,
    pub(super) old_cookie_keys: Vec<SecretBytes>,
    pub(super) ca_bundle: Option<Vec<u8>>,
    pub(super) tls: Option<TlsFiles>,
    audit_sink: Option<Arc<dyn AuditSink>>,
    directory: Result<FileDirectory, LoadDirectoryError>,
}

/// A secret, and whether a line end at its end belongs to it.
#[derive(Clone)]
pub(super) enum Secret {
    Verbatim(SecretBytes),
    File(SecretBytes),
}

impl Inputs {
    /// Read every file but the CA bundle, and the environment where neither flag nor file gives a secret.
    pub(super) fn read(args: &ServeArgs, ca_bundle: Option<Vec<u8>>) -> Result<Self, CliError> {
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
        let old_cookie_keys = args.old_cookie_hash_key_file.iter().map(|path| io::read(path).map(SecretBytes::from));
        let old_cookie_keys = old_cookie_keys.collect::<Result<_, _>>()?;
        let tls = TlsFiles::read(&args.transport)?;
        let directory = match FileDirectory::open(&args.clusters) {
            Err(error @ LoadDirectoryError::Read { .. }) => return Err(ServeError::ClusterFiles(error).into()),
            other => other,
        };
        let audit_sink = args.audit_log.as_deref().map(audit_sink).transpose()?;
        Ok(Self { client_secret, cookie_key, old_cookie_keys, ca_bundle, tls, audit_sink, directory })
    }
}

fn audit_sink(path: &Path) -> Result<Arc<dyn AuditSink>, CliError> {
    if path == Path::new("-") {
        return Ok(Arc::new(StdoutAuditSink));
    }
    match FileAuditSink::open(path) {
        Ok(sink) => Ok(Arc::new(sink)),
        Err(cause) => Err(CliError::File { path: path.to_owned(), doing: "opened", cause }),
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

/// What serving needs.
pub(super) struct Settings {
    pub(super) config: ServiceConfig,
    pub(super) directory: FileDirectory,
    pub(super) tls: Option<ServerTls>,
}

/// Judge everything, and say of everything wrong at once.
pub(super) fn judge(args: ServeArgs, inputs: Inputs) -> Result<Settings, ServeError> {
    let mut refusals = Vec::new();
    let issuer = IssuerConfig::try_from(issuer_settings(&args, &inputs.client_secret));
    let issuer = issuer.map_err(|error| refusals.push(Refusal::Issuer(error))).ok();
    let old = args.old_cookie_hash_key_file.iter().cloned().zip(inputs.old_cookie_keys);
    let cookie_keys = key_ring(&inputs.cookie_key, old).map_err(|wrong| refusals.extend(wrong)).ok();
    let trust = match (&args.ca_bundle, inputs.ca_bundle) {
        (Some(path), Some(pem)) => CaBundle::from_pem(&pem, &path.display().to_string()).map(Trust::Bundle),
        _ => Ok(Trust::System),
    };
    let trust = trust.map_err(|error| refusals.push(Refusal::CaBundle(error))).ok();
    let directory = inputs.directory.map_err(|error| refusals.push(Refusal::Clusters(error))).ok();
    let tls = transport::judge(&args, inputs.tls.as_ref()).map_err(|refusal| refusals.push(refusal)).ok();
    let (Some(issuer), Some(cookie_keys), Some(trust), Some(directory), Some(tls)) =
        (issuer, cookie_keys, trust, directory, tls)
    else {
        return Err(ServeError::Refused(refusals));
    };
    // Last: it makes a file.
    let store = args.sharing.share_store.as_ref().map(SqliteStore::open).transpose().map_err(ServeError::Store)?;
    let mut gates = FeatureGates::new();
    for occurrence in args.feature_gates {
        gates.merge(occurrence);
    }
    let mut config = ServiceConfig::new(issuer, cookie_keys, gates);
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
    config.operations.audit.sink = inputs.audit_sink;
    config.operations.audit.actors = if args.audit_pseudonyms { AuditActors::Pseudonyms } else { AuditActors::Emails };
    let limits = &mut config.operations.rate_limits;
    (limits.pages, limits.flows, limits.links) = (args.rate_limit_pages, args.rate_limit_flows, args.rate_limit_links);
    config.sharing = store.map(|store| sharing(store, &args.sharing));
    config.kkp_links = match args.kkp_links {
        KkpLinksArg::Allow => KkpLinks::Allow,
        KkpLinksArg::Warn => KkpLinks::Warn,
        KkpLinksArg::Deny => KkpLinks::Deny,
    };
    Ok(Settings { config, directory, tls })
}

fn sharing(store: SqliteStore, args: &SharingArgs) -> SharingConfig {
    let mut config = SharingConfig::new(Arc::new(store));
    config.public_client = args.public_client_id.clone();
    config.post_logout = if args.post_logout_redirect { PostLogout::Return } else { PostLogout::Stay };
    config
}

/// The key that signs, and the old ones with their files; everything that is wrong with them.
pub(super) fn key_ring(
    current: &Secret,
    old: impl IntoIterator<Item = (PathBuf, SecretBytes)>,
) -> Result<KeyRing, Vec<Refusal>> {
    let current = match current {
        Secret::Verbatim(key) => CookieKey::try_from(key.expose_secret()),
        Secret::File(contents) => CookieKey::from_file_contents(contents.expose_secret()),
    };
    let (mut refusals, mut previous) = (Vec::new(), Vec::new());
    let current = current.map_err(|error| refusals.push(Refusal::CookieKey(error))).ok();
    for (path, contents) in old {
        match CookieKey::from_file_contents(contents.expose_secret()) {
            Ok(key) => previous.push(key),
            Err(error) => refusals.push(Refusal::OldCookieKey { path, error }),
        }
    }
    match current {
        Some(current) if refusals.is_empty() => {
            KeyRing::new(current, previous).map_err(|error| vec![Refusal::KeyRing(error)])
        }
        _ => Err(refusals),
    }
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
pub(super) fn client_secret_text(secret: &Secret) -> SecretString {
    match secret {
        Secret::Verbatim(secret) => String::from_utf8_lossy(secret.expose_secret()).as_ref().into(),
        Secret::File(contents) => {
            let text = String::from_utf8_lossy(contents.expose_secret());
            text.strip_suffix('\n').map_or(&*text, |line| line.strip_suffix('\r').unwrap_or(line)).into()
        }
    }
}
