//! `kkp-oidc ca explain`

use std::fmt::Write as _;
use std::process::ExitCode;

use kkp_oidc_core::ca_bundle::{Assembled, Fault, Place};
use kkp_oidc_core::ca_check::{Entry, Explanation, explain};
use serde::Serialize;

use super::read;
use crate::args::Output;
use crate::args::ca_explain::ExplainArgs;
use crate::error::CliError;
use crate::io;

/// Levels that are indented; what is deeper stands below the last one.
const MAX_INDENT: usize = 16;

/// Print what is in a bundle.
pub(crate) fn run(args: &ExplainArgs, output: Output) -> Result<ExitCode, CliError> {
    let bundle = read::read(&args.bundle)?;
    let explanation = explain(&read::certificates(&bundle), args.at.unwrap_or_else(io::now));
    match output {
        Output::Human => io::print_line(human(&explanation, &bundle).trim_end())?,
        Output::Json => io::print_line(&json(&explanation, &bundle))?,
    }
    Ok(ExitCode::SUCCESS)
}

fn human(explanation: &Explanation, bundle: &Assembled) -> String {
    let places: Vec<Place> = bundle.certificates().map(|certificate| certificate.place()).collect();
    let branch = if io::shows_unicode() { "└ " } else { "- " };
    let mut text = String::new();
    for entry in &explanation.entries {
        let level = entry.depth.min(MAX_INDENT);
        let (indent, branch) = ("  ".repeat(level.saturating_sub(1)), if level == 0 { "" } else { branch });
        // Writing to a `String` does not fail.
        let _ = writeln!(text, "{indent}{branch}{}: {}", entry.role.name(), entry.certificate.subject);
        let indent = "  ".repeat(level.saturating_add(1));
        for line in facts(entry, &places) {
            let _ = writeln!(text, "{indent}{line}");
        }
    }
    for place in &explanation.unreadable {
        let place = place.checked_sub(1).and_then(|index| places.get(index));
        let place = place.map(ToString::to_string).unwrap_or_default();
        let _ = writeln!(text, "does nothing: {place}: it cannot be read");
    }
    for finding in bundle.findings() {
        let place = &finding.place;
        let _ = match &finding.fault {
            Fault::PrivateKey => writeln!(text, "error: {place}: a private key; take it out, and replace it"),
            fault @ Fault::Duplicate { .. } => writeln!(text, "does nothing: {place}: {fault}"),
            fault => writeln!(text, "{}: {place}: {fault}", fault.severity().as_str()),
        };
    }
    text
}

fn facts(entry: &Entry, places: &[Place]) -> Vec<String> {
    let place = entry.places.first().and_then(|place| places.get(place.checked_sub(1)?));
    let mut lines = vec![
        format!("ends {}", entry.not_after),
        format!("SHA-256 {}", entry.certificate.sha256),
        format!("at {}", place.map(ToString::to_string).unwrap_or_default()),
    ];
    if let Some(issuer) = &entry.missing_issuer {
        let key = issuer.key_id.as_ref().map_or(String::new(), |id| format!(" with the key identifier {id}"));
        lines.push(format!("missing: its issuer {}{key}", issuer.subject));
    }
    if !entry.idle.is_empty() {
        let idle: Vec<_> = entry.idle.iter().map(|idle| idle.name()).collect();
        lines.push(format!("does nothing: {}", idle.join(", ")));
    }
    lines
}

/// What `--output json` prints.
#[derive(Serialize)]
struct Report<'a> {
    #[serde(flatten)]
    explanation: &'a Explanation,
    /// Where each certificate stands, in the order of its place.
    places: Vec<String>,
    /// What else is there.
    findings: Vec<Line>,
}

#[derive(Serialize)]
struct Line {
    place: String,
    code: &'static str,
    text: String,
}

fn json(explanation: &Explanation, bundle: &Assembled) -> String {
    let line =
        |place: &Place, fault: &Fault| Line { place: place.to_string(), code: fault.code(), text: fault.to_string() };
    let report = Report {
        explanation,
        places: bundle.certificates().map(|certificate| certificate.place().to_string()).collect(),
        findings: bundle.findings().iter().map(|finding| line(&finding.place, &finding.fault)).collect(),
    };
    serde_json::to_string(&report).unwrap_or_default()
}
