//! A provider's keys ([RFC 7517]) from a file, and what they say to a signature. All arithmetic is aws-lc-rs's.
//!
//! [RFC 7517]: https://www.rfc-editor.org/rfc/rfc7517

use std::fmt;

use aws_lc_rs::signature::{self, RsaParameters, RsaPublicKeyComponents, UnparsedPublicKey, VerificationAlgorithm};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;

use super::token::ReadToken;

/// Keys that tokens may be signed with.
pub struct JwkSet {
    keys: Vec<Jwk>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Jwk {
    kid: String,
    kty: String,
    crv: String,
    n: String,
    e: String,
    x: String,
    y: String,
}

#[derive(Deserialize)]
struct Document {
    keys: Vec<serde_json::Value>,
}

impl JwkSet {
    /// Longest set that is read, in bytes (1 MiB).
    pub const MAX_LEN: usize = 1024 * 1024;

    /// Most keys in a set.
    pub const MAX_KEYS: usize = 100;

    /// Read a set, as the provider gives it out at its `jwks_uri`. Keys that cannot be read are as good as absent.
    ///
    /// # Errors
    ///
    /// - [`TooLong`](ParseJwkSetError::TooLong) if it has more than [`Self::MAX_LEN`] bytes.
    /// - [`NotAKeySet`](ParseJwkSetError::NotAKeySet) if it is no JSON object with a list `keys`.
    /// - [`TooMany`](ParseJwkSetError::TooMany) if it has more than [`Self::MAX_KEYS`] keys.
    pub fn parse(json: &[u8]) -> Result<Self, ParseJwkSetError> {
        if json.len() > Self::MAX_LEN {
            return Err(ParseJwkSetError::TooLong { len: json.len() });
        }
        let document: Document = crate::json_object::from_object(json).ok_or(ParseJwkSetError::NotAKeySet)?;
        if document.keys.len() > Self::MAX_KEYS {
            return Err(ParseJwkSetError::TooMany { count: document.keys.len() });
        }
        Ok(Self { keys: document.keys.into_iter().filter_map(|key| serde_json::from_value(key).ok()).collect() })
    }

    /// Say whether one of the keys made the token's signature. As kube-apiserver does, `kid` must be the same text
    /// where the token has one; each key that has it is tried.
    pub(super) fn verify(&self, token: &ReadToken) -> Result<(), SignatureFault> {
        let mut fault = if self.keys.is_empty() { SignatureFault::EmptySet } else { SignatureFault::NoKey };
        for key in self.keys.iter().filter(|key| token.key_id().is_empty() || key.kid == token.key_id()) {
            match key.verify(token) {
                Ok(()) => return Ok(()),
                // Any key that cannot be asked may have made it.
                Err(unasked @ SignatureFault::KeyLength { .. }) => fault = unasked,
                Err(_) if matches!(fault, SignatureFault::KeyLength { .. }) => {}
                Err(other) => fault = other,
            }
        }
        Err(fault)
    }

    /// The `kid` of every key, in the order of the set.
    pub(super) fn key_ids(&self) -> impl Iterator<Item = &str> {
        self.keys.iter().map(|key| key.kid.as_str())
    }
}

/// Why a signature does not hold.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum SignatureFault {
    /// The set has no key that can be read.
    EmptySet,
    /// No key has the token's `kid`.
    NoKey,
    /// An RSA key that has it is of a length, in bits, for which aws-lc-rs does not have the algorithm.
    KeyLength { bits: usize },
    /// No key that has it made this signature.
    Invalid,
}

/// Shortest RSA key of Go's `crypto/rsa`.
const MIN_RSA_BITS: usize = 1024;

/// Longest RSA key of aws-lc-rs. Go has no limit.
const MAX_RSA_BITS: usize = 8192;

