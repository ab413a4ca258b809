//! What becomes of the links that KKP's dashboard makes.

/// Whether links in KKP's form (`/api/v1/kubeconfig?project_id=…`) begin a login.
///
/// They never end and cannot be taken back: whoever has moved to signed links closes them. Logins that began before are
/// still answered.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub enum KkpLinks {
    /// Yes.
    #[default]
    Allow,
    /// Yes, and each one is named in the log.
    Warn,
    /// No: 410 `kkp_links_closed`.
    Deny,
}
