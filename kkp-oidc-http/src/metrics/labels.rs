//! The words that labels are made of. Each set is closed: nothing that a stranger sends becomes a label.

use kkp_oidc_core::authorization::FlowKind;

/// A label: its name and its value.
pub(super) type Label = (&'static str, &'static str);

/// Outcome of whatever went as it should; all others are codes of `error.rs`.
pub(crate) const OK: &str = "ok";

/// What a flow is for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Journey {
    /// A KKP share link.
    Kubeconfig,
    /// A share link of our own.
    Share,
    /// The login of somebody who shares.
    Session,
    /// A callback whose `state` says nothing that can be believed.
    Unknown,
}

impl From<FlowKind> for Journey {
    fn from(kind: FlowKind) -> Self {
        match kind {
            FlowKind::Kubeconfig => Self::Kubeconfig,
            FlowKind::Share => Self::Share,
            FlowKind::Session => Self::Session,
            _ => Self::Unknown,
        }
    }
}

impl Journey {
    pub(super) const fn label(self) -> Label {
        let value = match self {
            Self::Kubeconfig => "kubeconfig",
            Self::Share => "share",
            Self::Session => "session",
            Self::Unknown => "unknown",
        };
        ("kind", value)
    }
}

/// What of the provider is asked.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Endpoint {
    Discovery,
    Jwks,
    Token,
    Revocation,
}

impl Endpoint {
    pub(super) const fn label(self) -> Label {
        ("endpoint", self.name())
    }

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Discovery => "discovery",
            Self::Jwks => "jwks",
            Self::Token => "token",
            Self::Revocation => "revocation",
        }
    }
}

/// How a request to the provider ended, without what its answer means.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Exchange {
    /// An answer with a status of success.
    Answered,
    /// An answer with a status of 4xx: that is how a token endpoint refuses a code.
    Refused,
    /// No usable answer.
    Failed(&'static str),
    /// Nobody waited for the answer any more.
    Abandoned,
}

impl Exchange {
    pub(super) const fn label(self) -> Label {
        ("outcome", self.outcome())
    }

    pub(crate) const fn outcome(self) -> &'static str {
        match self {
            Self::Answered => OK,
            Self::Refused => "refused",
            Self::Failed(why) => why,
            Self::Abandoned => "abandoned",
        }
    }
}

/// The class of a status.
pub(super) const fn status_class(status: u16) -> &'static str {
    match status {
        100..=199 => "1xx",
        200..=299 => "2xx",
        300..=399 => "3xx",
        400..=499 => "4xx",
        _ => "5xx",
    }
}
