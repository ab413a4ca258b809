//! What a link says before the login.

use crate::house::{House, LUKASZ, OWNER};
use crate::person::{Person, assert_hides, assert_page, assert_refused, assert_shows, redirect};
use crate::world::CLIENT_SECRET;

#[tokio::test]
async fn the_page_says_who_shares_what_until_when_and_not_with_whom() {
    let house = House::new().await;
    let note = "<script>alert(\"a\")</script> & 'so'";
    let people = "lukasz@example.com, @hidden.example, group:secret-group";
    let fields = [("who", "only"), ("people", people), ("note", note), ("uses", "some"), ("uses_count", "7")];
    let link = house.link(&fields).await;
    let mut anybody = Person::new();
    let page = anybody.get(&house.site, &link.path).await;
    assert_page(&page, 200);
    assert_shows(&page, &["<h1>Access to the lab</h1>", OWNER, "the lab <code>lab7x9k2mp</code>"]);
    assert_shows(&page, &["<time datetime=\"2023-11-14T23:13:20Z\">14 November 2023, 23:13 UTC</time>"]);
    assert_shows(&page, &["&#60;script&#62;alert(&#34;a&#34;)&#60;/script&#62; &#38; &#39;so&#39;"]);
    assert_shows(&page, &[&format!("href=\"{}\"", link.login())]);
    assert_hides(&page, &["<script>", LUKASZ, "hidden.example", "secret-group", "lab.example.com", CLIENT_SECRET]);
    // Looking is free: nothing is counted, and the provider is not bothered.
    assert_eq!((house.uses(&link).await, anybody.browser.cookies), ((0, 0), vec![]));
}

#[tokio::test]
async fn the_button_leads_to_the_provider_and_back_works_again() {
    let house = House::new().await;
    let link = house.link(&[]).await;
    let mut lukasz = Person::new();
    let reply = lukasz.get(&house.site, &link.login()).await;
    let location = redirect(&reply).to_owned();
    assert!(location.starts_with(&format!("{}/auth?", house.provider.issuer())), "{location}");
    assert!(!location.contains(link.token()) && !location.contains("lab7x9k2mp"), "{location}");
    let (_, attributes) = reply.header("set-cookie").split_once("; ").unwrap();
    assert_eq!(attributes, "Path=/; Max-Age=600; HttpOnly; SameSite=Lax");
    // Back, and the button once more.
    assert_page(&lukasz.get(&house.site, &link.path).await, 200);
    let again = lukasz.begin(&house.site, &link).await;
    let callback = lukasz.browser.log_in(&again, LUKASZ).await;
    redirect(&lukasz.get(&house.site, &callback).await);
    // And back after that.
    assert_page(&lukasz.get(&house.site, &link.path).await, 200);
    assert_eq!(house.uses(&link).await, (1, 1));
}

#[tokio::test]
async fn a_link_ends_with_the_second_before_its_end() {
    let house = House::new().await;
    let link = house.link(&[("until", "1h")]).await;
    let mut lukasz = Person::new();
    house.service.clock.advance(3599);
    let callback = lukasz.callback(&house.site, &link, LUKASZ).await;
    Person::new().get_in(&house.site, &link, LUKASZ).await;
    house.service.clock.advance(1);
    let tokens = house.provider.requests().token;
    for reply in [
        lukasz.get(&house.site, &link.path).await,
        lukasz.get(&house.site, &link.login()).await,
        // Whoever was on the way is too late.
        lukasz.get(&house.site, &callback).await,
    ] {
        assert_refused(&reply, 410, "share_link_expired");
    }
    assert_eq!((house.uses(&link).await, house.provider.requests().token), ((1, 1), tokens));
}

#[tokio::test]
async fn the_page_comes_in_german_too_and_as_json_for_programs() {
    let house = House::new().await;
    let link = house.link(&[]).await;
    let get = |accept: &str, language: &str| {
        let request = axum::http::Request::get(&link.path).header("accept", accept).header("accept-language", language);
        house.service.send(request.body(axum::body::Body::empty()).unwrap())
    };
    let page = get("text/html", "de-AT, en;q=0.5").await;
    assert_eq!((page.status, page.header("content-language")), (200, "de"));
    assert!(page.body.contains("<html lang=\"de\">"));
    house.service.clock.advance(3600);
    let refusal = get("*/*", "de").await;
    crate::world::assert_error(
        &refusal,
        (410, "share_link_expired", "This link has ended. Ask whoever sent it for a new one."),
    );
}

#[tokio::test]
async fn nobody_is_led_past_the_page_by_another_site() {
    let house = House::new().await;
    let link = house.link(&[]).await;
    let provider = format!("{}/auth?", house.provider.issuer());
    for (from, begins) in [
        (&["cross-site"][..], false),
        (&["same-site"], false),
        (&["same-origin", "cross-site"], false),
        (&["same-origin"], true),
        // Typed, or from the history.
        (&["none"], true),
        // A browser that does not say, or a program.
        (&[], true),
    ] {
        for query in ["", "?as=someone-else"] {
            let mut request =
                axum::http::Request::get(format!("{}{query}", link.login())).header("accept", "text/html");
            for site in from {
                request = request.header("sec-fetch-site", *site);
            }
            let reply = house.service.send(request.body(axum::body::Body::empty()).unwrap()).await;
            let location = redirect(&reply);
            match begins {
                true => assert!(location.starts_with(&provider), "{from:?} {location}"),
                false => assert_eq!((location, reply.all("set-cookie")), (link.path.as_str(), vec![]), "{from:?}"),
            }
        }
    }
    // What is no link of ours leads nowhere.
    for token in ["x", "..%2F..", "%0D%0Ax:%20y", "%2F%2Fevil.example"] {
        let request = axum::http::Request::get(format!("/share/{token}/login")).header("sec-fetch-site", "cross-site");
        let request = request.header("accept", "text/html").body(axum::body::Body::empty()).unwrap();
        assert_refused(&house.service.send(request).await, 404, "share_link_invalid");
    }
}
