//! A provider with a clock to set, and a client that can do everything right.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use kkp_oidc_core::UnixTime;
use kkp_oidc_core::secret::SecretString;
use kkp_oidc_http::dev_provider::{DevClient, DevProvider, DevProviderConfig, SigningAlgorithm};
use kkp_oidc_http::{Clock, Entropy};
use reqwest::{Client, StatusCode, redirect};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use url::{Url, form_urlencoded};

pub(crate) const NOW: i64 = 1_600_000_000;
pub(crate) const REDIRECT_URI: &str = "http://127.0.0.1:9499/callback?from=provider";
pub(crate) const CLIENT_ID: &str = "odd:id %";
pub(crate) const CLIENT_SECRET: &str = "p:%st &se+c\"ret";
pub(crate) const POST_CLIENT_ID: &str = "post-client";
/// RFC 7636, appendix B.
pub(crate) const CODE_VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub(crate) const CODE_CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

pub(crate) struct SetClock(AtomicI64);

impl SetClock {
    pub(crate) fn set(&self, secs: i64) {
        self.0.store(secs, Ordering::SeqCst);
    }
}

impl Clock for SetClock {
    fn now(&self) -> UnixTime {
        UnixTime::from_secs(self.0.load(Ordering::SeqCst))
    }
}

/// Different bytes each time, the same ones in each run.
struct CountedEntropy(AtomicU64);

impl Entropy for CountedEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        let count = self.0.fetch_add(1, Ordering::SeqCst);
        let digest = Sha256::digest(count.to_be_bytes());
        for (byte, random) in bytes.iter_mut().zip(digest.iter().cycle()) {
            *byte = *random;
        }
    }
}

pub(crate) struct Lab {
    pub(crate) provider: DevProvider,
    pub(crate) clock: Arc<SetClock>,
    pub(crate) http: Client,
}

pub(crate) fn config() -> (DevProviderConfig, Arc<SetClock>) {
    let clock = Arc::new(SetClock(AtomicI64::new(NOW)));
    let mut config = DevProviderConfig::new(clock.clone(), Arc::new(CountedEntropy(AtomicU64::new(0))));
    config.algorithm = SigningAlgorithm::Es256;
    config.clients = [CLIENT_ID, POST_CLIENT_ID].map(client).to_vec();
    config.clients[1].auth_method = kkp_oidc_http::dev_provider::ClientAuthMethod::ClientSecretPost;
    (config, clock)
}

fn client(client_id: &str) -> DevClient {
    let mut client = DevClient::new(client_id, SecretString::from(CLIENT_SECRET));
    client.redirect_uris = vec![REDIRECT_URI.to_owned()];
    client
}

impl Lab {
    pub(crate) async fn new() -> Self {
        Self::with(|_| ()).await
    }

    pub(crate) async fn with(change: impl FnOnce(&mut DevProviderConfig)) -> Self {
        let (mut config, clock) = config();
        change(&mut config);
        let provider = DevProvider::bind(config, "127.0.0.1:0".parse().unwrap()).await.unwrap();
        let http = Client::builder()
            .no_proxy()
            // It speaks plain http only, so that no certificates of the system are needed.
            .tls_certs_only([])
            .redirect(redirect::Policy::none())
            .timeout(Duration::from_secs(10))
            .build()
            .unwrap();
        Self { provider, clock, http }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.provider.issuer())
    }

    pub(crate) async fn json(&self, path: &str) -> Value {
        self.http.get(self.url(path)).send().await.unwrap().json().await.unwrap()
    }

    pub(crate) async fn authorize(&self, request: &Fields) -> reqwest::Response {
        self.http.get(format!("{}?{}", self.url("/auth"), request.encode())).send().await.unwrap()
    }

    /// The id in the login form.
    pub(crate) async fn request_id(&self, request: &Fields) -> String {
        let response = self.authorize(request).await;
        assert_eq!(response.status(), StatusCode::OK);
        let page = response.text().await.unwrap();
        let (_, rest) = page.split_once("name=\"request_id\" value=\"").unwrap();
        rest.split_once('"').unwrap().0.to_owned()
    }

    pub(crate) async fn submit(&self, form: &Fields) -> reqwest::Response {
        self.http
            .post(self.url("/login"))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form.encode())
            .send()
            .await
            .unwrap()
    }

    /// Log in as `lukasz@example.com`; the parameters that come back.
    pub(crate) async fn login(&self, request: &Fields) -> BTreeMap<String, String> {
        let request_id = self.request_id(request).await;
        let form = Fields::default().with("request_id", &request_id).with("user", "lukasz@example.com");
        callback(&self.submit(&form).await)
    }

    pub(crate) async fn code(&self, request: &Fields) -> String {
        self.login(request).await.remove("code").unwrap()
    }

    /// A token request of the client that uses HTTP Basic.
    pub(crate) async fn token(&self, form: &Fields) -> (StatusCode, Value) {
        let response = self.token_with(form, Some(&basic(CLIENT_ID, CLIENT_SECRET))).await;
        (response.status(), response.json().await.unwrap())
    }

    pub(crate) async fn token_with(&self, form: &Fields, authorization: Option<&str>) -> reqwest::Response {
        let mut request = self.http.post(self.url("/token"));
        if let Some(authorization) = authorization {
            request = request.header("authorization", authorization);
        }
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        request.body(form.encode()).send().await.unwrap()
    }

    /// Log in and redeem the code.
    pub(crate) async fn tokens(&self, request: &Fields) -> Value {
        let code = self.code(request).await;
        let (status, tokens) = self.token(&redemption(&code)).await;
        assert_eq!(status, StatusCode::OK, "{tokens}");
        tokens
    }

    /// The claims, if the signature is one of a published key.
    pub(crate) async fn claims(&self, tokens: &Value) -> Result<Value, jsonwebtoken::errors::Error> {
        let token = tokens["id_token"].as_str().unwrap();
        let header = decode_header(token)?;
        let jwks: JwkSet = serde_json::from_value(self.json("/keys").await).unwrap();
        let jwk = jwks.find(header.kid.as_deref().unwrap()).unwrap();
        let algorithm: Algorithm = jwk.common.key_algorithm.unwrap().to_string().parse().unwrap();
        let mut validation = Validation::new(algorithm);
        // Times and audience are compared with the whole claims; the real clock plays no part.
        validation.required_spec_claims.clear();
        validation.validate_exp = false;
        validation.validate_aud = false;
        decode(token, &DecodingKey::from_jwk(jwk)?, &validation).map(|data| data.claims)
    }
}

