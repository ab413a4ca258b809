//! What is around every page: language, who is logged in, where the service is.

use std::fmt;

use askama::Template;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse as _, Response};
use kkp_oidc_core::UnixTime;

use super::assets::{ICON, SCRIPT};
use super::language::Language;
use super::messages::Rich;
use super::policy::STYLE;
use super::time::Time;

/// What is around a page.
#[derive(Clone, Debug)]
pub(crate) struct Chrome {
    pub(crate) language: Language,
    /// E-mail address of whoever is logged in.
    pub(crate) logged_in: Option<String>,
    /// Path below which the service is reached, without a slash at the end; empty at the root.
    pub(crate) base_path: String,
    /// Whether owners can log in and make share links here.
    pub(crate) has_sharing: bool,
}

impl Chrome {
    /// For nobody who is known. `base_path` may end in a slash.
    pub(crate) fn new(headers: &HeaderMap, base_path: &str) -> Self {
        let base_path = base_path.trim_end_matches('/').to_owned();
        Self { language: Language::negotiate(headers), logged_in: None, base_path, has_sharing: true }
    }

    /// For answers to KKP's share links and callbacks. They are at `{base}/api/v1/kubeconfig` and nowhere else, so the
    /// base is found from there without knowing it.
    pub(crate) fn of_kkp_link(headers: &HeaderMap) -> Self {
        Self::new(headers, "../..")
    }

    /// The same where nobody can make share links.
    #[must_use]
    pub(crate) fn without_sharing(self) -> Self {
        Self { has_sharing: false, ..self }
    }

    /// The same for `email`, who is logged in.
    #[must_use]
    pub(crate) fn for_person(mut self, email: impl Into<String>) -> Self {
        self.logged_in = Some(email.into());
        self
    }

    /// The address of `path`, which begins with a slash.
    pub(super) fn url(&self, path: impl fmt::Display) -> String {
        format!("{}{path}", self.base_path)
    }

    pub(super) const fn lang(&self) -> &'static str {
        self.language.tag()
    }

    /// The text of `key`.
    pub(super) fn t(&self, key: impl AsRef<str>) -> &'static str {
        self.language.text(key.as_ref())
    }

    /// The text of `key` with a value for its placeholder `{name}`.
    pub(super) fn with(&self, key: &str, name: &str, value: &str) -> String {
        self.language.fill(key, &[(name, value)])
    }

    /// The rich text of `key`.
    pub(super) fn rich(&self, key: impl AsRef<str>) -> Rich {
        self.language.rich(key.as_ref(), &[])
    }

    /// The rich text of `key` with a value for its placeholder `{name}`.
    pub(super) fn rich_with(&self, key: &str, name: &str, value: &str) -> Rich {
        self.language.rich(key, &[(name, value)])
    }

    /// The text of `key` for a number.
    pub(super) fn count(&self, key: &str, count: &u64) -> String {
        self.language.count(key, *count)
    }

    pub(super) const fn time(&self, time: &UnixTime) -> Time {
        Time { time: *time, language: self.language }
    }

    pub(super) fn style(&self) -> &'static str {
        STYLE
    }

    pub(super) fn script_url(&self) -> String {
        self.url(format_args!("/assets/{}", SCRIPT.name()))
    }

    pub(super) fn icon_url(&self) -> String {
        self.url(format_args!("/assets/{}", ICON.name()))
    }

    /// The answer with `page` in it.
    pub(super) fn respond(&self, status: StatusCode, page: &impl Template) -> Response {
        match page.render() {
            Ok(html) => {
                let headers = [
                    (header::CONTENT_LANGUAGE, HeaderValue::from_static(self.lang())),
                    (header::VARY, HeaderValue::from_static("Accept, Accept-Language")),
                ];
                (status, headers, Html(html)).into_response()
            }
            Err(error) => {
                tracing::error!(error = &error as &dyn std::error::Error, "page cannot be rendered");
                StatusCode::INTERNAL_SERVER_ERROR.into_response()
            }
        }
    }
}
