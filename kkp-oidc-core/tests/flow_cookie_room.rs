//! How many flows one browser keeps, and which go when one more begins.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use kkp_oidc_core::UnixTime;
use kkp_oidc_core::authorization::{
    Flow, FlowCookies, FlowId, FlowPurpose, FlowTarget, Nonce, PkceVerifier, RequestCookies, UserEntry,
};
use kkp_oidc_core::cookie_key::{CookieKey, KeyRing};
use kkp_oidc_core::issuer::CookieSecurity;

const KEY: &str = "e1f5ac4f8cc8b33a4b0d6c7f5b1c9d27";
const OTHER_KEY: &str = "e1f5ac4f8cc8b33a4b0d6c7f5b1c9d28";
const NOW: UnixTime = UnixTime::from_secs(1_700_000_000);

/// The first signs.
fn ring(keys: &[&str]) -> KeyRing {
    let mut keys = keys.iter().map(|key| key.parse::<CookieKey>().unwrap());
    KeyRing::new(keys.next().unwrap(), keys.collect()).unwrap()
}

fn cookies(key: &str, security: CookieSecurity) -> FlowCookies {
    FlowCookies::new(&ring(&[key]), security)
}

fn plain() -> FlowCookies {
    cookies(KEY, CookieSecurity::Plain)
}

/// The flow with the number `n`.
fn id(n: u8) -> FlowId {
    FlowId::from_bytes([n; 16])
}

/// What a browser sends for flow `n` that began `age_secs` ago: `name=value`.
fn sent(cookies: &FlowCookies, n: u8, age_secs: i64) -> String {
    let flow = Flow {
        nonce: Nonce::from_bytes([n; 32]),
        pkce_verifier: PkceVerifier::from_bytes([n; 32]),
        purpose: FlowPurpose::Kubeconfig(FlowTarget {
            user_id: "u1".parse().unwrap(),
            project_id: "p1".parse().unwrap(),
            cluster_id: "c1".parse().unwrap(),
            user_entry: UserEntry::AuthProvider,
        }),
    };
    let set_cookie = cookies.seal(&flow, id(n), [n; 16], NOW.plus_secs(-age_secs));
    set_cookie.as_header_value().split("; ").next().unwrap().to_owned()
}

/// The headers that make room for one more flow.
fn room(cookies: &FlowCookies, sent: &[String]) -> Vec<String> {
    let cleared = cookies.make_room(&RequestCookies::parse([sent.join("; ").as_str()]), NOW);
    cleared.iter().map(|set_cookie| set_cookie.as_header_value().to_owned()).collect()
}

/// The headers that take these flows out of the browser, in the plain mode.
fn cleared(numbers: &[u8]) -> Vec<String> {
    let header = |&n: &u8| format!("kkp-flow-{}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax", id(n));
    numbers.iter().map(header).collect()
}

#[test]
fn the_oldest_go_so_that_four_are_there_afterwards() {
    // The age of flow n is n minutes, so 6 is the oldest; the browser sends the youngest first.
    for (count, expected) in [
        (0, cleared(&[])),
        (1, cleared(&[])),
        (2, cleared(&[])),
        (3, cleared(&[])),
        (4, cleared(&[4])),
        (5, cleared(&[5, 4])),
        (6, cleared(&[6, 5, 4])),
    ] {
        let sent: Vec<String> = (1..=count).map(|n| sent(&plain(), n, i64::from(n) * 60)).collect();
        assert_eq!(room(&plain(), &sent), expected, "{count} cookies");
    }
    assert_eq!(FlowCookies::MAX_IN_BROWSER, 4);
}

#[test]
fn the_order_in_the_request_does_not_matter() {
    let [young, old, older, oldest] = [(1, 0), (2, 100), (3, 200), (4, 300)].map(|(n, age)| sent(&plain(), n, age));
    let orders = [
        [&young, &old, &older, &oldest],
        [&oldest, &older, &old, &young],
        [&old, &oldest, &young, &older],
        [&older, &young, &oldest, &old],
    ];
    for order in orders {
        assert_eq!(room(&plain(), &order.map(String::clone)), cleared(&[4]));
    }
}

#[test]
fn flows_that_began_in_the_same_second_go_in_the_order_of_their_names() {
    let sent = [3, 1, 4, 2, 5].map(|n| sent(&plain(), n, 10));
    assert_eq!(room(&plain(), &sent), cleared(&[1, 2]));
}

#[test]
fn what_expired_goes_first_and_always_and_what_others_sealed_stays() {
    let under_other_key = sent(&cookies(OTHER_KEY, CookieSecurity::Plain), 7, 0);
    let just_live = sent(&plain(), 8, 600);
    let expired = sent(&plain(), 9, 601);
    let nonsense = format!("kkp-flow-{}=nonsense", id(10));
    let empty = format!("kkp-flow-{}=", id(11));

    let sent_with_room = [just_live.clone(), under_other_key.clone(), expired.clone(), nonsense.clone(), empty];
    assert_eq!(room(&plain(), &sent_with_room), cleared(&[9]), "also when there is room");

    let live = [1, 2, 3].map(|n| sent(&plain(), n, 0));
    let full = [&live[..], &[just_live, under_other_key, expired]].concat();
    assert_eq!(room(&plain(), &full), cleared(&[9, 8]), "the oldest live one only behind it");
}

#[test]
fn foreign_names_are_left_alone() {
    let of_id = |prefix: &str| format!("{prefix}{}=x", id(1));
    let foreign = [
        "csrf_token=x".to_owned(),
        of_id("__Host-kkp-flow-"),
        of_id("__host-kkp-flow-"),
        of_id("KKP-flow-"),
        of_id("xkkp-flow-"),
        of_id("kkp-flow"),
        "kkp-flow-=x".to_owned(),
        format!("kkp-flow-{}=x", "a".repeat(21)),
        format!("kkp-flow-{}=x", "a".repeat(23)),
    ];
    assert_eq!(room(&plain(), &foreign), cleared(&[]));
}

#[test]
fn a_hostile_name_is_never_echoed() {
    for id in [
        "aaaaaaaaaaaa\r\nSet-Cook",
        "aaaaaaaaaaaaaaaaaaaaa\n",
        "aaaaaaaaaaaaaaaaaaaaa\0",
        "aaaaaaaaaaaaaaaaaaaa \"",
        "aaaaaaaaaaaaaaaaaaaa,b",
        "aaaaaaaaaaaaaaaaaaaa\u{e9}",
        "<script>alert(1)</scri",
    ] {
        assert_eq!(id.len(), 22, "only its characters give it away");
        assert_eq!(room(&plain(), &[format!("kkp-flow-{id}=x")]), cleared(&[]), "{id:?}");
    }
}

#[test]
fn each_mode_makes_room_among_its_own() {
    let secure = cookies(KEY, CookieSecurity::Secure);
    let mut all: Vec<String> = (1..=4).map(|n| sent(&secure, n, i64::from(n))).collect();
    all.extend((5..=9).map(|n| sent(&plain(), n, 0)));
    let expected = format!("__Host-kkp-flow-{}=; Path=/; Max-Age=0; HttpOnly; Secure; SameSite=Lax", id(4));
    assert_eq!(room(&secure, &all), [expected]);
}
