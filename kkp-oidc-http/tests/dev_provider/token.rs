//! What the token endpoint refuses.

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::lab::{
    CLIENT_ID, CLIENT_SECRET, CODE_VERIFIER, Fields, Lab, NOW, POST_CLIENT_ID, basic, raw_basic, redemption, refresh,
    request,
};

const USED: &str = "the code is unknown, expired or used already";
const REVOKED: &str = "the refresh token is unknown, revoked or used already";

fn refused(error: &str, description: &str) -> (StatusCode, Value) {
    let status = if error == "invalid_client" { StatusCode::UNAUTHORIZED } else { StatusCode::BAD_REQUEST };
    (status, json!({ "error": error, "error_description": description }))
}

#[tokio::test]
async fn a_code_presented_twice_revokes_the_refresh_tokens_it_gave() {
    let lab = Lab::new().await;
    let code = lab.code(&request()).await;
    let (_, first) = lab.token(&redemption(&code)).await;
    let (_, second) = lab.token(&refresh(&first)).await;
    let bystander = lab.tokens(&request()).await;
    assert_eq!(lab.token(&redemption(&code)).await, refused("invalid_grant", USED));
    assert_eq!(lab.token(&refresh(&second)).await, refused("invalid_grant", REVOKED));
    assert_eq!(lab.token(&refresh(&bystander)).await.0, StatusCode::OK);
}

#[tokio::test]
async fn an_old_refresh_token_revokes_its_successors() {
    let lab = Lab::new().await;
    let first = lab.tokens(&request()).await;
    let (_, second) = lab.token(&refresh(&first)).await;
    for tokens in [&first, &second] {
        assert_eq!(lab.token(&refresh(tokens)).await, refused("invalid_grant", REVOKED));
    }
}

#[tokio::test]
async fn a_code_lives_for_a_minute() {
    let lab = Lab::new().await;
    let [in_time, too_late] = [lab.code(&request()).await, lab.code(&request()).await];
    lab.clock.set(NOW + 60);
    assert_eq!(lab.token(&redemption(&in_time)).await.0, StatusCode::OK);
    lab.clock.set(NOW + 61);
    assert_eq!(lab.token(&redemption(&too_late)).await, refused("invalid_grant", USED));
}

#[tokio::test]
async fn a_failed_attempt_uses_the_code_up() {
    let lab = Lab::new().await;
    let other_uri = "redirect_uri differs from that of the authorization request";
    let other_verifier = "code_verifier does not fit code_challenge";
    let wrong_verifier = CODE_VERIFIER.replace('d', "e");
    for (field, value, description) in [
        ("redirect_uri", "http://127.0.0.1:9499/callback", other_uri),
        ("code_verifier", wrong_verifier.as_str(), other_verifier),
    ] {
        let code = lab.code(&request()).await;
        let wrong = redemption(&code).but(field, value);
        assert_eq!(lab.token(&wrong).await, refused("invalid_grant", description));
        assert_eq!(lab.token(&redemption(&code)).await, refused("invalid_grant", USED));
    }
}

#[tokio::test]
async fn a_malformed_request_leaves_the_code_as_it_was() {
    let lab = Lab::new().await;
    let code = lab.code(&request()).await;
    let good = || redemption(&code);
    let verifier = "code_verifier must be 43 to 128 unreserved characters";
    for (form, error, description) in [
        (good().without("grant_type"), "invalid_request", "grant_type is missing"),
        (good().but("grant_type", "password"), "unsupported_grant_type", "use authorization_code or refresh_token"),
        (good().without("code"), "invalid_request", "code is missing"),
        (good().without("redirect_uri"), "invalid_request", "redirect_uri is missing"),
        (good().without("code_verifier"), "invalid_request", "code_verifier is missing"),
        (good().but("code_verifier", &"a".repeat(42)), "invalid_request", verifier),
        (good().but("code_verifier", &"a".repeat(129)), "invalid_request", verifier),
        (good().but("code_verifier", &"ä".repeat(43)), "invalid_request", verifier),
        (good().with("code", "again"), "invalid_request", "a parameter comes twice"),
        (good().but("code", "unknown"), "invalid_grant", USED),
        (good().but("grant_type", "refresh_token"), "invalid_request", "refresh_token is missing"),
    ] {
        assert_eq!(lab.token(&form).await, refused(error, description));
    }
    assert_eq!(lab.token(&good()).await.0, StatusCode::OK);
}

#[tokio::test]
async fn codes_and_refresh_tokens_belong_to_their_client() {
    let lab = Lab::new().await;
    let tokens = lab.tokens(&request()).await;
    let code = lab.code(&request()).await;
    for (form, description) in [
        (redemption(&code), "the code was issued to another client"),
        (refresh(&tokens), "the refresh token was issued to another client"),
    ] {
        let form = form.with("client_id", POST_CLIENT_ID).with("client_secret", CLIENT_SECRET);
        let response = lab.token_with(&form, None).await;
        let answer = (response.status(), response.json().await.unwrap());
        assert_eq!(answer, refused("invalid_grant", description));
    }
    // The other client spoils nothing.
    assert_eq!(lab.token(&redemption(&code)).await.0, StatusCode::OK);
    assert_eq!(lab.token(&refresh(&tokens)).await.0, StatusCode::OK);
}

