//! gorilla's serializers, for the values that cookies here carry.

use super::gob::{self, DecodeGobError};
use super::json::{self, DecodeJsonError};
use crate::secret::SecretBytes;

/// How a value becomes the bytes that a cookie carries: one of gorilla's serializers with one type of Go.
///
/// ```
/// use kkp_oidc_core::secure_cookie::Serializer;
///
/// let serialized = Serializer::JsonString.serialize(b"a&b");
/// assert_eq!(serialized.expose_secret(), b"\"a\\u0026b\"\n");
/// let value = Serializer::JsonString.deserialize(serialized.expose_secret())?;
/// assert_eq!(value.expose_secret(), b"a&b");
/// # Ok::<(), kkp_oidc_core::secure_cookie::DeserializeError>(())
/// ```
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Serializer {
    /// `NopEncoder`: bytes as they are.
    Nop,
    /// `GobEncoder`, gorilla's default, with a `string`. KKP's.
    GobString,
    /// `GobEncoder`, gorilla's default, with a `[]byte`.
    GobBytes,
    /// `JSONEncoder` with a `string`. What is not UTF-8 does not survive.
    JsonString,
}

impl Serializer {
    /// The bytes for `value`.
    #[must_use]
    pub fn serialize(self, value: &[u8]) -> SecretBytes {
        SecretBytes::from(match self {
            Self::Nop => value.to_vec(),
            Self::GobString => gob::encode_string(value),
            Self::GobBytes => gob::encode_bytes(value),
            Self::JsonString => json::encode_string(value),
        })
    }

    /// The value in `serialized`.
    ///
    /// # Errors
    ///
    /// - [`Gob`](DeserializeError::Gob) if it is no gob message of that type.
    /// - [`Json`](DeserializeError::Json) if it does not start with a JSON string.
    pub fn deserialize(self, serialized: &[u8]) -> Result<SecretBytes, DeserializeError> {
        Ok(match self {
            Self::Nop => SecretBytes::from(serialized),
            Self::GobString => SecretBytes::from(gob::decode_string(serialized)?),
            Self::GobBytes => SecretBytes::from(gob::decode_bytes(serialized)?),
            Self::JsonString => SecretBytes::from(json::decode_string(serialized)?.expose_secret().as_bytes()),
        })
    }
}

/// Why bytes are not what a serializer writes.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum DeserializeError {
    /// Not gob.
    #[error("the cookie's value is not the expected gob message")]
    Gob(#[from] DecodeGobError),
    /// Not JSON.
    #[error("the cookie's value is not a JSON string")]
    Json(#[from] DecodeJsonError),
}
