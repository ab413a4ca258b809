//! The pages people see: the login form and refusals that no client may be told.

use askama::Template;
use axum::http::{HeaderName, StatusCode, header};
use axum::response::{Html, IntoResponse as _, Response};

use super::config::DevUser;
use super::provider::Provider;

const STYLE: &str = include_str!("style.css");

/// No script, no foreign resource, no frame. `form-action` is left out on purpose: browsers apply it to the whole chain
/// of redirects after the form, which ends at the client and wherever that goes next.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'";

const PAGE_HEADERS: [(HeaderName, &str); 4] = [
    (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
    (header::CACHE_CONTROL, "no-store"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
];

#[derive(Template)]
#[template(path = "dev_provider/login.html")]
struct LoginPage<'a> {
    issuer_path: &'a str,
    client_id: &'a str,
    request_id: &'a str,
    users: &'a [DevUser],
}

#[derive(Template)]
#[template(path = "dev_provider/logged_out.html")]
struct LoggedOutPage<'a> {
    issuer_path: &'a str,
}

#[derive(Template)]
#[template(path = "dev_provider/refusal.html")]
struct RefusalPage<'a> {
    issuer_path: &'a str,
    problem: &'a str,
}

/// The login form for the pending request `request_id`.
pub(super) fn login(provider: &Provider, client_id: &str, request_id: &str) -> Response {
    let page = LoginPage { issuer_path: &provider.issuer_path, client_id, request_id, users: &provider.users };
    respond(StatusCode::OK, &page)
}

/// After a logout, for whoever goes nowhere else.
pub(super) fn logged_out(provider: &Provider) -> Response {
    respond(StatusCode::OK, &LoggedOutPage { issuer_path: &provider.issuer_path })
}

/// Tell the person at the browser what is wrong, in a full sentence.
pub(super) fn refusal(provider: &Provider, status: StatusCode, problem: &str) -> Response {
    respond(status, &RefusalPage { issuer_path: &provider.issuer_path, problem })
}

pub(super) async fn style() -> Response {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8"), (header::X_CONTENT_TYPE_OPTIONS, "nosniff")], STYLE)
        .into_response()
}

fn respond(status: StatusCode, page: &impl Template) -> Response {
    match page.render() {
        Ok(html) => (status, PAGE_HEADERS, Html(html)).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
