//! Owners who are logged in: the cookie, the sealed record, and when both end.
//!
//! The golden cookies and the golden record were made by `tests/data/flow_vectors.py`.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kkp_oidc_core::UnixTime;
use kkp_oidc_core::authorization::{Nonce, RequestCookies};
use kkp_oidc_core::cookie_key::CookieKey;
use kkp_oidc_core::id_token::{IdTokenPolicy, Identity, UnverifiedIdToken};
use kkp_oidc_core::issuer::{CookieSecurity, EmailPolicy};
use kkp_oidc_core::session::{MAX_SEALED_LEN, Session, SessionEnd, SessionId, Sessions};

const KEY: &str = "e1f5ac4f8cc8b33a4b0d6c7f5b1c9d27";
const OTHER_KEY: &str = "e1f5ac4f8cc8b33a4b0d6c7f5b1c9d28";
const NOW: UnixTime = UnixTime::from_secs(1_700_000_000);
const IV: [u8; 16] = counting_from(0xf0);

const SECURE_COOKIE: &str = "__Host-kkp-session=MTcwMDAwMDAwMHw4UEh5OF9UMTl2ZjQtZnI3X1AzLV82MGRqZHltQ0t3YnJzZU5obGVQRDVkd0JnMjNuWVpzYk\
    Z6bHhoOTUtMlMwfCQpO_ED14_MiIPaDPnvuMYqlHFpn-lPRXvOwlUD_TUS";
const PLAIN_COOKIE: &str = "kkp-session=MTcwMDAwMDAwMHw4UEh5OF9UMTl2ZjQtZnI3X1AzLV82MGRqZHltQ0t3YnJzZU5obGVQRDVkd0JnMjNuWVpzYkZ6bHhoO\
    TUtMlMwfGYYerfxKqZDJbkhUJ_nKgBesFGrFuIHkmT08aiX6WBn";
/// Of [`session`], under the id of [`id`].
const RECORD: &str = "MTcwMDAwMDAwMHw4UEh5OF9UMTl2ZjQtZnI3X1AzLV81ZFVLb1JQbkdmSmVXWktscWM2OTY0X1dPOWM1ZDRJSU1BX2pUOVVJZ\
    0dGV3doU1NMcDlhMzl5UE9TUEFGallmYUMyQ3FOeHpmYnFycmJld3pfY004VHdyQTJ5VWJIbGhzV2o3LUFfcXhWRjFsVFNjcHB6MXkyVDJqdVRGR\
    WRYU0pOdUxLcUZTRW8xOUxvZUh3ZzE1X1NWX1NJQjZyNU56dU09fCHi4PXnC7uOhe4IFNownHza5i9Ex3CT1slRTuKaVivM";

/// `first`, `first + 1` and so on.
const fn counting_from<const LEN: usize>(first: u8) -> [u8; LEN] {
    let mut bytes = [first; LEN];
    let mut index = 1;
    while index < LEN {
        bytes[index] = bytes[index - 1] + 1;
        index += 1;
    }
    bytes
}

fn id() -> SessionId {
    SessionId::from_bytes(counting_from(0))
}

fn other_id() -> SessionId {
    SessionId::from_bytes(counting_from(1))
}

fn sessions(keys: &[&str], security: CookieSecurity) -> Sessions {
    let keys: Vec<CookieKey> = keys.iter().map(|key| key.parse().unwrap()).collect();
    Sessions::new(&keys, security)
}

fn plain() -> Sessions {
    sessions(&[KEY], CookieSecurity::Plain)
}

