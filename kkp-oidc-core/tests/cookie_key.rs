//! Which keys may sign cookies, and what is made from them.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use kkp_oidc_core::cookie_key::{CookieKey, ParseCookieKeyError};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

/// 32 and 64 hexadecimal characters without a pattern.
const HEX_32: &str = "e1f5ac4f8cc8b33a4b0d6c7f5b1c9d27";
const HEX_64: &str = "8f2b6a0f4a5c9d1e3b7788c6d5e4f3a2b1c0d9e8f7061524334251607f8e9dac";

#[track_caller]
fn refused(key: &[u8]) -> ParseCookieKeyError {
    CookieKey::try_from(key).unwrap_err()
}

#[test]
fn keys_of_32_and_64_bytes_are_used_raw() {
    for text in [HEX_32, HEX_64] {
        assert_eq!(text.parse::<CookieKey>().unwrap().expose_secret(), text.as_bytes());
    }
    let bytes: Vec<u8> = (0..32_u8).map(|index| index.wrapping_mul(73) ^ 0xa5).collect();
    assert_eq!(CookieKey::try_from(bytes.as_slice()).unwrap().expose_secret(), bytes);
    // Bytes count, not characters: 16 of two bytes each.
    let umlauts = "äöüßéèêëàáâãåæçñ";
    assert_eq!(umlauts.parse::<CookieKey>().unwrap().expose_secret().len(), 32);
}

#[test]
fn every_other_length_is_refused_with_its_length() {
    assert_eq!(refused(b""), ParseCookieKeyError::Empty);
    let long = HEX_64.repeat(100);
    for len in (1..=31).chain(33..=63).chain(65..=640) {
        let error = refused(&long.as_bytes()[..len]);
        assert_eq!(error, ParseCookieKeyError::WrongLength { len });
    }
    assert_eq!("ä".repeat(32).parse::<CookieKey>().unwrap_err(), ParseCookieKeyError::Repeats { len: 64, period: 2 });
    assert_eq!(format!("{HEX_32}\n").parse::<CookieKey>().unwrap_err(), ParseCookieKeyError::WrongLength { len: 33 });
    assert_eq!(format!(" {HEX_64}").parse::<CookieKey>().unwrap_err(), ParseCookieKeyError::WrongLength { len: 65 });
}

#[test]
fn weak_keys_are_refused_by_name() {
    let order = "characters in their order";
    let go = "documentation of Go's crypto packages";
    let published = |len, shown_in| ParseCookieKeyError::Published { len, shown_in };
    for (key, error) in [
        ("0123456789abcdef0123456789abcdef".to_owned(), published(32, order)),
        ("0123456789abcdef".repeat(4), published(64, order)),
        ("abcdefghijklmnopqrstuvwxyz012345".to_owned(), published(32, order)),
        ("change this password to a secret".to_owned(), published(32, go)),
        ("6368616e676520746869732070617373776f726420746f206120736563726574".to_owned(), published(64, go)),
        ("\0".repeat(32), ParseCookieKeyError::OneByte { len: 32 }),
        ("x".repeat(64), ParseCookieKeyError::OneByte { len: 64 }),
        ("12345678901234567890123456789012".to_owned(), ParseCookieKeyError::Repeats { len: 32, period: 10 }),
        ("0123456789".repeat(7)[..64].to_owned(), ParseCookieKeyError::Repeats { len: 64, period: 10 }),
        ("changeme".repeat(4), ParseCookieKeyError::Repeats { len: 32, period: 8 }),
        ("secret".repeat(11)[..64].to_owned(), ParseCookieKeyError::Repeats { len: 64, period: 6 }),
        ("a 16-byte block!".repeat(2), ParseCookieKeyError::Repeats { len: 32, period: 16 }),
        (format!("very-secret{}", "0".repeat(21)), ParseCookieKeyError::Padded { len: 32 }),
        (format!("{HEX_32}{}", " ".repeat(32)), ParseCookieKeyError::Padded { len: 64 }),
        (format!("{:0>32}", "42"), ParseCookieKeyError::Padded { len: 32 }),
    ] {
        assert_eq!(key.parse::<CookieKey>().unwrap_err(), error, "{key}");
    }
}

#[test]
fn patterns_end_where_the_documentation_says() {
    // A block of 17 bytes, and 15 equal bytes at the end of 32, may be chance.
    for key in ["0f1e2d3c4b5a69788".repeat(2)[..32].to_owned(), format!("{}{}", &HEX_32[..17], "0".repeat(15))] {
        assert_eq!(key.parse::<CookieKey>().unwrap().expose_secret(), key.as_bytes());
    }
}

