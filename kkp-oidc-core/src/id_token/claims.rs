//! The token's inside: claims, and what they must fulfil.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use subtle::ConstantTimeEq as _;

use super::algorithm::Algorithm;
use crate::UnixTime;
use crate::authorization::Nonce;
use crate::invisible::is_invisible;
use crate::issuer::{ClientId, EmailPolicy, IssuerUrl};
use crate::json_object::from_object;
use crate::secret::SecretString;

/// An ID token whose signature holds; its claims are not judged yet.
#[derive(Clone)]
pub struct SignedIdToken {
    text: SecretString,
    payload: SecretString,
    algorithm: Algorithm,
}

/// What the claims are held against.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_structs, reason = "a plain request struct that callers fill by name")]
pub struct IdTokenPolicy<'a> {
    /// Must be `iss`, byte for byte.
    pub issuer: &'a IssuerUrl,
    /// Must be in `aud`, and be `azp` where that is there.
    pub client_id: &'a ClientId,
    /// Must be `nonce`.
    pub nonce: &'a Nonce,
    /// What `at_hash`, where it is there, must be the hash of.
    pub access_token: Option<&'a SecretString>,
    /// What is demanded of `email_verified`.
    pub email_policy: EmailPolicy,
}

/// Who logged in, as the provider says.
#[derive(Clone)]
pub struct Identity {
    id_token: SecretString,
    subject: String,
    email: String,
    groups: Vec<String>,
}

impl Identity {
    /// Longest accepted e-mail address, in bytes (RFC 5321 section 4.5.3.1: 64 + 1 + 255).
    pub const MAX_EMAIL_LEN: usize = 320;

    /// Most groups that are looked at; those behind them count for nothing.
    pub const MAX_GROUPS: usize = 1000;

    /// `sub`: with the issuer, what identifies the person for good.
    #[must_use]
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// `email` exactly as in the token; kube-apiserver takes it for the user name as it is.
    #[must_use]
    pub fn email(&self) -> &str {
        &self.email
    }

    /// `groups` as in the token, at most [`Identity::MAX_GROUPS`]; a single text is one group. Empty if the claim is absent or has
    /// another type: nobody is let in by a group that cannot be read.
    #[must_use]
    pub fn groups(&self) -> &[String] {
        &self.groups
    }

    /// The token itself, for a kubeconfig that carries it.
    #[must_use]
    pub const fn id_token(&self) -> &SecretString {
        &self.id_token
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity").field("subject", &self.subject).finish_non_exhaustive()
    }
}

impl SignedIdToken {
    /// How far `nbf` and `iat` may lie in the future, in seconds, inclusive. `exp` has no leeway.
    pub const LEEWAY_SECS: i64 = 60;

    pub(super) fn new(text: SecretString, payload: &str, algorithm: Algorithm) -> Self {
        let payload = SecretString::from(payload);
        Self { text, payload, algorithm }
    }

