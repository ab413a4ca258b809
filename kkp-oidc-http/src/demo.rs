//! Everything at once, on embedded defaults: the development provider, one cluster, and a page with its share link.
//!
//! For trying it out. **Never use it in production: nobody needs a password.**

use std::net::SocketAddr;
use std::sync::Arc;

use kkp_oidc_core::cookie_key::CookieKey;
use kkp_oidc_core::directory::DirectoryFile;
use kkp_oidc_core::feature_gates::{FeatureGates, GateSetting, KnownGate};
use kkp_oidc_core::ids::UserId;
use kkp_oidc_core::issuer::{CookieSecurity, IssuerConfig, IssuerSettings, RedirectUri};

use crate::dev_provider::{DevProvider, DevProviderConfig};
use crate::environment::{Clock, Entropy};
use crate::pages::{self, Landing};
use crate::share_links::SharingConfig;
use crate::state::{AppState, ServiceConfig};
use crate::store::SqliteStore;

/// The demo's users, project and cluster.
const DIRECTORY: &str = "\
users:
- email: owner@example.com
projects:
- id: demo
  members:
  - email: owner@example.com
    role: owners
clusters:
- id: democ1u5tr
  project: demo
  name: demo cluster
  server: https://127.0.0.1:6443
";

const CLUSTER_ID: &str = "democ1u5tr";
const OWNER: &str = "owner@example.com";
const RECIPIENT: &str = "lukasz@example.com";

/// The demo service and the provider that it logs in at. Ends when dropped.
pub struct Demo {
    /// State of the [`router`](crate::router).
    state: AppState,
    provider: DevProvider,
}

impl Demo {
    /// Start the provider on `provider_addr`, for a service that will listen on `service_addr`. Both are loopback.
    ///
    /// Cookie key and client secret are drawn from `entropy`: they are new every time.
    ///
    /// # Errors
    ///
    /// Whatever part cannot be started, in words for the terminal.
    pub async fn start(
        service_addr: SocketAddr,
        provider_addr: SocketAddr,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        let provider_config = DevProviderConfig::new(Arc::clone(&clock), Arc::clone(&entropy));
        let client = provider_config.clients.first().cloned().ok_or("the development provider has no client")?;
        let provider = DevProvider::bind(provider_config, provider_addr).await?;
        let base = format!("http://{service_addr}");
        let redirect_uri = format!("{base}{}", RedirectUri::PATH);
        provider.register_redirect_uri(&client.client_id, &redirect_uri)?;

        let issuer = IssuerConfig::try_from(IssuerSettings {
            issuer_url: provider.issuer().to_owned(),
            client_id: client.client_id.clone(),
            client_secret: Some(client.client_secret.clone()),
            redirect_uri,
            cookie_security: CookieSecurity::Plain,
            ..IssuerSettings::default()
        })?;
        let mut random = [0; 32];
        entropy.fill(&mut random);
        let cookie_key: CookieKey = CookieKey::generate(random).expose_secret().parse()?;
        let mut gates = FeatureGates::new();
        gates.set(KnownGate::OidcKubeCfgEndpoint.name(), GateSetting::On);

        let file = DirectoryFile::parse(DIRECTORY, "the embedded directory")?;
        let Ok(directory) =
            file.resolve(|reference| Ok::<_, std::convert::Infallible>(reference.resolve(None, Vec::new())));
        let cluster = directory.clusters().next().cloned().ok_or("the embedded directory has no cluster")?;
        let share_link = format!(
            "{base}{}?project_id=demo&cluster_id={CLUSTER_ID}&user_id={}",
            RedirectUri::PATH,
            UserId::from_email(OWNER)
        );
        let landing = Landing::Demo(pages::Demo {
            cluster: cluster.name,
            cluster_id: cluster.id.to_string(),
            server: cluster.server,
            owner: OWNER.to_owned(),
            recipient: RECIPIENT.to_owned(),
            kubelogin_link: format!("{share_link}&oidc_kubelogin_enabled=true"),
            share_link,
        });
        let mut config = ServiceConfig::new(issuer, cookie_key, gates);
        config.sharing = Some(SharingConfig::new(Arc::new(SqliteStore::in_memory()?)));
        let state = AppState::with_landing(config, Arc::new(directory), clock, entropy, landing)?;
        Ok(Self { state, provider })
    }

    /// State of the [`router`](crate::router).
    #[must_use]
    pub fn state(&self) -> AppState {
        self.state.clone()
    }

    /// The provider.
    #[must_use]
    pub const fn provider(&self) -> &DevProvider {
        &self.provider
    }
}
