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

/// A link in KKP's form, and the provider's answer
///
/// For browsers. Errors are a page where `Accept` prefers HTML.
#[cfg_attr(feature = "openapi", utoipa::path(
    get,
    path = "/api/v1/kubeconfig",
    tag = "kkp",
    operation_id = "getKubeconfig",
    params(
        ("project_id" = Option<String>, Query, description = "Id of the project."),
        ("cluster_id" = Option<String>, Query, description = "Id of the cluster."),
        ("user_id" = Option<String>, Query, description = "Id of whoever shares it."),
        ("oidc_kubelogin_enabled" = Option<String>, Query, description = "`true`: kubectl is to use kubelogin."),
        ("state" = Option<String>, Query, description = "From the provider: the flow."),
        ("code" = Option<String>, Query, description = "From the provider: the code."),
    ),
    responses(
        (status = 200, description = "The kubeconfig.", content_type = "application/octet-stream", body = String),
        (status = 303, description = "To the provider, or on to another page."),
        (status = "default", description = "Refused; docs/service.md has every code.", body = crate::error::ErrorBody),
    ),
))]
// A share link begins a flow, a callback ends it. There is nothing but GET, and where the gate is off, nothing at all.
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
