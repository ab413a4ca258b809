//! Public clients, revocation and logout: what the provider has where the configuration says so.

use kkp_oidc_core::secret::SecretString;
use kkp_oidc_http::dev_provider::{ClientAuthMethod, DevClient};
use reqwest::StatusCode;
use serde_json::Value;

use crate::lab::{CLIENT_ID, CLIENT_SECRET, Fields, Lab, POST_CLIENT_ID, REDIRECT_URI, basic, redemption, request};

const PUBLIC_CLIENT_ID: &str = "kubelogin";
const AFTER_LOGOUT: &str = "http://127.0.0.1:9499/logged-out?from=provider";

async fn lab() -> Lab {
    Lab::with(|config| {
        config.revocation_endpoint = true;
        config.end_session_endpoint = true;
        config.clients[0].post_logout_redirect_uris.push(AFTER_LOGOUT.to_owned());
        let mut public = DevClient::public(PUBLIC_CLIENT_ID);
        public.redirect_uris = vec![REDIRECT_URI.to_owned()];
        config.clients.push(public);
    })
    .await
}

async fn post(lab: &Lab, path: &str, form: &str, authorization: Option<&str>) -> (u16, String) {
    let mut request = lab.http.post(lab.url(path)).header("content-type", "application/x-www-form-urlencoded");
    if let Some(authorization) = authorization {
        request = request.header("authorization", authorization);
    }
    let response = request.body(form.to_owned()).send().await.unwrap();
    (response.status().as_u16(), response.text().await.unwrap())
}

#[tokio::test]
async fn a_public_client_proves_itself_by_pkce_alone() {
    let lab = lab().await;
    assert_eq!(DevClient::public("a").auth_method, ClientAuthMethod::None);
    let methods = lab.json("/.well-known/openid-configuration").await["token_endpoint_auth_methods_supported"].clone();
    assert_eq!(methods, serde_json::json!(["client_secret_basic", "client_secret_post", "none"]));
    let refused = |body: Value| (StatusCode::UNAUTHORIZED, body["error"].as_str() == Some("invalid_client"));
    let ask = request().but("client_id", PUBLIC_CLIENT_ID);
    for (client_id, secret, expected) in [
        (PUBLIC_CLIENT_ID, None, StatusCode::OK),
        // A secret makes it no confidential client, and without one nobody is a confidential client.
        (PUBLIC_CLIENT_ID, Some("x"), StatusCode::UNAUTHORIZED),
        (CLIENT_ID, None, StatusCode::UNAUTHORIZED),
        (POST_CLIENT_ID, None, StatusCode::UNAUTHORIZED),
    ] {
        let code = lab.code(&ask).await;
        let mut form = redemption(&code).with("client_id", client_id);
        if let Some(secret) = secret {
            form = form.with("client_secret", secret);
        }
        let response = lab.token_with(&form, None).await;
        let (status, body) = (response.status(), response.json::<Value>().await.unwrap());
        assert_eq!(status, expected, "{client_id} {secret:?} {body}");
        match expected {
            StatusCode::OK => assert_eq!(lab.claims(&body).await.unwrap()["aud"], PUBLIC_CLIENT_ID),
            _ => assert_eq!(refused(body), (status, true)),
        }
    }
    let code = lab.code(&ask).await;
    let empty = lab.token_with(&redemption(&code), Some(&basic(PUBLIC_CLIENT_ID, ""))).await;
    assert_eq!(empty.status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_revoked_token_takes_its_login_with_it() {
    let lab = lab().await;
    let authorization = basic(CLIENT_ID, CLIENT_SECRET);
    for kind in ["refresh_token", "access_token"] {
        let (gone, kept) = (lab.tokens(&request()).await, lab.tokens(&request()).await);
        let before = lab.provider.live_tokens();
        let token = gone[kind].as_str().unwrap();
        // Not by others, and by nobody who does not prove who they are.
        let post_form = format!("token={token}&client_id={POST_CLIENT_ID}&client_secret=p%3A%25st+%26se%2Bc%22ret");
        assert_eq!(post(&lab, "/revoke", &post_form, None).await.0, 400);
        assert_eq!(post(&lab, "/revoke", &format!("token={token}"), None).await.0, 401);
        assert_eq!(lab.provider.live_tokens(), before);
        // RFC 7009 section 2.2: one that is gone is as good as revoked.
        for expected in [before - 2, before - 2] {
            let answer = post(&lab, "/revoke", &format!("token={token}"), Some(&authorization)).await;
            assert_eq!((answer, lab.provider.live_tokens()), ((200, String::new()), expected));
        }
        assert_eq!(lab.token(&crate::lab::refresh(&gone)).await.0, StatusCode::BAD_REQUEST);
        assert_eq!(lab.token(&crate::lab::refresh(&kept)).await.0, StatusCode::OK);
    }
    let (status, body) = post(&lab, "/revoke", "", Some(&authorization)).await;
    assert_eq!((status, body.contains("token is missing")), (400, true), "{body}");
    assert_eq!(lab.provider.requests().revocation, 9);
}

#[tokio::test]
async fn a_logout_leads_only_to_what_is_registered() {
    let lab = lab().await;
    let go = |fields: &[(&str, &str)]| {
        let form = fields.iter().fold(Fields::default(), |form, (name, value)| form.with(name, value));
        lab.http.get(format!("{}?{}", lab.url("/logout"), form.encode())).send()
    };
    let uri = ("post_logout_redirect_uri", AFTER_LOGOUT);
    let client = ("client_id", CLIENT_ID);
    for (fields, status, location) in [
        (&[][..], 200, None),
        (&[client], 200, None),
        (&[client, uri], 303, Some(AFTER_LOGOUT.to_owned())),
        (&[client, uri, ("state", "a b")], 303, Some(format!("{AFTER_LOGOUT}&state=a+b"))),
        (&[uri], 400, None),
        (&[("client_id", "x"), uri], 400, None),
        (&[("client_id", POST_CLIENT_ID), uri], 400, None),
        (&[client, ("post_logout_redirect_uri", "http://127.0.0.1:9499/logged-out")], 400, None),
        (&[client, uri, uri], 400, None),
    ] {
        let response = go(fields).await.unwrap();
        let found = response.headers().get("location").map(|location| location.to_str().unwrap().to_owned());
        assert_eq!((response.status().as_u16(), found), (status, location), "{fields:?}");
    }
}

#[tokio::test]
async fn without_the_options_there_is_neither() {
    let lab = Lab::with(|config| config.clients[0].client_secret = SecretString::from(CLIENT_SECRET)).await;
    let document = lab.json("/.well-known/openid-configuration").await;
    assert_eq!([&document["revocation_endpoint"], &document["end_session_endpoint"]], [&Value::Null, &Value::Null]);
    assert_eq!(post(&lab, "/revoke", "token=a", Some(&basic(CLIENT_ID, CLIENT_SECRET))).await.0, 404);
    assert_eq!(lab.http.get(lab.url("/logout")).send().await.unwrap().status(), StatusCode::NOT_FOUND);
}
