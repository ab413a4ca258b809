//! How kubectl authenticates with a kubeconfig that is given out.

/// What the user entry of the kubeconfig is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Kind {
    /// kubelogin as a public client: nothing secret is in the file.
    PublicClient,
    /// kubelogin with this service's client secret.
    Kubelogin,
    /// kubectl's `auth-provider`, with the person's tokens.
    AuthProvider,
}

impl Kind {
    /// All, what is preferred first. For the gallery, and for tests.
    #[cfg(any(test, feature = "dev-provider"))]
    pub(crate) const ALL: [Self; 3] = [Self::PublicClient, Self::Kubelogin, Self::AuthProvider];

    /// As forms, messages and the API write it.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::PublicClient => "public-client",
            Self::Kubelogin => "kubelogin",
            Self::AuthProvider => "auth-provider",
        }
    }

    /// Whether people need the kubelogin plugin.
    pub(crate) const fn needs_kubelogin(self) -> bool {
        matches!(self, Self::PublicClient | Self::Kubelogin)
    }

    /// Whether the file must be kept private.
    pub(crate) const fn holds_a_secret(self) -> bool {
        matches!(self, Self::Kubelogin | Self::AuthProvider)
    }

    pub(super) fn key(self, part: &str) -> String {
        format!("kind.{}.{part}", self.as_str())
    }
}
