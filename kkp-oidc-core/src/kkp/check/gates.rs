//! Feature gates: on where they have to be, spelt as KKP reads them.

use crate::diagnostics::{Code, Finding, Fix};
use crate::feature_gates::KnownGate;
use crate::kkp::{Configuration, Dialect, Gate, Gates, Version};

use super::{Check, ENDPOINT_GATE, PLUGIN_GATE};

/// Gates that KKP knew once, until which version is not recorded (spec section 1.2).
const FORMER: [&str; 3] = ["TunnelingExposeStrategy", "KonnectivityService", "OperatingSystemManager"];

impl Check<'_> {
    pub(super) fn gates(&mut self, configuration: &Configuration) {
        self.gates_of(configuration, &configuration.api_gates, ENDPOINT_GATE);
        if configuration.dialect == Dialect::Values {
            self.gates_of(configuration, &configuration.controller_gates, PLUGIN_GATE);
        }
        if configuration.wants_sharing(self.versions) {
            let (api, controller) = (&configuration.api_gates, &configuration.controller_gates);
            self.gate_is_on(configuration, ENDPOINT_GATE, api, controller, "kubermatic.api.featureGates");
            self.gate_is_on(configuration, PLUGIN_GATE, controller, api, "kubermatic.controller.featureGates");
        }
    }

    /// `needed` is the gate that the chart looks for in these.
    fn gates_of(&mut self, configuration: &Configuration, gates: &Gates, needed: &str) {
        let pattern = format!("{needed}=true");
        let is_seen = gates.written.as_ref().is_none_or(|written| written.text.contains(&pattern));
        for gate in &gates.gates {
            if self.is_full() {
                return;
            }
            self.gate(configuration, gate);
            if gate.name == needed && gate.enabled == Some(true) && !is_seen {
                self.not_seen(gate, &pattern);
            }
        }
    }

    fn gate(&mut self, configuration: &Configuration, gate: &Gate) {
        let name: String = gate.name.chars().filter(|character| !character.is_control()).take(80).collect();
        let is_former = FORMER.contains(&gate.name.as_str()) && !self.versions.since(Version::V2_31);
        if KnownGate::from_name(&gate.name).is_none() && !is_former && !name.is_empty() {
            self.unknown_gate(gate, &name);
        }
        if gate.enabled.is_none() {
            let (message, help) = match configuration.dialect {
                Dialect::Values if name.is_empty() => (
                    "there is a gate without a name".to_owned(),
                    "remove it, and blanks after a `,` at the end".to_owned(),
                ),
                Dialect::Values => (unreadable(&name), format!("write `{name}=true`")),
                Dialect::OperatorV1alpha1 => (unreadable(&name), format!("write `{name}: {{enabled: true}}`")),
                Dialect::KubermaticV1 => (unreadable(&name), format!("write `{name}: true`, without quotes")),
            };
            self.at(Code::GateUnreadable, gate.place, message, help);
            return;
        }
        let enabled = gate.enabled == Some(true);
        match configuration.dialect {
            Dialect::OperatorV1alpha1 if !gate.is_object => {
                let message = format!("the gate `{name}` is a boolean, in this API group it is an object");
                // JSON, too.
                let text = format!("{{\"enabled\": {enabled}}}");
                let finding = Finding::new(Code::GateShape, gate.place, message, format!("write `{name}: {text}`"));
                let fix = Fix { source: gate.place.source, span: gate.place.span, text };
                self.found(finding.with_fix(fix));
            }
            Dialect::KubermaticV1 if gate.is_object => {
                let message = format!("the gate `{name}` is an object, in this API group it is a boolean");
                self.at(Code::GateShape, gate.place, message, format!("write `{name}: {enabled}`"));
            }
            _ => {}
        }
    }

    /// A gate is on, and the chart's pattern does not find it (spec section 3.1).
    fn not_seen(&mut self, gate: &Gate, pattern: &str) {
        let message = format!("the chart does not see that the gate `{}` is on, and leaves out its flags", gate.name);
        let finding = Finding::new(Code::GateSpelling, gate.place, message, format!("write `{pattern}`"));
        // A part of a text that is not written letter by letter cannot be replaced by itself.
        let fix = Fix { source: gate.place.source, span: gate.place.span, text: pattern.to_owned() };
        self.found(if gate.is_written { finding.with_fix(fix) } else { finding });
    }

    fn unknown_gate(&mut self, gate: &Gate, name: &str) {
        let near = KnownGate::nearest(&gate.name);
        match near {
            Some(near) if !FORMER.contains(&gate.name.as_str()) => {
                let message = format!("there is no gate `{name}`");
                let finding = Finding::new(Code::GateMisspelt, gate.name_place, message, format!("write `{near}`"));
                let fix = Fix { source: gate.name_place.source, span: gate.name_place.span, text: near.to_string() };
                self.found(if gate.is_written { finding.with_fix(fix) } else { finding });
            }
            _ => {
                let message = format!("the gate `{name}` means nothing to KKP of today");
                self.at(Code::GateUnknown, gate.name_place, message, "remove it, unless your version documents it");
            }
        }
    }

    /// `gates` is where the gate belongs, called `path` in values.yaml; `others` is where it may be by mistake.
    fn gate_is_on(&mut self, configuration: &Configuration, name: &str, gates: &Gates, others: &Gates, path: &str) {
        let is_there = |gates: &Gates| {
            // The last word counts. What is misspelt or cannot be read is a finding of its own.
            let meant =
                |gate: &&Gate| gate.name == name || KnownGate::nearest(&gate.name).map(KnownGate::name) == Some(name);
            gates.gates.iter().rev().find(meant).is_some_and(|gate| gate.enabled != Some(false))
        };
        if is_there(gates) {
            return;
        }
        let place = gates.place.unwrap_or(configuration.auth.place);
        let message = format!("the gate `{name}` is not on");
        let help = match configuration.dialect {
            Dialect::Values => format!("add `{name}=true` to `{path}`"),
            Dialect::OperatorV1alpha1 => format!("add `{name}: {{enabled: true}}` to `spec.featureGates`"),
            Dialect::KubermaticV1 => format!("add `{name}: true` to `spec.featureGates`"),
        };
        let finding = Finding::new(Code::GateMissing, place, message, help);
        let other = others.gates.iter().find(|gate| gate.name == name).filter(|_| is_there(others));
        self.found(match other {
            Some(gate) if configuration.dialect == Dialect::Values => {
                finding.with_related(gate.name_place, "here it does nothing")
            }
            _ => finding,
        });
    }
}

fn unreadable(name: &str) -> String {
    format!("the gate `{name}` has no value that can be read")
}
