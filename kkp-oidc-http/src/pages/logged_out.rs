//! After the log-out.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;

use super::chrome::Chrome;

/// What is shown after the log-out.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LoggedOut;

#[derive(Template)]
#[template(path = "logged_out.html")]
struct LoggedOutHtml<'a> {
    c: &'a Chrome,
}

impl LoggedOut {
    pub(crate) fn render(self, chrome: &Chrome) -> Response {
        chrome.respond(StatusCode::OK, &LoggedOutHtml { c: chrome })
    }
}
