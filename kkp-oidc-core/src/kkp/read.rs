//! From nodes of YAML to settings, with what is wrong about their shape.

use crate::diagnostics::{Code, Finding, Fix, Place};
use crate::feature_gates::parse_go_bool;
use crate::kkp::Setting;
use crate::kubeconfig::plain::{self, Plain};
use crate::nearest::nearest;
use crate::secret::SecretString;
use crate::yaml::{Entry, Node, Span, Value};

/// What a field has to be.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Kind {
    /// A string.
    Text,
    /// A string that nobody shall be shown.
    Secret,
    /// `true` or `false`.
    Bool,
    /// What Go's flags take for a boolean; also in quotes, as a chart's values have it.
    Flag,
}

/// Most findings about the shape of one source. Nobody mends more in one go, and each takes memory.
const MAX_FINDINGS: usize = 1_000;

/// Most secrets of one source whose other occurrences are hidden, too.
const MAX_SECRET_TEXTS: usize = 1_000;

/// Shortest secret whose other occurrences are hidden, in bytes; a shorter one may be part of any word.
const MIN_SECRET_TEXT_LEN: usize = 6;

/// Reads one source, and notes what is found in it.
pub(super) struct Reader<'t> {
    pub(super) source: usize,
    pub(super) text: &'t str,
    pub(super) findings: Vec<Finding>,
    /// What nobody shall be shown.
    pub(super) secrets: Vec<Span>,
    /// What nobody shall be shown, wherever it stands.
    pub(super) secret_texts: Vec<SecretString>,
}

impl<'t> Reader<'t> {
    pub(super) const fn new(source: usize, text: &'t str) -> Self {
        Self { source, text, findings: Vec::new(), secrets: Vec::new(), secret_texts: Vec::new() }
    }

    pub(super) const fn place(&self, span: Span) -> Place {
        Place { source: self.source, span }
    }

    pub(super) fn found(&mut self, finding: Finding) {
        if self.findings.len() < MAX_FINDINGS {
            self.findings.push(finding);
        }
    }

    pub(super) fn secret_text(&mut self, text: &str) {
        if text.len() >= MIN_SECRET_TEXT_LEN && self.secret_texts.len() < MAX_SECRET_TEXTS {
            self.secret_texts.push(text.into());
        }
    }

    /// The scalar that `parent` has under `key`; `None` if there is none, or it is null.
    pub(super) fn setting(&mut self, parent: &Node, key: &str, kind: Kind) -> Option<Setting> {
        parent.entry(key).and_then(|entry| self.entry(entry, kind))
    }

    fn entry(&mut self, entry: &Entry, kind: Kind) -> Option<Setting> {
        let setting = self.scalar(&entry.value, &entry.key, kind);
        if kind == Kind::Secret {
            self.secrets.push(entry.value.span);
            if let Some(setting) = &setting {
                self.secret_text(&setting.text);
            }
        }
        setting
    }

    /// A scalar as a setting. `name` is what findings call it.
    pub(super) fn scalar(&mut self, node: &Node, name: &str, kind: Kind) -> Option<Setting> {
        let Value::Scalar { text, plain } = &node.value else {
            let what = if matches!(node.value, Value::List(_)) { "a list" } else { "a map" };
            let help = format!("give `{name}` one value, on the same line");
            let message = format!("`{name}` is {what}, expected {}", expected(kind));
            self.found(Finding::new(Code::FieldType, self.place(node.span), message, help));
            return None;
        };
        if node.is_null() {
            return None;
        }
        let place = self.place(node.span);
        let bool = match kind {
            Kind::Text | Kind::Secret => None,
            Kind::Bool => node.bool(),
            Kind::Flag => node.bool().or_else(|| parse_go_bool(text)),
        };
        if matches!(kind, Kind::Bool | Kind::Flag) {
            if bool.is_none() {
                let message = format!("`{name}` is neither `true` nor `false`");
                let help = format!("write `{name}: true` or `{name}: false`, without quotes");
                self.found(Finding::new(Code::FieldType, place, message, help));
            }
        } else if *plain && plain::resolve(text) != Plain::Text {
            let message = format!("`{name}` is a number or a boolean to YAML, expected {}", expected(kind));
            let help = "put it in quotes: as a number it loses digits or leading zeros, or is refused".to_owned();
            let finding = Finding::new(Code::FieldType, place, message, help);
            // An alias stands for what is written elsewhere.
            let is_written_here = self.text.get(node.span.start..node.span.end) == Some(text.as_str());
            let fix = Fix { source: self.source, span: node.span, text: format!("\"{text}\"") };
            self.found(if is_written_here { finding.with_fix(fix) } else { finding });
        }
        Some(Setting { text: text.clone(), bool, place })
    }

    /// Another key in the place of this one, in the same quotes: JSON stays JSON.
    fn renamed(&self, entry: &Entry, key: &str) -> Fix {
        let written = self.text.get(entry.key_span.start..entry.key_span.end).unwrap_or_default();
        let quote =
            written.chars().next().filter(|first| matches!(first, '"' | '\'')).map(String::from).unwrap_or_default();
        Fix { source: self.source, span: entry.key_span, text: format!("{quote}{key}{quote}") }
    }

    /// Note keys that are nearly one of `fields`, which are the ones that matter in this map; it may have any others.
    pub(super) fn expect_no_typo(&mut self, map: &Node, path: &str, fields: &[&str]) {
        for entry in map.entries() {
            let is_typo = |field: &&&str| {
                let near = match field.len() {
                    0..=7 => field.eq_ignore_ascii_case(&entry.key),
                    _ => nearest(&entry.key, [**field]).is_some(),
                };
                near && map.entry(field).is_none()
            };
            let Some(field) = fields.iter().find(is_typo) else { continue };
            let shown: String = entry.key.chars().take(80).collect();
            let message = format!("`{path}` has no field `{shown}`");
            let fix = self.renamed(entry, field);
            let place = self.place(entry.key_span);
            self.found(Finding::new(Code::FieldUnknown, place, message, format!("write `{field}`")).with_fix(fix));
        }
    }

    /// Note the keys of a map that are not in `known`.
    pub(super) fn expect_fields(&mut self, map: &Node, path: &str, known: &[&str]) {
        for entry in map.entries().iter().filter(|entry| !known.contains(&entry.key.as_str())) {
            // What a misspelt field holds may be a secret all the same.
            self.secrets.push(entry.value.span);
            if self.findings.len() >= MAX_FINDINGS {
                continue;
            }
            let shown: String = entry.key.chars().take(80).collect();
            let message = format!("`{path}` has no field `{shown}`");
            let place = self.place(entry.key_span);
            let finding = match nearest(&entry.key, known.iter().copied()) {
                Some(near) => {
                    let help = format!("write `{near}`");
                    let finding = Finding::new(Code::FieldUnknown, place, message, help);
                    let fix = self.renamed(entry, near);
                    if map.entry(near).is_none() { finding.with_fix(fix) } else { finding }
                }
                None => {
                    let help = format!("remove it; `{path}` has {}", known.join(", "));
                    Finding::new(Code::FieldUnknown, place, message, help)
                }
            };
            self.found(finding);
        }
    }
}

const fn expected(kind: Kind) -> &'static str {
    match kind {
        Kind::Text | Kind::Secret => "a text",
        Kind::Bool | Kind::Flag => "`true` or `false`",
    }
}
