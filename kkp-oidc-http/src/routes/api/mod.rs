//! The JSON API of share links: what the pages do, for programs.
//!
//! Answers are in `answers.rs`, refusals in the one table of errors, always as JSON. Whoever is logged in is known by the
//! cookie of the pages.

mod answers;
mod links;
mod offer;
#[cfg(feature = "openapi")]
mod openapi;

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::{MethodRouter, get, post};

use self::answers::{Clusters, Session};
use super::{dashboard, health, kubeconfig, only_get, only_post};
use crate::error::LoginError;
use crate::sharing::Current;
use crate::state::{AppState, Live};

/// Every route that is for programs; the OpenAPI document has the same.
pub(super) fn routes() -> Vec<(&'static str, MethodRouter<Live>)> {
    let mut routes = vec![
        (kkp_oidc_core::issuer::RedirectUri::PATH, axum::routing::any(kubeconfig::any)),
        ("/api/v2/featuregates", only_get(get(dashboard::feature_gates))),
        ("/config.json", only_get(get(dashboard::ui_config))),
        ("/healthz", only_get(get(health::alive))),
        ("/api/v1/healthz", only_get(get(health::alive))),
        ("/readyz", only_get(get(health::ready))),
        ("/api/share/v1/session", only_get(get(session))),
        ("/api/share/v1/clusters", only_get(get(clusters))),
        ("/api/share/v1/clusters/{project}/{cluster}/links", only_post(post(links::create))),
        ("/api/share/v1/links", only_get(get(links::all))),
        ("/api/share/v1/links/{id}", only_get(get(links::one))),
        ("/api/share/v1/links/{id}/revoke", only_post(post(links::revoke))),
        ("/api/share/v1/offers/{token}", only_get(get(offer::get))),
    ];
    #[cfg(feature = "openapi")]
    routes.push(("/api/share/v1/openapi.json", only_get(get(openapi::get))));
    routes.shrink_to_fit();
    routes
}

/// Whoever is logged in.
async fn current(state: &AppState, headers: &HeaderMap) -> Result<Arc<Current>, LoginError> {
    state.sharing()?.visitor(state, headers).await?.require()
}

/// Who is logged in
///
/// Like every request with the session's cookie, this one makes the session live on.
#[cfg_attr(feature = "openapi", utoipa::path(
    get,
    path = "/api/share/v1/session",
    tag = "share",
    operation_id = "getSession",
    security(("session" = [])),
    responses((status = 200, description = "Somebody is.", body = Session)),
))]
async fn session(State(state): State<AppState>, headers: HeaderMap) -> Result<Json<Session>, Response> {
    let answer = async {
        let current = current(&state, &headers).await?;
        Ok(Json(Session { email: current.email().to_owned(), ends_at: current.ends_at().to_string() }))
    };
    answer.await.map_err(LoginError::into_json_response)
}

/// What you may share
#[cfg_attr(feature = "openapi", utoipa::path(
    get,
    path = "/api/share/v1/clusters",
    tag = "share",
    operation_id = "listClusters",
    security(("session" = [])),
    responses((status = 200, description = "The clusters, and what their links can offer.", body = Clusters)),
))]
async fn clusters(State(state): State<AppState>, headers: HeaderMap) -> Result<Json<Clusters>, Response> {
    let answer = async {
        let current = current(&state, &headers).await?;
        let clusters = state.shareable_by(current.owner()).await?;
        Ok(Json(Clusters::new(&clusters, state.sharing()?.offered())))
    };
    answer.await.map_err(LoginError::into_json_response)
}
