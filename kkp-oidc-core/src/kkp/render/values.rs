//! values.yaml of the chart `kubermatic`, 2.12 and 2.13. KKP: spec section 3.1.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::{Render, Rendered};
use crate::kkp::secret::{Secret, SecretName};
use crate::kkp::writer::Writer;
use crate::kkp::{Dialect, Effective, Gates, Setting};

/// Gates that the API of 2.12 knows; the others are the controller's.
const API_GATES: [&str; 2] = ["OIDCKubeCfgEndpoint", "PrometheusEndpoint"];

impl Render<'_> {
    /// The configuration as values of the chart. What the operator fills in is written down: the chart fills in nothing.
    pub(super) fn values(&self) -> Rendered {
        let configuration = self.configuration;
        let mut yaml = Writer::default();
        let mut notes = Vec::new();
        yaml.line(0, "kubermatic:");
        let mut is_empty = true;
        if let Some(domain) = &configuration.domain {
            is_empty = false;
            yaml.text(2, "domain", &domain.text);
        }
        let fields = self.values_auth();
        if !fields.is_empty() {
            is_empty = false;
            yaml.line(2, "auth:");
            for (key, text) in &fields {
                yaml.text(4, key, text);
            }
        }
        for (part, gates) in [("api", self.gates_of_api(&mut notes)), ("controller", self.gates_of_controller())] {
            if let Some(gates) = gates {
                is_empty = false;
                yaml.line(2, &format!("{part}:"));
                yaml.text(4, "featureGates", &gates);
            }
        }
        if let Some(config) = &configuration.ui_config {
            is_empty = false;
            yaml.line(2, "ui:");
            yaml.text(4, "config", &config.text);
        }
        if is_empty {
            yaml.push(" {}");
        }
        Rendered { notes, secrets: self.in_files(self.auth_secrets()), ..Rendered::document(yaml.finish()) }
    }

    fn is_of_operator(&self) -> bool {
        self.configuration.dialect != Dialect::Values
    }

    /// The fields of `kubermatic.auth`, in the order of the seed page.
    fn values_auth(&self) -> Vec<(&'static str, String)> {
        let auth = &self.configuration.auth;
        // The version that is rolled back from decides on what the operator fills in.
        let effective = Effective::new(self.configuration, self.configuration.dialect.versions().last());
        let text = |setting: &Option<Setting>, effective: String| match setting {
            Some(setting) if !self.is_of_operator() => Some(setting.text.clone()),
            _ if self.is_of_operator() => Some(effective).filter(|text| !text.is_empty()),
            _ => None,
        };
        let secret = |name, setting: &Option<Setting>| {
            let secret = Secret { name, text: setting.as_ref()?.text.as_str().into() };
            Some(self.options.secrets.in_document(&secret))
        };
        let ca_bundle = match &auth.ca_bundle {
            Some(bundle) if !self.is_of_operator() => Some(bundle.text.clone()),
            _ if self.is_of_operator() => self.pem().map(|pem| STANDARD.encode(pem)),
            _ => None,
        };
        let skip = auth.skip_token_issuer_tls_verify.as_ref();
        let skip = skip.and_then(|skip| match skip.bool {
            Some(skip) if self.is_of_operator() => Some(skip.to_string()),
            None if self.is_of_operator() => None,
            _ => Some(skip.text.clone()),
        });
        let fields = [
            ("tokenIssuer", text(&auth.token_issuer, effective.token_issuer.text)),
            ("clientID", text(&auth.client_id, effective.client_id.text)),
            ("issuerRedirectURL", text(&auth.issuer_redirect_url, effective.redirect_url.text)),
            ("issuerClientID", text(&auth.issuer_client_id, effective.issuer_client_id.text)),
            ("issuerClientSecret", secret(SecretName::IssuerClientSecret, &auth.issuer_client_secret)),
            ("issuerCookieKey", secret(SecretName::IssuerCookieKey, &auth.issuer_cookie_key)),
            ("serviceAccountKey", secret(SecretName::ServiceAccountKey, &auth.service_account_key)),
            ("skipTokenIssuerTLSVerify", skip),
            ("caBundle", ca_bundle),
        ];
        fields.into_iter().filter_map(|(key, text)| Some((key, text?))).collect()
    }

    fn gates_of_api(&self, notes: &mut Vec<String>) -> Option<String> {
        let gates = &self.configuration.api_gates;
        if !self.is_of_operator() {
            return gates.written.as_ref().map(|written| written.text.clone());
        }
        for gate in gates.gates.iter().filter(|gate| gate.enabled.is_none()) {
            notes.push(format!("left out: the gate `{}` is neither `true` nor `false`", gate.name));
        }
        as_flag(gates, |name| API_GATES.contains(&name))
    }

    fn gates_of_controller(&self) -> Option<String> {
        let gates = &self.configuration.controller_gates;
        if self.is_of_operator() {
            as_flag(gates, |name| !API_GATES.contains(&name))
        } else {
            gates.written.as_ref().map(|written| written.text.clone())
        }
    }
}

/// Some of the gates as the value of a flag, spelt as the chart looks for them.
fn as_flag(gates: &Gates, is_wanted: impl Fn(&str) -> bool) -> Option<String> {
    let wanted = gates.gates.iter().filter(|gate| is_wanted(&gate.name));
    let texts: Vec<String> =
        wanted.filter_map(|gate| gate.enabled.map(|is_on| format!("{}={is_on}", gate.name))).collect();
    if texts.is_empty() { None } else { Some(texts.join(",")) }
}
