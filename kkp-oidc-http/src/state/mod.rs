//! What the routes share: configuration, the OIDC client, the directory, keys, and what the process remembers.

mod operations;
mod replace;

use std::error::Error as _;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use std::{fmt, iter};

use arc_swap::ArcSwap;
use kkp_oidc_core::UnixTime;
use kkp_oidc_core::authorization::{FlowCookies, FlowRandom, FlowTarget, StateKey, UserEntry};
use kkp_oidc_core::cookie_key::KeyRing;
use kkp_oidc_core::directory::SharedCluster;
use kkp_oidc_core::feature_gates::{DashboardGates, FeatureGates, KnownGate};
use kkp_oidc_core::ids::{ClusterId, ProjectId};
use kkp_oidc_core::issuer::{ClientId, IssuerConfig, ProviderMetadata};
use kkp_oidc_core::kubeconfig::Preferences;
use kkp_oidc_core::secret::SecretString;
use kkp_oidc_core::share::Owner;
use kkp_oidc_core::shared_kubeconfig::SharedKubeconfig;
use tokio::sync::Notify;

pub(crate) use self::replace::Live;
use crate::directory::{ClusterDirectory, DirectoryHealth, DirectoryUnavailable, OwnedCluster};
use crate::environment::{Clock, Entropy};
use crate::error::LoginError;
use crate::kkp_links::KkpLinks;
use crate::oidc::{BuildTlsError, IdpCa, Login, OidcClient, ProviderError, Trust};
use crate::operations::{Operations, OperationsConfig};
use crate::pages::Landing;
use crate::present::{Present, ProviderSettings};
use crate::reload::Reloads;
use crate::share_links::{Sharing, SharingConfig};
use crate::used_flows::UsedFlows;

/// Everything that an operator decides.
///
/// The public base URL is the one that [`IssuerConfig::redirect_uri`] begins with; request headers never form a URL.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ServiceConfig {
    /// The provider and the client.
    pub issuer: IssuerConfig,
    /// Keys of the flows' cookies and states. The same on every replica.
    pub cookie_keys: KeyRing,
    /// `OIDCKubeCfgEndpoint` switches the share endpoint on.
    pub feature_gates: FeatureGates,
    /// Whose certificates the provider may have.
    pub trust: Trust,
    /// Accept every certificate of the provider. KKP: flag `oidc-skip-tls-verify`.
    pub dangerous_skip_tls_verify: bool,
    /// When the issuer's CA goes into a kubeconfig.
    pub idp_ca: IdpCa,
    /// Whether kubeconfigs have the line `preferences: {}`. KKP: up to 2.29.
    pub preferences: Preferences,
    /// Share links of our own; `None` if there are none.
    pub sharing: Option<SharingConfig>,
    /// Whether links in KKP's form begin a login.
    pub kkp_links: KkpLinks,
    /// Proxies, limits, and what else concerns those who run it.
    pub operations: OperationsConfig,
}

impl ServiceConfig {
    /// The configuration with everything else at its default.
    #[must_use]
    pub fn new(issuer: IssuerConfig, cookie_keys: impl Into<KeyRing>, feature_gates: FeatureGates) -> Self {
        Self {
            issuer,
            cookie_keys: cookie_keys.into(),
            feature_gates,
            trust: Trust::default(),
            dangerous_skip_tls_verify: false,
            idp_ca: IdpCa::default(),
            preferences: Preferences::default(),
            sharing: None,
            kkp_links: KkpLinks::default(),
            operations: OperationsConfig::default(),
        }
    }
}

/// State of the [`router`](crate::router). Cheap to clone.
///
/// What can be replaced while the service runs (see `replace_…`) is as it was when this value was made; a request gets
/// a value of its own, and so ends with what it began with. Everything else all values share.
#[derive(Clone)]
pub struct AppState(pub(crate) Arc<Shared>, pub(crate) Arc<Present>);

pub(crate) struct Shared {
    /// What new requests get.
    pub(crate) present: ArcSwap<Present>,
    /// Told whenever `present` changes.
    pub(crate) replaced: Notify,
    pub(crate) reloads: Reloads,
    pub(crate) provider: ProviderSettings,
    directory: Arc<dyn ClusterDirectory>,
    used_flows: UsedFlows,
    gates: FeatureGates,
    kkp_links: KkpLinks,
    preferences: Preferences,
    shutting_down: AtomicBool,
    landing: Landing,
    operations: Operations,
    pub(crate) clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
}

