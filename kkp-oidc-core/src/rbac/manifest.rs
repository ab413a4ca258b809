//! The manifest, in kubectl's order of keys.

use super::Binding;
use crate::kubeconfig::scalar::{start_line, write_value};

const API_GROUP: &str = "rbac.authorization.k8s.io";

pub(super) fn write(binding: &Binding) -> String {
    let mut writer = Writer(String::new());
    let (role_kind, role_name) = binding.grant.role();
    writer.line(0, "apiVersion: rbac.authorization.k8s.io/v1");
    writer.value(0, "kind:", binding.grant.binding_kind());
    writer.line(0, "metadata:");
    writer.value(2, "name:", binding.name.as_str());
    if let Some(namespace) = binding.grant.namespace() {
        writer.value(2, "namespace:", namespace.as_str());
    }
    writer.line(0, "roleRef:");
    writer.value(2, "apiGroup:", API_GROUP);
    writer.value(2, "kind:", role_kind);
    writer.value(2, "name:", role_name.as_str());
    writer.line(0, "subjects:");
    for subject in binding.subjects.iter() {
        writer.line(0, "- apiGroup: rbac.authorization.k8s.io");
        writer.value(2, "kind:", subject.kind());
        writer.value(2, "name:", subject.name().as_str());
    }
    start_line(&mut writer.0, 0);
    writer.0
}

struct Writer(String);

impl Writer {
    fn line(&mut self, indent: usize, text: &str) {
        start_line(&mut self.0, indent);
        self.0.push_str(text);
    }

    fn value(&mut self, indent: usize, key: &str, text: &str) {
        self.line(indent, key);
        write_value(&mut self.0, text, indent.saturating_add(2));
    }
}
