//! `GET /metrics`, for a listener of its own.

use std::fmt;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use prometheus_client::encoding::text::{encode_eof, encode_registry};
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::Registry;

use super::PREFIX;
use crate::directory::DirectoryHealth;
use crate::state::AppState;

/// OpenMetrics 1.0, which every Prometheus since 2.5 reads.
const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// `GET /metrics` and nothing else.
///
/// It belongs on a listener that strangers do not reach, never on that of [`router`](crate::router): it tells how many
/// people log in, and how the provider is.
pub fn metrics_router(state: AppState) -> Router {
    Router::new().route("/metrics", get(metrics)).with_state(state)
}

async fn metrics(State(state): State<AppState>) -> Response {
    let mut text = String::new();
    let written = encode_registry(&mut text, &state.metrics().0.registry)
        .and_then(|()| encode_registry(&mut text, &present(&state)))
        .and_then(|()| encode_eof(&mut text));
    match written {
        Ok(()) => ([(header::CONTENT_TYPE, CONTENT_TYPE)], text).into_response(),
        Err(fmt::Error) => {
            tracing::error!("metrics cannot be written");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// How things are now. What is not known is not there.
fn present(state: &AppState) -> Registry {
    let mut registry = Registry::with_prefix(PREFIX);
    registry.register(
        "build",
        "What runs here",
        Info::new([("version", env!("CARGO_PKG_VERSION")), ("crate", env!("CARGO_PKG_NAME"))]),
    );
    registry.register("ready", "1 if a flow can begin, as of /readyz", flag(state.is_ready()));
    let stale = i64::try_from(state.reloads().stale().len()).unwrap_or(i64::MAX);
    registry.register(
        "stale_files",
        "Files that changed and are refused, what was before stays in use",
        ConstGauge::new(stale),
    );
    if let Some(secs) = state.oidc().keys_age_secs() {
        registry.register("jwks_age_seconds", "Time since the provider gave out its keys", ConstGauge::new(secs));
    }
    let (since, is_current) = match state.directory_health() {
        DirectoryHealth::Unknown => return registry,
        DirectoryHealth::Current { since } => (since, true),
        DirectoryHealth::Outdated { since } => (since, false),
    };
    let age = state.now().secs_since(since).max(0);
    registry.register("directory_age_seconds", "Time since the cluster file was taken", ConstGauge::new(age));
    registry.register("directory_ok", "0 while a changed cluster file is refused", flag(is_current));
    registry
}

fn flag(is_set: bool) -> ConstGauge<i64> {
    ConstGauge::new(i64::from(is_set))
}
