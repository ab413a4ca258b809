//! From files to an [`Installation`].

use crate::ca_bundle::from_base64;
use crate::diagnostics::{Code, Finding, Place, Source};
use crate::kkp::read::{Kind, Reader};
use crate::kkp::unreadable::unreadable;
use crate::kkp::{
    Auth, Cluster, Configuration, Dialect, Gates, Installation, Seed, SeedProvider, Setting, ShareSettings,
};
use crate::yaml::{self, MAX_TREE_LEN, Node, ParseYamlError, Span, Value};

/// Most secrets of all sources whose other occurrences are hidden.
const MAX_SECRETS: usize = 1_000;

/// Most configurations that are read: a second one is an error already.
const MAX_CONFIGURATIONS: usize = 16;

pub(super) const AUTH_FIELDS: [&str; 9] = [
    "tokenIssuer",
    "clientID",
    "skipTokenIssuerTLSVerify",
    "serviceAccountKey",
    "issuerRedirectURL",
    "issuerClientID",
    "issuerClientSecret",
    "issuerCookieKey",
    "caBundle",
];

const SEED_PROVIDER_FIELDS: [&str; 7] = [
    "issuerURL",
    "issuerClientID",
    "issuerClientSecret",
    "cookieHashKey",
    "cookieSecureMode",
    "offlineAccessAsScope",
    "skipTLSVerify",
];

const CLUSTER_OIDC_FIELDS: [&str; 9] = [
    "issuerURL",
    "clientID",
    "clientSecret",
    "usernameClaim",
    "groupsClaim",
    "requiredClaim",
    "extraScopes",
    "usernamePrefix",
    "groupsPrefix",
];

/// Spellings of two of them before the API group kubermatic.k8c.io (spec section 2.4).
const OLD_CLUSTER_OIDC_FIELDS: [&str; 2] = ["issuerUrl", "clientId"];

/// Keys of the dashboard's config.json by which it is told from other JSON (spec sections 3.1 and 7.4).
const UI_KEYS: [&str; 8] = [
    "share_kubeconfig",
    "default_node_count",
    "show_demo_info",
    "show_terms_of_service",
    "custom_links",
    "oidc_provider",
    "oidc_provider_url",
    "oidc_logout_url",
];

impl Installation {
    /// Read all files of one installation, each with the name that findings call it. Secrets in them are hidden from
    /// whoever is shown a line of a source.
    #[must_use]
    pub fn read(files: impl IntoIterator<Item = (String, Vec<u8>)>) -> (Self, Vec<Source>) {
        let mut installation = Self::default();
        let mut sources = Vec::new();
        for (index, (name, bytes)) in files.into_iter().enumerate() {
            let len = bytes.len();
            let source = if len > MAX_TREE_LEN {
                let error = ParseYamlError::TooLong { len, limit: MAX_TREE_LEN };
                installation.findings.push(unreadable(&error, "", index));
                Source::empty(name)
            } else {
                match Source::new(&*name, bytes) {
                    Ok(mut source) => {
                        installation.source(index, &mut source);
                        source
                    }
                    Err(error) => {
                        let span = Span { line: error.line(), column: 1, ..Span::default() };
                        let place = Place { source: index, span };
                        let help = "save the file as UTF-8 text";
                        installation.findings.push(Finding::new(
                            Code::DocumentUnreadable,
                            place,
                            error.to_string(),
                            help,
                        ));
                        Source::empty(name)
                    }
                }
            };
            sources.push(source);
        }
        installation.secrets.truncate(MAX_SECRETS);
        for source in &mut sources {
            source.hide_texts(&installation.secrets);
        }
        (installation, sources)
    }

    fn source(&mut self, index: usize, source: &mut Source) {
        let mut reader = Reader::new(index, source.text());
        let hidden = match yaml::documents(source.text()) {
            Ok(documents) => {
                for document in &documents {
                    reader.hide_secrets(document);
                    self.object(&mut reader, document, source.text(), None);
                }
                std::mem::take(&mut reader.secrets)
            }
            Err(error) => {
                reader.findings.push(unreadable(&error, source.text(), index));
                // What cannot be read may hold secrets anywhere.
                vec![Span { start: 0, end: source.text().len(), line: 1, column: 1 }]
            }
        };
        self.findings.append(&mut reader.findings);
        self.secrets.append(&mut reader.secret_texts);
        source.hide(hidden);
    }

