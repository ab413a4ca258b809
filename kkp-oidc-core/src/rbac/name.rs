//! Names of users, groups, roles and bindings.

use std::fmt;
use std::str::FromStr;

macro_rules! name {
    ($(#[$doc:meta])* $name:ident, $rule:expr) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        pub struct $name(String);

        impl $name {
            /// The name as given.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = ParseNameError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                let rule: fn(&str) -> Result<(), ParseNameError> = $rule;
                rule(text)?;
                Ok(Self(text.to_owned()))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

/// Longest accepted name, in bytes. Kubernetes has no limit for these; ours keeps URLs and command lines in bounds.
pub const MAX_NAME_LEN: usize = 1024;

name! {
    /// Name of a user or a group, kept byte for byte: kube-apiserver compares it so with what the token says.
    ///
    /// 1 to [`MAX_NAME_LEN`] bytes. Refused are control characters, U+2028, U+2029, U+FEFF, U+FFFE and U+FFFF: no shell or
    /// no YAML reader carries them.
    SubjectName, |text| require_text(text)
}

name! {
    /// Name of a Role or ClusterRole: what a [`SubjectName`] may be, and one segment of a path, as Kubernetes has it: not
    /// `.` or `..`, without `/` and `%`.
    RoleName, |text| require_segment(text)
}

name! {
    /// Name of a RoleBinding or ClusterRoleBinding: what a [`RoleName`] may be, and without a `-` in front, which kubectl
    /// would take for a flag.
    BindingName, |text| match text.strip_prefix('-') {
        Some(_) => Err(ParseNameError::Character { character: '-', index: 0 }),
        None => require_segment(text),
    }
}

impl BindingName {
    /// A name of which the caller knows that it is one.
    pub(super) fn known(name: String) -> Self {
        Self(name)
    }
}

/// What kube-apiserver puts before a group's name (`--oidc-groups-prefix`). It may be empty.
///
/// At most [`MAX_NAME_LEN`] bytes of what a [`SubjectName`] may have. KKP: `oidc:`, spec section 8.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct GroupsPrefix(String);

impl GroupsPrefix {
    /// KKP's prefix, unless a cluster has its own settings.
    pub const KKP: &'static str = "oidc:";

    /// The prefix as given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The group as kube-apiserver names it, or nothing if it has the prefix already and something behind it.
    pub(super) fn before(&self, group: &SubjectName) -> Option<SubjectName> {
        let rest = group.as_str().strip_prefix(self.as_str());
        match rest {
            Some(rest) if !self.0.is_empty() && !rest.is_empty() => None,
            _ => Some(SubjectName(format!("{}{group}", self.0))),
        }
    }
}

impl FromStr for GroupsPrefix {
    type Err = ParseNameError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if !text.is_empty() {
            require_text(text)?;
        }
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for GroupsPrefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn require_text(text: &str) -> Result<(), ParseNameError> {
    if text.is_empty() {
        return Err(ParseNameError::Empty);
    }
    if text.len() > MAX_NAME_LEN {
        return Err(ParseNameError::TooLong { len: text.len() });
    }
    require_none(text, |character| {
        character.is_control() || matches!(character, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
    })
}

// Kubernetes: `path.ValidatePathSegmentName`, which is the rule of all four RBAC kinds.
fn require_segment(text: &str) -> Result<(), ParseNameError> {
    require_text(text)?;
    require_none(text, |character| matches!(character, '/' | '%'))?;
    if matches!(text, "." | "..") { Err(ParseNameError::Dots) } else { Ok(()) }
}

fn require_none(text: &str, refused: fn(char) -> bool) -> Result<(), ParseNameError> {
    match text.char_indices().find(|&(_, character)| refused(character)) {
        Some((index, character)) => Err(ParseNameError::Character { character, index }),
        None => Ok(()),
    }
}

/// Why text is not a name.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseNameError {
    /// There was no text.
    #[error("name is empty")]
    Empty,
    /// The text was too long.
    #[error("name has {len} bytes, expected at most {MAX_NAME_LEN}")]
    TooLong {
        /// Length of the text, in bytes.
        len: usize,
    },
    /// A character that such a name does not have there.
    #[error("name has {character:?} at byte {index}, which it cannot have there")]
    Character {
        /// The first such character.
        character: char,
        /// Its position, in bytes.
        index: usize,
    },
    /// `.` and `..` are places in a path, not names.
    #[error("name is `.` or `..`, expected one segment of a path")]
    Dots,
}
