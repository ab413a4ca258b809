//! What the owner says to whoever gets the link.

use std::fmt;
use std::str::FromStr;

use crate::invisible::is_invisible;

/// Longest note, in characters.
pub const MAX_NOTE_LEN: usize = 200;

/// One line of text that pages show as the owner's own words: 1 to [`MAX_NOTE_LEN`] characters, all of them visible,
/// without blanks at its ends.
#[derive(Clone, Eq, PartialEq)]
pub struct Note(String);

impl Note {
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Note {
    type Err = ParseNoteError;

    /// Blanks at both ends go.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        let len = text.chars().count();
        if len == 0 {
            return Err(ParseNoteError::Empty);
        }
        if len > MAX_NOTE_LEN {
            return Err(ParseNoteError::TooLong { len });
        }
        match text.chars().position(is_invisible) {
            Some(index) => Err(ParseNoteError::Invisible { index }),
            None => Ok(Self(text.to_owned())),
        }
    }
}

/// The owner's words are for whoever gets the link.
impl fmt::Debug for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Note(..)")
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Why text is no note.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseNoteError {
    /// Nothing but blanks.
    #[error("note is empty")]
    Empty,
    /// Too many characters.
    #[error("note has {len} characters, expected at most {MAX_NOTE_LEN}")]
    TooLong {
        /// How many.
        len: usize,
    },
    /// A line end, or another character that nobody sees.
    #[error("note has a character that nobody sees at position {index}, expected one line of visible text")]
    Invisible {
        /// Which, counted in characters from 0.
        index: usize,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_are_one_visible_line_of_bounded_length() {
        assert_eq!(" für Łukasz ✓ ".parse::<Note>().unwrap().as_str(), "für Łukasz ✓");
        assert_eq!("é".repeat(200).parse::<Note>().unwrap().as_str().len(), 400);
        assert_eq!("é".repeat(201).parse::<Note>(), Err(ParseNoteError::TooLong { len: 201 }));
        for (text, index) in [("a\nb", 1), ("\u{202e}a", 0), ("ab\u{200b}c", 2), ("a\0", 1)] {
            assert_eq!(text.parse::<Note>(), Err(ParseNoteError::Invisible { index }), "{text:?}");
        }
        for text in ["", " ", "\n\t"] {
            assert_eq!(text.parse::<Note>(), Err(ParseNoteError::Empty), "{text:?}");
        }
    }
}
