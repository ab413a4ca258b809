//! Signed and sealed cookies: round trips, limits, refusals. What gorilla makes of the same is in `tests/vectors`.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE;
use kkp_oidc_core::UnixTime;
use kkp_oidc_core::secure_cookie::{
    CookieLimits, DecodeCookieError, EncodeCookieError, NewCookieCodecError, OpenedCookie, SealedCookie, SignedCookie,
    gob,
};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

const HASH_KEY: &[u8] = b"0123456789abcdef0123456789abcdef";
const BLOCK_KEY: &[u8] = b"fedcba9876543210";
const NAME: &str = "csrf_token";
const NOW: UnixTime = UnixTime::from_secs(1_700_000_000);

fn signed() -> SignedCookie {
    SignedCookie::new(HASH_KEY).unwrap()
}

fn sealed() -> SealedCookie {
    SealedCookie::new(HASH_KEY, BLOCK_KEY).unwrap()
}

/// The parts of an opened cookie that can be compared.
fn parts(opened: Result<OpenedCookie, DecodeCookieError>) -> Result<(Vec<u8>, i64), DecodeCookieError> {
    opened.map(|opened| (opened.value().expose_secret().to_vec(), opened.issued_at().as_secs()))
}

#[test]
fn kkp_cookies_are_made_byte_for_byte() {
    // spec 4.9, recomputed there by Go and by Python.
    for (value, cookie) in [
        ("bcdfghjklm", "MTcwMDAwMDAwMHxEUXdBQ21KalpHWm5hR3ByYkcwPXyp-NlcIBcC-4ecIP0XMgAnBGzeTh7Cb_cLrplF9QP5ig=="),
        (
            "2456789bcdfghj",
            "MTcwMDAwMDAwMHxFUXdBRGpJME5UWTNPRGxpWTJSbVoyaHF8yiUmfX9UxZ1QyK-7J2Q8fYiTxNfnRF2hdI0l0LrFSUw=",
        ),
        ("", "MTcwMDAwMDAwMHxBd3dBQUE9PXypqbnsFqbaXYT-YFF8o4Y9anqlweqEGa69TkY_pzxzUQ=="),
    ] {
        let gob = gob::encode_string(value.as_bytes());
        assert_eq!(signed().encode(&gob, NAME, NOW), Ok(cookie.to_owned()));
        assert_eq!(parts(signed().decode(cookie.as_bytes(), NAME, NOW)), Ok((gob, NOW.as_secs())));
    }
    let error = signed().encode(&gob::encode_string(&[b'x'; 3000]), NAME, NOW).unwrap_err();
    assert_eq!(error, EncodeCookieError::TooLong { len: 5408, max_len: 4096 });
    assert_eq!(error.to_string(), "the cookie would have 5408 bytes, expected at most 4096");
}

#[test]
fn keys_that_cannot_work_are_refused() {
    let refused = SignedCookie::new(b"").unwrap_err();
    assert_eq!(refused, NewCookieCodecError::EmptyHashKey);
    assert_eq!(refused.to_string(), "the hash key is empty, expected at least one byte");
    assert_eq!(SealedCookie::new(b"", BLOCK_KEY).unwrap_err(), NewCookieCodecError::EmptyHashKey);
    for len in (0..70).filter(|len| ![16, 24, 32].contains(len)) {
        let refused = SealedCookie::new(HASH_KEY, &vec![7; len]).unwrap_err();
        assert_eq!(refused, NewCookieCodecError::BlockKeyLength { len });
        assert_eq!(refused.to_string(), format!("the block key has {len} bytes, expected 16, 24 or 32"));
    }
    for len in [16, 24, 32] {
        let codec = SealedCookie::new(b"k", &vec![7; len]).unwrap();
        let cookie = codec.encode(b"value", NAME, [1; 16], NOW).unwrap();
        assert_eq!(parts(codec.decode(cookie.as_bytes(), NAME, NOW)), Ok((b"value".to_vec(), NOW.as_secs())));
    }
}

