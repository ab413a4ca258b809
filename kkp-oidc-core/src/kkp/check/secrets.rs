//! Keys and secrets: long enough, not guessable, each in one place.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;

use crate::cookie_key::{CookieKey, ParseCookieKeyError};
use crate::diagnostics::Code;
use crate::kkp::{Configuration, Setting};

use super::Check;

/// Shortest service account key, in bytes (spec section 2.1).
const MIN_SERVICE_ACCOUNT_KEY_LEN: usize = 32;

pub(super) const FRESH_KEY: &str = "take a fresh one: `kkp-oidc key` prints one";

impl Check<'_> {
    pub(super) fn secrets(&mut self, configuration: &Configuration) {
        let auth = &configuration.auth;
        let path = |name: &str| format!("{}.{name}", configuration.dialect.auth_path());
        let filled = |setting: &Option<Setting>| setting.clone().filter(|one| !one.is_empty());
        if let Some(key) = filled(&auth.issuer_cookie_key) {
            self.cookie_key(&key, &path("issuerCookieKey"));
        }
        if let Some(key) = filled(&auth.service_account_key).filter(|key| key.text.len() < MIN_SERVICE_ACCOUNT_KEY_LEN)
        {
            let message = format!(
                "`{}` has {} bytes, expected at least {MIN_SERVICE_ACCOUNT_KEY_LEN}",
                path("serviceAccountKey"),
                key.text.len()
            );
            self.at(Code::ServiceAccountKeyShort, key.place, message, FRESH_KEY);
        }
    }

    /// A key that signs cookies.
    pub(super) fn cookie_key(&mut self, key: &Setting, path: &str) {
        let len = key.text.len();
        let trimmed = key.text.trim();
        if trimmed.len() < len && matches!(trimmed.len(), 32 | 64) {
            let message = format!("`{path}` has {len} bytes: {} and blanks or line ends around them", trimmed.len());
            let help = "write it on the same line, without blanks; all characters count";
            self.at(Code::CookieKeyLength, key.place, message, help);
            return;
        }
        let is_text = trimmed.bytes().all(|byte| (0x20..0x7f).contains(&byte));
        let parsed = key.text.parse::<CookieKey>();
        let (code, message, help) = if !is_text {
            let message = format!("`{path}` has characters that no random text has: it looks decoded");
            (
                Code::CookieKeyDecoded,
                message,
                "use the hexadecimal text itself as the key; `kkp-oidc key` prints a fresh one",
            )
        } else {
            let Err(error) = parsed else { return };
            match error {
                ParseCookieKeyError::WrongLength { .. } => match encoded_len(&key.text) {
                    Some((encoding, decoded)) => {
                        let message = format!(
                            "`{path}` has {len} bytes: {decoded} bytes in {encoding}, which KKP does not decode; expected \
                             exactly 32 or 64"
                        );
                        (Code::CookieKeyEncoded, message, FRESH_KEY)
                    }
                    None => {
                        let message = format!("`{path}` has {len} bytes, expected exactly 32 or 64");
                        (Code::CookieKeyLength, message, FRESH_KEY)
                    }
                },
                ParseCookieKeyError::Published { shown_in, .. } => {
                    (Code::CookieKeyExample, format!("`{path}` is published ({shown_in})"), FRESH_KEY)
                }
                ParseCookieKeyError::Empty => return,
                ParseCookieKeyError::OneByte { .. } => {
                    (Code::CookieKeyWeak, format!("`{path}` is one character, again and again"), FRESH_KEY)
                }
                ParseCookieKeyError::Repeats { period, .. } => {
                    (Code::CookieKeyWeak, format!("`{path}` repeats its first {period} characters"), FRESH_KEY)
                }
                ParseCookieKeyError::Padded { .. } => {
                    (Code::CookieKeyWeak, format!("`{path}` is half filled with one character"), FRESH_KEY)
                }
            }
        };
        self.at(code, key.place, message, help);
    }
}

/// The encoding in which a text would be a key of a good length.
fn encoded_len(text: &str) -> Option<(&'static str, usize)> {
    let good = |len: usize| matches!(len, 32 | 64);
    if text.len().is_multiple_of(2) && text.bytes().all(|byte| byte.is_ascii_hexdigit()) && good(text.len() / 2) {
        return Some(("hexadecimal", text.len() / 2));
    }
    let alphabet = text.trim_end_matches('=').replace('-', "+").replace('_', "/");
    let decoded = STANDARD_NO_PAD.decode(alphabet).ok()?.len();
    good(decoded).then_some(("base64", decoded))
}
