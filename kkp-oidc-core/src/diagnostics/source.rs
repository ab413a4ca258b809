//! Files as they were given, and places in them.

use std::fmt;
use std::ops::Range;

use crate::invisible::printable;
use crate::secret::SecretString;
use crate::yaml::Span;

/// Most characters of a line that are shown.
const MAX_LINE_CHARS: usize = 120;

/// Bytes before and after a place in which the ends of its line are looked for. Longer lines are cut off anyway.
const MAX_SEARCHED_LEN: usize = 4 * 1024;

/// Bytes that are shown before the marked ones in a line that is too long.
const LEAD_BYTES: usize = 40;

/// A text with the name that its owner has for it.
#[derive(Clone)]
pub struct Source {
    name: String,
    text: String,
    /// In the order of the text; none overlaps another.
    secrets: Vec<Range<usize>>,
    secret_texts: Vec<SecretString>,
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
        Ok(Self { name: name.into(), text, secrets: Vec::new(), secret_texts: Vec::new() })
    }

    /// A source without text, for one that cannot be read.
    #[must_use]
    pub fn empty(name: impl Into<String>) -> Self {
        Self { name: name.into(), text: String::new(), secrets: Vec::new(), secret_texts: Vec::new() }
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

    /// Let nobody be shown what stands here, nor a comment behind it on the same line.
    pub fn hide(&mut self, spans: impl IntoIterator<Item = Span>) {
        for span in spans {
            let behind = self.text.get(span.end..).unwrap_or_default();
            let comment = behind.trim_start_matches([' ', '\t']);
            let len = match comment.strip_prefix('#') {
                Some(_) => memchr::memchr(b'\n', behind.as_bytes()).unwrap_or(behind.len()),
                None => 0,
            };
            self.secrets.push(span.start..span.end.saturating_add(len));
        }
        self.secrets.sort_unstable_by_key(|secret| (secret.start, secret.end));
        self.secrets.dedup_by(|next, kept| {
            let joined = next.start <= kept.end;
            kept.end = if joined { kept.end.max(next.end) } else { kept.end };
            joined
        });
    }

    /// Let nobody be shown these texts, wherever they stand.
    pub fn hide_texts(&mut self, texts: &[SecretString]) {
        self.secret_texts.extend_from_slice(texts);
    }

    /// The line at `span` without its end, cut off where it is too long, and which of its characters `span` is. What is
    /// hidden is one `…`.
    pub(super) fn shown_line(&self, span: Span) -> (String, Range<usize>) {
        let bytes = self.text.as_bytes();
        let before = bytes.get(..span.start).unwrap_or(bytes);
        let earliest = before.len().saturating_sub(MAX_SEARCHED_LEN);
        let line_start = memchr::memrchr(b'\n', before.get(earliest..).unwrap_or_default())
            .map_or(earliest, |at| earliest.saturating_add(at).saturating_add(1));
        let latest = span.start.saturating_add(MAX_SEARCHED_LEN).min(bytes.len());
        let rest = bytes.get(line_start..latest).unwrap_or_default();
        let mut line_end = line_start.saturating_add(memchr::memchr(b'\n', rest).unwrap_or(rest.len()));
        let is_short = span.end.min(line_end).saturating_sub(line_start) <= MAX_LINE_CHARS;
        let mut start = if is_short { line_start } else { span.start.saturating_sub(LEAD_BYTES).max(line_start) };
        while !self.text.is_char_boundary(start) {
            start = start.saturating_sub(1);
        }
        while !self.text.is_char_boundary(line_end) {
            line_end = line_end.saturating_sub(1);
        }
        let line = self.text.get(start..line_end).unwrap_or_default().trim_end_matches('\r');
        let secrets = self.secrets_around(start, line.len().min(MAX_LINE_CHARS.saturating_mul(4)));
        let (mut shown, mut mark) = (String::new(), None::<Range<usize>>);
        let mut chars = 0_usize;
        if start > line_start {
            shown.push('…');
            chars = 1;
        }
        // What is cut off and what is hidden after it are one `…`.
        let mut hidden = start > line_start;
        for (taken, (offset, character)) in line.char_indices().enumerate() {
            if taken >= MAX_LINE_CHARS {
                if !hidden {
                    shown.push('…');
                }
                break;
            }
            let at = start.saturating_add(offset);
            let is_secret = secrets.iter().any(|secret| secret.contains(&at));
            if !is_secret || !hidden {
                shown.push(match character {
                    _ if is_secret => '…',
                    '\u{feff}' | '\t' => ' ',
                    character => printable(character),
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

    /// What is hidden in `len` bytes from byte number `start` on.
    fn secrets_around(&self, start: usize, len: usize) -> Vec<Range<usize>> {
        let end = start.saturating_add(len);
        let first = self.secrets.partition_point(|secret| secret.end <= start);
        let spans = self.secrets.iter().skip(first).take_while(|secret| secret.start < end);
        let mut around: Vec<Range<usize>> = spans.cloned().collect();
        let bytes = self.text.as_bytes();
        for secret in self.secret_texts.iter().map(|secret| secret.expose_secret().as_bytes()) {
            let from = start.saturating_sub(secret.len());
            let to = end.saturating_add(secret.len()).min(bytes.len());
            let found = memchr::memmem::find_iter(bytes.get(from..to).unwrap_or_default(), secret);
            around.extend(found.map(|at| {
                let at = at.saturating_add(from);
                at..at.saturating_add(secret.len())
            }));
        }
        around
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
