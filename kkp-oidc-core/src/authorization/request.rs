//! The authorization request ([RFC 6749 section 4.1.1]).
//!
//! [RFC 6749 section 4.1.1]: https://www.rfc-editor.org/rfc/rfc6749#section-4.1.1

use url::form_urlencoded;

use super::flow::{Flow, UserEntry};
use crate::issuer::{EndpointUrl, IssuerConfig, OfflineAccess, OfflinePrompt};

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
}

impl AuthorizationRequest<'_> {
    /// Where to send the browser.
    ///
    /// The parameters stand in alphabetical order, form-encoded, behind whatever query the endpoint already has. KKP:
    /// spec section 4.5; `code_challenge`, `code_challenge_method`, `nonce` and `prompt` are ours.
    #[must_use]
    pub fn url(&self) -> String {
        // Kubelogin fetches tokens of its own, so the ones of this flow are not kept and none is asked to be lasting.
        let lasting = self.flow.target.user_entry == UserEntry::AuthProvider;
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
        if lasting && self.config.offline_prompt() == OfflinePrompt::Consent {
            query.append_pair("prompt", "consent");
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
