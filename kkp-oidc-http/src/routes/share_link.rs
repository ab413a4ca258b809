//! The first half: from a share link to the provider.

use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use kkp_oidc_core::authorization::{
    AuthorizationRequest, Flow, FlowId, FlowKind, Nonce, PkceVerifier, Query, RequestCookies, ShareRequest,
};

use super::cookies::{cookie_headers, set_cookies};
use crate::error::LoginError;
use crate::oidc::OidcError;
use crate::state::AppState;

/// Begin a flow, and send the browser to the provider.
pub(super) async fn answer(state: &AppState, query: &Query, headers: &HeaderMap) -> Result<Response, LoginError> {
    if !state.gate_is_on() {
        return Err(LoginError::GateOff);
    }
    let target = ShareRequest::parse(query)?.into_target();
    state.authorize(&target).await?.ok_or(LoginError::NotFound)?;
    if state.is_shutting_down() {
        return Err(LoginError::ShuttingDown);
    }
    let metadata = state.oidc().metadata().await.map_err(OidcError::from)?;

    let (now, random) = (state.now(), state.flow_random());
    let id = FlowId::from_bytes(random.id);
    let flow = Flow {
        nonce: Nonce::from_bytes(random.nonce),
        pkce_verifier: PkceVerifier::from_bytes(random.pkce_verifier),
        target,
    };
    let request = AuthorizationRequest {
        authorization_endpoint: metadata.authorization_endpoint(),
        config: state.oidc().config(),
        flow: &flow,
        state: &state.state_key().issue(id, FlowKind::Kubeconfig, now),
    };
    let sent = cookie_headers(headers);
    let mut cookies = state.cookies().make_room(&RequestCookies::parse(sent.iter().map(AsRef::as_ref)), now);
    cookies.push(state.cookies().seal(&flow, id, random.iv, now));
    Ok((StatusCode::SEE_OTHER, set_cookies(&cookies), [(header::LOCATION, request.url())]).into_response())
}
