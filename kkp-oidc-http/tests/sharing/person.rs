//! Somebody with a browser that shows pages and sends forms, as browsers of today do.

use axum::Router;
use axum::body::Body;
use axum::http::{Request, header};
use url::form_urlencoded;

use crate::browser::Browser;
use crate::house::{BASE, DIALOG, Link, Site};
use crate::world::{Reply, send};

#[derive(Clone)]
pub(crate) struct Person {
    pub(crate) browser: Browser,
}

/// Headers of every answer, the policy apart.
pub(crate) const EVERY_ANSWER: [(&str, &str); 7] = [
    ("cache-control", "no-store"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("permissions-policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
    ("referrer-policy", "no-referrer"),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
];

impl Person {
    pub(crate) fn new() -> Self {
        Self { browser: Browser::new() }
    }

    pub(crate) async fn get(&mut self, site: &Site, path: &str) -> Reply {
        self.get_at(site.next(), path).await
    }

    pub(crate) async fn get_at(&mut self, router: &Router, path: &str) -> Reply {
        let mut request = self.browser.request(path);
        request.headers_mut().insert(header::ACCEPT, "text/html".parse().unwrap());
        self.send(router, request).await
    }

    /// Send a form of ours.
    pub(crate) async fn post(&mut self, site: &Site, path: &str, fields: &[(&str, &str)]) -> Reply {
        let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        self.post_body(site, path, form, "same-origin").await
    }

    pub(crate) async fn post_body(&mut self, site: &Site, path: &str, body: impl Into<Body>, from: &str) -> Reply {
        let mut request = Request::post(path).body(body.into()).unwrap();
        *request.headers_mut() = self.browser.request(path).headers().clone();
        for (name, value) in [
            ("accept", "text/html"),
            ("content-type", "application/x-www-form-urlencoded"),
            ("origin", "null"),
            ("sec-fetch-site", from),
        ] {
            request.headers_mut().insert(name, value.parse().unwrap());
        }
        self.send(site.next(), request).await
    }

    async fn send(&mut self, router: &Router, request: Request<Body>) -> Reply {
        let reply = send(router, request).await;
        self.browser.keep_cookies(&reply);
        reply
    }

    /// From a page that needs a login over the provider back to the page; what the callback answered.
    pub(crate) async fn log_in(&mut self, site: &Site, path: &str, email: &str) -> Reply {
        let begun = self.get(site, path).await;
        let callback = self.browser.log_in(redirect(&begun), email).await;
        self.get(site, &callback).await
    }

    /// Share the lab; `who=anyone` unless the form says otherwise.
    pub(crate) async fn make_link(&mut self, site: &Site, fields: &[(&str, &str)]) -> Link {
        let named = |wanted: &str| fields.iter().any(|(name, _)| *name == wanted);
        let mut form = fields.to_vec();
        form.extend(
            [("who", "anyone"), ("until", "1h"), ("uses", "unlimited")].iter().filter(|(name, _)| !named(name)),
        );
        let made = self.post(site, DIALOG, &form).await;
        let page = redirect(&made).to_owned();
        let id = page.strip_prefix("/links/").unwrap().strip_suffix("?made").unwrap().parse().unwrap();
        let page = self.get(site, &page).await;
        let (_, url) = page.body.split_once("id=\"link-url\" class=\"mono\" value=\"").unwrap();
        let path = url.split_once('"').unwrap().0.strip_prefix(BASE).unwrap().to_owned();
        Link { id, path }
    }

    /// Press the button of the link's page; where the provider is.
    pub(crate) async fn begin(&mut self, site: &Site, link: &Link) -> String {
        redirect(&self.get(site, &link.login()).await).to_owned()
    }

    /// The way from the link's page to the callback of the login as `email`.
    pub(crate) async fn callback(&mut self, site: &Site, link: &Link, email: &str) -> String {
        assert_page(&self.get(site, &link.path).await, 200);
        let location = self.begin(site, link).await;
        self.browser.log_in(&location, email).await
    }

    /// The whole way; what the callback answered.
    pub(crate) async fn redeem(&mut self, site: &Site, link: &Link, email: &str) -> Reply {
        let callback = self.callback(site, link, email).await;
        self.get(site, &callback).await
    }

    /// The same up to the success page; its path.
    pub(crate) async fn get_in(&mut self, site: &Site, link: &Link, email: &str) -> String {
        redirect(&self.redeem(site, link, email).await).to_owned()
    }

    /// The values of the cookies that are secrets.
    pub(crate) fn cookie(&self, prefix: &str) -> Option<&str> {
        let mut found = self.browser.cookies.iter().filter(|(name, _)| name.starts_with(prefix));
        found.next().map(|(_, value)| value.as_str())
    }
}

/// Where a redirect goes. It has no body, and the headers of every answer.
#[track_caller]
pub(crate) fn redirect(reply: &Reply) -> &str {
    assert_eq!((reply.status, reply.body.as_str()), (303, ""), "{reply:?}");
    assert_every_answers_headers(reply, &["location", "set-cookie", "content-length"]);
    reply.header("location")
}

/// Headers: those of every answer, a policy without exceptions, and of others only these.
#[track_caller]
pub(crate) fn assert_every_answers_headers(reply: &Reply, others: &[&str]) {
    for (name, value) in EVERY_ANSWER {
        assert_eq!(reply.header(name), value, "{name}");
    }
    let policy = reply.header("content-security-policy");
    let (before, rest) = policy.split_once("style-src 'sha256-").unwrap();
    let (_, after) = rest.split_once('\'').unwrap();
    assert_eq!(before, "default-src 'none'; ");
    let fixed = "; script-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'";
    assert_eq!(after, fixed);
    let known: Vec<_> = EVERY_ANSWER.iter().map(|(name, _)| *name).chain(["content-security-policy"]).collect();
    let more = reply.headers.iter().map(|(name, _)| name.as_str()).filter(|name| !known.contains(name));
    assert_eq!(more.filter(|name| !others.contains(name)).collect::<Vec<_>>(), [""; 0]);
}

/// A whole page of ours, in English, that no cache keeps and that sets no cookie.
#[track_caller]
pub(crate) fn assert_page(reply: &Reply, status: u16) {
    assert_page_that_sets(reply, status, &[]);
}

/// The same with these `Set-Cookie` headers.
#[track_caller]
pub(crate) fn assert_page_that_sets(reply: &Reply, status: u16, cookies: &[&str]) {
    assert_eq!(reply.status, status, "{reply:?}");
    let others = ["content-language", "content-length", "content-type", "vary", "set-cookie"];
    assert_every_answers_headers(reply, &others);
    assert_eq!(reply.header("content-type"), "text/html; charset=utf-8");
    assert_eq!((reply.header("content-language"), reply.header("vary")), ("en", "Accept, Accept-Language"));
    assert_eq!(reply.all("set-cookie"), cookies);
    assert!(reply.body.starts_with("<!DOCTYPE html>") && reply.body.trim_end().ends_with("</html>"), "{}", reply.body);
}

/// A page that refuses, by its status and its code.
#[track_caller]
pub(crate) fn assert_refused(reply: &Reply, status: u16, code: &str) {
    let cookies = reply.all("set-cookie");
    // A callback takes the cookie of its flow.
    assert!(
        cookies.iter().all(|cookie| cookie.contains("=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax")),
        "{cookies:?}"
    );
    assert_page_that_sets(reply, status, &cookies);
    let shown = format!("<code>{code}</code> ({status})");
    assert!(reply.body.contains(&shown), "{shown} in {}", main_of(reply));
}

/// What stands on the page between header and end.
#[track_caller]
pub(crate) fn main_of(reply: &Reply) -> &str {
    reply.body.split_once("<main").unwrap().1
}

/// That the page has all of these texts; where lines may break is its own affair.
#[track_caller]
pub(crate) fn assert_shows(reply: &Reply, texts: &[&str]) {
    let body = reply.body.replace('\u{a0}', " ");
    for text in texts {
        assert!(body.contains(text), "no {text} in {}", main_of(reply));
    }
}

/// That it has none of these.
#[track_caller]
pub(crate) fn assert_hides(reply: &Reply, texts: &[&str]) {
    for text in texts {
        assert!(!reply.body.contains(text), "{text} in {}", reply.body);
    }
}
