//! What a provider answers to requests that are never completed.

use serde::Deserialize;
use url::Url;

use super::{Probe, shown};
use crate::UnixTime;
use crate::json_object::from_object;

/// Largest difference of clocks that is not worth a word, in seconds: go-oidc allows none at the end of a token.
const SKEW_WARNING: i64 = 5;

/// Largest difference of clocks with which tokens may still be accepted, in seconds (spec section 4.11: `nbf` has a minute).
const SKEW_FAILURE: i64 = 60;

/// The probe `clock`: the time in the provider's `Date` header, and ours.
#[must_use]
pub fn judge_clock(provider: Option<UnixTime>, now: UnixTime) -> Probe {
    let Some(provider) = provider else {
        return Probe::not_tried("clock", "the provider's answers have no Date header");
    };
    let skew = provider.secs_since(now);
    let (size, direction) = (skew.abs(), if skew > 0 { "ahead of" } else { "behind" });
    let message = format!("the provider's clock is {size} s {direction} ours");
    match size {
        size if size > SKEW_FAILURE => {
            Probe::failed("clock", message, "set both clocks by NTP: fresh tokens are refused")
        }
        size if size > SKEW_WARNING => Probe::warning("clock", message, "set both clocks by NTP"),
        0..=1 => Probe::ok("clock", "the provider's clock and ours agree"),
        _ => Probe::ok("clock", message),
    }
}

/// What came for an authorization request.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "an answer is a status and perhaps a place to go to")]
pub struct AuthorizationAnswer {
    /// HTTP status.
    pub status: u16,
    /// The header `Location`, if there is one.
    pub location: Option<String>,
}

impl AuthorizationAnswer {
    /// The error with which the browser would be sent back, if it would be.
    fn error(&self, redirect_uri: &str) -> Option<String> {
        let location = self.location.as_deref().filter(|location| location.starts_with(redirect_uri))?;
        let url = Url::parse(location).ok()?;
        url.query_pairs().find(|(name, _)| name == "error").map(|(_, error)| shown(&error))
    }

    /// Whether the person would be asked to log in.
    const fn is_login(&self) -> bool {
        matches!(self.status, 200..=399)
    }
}

/// The probe `redirect-uri`: what came for the registered redirect URI, and what for one that cannot be registered.
#[must_use]
pub fn judge_authorization(ours: &AuthorizationAnswer, other: &AuthorizationAnswer, redirect_uri: &str) -> Probe {
    let name = "redirect-uri";
    if let Some(error) = ours.error(redirect_uri) {
        let help = match error.as_str() {
            "invalid_scope" => "allow the client the scopes openid, email, groups and offline_access",
            "unauthorized_client" | "unsupported_response_type" => "allow the client the authorization code flow",
            _ => "look at the provider's log",
        };
        return Probe::failed(name, format!("the provider knows the redirect URI, but answers `{error}`"), help);
    }
    if ours.status == 429 || ours.status >= 500 {
        let message = format!("the provider answers the login with status {}: it is not well itself", ours.status);
        return Probe::failed(name, message, "look at the provider's log, and ask again");
    }
    if !ours.is_login() {
        return Probe::failed(
            name,
            format!("the provider answers the login with status {}", ours.status),
            format!(
                "register the client and its redirect URI `{}` at the provider, character by character",
                shown(redirect_uri)
            ),
        );
    }
    if other.is_login() && other.error("").is_none() {
        return Probe::warning(
            name,
            "the provider shows its login, but does so for a redirect URI that nobody registered, too",
            "log in once to be sure; a provider that accepts every redirect URI gives codes away",
        );
    }
    Probe::ok(name, "the provider accepts it, and refuses one that is not registered")
}

/// What came for a code that does not exist.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "an answer is a status and a body")]
pub struct TokenAnswer {
    /// HTTP status.
    pub status: u16,
    /// The body.
    pub body: Vec<u8>,
}

#[derive(Deserialize)]
struct TokenError {
    error: String,
}

/// The probe `client`: the client's secret is right if it is the code alone that is refused ([RFC 6749 section 5.2]).
///
/// [RFC 6749 section 5.2]: https://www.rfc-editor.org/rfc/rfc6749#section-5.2
#[must_use]
pub fn judge_token(answer: &TokenAnswer) -> Probe {
    let error = from_object::<TokenError>(&answer.body).map(|body| body.error).unwrap_or_default();
    match error.as_str() {
        "invalid_grant" => Probe::ok("client", "the provider accepts the client's id and secret"),
        "invalid_client" => Probe::failed(
            "client",
            "the provider refuses the client's id or secret (`invalid_client`)",
            "write the same id and secret on both sides, without blanks or line ends around them",
        ),
        "unauthorized_client" => Probe::failed(
            "client",
            "the client may not exchange codes (`unauthorized_client`)",
            "allow it the grant type authorization_code",
        ),
        // Some providers look at the code before the client, or word it in their own way.
        "" => Probe::warning(
            "client",
            format!("the token endpoint answers with status {} and no error code", answer.status),
            "log in once to be sure",
        ),
        other => Probe::warning(
            "client",
            format!("the token endpoint answers `{}` with status {}", shown(other), answer.status),
            "log in once to be sure",
        ),
    }
}
