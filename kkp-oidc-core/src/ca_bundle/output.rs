//! A bundle as the files in which it is used.

use std::fmt;
use std::str::FromStr;

use base64_simd::{Out, STANDARD};

use crate::ca_bundle::bundle::{Assembled, Certificate};
use crate::ca_bundle::decode::LINE_LEN;

/// Longest bundle that fits into a Kubernetes object, in bytes of PEM or base64 (1 MiB), which is [its limit for a
/// ConfigMap] and for a Secret.
///
/// [its limit for a ConfigMap]: https://kubernetes.io/docs/concepts/configuration/configmap/#motivation
pub const MAX_OBJECT_LEN: usize = 1024 * 1024;

/// Longest piece that is passed on at once, more or less, in bytes.
const PIECE_LEN: usize = 32 * 1024;

/// What is made of a bundle.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Format {
    /// PEM, 64 characters a line, a line feed at the end of each: the bytes that Go's encoding/pem writes.
    Pem,
    /// PEM with subject, issuer, validity and fingerprint as comments before each certificate.
    CommentedPem,
    /// A ConfigMap with the key `ca-bundle.pem`, which KKP reads since 2.17 (spec section 9).
    ConfigMap {
        /// Its name; KKP's is `ca-bundle`.
        name: ObjectName,
        /// Its namespace; KKP's is `kubermatic`.
        namespace: ObjectName,
    },
    /// A Secret with the key `caBundle.pem`, which KKP read up to 2.16 (spec section 9).
    Secret {
        /// Its name; KKP's is `dex-ca`.
        name: ObjectName,
        /// Its namespace; KKP's is `kubermatic`.
        namespace: ObjectName,
    },
    /// A ClusterTrustBundle of certificates.k8s.io/v1beta1, for no signer.
    ClusterTrustBundle {
        /// Its name.
        name: ObjectName,
    },
    /// The part of KKP's values.yaml: base64 of the PEM, since the chart copies it into a Secret as it is (spec 3.1).
    Values,
    /// All certificates and findings, as JSON.
    Json,
}

/// Name of a Kubernetes object: a DNS subdomain of 1 to 253 characters ([RFC 1123]).
///
/// [RFC 1123]: https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-subdomain-names
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ObjectName(String);

impl fmt::Display for ObjectName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for ObjectName {
    type Err = ParseObjectNameError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        let good = |label: &str| {
            let bytes = label.as_bytes();
            bytes.first().is_some_and(|byte| inner(*byte))
                && bytes.last().is_some_and(|byte| inner(*byte))
                && bytes.iter().all(|byte| inner(*byte) || *byte == b'-')
        };
        if text.len() <= 253 && text.split('.').all(good) {
            Ok(Self(text.to_owned()))
        } else {
            Err(ParseObjectNameError)
        }
    }
}

/// Why text is no name of a Kubernetes object.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("not a name, expected at most 253 of a-z, 0-9, `-` and `.`, with a letter or digit at each end of a part")]
#[non_exhaustive]
pub struct ParseObjectNameError;

/// Why a bundle cannot be made into a file.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum RenderBundleError {
    /// Kubernetes would not take it.
    #[error("the bundle has {len} bytes, at most {MAX_OBJECT_LEN} fit into a Kubernetes object")]
    TooLarge {
        /// Its length in bytes.
        len: usize,
    },
}

/// A bundle that can be written.
pub struct Rendered<'a>(Content<'a>);

enum Content<'a> {
    Text(String),
    Pem { bundle: &'a Assembled, commented: bool },
}

impl Rendered<'_> {
    /// Pass the text on in pieces, until `sink` fails.
    ///
    /// # Errors
    ///
    /// The first error of `sink`.
    pub fn write<E>(&self, mut sink: impl FnMut(&[u8]) -> Result<(), E>) -> Result<(), E> {
        match &self.0 {
            Content::Text(text) => sink(text.as_bytes()),
            Content::Pem { bundle, commented: false } => {
                // Gathered first: in an order of its own, each look-up waits for memory, and many can wait at once.
                let certificates: Vec<&[u8]> = bundle.certificates().map(|certificate| certificate.der()).collect();
                write_pem(certificates.into_iter(), sink)
            }
            Content::Pem { bundle, commented: true } => {
                let mut writer = PemWriter::default();
                for certificate in bundle.certificates() {
                    writer.comment(&certificate);
                    writer.section(certificate.der());
                    writer.pass(&mut sink)?;
                }
                sink(&writer.text)
            }
        }
    }

    /// The whole text.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut text = Vec::new();
        let Ok(()) = self.write(|piece| {
            text.extend_from_slice(piece);
            Ok::<(), std::convert::Infallible>(())
        });
        String::from_utf8(text).unwrap_or_default()
    }
}

