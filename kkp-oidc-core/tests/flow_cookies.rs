//! The cookie of one flow: what goes out, what comes back, and what does not open.
//!
//! The golden cookies were made, and opened again, by `tests/data/flow_vectors.py`.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use kkp_oidc_core::UnixTime;
use kkp_oidc_core::authorization::{
    AuthenticState, Flow, FlowCookieError, FlowCookies, FlowId, FlowKind, FlowPurpose, FlowTarget, Nonce, PkceVerifier,
    RequestCookies, StateKey, UserEntry,
};
use kkp_oidc_core::cookie_key::{CookieKey, KeyRing};
use kkp_oidc_core::ids::UserId;
use kkp_oidc_core::issuer::CookieSecurity;
use kkp_oidc_core::secure_cookie::DecodeCookieError;

const KEY: &str = "e1f5ac4f8cc8b33a4b0d6c7f5b1c9d27";
const OTHER_KEY: &str = "e1f5ac4f8cc8b33a4b0d6c7f5b1c9d28";
const NOW: UnixTime = UnixTime::from_secs(1_700_000_000);
const IV: [u8; 16] = counting_from(0xf0);
const ID: FlowId = FlowId::from_bytes(counting_from(0));
const OTHER_ID: FlowId = FlowId::from_bytes(counting_from(1));

const SECURE_COOKIE: &str = "__Host-kkp-flow-AAECAwQFBgcICQoLDA0ODw=MTcwMDAwMDAwMHw4UEh5OF9UMTl2ZjQtZnI3X1AzLV8wdmFnbm\
    kwUHJIc0RqYWdycDBEUTliZm5ONnVfSjRaLXJGNXpPMkRfXzBGYW5qanNmNGpRbUI1Xzg2S3ZWQjAwZmVyaW1IMXlOWktWSnlKMU81bl9lVHZ1T21\
    JNUI0b3RFMmlha1pFb3pUdnBsOWtHdE1rWExhMWw1ajN3MnBXQTIyQVlFQkhyTmhpUngyRDlnWV9qYUN2cFZDRnJWd3FIaGw0NkVfVHBGQ1ZMaUQ2\
    SEgzQTBxdl9DWXBvaUhpX2lXUEpraEp2S0REaUFBPT18DqXomEb02okMEEZ6I87nqOXopVVdCVdrZtmJcYEt9ZY=";
const PLAIN_COOKIE: &str = "kkp-flow-AAECAwQFBgcICQoLDA0ODw=MTcwMDAwMDAwMHw4UEh5OF9UMTl2ZjQtZnI3X1AzLV8wdmFnbmkwUHJIc0R\
    qYWdycDBEUTliZm5ONnVfSjRaLXJGNXpPMkRfXzBGYW5qanNmNGpRbUI1Xzg2S3ZWQjAwZmVyaW1IMXlOWktWSnlKMU81bl9lVHZ1T21JNUI0b3RF\
    Mmlha1pFb3pUdnBsOWtHdE1rWExhMWw1ajN3MnBXQTIyQVlFQkhyTmhpUngyRDlnWV9qYUN2cFZDRnJWd3FIaGw0NkVfVHBGQ1ZMaUQ2SEgzQTBxd\
    l9DWXBvaUhpX2lXUEpraEp2S0REaUFBPT18enhw8xk5o498dR5baVyMMNnIbekJMj5Iuz1C-6e8oQo=";
/// Sealed under the right keys, but what is in it is the text `no flow`.
const COOKIE_WITHOUT_FLOW: &str = "kkp-flow-AAECAwQFBgcICQoLDA0ODw=MTcwMDAwMDAwMHw4UEh5OF9UMTl2ZjQtZnI3X1AzLV95UzBnal\
    82Y3VJPXz0q7NwVr79wikQiCSHnRIJF_13IovYujYhYrDdOzUmcA==";

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

fn flow(target: FlowTarget) -> Flow {
    Flow {
        nonce: Nonce::from_bytes(counting_from(0x20)),
        pkce_verifier: PkceVerifier::from_bytes(counting_from(0x40)),
        purpose: FlowPurpose::Kubeconfig(target),
    }
}

