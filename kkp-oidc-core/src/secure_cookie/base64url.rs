//! base64url as Go's `base64.URLEncoding` writes and reads it.

use base64::alphabet;
use base64::engine::{DecodePaddingMode, Engine as _, GeneralPurpose, GeneralPurposeConfig};

/// [RFC 4648 section 5] with padding. Go's decoder is not strict: bits that padding leaves over may be anything.
///
/// [RFC 4648 section 5]: https://www.rfc-editor.org/rfc/rfc4648#section-5
const GO: GeneralPurpose = GeneralPurpose::new(
    &alphabet::URL_SAFE,
    GeneralPurposeConfig::new()
        .with_encode_padding(true)
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::RequireCanonical),
);

/// How many characters `len` bytes become.
pub(super) const fn encoded_len(len: usize) -> usize {
    len.div_ceil(3).saturating_mul(4)
}

/// The base64 of `bytes`.
pub(super) fn encode(bytes: &[u8]) -> String {
    GO.encode(bytes)
}

/// Append the base64 of `bytes` to `text`.
pub(super) fn push(bytes: &[u8], text: &mut Vec<u8>) {
    let start = text.len();
    text.resize(start.saturating_add(encoded_len(bytes.len())), 0);
    if let Some(space) = text.get_mut(start..) {
        // INVARIANT: the space is `encoded_len` bytes, so that it suffices.
        let written = GO.encode_slice(bytes, space);
        debug_assert_eq!(written, Ok(encoded_len(bytes.len())));
    }
}

/// The bytes that `text` stands for, `None` if it is not base64. CR and LF anywhere are skipped, as Go does.
pub(super) fn decode(text: &[u8]) -> Option<Vec<u8>> {
    if let Ok(bytes) = GO.decode(text) {
        return Some(bytes);
    }
    // Line ends are in no alphabet. Hardly any text has one, so only what was refused is searched for them.
    let is_line_end = |byte: &u8| matches!(byte, b'\r' | b'\n');
    if !text.iter().any(is_line_end) {
        return None;
    }
    let text: Vec<u8> = text.iter().copied().filter(|byte| !is_line_end(byte)).collect();
    GO.decode(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decoding_is_as_lenient_as_go_and_no_more() {
        let cases: [(&str, Option<&[u8]>); 22] = [
            ("", Some(b"")),
            ("\r\n", Some(b"")),
            ("YQ==", Some(b"a")),
            ("YR==", Some(b"a")),
            ("Yf==", Some(b"a")),
            ("YWI=", Some(b"ab")),
            ("YWK=", Some(b"ab")),
            ("YWJj", Some(b"abc")),
            ("\nY\rQ\n=\r=\n", Some(b"a")),
            ("-_-_", Some(b"\xfb\xff\xbf")),
            ("+/+/", None),
            ("YQ", None),
            ("YQ=", None),
            ("YQ===", None),
            ("YWI==", None),
            ("YWJj=", None),
            ("YWJj====", None),
            ("====", None),
            ("YQ==YQ==", None),
            ("Y Q==", None),
            ("YQ==\t", None),
            ("Y", None),
        ];
        for (text, bytes) in cases {
            assert_eq!(decode(text.as_bytes()).as_deref(), bytes, "{text:?}");
        }
        assert_eq!(decode(b"YQ=\xff"), None);
    }

    #[test]
    fn pushing_appends_what_encoding_gives() {
        for len in 0..9 {
            let bytes = vec![0xfb; len];
            let mut text = b"before".to_vec();
            push(&bytes, &mut text);
            assert_eq!(text, format!("before{}", encode(&bytes)).as_bytes());
        }
    }
}
