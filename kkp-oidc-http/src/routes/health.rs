//! Whether the process lives, and whether it can be sent logins.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use serde::Serialize;

use crate::reload::StaleFile;
use crate::state::AppState;

#[derive(Serialize)]
struct Readiness {
    ready: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    stale: Vec<StaleFile>,
}

/// The process lives.
pub(super) async fn alive() -> &'static str {
    "ok\n"
}

/// Whether a login can begin, and if not, why; and which files are wrong, so that what was in them before is in use.
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
