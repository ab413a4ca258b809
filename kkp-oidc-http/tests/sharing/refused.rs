//! Recipients whom a link is not for, and logins that do not end well.

use kkp_oidc_core::UnixTime;

use crate::browser::parameter;
use crate::house::{House, JANE, LUKASZ, Link, MALLORY, OWNER};
use crate::person::{Person, assert_hides, assert_refused, assert_shows, redirect};

async fn link_for(house: &House, people: &str) -> Link {
    house.link(&[("who", "only"), ("people", people)]).await
}

#[tokio::test]
async fn the_wrong_person_is_told_who_they_are_and_may_be_another() {
    let house = House::new().await;
    let link = link_for(&house, "lukasz@example.com, @hidden.example, group:secret-group").await;
    let mut mallory = Person::new();
    let reply = mallory.redeem(&house.site, &link, MALLORY).await;
    assert_refused(&reply, 403, "share_not_for_you");
    assert_shows(&reply, &["You are logged in as <strong>mallory@evil.example</strong>.", "Log in as someone else"]);
    assert_shows(&reply, &[&format!("href=\"{}?as=someone-else\"", link.login())]);
    assert_hides(&reply, &[LUKASZ, "hidden.example", "secret-group", OWNER]);
    assert_eq!(house.uses(&link).await, (0, 0));
    // The button asks the provider for another login.
    let location = redirect(&mallory.get(&house.site, &format!("{}?as=someone-else", link.login())).await).to_owned();
    assert_eq!(parameter(&location, "prompt"), "login");
    let callback = mallory.browser.log_in(&location, LUKASZ).await;
    assert!(redirect(&mallory.get(&house.site, &callback).await).starts_with("/share/done/"));
    assert_eq!(house.uses(&link).await, (1, 1));
}

#[tokio::test]
async fn a_link_is_for_whom_it_names_and_nobody_beside() {
    let house = House::new().await;
    for (people, email, is_in) in [
        // In another case, by domain, by group of the token.
        ("jane.roe@example.com", JANE, true),
        ("LUKASZ@example.com", LUKASZ, true),
        ("@Example.Com", JANE, true),
        ("group:dev", LUKASZ, true),
        ("group:dev", JANE, false),
        ("group:Dev", LUKASZ, false),
        ("@example.com", "eve@sub.example.com", false),
        ("@sub.example.com", LUKASZ, false),
        ("@example.com", MALLORY, false),
        ("group:owners, lukasz@example.com", OWNER, true),
    ] {
        let link = link_for(&house, people).await;
        let reply = Person::new().redeem(&house.site, &link, email).await;
        match is_in {
            true => assert!(redirect(&reply).starts_with("/share/done/"), "{people} {email}"),
            false => assert_refused(&reply, 403, "share_not_for_you"),
        }
        assert_eq!(house.uses(&link).await, if is_in { (1, 1) } else { (0, 0) }, "{people} {email}");
    }
}

#[tokio::test]
async fn a_login_that_is_denied_leads_back_to_the_link() {
    let house = House::new().await;
    let link = house.link(&[]).await;
    let mut lukasz = Person::new();
    let location = lukasz.begin(&house.site, &link).await;
    let callback = lukasz.browser.answer_login(&location, "deny", "yes").await;
    let reply = lukasz.get(&house.site, &callback).await;
    assert_refused(&reply, 400, "access_denied");
    assert_shows(&reply, &[&format!("href=\"{}\">Try again", link.path), "<code>access_denied</code>"]);
    assert_eq!((house.uses(&link).await, lukasz.browser.cookies.len()), ((0, 0), 0));
    lukasz.get_in(&house.site, &link, LUKASZ).await;
}

#[tokio::test]
async fn a_link_that_is_taken_back_is_refused_at_every_step() {
    for step in ["before", "between"] {
        let house = House::new().await;
        let mut owner = house.owner(OWNER).await;
        let link = owner.make_link(&house.site, &[]).await;
        let mut lukasz = Person::new();
        let callback = match step {
            "before" => None,
            _ => Some(lukasz.callback(&house.site, &link, LUKASZ).await),
        };
        redirect(&owner.post(&house.site, &format!("{}/revoke", link.page()), &[]).await);
        let tokens = house.provider.requests().token;
        let replies = match callback {
            None => [lukasz.get(&house.site, &link.path).await, lukasz.get(&house.site, &link.login()).await],
            Some(callback) => [lukasz.get(&house.site, &callback).await, lukasz.get(&house.site, &link.login()).await],
        };
        for reply in replies {
            assert_refused(&reply, 410, "share_link_revoked");
        }
        assert_eq!(house.uses(&link).await, (0, 0));
        // The provider was not asked for tokens that nobody gets.
        assert_eq!(house.provider.requests().token, tokens);
        assert_eq!(house.stored(&link).await.revoked_at, Some(UnixTime::from_secs(crate::world::NOW)));
    }
}

#[tokio::test]
async fn a_session_of_an_owner_is_no_login_of_a_recipient() {
    let house = House::new().await;
    let link = link_for(&house, "lukasz@example.com").await;
    // Whoever is logged in here as an owner still goes to the provider, and is judged by what it says.
    let mut person = house.owner(OWNER).await;
    let reply = person.redeem(&house.site, &link, MALLORY).await;
    assert_refused(&reply, 403, "share_not_for_you");
    let done = person.get_in(&house.site, &link, LUKASZ).await;
    assert_shows(&person.get(&house.site, &done).await, &[LUKASZ]);
    assert_shows(&person.get(&house.site, "/links").await, &[OWNER]);
}