/// Who logged in with these claims.
fn identity(claims: &str) -> Identity {
    let (issuer, client_id) = ("https://issuer.example".parse().unwrap(), "kkp".parse().unwrap());
    let nonce = Nonce::from_bytes([1; 32]);
    let policy = IdTokenPolicy {
        issuer: &issuer,
        client_id: &client_id,
        nonce: &nonce,
        access_token: None,
        email_policy: EmailPolicy::RefuseUnverified,
    };
    let payload = format!(
        r#"{{"iss":"https://issuer.example","sub":"s","aud":"kkp","exp":1,"iat":0,"nonce":"{}",{claims}}}"#,
        nonce.to_text()
    );
    let [header, payload, signature] =
        [r#"{"alg":"RS256"}"#, &payload, "signature"].map(|part| URL_SAFE_NO_PAD.encode(part));
    let token = UnverifiedIdToken::parse(format!("{header}.{payload}.{signature}").into()).unwrap();
    let signed = token.verify_signature(|_| Ok::<(), ()>(())).unwrap();
    signed.require(&policy, UnixTime::from_secs(0)).unwrap()
}

fn session() -> Session {
    let identity = identity(r#""email":"Owner@example.com","groups":["team-a"]"#);
    Session::begin(&identity, Some("canary-refresh".into()), NOW)
}

/// Everything of a session that can be compared, as its getters give it.
fn parts(session: &Session) -> (String, Vec<String>, Option<String>, UnixTime) {
    let secret = |secret: &kkp_oidc_core::secret::SecretString| secret.expose_secret().to_owned();
    (session.email().to_owned(), session.groups().to_vec(), session.revocable().map(secret), session.ends_at())
}

/// What the store's key of the session is that a browser with this cookie has.
fn found(sessions: &Sessions, header: &str, now: UnixTime) -> Option<[u8; 32]> {
    sessions.id(&RequestCookies::parse([header]), now).map(|id| id.store_key())
}

#[test]
fn the_set_cookie_header_is_exact_in_both_modes() {
    for (security, golden, name, attributes) in [
        (CookieSecurity::Secure, SECURE_COOKIE, "__Host-kkp-session", "HttpOnly; Secure; SameSite=Lax"),
        (CookieSecurity::Plain, PLAIN_COOKIE, "kkp-session", "HttpOnly; SameSite=Lax"),
    ] {
        let sessions = sessions(&[KEY], security);
        let cookie = sessions.cookie(&id(), IV, NOW).unwrap();
        assert_eq!(cookie.as_header_value(), format!("{golden}; Path=/; Max-Age=28800; {attributes}"));
        assert_eq!(sessions.clear().as_header_value(), format!("{name}=; Path=/; Max-Age=0; {attributes}"));
        assert_eq!(found(&sessions, &format!("a=b; {golden}; c=d"), NOW), Some(id().store_key()));
    }
}

#[test]
fn the_store_knows_a_session_by_the_hash_of_its_id() {
    // `printf '\x00\x01…\x1f' | sha256sum`
    let hex: String = id().store_key().iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(hex, "630dcd2966c4336691125448bbb25b4ff412a49c732db2c8abc1b8581bd710dd");
}

#[test]
fn a_cookie_of_another_key_name_or_mode_is_none() {
    assert_eq!(found(&plain(), PLAIN_COOKIE, NOW), Some(id().store_key()));
    let value = |cookie: &'static str| cookie.split_once('=').unwrap().1;
    for header in [
        String::new(),
        "kkp-session=".to_owned(),
        "kkp-session".to_owned(),
        SECURE_COOKIE.to_owned(),
        format!("kkp-session={}", value(SECURE_COOKIE)),
        format!("__Host-kkp-session={}", value(PLAIN_COOKIE)),
        format!("kkp-session={RECORD}"),
        format!("{PLAIN_COOKIE}A"),
        PLAIN_COOKIE.replace("MTcw", "MTcx"),
        format!("kkp-session={}", "A".repeat(5000)),
    ] {
        assert_eq!(found(&plain(), &header, NOW), None, "{header}");
    }
    for keys in [&[OTHER_KEY][..], &[]] {
        assert_eq!(found(&sessions(keys, CookieSecurity::Plain), PLAIN_COOKIE, NOW), None, "{keys:?}");
    }
}

#[test]
fn no_bit_of_a_cookie_or_record_can_be_changed() {
    let flips = |text: &str| {
        let bytes = base64::engine::general_purpose::URL_SAFE.decode(text).unwrap();
        let bits = bytes.len() * 8;
        (0..bits).map(move |bit| {
            let mut flipped = bytes.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            base64::engine::general_purpose::URL_SAFE.encode(flipped)
        })
    };
    let (name, value) = PLAIN_COOKIE.split_once('=').unwrap();
    for flipped in flips(value) {
        assert_eq!(found(&plain(), &format!("{name}={flipped}"), NOW), None, "{flipped}");
    }
    for flipped in flips(RECORD) {
        assert!(plain().open(&id(), &flipped, NOW).is_none(), "{flipped}");
    }
}

#[test]
fn the_first_key_seals_and_all_open() {
    let both = sessions(&[OTHER_KEY, KEY], CookieSecurity::Plain);
    assert_eq!(found(&both, PLAIN_COOKIE, NOW), Some(id().store_key()));
    assert_eq!(both.open(&id(), RECORD, NOW).as_ref().map(parts), Some(parts(&session())));
    let (cookie, record) = (both.cookie(&id(), IV, NOW).unwrap(), both.seal(&id(), &session(), IV, NOW).unwrap());
    let newest = sessions(&[OTHER_KEY], CookieSecurity::Plain);
    assert_eq!(found(&newest, cookie.as_header_value().split(';').next().unwrap(), NOW), Some(id().store_key()));
    assert_eq!(newest.open(&id(), &record, NOW).as_ref().map(parts), Some(parts(&session())));
    // The old key is taken out of the ring.
    assert!(newest.open(&id(), RECORD, NOW).is_none());
}

#[test]
fn without_a_key_there_are_no_sessions() {
    let none = sessions(&[], CookieSecurity::Plain);
    assert!(none.cookie(&id(), IV, NOW).is_none());
    assert!(none.seal(&id(), &session(), IV, NOW).is_none());
    assert!(none.open(&id(), RECORD, NOW).is_none());
}

#[test]
fn a_record_is_made_as_documented_and_opens_for_its_session_alone() {
    assert_eq!(plain().seal(&id(), &session(), IV, NOW).unwrap(), RECORD);
    assert_eq!(plain().open(&id(), RECORD, NOW).as_ref().map(parts), Some(parts(&session())));
    // Records are the same in both modes: a store may serve both.
    assert!(sessions(&[KEY], CookieSecurity::Secure).open(&id(), RECORD, NOW).is_some());
    assert!(plain().open(&other_id(), RECORD, NOW).is_none(), "the record of another session");
    assert!(sessions(&[OTHER_KEY], CookieSecurity::Plain).open(&id(), RECORD, NOW).is_none(), "another key");
    let (_, cookie) = PLAIN_COOKIE.split_once('=').unwrap();
    for record in ["", "AAAA", &RECORD[..RECORD.len() - 4], &format!("{RECORD}AAAA"), cookie, &"A".repeat(300_000)] {
        assert!(plain().open(&id(), record, NOW).is_none());
    }
}

#[test]
fn whatever_stands_in_the_tokens_comes_back() {
    let groups = r#"["CN=a,OU=b;c","\"quoted\"","\u0001\u001f","über","",""]"#;
    let identity = identity(&format!(r#""email":"o'neil+\"x\"@exämple.de","groups":{groups}"#));
    for revocable in [None, Some(""), Some("\"\\\n\u{0}\u{1f}\u{1f600}")] {
        let session = Session::begin(&identity, revocable.map(Into::into), NOW);
        let record = plain().seal(&id(), &session, IV, NOW).unwrap();
        let opened = plain().open(&id(), &record, NOW).unwrap();
        assert_eq!(parts(&opened), parts(&session));
        assert_eq!(opened.groups().len(), 6);
        assert_eq!(opened.revocable().map(|token| token.expose_secret()), revocable);
    }
}

#[test]
fn cookie_and_record_open_for_eight_hours_inclusive() {
    for (age_secs, opens) in [(-3600, true), (0, true), (28_799, true), (28_800, true), (28_801, false)] {
        let now = NOW.plus_secs(age_secs);
        assert_eq!(found(&plain(), PLAIN_COOKIE, now).is_some(), opens, "{age_secs} s");
        assert_eq!(plain().open(&id(), RECORD, now).is_some(), opens, "{age_secs} s");
    }
}

#[test]
fn a_session_ends_after_half_an_hour_without_a_request() {
    for (idle_secs, expected) in [
        (-3600, Ok(())),
        (0, Ok(())),
        (1800, Ok(())),
        (1801, Err(SessionEnd::Idle)),
        (28_800, Err(SessionEnd::Idle)),
        (28_801, Err(SessionEnd::TooOld)),
        (i64::MAX, Err(SessionEnd::TooOld)),
    ] {
        assert_eq!(session().require_alive(NOW.plus_secs(idle_secs)), expected, "{idle_secs} s");
    }
    assert_eq!(session().ends_at(), NOW.plus_secs(1800));
}

#[test]
fn a_session_that_is_used_ends_after_eight_hours() {
    let mut session = session();
    let mut writes = 0;
    for age_secs in (0..=28_800).step_by(100) {
        let now = NOW.plus_secs(age_secs);
        assert_eq!(session.require_alive(now), Ok(()), "{age_secs} s");
        if let Some(touched) = session.touched(now) {
            writes += 1;
            session = touched;
        }
        assert_eq!(session.ends_at(), NOW.plus_secs((age_secs + 1800).min(28_800)), "{age_secs} s");
    }
    assert_eq!(writes, 288);
    assert_eq!(session.require_alive(NOW.plus_secs(28_801)), Err(SessionEnd::TooOld));
    // Touching it once more does not help.
    let touched = session.touched(NOW.plus_secs(28_900)).unwrap();
    assert_eq!(touched.require_alive(NOW.plus_secs(28_900)), Err(SessionEnd::TooOld));
}

#[test]
fn a_request_is_written_down_if_the_last_was_more_than_a_minute_before() {
    for (secs, written) in [(-3600, false), (0, false), (59, false), (60, false), (61, true), (1800, true)] {
        let touched = session().touched(NOW.plus_secs(secs));
        assert_eq!(touched.is_some(), written, "{secs} s");
        if let Some(touched) = touched {
            let (email, groups, revocable, _) = parts(&session());
            let ends_at = NOW.plus_secs(secs + 1800);
            assert_eq!(parts(&touched), (email, groups, revocable, ends_at));
            // It is sealed at the time of that request, and so outlives the first record.
            let record = plain().seal(&id(), &touched, IV, NOW.plus_secs(secs)).unwrap();
            assert!(plain().open(&id(), &record, NOW.plus_secs(28_801)).is_some());
        }
    }
}

#[test]
fn a_record_has_at_most_256_kib() {
    assert_eq!(MAX_SEALED_LEN, 262_144);
    let identity = identity(r#""email":"a@b.example""#);
    let sealed = |len: usize| {
        let session = Session::begin(&identity, Some("x".repeat(len).into()), NOW);
        let record = plain().seal(&id(), &session, IV, NOW);
        record.inspect(|record| assert!(plain().open(&id(), record, NOW).is_some())).map(|record| record.len())
    };
    let mut fits = 100_000_usize;
    let mut too_long = 200_000;
    while too_long - fits > 1 {
        let middle = fits.midpoint(too_long);
        if sealed(middle).is_some() { fits = middle } else { too_long = middle }
    }
    // Base64 in base64: the next longer record has four characters more, or a few.
    assert!(sealed(fits).is_some_and(|len| (MAX_SEALED_LEN - 4..=MAX_SEALED_LEN).contains(&len)), "{:?}", sealed(fits));
    assert_eq!(sealed(too_long), None);
    assert_eq!(sealed(10 * MAX_SEALED_LEN), None);
}

#[test]
fn debug_shows_no_secret_and_no_address() {
    let debug = format!("{:?} {:?} {:?}", session(), id(), plain());
    let expected = "Session { began_at: UnixTime(1700000000), seen_at: UnixTime(1700000000), .. } SessionId(..) \
        Sessions { cookies: Sealer(1 keys), records: Sealer(1 keys), security: Plain }";
    assert_eq!(debug, expected);
    let cookie = plain().cookie(&id(), IV, NOW).unwrap();
    assert_eq!(format!("{cookie:?}"), "SetCookie(kkp-session=..)");
    assert_eq!(SessionEnd::TooOld.to_string(), "session began more than 28800 s ago");
    assert_eq!(SessionEnd::Idle.to_string(), "session was not used for more than 1800 s");
}