#[test]
fn errors_name_what_was_found_what_is_expected_and_the_remedy() {
    for (error, text) in [
        (ParseCookieKeyError::Empty, "the cookie key is empty, expected exactly 32 or 64 bytes"),
        (ParseCookieKeyError::WrongLength { len: 31 }, "the cookie key has 31 bytes, expected exactly 32 or 64"),
        (
            ParseCookieKeyError::Published { len: 32, shown_in: "a book" },
            "the cookie key of 32 bytes is published (a book), expected a random one",
        ),
        (
            ParseCookieKeyError::OneByte { len: 64 },
            "the cookie key is one byte repeated 64 times, expected a random one",
        ),
        (
            ParseCookieKeyError::Repeats { len: 32, period: 8 },
            "the cookie key of 32 bytes repeats its first 8 bytes, expected a random one",
        ),
        (
            ParseCookieKeyError::Padded { len: 32 },
            "the cookie key of 32 bytes is half filled with one byte, expected a random one",
        ),
    ] {
        assert_eq!(error.to_string(), format!("{text}; `kkp-oidc key` prints a fresh key"));
    }
}

#[test]
fn a_file_may_end_in_one_line_end() {
    for end in ["", "\n", "\r\n"] {
        let key = CookieKey::from_file_contents(format!("{HEX_64}{end}").as_bytes()).unwrap();
        assert_eq!(key.expose_secret(), HEX_64.as_bytes());
    }
    for (end, len) in [("\n\n", 65), ("\r", 65), ("\n\r", 66), ("\r\r\n", 65), (" \n", 65), ("\0", 65)] {
        let error = CookieKey::from_file_contents(format!("{HEX_64}{end}").as_bytes()).unwrap_err();
        assert_eq!(error, ParseCookieKeyError::WrongLength { len }, "{end:?}");
    }
    for contents in ["", "\n", "\r\n"] {
        assert_eq!(CookieKey::from_file_contents(contents.as_bytes()).unwrap_err(), ParseCookieKeyError::Empty);
    }
    // A last byte that is a line end is none of the key, also where the length would fit with it.
    let error = CookieKey::from_file_contents(format!("{}\n", &HEX_32[..31]).as_bytes()).unwrap_err();
    assert_eq!(error, ParseCookieKeyError::WrongLength { len: 31 });
}

#[test]
fn a_generated_key_is_64_hexadecimal_characters() {
    let mut random = [0xff; 32];
    random[..4].copy_from_slice(&[0x00, 0x0f, 0xf0, 0x9a]);
    let text = CookieKey::generate(random);
    assert_eq!(text.expose_secret(), format!("000ff09a{}", "f".repeat(56)));
    assert_eq!(format!("{text:?}"), "SecretString(..)");
}

#[test]
fn derived_keys_are_those_of_rfc_5869() {
    // openssl kdf -keylen 32 -kdfopt digest:SHA256 -kdfopt key:$KEY -kdfopt info:'kkp-oidc test label' HKDF
    // (OpenSSL 3.0.19), and the same by hand with Python's hmac.
    let expected = [
        0x20, 0x20, 0xf4, 0x59, 0x57, 0xef, 0xfa, 0x2d, 0xff, 0xfd, 0x58, 0x95, 0xb0, 0x24, 0x52, 0xf5, 0x1a, 0xab,
        0x84, 0x36, 0x37, 0x4b, 0xf1, 0x8a, 0x12, 0xd1, 0x47, 0x9b, 0x39, 0xc6, 0xdf, 0x98,
    ];
    let key: CookieKey = HEX_32.parse().unwrap();
    assert_eq!(key.derive("kkp-oidc test label").expose_secret(), expected);
    assert_ne!(key.derive("another label").expose_secret(), expected);
}

#[test]
fn a_key_does_not_show_itself() {
    let key: CookieKey = HEX_32.parse().unwrap();
    assert_eq!(format!("{key:?} {key:#?}"), "CookieKey(..) CookieKey(..)");
    assert_eq!(format!("{:?}", key.derive("label")), "SecretBytes(..)");
}

proptest! {
    #![proptest_config(ProptestConfig { rng_seed: RngSeed::Fixed(1), ..ProptestConfig::default() })]

    #[test]
    fn every_generated_key_is_accepted(
        random in any::<[u8; 32]>().prop_filter("patterned", |r| r.iter().any(|&b| b != r[0])),
    ) {
        let text = CookieKey::generate(random);
        let key = CookieKey::from_file_contents(format!("{}\n", text.expose_secret()).as_bytes()).unwrap();
        prop_assert_eq!(key.expose_secret(), text.expose_secret().as_bytes());
    }

    #[test]
    fn any_bytes_get_an_answer(bytes in prop::collection::vec(any::<u8>(), 0..130)) {
        let accepted = CookieKey::try_from(bytes.as_slice()).is_ok();
        prop_assert!(!accepted || matches!(bytes.len(), 32 | 64));
    }
}
