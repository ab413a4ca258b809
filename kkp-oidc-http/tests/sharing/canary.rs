//! What must stay secret does, over everything that people do.

use kkp_oidc_core::session::{Session, SessionId};
use kkp_oidc_http::SharingConfig;

use crate::house::{DIALOG, House, LUKASZ, MALLORY, OWNER};
use crate::person::{Person, assert_refused, redirect};
use crate::redeem::download_of;
use crate::world::Reply;

/// A walk through everything; all answers but the files.
async fn walk(house: &House) -> (Vec<Reply>, Vec<String>) {
    let (mut replies, mut secrets) = (Vec::new(), Vec::new());
    let mut owner = house.owner(OWNER).await;
    secrets.push(owner.cookie("kkp-session").unwrap().to_owned());
    let people = [("who", "only"), ("people", "lukasz@example.com"), ("note", "a note"), ("kind", "public-client")];
    let link = owner.make_link(&house.site, &people).await;
    for path in ["/clusters", "/links", &link.page(), DIALOG, "/", "/login"] {
        replies.push(owner.get(&house.site, path).await);
    }
    replies.push(owner.post(&house.site, DIALOG, &[("who", "only"), ("note", "\n")]).await);
    let mut lukasz = Person::new();
    replies.push(lukasz.get(&house.site, &link.path).await);
    let done = lukasz.get_in(&house.site, &link, LUKASZ).await;
    secrets.push(lukasz.cookie("kkp-handover-").unwrap().to_owned());
    replies.push(lukasz.get(&house.site, &done).await);
    replies.push(lukasz.get(&house.site, &download_of(&done)).await);
    let wrong = Person::new().redeem(&house.site, &link, MALLORY).await;
    assert_refused(&wrong, 403, "share_not_for_you");
    replies.push(wrong);
    // What is mangled on the way to us is not logged either.
    for path in [format!("{}.", link.path), format!("{}/", link.path), format!("/x{}", link.path)] {
        replies.push(lukasz.get(&house.site, &path).await);
    }
    house.store.go_out();
    replies.push(lukasz.get(&house.site, &link.path).await);
    house.store.come_back();
    replies.push(owner.post(&house.site, &format!("{}/revoke", link.page()), &[]).await);
    redirect(&owner.post(&house.site, "/logout", &[]).await);
    let log = house.service.log.text();
    assert!(!log.contains(link.token()), "the link in {log}");
    // Nor what owners and recipients told.
    for told in ["a note", LUKASZ, MALLORY, "sub="] {
        assert!(!log.contains(told), "{told} in {log}");
    }
    for route in ["/share/{token}", "/links/{id}/revoke", "/share/done/{flow}", "none"] {
        assert!(log.contains(&format!("route=\"{route}\"")), "no {route} in {log}");
    }
    (replies, secrets)
}

#[tokio::test]
async fn no_page_no_redirect_and_no_log_has_a_secret() {
    let house = House::with(|setup, _| {
        setup.provider.revocation_endpoint = true;
        setup.provider.end_session_endpoint = true;
    })
    .await;
    let (replies, cookies) = walk(&house).await;
    assert_eq!(replies.len(), 16);
    for reply in &replies {
        house.service.assert_nothing_secret(reply);
        let location = Reply { body: reply.all("location").join(" "), ..reply.clone() };
        // Off to the provider the nonce goes along, which it has to.
        if reply.status != 303 || !location.body.contains("/auth?") {
            house.service.assert_nothing_secret(&location);
        }
        for cookie in &cookies {
            assert!(!reply.body.contains(cookie) && !location.body.contains(cookie), "{cookie} in {reply:?}");
        }
    }
    let log = house.service.log.text();
    assert!(cookies.iter().all(|cookie| !log.contains(cookie)), "{log}");
}

#[tokio::test]
async fn nothing_secret_is_shown_by_debug() {
    let house = House::new().await;
    let sharing: SharingConfig = crate::house::sharing(house.store.clone());
    assert_eq!(
        format!("{sharing:?}"),
        "SharingConfig { public_client: Some(ClientId(\"kubelogin\")), post_logout: Stay, .. }"
    );
    assert_eq!(format!("{:?}", SessionId::from_bytes([7; 32])), "SessionId(..)");
    fn is_debug<T: std::fmt::Debug>() {}
    is_debug::<Session>();
}

#[tokio::test]
async fn a_store_that_is_read_by_others_tells_no_token_and_no_cookie() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("shares.db");
    let store = kkp_oidc_http::SqliteStore::open(&path).unwrap();
    let watched = crate::watched_store::WatchedStore::new(store);
    let house = House::with(|_, config| *config = crate::house::sharing(watched.clone())).await;
    let mut owner = house.owner(OWNER).await;
    let link = owner.make_link(&house.site, &[("kind", "auth-provider")]).await;
    let mut lukasz = Person::new();
    let done = lukasz.get_in(&house.site, &link, LUKASZ).await;
    let file = lukasz.get(&house.site, &download_of(&done)).await;
    let mut secrets = vec![link.token().to_owned(), crate::world::CLIENT_SECRET.to_owned()];
    secrets.extend(["id-token", "refresh-token"].map(|key| crate::browser::value_of(&file.body, key).to_owned()));
    secrets
        .extend([owner.cookie("kkp-session"), lukasz.cookie("kkp-handover-")].map(|value| value.unwrap().to_owned()));
    for entry in std::fs::read_dir(folder.path()).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        let text = String::from_utf8_lossy(&bytes);
        assert!(secrets.iter().all(|secret| !text.contains(secret.as_str())));
    }
}
