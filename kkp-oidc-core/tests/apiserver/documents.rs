//! `AuthenticationConfiguration`: reading, writing, reviewing.

use kkp_oidc_core::apiserver::{AuthenticationConfiguration, ParseAuthenticationConfigurationError};
use serde::Deserialize;

#[derive(Deserialize)]
struct Answer {
    name: String,
    document: String,
    #[serde(default)]
    decode_error: String,
    findings: Vec<String>,
    #[serde(default)]
    yaml: String,
}

fn answers() -> Vec<Answer> {
    let lines = include_str!("../data/apiserver/validation.jsonl").lines();
    lines.map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Where this is stricter on purpose.
const STRICTER: [&str; 3] = ["alpha", "anonymous yes", "two documents"];

#[test]
fn what_kube_apiserver_reads_is_read_and_what_it_refuses_is_refused() {
    let mut read = 0;
    for answer in answers() {
        let parsed = AuthenticationConfiguration::parse(answer.document.as_bytes());
        let expected = answer.decode_error.is_empty() && !STRICTER.contains(&answer.name.as_str());
        assert_eq!(parsed.is_ok(), expected, "{}: {parsed:?}", answer.name);
        read += usize::from(expected);
    }
    assert_eq!(read, 110);
}

#[test]
fn findings_are_those_of_kube_apiserver_word_for_word() {
    for answer in answers() {
        if let Ok(configuration) = AuthenticationConfiguration::parse(answer.document.as_bytes()) {
            let findings: Vec<_> = configuration.review().findings.iter().map(ToString::to_string).collect();
            assert_eq!(findings, answer.findings, "{}", answer.name);
        }
    }
}

#[test]
fn yaml_is_that_of_kubernetes_byte_for_byte() {
    for answer in answers() {
        if let Ok(configuration) = AuthenticationConfiguration::parse(answer.document.as_bytes()) {
            let expected =
                answer.yaml.replace("jwt: null\n", "jwt: []\n").replace("audiences: null\n", "audiences: []\n");
            let yaml = configuration.to_yaml();
            assert_eq!(yaml, expected, "{}", answer.name);
            assert_eq!(AuthenticationConfiguration::parse(yaml.as_bytes()), Ok(configuration), "{}", answer.name);
        }
    }
}

#[test]
fn other_kinds_and_versions_are_named() {
    let parse = |text: &str| AuthenticationConfiguration::parse(text.as_bytes()).unwrap_err();
    assert_eq!(parse("kind: ConfigMap\napiVersion: v1\ndata: {}\n"), ParseAuthenticationConfigurationError::Kind);
    let alpha = parse("kind: AuthenticationConfiguration\napiVersion: apiserver.config.k8s.io/v1alpha1\n");
    assert_eq!(alpha, ParseAuthenticationConfigurationError::Version);
}
