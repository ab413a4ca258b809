//! `kkp-oidc doctor`, with a development provider in the test's own process.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;

use kkp_oidc_core::secret::SecretString;
use kkp_oidc_http::dev_provider::{DevProvider, DevProviderConfig, Fault, SigningAlgorithm};
use kkp_oidc_http::{SystemClock, SystemEntropy};
use serde_json::Value;
use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::process::{Ended, kkp_oidc, run};

const CLIENT_SECRET: &str = "canary-of-the-client-secret";
const REDIRECT_URI: &str = "http://127.0.0.1:9/api/v1/kubeconfig";

struct Lab {
    runtime: Runtime,
    provider: DevProvider,
    folder: TempDir,
}

impl Lab {
    fn new(algorithm: SigningAlgorithm) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let mut config = DevProviderConfig::new(Arc::new(SystemClock), Arc::new(SystemEntropy));
        config.algorithm = algorithm;
        config.clients[0].client_secret = SecretString::from(CLIENT_SECRET);
        config.clients[0].redirect_uris = vec![REDIRECT_URI.to_owned()];
        let provider = runtime.block_on(DevProvider::bind(config, "127.0.0.1:0".parse().unwrap())).unwrap();
        Self { runtime, provider, folder: tempfile::tempdir().unwrap() }
    }

    /// values.yaml with these settings.
    fn values(&self, issuer: &str, secret: &str, redirect_uri: &str) -> PathBuf {
        let path = self.folder.path().join("values.yaml");
        let text = format!(
            "kubermatic:\n  auth:\n    tokenIssuer: {issuer}\n    issuerClientID: kubermaticIssuer\n    \
             issuerClientSecret: {secret}\n    issuerRedirectURL: {redirect_uri}\n"
        );
        fs::write(&path, text).unwrap();
        path
    }

    /// How each probe ends.
    fn probes(&self, issuer: &str, secret: &str, redirect_uri: &str) -> Vec<(String, String, String)> {
        let path = self.values(issuer, secret, redirect_uri);
        let ended = run(doctor(&["--online", "--output", "json"]).arg(path));
        assert!(!format!("{}{}", ended.stdout, ended.stderr).contains("canary"), "{}", ended.stdout);
        let report: Value = serde_json::from_str(&ended.stdout).unwrap();
        let text = |probe: &Value, name: &str| probe[name].as_str().unwrap().to_owned();
        let probes = report["providers"][0]["probes"].as_array().unwrap();
        probes.iter().map(|probe| (text(probe, "name"), text(probe, "state"), text(probe, "message"))).collect()
    }

    fn end(self) {
        self.runtime.block_on(self.provider.shutdown());
    }
}

/// `kkp-oidc doctor` on a system that trusts one root.
fn doctor(arguments: &[&str]) -> Command {
    let mut command = kkp_oidc(["doctor"]);
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/fixtures/ca-bundle/root.pem");
    command.args(arguments).env("SSL_CERT_FILE", root);
    command
}

/// The names of the probes that end in this state.
fn names<'a>(probes: &'a [(String, String, String)], wanted: &str) -> Vec<&'a str> {
    probes.iter().filter(|(_, state, _)| state == wanted).map(|(name, ..)| name.as_str()).collect()
}

#[test]
fn a_provider_that_fits_is_well() {
    let lab = Lab::new(SigningAlgorithm::Rs256);
    let issuer = lab.provider.issuer().to_owned();
    let probes = lab.probes(&issuer, CLIENT_SECRET, REDIRECT_URI);
    let all = |state: &str| names(&probes, state).join(" ");
    assert_eq!(all("ok"), "dns discovery scopes response-types pkce algorithms clock keys redirect-uri client");
    assert_eq!(all("not_tried"), "tls");
    assert_eq!(all("failed") + &all("warning"), "");
    let counts = lab.provider.requests();
    assert_eq!(counts.token, 1, "a code is presented once");
    lab.end();
}

#[test]
fn what_does_not_fit_is_named() {
    let lab = Lab::new(SigningAlgorithm::Es256);
    let issuer = lab.provider.issuer().to_owned();
    for (given, secret, redirect_uri, warnings, failures) in [
        (issuer.clone(), "wrong", REDIRECT_URI, "algorithms", "client"),
        (issuer.clone(), CLIENT_SECRET, "http://127.0.0.1:8/api/v1/kubeconfig", "algorithms", "redirect-uri"),
        (format!("{issuer}/"), CLIENT_SECRET, REDIRECT_URI, "", "discovery"),
        (issuer.replace("/dex", "/dax"), CLIENT_SECRET, REDIRECT_URI, "", "discovery"),
        ("http://127.0.0.1:1/dex".to_owned(), CLIENT_SECRET, REDIRECT_URI, "", "discovery"),
        ("http://nobody.invalid/dex".to_owned(), CLIENT_SECRET, REDIRECT_URI, "", "dns"),
    ] {
        let probes = lab.probes(&given, secret, redirect_uri);
        assert_eq!(names(&probes, "warning").join(" "), warnings, "{given} {probes:?}");
        assert_eq!(names(&probes, "failed").join(" "), failures, "{given} {probes:?}");
        assert_eq!(probes.len(), 11, "every probe is in every report");
    }
    lab.end();
}

