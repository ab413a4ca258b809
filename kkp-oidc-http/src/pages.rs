//! The pages: plain HTML that works without script, in light and dark, on any width.

use std::sync::LazyLock;

use askama::Template;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{Html, IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

/// The one style sheet. It stands inside of every page, so that no page depends on another request.
const STYLE: &str = include_str!("pages/style.css");

/// What stands at the root.
#[derive(Clone, Debug)]
pub(crate) enum Landing {
    /// What this service is.
    Static,
    /// The demo: its cluster and its share link.
    #[cfg(feature = "dev-provider")]
    Demo(Demo),
}

/// What the demo page shows.
#[cfg(feature = "dev-provider")]
#[derive(Clone, Debug)]
pub(crate) struct Demo {
    pub(crate) cluster: String,
    pub(crate) cluster_id: String,
    pub(crate) server: String,
    pub(crate) owner: String,
    pub(crate) recipient: String,
    pub(crate) share_link: String,
    pub(crate) kubelogin_link: String,
}

#[derive(Template)]
#[template(path = "landing.html")]
struct LandingPage<'a> {
    style: &'a str,
}

#[cfg(feature = "dev-provider")]
#[derive(Template)]
#[template(path = "demo.html")]
struct DemoPage<'a> {
    style: &'a str,
    demo: &'a Demo,
}

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage<'a> {
    style: &'a str,
    heading: &'a str,
    message: &'a str,
    code: &'a str,
    status: u16,
}

impl Landing {
    pub(crate) fn page(&self) -> Response {
        match self {
            Self::Static => respond(&LandingPage { style: STYLE }),
            #[cfg(feature = "dev-provider")]
            Self::Demo(demo) => respond(&DemoPage { style: STYLE, demo }),
        }
    }
}

/// A page that says what went wrong and what to do.
pub(crate) fn error(status: StatusCode, code: &str, message: &str) -> Response {
    let heading = match status {
        StatusCode::NOT_FOUND => "Not found",
        status if status.is_server_error() => "That did not work",
        _ => "No kubeconfig this time",
    };
    respond(&ErrorPage { style: STYLE, heading, message, code, status: status.as_u16() })
}

fn respond(page: &impl Template) -> Response {
    match page.render() {
        Ok(html) => Html(html).into_response(),
        Err(error) => {
            tracing::error!(error = &error as &dyn std::error::Error, "page cannot be rendered");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// Nothing but the style sheet above. Forms go to this service and to `form_action`: origins that the answer to a form
/// may redirect to.
pub(crate) fn content_security_policy(form_action: &[String]) -> HeaderValue {
    static STYLE_HASH: LazyLock<String> = LazyLock::new(|| STANDARD.encode(Sha256::digest(STYLE)));
    let mut policy = format!(
        "default-src 'none'; style-src 'sha256-{}'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'",
        *STYLE_HASH
    );
    for origin in form_action {
        policy.push(' ');
        policy.push_str(origin);
    }
    HeaderValue::try_from(policy)
        .unwrap_or_else(|_| HeaderValue::from_static("default-src 'none'; base-uri 'none'; frame-ancestors 'none'"))
}
