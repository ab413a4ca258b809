//! Tokens of share links: made as documented, and refused whenever anything about them is different.
//!
//! The golden tokens were made by `tests/data/share_vectors.py`, with Python's hmac.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kkp_oidc_core::UnixTime;
use kkp_oidc_core::cookie_key::CookieKey;
use kkp_oidc_core::share::{ShareId, ShareToken, ShareTokenError, ShareTokens};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

const KEY: &str = "e1f5ac4f8cc8b33a4b0d6c7f5b1c9d27";
const LONG_KEY: &str = "7d1f0c2b9ae84563b0d7f6e5c4a39281f05b6a7c8d9e1f2a3b4c5d6e7f809a1b";
const ID: ShareId = ShareId::from_bytes([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]);
const END: UnixTime = UnixTime::from_secs(1_800_000_000);

const TOKEN: &str = "AQABAgMEBQYHCAkKCwwNDg8Aa0nSACjzVFj3JUuTMwHhifB9a9o";
const TOKEN_UNDER_LONG_KEY: &str = "AQABAgMEBQYHCAkKCwwNDg8Aa0nSAEWD9Qex7-YBFvIogitd5jA";
/// Id of zeros, ends in the first second of 1970.
const FIRST_TOKEN: &str = "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAGOaUf9Phr7keQa4PBqAT0I";
/// Id of ones, ends in the last second that five bytes can say.
const LAST_TOKEN: &str = "Af___________________________5N2q1DvpoeWTBOMu-Jo4qs";
/// Their MAC holds, but nobody knows these versions: 0, 2, 129 and 255.
const OTHER_VERSIONS: [&str; 4] = [
    "AAABAgMEBQYHCAkKCwwNDg8Aa0nSANmREEGhzxAfJHi29ftEIxg",
    "AgABAgMEBQYHCAkKCwwNDg8Aa0nSACmWRxiYkHrs3m7uQDV4MEw",
    "gQABAgMEBQYHCAkKCwwNDg8Aa0nSAGJ8t8Tjo5KNwK4NcdLsgiQ",
    "_wABAgMEBQYHCAkKCwwNDg8Aa0nSAKEXmW0zdniHNXPpSKVBPjk",
];

fn tokens(keys: &[&str]) -> ShareTokens {
    let keys: Vec<CookieKey> = keys.iter().map(|key| key.parse().unwrap()).collect();
    ShareTokens::new(&keys)
}

/// The parts of an authentic token, as its getters give them.
fn parts(token: Result<ShareToken, ShareTokenError>) -> Result<(ShareId, UnixTime), ShareTokenError> {
    token.map(|token| (token.id(), token.expires_at()))
}

#[track_caller]
fn refused(token: &str) {
    assert_eq!(tokens(&[KEY]).authenticate(token), Err(ShareTokenError::NotAuthentic), "{token:?}");
}

#[test]
fn a_token_is_made_as_documented() {
    let (zeros, ones) = (ShareId::from_bytes([0; 16]), ShareId::from_bytes([255; 16]));
    for (key, id, end_secs, golden) in [
        (KEY, ID, END.as_secs(), TOKEN),
        (LONG_KEY, ID, END.as_secs(), TOKEN_UNDER_LONG_KEY),
        (KEY, zeros, 0, FIRST_TOKEN),
        (KEY, ones, 1_099_511_627_775, LAST_TOKEN),
    ] {
        let end = UnixTime::from_secs(end_secs);
        assert_eq!(tokens(&[key]).issue(id, end), golden);
        assert_eq!(parts(tokens(&[key]).authenticate(golden)), Ok((id, end)));
        assert_eq!(golden.len(), ShareTokens::TOKEN_LEN);
    }
}

#[test]
fn every_single_flipped_bit_is_refused() {
    let bytes = URL_SAFE_NO_PAD.decode(TOKEN).unwrap();
    assert_eq!(bytes.len(), 38);
    for bit in 0..bytes.len() * 8 {
        let mut flipped = bytes.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        refused(&URL_SAFE_NO_PAD.encode(flipped));
    }
}

