//! What an owner fills in, and the share that comes of it.

use std::fmt;

use serde::Deserialize;

use super::audience::{Audience, AudienceKind, AudienceList, AudienceProblem};
use super::note::{Note, ParseNoteError};
use super::record::{Share, UseLimit};
use super::token::ShareId;
use crate::UnixTime;
use crate::authorization::UserEntry;
use crate::civil_time::TimeSpan;
use crate::ids::{ClusterId, ProjectId};
use crate::rbac::{ParseNameError, RoleName};

/// Shortest life of a link, in seconds: one hour.
pub const MIN_LIFETIME_SECS: u64 = 3600;
/// Longest life of a link, in seconds: 30 days.
pub const MAX_LIFETIME_SECS: u64 = 30 * 86_400;
/// Life of a link about which nothing is said, in seconds: 7 days.
pub const DEFAULT_LIFETIME_SECS: u64 = 7 * 86_400;
/// The most that a link can be used, if it is counted at all.
pub const MAX_USES: u32 = 10_000;

/// The fields as a form or a JSON object has them, before anything was looked at. Absent and empty are the same.
#[derive(Clone, Default, Deserialize, Eq, PartialEq)]
#[serde(default, deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "a plain request struct that callers fill by name")]
pub struct ShareForm {
    /// `anyone` or `only`. Absent: `only`, if anything but blanks stands in one of the lists; otherwise it has to be said.
    pub audience: String,
    /// Addresses, domains with an `@` in front, and groups with `group:` in front, one a line or with commas between; beside the three lists below.
    pub people: String,
    /// E-mail addresses, one a line or with commas between.
    pub emails: String,
    /// Domains of e-mail addresses, likewise.
    pub domains: String,
    /// Groups, likewise.
    pub groups: String,
    /// How long the link lives, such as `8h` or `7d`.
    pub lifetime: String,
    /// `once`, `unlimited`, or `count`: see `use_count`. Absent: `count` if there is a `use_count`, else `unlimited`.
    pub uses: String,
    /// How often, for `count`: 1 to [`MAX_USES`]. It is not looked at for `once` and `unlimited`.
    pub use_count: String,
    /// How kubectl authenticates: a name of [`UserEntry::name`].
    pub user_entry: String,
    /// Name of a ClusterRole that recipients are to have.
    pub role: String,
    /// What the owner says to them.
    pub note: String,
}

/// What was chosen, not what was written.
impl fmt::Debug for ShareForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ShareForm")
            .field("audience", &self.audience)
            .field("lifetime", &self.lifetime)
            .field("uses", &self.uses)
            .field("user_entry", &self.user_entry)
            .field("role", &self.role)
            .finish_non_exhaustive()
    }
}

/// Names a field of a [`ShareForm`].
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum FormField {
    /// `audience`
    Audience,
    /// `people`
    People,
    /// `emails`
    Emails,
    /// `domains`
    Domains,
    /// `groups`
    Groups,
    /// `lifetime`
    Lifetime,
    /// `uses`
    Uses,
    /// `use_count`
    UseCount,
    /// `user_entry`
    UserEntry,
    /// `role`
    Role,
    /// `note`
    Note,
}

impl FormField {
    /// The field's name in forms and JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Audience => "audience",
            Self::People => "people",
            Self::Emails => "emails",
            Self::Domains => "domains",
            Self::Groups => "groups",
            Self::Lifetime => "lifetime",
            Self::Uses => "uses",
            Self::UseCount => "use_count",
            Self::UserEntry => "user_entry",
            Self::Role => "role",
            Self::Note => "note",
        }
    }
}

/// What an owner wants: every part valid.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "a plain record; the parser is its usual maker")]
pub struct NewShare {
    /// For whom.
    pub audience: Audience,
    /// For how long, in seconds, [`MIN_LIFETIME_SECS`] to [`MAX_LIFETIME_SECS`].
    pub lifetime_secs: u64,
    /// How often.
    pub uses: UseLimit,
    /// How kubectl will authenticate.
    pub user_entry: UserEntry,
    /// The role that recipients are to have.
    pub role: Option<RoleName>,
    /// What the owner says to them.
    pub note: Option<Note>,
}

