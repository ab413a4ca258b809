//! What recipients do with a link.

use std::sync::Arc;

use axum::http::HeaderMap;
use kkp_oidc_core::UnixTime;
use kkp_oidc_core::authorization::{CodeHash, FlowId, RequestCookies, SetCookie, UserEntry};
use kkp_oidc_core::directory::SharedCluster;
use kkp_oidc_core::issuer::ProviderMetadata;
use kkp_oidc_core::session::{HANDOVER_MAX_AGE_SECS, Handover};
use kkp_oidc_core::share::{Owner, Redemption, Share, ShareId, ShareState, ShareToken, StoredShare};

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
    /// The link, if it is one of ours, ended or not.
    pub(crate) fn authenticate(&self, token: &str) -> Result<ShareToken, LoginError> {
        Ok(self.tokens.authenticate(token)?)
    }

    /// What the link offers. Everything that it needs is asked for now: nothing is remembered of before.
    pub(crate) async fn offer(&self, state: &AppState, token: &ShareToken) -> Result<Offer, LoginError> {
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

    /// What the link gives whoever logged in, if it is for them. Nothing is counted yet.
    pub(crate) async fn handover(
        &self,
        state: &AppState,
        metadata: &ProviderMetadata,
        (id, user_entry): (ShareId, UserEntry),
        login: &Login,
        code: CodeHash,
    ) -> Result<Handover, LoginError> {
        let Offer { stored, cluster } = self.good(state, id).await?;
        let identity = &login.identity;
        let email = identity.email().to_owned();
        if !stored.share.audience.admits(&email, identity.groups()) {
            return Err(LoginError::NotForYou { share: id, email });
        }
        let kubeconfig = state.kubeconfig(metadata, &cluster, self.public_client(), user_entry, login)?;
        Ok(Handover { share: id, email, kubeconfig, code })
    }

    /// Use the link in the flow `flow`; the cookie with which the browser fetches what it is handed, and the share.
    pub(crate) async fn redeem(
        &self,
        state: &AppState,
        flow: FlowId,
        handover: &Handover,
    ) -> Result<(SetCookie, Box<Share>), LoginError> {
        let now = state.now();
        let (sealed, cookie) =
            self.handovers.seal(flow, handover, [state.random(), state.random()], now).ok_or(LoginError::TooLarge)?;
        let (kind, key) = (RecordKind::Handover, RecordKey::from(flow));
        let ends_at = now.plus_secs(HANDOVER_MAX_AGE_SECS);
        let redemption = Redemption { email: handover.email.clone(), at: now };
        let record = Record { kind, key, sealed, ends_at };
        match self.config.store.redeem(handover.share, flow, redemption, record).await? {
            Redeemed::Counted(stored) => {
                let StoredShare { share, uses, .. } = *stored;
                tracing::info!(share = %share.id, cluster = %share.cluster_id, uses, "share link used");
                Ok((cookie, Box::new(share)))
            }
            Redeemed::Refused(state) => Err(LoginError::ShareState(state)),
            Redeemed::FlowUsed => Err(LoginError::FlowUsed),
            Redeemed::Unknown => Err(LoginError::UnknownShare),
        }
    }

    /// If this flow has used a link with this code, a new cookie with which its browser fetches what it was handed: the answer
    /// that brought the first one may have been lost. The code is what only the browser that logged in has: a cookie can be one
    /// that somebody else has put there.
    pub(crate) async fn hand_over_again(
        &self,
        state: &AppState,
        flow: FlowId,
        code: &CodeHash,
    ) -> Result<Option<SetCookie>, LoginError> {
        let now = state.now();
        let kept = self.config.store.get(RecordKind::Handover, RecordKey::from(flow), now).await?;
        let opened = kept.and_then(|record| self.handovers.open(flow, &record, now));
        let Some((handover, _)) = opened.filter(|(handover, _)| handover.code.is_same(code)) else { return Ok(None) };
        tracing::info!(share = %handover.share, "login of a share link answered again");
        Ok(self.handovers.cookie(flow, state.random(), now))
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
