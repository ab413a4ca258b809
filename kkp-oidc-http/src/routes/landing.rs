//! The page at the root.

use axum::extract::State;
use axum::response::Response;

use crate::state::AppState;

/// What this service is; it lists nothing.
pub(super) async fn get(State(state): State<AppState>) -> Response {
    state.landing().page()
}
