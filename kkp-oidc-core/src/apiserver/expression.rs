//! The CEL expressions that are understood: the few that this project writes, and those of Kubernetes' manual.
//!
//! CEL itself is not evaluated. kube-apiserver compiles expressions with types, optional values and its own extension
//! libraries; an evaluator without these would sometimes say the opposite. What is not recognised is not judged.

use serde_json::{Map, Value};

/// Words that CEL keeps for itself; as claims they cannot stand behind a dot.
const RESERVED: [&str; 21] = [
    "as",
    "break",
    "const",
    "continue",
    "else",
    "false",
    "for",
    "function",
    "if",
    "import",
    "in",
    "let",
    "loop",
    "namespace",
    "null",
    "package",
    "return",
    "true",
    "var",
    "void",
    "while",
];

/// An expression over `claims`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum ClaimsExpression<'a> {
    /// `claims.NAME`
    Select(&'a str),
    /// `claims.NAME == true`
    IsTrue(&'a str),
    /// `claims.?NAME.orValue(true) == true`
    IsTrueOrAbsent(&'a str),
}

impl<'a> ClaimsExpression<'a> {
    /// `None` for every expression that is not understood.
    pub(super) fn recognise(text: &'a str) -> Option<Self> {
        if let Some(rest) = text.strip_prefix("claims.?") {
            return Some(Self::IsTrueOrAbsent(name(rest.strip_suffix(".orValue(true) == true")?)?));
        }
        let rest = text.strip_prefix("claims.")?;
        match rest.strip_suffix(" == true") {
            Some(rest) => name(rest).map(Self::IsTrue),
            None => name(rest).map(Self::Select),
        }
    }

    /// Which claim it looks at.
    pub(super) const fn claim(self) -> &'a str {
        match self {
            Self::Select(name) | Self::IsTrue(name) | Self::IsTrueOrAbsent(name) => name,
        }
    }
}

fn name(text: &str) -> Option<&str> {
    let is_name = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        // `__dot__` and the like stand for other characters.
        && !text.contains("__")
        && !RESERVED.contains(&text);
    is_name.then_some(text)
}

/// What is true of a claim in an expression that is a condition; `Err` is kube-apiserver's reason for failing.
pub(super) fn holds(expression: ClaimsExpression<'_>, claims: &Map<String, Value>) -> Option<Result<bool, String>> {
    match (expression, claims.get(expression.claim())) {
        (ClaimsExpression::Select(_), _) => None,
        (ClaimsExpression::IsTrueOrAbsent(_), None) => Some(Ok(true)),
        (ClaimsExpression::IsTrue(name), None) => Some(Err(format!("no such key: {name}"))),
        (ClaimsExpression::IsTrue(_) | ClaimsExpression::IsTrueOrAbsent(_), Some(value)) => {
            Some(Ok(*value == Value::Bool(true)))
        }
    }
}

/// A condition on the user that is understood.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum UserExpression {
    /// The name is not reserved.
    NameNotSystem,
    /// No group is reserved.
    GroupsNotSystem,
}

impl UserExpression {
    pub(super) fn recognise(text: &str) -> Option<Self> {
        match text {
            "!user.username.startsWith('system:')" | "!user.username.startsWith(\"system:\")" => {
                Some(Self::NameNotSystem)
            }
            "user.groups.all(group, !group.startsWith('system:'))"
            | "user.groups.all(group, !group.startsWith(\"system:\"))" => Some(Self::GroupsNotSystem),
            _ => None,
        }
    }
}
