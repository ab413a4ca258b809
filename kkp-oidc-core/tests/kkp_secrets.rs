//! Secrets of an installation's files in places where none belongs: nothing that is said or rendered repeats them.

use kkp_oidc_core::UnixTime;
use kkp_oidc_core::diagnostics::{to_json, to_sarif, to_text};
use kkp_oidc_core::kkp::migrate::{Target, migrate};
use kkp_oidc_core::kkp::{CheckOptions, Installation, RenderOptions, Secrets, What, render};

const SECRET: &str = "hunter2-client-secret";
const PASSWORD: &str = "url-passw0rd";

/// The client secret is also a client id, a gate, a Seed's and a cluster's name; URLs have passwords.
const VALUES: &str = "\
kubermatic:
  domain: admin:url-passw0rd@kkp.example.com
  auth:
    tokenIssuer: https://admin:url-passw0rd@kkp.example.com/dex
    clientID: hunter2-client-secret
    issuerClientID: hunter2-client-secretIssuer
    issuerRedirectURL: https://admin:url-passw0rd@kkp.example.com/api/v1/kubeconfig
    issuerClientSecret: hunter2-client-secret
    issuerCookieKey: 0123456789abcdef0123456789abcde!
    serviceAccountKey: 5f2d8e0c9b7a4613a0e1d2c3b4a59687
  api:
    featureGates: \"OIDCKubeCfgEndpoint=true,hunter2-client-secret=true,a\\e[31mb=true\"
  controller:
    featureGates: OpenIDAuthPlugin=true
---
apiVersion: kubermatic.k8c.io/v1
kind: Seed
metadata: {name: hunter2-client-secret}
spec:
  oidcProviderConfiguration: {issuerURL: 'https://admin:url-passw0rd@seed.example.com', issuerClientID: ''}
---
apiVersion: kubermatic.k8c.io/v1
kind: Cluster
metadata: {name: hunter2-client-secret}
spec:
  oidc: {issuerURL: 'https://admin:url-passw0rd@own.example.com', clientID: hunter2-client-secret, requiredClaim: x}
";

const ROOT: &str = include_str!("../../tests/fixtures/ca-bundle/root.pem");

fn base64(text: &str) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(text)
}

#[track_caller]
fn assert_clean(what: &str, text: &str) {
    for secret in [SECRET, PASSWORD, "\u{1b}", "PRIVATE KEY"] {
        assert!(!text.contains(secret), "{what} has {secret:?}:\n{text}");
    }
}

fn installation(text: &str) -> (Installation, Vec<kkp_oidc_core::diagnostics::Source>) {
    Installation::read([("values.yaml".to_owned(), text.into())])
}

const EVERYTHING: [What; 10] = [
    What::ApiFlags,
    What::ControllerFlags,
    What::ApiserverFlags,
    What::AuthenticationConfig,
    What::KubermaticConfiguration,
    What::Values,
    What::DexClient,
    What::UiConfig,
    What::RedirectUris,
    What::HelmCommands,
];

#[test]
fn findings_repeat_no_secret_wherever_it_stands() {
    let (installation, sources) = installation(VALUES);
    let options = CheckOptions { now: UnixTime::from_secs(1_780_000_000), version: None, issuer_chain: Vec::new() };
    let findings = kkp_oidc_core::kkp::check(&installation, &options);
    assert!(findings.len() > 5);
    for finding in &findings {
        assert_clean("a finding", &to_text(finding, &sources));
    }
    assert_clean("JSON", &to_json(&findings, &sources));
    assert_clean("SARIF", &to_sarif(&findings, &sources, "0"));
}

#[test]
fn notes_of_a_migration_repeat_no_secret() {
    let (installation, sources) = installation(VALUES);
    for version in ["2.16", "2.22", "2.31"] {
        let migration = migrate(&installation, &sources, Target::Configuration(version.parse().unwrap())).unwrap();
        assert!(!migration.notes.is_empty(), "{version}");
        for note in &migration.notes {
            assert_clean("a note", &note.to_text(&sources));
            assert_clean("a note as JSON", &note.to_json(&sources).to_string());
        }
    }
}

