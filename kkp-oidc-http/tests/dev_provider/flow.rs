//! The way through: log in, redeem, refresh.

use kkp_oidc_http::dev_provider::{OldKeys, RequestCounts, SigningAlgorithm};
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::lab::{Lab, NOW, at_hash, pairs, redemption, refresh, request};

/// Made by `printf lukasz@example.com | openssl dgst -sha256 -binary | base64`, in base64url.
const SUB: &str = "GCE1w8PtJB0PNxycGWkDxfiDVjuebr7XIdJQamuPCMo";

fn claims_without_scopes(lab: &Lab, tokens: &Value, issued_at: i64) -> Value {
    json!({
        "iss": lab.provider.issuer(),
        "sub": SUB,
        "aud": "odd:id %",
        "iat": issued_at,
        "exp": issued_at + 3600,
        "auth_time": NOW,
        "at_hash": at_hash(tokens["access_token"].as_str().unwrap()),
    })
}

fn all_claims(lab: &Lab, tokens: &Value, issued_at: i64) -> Value {
    let mut claims = claims_without_scopes(lab, tokens, issued_at);
    claims["email"] = json!("lukasz@example.com");
    claims["email_verified"] = json!(true);
    claims["name"] = json!("Lukasz");
    claims["groups"] = json!(["dev"]);
    claims
}

#[tokio::test]
async fn a_login_gives_a_code_and_the_code_gives_tokens() {
    let lab = Lab::new().await;
    let mut answer = lab.login(&request()).await;
    let code = answer.remove("code").unwrap();
    assert_eq!(answer, pairs([("state", "st&te=ä"), ("iss", lab.provider.issuer())]));

    let (status, tokens) = lab.token(&redemption(&code)).await;
    let expected = json!({
        "access_token": tokens["access_token"],
        "expires_in": 3600,
        "id_token": tokens["id_token"],
        "refresh_token": tokens["refresh_token"],
        "scope": "email groups offline_access openid profile",
        "token_type": "Bearer",
    });
    assert_eq!((status, &tokens), (StatusCode::OK, &expected));

    let mut expected = all_claims(&lab, &tokens, NOW);
    expected["nonce"] = json!("n-0S6_WzA2Mj");
    assert_eq!(lab.claims(&tokens).await.unwrap(), expected);
    assert_eq!(
        lab.provider.requests(),
        RequestCounts { authorization: 1, jwks: 1, token: 1, ..RequestCounts::default() }
    );
}

#[tokio::test]
async fn every_algorithm_gives_tokens_that_verify() {
    for algorithm in
        [SigningAlgorithm::Rs256, SigningAlgorithm::Ps256, SigningAlgorithm::Es256, SigningAlgorithm::EdDsa]
    {
        let lab = Lab::with(|config| config.algorithm = algorithm).await;
        let tokens = lab.tokens(&request()).await;
        assert_eq!(lab.claims(&tokens).await.unwrap()["sub"], SUB, "{algorithm:?}");
        let discovery = lab.json("/.well-known/openid-configuration").await;
        assert_eq!(discovery["id_token_signing_alg_values_supported"], json!([algorithm.as_str()]));
    }
}

#[tokio::test]
async fn claims_come_with_their_scopes_only() {
    let lab = Lab::new().await;
    let tokens = lab.tokens(&request().but("scope", "openid").without("nonce")).await;
    assert_eq!(tokens["scope"], "openid");
    assert_eq!(tokens.get("refresh_token"), None);
    assert_eq!(lab.claims(&tokens).await.unwrap(), claims_without_scopes(&lab, &tokens, NOW));
}

#[tokio::test]
async fn offline_access_needs_consent_unless_told_otherwise() {
    let strict = Lab::new().await;
    let tokens = strict.tokens(&request().without("prompt")).await;
    assert_eq!((tokens.get("refresh_token"), &tokens["scope"]), (None, &json!("email groups openid profile")));

    let lenient = Lab::with(|config| config.offline_access_needs_consent = false).await;
    let tokens = lenient.tokens(&request().without("prompt")).await;
    assert_eq!(tokens["scope"], "email groups offline_access openid profile");
    assert_eq!(lenient.token(&refresh(&tokens)).await.0, StatusCode::OK);
}

#[tokio::test]
async fn a_refresh_gives_a_new_id_token_without_nonce_and_rotates() {
    let lab = Lab::new().await;
    let first = lab.tokens(&request()).await;
    lab.clock.set(NOW + 1000);
    let (status, second) = lab.token(&refresh(&first)).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(lab.claims(&second).await.unwrap(), all_claims(&lab, &second, NOW + 1000));
    assert_ne!(first["refresh_token"], second["refresh_token"]);

    let (status, narrowed) = lab.token(&refresh(&second).with("scope", "openid")).await;
    assert_eq!((status, &narrowed["scope"]), (StatusCode::OK, &json!("openid")));
    assert_eq!(lab.claims(&narrowed).await.unwrap(), claims_without_scopes(&lab, &narrowed, NOW + 1000));

    // The rotated token keeps what was granted.
    let (_, again) = lab.token(&refresh(&narrowed)).await;
    assert_eq!(again["scope"], "email groups offline_access openid profile");
}

#[tokio::test]
async fn rotation_keeps_or_drops_the_old_key() {
    let lab = Lab::new().await;
    let old = lab.tokens(&request()).await;
    let [old_jwk] = jwks(&lab).await.try_into().unwrap();

    lab.provider.rotate_keys(OldKeys::Keep);
    let new = lab.tokens(&request()).await;
    let [new_jwk, kept] = jwks(&lab).await.try_into().unwrap();
    assert_eq!(kept, old_jwk);
    assert_ne!(new_jwk["kid"], old_jwk["kid"]);
    for tokens in [&old, &new] {
        assert_eq!(lab.claims(tokens).await.unwrap()["sub"], SUB);
    }

    lab.provider.rotate_keys(OldKeys::Drop);
    assert_eq!(jwks(&lab).await.len(), 1);
    for _ in 0..20 {
        lab.provider.rotate_keys(OldKeys::Keep);
    }
    assert_eq!(jwks(&lab).await.len(), 8);
}

async fn jwks(lab: &Lab) -> Vec<Value> {
    lab.json("/keys").await["keys"].as_array().unwrap().clone()
}
