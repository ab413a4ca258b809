//! What signed and sealed cookies share: the frame of time, value and MAC.

use std::fmt::Write as _;
use std::str;

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use super::{CookieLimits, DecodeCookieError, EncodeCookieError, NewCookieCodecError, base64url};
use crate::UnixTime;

/// Length of an HMAC-SHA256 in bytes.
const MAC_LEN: usize = 32;
/// Characters of the longest time, `i64::MIN`.
const TIME_LEN: usize = 20;

/// Frames, signs, verifies and unframes. Never prints its key: it has no `Debug`.
#[derive(Clone)]
pub(super) struct Codec {
    /// HMAC with the key already absorbed, so that each cookie starts from a copy.
    keyed: Hmac<Sha256>,
    pub(super) limits: CookieLimits,
}

impl Codec {
    pub(super) fn new(hash_key: &[u8]) -> Result<Self, NewCookieCodecError> {
        if hash_key.is_empty() {
            return Err(NewCookieCodecError::EmptyHashKey);
        }
        // HMAC takes keys of any length (RFC 2104 section 2): this error does not occur.
        let keyed = Hmac::new_from_slice(hash_key).map_err(|_| NewCookieCodecError::EmptyHashKey)?;
        Ok(Self { keyed, limits: CookieLimits::default() })
    }

    /// The cookie around `inner`.
    pub(super) fn encode(&self, inner: &[u8], name: &str, now: UnixTime) -> Result<String, EncodeCookieError> {
        let capacity = TIME_LEN + MAC_LEN + 2 + base64url::encoded_len(inner.len());
        let mut signed = String::with_capacity(capacity);
        // Writing into a `String` cannot go wrong.
        let _ = write!(signed, "{}|", now.as_secs());
        let mut framed = signed.into_bytes();
        base64url::push(inner, &mut framed);
        let mac = self.mac(name, &framed).finalize().into_bytes();
        framed.push(b'|');
        framed.extend_from_slice(&mac);

        let (len, max_len) = (base64url::encoded_len(framed.len()), self.limits.max_len());
        if max_len != 0 && len > max_len {
            return Err(EncodeCookieError::TooLong { len, max_len });
        }
        Ok(base64url::encode(&framed))
    }

    /// What `cookie` holds, and when it was made. The order of the checks is gorilla's.
    pub(super) fn decode(
        &self,
        cookie: &[u8],
        name: &str,
        now: UnixTime,
    ) -> Result<(Vec<u8>, UnixTime), DecodeCookieError> {
        // 1. Length.
        let (len, max_len) = (cookie.len(), self.limits.max_len());
        if max_len != 0 && len > max_len {
            return Err(DecodeCookieError::TooLong { len, max_len });
        }
        // 2. base64.
        let framed = base64url::decode(cookie).ok_or(DecodeCookieError::NotBase64 { len })?;
        // 3. Three parts and the MAC, which is the last, over the first two. `verify_slice` takes the same time
        //    whatever the MAC is.
        let frame = Frame::split(&framed).ok_or(DecodeCookieError::NotSigned)?;
        self.mac(name, frame.signed).verify_slice(frame.mac).map_err(|_| DecodeCookieError::NotSigned)?;
        // 4. Time and age, with Go's wrapping arithmetic.
        let issued_at = str::from_utf8(frame.time).ok().and_then(|time| time.parse().ok()).map(UnixTime::from_secs);
        let issued_at = issued_at.ok_or(DecodeCookieError::MalformedTime { len: frame.time.len() })?;
        let (min_age_secs, max_age_secs) = (self.limits.min_age_secs(), self.limits.max_age_secs());
        if min_age_secs != 0 && issued_at.as_secs() > now.as_secs().wrapping_sub(min_age_secs) {
            return Err(DecodeCookieError::TooNew { issued_at, now, min_age_secs });
        }
        if max_age_secs != 0 && issued_at.as_secs() < now.as_secs().wrapping_sub(max_age_secs) {
            return Err(DecodeCookieError::Expired { issued_at, now, max_age_secs });
        }
        // 5. base64 of the value.
        let inner =
            base64url::decode(frame.value).ok_or(DecodeCookieError::ValueNotBase64 { len: frame.value.len() })?;
        Ok((inner, issued_at))
    }

    /// The MAC over name, time and value.
    fn mac(&self, name: &str, signed: &[u8]) -> Hmac<Sha256> {
        let mut mac = self.keyed.clone();
        mac.update(name.as_bytes());
        mac.update(b"|");
        mac.update(signed);
        mac
    }
}

/// The three parts of a cookie, borrowed from it.
struct Frame<'a> {
    /// Time, `|` and value.
    signed: &'a [u8],
    time: &'a [u8],
    value: &'a [u8],
    mac: &'a [u8],
}

impl<'a> Frame<'a> {
    /// Split at the first two `|`, of which the second stands right before a MAC. The MAC may hold more of them.
    fn split(framed: &'a [u8]) -> Option<Self> {
        let (signed, mac) = framed.split_at_checked(framed.len().checked_sub(1 + MAC_LEN)?)?;
        let mac = mac.strip_prefix(b"|")?;
        let (time, value) = signed.split_at_checked(signed.iter().position(|&byte| byte == b'|')?)?;
        let value = value.strip_prefix(b"|")?;
        if value.contains(&b'|') {
            return None;
        }
        Some(Self { signed, time, value, mac })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_is_split_at_the_first_two_bars_only() {
        let mac = [b'|'; MAC_LEN];
        let framed = |signed: &str, mac: &[u8]| [signed.as_bytes(), b"|", mac].concat();
        for (signed, time, value) in [("1|a", "1", "a"), ("|", "", ""), ("1|", "1", ""), ("|a", "", "a")] {
            let framed = framed(signed, &mac);
            let frame = Frame::split(&framed).unwrap();
            assert_eq!((frame.signed, frame.mac), (signed.as_bytes(), mac.as_slice()));
            assert_eq!((frame.time, frame.value), (time.as_bytes(), value.as_bytes()));
        }
        for refused in ["", "1", "1|a|b", "||"] {
            assert!(Frame::split(&framed(refused, &mac)).is_none(), "{refused}");
        }
        assert!(Frame::split(&framed("1|a", &mac[1..])).is_none());
        assert!(Frame::split(&framed("1|a", b"")).is_none());
        assert!(Frame::split(b"").is_none());
    }
}
