//! Why a client refuses a server.

use std::fmt;

use serde::{Serialize, Serializer};

use super::certificate::{Certificate, hex};
use crate::UnixTime;

/// Which certificate is meant.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct CertificateId {
    /// Its subject, as people write it; without control characters.
    pub subject: String,
    /// SHA-256 of its DER, lower-case hexadecimal.
    pub sha256: String,
}

impl CertificateId {
    pub(super) fn of(certificate: &Certificate<'_>) -> Self {
        Self { subject: certificate.subject.text.clone(), sha256: hex(&certificate.fingerprint) }
    }
}

impl fmt::Display for CertificateId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.subject.as_str() {
            "" => write!(f, "the certificate with SHA-256 {}", self.sha256),
            subject => write!(f, "`{subject}`"),
        }
    }
}

/// Why a client refuses a server. The certificates are the ones that it looked at when it gave up.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(tag = "reason", rename_all = "snake_case")]
#[expect(missing_docs, reason = "the fields are what the variant's text names")]
#[non_exhaustive]
pub enum Reason {
    /// The server sends no certificate.
    NothingSent,
    /// What the server sends at this place, from 0, is no certificate that the client can read.
    Unreadable { index: usize },
    /// Nobody knows the certificate's issuer.
    UnknownIssuer { certificate: CertificateId, issuer: String, key_id: Option<String> },
    /// The chain ends in a certificate that is signed by itself and is not in the bundle.
    NotInBundle { certificate: CertificateId },
    /// A certificate of the bundle is not signed by itself, and its issuer is not in the bundle.
    NoRoot { certificate: CertificateId, issuer: String, key_id: Option<String> },
    /// It has ended.
    Expired {
        certificate: CertificateId,
        #[serde(serialize_with = "rfc3339")]
        not_after: UnixTime,
    },
    /// It has not begun.
    NotYetValid {
        certificate: CertificateId,
        #[serde(serialize_with = "rfc3339")]
        not_before: UnixTime,
    },
    /// The server's certificate is for other names.
    WrongName { certificate: CertificateId, asked: String, names: Vec<String> },
    /// The server's certificate is for no name at all, but for the common name, which is out of use.
    CommonNameOnly { certificate: CertificateId, asked: String },
    /// A name that this client cannot ask for.
    UnusableName { asked: String },
    /// It is used as a CA and is none.
    NotACa { certificate: CertificateId },
    /// It is a CA's, and used by a server.
    CaAsServer { certificate: CertificateId },
    /// It says that there may be fewer CAs below it.
    PathTooLong { certificate: CertificateId, max: u32 },
    /// It says that it is for something else than TLS servers.
    WrongUsage { certificate: CertificateId },
    /// A CA may not issue for that name.
    ForbiddenName { certificate: CertificateId, name: String },
    /// It has a critical extension that the client does not know.
    UnknownCriticalExtension { certificate: CertificateId, extension: String },
    /// The way it is signed counts as broken.
    WeakSignature { certificate: CertificateId, algorithm: String },
    /// Its key is too short, or of a kind that is not accepted.
    WeakKey { certificate: CertificateId, key: String },
    /// The client does not know the way it is signed.
    UnsupportedSignature { certificate: CertificateId, algorithm: String },
    /// A certificate with the issuer's name did not sign it.
    BadSignature { certificate: CertificateId, issuer: CertificateId },
    /// Its encoding breaks a rule that this client insists on.
    Malformed { certificate: CertificateId },
    /// There are more ways through the certificates than the client tries.
    TooManyPaths,
}

impl Reason {
    /// How much it tells; of several reasons the one that tells most is reported.
    pub(super) const fn rank(&self) -> u8 {
        match self {
            Self::UnknownIssuer { .. } | Self::NotInBundle { .. } | Self::NoRoot { .. } => 0,
            Self::BadSignature { .. } => 1,
            _ => 2,
        }
    }

    /// The certificates are sound, and nobody whom the client trusts has signed them.
    pub(super) const fn is_about_trust(&self) -> bool {
        self.rank() < 2
    }

