//! What is wrong with an installation.

mod ca;
mod clients;
mod clusters;
mod gates;
mod secrets;
mod seeds;
mod ui;
mod urls;
mod values;

use crate::UnixTime;
use crate::diagnostics::{Code, Finding, Place};
use crate::kkp::{Configuration, Effective, Gates, Installation, Setting, Version, Versions};

/// How an installation is looked at.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "a plain request struct that callers fill by name")]
pub struct CheckOptions {
    /// The time for which certificates are judged.
    pub now: UnixTime,
    /// Its version, if it is known; otherwise all are thought of that can have these files.
    pub version: Option<Version>,
    /// The certificates that the provider shows, DER, its own first; empty if they are not known.
    pub issuer_chain: Vec<Vec<u8>>,
}

/// Everything that is wrong: what was found while reading, and what does not fit together. Ordered by place; what is about
/// all files together comes last.
#[must_use]
pub fn check(installation: &Installation, options: &CheckOptions) -> Vec<Finding> {
    let mut check = Check {
        installation,
        options,
        versions: options.version.map_or_else(|| installation.versions(), Versions::only),
        findings: installation.findings.clone(),
    };
    check.whole();
    for configuration in &installation.configurations {
        check.gates(configuration);
        check.values(configuration);
        check.secrets(configuration);
        check.urls(configuration);
        check.clients(configuration);
        check.ca(configuration);
        check.ui(configuration);
    }
    check.seeds();
    check.clusters();
    check.findings.sort_by_key(|finding| {
        (finding.place.is_none(), finding.place.map(|place| (place.source, place.span.start, place.span.line)))
    });
    check.findings
}

struct Check<'a> {
    installation: &'a Installation,
    options: &'a CheckOptions,
    versions: Versions,
    findings: Vec<Finding>,
}

impl Check<'_> {
    fn found(&mut self, finding: Finding) {
        self.findings.push(finding);
    }

    fn at(&mut self, code: Code, place: Place, message: impl Into<String>, help: impl Into<String>) {
        self.findings.push(Finding::new(code, place, message, help));
    }

    fn effective(&self, configuration: &Configuration) -> Effective {
        Effective::new(configuration, self.versions.last())
    }

    /// Whether there is exactly one configuration, and how many there are.
    fn whole(&mut self) {
        let installation = self.installation;
        match installation.configurations.as_slice() {
            [] => {
                // What cannot be read may be the one that is missing.
                if !installation.findings.iter().any(|finding| finding.code == Code::DocumentUnreadable) {
                    self.found(Finding::overall(
                        Code::ConfigurationMissing,
                        "no file configures KKP",
                        "add the values.yaml or the KubermaticConfiguration of the installation",
                    ));
                }
            }
            [_] => {}
            [first, more @ ..] => {
                for other in more {
                    let finding = Finding::new(
                        Code::ConfigurationTwice,
                        other.place,
                        "KKP is configured a second time",
                        "check each installation by itself, or remove the one that does not count",
                    );
                    self.found(finding.with_related(first.place, "the first is here"));
                }
            }
        }
    }
}

/// The gate that makes the API serve share links.
const ENDPOINT_GATE: &str = "OIDCKubeCfgEndpoint";

/// The gate that makes user clusters trust the issuer.
const PLUGIN_GATE: &str = "OpenIDAuthPlugin";

impl Configuration {
    /// Whether its files want clusters to be shared: one of the gates is on, or there is a setting that only sharing needs.
    fn wants_sharing(&self, versions: Versions) -> bool {
        let on = |gates: &Gates, name| gates.is_enabled(name);
        let auth = &self.auth;
        // Since 2.31 everybody needs these settings.
        let only_for_sharing = [&auth.issuer_redirect_url, &auth.issuer_client_secret, &auth.issuer_cookie_key];
        on(&self.api_gates, ENDPOINT_GATE)
            || on(&self.controller_gates, PLUGIN_GATE)
            || !versions.since(Version::V2_31) && only_for_sharing.into_iter().any(|one| !is_missing(one.as_ref()))
    }
}

fn is_missing(setting: Option<&Setting>) -> bool {
    setting.is_none_or(Setting::is_empty)
}