#[test]
fn every_change_of_a_single_character_is_refused() {
    let others: Vec<char> = (0..=127_u8).map(char::from).collect();
    for (index, original) in TOKEN.char_indices() {
        for &other in others.iter().filter(|&&other| other != original) {
            let changed: String = TOKEN.char_indices().map(|(at, c)| if at == index { other } else { c }).collect();
            refused(&changed);
        }
    }
}

#[test]
fn every_other_length_is_refused() {
    for len in 0..TOKEN.len() {
        refused(&TOKEN[..len]);
        refused(&TOKEN[len + 1..]);
    }
    let padded = [format!("{TOKEN}="), format!("{}=", &TOKEN[..50]), format!("{}==", &TOKEN[..49])];
    let longer =
        [format!("{TOKEN}A"), format!("A{TOKEN}"), format!("{TOKEN}\0"), format!("{TOKEN}\n"), TOKEN.repeat(10)];
    // 51 bytes each, some of them not 51 characters.
    let odd = [format!("{}é", &TOKEN[..49]), "é".repeat(25) + "A", "\0".repeat(51), " ".repeat(51), "A".repeat(51)];
    let wrapped = [format!(" {TOKEN}"), format!("{TOKEN} "), format!("{TOKEN}."), format!("/{TOKEN}"), "é".repeat(51)];
    for token in padded.iter().chain(&longer).chain(&odd).chain(&wrapped) {
        refused(token);
    }
}

#[test]
fn another_version_is_refused_although_its_mac_holds() {
    OTHER_VERSIONS.into_iter().for_each(refused);
}

#[test]
fn all_keys_of_the_ring_authenticate_and_the_first_issues() {
    let old = tokens(&[LONG_KEY]).issue(ID, END);
    let both = tokens(&[KEY, LONG_KEY]);
    assert_eq!(both.issue(ID, END), TOKEN);
    for token in [TOKEN, &old] {
        assert_eq!(parts(both.authenticate(token)), Ok((ID, END)));
    }
    // The old key is taken out of the ring.
    refused(&old);
    for key in ["e1f5ac4f8cc8b33a4b0d6c7f5b1c9d28", LONG_KEY] {
        assert_eq!(tokens(&[key]).authenticate(TOKEN), Err(ShareTokenError::NotAuthentic), "{key}");
    }
}

#[test]
fn without_a_key_nothing_is_authentic_not_even_what_was_issued() {
    let none = tokens(&[]);
    let unsigned = none.issue(ID, END);
    assert_eq!(unsigned, "AQABAgMEBQYHCAkKCwwNDg8Aa0nSAA", "what is signed otherwise");
    for token in [unsigned, TOKEN.to_owned(), "A".repeat(51), String::new()] {
        assert_eq!(none.authenticate(&token), Err(ShareTokenError::NotAuthentic));
        refused(if token == TOKEN { "" } else { &token });
    }
}

#[test]
fn a_link_is_short_and_ends_in_a_letter_or_digit() {
    let tokens = tokens(&[KEY]);
    let mut last = std::collections::BTreeSet::new();
    for number in 0..5_000_u128 {
        let token = tokens.issue(ShareId::from_bytes((number << 64).to_be_bytes()), END);
        assert!(token.bytes().last().is_some_and(|byte| byte.is_ascii_alphanumeric()), "{token}");
        last.extend(token.chars().last());
        let link = format!("https://kubermatic.platform.example.com/share/{token}");
        assert!(link.len() < 100, "{link} has {} characters", link.len());
    }
    assert_eq!(last.into_iter().collect::<String>(), "048AEIMQUYcgkosw", "two of its six bits are always 0");
}

#[test]
fn a_token_is_good_until_the_second_before_its_end() {
    let token = tokens(&[KEY]).authenticate(TOKEN).unwrap();
    let expired = Err(ShareTokenError::Expired { expired_at: END });
    for (offset_secs, expected) in [(-1_000_000, Ok(())), (-1, Ok(())), (0, expired), (1, expired), (i64::MAX, expired)]
    {
        assert_eq!(token.require_good(END.plus_secs(offset_secs)), expected, "{offset_secs} s");
    }
    assert_eq!(token.require_good(UnixTime::from_secs(i64::MIN)), Ok(()));
}

