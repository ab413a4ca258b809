//! What a flow is for, and the bytes that its cookie keeps of that.

use crate::ids::{ClusterId, ProjectId};
use crate::share::ShareId;

use super::query::Query;
use super::state::FlowKind;
use super::target::{FlowTarget, UserEntry};

/// Where an owner goes on after the login. A name, never an address: nobody can be sent elsewhere.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "the routes have to know all of them")]
pub enum ReturnTo {
    /// The clusters that they may share.
    Clusters,
    /// Their links.
    Links,
    /// The dialog that shares this cluster.
    ShareDialog(ProjectId, ClusterId),
    /// One of their links.
    Link(ShareId),
}

impl ReturnTo {
    /// Read the parameters of a login page: `link`, or `project` and `cluster`, or `to=links`; else the clusters.
    #[must_use]
    pub fn from_query(query: &Query) -> Self {
        let parse = |name| query.first(name);
        if let Some(link) = parse("link").and_then(|id| id.parse().ok()) {
            return Self::Link(link);
        }
        let project = parse("project").and_then(|id| id.parse().ok());
        let cluster = parse("cluster").and_then(|id| id.parse().ok());
        match (project, cluster, parse("to")) {
            (Some(project), Some(cluster), _) => Self::ShareDialog(project, cluster),
            (_, _, Some("links")) => Self::Links,
            _ => Self::Clusters,
        }
    }

    /// The parameters that [`ReturnTo::from_query`] reads.
    #[must_use]
    pub fn to_query(&self) -> String {
        match self {
            Self::Clusters => "to=clusters".to_owned(),
            Self::Links => "to=links".to_owned(),
            Self::ShareDialog(project, cluster) => format!("project={project}&cluster={cluster}"),
            Self::Link(id) => format!("link={id}"),
        }
    }

    /// Where it is, below the service's base.
    #[must_use]
    pub fn path(&self) -> String {
        match self {
            Self::Clusters => "/clusters".to_owned(),
            Self::Links => "/links".to_owned(),
            Self::ShareDialog(project, cluster) => format!("/clusters/{project}/{cluster}/share"),
            Self::Link(id) => format!("/links/{id}"),
        }
    }
}

/// What a flow is for.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "the callback has to know all of them")]
pub enum FlowPurpose {
    /// A KKP link: the answer is a kubeconfig.
    Kubeconfig(FlowTarget),
    /// A share link of ours: the answer is a page with a kubeconfig.
    Share(ShareId, UserEntry),
    /// An owner logs in.
    Session(ReturnTo),
}

impl FlowPurpose {
    /// The kind of the flow, which `state` carries.
    #[must_use]
    pub const fn kind(&self) -> FlowKind {
        match self {
            Self::Kubeconfig(_) => FlowKind::Kubeconfig,
            Self::Share(..) => FlowKind::Share,
            Self::Session(_) => FlowKind::Session,
        }
    }

    /// Whether the tokens of the login end up in a kubeconfig, and so have to last.
    #[must_use]
    pub fn keeps_tokens(&self) -> bool {
        match self {
            Self::Kubeconfig(target) => target.user_entry == UserEntry::AuthProvider,
            Self::Share(_, user_entry) => *user_entry == UserEntry::AuthProvider,
            Self::Session(_) => false,
        }
    }

    /// First byte of the cookie's plaintext: layout and kind of flow in one. Second byte: user entry, or where to return.
    pub(super) const fn header(&self) -> [u8; 2] {
        match self {
            Self::Kubeconfig(target) => [1, target.user_entry.to_byte()],
            Self::Share(_, user_entry) => [2, user_entry.to_byte()],
            Self::Session(ReturnTo::Clusters) => [3, 0],
            Self::Session(ReturnTo::Links) => [3, 1],
            Self::Session(ReturnTo::ShareDialog(..)) => [3, 2],
            Self::Session(ReturnTo::Link(_)) => [3, 3],
        }
    }

    /// What stands at the end: ids of a directory, each after a byte with its length; or the id of a share.
    pub(super) fn write_ids(&self, bytes: &mut Vec<u8>) {
        let mut ids = |ids: &[&str]| {
            for id in ids {
                // INVARIANT: ids have at most 64 bytes.
                bytes.push(u8::try_from(id.len()).unwrap_or(u8::MAX));
                bytes.extend_from_slice(id.as_bytes());
            }
        };
        match self {
            Self::Kubeconfig(target) => {
                ids(&[target.user_id.as_str(), target.project_id.as_str(), target.cluster_id.as_str()]);
            }
            Self::Session(ReturnTo::ShareDialog(project, cluster)) => ids(&[project.as_str(), cluster.as_str()]),
            Self::Share(id, _) | Self::Session(ReturnTo::Link(id)) => bytes.extend_from_slice(id.as_bytes()),
            Self::Session(ReturnTo::Clusters | ReturnTo::Links) => {}
        }
    }

    /// The inverse of [`Self::header`] and [`Self::write_ids`]; `None` for anything else, also for bytes left over.
    pub(super) fn read(header: [u8; 2], ids: &[u8]) -> Option<Self> {
        let [layout, detail] = header;
        let (purpose, rest) = match layout {
            1 => {
                let user_entry = UserEntry::from_byte(detail).filter(|entry| *entry != UserEntry::PublicKubelogin)?;
                let (user_id, rest) = split_id(ids)?;
                let (project_id, rest) = split_id(rest)?;
                let (cluster_id, rest) = split_id(rest)?;
                let target = FlowTarget {
                    user_id: user_id.parse().ok()?,
                    project_id: project_id.parse().ok()?,
                    cluster_id: cluster_id.parse().ok()?,
                    user_entry,
                };
                (Self::Kubeconfig(target), rest)
            }
            2 => {
                let (id, rest) = ids.split_first_chunk()?;
                (Self::Share(ShareId::from_bytes(*id), UserEntry::from_byte(detail)?), rest)
            }
            3 => {
                let (return_to, rest) = read_return(detail, ids)?;
                (Self::Session(return_to), rest)
            }
            _ => return None,
        };
        rest.is_empty().then_some(purpose)
    }
}

fn read_return(detail: u8, ids: &[u8]) -> Option<(ReturnTo, &[u8])> {
    Some(match detail {
        0 => (ReturnTo::Clusters, ids),
        1 => (ReturnTo::Links, ids),
        2 => {
            let (project, rest) = split_id(ids)?;
            let (cluster, rest) = split_id(rest)?;
            (ReturnTo::ShareDialog(project.parse().ok()?, cluster.parse().ok()?), rest)
        }
        3 => {
            let (id, rest) = ids.split_first_chunk()?;
            (ReturnTo::Link(ShareId::from_bytes(*id)), rest)
        }
        _ => return None,
    })
}

fn split_id(bytes: &[u8]) -> Option<(&str, &[u8])> {
    let (&len, rest) = bytes.split_first()?;
    let (id, rest) = rest.split_at_checked(usize::from(len))?;
    Some((std::str::from_utf8(id).ok()?, rest))
}
