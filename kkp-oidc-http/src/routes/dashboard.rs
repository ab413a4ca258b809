//! What KKP's dashboard asks before it shows a share button. KKP: spec sections 1.3 and 7.4.

use axum::Json;
use axum::extract::State;
use kkp_oidc_core::feature_gates::DashboardGates;
use serde::Serialize;

use crate::kkp_links::KkpLinks;
use crate::state::AppState;

/// The key of the dashboard's config.json that is this service's.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub(super) struct UiConfig {
    /// Whether the button is shown.
    share_kubeconfig: bool,
}

/// Gates as KKP's dashboard asks for them
#[cfg_attr(feature = "openapi", utoipa::path(
    get,
    path = "/api/v2/featuregates",
    tag = "kkp",
    operation_id = "getFeatureGates",
    responses((status = 200, description = "The gates that were set.", body = super::schemas::FeatureGates)),
))]
pub(super) async fn feature_gates(State(state): State<AppState>) -> Json<DashboardGates> {
    Json(state.dashboard_gates())
}

/// Settings of KKP's dashboard
#[cfg_attr(feature = "openapi", utoipa::path(
    get,
    path = "/config.json",
    tag = "kkp",
    operation_id = "getUiConfig",
    responses((status = 200, description = "Those that concern sharing.", body = UiConfig)),
))]
// The button makes links in KKP's form, so it is shown while those are answered.
pub(super) async fn ui_config(State(state): State<AppState>) -> Json<UiConfig> {
    Json(UiConfig { share_kubeconfig: state.gate_is_on() && state.kkp_links() != KkpLinks::Deny })
}
