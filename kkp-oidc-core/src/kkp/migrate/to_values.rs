//! From a KubermaticConfiguration to values.yaml, for rollbacks.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::kkp::{Dialect, Effective, Setting, Version};

use super::share::{self, SHARE};
use super::write::{self, Field};
use super::{AUTH_TEXTS, BEGIN, ReadBy, Work, auth_text, filled_in, map, read_by};

impl Work<'_> {
    /// values.yaml with everything that KKP filled in, for the chart fills in nothing.
    pub(super) fn write_values(&mut self) -> String {
        self.unknown_configuration();
        let domain = self.configuration.domain.as_ref().filter(|domain| !domain.is_empty());
        self.misshapen("spec.ingress.domain", domain.is_some());
        let paths = ["spec.ingress", "spec.ingress.domain"];
        let domain = domain.map(|domain| self.origin.text("domain", domain.text.clone(), &paths));
        let mut fields: Vec<Field> = domain.into_iter().collect();
        let mut auth = self.values_auth();
        auth.extend(self.values_ca_bundle());
        fields.extend(map(&self.origin, "auth", auth, &["spec.auth"]));
        fields.extend(self.values_gates());
        let config = self.values_ui_config();
        let config = config.map(|config| self.origin.text("config", config, &["spec.ui.config"]));
        fields.extend(map(&self.origin, "ui", config.into_iter().collect(), &["spec.ui"]));
        self.seeds();
        write::documents(&[vec![self.origin.map("kubermatic", fields, &["apiVersion", "kind", "metadata", "spec"])]])
    }

    fn values_auth(&mut self) -> Vec<Field> {
        let auth = &self.configuration.auth;
        let last = self.configuration.dialect.versions().last();
        let effective = Effective::new(self.configuration, last);
        let mut fields = Vec::new();
        for name in AUTH_TEXTS {
            let path = format!("spec.auth.{name}");
            let setting = auth_text(auth, name);
            self.misshapen(&path, setting.is_some());
            if let Some(setting) = setting {
                fields.push(self.origin.text(name, setting.text.clone(), &[&path]));
                continue;
            }
            let filled_in = filled_in(&effective, name);
            if !filled_in.is_empty() {
                let earlier = Effective::new(self.configuration, Version::V2_30);
                let earlier = super::filled_in(&earlier, name);
                let before = if last > Version::V2_30 && earlier != filled_in {
                    format!(" (up to 2.30 `{earlier}`)")
                } else {
                    String::new()
                };
                let message = format!("`{path}` is not written; what KKP {last} fills in is: `{filled_in}`{before}");
                self.notes.changed(self.origin.key_place(&path, auth.place), message);
                fields.push(Field::text(name, filled_in));
            }
        }
        let path = "spec.auth.skipTokenIssuerTLSVerify";
        let skip = auth.skip_token_issuer_tls_verify.as_ref().and_then(|skip| skip.bool);
        self.misshapen(path, skip.is_some());
        if let Some(skip) = skip {
            // A string in the chart, whose default is "false".
            fields.push(self.origin.text("skipTokenIssuerTLSVerify", skip.to_string(), &[path]));
        }
        if effective.client_id.text == effective.issuer_client_id.text && !effective.client_id.is_empty() {
            let message = "the dashboard and kubeconfigs share one client; 2.12 and 2.13 log in to the dashboard \
                           without its secret: give `clientID` a client of its own";
            let place = self.origin.key_place("spec.auth.clientID", auth.place);
            self.notes.task(place, message);
        }
        fields
    }

    /// base64 of the CA bundle.
    fn values_ca_bundle(&mut self) -> Option<Field> {
        let reads_auth = self.configuration.dialect == Dialect::OperatorV1alpha1;
        let paths = ["spec.caBundle", "spec.caBundle.name", "spec.auth.caBundle"];
        let written = self.configuration.auth.ca_bundle.as_ref().filter(|bundle| !bundle.is_empty());
        self.misshapen("spec.auth.caBundle", written.is_some());
        if let Some(pem) = self.installation.ca_bundles.first() {
            let pem = self.ca_pem(pem);
            return Some(self.origin.text("caBundle", STANDARD.encode(pem), &paths));
        }
        if let Some(bundle) = written.filter(|_| reads_auth) {
            let pem = self.ca_pem(bundle);
            let base64 = if pem.contains(BEGIN) { STANDARD.encode(pem) } else { bundle.text.clone() };
            return Some(self.origin.text("caBundle", base64, &paths));
        }
        if let Some(bundle) = written {
            let message = "`spec.auth.caBundle` is read up to 2.16 only; give the ConfigMap with the CA bundle, too";
            self.notes.no_counterpart(bundle.place, message);
        } else if let Some(name) = &self.configuration.ca_bundle_name {
            let message = "the ConfigMap of `spec.caBundle` is not among the files; give it, too";
            self.notes.no_counterpart(name.place, message);
        } else if self.configuration.controller_gates.is_enabled("OpenIDAuthPlugin") {
            let message = "with OpenIDAuthPlugin, the chart needs `kubermatic.auth.caBundle`: give the ConfigMap \
                           `ca-bundle`, too";
            self.notes.task(self.configuration.auth.place, message);
        }
        None
    }

    /// The gates, each where it is read.
    fn values_gates(&mut self) -> Vec<Field> {
        let (mut api, mut controller) = (Vec::new(), Vec::new());
        for gate in &self.configuration.api_gates.gates {
            let shown: String = gate.name.chars().take(80).collect();
            match (read_by(&gate.name), gate.enabled) {
                (_, None) => {
                    let message = format!("the gate `{shown}` is neither on nor off; it is left out");
                    self.notes.no_counterpart(gate.name_place, message);
                }
                (ReadBy::Nobody, Some(false)) => {}
                (ReadBy::Nobody, Some(true)) => {
                    let message = format!("nothing reads the gate `{shown}` in 2.12 and 2.13");
                    self.notes.no_counterpart(gate.name_place, message);
                }
                (ReadBy::Api, Some(enabled)) => api.push(format!("{}={enabled}", gate.name)),
                (ReadBy::Controller, Some(enabled)) => controller.push(format!("{}={enabled}", gate.name)),
            }
        }
        let of = |reader: ReadBy| {
            let gates = self.configuration.api_gates.gates.iter().filter(move |gate| read_by(&gate.name) == reader);
            gates
                .map(|gate| format!("spec.featureGates.{}", gate.name))
                .flat_map(|path| [format!("{path}.enabled"), path])
                .collect::<Vec<String>>()
        };
        let mut fields = Vec::new();
        // The comment of all gates goes where the first of them are.
        let mut shared = Some("spec.featureGates".to_owned());
        for (part, reader, gates) in [("api", ReadBy::Api, api), ("controller", ReadBy::Controller, controller)] {
            if gates.is_empty() {
                continue;
            }
            let paths: Vec<String> = shared.take().into_iter().chain(of(reader)).collect();
            let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
            fields.push(Field::map(part, vec![self.origin.text("featureGates", gates.join(","), &paths)]));
        }
        fields
    }

    /// config.json with the switch of the share button.
    fn values_ui_config(&mut self) -> Option<String> {
        let setting = self.configuration.ui_config.as_ref().filter(|config| !config.text.trim().is_empty());
        self.misshapen("spec.ui.config", setting.is_some());
        let config = setting.map(|setting| setting.text.clone()).unwrap_or_default();
        if share::get(&config, SHARE).is_some() || self.configuration.dialect == Dialect::OperatorV1alpha1 {
            return Some(config).filter(|config| !config.is_empty());
        }
        if setting.is_some() && !share::is_object(&config) {
            let place = setting.map_or(self.configuration.place, |setting| setting.place);
            self.notes.changed(place, format!("config.json cannot be read; `{SHARE}` is not set in it"));
            return Some(config);
        }
        let on = |setting: &Option<Setting>| setting.as_ref().and_then(|one| one.bool);
        match self.installation.settings.first() {
            Some(settings) => {
                // What is not set counts as off for the first, as on for the second (spec section 7.1).
                let share = on(&settings.enable_oidc_kubeconfig) == Some(true)
                    && on(&settings.enable_share_cluster) != Some(false);
                Some(share::with_share(&config, share))
            }
            None if self.configuration.api_gates.is_enabled("OIDCKubeCfgEndpoint") => {
                let message = format!(
                    "whether the dashboard shows the share button stands in KubermaticSetting `globalsettings` since \
                     2.23: give it, too, or set `{SHARE}` in `kubermatic.ui.config`"
                );
                self.notes.task(self.configuration.place, message);
                Some(config).filter(|config| !config.is_empty())
            }
            None => Some(config).filter(|config| !config.is_empty()),
        }
    }

    /// Providers of Seeds came with 2.22.
    fn seeds(&mut self) {
        for seed in &self.installation.seeds {
            if let Some(provider) = &seed.provider {
                let message = "2.12 and 2.13 have no provider of a Seed's own: all clusters get the one of values.yaml";
                self.notes.no_counterpart(provider.place, message);
            }
        }
    }
}
