//! The first half of every flow: off to the provider.

use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use kkp_oidc_core::authorization::{
    AuthorizationRequest, Flow, FlowId, FlowPurpose, Nonce, PkceVerifier, Reauthentication, RequestCookies,
};

use crate::cookies::{cookie_headers, set_cookies};
use crate::error::LoginError;
use crate::oidc::OidcError;
use crate::state::AppState;

/// Begin a flow, whose id it tells, and send the browser to the provider.
pub(super) async fn begin(
    state: &AppState,
    purpose: FlowPurpose,
    reauthentication: Reauthentication,
    headers: &HeaderMap,
) -> Result<(FlowId, Response), LoginError> {
    if state.is_shutting_down() {
        return Err(LoginError::ShuttingDown);
    }
    let metadata = state.oidc().metadata().await.map_err(OidcError::from)?;
    let (now, random) = (state.now(), state.flow_random());
    let id = FlowId::from_bytes(random.id);
    let flow = Flow {
        nonce: Nonce::from_bytes(random.nonce),
        pkce_verifier: PkceVerifier::from_bytes(random.pkce_verifier),
        purpose,
    };
    let request = AuthorizationRequest {
        authorization_endpoint: metadata.authorization_endpoint(),
        config: state.oidc().config(),
        flow: &flow,
        state: &state.state_key().issue(id, flow.purpose.kind(), now),
        reauthentication,
    };
    let sent = cookie_headers(headers);
    let mut cookies = state.cookies().make_room(&RequestCookies::parse(sent.iter().map(AsRef::as_ref)), now);
    cookies.push(state.cookies().seal(&flow, id, random.iv, now));
    Ok((id, (StatusCode::SEE_OTHER, set_cookies(&cookies), [(header::LOCATION, request.url())]).into_response()))
}
