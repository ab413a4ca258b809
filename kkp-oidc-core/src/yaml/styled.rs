//! A YAML document as it is written: scalars with their style, nothing resolved, each node with its place.
//!
//! For readers whose types depend on the schema of another YAML library. Aliases are replaced by what they name, within
//! limits. What YAML 1.1 and 1.2 read differently on the level of characters is refused.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use serde_saphyr::granit_parser::{self, Event, Parser, ScalarStyle, Span, StructureStyle, Tag};

use super::{MAX_DEPTH, MAX_INPUT_LEN, ParseYamlError, YamlFault, is_too_deep, shown};

/// Most lists, maps and scalars of a document, those that aliases repeat included. More than `MAX_TREE_NODES` of trees:
/// kubeconfigs of some fleets have hundreds of thousands of entries.
const MAX_STYLED_NODES: usize = 1_000_000;

/// One node of a document.
#[derive(Clone)]
pub(crate) struct Node {
    /// The place where it begins.
    pub(crate) at: At,
    pub(crate) content: Content,
}

/// A place: line and column, from 1.
#[derive(Clone, Copy)]
pub(crate) struct At {
    pub(crate) line: u64,
    pub(crate) column: u64,
}

/// What a node is.
#[derive(Clone)]
pub(crate) enum Content {
    /// A scalar without quotes and tag, which may stand for a null, a number or a boolean.
    Plain(String),
    /// A scalar in quotes, a block scalar, or one tagged `!!str`.
    Text(String),
    List(Vec<Node>),
    Map(Vec<Entry>),
}

/// One entry of a map.
#[derive(Clone)]
pub(crate) struct Entry {
    pub(crate) at: At,
    pub(crate) key: String,
    /// Whether the key is without quotes, so that it may stand for something else than text.
    pub(crate) key_is_plain: bool,
    pub(crate) value: Node,
}

/// Reads one document. A text without any is the plain empty scalar.
pub(crate) fn parse(text: &str) -> Result<Node, ParseYamlError> {
    if text.len() > MAX_INPUT_LEN {
        return Err(ParseYamlError::TooLong { len: text.len(), limit: MAX_INPUT_LEN });
    }
    refuse_characters(text)?;
    let options = serde_saphyr::granit_parser::options! {
        emit_comments: false,
        block_scalar_eof_without_line_feed: true,
        disallow_directives: true,
    };
    let mut builder =
        Builder { text, anchors: HashMap::new(), stack: Vec::new(), nodes: 0, len: 0, root: None, separators: 0 };
    let mut parser = Parser::new_from_str_with_options(text, options);
    let mut documents = 0_usize;
    while let Some(event) = parser.next_event() {
        let (event, span) = event.map_err(|error| scan_error(&error))?;
        if matches!(event, Event::DocumentStart(..)) {
            documents = documents.saturating_add(1);
            if documents > 1 {
                return Err(refused(at(&span), YamlFault::MultipleDocuments));
            }
        }
        builder.event(event, &span)?;
    }
    let has_content = |line: &str| !line.trim().is_empty() && !line.trim_start().starts_with('#');
    if documents == 0 && text.trim_start_matches('\u{feff}').lines().any(has_content) {
        return Err(refused(At { line: 1, column: 1 }, YamlFault::Syntax));
    }
    if builder.separators != text.matches(is_separator).count() {
        return Err(builder.stray_separator());
    }
    let empty = Node { at: At { line: 1, column: 1 }, content: Content::Plain(String::new()) };
    Ok(builder.root.unwrap_or(empty))
}

/// Characters that no YAML text has, and line ends that only YAML 1.1 has.
fn refuse_characters(text: &str) -> Result<(), ParseYamlError> {
    let mut place = At { line: 1, column: 1 };
    for character in text.chars() {
        let what = match character {
            '\t' | '\n' | '\r' | ' '..='~' => None,
            '\u{85}' => Some("a line end U+0085 outside of escapes"),
            '\0'..='\u{9f}' | '\u{fffe}' | '\u{ffff}' => Some("a control character"),
            _ => None,
        };
        if let Some(what) = what {
            return Err(refused(place, YamlFault::NotSupported { what }));
        }
        if character == '\n' {
            place = At { line: place.line.saturating_add(1), column: 1 };
        } else {
            place.column = place.column.saturating_add(1);
        }
    }
    Ok(())
}

