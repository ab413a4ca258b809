//! Names of namespaces.

use std::fmt;
use std::str::FromStr;

/// Name of a namespace, a label as in [RFC 1123 section 2.1]: 1 to 63 of `a-z 0-9 -`, no `-` first or last.
///
/// [RFC 1123 section 2.1]: https://www.rfc-editor.org/rfc/rfc1123#section-2.1
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Namespace(String);

impl Namespace {
    /// Longest namespace, in bytes.
    pub const MAX_LEN: usize = 63;

    /// The name as given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Namespace {
    type Err = ParseNamespaceError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.is_empty() {
            return Err(ParseNamespaceError::Empty);
        }
        if text.len() > Self::MAX_LEN {
            return Err(ParseNamespaceError::TooLong { len: text.len() });
        }
        let last = text.len().saturating_sub(1);
        let refused = |&(index, character): &(usize, char)| match character {
            'a'..='z' | '0'..='9' => false,
            '-' => index == 0 || index == last,
            _ => true,
        };
        match text.char_indices().find(refused) {
            Some((index, character)) => Err(ParseNamespaceError::Character { character, index }),
            None => Ok(Self(text.to_owned())),
        }
    }
}

impl fmt::Display for Namespace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Why text is not a namespace.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseNamespaceError {
    /// There was no text.
    #[error("namespace is empty")]
    Empty,
    /// The text was too long.
    #[error("namespace has {len} bytes, expected at most {}", Namespace::MAX_LEN)]
    TooLong {
        /// Length of the text, in bytes.
        len: usize,
    },
    /// A character that a namespace does not have there.
    #[error("namespace has {character:?} at byte {index}, expected `a-z 0-9 -` and no `-` first or last")]
    Character {
        /// The first such character.
        character: char,
        /// Its position, in bytes.
        index: usize,
    },
}
