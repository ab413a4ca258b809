//! The name of a flow.

crate::random_id::random_id! {
    /// Names one flow: 128 random bits, as text 22 characters of base64url.
    ///
    /// Not a secret: it stands in the cookie's name and, authenticated, in `state`.
    FlowId, "flow",
    /// Why text names no flow.
    ParseFlowIdError, "not the id of a login, expected 22 characters of base64url"
}
