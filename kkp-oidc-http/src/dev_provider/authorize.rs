//! The authorization endpoint: [RFC 6749 section 4.1.1] with [RFC 7636] and [OpenID Connect Core section 3.1.2].
//!
//! [RFC 6749 section 4.1.1]: https://www.rfc-editor.org/rfc/rfc6749#section-4.1.1
//! [RFC 7636]: https://www.rfc-editor.org/rfc/rfc7636#section-4.3
//! [OpenID Connect Core section 3.1.2]: https://openid.net/specs/openid-connect-core-1_0.html#AuthorizationEndpoint

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use url::form_urlencoded;

use super::oauth_error::OAuthError;
use super::pages;
use super::params::Params;
use super::provider::Provider;
use super::request::{AuthorizationRequest, ReturnAddress};
use super::token_store::random_token;

/// The scopes that mean something here; others are ignored ([OpenID Connect Core section 3.1.2.1]).
///
/// [OpenID Connect Core section 3.1.2.1]: https://openid.net/specs/openid-connect-core-1_0.html#AuthRequest
pub(super) const SCOPES: [&str; 5] = ["openid", "email", "profile", "groups", "offline_access"];

pub(super) async fn authorize(State(provider): State<Arc<Provider>>, RawQuery(query): RawQuery) -> Response {
    provider.counters.authorization();
    let params = Params::parse(query.unwrap_or_default().as_bytes());
    let (client_id, return_address) = match return_address(&provider, &params) {
        Ok(found) => found,
        Err(problem) => return pages::refusal(&provider, StatusCode::BAD_REQUEST, problem),
    };
    match authorization_request(&provider, &params, client_id, return_address) {
        Ok(request) => {
            let request_id = random_token(&*provider.entropy);
            let page = pages::login(&provider, &request.client_id, &request_id);
            provider.grants().add_pending(&request_id, request, provider.clock.now());
            page
        }
        Err((return_address, error)) => return_address.refuse(&provider, error),
    }
}

/// The client and where it wants its answer. Without both there is nobody to redirect to
/// ([RFC 6749 section 4.1.2.1](https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2.1)).
fn return_address(provider: &Provider, params: &Params) -> Result<(String, ReturnAddress), &'static str> {
    if ["client_id", "redirect_uri"].iter().any(|name| params.is_repeated(name)) {
        return Err("The request names its client or its redirect URI twice.");
    }
    let client_id = params.get("client_id").ok_or("The request has no client_id.")?;
    let client = provider.client(client_id).ok_or("The request comes from an unknown client.")?;
    let redirect_uri = params.get("redirect_uri").ok_or("The request has no redirect_uri.")?;
    if !client.redirect_uris.iter().any(|registered| registered == redirect_uri) {
        return Err("The redirect_uri of the request is not registered for this client. It has to match exactly.");
    }
    let state = params.get("state").map(str::to_owned);
    Ok((client.client_id, ReturnAddress { redirect_uri: redirect_uri.to_owned(), state }))
}

fn authorization_request(
    provider: &Provider,
    params: &Params,
    client_id: String,
    return_address: ReturnAddress,
) -> Result<AuthorizationRequest, (ReturnAddress, OAuthError)> {
    match granted_scopes(provider, params).and_then(|scopes| Ok((scopes, code_challenge(params)?))) {
        Ok((scopes, code_challenge)) => Ok(AuthorizationRequest {
            client_id,
            return_address,
            code_challenge,
            nonce: params.get("nonce").map(str::to_owned),
            scopes,
        }),
        Err(error) => Err((return_address, error)),
    }
}

