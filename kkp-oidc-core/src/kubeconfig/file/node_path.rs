//! The way to a node, what is read there, and why it is refused.

use std::fmt;

use base64::Engine as _;

use super::super::admin::GO_BASE64;
use super::super::plain::{self, Plain};
use crate::secret::SecretString;
use crate::yaml::styled::{At, Content, Entry, Node};
use crate::yaml::{ParseYamlError, YamlFault, shown};

/// Boxed: the error is rare and large.
pub(super) type Refused = Box<ReadKubeconfigError>;

/// The way to a node, for errors.
pub(super) enum Path<'a> {
    Root,
    Key(&'a Self, &'a str),
    Index(&'a Self, usize),
}

impl Path<'_> {
    pub(super) fn key<'a>(&'a self, key: &'a str) -> Path<'a> {
        Path::Key(self, key)
    }

    pub(super) fn index(&self, index: usize) -> Path<'_> {
        Path::Index(self, index)
    }

    fn refused(&self, At { line, column }: At, fault: YamlFault) -> Refused {
        Box::new(ParseYamlError::Refused { path: shown(&self.to_string()), line, column, fault }.into())
    }

    pub(super) fn wrong_type(&self, at: At, expected: &'static str) -> Refused {
        self.refused(at, YamlFault::WrongType { expected: expected.into() })
    }

    /// Fails if the key of an entry stands for something else than text.
    pub(super) fn text_key(&self, entry: &Entry) -> Result<(), Refused> {
        if entry.key_is_plain && plain::resolve(&entry.key) != Plain::Text {
            return Err(self.refused(entry.at, YamlFault::NotSupported { what: "a key that is no text" }));
        }
        Ok(())
    }

    /// The entries of a map; none of a null.
    pub(super) fn map<'n>(&self, node: &'n Node) -> Result<Option<&'n [Entry]>, Refused> {
        match &node.content {
            Content::Map(entries) => {
                entries.iter().try_for_each(|entry| self.text_key(entry))?;
                Ok(Some(entries))
            }
            Content::Plain(text) if plain::resolve(text) == Plain::Null => Ok(None),
            _ => Err(self.wrong_type(node.at, "a map")),
        }
    }

    /// The items of a list; none of a null.
    pub(super) fn list<'n>(&self, node: &'n Node) -> Result<Option<&'n [Node]>, Refused> {
        match &node.content {
            Content::List(items) => Ok(Some(items)),
            Content::Plain(text) if plain::resolve(text) == Plain::Null => Ok(None),
            _ => Err(self.wrong_type(node.at, "a list")),
        }
    }

    /// Text; the empty one for a null.
    pub(super) fn text(&self, node: &Node) -> Result<String, Refused> {
        match &node.content {
            Content::Text(text) => Ok(text.clone()),
            Content::Plain(text) => match plain::resolve(text) {
                Plain::Text => Ok(text.clone()),
                Plain::Null => Ok(String::new()),
                _ => Err(self.wrong_type(node.at, "a string")),
            },
            _ => Err(self.wrong_type(node.at, "a string")),
        }
    }

    pub(super) fn secret(&self, node: &Node) -> Result<SecretString, Refused> {
        self.text(node).map(Into::into)
    }

    /// A boolean; false for a null.
    pub(super) fn flag(&self, node: &Node) -> Result<bool, Refused> {
        match &node.content {
            Content::Plain(text) => match plain::resolve(text) {
                Plain::Bool(value) => Ok(value),
                Plain::Null => Ok(false),
                _ => Err(self.wrong_type(node.at, "a boolean")),
            },
            _ => Err(self.wrong_type(node.at, "a boolean")),
        }
    }

    /// Bytes in base64.
    pub(super) fn bytes(&self, node: &Node) -> Result<Vec<u8>, Refused> {
        let text = self.text(node)?.replace(['\r', '\n'], "");
        GO_BASE64.decode(text).map_err(|_| {
            Box::new(ReadKubeconfigError::NotBase64 { path: shown(&self.to_string()), line: node.at.line })
        })
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Root => Ok(()),
            Self::Key(Path::Root, key) => f.write_str(key),
            Self::Key(parent, key) => write!(f, "{parent}.{key}"),
            Self::Index(parent, index) => write!(f, "{parent}[{index}]"),
        }
    }
}

/// Why a kubeconfig cannot be read. Names places, never values.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ReadKubeconfigError {
    /// The bytes are no UTF-8.
    #[error("the kubeconfig is not UTF-8 (line {line})")]
    NotUtf8 {
        /// The line, from 1.
        line: u64,
    },
    /// It is not YAML with the fields of a kubeconfig.
    #[error("the kubeconfig cannot be read")]
    Yaml(#[from] ParseYamlError),
    /// `apiVersion` or `kind` says that it is something else.
    #[error("the file is no kubeconfig: its `{field}` is not `{expected}` (line {line})")]
    NotAKubeconfig {
        /// Which of the two.
        field: &'static str,
        /// What it has to be, if it is there.
        expected: &'static str,
        /// The line, from 1.
        line: u64,
    },
    /// A list has a name twice.
    #[error("`{path}` has the name `{}` of an earlier entry (line {line})", name.escape_debug())]
    DuplicateName {
        /// The second entry, such as `users[1]`.
        path: String,
        /// The name.
        name: String,
        /// The line, from 1.
        line: u64,
    },
    /// Certificates or a key are not in base64.
    #[error("`{path}` is not base64 (line {line})")]
    NotBase64 {
        /// Where, such as `users[0].user.client-key-data`.
        path: String,
        /// The line, from 1.
        line: u64,
    },
}
