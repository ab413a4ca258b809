//! Values within cookies: gob and JSON as Go writes and reads them.

use std::error::Error as _;

use kkp_oidc_core::secure_cookie::gob::{self, DecodeGobError};
use kkp_oidc_core::secure_cookie::json::{self, DecodeJsonError};
use kkp_oidc_core::secure_cookie::{DeserializeError, Serializer};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

#[test]
fn gob_is_written_as_go_writes_it() {
    // spec 4.9: lengths around the ends of one and two bytes.
    for (len, head) in [
        (0, [0x03, 0x0c, 0x00, 0x00].as_slice()),
        (10, &[0x0d, 0x0c, 0x00, 0x0a]),
        (124, &[0x7f, 0x0c, 0x00, 0x7c]),
        (125, &[0xff, 0x80, 0x0c, 0x00, 0x7d]),
        (127, &[0xff, 0x82, 0x0c, 0x00, 0x7f]),
        (128, &[0xff, 0x84, 0x0c, 0x00, 0xff, 0x80]),
        (255, &[0xfe, 0x01, 0x03, 0x0c, 0x00, 0xff, 0xff]),
        (256, &[0xfe, 0x01, 0x05, 0x0c, 0x00, 0xfe, 0x01, 0x00]),
        (300, &[0xfe, 0x01, 0x31, 0x0c, 0x00, 0xfe, 0x01, 0x2c]),
    ] {
        let value = vec![b'x'; len];
        assert_eq!(gob::encode_string(&value), [head, &value].concat(), "{len}");
        assert_eq!(gob::decode_string(&gob::encode_string(&value)), Ok(value.as_slice()));
    }
    assert_eq!(gob::encode_bytes(b"a"), [0x04, 0x0a, 0x00, 0x01, b'a']);
}

#[test]
fn gob_is_read_as_go_reads_it() {
    let truncated = |len| Err(DecodeGobError::Truncated { len });
    for (gob, value) in [
        ([0x04, 0x0c, 0x00, 0x01, b'a'].as_slice(), Ok(b"a".as_slice())),
        // More after the string, within the message and after it.
        (&[0x05, 0x0c, 0x00, 0x01, b'a', b'b', b'c'], Ok(b"a")),
        // Numbers longer than they need to be.
        (&[0xff, 0x05, 0x0c, 0x00, 0xff, 0x01, b'a'], Ok(b"a")),
        (&[], truncated(0)),
        (&[0x00], truncated(1)),
        (&[0x04, 0x0c, 0x00, 0x01], truncated(4)),
        (&[0x03, 0x0c, 0x00, 0x01, b'a'], truncated(5)),
        (&[0xf8, 0x01], truncated(2)),
        (&[0xf7, 0, 0, 0, 0, 0, 0, 0, 0, 4], Err(DecodeGobError::NumberTooGreat { len: 10 })),
        (&[0xfb, 0x02, 0, 0, 0, 0], Err(DecodeGobError::NumberTooGreat { len: 6 })),
        (&[0x04, 0x0a, 0x00, 0x01, b'a'], Err(DecodeGobError::OtherType { found: 5, expected: 6 })),
        (&[0x04, 0x0b, 0x00, 0x01, b'a'], Err(DecodeGobError::OtherType { found: -6, expected: 6 })),
        (&[0x04, 0x0c, 0x01, 0x01, b'a'], Err(DecodeGobError::FieldNumber { found: 1 })),
    ] {
        assert_eq!(gob::decode_string(gob), value, "{gob:x?}");
    }
    assert_eq!(gob::decode_bytes(&[0x04, 0x0a, 0x00, 0x01, b'a']), Ok(b"a".as_slice()));
}

#[test]
fn json_is_written_as_go_writes_it() {
    for (value, json) in [
        (b"".as_slice(), "\"\"\n"),
        (b"a\"\\/", "\"a\\\"\\\\/\"\n"),
        (b"\x00\x08\x09\x0a\x0b\x0c\x0d\x1f\x7f", "\"\\u0000\\b\\t\\n\\u000b\\f\\r\\u001f\x7f\"\n"),
        (b"<>&", "\"\\u003c\\u003e\\u0026\"\n"),
        ("ä\u{2028}\u{2029}😀".as_bytes(), "\"ä\\u2028\\u2029😀\"\n"),
        (b"\xff\xf0\x9f\xed\xa0\x80", "\"\\ufffd\\ufffd\\ufffd\\ufffd\\ufffd\\ufffd\"\n"),
    ] {
        assert_eq!(String::from_utf8(json::encode_string(value)).unwrap(), json, "{value:x?}");
    }
}

