//! `kkp-oidc serve` with a certificate, and files that change while it runs.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use tempfile::TempDir;

use crate::http;
use crate::process::{PATIENCE, Running, kkp_oidc};

const KEY: &str = "76ee0ad1c52b4ef7905c1ff6b6a8e0d9";
const FRESH_KEY: &str = "9c0a7f1db84e2c635e7a0b9d1f3c5e72";

struct Lab {
    folder: TempDir,
}

impl Lab {
    fn new() -> Self {
        let lab = Self { folder: tempfile::tempdir().unwrap() };
        lab.write("clusters.yaml", "clusters: []\n");
        lab.write("cookie.key", KEY);
        lab.write("client.secret", "canary-of-the-client-secret");
        lab
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, contents: &str) {
        fs::write(self.path(name), contents).unwrap();
    }

    /// A fresh certificate in the two files.
    fn certificate(&self) -> CertificateDer<'static> {
        let CertifiedKey { cert, signing_key } = generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        self.write("tls.crt", &cert.pem());
        self.write("tls.key", &signing_key.serialize_pem());
        fs::set_permissions(self.path("tls.key"), fs::Permissions::from_mode(0o600)).unwrap();
        cert.der().clone()
    }

    fn start(&self, flags: &[&str]) -> (Running, SocketAddr) {
        let mut command = kkp_oidc(["serve", "-address=127.0.0.1:0", "-oidc-url=http://127.0.0.1:9/dex"]);
        command.args(["-oidc-issuer-redirect-uri", "https://kkp.example.com/api/v1/kubeconfig"]);
        command.args(["-oidc-issuer-client-id", "kubermaticIssuer"]);
        for (flag, name) in [
            ("-clusters", "clusters.yaml"),
            ("-oidc-issuer-cookie-hash-key-file", "cookie.key"),
            ("-oidc-issuer-client-secret-file", "client.secret"),
        ] {
            command.arg(flag).arg(self.path(name));
        }
        for flag in flags {
            command.arg(flag.replace('@', &format!("{}/", self.folder.path().display())));
        }
        let mut process = Running::start(&mut command);
        let address = process.wait_for_stdout(|line| line.strip_prefix("kkp-oidc listens on ")?.parse().ok());
        (process, address)
    }
}

type Connection = StreamOwned<ClientConnection, TcpStream>;

/// A connection that believes only in this certificate.
fn connect(address: SocketAddr, certificate: &CertificateDer<'static>) -> Connection {
    let mut roots = RootCertStore::empty();
    roots.add(certificate.clone()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let config = Arc::new(config.with_root_certificates(roots).with_no_client_auth());
    let session = ClientConnection::new(config, ServerName::try_from("localhost").unwrap()).unwrap();
    StreamOwned::new(session, http::connect(address))
}

/// The answer to a request on a connection that stays open, without its head.
fn ask(connection: &mut Connection, path: &str) -> std::io::Result<String> {
    write!(connection, "GET {path} HTTP/1.1\r\nhost: localhost\r\n\r\n")?;
    let mut answer = String::new();
    loop {
        let mut more = [0; 4096];
        let len = connection.read(&mut more)?;
        answer.push_str(std::str::from_utf8(&more[..len]).unwrap());
        if let Some((head, body)) = answer.split_once("\r\n\r\n") {
            let (_, length) = head.split_once("content-length: ").unwrap();
            let length: usize = length.lines().next().unwrap().parse().unwrap();
            if body.len() >= length {
                return Ok(body.to_owned());
            }
        }
        assert!(len > 0, "{answer}");
    }
}

/// Ask until the answer is as wanted.
#[track_caller]
fn wait_for(mut answer: impl FnMut() -> String, wanted: impl Fn(&str) -> bool) {
    let begin = Instant::now();
    loop {
        let answer = answer();
        if wanted(&answer) {
            return;
        }
        assert!(begin.elapsed() < PATIENCE, "{answer}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_certificate_is_exchanged_by_a_signal_and_a_broken_one_is_not_taken() {
    let lab = Lab::new();
    let old = lab.certificate();
    let (mut process, address) = lab.start(&["-tls-cert=@tls.crt", "-tls-key=@tls.key"]);
    let mut open = connect(address, &old);
    assert_eq!(ask(&mut open, "/healthz").unwrap(), "ok\n");

    lab.write("tls.key", "canary\n");
    process.signal("HUP");
    process.wait_for_stderr("changed files are wrong, those before stay in use what=\"tls certificate\"");
    let stale = format!(
        r#""stale":[{{"file":"{}","reason":"the key file has no private key that can be read, expected PEM of one that is not encrypted"}}]"#,
        lab.path("tls.crt").display()
    );
    wait_for(|| ask(&mut connect(address, &old), "/readyz").unwrap(), |answer| answer.contains(&stale));

    let new = lab.certificate();
    process.signal("HUP");
    process.wait_for_stderr("files changed, and are in use what=\"tls certificate\"");
    assert_eq!(ask(&mut connect(address, &new), "/healthz").unwrap(), "ok\n");
    assert!(ask(&mut connect(address, &old), "/healthz").is_err());
    wait_for(|| ask(&mut connect(address, &new), "/readyz").unwrap(), |answer| !answer.contains("stale"));

    process.signal("TERM");
    let ended = process.end_within(Duration::from_secs(15));
    assert_eq!(ended.code, Some(0));
    assert!(!ended.stderr.contains("canary"), "{}", ended.stderr);
}

#[test]
fn a_key_that_everybody_can_read_is_told() {
    let lab = Lab::new();
    lab.certificate();
    fs::set_permissions(lab.path("tls.key"), fs::Permissions::from_mode(0o644)).unwrap();
    let (mut process, _) = lab.start(&["-tls-cert=@tls.crt", "-tls-key=@tls.key", "-behind-proxy=false"]);
    process.wait_for_stderr("everybody on this machine can read the TLS key: chmod o-rwx");
}

#[test]
fn keys_and_secret_are_read_again() {
    let lab = Lab::new();
    lab.write("old.key", FRESH_KEY);
    let (mut process, address) = lab.start(&["-old-cookie-hash-key-file=@old.key"]);
    for (name, contents, line) in [
        ("cookie.key", "short", "changed files are wrong, those before stay in use what=\"cookie keys\""),
        ("cookie.key", "q9Zc4mVx2LrT7wYb1NdK8sHfGj5Ue3Po", "files changed, and are in use what=\"cookie keys\""),
        ("client.secret", "\n", "changed files are wrong, those before stay in use what=\"client secret\""),
        ("client.secret", "another", "files changed, and are in use what=\"client secret\""),
        ("clusters.yaml", "clusters: 1\n", "changed directory of clusters is wrong"),
        ("clusters.yaml", "users: []\nclusters: []\n", "directory of clusters changed"),
    ] {
        lab.write(name, contents);
        process.signal("HUP");
        process.wait_for_stderr(line);
    }
    wait_for(|| http::get(address, "/readyz", "").body, |answer| !answer.contains("stale"));
}