#[test]
fn what_is_rendered_has_no_secret_unless_it_is_to_be_shown() {
    let (installation, _) = installation(VALUES);
    for what in EVERYTHING {
        for version in ["2.13", "2.16", "2.22", "2.31"] {
            let mut options = RenderOptions { version: version.parse().ok(), ..RenderOptions::default() };
            match render(what, &installation, &options) {
                Ok(rendered) => {
                    assert_clean("what is rendered", &rendered.text);
                    assert_clean("its items", &rendered.items.iter().flatten().cloned().collect::<String>());
                    assert_clean("its notes", &rendered.notes.concat());
                }
                Err(error) => assert_clean("an error", &error.to_string()),
            }
            options.secrets = Secrets::Shown;
            options.seed = Some("nobody".to_owned());
            if let Err(error) = render(what, &installation, &options) {
                assert_clean("an error", &error.to_string());
            }
        }
    }
}

/// A CA bundle goes to every cluster: a private key in it goes nowhere.
#[test]
fn a_private_key_in_a_ca_bundle_is_left_out_and_named() {
    let pem = ROOT.to_owned() + include_str!("../../tests/fixtures/ca-bundle/leaf-with-key.pem");
    assert!(pem.contains("PRIVATE KEY"));
    let base64 = base64(&pem);
    let values = format!(
        "kubermatic:\n  domain: kkp.example.com\n  auth:\n    tokenIssuer: https://kkp.example.com/dex\n    \
         issuerClientID: kubermaticIssuer\n    caBundle: {base64}\n  controller: {{featureGates: OpenIDAuthPlugin=true}}\n"
    );
    let (installation, sources) = installation(&values);
    let key = |text: &str| text.contains("PRIVATE KEY");
    let mut named = 0;
    for what in EVERYTHING {
        for secrets in [Secrets::Redacted, Secrets::Shown] {
            let options = RenderOptions { secrets, ..RenderOptions::default() };
            let Ok(rendered) = render(what, &installation, &options) else { continue };
            let of_chart = what == What::Values;
            assert!(of_chart || !key(&rendered.text), "{what:?}\n{}", rendered.text);
            named += usize::from(rendered.notes.iter().any(|note| note.contains("private key")));
        }
    }
    assert!(named > 0);
    for version in ["2.16", "2.31"] {
        let migration = migrate(&installation, &sources, Target::Configuration(version.parse().unwrap())).unwrap();
        assert!(!key(&migration.text) && migration.text.contains("BEGIN CERTIFICATE"), "{version}");
        let notes: Vec<_> = migration.notes.iter().map(|note| note.message.as_str()).collect();
        let left_out =
            "the private key in the CA bundle is left out; replace it, since every copy of the bundle has it";
        assert!(notes.contains(&left_out) && !migration.is_complete(), "{version}: {notes:?}");
    }
}

/// Lists as kube-apiserver prints them name the kind once.
#[test]
fn items_of_a_list_are_of_the_lists_kind() {
    let base64 = base64(ROOT);
    let text = format!(
        "apiVersion: v1\nkind: SecretList\nitems:\n- metadata: {{name: dex-ca}}\n  data:\n    caBundle.pem: {base64}\n    \
         other: c3VwZXItc2VjcmV0\n---\napiVersion: kubermatic.k8c.io/v1\nkind: SeedList\nitems:\n- metadata: {{name: a}}\n  \
         spec: {{oidcProviderConfiguration: {{issuerURL: ''}}}}\n"
    );
    let (installation, sources) = installation(&text);
    assert_eq!(installation.ca_bundle().map(|bundle| bundle.pem).as_deref(), Some(ROOT));
    assert_eq!(installation.seeds.iter().map(|seed| seed.name.as_str()).collect::<Vec<_>>(), ["a"]);
    let options = CheckOptions { now: UnixTime::from_secs(1_780_000_000), version: None, issuer_chain: Vec::new() };
    for finding in kkp_oidc_core::kkp::check(&installation, &options) {
        assert!(!to_text(&finding, &sources).contains("c3VwZXItc2VjcmV0"));
    }
}
