//! The ends of a login: token revocation ([RFC 7009]) and [RP-Initiated Logout]. Each is there if the configuration says so.
//!
//! [RFC 7009]: https://www.rfc-editor.org/rfc/rfc7009
//! [RP-Initiated Logout]: https://openid.net/specs/openid-connect-rpinitiated-1_0.html

use std::sync::Arc;

use axum::extract::{RawForm, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use url::form_urlencoded;

use super::client_auth::authenticate;
use super::oauth_error::OAuthError;
use super::pages;
use super::params::Params;
use super::provider::Provider;
use super::token;

/// `POST /revoke`
pub(super) async fn revoke(
    State(provider): State<Arc<Provider>>,
    headers: HeaderMap,
    RawForm(form): RawForm,
) -> Response {
    provider.counters.revocation();
    if !provider.revocation_endpoint {
        return StatusCode::NOT_FOUND.into_response();
    }
    match revoke_token(&provider, &headers, &Params::parse(&form)) {
        Ok(()) => (StatusCode::OK, [(header::CACHE_CONTROL, "no-store")]).into_response(),
        Err(error) => token::refuse(error),
    }
}

fn revoke_token(provider: &Provider, headers: &HeaderMap, params: &Params) -> Result<(), OAuthError> {
    if params.has_repeated() {
        return Err(OAuthError::invalid_request("a parameter comes twice"));
    }
    let client = authenticate(provider, headers, params)?;
    let token = params.get("token").ok_or(OAuthError::invalid_request("token is missing"))?;
    provider.grants().revoke_token(token, &client.client_id)
}

/// `GET /logout` and `POST /logout`. Nobody is ever logged in, so that nothing has to end and nobody is asked.
pub(super) async fn end_session(State(provider): State<Arc<Provider>>, RawForm(form): RawForm) -> Response {
    provider.counters.end_session();
    if !provider.end_session_endpoint {
        return StatusCode::NOT_FOUND.into_response();
    }
    let params = Params::parse(&form);
    match return_address(&provider, &params) {
        Ok(Some(location)) => {
            (StatusCode::SEE_OTHER, [(header::LOCATION, location), (header::CACHE_CONTROL, "no-store".to_owned())])
                .into_response()
        }
        Ok(None) => pages::logged_out(&provider),
        Err(problem) => pages::refusal(&provider, StatusCode::BAD_REQUEST, problem),
    }
}

/// Where the browser goes afterwards (RP-Initiated Logout section 3): only to what is registered for the client.
fn return_address(provider: &Provider, params: &Params) -> Result<Option<String>, &'static str> {
    if params.has_repeated() {
        return Err("The request has a parameter twice.");
    }
    let client =
        params.get("client_id").map(|id| provider.client(id).ok_or("The request comes from an unknown client."));
    let client = client.transpose()?;
    let Some(uri) = params.get("post_logout_redirect_uri") else { return Ok(None) };
    let client = client.ok_or("The request has a post_logout_redirect_uri, but no client_id.")?;
    if !client.post_logout_redirect_uris.iter().any(|registered| registered == uri) {
        return Err(
            "The post_logout_redirect_uri of the request is not registered for this client. It has to match exactly.",
        );
    }
    let Some(state) = params.get("state") else { return Ok(Some(uri.to_owned())) };
    let separator = if uri.contains('?') { '&' } else { '?' };
    let state = form_urlencoded::Serializer::new(String::new()).append_pair("state", state).finish();
    Ok(Some(format!("{uri}{separator}{state}")))
}
