//! The Content-Security-Policy, and the style sheet that it lets in.

use std::sync::LazyLock;

use axum::http::HeaderValue;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

/// The one style sheet. It stands inside of every page: a page then looks right wherever it is seen, also where only
/// KKP's paths are routed to this service, and while replicas of two versions run.
pub(super) const STYLE: &str = include_str!("style.css");

/// Nothing but the style sheet above, and script and icon of our own; forms lead to this service, and so do the redirects
/// that answer them. The way to the provider is always a link.
pub(crate) fn content_security_policy() -> HeaderValue {
    static POLICY: LazyLock<Option<HeaderValue>> = LazyLock::new(|| {
        let hash = STANDARD.encode(Sha256::digest(STYLE));
        let policy = format!(
            "default-src 'none'; style-src 'sha256-{hash}'; script-src 'self'; img-src 'self'; base-uri 'none'; \
             frame-ancestors 'none'; form-action 'self'"
        );
        HeaderValue::try_from(policy).ok()
    });
    POLICY.clone().unwrap_or_else(|| HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'"))
}
