//! What the share dialog asks for, and what can be wrong with the answers.

use serde::Deserialize;

use super::kind::Kind;
use super::language::Language;

/// For how long a link may be good: as the form writes it, in seconds.
pub(crate) const LIFETIMES: [(&str, i64); 7] = [
    ("1h", 3600),
    ("8h", 8 * 3600),
    ("1d", 86_400),
    ("3d", 3 * 86_400),
    ("7d", 7 * 86_400),
    ("14d", 14 * 86_400),
    ("30d", 30 * 86_400),
];

/// The fields as the browser sends them, so that what somebody typed is kept when it is refused.
#[derive(Clone, Debug, Deserialize)]
#[serde(default)]
pub(crate) struct ShareForm {
    /// `anyone` or `only`.
    pub(crate) who: String,
    /// Addresses, domains and groups, one a line or separated by commas; for `only`.
    pub(crate) people: String,
    /// One of [`LIFETIMES`].
    pub(crate) until: String,
    /// `once`, `some` or `unlimited`.
    pub(crate) uses: String,
    /// How often; for `some`.
    pub(crate) uses_count: String,
    /// [`Kind::as_str`].
    pub(crate) kind: String,
    /// Name of a ClusterRole, or nothing.
    pub(crate) role: String,
    /// Or nothing.
    pub(crate) note: String,
}

/// The dialog when it is opened. `kind` is empty, which chooses the first that is offered.
impl Default for ShareForm {
    fn default() -> Self {
        let own = str::to_owned;
        Self {
            who: own("only"),
            people: String::new(),
            until: own("7d"),
            uses: own("unlimited"),
            uses_count: own("5"),
            kind: String::new(),
            role: String::new(),
            note: String::new(),
        }
    }
}

impl ShareForm {
    /// The kind that is chosen among those offered.
    pub(super) fn chosen_kind(&self, offered: &[Kind]) -> Option<Kind> {
        offered.iter().find(|kind| kind.as_str() == self.kind).or_else(|| offered.first()).copied()
    }
}

/// A field of the dialog.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Field {
    Who,
    People,
    Until,
    Uses,
    UsesCount,
    Kind,
    Role,
    Note,
}

impl Field {
    /// Id of the element that has the focus when a problem is followed.
    pub(super) const fn id(self) -> &'static str {
        match self {
            Self::Who => "who-only",
            Self::People => "people",
            Self::Until => "until",
            Self::Uses => "uses-unlimited",
            Self::UsesCount => "uses-count",
            Self::Kind => "kind-1",
            Self::Role => "role",
            Self::Note => "note",
        }
    }
}

/// What is wrong with an answer.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Problem {
    WhoUnknown,
    PeopleMissing,
    /// An entry that is no address, no domain and no group.
    PersonMalformed {
        entry: String,
    },
    TooManyPeople {
        limit: u64,
    },
    UntilUnknown,
    UsesUnknown,
    UsesCountOutOfRange {
        limit: u64,
    },
    KindNotOffered,
    RoleMalformed,
    NoteTooLong {
        limit: u64,
    },
    /// It has characters that nobody sees, or that are no text.
    NoteMalformed,
}

impl Problem {
    pub(crate) const fn field(&self) -> Field {
        match self {
            Self::WhoUnknown => Field::Who,
            Self::PeopleMissing | Self::PersonMalformed { .. } | Self::TooManyPeople { .. } => Field::People,
            Self::UntilUnknown => Field::Until,
            Self::UsesUnknown => Field::Uses,
            Self::UsesCountOutOfRange { .. } => Field::UsesCount,
            Self::KindNotOffered => Field::Kind,
            Self::RoleMalformed => Field::Role,
            Self::NoteTooLong { .. } | Self::NoteMalformed => Field::Note,
        }
    }

    pub(super) fn text(&self, language: Language) -> String {
        let limit = |key: &str, limit: u64| language.fill(key, &[("limit", &limit.to_string())]);
        match self {
            Self::WhoUnknown => language.text("problem.who_unknown").to_owned(),
            Self::PeopleMissing => language.text("problem.people_missing").to_owned(),
            Self::PersonMalformed { entry } => language.fill("problem.person_malformed", &[("entry", entry)]),
            &Self::TooManyPeople { limit: most } => limit("problem.too_many_people", most),
            Self::UntilUnknown => language.text("problem.until_unknown").to_owned(),
            Self::UsesUnknown => language.text("problem.uses_unknown").to_owned(),
            &Self::UsesCountOutOfRange { limit: most } => limit("problem.uses_count_out_of_range", most),
            Self::KindNotOffered => language.text("problem.kind_not_offered").to_owned(),
            Self::RoleMalformed => language.text("problem.role_malformed").to_owned(),
            &Self::NoteTooLong { limit: most } => limit("problem.note_too_long", most),
            Self::NoteMalformed => language.text("problem.note_malformed").to_owned(),
        }
    }
}
