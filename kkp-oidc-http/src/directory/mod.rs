//! Where users, projects and clusters come from.

mod file;

use std::pin::Pin;
use std::sync::Arc;

use kkp_oidc_core::UnixTime;
use kkp_oidc_core::authorization::FlowTarget;
use kkp_oidc_core::directory::{Directory, SharedCluster};
use kkp_oidc_core::ids::{ClusterId, ProjectId};
use kkp_oidc_core::share::Owner;

pub(crate) use self::file::read_bytes;
pub use self::file::{FileDirectory, KubeconfigProblem, LoadDirectoryError};

/// Answers who may share which cluster.
///
/// The answer to [`authorize`](Self::authorize) must be the same for everything that does not exist and everything
/// that is not allowed.
pub trait ClusterDirectory: Send + Sync + 'static {
    /// The cluster, if the user who made the link may share it; `None` if not, for whatever reason.
    fn authorize<'a>(&'a self, target: &'a FlowTarget) -> Authorization<'a>;

    /// The clusters that somebody who is logged in may share, in the order in which pages show them.
    fn shareable_by<'a>(&'a self, owner: Owner<'a>) -> Shareable<'a>;

    /// The cluster, if it is one of those that this owner may share; `None` if not, for whatever reason. Asked at each step of
    /// a share link. A directory that finds one faster than all says so here.
    fn shareable<'a>(&'a self, owner: Owner<'a>, project: &'a ProjectId, cluster: &'a ClusterId) -> Authorization<'a> {
        Box::pin(async move {
            let all = self.shareable_by(owner).await?;
            let mut found =
                all.into_iter().filter(|owned| owned.project_id == *project && owned.cluster.id == *cluster);
            Ok(found.next().map(|owned| owned.cluster))
        })
    }

    /// How the directory is, for whoever watches over the service.
    fn health(&self) -> DirectoryHealth {
        DirectoryHealth::Unknown
    }
}

/// What [`ClusterDirectory::shareable_by`] will have found.
pub type Shareable<'a> = Pin<Box<dyn Future<Output = Result<Vec<OwnedCluster>, DirectoryUnavailable>> + Send + 'a>>;

/// A cluster, and the project that it belongs to.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "a plain record that directories fill by name")]
pub struct OwnedCluster {
    /// The project.
    pub project_id: ProjectId,
    /// The cluster.
    pub cluster: Arc<SharedCluster>,
}

/// How a directory is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum DirectoryHealth {
    /// It does not say.
    Unknown,
    /// It has been as it is since then, and is what it should be.
    Current {
        /// When its content was taken.
        since: UnixTime,
    },
    /// It has been as it is since then, and there is a change that could not be taken.
    Outdated {
        /// When its content was taken.
        since: UnixTime,
    },
}

/// What [`ClusterDirectory::authorize`] will have found.
pub type Authorization<'a> =
    Pin<Box<dyn Future<Output = Result<Option<Arc<SharedCluster>>, DirectoryUnavailable>> + Send + 'a>>;

/// The directory cannot answer now; `reason` is for the log.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{reason}")]
#[non_exhaustive]
pub struct DirectoryUnavailable {
    /// Why not.
    pub reason: String,
}

impl DirectoryUnavailable {
    /// The directory cannot answer, because of `reason`.
    #[must_use]
    pub fn new(reason: impl Into<String>) -> Self {
        Self { reason: reason.into() }
    }
}

/// A directory that does not change.
impl ClusterDirectory for Directory {
    fn authorize<'a>(&'a self, target: &'a FlowTarget) -> Authorization<'a> {
        let found = Self::authorize(self, target).cloned().map(Arc::new);
        Box::pin(std::future::ready(Ok(found)))
    }
    fn shareable_by<'a>(&'a self, owner: Owner<'a>) -> Shareable<'a> {
        Box::pin(std::future::ready(Ok(all_shareable(self, owner))))
    }

    fn shareable<'a>(&'a self, owner: Owner<'a>, project: &'a ProjectId, cluster: &'a ClusterId) -> Authorization<'a> {
        Box::pin(std::future::ready(Ok(one_shareable(self, owner, project, cluster))))
    }
}

/// What the directory as it is now lets this owner share.
fn all_shareable(directory: &Directory, owner: Owner<'_>) -> Vec<OwnedCluster> {
    let found = directory.shareable_by(owner.email, owner.groups);
    found
        .map(|(project_id, cluster)| OwnedCluster {
            project_id: project_id.clone(),
            cluster: Arc::new(cluster.clone()),
        })
        .collect()
}

/// Whether this cluster is among them, without a copy of the others.
fn one_shareable(
    directory: &Directory,
    owner: Owner<'_>,
    project: &ProjectId,
    cluster: &ClusterId,
) -> Option<Arc<SharedCluster>> {
    directory.shareable(owner.email, owner.groups, project, cluster).cloned().map(Arc::new)
}
