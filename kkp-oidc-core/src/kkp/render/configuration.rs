//! The KubermaticConfiguration. KKP: spec section 3.2.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::{Render, Rendered};
use crate::kkp::secret::{Secret, SecretName};
use crate::kkp::writer::Writer;
use crate::kkp::{Auth, Dialect, Setting, Version};

/// What the ConfigMap with the CA bundle is called by default.
const CA_BUNDLE: &str = "ca-bundle";

impl Render<'_> {
    /// The configuration as a KubermaticConfiguration of this version; with the ConfigMap of the CA bundle if it has to
    /// move there.
    pub(super) fn kubermatic_configuration(&self) -> Rendered {
        let configuration = self.configuration;
        let mut notes = Vec::new();
        let moved_ca = self.moved_ca();
        let mut yaml = Writer::default();
        let group =
            if self.version >= Version::V2_20 { "kubermatic.k8c.io/v1" } else { "operator.kubermatic.io/v1alpha1" };
        yaml.text(0, "apiVersion", group);
        yaml.text(0, "kind", "KubermaticConfiguration");
        yaml.line(0, "metadata:");
        yaml.text(2, "name", configuration.name.as_ref().map_or("kubermatic", |name| &name.text));
        yaml.text(2, "namespace", "kubermatic");
        yaml.line(0, "spec:");
        let mut is_empty = true;
        let fields = self.auth_fields(&configuration.auth, moved_ca.is_some(), &mut notes);
        if !fields.is_empty() {
            is_empty = false;
            yaml.line(2, "auth:");
            for (key, field) in &fields {
                match field {
                    Field::Text(text) => yaml.text(4, key, text),
                    Field::Bool(value) => yaml.line(4, &format!("{key}: {value}")),
                }
            }
        }
        let name = configuration.ca_bundle_name.as_ref().map(|name| name.text.as_str());
        if let Some(name) = name.or_else(|| moved_ca.as_ref().map(|_| CA_BUNDLE)) {
            is_empty = false;
            yaml.line(2, "caBundle:");
            yaml.text(4, "name", name);
        }
        let gates = self.all_gates(&mut notes);
        if !gates.is_empty() {
            is_empty = false;
            yaml.line(2, "featureGates:");
            for (name, is_on) in gates {
                yaml.key(4, name);
                if self.version >= Version::V2_20 {
                    yaml.push(&format!(" {is_on}"));
                } else {
                    yaml.line(6, &format!("enabled: {is_on}"));
                }
            }
        }
        if let Some(domain) = &configuration.domain {
            is_empty = false;
            yaml.line(2, "ingress:");
            yaml.text(4, "domain", &domain.text);
        }
        if let Some(config) = self.dashboard_config(&mut notes) {
            is_empty = false;
            yaml.line(2, "ui:");
            yaml.text(4, "config", &config);
        }
        if is_empty {
            yaml.push(" {}");
        }
        if let Some(pem) = moved_ca {
            yaml.line(0, "---");
            yaml.text(0, "apiVersion", "v1");
            yaml.line(0, "data:");
            yaml.text(2, "ca-bundle.pem", &pem);
            yaml.line(0, "kind: ConfigMap");
            yaml.line(0, "metadata:");
            yaml.text(2, "name", name.unwrap_or(CA_BUNDLE));
            yaml.text(2, "namespace", "kubermatic");
        }
        Rendered { notes, secrets: self.in_files(self.auth_secrets()), ..Rendered::document(yaml.finish()) }
    }

    /// Whether it comes from values.yaml.
    fn is_of_chart(&self) -> bool {
        self.configuration.dialect == Dialect::Values
    }

    /// The CA bundle as PEM, if this version has it in a ConfigMap, and the one of the files did not.
    fn moved_ca(&self) -> Option<String> {
        let is_there = self.configuration.auth.ca_bundle.as_ref().is_some_and(|bundle| !bundle.is_empty());
        let moves = self.version >= Version::V2_17 && self.configuration.dialect != Dialect::KubermaticV1;
        (is_there && moves).then(|| self.pem()).flatten()
    }

    /// The CA bundle of the configuration itself.
    pub(super) fn pem(&self) -> Option<String> {
        self.installation.ca_bundle().map(|bundle| bundle.pem)
    }

    /// The fields of `spec.auth`, sorted.
    fn auth_fields(&self, auth: &Auth, ca_has_moved: bool, notes: &mut Vec<String>) -> Vec<(&'static str, Field)> {
        let text = |setting: &Option<Setting>| setting.as_ref().map(|setting| Field::Text(setting.text.clone()));
        let secret = |name, setting: &Option<Setting>| {
            let secret = Secret { name, text: setting.as_ref()?.text.as_str().into() };
            Some(Field::Text(self.options.secrets.in_document(&secret)))
        };
        let ca_bundle = match &auth.ca_bundle {
            _ if ca_has_moved => None,
            // The operator takes the PEM itself, not base64 of it.
            Some(bundle) if self.is_of_chart() => {
                let pem = if bundle.is_empty() { None } else { self.pem() };
                pem.filter(|_| self.version < Version::V2_17).map(Field::Text)
            }
            bundle => text(bundle),
        };
        let skip = auth.skip_token_issuer_tls_verify.as_ref();
        if skip.is_some_and(|skip| skip.bool.is_none()) {
            notes.push("left out: `skipTokenIssuerTLSVerify` is neither `true` nor `false`".to_owned());
        }
        let fields = [
            ("caBundle", ca_bundle),
            ("clientID", text(&auth.client_id)),
            ("issuerClientID", text(&auth.issuer_client_id)),
            ("issuerClientSecret", secret(SecretName::IssuerClientSecret, &auth.issuer_client_secret)),
            ("issuerCookieKey", secret(SecretName::IssuerCookieKey, &auth.issuer_cookie_key)),
            ("issuerRedirectURL", text(&auth.issuer_redirect_url)),
            ("serviceAccountKey", secret(SecretName::ServiceAccountKey, &auth.service_account_key)),
            ("skipTokenIssuerTLSVerify", skip.and_then(|skip| skip.bool).map(Field::Bool)),
            ("tokenIssuer", text(&auth.token_issuer)),
        ];
        fields.into_iter().filter_map(|(key, field)| Some((key, field?))).collect()
    }

    /// The three secrets of `auth`, as far as they are there.
    pub(super) fn auth_secrets(&self) -> impl Iterator<Item = Secret> + use<'_> {
        let auth = &self.configuration.auth;
        [
            (SecretName::IssuerClientSecret, &auth.issuer_client_secret),
            (SecretName::IssuerCookieKey, &auth.issuer_cookie_key),
            (SecretName::ServiceAccountKey, &auth.service_account_key),
        ]
        .into_iter()
        .filter_map(|(name, setting)| Some(Secret { name, text: setting.as_ref()?.text.as_str().into() }))
    }

    /// The gates of API and controller, sorted; the last word on each counts.
    fn all_gates(&self, notes: &mut Vec<String>) -> BTreeMap<&str, bool> {
        let configuration = self.configuration;
        let mut gates = BTreeMap::new();
        for gate in configuration.api_gates.gates.iter().chain(&configuration.controller_gates.gates) {
            match gate.enabled {
                Some(is_on) => {
                    if gates.insert(gate.name.as_str(), is_on).is_some_and(|before| before != is_on) {
                        notes.push(format!("the gate `{}` is {}, the last of several values", gate.name, on(is_on)));
                    }
                }
                None => notes.push(format!("left out: the gate `{}` is neither `true` nor `false`", gate.name)),
            }
        }
        gates
    }

    /// config.json; from values.yaml to 2.23 and later without `share_kubeconfig`, which does nothing there.
    fn dashboard_config(&self, notes: &mut Vec<String>) -> Option<String> {
        let written = &self.configuration.ui_config.as_ref()?.text;
        if !self.is_of_chart() || self.version < Version::V2_23 {
            return Some(written.clone());
        }
        let Ok(Json::Object(mut config)) = serde_json::from_str(written) else { return Some(written.clone()) };
        if config.remove("share_kubeconfig").is_some() {
            let note =
                "since 2.23 `share_kubeconfig` does nothing: `kkp-oidc render ui-config` writes the KubermaticSetting";
            notes.push(note.to_owned());
        }
        if config.is_empty() { None } else { Some(pretty(&Json::Object(config))) }
    }
}

/// The value of a field.
enum Field {
    Text(String),
    Bool(bool),
}

const fn on(is_on: bool) -> &'static str {
    if is_on { "on" } else { "off" }
}

/// JSON over several lines, with a line end at its end.
pub(super) fn pretty(json: &Json) -> String {
    serde_json::to_string_pretty(json).unwrap_or_default() + "\n"
}
