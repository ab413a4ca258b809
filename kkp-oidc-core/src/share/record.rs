//! What a store keeps of a share.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::audience::{Audience, AudienceList};
use super::note::Note;
use super::token::ShareId;
use crate::UnixTime;
use crate::authorization::UserEntry;
use crate::ids::{ClusterId, ProjectId};
use crate::json_object::from_object;
use crate::rbac::RoleName;

/// One share: who gives what to whom, until when and how often. It does not change; what happens to it is counted by the
/// store.
#[derive(Clone, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "a plain record that stores fill by name")]
pub struct Share {
    /// Names it.
    pub id: ShareId,
    /// The project of the cluster.
    pub project_id: ProjectId,
    /// The cluster.
    pub cluster_id: ClusterId,
    /// E-mail address of whoever made it, as in their ID token.
    pub owner: String,
    /// Their groups then: with the address, what the directory decides by whether they may still share the cluster.
    pub owner_groups: Vec<String>,
    /// When it was made.
    pub created_at: UnixTime,
    /// The first second in which it is of no use any more.
    pub expires_at: UnixTime,
    /// Who may use it.
    pub audience: Audience,
    /// How often it may be used.
    pub uses: UseLimit,
    /// How kubectl will authenticate.
    pub user_entry: UserEntry,
    /// The ClusterRole that recipients are to have; the owner binds it.
    pub role: Option<RoleName>,
    /// What the owner says to them.
    pub note: Option<Note>,
}

/// Without the owner's address and words.
impl fmt::Debug for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Share")
            .field("id", &self.id)
            .field("project_id", &self.project_id)
            .field("cluster_id", &self.cluster_id)
            .field("created_at", &self.created_at)
            .field("expires_at", &self.expires_at)
            .field("audience", &self.audience)
            .field("uses", &self.uses)
            .field("user_entry", &self.user_entry)
            .field("role", &self.role)
            .finish_non_exhaustive()
    }
}

/// How often a link may be used.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "a count is there or not")]
pub enum UseLimit {
    /// Any number of times.
    Unlimited,
    /// So many times, at least once.
    Times(u32),
}

impl UseLimit {
    /// Once.
    pub const ONCE: Self = Self::Times(1);

    /// So many times; `None` if any number.
    #[must_use]
    pub const fn times(self) -> Option<u32> {
        match self {
            Self::Unlimited => None,
            Self::Times(times) => Some(times),
        }
    }

    /// Whether it may be used once more after `uses`.
    #[must_use]
    pub const fn allows_after(self, uses: u32) -> bool {
        match self {
            Self::Unlimited => true,
            Self::Times(limit) => uses < limit,
        }
    }
}

/// A share, and what happened to it.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "a plain record that stores fill by name")]
pub struct StoredShare {
    /// The share.
    pub share: Share,
    /// How often it was used.
    pub uses: u32,
    /// When its owner took it back.
    pub revoked_at: Option<UnixTime>,
}

/// One use of a share.
#[derive(Clone, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "a plain record that stores fill by name")]
pub struct Redemption {
    /// E-mail address of whoever used it.
    pub email: String,
    /// When.
    pub at: UnixTime,
}

/// When, not who.
impl fmt::Debug for Redemption {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Redemption").field("at", &self.at).finish_non_exhaustive()
    }
}

/// Whether a share can be used. The first that applies, in this order.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "stores and pages have to know all of them")]
pub enum ShareState {
    /// Its owner took it back.
    Revoked,
    /// Its time is over.
    Expired,
    /// It was used as often as it may be.
    UsedUp,
    /// It can be used.
    Good,
}

impl ShareState {
    /// `good`, `used-up`, `expired` or `revoked`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Revoked => "revoked",
            Self::Expired => "expired",
            Self::UsedUp => "used-up",
            Self::Good => "good",
        }
    }
}

