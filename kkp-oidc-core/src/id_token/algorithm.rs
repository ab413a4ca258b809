//! Which signatures an ID token may have.

use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256, Sha384, Sha512};

/// Signature algorithms that an ID token may have: asymmetric ones only, never `none`.
///
/// `ES512` is missing because the signature library lacks it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the names are those of RFC 7518 section 3.1 and RFC 8037 section 3.1")]
pub enum Algorithm {
    Rs256,
    Rs384,
    Rs512,
    Ps256,
    Ps384,
    Ps512,
    Es256,
    Es384,
    EdDsa,
}

impl Algorithm {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Rs256,
        Self::Rs384,
        Self::Rs512,
        Self::Ps256,
        Self::Ps384,
        Self::Ps512,
        Self::Es256,
        Self::Es384,
        Self::EdDsa,
    ];

    /// The name in a header's `alg`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Rs384 => "RS384",
            Self::Rs512 => "RS512",
            Self::Ps256 => "PS256",
            Self::Ps384 => "PS384",
            Self::Ps512 => "PS512",
            Self::Es256 => "ES256",
            Self::Es384 => "ES384",
            Self::EdDsa => "EdDSA",
        }
    }

    /// The left half of the hash of `text`, base64url: what `at_hash` must be ([OpenID Connect Core 1.0 section
    /// 3.1.3.6]). For `EdDSA` the hash is Ed25519's own, SHA-512.
    ///
    /// [OpenID Connect Core 1.0 section 3.1.3.6]: https://openid.net/specs/openid-connect-core-1_0.html#CodeIDToken
    pub(super) fn half_hash(self, text: &str) -> String {
        let left_half = |hash: &[u8]| URL_SAFE_NO_PAD.encode(hash.split_at(hash.len() / 2).0);
        match self {
            Self::Rs256 | Self::Ps256 | Self::Es256 => left_half(&Sha256::digest(text)),
            Self::Rs384 | Self::Ps384 | Self::Es384 => left_half(&Sha384::digest(text)),
            Self::Rs512 | Self::Ps512 | Self::EdDsa => left_half(&Sha512::digest(text)),
        }
    }
}

impl FromStr for Algorithm {
    type Err = UnknownAlgorithm;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|algorithm| algorithm.name() == name).ok_or(UnknownAlgorithm)
    }
}

/// A name that is not that of an [`Algorithm`].
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("signature algorithm is not accepted, expected one of RS, PS, ES (256, 384; RS and PS also 512) or EdDSA")]
#[non_exhaustive]
pub struct UnknownAlgorithm;
