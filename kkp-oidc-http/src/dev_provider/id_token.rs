//! ID tokens: [OpenID Connect Core section 2].
//!
//! [OpenID Connect Core section 2]: https://openid.net/specs/openid-connect-core-1_0.html#IDToken

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256, Sha512};

use super::grants::Login;
use super::keys::SigningAlgorithm;
use super::provider::Provider;

/// What an ID token is issued for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum IdTokenKind {
    /// A code was redeemed.
    Login,
    /// A refresh token was used. The token has no `nonce` then ([OpenID Connect Core section 12.2]).
    ///
    /// [OpenID Connect Core section 12.2]: https://openid.net/specs/openid-connect-core-1_0.html#RefreshTokenResponse
    Refresh,
}

/// A signed ID token with the claims that `scopes` ask for.
pub(super) fn id_token(
    provider: &Provider,
    login: &Login,
    scopes: &BTreeSet<String>,
    kind: IdTokenKind,
    access_token: &str,
) -> String {
    let key = provider.keys().current();
    let (now, fault) = (provider.clock.now().as_secs(), provider.fault());
    let mut claims = Map::new();
    let mut claim = |name: &str, value: Value| claims.insert(name.to_owned(), value);
    claim("iss", json!(provider.issuer));
    claim("sub", json!(login.user.sub));
    claim("aud", json!(login.client_id));
    claim("iat", json!(now));
    claim("exp", json!(now.saturating_add(provider.id_token_lifetime_secs.into())));
    claim("auth_time", json!(login.auth_time.as_secs()));
    claim("at_hash", json!(at_hash(provider.algorithm, access_token)));
    if let (IdTokenKind::Login, Some(nonce)) = (kind, &login.nonce) {
        claim("nonce", json!(nonce));
    }
    if scopes.contains("email") {
        claim("email", json!(login.user.email));
        claim("email_verified", json!(login.user.email_verified));
    }
    if scopes.contains("profile") {
        claim("name", json!(login.user.name));
    }
    if scopes.contains("groups") {
        claim("groups", json!(login.user.groups));
    }
    fault.spoil_claims(&mut claims, kind);
    match fault.wrong_signature(&key, provider.algorithm, &claims) {
        Some(token) => token,
        None => key.sign(key.header(), claims),
    }
}

/// The left half of the hash that belongs to the algorithm, see [OpenID Connect Core section 3.1.3.6].
///
/// For Ed25519 that is SHA-512.
///
/// [OpenID Connect Core section 3.1.3.6]: https://openid.net/specs/openid-connect-core-1_0.html#CodeIDToken
fn at_hash(algorithm: SigningAlgorithm, access_token: &str) -> String {
    let half = match algorithm {
        SigningAlgorithm::EdDsa => Sha512::digest(access_token.as_bytes()).as_slice()[..32].to_vec(),
        _ => Sha256::digest(access_token.as_bytes()).as_slice()[..16].to_vec(),
    };
    URL_SAFE_NO_PAD.encode(half)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn at_hash_is_that_of_the_example_in_openid_connect_core() {
        // OpenID Connect Core 1.0, appendix A.3: access token and at_hash.
        assert_eq!(
            at_hash(SigningAlgorithm::Rs256, "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y"),
            "77QmUPtjPfzWtF2AnpK9RQ"
        );
    }
}
