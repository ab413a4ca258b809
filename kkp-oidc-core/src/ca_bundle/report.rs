//! The whole result for programs.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::ca_bundle::bundle::{Assembled, Certificate};
use crate::ca_bundle::finding::Finding;

impl Assembled {
    /// All certificates and findings as one line of JSON with a line feed at its end. The names of its fields stay the
    /// same from version to version.
    #[must_use]
    pub fn report(&self) -> String {
        Report::new(self).to_json()
    }
}

/// `Assembled` as JSON; the names of its fields stay the same from version to version.
#[derive(Serialize)]
pub(super) struct Report<'a> {
    certificates: Vec<ReportCertificate>,
    findings: Vec<ReportFinding<'a>>,
    counts: &'a BTreeMap<&'static str, usize>,
}

#[derive(Serialize)]
struct ReportCertificate {
    sha256: String,
    subject: String,
    issuer: String,
    not_before: String,
    not_after: String,
    origin: String,
    section: u32,
    line: u32,
}

#[derive(Serialize)]
struct ReportFinding<'a> {
    severity: &'static str,
    code: &'static str,
    reason: String,
    remedy: &'static str,
    origin: &'a str,
    section: u32,
    line: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    sha256: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    subject: Option<&'a str>,
}

impl<'a> Report<'a> {
    pub(super) fn new(assembled: &'a Assembled) -> Self {
        Self {
            certificates: assembled.certificates().map(|certificate| ReportCertificate::new(&certificate)).collect(),
            findings: assembled.findings().iter().map(ReportFinding::new).collect(),
            counts: assembled.counts(),
        }
    }

    /// One line with a line feed at its end.
    pub(super) fn to_json(&self) -> String {
        // INVARIANT: strings and numbers, and maps with strings as keys, are always JSON.
        serde_json::to_string(self).map(|json| json + "\n").unwrap_or_default()
    }
}

impl ReportCertificate {
    fn new(certificate: &Certificate<'_>) -> Self {
        let place = certificate.place();
        Self {
            sha256: certificate.fingerprint().to_string(),
            subject: certificate.subject(),
            issuer: certificate.issuer(),
            not_before: certificate.not_before().to_string(),
            not_after: certificate.not_after().to_string(),
            origin: place.origin.to_string(),
            section: place.section,
            line: place.line,
        }
    }
}

impl<'a> ReportFinding<'a> {
    fn new(finding: &'a Finding) -> Self {
        let Finding { place, certificate, fault } = finding;
        Self {
            severity: fault.severity().as_str(),
            code: fault.code(),
            reason: fault.to_string(),
            remedy: fault.remedy(),
            origin: &place.origin,
            section: place.section,
            line: place.line,
            sha256: certificate.as_ref().map(|certificate| certificate.fingerprint.to_string()),
            subject: certificate.as_ref().map(|certificate| certificate.subject.as_str()),
        }
    }
}
