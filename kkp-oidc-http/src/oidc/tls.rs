//! TLS towards the provider: whose certificates count, and which chains were seen.

use std::sync::{Arc, Mutex, PoisonError};

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};

use super::Trust;

/// How many chains are remembered, over all hosts.
const MAX_CHAINS: usize = 16;

/// Whose certificates count.
pub(super) struct TlsTrust {
    provider: Arc<CryptoProvider>,
    verifier: Arc<dyn ServerCertVerifier>,
}

impl TlsTrust {
    pub(super) fn new(trust: &Trust, dangerous_skip_tls_verify: bool) -> Result<Self, BuildTlsError> {
        let provider = Arc::new(aws_lc_rs::default_provider());
        let verifier: Arc<dyn ServerCertVerifier> = match trust {
            _ if dangerous_skip_tls_verify => {
                Arc::new(Blind { provider: Arc::clone(&provider), verdict: Verdict::AcceptAll })
            }
            Trust::System => system_verifier(&provider).map_err(BuildTlsError::SystemRoots)?,
            Trust::Bundle(bundle) => {
                let mut roots = RootCertStore::empty();
                let (added, _) = roots.add_parsable_certificates(
                    bundle.certificates().iter().map(|der| CertificateDer::from(der.as_slice())),
                );
                if added == 0 {
                    return Err(BuildTlsError::NoUsableCertificate);
                }
                WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider))
                    .build()
                    .map_err(BuildTlsError::Verifier)?
            }
        };
        Ok(Self { provider, verifier })
    }

    /// Nobody's certificates count: for a provider on plain http, which works on a system without certificates too.
    pub(super) fn nobody() -> Self {
        let provider = Arc::new(aws_lc_rs::default_provider());
        Self { verifier: Arc::new(Blind { provider: Arc::clone(&provider), verdict: Verdict::RefuseAll }), provider }
    }

    /// A client configuration that notes the chains it sees.
    pub(super) fn client_config(&self, chains: Arc<ObservedChains>) -> Result<ClientConfig, BuildTlsError> {
        let verifier = Arc::new(Observing { inner: Arc::clone(&self.verifier), chains });
        Ok(ClientConfig::builder_with_provider(Arc::clone(&self.provider))
            .with_safe_default_protocol_versions()
            .map_err(BuildTlsError::Protocol)?
            .dangerous()
            .with_custom_certificate_verifier(verifier)
            .with_no_client_auth())
    }
}

/// The operating system's judgement.
pub(super) fn system_verifier(provider: &Arc<CryptoProvider>) -> Result<Arc<dyn ServerCertVerifier>, rustls::Error> {
    Ok(Arc::new(rustls_platform_verifier::Verifier::new(Arc::clone(provider))?))
}

/// A certificate chain as a server sent it, the server's own certificate first.
#[derive(Clone, Eq, PartialEq)]
pub(super) struct Chain {
    pub(super) server_name: ServerName<'static>,
    pub(super) certificates: Vec<CertificateDer<'static>>,
}

/// The distinct chains that servers sent and that were accepted, the newest last.
#[derive(Default)]
pub(super) struct ObservedChains(Mutex<Vec<Chain>>);

impl ObservedChains {
    fn note(&self, chain: Chain) {
        let mut chains = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !chains.contains(&chain) {
            if chains.len() >= MAX_CHAINS {
                chains.remove(0);
            }
            chains.push(chain);
        }
    }

    /// The chains of this server.
    pub(super) fn of(&self, server_name: &ServerName<'_>) -> Vec<Chain> {
        let chains = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        chains.iter().filter(|chain| chain.server_name == *server_name).cloned().collect()
    }
}

/// Passes everything to the real verifier and notes what it accepted.
struct Observing {
    inner: Arc<dyn ServerCertVerifier>,
    chains: Arc<ObservedChains>,
}

impl std::fmt::Debug for Observing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.inner.fmt(f)
    }
}

impl ServerCertVerifier for Observing {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let verified = self.inner.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)?;
        let certificates = std::iter::once(end_entity).chain(intermediates).map(|der| der.clone().into_owned());
        self.chains.note(Chain { server_name: server_name.to_owned(), certificates: certificates.collect() });
        Ok(verified)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.inner.verify_tls12_signature(message, cert, dss)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.inner.verify_tls13_signature(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.inner.supported_verify_schemes()
    }
}

/// Judges without looking.
#[derive(Debug)]
struct Blind {
    provider: Arc<CryptoProvider>,
    verdict: Verdict,
}

#[derive(Clone, Copy, Debug)]
enum Verdict {
    /// KKP: flag `oidc-skip-tls-verify`.
    AcceptAll,
    RefuseAll,
}

impl ServerCertVerifier for Blind {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        match self.verdict {
            Verdict::AcceptAll => Ok(ServerCertVerified::assertion()),
            Verdict::RefuseAll => Err(rustls::CertificateError::UnknownIssuer.into()),
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        rustls::crypto::verify_tls12_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        rustls::crypto::verify_tls13_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

/// Why TLS towards the provider cannot be set up.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BuildTlsError {
    /// The operating system has no usable certificates.
    #[error("the system has no usable CA certificates, expected a CA bundle or the package ca-certificates")]
    SystemRoots(#[source] rustls::Error),
    /// No certificate of the bundle can be used.
    #[error("the CA bundle has no usable certificate")]
    NoUsableCertificate,
    /// The bundle's certificates cannot be used.
    #[error("the CA bundle cannot be used")]
    Verifier(#[source] rustls::client::VerifierBuilderError),
    /// No protocol version fits.
    #[error("TLS cannot be set up")]
    Protocol(#[source] rustls::Error),
    /// The HTTP client cannot be made.
    #[error("the HTTP client cannot be set up")]
    Client(#[source] reqwest::Error),
}
