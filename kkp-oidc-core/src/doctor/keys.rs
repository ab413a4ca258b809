//! The provider's keys ([RFC 7517]).
//!
//! [RFC 7517]: https://www.rfc-editor.org/rfc/rfc7517

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;

use super::{Probe, shown};
use crate::json_object::from_object;

/// Shortest RSA key that kube-apiserver and browsers' libraries take without complaint, in bits (NIST SP 800-131A).
const MIN_RSA_BITS: usize = 2048;

#[derive(Deserialize)]
struct Set {
    keys: Vec<serde_json::Value>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Key {
    kty: String,
    r#use: Option<String>,
    alg: Option<String>,
    kid: Option<String>,
    crv: Option<String>,
    n: Option<String>,
    d: Option<serde::de::IgnoredAny>,
    k: Option<serde::de::IgnoredAny>,
}

/// The probe `keys`.
#[must_use]
pub fn judge_keys(document: &[u8]) -> Probe {
    let Some(set) = from_object::<Set>(document) else {
        return Probe::failed("keys", "the answer is no JSON Web Key Set", "look at what `jwks_uri` answers");
    };
    let keys: Vec<Key> = set.keys.into_iter().filter_map(|key| serde_json::from_value(key).ok()).collect();
    if keys.iter().any(|key| key.d.is_some() || key.k.is_some()) {
        return Probe::failed(
            "keys",
            "the provider publishes private or symmetric keys",
            "replace the keys at once: everybody can sign tokens with them",
        );
    }
    let signing: Vec<&Key> = keys.iter().filter(|key| key.r#use.as_deref().is_none_or(|one| one == "sig")).collect();
    let usable = signing.iter().filter(|key| matches!(key.kty.as_str(), "RSA" | "EC" | "OKP"));
    let names: BTreeSet<String> = usable.map(|key| name(key)).collect();
    if names.is_empty() {
        return Probe::failed(
            "keys",
            "the provider publishes no key for signatures",
            "let it make one; tokens cannot be verified without it",
        );
    }
    if let Some(bits) = signing.iter().filter_map(|key| rsa_bits(key)).min().filter(|bits| *bits < MIN_RSA_BITS) {
        return Probe::failed("keys", format!("an RSA key has {bits} bits"), "replace it by one of at least 2048 bits");
    }
    let ids: Vec<&str> = signing.iter().filter_map(|key| key.kid.as_deref()).collect();
    if ids.iter().collect::<BTreeSet<_>>().len() < ids.len() {
        return Probe::warning("keys", "two keys have the same `kid`", "give each key a `kid` of its own");
    }
    Probe::ok("keys", names.into_iter().collect::<Vec<_>>().join(", "))
}

fn name(key: &Key) -> String {
    let shape = match (rsa_bits(key), &key.crv) {
        (Some(bits), _) => format!("RSA of {bits} bits"),
        (None, Some(curve)) => format!("{} on {}", shown(&key.kty), shown(curve)),
        (None, None) => shown(&key.kty),
    };
    match &key.alg {
        Some(alg) => format!("{shape} for {}", shown(alg)),
        None => shape,
    }
}

/// Bits of the modulus.
fn rsa_bits(key: &Key) -> Option<usize> {
    let modulus = URL_SAFE_NO_PAD.decode(key.n.as_deref()?.trim_end_matches('=')).ok()?;
    let first = modulus.iter().position(|byte| *byte != 0)?;
    let zeros = modulus.get(first)?.leading_zeros();
    let bytes = modulus.len().checked_sub(first)?;
    bytes.checked_mul(8)?.checked_sub(usize::try_from(zeros).ok()?)
}
