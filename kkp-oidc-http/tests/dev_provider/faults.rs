//! Each fault does what its name says and nothing else.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kkp_oidc_http::dev_provider::{Fault, HOSTILE_DESCRIPTION, HUGE_LEN, SigningAlgorithm};
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::lab::{Lab, NOW, callback, pairs, redemption, refresh, request};

const ATTACKER: &str = "https://attacker.example";

/// Header and claims, whoever signed them.
fn parts(tokens: &Value) -> [Value; 2] {
    let mut parts = tokens["id_token"].as_str().unwrap().split('.');
    [(); 2].map(|()| serde_json::from_slice(&URL_SAFE_NO_PAD.decode(parts.next().unwrap()).unwrap()).unwrap())
}

#[tokio::test]
async fn a_spoiled_claim_differs_from_the_good_token_alone() {
    let lab = Lab::new().await;
    let good = lab.claims(&lab.tokens(&request()).await).await.unwrap();
    for (fault, claim, value) in [
        (Fault::WrongIssuer, "iss", Some(json!(ATTACKER))),
        (Fault::WrongAudience, "aud", Some(json!("another-client"))),
        (Fault::NoAudience, "aud", None),
        (Fault::AudienceList, "aud", Some(json!(["odd:id %"]))),
        (Fault::ExtraAudienceWithoutAzp, "aud", Some(json!(["odd:id %", "another-client"]))),
        (Fault::WrongAzp, "azp", Some(json!("another-client"))),
        (Fault::NoSubject, "sub", None),
        (Fault::NotYetValid, "nbf", Some(json!(NOW + 3600))),
        (Fault::NoIssuedAt, "iat", None),
        (Fault::IssuedInFuture, "iat", Some(json!(NOW + 3600))),
        (Fault::WrongNonce, "nonce", Some(json!("another-nonce"))),
        (Fault::NoNonce, "nonce", None),
        (Fault::NoEmail, "email", None),
        (Fault::EmailNotString, "email", Some(json!(42))),
        (Fault::EmailVerifiedFalse, "email_verified", Some(json!(false))),
        (Fault::EmailVerifiedString, "email_verified", Some(json!("true"))),
        (Fault::NoEmailVerified, "email_verified", None),
    ] {
        lab.provider.set_fault(fault);
        let tokens = lab.tokens(&request()).await;
        let mut expected = good.clone();
        let members = expected.as_object_mut().unwrap();
        match value {
            Some(value) => members.insert(claim.to_owned(), value),
            None => members.remove(claim),
        };
        let mut claims = lab.claims(&tokens).await.unwrap();
        // The only claim that differs from one token to the next.
        claims["at_hash"] = good["at_hash"].clone();
        assert_eq!(claims, expected, "{fault:?}");
    }
}

#[tokio::test]
async fn expired_and_at_hash_are_spoiled_too() {
    let lab = Lab::new().await;
    lab.provider.set_fault(Fault::Expired);
    let claims = lab.claims(&lab.tokens(&request()).await).await.unwrap();
    assert_eq!([&claims["iat"], &claims["exp"]], [&json!(NOW - 7200), &json!(NOW - 3600)]);
    lab.provider.set_fault(Fault::BadAtHash);
    let tokens = lab.tokens(&request()).await;
    let hash = crate::lab::at_hash(tokens["access_token"].as_str().unwrap());
    assert_ne!(lab.claims(&tokens).await.unwrap()["at_hash"], hash);
}

#[tokio::test]
async fn faults_of_a_refresh_leave_the_login_alone() {
    let lab = Lab::new().await;
    for (fault, claim, value) in
        [(Fault::OtherSubjectOnRefresh, "sub", "another-subject"), (Fault::OtherIssuerOnRefresh, "iss", ATTACKER)]
    {
        lab.provider.set_fault(fault);
        let tokens = lab.tokens(&request()).await;
        assert_ne!(lab.claims(&tokens).await.unwrap()[claim], value);
        let (_, refreshed) = lab.token(&refresh(&tokens)).await;
        assert_eq!(lab.claims(&refreshed).await.unwrap()[claim], value);
    }
}

