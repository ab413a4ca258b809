//! The directory as a YAML file.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use serde_saphyr::Spanned;

use super::{Directory, Member, Role, SharedCluster, Subject, User};
use crate::ids::{ClusterId, ParseIdError, ProjectId, UserId};
use crate::server_address::is_server_address;
use crate::yaml::{self, ParseYamlError};

/// A directory file that fits together, but whose kubeconfigs are still to be read.
#[derive(Clone, Debug)]
pub struct DirectoryFile {
    users: BTreeMap<UserId, User>,
    projects: BTreeMap<ProjectId, Vec<Member>>,
    clusters: Vec<ClusterReference>,
    lists_clusters: bool,
}

/// One cluster of a [`DirectoryFile`].
#[derive(Clone, Debug)]
pub struct ClusterReference {
    id: ClusterId,
    project: ProjectId,
    name: String,
    server: Option<String>,
    kubeconfig: Option<String>,
    line: u64,
}

impl ClusterReference {
    /// The cluster.
    #[must_use]
    pub const fn id(&self) -> &ClusterId {
        &self.id
    }

    /// Path of the admin kubeconfig, relative to the directory file's folder; `None` if only `server` is given.
    #[must_use]
    pub fn kubeconfig(&self) -> Option<&str> {
        self.kubeconfig.as_deref()
    }

    /// Line of the entry in the file, from 1.
    #[must_use]
    pub const fn line(&self) -> u64 {
        self.line
    }

    /// The cluster's facts, from what its kubeconfig says (`server`, PEM of the CA). The file's own `server` wins.
    #[must_use]
    pub fn resolve(&self, server: Option<&str>, certificate_authority_data: Vec<u8>) -> SharedCluster {
        SharedCluster {
            id: self.id.clone(),
            name: self.name.clone(),
            server: self.server.as_deref().or(server).unwrap_or_default().to_owned(),
            certificate_authority_data,
        }
    }
}

impl DirectoryFile {
    /// Read a file. `origin` is what errors call it.
    ///
    /// # Errors
    ///
    /// - [`DirectoryError::Yaml`] if it is no YAML of this shape.
    /// - [`DirectoryError::Entry`] for the first entry that is wrong by itself or does not fit to the others.
    pub fn parse(text: &str, origin: &str) -> Result<Self, DirectoryError> {
        let document: Document = yaml::from_str(text)
            .map_err(|cause| DirectoryError::Yaml { origin: origin.to_owned(), cause: without_spanned(cause) })?;
        let at = |place: &Place, problem| DirectoryError::Entry {
            origin: origin.to_owned(),
            line: place.line,
            column: place.column,
            problem,
        };

        let mut users = BTreeMap::new();
        for entry in document.users {
            let place = Place::of(&entry.email);
            let email = entry.email.value;
            if !is_address(&email) {
                return Err(at(&place, DirectoryProblem::NotAnAddress { email }));
            }
            let id = match entry.id {
                Some(id) => id.value.parse().map_err(|error| at(&Place::of(&id), DirectoryProblem::Id(error)))?,
                None => UserId::from_email(&email),
            };
            let user = User { email, admin: entry.admin, groups: entry.groups };
            if users.insert(id.clone(), user).is_some() {
                return Err(at(&place, DirectoryProblem::Duplicate { kind: "user", id: id.to_string() }));
            }
        }

        let mut projects = BTreeMap::new();
        for entry in document.projects {
            let place = Place::of(&entry.id);
            let id: ProjectId = entry.id.value.parse().map_err(|error| at(&place, DirectoryProblem::Id(error)))?;
            let members = entry.members.into_iter().map(|member| member.judge(&at)).collect::<Result<_, _>>()?;
            if projects.insert(id.clone(), members).is_some() {
                return Err(at(&place, DirectoryProblem::Duplicate { kind: "project", id: id.to_string() }));
            }
        }

        let mut clusters: Vec<ClusterReference> = Vec::new();
        let lists_clusters = document.clusters.is_some();
        for entry in document.clusters.unwrap_or_default() {
            let place = Place::of(&entry.id);
            let id: ClusterId = entry.id.value.parse().map_err(|error| at(&place, DirectoryProblem::Id(error)))?;
            if clusters.iter().any(|cluster| cluster.id == id) {
                return Err(at(&place, DirectoryProblem::Duplicate { kind: "cluster", id: id.to_string() }));
            }
            let project_place = Place::of(&entry.project);
            let project: ProjectId =
                entry.project.value.parse().map_err(|error| at(&project_place, DirectoryProblem::Id(error)))?;
            if !projects.contains_key(&project) {
                return Err(at(&project_place, DirectoryProblem::UnknownProject { id: project.to_string() }));
            }
            if let Some(server) = &entry.server
                && !is_server_address(&server.value)
            {
                let problem = DirectoryProblem::NotAServer { server: without_user_info(&server.value) };
                return Err(at(&Place::of(server), problem));
            }
            if entry.server.is_none() && entry.kubeconfig.is_none() {
                return Err(at(&place, DirectoryProblem::NoServer { id: id.to_string() }));
            }
            clusters.push(ClusterReference {
                name: entry.name.unwrap_or_else(|| id.to_string()),
                id,
                project,
                server: entry.server.map(|server| server.value),
                kubeconfig: entry.kubeconfig,
                line: place.line,
            });
        }
        Ok(Self { users, projects, clusters, lists_clusters })
    }

    /// Whether the file has a list of clusters, if only an empty one. One that has none may have been caught while it was
    /// written.
    #[must_use]
    pub const fn lists_clusters(&self) -> bool {
        self.lists_clusters
    }

    /// The clusters, in the order of the file.
    #[must_use]
    pub fn clusters(&self) -> &[ClusterReference] {
        &self.clusters
    }

