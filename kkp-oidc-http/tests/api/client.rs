//! A program that asks the API, with the cookie of a browser in which somebody logged in.

use std::sync::Arc;

use axum::body::Body;
use axum::http::{HeaderValue, Request, header};
use kkp_oidc_http::{SharingConfig, SqliteStore};
use serde_json::Value;

use crate::browser::Browser;
use crate::world::{Reply, Setup, World, link_to};

pub(crate) const ORIGIN: &str = "http://127.0.0.1:8080";
pub(crate) const OWNER: &str = "owner@example.com";
/// The least that a form says.
pub(crate) const ANYONE: &str = r#"{"audience":"anyone"}"#;
pub(crate) const LAB_LINKS: &str = "/api/share/v1/clusters/lab/lab7x9k2mp/links";
pub(crate) const NOT_LOGGED_IN: (u16, &str, &str) =
    (401, "session_ended", "You are not logged in, or no longer. Log in again.");
pub(crate) const NO_LINK: (u16, &str, &str) = (404, "not_found", "There is no such link, or it is somebody else's.");
pub(crate) const NO_CLUSTER: (u16, &str, &str) =
    (404, "share_not_allowed", "There is no such cluster, or you may not share it.");

/// An installation with share links.
pub(crate) async fn world() -> World {
    World::with(with_sharing).await
}

pub(crate) fn with_sharing(setup: &mut Setup) {
    let store = SqliteStore::in_memory().unwrap();
    setup.configure = Box::new(|config| config.sharing = Some(SharingConfig::new(Arc::new(store))));
}

/// Log in; the browser that did.
pub(crate) async fn log_in(world: &World, email: &str) -> Browser {
    let mut browser = Browser::new();
    let location = browser.open(&world.service, "/login").await;
    let callback = browser.log_in(&location, email).await;
    let reply = browser.get(&world.service, &callback).await;
    assert_eq!((reply.status, reply.header("location")), (303, "/clusters"));
    browser
}

/// What the API has for a program with the browser's cookies.
pub(crate) async fn get(world: &World, browser: &Browser, path: &str) -> Reply {
    world.service.send(browser.request(path)).await
}

/// A POST of JSON, as a program has to send it.
pub(crate) fn request(browser: &Browser, path: &str, body: impl Into<Body>) -> Request<Body> {
    let mut request = browser.request(path).map(|_| body.into());
    *request.method_mut() = axum::http::Method::POST;
    request.headers_mut().insert(header::ORIGIN, HeaderValue::from_static(ORIGIN));
    request.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    request
}

pub(crate) async fn post(world: &World, browser: &Browser, path: &str, body: impl Into<Body>) -> Reply {
    world.service.send(request(browser, path, body)).await
}

/// Make a link, for anyone unless the form says otherwise; what the API says of it.
pub(crate) async fn make(world: &World, browser: &Browser, mut form: Value) -> Value {
    if ["audience", "people", "emails", "domains", "groups"].iter().all(|field| form.get(field).is_none()) {
        form["audience"] = "anyone".into();
    }
    let reply = post(world, browser, LAB_LINKS, form.to_string()).await;
    json(&reply, 201)
}

/// The value of an answer that is JSON and has this status.
#[track_caller]
pub(crate) fn json(reply: &Reply, status: u16) -> Value {
    assert_eq!(reply.status, status, "{reply:?}");
    assert_eq!(reply.header("content-type"), "application/json");
    assert_eq!(reply.header("cache-control"), "no-store");
    serde_json::from_str(&reply.body).unwrap()
}

/// The path of an address of ours.
#[track_caller]
pub(crate) fn path_of(url: &Value) -> &str {
    url.as_str().unwrap().strip_prefix(ORIGIN).unwrap()
}

/// Use the link as `email`.
pub(crate) async fn redeem(world: &World, link: &Value, email: &str) -> Reply {
    let mut browser = Browser::new();
    let location = browser.open(&world.service, &format!("{}/login", path_of(&link["url"]))).await;
    let callback = browser.log_in(&location, email).await;
    browser.get(&world.service, &callback).await
}

/// That no session is mixed up with KKP's links, which need none.
pub(crate) async fn redeem_kkp_link(world: &World, browser: &Browser) -> Reply {
    browser.clone().share(&world.service, &link_to("lab7x9k2mp"), OWNER).await
}
