//! The Content-Security-Policy, and the style sheet that it lets in.

use std::sync::LazyLock;

use axum::http::HeaderValue;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

/// The one style sheet. It stands inside of every page: a page then looks right wherever it is seen, also where only
/// KKP's paths are routed to this service, and while replicas of two versions run.
pub(super) const STYLE: &str = include_str!("style.css");

/// Nothing but the style sheet above, and script and icon of our own.
///
/// Forms go to this service and to `form_action`: origins (`https://login.example.com`) that a form's answer may redirect
/// to. Browsers hold the whole chain of redirects after a form against the policy.
pub(crate) fn content_security_policy(form_action: &[String]) -> HeaderValue {
    static STYLE_HASH: LazyLock<String> = LazyLock::new(|| STANDARD.encode(Sha256::digest(STYLE)));
    let mut policy = format!(
        "default-src 'none'; style-src 'sha256-{}'; script-src 'self'; img-src 'self'; base-uri 'none'; \
         frame-ancestors 'none'; form-action 'self'",
        *STYLE_HASH
    );
    for origin in form_action {
        policy.push(' ');
        policy.push_str(origin);
    }
    // An origin that no header can hold, or that ends the directive, would weaken the policy: then nothing is let in.
    let is_whole = form_action.iter().all(|origin| !origin.contains([';', ',', ' ']));
    HeaderValue::try_from(policy)
        .ok()
        .filter(|_| is_whole)
        .unwrap_or_else(|| HeaderValue::from_static("default-src 'none'; base-uri 'none'; frame-ancestors 'none'"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_may_lead_to_the_origins_given_and_nowhere_else() {
        let forms = |origins: &[&str]| {
            let origins: Vec<_> = origins.iter().map(|&origin| origin.to_owned()).collect();
            let policy = content_security_policy(&origins);
            policy.to_str().unwrap().split_once("form-action ").map(|(_, forms)| forms.to_owned())
        };
        assert_eq!(forms(&[]).as_deref(), Some("'self'"));
        assert_eq!(
            forms(&["https://login.example.com", "https://b.example:8443"]).as_deref(),
            Some("'self' https://login.example.com https://b.example:8443")
        );
        for weakening in ["https://a; script-src *", "https://a, default-src *", "https://a *", "https://a\n"] {
            assert_eq!(forms(&[weakening]), None, "{weakening}");
        }
    }
}
