//! Fields that nothing is made of.

use crate::diagnostics::Place;
use crate::kkp::document::AUTH_FIELDS;
use crate::yaml::{Entry, Node, Value};

use super::Work;

/// Longest name of a field that a note repeats, in characters.
const MAX_SHOWN_CHARS: usize = 80;

impl Work<'_> {
    /// Note the fields of values.yaml that have no counterpart, and those that other charts read.
    pub(super) fn unknown_values(&mut self) {
        for (shown, place) in self.others("", &["kubermatic"]) {
            self.notes.task(place, format!("{shown} is of another chart; keep it in that chart's values"));
        }
        self.no_counterpart("kubermatic", &["auth", "api", "controller", "domain", "ui"]);
        self.no_counterpart("kubermatic.auth", &AUTH_FIELDS);
        self.no_counterpart("kubermatic.api", &["featureGates"]);
        self.no_counterpart("kubermatic.controller", &["featureGates"]);
        self.no_counterpart("kubermatic.ui", &["config"]);
    }

    /// Note the fields of a KubermaticConfiguration that have no counterpart.
    pub(super) fn unknown_configuration(&mut self) {
        self.no_counterpart("spec", &["auth", "featureGates", "ingress", "caBundle", "ui"]);
        self.no_counterpart("spec.auth", &AUTH_FIELDS);
        self.no_counterpart("spec.ingress", &["domain"]);
        self.no_counterpart("spec.caBundle", &["apiGroup", "kind", "name"]);
        self.no_counterpart("spec.ui", &["config"]);
    }

    /// Note a field that is there, and is not what it has to be: a list, say.
    pub(super) fn misshapen(&mut self, path: &str, is_read: bool) {
        let entry = self.origin.entry(path).filter(|entry| !is_read && !is_nothing(&entry.value));
        if let Some(place) = entry.map(|entry| self.origin.place(entry.key_span)) {
            self.notes.no_counterpart(place, format!("`{path}` is not of the type that KKP reads; it is left out"));
        }
    }

    fn no_counterpart(&mut self, path: &str, known: &[&str]) {
        for (shown, place) in self.others(path, known) {
            let is_typo = |place: Place| {
                let findings = &self.installation.findings;
                findings.iter().any(|finding| finding.place == Some(place) && finding.fix.is_some())
            };
            let help = if is_typo(place) { "; `kkp-oidc check --fix` mends its spelling" } else { "" };
            self.notes.no_counterpart(place, format!("{shown} is not migrated{help}"));
        }
    }

    /// The entries at `path` that are not in `known`, with what notes call them.
    fn others(&self, path: &str, known: &[&str]) -> Vec<(String, Place)> {
        let entries = self.origin.at(path).map(Node::entries).unwrap_or_default();
        let shown = |entry: &Entry| {
            let key: String = entry.key.chars().take(MAX_SHOWN_CHARS).collect();
            let dot = if path.is_empty() { "" } else { "." };
            (format!("`{path}{dot}{key}`"), self.origin.place(entry.key_span))
        };
        let is_other = |entry: &&Entry| !known.contains(&entry.key.as_str()) && !is_nothing(&entry.value);
        entries.iter().filter(is_other).map(shown).collect()
    }
}

/// Whether nothing is lost with a node.
fn is_nothing(node: &Node) -> bool {
    match &node.value {
        Value::Scalar { text, .. } => text.is_empty() || node.is_null(),
        Value::List(items) => items.is_empty(),
        Value::Map(entries) => entries.is_empty(),
    }
}
