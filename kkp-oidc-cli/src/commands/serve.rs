//! `kkp-oidc serve`

use std::net::{SocketAddr, TcpListener, ToSocketAddrs as _};
use std::sync::Arc;

use kkp_oidc_core::ca_bundle::CaBundle;
use kkp_oidc_core::cookie_key::{CookieKey, ParseCookieKeyError};
use kkp_oidc_core::feature_gates::{FeatureGates, KnownGate};
use kkp_oidc_core::issuer::{CookieSecurity, EmailPolicy, IssuerConfig, IssuerSettings, OfflineAccess, OfflinePrompt};
use kkp_oidc_core::kubeconfig::Preferences;
use kkp_oidc_core::secret::SecretString;
use kkp_oidc_http::{
    AppState, FileDirectory, IdpCa, LoadDirectoryError, ServiceConfig, SystemClock, SystemEntropy, Trust,
};

use crate::args::{IdpCaArg, Output, PromptArg, ServeArgs};
use crate::error::{CliError, Refusal};
use crate::{io, log};

const CLIENT_SECRET_VARIABLE: &str = "KKP_OIDC_ISSUER_CLIENT_SECRET";
const COOKIE_KEY_VARIABLE: &str = "KKP_OIDC_ISSUER_COOKIE_HASH_KEY";

/// Serve until told to end.
pub(crate) fn run(args: ServeArgs, ignored: &[&str], output: Output) -> Result<(), CliError> {
    log::init(args.log_format, args.log_debug);
    let address = args.address.clone();
    let (config, directory) = judge(args)?;
    if !ignored.is_empty() {
        tracing::info!(flags = ignored.join(", "), "flags of kubermatic-api that mean nothing here");
    }
    report_gates(&config.feature_gates);
    let directory = Arc::new(directory);
    let state = AppState::new(config, Arc::clone(&directory) as _, Arc::new(SystemClock), Arc::new(SystemEntropy))
        .map_err(|cause| CliError::Start(cause.into()))?;
    let listener = listen(&address)?;
    let local = listener.local_addr().map_err(|cause| CliError::Listen { address, cause })?;
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|cause| CliError::Start(cause.into()))?
        .block_on(async {
            let discovery = tokio::spawn({
                let state = state.clone();
                async move { state.discover().await }
            });
            let watch = tokio::spawn(async move { directory.watch().await });
            say_where(local, output)?;
            let router = kkp_oidc_http::router(state.clone());
            let served =
                kkp_oidc_http::server::serve(listener, router, state, kkp_oidc_http::server::terminated()).await;
            discovery.abort();
            watch.abort();
            tracing::info!("ended");
            served.map_err(|cause| CliError::Start(cause.into()))
        })
}

/// Everything that can be judged before a socket is opened; all that is wrong, at once.
fn judge(args: ServeArgs) -> Result<(ServiceConfig, FileDirectory), CliError> {
    let client_secret = client_secret(&args)?;
    let cookie_key = cookie_key(&args)?;
    let trust = match &args.ca_bundle {
        None => Ok(Trust::System),
        Some(path) => CaBundle::from_pem(&io::read(path)?, &path.display().to_string()).map(Trust::Bundle),
    };
    let directory = match FileDirectory::open(&args.clusters) {
        Err(LoadDirectoryError::Read { path, cause }) => return Err(CliError::File { path, doing: "read", cause }),
        other => other,
    };
    let issuer = IssuerConfig::try_from(IssuerSettings {
        issuer_url: args.oidc_url,
        client_id: args.oidc_issuer_client_id,
        client_secret,
        redirect_uri: args.oidc_issuer_redirect_uri,
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
    });
    let (issuer, cookie_key, trust, directory) = match (issuer, cookie_key, trust, directory) {
        (Ok(issuer), Ok(cookie_key), Ok(trust), Ok(directory)) => (issuer, cookie_key, trust, directory),
        (issuer, cookie_key, trust, directory) => {
            let refusals = [
                issuer.err().map(Refusal::Issuer),
                cookie_key.err().map(Refusal::CookieKey),
                trust.err().map(Refusal::CaBundle),
                directory.err().map(Refusal::Clusters),
            ];
            return Err(CliError::Refused(refusals.into_iter().flatten().collect()));
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
    Ok((config, directory))
}

/// From the flag, the file, or the environment, in this order.
fn client_secret(args: &ServeArgs) -> Result<Option<SecretString>, CliError> {
    if let Some(secret) = &args.oidc_issuer_client_secret {
        return Ok(Some(secret.clone()));
    }
    match &args.oidc_issuer_client_secret_file {
        Some(path) => {
            let contents = io::read(path)?;
            let text = String::from_utf8_lossy(&contents);
            let text = text.strip_suffix('\n').map_or(&*text, |text| text.strip_suffix('\r').unwrap_or(text));
            Ok(Some(text.into()))
        }
        None => Ok(std::env::var(CLIENT_SECRET_VARIABLE).ok().map(SecretString::from)),
    }
}

/// From the flag, the file, or the environment, in this order.
fn cookie_key(args: &ServeArgs) -> Result<Result<CookieKey, ParseCookieKeyError>, CliError> {
    if let Some(key) = &args.oidc_issuer_cookie_hash_key {
        return Ok(key.expose_secret().parse());
    }
    if let Some(path) = &args.oidc_issuer_cookie_hash_key_file {
        return Ok(CookieKey::from_file_contents(&io::read(path)?));
    }
    let key = std::env::var(COOKIE_KEY_VARIABLE).map(SecretString::from).unwrap_or_else(|_| "".into());
    Ok(key.expose_secret().parse())
}

fn report_gates(gates: &FeatureGates) {
    for name in gates.unknown() {
        let nearest = KnownGate::nearest(name).map(KnownGate::name);
        tracing::warn!(gate = name, nearest, "feature gate is not known, it does nothing");
    }
    if !gates.is_enabled(KnownGate::OidcKubeCfgEndpoint.name()) {
        tracing::warn!("sharing is off: --feature-gates=OIDCKubeCfgEndpoint=true switches it on");
    }
}

/// Go's `:8080` is every address.
fn listen(address: &str) -> Result<TcpListener, CliError> {
    let listen = || {
        if let Some(port) = address.strip_prefix(':') {
            let both = TcpListener::bind(format!("[::]:{port}"));
            return both.or_else(|_| TcpListener::bind(format!("0.0.0.0:{port}")));
        }
        TcpListener::bind(address.to_socket_addrs()?.collect::<Vec<SocketAddr>>().as_slice())
    };
    listen().map_err(|cause| CliError::Listen { address: address.to_owned(), cause })
}

fn say_where(local: SocketAddr, output: Output) -> Result<(), CliError> {
    match output {
        Output::Human => io::print_line(&format!("kkp-oidc listens on {local}")),
        Output::Json => io::print_line(&format!(r#"{{"listens_on":"{local}"}}"#)),
    }
}
