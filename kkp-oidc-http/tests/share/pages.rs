//! What people see: pages that work without script, and say nothing that is not theirs to know.

use axum::body::Body;
use axum::http::Request;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

use crate::browser::Browser;
use crate::world::{Reply, Service, World, error_body, link, send};

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
        "default-src 'none'; style-src 'sha256-{hash}'; script-src 'self'; img-src 'self'; base-uri 'none'; \
         frame-ancestors 'none'; form-action 'self'"
    );
    assert_eq!(reply.header("content-security-policy"), policy);
    assert_eq!(reply.header("content-type"), "text/html; charset=utf-8");
    for (name, value) in [
        ("cache-control", "no-store"),
        ("referrer-policy", "no-referrer"),
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        ("content-language", "en"),
        ("vary", "Accept, Accept-Language"),
    ] {
        assert_eq!(reply.header(name), value);
    }
    format!("{head}<style></style>{tail}")
}

/// What stands around the content of every page; addresses begin with `base`.
#[track_caller]
fn content(page: &str, base: &str) -> (String, String) {
    let (head, rest) = page.split_once("<main id=\"content\" tabindex=\"-1\">\n\n").unwrap();
    let (content, tail) = rest.split_once("\n\n</main>").unwrap();
    assert_eq!(tail, "\n</body>\n</html>");
    let (start, rest) = head.split_once("<title>").unwrap();
    assert_eq!(
        start,
        "<!DOCTYPE html>\n\
         <html lang=\"en\">\n\
         <head>\n\
         <meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n"
    );
    let (title, rest) = rest.split_once("</title>").unwrap();
    let (_, body) = rest.split_once("</head>").unwrap();
    assert!(body.starts_with("\n<body>\n<a class=\"skip\" href=\"#content\">Skip to content</a>\n"), "{body}");
    let links: Vec<_> = head.split(" href=\"").skip(1).map(|rest| rest.split_once('"').unwrap().0).collect();
    let [icon, skip, home] = links.try_into().unwrap();
    assert_eq!((skip, home), ("#content", format!("{base}/").as_str()));
    assert!(icon.starts_with(&format!("{base}/assets/icon.")), "{icon}");
    (title.to_owned(), content.to_owned())
}

#[tokio::test]
async fn the_page_at_the_root_lists_nothing() {
    let world = World::new().await;
    let reply = get(&world.service, "/", FIREFOX).await;
    assert_eq!(reply.status, 200);
    let (title, content) = content(&page(&reply), "");
    assert_eq!(title, "Share a Kubernetes cluster by a link – Shared clusters");
    assert_eq!(
        content,
        "<h1>Share a Kubernetes cluster by a link</h1>\n\
         <p class=\"lead\">Whoever opens the link logs in with their own account and gets a kubeconfig of their own. \
         No password and no admin file changes hands.</p>\n\
         <div class=\"columns\">\n\
         <section>\n\
         <h2>You have a link</h2>\n\
         <ol class=\"steps\">\n\
         <li>Open it. It says who shares which cluster, and until when.</li>\n\
         <li>Log in at your company’s identity provider.</li>\n\
         <li>Download your kubeconfig and use it with <code>kubectl</code>.</li>\n\
         </ol>\n\
         <p class=\"muted\">No link? Ask whoever owns the cluster for one.</p>\n\
         </section>\n\
         </div>"
    );
}

#[tokio::test]
async fn pages_are_in_the_language_that_is_asked_for() {
    let world = World::new().await;
    let request = Request::get("/").header("accept-language", "de-AT,de;q=0.9,en;q=0.5").body(Body::empty()).unwrap();
    let reply = world.service.send(request).await;
    assert_eq!(reply.header("content-language"), "de");
    assert!(reply.body.contains("<html lang=\"de\">"));
    assert!(reply.body.contains("<h1>Einen Kubernetes-Cluster per Link teilen</h1>"));
}

