//! From values.yaml to a KubermaticConfiguration.

use crate::feature_gates::KnownGate;
use crate::kkp::{Effective, Gate, Setting, Version};

use super::share::{self, IGNORED_SINCE_2_31, SHARE};
use super::write::{self, Content, Field};
use super::{AUTH_TEXTS, BEGIN, ReadBy, Work, auth_text, filled_in, map, read_by};

impl Work<'_> {
    /// The KubermaticConfiguration, and the objects beside it.
    pub(super) fn write_configuration(&mut self, version: Version) -> String {
        self.unknown_values();
        let mut beside = Vec::new();
        let auth = self.configuration_auth(version);
        let mut spec: Vec<Field> = map(&self.origin, "auth", auth, &["kubermatic.auth"]).into_iter().collect();
        if version >= Version::V2_17
            && let Some(pem) = self.ca_bundle_pem()
        {
            let reference = vec![Field::text("kind", "ConfigMap"), Field::text("name", "ca-bundle")];
            spec.push(self.origin.map("caBundle", reference, &["kubermatic.auth.caBundle"]));
            beside.push(object(
                "v1",
                "ConfigMap",
                "ca-bundle",
                true,
                Field::map("data", vec![Field::text("ca-bundle.pem", pem)]),
            ));
        }
        let gates = self.configuration_gates(version);
        let gate_paths = [
            "kubermatic.api",
            "kubermatic.api.featureGates",
            "kubermatic.controller",
            "kubermatic.controller.featureGates",
        ];
        spec.extend(map(&self.origin, "featureGates", gates, &gate_paths));
        spec.extend(self.ingress(version));
        let (config, share) = self.ui_config(version);
        let config = config.map(|config| self.origin.text("config", config, &["kubermatic.ui.config"]));
        spec.extend(map(&self.origin, "ui", config.into_iter().collect(), &["kubermatic.ui"]));
        if let Some(share) = share {
            let switches = ["enableOIDCKubeconfig", "enableShareCluster"];
            let switches = switches.map(|switch| Field::new(switch, Content::Bool(share))).into();
            let spec = Field::map("spec", switches);
            beside.push(object(group(version), "KubermaticSetting", "globalsettings", false, spec));
        }
        self.since_2_31(version);
        self.redirect_uris(version);
        let head = self.origin.text("apiVersion", group(version), &["kubermatic"]);
        let mut configuration =
            object(group(version), "KubermaticConfiguration", "kubermatic", true, Field::map("spec", spec));
        if let Some(first) = configuration.first_mut() {
            *first = head;
        }
        let documents: Vec<Vec<Field>> = std::iter::once(configuration).chain(beside).collect();
        write::documents(&documents)
    }

    fn configuration_auth(&mut self, version: Version) -> Vec<Field> {
        let auth = &self.configuration.auth;
        // What the operator fills in depends on what is written, and the dialect: here it is that of the result.
        let mut written = self.configuration.clone();
        written.dialect = if version >= Version::V2_20 {
            crate::kkp::Dialect::KubermaticV1
        } else {
            crate::kkp::Dialect::OperatorV1alpha1
        };
        let effective = Effective::new(&written, version);
        let mut fields = Vec::new();
        for name in AUTH_TEXTS {
            let path = format!("kubermatic.auth.{name}");
            let setting = auth_text(auth, name);
            self.misshapen(&path, setting.is_some());
            if let Some(setting) = setting {
                fields.push(self.origin.text(name, setting.text.clone(), &[&path]));
                continue;
            }
            let filled_in = filled_in(&effective, name);
            if !filled_in.is_empty() {
                let message = format!("`{path}` is empty; KKP {version} fills in `{filled_in}`");
                self.notes.changed(self.origin.key_place(&path, auth.place), message);
            }
        }
        let path = "kubermatic.auth.skipTokenIssuerTLSVerify";
        let skip = auth.skip_token_issuer_tls_verify.as_ref().and_then(|skip| skip.bool);
        self.misshapen(path, skip.is_some());
        if let Some(skip) = skip {
            fields.push(self.origin.field("skipTokenIssuerTLSVerify", Content::Bool(skip), &[path]));
        }
        let path = "kubermatic.auth.caBundle";
        let ca_bundle = auth.ca_bundle.as_ref().filter(|bundle| !bundle.is_empty());
        self.misshapen(path, ca_bundle.is_some());
        if let Some(ca_bundle) = ca_bundle.filter(|_| version < Version::V2_17) {
            // The operator puts the text itself into the Secret, where the chart puts what base64 stands for.
            let pem = self.ca_pem(ca_bundle);
            let text = if pem.contains(BEGIN) { pem } else { ca_bundle.text.clone() };
            fields.push(self.origin.text("caBundle", text, &[path]));
        }
        fields
    }

    /// The CA bundle for its ConfigMap.
    fn ca_bundle_pem(&mut self) -> Option<String> {
        let bundle = self.configuration.auth.ca_bundle.as_ref().filter(|bundle| !bundle.is_empty())?;
        let place = self.origin.key_place("kubermatic.auth.caBundle", bundle.place);
        let pem = self.ca_pem(bundle);
        if !pem.contains(BEGIN) {
            self.notes.no_counterpart(place, "`kubermatic.auth.caBundle` is not base64 of PEM; it is left out");
            return None;
        }
        let message = "`kubermatic.auth.caBundle` becomes the ConfigMap `ca-bundle`, which takes the place of the \
                       system's roots for all of KKP: add the roots of everything else that KKP talks to";
        self.notes.changed(place, message);
        Some(pem)
    }

    /// The gates of API and controller in one map, as the ones that read them have them.
    fn configuration_gates(&mut self, version: Version) -> Vec<Field> {
        let (api, controller) = (&self.configuration.api_gates, &self.configuration.controller_gates);
        self.misshapen("kubermatic.api.featureGates", api.written.is_some());
        self.misshapen("kubermatic.controller.featureGates", controller.written.is_some());
        let mut names: Vec<&str> = Vec::new();
        for gate in api.gates.iter().chain(&controller.gates) {
            if !names.contains(&gate.name.as_str()) {
                names.push(&gate.name);
            }
        }
        let mut fields = Vec::new();
        for name in names {
            let last = |gates: &'_ [Gate]| gates.iter().rev().find(|gate| gate.name == name).cloned();
            let (of_api, of_controller) = (last(&api.gates), last(&controller.gates));
            let (read, unread) = match read_by(name) {
                ReadBy::Api => (of_api, of_controller),
                ReadBy::Controller => (of_controller, of_api),
                ReadBy::Nobody => (None, of_api.or(of_controller)),
            };
            let Some(gate) = read.as_ref().or(unread.as_ref()) else { continue };
            let shown: String = name.chars().take(80).collect();
            if KnownGate::from_name(name).is_none() {
                let message = format!("the gate `{shown}` does not exist in KKP {version}");
                self.notes.no_counterpart(gate.name_place, message);
                continue;
            }
            let Some(enabled) = gate.enabled else {
                let message = format!("the gate `{shown}` is neither on nor off; it is left out");
                self.notes.no_counterpart(gate.name_place, message);
                continue;
            };
            if read.is_none() && enabled {
                let message = format!("nothing reads the gate `{shown}` there in 2.12 and 2.13; from now on it is on");
                self.notes.changed(gate.name_place, message);
            }
            fields.push(if version >= Version::V2_20 {
                Field::new(name, Content::Bool(enabled))
            } else {
                Field::map(name, vec![Field::new("enabled", Content::Bool(enabled))])
            });
        }
        fields
    }

    fn ingress(&mut self, version: Version) -> Option<Field> {
        let path = "kubermatic.domain";
        let domain = self.configuration.domain.as_ref().filter(|domain| !domain.is_empty());
        self.misshapen(path, domain.is_some());
        let Some(domain) = domain else {
            let place = self.origin.key_place(path, self.configuration.place);
            self.notes.task(place, format!("`spec.ingress.domain` must be given in KKP {version}"));
            return None;
        };
        Some(Field::map("ingress", vec![self.origin.text("domain", domain.text.clone(), &[path])]))
    }

    /// config.json without what the version does not read, and whether the share button is shown, if it was said.
    fn ui_config(&mut self, version: Version) -> (Option<String>, Option<bool>) {
        let setting = self.configuration.ui_config.as_ref().filter(|config| !config.text.trim().is_empty());
        self.misshapen("kubermatic.ui.config", setting.is_some());
        let Some(setting) = setting else { return (None, None) };
        let mut config = setting.text.clone();
        let place = self.origin.key_place("kubermatic.ui.config", setting.place);
        if version >= Version::V2_23 && !share::is_object(&config) {
            let message = format!("config.json is not read here; KKP {version} does not read `{SHARE}` in it");
            self.notes.changed(place, message);
        }
        let mut switch = None;
        if version >= Version::V2_23
            && let Some(share) = share::get(&config, SHARE)
        {
            config = share::without(&config, SHARE);
            switch = share;
            if share.is_some() {
                let message = format!(
                    "`{SHARE}` becomes `enableOIDCKubeconfig` and `enableShareCluster` of KubermaticSetting, which \
                     also make kubeconfigs in the dashboard log in by OIDC"
                );
                self.notes.changed(place, message);
            } else {
                self.notes.no_counterpart(place, format!("`{SHARE}` is neither `true` nor `false`; it is left out"));
            }
        }
        for key in IGNORED_SINCE_2_31 {
            if version >= Version::V2_31 && share::get(&config, key).is_some() {
                config = share::without(&config, key);
                self.notes.no_counterpart(place, format!("`{key}` of config.json is not read by KKP {version}"));
            }
        }
        (Some(config).filter(|config| !config.trim().is_empty()), switch)
    }

    /// What 2.31 changed (spec sections 2.3 and 3.2).
    fn since_2_31(&mut self, version: Version) {
        if version < Version::V2_31 {
            return;
        }
        let auth = &self.configuration.auth;
        let place = |name: &str| self.origin.key_place(&format!("kubermatic.auth.{name}"), auth.place);
        let is_https = |setting: &Setting| setting.text.starts_with("https://");
        if auth_text(auth, "tokenIssuer").is_some_and(|issuer| !is_https(issuer)) {
            let message = "kube-apiservers take an issuer with https only, since KKP 2.31";
            self.notes.changed(place("tokenIssuer"), message);
        }
        let (ours, issuers) = (auth_text(auth, "clientID"), auth_text(auth, "issuerClientID"));
        if let (Some(ours), Some(issuers)) = (ours, issuers)
            && ours.text != issuers.text
        {
            let message = "the client of the dashboard is that of `issuerClientID` by default since KKP 2.31, where \
                           the API logs users in with its secret: give both the same";
            self.notes.changed(place("clientID"), message);
        }
        for name in ["issuerClientSecret", "issuerCookieKey", "serviceAccountKey"] {
            if auth_text(auth, name).is_none() {
                self.notes.task(place(name), format!("KKP {version} needs `spec.auth.{name}` to start"));
            }
        }
    }

    /// What has to be registered at the provider (spec section 3.2).
    fn redirect_uris(&mut self, version: Version) {
        let Some(domain) = self.configuration.domain.as_ref().filter(|domain| !domain.is_empty()) else { return };
        let mut uris = Vec::new();
        if version >= Version::V2_21 {
            uris.push(format!("https://{}/api/v2/kubeconfig/secret", domain.text));
        }
        if version >= Version::V2_29 {
            uris.extend(["http://localhost:8000", "http://localhost:18000"].map(str::to_owned));
        }
        if version >= Version::V2_31 {
            uris.push(format!("https://{}/api/v2/dashboard/login", domain.text));
            uris.push(format!("https://{}/api/v2/auth/callback", domain.text));
        }
        if !uris.is_empty() {
            let auth = self.configuration.auth.place;
            let place = self.origin.key_place("kubermatic.auth.issuerClientID", auth);
            self.notes
                .task(place, format!("add to the redirect URIs of this client at the provider: {}", uris.join(", ")));
        }
    }
}

/// The API group of KKP's objects.
fn group(version: Version) -> &'static str {
    if version >= Version::V2_20 { "kubermatic.k8c.io/v1" } else { "operator.kubermatic.io/v1alpha1" }
}

/// An object of Kubernetes.
fn object(group: &str, kind: &str, name: &str, is_namespaced: bool, rest: Field) -> Vec<Field> {
    let mut metadata = vec![Field::text("name", name)];
    if is_namespaced {
        metadata.push(Field::text("namespace", "kubermatic"));
    }
    vec![Field::text("apiVersion", group), Field::text("kind", kind), Field::map("metadata", metadata), rest]
}
