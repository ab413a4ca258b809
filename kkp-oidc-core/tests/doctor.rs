//! What a living provider's answers mean.

use kkp_oidc_core::UnixTime;
use kkp_oidc_core::doctor::{
    AuthorizationAnswer, Probe, State, TokenAnswer, judge_authorization, judge_clock, judge_discovery, judge_keys,
    judge_token,
};
use serde_json::{Value, json};

const ISSUER: &str = "https://a.example/dex";
const REDIRECT_URI: &str = "https://b.example/api/v1/kubeconfig";

fn document(change: &Value) -> Vec<u8> {
    let mut document = json!({
        "issuer": ISSUER,
        "authorization_endpoint": "https://a.example/dex/auth",
        "token_endpoint": "https://a.example/dex/token",
        "jwks_uri": "https://a.example/dex/keys",
        "scopes_supported": ["openid", "email", "groups", "offline_access"],
        "response_types_supported": ["code"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "code_challenge_methods_supported": ["S256"],
        "id_token_signing_alg_values_supported": ["RS256"],
    });
    if let (Some(document), Some(change)) = (document.as_object_mut(), change.as_object()) {
        document.extend(change.clone());
        document.retain(|_, value| !value.is_null());
    }
    document.to_string().into_bytes()
}

/// Each probe that is not well, with its name and state.
fn not_well(change: &Value) -> Vec<(&'static str, State)> {
    let issuer = ISSUER.parse().unwrap_or_else(|_| unreachable!());
    let (probes, _) = judge_discovery(&document(change), &issuer);
    probes.iter().filter(|probe| probe.state != State::Ok).map(|probe| (probe.name, probe.state)).collect()
}

#[test]
fn a_discovery_document_is_judged_field_by_field() {
    for (change, found) in [
        (json!({}), vec![]),
        (json!({"scopes_supported": null, "grant_types_supported": null}), vec![]),
        (json!({"scopes_supported": ["openid", "email", "groups"]}), vec![("scopes", State::Warning)]),
        (json!({"scopes_supported": ["openid", "email", "offline_access"]}), vec![("scopes", State::Warning)]),
        (json!({"response_types_supported": ["id_token"]}), vec![("response-types", State::Failed)]),
        (json!({"grant_types_supported": ["authorization_code"]}), vec![("response-types", State::Failed)]),
        (json!({"code_challenge_methods_supported": ["plain"]}), vec![("pkce", State::Warning)]),
        (json!({"code_challenge_methods_supported": null}), vec![("pkce", State::Warning)]),
        (json!({"id_token_signing_alg_values_supported": ["ES256"]}), vec![("algorithms", State::Warning)]),
        (json!({"issuer": "https://a.example/dex/"}), vec![("discovery", State::Failed)]),
        (json!({"token_endpoint": "http://a.example/dex/token"}), vec![("discovery", State::Failed)]),
        (json!({"jwks_uri": null}), vec![("discovery", State::Failed)]),
    ] {
        assert_eq!(not_well(&change), found, "{change}");
    }
}

#[test]
fn two_issuers_are_shown_beside_each_other() {
    let (probes, metadata) =
        judge_discovery(&document(&json!({"issuer": "https://a.example/\u{7}dex"})), &ISSUER.parse().unwrap());
    assert_eq!(metadata, None);
    let message = "the provider names itself `https://a.example/\u{fffd}dex`, configured is `https://a.example/dex`";
    let help = "write the issuer as the provider names itself, byte for byte, slash at the end included";
    assert_eq!(probes, [Probe::failed("discovery", message, help)]);
}

#[test]
fn clocks_may_differ_by_seconds() {
    let now = UnixTime::from_secs(1_700_000_000);
    for (skew, state) in [
        (0, State::Ok),
        (5, State::Ok),
        (-5, State::Ok),
        (6, State::Warning),
        (-60, State::Warning),
        (61, State::Failed),
        (-61, State::Failed),
    ] {
        let probe = judge_clock(Some(UnixTime::from_secs(1_700_000_000 + skew)), now);
        assert_eq!(probe.state, state, "{skew} {probe}");
    }
    assert_eq!(judge_clock(None, now).state, State::NotTried);
}

#[test]
fn keys_are_counted_and_measured() {
    // 2048 and 2047 bits: a modulus of 256 bytes whose first is 0x80 or 0x40.
    let rsa =
        |first: &str| json!({"kty": "RSA", "alg": "RS256", "kid": "a", "n": format!("{first}{}", "A".repeat(340))});
    let good = rsa("gA");
    assert_eq!(
        judge_keys(json!({"keys": [good]}).to_string().as_bytes()),
        Probe::ok("keys", "RSA of 2048 bits for RS256")
    );
    for (keys, state) in [
        (json!([rsa("QA")]), State::Failed),
        (json!([]), State::Failed),
        (json!([{"kty": "oct", "k": "c2VjcmV0"}]), State::Failed),
        (json!([{"kty": "EC", "crv": "P-256", "d": "x"}]), State::Failed),
        (json!([{"kty": "RSA", "use": "enc", "n": "AQAB"}]), State::Failed),
        (json!([rsa("gA"), {"kty": "EC", "crv": "P-256", "kid": "a"}]), State::Warning),
        (json!([rsa("gA"), {"kty": "EC", "crv": "P-256", "kid": "b"}, 7]), State::Ok),
    ] {
        assert_eq!(judge_keys(json!({"keys": keys}).to_string().as_bytes()).state, state, "{keys}");
    }
    assert_eq!(judge_keys(b"<html>").state, State::Failed);
}

#[test]
fn a_login_that_is_never_completed_tells_whether_the_redirect_uri_is_registered() {
    let answer = |status, location: Option<&str>| AuthorizationAnswer { status, location: location.map(str::to_owned) };
    let refused = answer(400, None);
    let back = format!("{REDIRECT_URI}?error=invalid_scope&state=x");
    for (ours, other, state) in [
        (answer(200, None), refused.clone(), State::Ok),
        (answer(302, Some("/login")), refused.clone(), State::Ok),
        (refused.clone(), refused.clone(), State::Failed),
        (answer(404, None), refused.clone(), State::Failed),
        (answer(500, None), refused.clone(), State::Failed),
        (answer(429, None), refused.clone(), State::Failed),
        (answer(303, Some(&back)), refused, State::Failed),
        (answer(200, None), answer(200, None), State::Warning),
    ] {
        assert_eq!(judge_authorization(&ours, &other, REDIRECT_URI).state, state, "{ours:?} {other:?}");
    }
}

#[test]
fn a_code_that_does_not_exist_tells_whether_the_client_is_right() {
    for (status, body, state) in [
        (400, r#"{"error":"invalid_grant"}"#, State::Ok),
        (401, r#"{"error":"invalid_client"}"#, State::Failed),
        (400, r#"{"error":"invalid_client"}"#, State::Failed),
        (400, r#"{"error":"unauthorized_client"}"#, State::Failed),
        (400, r#"{"error":"invalid_request"}"#, State::Warning),
        (500, "oops", State::Warning),
        (200, "{}", State::Warning),
    ] {
        let answer = TokenAnswer { status, body: body.as_bytes().to_vec() };
        assert_eq!(judge_token(&answer).state, state, "{status} {body}");
    }
}
