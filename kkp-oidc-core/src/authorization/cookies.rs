//! One cookie per flow: its name, its attributes, and how many of them a browser keeps.

use std::fmt;

use super::FLOW_MAX_AGE_SECS;
use super::flow::Flow;
use super::flow_id::FlowId;
use super::state::AuthenticState;
use crate::UnixTime;
use crate::cookie_key::{CookieKey, KeyRing};
use crate::issuer::CookieSecurity;
use crate::secure_cookie::{CookieLimits, DecodeCookieError, OpenedCookie, SealedCookie};

/// Seals flows into cookies and opens them again.
///
/// Name `kkp-flow-<flow id>`, behind `__Host-` where cookies are [secure](CookieSecurity::Secure) ([RFC 6265bis
/// section 4.1.3.2]). Value in gorilla/securecookie's format: HMAC-SHA256 under the current cookie key itself,
/// AES-256-CTR under a key derived from it. Name and value together have at most [`FlowCookies::MAX_LEN`] bytes. What was
/// sealed under a previous key still opens.
///
/// [RFC 6265bis section 4.1.3.2]: https://www.ietf.org/archive/id/draft-ietf-httpbis-rfc6265bis-20.html#section-4.1.3.2
#[derive(Clone)]
pub struct FlowCookies {
    current: SealedCookie,
    previous: Vec<SealedCookie>,
    security: CookieSecurity,
}

impl FlowCookies {
    /// Label of the derived block key, RFC 5869 `info`.
    const LABEL: &str = "kkp-oidc flow cookie encryption v1";

    /// How many flows one browser can have under way. Beginning one more ends the oldest.
    pub const MAX_IN_BROWSER: usize = 4;

    /// The most that one cookie's name and value take, in bytes.
    pub const MAX_LEN: usize = 600;

    /// Cookies sealed under the current one of `keys`, and opened under any.
    #[must_use]
    pub fn new(keys: &KeyRing, security: CookieSecurity) -> Self {
        let previous = keys.previous().iter().map(Self::codec).collect();
        Self { current: Self::codec(keys.current()), previous, security }
    }

    fn codec(key: &CookieKey) -> SealedCookie {
        // INVARIANT: a `CookieKey` is not empty and a derived key has 32 bytes, which AES-256 takes.
        #[expect(clippy::expect_used, reason = "both keys have a fixed, accepted length")]
        SealedCookie::new(key.expose_secret(), key.derive(Self::LABEL).expose_secret())
            .expect("both keys have an accepted length")
            .with_limits(CookieLimits::default().with_max_age_secs(FLOW_MAX_AGE_SECS))
    }

    /// Open a cookie under whichever key signed it. Every key is tried, so that the time does not tell which one it was.
    fn decode(&self, value: &str, name: &str, now: UnixTime) -> Result<OpenedCookie, DecodeCookieError> {
        let opened = |codec: &SealedCookie| codec.decode(value.as_bytes(), name, now);
        self.previous.iter().map(opened).fold(opened(&self.current), |found, other| match found {
            Err(DecodeCookieError::NotSigned) => other,
            found => found,
        })
    }

    /// The cookie that carries `flow` from `now` on. `iv` is random and used once.
    #[must_use]
    pub fn seal(&self, flow: &Flow, id: FlowId, iv: [u8; 16], now: UnixTime) -> SetCookie {
        let name = self.name(id);
        let bytes = flow.to_bytes();
        // INVARIANT: the longest flow makes 552 characters, below the codec's limit of 4096.
        #[expect(clippy::expect_used, reason = "the longest flow is far below the codec's limit")]
        let value = self.current.encode(bytes.expose_secret(), &name, iv, now).expect("a flow fits into a cookie");
        self.set_cookie(&name, &value, FLOW_MAX_AGE_SECS)
    }

    /// Open the cookie of the flow that `state` names.
    ///
    /// # Errors
    ///
    /// - [`FlowCookieError::Missing`] if the browser did not send it.
    /// - [`FlowCookieError::Refused`] if it was sealed under an unknown key, for another flow, or too long ago.
    /// - [`FlowCookieError::Content`] if it holds something else than a flow of the kind that `state` names.
    pub fn open(
        &self,
        state: &AuthenticState,
        cookies: &RequestCookies<'_>,
        now: UnixTime,
    ) -> Result<Flow, FlowCookieError> {
        let name = self.name(state.id());
        let value = cookies.first(&name).ok_or(FlowCookieError::Missing)?;
        let opened = self.decode(value, &name, now).map_err(FlowCookieError::Refused)?;
        Flow::from_bytes(opened.value().expose_secret())
            .filter(|flow| flow.purpose.kind() == state.kind())
            .ok_or(FlowCookieError::Content)
    }

    /// Take the cookie of a flow out of the browser.
    #[must_use]
    pub fn clear(&self, id: FlowId) -> SetCookie {
        self.set_cookie(&self.name(id), "", 0)
    }