#[tokio::test]
async fn a_wrong_signature_does_not_verify() {
    let lab = Lab::with(|config| config.algorithm = SigningAlgorithm::EdDsa).await;
    let [good_header, _] = parts(&lab.tokens(&request()).await);
    for fault in [Fault::UnknownKey, Fault::BadSignature] {
        lab.provider.set_fault(fault);
        let tokens = lab.tokens(&request()).await;
        assert_eq!(parts(&tokens)[0], good_header, "{fault:?}");
        let error = lab.claims(&tokens).await.unwrap_err();
        assert_eq!(error.kind(), &jsonwebtoken::errors::ErrorKind::InvalidSignature, "{fault:?}");
    }
}

#[tokio::test]
async fn a_wrong_header_differs_as_its_fault_says() {
    let lab = Lab::new().await;
    let kid = lab.json("/keys").await["keys"][0]["kid"].clone();
    for (fault, header) in [
        (Fault::UnknownKid, json!({ "alg": "ES256", "kid": "unknown", "typ": "JWT" })),
        (Fault::NoKid, json!({ "alg": "ES256", "typ": "JWT" })),
        (Fault::AlgNone, json!({ "alg": "none", "kid": kid, "typ": "JWT" })),
        (Fault::Hs256WithPublicKey, json!({ "alg": "HS256", "kid": kid, "typ": "JWT" })),
        (
            Fault::UnknownCriticalHeader,
            json!({
                "alg": "ES256",
                "kid": kid,
                "typ": "JWT",
                "crit": ["https://attacker.example/crit"],
                "https://attacker.example/crit": true,
            }),
        ),
    ] {
        lab.provider.set_fault(fault);
        let tokens = lab.tokens(&request()).await;
        assert_eq!(parts(&tokens)[0], header, "{fault:?}");
        let unsigned = tokens["id_token"].as_str().unwrap().ends_with('.');
        assert_eq!(unsigned, fault == Fault::AlgNone);
    }
}

#[tokio::test]
async fn the_token_response_lacks_or_changes_one_member() {
    let lab = Lab::new().await;
    let all = ["access_token", "expires_in", "id_token", "refresh_token", "scope", "token_type"];
    for (fault, lacking, token_type) in [
        (Fault::NoIdToken, "id_token", "Bearer"),
        (Fault::NoRefreshToken, "refresh_token", "Bearer"),
        (Fault::WrongTokenType, "", "mac"),
    ] {
        lab.provider.set_fault(fault);
        let tokens = lab.tokens(&request()).await;
        let names: Vec<_> = tokens.as_object().unwrap().keys().map(String::as_str).collect();
        let expected: Vec<_> = all.into_iter().filter(|name| *name != lacking).collect();
        assert_eq!((names, &tokens["token_type"]), (expected, &json!(token_type)), "{fault:?}");
    }
}

#[tokio::test]
async fn a_token_endpoint_out_of_order_uses_nothing_up() {
    let lab = Lab::new().await;
    let code = lab.code(&request()).await;
    let hostile = json!({ "error": "invalid_grant", "error_description": HOSTILE_DESCRIPTION }).to_string();
    for (fault, status, location, body) in [
        (Fault::TokenGarbage, StatusCode::OK, None, "<html><body>It works!</body></html>"),
        (Fault::TokenServerError, StatusCode::INTERNAL_SERVER_ERROR, None, "out of order"),
        (Fault::TokenInvalidGrant, StatusCode::BAD_REQUEST, None, hostile.as_str()),
        (Fault::TokenRedirect, StatusCode::TEMPORARY_REDIRECT, Some("http://127.0.0.1:9/"), ""),
    ] {
        lab.provider.set_fault(fault);
        let response = lab.token_with(&redemption(&code), None).await;
        let to = response.headers().get("location").map(|value| value.to_str().unwrap().to_owned());
        let answer = (response.status(), to.as_deref(), response.text().await.unwrap());
        assert_eq!(answer, (status, location, body.to_owned()), "{fault:?}");
    }
    lab.provider.clear_fault();
    assert_eq!(lab.token(&redemption(&code)).await.0, StatusCode::OK);
    assert_eq!(lab.provider.requests().token, 5);
}

