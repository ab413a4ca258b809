//! What people see: pages that work without script, and say nothing that is not theirs to know.

use axum::body::Body;
use axum::http::Request;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

use crate::browser::Browser;
use crate::world::{Reply, Service, World, error_body, link};

const FIREFOX: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

async fn get(service: &Service, path_and_query: &str, accept: &str) -> Reply {
    service.send(Request::get(path_and_query).header("accept", accept).body(Body::empty()).unwrap()).await
}

/// The page without the inside of its style element; checks that the policy allows exactly that element.
#[track_caller]
fn page(reply: &Reply) -> String {
    let (head, rest) = reply.body.split_once("<style>").unwrap();
    let (style, tail) = rest.split_once("</style>").unwrap();
    let hash = STANDARD.encode(Sha256::digest(style));
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
    );
    // Behind it come the provider's origins, see `headers.rs`.
    let sent = reply.header("content-security-policy");
    assert!(sent.strip_prefix(&policy).is_some_and(|rest| rest.is_empty() || rest.starts_with(' ')), "{sent}");
    assert_eq!(reply.header("content-type"), "text/html; charset=utf-8");
    for (name, value) in [
        ("cache-control", "no-store"),
        ("referrer-policy", "no-referrer"),
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
    ] {
        assert_eq!(reply.header(name), value);
    }
    format!("{head}<style></style>{tail}")
}

fn expected_page(title: &str, content: &str) -> String {
    format!(
        "<!DOCTYPE html>\n\
         <html lang=\"en\">\n\
         <head>\n\
         <meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <title>{title}</title>\n\
         <style></style>\n\
         </head>\n\
         <body>\n\n\
         <main>\n\n\
         {content}\n\n\
         </main>\n\
         </body>\n\
         </html>"
    )
}

#[tokio::test]
async fn the_page_at_the_root_lists_nothing() {
    let world = World::new().await;
    let reply = get(&world.service, "/", FIREFOX).await;
    assert_eq!(reply.status, 200);
    assert_eq!(
        page(&reply),
        expected_page(
            "Shared clusters",
            "<h1>Shared clusters</h1>\n\
             <p>Somebody can share a Kubernetes cluster with you by a link. Open that link: you log in at your \
             company's identity\nprovider, and get a kubeconfig.</p>\n\
             <p class=\"muted\">There is no list here. Without a link, ask whoever owns the cluster for one.</p>"
        )
    );
}

#[tokio::test]
async fn errors_are_pages_for_browsers_and_json_for_programs() {
    let world = World::new().await;
    world.provider.set_fault(kkp_oidc_http::dev_provider::Fault::TokenInvalidGrant);
    let text = |name: &str| {
        format!(
            "The identity provider does not accept the login{name}s code (invalid_grant). Open the share link again."
        )
    };
    let page_of_error = expected_page(
        "No kubeconfig this time",
        &format!(
            "<h1>No kubeconfig this time</h1>\n<p>{}</p>\n\
             <p class=\"muted\">Code for support: <code>code_refused</code> (400)</p>",
            text("&#39;")
        ),
    );
    for (accept, is_page) in [(FIREFOX, true), ("text/html", true), ("*/*", false), ("application/json", false)] {
        let mut browser = Browser::new();
        let location = browser.open(&world.service, &link()).await;
        let callback = browser.log_in(&location, "lukasz@example.com").await;
        let mut request = browser.request(&callback);
        request.headers_mut().insert("accept", accept.parse().unwrap());
        let reply = world.service.send(request).await;
        assert_eq!(reply.status, 400);
        if is_page {
            assert_eq!(page(&reply), page_of_error, "{accept}");
        } else {
            assert_eq!(reply.body, error_body(400, "code_refused", &text("'")), "{accept}");
            assert_eq!(reply.header("content-type"), "application/json");
        }
    }
}

#[tokio::test]
async fn headings_go_by_who_can_help() {
    let world = World::new().await;
    world.provider.set_fault(kkp_oidc_http::dev_provider::Fault::DiscoveryGarbage);
    for (query, status, heading) in [
        ("cluster_id=%3Cscript%3E&project_id=lab&user_id=root", 404, "Not found"),
        ("cluster_id=lab7x9k2mp&project_id=lab&user_id=root", 502, "That did not work"),
        ("", 400, "No kubeconfig this time"),
    ] {
        let reply = get(&world.service, &format!("/api/v1/kubeconfig?{query}"), FIREFOX).await;
        let (_, rest) = reply.body.split_once("<h1>").unwrap();
        assert_eq!((reply.status, rest.split_once("</h1>").unwrap().0), (status, heading));
        assert!(!page(&reply).contains("script"));
    }
}

#[tokio::test]
async fn paths_that_do_not_exist_say_so() {
    let world = World::new().await;
    for path in ["/api/v1/kubeconfig/", "/api/v2/kubeconfig/secret", "/api", "/favicon.ico", "//"] {
        assert_eq!(get(&world.service, path, FIREFOX).await.answer(), (404, ""), "{path}");
    }
}
