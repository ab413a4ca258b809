//! What is rendered as a configuration is read as the same settings.

use std::collections::BTreeMap;

use kkp_oidc_core::diagnostics::Place;
use kkp_oidc_core::kkp::{
    Auth, Configuration, Dialect, Gate, Gates, Installation, RenderOptions, Secrets, Setting, What, render,
};
use kkp_oidc_core::yaml::Span;
use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::select;

/// Texts on which readers stumble.
const TEXTS: &[&str] = &[
    "",
    " ",
    "~",
    "null",
    "yes",
    "1",
    "0x1F",
    "0o17",
    "1_000",
    "1e3",
    ".5",
    "-.inf",
    "1:30",
    "2001-01-01",
    "<<",
    "=",
    "- a",
    "a: b",
    "a #b",
    "#",
    "---",
    "--- a",
    "...",
    "%a",
    "@a",
    "`a`",
    "'a",
    "\"a",
    "{a}",
    "[a]",
    "&a",
    "*a",
    "!a",
    "|",
    ">",
    "?",
    "? a",
    ":",
    "\n",
    "\n\n",
    "a\n",
    "a\n\n",
    "\na",
    " a\nb",
    "a\n b\n",
    "a \nb",
    "a\tb",
    "\t",
    "a\r\nb",
    "\r",
    "\0",
    "\u{7}",
    "\u{1b}[2J",
    "\u{85}",
    "a\u{2028}b",
    "\u{2029}",
    "\u{feff}a",
    "\u{1f600}",
    "ä",
    "a\n---\nb",
    "a\n...\nb",
    "true",
    "False",
    "a b a b a b a b a b a b a b a b a b a b a b a b a b a b a b a b a b a b a b a b a b a b a b a b a b a b a b a b a b a b",
];

fn nasty() -> BoxedStrategy<String> {
    let long = any::<String>().prop_map(|text| text.repeat(20));
    prop_oneof![select(TEXTS).prop_map(str::to_owned), any::<String>(), "[ -~\n]{0,40}", long].boxed()
}

const PLACE: Place = Place { source: 0, span: Span { start: 0, end: 0, line: 1, column: 1 } };

fn setting() -> BoxedStrategy<Option<Setting>> {
    of(nasty().prop_map(|text| Setting { text, bool: None, place: PLACE })).boxed()
}

fn gates(dialect: Dialect) -> BoxedStrategy<Gates> {
    if dialect == Dialect::Values {
        return setting().prop_map(|written| Gates { written, ..Gates::default() }).boxed();
    }
    let gates = proptest::collection::btree_map(nasty(), any::<bool>(), 0..4);
    let gate = |(name, is_on)| Gate {
        name,
        enabled: Some(is_on),
        is_object: false,
        is_written: false,
        name_place: PLACE,
        place: PLACE,
    };
    gates.prop_map(move |gates| Gates { gates: gates.into_iter().map(gate).collect(), ..Gates::default() }).boxed()
}

fn configuration(dialect: Dialect, has_ca: bool) -> BoxedStrategy<Configuration> {
    let bool = |is_on: bool| Setting { text: is_on.to_string(), bool: Some(is_on), place: PLACE };
    let auth = (
        (setting(), setting(), setting(), setting()),
        (setting(), setting(), setting()),
        of(any::<bool>().prop_map(bool)),
        setting(),
    );
    let auth = auth.prop_map(move |(texts, secrets, skip_token_issuer_tls_verify, ca_bundle)| Auth {
        place: PLACE,
        token_issuer: texts.0,
        client_id: texts.1,
        issuer_redirect_url: texts.2,
        issuer_client_id: texts.3,
        issuer_client_secret: secrets.0,
        issuer_cookie_key: secrets.1,
        service_account_key: secrets.2,
        skip_token_issuer_tls_verify,
        ca_bundle: ca_bundle.filter(|_| has_ca),
    });
    let of_operator = dialect != Dialect::Values;
    let rest = (setting(), setting(), setting(), setting(), gates(dialect), gates(dialect));
    let all = (auth.boxed(), rest);
    let configuration =
        all.prop_map(move |(auth, (name, domain, ui_config, ca_bundle_name, api_gates, controller_gates))| {
            Configuration {
                dialect,
                place: PLACE,
                name: name.filter(|_| of_operator),
                auth,
                domain,
                controller_gates: if of_operator { api_gates.clone() } else { controller_gates },
                api_gates,
                ui_config,
                ca_bundle_name: ca_bundle_name.filter(|_| of_operator),
            }
        });
    configuration.boxed()
}