#[track_caller]
fn kubeconfig(purpose: FlowPurpose) -> FlowTarget {
    let FlowPurpose::Kubeconfig(target) = purpose else { unreachable!("{purpose:?}") };
    target
}

fn target() -> FlowTarget {
    FlowTarget {
        user_id: UserId::from_email("lukasz@example.com"),
        project_id: "my-project".parse().unwrap(),
        cluster_id: "lab7x9k2mp".parse().unwrap(),
        user_entry: UserEntry::Kubelogin,
    }
}

/// The first signs.
fn ring(keys: &[&str]) -> KeyRing {
    let mut keys = keys.iter().map(|key| key.parse::<CookieKey>().unwrap());
    KeyRing::new(keys.next().unwrap(), keys.collect()).unwrap()
}

fn cookies(key: &str, security: CookieSecurity) -> FlowCookies {
    FlowCookies::new(&ring(&[key]), security)
}

fn state_of(id: FlowId) -> AuthenticState {
    let key = StateKey::new(&ring(&[KEY]));
    key.authenticate(&key.issue(id, FlowKind::Kubeconfig, NOW)).unwrap()
}

/// What a browser sends back: `name=value`.
fn sealed(cookies: &FlowCookies, flow: &Flow, id: FlowId) -> String {
    cookies.seal(flow, id, IV, NOW).as_header_value().split("; ").next().unwrap().to_owned()
}

/// The parts of a flow that can be compared.
fn parts(flow: Result<Flow, FlowCookieError>) -> Result<(String, String, FlowTarget), FlowCookieError> {
    flow.map(|flow| {
        (flow.nonce.to_text(), flow.pkce_verifier.to_secret().expose_secret().to_owned(), kubeconfig(flow.purpose))
    })
}

/// Open what a browser sends in the plain mode for the flow [`ID`].
fn open(header: &str, now: UnixTime) -> Result<(String, String, FlowTarget), FlowCookieError> {
    parts(cookies(KEY, CookieSecurity::Plain).open(&state_of(ID), &RequestCookies::parse([header]), now))
}

fn opened() -> Result<(String, String, FlowTarget), FlowCookieError> {
    // base64url of the bytes 0x20 to 0x3f and 0x40 to 0x5f.
    let nonce = "ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8";
    let verifier = "QEFCQ0RFRkdISUpLTE1OT1BRUlNUVVZXWFlaW1xdXl8";
    Ok((nonce.to_owned(), verifier.to_owned(), target()))
}

#[test]
fn the_set_cookie_header_is_exact_in_both_modes() {
    for (security, golden, attributes) in [
        (CookieSecurity::Secure, SECURE_COOKIE, "; Path=/; Max-Age=600; HttpOnly; Secure; SameSite=Lax"),
        (CookieSecurity::Plain, PLAIN_COOKIE, "; Path=/; Max-Age=600; HttpOnly; SameSite=Lax"),
    ] {
        let set_cookie = cookies(KEY, security).seal(&flow(target()), ID, IV, NOW);
        assert_eq!(set_cookie.as_header_value(), format!("{golden}{attributes}"));
    }
}

#[test]
fn clearing_names_the_same_cookie_with_the_same_attributes() {
    for (security, expected) in [
        (
            CookieSecurity::Secure,
            "__Host-kkp-flow-AAECAwQFBgcICQoLDA0ODw=; Path=/; Max-Age=0; HttpOnly; Secure; SameSite=Lax",
        ),
        (CookieSecurity::Plain, "kkp-flow-AAECAwQFBgcICQoLDA0ODw=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax"),
    ] {
        assert_eq!(cookies(KEY, security).clear(ID).as_header_value(), expected);
    }
}

#[test]
fn what_was_sealed_opens_again() {
    for (security, golden) in [(CookieSecurity::Secure, SECURE_COOKIE), (CookieSecurity::Plain, PLAIN_COOKIE)] {
        let request = format!("a=b; {golden}; csrf_token=x");
        let flow = cookies(KEY, security).open(&state_of(ID), &RequestCookies::parse([request.as_str()]), NOW);
        assert_eq!(parts(flow), opened());
    }
    for user_entry in [UserEntry::AuthProvider, UserEntry::Kubelogin] {
        let target = FlowTarget { user_entry, ..target() };
        let header = sealed(&cookies(KEY, CookieSecurity::Plain), &flow(target.clone()), ID);
        assert_eq!(open(&header, NOW).map(|(_, _, target)| target), Ok(target));
    }
}

