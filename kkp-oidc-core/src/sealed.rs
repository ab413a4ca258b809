//! Bytes that a store keeps for us and cannot read.

use std::borrow::Cow;
use std::fmt;

use serde::Serialize;

use crate::UnixTime;
use crate::cookie_key::CookieKey;
use crate::secret::{SecretBytes, SecretString};
use crate::secure_cookie::{CookieLimits, OpenedCookie, SealedCookie};

/// Seals bytes under the first of several keys and opens them under any: gorilla/securecookie's format, HMAC-SHA256 and
/// AES-256-CTR, both under keys derived for one purpose.
#[derive(Clone)]
pub(crate) struct Sealer(Vec<SealedCookie>);

/// RFC 5869 `info` of the two keys.
#[derive(Clone, Copy)]
pub(crate) struct Labels {
    pub(crate) mac: &'static str,
    pub(crate) encryption: &'static str,
}

impl Sealer {
    /// The first key seals, all open.
    pub(crate) fn new<'a>(keys: impl IntoIterator<Item = &'a CookieKey>, labels: Labels, limits: CookieLimits) -> Self {
        let codec = |key: &CookieKey| {
            let (mac, encryption) = (key.derive(labels.mac), key.derive(labels.encryption));
            SealedCookie::new(mac.expose_secret(), encryption.expose_secret()).ok()
        };
        Self(keys.into_iter().filter_map(codec).map(|codec| codec.with_limits(limits)).collect())
    }

    /// `None` if there is no key, or if the bytes are longer than the limits allow. `iv` is random and used once.
    pub(crate) fn seal(&self, bytes: &[u8], name: &str, iv: [u8; 16], now: UnixTime) -> Option<String> {
        self.0.first()?.encode(bytes, name, iv, now).ok()
    }

    /// `None` for what was not sealed under these keys and this name, or too long ago.
    pub(crate) fn open(&self, sealed: &str, name: &str, now: UnixTime) -> Option<OpenedCookie> {
        self.0.iter().find_map(|codec| codec.decode(sealed.as_bytes(), name, now).ok())
    }
}

impl fmt::Debug for Sealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sealer({} keys)", self.0.len())
    }
}

/// `document` as JSON. It has `items` elements in its arrays, `texts` bytes in its texts, and is otherwise short.
///
/// The room suffices from the start, as growing would leave copies of the secrets behind.
pub(crate) fn secret_json<T: Serialize>(document: &T, texts: usize, items: usize) -> Option<SecretBytes> {
    /// Names, numbers and punctuation.
    const FRAME: usize = 256;
    /// A control character is `\u0000`.
    const LONGEST_ESCAPE: usize = 6;
    let room =
        texts.checked_mul(LONGEST_ESCAPE)?.checked_add(items.checked_mul(r#","","#.len())?)?.checked_add(FRAME)?;
    let mut json = Vec::with_capacity(room);
    serde_json::to_writer(&mut json, document).ok()?;
    debug_assert!(json.len() <= room, "the room suffices");
    Some(SecretBytes::from(json))
}

/// Text of a document that was read, without a copy left behind.
pub(crate) fn secret_text(text: Cow<'_, str>) -> SecretString {
    match text {
        Cow::Borrowed(text) => text.into(),
        Cow::Owned(text) => text.into(),
    }
}
