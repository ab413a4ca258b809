//! Links as pages show them.

use kkp_oidc_core::UnixTime;
use kkp_oidc_core::authorization::UserEntry;
use kkp_oidc_core::directory::SharedCluster;
use kkp_oidc_core::ids::ProjectId;
use kkp_oidc_core::share::{Audience as CoreAudience, Share, ShareState, StoredShare};

use crate::directory::OwnedCluster;
use crate::error::LoginError;
use crate::pages::{Audience, Kind, Link, LinkState, LinkSummary, Occasion, OwnCluster, Redemption, Uses};
use crate::sharing::OwnLink;
use crate::state::AppState;

pub(super) fn own_cluster(project_id: &ProjectId, cluster: &SharedCluster) -> OwnCluster {
    let name = if cluster.name.is_empty() { cluster.id.to_string() } else { cluster.name.clone() };
    OwnCluster { id: cluster.id.to_string(), name, project: project_id.to_string() }
}

/// The kind of a user entry; `None` for one that pages do not know.
pub(super) const fn kind(user_entry: UserEntry) -> Option<Kind> {
    match user_entry {
        UserEntry::AuthProvider => Some(Kind::AuthProvider),
        UserEntry::Kubelogin => Some(Kind::Kubelogin),
        UserEntry::PublicKubelogin => Some(Kind::PublicClient),
        _ => None,
    }
}

const fn link_state(state: ShareState) -> LinkState {
    match state {
        ShareState::Good => LinkState::Good,
        ShareState::UsedUp => LinkState::UsedUp,
        ShareState::Expired => LinkState::Expired,
        ShareState::Revoked => LinkState::Revoked,
    }
}

fn uses(stored: &StoredShare) -> Uses {
    Uses { used: u64::from(stored.uses), limit: stored.share.uses.times().map(u64::from) }
}

/// The cluster of a share, by the name that it has now; by its id, if its owner may not see it any more.
pub(super) fn cluster_of(share: &Share, clusters: &[OwnedCluster]) -> OwnCluster {
    let is_it = |owned: &&OwnedCluster| owned.project_id == share.project_id && owned.cluster.id == share.cluster_id;
    match clusters.iter().find(is_it) {
        Some(owned) => own_cluster(&owned.project_id, &owned.cluster),
        None => OwnCluster {
            id: share.cluster_id.to_string(),
            name: share.cluster_id.to_string(),
            project: share.project_id.to_string(),
        },
    }
}

pub(super) fn summary(stored: &StoredShare, clusters: &[OwnedCluster], now: UnixTime) -> LinkSummary {
    LinkSummary {
        id: stored.share.id.to_string(),
        cluster_name: cluster_of(&stored.share, clusters).name,
        state: link_state(stored.state(now)),
        uses: uses(stored),
        made_at: stored.share.created_at,
        until: stored.share.expires_at,
    }
}

pub(super) fn link_page(
    state: &AppState,
    OwnLink { stored, redemptions }: OwnLink,
    clusters: &[OwnedCluster],
    occasion: Occasion,
) -> Result<Link, LoginError> {
    let share = &stored.share;
    Ok(Link {
        occasion,
        id: share.id.to_string(),
        url: state.url(state.sharing()?.share_path(share.id, share.expires_at)),
        cluster: cluster_of(share, clusters),
        state: link_state(stored.state(state.now())),
        audience: match &share.audience {
            CoreAudience::Anyone => Audience::Anyone,
            CoreAudience::Only(list) => {
                let domains = list.domains().map(|domain| format!("@{domain}"));
                Audience::Only(
                    list.emails()
                        .map(str::to_owned)
                        .chain(domains)
                        .chain(list.groups().map(|group| format!("group:{group}")))
                        .collect(),
                )
            }
        },
        made_at: share.created_at,
        until: share.expires_at,
        uses: uses(&stored),
        kind: kind(share.user_entry).ok_or(LoginError::UnknownShare)?,
        role: share.role.as_ref().map(ToString::to_string),
        note: share.note.as_ref().map(ToString::to_string),
        redemptions: redemptions.into_iter().map(|used| Redemption { who: used.email, at: used.at }).collect(),
    })
}
