//! Files as they were given, and places in them.

use std::fmt;
use std::ops::Range;

use crate::yaml::Span;

/// A text with the name that its owner has for it.
#[derive(Clone)]
pub struct Source {
    name: String,
    text: String,
    secrets: Vec<Range<usize>>,
}

/// A place in one of several sources.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[expect(clippy::exhaustive_structs, reason = "a place is a source and a span in it")]
pub struct Place {
    /// Which source, from 0.
    pub source: usize,
    /// Where in it.
    pub span: Span,
}

impl Source {
    /// Take a text over. `name` is what findings call it.
    ///
    /// # Errors
    ///
    /// [`ReadSourceError`] if the bytes are no UTF-8 text, or have a NUL.
    pub fn new(name: impl Into<String>, bytes: Vec<u8>) -> Result<Self, ReadSourceError> {
        if let Some(at) = memchr::memchr(0, &bytes) {
            return Err(ReadSourceError::Nul { line: line_at(&bytes, at) });
        }
        let text = String::from_utf8(bytes).map_err(|error| {
            let at = error.utf8_error().valid_up_to();
            ReadSourceError::NotUtf8 { line: line_at(error.as_bytes(), at) }
        })?;
        Ok(Self { name: name.into(), text, secrets: Vec::new() })
    }

    /// A source without text, for one that cannot be read.
    #[must_use]
    pub fn empty(name: impl Into<String>) -> Self {
        Self { name: name.into(), text: String::new(), secrets: Vec::new() }
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its text. It may have secrets.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Let nobody be shown what stands here.
    pub fn hide(&mut self, span: Span) {
        self.secrets.push(span.start..span.end);
    }

    /// The line with this number, from 1, without its end. What is hidden is one `…`, and `span` is moved along; it is
    /// returned in characters.
    pub(super) fn shown_line(&self, span: Span) -> (String, Range<usize>) {
        let before = self.text.get(..span.start).unwrap_or(&self.text);
        let start = before.rfind('\n').map_or(0, |at| at.saturating_add(1));
        let rest = self.text.get(start..).unwrap_or_default();
        let end = start.saturating_add(rest.find('\n').unwrap_or(rest.len()));
        let (mut shown, mut mark) = (String::new(), None::<Range<usize>>);
        let mut chars = 0_usize;
        let mut hidden = false;
        let line = self.text.get(start..end).unwrap_or_default().trim_end_matches('\r');
        for (offset, character) in line.char_indices() {
            let at = start.saturating_add(offset);
            let is_secret = self.secrets.iter().any(|secret| secret.contains(&at));
            if !is_secret || !hidden {
                shown.push(match character {
                    _ if is_secret => '…',
                    '\u{feff}' | '\t' => ' ',
                    character if character.is_control() => '\u{fffd}',
                    character => character,
                });
                chars = chars.saturating_add(1);
            }
            hidden = is_secret;
            if (span.start..span.end.max(span.start.saturating_add(1))).contains(&at) {
                let first = mark.as_ref().map_or_else(|| chars.saturating_sub(1), |mark| mark.start);
                mark = Some(first..chars);
            }
        }
        let at_end = chars..chars.saturating_add(1);
        (shown, mark.unwrap_or(at_end))
    }
}

/// Shape only: a file may have secrets.
impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Source({:?}, {} bytes)", self.name, self.text.len())
    }
}

/// The line, from 1, on which the byte number `at` stands.
fn line_at(bytes: &[u8], at: usize) -> usize {
    memchr::memchr_iter(b'\n', bytes.get(..at).unwrap_or_default()).count().saturating_add(1)
}

/// Why a file is no text.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ReadSourceError {
    /// It is not UTF-8.
    #[error("the file has bytes that are not UTF-8")]
    NotUtf8 {
        /// The line with the first of them, from 1.
        line: usize,
    },
    /// It has a NUL.
    #[error("the file has a NUL byte, as binary files and UTF-16 have")]
    Nul {
        /// The line with the first, from 1.
        line: usize,
    },
}

impl ReadSourceError {
    /// The line on which it is, from 1.
    #[must_use]
    pub const fn line(&self) -> usize {
        match self {
            Self::NotUtf8 { line } | Self::Nul { line } => *line,
        }
    }
}
