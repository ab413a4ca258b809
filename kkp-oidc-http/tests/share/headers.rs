//! What every answer tells browsers, and what is refused because of what browsers tell.

use axum::body::Body;
use axum::http::Request;
use kkp_oidc_core::issuer::CookieSecurity;

use crate::browser::Browser;
use crate::world::{Reply, SECURE_REDIRECT_URI, World, assert_error, link};

fn form_action(reply: &Reply) -> &str {
    reply.header("content-security-policy").split_once("form-action ").unwrap().1
}

#[tokio::test]
async fn forms_lead_to_this_service_alone() {
    let world = World::new().await;
    Browser::new().open(&world.service, &link()).await;
    for path in ["/", "/healthz", "/nothing", "/api/v1/kubeconfig"] {
        assert_eq!(form_action(&world.service.get(path).await), "'self'", "{path}");
    }
}

#[tokio::test]
async fn browsers_remember_https_where_the_redirect_uri_has_it() {
    let world = World::new().await;
    assert_eq!(world.service.get("/").await.all("strict-transport-security"), [""; 0]);
    let world = World::with(|setup| {
        setup.issuer.redirect_uri = SECURE_REDIRECT_URI.to_owned();
        setup.issuer.cookie_security = CookieSecurity::Secure;
    })
    .await;
    for path in ["/", "/nothing", "/api/v1/kubeconfig"] {
        assert_eq!(world.service.get(path).await.header("strict-transport-security"), "max-age=31536000", "{path}");
    }
}

#[tokio::test]
async fn what_changes_something_is_refused_from_elsewhere_on_every_path() {
    let world = World::new().await;
    let cross_site = (
        403,
        "cross_site",
        "This was sent from another site, or by a browser that does not say from where. Open the page here and try again.",
    );
    for path in ["/", "/api/v1/kubeconfig", "/nothing", "/api/v2/featuregates"] {
        let post = |name: &str, value: &str| {
            Request::post(path).header("cookie", "a=b").header(name, value).body(Body::empty()).unwrap()
        };
        for (name, value) in
            [("sec-fetch-site", "cross-site"), ("origin", "https://evil.example"), ("origin", "null"), ("x", "y")]
        {
            assert_error(&world.service.send(post(name, value)).await, cross_site);
        }
        // The origin of the redirect URI; that there is no such form comes after.
        for (name, value) in [("sec-fetch-site", "same-origin"), ("origin", "http://127.0.0.1:8080")] {
            let status = world.service.send(post(name, value)).await.status;
            assert_eq!(status, if path == "/nothing" { 404 } else { 405 }, "{path} {name}");
        }
    }
}
