//! What owners do, for pages and programs alike: done to its end, and noted.

use std::sync::Arc;

use kkp_oidc_core::audit::Decision;
use kkp_oidc_core::ids::{ClusterId, ProjectId};
use kkp_oidc_core::share::{Share, ShareForm, ShareId};

use super::record::{self, About};
use super::to_the_end::to_the_end;
use crate::client_address::ClientAddress;
use crate::error::LoginError;
use crate::sharing::{CreateError, Current};
use crate::state::AppState;

/// Somebody who is logged in does something.
pub(super) struct Deed {
    pub(super) state: AppState,
    pub(super) current: Arc<Current>,
    pub(super) client: ClientAddress,
}

impl Deed {
    /// Make a link to a cluster.
    pub(super) async fn share(self, target: (ProjectId, ClusterId), form: ShareForm) -> Result<Share, CreateError> {
        let state = self.state.clone();
        to_the_end(&state, async move {
            let Self { state, current, client } = self;
            let sharing = state.sharing().map_err(CreateError::from)?;
            let share = sharing.create(&state, current.owner(), target, &form).await?;
            record::owner_did(&state, Decision::ShareLinkMade, current.email(), About::of(&share), client).await;
            Ok(share)
        })
        .await
    }

    /// Take a link back; whether it can be shown.
    pub(super) async fn revoke(self, id: ShareId) -> Result<bool, LoginError> {
        let state = self.state.clone();
        to_the_end(&state, async move {
            let Self { state, current, client } = self;
            let sharing = state.sharing()?;
            // What it leads to, for the log. What cannot be read is taken back all the same.
            let share = sharing.share(id).await;
            if sharing.revoke(current.owner(), id, state.now()).await? {
                record::revoked(&state, current.email(), id, share.as_ref(), client).await;
            }
            Ok(share.is_some())
        })
        .await
    }

    /// Log out, here and as far as the provider can.
    pub(super) async fn log_out(self) -> Result<(), LoginError> {
        let state = self.state.clone();
        to_the_end(&state, async move {
            let Self { state, current, client } = self;
            state.sharing()?.end_session(&current).await?;
            record::owner_did(&state, Decision::SessionEnded, current.email(), About::default(), client).await;
            current.revoke_token(&state).await;
            Ok(())
        })
        .await
    }
}
