//! What owners do with their links.

use std::sync::Arc;

use kkp_oidc_core::UnixTime;
use kkp_oidc_core::directory::SharedCluster;
use kkp_oidc_core::email;
use kkp_oidc_core::ids::{ClusterId, ProjectId};
use kkp_oidc_core::share::{Owner, Redemption, Share, ShareForm, ShareFormError, ShareId, StoredShare};

use crate::error::LoginError;
use crate::share_links::Sharing;
use crate::state::AppState;
use crate::store::{Created, OwnedShares, Revoked};

/// A link as its owner sees it.
pub(crate) struct OwnLink {
    pub(crate) stored: StoredShare,
    /// Newest first.
    pub(crate) redemptions: Vec<Redemption>,
}

/// Why no link was made.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CreateError {
    #[error(transparent)]
    Form(#[from] ShareFormError),
    #[error(transparent)]
    Login(#[from] LoginError),
}

impl From<CreateError> for LoginError {
    fn from(error: CreateError) -> Self {
        match error {
            CreateError::Form(error) => error.into(),
            CreateError::Login(error) => error,
        }
    }
}

impl Sharing {
    /// The cluster, if the owner may share it now.
    pub(crate) async fn shareable(
        &self,
        state: &AppState,
        owner: Owner<'_>,
        project_id: &ProjectId,
        cluster_id: &ClusterId,
    ) -> Result<Arc<SharedCluster>, LoginError> {
        state.shareable(owner, project_id, cluster_id).await?.ok_or(LoginError::ShareNotAllowed)
    }

    /// Make a link.
    pub(crate) async fn create(
        &self,
        state: &AppState,
        owner: Owner<'_>,
        (project_id, cluster_id): (ProjectId, ClusterId),
        form: &ShareForm,
    ) -> Result<Share, CreateError> {
        self.shareable(state, owner, &project_id, &cluster_id).await?;
        let new = form.parse(self.offered())?;
        let id = ShareId::from_bytes(state.random());
        let share = new.into_share(id, project_id, cluster_id, owner, state.now());
        match self.config.store.create(share.clone()).await.map_err(LoginError::from)? {
            Created::Kept => {}
            Created::TooMany => return Err(LoginError::TooManyLinks.into()),
        }
        tracing::info!(share = %share.id, cluster = %share.cluster_id, expires_at = %share.expires_at, "share link made");
        Ok(share)
    }

    /// All links of the owner, newest first.
    pub(crate) async fn owned_by(&self, owner: Owner<'_>, now: UnixTime) -> Result<OwnedShares, LoginError> {
        Ok(self.config.store.owned_by(owner.email, now).await?)
    }

    /// One link of the owner. Others' links are answered like none.
    pub(crate) async fn own(&self, owner: Owner<'_>, id: ShareId) -> Result<OwnLink, LoginError> {
        self.require_owner(owner, id).await?;
        let stored = self.config.store.find(id).await?.ok_or(LoginError::NoSuchLink)?;
        let redemptions = self.config.store.redemptions(id).await?;
        Ok(OwnLink { stored, redemptions })
    }

    /// Take a link of the owner back, also one that cannot be read otherwise; whether it was good until now.
    pub(crate) async fn revoke(&self, owner: Owner<'_>, id: ShareId, now: UnixTime) -> Result<bool, LoginError> {
        self.require_owner(owner, id).await?;
        match self.config.store.revoke(id, now).await? {
            Revoked::Now => {
                tracing::info!(share = %id, "share link revoked");
                Ok(true)
            }
            Revoked::Before(_) => Ok(false),
            Revoked::Unknown => Err(LoginError::NoSuchLink),
        }
    }

    /// The share, if it can be read.
    pub(crate) async fn share(&self, id: ShareId) -> Option<Share> {
        Some(self.config.store.find(id).await.ok()??.share)
    }

    /// Before anything else is told of it: even whether it can be read is its owner's business.
    async fn require_owner(&self, owner: Owner<'_>, id: ShareId) -> Result<(), LoginError> {
        let made_by = self.config.store.owner(id).await?.ok_or(LoginError::NoSuchLink)?;
        match email::folded(&made_by) == email::folded(owner.email) {
            true => Ok(()),
            false => Err(LoginError::NoSuchLink),
        }
    }
}
