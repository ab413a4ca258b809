//! What an installation's files say, each setting with its place.

use crate::ca_bundle::{Assembled, CaBundle, Fault, from_base64};
use crate::diagnostics::{Finding, Place};
use crate::kkp::Versions;
use crate::kkp::version::Version;
use crate::secret::SecretString;

/// Everything that the files of one installation say.
#[derive(Clone, Debug, Default)]
#[expect(clippy::exhaustive_structs, reason = "embedding services fill it by name")]
pub struct Installation {
    /// values.yaml of the chart, or a KubermaticConfiguration; normally one.
    pub configurations: Vec<Configuration>,
    /// Seeds.
    pub seeds: Vec<Seed>,
    /// Clusters.
    pub clusters: Vec<Cluster>,
    /// Dex, as its chart configures it.
    pub dex: Vec<Dex>,
    /// config.json of the dashboard, outside of a configuration.
    pub ui_configs: Vec<Setting>,
    /// CA bundles, outside of a configuration: PEM.
    pub ca_bundles: Vec<Setting>,
    /// KubermaticSettings.
    pub settings: Vec<ShareSettings>,
    /// What was found while reading.
    pub findings: Vec<Finding>,
    /// Secrets that stand in the files; no finding repeats them.
    pub secrets: Vec<SecretString>,
}

impl Installation {
    /// The configuration; the first if there are several.
    #[must_use]
    pub fn configuration(&self) -> Option<&Configuration> {
        self.configurations.first()
    }

    /// The CA bundle: of a ConfigMap or Secret among the files, else of the configuration.
    #[must_use]
    pub fn ca_bundle(&self) -> Option<CaPem> {
        let bundle = self.ca_bundles.first().or_else(|| self.configuration()?.auth.ca_bundle.as_ref())?;
        Some(CaPem::read(&bundle.text)).filter(|bundle| !bundle.pem.is_empty())
    }

    /// The versions that can have these files.
    #[must_use]
    pub fn versions(&self) -> Versions {
        self.configuration().map_or(Versions::range(Version::V2_12, Version::V2_31), |one| one.dialect.versions())
    }
}

/// A CA bundle as it may be handed on.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "a plain result")]
pub struct CaPem {
    /// Its PEM, as it stands in the file; the certificates alone if there is a private key among them.
    pub pem: String,
    /// Whether a private key was left out.
    pub had_private_key: bool,
}

impl CaPem {
    /// What a file has as a CA bundle: PEM, or base64 of it.
    #[must_use]
    pub fn read(text: &str) -> Self {
        let decoded = from_base64(text).and_then(|pem| String::from_utf8(pem).ok());
        let pem = decoded.unwrap_or_else(|| text.to_owned());
        let bundle = Assembled::unjudged("the CA bundle", pem.as_bytes());
        let had_private_key = bundle.findings().iter().any(|finding| finding.fault == Fault::PrivateKey);
        let pem = if had_private_key {
            CaBundle::to_pem(bundle.certificates().map(|certificate| certificate.der()))
        } else {
            pem
        };
        Self { pem, had_private_key }
    }
}

/// A scalar with its place.
#[derive(Clone, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "embedding services fill it by name")]
pub struct Setting {
    /// Its text.
    pub text: String,
    /// What it is as a boolean, if it is one without quotes.
    pub bool: Option<bool>,
    /// Where it stands.
    pub place: Place,
}

impl Setting {
    /// Whether the text is empty.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }
}

/// Place only: it may be a secret.
impl std::fmt::Debug for Setting {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Setting({}:{})", self.place.span.line, self.place.span.column)
    }
}

/// Which kind of file configures KKP.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Dialect {
    /// values.yaml of the chart `kubermatic`.
    Values,
    /// KubermaticConfiguration of operator.kubermatic.io/v1alpha1.
    OperatorV1alpha1,
    /// KubermaticConfiguration of kubermatic.k8c.io/v1.
    KubermaticV1,
}

impl Dialect {
    /// The versions that read it.
    #[must_use]
    pub const fn versions(self) -> Versions {
        match self {
            Self::Values => Versions::range(Version::V2_12, Version::V2_13),
            Self::OperatorV1alpha1 => Versions::range(Version::V2_14, Version::V2_19),
            Self::KubermaticV1 => Versions::range(Version::V2_20, Version::V2_31),
        }
    }

    /// What its settings of authentication are called, such as `spec.auth.issuerClientID`.
    #[must_use]
    pub const fn auth_path(self) -> &'static str {
        match self {
            Self::Values => "kubermatic.auth",
            Self::OperatorV1alpha1 | Self::KubermaticV1 => "spec.auth",
        }
    }
}

/// How KKP is configured.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "embedding services fill it by name")]
pub struct Configuration {
    /// From which kind of file.
    pub dialect: Dialect,
    /// Where it begins.
    pub place: Place,
    /// The name and namespace of the object.
    pub name: Option<Setting>,
    /// Authentication.
    pub auth: Auth,
    /// The host of the dashboard.
    pub domain: Option<Setting>,
    /// The gates of the API; those of everything in a KubermaticConfiguration.
    pub api_gates: Gates,
    /// The gates of the controller manager; those of everything in a KubermaticConfiguration.
    pub controller_gates: Gates,
    /// config.json of the dashboard.
    pub ui_config: Option<Setting>,
    /// The name of the ConfigMap with the CA bundle.
    pub ca_bundle_name: Option<Setting>,
}

