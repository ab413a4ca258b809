//! The router below a path of another one: whatever it points at is below that path as well.

use std::collections::BTreeSet;
use std::net::SocketAddr;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{HeaderValue, Method, Request, header};
use axum::routing::get;
use url::{Url, form_urlencoded};

use crate::browser::{Browser, parameter};
use crate::client::{ORIGIN, OWNER, with_sharing};
use crate::world::{Reply, World, link};

const BASE: &str = "/kkp";

/// A service with a route of its own, and ours below [`BASE`]; somebody's browser in front of it.
struct Nested {
    world: World,
    browser: Browser,
    /// Paths that pages pointed at.
    seen: BTreeSet<String>,
}

impl Nested {
    async fn new() -> Self {
        let mut world = World::with(|setup| {
            with_sharing(setup);
            let redirect_uri = format!("{ORIGIN}{BASE}/api/v1/kubeconfig");
            setup.provider.clients[0].redirect_uris = vec![redirect_uri.clone()];
            setup.issuer.redirect_uri = redirect_uri;
        })
        .await;
        let own = Router::new().route("/", get(async || "somebody else's"));
        world.service.router = own.nest_service(BASE, world.service.router);
        Self { world, browser: Browser::new(), seen: BTreeSet::new() }
    }

    /// Another browser at the same service.
    fn change_browser(&mut self) {
        self.browser = Browser::new();
    }

    async fn send(&mut self, mut request: Request<Body>) -> Reply {
        request.headers_mut().insert(header::ACCEPT, HeaderValue::from_static("text/html"));
        let at = Url::parse(ORIGIN).unwrap().join(request.uri().path()).unwrap();
        let reply = self.world.service.send(request).await;
        self.browser.keep_cookies(&reply);
        self.look_at(&at, &reply);
        reply
    }

    async fn get(&mut self, path: &str) -> Reply {
        let request = self.browser.request(path);
        self.send(request).await
    }

    fn form(&self, path: &str, fields: &[(&str, &str)]) -> Request<Body> {
        let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let mut request = self.browser.request(path).map(|_| form.into());
        *request.method_mut() = Method::POST;
        request.headers_mut().insert("sec-fetch-site", HeaderValue::from_static("same-origin"));
        request
    }

    async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Reply {
        let request = self.form(path, fields);
        self.send(request).await
    }

    /// Note what the answer points at, which is all below the base, but for the provider's login page.
    #[track_caller]
    fn look_at(&mut self, at: &Url, reply: &Reply) {
        let mut targets = reply.all("location");
        for attribute in [" href=\"", " action=\"", " src=\""] {
            targets.extend(reply.body.split(attribute).skip(1).map(|rest| rest.split('"').next().unwrap()));
        }
        for target in targets {
            let target = at.join(target).unwrap();
            if target.as_str().starts_with(self.world.provider.issuer()) {
                continue;
            }
            assert_eq!(target.origin(), at.origin(), "{target} at {at}");
            let below = target.path().strip_prefix(BASE).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
            assert!(below, "{target} at {at}");
            self.seen.insert(target.path().to_owned());
        }
    }

    /// Log in at the provider, where `path` leads; where the service then sends the browser.
    async fn log_in(&mut self, path: &str, email: &str) -> String {
        let begun = self.get(path).await;
        let location = begun.header("location").to_owned();
        assert_eq!(parameter(&location, "redirect_uri"), format!("{ORIGIN}{BASE}/api/v1/kubeconfig"));
        let callback = self.browser.log_in(&location, email).await;
        let reply = self.get(&format!("{BASE}{callback}")).await;
        assert_eq!(reply.status, 303, "{reply:?}");
        reply.header("location").to_owned()
    }
}