#[test]
fn length_is_limited_at_both_ends_inclusively() {
    let cookie = signed().encode(b"value", NAME, NOW).unwrap();
    let len = cookie.len();
    let limited = |max_len| signed().with_limits(CookieLimits::default().with_max_len(max_len));
    for max_len in [0, len, len + 1] {
        assert_eq!(limited(max_len).encode(b"value", NAME, NOW).as_ref(), Ok(&cookie));
        assert_eq!(
            parts(limited(max_len).decode(cookie.as_bytes(), NAME, NOW)),
            Ok((b"value".to_vec(), NOW.as_secs()))
        );
    }
    let max_len = len - 1;
    assert_eq!(limited(max_len).encode(b"value", NAME, NOW), Err(EncodeCookieError::TooLong { len, max_len }));
    let error = limited(max_len).decode(cookie.as_bytes(), NAME, NOW).unwrap_err();
    assert_eq!(error, DecodeCookieError::TooLong { len, max_len });
    assert_eq!(error.to_string(), format!("the cookie has {len} bytes, expected at most {max_len}"));
    // Length comes first: ten times the limit is not even decoded.
    let error = signed().decode(&[b'!'; 40_960], NAME, NOW).unwrap_err();
    assert_eq!(error, DecodeCookieError::TooLong { len: 40_960, max_len: 4096 });
}

#[test]
fn age_is_limited_at_both_ends_inclusively() {
    let limits = CookieLimits::default().with_max_age_secs(180).with_min_age_secs(60);
    let codec = signed().with_limits(limits);
    let cookie = codec.encode(b"value", NAME, NOW).unwrap();
    let at = |age| codec.decode(cookie.as_bytes(), NAME, NOW.plus_secs(age));
    for age in [60, 61, 180] {
        assert_eq!(parts(at(age)), Ok((b"value".to_vec(), NOW.as_secs())), "{age}");
    }
    let error = at(59).unwrap_err();
    assert_eq!(error, DecodeCookieError::TooNew { issued_at: NOW, now: NOW.plus_secs(59), min_age_secs: 60 });
    assert_eq!(error.to_string(), "the cookie was made at 1700000000, expected an age of at least 60 s at 1700000059");
    let error = at(181).unwrap_err();
    assert_eq!(error, DecodeCookieError::Expired { issued_at: NOW, now: NOW.plus_secs(181), max_age_secs: 180 });
    assert_eq!(error.to_string(), "the cookie was made at 1700000000, expected an age of at most 180 s at 1700000181");
    // By default: 30 days, inclusive, and no bound for cookies from the future.
    let at = |age| parts(signed().decode(cookie.as_bytes(), NAME, NOW.plus_secs(age))).is_ok();
    assert_eq!([at(2_592_000), at(2_592_001), at(-1_000_000)], [true, false, true]);
}

#[test]
fn forgery_outranks_age_and_content() {
    let cookie = signed().encode(b"value", NAME, NOW).unwrap();
    let late = NOW.plus_secs(10_000_000);
    for codec in [SignedCookie::new(b"another key").unwrap(), SignedCookie::new(&[0; 32]).unwrap()] {
        assert_eq!(codec.decode(cookie.as_bytes(), NAME, late).unwrap_err(), DecodeCookieError::NotSigned);
    }
    for name in ["", "csrf_toke", "csrf_token2", "CSRF_TOKEN"] {
        assert_eq!(signed().decode(cookie.as_bytes(), name, late).unwrap_err(), DecodeCookieError::NotSigned);
    }
    let error = signed().decode(URL_SAFE.encode("x|!|no MAC").as_bytes(), NAME, late).unwrap_err();
    assert_eq!(error.to_string(), "the cookie was not signed with this key for this cookie name");
}

#[test]
fn what_is_no_cookie_is_refused() {
    for (cookie, error) in [
        (b"".as_slice(), DecodeCookieError::NotSigned),
        (b"\r\n", DecodeCookieError::NotSigned),
        (b"\0", DecodeCookieError::NotBase64 { len: 1 }),
        ("ä".as_bytes(), DecodeCookieError::NotBase64 { len: 2 }),
        (b"YQ", DecodeCookieError::NotBase64 { len: 2 }),
        (b"YQ==", DecodeCookieError::NotSigned),
        (b"fHw=", DecodeCookieError::NotSigned),
    ] {
        assert_eq!(signed().decode(cookie, NAME, NOW).unwrap_err(), error, "{cookie:?}");
    }
    let error = signed().decode(b"YQ", NAME, NOW).unwrap_err();
    assert_eq!(error.to_string(), "the cookie of 2 bytes is not base64url with padding");
}

