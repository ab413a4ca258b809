//! All links of the person logged in.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use kkp_oidc_core::UnixTime;

use super::chrome::Chrome;
use super::link::{LinkState, Uses};

/// One line of the list.
#[derive(Clone, Debug)]
pub(crate) struct LinkSummary {
    pub(crate) id: String,
    pub(crate) cluster_name: String,
    pub(crate) state: LinkState,
    pub(crate) uses: Uses,
    pub(crate) made_at: UnixTime,
    pub(crate) until: UnixTime,
}

/// `GET {base}/links`
#[derive(Clone, Debug)]
pub(crate) struct Links {
    /// Newest first.
    pub(crate) links: Vec<LinkSummary>,
    /// Ids of links of which nothing else can be read.
    pub(crate) unreadable: Vec<String>,
}

#[derive(Template)]
#[template(path = "links.html")]
struct LinksHtml<'a> {
    c: &'a Chrome,
    page: &'a Links,
}

impl Links {
    fn unreadable_count(&self) -> u64 {
        u64::try_from(self.unreadable.len()).unwrap_or(u64::MAX)
    }

    pub(crate) fn render(&self, chrome: &Chrome) -> Response {
        chrome.respond(StatusCode::OK, &LinksHtml { c: chrome, page: self })
    }
}
