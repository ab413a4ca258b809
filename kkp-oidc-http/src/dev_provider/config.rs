//! What a development provider is told when it starts.

use std::fmt;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kkp_oidc_core::secret::SecretString;
use sha2::{Digest as _, Sha256};
use url::Url;

use super::keys::SigningAlgorithm;
use super::token_store::random_token;
use crate::{Clock, Entropy};

/// Settings of a [`DevProvider`](super::DevProvider); [`new`](Self::new) gives those of the demonstration.
#[derive(Clone)]
#[non_exhaustive]
pub struct DevProviderConfig {
    /// Registered clients. With the same `client_id` twice, the first counts.
    pub clients: Vec<DevClient>,
    /// Users on the login page, in this order. With the same e-mail twice, the first counts.
    pub users: Vec<DevUser>,
    /// Path of the issuer: empty, or `/` and segments of letters, digits, `-`, `_`, `.` without a `/` at the end.
    pub issuer_path: String,
    /// From `iat` to `exp` of an ID token, in seconds. Default 3600.
    pub id_token_lifetime_secs: u32,
    /// How ID tokens are signed. Default RS256, which every OpenID Provider has to support.
    pub algorithm: SigningAlgorithm,
    /// Whether `offline_access` is ignored unless `prompt=consent` was asked for too. Default `true`:
    /// certified providers do so ([OpenID Connect Core section 11]), Dex does not.
    ///
    /// [OpenID Connect Core section 11]: https://openid.net/specs/openid-connect-core-1_0.html#OfflineAccess
    pub offline_access_needs_consent: bool,
    /// Whether tokens can be revoked, at `/revoke` ([RFC 7009]). Default `false`.
    ///
    /// [RFC 7009]: https://www.rfc-editor.org/rfc/rfc7009
    pub revocation_endpoint: bool,
    /// Whether browsers can be sent to `/logout` ([OpenID Connect RP-Initiated Logout 1.0]). Default `false`.
    ///
    /// [OpenID Connect RP-Initiated Logout 1.0]: https://openid.net/specs/openid-connect-rpinitiated-1_0.html
    pub end_session_endpoint: bool,
    /// Tells the time; a test sets it.
    pub clock: Arc<dyn Clock>,
    /// Makes codes and tokens. Signing keys are made by the cryptographic library's own generator.
    pub entropy: Arc<dyn Entropy>,
}

impl DevProviderConfig {
    /// The demonstration: client `kubermaticIssuer` with a generated secret and no redirect URI yet, the users
    /// `lukasz@example.com` (group `dev`) and `owner@example.com` (group `owners`), issuer path `/dex`.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>, entropy: Arc<dyn Entropy>) -> Self {
        let secret = SecretString::from(random_token(&*entropy));
        Self {
            clients: vec![DevClient::new("kubermaticIssuer", secret)],
            users: vec![
                DevUser::new("lukasz@example.com", "Lukasz").with_groups(["dev"]),
                DevUser::new("owner@example.com", "Cluster Owner").with_groups(["owners"]),
            ],
            issuer_path: "/dex".to_owned(),
            id_token_lifetime_secs: 3600,
            algorithm: SigningAlgorithm::Rs256,
            offline_access_needs_consent: true,
            revocation_endpoint: false,
            end_session_endpoint: false,
            clock,
            entropy,
        }
    }
}

impl fmt::Debug for DevProviderConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DevProviderConfig")
            .field("clients", &self.clients)
            .field("users", &self.users)
            .field("issuer_path", &self.issuer_path)
            .field("id_token_lifetime_secs", &self.id_token_lifetime_secs)
            .field("algorithm", &self.algorithm)
            .field("offline_access_needs_consent", &self.offline_access_needs_consent)
            .field("revocation_endpoint", &self.revocation_endpoint)
            .field("end_session_endpoint", &self.end_session_endpoint)
            .finish_non_exhaustive()
    }
}

/// A client and what is registered for it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct DevClient {
    /// Any text, compared byte for byte.
    pub client_id: String,
    /// Any text, compared byte for byte; empty for a public client.
    pub client_secret: SecretString,
    /// Redirect URIs, compared byte for byte; [`DevProvider::register_redirect_uri`] adds to them later.
    ///
    /// [`DevProvider::register_redirect_uri`]: super::DevProvider::register_redirect_uri
    pub redirect_uris: Vec<String>,
    /// Where browsers may go after a logout, compared byte for byte.
    pub post_logout_redirect_uris: Vec<String>,
    /// The one way in which this client has to authenticate itself. Default `client_secret_basic`.
    pub auth_method: ClientAuthMethod,
}

