//! Values without a schema: what extensions hold, and what the writer writes.

use std::fmt;

use super::super::plain::{self, Plain};
use super::node_path::{Path, Refused};
use crate::yaml::styled::{Content, Node};

/// A value as it comes out of the JSON that client-go makes of a file.
#[derive(Clone)]
pub(super) enum Value {
    Null,
    Bool(bool),
    Integer(i128),
    Float(f64),
    Text(String),
    List(Vec<Self>),
    Map(Vec<(String, Self)>),
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl Value {
    /// Reads a value of any type. What JSON does not have is refused.
    pub(super) fn read(node: &Node, path: &Path<'_>) -> Result<Self, Refused> {
        Ok(match &node.content {
            Content::Text(text) => Self::Text(text.clone()),
            Content::Plain(text) => match plain::resolve(text) {
                Plain::Null => Self::Null,
                Plain::Bool(value) => Self::Bool(value),
                Plain::Integer(value) => Self::Integer(value),
                Plain::Float(value) => Self::Float(value),
                Plain::NotFinite => return Err(path.wrong_type(node.at, "a number that JSON has")),
                Plain::Text => Self::Text(text.clone()),
            },
            Content::List(list) => {
                let items = list.iter().enumerate();
                Self::List(items.map(|(index, item)| Self::read(item, &path.index(index))).collect::<Result<_, _>>()?)
            }
            Content::Map(entries) => {
                let read = entries.iter().map(|entry| {
                    path.text_key(entry)?;
                    Ok((entry.key.clone(), Self::read(&entry.value, &path.key(&entry.key))?))
                });
                Self::Map(read.collect::<Result<_, Refused>>()?)
            }
        })
    }
}

/// What another program keeps in a kubeconfig: a value of any shape, kept and written again.
#[derive(Clone)]
pub struct Extension(pub(super) Value);

impl fmt::Debug for Extension {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Extension(..)")
    }
}
