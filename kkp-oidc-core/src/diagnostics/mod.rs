//! Findings: what is wrong with an installation's files, where, why, and the way out.

mod code;
mod fix;
mod json;
mod render;
mod sarif;
mod source;

use std::fmt;

pub use code::{Code, ParseCodeError};
pub use fix::{Fix, apply};
pub use json::{to_json, to_values};
pub use render::to_text;
pub use sarif::to_sarif;
pub use source::{Place, ReadSourceError, Source};

/// How bad a finding is.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum Severity {
    /// Worth knowing; nothing has to be done.
    Note,
    /// It works, yet not as somebody wants it, or not for long.
    Warning,
    /// It does not work, or it is not safe.
    Error,
}

impl Severity {
    /// Its name: `note`, `warning` or `error`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Something that somebody should know about their files.
///
/// Neither text repeats a secret.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "other checks than ours make findings, too")]
pub struct Finding {
    /// What kind it is.
    pub code: Code,
    /// Where; `None` if it is about all files together.
    pub place: Option<Place>,
    /// What is wrong, in one sentence without a full stop.
    pub message: String,
    /// What to do, likewise. Never empty.
    pub help: String,
    /// Other places that have to do with it, each with what it says.
    pub related: Vec<(Place, String)>,
    /// A change that mends it and nothing else.
    pub fix: Option<Fix>,
}

impl Finding {
    /// A finding at a place.
    #[must_use]
    pub fn new(code: Code, place: Place, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { code, place: Some(place), message: message.into(), help: help.into(), related: Vec::new(), fix: None }
    }

    /// A finding about all files together.
    #[must_use]
    pub fn overall(code: Code, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { code, place: None, message: message.into(), help: help.into(), related: Vec::new(), fix: None }
    }

    /// The same with another place that has to do with it.
    #[must_use]
    pub fn with_related(mut self, place: Place, text: impl Into<String>) -> Self {
        self.related.push((place, text.into()));
        self
    }

    /// The same with a change that mends it.
    #[must_use]
    pub fn with_fix(mut self, fix: Fix) -> Self {
        self.fix = Some(fix);
        self
    }

    /// How bad it is.
    #[must_use]
    pub fn severity(&self) -> Severity {
        self.code.severity()
    }
}

/// The worst severity among findings.
#[must_use]
pub fn worst(findings: &[Finding]) -> Option<Severity> {
    findings.iter().map(Finding::severity).max()
}
