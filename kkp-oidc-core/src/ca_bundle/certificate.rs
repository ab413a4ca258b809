//! What a certificate says about itself, as far as a bundle is concerned.

use std::fmt;
use std::hash::{Hash, Hasher};

use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::ParsedExtension;
use x509_parser::prelude::FromDer as _;
use x509_parser::public_key::PublicKey;
use x509_parser::x509::{SubjectPublicKeyInfo, X509Version};

use crate::UnixTime;
use crate::invisible::printable;

/// Longest certificate that is taken, in bytes of DER (1 MiB). Real ones have up to 10 KiB.
pub const MAX_CERTIFICATE_LEN: usize = 1024 * 1024;

/// Fewest bits that an RSA key must have.
pub const MIN_RSA_BITS: usize = 2048;

/// SHA-256 of a certificate's DER. Written as hexadecimal in lower case, without colons.
#[derive(Clone, Copy, Eq, Ord, PartialEq, PartialOrd)]
pub struct Fingerprint(pub(super) [u8; 32]);

/// Eight bytes tell fingerprints apart: for a handful that begin with the same, 2^64 certificates would have to be made.
/// Which bucket they come to is up to the hasher and its secret key.
impl Hash for Fingerprint {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let first: [u8; 8] = std::array::from_fn(|at| self.0.get(at).copied().unwrap_or(0));
        state.write_u64(u64::from_ne_bytes(first));
    }
}

impl Fingerprint {
    /// The 32 bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fingerprint({self})")
    }
}

/// Part of a certificate's DER.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Span {
    start: u32,
    len: u32,
}

impl Span {
    /// Where `part`, which is a slice of `whole`, lies in it.
    pub(super) fn of(part: &[u8], whole: &[u8]) -> Option<Self> {
        let start = part.as_ptr().addr().checked_sub(whole.as_ptr().addr())?;
        Some(Self { start: u32::try_from(start).ok()?, len: u32::try_from(part.len()).ok()? })
    }

    /// The part of `whole`; empty if it lies outside.
    pub(super) fn get(self, whole: &[u8]) -> &[u8] {
        let range = usize::try_from(self.start).ok().zip(usize::try_from(self.len).ok());
        range.and_then(|(start, len)| whole.get(start..)?.get(..len)).unwrap_or_default()
    }
}

/// What a certificate says, without what says it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Facts {
    pub(super) subject: Span,
    pub(super) issuer: Span,
    pub(super) not_before: UnixTime,
    pub(super) not_after: UnixTime,
    pub(super) is_ca: bool,
    pub(super) weak_signature: Option<&'static str>,
    pub(super) weak_key: Option<usize>,
    pub(super) subject_key_id: Option<Span>,
    pub(super) authority_key_id: Option<Span>,
}

