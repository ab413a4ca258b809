//! A share link, before the login.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use kkp_oidc_core::UnixTime;

use super::chrome::Chrome;
use super::kind::Kind;

/// `GET {base}/share/{token}`, with the link to `{base}/share/{token}/login`.
#[derive(Clone, Debug)]
pub(crate) struct Redeem {
    pub(crate) token: String,
    /// E-mail address of whoever made the link.
    pub(crate) sharer: String,
    pub(crate) cluster_name: String,
    pub(crate) cluster_id: String,
    pub(crate) until: UnixTime,
    pub(crate) kind: Kind,
    /// In the sharer's words.
    pub(crate) note: Option<String>,
}

#[derive(Template)]
#[template(path = "redeem.html")]
struct RedeemHtml<'a> {
    c: &'a Chrome,
    page: &'a Redeem,
}

impl Redeem {
    pub(crate) fn render(&self, chrome: &Chrome) -> Response {
        chrome.respond(StatusCode::OK, &RedeemHtml { c: chrome, page: self })
    }
}
