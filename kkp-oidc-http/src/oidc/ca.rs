//! Which certificates a kubeconfig's user needs to reach the provider.

use std::sync::Arc;

use kkp_oidc_core::ca_bundle::CaBundle;
use kkp_oidc_core::issuer::{IssuerUrl, ProviderMetadata};
use rustls::client::danger::ServerCertVerifier;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use url::Url;

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
    /// Made at start, where it will be needed: it reads all of the system's certificates.
    system: Option<Arc<dyn ServerCertVerifier>>,
}

impl IssuerCa {
    pub(super) fn new(mode: IdpCa, bundle: Option<CaBundle>, chains: Arc<ObservedChains>) -> Self {
        let system = match (mode, &bundle) {
            (IdpCa::Auto, Some(_)) => system_verifier(&Arc::new(aws_lc_rs::default_provider())).ok(),
            _ => None,
        };
        Self { mode, bundle, chains, system }
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
        let hosts = [server_name(issuer.as_str()), server_name(metadata.token_endpoint().as_str())];
        let now = UnixTime::since_unix_epoch(std::time::Duration::from_secs(u64::try_from(now.as_secs()).ok()?));
        let chains = hosts.iter().flatten().flat_map(|host| self.chains.of(host));
        // Every chain was anchored when it was seen. One that no longer is has expired, and a newer one took its place.
        let current: Vec<_> =
            chains.filter_map(|chain| anchor_of(&chain, bundle, now).map(|anchor| (chain, anchor))).collect();
        if self.mode == IdpCa::Auto && self.system_accepts_all(current.iter().map(|(chain, _)| chain), now) {
            return None;
        }
        let mut anchors: Vec<&[u8]> = Vec::new();
        for (_, anchor) in &current {
            if !anchors.contains(anchor) {
                anchors.push(anchor);
            }
        }
        (!anchors.is_empty()).then(|| CaBundle::to_pem(anchors))
    }

    fn system_accepts_all<'c>(&self, mut chains: impl Iterator<Item = &'c Chain>, now: UnixTime) -> bool {
        let Some(verifier) = &self.system else { return false };
        chains.all(|chain| match chain.certificates.split_first() {
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
