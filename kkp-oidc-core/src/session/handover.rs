//! A kubeconfig between the callback that made it and the page that shows it.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::MAX_SEALED_LEN;
use crate::UnixTime;
use crate::authorization::{CodeHash, FlowId, RequestCookies, SetCookie};
use crate::cookie_key::CookieKey;
use crate::issuer::CookieSecurity;
use crate::sealed::{Labels, Sealer, secret_json, secret_text};
use crate::secret::SecretString;
use crate::secure_cookie::CookieLimits;
use crate::share::ShareId;

/// How long a kubeconfig can be fetched, in seconds, inclusive: ten minutes, also again after a reload.
pub const HANDOVER_MAX_AGE_SECS: i64 = 600;

/// What a recipient gets, from the login on.
#[derive(Clone)]
#[expect(clippy::exhaustive_structs, reason = "a plain record that the callback fills by name")]
pub struct Handover {
    /// The share that was used.
    pub share: ShareId,
    /// Who used it, as in their ID token.
    pub email: String,
    /// The kubeconfig.
    pub kubeconfig: SecretString,
    /// The code that was presented for it.
    pub code: CodeHash,
}

#[derive(Deserialize, Serialize)]
struct Document<'a> {
    #[serde(borrow)]
    share: Cow<'a, str>,
    #[serde(borrow)]
    email: Cow<'a, str>,
    #[serde(borrow)]
    kubeconfig: Cow<'a, str>,
    #[serde(borrow)]
    code: Cow<'a, str>,
}

impl fmt::Debug for Handover {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handover").field("share", &self.share).finish_non_exhaustive()
    }
}

/// Makes and opens the records of handovers, and the cookies that bind each to the browser that logged in.
///
/// The cookie is `kkp-handover-<flow id>`, behind `__Host-` where cookies are [secure](CookieSecurity::Secure).
#[derive(Clone, Debug)]
pub struct Handovers {
    cookies: Sealer,
    records: Sealer,
    security: CookieSecurity,
}

impl Handovers {
    /// Handovers under these keys: the first seals, all open.
    #[must_use]
    pub fn new<'a>(keys: impl IntoIterator<Item = &'a CookieKey> + Clone, security: CookieSecurity) -> Self {
        let age = CookieLimits::default().with_max_age_secs(HANDOVER_MAX_AGE_SECS);
        let cookies =
            Labels { mac: "kkp-oidc handover cookie v1", encryption: "kkp-oidc handover cookie encryption v1" };
        let records =
            Labels { mac: "kkp-oidc handover record v1", encryption: "kkp-oidc handover record encryption v1" };
        Self {
            cookies: Sealer::new(keys.clone(), cookies, age),
            records: Sealer::new(keys, records, age.with_max_len(MAX_SEALED_LEN)),
            security,
        }
    }

    /// The record for the store and the cookie for the browser, of the flow `id`; `None` without a key, or if the record is
    /// longer than [`MAX_SEALED_LEN`]. The two `ivs` are random and used once.
    #[must_use]
    pub fn seal(
        &self,
        id: FlowId,
        handover: &Handover,
        [record_iv, cookie_iv]: [[u8; 16]; 2],
        now: UnixTime,
    ) -> Option<(String, SetCookie)> {
        let name = self.name(id);
        let document = Document {
            share: handover.share.to_string().into(),
            email: handover.email.as_str().into(),
            kubeconfig: handover.kubeconfig.expose_secret().into(),
            code: handover.code.to_text().into(),
        };
        let texts = document.share.len() + document.email.len() + document.kubeconfig.len() + document.code.len();
        let bytes = secret_json(&document, texts, 0)?;
        let record = self.records.seal(bytes.expose_secret(), &name, record_iv, now)?;
        Some((record, self.cookie(id, cookie_iv, now)?))
    }

    /// The cookie alone, for a browser that lost the one of the flow `id`; `None` without a key. The `iv` is random and used
    /// once.
    #[must_use]
    pub fn cookie(&self, id: FlowId, iv: [u8; 16], now: UnixTime) -> Option<SetCookie> {
        let name = self.name(id);
        let value = self.cookies.seal(id.as_bytes(), &name, iv, now)?;
        Some(SetCookie::new(self.security, &name, &value, HANDOVER_MAX_AGE_SECS))
    }

    /// Whether this browser has the cookie of the flow `id`.
    #[must_use]
    pub fn is_of(&self, id: FlowId, cookies: &RequestCookies<'_>, now: UnixTime) -> bool {
        let name = self.name(id);
        let opened = cookies.first(&name).and_then(|value| self.cookies.open(value, &name, now));
        opened.is_some_and(|opened| opened.value().expose_secret() == id.as_bytes())
    }

    /// Open a record, which tells when it was made; `None` if it is not that of the flow `id`, or too old.
    #[must_use]
    pub fn open(&self, id: FlowId, record: &str, now: UnixTime) -> Option<(Handover, UnixTime)> {
        let opened = self.records.open(record, &self.name(id), now)?;
        let document: Document<'_> = serde_json::from_slice(opened.value().expose_secret()).ok()?;
        let handover = Handover {
            share: document.share.parse().ok()?,
            email: document.email.into_owned(),
            kubeconfig: secret_text(document.kubeconfig),
            code: CodeHash::from_text(&document.code)?,
        };
        Some((handover, opened.issued_at()))
    }

    fn name(&self, id: FlowId) -> String {
        match self.security {
            CookieSecurity::Secure => format!("__Host-kkp-handover-{id}"),
            CookieSecurity::Plain => format!("kkp-handover-{id}"),
        }
    }
}
