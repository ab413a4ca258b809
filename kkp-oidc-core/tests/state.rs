//! `state`: made as documented, authenticated, and told apart from an old one.
//!
//! The golden states were made by `tests/data/flow_vectors.py`, with Python's hmac and the HKDF of cryptography 48.0.0:
//! `python3 kkp-oidc-core/tests/data/flow_vectors.py`.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use kkp_oidc_core::UnixTime;
use kkp_oidc_core::authorization::{AuthenticState, FlowId, FlowKind, StateError, StateKey};
use kkp_oidc_core::cookie_key::{CookieKey, KeyRing};

const KEY: &str = "e1f5ac4f8cc8b33a4b0d6c7f5b1c9d27";
const OTHER: &str = "7Vw2Xk9PzR4tYb6NmQ8sLd1HfJ3gUe5C";
const NOW: UnixTime = UnixTime::from_secs(1_700_000_000);
const ID: FlowId = FlowId::from_bytes([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]);

const STATE: &str = "AQABAgMEBQYHCAkKCwwNDg8AAAAAZVPxAMM1DQeKFhd-lRH9FCh6XbhlxjtaUSquNclWZ9BYrdDB";
/// Issued at -2147483648.
const STATE_FROM_1901: &str = "AQABAgMEBQYHCAkKCwwNDg______gAAAAFkc_6-_slF7pSwVYBfDymulZgNxALm8PwTI-rbiqQAj";
/// Their MAC holds, but nobody knows these kinds.
const STATE_OF_KIND_0: &str = "AAABAgMEBQYHCAkKCwwNDg8AAAAAZVPxAGZLPR_iMqm5YR1aHKf81yrk8JyviqdQ-1IvuCSYQgN_";
const STATE_OF_KIND_2: &str = "AgABAgMEBQYHCAkKCwwNDg8AAAAAZVPxANRxqjIbmvzplTHo0ek4J2fYjEBbtEYTGdz0k3mFbYIW";
const STATE_OF_KIND_3: &str = "AwABAgMEBQYHCAkKCwwNDg8AAAAAZVPxAMJYS3Im816cE51ArBPVli15MAdja3j2Z8dbFJMOq89J";
const STATE_OF_KIND_4: &str = "BAABAgMEBQYHCAkKCwwNDg8AAAAAZVPxAKqu_5gDYDNf0h3Ielt8IP2WuTZnRnuCVkAyBDWBX9eW";

/// The first signs.
fn keys(texts: &[&str]) -> StateKey {
    let mut keys = texts.iter().map(|text| text.parse::<CookieKey>().unwrap());
    StateKey::new(&KeyRing::new(keys.next().unwrap(), keys.collect()).unwrap())
}

fn key(text: &str) -> StateKey {
    keys(&[text])
}

/// The parts of an authentic state, as its getters give them.
fn parts(state: Result<AuthenticState, StateError>) -> Result<(FlowKind, FlowId, UnixTime), StateError> {
    state.map(|state| (state.kind(), state.id(), state.issued_at()))
}

#[test]
fn a_state_is_made_as_documented() {
    for (now, golden) in [(NOW, STATE), (UnixTime::from_secs(-2_147_483_648), STATE_FROM_1901)] {
        assert_eq!(key(KEY).issue(ID, FlowKind::Kubeconfig, now), golden);
        assert_eq!(parts(key(KEY).authenticate(golden)), Ok((FlowKind::Kubeconfig, ID, now)));
        assert_eq!(golden.len(), StateKey::STATE_LEN);
    }
}

#[test]
fn every_change_of_a_single_character_is_refused() {
    let alphabet = ('A'..='Z').chain('a'..='z').chain('0'..='9').chain(['-', '_', '+', '/', '=', ' ', '\0', '.']);
    let alphabet: Vec<char> = alphabet.collect();
    let key = key(KEY);
    for (index, original) in STATE.char_indices() {
        for &other in alphabet.iter().filter(|&&other| other != original) {
            let changed: String = STATE.char_indices().map(|(at, c)| if at == index { other } else { c }).collect();
            assert_eq!(key.authenticate(&changed), Err(StateError::NotAuthentic), "{changed:?}");
        }
    }
}