#[test]
fn a_provider_that_misbehaves_is_named_and_nothing_hangs() {
    let lab = Lab::new(SigningAlgorithm::Rs256);
    let issuer = lab.provider.issuer().to_owned();
    for (fault, failed) in [
        (Fault::DiscoveryGarbage, "discovery"),
        (Fault::DiscoveryHuge, "discovery"),
        (Fault::DiscoveryServerError, "discovery"),
        (Fault::DiscoveryWrongIssuer, "discovery"),
        (Fault::JwksGarbage, "keys"),
        (Fault::JwksEmpty, "keys"),
        (Fault::JwksHuge, "keys"),
        (Fault::JwksForEncryption, "keys"),
        (Fault::TokenHuge, "client"),
    ] {
        lab.provider.set_fault(fault);
        let probes = lab.probes(&issuer, CLIENT_SECRET, REDIRECT_URI);
        assert_eq!(names(&probes, "failed"), [failed], "{fault:?} {probes:?}");
        lab.provider.clear_fault();
    }
    lab.end();
}

#[test]
fn without_online_nobody_is_asked() {
    let lab = Lab::new(SigningAlgorithm::Rs256);
    let issuer = lab.provider.issuer().to_owned();
    let path = lab.values(&issuer, CLIENT_SECRET, REDIRECT_URI);
    let Ended { code, stdout, stderr } = run(doctor(&[]).arg(path));
    assert_eq!(code, Some(1));
    assert!(stdout.contains("error[issuer-not-https]") && !stdout.contains("discovery"), "{stdout}");
    assert!(stderr.ends_with("; --online asks the provider, too\n"), "{stderr}");
    let counts = lab.provider.requests();
    assert_eq!((counts.discovery, counts.token), (0, 0));
    lab.end();
}

/// Nothing is sent under a trust that nobody chose: a bundle that is no bundle is not the system's.
#[test]
fn a_ca_bundle_without_certificates_is_not_the_systems() {
    let lab = Lab::new(SigningAlgorithm::Rs256);
    let issuer = lab.provider.issuer().to_owned();
    let path = lab.values(&issuer, CLIENT_SECRET, REDIRECT_URI);
    let text = fs::read_to_string(&path).unwrap() + "    caBundle: Z2FyYmFnZQ==\n";
    fs::write(&path, text).unwrap();
    let ended = run(doctor(&["--online", "--output", "json"]).arg(path));
    let report: Value = serde_json::from_str(&ended.stdout).unwrap();
    let probes = report["providers"][0]["probes"].as_array().unwrap();
    let discovery: Vec<_> = probes.iter().filter(|probe| probe["name"] == "discovery").collect();
    assert_eq!(discovery[0]["state"], "failed", "{probes:?}");
    let counts = lab.provider.requests();
    assert_eq!((counts.discovery, counts.token), (0, 0), "nobody was asked");
    lab.end();
}

#[test]
fn passwords_of_urls_and_control_characters_are_not_shown() {
    let lab = Lab::new(SigningAlgorithm::Rs256);
    for output in ["human", "json"] {
        let path = lab.values("\"https://admin:url-passw0rd@127.0.0.1:1/\\e[31mred\"", CLIENT_SECRET, REDIRECT_URI);
        let ended = run(doctor(&["--online", "--output", output]).arg(path));
        let all = ended.stdout + &ended.stderr;
        assert!(all.contains("…@127.0.0.1:1"), "{all}");
        assert!(!all.contains("passw0rd") && !all.contains('\u{1b}') && !all.contains("\\u001b"), "{all}");
    }
    lab.end();
}

#[test]
fn a_system_store_that_is_not_there_is_named() {
    let lab = Lab::new(SigningAlgorithm::Rs256);
    let path = lab.values(lab.provider.issuer(), CLIENT_SECRET, REDIRECT_URI);
    let ended = run(doctor(&["--online"]).arg(path).env("SSL_CERT_FILE", "/nonexistent"));
    let stderr = "error: /nonexistent cannot be read\n  caused by: No such file or directory (os error 2)\n";
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(3), stderr));
    lab.end();
}
