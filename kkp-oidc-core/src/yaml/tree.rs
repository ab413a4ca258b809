//! YAML as a tree in which everything knows its place in the text.

use std::collections::{HashMap, HashSet};
use std::fmt;

use serde_saphyr::granit_parser::{ErrorKind, Event, Parser, ScalarStyle, Span as Marks};

use super::{MAX_DEPTH, ParseYamlError, YamlFault, shown};

/// Longest text that is read into trees, in bytes (4 MiB). Configuration files have kilobytes; Kubernetes stores no object
/// of more than 1.5 MiB.
pub const MAX_TREE_LEN: usize = 4 * 1024 * 1024;

/// Most nodes of all trees of one text, those that aliases repeat and those that anchors keep included.
pub const MAX_TREE_NODES: usize = 400_000;

/// Read all documents of a YAML or JSON text.
///
/// Plain scalars keep their text; [`Node::bool`] and [`Node::is_null`] say what they mean to the Go programs that read
/// such files. Empty documents are left out.
///
/// # Errors
///
/// - [`ParseYamlError::TooLong`] if the text has more than [`MAX_TREE_LEN`] bytes.
/// - [`ParseYamlError::Refused`] for what is no YAML, a key that occurs twice in one map or is no scalar, a merge key,
///   nesting deeper than [`MAX_DEPTH`], also by aliases, and more than [`MAX_TREE_NODES`] nodes.
///
/// ```
/// use kkp_oidc_core::yaml;
///
/// let documents = yaml::documents("a: 1\n---\nb:\n- c\n")?;
/// let item = documents[1].at("b").and_then(|list| list.items().first()).unwrap();
/// assert_eq!((item.text(), item.span.line, item.span.column), (Some("c"), 4, 3));
/// # Ok::<(), yaml::ParseYamlError>(())
/// ```
pub fn documents(text: &str) -> Result<Vec<Node>, ParseYamlError> {
    if text.len() > MAX_TREE_LEN {
        return Err(ParseYamlError::TooLong { len: text.len(), limit: MAX_TREE_LEN });
    }
    let options = serde_saphyr::granit_parser::options! {
        emit_comments: false,
        flow_nesting_limit: MAX_DEPTH,
        block_nesting_limit: MAX_DEPTH,
    };
    let mut builder = Builder::default();
    for event in Parser::new_from_str_with_options(text, options) {
        let (event, marks) = event.map_err(|error| {
            let fault = match error.kind() {
                ErrorKind::RecursionLimitExceeded => YamlFault::TooComplex,
                _ if builder.open.len() >= MAX_DEPTH => YamlFault::TooComplex,
                _ => YamlFault::Syntax,
            };
            builder.refused(fault, Span::from(&Marks::empty(*error.marker())))
        })?;
        builder.take(event, &marks)?;
    }
    Ok(builder.documents)
}

/// Where something stands in a text.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[expect(clippy::exhaustive_structs, reason = "a place in a text is these four")]
pub struct Span {
    /// Its first byte, from 0.
    pub start: usize,
    /// The byte after its last.
    pub end: usize,
    /// Its first line, from 1.
    pub line: usize,
    /// The column of its first character, from 1.
    pub column: usize,
}

/// Something in a document.
#[derive(Clone, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "a node is a value and its place")]
pub struct Node {
    /// What it is.
    pub value: Value,
    /// Where it stands; for an alias, where the alias does.
    pub span: Span,
}

/// What a node is.
#[derive(Clone, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "YAML has these three")]
pub enum Value {
    /// A scalar.
    Scalar {
        /// Its text after escapes were resolved.
        text: String,
        /// Whether it stands without quotes, so that it may be a number, a boolean or null.
        plain: bool,
    },
    /// A list.
    List(Vec<Node>),
    /// A map, in the order of the text.
    Map(Vec<Entry>),
}

