//! One link, for its owner.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use kkp_oidc_core::UnixTime;

use super::chrome::Chrome;
use super::clusters::OwnCluster;
use super::kind::Kind;
use super::language::Language;
use super::qr::Qr;

/// Whether a link still leads anywhere.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum LinkState {
    Good,
    UsedUp,
    Expired,
    Revoked,
}

impl LinkState {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::UsedUp => "used-up",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
        }
    }

    pub(super) fn key(self) -> String {
        format!("state.{}", self.as_str())
    }

    pub(super) fn is_good(self) -> bool {
        self == Self::Good
    }
}

/// How often a link was used, and how often it may be.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Uses {
    pub(crate) used: u64,
    /// None: as often as people like.
    pub(crate) limit: Option<u64>,
}

impl Uses {
    pub(super) fn text(&self, language: &Language) -> String {
        match self.limit {
            Some(limit) => language.count_with("uses.limited", limit, &[("used", &self.used.to_string())]),
            None if self.used == 0 => language.text("uses.none").to_owned(),
            None => language.count("uses.unlimited", self.used),
        }
    }
}

/// Who may redeem a link.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Audience {
    /// Whoever can log in at the provider.
    Anyone,
    /// Those addresses, domains and groups, as they are written in the share dialog.
    Only(Vec<String>),
}

/// One use of a link.
#[derive(Clone, Debug)]
pub(crate) struct Redemption {
    /// E-mail address.
    pub(crate) who: String,
    pub(crate) at: UnixTime,
}

/// What brings the owner here.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Occasion {
    /// The link was made just now.
    JustMade,
    /// The link was taken back just now.
    JustRevoked,
    /// To look at it.
    Visit,
}

/// `GET {base}/links/{id}`, with the form to `POST {base}/links/{id}/revoke`.
#[derive(Clone, Debug)]
pub(crate) struct Link {
    pub(crate) occasion: Occasion,
    pub(crate) id: String,
    /// The whole link.
    pub(crate) url: String,
    pub(crate) cluster: OwnCluster,
    pub(crate) state: LinkState,
    pub(crate) audience: Audience,
    pub(crate) made_at: UnixTime,
    pub(crate) until: UnixTime,
    pub(crate) uses: Uses,
    pub(crate) kind: Kind,
    pub(crate) role: Option<String>,
    pub(crate) note: Option<String>,
    /// Newest first.
    pub(crate) redemptions: Vec<Redemption>,
}

#[derive(Template)]
#[template(path = "link.html")]
struct LinkHtml<'a> {
    c: &'a Chrome,
    page: &'a Link,
    qr: Option<Qr>,
}

impl LinkHtml<'_> {
    fn is(&self, occasion: Occasion) -> bool {
        self.page.occasion == occasion
    }
}

impl Link {
    pub(crate) fn render(&self, chrome: &Chrome) -> Response {
        let qr = Qr::new(&self.url).filter(|_| self.state.is_good());
        chrome.respond(StatusCode::OK, &LinkHtml { c: chrome, page: self, qr })
    }
}
