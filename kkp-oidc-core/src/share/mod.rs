//! Share links that end: who made them for whom, until when, how often, and what is in the link itself.
//!
//! A link is a capability: [`ShareTokens::issue`] makes its last path segment, which holds a random [`ShareId`] and the
//! time it ends, under a MAC. What it is worth is a [`Share`], kept under the id in a store of the caller's;
//! [`StoredShare::state`] says whether it can still be used and [`Audience::admits`] who may use it.
//!
//! ```
//! use kkp_oidc_core::UnixTime;
//! use kkp_oidc_core::cookie_key::CookieKey;
//! use kkp_oidc_core::share::{ShareId, ShareTokenError, ShareTokens};
//!
//! let key: CookieKey = "e1f5ac4f8cc8b33a4b0d6c7f5b1c9d27".parse()?;
//! let tokens = ShareTokens::new([&key]);
//! let (id, ends) = (ShareId::from_bytes([7; 16]), UnixTime::from_secs(1_800_000_000));
//! let token = tokens.issue(id, ends);
//! assert_eq!(token.len(), 51);
//! assert_eq!(tokens.authenticate(&token)?.id(), id);
//! assert_eq!(tokens.authenticate(&token.replace('A', "B")), Err(ShareTokenError::NotAuthentic));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod audience;
mod form;
mod instructions;
mod note;
mod record;
mod token;

pub use self::audience::{
    Audience, AudienceKind, AudienceList, AudienceProblem, MAX_AUDIENCE_ENTRIES, MAX_AUDIENCE_ENTRY_LEN,
};
pub use self::form::{
    DEFAULT_LIFETIME_SECS, FormField, MAX_LIFETIME_SECS, MAX_USES, MIN_LIFETIME_SECS, NewShare, Owner, ShareForm,
    ShareFormError, ShareFormProblem,
};
pub use self::instructions::Instructions;
pub use self::note::{MAX_NOTE_LEN, Note, ParseNoteError};
pub use self::record::{ParseShareError, Redemption, Share, ShareState, StoredShare, UseLimit};
pub use self::token::{ParseShareIdError, ShareId, ShareToken, ShareTokenError, ShareTokens};
