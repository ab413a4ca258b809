//! A service and its provider that share a clock and counted randomness; what the service logs is kept.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::Request;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use kkp_oidc_core::UnixTime;
use kkp_oidc_core::cookie_key::CookieKey;
use kkp_oidc_core::directory::{Directory, DirectoryFile};
use kkp_oidc_core::issuer::{CookieSecurity, IssuerSettings};
use kkp_oidc_core::secret::SecretString;
use kkp_oidc_http::dev_provider::{DevClient, DevProvider, DevProviderConfig, DevUser, SigningAlgorithm};
use kkp_oidc_http::{AppState, BuildTlsError, Clock, ClusterDirectory, Entropy, ServiceConfig, router};
use sha2::{Digest as _, Sha256};
use tower::ServiceExt as _;
use tracing::subscriber::DefaultGuard;

pub(crate) const NOW: i64 = 1_700_000_000;
pub(crate) const COOKIE_KEY: &str = "e1f5ac4f8cc8b33a4b0d6c7f5b1c9d27";
pub(crate) const CLIENT_ID: &str = "odd:id %";
pub(crate) const CLIENT_SECRET: &str = "p:%st &se+c\"ret";
pub(crate) const PLAIN_REDIRECT_URI: &str = "http://127.0.0.1:8080/api/v1/kubeconfig";
pub(crate) const SECURE_REDIRECT_URI: &str = "https://share.example.com/api/v1/kubeconfig";
/// Hexadecimal SHA-256 of `owner@example.com`, by `printf owner@example.com | sha256sum`.
pub(crate) const OWNER_ID: &str = "c8cd3c6427301eaf6665bccacd65ddb614527acc843a15463e3faba57124c351";
/// Nothing here takes longer.
const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) const DIRECTORY: &str = "\
users:
- email: owner@example.com
- email: viewer@example.com
  id: viewer
- email: manager@example.com
  id: manager
- email: stranger@example.com
  id: stranger
- email: root@example.com
  id: root
  admin: true
projects:
- id: lab
  members:
  - email: owner@example.com
    role: owners
  - email: viewer@example.com
    role: viewers
  - email: manager@example.com
    role: projectmanagers
- id: other
clusters:
- id: lab7x9k2mp
  project: lab
  name: the lab
  server: https://lab.example.com:6443
- id: second4k2m
  project: lab
  server: https://second.example.com:6443
- id: foreign8zz
  project: other
  server: https://foreign.example.com:6443
";

/// The link that the owner of the lab sends.
pub(crate) fn link() -> String {
    link_to("lab7x9k2mp")
}

pub(crate) fn link_to(cluster_id: &str) -> String {
    format!("/api/v1/kubeconfig?project_id=lab&cluster_id={cluster_id}&user_id={OWNER_ID}")
}

pub(crate) struct SetClock(AtomicI64);

impl SetClock {
    pub(crate) fn advance(&self, secs: i64) {
        self.0.fetch_add(secs, Ordering::SeqCst);
    }
}

impl Clock for SetClock {
    fn now(&self) -> UnixTime {
        UnixTime::from_secs(self.0.load(Ordering::SeqCst))
    }
}

/// Different bytes each time, the same ones in each run; remembers what it gave out.
#[derive(Default)]
pub(crate) struct CountedEntropy(Mutex<Vec<Vec<u8>>>);

impl Entropy for CountedEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        let mut given = self.0.lock().unwrap();
        let digest = Sha256::digest((given.len() as u64).to_be_bytes());
        for (byte, random) in bytes.iter_mut().zip(digest.iter().cycle()) {
            *byte = *random;
        }
        given.push(bytes.to_vec());
    }
}

impl CountedEntropy {
    /// Everything of 256 bits: nonces, verifiers, codes and tokens, of the service and of the provider.
    fn secrets(&self) -> Vec<String> {
        let given = self.0.lock().unwrap();
        given.iter().filter(|bytes| bytes.len() == 32).map(|bytes| URL_SAFE_NO_PAD.encode(bytes)).collect()
    }
}

