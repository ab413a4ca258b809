//! What the files of an installation come to: arguments, documents, commands.

mod apiserver;
mod configuration;
mod dashboard;
mod dex;
mod secret;
mod values;

use std::fmt;
use std::str::FromStr;

use crate::apiserver::{GateOptions, ParseOidcFlagsError};
use crate::issuer::{ClientId, IssuerUrl, ParseClientError, ParseUrlError};
use crate::kkp::flags::{Flag, FlagValue, api_flags, controller_flags};
use crate::kkp::mask::HIDDEN;
use crate::kkp::secret::Secret;
use crate::kkp::{Configuration, Dialect, Installation, Version, Versions};
use crate::shell::QuoteError;

pub use secret::{REDACTED, Rendered, Secrets};

/// What is rendered.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum What {
    /// Arguments of `kubermatic-api`.
    ApiFlags,
    /// Arguments of `kubermatic-controller-manager`, later `seed-controller-manager`.
    ControllerFlags,
    /// Arguments of a user cluster's kube-apiserver.
    ApiserverFlags,
    /// The `AuthenticationConfiguration` of a user cluster.
    AuthenticationConfig,
    /// A KubermaticConfiguration.
    KubermaticConfiguration,
    /// values.yaml of the chart `kubermatic`.
    Values,
    /// Values of the Dex chart: the confidential client.
    DexClient,
    /// What makes the dashboard show the share button.
    UiConfig,
    /// The redirect URIs of the confidential client.
    RedirectUris,
    /// The commands that roll the files out.
    HelmCommands,
}

/// How it is rendered.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "a plain record that callers fill by name")]
pub struct RenderOptions {
    /// The version of KKP; `None` for the last that reads the configuration.
    pub version: Option<Version>,
    /// What is done with secrets.
    pub secrets: Secrets,
    /// The name of the cluster whose kube-apiserver it is; `None` for the only one, or for those without settings.
    pub cluster: Option<String>,
    /// The name of the Seed whose controller it is.
    pub seed: Option<String>,
    /// The version of the user cluster, for [`What::AuthenticationConfig`].
    pub kubernetes: KubernetesVersion,
    /// What may differ from KKP's `AuthenticationConfiguration`.
    pub gate: GateOptions,
    /// Further issuers that the kube-apiserver shall trust, with the client for which their tokens are.
    pub issuers: Vec<(IssuerUrl, ClientId)>,
}

impl Default for RenderOptions {
    fn default() -> Self {
        Self {
            version: None,
            secrets: Secrets::Redacted,
            cluster: None,
            seed: None,
            kubernetes: KubernetesVersion { minor: 34 },
            gate: GateOptions::default(),
            issuers: Vec::new(),
        }
    }
}

/// A minor release of Kubernetes 1.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
#[expect(clippy::exhaustive_structs, reason = "there is no Kubernetes 2")]
pub struct KubernetesVersion {
    /// The number after `1.`.
    pub minor: u16,
}

/// `1.34`, also with a patch number or `v` in front.
impl FromStr for KubernetesVersion {
    type Err = ParseKubernetesVersionError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let is_number = |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        let rest = text.strip_prefix('v').unwrap_or(text).strip_prefix("1.").ok_or(ParseKubernetesVersionError)?;
        let (minor, patch) = rest.split_once('.').map_or((rest, None), |(minor, patch)| (minor, Some(patch)));
        if !is_number(&minor) || !patch.iter().all(is_number) {
            return Err(ParseKubernetesVersionError);
        }
        Ok(Self { minor: minor.parse().map_err(|_| ParseKubernetesVersionError)? })
    }
}

/// A text is no version of Kubernetes.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("not a version of Kubernetes, such as 1.34 or v1.33.2")]
#[non_exhaustive]
pub struct ParseKubernetesVersionError;

