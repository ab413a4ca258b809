//! What there is to say about the inputs of a bundle.

use std::fmt;
use std::sync::Arc;

use crate::UnixTime;
use crate::ca_bundle::certificate::{Fingerprint, MIN_RSA_BITS};
use crate::yaml::YamlFault;

/// Where something stands.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub struct Place {
    /// What the caller calls the input.
    pub origin: Arc<str>,
    /// Which PEM section of the input, from 1; 0 if it is about none.
    pub section: u32,
    /// The line on which it begins, from 1; 0 if the input has no lines.
    pub line: u32,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.origin)?;
        if self.line > 0 {
            write!(f, ":{}", self.line)?;
        }
        if self.section > 0 {
            write!(f, " (section {})", self.section)?;
        }
        Ok(())
    }
}

/// How much a finding matters.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum Severity {
    /// Good to know.
    Info,
    /// Will need attention.
    Warning,
    /// Something was refused or left out; the rest can be used.
    Refused,
    /// Nothing may be written.
    Fatal,
}

impl Severity {
    /// The word for it: `note`, `warning`, `refused` or `error`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Info => "note",
            Self::Warning => "warning",
            Self::Refused => "refused",
            Self::Fatal => "error",
        }
    }
}

/// What was found. `Display` is the reason, in one sentence.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Fault {
    /// A private key.
    PrivateKey,
    /// The certificate has ended.
    Expired {
        /// Its last second.
        not_after: UnixTime,
        /// When it was judged.
        now: UnixTime,
    },
    /// The certificate ends soon.
    ExpiresSoon {
        /// Its last second.
        not_after: UnixTime,
        /// When it was judged.
        now: UnixTime,
    },
    /// The certificate has not begun.
    NotYetValid {
        /// Its first second.
        not_before: UnixTime,
        /// When it was judged.
        now: UnixTime,
    },
    /// The certificate may not issue others.
    NotACa,
    /// Somebody else signed it in a way that can be forged.
    WeakSignature {
        /// The hash.
        algorithm: &'static str,
    },
    /// The RSA key is too short.
    WeakKey {
        /// Bits of its modulus.
        bits: usize,
    },
    /// The section or the file cannot be read.
    Unparsable {
        /// Why.
        why: &'static str,
    },
    /// PKCS#12 that was not opened.
    Pkcs12 {
        /// Why.
        why: &'static str,
    },
    /// What looks like a manifest cannot be read; what it may have in base64 is not found.
    UnreadableManifest {
        /// Why.
        fault: YamlFault,
    },
    /// The section does not end.
    Truncated,
    /// The section is longer than the limit.
    TooLong {
        /// The limit, in bytes.
        limit: usize,
    },
    /// The same certificate was there before.
    Duplicate {
        /// Where.
        first: Place,
    },
    /// The section is something else.
    NotACertificate {
        /// Its label, such as `X509 CRL`.
        label: String,
    },
    /// OpenSSL's own trust settings, which no other program reads, were dropped.
    TrustSettingsDropped,
    /// Bytes that follow the certificate in its section were dropped.
    TrailingBytes {
        /// How many.
        len: usize,
    },
    /// The END marker is missing, but the certificate is whole.
    EndMissing,
    /// There is no certificate in the input.
    NoCertificates,
    /// The input has more text without a section than the limit; the rest was not read.
    TooMuchText {
        /// The limit, in bytes.
        limit: usize,
    },
    /// There are more distinct certificates than the limit; the rest was not read.
    TooManyCertificates {
        /// The limit.
        limit: usize,
    },
}

