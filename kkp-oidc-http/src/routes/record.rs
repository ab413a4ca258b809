//! What is noted of a flow, in metrics and in the audit log.

use kkp_oidc_core::audit::{AuditEvent, Decision};
use kkp_oidc_core::authorization::{AuthenticState, FlowId};
use kkp_oidc_core::ids::{ClusterId, ProjectId};
use kkp_oidc_core::share::{Share, ShareId};

use crate::client_address::ClientAddress;
use crate::error::LoginError;
use crate::metrics::{Journey, OK};
use crate::state::AppState;

/// What a flow leads to, as far as it is known.
#[derive(Clone, Copy, Default)]
pub(super) struct About<'a> {
    pub(super) cluster: Option<(&'a ClusterId, &'a ProjectId)>,
    /// A share link of ours.
    pub(super) share: Option<ShareId>,
}

impl<'a> About<'a> {
    /// What a share leads to.
    pub(super) const fn of(share: &'a Share) -> Self {
        Self { cluster: Some((&share.cluster_id, &share.project_id)), share: Some(share.id) }
    }
}

/// The event with what it is about.
fn with_about<'a>(event: AuditEvent<'a>, about: About<'a>) -> AuditEvent<'a> {
    let event = match about.cluster {
        Some((cluster, project)) => event.cluster(cluster).project(project),
        None => event,
    };
    match about.share {
        Some(id) => event.share(*id.as_bytes()),
        None => event,
    }
}

/// A link was opened to log in: a flow began, or was refused.
pub(super) async fn begun(
    state: &AppState,
    about: About<'_>,
    client: ClientAddress,
    result: Result<FlowId, &LoginError>,
) {
    let event = match (result, about.share) {
        (Ok(id), _) => AuditEvent::new(Decision::FlowBegun, state.now()).flow(id),
        (Err(error), None) => AuditEvent::new(Decision::LoginRefused { reason: error.public().code }, state.now()),
        (Err(error), Some(_)) => {
            AuditEvent::new(Decision::ShareLinkRefused { reason: error.public().code }, state.now())
        }
    };
    state.audit(with_about(event.client(client.ip()), about)).await;
}

/// A share link was refused before anybody went to log in: forged, ended, taken back. One that is asked for too often is
/// counted only: the limit is there to keep such work away.
pub(super) async fn link_refused(state: &AppState, share: Option<ShareId>, client: ClientAddress, error: &LoginError) {
    let reason = error.public().code;
    state.metrics().share_link_refused(reason);
    if matches!(error, LoginError::RateLimited(_)) {
        return;
    }
    let event = AuditEvent::new(Decision::ShareLinkRefused { reason }, state.now()).client(client.ip());
    state.audit(with_about(event, About { share, cluster: None })).await;
}

/// What an owner did: made a link, took it back, logged out.
pub(super) async fn owner_did(
    state: &AppState,
    decision: Decision,
    actor: &str,
    about: About<'_>,
    client: ClientAddress,
) {
    match decision {
        Decision::ShareLinkMade => state.metrics().share_link_made(),
        Decision::ShareLinkRevoked => state.metrics().share_link_revoked(),
        _ => {}
    }
    let event = AuditEvent::new(decision, state.now()).actor(actor).client(client.ip());
    state.audit(with_about(event, about)).await;
}

/// An owner took a link back.
pub(super) async fn revoked(state: &AppState, actor: &str, id: ShareId, share: Option<&Share>, client: ClientAddress) {
    let about = share.map_or(About { share: Some(id), cluster: None }, About::of);
    owner_did(state, Decision::ShareLinkRevoked, actor, about, client).await;
}

/// A callback of nobody's flow was refused.
pub(super) fn stray(state: &AppState, error: &LoginError) {
    state.metrics().flow_finished(Journey::Unknown, error.public().code);
}

/// A flow that ends, and where its callback came from.
#[derive(Clone, Copy)]
pub(super) struct Ending {
    pub(super) flow: AuthenticState,
    pub(super) client: ClientAddress,
}

impl Ending {
    /// The flow ended: `who` got what they came for, or were refused; without them, nobody had logged in yet.
    pub(super) async fn record(
        self,
        state: &AppState,
        about: About<'_>,
        who: Option<&str>,
        refused: Option<&LoginError>,
    ) {
        let Self { flow, client } = self;
        let journey = Journey::from(flow.kind());
        let refusal = refused.map(|error| error.public().code);
        let metrics = state.metrics();
        metrics.flow_finished(journey, refusal.unwrap_or(OK));
        let decision = match (journey, refusal) {
            (Journey::Share, None) => Decision::ShareLinkRedeemed,
            (Journey::Share, Some(reason)) => Decision::ShareLinkRefused { reason },
            (Journey::Session, None) => Decision::SessionBegun,
            (Journey::Kubeconfig | Journey::Unknown, None) => Decision::KubeconfigGiven,
            (_, Some(reason)) => Decision::LoginRefused { reason },
        };
        match decision {
            Decision::ShareLinkRedeemed => metrics.share_link_redeemed(),
            Decision::ShareLinkRefused { reason } => metrics.share_link_refused(reason),
            _ => {}
        }
        if refusal.is_none() {
            metrics.flow_took(journey, state.now().secs_since(flow.issued_at()));
        }
        let event = AuditEvent::new(decision, state.now()).flow(flow.id()).client(client.ip());
        let event = match who {
            Some(email) => event.actor(email),
            None => event,
        };
        state.audit(with_about(event, about)).await;
    }
}