impl AppState {
    /// The state of one service.
    ///
    /// # Errors
    ///
    /// - [`BuildTlsError`] if TLS towards the provider cannot be set up.
    pub fn new(
        config: ServiceConfig,
        directory: Arc<dyn ClusterDirectory>,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Result<Self, BuildTlsError> {
        Self::with_landing(config, directory, clock, entropy, Landing::Static)
    }

    pub(crate) fn with_landing(
        config: ServiceConfig,
        directory: Arc<dyn ClusterDirectory>,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        landing: Landing,
    ) -> Result<Self, BuildTlsError> {
        let ServiceConfig {
            issuer,
            cookie_keys,
            feature_gates,
            trust,
            dangerous_skip_tls_verify,
            idp_ca,
            preferences,
            sharing,
            kkp_links,
            operations,
        } = config;
        if dangerous_skip_tls_verify {
            tracing::warn!(
                "the identity provider's certificate is NOT verified: anybody in between can log in as anybody"
            );
        }
        let operations = Operations::new(operations, &clock);
        let provider = ProviderSettings { dangerous_skip_tls_verify, idp_ca, metrics: operations.metrics().clone() };
        let client = Arc::new(provider.client(issuer, &trust, Arc::clone(&clock))?);
        let present = Arc::new(Present::new(client, &cookie_keys, operations.audit.names(&cookie_keys), sharing));
        let shared = Shared {
            present: ArcSwap::new(Arc::clone(&present)),
            replaced: Notify::new(),
            reloads: Reloads::default(),
            provider,
            directory,
            used_flows: UsedFlows::default(),
            gates: feature_gates,
            kkp_links,
            preferences,
            shutting_down: AtomicBool::new(false),
            landing,
            operations,
            clock,
            entropy,
        };
        Ok(Self(Arc::new(shared), present))
    }

    /// Keep trying, with longer and longer pauses, until the provider's metadata is known. Run it beside the server, so
    /// that [`/readyz`](crate::router) turns green without a request.
    pub async fn discover(&self) {
        loop {
            let mut replaced = pin!(self.0.replaced.notified());
            replaced.as_mut().enable();
            let present = self.0.present.load_full();
            tokio::select! {
                () = present.oidc.discover_with_back_off() => return,
                () = replaced => {}
            }
        }
    }

    /// Remove from the store, every ten minutes and for ever, what nobody can use any more. Run it beside the server.
    pub async fn sweep(&self) {
        let mut pause = tokio::time::interval(SWEEP_INTERVAL);
        loop {
            pause.tick().await;
            let Ok(sharing) = self.sharing() else { return };
            if let Err(error) = sharing.config().store.sweep(self.now()).await {
                tracing::warn!(error = &error as &dyn std::error::Error, "the store of shares was not swept");
            }
        }
    }

    /// From now on no flow begins; callbacks are still answered.
    pub fn begin_shutdown(&self) {
        self.0.shutting_down.store(true, Ordering::Relaxed);
    }

    /// How files fared that were read again.
    #[must_use]
    pub fn reloads(&self) -> &Reloads {
        &self.0.reloads
    }

    pub(crate) fn is_shutting_down(&self) -> bool {
        self.0.shutting_down.load(Ordering::Relaxed)
    }

    /// Whether a flow can begin: the provider is known, and the service is not ending.
    pub(crate) async fn readiness(&self) -> Result<(), NotReady> {
        if self.is_shutting_down() {
            return Err(NotReady::ShuttingDown);
        }
        if self.oidc().is_discovered() {
            return Ok(());
        }
        // Probes have little patience, and give up what they asked for: the attempt itself goes on without them.
        let state = self.clone();
        let attempt = tokio::spawn(async move { state.oidc().metadata().await });
        match tokio::time::timeout(PROBE_PATIENCE, attempt).await {
            Ok(Ok(Ok(_))) => Ok(()),
            Ok(Ok(Err(error))) => Err(NotReady::Provider(error)),
            Ok(Err(_)) | Err(_) => Err(NotReady::Waiting),
        }
    }

    /// The same without asking the provider.
    pub(crate) fn is_ready(&self) -> bool {
        !self.is_shutting_down() && self.oidc().is_discovered()
    }

    pub(crate) fn directory_health(&self) -> DirectoryHealth {
        self.0.directory.health()
    }

    pub(crate) fn operations(&self) -> &Operations {
        &self.0.operations
    }

    pub(crate) fn oidc(&self) -> &OidcClient {
        &self.1.oidc
    }

    /// The cluster, if whoever made the link may share it.
    pub(crate) async fn authorize(
        &self,
        target: &FlowTarget,
    ) -> Result<Option<Arc<SharedCluster>>, DirectoryUnavailable> {
        self.0.directory.authorize(target).await
    }

    /// What whoever is logged in may share.
    pub(crate) async fn shareable_by(&self, owner: Owner<'_>) -> Result<Vec<OwnedCluster>, DirectoryUnavailable> {
        self.0.directory.shareable_by(owner).await
    }

    /// One of them.
    pub(crate) async fn shareable(
        &self,
        owner: Owner<'_>,
        project: &ProjectId,
        cluster: &ClusterId,
    ) -> Result<Option<Arc<SharedCluster>>, DirectoryUnavailable> {
        self.0.directory.shareable(owner, project, cluster).await
    }

    /// The cluster's kubeconfig for whoever logged in.
    pub(crate) fn kubeconfig(
        &self,
        metadata: &ProviderMetadata,
        cluster: &SharedCluster,
        public_client: Option<&ClientId>,
        user_entry: UserEntry,
        login: &Login,
    ) -> Result<SecretString, LoginError> {
        let oidc = self.oidc();
        let issuer_ca = oidc.idp_certificate_authority(metadata);
        let kubeconfig = SharedKubeconfig {
            cluster,
            issuer: oidc.config(),
            public_client,
            issuer_ca: issuer_ca.as_deref(),
            identity: &login.identity,
            refresh_token: login.refresh_token.as_ref(),
            user_entry,
        };
        Ok(kubeconfig.build()?.to_yaml(self.0.preferences)?)
    }

    /// Share links of our own, if this installation has them.
    pub(crate) fn sharing(&self) -> Result<&Sharing, LoginError> {
        self.1.sharing.as_ref().ok_or(LoginError::NoPage)
    }

    /// The path below which the service is reached from outside, without a slash at its end; empty at the root.
    pub(crate) fn base_path(&self) -> &str {
        let base = self.oidc().config().redirect_uri().public_base_url();
        let host = base.split_once("://").map_or(base, |(_, host)| host);
        host.find('/').map_or("", |slash| &host[slash..])
    }

    /// A path of ours, as browsers see it.
    pub(crate) fn path(&self, path: impl fmt::Display) -> String {
        format!("{}{path}", self.base_path())
    }

    /// The whole address of a path of ours.
    pub(crate) fn url(&self, path: impl fmt::Display) -> String {
        format!("{}{path}", self.oidc().config().redirect_uri().public_base_url())
    }

    /// Random bytes.
    pub(crate) fn random<const LEN: usize>(&self) -> [u8; LEN] {
        let mut bytes = [0; LEN];
        self.0.entropy.fill(&mut bytes);
        bytes
    }

    pub(crate) fn cookies(&self) -> &FlowCookies {
        &self.1.cookies
    }

    pub(crate) fn state_key(&self) -> &StateKey {
        &self.1.state_key
    }

    pub(crate) fn used_flows(&self) -> &UsedFlows {
        &self.0.used_flows
    }

    pub(crate) fn gate_is_on(&self) -> bool {
        self.0.gates.is_enabled(KnownGate::OidcKubeCfgEndpoint.name())
    }

    /// What KKP's dashboard is told of the gates.
    pub(crate) fn dashboard_gates(&self) -> DashboardGates {
        (&self.0.gates).into()
    }

    pub(crate) fn kkp_links(&self) -> KkpLinks {
        self.0.kkp_links
    }

    pub(crate) fn landing(&self) -> &Landing {
        &self.0.landing
    }

    pub(crate) fn now(&self) -> UnixTime {
        self.0.clock.now()
    }

    pub(crate) fn flow_random(&self) -> FlowRandom {
        let mut random = FlowRandom { id: [0; 16], nonce: [0; 32], pkce_verifier: [0; 32], iv: [0; 16] };
        self.0.entropy.fill(&mut random.id);
        self.0.entropy.fill(&mut random.nonce);
        self.0.entropy.fill(&mut random.pkce_verifier);
        self.0.entropy.fill(&mut random.iv);
        random
    }
}

/// How often the store is swept.
const SWEEP_INTERVAL: Duration = Duration::from_secs(600);

/// How long a probe waits for a provider that was never known.
const PROBE_PATIENCE: Duration = Duration::from_millis(800);

/// An error and its causes on one line, for operators; they hold no URL and no secret.
struct Chain<'a>(&'a ProviderError);

impl fmt::Display for Chain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)?;
        let causes = iter::successors(self.0.source(), |&cause| cause.source());
        causes.into_iter().try_for_each(|cause| write!(f, ": {cause}"))
    }
}

/// Why no flow can begin.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotReady {
    #[error("the service is shutting down")]
    ShuttingDown,
    #[error("the identity provider has not answered yet")]
    Waiting,
    #[error("{}", Chain(.0))]
    Provider(ProviderError),
}
