//! Characters that people do not see and that make text look like other text.

/// Whether a character is not to be sent to a terminal as it is: control characters, and what hides, parts or turns text.
///
/// Blanks are not among them, but the line and paragraph separators are. Go's notion is another one: `crate::go`.
pub(crate) fn is_invisible(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{ad}'
                | '\u{61c}'
                | '\u{180e}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e0fff}'
        )
}

/// The character, or U+FFFD in the place of an invisible one.
pub(crate) fn printable(character: char) -> char {
    if is_invisible(character) { char::REPLACEMENT_CHARACTER } else { character }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_hides_or_turns_text_is_replaced_and_nothing_else() {
        let text = "a\n\u{1b}\u{9b}\u{ad}\u{200b}\u{200d}\u{202e}\u{2028}\u{2066}\u{feff}\u{e0041}\u{e4}\u{308} \u{a0}\u{1f600}";
        let shown: String = text.chars().map(printable).collect();
        assert_eq!(shown, format!("a{}\u{e4}\u{308} \u{a0}\u{1f600}", "\u{fffd}".repeat(11)));
    }
}