    /// An object. Items of a list that kube-apiserver made name neither kind nor group: the list does.
    fn object(&mut self, reader: &mut Reader<'_>, object: &Node, text: &str, list: Option<&Node>) {
        let place = reader.place(head(object));
        let of = |object: &Node, key: &str| object.at(key).and_then(Node::text).map(str::to_owned);
        let is = |key: &str| of(object, key).or_else(|| of(list?, key)).unwrap_or_default();
        let (kind, version) = (is("kind"), is("apiVersion"));
        let group = version.split('/').next().unwrap_or_default();
        let is_item = list.is_some() && object.entry("kind").is_none();
        match kind.strip_suffix("List").filter(|_| is_item).unwrap_or(&kind) {
            "List" | "ClusterList" | "SeedList" | "ConfigMapList" | "SecretList" | "KubermaticConfigurationList" => {
                for item in object.at("items").map(Node::items).unwrap_or_default() {
                    self.object(reader, item, text, Some(object));
                }
            }
            "KubermaticConfiguration" => {
                let dialect =
                    if group == "operator.kubermatic.io" { Dialect::OperatorV1alpha1 } else { Dialect::KubermaticV1 };
                if self.configurations.len() < MAX_CONFIGURATIONS {
                    self.configurations.push(kubermatic_configuration(reader, object, dialect, place));
                }
            }
            "Seed" if group.contains("kubermatic") => self.seeds.push(seed(reader, object, place)),
            "Cluster" if group.contains("kubermatic") => self.clusters.push(cluster(reader, object, place)),
            "KubermaticSetting" => {
                let spec = object.at("spec").unwrap_or(object);
                self.settings.push(ShareSettings {
                    place,
                    enable_oidc_kubeconfig: reader.setting(spec, "enableOIDCKubeconfig", Kind::Bool),
                    enable_share_cluster: reader.setting(spec, "enableShareCluster", Kind::Bool),
                });
            }
            kind @ ("ConfigMap" | "Secret") => self.data(reader, object, kind == "Secret"),
            "" => self.values(reader, object, place, text),
            kind => {
                let kind: String = kind.chars().filter(|character| !character.is_control()).take(60).collect();
                let message = format!("objects of kind `{kind}` do not matter here");
                let help = "leave it; nothing in it is checked".to_owned();
                reader.found(Finding::new(Code::DocumentUnknown, place, message, help));
            }
        }
    }

    /// A document without kind: values of charts, or config.json.
    fn values(&mut self, reader: &mut Reader<'_>, object: &Node, place: Place, text: &str) {
        let mut known = false;
        if let Some(entry) = object.entry("kubermatic") {
            known = true;
            let place = reader.place(entry.key_span);
            if self.configurations.len() < MAX_CONFIGURATIONS {
                self.configurations.push(values_configuration(reader, &entry.value, place));
            }
        }
        if let Some(entry) = object.entry("dex") {
            known = true;
            let place = reader.place(entry.key_span);
            self.dex.push(reader.dex(&entry.value, place));
        }
        if !known && UI_KEYS.iter().any(|key| object.entry(key).is_some()) {
            known = true;
            let text = text.get(object.span.start..).unwrap_or_default().to_owned();
            self.ui_configs.push(Setting { text, bool: None, place });
        }
        if !known {
            let message = "a document without `kind`, and without `kubermatic:` or `dex:`".to_owned();
            let help = "leave it if it is about something else; nothing in it is checked".to_owned();
            reader.found(Finding::new(Code::DocumentUnknown, place, message, help));
        }
    }

