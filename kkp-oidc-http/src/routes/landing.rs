//! The page at the root.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;

use super::answer::chrome;
use crate::sharing::Visitor;
use crate::state::AppState;

/// What this service is; it lists nothing. Whoever is logged in finds the way to their clusters and links.
pub(super) async fn get(State(state): State<AppState>, headers: HeaderMap) -> Response {
    let around = chrome(&state, &headers);
    let Ok(sharing) = state.sharing() else { return state.landing().render(&around.without_sharing()) };
    match sharing.visitor(&state, &headers).await {
        Ok(Visitor::Owner(current)) => state.landing().render(&around.for_person(current.email())),
        Ok(Visitor::Unknown | Visitor::Ended) => state.landing().render(&around),
        // Who it is cannot be found out; what this is can be said all the same.
        Err(_) => state.landing().render(&around),
    }
}
