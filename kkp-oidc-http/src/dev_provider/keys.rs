//! Signing keys: made at start, published as a JWK Set, rotated on demand.

use std::fmt;
use std::sync::Arc;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256, RSA_PSS_SHA256,
    RsaKeyPair, RsaPublicKeyComponents,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

/// How ID tokens are signed ([RFC 7518 section 3.1], [RFC 8037 section 3.1]).
///
/// [RFC 7518 section 3.1]: https://www.rfc-editor.org/rfc/rfc7518#section-3.1
/// [RFC 8037 section 3.1]: https://www.rfc-editor.org/rfc/rfc8037#section-3.1
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum SigningAlgorithm {
    /// RSA 2048 with PKCS #1 v1.5 and SHA-256.
    Rs256,
    /// RSA 2048 with PSS and SHA-256.
    Ps256,
    /// ECDSA on P-256 with SHA-256; its keys are made the fastest.
    Es256,
    /// Ed25519.
    EdDsa,
}

impl SigningAlgorithm {
    /// The name in a JWS header and in the discovery document.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Ps256 => "PS256",
            Self::Es256 => "ES256",
            Self::EdDsa => "EdDSA",
        }
    }
}

/// Which keys stay published when a new one is made.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum OldKeys {
    /// Tokens signed before can still be verified.
    Keep,
    /// Only the new key is published.
    Drop,
}

enum KeyPair {
    Rsa(RsaKeyPair),
    Ec(EcdsaKeyPair),
    Ed(Ed25519KeyPair),
}

/// A key pair with its public JWK.
pub(super) struct SigningKey {
    algorithm: SigningAlgorithm,
    pair: KeyPair,
    kid: String,
    jwk: Value,
}

impl SigningKey {
    /// Make a key. RSA takes some 100 ms of work, the others less than one.
    #[expect(clippy::expect_used, reason = "see the invariant")]
    pub(super) fn generate(algorithm: SigningAlgorithm) -> Self {
        // INVARIANT: the generators fail only if there is no memory or no randomness.
        let pair = match algorithm {
            SigningAlgorithm::Rs256 | SigningAlgorithm::Ps256 => {
                KeyPair::Rsa(RsaKeyPair::generate(KeySize::Rsa2048).expect("an RSA key can be made"))
            }
            SigningAlgorithm::Es256 => {
                KeyPair::Ec(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).expect("an EC key can be made"))
            }
            SigningAlgorithm::EdDsa => KeyPair::Ed(Ed25519KeyPair::generate().expect("an Ed25519 key can be made")),
        };
        let public = public_members(&pair);
        let kid = thumbprint(&public);
        let mut jwk = public;
        jwk.insert("kid".into(), json!(kid));
        jwk.insert("use".into(), json!("sig"));
        jwk.insert("alg".into(), json!(algorithm.as_str()));
        Self { algorithm, pair, kid, jwk: jwk.into() }
    }

    /// The public key as a JWK ([RFC 7517 section 4](https://www.rfc-editor.org/rfc/rfc7517#section-4)).
    pub(super) fn jwk(&self) -> &Value {
        &self.jwk
    }

    /// The JOSE header of a token signed with this key.
    pub(super) fn header(&self) -> Map<String, Value> {
        let mut header = Map::new();
        header.insert("alg".into(), json!(self.algorithm.as_str()));
        header.insert("kid".into(), json!(self.kid));
        header.insert("typ".into(), json!("JWT"));
        header
    }

    /// `claims` in the compact serialization ([RFC 7515 section 7.1]); the header is taken as it is.
    ///
    /// [RFC 7515 section 7.1]: https://www.rfc-editor.org/rfc/rfc7515#section-7.1
    pub(super) fn sign(&self, header: Map<String, Value>, claims: Map<String, Value>) -> String {
        let input = signing_input(header, claims);
        let signature = self.signature(input.as_bytes());
        format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    #[expect(clippy::expect_used, reason = "see the invariant")]
    fn signature(&self, message: &[u8]) -> Vec<u8> {
        let rng = SystemRandom::new();
        // INVARIANT: the pair was made for the algorithm, so that signing fails only without memory or randomness.
        match &self.pair {
            KeyPair::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                let encoding = match self.algorithm {
                    SigningAlgorithm::Ps256 => &RSA_PSS_SHA256,
                    _ => &RSA_PKCS1_SHA256,
                };
                pair.sign(encoding, &rng, message, &mut signature).expect("an RSA key signs");
                signature
            }
            KeyPair::Ec(pair) => pair.sign(&rng, message).expect("an EC key signs").as_ref().to_vec(),
            KeyPair::Ed(pair) => pair.sign(message).as_ref().to_vec(),
        }
    }
}

