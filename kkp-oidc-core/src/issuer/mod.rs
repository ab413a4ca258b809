//! The provider and the client as an operator configures them.
//!
//! Every part is a type whose existence is the proof: an [`IssuerConfig`] is complete and its parts fit together.

mod client;
mod metadata;
mod url;

use std::fmt;

pub use self::client::{ClientId, ClientSecret, ParseClientError};
pub use self::metadata::{ClientAuthentication, IssuerParameter, ParseMetadataError, ProviderMetadata};
pub use self::url::{EndpointUrl, IssuerUrl, ParseUrlError, RedirectUri};
use crate::secret::SecretString;

/// How a refresh token is asked for. KKP: flag `oidc-issuer-offline-access-as-scope`, spec section 2.1.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub enum OfflineAccess {
    /// With the scope `offline_access` ([OpenID Connect Core 1.0 section 11]).
    ///
    /// [OpenID Connect Core 1.0 section 11]: https://openid.net/specs/openid-connect-core-1_0.html#OfflineAccess
    #[default]
    Scope,
    /// With the parameter `access_type=offline`, as some providers want it instead.
    AccessType,
}

/// Which `prompt` goes with a request for offline access.
///
/// OpenID Connect Core 1.0 section 11 ties the scope `offline_access` to `prompt=consent`; without it some providers
/// silently give no refresh token.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub enum OfflinePrompt {
    /// `prompt=consent`.
    #[default]
    Consent,
    /// No `prompt` at all, as KKP does it.
    None,
}

/// Whether an e-mail address that the provider says nothing about is accepted.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub enum EmailPolicy {
    /// `email_verified` may be absent; when it is there it must be the boolean `true`.
    #[default]
    RefuseUnverified,
    /// `email_verified` must be there and be the boolean `true`.
    RequireVerified,
}

/// Whether cookies need https.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub enum CookieSecurity {
    /// `Secure`, with the `__Host-` prefix. KKP: `oidc-issuer-cookie-secure-mode=true`.
    #[default]
    Secure,
    /// Plain, for http on loopback. KKP: `oidc-issuer-cookie-secure-mode=false`.
    Plain,
}

/// What an operator wrote, before anything was looked at. Absent and empty are the same.
///
/// Turn it into an [`IssuerConfig`] with [`IssuerConfig::try_from`].
#[derive(Clone, Debug, Default)]
#[expect(clippy::exhaustive_structs, reason = "a plain request struct that callers fill by name")]
pub struct IssuerSettings {
    /// KKP: flag `oidc-url`.
    pub issuer_url: String,
    /// KKP: flag `oidc-issuer-client-id`.
    pub client_id: String,
    /// KKP: flag `oidc-issuer-client-secret`.
    pub client_secret: Option<SecretString>,
    /// KKP: flag `oidc-issuer-redirect-uri`.
    pub redirect_uri: String,
    /// KKP: flag `oidc-issuer-cookie-secure-mode`.
    pub cookie_security: CookieSecurity,
    /// KKP: flag `oidc-issuer-offline-access-as-scope`.
    pub offline_access: OfflineAccess,
    /// Which `prompt` goes with a request for offline access.
    pub offline_prompt: OfflinePrompt,
    /// What is demanded of `email_verified`.
    pub email_policy: EmailPolicy,
}

/// The provider, the client registered there and how they are used; every part valid, and fitting to the others.
#[derive(Clone, Debug)]
pub struct IssuerConfig {
    issuer: IssuerUrl,
    client_id: ClientId,
    client_secret: ClientSecret,
    redirect_uri: RedirectUri,
    cookie_security: CookieSecurity,
    offline_access: OfflineAccess,
    offline_prompt: OfflinePrompt,
    email_policy: EmailPolicy,
}

impl IssuerConfig {
    /// The provider.
    #[must_use]
    pub const fn issuer(&self) -> &IssuerUrl {
        &self.issuer
    }

    /// The client's identifier.
    #[must_use]
    pub const fn client_id(&self) -> &ClientId {
        &self.client_id
    }

    /// The client's secret.
    #[must_use]
    pub const fn client_secret(&self) -> &ClientSecret {
        &self.client_secret
    }

    /// The same with another secret, as after it was changed at the provider.
    #[must_use]
    pub fn with_client_secret(mut self, client_secret: ClientSecret) -> Self {
        self.client_secret = client_secret;
        self
    }

    /// Where the provider sends the browser back to.
    #[must_use]
    pub const fn redirect_uri(&self) -> &RedirectUri {
        &self.redirect_uri
    }

