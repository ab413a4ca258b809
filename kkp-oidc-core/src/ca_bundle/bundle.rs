//! What came of the inputs.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::UnixTime;
use crate::ca_bundle::certificate::{Fingerprint, name_text};
use crate::ca_bundle::finding::{Finding, Place, Severity};
use crate::ca_bundle::store::{Kept, Store};

/// The certificates that were good enough, and everything that was found.
pub struct Assembled {
    pub(super) origins: Vec<Arc<str>>,
    pub(super) store: Store,
    pub(super) order: Vec<usize>,
    pub(super) findings: Vec<Finding>,
    pub(super) counts: BTreeMap<&'static str, usize>,
    pub(super) worst: Option<Severity>,
}

impl Assembled {
    /// The certificates, in order, each once.
    pub fn certificates(&self) -> impl Iterator<Item = Certificate<'_>> {
        let kept = self.order.iter().filter_map(|index| self.store.kept().get(*index));
        kept.map(|kept| Certificate { assembled: self, kept })
    }

    /// How many certificates there are, with those that [`Assembler::take_pem`] passed on.
    ///
    /// [`Assembler::take_pem`]: crate::ca_bundle::Assembler::take_pem
    #[must_use]
    pub const fn len(&self) -> usize {
        self.order.len().saturating_add(self.store.passed_on())
    }

    /// Whether there is no certificate.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What was found, in the order of the inputs; at most [`MAX_FINDINGS`] of each kind.
    ///
    /// [`MAX_FINDINGS`]: crate::ca_bundle::MAX_FINDINGS
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// How many there are of each kind, by its code, with those that are not kept.
    #[must_use]
    pub const fn counts(&self) -> &BTreeMap<&'static str, usize> {
        &self.counts
    }

    /// The severity of the worst finding.
    #[must_use]
    pub const fn worst(&self) -> Option<Severity> {
        self.worst
    }

    /// Whether there is something that may be written: at least one certificate, and nothing [`Severity::Fatal`].
    #[must_use]
    pub fn is_writable(&self) -> bool {
        !self.is_empty() && self.worst < Some(Severity::Fatal)
    }
}

/// A certificate of a bundle.
#[derive(Clone, Copy)]
pub struct Certificate<'a> {
    assembled: &'a Assembled,
    kept: &'a Kept,
}

impl<'a> Certificate<'a> {
    /// Its DER.
    #[must_use]
    pub fn der(&self) -> &'a [u8] {
        self.assembled.store.der(self.kept)
    }

    /// SHA-256 of its DER.
    #[must_use]
    pub const fn fingerprint(&self) -> Fingerprint {
        self.kept.fingerprint
    }

    /// Its subject, on one line, without control characters; at most 300 characters.
    #[must_use]
    pub fn subject(&self) -> String {
        name_text(self.kept.facts.subject.get(self.der()))
    }

    /// Its issuer, written like the subject.
    #[must_use]
    pub fn issuer(&self) -> String {
        name_text(self.kept.facts.issuer.get(self.der()))
    }

    /// Its first second.
    #[must_use]
    pub const fn not_before(&self) -> UnixTime {
        self.kept.facts.not_before
    }

    /// Its last second.
    #[must_use]
    pub const fn not_after(&self) -> UnixTime {
        self.kept.facts.not_after
    }

    /// Where it was first found.
    #[must_use]
    pub fn place(&self) -> Place {
        let spot = self.kept.spot;
        let origin = usize::try_from(spot.origin).ok().and_then(|number| self.assembled.origins.get(number));
        Place { origin: origin.cloned().unwrap_or_default(), section: spot.section, line: spot.line }
    }
}
