//! Which certificates a kubeconfig's user needs to reach the provider.

use std::sync::{Arc, OnceLock};

use kkp_oidc_core::ca_bundle::CaBundle;
use kkp_oidc_core::issuer::IssuerUrl;
use rustls::client::danger::ServerCertVerifier;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use url::Url;

use super::discovery::ProviderMetadata;
use super::tls::{Chain, ObservedChains, system_verifier};

/// When the issuer's CA goes into a kubeconfig.
///
/// KKP never does it, so kubectl cannot refresh a token at a provider with a private CA (spec section 11, number 17).
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub enum IdpCa {
    /// Where a bundle is configured and the system's certificates do not suffice.
    #[default]
    Auto,
    /// Where a bundle is configured.
    Always,
    /// Not at all: KKP's own bytes.
    Never,
}

/// Chooses from the operator's bundle.
pub(super) struct IssuerCa {
    mode: IdpCa,
    bundle: Option<CaBundle>,
    chains: Arc<ObservedChains>,
    /// Made once: it reads all of the system's certificates.
    system: OnceLock<Option<Arc<dyn ServerCertVerifier>>>,
}

impl IssuerCa {
    pub(super) const fn new(mode: IdpCa, bundle: Option<CaBundle>, chains: Arc<ObservedChains>) -> Self {
        Self { mode, bundle, chains, system: OnceLock::new() }
    }

    /// PEM of the bundle's certificates that the chains of the issuer and the token endpoint, the two places where
    /// kubectl goes, lead to.
    pub(super) fn for_provider(
        &self,
        issuer: &IssuerUrl,
        metadata: &ProviderMetadata,
        now: kkp_oidc_core::UnixTime,
    ) -> Option<String> {
        let bundle = self.bundle.as_ref().filter(|_| self.mode != IdpCa::Never)?;
        let hosts = [server_name(issuer.as_str()), server_name(metadata.token_endpoint.as_str())];
        let chains: Vec<_> = hosts.iter().flatten().flat_map(|host| self.chains.of(host)).collect();
        let now = UnixTime::since_unix_epoch(std::time::Duration::from_secs(u64::try_from(now.as_secs()).ok()?));
        if self.mode == IdpCa::Auto && self.system_accepts_all(&chains, now) {
            return None;
        }
        let mut anchors: Vec<&[u8]> = Vec::new();
        for chain in &chains {
            match anchor_of(chain, bundle, now) {
                Some(anchor) if anchors.contains(&anchor) => {}
                Some(anchor) => anchors.push(anchor),
                None => {
                    tracing::warn!(host = ?chain.server_name, "no certificate of the CA bundle anchors the provider")
                }
            }
        }
        (!anchors.is_empty()).then(|| CaBundle::to_pem(anchors))
    }

    fn system_accepts_all(&self, chains: &[Chain], now: UnixTime) -> bool {
        let system = self.system.get_or_init(|| system_verifier(&Arc::new(aws_lc_rs::default_provider())).ok());
        let Some(verifier) = system else { return false };
        chains.iter().all(|chain| match chain.certificates.split_first() {
            Some((end_entity, intermediates)) => {
                verifier.verify_server_cert(end_entity, intermediates, &chain.server_name, &[], now).is_ok()
            }
            None => false,
        })
    }
}

fn server_name(url: &str) -> Option<ServerName<'static>> {
    let url = Url::parse(url).ok().filter(|url| url.scheme() == "https")?;
    let host = url.host_str()?.trim_start_matches('[').trim_end_matches(']');
    ServerName::try_from(host.to_owned()).ok()
}

/// The certificate of the bundle that the chain ends in; a self-signed one where there is a choice, since not every TLS
/// library lets a chain end anywhere else.
fn anchor_of<'b>(chain: &Chain, bundle: &'b CaBundle, now: UnixTime) -> Option<&'b [u8]> {
    let (end_entity, intermediates) = chain.certificates.split_first()?;
    let end_entity = webpki::EndEntityCert::try_from(end_entity).ok()?;
    let anchors = |der: &CertificateDer<'_>| {
        webpki::anchor_from_trusted_cert(der).is_ok_and(|anchor| {
            let (algorithms, usage) = (webpki::ALL_VERIFICATION_ALGS, webpki::KeyUsage::server_auth());
            end_entity.verify_for_usage(algorithms, &[anchor], intermediates, now, usage, None, None).is_ok()
        })
    };
    let fitting = || bundle.certificates().iter().map(Vec::as_slice).filter(|der| anchors(&CertificateDer::from(*der)));
    fitting().find(|der| is_self_issued(der)).or_else(|| fitting().next())
}

fn is_self_issued(der: &[u8]) -> bool {
    let der = CertificateDer::from(der);
    webpki::EndEntityCert::try_from(&der).is_ok_and(|certificate| certificate.issuer() == certificate.subject())
}
