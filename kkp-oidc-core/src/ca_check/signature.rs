//! Signatures of certificates. All arithmetic is aws-lc-rs's.

use aws_lc_rs::signature::{self, UnparsedPublicKey, VerificationAlgorithm};
use x509_parser::prelude::FromDer as _;
use x509_parser::public_key;
use x509_parser::signature_algorithm::RsaSsaPssParams;
use x509_parser::x509::{AlgorithmIdentifier, SubjectPublicKeyInfo};

/// How a certificate is signed.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum SignatureAlgorithm {
    RsaPkcs1(Hash),
    /// With the length of the salt in bytes.
    RsaPss(Hash, u32),
    Ecdsa(Hash),
    Ed25519,
    /// Any other, by its object identifier.
    Other(String),
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Hash {
    Md5,
    Sha1,
    Sha256,
    Sha384,
    Sha512,
}

impl Hash {
    const fn name(self) -> &'static str {
        match self {
            Self::Md5 => "MD5",
            Self::Sha1 => "SHA-1",
            Self::Sha256 => "SHA-256",
            Self::Sha384 => "SHA-384",
            Self::Sha512 => "SHA-512",
        }
    }

    /// In bytes.
    const fn len(self) -> u32 {
        match self {
            Self::Md5 => 16,
            Self::Sha1 => 20,
            Self::Sha256 => 32,
            Self::Sha384 => 48,
            Self::Sha512 => 64,
        }
    }
}

impl SignatureAlgorithm {
    pub(super) fn of(algorithm: &AlgorithmIdentifier<'_>) -> Self {
        let id = algorithm.algorithm.to_id_string();
        match id.as_str() {
            "1.2.840.113549.1.1.4" => Self::RsaPkcs1(Hash::Md5),
            "1.2.840.113549.1.1.5" | "1.3.14.3.2.29" => Self::RsaPkcs1(Hash::Sha1),
            "1.2.840.113549.1.1.11" => Self::RsaPkcs1(Hash::Sha256),
            "1.2.840.113549.1.1.12" => Self::RsaPkcs1(Hash::Sha384),
            "1.2.840.113549.1.1.13" => Self::RsaPkcs1(Hash::Sha512),
            "1.2.840.113549.1.1.10" => Self::pss(algorithm).unwrap_or(Self::Other(id)),
            "1.2.840.10045.4.1" => Self::Ecdsa(Hash::Sha1),
            "1.2.840.10045.4.3.2" => Self::Ecdsa(Hash::Sha256),
            "1.2.840.10045.4.3.3" => Self::Ecdsa(Hash::Sha384),
            "1.2.840.10045.4.3.4" => Self::Ecdsa(Hash::Sha512),
            "1.3.101.112" => Self::Ed25519,
            _ => Self::Other(id),
        }
    }

    fn pss(algorithm: &AlgorithmIdentifier<'_>) -> Option<Self> {
        let parameters = RsaSsaPssParams::try_from(algorithm.parameters.as_ref()?).ok()?;
        let hash = match parameters.hash_algorithm_oid().to_id_string().as_str() {
            "1.3.14.3.2.26" => Hash::Sha1,
            "2.16.840.1.101.3.4.2.1" => Hash::Sha256,
            "2.16.840.1.101.3.4.2.2" => Hash::Sha384,
            "2.16.840.1.101.3.4.2.3" => Hash::Sha512,
            _ => return None,
        };
        Some(Self::RsaPss(hash, parameters.salt_length()))
    }

    /// `None` for those whose hash cannot be told.
    pub(super) const fn hash(&self) -> Option<Hash> {
        match self {
            Self::RsaPkcs1(hash) | Self::RsaPss(hash, _) | Self::Ecdsa(hash) => Some(*hash),
            Self::Ed25519 => Some(Hash::Sha512),
            Self::Other(_) => None,
        }
    }

    /// As people say it.
    pub(super) fn to_text(&self) -> String {
        match self {
            Self::RsaPkcs1(hash) => format!("RSA with {}", hash.name()),
            Self::RsaPss(hash, salt) if *salt == hash.len() => format!("RSA-PSS with {}", hash.name()),
            Self::RsaPss(hash, salt) => format!("RSA-PSS with {} and a salt of {salt} bytes", hash.name()),
            Self::Ecdsa(hash) => format!("ECDSA with {}", hash.name()),
            Self::Ed25519 => "Ed25519".to_owned(),
            Self::Other(id) => format!("algorithm {id}"),
        }
    }
}

/// A certificate's public key.
#[derive(Clone, Eq, PartialEq)]
pub(super) struct PublicKey {
    pub(super) kind: KeyKind,
    /// The whole SubjectPublicKeyInfo.
    pub(super) info: Vec<u8>,
    bytes: Vec<u8>,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum KeyKind {
    /// With the length of the modulus in bits.
    Rsa(usize),
    P256,
    P384,
    P521,
    Secp256k1,
    Ed25519,
    Other,
}

impl PublicKey {
    pub(super) fn of(info: &SubjectPublicKeyInfo<'_>) -> Self {
        let curve = || info.algorithm.parameters.as_ref()?.as_oid().ok().map(|curve| curve.to_id_string());
        let kind = match info.algorithm.algorithm.to_id_string().as_str() {
            "1.2.840.113549.1.1.1" => rsa_bits(info).map_or(KeyKind::Other, KeyKind::Rsa),
            "1.2.840.10045.2.1" => match curve().as_deref() {
                Some("1.2.840.10045.3.1.7") => KeyKind::P256,
                Some("1.3.132.0.34") => KeyKind::P384,
                Some("1.3.132.0.35") => KeyKind::P521,
                Some("1.3.132.0.10") => KeyKind::Secp256k1,
                _ => KeyKind::Other,
            },
            "1.3.101.112" => KeyKind::Ed25519,
            _ => KeyKind::Other,
        };
        Self { kind, info: info.raw.to_vec(), bytes: info.subject_public_key.data.to_vec() }
    }

