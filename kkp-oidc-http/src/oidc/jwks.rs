//! The provider's keys ([RFC 7517]): cached, rotated, and chosen for a token.
//!
//! [RFC 7517]: https://www.rfc-editor.org/rfc/rfc7517

use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwapOption;
use jsonwebtoken::DecodingKey;
use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, PublicKeyUse};
use kkp_oidc_core::UnixTime;
use kkp_oidc_core::id_token::{Algorithm, IdTokenParts, UnverifiedIdToken};
use kkp_oidc_core::issuer::ProviderMetadata;
use reqwest::header::{CACHE_CONTROL, HeaderMap};
use serde::Deserialize;
use tokio::sync::Mutex;

use super::error::{OidcError, ProviderError};
use super::fetch::HttpClient;
use crate::environment::Clock;
use crate::metrics::Endpoint;

/// How long keys are used without asking again, in seconds: what `Cache-Control: max-age` says within these bounds.
const MIN_AGE_SECS: i64 = 60;
const DEFAULT_AGE_SECS: i64 = 600;
const MAX_AGE_SECS: i64 = 3600;

/// How long keys are used while the provider does not give them out again, in seconds.
const MAX_STALE_SECS: i64 = 86_400;

/// The shortest time between two fetches because of an unknown key, in seconds.
const REFETCH_AFTER_SECS: i64 = 10;

/// The same while no keys are known, so that logins that fail together make one fetch.
const RETRY_AFTER_SECS: i64 = 1;

/// The most time that a login spends on asking for new keys while old ones fit.
const REFRESH_TIMEOUT: Duration = Duration::from_secs(1);

/// The most keys of a set that are looked at.
const MAX_KEYS: usize = 100;

/// The provider's keys.
#[derive(Default)]
pub(super) struct KeyStore {
    known: ArcSwapOption<KeySet>,
    /// Held while fetching, so that many tokens make one fetch.
    fetching: Mutex<Option<Attempt>>,
}

/// The last attempt to fetch keys.
struct Attempt {
    begun_at: UnixTime,
    /// How it failed. Until it has ended, it counts as one that took too long.
    failed: Option<ProviderError>,
}

impl Attempt {
    /// Whether it began less than so many seconds ago. A clock that was set back makes it old.
    fn is_within(&self, secs: i64, now: UnixTime) -> bool {
        (0..secs).contains(&now.secs_since(self.begun_at))
    }
}

struct KeySet {
    keys: Vec<Jwk>,
    fetched_at: UnixTime,
    max_age_secs: i64,
}

impl KeySet {
    /// Whether the set can be used without asking again.
    fn is_fresh(&self, now: UnixTime) -> bool {
        (0..=self.max_age_secs).contains(&now.secs_since(self.fetched_at))
    }

    /// Whether the set can be used while the provider does not give it out again.
    const fn is_usable(&self, now: UnixTime) -> bool {
        now.secs_since(self.fetched_at) <= MAX_STALE_SECS
    }
}

impl KeyStore {
    /// How long ago the known keys came, in seconds.
    pub(super) fn age_secs(&self, now: UnixTime) -> Option<i64> {
        self.known.load().as_ref().map(|set| now.secs_since(set.fetched_at).max(0))
    }

    /// The keys that may have signed `token`, at least one.
    ///
    /// An unknown key makes the set be fetched again, at most once in [`REFETCH_AFTER_SECS`]. While old keys fit, asking
    /// for new ones holds nobody up for long.
    pub(super) async fn for_token(
        &self,
        http: &HttpClient,
        metadata: &ProviderMetadata,
        token: &UnverifiedIdToken,
        clock: &dyn Clock,
    ) -> Result<Vec<DecodingKey>, OidcError> {
        if let Some(keys) = self.candidates(token, |set| set.is_fresh(clock.now())) {
            return Ok(keys);
        }
        if let Some(old) = self.candidates(token, |set| set.is_usable(clock.now())) {
            if let Ok(mut last_attempt) = self.fetching.try_lock() {
                let fetch = self.fetch(http, metadata, clock, &mut last_attempt);
                if tokio::time::timeout(REFRESH_TIMEOUT, fetch).await.is_err() {
                    tracing::warn!("the provider does not give out its keys in time, old ones stay in use");
                }
            }
            return Ok(self.candidates(token, |set| set.is_fresh(clock.now())).unwrap_or(old));
        }
        let mut last_attempt = self.fetching.lock().await;
        // Whoever held the lock may have brought what is needed.
        if let Some(keys) = self.candidates(token, |set| set.is_usable(clock.now())) {
            return Ok(keys);
        }
        let fetched = self.fetch(http, metadata, clock, &mut last_attempt).await;
        match self.candidates(token, |set| set.is_usable(clock.now())) {
            Some(keys) => Ok(keys),
            None => Err(fetched.err().map_or(OidcError::UnknownKey, OidcError::from)),
        }
    }