#[tokio::test]
async fn a_refresh_cannot_ask_for_more_and_is_not_used_up_by_trying() {
    let lab = Lab::new().await;
    let tokens = lab.tokens(&request().but("scope", "openid offline_access")).await;
    let more = refresh(&tokens).with("scope", "openid email");
    assert_eq!(lab.token(&more).await, refused("invalid_scope", "scope exceeds what was granted"));
    assert_eq!(lab.token(&refresh(&tokens)).await.0, StatusCode::OK);
}

#[tokio::test]
async fn each_client_authenticates_in_its_own_way_only() {
    let lab = Lab::new().await;
    let form = Fields::default().with("grant_type", "client_credentials");
    let known = refused("unsupported_grant_type", "use authorization_code or refresh_token");
    let wrong = refused("invalid_client", "unknown client, wrong secret or wrong authentication method");
    let malformed =
        refused("invalid_client", "Authorization must be Basic with the base64 of form-urlencoded id and secret");
    let post = |id: &str, secret: &str| form.clone().with("client_id", id).with("client_secret", secret);
    let lower_case = basic(CLIENT_ID, CLIENT_SECRET).replace("Basic", "basic");
    for (form, authorization, expected) in [
        (form.clone(), Some(basic(CLIENT_ID, CLIENT_SECRET)), &known),
        (form.clone(), Some(lower_case), &known),
        (form.clone().with("client_id", CLIENT_ID), Some(basic(CLIENT_ID, CLIENT_SECRET)), &known),
        (post(POST_CLIENT_ID, CLIENT_SECRET), None, &known),
        // The method of the other client.
        (form.clone(), Some(basic(POST_CLIENT_ID, CLIENT_SECRET)), &wrong),
        (post(CLIENT_ID, CLIENT_SECRET), None, &wrong),
        (form.clone(), Some(basic(CLIENT_ID, "wrong")), &wrong),
        (form.clone(), Some(basic(CLIENT_ID, "")), &wrong),
        (form.clone(), Some(basic("unknown", CLIENT_SECRET)), &wrong),
        (post(POST_CLIENT_ID, "wrong"), None, &wrong),
        // Id and secret must be form-urlencoded before base64.
        (form.clone(), Some(raw_basic(&format!("{CLIENT_ID}:{CLIENT_SECRET}"))), &malformed),
        (form.clone(), Some(raw_basic("no-colon")), &malformed),
        (form.clone(), Some("Basic ???".to_owned()), &malformed),
        (form.clone(), Some("Bearer abc".to_owned()), &malformed),
        (form.clone(), None, &refused("invalid_client", "client authentication is missing")),
        (
            post(CLIENT_ID, CLIENT_SECRET),
            Some(basic(CLIENT_ID, CLIENT_SECRET)),
            &refused("invalid_request", "two client authentication methods in one request"),
        ),
        (
            form.clone().with("client_id", POST_CLIENT_ID),
            Some(basic(CLIENT_ID, CLIENT_SECRET)),
            &refused("invalid_request", "client_id differs from that in Authorization"),
        ),
    ] {
        let response = lab.token_with(&form, authorization.as_deref()).await;
        let challenge = response.headers().get("www-authenticate").map(|value| value.to_str().unwrap().to_owned());
        let realm = (response.status() == StatusCode::UNAUTHORIZED).then(|| "Basic realm=\"token endpoint\"".into());
        assert_eq!(challenge, realm);
        assert_eq!((response.status(), response.json::<Value>().await.unwrap()), *expected, "{authorization:?}");
    }
}

#[tokio::test]
async fn no_answer_is_kept_by_a_cache() {
    let lab = Lab::new().await;
    let code = lab.code(&request()).await;
    for status in [StatusCode::OK, StatusCode::BAD_REQUEST] {
        let response = lab.token_with(&redemption(&code), Some(&basic(CLIENT_ID, CLIENT_SECRET))).await;
        assert_eq!(response.status(), status);
        assert_eq!(response.headers()["cache-control"], "no-store");
        assert_eq!(response.headers()["pragma"], "no-cache");
        assert_eq!(response.headers()["content-type"], "application/json");
    }
}

#[tokio::test]
async fn only_a_form_of_bounded_size_is_read() {
    let lab = Lab::new().await;
    let expected = refused("invalid_request", "the body must be a form of at most 64 KiB");
    let json = lab.http.post(lab.url("/token")).json(&json!({ "grant_type": "refresh_token" }));
    let response = json.send().await.unwrap();
    assert_eq!((response.status(), response.json().await.unwrap()), expected);
    let long = Fields::default().with("p", &"a".repeat(65_535));
    assert_eq!(lab.token(&long).await, expected);
    assert_eq!(lab.http.get(lab.url("/token")).send().await.unwrap().status(), StatusCode::METHOD_NOT_ALLOWED);
}