    /// Check every claim that OpenID Connect demands, in the order of OpenID Connect Core 1.0 section 3.1.3.7, then
    /// the e-mail address.
    ///
    /// # Errors
    ///
    /// One [`ClaimsError`], the first that applies.
    pub fn require(self, policy: &IdTokenPolicy<'_>, now: UnixTime) -> Result<Identity, ClaimsError> {
        let payload = URL_SAFE_NO_PAD.decode(self.payload.expose_secret()).map_err(|_| ClaimsError::NotAnObject)?;
        let claims = from_object::<Claims>(&payload).ok_or(ClaimsError::NotAnObject)?;
        // 2. The issuer is the one that was discovered.
        if text(&claims.iss, "iss")? != policy.issuer.as_str() {
            return Err(ClaimsError::Issuer);
        }
        // 3. This client is an audience, and no other is trusted without azp.
        let audiences = audiences(&claims.aud)?;
        if !audiences.contains(&policy.client_id.as_str()) {
            return Err(ClaimsError::Audience);
        }
        // 4. and 5. The authorized party is this client.
        match &claims.azp {
            Some(_) if text(&claims.azp, "azp")? != policy.client_id.as_str() => {
                return Err(ClaimsError::AuthorizedParty);
            }
            None if audiences.len() > 1 => return Err(ClaimsError::AuthorizedParty),
            Some(_) | None => {}
        }
        // 9. The token has not expired; 10. nor does it come from the future.
        let expires = seconds(&claims.exp, "exp")?;
        if now.as_secs() >= expires {
            return Err(ClaimsError::Expired { expired_secs_ago: now.as_secs().saturating_sub(expires) });
        }
        let latest = now.plus_secs(Self::LEEWAY_SECS).as_secs();
        if seconds(&claims.iat, "iat")? > latest {
            return Err(ClaimsError::FromTheFuture { claim: "iat" });
        }
        if claims.nbf.is_some() && seconds(&claims.nbf, "nbf")? > latest {
            return Err(ClaimsError::FromTheFuture { claim: "nbf" });
        }
        // 11. The nonce is the one that was sent.
        if !policy.nonce.matches(text(&claims.nonce, "nonce")?) {
            return Err(ClaimsError::Nonce);
        }
        // Section 3.1.3.8: the access token is the one that came along.
        if let (Some(_), Some(access_token)) = (&claims.at_hash, policy.access_token) {
            let expected = self.algorithm.half_hash(access_token.expose_secret());
            if !bool::from(expected.as_bytes().ct_eq(text(&claims.at_hash, "at_hash")?.as_bytes())) {
                return Err(ClaimsError::AccessTokenHash);
            }
        }
        let subject = text(&claims.sub, "sub")?.to_owned();
        let email = claims.verified_email(policy.email_policy)?.to_owned();
        let groups = claims.groups();
        Ok(Identity { id_token: self.text, subject, email, groups })
    }
}

impl fmt::Debug for SignedIdToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignedIdToken").field("algorithm", &self.algorithm).finish_non_exhaustive()
    }
}

/// Types are judged one by one, so that the error can name the claim. `null` counts as absent ([OpenID Connect Core 1.0
/// section 5.3.2] has providers leave out such claims), except where absent is better than `false`.
///
/// [OpenID Connect Core 1.0 section 5.3.2]: https://openid.net/specs/openid-connect-core-1_0.html#UserInfoResponse
#[derive(Default, Deserialize)]
#[serde(default)]
struct Claims {
    iss: Option<Value>,
    sub: Option<Value>,
    aud: Option<Value>,
    azp: Option<Value>,
    exp: Option<Value>,
    iat: Option<Value>,
    nbf: Option<Value>,
    nonce: Option<Value>,
    at_hash: Option<Value>,
    email: Option<Value>,
    groups: Option<Value>,
    #[serde(deserialize_with = "there")]
    email_verified: Option<Value>,
}

impl Claims {
    fn groups(&self) -> Vec<String> {
        match &self.groups {
            Some(Value::String(group)) => vec![group.clone()],
            Some(Value::Array(groups)) if groups.iter().all(Value::is_string) => {
                groups.iter().filter_map(Value::as_str).take(Identity::MAX_GROUPS).map(str::to_owned).collect()
            }
            _ => Vec::new(),
        }
    }

    fn verified_email(&self, policy: EmailPolicy) -> Result<&str, ClaimsError> {
        let email = match &self.email {
            None | Some(Value::Null) => return Err(ClaimsError::NoEmail),
            Some(Value::String(email)) if email.is_empty() => return Err(ClaimsError::NoEmail),
            Some(Value::String(email)) => email,
            Some(_) => return Err(ClaimsError::Type { claim: "email" }),
        };
        if email.len() > Identity::MAX_EMAIL_LEN || email.chars().any(is_unprintable) {
            return Err(ClaimsError::EmailMalformed);
        }
        match (&self.email_verified, policy) {
            (Some(Value::Bool(true)), _) | (None, EmailPolicy::RefuseUnverified) => Ok(email),
            (Some(_), _) | (None, EmailPolicy::RequireVerified) => Err(ClaimsError::EmailNotVerified),
        }
    }
}

/// What is there, whatever it is: serde makes `None` of `null` otherwise.
pub(super) fn there<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

/// What no address has: blanks, and what nobody sees, so that it would pass for another address.
fn is_unprintable(c: char) -> bool {
    c.is_whitespace() || is_invisible(c)
}

