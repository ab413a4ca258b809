//! `GET /api/v1/kubeconfig`: share links and callbacks. KKP: spec section 4.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{AppendHeaders, IntoResponse as _, Response};
use kkp_oidc_core::authorization::{
    AuthenticState, AuthorizationRequest, Callback, CallbackOutcome, Flow, FlowId, FlowKind, FlowTarget, Nonce,
    PkceVerifier, Query, RequestCookies, SetCookie, ShareRequest, UserEntry,
};
use kkp_oidc_core::directory::SharedCluster;
use kkp_oidc_core::kubeconfig::{Cluster, ExecConfig, Kubeconfig, Kubelogin, OidcAuthProvider, User};
use kkp_oidc_core::secret::SecretString;

use crate::error::LoginError;
use crate::oidc::{CALLBACK_BUDGET, Login, OidcError, ProviderError, TokenRequest};
use crate::state::AppState;
use crate::used_flows::UseFlowError;

/// A share link begins a flow, a callback ends it.
pub(super) async fn get(State(state): State<AppState>, RawQuery(query): RawQuery, headers: HeaderMap) -> Response {
    let Some(query) = Query::parse(query.as_deref().unwrap_or_default()) else {
        return if state.gate_is_on() { LoginError::QueryTooLong } else { LoginError::GateOff }.into_response(&headers);
    };
    if Callback::is_one(&query) { end(&state, &query, &headers).await } else { begin(&state, &query, &headers).await }
}

/// The first half: from a share link to the provider.
async fn begin(state: &AppState, query: &Query, headers: &HeaderMap) -> Response {
    match begin_flow(state, query, headers).await {
        Ok(response) => response,
        Err(error) => error.into_response(headers),
    }
}

async fn begin_flow(state: &AppState, query: &Query, headers: &HeaderMap) -> Result<Response, LoginError> {
    if !state.gate_is_on() {
        return Err(LoginError::GateOff);
    }
    let target = ShareRequest::parse(query)?.into_target();
    authorize(state, &target).await?;
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
        authorization_endpoint: &metadata.authorization_endpoint,
        config: state.oidc().config(),
        flow: &flow,
        state: &state.state_key().issue(id, FlowKind::Kubeconfig, now),
    };
    let location = [(header::LOCATION, request.url())];
    let mut cookies = state.cookies().make_room(&request_cookies(headers), now);
    cookies.push(state.cookies().seal(&flow, id, random.iv, now));
    Ok((StatusCode::SEE_OTHER, set_cookies(&cookies), location).into_response())
}

/// The second half: from the provider's answer to the kubeconfig. The flow's cookie goes, whatever the outcome.
async fn end(state: &AppState, query: &Query, headers: &HeaderMap) -> Response {
    let callback = Callback::parse(query).map_err(LoginError::from);
    let callback = callback.and_then(|callback| {
        let flow = state.state_key().authenticate(callback.state())?;
        Ok((callback, flow))
    });
    let (callback, flow) = match callback {
        Ok(found) => found,
        // Without a flow of ours nothing says that this endpoint exists where its gate is off.
        Err(_) if !state.gate_is_on() => return LoginError::GateOff.into_response(headers),
        Err(error) => return error.into_response(headers),
    };
    let response = match tokio::time::timeout(CALLBACK_BUDGET, end_flow(state, callback, &flow, headers)).await {
        Ok(Ok(response)) => response,
        Ok(Err(error)) => error.into_response(headers),
        Err(_) => LoginError::from(OidcError::from(ProviderError::TimedOut)).into_response(headers),
    };
    (set_cookies(&[state.cookies().clear(flow.id())]), response).into_response()
}

