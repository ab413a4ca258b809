//! The end of a session, here and at the provider.

use std::time::Duration;

use kkp_oidc_core::UnixTime;
use kkp_oidc_http::dev_provider::Fault;
use kkp_oidc_http::{OwnedShares, PostLogout, ShareStore as _};

use crate::house::{BASE, DIALOG, House, OWNER, VIEWER};
use crate::person::{Person, assert_page, assert_refused, assert_shows, redirect};
use crate::world::NOW;

const CLEARED: &str = "kkp-session=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax";

/// Log out; where the page after that sends the browser, if anywhere. The old cookie is then worth nothing.
async fn log_out(house: &House, owner: &mut Person) -> Option<String> {
    let old = owner.browser.cookies.clone();
    let reply = owner.post(&house.site, "/logout", &[]).await;
    assert_eq!(reply.all("set-cookie"), [CLEARED]);
    assert_eq!(owner.browser.cookies, []);
    let mut replayed = Person::new();
    replayed.browser.cookies = old;
    assert_eq!(redirect(&replayed.get(&house.site, "/clusters").await), "/login?to=clusters");
    assert_refused(&replayed.post(&house.site, DIALOG, &[("who", "anyone")]).await, 401, "session_ended");
    assert_eq!(house.store.inside().owned_by(OWNER, UnixTime::from_secs(NOW)).await, Ok(OwnedShares::default()));
    let page = owner.get(&house.site, redirect(&reply)).await;
    assert_eq!((page.status, redirect(&reply)), (200, "/logged-out?here"));
    assert_shows(&page, &["You are logged out", "href=\"/login\""]);
    page.all("refresh").first().map(|refresh| refresh.strip_prefix("0; url=").unwrap().to_owned())
}

#[tokio::test]
async fn without_a_logout_at_the_provider_the_session_ends_here() {
    let house = House::new().await;
    let mut owner = house.owner(OWNER).await;
    assert_eq!(log_out(&house, &mut owner).await, None);
    let requests = house.provider.requests();
    assert_eq!([requests.revocation, requests.end_session], [0, 0]);
    let page = owner.get(&house.site, "/logged-out").await;
    assert_page(&page, 200);
    assert_shows(&page, &["You are logged out", "href=\"/login\""]);
    // Twice is as good as once, and so is a logout of nobody.
    for _ in 0..2 {
        assert_eq!(redirect(&owner.post(&house.site, "/logout", &[]).await), "/logged-out?here");
    }
    // Somebody else logs in with the same browser.
    owner.log_in(&house.site, "/login", VIEWER).await;
    assert_shows(&owner.get(&house.site, "/clusters").await, &[VIEWER]);
}

#[tokio::test]
async fn the_provider_revokes_the_sessions_token() {
    let house = House::with(|setup, _| setup.provider.revocation_endpoint = true).await;
    let mut owner = house.owner(OWNER).await;
    let other = house.owner(VIEWER).await;
    assert_eq!(house.provider.live_tokens(), 2);
    assert_eq!(log_out(&house, &mut owner).await, None);
    assert_eq!((house.provider.requests().revocation, house.provider.live_tokens()), (1, 1));
    drop(other);
}

#[tokio::test]
async fn a_provider_that_does_not_revoke_keeps_nobody_logged_in() {
    let house = House::with(|setup, _| setup.provider.revocation_endpoint = true).await;
    let mut owner = house.owner(OWNER).await;
    // The provider's client is another one now, so that it refuses us.
    house.service.state.replace_client_secret(&"wrong".parse().unwrap());
    assert_eq!(log_out(&house, &mut owner).await, None);
    assert_eq!((house.provider.requests().revocation, house.provider.live_tokens()), (1, 1));
    assert!(house.service.log.text().contains("did not revoke the token"));
}

#[tokio::test]
async fn browsers_end_their_session_at_the_provider_too() {
    for (post_logout, uri) in [(PostLogout::Stay, None), (PostLogout::Return, Some(format!("{BASE}/logged-out")))] {
        let house = House::with(|setup, sharing| {
            setup.provider.end_session_endpoint = true;
            setup.provider.clients[0].post_logout_redirect_uris = vec![format!("{BASE}/logged-out")];
            sharing.post_logout = post_logout;
        })
        .await;
        let mut owner = house.owner(OWNER).await;
        let location = log_out(&house, &mut owner).await.unwrap();
        let (endpoint, query) = location.split_once('?').unwrap();
        assert_eq!(endpoint, format!("{}/logout", house.provider.issuer()));
        let query: Vec<_> = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        let mut expected = vec![("client_id".to_owned(), crate::world::CLIENT_ID.to_owned())];
        expected.extend(uri.clone().map(|uri| ("post_logout_redirect_uri".to_owned(), uri)));
        assert_eq!(query, expected);
        // The real provider takes it.
        let http = reqwest::Client::builder().no_proxy().tls_certs_only([]).redirect(reqwest::redirect::Policy::none());
        let answer = http.build().unwrap().get(&location).send().await.unwrap();
        let back = answer.headers().get("location").map(|location| location.to_str().unwrap().to_owned());
        assert_eq!((answer.status().as_u16(), back), (if uri.is_some() { 303 } else { 200 }, uri));
    }
}

#[tokio::test]
async fn a_session_that_ends_while_another_tab_loads_stays_ended() {
    let house = House::new().await;
    let mut owner = house.owner(OWNER).await;
    // Long enough ago for the time of this request to be written down.
    house.service.clock.advance(61);
    let (waits, go_on) = house.store.pause("replace");
    let (mut tab, router) = (owner.clone(), house.service.router.clone());
    let loading = tokio::spawn(async move { tab.get_at(&router, "/links").await });
    tokio::time::timeout(Duration::from_secs(10), waits).await.unwrap().unwrap();
    log_out(&house, &mut owner).await;
    let mut other = house.owner(VIEWER).await;
    go_on.send(()).unwrap();
    assert_eq!(redirect(&loading.await.unwrap()), "/login?to=links");
    assert_page(&other.get(&house.site, "/links").await, 200);
}

#[tokio::test]
async fn nobody_logs_somebody_out_from_elsewhere() {
    let house = House::new().await;
    let mut owner = house.owner(OWNER).await;
    let reply = owner.post_body(&house.site, "/logout", String::new(), "cross-site").await;
    assert_refused(&reply, 403, "cross_site");
    assert_eq!(owner.get(&house.site, "/logout").await.status, 405);
    assert_page(&owner.get(&house.site, "/links").await, 200);
}

#[tokio::test]
async fn a_session_without_a_token_to_revoke_ends_as_well() {
    let house = House::with(|setup, _| setup.provider.revocation_endpoint = true).await;
    house.provider.set_fault(Fault::NoRefreshToken);
    let mut owner = house.owner(OWNER).await;
    assert_eq!(log_out(&house, &mut owner).await, None);
}