/// A configuration without places.
#[derive(Debug, PartialEq)]
struct Settings {
    dialect: Dialect,
    texts: BTreeMap<&'static str, String>,
    skip_tls_verify: Option<bool>,
    gates: BTreeMap<String, Option<bool>>,
}

fn settings(configuration: &Configuration) -> Settings {
    let auth = &configuration.auth;
    let texts = [
        ("token_issuer", &auth.token_issuer),
        ("client_id", &auth.client_id),
        ("issuer_redirect_url", &auth.issuer_redirect_url),
        ("issuer_client_id", &auth.issuer_client_id),
        ("issuer_client_secret", &auth.issuer_client_secret),
        ("issuer_cookie_key", &auth.issuer_cookie_key),
        ("service_account_key", &auth.service_account_key),
        ("ca_bundle", &auth.ca_bundle),
        ("domain", &configuration.domain),
        ("ui_config", &configuration.ui_config),
        ("ca_bundle_name", &configuration.ca_bundle_name),
        ("api_gates", &configuration.api_gates.written),
        ("controller_gates", &configuration.controller_gates.written),
    ];
    let mut texts: BTreeMap<&str, String> =
        texts.into_iter().filter_map(|(name, one)| Some((name, one.as_ref()?.text.clone()))).collect();
    if configuration.dialect != Dialect::Values {
        // An object needs a name.
        texts.insert("name", configuration.name.as_ref().map_or("kubermatic", |name| &name.text).to_owned());
    }
    let gates = &configuration.api_gates.gates;
    let of_map = |gate: &Gate| (gate.name.clone(), gate.enabled);
    let has_map = configuration.dialect != Dialect::Values;
    Settings {
        dialect: configuration.dialect,
        texts,
        skip_tls_verify: auth.skip_token_issuer_tls_verify.as_ref().and_then(|skip| skip.bool),
        gates: gates.iter().filter(|_| has_map).map(of_map).collect(),
    }
}

fn any_configuration() -> impl Strategy<Value = (What, &'static str, Configuration)> {
    prop_oneof![
        configuration(Dialect::Values, true).prop_map(|one| (What::Values, "2.13", one)),
        configuration(Dialect::OperatorV1alpha1, true).prop_map(|one| (What::KubermaticConfiguration, "2.16", one)),
        configuration(Dialect::OperatorV1alpha1, false).prop_map(|one| (What::KubermaticConfiguration, "2.19", one)),
        configuration(Dialect::KubermaticV1, true).prop_map(|one| (What::KubermaticConfiguration, "2.28", one)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 2000,
        rng_seed: proptest::test_runner::RngSeed::Fixed(1),
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn rendering_and_reading_are_inverse((what, version, configuration) in any_configuration()) {
        let expected = settings(&configuration);
        let installation = Installation { configurations: vec![configuration], ..Installation::default() };
        let version = Some(version.parse().unwrap());
        let options = RenderOptions { version, secrets: Secrets::Shown, ..RenderOptions::default() };
        let text = render(what, &installation, &options).unwrap().text;
        let (read, _) = Installation::read([("rendered.yaml".to_owned(), text.clone().into_bytes())]);
        prop_assert_eq!(read.configurations.len(), 1, "{}", text);
        prop_assert_eq!(settings(&read.configurations[0]), expected, "{}", text);
        let messages: Vec<&str> = read.findings.iter().map(|finding| finding.message.as_str()).collect();
        prop_assert_eq!(messages, Vec::<&str>::new(), "{}", text);
    }
}
