//! Who may use a link.

use std::collections::BTreeSet;
use std::fmt;

use crate::email::folded;
use crate::id_token::Identity;
use crate::invisible::{is_invisible, printable};

/// Most entries of one kind (addresses, domains, groups) of an [`AudienceList`].
pub const MAX_AUDIENCE_ENTRIES: usize = 100;

/// Longest entry, in bytes: as long as an e-mail address can be.
pub const MAX_AUDIENCE_ENTRY_LEN: usize = Identity::MAX_EMAIL_LEN;

/// Who may use a link, once they have logged in.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "a link is for everybody or for somebody")]
pub enum Audience {
    /// Anyone who can log in at the provider.
    Anyone,
    /// Whom the list names.
    Only(AudienceList),
}

/// E-mail addresses, domains of e-mail addresses, and groups; at least one of all, at most [`MAX_AUDIENCE_ENTRIES`] of each.
///
/// Addresses and domains are kept in lower case, groups as given.
#[derive(Clone, Default, Eq, PartialEq)]
pub struct AudienceList {
    emails: BTreeSet<String>,
    domains: BTreeSet<String>,
    groups: BTreeSet<String>,
}

impl Audience {
    /// Whether somebody with this verified e-mail address and these groups may use the link.
    ///
    /// Addresses and domains are compared without regard to case, as KKP does; groups byte for byte, as kube-apiserver
    /// does. A domain is all that stands behind the last `@`: `example.com` does not admit `a@sub.example.com`.
    #[must_use]
    pub fn admits<S: AsRef<str>>(&self, email: &str, groups: &[S]) -> bool {
        let list = match self {
            Self::Anyone => return true,
            Self::Only(list) => list,
        };
        let email = folded(email);
        list.emails.contains(&email)
            || email.rsplit_once('@').is_some_and(|(_, domain)| list.domains.contains(domain))
            || groups.iter().any(|group| list.groups.contains(group.as_ref()))
    }
}

impl AudienceList {
    /// Read three texts with one entry a line, or several with commas or semicolons between them; blanks around entries,
    /// empty ones and repetitions go. A domain may have an `@` in front. So a group with a comma or a semicolon in its name
    /// cannot be named here.
    ///
    /// # Errors
    ///
    /// Everything that is wrong, in the order of the texts; of a text with too many entries what is wrong with the first of
    /// them.
    pub fn parse(emails: &str, domains: &str, groups: &str) -> Result<Self, Vec<AudienceProblem>> {
        Self::parse_with_people("", emails, domains, groups)
    }

    /// The same with a fourth text, in which what begins with an `@` is a domain, what begins with `group:` a group, and all
    /// else an address.
    ///
    /// # Errors
    ///
    /// As for [`AudienceList::parse`].
    pub fn parse_with_people(
        people: &str,
        emails: &str,
        domains: &str,
        groups: &str,
    ) -> Result<Self, Vec<AudienceProblem>> {
        let mut problems = Vec::new();
        let mut of_people = [String::new(), String::new(), String::new()];
        for entry in entries(people) {
            let [their_emails, their_domains, their_groups] = &mut of_people;
            let (text, entry) = match (entry.strip_prefix("group:"), entry.starts_with('@')) {
                (Some(group), _) => (their_groups, group),
                (None, true) => (their_domains, entry),
                (None, false) => (their_emails, entry),
            };
            text.push_str(entry);
            text.push('\n');
        }
        let [their_emails, their_domains, their_groups] = of_people.map(|text| text + "\n");
        let (emails, domains, groups) = (their_emails + emails, their_domains + domains, their_groups + groups);
        let list = Self {
            emails: collect(&emails, AudienceKind::Email, &mut problems),
            domains: collect(&domains, AudienceKind::Domain, &mut problems),
            groups: collect(&groups, AudienceKind::Group, &mut problems),
        };
        if problems.is_empty() && list.is_empty() {
            problems.push(AudienceProblem::Nobody);
        }
        if problems.is_empty() { Ok(list) } else { Err(problems) }
    }

    /// A list that was one when it was stored; `None` if it names nobody, too many, or anything that no list has.
    pub(super) fn stored(emails: Vec<String>, domains: Vec<String>, groups: Vec<String>) -> Option<Self> {
        let all = |kind: AudienceKind, texts: Vec<String>| {
            let is_kept = |text: &String| kind.kept(text).is_ok_and(|kept| kept == *text);
            (texts.len() <= MAX_AUDIENCE_ENTRIES && texts.iter().all(is_kept)).then(|| texts.into_iter().collect())
        };
        let list = Self {
            emails: all(AudienceKind::Email, emails)?,
            domains: all(AudienceKind::Domain, domains)?,
            groups: all(AudienceKind::Group, groups)?,
        };
        (!list.is_empty()).then_some(list)
    }

    /// The addresses, in lower case and in order.
    pub fn emails(&self) -> impl Iterator<Item = &str> {
        self.emails.iter().map(String::as_str)
    }

