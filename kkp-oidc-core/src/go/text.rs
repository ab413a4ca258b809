//! Texts as Go prints them.

use std::fmt::Write as _;

/// `text` in double quotes, as Go's `%q` has it: what cannot be seen is escaped.
///
/// What can be seen is [`is_print`]'s to say.
pub(crate) fn quoted(text: &str) -> String {
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
            _ if is_print(character) => quoted.push(character),
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

/// Go's `strconv.IsPrint`: letters, marks, numbers, punctuation, symbols, and of all blanks only U+0020.
///
/// Rust has the same rule with tables of its own, which may be those of another version of Unicode.
pub(crate) fn is_print(character: char) -> bool {
    if character.is_ascii() {
        return character == ' ' || character.is_ascii_graphic();
    }
    // What is not printable becomes `\u{…}`. A combining mark does only at the start of a text, where it has nothing to
    // combine with; Go knows no such difference.
    let mut after_letter = String::with_capacity(5);
    after_letter.extend(['a', character]);
    after_letter.escape_debug().nth(1) == Some(character)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_are_those_of_go() {
        // What `fmt.Printf("%q")` of Go 1.26 prints.
        for (text, expected) in [
            ("a\u{7}\u{8}\t\n\u{b}\u{c}\r\"\\'", r#""a\a\b\t\n\v\f\r\"\\'""#),
            ("\0\u{1b}\u{7f}", r#""\x00\x1b\x7f""#),
            ("\u{80}\u{a0}\u{ad}", r#""\u0080\u00a0\u00ad""#),
            (
                "\u{200b}\u{200d}\u{202e}\u{2028}\u{3000}\u{feff}\u{e000}",
                r#""\u200b\u200d\u202e\u2028\u3000\ufeff\ue000""#,
            ),
            ("\u{e0001}\u{10ffff}", r#""\U000e0001\U0010ffff""#),
            ("\u{e4}o\u{308}\u{308}\u{fe0f}\u{1f600}\u{e0100}", "\"\u{e4}o\u{308}\u{308}\u{fe0f}\u{1f600}\u{e0100}\""),
            ("\u{308}a", "\"\u{308}a\""),
        ] {
            assert_eq!(quoted(text), expected);
        }
    }
}
