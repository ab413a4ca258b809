//! The token's outside: JWS compact serialization ([RFC 7515 section 7.1]) and its header.
//!
//! [RFC 7515 section 7.1]: https://www.rfc-editor.org/rfc/rfc7515#section-7.1

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;

use super::algorithm::Algorithm;
use super::claims::{SignedIdToken, there};
use crate::json_object::from_object;
use crate::secret::SecretString;

/// An ID token as it came, well-formed on the outside, believed in nothing.
#[derive(Clone)]
pub struct UnverifiedIdToken {
    text: SecretString,
    algorithm: Algorithm,
    key_id: Option<String>,
    payload_start: usize,
    signature_start: usize,
}

/// What a signature library needs.
#[derive(Clone, Copy)]
#[expect(clippy::exhaustive_structs, reason = "a plain record handed to one closure")]
pub struct IdTokenParts<'a> {
    /// `alg` of the header.
    pub algorithm: Algorithm,
    /// What was signed: header, dot, payload.
    pub signing_input: &'a str,
    /// The signature, base64url without padding.
    pub signature: &'a str,
}

impl UnverifiedIdToken {
    /// Longest accepted token, in bytes.
    pub const MAX_LEN: usize = 65_536;

    /// Read the outside of a token.
    ///
    /// # Errors
    ///
    /// - [`ParseIdTokenError::TooLong`] if it has more than [`UnverifiedIdToken::MAX_LEN`] bytes.
    /// - [`ParseIdTokenError::NotCompact`] if it is not three non-empty parts of base64url; of payload and signature this
    ///   is judged last.
    /// - [`ParseIdTokenError::Header`] if the first part is no JSON object with a text `alg`.
    /// - [`ParseIdTokenError::Critical`] if the header has `crit` ([RFC 7515 section 4.1.11]): no extension is known.
    /// - [`ParseIdTokenError::Algorithm`] if `alg` is not an [`Algorithm`].
    ///
    /// [RFC 7515 section 4.1.11]: https://www.rfc-editor.org/rfc/rfc7515#section-4.1.11
    pub fn parse(text: SecretString) -> Result<Self, ParseIdTokenError> {
        let token = text.expose_secret();
        if token.len() > Self::MAX_LEN {
            return Err(ParseIdTokenError::TooLong { len: token.len() });
        }
        let mut parts = token.split('.');
        let (Some(header), Some(payload), Some(signature), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(ParseIdTokenError::NotCompact);
        };
        let payload_start = header.len().saturating_add(1);
        let signature_start = payload_start.saturating_add(payload.len()).saturating_add(1);
        let header = URL_SAFE_NO_PAD.decode(header).map_err(|_| ParseIdTokenError::NotCompact)?;
        let header = from_object::<Header>(&header).ok_or(ParseIdTokenError::Header)?;
        if header.crit.is_some() {
            return Err(ParseIdTokenError::Critical);
        }
        // Before the other parts: a token without signature is refused for its algorithm, `none`.
        let algorithm = header.alg.parse().map_err(|_| ParseIdTokenError::Algorithm)?;
        if !is_base64url(payload) || !is_base64url(signature) {
            return Err(ParseIdTokenError::NotCompact);
        }
        Ok(Self { text, algorithm, key_id: header.kid, payload_start, signature_start })
    }

    /// `alg` of the header.
    #[must_use]
    pub const fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// `kid` of the header: which of the provider's keys signed this.
    #[must_use]
    pub fn key_id(&self) -> Option<&str> {
        self.key_id.as_deref()
    }

    /// Let `verify` check the signature. Only then can claims be read.
    ///
    /// # Errors
    ///
    /// Whatever `verify` refuses with.
    ///
    /// # Security
    ///
    /// `verify` must use a key of the provider that fits [`IdTokenParts::algorithm`], and refuse otherwise.
    pub fn verify_signature<E>(
        self,
        verify: impl FnOnce(IdTokenParts<'_>) -> Result<(), E>,
    ) -> Result<SignedIdToken, E> {
        let token = self.text.expose_secret();
        // INVARIANT: both offsets were taken from this text, each one byte behind a dot.
        let (signing_input, signature) = token.split_at(self.signature_start);
        let signing_input = signing_input.strip_suffix('.').unwrap_or(signing_input);
        verify(IdTokenParts { algorithm: self.algorithm, signing_input, signature })?;
        let payload = signing_input.split_at(self.payload_start).1;
        Ok(SignedIdToken::new(self.text.clone(), payload, self.algorithm))
    }
}

impl fmt::Debug for UnverifiedIdToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UnverifiedIdToken").field("algorithm", &self.algorithm).finish_non_exhaustive()
    }
}

