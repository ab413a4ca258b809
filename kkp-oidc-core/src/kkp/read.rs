//! From nodes of YAML to settings, with what is wrong about their shape.

use crate::diagnostics::{Code, Finding, Fix, Place};
use crate::kkp::Setting;
use crate::nearest::nearest;
use crate::yaml::{Entry, Node, Span, Value};

/// What a field has to be.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Kind {
    /// A string.
    Text,
    /// A string that nobody shall be shown.
    Secret,
    /// `true` or `false`; also in quotes, as a chart's values have it.
    Bool,
}

/// Reads one source, and notes what is found in it.
pub(super) struct Reader {
    pub(super) source: usize,
    pub(super) findings: Vec<Finding>,
    /// What nobody shall be shown.
    pub(super) secrets: Vec<Span>,
}

impl Reader {
    pub(super) const fn new(source: usize) -> Self {
        Self { source, findings: Vec::new(), secrets: Vec::new() }
    }

    pub(super) const fn place(&self, span: Span) -> Place {
        Place { source: self.source, span }
    }

    /// The scalar that `parent` has under `key`; `None` if there is none, or it is null.
    pub(super) fn setting(&mut self, parent: &Node, key: &str, kind: Kind) -> Option<Setting> {
        parent.entry(key).and_then(|entry| self.entry(entry, kind))
    }

    /// The same under the first of two keys that is there.
    pub(super) fn setting_of(&mut self, parent: &Node, keys: [&str; 2], kind: Kind) -> Option<Setting> {
        let entry = keys.iter().find_map(|key| parent.entry(key))?;
        self.entry(entry, kind)
    }

    fn entry(&mut self, entry: &Entry, kind: Kind) -> Option<Setting> {
        let setting = self.scalar(&entry.value, &entry.key, kind);
        if kind == Kind::Secret {
            self.secrets.push(entry.value.span);
        }
        setting
    }

    /// A scalar as a setting. `name` is what findings call it.
    pub(super) fn scalar(&mut self, node: &Node, name: &str, kind: Kind) -> Option<Setting> {
        let Value::Scalar { text, plain } = &node.value else {
            let what = if matches!(node.value, Value::List(_)) { "a list" } else { "a map" };
            let help = format!("give `{name}` one value, on the same line");
            let message = format!("`{name}` is {what}, expected {}", expected(kind));
            self.findings.push(Finding::new(Code::FieldType, self.place(node.span), message, help));
            return None;
        };
        if node.is_null() {
            return None;
        }
        let place = self.place(node.span);
        if kind == Kind::Bool {
            if node.bool().is_none() && !matches!(text.as_str(), "true" | "false") {
                let message = format!("`{name}` is neither `true` nor `false`");
                let help = format!("write `{name}: true` or `{name}: false`");
                self.findings.push(Finding::new(Code::FieldType, place, message, help));
            }
        } else if *plain && is_number_or_bool(node, text) {
            let message = format!("`{name}` is a number or a boolean to YAML, expected {}", expected(kind));
            let help = "put it in quotes: as a number it loses digits or leading zeros, or is refused".to_owned();
            let fix = Fix { source: self.source, span: node.span, text: format!("\"{text}\"") };
            self.findings.push(Finding::new(Code::FieldType, place, message, help).with_fix(fix));
        }
        let bool = node.bool().or_else(|| text.parse().ok()).filter(|_| kind == Kind::Bool);
        Some(Setting { text: text.clone(), bool, place })
    }

    /// Note the keys of a map that are not in `known`.
    pub(super) fn expect_fields(&mut self, map: &Node, path: &str, known: &[&str]) {
        for entry in map.entries().iter().filter(|entry| !known.contains(&entry.key.as_str())) {
            let shown: String = entry.key.chars().filter(|character| !character.is_control()).take(80).collect();
            let message = format!("`{path}` has no field `{shown}`");
            let place = self.place(entry.key_span);
            // What a misspelt field holds may be a secret all the same.
            self.secrets.push(entry.value.span);
            let finding = match nearest(&entry.key, known.iter().copied()) {
                Some(near) => {
                    let help = format!("write `{near}`");
                    let finding = Finding::new(Code::FieldUnknown, place, message, help);
                    let fix = Fix { source: self.source, span: entry.key_span, text: near.to_owned() };
                    if map.entry(near).is_none() { finding.with_fix(fix) } else { finding }
                }
                None => {
                    let help = format!("remove it; `{path}` has {}", known.join(", "));
                    Finding::new(Code::FieldUnknown, place, message, help)
                }
            };
            self.findings.push(finding);
        }
    }
}

const fn expected(kind: Kind) -> &'static str {
    match kind {
        Kind::Text | Kind::Secret => "a text",
        Kind::Bool => "`true` or `false`",
    }
}

/// Whether Go's YAML libraries make something else than a string of a plain scalar.
fn is_number_or_bool(node: &Node, text: &str) -> bool {
    let unsigned = text.trim_start_matches(['+', '-']);
    let digits = unsigned.replace('_', "");
    let looks_like_number = unsigned.starts_with(|first: char| first.is_ascii_digit() || first == '.');
    let radix =
        |prefix: &str, radix| digits.strip_prefix(prefix).is_some_and(|rest| u128::from_str_radix(rest, radix).is_ok());
    node.bool().is_some()
        || looks_like_number && (digits.parse::<f64>().is_ok() || radix("0x", 16) || radix("0o", 8) || radix("0b", 2))
}