impl ShareForm {
    /// Judge all fields at once. `offered` are the user entries that the installation can give, the default first.
    ///
    /// # Errors
    ///
    /// - [`ShareFormError`] with everything that is wrong, at least one thing.
    pub fn parse(&self, offered: &[UserEntry]) -> Result<NewShare, ShareFormError> {
        let mut problems = Vec::new();
        let audience = keep(self.audience(), &mut problems);
        let lifetime_secs = keep(lifetime(&self.lifetime), &mut problems);
        let uses = keep(self.use_limit(), &mut problems);
        let user_entry = keep(user_entry(&self.user_entry, offered), &mut problems);
        let role = keep(optional(&self.role, FormField::Role, ShareFormProblem::Role), &mut problems);
        let note = keep(optional(&self.note, FormField::Note, ShareFormProblem::Note), &mut problems);
        match (audience, lifetime_secs, uses, user_entry, role, note) {
            (Some(audience), Some(lifetime_secs), Some(uses), Some(user_entry), Some(role), Some(note)) => {
                Ok(NewShare { audience, lifetime_secs, uses, user_entry, role, note })
            }
            _ => Err(ShareFormError { problems }),
        }
    }

    fn audience(&self) -> Result<Audience, Problems> {
        let texts = [&self.people, &self.emails, &self.domains, &self.groups];
        let named = texts.iter().any(|text| !text.trim().is_empty());
        match (self.audience.as_str(), named) {
            ("anyone", false) => Ok(Audience::Anyone),
            // Whoever forgot to say did not mean everybody.
            ("", false) => {
                let expected = "`anyone`, or somebody in `people`, `emails`, `domains` or `groups`";
                Err(vec![(FormField::Audience, ShareFormProblem::Choice { expected })])
            }
            // Whoever wrote names and chose everybody meant one of both; a link for everybody is the worse guess.
            ("anyone", true) => Err(vec![(FormField::Audience, ShareFormProblem::AnyoneAndSome)]),
            ("only" | "", _) => {
                AudienceList::parse_with_people(&self.people, &self.emails, &self.domains, &self.groups)
                    .map(Audience::Only)
                    .map_err(|problems| problems.into_iter().map(located).collect())
            }
            _ => Err(vec![(FormField::Audience, ShareFormProblem::Choice { expected: "`anyone` or `only`" })]),
        }
    }

    fn use_limit(&self) -> Result<UseLimit, Problems> {
        match (self.uses.as_str(), self.use_count.trim()) {
            ("", "") | ("unlimited", _) => Ok(UseLimit::Unlimited),
            ("once", _) => Ok(UseLimit::ONCE),
            // Whoever gave a number did not mean a link without a limit.
            ("" | "count", count) => match count.parse() {
                Ok(count @ 1..=MAX_USES) => Ok(UseLimit::Times(count)),
                _ => Err(vec![(FormField::UseCount, ShareFormProblem::UseCount)]),
            },
            _ => {
                let expected = "`once`, `count` or `unlimited`";
                Err(vec![(FormField::Uses, ShareFormProblem::Choice { expected })])
            }
        }
    }
}

/// Who makes a share, as their ID token says.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_structs, reason = "a plain request struct that callers fill by name")]
pub struct Owner<'a> {
    /// Verified e-mail address.
    pub email: &'a str,
    /// Groups.
    pub groups: &'a [String],
}

