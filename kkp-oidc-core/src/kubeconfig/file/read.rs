//! What client-go's `clientcmd.Load` makes of a file. What it refuses is refused here; names and types are exact.

use std::collections::BTreeMap;
use std::fmt;

use base64::Engine as _;

use super::super::admin::GO_BASE64;
use super::super::plain::{self, Plain};
use super::value::{Extension, Value};
use super::{Extensions, KubeconfigFile};
use crate::secret::SecretString;
use crate::yaml::styled::{self, At, Content, Entry, Node};
use crate::yaml::{ParseYamlError, YamlFault, shown};

impl KubeconfigFile {
    /// Reads a kubeconfig, as YAML or JSON. What is null or absent is empty, as for kubectl.
    ///
    /// A file that kubectl refuses is refused, and one that is read is read as kubectl reads it. What is refused
    /// beyond that: a key that occurs twice, `<<`, tags other than `!!str`, keys that are no text, a second document,
    /// text that is not UTF-8, raw line ends of YAML 1.1 (U+0085), and what is above the limits of [`crate::yaml`].
    ///
    /// # Errors
    ///
    /// - [`ReadKubeconfigError::NotUtf8`] if the bytes are no UTF-8.
    /// - [`ReadKubeconfigError::Yaml`] if the text is no YAML, is too long, or a field has another type.
    /// - [`ReadKubeconfigError::NotAKubeconfig`] if `apiVersion` or `kind` says that it is something else.
    /// - [`ReadKubeconfigError::DuplicateName`] if a list has a name twice.
    /// - [`ReadKubeconfigError::NotBase64`] if certificates or a key are not in base64.
    pub fn read(bytes: &[u8]) -> Result<Self, ReadKubeconfigError> {
        let text = std::str::from_utf8(bytes).map_err(|error| {
            let before = bytes.get(..error.valid_up_to()).unwrap_or_default();
            let breaks = before.iter().filter(|&&byte| byte == b'\n').count();
            ReadKubeconfigError::NotUtf8 { line: u64::try_from(breaks).unwrap_or(u64::MAX).saturating_add(1) }
        })?;
        let node = styled::parse(text)?;
        Reader { unknown: Vec::new() }.file(&node).map_err(|refused| *refused)
    }
}

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

/// Reads sections, and remembers what it does not know.
pub(super) struct Reader {
    pub(super) unknown: Vec<UnknownField>,
}

impl Reader {
    fn file(mut self, node: &Node) -> Result<KubeconfigFile, Refused> {
        let root = Path::Root;
        let mut file = KubeconfigFile::default();
        let Some(entries) = root.map(node)? else {
            return Ok(file);
        };
        header(entries)?;
        for entry in entries {
            let (path, value) = (root.key(&entry.key), &entry.value);
            match entry.key.as_str() {
                "apiVersion" | "kind" => {}
                "clusters" => file.clusters = self.named(value, &path, "cluster", Self::cluster)?,
                "contexts" => file.contexts = self.named(value, &path, "context", Self::context)?,
                "current-context" => file.current_context = path.text(value)?,
                "extensions" => file.extensions = self.extensions(value, &path)?,
                "preferences" => file.preferences = self.preferences(value, &path)?,
                "users" => file.users = self.named(value, &path, "user", Self::user)?,
                _ => self.unknown(entry, &path)?,
            }
        }
        file.unknown_fields = self.unknown;
        Ok(file)
    }

    /// Remembers a field; its value must be one that JSON has.
    pub(super) fn unknown(&mut self, entry: &Entry, path: &Path<'_>) -> Result<(), Refused> {
        Value::read(&entry.value, path)?;
        self.unknown.push(UnknownField { path: shown(&path.to_string()), line: entry.at.line });
        Ok(())
    }

    /// A list of named entries; `section` is the key of an entry's own section.
    fn named<T: Default>(
        &mut self,
        node: &Node,
        path: &Path<'_>,
        section: &'static str,
        read: impl Fn(&mut Self, &Node, &Path<'_>) -> Result<T, Refused>,
    ) -> Result<BTreeMap<String, T>, Refused> {
        let mut all = BTreeMap::new();
        for (index, item) in path.list(node)?.unwrap_or_default().iter().enumerate() {
            let path = path.index(index);
            let (mut name, mut content) = (String::new(), T::default());
            for entry in path.map(item)?.unwrap_or_default() {
                let path = path.key(&entry.key);
                match entry.key.as_str() {
                    "name" => name = path.text(&entry.value)?,
                    key if key == section => content = read(self, &entry.value, &path)?,
                    _ => self.unknown(entry, &path)?,
                }
            }
            if all.contains_key(&name) {
                let path = path.to_string();
                return Err(Box::new(ReadKubeconfigError::DuplicateName { path, name, line: item.at.line }));
            }
            all.insert(name, content);
        }
        Ok(all)
    }

    pub(super) fn extensions(&mut self, node: &Node, path: &Path<'_>) -> Result<Extensions, Refused> {
        let read =
            |_: &mut Self, node: &Node, path: &Path<'_>| Value::read(node, path).map(|value| Some(Extension(value)));
        let read = self.named(node, path, "extension", read)?;
        Ok(read.into_iter().map(|(name, value)| (name, value.unwrap_or(Extension(Value::Null)))).collect())
    }
}

/// Looks at `apiVersion` and `kind`, which client-go finds in any case of letters.
fn header(entries: &[Entry]) -> Result<(), Refused> {
    for entry in entries {
        for (field, expected) in [("apiVersion", "v1"), ("kind", "Config")] {
            if !entry.key.eq_ignore_ascii_case(field) {
                continue;
            }
            let value = Path::Root.key(&entry.key).text(&entry.value)?;
            if entry.key != field || !(value.is_empty() || value == expected) {
                return Err(Box::new(ReadKubeconfigError::NotAKubeconfig { field, expected, line: entry.at.line }));
            }
        }
    }
    Ok(())
}

/// A field that client-go does not know; kubectl ignores it.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct UnknownField {
    /// Where, such as `users[0].user.Token`. At most 200 characters, without control characters.
    pub path: String,
    /// The line, from 1.
    pub line: u64,
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
