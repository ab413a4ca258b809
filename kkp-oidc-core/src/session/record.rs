//! What is known of somebody who is logged in.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::{SESSION_IDLE_SECS, SESSION_MAX_AGE_SECS, SESSION_TOUCH_SECS};
use crate::UnixTime;
use crate::id_token::Identity;
use crate::sealed::{secret_json, secret_text};
use crate::secret::{SecretBytes, SecretString};

/// Somebody who is logged in.
#[derive(Clone)]
pub struct Session {
    email: String,
    groups: Vec<String>,
    began_at: UnixTime,
    seen_at: UnixTime,
    revocable: Option<SecretString>,
}

#[derive(Deserialize, Serialize)]
struct Document<'a> {
    #[serde(borrow)]
    email: Cow<'a, str>,
    #[serde(borrow)]
    groups: Cow<'a, [String]>,
    began_at: i64,
    seen_at: i64,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    revocable: Option<Cow<'a, str>>,
}

impl Session {
    /// The session of whoever `identity` is, from `now` on. `revocable` is the token that ends the login at the provider when
    /// it is revoked: the refresh token if there is one, else the access token.
    #[must_use]
    pub fn begin(identity: &Identity, revocable: Option<SecretString>, now: UnixTime) -> Self {
        Self {
            email: identity.email().to_owned(),
            groups: identity.groups().to_vec(),
            began_at: now,
            seen_at: now,
            revocable,
        }
    }

    /// E-mail address, as in the ID token.
    #[must_use]
    pub fn email(&self) -> &str {
        &self.email
    }

    /// Groups, as in the ID token.
    #[must_use]
    pub fn groups(&self) -> &[String] {
        &self.groups
    }

    /// The token to revoke at the end.
    #[must_use]
    pub const fn revocable(&self) -> Option<&SecretString> {
        self.revocable.as_ref()
    }

    /// The last second in which the session can be used if nothing comes in between.
    #[must_use]
    pub fn ends_at(&self) -> UnixTime {
        self.seen_at.plus_secs(SESSION_IDLE_SECS).min(self.began_at.plus_secs(SESSION_MAX_AGE_SECS))
    }

    /// Check that the session has not ended.
    ///
    /// # Errors
    ///
    /// - [`SessionEnd::TooOld`] if it began more than [`SESSION_MAX_AGE_SECS`] ago.
    /// - [`SessionEnd::Idle`] if nothing was asked for more than [`SESSION_IDLE_SECS`].
    pub const fn require_alive(&self, now: UnixTime) -> Result<(), SessionEnd> {
        if now.secs_since(self.began_at) > SESSION_MAX_AGE_SECS {
            return Err(SessionEnd::TooOld);
        }
        if now.secs_since(self.seen_at) > SESSION_IDLE_SECS {
            return Err(SessionEnd::Idle);
        }
        Ok(())
    }

    /// The session as it is to be written after a request `now`; `None` while what is written is recent enough.
    #[must_use]
    pub fn touched(&self, now: UnixTime) -> Option<Self> {
        let old = now.secs_since(self.seen_at) > SESSION_TOUCH_SECS;
        old.then(|| Self { seen_at: now, ..self.clone() })
    }

    pub(super) fn to_bytes(&self) -> Option<SecretBytes> {
        let document = Document {
            email: self.email.as_str().into(),
            groups: self.groups.as_slice().into(),
            began_at: self.began_at.as_secs(),
            seen_at: self.seen_at.as_secs(),
            revocable: self.revocable.as_ref().map(|token| token.expose_secret().into()),
        };
        let tokens = document.revocable.as_ref().map_or(0, |token| token.len());
        let texts = tokens + self.email.len() + self.groups.iter().map(String::len).sum::<usize>();
        secret_json(&document, texts, self.groups.len())
    }

    pub(super) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let document: Document<'_> = serde_json::from_slice(bytes).ok()?;
        Some(Self {
            email: document.email.into_owned(),
            groups: document.groups.into_owned(),
            began_at: UnixTime::from_secs(document.began_at),
            seen_at: UnixTime::from_secs(document.seen_at),
            revocable: document.revocable.map(secret_text),
        })
    }
}

/// Times only.
impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("began_at", &self.began_at)
            .field("seen_at", &self.seen_at)
            .finish_non_exhaustive()
    }
}

/// Why a session has ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SessionEnd {
    /// Too long ago since it began.
    #[error("session began more than {SESSION_MAX_AGE_SECS} s ago")]
    TooOld,
    /// Too long ago since it was used.
    #[error("session was not used for more than {SESSION_IDLE_SECS} s")]
    Idle,
}
