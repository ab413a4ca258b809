//! Which files are read again while the service runs, and what becomes of what is in them then.

use std::path::{Path, PathBuf};

use kkp_oidc_core::ca_bundle::CaBundle;
use kkp_oidc_core::secret::SecretBytes;
use kkp_oidc_http::server::ServerTls;
use kkp_oidc_http::{AppState, FileContents, Trust, WatchedFiles};

use super::settings::{self, Inputs, Secret};
use super::transport::{self, TlsFiles};
use crate::args::ServeArgs;
use crate::io;
use crate::serve_error::{Refusal, ServeError};

/// The files with what was read of them, until there is a service to keep up to date.
pub(super) struct Files {
    /// The key that signs, if it is no file, and all files with keys.
    cookie_keys: (Option<Secret>, Vec<(PathBuf, SecretBytes)>),
    client_secret: Option<(PathBuf, SecretBytes)>,
    ca_bundle: Option<(PathBuf, Vec<u8>)>,
    tls: Option<(PathBuf, PathBuf, TlsFiles)>,
}

impl Files {
    /// Of what was read, the files that can be read again.
    pub(super) fn of(args: &ServeArgs, inputs: &Inputs) -> Self {
        let of_secret = |path: Option<&Path>, secret: &Secret| match (path, secret) {
            (Some(path), Secret::File(contents)) => Some((path.to_owned(), contents.clone())),
            _ => None,
        };
        let regular = |file: &(PathBuf, SecretBytes)| io::is_regular(&file.0);
        let current = of_secret(args.oidc_issuer_cookie_hash_key_file.as_deref(), &inputs.cookie_key);
        let verbatim = if current.is_some() { None } else { Some(inputs.cookie_key.clone()) };
        let old = args.old_cookie_hash_key_file.iter().cloned().zip(inputs.old_cookie_keys.iter().cloned());
        let keys: Vec<_> = current.into_iter().chain(old).collect();
        // One that cannot be read again would be missing in the ring.
        let keys = if keys.iter().all(regular) { keys } else { Vec::new() };
        let secret = of_secret(args.oidc_issuer_client_secret_file.as_deref(), &inputs.client_secret);
        let tls = transport::paths(&args.transport).zip(inputs.tls.clone());
        Self {
            cookie_keys: (verbatim, keys),
            client_secret: secret.filter(regular),
            ca_bundle: args.ca_bundle.clone().zip(inputs.ca_bundle.clone()).filter(|(path, _)| io::is_regular(path)),
            tls: tls
                .filter(|((certificates, key), _)| io::is_regular(certificates) && io::is_regular(key))
                .map(|((certificates, key), files)| (certificates.to_owned(), key.to_owned(), files)),
        }
    }

    /// Watched for this service.
    pub(super) fn watched(self, state: &AppState, tls: Option<&ServerTls>) -> Vec<WatchedFiles> {
        let (verbatim, keys) = self.cookie_keys;
        let keys = (!keys.is_empty()).then(|| cookie_keys(state.clone(), verbatim, &keys));
        let secret = self.client_secret.map(|(path, contents)| client_secret(state.clone(), &path, &contents));
        let bundle = self.ca_bundle.map(|(path, contents)| ca_bundle(state.clone(), &path, &contents));
        let tls = self.tls.zip(tls.cloned()).map(|((certificates, key, files), tls)| {
            let origin = certificates.display().to_string();
            let paths =
                [(certificates.as_path(), files.certificates.as_slice()), (key.as_path(), files.key.expose_secret())];
            WatchedFiles::new("tls certificate", paths, move |contents| {
                let taken = match contents.as_slice() {
                    [certificates, key] => tls.replace_pem(certificates, key, &origin),
                    _ => Ok(()),
                };
                Box::pin(std::future::ready(taken.map_err(Into::into)))
            })
        });
        [keys, secret, bundle, tls].into_iter().flatten().collect()
    }
}

fn cookie_keys(state: AppState, verbatim: Option<Secret>, files: &[(PathBuf, SecretBytes)]) -> WatchedFiles {
    let paths: Vec<_> = files.iter().map(|(path, _)| path.clone()).collect();
    let files = files.iter().map(|(path, contents)| (path.as_path(), contents.expose_secret()));
    WatchedFiles::new("cookie keys", files, move |contents| {
        let mut all = paths.iter().cloned().zip(contents.iter().map(|bytes| SecretBytes::from(bytes.as_slice())));
        let current = verbatim.clone().or_else(|| all.next().map(|(_, contents)| Secret::File(contents)));
        let ring = current.map(|current| settings::key_ring(&current, all));
        let taken = match ring {
            Some(Ok(ring)) => {
                state.replace_cookie_keys(&ring);
                Ok(())
            }
            Some(Err(refusals)) => Err(ServeError::Refused(refusals).into()),
            None => Ok(()),
        };
        Box::pin(std::future::ready(taken))
    })
}

fn client_secret(state: AppState, path: &Path, contents: &SecretBytes) -> WatchedFiles {
    WatchedFiles::new("client secret", [(path, contents.expose_secret())], move |contents| {
        let text = settings::client_secret_text(&Secret::File(first(contents)));
        let taken = text.expose_secret().parse().map(|secret| state.replace_client_secret(&secret));
        Box::pin(std::future::ready(taken.map_err(Into::into)))
    })
}

fn ca_bundle(state: AppState, path: &Path, contents: &[u8]) -> WatchedFiles {
    let origin = path.display().to_string();
    WatchedFiles::new("ca bundle", [(path, contents)], move |contents| {
        let bundle = CaBundle::from_pem(first(contents).expose_secret(), &origin);
        let state = state.clone();
        Box::pin(async move {
            let trust = Trust::Bundle(bundle.map_err(Refusal::CaBundle)?);
            state.replace_trust(&trust).await.map_err(Refusal::Tls)?;
            Ok(())
        })
    })
}

/// The content of the only file.
fn first(contents: Vec<FileContents>) -> SecretBytes {
    contents.first().map_or(&[][..], |bytes| bytes.as_slice()).into()
}