/// `kubermatic.auth` of values.yaml, `spec.auth` of a KubermaticConfiguration (spec sections 3.1 and 3.2).
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "embedding services fill it by name")]
pub struct Auth {
    /// Where it stands; the configuration's place if it is not there.
    pub place: Place,
    /// `tokenIssuer`
    pub token_issuer: Option<Setting>,
    /// `clientID`
    pub client_id: Option<Setting>,
    /// `issuerRedirectURL`
    pub issuer_redirect_url: Option<Setting>,
    /// `issuerClientID`
    pub issuer_client_id: Option<Setting>,
    /// `issuerClientSecret`
    pub issuer_client_secret: Option<Setting>,
    /// `issuerCookieKey`
    pub issuer_cookie_key: Option<Setting>,
    /// `serviceAccountKey`
    pub service_account_key: Option<Setting>,
    /// `skipTokenIssuerTLSVerify`
    pub skip_token_issuer_tls_verify: Option<Setting>,
    /// `caBundle`, up to 2.16.
    pub ca_bundle: Option<Setting>,
}

/// Feature gates as they were written.
#[derive(Clone, Debug, Default)]
#[expect(clippy::exhaustive_structs, reason = "embedding services fill it by name")]
pub struct Gates {
    /// Where they stand.
    pub place: Option<Place>,
    /// The whole text, in values.yaml.
    pub written: Option<Setting>,
    /// One by one.
    pub gates: Vec<Gate>,
}

impl Gates {
    /// Whether a gate is on; the last word on it counts.
    #[must_use]
    pub fn is_enabled(&self, name: &str) -> bool {
        self.gates.iter().rev().find(|gate| gate.name == name).is_some_and(|gate| gate.enabled == Some(true))
    }
}

/// A feature gate as it was written.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "embedding services fill it by name")]
pub struct Gate {
    /// Its name.
    pub name: String,
    /// On or off; `None` if that cannot be read.
    pub enabled: Option<bool>,
    /// Whether its value is an object.
    pub is_object: bool,
    /// Whether it stands in the file letter by letter, so that a part of it can be replaced.
    pub is_written: bool,
    /// Where its name stands.
    pub name_place: Place,
    /// Where its value stands, with all that belongs to it.
    pub place: Place,
}

/// A Seed.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "embedding services fill it by name")]
pub struct Seed {
    /// Its name.
    pub name: String,
    /// Where it begins.
    pub place: Place,
    /// `spec.oidcProviderConfiguration`
    pub provider: Option<SeedProvider>,
    /// `spec.authenticationConfiguration`
    pub authentication_configuration: Option<Place>,
}

/// `oidcProviderConfiguration` of a Seed (spec section 2.5).
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "embedding services fill it by name")]
pub struct SeedProvider {
    /// Where it stands.
    pub place: Place,
    /// `issuerURL`
    pub issuer_url: Option<Setting>,
    /// `issuerClientID`
    pub issuer_client_id: Option<Setting>,
    /// `issuerClientSecret`
    pub issuer_client_secret: Option<Setting>,
    /// `cookieHashKey`
    pub cookie_hash_key: Option<Setting>,
    /// `cookieSecureMode`
    pub cookie_secure_mode: Option<Setting>,
    /// `offlineAccessAsScope`
    pub offline_access_as_scope: Option<Setting>,
    /// `skipTLSVerify`
    pub skip_tls_verify: Option<Setting>,
}

/// A Cluster, as far as its kube-apiserver's OIDC settings go (spec section 2.4).
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "embedding services fill it by name")]
pub struct Cluster {
    /// Its id.
    pub name: String,
    /// Where it begins.
    pub place: Place,
    /// `spec.oidc.issuerURL`, `issuerUrl` up to 2.13.
    pub issuer_url: Option<Setting>,
    /// `spec.oidc.clientID`, `clientId` up to 2.13.
    pub client_id: Option<Setting>,
    /// `spec.oidc.usernameClaim`
    pub username_claim: Option<Setting>,
    /// `spec.oidc.groupsClaim`
    pub groups_claim: Option<Setting>,
    /// `spec.oidc.requiredClaim`
    pub required_claim: Option<Setting>,
    /// `spec.oidc.usernamePrefix`
    pub username_prefix: Option<Setting>,
    /// `spec.oidc.groupsPrefix`
    pub groups_prefix: Option<Setting>,
    /// `spec.authenticationConfiguration`
    pub authentication_configuration: Option<Place>,
}

/// Dex, as the values of its chart configure it.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "embedding services fill it by name")]
pub struct Dex {
    /// Where it stands.
    pub place: Place,
    /// `config.issuer`, or what the chart makes of `ingress.host`.
    pub issuer: Option<Setting>,
    /// `clients`, or `config.staticClients`; `None` if there is no list of them.
    pub clients: Option<Vec<DexClient>>,
    /// `config.oauth2.grantTypes`
    pub grant_types: Option<(Place, Vec<Setting>)>,
}

/// A client of Dex.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "embedding services fill it by name")]
pub struct DexClient {
    /// Where it stands.
    pub place: Place,
    /// `id`
    pub id: Option<Setting>,
    /// `secret`
    pub secret: Option<Setting>,
    /// `RedirectURIs`
    pub redirect_uris: Vec<Setting>,
    /// `public`
    pub public: Option<Setting>,
}

/// KubermaticSetting, as far as it switches sharing (spec section 7.1).
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "embedding services fill it by name")]
pub struct ShareSettings {
    /// Where it begins.
    pub place: Place,
    /// `spec.enableOIDCKubeconfig`
    pub enable_oidc_kubeconfig: Option<Setting>,
    /// `spec.enableShareCluster`
    pub enable_share_cluster: Option<Setting>,
}
