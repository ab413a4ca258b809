//! Findings for code review tools.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::diagnostics::{Code, Finding, Place, Severity, Source};

/// Findings as [SARIF 2.1.0], with a line feed at the end. Columns count characters (`columnKind`).
///
/// [SARIF 2.1.0]: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
#[must_use]
pub fn to_sarif(findings: &[Finding], sources: &[Source], version: &str) -> String {
    let codes: BTreeSet<Code> = findings.iter().map(|finding| finding.code).collect();
    let rules: Vec<Value> = codes.iter().map(|code| rule(*code)).collect();
    let results: Vec<Value> = findings.iter().map(|finding| result(finding, sources)).collect();
    let log = json!({
        "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": { "name": "kkp-oidc", "version": version, "rules": rules } },
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    });
    format!("{log}\n")
}

fn rule(code: Code) -> Value {
    json!({
        "id": code.name(),
        "shortDescription": { "text": code.title() },
        "fullDescription": { "text": code.explanation() },
        "defaultConfiguration": { "level": level(code.severity()) },
    })
}

fn result(finding: &Finding, sources: &[Source]) -> Value {
    let mut result = json!({
        "ruleId": finding.code.name(),
        "level": level(finding.severity()),
        "message": { "text": format!("{}. Help: {}.", finding.message, finding.help) },
        "locations": finding.place.iter().map(|place| location(*place, sources)).collect::<Vec<_>>(),
    });
    if !finding.related.is_empty() {
        let related = finding.related.iter().map(|(place, text)| {
            let mut location = location(*place, sources);
            location["message"] = json!({ "text": text });
            location
        });
        result["relatedLocations"] = related.collect();
    }
    result
}

fn location(place: Place, sources: &[Source]) -> Value {
    let name = sources.get(place.source).map(Source::name).unwrap_or_default();
    json!({
        "physicalLocation": {
            "artifactLocation": { "uri": uri(name) },
            "region": { "startLine": place.span.line, "startColumn": place.span.column },
        },
    })
}

/// The name of a file as a reference of [RFC 3986]; what stands for stdin becomes one, too.
///
/// [RFC 3986]: https://www.rfc-editor.org/rfc/rfc3986#section-4.1
fn uri(name: &str) -> String {
    let mut uri = String::with_capacity(name.len());
    for byte in name.replace('\\', "/").bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => uri.push(char::from(byte)),
            byte => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri
}

const fn level(severity: Severity) -> &'static str {
    severity.name()
}
