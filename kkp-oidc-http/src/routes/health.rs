//! Whether the process lives, and whether it can be sent logins.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use serde::Serialize;

use crate::state::AppState;

#[derive(Serialize)]
struct Readiness {
    ready: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

/// The process lives.
pub(super) async fn alive() -> &'static str {
    "ok\n"
}

/// Whether a login can begin, and if not, why.
pub(super) async fn ready(State(state): State<AppState>) -> Response {
    match state.readiness().await {
        Ok(()) => Json(Readiness { ready: true, reason: None }).into_response(),
        Err(why) => {
            let body = Readiness { ready: false, reason: Some(why.to_string()) };
            (StatusCode::SERVICE_UNAVAILABLE, Json(body)).into_response()
        }
    }
}
