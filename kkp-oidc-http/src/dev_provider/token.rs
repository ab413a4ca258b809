//! The token endpoint: [RFC 6749 section 4.1.3] and [section 6], with [OpenID Connect Core section 3.1.3].
//!
//! [RFC 6749 section 4.1.3]: https://www.rfc-editor.org/rfc/rfc6749#section-4.1.3
//! [section 6]: https://www.rfc-editor.org/rfc/rfc6749#section-6
//! [OpenID Connect Core section 3.1.3]: https://openid.net/specs/openid-connect-core-1_0.html#TokenEndpoint

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::RawFormRejection;
use axum::extract::{RawForm, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde_json::{Map, Value, json};

use super::client_auth::authenticate;
use super::config::DevClient;
use super::grants::{Grant, Redemption};
use super::id_token::{IdTokenKind, id_token};
use super::oauth_error::OAuthError;
use super::params::Params;
use super::provider::Provider;
use super::token_store::random_token;

/// Lifetime of an access token in seconds; nothing here takes one.
const ACCESS_TOKEN_LIFETIME_SECS: u32 = 3600;

pub(super) async fn token(
    State(provider): State<Arc<Provider>>,
    headers: HeaderMap,
    form: Result<RawForm, RawFormRejection>,
) -> Response {
    provider.counters.token();
    let fault = provider.fault();
    if let Some(answer) = fault.token_answer().await {
        return answer;
    }
    let tokens = match form {
        Ok(RawForm(form)) => answer(&provider, &headers, &Params::parse(&form)),
        Err(_) => Err(OAuthError::invalid_request("the body must be a form of at most 64 KiB")),
    };
    match tokens {
        Ok(mut tokens) => {
            fault.spoil_tokens(&mut tokens);
            respond(StatusCode::OK, tokens.into())
        }
        Err(error) => refuse(error),
    }
}

fn answer(provider: &Provider, headers: &HeaderMap, params: &Params) -> Result<Map<String, Value>, OAuthError> {
    if params.has_repeated() {
        return Err(OAuthError::invalid_request("a parameter comes twice"));
    }
    let client = authenticate(provider, headers, params)?;
    match params.get("grant_type") {
        Some("authorization_code") => code_grant(provider, &client, params),
        Some("refresh_token") => refresh_grant(provider, &client, params),
        Some(_) => Err(OAuthError::new("unsupported_grant_type", "use authorization_code or refresh_token")),
        None => Err(OAuthError::invalid_request("grant_type is missing")),
    }
}

fn code_grant(provider: &Provider, client: &DevClient, params: &Params) -> Result<Map<String, Value>, OAuthError> {
    let redemption = Redemption {
        code: params.get("code").ok_or(OAuthError::invalid_request("code is missing"))?,
        client_id: &client.client_id,
        redirect_uri: params.get("redirect_uri").ok_or(OAuthError::invalid_request("redirect_uri is missing"))?,
        code_verifier: params.get("code_verifier").ok_or(OAuthError::invalid_request("code_verifier is missing"))?,
    };
    // RFC 7636 section 4.1: 43 to 128 unreserved characters.
    let unreserved = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    if !(43..=128).contains(&redemption.code_verifier.len()) || !redemption.code_verifier.bytes().all(unreserved) {
        return Err(OAuthError::invalid_request("code_verifier must be 43 to 128 unreserved characters"));
    }
    let refresh_token = random_token(&*provider.entropy);
    // One lock from redeeming the code to keeping the refresh token: a replay in between could not revoke it.
    let (grant, refresh_token) = {
        let mut grants = provider.grants();
        let grant = grants.redeem_code(&redemption, provider.clock.now())?;
        let offline = grant.login.scopes.contains("offline_access");
        if offline {
            grants.add_refresh_token(&refresh_token, &grant);
        }
        (grant, offline.then_some(refresh_token))
    };
    let scopes = grant.login.scopes.clone();
    Ok(tokens(provider, &grant, &scopes, IdTokenKind::Login, refresh_token))
}

fn refresh_grant(provider: &Provider, client: &DevClient, params: &Params) -> Result<Map<String, Value>, OAuthError> {
    let presented = params.get("refresh_token").ok_or(OAuthError::invalid_request("refresh_token is missing"))?;
    let refresh_token = random_token(&*provider.entropy);
    let grant = {
        let mut grants = provider.grants();
        let grant = grants.use_refresh_token(presented, &client.client_id, params.words("scope"))?;
        grants.add_refresh_token(&refresh_token, &grant);
        grant
    };
    let narrowed: BTreeSet<String> = params.words("scope").map(str::to_owned).collect();
    let scopes = if narrowed.is_empty() { grant.login.scopes.clone() } else { narrowed };
    Ok(tokens(provider, &grant, &scopes, IdTokenKind::Refresh, Some(refresh_token)))
}

fn tokens(
    provider: &Provider,
    grant: &Grant,
    scopes: &BTreeSet<String>,
    kind: IdTokenKind,
    refresh_token: Option<String>,
) -> Map<String, Value> {
    let access_token = random_token(&*provider.entropy);
    provider.grants().add_access_token(&access_token, grant);
    let mut tokens = Map::new();
    tokens.insert("id_token".into(), json!(id_token(provider, &grant.login, scopes, kind, &access_token)));
    tokens.insert("access_token".into(), json!(access_token));
    tokens.insert("token_type".into(), json!("Bearer"));
    tokens.insert("expires_in".into(), json!(ACCESS_TOKEN_LIFETIME_SECS));
    tokens.insert("scope".into(), json!(scopes.iter().map(String::as_str).collect::<Vec<_>>().join(" ")));
    tokens.extend(refresh_token.map(|token| ("refresh_token".into(), json!(token))));
    tokens
}

/// The error response ([RFC 6749 section 5.2](https://www.rfc-editor.org/rfc/rfc6749#section-5.2)).
pub(super) fn refuse(error: OAuthError) -> Response {
    let body = json!({ "error": error.code, "error_description": error.description });
    if error.code != "invalid_client" {
        return respond(StatusCode::BAD_REQUEST, body);
    }
    let mut response = respond(StatusCode::UNAUTHORIZED, body);
    let challenge = header::HeaderValue::from_static("Basic realm=\"token endpoint\"");
    response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
    response
}

/// JSON that no cache keeps ([RFC 6749 section 5.1](https://www.rfc-editor.org/rfc/rfc6749#section-5.1)).
pub(super) fn respond(status: StatusCode, body: Value) -> Response {
    (status, [(header::CACHE_CONTROL, "no-store"), (header::PRAGMA, "no-cache")], Json(body)).into_response()
}