/// A key with its value.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "an entry is a key and a value")]
pub struct Entry {
    /// The key.
    pub key: String,
    /// Where it stands.
    pub key_span: Span,
    /// The value.
    pub value: Node,
}

impl Node {
    /// The entries of a map; none for anything else.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        match &self.value {
            Value::Map(entries) => entries,
            Value::Scalar { .. } | Value::List(_) => &[],
        }
    }

    /// The items of a list; none for anything else.
    #[must_use]
    pub fn items(&self) -> &[Self] {
        match &self.value {
            Value::List(items) => items,
            Value::Scalar { .. } | Value::Map(_) => &[],
        }
    }

    /// The entry with this key.
    #[must_use]
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries().iter().find(|entry| entry.key == key)
    }

    /// What lies at a path of keys with `.` between.
    #[must_use]
    pub fn at(&self, path: &str) -> Option<&Self> {
        path.split('.').try_fold(self, |node, key| node.entry(key).map(|entry| &entry.value))
    }

    /// The text of a scalar that is not null.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Scalar { text, .. } if !self.is_null() => Some(text),
            _ => None,
        }
    }

    /// Whether it is a scalar that stands for nothing: empty without quotes, `~`, or `null`.
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(&self.value, Value::Scalar { text, plain: true }
            if matches!(text.as_str(), "" | "~" | "null" | "Null" | "NULL"))
    }

    /// The boolean that a plain scalar is to Go's YAML libraries, which read `yes`, `on` and `y` as YAML 1.1 does.
    #[must_use]
    pub fn bool(&self) -> Option<bool> {
        let Value::Scalar { text, plain: true } = &self.value else { return None };
        match text.as_str() {
            "true" | "True" | "TRUE" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" | "y" | "Y" => Some(true),
            "false" | "False" | "FALSE" | "no" | "No" | "NO" | "off" | "Off" | "OFF" | "n" | "N" => Some(false),
            _ => None,
        }
    }
}

/// Shape only: a document may hold secrets.
impl fmt::Debug for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.value {
            Value::Scalar { .. } => write!(f, "Scalar({}:{})", self.span.line, self.span.column),
            Value::List(items) => f.debug_list().entries(items).finish(),
            Value::Map(entries) => {
                f.debug_map().entries(entries.iter().map(|entry| (&entry.key, &entry.value))).finish()
            }
        }
    }
}

/// A list or map that has not ended.
struct Open {
    node: Node,
    anchor: usize,
    key: Option<(String, Span)>,
    keys: HashSet<String>,
    nodes_before: usize,
    /// That of the highest node in it.
    height: usize,
}

/// What an alias repeats.
#[derive(Clone, Copy)]
struct Size {
    nodes: usize,
    /// Levels of lists and maps; a scalar has none.
    height: usize,
}

impl Size {
    const SCALAR: Self = Self { nodes: 1, height: 0 };
}

#[derive(Default)]
struct Builder {
    documents: Vec<Node>,
    open: Vec<Open>,
    /// What aliases may stand for.
    anchors: HashMap<usize, (Node, Size)>,
    nodes: usize,
}

