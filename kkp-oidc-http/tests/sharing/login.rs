//! Logins of owners that do not end well.

use crate::browser::with_parameter;
use crate::house::{House, OWNER};
use crate::person::{Person, assert_refused, assert_shows, redirect};

#[tokio::test]
async fn a_login_that_the_provider_refuses_can_be_tried_again() {
    let house = House::new().await;
    let mut owner = Person::new();
    let location = redirect(&owner.get(&house.site, "/login?to=links").await).to_owned();
    let callback = owner.browser.answer_login(&location, "deny", "yes").await;
    let reply = owner.get(&house.site, &callback).await;
    assert_refused(&reply, 400, "access_denied");
    assert_shows(&reply, &["href=\"/login?to=links\""]);
    assert_eq!(owner.cookie("kkp-session"), None);
    redirect(&owner.log_in(&house.site, "/login?to=links", OWNER).await);
}

#[tokio::test]
async fn a_callback_is_good_once_in_its_own_browser_for_ten_minutes() {
    let house = House::new().await;
    for secs in [600, 601] {
        let mut owner = Person::new();
        let location = redirect(&owner.get(&house.site, "/login").await).to_owned();
        house.service.clock.advance(secs);
        let callback = owner.browser.log_in(&location, OWNER).await;
        let mut elsewhere = Person::new();
        let code = if secs == 600 { "cookie_missing" } else { "flow_expired" };
        assert_refused(&elsewhere.get(&house.site, &callback).await, 400, code);
        let before = owner.browser.cookies.clone();
        let reply = owner.get(&house.site, &callback).await;
        match secs {
            600 => assert_eq!(redirect(&reply), "/clusters"),
            _ => assert_refused(&reply, 400, "flow_expired"),
        }
        if secs == 600 {
            // Also with the flow's cookie kept by hand.
            owner.browser.cookies = before;
            assert_refused(&owner.get(&house.site, &callback).await, 400, "flow_used");
            assert_eq!(owner.cookie("kkp-session"), None);
        }
    }
}

#[tokio::test]
async fn one_flows_state_does_not_fit_anothers_cookie() {
    let house = House::new().await;
    let link = house.link(&[]).await;
    let paths = [crate::world::link(), "/login".to_owned(), link.login()];
    // In one browser, three flows of three kinds: the state of each with the cookie of another, under the right name.
    let mut person = Person::new();
    let mut callbacks = Vec::new();
    for path in &paths {
        let begun = person.get(&house.site, path).await;
        let (cookie, _) = begun.header("set-cookie").split_once("; ").unwrap();
        let (name, value) = cookie.split_once('=').unwrap();
        let callback = person.browser.log_in(redirect(&begun), OWNER).await;
        callbacks.push((callback, name.to_owned(), value.to_owned()));
    }
    for (index, (callback, name, _)) in callbacks.iter().enumerate() {
        for (other, (_, _, value)) in callbacks.iter().enumerate().filter(|(other, _)| *other != index) {
            let mut forger = Person::new();
            forger.browser.cookies = vec![(name.clone(), value.clone())];
            let reply = forger.get(&house.site, callback).await;
            assert_refused(&reply, 400, "cookie_invalid");
            assert_eq!(forger.browser.cookies, [], "{index} {other}");
        }
    }
    // A state whose kind was changed is nobody's.
    for (callback, ..) in &callbacks {
        let state = crate::browser::parameter(callback, "state");
        for kind in ["AA", "AQ", "Ag", "Aw", "BA"] {
            if state.starts_with(kind) {
                continue;
            }
            let forged = format!("{kind}{}", &state[2..]);
            let reply = person.get(&house.site, &with_parameter(callback, "state", Some(&forged))).await;
            match forged == state {
                true => {}
                false => assert_refused(&reply, 400, "state_invalid"),
            }
        }
    }
    assert_eq!(house.provider.requests().token, 1);
    assert_eq!(house.uses(&link).await, (0, 0));
}
