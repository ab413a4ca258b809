//! KKP's manual for 2.12 and 2.13, "Share clusters via delegated OIDC authentication", step by step.

#![expect(clippy::unwrap_used, reason = "test helpers: failing is their job")]

use std::fs;
use std::path::Path;

use crate::program::{printed, run};

/// A file as the manual wants it; only the CA bundle is missing.
const VALUES: &str = r#"kubermatic:
  domain: kkp.example.com
  auth:
    tokenIssuer: https://kkp.example.com/dex
    clientID: kubermatic
    issuerRedirectURL: https://kkp.example.com/api/v1/kubeconfig
    issuerClientID: kubermaticIssuer
    issuerClientSecret: q7Hn2xVd9sLk4TzR8wYb
    issuerCookieKey: c1f0a7d94e2b8836f5097ade13c64b82d9e05f7186ab3c94f02d7e61b85a9c37
    serviceAccountKey: Jm3vQ8pZc6Xt1Ew5Uo0RkYg7Vb6nM2qX8rT4
  api:
    featureGates: OIDCKubeCfgEndpoint=true
  controller:
    featureGates: OpenIDAuthPlugin=true
  ui:
    config: '{"share_kubeconfig":true}'
"#;

/// "kubermatic-api-server must be run with the following flags."
const API: [&str; 5] = [
    "--feature-gates={{ .Values.kubermatic.api.featureGates }}",
    "--oidc-issuer-redirect-uri={{ .Values.kubermatic.auth.issuerRedirectURL }}",
    "--oidc-issuer-client-id={{ .Values.kubermatic.auth.issuerClientID }}",
    "--oidc-issuer-client-secret={{ .Values.kubermatic.auth.issuerClientSecret }}",
    "--oidc-issuer-cookie-hash-key={{ .Values.kubermatic.auth.issuerCookieKey }}",
];

/// "kubermatic-controller-manager must be run with the following flags:"
const CONTROLLER: [&str; 4] = [
    "--feature-gates={{ .Values.kubermatic.controller.featureGates }}",
    "--oidc-issuer-url={{ .Values.kubermatic.auth.tokenIssuer }}",
    "--oidc-issuer-client-id={{ .Values.kubermatic.auth.issuerClientID }}",
    "--oidc-ca-file={{ .Values.kubermatic.auth.caBundle }}",
];

/// A day on which the certificates of the manual were good.
const DAY: &str = "2020-06-01";

#[test]
fn the_manual_works_from_its_first_step_to_its_last() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures/ca-bundle");

    // "Root CA certificates chain": in place of `cat isrgrootx1.pem.txt lets-encrypt-x3-cross-signed.pem.txt`.
    for file in ["isrgrootx1.pem.txt", "lets-encrypt-x3-cross-signed.pem.txt"] {
        fs::copy(fixtures.join(file), folder.join(file)).unwrap();
    }
    let bundle = [
        "ca",
        "bundle",
        "isrgrootx1.pem.txt",
        "lets-encrypt-x3-cross-signed.pem.txt",
        "--at",
        DAY,
        "--format",
        "values",
    ];
    let (code, bundle, said) = run(folder, &bundle);
    assert_eq!((code, said.as_str()), (0, "2 certificates\n"));
    let ca_bundle = bundle.lines().last().unwrap();
    let values = VALUES.replacen("  api:\n", &format!("{ca_bundle}\n  api:\n"), 1);
    fs::write(folder.join("values.yaml"), values).unwrap();

    // "the necessary flags must be passed": are the values complete?
    let (code, findings, said) = run(folder, &["check", "values.yaml", "--at", DAY]);
    assert_eq!((code, findings.as_str(), said.as_str()), (0, "", "nothing to mend in 1 file\n"));

    // The API: the flags of the manual are the last ones, in its order.
    for version in ["2.12", "2.13"] {
        let flags = flags(folder, "api-flags", version);
        let begin = flags.iter().position(|flag| flag.starts_with("-feature-gates=")).unwrap();
        assert_eq!(flags[begin..][..5], in_manual(&API), "{version}");
    }

    // The controller: the chart has another order, a path in the place of the bundle, and the secret without which the
    // controller does not start.
    let mut expected = in_manual(&CONTROLLER);
    expected[3] = "-oidc-ca-file=/opt/dex-ca/caBundle.pem".to_owned();
    expected.push("-oidc-issuer-client-secret=q7Hn2xVd9sLk4TzR8wYb".to_owned());
    let mut flags = flags(folder, "controller-flags", "2.12");
    expected.sort();
    flags.sort();
    assert_eq!(flags, expected);

    // "config.json file for kubermatic-dashboard must contain "share_kubeconfig":true."
    assert_eq!(printed(folder, &["render", "ui-config", "values.yaml"]), "{\n  \"share_kubeconfig\": true\n}\n");

    // "the installed helm charts kubermatic and oauth need to get updated", letter by letter.
    assert_eq!(
        printed(folder, &["render", "helm-commands", "values.yaml"]),
        "helm upgrade --install --wait --timeout 300 --values values.yaml --namespace oauth oauth charts/kubermatic/oauth\n\
         helm upgrade --install --wait --timeout 300 --values values.yaml --namespace kubermatic kubermatic charts/kubermatic/\n"
    );

    // "create a rolebinding or clusterrolebinding"
    let binding = ["rbac", "--user", "lukasz@kubermatic.com", "--role", "view", "--name", "lukaszviewer"];
    assert_eq!(
        printed(folder, &[&binding[..], &["--format", "command"]].concat()),
        "kubectl create clusterrolebinding lukaszviewer --clusterrole=view --user=lukasz@kubermatic.com\n"
    );
}

fn flags(folder: &Path, what: &str, version: &str) -> Vec<String> {
    let arguments = ["render", what, "values.yaml", "--kkp-version", version, "--show-secrets", "--output", "json"];
    serde_json::from_str(&printed(folder, &arguments)).unwrap()
}

/// The flags of the manual with the values of the file, and with the chart's one dash.
fn in_manual(flags: &[&str]) -> Vec<String> {
    let value = |path: &str| {
        let parts: Vec<&str> = path.split('.').collect();
        let [.., part, key] = parts.as_slice() else { unreachable!("{path}") };
        let rest = VALUES.split_once(&format!("  {part}:\n")).unwrap().1;
        let line = rest.lines().find_map(|line| line.trim_start().strip_prefix(&format!("{key}: ")));
        line.map_or_else(|| format!("<{key}>"), str::to_owned)
    };
    let flag = |flag: &&str| {
        let (name, template) = flag.split_once("={{ .Values.").unwrap();
        format!("{}={}", name.strip_prefix('-').unwrap(), value(template.strip_suffix(" }}").unwrap()))
    };
    flags.iter().map(flag).collect()
}