/// Everything but PKCE.
fn granted_scopes(provider: &Provider, params: &Params) -> Result<BTreeSet<String>, OAuthError> {
    if params.has_repeated() {
        return Err(OAuthError::invalid_request("a parameter comes twice"));
    }
    if params.get("request").is_some() {
        return Err(OAuthError::new("request_not_supported", "request objects are not supported"));
    }
    if params.get("request_uri").is_some() {
        return Err(OAuthError::new("request_uri_not_supported", "request objects are not supported"));
    }
    match params.get("response_type") {
        Some("code") => {}
        Some(_) => return Err(OAuthError::new("unsupported_response_type", "response_type must be code")),
        None => return Err(OAuthError::invalid_request("response_type is missing")),
    }
    if params.get("response_mode").is_some_and(|mode| mode != "query") {
        return Err(OAuthError::invalid_request("response_mode must be query"));
    }
    let asked: BTreeSet<&str> = params.words("scope").collect();
    if !asked.contains("openid") {
        return Err(OAuthError::new("invalid_scope", "scope must contain openid"));
    }
    let consent = asks_for_consent(params)?;
    let offline = consent || !provider.offline_access_needs_consent;
    let granted = SCOPES.into_iter().filter(|scope| asked.contains(scope) && (*scope != "offline_access" || offline));
    Ok(granted.map(str::to_owned).collect())
}

/// Whether `prompt` has `consent`. The End-User is asked in any case, so that `none` cannot be fulfilled.
fn asks_for_consent(params: &Params) -> Result<bool, OAuthError> {
    let prompts: BTreeSet<&str> = params.words("prompt").collect();
    if prompts.iter().any(|prompt| !["none", "login", "consent", "select_account"].contains(prompt)) {
        return Err(OAuthError::invalid_request("prompt has an unknown value"));
    }
    match (prompts.contains("none"), prompts.len()) {
        (true, 1) => Err(OAuthError::new("login_required", "nobody is ever logged in already")),
        (true, _) => Err(OAuthError::invalid_request("prompt none allows no other value")),
        (false, _) => Ok(prompts.contains("consent")),
    }
}

/// The S256 challenge, which every client has to send
/// ([RFC 7636 section 4.4.1](https://www.rfc-editor.org/rfc/rfc7636#section-4.4.1)).
fn code_challenge(params: &Params) -> Result<String, OAuthError> {
    let challenge = params.get("code_challenge").ok_or(OAuthError::invalid_request("code_challenge is missing"))?;
    // RFC 7636 section 4.3: without a method, `plain` is meant.
    if params.get("code_challenge_method") != Some("S256") {
        return Err(OAuthError::invalid_request("code_challenge_method must be S256"));
    }
    let is_base64url = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    if challenge.len() != 43 || !challenge.bytes().all(is_base64url) {
        return Err(OAuthError::invalid_request("code_challenge must be the base64url of a SHA-256"));
    }
    Ok(challenge.to_owned())
}

impl ReturnAddress {
    /// The error response ([RFC 6749 section 4.1.2.1](https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2.1)).
    pub(super) fn refuse(&self, provider: &Provider, error: OAuthError) -> Response {
        self.redirect(provider, &[("error", error.code), ("error_description", error.description)])
    }

    /// The successful response ([RFC 6749 section 4.1.2](https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2)).
    pub(super) fn accept(&self, provider: &Provider, code: &str) -> Response {
        self.redirect(provider, &[("code", code)])
    }

    /// Send the browser back, with `state` as it came and `iss` ([RFC 9207 section 2]).
    ///
    /// [RFC 9207 section 2]: https://www.rfc-editor.org/rfc/rfc9207#section-2
    fn redirect(&self, provider: &Provider, fields: &[(&str, &str)]) -> Response {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(fields);
        query.extend_pairs(self.state.iter().map(|state| ("state", state)));
        query.extend_pairs(provider.callback_issuer().map(|issuer| ("iss", issuer)));
        // RFC 6749 section 3.1.2: a query component of the registered URI is retained.
        let separator = if self.redirect_uri.contains('?') { '&' } else { '?' };
        let location = format!("{}{separator}{}", self.redirect_uri, query.finish());
        match HeaderValue::from_str(&location) {
            Ok(location) => (
                StatusCode::SEE_OTHER,
                [(header::LOCATION, location), (header::CACHE_CONTROL, HeaderValue::from_static("no-store"))],
            )
                .into_response(),
            Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        }
    }
}