    /// Make room for one more flow: the cookies to take out of the browser so that at most
    /// [`FlowCookies::MAX_IN_BROWSER`] of ours stand there afterwards. Expired ones go first, then the oldest.
    ///
    /// What was sealed under a key that is not in the ring is left: another service on this host may need it, since cookies ignore ports.
    #[must_use]
    pub fn make_room(&self, cookies: &RequestCookies<'_>, now: UnixTime) -> Vec<SetCookie> {
        let (mut live, mut dead) = (Vec::new(), Vec::new());
        for (name, value) in cookies.iter().filter(|(name, _)| self.is_flow_name(name)) {
            match self.decode(value, name, now) {
                Ok(opened) => live.push((opened.issued_at(), name)),
                Err(DecodeCookieError::Expired { .. }) => dead.push(name),
                Err(_) => {}
            }
        }
        live.sort_unstable();
        let surplus = live.len().saturating_sub(Self::MAX_IN_BROWSER.saturating_sub(1));
        let oldest = live.iter().take(surplus).map(|&(_, name)| name);
        dead.into_iter().chain(oldest).map(|name| self.set_cookie(name, "", 0)).collect()
    }

    fn prefix(&self) -> &'static str {
        match self.security {
            CookieSecurity::Secure => "__Host-kkp-flow-",
            CookieSecurity::Plain => "kkp-flow-",
        }
    }

    fn name(&self, id: FlowId) -> String {
        format!("{}{id}", self.prefix())
    }

    /// Whether the name could be one of ours; what stands behind the prefix goes back into a header.
    fn is_flow_name(&self, name: &str) -> bool {
        name.strip_prefix(self.prefix()).is_some_and(|id| {
            id.len() == 22 && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
        })
    }

    fn set_cookie(&self, name: &str, value: &str, max_age_secs: i64) -> SetCookie {
        SetCookie::new(self.security, name, value, max_age_secs)
    }
}

impl fmt::Debug for FlowCookies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FlowCookies").field("security", &self.security).finish_non_exhaustive()
    }
}

/// Value of a `Set-Cookie` header ([RFC 6265 section 4.1]); visible ASCII and blanks.
///
/// [RFC 6265 section 4.1]: https://www.rfc-editor.org/rfc/rfc6265#section-4.1
#[derive(Clone)]
pub struct SetCookie(String);

impl SetCookie {
    /// A cookie for the whole host that no script reads and that other sites' requests do not bring, but for their links.
    pub(crate) fn new(security: CookieSecurity, name: &str, value: &str, max_age_secs: i64) -> Self {
        let secure = match security {
            CookieSecurity::Secure => "; Secure",
            CookieSecurity::Plain => "",
        };
        Self(format!("{name}={value}; Path=/; Max-Age={max_age_secs}; HttpOnly{secure}; SameSite=Lax"))
    }

    /// The header's value.
    #[must_use]
    pub fn as_header_value(&self) -> &str {
        &self.0
    }
}

/// The cookie's name only.
impl fmt::Debug for SetCookie {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.0.split('=').next().unwrap_or_default();
        write!(f, "SetCookie({name}=..)")
    }
}

/// The cookies of a request, in the order in which the browser sent them.
#[derive(Clone, Default)]
pub struct RequestCookies<'a>(Vec<(&'a str, &'a str)>);

impl<'a> RequestCookies<'a> {
    /// Read `Cookie` headers ([RFC 6265 section 5.4]); pairs without `=` are dropped.
    ///
    /// [RFC 6265 section 5.4]: https://www.rfc-editor.org/rfc/rfc6265#section-5.4
    #[must_use]
    pub fn parse(headers: impl IntoIterator<Item = &'a str>) -> Self {
        let pairs = headers.into_iter().flat_map(|header| header.split(';'));
        Self(pairs.filter_map(|pair| pair.trim_matches([' ', '\t']).split_once('=')).collect())
    }

    /// The first cookie of this name.
    #[must_use]
    pub fn first(&self, name: &str) -> Option<&'a str> {
        self.iter().find(|&(key, _)| key == name).map(|(_, value)| value)
    }

    fn iter(&self) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.0.iter().copied()
    }
}

/// Names only.
impl fmt::Debug for RequestCookies<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter().map(|(name, _)| name)).finish()
    }
}

/// Why a flow's cookie cannot be used.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum FlowCookieError {
    /// The browser did not send it: another browser began this login, or it does not keep cookies.
    #[error("the login's cookie is missing")]
    Missing,
    /// It does not open under a key of ours and this name, or is too old.
    #[error("the login's cookie does not belong to this login")]
    Refused(#[source] DecodeCookieError),
    /// It opens, but holds no flow, or one of another kind.
    #[error("the login's cookie holds no login")]
    Content,
}