impl Fault {
    /// A name that stays the same from version to version.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::PrivateKey => "private-key",
            Self::Expired { .. } => "expired",
            Self::ExpiresSoon { .. } => "expires-soon",
            Self::NotYetValid { .. } => "not-yet-valid",
            Self::NotACa => "not-a-ca",
            Self::WeakSignature { .. } => "weak-signature",
            Self::WeakKey { .. } => "weak-key",
            Self::Unparsable { .. } => "unparsable",
            Self::UnreadableManifest { .. } => "unreadable-manifest",
            Self::Pkcs12 { .. } => "pkcs12",
            Self::Truncated => "truncated",
            Self::TooLong { .. } => "too-long",
            Self::Duplicate { .. } => "duplicate",
            Self::NotACertificate { .. } => "not-a-certificate",
            Self::TrustSettingsDropped => "trust-settings-dropped",
            Self::TrailingBytes { .. } => "trailing-bytes",
            Self::EndMissing => "end-missing",
            Self::NoCertificates => "no-certificates",
            Self::TooMuchText { .. } => "too-much-text",
            Self::TooManyCertificates { .. } => "too-many-certificates",
        }
    }

    /// How much it matters.
    #[must_use]
    pub const fn severity(&self) -> Severity {
        match self {
            Self::PrivateKey => Severity::Fatal,
            Self::Duplicate { .. } => Severity::Info,
            Self::ExpiresSoon { .. } | Self::TrustSettingsDropped | Self::TrailingBytes { .. } | Self::EndMissing => {
                Severity::Warning
            }
            _ => Severity::Refused,
        }
    }

    /// What to do about it.
    #[must_use]
    pub const fn remedy(&self) -> &'static str {
        match self {
            Self::PrivateKey => "take it out, and replace the key: whoever reads the bundle could have copied it",
            Self::Expired { .. } => "get its successor from whoever runs the CA; --at judges at another time",
            Self::ExpiresSoon { .. } => "get its successor from whoever runs the CA, and add it before that day",
            Self::NotYetValid { .. } => "check this machine's clock; --at judges at another time",
            Self::NotACa => "give the certificate of the CA that issued it, or --allow-leaf to trust just this one",
            Self::WeakSignature { .. } => "ask the CA for one that is signed with SHA-256, or give the root alone",
            Self::WeakKey { .. } => "ask the CA for a certificate with a longer key",
            Self::Unparsable { .. } => {
                "get the file again; `openssl x509 -in FILE -noout -text` must be able to read it"
            }
            Self::UnreadableManifest { .. } => "mend the YAML; what a Secret has in base64 cannot be found before",
            Self::Pkcs12 { .. } => {
                "give its password with --password-file, or its certificates as PEM: `openssl pkcs12 -in FILE -nokeys -out PEM`, \
                 with -legacy if it is old"
            }
            Self::Truncated => "get the file again: part of it is missing",
            Self::TooLong { .. } => "take out what is no certificate",
            Self::Duplicate { .. } => "nothing to do: it is written once",
            Self::NotACertificate { .. } => "take it out: a CA bundle has certificates only",
            Self::TrustSettingsDropped => {
                "nothing to do, unless OpenSSL was told to distrust it: see `openssl x509 -in FILE -noout -text`"
            }
            Self::TrailingBytes { .. } | Self::EndMissing => {
                "get the file again if you can: Go, OpenSSL and rustls do not agree about it, the bundle is in order"
            }
            Self::NoCertificates => {
                "give PEM with `-----BEGIN CERTIFICATE-----`, DER, PKCS#7 or a manifest that has them"
            }
            Self::TooMuchText { .. } => "check that this is the right file",
            Self::TooManyCertificates { .. } => "make several bundles",
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PrivateKey => f.write_str("there is a private key in it, so nothing is written"),
            Self::Expired { not_after, now } => write!(f, "expired at {not_after}, judged at {now}"),
            Self::ExpiresSoon { not_after, now } => {
                let days = not_after.secs_since(*now) / 86_400;
                write!(f, "expires at {not_after}, {days} days after {now}")
            }
            Self::NotYetValid { not_before, now } => write!(f, "not valid before {not_before}, judged at {now}"),
            Self::NotACa => f.write_str("not a CA: it may not issue certificates"),
            Self::WeakSignature { algorithm } => {
                write!(f, "signed by another key with {algorithm}, which can be forged")
            }
            Self::WeakKey { bits } => {
                write!(f, "its RSA key has {bits} bits, expected at least {MIN_RSA_BITS}")
            }
            Self::Unparsable { why } | Self::Pkcs12 { why } => f.write_str(why),
            Self::UnreadableManifest { fault } => write!(f, "the manifest {fault}"),
            Self::Truncated => f.write_str("the section that begins here does not end"),
            Self::TooLong { limit } => write!(f, "the section that begins here has more than {limit} bytes"),
            Self::Duplicate { first } => write!(f, "the same certificate as at {first}"),
            Self::NotACertificate { label } => write!(f, "the section is `{label}`, not a certificate"),
            Self::TrustSettingsDropped => {
                f.write_str("taken without OpenSSL's trust settings, which are in the section")
            }
            Self::TrailingBytes { len } => write!(f, "taken without the {len} bytes that follow it in the section"),
            Self::EndMissing => f.write_str("taken although the section has no END marker"),
            Self::NoCertificates => f.write_str("no certificate in this input"),
            Self::TooMuchText { limit } => {
                write!(f, "more than {limit} bytes without a PEM section; the rest was not read")
            }
            Self::TooManyCertificates { limit } => {
                write!(f, "more than {limit} distinct certificates; the rest was not read")
            }
        }
    }
}

/// One thing that was found, where, and about which certificate.
///
/// `Display` is what a terminal shows, several lines without colour:
///
/// ```text
/// refused[expired]: expired at 2021-09-29T19:21:40Z, judged at 2026-01-01T00:00:00Z
///   --> isrg.pem:32 (section 2)
///   = subject: C=US, O=Let's Encrypt, CN=R3
///   = sha256: 730c1bdcd85f57ce5dc0bba733e5f1ba5a925b2a771d640a26f7a454224dad3b
///   = help: get its successor from whoever runs the CA; --at judges at another time
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Finding {
    /// Where it is.
    pub place: Place,
    /// Which certificate, if it can be read.
    pub certificate: Option<CertificateName>,
    /// What was found.
    pub fault: Fault,
}

/// How a certificate is called in a finding.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct CertificateName {
    /// SHA-256 of its DER.
    pub fingerprint: Fingerprint,
    /// Its subject, on one line and without control characters.
    pub subject: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { place, certificate, fault } = self;
        writeln!(f, "{}[{}]: {fault}", fault.severity().as_str(), fault.code())?;
        writeln!(f, "  --> {place}")?;
        if let Some(CertificateName { fingerprint, subject }) = certificate {
            writeln!(f, "  = subject: {subject}")?;
            writeln!(f, "  = sha256: {fingerprint}")?;
        }
        write!(f, "  = help: {}", fault.remedy())
    }
}
