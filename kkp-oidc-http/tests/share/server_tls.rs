//! The service behind its own TLS, on a real socket.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use kkp_oidc_http::server::{ServeLimits, ServerTls, serve_tls_within};
use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::version::{TLS12, TLS13};
use rustls::{ClientConfig, ProtocolVersion, RootCertStore, SupportedProtocolVersion};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::world::World;

/// What is to happen happens within this, also on a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);

struct Identity {
    certificate: CertificateDer<'static>,
    pem: String,
    key: String,
}

impl Identity {
    fn new() -> Self {
        let CertifiedKey { cert, signing_key } = generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        Self { certificate: cert.der().clone(), pem: cert.pem(), key: signing_key.serialize_pem() }
    }

    fn tls(&self) -> ServerTls {
        ServerTls::from_pem(self.pem.as_bytes(), self.key.as_bytes(), "tls.crt").unwrap()
    }
}

async fn serve(world: &World, tls: ServerTls, limits: ServeLimits) -> SocketAddr {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = listener.local_addr().unwrap();
    let (router, state) = (world.service.router.clone(), world.service.state.clone());
    tokio::spawn(serve_tls_within(limits, listener, tls, router, state, std::future::pending()));
    addr
}

/// Connect, and believe only in this identity.
async fn connect(
    addr: SocketAddr,
    identity: &Identity,
    version: &'static SupportedProtocolVersion,
) -> std::io::Result<TlsStream<TcpStream>> {
    let mut roots = RootCertStore::empty();
    roots.add(identity.certificate.clone()).unwrap();
    let mut config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_protocol_versions(&[version])
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    let tcp = TcpStream::connect(addr).await?;
    let name = ServerName::try_from("localhost").unwrap();
    tokio::time::timeout(PATIENCE, TlsConnector::from(Arc::new(config)).connect(name, tcp)).await.unwrap()
}

async fn healthy(connection: &mut TlsStream<TcpStream>) {
    connection.write_all(b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n").await.unwrap();
    let mut answer = Vec::new();
    while !answer.ends_with(b"ok\n") {
        let mut more = [0; 1024];
        let len = tokio::time::timeout(PATIENCE, connection.read(&mut more)).await.unwrap().unwrap();
        assert!(len > 0, "{}", String::from_utf8_lossy(&answer));
        answer.extend_from_slice(&more[..len]);
    }
    assert!(answer.starts_with(b"HTTP/1.1 200 OK\r\n"), "{}", String::from_utf8_lossy(&answer));
}

#[tokio::test]
async fn tls_1_2_and_1_3_carry_http_1_1() {
    let (world, identity) = (World::new().await, Identity::new());
    let addr = serve(&world, identity.tls(), ServeLimits::default()).await;
    for (version, expected) in [(&TLS12, ProtocolVersion::TLSv1_2), (&TLS13, ProtocolVersion::TLSv1_3)] {
        let mut connection = connect(addr, &identity, version).await.unwrap();
        healthy(&mut connection).await;
        let (_, session) = connection.get_ref();
        assert_eq!(session.protocol_version(), Some(expected));
        assert_eq!(session.alpn_protocol(), Some(&b"http/1.1"[..]));
    }
}

#[tokio::test]
async fn a_new_certificate_is_shown_to_new_connections_and_disturbs_no_open_one() {
    let (world, old, new) = (World::new().await, Identity::new(), Identity::new());
    let tls = old.tls();
    let addr = serve(&world, tls.clone(), ServeLimits::default()).await;
    let mut open = connect(addr, &old, &TLS13).await.unwrap();
    healthy(&mut open).await;
    tls.replace_pem(new.pem.as_bytes(), new.key.as_bytes(), "tls.crt").unwrap();
    healthy(&mut open).await;
    healthy(&mut connect(addr, &new, &TLS13).await.unwrap()).await;
    assert!(connect(addr, &old, &TLS13).await.is_err(), "the old one is not shown any more");

    let error = tls.replace_pem(old.pem.as_bytes(), new.key.as_bytes(), "tls.crt").unwrap_err();
    assert_eq!(error.to_string(), "certificate and key do not belong together, or cannot be used");
    healthy(&mut connect(addr, &new, &TLS13).await.unwrap()).await;
}

#[test]
fn what_is_no_certificate_or_no_key_is_refused() {
    let identity = Identity::new();
    let refused = |certificates: &str, key: &str| {
        ServerTls::from_pem(certificates.as_bytes(), key.as_bytes(), "tls.crt").unwrap_err().to_string()
    };
    let no_key = "the key file has no private key that can be read, expected PEM of one that is not encrypted";
    let encrypted = identity.key.replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY");
    for key in ["", "canary", identity.pem.as_str(), encrypted.as_str()] {
        assert_eq!(refused(&identity.pem, key), no_key);
    }
    assert_eq!(
        refused("", &identity.key),
        "tls.crt has no certificates, expected PEM with `-----BEGIN CERTIFICATE-----`"
    );
    assert_eq!(format!("{:?}", identity.tls()), "ServerTls(..)");
}

#[tokio::test]
async fn nobody_holds_a_connection_up_without_a_handshake() {
    let (world, identity) = (World::new().await, Identity::new());
    let mut limits = ServeLimits::default();
    limits.header_timeout = Duration::from_millis(200);
    let addr = serve(&world, identity.tls(), limits).await;
    // A client that says nothing, and one that talks http.
    for said in [&b""[..], b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n"] {
        let mut connection = TcpStream::connect(addr).await.unwrap();
        connection.write_all(said).await.unwrap();
        let mut answer = Vec::new();
        // A reset is an end, too.
        let _ = tokio::time::timeout(PATIENCE, connection.read_to_end(&mut answer)).await.unwrap();
        assert!(!answer.starts_with(b"HTTP/"), "{}", String::from_utf8_lossy(&answer));
    }
}
