//! What is wrong with an installation.

mod ca;
mod clients;
mod clusters;
mod gates;
mod reuse;
mod secrets;
mod seeds;
mod ui;
mod urls;
mod values;

use crate::UnixTime;
use crate::diagnostics::{Code, Finding, Place};
use crate::kkp::{Configuration, Dialect, Effective, Gates, Installation, Setting, Version, Versions};

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
        findings: Vec::new(),
    };
    check.whole();
    for configuration in &installation.configurations {
        if check.is_full() {
            break;
        }
        check.version(configuration);
        check.gates(configuration);
        check.values(configuration);
        check.secrets(configuration);
        check.reuse(configuration);
        check.urls(configuration);
        check.clients(configuration);
        check.ca(configuration);
        check.ui(configuration);
    }
    check.ca_bundles();
    check.seeds();
    check.clusters();
    check.findings.extend(installation.findings.iter().cloned());
    check.findings.sort_by_key(|finding| {
        (finding.place.is_none(), finding.place.map(|place| (place.source, place.span.start, place.span.line)))
    });
    let left_out = check.findings.len().saturating_sub(MAX_FINDINGS);
    check.findings.truncate(MAX_FINDINGS);
    if left_out > 0 {
        let message = format!("more was found than these {MAX_FINDINGS}");
        check.findings.push(Finding::overall(Code::FindingsLeftOut, message, "mend these, and check again"));
    }
    check.findings.into_iter().map(|finding| installation.masked_finding(finding)).collect()
}

/// Most findings of one check. Nobody mends more in one go, and hostile files could have any number.
pub const MAX_FINDINGS: usize = 1_000;

/// Longest text from a file that a finding repeats, in characters.
const MAX_QUOTED_CHARS: usize = 200;

struct Check<'a> {
    installation: &'a Installation,
    options: &'a CheckOptions,
    versions: Versions,
    findings: Vec<Finding>,
}

impl Check<'_> {
    fn found(&mut self, finding: Finding) {
        if !self.is_full() {
            self.findings.push(finding);
        }
    }

    /// Whether more findings would be left out.
    const fn is_full(&self) -> bool {
        self.findings.len() > MAX_FINDINGS
    }

    /// A text from a file as a finding may repeat it: masked before it is cut off, so that no part of a secret is left.
    fn shown(&self, text: &str) -> String {
        self.installation.masked(text).chars().take(MAX_QUOTED_CHARS).collect()
    }

    fn at(&mut self, code: Code, place: Place, message: impl Into<String>, help: impl Into<String>) {
        self.found(Finding::new(code, place, message, help));
    }

    /// Whether the version that was given reads this kind of file; if not, its own versions are thought of.
    fn version(&mut self, configuration: &Configuration) {
        let dialect = configuration.dialect;
        let Some(version) = self.options.version else { return };
        if dialect.versions().contains(version) {
            self.versions = Versions::only(version);
            return;
        }
        self.versions = dialect.versions();
        let what = match dialect {
            Dialect::Values => "values.yaml of the chart `kubermatic`",
            Dialect::OperatorV1alpha1 => "operator.kubermatic.io/v1alpha1",
            Dialect::KubermaticV1 => "kubermatic.k8c.io/v1",
        };
        let message = format!("KKP {version} does not read this: {what} belongs to {}", dialect.versions());
        let help = match () {
            () if version <= Version::V2_13 => "write values.yaml for the chart `kubermatic`, or give another version",
            () if version <= Version::V2_19 => "write a KubermaticConfiguration of operator.kubermatic.io/v1alpha1",
            () => "write a KubermaticConfiguration of kubermatic.k8c.io/v1, or give another version",
        };
        self.at(Code::ConfigurationVersion, configuration.place, message, help);
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
pub(super) const ENDPOINT_GATE: &str = "OIDCKubeCfgEndpoint";

/// The gate that makes user clusters trust the issuer.
pub(super) const PLUGIN_GATE: &str = "OpenIDAuthPlugin";

impl Configuration {
    /// Whether its files want clusters to be shared: one of the gates is on, or there is a setting that only sharing needs
    /// and the gates are not both off on purpose.
    fn wants_sharing(&self, versions: Versions) -> bool {
        let on = |gates: &Gates, name| gates.is_enabled(name);
        let auth = &self.auth;
        // Since 2.31 everybody needs these settings.
        let only_for_sharing = [&auth.issuer_redirect_url, &auth.issuer_client_secret, &auth.issuer_cookie_key];
        let is_off =
            |gates: &Gates, name| gates.gates.iter().any(|gate| gate.name == name && gate.enabled == Some(false));
        if is_off(&self.api_gates, ENDPOINT_GATE) && is_off(&self.controller_gates, PLUGIN_GATE) {
            return on(&self.api_gates, ENDPOINT_GATE) || on(&self.controller_gates, PLUGIN_GATE);
        }
        on(&self.api_gates, ENDPOINT_GATE)
            || on(&self.controller_gates, PLUGIN_GATE)
            || !versions.since(Version::V2_31) && only_for_sharing.into_iter().any(|one| !is_missing(one.as_ref()))
    }
}

fn is_missing(setting: Option<&Setting>) -> bool {
    setting.is_none_or(Setting::is_empty)
}
