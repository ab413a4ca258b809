//! Names of users, projects and clusters as they stand in links.

use std::fmt;
use std::str::FromStr;

use sha2::{Digest as _, Sha256};

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $max:literal) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        pub struct $name(String);

        impl $name {
            /// Longest accepted id, in bytes.
            pub const MAX_LEN: usize = $max;

            /// The id as given.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = ParseIdError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                parse_id(text, Self::MAX_LEN)?;
                Ok(Self(text.to_owned()))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

id! {
    /// Name of a cluster (KKP: ten characters): 1 to 63 of `A-Z a-z 0-9 . _ -`, the first a letter or digit.
    ///
    /// It becomes part of a file name, of a header and of a kubeconfig; the alphabet is what all three take as it is.
    ClusterId, 63
}

id! {
    /// Name of a project: 1 to 63 of `A-Z a-z 0-9 . _ -`, the first a letter or digit.
    ProjectId, 63
}

id! {
    /// Name of a user: 1 to 64 of `A-Z a-z 0-9 . _ -`, the first a letter or digit.
    ///
    /// KKP: the lower-case hexadecimal SHA-256 of the lower-cased e-mail address, spec section 4.2.
    UserId, 64
}

impl UserId {
    /// The id that KKP gives the user with this e-mail address.
    ///
    /// ```
    /// use kkp_oidc_core::ids::UserId;
    ///
    /// assert_eq!(
    ///     UserId::from_email("Bob@acme.com").as_str(),
    ///     "405ac8384fa984f787f9486daf34d84d98f20c4d6a12e2cc4ed89be3bcb06ad6"
    /// );
    /// ```
    #[must_use]
    pub fn from_email(email: &str) -> Self {
        const HEX: &[u8; 16] = b"0123456789abcdef";
        let digest = Sha256::digest(email.to_lowercase());
        let nibbles = digest.iter().flat_map(|byte| [byte >> 4, byte & 0xf]);
        Self(nibbles.filter_map(|nibble| HEX.get(usize::from(nibble))).map(|&digit| char::from(digit)).collect())
    }
}

fn parse_id(text: &str, max_len: usize) -> Result<(), ParseIdError> {
    let Some(first) = text.chars().next() else {
        return Err(ParseIdError::Empty);
    };
    if text.len() > max_len {
        return Err(ParseIdError::TooLong { len: text.len(), max_len });
    }
    if !first.is_ascii_alphanumeric() {
        return Err(ParseIdError::Character { character: first, index: 0 });
    }
    match text.char_indices().find(|(_, c)| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-'))) {
        Some((index, character)) => Err(ParseIdError::Character { character, index }),
        None => Ok(()),
    }
}

/// Why text is not an id.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseIdError {
    /// There was no text.
    #[error("id is empty")]
    Empty,
    /// The text was too long.
    #[error("id has {len} bytes, expected at most {max_len}")]
    TooLong {
        /// Length of the text, in bytes.
        len: usize,
        /// The most that is accepted.
        max_len: usize,
    },
    /// A character that an id does not have there.
    #[error("id has {character:?} at byte {index}, expected `A-Z a-z 0-9 . _ -` and a letter or digit first")]
    Character {
        /// The first such character.
        character: char,
        /// Its position, in bytes.
        index: usize,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_bounded_inclusively() {
        assert!("a".repeat(63).parse::<ClusterId>().is_ok());
        assert_eq!("a".repeat(64).parse::<ClusterId>(), Err(ParseIdError::TooLong { len: 64, max_len: 63 }));
        assert!("a".repeat(64).parse::<UserId>().is_ok());
        assert_eq!("a".repeat(65).parse::<UserId>(), Err(ParseIdError::TooLong { len: 65, max_len: 64 }));
        assert_eq!("".parse::<ProjectId>(), Err(ParseIdError::Empty));
    }

    #[test]
    fn nothing_that_could_leave_a_file_name_or_header_is_an_id() {
        for (text, character, index) in [
            ("../x", '.', 0),
            (".x", '.', 0),
            ("-x", '-', 0),
            ("a/b", '/', 1),
            ("a\"b", '"', 1),
            ("a\r\nb", '\r', 1),
            ("a;b", ';', 1),
            ("a b", ' ', 1),
            ("aé", 'é', 1),
            ("a\0", '\0', 1),
        ] {
            assert_eq!(text.parse::<ClusterId>(), Err(ParseIdError::Character { character, index }), "{text:?}");
        }
        for text in ["AbcClusterID", "2456789245", "my-first-project-ID", "a.b_c-9"] {
            assert!(text.parse::<ClusterId>().is_ok(), "{text}");
        }
    }
}
