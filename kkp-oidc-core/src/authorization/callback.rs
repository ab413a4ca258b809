//! What comes back to the redirect URI ([RFC 6749 section 4.1.2], [RFC 9207]).
//!
//! [RFC 6749 section 4.1.2]: https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2
//! [RFC 9207]: https://www.rfc-editor.org/rfc/rfc9207

use std::fmt;
use std::str::FromStr;

use super::code_hash::CodeHash;
use super::query::Query;
use crate::issuer::{IssuerParameter, IssuerUrl};
use crate::secret::SecretString;

/// An authorization response, before anything in it is believed.
#[derive(Clone, Debug)]
pub struct Callback {
    state: String,
    issuer: Option<String>,
    outcome: Result<CallbackOutcome, CallbackError>,
}

/// What the provider says became of the request.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum CallbackOutcome {
    /// The person logged in and agreed; here is the code.
    Code(SecretString),
    /// The provider refuses, with its error code where that is well-formed.
    Refused(Option<ProviderErrorCode>),
}

impl Callback {
    /// Longest accepted code, in bytes.
    pub const MAX_CODE_LEN: usize = 4096;

    /// Whether the query belongs to an authorization response: it has `state`, `code`, `error` or
    /// `error_description`.
    #[must_use]
    pub fn is_one(query: &Query) -> bool {
        ["state", "code", "error", "error_description"].iter().any(|name| query.first(name).is_some())
    }

    /// Read an authorization response.
    ///
    /// # Errors
    ///
    /// - [`CallbackError::NoState`] if there is no `state`.
    pub fn parse(query: &Query) -> Result<Self, CallbackError> {
        let Some(state) = query.first("state") else {
            return Err(CallbackError::NoState);
        };
        let outcome = match (query.first("error"), query.first("code")) {
            // KKP takes a lone `error_description` for an error as well, spec section 4.3.
            (Some(error), _) => Ok(CallbackOutcome::Refused(error.parse().ok())),
            (None, _) if query.first("error_description").is_some() => Ok(CallbackOutcome::Refused(None)),
            (None, None) => Err(CallbackError::NoCode),
            (None, Some(code)) if code.len() > Self::MAX_CODE_LEN => {
                Err(CallbackError::CodeTooLong { len: code.len() })
            }
            (None, Some(code)) => Ok(CallbackOutcome::Code(code.into())),
        };
        Ok(Self { state: state.to_owned(), issuer: query.first_or_empty("iss").map(str::to_owned), outcome })
    }

    /// The `state`, to be authenticated before anything else is looked at.
    #[must_use]
    pub fn state(&self) -> &str {
        &self.state
    }

    /// Check that the response comes from `expected` ([RFC 9207 section 2.4]).
    ///
    /// # Errors
    ///
    /// - [`IssuerParameterError::Mismatch`] if `iss` is there and differs by a byte.
    /// - [`IssuerParameterError::Missing`] if it is absent although the provider's metadata promises it.
    ///
    /// [RFC 9207 section 2.4]: https://www.rfc-editor.org/rfc/rfc9207#section-2.4
    pub fn require_issuer(&self, expected: &IssuerUrl, parameter: IssuerParameter) -> Result<(), IssuerParameterError> {
        match self.issuer.as_deref() {
            Some(issuer) if issuer == expected.as_str() => Ok(()),
            Some(_) => Err(IssuerParameterError::Mismatch),
            None if parameter == IssuerParameter::Promised => Err(IssuerParameterError::Missing),
            None => Ok(()),
        }
    }

    /// The hash of the code, if there is one.
    #[must_use]
    pub fn code_hash(&self) -> Option<CodeHash> {
        match &self.outcome {
            Ok(CallbackOutcome::Code(code)) => Some(CodeHash::of(code)),
            _ => None,
        }
    }

    /// What became of the request.
    ///
    /// # Errors
    ///
    /// - [`CallbackError::NoCode`] if there is neither `code` nor `error`.
    /// - [`CallbackError::CodeTooLong`] if the code has more than [`Callback::MAX_CODE_LEN`] bytes.
    pub fn into_outcome(self) -> Result<CallbackOutcome, CallbackError> {
        self.outcome
    }
}

/// An error code of the provider: 1 to 64 of `A-Z a-z 0-9 . _ -`.
///
/// This is narrower than the `NQSCHAR` of [RFC 6749 section 4.1.2.1]; every registered code fits, and no sentence
/// does. It is the only part of a provider's answer that may be repeated to anybody.
///
/// [RFC 6749 section 4.1.2.1]: https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2.1
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ProviderErrorCode(String);

impl ProviderErrorCode {
    /// Longest accepted code, in bytes.
    pub const MAX_LEN: usize = 64;

