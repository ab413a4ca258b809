//! Store and keys of share links of our own.

use std::sync::Arc;

use kkp_oidc_core::authorization::UserEntry;
use kkp_oidc_core::cookie_key::KeyRing;
use kkp_oidc_core::issuer::{ClientId, CookieSecurity};
use kkp_oidc_core::session::{Handovers, Sessions};
use kkp_oidc_core::share::{ShareId, ShareTokens};

use crate::store::ShareStore;

/// What an operator decides about share links.
#[derive(Clone)]
#[non_exhaustive]
pub struct SharingConfig {
    /// Where links, uses and sessions are kept.
    pub store: Arc<dyn ShareStore>,
    /// A client without a secret, registered at the provider for kubelogin; with it, kubeconfigs have nothing secret in them.
    pub public_client: Option<ClientId>,
    /// Where the provider sends browsers after a logout.
    pub post_logout: PostLogout,
}

/// Where the provider sends browsers after a logout.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "either or")]
pub enum PostLogout {
    /// Nowhere: it shows a page of its own.
    #[default]
    Stay,
    /// To `{base}/logged-out`, which has to be registered there as a post-logout redirect URI.
    Return,
}

impl SharingConfig {
    /// Links kept in `store`, with everything else at its default.
    #[must_use]
    pub fn new(store: Arc<dyn ShareStore>) -> Self {
        Self { store, public_client: None, post_logout: PostLogout::default() }
    }
}

impl std::fmt::Debug for SharingConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SharingConfig")
            .field("public_client", &self.public_client)
            .field("post_logout", &self.post_logout)
            .finish_non_exhaustive()
    }
}

/// Store and keys of share links.
#[derive(Clone)]
pub(crate) struct Sharing {
    pub(crate) config: SharingConfig,
    pub(crate) tokens: ShareTokens,
    pub(crate) sessions: Sessions,
    pub(crate) handovers: Handovers,
    /// The kinds of kubeconfigs that links can have, the default first.
    offered: Vec<UserEntry>,
}

impl Sharing {
    pub(crate) fn new(config: SharingConfig, keys: &KeyRing, security: CookieSecurity) -> Self {
        let keys: Vec<_> = keys.iter().collect();
        let mut offered = vec![UserEntry::Kubelogin, UserEntry::AuthProvider];
        if config.public_client.is_some() {
            offered.insert(0, UserEntry::PublicKubelogin);
        }
        Self {
            tokens: ShareTokens::new(keys.iter().copied()),
            sessions: Sessions::new(keys.iter().copied(), security),
            handovers: Handovers::new(keys.iter().copied(), security),
            config,
            offered,
        }
    }

    /// The kinds of kubeconfigs that links can have, the default first.
    pub(crate) fn offered(&self) -> &[UserEntry] {
        &self.offered
    }

    /// The client without a secret.
    pub(crate) const fn public_client(&self) -> Option<&ClientId> {
        self.config.public_client.as_ref()
    }

    pub(crate) const fn config(&self) -> &SharingConfig {
        &self.config
    }

    /// Path of a share's page, below the service's base.
    pub(crate) fn share_path(&self, id: ShareId, expires_at: kkp_oidc_core::UnixTime) -> String {
        format!("/share/{}", self.tokens.issue(id, expires_at))
    }
}