impl Builder {
    fn take(&mut self, event: Event<'_>, marks: &Marks) -> Result<(), ParseYamlError> {
        let span = Span::from(marks);
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let plain = style == ScalarStyle::Plain && tag.is_none();
                let value = Value::Scalar { text: text.into_owned(), plain };
                self.count(1, span)?;
                self.put(Node { value, span }, anchor, Size::SCALAR)
            }
            Event::SequenceStart(_, anchor, _) => self.begin(Value::List(Vec::new()), anchor, span),
            Event::MappingStart(_, anchor, _) => self.begin(Value::Map(Vec::new()), anchor, span),
            Event::SequenceEnd | Event::MappingEnd => {
                let Some(mut open) = self.open.pop() else { return Ok(()) };
                open.node.span.end = span.end.max(open.node.span.end);
                let nodes = self.nodes.saturating_sub(open.nodes_before);
                self.put(open.node, open.anchor, Size { nodes, height: open.height.saturating_add(1) })
            }
            Event::Alias(anchor) => {
                let Some(size) = self.anchors.get(&anchor).map(|(_, size)| *size) else {
                    return Err(self.refused(YamlFault::Syntax, span));
                };
                self.count(size.nodes, span)?;
                if self.open.len().saturating_add(size.height) > MAX_DEPTH {
                    return Err(self.refused(YamlFault::TooComplex, span));
                }
                let Some((mut node, _)) = self.anchors.get(&anchor).cloned() else { return Ok(()) };
                node.span = span;
                self.put(node, 0, size)
            }
            Event::DocumentStart(..) => {
                self.anchors.clear();
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn begin(&mut self, value: Value, anchor: usize, span: Span) -> Result<(), ParseYamlError> {
        let nodes_before = self.nodes;
        self.count(1, span)?;
        if self.open.len() >= MAX_DEPTH {
            return Err(self.refused(YamlFault::TooComplex, span));
        }
        let node = Node { value, span };
        self.open.push(Open { node, anchor, key: None, keys: HashSet::new(), nodes_before, height: 0 });
        Ok(())
    }

    fn put(&mut self, node: Node, anchor: usize, size: Size) -> Result<(), ParseYamlError> {
        if anchor != 0 {
            // A copy is kept, of everything in it.
            self.count(size.nodes, node.span)?;
            self.anchors.insert(anchor, (node.clone(), size));
        }
        let Some(open) = self.open.last_mut() else {
            if !node.is_null() {
                self.documents.push(node);
            }
            return Ok(());
        };
        open.height = open.height.max(size.height);
        match &mut open.node.value {
            Value::List(items) => items.push(node),
            Value::Map(entries) => match (open.key.take(), node) {
                (Some((key, key_span)), value) => entries.push(Entry { key, key_span, value }),
                (None, Node { value: Value::Scalar { text, plain }, span }) => {
                    if text == "<<" && plain {
                        return Err(self.refused(YamlFault::MergeKey, span));
                    }
                    let is_first = open.keys.insert(text.clone());
                    open.key = Some((text, span));
                    if !is_first {
                        return Err(self.refused(YamlFault::DuplicateKey, span));
                    }
                }
                (None, node) => return Err(self.refused(YamlFault::NotAccepted, node.span)),
            },
            Value::Scalar { .. } => {}
        }
        Ok(())
    }

    fn count(&mut self, nodes: usize, span: Span) -> Result<(), ParseYamlError> {
        self.nodes = self.nodes.saturating_add(nodes);
        if self.nodes > MAX_TREE_NODES { Err(self.refused(YamlFault::TooComplex, span)) } else { Ok(()) }
    }

    fn refused(&self, fault: YamlFault, span: Span) -> ParseYamlError {
        ParseYamlError::Refused {
            path: shown(&self.path()),
            line: u64::try_from(span.line).unwrap_or(u64::MAX),
            column: u64::try_from(span.column).unwrap_or(u64::MAX),
            fault,
        }
    }

    /// Where the parser is, such as `a.b[0]`.
    fn path(&self) -> String {
        // What is open deeper than anybody wants to read is cut off by `shown`.
        self.open.iter().take(MAX_DEPTH).fold(String::new(), |mut path, open| {
            match (&open.node.value, &open.key) {
                (Value::List(items), _) => path.push_str(&format!("[{}]", items.len())),
                (_, Some((key, _))) => {
                    if !path.is_empty() {
                        path.push('.');
                    }
                    path.push_str(key);
                }
                _ => {}
            }
            path
        })
    }
}

impl From<&Marks> for Span {
    fn from(marks: &Marks) -> Self {
        Self {
            start: marks.start.byte_offset().unwrap_or_default(),
            end: marks.end.byte_offset().unwrap_or_default(),
            line: marks.start.line(),
            column: marks.start.col().saturating_add(1),
        }
    }
}
