//! Feature gates as files have them.

use crate::feature_gates::parse_go_bool;
use crate::kkp::read::{Kind, Reader};
use crate::kkp::{Gate, Gates, Setting};
use crate::yaml::{Node, Span, Value};

impl Reader<'_> {
    /// The value of a flag, such as `A=true,B=true`, under `key`.
    pub(super) fn gates_text(&mut self, parent: Option<&Node>, key: &str) -> Gates {
        let Some(parent) = parent else { return Gates::default() };
        let Some(written) = self.setting(parent, key, Kind::Text) else {
            let place = parent.entry(key).map(|entry| self.place(entry.key_span));
            return Gates { place, ..Gates::default() };
        };
        let mut gates = Vec::new();
        let mut at = 0_usize;
        for segment in written.text.split(',') {
            if !segment.is_empty() {
                let (name, value) = segment.split_once('=').unwrap_or((segment, ""));
                let span = self.part(&written, at, segment);
                let name_span = self.part(&written, at, name);
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

    /// Where `part` stands, which begins at byte `at` of a scalar; the whole scalar if it is not written down letter by
    /// letter.
    fn part(&self, scalar: &Setting, at: usize, part: &str) -> Span {
        let span = scalar.place.span;
        let trimmed = part.trim();
        let blanks = part.len().saturating_sub(part.trim_start().len());
        let at = at.saturating_add(blanks);
        let written = self.text.get(span.start..span.end).unwrap_or_default();
        let quote = usize::from(written.starts_with(['"', '\'']));
        if written.get(quote..written.len().saturating_sub(quote)) != Some(&scalar.text) {
            return span;
        }
        let start = span.start.saturating_add(quote).saturating_add(at);
        let chars_before = scalar.text.get(..at).map_or(0, |before| before.chars().count());
        let column = span.column.saturating_add(quote).saturating_add(chars_before);
        Span { start, end: start.saturating_add(trimmed.len()), line: span.line, column }
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
