//! Headers that every answer has.

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};

use crate::pages;
use crate::state::AppState;

/// How long browsers remember that this host is https only, in seconds: a year.
const HSTS: &str = "max-age=31536000";

const COMMON: [(HeaderName, &str); 6] = [
    (header::REFERRER_POLICY, "no-referrer"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
];

/// Add them. A handler may say how long its answer keeps; what says nothing is not stored.
pub(super) fn add(state: &AppState, headers: &mut HeaderMap) {
    add_common(headers);
    if state.oidc().config().redirect_uri().is_https() {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static(HSTS));
    }
}

/// Those that do not depend on the installation.
pub(crate) fn add_common(headers: &mut HeaderMap) {
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    for (name, value) in COMMON {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.insert(header::CONTENT_SECURITY_POLICY, pages::content_security_policy());
}
