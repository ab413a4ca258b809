//! Users, projects and clusters: who may share what.
//!
//! [`DirectoryFile::parse`] reads the YAML that an operator keeps, [`DirectoryFile::resolve`] adds what its
//! kubeconfigs say, and [`Directory::authorize`] answers the one question of the share endpoint.
//!
//! ```yaml
//! users:
//! - email: owner@example.com      # id: the lower-case hexadecimal SHA-256 of it, as KKP has it
//! - email: root@example.com
//!   admin: true
//! projects:
//! - id: my-project
//!   members:
//!   - email: owner@example.com
//!     role: owners
//! clusters:
//! - id: lab7x9k2mp
//!   project: my-project
//!   name: the lab
//!   server: https://lab.example.com:6443   # wins over the kubeconfig's
//!   kubeconfig: admin.kubeconfig           # server and CA come from here
//! ```

mod file;

use std::collections::BTreeMap;
use std::fmt;

pub use self::file::{ClusterReference, DirectoryError, DirectoryFile, DirectoryProblem};
use crate::authorization::FlowTarget;
use crate::email::folded;
use crate::ids::{ClusterId, ProjectId, UserId};

/// What a member of a project may do. KKP: the groups of spec section 8.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Role {
    /// `owners`
    Owner,
    /// `editors`
    Editor,
    /// `viewers`
    Viewer,
    /// `projectmanagers`: manage members, but do not see clusters.
    ProjectManager,
}

impl Role {
    /// The names that a file may use.
    pub const NAMES: [&str; 4] = ["owners", "editors", "viewers", "projectmanagers"];

    fn from_name(name: &str) -> Option<Self> {
        match name {
            "owners" => Some(Self::Owner),
            "editors" => Some(Self::Editor),
            "viewers" => Some(Self::Viewer),
            "projectmanagers" => Some(Self::ProjectManager),
            _ => None,
        }
    }

    /// KKP: owners, editors and viewers may see, and so share, a project's clusters; spec section 4.2.
    const fn may_share(self) -> bool {
        !matches!(self, Self::ProjectManager)
    }
}

/// What a kubeconfig says of one cluster to people without rights: where it is and whom to trust there.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "a plain record that directories fill by name")]
pub struct SharedCluster {
    /// The cluster.
    pub id: ClusterId,
    /// What people call it; shown on pages, never in a kubeconfig.
    pub name: String,
    /// Address of the API server, an http or https URL as given.
    pub server: String,
    /// PEM of the certificate authorities that the API server's certificate leads to; empty where the system's do.
    pub certificate_authority_data: Vec<u8>,
}

/// Users, projects and clusters of one installation.
#[derive(Clone, Debug, Default)]
pub struct Directory {
    users: BTreeMap<UserId, User>,
    projects: BTreeMap<ProjectId, Vec<Member>>,
    clusters: BTreeMap<ClusterId, (ProjectId, SharedCluster)>,
}

#[derive(Clone, Debug)]
struct User {
    email: String,
    admin: bool,
    groups: Vec<String>,
}

#[derive(Clone, Debug)]
struct Member {
    subject: Subject,
    role: Role,
}

#[derive(Clone)]
enum Subject {
    Email(String),
    Group(String),
}

impl fmt::Debug for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Email(_) => "Email(..)",
            Self::Group(_) => "Group(..)",
        })
    }
}

impl Directory {
    /// The cluster, if the user may share it as part of the project; `None` for an unknown user, project or cluster,
    /// for a cluster of another project and for a user without a role there, so that nobody can tell them apart.
    ///
    /// Administrators may share every cluster, under the project that it belongs to. KKP: spec section 4.2.
    #[must_use]
    pub fn authorize(&self, target: &FlowTarget) -> Option<&SharedCluster> {
        let user = self.users.get(&target.user_id)?;
        let members = self.projects.get(&target.project_id)?;
        let (project_id, cluster) = self.clusters.get(&target.cluster_id)?;
        (user.may_share(members) && *project_id == target.project_id).then_some(cluster)
    }

    /// What somebody with this verified e-mail address and these groups may share, in the order of the clusters' ids.
    ///
    /// Somebody whom the directory does not list as a user may be a member by address or group all the same; groups of the
    /// token and of the directory add up. Where it lists several users with the address, what each of them may counts.
    pub fn shareable_by<'a>(
        &'a self,
        email: &str,
        groups: &[String],
    ) -> impl Iterator<Item = (&'a ProjectId, &'a SharedCluster)> {
        let somebody = self.somebody(email, groups);
        self.clusters.values().filter_map(move |(project_id, cluster)| {
            let members = self.projects.get(project_id)?;
            somebody.may_share(members).then_some((project_id, cluster))
        })
    }

    /// One of them.
    #[must_use]
    pub fn shareable(
        &self,
        email: &str,
        groups: &[String],
        project_id: &ProjectId,
        cluster_id: &ClusterId,
    ) -> Option<&SharedCluster> {
        let cluster = self.cluster(project_id, cluster_id)?;
        let members = self.projects.get(project_id)?;
        self.somebody(email, groups).may_share(members).then_some(cluster)
    }

    /// All that is known of whoever has this address and these groups.
    fn somebody(&self, email: &str, groups: &[String]) -> User {
        let mut somebody = User { email: folded(email), admin: false, groups: groups.to_vec() };
        for known in self.users.values().filter(|user| folded(&user.email) == somebody.email) {
            somebody.admin |= known.admin;
            somebody.groups.extend_from_slice(&known.groups);
        }
        somebody
    }

    /// The cluster of the project, whoever asks; `None` if there is none.
    #[must_use]
    pub fn cluster(&self, project_id: &ProjectId, cluster_id: &ClusterId) -> Option<&SharedCluster> {
        let (project, cluster) = self.clusters.get(cluster_id)?;
        (project == project_id).then_some(cluster)
    }

    /// All clusters, in the order of their ids.
    pub fn clusters(&self) -> impl Iterator<Item = &SharedCluster> {
        self.clusters.values().map(|(_, cluster)| cluster)
    }
}

impl User {
    fn may_share(&self, members: &[Member]) -> bool {
        self.admin || members.iter().any(|member| member.role.may_share() && member.is(self))
    }
}

impl Member {
    /// KKP compares e-mail addresses without regard to case, groups exactly.
    fn is(&self, user: &User) -> bool {
        match &self.subject {
            Subject::Email(email) => folded(email) == folded(&user.email),
            Subject::Group(group) => user.groups.contains(group),
        }
    }
}
