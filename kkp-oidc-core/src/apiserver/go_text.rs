//! Texts as Go prints them.

use std::fmt::Write as _;

/// `text` in double quotes, as Go's `%q` has it: what cannot be seen is escaped.
///
/// Whether a character can be seen is judged by Rust's tables where Go has its own; they agree on all of ASCII.
pub(super) fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len().saturating_add(2));
    quoted.push('"');
    for character in text.chars() {
        match character {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\u{7}' => quoted.push_str("\\a"),
            '\u{8}' => quoted.push_str("\\b"),
            '\u{c}' => quoted.push_str("\\f"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            '\u{b}' => quoted.push_str("\\v"),
            _ if is_visible(character) => quoted.push(character),
            // Writing to a `String` does not fail.
            _ => {
                let code = u32::from(character);
                let _ = match code {
                    0..=0x7f => write!(quoted, "\\x{code:02x}"),
                    0x80..=0xffff => write!(quoted, "\\u{code:04x}"),
                    _ => write!(quoted, "\\U{code:08x}"),
                };
            }
        }
    }
    quoted.push('"');
    quoted
}

/// Longest value that a reason repeats, in characters.
const MAX_SHOWN_CHARS: usize = 200;

/// `text` in double quotes, cut to [`MAX_SHOWN_CHARS`].
pub(super) fn shown(text: &str) -> String {
    match text.char_indices().nth(MAX_SHOWN_CHARS) {
        Some((end, _)) => format!("{}…", quoted(text.split_at(end).0)),
        None => quoted(text),
    }
}

/// `text` for a terminal: control characters, and what turns the direction of text around, are escaped.
#[must_use]
pub fn printable(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        if is_visible(character) { shown.push(character) } else { shown.extend(character.escape_unicode()) }
    }
    shown
}

fn is_visible(character: char) -> bool {
    // `escape_debug` escapes what is not printable, besides quotes, backslash and, at the start, combining characters.
    let escaped = || character.escape_debug().count() > 1 && !matches!(character, '"' | '\'' | '\\');
    let turns = matches!(character, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    character == ' ' || character.is_ascii_graphic() || !(character.is_ascii() || turns || escaped())
}
