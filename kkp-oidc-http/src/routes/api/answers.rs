//! What the API answers. Fields are added, never taken away; every field is always there, `null` where it says nothing.

use kkp_oidc_core::authorization::UserEntry;
use kkp_oidc_core::share::{Audience, Redemption as Redeemed, StoredShare};
use serde::Serialize;

use crate::directory::OwnedCluster;
use crate::error::LoginError;
use crate::pages::OwnCluster;
use crate::routes::link_view::{cluster_of, own_cluster};
use crate::sharing::Offer as Found;
use crate::state::AppState;
use crate::store::OwnedShares;

/// Somebody who is logged in.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub(super) struct Session {
    /// Their verified e-mail address.
    pub(super) email: String,
    /// The last second of the session, if nothing is asked for until then.
    #[cfg_attr(feature = "openapi", schema(format = DateTime))]
    pub(super) ends_at: String,
}

/// What somebody may share.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub(super) struct Clusters {
    /// In the order in which pages show them.
    clusters: Vec<Cluster>,
    /// The kinds of kubeconfigs that links can have, the default first.
    user_entries: Vec<&'static str>,
}

/// A cluster.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
struct Cluster {
    /// Id of its project.
    project_id: String,
    /// Its id.
    id: String,
    /// Its name, for people; the id if it has none.
    name: String,
}

/// The links that somebody made.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub(super) struct Links {
    /// The newest first.
    links: Vec<LinkSummary>,
    /// Ids of links that cannot be read, and were not taken back. They are refused.
    unreadable: Vec<String>,
}

/// A link, without those who used it.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub(super) struct LinkSummary {
    /// Names it. Not a secret.
    id: String,
    /// The link itself, to be sent to whom it is for.
    #[cfg_attr(feature = "openapi", schema(format = "uri"))]
    url: String,
    /// What it shares.
    cluster: Cluster,
    /// Whether it can be used.
    state: LinkState,
    /// When it was made.
    #[cfg_attr(feature = "openapi", schema(format = DateTime))]
    created_at: String,
    /// The first second in which it is of no use any more.
    #[cfg_attr(feature = "openapi", schema(format = DateTime))]
    expires_at: String,
    /// When its owner took it back.
    #[cfg_attr(feature = "openapi", schema(format = DateTime, required))]
    revoked_at: Option<String>,
    /// Whom it is for.
    audience: LinkAudience,
    /// E-mail addresses of those it is for, in lower case; empty if it is for anyone.
    emails: Vec<String>,
    /// Domains of e-mail addresses, likewise.
    domains: Vec<String>,
    /// Groups; empty if it is for anyone.
    groups: Vec<String>,
    /// How often it was used.
    uses: u32,
    /// How often it may be used; `null` if as often as one likes.
    #[cfg_attr(feature = "openapi", schema(required))]
    use_limit: Option<u32>,
    /// The kind of its kubeconfigs.
    user_entry: &'static str,
    /// Name of the ClusterRole that those who use it are to have.
    #[cfg_attr(feature = "openapi", schema(required))]
    role: Option<String>,
    /// What its owner says to them.
    #[cfg_attr(feature = "openapi", schema(required))]
    note: Option<String>,
}

/// A link, and who used it.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub(super) struct Link {
    #[serde(flatten)]
    link: LinkSummary,
    /// Who used it, the latest first, at most 500.
    redemptions: Vec<Redemption>,
}

/// One use of a link.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
struct Redemption {
    /// Their verified e-mail address.
    email: String,
    /// When.
    #[cfg_attr(feature = "openapi", schema(format = DateTime))]
    at: String,
}

/// Whether a link can be used: what applies first, in this order.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
enum LinkState {
    Revoked,
    Expired,
    UsedUp,
    Good,
}

/// Whom a link is for: anyone who can log in, or whom the lists name.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
enum LinkAudience {
    Anyone,
    Only,
}

