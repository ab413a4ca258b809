//! The last path segment of a share link.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use subtle::{Choice, ConstantTimeEq as _};

use crate::UnixTime;
use crate::cookie_key::CookieKey;

crate::random_id::random_id! {
    /// Names one share: 128 random bits, as text 22 characters of base64url.
    ///
    /// Not a secret: without the MAC of a [`ShareTokens`] it opens nothing. It stands in the store, in logs and in the
    /// addresses of its owner's pages.
    ShareId, "share",
    /// Why text names no share.
    ParseShareIdError, "not the id of a share, expected 22 characters of base64url"
}

impl ShareId {
    /// The share that a link names, by its address or its token alone; `None` if that is no link of ours.
    ///
    /// # Security
    ///
    /// Nothing is authenticated: anybody can write an address with this id in it. It is for those who may take back any link.
    #[must_use]
    pub fn claimed_by(link: &str) -> Option<Self> {
        let address = link.split(['?', '#']).next()?;
        let token = address.rsplit('/').next().filter(|token| token.len() == ShareTokens::TOKEN_LEN)?;
        match *URL_SAFE_NO_PAD.decode(token).ok()?.first_chunk::<17>()? {
            [VERSION, ref id @ ..] => Some(Self(*id)),
            _ => None,
        }
    }
}

/// Makes and authenticates the tokens of share links.
///
/// Text of 51 characters of base64url: one byte version (1), 16 bytes [`ShareId`], 5 bytes end (seconds since
/// 1970, unsigned, big-endian), and the first 16 bytes of an HMAC-SHA256 ([RFC 2104 section 5]) over what stands before.
/// The last character is always a letter or a digit, so that chat programs do not take it for punctuation.
///
/// # Security
///
/// The MAC's key is derived from the cookie key for this purpose alone. 128 bits of MAC leave a forger one chance in
/// 2¹²⁸ for each request. There is nothing personal and no secret in a token; whoever has one still has to log in.
///
/// [RFC 2104 section 5]: https://www.rfc-editor.org/rfc/rfc2104#section-5
#[derive(Clone)]
pub struct ShareTokens(Vec<Hmac<Sha256>>);

/// What the first byte of a token is.
const VERSION: u8 = 1;
/// Bytes of a token before its MAC.
const SIGNED_LEN: usize = 22;
/// Bytes of the MAC.
const TAG_LEN: usize = 16;

impl ShareTokens {
    /// Label of the derived key, RFC 5869 `info`.
    const LABEL: &str = "kkp-oidc share link v1";

    /// Length of a token, in characters.
    pub const TOKEN_LEN: usize = 51;

    /// The last moment at which a token can end, in seconds since 1970: 40 bits, in the year 36812.
    pub const LAST_END_SECS: i64 = (1 << 40) - 1;

    /// Tokens under these keys: the first makes them, all authenticate them, so that keys can change while links live.
    /// Without a key every token is refused.
    #[must_use]
    pub fn new<'a>(keys: impl IntoIterator<Item = &'a CookieKey>) -> Self {
        let mac = |key: &CookieKey| Hmac::new_from_slice(key.derive(Self::LABEL).expose_secret()).ok();
        Self(keys.into_iter().filter_map(mac).collect())
    }

    /// The token of the share `id` that ends at `expires_at`, which is clamped to 1970 and [`Self::LAST_END_SECS`].
    /// Without a key it has no MAC and is refused like every other.
    #[must_use]
    pub fn issue(&self, id: ShareId, expires_at: UnixTime) -> String {
        let secs = expires_at.as_secs().clamp(0, Self::LAST_END_SECS);
        let [_, _, _, end @ ..] = secs.to_be_bytes();
        let mut bytes = Vec::with_capacity(SIGNED_LEN + TAG_LEN);
        bytes.push(VERSION);
        bytes.extend_from_slice(id.as_bytes());
        bytes.extend_from_slice(&end);
        let tag = self.0.first().map(|mac| mac.clone().chain_update(&bytes).finalize().into_bytes());
        bytes.extend(tag.iter().flatten().take(TAG_LEN));
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Check that this installation issued `token`. Whether it has ended is judged by [`ShareToken::require_good`].
    ///
    /// # Errors
    ///
    /// - [`ShareTokenError::NotAuthentic`] for everything else: another length, alphabet, version or key, changed bytes.
    ///
    /// # Security
    ///
    /// The time taken does not depend on which byte is wrong, nor on which key is the right one.
    pub fn authenticate(&self, token: &str) -> Result<ShareToken, ShareTokenError> {
        if token.len() != Self::TOKEN_LEN {
            return Err(ShareTokenError::NotAuthentic);
        }
        let bytes = URL_SAFE_NO_PAD.decode(token).map_err(|_| ShareTokenError::NotAuthentic)?;
        let (signed, tag) = bytes.split_first_chunk::<SIGNED_LEN>().ok_or(ShareTokenError::NotAuthentic)?;
        let good = self.0.iter().fold(Choice::from(0), |good, mac| {
            let expected = mac.clone().chain_update(signed).finalize().into_bytes();
            good | expected.get(..TAG_LEN).unwrap_or_default().ct_eq(tag)
        });
        let &[version, id @ .., e0, e1, e2, e3, e4] = signed;
        if !bool::from(good & version.ct_eq(&VERSION)) {
            return Err(ShareTokenError::NotAuthentic);
        }
        let expires_at = UnixTime::from_secs(i64::from_be_bytes([0, 0, 0, e0, e1, e2, e3, e4]));
        Ok(ShareToken { id: ShareId(id), expires_at })
    }
}

/// Says how many keys there are.
impl fmt::Debug for ShareTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ShareTokens({} keys)", self.0.len())
    }
}

/// A token whose MAC holds.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct ShareToken {
    id: ShareId,
    expires_at: UnixTime,
}

impl ShareToken {
    /// The share.
    #[must_use]
    pub const fn id(&self) -> ShareId {
        self.id
    }

    /// The first second in which the link is of no use any more.
    #[must_use]
    pub const fn expires_at(&self) -> UnixTime {
        self.expires_at
    }

    /// Check that `now` is before the end.
    ///
    /// # Errors
    ///
    /// - [`ShareTokenError::Expired`] if it is not.
    pub const fn require_good(&self, now: UnixTime) -> Result<(), ShareTokenError> {
        if now.as_secs() >= self.expires_at.as_secs() {
            return Err(ShareTokenError::Expired { expired_at: self.expires_at });
        }
        Ok(())
    }
}

/// Why a token is refused.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ShareTokenError {
    /// Not issued by this installation, or changed on the way.
    #[error("share link is not one that this service issued")]
    NotAuthentic,
    /// Issued, but its time is over.
    #[error("share link ended at {expired_at}")]
    Expired {
        /// When.
        expired_at: UnixTime,
    },
}
