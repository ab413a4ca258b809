//! What the provider answers when it refuses.

/// An error code with a description for the developer, both in the character set of [RFC 6749 section 5.2].
///
/// [RFC 6749 section 5.2]: https://www.rfc-editor.org/rfc/rfc6749#section-5.2
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct OAuthError {
    pub(super) code: &'static str,
    pub(super) description: &'static str,
}

impl OAuthError {
    pub(super) const fn new(code: &'static str, description: &'static str) -> Self {
        Self { code, description }
    }

    pub(super) const fn invalid_request(description: &'static str) -> Self {
        Self::new("invalid_request", description)
    }

    pub(super) const fn invalid_grant(description: &'static str) -> Self {
        Self::new("invalid_grant", description)
    }

    pub(super) const fn invalid_client(description: &'static str) -> Self {
        Self::new("invalid_client", description)
    }
}
