//! With real servers on loopback.

#![expect(clippy::unwrap_used, reason = "test helpers: failing is their job")]

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::path::Path;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::PrivateKeyDer;
use rustls::{RootCertStore, ServerConfig, ServerConnection, SupportedProtocolVersion, version};

use crate::program::{Ended, ca, folder};

/// A root, and a certificate for `localhost` and 127.0.0.1 of it.
struct Pki {
    root: CertifiedIssuer<'static, KeyPair>,
    chain: Vec<rustls::pki_types::CertificateDer<'static>>,
    key: KeyPair,
}

fn pki(folder: &Path) -> Pki {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.distinguished_name.push(rcgen::DnType::CommonName, "Loopback Root");
    let root = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(["localhost".to_owned(), "127.0.0.1".to_owned()]).unwrap();
    params.extended_key_usages.push(rcgen::ExtendedKeyUsagePurpose::ServerAuth);
    params.use_authority_key_identifier_extension = true;
    let leaf = params.signed_by(&key, &root).unwrap();
    fs::write(folder.join("root.pem"), root.pem()).unwrap();
    Pki { chain: vec![leaf.der().clone()], root, key }
}

/// The name that was asked for, and what was sent after the handshake.
type Served = (Option<String>, Vec<u8>);

/// Serves one connection, if `asks` with a client certificate asked for.
fn serve(pki: &Pki, versions: &[&'static SupportedProtocolVersion], asks: bool) -> (u16, JoinHandle<Served>) {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let builder = ServerConfig::builder_with_provider(Arc::clone(&provider)).with_protocol_versions(versions).unwrap();
    let builder = if asks {
        let mut roots = RootCertStore::empty();
        roots.add(pki.root.der().clone()).unwrap();
        let verifier = rustls::server::WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
        builder.with_client_cert_verifier(verifier.build().unwrap())
    } else {
        builder.with_no_client_auth()
    };
    let key = PrivateKeyDer::try_from(pki.key.serialize_der()).unwrap();
    let config = Arc::new(builder.with_single_cert(pki.chain.clone(), key).unwrap());
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let served = thread::spawn(move || {
        let (mut socket, _) = listener.accept().unwrap();
        socket.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        let mut connection = ServerConnection::new(config).unwrap();
        let mut sent = Vec::new();
        let _ = rustls::Stream::new(&mut connection, &mut socket).read_to_end(&mut sent);
        (connection.server_name().map(str::to_owned), sent)
    });
    (port, served)
}

fn check(folder: &Path, server: &str, more: &[&str]) -> Ended {
    ca(folder, &[&["check", "root.pem", "--server", server][..], more].concat())
}

const ACCEPTED: &str = "\
✓ Go accepts it: it leads to `CN=Loopback Root`
✓ OpenSSL accepts it: it leads to `CN=Loopback Root`
✓ rustls accepts it: it leads to `CN=Loopback Root`
";

#[test]
fn a_server_is_asked_by_handshake_alone() {
    let (_keep, folder) = folder();
    let pki = pki(&folder);
    for versions in [&[&version::TLS13][..], &[&version::TLS12]] {
        let (port, served) = serve(&pki, versions, false);
        let ended = check(&folder, &format!("localhost:{port}"), &[]);
        assert_eq!(ended, (0, ACCEPTED.to_owned(), String::new()));
        assert_eq!(served.join().unwrap(), (Some("localhost".to_owned()), Vec::new()));
    }
    let (port, served) = serve(&pki, &[&version::TLS13], false);
    assert_eq!(check(&folder, &format!("127.0.0.1:{port}"), &[]), (0, ACCEPTED.to_owned(), String::new()));
    assert_eq!(served.join().unwrap(), (None, Vec::new()), "an address is not sent as a name");
}

#[test]
fn a_server_that_wants_a_client_certificate_shows_its_own() {
    let (_keep, folder) = folder();
    let pki = pki(&folder);
    for versions in [&[&version::TLS13][..], &[&version::TLS12]] {
        let (port, served) = serve(&pki, versions, true);
        assert_eq!(check(&folder, &format!("localhost:{port}"), &[]), (0, ACCEPTED.to_owned(), String::new()));
        assert_eq!(served.join().unwrap().1, Vec::<u8>::new());
    }
}

#[test]
fn another_name_is_asked_for_and_judged() {
    let (_keep, folder) = folder();
    let pki = pki(&folder);
    let (port, served) = serve(&pki, &[&version::TLS13], false);
    let (code, stdout, _) = check(&folder, &format!("127.0.0.1:{port}"), &["--name", "kkp.example.com"]);
    let expected = "refuses it: wrong name: the certificate is for localhost, 127.0.0.1, not for kkp.example.com\n";
    assert_eq!(
        (code, stdout),
        (1, ["✗ Go ", "✗ OpenSSL ", "✗ rustls "].map(|who| format!("{who}{expected}")).concat())
    );
    assert_eq!(served.join().unwrap().0.as_deref(), Some("kkp.example.com"));
}

#[test]
fn what_is_no_tls_server_is_told_within_five_seconds() {
    let (_keep, folder) = folder();
    pki(&folder);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let http = thread::spawn(move || {
        let (mut socket, _) = listener.accept().unwrap();
        socket.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").unwrap();
        // Closing what has not been read would send a reset.
        let _ = socket.read(&mut [0; 4096]);
    });
    let stderr = format!(
        "error: {address} gives no certificate\n  \
         caused by: the TLS handshake ended before the server named itself\n  \
         caused by: received corrupt message of type InvalidContentType\n"
    );
    assert_eq!(check(&folder, &address, &[]), (3, String::new(), stderr));
    http.join().unwrap();

    // Nobody accepts, nobody answers.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = silent.local_addr().unwrap().to_string();
    let started = Instant::now();
    let stderr = format!("error: {address} gives no certificate\n  caused by: there is no answer within 5 seconds\n");
    assert_eq!(check(&folder, &address, &[]), (3, String::new(), stderr));
    assert!((4..8).contains(&started.elapsed().as_secs()), "{:?}", started.elapsed());
    drop(silent);
    let stderr = format!(
        "error: {address} gives no certificate\n  \
         caused by: there is no connection\n  \
         caused by: Connection refused (os error 111)\n"
    );
    assert_eq!(check(&folder, &address, &[]), (3, String::new(), stderr));
}
