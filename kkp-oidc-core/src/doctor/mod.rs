//! What a living provider's answers mean for sharing clusters: judged here, fetched by an adapter.

mod answers;
mod capabilities;
mod keys;

use std::fmt;

use serde::Serialize;

pub use answers::{AuthorizationAnswer, TokenAnswer, judge_authorization, judge_clock, judge_token};
pub use capabilities::judge_discovery;
pub use keys::judge_keys;

/// How a probe ended.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum State {
    /// As it has to be.
    Ok,
    /// It could not be tried, because of what failed before it.
    NotTried,
    /// It works, yet somebody should look at it.
    Warning,
    /// Sharing does not work like this.
    Failed,
}

/// One thing that was asked of the living system.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[expect(clippy::exhaustive_structs, reason = "adapters make probes, too")]
pub struct Probe {
    /// Its name, which stays the same: `dns`, `tls`, `discovery`, `keys`, …
    pub name: &'static str,
    /// How it ended.
    pub state: State,
    /// What was seen, in one sentence without a full stop.
    pub message: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
}

/// Every probe, in the order of a report.
const NAMES: [&str; 11] = [
    "dns",
    "tls",
    "discovery",
    "scopes",
    "response-types",
    "pkce",
    "algorithms",
    "clock",
    "keys",
    "redirect-uri",
    "client",
];

/// A whole report: every probe once, in its order. Those that nobody made are [`State::NotTried`], because of the first that
/// failed.
#[must_use]
pub fn report(probes: Vec<Probe>) -> Vec<Probe> {
    let failed = probes.iter().find(|probe| probe.state == State::Failed).or_else(|| probes.last());
    let because = failed.map_or_else(String::new, |probe| format!("there is nothing to go by after `{}`", probe.name));
    let missing = |name: &&'static str| Probe::not_tried(name, because.clone());
    NAMES
        .iter()
        .map(|name| probes.iter().find(|probe| probe.name == *name).cloned().unwrap_or_else(|| missing(name)))
        .collect()
}

impl Probe {
    /// All is well.
    #[must_use]
    pub fn ok(name: &'static str, message: impl Into<String>) -> Self {
        Self { name, state: State::Ok, message: message.into(), help: None }
    }

    /// It could not be tried.
    #[must_use]
    pub fn not_tried(name: &'static str, because: impl Into<String>) -> Self {
        Self { name, state: State::NotTried, message: because.into(), help: None }
    }

    /// It works, yet.
    #[must_use]
    pub fn warning(name: &'static str, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { name, state: State::Warning, message: message.into(), help: Some(help.into()) }
    }

    /// It does not work.
    #[must_use]
    pub fn failed(name: &'static str, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { name, state: State::Failed, message: message.into(), help: Some(help.into()) }
    }
}

impl fmt::Display for Probe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.name, self.message)
    }
}

/// Text of a provider for people: without control characters, at most 200 characters.
fn shown(text: &str) -> String {
    text.chars().map(|one| if one.is_control() { '\u{fffd}' } else { one }).take(200).collect()
}
