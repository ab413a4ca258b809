//! What kube-apiserver makes of a token, rule by rule.

use std::fmt;
use std::str::FromStr;

use serde_json::Value;

use super::config::{AuthenticationConfiguration, JwtAuthenticator};
use super::decision::{Checks, Decision, Rule};
use super::go_claims::{StandardClaims, is_before};
use super::jwks::{JwkSet, SignatureFault};
use super::mapping::{map_user, require_claims};
use super::shown::shown;
use super::token::ReadToken;
use crate::UnixTime;

/// The signature algorithms that kube-apiserver knows.
const KNOWN: [&str; 9] = ["RS256", "RS384", "RS512", "ES256", "ES384", "ES512", "PS256", "PS384", "PS512"];

/// Which signature algorithms kube-apiserver accepts.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SigningAlgorithms(Vec<String>);

impl SigningAlgorithms {
    /// All that kube-apiserver knows: what goes with `--authentication-config`.
    #[must_use]
    pub fn all() -> Self {
        Self(KNOWN.map(str::to_owned).to_vec())
    }

    /// Their names.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.0
    }
}

/// `RS256` only: what goes with `--oidc-*` flags where `--oidc-signing-algs` says nothing else.
impl Default for SigningAlgorithms {
    fn default() -> Self {
        Self(vec!["RS256".to_owned()])
    }
}

/// Comma-separated, as after `--oidc-signing-algs`; nothing is the default.
impl FromStr for SigningAlgorithms {
    type Err = UnknownSigningAlgorithm;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.is_empty() {
            return Ok(Self::default());
        }
        let names: Vec<String> = text.split(',').map(str::to_owned).collect();
        match names.iter().find(|name| !KNOWN.contains(&name.as_str())) {
            Some(name) => Err(UnknownSigningAlgorithm { name: name.clone() }),
            None => Ok(Self(names)),
        }
    }
}

impl fmt::Display for SigningAlgorithms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join(","))
    }
}

/// A name that is none of kube-apiserver's signature algorithms; it does not start with it.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("`{name}` is no signature algorithm of kube-apiserver, expected some of {}", KNOWN.join(", "))]
#[non_exhaustive]
pub struct UnknownSigningAlgorithm {
    /// The name.
    pub name: String,
}

/// How kube-apiserver is set up.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_structs, reason = "a plain request struct that callers fill by name")]
pub struct Authenticators<'a> {
    /// Whose tokens are accepted; of flags, what `OidcFlags::to_configuration` makes of them.
    pub configuration: &'a AuthenticationConfiguration,
    /// Which signatures are.
    pub algorithms: &'a SigningAlgorithms,
    /// The issuer's keys; without them no signature is verified.
    pub keys: Option<&'a JwkSet>,
}

/// Say what kube-apiserver makes of a token, in its order: the issuer selects the authenticator; audience, times,
/// algorithm and signature; then name, groups, uid and extra are made; then required claims, claim rules and user rules.
///
/// Nothing is fetched: distributed claims are not followed. CEL expressions are judged only if they are among the few that
/// are recognised. Go's leniency about the case of `iss`, `aud` and `exp` is not followed.
///
/// The configuration should be one that kube-apiserver accepts ([`AuthenticationConfiguration::review`]).
#[must_use]
pub fn decide(token: &ReadToken, authenticators: &Authenticators<'_>, now: UnixTime) -> Decision {
    let mut checks = Checks::default();
    let Some(entry) = select(token, authenticators.configuration, &mut checks) else {
        return checks.decide(None);
    };
    let standard = match StandardClaims::read(token.claims()) {
        Ok(standard) => {
            checks.ok(Rule::ClaimTypes, "standard claims have the types that they must have");
            Some(standard)
        }
        Err(wrong) => {
            let reason = format!("`{}` is not {}", wrong.claim, wrong.expected);
            checks.failed(Rule::ClaimTypes, reason, "the provider makes tokens that break the standard; mend it there");
            None
        }
    };
    // With several audiences kube-apiserver compares them itself, after all that go-oidc does.
    let several = entry.issuer.audiences.len() > 1;
    if let Some(standard) = &standard {
        if !several {
            check_audience(standard, entry, &mut checks);
        }
        check_times(standard, now, &mut checks);
    }
    check_algorithm(token, authenticators.algorithms, &mut checks);
    check_signature(token, authenticators.keys, &mut checks);
    if let Some(standard) = standard.filter(|_| several) {
        check_audience(&standard, entry, &mut checks);
    }
    let user = map_user(token.claims(), entry, &mut checks);
    require_claims(token.claims(), entry, user.as_ref(), &mut checks);
    checks.decide(user)
}

/// The authenticator of the token's issuer.
fn select<'a>(
    token: &ReadToken,
    configuration: &'a AuthenticationConfiguration,
    checks: &mut Checks,
) -> Option<&'a JwtAuthenticator> {
    let issuer = match token.claims().get("iss").and_then(Value::as_str).unwrap_or_default() {
        // Google's old spelling, which go-oidc still takes.
        "accounts.google.com" => "https://accounts.google.com",
        issuer => issuer,
    };
    if let Some(entry) = configuration.jwt.iter().find(|entry| entry.issuer.url == issuer && !issuer.is_empty()) {
        checks.ok(Rule::Issuer, format!("`iss` is {}", shown(issuer)));
        return Some(entry);
    }
    let urls: Vec<_> = configuration.jwt.iter().map(|entry| entry.issuer.url.as_str()).collect();
    let expected = match urls.as_slice() {
        [] => "no issuer is configured".to_owned(),
        [url] => format!("expected {}", shown(url)),
        urls => format!("expected one of {}", urls.iter().map(|url| shown(url)).collect::<Vec<_>>().join(", ")),
    };
    let reason = if issuer.is_empty() {
        format!("`iss` is absent or no text, {expected}")
    } else {
        format!("`iss` is {}, {expected}; kube-apiserver takes no notice of such a token", shown(issuer))
    };
    let only_slash = urls.iter().any(|url| url.trim_end_matches('/') == issuer.trim_end_matches('/'));
    let remedy = if only_slash && !issuer.is_empty() {
        "they differ in the slash at the end, which counts: configure the issuer exactly as the provider writes it"
    } else {
        "log in at the configured issuer, or configure this one, byte for byte"
    };
    checks.failed(Rule::Issuer, reason, remedy);
    None
}

