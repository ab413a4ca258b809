//! How long owners stay logged in, and which cookies are good.

use kkp_oidc_core::cookie_key::{CookieKey, KeyRing};
use kkp_oidc_core::issuer::CookieSecurity;

use crate::house::{DIALOG, House, LUKASZ, OWNER, VIEWER};
use crate::person::{Person, assert_page, assert_refused, assert_shows, redirect};
use crate::world::{COOKIE_KEY, SECURE_REDIRECT_URI};

const IDLE: i64 = 1800;
const OLDEST: i64 = 28_800;
pub(crate) const FRESH_KEY: &str = "q9Zc4mVx2LrT7wYb1NdK8sHfGj5Ue3Po";

async fn is_in(house: &House, person: &mut Person) -> bool {
    let reply = person.get(&house.site, "/links").await;
    match reply.status {
        200 => true,
        _ => {
            assert_eq!(redirect(&reply), "/login?to=links");
            // What changes something is not done again without being asked.
            assert_refused(&person.post(&house.site, DIALOG, &[("who", "anyone")]).await, 401, "session_ended");
            false
        }
    }
}

#[tokio::test]
async fn a_session_that_is_not_used_ends_after_half_an_hour() {
    for (secs, expected) in [(IDLE, true), (IDLE + 1, false)] {
        let house = House::new().await;
        let mut owner = house.owner(OWNER).await;
        house.service.clock.advance(secs);
        assert_eq!(is_in(&house, &mut owner).await, expected, "{secs}");
        // It does not come back if the clock is set back.
        house.service.clock.advance(-secs);
        assert_eq!(is_in(&house, &mut owner).await, expected, "{secs}");
    }
}

#[tokio::test]
async fn a_session_that_is_used_lives_on_for_a_working_day() {
    for (last, expected) in [(OLDEST, true), (OLDEST + 1, false)] {
        let house = House::new().await;
        let mut owner = house.owner(OWNER).await;
        let mut age = 0;
        for _ in 0..OLDEST / IDLE - 1 {
            age += IDLE;
            house.service.clock.advance(IDLE);
            assert!(is_in(&house, &mut owner).await, "{age}");
        }
        house.service.clock.advance(last - age - 1000);
        assert!(is_in(&house, &mut owner).await);
        house.service.clock.advance(1000);
        assert_eq!(is_in(&house, &mut owner).await, expected, "{last}");
    }
}

#[tokio::test]
async fn two_browsers_have_two_sessions() {
    let house = House::new().await;
    let (mut one, mut two) = (house.owner(OWNER).await, house.owner(OWNER).await);
    assert_ne!(one.cookie("kkp-session"), two.cookie("kkp-session"));
    redirect(&one.post(&house.site, "/logout", &[]).await);
    assert_eq!((is_in(&house, &mut one).await, is_in(&house, &mut two).await), (false, true));
}

#[tokio::test]
async fn a_cookie_from_before_a_login_is_worth_nothing_after_it() {
    let house = House::new().await;
    // Somebody plants a cookie that was never given out, and one of their own session, just before the login.
    for planted in ["made-up".to_owned(), house.owner(VIEWER).await.cookie("kkp-session").unwrap().to_owned()] {
        let mut victim = Person::new();
        let begun = victim.get(&house.site, "/login").await;
        let callback = victim.browser.log_in(redirect(&begun), OWNER).await;
        victim.browser.cookies.push(("kkp-session".to_owned(), planted.clone()));
        redirect(&victim.get(&house.site, &callback).await);
        assert_ne!(victim.cookie("kkp-session"), Some(planted.as_str()));
        assert_shows(&victim.get(&house.site, "/links").await, &[OWNER]);
        let mut attacker = Person::new();
        attacker.browser.cookies.push(("kkp-session".to_owned(), planted));
        assert!(!is_in(&house, &mut attacker).await);
    }
}

#[tokio::test]
async fn a_session_cookie_is_good_as_it_is_and_no_other_way() {
    let house = House::new().await;
    let owner = house.owner(OWNER).await;
    let cookie = owner.cookie("kkp-session").unwrap().to_owned();
    let (last, front) = (cookie.chars().last().unwrap(), &cookie[..cookie.len() - 1]);
    let handover = {
        let link = house.link(&[]).await;
        let mut lukasz = Person::new();
        lukasz.get_in(&house.site, &link, LUKASZ).await;
        lukasz.cookie("kkp-handover-").unwrap().to_owned()
    };
    let changed = format!("{front}{}", if last == 'A' { 'B' } else { 'A' });
    for value in [front, &changed, &format!("{cookie}A"), "", "\"", &handover] {
        let mut other = Person::new();
        other.browser.cookies.push(("kkp-session".to_owned(), value.to_owned()));
        assert!(!is_in(&house, &mut other).await, "{value}");
    }
    let mut renamed = Person::new();
    renamed.browser.cookies.push(("__Host-kkp-session".to_owned(), cookie));
    assert!(!is_in(&house, &mut renamed).await);
}

#[tokio::test]
async fn on_https_the_session_is_bound_to_the_host() {
    let house = House::with(|setup, _| {
        setup.issuer.cookie_security = CookieSecurity::Secure;
        setup.issuer.redirect_uri = SECURE_REDIRECT_URI.to_owned();
    })
    .await;
    let mut owner = Person::new();
    let location = owner.browser.open(&house.service, "/login").await;
    let callback = owner.browser.log_in(&location, OWNER).await;
    let reply = owner.browser.get(&house.service, &callback).await;
    let (session, attributes) = reply.all("set-cookie")[0].split_once("; ").unwrap();
    assert!(session.starts_with("__Host-kkp-session="), "{session}");
    assert_eq!(attributes, "Path=/; Max-Age=28800; HttpOnly; Secure; SameSite=Lax");
    assert_eq!(reply.header("strict-transport-security"), "max-age=31536000");
}

#[tokio::test]
async fn keys_change_without_ending_sessions_or_links_until_the_old_one_goes() {
    let house = House::new().await;
    let [old, fresh]: [CookieKey; 2] = [COOKIE_KEY, FRESH_KEY].map(|key| key.parse().unwrap());
    let mut owner = house.owner(OWNER).await;
    let link = owner.make_link(&house.site, &[]).await;
    let mut lukasz = Person::new();
    let done = lukasz.get_in(&house.site, &link, LUKASZ).await;
    let mut under_way = Person::new();
    let callback = under_way.callback(&house.site, &link, LUKASZ).await;

    house.service.state.replace_cookie_keys(&KeyRing::new(fresh.clone(), vec![old]).unwrap());
    assert!(is_in(&house, &mut owner).await);
    assert_page(&lukasz.get(&house.site, &done).await, 200);
    redirect(&under_way.get(&house.site, &callback).await);
    Person::new().get_in(&house.site, &link, LUKASZ).await;
    // The owner's page shows the same link under the new key.
    let page = owner.get(&house.site, &link.page()).await;
    let (_, url) = page.body.split_once("/share/").unwrap();
    let renewed = format!("/share/{}", &url[..51]);
    assert_ne!(renewed, link.path);
    let mut newcomer = house.owner(OWNER).await;

    house.service.state.replace_cookie_keys(&fresh.into());
    assert!(!is_in(&house, &mut owner).await);
    assert!(is_in(&house, &mut newcomer).await);
    assert_refused(&Person::new().get(&house.site, &link.path).await, 404, "share_link_invalid");
    assert_page(&Person::new().get(&house.site, &renewed).await, 200);
    assert_refused(&lukasz.get(&house.site, &done).await, 404, "kubeconfig_gone");
}
