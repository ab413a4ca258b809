//! The arguments that KKP's chart and its operator give to KKP's programs: those that are about gates and OpenID Connect,
//! in their order. KKP: spec sections 2.1, 2.2, 2.5, 3.1 and 3.2.

use std::collections::BTreeMap;

use crate::kkp::check::{ENDPOINT_GATE, PLUGIN_GATE};
use crate::kkp::secret::{Secret, SecretName};
use crate::kkp::{Configuration, Dialect, Effective, SeedProvider, Setting, Version};
use crate::secret::SecretString;

/// Where the programs have the CA bundle, up to 2.16.
const DEX_CA_FILE: &str = "/opt/dex-ca/caBundle.pem";

/// Where the programs have the CA bundle, from 2.17 on.
const CA_BUNDLE_FILE: &str = "/opt/ca-bundle/ca-bundle.pem";

/// Gates that the operator of 2.31 turns on by itself (spec section 1.2).
const ON_BY_DEFAULT: [&str; 2] = ["EtcdLauncher", "HTTPRouteGatewaySync"];

/// One argument, `-name=value`: a single dash, as KKP writes it.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument is a name and a value")]
pub struct Flag {
    /// Its name, without dash.
    pub name: &'static str,
    /// Its value.
    pub value: FlagValue,
}

/// The value of a [`Flag`].
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_enums, reason = "a value is a secret or it is none")]
pub enum FlagValue {
    /// What anybody may see.
    Text(String),
    /// What nobody may see.
    Secret(Secret),
}

/// Arguments in the order in which they are collected.
#[derive(Default)]
struct Flags(Vec<Flag>);

impl Flags {
    fn text(&mut self, name: &'static str, text: impl Into<String>) {
        self.0.push(Flag { name, value: FlagValue::Text(text.into()) });
    }

    fn secret(&mut self, flag: &'static str, name: SecretName, setting: Option<&Setting>) {
        let text = SecretString::from(setting.map_or("", |setting| setting.text.as_str()));
        self.0.push(Flag { name: flag, value: FlagValue::Secret(Secret { name, text }) });
    }
}

/// The arguments of `kubermatic-api`.
///
/// The chart of 2.12 and 2.13 gives those for share links only if the gate is written `OIDCKubeCfgEndpoint=true`, letter by
/// letter; the operator gives them if the gate is on, and from 2.31 on always.
#[must_use]
pub fn api_flags(configuration: &Configuration, version: Version) -> Vec<Flag> {
    let effective = Effective::new(configuration, version);
    let auth = &configuration.auth;
    let of_chart = configuration.dialect == Dialect::Values;
    let mut flags = Flags::default();
    if version >= Version::V2_17 {
        flags.text("ca-bundle", CA_BUNDLE_FILE);
    }
    flags.text("oidc-url", effective.token_issuer.text);
    flags.text("oidc-authenticator-client-id", effective.client_id.text);
    flags.text("oidc-skip-tls-verify", skip_tls_verify(configuration));
    flags.text("domain", effective.domain.text);
    flags.secret("service-account-signing-key", SecretName::ServiceAccountKey, auth.service_account_key.as_ref());
    let gates =
        if of_chart { written(configuration.api_gates.written.as_ref()) } else { gates(configuration, version) };
    let shares = if of_chart {
        chart_sees(&gates, ENDPOINT_GATE)
    } else {
        version >= Version::V2_31 || configuration.api_gates.is_enabled(ENDPOINT_GATE)
    };
    flags.text("feature-gates", gates);
    if shares {
        flags.text("oidc-issuer-redirect-uri", effective.redirect_url.text);
        flags.text("oidc-issuer-client-id", effective.issuer_client_id.text);
        let (secret, key) = (auth.issuer_client_secret.as_ref(), auth.issuer_cookie_key.as_ref());
        flags.secret("oidc-issuer-client-secret", SecretName::IssuerClientSecret, secret);
        flags.secret("oidc-issuer-cookie-hash-key", SecretName::IssuerCookieKey, key);
        let has_ca = auth.ca_bundle.as_ref().is_some_and(|bundle| !bundle.is_empty());
        if has_ca && Version::V2_13 <= version && version < Version::V2_17 {
            flags.text("oidc-ca-file", DEX_CA_FILE);
        }
    }
    flags.0
}

