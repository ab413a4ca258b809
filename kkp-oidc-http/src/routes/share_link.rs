//! A KKP share link: from its ids to the provider.

use axum::http::HeaderMap;
use axum::response::Response;
use kkp_oidc_core::authorization::{FlowId, FlowPurpose, FlowTarget, Query, Reauthentication, ShareRequest};

use super::begin::begin;
use super::record::{self, About};
use crate::client_address::ClientAddress;
use crate::error::LoginError;
use crate::kkp_links::KkpLinks;
use crate::state::AppState;

/// Begin a flow, and send the browser to the provider.
pub(super) async fn answer(
    state: &AppState,
    query: &Query,
    headers: &HeaderMap,
    client: ClientAddress,
) -> Result<Response, LoginError> {
    if !state.gate_is_on() {
        return Err(LoginError::GateOff);
    }
    match state.kkp_links() {
        KkpLinks::Deny => return Err(LoginError::KkpLinksClosed),
        KkpLinks::Warn => tracing::warn!("a link in KKP's form was opened"),
        KkpLinks::Allow => {}
    }
    state.limits().flow(client)?;
    let target = ShareRequest::parse(query)?.into_target();
    let begun = begin_for(state, target.clone(), headers).await;
    let about = About { cluster: Some((&target.cluster_id, &target.project_id)), share: None };
    record::begun(state, about, client, begun.as_ref().map(|(id, _)| *id)).await;
    begun.map(|(_, response)| response)
}

async fn begin_for(
    state: &AppState,
    target: FlowTarget,
    headers: &HeaderMap,
) -> Result<(FlowId, Response), LoginError> {
    state.authorize(&target).await?.ok_or(LoginError::NotFound)?;
    begin(state, FlowPurpose::Kubeconfig(target), Reauthentication::AsProviderLikes, headers).await
}
