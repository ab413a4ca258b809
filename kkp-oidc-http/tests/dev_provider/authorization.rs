//! What the authorization endpoint refuses, and where it says so.

use reqwest::StatusCode;

use crate::lab::{CODE_CHALLENGE, CODE_VERIFIER, Fields, Lab, REDIRECT_URI, callback, pairs, request};

#[tokio::test]
async fn nobody_is_redirected_without_a_known_client_and_its_exact_redirect_uri() {
    let lab = Lab::new().await;
    let unregistered = "The redirect_uri of the request is not registered for this client. It has to match exactly.";
    let twice = "The request names its client or its redirect URI twice.";
    for (request, problem) in [
        (request().without("client_id"), "The request has no client_id."),
        (request().but("client_id", "odd:id"), "The request comes from an unknown client."),
        (request().but("client_id", "ODD:ID %"), "The request comes from an unknown client."),
        (request().without("redirect_uri"), "The request has no redirect_uri."),
        (request().but("redirect_uri", ""), "The request has no redirect_uri."),
        (request().but("redirect_uri", "https://attacker.example/"), unregistered),
        (request().but("redirect_uri", "http://127.0.0.1:9499/callback"), unregistered),
        (request().but("redirect_uri", &format!("{REDIRECT_URI}&more=1")), unregistered),
        (request().but("redirect_uri", &format!("{REDIRECT_URI}#")), unregistered),
        (request().but("redirect_uri", &REDIRECT_URI.replace("127.0.0.1", "localhost")), unregistered),
        (request().with("redirect_uri", "https://attacker.example/"), twice),
        (request().with("client_id", "post-client"), twice),
    ] {
        let response = lab.authorize(&request).await;
        assert_eq!((response.status(), response.headers().get("location")), (StatusCode::BAD_REQUEST, None));
        let page = response.text().await.unwrap();
        let (_, content) = page.split_once("<main>").unwrap();
        assert_eq!(
            content.trim(),
            format!(
                "<h1>Login not possible</h1>\n<p>{problem}</p>\n<p>Go back to the application you came from and start \
                 again.</p>\n\n</main>\n</body>\n</html>"
            )
        );
    }
}

#[tokio::test]
async fn all_other_errors_go_to_the_client_with_state_and_iss() {
    let lab = Lab::new().await;
    let challenge = "code_challenge must be the base64url of a SHA-256";
    for (request, error, description) in [
        (request().without("response_type"), "invalid_request", "response_type is missing"),
        (request().but("response_type", "token"), "unsupported_response_type", "response_type must be code"),
        (request().but("response_type", "code id_token"), "unsupported_response_type", "response_type must be code"),
        (request().with("response_mode", "fragment"), "invalid_request", "response_mode must be query"),
        (request().without("scope"), "invalid_scope", "scope must contain openid"),
        (request().but("scope", "email openid-connect"), "invalid_scope", "scope must contain openid"),
        (request().without("code_challenge"), "invalid_request", "code_challenge is missing"),
        (request().without("code_challenge_method"), "invalid_request", "code_challenge_method must be S256"),
        (
            request().but("code_challenge_method", "plain").but("code_challenge", CODE_VERIFIER),
            "invalid_request",
            "code_challenge_method must be S256",
        ),
        (request().but("code_challenge", &CODE_CHALLENGE[1..]), "invalid_request", challenge),
        (request().but("code_challenge", &format!("{CODE_CHALLENGE}A")), "invalid_request", challenge),
        (request().but("code_challenge", &CODE_CHALLENGE.replace('-', "+")), "invalid_request", challenge),
        (request().but("prompt", "none"), "login_required", "nobody is ever logged in already"),
        (request().but("prompt", "none login"), "invalid_request", "prompt none allows no other value"),
        (request().but("prompt", "create"), "invalid_request", "prompt has an unknown value"),
        (request().with("nonce", "another"), "invalid_request", "a parameter comes twice"),
        (request().with("request", "e30.e30."), "request_not_supported", "request objects are not supported"),
        (
            request().with("request_uri", "urn:example"),
            "request_uri_not_supported",
            "request objects are not supported",
        ),
    ] {
        let expected = pairs([
            ("error", error),
            ("error_description", description),
            ("state", "st&te=ä"),
            ("iss", lab.provider.issuer()),
        ]);
        assert_eq!(callback(&lab.authorize(&request).await), expected);
    }
}

#[tokio::test]
async fn a_state_that_was_not_sent_does_not_come_back() {
    let lab = Lab::new().await;
    let answer = callback(&lab.authorize(&request().without("state").but("prompt", "none")).await);
    assert_eq!(answer.get("state"), None);
}

#[tokio::test]
async fn login_and_select_account_are_fine_as_prompts() {
    let lab = Lab::new().await;
    for prompt in ["login", "consent login", "select_account"] {
        assert_eq!(lab.authorize(&request().but("prompt", prompt)).await.status(), StatusCode::OK, "{prompt}");
    }
}

#[tokio::test]
async fn only_get_is_served() {
    let lab = Lab::new().await;
    let response = lab.http.post(lab.url("/auth")).send().await.unwrap();
    assert_eq!(response.status(), StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn a_registered_redirect_uri_is_accepted_at_once() {
    let lab = Lab::new().await;
    let later = "http://127.0.0.1:9500/later";
    let request = request().but("redirect_uri", later);
    assert_eq!(lab.authorize(&request).await.status(), StatusCode::BAD_REQUEST);
    lab.provider.register_redirect_uri("odd:id %", later).unwrap();
    let request_id = lab.request_id(&request).await;
    let response = lab.submit(&Fields::default().with("request_id", &request_id).with("deny", "1")).await;
    let issuer = lab.provider.issuer().replace(':', "%3A").replace('/', "%2F");
    assert_eq!(
        response.headers()["location"],
        format!(
            "{later}?error=access_denied&error_description=the+user+denied+the+request&state=st%26te%3D%C3%A4\
             &iss={issuer}"
        )
    );
}
