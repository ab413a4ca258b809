//! What an ID token must be, besides signed, before anybody believes it ([OpenID Connect Core 1.0 section 3.1.3.7]).
//!
//! The signature itself is checked by whoever has the provider's keys and a cryptography library; the types here make
//! sure that nothing is read from a token before that:
//! [`UnverifiedIdToken`] → [`verify_signature`](UnverifiedIdToken::verify_signature) → [`SignedIdToken`] →
//! [`require`](SignedIdToken::require) → [`Identity`].
//!
//! [OpenID Connect Core 1.0 section 3.1.3.7]: https://openid.net/specs/openid-connect-core-1_0.html#IDTokenValidation

mod algorithm;
mod claims;
mod token;

pub use self::algorithm::{Algorithm, UnknownAlgorithm};
pub use self::claims::{ClaimsError, IdTokenPolicy, Identity, SignedIdToken};
pub use self::token::{IdTokenParts, ParseIdTokenError, UnverifiedIdToken};