impl DevClient {
    /// A confidential client without redirect URIs that authenticates with `client_secret_basic`.
    #[must_use]
    pub fn new(client_id: &str, client_secret: SecretString) -> Self {
        Self {
            client_id: client_id.to_owned(),
            client_secret,
            redirect_uris: Vec::new(),
            post_logout_redirect_uris: Vec::new(),
            auth_method: ClientAuthMethod::ClientSecretBasic,
        }
    }

    /// A public client ([RFC 6749 section 2.1]) without redirect URIs: PKCE alone proves that a code is its own.
    ///
    /// [RFC 6749 section 2.1]: https://www.rfc-editor.org/rfc/rfc6749#section-2.1
    #[must_use]
    pub fn public(client_id: &str) -> Self {
        Self { auth_method: ClientAuthMethod::None, ..Self::new(client_id, SecretString::from("")) }
    }
}

/// How a client proves its identity at the token endpoint, see [OpenID Connect Core section 9].
///
/// [OpenID Connect Core section 9]: https://openid.net/specs/openid-connect-core-1_0.html#ClientAuthentication
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum ClientAuthMethod {
    /// HTTP Basic, id and secret form-urlencoded before base64 ([RFC 6749 section 2.3.1]).
    ///
    /// [RFC 6749 section 2.3.1]: https://www.rfc-editor.org/rfc/rfc6749#section-2.3.1
    ClientSecretBasic,
    /// `client_id` and `client_secret` in the body.
    ClientSecretPost,
    /// `client_id` in the body, and no secret: a public client.
    None,
}

impl ClientAuthMethod {
    /// The name in the discovery document.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ClientSecretBasic => "client_secret_basic",
            Self::ClientSecretPost => "client_secret_post",
            Self::None => "none",
        }
    }
}

/// Somebody who can be chosen on the login page.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct DevUser {
    /// The `sub` claim.
    pub sub: String,
    /// The `email` claim, and the value the login form sends.
    pub email: String,
    /// The `email_verified` claim.
    pub email_verified: bool,
    /// The `name` claim.
    pub name: String,
    /// The `groups` claim.
    pub groups: Vec<String>,
}

impl DevUser {
    /// A user with a verified e-mail, no groups, and a `sub` that is opaque and depends on the e-mail only.
    #[must_use]
    pub fn new(email: &str, name: &str) -> Self {
        let digest = Sha256::digest(email.as_bytes());
        Self {
            sub: URL_SAFE_NO_PAD.encode(digest),
            email: email.to_owned(),
            email_verified: true,
            name: name.to_owned(),
            groups: Vec::new(),
        }
    }

    /// The same user as a member of `groups`.
    #[must_use]
    pub fn with_groups<const N: usize>(self, groups: [&str; N]) -> Self {
        Self { groups: groups.map(str::to_owned).to_vec(), ..self }
    }
}

/// Why a redirect URI was not registered.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum RegisterRedirectUriError {
    /// No client has that id.
    #[error("no client has the id `{client_id}`")]
    UnknownClient {
        /// The id asked for.
        client_id: String,
    },
    /// Not an absolute URI in ASCII ([RFC 6749 section 3.1.2]).
    ///
    /// [RFC 6749 section 3.1.2]: https://www.rfc-editor.org/rfc/rfc6749#section-3.1.2
    #[error("redirect URI `{redirect_uri}` is not an absolute URI in ASCII")]
    NotAbsolute {
        /// The text given.
        redirect_uri: String,
    },
    /// Has a fragment, which RFC 6749 section 3.1.2 forbids.
    #[error("redirect URI `{redirect_uri}` has a fragment")]
    HasFragment {
        /// The text given.
        redirect_uri: String,
    },
}

/// Refuse what [RFC 6749 section 3.1.2] does not allow as a redirect URI.
///
/// [RFC 6749 section 3.1.2]: https://www.rfc-editor.org/rfc/rfc6749#section-3.1.2
pub(super) fn require_redirect_uri(redirect_uri: &str) -> Result<(), RegisterRedirectUriError> {
    let owned = || redirect_uri.to_owned();
    let visible = redirect_uri.bytes().all(|byte| byte.is_ascii_graphic());
    let url = Url::parse(redirect_uri).ok().filter(|_| visible);
    let url = url.ok_or_else(|| RegisterRedirectUriError::NotAbsolute { redirect_uri: owned() })?;
    match url.fragment() {
        Some(_) => Err(RegisterRedirectUriError::HasFragment { redirect_uri: owned() }),
        None => Ok(()),
    }
}
