//! The authorization request ([RFC 6749 section 4.1.1]).
//!
//! [RFC 6749 section 4.1.1]: https://www.rfc-editor.org/rfc/rfc6749#section-4.1.1

use url::form_urlencoded;

use super::flow::Flow;
use crate::issuer::{EndpointUrl, IssuerConfig, OfflineAccess, OfflinePrompt};

/// Whether somebody who is logged in at the provider has to log in again.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "either or")]
pub enum Reauthentication {
    /// As the provider likes.
    #[default]
    AsProviderLikes,
    /// `prompt=login` ([OpenID Connect Core 1.0 section 3.1.2.1]), to log in as somebody else.
    ///
    /// [OpenID Connect Core 1.0 section 3.1.2.1]: https://openid.net/specs/openid-connect-core-1_0.html#AuthRequest
    Demanded,
}

/// Everything that the provider is asked with.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_structs, reason = "a plain request struct that callers fill by name")]
pub struct AuthorizationRequest<'a> {
    /// The provider's authorization endpoint.
    pub authorization_endpoint: &'a EndpointUrl,
    /// Client, redirect URI and how a refresh token is asked for.
    pub config: &'a IssuerConfig,
    /// Nonce, PKCE verifier and target.
    pub flow: &'a Flow,
    /// As made by [`StateKey::issue`](super::StateKey::issue).
    pub state: &'a str,
    /// Whether an old login at the provider counts.
    pub reauthentication: Reauthentication,
}

impl AuthorizationRequest<'_> {
    /// Where to send the browser.
    ///
    /// The parameters stand in alphabetical order, form-encoded, behind whatever query the endpoint already has. KKP:
    /// spec section 4.5; `code_challenge`, `code_challenge_method`, `nonce` and `prompt` are ours.
    #[must_use]
    pub fn url(&self) -> String {
        // Kubelogin fetches tokens of its own, so the ones of this flow are not kept and none is asked to be lasting.
        let lasting = self.flow.purpose.keeps_tokens();
        let offline_access = self.config.offline_access();
        let access_type = match offline_access {
            OfflineAccess::AccessType if lasting => "offline",
            OfflineAccess::AccessType | OfflineAccess::Scope => "online",
        };
        let scope = match offline_access {
            OfflineAccess::Scope if lasting => "openid email groups offline_access",
            OfflineAccess::Scope | OfflineAccess::AccessType => "openid email groups",
        };
        let mut query = form_urlencoded::Serializer::new(String::new());
        query
            .append_pair("access_type", access_type)
            .append_pair("client_id", self.config.client_id().as_str())
            .append_pair("code_challenge", &self.flow.pkce_verifier.challenge())
            .append_pair("code_challenge_method", "S256")
            .append_pair("nonce", &self.flow.nonce.to_text());
        let consent = lasting && self.config.offline_prompt() == OfflinePrompt::Consent;
        match (self.reauthentication, consent) {
            (Reauthentication::AsProviderLikes, false) => {}
            (Reauthentication::AsProviderLikes, true) => _ = query.append_pair("prompt", "consent"),
            (Reauthentication::Demanded, false) => _ = query.append_pair("prompt", "login"),
            (Reauthentication::Demanded, true) => _ = query.append_pair("prompt", "login consent"),
        }
        query
            .append_pair("redirect_uri", self.config.redirect_uri().as_str())
            .append_pair("response_type", "code")
            .append_pair("scope", scope)
            .append_pair("state", self.state);
        let endpoint = self.authorization_endpoint.as_str();
        let separator = if endpoint.contains('?') { '&' } else { '?' };
        format!("{endpoint}{separator}{}", query.finish())
    }
}
