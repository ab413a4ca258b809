//! A token taken apart for explaining; nothing of it is believed.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

use crate::id_token::UnverifiedIdToken;
use crate::secret::SecretString;

/// A token in JWS compact serialization ([RFC 7515 section 7.1]), with any header and any claims.
///
/// Unlike [`UnverifiedIdToken`] it lets claims be read although nothing was verified: it is for saying what a token is,
/// not for logging anybody in.
///
/// [RFC 7515 section 7.1]: https://www.rfc-editor.org/rfc/rfc7515#section-7.1
pub struct ReadToken {
    header: Map<String, Value>,
    claims: Map<String, Value>,
    signing_input: SecretString,
    signature: Vec<u8>,
}

impl ReadToken {
    /// Longest token that is read, in bytes, without white space around it: 64 KiB.
    pub const MAX_LEN: usize = UnverifiedIdToken::MAX_LEN;

    /// Take a token apart. White space around it does not count. Of a claim that is there twice the last one counts, as
    /// in Go.
    ///
    /// # Errors
    ///
    /// - [`Empty`](ParseTokenError::Empty) if there is nothing.
    /// - [`TooLong`](ParseTokenError::TooLong) if it has more than [`Self::MAX_LEN`] bytes.
    /// - [`Parts`](ParseTokenError::Parts) if it is not three parts with dots between them.
    /// - [`NotBase64`](ParseTokenError::NotBase64) if one of them is not base64url without padding.
    /// - [`NotAnObject`](ParseTokenError::NotAnObject) if header or payload is no JSON object.
    pub fn parse(text: &SecretString) -> Result<Self, ParseTokenError> {
        let text = text.expose_secret().trim_ascii();
        if text.is_empty() {
            return Err(ParseTokenError::Empty);
        }
        if text.len() > Self::MAX_LEN {
            return Err(ParseTokenError::TooLong { len: text.len() });
        }
        let parts: Vec<&str> = text.split('.').collect();
        let &[header, payload, signature] = parts.as_slice() else {
            return Err(ParseTokenError::Parts { count: parts.len() });
        };
        let decode = |text: &str, part| URL_SAFE_NO_PAD.decode(text).map_err(|_| ParseTokenError::NotBase64 { part });
        let object = |text: &str, part| {
            let json = decode(text, part)?;
            serde_json::from_slice::<Map<String, Value>>(&json).map_err(|_| ParseTokenError::NotAnObject { part })
        };
        let (header, mut claims) = (object(header, TokenPart::Header)?, object(payload, TokenPart::Payload)?);
        redact_sources(&mut claims);
        let signature = decode(signature, TokenPart::Signature)?;
        let signing_input = text.rsplit_once('.').map_or(text, |(signing_input, _)| signing_input);
        Ok(Self { header, claims, signing_input: signing_input.into(), signature })
    }

    /// The header, sorted by name.
    #[must_use]
    pub const fn header(&self) -> &Map<String, Value> {
        &self.header
    }

    /// The claims, sorted by name. Access tokens and tokens within `_claim_sources` are left out, as `[redacted]`.
    #[must_use]
    pub const fn claims(&self) -> &Map<String, Value> {
        &self.claims
    }

    /// `alg` of the header; empty if it is no text.
    #[must_use]
    pub fn algorithm(&self) -> &str {
        self.header.get("alg").and_then(Value::as_str).unwrap_or_default()
    }

    /// `kid` of the header; empty if it is no text.
    #[must_use]
    pub fn key_id(&self) -> &str {
        self.header.get("kid").and_then(Value::as_str).unwrap_or_default()
    }

    pub(super) fn signing_input(&self) -> &[u8] {
        self.signing_input.expose_secret().as_bytes()
    }

    pub(super) fn signature(&self) -> &[u8] {
        &self.signature
    }
}

/// Sources of distributed claims come with an access token each, those of aggregated ones with a token. Whatever is in the
/// place of one is taken for one, and so is what is no source; what is wrong stays wrong, for the verdict.
fn redact_sources(claims: &mut Map<String, Value>) {
    for (_, claim) in claims.iter_mut().filter(|(name, _)| name.eq_ignore_ascii_case("_claim_sources")) {
        let Value::Object(sources) = claim else {
            redact(claim);
            continue;
        };
        for source in sources.values_mut() {
            let Value::Object(fields) = source else {
                redact(source);
                continue;
            };
            for (name, value) in fields {
                match value {
                    _ if !["access_token", "JWT"].iter().any(|secret| name.eq_ignore_ascii_case(secret)) => {}
                    Value::String(_) => redact(value),
                    Value::Null => {}
                    // It must not become the text that it should have been.
                    _ => *value = Value::Array(vec![REDACTED.into()]),
                }
            }
        }
    }
}

/// What stands in the place of a secret.
const REDACTED: &str = "[redacted]";

/// A text in the place of what is there, if anything is.
fn redact(value: &mut Value) {
    if *value != Value::Null {
        *value = REDACTED.into();
    }
}

impl fmt::Debug for ReadToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReadToken").field("algorithm", &self.algorithm()).finish_non_exhaustive()
    }
}

/// A part of a token.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum TokenPart {
    /// The first.
    Header,
    /// The second.
    Payload,
    /// The third.
    Signature,
}

impl fmt::Display for TokenPart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Header => "header",
            Self::Payload => "payload",
            Self::Signature => "signature",
        })
    }
}

/// Why a text is no token that can be explained. Never carries the text.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseTokenError {
    /// There is nothing.
    #[error("there is no token, the input is empty")]
    Empty,
    /// Too long.
    #[error("the token has {len} bytes, expected at most {}", ReadToken::MAX_LEN)]
    TooLong {
        /// Its length in bytes.
        len: usize,
    },
    /// Not three parts.
    #[error("the token has {count} parts with dots between them, expected 3: it is no signed JWT")]
    Parts {
        /// How many it has.
        count: usize,
    },
    /// A part is not base64url.
    #[error("the token's {part} is not base64url without padding")]
    NotBase64 {
        /// Which.
        part: TokenPart,
    },
    /// A part is no JSON object.
    #[error("the token's {part} is not a JSON object")]
    NotAnObject {
        /// Which.
        part: TokenPart,
    },
}