impl Assembled {
    /// The bundle as `format`.
    ///
    /// # Errors
    ///
    /// [`RenderBundleError::TooLarge`] if it is to be a Kubernetes object and is longer than [`MAX_OBJECT_LEN`].
    pub fn render(&self, format: &Format) -> Result<Rendered<'_>, RenderBundleError> {
        let pem = |commented| Rendered(Content::Pem { bundle: self, commented });
        let text = match format {
            Format::Pem => return Ok(pem(false)),
            Format::CommentedPem => return Ok(pem(true)),
            Format::Json => self.report(),
            Format::ConfigMap { name, namespace } => {
                let pem = indented(&fitting(pem(false).to_text())?);
                format!(
                    "apiVersion: v1\ndata:\n  ca-bundle.pem: |\n{pem}kind: ConfigMap\nmetadata:\n  name: {}\n  namespace: {}\n",
                    Quoted(name),
                    Quoted(namespace)
                )
            }
            Format::Secret { name, namespace } => {
                let base64 = fitting(STANDARD.encode_to_string(pem(false).to_text()))?;
                format!(
                    "apiVersion: v1\ndata:\n  caBundle.pem: {base64}\nkind: Secret\nmetadata:\n  name: {}\n  namespace: {}\ntype: Opaque\n",
                    Quoted(name),
                    Quoted(namespace)
                )
            }
            Format::ClusterTrustBundle { name } => {
                let pem = indented(&fitting(pem(false).to_text())?);
                format!(
                    "apiVersion: certificates.k8s.io/v1beta1\nkind: ClusterTrustBundle\nmetadata:\n  name: {}\nspec:\n  trustBundle: |\n{pem}",
                    Quoted(name)
                )
            }
            Format::Values => {
                let base64 = fitting(STANDARD.encode_to_string(pem(false).to_text()))?;
                format!("kubermatic:\n  auth:\n    caBundle: {base64}\n")
            }
        };
        Ok(Rendered(Content::Text(text)))
    }
}

fn fitting(text: String) -> Result<String, RenderBundleError> {
    if text.len() > MAX_OBJECT_LEN { Err(RenderBundleError::TooLarge { len: text.len() }) } else { Ok(text) }
}

/// The lines of `text` with four blanks before each.
fn indented(text: &str) -> String {
    text.lines().fold(String::with_capacity(text.len().saturating_mul(2)), |mut out, line| {
        out.push_str("    ");
        out.push_str(line);
        out.push('\n');
        out
    })
}

/// A name in YAML: in quotes where it could be read as something else than a string, such as `1`, `1.5` or `no`.
struct Quoted<'a>(&'a ObjectName);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.0.0.as_str();
        let plain = name.starts_with(|first: char| first.is_ascii_lowercase())
            && !matches!(name, "y" | "yes" | "n" | "no" | "on" | "off" | "true" | "false" | "null");
        if plain { f.write_str(name) } else { write!(f, "\"{name}\"") }
    }
}

/// Pass DER certificates on as PEM, in pieces, until `sink` fails.
pub(super) fn write_pem<'a, E>(
    certificates: impl Iterator<Item = &'a [u8]>,
    mut sink: impl FnMut(&[u8]) -> Result<(), E>,
) -> Result<(), E> {
    let mut writer = PemWriter::default();
    for der in certificates {
        writer.section(der);
        writer.pass(&mut sink)?;
    }
    sink(&writer.text)
}

/// Writes PEM into one text.
#[derive(Default)]
struct PemWriter {
    base64: Vec<u8>,
    text: Vec<u8>,
}

impl PemWriter {
    fn comment(&mut self, certificate: &Certificate<'_>) {
        let comment = format!(
            "# subject: {}\n# issuer: {}\n# valid: {} to {}\n# sha256: {}\n",
            certificate.subject(),
            certificate.issuer(),
            certificate.not_before(),
            certificate.not_after(),
            certificate.fingerprint(),
        );
        self.text.extend_from_slice(comment.as_bytes());
    }

    fn section(&mut self, der: &[u8]) {
        self.text.extend_from_slice(b"-----BEGIN CERTIFICATE-----\n");
        self.base64.resize(STANDARD.encoded_length(der.len()), 0);
        let lines = STANDARD.encode(der, Out::from_slice(&mut self.base64)).chunks_exact(LINE_LEN);
        let last = lines.remainder();
        for line in lines {
            self.text.extend_from_slice(line);
            self.text.push(b'\n');
        }
        if !last.is_empty() {
            self.text.extend_from_slice(last);
            self.text.push(b'\n');
        }
        self.text.extend_from_slice(b"-----END CERTIFICATE-----\n");
    }

    /// The text so far, if there is enough for a piece; nothing is left of it then.
    fn pass<E>(&mut self, sink: &mut impl FnMut(&[u8]) -> Result<(), E>) -> Result<(), E> {
        if self.text.len() >= PIECE_LEN {
            sink(&self.text)?;
            self.text.clear();
        }
        Ok(())
    }
}

/// DER as a PEM section.
pub(super) fn pem_section(der: &[u8]) -> String {
    let mut writer = PemWriter::default();
    writer.section(der);
    // INVARIANT: base64 and markers are ASCII.
    String::from_utf8(writer.text).unwrap_or_default()
}

#[cfg(test)]
#[path = "output_tests.rs"]
mod tests;