#[test]
fn a_cookie_opens_for_600_seconds_inclusive() {
    for (age_secs, expected) in [
        (-3600, opened()),
        (0, opened()),
        (599, opened()),
        (600, opened()),
        (
            601,
            Err(FlowCookieError::Refused(DecodeCookieError::Expired {
                issued_at: NOW,
                now: NOW.plus_secs(601),
                max_age_secs: 600,
            })),
        ),
    ] {
        assert_eq!(open(PLAIN_COOKIE, NOW.plus_secs(age_secs)), expected, "{age_secs} s");
    }
}

#[test]
fn a_cookie_that_does_not_belong_to_the_flow_is_refused() {
    let plain = cookies(KEY, CookieSecurity::Plain);
    let not_signed = || Err(FlowCookieError::Refused(DecodeCookieError::NotSigned));

    let under_other_key = sealed(&cookies(OTHER_KEY, CookieSecurity::Plain), &flow(target()), ID);
    assert_eq!(open(&under_other_key, NOW), not_signed(), "another key");

    let of_other_flow = sealed(&plain, &flow(target()), OTHER_ID);
    let (_, value) = of_other_flow.split_once('=').unwrap();
    assert_eq!(open(&format!("kkp-flow-{ID}={value}"), NOW), not_signed(), "the cookie of another flow");

    let (_, value) = SECURE_COOKIE.split_once('=').unwrap();
    assert_eq!(open(&format!("kkp-flow-{ID}={value}"), NOW), not_signed(), "sealed in the other mode");

    let old_and_forged = open(&under_other_key, NOW.plus_secs(601));
    assert_eq!(old_and_forged, not_signed(), "forgery outranks age");

    assert_eq!(open(COOKIE_WITHOUT_FLOW, NOW), Err(FlowCookieError::Content), "no flow in it");
}

#[test]
fn the_current_key_seals_and_every_key_of_the_ring_opens() {
    let third = "q9Zc4mVx2LrT7wYb1NdK8sHfGj5Ue3Po";
    let open = |keys: &[&str], now| {
        let cookies = FlowCookies::new(&ring(keys), CookieSecurity::Plain);
        parts(cookies.open(&state_of(ID), &RequestCookies::parse([PLAIN_COOKIE]), now))
    };
    for keys in [[KEY, OTHER_KEY, third], [OTHER_KEY, KEY, third], [OTHER_KEY, third, KEY]] {
        assert_eq!(open(&keys, NOW), opened(), "{keys:?}");
        let late = NOW.plus_secs(601);
        let expired = DecodeCookieError::Expired { issued_at: NOW, now: late, max_age_secs: 600 };
        assert_eq!(open(&keys, late), Err(FlowCookieError::Refused(expired)), "{keys:?}: why is told, not `NotSigned`");
        let by_ring = sealed(&FlowCookies::new(&ring(&keys), CookieSecurity::Plain), &flow(target()), ID);
        assert_eq!(by_ring, sealed(&cookies(keys[0], CookieSecurity::Plain), &flow(target()), ID));
    }
    assert_eq!(open(&[OTHER_KEY, third], NOW), Err(FlowCookieError::Refused(DecodeCookieError::NotSigned)));
}

#[test]
fn a_cookie_with_any_character_changed_is_refused() {
    let (name, value) = PLAIN_COOKIE.split_once('=').unwrap();
    for index in 0..value.len() {
        let (before, after) = value.split_at(index);
        // `A` and `-` differ in most bits; `*` is not base64url.
        for other in ["A", "-", "*"].into_iter().filter(|&other| !after.starts_with(other)) {
            let tampered = format!("{name}={before}{other}{}", &after[1..]);
            assert!(
                matches!(open(&tampered, NOW), Err(FlowCookieError::Refused(_))),
                "character {index} changed to {other}"
            );
        }
    }
}