#[derive(Clone, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }

    /// Everything that this crate and core log on this thread, which is where a test's runtime is.
    pub(crate) fn capture(&self) -> DefaultGuard {
        let log = self.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_env_filter("kkp_oidc_http=trace,kkp_oidc_core=trace")
            .with_ansi(false)
            .with_writer(move || log.clone())
            .finish();
        tracing::subscriber::set_default(subscriber)
    }
}

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A whole response; headers in alphabetical order.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Reply {
    pub(crate) fn all(&self, name: &str) -> Vec<&str> {
        self.headers.iter().filter(|(key, _)| key == name).map(|(_, value)| value.as_str()).collect()
    }

    #[track_caller]
    pub(crate) fn header(&self, name: &str) -> &str {
        let values = self.all(name);
        assert_eq!(values.len(), 1, "{name} of {self:?}");
        values[0]
    }

    /// Status and body, where all the other headers are those of every JSON answer.
    pub(crate) fn answer(&self) -> (u16, &str) {
        (self.status, &self.body)
    }
}

/// An error as programs see it. KKP's shape, and the code beside it.
pub(crate) fn error_body(status: u16, code: &str, message: &str) -> String {
    format!("{{\"error\":{{\"code\":{status},\"message\":\"{message}\"}},\"code\":\"{code}\"}}\n")
}

#[track_caller]
pub(crate) fn assert_error(reply: &Reply, (status, code, message): (u16, &str, &str)) {
    assert_eq!(reply.answer(), (status, error_body(status, code, message).as_str()));
    assert_eq!(reply.all("content-type"), ["application/json"]);
    assert_eq!(reply.all("content-disposition"), [""; 0]);
}

/// What a test may change before provider and service start.
pub(crate) struct Setup {
    pub(crate) provider: DevProviderConfig,
    pub(crate) issuer: IssuerSettings,
    pub(crate) gates: &'static str,
    pub(crate) cookie_key: &'static str,
    pub(crate) directory: Arc<dyn ClusterDirectory>,
    pub(crate) configure: Box<dyn FnOnce(&mut ServiceConfig)>,
    pub(crate) clock: Arc<SetClock>,
    pub(crate) entropy: Arc<CountedEntropy>,
}

impl Setup {
    pub(crate) fn new() -> Self {
        let clock = Arc::new(SetClock(AtomicI64::new(NOW)));
        let entropy = Arc::new(CountedEntropy::default());
        let mut provider = DevProviderConfig::new(clock.clone(), entropy.clone());
        let mut client = DevClient::new(CLIENT_ID, SecretString::from(CLIENT_SECRET));
        client.redirect_uris = vec![PLAIN_REDIRECT_URI.to_owned(), SECURE_REDIRECT_URI.to_owned()];
        provider.clients = vec![client];
        provider.users.push(DevUser::new("Jane.Roe@Example.com", "Jane Roe"));
        provider.algorithm = SigningAlgorithm::Es256;
        Self {
            provider,
            issuer: IssuerSettings {
                client_id: CLIENT_ID.to_owned(),
                client_secret: Some(SecretString::from(CLIENT_SECRET)),
                redirect_uri: PLAIN_REDIRECT_URI.to_owned(),
                cookie_security: CookieSecurity::Plain,
                ..IssuerSettings::default()
            },
            gates: "OIDCKubeCfgEndpoint=true",
            cookie_key: COOKIE_KEY,
            directory: Arc::new(directory(DIRECTORY)),
            configure: Box::new(|_| ()),
            clock,
            entropy,
        }
    }

    /// The service alone, for a provider that calls itself `issuer_url`.
    pub(crate) fn service(self, issuer_url: &str) -> Service {
        self.try_service(issuer_url).unwrap()
    }