async fn end_flow(
    state: &AppState,
    callback: Callback,
    authentic: &AuthenticState,
    headers: &HeaderMap,
) -> Result<Response, LoginError> {
    let now = state.now();
    authentic.require_fresh(now)?;
    // Before the cookie, which the first answer took away: whoever reloads the page is told why it is empty.
    if state.used_flows().was_used(authentic.id()) {
        return Err(LoginError::FlowUsed);
    }
    let flow = state.cookies().open(authentic, &request_cookies(headers), now)?;
    state.used_flows().use_once(authentic.id(), authentic.issued_at(), now).map_err(|error| match error {
        UseFlowError::UsedBefore => LoginError::FlowUsed,
        UseFlowError::TooMany => LoginError::TooManyFlows,
    })?;
    let metadata = state.oidc().metadata().await.map_err(OidcError::from)?;
    callback.require_issuer(state.oidc().config().issuer(), metadata.promises_issuer_parameter)?;
    let code = match callback.into_outcome()? {
        CallbackOutcome::Code(code) => code,
        CallbackOutcome::Refused(error) => return Err(LoginError::Refused { error }),
        _ => return Err(LoginError::Refused { error: None }),
    };
    let cluster = authorize(state, &flow.target).await?;
    let request = TokenRequest { code: &code, pkce_verifier: &flow.pkce_verifier };
    let login = state.oidc().login(request, &flow.nonce).await?;
    let kubeconfig = kubeconfig(state, &cluster, flow.target.user_entry, login).await?;
    tracing::info!(cluster = %cluster.id, shared_by = %flow.target.user_id, "kubeconfig given out");
    Ok(download(&cluster, &kubeconfig))
}

async fn authorize(state: &AppState, target: &FlowTarget) -> Result<Arc<SharedCluster>, LoginError> {
    state.directory().authorize(target).await?.ok_or(LoginError::NotFound)
}

async fn kubeconfig(
    state: &AppState,
    cluster: &SharedCluster,
    user_entry: UserEntry,
    login: Login,
) -> Result<SecretString, LoginError> {
    let config = state.oidc().config();
    let issuer_ca = state.oidc().idp_certificate_authority().await.map(String::into_bytes);
    let user = match user_entry {
        UserEntry::AuthProvider => User::from(OidcAuthProvider {
            client_id: config.client_id().to_string(),
            client_secret: config.client_secret().as_secret().clone(),
            id_token: login.identity.id_token().clone(),
            idp_issuer_url: config.issuer().to_string(),
            refresh_token: login.refresh_token.ok_or(LoginError::NoRefreshToken)?,
            idp_certificate_authority_data: issuer_ca,
        }),
        _ => User::Exec(ExecConfig::kubelogin(&Kubelogin {
            issuer_url: config.issuer().to_string(),
            client_id: config.client_id().to_string(),
            client_secret: config.client_secret().as_secret().clone(),
            certificate_authority_data: issuer_ca,
        })),
    };
    let facts = Cluster::new(cluster.server.as_str())
        .with_certificate_authority_data(cluster.certificate_authority_data.clone());
    // KKP: the entry's name is lower-cased, the identity that the API server sees is not. Spec section 6.1.
    let user_name = login.identity.email().to_lowercase();
    Ok(Kubeconfig::for_cluster(cluster.id.as_str(), facts, &user_name, user).to_yaml(state.preferences())?)
}

/// KKP: spec section 4.6. A cluster's id is safe in a header.
fn download(cluster: &SharedCluster, kubeconfig: &SecretString) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "application/octet-stream".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=kubeconfig-{}", cluster.id)),
    ];
    (StatusCode::OK, headers, kubeconfig.expose_secret().to_owned()).into_response()
}

fn request_cookies(headers: &HeaderMap) -> RequestCookies<'_> {
    RequestCookies::parse(headers.get_all(header::COOKIE).into_iter().filter_map(|value| value.to_str().ok()))
}

fn set_cookies(cookies: &[SetCookie]) -> AppendHeaders<Vec<(header::HeaderName, HeaderValue)>> {
    let values = cookies.iter().filter_map(|cookie| HeaderValue::from_str(cookie.as_header_value()).ok());
    AppendHeaders(values.map(|value| (header::SET_COOKIE, value)).collect())
}