#[tokio::test]
async fn script_and_icon_are_served_beside_the_pages() {
    let world = World::new().await;
    let landing = get(&world.service, "/", FIREFOX).await;
    let (_, rest) = landing.body.split_once("href=\"/assets/").unwrap();
    let icon = format!("/assets/{}", rest.split_once('"').unwrap().0);
    let reply = get(&world.service, &icon, "image/*").await;
    assert_eq!((reply.status, reply.header("content-type")), (200, "image/svg+xml"));
    assert_eq!(reply.header("cache-control"), "public, max-age=31536000, immutable");
    assert_eq!(reply.header("x-content-type-options"), "nosniff");
    assert_eq!(get(&world.service, "/assets/icon.svg", "image/*").await.answer(), (404, ""));
}

#[tokio::test]
async fn errors_are_pages_for_browsers_and_json_for_programs() {
    let world = World::new().await;
    world.provider.set_fault(kkp_oidc_http::dev_provider::Fault::TokenInvalidGrant);
    let text = "The identity provider does not accept the login's code (invalid_grant). Open the share link again.";
    let content_of_page = "<h1>The login cannot be completed</h1>\n\
         <p class=\"lead\">The identity provider does not accept the code of this login.</p>\n\
         <p>The identity provider says: <code>invalid_grant</code></p>\n\
         <section class=\"card\">\n\
         <p class=\"turn\">It is your turn</p>\n\
         <p>Open the share link again.</p>\n\
         </section>\n\
         <p class=\"muted\">Code for support: <code>code_refused</code> (400)</p>";
    for (accept, is_page) in [(FIREFOX, true), ("text/html", true), ("*/*", false), ("application/json", false)] {
        let mut browser = Browser::new();
        let location = browser.open(&world.service, &link()).await;
        let callback = browser.log_in(&location, "lukasz@example.com").await;
        let mut request = browser.request(&callback);
        request.headers_mut().insert("accept", accept.parse().unwrap());
        let reply = world.service.send(request).await;
        assert_eq!(reply.status, 400);
        if is_page {
            let (title, content) = content(&page(&reply), "../..");
            assert_eq!(title, "The login cannot be completed – Shared clusters");
            assert_eq!(content, content_of_page, "{accept}");
        } else {
            assert_eq!(reply.body, error_body(400, "code_refused", text), "{accept}");
            assert_eq!(reply.header("content-type"), "application/json");
        }
    }
}

#[tokio::test]
async fn pages_say_what_happened_and_whose_turn_it_is() {
    let world = World::new().await;
    world.provider.set_fault(kkp_oidc_http::dev_provider::Fault::DiscoveryGarbage);
    for (query, status, heading, turn) in [
        (
            "cluster_id=%3Cscript%3E&project_id=lab&user_id=root",
            404,
            "The link leads nowhere",
            "It is up to the person who sent you the link",
        ),
        (
            "cluster_id=lab7x9k2mp&project_id=lab&user_id=root",
            502,
            "The identity provider’s answer cannot be used",
            "It is up to the people who run this service",
        ),
        ("", 400, "The link is not whole", "It is your turn"),
    ] {
        let reply = get(&world.service, &format!("/api/v1/kubeconfig?{query}"), FIREFOX).await;
        let between = |start: &str, end| reply.body.split_once(start).unwrap().1.split_once(end).unwrap().0;
        assert_eq!(
            (reply.status, between("<h1>", "</h1>"), between("<p class=\"turn\">", "</p>")),
            (status, heading, turn)
        );
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

#[tokio::test]
async fn a_service_that_has_nothing_else_says_so_in_words() {
    let world = World::new().await;
    let site = kkp_oidc_http::site(world.service.state.clone());
    for path in ["/api/v1/kubeconfig/", "/no/such/page?code=canary", "//"] {
        let ask = |accept: &'static str| Request::get(path).header("accept", accept).body(Body::empty()).unwrap();
        let reply = send(&site, ask(FIREFOX)).await;
        assert_eq!((reply.status, reply.header("content-type")), (404, "text/html; charset=utf-8"), "{path}");
        assert_eq!(reply.header("cache-control"), "no-store");
        assert!(reply.body.contains("<h1>There is no such page</h1>") && !reply.body.contains("canary"), "{path}");
        let reply = send(&site, ask("application/json")).await;
        assert_eq!((reply.status, reply.body), (404, error_body(404, "not_found", "There is no such page.")), "{path}");
    }
    // What there is, is as before.
    let ready = Request::get("/healthz").body(Body::empty()).unwrap();
    assert_eq!(send(&site, ready).await.answer(), (200, "ok\n"));
}
