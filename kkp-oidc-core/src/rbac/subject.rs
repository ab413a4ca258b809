//! Who is bound, and what is worth saying about them.

use super::name::{GroupsPrefix, SubjectName};
use crate::invisible::is_invisible;

/// Whom a binding gives a role.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
#[expect(clippy::exhaustive_enums, reason = "OpenID Connect gives Kubernetes users and groups, nothing else")]
pub enum Subject {
    /// A user. KKP: the e-mail address, exactly as the ID token has it.
    User(SubjectName),
    /// A group, with the prefix that kube-apiserver gives it.
    Group(SubjectName),
}

impl Subject {
    /// The word for it in `subjects[].kind`.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::User(_) => "User",
            Self::Group(_) => "Group",
        }
    }

    /// Its name, as kube-apiserver compares it.
    #[must_use]
    pub const fn name(&self) -> &SubjectName {
        match self {
            Self::User(name) | Self::Group(name) => name,
        }
    }
}

/// Users, then groups, each in the order in which they were added and only once.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Subjects {
    users: Vec<Subject>,
    groups: Vec<Subject>,
    warnings: Vec<Warning>,
}

impl Subjects {
    /// Nobody yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// These, and a user, by the e-mail address of the ID token.
    #[must_use]
    pub fn with_user(mut self, user: SubjectName) -> Self {
        if user.as_str().to_lowercase() != user.as_str() {
            self.warn(Warning::UpperCase { user: user.clone() });
        }
        if !user.as_str().contains('@') {
            self.warn(Warning::NoAddress { user: user.clone() });
        }
        self.warn_of_unseen(&user);
        push_once(&mut self.users, Subject::User(user));
        self
    }

    /// These, and a group, which gets the prefix unless it has it.
    #[must_use]
    pub fn with_group(mut self, group: SubjectName, prefix: &GroupsPrefix) -> Self {
        self.warn_of_unseen(&group);
        let prefixed = prefix.before(&group).unwrap_or_else(|| {
            self.warn(Warning::AlreadyPrefixed { group: group.clone(), prefix: prefix.clone() });
            group
        });
        push_once(&mut self.groups, Subject::Group(prefixed));
        self
    }

    /// Each of them.
    pub fn iter(&self) -> impl Iterator<Item = &Subject> {
        self.users.iter().chain(&self.groups)
    }

    /// What is worth saying, in the order in which they were added.
    #[must_use]
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    fn warn_of_unseen(&mut self, name: &SubjectName) {
        let text = name.as_str();
        let mut edges = text.chars().next().into_iter().chain(text.chars().next_back());
        let edge = edges.find(|edge| edge.is_whitespace());
        if let Some(character) = text.chars().find(|&character| is_invisible(character)).or(edge) {
            self.warn(Warning::Unseen { name: name.clone(), character });
        }
    }

    fn warn(&mut self, warning: Warning) {
        push_once(&mut self.warnings, warning);
    }
}

fn push_once<T: PartialEq>(list: &mut Vec<T>, item: T) {
    if !list.contains(&item) {
        list.push(item);
    }
}

/// What can be right, and often is not.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Warning {
    /// A user's name has upper-case letters. KKP: only the kubeconfig's label is lower-cased, spec section 11.19.
    #[error(
        "user `{user}` has upper-case letters: kube-apiserver compares byte for byte with the e-mail address in the \
         token, while KKP's kubeconfig shows it in lower case; write it as the provider does"
    )]
    UpperCase {
        /// The user.
        user: SubjectName,
    },
    /// A user's name is not an e-mail address.
    #[error("user `{user}` is no e-mail address, which is what KKP's clusters name users by")]
    NoAddress {
        /// The user.
        user: SubjectName,
    },
    /// A group had the prefix already and did not get it again.
    #[error(
        "group `{group}` has the prefix `{prefix}` already and does not get it again; if the provider itself names it so, \
         write `{prefix}{group}` and an empty prefix"
    )]
    AlreadyPrefixed {
        /// The group.
        group: SubjectName,
        /// The prefix.
        prefix: GroupsPrefix,
    },
    /// A name has a character that nobody sees.
    #[error("name {:?} has {character:?}, which is not seen but compared", name.as_str())]
    Unseen {
        /// The name.
        name: SubjectName,
        /// The character.
        character: char,
    },
}

impl Warning {
    /// A word for programs, kebab-case.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::UpperCase { .. } => "upper-case",
            Self::NoAddress { .. } => "no-address",
            Self::AlreadyPrefixed { .. } => "already-prefixed",
            Self::Unseen { .. } => "unseen",
        }
    }
}
