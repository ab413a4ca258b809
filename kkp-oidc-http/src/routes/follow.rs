//! Each request within a span of its own.

use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use tracing::Instrument as _;

use crate::state::AppState;
use crate::trace;

/// Answer a request, and trace how.
pub(super) async fn follow(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().cloned();
    let span = trace::of_request(request.method(), route.as_ref().map(MatchedPath::as_str));
    if !span.is_disabled()
        && let Some(joiner) = state.trace_joiner()
        && state.proxies().trust_the_peer_of(&request)
    {
        joiner.join(&span, request.headers());
    }
    let response = next.run(request).instrument(span.clone()).await;
    trace::answered(&span, response.status());
    response
}
