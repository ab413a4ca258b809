//! The `state` parameter: which flow a callback belongs to, authenticated.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use super::FLOW_MAX_AGE_SECS;
use super::flow_id::FlowId;
use crate::UnixTime;
use crate::cookie_key::{CookieKey, KeyRing};

/// What a flow is for; callbacks are dispatched by it, so several kinds may return to the same redirect URI.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum FlowKind {
    /// A KKP share link: the answer is a kubeconfig.
    Kubeconfig,
    /// A share link of ours: the answer is a page with a kubeconfig.
    Share,
    /// The login of an owner: the answer is a session.
    Session,
}

impl FlowKind {
    const fn to_byte(self) -> u8 {
        match self {
            Self::Kubeconfig => 1,
            Self::Share => 2,
            Self::Session => 3,
        }
    }

    const fn from_byte(byte: u8) -> Option<Self> {
        match byte {
            1 => Some(Self::Kubeconfig),
            2 => Some(Self::Share),
            3 => Some(Self::Session),
            _ => None,
        }
    }
}

/// Makes and authenticates `state` ([RFC 6749 section 10.12]).
///
/// Text of 76 characters of base64url: one byte kind, 16 bytes flow id, 8 bytes issue time (seconds, big-endian),
/// 32 bytes HMAC-SHA256 over what stands before, under a key derived from the current cookie key. What a previous key
/// authenticated is still accepted.
///
/// # Security
///
/// `state` alone proves only that this installation began the flow. That *this browser* began it is proved by the
/// flow's cookie.
///
/// [RFC 6749 section 10.12]: https://www.rfc-editor.org/rfc/rfc6749#section-10.12
#[derive(Clone)]
pub struct StateKey {
    current: Hmac<Sha256>,
    previous: Vec<Hmac<Sha256>>,
}

impl StateKey {
    /// Label of the derived key, RFC 5869 `info`.
    const LABEL: &str = "kkp-oidc state v1";

    /// Length of a state, in characters.
    pub const STATE_LEN: usize = 76;

    /// The keys for `state`, each derived from a cookie key.
    #[must_use]
    pub fn new(keys: &KeyRing) -> Self {
        Self { current: Self::keyed(keys.current()), previous: keys.previous().iter().map(Self::keyed).collect() }
    }

    fn keyed(key: &CookieKey) -> Hmac<Sha256> {
        let derived = key.derive(Self::LABEL);
        // INVARIANT: HMAC takes keys of any length.
        #[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
        Hmac::new_from_slice(derived.expose_secret()).expect("HMAC takes keys of any length")
    }

    /// The `state` of the flow `id` that begins `now`.
    #[must_use]
    pub fn issue(&self, id: FlowId, kind: FlowKind, now: UnixTime) -> String {
        let mut bytes = Vec::with_capacity(57);
        bytes.push(kind.to_byte());
        bytes.extend_from_slice(id.as_bytes());
        bytes.extend_from_slice(&now.as_secs().to_be_bytes());
        let tag = self.current.clone().chain_update(&bytes).finalize().into_bytes();
        bytes.extend_from_slice(&tag);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Check that this installation issued `state`. Its age is judged by [`AuthenticState::require_fresh`].
    ///
    /// # Errors
    ///
    /// - [`StateError::NotAuthentic`] for everything else: another length or alphabet, another key, changed bytes.
    pub fn authenticate(&self, state: &str) -> Result<AuthenticState, StateError> {
        if state.len() != Self::STATE_LEN {
            return Err(StateError::NotAuthentic);
        }
        let bytes = URL_SAFE_NO_PAD.decode(state).map_err(|_| StateError::NotAuthentic)?;
        let (signed, tag) = bytes.split_last_chunk::<32>().ok_or(StateError::NotAuthentic)?;
        // `|`, not `||`: every key is tried, so that the time does not tell which one fits.
        let fits = |key: &Hmac<Sha256>| key.clone().chain_update(signed).verify_slice(tag).is_ok();
        if !self.previous.iter().fold(fits(&self.current), |found, key| found | fits(key)) {
            return Err(StateError::NotAuthentic);
        }
        let (&[kind], rest) = signed.split_first_chunk().ok_or(StateError::NotAuthentic)?;
        let (id, rest) = rest.split_first_chunk::<16>().ok_or(StateError::NotAuthentic)?;
        let secs = rest.try_into().map_err(|_| StateError::NotAuthentic)?;
        Ok(AuthenticState {
            kind: FlowKind::from_byte(kind).ok_or(StateError::NotAuthentic)?,
            id: FlowId::from_bytes(*id),
            issued_at: UnixTime::from_secs(i64::from_be_bytes(secs)),
        })
    }
}

impl fmt::Debug for StateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StateKey(..)")
    }
}

/// A `state` whose MAC holds.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct AuthenticState {
    kind: FlowKind,
    id: FlowId,
    issued_at: UnixTime,
}

impl AuthenticState {
    /// What the flow is for.
    #[must_use]
    pub const fn kind(&self) -> FlowKind {
        self.kind
    }

    /// The flow.
    #[must_use]
    pub const fn id(&self) -> FlowId {
        self.id
    }

    /// When the flow began.
    #[must_use]
    pub const fn issued_at(&self) -> UnixTime {
        self.issued_at
    }

    /// Check that the flow began at most [`FLOW_MAX_AGE_SECS`] before `now`, inclusive.
    ///
    /// # Errors
    ///
    /// - [`StateError::Expired`] if it is older.
    pub const fn require_fresh(&self, now: UnixTime) -> Result<(), StateError> {
        let age_secs = now.secs_since(self.issued_at);
        if age_secs > FLOW_MAX_AGE_SECS {
            return Err(StateError::Expired { age_secs });
        }
        Ok(())
    }
}

/// Why a callback's `state` is refused.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum StateError {
    /// Not issued by this installation, or changed on the way.
    #[error("state is not one that this service issued")]
    NotAuthentic,
    /// Issued, but too long ago.
    #[error("login began {age_secs} s ago, expected at most {FLOW_MAX_AGE_SECS} s")]
    Expired {
        /// Seconds since the flow began.
        age_secs: i64,
    },
}