    /// The domains, in lower case and in order.
    pub fn domains(&self) -> impl Iterator<Item = &str> {
        self.domains.iter().map(String::as_str)
    }

    /// The groups, in order.
    pub fn groups(&self) -> impl Iterator<Item = &str> {
        self.groups.iter().map(String::as_str)
    }

    fn is_empty(&self) -> bool {
        self.emails.is_empty() && self.domains.is_empty() && self.groups.is_empty()
    }
}

/// How many, not whom: the list is nobody's business but its owner's.
impl fmt::Debug for AudienceList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (emails, domains, groups) = (self.emails.len(), self.domains.len(), self.groups.len());
        write!(f, "AudienceList({emails} addresses, {domains} domains, {groups} groups)")
    }
}

/// What the entries of one part of an [`AudienceList`] are.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "forms have a field for each of them")]
pub enum AudienceKind {
    /// E-mail addresses.
    Email,
    /// Domains of e-mail addresses.
    Domain,
    /// Groups.
    Group,
}

/// `e-mail addresses`, `domains` or `groups`
impl fmt::Display for AudienceKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Email => "e-mail addresses",
            Self::Domain => "domains",
            Self::Group => "groups",
        })
    }
}

impl AudienceKind {
    /// The entry as it is kept.
    fn kept(self, text: &str) -> Result<String, AudienceProblem> {
        let text = match self {
            Self::Domain => text.strip_prefix('@').unwrap_or(text),
            Self::Email | Self::Group => text,
        };
        // Judged as it is kept: in lower case some letters are longer, and some are letter and accent.
        let kept = match self {
            Self::Email | Self::Domain => folded(text),
            Self::Group => text.to_owned(),
        };
        if kept.len() > MAX_AUDIENCE_ENTRY_LEN {
            return Err(AudienceProblem::TooLong { kind: self, len: kept.len() });
        }
        let is_one = match self {
            Self::Email => kept.split_once('@').is_some_and(|(local, domain)| is_local(local) && is_domain(domain)),
            Self::Domain => is_domain(&kept),
            Self::Group => !kept.is_empty() && !kept.chars().any(is_invisible),
        };
        match is_one {
            true => Ok(kept),
            false => Err(AudienceProblem::NotOne { kind: self, entry: text.chars().map(printable).collect() }),
        }
    }
}

/// Anything visible, without blanks and quotation marks. `is_domain` sees to it that there is no second `@`.
fn is_local(text: &str) -> bool {
    !text.is_empty() && !text.chars().any(|c| c.is_whitespace() || is_invisible(c) || matches!(c, '<' | '>' | '"'))
}

/// Letters, digits (of any script), `-` and `.`, no empty label, and a dot or a single name such as `localhost`.
fn is_domain(text: &str) -> bool {
    text.split('.').all(|label| {
        !label.is_empty()
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|c| c.is_alphanumeric() || c == '-')
    })
}

fn entries(text: &str) -> impl Iterator<Item = &str> {
    text.split(['\n', '\r', ',', ';']).map(str::trim).filter(|entry| !entry.is_empty())
}

fn collect(text: &str, kind: AudienceKind, problems: &mut Vec<AudienceProblem>) -> BTreeSet<String> {
    let (mut found, mut refused) = (BTreeSet::new(), 0_usize);
    for part in entries(text) {
        let kept = kind.kept(part);
        let is_known = kept.as_ref().is_ok_and(|kept| found.contains(kept));
        if !is_known && found.len().saturating_add(refused) >= MAX_AUDIENCE_ENTRIES {
            problems.push(AudienceProblem::TooMany { kind });
            break;
        }
        match kept {
            Ok(kept) => _ = found.insert(kept),
            Err(problem) => {
                refused = refused.saturating_add(1);
                problems.push(problem);
            }
        }
    }
    found
}

/// What is wrong with the texts of an [`AudienceList`].
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum AudienceProblem {
    /// Nothing in any of them.
    #[error("nobody is named, expected an e-mail address, a domain or a group")]
    Nobody,
    /// An entry is not what it should be.
    #[error("{entry:?} does not belong among the {kind}")]
    NotOne {
        /// Among which.
        kind: AudienceKind,
        /// The entry, at most as many characters as [`MAX_AUDIENCE_ENTRY_LEN`] has bytes, with U+FFFD for each that nobody sees.
        entry: String,
    },
    /// An entry is too long to be repeated.
    #[error("one of the {kind} has {len} bytes, expected at most {MAX_AUDIENCE_ENTRY_LEN}")]
    TooLong {
        /// Among which.
        kind: AudienceKind,
        /// In bytes, in lower case.
        len: usize,
    },
    /// Too many of them.
    #[error("more than {MAX_AUDIENCE_ENTRIES} {kind}; name a domain or a group instead")]
    TooMany {
        /// Among which.
        kind: AudienceKind,
    },
}
