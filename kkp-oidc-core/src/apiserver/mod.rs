//! How kube-apiserver authenticates people: its `--oidc-*` flags, the `AuthenticationConfiguration`, and what both make
//! of a token.
//!
//! Facts, order and words are those of Kubernetes 1.34; `tests/data/README.md` names the oracles.

mod certificates;
mod config;
mod decide;
mod decision;
mod expression;
mod extra_key;
mod flags;
mod go_claims;
mod jwks;
mod kkp;
mod mapping;
mod nullable;
mod render;
mod review;
mod shown;
mod token;

pub use self::config::{
    Anonymous, AnonymousCondition, ApiVersion, AuthenticationConfiguration, ClaimMappings, ClaimOrExpression,
    ClaimValidationRule, ExtraMapping, JwtAuthenticator, JwtIssuer, ParseAuthenticationConfigurationError,
    PrefixedClaimOrExpression, UserValidationRule,
};
pub use self::decide::{Authenticators, SigningAlgorithms, UnknownSigningAlgorithm, decide};
pub use self::decision::{Check, Decision, Rule, State, User, Verdict};
pub use self::flags::{OidcFlags, ParseOidcFlagsError, RequiredClaim};
pub use self::jwks::{JwkSet, ParseJwkSetError};
pub use self::kkp::{ClusterOidc, EmailVerifiedRule, GateOptions, KkpOidc, gate_default, gate_entry, kkp_args};
pub use self::review::{Finding, FindingKind, Review};
pub use self::shown::printable;
pub use self::token::{ParseTokenError, ReadToken, TokenPart};
