//! A store of certificates.

use kkp_oidc_core::ca_bundle::Assembled;
use kkp_oidc_core::secret::SecretString;
use p12_keystore::{Certificate, KeyStore, KeyStoreEntry};

/// The bundle as a trust store: AES-256 and HMAC-SHA-256, each certificate trusted by Java, in the order of the bundle.
pub(crate) fn write(bundle: &Assembled, password: &SecretString) -> Result<Vec<u8>, p12_keystore::error::Error> {
    let mut store = KeyStore::new();
    for (number, certificate) in bundle.certificates().enumerate() {
        // The alias puts them in order, and makes each one distinct; BMPString has no characters beyond 16 bits.
        let subject = certificate.subject();
        let subject: String = subject.chars().map(|c| if c <= '\u{ffff}' { c } else { '\u{fffd}' }).collect();
        let alias = format!("{:07} {subject}", number + 1);
        store.add_entry(&alias, KeyStoreEntry::Certificate(Certificate::from_der(certificate.der())?));
    }
    store.writer(password.expose_secret()).write()
}
