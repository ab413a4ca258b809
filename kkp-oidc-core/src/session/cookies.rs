//! The cookie of a session, and the sealed record that it leads to.

use std::fmt;

use sha2::{Digest as _, Sha256};
use zeroize::ZeroizeOnDrop;

use super::record::Session;
use super::{MAX_SEALED_LEN, SESSION_MAX_AGE_SECS};
use crate::UnixTime;
use crate::authorization::{RequestCookies, SetCookie};
use crate::cookie_key::CookieKey;
use crate::issuer::CookieSecurity;
use crate::sealed::{Labels, Sealer};
use crate::secure_cookie::CookieLimits;

/// Names a session towards the browser: 256 random bits. A secret: whoever has it is logged in.
#[derive(Clone, ZeroizeOnDrop)]
pub struct SessionId([u8; 32]);

impl SessionId {
    /// The session with these bytes, which the operating system's random number generator gave.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Under what the store keeps it: the SHA-256 of the id. Whoever reads the store cannot make a cookie of it.
    #[must_use]
    pub fn store_key(&self) -> [u8; 32] {
        Sha256::digest(self.0).into()
    }

    fn record_name(&self) -> String {
        self.store_key().iter().fold(String::from("session "), |name, byte| name + &format!("{byte:02x}"))
    }
}

impl fmt::Debug for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionId(..)")
    }
}

/// Makes and opens the cookies and the records of sessions.
///
/// The cookie is `kkp-session`, behind `__Host-` where cookies are [secure](CookieSecurity::Secure); `HttpOnly`,
/// `SameSite=Lax`.
#[derive(Clone, Debug)]
pub struct Sessions {
    cookies: Sealer,
    records: Sealer,
    security: CookieSecurity,
}

impl Sessions {
    /// Sessions under these keys: the first seals, all open.
    #[must_use]
    pub fn new<'a>(keys: impl IntoIterator<Item = &'a CookieKey> + Clone, security: CookieSecurity) -> Self {
        let age = CookieLimits::default().with_max_age_secs(SESSION_MAX_AGE_SECS);
        let cookies = Labels { mac: "kkp-oidc session cookie v1", encryption: "kkp-oidc session cookie encryption v1" };
        let records = Labels { mac: "kkp-oidc session record v1", encryption: "kkp-oidc session record encryption v1" };
        Self {
            cookies: Sealer::new(keys.clone(), cookies, age),
            records: Sealer::new(keys, records, age.with_max_len(MAX_SEALED_LEN)),
            security,
        }
    }

    /// The cookie of a session that begins `now`; `None` without a key. `iv` is random and used once.
    #[must_use]
    pub fn cookie(&self, id: &SessionId, iv: [u8; 16], now: UnixTime) -> Option<SetCookie> {
        let value = self.cookies.seal(&id.0, self.name(), iv, now)?;
        Some(SetCookie::new(self.security, self.name(), &value, SESSION_MAX_AGE_SECS))
    }

    /// Take the cookie out of the browser.
    #[must_use]
    pub fn clear(&self) -> SetCookie {
        SetCookie::new(self.security, self.name(), "", 0)
    }

    /// The session that the browser has a cookie of; `None` if it has none of ours that is young enough.
    #[must_use]
    pub fn id(&self, cookies: &RequestCookies<'_>, now: UnixTime) -> Option<SessionId> {
        let opened = self.cookies.open(cookies.first(self.name())?, self.name(), now)?;
        opened.value().expose_secret().try_into().ok().map(SessionId)
    }

    /// The record for the store; `None` without a key, or if it is longer than [`MAX_SEALED_LEN`]. `iv` is random and used once.
    #[must_use]
    pub fn seal(&self, id: &SessionId, session: &Session, iv: [u8; 16], now: UnixTime) -> Option<String> {
        self.records.seal(session.to_bytes()?.expose_secret(), &id.record_name(), iv, now)
    }

    /// Open a record; `None` if it is not one of this session. Whether the session still lives is judged by
    /// [`Session::require_alive`].
    #[must_use]
    pub fn open(&self, id: &SessionId, record: &str, now: UnixTime) -> Option<Session> {
        Session::from_bytes(self.records.open(record, &id.record_name(), now)?.value().expose_secret())
    }

    const fn name(&self) -> &'static str {
        match self.security {
            CookieSecurity::Secure => "__Host-kkp-session",
            CookieSecurity::Plain => "kkp-session",
        }
    }
}
