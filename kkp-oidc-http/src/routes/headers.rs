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
    add_common(headers, &form_action(state));
    if state.oidc().config().redirect_uri().is_https() {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static(HSTS));
    }
}

/// Those that do not depend on the installation. The answer to a form may redirect to the origins `form_action`.
pub(crate) fn add_common(headers: &mut HeaderMap, form_action: &[String]) {
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    for (name, value) in COMMON {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.insert(header::CONTENT_SECURITY_POLICY, pages::content_security_policy(form_action));
}

/// The provider's origins that the answer to a form may redirect to: to log in and to log out. None while it is not known.
///
/// Chromium holds every redirect after a form against the policy, also those that the provider makes: where it sends
/// people on to a third host by itself, a form has to end in a page with a link.
fn form_action(state: &AppState) -> Vec<String> {
    let Some(metadata) = state.oidc().known_metadata() else { return Vec::new() };
    let login = metadata.authorization_endpoint().origin();
    let logout = metadata.end_session_endpoint().map(|url| url.origin()).filter(|logout| *logout != login);
    [Some(login), logout].into_iter().flatten().collect()
}