impl NewShare {
    /// The share `id` of this cluster of this project, made `now` by `owner`.
    #[must_use]
    pub fn into_share(
        self,
        id: ShareId,
        project_id: ProjectId,
        cluster_id: ClusterId,
        owner: Owner<'_>,
        now: UnixTime,
    ) -> Share {
        Share {
            id,
            project_id,
            cluster_id,
            owner: owner.email.to_owned(),
            owner_groups: owner.groups.to_vec(),
            created_at: now,
            expires_at: now.plus_secs(i64::try_from(self.lifetime_secs).unwrap_or(i64::MAX)),
            audience: self.audience,
            uses: self.uses,
            user_entry: self.user_entry,
            role: self.role,
            note: self.note,
        }
    }
}

type Problems = Vec<(FormField, ShareFormProblem)>;

fn keep<T>(result: Result<T, Problems>, problems: &mut Problems) -> Option<T> {
    result.map_err(|found| problems.extend(found)).ok()
}

fn located(problem: AudienceProblem) -> (FormField, ShareFormProblem) {
    let field = match &problem {
        AudienceProblem::Nobody => FormField::Audience,
        AudienceProblem::NotOne { kind, .. }
        | AudienceProblem::TooLong { kind, .. }
        | AudienceProblem::TooMany { kind } => match kind {
            AudienceKind::Email => FormField::Emails,
            AudienceKind::Domain => FormField::Domains,
            AudienceKind::Group => FormField::Groups,
        },
    };
    (field, ShareFormProblem::Audience(problem))
}

fn lifetime(text: &str) -> Result<u64, Problems> {
    if text.trim().is_empty() {
        return Ok(DEFAULT_LIFETIME_SECS);
    }
    let secs = text.trim().parse::<TimeSpan>().map(|span| span.as_duration().as_secs());
    secs.ok()
        .filter(|secs| (MIN_LIFETIME_SECS..=MAX_LIFETIME_SECS).contains(secs))
        .ok_or_else(|| vec![(FormField::Lifetime, ShareFormProblem::Lifetime)])
}

fn user_entry(text: &str, offered: &[UserEntry]) -> Result<UserEntry, Problems> {
    let chosen = match text {
        "" => offered.first().copied(),
        name => offered.iter().copied().find(|entry| entry.name() == name),
    };
    chosen.ok_or_else(|| vec![(FormField::UserEntry, ShareFormProblem::NotOffered)])
}

fn optional<T: std::str::FromStr>(
    text: &str,
    field: FormField,
    problem: fn(T::Err) -> ShareFormProblem,
) -> Result<Option<T>, Problems> {
    match text.trim() {
        "" => Ok(None),
        text => text.parse().map(Some).map_err(|cause| vec![(field, problem(cause))]),
    }
}

/// What is wrong with one field of a [`ShareForm`].
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ShareFormProblem {
    /// None of the words that the field may have.
    #[error("expected {expected}")]
    Choice {
        /// The words.
        expected: &'static str,
    },
    /// Everybody may use the link, and some are named.
    #[error("the link is for anyone, but addresses, domains or groups are given, expected one of both")]
    AnyoneAndSome,
    /// Those who are named cannot be.
    #[error("{}", .0)]
    Audience(AudienceProblem),
    /// Not a length of time, too short, or too long.
    #[error("expected a whole number with h or d, from `1h` to `30d`")]
    Lifetime,
    /// Not a number, or out of bounds.
    #[error("expected a whole number from 1 to {MAX_USES}")]
    UseCount,
    /// The installation cannot give such a kubeconfig.
    #[error("this installation does not offer that kind of kubeconfig")]
    NotOffered,
    /// Not the name of a role.
    #[error("{}", .0)]
    Role(ParseNameError),
    /// Not a note.
    #[error("{}", .0)]
    Note(ParseNoteError),
}

/// Everything that is wrong with a [`ShareForm`], at least one thing, in the order of the fields.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("share cannot be made, number of problems with its form: {}", problems.len())]
#[non_exhaustive]
pub struct ShareFormError {
    /// The fields and what is wrong with each.
    pub problems: Vec<(FormField, ShareFormProblem)>,
}