    /// Whether this key made that signature; `None` if no algorithm for it is at hand.
    pub(super) fn verify(&self, algorithm: &SignatureAlgorithm, signed: &[u8], signature: &[u8]) -> Option<bool> {
        let verifier = self.verifier(algorithm)?;
        Some(UnparsedPublicKey::new(verifier, &self.bytes).verify(signed, signature).is_ok())
    }

    fn verifier(&self, algorithm: &SignatureAlgorithm) -> Option<&'static dyn VerificationAlgorithm> {
        use SignatureAlgorithm as Algorithm;
        Some(match (self.kind, algorithm) {
            (KeyKind::Rsa(_), Algorithm::RsaPkcs1(Hash::Sha1)) => {
                &signature::RSA_PKCS1_1024_8192_SHA1_FOR_LEGACY_USE_ONLY
            }
            (KeyKind::Rsa(_), Algorithm::RsaPkcs1(Hash::Sha256)) => {
                &signature::RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY
            }
            (KeyKind::Rsa(_), Algorithm::RsaPkcs1(Hash::Sha384)) => &signature::RSA_PKCS1_2048_8192_SHA384,
            (KeyKind::Rsa(_), Algorithm::RsaPkcs1(Hash::Sha512)) => {
                &signature::RSA_PKCS1_1024_8192_SHA512_FOR_LEGACY_USE_ONLY
            }
            (KeyKind::Rsa(_), Algorithm::RsaPss(Hash::Sha256, 32)) => &signature::RSA_PSS_2048_8192_SHA256,
            (KeyKind::Rsa(_), Algorithm::RsaPss(Hash::Sha384, 48)) => &signature::RSA_PSS_2048_8192_SHA384,
            (KeyKind::Rsa(_), Algorithm::RsaPss(Hash::Sha512, 64)) => &signature::RSA_PSS_2048_8192_SHA512,
            (KeyKind::P256, Algorithm::Ecdsa(Hash::Sha1)) => &signature::ECDSA_P256_SHA1_ASN1,
            (KeyKind::P256, Algorithm::Ecdsa(Hash::Sha256)) => &signature::ECDSA_P256_SHA256_ASN1,
            (KeyKind::P256, Algorithm::Ecdsa(Hash::Sha384)) => &signature::ECDSA_P256_SHA384_ASN1,
            (KeyKind::P256, Algorithm::Ecdsa(Hash::Sha512)) => &signature::ECDSA_P256_SHA512_ASN1,
            (KeyKind::P384, Algorithm::Ecdsa(Hash::Sha256)) => &signature::ECDSA_P384_SHA256_ASN1,
            (KeyKind::P384, Algorithm::Ecdsa(Hash::Sha384)) => &signature::ECDSA_P384_SHA384_ASN1,
            (KeyKind::P384, Algorithm::Ecdsa(Hash::Sha512)) => &signature::ECDSA_P384_SHA512_ASN1,
            (KeyKind::P521, Algorithm::Ecdsa(Hash::Sha1)) => &signature::ECDSA_P521_SHA1_ASN1,
            (KeyKind::P521, Algorithm::Ecdsa(Hash::Sha256)) => &signature::ECDSA_P521_SHA256_ASN1,
            (KeyKind::P521, Algorithm::Ecdsa(Hash::Sha384)) => &signature::ECDSA_P521_SHA384_ASN1,
            (KeyKind::P521, Algorithm::Ecdsa(Hash::Sha512)) => &signature::ECDSA_P521_SHA512_ASN1,
            (KeyKind::Secp256k1, Algorithm::Ecdsa(Hash::Sha256)) => &signature::ECDSA_P256K1_SHA256_ASN1,
            (KeyKind::Ed25519, Algorithm::Ed25519) => &signature::ED25519,
            _ => return None,
        })
    }

    /// The strength that OpenSSL counts, in bits: NIST SP 800-57 part 1, table 2.
    pub(super) const fn security_bits(&self) -> usize {
        match self.kind {
            KeyKind::Rsa(bits) => match bits {
                0..1024 => 0,
                1024..2048 => 80,
                2048..3072 => 112,
                _ => 128,
            },
            KeyKind::P384 => 192,
            KeyKind::P521 => 256,
            KeyKind::P256 | KeyKind::Secp256k1 | KeyKind::Ed25519 => 128,
            // Not known, so not judged.
            KeyKind::Other => 128,
        }
    }

    /// As people say it.
    pub(super) fn to_text(&self) -> String {
        match self.kind {
            KeyKind::Rsa(bits) => format!("RSA key of {bits} bits"),
            KeyKind::P256 => "ECDSA key on P-256".to_owned(),
            KeyKind::P384 => "ECDSA key on P-384".to_owned(),
            KeyKind::P521 => "ECDSA key on P-521".to_owned(),
            KeyKind::Secp256k1 => "ECDSA key on secp256k1".to_owned(),
            KeyKind::Ed25519 => "Ed25519 key".to_owned(),
            KeyKind::Other => "unknown kind of key".to_owned(),
        }
    }
}

fn rsa_bits(info: &SubjectPublicKeyInfo<'_>) -> Option<usize> {
    let (_, key) = public_key::RSAPublicKey::from_der(&info.subject_public_key.data).ok()?;
    let first = key.modulus.iter().position(|&byte| byte != 0)?;
    let digits = key.modulus.get(first..)?;
    let unused = usize::try_from(digits.first()?.leading_zeros()).ok()?;
    digits.len().checked_mul(8)?.checked_sub(unused)
}
