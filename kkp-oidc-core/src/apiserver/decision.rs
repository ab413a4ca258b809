//! What a decision consists of.

use std::collections::BTreeMap;

use serde::Serialize;

use super::shown::shown;

/// What kube-apiserver makes of a token.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Decision {
    /// The answer.
    pub verdict: Verdict,
    /// Whether the signature was verified; if not, the verdict holds only if it is good.
    pub signature_checked: bool,
    /// Whom kube-apiserver sees, if it is accepted. `system:authenticated` is not among the groups; kube-apiserver adds
    /// it for everybody.
    pub user: Option<User>,
    /// Every rule in kube-apiserver's order. It stops at the first that fails; the ones behind it are judged as well.
    pub checks: Vec<Check>,
    /// What should be known about the user, though kube-apiserver does not mind.
    pub notes: Vec<String>,
}

impl Decision {
    /// The rule that kube-apiserver refuses the token for.
    #[must_use]
    pub fn refused_by(&self) -> Option<&Check> {
        self.checks.iter().find(|check| check.state == State::Failed)
    }
}

/// Whether a token is accepted.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[non_exhaustive]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Every rule was judged and holds, but for the signature where there was no key set.
    Accepted,
    /// A rule fails.
    Refused,
    /// No rule fails, and some could not be judged.
    Undecided,
}

impl Verdict {
    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Refused => "refused",
            Self::Undecided => "undecided",
        }
    }
}

/// Whom kube-apiserver sees.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct User {
    /// The name, with its prefix.
    pub name: String,
    /// The uid, may be empty.
    pub uid: String,
    /// The groups in the token's order, with their prefix.
    pub groups: Vec<String>,
    /// Further attributes.
    pub extra: BTreeMap<String, Vec<String>>,
}

impl User {
    fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        if self.name.is_empty() {
            notes.push("the name is empty: kube-apiserver accepts that, RBAC cannot name such a user".to_owned());
        }
        let names = std::iter::once(&self.name).chain(&self.groups);
        for name in names.filter(|name| name.starts_with("system:")) {
            notes.push(format!(
                "{} is one of Kubernetes' own names; a prefix or a user rule keeps tokens from it",
                shown(name)
            ));
        }
        if self.groups.iter().any(String::is_empty) {
            notes.push("a group is empty".to_owned());
        }
        notes
    }
}

/// One rule, and what became of it.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Check {
    /// Which rule.
    pub rule: Rule,
    /// Whether it holds.
    pub state: State,
    /// What was found.
    pub reason: String,
    /// What to do, empty if nothing is to be done.
    pub remedy: String,
}

/// Rules, each with the name that output has.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[expect(missing_docs, reason = "the names say it")]
#[non_exhaustive]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    Issuer,
    ClaimTypes,
    Audience,
    Expiry,
    NotBefore,
    Algorithm,
    Signature,
    DistributedClaims,
    Username,
    EmailVerified,
    Groups,
    Uid,
    Extra,
    RequiredClaim,
    ClaimRule,
    UserRule,
}

impl Rule {
    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Issuer => "issuer",
            Self::ClaimTypes => "claim_types",
            Self::Audience => "audience",
            Self::Expiry => "expiry",
            Self::NotBefore => "not_before",
            Self::Algorithm => "algorithm",
            Self::Signature => "signature",
            Self::DistributedClaims => "distributed_claims",
            Self::Username => "username",
            Self::EmailVerified => "email_verified",
            Self::Groups => "groups",
            Self::Uid => "uid",
            Self::Extra => "extra",
            Self::RequiredClaim => "required_claim",
            Self::ClaimRule => "claim_rule",
            Self::UserRule => "user_rule",
        }
    }
}

/// What became of a rule.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[non_exhaustive]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It holds.
    Ok,
    /// It does not.
    Failed,
    /// It cannot be said from here.
    NotJudged,
}

/// Checks as they are made.
#[derive(Debug, Default)]
pub(super) struct Checks(Vec<Check>);

impl Checks {
    pub(super) fn ok(&mut self, rule: Rule, reason: impl Into<String>) {
        self.push(rule, State::Ok, reason.into(), String::new());
    }

    pub(super) fn failed(&mut self, rule: Rule, reason: impl Into<String>, remedy: impl Into<String>) {
        self.push(rule, State::Failed, reason.into(), remedy.into());
    }

    pub(super) fn not_judged(&mut self, rule: Rule, reason: impl Into<String>, remedy: impl Into<String>) {
        self.push(rule, State::NotJudged, reason.into(), remedy.into());
    }

    fn push(&mut self, rule: Rule, state: State, reason: String, remedy: String) {
        self.0.push(Check { rule, state, reason, remedy });
    }

    /// The verdict over all checks.
    pub(super) fn decide(self, user: Option<User>) -> Decision {
        let is = |state, but: Option<Rule>| self.0.iter().any(|check| check.state == state && Some(check.rule) != but);
        let verdict = if is(State::Failed, None) {
            Verdict::Refused
        } else if is(State::NotJudged, Some(Rule::Signature)) {
            Verdict::Undecided
        } else {
            Verdict::Accepted
        };
        let signature = self.0.iter().find(|check| check.rule == Rule::Signature);
        let signature_checked = signature.is_some_and(|check| check.state != State::NotJudged);
        let user = user.filter(|_| verdict != Verdict::Refused);
        let notes = user.as_ref().map(User::notes).unwrap_or_default();
        Decision { verdict, signature_checked, user, checks: self.0, notes }
    }
}
