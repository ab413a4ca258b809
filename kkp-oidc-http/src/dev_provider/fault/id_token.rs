//! Faults of the ID token.

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};

use super::super::id_token::IdTokenKind;
use super::super::keys::{SigningAlgorithm, SigningKey, signing_input};
use super::{Fault, Faults};

const HOUR_SECS: i64 = 3600;

impl Faults {
    /// Spoil the claims before they are signed.
    pub(crate) fn spoil_claims(&self, claims: &mut Map<String, Value>, kind: IdTokenKind) {
        let Some(fault) = self.0 else { return };
        let issued_at = claims["iat"].as_i64().unwrap_or_default();
        let client_id = claims["aud"].clone();
        // What the claim becomes; nothing removes it.
        let (name, value) = match fault {
            Fault::WrongIssuer => ("iss", Some(json!("https://attacker.example"))),
            Fault::WrongAudience => ("aud", Some(json!("another-client"))),
            Fault::NoAudience => ("aud", None),
            Fault::AudienceList => ("aud", Some(json!([client_id]))),
            Fault::ExtraAudienceWithoutAzp => ("aud", Some(json!([client_id, "another-client"]))),
            Fault::WrongAzp => ("azp", Some(json!("another-client"))),
            Fault::NoSubject => ("sub", None),
            Fault::Expired => {
                claims.insert("iat".into(), json!(issued_at - 2 * HOUR_SECS));
                ("exp", Some(json!(issued_at - HOUR_SECS)))
            }
            Fault::NotYetValid => ("nbf", Some(json!(issued_at + HOUR_SECS))),
            Fault::NoIssuedAt => ("iat", None),
            Fault::IssuedInFuture => ("iat", Some(json!(issued_at + HOUR_SECS))),
            Fault::WrongNonce => ("nonce", Some(json!("another-nonce"))),
            Fault::NoNonce => ("nonce", None),
            Fault::BadAtHash => ("at_hash", Some(json!("77QmUPtjPfzWtF2AnpK9RQ"))),
            Fault::NoEmail => ("email", None),
            Fault::EmailNotString => ("email", Some(json!(42))),
            Fault::EmailVerifiedFalse => ("email_verified", Some(json!(false))),
            Fault::EmailVerifiedString => ("email_verified", Some(json!("true"))),
            Fault::NoEmailVerified => ("email_verified", None),
            Fault::OtherSubjectOnRefresh if kind == IdTokenKind::Refresh => ("sub", Some(json!("another-subject"))),
            Fault::OtherIssuerOnRefresh if kind == IdTokenKind::Refresh => {
                ("iss", Some(json!("https://attacker.example")))
            }
            _ => return,
        };
        match value {
            Some(value) => claims.insert(name.into(), value),
            None => claims.remove(name),
        };
    }

    /// A token with these claims whose header or signature is wrong.
    pub(crate) fn wrong_signature(
        &self,
        key: &SigningKey,
        algorithm: SigningAlgorithm,
        claims: &Map<String, Value>,
    ) -> Option<String> {
        let (mut header, claims) = (key.header(), claims.clone());
        match self.0? {
            Fault::UnknownKid => {
                header.insert("kid".into(), json!("unknown"));
                Some(key.sign(header, claims))
            }
            Fault::UnknownKey => Some(SigningKey::generate(algorithm).sign(header, claims)),
            Fault::NoKid => {
                header.remove("kid");
                Some(key.sign(header, claims))
            }
            Fault::AlgNone => {
                header.insert("alg".into(), json!("none"));
                Some(format!("{}.", signing_input(header, claims)))
            }
            Fault::Hs256WithPublicKey => {
                header.insert("alg".into(), json!("HS256"));
                let input = signing_input(header, claims);
                let mac_key = hmac::Key::new(hmac::HMAC_SHA256, key.jwk().to_string().as_bytes());
                let mac = hmac::sign(&mac_key, input.as_bytes());
                Some(format!("{input}.{}", URL_SAFE_NO_PAD.encode(mac)))
            }
            Fault::BadSignature => Some(flip_first_signature_bit(&key.sign(header, claims))),
            Fault::UnknownCriticalHeader => {
                header.insert("crit".into(), json!(["https://attacker.example/crit"]));
                header.insert("https://attacker.example/crit".into(), json!(true));
                Some(key.sign(header, claims))
            }
            _ => None,
        }
    }
}

fn flip_first_signature_bit(token: &str) -> String {
    let (input, signature) = token.rsplit_once('.').unwrap_or((token, ""));
    let mut signature = URL_SAFE_NO_PAD.decode(signature).unwrap_or_default();
    if let Some(byte) = signature.first_mut() {
        *byte ^= 0x80;
    }
    format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature))
}