    /// Fetch the set, unless that was just done. A set without a usable key does not replace one that has some.
    async fn fetch(
        &self,
        http: &HttpClient,
        metadata: &ProviderMetadata,
        clock: &dyn Clock,
        last_attempt: &mut Option<Attempt>,
    ) -> Result<(), ProviderError> {
        let (now, is_known) = (clock.now(), self.known.load().is_some());
        let within = |secs| last_attempt.as_ref().filter(|attempt| attempt.is_within(secs, now));
        if is_known && within(REFETCH_AFTER_SECS).is_some() {
            return Ok(());
        }
        if !is_known && let Some(error) = within(RETRY_AFTER_SECS).and_then(|attempt| attempt.failed.clone()) {
            return Err(error);
        }
        let attempt = last_attempt.insert(Attempt { begun_at: now, failed: Some(ProviderError::TimedOut) });
        match fetch(http, metadata, now).await {
            Ok(set) => {
                self.known.store(Some(Arc::new(set)));
                attempt.failed = None;
                Ok(())
            }
            Err(error) => {
                attempt.failed = Some(error.clone());
                tracing::warn!(error = &error as &dyn std::error::Error, "fetching the provider's keys failed");
                Err(error)
            }
        }
    }

    fn candidates(&self, token: &UnverifiedIdToken, usable: impl Fn(&KeySet) -> bool) -> Option<Vec<DecodingKey>> {
        let set = self.known.load_full().filter(|set| usable(set))?;
        let fitting = set.keys.iter().filter(|jwk| fits(jwk, token.algorithm()));
        let fitting = fitting.filter(|jwk| match (token.key_id(), jwk.common.key_id.as_deref()) {
            (Some(wanted), Some(id)) => wanted == id,
            // A token or key without `kid`: every key of the right type may be the one.
            (None, _) | (_, None) => true,
        });
        let keys: Vec<_> = fitting.filter_map(|jwk| DecodingKey::from_jwk(jwk).ok()).collect();
        (!keys.is_empty()).then_some(keys)
    }
}

/// Check the signature with any of the keys.
pub(super) fn verify(keys: &[DecodingKey], parts: IdTokenParts<'_>) -> Result<(), OidcError> {
    let algorithm = match parts.algorithm {
        Algorithm::Rs256 => jsonwebtoken::Algorithm::RS256,
        Algorithm::Rs384 => jsonwebtoken::Algorithm::RS384,
        Algorithm::Rs512 => jsonwebtoken::Algorithm::RS512,
        Algorithm::Ps256 => jsonwebtoken::Algorithm::PS256,
        Algorithm::Ps384 => jsonwebtoken::Algorithm::PS384,
        Algorithm::Ps512 => jsonwebtoken::Algorithm::PS512,
        Algorithm::Es256 => jsonwebtoken::Algorithm::ES256,
        Algorithm::Es384 => jsonwebtoken::Algorithm::ES384,
        Algorithm::EdDsa => jsonwebtoken::Algorithm::EdDSA,
        _ => return Err(OidcError::AlgorithmNotAnnounced),
    };
    let message = parts.signing_input.as_bytes();
    let holds = |key| jsonwebtoken::crypto::verify(parts.signature, message, key, algorithm).unwrap_or(false);
    if keys.iter().any(holds) { Ok(()) } else { Err(OidcError::BadSignature) }
}

