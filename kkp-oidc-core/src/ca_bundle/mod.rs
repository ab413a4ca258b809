//! CA bundles: the certificates that a provider's TLS certificate may lead to.

mod assemble;
mod binary;
mod bundle;
mod certificate;
mod decode;
mod finding;
mod input;
mod manifest;
mod order;
mod output;
mod pkcs12;
mod report;
mod scan;
mod sections;
mod store;
mod walk;

use std::fmt;

pub use assemble::{Assembler, MAX_BINARY_LEN, MAX_CERTIFICATES, MAX_FINDINGS, MAX_GAP_LEN, Policy};
pub use bundle::{Assembled, Certificate};
pub use certificate::{Fingerprint, MAX_CERTIFICATE_LEN, MIN_RSA_BITS};
pub use finding::{CertificateName, Fault, Finding, Place, Severity};
pub use input::Input;
pub(crate) use manifest::from_base64;
pub use order::Order;
pub use output::{Format, MAX_OBJECT_LEN, ObjectName, ParseObjectNameError, RenderBundleError, Rendered};
pub use pkcs12::Pkcs12;
pub use scan::MAX_SECTION_LEN;

/// PEM certificates, in the order of their file, each distinct one once.
#[derive(Clone, Eq, PartialEq)]
pub struct CaBundle {
    certificates: Vec<Vec<u8>>,
}

impl CaBundle {
    /// Read PEM sections ([RFC 7468 section 5]) with any text around them. `origin` is what errors call the input.
    ///
    /// Two files that were joined without a line break in between are read as the two sections that they are.
    ///
    /// # Errors
    ///
    /// - [`CaBundleError::PrivateKey`] if there is a private key among them.
    /// - [`CaBundleError::NotACertificate`] for any other section that is no certificate.
    /// - [`CaBundleError::Malformed`] for a section that cannot be read, does not end, or is empty.
    /// - [`CaBundleError::NoCertificates`] if there is no section at all.
    ///
    /// [RFC 7468 section 5]: https://www.rfc-editor.org/rfc/rfc7468#section-5
    pub fn from_pem(text: &[u8], origin: &str) -> Result<Self, CaBundleError> {
        let mut certificates = Vec::new();
        for (line, section) in sections(text) {
            let origin = || origin.to_owned();
            let section = match pem::parse(section) {
                Ok(section) => section,
                Err(_) if starts_with_private_key(section) => {
                    return Err(CaBundleError::PrivateKey { origin: origin(), line });
                }
                Err(_) => return Err(CaBundleError::Malformed { origin: origin(), line }),
            };
            match section.tag() {
                "CERTIFICATE" if section.contents().is_empty() => {
                    return Err(CaBundleError::Malformed { origin: origin(), line });
                }
                "CERTIFICATE" => {
                    let der = section.into_contents();
                    if !certificates.contains(&der) {
                        certificates.push(der);
                    }
                }
                tag if tag.ends_with("PRIVATE KEY") => {
                    return Err(CaBundleError::PrivateKey { origin: origin(), line });
                }
                _ => return Err(CaBundleError::NotACertificate { origin: origin(), line }),
            }
        }
        if certificates.is_empty() {
            return Err(CaBundleError::NoCertificates { origin: origin.to_owned() });
        }
        Ok(Self { certificates })
    }

    /// The certificates, DER.
    #[must_use]
    pub fn certificates(&self) -> &[Vec<u8>] {
        &self.certificates
    }

    /// DER certificates as PEM, 64 characters a line, a newline at the end.
    #[must_use]
    pub fn to_pem<'a>(certificates: impl IntoIterator<Item = &'a [u8]>) -> String {
        certificates.into_iter().map(output::pem_section).collect()
    }
}

impl fmt::Debug for CaBundle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CaBundle({} certificates)", self.certificates.len())
    }
}

const BEGIN: &[u8] = b"-----BEGIN ";

/// The input cut at each BEGIN marker, with the line (from 1) on which the marker stands.
fn sections(text: &[u8]) -> impl Iterator<Item = (usize, &[u8])> {
    let starts: Vec<usize> =
        text.windows(BEGIN.len()).enumerate().filter(|(_, window)| *window == BEGIN).map(|(start, _)| start).collect();
    let ends = starts.iter().skip(1).copied().chain([text.len()]).collect::<Vec<_>>();
    let (mut line, mut counted_to) = (1_usize, 0_usize);
    starts.into_iter().zip(ends).filter_map(move |(start, end)| {
        let breaks = text.get(counted_to..start)?.iter().filter(|&&byte| byte == b'\n').count();
        line = line.saturating_add(breaks);
        counted_to = start;
        Some((line, text.get(start..end)?))
    })
}

