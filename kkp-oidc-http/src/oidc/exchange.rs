//! The token request ([RFC 6749 section 4.1.3]): sent once, since a code that is presented twice is revoked.
//!
//! [RFC 6749 section 4.1.3]: https://www.rfc-editor.org/rfc/rfc6749#section-4.1.3

use kkp_oidc_core::authorization::{PkceVerifier, ProviderErrorCode};
use kkp_oidc_core::issuer::{ClientAuthentication, IssuerConfig, ProviderMetadata};
use kkp_oidc_core::secret::SecretString;
use serde::Deserialize;
use url::form_urlencoded;

use super::answer::Answer;
use super::error::{OidcError, ProviderError};
use super::fetch::HttpClient;
use crate::metrics::Endpoint;

/// What the callback brought, and what only this flow knows.
#[derive(Clone, Copy)]
pub(crate) struct TokenRequest<'a> {
    pub(crate) code: &'a SecretString,
    pub(crate) pkce_verifier: &'a PkceVerifier,
}

/// The token response ([RFC 6749 section 5.1]), as far as it is used.
///
/// [RFC 6749 section 5.1]: https://www.rfc-editor.org/rfc/rfc6749#section-5.1
pub(super) struct TokenResponse {
    pub(super) id_token: Option<SecretString>,
    pub(super) access_token: Option<SecretString>,
    pub(super) refresh_token: Option<SecretString>,
}

#[derive(Deserialize)]
struct Granted {
    id_token: Option<String>,
    access_token: Option<String>,
    refresh_token: Option<String>,
    token_type: Option<String>,
}

#[derive(Deserialize)]
struct Refused {
    error: String,
}

/// Exchange the code.
pub(super) async fn exchange(
    http: &HttpClient,
    metadata: &ProviderMetadata,
    config: &IssuerConfig,
    request: TokenRequest<'_>,
) -> Result<TokenResponse, OidcError> {
    let answer = http.outbound().ask(Endpoint::Token, send(http, metadata, config, request)).await?;
    if answer.status.is_success() {
        return granted(&answer.body);
    }
    // RFC 6749 section 5.2: 400, or 401 for the client itself. Some providers say 403.
    if answer.status.is_client_error()
        && let Ok(refused) = serde_json::from_slice::<Refused>(&answer.body)
    {
        let error = refused.error.parse::<ProviderErrorCode>().ok();
        return Err(match refused.error.as_str() {
            "invalid_client" | "unauthorized_client" => OidcError::ClientRefused { error },
            _ => OidcError::CodeRefused { error },
        });
    }
    Err(ProviderError::from_status(answer.status).into())
}

/// Present the code; the answer may have any status.
pub(super) async fn send(
    http: &HttpClient,
    metadata: &ProviderMetadata,
    config: &IssuerConfig,
    request: TokenRequest<'_>,
) -> Result<Answer, ProviderError> {
    let verifier = request.pkce_verifier.to_secret();
    let (client_id, client_secret) = (config.client_id().as_str(), config.client_secret().as_secret().expose_secret());
    let mut form = vec![
        ("grant_type", "authorization_code"),
        ("code", request.code.expose_secret()),
        ("redirect_uri", config.redirect_uri().as_str()),
        ("code_verifier", verifier.expose_secret()),
    ];
    let basic = match metadata.client_authentication() {
        ClientAuthentication::Post => {
            form.extend([("client_id", client_id), ("client_secret", client_secret)]);
            None
        }
        _ => Some(basic_credentials(config)),
    };
    http.post_form(metadata.token_endpoint().as_str(), &form, basic).await
}

fn granted(body: &[u8]) -> Result<TokenResponse, OidcError> {
    let malformed = |what| OidcError::Provider(ProviderError::Malformed { what });
    let granted = serde_json::from_slice::<Granted>(body).map_err(|_| malformed("token response"))?;
    // RFC 6749 section 5.1 demands a type, section 7.1 forbids to use one that is not understood.
    if granted.token_type.is_some_and(|kind| !kind.eq_ignore_ascii_case("bearer")) {
        return Err(malformed("token_type"));
    }
    let secret = |token: Option<String>| token.filter(|token| !token.is_empty()).map(SecretString::from);
    Ok(TokenResponse {
        id_token: secret(granted.id_token),
        access_token: secret(granted.access_token),
        refresh_token: secret(granted.refresh_token),
    })
}

/// User and password for HTTP's basic authentication: both are form-urlencoded first, RFC 6749 section 2.3.1.
pub(super) fn basic_credentials(config: &IssuerConfig) -> (String, String) {
    let secret = config.client_secret().as_secret().expose_secret();
    (urlencoded(config.client_id().as_str()), urlencoded(secret))
}

fn urlencoded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}
