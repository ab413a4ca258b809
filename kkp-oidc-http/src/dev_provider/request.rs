//! An authorization request as it is kept while a person decides.

use std::collections::BTreeSet;

/// Where the answer to an authorization request goes. The URI is registered, byte for byte.
pub(super) struct ReturnAddress {
    pub(super) redirect_uri: String,
    pub(super) state: Option<String>,
}

/// An authorization request that only lacks the End-User's answer.
pub(super) struct AuthorizationRequest {
    pub(super) client_id: String,
    pub(super) return_address: ReturnAddress,
    pub(super) code_challenge: String,
    pub(super) nonce: Option<String>,
    /// What will be granted: the known ones of those asked for.
    pub(super) scopes: BTreeSet<String>,
}
