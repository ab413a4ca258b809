//! TLS in front of the router: the certificate, and how it is exchanged while connections are open.

use std::fmt;
use std::sync::Arc;

use axum_server::tls_rustls::RustlsConfig;
use kkp_oidc_core::ca_bundle::{CaBundle, CaBundleError};
use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::version::{TLS12, TLS13};

/// The certificate and the key with which a service shows itself: TLS 1.2 and 1.3, HTTP/1.1.
///
/// HTTP/2 is not offered: the [limits](super::MAX_HEADER_LEN) on a request's header, in time and length, are HTTP/1.1's.
///
/// All clones are the same. Connections end with the certificate that they began with.
#[derive(Clone)]
pub struct ServerTls(RustlsConfig);

impl ServerTls {
    /// From PEM: the server's certificate first, then those that lead to its CA; and its key (PKCS#8, PKCS#1 or SEC1, not
    /// encrypted). `origin` is what errors call the certificates' input.
    ///
    /// # Errors
    ///
    /// - [`ServerTlsError::Certificates`] if the first is no PEM with certificates and nothing else.
    /// - [`ServerTlsError::Key`] if the second has no private key that can be read.
    /// - [`ServerTlsError::Pair`] if they do not belong together, or cannot be used.
    pub fn from_pem(certificates: &[u8], key: &[u8], origin: &str) -> Result<Self, ServerTlsError> {
        Ok(Self(RustlsConfig::from_config(Arc::new(config(certificates, key, origin)?))))
    }

    /// From now on show this certificate to new connections.
    ///
    /// # Errors
    ///
    /// As [`ServerTls::from_pem`]; then the one before stays.
    pub fn replace_pem(&self, certificates: &[u8], key: &[u8], origin: &str) -> Result<(), ServerTlsError> {
        self.0.reload_from_config(Arc::new(config(certificates, key, origin)?));
        Ok(())
    }

    pub(super) fn into_config(self) -> RustlsConfig {
        self.0
    }
}

impl fmt::Debug for ServerTls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ServerTls(..)")
    }
}

fn config(certificates: &[u8], key: &[u8], origin: &str) -> Result<ServerConfig, ServerTlsError> {
    let chain = CaBundle::from_pem(certificates, origin).map_err(ServerTlsError::Certificates)?;
    let chain = chain.certificates().iter().map(|der| CertificateDer::from(der.clone())).collect();
    // What rustls says of a key that it cannot read may repeat a line of it.
    let key = PrivateKeyDer::from_pem_slice(key).map_err(|_| ServerTlsError::Key)?;
    let mut config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_protocol_versions(&[&TLS13, &TLS12])
        .map_err(ServerTlsError::Pair)?
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .map_err(ServerTlsError::Pair)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

/// Why a certificate and a key cannot be served with.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServerTlsError {
    /// The certificates cannot be read.
    #[error(transparent)]
    Certificates(CaBundleError),
    /// The key cannot be read.
    #[error("the key file has no private key that can be read, expected PEM of one that is not encrypted")]
    Key,
    /// They are another's certificate and key, or of a kind that cannot be used.
    #[error("certificate and key do not belong together, or cannot be used")]
    Pair(#[source] rustls::Error),
}
