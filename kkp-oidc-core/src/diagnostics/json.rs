//! Findings for programs.

use serde::Serialize;

use crate::diagnostics::{Finding, Source};

#[derive(Serialize)]
struct JsonFinding<'a> {
    code: &'static str,
    severity: &'static str,
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    column: Option<usize>,
    help: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related: Vec<JsonPlace<'a>>,
    fixable: bool,
}

#[derive(Serialize)]
struct JsonPlace<'a> {
    file: &'a str,
    line: usize,
    column: usize,
    message: &'a str,
}

/// Findings as one line of JSON with a line feed at its end: an array of objects with `code`, `severity`, `message`,
/// `file`, `line`, `column` (both from 1), `help`, `related` and `fixable`. `file`, `line` and `column` are left out where
/// a finding is about all files together. The names stay the same from version to version.
#[must_use]
pub fn to_json(findings: &[Finding], sources: &[Source]) -> String {
    // INVARIANT: strings and numbers are always JSON.
    serde_json::to_string(&json_findings(findings, sources)).map(|json| json + "\n").unwrap_or_default()
}

/// The same as a value, for a report that has more than findings.
#[must_use]
pub fn to_values(findings: &[Finding], sources: &[Source]) -> serde_json::Value {
    // INVARIANT: strings and numbers are always JSON.
    serde_json::to_value(json_findings(findings, sources)).unwrap_or_default()
}

fn json_findings<'a>(findings: &'a [Finding], sources: &'a [Source]) -> Vec<JsonFinding<'a>> {
    let name = |source: usize| sources.get(source).map(Source::name).unwrap_or_default();
    findings
        .iter()
        .map(|finding| JsonFinding {
            code: finding.code.name(),
            severity: finding.severity().name(),
            message: &finding.message,
            file: finding.place.map(|place| name(place.source)),
            line: finding.place.map(|place| place.span.line),
            column: finding.place.map(|place| place.span.column),
            help: &finding.help,
            related: finding
                .related
                .iter()
                .map(|(place, message)| JsonPlace {
                    file: name(place.source),
                    line: place.span.line,
                    column: place.span.column,
                    message,
                })
                .collect(),
            fixable: finding.fix.is_some(),
        })
        .collect()
}
