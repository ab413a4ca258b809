//! Addresses that nobody was meant to ask for: other methods, other sites, other paths.

use axum::body::Body;
use axum::http::{Method, Request};

use crate::house::{DIALOG, House, OWNER};
use crate::person::{Person, assert_every_answers_headers, assert_page, redirect};

/// Parameters that would like to lead elsewhere.
const ODD: [&str; 14] = [
    "//evil.example",
    "https://evil.example/",
    "https:evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "%2F%2Fevil.example",
    "links\r\nLocation: https://evil.example",
    "links\r\nSet-Cookie: a=b",
    "../../evil",
    "..",
    "@evil.example",
    "\u{2028}//evil.example",
];

#[tokio::test]
async fn no_parameter_of_the_login_leads_to_another_site() {
    let house = House::new().await;
    let mut owner = house.owner(OWNER).await;
    for odd in ODD {
        let encoded: String = url::form_urlencoded::byte_serialize(odd.as_bytes()).collect();
        for query in [
            format!("to={encoded}"),
            format!("link={encoded}"),
            format!("project={encoded}&cluster={encoded}"),
            format!("project=lab&cluster={encoded}"),
            encoded.clone(),
            format!("return_to={encoded}&redirect_uri={encoded}&next={encoded}"),
        ] {
            // Logged in: at once. Otherwise after the login, over the provider.
            let reply = owner.get(&house.site, &format!("/login?{query}")).await;
            assert_eq!((redirect(&reply), reply.all("set-cookie")), ("/clusters", vec![]), "{query}");
        }
        let mut newcomer = Person::new();
        let reply = newcomer.log_in(&house.site, &format!("/login?to={encoded}&link={encoded}"), OWNER).await;
        assert_eq!(redirect(&reply), "/clusters", "{odd}");
    }
    // Ids that could be some lead to our own pages only.
    for (query, page) in [
        ("project=evil.example&cluster=x", "/clusters/evil.example/x/share"),
        ("link=AAAAAAAAAAAAAAAAAAAAAA", "/links/AAAAAAAAAAAAAAAAAAAAAA"),
        ("to=links&to=//evil.example", "/links"),
    ] {
        assert_eq!(redirect(&owner.get(&house.site, &format!("/login?{query}")).await), page);
    }
    let too_long = owner.get(&house.site, &format!("/login?to={}", "a".repeat(60_000))).await;
    crate::person::assert_refused(&too_long, 400, "request_too_long");
}

#[tokio::test]
async fn the_host_header_forms_no_address() {
    let house = House::new().await;
    let mut owner = house.owner(OWNER).await;
    let link = owner.make_link(&house.site, &[]).await;
    for path in ["/links", &link.page(), DIALOG, &link.path, "/logged-out", "/clusters"] {
        let mut request = owner.browser.request(path);
        for (name, value) in [
            ("accept", "text/html"),
            ("host", "evil.example"),
            ("x-forwarded-host", "evil.example"),
            ("forwarded", "host=evil.example;proto=https"),
        ] {
            request.headers_mut().insert(name, value.parse().unwrap());
        }
        let page = house.service.send(request).await;
        assert_page(&page, 200);
        assert!(!page.body.contains("evil.example"), "{path}");
    }
}

/// HEAD is not answered: at some addresses it would begin or end a login, and whoever asks is told what is.
#[tokio::test]
async fn other_methods_are_refused_and_change_nothing() {
    let house = House::new().await;
    let mut owner = house.owner(OWNER).await;
    let link = owner.make_link(&house.site, &[]).await;
    let revoke = format!("{}/revoke", link.page());
    let page = link.page();
    let odd = Method::from_bytes(b"BREW").unwrap();
    for (path, allowed) in [
        ("/login", "GET"),
        ("/logout", "POST"),
        ("/logged-out", "GET"),
        ("/clusters", "GET"),
        (DIALOG, "GET, POST"),
        ("/links", "GET"),
        (&page, "GET"),
        (&revoke, "POST"),
        (&link.path, "GET"),
        (&link.login(), "GET"),
        ("/share/done/AAAAAAAAAAAAAAAAAAAAAA", "GET"),
        ("/share/download/AAAAAAAAAAAAAAAAAAAAAA", "GET"),
    ] {
        let methods = [Method::GET, Method::POST, Method::HEAD, Method::PUT, Method::PATCH, Method::DELETE];
        for method in methods.into_iter().chain([Method::OPTIONS, Method::TRACE, odd.clone()]) {
            if allowed.split(", ").any(|allowed| allowed == method.as_str()) {
                continue;
            }
            let mut request = Request::builder().method(&method).uri(path).body(Body::empty()).unwrap();
            *request.headers_mut() = owner.browser.request(path).headers().clone();
            request.headers_mut().insert("sec-fetch-site", "same-origin".parse().unwrap());
            let reply = house.service.send(request).await;
            assert_eq!(
                (reply.status, reply.body.as_str(), reply.header("allow")),
                (405, "", allowed),
                "{method} {path}"
            );
            assert_every_answers_headers(&reply, &["allow", "content-length"]);
        }
    }
    assert_page(&owner.get(&house.site, "/links").await, 200);
    let stored = house.stored(&link).await;
    assert_eq!((stored.revoked_at, house.uses(&link).await), (None, (0, 0)));
}

#[tokio::test]
async fn without_share_links_there_are_no_such_pages() {
    let world = crate::world::World::new().await;
    let site = crate::house::Site::of(vec![world.service.router.clone()]);
    for path in [
        "/login",
        "/logged-out",
        "/clusters",
        DIALOG,
        "/clusters/-/-/share",
        "/links",
        "/links/x",
        "/share/x",
        "/share/x/login",
        "/share/done/x",
        "/share/download/x",
    ] {
        crate::person::assert_refused(&Person::new().get(&site, path).await, 404, "not_found");
    }
    for path in ["/logout", DIALOG, "/links/x/revoke"] {
        let reply = Person::new().post(&site, path, &[]).await;
        crate::person::assert_refused(&reply, 404, "not_found");
    }
}
