//! The routes: each takes a request apart, lets core decide, and answers.

mod begin;
mod callback;
pub(crate) mod cookies;
mod health;
mod kubeconfig;
mod landing;
mod share_link;

use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{MethodRouter, any, get};
use kkp_oidc_core::issuer::RedirectUri;
use tower_http::catch_panic::CatchPanicLayer;

use crate::pages;
use crate::state::AppState;

/// The share endpoint and what belongs to it, to serve or to nest in another router.
///
/// | path | answer |
/// |---|---|
/// | `GET /api/v1/kubeconfig` | a KKP share link, and the provider's callback |
/// | `GET /` | a page that says what this is |
/// | `GET /healthz`, `GET /api/v1/healthz` | 200 while the process lives |
/// | `GET /readyz` | 200 once the provider is known, otherwise 503 with the reason |
///
/// Whatever is nested must be reachable from outside under the base of the configured redirect URI.
pub fn router(state: AppState) -> Router {
    Router::new()
        .route(RedirectUri::PATH, any(kubeconfig::any))
        .route("/", only_get(get(landing::get)))
        .route("/healthz", only_get(get(health::alive)))
        .route("/api/v1/healthz", only_get(get(health::alive)))
        .route("/readyz", only_get(get(health::ready)))
        .layer(CatchPanicLayer::new())
        .layer(middleware::from_fn(finish))
        .with_state(state)
}

/// No HEAD either. KKP: spec section 4.1.
fn only_get(get: MethodRouter<AppState>) -> MethodRouter<AppState> {
    get.head(method_not_allowed).fallback(method_not_allowed)
}

/// axum would list HEAD wherever there is GET.
async fn method_not_allowed() -> Response {
    (StatusCode::METHOD_NOT_ALLOWED, [(header::ALLOW, "GET")]).into_response()
}

/// Headers that every answer has, and one line in the log, without the query: it holds codes.
async fn finish(request: Request, next: Next) -> Response {
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.insert(header::CONTENT_SECURITY_POLICY, pages::content_security_policy());
    let status = response.status().as_u16();
    // Probes come every few seconds.
    if path.ends_with("z") {
        tracing::debug!(%method, path, status, "request");
    } else {
        tracing::info!(%method, path, status, "request");
    }
    response
}