fn is_base64url(part: &str) -> bool {
    !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    #[serde(default)]
    kid: Option<String>,
    #[serde(default, deserialize_with = "there")]
    crit: Option<serde_json::Value>,
}

/// Why a text is not an ID token that could be verified. Never carries the text.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseIdTokenError {
    /// Too long.
    #[error("ID token has {len} bytes, expected at most {}", UnverifiedIdToken::MAX_LEN)]
    TooLong {
        /// Its length, in bytes.
        len: usize,
    },
    /// Not a JWS in compact serialization.
    #[error("ID token is not three parts of base64url")]
    NotCompact,
    /// The header cannot be read.
    #[error("ID token's header is not a JSON object with alg")]
    Header,
    /// The header has extensions that must be understood.
    #[error("ID token's header has critical extensions, expected none")]
    Critical,
    /// The algorithm is not accepted: `none`, a symmetric or an unknown one.
    #[error("ID token's algorithm is not accepted, expected one of RS, PS, ES (256, 384; RS and PS also 512) or EdDSA")]
    Algorithm,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(header: &str) -> Result<UnverifiedIdToken, ParseIdTokenError> {
        UnverifiedIdToken::parse(format!("{}.e30.c2ln", URL_SAFE_NO_PAD.encode(header)).into())
    }

    #[test]
    fn the_verifier_gets_exactly_what_was_signed() {
        let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"ES256","kid":"k"}"#);
        let token = token(r#"{"alg":"ES256","kid":"k"}"#).unwrap();
        assert_eq!((token.algorithm(), token.key_id()), (Algorithm::Es256, Some("k")));
        let signed = token.verify_signature(|parts| {
            assert_eq!(parts.signing_input, format!("{header}.e30"));
            assert_eq!((parts.signature, parts.algorithm), ("c2ln", Algorithm::Es256));
            Ok::<(), ()>(())
        });
        assert!(signed.is_ok());
    }

    #[test]
    fn what_must_not_be_verified_is_refused_before() {
        for (header, error) in [
            (r#"{"alg":"none"}"#, ParseIdTokenError::Algorithm),
            (r#"{"alg":"None"}"#, ParseIdTokenError::Algorithm),
            (r#"{"alg":"HS256"}"#, ParseIdTokenError::Algorithm),
            (r#"{"alg":"ES512"}"#, ParseIdTokenError::Algorithm),
            (r#"{"alg":""}"#, ParseIdTokenError::Algorithm),
            (r#"{"alg":"RS256","crit":["b64"],"b64":false}"#, ParseIdTokenError::Critical),
            (r#"{"alg":"RS256","alg":"none"}"#, ParseIdTokenError::Header),
            (r#"{"alg":1}"#, ParseIdTokenError::Header),
            (r#"{"kid":"k"}"#, ParseIdTokenError::Header),
            ("[]", ParseIdTokenError::Header),
        ] {
            assert_eq!(token(header).err(), Some(error), "{header}");
        }
        let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"RS256"}"#);
        let parts = ["", ".", ".e30", ".e30.", "..c2ln", ".e30=.c2ln", ".e30.c 2ln", ".e30.c2ln.c2ln"];
        let with_header = parts.map(|rest| format!("{header}{rest}"));
        let others = ["", ".", "a.b", "a.b.c.d", "e30=.e30.c2ln", "e 0.e30.c2ln"].map(str::to_owned);
        for text in with_header.into_iter().chain(others) {
            assert_eq!(
                UnverifiedIdToken::parse(text.as_str().into()).err(),
                Some(ParseIdTokenError::NotCompact),
                "{text}"
            );
        }
    }

    #[test]
    fn length_is_bounded_inclusively() {
        let of_len = |len: usize| {
            let head = format!("{}.e30.", URL_SAFE_NO_PAD.encode(r#"{"alg":"RS256"}"#));
            UnverifiedIdToken::parse(format!("{head}{}", "A".repeat(len - head.len())).into())
        };
        assert!(of_len(65_536).is_ok());
        assert_eq!(of_len(65_537).err(), Some(ParseIdTokenError::TooLong { len: 65_537 }));
    }

    #[test]
    fn debug_does_not_show_the_token() {
        assert_eq!(format!("{:?}", token(r#"{"alg":"RS256"}"#)), "Ok(UnverifiedIdToken { algorithm: Rs256, .. })");
    }
}