/// The two parts of a compact JWS that are signed, with the dot between them.
pub(super) fn signing_input(header: Map<String, Value>, claims: Map<String, Value>) -> String {
    let [header, claims] = [header, claims].map(|part| URL_SAFE_NO_PAD.encode(Value::from(part).to_string()));
    format!("{header}.{claims}")
}

/// The members that define the key, which are those that the thumbprint needs.
fn public_members(pair: &KeyPair) -> Map<String, Value> {
    let encode = |bytes: &[u8]| json!(URL_SAFE_NO_PAD.encode(bytes));
    let members = match pair {
        KeyPair::Rsa(pair) => {
            let public = RsaPublicKeyComponents::<Vec<u8>>::from(pair.public_key());
            vec![("e", encode(&public.e)), ("kty", json!("RSA")), ("n", encode(&public.n))]
        }
        KeyPair::Ec(pair) => {
            // An uncompressed point: the byte 4, then x and y of 32 bytes each.
            let (x, y) = pair.public_key().as_ref().split_at(33);
            let x = x.strip_prefix(&[4]).unwrap_or(x);
            vec![("crv", json!("P-256")), ("kty", json!("EC")), ("x", encode(x)), ("y", encode(y))]
        }
        KeyPair::Ed(pair) => {
            vec![("crv", json!("Ed25519")), ("kty", json!("OKP")), ("x", encode(pair.public_key().as_ref()))]
        }
    };
    members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// The thumbprint of [RFC 7638 section 3], so that a restarted provider never reuses a `kid` for another key.
///
/// `public` is in lexicographic order already.
///
/// [RFC 7638 section 3]: https://www.rfc-editor.org/rfc/rfc7638#section-3
fn thumbprint(public: &Map<String, Value>) -> String {
    let canonical = Value::from(public.clone()).to_string();
    URL_SAFE_NO_PAD.encode(Sha256::digest(canonical.as_bytes()))
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey").field("kid", &self.kid).finish_non_exhaustive()
    }
}

/// The published keys; the last one signs.
#[derive(Debug)]
pub(super) struct KeyRing {
    algorithm: SigningAlgorithm,
    current: Arc<SigningKey>,
    old: Vec<Arc<SigningKey>>,
}

impl KeyRing {
    /// Old keys that stay published; the oldest goes.
    const MAX_OLD: usize = 7;

    pub(super) fn new(algorithm: SigningAlgorithm) -> Self {
        Self { algorithm, current: Arc::new(SigningKey::generate(algorithm)), old: Vec::new() }
    }

    pub(super) fn current(&self) -> Arc<SigningKey> {
        Arc::clone(&self.current)
    }

    pub(super) fn rotate(&mut self, old_keys: OldKeys) {
        let new = Arc::new(SigningKey::generate(self.algorithm));
        let old = std::mem::replace(&mut self.current, new);
        match old_keys {
            OldKeys::Keep if self.old.len() == Self::MAX_OLD => {
                self.old.remove(0);
                self.old.push(old);
            }
            OldKeys::Keep => self.old.push(old),
            OldKeys::Drop => self.old.clear(),
        }
    }

    /// The JWK Set, the current key first.
    pub(super) fn jwks(&self) -> Value {
        let keys = [&self.current].into_iter().chain(self.old.iter().rev());
        json!({ "keys": keys.map(|key| key.jwk()).collect::<Vec<_>>() })
    }
}
