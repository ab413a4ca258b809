//! How long requests take.

use std::borrow::Cow;

use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::Response;

use super::labels::status_class;
use crate::state::AppState;

/// What stands for the route of requests that meet none.
const NO_ROUTE: &str = "none";

/// Measure a request. The route is the router's template, never what was asked for.
pub(crate) async fn measure(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    let metrics = &state.metrics().0;
    let begun = metrics.clock.elapsed();
    let response = next.run(request).await;
    let took = metrics.clock.elapsed().saturating_sub(begun);
    let labels = [
        ("route", route.map_or(Cow::Borrowed(NO_ROUTE), Cow::Owned)),
        ("status", Cow::Borrowed(status_class(response.status().as_u16()))),
    ];
    metrics.requests.get_or_create(&labels).observe(took.as_secs_f64());
    response
}
