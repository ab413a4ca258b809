//! Requests that change something must come from our own pages.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, Method, header};
use axum::middleware::Next;
use axum::response::Response;

use crate::error::LoginError;
use crate::pages::Chrome;

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Where our own pages are, from the redirect URI: `Host` may be anybody's.
#[derive(Clone)]
pub(super) struct OwnOrigin {
    origin: Arc<str>,
    base_path: Arc<str>,
}

impl OwnOrigin {
    pub(super) fn new(origin: &str, base_path: &str) -> Self {
        Self { origin: origin.into(), base_path: base_path.into() }
    }

    /// Whether a browser sends this because of our own page, or of the person in front of it; or nobody's browser does.
    ///
    /// `Sec-Fetch-Site` counts where it is there ([Fetch Metadata]): browsers make `Origin` `null` after a page with
    /// `Referrer-Policy: no-referrer`, which ours are. Without either header there is no browser of today: without a
    /// cookie, nothing that a stranger could make use of goes along.
    ///
    /// [Fetch Metadata]: https://www.w3.org/TR/fetch-metadata/#sec-fetch-site-header
    fn lets_in(&self, method: &Method, headers: &HeaderMap) -> bool {
        if [Method::GET, Method::HEAD, Method::OPTIONS].contains(method) {
            return true;
        }
        is_of_own_site(headers)
            .or_else(|| all(headers, header::ORIGIN, |origin| origin == self.origin.as_bytes()))
            .unwrap_or_else(|| !headers.contains_key(header::COOKIE))
    }
}

/// Whether our own page, or the person in front of the browser, led here; `None` if the browser does not say.
fn is_of_own_site(headers: &HeaderMap) -> Option<bool> {
    all(headers, SEC_FETCH_SITE, |site| site == b"same-origin" || site == b"none")
}

/// Whether another site led the browser here.
pub(super) fn is_led_from_elsewhere(headers: &HeaderMap) -> bool {
    is_of_own_site(headers) == Some(false)
}

/// Whether each value of a header fits that may be there twice; `None` if it is not there.
fn all(headers: &HeaderMap, name: HeaderName, fits: impl Fn(&[u8]) -> bool) -> Option<bool> {
    let mut values = headers.get_all(name).iter().map(|value| value.as_bytes()).peekable();
    values.peek().is_some().then(|| values.all(fits))
}

/// Refuse what comes from elsewhere with 403.
pub(super) async fn refuse(State(own): State<OwnOrigin>, request: Request, next: Next) -> Response {
    if own.lets_in(request.method(), request.headers()) {
        next.run(request).await
    } else {
        let chrome = Chrome::new(request.headers(), &own.base_path);
        LoginError::CrossSite.into_response_with(request.headers(), &chrome, None, None)
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn lets_in(method: Method, headers: &[(&'static str, &'static str)]) -> bool {
        let headers =
            headers.iter().map(|&(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)));
        let mut map = HeaderMap::new();
        headers.for_each(|(name, value)| {
            map.append(name, value);
        });
        OwnOrigin::new("https://kkp.example.com", "").lets_in(&method, &map)
    }

    #[test]
    fn what_changes_something_comes_from_our_own_pages() {
        let (same, cross) = (("sec-fetch-site", "same-origin"), ("sec-fetch-site", "cross-site"));
        let (own, other) = (("origin", "https://kkp.example.com"), ("origin", "https://evil.example"));
        let cookie = ("cookie", "a=b");
        for (headers, expected) in [
            (&[same][..], true),
            (&[same, cookie], true),
            // As after a page without referrer.
            (&[same, ("origin", "null"), cookie], true),
            (&[("sec-fetch-site", "none"), cookie], true),
            (&[cross], false),
            (&[cross, own, cookie], false),
            (&[("sec-fetch-site", "same-site"), own], false),
            (&[("sec-fetch-site", ""), own], false),
            (&[("sec-fetch-site", "Same-Origin")], false),
            (&[same, cross], false),
            (&[own, cookie], true),
            (&[other], false),
            (&[other, own], false),
            (&[("origin", "null"), cookie], false),
            (&[("origin", "http://kkp.example.com")], false),
            (&[("origin", "https://kkp.example.com:443")], false),
            (&[("origin", "https://kkp.example.com.evil.example")], false),
            (&[], true),
            (&[cookie], false),
            (&[("host", "kkp.example.com"), ("referer", "https://kkp.example.com/"), cookie], false),
        ] {
            for method in [Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
                assert_eq!(lets_in(method, headers), expected, "{headers:?}");
            }
            for method in [Method::GET, Method::HEAD, Method::OPTIONS] {
                assert!(lets_in(method, headers), "{headers:?}");
            }
        }
    }
}
