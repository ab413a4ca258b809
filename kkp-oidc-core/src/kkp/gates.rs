//! Feature gates as files have them.

use crate::feature_gates::parse_go_bool;
use crate::kkp::read::{Kind, Reader};
use crate::kkp::{Gate, Gates};
use crate::yaml::{Node, Span, Value};

impl Reader {
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
                let span = part(written.place.span, &written.text, at, segment);
                let name_span = part(written.place.span, &written.text, at, segment.split('=').next().unwrap_or(""));
                gates.push(Gate {
                    name: name.trim().to_owned(),
                    enabled: parse_go_bool(value.trim()),
                    is_object: false,
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
                name_place: self.place(one.key_span),
                place: self.place(one.value.span),
            }
        };
        let gates = entry.value.entries().iter().map(gate).collect();
        Gates { place: Some(self.place(entry.key_span)), written: None, gates }
    }
}

/// Where `part` stands, which begins at byte `at` of a scalar's `text`; the whole scalar if it is not written down
/// letter by letter.
fn part(scalar: Span, text: &str, at: usize, part: &str) -> Span {
    let len = scalar.end.saturating_sub(scalar.start);
    let quote = match len.checked_sub(text.len()) {
        Some(0) => 0,
        Some(2) => 1,
        _ => return scalar,
    };
    if text.contains('\n') {
        return scalar;
    }
    let blanks = part.len().saturating_sub(part.trim_start().len());
    let at = at.saturating_add(blanks);
    let chars_before = text.get(..at).map_or(0, |before| before.chars().count());
    let start = scalar.start.saturating_add(quote).saturating_add(at);
    Span {
        start,
        end: start.saturating_add(part.trim().len()),
        line: scalar.line,
        column: scalar.column.saturating_add(quote).saturating_add(chars_before),
    }
}