/// Why it cannot be rendered.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum RenderError {
    /// None of the files configures KKP.
    #[error("no file configures KKP: there is neither `kubermatic:` nor a KubermaticConfiguration")]
    NoConfiguration,
    /// More than one thing configures KKP.
    #[error("{count} files or documents configure KKP, expected one")]
    SeveralConfigurations {
        /// How many.
        count: usize,
    },
    /// The version does not go with what is rendered, or with the files.
    #[error("KKP {version} has no {what}, only {versions} has")]
    WrongVersion {
        /// What was asked for.
        what: &'static str,
        /// The version.
        version: Version,
        /// The versions that have it.
        versions: Versions,
    },
    /// There is no such object among the files, or it is not said which one of several.
    #[error("{}{found}", Missing(kind, name))]
    NotFound {
        /// Its kind.
        kind: &'static str,
        /// The name that was asked for; empty if none was.
        name: String,
        /// The names that there are.
        found: String,
    },
    /// The issuer cannot be used.
    #[error("the issuer cannot be used")]
    Issuer(#[source] ParseUrlError),
    /// The client id cannot be used.
    #[error("the client id cannot be used")]
    Client(#[source] ParseClientError),
    /// The required claims of the cluster cannot be read.
    #[error("the cluster's `requiredClaim` cannot be read")]
    RequiredClaim(#[source] ParseOidcFlagsError),
    /// The text of config.json is no JSON object.
    #[error("`ui.config` is not a JSON object")]
    UiConfig,
    /// An argument cannot be written for a shell.
    #[error("an argument cannot be written as a word for a shell")]
    Quote(#[from] QuoteError),
}

/// A kind, and the name that no object has; empty if none was asked for, and there are several.
struct Missing<'a>(&'a str, &'a str);

impl fmt::Display for Missing<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self(kind, "") => write!(f, "there is more than one {kind} among the files: "),
            Self(kind, name) => write!(f, "there is no {kind} `{name}` among the files, only "),
        }
    }
}

/// What the files of an installation come to.
///
/// # Errors
///
/// - [`RenderError::NoConfiguration`] or [`RenderError::SeveralConfigurations`] unless exactly one thing configures KKP.
/// - [`RenderError::WrongVersion`] if the version does not read these files, or never had what is asked for.
/// - [`RenderError::NotFound`] if there is no such Seed or cluster, or several and none is named.
/// - Of the others, what they say.
///
/// ```
/// use kkp_oidc_core::kkp::{Installation, RenderOptions, What, render};
///
/// let values = "kubermatic: {auth: {issuerRedirectURL: 'https://kkp.example.com/api/v1/kubeconfig'}}";
/// let (installation, _) = Installation::read([("values.yaml".to_owned(), values.into())]);
/// let rendered = render(What::RedirectUris, &installation, &RenderOptions::default())?;
/// assert_eq!(rendered.text, "https://kkp.example.com/api/v1/kubeconfig\n");
/// # Ok::<(), kkp_oidc_core::kkp::RenderError>(())
/// ```
pub fn render(what: What, installation: &Installation, options: &RenderOptions) -> Result<Rendered, RenderError> {
    let configuration = match installation.configurations.as_slice() {
        [] => return Err(RenderError::NoConfiguration),
        [one] => one,
        several => return Err(RenderError::SeveralConfigurations { count: several.len() }),
    };
    let version = version(what, configuration, options)?;
    let render = Render { installation, configuration, options, version };
    let mut rendered = render.what(what)?;
    if installation.ca_bundle().is_some_and(|bundle| bundle.had_private_key) {
        rendered.notes.push("left out: the private key in the CA bundle; replace it".to_owned());
    }
    if options.secrets != Secrets::Shown {
        rendered.hide(installation);
    }
    for note in &mut rendered.notes {
        *note = installation.masked(note);
    }
    Ok(rendered)
}

impl Render<'_> {
    fn what(&self, what: What) -> Result<Rendered, RenderError> {
        let (render, configuration, version) = (self, self.configuration, self.version);
        match what {
            What::ApiFlags => render.flags(&api_flags(configuration, version)),
            What::ControllerFlags => {
                let seed = render.seed()?.and_then(|seed| seed.provider.as_ref());
                render.flags(&controller_flags(configuration, seed, version))
            }
            What::ApiserverFlags => render.apiserver_flags(),
            What::AuthenticationConfig => render.authentication_config(),
            What::KubermaticConfiguration => Ok(render.kubermatic_configuration()),
            What::Values => Ok(render.values()),
            What::DexClient => Ok(render.dex_client()),
            What::UiConfig => render.ui_config(),
            What::RedirectUris => Ok(Rendered::lines(render.redirect_uris())),
            What::HelmCommands => render.helm_commands(),
        }
    }
}