/// Whether the key is for signatures of this algorithm: its type, and `use` and `alg` where they are there.
fn fits(jwk: &Jwk, algorithm: Algorithm) -> bool {
    let of_the_type = match (&jwk.algorithm, algorithm) {
        (
            AlgorithmParameters::RSA(_),
            Algorithm::Rs256
            | Algorithm::Rs384
            | Algorithm::Rs512
            | Algorithm::Ps256
            | Algorithm::Ps384
            | Algorithm::Ps512,
        ) => true,
        (AlgorithmParameters::EllipticCurve(key), Algorithm::Es256) => key.curve == EllipticCurve::P256,
        (AlgorithmParameters::EllipticCurve(key), Algorithm::Es384) => key.curve == EllipticCurve::P384,
        (AlgorithmParameters::OctetKeyPair(key), Algorithm::EdDsa) => key.curve == EllipticCurve::Ed25519,
        _ => false,
    };
    let for_signatures = match &jwk.common.public_key_use {
        None | Some(PublicKeyUse::Signature) => true,
        Some(_) => false,
    };
    let for_algorithm = match &jwk.common.key_algorithm {
        None => true,
        Some(named) => named.to_string() == algorithm.name(),
    };
    of_the_type && for_signatures && for_algorithm
}

#[derive(Deserialize)]
struct Document {
    /// One by one, so that a single malformed key does not make all of them unusable.
    keys: Vec<serde_json::Value>,
}

async fn fetch(http: &HttpClient, metadata: &ProviderMetadata, now: UnixTime) -> Result<KeySet, ProviderError> {
    let answer = http.outbound().ask(Endpoint::Jwks, http.get(metadata.jwks_uri().as_str())).await?;
    let document =
        serde_json::from_slice::<Document>(&answer.body).map_err(|_| ProviderError::Malformed { what: "key set" })?;
    let keys: Vec<Jwk> =
        document.keys.into_iter().take(MAX_KEYS).filter_map(|key| serde_json::from_value(key).ok()).collect();
    if !keys.iter().any(|key| Algorithm::ALL.into_iter().any(|algorithm| fits(key, algorithm))) {
        return Err(ProviderError::Malformed { what: "key set" });
    }
    Ok(KeySet { keys, fetched_at: now, max_age_secs: max_age(&answer.headers) })
}

/// RFC 9111 section 5.2.2.1, within our bounds.
fn max_age(headers: &HeaderMap) -> i64 {
    let directives = headers.get_all(CACHE_CONTROL).into_iter().filter_map(|value| value.to_str().ok());
    let mut ages = directives.flat_map(|value| value.split(',')).filter_map(|directive| {
        let (name, value) = directive.trim().split_once('=')?;
        if name.eq_ignore_ascii_case("max-age") { value.trim_matches('"').parse::<i64>().ok() } else { None }
    });
    ages.next().map_or(DEFAULT_AGE_SECS, |secs| secs.clamp(MIN_AGE_SECS, MAX_AGE_SECS))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn max_age_is_taken_within_bounds() {
        let of = |value: &'static str| max_age(&HeaderMap::from_iter([(CACHE_CONTROL, value.parse().unwrap())]));
        assert_eq!(max_age(&HeaderMap::new()), 600);
        for (value, secs) in [
            ("no-store", 600),
            ("max-age=59", 60),
            ("public, Max-Age=61", 61),
            ("max-age=3600", 3600),
            ("max-age=3601", 3600),
            ("max-age=-5", 60),
            ("max-age=x", 600),
        ] {
            assert_eq!(of(value), secs, "{value}");
        }
    }

    #[test]
    fn keys_for_other_purposes_do_not_fit() {
        let rsa = |extra: &str| {
            serde_json::from_str::<Jwk>(&format!(r#"{{"kty":"RSA","n":"AQAB","e":"AQAB"{extra}}}"#)).unwrap()
        };
        assert!(fits(&rsa(""), Algorithm::Rs256) && fits(&rsa(r#","use":"sig","alg":"RS256""#), Algorithm::Rs256));
        assert!(!fits(&rsa(r#","use":"enc""#), Algorithm::Rs256));
        assert!(!fits(&rsa(r#","alg":"RSA-OAEP""#), Algorithm::Rs256));
        assert!(!fits(&rsa(r#","alg":"RS512""#), Algorithm::Rs256));
        assert!(!fits(&rsa(""), Algorithm::Es256) && !fits(&rsa(""), Algorithm::EdDsa));
        let symmetric = serde_json::from_str::<Jwk>(r#"{"kty":"oct","k":"AQAB"}"#).unwrap();
        assert!(Algorithm::ALL.into_iter().all(|algorithm| !fits(&symmetric, algorithm)));
    }
}