#[test]
fn json_is_read_as_go_reads_it() {
    let unterminated = |len| Err(DecodeJsonError::Unterminated { len });
    let not_a_string = |position| Err(DecodeJsonError::NotAString { position });
    let malformed = |position| Err(DecodeJsonError::MalformedEscape { position });
    for (json, value) in [
        (br#""a""#.as_slice(), Ok("a")),
        (b" \t\r\n\"a\" ", Ok("a")),
        (br#""a"b"c"#, Ok("a")),
        (br#""\"\\\/\b\f\n\r\t""#, Ok("\"\\/\u{8}\u{c}\n\r\t")),
        (br#""\u00e4\u00E4\u0000""#, Ok("ää\0")),
        (br#""\ud83d\ude00""#, Ok("😀")),
        (br#""\ud83d""#, Ok("\u{fffd}")),
        (br#""\ude00\ud83dx""#, Ok("\u{fffd}\u{fffd}x")),
        (br#""\ud83d\ud83d\ude00""#, Ok("\u{fffd}😀")),
        (br#""\ud83d\u0061""#, Ok("\u{fffd}a")),
        (b"\"\xff\xf0\x9f\"", Ok("\u{fffd}\u{fffd}\u{fffd}")),
        (b"null", Ok("")),
        (b"nullable", Ok("")),
        (b"", not_a_string(0)),
        (b"  ", not_a_string(2)),
        (b"1", not_a_string(0)),
        (b"{}", not_a_string(0)),
        (b"nul", not_a_string(0)),
        (b"\xef\xbb\xbf\"a\"", not_a_string(0)),
        (b"\"a", unterminated(2)),
        (b"\"a\\", malformed(2)),
        (br#""\x""#, malformed(1)),
        (br#""\u+123""#, malformed(1)),
        (br#""\ud83d\u12""#, malformed(7)),
        (b"\"a\nb\"", Err(DecodeJsonError::ControlCharacter { position: 2 })),
    ] {
        let read = json::decode_string(json).map(|value| value.expose_secret().to_owned());
        assert_eq!(read, value.map(str::to_owned), "{}", json.escape_ascii());
    }
}

#[test]
fn errors_say_what_was_found_and_expected() {
    for (error, text) in [
        (DecodeGobError::Truncated { len: 3 }, "the gob message of 3 bytes is cut off"),
        (DecodeGobError::NumberTooGreat { len: 3 }, "the gob message of 3 bytes has a number that is too great"),
        (DecodeGobError::OtherType { found: 5, expected: 6 }, "the gob message holds type 5, expected 6"),
        (
            DecodeGobError::FieldNumber { found: 1 },
            "the gob message has a field number of 1, expected 0 before a value that is no struct",
        ),
    ] {
        assert_eq!(error.to_string(), text);
    }
    for (error, text) in [
        (DecodeJsonError::NotAString { position: 3 }, "no JSON string starts at byte 3"),
        (DecodeJsonError::Unterminated { len: 3 }, "the JSON string does not end within 3 bytes"),
        (DecodeJsonError::MalformedEscape { position: 3 }, r"the `\` at byte 3 of the JSON string starts no escape"),
        (
            DecodeJsonError::ControlCharacter { position: 3 },
            "the control character at byte 3 of the JSON string is not escaped",
        ),
    ] {
        assert_eq!(error.to_string(), text);
    }
    let error = Serializer::GobString.deserialize(b"").unwrap_err();
    assert_eq!(error, DeserializeError::Gob(DecodeGobError::Truncated { len: 0 }));
    assert_eq!(error.to_string(), "the cookie's value is not the expected gob message");
    assert_eq!(error.source().unwrap().to_string(), "the gob message of 0 bytes is cut off");
    let error = Serializer::JsonString.deserialize(b"").unwrap_err();
    assert_eq!(error, DeserializeError::Json(DecodeJsonError::NotAString { position: 0 }));
    assert_eq!(error.to_string(), "the cookie's value is not a JSON string");
}

proptest! {
    #![proptest_config(ProptestConfig { rng_seed: RngSeed::Fixed(1), ..ProptestConfig::default() })]

    #[test]
    fn values_survive(value in prop::collection::vec(any::<u8>(), 0..400), text in any::<String>()) {
        for serializer in [Serializer::Nop, Serializer::GobString, Serializer::GobBytes] {
            let serialized = serializer.serialize(&value);
            let back = serializer.deserialize(serialized.expose_secret()).unwrap();
            prop_assert_eq!(back.expose_secret(), value.as_slice());
        }
        let serialized = Serializer::JsonString.serialize(text.as_bytes());
        let value = Serializer::JsonString.deserialize(serialized.expose_secret()).unwrap();
        prop_assert_eq!(value.expose_secret(), text.as_bytes());
    }

    #[test]
    fn any_bytes_get_an_answer(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
        for serializer in [Serializer::GobString, Serializer::GobBytes, Serializer::JsonString] {
            let _ = serializer.deserialize(&bytes);
        }
    }
}