fn at(span: &Span) -> At {
    let number = |value: usize| u64::try_from(value).unwrap_or(u64::MAX);
    At { line: number(span.start.line()), column: number(span.start.col()).saturating_add(1) }
}

fn refused(at: At, fault: YamlFault) -> ParseYamlError {
    ParseYamlError::Refused { path: String::new(), line: at.line, column: at.column, fault }
}

fn scan_error(error: &granit_parser::ScanError) -> ParseYamlError {
    let fault = match error.kind() {
        _ if is_too_deep(error) => YamlFault::TooComplex,
        granit_parser::ErrorKind::DirectiveDisallowed => YamlFault::NotSupported { what: "a directive" },
        _ => YamlFault::Syntax,
    };
    refused(at(&Span::empty(*error.marker())), fault)
}

/// A list or map that is not at its end yet.
struct Open {
    style: StructureStyle,
    anchor: usize,
    at: At,
    kind: OpenKind,
    size: Size,
}

enum OpenKind {
    List(Vec<Node>),
    Map { entries: Vec<Entry>, keys: HashSet<String>, key: Option<(At, String, bool)> },
}

/// What an alias repeats.
#[derive(Clone, Copy, Default)]
struct Size {
    nodes: usize,
    /// Bytes of all scalars.
    len: usize,
    height: usize,
}

struct Builder<'t> {
    text: &'t str,
    anchors: HashMap<usize, (Node, Size)>,
    stack: Vec<Open>,
    nodes: usize,
    len: usize,
    root: Option<Node>,
    /// Line and paragraph separators that both versions of YAML read alike.
    separators: usize,
}

