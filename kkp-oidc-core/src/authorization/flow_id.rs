//! The name of a flow.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// Names one flow: 128 random bits, as text 22 characters of base64url.
///
/// Not a secret: it stands in the cookie's name and, authenticated, in `state`.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct FlowId([u8; 16]);

impl FlowId {
    /// The flow with these bytes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

/// The text that [`Display`](fmt::Display) writes, and no other.
impl std::str::FromStr for FlowId {
    type Err = ParseFlowIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| ParseFlowIdError)?;
        Ok(Self(bytes.try_into().map_err(|_| ParseFlowIdError)?))
    }
}

/// Why text names no flow.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("not the id of a login, expected 22 characters of base64url")]
#[non_exhaustive]
pub struct ParseFlowIdError;

impl fmt::Display for FlowId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&URL_SAFE_NO_PAD.encode(self.0))
    }
}
