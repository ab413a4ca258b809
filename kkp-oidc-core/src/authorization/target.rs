//! What somebody who opened a KKP link wants.

use crate::ids::{ClusterId, ProjectId, UserId};

/// What the kubeconfig's user entry shall be. KKP: parameter `oidc_kubelogin_enabled`, spec section 6.1.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub enum UserEntry {
    /// `auth-provider: oidc` with the tokens in it.
    #[default]
    AuthProvider,
    /// `exec` of the oidc-login plugin, which fetches tokens itself, with the client's secret.
    Kubelogin,
    /// `exec` of the oidc-login plugin with a public client and PKCE: no secret in the file.
    PublicKubelogin,
}

impl UserEntry {
    /// Its name in forms, JSON and stores: `auth-provider`, `kubelogin` or `public-client`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::AuthProvider => "auth-provider",
            Self::Kubelogin => "kubelogin",
            Self::PublicKubelogin => "public-client",
        }
    }

    /// The user entry with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::AuthProvider, Self::Kubelogin, Self::PublicKubelogin].into_iter().find(|entry| entry.name() == name)
    }

    pub(super) const fn to_byte(self) -> u8 {
        match self {
            Self::AuthProvider => 0,
            Self::Kubelogin => 1,
            Self::PublicKubelogin => 2,
        }
    }

    pub(super) const fn from_byte(byte: u8) -> Option<Self> {
        match byte {
            0 => Some(Self::AuthProvider),
            1 => Some(Self::Kubelogin),
            2 => Some(Self::PublicKubelogin),
            _ => None,
        }
    }
}

/// What the person who opened a KKP link wants, and in whose name the link was made.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "a plain request struct that callers fill by name")]
pub struct FlowTarget {
    /// The user who shared the cluster.
    pub user_id: UserId,
    /// The project that the cluster belongs to.
    pub project_id: ProjectId,
    /// The cluster.
    pub cluster_id: ClusterId,
    /// The user entry to write.
    pub user_entry: UserEntry,
}
