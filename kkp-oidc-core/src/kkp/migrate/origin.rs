//! Where the settings come from: their fields in the source, and the comments beside them.

use std::cell::RefCell;
use std::collections::BTreeMap;

use crate::diagnostics::{Place, Source};
use crate::kkp::document::head;
use crate::kkp::{Configuration, Dialect};
use crate::yaml::{self, Comment, Entry, Node, Span};

use super::write::{Content, Field};

/// The document with the configuration.
pub(super) struct Origin {
    object: Node,
    source: usize,
    /// By line; what is taken is gone, so that nothing is written twice.
    comments: RefCell<BTreeMap<usize, Comment>>,
    /// Lines with nothing on them, before the document.
    blank_lines: Vec<usize>,
}

impl Origin {
    pub(super) fn find(configuration: &Configuration, sources: &[Source]) -> Option<Self> {
        let source = configuration.place.source;
        let text = sources.get(source)?.text();
        let documents = yaml::documents(text).ok()?;
        let object = documents.iter().find_map(|document| find(document, configuration))?.clone();
        let comments = yaml::comments(text).into_iter().map(|comment| (comment.span.line, comment)).collect();
        let first = first_line(&object);
        let lines = text.lines().enumerate().take(first);
        let blank_lines =
            lines.filter(|(_, line)| line.trim().is_empty()).map(|(index, _)| index.saturating_add(1)).collect();
        Some(Self { object, source, comments: RefCell::new(comments), blank_lines })
    }

    pub(super) const fn place(&self, span: Span) -> Place {
        Place { source: self.source, span }
    }

    /// What lies at a path of keys; all of the document for the empty one.
    pub(super) fn at(&self, path: &str) -> Option<&Node> {
        if path.is_empty() { Some(&self.object) } else { self.object.at(path) }
    }

    /// The entry at a path of keys.
    pub(super) fn entry(&self, path: &str) -> Option<&Entry> {
        match path.rsplit_once('.') {
            Some((parent, key)) => self.object.at(parent)?.entry(key),
            None => self.object.entry(path),
        }
    }

    /// Where the key at a path stands, or what is there instead.
    pub(super) fn key_place(&self, path: &str, otherwise: Place) -> Place {
        self.entry(path).map_or(otherwise, |entry| self.place(entry.key_span))
    }

    /// A field with the comments of the fields at `paths`.
    pub(super) fn field(&self, key: &str, content: Content, paths: &[&str]) -> Field {
        let (mut above, mut behind) = (Vec::new(), Vec::new());
        for entry in paths.iter().filter_map(|path| self.entry(path)) {
            above.extend(self.above(entry.key_span.line));
            behind.extend(self.behind(entry));
        }
        Field::new(key, content).commented(above, behind)
    }

    pub(super) fn text(&self, key: &str, text: impl Into<String>, paths: &[&str]) -> Field {
        self.field(key, Content::Text(text.into()), paths)
    }

    pub(super) fn map(&self, key: &str, fields: Vec<Field>, paths: &[&str]) -> Field {
        self.field(key, Content::Map(fields), paths)
    }

    /// The comments directly above a line; above the first of the document, blank lines may stand between.
    fn above(&self, line: usize) -> Vec<String> {
        let is_first = line == first_line(&self.object);
        let mut above = Vec::new();
        let mut line = line;
        while let Some(before) = line.checked_sub(1) {
            line = before;
            match self.take(line, true) {
                Some(comment) => above.push(comment),
                None if is_first && self.blank_lines.binary_search(&line).is_ok() => {}
                None => break,
            }
        }
        above.reverse();
        above
    }

    /// The comment behind a key, or behind its scalar.
    fn behind(&self, entry: &Entry) -> Option<String> {
        let is_scalar = entry.value.entries().is_empty() && entry.value.items().is_empty();
        let of_value = || if is_scalar { self.take(entry.value.span.line, false) } else { None };
        self.take(entry.key_span.line, false).or_else(of_value)
    }

    /// The comment on a line, if nobody has it yet.
    fn take(&self, line: usize, own_line: bool) -> Option<String> {
        let mut comments = self.comments.borrow_mut();
        let is_such = comments.get(&line).is_some_and(|comment| comment.own_line == own_line);
        if is_such { comments.remove(&line).map(|comment| comment.text) } else { None }
    }
}

fn first_line(object: &Node) -> usize {
    object.entries().first().map_or(object.span.line, |entry| entry.key_span.line)
}

/// The object of a configuration, in a document or in a list of them.
fn find<'n>(object: &'n Node, configuration: &Configuration) -> Option<&'n Node> {
    let span = match configuration.dialect {
        Dialect::Values => object.entry("kubermatic").map(|entry| entry.key_span),
        Dialect::OperatorV1alpha1 | Dialect::KubermaticV1 => Some(head(object)),
    };
    if span == Some(configuration.place.span) {
        return Some(object);
    }
    let items = object.at("items").map(Node::items).unwrap_or_default();
    items.iter().find_map(|item| find(item, configuration))
}
