//! What recipients do with a link.

use std::sync::Arc;

use axum::http::HeaderMap;
use kkp_oidc_core::UnixTime;
use kkp_oidc_core::authorization::{FlowId, RequestCookies, SetCookie, UserEntry};
use kkp_oidc_core::directory::SharedCluster;
use kkp_oidc_core::secret::SecretString;
use kkp_oidc_core::session::{HANDOVER_MAX_AGE_SECS, Handover};
use kkp_oidc_core::share::{Owner, Redemption, Share, ShareId, ShareState, StoredShare};
use kkp_oidc_core::shared_kubeconfig::SharedKubeconfig;

use crate::cookies::cookie_headers;
use crate::error::LoginError;
use crate::oidc::Login;
use crate::share_links::Sharing;
use crate::state::AppState;
use crate::store::{Record, RecordKey, RecordKind, Redeemed};

/// A link that can be used, and the cluster that it leads to.
#[derive(Debug)]
pub(crate) struct Offer {
    pub(crate) stored: StoredShare,
    pub(crate) cluster: Arc<SharedCluster>,
}

/// A kubeconfig that its recipient fetches.
pub(crate) struct Fetched {
    pub(crate) handover: Handover,
    pub(crate) stored: StoredShare,
    pub(crate) cluster: Arc<SharedCluster>,
    /// Until when it can be fetched again.
    pub(crate) until: UnixTime,
}

impl Sharing {
    /// What the link with this token offers. Everything that it needs is asked for now: nothing is remembered of before.
    pub(crate) async fn offer(&self, state: &AppState, token: &str) -> Result<Offer, LoginError> {
        let token = self.tokens.authenticate(token)?;
        state.limits().link(token.id().as_bytes())?;
        token.require_good(state.now())?;
        self.good(state, token.id()).await
    }

    /// The share, if it can be used, and its owner may still share its cluster.
    pub(crate) async fn good(&self, state: &AppState, id: ShareId) -> Result<Offer, LoginError> {
        let offer = self.known(state, id).await?;
        match offer.stored.state(state.now()) {
            ShareState::Good => Ok(offer),
            refused => Err(LoginError::ShareState(refused)),
        }
    }

    /// Path of the share's page, if the store knows it.
    pub(crate) async fn path_of(&self, id: ShareId) -> Option<String> {
        let stored = self.config.store.find(id).await.ok()??;
        Some(self.share_path(id, stored.share.expires_at))
    }

    async fn known(&self, state: &AppState, id: ShareId) -> Result<Offer, LoginError> {
        let stored = self.config.store.find(id).await?.ok_or(LoginError::UnknownShare)?;
        let share = &stored.share;
        let owner = Owner { email: &share.owner, groups: &share.owner_groups };
        let found = self.shareable(state, owner, &share.project_id, &share.cluster_id).await;
        let cluster = found.map_err(|error| match error {
            LoginError::ShareNotAllowed => LoginError::NotFound,
            other => other,
        })?;
        Ok(Offer { stored, cluster })
    }

    /// Use the link in the flow `flow`, as whoever logged in; the cookie with which the browser fetches the kubeconfig, and
    /// the share.
    pub(crate) async fn redeem(
        &self,
        state: &AppState,
        flow: FlowId,
        (id, user_entry): (ShareId, UserEntry),
        login: Login,
    ) -> Result<(SetCookie, Box<Share>), LoginError> {
        let Offer { stored, cluster } = self.good(state, id).await?;
        let identity = &login.identity;
        if !stored.share.audience.admits(identity.email(), identity.groups()) {
            return Err(LoginError::NotForYou { share: id, email: identity.email().to_owned() });
        }
        let kubeconfig = self.kubeconfig(state, &cluster, user_entry, &login).await?;
        let (now, email) = (state.now(), identity.email().to_owned());
        let handover = Handover { share: id, email: email.clone(), kubeconfig };
        let (sealed, cookie) =
            self.handovers.seal(flow, &handover, [state.random(), state.random()], now).ok_or(LoginError::TooLarge)?;
        let (kind, key) = (RecordKind::Handover, RecordKey::from(flow));
        let ends_at = now.plus_secs(HANDOVER_MAX_AGE_SECS);
        // Before it is counted: whatever is counted can be fetched. Without the cookie nobody finds it.
        self.config.store.put(Record { kind, key, sealed, ends_at }).await?;
        let refused = match self.config.store.redeem(id, flow, Redemption { email, at: now }).await? {
            Redeemed::Counted(stored) => {
                tracing::info!(share = %id, cluster = %cluster.id, uses = stored.uses, "share link used");
                return Ok((cookie, Box::new(stored.share)));
            }
            Redeemed::Refused(state) => LoginError::ShareState(state),
            Redeemed::FlowUsed => LoginError::FlowUsed,
            Redeemed::Unknown => LoginError::UnknownShare,
        };
        if !matches!(refused, LoginError::FlowUsed) {
            self.config.store.remove(kind, key).await?;
        }
        Err(refused)
    }

    async fn kubeconfig(
        &self,
        state: &AppState,
        cluster: &SharedCluster,
        user_entry: UserEntry,
        login: &Login,
    ) -> Result<SecretString, LoginError> {
        let oidc = state.oidc();
        let metadata = oidc.metadata().await.map_err(crate::oidc::OidcError::from)?;
        let issuer_ca = oidc.idp_certificate_authority(&metadata);
        let kubeconfig = SharedKubeconfig {
            cluster,
            issuer: oidc.config(),
            public_client: self.public_client(),
            issuer_ca: issuer_ca.as_deref(),
            identity: &login.identity,
            refresh_token: login.refresh_token.as_ref(),
            user_entry,
        };
        Ok(kubeconfig.build()?.to_yaml(state.preferences())?)
    }

    /// What the flow gave to this browser. A share that was used up or revoked meanwhile takes nothing back that was given.
    pub(crate) async fn fetch(
        &self,
        state: &AppState,
        flow: FlowId,
        headers: &HeaderMap,
    ) -> Result<Fetched, LoginError> {
        let now = state.now();
        let sent = cookie_headers(headers);
        if !self.handovers.is_of(flow, &RequestCookies::parse(sent.iter().map(AsRef::as_ref)), now) {
            return Err(LoginError::HandoverGone);
        }
        let record = self.config.store.get(RecordKind::Handover, RecordKey::from(flow), now).await?;
        let opened = record.and_then(|record| self.handovers.open(flow, &record, now));
        let (handover, made_at) = opened.ok_or(LoginError::HandoverGone)?;
        let until = made_at.plus_secs(HANDOVER_MAX_AGE_SECS);
        let Offer { stored, cluster } = self.known(state, handover.share).await?;
        Ok(Fetched { handover, stored, cluster, until })
    }
}