impl Builder<'_> {
    fn event(&mut self, event: Event<'_>, span: &Span) -> Result<(), ParseYamlError> {
        let place = at(span);
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let content = self.scalar(text, style, tag.as_deref(), span)?;
                let len = match &content {
                    Content::Plain(text) | Content::Text(text) => text.len(),
                    Content::List(_) | Content::Map(_) => 0,
                };
                self.add(Node { at: place, content }, anchor, Size { nodes: 1, len, height: 0 })
            }
            Event::SequenceStart(style, anchor, tag) => {
                self.open(span, style, anchor, tag.as_ref(), OpenKind::List(Vec::new()))
            }
            Event::MappingStart(style, anchor, tag) => {
                let map = OpenKind::Map { entries: Vec::new(), keys: HashSet::new(), key: None };
                self.open(span, style, anchor, tag.as_ref(), map)
            }
            Event::SequenceEnd | Event::MappingEnd => {
                let Some(Open { anchor, at, kind, size, .. }) = self.stack.pop() else {
                    return Err(refused(place, YamlFault::Syntax));
                };
                let content = match kind {
                    OpenKind::List(list) => Content::List(list),
                    OpenKind::Map { entries, .. } => Content::Map(entries),
                };
                self.nodes = self.nodes.saturating_sub(size.nodes);
                self.len = self.len.saturating_sub(size.len);
                let size = Size { nodes: size.nodes.saturating_add(1), height: size.height.saturating_add(1), ..size };
                self.add(Node { at, content }, anchor, size)
            }
            Event::Alias(anchor) => {
                // An anchor that is not at its end contains the alias.
                let Some((_, size)) = self.anchors.get(&anchor) else {
                    return Err(refused(place, YamlFault::Syntax));
                };
                let size = *size;
                self.check(place, size)?;
                let content = self.anchors.get(&anchor).map(|(node, _)| node.content.clone());
                let content = content.unwrap_or_else(|| Content::Plain(String::new()));
                self.add(Node { at: place, content }, 0, size)
            }
            _ => Ok(()),
        }
    }

    fn scalar(
        &mut self,
        text: Cow<'_, str>,
        style: ScalarStyle,
        tag: Option<&Tag>,
        span: &Span,
    ) -> Result<Content, ParseYamlError> {
        let refuse = |what| Err(refused(at(span), YamlFault::NotSupported { what }));
        let tagged_text = match tag {
            None => false,
            Some(tag) if tag.core_suffix() == Some("str") => true,
            Some(_) => return refuse(TAG),
        };
        let range = span.start.byte_offset().zip(span.end.byte_offset());
        let (before, source) = range
            .and_then(|(start, end)| Some((self.text.get(..start)?, self.text.get(start..end)?)))
            .unwrap_or((self.text, self.text));
        if style == ScalarStyle::DoubleQuoted && has_other_escape(source) {
            return refuse("an escape that YAML 1.1 does not have");
        }
        let is_key = matches!(self.stack.last(), Some(Open { kind: OpenKind::Map { key: None, .. }, .. }));
        if style == ScalarStyle::SingleQuoted && source.contains(is_separator) {
            if (is_key && !before.trim_end_matches(' ').ends_with('?')) || !keeps_separators(source) {
                return Err(self.stray_separator());
            }
            self.separators = self.separators.saturating_add(source.matches(is_separator).count());
        }
        if let Some(Open { style: StructureStyle::Flow, .. }) = self.stack.last() {
            if style == ScalarStyle::Plain && (text.contains('?') || text.starts_with(':')) {
                return refuse("a plain text with `?` or a first `:` inside of brackets, which YAML 1.1 does not have");
            }
        } else if is_key || matches!(self.stack.last(), Some(Open { kind: OpenKind::List(_), .. })) {
            self.refuse_tab_before(span)?;
        }
        let text = text.into_owned();
        Ok(if style == ScalarStyle::Plain && !tagged_text { Content::Plain(text) } else { Content::Text(text) })
    }

    /// Fails if a tab indents what a block collection is made of: YAML 1.1 has only spaces there.
    fn refuse_tab_before(&self, span: &Span) -> Result<(), ParseYamlError> {
        let before = span.start.byte_offset().and_then(|start| self.text.get(..start)).unwrap_or(self.text);
        let line = before.rsplit(['\n', '\r']).next().unwrap_or_default();
        if line.contains('\t') { Err(refused(at(span), YamlFault::Syntax)) } else { Ok(()) }
    }

    fn stray_separator(&self) -> ParseYamlError {
        let before = self.text.split(is_separator).next().unwrap_or_default();
        let line = u64::try_from(before.matches('\n').count()).unwrap_or(u64::MAX).saturating_add(1);
        let column = before.rsplit('\n').next().map_or(0, |line| line.chars().count());
        let column = u64::try_from(column).unwrap_or(u64::MAX).saturating_add(1);
        refused(At { line, column }, YamlFault::NotSupported { what: "a line end U+2028 or U+2029 outside of escapes" })
    }

    fn open(
        &mut self,
        span: &Span,
        style: StructureStyle,
        anchor: usize,
        tag: Option<&Cow<'_, Tag>>,
        kind: OpenKind,
    ) -> Result<(), ParseYamlError> {
        let at = at(span);
        if tag.is_some() {
            return Err(refused(at, YamlFault::NotSupported { what: TAG }));
        }
        if self.stack.len() >= MAX_DEPTH {
            return Err(refused(at, YamlFault::TooComplex));
        }
        if style == StructureStyle::Block {
            self.refuse_tab_before(span)?;
        }
        self.stack.push(Open { style, anchor, at, kind, size: Size::default() });
        Ok(())
    }

    fn check(&self, at: At, size: Size) -> Result<(), ParseYamlError> {
        let fits = self.nodes.saturating_add(size.nodes) <= MAX_STYLED_NODES
            && self.len.saturating_add(size.len) <= MAX_INPUT_LEN
            && self.stack.len().saturating_add(size.height) <= MAX_DEPTH;
        if fits { Ok(()) } else { Err(refused(at, YamlFault::TooComplex)) }
    }

    /// Adds a node at its end to what is open.
    fn add(&mut self, node: Node, anchor: usize, size: Size) -> Result<(), ParseYamlError> {
        self.check(node.at, size)?;
        if anchor != 0 {
            // What is kept for aliases counts too.
            self.check(node.at, Size { nodes: size.nodes.saturating_mul(2), len: size.len.saturating_mul(2), ..size })?;
            self.anchors.insert(anchor, (node.clone(), size));
            self.nodes = self.nodes.saturating_add(size.nodes);
            self.len = self.len.saturating_add(size.len);
        }
        self.nodes = self.nodes.saturating_add(size.nodes);
        self.len = self.len.saturating_add(size.len);
        let Some(open) = self.stack.last_mut() else {
            self.root = Some(node);
            return Ok(());
        };
        open.size.nodes = open.size.nodes.saturating_add(size.nodes);
        open.size.len = open.size.len.saturating_add(size.len);
        open.size.height = open.size.height.max(size.height);
        match &mut open.kind {
            OpenKind::List(list) => list.push(node),
            OpenKind::Map { entries, keys, key } => match key.take() {
                Some((at, key, key_is_plain)) => entries.push(Entry { at, key, key_is_plain, value: node }),
                None => *key = Some(map_key(node, keys)?),
            },
        }
        Ok(())
    }
}

