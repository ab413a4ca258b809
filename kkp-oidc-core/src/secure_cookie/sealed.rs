//! Cookies whose value only the holder of the keys can read.

use std::fmt;

use aes::cipher::{BlockCipherEncrypt, BlockSizeUser, InnerIvInit as _, KeyInit as _, StreamCipher as _};
use aes::cipher::{StreamCipherCoreWrapper, consts::U16};
use aes::{Aes128Enc, Aes192Enc, Aes256Enc};
use ctr::{CtrCore, flavors};

use super::codec::Codec;
use super::{CookieLimits, DecodeCookieError, EncodeCookieError, NewCookieCodecError, OpenedCookie};
use crate::UnixTime;
use crate::secret::SecretBytes;

/// Length of the initialization vector in bytes: one block of AES.
const IV_LEN: usize = 16;

/// Makes and opens sealed cookies: gorilla's `securecookie.New(hashKey, blockKey)`, AES-CTR and then HMAC-SHA256.
///
/// ```
/// use kkp_oidc_core::UnixTime;
/// use kkp_oidc_core::secure_cookie::SealedCookie;
///
/// let codec = SealedCookie::new(b"0123456789abcdef0123456789abcdef", b"fedcba9876543210")?;
/// let (iv, now) = ([7; 16], UnixTime::from_secs(1_700_000_000)); // the IV: 16 random bytes for each cookie
/// let cookie = codec.encode(b"code verifier", "flow", iv, now)?;
/// assert_eq!(codec.decode(cookie.as_bytes(), "flow", now)?.value().expose_secret(), b"code verifier");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Security
///
/// The MAC covers the ciphertext, so that only the hash key protects from forgery; the block key hides. Opened with
/// another block key, a cookie gives arbitrary bytes and no error. The length of the value is not hidden. The two keys
/// must be independent of each other, as keys that [`derive`](crate::cookie_key::CookieKey::derive) gives for two
/// labels are.
#[derive(Clone)]
pub struct SealedCookie {
    codec: Codec,
    cipher: Box<Cipher>,
}

impl SealedCookie {
    /// A codec with these keys, used raw, and the [default limits](CookieLimits::default). The block key chooses
    /// AES-128, AES-192 or AES-256 by its length: 16, 24 or 32 bytes.
    ///
    /// # Errors
    ///
    /// - [`EmptyHashKey`](NewCookieCodecError::EmptyHashKey) if the hash key is empty. Every other length is accepted.
    /// - [`BlockKeyLength`](NewCookieCodecError::BlockKeyLength) if AES has no key of that length.
    pub fn new(hash_key: &[u8], block_key: &[u8]) -> Result<Self, NewCookieCodecError> {
        Ok(Self { codec: Codec::new(hash_key)?, cipher: Box::new(Cipher::new(block_key)?) })
    }

    /// The same codec with other limits.
    #[must_use]
    pub fn with_limits(mut self, limits: CookieLimits) -> Self {
        self.codec.limits = limits;
        self
    }

    /// Make the cookie with this value, for the cookie of this name. What comes out is base64url, with `=` at the end.
    /// An empty value becomes a cookie, as with gorilla, but one that is refused when it comes back.
    ///
    /// # Errors
    ///
    /// - [`TooLong`](EncodeCookieError::TooLong) if the cookie would be longer than the limit.
    ///
    /// # Security
    ///
    /// `iv` must come from the operating system's random number generator, once for each cookie: two cookies of one
    /// block key and one `iv` give away how their values differ.
    pub fn encode(
        &self,
        value: &[u8],
        name: &str,
        iv: [u8; IV_LEN],
        now: UnixTime,
    ) -> Result<String, EncodeCookieError> {
        let mut inner = Vec::with_capacity(IV_LEN + value.len());
        inner.extend_from_slice(&iv);
        inner.extend_from_slice(value);
        self.cipher.apply(&mut inner);
        self.codec.encode(&inner, name, now)
    }

    /// Open a cookie that arrived under this name. `cookie` is the value as the browser sent it, not unquoted.
    ///
    /// # Errors
    ///
    /// In the order of the variants of [`DecodeCookieError`].
    pub fn decode(&self, cookie: &[u8], name: &str, now: UnixTime) -> Result<OpenedCookie, DecodeCookieError> {
        let (mut inner, issued_at) = self.codec.decode(cookie, name, now)?;
        if inner.len() <= IV_LEN {
            return Err(DecodeCookieError::ValueTooShort { len: inner.len() });
        }
        self.cipher.apply(&mut inner);
        inner.drain(..IV_LEN);
        Ok(OpenedCookie { value: SecretBytes::from(inner), issued_at })
    }
}

impl fmt::Debug for SealedCookie {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SealedCookie").field("limits", &self.codec.limits).finish_non_exhaustive()
    }
}

/// AES with its key schedule ready. CTR mode only ever encrypts.
#[derive(Clone)]
enum Cipher {
    Aes128(Aes128Enc),
    Aes192(Aes192Enc),
    Aes256(Aes256Enc),
}

impl Cipher {
    fn new(key: &[u8]) -> Result<Self, NewCookieCodecError> {
        let unknown = |_| NewCookieCodecError::BlockKeyLength { len: key.len() };
        match key.len() {
            16 => Aes128Enc::new_from_slice(key).map(Self::Aes128).map_err(unknown),
            24 => Aes192Enc::new_from_slice(key).map(Self::Aes192).map_err(unknown),
            _ => Aes256Enc::new_from_slice(key).map(Self::Aes256).map_err(unknown),
        }
    }

    /// Encrypt or decrypt what follows the initialization vector that `inner` starts with.
    fn apply(&self, inner: &mut [u8]) {
        match self {
            Self::Aes128(aes) => apply_keystream(aes, inner),
            Self::Aes192(aes) => apply_keystream(aes, inner),
            Self::Aes256(aes) => apply_keystream(aes, inner),
        }
    }
}

/// CTR mode as Go's `cipher.NewCTR` has it: the whole block is the counter, big endian ([SP 800-38A section 6.5]).
///
/// [SP 800-38A section 6.5]: https://nvlpubs.nist.gov/nistpubs/Legacy/SP/nistspecialpublication800-38a.pdf
fn apply_keystream<C: BlockCipherEncrypt + BlockSizeUser<BlockSize = U16>>(aes: &C, inner: &mut [u8]) {
    if let Some((iv, value)) = inner.split_first_chunk_mut::<IV_LEN>() {
        let core = CtrCore::<&C, flavors::Ctr128BE>::inner_iv_init(aes, &(*iv).into());
        StreamCipherCoreWrapper::from_core(core).apply_keystream(value);
    }
}