/// The claim as non-empty text.
fn text<'a>(value: &'a Option<Value>, claim: &'static str) -> Result<&'a str, ClaimsError> {
    match value {
        None => Err(ClaimsError::Missing { claim }),
        Some(Value::String(text)) if text.is_empty() => Err(ClaimsError::Missing { claim }),
        Some(Value::String(text)) => Ok(text),
        Some(_) => Err(ClaimsError::Type { claim }),
    }
}

/// The claim as `NumericDate` ([RFC 7519 section 2]), fractions cut off towards the earlier second.
///
/// [RFC 7519 section 2]: https://www.rfc-editor.org/rfc/rfc7519#section-2
fn seconds(value: &Option<Value>, claim: &'static str) -> Result<i64, ClaimsError> {
    match value {
        None => Err(ClaimsError::Missing { claim }),
        Some(Value::Number(number)) => match (number.as_i64(), number.as_f64()) {
            (Some(secs), _) => Ok(secs),
            // A `NumericDate` may have a fraction; what no date has is refused.
            (None, Some(secs)) if secs.abs() < 1e15 =>
            {
                #[expect(clippy::as_conversions, clippy::cast_possible_truncation, reason = "bounded just above")]
                Ok(secs.floor() as i64)
            }
            _ => Err(ClaimsError::Type { claim }),
        },
        Some(_) => Err(ClaimsError::Type { claim }),
    }
}

/// `aud`: one text or an array of texts ([RFC 7519 section 4.1.3]).
///
/// [RFC 7519 section 4.1.3]: https://www.rfc-editor.org/rfc/rfc7519#section-4.1.3
fn audiences(value: &Option<Value>) -> Result<Vec<&str>, ClaimsError> {
    match value {
        None => Err(ClaimsError::Missing { claim: "aud" }),
        Some(Value::String(audience)) => Ok(vec![audience]),
        Some(Value::Array(values)) => {
            values.iter().map(|value| value.as_str().ok_or(ClaimsError::Type { claim: "aud" })).collect()
        }
        Some(_) => Err(ClaimsError::Type { claim: "aud" }),
    }
}

/// Why a signed ID token is refused. Never carries a claim's value.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ClaimsError {
    /// The payload is no JSON object, or names a claim twice.
    #[error("ID token's payload is not a JSON object")]
    NotAnObject,
    /// A claim that must be there is absent or empty.
    #[error("ID token lacks {claim}")]
    Missing {
        /// Its name.
        claim: &'static str,
    },
    /// A claim has another JSON type than the standard says.
    #[error("ID token's {claim} has the wrong JSON type")]
    Type {
        /// Its name.
        claim: &'static str,
    },
    /// `iss` is another issuer.
    #[error("ID token is from another issuer")]
    Issuer,
    /// `aud` does not name this client.
    #[error("ID token is for another audience")]
    Audience,
    /// `azp` is another client, or absent although there are several audiences.
    #[error("ID token is for another authorized party")]
    AuthorizedParty,
    /// `exp` has passed.
    #[error("ID token expired {expired_secs_ago} s ago")]
    Expired {
        /// Whole seconds since then; 0 if it expires now.
        expired_secs_ago: i64,
    },
    /// `iat` or `nbf` lies more than the leeway ahead.
    #[error("ID token's {claim} is more than {} s ahead, clocks differ", SignedIdToken::LEEWAY_SECS)]
    FromTheFuture {
        /// Which of the two.
        claim: &'static str,
    },
    /// `nonce` is that of another login.
    #[error("ID token belongs to another login")]
    Nonce,
    /// `at_hash` does not fit the access token.
    #[error("ID token does not belong to the access token")]
    AccessTokenHash,
    /// There is no `email`.
    #[error("ID token lacks email")]
    NoEmail,
    /// `email` is too long or has control characters or blanks.
    #[error(
        "ID token's email is not an address, expected at most {} bytes without control characters and blanks",
        Identity::MAX_EMAIL_LEN
    )]
    EmailMalformed,
    /// `email_verified` is not `true`.
    #[error("the e-mail address is not verified by the provider")]
    EmailNotVerified,
}
