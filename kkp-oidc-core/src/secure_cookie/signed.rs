//! Cookies whose value everybody can read and nobody can change.

use std::fmt;

use super::codec::Codec;
use super::{CookieLimits, DecodeCookieError, EncodeCookieError, NewCookieCodecError, OpenedCookie};
use crate::UnixTime;
use crate::secret::SecretBytes;

/// Makes and opens signed cookies: gorilla's `securecookie.New(hashKey, nil)`, HMAC-SHA256 and no encryption.
///
/// ```
/// use kkp_oidc_core::UnixTime;
/// use kkp_oidc_core::secure_cookie::{SignedCookie, gob};
///
/// let codec = SignedCookie::new(b"0123456789abcdef0123456789abcdef")?;
/// let now = UnixTime::from_secs(1_700_000_000);
/// let cookie = codec.encode(&gob::encode_string(b"bcdfghjklm"), "csrf_token", now)?;
/// assert_eq!(
///     cookie,
///     "MTcwMDAwMDAwMHxEUXdBQ21KalpHWm5hR3ByYkcwPXyp-NlcIBcC-4ecIP0XMgAnBGzeTh7Cb_cLrplF9QP5ig=="
/// );
/// let opened = codec.decode(cookie.as_bytes(), "csrf_token", now)?;
/// assert_eq!(gob::decode_string(opened.value().expose_secret())?, b"bcdfghjklm");
/// assert_eq!(opened.issued_at(), now);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Security
///
/// The browser's user can read the value. Whoever knows the hash key can make cookies; which keys are good enough is
/// what [`CookieKey`](crate::cookie_key::CookieKey) decides. As HMAC fills up short keys with zero bytes and hashes
/// those of more than 64 bytes, keys that differ only in that are the same key.
#[derive(Clone)]
pub struct SignedCookie(Codec);

impl SignedCookie {
    /// A codec with this key, used raw, and the [default limits](CookieLimits::default).
    ///
    /// # Errors
    ///
    /// - [`EmptyHashKey`](NewCookieCodecError::EmptyHashKey) if the key is empty. Every other length is accepted.
    pub fn new(hash_key: &[u8]) -> Result<Self, NewCookieCodecError> {
        Codec::new(hash_key).map(Self)
    }

    /// The same codec with other limits.
    #[must_use]
    pub fn with_limits(mut self, limits: CookieLimits) -> Self {
        self.0.limits = limits;
        self
    }

    /// Make the cookie with this value, for the cookie of this name. What comes out is base64url, with `=` at the end.
    ///
    /// # Errors
    ///
    /// - [`TooLong`](EncodeCookieError::TooLong) if the cookie would be longer than the limit.
    pub fn encode(&self, value: &[u8], name: &str, now: UnixTime) -> Result<String, EncodeCookieError> {
        self.0.encode(value, name, now)
    }

    /// Open a cookie that arrived under this name. `cookie` is the value as the browser sent it, not unquoted.
    ///
    /// # Errors
    ///
    /// In the order of the variants of [`DecodeCookieError`], the last aside.
    pub fn decode(&self, cookie: &[u8], name: &str, now: UnixTime) -> Result<OpenedCookie, DecodeCookieError> {
        let (value, issued_at) = self.0.decode(cookie, name, now)?;
        Ok(OpenedCookie { value: SecretBytes::from(value), issued_at })
    }
}

impl fmt::Debug for SignedCookie {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignedCookie").field("limits", &self.0.limits).finish_non_exhaustive()
    }
}
