//! Links that this service did not make, or no longer stands by.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use kkp_oidc_core::UnixTime;
use kkp_oidc_core::cookie_key::{CookieKey, KeyRing};
use kkp_oidc_core::share::{ShareId, ShareTokens};
use sha2::Sha256;

use crate::house::{House, LUKASZ};
use crate::person::{Person, assert_page, assert_refused};
use crate::sessions::FRESH_KEY;
use crate::world::{COOKIE_KEY, NOW};

/// That the link is refused in every way in which it can be asked for, without asking the store.
async fn assert_refused_unasked(house: &House, tokens: &[String]) {
    let calls = house.store.calls();
    for token in tokens {
        let path = format!("/share/{token}");
        assert_refused(&Person::new().get(&house.site, &path).await, 404, "share_link_invalid");
        assert_refused(&Person::new().get(&house.site, &format!("{path}/login")).await, 404, "share_link_invalid");
    }
    assert_eq!(house.store.calls(), calls);
}

#[tokio::test]
async fn a_token_with_any_bit_flipped_is_refused_without_asking_the_store() {
    let house = House::new().await;
    let link = house.link(&[]).await;
    let bytes = URL_SAFE_NO_PAD.decode(link.token()).unwrap();
    let flipped = |bit: usize| {
        let mut bytes = bytes.clone();
        bytes[bit / 8] ^= 1 << (bit % 8);
        URL_SAFE_NO_PAD.encode(bytes)
    };
    let tokens: Vec<_> = (0..8 * bytes.len()).map(flipped).collect();
    assert_eq!(tokens.len(), 304);
    assert_refused_unasked(&house, &tokens).await;
    assert_page(&Person::new().get(&house.site, &link.path).await, 200);
}

#[tokio::test]
async fn a_token_that_is_cut_off_or_goes_on_is_refused() {
    let house = House::new().await;
    let link = house.link(&[]).await;
    let token = link.token();
    let mut tokens: Vec<_> = (1..token.len()).map(|len| token[..len].to_owned()).collect();
    tokens
        .extend(["A", ".", "=", "%0A", "%20", "%00", ")", "%3E", "%C3%A4", "%FF"].map(|more| format!("{token}{more}")));
    tokens.extend([token.to_uppercase(), token.to_lowercase(), "A".repeat(51), "A".repeat(5000)]);
    assert_refused_unasked(&house, &tokens).await;
    // What a chat program adds as another segment meets no route.
    assert_eq!(Person::new().get(&house.site, &format!("{}/", link.path)).await.status, 404);
}

#[tokio::test]
async fn a_token_of_another_version_is_refused_though_its_mac_holds() {
    let house = House::new().await;
    let link = house.link(&[]).await;
    let bytes = URL_SAFE_NO_PAD.decode(link.token()).unwrap();
    let key: CookieKey = COOKIE_KEY.parse().unwrap();
    let signed = |version: u8| {
        let mut bytes = bytes[..22].to_vec();
        bytes[0] = version;
        let key = key.derive("kkp-oidc share link v1");
        let tag = Hmac::<Sha256>::new_from_slice(key.expose_secret()).unwrap().chain_update(&bytes).finalize();
        bytes.extend_from_slice(&tag.into_bytes()[..16]);
        URL_SAFE_NO_PAD.encode(bytes)
    };
    assert_eq!(signed(1), link.token());
    assert_refused_unasked(&house, &[signed(0), signed(2), signed(255)]).await;
}

#[tokio::test]
async fn a_key_that_left_the_ring_takes_its_links_along() {
    let house = House::new().await;
    let link = house.link(&[]).await;
    let [old, fresh]: [CookieKey; 2] = [COOKIE_KEY, FRESH_KEY].map(|key| key.parse().unwrap());
    house.service.state.replace_cookie_keys(&KeyRing::new(fresh.clone(), vec![old]).unwrap());
    Person::new().get_in(&house.site, &link, LUKASZ).await;
    house.service.state.replace_cookie_keys(&fresh.into());
    assert_refused_unasked(&house, &[link.token().to_owned()]).await;
}

#[tokio::test]
async fn an_authentic_token_of_a_share_that_is_gone_is_refused_alike() {
    let house = House::new().await;
    let key: CookieKey = COOKIE_KEY.parse().unwrap();
    let tokens = ShareTokens::new([&key]);
    let id = ShareId::from_bytes([7; 16]);
    let of = |secs: i64| format!("/share/{}", tokens.issue(id, UnixTime::from_secs(NOW + secs)));
    assert_refused(&Person::new().get(&house.site, &of(1)).await, 404, "share_link_invalid");
    // Its time is over: that is seen without the store.
    let calls = house.store.calls();
    assert_refused(&Person::new().get(&house.site, &of(0)).await, 410, "share_link_expired");
    assert_eq!(house.store.calls(), calls);
}

#[tokio::test]
async fn the_store_has_the_last_word_on_the_end() {
    let house = House::new().await;
    let link = house.link(&[("until", "1h")]).await;
    let key: CookieKey = COOKIE_KEY.parse().unwrap();
    // As if the token said more than the store.
    let longer = ShareTokens::new([&key]).issue(link.id, UnixTime::from_secs(NOW + 7200));
    house.service.clock.advance(3600);
    let reply = Person::new().get(&house.site, &format!("/share/{longer}")).await;
    assert_refused(&reply, 410, "share_link_expired");
}