    /// The directory, with each cluster's facts as `resolve` finds them.
    ///
    /// # Errors
    ///
    /// The first error of `resolve`.
    pub fn resolve<E>(
        self,
        mut resolve: impl FnMut(&ClusterReference) -> Result<SharedCluster, E>,
    ) -> Result<Directory, E> {
        let mut clusters = BTreeMap::new();
        for reference in self.clusters {
            let cluster = resolve(&reference)?;
            clusters.insert(reference.id, (reference.project, cluster));
        }
        Ok(Directory { users: self.users, projects: self.projects, clusters })
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    #[serde(default)]
    users: Vec<UserEntry>,
    #[serde(default)]
    projects: Vec<ProjectEntry>,
    clusters: Option<Vec<ClusterEntry>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct UserEntry {
    email: Spanned<String>,
    id: Option<Spanned<String>>,
    #[serde(default)]
    admin: bool,
    #[serde(default)]
    groups: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ProjectEntry {
    id: Spanned<String>,
    #[serde(default)]
    members: Vec<MemberEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MemberEntry {
    email: Option<String>,
    group: Option<String>,
    role: Spanned<String>,
}

impl MemberEntry {
    fn judge<E>(self, at: &impl Fn(&Place, DirectoryProblem) -> E) -> Result<Member, E> {
        let place = Place::of(&self.role);
        let Some(role) = Role::from_name(&self.role.value) else {
            return Err(at(&place, DirectoryProblem::UnknownRole { role: self.role.value }));
        };
        match (self.email, self.group) {
            (Some(email), None) => Ok(Member { subject: Subject::Email(email), role }),
            (None, Some(group)) => Ok(Member { subject: Subject::Group(group), role }),
            (Some(_), Some(_)) | (None, None) => Err(at(&place, DirectoryProblem::NotOneSubject)),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClusterEntry {
    id: Spanned<String>,
    project: Spanned<String>,
    name: Option<String>,
    server: Option<Spanned<String>>,
    kubeconfig: Option<String>,
}

/// `Spanned` adds a field of its own to paths; no entry has one of that name.
fn without_spanned(mut cause: ParseYamlError) -> ParseYamlError {
    if let ParseYamlError::Refused { path, .. } = &mut cause
        && let Some(parent) = path.strip_suffix(".value")
    {
        *path = parent.to_owned();
    }
    cause
}

struct Place {
    line: u64,
    column: u64,
}

impl Place {
    fn of<T>(spanned: &Spanned<T>) -> Self {
        Self { line: spanned.referenced.line(), column: spanned.referenced.column() }
    }
}

/// One `@` with something on both sides, no blanks, nothing that is not printed.
fn is_address(email: &str) -> bool {
    let no_blanks = !email.chars().any(|c| c.is_control() || c.is_whitespace());
    let is_part = |part: &str| !part.is_empty() && !part.contains('@');
    no_blanks && email.split_once('@').is_some_and(|(local, domain)| is_part(local) && is_part(domain))
}

/// The text up to where a password could begin.
fn without_user_info(server: &str) -> String {
    server.rsplit_once('@').map_or_else(|| server.to_owned(), |(_, host)| format!("…@{host}"))
}

/// Why a directory file is refused.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum DirectoryError {
    /// No YAML of this shape.
    Yaml {
        /// What the caller calls the file.
        origin: String,
        /// What is wrong, and where.
        cause: ParseYamlError,
    },
    /// An entry is wrong, or does not fit to the others.
    Entry {
        /// What the caller calls the file.
        origin: String,
        /// Line in it, from 1.
        line: u64,
        /// Column in it, from 1.
        column: u64,
        /// What is wrong.
        problem: DirectoryProblem,
    },
}

impl fmt::Display for DirectoryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Yaml { origin, cause: ParseYamlError::Refused { path, line, column, fault } } if *line > 0 => {
                write!(f, "{origin}:{line}:{column}: ")?;
                if path.is_empty() { write!(f, "the YAML text {fault}") } else { write!(f, "`{path}` {fault}") }
            }
            Self::Yaml { origin, cause } => write!(f, "{origin}: {cause}"),
            Self::Entry { origin, line, column, problem } => write!(f, "{origin}:{line}:{column}: {problem}"),
        }
    }
}

impl std::error::Error for DirectoryError {}

/// What is wrong with an entry.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum DirectoryProblem {
    /// A user's e-mail address is none.
    #[error("`{email}` is not an e-mail address")]
    NotAnAddress {
        /// The text.
        email: String,
    },
    /// An id that no link can carry.
    #[error(transparent)]
    Id(ParseIdError),
    /// Two entries with the same id.
    #[error("{kind} `{id}` is there twice")]
    Duplicate {
        /// `user`, `project` or `cluster`.
        kind: &'static str,
        /// The id.
        id: String,
    },
    /// A cluster in a project that the file does not have.
    #[error("project `{id}` is not in `projects`")]
    UnknownProject {
        /// The id.
        id: String,
    },
    /// A role that does not exist.
    #[error("role `{role}` does not exist, expected one of {}", Role::NAMES.join(", "))]
    UnknownRole {
        /// The text.
        role: String,
    },
    /// A member that is neither a person nor a group, or both.
    #[error("member needs either `email` or `group`")]
    NotOneSubject,
    /// A server address that is none.
    #[error("server `{server}` is not an http or https URL, nor a host, without user info")]
    NotAServer {
        /// The text.
        server: String,
    },
    /// A cluster without an address.
    #[error("cluster `{id}` has no address, expected `kubeconfig`, `server` or both")]
    NoServer {
        /// The id.
        id: String,
    },
}
