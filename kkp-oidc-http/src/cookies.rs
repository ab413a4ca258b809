//! Cookies as headers have them.

use std::borrow::Cow;

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::AppendHeaders;
use kkp_oidc_core::authorization::SetCookie;

/// The `Cookie` headers. Other services on this host may have set cookies that are no ASCII; they stay readable.
pub(crate) fn cookie_headers(headers: &HeaderMap) -> Vec<Cow<'_, str>> {
    headers.get_all(header::COOKIE).into_iter().map(|value| String::from_utf8_lossy(value.as_bytes())).collect()
}

/// `Set-Cookie` headers.
pub(crate) fn set_cookies(cookies: &[SetCookie]) -> AppendHeaders<Vec<(HeaderName, HeaderValue)>> {
    let values = cookies.iter().filter_map(|cookie| HeaderValue::from_str(cookie.as_header_value()).ok());
    AppendHeaders(values.map(|value| (header::SET_COOKIE, value)).collect())
}
