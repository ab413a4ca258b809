//! Stands before the routes: finds out who asks, and counts.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;

use crate::error::LoginError;
use crate::pages::Chrome;
use crate::state::AppState;

/// Probes are never refused: whoever asks them would take the service for dead.
const PROBES: [&str; 3] = ["/healthz", "/api/v1/healthz", "/readyz"];

/// Note whose request it is, for the routes, and refuse it if there were too many.
pub(super) async fn guard(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    let client = state.proxies().client_of(&request);
    request.extensions_mut().insert(client);
    if !is_probe(&request)
        && let Err(limited) = state.limits().page(client)
    {
        let chrome = Chrome::new(request.headers(), state.base_path());
        return LoginError::from(limited).into_response_with(request.headers(), &chrome, None, None);
    }
    next.run(request).await
}

/// Nested in another router, the path is still the one within ours.
fn is_probe(request: &Request) -> bool {
    PROBES.contains(&request.uri().path())
}