#[tokio::test]
async fn from_login_to_download_nothing_leads_out_of_the_path() {
    let mut nested = Nested::new().await;
    for start in ["/kkp", "/kkp/"] {
        assert_eq!(nested.get(start).await.status, 200);
    }
    let elsewhere = nested.get("/kkp/links").await;
    assert_eq!((elsewhere.status, elsewhere.header("location")), (303, "/kkp/login?to=links"));
    let clusters = nested.log_in("/kkp/login", OWNER).await;
    assert_eq!(clusters, "/kkp/clusters");
    assert_eq!(nested.get(&clusters).await.status, 200);
    let dialog = "/kkp/clusters/lab/lab7x9k2mp/share";
    assert_eq!(nested.get(dialog).await.status, 200);
    assert_eq!(nested.post(dialog, &[("until", "never")]).await.status, 422);
    let made = nested.post(dialog, &[("who", "anyone"), ("role", "view")]).await.header("location").to_owned();
    let page = nested.get(&made).await;
    let url = page.body.split(&format!("{ORIGIN}{BASE}/share/")).nth(1).unwrap();
    let token: String =
        url.chars().take_while(|letter| letter.is_ascii_alphanumeric() || "-_".contains(*letter)).collect();
    let share = format!("{BASE}/share/{token}");
    assert_eq!(nested.get("/kkp/links").await.status, 200);

    let mut owner = nested.browser.clone();
    nested.change_browser();
    assert_eq!(nested.get(&share).await.status, 200);
    let done = nested.log_in(&format!("{share}/login"), "lukasz@example.com").await;
    assert_eq!(nested.get(&done).await.status, 200);
    let download = done.replace("/done/", "/download/");
    assert!(nested.seen.contains(&download), "{download} in {:?}", nested.seen);
    let kubeconfig = nested.get(&download).await;
    assert_eq!((kubeconfig.status, kubeconfig.header("content-type")), (200, "application/octet-stream"));

    std::mem::swap(&mut nested.browser, &mut owner);
    let link = made.split('?').next().unwrap();
    let revoked = nested.post(&format!("{link}/revoke"), &[]).await.header("location").to_owned();
    assert_eq!(nested.get(&revoked).await.status, 200);
    let out = nested.post("/kkp/logout", &[]).await.header("location").to_owned();
    assert_eq!(nested.get(&out).await.status, 200);

    // Scripts and icons are there as well.
    let assets: Vec<_> = nested.seen.iter().filter(|path| path.starts_with("/kkp/assets/")).cloned().collect();
    assert_eq!(assets.len(), 2, "{assets:?}");
    for asset in assets {
        assert_eq!(nested.get(&asset).await.status, 200);
    }
    for expected in [dialog, "/kkp/", "/kkp/clusters", "/kkp/links", "/kkp/login", "/kkp/logout", link] {
        assert!(nested.seen.contains(expected), "{expected} in {:?}", nested.seen);
    }
}

#[tokio::test]
async fn refusals_lead_back_below_the_path() {
    let mut nested = Nested::new().await;
    for (path, status) in [
        ("/kkp/api/v1/kubeconfig", 400),
        ("/kkp/api/v1/kubeconfig?state=x&code=y", 400),
        ("/kkp/share/x", 404),
        ("/kkp/share/x/login", 404),
        ("/kkp/share/done/x", 404),
    ] {
        let reply = nested.get(path).await;
        assert_eq!((reply.status, reply.header("content-type")), (status, "text/html; charset=utf-8"), "{path}");
    }
    assert_eq!(nested.post("/kkp/links/x/revoke", &[]).await.status, 404);
    // A cookie that is not there.
    let location = nested.get(&format!("{BASE}{}", link())).await.header("location").to_owned();
    let callback = nested.browser.log_in(&location, OWNER).await;
    nested.change_browser();
    assert_eq!(nested.get(&format!("{BASE}{callback}")).await.status, 400);
}

#[tokio::test]
async fn refusals_before_any_route_lead_back_below_the_path() {
    let mut nested = Nested::new().await;
    for path in ["/kkp/logout", "/kkp/links/x/revoke", "/kkp/clusters/lab/lab7x9k2mp/share", "/kkp/a/b/c/d/e"] {
        let mut request = nested.form(path, &[]);
        request.headers_mut().insert("sec-fetch-site", HeaderValue::from_static("cross-site"));
        let reply = nested.send(request).await;
        assert_eq!((reply.status, reply.header("content-type")), (403, "text/html; charset=utf-8"), "{path}");
    }
    // 120 requests of one client are let through at once.
    let mut statuses = Vec::new();
    for _ in 0..121 {
        let mut request = nested.browser.request("/kkp/clusters");
        request.extensions_mut().insert(ConnectInfo(SocketAddr::from(([192, 0, 2, 1], 40_000))));
        statuses.push(nested.send(request).await.status);
    }
    assert_eq!(statuses.split_last(), Some((&429, &[303; 120][..])));
}