    /// Whether cookies need https.
    #[must_use]
    pub const fn cookie_security(&self) -> CookieSecurity {
        self.cookie_security
    }

    /// How a refresh token is asked for.
    #[must_use]
    pub const fn offline_access(&self) -> OfflineAccess {
        self.offline_access
    }

    /// Which `prompt` goes with a request for offline access.
    #[must_use]
    pub const fn offline_prompt(&self) -> OfflinePrompt {
        self.offline_prompt
    }

    /// What is demanded of `email_verified`.
    #[must_use]
    pub const fn email_policy(&self) -> EmailPolicy {
        self.email_policy
    }
}

impl TryFrom<IssuerSettings> for IssuerConfig {
    type Error = IssuerConfigError;

    /// Judge all settings at once.
    fn try_from(settings: IssuerSettings) -> Result<Self, Self::Error> {
        let mut problems = Vec::new();
        let mut keep = |problem: IssuerProblem| problems.push(problem);

        let issuer = settings.issuer_url.parse().map_err(|cause| keep(IssuerProblem::IssuerUrl(cause))).ok();
        let client_id = settings.client_id.parse().map_err(|cause| keep(IssuerProblem::ClientId(cause))).ok();
        let client_secret = settings
            .client_secret
            .as_ref()
            .map_or("", SecretString::expose_secret)
            .parse()
            .map_err(|cause| keep(IssuerProblem::ClientSecret(cause)))
            .ok();
        let redirect_uri =
            settings.redirect_uri.parse::<RedirectUri>().map_err(|cause| keep(IssuerProblem::RedirectUri(cause))).ok();
        if let Some(uri) = &redirect_uri {
            match (settings.cookie_security, uri.is_https()) {
                (CookieSecurity::Secure, false) => keep(IssuerProblem::SecureCookieOverHttp),
                (CookieSecurity::Plain, true) => keep(IssuerProblem::PlainCookieOverHttps),
                (CookieSecurity::Secure, true) | (CookieSecurity::Plain, false) => {}
            }
        }
        match (issuer, client_id, client_secret, redirect_uri) {
            (Some(issuer), Some(client_id), Some(client_secret), Some(redirect_uri)) if problems.is_empty() => {
                Ok(Self {
                    issuer,
                    client_id,
                    client_secret,
                    redirect_uri,
                    cookie_security: settings.cookie_security,
                    offline_access: settings.offline_access,
                    offline_prompt: settings.offline_prompt,
                    email_policy: settings.email_policy,
                })
            }
            _ => Err(IssuerConfigError { problems }),
        }
    }
}

/// One thing that is wrong with [`IssuerSettings`].
///
/// What is wrong with a part is no `source` of its own: it stands behind the setting's name, on the same line.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum IssuerProblem {
    /// The issuer is missing or unusable.
    #[error("oidc-url: {}", .0)]
    IssuerUrl(ParseUrlError),
    /// The client id is missing or unusable.
    #[error("oidc-issuer-client-id: {}", .0)]
    ClientId(ParseClientError),
    /// The client secret is missing or unusable.
    #[error("oidc-issuer-client-secret: {}", .0)]
    ClientSecret(ParseClientError),
    /// The redirect URI is missing or unusable.
    #[error("oidc-issuer-redirect-uri: {}", .0)]
    RedirectUri(ParseUrlError),
    /// A browser would not send the flow's cookie back.
    #[error(
        "oidc-issuer-cookie-secure-mode: cookies need https, but the redirect URI is http, \
         expected an https redirect URI, or `false` for a service on loopback"
    )]
    SecureCookieOverHttp,
    /// The flow's cookie would go out unprotected although https is there.
    #[error("oidc-issuer-cookie-secure-mode: `false` is for http on loopback, but the redirect URI is https")]
    PlainCookieOverHttps,
}

/// Everything that is wrong with [`IssuerSettings`], at least one thing.
///
/// Displayed one problem a line, in the order of the settings.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct IssuerConfigError {
    problems: Vec<IssuerProblem>,
}

impl IssuerConfigError {
    /// The problems, in the order of the settings.
    #[must_use]
    pub fn problems(&self) -> &[IssuerProblem] {
        &self.problems
    }
}

impl fmt::Display for IssuerConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.problems.iter().enumerate() {
            let separator = if index == 0 { "" } else { "\n" };
            write!(f, "{separator}{problem}")?;
        }
        Ok(())
    }
}

impl std::error::Error for IssuerConfigError {}
