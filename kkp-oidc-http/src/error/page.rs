//! Errors as people see them, and the log.

use axum::http::{HeaderMap, header};
use axum::response::Response;

use super::{LoginError, PublicError};
use crate::accept::prefers_html;
use crate::pages::{Chrome, Refused};
use crate::trace;

impl LoginError {
    /// The answer, as a page or as JSON, whichever `headers` prefer; causes go to the log.
    pub(crate) fn into_response(self, headers: &HeaderMap) -> Response {
        self.into_response_with(headers, &Chrome::of_kkp_link(headers), None, None)
    }

    pub(super) fn retry_after_secs(&self) -> Option<u64> {
        match self {
            Self::RateLimited(limited) => Some(limited.retry_after_secs()),
            _ => None,
        }
    }

    pub(super) fn log(&self, public: &PublicError) {
        trace::refused(public.code);
        let error = self as &(dyn std::error::Error + 'static);
        match public.status.as_u16() {
            404 | 429 => tracing::debug!(code = public.code, error, "request refused"),
            500.. => tracing::error!(code = public.code, error, "request failed"),
            _ => tracing::warn!(code = public.code, error, "request refused"),
        }
    }

    /// The same within the pages of share links: with a path where it may go better, and one to log in as somebody else.
    pub(crate) fn into_response_with(
        self,
        headers: &HeaderMap,
        chrome: &Chrome,
        again: Option<String>,
        other_person: Option<String>,
    ) -> Response {
        let public = self.public();
        self.log(&public);
        let retry_after = self.retry_after_secs();
        let mut response = match prefers_html(headers) {
            true => {
                let known_as = self.email().map(str::to_owned);
                let refused = Refused::new(public.status, public.code);
                Refused { detail: public.detail, again, other_person, known_as, ..refused }.render(chrome)
            }
            false => public.into_json(),
        };
        if let Some(secs) = retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, secs.into());
        }
        response
    }
}