/// The arguments of `kubermatic-controller-manager`, which is `seed-controller-manager` in later versions.
///
/// `seed` is the provider of the Seed that it runs for; it counts from 2.22 on, instead of the platform's. The chart gives
/// the arguments only if the gate is written `OpenIDAuthPlugin=true`, letter by letter, the operator if it is on, and from
/// 2.22 on if it is there at all.
#[must_use]
pub fn controller_flags(configuration: &Configuration, seed: Option<&SeedProvider>, version: Version) -> Vec<Flag> {
    let mut flags = Flags::default();
    if configuration.dialect == Dialect::Values {
        let gates = written(configuration.controller_gates.written.as_ref());
        if chart_sees(&gates, PLUGIN_GATE) {
            flags.text("oidc-ca-file", DEX_CA_FILE);
            platform(&mut flags, configuration, version);
        }
        flags.text("feature-gates", gates);
        return flags.0;
    }
    if version >= Version::V2_17 {
        flags.text("ca-bundle", CA_BUNDLE_FILE);
    }
    flags.text("feature-gates", gates(configuration, version));
    let own = seed.filter(|_| version >= Version::V2_22);
    let gates = &configuration.controller_gates;
    let is_there = version >= Version::V2_22 && gates.gates.iter().any(|gate| gate.name == PLUGIN_GATE);
    if let Some(provider) = own {
        flags.text("oidc-issuer-url", written(provider.issuer_url.as_ref()));
        flags.text("oidc-issuer-client-id", written(provider.issuer_client_id.as_ref()));
        let secret = provider.issuer_client_secret.as_ref();
        flags.secret("oidc-issuer-client-secret", SecretName::SeedIssuerClientSecret, secret);
    } else if gates.is_enabled(PLUGIN_GATE) || is_there {
        if version < Version::V2_17 {
            flags.text("oidc-ca-file", DEX_CA_FILE);
        }
        platform(&mut flags, configuration, version);
    }
    flags.0
}

/// The platform's issuer, for the controller.
fn platform(flags: &mut Flags, configuration: &Configuration, version: Version) {
    let effective = Effective::new(configuration, version);
    flags.text("oidc-issuer-url", effective.token_issuer.text);
    flags.text("oidc-issuer-client-id", effective.issuer_client_id.text);
    let secret = configuration.auth.issuer_client_secret.as_ref();
    flags.secret("oidc-issuer-client-secret", SecretName::IssuerClientSecret, secret);
}

fn written(setting: Option<&Setting>) -> String {
    setting.map_or_else(String::new, |setting| setting.text.clone())
}

/// What the chart looks for with a regular expression in the text of a flag: a gate, letter by letter.
fn chart_sees(gates: &str, name: &str) -> bool {
    // `.*` does not cross line ends, and need not match anything.
    gates.contains(&format!("{name}=true"))
}

fn skip_tls_verify(configuration: &Configuration) -> String {
    let setting = configuration.auth.skip_token_issuer_tls_verify.as_ref();
    if configuration.dialect == Dialect::Values {
        // The chart copies the text; its default is for what is empty.
        setting.filter(|setting| !setting.is_empty()).map_or_else(|| "false".to_owned(), |setting| setting.text.clone())
    } else {
        setting.is_some_and(|setting| setting.bool == Some(true)).to_string()
    }
}

/// The gates as the operator writes them: sorted; up to 2.19 only those that are on.
fn gates(configuration: &Configuration, version: Version) -> String {
    let mut gates: BTreeMap<&str, bool> = BTreeMap::new();
    if version >= Version::V2_31 {
        gates.extend(ON_BY_DEFAULT.map(|name| (name, true)));
    }
    for gate in &configuration.api_gates.gates {
        gates.insert(&gate.name, gate.enabled == Some(true));
    }
    let shown = gates.into_iter().filter(|(_, is_on)| *is_on || version >= Version::V2_20);
    // Sorted as texts `name=value`, not as names.
    let mut texts: Vec<String> = shown.map(|(name, is_on)| format!("{name}={is_on}")).collect();
    texts.sort_unstable();
    texts.join(",")
}