    /// A ConfigMap or Secret.
    fn data(&mut self, reader: &mut Reader<'_>, object: &Node, is_secret: bool) {
        for entry in object.at("data").map(Node::entries).unwrap_or_default() {
            let (Some(text), place) = (entry.value.text(), reader.place(entry.value.span)) else { continue };
            let text = if is_secret {
                from_base64(text).and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default()
            } else {
                text.to_owned()
            };
            let setting = Setting { text, bool: None, place };
            match entry.key.as_str() {
                "config.json" => self.ui_configs.push(setting),
                "ca-bundle.pem" | "caBundle.pem" => self.ca_bundles.push(setting),
                _ => {}
            }
        }
    }
}

/// The first key of a map, or the node itself: what is underlined for an object as a whole.
pub(super) fn head(object: &Node) -> Span {
    let kind = object.entry("kind").map(|entry| Span { end: entry.value.span.end, ..entry.key_span });
    kind.or_else(|| object.entries().first().map(|entry| entry.key_span)).unwrap_or(object.span)
}

fn auth(reader: &mut Reader<'_>, node: Option<&Node>, place: Place, dialect: Dialect) -> Auth {
    let none = Node { value: Value::Map(Vec::new()), span: place.span };
    let node = node.unwrap_or(&none);
    reader.expect_fields(node, dialect.auth_path(), &AUTH_FIELDS);
    let flag = if dialect == Dialect::Values { Kind::Flag } else { Kind::Bool };
    Auth {
        place,
        token_issuer: reader.setting(node, "tokenIssuer", Kind::Text),
        client_id: reader.setting(node, "clientID", Kind::Text),
        issuer_redirect_url: reader.setting(node, "issuerRedirectURL", Kind::Text),
        issuer_client_id: reader.setting(node, "issuerClientID", Kind::Text),
        issuer_client_secret: reader.setting(node, "issuerClientSecret", Kind::Secret),
        issuer_cookie_key: reader.setting(node, "issuerCookieKey", Kind::Secret),
        service_account_key: reader.setting(node, "serviceAccountKey", Kind::Secret),
        skip_token_issuer_tls_verify: reader.setting(node, "skipTokenIssuerTLSVerify", flag),
        ca_bundle: reader.setting(node, "caBundle", Kind::Text),
    }
}

/// Where the key `key` of `parent` stands, or what is there instead.
fn key_place(reader: &Reader<'_>, parent: &Node, key: &str, otherwise: Place) -> Place {
    parent.entry(key).map_or(otherwise, |entry| reader.place(entry.key_span))
}

fn values_configuration(reader: &mut Reader<'_>, node: &Node, place: Place) -> Configuration {
    let auth_place = key_place(reader, node, "auth", place);
    reader.expect_no_typo(node, "kubermatic", &["auth", "api", "controller", "domain", "ui"]);
    for (part, path) in [("api", "kubermatic.api"), ("controller", "kubermatic.controller")] {
        if let Some(part) = node.at(part) {
            reader.expect_no_typo(part, path, &["featureGates"]);
        }
    }
    Configuration {
        dialect: Dialect::Values,
        place,
        name: None,
        auth: auth(reader, node.at("auth"), auth_place, Dialect::Values),
        domain: reader.setting(node, "domain", Kind::Text),
        api_gates: reader.gates_text(node.at("api"), "featureGates"),
        controller_gates: reader.gates_text(node.at("controller"), "featureGates"),
        ui_config: node.at("ui").and_then(|ui| reader.setting(ui, "config", Kind::Text)),
        ca_bundle_name: None,
    }
}

fn kubermatic_configuration(reader: &mut Reader<'_>, object: &Node, dialect: Dialect, place: Place) -> Configuration {
    let spec = object.at("spec").unwrap_or(object);
    let auth_place = key_place(reader, spec, "auth", place);
    reader.expect_no_typo(spec, "spec", &["auth", "featureGates", "ingress", "caBundle"]);
    let gates: Gates = reader.gates_map(spec);
    Configuration {
        dialect,
        place,
        name: object.at("metadata").and_then(|metadata| reader.setting(metadata, "name", Kind::Text)),
        auth: auth(reader, spec.at("auth"), auth_place, dialect),
        domain: spec.at("ingress").and_then(|ingress| reader.setting(ingress, "domain", Kind::Text)),
        api_gates: gates.clone(),
        controller_gates: gates,
        ui_config: spec.at("ui").and_then(|ui| reader.setting(ui, "config", Kind::Text)),
        ca_bundle_name: spec.at("caBundle").and_then(|bundle| reader.setting(bundle, "name", Kind::Text)),
    }
}