#[test]
fn a_cookie_that_was_not_sent_is_missing() {
    for header in ["", "a=b", "kkp-flow-AAECAwQFBgcICQoLDA0ODw", "KKP-FLOW-AAECAwQFBgcICQoLDA0ODw=x", SECURE_COOKIE] {
        assert_eq!(open(header, NOW), Err(FlowCookieError::Missing), "{header}");
    }
    let of_other_flow = sealed(&cookies(KEY, CookieSecurity::Plain), &flow(target()), OTHER_ID);
    assert_eq!(open(&of_other_flow, NOW), Err(FlowCookieError::Missing), "only the cookie of another flow");
}

#[test]
fn refusals_say_what_is_wrong_and_nothing_of_the_cookie() {
    for (error, text, source) in [
        (FlowCookieError::Missing, "the login's cookie is missing", None),
        (
            FlowCookieError::Refused(DecodeCookieError::NotSigned),
            "the login's cookie does not belong to this login",
            Some("the cookie was not signed with this key for this cookie name"),
        ),
        (FlowCookieError::Content, "the login's cookie holds no login", None),
    ] {
        assert_eq!(error.to_string(), text);
        assert_eq!(std::error::Error::source(&error).map(ToString::to_string), source.map(str::to_owned));
    }
}

#[test]
fn the_longest_cookie_has_591_bytes() {
    let longest = FlowTarget {
        user_id: "u".repeat(64).parse().unwrap(),
        project_id: "p".repeat(63).parse().unwrap(),
        cluster_id: "c".repeat(63).parse().unwrap(),
        user_entry: UserEntry::AuthProvider,
    };
    for (security, len) in [(CookieSecurity::Secure, 591), (CookieSecurity::Plain, 584)] {
        let codec = cookies(KEY, security);
        let header = sealed(&codec, &flow(longest.clone()), ID);
        assert_eq!(header.len(), len);
        assert!(header.len() <= FlowCookies::MAX_LEN);
        let flow = codec.open(&state_of(ID), &RequestCookies::parse([header.as_str()]), NOW);
        assert_eq!(flow.map(|flow| kubeconfig(flow.purpose)), Ok(longest.clone()));
    }
}

#[test]
fn two_tabs_do_not_disturb_each_other() {
    let plain = cookies(KEY, CookieSecurity::Plain);
    let other_target = FlowTarget { cluster_id: "another1".parse().unwrap(), ..target() };
    let header =
        format!("{}; {}", sealed(&plain, &flow(target()), ID), sealed(&plain, &flow(other_target.clone()), OTHER_ID));
    let both = RequestCookies::parse([header.as_str()]);
    for (id, target) in [(ID, target()), (OTHER_ID, other_target)] {
        assert_eq!(plain.open(&state_of(id), &both, NOW).map(|flow| kubeconfig(flow.purpose)), Ok(target));
    }
}

#[test]
fn cookies_are_found_however_the_browser_sends_them() {
    for headers in [
        vec!["a=b", PLAIN_COOKIE],
        vec![&*format!("no-value;{PLAIN_COOKIE};;=;a=b")],
        vec![&*format!("a=b;\t{PLAIN_COOKIE} ; c=d")],
        vec![PLAIN_COOKIE, &*format!("kkp-flow-{ID}=the second of a name does not count")],
    ] {
        let request = RequestCookies::parse(headers.iter().copied());
        let flow = cookies(KEY, CookieSecurity::Plain).open(&state_of(ID), &request, NOW);
        assert_eq!(parts(flow), opened(), "{headers:?}");
    }
}

#[test]
fn debug_shows_names_and_no_value() {
    let codec = cookies(KEY, CookieSecurity::Plain);
    let set_cookie = codec.seal(&flow(target()), ID, IV, NOW);
    assert_eq!(format!("{codec:?}"), "FlowCookies { security: Plain, .. }");
    assert_eq!(format!("{set_cookie:?}"), "SetCookie(kkp-flow-AAECAwQFBgcICQoLDA0ODw=..)");
    assert_eq!(
        format!("{:?}", RequestCookies::parse(["a=canary", PLAIN_COOKIE])),
        r#"{"a", "kkp-flow-AAECAwQFBgcICQoLDA0ODw"}"#
    );
}
