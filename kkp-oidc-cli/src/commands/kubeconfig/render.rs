//! `kkp-oidc kubeconfig render`

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use kkp_oidc_core::ca_bundle::CaBundle;
use kkp_oidc_core::kubeconfig::{
    Cluster, ExecConfig, Kubeconfig, Kubelogin, OidcAuthProvider, Preferences, PublicKubelogin, User,
};
use kkp_oidc_core::secret::SecretString;

use super::names_stdin_twice;
use crate::args::kubeconfig::{Mode, RenderArgs};
use crate::args::usage_error;
use crate::error::CliError;
use crate::io;
use crate::kubeconfig_error::KubeconfigError;

/// Write a kubeconfig out of what the flags say.
pub(crate) fn run(args: &RenderArgs) -> Result<ExitCode, CliError> {
    let tokens = [&args.id_token_file, &args.refresh_token_file];
    let files = [&args.ca, &args.issuer_ca, &args.client_secret_file].into_iter().chain(tokens).flatten();
    if names_stdin_twice(files.map(PathBuf::as_path)) {
        return Ok(usage_error("stdin can be read once, but `-` is given twice"));
    }
    if args.mode != Mode::AuthProvider && tokens.iter().any(|file| file.is_some()) {
        return Ok(usage_error("--id-token-file and --refresh-token-file are for --mode auth-provider"));
    }
    if args.mode == Mode::KubeloginPkce && args.client_secret_file.is_some() {
        return Ok(usage_error("--mode kubelogin-pkce is for clients without a secret"));
    }
    let issuer_ca = args.issuer_ca.as_deref().map(certificates).transpose()?;
    let user = match args.mode {
        Mode::AuthProvider => User::from(OidcAuthProvider {
            client_id: args.client_id.to_string(),
            client_secret: secret(args.client_secret_file.as_deref())?,
            id_token: secret(args.id_token_file.as_deref())?,
            idp_issuer_url: args.issuer.to_string(),
            refresh_token: secret(args.refresh_token_file.as_deref())?,
            idp_certificate_authority_data: issuer_ca,
        }),
        Mode::Kubelogin => User::Exec(ExecConfig::kubelogin(&Kubelogin {
            issuer_url: args.issuer.to_string(),
            client_id: args.client_id.to_string(),
            client_secret: secret(args.client_secret_file.as_deref())?,
            certificate_authority_data: issuer_ca,
        })),
        Mode::KubeloginPkce => User::Exec(ExecConfig::public_kubelogin(&PublicKubelogin {
            issuer_url: args.issuer.to_string(),
            client_id: args.client_id.to_string(),
            certificate_authority_data: issuer_ca,
        })),
    };
    let mut cluster = Cluster::new(args.server.as_str());
    if let Some(ca) = &args.ca {
        cluster = cluster.with_certificate_authority_data(certificates(ca)?);
    }
    let kubeconfig = Kubeconfig::for_cluster(&args.cluster, cluster, &args.user, user);
    let yaml = kubeconfig.to_yaml(Preferences::Omit).map_err(KubeconfigError::Unwritable)?;
    match &args.out {
        Some(path) => io::create_private(path, yaml.expose_secret())?,
        None => io::print(&|sink| sink(yaml.expose_secret().as_bytes()))?,
    }
    Ok(ExitCode::SUCCESS)
}

/// What a file has in its one line; nothing without a file.
fn secret(path: Option<&Path>) -> Result<SecretString, CliError> {
    let Some(path) = path else {
        return Ok(SecretString::default());
    };
    let text = String::from_utf8(io::read_input(path)?).unwrap_or_default();
    let line = text.strip_suffix('\n').unwrap_or(&text);
    let line = line.strip_suffix('\r').unwrap_or(line);
    if line.is_empty() || line.contains(char::is_control) {
        return Err(KubeconfigError::NotASecret { path: path.to_owned() }.into());
    }
    Ok(line.into())
}

/// PEM that has certificates and nothing else, as it is.
fn certificates(path: &Path) -> Result<Vec<u8>, CliError> {
    let pem = io::read_input(path)?;
    CaBundle::from_pem(&pem, &path.display().to_string()).map_err(KubeconfigError::CaBundle)?;
    Ok(pem)
}
