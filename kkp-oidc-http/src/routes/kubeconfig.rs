//! `GET /api/v1/kubeconfig`: share links and callbacks. KKP: spec section 4.

use std::borrow::Cow;
use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::{AppendHeaders, IntoResponse as _, Response};
use kkp_oidc_core::authorization::{Callback, FlowTarget, Query, SetCookie};
use kkp_oidc_core::directory::SharedCluster;

use super::{callback, share_link};
use crate::error::LoginError;
use crate::state::AppState;

/// A share link begins a flow, a callback ends it. There is nothing but GET, and where the gate is off, nothing at all.
pub(super) async fn any(
    State(state): State<AppState>,
    method: Method,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    if method != Method::GET {
        return if state.gate_is_on() { only_get() } else { LoginError::GateOff.into_response(&headers) };
    }
    let Some(query) = Query::parse(query.as_deref().unwrap_or_default()) else {
        return if state.gate_is_on() { LoginError::QueryTooLong } else { LoginError::GateOff }.into_response(&headers);
    };
    if Callback::is_one(&query) {
        return callback::answer(&state, &query, &headers).await;
    }
    share_link::answer(&state, &query, &headers).await.unwrap_or_else(|error| error.into_response(&headers))
}

/// No HEAD: it would use up a callback's code. KKP: spec section 4.1.
fn only_get() -> Response {
    (StatusCode::METHOD_NOT_ALLOWED, [(header::ALLOW, "GET")]).into_response()
}

/// The cluster, if whoever made the link may share it.
pub(super) async fn authorize(state: &AppState, target: &FlowTarget) -> Result<Arc<SharedCluster>, LoginError> {
    state.directory().authorize(target).await?.ok_or(LoginError::NotFound)
}

/// The `Cookie` headers. Other services on this host may have set cookies that are no ASCII; they stay readable.
pub(super) fn cookie_headers(headers: &HeaderMap) -> Vec<Cow<'_, str>> {
    headers.get_all(header::COOKIE).into_iter().map(|value| String::from_utf8_lossy(value.as_bytes())).collect()
}

/// `Set-Cookie` headers.
pub(super) fn set_cookies(cookies: &[SetCookie]) -> AppendHeaders<Vec<(HeaderName, HeaderValue)>> {
    let values = cookies.iter().filter_map(|cookie| HeaderValue::from_str(cookie.as_header_value()).ok());
    AppendHeaders(values.map(|value| (header::SET_COOKIE, value)).collect())
}
