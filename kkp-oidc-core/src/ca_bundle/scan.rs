//! Finds PEM sections in text that comes in pieces, whatever stands around them.
//!
//! Sections are found by their markers alone, so it does not matter how files were joined: `-----END …----------BEGIN …`
//! on one line is two sections, and so is anything with a byte order mark, blanks or words in front of a marker.

use std::ops::Range;

use memchr::memmem;

/// Longest section that is read, in bytes from marker to marker (4 MiB). A PKCS#7 section with all roots of the web
/// has 300 KiB.
pub const MAX_SECTION_LEN: usize = 4 * 1024 * 1024;

/// How many bytes are copied at once to complete a section that began in the piece before. Most sections have fewer.
const STEP_LEN: usize = 2048;

/// Longest label, in bytes.
const MAX_LABEL_LEN: usize = 64;

/// How a section begins.
pub(super) const BEGIN: &[u8] = b"-----BEGIN ";
const END: &[u8] = b"-----END ";
const DASHES: &[u8] = b"-----";

/// A section, or where one should be.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Section<'a> {
    /// Which of the input, from 1.
    pub(super) number: u32,
    /// The line on which its BEGIN marker stands, from 1.
    pub(super) line: u32,
    /// What stands in its BEGIN marker.
    pub(super) label: &'a [u8],
    /// What is between the two.
    pub(super) state: State<'a>,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum State<'a> {
    /// From the first dash of the BEGIN marker to the last dash of the END marker.
    Whole(&'a [u8]),
    /// The BEGIN marker has no end on its line.
    BadMarker,
    /// The END marker has another label.
    OtherLabel,
    /// Another section or the end of the input came first: from the first dash of the BEGIN marker up to that.
    Truncated(&'a [u8]),
    /// The limit came first.
    TooLong,
}

/// Cuts text that comes in pieces into sections. Keeps at most one section and one piece.
pub(super) struct Scanner {
    finder: memmem::Finder<'static>,
    max_section_len: usize,
    buffer: Vec<u8>,
    /// Up to here, nothing new can be said before `buffer` has this many bytes.
    wait_for: usize,
    sections: u32,
    line: u32,
    /// The text before the buffer ended with a carriage return, whose line feed may follow.
    after_return: bool,
    /// Bytes since the end of the last whole section.
    gap: usize,
}

/// What follows a BEGIN marker.
enum Found {
    Whole { label: Range<usize>, len: usize },
    BadMarker,
    OtherLabel { label: Range<usize>, len: usize },
    Truncated { label: Range<usize>, len: usize },
    More { label: Range<usize> },
}

impl Scanner {
    pub(super) fn new(max_section_len: usize) -> Self {
        Self {
            finder: memmem::Finder::new(BEGIN),
            max_section_len,
            buffer: Vec::new(),
            wait_for: 0,
            sections: 0,
            line: 1,
            after_return: false,
            gap: 0,
        }
    }

    /// How many sections there were, whole or not.
    pub(super) const fn sections(&self) -> u32 {
        self.sections
    }

    /// Bytes since the last whole section.
    pub(super) const fn gap(&self) -> usize {
        self.gap
    }

    /// Take the next piece, and pass on what is complete.
    ///
    /// Sections are cut out of the piece itself; only what lies across its ends is copied.
    pub(super) fn feed(&mut self, mut bytes: &[u8], take: &mut impl FnMut(Section<'_>)) {
        // Complete what is left of the piece before, with little more than that needs.
        while !self.buffer.is_empty() {
            if bytes.is_empty() {
                return;
            }
            let step = self.wait_for.saturating_sub(self.buffer.len()).max(STEP_LEN);
            let (step, rest) = bytes.split_at_checked(step).unwrap_or((bytes, &[]));
            self.buffer.extend_from_slice(step);
            if self.buffer.len() >= self.wait_for {
                let mut buffer = std::mem::take(&mut self.buffer);
                let done = self.scan(&buffer, false, take);
                buffer.drain(..done.min(buffer.len()));
                self.buffer = buffer;
            }
            if self.buffer.len() <= step.len() {
                // All that is left is in this piece: go on there.
                let left = bytes.len().saturating_sub(rest.len()).saturating_sub(self.buffer.len());
                bytes = bytes.get(left..).unwrap_or_default();
                self.buffer.clear();
                break;
            }
            bytes = rest;
        }
        let done = self.scan(bytes, false, take);
        self.buffer.extend_from_slice(bytes.get(done..).unwrap_or_default());
    }

    /// There is no more: pass on what is left.
    pub(super) fn finish(&mut self, take: &mut impl FnMut(Section<'_>)) {
        let buffer = std::mem::take(&mut self.buffer);
        self.scan(&buffer, true, take);
    }

    /// Pass on the sections in `buffer`; how many bytes of it are done with.
    fn scan(&mut self, buffer: &[u8], at_end: bool, take: &mut impl FnMut(Section<'_>)) -> usize {
        let mut at = 0;
        self.wait_for = 0;
        loop {
            let rest = buffer.get(at..).unwrap_or_default();
            let Some(skipped) = self.finder.find(rest) else {
                // A marker may have begun in the last bytes.
                let keep = if at_end { 0 } else { rest.len().min(BEGIN.len().saturating_sub(1)) };
                let skipped = rest.len().saturating_sub(keep);
                self.pass(rest.get(..skipped).unwrap_or_default());
                self.gap = self.gap.saturating_add(skipped);
                at = at.saturating_add(skipped);
                break;
            };
            self.pass(rest.get(..skipped).unwrap_or_default());
            self.gap = self.gap.saturating_add(skipped);
            at = at.saturating_add(skipped);
            let text = buffer.get(at..).unwrap_or_default();
            let (label, state, len) = match find_end(text, at_end) {
                Found::Whole { label, len } => (label, State::Whole(text.get(..len).unwrap_or_default()), len),
                Found::BadMarker => (0..0, State::BadMarker, BEGIN.len()),
                Found::OtherLabel { label, len } => (label, State::OtherLabel, len),
                Found::Truncated { label, len } => (label, State::Truncated(text.get(..len).unwrap_or_default()), len),
                Found::More { label } if text.len() > self.max_section_len => {
                    // The next marker may have begun in the last bytes.
                    (label, State::TooLong, text.len().saturating_sub(BEGIN.len()).max(BEGIN.len()))
                }
                Found::More { .. } => {
                    self.wait_for = text.len().saturating_mul(2);
                    break;
                }
            };
            let (state, label) = match state {
                State::Whole(text) if text.len() > self.max_section_len => (State::TooLong, label),
                state => (state, label),
            };
            self.sections = self.sections.saturating_add(1);
            let label = text.get(label).unwrap_or_default();
            take(Section { number: self.sections, line: self.line, label, state });
            self.pass(text.get(..len).unwrap_or_default());
            at = at.saturating_add(len);
            self.gap = if matches!(state, State::Whole(_)) { 0 } else { self.gap.saturating_add(len) };
        }
        at
    }

    /// Count the lines of text that is done with. Lines end with LF, CR LF or CR.
    fn pass(&mut self, text: &[u8]) {
        let (Some(first), Some(last)) = (text.first(), text.last()) else { return };
        let mut breaks = memchr::memchr_iter(b'\n', text).count();
        if self.after_return && *first != b'\n' {
            breaks = breaks.saturating_add(1);
        }
        if memchr::memchr(b'\r', text).is_some() {
            let lone = text.windows(2).filter(|pair| matches!(pair, [b'\r', next] if *next != b'\n')).count();
            breaks = breaks.saturating_add(lone);
        }
        self.after_return = *last == b'\r';
        self.line = self.line.saturating_add(u32::try_from(breaks).unwrap_or(u32::MAX));
    }
}

/// What follows the BEGIN marker with which `text` begins.
fn find_end(text: &[u8], at_end: bool) -> Found {
    let marker = text.get(BEGIN.len()..).unwrap_or_default();
    let Some(label) = label(marker) else {
        let may_follow = !at_end && marker.len() < MAX_LABEL_LEN.saturating_add(DASHES.len()) && !has_line_end(marker);
        return if may_follow { Found::More { label: 0..0 } } else { Found::BadMarker };
    };
    let body_at = BEGIN.len().saturating_add(label.len()).saturating_add(DASHES.len());
    let label = BEGIN.len()..BEGIN.len().saturating_add(label.len());
    for dash in memchr::memchr_iter(b'-', text.get(body_at..).unwrap_or_default()) {
        let at = body_at.saturating_add(dash);
        let rest = text.get(at..).unwrap_or_default();
        if let Some(marker) = rest.strip_prefix(END) {
            let Some(end_label) = self::label(marker) else {
                let may_follow =
                    !at_end && marker.len() < MAX_LABEL_LEN.saturating_add(DASHES.len()) && !has_line_end(marker);
                let len = at.saturating_add(END.len());
                return if may_follow { Found::More { label } } else { Found::Truncated { label, len } };
            };
            let len = at.saturating_add(END.len()).saturating_add(end_label.len()).saturating_add(DASHES.len());
            let same = text.get(label.clone()) == Some(end_label);
            return if same { Found::Whole { label, len } } else { Found::OtherLabel { label, len } };
        }
        if rest.starts_with(BEGIN) {
            return Found::Truncated { label, len: at };
        }
    }
    if at_end { Found::Truncated { label, len: text.len() } } else { Found::More { label } }
}

/// The label that stands before the next five dashes, on the same line.
fn label(text: &[u8]) -> Option<&[u8]> {
    let text = text.get(..MAX_LABEL_LEN.saturating_add(DASHES.len())).unwrap_or(text);
    // A finder costs more to make than a label is long.
    let at = memchr::memchr_iter(b'-', text).find(|at| text.get(*at..).is_some_and(|rest| rest.starts_with(DASHES)))?;
    let label = text.get(..at)?;
    (!has_line_end(label)).then_some(label)
}

fn has_line_end(text: &[u8]) -> bool {
    memchr::memchr2(b'\n', b'\r', text).is_some()
}
