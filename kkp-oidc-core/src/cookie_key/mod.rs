//! The key that signs cookies: what is accepted as one, keys derived from it, and how keys rotate.

mod ring;
mod weak;

use std::fmt;
use std::str::FromStr;

use hkdf::Hkdf;
use sha2::Sha256;

pub use self::ring::{KeyRing, KeyRingError};
use crate::secret::{SecretBytes, SecretString};

/// KKP's `oidc-issuer-cookie-hash-key`: exactly 32 or 64 bytes, used raw.
///
/// KKP: the bytes of the configured text are the key (spec 2.1). The 64 hexadecimal characters that
/// `openssl rand -hex 32` prints are a key of 64 bytes; nothing is decoded. KKP takes any length; here, what is not 32
/// or 64 bytes, or easy to guess, is refused.
///
/// There is no `Display`, no `PartialEq` and no `Serialize`; `Debug` prints `CookieKey(..)`, and the bytes are erased
/// when the key is dropped.
///
/// ```
/// use kkp_oidc_core::cookie_key::{CookieKey, ParseCookieKeyError};
///
/// let key: CookieKey = "e1f5ac4f8cc8b33a4b0d6c7f5b1c9d27".parse()?;
/// assert_eq!(format!("{key:?}"), "CookieKey(..)");
/// assert_eq!("short".parse::<CookieKey>().unwrap_err(), ParseCookieKeyError::WrongLength { len: 5 });
/// # Ok::<(), ParseCookieKeyError>(())
/// ```
///
/// # Security
///
/// Whoever knows the key forges every cookie that it signs. Refusing published and patterned keys costs a random key
/// next to nothing: 32 random hexadecimal characters look patterned with a chance below 2⁻⁵⁸, 32 random bytes or 64
/// random hexadecimal characters with one below 2⁻¹¹⁸.
#[derive(Clone)]
pub struct CookieKey(SecretBytes);

impl CookieKey {
    /// The key in a file's contents: all of it, except for one line end (`\n` or `\r\n`) that it may end in.
    ///
    /// # Errors
    ///
    /// As for [`FromStr`], with the length counted without that line end.
    pub fn from_file_contents(contents: &[u8]) -> Result<Self, ParseCookieKeyError> {
        let key = contents.strip_suffix(b"\n").map_or(contents, |line| line.strip_suffix(b"\r").unwrap_or(line));
        Self::try_from(key)
    }

    /// The text of a fresh key, 64 lower case hexadecimal characters, as `openssl rand -hex 32` prints it. The text
    /// itself is what gets configured, and its 64 bytes are the key.
    ///
    /// # Security
    ///
    /// `random` must come from the operating system's random number generator, once per key.
    #[must_use]
    pub fn generate(random: [u8; 32]) -> SecretString {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let digit = |nibble: u8| DIGITS.get(usize::from(nibble)).copied().map_or('0', char::from);
        // Exact capacity: growing would leave copies of the key behind.
        let mut text = String::with_capacity(64);
        for byte in random {
            text.extend([digit(byte >> 4), digit(byte & 0xf)]);
        }
        SecretString::from(text)
    }

    /// A key of 32 bytes for one purpose: HKDF-SHA256 ([RFC 5869 section 2]) without salt, with this key as input
    /// keying material and `label` as info.
    ///
    /// # Security
    ///
    /// Each label gives a key that says nothing about this one, nor about those of other labels. Hence a constant.
    ///
    /// [RFC 5869 section 2]: https://www.rfc-editor.org/rfc/rfc5869#section-2
    #[must_use]
    pub fn derive(&self, label: &'static str) -> SecretBytes {
        let mut derived = vec![0; 32];
        // INVARIANT: RFC 5869 section 2.3 allows 255 hash lengths, and 32 bytes are one.
        #[expect(clippy::expect_used, reason = "32 bytes are within the limit of 8160")]
        Hkdf::<Sha256>::new(None, self.expose_secret())
            .expand(label.as_bytes(), &mut derived)
            .expect("one hash length");
        SecretBytes::from(derived)
    }

    /// The key's 32 or 64 bytes. Every call is a place where the secret may leave; keep them few.
    #[must_use]
    pub fn expose_secret(&self) -> &[u8] {
        self.0.expose_secret()
    }
}

impl TryFrom<&[u8]> for CookieKey {
    type Error = ParseCookieKeyError;

    /// The key with exactly these bytes.
    ///
    /// # Errors
    ///
    /// - [`Empty`](ParseCookieKeyError::Empty) if there are none.
    /// - [`WrongLength`](ParseCookieKeyError::WrongLength) if there are neither 32 nor 64.
    /// - [`Published`](ParseCookieKeyError::Published) if documentation or a standard shows this key.
    /// - [`OneByte`](ParseCookieKeyError::OneByte) if all bytes are equal.
    /// - [`Repeats`](ParseCookieKeyError::Repeats) if it is a block of 2 to 16 bytes, again and again; the last may
    ///   be cut off.
    /// - [`Padded`](ParseCookieKeyError::Padded) if one of its halves is one byte only, as in a short key filled up.
    fn try_from(key: &[u8]) -> Result<Self, Self::Error> {
        match key.len() {
            0 => return Err(ParseCookieKeyError::Empty),
            32 | 64 => {}
            len => return Err(ParseCookieKeyError::WrongLength { len }),
        }
        weak::refuse(key)?;
        Ok(Self(SecretBytes::from(key)))
    }
}

/// The key whose bytes are those of the text; as `TryFrom<&[u8]>`. Nothing is trimmed.
impl FromStr for CookieKey {
    type Err = ParseCookieKeyError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::try_from(text.as_bytes())
    }
}

impl fmt::Debug for CookieKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CookieKey(..)")
    }
}

/// Why something is not accepted as a cookie key. Nothing of the key is in it but its length.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseCookieKeyError {
    /// No bytes at all.
    #[error("the cookie key is empty, expected exactly 32 or 64 bytes; `kkp-oidc key` prints a fresh key")]
    Empty,
    /// Neither 32 nor 64 bytes.
    #[error("the cookie key has {len} bytes, expected exactly 32 or 64; `kkp-oidc key` prints a fresh key")]
    WrongLength {
        /// Length in bytes.
        len: usize,
    },
    /// A key that everybody can look up.
    #[error(
        "the cookie key of {len} bytes is published ({shown_in}), expected a random one; \
         `kkp-oidc key` prints a fresh key"
    )]
    Published {
        /// Length in bytes.
        len: usize,
        /// Where it is shown.
        shown_in: &'static str,
    },
    /// One byte, again and again.
    #[error(
        "the cookie key is one byte repeated {len} times, expected a random one; `kkp-oidc key` prints a fresh key"
    )]
    OneByte {
        /// Length in bytes.
        len: usize,
    },
    /// A short block, again and again.
    #[error(
        "the cookie key of {len} bytes repeats its first {period} bytes, expected a random one; \
         `kkp-oidc key` prints a fresh key"
    )]
    Repeats {
        /// Length in bytes.
        len: usize,
        /// Length of the block in bytes.
        period: usize,
    },
    /// One half is a single byte, again and again.
    #[error(
        "the cookie key of {len} bytes is half filled with one byte, expected a random one; \
         `kkp-oidc key` prints a fresh key"
    )]
    Padded {
        /// Length in bytes.
        len: usize,
    },
}
