//! The page at the root.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;

use crate::pages::Chrome;
use crate::state::AppState;

/// What this service is; it lists nothing.
pub(super) async fn get(State(state): State<AppState>, headers: HeaderMap) -> Response {
    state.landing().render(&Chrome::new(&headers, state.base_path()))
}
