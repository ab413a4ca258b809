//! `GET /api/v1/kubeconfig`: share links and callbacks. KKP: spec section 4.

use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use kkp_oidc_core::authorization::{Callback, Query};

use super::{callback, share_link};
use crate::client_address::ClientAddress;
use crate::error::LoginError;
use crate::metrics::Journey;
use crate::state::AppState;

/// A share link begins a flow, a callback ends it. There is nothing but GET, and where the gate is off, nothing at all.
pub(super) async fn any(
    State(state): State<AppState>,
    method: Method,
    client: ClientAddress,
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
        return callback::answer(&state, &query, &headers, client).await;
    }
    let begun = share_link::answer(&state, &query, &headers, client).await;
    state.metrics().flow_started(Journey::Kubeconfig, LoginError::outcome(&begun));
    begun.unwrap_or_else(|error| error.into_response(&headers))
}

/// No HEAD: it would use up a callback's code. KKP: spec section 4.1.
fn only_get() -> Response {
    (StatusCode::METHOD_NOT_ALLOWED, [(header::ALLOW, "GET")]).into_response()
}