    pub(crate) fn try_service(self, issuer_url: &str) -> Result<Service, BuildTlsError> {
        let log = Log::default();
        let capture = log.capture();
        let issuer = IssuerSettings { issuer_url: issuer_url.to_owned(), ..self.issuer };
        let cookie_key: CookieKey = self.cookie_key.parse().unwrap();
        let mut config = ServiceConfig::new(issuer.try_into().unwrap(), cookie_key, self.gates.parse().unwrap());
        (self.configure)(&mut config);
        let state = AppState::new(config, self.directory, self.clock.clone(), self.entropy.clone())?;
        let router = router(state.clone());
        Ok(Service { state, router, clock: self.clock, entropy: self.entropy, log, _capture: capture })
    }
}

pub(crate) fn directory(text: &str) -> Directory {
    let file = DirectoryFile::parse(text, "directory.yaml").unwrap();
    let Ok(directory) = file.resolve(|reference| Ok::<_, Infallible>(reference.resolve(None, Vec::new())));
    directory
}

pub(crate) struct Service {
    pub(crate) state: AppState,
    pub(crate) router: Router,
    pub(crate) clock: Arc<SetClock>,
    pub(crate) entropy: Arc<CountedEntropy>,
    pub(crate) log: Log,
    _capture: DefaultGuard,
}

impl Service {
    pub(crate) async fn send(&self, request: Request<Body>) -> Reply {
        send(&self.router, request).await
    }

    pub(crate) async fn get(&self, path_and_query: &str) -> Reply {
        self.send(Request::get(path_and_query).body(Body::empty()).unwrap()).await
    }

    /// That neither the body nor anything logged so far holds a secret of this service or of its provider.
    #[track_caller]
    pub(crate) fn assert_nothing_secret(&self, reply: &Reply) {
        let log = self.log.text();
        assert!(log.contains("request"), "nothing was logged: {log}");
        let mut secrets = self.entropy.secrets();
        secrets.extend([CLIENT_SECRET, COOKIE_KEY, "p%3A%25st", "p%3a%25st"].map(str::to_owned));
        secrets.push(STANDARD.encode("odd%3Aid+%25:p%3A%25st+%26se%2Bc%22ret"));
        // How a JWT begins: an ID token.
        secrets.push("eyJ".to_owned());
        // What a hostile provider says.
        secrets.extend(["<script>", "stolen", "attacker", "\u{1b}[2J", "\u{202e}"].map(str::to_owned));
        for secret in secrets {
            assert!(!reply.body.contains(&secret), "{secret} in {}", reply.body);
            assert!(!log.contains(&secret), "{secret} in {log}");
        }
    }
}

/// Answer one request, within a bounded time.
pub(crate) async fn send(router: &Router, request: Request<Body>) -> Reply {
    let answer = async {
        let response = router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let mut headers: Vec<_> =
            parts.headers.iter().map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned())).collect();
        headers.sort_by(|one, other| one.0.cmp(&other.0));
        let body = String::from_utf8(to_bytes(body, 1 << 20).await.unwrap().to_vec()).unwrap();
        Reply { status: parts.status.as_u16(), headers, body }
    };
    tokio::time::timeout(PATIENCE, answer).await.unwrap()
}

/// A service and the development provider that it logs in at.
pub(crate) struct World {
    pub(crate) provider: DevProvider,
    pub(crate) service: Service,
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::with(|_| ()).await
    }

    pub(crate) async fn with(change: impl FnOnce(&mut Setup)) -> Self {
        Self::at("127.0.0.1:0".parse().unwrap(), change).await
    }

    pub(crate) async fn at(addr: SocketAddr, change: impl FnOnce(&mut Setup)) -> Self {
        let mut setup = Setup::new();
        change(&mut setup);
        let provider = DevProvider::bind(setup.provider.clone(), addr).await.unwrap();
        let service = setup.service(provider.issuer());
        Self { provider, service }
    }
}
