//! Where the provider listens, what it says about itself, and how it ends.

use std::net::SocketAddr;
use std::sync::Arc;

use kkp_oidc_core::secret::SecretString;
use kkp_oidc_http::dev_provider::{
    DevClient, DevProvider, DevProviderConfig, DevProviderError, DevUser, RegisterRedirectUriError,
};
use kkp_oidc_http::{SystemClock, SystemEntropy};
use serde_json::json;
use tokio::net::TcpListener;

use crate::lab::{Lab, config};

async fn bind_error(addr: &str, change: impl FnOnce(&mut DevProviderConfig)) -> DevProviderError {
    let (mut config, _) = config();
    change(&mut config);
    DevProvider::bind(config, addr.parse().unwrap()).await.unwrap_err()
}

#[tokio::test]
async fn only_loopback_is_listened_on() {
    for text in ["0.0.0.0:0", "192.0.2.1:0", "[::]:0", "[::ffff:127.0.0.1]:0", "[2001:db8::1]:5556"] {
        let expected: SocketAddr = text.parse().unwrap();
        let error = bind_error(text, |_| ()).await;
        assert!(matches!(error, DevProviderError::NotLoopback { addr } if addr == expected), "{error:?}");
        assert_eq!(
            error.to_string(),
            format!("development provider refuses to listen on `{text}`, which is not a loopback address")
        );
    }
}

#[tokio::test]
async fn a_port_in_use_is_reported_with_its_address() {
    let taken = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let addr = taken.local_addr().unwrap().to_string();
    let error = bind_error(&addr, |_| ()).await;
    assert_eq!(error.to_string(), format!("cannot listen on `{addr}`"));
    assert!(matches!(error, DevProviderError::Listen { source, .. }
        if source.kind() == std::io::ErrorKind::AddrInUse));
}

#[tokio::test]
async fn an_odd_issuer_path_is_refused() {
    for path in ["/", "dex", "/dex/", "//", "/a//b", "/{a}", "/a b", "/ä", "/a?b", "/*"] {
        let error = bind_error("127.0.0.1:0", |config| config.issuer_path = path.to_owned()).await;
        assert_eq!(
            error.to_string(),
            format!("issuer path `{path}` must be empty or like `/dex`, without a slash at the end")
        );
    }
}

#[tokio::test]
async fn a_bad_redirect_uri_is_refused_at_start_and_later() {
    let lab = Lab::new().await;
    let not_absolute = |uri: &str| RegisterRedirectUriError::NotAbsolute { redirect_uri: uri.to_owned() };
    for (redirect_uri, expected) in [
        ("/callback", not_absolute("/callback")),
        ("", not_absolute("")),
        ("http://h/a\r\nb", not_absolute("http://h/a\r\nb")),
        ("http://h/ä", not_absolute("http://h/ä")),
        ("http://h/#", RegisterRedirectUriError::HasFragment { redirect_uri: "http://h/#".to_owned() }),
    ] {
        assert_eq!(lab.provider.register_redirect_uri("odd:id %", redirect_uri), Err(expected.clone()));
        let error = bind_error("127.0.0.1:0", |config| {
            config.clients[0].redirect_uris.push(redirect_uri.to_owned());
        })
        .await;
        assert!(matches!(error, DevProviderError::RedirectUri { source } if source == expected));
    }
    let unknown = lab.provider.register_redirect_uri("nobody", "http://h/").unwrap_err();
    assert_eq!(unknown, RegisterRedirectUriError::UnknownClient { client_id: "nobody".to_owned() });
    assert_eq!(unknown.to_string(), "no client has the id `nobody`");
}

#[tokio::test]
async fn discovery_promises_what_is_done() {
    for path in ["/dex", "", "/a/b.c"] {
        let lab = Lab::with(|config| config.issuer_path = path.to_owned()).await;
        let issuer = format!("http://{}{path}", lab.provider.local_addr());
        assert_eq!(lab.provider.issuer(), issuer);
        let expected = json!({
            "issuer": issuer,
            "authorization_endpoint": format!("{issuer}/auth"),
            "token_endpoint": format!("{issuer}/token"),
            "jwks_uri": format!("{issuer}/keys"),
            "response_types_supported": ["code"],
            "response_modes_supported": ["query"],
            "grant_types_supported": ["authorization_code", "refresh_token"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["ES256"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
            "code_challenge_methods_supported": ["S256"],
            "scopes_supported": ["openid", "email", "profile", "groups", "offline_access"],
            "claims_supported": [
                "iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "at_hash", "email", "email_verified", "name",
                "groups",
            ],
            "claims_parameter_supported": false,
            "request_parameter_supported": false,
            "request_uri_parameter_supported": false,
            "authorization_response_iss_parameter_supported": true,
        });
        assert_eq!(lab.json("/.well-known/openid-configuration").await, expected);
    }
}

#[tokio::test]
async fn shutting_down_frees_the_port() {
    let lab = Lab::new().await;
    lab.json("/keys").await;
    let addr = lab.provider.local_addr();
    lab.provider.shutdown().await;
    TcpListener::bind(addr).await.unwrap();
}

#[test]
fn the_demonstration_has_one_client_two_users_and_hides_its_secrets() {
    let mut config = DevProviderConfig::new(Arc::new(SystemClock), Arc::new(SystemEntropy));
    assert_eq!(
        config.users,
        [
            DevUser::new("lukasz@example.com", "Lukasz").with_groups(["dev"]),
            DevUser::new("owner@example.com", "Cluster Owner").with_groups(["owners"]),
        ]
    );
    assert_eq!(config.clients[0].client_secret.expose_secret().len(), 43);
    config.users.clear();
    config.clients.push(DevClient::new("second", SecretString::from("canary")));
    assert_eq!(
        format!("{config:?}"),
        "DevProviderConfig { clients: [DevClient { client_id: \"kubermaticIssuer\", client_secret: SecretString(..), \
         redirect_uris: [], post_logout_redirect_uris: [], auth_method: ClientSecretBasic }, DevClient { client_id: \"second\", client_secret: \
         SecretString(..), redirect_uris: [], post_logout_redirect_uris: [], auth_method: ClientSecretBasic }], users: [], issuer_path: \"/dex\", \
         id_token_lifetime_secs: 3600, algorithm: Rs256, offline_access_needs_consent: true, revocation_endpoint: false, end_session_endpoint: false, .. }"
    );
}