fn seed(reader: &mut Reader<'_>, object: &Node, place: Place) -> Seed {
    let spec = object.at("spec").unwrap_or(object);
    reader.expect_no_typo(spec, "spec", &["oidcProviderConfiguration", "authenticationConfiguration"]);
    let provider = spec.entry("oidcProviderConfiguration").filter(|entry| !entry.value.is_null()).map(|entry| {
        let node = &entry.value;
        reader.expect_fields(node, "spec.oidcProviderConfiguration", &SEED_PROVIDER_FIELDS);
        SeedProvider {
            place: reader.place(entry.key_span),
            issuer_url: reader.setting(node, "issuerURL", Kind::Text),
            issuer_client_id: reader.setting(node, "issuerClientID", Kind::Text),
            issuer_client_secret: reader.setting(node, "issuerClientSecret", Kind::Secret),
            cookie_hash_key: reader.setting(node, "cookieHashKey", Kind::Secret),
            cookie_secure_mode: reader.setting(node, "cookieSecureMode", Kind::Bool),
            offline_access_as_scope: reader.setting(node, "offlineAccessAsScope", Kind::Bool),
            skip_tls_verify: reader.setting(node, "skipTLSVerify", Kind::Bool),
        }
    });
    Seed {
        name: name(object),
        place,
        provider,
        authentication_configuration: present(reader, spec, "authenticationConfiguration"),
    }
}

fn cluster(reader: &mut Reader<'_>, object: &Node, place: Place) -> Cluster {
    let spec = object.at("spec").unwrap_or(object);
    let none = Node { value: Value::Map(Vec::new()), span: object.span };
    let oidc = spec.at("oidc").unwrap_or(&none);
    let is_new =
        object.at("apiVersion").and_then(Node::text).is_some_and(|group| group.starts_with("kubermatic.k8c.io/"));
    let old: &[&str] = if is_new { &[] } else { &OLD_CLUSTER_OIDC_FIELDS };
    reader.expect_fields(oidc, "spec.oidc", &[&CLUSTER_OIDC_FIELDS, old].concat());
    let [issuer_url, client_id] =
        if is_new || oidc.entry("issuerURL").is_some() { ["issuerURL", "clientID"] } else { OLD_CLUSTER_OIDC_FIELDS };
    for secret in
        [oidc.at("clientSecret"), object.at("address.adminToken")].into_iter().flatten().filter_map(Node::text)
    {
        reader.secret_text(secret);
    }
    Cluster {
        name: name(object),
        place,
        issuer_url: reader.setting(oidc, issuer_url, Kind::Text),
        client_id: reader.setting(oidc, client_id, Kind::Text),
        username_claim: reader.setting(oidc, "usernameClaim", Kind::Text),
        groups_claim: reader.setting(oidc, "groupsClaim", Kind::Text),
        required_claim: reader.setting(oidc, "requiredClaim", Kind::Text),
        username_prefix: reader.setting(oidc, "usernamePrefix", Kind::Text),
        groups_prefix: reader.setting(oidc, "groupsPrefix", Kind::Text),
        authentication_configuration: present(reader, spec, "authenticationConfiguration"),
    }
}

fn name(object: &Node) -> String {
    let name = object.at("metadata.name").and_then(Node::text).unwrap_or_default();
    name.chars().filter(|character| !character.is_control()).take(253).collect()
}

fn present(reader: &Reader<'_>, spec: &Node, key: &str) -> Option<Place> {
    spec.entry(key).filter(|entry| !entry.value.is_null()).map(|entry| reader.place(entry.key_span))
}
