//! There and back again gives the same settings, whatever they are.

use std::collections::BTreeMap;

use kkp_oidc_core::kkp::migrate::{NoteKind, Target, migrate};
use kkp_oidc_core::kkp::{Configuration, Effective, Gates, Setting, Version};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use crate::{migrated, read, to, version};

const AUTH: [&str; 7] = [
    "tokenIssuer",
    "clientID",
    "issuerRedirectURL",
    "issuerClientID",
    "issuerClientSecret",
    "issuerCookieKey",
    "serviceAccountKey",
];

const API_GATES: [&str; 2] = ["OIDCKubeCfgEndpoint", "PrometheusEndpoint"];
const CONTROLLER_GATES: [&str; 3] = ["OpenIDAuthPlugin", "VerticalPodAutoscaler", "EtcdDataCorruptionChecks"];

/// Texts that are hard to quote, and any.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-zA-Z0-9:/._-]{1,60}",
        "\\PC{1,40}",
        "[ \\n\\r\\t#'\":{}\\[\\]&*!|>%@`,?~a0-]{1,20}",
        "(true|null|~|0123|1e3|yes|<<|---|=|\\.\\.\\.)",
        any::<String>().prop_filter("nothing is no setting", |text| !text.is_empty()),
    ]
}

fn gates(names: &'static [&'static str]) -> impl Strategy<Value = BTreeMap<&'static str, bool>> {
    proptest::collection::btree_map(proptest::sample::select(names), any::<bool>(), 0..4)
}

fn written(gates: &BTreeMap<&str, bool>) -> String {
    gates.iter().map(|(name, enabled)| format!("{name}={enabled}")).collect::<Vec<_>>().join(",")
}

/// values.yaml, as JSON, which YAML contains.
fn values() -> impl Strategy<Value = String> {
    let auth = proptest::collection::btree_map(proptest::sample::select(&AUTH[..]), text(), 0..8);
    let ui = proptest::option::of((any::<bool>(), text()));
    let bundle = proptest::option::of("[A-Za-z0-9/+]{0,200}");
    let rest = (gates(&API_GATES), gates(&CONTROLLER_GATES), proptest::option::of(any::<bool>()), ui, bundle);
    (auth, text(), rest).prop_map(|(auth, domain, (api, controller, skip, ui, bundle))| {
        let mut fields: Map<String, Value> =
            auth.into_iter().map(|(name, text)| (name.to_owned(), Value::String(text))).collect();
        if let Some(skip) = skip {
            fields.insert("skipTokenIssuerTLSVerify".to_owned(), Value::String(skip.to_string()));
        }
        if let Some(bundle) = bundle {
            let pem = format!("-----BEGIN CERTIFICATE-----\n{bundle}\n-----END CERTIFICATE-----\n");
            let base64 = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, pem);
            fields.insert("caBundle".to_owned(), Value::String(base64));
        }
        let config = ui.map(|(share, text)| json!({"a": text, "share_kubeconfig": share}).to_string());
        let values = json!({"kubermatic": {
            "domain": domain,
            "auth": fields,
            "api": {"featureGates": written(&api)},
            "controller": {"featureGates": written(&controller)},
            "ui": {"config": config},
        }});
        values.to_string()
    })
}

fn text_of(setting: Option<&Setting>) -> Option<&str> {
    setting.map(|setting| setting.text.as_str()).filter(|text| !text.is_empty())
}

fn gates_of(gates: &Gates) -> BTreeMap<&str, Option<bool>> {
    gates.gates.iter().map(|gate| (gate.name.as_str(), gate.enabled)).collect()
}

fn ui_of(configuration: &Configuration) -> Option<Value> {
    let text = text_of(configuration.ui_config.as_ref())?;
    serde_json::from_str(text).ok()
}

/// The settings of authentication as an operator of `version` has them, if nothing is written.
fn auth_of(configuration: &Configuration) -> [Option<&str>; 9] {
    let auth = &configuration.auth;
    let skip = auth.skip_token_issuer_tls_verify.as_ref().and_then(|skip| skip.bool);
    [
        text_of(auth.token_issuer.as_ref()),
        text_of(auth.client_id.as_ref()),
        text_of(auth.issuer_redirect_url.as_ref()),
        text_of(auth.issuer_client_id.as_ref()),
        text_of(auth.issuer_client_secret.as_ref()),
        text_of(auth.issuer_cookie_key.as_ref()),
        text_of(auth.service_account_key.as_ref()),
        text_of(auth.ca_bundle.as_ref()),
        skip.map(|skip| if skip { "true" } else { "false" }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn there_and_back_gives_the_same_settings(
        values in values(),
        number in proptest::sample::select(&["2.14", "2.16", "2.17", "2.19", "2.20", "2.22", "2.23", "2.28", "2.31"][..]),
    ) {
        let (before, sources) = read(&values);
        prop_assert!(before.findings.is_empty(), "{:?}", before.findings);
        let there = migrate(&before, &sources, to(number)).unwrap();
        prop_assert!(there.is_complete(), "{:?}", there.notes);
        let (after, _) = read(&there.text);
        prop_assert!(after.findings.is_empty(), "{:?}\n{}", after.findings, there.text);
        let (back, notes) = migrated(&there.text, Target::Values);
        let kind = NoteKind::NoCounterpart.words();
        prop_assert!(!notes.iter().any(|note| note.contains(kind)), "{notes:?}");
        let (again, _) = read(&back);
        prop_assert!(again.findings.is_empty(), "{:?}\n{back}", again.findings);

        let (before, again) = (before.configuration().unwrap(), again.configuration().unwrap());
        prop_assert_eq!(text_of(before.domain.as_ref()), text_of(again.domain.as_ref()));
        prop_assert_eq!(gates_of(&before.api_gates), gates_of(&again.api_gates));
        prop_assert_eq!(gates_of(&before.controller_gates), gates_of(&again.controller_gates));
        prop_assert_eq!(ui_of(before), ui_of(again));
        // What was not written is what the operator filled in; a file of this API group may be of its last version.
        let configuration = after.configuration().unwrap();
        let last: Version = if version(number) < Version::V2_20 { Version::V2_19 } else { Version::V2_31 };
        let effective = Effective::new(configuration, last);
        let filled_in = [&effective.token_issuer, &effective.client_id, &effective.redirect_url, &effective.issuer_client_id];
        for (index, (before, again)) in auth_of(before).into_iter().zip(auth_of(again)).enumerate() {
            let filled_in = filled_in.get(index).map(|value| value.text.as_str());
            prop_assert_eq!(before.or(filled_in), again, "setting {}", index);
        }
    }

    #[test]
    fn no_file_makes_it_stumble(text in "(kubermatic:\n|  auth:\n|    clientID: |  api: |featureGates|\\{|\\}|\n|#| a|: b|- ){0,30}") {
        let (installation, sources) = read(&text);
        for target in [to("2.16"), to("2.31"), Target::Values] {
            if let Ok(migration) = migrate(&installation, &sources, target) {
                let (again, _) = read(&migration.text);
                prop_assert_eq!(again.configurations.len(), 1, "{}\n{}", text, migration.text);
            }
        }
    }
}
