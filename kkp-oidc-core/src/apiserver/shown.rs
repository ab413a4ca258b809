//! Text out of tokens and configurations, for people.

use crate::go::{is_print, quoted};

/// Longest value that a reason repeats, in characters.
const MAX_SHOWN_CHARS: usize = 200;

/// `text` in double quotes, cut to [`MAX_SHOWN_CHARS`].
pub(super) fn shown(text: &str) -> String {
    match text.char_indices().nth(MAX_SHOWN_CHARS) {
        Some((end, _)) => format!("{}…", quoted(text.split_at(end).0)),
        None => quoted(text),
    }
}

/// `text` for a terminal: what Go would not print, such as control characters and what turns the direction of text around,
/// is escaped.
#[must_use]
pub fn printable(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        if is_print(character) { shown.push(character) } else { shown.extend(character.escape_unicode()) }
    }
    shown
}
