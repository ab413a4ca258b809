//! Why a cookie cannot be made or opened.

use crate::UnixTime;

/// Why keys do not make a codec.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum NewCookieCodecError {
    /// The hash key has no bytes, so everybody could sign.
    #[error("the hash key is empty, expected at least one byte")]
    EmptyHashKey,
    /// AES has no keys of this length.
    #[error("the block key has {len} bytes, expected 16, 24 or 32")]
    BlockKeyLength {
        /// Length in bytes.
        len: usize,
    },
}

/// Why a value does not become a cookie.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum EncodeCookieError {
    /// The cookie would be longer than the limit.
    #[error("the cookie would have {len} bytes, expected at most {max_len}")]
    TooLong {
        /// Length in bytes.
        len: usize,
        /// The limit in bytes.
        max_len: usize,
    },
}

/// Why a cookie is refused. In the order in which it is looked at; a cookie that nobody signed is refused as such
/// whatever its age and value.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeCookieError {
    /// The cookie is longer than the limit.
    #[error("the cookie has {len} bytes, expected at most {max_len}")]
    TooLong {
        /// Length in bytes.
        len: usize,
        /// The limit in bytes.
        max_len: usize,
    },
    /// The cookie is not base64url with padding.
    #[error("the cookie of {len} bytes is not base64url with padding")]
    NotBase64 {
        /// Length in bytes.
        len: usize,
    },
    /// Not signed, or with another key, or for another cookie name, or changed since.
    #[error("the cookie was not signed with this key for this cookie name")]
    NotSigned,
    /// Signed, but the time in it is no decimal number of 64 bits.
    #[error("the signed time of {len} bytes is not a decimal number of 64 bits")]
    MalformedTime {
        /// Length in bytes.
        len: usize,
    },
    /// Younger than the least age.
    #[error(
        "the cookie was made at {}, expected an age of at least {min_age_secs} s at {}",
        issued_at.as_secs(), now.as_secs()
    )]
    TooNew {
        /// When it was made.
        issued_at: UnixTime,
        /// When it was looked at.
        now: UnixTime,
        /// The least age in seconds.
        min_age_secs: i64,
    },
    /// Older than the greatest age.
    #[error(
        "the cookie was made at {}, expected an age of at most {max_age_secs} s at {}",
        issued_at.as_secs(), now.as_secs()
    )]
    Expired {
        /// When it was made.
        issued_at: UnixTime,
        /// When it was looked at.
        now: UnixTime,
        /// The greatest age in seconds.
        max_age_secs: i64,
    },
    /// Signed, but the value in it is not base64url with padding.
    #[error("the signed value of {len} bytes is not base64url with padding")]
    ValueNotBase64 {
        /// Length in bytes.
        len: usize,
    },
    /// Signed, but too short to have been sealed; gorilla refuses a sealed empty value, too.
    #[error("the signed value has {len} bytes, expected more than 16 in a sealed cookie")]
    ValueTooShort {
        /// Length in bytes.
        len: usize,
    },
}
