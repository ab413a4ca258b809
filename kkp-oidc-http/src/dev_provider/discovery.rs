//! The discovery document ([OpenID Connect Discovery section 3]) and the JWK Set.
//!
//! [OpenID Connect Discovery section 3]: https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderMetadata

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use serde_json::{Value, json};

use super::authorize::SCOPES;
use super::provider::Provider;

pub(super) async fn discovery(State(provider): State<Arc<Provider>>) -> Response {
    provider.counters.discovery();
    let fault = provider.fault();
    let mut document = document(&provider);
    fault.spoil_discovery(&mut document);
    fault.discovery_answer().unwrap_or_else(|| Json(document).into_response())
}

pub(super) async fn jwks(State(provider): State<Arc<Provider>>) -> Response {
    provider.counters.jwks();
    let fault = provider.fault();
    let mut jwks = provider.keys().jwks();
    fault.spoil_jwks(&mut jwks);
    fault.jwks_answer().unwrap_or_else(|| Json(jwks).into_response())
}

fn document(provider: &Provider) -> Value {
    let issuer = &provider.issuer;
    let auth_methods: BTreeSet<_> = provider.clients().iter().map(|client| client.auth_method).collect();
    let mut document = json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/auth"),
        "token_endpoint": format!("{issuer}/token"),
        "jwks_uri": format!("{issuer}/keys"),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": [provider.algorithm.as_str()],
        "token_endpoint_auth_methods_supported": auth_methods.iter().map(|method| method.as_str()).collect::<Vec<_>>(),
        "code_challenge_methods_supported": ["S256"],
        "scopes_supported": SCOPES,
        "claims_supported": [
            "iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "at_hash", "email", "email_verified", "name", "groups",
        ],
        "claims_parameter_supported": false,
        "request_parameter_supported": false,
        // The default of this one is true.
        "request_uri_parameter_supported": false,
        "authorization_response_iss_parameter_supported": true,
    });
    let optional = [
        (provider.revocation_endpoint, "revocation_endpoint", "/revoke"),
        (provider.end_session_endpoint, "end_session_endpoint", "/logout"),
    ];
    for (_, name, path) in optional.into_iter().filter(|(is_there, ..)| *is_there) {
        document[name] = json!(format!("{issuer}{path}"));
    }
    document
}
