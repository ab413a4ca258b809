//! Which keys make a ring.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use kkp_oidc_core::cookie_key::{CookieKey, KeyRing, KeyRingError};

/// The key with the number `n`.
fn key(n: usize) -> CookieKey {
    format!("e1f5ac4f8cc8b33a4b0d6c7f5b1c9d2{n}").parse().unwrap()
}

fn texts<'a>(keys: impl IntoIterator<Item = &'a CookieKey>) -> Vec<&'a [u8]> {
    keys.into_iter().map(CookieKey::expose_secret).collect()
}

#[test]
fn the_current_key_comes_first_and_the_previous_ones_keep_their_order() {
    let ring = KeyRing::new(key(0), vec![key(2), key(1)]).unwrap();
    assert_eq!(ring.current().expose_secret(), key(0).expose_secret());
    assert_eq!(texts(ring.previous()), texts(&[key(2), key(1)]));
    assert_eq!(texts(ring.iter()), texts(&[key(0), key(2), key(1)]));
    assert_eq!(texts(KeyRing::from(key(3)).iter()), texts(&[key(3)]));
}

#[test]
fn there_are_at_most_four_previous_keys() {
    assert_eq!(KeyRing::MAX_PREVIOUS, 4);
    assert_eq!(KeyRing::new(key(0), (1..=4).map(key).collect()).unwrap().iter().count(), 5);
    let error = KeyRing::new(key(0), (1..=5).map(key).collect()).unwrap_err();
    assert_eq!(error, KeyRingError::TooManyPrevious { count: 5 });
    assert_eq!(
        error.to_string(),
        "there are 5 old cookie keys, expected at most 4; leave out those whose logins have ended"
    );
}

#[test]
fn debug_shows_how_many_keys_there_are_and_nothing_of_them() {
    let ring = KeyRing::new(key(0), vec![key(1)]).unwrap();
    assert_eq!(format!("{ring:?}"), "KeyRing { current: CookieKey(..), previous: [CookieKey(..)] }");
}
