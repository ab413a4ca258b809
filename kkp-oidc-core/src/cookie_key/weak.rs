//! Keys of the right length that are no secret.

use super::ParseCookieKeyError;

/// Refuse a key that is listed or patterned. Takes a time that depends on the key; it runs at start, on own input.
pub(super) fn refuse(key: &[u8]) -> Result<(), ParseCookieKeyError> {
    let len = key.len();
    if let Some(&(_, shown_in)) = PUBLISHED.iter().find(|(published, _)| published.as_bytes() == key) {
        return Err(ParseCookieKeyError::Published { len, shown_in });
    }
    match (1..=LONGEST_PERIOD).find(|&period| repeats(key, period)) {
        Some(1) => return Err(ParseCookieKeyError::OneByte { len }),
        Some(period) => return Err(ParseCookieKeyError::Repeats { len, period }),
        None => {}
    }
    let (front, back) = key.split_at(len / 2);
    if repeats(front, 1) || repeats(back, 1) {
        return Err(ParseCookieKeyError::Padded { len });
    }
    Ok(())
}

/// Blocks up to this many bytes count as a pattern: half of the shorter key.
///
/// A key of 32 random bytes repeats one by chance in less than 2⁻¹²⁷ of all cases, 32 random hexadecimal characters in
/// less than 2⁻⁶³.
const LONGEST_PERIOD: usize = 16;

/// Whether every byte equals the one `period` before it.
fn repeats(key: &[u8], period: usize) -> bool {
    key.iter().zip(key.iter().skip(period)).all(|(before, byte)| before == byte)
}

const GO: &str = "documentation of Go's crypto packages";
const TUTORIAL: &str = "tutorials on AES";
const FIPS: &str = "FIPS 197 or NIST SP 800-38A";
const HASH: &str = "hash of a common word";
const ORDER: &str = "characters in their order";
const WORDS: &str = "placeholder";

/// Keys of 32 or 64 bytes that are shown in public, and where. In plain text, as they are no secret.
///
/// `0123456789abcdef` twice or four times is the key of many manuals and of the examples here; it is listed so
/// that the error can say so; the pattern would catch it too.
const PUBLISHED: &[(&str, &str)] = &[
    ("0123456789abcdef0123456789abcdef", ORDER),
    ("0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", ORDER),
    ("0123456789ABCDEF0123456789ABCDEF", ORDER),
    ("0123456789abcdefghijklmnopqrstuv", ORDER),
    ("0123456789ABCDEFGHIJKLMNOPQRSTUV", ORDER),
    ("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_", ORDER),
    ("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz+/", ORDER),
    ("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", ORDER),
    ("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", ORDER),
    ("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+/", ORDER),
    ("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_", ORDER),
    ("abcdefghijklmnopqrstuvwxyz012345", ORDER),
    ("abcdefghijklmnopqrstuvwxyz123456", ORDER),
    ("ABCDEFGHIJKLMNOPQRSTUVWXYZ012345", ORDER),
    ("ABCDEFGHIJKLMNOPQRSTUVWXYZ123456", ORDER),
    ("abcdefghijklmnopqrstuvwxyzabcdef", ORDER),
    ("ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEF", ORDER),
    ("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdef", ORDER),
    ("1234567890abcdef1234567890abcdef", ORDER),
    ("1234567890abcdef1234567890abcdef1234567890abcdef1234567890abcdef", ORDER),
    ("1234567890abcdefghijklmnopqrstuv", ORDER),
    (
        "\x00\x01\x02\x03\x04\x05\x06\x07\x08\t\n\x0b\x0c\r\x0e\x0f\x10\x11\x12\x13\x14\x15\x16\x17\x18\x19\x1a\x1b\x1c\x1d\x1e\x1f",
        FIPS,
    ),
    ("000102030405060708090a0b0c0d0e0f", FIPS),
    ("000102030405060708090A0B0C0D0E0F", FIPS),
    ("00112233445566778899aabbccddeeff", FIPS),
    ("00112233445566778899AABBCCDDEEFF", FIPS),
    ("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f", FIPS),
    ("000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F", FIPS),
    ("00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff", FIPS),
    ("2b7e151628aed2a6abf7158809cf4f3c", FIPS),
    ("603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4", FIPS),
    ("AES256Key-32Characters1234567890", GO),
    ("change this password to a secret", GO),
    ("6368616e676520746869732070617373", GO),
    ("6368616e676520746869732070617373776f726420746f206120736563726574", GO),
    ("passphrasewhichneedstobe32bytes!", TUTORIAL),
    ("thisis32bitlongpassphraseimusing", TUTORIAL),
    ("the-key-has-to-be-32-bytes-long!", TUTORIAL),
    ("this_must_be_of_32_byte_length!!", TUTORIAL),
    ("my32digitkey12345678901234567890", TUTORIAL),
    ("d41d8cd98f00b204e9800998ecf8427e", HASH),
    ("5f4dcc3b5aa765d61d8327deb882cf99", HASH),
    ("5ebe2294ecd0e0f08eab7690d2a6ee69", HASH),
    ("098f6bcd4621d373cade4e832627b4f6", HASH),
    ("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", HASH),
    ("5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8", HASH),
    ("2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b", HASH),
    ("9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", HASH),
    ("super-secret-hash-key-32-bytes!!", WORDS),
    ("super-secret-hash-key-of-32-byte", WORDS),
    ("a-very-secret-key-of-32-bytes!!!", WORDS),
    ("this-is-a-very-secret-hash-key!!", WORDS),
    ("thisisaverysecretkeyof32bytes!!!", WORDS),
    ("replace-me-with-32-random-bytes!", WORDS),
    ("please-change-me-please-change-m", WORDS),
    ("please-change-this-to-a-secret!!", WORDS),
    ("correct-horse-battery-staple-key", WORDS),
    ("supersecretkeythatis32byteslong!", WORDS),
    ("your-32-byte-secret-key-goes-her", WORDS),
    ("insecure-development-only-secret", WORDS),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_listed_key_has_an_accepted_length_and_stands_once() {
        for (index, (key, _)) in PUBLISHED.iter().enumerate() {
            assert!(matches!(key.len(), 32 | 64), "{key} has {} bytes", key.len());
            assert_eq!(PUBLISHED.iter().position(|(other, _)| other == key), Some(index), "{key}");
        }
    }

    #[test]
    fn a_period_may_be_cut_off_at_the_end() {
        assert!(repeats(b"abcabca", 3));
        assert!(!repeats(b"abcabcb", 3));
        assert!(repeats(b"aaaa", 1));
    }
}
