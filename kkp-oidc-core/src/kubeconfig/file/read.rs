//! What client-go's `clientcmd.Load` makes of a file. What it refuses is refused here; names and types are exact.

use std::collections::BTreeMap;

use super::node_path::{Path, ReadKubeconfigError, Refused};
use super::value::{Extension, Value};
use super::{Extensions, KubeconfigFile};
use crate::yaml::shown;
use crate::yaml::styled::{self, Entry, Node};

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