#[tokio::test]
async fn a_slow_token_endpoint_takes_its_time_and_then_answers() {
    let lab = Lab::new().await;
    let code = lab.code(&request()).await;
    lab.provider.set_fault(Fault::TokenSlow(Duration::from_secs(3600)));
    let redemption = redemption(&code);
    let given_up = tokio::time::timeout(Duration::from_millis(50), lab.token(&redemption)).await;
    assert_eq!(given_up.ok(), None);
    lab.provider.set_fault(Fault::TokenSlow(Duration::from_millis(1)));
    assert_eq!(lab.token(&redemption).await.0, StatusCode::OK);
}

#[tokio::test]
async fn huge_answers_are_streamed_without_a_length() {
    let lab = Lab::new().await;
    for (fault, path) in [(Fault::DiscoveryHuge, "/.well-known/openid-configuration"), (Fault::JwksHuge, "/keys")] {
        lab.provider.set_fault(fault);
        let response = lab.http.get(lab.url(path)).send().await.unwrap();
        assert_eq!((response.status(), response.content_length()), (StatusCode::OK, None), "{fault:?}");
    }
    lab.provider.set_fault(Fault::TokenHuge);
    let mut response = lab.token_with(&redemption("any"), None).await;
    assert_eq!((response.status(), response.content_length()), (StatusCode::OK, None));
    let (mut len, mut tail) = (0, Vec::new());
    while let Some(chunk) = response.chunk().await.unwrap() {
        len += u64::try_from(chunk.len()).unwrap();
        tail.extend_from_slice(&chunk[chunk.len().saturating_sub(3)..]);
        tail.drain(..tail.len().saturating_sub(3));
    }
    assert!(len > HUGE_LEN, "{len}");
    assert_eq!(tail, b"a\"}");
}

#[tokio::test]
async fn discovery_and_keys_are_spoiled_as_told() {
    let lab = Lab::new().await;
    let discovery = "/.well-known/openid-configuration";
    let [good, keys] = [lab.json(discovery).await, lab.json("/keys").await];
    for (fault, issuer) in [(Fault::DiscoveryWrongIssuer, Some(json!(ATTACKER))), (Fault::DiscoveryNoIssuer, None)] {
        lab.provider.set_fault(fault);
        let mut document = lab.json(discovery).await;
        assert_eq!(document.get("issuer"), issuer.as_ref());
        document["issuer"] = good["issuer"].clone();
        assert_eq!(document, good);
    }
    let mut for_encryption = keys["keys"][0].clone();
    for_encryption["use"] = json!("enc");
    for (fault, expected) in [
        (Fault::JwksEmpty, json!([])),
        (Fault::JwksOneMalformedKey, json!([{ "kty": "RSA", "kid": 1, "n": null }, keys["keys"][0]])),
        (Fault::JwksForEncryption, json!([for_encryption])),
    ] {
        lab.provider.set_fault(fault);
        assert_eq!(lab.json("/keys").await, json!({ "keys": expected }));
    }
    for (fault, path, status) in [
        (Fault::DiscoveryGarbage, discovery, StatusCode::OK),
        (Fault::DiscoveryServerError, discovery, StatusCode::INTERNAL_SERVER_ERROR),
        (Fault::JwksGarbage, "/keys", StatusCode::OK),
        (Fault::JwksServerError, "/keys", StatusCode::INTERNAL_SERVER_ERROR),
    ] {
        lab.provider.set_fault(fault);
        let response = lab.http.get(lab.url(path)).send().await.unwrap();
        assert_eq!(response.status(), status);
        assert!(serde_json::from_slice::<Value>(&response.bytes().await.unwrap()).is_err(), "{fault:?}");
    }
}

#[tokio::test]
async fn the_callback_lacks_or_changes_iss() {
    let lab = Lab::new().await;
    let refused = [("error", "login_required"), ("error_description", "nobody is ever logged in already")];
    let expected = |iss: &[(&str, &str)]| {
        let mut expected = pairs([("state", "st&te=ä")]);
        expected.extend(refused.iter().chain(iss).map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        expected
    };
    for (fault, iss) in [(Fault::CallbackWrongIss, &[("iss", ATTACKER)][..]), (Fault::CallbackNoIss, &[])] {
        lab.provider.set_fault(fault);
        assert_eq!(callback(&lab.authorize(&request().but("prompt", "none")).await), expected(iss));
        assert_eq!(lab.login(&request()).await.get("iss").map(String::as_str), iss.first().map(|(_, iss)| *iss));
    }
}
