//! The client as it is registered at the provider.

use std::fmt;
use std::str::FromStr;

use crate::secret::SecretString;

/// Client identifier ([RFC 6749 section 2.2]): 1 to 255 visible ASCII characters or blanks.
///
/// [RFC 6749 section 2.2]: https://www.rfc-editor.org/rfc/rfc6749#section-2.2
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct ClientId(String);

impl ClientId {
    /// Longest accepted client id, in bytes.
    pub const MAX_LEN: usize = 255;

    /// The client id as given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ClientId {
    type Err = ParseClientError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        parse_vschar(text, Self::MAX_LEN)?;
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for ClientId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Client secret ([RFC 6749 section 2.3.1]): 1 to 1024 visible ASCII characters or blanks.
///
/// [RFC 6749 section 2.3.1]: https://www.rfc-editor.org/rfc/rfc6749#section-2.3.1
#[derive(Clone)]
pub struct ClientSecret(SecretString);

impl ClientSecret {
    /// Longest accepted client secret, in bytes.
    pub const MAX_LEN: usize = 1024;

    /// The secret, for the token request and for a kubeconfig that carries it.
    #[must_use]
    pub const fn as_secret(&self) -> &SecretString {
        &self.0
    }
}

impl FromStr for ClientSecret {
    type Err = ParseClientError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        parse_vschar(text, Self::MAX_LEN)?;
        Ok(Self(text.into()))
    }
}

impl fmt::Debug for ClientSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClientSecret(..)")
    }
}

/// RFC 6749 appendix A.1 and A.2: `VSCHAR` is %x20-7E.
fn parse_vschar(text: &str, max_len: usize) -> Result<(), ParseClientError> {
    match text.len() {
        0 => Err(ParseClientError::Empty),
        len if len > max_len => Err(ParseClientError::TooLong { len, max_len }),
        _ => match text.bytes().position(|byte| !(0x20..=0x7e).contains(&byte)) {
            Some(index) => Err(ParseClientError::Character { index }),
            None => Ok(()),
        },
    }
}

/// Why text is not a client id or client secret. Never carries the text.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseClientError {
    /// There was no text.
    #[error("value is empty, expected what the provider has registered")]
    Empty,
    /// The text was too long.
    #[error("value has {len} bytes, expected at most {max_len}")]
    TooLong {
        /// Length of the text, in bytes.
        len: usize,
        /// The most that is accepted.
        max_len: usize,
    },
    /// A control character or a non-ASCII character; a line break at the end of a file is the usual one.
    #[error("value has a character outside of visible ASCII at byte {index}, expected RFC 6749 VSCHAR")]
    Character {
        /// Position of the first such byte.
        index: usize,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_not_shown() {
        let secret = "canary".parse::<ClientSecret>();
        assert_eq!(format!("{secret:?}"), "Ok(ClientSecret(..))");
    }

    #[test]
    fn limits_are_inclusive_and_characters_are_judged() {
        assert!("x".repeat(255).parse::<ClientId>().is_ok() && "x".repeat(1024).parse::<ClientSecret>().is_ok());
        assert_eq!("x".repeat(256).parse::<ClientId>(), Err(ParseClientError::TooLong { len: 256, max_len: 255 }));
        assert_eq!(
            "x".repeat(1025).parse::<ClientSecret>().err(),
            Some(ParseClientError::TooLong { len: 1025, max_len: 1024 })
        );
        assert_eq!("".parse::<ClientId>(), Err(ParseClientError::Empty));
        assert_eq!("ab\n".parse::<ClientSecret>().err(), Some(ParseClientError::Character { index: 2 }));
        assert_eq!("a\0".parse::<ClientId>(), Err(ParseClientError::Character { index: 1 }));
        assert_eq!("é".parse::<ClientId>(), Err(ParseClientError::Character { index: 0 }));
        assert!("odd:id %~".parse::<ClientId>().is_ok());
    }
}
