//! What a string goes through before it is written: client-go makes JSON of the file and reads that JSON as YAML.
//!
//! Nearly every string survives unchanged. The exceptions are characters that Go's JSON encoder leaves as they are but
//! YAML gives a meaning: a YAML reader refuses DEL, the C1 controls and U+FFFE/U+FFFF, and takes a next-line character
//! (U+0085) for a line break, which it folds.

use std::borrow::Cow;

const NEL: char = '\u{85}';

/// Longest map key, in characters of its JSON text with both quotes, that the YAML reader takes for a key.
const MAX_JSON_KEY_CHARS: usize = 1024;

/// Why a string cannot go into a kubeconfig.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Refused {
    /// A character that YAML cannot carry, or cannot carry here.
    Character(char),
    /// A line of `---` or `...` after a next-line character ends the document.
    DocumentMarker,
    /// A map key too long to be read back.
    KeyTooLong { chars: usize },
}

/// What the reader makes of the value `text`.
pub(super) fn value(text: &str) -> Result<Cow<'_, str>, Refused> {
    if is_ascii_without_delete(text) {
        return Ok(Cow::Borrowed(text));
    }
    refuse_unreadable(text)?;
    if text.contains(NEL) { fold(text).map(Cow::Owned) } else { Ok(Cow::Borrowed(text)) }
}

/// What the reader makes of the map key `text`: itself, or nothing.
pub(super) fn key(text: &str) -> Result<&str, Refused> {
    refuse_unreadable(text)?;
    if text.contains(NEL) {
        return Err(Refused::Character(NEL));
    }
    let chars = text.chars().map(json_chars).sum::<usize>().saturating_add(2);
    if chars > MAX_JSON_KEY_CHARS { Err(Refused::KeyTooLong { chars }) } else { Ok(text) }
}

/// Whether the text is such that no YAML reader minds it, looking at all bytes without a branch.
fn is_ascii_without_delete(text: &str) -> bool {
    text.as_bytes().chunks(64).all(|chunk| chunk.iter().fold(true, |all, &byte| all & (byte < 0x7f)))
}

fn refuse_unreadable(text: &str) -> Result<(), Refused> {
    let unreadable =
        |&character: &char| matches!(character, '\u{7f}'..='\u{84}' | '\u{86}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}');
    match text.chars().find(unreadable) {
        Some(character) => Err(Refused::Character(character)),
        None => Ok(()),
    }
}

/// How many characters Go's JSON encoder makes of one.
fn json_chars(character: char) -> usize {
    match character {
        '"' | '\\' | '\n' | '\r' | '\t' | '\u{8}' | '\u{c}' => 2,
        '\u{0}'..='\u{1f}' | '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => 6,
        _ => 1,
    }
}

/// Folds next-line characters as a reader folds the line breaks of a double-quoted scalar: one becomes a space, of
/// several the first is dropped and each other becomes a line feed; spaces around them vanish.
fn fold(text: &str) -> Result<String, Refused> {
    let mut folded = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((line, after)) = rest.split_once(NEL) {
        folded.push_str(line.trim_end_matches(' '));
        let next = after.trim_start_matches([NEL, ' ']);
        let run = after.get(..after.len().saturating_sub(next.len())).unwrap_or_default();
        match run.chars().filter(|&character| character == NEL).count() {
            0 => folded.push(' '),
            further => folded.extend(std::iter::repeat_n('\n', further)),
        }
        if !run.ends_with(' ') && is_document_marker(next) {
            return Err(Refused::DocumentMarker);
        }
        rest = next;
    }
    folded.push_str(rest);
    Ok(folded)
}

/// Whether a line that starts with `text` ends the document for a YAML reader.
fn is_document_marker(text: &str) -> bool {
    let after = text.strip_prefix("---").or_else(|| text.strip_prefix("..."));
    after.is_some_and(|after| after.starts_with([' ', NEL]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn next_line_characters_are_folded_like_line_breaks() {
        let table = [
            ("a\u{85}b", "a b"),
            ("a \u{85} b", "a b"),
            ("a\t\u{85}b", "a\t b"),
            ("a\u{85}\u{85}b", "a\nb"),
            ("a\u{85} \u{85} \u{85}b", "a\n\nb"),
            ("\u{85}", " "),
            ("a\u{85} --- b", "a --- b"),
            ("a\u{85}---", "a ---"),
            ("a\u{85}b\u{85}c", "a b c"),
        ];
        for (text, expected) in table {
            assert_eq!(value(text), Ok(expected.into()), "{text:?}");
        }
        assert_eq!(value("a\u{85}...\u{85}"), Err(Refused::DocumentMarker));
    }

    #[test]
    fn only_what_yaml_readers_refuse_is_refused() {
        for character in ['\u{7f}', '\u{80}', '\u{84}', '\u{86}', '\u{9f}', '\u{fffe}', '\u{ffff}'] {
            assert_eq!(value(&format!("a{character}")), Err(Refused::Character(character)));
            assert_eq!(key(&format!("a{character}")), Err(Refused::Character(character)));
        }
        for character in ['\0', '~', '\u{a0}', '\u{feff}', '\u{fffd}', '\u{10000}', '\u{1fffe}'] {
            let text = character.to_string();
            assert_eq!((value(&text), key(&text)), (Ok(text.as_str().into()), Ok(text.as_str())));
        }
    }
}
