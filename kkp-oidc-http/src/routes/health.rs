//! Whether the process lives, and whether it can be sent logins.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use serde::Serialize;

use crate::reload::StaleFile;
use crate::state::AppState;

#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub(super) struct Readiness {
    /// Whether a login can begin.
    ready: bool,
    /// Why not.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// Files whose present content is not in use, because it is wrong.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    stale: Vec<StaleFile>,
}

/// Whether the process lives
#[cfg_attr(feature = "openapi", utoipa::path(
    get,
    path = "/healthz",
    tag = "health",
    operation_id = "getHealth",
    responses((status = 200, description = "It does.", content_type = "text/plain", body = String)),
))]
pub(super) async fn alive() -> &'static str {
    "ok\n"
}

/// Whether logins can begin
///
/// If not, why; and which files are wrong, so that what was in them before is in use.
#[cfg_attr(feature = "openapi", utoipa::path(
    get,
    path = "/readyz",
    tag = "health",
    operation_id = "getReadiness",
    responses(
        (status = 200, description = "They can.", body = Readiness),
        (status = 503, description = "They cannot.", body = Readiness),
    ),
))]
pub(super) async fn ready(State(state): State<AppState>) -> Response {
    let stale = state.reloads().stale();
    match state.readiness().await {
        Ok(()) => Json(Readiness { ready: true, reason: None, stale }).into_response(),
        Err(why) => {
            let body = Readiness { ready: false, reason: Some(why.to_string()), stale };
            (StatusCode::SERVICE_UNAVAILABLE, Json(body)).into_response()
        }
    }
}