/// Takes a node for the key of a map entry.
fn map_key(node: Node, keys: &mut HashSet<String>) -> Result<(At, String, bool), ParseYamlError> {
    let (key, plain) = match node.content {
        Content::Plain(key) => (key, true),
        Content::Text(key) => (key, false),
        Content::List(_) | Content::Map(_) => {
            return Err(refused(node.at, YamlFault::NotSupported { what: "a key that is no text" }));
        }
    };
    if plain && key == "<<" {
        return Err(refused(node.at, YamlFault::MergeKey));
    }
    if !keys.insert(key.clone()) {
        let At { line, column } = node.at;
        return Err(ParseYamlError::Refused { path: shown(&key), line, column, fault: YamlFault::DuplicateKey });
    }
    Ok((node.at, key, plain))
}

/// What a text has whose tags are not read.
const TAG: &str = "a tag other than `!!str`";

/// Line ends of YAML 1.1 that are text in YAML 1.2.
const fn is_separator(character: char) -> bool {
    matches!(character, '\u{2028}' | '\u{2029}')
}

/// Whether YAML 1.1, too, keeps the separators in a single-quoted scalar: no blank beside them that it would drop, no
/// text after them that would end the document.
fn keeps_separators(source: &str) -> bool {
    let mut parts = source.split(is_separator).peekable();
    let mut first = true;
    while let Some(part) = parts.next() {
        let begins = !first && (part.starts_with([' ', '\t', '\n', '\r', '-', '.']));
        let ends = parts.peek().is_some() && part.ends_with([' ', '\t', '\n', '\r']);
        if begins || ends {
            return false;
        }
        first = false;
    }
    true
}

/// Whether a double-quoted scalar has an escape that JSON and YAML 1.2 have, but YAML 1.1 does not: `\/` and surrogates.
fn has_other_escape(source: &str) -> bool {
    let mut rest = source;
    while let Some((_, after)) = rest.split_once('\\') {
        let hex = |digits: Option<&str>| digits.and_then(|digits| u32::from_str_radix(digits, 16).ok());
        let code = match after.as_bytes().first() {
            Some(b'/') => return true,
            Some(b'u') => hex(after.get(1..5)),
            Some(b'U') => hex(after.get(1..9)),
            _ => None,
        };
        if code.is_some_and(|code| (0xd800..0xe000).contains(&code)) {
            return true;
        }
        rest = after.strip_prefix('\\').unwrap_or(after);
    }
    false
}