#[test]
fn a_sealed_empty_value_does_not_come_back() {
    let cookie = sealed().encode(b"", NAME, [1; 16], NOW).unwrap();
    let error = sealed().decode(cookie.as_bytes(), NAME, NOW).unwrap_err();
    assert_eq!(error, DecodeCookieError::ValueTooShort { len: 16 });
    assert_eq!(error.to_string(), "the signed value has 16 bytes, expected more than 16 in a sealed cookie");
    let cookie = signed().encode(b"", NAME, NOW).unwrap();
    assert_eq!(parts(signed().decode(cookie.as_bytes(), NAME, NOW)), Ok((Vec::new(), NOW.as_secs())));
}

#[test]
fn a_sealed_value_is_not_to_be_seen() {
    let cookie = sealed().encode(b"canary canary canary", NAME, [1; 16], NOW).unwrap();
    let inner = signed().decode(cookie.as_bytes(), NAME, NOW).unwrap().into_value();
    assert_eq!(inner.expose_secret()[..16], [1; 16]);
    assert!(!inner.expose_secret().windows(6).any(|window| window == b"canary"));
}

#[test]
fn debug_shows_limits_and_time_only() {
    let limits = "CookieLimits { max_age_secs: 2592000, min_age_secs: 0, max_len: 4096 }";
    assert_eq!(format!("{:?}", signed()), format!("SignedCookie {{ limits: {limits}, .. }}"));
    assert_eq!(format!("{:?}", sealed()), format!("SealedCookie {{ limits: {limits}, .. }}"));
    let cookie = signed().encode(b"canary", NAME, NOW).unwrap();
    let opened = signed().decode(cookie.as_bytes(), NAME, NOW).unwrap();
    assert_eq!(format!("{opened:?}"), "OpenedCookie { issued_at: UnixTime(1700000000), .. }");
}

proptest! {
    #![proptest_config(ProptestConfig { rng_seed: RngSeed::Fixed(1), ..ProptestConfig::default() })]

    #[test]
    fn what_was_made_is_opened(
        value in prop::collection::vec(any::<u8>(), 1..300), name in ".{0,20}",
        key in prop::collection::vec(any::<u8>(), 1..130),
        iv in any::<[u8; 16]>(), now in any::<i64>().prop_map(UnixTime::from_secs),
    ) {
        let limits = CookieLimits::default().with_max_age_secs(0);
        let codec = SignedCookie::new(&key).unwrap().with_limits(limits);
        let cookie = codec.encode(&value, &name, now).unwrap();
        prop_assert_eq!(parts(codec.decode(cookie.as_bytes(), &name, now)), Ok((value.clone(), now.as_secs())));
        let codec = SealedCookie::new(&key, BLOCK_KEY).unwrap().with_limits(limits);
        let cookie = codec.encode(&value, &name, iv, now).unwrap();
        prop_assert_eq!(parts(codec.decode(cookie.as_bytes(), &name, now)), Ok((value, now.as_secs())));
    }

    /// Except for what base64 leaves open: line ends, and the bits that padding leaves over.
    #[test]
    fn a_cookie_changed_by_one_byte_is_refused(
        value in prop::collection::vec(any::<u8>(), 0..40), at in any::<prop::sample::Index>(),
        byte in any::<u8>(), insert in any::<bool>(),
    ) {
        let cookie = signed().encode(&value, NAME, NOW).unwrap();
        let mut changed = cookie.clone().into_bytes();
        let at = at.index(changed.len());
        if insert { changed.insert(at, byte) } else { changed[at] = byte }
        let without_line_ends: Vec<u8> = changed.iter().copied().filter(|byte| !b"\r\n".contains(byte)).collect();
        let lenient = base64::engine::GeneralPurpose::new(
            &base64::alphabet::URL_SAFE,
            base64::engine::GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true),
        );
        let same_bytes = lenient.decode(without_line_ends).is_ok_and(|bytes| bytes == URL_SAFE.decode(&cookie).unwrap());
        prop_assert_eq!(signed().decode(&changed, NAME, NOW).is_ok(), same_bytes);
    }

    #[test]
    fn any_bytes_get_an_answer(
        cookie in prop::collection::vec(any::<u8>(), 0..200), text in "[A-Za-z0-9_=|-]{0,200}",
    ) {
        for cookie in [cookie, URL_SAFE.encode(&text).into_bytes(), text.into_bytes()] {
            prop_assert!(signed().decode(&cookie, NAME, NOW).is_err());
            prop_assert!(sealed().decode(&cookie, NAME, NOW).is_err());
        }
    }
}
