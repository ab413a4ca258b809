//! The authorization request, what a flow keeps between its two halves, and what a callback must prove.
//!
//! A *flow* is one way through the authorization code grant ([OpenID Connect Core 1.0 section 3.1]). Nothing about it
//! is kept on the server:
//!
//! - [`state`](StateKey) names the flow: its id and the time it began, authenticated.
//! - a cookie per flow holds the rest, sealed ([`FlowCookies`]): OIDC nonce, PKCE verifier and [`FlowPurpose`].
//!
//! So two tabs never disturb each other, and an expired flow can be told from a missing cookie.
//!
//! [OpenID Connect Core 1.0 section 3.1]: https://openid.net/specs/openid-connect-core-1_0.html#CodeFlowAuth

mod callback;
mod code_hash;
mod cookies;
mod flow;
mod flow_id;
mod purpose;
mod query;
mod request;
mod state;
mod target;

pub use self::callback::{Callback, CallbackError, CallbackOutcome, IssuerParameterError, ProviderErrorCode};
pub use self::code_hash::CodeHash;
pub use self::cookies::{FlowCookieError, FlowCookies, RequestCookies, SetCookie};
pub use self::flow::{Flow, FlowRandom, Nonce, PkceVerifier};
pub use self::flow_id::{FlowId, ParseFlowIdError};
pub use self::purpose::{FlowPurpose, ReturnTo};
pub use self::query::{Query, ShareRequest, ShareRequestError};
pub use self::request::{AuthorizationRequest, Reauthentication};
pub use self::state::{AuthenticState, FlowKind, StateError, StateKey};
pub use self::target::{FlowTarget, UserEntry};

/// How long a person may take from the link to the callback, in seconds, inclusive. People have second factors.
pub const FLOW_MAX_AGE_SECS: i64 = 600;