#[test]
fn an_end_that_five_bytes_cannot_say_is_clamped() {
    let last = ShareTokens::LAST_END_SECS;
    assert_eq!(UnixTime::from_secs(last).to_string(), "36812-02-20T00:36:15Z");
    for (asked, kept) in
        [(i64::MIN, 0), (-1, 0), (0, 0), (1, 1), (last - 1, last - 1), (last, last), (last + 1, last), (i64::MAX, last)]
    {
        let token = tokens(&[KEY]).issue(ID, UnixTime::from_secs(asked));
        assert_eq!(parts(tokens(&[KEY]).authenticate(&token)), Ok((ID, UnixTime::from_secs(kept))), "{asked}");
    }
}

#[test]
fn an_id_is_read_as_it_is_written_and_not_otherwise() {
    assert_eq!(ID.to_string(), "AAECAwQFBgcICQoLDA0ODw");
    assert_eq!("AAECAwQFBgcICQoLDA0ODw".parse(), Ok(ID));
    for text in [
        "",
        "AAECAwQFBgcICQoLDA0OD",
        "AAECAwQFBgcICQoLDA0ODwA",
        "AAECAwQFBgcICQoLDA0ODw==",
        // Bits that no byte has.
        "AAECAwQFBgcICQoLDA0ODx",
        " AECAwQFBgcICQoLDA0ODw",
        "AAECAwQFBgcICQoLDA0O/w",
        "AAECAwQFBgcICQoLDA0Oé",
        "AAECAwQFBgcICQoLDA0O\0w",
        TOKEN,
    ] {
        let refused = text.parse::<ShareId>().map_err(|error| error.to_string());
        assert_eq!(refused, Err("not the id of a share, expected 22 characters of base64url".to_owned()), "{text:?}");
    }
}

#[test]
fn refusals_say_what_is_wrong_and_nothing_of_the_token() {
    assert_eq!(ShareTokenError::NotAuthentic.to_string(), "share link is not one that this service issued");
    let expired = ShareTokenError::Expired { expired_at: END };
    assert_eq!(expired.to_string(), "share link ended at 2027-01-15T08:00:00Z");
    assert_eq!(format!("{:?}", tokens(&[KEY, LONG_KEY])), "ShareTokens(2 keys)");
}

proptest! {
    #![proptest_config(ProptestConfig { rng_seed: RngSeed::Fixed(1), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_id_and_end_come_back(id: [u8; 16], end in 0..=ShareTokens::LAST_END_SECS) {
        let (id, end) = (ShareId::from_bytes(id), UnixTime::from_secs(end));
        let token = tokens(&[KEY]).issue(id, end);
        prop_assert_eq!(token.len(), ShareTokens::TOKEN_LEN);
        prop_assert_eq!(parts(tokens(&[KEY]).authenticate(&token)), Ok((id, end)));
        prop_assert_eq!(id.to_string().parse(), Ok(id));
    }

    #[test]
    fn no_other_text_is_authentic(text in any::<String>(), like in "[A-Za-z0-9_-]{51}") {
        for text in [text, like] {
            prop_assert_eq!(tokens(&[KEY]).authenticate(&text), Err(ShareTokenError::NotAuthentic));
        }
    }
}

#[test]
fn a_link_names_its_share_whoever_made_it() {
    let id = ShareId::from_bytes([0x5a; 16]);
    let tokens = ShareTokens::new([&"e1f5ac4f8cc8b33a4b0d6c7f5b1c9d28".parse::<CookieKey>().unwrap()]);
    let token = tokens.issue(id, UnixTime::from_secs(1_800_000_000));
    for link in [
        token.clone(),
        format!("https://share.example.com/share/{token}"),
        format!("https://example.com/kkp/share/{token}?utm_source=chat#top"),
    ] {
        assert_eq!(ShareId::claimed_by(&link), Some(id), "{link}");
    }
    // Of another version, and what is none.
    let other = format!("B{}", &token[1..]);
    for link in
        ["", "/", "https://share.example.com/share/", &token[1..], &format!("{token}A"), &other, &id.to_string()]
    {
        assert_eq!(ShareId::claimed_by(link), None, "{link}");
    }
    assert_eq!(ShareId::claimed_by(&token.replacen(|c| c != '-', "!", 1)), None);
}