fn check_audience(standard: &StandardClaims, entry: &JwtAuthenticator, checks: &mut Checks) {
    let expected = &entry.issuer.audiences;
    if let Some(audience) = expected.iter().find(|audience| standard.audience.contains(audience)) {
        return checks.ok(Rule::Audience, format!("`aud` has {}", shown(audience)));
    }
    let list = |texts: &[String]| texts.iter().map(|text| shown(text)).collect::<Vec<_>>().join(", ");
    let reason = match standard.audience.as_slice() {
        [] => format!("`aud` is absent or empty, expected {}", list(expected)),
        found => format!("`aud` is {}, expected {}", list(found), list(expected)),
    };
    let remedy = "log in with the client id that kube-apiserver expects; an access token often has another audience than the \
                  ID token";
    checks.failed(Rule::Audience, reason, remedy);
}

/// How far `nbf` may lie in the future, in seconds, inclusive.
const LEEWAY_SECS: i64 = 60;

fn check_times(standard: &StandardClaims, now: UnixTime, checks: &mut Checks) {
    match standard.expiry {
        None => checks.failed(Rule::Expiry, "`exp` is absent", "the provider must set `exp`"),
        // The second in which it expires still counts.
        Some(expiry) if is_before(expiry, now.as_secs()) => {
            let ago = now.as_secs().saturating_sub(expiry);
            let reason = format!("`exp` is {}, {ago} s ago", UnixTime::from_secs(expiry));
            let remedy = "log in again; kubectl renews tokens by itself only with a refresh token or an exec plugin";
            checks.failed(Rule::Expiry, reason, remedy);
        }
        Some(expiry) => {
            let left = expiry.saturating_sub(now.as_secs());
            checks.ok(Rule::Expiry, format!("`exp` is {}, in {left} s", UnixTime::from_secs(expiry)));
        }
    }
    match standard.not_before {
        Some(not_before) if is_before(now.plus_secs(LEEWAY_SECS).as_secs(), not_before) => {
            let ahead = not_before.saturating_sub(now.as_secs());
            let reason = format!("`nbf` is {ahead} s ahead, at most {LEEWAY_SECS} s are accepted");
            checks.failed(Rule::NotBefore, reason, "set the clocks of provider and kube-apiserver by NTP");
        }
        Some(not_before) => checks.ok(Rule::NotBefore, format!("`nbf` is {}", UnixTime::from_secs(not_before))),
        None => checks.ok(Rule::NotBefore, "there is no `nbf`"),
    }
}

fn check_algorithm(token: &ReadToken, algorithms: &SigningAlgorithms, checks: &mut Checks) {
    let algorithm = token.algorithm();
    if algorithms.names().iter().any(|name| name == algorithm) {
        return checks.ok(Rule::Algorithm, format!("`alg` is {algorithm}"));
    }
    let reason = format!("`alg` is {}, accepted are {}", shown(algorithm), algorithms.names().join(", "));
    if KNOWN.contains(&algorithm) {
        let remedy = format!(
            "start kube-apiserver with --oidc-signing-algs={algorithms},{algorithm} or with --authentication-config, which \
             accepts all that it knows; or have the provider sign with {}",
            algorithms.names().join(" or ")
        );
        return checks.failed(Rule::Algorithm, reason, remedy);
    }
    let remedy = "kube-apiserver does not know this algorithm, no flag changes that; have the provider sign with RS256";
    checks.failed(Rule::Algorithm, reason, remedy);
}

fn check_signature(token: &ReadToken, keys: Option<&JwkSet>, checks: &mut Checks) {
    let Some(keys) = keys else {
        let remedy = "give the provider's key set (its `jwks_uri`) to have it checked";
        return checks.not_judged(Rule::Signature, "not checked, there is no key set", remedy);
    };
    match keys.verify(token) {
        Ok(()) => checks.ok(Rule::Signature, "made by a key of the set"),
        Err(SignatureFault::NoKey) => {
            let ids: Vec<_> = keys.key_ids().map(shown).collect();
            let reason = format!("no key has the `kid` {}, the set has {}", shown(token.key_id()), ids.join(", "));
            checks.failed(Rule::Signature, reason, "fetch the key set again: the provider may have new keys");
        }
        Err(SignatureFault::EmptySet) => {
            let reason = "the key set has no key that can be read";
            checks.failed(Rule::Signature, reason, "fetch the key set again, from the provider's `jwks_uri`");
        }
        Err(SignatureFault::KeyLength { bits }) => {
            let bound = if bits < 2048 { "short" } else { "long" };
            let reason =
                format!("not checked, the key has {bits} bits: too {bound} for this check of {}", token.algorithm());
            checks.not_judged(Rule::Signature, reason, "have the provider sign with RSA keys of 2048 to 8192 bits");
        }
        Err(SignatureFault::Invalid) => {
            let reason = if token.key_id().is_empty() {
                "the token has no `kid`, and no key of the set made its signature"
            } else {
                "no key of the set that fits made this signature"
            };
            checks.failed(Rule::Signature, reason, "the token was changed, or the key set is another provider's");
        }
    }
}
