//! Names that say who is the same person, and not who it is.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use crate::cookie_key::CookieKey;

/// Makes pseudonyms of e-mail addresses: `p:` and HMAC-SHA-256 of the lower-cased address, as 43 characters of base64url.
///
/// # Security
///
/// Without the key nobody can try out addresses, as they can with a plain hash. Whoever has the cookie key can.
#[derive(Clone)]
pub struct PseudonymKey(Hmac<Sha256>);

impl PseudonymKey {
    /// Label of the derived key, RFC 5869 `info`.
    const LABEL: &str = "kkp-oidc audit pseudonym v1";

    /// The key for pseudonyms, derived from the cookie key. Another cookie key makes other pseudonyms.
    #[must_use]
    pub fn new(key: &CookieKey) -> Self {
        let derived = key.derive(Self::LABEL);
        // INVARIANT: HMAC takes keys of any length.
        #[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
        Self(Hmac::new_from_slice(derived.expose_secret()).expect("HMAC takes keys of any length"))
    }

    /// The pseudonym of the person with this address, in whatever case it is written.
    #[must_use]
    pub fn pseudonym(&self, email: &str) -> String {
        let tag = self.0.clone().chain_update(email.to_lowercase()).finalize().into_bytes();
        format!("p:{}", URL_SAFE_NO_PAD.encode(tag))
    }
}

impl fmt::Debug for PseudonymKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PseudonymKey(..)")
    }
}
