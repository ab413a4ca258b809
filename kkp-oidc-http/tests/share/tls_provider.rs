//! A provider behind https whose certificate leads over an intermediate to a root of its own. It knows one person, and
//! believes every code to be the nonce.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::extract::State;
use axum::http::HeaderMap;
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use url::form_urlencoded;

use crate::world::{CLIENT_ID, NOW};

pub(crate) const REFRESH_TOKEN: &str = "refresh-token-of-the-tls-provider";

/// How a token request authenticated: its `Authorization`, and its form.
pub(crate) type TokenRequest = (Option<String>, Vec<(String, String)>);

pub(crate) struct TlsProvider {
    pub(crate) issuer: String,
    /// PEM of the root, which is not sent along.
    pub(crate) root: String,
    pub(crate) token_requests: Arc<Mutex<Vec<TokenRequest>>>,
}

struct Shared {
    issuer: String,
    auth_methods: Option<Value>,
    key: KeyPair,
    token_requests: Arc<Mutex<Vec<TokenRequest>>>,
}

fn ca(name: &str) -> CertificateParams {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params
}

/// A root that nothing here leads to, as PEM.
pub(crate) fn unrelated_root(name: &str) -> String {
    CertifiedIssuer::self_signed(ca(name), KeyPair::generate().unwrap()).unwrap().pem()
}

impl TlsProvider {
    /// `auth_methods` is what the metadata says of `token_endpoint_auth_methods_supported`, if anything.
    pub(crate) async fn start(auth_methods: Option<Value>) -> Self {
        let root = CertifiedIssuer::self_signed(ca("root"), KeyPair::generate().unwrap()).unwrap();
        let intermediate = CertifiedIssuer::signed_by(ca("intermediate"), KeyPair::generate().unwrap(), &root).unwrap();
        let key = KeyPair::generate().unwrap();
        let leaf =
            CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap().signed_by(&key, &intermediate).unwrap();
        let chain = vec![leaf.der().clone(), intermediate.der().clone()];
        let key_der = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(chain, key_der)
            .unwrap();
        let tcp = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let issuer = format!("https://{}/dex", tcp.local_addr().unwrap());
        let token_requests = Arc::new(Mutex::default());
        let shared = Shared { issuer: issuer.clone(), auth_methods, key, token_requests: Arc::clone(&token_requests) };
        let router = Router::new()
            .route("/dex/.well-known/openid-configuration", get(discovery))
            .route("/dex/keys", get(keys))
            .route("/dex/token", post(token))
            .with_state(Arc::new(shared));
        let listener = TlsListener { tcp, acceptor: TlsAcceptor::from(Arc::new(config)) };
        tokio::spawn(async { axum::serve(listener, router).await });
        Self { issuer, root: root.pem(), token_requests }
    }
}

struct TlsListener {
    tcp: TcpListener,
    acceptor: TlsAcceptor,
}

impl axum::serve::Listener for TlsListener {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        loop {
            let (connection, addr) = self.tcp.accept().await.unwrap();
            // A client that does not like the certificate goes away.
            if let Ok(connection) = self.acceptor.accept(connection).await {
                return (connection, addr);
            }
        }
    }

    fn local_addr(&self) -> std::io::Result<Self::Addr> {
        self.tcp.local_addr()
    }
}

async fn discovery(State(shared): State<Arc<Shared>>) -> Json<Value> {
    let issuer = &shared.issuer;
    let mut document = json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/auth"),
        "token_endpoint": format!("{issuer}/token"),
        "jwks_uri": format!("{issuer}/keys"),
        "id_token_signing_alg_values_supported": ["ES256"],
    });
    if let Some(methods) = &shared.auth_methods {
        document["token_endpoint_auth_methods_supported"] = methods.clone();
    }
    Json(document)
}

async fn keys(State(shared): State<Arc<Shared>>) -> Json<Value> {
    // An uncompressed point: one byte that says so, then both coordinates.
    let (x, y) = shared.key.public_key_raw()[1..].split_at(32);
    let [x, y] = [x, y].map(|coordinate| URL_SAFE_NO_PAD.encode(coordinate));
    Json(json!({ "keys": [{ "kty": "EC", "crv": "P-256", "kid": "one", "use": "sig", "x": x, "y": y }] }))
}

async fn token(State(shared): State<Arc<Shared>>, headers: HeaderMap, body: String) -> Json<Value> {
    let form: Vec<(String, String)> = form_urlencoded::parse(body.as_bytes()).into_owned().collect();
    let code = form.iter().find(|(name, _)| name == "code").unwrap().1.clone();
    let authorization = headers.get("authorization").map(|value| value.to_str().unwrap().to_owned());
    shared.token_requests.lock().unwrap().push((authorization, form));
    let header = Header { kid: Some("one".to_owned()), ..Header::new(Algorithm::ES256) };
    let claims = json!({
        "iss": shared.issuer,
        "aud": CLIENT_ID,
        "sub": "1",
        "iat": NOW,
        "exp": NOW + 3600,
        "nonce": code,
        "email": "lukasz@example.com",
    });
    let id_token = encode(&header, &claims, &EncodingKey::from_ec_der(shared.key.serialized_der())).unwrap();
    Json(json!({ "id_token": id_token, "refresh_token": REFRESH_TOKEN, "token_type": "Bearer" }))
}
