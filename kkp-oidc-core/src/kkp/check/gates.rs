//! Feature gates: on where they have to be, spelt as KKP reads them.

use crate::diagnostics::{Code, Finding, Fix};
use crate::feature_gates::KnownGate;
use crate::kkp::{Configuration, Dialect, Gate, Gates};

use super::{Check, ENDPOINT_GATE, PLUGIN_GATE};

/// Gates that KKP knew once (spec section 1.2).
const FORMER: [&str; 3] = ["TunnelingExposeStrategy", "KonnectivityService", "OperatingSystemManager"];

impl Check<'_> {
    pub(super) fn gates(&mut self, configuration: &Configuration) {
        let of_chart = configuration.dialect == Dialect::Values;
        for gate in &configuration.api_gates.gates {
            self.gate(configuration, gate);
        }
        if of_chart {
            for gate in &configuration.controller_gates.gates {
                self.gate(configuration, gate);
            }
        }
        if configuration.wants_sharing(self.versions) {
            let (api, controller) = (&configuration.api_gates, &configuration.controller_gates);
            self.gate_is_on(configuration, ENDPOINT_GATE, api, controller, "kubermatic.api.featureGates");
            self.gate_is_on(configuration, PLUGIN_GATE, controller, api, "kubermatic.controller.featureGates");
        }
    }

    fn gate(&mut self, configuration: &Configuration, gate: &Gate) {
        let name: String = gate.name.chars().filter(|character| !character.is_control()).take(80).collect();
        if KnownGate::from_name(&gate.name).is_none() {
            self.unknown_gate(gate, &name);
        }
        if gate.enabled.is_none() {
            let message = format!("the gate `{name}` has no value that can be read");
            self.at(Code::GateUnreadable, gate.place, message, format!("write `{name}=true` or `{name}: true`"));
            return;
        }
        let enabled = gate.enabled == Some(true);
        match configuration.dialect {
            Dialect::Values if enabled && [ENDPOINT_GATE, PLUGIN_GATE].contains(&gate.name.as_str()) => {
                let gates = [&configuration.api_gates, &configuration.controller_gates];
                let written = gates.into_iter().filter(|gates| {
                    gates.place.is_some_and(|all| {
                        all.source == gate.place.source
                            && all.span.start <= gate.place.span.start
                            && gate.place.span.end <= all.span.end
                    })
                });
                let is_seen = written
                    .filter_map(|gates| gates.written.as_ref())
                    .any(|written| written.text.contains(&format!("{}=true", gate.name)));
                if !is_seen {
                    let message =
                        format!("the chart does not see that the gate `{name}` is on, and leaves out its flags");
                    let finding = Finding::new(Code::GateSpelling, gate.place, message, format!("write `{name}=true`"));
                    let text = format!("{}=true", gate.name);
                    let fix = Fix { source: gate.place.source, span: gate.place.span, text };
                    self.found(finding.with_fix(fix));
                }
            }
            Dialect::OperatorV1alpha1 if !gate.is_object => {
                let message = format!("the gate `{name}` is a boolean, in this API group it is an object");
                let text = format!("{{enabled: {enabled}}}");
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

    fn unknown_gate(&mut self, gate: &Gate, name: &str) {
        let near = KnownGate::nearest(&gate.name);
        match near {
            Some(near) if !FORMER.contains(&gate.name.as_str()) => {
                let message = format!("there is no gate `{name}`");
                let finding = Finding::new(Code::GateMisspelt, gate.name_place, message, format!("write `{near}`"));
                let fix = Fix { source: gate.name_place.source, span: gate.name_place.span, text: near.to_string() };
                // A part of a text that is not written letter by letter cannot be replaced by itself.
                let is_name = gate.name_place.span.end.saturating_sub(gate.name_place.span.start) == gate.name.len();
                self.found(if is_name { finding.with_fix(fix) } else { finding });
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
            gates.gates.iter().any(|gate| {
                // What is misspelt is a finding of its own.
                let meant = KnownGate::nearest(&gate.name).map(KnownGate::name) == Some(name);
                (gate.name == name || meant) && gate.enabled != Some(false)
            })
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