impl StoredShare {
    /// Whether it can be used `now`.
    #[must_use]
    pub fn state(&self, now: UnixTime) -> ShareState {
        if self.revoked_at.is_some() {
            ShareState::Revoked
        } else if now >= self.share.expires_at {
            ShareState::Expired
        } else if !self.share.uses.allows_after(self.uses) {
            ShareState::UsedUp
        } else {
            ShareState::Good
        }
    }
}

/// The shape of a stored document; another shape is another `version`. What is not known is refused: it may restrict who can
/// use the link, and without the restriction the link is worth more than its owner wanted.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Document {
    version: u8,
    id: String,
    project: String,
    cluster: String,
    owner: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    owner_groups: Vec<String>,
    created_at: i64,
    expires_at: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    only: Option<Only>,
    #[serde(skip_serializing_if = "Option::is_none")]
    uses: Option<u32>,
    user_entry: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Only {
    #[serde(default)]
    emails: Vec<String>,
    #[serde(default)]
    domains: Vec<String>,
    #[serde(default)]
    groups: Vec<String>,
}

/// The version that is written; the only one that is read.
const VERSION: u8 = 1;

impl Share {
    /// The share as JSON, for a store that keeps documents.
    #[must_use]
    pub fn to_json(&self) -> String {
        let only = match &self.audience {
            Audience::Anyone => None,
            Audience::Only(list) => Some(Only {
                emails: list.emails().map(str::to_owned).collect(),
                domains: list.domains().map(str::to_owned).collect(),
                groups: list.groups().map(str::to_owned).collect(),
            }),
        };
        let document = Document {
            version: VERSION,
            id: self.id.to_string(),
            project: self.project_id.to_string(),
            cluster: self.cluster_id.to_string(),
            owner: self.owner.clone(),
            owner_groups: self.owner_groups.clone(),
            created_at: self.created_at.as_secs(),
            expires_at: self.expires_at.as_secs(),
            only,
            uses: self.uses.times(),
            user_entry: self.user_entry.name().to_owned(),
            role: self.role.as_ref().map(ToString::to_string),
            note: self.note.as_ref().map(ToString::to_string),
        };
        // INVARIANT: texts and numbers can be written as JSON.
        serde_json::to_string(&document).unwrap_or_default()
    }

    /// Read what [`Share::to_json`] wrote.
    ///
    /// # Errors
    ///
    /// - [`ParseShareError`] for anything else. Whoever gets it refuses the link.
    pub fn from_json(text: &str) -> Result<Self, ParseShareError> {
        let document: Document = from_object(text.as_bytes()).ok_or(ParseShareError)?;
        Self::of(document).ok_or(ParseShareError)
    }

    fn of(document: Document) -> Option<Self> {
        let audience = match document.only {
            None => Audience::Anyone,
            // A group may have a comma in its name, whoever named it, so this does not go through the form's parser.
            Some(only) => Audience::Only(AudienceList::stored(only.emails, only.domains, only.groups)?),
        };
        let uses = match document.uses {
            None => UseLimit::Unlimited,
            Some(0) => return None,
            Some(times) => UseLimit::Times(times),
        };
        (document.version == VERSION).then_some(())?;
        Some(Self {
            id: document.id.parse().ok()?,
            project_id: document.project.parse().ok()?,
            cluster_id: document.cluster.parse().ok()?,
            owner: document.owner,
            owner_groups: document.owner_groups,
            created_at: UnixTime::from_secs(document.created_at),
            expires_at: UnixTime::from_secs(document.expires_at),
            audience,
            uses,
            user_entry: UserEntry::from_name(&document.user_entry)?,
            role: document.role.map(|role| role.parse()).transpose().ok()?,
            note: document.note.map(|note| note.parse()).transpose().ok()?,
        })
    }
}

/// A stored share that cannot be read.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("stored share cannot be read, expected a document of version 1")]
#[non_exhaustive]
pub struct ParseShareError;