/// Parameters in the order given.
#[derive(Clone, Default)]
pub(crate) struct Fields(Vec<(String, String)>);

impl Fields {
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.0.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        self.0.retain(|(field, _)| field != name);
        self
    }

    /// The same with another value.
    pub(crate) fn but(self, name: &str, value: &str) -> Self {
        self.without(name).with(name, value)
    }

    pub(crate) fn encode(&self) -> String {
        form_urlencoded::Serializer::new(String::new()).extend_pairs(&self.0).finish()
    }
}

/// An authorization request that asks for everything.
pub(crate) fn request() -> Fields {
    Fields::default()
        .with("response_type", "code")
        .with("client_id", CLIENT_ID)
        .with("redirect_uri", REDIRECT_URI)
        .with("scope", "openid email profile groups offline_access unheard-of")
        .with("prompt", "consent")
        .with("state", "st&te=ä")
        .with("nonce", "n-0S6_WzA2Mj")
        .with("code_challenge", CODE_CHALLENGE)
        .with("code_challenge_method", "S256")
}

pub(crate) fn redemption(code: &str) -> Fields {
    Fields::default()
        .with("grant_type", "authorization_code")
        .with("code", code)
        .with("redirect_uri", REDIRECT_URI)
        .with("code_verifier", CODE_VERIFIER)
}

pub(crate) fn refresh(tokens: &Value) -> Fields {
    Fields::default()
        .with("grant_type", "refresh_token")
        .with("refresh_token", tokens["refresh_token"].as_str().unwrap())
}

/// The parameters of a redirect to the client, without the one that the redirect URI has itself.
#[track_caller]
pub(crate) fn callback(response: &reqwest::Response) -> BTreeMap<String, String> {
    assert_eq!(response.status(), StatusCode::SEE_OTHER);
    let location = response.headers()["location"].to_str().unwrap();
    assert!(location.starts_with(&format!("{REDIRECT_URI}&")), "{location}");
    let mut query: BTreeMap<_, _> = Url::parse(location).unwrap().query_pairs().into_owned().collect();
    query.remove("from");
    query
}

/// `Authorization` as RFC 6749 section 2.3.1 wants it.
pub(crate) fn basic(client_id: &str, client_secret: &str) -> String {
    let encode = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    raw_basic(&format!("{}:{}", encode(client_id), encode(client_secret)))
}

pub(crate) fn raw_basic(credentials: &str) -> String {
    format!("Basic {}", STANDARD.encode(credentials))
}

/// `at_hash` for algorithms with SHA-256.
pub(crate) fn at_hash(access_token: &str) -> String {
    URL_SAFE_NO_PAD.encode(&Sha256::digest(access_token)[..16])
}

pub(crate) fn pairs<const N: usize>(pairs: [(&str, &str); N]) -> BTreeMap<String, String> {
    pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).into()
}
