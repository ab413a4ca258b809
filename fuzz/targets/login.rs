//! What browsers and providers send during a login.
#![no_main]

use kkp_oidc_core::UnixTime;
use kkp_oidc_core::authorization::{Callback, FlowCookies, Query, RequestCookies, ShareRequest, StateKey};
use kkp_oidc_core::cookie_key::{CookieKey, KeyRing};
use kkp_oidc_core::id_token::UnverifiedIdToken;
use kkp_oidc_core::issuer::{CookieSecurity, ProviderMetadata};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let now = UnixTime::from_secs(1_600_000_000);
    let keys = KeyRing::from("q9Zc4mVx2LrT7wYb1NdK8sHfGj5Ue3Po".parse::<CookieKey>().expect("a key"));
    if let Some(query) = Query::parse(text) {
        let _ = ShareRequest::parse(&query);
        if let Ok(callback) = Callback::parse(&query) {
            assert!(StateKey::new(&keys).authenticate(callback.state()).is_err());
            let _ = callback.into_outcome();
        }
    }
    let cookies = FlowCookies::new(&keys, CookieSecurity::Plain);
    for cleared in cookies.make_room(&RequestCookies::parse([text]), now) {
        assert!(cleared.as_header_value().bytes().all(|byte| (0x20..0x7f).contains(&byte)));
    }
    let _ = UnverifiedIdToken::parse(text.into()).map(|token| token.verify_signature(|_| Err::<(), ()>(())));
    let _ = ProviderMetadata::parse(text.as_bytes(), &"https://a.example".parse().expect("an issuer"));
});
