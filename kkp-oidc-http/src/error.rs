//! Errors of the share endpoint, and the one table of what a client sees of them.

mod json;
mod page;

use axum::http::StatusCode;
use kkp_oidc_core::authorization::{
    CallbackError, FlowCookieError, IssuerParameterError, ProviderErrorCode, ShareRequestError, StateError,
};
use kkp_oidc_core::id_token::{ClaimsError, ParseIdTokenError};
use kkp_oidc_core::kubeconfig::RenderKubeconfigError;
use kkp_oidc_core::share::{ShareFormError, ShareId, ShareState, ShareTokenError};
use kkp_oidc_core::shared_kubeconfig::SharedKubeconfigError;

#[cfg(feature = "openapi")]
pub(crate) use self::json::ErrorBody;
use crate::body::BodyError;
use crate::directory::DirectoryUnavailable;
use crate::limits::RateLimited;
use crate::oidc::{OidcError, ProviderError, shown};
use crate::pages::Detail;
use crate::store::StoreUnavailable;

/// Why a link or a callback is not answered with what was asked for.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LoginError {
    #[error("gate OIDCKubeCfgEndpoint is off")]
    GateOff,
    #[error("links in KKP's form are closed")]
    KkpLinksClosed,
    #[error("request comes from another site")]
    CrossSite,
    #[error("service is shutting down")]
    ShuttingDown,
    #[error(transparent)]
    RateLimited(#[from] RateLimited),
    #[error("query is too long")]
    QueryTooLong,
    #[error("share link cannot be used")]
    ShareRequest(#[from] ShareRequestError),
    #[error("user, project or cluster unknown, or user not allowed")]
    NotFound,
    #[error("directory of clusters is unavailable")]
    Directory(#[from] DirectoryUnavailable),
    #[error("callback cannot be used")]
    Callback(#[from] CallbackError),
    #[error("state refused")]
    State(#[from] StateError),
    #[error("flow cookie refused")]
    Cookie(#[from] FlowCookieError),
    #[error("flow was used before")]
    FlowUsed,
    #[error("too many logins under way")]
    TooManyFlows,
    #[error("iss parameter refused")]
    IssuerParameter(#[from] IssuerParameterError),
    #[error("provider refused the login: {}", shown(error))]
    Refused { error: Option<ProviderErrorCode> },
    #[error(transparent)]
    Oidc(#[from] OidcError),
    #[error("kubeconfig cannot be made")]
    SharedKubeconfig(#[from] SharedKubeconfigError),
    #[error("kubeconfig cannot be written")]
    Kubeconfig(#[from] RenderKubeconfigError),
    #[error("there is no such page")]
    NoPage,
    #[error("share link refused")]
    ShareToken(#[from] ShareTokenError),
    #[error("share link is authentic, but the store does not know it")]
    UnknownShare,
    #[error("share is {}", .0.name())]
    ShareState(ShareState),
    #[error("share {share} is not for whoever logged in")]
    NotForYou { share: ShareId, email: String },
    #[error("store of shares is unavailable")]
    Store(#[from] StoreUnavailable),
    #[error("nobody is logged in, or no longer")]
    SessionEnded,
    #[error("cluster unknown, or its sharing not allowed")]
    ShareNotAllowed,
    #[error("link unknown, or somebody else's")]
    NoSuchLink,
    #[error("no such page")]
    NoSuchPage,
    #[error("owner has too many links")]
    TooManyLinks,
    #[error("kubeconfig is not there for this browser, or no longer")]
    HandoverGone,
    #[error("record is too large for the store")]
    TooLarge,
    #[error("form is too long")]
    FormTooLong,
    #[error(transparent)]
    Body(#[from] BodyError),
    #[error(transparent)]
    ShareForm(#[from] ShareFormError),
}

/// What a client sees: a status, a stable code, one sentence; pages have texts of their own, which go by the code.
pub(crate) struct PublicError {
    pub(crate) status: StatusCode,
    pub(crate) code: &'static str,
    pub(crate) message: String,
    /// What pages show beside their texts.
    pub(crate) detail: Option<Detail>,
}

impl LoginError {
    /// The table. Texts are for the person in front of the browser; causes are for the log.
    pub(crate) fn public(&self) -> PublicError {
        let (status, code, message): (u16, _, &str) = match self {
            Self::GateOff | Self::NoSuchPage => (404, "not_found", "There is no such page."),
            Self::KkpLinksClosed => (
                410,
                "kkp_links_closed",
                "Links of this kind are not answered any more. Ask whoever sent it for a new link.",
            ),
            Self::CrossSite => (
                403,
                "cross_site",
                "This was sent from another site, or by a browser that does not say from where. Open the page here and try again.",
            ),
            Self::ShuttingDown => {
                (503, "shutting_down", "The service is shutting down. Open the link again in a minute.")
            }
            Self::RateLimited(limited) => {
                let message = format!(
                    "Too many requests come from your address, or for this link. Try again in {} s.",
                    limited.retry_after_secs()
                );
                return PublicError {
                    status: StatusCode::TOO_MANY_REQUESTS,
                    code: "rate_limited",
                    message,
                    detail: None,
                };
            }
            Self::QueryTooLong => (400, "request_too_long", "The link is too long. Ask whoever sent it for a new one."),
            Self::ShareRequest(ShareRequestError::Missing { parameters }) => {
                let message = format!(
                    "The link is not whole, it lacks {}. Copy it again from whoever sent it.",
                    parameters.join(", ")
                );
                let detail = Some(Detail::MissingParameters(parameters.join(", ")));
                return PublicError { status: StatusCode::BAD_REQUEST, code: "parameter_missing", message, detail };
            }
            // An id that cannot exist is answered like one that does not.
            Self::NotFound | Self::ShareRequest(_) => (
                404,
                "share_not_found",
                "This link does not lead to a shared cluster, or whoever made it may no longer share it. Ask for a new one.",
            ),
            Self::Directory(_) => (
                503,
                "directory_unavailable",
                "The list of clusters cannot be read. Open the share link again in a minute.",
            ),
            Self::Callback(CallbackError::NoState) => (400, "state_missing", AGAIN),
            Self::Callback(CallbackError::NoCode) => (400, "code_missing", AGAIN),
            Self::Callback(_) => (400, "code_malformed", AGAIN),
            Self::State(StateError::Expired { .. }) => {
                (400, "flow_expired", "The login took longer than 10 minutes. Open the share link again.")
            }
            Self::State(_) => (400, "state_invalid", AGAIN),
            Self::Cookie(FlowCookieError::Missing) => (
                400,
                "cookie_missing",
                "The login was begun in another browser, or this one does not keep cookies. Open the share link again here.",
            ),
            Self::Cookie(_) => (400, "cookie_invalid", AGAIN),
            Self::FlowUsed => (
                400,
                "flow_used",
                "This login was answered before, or is being answered. If no kubeconfig arrived, open the share link again.",
            ),
            Self::TooManyFlows => {
                (503, "too_many_flows", "Too many people log in right now. Open the share link again in a minute.")
            }
            Self::IssuerParameter(_) => {
                (400, "issuer_mismatch", "The answer does not come from the identity provider that was asked.")
            }
            Self::Refused { error } => {
                return refused(error.as_ref(), "The login was refused at the identity provider");
            }
            Self::Oidc(error) => return of_provider(error),
            Self::SharedKubeconfig(SharedKubeconfigError::NoPublicClient) => (
                503,
                "public_client_missing",
                "This kind of kubeconfig is not offered any more. Tell whoever sent the link to make a new one.",
            ),
            Self::SharedKubeconfig(_) => (
                400,
                "refresh_token_missing",
                "The identity provider gives no refresh token, so the kubeconfig would end within the hour. \
                 Tell the people who run this service: --oidc-issuer-offline-access-as-scope may need another value.",
            ),
            Self::Kubeconfig(_) => {
                (400, "kubeconfig_unwritable", "Your e-mail address has characters that a kubeconfig cannot hold.")
            }
            Self::NoPage => (404, "not_found", "There is no such page."),
            Self::TooManyLinks => (
                409,
                "too_many_links",
                "You have too many links. Take back some that are not needed any more, or wait until they end.",
            ),
            Self::NoSuchLink => (404, "not_found", "There is no such link, or it is somebody else's."),
            Self::ShareToken(ShareTokenError::Expired { .. }) | Self::ShareState(ShareState::Expired) => {
                (410, "share_link_expired", "This link has ended. Ask whoever sent it for a new one.")
            }
            Self::ShareToken(_) | Self::UnknownShare => (
                404,
                "share_link_invalid",
                "This link is not whole, or was never made here. Copy it again, or ask for a new one.",
            ),
            Self::ShareState(ShareState::UsedUp) => (
                410,
                "share_link_used_up",
                "This link has been used as often as it may be. Ask whoever sent it for a new one.",
            ),
            Self::ShareState(_) => {
                (410, "share_link_revoked", "This link was taken back by whoever made it. Ask them for a new one.")
            }
            Self::NotForYou { .. } => (
                403,
                "share_not_for_you",
                "This link is not meant for whom you logged in as. Log in as somebody else, or ask whoever sent it.",
            ),
            Self::Store(_) => (
                503,
                "share_store_unavailable",
                "Links cannot be looked up right now, so none can be used. Try again in a minute.",
            ),
            Self::SessionEnded => (401, "session_ended", "You are not logged in, or no longer. Log in again."),
            Self::ShareNotAllowed => (404, "share_not_allowed", "There is no such cluster, or you may not share it."),
            Self::HandoverGone => (
                404,
                "kubeconfig_gone",
                "The kubeconfig is kept for ten minutes, for the browser that logged in. Open the share link again.",
            ),
            Self::FormTooLong => (
                413,
                "form_too_long",
                "More was typed into the form than it can hold. Name fewer people, or a domain or a group.",
            ),
            Self::TooLarge => (
                400,
                "login_too_large",
                "The identity provider tells more about you than can be kept. Tell the people who run this service.",
            ),
            Self::Body(error) => return json::of_body(*error),
            Self::ShareForm(_) => (422, "share_form", "No link was made, some fields are wrong: see `fields`."),
        };
        PublicError::new(status, code, message)
    }

    /// The outcome for metrics: [`OK`](crate::metrics::OK), or the error's stable code.
    pub(crate) fn outcome<T>(result: &Result<T, Self>) -> &'static str {
        result.as_ref().map_or_else(|error| error.public().code, |_| crate::metrics::OK)
    }

    /// Who had logged in.
    pub(crate) fn email(&self) -> Option<&str> {
        match self {
            Self::NotForYou { email, .. } => Some(email),
            _ => None,
        }
    }
}

const AGAIN: &str = "The login cannot be completed. Open the share link again.";
const CLOCKS: &str =
    "The clocks of the identity provider and of this service differ. Tell the people who run this service.";
const TOKEN: &str = "The identity provider's ID token is refused. Tell the people who run this service.";

/// The part of the table that is about the provider.
fn of_provider(error: &OidcError) -> PublicError {
    let (status, code, message) = match error {
        OidcError::CodeRefused { error } => {
            let message = sentence("The identity provider does not accept the login's code", error.as_ref());
            let detail = provider_code(error.as_ref());
            return PublicError { status: StatusCode::BAD_REQUEST, code: "code_refused", message, detail };
        }
        OidcError::ClientRefused { .. } => {
            (400, "client_refused", "The identity provider refuses this service. Tell the people who run it.")
        }
        OidcError::Provider(ProviderError::Unreachable(_) | ProviderError::OutOfService) => (
            503,
            "provider_unavailable",
            "The identity provider cannot be reached. Open the share link again in a minute.",
        ),
        OidcError::Provider(ProviderError::Busy) => (
            503,
            "provider_busy",
            "Too many people log in right now for the identity provider. Open the share link again in a minute.",
        ),
        OidcError::Provider(ProviderError::TimedOut) => (
            504,
            "provider_timeout",
            "The identity provider does not answer in time. Open the share link again in a minute.",
        ),
        OidcError::Provider(_) => (
            502,
            "provider_invalid",
            "The identity provider answers in a way that cannot be used. Tell the people who run this service.",
        ),
        OidcError::NoIdToken => (401, "token_missing", TOKEN),
        OidcError::IdToken(ParseIdTokenError::Algorithm) | OidcError::AlgorithmNotAnnounced => {
            (401, "token_algorithm", TOKEN)
        }
        OidcError::IdToken(_) => (401, "token_malformed", TOKEN),
        OidcError::UnknownKey => (401, "token_key_unknown", TOKEN),
        OidcError::BadSignature => (401, "token_signature", TOKEN),
        OidcError::Claims(error) => match error {
            ClaimsError::NoEmail => (
                400,
                "email_missing",
                "The identity provider does not tell your e-mail address, which the cluster needs to know you by.",
            ),
            ClaimsError::EmailMalformed => {
                (400, "email_malformed", "The identity provider tells an e-mail address that is none.")
            }
            ClaimsError::EmailNotVerified => (
                401,
                "email_not_verified",
                "Your e-mail address is not verified. Verify it at the identity provider and open the link again.",
            ),
            ClaimsError::Issuer => (401, "token_issuer", TOKEN),
            ClaimsError::Audience | ClaimsError::AuthorizedParty => (401, "token_audience", TOKEN),
            ClaimsError::Expired { .. } => (401, "token_expired", CLOCKS),
            ClaimsError::FromTheFuture { .. } => (401, "token_not_yet_valid", CLOCKS),
            ClaimsError::Nonce | ClaimsError::Missing { claim: "nonce" } => (401, "token_nonce", TOKEN),
            ClaimsError::AccessTokenHash => (401, "token_at_hash", TOKEN),
            _ => (401, "token_malformed", TOKEN),
        },
    };
    PublicError::new(status, code, message)
}

fn refused(error: Option<&ProviderErrorCode>, text: &str) -> PublicError {
    let (status, code) = match error.map(ProviderErrorCode::as_str) {
        Some("access_denied") => (StatusCode::BAD_REQUEST, "access_denied"),
        Some("temporarily_unavailable") => (StatusCode::SERVICE_UNAVAILABLE, "provider_unavailable"),
        Some("server_error") => (StatusCode::BAD_GATEWAY, "provider_invalid"),
        _ => (StatusCode::BAD_REQUEST, "login_refused"),
    };
    PublicError { status, code, message: sentence(text, error), detail: provider_code(error) }
}

/// Only a well-formed error code of the provider may be repeated, nothing else of its answer.
fn sentence(text: &str, error: Option<&ProviderErrorCode>) -> String {
    match error {
        Some(error) => format!("{text} ({error}). Open the share link again."),
        None => format!("{text}. Open the share link again."),
    }
}

fn provider_code(error: Option<&ProviderErrorCode>) -> Option<Detail> {
    error.map(|error| Detail::ProviderCode(error.to_string()))
}

impl PublicError {
    fn new(status: u16, code: &'static str, message: &str) -> Self {
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Self { status, code, message: message.to_owned(), detail: None }
    }
}