    /// The code.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ProviderErrorCode {
    type Err = CallbackError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let well_formed = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-'));
        if !well_formed || text.is_empty() || text.len() > Self::MAX_LEN {
            return Err(CallbackError::ErrorCodeMalformed);
        }
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for ProviderErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Why an authorization response cannot be used.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum CallbackError {
    /// There is no `state`.
    #[error("response has no state")]
    NoState,
    /// There is neither `code` nor `error`.
    #[error("response has neither code nor error")]
    NoCode,
    /// The code is too long.
    #[error("code has {len} bytes, expected at most {}", Callback::MAX_CODE_LEN)]
    CodeTooLong {
        /// Its length, in bytes.
        len: usize,
    },
    /// Text that is no error code.
    #[error("error code is not well-formed, expected 1 to 64 of `A-Z a-z 0-9 . _ -`")]
    ErrorCodeMalformed,
}

/// Why the `iss` of an authorization response is refused.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum IssuerParameterError {
    /// It names another issuer.
    #[error("response comes from another issuer than the one that was asked")]
    Mismatch,
    /// It is absent, but the provider's metadata promises it.
    #[error("response lacks the iss that the provider's metadata promises")]
    Missing,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn callback(query: &str) -> Result<Callback, CallbackError> {
        Callback::parse(&Query::parse(query).unwrap())
    }

    fn outcome(query: &str) -> String {
        match callback(query).and_then(Callback::into_outcome) {
            Ok(CallbackOutcome::Code(code)) => format!("code {}", code.expose_secret()),
            Ok(CallbackOutcome::Refused(code)) => format!("refused {:?}", code.as_ref().map(ProviderErrorCode::as_str)),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn responses_are_read() {
        assert_eq!(outcome("state=s&code=c"), "code c");
        assert_eq!(outcome("state=s&error=access_denied&error_description=x"), "refused Some(\"access_denied\")");
        assert_eq!(outcome("state=s&error=access_denied&code=c"), "refused Some(\"access_denied\")");
        assert_eq!(outcome("state=s&error=%3Cb%3E"), "refused None");
        assert_eq!(outcome("state=s&error=you+were+hacked"), "refused None");
        assert_eq!(outcome("state=s&error_description=x"), "refused None");
        assert_eq!(outcome("state=s"), "response has neither code nor error");
        assert_eq!(outcome("code=c"), "response has no state");
        assert_eq!(outcome("error=access_denied"), "response has no state");
    }

    #[test]
    fn codes_are_bounded_inclusively() {
        let of_len = |len: usize| callback(&format!("state=s&code={}", "c".repeat(len))).unwrap().into_outcome();
        assert!(of_len(4096).is_ok());
        assert_eq!(of_len(4097).err(), Some(CallbackError::CodeTooLong { len: 4097 }));
        assert!("e".repeat(64).parse::<ProviderErrorCode>().is_ok());
        assert_eq!("e".repeat(65).parse::<ProviderErrorCode>(), Err(CallbackError::ErrorCodeMalformed));
        assert_eq!("".parse::<ProviderErrorCode>(), Err(CallbackError::ErrorCodeMalformed));
    }

    #[test]
    fn the_issuer_is_compared_byte_for_byte_and_demanded_where_promised() {
        let issuer: IssuerUrl = "https://a.example".parse().unwrap();
        let of = |query: &str, parameter| callback(query).unwrap().require_issuer(&issuer, parameter);
        assert_eq!(of("state=s&iss=https://a.example", IssuerParameter::Promised), Ok(()));
        assert_eq!(
            of("state=s&iss=https://a.example/", IssuerParameter::NotPromised),
            Err(IssuerParameterError::Mismatch)
        );
        assert_eq!(of("state=s&iss=", IssuerParameter::NotPromised), Err(IssuerParameterError::Mismatch));
        assert_eq!(of("state=s", IssuerParameter::Promised), Err(IssuerParameterError::Missing));
        assert_eq!(of("state=s", IssuerParameter::NotPromised), Ok(()));
    }

    #[test]
    fn a_code_is_known_again_and_no_other() {
        let hash = |query| callback(query).unwrap().code_hash();
        let (one, two) = (hash("state=s&code=c").unwrap(), hash("state=t&code=c&iss=x").unwrap());
        // printf c | openssl sha256 -binary | basenc --base64url
        assert_eq!(one.to_text(), "Ln0sA6lQeuJl7PW1NWiFpTOTogKdJBOUmXJloaJa78Y");
        assert!(one.is_same(&two) && CodeHash::from_text(&two.to_text()).unwrap().is_same(&one));
        assert!(!one.is_same(&hash("state=s&code=C").unwrap()));
        assert!(hash("state=s&error=access_denied&code=c").is_none() && hash("state=s").is_none());
        assert!(CodeHash::from_text("Ln0s").is_none());
    }

    #[test]
    fn debug_does_not_show_the_code() {
        assert!(!format!("{:?}", callback("state=s&code=canary").unwrap()).contains("canary"));
    }
}