    /// `issuer`'s key, or what it made, is of a kind that the client does not know.
    pub(super) fn unsupported_signature(certificate: &Certificate<'_>, issuer: &Certificate<'_>) -> Self {
        let algorithm = format!("{} and an {}", certificate.signature_algorithm.to_text(), issuer.public_key.to_text());
        Self::UnsupportedSignature { certificate: CertificateId::of(certificate), algorithm }
    }

    pub(super) fn unknown_issuer(certificate: &Certificate<'_>) -> Self {
        if certificate.is_self_issued() {
            return Self::NotInBundle { certificate: CertificateId::of(certificate) };
        }
        Self::UnknownIssuer {
            certificate: CertificateId::of(certificate),
            issuer: certificate.issuer.text.clone(),
            key_id: certificate.authority_key_id.as_deref().map(hex),
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = |key_id: &Option<String>| key_id.as_ref().map_or(String::new(), |id| format!(" with key {id}"));
        match self {
            Self::NothingSent => write!(f, "the server sends no certificate"),
            Self::Unreadable { index } => write!(f, "certificate {index} that the server sends cannot be read"),
            Self::UnknownIssuer { certificate, issuer, key_id } => {
                write!(f, "unknown issuer: {certificate} is from `{issuer}`{}, which is not there", key(key_id))
            }
            Self::NotInBundle { certificate } => {
                write!(f, "unknown issuer: {certificate} is signed by itself and not in the bundle")
            }
            Self::NoRoot { certificate, issuer, key_id } => {
                write!(f, "no root: {certificate} is in the bundle, but its issuer `{issuer}`{} is not", key(key_id))
            }
            Self::Expired { certificate, not_after } => {
                write!(f, "expired: {certificate} ended {not_after}")
            }
            Self::NotYetValid { certificate, not_before } => {
                write!(f, "not yet valid: {certificate} begins {not_before}")
            }
            Self::WrongName { certificate, asked, names } if names.is_empty() => {
                write!(f, "wrong name: {certificate} has no names, asked for {asked}")
            }
            Self::WrongName { names, asked, .. } => {
                write!(f, "wrong name: the certificate is for {}, not for {asked}", names.join(", "))
            }
            Self::CommonNameOnly { certificate, asked } => write!(
                f,
                "wrong name: {certificate} has a common name only, expected {asked} as subject alternative name"
            ),
            Self::UnusableName { asked } => write!(f, "wrong name: {asked} is no name that this client asks for"),
            Self::NotACa { certificate } => write!(f, "not a CA: {certificate} may not sign certificates"),
            Self::CaAsServer { certificate } => {
                write!(f, "a CA: {certificate} may not be a server's certificate")
            }
            Self::PathTooLong { certificate, max } => {
                write!(f, "chain too long: {certificate} allows at most {max} CAs below it")
            }
            Self::WrongUsage { certificate } => {
                write!(f, "wrong usage: {certificate} is not for TLS servers")
            }
            Self::ForbiddenName { certificate, name } => {
                write!(f, "forbidden name: {certificate} may not issue for {name}")
            }
            Self::UnknownCriticalExtension { certificate, extension } => {
                write!(f, "unknown critical extension: {certificate} has {extension}")
            }
            Self::WeakSignature { certificate, algorithm } => {
                write!(f, "weak signature: {certificate} is signed by {algorithm}")
            }
            Self::WeakKey { certificate, key } => write!(f, "weak key: {certificate} has an {key}"),
            Self::UnsupportedSignature { certificate, algorithm } => {
                write!(f, "unsupported signature: {certificate} is signed by {algorithm}")
            }
            Self::BadSignature { certificate, issuer } => {
                write!(f, "bad signature: {certificate} is not signed by the {issuer} that is there")
            }
            Self::Malformed { certificate } => write!(f, "malformed: {certificate} breaks a rule of its encoding"),
            Self::TooManyPaths => write!(f, "too many ways through the certificates"),
        }
    }
}

/// Times in JSON are text.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "the shape that serde asks for")]
pub(super) fn rfc3339<S: Serializer>(time: &UnixTime, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(time)
}
