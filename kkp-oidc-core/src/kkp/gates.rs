//! Feature gates as files have them.

use crate::feature_gates::parse_go_bool;
use crate::kkp::read::{Kind, Reader};
use crate::kkp::{Gate, Gates, Setting};
use crate::yaml::{Node, Span, Value};

/// Most gates of one text that are looked at; there are two dozen.
const MAX_GATES: usize = 2_000;

impl Reader<'_> {
    /// The value of a flag, such as `A=true,B=true`, under `key`.
    pub(super) fn gates_text(&mut self, parent: Option<&Node>, key: &str) -> Gates {
        let Some(parent) = parent else { return Gates::default() };
        let Some(written) = self.setting(parent, key, Kind::Text) else {
            let place = parent.entry(key).map(|entry| self.place(entry.key_span));
            return Gates { place, ..Gates::default() };
        };
        let span = written.place.span;
        let raw = self.text.get(span.start..span.end).unwrap_or_default();
        let quote = usize::from(raw.starts_with(['"', '\'']));
        let is_literal = raw.get(quote..raw.len().saturating_sub(quote)) == Some(&written.text);
        let part = |at, text| if is_literal { part(&written, quote, at, text) } else { span };
        let mut gates = Vec::new();
        let mut at = 0_usize;
        for segment in written.text.split(',').take(MAX_GATES) {
            if !segment.is_empty() {
                let (name, value) = segment.split_once('=').unwrap_or((segment, ""));
                let span = part(at, segment);
                let name_span = part(at, name);
                gates.push(Gate {
                    name: name.trim().to_owned(),
                    enabled: parse_go_bool(value.trim()),
                    is_object: false,
                    is_written: self.text.get(name_span.start..name_span.end) == Some(name.trim()),
                    name_place: self.place(name_span),
                    place: self.place(span),
                });
            }
            at = at.saturating_add(segment.len()).saturating_add(1);
        }
        Gates { place: Some(written.place), written: Some(written), gates }
    }

    /// `featureGates` of a KubermaticConfiguration: booleans, or objects with `enabled`.
    pub(super) fn gates_map(&self, spec: &Node) -> Gates {
        let Some(entry) = spec.entry("featureGates") else { return Gates::default() };
        let gate = |one: &crate::yaml::Entry| {
            let is_object = matches!(one.value.value, Value::Map(_));
            let value = if is_object { one.value.at("enabled") } else { Some(&one.value) };
            // Before 2.20, an object without `enabled` is off, whatever the documentation of 2.15 shows.
            let enabled = value.map_or(Some(false), Node::bool);
            Gate {
                name: one.key.clone(),
                enabled,
                is_object,
                is_written: self.text.get(one.key_span.start..one.key_span.end) == Some(&one.key),
                name_place: self.place(one.key_span),
                place: self.place(one.value.span),
            }
        };
        let gates = entry.value.entries().iter().map(gate).collect();
        Gates { place: Some(self.place(entry.key_span)), written: None, gates }
    }
}

/// Where `part` stands, which begins at byte `at` of a scalar that is written down letter by letter, `quote` bytes after
/// its begin.
fn part(scalar: &Setting, quote: usize, at: usize, part: &str) -> Span {
    let blanks = part.len().saturating_sub(part.trim_start().len());
    let at = at.saturating_add(blanks);
    let span = scalar.place.span;
    let start = span.start.saturating_add(quote).saturating_add(at);
    let chars_before = scalar.text.get(..at).map_or(0, |before| before.chars().count());
    let column = span.column.saturating_add(quote).saturating_add(chars_before);
    Span { start, end: start.saturating_add(part.trim().len()), line: span.line, column }
}
