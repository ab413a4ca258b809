//! Somebody's browser: keeps cookies, follows the way from the link over the provider's login to the callback.

use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, header};
use reqwest::redirect;
use url::form_urlencoded;

use crate::world::{Reply, Service, send};

#[derive(Clone)]
pub(crate) struct Browser {
    /// In the order in which they were set.
    pub(crate) cookies: Vec<(String, String)>,
    http: reqwest::Client,
}

impl Browser {
    pub(crate) fn new() -> Self {
        let http = reqwest::Client::builder()
            .no_proxy()
            // It speaks plain http only, so that no certificates of the system are needed.
            .tls_certs_only([])
            .redirect(redirect::Policy::none())
            .timeout(Duration::from_secs(10))
            .build()
            .unwrap();
        Self { cookies: Vec::new(), http }
    }

    /// A request of this browser, with its cookies.
    pub(crate) fn request(&self, path_and_query: &str) -> Request<Body> {
        let mut request = Request::get(path_and_query);
        if !self.cookies.is_empty() {
            let pairs: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            request = request.header(header::COOKIE, pairs.join("; "));
        }
        request.body(Body::empty()).unwrap()
    }

    pub(crate) async fn get(&mut self, service: &Service, path_and_query: &str) -> Reply {
        let reply = send(&service.router, self.request(path_and_query)).await;
        self.keep_cookies(&reply);
        reply
    }

    /// What RFC 6265 section 5.3 makes of the `Set-Cookie` headers; all are for the service's host and path `/`.
    pub(crate) fn keep_cookies(&mut self, reply: &Reply) {
        for cookie in reply.all("set-cookie") {
            let (pair, attributes) = cookie.split_once("; ").unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            self.cookies.retain(|(kept, _)| kept != name);
            if !attributes.split("; ").any(|attribute| attribute == "Max-Age=0") {
                self.cookies.push((name.to_owned(), value.to_owned()));
            }
        }
    }

    /// Open a share link; where the service sends the browser.
    pub(crate) async fn open(&mut self, service: &Service, link: &str) -> String {
        let reply = self.get(service, link).await;
        assert_eq!(reply.status, 303, "{reply:?}");
        reply.header("location").to_owned()
    }

    /// Log in at the provider; path and query where it sends the browser back to.
    pub(crate) async fn log_in(&self, location: &str, email: &str) -> String {
        self.answer_login(location, "user", email).await
    }

    /// Fill in the provider's login page: `user` with an address, or `deny`.
    pub(crate) async fn answer_login(&self, location: &str, name: &str, value: &str) -> String {
        let page = self.http.get(location).send().await.unwrap().text().await.unwrap();
        let (_, rest) = page.split_once("name=\"request_id\" value=\"").unwrap();
        let request_id = rest.split_once('"').unwrap().0;
        let form = form_urlencoded::Serializer::new(String::new())
            .append_pair("request_id", request_id)
            .append_pair(name, value)
            .finish();
        let (action, _) = location.split_once("/auth?").unwrap();
        let response = self
            .http
            .post(format!("{action}/login"))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form)
            .send()
            .await
            .unwrap();
        let back = response.headers()["location"].to_str().unwrap();
        back[back.find("/api/v1/kubeconfig").unwrap()..].to_owned()
    }

    /// The whole way.
    pub(crate) async fn share(&mut self, service: &Service, link: &str, email: &str) -> Reply {
        let location = self.open(service, link).await;
        let callback = self.log_in(&location, email).await;
        self.get(service, &callback).await
    }

    /// Present tokens at the provider as kubectl does: the refresh grant with HTTP Basic.
    pub(crate) async fn refresh(&self, issuer: &str, refresh_token: &str) -> u16 {
        let form = form_urlencoded::Serializer::new(String::new())
            .append_pair("grant_type", "refresh_token")
            .append_pair("refresh_token", refresh_token)
            .finish();
        let response = self
            .http
            .post(format!("{issuer}/token"))
            .basic_auth("odd%3Aid+%25", Some("p%3A%25st+%26se%2Bc%22ret"))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form)
            .send()
            .await
            .unwrap();
        response.status().as_u16()
    }
}

/// The value of one parameter of a URL's query.
#[track_caller]
pub(crate) fn parameter(url: &str, name: &str) -> String {
    let (_, query) = url.split_once('?').unwrap();
    form_urlencoded::parse(query.as_bytes()).find(|(key, _)| key == name).unwrap().1.into_owned()
}

/// The same URL with another value for one parameter, or without it.
pub(crate) fn with_parameter(url: &str, name: &str, value: Option<&str>) -> String {
    let (base, query) = url.split_once('?').unwrap();
    let mut pairs: Vec<_> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    pairs.retain(|(key, _)| key != name);
    pairs.extend(value.map(|value| (name.to_owned(), value.to_owned())));
    format!("{base}?{}", form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish())
}

/// A value of the kubeconfig; each key that is asked for stands there once.
#[track_caller]
pub(crate) fn value_of<'a>(kubeconfig: &'a str, key: &str) -> &'a str {
    let prefix = format!("{key}: ");
    kubeconfig.lines().find_map(|line| line.trim_start().strip_prefix(&prefix)).unwrap()
}