/// The version, which has to have what is asked for.
fn version(what: What, configuration: &Configuration, options: &RenderOptions) -> Result<Version, RenderError> {
    let reads = configuration.dialect.versions();
    let configurations = Versions::range(Version::V2_14, Version::V2_31);
    let (name, versions, default) = match what {
        What::Values => ("values.yaml", Dialect::Values.versions(), Version::V2_13),
        What::KubermaticConfiguration => {
            let is_same = configuration.dialect != Dialect::Values;
            let default = if is_same { reads.last() } else { Version::V2_31 };
            ("KubermaticConfiguration", configurations, default)
        }
        _ => ("configuration of this kind", reads, reads.last()),
    };
    let version = options.version.unwrap_or(default);
    if versions.contains(version) {
        Ok(version)
    } else {
        Err(RenderError::WrongVersion { what: name, version, versions })
    }
}

/// What is known while rendering.
struct Render<'a> {
    installation: &'a Installation,
    configuration: &'a Configuration,
    options: &'a RenderOptions,
    version: Version,
}

impl Render<'_> {
    fn flags(&self, flags: &[Flag]) -> Result<Rendered, RenderError> {
        let secrets = &self.options.secrets;
        let words = flags.iter().map(|flag| secrets.word(flag)).collect::<Result<Vec<_>, _>>()?;
        let items = flags.iter().map(|flag| secrets.argument(flag)).collect();
        let in_flags = flags.iter().filter_map(|flag| match &flag.value {
            FlagValue::Secret(secret) => Some(secret.clone()),
            FlagValue::Text(_) => None,
        });
        Ok(Rendered { items: Some(items), secrets: self.in_files(in_flags), ..Rendered::lines(words) })
    }

    /// The secrets that go into files.
    fn in_files(&self, secrets: impl IntoIterator<Item = Secret>) -> Vec<Secret> {
        match self.options.secrets {
            Secrets::Files(_) => secrets.into_iter().filter(|secret| !secret.text.is_empty()).collect(),
            Secrets::Redacted | Secrets::Shown => Vec::new(),
        }
    }

    fn seed(&self) -> Result<Option<&crate::kkp::Seed>, RenderError> {
        let seeds = &self.installation.seeds;
        let Some(name) = &self.options.seed else { return Ok(None) };
        seeds.iter().find(|seed| seed.name == *name).map(Some).ok_or_else(|| {
            let names = seeds.iter().map(|seed| self.installation.masked(&seed.name));
            RenderError::NotFound { kind: "Seed", name: self.installation.masked(name), found: listed(names) }
        })
    }
}

impl Rendered {
    /// Let no secret of the files stand anywhere: where it belongs there is something else by now, but it may have been
    /// pasted elsewhere, too, or be a part of a URL.
    fn hide(&mut self, installation: &Installation) {
        let text = installation.without_secrets(&self.text, HIDDEN);
        if text == self.text {
            return;
        }
        self.text = text;
        for item in self.items.iter_mut().flatten() {
            *item = installation.without_secrets(item, HIDDEN);
        }
        self.notes
            .push("a secret stands where none belongs, and is hidden there: `kkp-oidc check` says more".to_owned());
    }

    /// A list, one item a line.
    fn lines(items: Vec<String>) -> Self {
        let text = items.iter().fold(String::new(), |text, line| text + line + "\n");
        Self { items: Some(items), ..Self::document(text) }
    }

    /// A text.
    const fn document(text: String) -> Self {
        Self { text, items: None, secrets: Vec::new(), notes: Vec::new() }
    }
}

/// Names for an error.
fn listed(names: impl Iterator<Item = String>) -> String {
    let names: Vec<String> = names.map(|name| format!("`{name}`")).collect();
    if names.is_empty() { "other objects".to_owned() } else { names.join(", ") }
}