impl Facts {
    /// Read it by the library, which knows all kinds of certificates.
    pub(super) fn read_by_library(der: &[u8]) -> Result<Self, &'static str> {
        let (rest, certificate) = X509Certificate::from_der(der).map_err(|_| "it is not an X.509 certificate")?;
        if !rest.is_empty() {
            return Err("bytes follow the certificate");
        }
        Self::of(&certificate, der).ok_or("it is not an X.509 certificate")
    }

    fn of(certificate: &X509Certificate<'_>, der: &[u8]) -> Option<Self> {
        let (subject, issuer) = (certificate.subject().as_raw(), certificate.issuer().as_raw());
        let self_issued = subject == issuer;
        let (mut basic_ca, mut may_sign) = (None, true);
        let (mut subject_key_id, mut authority_key_id) = (None, None);
        for extension in certificate.extensions() {
            // Key usage and basic constraints decide whether it is a CA: nothing is guessed about them.
            let decides = matches!(extension.oid.as_bytes(), [0x55, 0x1d, 0x0f | 0x13]);
            match extension.parsed_extension() {
                ParsedExtension::BasicConstraints(constraints) => basic_ca = Some(constraints.ca),
                ParsedExtension::KeyUsage(usage) => may_sign = usage.key_cert_sign(),
                ParsedExtension::SubjectKeyIdentifier(id) => subject_key_id = Span::of(id.0, der),
                ParsedExtension::AuthorityKeyIdentifier(authority) => {
                    authority_key_id = authority.key_identifier.as_ref().and_then(|id| Span::of(id.0, der));
                }
                ParsedExtension::ParseError { .. } if decides => return None,
                _ => {}
            }
        }
        // Roots from before X.509 v3 cannot say that they are CAs; Go, OpenSSL and webpki trust them as anchors.
        let old_root = certificate.version() != X509Version::V3 && self_issued;
        let algorithm = certificate.signature_algorithm.algorithm.as_bytes();
        let signature = signature_weakness(algorithm).filter(|_| !self_issued);
        Some(Self {
            subject: Span::of(subject, der)?,
            issuer: Span::of(issuer, der)?,
            not_before: UnixTime::from_secs(certificate.validity().not_before.timestamp()),
            not_after: UnixTime::from_secs(certificate.validity().not_after.timestamp()),
            is_ca: basic_ca.unwrap_or(old_root) && may_sign,
            weak_signature: signature,
            weak_key: weak_key(certificate.public_key())?,
            subject_key_id,
            authority_key_id,
        })
    }
}

/// The name of a signature algorithm that can be forged, by the content of its object identifier.
pub(super) fn signature_weakness(algorithm: &[u8]) -> Option<&'static str> {
    const PKCS1: [u8; 8] = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01];
    match algorithm {
        [prefix @ .., last] if *prefix == PKCS1 => match last {
            0x02 => Some("MD2"),
            0x03 => Some("MD4"),
            0x04 => Some("MD5"),
            0x05 => Some("SHA-1"),
            _ => None,
        },
        // ecdsa-with-SHA1 1.2.840.10045.4.1, dsa-with-sha1 1.2.840.10040.4.3, sha1WithRSA of OIW 1.3.14.3.2.29
        [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x01]
        | [0x2a, 0x86, 0x48, 0xce, 0x38, 0x04, 0x03]
        | [0x2b, 0x0e, 0x03, 0x02, 0x1d] => Some("SHA-1"),
        _ => None,
    }
}

/// 1.2.840.113549.1.1.1
pub(super) const RSA_ENCRYPTION: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];

/// What is weak about a key; `None` if it is an RSA key that cannot be read.
fn weak_key(key: &SubjectPublicKeyInfo<'_>) -> Option<Option<usize>> {
    match key.parsed() {
        Ok(PublicKey::RSA(key)) => Some(rsa_weakness(key.modulus)),
        _ => (key.algorithm.algorithm.as_bytes() != RSA_ENCRYPTION).then_some(None),
    }
}

/// The bits of an RSA key if they are too few.
pub(super) fn rsa_weakness(modulus: &[u8]) -> Option<usize> {
    Some(bits(modulus)).filter(|bits| *bits < MIN_RSA_BITS)
}

/// Bits of a number, most significant byte first.
fn bits(number: &[u8]) -> usize {
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    let Some(first) = number.get(zeros) else { return 0 };
    let unused = usize::try_from(first.leading_zeros()).unwrap_or(0);
    (number.len().saturating_sub(zeros)).saturating_mul(8).saturating_sub(unused)
}

/// Subject and issuer of a certificate, for people: `CN=R3, O=Let's Encrypt, C=US`.
pub(super) fn name_text(name: &[u8]) -> String {
    let text = x509_parser::x509::X509Name::from_der(name).map(|(_, name)| name.to_string()).unwrap_or_default();
    if text.is_empty() { "(no name)".to_owned() } else { shown(&text) }
}

/// Longest name that is shown, in characters.
const MAX_SHOWN_CHARS: usize = 300;

/// `text` on one line, cut to [`MAX_SHOWN_CHARS`], without what a terminal would obey.
pub(super) fn shown(text: &str) -> String {
    text.chars().take(MAX_SHOWN_CHARS).map(printable).collect()
}