#[test]
fn a_state_of_another_key_is_refused() {
    for other in
        ["e1f5ac4f8cc8b33a4b0d6c7f5b1c9d28", "e1f5ac4f8cc8b33a4b0d6c7f5b1c9d27e1f5ac4f8cc8b33a4b0d6c7f5b1c9d28"]
    {
        assert_eq!(key(other).authenticate(STATE), Err(StateError::NotAuthentic), "{other}");
    }
}

#[test]
fn the_current_key_signs_and_every_key_of_the_ring_verifies() {
    let others = ["e1f5ac4f8cc8b33a4b0d6c7f5b1c9d28", "q9Zc4mVx2LrT7wYb1NdK8sHfGj5Ue3Po", OTHER];
    let authentic = Ok((FlowKind::Kubeconfig, ID, NOW));
    for place in 0..=others.len() {
        let mut ring = others.to_vec();
        ring.insert(place, KEY);
        assert_eq!(parts(keys(&ring).authenticate(STATE)), authentic, "the key is at {place}");
        let issued = keys(&ring).issue(ID, FlowKind::Kubeconfig, NOW);
        assert_eq!(issued, key(ring[0]).issue(ID, FlowKind::Kubeconfig, NOW), "only the first signs");
        let tampered = STATE.replace("AQAB", "AQAC");
        assert_eq!(keys(&ring).authenticate(&tampered), Err(StateError::NotAuthentic));
    }
    assert_eq!(keys(&others).authenticate(STATE), Err(StateError::NotAuthentic), "taken out of the ring");
}

#[test]
fn only_76_characters_are_looked_at() {
    let longer = format!("{STATE}A");
    let padded = format!("{}=", &STATE[..75]);
    let ten_times = STATE.repeat(10);
    // 76 bytes, 75 characters.
    let non_ascii = format!("{}é", &STATE[..74]);
    for refused in ["", "A", &STATE[..75], &longer, &padded, &ten_times, &non_ascii, &" ".repeat(76), &"\0".repeat(76)]
    {
        assert_eq!(key(KEY).authenticate(refused), Err(StateError::NotAuthentic), "{refused:?}");
    }
}

#[test]
fn an_unknown_kind_is_refused_although_its_mac_holds() {
    for state in [STATE_OF_KIND_0, STATE_OF_KIND_4] {
        assert_eq!(key(KEY).authenticate(state), Err(StateError::NotAuthentic));
    }
}

#[test]
fn each_kind_of_flow_has_its_byte() {
    for (state, kind) in
        [(STATE, FlowKind::Kubeconfig), (STATE_OF_KIND_2, FlowKind::Share), (STATE_OF_KIND_3, FlowKind::Session)]
    {
        assert_eq!(key(KEY).issue(ID, kind, NOW), state);
        assert_eq!(parts(key(KEY).authenticate(state)), Ok((kind, ID, NOW)));
    }
}

#[test]
fn a_flow_is_fresh_for_600_seconds_inclusive() {
    let state = key(KEY).authenticate(STATE).unwrap();
    for (age_secs, expected) in [
        (0, Ok(())),
        (599, Ok(())),
        (600, Ok(())),
        (601, Err(StateError::Expired { age_secs: 601 })),
        (1_000_000, Err(StateError::Expired { age_secs: 1_000_000 })),
        // Replicas' clocks differ; that this installation issued it is what counts.
        (-1, Ok(())),
        (-3600, Ok(())),
    ] {
        assert_eq!(state.require_fresh(NOW.plus_secs(age_secs)), expected, "{age_secs} s");
    }
    let first_second = key(KEY).issue(ID, FlowKind::Kubeconfig, UnixTime::from_secs(i64::MIN));
    let state = key(KEY).authenticate(&first_second).unwrap();
    assert_eq!(
        state.require_fresh(UnixTime::from_secs(i64::MAX)),
        Err(StateError::Expired { age_secs: i64::MAX }),
        "the largest difference is clamped"
    );
}

#[test]
fn refusals_say_what_is_wrong_and_nothing_of_the_state() {
    assert_eq!(StateError::NotAuthentic.to_string(), "state is not one that this service issued");
    assert_eq!(StateError::Expired { age_secs: 601 }.to_string(), "login began 601 s ago, expected at most 600 s");
    assert_eq!(format!("{:?}", key(KEY)), "StateKey(..)");
}
