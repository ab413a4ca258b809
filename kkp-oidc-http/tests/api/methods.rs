//! Methods that there are not, and requests that another site had a browser send.

use axum::body::Body;
use axum::http::{HeaderValue, Method, Request, header};
use serde_json::json;

use crate::client::{LAB_LINKS, OWNER, get, json, log_in, make, request, world};
use crate::world::{World, assert_error};

const READ: [&str; 5] = ["session", "clusters", "links", "links/x", "offers/x"];
const CHANGE: [&str; 2] = ["clusters/x/y/links", "links/x/revoke"];

async fn allowed(world: &World, method: &Method, path: &str) -> (u16, String) {
    let request = Request::builder().method(method).uri(format!("/api/share/v1/{path}"));
    let reply = world.service.send(request.body(Body::empty()).unwrap()).await;
    assert_eq!(reply.body, "");
    (reply.status, reply.header("allow").to_owned())
}

#[tokio::test]
async fn each_path_has_one_method_and_names_it() {
    let world = world().await;
    let methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"];
    let paths = READ.map(|path| (path, "GET")).into_iter().chain(CHANGE.map(|path| (path, "POST")));
    for (path, only) in paths {
        for method in methods.into_iter().filter(|method| *method != only) {
            let answer = allowed(&world, &method.parse().unwrap(), path).await;
            assert_eq!(answer, (405, only.to_owned()), "{method} {path}");
        }
    }
}

#[tokio::test]
async fn what_another_site_has_a_browser_send_changes_nothing() {
    let world = world().await;
    let owner = log_in(&world, OWNER).await;
    let link = make(&world, &owner, json!({})).await;
    let before = json(&get(&world, &owner, "/api/share/v1/links").await, 200);
    let refused = (
        403,
        "cross_site",
        "This was sent from another site, or by a browser that does not say from where. Open the page here and try again.",
    );
    let revoke = format!("/api/share/v1/links/{}/revoke", link["id"].as_str().unwrap());
    for path in [LAB_LINKS, &revoke] {
        let mut from_nowhere = request(&owner, path, "{}");
        from_nowhere.headers_mut().remove(header::ORIGIN);
        assert_error(&world.service.send(from_nowhere).await, refused);
        for origin in ["https://evil.example", "null", "http://127.0.0.1:8081", "https://127.0.0.1:8080"] {
            let mut from_elsewhere = request(&owner, path, "{}");
            from_elsewhere.headers_mut().insert(header::ORIGIN, HeaderValue::from_static(origin));
            assert_error(&world.service.send(from_elsewhere).await, refused);
        }
        let mut fetched = request(&owner, path, "{}");
        fetched.headers_mut().insert("sec-fetch-site", HeaderValue::from_static("cross-site"));
        assert_error(&world.service.send(fetched).await, refused);
    }
    assert_eq!(json(&get(&world, &owner, "/api/share/v1/links").await, 200), before);
}