/// What a link offers.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub(super) struct Offer {
    /// E-mail address of whoever made it.
    owner: String,
    /// What it shares.
    cluster: OfferedCluster,
    /// The first second in which it is of no use any more.
    #[cfg_attr(feature = "openapi", schema(format = DateTime))]
    expires_at: String,
    /// The kind of its kubeconfigs.
    user_entry: &'static str,
    /// What its owner says.
    #[cfg_attr(feature = "openapi", schema(required))]
    note: Option<String>,
}

/// A cluster that somebody else shares.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
struct OfferedCluster {
    /// Its id.
    id: String,
    /// Its name, for people; the id if it has none.
    name: String,
}

impl From<OwnCluster> for Cluster {
    fn from(cluster: OwnCluster) -> Self {
        Self { project_id: cluster.project, id: cluster.id, name: cluster.name }
    }
}

impl Clusters {
    pub(super) fn new(clusters: &[OwnedCluster], offered: &[UserEntry]) -> Self {
        let cluster = |owned: &OwnedCluster| own_cluster(&owned.project_id, &owned.cluster).into();
        Self {
            clusters: clusters.iter().map(cluster).collect(),
            user_entries: offered.iter().map(|entry| entry.name()).collect(),
        }
    }
}

impl Links {
    pub(super) fn new(state: &AppState, owned: &OwnedShares, clusters: &[OwnedCluster]) -> Result<Self, LoginError> {
        let links = owned.readable.iter().map(|stored| LinkSummary::new(state, stored, clusters));
        Ok(Self {
            links: links.collect::<Result<_, _>>()?,
            unreadable: owned.unreadable.iter().map(ToString::to_string).collect(),
        })
    }
}

impl Link {
    pub(super) fn new(
        state: &AppState,
        stored: &StoredShare,
        redemptions: Vec<Redeemed>,
        clusters: &[OwnedCluster],
    ) -> Result<Self, LoginError> {
        let redemption = |used: Redeemed| Redemption { email: used.email, at: used.at.to_string() };
        Ok(Self {
            link: LinkSummary::new(state, stored, clusters)?,
            redemptions: redemptions.into_iter().map(redemption).collect(),
        })
    }
}

impl LinkSummary {
    fn new(state: &AppState, stored: &StoredShare, clusters: &[OwnedCluster]) -> Result<Self, LoginError> {
        let share = &stored.share;
        let (audience, emails, domains, groups) = match &share.audience {
            Audience::Anyone => (LinkAudience::Anyone, Vec::new(), Vec::new(), Vec::new()),
            Audience::Only(list) => (
                LinkAudience::Only,
                list.emails().map(str::to_owned).collect(),
                list.domains().map(str::to_owned).collect(),
                list.groups().map(str::to_owned).collect(),
            ),
        };
        Ok(Self {
            id: share.id.to_string(),
            url: state.url(state.sharing()?.share_path(share.id, share.expires_at)),
            cluster: cluster_of(share, clusters).into(),
            state: stored.state(state.now()).into(),
            created_at: share.created_at.to_string(),
            expires_at: share.expires_at.to_string(),
            revoked_at: stored.revoked_at.map(|at| at.to_string()),
            audience,
            emails,
            domains,
            groups,
            uses: stored.uses,
            use_limit: share.uses.times(),
            user_entry: share.user_entry.name(),
            role: share.role.as_ref().map(ToString::to_string),
            note: share.note.as_ref().map(ToString::to_string),
        })
    }
}

impl From<kkp_oidc_core::share::ShareState> for LinkState {
    fn from(state: kkp_oidc_core::share::ShareState) -> Self {
        use kkp_oidc_core::share::ShareState;
        match state {
            ShareState::Revoked => Self::Revoked,
            ShareState::Expired => Self::Expired,
            ShareState::UsedUp => Self::UsedUp,
            ShareState::Good => Self::Good,
        }
    }
}

impl Offer {
    pub(super) fn new(offer: Found) -> Self {
        let share = offer.stored.share;
        let OwnCluster { id, name, .. } = own_cluster(&share.project_id, &offer.cluster);
        Self {
            cluster: OfferedCluster { id, name },
            expires_at: share.expires_at.to_string(),
            user_entry: share.user_entry.name(),
            note: share.note.as_ref().map(ToString::to_string),
            owner: share.owner,
        }
    }
}