/// The length of a number without zeros in front.
fn bits(number: &[u8]) -> usize {
    let zeros = number.iter().position(|&byte| byte != 0).unwrap_or(number.len());
    let number = number.get(zeros..).unwrap_or_default();
    let first = number.first().map_or(0, |byte| usize::try_from(byte.leading_zeros()).unwrap_or_default());
    number.len().saturating_mul(8).saturating_sub(first)
}

impl Jwk {
    fn verify(&self, token: &ReadToken) -> Result<(), SignatureFault> {
        let is_good = match token.algorithm() {
            "RS256" => return self.rsa(token, &signature::RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY, 1024),
            "RS384" => return self.rsa(token, &signature::RSA_PKCS1_2048_8192_SHA384, 2048),
            "RS512" => return self.rsa(token, &signature::RSA_PKCS1_1024_8192_SHA512_FOR_LEGACY_USE_ONLY, 1024),
            "PS256" => return self.rsa(token, &signature::RSA_PSS_2048_8192_SHA256, 2048),
            "PS384" => return self.rsa(token, &signature::RSA_PSS_2048_8192_SHA384, 2048),
            "PS512" => return self.rsa(token, &signature::RSA_PSS_2048_8192_SHA512, 2048),
            "ES256" => self.elliptic(token, "P-256", 32, &signature::ECDSA_P256_SHA256_FIXED),
            "ES384" => self.elliptic(token, "P-384", 48, &signature::ECDSA_P384_SHA384_FIXED),
            "ES512" => self.elliptic(token, "P-521", 66, &signature::ECDSA_P521_SHA512_FIXED),
            _ => false,
        };
        if is_good { Ok(()) } else { Err(SignatureFault::Invalid) }
    }

    /// kube-apiserver takes keys of [`MIN_RSA_BITS`] and more; `parameters` take `from` to [`MAX_RSA_BITS`].
    fn rsa(&self, token: &ReadToken, parameters: &'static RsaParameters, from: usize) -> Result<(), SignatureFault> {
        let (Ok(n), Ok(e)) = (URL_SAFE_NO_PAD.decode(&self.n), URL_SAFE_NO_PAD.decode(&self.e)) else {
            return Err(SignatureFault::Invalid);
        };
        let bits = bits(&n);
        if self.kty != "RSA" || bits < MIN_RSA_BITS {
            return Err(SignatureFault::Invalid);
        }
        if bits < from || bits > MAX_RSA_BITS {
            return Err(SignatureFault::KeyLength { bits });
        }
        let key = RsaPublicKeyComponents { n, e };
        key.verify(parameters, token.signing_input(), token.signature()).map_err(|_| SignatureFault::Invalid)
    }

    /// `len` is that of a coordinate, in bytes.
    fn elliptic(
        &self,
        token: &ReadToken,
        curve: &str,
        len: usize,
        algorithm: &'static dyn VerificationAlgorithm,
    ) -> bool {
        let (Ok(x), Ok(y)) = (URL_SAFE_NO_PAD.decode(&self.x), URL_SAFE_NO_PAD.decode(&self.y)) else {
            return false;
        };
        if self.kty != "EC" || self.crv != curve || x.len() != len || y.len() != len {
            return false;
        }
        // SEC 1 section 2.3.3: an uncompressed point.
        let point = [&[4], x.as_slice(), y.as_slice()].concat();
        UnparsedPublicKey::new(algorithm, point).verify(token.signing_input(), token.signature()).is_ok()
    }
}

impl fmt::Debug for JwkSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "JwkSet({} keys)", self.keys.len())
    }
}

/// Why a file is no [`JwkSet`].
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseJwkSetError {
    /// Too long.
    #[error("the key set has {len} bytes, expected at most {}", JwkSet::MAX_LEN)]
    TooLong {
        /// Its length in bytes.
        len: usize,
    },
    /// It is something else.
    #[error("the key set is not a JSON object with a list `keys`")]
    NotAKeySet,
    /// Too many keys.
    #[error("the key set has {count} keys, expected at most {}", JwkSet::MAX_KEYS)]
    TooMany {
        /// How many it has.
        count: usize,
    },
}
