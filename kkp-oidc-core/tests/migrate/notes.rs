//! What is said beside the result.

use kkp_oidc_core::kkp::migrate::{MigrateError, NoteKind, Target, migrate};

use crate::{migrated, read, to, version};

#[test]
fn what_2_31_changed_is_said() {
    let values = "kubermatic:\n  auth:\n    tokenIssuer: http://kkp.example.com/dex\n    clientID: same\n    issuerClientID: same\n";
    let (_, notes) = migrated(values, to("2.31"));
    let expected = [
        "values.yaml:1: to do: `spec.ingress.domain` must be given in KKP 2.31",
        "values.yaml:2: to do: KKP 2.31 needs `spec.auth.issuerClientSecret` to start",
        "values.yaml:2: to do: KKP 2.31 needs `spec.auth.issuerCookieKey` to start",
        "values.yaml:2: to do: KKP 2.31 needs `spec.auth.serviceAccountKey` to start",
        "values.yaml:3: changed: kube-apiservers take an issuer with https only, since KKP 2.31",
    ];
    assert_eq!(notes, expected);
    assert_eq!(
        migrated(values, to("2.30")).1,
        expected.get(..1).unwrap_or_default().iter().map(|note| note.replace("2.31", "2.30")).collect::<Vec<_>>()
    );
}

#[test]
fn what_kkp_fills_in_is_said_with_the_version_that_does() {
    let values = "kubermatic:\n  domain: a.example\n  auth:\n    clientID: ''\n";
    let filled_in = |notes: Vec<String>| -> Vec<String> {
        let parts = notes.iter().filter_map(|note| note.split_once("fills in "));
        parts.map(|(_, what)| what.to_owned()).collect()
    };
    let urls = ["`https://a.example/dex`", "`https://a.example/api/v1/kubeconfig`"];
    let old = filled_in(migrated(values, to("2.14")).1);
    assert_eq!(old, [urls[0], urls[1], "`kubermaticIssuer`", "`kubermatic`"]);
    let new = filled_in(migrated(values, to("2.31")).1);
    assert_eq!(new, [urls[0], urls[1], "`kubermaticIssuer`", "`kubermaticIssuer`"]);
}

#[test]
fn what_is_of_the_wrong_type_has_no_counterpart() {
    let values = "kubermatic:\n  domain: [a]\n  auth:\n    clientID: {a: b}\n    skipTokenIssuerTLSVerify: maybe\n    caBundle: no PEM\n  api:\n    featureGates: [a]\n  ui:\n    config: {share_kubeconfig: true}\n";
    let (installation, sources) = read(values);
    let migration = migrate(&installation, &sources, to("2.22")).unwrap_or_else(|_| unreachable!());
    let lost = migration.notes.iter().filter(|note| note.kind == NoteKind::NoCounterpart);
    assert_eq!(lost.map(|note| note.place.span.line).collect::<Vec<_>>(), [2, 4, 5, 6, 8, 10]);
    assert!(!migration.is_complete());
    assert!(!format!("{migration:?}").contains("kubermatic"), "a text with secrets is shown");
}

#[test]
fn gates_that_only_now_count_are_said() {
    let values = "kubermatic:\n  domain: a.example\n  api: {featureGates: 'OpenIDAuthPlugin=true,EtcdLauncher=true,Gone=false,PrometheusEndpoint=x'}\n";
    let (text, notes) = migrated(values, to("2.22"));
    assert!(text.contains("  featureGates:\n    OpenIDAuthPlugin: true\n    EtcdLauncher: true\n  ingress"), "{text}");
    let expected = [
        "values.yaml:3: changed: nothing reads the gate `OpenIDAuthPlugin` there in 2.12 and 2.13; from now on it is on",
        "values.yaml:3: changed: nothing reads the gate `EtcdLauncher` there in 2.12 and 2.13; from now on it is on",
        "values.yaml:3: no counterpart: the gate `Gone` does not exist in KKP 2.22",
        "values.yaml:3: no counterpart: the gate `PrometheusEndpoint` is neither on nor off; it is left out",
    ];
    let about_gates: Vec<&String> = notes.iter().filter(|note| note.contains("the gate")).collect();
    assert_eq!(about_gates, expected.iter().collect::<Vec<_>>());
}

#[test]
fn a_share_key_that_is_no_boolean_has_no_counterpart() {
    let values = "kubermatic:\n  domain: a.example\n  ui:\n    config: '{\"share_kubeconfig\": \"true\"}'\n";
    let (text, notes) = migrated(values, to("2.23"));
    let note = "values.yaml:4: no counterpart: `share_kubeconfig` is neither `true` nor `false`; it is left out";
    assert!(notes.iter().any(|one| one == note), "{notes:?}");
    assert!(!text.contains("KubermaticSetting"), "{text}");
}

#[test]
fn a_bundle_of_pem_is_taken_too() {
    let values = "kubermatic:\n  domain: a.example\n  auth:\n    caBundle: |\n      -----BEGIN CERTIFICATE-----\n      MA==\n      -----END CERTIFICATE-----\n";
    let (text, _) = migrated(values, to("2.17"));
    assert!(text.contains("  ca-bundle.pem: |\n    -----BEGIN CERTIFICATE-----\n    MA==\n"), "{text}");
}

#[test]
fn what_cannot_be_migrated_is_an_error() {
    let values = "kubermatic: {domain: a.example}\n";
    let configuration = "apiVersion: kubermatic.k8c.io/v1\nkind: KubermaticConfiguration\n";
    for (text, target, error) in [
        (values.to_owned(), Target::Values, MigrateError::NothingToMigrate { found: "values.yaml" }),
        (configuration.to_owned(), to("2.31"), MigrateError::NothingToMigrate { found: "a KubermaticConfiguration" }),
        (values.to_owned(), to("2.13"), MigrateError::NoSuchConfiguration { version: version("2.13") }),
        ("dex: {}\n".to_owned(), to("2.31"), MigrateError::NoConfiguration),
        (String::new(), Target::Values, MigrateError::NoConfiguration),
        (format!("{values}---\n{configuration}"), Target::Values, MigrateError::SeveralConfigurations { count: 2 }),
    ] {
        let (installation, sources) = read(&text);
        assert_eq!(migrate(&installation, &sources, target).err(), Some(error), "{text}");
    }
}
