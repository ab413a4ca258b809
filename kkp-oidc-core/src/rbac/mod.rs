//! RoleBindings and ClusterRoleBindings for those with whom a cluster is shared: the manifest, and the equal command.
//!
//! ```
//! use kkp_oidc_core::rbac::{Binding, Grant, Subjects};
//! use kkp_oidc_core::shell::Shell;
//!
//! let subjects = Subjects::new().with_user("lukasz@kubermatic.com".parse()?);
//! let binding = Binding::new(Grant::Cluster("view".parse()?), subjects)?.with_name("lukaszviewer".parse()?);
//! assert_eq!(
//!     binding.command(Shell::Bash)?,
//!     "kubectl create clusterrolebinding lukaszviewer --clusterrole=view --user=lukasz@kubermatic.com"
//! );
//! assert!(binding.manifest().starts_with("apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\n"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod default_name;
mod manifest;
mod name;
mod namespace;
mod subject;

pub use name::{BindingName, GroupsPrefix, MAX_NAME_LEN, ParseNameError, RoleName, SubjectName};
pub use namespace::{Namespace, ParseNamespaceError};
pub use subject::{Subject, Subjects, Warning};

use crate::shell::{QuoteError, Shell};

/// The role that a binding refers to.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "RBAC has no other kinds")]
pub enum RoleRef {
    /// A ClusterRole.
    ClusterRole(RoleName),
    /// A Role, of the binding's namespace.
    Role(RoleName),
}

impl RoleRef {
    /// The word for it in `roleRef.kind`.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::ClusterRole(_) => "ClusterRole",
            Self::Role(_) => "Role",
        }
    }

    /// Its name.
    #[must_use]
    pub const fn name(&self) -> &RoleName {
        match self {
            Self::ClusterRole(name) | Self::Role(name) => name,
        }
    }
}

/// What is given, and where.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "RBAC has no other bindings")]
pub enum Grant {
    /// A ClusterRole in the whole cluster: a ClusterRoleBinding.
    Cluster(RoleName),
    /// A role in one namespace: a RoleBinding.
    Namespace(Namespace, RoleRef),
}

impl Grant {
    const fn role(&self) -> (&'static str, &RoleName) {
        match self {
            Self::Cluster(name) => ("ClusterRole", name),
            Self::Namespace(_, role) => (role.kind(), role.name()),
        }
    }

    const fn namespace(&self) -> Option<&Namespace> {
        match self {
            Self::Cluster(_) => None,
            Self::Namespace(namespace, _) => Some(namespace),
        }
    }

    const fn binding_kind(&self) -> &'static str {
        match self {
            Self::Cluster(_) => "ClusterRoleBinding",
            Self::Namespace(..) => "RoleBinding",
        }
    }
}

/// A RoleBinding or ClusterRoleBinding with at least one subject.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Binding {
    name: BindingName,
    grant: Grant,
    subjects: Subjects,
}

impl Binding {
    /// A binding with a name made of role, first subject and a hash of all of them.
    ///
    /// The name is the same for the same role and the same subjects in any order, and at most 63 of `a-z 0-9 - .`.
    ///
    /// # Errors
    ///
    /// [`NoSubjectError`] if there is nobody to bind.
    pub fn new(grant: Grant, subjects: Subjects) -> Result<Self, NoSubjectError> {
        let first = subjects.iter().next().ok_or(NoSubjectError)?;
        let name = default_name::of(&grant, first, &subjects);
        Ok(Self { name, grant, subjects })
    }

    /// The same binding with this name.
    #[must_use]
    pub fn with_name(self, name: BindingName) -> Self {
        Self { name, ..self }
    }

    /// Its name.
    #[must_use]
    pub const fn name(&self) -> &BindingName {
        &self.name
    }

    /// What is worth saying about its subjects.
    #[must_use]
    pub fn warnings(&self) -> &[Warning] {
        self.subjects.warnings()
    }

    /// The manifest, byte for byte as `kubectl create … --dry-run=client -o yaml` writes it, without the line
    /// `creationTimestamp: null`.
    #[must_use]
    pub fn manifest(&self) -> String {
        manifest::write(self)
    }

    /// The `kubectl create …` command that makes the same binding, as one line for a shell.
    ///
    /// # Errors
    ///
    /// Those of [`Shell::command`].
    pub fn command(&self, shell: Shell) -> Result<String, QuoteError> {
        let (verb, role_flag) = match &self.grant {
            Grant::Cluster(_) => ("clusterrolebinding", "clusterrole"),
            Grant::Namespace(_, RoleRef::ClusterRole(_)) => ("rolebinding", "clusterrole"),
            Grant::Namespace(_, RoleRef::Role(_)) => ("rolebinding", "role"),
        };
        let mut words = ["kubectl", "create", verb, self.name.as_str()].map(str::to_owned).to_vec();
        words.push(format!("--{role_flag}={}", self.grant.role().1));
        words.extend(self.subjects.iter().map(|subject| match subject {
            Subject::User(name) => format!("--user={name}"),
            Subject::Group(name) => format!("--group={name}"),
        }));
        words.extend(self.grant.namespace().map(|namespace| format!("--namespace={namespace}")));
        shell.command(words)
    }
}

/// A binding without subjects binds nobody.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("there is neither a user nor a group to bind")]
#[expect(clippy::exhaustive_structs, reason = "there is nothing more to say")]
pub struct NoSubjectError;
