//! Signed and sealed cookies in the wire format of [gorilla/securecookie], byte for byte, in both directions.
//!
//! ```text
//! cookie = base64url( time "|" base64url(inner) "|" HMAC-SHA256(hash key, name "|" time "|" base64url(inner)) )
//! inner  = value                                      in a SignedCookie
//!        = iv AES-CTR(block key, iv, value)           in a SealedCookie
//! ```
//!
//! `time` is in seconds since 1970, decimal; base64 has padding; the MAC is 32 raw bytes. A cookie promises that
//! somebody who knows the hash key made this value for this cookie name at that time. It does not promise that it comes
//! back only once, nor that it comes from the browser that it was given to.
//!
//! What a value is, is up to the caller; [`Serializer`] makes and reads those that gorilla's serializers write. KKP's
//! `csrf_token` is a [`SignedCookie`] around a [`gob`] string.
//!
//! # Security
//!
//! A cookie is not the only text that opens to its value: as in Go, line ends within base64 are skipped, and the bits
//! that padding leaves over may be anything. Nothing that somebody could gain from it is known, but no cookie text may
//! serve as an identifier, as in a list of revoked ones.
//!
//! [gorilla/securecookie]: https://pkg.go.dev/github.com/gorilla/securecookie@v1.1.2

mod base64url;
mod codec;
mod error;
pub mod gob;
pub mod json;
mod limits;
mod sealed;
mod serializer;
mod signed;

use std::fmt;

pub use error::{DecodeCookieError, EncodeCookieError, NewCookieCodecError};
pub use limits::CookieLimits;
pub use sealed::SealedCookie;
pub use serializer::{DeserializeError, Serializer};
pub use signed::SignedCookie;

use crate::UnixTime;
use crate::secret::SecretBytes;

/// What a cookie held, after its MAC and its age were found good.
pub struct OpenedCookie {
    value: SecretBytes,
    issued_at: UnixTime,
}

impl OpenedCookie {
    /// The value as it was given to `encode`.
    #[must_use]
    pub fn value(&self) -> &SecretBytes {
        &self.value
    }

    /// The value as it was given to `encode`, to keep.
    #[must_use]
    pub fn into_value(self) -> SecretBytes {
        self.value
    }

    /// When the cookie was made, by the clock of its maker. It may lie in the future, or before 1970.
    #[must_use]
    pub fn issued_at(&self) -> UnixTime {
        self.issued_at
    }
}

/// Shows the time only.
impl fmt::Debug for OpenedCookie {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OpenedCookie").field("issued_at", &self.issued_at).finish_non_exhaustive()
    }
}
