//! A JSON string as Go's `json.Encoder` writes and its `json.Decoder` reads it.
//!
//! Go escapes what HTML could stumble over, ends the text with a line end, replaces what is not UTF-8 by U+FFFD, reads
//! the first value only and takes `null` for an empty string.

use std::str;

use crate::secret::SecretString;

/// The JSON text of a string, with `\n` at its end.
///
/// `"` and `\` are escaped, control characters (as `\b \f \n \r \t` where JSON has a short form, since Go 1.22), `<`,
/// `>`, `&`, U+2028 and U+2029. Each byte of `value` that is not part of UTF-8 becomes `\ufffd`.
#[must_use]
pub fn encode_string(value: &[u8]) -> Vec<u8> {
    // No byte becomes more than six, so that the buffer never grows and leaves a copy behind.
    let mut json = Vec::with_capacity(value.len().saturating_mul(6).saturating_add(3));
    json.push(b'"');
    for chunk in value.utf8_chunks() {
        for character in chunk.valid().chars() {
            push_escaped(character, &mut json);
        }
        for _ in chunk.invalid() {
            json.extend_from_slice(br"\ufffd");
        }
    }
    json.extend_from_slice(b"\"\n");
    json
}

/// The string that a JSON text starts with. What follows its closing `"` is ignored; `null` is the empty string.
///
/// Bytes that are not part of UTF-8 and halves of surrogate pairs become U+FFFD each.
///
/// # Errors
///
/// See [`DecodeJsonError`].
pub fn decode_string(json: &[u8]) -> Result<SecretString, DecodeJsonError> {
    let start = json.iter().position(|byte| !matches!(byte, b' ' | b'\t' | b'\r' | b'\n')).unwrap_or(json.len());
    let text = json.get(start..).unwrap_or_default();
    if text.starts_with(b"null") {
        return Ok(SecretString::from(String::new()));
    }
    let Some(text) = text.strip_prefix(b"\"") else {
        return Err(DecodeJsonError::NotAString { position: start });
    };
    let at = |rest: &[u8]| json.len().saturating_sub(rest.len());
    // One byte becomes three at most, so that the buffer never grows and leaves a copy behind.
    let mut value = String::with_capacity(text.len().saturating_mul(3));
    let mut rest = text;
    loop {
        let run = rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..=0x1f));
        let Some((plain, special)) = run.and_then(|run| rest.split_at_checked(run)) else {
            return Err(DecodeJsonError::Unterminated { len: json.len() });
        };
        push_lossy(plain, &mut value);
        match special {
            [b'"', ..] => return Ok(SecretString::from(value)),
            [b'\\', escape @ ..] => {
                let Some((character, len)) = unescape(escape) else {
                    return Err(DecodeJsonError::MalformedEscape { position: at(special) });
                };
                value.push(character);
                rest = escape.get(len..).unwrap_or_default();
            }
            _ => return Err(DecodeJsonError::ControlCharacter { position: at(special) }),
        }
    }
}

/// Why a text does not start with a JSON string.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeJsonError {
    /// Another value, no value, or no JSON.
    #[error("no JSON string starts at byte {position}")]
    NotAString {
        /// Where, in bytes from 0.
        position: usize,
    },
    /// The closing `"` is missing.
    #[error("the JSON string does not end within {len} bytes")]
    Unterminated {
        /// Length of the text in bytes.
        len: usize,
    },
    /// `\` with something that is no escape.
    #[error(r"the `\` at byte {position} of the JSON string starts no escape")]
    MalformedEscape {
        /// Where, in bytes from 0.
        position: usize,
    },
    /// A character below U+0020 that is not escaped.
    #[error("the control character at byte {position} of the JSON string is not escaped")]
    ControlCharacter {
        /// Where, in bytes from 0.
        position: usize,
    },
}

fn push_escaped(character: char, json: &mut Vec<u8>) {
    let short = match character {
        '"' => b'"',
        '\\' => b'\\',
        '\u{8}' => b'b',
        '\u{c}' => b'f',
        '\n' => b'n',
        '\r' => b'r',
        '\t' => b't',
        '\0'..='\x1f' | '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => {
            json.extend_from_slice(format!("\\u{:04x}", u32::from(character)).as_bytes());
            return;
        }
        _ => {
            json.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
            return;
        }
    };
    json.extend_from_slice(&[b'\\', short]);
}

/// Append, with one U+FFFD for each byte that is not part of UTF-8. (Rust's own lossy conversion replaces several at
/// once.)
fn push_lossy(bytes: &[u8], value: &mut String) {
    for chunk in bytes.utf8_chunks() {
        value.push_str(chunk.valid());
        value.extend(chunk.invalid().iter().map(|_| char::REPLACEMENT_CHARACTER));
    }
}

/// The character that an escape stands for, and its length in bytes after the `\`.
fn unescape(escape: &[u8]) -> Option<(char, usize)> {
    let character = match *escape.first()? {
        b'u' => return unescape_utf16(escape),
        literal @ (b'"' | b'\\' | b'/') => char::from(literal),
        b'b' => '\u{8}',
        b'f' => '\u{c}',
        b'n' => '\n',
        b'r' => '\r',
        b't' => '\t',
        _ => return None,
    };
    Some((character, 1))
}

/// `uXXXX`, or `uXXXX\uXXXX` if that is a surrogate pair ([RFC 8259 section 7]).
///
/// [RFC 8259 section 7]: https://www.rfc-editor.org/rfc/rfc8259#section-7
fn unescape_utf16(escape: &[u8]) -> Option<(char, usize)> {
    let first = utf16_unit(escape)?;
    let second = escape.get(5..).and_then(|rest| rest.strip_prefix(b"\\")).and_then(utf16_unit);
    let mut characters = char::decode_utf16([Some(first), second].into_iter().flatten());
    match characters.next()? {
        Ok(character) if character.len_utf16() == 2 => Some((character, 11)),
        Ok(character) => Some((character, 5)),
        Err(_) => Some((char::REPLACEMENT_CHARACTER, 5)),
    }
}

/// `uXXXX`.
fn utf16_unit(escape: &[u8]) -> Option<u16> {
    let digits = str::from_utf8(escape.strip_prefix(b"u")?.get(..4)?).ok()?;
    // `from_str_radix` alone would take a sign.
    digits.bytes().all(|digit| digit.is_ascii_hexdigit()).then(|| u16::from_str_radix(digits, 16).ok())?
}
