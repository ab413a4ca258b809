//! Without the store nothing is given out, and nothing is counted.

use crate::house::{DIALOG, House, LUKASZ, OWNER};
use crate::person::{Person, assert_page, assert_refused, redirect};

const OUT: (u16, &str) = (503, "share_store_unavailable");

#[tokio::test]
async fn recipients_are_refused_at_every_step_and_can_go_on_when_it_is_back() {
    let house = House::new().await;
    let link = house.link(&[("uses", "once")]).await;
    let mut lukasz = Person::new();
    let callback = lukasz.callback(&house.site, &link, LUKASZ).await;
    house.store.go_out();
    let tokens = house.provider.requests().token;
    for reply in [
        lukasz.get(&house.site, &link.path).await,
        lukasz.get(&house.site, &link.login()).await,
        lukasz.get(&house.site, &callback).await,
    ] {
        assert_refused(&reply, OUT.0, OUT.1);
    }
    assert_eq!((house.uses(&link).await, house.provider.requests().token), ((0, 0), tokens));
    house.store.come_back();
    // Whoever was told to try again can do just that: nothing was spent.
    let done = redirect(&lukasz.get(&house.site, &callback).await).to_owned();
    house.store.go_out();
    for path in [done.clone(), done.replace("done", "download")] {
        assert_refused(&lukasz.get(&house.site, &path).await, OUT.0, OUT.1);
    }
    house.store.come_back();
    assert_page(&lukasz.get(&house.site, &done).await, 200);
    assert_eq!(house.uses(&link).await, (1, 1));
}

#[tokio::test]
async fn owners_are_refused_and_stay_logged_in() {
    let house = House::new().await;
    let mut owner = house.owner(OWNER).await;
    let link = owner.make_link(&house.site, &[]).await;
    let mut newcomer = Person::new();
    let begun = newcomer.get(&house.site, "/login").await;
    let callback = newcomer.browser.log_in(redirect(&begun), OWNER).await;
    house.store.go_out();
    for path in ["/clusters", "/links", &link.page(), DIALOG, "/login"] {
        assert_refused(&owner.get(&house.site, path).await, OUT.0, OUT.1);
    }
    let revoke = format!("{}/revoke", link.page());
    for path in [DIALOG, &revoke, "/logout"] {
        let reply = owner.post(&house.site, path, &[("who", "anyone")]).await;
        assert_refused(&reply, OUT.0, OUT.1);
        // Whoever was told that the logout failed can try again.
        assert_eq!(reply.all("set-cookie"), [""; 0], "{path}");
    }
    assert_refused(&newcomer.get(&house.site, &callback).await, OUT.0, OUT.1);
    assert_eq!(newcomer.cookie("kkp-session"), None);
    house.store.come_back();
    assert_page(&owner.get(&house.site, "/links").await, 200);
    assert_eq!(house.stored(&link).await.revoked_at, None);
}

#[tokio::test]
async fn a_store_that_was_closed_gives_nothing_out() {
    let house = House::new().await;
    let link = house.link(&[]).await;
    house.store.inside().close();
    assert_refused(&Person::new().get(&house.site, &link.path).await, OUT.0, OUT.1);
    // KKP's links need no store.
    let mut lukasz = Person::new();
    let location = redirect(&lukasz.get(&house.site, &crate::world::link()).await).to_owned();
    let callback = lukasz.browser.log_in(&location, LUKASZ).await;
    assert_eq!(lukasz.get(&house.site, &callback).await.status, 200);
}

#[tokio::test]
async fn a_login_whose_code_is_spent_is_not_kept_for_another_try() {
    let house = House::new().await;
    let mut newcomer = Person::new();
    let begun = newcomer.get(&house.site, "/login").await;
    let callback = newcomer.browser.log_in(redirect(&begun), OWNER).await;
    house.store.go_out();
    assert_refused(&newcomer.get(&house.site, &callback).await, OUT.0, OUT.1);
    // Another replica would present the code once more.
    assert_eq!(newcomer.cookie("kkp-flow-"), None);
}
