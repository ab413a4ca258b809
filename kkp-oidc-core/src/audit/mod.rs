//! The audit log: one event for each decision, one line of JSON for each event.
//!
//! The schema is [`SCHEMA`], and `docs/audit.md` promises what stays. An event holds no token, no code and no secret: there is
//! no way to put one in, apart from the actor's name, which the identity provider vouches for.
//!
//! ```
//! use kkp_oidc_core::UnixTime;
//! use kkp_oidc_core::audit::{ActorNames, AuditEvent, Decision};
//!
//! let event = AuditEvent::new(Decision::SessionBegun, UnixTime::from_secs(0)).actor("anna@example.com");
//! assert_eq!(
//!     event.to_line(&ActorNames::Plain),
//!     r#"{"schema":"kkp-oidc.audit/v1","time":"1970-01-01T00:00:00Z","event":"session_begun","outcome":"ok","reason":null,"#
//!         .to_owned()
//!         + r#""flow":null,"share":null,"actor":"anna@example.com","cluster":null,"project":null,"client":null}"#
//! );
//! ```

mod pseudonym;

use std::fmt::Write as _;
use std::net::IpAddr;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;

pub use self::pseudonym::PseudonymKey;
use crate::UnixTime;
use crate::authorization::FlowId;
use crate::ids::{ClusterId, ProjectId};
use crate::invisible::is_invisible;

/// Name and version of the schema, in every line.
pub const SCHEMA: &str = "kkp-oidc.audit/v1";

/// What was decided. A reason is one of the stable codes that clients see, too.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Decision {
    /// Somebody opened a link and was sent to the provider.
    FlowBegun,
    /// Somebody logged in and got a kubeconfig.
    KubeconfigGiven,
    /// A link did not lead to a login, or a login to nothing.
    LoginRefused {
        /// Why.
        reason: &'static str,
    },
    /// A share link was made.
    ShareLinkMade,
    /// Somebody got a kubeconfig for a share link.
    ShareLinkRedeemed,
    /// Somebody did not get anything for a share link.
    ShareLinkRefused {
        /// Why.
        reason: &'static str,
    },
    /// A share link was taken back.
    ShareLinkRevoked,
    /// Somebody who shares clusters logged in.
    SessionBegun,
    /// They logged out.
    SessionEnded,
    /// Their session had come to its age when they came back.
    SessionExpired,
}

impl Decision {
    /// The event's name in the log.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::FlowBegun => "flow_begun",
            Self::KubeconfigGiven => "kubeconfig_given",
            Self::LoginRefused { .. } => "login_refused",
            Self::ShareLinkMade => "share_link_made",
            Self::ShareLinkRedeemed => "share_link_redeemed",
            Self::ShareLinkRefused { .. } => "share_link_refused",
            Self::ShareLinkRevoked => "share_link_revoked",
            Self::SessionBegun => "session_begun",
            Self::SessionEnded => "session_ended",
            Self::SessionExpired => "session_expired",
        }
    }

    const fn reason(self) -> Option<&'static str> {
        match self {
            Self::LoginRefused { reason } | Self::ShareLinkRefused { reason } => Some(reason),
            _ => None,
        }
    }
}

/// How people are called in the log.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum ActorNames {
    /// By their e-mail addresses.
    Plain,
    /// By what only the owner of the key can find out.
    Pseudonyms(PseudonymKey),
}

/// One decision, and whom and what it concerns, as far as that is known.
#[derive(Clone, Debug)]
pub struct AuditEvent<'a> {
    decision: Decision,
    at: UnixTime,
    flow: Option<FlowId>,
    share: Option<[u8; 16]>,
    actor: Option<&'a str>,
    cluster: Option<&'a ClusterId>,
    project: Option<&'a ProjectId>,
    client: Option<IpAddr>,
}

impl<'a> AuditEvent<'a> {
    /// This was decided now.
    #[must_use]
    pub const fn new(decision: Decision, now: UnixTime) -> Self {
        Self { decision, at: now, flow: None, share: None, actor: None, cluster: None, project: None, client: None }
    }

    /// In this flow.
    #[must_use]
    pub const fn flow(mut self, id: FlowId) -> Self {
        self.flow = Some(id);
        self
    }

    /// About the share link with this id, which is no secret: the link has a MAC beside it.
    #[must_use]
    pub const fn share(mut self, id: [u8; 16]) -> Self {
        self.share = Some(id);
        self
    }

    /// By the person with this e-mail address, for whom the provider vouches.
    #[must_use]
    pub const fn actor(mut self, email: &'a str) -> Self {
        self.actor = Some(email);
        self
    }

    /// About this cluster.
    #[must_use]
    pub const fn cluster(mut self, id: &'a ClusterId) -> Self {
        self.cluster = Some(id);
        self
    }

    /// About a cluster of this project.
    #[must_use]
    pub const fn project(mut self, id: &'a ProjectId) -> Self {
        self.project = Some(id);
        self
    }

    /// On a request from this address, if one is known.
    #[must_use]
    pub const fn client(mut self, address: Option<IpAddr>) -> Self {
        self.client = address;
        self
    }

    /// The event as one line of JSON without a line end. Characters that people would not see are escaped.
    #[must_use]
    pub fn to_line(&self, names: &ActorNames) -> String {
        let line = Line {
            schema: SCHEMA,
            time: self.at.to_string(),
            event: self.decision.name(),
            outcome: if self.decision.reason().is_some() { "refused" } else { "ok" },
            reason: self.decision.reason(),
            flow: self.flow.map(|id| id.to_string()),
            share: self.share.map(|id| URL_SAFE_NO_PAD.encode(id)),
            actor: self.actor.map(|email| match names {
                ActorNames::Plain => email.to_owned(),
                ActorNames::Pseudonyms(key) => key.pseudonym(email),
            }),
            cluster: self.cluster.map(ClusterId::as_str),
            project: self.project.map(ProjectId::as_str),
            client: self.client.map(|address| address.to_string()),
        };
        // INVARIANT: texts can be written as JSON.
        escape_invisible(&serde_json::to_string(&line).unwrap_or_default())
    }
}

/// The fields, in their order.
#[derive(Serialize)]
struct Line<'a> {
    schema: &'a str,
    time: String,
    event: &'a str,
    outcome: &'a str,
    reason: Option<&'a str>,
    flow: Option<String>,
    share: Option<String>,
    actor: Option<String>,
    cluster: Option<&'a str>,
    project: Option<&'a str>,
    client: Option<String>,
}

/// The same JSON with escapes for what people would not see, or would see as the end of the line. Outside of strings there is
/// nothing of that.
fn escape_invisible(json: &str) -> String {
    let mut escaped = String::with_capacity(json.len());
    for character in json.chars() {
        if is_invisible(character) {
            for unit in character.encode_utf16(&mut [0; 2]) {
                // Writing to a `String` does not fail.
                let _ = write!(escaped, "\\u{unit:04x}");
            }
        } else {
            escaped.push(character);
        }
    }
    escaped
}