fn starts_with_private_key(section: &[u8]) -> bool {
    let first_line = section.split(|&byte| byte == b'\n').next().unwrap_or_default();
    first_line.windows(11).any(|window| window == b"PRIVATE KEY")
}

/// Why a CA bundle is refused.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum CaBundleError {
    /// There is no PEM section.
    #[error("{origin} has no certificates, expected PEM with `-----BEGIN CERTIFICATE-----`")]
    NoCertificates {
        /// What the caller calls the input.
        origin: String,
    },
    /// A section cannot be read.
    #[error("{origin}:{line}: the section that begins here is not whole, valid PEM")]
    Malformed {
        /// What the caller calls the input.
        origin: String,
        /// Line of its BEGIN marker, from 1.
        line: usize,
    },
    /// A section is something else than a certificate.
    #[error("{origin}:{line}: the section that begins here is not a certificate, expected CA certificates only")]
    NotACertificate {
        /// What the caller calls the input.
        origin: String,
        /// Line of its BEGIN marker, from 1.
        line: usize,
    },
    /// A section is a private key.
    #[error(
        "{origin}:{line}: a private key begins here; it does not belong into a CA bundle, remove it and replace the key"
    )]
    PrivateKey {
        /// What the caller calls the input.
        origin: String,
        /// Line of its BEGIN marker, from 1.
        line: usize,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = "-----BEGIN CERTIFICATE-----\nAQID\n-----END CERTIFICATE-----";
    const TWO: &str = "-----BEGIN CERTIFICATE-----\nBAUG\n-----END CERTIFICATE-----";

    fn certificates(text: &str) -> Result<Vec<Vec<u8>>, CaBundleError> {
        CaBundle::from_pem(text.as_bytes(), "ca.pem").map(|bundle| bundle.certificates)
    }

    #[test]
    fn sections_are_found_however_they_were_joined() {
        let both = Ok(vec![vec![1, 2, 3], vec![4, 5, 6]]);
        assert_eq!(certificates(&format!("{ONE}\n{TWO}\n")), both);
        assert_eq!(certificates(&format!("{ONE}{TWO}")), both, "no line break in between");
        assert_eq!(certificates(&format!("\u{feff}# a comment\r\n{ONE}\r\ntext {TWO}")), both);
        assert_eq!(certificates(&format!("{ONE}\n{ONE}\n{TWO}\n{ONE}")), both, "duplicates");
    }

    #[test]
    fn what_is_no_certificate_is_refused_with_its_line() {
        let origin = || "ca.pem".to_owned();
        assert_eq!(certificates(""), Err(CaBundleError::NoCertificates { origin: origin() }));
        assert_eq!(certificates("hello"), Err(CaBundleError::NoCertificates { origin: origin() }));
        for label in ["PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY", "ENCRYPTED PRIVATE KEY"] {
            let key = format!("{ONE}\n-----BEGIN {label}-----\nAQID\n-----END {label}-----\n");
            assert_eq!(certificates(&key), Err(CaBundleError::PrivateKey { origin: origin(), line: 4 }), "{label}");
            let broken = format!("{ONE}\n-----BEGIN {label}-----\nAQID\n");
            assert_eq!(certificates(&broken), Err(CaBundleError::PrivateKey { origin: origin(), line: 4 }), "{label}");
        }
        let csr = format!("{ONE}\n\n-----BEGIN CERTIFICATE REQUEST-----\nAQID\n-----END CERTIFICATE REQUEST-----");
        assert_eq!(certificates(&csr), Err(CaBundleError::NotACertificate { origin: origin(), line: 5 }));
        for broken in
            ["-----BEGIN CERTIFICATE-----\nAQID\n", "-----BEGIN CERTIFICATE-----\nA*ID\n-----END CERTIFICATE-----"]
        {
            assert_eq!(certificates(broken), Err(CaBundleError::Malformed { origin: origin(), line: 1 }));
        }
    }

    #[test]
    fn pem_is_written_as_it_was_read() {
        let text = format!("{ONE}\n{TWO}\n");
        let bundle = CaBundle::from_pem(text.as_bytes(), "ca.pem").unwrap();
        assert_eq!(CaBundle::to_pem(bundle.certificates().iter().map(Vec::as_slice)), text);
        assert_eq!(format!("{bundle:?}"), "CaBundle(2 certificates)");
    }
}
